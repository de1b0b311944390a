"""The endpoint by the SPARQL 1.1 Protocol, graphs by the Graph Store Protocol, and the application they stand in.

All of it reads: what is asked is answered by the workers or, where the graph lies behind another endpoint, by a relay
that passes queries on to it within this service's own limits.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from typing import Final, Protocol
from urllib.parse import quote

import pyoxigraph as ox
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from pan2kg.server import protocol
from pan2kg.server.engine import GRAPH_FORMATS, Task, inspect_query, is_volatile, megabytes
from pan2kg.server.operations import Operations
from pan2kg.server.protocol import GRAPHS, METHODS, TABLES, Choice, RefusalError, ServedRelease, busy, choose, why
from pan2kg.server.web import Edge, Settings, header, matches, path_of, preflight, read_body, record_of, root_of
from pan2kg.server.workers import Pool, WorkerAnswer
from pan2kg.store.queries import program_query

# A text of such a size is looked through in a thread, so that nobody else waits for it
STORE: Final = "/store"
EDITOR: Final = "{language}/sparql.html"
READS: Final = "GET, HEAD, OPTIONS"
LARGE: Final = 32 * 1024
PIECE: Final = 64 * 1024
_MEDIA: Final = frozenset(media for form in (*TABLES, *GRAPHS) for media in form.media)
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def route(path: str, handler: Callable[[Request], object], methods: str = READS) -> Route:
    """A handler at a path as Starlette writes it; any other method is refused."""
    return Route(path, handler, methods=methods.split(", "))


async def read_operation(request: Request) -> protocol.Operation:
    """What a request asks for.

    Raises:
        RefusalError: it cannot be read.
    """
    body = await read_body(request) if request.method == "POST" else b""
    asked = request.method, request.scope["query_string"], header(request, "content-type"), body
    if len(body) < LARGE:
        return protocol.read_operation(*asked)
    return await run_in_threadpool(protocol.read_operation, *asked)


def show_editor(request: Request, page: str, text: str) -> Response | None:
    """Show a person who opens the endpoint in a browser the page with the editor, the query in it."""
    accept = header(request, "accept")
    if not page or request.method == "POST" or not protocol.prefers(accept, TABLES + GRAPHS):
        return None
    language = protocol.preferred_language(header(request, "accept-language"))
    query = f"?query={quote(text, safe='')}" if text else ""
    location = f"{request.scope['root_path']}/{page.format(language=language)}{query}"
    return Response(status_code=303, headers={"location": location, "vary": "Accept, Accept-Language"})


class SparqlEndpoint(Protocol):
    """What answers at ``/sparql``."""

    async def answer(self, request: Request, /) -> Response:
        """Answer one request."""


class Endpoint:
    """Answers what is asked at ``/sparql``; ``page`` is the address of the editor in a language, if there is one."""

    def __init__(self, pool: Pool, settings: Settings, release: ServedRelease, page: str = "") -> None:
        self.pool, self.settings, self.release, self.page = pool, settings, release, page
        self._counts: tuple[str, dict[str, int]] = ("", {})

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.method == "OPTIONS":
            return preflight()
        operation = await read_operation(request)
        if shown := show_editor(request, self.page, operation.text):
            return shown
        address = f"{root_of(request)}{path_of(request)}"
        if not operation.text:
            return await self._describe(request, address)
        text, default, named = operation
        record_of(request).query = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()
        accept = header(request, "accept")
        table, graph = choose(accept, TABLES), choose(accept, GRAPHS)  # only the engine tells which a query gives
        make_tag = partial(self.release.tag, text, *default, "", *named)
        if request.method != "POST" and "if-none-match" in request.headers and not is_volatile(text):
            for choice in (table, graph):
                if choice and matches(header(request, "if-none-match"), make_tag(choice.media)):
                    return unchanged(make_tag(choice.media), "Accept")
        graphs = (default, named) if default or named else (None, None)
        names = (choice.form.name if choice else "" for choice in (table, graph))
        task = Task("query", text, address, self.settings.union, *graphs, *names)
        return await deliver(request, self.pool, task, (table, graph), make_tag)

    async def _describe(self, request: Request, address: str) -> Response:
        choice = choose(header(request, "accept"), GRAPHS)
        if choice is None:
            names = ", ".join(form.media[0] for form in GRAPHS)
            raise RefusalError(406, why("description-comes-as", names=names))
        tag = self.release.tag("description", address, choice.media)
        if matches(header(request, "if-none-match"), tag):
            return unchanged(tag, "Accept")
        state = str(self.release)
        if self._counts[0] != state:  # counted once for a state of the data
            answer = await self.pool.ask(Task("query", program_query("graphs/sizes"), union=False, table="csv"))
            pairs = (line.rpartition(",") for line in answer.content().decode().splitlines()[1:])
            self._counts = state, {name.strip('"'): int(count) for name, _, count in pairs if ":" in name}
        triples = protocol.describe_endpoint(address, self._counts[1], union=self.settings.union)
        body = ox.serialize(triples, format=GRAPH_FORMATS[choice.form.name], prefixes=protocol.PREFIXES) or b""
        headers = {"content-type": choice.content_type, "etag": tag, "cache-control": "no-cache", "vary": "Accept"}
        return Response(body, headers=headers)


class GraphStore:
    """Answers what is asked at ``/store`` and below it: whole graphs, which are read and not written."""

    def __init__(self, pool: Pool, settings: Settings, release: ServedRelease) -> None:
        self.pool, self.settings, self.release = pool, settings, release

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.method not in READS.split(", "):
            raise RefusalError(405, why("store-read-only"), allow=READS)
        if request.method == "OPTIONS":
            return preflight(READS)
        graph = self._graph(request)
        choice = choose(header(request, "accept"), GRAPHS)
        if choice is None:
            raise RefusalError(406, why("graph-comes-as", names=", ".join(form.media[0] for form in GRAPHS)))
        make_tag = partial(self.release.tag, "graph", graph)
        if matches(header(request, "if-none-match"), make_tag(choice.media)):
            return unchanged(make_tag(choice.media), "Accept")
        task = Task("graph", graph, union=self.settings.union, graph=choice.form.name)
        return await deliver(request, self.pool, task, (choice,), make_tag)

    def _graph(self, request: Request) -> str:
        """The IRI of the graph that is meant, empty for the default graph; an address of this store is one too."""
        below = path_of(request).removeprefix(STORE).removeprefix("/")
        parameters = protocol.read_form(request.scope["query_string"], "address")
        iris = parameters.get("graph", [])
        if len(iris) + ("default" in parameters) + bool(below) != 1:
            raise RefusalError(400, why("which-graph"))
        if below:
            if not protocol.is_plain_path(below):
                raise RefusalError(404, why("no-page"))
            return self.settings.graphs + below
        if not iris:
            return ""
        iri = iris[0].replace(f"{root_of(request)}{STORE}/", self.settings.graphs, 1)
        if not protocol.is_absolute(iri):
            raise RefusalError(400, why("no-graph-iri", iri=iri[:200]))
        return iri


def unchanged(tag: str, vary: str) -> Response:
    """What is said to who has the answer already."""
    return Response(status_code=304, headers={"etag": tag, "cache-control": "no-cache", "vary": vary})


async def deliver(
    request: Request, pool: Pool, task: Task, choices: Iterable[Choice | None], make_tag: Callable[..., str]
) -> Response:
    """Ask a worker, and send its answer, which is whole by then; ``make_tag`` makes its ETag for a media type."""

    async def leave() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    answer = await pool.ask(task, leave)
    choice = next(choice for choice in choices if choice and choice.form.name == answer.form)
    kept = (
        {"cache-control": "no-store"}
        if answer.is_volatile
        else {"etag": make_tag(choice.media, state=answer.state), "cache-control": "no-cache"}
    )
    headers = {"content-type": choice.content_type, "vary": "Accept", **kept}
    if answer.size <= WorkerAnswer.LONG:
        return Response(answer.content(), headers=headers)
    headers["content-length"] = str(answer.size)
    if request.method == "HEAD":
        answer.close()
        return Response(headers=headers)
    return StreamingResponse(_pieces(answer), headers=headers)


async def _pieces(answer: WorkerAnswer) -> AsyncIterator[bytes]:
    try:
        answer.file.seek(0)
        while piece := answer.file.read(PIECE):
            yield piece
    finally:
        answer.close()


class Relay:
    """Passes queries on to the endpoint at ``url``; ``page`` as the local endpoint has it."""

    def __init__(self, url: str, settings: Settings, page: str = "") -> None:
        self.url, self.settings, self.page = url, settings, page

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.method == "OPTIONS":
            return preflight()
        operation = await read_operation(request)
        if shown := show_editor(request, self.page, operation.text):
            return shown
        accept = header(request, "accept") or "*/*"
        if operation.text:
            # an endpoint may look for escapes first, in words and signs too (SPARQL 1.1, 19.2)
            plain = _ESCAPE.sub(lambda code: chr(min(int(code[1] or code[2], 16), sys.maxunicode)), operation.text)
            for text in dict.fromkeys((operation.text, plain)):
                await run_in_threadpool(inspect_query, text, self.settings.services)
            if not choose(accept, TABLES) and not choose(accept, GRAPHS):
                raise RefusalError(406, why("relay-not-acceptable"))
        media, content = await self.ask(operation, accept)
        return Response(content, headers={"content-type": media, "cache-control": "no-store", "vary": "Accept"})

    async def ask(self, operation: protocol.Operation, accept: str) -> tuple[str, bytes]:
        """Media type and content of the endpoint's answer.

        Raises:
            RefusalError: there is none; what is no answer is told in a sentence, and never passed on as a page of ours.
        """
        import httpx  # for who relays alone: it takes as long as half of the rest

        limits, url = self.settings.limits, self.url
        method, fields = ("POST", {"query": operation.text}) if operation.text else ("GET", None)
        graphs = {"default-graph-uri": list(operation.default), "named-graph-uri": list(operation.named)}
        headers, content = {"Accept": accept, "User-Agent": "pan2kg", "Accept-Encoding": "identity"}, bytearray()
        try:
            async with asyncio.timeout(limits.seconds):
                client = httpx.AsyncClient(timeout=limits.seconds, trust_env=False)
                sent = {**fields, **graphs} if fields else None
                async with client, client.stream(method, url, data=sent, headers=headers) as response:
                    async for piece in response.aiter_bytes(PIECE):
                        content += piece
                        if len(content) > limits.size:
                            raise RefusalError(413, why("answer-too-large", size=megabytes(limits.size)))
        except (TimeoutError, httpx.TimeoutException):
            raise busy(why("endpoint-slow", url=url, seconds=f"{limits.seconds:g}"), 30) from None
        except (OSError, httpx.HTTPError, httpx.InvalidURL):
            raise RefusalError(502, why("endpoint-broke", url=url)) from None
        media = response.headers.get("content-type", "")
        if response.status_code == 200 and protocol.read_media_type(media)[0] in _MEDIA:
            return media, bytes(content)
        if response.status_code == 200:
            raise RefusalError(502, why("endpoint-no-result", url=url))
        if response.status_code in (429, 503):
            raise busy(why("endpoint-busy", url=url), 30)
        is_said = media.startswith("text/plain")
        sentence = content.decode("utf-8", "replace").strip().partition("\n")[0] if is_said else ""
        key, status = "endpoint-refuses-said" if sentence else "endpoint-refuses", str(response.status_code)
        raise RefusalError(400 if status == "400" else 502, why(key, url=url, status=status, words=sentence[:300]))


def assemble(
    settings: Settings,
    endpoint: SparqlEndpoint,
    operations: Operations,
    *,
    store: GraphStore | None = None,
    more: Iterable[BaseRoute] = (),
) -> Edge:
    """The service with what answers at ``/sparql`` and ``/store``, and ``more`` than that."""

    async def no_store(_: Request) -> Response:
        raise RefusalError(404, why("asks-endpoint"))

    answer, every = store.answer if store else no_store, f"{READS}, POST, PUT, PATCH, DELETE"
    routes: list[BaseRoute] = [route(path, endpoint.answer, METHODS) for path in ("/sparql", "/sparql/")]
    routes += [route(path, answer, every) for path in (STORE, f"{STORE}/{{graph:path}}")]
    routes += [route(path, handler, "GET, HEAD") for path, handler in operations.handlers().items()]
    return Edge(settings, [*routes, *more], operations.note)
