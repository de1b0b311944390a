"""A project's graph brought to an endpoint: graph by graph, by the Graph Store Protocol or by SPARQL Update.

Which of the two, and at what address, follows from the address of queries as the engines have it, unless it is named;
what was put is looked for by a query. Graphs of others are left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from time import sleep
from typing import Final
from urllib.parse import quote

import httpx
import pyoxigraph as ox

from pan2kg.errors import EndpointError, Place
from pan2kg.store import remote
from pan2kg.store.queries import program_query
from pan2kg.store.store import LocalStore, is_derived, select

ELSEWHERE: Final = frozenset((400, 401, 403, 404, 405, 406, 409, 415, 501))
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
    timeout: int = remote.TIMEOUT

    def ways(self, *, has_name: bool = False) -> Iterator[tuple[str, bool]]:
        """The addresses to try, and whether it is one of updates: those that were named, else as the engines have them.

        >>> [address for address, _ in Target("http://h/ds/query").ways()][:2]
        ['http://h/ds/store', 'http://h/ds/data']
        >>> list(Target("http://h/ds/query", updates="http://h/u").ways())
        [('http://h/u', True)]
        """
        if self.graphs or self.updates:
            yield from ((address, at == 1) for at, address in enumerate((self.graphs, self.updates)) if address)
            return
        url = self.url.rstrip("/")
        above = url.rpartition("/")[0]
        crud = ["/sparql-graph-crud-auth", "/sparql-graph-crud"][:: 1 if has_name else -1]
        # Oxigraph and pan2kg; Fuseki; Virtuoso; GraphDB and RDF4J; Neptune
        stores = (f"{above}/store", f"{above}/data", *(above + path for path in crud))
        yield from ((address, False) for address in (*stores, f"{url}/rdf-graphs/service", f"{url}/gsp/"))
        yield from ((address, True) for address in (f"{above}/update", f"{url}/statements", url))


class _Destination:
    """An address graphs go to, by the Graph Store Protocol or by update."""

    def __init__(self, address: str, timeout: int, *, is_update: bool) -> None:
        self.address, self.is_update, self.timeout = remote.checked(address), is_update, timeout
        self.user, self.password, self.header = remote.credentials()
        self.auth: httpx.Auth | None = None

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
            self._send(f"{self.address}?graph={quote(graph, safe='')}", "DELETE")

    def _update(self, text: str) -> None:
        self._send(self.address, "POST", "application/sparql-update", text.encode())

    def _send(self, address: str, method: str, kind: str = "", body: bytes = b"") -> None:
        """Send a request, again where the endpoint is busy or wants to know who asks; an HTTPStatusError refuses it."""
        headers = {"User-Agent": "pan2kg"} | ({"Content-Type": kind} if kind else {})
        if self.header.startswith("Bearer"):
            headers["Authorization"] = self.header
        # a name is told in the way that is asked for
        schemes = {"digest": httpx.DigestAuth, "basic": httpx.BasicAuth} if self.user else {}
        attempts = 0
        while True:
            try:
                answer = httpx.request(
                    method, address, content=body or None, headers=headers, auth=self.auth, timeout=self.timeout
                )
            except httpx.TimeoutException:
                raise remote.fault(self.address, "endpoint-slow", "allow-time", seconds=str(self.timeout)) from None
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
                cause: BaseException = error
                while not getattr(cause, "strerror", None) and (below := cause.__cause__ or cause.__context__):
                    cause = below
                reason = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
                raise remote.fault(self.address, "endpoint-unreachable", reason=reason.lower()) from None
            code, wants = answer.status_code, answer.headers.get("WWW-Authenticate", "").lower()
            scheme = next((name for name in schemes if name in wants), None)
            if scheme and code == httpx.codes.UNAUTHORIZED:
                self.auth = schemes.pop(scheme)(self.user, self.password)
                continue
            wait = remote.pause(attempts, answer.headers.get("Retry-After")) if code in remote.BUSY else None
            if wait is None:
                answer.raise_for_status()
                return
            attempts += 1
            sleep(wait)


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
    blank, grounded = list[ox.Triple](), list[ox.Triple]()
    for triple in triples:
        has_blank = isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode)
        (blank if has_blank else grounded).append(triple)
    if blank:
        yield blank
    piece, total = list[ox.Triple](), 0
    for triple in grounded:
        if piece and total + size(triple) > most:
            yield piece
            piece, total = [], 0
        piece.append(triple)
        total += size(triple)
    if piece:
        yield piece


def load_graph(store: LocalStore, target: Target, space: str, note: Callable[[int, int], None]) -> dict[str, str]:
    """Bring every named graph of a store to an endpoint; ``space`` is what the project's graphs begin with.

    What was derived comes last, so that an endpoint that lacks something is known by what it lacks. ``note`` is told
    how many graphs of how many are there. Says how many graphs and statements were put, how many graphs were dropped
    that the project no longer has, and by which address.
    """
    url = remote.checked(target.url)
    before = graph_sizes(remote.RemoteStore(url, target.timeout))
    quads: dict[str, list[ox.Triple]] = {}
    for quad in store.inner:
        if isinstance(quad.graph_name, ox.NamedNode):
            quads.setdefault(quad.graph_name.value, []).append(quad.triple)
    ours = {graph for graph in before if graph in quads or graph.startswith(space)}
    other_graphs = [graph for graph in sorted(before.keys() - ours) if not graph.startswith(OWN)]
    other_graphs = [graph for graph in other_graphs if not graph.endswith(_VIRTUOSO_FILES)]
    if other_graphs and not target.beside:
        raise remote.fault(url, "endpoint-holds-others", "load-beside", n=len(other_graphs), graph=other_graphs[0])
    if ours and not target.replace:
        raise remote.fault(url, "endpoint-holds-graphs", "load-replace", n=len(ours))
    order = sorted(quads, key=lambda graph: (is_derived(graph), graph.endswith("/main-label"), graph))
    destination = _first_way(target, order[0], quads[order[0]])
    gone, done = sorted(ours - quads.keys()), 1
    try:
        for done, graph in enumerate(order[1:], 1):
            destination.put(graph, quads[graph])
            note(done + 1, len(order))
        done = len(order)
        for graph in gone:
            destination.drop(graph)
    except (httpx.HTTPStatusError, EndpointError) as error:
        stop = error if isinstance(error, EndpointError) else _refusal(destination, error)
        raise remote.fault(
            (stop.place or Place("")).file, "load-stopped", "load-again",
            reason=stop.message, done=str(done), whole=str(len(order)),
        ) from None  # fmt: skip
    after = graph_sizes(remote.RemoteStore(url, target.timeout))
    lacking = [graph for graph in order if after.get(graph, 0) != len(quads[graph])]
    if lacking:
        graph = lacking[0]
        raise remote.fault(
            url, "endpoint-lacks", "load-again", n=len(lacking), graph=graph,
            there=str(after.get(graph, 0)), sent=str(len(quads[graph])),
        )  # fmt: skip
    counts = {"graphs": len(order), "statements": sum(map(len, quads.values())), "dropped": len(gone)}
    return {name: str(count) for name, count in counts.items()} | {"way": destination.address}


def graph_sizes(store: remote.RemoteStore) -> dict[str, int]:
    """The named graphs of an endpoint, each with the number of its statements."""
    table = select(store, program_query("endpoint/sizes"))
    return {graph: int(number) for graph, number in zip(table.values("graph"), table.values("number"), strict=True)}


def _refusal(destination: _Destination, error: httpx.HTTPStatusError) -> EndpointError:
    return remote.refusal(destination.address, error.response.status_code, error.response.reason_phrase)


def _first_way(target: Target, graph: str, triples: list[ox.Triple]) -> _Destination:
    """The first address that takes a graph so that it is seen by queries; else the first that asks who one is."""
    refused: EndpointError | None = None
    for address, is_update in target.ways(has_name=bool(remote.credentials()[0])):
        destination = _Destination(address, target.timeout, is_update=is_update)
        try:
            destination.put(graph, triples)
        except httpx.HTTPStatusError as error:
            code = error.response.status_code
            if code in (401, 403) and refused is None:
                refused = _refusal(destination, error)
            elif code not in ELSEWHERE and refused is None:
                raise _refusal(destination, error) from None
            continue
        if bool(remote.RemoteStore(target.url, target.timeout).query(f"ASK {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")):
            return destination
    raise refused or remote.fault(target.url, "endpoint-takes-none", "name-store")
