"""The graphs themselves: SPARQL 1.1 Graph Store HTTP Protocol (https://www.w3.org/TR/sparql11-http-rdf-update/)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from pan2kg.server.channel import Task
from pan2kg.server.evaluation import Change
from pan2kg.server.inspection import inspect_update
from pan2kg.server.negotiation import GRAPHS, choose
from pan2kg.server.pool import Pool
from pan2kg.server.protocol import UPDATE, is_absolute, read_form, read_media_type, read_parts
from pan2kg.server.request import DATA_HEADERS, PREFLIGHT_HEADERS, Refusal, Request, is_plain_path, matches, why
from pan2kg.server.settings import Release, Settings
from pan2kg.server.sparql import CACHE, VARY, apply_change, deliver, refuse_update

ROOT: Final = "/store"
READS: Final = ("GET", "HEAD")
WRITES: Final = ("PUT", "POST", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class GraphStore:
    """Answers what is asked at ``/store`` and below it."""

    pool: Pool
    settings: Settings
    release: Release

    async def answer(self, request: Request) -> None:
        """Answer one request."""
        allowed = (*READS, *(WRITES if self.settings.token else ()), "OPTIONS")
        if request.method == "OPTIONS":
            methods = (b"access-control-allow-methods", ", ".join(allowed).encode())
            await request.reply(204, [*PREFLIGHT_HEADERS, methods])
            return
        graph = self._graph(request)
        if request.method not in allowed:
            key = "store-read-only" if request.method in WRITES else "means-nothing"
            graph = Refusal(405, why(key, method=request.method), headers=(("allow", ", ".join(allowed)),))
        if isinstance(graph, Refusal):
            await request.refuse(graph, DATA_HEADERS)
        elif request.method in READS:
            await self._read(request, graph)
        else:
            await self._write(request, graph)

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

    async def _read(self, request: Request, graph: str) -> None:
        choice = choose(request.header(b"accept"), GRAPHS)
        if choice is None:
            names = ", ".join(form.media[0] for form in GRAPHS)
            await request.refuse(Refusal(406, why("graph-comes-as", names=names)), (*DATA_HEADERS, VARY))
            return
        parts = ("graph", graph)
        tag = self.release.tag(*parts, choice.media)
        if matches(request.header(b"if-none-match"), [tag]):
            await request.reply(304, [(b"etag", tag), CACHE, VARY, *DATA_HEADERS])
            return
        task = Task("graph", graph, "", self.settings.union, None, None, "", choice.form.name)
        await deliver(request, self.pool, task, {choice.form.name: choice}, (self.release, parts))

    async def _write(self, request: Request, graph: str) -> None:
        refusal = refuse_update(request, self.settings)
        body = refusal or await request.body()
        change = body if isinstance(body, Refusal) else self._change(request, graph, body)
        if isinstance(change, Refusal):
            await request.refuse(change, DATA_HEADERS)
            return
        made = request.method == "POST" and request.path.rstrip("/") == ROOT and not request.query
        address = f"{request.root}{ROOT}/{graph.removeprefix(self.settings.graphs)}"
        await apply_change(request, self.pool, change, ((b"location", address.encode()),) if made else ())

    def _change(self, request: Request, graph: str, body: bytes) -> Change | Refusal:
        kind, base = request.method.lower(), graph or f"{request.root}{ROOT}"
        header = request.header(b"content-type")
        if kind == "delete":
            return Change(kind, "", base, graph, [])
        if kind == "patch":
            if read_media_type(header)[0] != UPDATE:
                return Refusal(415, why("patch-is-update", media=UPDATE))
            text = body.decode("utf-8", "replace")
            return inspect_update(text) or Change(kind, text, base, graph, [])
        parts = read_parts(header, body)
        return parts if isinstance(parts, Refusal) else Change(kind, "", base, graph, parts)
