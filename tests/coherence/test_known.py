"""Levels of evidence; and what is known of a pair: shared, nothing, or not read; seen, absent, impossible or open."""

from __future__ import annotations

import pytest

from pan2kg.coherence import evidence
from pan2kg.coherence.citations import Dates, State, span
from pan2kg.coherence.evidence import FIGURED, HEADLINE, Aspect, CellState, Level, Reading, Readings, Works, counts
from pan2kg.coherence.known import Known, Tables, known
from pan2kg.coherence.texts import Use

WORKS = Works(("p", "q", "r"), {"a": "p", "b": "q"})
USES = (
    Use("p", "G", 1.0, Level.PLAN), Use("a", "K", 0.5, Level.PLAN), Use("b", "K", 1.0, Level.PLAN),
    Use("b", "L", 1.0, Level.EDITORS),
)  # fmt: skip
DATES = {"p": Dates(adopted=span("2018-01-01")), "q": Dates(adopted=span("2020-01-01"))}


def world(*full: tuple[str, Aspect], at: Level = Level.OFFICIAL) -> Known:
    said = tuple(Reading(work, aspect, evidence.Extent.FULL) for work, aspect in full)
    complete = frozenset(work for work, _ in full)
    return known(Tables(WORKS, USES, dates=DATES, readings=Readings(said, complete=complete)), at)


@pytest.mark.parametrize(
    ("pair", "full", "expected"),
    [("pq", "", CellState.YES), ("pr", "", CellState.UNREAD), ("pr", "p", CellState.UNREAD), ("pr", "r", CellState.NO),
     ("pr", "pr", CellState.NO)],
)  # fmt: skip
def test_no_is_said_only_where_nothing_is_left_to_be_read(pair: str, full: str, expected: CellState) -> None:
    assert world(*((plan, Aspect.TEXTS) for plan in full)).weight(*pair).meets is expected


def test_a_citation_that_was_not_seen_is_impossible_undated_open_or_absent() -> None:
    made = world(("q", Aspect.REFERENCES))
    assert [made.cites(*ends)[0] for ends in (("p", "q"), ("p", "r"), ("q", "p"))] == [
        State.IMPOSSIBLE, State.UNDATED, State.ABSENT,
    ]  # fmt: skip
    assert world().cites("q", "p") == (State.OPEN, ())


def test_each_work_of_a_plan_brings_the_texts_it_names() -> None:
    made = world()
    assert {work: list(texts) for work, texts in made.brought("p", "q").items()} == {"a": ["K"]}
    assert sum(made.brought("p", "q")["a"].values()) == made.weight("p", "q").low > 0
    assert made.texts_of("p") == {"G": 1.0, "K": 0.5}


def test_levels_are_nested_named_by_their_keys_and_no_figure_uses_a_candidate() -> None:
    assert [one.key for one in sorted(Level)] == ["plan", "official", "other", "editors", "machine"]
    assert (FIGURED, HEADLINE.key) == (tuple(sorted(Level))[:4], "official")
    assert all(evidence.level(one.key) is one for one in Level)
    assert {
        evidence.level(word) for word in ("", "Plan", "stated", "https://w3id.org/pan2kg/id/certainty/derived")
    } == {None}
    used = {at: {one for one in Level if counts(one, at)} for at in FIGURED}
    assert used[Level.PLAN] < used[Level.OFFICIAL] < used[Level.OTHER] < used[Level.EDITORS] == set(FIGURED)
    assert not any(counts(found, at) for at in Level for found in (Level.MACHINE, None))
