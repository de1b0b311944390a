"""The register of figures on the shipped graph, the words of each figure, and counts led back to one another."""

from collections.abc import Mapping

import pytest
from hypothesis import given, strategies as st

import pan2kg
from pan2kg.coherence.citations import PlanStatement
from pan2kg.coherence.evidence import FIGURED, Level, Works
from pan2kg.coherence.figures import FIGURES, Taken, Unit, figures, reconcile
from pan2kg.coherence.known import Known, Tables, known
from pan2kg.i18n import LANGUAGES, Messages
from tests.coherence.worlds import ACTIONS, PLANS, World, worlds


@pytest.fixture(scope="module")
def at(graph: pan2kg.Graph) -> dict[Level, Known]:
    return {level: graph.known(level) for level in FIGURED}


@pytest.fixture(scope="module")
def taken(graph: pan2kg.Graph) -> dict[str, Taken]:
    return {figure.figure.id: figure for figure in graph.figures()}


EXPECTED: dict[str, tuple[tuple[float | None, ...], ...]] = {
    "linked-plan-pairs": ((233,), (338,), (481,), (538,)),
    "linked-editions": ((18,), (31,), (38,), (48,)),
    "linked-frameworks": ((4,), (12,), (12,), (15,)),
    "linked-abroad": ((155,), (187,), (296,), (298,)),
    "citing-pairs": ((69,), (82,), (83,), (83,)),
    "sharing-plan-pairs": ((166,), (227,), (340,), (357,)),
    "broad-plan-pairs": ((4,), (6,), (14,), (21,)),
    "linked-action-pairs": ((123,), (124,), (132,), (175,)),
    "broad-action-pairs": ((1309,), (1310,), (1310,), (1536,)),
    "linked-actions": ((59,), (62,), (66,), (97,)),
    "occasions": ((7,), (20,), (38,), (68,)),
    "citations-made": ((2, 0, 5), (2, 0, 18), (4, 0, 34), (5, 0, 63)),
    "citation-rate": ((0.285714, 1), (0.1, 1), (0.105263, 1), (0.073529, 1)),
    "debt": ((0, 3.392671), (0, 24.811329), (0, 26.307077), (0, 49.515681)),
    "coherence-index": ((1, 1), (0.666667, 1), (0.666667, 1), (0.222222, 1)),
    "coherence-index-all": ((0.774648, 1), (0.622449, 1), (0.525424, 1), (0.410596, 1)),
    "texts-read": ((98,), (102,), (106,), (111,)),
    "plans-with-texts": ((42,), (72,), (84,), (90,)),
    "lists": ((4, 42, 182, 0),) * 4,
    "measures": ((279,),) * 4,
}


def test_the_figures_of_the_shipped_graph_and_among_how_many(
    taken: Mapping[str, Taken], at: Mapping[Level, Known]
) -> None:
    assert [figure.id for figure in FIGURES if figure.id != "not-expected"] == list(EXPECTED)
    for name, expected in EXPECTED.items():
        nested = taken[name].nested
        assert all(
            value == pytest.approx(values, abs=5e-7)
            for value, values in zip(nested, expected, strict=True)
        )
        assert taken[name].value == nested[1]
    among = {
        "linked-plan-pairs": 25878,
        "citing-pairs": 51756,
        "linked-actions": 444,
        "measures": 2726,
        "lists": 228,
        "coherence-index": 3,
        "coherence-index-all": 98,
    }
    assert {name: taken[name].population for name in among} == among
    assert [taken["occasions"].figure.population(at[level]) for level in FIGURED] == [
        400,
        587,
        864,
        977,
    ]
    for one, other, level in zip(
        taken["occasions"].nested, taken["not-expected"].nested, FIGURED, strict=True
    ):
        assert sum(filter(None, (*one, *other))) == len(at[level].related)
    line = taken["linked-plan-pairs"].basis
    assert (line.plans, line.with_texts, line.listed, line.published, line.counted) == (
        228,
        72,
        279,
        2726,
        41,
    )
    assert (line.measures, line.texts.full, line.texts.none + line.texts.part) == (444, 0, 444)


def test_a_figure_is_its_list_and_nested_by_level(
    taken: Mapping[str, Taken], at: Mapping[Level, Known]
) -> None:
    for name, one in taken.items():
        lists = [one.figure.rows(at[level]) for level in FIGURED]
        assert all(len(row) == len(one.figure.columns) for rows in lists for row in rows)
        if one.figure.length:
            assert [one.figure.length(at[level]) for level in FIGURED] == list(map(len, lists)), (
                "without making it"
            )
        if one.figure.unit is Unit.COUNT and len(one.value) == 1 and name != "measures":
            assert [value[0] for value in one.nested] == list(map(len, lists))
        if one.figure.unit is Unit.COUNT and name != "citations-made":
            assert all(
                number is not None and number >= 0 for value in one.breakdown() for number in value
            )


def test_figures_of_nothing_have_nothing_to_divide_by() -> None:
    made = {level: known(Tables(Works((), {})), level) for level in FIGURED}
    values = {one.figure.id: one.value for one in figures(made)}
    assert values["citation-rate"] == values["coherence-index-all"] == (None, None)
    assert values["linked-plan-pairs"] == (0.0,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_has_its_words(language: str) -> None:
    words = Messages("figure")
    keys = [figure.id for figure in FIGURES]
    keys += [
        figure.message(part).key for figure in FIGURES for part in ("meaning", "formula", "among")
    ]
    keys += [part for one in FIGURES for part in one.parts] + [
        f"at.{level.key}" for level in FIGURED
    ]
    assert len(keys) > 90
    assert [key for key in keys if not words.has(key)] == []
    assert len({words.say(one.id, language) for one in FIGURES}) == len(FIGURES)


@pytest.mark.parametrize("level", FIGURED)
def test_reach_and_accounts_are_those_of_the_register(
    graph: pan2kg.Graph, at: Mapping[Level, Known], level: Level
) -> None:
    value = {one.figure.id: one.value[0] for one in graph.figures(level)}
    reached = [at[level].reach(plan) for plan in at[level].tables.works.plans]
    assert sum(one.linked for one in reached) == 2 * (value["linked-plan-pairs"] or 0) > 0
    assert (
        sum(one.cites for one in reached)
        == sum(one.cited for one in reached)
        == value["citing-pairs"]
    )
    numbers = {
        key: number for whole, parts in reconcile(at, level) for key, number, _ in (whole, *parts)
    }
    same = {
        "linked": "linked-plan-pairs",
        "sharing": "sharing-plan-pairs",
        "linked-actions": "linked-actions",
        "verdict.expected": "occasions",
    }
    assert {key: numbers[key] for key in same} == {
        key: value[figure] for key, figure in same.items()
    }


STATEMENTS = st.builds(
    PlanStatement,
    st.sampled_from((*PLANS, *ACTIONS)),
    st.sampled_from((*PLANS, *ACTIONS)),
    st.sampled_from(("cross-reference", "external-statement", "succession")),
    channel=st.sampled_from(("", "text", "web")),
    level=st.sampled_from(FIGURED),
)


@given(worlds, st.lists(STATEMENTS, max_size=6))
def test_parts_add_up_to_their_whole_and_the_widest_count_is_the_same_from_every_level(
    world: World, statements: list[PlanStatement]
) -> None:
    tables = Tables(
        world.works, world.uses, world.steps, world.general, tuple(statements), focus=PLANS[0]
    )
    made = {level: known(tables, level) for level in FIGURED}
    accounts = [reconcile(made, level) for level in FIGURED]
    for (_, number, _), parts in (account for of_level in accounts for account in of_level):
        assert number == sum(part[1] for part in parts)
        assert all(part[1] >= 0 for part in parts), parts
    assert len({of_level[0][0][1] for of_level in accounts}) == 1
