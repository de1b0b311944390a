"""Where a stored question and a table speak of the same thing: how their answers agree, and where they differ."""

from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import pytest

import pan2kg
from pan2kg.turtle.vocabulary import ROOT as BASE

ROOT = Path(__file__).resolve().parents[2]
BESIDE = {
    "common-instruments": "shared-instruments",
    "covered-elsewhere": "other-countries",
    "late-actions": "obligations",
    "levels-of-plans": "parts",
    "obligations-without-action": "obligations",
    "plan-citations": "citing-pairs",
    "shared-instruments": "matrix",
    "who-should-talk": "bodies",
    "why-linked": "explain",
}
"""The questions that have a table, a figure or another question beside them."""


def listed(cell: object) -> list[str]:
    return str(cell or "").split()


def iris(graph: pan2kg.Graph, pattern: str) -> set[str]:
    """What the graph has for ``?iri`` of a pattern."""
    prefixes = (
        "PREFIX eli: <http://data.europa.eu/eli/ontology#>"
        " PREFIX pan: <https://w3id.org/pan2kg/ontology#>"
    )
    return {row[0] for row in graph.read(f"{prefixes} SELECT DISTINCT ?iri {{ {pattern} }}")}


def plans_by_text(graph: pan2kg.Graph) -> dict[str, set[str]]:
    plans = defaultdict(set)
    for row in graph.ask("shared-instruments"):
        plans[row["instrument"]].add(row["plan"])
    return plans


@pytest.mark.parametrize(("question", "beside"), BESIDE.items())
def test_the_summary_says_in_each_language_what_stands_beside_the_question(
    question: str, beside: str
) -> None:
    (path,) = (ROOT / "queries").rglob(f"{question}.rq")
    summaries = [
        line for line in path.read_text("utf-8").splitlines() if line.startswith("#+ summary")
    ]
    assert len(summaries) == 3
    assert all(f"`{beside}`" in summary for summary in summaries)


def test_the_matrix_has_the_pairs_of_plans_with_a_shared_text_but_those_of_general_texts(
    graph: pan2kg.Graph,
) -> None:
    pairs = defaultdict(set)
    for text, plans in plans_by_text(graph).items():
        for pair in combinations(sorted(plans), 2):
            pairs[pair].add(text)
    rows = [row for row in graph.table("matrix", everything=True).rows if row["instruments"]]
    in_matrix = {tuple(sorted((row["one"], row["two"]))) for row in rows}
    assert in_matrix
    assert in_matrix <= pairs.keys()
    general = iris(graph, "?iri pan:isGeneral true")
    only_asked = pairs.keys() - in_matrix
    assert only_asked, "let this test look better"
    for pair in only_asked:
        assert pairs[pair] <= general
    # the matrix names the provisions that both rest on, too, and the national acts
    provisions = iris(graph, "?iri eli:is_part_of|pan:standsBelow ?text")
    for row in rows:
        texts = {*listed(row["instruments"])} - provisions
        assert texts <= pairs[tuple(sorted((row["one"], row["two"])))]


def test_a_text_that_two_plans_rest_on_has_the_same_plans_in_both_questions(
    graph: pan2kg.Graph,
) -> None:
    several = {text: len(plans) for text, plans in plans_by_text(graph).items()}
    counted = {row["instrument"]: int(row["plans"]) for row in graph.ask("common-instruments")}
    assert {text: plans for text, plans in counted.items() if plans > 1} == several


def test_the_figure_of_citing_pairs_counts_what_is_cited_at_its_level(graph: pan2kg.Graph) -> None:
    citations: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in graph.ask("plan-citations", least_level="editors"):
        pair = (row["citing_plan"], row["cited_plan"])
        citations[pair].add(row["level"].rpartition("/")[2])
    (figure,) = (taken for taken in graph.figures() if taken.figure.id == "citing-pairs")
    strong = [pair for pair, levels in citations.items() if levels & {"plan", "official"}]
    assert figure.value == (len(strong),)
    assert len(strong) < len(citations), "let this test look better"


def test_late_actions_are_those_that_answer_or_touch_what_was_met_late(
    graph: pan2kg.Graph,
) -> None:
    asked = {(row["obligation"], row["action"]) for row in graph.ask("late-actions")}
    rows = [row for row in graph.table("obligations").rows if (row["margin"] or 0) > 0]
    involved = {
        (row["obligation"], work)
        for row in rows
        for work in listed(row["answers"]) + listed(row["touching"])
        if work.startswith(f"{BASE}id/action/")
    }
    assert asked
    assert asked == involved
    assert len({obligation for obligation, _ in asked}) < len(rows), "let this test look better"


def test_obligations_without_action_are_without_answer_or_answered_by_an_act_alone(
    graph: pan2kg.Graph,
) -> None:
    asked = {row["obligation"] for row in graph.ask("obligations-without-action")}
    rows = {row["obligation"]: row for row in graph.table("obligations").rows if row["due"]}
    unanswered = {obligation for obligation, row in rows.items() if not row["answer"]}
    assert unanswered
    assert unanswered <= asked <= rows.keys()
    assert asked - unanswered, "let this test look better"
    assert all(rows[obligation]["is_act"] for obligation in asked - unanswered)


def test_the_parts_of_a_level_are_as_many_as_the_question_on_levels_counts(
    graph: pan2kg.Graph,
) -> None:
    counted = {
        (row["plan"], row["part_level"]): int(row["in_graph"])
        for row in graph.ask("levels-of-plans")
    }
    parts = Counter((row["plan"], row["stage"]) for row in graph.table("parts").rows)
    actions = f"{BASE}id/partlevel/action"
    assert parts
    assert parts == {
        (plan, level): number
        for (plan, level), number in counted.items()
        if level != actions and number > 0
    }


def test_who_should_talk_names_the_bodies_that_the_table_pairs(graph: pan2kg.Graph) -> None:
    pairs = [row for row in graph.table("bodies").rows if row["finding"] == "talk"]
    assert pairs
    for row in pairs:
        bodies = listed(row["bodies"])
        for body, other in (bodies, bodies[::-1]):
            asked = {
                found["other_body"]: int(found["shared_instruments"])
                for found in graph.ask("who-should-talk", body=body)
            }
            assert asked[other] == len(listed(row["instruments"]))


def test_topics_of_other_countries_are_among_what_is_covered_elsewhere(graph: pan2kg.Graph) -> None:
    asked = {
        (row["thing"], row["country"], row["other_plan"]) for row in graph.ask("covered-elsewhere")
    }
    rows = graph.table("other-countries").rows
    assert rows
    for row in rows:
        beside = {(country, plan) for topic, country, plan in asked if topic == row["topic"]}
        assert {country for country, _ in beside} >= {*listed(row["countries"])}
        assert {plan for _, plan in beside} >= {*listed(row["plans"])}


def test_what_explains_a_pair_of_actions_is_what_links_them_by_a_shared_text(
    graph: pan2kg.Graph,
) -> None:
    one = "lu-bhr-2-4-3"
    two = "be-bhr-1-13"
    links = graph.ask(
        "why-linked",
        one=f"{BASE}id/action/{one}",
        two=f"{BASE}id/action/{two}",
        least_level="official",
    )
    by_text = {row["via"] for row in links if row["type"].endswith("/shared-instrument")}
    explained = {row["instrument"] for row in graph.table("explain", actions=(one, two)).rows}
    assert explained
    assert explained == by_text
