"""SPARQL over the workers: the endpoint, by the SPARQL 1.1 Protocol, and a store for the threads that make pages.

A query of a page that runs too long can so be ended, and its page says so in a sentence; and pages do not wait while
all workers of the endpoint are taken.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox
from starlette.responses import Response

from pan2kg.errors import EndpointError, Place, QueryError
from pan2kg.i18n.catalogue import SOURCE_LANGUAGE
from pan2kg.project import reason
from pan2kg.server.channel import END, FAILED, FORM, WHOLE, Task, pack, receive
from pan2kg.server.evaluation import GRAPH_FORMATS, Change
from pan2kg.server.inspection import is_volatile
from pan2kg.server.negotiation import GRAPHS, Choice, choose, choose_formats, preferred_language, prefers_page
from pan2kg.server.people import WRITE
from pan2kg.server.pool import Exchange, Pool
from pan2kg.server.protocol import METHODS, PREFIXES, Operation, describe, read_counts, read_operation
from pan2kg.server.refusal import Refusal, why
from pan2kg.server.request import (
    DATA_HEADERS,
    PREFLIGHT_HEADERS,
    Headers,
    Pieces,
    Request,
    aside,
    matches,
    refuse,
    reply,
)
from pan2kg.server.settings import Release, Settings
from pan2kg.server.workers import ForkServer, LostError, Worker, died, was_killed
from pan2kg.store.queries import program_query
from pan2kg.store.store import Result

VARY: Final = (b"vary", b"Accept")
CACHE: Final = (b"cache-control", b"no-cache")
"""May be kept, and is asked for again with its ETag: the data may have changed."""


async def read_asked(request: Request) -> Operation | Refusal:
    """What a request asks for, or why it cannot be read."""
    body = await request.read() if request.method == "POST" else b""
    if isinstance(body, Refusal):
        return body
    given = request.method, request.query, request.header("content-type"), body
    return await aside(len(request.query) + len(body), read_operation, *given)


def preflight(methods: str) -> Response:
    """What a browser is told that asks what pages of other sites may send."""
    return reply(204, [*PREFLIGHT_HEADERS, (b"access-control-allow-methods", methods.encode())])


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Answers what is asked at ``/sparql``; ``page`` is the address of the editor in a language, if there is one."""

    pool: Pool
    settings: Settings
    release: Release
    page: str = ""
    _described: dict[str, dict[str, int]] = field(default_factory=dict)

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.method == "OPTIONS":
            return preflight(METHODS)
        operation = await read_asked(request)
        if isinstance(operation, Refusal):
            return refuse(request, operation, DATA_HEADERS)
        if wants_editor(request, self.page):
            return show_editor(request, self.page, operation.text)
        if operation.kind == "description":
            return await self._describe(request)
        request.record.query = digest(operation.text)
        return await (self._query if operation.kind == "query" else self._update)(request, operation)

    async def _query(self, request: Request, operation: Operation) -> Response:
        volatile = await aside(len(operation.text), is_volatile, operation.text)
        accept = request.header("accept")
        table, graph = choose_formats(accept)
        parts = (operation.text, *operation.default, "", *operation.named)
        condition = request.header("if-none-match")
        if condition and request.method != "POST" and not volatile:
            tags = [self.release.tag(*parts, choice.media) for choice in (table, graph) if choice]
            for tag in tags:
                if matches(condition, [tag]):
                    return reply(304, [(b"etag", tag), CACHE, VARY, *DATA_HEADERS])
        task = self._task(request, operation, (table, graph))
        chosen = {choice.form.name: choice for choice in (table, graph) if choice}
        return await deliver(request, self.pool, task, chosen, None if volatile else partial(self.release.tag, *parts))

    def _task(self, request: Request, operation: Operation, chosen: tuple[Choice | None, Choice | None]) -> Task:
        given = bool(operation.default or operation.named)
        table, graph = (choice.form.name if choice else "" for choice in chosen)
        return Task(
            "query",
            operation.text,
            f"{request.root}{request.path}",
            self.settings.union,
            list(operation.default) if given else None,
            list(operation.named) if given else None,
            table,
            graph,
        )

    async def _update(self, request: Request, operation: Operation) -> Response:
        refusal = refuse_update(request, self.settings)
        if refusal:
            return refuse(request, refusal, DATA_HEADERS)
        where = f"{request.root}{request.path}"
        change = Change("update", operation.text, where, "", [], operation.default, operation.named)
        return await apply_change(request, self.pool, change)

    async def _describe(self, request: Request) -> Response:
        choice = choose(request.header("accept"), GRAPHS)
        if choice is None:
            names = ", ".join(form.media[0] for form in GRAPHS)
            return refuse(request, Refusal(406, why("description-comes-as", names=names)), (*DATA_HEADERS, VARY))
        endpoint = f"{request.root}{request.path}"
        tag = self.release.tag("description", endpoint, choice.media)
        if matches(request.header("if-none-match"), [tag]):
            return reply(304, [(b"etag", tag), CACHE, VARY, *DATA_HEADERS])
        counts = await self._counts()
        if isinstance(counts, Refusal):
            return refuse(request, counts, DATA_HEADERS)
        triples = describe(endpoint, counts, union=self.settings.union, writable=self.settings.people.may_write)
        body = ox.serialize(triples, format=GRAPH_FORMATS[choice.form.name], prefixes=PREFIXES) or b""
        media = (b"content-type", choice.content_type.encode())
        return reply(200, [media, (b"etag", tag), CACHE, VARY, *DATA_HEADERS], body)

    async def _counts(self) -> dict[str, int] | Refusal:
        """How many triples each graph has; counted once for a state of the data."""
        state = str(self.release)
        if state not in self._described:
            sizes = program_query("graphs/sizes")
            task = Task("query", sizes, "", union=False, default=None, named=None, table="csv", graph="")
            answer = await self.pool.ask(task).answer
            if isinstance(answer, Refusal):
                return answer
            self._described.clear()
            self._described[state] = read_counts(answer.body)
        return self._described[state]


def digest(text: str) -> str:
    """What a query is called in a log: the same text has the same name, and cannot be read from it.

    >>> digest("ASK {}")
    'c5a2bbd571afbb9d'
    """
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def wants_editor(request: Request, page: str) -> bool:
    """Whether a person opens the endpoint in a browser, and there is a page with an editor."""
    return bool(page) and request.method in ("GET", "HEAD") and prefers_page(request.header("accept"))


def show_editor(request: Request, page: str, text: str) -> Response:
    """Show a person the page with the editor, the query in it."""
    language = preferred_language(request.header("accept-language"))
    query = f"?query={quote(text, safe='')}" if text else ""
    location = (b"location", f"{request.prefix}/{page.format(language=language)}{query}".encode())
    return reply(303, [location, (b"vary", b"Accept, Accept-Language"), *DATA_HEADERS])


def refuse_update(request: Request, settings: Settings) -> Refusal | None:
    """Why a write is refused: the service is read only, or who sends it may not."""
    if not settings.people.may_write:
        return Refusal(403, why("update-refused"))
    admitted = settings.people.admit(request, WRITE)
    return admitted if isinstance(admitted, Refusal) else None


async def apply_change(
    request: Request,
    pool: Pool,
    change: Change,
    condition: Callable[[], bool] | None = None,
    headers: tuple[tuple[bytes, bytes], ...] = (),
) -> Response:
    """Apply a change and answer with its status, and a warning (299, RFC 7234, 5.5.7) where it is in memory only."""
    outcome = await pool.change(change, condition)
    if isinstance(outcome, Refusal):
        return refuse(request, outcome, DATA_HEADERS)
    warning = f'299 - "{why("kept-in-memory").say(SOURCE_LANGUAGE)}"'
    told = [] if pool.fork_server.journal else [(b"warning", warning.encode())]
    return reply(outcome, [*headers, *told, *DATA_HEADERS])


async def deliver(
    request: Request,
    pool: Pool,
    task: Task,
    chosen: dict[str, Choice],
    make_tag: Callable[[str], bytes] | None,
) -> Response:
    """Ask a worker for an answer; ``make_tag`` makes its ETag for a media type, where it may be kept.

    An answer that breaks off says why in a last line, and the connection is closed without the end
    that chunked encoding has: no client can take it for whole.
    """
    exchange = pool.ask(task, lambda: asyncio.ensure_future(request.gone()))
    answer = await exchange.answer
    if isinstance(answer, Refusal):
        return refuse(request, answer, (*DATA_HEADERS, VARY))
    headers = _headers(chosen[answer.form], make_tag)
    if not answer.more:
        return reply(200, headers, answer.body)
    if request.method == "HEAD":
        pool.abandon(exchange)
    return Pieces(headers, _pieces(exchange, None if request.method == "HEAD" else answer.body))


async def _pieces(exchange: Exchange, first: bytes | None) -> AsyncIterator[bytes | Refusal]:
    """The pieces of an answer from the first one on; an empty one where nobody wants any."""
    yield first or b""
    while first is not None and (piece := await exchange.next()) is not None:
        yield piece


def _headers(choice: Choice, make_tag: Callable[[str], bytes] | None) -> Headers:
    headers = [(b"content-type", choice.content_type.encode()), VARY, *DATA_HEADERS]
    if make_tag:
        headers += [(b"etag", make_tag(choice.media)), CACHE]
    else:
        headers.append((b"cache-control", b"no-store"))
    return headers


@dataclass(eq=False, slots=True)
class PoolStore:
    """Answers queries as :class:`pan2kg.store.store.LocalStore` does, from any thread."""

    fork_server: ForkServer
    workers: int = 4
    wait: float = 10.0
    _idle: list[Worker] = field(default_factory=list)
    _places: threading.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._places = threading.Semaphore(self.workers)
        self.fork_server.on_renewal.append(self._dismiss_idle)

    def query(self, text: str) -> Result:
        """Answer a query over the union of all graphs, or over those its own FROM clauses name.

        Raises:
            QueryError: the query has a syntax error, or asks for something that is refused.
            EndpointError: it takes too long or too much, or all workers are taken.
        """
        form, body = self._ask(_task(text))
        if form == "ntriples":
            return [quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES, lenient=True)]
        return ox.parse_query_results(body, format=ox.QueryResultsFormat.TSV)

    def _ask(self, task: Task) -> tuple[str, bytes]:
        """The answer; asked once more where the worker was ended from outside, after whatever time.

        A page would else be refused for one of the many queries it makes; they are the program's own.
        """
        ended = 0
        for _ in range(2):
            began = time.monotonic()
            with self._worker() as worker:
                answer = self._send(worker, task)
                ran = time.monotonic() - began
                if not isinstance(answer, int):
                    self._keep(worker, ran)
            if isinstance(answer, Refusal):
                raise _error(answer)
            if not isinstance(answer, int):
                return answer
            ended = answer
            if not was_killed(ended):
                break
        raise _error(died(ended, self.fork_server.seconds))

    @staticmethod
    def _send(worker: Worker, task: Task) -> tuple[str, bytes] | Refusal | int:
        """What a worker answers, or how it ended."""
        with suppress(OSError):
            worker.link.sendall(pack(b"T", json.dumps(task).encode()))
            answer = _read(worker)
            if answer is not None:
                return answer
        worker.link.close()
        return worker.reap()

    def _keep(self, worker: Worker, ran: float) -> None:
        if ran < self.fork_server.seconds / 2 and worker.line is self.fork_server.line:
            self._idle.append(worker)
        else:
            _dismiss(worker)

    @contextmanager
    def _worker(self) -> Iterator[Worker]:
        if not self._places.acquire(timeout=self.wait):
            raise EndpointError("page-workers-taken", remedy="ask-again-moment")
        try:
            yield self._take()
        except LostError as error:
            raise EndpointError(error.message, remedy="page-again-then") from None
        except OSError as error:
            raise EndpointError("no-more-workers", remedy="ask-again-moment", reason=reason(error)) from None
        finally:
            self._places.release()

    def _dismiss_idle(self) -> None:
        with suppress(IndexError):
            while True:
                _dismiss(self._idle.pop())

    def _take(self) -> Worker:
        while True:
            try:
                worker = self._idle.pop()
            except IndexError:
                return self.fork_server.fork()
            if worker.line is self.fork_server.line:
                return worker
            _dismiss(worker)


def _dismiss(worker: Worker) -> None:
    worker.link.close()
    worker.reap()


def _task(text: str) -> Task:
    """A query as a task: rows come as tab-separated values, whole terms as in Turtle, which takes less than JSON."""
    return Task("query", text, "", union=True, default=None, named=None, table="tsv", graph="ntriples", own=True)


def _read(worker: Worker) -> tuple[str, bytes] | Refusal | None:
    """The whole answer of a worker; None where it died."""
    pieces: list[bytes] = []
    form = ""
    while (message := receive(worker.link)) is not None:
        kind, payload = message
        if kind == FAILED:
            return Refusal.unpack(payload)
        if not form:
            form, payload = payload[:FORM].rstrip().decode("ascii"), payload[FORM:]
        pieces.append(payload)
        if kind in (WHOLE, END):
            return form, b"".join(pieces)
    return None


def _error(refusal: Refusal) -> QueryError | EndpointError:
    if refusal.status < 500:
        return QueryError(refusal.message, place=Place("query", refusal.line, refusal.column))
    return EndpointError(refusal.message, remedy="ask-again-moment")
