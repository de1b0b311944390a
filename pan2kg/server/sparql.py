"""The endpoint: SPARQL 1.1 Protocol over the workers."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox

from pan2kg.i18n.catalogue import SOURCE_LANGUAGE
from pan2kg.server.channel import Task
from pan2kg.server.evaluation import GRAPH_FORMATS, Change
from pan2kg.server.inspection import is_volatile
from pan2kg.server.negotiation import GRAPHS, Choice, choose, choose_formats, preferred_language, prefers_page
from pan2kg.server.people import WRITE
from pan2kg.server.pool import Pool
from pan2kg.server.protocol import METHODS, PREFIXES, Operation, describe, read_counts, read_operation
from pan2kg.server.request import (
    DATA_HEADERS,
    PREFLIGHT_HEADERS,
    Headers,
    Refusal,
    Request,
    aside,
    compressed,
    matches,
    new_coder,
    varied,
    why,
)
from pan2kg.server.settings import Release, Settings
from pan2kg.store.queries import program_query

VARY: Final = (b"vary", b"Accept")
CACHE: Final = (b"cache-control", b"no-cache")
"""May be kept, and is asked for again with its ETag: the data may have changed."""


async def read_asked(request: Request) -> Operation | Refusal | None:
    """What a request asks for, or why it cannot be read; None where it is a preflight, which is answered here."""
    if request.method == "OPTIONS":
        await request.reply(204, [*PREFLIGHT_HEADERS, (b"access-control-allow-methods", METHODS.encode())])
        return None
    body = await request.body() if request.method == "POST" else b""
    if isinstance(body, Refusal):
        return body
    given = request.method, request.query, request.header(b"content-type"), body
    return await aside(len(request.query) + len(body), read_operation, *given)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Answers what is asked at ``/sparql``; ``page`` is the address of the editor in a language, if there is one."""

    pool: Pool
    settings: Settings
    release: Release
    page: str = ""
    _described: dict[str, dict[str, int]] = field(default_factory=dict)

    async def answer(self, request: Request) -> None:
        """Answer one request."""
        operation = await read_asked(request)
        if operation is None:
            return
        if isinstance(operation, Refusal):
            await request.refuse(operation, DATA_HEADERS)
        elif wants_editor(request, self.page):
            await show_editor(request, self.page, operation.text)
        elif operation.kind == "query":
            request.record.query = digest(operation.text)
            await self._query(request, operation)
        elif operation.kind == "update":
            request.record.query = digest(operation.text)
            await self._update(request, operation)
        else:
            await self._describe(request)

    async def _query(self, request: Request, operation: Operation) -> None:
        volatile = await aside(len(operation.text), is_volatile, operation.text)
        accept = request.header(b"accept")
        table, graph = choose_formats(accept)
        parts = (operation.text, *operation.default, "", *operation.named)
        condition = request.header(b"if-none-match")
        if condition and request.method != "POST" and not volatile:
            tags = [self.release.tag(*parts, choice.media) for choice in (table, graph) if choice]
            for tag in tags:
                if matches(condition, [tag]):
                    await request.reply(304, [(b"etag", tag), CACHE, VARY, *DATA_HEADERS])
                    return
        task = self._task(request, operation, (table, graph))
        chosen = {choice.form.name: choice for choice in (table, graph) if choice}
        await deliver(request, self.pool, task, chosen, None if volatile else partial(self.release.tag, *parts))

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

    async def _update(self, request: Request, operation: Operation) -> None:
        refusal = refuse_update(request, self.settings)
        if refusal:
            await request.refuse(refusal, DATA_HEADERS)
            return
        where = f"{request.root}{request.path}"
        change = Change("update", operation.text, where, "", [], operation.default, operation.named)
        await apply_change(request, self.pool, change)

    async def _describe(self, request: Request) -> None:
        choice = choose(request.header(b"accept"), GRAPHS)
        if choice is None:
            names = ", ".join(form.media[0] for form in GRAPHS)
            await request.refuse(Refusal(406, why("description-comes-as", names=names)), (*DATA_HEADERS, VARY))
            return
        endpoint = f"{request.root}{request.path}"
        tag = self.release.tag("description", endpoint, choice.media)
        if matches(request.header(b"if-none-match"), [tag]):
            await request.reply(304, [(b"etag", tag), CACHE, VARY, *DATA_HEADERS])
            return
        counts = await self._counts()
        if isinstance(counts, Refusal):
            await request.refuse(counts, DATA_HEADERS)
            return
        triples = describe(endpoint, counts, union=self.settings.union, writable=self.settings.people.may_write)
        body = ox.serialize(triples, format=GRAPH_FORMATS[choice.form.name], prefixes=PREFIXES) or b""
        media = (b"content-type", choice.content_type.encode())
        await request.reply(200, [media, (b"etag", tag), CACHE, VARY, *DATA_HEADERS], body)

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
    return bool(page) and request.method in ("GET", "HEAD") and prefers_page(request.header(b"accept"))


async def show_editor(request: Request, page: str, text: str) -> None:
    """Show a person the page with the editor, the query in it."""
    language = preferred_language(request.header(b"accept-language"))
    query = f"?query={quote(text, safe='')}" if text else ""
    location = (b"location", f"{request.prefix}/{page.format(language=language)}{query}".encode())
    await request.reply(303, [location, (b"vary", b"Accept, Accept-Language"), *DATA_HEADERS])


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
) -> None:
    """Apply a change and answer with its status, and a warning (299, RFC 7234, 5.5.7) where it is in memory only."""
    outcome = await pool.change(change, condition)
    if isinstance(outcome, Refusal):
        await request.refuse(outcome, DATA_HEADERS)
    else:
        warning = f'299 - "{why("kept-in-memory").say(SOURCE_LANGUAGE)}"'
        told = [] if pool.fork_server.journal else [(b"warning", warning.encode())]
        await request.reply(outcome, [*headers, *told, *DATA_HEADERS])


async def deliver(
    request: Request,
    pool: Pool,
    task: Task,
    chosen: dict[str, Choice],
    make_tag: Callable[[str], bytes] | None,
) -> None:
    """Ask a worker and send its answer; ``make_tag`` makes its ETag for a media type, where it may be kept.

    An answer that breaks off says why in a last line, and the connection is closed without the end
    that chunked encoding has: no client can take it for whole.
    """
    exchange = pool.ask(task, lambda: asyncio.ensure_future(request.gone()))
    answer = await exchange.answer
    if isinstance(answer, Refusal):
        await request.refuse(answer, (*DATA_HEADERS, VARY))
        return
    headers = _headers(chosen[answer.form], make_tag)
    if not answer.more:
        await request.reply(200, headers, answer.body)
        return
    coder = new_coder() if request.takes_gzip else None
    await request.start(200, compressed(headers) if coder else varied(headers))
    if request.method == "HEAD":
        pool.abandon(exchange)
        await request.write(b"")
        return
    piece: bytes | Refusal | None = answer.body
    while isinstance(piece, bytes):
        # a piece takes some milliseconds to compress, in which others are answered
        sent = await asyncio.to_thread(coder.compress, piece) if coder else piece
        if sent:
            await request.write(sent, more=True)
        piece = await exchange.next()
    if isinstance(piece, Refusal):
        await request.break_off(piece.message, coder)
    else:
        await request.write(coder.flush() if coder else b"")


def _headers(choice: Choice, make_tag: Callable[[str], bytes] | None) -> Headers:
    headers = [(b"content-type", choice.content_type.encode()), VARY, *DATA_HEADERS]
    if make_tag:
        headers += [(b"etag", make_tag(choice.media)), CACHE]
    else:
        headers.append((b"cache-control", b"no-store"))
    return headers
