"""Documents and the VoID description over HTTP: from a request to a call, and from an answer to a response.

The VoID description is counted by queries, once for each state of the data, and written by the code that writes it for
a release. What is answered is decided in :mod:`pan2kg.server.dereference`.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Protocol, runtime_checkable

import pyoxigraph as ox
from starlette.responses import Response

from pan2kg.errors import Pan2kgError, ProjectError
from pan2kg.graph.dataset import dataset_of, own_profile, read_profiles
from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.publish.descriptions import Statistics, targets_of, write_void
from pan2kg.publish.edition import Addresses, Edition, Facts, Issue, read_facts
from pan2kg.server.dereference import NO_CACHE, STARTS, Answer, Call, DataSource, Portray, answer
from pan2kg.server.documents import DATA, space_of, write
from pan2kg.server.negotiation import Choice, choose
from pan2kg.server.pages import Pages
from pan2kg.server.refusal import Refusal, busy, why
from pan2kg.server.request import (
    DATA_HEADERS,
    PAGE_HEADERS,
    PREFLIGHT_HEADERS,
    Handler,
    Headers,
    Request,
    matches,
    refuse,
    reply,
)
from pan2kg.store.queries import program_query
from pan2kg.store.store import LocalStore, Store, construct, plain, select
from pan2kg.turtle.vocabulary import DCTERMS, GRAPH

PATH: Final = "/.well-known/void"
DUMPS: Final = ("data/pan2kg.nq.gz",)
"""What the service has of the graph as a file, below its root."""


@dataclass(slots=True)
class VoidStatistics:
    """Answers at ``/.well-known/void``; the counts are kept as long as the data stay as they are."""

    project: Project
    _state: str = ""
    _counted: Statistics | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, call: Call, source: DataSource) -> Answer | Refusal:
        """Answer a request for the description of the graph.

        Raises:
            Pan2kgError: the store does not answer.
        """
        choice = choose(call.accept, DATA)
        if choice is None:
            return Refusal(406, why("comes-as", names=", ".join(form.media[0] for form in DATA)))
        headers = [(b"vary", b"Accept"), NO_CACHE, (b"etag", source.release.tag("void", call.place, choice.media))]
        if matches(call.condition, [headers[-1][1]]):
            return Answer(304, headers)
        body = self._written(call, source, choice)
        if isinstance(body, Refusal):
            return body
        return Answer(200, [*headers, (b"content-type", choice.content_type.encode())], body)

    def _written(self, call: Call, source: DataSource, choice: Choice) -> bytes | Refusal:
        small, space = LocalStore(ox.Store()), space_of(source.store)
        stated = construct(source.store, program_query("dataset/facts", dataset=dataset_of(space)))
        small.add(f"{GRAPH}catalogue", stated)
        try:
            facts = read_facts(small, space)
        except ProjectError as error:
            return Refusal(404, why("no-dataset-facts", why=error.message))
        edition = Edition(Graph(self.project, small), facts, _issue(facts, call.place))
        turtle = write_void(edition, self._statistics(source), DUMPS)
        triples = [quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)]
        return write(triples, choice.form.name, {**source.prefixes, "void": "http://rdfs.org/ns/void#"})

    def _statistics(self, source: DataSource) -> Statistics:
        with self._lock:
            state = str(source.release)
            if self._counted is None or state != self._state:
                self._state, self._counted = state, count(source.store)
            return self._counted


def _issue(facts: Facts, place: str) -> Issue:
    issued, modified = (facts.day(DCTERMS + name) for name in ("issued", "modified"))
    return Issue(facts.version or "0", issued, modified, Addresses(facts.space, place, f"{place}sparql", facts.space))


def count(store: Store) -> Statistics:
    """Count the triples of a store, each once, whatever number of graphs it stands in.

    Raises:
        Pan2kgError: the store does not answer.
    """
    row = select(store, program_query("counts/totals")).rows[0]
    triples, subjects, objects = (int(plain(value)) for value in row)
    return Statistics(
        triples,
        subjects,
        objects,
        _numbers(store, "counts/distinct-properties"),
        _numbers(store, "counts/distinct-classes"),
        _links(store),
    )


def _numbers(store: Store, what: str) -> Counter[str]:
    rows = select(store, program_query(what)).rows
    return Counter({plain(name): int(plain(number)) for name, number in rows})


def _links(store: Store) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    targets = targets_of(own_profile(read_profiles(store), None))
    for _, name, value in select(store, program_query("counts/outgoing-statements", space=space_of(store))).rows:
        for target in _targets(plain(value), targets):
            found[target, plain(name)] += 1
    return found


def _targets(iri: str, targets: Mapping[str, str]) -> list[str]:
    return [name for name, start in targets.items() if iri.startswith(start)]


METHODS: Final = "GET, HEAD, OPTIONS"
_VARY: Final = (b"vary", b"Accept")

Respond = Callable[[Call, DataSource], Answer | Refusal]


@dataclass(frozen=True, slots=True)
class LinkedDataHandler:
    """Answers requests by a function of call and holding, in threads, as the store makes them wait.

    Where documents stand is said whole where they may be asked for elsewhere than they are (``is_elsewhere``), as under
    the addresses of things, which lead here from another domain.
    """

    source: DataSource
    respond: Respond
    is_elsewhere: bool = False
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4, "document"))

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.method == "OPTIONS":
            methods = (b"access-control-allow-methods", METHODS.encode())
            return reply(204, [(b"allow", METHODS.encode()), *PREFLIGHT_HEADERS, methods])
        if request.method not in ("GET", "HEAD"):
            message = why("document-is-read", method=request.method)
            return refuse(request, Refusal(405, message, headers=(("allow", METHODS),)), DATA_HEADERS)
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self.threads, self._respond, self._call(request))
        if isinstance(answer, Refusal):
            return refuse(request, answer, (*DATA_HEADERS, _VARY))
        return reply(answer.status, [*answer.headers, *_common(answer)], answer.body)

    def _call(self, request: Request) -> Call:
        return Call(
            request.path,
            request.query,
            request.header("accept"),
            request.header("accept-language"),
            request.header("if-none-match"),
            f"{request.root}/",
            f"{request.root if self.is_elsewhere else request.prefix}/",
        )

    def _respond(self, call: Call) -> Answer | Refusal:
        try:
            return self.respond(call, self.source)
        except Pan2kgError as error:
            return busy(why("no-document-now", why=error.told))


def _common(answer: Answer) -> Headers:
    """What every answer says to a browser; a page may be read by pages of other sites as little as any page."""
    is_page = dict(answer.headers).get(b"content-type", b"").startswith(b"text/html")
    return list(PAGE_HEADERS) if is_page else list(DATA_HEADERS)


@runtime_checkable
class PortrayingSite(Protocol):
    """A site that can also draw the page of a thing for another place than its own."""

    def portray(self, iri: str, path: str, language: str) -> bytes:
        """The page of a thing as it stands at a path."""


def portrait(pages: Pages) -> Portray:
    """Draws pages by the site that is shown."""

    def portray(iri: str, path: str, language: str) -> bytes:
        site = pages.site()
        return site.portray(iri, path, language) if isinstance(site, PortrayingSite) else b""

    return portray


def handlers(project: Project, source: DataSource, *, is_elsewhere: bool = False) -> tuple[tuple[str, Handler], ...]:
    """What answers for things and documents, by how the addresses begin, as the application takes it."""
    documents, void_statistics = (
        LinkedDataHandler(source, answer, is_elsewhere).answer,
        LinkedDataHandler(source, VoidStatistics(project).answer, is_elsewhere).answer,
    )
    return (*((start, documents) for start in STARTS), (PATH, void_statistics))
