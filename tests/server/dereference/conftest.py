"""What the graph answers as functions of a request, over the shipped graph and over one with a retired thing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest
from starlette.responses import Response

import pan2kg
from pan2kg.server.all_pages import AllPages
from pan2kg.server.documents import Call, DataSource
from pan2kg.server.protocol import RefusalError, ServedRelease
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import ID, ROOT
from pan2kg.turtle.writer import read_prefixes
from tests.conftest import start
from tests.server.conftest import Reply

DAY = date(2026, 1, 1)
FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
TOMBSTONE = """\
@prefix action: <https://w3id.org/pan2kg/id/action/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix part: <https://w3id.org/pan2kg/id/part/> .
@prefix partlevel: <https://w3id.org/pan2kg/id/partlevel/> .
@prefix plan: <https://w3id.org/pan2kg/id/plan/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

plan:xx-new a pan:Plan ;
    skos:prefLabel "Nouveau plan"@fr ;
    skos:prefLabel "New plan"@en .

action:xx-new-1 a pan:Action ;
    skos:prefLabel "Une mesure"@fr ;
    skos:prefLabel "A measure"@en ;
    pan:inPlan plan:xx-new .

part:xx-new-axis-1 a pan:PlanPart ;
    skos:prefLabel "Axe"@fr ;
    pan:inPlan plan:xx-new ;
    pan:partLevel partlevel:axis .

action:xx-new-m1 a pan:RetiredIdentifier ;
    dcterms:isReplacedBy part:xx-new-axis-1 .

action:xx-new-m2 a pan:RetiredIdentifier ;
    dcterms:isReplacedBy part:xx-new-axis-1 ;
    dcterms:isReplacedBy plan:xx-new .

plan:xx-old a pan:Plan ;
    skos:prefLabel "Ancien plan"@fr ;
    skos:prefLabel "Old plan"@en ;
    owl:deprecated true ;
    dcterms:isReplacedBy plan:xx-new .

plan:xx-lost a pan:Plan ;
    skos:prefLabel "Plan <script>"@fr ;
    owl:deprecated true .
"""


@dataclass(frozen=True)
class Client:
    """Asks the functions as a client asks the service."""

    source: DataSource
    pages: AllPages

    def found(self, path: str, accept: str = "", **more: str) -> Reply:
        """What must be an answer."""
        path, _, query = path.partition("?")
        return reply_of(self.source.answer(Call(path, query.encode(), accept, **more)))

    def refused(self, path: str, accept: str = "", **more: str) -> RefusalError:
        """What must be a refusal, in a sentence."""
        with pytest.raises(RefusalError) as caught:
            self.found(path, accept, **more)
        assert caught.value.sentence.endswith("."), "a refusal is a sentence"
        return caught.value


def client(graph: pan2kg.Graph) -> Client:
    site = Site(SiteContext(graph, mode="served"))
    pages = AllPages(site)
    source = DataSource(graph.store, ServedRelease("test"), read_prefixes(graph.project), pages.portray)
    return Client(source, pages)


@pytest.fixture(scope="session")
def shipped(dated: pan2kg.Graph) -> Client:
    """The shipped graph."""
    return client(dated)


@pytest.fixture(scope="session")
def few_shipped(few: pan2kg.Graph) -> Client:
    """That of a few plans, whose documents are short."""
    return client(pan2kg.Graph(few.project, few.store, language="fr", as_of=DAY))


@pytest.fixture(scope="session")
def retiring_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project in which a plan was replaced by another, and one was only given up."""
    folder = tmp_path_factory.mktemp("retiring") / "mine"
    start(folder)
    Path(folder, "graph", "plans", "xx.ttl").write_text(TOMBSTONE, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def retiring(retiring_folder: Path) -> Client:
    """The graph of that project."""
    return client(pan2kg.open_graph(retiring_folder, language="fr", as_of=DAY))


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """The same without an action to measure: one was given up, which nobody had verified."""
    folder = tmp_path_factory.mktemp("bare") / "mine"
    start(folder)
    blocks = [block for block in TOMBSTONE.split("\n\n") if not block.startswith("action:")]
    gone = (
        f"action:xx-old-1 a pan:Action ;\n    pan:certainty <{ID}certainty/unverified> ;\n    owl:deprecated true .\n"
    )
    Path(folder, "graph", "plans", "xx.ttl").write_text("\n\n".join([*blocks, gone]), encoding="utf-8")
    return client(pan2kg.open_graph(folder, language="fr", as_of=DAY))


@pytest.fixture(scope="session")
def local(graph: pan2kg.Graph) -> LocalStore:
    """The store of the shipped graph, which is one of this process."""
    assert isinstance(graph.store, LocalStore)
    return graph.store


def iris_of(graph: pan2kg.Graph) -> tuple[str, ...]:
    """Every IRI of ours in a graph, in whatever place of a statement it stands."""
    assert isinstance(graph.store, LocalStore)
    found: set[str] = set()
    for quad in graph.store.inner:
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, ox.NamedNode) and term.value.startswith(ROOT):
                found.add(term.value)
    return tuple(sorted(found))


@pytest.fixture(scope="session")
def own_iris(graph: pan2kg.Graph) -> tuple[str, ...]:
    """Every IRI of ours in the shipped graph."""
    found = iris_of(graph)
    assert len(found) > 8000, "the graph has shrunk, or this test looks past it"
    return found


def reply_of(response: Response) -> Reply:
    """An answer as a client sees it; each header once."""
    assert len(dict(response.headers)) == len(response.raw_headers), "a header is sent twice"
    return Reply(response.status_code, dict(response.headers), bytes(response.body))


def canonical(body: bytes, media: str) -> str:
    """The RDFC-1.0 form of a body."""
    dataset = ox.Dataset(ox.parse(body, format=FORMATS[media]))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad}\n" for quad in dataset))


def statements(body: bytes, media: str = "text/turtle") -> set[tuple[str, str, str]]:
    """The statements of a body, as text without the marks of IRIs."""
    triples = (quad.triple for quad in ox.parse(body, format=FORMATS[media]))
    return {(str(t.subject)[1:-1], str(t.predicate)[1:-1], str(t.object).strip("<>")) for t in triples}
