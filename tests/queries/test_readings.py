"""Questions that count or list what is missing say on whose word, and never take what nobody read for a no."""

from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

import pan2kg
from pan2kg.coherence.evidence import FIGURED, Extent, Level
from pan2kg.project import Project
from pan2kg.store.queries import read_queries
from tests.conftest import start
from tests.lots import by_lot

QUERIES = read_queries(Project.at(Path(__file__).resolve().parents[2]))
QUESTIONS = sorted(name for name, query in QUERIES.items() if query.group != "quality")
LEVELLED = [
    name for name in QUESTIONS if any(one.name == "least_level" for one in QUERIES[name].parameters)
]
DENIALS = frozenset(("0", "no", "false", "absent"))
SEEN = {(name, "in_graph") for name in ("plans", "levels-of-plans", "covered-elsewhere")}
"""Where such a word says what was seen: how many measures or parts there are."""


@cache
def asked(graph: pan2kg.Graph, name: str, at: Level) -> list[dict[str, str]]:
    """The rows of a question, at a level where it takes one; asked once, and only read."""
    return list(graph.ask(name, least_level=at.key) if name in LEVELLED else graph.ask(name))


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_nobody_read_is_never_denied(name: str, graph: pan2kg.Graph) -> None:
    """At the firmest level, where least is seen, and at a weaker one that is drawn by lot."""
    assert not any(one.extent is Extent.FULL for one in graph.tables.readings.asserted), (
        "let this test read less"
    )
    for at in (FIGURED[0], *by_lot(FIGURED[1:] if name in LEVELLED else (), 1)):
        denied = {
            column
            for row in asked(graph, name, at)
            for column, value in row.items()
            if value in DENIALS
        }
        assert {column for column in denied if (name, column) not in SEEN} == set()


@pytest.mark.parametrize(
    ("name", "key", "number"),
    [
        ("sdg-coverage", "goal", "plans"),
        ("uncovered-principles", "principle", "actions"),
        ("who-does-what", "body", "takes_part_in"),
    ],
)
def test_counts_are_nested_and_grow_by_level(
    name: str, key: str, number: str, graph: pan2kg.Graph
) -> None:
    counted = [
        {row[key]: int(row[number] or 0) for row in asked(graph, name, at)} for at in FIGURED
    ]
    assert sum(counted[0].values()) < sum(counted[-1].values())
    for firm, weak in pairwise(counted):
        assert all(found <= weak.get(one, 0) for one, found in firm.items())


def test_a_text_that_only_amends_the_instrument_is_not_a_use_of_it(graph: pan2kg.Graph) -> None:
    """Directive 2024/1760 amends the one on whistle-blowers: whoever names it need not look at the latter."""
    eli = "http://data.europa.eu/eli/dir"
    found = list(
        graph.ask("affected-by-instrument", instrument=f"{eli}/2019/1937/oj", least_level="editors")
    )
    assert found
    assert not any(row["through"] == f"{eli}/2024/1760/oj" for row in found)
    assert list(
        graph.ask("affected-by-instrument", instrument=f"{eli}/2024/1760/oj", least_level="editors")
    )


def test_what_an_amending_act_touches_through_the_amended_one_is_listed_apart(
    graph: pan2kg.Graph,
) -> None:
    """Directive 2024/1760 amends that on whistle-blowers: who rests on the latter is affected too, and is not said to
    rest on the former."""
    eli = "http://data.europa.eu/eli/dir"
    amending = f"{eli}/2024/1760/oj"
    amended = f"{eli}/2019/1937/oj"

    def affected(instrument: str) -> list[dict[str, str]]:
        return list(
            graph.ask("affected-by-instrument", instrument=instrument, least_level="editors")
        )

    def ties(rows: list[dict[str, str]], how: str) -> set[tuple[str, str]]:
        return {(row["work"], row["through"]) for row in rows if row["how"] == how}

    by_amending = affected(amending)
    by_amended = affected(amended)
    assert ties(by_amended, "directly")
    assert ties(by_amending, "amended") == ties(by_amended, "directly")
    order = [row["how"] for row in by_amending]
    assert order == sorted(order, reverse=True), "what is affected directly comes first"
    # one step alone: 2025/794 amends 2024/1760, which amends the one on whistle-blowers
    two_steps = affected(f"{eli}/2025/794/oj")
    assert ties(two_steps, "amended") == ties(by_amending, "directly")
    assert amended not in {row["through"] for row in two_steps}


def test_an_obligation_only_the_editors_see_answered_is_unanswered_on_the_word_of_plans(
    graph: pan2kg.Graph,
) -> None:
    asked_at = [
        {row["obligation"] for row in asked(graph, "obligations-without-action", at)}
        for at in FIGURED
    ]
    assert all(weak <= firm for firm, weak in pairwise(asked_at))
    assert {
        row["answered"] for row in asked(graph, "obligations-without-action", Level.EDITORS)
    } == {"unread"}


# What plans of other countries cover that ours does not


def test_what_no_plan_of_ours_has_our_plan_lacks(graph: pan2kg.Graph) -> None:
    lacking = {row["thing"] for row in graph.ask("covered-elsewhere") if row["kind"] == "topic"}
    assert {row["topic"] for row in graph.table("other-countries")} < lacking


READ = """
@prefix pan: <https://w3id.org/pan2kg/ontology#> . @prefix id: <https://w3id.org/pan2kg/id/> .
id:reading\\/lu-two-1-texts a pan:Reading ;
    pan:readsWork id:plan\\/lu-two-1 ;
    pan:aspect id:aspect\\/texts ;
    pan:extent id:readingextent\\/full ;
    pan:inDocument id:document\\/two-lu ;
    pan:readOn "2026-01-01"^^<http://www.w3.org/2001/XMLSchema#date> ;
    pan:reader "A. Weber" .
"""


def told(graph: pan2kg.Graph, **given: str) -> list[tuple[str, ...]]:
    answer = graph.ask("covered-elsewhere", plan="lu-two-1", language="en", **given)
    keys = (
        "kind",
        "thing_label",
        "other_plan",
        "works",
        "in_graph",
        "published",
        "completeness_label",
        "covered",
    )
    return [tuple(row[key].rpartition("/")[2] for key in keys) for row in answer.rows]


def test_texts_and_topics_of_others_stand_with_how_much_of_their_plan_is_here(
    two_countries: pan2kg.Graph,
) -> None:
    rows = [row for row in told(two_countries) if not row[1].startswith("http")]
    assert ("text", "Charter of purchases", "be-two-1", "1", "1", "33", "partial", "unread") in rows
    assert not [row for row in rows if row[1].startswith("Pact of")], "our plan names it too"
    kinds = [
        {row[0] for row in told(two_countries, **level)}
        for level in ({}, {"least_level": "official"})
    ]
    assert kinds == [{"text", "topic"}, {"text"}], (
        "what only the editors assigned is left out at a firmer level"
    )


@pytest.mark.parametrize(("completeness", "covered"), [("complete", "no"), ("partial", "unread")])
def test_no_is_only_said_where_our_plan_was_read_in_full(
    two_countries: pan2kg.Graph, tmp_path: Path, completeness: str, covered: str
) -> None:
    start(tmp_path / "mine")
    given = two_countries.project.root / "graph" / "plans" / "two-countries.ttl"
    first, second = given.read_text("utf-8").split("plan:be-two-1 a pan:Plan", 1)
    first = first.replace("completeness:partial", f"completeness:{completeness}")
    folder = tmp_path / "mine" / "graph" / "plans"
    folder.joinpath("two-countries.ttl").write_text(
        f"{first}plan:be-two-1 a pan:Plan{second}", encoding="utf-8"
    )
    folder.joinpath("readings.ttl").write_text(READ, encoding="utf-8")
    rows = told(pan2kg.open_graph(tmp_path / "mine"))
    assert {row[-1] for row in rows if row[0] == "text"} == {covered}
    assert {row[-1] for row in rows if row[0] == "topic"} == {"unread"}, (
        "its measures were not read in full"
    )
