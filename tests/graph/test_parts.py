"""Parts of plans, their order and counts; statuses, names, finer citations and identifiers that were retired."""

from __future__ import annotations

import pytest

from pan2kg.coherence.evidence import Level
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.graph.parts import ACTIONS, LevelCount
from pan2kg.turtle.vocabulary import ID, thing

LU, BE, DRAFT = thing("plan", "lu-two-1"), thing("plan", "be-two-1"), thing("plan", "be-two-2")
AXIS, OTHER_AXIS = thing("part", "be-two-1-axis-1"), thing("part", "be-two-1-axis-2")
PACT, CHARTER = thing("instrument", "two-pact"), thing("instrument", "two-charter")


def test_an_outline_follows_the_plan_and_has_actions_under_their_parts(two_countries: Graph) -> None:
    outline = two_countries.parts.outline(BE)
    assert [one.part.iri for one in outline] == [AXIS, OTHER_AXIS]
    (objective,) = outline[0].below
    assert objective.actions == (thing("action", "be-two-1-13"),)
    assert [one.number for one in outline] == [1, 0]


def test_each_level_says_how_many_of_how_many_as_sources_count(two_countries: Graph) -> None:
    axis, objective = f"{ID}partlevel/axis", f"{ID}partlevel/objective"
    levels = two_countries.parts.levels(BE, published=33)
    assert LevelCount(axis, 2, (3,)) in levels
    assert LevelCount(objective, 1) in levels
    assert levels[-1] == LevelCount(ACTIONS, 1, (33,))


def test_no_part_is_counted_as_an_action(two_countries: Graph) -> None:
    row = next(row for row in two_countries.ask("plans").rows if row["plan"] == BE)
    assert row["in_graph"] == "1"
    assert two_countries.tables.works.actions == (thing("action", "be-two-1-13"), thing("action", "lu-two-1-1"))
    assert len(two_countries.uses.actions) == 2


def test_what_a_part_says_counts_for_its_plan(two_countries: Graph) -> None:
    assert PACT in two_countries.known(Level.PLAN).texts_of(BE)
    assert two_countries.weight("lu-two-1", "be-two-1").low > 0
    assert AXIS not in two_countries.statements.pointing(PACT, "https://w3id.org/pan2kg/ontology#usesInstrument")


def test_saying_to_be_in_line_with_a_plan_is_a_citation(two_countries: Graph) -> None:
    assert two_countries.known().chronology.seen(LU, BE, Level.PLAN)
    assert [(one.source, one.target) for one in two_countries.citations] == [(LU, BE)]
    answer = two_countries.ask("plan-citations")
    assert [(row["citing_plan"], row["cited_plan"]) for row in answer.rows] == [(LU, BE)]


def test_a_draft_is_marked_wherever_it_is_named(two_countries: Graph) -> None:
    assert two_countries.label(DRAFT, "fr") == "Plan belge des entreprises, suite (projet)"
    assert two_countries.label(DRAFT, "en").endswith("(draft)")
    assert two_countries.label(LU, "fr") == "Plan luxembourgeois des entreprises"


def test_a_short_name_stands_for_a_label_and_says_it_in_full(two_countries: Graph) -> None:
    found = two_countries.labels.brief(LU, "fr")
    assert (found.text, found.full) == ("Plan LU", "Plan luxembourgeois des entreprises (lu-two-1)")
    assert two_countries.labels.brief(LU, "de").text == "Plan luxembourgeois des entreprises"


def test_names_become_titles_and_hidden_labels(two_countries: Graph) -> None:
    titles = two_countries.statements.values(CHARTER, "http://data.europa.eu/eli/ontology#title")
    assert titles == ["Charte des achats publics responsables du 1er mars 2020"]
    hidden = two_countries.statements.values(CHARTER, "http://www.w3.org/2004/02/skos/core#hiddenLabel")
    assert hidden == ["charte d’Anvers"]


@pytest.mark.parametrize("name", ["be-two-1-m9", thing("action", "be-two-1-m9")])
def test_who_names_a_retired_identifier_is_told_what_took_its_place(two_countries: Graph, name: str) -> None:
    said = r"« action/be-two-1-m9 » was retired: « part/be-two-1-axis-2 » has taken its place"
    with pytest.raises(QueryError, match=said):
        two_countries.action(name)
    with pytest.raises(QueryError, match=said):
        two_countries.weight(name, "lu-two-1-1")
    with pytest.raises(QueryError, match=said):
        two_countries.ask("loss-if-dropped", action=name)


def test_a_heading_is_not_counted_among_the_parts_it_holds(graph: Graph) -> None:
    every, heading = graph.parts.every, f"{ID}partlevel/heading"
    held = [(part, every[part.above]) for part in every.values() if part.above in every and part.level != heading]
    assert len(held) > 100
    same = [above.iri for part, above in held if above.level == part.level and above.scheme]
    assert not same, f"give these headings the level heading: {sorted(set(same))}"
    tables = graph.tables
    counted = [(plan, tables.published.get(plan)) for plan in tables.works.plans]
    levels = [level for plan, number in counted for level in graph.parts.levels(plan, published=number)]
    over = [level for level in levels if level.published and level.known > max(level.published)]
    assert not over, f"sources count fewer: {over}"
