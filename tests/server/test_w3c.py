"""The W3C's suites for the protocol, the graph store protocol and the service description, over HTTP.

https://github.com/w3c/rdf-tests, read from ``../shared/standards`` beside the clone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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
TOKEN = {"Authorization": "Bearer secret"}
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


@pytest.fixture(scope="module")
def store(start_session: Start) -> Service:
    """A writable service whose default graph is the store's own, as the suites suppose."""
    return start_session(data="", token="secret", union=False, pages=True)


def prepare(service: Service, case: Case) -> None:
    headers = {"Content-Type": "application/sparql-update", **TOKEN}
    assert service.send("POST", "/sparql", b"DROP ALL", headers).status == 204
    for name, path in case.graphs:
        turtle = {"Content-Type": "text/turtle", **TOKEN}
        assert service.send("PUT", f"/store?graph={name}", path.read_bytes(), turtle).status == 201


def send(service: Service, exchange: Exchange, path: str) -> Reply:
    return service.send(exchange.method, path, exchange.body, {**exchange.headers, **TOKEN})


def assert_status(reply: Reply, expected: frozenset[str]) -> None:
    fits = {f"StatusCode{reply.status // 100}xx"} | {
        name for name, status in STATUSES.items() if status == reply.status
    }
    assert not expected or fits & expected, f"{reply.status} {reply.text}, expected {sorted(expected)}"


@ABSENT
@pytest.mark.parametrize("case", all_cases(PROTOCOL), ids=lambda case: case.name)
def test_protocol(store: Service, case: Case) -> None:
    prepare(store, case)
    for exchange in case.exchanges:
        reply = send(store, exchange, exchange.path.replace("/sparql/", "/sparql", 1))
        assert_status(reply, exchange.statuses)
        if exchange.kind:
            assert reply.headers["content-type"].partition(";")[0] in KINDS[exchange.kind]
        if exchange.truth:
            result = ox.parse_query_results(reply.body, format=ox.QueryResultsFormat.JSON)
            assert bool(result) == (exchange.truth == "true")


@ABSENT
@pytest.mark.parametrize("case", all_cases(*GRAPH_STORE), ids=lambda case: case.name)
def test_graph_store(store: Service, case: Case) -> None:
    prepare(store, case)
    location = ""
    for exchange in case.exchanges:
        path = exchange.path.replace("/gsp", "/store", 1).replace("$LOCATION$", location)
        reply = send(store, exchange, path)
        assert_status(reply, exchange.statuses)
        if exchange.location:
            location = reply.headers["location"]
        if exchange.content:
            expected = Graph().parse(data=exchange.content, format="turtle", publicID="http://e/")
            assert isomorphic(Graph().parse(data=reply.text, format="turtle", publicID="http://e/"), expected)
            assert reply.headers["content-type"] == "text/turtle; charset=utf-8"
        elif exchange.method == "HEAD" and reply.status == 200:
            assert reply.headers["content-type"] == "text/turtle; charset=utf-8"
            assert reply.body == b""


@ABSENT
def test_the_suites_are_whole() -> None:
    assert (len(all_cases(PROTOCOL)), len(all_cases(*GRAPH_STORE))) == (34, 14), (
        "13 are listed, one more is written down"
    )


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
        assert set(description.objects(service, SD.supportedLanguage)) <= {SD.SPARQL11Query, SD.SPARQL11Update}
        assert set(description.objects(service, SD.feature)) <= {SD.UnionDefaultGraph}
        dataset = description.value(service, SD.defaultDataset)
        assert (dataset, RDF.type, SD.Dataset) in description
        assert (description.value(dataset, SD.defaultGraph), RDF.type, SD.Graph) in description
        for named in description.objects(dataset, SD.namedGraph):
            assert isinstance(description.value(named, SD.name), URIRef)
    assert {str(one) for one in description.objects(None, SD.resultFormat)} > {
        "http://www.w3.org/ns/formats/SPARQL_Results_JSON",
        "http://www.w3.org/ns/formats/Turtle",
    }
