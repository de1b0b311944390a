"""The register of figures on the shipped graph, and the words of each figure."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import pan2kg
from pan2kg.coherence.evidence import FIGURED, Level
from pan2kg.coherence.figures import FIGURES, Taken, Unit
from pan2kg.coherence.known import Known, Tables
from pan2kg.i18n.catalogue import LANGUAGES, Messages

ID = "https://w3id.org/pan2kg/id"
"""The one citation between plans of no line that the shipped graph gives both in the text and on the page."""


@pytest.fixture(scope="module")
def tables(graph: pan2kg.Graph) -> Tables:
    return graph.tables


@pytest.fixture(scope="module")
def at(graph: pan2kg.Graph) -> dict[Level, Known]:
    return {level: graph.known(level) for level in FIGURED}


@pytest.fixture(scope="module")
def taken(graph: pan2kg.Graph) -> dict[str, Taken]:
    return {figure.figure.id: figure for figure in graph.figures()}


EXPECTED: dict[str, tuple[tuple[float | None, ...], ...]] = {
    "linked-plan-pairs": ((233,), (335,), (478,), (539,)),
    "linked-editions": ((18,), (31,), (38,), (48,)),
    "linked-frameworks": ((4,), (12,), (12,), (15,)),
    "linked-abroad": ((155,), (187,), (296,), (298,)),
    "citing-pairs": ((69,), (82,), (83,), (83,)),
    "sharing-plan-pairs": ((166,), (224,), (337,), (356,)),
    "broad-plan-pairs": ((4,), (6,), (14,), (21,)),
    "linked-action-pairs": ((123,), (124,), (132,), (175,)),
    "broad-action-pairs": ((1309,), (1310,), (1310,), (1536,)),
    "linked-actions": ((59,), (62,), (66,), (97,)),
    "occasions": ((7,), (19,), (37,), (70,)),
    "citations-made": ((2, 0, 5), (2, 0, 17), (4, 0, 33), (5, 0, 65)),
    "citation-rate": ((0.285714, 1), (0.105263, 1), (0.108108, 1), (0.071429, 1)),
    "debt": ((0, 3.392671), (0, 23.695162), (0, 25.19091), (0, 54.366307)),
    "coherence-index": ((1, 1), (0.666667, 1), (0.666667, 1), (0.222222, 1)),
    "coherence-index-all": ((0.774648, 1), (0.635417, 1), (0.534483, 1), (0.407895, 1)),
    "texts-read": ((98,), (102,), (106,), (111,)),
    "plans-with-texts": ((42,), (72,), (84,), (90,)),
    "lists": ((4, 42, 182, 0),) * 4,
    "measures": ((279,),) * 4,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_figure_of_the_shipped_graph(taken: Mapping[str, Taken], name: str) -> None:
    for found, expected in zip(taken[name].nested, EXPECTED[name], strict=True):
        assert found == pytest.approx(expected, abs=5e-7)
    assert taken[name].value == taken[name].nested[1]


def test_figures_say_among_how_many(taken: Mapping[str, Taken], at: Mapping[Level, Known]) -> None:
    found = {name: one.population for name, one in taken.items()}
    assert (found["linked-plan-pairs"], found["citing-pairs"], found["linked-actions"]) == (25878, 51756, 444)
    assert (found["measures"], found["lists"], found["coherence-index"], found["coherence-index-all"]) == (
        2726,
        228,
        3,
        96,
    )
    occasions = taken["occasions"].figure
    assert [occasions.population(at[level]) for level in FIGURED] == [400, 581, 858, 979]


def test_occasions_and_reasons_against_are_all_the_related_pairs(
    taken: Mapping[str, Taken], at: Mapping[Level, Known]
) -> None:
    for one, other, level in zip(taken["occasions"].nested, taken["not-expected"].nested, FIGURED, strict=True):
        assert sum(filter(None, (*one, *other))) == len(at[level].related)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.id)
def test_a_figure_is_its_list_and_nested_by_level(
    figure: object, taken: Mapping[str, Taken], at: Mapping[Level, Known]
) -> None:
    one = next(found for found in taken.values() if found.figure is figure)
    for level in FIGURED:
        assert all(len(row) == len(one.figure.columns) for row in one.figure.rows(at[level]))
    if one.figure.unit is Unit.COUNT and len(one.value) == 1 and one.figure.id != "measures":
        assert [value[0] for value in one.nested] == [len(one.figure.rows(at[level])) for level in FIGURED]
    falling = {"citations-made"}
    if one.figure.unit is Unit.COUNT and one.figure.id not in falling:
        assert all(number is not None and number >= 0 for value in one.breakdown() for number in value)


def test_the_basis_line_says_what_was_read(taken: Mapping[str, Taken]) -> None:
    line = taken["linked-plan-pairs"].basis
    assert (line.plans, line.with_texts, line.listed, line.published, line.counted) == (228, 72, 279, 2726, 41)
    assert (line.measures, line.texts.full, line.texts.none + line.texts.part) == (444, 0, 444)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_has_its_words(language: str) -> None:
    words = Messages("figure")
    keys = [f"{one.id}{part}" for one in FIGURES for part in ("", ".meaning", ".formula", ".among")]
    keys += [part for one in FIGURES for part in one.parts] + [f"at.{level.key}" for level in FIGURED]
    assert len(keys) > 90
    assert [key for key in keys if not words.has(key)] == []
    said = [words.say(one.id, language) for one in FIGURES]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("at", FIGURED)
def test_how_far_each_plan_reaches_adds_up_to_the_register(graph: pan2kg.Graph, at: Level) -> None:
    known = graph.known(at)
    taken = {one.figure.id: one.value[0] for one in graph.figures(at)}
    reached = [known.reach(plan) for plan in known.tables.works.plans]
    assert sum(one.linked for one in reached) == 2 * (taken["linked-plan-pairs"] or 0) > 0
    assert sum(one.cites for one in reached) == sum(one.cited for one in reached) == taken["citing-pairs"]


def test_a_list_is_as_long_as_is_said_without_making_it(few: pan2kg.Graph) -> None:
    lengths = [
        (figure.length(made), len(figure.rows(made)))
        for figure in FIGURES
        for made in map(few.known, FIGURED)
        if figure.length
    ]
    assert len(lengths) == 8
    assert any(length for length, _ in lengths)
    assert all(length == made for length, made in lengths)
