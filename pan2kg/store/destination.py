"""Where a graph is brought to: named graphs put and dropped by the Graph Store Protocol or by SPARQL Update.

A :class:`Target` is what somebody names; its :meth:`Target.doors` are the addresses that may take
graphs, those that engines have beside the one of queries unless they are named. A
:class:`Destination` is one of them, with what puts and drops a graph there.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from time import sleep
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from pan2kg.store.remote import BUSY, TIMEOUT, credentials, pause, refusal, too_slow, unreachable

if TYPE_CHECKING:
    import httpx

PIECE = 2_000
"""So many statements go into one update: engines limit the length of a query."""
SENT = 400_000
"""Statements of so many characters are sent at once: Virtuoso says no before it has read a longer request."""


class GraphDoor(NamedTuple):
    """An address that may take graphs: by the Graph Store Protocol, or by SPARQL Update where ``is_update``."""

    address: str
    is_update: bool


@dataclass(frozen=True, slots=True)
class Target:
    """Where to, with the addresses of graphs and of updates where they are named.

    With ``replace``, graphs of the project that are there give way. With ``beside``, graphs of others
    may be there, and stay. ``timeout`` in seconds bounds each request.
    """

    url: str
    graphs: str = ""
    updates: str = ""
    replace: bool = False
    beside: bool = False
    timeout: int = TIMEOUT

    def doors(self, *, has_name: bool = False) -> list[GraphDoor]:
        """The addresses to try, in their order; with a name, Virtuoso's for who has one comes first.

        >>> Target("http://localhost/query").doors()[0]
        GraphDoor(address='http://localhost/store', is_update=False)
        >>> Target("http://localhost/query", updates="http://localhost/u").doors()
        [GraphDoor(address='http://localhost/u', is_update=True)]
        """
        if self.graphs or self.updates:
            named = (
                GraphDoor(self.graphs, is_update=False),
                GraphDoor(self.updates, is_update=True),
            )
            return [door for door in named if door.address]
        url = self.url.rstrip("/")
        above = url.rpartition("/")[0]
        virtuoso = [f"{above}/sparql-graph-crud", f"{above}/sparql-graph-crud-auth"]
        if has_name:
            virtuoso.reverse()
        stores = (
            f"{above}/store",  # Oxigraph and pan2kg
            f"{above}/data",  # Fuseki
            *virtuoso,
            f"{url}/rdf-graphs/service",  # GraphDB and RDF4J
            f"{url}/gsp/",  # Neptune
        )
        updates = (f"{above}/update", f"{url}/statements", url)
        return [
            *(GraphDoor(address, is_update=False) for address in stores),
            *(GraphDoor(address, is_update=True) for address in updates),
        ]


@dataclass(slots=True)
class Destination:
    """An address that takes graphs; ``auth`` is how a name is told there, once that was asked for."""

    door: GraphDoor
    timeout: int
    auth: "httpx.Auth | None" = None

    def put(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Put triples into a named graph, in place of what it holds.

        Raises:
            EndpointError: it is refused, too slow, or cannot be reached.
        """
        if self.door.is_update:
            self.drop(graph)
            for piece in pieces(triples, PIECE):
                lines = " .\n".join(map(str, piece))
                self._update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{lines} .\n}} }}")
            return
        method = "PUT"
        for piece in pieces(triples, SENT, lambda triple: len(str(triple))):
            content = ox.serialize(piece, format=ox.RdfFormat.N_TRIPLES) or b""
            self._store(method, graph, content)
            method = "POST"  # the pieces that follow are added

    def drop(self, graph: str) -> None:
        """Take a named graph away, whether it is there or not.

        Raises:
            EndpointError: as of :meth:`put`.
        """
        if self.door.is_update:
            self._update(f"DROP SILENT GRAPH <{graph}>")
        else:
            self._store("DELETE", graph)

    def _update(self, text: str) -> None:
        self._send("POST", self.door.address, text.encode(), "application/sparql-update")

    def _store(self, method: str, graph: str, content: bytes = b"") -> None:
        # N-Triples are Turtle, which every engine takes
        address = f"{self.door.address}?graph={quote(graph, safe='')}"
        self._send(method, address, content, "text/turtle")

    def _send(self, method: str, address: str, content: bytes, media_type: str) -> None:
        """Send a request until it is done: again where it is busy, and with the name in the way that is asked for."""
        import httpx

        user, password, authorization = credentials()
        headers = {"User-Agent": "pan2kg"}
        if content:
            headers["Content-Type"] = media_type
        if authorization.startswith("Bearer"):
            headers["Authorization"] = authorization
        schemes = {"digest": httpx.DigestAuth, "basic": httpx.BasicAuth} if user else {}
        attempts = 0
        while True:
            try:
                answer = httpx.request(
                    method,
                    address,
                    content=content or None,
                    headers=headers,
                    auth=self.auth,
                    timeout=self.timeout,
                )
            except httpx.TimeoutException:
                raise too_slow(self.door.address, self.timeout) from None
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
                raise unreachable(self.door.address, error) from None
            if answer.is_success:
                return
            code = answer.status_code
            if code == httpx.codes.UNAUTHORIZED:
                wanted = answer.headers.get("WWW-Authenticate", "").lower()
                scheme = next((name for name in schemes if name in wanted), None)
                if scheme:
                    self.auth = schemes.pop(scheme)(user, password)
                    continue
            seconds = None
            if code in BUSY:
                seconds = pause(attempts, answer.headers.get("Retry-After"))
            if seconds is None:
                raise refusal(self.door.address, code, answer.reason_phrase)
            attempts += 1
            sleep(seconds)


def pieces(
    triples: Iterable[ox.Triple], most: int, size: Callable[[ox.Triple], int] = lambda _: 1
) -> Iterator[list[ox.Triple]]:
    """Triples in pieces of a size; those with a blank node, which is known within one request, all in the first.

    >>> a, b, c = ox.NamedNode("http://e/a"), ox.BlankNode("b"), ox.Literal("c")
    >>> [len(piece) for piece in pieces([ox.Triple(a, a, c)] * 3 + [ox.Triple(b, a, c)], 2)]
    [1, 2, 1]
    """
    with_blank = list[ox.Triple]()
    grounded = list[ox.Triple]()
    for triple in triples:
        ends = (triple.subject, triple.object)
        is_grounded = not any(isinstance(end, ox.BlankNode) for end in ends)
        (grounded if is_grounded else with_blank).append(triple)
    if with_blank:
        yield with_blank
    piece = list[ox.Triple]()
    total = 0
    for triple in grounded:
        if piece and total + size(triple) > most:
            yield piece
            piece = []
            total = 0
        piece.append(triple)
        total += size(triple)
    if piece:
        yield piece
