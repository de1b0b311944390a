"""The W3C's suites for the protocol, the graph store protocol and the service description, over HTTP.
https://github.com/w3c/rdf-tests, read from ``../shared/standards`` beside the clone. Queries, reads
and the description are answered as the suites say; what they change is listed, and refused in a
sentence."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pyoxigraph as ox
import pytest
from rdflib import RDF, RDFS, Graph, Namespace, Node, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic

from tests.conftest import ROOT
from tests.server.conftest import Reply, Service, Start

SUITES = ROOT.parent / "shared" / "standards" / "w3c" / "sparql" / "sparql11"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
STATUSES = {200: "OK", 201: "Created", 204: "NoContent", 404: "NotFound"}
KINDS = {
    "boolean": ("application/sparql-results+json", "application/sparql-results+xml"),
    "tabular": ("application/sparql-results+json", "application/sparql-results+xml", "text/csv"),
    "RDF": ("text/turtle", "application/rdf+xml", "application/n-triples"),
}
Case = tuple[str, list[tuple[str, Path]], list["Exchange"]]


class Exchange(NamedTuple):
    """One request of a test and what is expected of its answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    statuses: frozenset[str]
    kind: str
    truth: str
    content: str


def cases(manifest: Path) -> Iterator[Case]:
    """The tests of a manifest: the name of each, the graphs it wants, and its requests."""
    graph = Graph().parse(manifest) if manifest.exists() else Graph()

    def text(subject: Node | None, property_: URIRef, otherwise: str = "") -> str:
        value = graph.value(subject, property_)
        return otherwise if value is None else str(value)

    def exchange(request: Node) -> Exchange:
        response, body, listed = (
            graph.value(request, name) for name in (HT.resp, HT.body, HT.headers)
        )
        headers = Collection(graph, listed) if listed else ()
        content = (
            text(body, CNT.chars).encode(text(body, CNT.characterEncoding, "UTF-8"))
            if body
            else None
        )
        statuses = (
            str(status).rpartition("#")[2] for status in graph.objects(response, MF.expectedStatus)
        )
        return Exchange(
            text(request, HT.methodName),
            text(request, HT.absolutePath),
            {text(node, HT.fieldName): text(node, HT.fieldValue) for node in headers},
            content,
            frozenset(statuses),
            text(response, MF.expectedFormat),
            text(response, MF.expectedBoolean),
            text(graph.value(response, HT.body), CNT.chars),
        )

    for test in sorted(graph.subjects(MF.name), key=str):
        requests = graph.value(graph.value(test, MF.action), HT.requests)
        nodes = graph.objects(test, UT.graphData)
        assert requests is not None
        data = [
            (text(node, RDFS.label), manifest.parent / text(node, UT.graph).rpartition("/")[2])
            for node in nodes
        ]
        yield str(test).rpartition("#")[2], data, [*map(exchange, Collection(graph, requests))]


pytestmark = pytest.mark.skipif(
    not SUITES.is_dir(), reason="the W3C suites are not in ../shared/standards beside the clone"
)


PROTOCOL = [*cases(SUITES / "protocol" / "manifest.ttl")]
GRAPH_STORE = [
    case
    for name in ("direct", "indirect")
    for case in cases(SUITES / "graph-store-protocol" / f"manifest-{name}.ttl")
]


def assert_status(reply: Reply, expected: frozenset[str]) -> None:
    fits = {f"StatusCode{reply.status // 100}xx", STATUSES.get(reply.status, "")}
    assert not expected or fits & expected, (
        f"{reply.status} {reply.text}, expected {sorted(expected)}"
    )


@pytest.fixture(scope="module")
def store(start_session: Start, tmp_path_factory: pytest.TempPathFactory) -> Service:
    data = tmp_path_factory.mktemp("w3c") / "data.nq"
    store = ox.Store()
    for name, path in {pair for _, graphs, _ in PROTOCOL for pair in graphs}:
        store.load(path.read_bytes(), format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(name))
    store.dump(data, format=ox.RdfFormat.N_QUADS)
    return start_session(data=str(data), union=False, pages=True)


@pytest.mark.parametrize("case", PROTOCOL, ids=lambda case: case[0])
def test_protocol(store: Service, case: Case) -> None:
    name, _, exchanges = case
    assert (len(PROTOCOL), len(GRAPH_STORE)) == (34, 14), "the suites are whole"
    for sent in exchanges:
        path = sent.path.replace("/sparql/", "/sparql", 1)
        reply = store.send(sent.method, path, sent.body, sent.headers)
        changes = (
            "update" in path
            or "sparql-update" in str(sent.headers)
            or b"update=" in (sent.body or b"")
        )
        if name.startswith("update_") and changes:
            assert (reply.status, "pan2kg load --endpoint" in reply.text) == (403, True)
            return  # what follows asks for what it has changed
        assert_status(reply, sent.statuses)
        if sent.kind:
            assert reply.headers["content-type"].partition(";")[0] in KINDS[sent.kind]
        if sent.truth:
            result = ox.parse_query_results(reply.body, format=ox.QueryResultsFormat.JSON)
            assert bool(result) == (sent.truth == "true")


@pytest.mark.parametrize("case", GRAPH_STORE, ids=lambda case: case[0])
def test_graph_store(start: Start, tmp_path: Path, case: Case) -> None:
    contents = [sent.content for sent in case[2] if sent.content] or [
        "<http://e/a> <http://e/b> <http://e/c> ."
    ]
    for sent in case[2]:
        path = sent.path.replace("/gsp", "/store", 1).replace("$LOCATION$", "http://e/made")
        below, _, query = path.removeprefix("/store").partition("?")
        name = (
            f"https://w3id.org/pan2kg/graph{below}"
            if below
            else unquote(query.removeprefix("graph="))
        )
        graph = ox.DefaultGraph() if query in ("", "default") and not below else ox.NamedNode(name)
        holding = ox.Store()
        data = tmp_path / "data.nq"
        if sent.statuses != {"NotFound"}:
            content = (sent.content or contents[0]).encode()
            holding.load(content, format=ox.RdfFormat.TURTLE, base_iri="http://e/", to_graph=graph)
        holding.dump(data, format=ox.RdfFormat.N_QUADS)
        reply = start(data=str(data), union=False).send(sent.method, path, sent.body, sent.headers)
        if sent.method in ("PUT", "POST", "DELETE"):
            assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
            continue
        assert_status(reply, sent.statuses)
        if sent.content:
            expected = Graph().parse(data=sent.content, format="turtle", publicID="http://e/")
            assert isomorphic(
                Graph().parse(data=reply.text, format="turtle", publicID="http://e/"), expected
            )
        if reply.status == 200:
            assert reply.headers["content-type"] == "text/turtle; charset=utf-8"


def test_service_description(store: Service) -> None:
    reply = store.get("/sparql")
    description = Graph().parse(
        data=reply.text, format=reply.headers["content-type"].partition(";")[0]
    )
    assert [*map(str, description.objects(None, SD.endpoint))] == [
        f"http://127.0.0.1:{store.port}/sparql"
    ]
    (service,) = description.subjects(RDF.type, SD.Service)
    assert set(description.objects(service, SD.supportedLanguage)) == {SD.SPARQL11Query}
    dataset = description.value(service, SD.defaultDataset)
    assert (description.value(dataset, SD.defaultGraph), RDF.type, SD.Graph) in description
    assert {
        type(description.value(named, SD.name))
        for named in description.objects(dataset, SD.namedGraph)
    } == {URIRef}
    assert not list(description.objects(None, SD.inputFormat)), "it takes no graphs"
    formats = {str(name).rpartition("/")[2] for name in description.objects(None, SD.resultFormat)}
    assert formats > {"SPARQL_Results_JSON", "Turtle"}
