"""What a document says, and how it is negotiated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import DCTERMS, GRAPH, ID, PAN, RDF, RDFS, ROOT, SKOS
from tests.server.dereference.conftest import statements

if TYPE_CHECKING:
    from tests.server.dereference.conftest import Client

PLAN = "/doc/plan/lu-bhr-2"
ACTION = ID + "action/lu-bhr-2-4-3"


@pytest.fixture(scope="module")
def action(shipped: Client) -> set[tuple[str, str, str]]:
    return statements(shipped.found("/doc/action/lu-bhr-2-4-3", "text/turtle").body)


def test_a_document_says_all_that_is_said_of_its_thing(local: LocalStore, action: set[tuple[str, str, str]]) -> None:
    said = local.inner.quads_for_pattern(None, None, None, None)
    wanted = {(str(q.predicate)[1:-1], str(q.object).strip("<>")) for q in said if str(q.subject) == f"<{ACTION}>"}
    assert len(wanted) > 50
    assert {(p, o) for s, p, o in action if s == ACTION} == wanted


def test_a_document_describes_links_and_involvements_whole(action: set[tuple[str, str, str]]) -> None:
    links = {s for s, p, o in action if o == ACTION and p in (PAN + "between", PAN + "from", PAN + "to")}
    involvements = {s for s, p, o in action if o == ACTION and p == PAN + "involvedIn"}
    assert len(links) > 10
    assert involvements
    for one in links:
        assert {PAN + "linkType", PAN + "status", PAN + "certainty"} <= {p for s, p, _ in action if s == one}
    for one in involvements:
        assert {PAN + "involves", PAN + "role"} <= {p for s, p, _ in action if s == one}


def test_a_document_names_what_it_speaks_of(graph: pan2kg.Graph, action: set[tuple[str, str, str]]) -> None:
    labelled = {s for s, p, _ in action if p in (SKOS + "prefLabel", RDFS + "label")}
    named = {o for s, _, o in action if s == ACTION and o.startswith(ID)}
    called = {iri for iri in named if graph.store.query(f"ASK {{ <{iri}> <{SKOS}prefLabel> ?label }}")}
    assert len(called) > 10
    assert called <= labelled


def test_a_document_says_on_what_it_rests(action: set[tuple[str, str, str]]) -> None:
    document = "http://localhost/doc/action/lu-bhr-2-4-3"
    own = {(p, o) for s, p, o in action if s == document}
    assert ("http://xmlns.com/foaf/0.1/primaryTopic", ACTION) in own
    assert ("http://rdfs.org/ns/void#inDataset", ROOT + "dataset") in own
    assert (DCTERMS + "license", "https://creativecommons.org/licenses/by/4.0/") in own
    actions = f"{GRAPH}plans/lu-bhr-2/actions"
    assert (DCTERMS + "source", actions) in own
    assert any(s == actions and p == DCTERMS + "source" and o.startswith(ID + "document/") for s, p, o in action)


def test_a_concept_used_thousands_of_times_has_a_short_document(shipped: Client) -> None:
    assert len(statements(shipped.found("/doc/certainty/derived", "text/turtle").body)) < 100


@pytest.mark.parametrize("name", ["plans/lu-bhr-2/actions", "derived/shared-topic", "plans/lu-bhr-2/unverified"])
def test_a_named_graph_answers_with_its_statements(local: LocalStore, shipped: Client, name: str) -> None:
    quads = local.inner.quads_for_pattern(None, None, None, ox.NamedNode(GRAPH + name))
    wanted = {str(quad.triple) for quad in quads}
    assert wanted
    body = shipped.found(f"/graph/{name}", "application/n-triples").body
    assert {str(quad.triple) for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)} == wanted


def test_the_ontology_answers_with_its_terms(shipped: Client) -> None:
    said = statements(shipped.found("/ontology", "application/ld+json").body, "application/ld+json")
    assert (PAN + "Action", RDF + "type", "http://www.w3.org/2002/07/owl#Class") in said
    assert any(s == ROOT + "ontology" and p == DCTERMS + "title" for s, p, _ in said)


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "text/turtle; charset=utf-8"),
        ("*/*", "text/turtle; charset=utf-8"),
        ("text/*", "text/turtle; charset=utf-8"),
        ("application/*", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/xml", "application/xml"),
        ("text/xml", "text/xml; charset=utf-8"),
        ("application/json", "application/json"),
        ("application/ld+json;q=0.5, text/turtle;q=0.4", "application/ld+json"),
        ("text/turtle;q=0, */*;q=0.1", "application/n-triples"),
        ("application/x-turtle", "application/x-turtle"),
        ("text/html, text/turtle", "text/turtle; charset=utf-8"),
        ("text/html;q=0, */*;q=0.1", "text/turtle; charset=utf-8"),
        ("text/turtle, text/html;q=0.9", "text/turtle; charset=utf-8"),
        ("image/png, */*;q=0.1", "text/turtle; charset=utf-8"),
    ],
)
def test_data_come_in_the_format_that_is_asked_for(few_shipped: Client, accept: str, media: str) -> None:
    got = few_shipped.found(PLAN, accept)
    said = got.headers
    assert (got.status, said["content-type"], said["vary"]) == (200, media, "Accept")


@pytest.mark.parametrize(
    ("accept", "language", "page"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "", "/fr/plan/lu-bhr-2.html"),
        ("text/html", "de-LU, de;q=0.9, fr;q=0.5", "/de/plan/lu-bhr-2.html"),
        ("text/html, */*", "lb, en;q=0.4", "/en/plan/lu-bhr-2.html"),
        ("image/png, text/html;q=0.2", "it", "/fr/plan/lu-bhr-2.html"),
    ],
)
def test_a_reader_is_led_to_the_page_in_his_language(
    few_shipped: Client, accept: str, language: str, page: str
) -> None:
    got = few_shipped.found(PLAN, accept, languages=language)
    assert (got.status, got.headers["location"], got.headers["vary"]) == (303, page, "Accept, Accept-Language")


@pytest.mark.parametrize("accept", ["image/png", "text/html;q=0", "text/turtle;q=0, text/csv", "application/trig"])
def test_what_cannot_be_had_is_a_406_that_names_the_formats(few_shipped: Client, accept: str) -> None:
    refusal = few_shipped.refused(PLAN, accept)
    assert refusal.status == 406
    assert "text/turtle" in refusal.sentence
    assert "text/html" in refusal.sentence


@pytest.mark.parametrize(
    ("ending", "media"),
    [
        ("ttl", "text/turtle; charset=utf-8"),
        ("nt", "application/n-triples"),
        ("rdf", "application/rdf+xml"),
        ("jsonld", "application/ld+json"),
    ],
)
def test_an_ending_fixes_the_format(few_shipped: Client, ending: str, media: str) -> None:
    said = few_shipped.found(f"{PLAN}.{ending}", "image/png").headers
    assert said["content-type"] == media
    assert "vary" not in said
    links = said["link"].split(", ")
    assert f'<{PLAN}>; rel="canonical"' in links
    assert f'<{ID}plan/lu-bhr-2>; rel="describes"' in links
    assert not any(f"{PLAN}.{ending}>" in link for link in links), "a form is no alternate of itself"
    assert '</de/plan/lu-bhr-2.html>; rel="alternate"; type="text/html"; hreflang="de"' in links


def test_the_ending_html_leads_to_the_page(few_shipped: Client) -> None:
    got = few_shipped.found(f"{PLAN}.html", "text/turtle", languages="en")
    said = got.headers
    assert (got.status, said["location"], said["vary"]) == (303, "/en/plan/lu-bhr-2.html", "Accept-Language")


def test_what_is_negotiated_says_which_form_it_is(few_shipped: Client) -> None:
    assert few_shipped.found(PLAN, "application/ld+json").headers["content-location"] == f"{PLAN}.jsonld"


def test_an_etag_is_that_of_one_form_at_one_place(few_shipped: Client) -> None:
    calls = [(PLAN, "text/turtle"), (PLAN, "application/n-triples"), ("/doc/plan/lu-bhr-1", "text/turtle")]
    tags = [few_shipped.found(path, accept).headers["etag"] for path, accept in calls]
    tags.append(few_shipped.found(PLAN, "text/turtle", place="https://other.example/").headers["etag"])
    assert len(set(tags)) == 4
    again = few_shipped.found(PLAN, "text/turtle", condition=f'"x", {tags[0]}')
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tags[0])
    assert again.headers["vary"] == "Accept"
    assert few_shipped.found(PLAN, "text/turtle", condition=tags[1]).status == 200


def test_documents_are_where_the_service_stands_and_things_keep_their_iri(few_shipped: Client) -> None:
    """Identity and place apart: a query copied from a document must find the same thing at the endpoint."""
    base = "https://data.example/pan/"
    place = {"place": base, "front": base}
    assert few_shipped.found("/id/plan/lu-bhr-2", **place).headers["location"] == f"{base}doc/plan/lu-bhr-2"
    assert few_shipped.found(PLAN, "text/html", **place).headers["location"] == f"{base}fr/plan/lu-bhr-2.html"
    got = few_shipped.found(PLAN, "text/turtle", **place)
    assert f'<{base}doc/plan/lu-bhr-2.nt>; rel="alternate"' in got.headers["link"]
    topics = {(s, o) for s, p, o in statements(got.body) if p.endswith("primaryTopic")}
    assert topics == {(f"{base}doc/plan/lu-bhr-2", ID + "plan/lu-bhr-2")}
