"""On whose word links and parts of bodies rest: what the rules derive of a few documents, and how a graph reads it."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from pan2kg.coherence.evidence import Level
from pan2kg.graph.graph import Graph
from pan2kg.graph.links import read_ties
from pan2kg.graph.statements import read_statements
from pan2kg.project import Project
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore

HEAD = """
@prefix authorkind: <https://w3id.org/pan2kg/id/authorkind/> .
@prefix certainty: <https://w3id.org/pan2kg/id/certainty/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix linkstatus: <https://w3id.org/pan2kg/id/linkstatus/> .
@prefix linktype: <https://w3id.org/pan2kg/id/linktype/> .
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix relation: <https://w3id.org/pan2kg/id/relation/> .
@prefix role: <https://w3id.org/pan2kg/id/role/> .
@prefix e: <http://e/> .
e:p a pan:Plan . e:q a pan:Plan . e:r a pan:Plan .
e:a a pan:Action ; pan:inPlan e:p . e:b a pan:Action ; pan:inPlan e:q .
e:own pan:speaksFor e:p ; pan:authorKind authorkind:public-authority .
e:leaflet pan:speaksFor e:p ; pan:authorKind authorkind:other .
e:law pan:authorKind authorkind:public-authority .
e:un pan:authorKind authorkind:international .
e:press pan:authorKind authorkind:other .
e:unknown a pan:Document .
"""


def store_of(*turtle: str) -> LocalStore:
    """A few statements with what the rules of the project derive of them."""
    held = ox.Store()
    held.load(HEAD + "\n".join(turtle), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e/g"))
    store = LocalStore(held)
    derive(store, Project(Path(__file__).resolve().parents[2]), ["linked-to", "linked-to-at-level"])
    return store


def level_of(thing: str, *turtle: str) -> Level | None:
    return read_statements(store_of(*turtle)).level(f"http://e/{thing}")


def link(name: str = "l", kind: str = "cross-reference", start: str = "a", end: str = "q", **more: str) -> str:
    """An accepted link that its documents state, unless told otherwise."""
    said = {"status": "accepted", "certainty": "stated", "relation": "references"} | more
    documents = "".join(f" ; dcterms:source e:{document}" for document in said.get("documents", "press").split())
    return (
        f"e:{name} pan:linkType linktype:{kind} ; pan:status linkstatus:{said['status']} ; pan:from e:{start} ;"
        f" pan:to e:{end} ; pan:relation relation:{said['relation']} ;"
        f" pan:certainty certainty:{said['certainty']}{documents} ."
    )


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ("own", Level.PLAN),
        ("leaflet", Level.PLAN),
        ("law", Level.OFFICIAL),
        ("un", Level.OFFICIAL),
        ("press", Level.OTHER),
        ("unknown", Level.OTHER),
        ("press law", Level.OFFICIAL),
        ("press law own", Level.PLAN),
    ],
)
def test_a_stated_link_is_as_firm_as_the_firmest_of_its_documents(documents: str, expected: Level) -> None:
    assert level_of("l", link(documents=documents)) is expected


@pytest.mark.parametrize("start", ["p", "a", "article"])
def test_a_document_speaks_for_a_work_and_for_all_its_parts(start: str) -> None:
    assert level_of("l", "e:article eli:is_part_of e:p .", link(start=start, documents="own")) is Level.PLAN


def test_the_own_words_of_another_plan_are_an_official_source() -> None:
    assert level_of("l", link(start="b", end="p", documents="own")) is Level.OFFICIAL
    assert level_of("l", link(start="b", end="p", documents="leaflet")) is Level.OTHER


def test_of_a_link_without_direction_either_end_may_say_so() -> None:
    ends = link(documents="own").replace("pan:from e:a ; pan:to e:q", "pan:between e:q ; pan:between e:a")
    assert level_of("l", ends) is Level.PLAN


def test_the_passage_counts_as_its_document_does() -> None:
    passage = "e:l pan:evidence e:words . e:words pan:inDocument e:own ."
    assert level_of("l", link(documents="press"), passage) is Level.PLAN


def test_what_a_third_party_states_of_two_plans_is_never_said_by_the_plan() -> None:
    assert level_of("l", link(kind="external-statement", documents="own")) is Level.OFFICIAL
    assert level_of("l", link(kind="external-statement", documents="leaflet")) is Level.OTHER


@pytest.mark.parametrize(
    ("status", "certainty", "expected"),
    [
        ("accepted", "derived", Level.EDITORS),
        ("candidate", "derived", Level.MACHINE),
        ("candidate", "stated", Level.MACHINE),
        ("accepted", "unverified", None),
        ("rejected", "stated", None),
        ("rejected", "derived", None),
        ("superseded", "stated", None),
    ],
)
def test_what_no_document_states_has_the_level_of_who_proposed_it(
    status: str, certainty: str, expected: Level | None
) -> None:
    assert level_of("l", link(status=status, certainty=certainty, documents="own")) is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("pan:certainty certainty:stated ; dcterms:source e:own", Level.PLAN),
        ("pan:certainty certainty:stated ; dcterms:source e:law", Level.OFFICIAL),
        ("pan:certainty certainty:derived ; dcterms:source e:own", Level.EDITORS),
        ("pan:certainty certainty:unverified ; dcterms:source e:own", None),
        ("pan:certainty certainty:stated", None),
        ("pan:certainty certainty:derived", None),
    ],
)
def test_a_part_of_a_body_has_a_level_where_it_has_a_document(said: str, expected: Level | None) -> None:
    part = f"e:i pan:involvedIn e:a ; pan:involves e:body ; pan:role role:lead ; {said} ."
    graph = Graph(Project(Path("/nowhere")), store_of(part))
    (found,) = graph.involvements
    assert (found.work, found.body, found.roles, found.level) == (
        "http://e/a",
        "http://e/body",
        frozenset({"lead"}),
        expected,
    )


def test_a_text_two_plans_share_links_them_as_firmly_as_the_weaker_side_says_so() -> None:
    text = "e:t a pan:SoftLaw . e:body a pan:Organisation ."
    firm, weak = (link(name, "uses-instrument", "a", "t", documents=of) for name, of in (("1", "own"), ("2", "press")))
    other = link("3", "uses-instrument", "b", "t", documents="law")
    both = (one for one in read_ties(store_of(text, firm, weak, other)).every if one.kind == "shared-instrument")
    assert [one.level for one in both] == [Level.OFFICIAL]
    found = read_ties(store_of(text, weak, other)).every
    assert [one.level for one in found] == [Level.OTHER]


def test_two_acts_that_are_one_link_as_firmly_as_it_is_known_that_they_are() -> None:
    acts = "e:act a pan:LegalAct . e:directive a pan:LegalAct ."
    uses = [link("1", "uses-instrument", "a", "act", documents="own"),
            link("2", "uses-instrument", "b", "directive", documents="law")]  # fmt: skip
    for of, expected in (("law", Level.OFFICIAL), ("press", Level.OTHER)):
        step = link("s", "instrument-relation", "act", "directive", relation="transposes", documents=of)
        (tie,) = read_ties(store_of(acts, *uses, step)).every
        assert tie.level is expected


def test_what_editors_assigned_links_on_their_word() -> None:
    (tie,) = read_ties(store_of("e:a pan:hasTopic e:t . e:b pan:hasTopic e:t .")).every
    assert (tie.kind, tie.level) == ("shared-topic", Level.EDITORS)


def test_plain_triples_of_links_are_nested_by_level() -> None:
    names = ("linkedToAtPlan", "linkedTo", "linkedToAtOther", "linkedToAtEditors")
    seen = {}
    for of in ("own", "law", "press"):
        quads = list(store_of(link(documents=of)).inner.quads_for_pattern(ox.NamedNode("http://e/q"), None, None, None))
        predicates = {quad.predicate.value.rpartition("#")[2] for quad in quads}
        seen[of] = [name for name in names if name in predicates]
    assert seen == {"own": list(names), "law": list(names[1:]), "press": list(names[2:])}


def test_the_shipped_graph_knows_on_whose_word_every_citation_rests(graph: Graph) -> None:
    assert graph.citations
    assert {citation.level for citation in graph.citations} <= {Level.PLAN, Level.OFFICIAL, Level.OTHER}
    assert all(tie.level is not None for tie in graph.ties.every)
