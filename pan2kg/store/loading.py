"""A project's graph brought to an endpoint: graph by graph, by the Graph Store Protocol or by SPARQL Update.

Which of the two, and at what address, follows from the address of queries as the engines have it, unless it is named;
what was put is looked for by a query. Graphs of others are left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from time import sleep
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import (
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    Request,
    build_opener,
)

import pyoxigraph as ox

from pan2kg.errors import EndpointError, Place
from pan2kg.store.access import BUSY, TIMEOUT, checked, credentials, fault, pause
from pan2kg.store.queries import program_query
from pan2kg.store.remote import RemoteStore, broken, refusal
from pan2kg.store.store import LocalStore, is_derived, select

ELSEWHERE: Final = frozenset((400, 403, 404, 405, 406, 409, 415, 501))
"""What is answered at an address where there is no graph store, or none that takes graphs."""
PIECE: Final = 2_000
"""So many statements go into one update: engines limit the length of a query."""
SENT: Final = 400_000
"""Statements of so many characters are sent at once: Virtuoso says no before it has read a long request, which then
breaks off."""
OWN: Final = (
    "http://www.openlinksw.com/schemas/",
    "http://www.w3.org/ns/ldp#",
    "http://www.w3.org/2002/07/owl#",
    "urn:activitystreams-owl:",
    "urn:core:services:",
)
"""Graphs an engine has from the start; they are nobody's data. Virtuoso has a fourth, the address of its files."""
_VIRTUOSO_FILES: Final = "/DAV/"

Note = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Target:
    """Where to, and what may be done there.

    ``graphs`` and ``updates`` are the addresses of the Graph Store Protocol and of updates where they are named.
    ``replace``: graphs of the project that are there give way. ``beside``: graphs of others may be there, and stay.
    """

    url: str
    graphs: str = ""
    updates: str = ""
    replace: bool = False
    beside: bool = False
    timeout: int = TIMEOUT


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was done: graphs and statements put, graphs dropped that the project no longer has, and by which address."""

    graphs: int
    statements: int
    dropped: int
    way: str


@dataclass(frozen=True, slots=True)
class _Way:
    """An address graphs go to, by the Graph Store Protocol or by update."""

    address: str
    is_update: bool
    timeout: int

    def put(self, graph: str, triples: list[ox.Triple]) -> None:
        """Put triples in place of a graph."""
        if not self.is_update:
            address = f"{self.address}?graph={quote(graph, safe='')}"
            for at, piece in enumerate(pieces(triples, SENT, lambda triple: len(str(triple)))):
                body = ox.serialize(piece, format=ox.RdfFormat.N_TRIPLES) or b""
                # N-Triples are Turtle, which every engine takes
                self._send(address, "POST" if at else "PUT", "text/turtle", body)
            return
        self.drop(graph)
        for piece in pieces(triples, PIECE):
            lines = " .\n".join(map(str, piece))
            self._update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{lines} .\n}} }}")

    def drop(self, graph: str) -> None:
        """Take a graph away."""
        if self.is_update:
            self._update(f"DROP SILENT GRAPH <{graph}>")
        else:
            self._send(f"{self.address}?graph={quote(graph, safe='')}", "DELETE", "", b"")

    def _update(self, text: str) -> None:
        self._send(self.address, "POST", "application/sparql-update", text.encode())

    def _send(self, address: str, method: str, kind: str, body: bytes) -> None:
        """Send a request, again where the endpoint is busy.

        Raises:
            HTTPError: it is refused.
            EndpointError: nobody answers.
        """
        who = credentials()
        known = HTTPPasswordMgrWithDefaultRealm()
        if who.user:
            known.add_password(None, self.address, who.user, who.password)
        opener = build_opener(*([HTTPDigestAuthHandler(known)] if who.user else []))
        headers = {"User-Agent": "pan2kg"} | ({"Content-Type": kind} if kind else {})
        request = Request(address, body or None, headers, method=method)  # noqa: S310 - a checked address
        if who.token:
            request.add_unredirected_header("Authorization", who.header)
        tried, told = 0, False
        while True:
            try:
                with opener.open(request, timeout=self.timeout) as answer:
                    answer.read()
                return
            except HTTPError as error:
                # a name is told in the way that is asked for; that by digest has been tried by now
                wants = (error.headers.get("WWW-Authenticate") or "").lower()
                if error.code == HTTPStatus.UNAUTHORIZED and who.user and "basic" in wants and not told:
                    request.add_unredirected_header("Authorization", who.header)
                    told = True
                    continue
                wait = pause(tried, error.headers.get("Retry-After")) if error.code in BUSY else None
                if wait is None:
                    raise
                tried += 1
                sleep(wait)
            except ValueError:  # it asks for a way to say who one is that nobody here knows
                raise refusal(self.address, HTTPStatus.UNAUTHORIZED, HTTPStatus.UNAUTHORIZED.phrase) from None
            except (URLError, OSError, HTTPException) as error:
                raise broken(self.address, error, self.timeout) from None


def pieces(
    triples: Iterable[ox.Triple], most: int, size: Callable[[ox.Triple], int] = lambda _: 1
) -> Iterator[list[ox.Triple]]:
    """Triples in pieces of a size; those with a blank node, which is known within one request, all in the first.

    >>> a, b, c = ox.NamedNode("http://e/a"), ox.BlankNode("b"), ox.Literal("c")
    >>> [len(piece) for piece in pieces([ox.Triple(a, a, c)] * 3 + [ox.Triple(b, a, c)], 2)]
    [1, 2, 1]
    >>> [len(piece) for piece in pieces([ox.Triple(a, a, c)] * 3, 60, lambda triple: len(str(triple)))]
    [2, 1]
    """
    blank, piece, whole = list[ox.Triple](), list[ox.Triple](), 0
    named = list[ox.Triple]()
    for triple in triples:
        has_blank = any(isinstance(term, ox.BlankNode) for term in (triple.subject, triple.object))
        (blank if has_blank else named).append(triple)
    if blank:
        yield blank
    for triple in named:
        if piece and whole + size(triple) > most:
            yield piece
            piece, whole = [], 0
        piece.append(triple)
        whole += size(triple)
    if piece:
        yield piece


def ways(target: Target, *, has_name: bool = False) -> Iterator[tuple[str, bool]]:
    """The addresses to try, with whether it is one of updates: those that were named, else as the engines have them.

    >>> [address for address, _ in ways(Target("http://h/ds/query"))][:2]
    ['http://h/ds/store', 'http://h/ds/data']
    >>> list(ways(Target("http://h/ds/query", updates="http://h/u")))
    [('http://h/u', True)]
    """
    if target.graphs or target.updates:
        yield from ((address, at == 1) for at, address in enumerate((target.graphs, target.updates)) if address)
        return
    url = target.url.rstrip("/")
    above = url.rpartition("/")[0]
    crud = ["/sparql-graph-crud-auth", "/sparql-graph-crud"][:: 1 if has_name else -1]
    # Oxigraph and pan2kg; Fuseki; Virtuoso; GraphDB and RDF4J; Neptune
    stores = (f"{above}/store", f"{above}/data", *(above + one for one in crud))
    yield from ((address, False) for address in (*stores, f"{url}/rdf-graphs/service", f"{url}/gsp/"))
    yield from ((address, True) for address in (f"{above}/update", f"{url}/statements", url))


def load_graph(store: LocalStore, target: Target, space: str, note: Note) -> Loaded:
    """Bring every named graph of a store to an endpoint; ``space`` is what the project's graphs begin with.

    What was derived comes last, so that an endpoint that lacks something is known by what it lacks. ``note`` is told
    how many graphs of how many are there.

    Raises:
        EndpointError: it cannot be reached, takes no graphs, holds graphs that are not to be touched, or does not
            hold afterwards what was sent.
    """
    there = graph_sizes(RemoteStore(checked(target.url), target.timeout))
    quads = _by_graph(store)
    ours = {graph for graph in there if graph in quads or graph.startswith(space)}
    others = [graph for graph in sorted(there.keys() - ours) if not _is_engines_own(graph)]
    if others and not target.beside:
        raise fault(target.url, "endpoint-holds-others", "load-beside", n=len(others), graph=others[0])
    if ours and not target.replace:
        raise fault(target.url, "endpoint-holds-graphs", "load-replace", n=len(ours))
    order = sorted(quads, key=lambda graph: (is_derived(graph), graph.endswith("/main-label"), graph))
    way = _first_way(target, order[0], quads[order[0]])
    gone, at = sorted(ours - quads.keys()), 1
    try:
        for at, graph in enumerate(order[1:], 2):
            way.put(graph, quads[graph])
            note(at, len(order))
        at = len(order) + 1
        for graph in gone:
            way.drop(graph)
    except HTTPError as error:
        raise _stopped(refusal(way.address, error.code, str(error.reason)), at - 1, len(order)) from None
    except EndpointError as error:
        raise _stopped(error, at - 1, len(order)) from None
    found = graph_sizes(RemoteStore(target.url, target.timeout))
    lacking = [graph for graph in order if found.get(graph, 0) != len(quads[graph])]
    if lacking:
        first = lacking[0]
        raise fault(
            target.url, "endpoint-lacks", "load-again", n=len(lacking), graph=first,
            there=str(found.get(first, 0)), sent=str(len(quads[first])),
        )  # fmt: skip
    return Loaded(len(order), sum(map(len, quads.values())), len(gone), way.address)


def graph_sizes(store: RemoteStore) -> dict[str, int]:
    """The named graphs of an endpoint, each with the number of its statements."""
    table = select(store, program_query("endpoint/sizes"))
    return {graph: int(number) for graph, number in zip(table.values("graph"), table.values("number"), strict=True)}


def _is_engines_own(graph: str) -> bool:
    return graph.startswith(OWN) or graph.endswith(_VIRTUOSO_FILES)


def _by_graph(store: LocalStore) -> dict[str, list[ox.Triple]]:
    found: dict[str, list[ox.Triple]] = {}
    for quad in store.inner:
        if isinstance(quad.graph_name, ox.NamedNode):
            found.setdefault(quad.graph_name.value, []).append(quad.triple)
    return found


def _first_way(target: Target, graph: str, triples: list[ox.Triple]) -> _Way:
    """The first address that takes a graph so that it is seen by queries.

    Raises:
        EndpointError: there is none; where one wants to know who asks, it says so.
    """
    refused: EndpointError | None = None
    for address, is_update in ways(target, has_name=bool(credentials().user)):
        way = _Way(checked(address), is_update, target.timeout)
        try:
            way.put(graph, triples)
        except HTTPError as error:
            if error.code in (401, 403) and refused is None:
                refused = refusal(address, error.code, str(error.reason))
            elif error.code not in ELSEWHERE | {401} and refused is None:
                raise refusal(address, error.code, str(error.reason)) from None
            continue
        if bool(RemoteStore(target.url, target.timeout).query(f"ASK {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")):
            return way
    raise refused or fault(target.url, "endpoint-takes-none", "name-store")


def _stopped(error: EndpointError, done: int, whole: int) -> EndpointError:
    place = error.place or Place("")
    return fault(place.file, "load-stopped", "load-again", reason=error.message, done=str(done), whole=str(whole))
