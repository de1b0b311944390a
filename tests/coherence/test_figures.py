"""The register of figures on the shipped graph, by the rule it was first filled with, and the words of each figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest

import pan2kg
from pan2kg.coherence.evidence import FIGURED, Level
from pan2kg.coherence.feasible import Verdict
from pan2kg.coherence.figures import FIGURES, Taken, Unit, Value, breakdown, figures
from pan2kg.coherence.known import Known, Tables, known
from pan2kg.coherence.known_tables import read_tables
from pan2kg.coherence.occasions import returns
from pan2kg.coherence.texts import Works
from pan2kg.i18n.catalogue import LANGUAGES, Messages
from tests.coherence.rule_zero import rule_zero

ID = "https://w3id.org/pan2kg/id"
TWO_CHANNELS = f"{ID}/link/770f3423b55cbaf6"
"""The one citation between plans of no line that the shipped graph gives both in the text and on the page."""


@pytest.fixture(scope="module")
def tables(graph: pan2kg.Graph) -> Tables:
    """The small tables of the shipped graph, with levels by rule R0."""
    levels = rule_zero(graph.store)
    return read_tables(graph.store, focus=f"{ID}/plan/lu-bhr-2", level_of=lambda link, _: levels.get(link))


@pytest.fixture(scope="module")
def at(tables: Tables) -> dict[Level, Known]:
    return {level: known(tables, level) for level in FIGURED}


@pytest.fixture(scope="module")
def taken(at: Mapping[Level, Known]) -> dict[str, Taken]:
    return {one.figure.id: one for one in figures(at)}


def test_the_levels_of_links_are_those_counted_when_the_rule_was_written(graph: pan2kg.Graph, tables: Tables) -> None:
    plan, official, other, editors = FIGURED
    assert Counter(rule_zero(graph.store).values()) == {plan: 152, official: 36, other: 82, editors: 151, None: 3}
    assert Counter(use.level for use in tables.uses) == {plan: 87, official: 10, other: 33, editors: 68, None: 3}


EXPECTED: dict[str, tuple[tuple[float | None, ...], ...]] = {
    "linked-plan-pairs": ((34,), (46,), (66,), (98,)),
    "linked-editions": ((8,), (10,), (16,), (20,)),
    "linked-frameworks": ((6,), (7,), (7,), (8,)),
    "citing-pairs": ((28,), (30,), (32,), (32,)),
    "sharing-plan-pairs": ((6,), (7,), (9,), (17,)),
    "broad-plan-pairs": ((1,), (3,), (4,), (7,)),
    "linked-action-pairs": ((1,), (1,), (4,), (8,)),
    "broad-action-pairs": ((18,), (19,), (27,), (39,)),
    "linked-actions": ((10,), (10,), (17,), (38,)),
    "occasions": ((2,), (10,), (20,), (37,)),
    "citations-made": ((0, 0, 2), (0, 0, 10), (2, 0, 18), (2, 0, 35)),
    "citation-rate": ((0, 1), (0, 1), (0.1, 1), (0.054054, 1)),
    "debt": ((0, 1.604727), (0, 1.604727), (0, 1.788968), (0, 7.71679)),
    "index-3-3": ((1, 1), (2 / 3, 1), (2 / 3, 1), (2 / 9, 1)),
    "index-3-3-all": ((19 / 25, 1), (19 / 33, 1), (21 / 43, 1), (21 / 62, 1)),
    "texts-read": ((23,), (24,), (38,), (42,)),
    "plans-with-texts": ((21,), (26,), (32,), (35,)),
    "lists": ((2, 44, 22, 1),) * 4,
    "measures": ((123,),) * 4,
}


def test_every_figure_but_the_reasons_has_an_expected_value() -> None:
    assert [one.id for one in FIGURES if one.id != "not-expected"] == list(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_figure_of_the_shipped_graph(taken: Mapping[str, Taken], name: str) -> None:
    for found, expected in zip(taken[name].nested, EXPECTED[name], strict=True):
        assert found == pytest.approx(expected, abs=5e-7)
    assert taken[name].value == taken[name].nested[1]


def test_the_index_of_all_plans_counts_a_citation_in_text_and_on_the_page_twice(tables: Tables) -> None:
    """With one channel of it only the cells are the 24, 32, 42 and 61 of the definition."""
    one = tuple(said for said in tables.statements if (said.link, said.channel) != (TWO_CHANNELS, "web"))
    assert len(tables.statements) - len(one) == 1
    made = {level: known(replace(tables, statements=one), level) for level in FIGURED}
    (index,) = (one for one in figures(made) if one.figure.id == "index-3-3-all")
    assert [value[0] for value in index.nested] == pytest.approx([0.75, 0.5625, 0.47619, 0.327869], abs=5e-7)
    assert [index.figure.population(made[level]) for level in FIGURED] == [24, 32, 42, 61]


def test_figures_say_among_how_many(taken: Mapping[str, Taken], at: Mapping[Level, Known]) -> None:
    found = {name: one.population for name, one in taken.items()}
    assert (found["linked-plan-pairs"], found["citing-pairs"], found["linked-actions"]) == (2346, 4692, 373)
    assert (found["measures"], found["lists"], found["index-3-3"], found["index-3-3-all"]) == (1645, 69, 3, 33)
    occasions = taken["occasions"].figure
    assert [occasions.population(at[level]) for level in FIGURED] == [41, 63, 103, 167]


def test_of_32_citing_pairs_none_is_not_returned(at: Mapping[Level, Known], tables: Tables) -> None:
    back = returns(at[Level.EDITORS].chronology, tables.readings, at=Level.EDITORS)
    assert Counter(one.verdict for one in back) == {
        Verdict.IMPOSSIBLE: 14, Verdict.FRAMEWORK: 7, Verdict.EDITION: 6, Verdict.UNDATED: 5,
    }  # fmt: skip


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
    if one.figure.unit is Unit.COUNT and one.figure.id != "citations-made":
        assert all(number is not None and number >= 0 for value in breakdown(one) for number in value)


def test_the_basis_line_says_what_was_read(taken: Mapping[str, Taken]) -> None:
    line = taken["linked-plan-pairs"].basis
    assert (line.plans, line.with_texts, line.listed, line.published, line.counted) == (69, 26, 123, 1645, 18)
    assert (line.measures, line.texts.full, line.texts.none + line.texts.part) == (373, 0, 373)


def test_figures_of_nothing_have_nothing_to_divide_by() -> None:
    empty = {level: known(Tables(Works((), {})), level) for level in FIGURED}
    values: dict[str, Value] = {one.figure.id: one.value for one in figures(empty)}
    assert values["citation-rate"] == (None, None)
    assert values["index-3-3-all"] == (None, None)
    assert values["linked-plan-pairs"] == (0.0,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_has_its_words(language: str) -> None:
    words = Messages("figure")
    keys = [f"{one.id}{part}" for one in FIGURES for part in ("", ".meaning", ".formula", ".among")]
    keys += [part for one in FIGURES for part in one.parts] + [f"at.{level.key}" for level in FIGURED]
    assert len(keys) > 90
    assert [key for key in keys if not words.has(key)] == []
    said = [words.say(one.id, language) for one in FIGURES]
    assert len(set(said)) == len(said)
