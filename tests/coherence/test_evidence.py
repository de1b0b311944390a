"""Levels of evidence: their order, and what several of them make together."""

from __future__ import annotations

from pan2kg.coherence.evidence import FIGURED, HEADLINE, Level, counts, level


def test_the_order_is_that_of_the_definition() -> None:
    assert [one.key for one in sorted(Level)] == ["plan", "official", "other", "editors", "machine"]
    assert [one.key for one in FIGURED] == ["plan", "official", "other", "editors"]
    assert HEADLINE.key == "official"


def test_a_key_names_its_level_and_nothing_else_does() -> None:
    assert all(level(one.key) is one for one in Level)
    unknown = ("", "Plan", "stated", "https://w3id.org/pan2kg/id/certainty/derived")
    assert {level(word) for word in unknown} == {None}


def test_figures_are_nested_and_no_figure_uses_a_candidate() -> None:
    used = {at: {one for one in Level if counts(one, at)} for at in FIGURED}
    assert used[Level.PLAN] < used[Level.OFFICIAL] < used[Level.OTHER] < used[Level.EDITORS] == set(FIGURED)
    assert not any(counts(found, at) for at in Level for found in (Level.MACHINE, None))
