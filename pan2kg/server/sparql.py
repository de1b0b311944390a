"""The endpoint by the SPARQL 1.1 Protocol, and graphs by the Graph Store Protocol.

All of it reads: what is asked is answered by the workers or, where the graph lies behind another
endpoint, by a relay that passes queries on to it within this service's own limits.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

import pyoxigraph as ox
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from pan2kg.server.answering import VOLATILE, Task, inspect_query
from pan2kg.server.asking import Pool, WorkerAnswer
from pan2kg.server.edge import Settings
from pan2kg.server.packets import MEGABYTE
from pan2kg.server.protocol import (
    FORMATS,
    GRAPHS,
    PREFIXES,
    TABLES,
    Choice,
    Operation,
    RefusalError,
    ServedRelease,
    busy,
    choose,
    describe_endpoint,
    insist,
    insist_absolute,
    is_plain_path,
    preferred_language,
    prefers,
    read_form,
    read_media_type,
    read_operation,
)
from pan2kg.server.web import (
    Request,
    Response,
    header,
    insist_changed,
    read_body,
    request_path,
    root_of,
)
from pan2kg.store import program_query

STORE = "/store"
# the path of the editor for queries
EDITOR = "{language}/sparql.html"
# a body of more bytes is looked through in a thread, so that nobody else waits for it
LARGE_BYTES = 32 * 1024
# an answer is read and sent in pieces of at most so many bytes
PIECE_BYTES = 64 * 1024
# how many letters are told of what another endpoint says
_TOLD_LETTERS = 300
# of what a client may keep and ask again whether it is the same
KEPT = {"cache-control": "no-cache", "vary": "Accept"}
_MEDIA = frozenset(media for form in (*TABLES, *GRAPHS) for media in form.media)
# an escape of SPARQL, such as \u0041
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


async def operation_of(request: Request, page: str) -> Operation:
    """What a request asks for; a browser is led to the editor at ``page``, where there is one, with the query in it."""
    body = await read_body(request) if request.method == "POST" else b""
    media_type = header(request, "content-type")
    read = partial(read_operation, request.method, request.scope["query_string"], media_type, body)
    operation = await asyncio.to_thread(read) if len(body) > LARGE_BYTES else read()
    if not page or request.method == "POST":
        return operation
    if not prefers(header(request, "accept"), TABLES + GRAPHS):
        return operation
    language = preferred_language(header(request, "accept-language"))
    address = f"{request.scope['root_path']}/{page.format(language=language)}"
    if operation.query:
        address += f"?query={quote(operation.query, safe='')}"
    raise HTTPException(303, headers={"location": address, "vary": "Accept, Accept-Language"})


class Accepted(NamedTuple):
    """The forms a client likes best, of rows and of triples: only the engine tells which of the two a query gives."""

    table: Choice | None
    graph: Choice | None

    def choices(self) -> list[Choice]:
        """Those of the two there are."""
        return [choice for choice in self if choice]


def accepted_forms(request: Request) -> Accepted:
    """What a client accepts as the answer to a query."""
    accept = header(request, "accept")
    return Accepted(choose(accept, TABLES), choose(accept, GRAPHS))


@dataclass
class Endpoint:
    """The endpoint over the workers; ``page`` is the path of the editor, with « {language} » in it, or empty."""

    pool: Pool
    settings: Settings
    release: ServedRelease
    page: str = ""
    _counted_state: str = ""
    _sizes: dict[str, int] = field(default_factory=dict)

    async def answer(self, request: Request) -> Response:
        """The answer to a query, or what the endpoint can do where there is none."""
        operation = await operation_of(request, self.page)
        text = operation.query
        address = f"{root_of(request)}{request_path(request)}"
        if not text:
            return await self._describe(request, address)
        digest = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()
        request.scope["record"].query = digest
        accepted = accepted_forms(request)
        make_tag = partial(self.release.tag, text, *operation.default, "", *operation.named)
        is_kept = request.method != "POST" and "if-none-match" in request.headers
        if is_kept and not VOLATILE.search(text):
            for choice in accepted.choices():
                insist_changed(request, {**KEPT, "etag": make_tag(choice.media)})
        names_graphs = bool(operation.default or operation.named)
        task = Task(
            "query",
            text,
            address,
            self.settings.union,
            default=operation.default if names_graphs else None,
            named=operation.named if names_graphs else None,
            table=accepted.table.form.name if accepted.table else "",
            graph=accepted.graph.form.name if accepted.graph else "",
        )
        return await deliver(request, self.pool, task, accepted, make_tag)

    async def _describe(self, request: Request, address: str) -> Response:
        """What the endpoint can do, and its graphs."""
        choice = insist(header(request, "accept"), GRAPHS)
        headers = {**KEPT, "etag": self.release.tag("description", address, choice.media)}
        insist_changed(request, headers)
        sizes = await self._graph_sizes()
        triples = describe_endpoint(address, sizes, union=self.settings.union)
        body = ox.serialize(triples, format=FORMATS[choice.form.name], prefixes=PREFIXES) or b""
        return Response(body, headers={**headers, "content-type": choice.content_type})

    async def _graph_sizes(self) -> dict[str, int]:
        """How many triples each named graph has: counted once for a state of the data."""
        state = str(self.release)
        if self._counted_state != state:
            task = Task("query", program_query("graphs/sizes"), union=False, table="csv")
            answer = await self.pool.ask(task)
            self._sizes = {}
            for line in answer.content().decode().splitlines()[1:]:
                name, _, number = line.rpartition(",")
                if ":" in name:
                    self._sizes[name.strip('"')] = int(number)
            self._counted_state = state
        return self._sizes

    async def graph(self, request: Request) -> Response:
        """A graph as a whole (SPARQL 1.1 Graph Store Protocol), by its IRI or as an address below ``/store/``.

        Raises:
            RefusalError: 400 where it is not said which, 404 where there is none, 406 where no form fits.
        """
        graph = self._graph_meant(request)
        choice = insist(header(request, "accept"), GRAPHS)
        make_tag = partial(self.release.tag, "graph", graph)
        insist_changed(request, {**KEPT, "etag": make_tag(choice.media)})
        task = Task("graph", graph, union=self.settings.union, graph=choice.form.name)
        return await deliver(request, self.pool, task, Accepted(None, choice), make_tag)

    def _graph_meant(self, request: Request) -> str:
        """The IRI of the graph that a request is about; empty for the default graph."""
        below = request_path(request).removeprefix(STORE).removeprefix("/")
        parameters = read_form(request.scope["query_string"])
        iris = parameters.get("graph", [])
        if len(iris) + ("default" in parameters) + bool(below) != 1:
            raise RefusalError(400, "which-graph")
        if below:
            if not is_plain_path(below):
                raise RefusalError(404, "no-page")
            return self.settings.graphs + below
        if not iris:
            return ""
        # an address of this store is the IRI of a graph too
        graph = iris[0].replace(f"{root_of(request)}{STORE}/", self.settings.graphs, 1)
        insist_absolute(graph)
        return graph


async def deliver(
    request: Request,
    pool: Pool,
    task: Task,
    accepted: Accepted,
    make_tag: Callable[..., str],
) -> Response:
    """What a worker answers to a task, in the form it chose, with an ETag unless it may differ next time."""

    async def leave() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    answer = await pool.ask(task, leave)
    choice = next(choice for choice in accepted.choices() if choice.form.name == answer.form)
    headers = {**KEPT, "content-type": choice.content_type}
    if answer.is_volatile:
        headers["cache-control"] = "no-store"
    else:
        headers["etag"] = make_tag(choice.media, state=answer.state)
    if answer.size <= WorkerAnswer.MEMORY_BYTES:
        return Response(answer.content(), headers=headers)
    headers["content-length"] = str(answer.size)
    return StreamingResponse(_pieces(answer), headers=headers)


async def _pieces(answer: WorkerAnswer) -> AsyncIterator[bytes]:
    """A long answer piece by piece; it is closed when all are sent, or the client has left."""
    try:
        answer.file.seek(0)
        while piece := answer.file.read(PIECE_BYTES):
            yield piece
    finally:
        answer.close()


class Relayed(NamedTuple):
    """What another endpoint has answered: its media type and its content."""

    media: str
    content: bytes


@dataclass
class Relay:
    """The endpoint where the graph lies behind another one, at ``url``."""

    url: str
    settings: Settings
    page: str = ""

    async def answer(self, request: Request) -> Response:
        """What the other endpoint answers to a query; nothing is kept."""
        operation = await operation_of(request, self.page)
        text = operation.query
        if text:
            # an endpoint may look for escapes first, in words and signs too (SPARQL 1.1, 19.2)
            plain = _ESCAPE.sub(lambda code: chr(min(int(code[1] or code[2], 16), 0x10FFFF)), text)
            for query in dict.fromkeys((text, plain)):
                await asyncio.to_thread(inspect_query, query, self.settings.services)
            if not accepted_forms(request).choices():
                raise RefusalError(406, "relay-not-acceptable")
        answer = await self.ask(operation, header(request, "accept") or "*/*")
        headers = {"content-type": answer.media, "cache-control": "no-store", "vary": "Accept"}
        return Response(answer.content, headers=headers)

    async def ask(self, operation: Operation, accept: str) -> Relayed:
        """What the endpoint answers.

        What is no answer is refused and told in a sentence, and never passed on as a page of ours.
        """
        import httpx  # for who relays alone: it takes as long as half of the rest

        seconds = self.settings.limits.seconds
        headers = {"Accept": accept, "User-Agent": "pan2kg", "Accept-Encoding": "identity"}
        method = "GET"
        fields = None
        if operation.query:
            method = "POST"
            fields = {
                "query": operation.query,
                "default-graph-uri": list(operation.default),
                "named-graph-uri": list(operation.named),
            }
        try:
            async with (
                asyncio.timeout(seconds),
                httpx.AsyncClient(timeout=seconds, trust_env=False) as client,
                client.stream(method, self.url, data=fields, headers=headers) as response,
            ):
                content = await self._take(response.aiter_bytes(PIECE_BYTES))
        except (TimeoutError, httpx.TimeoutException):
            raise busy("endpoint-slow", 30, url=self.url, seconds=f"{seconds:g}") from None
        except (OSError, httpx.HTTPError, httpx.InvalidURL):
            raise RefusalError(502, "endpoint-broke", url=self.url) from None
        answer = Relayed(response.headers.get("content-type", ""), content)
        if response.status_code != 200:
            raise self._refusal_of(response.status_code, answer)
        if read_media_type(answer.media)[0] not in _MEDIA:
            raise RefusalError(502, "endpoint-no-result", url=self.url)
        return answer

    async def _take(self, pieces: AsyncIterator[bytes]) -> bytes:
        """The whole of an answer; RefusalError (413) where it is larger than is allowed here."""
        limit = self.settings.limits.size
        content = bytearray()
        async for piece in pieces:
            content += piece
            if len(content) > limit:
                raise RefusalError(413, "answer-too-large", size=f"{round(limit / MEGABYTE, 2):g}")
        return bytes(content)

    def _refusal_of(self, status: int, answer: Relayed) -> RefusalError:
        """What is said where the endpoint refuses: its status, and the first line of a text in plain words."""
        if status in (429, 503):
            return busy("endpoint-busy", 30, url=self.url)
        words = str(status)
        line = answer.content.decode("utf-8", "replace").strip().partition("\n")[0]
        if line and answer.media.startswith("text/plain"):
            words += f": {line[:_TOLD_LETTERS]}"
        return RefusalError(
            400 if status == 400 else 502, "endpoint-refuses", url=self.url, status=words
        )
