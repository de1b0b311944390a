"""Every IRI of the graph answers: it leads to a document that is there, in each form one graph, and to a page.

What is retired is gone, never unknown; the graph is described at its well-known address as a release describes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.graph.labels import own_profile, read_profiles
from pan2kg.publish import edition as editions
from pan2kg.publish.edition import Addresses
from pan2kg.publish.folder import read_content
from pan2kg.server.all_pages import AllPages
from pan2kg.server.documents import (
    OFFICIAL,
    VOID_PATH,
    Call,
    DataSource,
    count,
    document_of,
    find_document,
    find_thing,
)  # fmt: skip
from pan2kg.server.protocol import RefusalError, ServedRelease
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site
from pan2kg.store.store import LocalStore, select
from pan2kg.turtle.vocabulary import DCTERMS, GRAPH, ID, PAN, RDF, RDFS, ROOT, SKOS
from pan2kg.turtle.writer import read_prefixes
from tests.conftest import start
from tests.lots import by_lot
from tests.server.conftest import Reply

DAY = date(2026, 1, 1)
VOID = "http://rdfs.org/ns/void#"
FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
PLAN = "/doc/plan/lu-bhr-2"
ACTION = ID + "action/lu-bhr-2-4-3"
OLD, NEW = ID + "plan/xx-old", ID + "plan/xx-new"


@dataclass(frozen=True)
class Client:
    """Asks the functions as a client asks the service."""

    graph: pan2kg.Graph
    pages: AllPages
    source: DataSource

    def get(self, path: str, accept: str = "", **more: str) -> Reply:
        """What must be an answer."""
        path, _, query = path.partition("?")
        response = self.source.answer(Call(path, query.encode(), accept, **more))
        assert len(dict(response.headers)) == len(response.raw_headers), "a header is sent twice"
        return Reply(response.status_code, dict(response.headers), bytes(response.body))

    def refused(self, path: str, accept: str = "") -> RefusalError:
        """What must be a refusal, in a sentence."""
        with pytest.raises(RefusalError) as caught:
            self.get(path, accept)
        assert caught.value.sentence.endswith("."), "a refusal is a sentence"
        return caught.value

    def statements(self, path: str, accept: str = "text/turtle") -> set[tuple[str, str, str]]:
        """The statements of a document, as text without the marks of IRIs."""
        triples = (quad.triple for quad in ox.parse(self.get(path, accept).body, format=FORMATS[accept]))
        return {(str(t.subject)[1:-1], str(t.predicate)[1:-1], str(t.object).strip("<>")) for t in triples}

    def as_one_graph(self, path: str) -> str:
        """The RDFC-1.0 form of a document, the same in each of its formats."""
        forms = set()
        for media, form in FORMATS.items():
            dataset = ox.Dataset(ox.parse(self.get(path, media).body, format=form))
            dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
            forms.add("".join(sorted(f"{quad}\n" for quad in dataset)))
        assert len(forms) == 1, f"the formats of {path} differ"
        return forms.pop()


def client(graph: pan2kg.Graph) -> Client:
    pages = AllPages(Site(SiteContext(graph, mode="served")))
    source = DataSource(graph.project, graph.store, ServedRelease("test"), read_prefixes(graph.project), pages.portray)
    return Client(graph, pages, source)


@pytest.fixture(scope="session")
def shipped(dated: pan2kg.Graph) -> Client:
    """The shipped graph."""
    return client(dated)


@pytest.fixture(scope="session")
def short(few: pan2kg.Graph) -> Client:
    """That of a few plans, whose documents are short."""
    return client(pan2kg.Graph(few.project, few.store, language="fr", as_of=DAY))


@pytest.fixture(scope="session")
def retiring(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """A small project in which a plan was replaced by another, and one was only given up."""
    folder = start(tmp_path_factory.mktemp("retiring") / "mine")
    text = Path(__file__).with_name("retired.ttl").read_text(encoding="utf-8")
    Path(folder, "graph", "plans", "xx.ttl").write_text(text, encoding="utf-8")
    return client(pan2kg.open_graph(folder, language="fr", as_of=DAY))


def own_iris(client: Client) -> tuple[str, ...]:
    """Every IRI of ours in a graph, in whatever place of a statement it stands."""
    quads = (term for quad in client.graph.held.inner for term in (*quad.triple, quad.graph_name))
    return tuple(sorted({t.value for t in quads if isinstance(t, ox.NamedNode) and t.value.startswith(ROOT)}))


def path_of(iri: str) -> str:
    """The path a client asks for: the fragment stays with him."""
    return "/" + iri.removeprefix(ROOT).partition("#")[0]


def drawn(iris: Iterable[str], each: int) -> list[str]:
    """So many IRIs of every kind, as their addresses say it: the first, and others drawn by lot."""
    kinds: dict[str, list[str]] = {}
    for iri in iris:
        steps = path_of(iri)[1:].split("/")
        kinds.setdefault("/".join(steps[:2]) if steps[0] in ("id", "graph") else steps[0], []).append(iri)
    return [iri for among in kinds.values() for iri in (among[0], *by_lot(among, each - 1))]


def retired_paths(client: Client) -> dict[str, list[str]]:
    """The path of every retired identifier, with those of what replaces it; a deprecated concept has none."""
    query = (
        f"SELECT ?old ?new WHERE {{ {{ ?old a <{PAN}RetiredIdentifier> OPTIONAL {{ ?old <{DCTERMS}isReplacedBy> ?new }}"
        " } UNION { ?old <http://www.w3.org/2002/07/owl#deprecated> true } }"
    )
    table, paths = select(client.graph.store, query), dict[str, list[str]]()
    for old, new in zip(table.values("old"), table.values("new"), strict=True):
        paths.setdefault(path_of(old), []).extend([path_of(new)] if new else [])
    return paths


def test_every_iri_leads_to_a_document_that_is_there(shipped: Client) -> None:
    """``If-None-Match: *`` asks whether there is a document, without having it written.

    An identifier that one thing has replaced leads on to that thing, whose own IRI is asked for as any other.
    All that is retired is asked for, and of every kind the first and twenty drawn by lot.
    """
    iris, retired = own_iris(shipped), retired_paths(shipped)
    assert len(iris) > 8000, "the graph has shrunk, or this test looks past it"
    paths = set(map(path_of, iris))
    assert retired.keys() <= paths
    for path in sorted({path_of(iri) for iri in drawn(iris, 21)} | retired.keys()):
        reply = shipped.get(path, condition="*")
        if path.startswith(("/graph/", "/ontology")):
            assert reply.status == 304, path
        elif len(retired.get(path, ())) == 1:
            assert (reply.status, [unquote(reply.headers["location"])]) == (301, retired[path]), path
            assert retired[path][0] in paths
        elif path in retired:
            assert reply.status == 410, path
        else:
            assert reply.status == 303, path
            assert shipped.get(unquote(reply.headers["location"]), condition="*").status == 304, path


def test_every_kind_of_iri_is_one_graph_in_each_format_is_looked_up_and_has_a_page(short: Client) -> None:
    """One of every kind: of a few plans, since what all name takes seconds to write in each."""
    retired = retired_paths(short)
    chosen = drawn((iri for iri in own_iris(short) if path_of(iri) not in retired), each=1)
    assert len(chosen) > 70
    for iri in chosen:
        document = f"/{document_of(iri)}"
        assert f"<{iri.partition('#')[0]}" in short.as_one_graph(document) or iri.startswith(GRAPH)
        place, _, fragment = short.get(f"/doc?iri={iri.replace('#', '%23')}").headers["location"].partition("#")
        assert (unquote(place), fragment) == (document, iri.partition("#")[2] if iri.startswith(PAN) else "")
        page = short.pages.page(unquote(short.get(document, "text/html").headers["location"]).removeprefix("/"), {})
        assert page, iri
        assert page.body.startswith(b"<!DOCTYPE html>")


def test_documents_are_about_what_pages_are_about_by_one_key_and_of_others_too(
    graph: pan2kg.Graph, short: Client
) -> None:
    """What is at ``/fr/instrument/x.html`` is described at ``/doc/instrument/x``."""
    entries = [entry for entry in graph.labels.entries.values() if entry.has_page]
    assert len(entries) > 1000
    for entry in by_lot(entries, 200):
        assert find_thing(graph.store, f"{entry.kind}/{entry.key}") == entry.iri
        assert find_document(graph.store, entry.iri) == f"doc/{entry.kind}/{entry.key}"
    assert {entry.kind for entry in entries if not entry.iri.startswith(ROOT)} <= OFFICIAL.keys()
    topics = {o for _, p, o in short.statements("/doc/instrument/reg-2017-821") if p.endswith("primaryTopic")}
    assert topics == {"http://data.europa.eu/eli/reg/2017/821/oj"}
    assert short.refused("/id/instrument/reg-2017-821").status == 404, "this IRI is not the one it has"
    query = f"SELECT DISTINCT ?c WHERE {{ ?a <{PAN}hasTopic> ?c FILTER(STRSTARTS(STR(?c), 'http://eurovoc')) }} LIMIT 3"
    concepts = select(short.graph.store, query).values("c")
    assert len(concepts) == 3
    for iri in concepts:
        place = short.get(f"/doc?iri={iri}").headers["location"]
        assert any(subject == iri for subject, _, _ in short.statements(place))
        assert short.pages.page(short.get(place, "text/html").headers["location"].removeprefix("/"), {})


NOWHERE = [
    "/id/plan/nowhere", "/id/plan", "/id/", "/id/plan/lu-bhr-2.ttl", "/id/plan/lu-bhr-2/x", "/id//plan", "/id/../x",
    "/id/plan/a b", '/id/plan/a"b', "/id/plan/<x>", "/id/plan/a\\b", "/doc/plan/nowhere", "/doc/plan", "/doc/x.ttl",
    "/doc/iri/%%%", "/doc/iri/AAAA", "/doc/id/plan/lu-bhr-2", "/doc/graph/conflicts", "/doc/instrument/lu-bhr-2",
    "/docs/x", "/graph/nowhere", "/graph/", "/ontology/9.9", "/ontology/x/y", "/dataset/9.9", "/catalogue/x",
    "/contributorsx", "/doc?iri=https://w3id.org/pan2kg/id/plan/nowhere", "/doc?iri=http://e/nowhere",
    "/doc?iri=https://w3id.org/pan2kg/ontology%23Nowhere", '/doc/instrument/"} ASK {', "/doc/instrument/x\\",
]  # fmt: skip


def test_what_is_not_there_is_refused_in_a_sentence(shipped: Client) -> None:
    assert {path: shipped.refused(path, "*/*").status for path in NOWHERE} == dict.fromkeys(NOWHERE, 404)
    for query in ("", "?iri=", "?iri=plan", "?iri=a:b&iri=a:c", "?iri=http://e/%3Cx%3E", "?iri=%FF"):
        assert shipped.refused(f"/doc{query}").status == 400
    assert shipped.get("/dataset/0.1.0").headers["location"] == "/doc/dataset", "the version that is served"
    assert shipped.get("/ontology/0.1.0", "text/turtle").body == shipped.get("/ontology.ttl").body


def test_a_document_says_all_of_its_thing_its_links_whole_with_names_and_on_what_it_rests(shipped: Client) -> None:
    said = shipped.statements("/doc/action/lu-bhr-2-4-3")
    own = shipped.graph.held.inner.quads_for_pattern(ox.NamedNode(ACTION), None, None, None)
    wanted = {(str(q.predicate)[1:-1], str(q.object).strip("<>")) for q in own}
    assert len(wanted) > 50
    assert {(p, o) for s, p, o in said if s == ACTION} == wanted
    links = {s for s, p, o in said if o == ACTION and p in (PAN + "between", PAN + "from", PAN + "to")}
    involvements = {s for s, p, o in said if o == ACTION and p == PAN + "involvedIn"}
    assert len(links) > 10
    assert involvements
    for joining, properties in ((links, ("linkType", "status", "certainty")), (involvements, ("involves", "role"))):
        for iri in joining:
            assert {PAN + name for name in properties} <= {p for s, p, _ in said if s == iri}
    labelled = {s for s, p, _ in said if p in (SKOS + "prefLabel", RDFS + "label")}
    named = {o for s, _, o in said if s == ACTION and o.startswith(ID)}
    called = {iri for iri in named if shipped.graph.store.query(f"ASK {{ <{iri}> <{SKOS}prefLabel> ?label }}")}
    assert len(called) > 10
    assert called <= labelled
    actions, document = f"{GRAPH}plans/lu-bhr-2/actions", "http://localhost/doc/action/lu-bhr-2-4-3"
    assert {(p, o) for s, p, o in said if s == document} >= {
        ("http://xmlns.com/foaf/0.1/primaryTopic", ACTION),
        (VOID + "inDataset", ROOT + "dataset"),
        (DCTERMS + "license", "https://creativecommons.org/licenses/by/4.0/"),
        (DCTERMS + "source", actions),
    }
    assert any(s == actions and p == DCTERMS + "source" and o.startswith(ID + "document/") for s, p, o in said)
    assert len(shipped.statements("/doc/certainty/derived")) < 100, "a concept used thousands of times"


def test_a_named_graph_and_the_ontology_answer_with_their_statements(shipped: Client) -> None:
    for name in ("plans/lu-bhr-2/actions", "derived/shared-topic", "plans/lu-bhr-2/unverified"):
        quads = shipped.graph.held.inner.quads_for_pattern(None, None, None, ox.NamedNode(GRAPH + name))
        wanted = {str(quad.triple) for quad in quads}
        body = shipped.get(f"/graph/{name}", "application/n-triples").body
        assert {str(quad.triple) for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)} == wanted != set()
    said = shipped.statements("/ontology", "application/ld+json")
    assert (PAN + "Action", RDF + "type", "http://www.w3.org/2002/07/owl#Class") in said
    assert any(s == ROOT + "ontology" and p == DCTERMS + "title" for s, p, _ in said)


def test_data_come_in_the_format_that_is_asked_for_and_a_reader_is_led_to_the_page_in_his_language(
    short: Client,
) -> None:
    turtle, triples = "text/turtle; charset=utf-8", "application/n-triples"
    accepted = ("", "*/*", "text/*", "text/html, text/turtle", "text/html;q=0, */*;q=0.1", "image/png, */*;q=0.1")
    for accept, media in {
        **dict.fromkeys((*accepted, "text/turtle, text/html;q=0.9"), turtle),
        **dict.fromkeys(("application/*", "text/turtle;q=0, */*;q=0.1"), triples),
        **{media: media for media in ("application/rdf+xml", "application/xml", "application/json")},
        "text/xml": "text/xml; charset=utf-8",
        "application/x-turtle": "application/x-turtle",
        "application/ld+json;q=0.5, text/turtle;q=0.4": "application/ld+json",
    }.items():
        reply = short.get(PLAN, accept)
        assert (reply.status, reply.headers["content-type"], reply.headers["vary"]) == (200, media, "Accept"), accept
    for accept, languages, language in (
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "", "fr"),
        ("text/html", "de-LU, de;q=0.9, fr;q=0.5", "de"),
        ("text/html, */*", "lb, en;q=0.4", "en"),
        ("image/png, text/html;q=0.2", "it", "fr"),
    ):
        reply = short.get(PLAN, accept, languages=languages)
        assert (reply.status, reply.headers["location"]) == (303, f"/{language}/plan/lu-bhr-2.html")
        assert reply.headers["vary"] == "Accept, Accept-Language"
    for accept in ("image/png", "text/html;q=0", "text/turtle;q=0, text/csv", "application/trig"):
        refusal = short.refused(PLAN, accept)
        assert (refusal.status, "text/turtle" in refusal.sentence, "text/html" in refusal.sentence) == (406, True, True)


def test_an_ending_fixes_the_format_and_an_etag_is_that_of_one_form_at_one_place(short: Client) -> None:
    for ending, media in zip(("ttl", "nt", "rdf", "jsonld"), FORMATS, strict=True):
        headers = short.get(f"{PLAN}.{ending}", "image/png").headers
        assert (headers["content-type"].partition(";")[0], "vary" in headers) == (media, False)
        links = headers["link"].split(", ")
        assert {f'<{PLAN}>; rel="canonical"', f'<{ID}plan/lu-bhr-2>; rel="describes"'} <= {*links}
        assert not any(f"{PLAN}.{ending}>" in link for link in links), "a form is no alternate of itself"
        assert '</de/plan/lu-bhr-2.html>; rel="alternate"; type="text/html"; hreflang="de"' in links
    reply = short.get(f"{PLAN}.html", "text/turtle", languages="en")
    assert (reply.status, reply.headers["location"], reply.headers["vary"]) == (
        303, "/en/plan/lu-bhr-2.html", "Accept-Language"
    )  # fmt: skip
    assert short.get(PLAN, "application/ld+json").headers["content-location"] == f"{PLAN}.jsonld"
    calls = [(PLAN, "text/turtle"), (PLAN, "application/n-triples"), ("/doc/plan/lu-bhr-1", "text/turtle")]
    tags = [short.get(path, accept).headers["etag"] for path, accept in calls]
    tags.append(short.get(PLAN, "text/turtle", place="https://other.example/").headers["etag"])
    assert len(set(tags)) == 4
    again = short.get(PLAN, "text/turtle", condition=f'"x", {tags[0]}')
    assert (again.status, again.body, again.headers["etag"], again.headers["vary"]) == (304, b"", tags[0], "Accept")
    assert short.get(PLAN, "text/turtle", condition=tags[1]).status == 200


def test_a_retired_thing_is_gone_with_its_description_and_leads_on(retiring: Client) -> None:
    for address in ("/id/plan/xx-old", "/doc/plan/xx-old"):
        reply = retiring.get(address, "text/turtle")
        assert reply.status == 410
        assert (OLD, DCTERMS + "isReplacedBy", NEW) in retiring.statements(address)
        assert f'<{NEW}>; rel="successor-version {DCTERMS}isReplacedBy"' in reply.headers["link"]
        assert OLD in retiring.as_one_graph(address)
        reply = retiring.get(address, "text/html", languages="en")
        assert (reply.status, reply.headers["content-type"]) == (410, "text/html; charset=utf-8")
        assert "Accept-Language" in reply.headers["vary"]
        assert all(words in reply.text for words in ('<html lang="en"', "Old plan", 'href="../../en/plan/xx-new.html"'))
    assert (retiring.get("/doc/plan/xx-old.ttl").status, retiring.get("/doc/plan/xx-old.html").status) == (410, 410)
    lost = retiring.get("/id/plan/xx-lost", "text/html")
    assert (lost.status, "successor-version" in lost.headers["link"]) == (410, False)
    assert b"<script>" not in lost.body.split(b"<main", 1)[1], "a label is no markup"
    for path in ("/id/plan/xx-old", "/doc/plan/xx-old", "/id/plan/xx-lost"):  # it is never answered as unknown
        assert {retiring.refused(path, a).status for a in ("image/png", "text/html;q=0", "a/xhtml+xml")} == {410}
        assert {retiring.get(path, accept).status for accept in ("*/*", "")} == {410}
    assert retiring.get("/id/plan/xx-new").status == 303
    assert retiring.get(f"/doc?iri={OLD}").headers["location"] == "/doc/plan/xx-old"
    said = retiring.statements("/doc/plan/xx-new")
    assert not any(p in (DCTERMS + "license", VOID + "inDataset") for _, p, _ in said), "there is no catalogue"


def test_an_old_address_leads_to_what_took_its_place_or_says_which_of_several_things(retiring: Client) -> None:
    for kind, ending in (("id", ""), ("doc", ""), ("doc", ".ttl")):
        reply = retiring.get(f"/{kind}/action/xx-new-m1{ending}", "text/turtle")
        assert (reply.status, reply.headers["location"]) == (301, f"/{kind}/part/xx-new-axis-1{ending}")
        assert "successor-version" in reply.headers["link"]
    reply = retiring.get("/id/action/xx-new-m2", "text/turtle")
    assert (reply.status, f"<{NEW}>" in reply.headers["link"]) == (410, True)
    assert f"<{ID}part/xx-new-axis-1>" in reply.headers["link"]


def test_the_graph_is_described_as_a_release_describes_it(few: pan2kg.Graph, short: Client, retiring: Client) -> None:
    targets = editions.targets_of(own_profile(read_profiles(few.held), None))
    released = editions.count(read_content(few.held, Addresses())[1].triples, ROOT, targets)
    counted = count(LocalStore(few.held.inner))
    for name in ("triples", "subjects", "objects", "properties", "classes", "links"):
        assert getattr(counted, name) == getattr(released, name), name
    short.as_one_graph(VOID_PATH)
    reply, said = short.get(VOID_PATH), short.statements(VOID_PATH)
    assert (ROOT + "dataset", VOID + "sparqlEndpoint", "http://localhost/sparql") in said
    assert (ROOT + "dataset", VOID + "dataDump", "http://localhost/data/pan2kg.nq.gz") in said
    assert any(p == VOID + "classPartition" for _, p, _ in said)
    assert short.get(VOID_PATH, condition=reply.headers["etag"]).status == 304
    assert short.get(VOID_PATH, "application/ld+json").headers["etag"] != reply.headers["etag"]
    assert short.refused(VOID_PATH, "text/html").status == 406
    refusal = retiring.refused(VOID_PATH)
    assert (refusal.status, "dcterms:title" in refusal.sentence) == (404, True)
