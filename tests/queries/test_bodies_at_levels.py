"""Whose part is in what, and who should talk: rules and question on one side, the engine on the other, by level."""

from __future__ import annotations

from itertools import combinations, pairwise

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pan2kg
from pan2kg.coherence.bodies import meeting, who_should_talk
from pan2kg.coherence.evidence import FIGURED, Level
from pan2kg.project import Project
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, Store
from pan2kg.store.store import text_rows as rows
from tests.lots import TIMES

PAN = "PREFIX pan: <https://w3id.org/pan2kg/ontology#>"
AT = {one: f"involvesBodyAt{one.key.title()}" for one in FIGURED}
HEAD = """
@prefix authorkind: <https://w3id.org/pan2kg/id/authorkind/> .
@prefix certainty: <https://w3id.org/pan2kg/id/certainty/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix linkstatus: <https://w3id.org/pan2kg/id/linkstatus/> .
@prefix linktype: <https://w3id.org/pan2kg/id/linktype/> .
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix relation: <https://w3id.org/pan2kg/id/relation/> .
@prefix role: <https://w3id.org/pan2kg/id/role/> .
@prefix e: <http://e/> .
e:p a pan:Plan ; dcterms:spatial e:one . e:q a pan:Plan ; dcterms:spatial e:one .
e:r a pan:Plan ; dcterms:spatial e:two . e:s a pan:Plan .
e:a a pan:Action ; pan:inPlan e:p . e:b a pan:Action ; pan:inPlan e:q .
e:c a pan:Action ; pan:inPlan e:r . e:d a pan:Action ; pan:inPlan e:s .
e:part a pan:PlanPart ; pan:partLevel e:axis ; pan:inPlan e:p .
e:press pan:authorKind authorkind:other . e:law pan:authorKind authorkind:public-authority .
e:own pan:speaksFor e:p ; pan:speaksFor e:q ; pan:speaksFor e:r ; pan:speaksFor e:s .
relation:implements pan:useClass 1.0 . relation:references pan:useClass 0.25 .
e:K a pan:Treaty . e:L a pan:Treaty . e:G a pan:OtherInstrument ; pan:isGeneral true .
e:x a pan:PublicBody . e:y a pan:PublicBody . e:z a pan:PublicBody . e:w a pan:PublicBody ; pan:precededBy e:z .
e:some a pan:UnnamedGroup .
"""
WORKS = ("p", "q", "r", "a", "b", "c", "d")
WORD = st.tuples(
    st.sampled_from(("own", "law", "press", "")), st.sampled_from(("stated", "stated", "derived", "unverified"))
)
PARTS = st.tuples(
    st.sampled_from((*WORKS, "part")), st.sampled_from(("x", "y", "z", "w", "some")),
    st.sampled_from(("lead", "partner")), WORD,
)  # fmt: skip
USES = st.tuples(
    st.sampled_from(WORKS), st.sampled_from(("K", "L", "G")), st.sampled_from(("implements", "references")), WORD
)


def _graph(
    parts: list[tuple[str, str, str, tuple[str, str]]], uses: list[tuple[str, str, str, tuple[str, str]]]
) -> pan2kg.Graph:
    def by(word: tuple[str, str]) -> str:
        document, certainty = word
        return f"pan:certainty certainty:{certainty}{f' ; dcterms:source e:{document}' if document else ''}"

    lines = [HEAD]
    lines += [
        f"e:i{at} pan:involvedIn e:{work} ; pan:involves e:{body} ; pan:role role:{role} ; {by(word)} ."
        for at, (work, body, role, word) in enumerate(parts)
    ]
    lines += [
        f"e:l{at} pan:linkType linktype:uses-instrument ; pan:relation relation:{relation} ; pan:from e:{work} ;"
        f" pan:to e:{text} ; pan:status linkstatus:accepted ; {by(word)} ."
        for at, (work, text, relation, word) in enumerate(uses)
    ]
    held = ox.Store()
    held.load("\n".join(lines), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e/g"))
    store = LocalStore(held)
    derive(store, Project.packaged())
    return pan2kg.Graph(Project.packaged(), store)


def of_rules(store: Store, at: Level) -> set[tuple[str, str]]:
    """Which body has a part in which work at a level, by the plain triples."""
    return {(work, body) for work, body in rows(store, f"{PAN} SELECT DISTINCT ?w ?b {{ ?w pan:{AT[at]} ?b }}")}


def of_engine(graph: pan2kg.Graph, at: Level) -> set[tuple[str, str]]:
    """The same from the levels of the statements."""
    return {(one.work, body) for one in graph.profiles_at(at) for body in one.bodies}


def told(graph: pan2kg.Graph, at: Level) -> dict[frozenset[str], int]:
    """By the engine, for each two bodies that should talk over how many texts."""
    met = {*graph.earlier_bodies, *meeting(graph.profiles)}
    found = who_should_talk(graph.uses_at(at), graph.profiles_at(at), graph.bits, met, country=graph.country_of)
    return {frozenset((row.one, row.two)): len(row.instruments) for row in found}


def asked(graph: pan2kg.Graph, at: Level, bodies: set[str]) -> dict[frozenset[str], int]:
    """The same, asked of each body by the question."""
    return {
        frozenset((body, row["other_body"])): int(row["shared_instruments"])
        for body in bodies
        for row in graph.ask("who-should-talk", body=body, least_level=at.key)
    }


@pytest.mark.parametrize("at", FIGURED)
def test_rules_and_engine_agree_on_the_shipped_graph(graph: pan2kg.Graph, at: Level) -> None:
    assert of_rules(graph.store, at) == of_engine(graph, at) != set()


@settings(max_examples=20 * TIMES)
@given(st.lists(PARTS, max_size=9), st.lists(USES, min_size=1, max_size=7))
def test_rules_question_and_engine_agree_on_small_random_graphs(
    parts: list[tuple[str, str, str, tuple[str, str]]], uses: list[tuple[str, str, str, tuple[str, str]]]
) -> None:
    graph = _graph(parts, uses)
    found = []
    for at in FIGURED:
        assert of_rules(graph.store, at) == of_engine(graph, at)
        found.append(told(graph, at))
        assert found[-1] == asked(graph, at, {f"http://e/{body}" for body in "xyzw"})
    assert all(firm.keys() <= weak.keys() for firm, weak in pairwise(found))


def test_a_part_without_a_document_is_in_no_figure_and_works_of_two_countries_join_nobody() -> None:
    uses = [(work, "K", "implements", ("own", "stated")) for work in "abcd"]
    parts = [(work, body, "lead", ("own", "stated")) for work, body in (("a", "x"), ("b", "y"), ("c", "z"))]
    pairs = {frozenset(("http://e/x", "http://e/y"))}
    assert told(_graph(parts, uses), Level.PLAN).keys() == pairs
    unread = [*parts[:1], ("b", "y", "lead", ("", "stated"))]
    assert [told(_graph(unread, uses), at) for at in FIGURED] == [{}] * 4
    of_no_country = [*parts, ("d", "w", "lead", ("own", "stated"))]
    met = told(_graph(of_no_country, uses), Level.PLAN).keys()
    assert met == {frozenset((f"http://e/{one}", f"http://e/{two}")) for one, two in combinations("xyw", 2)}


def test_a_general_text_joins_nobody_and_a_work_in_common_on_a_weaker_word_does_not_have_to_be_told() -> None:
    parts = [(work, body, "lead", ("own", "stated")) for work, body in (("a", "x"), ("b", "y"))]
    assert told(_graph(parts, [(work, "G", "implements", ("own", "stated")) for work in "ab"]), Level.EDITORS) == {}
    uses = [(work, "K", "implements", ("press", "stated")) for work in "ab"]
    assert [len(told(_graph(parts, uses), at)) for at in FIGURED] == [0, 0, 1, 1]
    common = ("a", "y", "partner", ("own", "derived"))
    assert [len(told(_graph([*parts, common], uses), at)) for at in FIGURED] == [0] * 4
