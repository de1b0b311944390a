"""The W3C's suites for the protocol, the graph store protocol and the service description, over HTTP.

https://github.com/w3c/rdf-tests, read from ``../shared/standards`` beside the clone. Queries, reads and the description
are answered as the suites say; what they change is listed, and refused in a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyoxigraph as ox
import pytest
from rdflib import RDFS, Graph, Literal, Namespace, Node
from rdflib.collection import Collection
from rdflib.compare import isomorphic

if TYPE_CHECKING:
    from tests.server.conftest import Reply, Service, Start

SUITES = Path(__file__).resolve().parents[2].parent / "shared" / "standards" / "w3c" / "sparql" / "sparql11"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
PROTOCOL = SUITES / "protocol" / "manifest.ttl"
GRAPH_STORE = [SUITES / "graph-store-protocol" / f"manifest-{name}.ttl" for name in ("direct", "indirect")]
STATUSES = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
KINDS = {
    "boolean": ("application/sparql-results+json", "application/sparql-results+xml"),
    "tabular": ("application/sparql-results+json", "application/sparql-results+xml", "text/csv"),
    "RDF": ("text/turtle", "application/rdf+xml", "application/n-triples"),
}
ABSENT = pytest.mark.skipif(
    not SUITES.is_dir(), reason="the W3C suites are not in ../shared/standards beside the clone"
)


@dataclass(frozen=True)
class Exchange:
    """One request of a test and what is expected of its answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    statuses: frozenset[str]
    kind: str
    truth: str
    content: str
    location: str


@dataclass(frozen=True)
class Case:
    """A test: the graphs it wants, and its requests."""

    name: str
    graphs: tuple[tuple[str, Path], ...]
    exchanges: tuple[Exchange, ...]


def cases(manifest: Path) -> Iterator[Case]:
    graph = Graph().parse(manifest)
    for test in sorted(graph.subjects(MF.name), key=str):
        requests = graph.value(graph.value(test, MF.action), HT.requests)
        assert requests is not None
        data = tuple(
            (str(graph.value(one, RDFS.label)), manifest.parent / str(graph.value(one, UT.graph)).rpartition("/")[2])
            for one in graph.objects(test, UT.graphData)
        )
        exchanges = tuple(_exchange(graph, one) for one in Collection(graph, requests))
        yield Case(str(test).rpartition("#")[2], data, exchanges)


def _exchange(graph: Graph, request: Node) -> Exchange:
    response, body = graph.value(request, HT.resp), graph.value(request, HT.body)
    assert response is not None
    charset = str(graph.value(body, CNT.characterEncoding, default=Literal("UTF-8")))
    content = graph.value(graph.value(response, HT.body), CNT.chars)
    return Exchange(
        str(graph.value(request, HT.methodName)),
        str(graph.value(request, HT.absolutePath)),
        _headers(graph, request),
        str(graph.value(body, CNT.chars)).encode(charset) if body else None,
        frozenset(str(one).rpartition("#")[2] for one in graph.objects(response, MF.expectedStatus)),
        str(graph.value(response, MF.expectedFormat, default=Literal(""))),
        str(graph.value(response, MF.expectedBoolean, default=Literal(""))),
        str(content) if content else "",
        str(graph.value(response, MF.expectedLocation, default=Literal(""))),
    )


def _headers(graph: Graph, message: Node) -> dict[str, str]:
    found = graph.value(message, HT.headers)
    each = list(Collection(graph, found)) if found else []
    return {str(graph.value(one, HT.fieldName)): str(graph.value(one, HT.fieldValue)) for one in each}


def all_cases(*manifests: Path) -> list[Case]:
    return [case for manifest in manifests if manifest.exists() for case in cases(manifest)]


def assert_status(reply: Reply, expected: frozenset[str]) -> None:
    fits = {f"StatusCode{reply.status // 100}xx"} | {
        name for name, status in STATUSES.items() if status == reply.status
    }
    assert not expected or fits & expected, f"{reply.status} {reply.text}, expected {sorted(expected)}"


@pytest.fixture(scope="module")
def store(start_session: Start, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """A service over the graphs of all tests, whose default graph is the store's own, as the suites suppose."""
    graphs = {pair for case in all_cases(PROTOCOL) for pair in case.graphs}
    data = tmp_path_factory.mktemp("w3c") / "data.nq"
    with data.open("wb") as file:
        for name, path in sorted(graphs):
            quads = ox.parse(path.read_bytes(), format=ox.RdfFormat.N_TRIPLES)
            named = (ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(name)) for quad in quads)
            file.write(ox.serialize(named, format=ox.RdfFormat.N_QUADS) or b"")
    return start_session(data=str(data), union=False, pages=True)


def is_update(exchange: Exchange) -> bool:
    return "update" in exchange.path or "sparql-update" in str(exchange.headers) or b"update=" in (exchange.body or b"")


@ABSENT
@pytest.mark.parametrize("case", all_cases(PROTOCOL), ids=lambda case: case.name)
def test_protocol(store: Service, case: Case) -> None:
    for exchange in case.exchanges:
        path = exchange.path.replace("/sparql/", "/sparql", 1)
        reply = store.send(exchange.method, path, exchange.body, exchange.headers)
        if case.name.startswith("update_") and is_update(exchange):
            assert (reply.status, "pan2kg load --endpoint" in reply.text) == (403, True)
            return  # what follows asks for what it has changed
        assert_status(reply, exchange.statuses)
        if exchange.kind:
            assert reply.headers["content-type"].partition(";")[0] in KINDS[exchange.kind]
        if exchange.truth:
            result = ox.parse_query_results(reply.body, format=ox.QueryResultsFormat.JSON)
            assert bool(result) == (exchange.truth == "true")


@ABSENT
@pytest.mark.parametrize("case", all_cases(*GRAPH_STORE), ids=lambda case: case.name)
def test_graph_store(start: Start, tmp_path: Path, case: Case) -> None:
    """Each graph is read from a store that holds what the case has written before; that itself is refused."""
    for exchange in case.exchanges:
        path = exchange.path.replace("/gsp", "/store", 1).replace("$LOCATION$", "http://e/made")
        holds = [later.content for later in case.exchanges if later.content] or [
            "<http://e/a> <http://e/b> <http://e/c> ."
        ]
        content = exchange.content or holds[0]
        below, _, query = path.removeprefix("/store").partition("?")
        name = f"https://w3id.org/pan2kg/graph{below}" if below else unquote(query.removeprefix("graph="))
        graph = ox.DefaultGraph() if query in ("", "default") and not below else ox.NamedNode(name)
        quads = ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri="http://e/")
        is_gone = exchange.statuses == {"NotFound"}
        data = tmp_path / "data.nq"
        named = [] if is_gone else [ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in quads]
        data.write_bytes(ox.serialize(named, format=ox.RdfFormat.N_QUADS) or b"")
        service = start(data=str(data), union=False)
        reply = service.send(exchange.method, path, exchange.body, exchange.headers)
        if exchange.method in ("PUT", "POST", "DELETE"):
            assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
            continue
        assert_status(reply, exchange.statuses)
        if exchange.content:
            expected = Graph().parse(data=exchange.content, format="turtle", publicID="http://e/")
            assert isomorphic(Graph().parse(data=reply.text, format="turtle", publicID="http://e/"), expected)
        if reply.status == 200:
            assert reply.headers["content-type"] == "text/turtle; charset=utf-8"


@ABSENT
def test_the_suites_are_whole() -> None:
    assert (len(all_cases(PROTOCOL)), len(all_cases(*GRAPH_STORE))) == (34, 14)
    changes = [case for case in all_cases(PROTOCOL) if case.name.startswith("update_")]
    assert len(changes) == 7, "these change something, and are refused"


@pytest.fixture(scope="module")
def description(store: Service) -> Graph:
    reply = store.send("GET", "/sparql")
    assert reply.status == 200
    return Graph().parse(data=reply.text, format=reply.headers["content-type"].partition(";")[0])


SD = Namespace("http://www.w3.org/ns/sparql-service-description#")


def test_service_description_returns_rdf(description: Graph) -> None:
    assert len(description) > 10


def test_service_description_has_endpoint_triple(store: Service, description: Graph) -> None:
    endpoints = [str(one) for one in description.objects(None, SD.endpoint)]
    assert endpoints == [f"http://127.0.0.1:{store.port}/sparql"]


def test_service_description_conforms_to_schema(description: Graph) -> None:
    """Every term is the vocabulary's, and stands where its domain and range allow."""
    from rdflib import RDF, URIRef

    services = set(description.subjects(RDF.type, SD.Service))
    assert len(services) == 1
    for service in services:
        assert set(description.objects(service, SD.supportedLanguage)) == {SD.SPARQL11Query}
        assert set(description.objects(service, SD.feature)) <= {SD.UnionDefaultGraph}
        dataset = description.value(service, SD.defaultDataset)
        assert (dataset, RDF.type, SD.Dataset) in description
        assert (description.value(dataset, SD.defaultGraph), RDF.type, SD.Graph) in description
        for named in description.objects(dataset, SD.namedGraph):
            assert isinstance(description.value(named, SD.name), URIRef)
    assert not list(description.objects(None, SD.inputFormat)), "it takes no graphs"
    assert {str(one) for one in description.objects(None, SD.resultFormat)} > {
        "http://www.w3.org/ns/formats/SPARQL_Results_JSON",
        "http://www.w3.org/ns/formats/Turtle",
    }
