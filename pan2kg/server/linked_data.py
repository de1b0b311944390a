"""Documents, the VoID description and the files of a release over HTTP.

What a document says is decided in :mod:`pan2kg.server.documents`. The VoID description is counted by queries, once for
each state of the data, and written by the code that writes it for a release. A release is served as it is: every file
with the ETag of its own checksum, and what plain files cannot say, status and negotiation; what no file tells, a link
that a rule made, is answered from the graph.
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
import re
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from pan2kg.errors import Pan2kgError, Place, ProjectError
from pan2kg.graph.dataset import dataset_of, own_profile, read_profiles
from pan2kg.graph.graph import Graph
from pan2kg.project import Project, reason
from pan2kg.publish.descriptions import Statistics, targets_of, write_void
from pan2kg.publish.documents import DOCUMENTS, GRAPHS, graph_place
from pan2kg.publish.edition import Addresses, Edition, Issue, read_facts
from pan2kg.publish.folder import LIST, MARK, VERSIONS, read_checksums
from pan2kg.publish.hosts import MEDIA, OTHER_MEDIA
from pan2kg.server.documents import DATA, STARTS, Call, DataSource, space_of, write
from pan2kg.server.protocol import Form, RefusalError, busy, choose, why
from pan2kg.server.web import header, matches, path_of, preflight, root_of
from pan2kg.store.queries import program_query
from pan2kg.store.store import LocalStore, Store, construct, plain, select
from pan2kg.turtle.vocabulary import DCTERMS, GRAPH

# what the service has of the graph as a file, below its root
VOID_PATH: Final = "/.well-known/void"
DUMPS: Final = ("data/pan2kg.nq.gz",)
METHODS: Final = "GET, HEAD, OPTIONS"

Handler = Callable[[Request], Awaitable[Response]]


class VoidDescription:
    """Answers at ``/.well-known/void``; the counts stay as long as the data stay as they are."""

    def __init__(self, project: Project, source: DataSource) -> None:
        self.project, self.source = project, source
        self._counted: tuple[str, Statistics] | None = None
        self._lock = threading.Lock()

    def answer(self, call: Call) -> Response:
        """Answer a request for the description of the graph.

        Raises:
            RefusalError: it does not come in such a form.
            Pan2kgError: the store does not answer.
        """
        source, store = self.source, self.source.store
        choice = choose(call.accept, DATA)
        if choice is None:
            raise RefusalError(406, why("comes-as", names=", ".join(form.media[0] for form in DATA)))
        tag = source.release.tag("void", call.place, choice.media)
        headers = {"vary": "Accept", "cache-control": "no-cache", "etag": tag}
        if matches(call.condition, tag):
            return Response(status_code=304, headers=headers)
        small, space = LocalStore(ox.Store()), space_of(store)
        stated = construct(store, program_query("dataset/facts", dataset=dataset_of(space)))
        small.add(f"{GRAPH}catalogue", stated)
        try:
            facts = read_facts(small, space)
        except ProjectError as error:
            raise RefusalError(404, why("no-dataset-facts", why=error.message)) from None
        issued, modified = (facts.day(DCTERMS + name) for name in ("issued", "modified"))
        addresses = Addresses(facts.space, call.place, f"{call.place}sparql", facts.space)
        edition = Edition(Graph(self.project, small), facts, Issue(facts.version or "0", issued, modified, addresses))
        with self._lock:
            state = str(source.release)
            if self._counted is None or state != self._counted[0]:
                self._counted = state, count(store)
        turtle = write_void(edition, self._counted[1], DUMPS)
        triples = [quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)]
        body = write(triples, choice.form.name, {**source.prefixes, "void": "http://rdfs.org/ns/void#"})
        return Response(body, headers={**headers, "content-type": choice.content_type})


def count(store: Store) -> Statistics:
    """Count the triples of a store, each once, whatever number of graphs it stands in."""
    totals = select(store, program_query("counts/totals")).rows[0]
    properties, classes = (
        Counter({plain(name): int(plain(number)) for name, number in select(store, program_query(query)).rows})
        for query in ("counts/distinct-properties", "counts/distinct-classes")
    )
    links: Counter[tuple[str, str]] = Counter()
    targets = targets_of(own_profile(read_profiles(store), None))
    for _, name, value in select(store, program_query("counts/outgoing-statements", space=space_of(store))).rows:
        links.update((target, plain(name)) for target, start in targets.items() if plain(value).startswith(start))
    triples, subjects, objects = (int(plain(value)) for value in totals)
    return Statistics(triples, subjects, objects, properties, classes, links)


def handlers(project: Project, source: DataSource, *, is_elsewhere: bool = False) -> dict[str, Handler]:
    """What answers for things and documents, by how their addresses begin; in threads, as the store is waited for.

    Where documents stand is said whole where they may be asked for elsewhere than they are (``is_elsewhere``), as under
    the addresses of things, which lead here from another domain.
    """
    threads, void = ThreadPoolExecutor(4, "document"), VoidDescription(project, source)

    async def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return preflight(METHODS)
        root, prefix, path = root_of(request), request.scope["root_path"], path_of(request)
        call = Call(
            path,
            request.scope["query_string"],
            header(request, "accept"),
            header(request, "accept-language"),
            header(request, "if-none-match"),
            f"{root}/",
            f"{root if is_elsewhere else prefix}/",
        )
        respond = void.answer if path.startswith(VOID_PATH) else source.answer
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, respond, call)
        except Pan2kgError as error:
            raise busy(why("no-document-now", why=error.told)) from None

    return dict.fromkeys((*STARTS, VOID_PATH), answer)


# what has several forms under one address that is no document of a thing
_FORMS: Final = tuple(Form(ending, (MEDIA[ending],), "") for ending in ("html", "ttl", "jsonld", "rdf", "nt"))
_ABOUT: Final = ("dataset", "catalogue", "contributors", "publisher", "profile")
_VARIANTS: Final[Mapping[str, Mapping[str, str]]] = {
    "ontology": {"html": "ontology/index.fr.html"}
    | {ending: f"ontology/pan2kg.{ending}" for ending in ("ttl", "jsonld", "rdf", "nt")},
    **dict.fromkeys(
        _ABOUT, {"html": "index.html"} | {ending: f"catalogue.{ending}" for ending in ("ttl", "jsonld", "rdf")}
    ),
}
_VARY: Final[Mapping[str, str]] = {"vary": "Accept"}
_NONE: Final[Mapping[str, str]] = {}
_ENDING: Final = re.compile(r"\.(?:html|ttl|jsonld)$")
_VERSION: Final = re.compile(r"dataset/([0-9][^/]*?)/?")
_ONTOLOGY: Final = re.compile(r"ontology/([0-9][^/]*)")


class ReleaseFiles:
    """Answers from a release folder: ``sums`` are its files, ``retired`` what was given up, and what took its place."""

    def __init__(
        self, folder: Path, sums: Mapping[str, str], retired: Mapping[str, str], otherwise: Handler | None = None
    ) -> None:
        self.folder, self.sums, self.retired, self.otherwise = folder, sums, retired, otherwise

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        path = path_of(request).removeprefix("/")
        thing = _ENDING.sub("", path.removeprefix("id/").removeprefix(f"{DOCUMENTS}/"))
        if path.startswith(("id/", f"{DOCUMENTS}/")) and thing in self.retired:
            return self._gone(request, path, self.retired[thing])
        if path in self.sums:
            return self._send(request, path)
        if f"{path.rstrip('/')}/index.html".lstrip("/") in self.sums:
            if path and not path.endswith("/"):
                return _move(request, 301, f"{path}/")
            return self._send(request, f"{path}index.html")
        return await self._lead(request, path)

    async def _lead(self, request: Request, path: str) -> Response:
        """What is no file: a thing, a document in one form or another, a version, a named graph; else nothing."""
        start = path.partition("/")[0]
        path = graph_place(path) if start == GRAPHS else path
        number, ontology = _VERSION.fullmatch(path), _ONTOLOGY.fullmatch(path)
        variants = _VARIANTS.get(path) or {
            form.name: f"{path}.{form.name}" for form in _FORMS if f"{path}.{form.name}" in self.sums
        }
        if path.startswith("id/") and f"{DOCUMENTS}/{path[3:]}.html" in self.sums:
            return _move(request, 303, f"{DOCUMENTS}/{path[3:]}")
        if number and f"{VERSIONS}/{number[1]}/index.html" in self.sums:
            return _move(request, 303, f"{VERSIONS}/{number[1]}/")
        if ontology and f"ontology/{ontology[1]}.ttl" in self.sums:
            return _move(request, 303, f"ontology/{ontology[1]}.ttl")
        if variants and start in (DOCUMENTS, GRAPHS, *_VARIANTS):
            return self._negotiate(request, variants)
        if start in ("prefixes", "query"):
            return _move(request, 303, "queries.ttl")
        if self.otherwise and path.startswith(("id/", f"{DOCUMENTS}/")):
            return await self.otherwise(request)
        return self._nothing(request, 404)

    def _negotiate(self, request: Request, variants: Mapping[str, str]) -> Response:
        forms = tuple(form for form in _FORMS if variants.get(form.name) in self.sums)
        choice = choose(header(request, "accept"), forms)
        if choice is None:
            raise RefusalError(406, why("comes-as", names=", ".join(form.media[0] for form in forms)))
        prefix, path = request.scope["root_path"], variants[choice.form.name]
        alternates = [
            f'<{prefix}/{variants[form.name]}>; rel="alternate"; type="{form.media[0]}"'
            for form in forms if form != choice.form
        ]  # fmt: skip
        links = {"link": ", ".join(alternates)} if alternates else {}
        return self._send(request, path, more={"vary": "Accept", "content-location": f"{prefix}/{path}", **links})

    def _gone(self, request: Request, path: str, following: str) -> Response:
        """What took the place of a thing, or its tombstone where that is nothing, or several things."""
        if following:
            return _move(request, 301, following)
        place = path if path in self.sums else f"{DOCUMENTS}/{path.removeprefix('id/').removeprefix('doc/')}"
        forms = tuple(form for form in _FORMS if f"{place}.{form.name}" in self.sums)
        choice = choose(header(request, "accept"), forms) if forms else None
        file = f"{place}.{choice.form.name}" if choice else place
        return self._send(request, file, 410, _VARY) if file in self.sums else self._nothing(request, 410)

    def _nothing(self, request: Request, status: int) -> Response:
        page = f"{status}.html"
        if page in self.sums and "html" in header(request, "accept"):
            return self._send(request, page, status, _VARY)
        raise RefusalError(status, why("no-page" if status == 404 else "retired-here"))

    def _send(self, request: Request, path: str, status: int = 200, more: Mapping[str, str] = _NONE) -> Response:
        tag = f'"{self.sums[path][:32]}"'
        headers = {"content-type": media_of(path), "etag": tag, "cache-control": "no-cache", **more}
        if status == 200 and matches(header(request, "if-none-match"), tag):
            return Response(status_code=304, headers=headers)
        return FileResponse(self.folder / path, status, headers)


def _move(request: Request, status: int, path: str) -> Response:
    headers = {"location": f"{request.scope['root_path']}/{path}", "vary": "Accept"}
    return Response(status_code=status, headers=headers)


def media_of(path: str) -> str:
    """The media type of a file, with its character set where it is text.

    >>> media_of("data/pan2kg.ttl"), media_of(".well-known/void"), media_of("data/pan2kg.nq.gz")
    ('text/turtle; charset=utf-8', 'text/turtle; charset=utf-8', 'application/gzip')
    """
    ending = "ttl" if path == ".well-known/void" else path.rpartition(".")[2]
    if ending in MEDIA:
        return f"{MEDIA[ending]}; charset=utf-8"
    if ending in OTHER_MEDIA:
        return OTHER_MEDIA[ending]
    packed = {"gz": "application/gzip", "htaccess": "text/plain", "conf": "text/plain"}
    media = packed.get(ending) or mimetypes.guess_type(path)[0] or "text/plain"
    return f"{media}; charset=utf-8" if media.startswith("text/") else media


def open_release(folder: Path, otherwise: Handler | None = None) -> ReleaseFiles:
    """The files of a release.

    Raises:
        ProjectError: the folder holds no release, or a file of it cannot be read.
    """
    try:
        mark = json.loads((folder / MARK).read_text(encoding="utf-8"))
        sums = dict(read_checksums(folder))
    except (OSError, ValueError) as error:
        fault = reason(error) if isinstance(error, OSError) else MARK
        raise ProjectError("holds-no-release-to-serve", place=Place(str(folder)), error=fault) from None
    shown = {path: digest for path, digest in sums.items() if not path.endswith(".htaccess")}
    return ReleaseFiles(folder, shown | {LIST: sums.get(MARK, "")}, mark.get("retired", {}), otherwise)
