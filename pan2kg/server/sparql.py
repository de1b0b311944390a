"""The endpoint by the SPARQL 1.1 Protocol, and graphs by the Graph Store Protocol.

All of it reads: what is asked is answered by the workers or, where the graph lies behind another
endpoint, by a relay that passes queries on to it within this service's own limits.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

import pyoxigraph as ox
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from pan2kg.server import answering, asking, protocol, web
from pan2kg.server.edge import Settings
from pan2kg.server.packets import MEGABYTE
from pan2kg.server.protocol import RefusalError, busy
from pan2kg.store.queries import program_query

STORE = "/store"
EDITOR = "{language}/sparql.html"
# a text of such a size is looked through in a thread, so that nobody else waits for it
LARGE = 32 * 1024
PIECE = 64 * 1024
# of what a client may keep and ask again whether it is the same
KEPT = {"cache-control": "no-cache", "vary": "Accept"}
_MEDIA = frozenset(media for form in (*protocol.TABLES, *protocol.GRAPHS) for media in form.media)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


async def read_operation(request: web.Request, page: str) -> protocol.Operation:
    """What a request asks for; a browser is led to the editor at ``page``, with the query in it."""
    body = await web.read_body(request) if request.method == "POST" else b""
    sent = request.method, request.scope["query_string"], web.header(request, "content-type"), body
    is_large = len(body) > LARGE
    operation = (
        await asyncio.to_thread(protocol.read_operation, *sent)
        if is_large
        else protocol.read_operation(*sent)
    )
    accept = web.header(request, "accept")
    if (
        not page
        or request.method == "POST"
        or not protocol.prefers(accept, protocol.TABLES + protocol.GRAPHS)
    ):
        return operation
    language = protocol.preferred_language(web.header(request, "accept-language"))
    query = f"?query={quote(operation[0], safe='')}" if operation[0] else ""
    address = f"{request.scope['root_path']}/{page.format(language=language)}{query}"
    raise HTTPException(303, headers={"location": address, "vary": "Accept, Accept-Language"})


@dataclass
class Endpoint:
    """The endpoint over the workers; ``page`` is the path of the editor, with « {language} » in it, or empty."""

    pool: asking.Pool
    settings: Settings
    release: protocol.ServedRelease
    page: str = ""
    _counts: tuple[str, dict[str, int]] = ("", {})

    async def answer(self, request: web.Request) -> web.Response:
        """The answer to a query, or what the endpoint can do where there is none."""
        text, default, named = await read_operation(request, self.page)
        address = f"{web.root_of(request)}{web.path_of(request)}"
        if not text:
            return await self._describe(request, address)
        digest = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()
        request.scope["record"].query = digest
        accept = web.header(request, "accept")
        # only the engine tells which of the two a query gives
        choices = protocol.choose(accept, protocol.TABLES), protocol.choose(accept, protocol.GRAPHS)
        make_tag = partial(self.release.tag, text, *default, "", *named)
        if (
            request.method != "POST"
            and "if-none-match" in request.headers
            and not answering.VOLATILE.search(text)
        ):
            for choice in filter(None, choices):
                web.insist_changed(request, {**KEPT, "etag": make_tag(choice.media)})
        graphs = (default, named) if default or named else (None, None)
        names = (choice.form.name if choice else "" for choice in choices)
        task = answering.Task("query", text, address, self.settings.union, *graphs, *names)
        return await deliver(request, self.pool, task, choices, make_tag)

    async def _describe(self, request: web.Request, address: str) -> web.Response:
        choice = protocol.insist(web.header(request, "accept"), protocol.GRAPHS)
        headers = {**KEPT, "etag": self.release.tag("description", address, choice.media)}
        web.insist_changed(request, headers)
        state = str(self.release)
        if self._counts[0] != state:  # counted once for a state of the data
            task = answering.Task("query", program_query("graphs/sizes"), union=False, table="csv")
            answer = await self.pool.ask(task)
            pairs = (line.rpartition(",") for line in answer.content().decode().splitlines()[1:])
            self._counts = (
                state,
                {name.strip('"'): int(count) for name, _, count in pairs if ":" in name},
            )
        triples = protocol.describe_endpoint(address, self._counts[1], union=self.settings.union)
        body = ox.serialize(triples, format=choice.form.engine, prefixes=protocol.PREFIXES) or b""
        return web.Response(body, headers={**headers, "content-type": choice.content_type})

    async def graph(self, request: web.Request) -> web.Response:
        """A graph as a whole (SPARQL 1.1 Graph Store Protocol), by its IRI or as an address below ``/store/``.

        Raises:
            RefusalError: 400 where it is not said which, 404 where there is none, 406 where no form fits.
        """
        # the IRI of the graph that is meant, empty for the default graph; an address of this store
        # is one too
        below = web.path_of(request).removeprefix(STORE).removeprefix("/")
        parameters = protocol.read_form(request.scope["query_string"])
        iris = parameters.get("graph", [])
        if len(iris) + ("default" in parameters) + bool(below) != 1:
            raise RefusalError(400, "which-graph")
        graph = "".join(iris).replace(f"{web.root_of(request)}{STORE}/", self.settings.graphs, 1)
        if below:
            if not protocol.is_plain_path(below):
                raise RefusalError(404, "no-page")
            graph = self.settings.graphs + below
        elif iris and not protocol.is_absolute(graph):
            raise RefusalError(400, "no-absolute-iri", iri=graph[:200])
        choice = protocol.insist(web.header(request, "accept"), protocol.GRAPHS)
        make_tag = partial(self.release.tag, "graph", graph)
        web.insist_changed(request, {**KEPT, "etag": make_tag(choice.media)})
        task = answering.Task("graph", graph, union=self.settings.union, graph=choice.form.name)
        return await deliver(request, self.pool, task, (choice,), make_tag)


async def deliver(
    request: web.Request,
    pool: asking.Pool,
    task: answering.Task,
    choices: Iterable[protocol.Choice | None],
    make_tag: Callable[..., str],
) -> web.Response:
    """What a worker answers to a task, in the form it chose, with an ETag unless it may differ next time."""

    async def leave() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    async def pieces() -> AsyncIterator[bytes]:
        try:
            answer.file.seek(0)
            while piece := answer.file.read(PIECE):
                yield piece
        finally:
            answer.close()

    answer = await pool.ask(task, leave)
    choice = next(choice for choice in choices if choice and choice.form.name == answer.form)
    own = (
        {"cache-control": "no-store"}
        if answer.is_volatile
        else {"etag": make_tag(choice.media, state=answer.state)}
    )
    headers = {**KEPT, **own, "content-type": choice.content_type}
    if answer.size <= asking.WorkerAnswer.MEMORY_BYTES:
        return web.Response(answer.content(), headers=headers)
    return StreamingResponse(pieces(), headers={**headers, "content-length": str(answer.size)})


@dataclass
class Relay:
    """The endpoint where the graph lies behind another one, at ``url``."""

    url: str
    settings: Settings
    page: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        """What the other endpoint answers to a query; nothing is kept."""
        operation = await read_operation(request, self.page)
        accept = web.header(request, "accept") or "*/*"
        text = operation[0]
        if text:
            # an endpoint may look for escapes first, in words and signs too (SPARQL 1.1, 19.2)
            plain = _ESCAPE.sub(lambda code: chr(min(int(code[1] or code[2], 16), 0x10FFFF)), text)
            for query in dict.fromkeys((text, plain)):
                await asyncio.to_thread(answering.inspect_query, query, self.settings.services)
            if not protocol.choose(accept, protocol.TABLES) and not protocol.choose(
                accept, protocol.GRAPHS
            ):
                raise RefusalError(406, "relay-not-acceptable")
        media, content = await self.ask(operation, accept)
        return web.Response(
            content, headers={"content-type": media, "cache-control": "no-store", "vary": "Accept"}
        )

    async def ask(self, operation: protocol.Operation, accept: str) -> tuple[str, bytes]:
        """Media type and content of the endpoint's answer.

        What is no answer is refused and told in a sentence, and never passed on as a page of ours.
        """
        import httpx  # for who relays alone: it takes as long as half of the rest

        limits = self.settings.limits
        url = self.url
        (text, default, named) = operation
        fields = (
            {"query": text, "default-graph-uri": list(default), "named-graph-uri": list(named)}
            if text
            else None
        )
        headers = {"Accept": accept, "User-Agent": "pan2kg", "Accept-Encoding": "identity"}
        content = bytearray()
        try:
            async with asyncio.timeout(limits.seconds):
                client = httpx.AsyncClient(timeout=limits.seconds, trust_env=False)
                method = "POST" if fields else "GET"
                async with (
                    client,
                    client.stream(method, url, data=fields, headers=headers) as response,
                ):
                    async for piece in response.aiter_bytes(PIECE):
                        content += piece
                        if len(content) > limits.size:
                            size = f"{round(limits.size / MEGABYTE, 2):g}"
                            raise RefusalError(413, "answer-too-large", size=size)
        except (TimeoutError, httpx.TimeoutException):
            raise busy("endpoint-slow", 30, url=url, seconds=f"{limits.seconds:g}") from None
        except (OSError, httpx.HTTPError, httpx.InvalidURL):
            raise RefusalError(502, "endpoint-broke", url=url) from None
        media = response.headers.get("content-type", "")
        status = response.status_code
        if status == 200 and protocol.read_media_type(media)[0] in _MEDIA:
            return media, bytes(content)
        if status == 200:
            raise RefusalError(502, "endpoint-no-result", url=url)
        if status in (429, 503):
            raise busy("endpoint-busy", 30, url=url)
        beginning = content.decode("utf-8", "replace").strip().partition("\n")[0][:300]
        words = (
            f"{status}: {beginning}"
            if beginning and media.startswith("text/plain")
            else str(status)
        )
        code = 400 if status == 400 else 502
        raise RefusalError(code, "endpoint-refuses", url=url, status=words)
