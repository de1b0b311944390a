"""The application: which handler answers which address, and the two services that stand beside the SPARQL endpoint.

These are the SPARQL 1.1 Graph Store Protocol over the workers and, where the graph lies behind another endpoint, a
relay that passes queries on to it within this service's own limits.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import Final
from urllib.parse import urlencode, urlsplit

from starlette.responses import Response

from pan2kg.server.application import Application, route
from pan2kg.server.channel import Task, megabytes
from pan2kg.server.evaluation import Change
from pan2kg.server.inspection import inspect_query
from pan2kg.server.negotiation import GRAPHS, TABLES, choose
from pan2kg.server.operations import Operations
from pan2kg.server.pages import Pages
from pan2kg.server.pool import Pool
from pan2kg.server.protocol import (
    FORM,
    METHODS,
    UPDATE,
    Operation,
    is_absolute,
    read_form,
    read_media_type,
    read_parts,
)
from pan2kg.server.refusal import Refusal, busy, why
from pan2kg.server.request import DATA_HEADERS, Handler, Request, aside, is_plain_path, matches, refuse, reply
from pan2kg.server.settings import Release, Settings
from pan2kg.server.sparql import (
    CACHE,
    VARY,
    Endpoint,
    apply_change,
    deliver,
    preflight,
    read_asked,
    refuse_update,
    show_editor,
    wants_editor,
)

ROOT: Final = "/store"
READS: Final = ("GET", "HEAD")
WRITES: Final = ("PUT", "POST", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class GraphStore:
    """Answers what is asked at ``/store`` and below it."""

    pool: Pool
    settings: Settings
    release: Release

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        allowed = (*READS, *(WRITES if self.settings.people.may_write else ()), "OPTIONS")
        if request.method == "OPTIONS":
            return preflight(", ".join(allowed))
        graph = self._graph(request)
        if request.method not in allowed:
            key = "store-read-only" if request.method in WRITES else "means-nothing"
            graph = Refusal(405, why(key, method=request.method), headers=(("allow", ", ".join(allowed)),))
        if isinstance(graph, Refusal):
            return refuse(request, graph, DATA_HEADERS)
        return await (self._read if request.method in READS else self._write)(request, graph)

    def _graph(self, request: Request) -> str | Refusal:
        """The IRI of the graph that is meant, empty for the default graph.

        A POST to the store itself makes a new graph. An address of this store, given as ``graph``, is
        the graph it stands for.
        """
        below = request.path.removeprefix(ROOT).removeprefix("/")
        parameters = read_form(request.query, "address")
        if isinstance(parameters, Refusal):
            return parameters
        given = parameters.get("graph", [])
        named = len(given) + ("default" in parameters) + bool(below)
        if below and named == 1:
            return self.settings.graphs + below if is_plain_path(below) else Refusal(404, why("no-such-graph"))
        if named == 0 and request.method == "POST":
            return f"{self.settings.graphs}{uuid.uuid4()}"
        if named != 1:
            return Refusal(400, why("which-graph"))
        if not given:
            return ""
        here = f"{request.root}{ROOT}/"
        iri = self.settings.graphs + given[0].removeprefix(here) if given[0].startswith(here) else given[0]
        return iri if is_absolute(iri) else Refusal(400, why("no-graph-iri", iri=iri[:200]))

    async def _read(self, request: Request, graph: str) -> Response:
        choice = choose(request.header("accept"), GRAPHS)
        if choice is None:
            names = ", ".join(form.media[0] for form in GRAPHS)
            return refuse(request, Refusal(406, why("graph-comes-as", names=names)), (*DATA_HEADERS, VARY))
        make_tag = self._tags(graph)
        tag = make_tag(choice.media)
        if matches(request.header("if-none-match"), [tag]):
            return reply(304, [(b"etag", tag), CACHE, VARY, *DATA_HEADERS])
        task = Task("graph", graph, "", self.settings.union, None, None, "", choice.form.name)
        return await deliver(request, self.pool, task, {choice.form.name: choice}, make_tag)

    def _tags(self, graph: str) -> Callable[[str], bytes]:
        """What makes the ETags of a graph, strong where it can be written: If-Match takes no other."""
        make = self.release.strong_tag if self.settings.people.may_write else self.release.tag
        return partial(make, "graph", graph)

    async def _write(self, request: Request, graph: str) -> Response:
        refusal = refuse_update(request, self.settings)
        body = refusal or await request.read()
        change = body if isinstance(body, Refusal) else self._change(request, graph, body)
        if isinstance(change, Refusal):
            return refuse(request, change, DATA_HEADERS)
        made = request.method == "POST" and request.path.rstrip("/") == ROOT and not request.query
        address = f"{request.root}{ROOT}/{graph.removeprefix(self.settings.graphs)}"
        where = ((b"location", address.encode()),) if made else ()
        return await apply_change(request, self.pool, *_on_condition(request, change, self._tags(graph)), where)

    def _change(self, request: Request, graph: str, body: bytes) -> Change | Refusal:
        kind, base = request.method.lower(), graph or f"{request.root}{ROOT}"
        header = request.header("content-type")
        if kind == "delete":
            return Change(kind, "", base, graph, [])
        if kind == "patch":
            if read_media_type(header)[0] != UPDATE:
                return Refusal(415, why("patch-is-update", media=UPDATE))
            return Change(kind, body.decode("utf-8", "replace"), base, graph, [])
        parts = read_parts(header, body)
        return parts if isinstance(parts, Refusal) else Change(kind, "", base, graph, parts)


def _on_condition(
    request: Request, change: Change, make_tag: Callable[[str], bytes]
) -> tuple[Change, Callable[[], bool] | None]:
    """A change as If-Match and If-None-Match bound it; an ETag is that of any form of the graph."""
    wanted, unwanted = request.header("if-match").strip(), request.header("if-none-match").strip()
    if "*" in (wanted, unwanted):
        return change._replace(exists=wanted == "*"), None
    if not wanted and not unwanted:
        return change, None
    named = {one.strip().encode() for one in (wanted or unwanted).split(",")}

    def holds() -> bool:
        tags = [make_tag(media) for form in GRAPHS for media in form.media]
        return bool(named & set(tags)) is bool(wanted)

    return change, holds


PIECE: Final = 64 * 1024
_MEDIA: Final = frozenset(media for form in (*TABLES, *GRAPHS) for media in form.media)
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


@dataclass(frozen=True, slots=True)
class Relay:
    """Passes queries on to the endpoint at ``url``; ``page`` as the local endpoint has it."""

    url: str
    settings: Settings
    page: str = ""
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8, "relay"))

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.method == "OPTIONS":
            return preflight(METHODS)
        operation = await read_asked(request)
        if isinstance(operation, Operation) and wants_editor(request, self.page):
            return show_editor(request, self.page, operation.text)
        refusal = (
            operation
            if isinstance(operation, Refusal)
            else await aside(len(operation.text), self._refuse, request, operation)
        )
        if refusal or isinstance(operation, Refusal):
            return refuse(request, refusal or Refusal(400, why("fault")), (*DATA_HEADERS, VARY))
        loop = asyncio.get_running_loop()
        accept = request.header("accept") or "*/*"
        answer = await loop.run_in_executor(self.threads, self.ask, operation, accept)
        if isinstance(answer, Refusal):
            return refuse(request, answer, (*DATA_HEADERS, VARY))
        media, content = answer
        headers = [(b"content-type", media.encode("latin-1")), (b"cache-control", b"no-store"), VARY]
        return reply(200, [*headers, *DATA_HEADERS], content)

    def _refuse(self, request: Request, operation: Operation) -> Refusal | None:
        if operation.kind == "update":
            return Refusal(403, why("update-refused"))
        if operation.kind == "description":
            return None
        for text in dict.fromkeys((operation.text, _unescape(operation.text))):
            traits = inspect_query(text, self.settings.services)
            if isinstance(traits, Refusal):
                return traits
        accept = request.header("accept")
        if not choose(accept, TABLES) and not choose(accept, GRAPHS):
            return Refusal(406, why("relay-not-acceptable"))
        return None

    def ask(self, operation: Operation, accept: str) -> tuple[str, bytes] | Refusal:
        """Media type and content of the endpoint's answer, or why there is none; waits for it."""
        limits = self.settings.limits
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        try:
            with closing(kind(parts.hostname or "", parts.port, timeout=limits.seconds)) as connection:
                headers = {"Accept": accept, "User-Agent": "pan2kg"}
                if operation.kind == "query":
                    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
                    connection.request("POST", target, _form(operation), {**headers, "Content-Type": FORM})
                else:
                    connection.request("GET", parts.path or "/", headers=headers)
                return self._judge(connection.getresponse(), time.monotonic() + limits.seconds)
        except TimeoutError:
            return busy(why("endpoint-slow", url=self.url, seconds=f"{limits.seconds:g}"), 30)
        except (OSError, HTTPException):
            return Refusal(502, why("endpoint-broke", url=self.url))

    def _judge(self, response: HTTPResponse, deadline: float) -> tuple[str, bytes] | Refusal:
        """The answer if it is one; what is none is told in a sentence, and never passed on as a page of ours."""
        media = response.headers.get("Content-Type", "")
        content = self._read(response, deadline)
        if content is None:
            return Refusal(413, why("answer-too-large", size=megabytes(self.settings.limits.size)))
        if response.status == 200:
            known = read_media_type(media)[0] in _MEDIA
            return (media, content) if known else Refusal(502, why("endpoint-no-result", url=self.url))
        if response.status in (429, 503):
            return busy(why("endpoint-busy", url=self.url), 30)
        said = content.decode("utf-8", "replace").strip().partition("\n")[0] if media.startswith("text/plain") else ""
        key = "endpoint-refuses-said" if said else "endpoint-refuses"
        message = why(key, url=self.url, status=str(response.status), words=said[:300])
        return Refusal(400 if response.status == 400 else 502, message)

    def _read(self, response: HTTPResponse, deadline: float) -> bytes | None:
        """The whole content; None where it is too large.

        Raises:
            TimeoutError: it is not whole at the deadline.
            HTTPException: it breaks off.
        """
        content = bytearray()
        while piece := response.read1(PIECE):
            content += piece
            if len(content) > self.settings.limits.size:
                return None
            if time.monotonic() > deadline:
                raise TimeoutError
        if response.length:
            raise IncompleteRead(bytes(content), response.length)
        return bytes(content)


def _unescape(text: str) -> str:
    """A query as an endpoint reads it that looks for escapes first, in words and signs too (SPARQL 1.1, 19.2).

    >>> _unescape(r"\\u0053ERVICE")
    'SERVICE'
    """
    return _ESCAPE.sub(lambda found: chr(min(int(found[1] or found[2], 16), sys.maxunicode)), text)


def _form(operation: Operation) -> bytes:
    fields = [("query", operation.text)]
    fields += [("default-graph-uri", iri) for iri in operation.default]
    fields += [("named-graph-uri", iri) for iri in operation.named]
    return urlencode(fields).encode()


async def no_store(request: Request, url: str) -> Response:
    """What ``/store`` answers where the graph is somewhere else."""
    return refuse(request, Refusal(404, why("asks-endpoint", url=url)), DATA_HEADERS)


EDITOR = "{language}/sparql.html"


def assemble(
    settings: Settings,
    pool: Pool,
    release: Release,
    *,
    pages: Pages | None = None,
    more: tuple[tuple[str, Handler], ...] = (),
    operations: Operations | None = None,
    otherwise: Handler | None = None,
) -> Application:
    """The service over a graph held here; ``more`` as the application takes it, ``otherwise`` in the place of pages."""
    watched = operations or Operations()
    watched.measure(pool)
    endpoint = Endpoint(pool, settings, release, EDITOR if pages else "").answer
    store = GraphStore(pool, settings, release).answer
    paths = _paths(endpoint, store, watched, more, pages.answer if pages else otherwise)
    return Application(settings.address, route(paths), watched.note, settings.connections, settings.is_public)


def _paths(
    endpoint: Handler,
    store: Handler,
    watched: Operations,
    more: tuple[tuple[str, Handler], ...],
    otherwise: Handler | None,
) -> Iterator[tuple[str, Handler]]:
    """All handlers with their paths, as Starlette writes them; the first that fits a request answers it."""
    yield from (("/sparql", endpoint), ("/sparql/", endpoint), (ROOT, store), (f"{ROOT}/{{graph:path}}", store))
    yield from watched.handlers().items()
    yield from ((f"{start}{{rest:path}}", handler) for start, handler in more)
    if otherwise:
        yield "/{rest:path}", otherwise


def assemble_relay(
    settings: Settings,
    url: str,
    *,
    pages: Pages | None = None,
    more: tuple[tuple[str, Handler], ...] = (),
    operations: Operations | None = None,
) -> Application:
    """The service over a graph somewhere else; ``more`` as the application takes it."""
    watched = operations or Operations()
    relay = Relay(url, settings, EDITOR if pages else "").answer
    store = partial(no_store, url=url)
    paths = _paths(relay, store, watched, more, pages.answer if pages else None)
    return Application(settings.address, route(paths), watched.note, settings.connections, settings.is_public)
