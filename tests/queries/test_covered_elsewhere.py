"""What plans of other countries cover that ours does not: said of what was read, with how much of each plan is here."""

from __future__ import annotations

from pathlib import Path

import pytest

from pan2kg.graph.graph import Graph, open_graph
from tests.conftest import start

READ = """
@prefix aspect: <https://w3id.org/pan2kg/id/aspect/> .
@prefix certainty: <https://w3id.org/pan2kg/id/certainty/> .
@prefix completeness: <https://w3id.org/pan2kg/id/completeness/> .
@prefix document: <https://w3id.org/pan2kg/id/document/> .
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix plan: <https://w3id.org/pan2kg/id/plan/> .
@prefix reading: <https://w3id.org/pan2kg/id/reading/> .
@prefix readingextent: <https://w3id.org/pan2kg/id/readingextent/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

reading:lu-two-1-texts a pan:Reading ;
    pan:readsWork plan:lu-two-1 ;
    pan:aspect aspect:texts ;
    pan:extent readingextent:full ;
    pan:inDocument document:two-lu ;
    pan:readOn "2026-01-01"^^xsd:date ;
    pan:reader "A. Weber" .
"""


def told(graph: Graph, **given: str) -> list[tuple[str, ...]]:
    answer = graph.ask("covered-elsewhere", plan="lu-two-1", language="en", **given)
    keys = ("kind", "thing_label", "other_plan", "works", "in_graph", "published", "completeness_label", "covered")
    return [tuple(row[key].rpartition("/")[2] for key in keys) for row in answer.rows]


def test_texts_and_topics_of_others_stand_with_how_much_of_their_plan_is_here(two_countries: Graph) -> None:
    rows = [row for row in told(two_countries) if not row[1].startswith("http")]
    assert ("text", "Charter of purchases", "be-two-1", "1", "1", "33", "partial", "unread") in rows
    assert not [row for row in rows if row[1].startswith("Pact of")], "our plan names it too"
    assert {row[0] for row in told(two_countries)} == {"text", "topic"}


def test_what_only_the_editors_assigned_is_left_out_at_a_firmer_level(two_countries: Graph) -> None:
    assert {row[0] for row in told(two_countries, least_level="official")} == {"text"}


@pytest.mark.parametrize(("completeness", "covered"), [("complete", "no"), ("partial", "unread")])
def test_no_is_only_said_where_our_plan_was_read_in_full(
    two_countries: Graph, tmp_path: Path, completeness: str, covered: str
) -> None:
    start(tmp_path / "mine")
    given = two_countries.project.root / "graph" / "plans" / "two-countries.ttl"
    first, second = given.read_text("utf-8").split("plan:be-two-1 a pan:Plan", 1)
    first = first.replace("completeness:partial", f"completeness:{completeness}")
    folder = tmp_path / "mine" / "graph" / "plans"
    folder.joinpath("two-countries.ttl").write_text(f"{first}plan:be-two-1 a pan:Plan{second}", encoding="utf-8")
    folder.joinpath("readings.ttl").write_text(READ, encoding="utf-8")
    rows = told(open_graph(tmp_path / "mine"))
    assert {row[-1] for row in rows if row[0] == "text"} == {covered}
    assert {row[-1] for row in rows if row[0] == "topic"} == {"unread"}, "its measures were not read in full"
