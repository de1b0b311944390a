"""Beyond chance, and from edition to edition."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from pan2kg.coherence.chance import SEED, Verdict, adjust, chance, curveball
from pan2kg.coherence.editions import Fate, Succession, compare, fates, retention, reweighted
from pan2kg.coherence.uses import Uses, uses_of
from pan2kg.errors import QueryError


def blocks(pairs: int, shared: int) -> Uses:
    """Pairs of plans that share instruments with each other only."""
    plan_of = {f"a{at:02}-{side}": f"p{at:02}-{side}" for at in range(pairs) for side in "xy"}
    given = [(action, f"i{action[1:3]}-{n}") for action in plan_of for n in range(shared)]
    return uses_of(given, plan_of)


def test_without_a_seed_given_the_fixed_one_is_used_and_named() -> None:
    first, again = chance(blocks(4, 3), draws=99), chance(blocks(4, 3), draws=99)
    assert first == again
    assert ("seed", str(SEED)) in first.basis.filters
    assert chance(blocks(4, 3), draws=99, seed=7).basis != first.basis


def test_plans_that_share_far_more_than_chance_are_found() -> None:
    rows = chance(blocks(10, 8), draws=999).rows
    beyond = {(row.one, row.two) for row in rows if row.verdict is Verdict.BEYOND}
    assert beyond == {(f"p{at:02}-x", f"p{at:02}-y") for at in range(10)}


def test_a_small_table_cannot_be_significant() -> None:
    rows = chance(blocks(1, 1), draws=99).rows
    assert [(row.p, row.verdict) for row in rows] == [(1.0, Verdict.IMPOSSIBLE)]


def test_too_few_draws_cannot_be_significant() -> None:
    assert {row.verdict for row in chance(blocks(10, 8), draws=9)} == {Verdict.IMPOSSIBLE}


def test_p_counts_the_observed_table() -> None:
    assert min(row.p for row in chance(blocks(10, 8), draws=99)) == pytest.approx(1 / 100)


def test_a_level_that_is_met_exactly_counts_as_met() -> None:
    """The best pairs have p = 1/100 at 99 draws, and none could have less: at that level they are beyond chance."""
    rows = chance(blocks(10, 8), draws=99).rows
    best = min(rows, key=lambda row: row.adjusted)
    exactly = {row.verdict for row in chance(blocks(10, 8), draws=99, level=best.adjusted) if row.one == best.one}
    assert Verdict.BEYOND in exactly
    attainable = chance(blocks(10, 8), draws=99, level=best.attainable).rows
    (same,) = [row for row in attainable if (row.one, row.two) == (best.one, best.two)]
    assert same.verdict is not Verdict.IMPOSSIBLE


def test_benjamini_hochberg_is_scipys() -> None:
    p = np.random.default_rng(3).random(50) ** 2
    assert adjust(p) == pytest.approx(stats.false_discovery_control(p))
    assert adjust(np.zeros(0)).tolist() == []


def test_a_curveball_reaches_every_table_about_equally_often() -> None:
    rng, rows = np.random.default_rng(5), [frozenset({0}), frozenset({1}), frozenset({2})]
    seen: dict[tuple[frozenset[int], ...], int] = {}
    for _ in range(1200):
        rows = curveball(rows, rng, trades=9)
        seen[tuple(rows)] = seen.get(tuple(rows), 0) + 1
    assert len(seen) == 6
    assert min(seen.values()) > 140


@pytest.mark.parametrize("wrong", [{"draws": 0}, {"trades": 0}, {"level": 1.0}])
def test_senseless_settings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        chance(blocks(1, 1), **wrong)  # type: ignore[arg-type]


EDITIONS = {"a1": "P1", "a2": "P1", "b1": "P2", "b2": "P2", "c": "Q", "d": "Q"}


def editions() -> Uses:
    return uses_of([("a1", "K"), ("b1", "K"), ("b1", "L"), ("b2", "L"), ("c", "K"), ("d", "L")], EDITIONS)


def test_editions_are_compared_with_the_base_editions_weights() -> None:
    found = compare(editions(), "P1", "P2")
    (row,) = found.rows
    assert (row.other, row.base.linked, row.same.linked) == ("Q", 1, 3)
    assert (found.added, found.removed) == ((("d", "L"),), ())
    assert (found.statements, found.actions, found.per_action) == ((1, 3), (2, 2), (0.5, 1.5))
    assert found.bases[2].weights == "ln(n/d) of P1, n = 4"


def test_an_instrument_unknown_to_the_base_weighs_as_if_used_once() -> None:
    base = uses_of([("a", "K"), ("b", "L"), ("c", "K")], dict.fromkeys("abcd", "P"))
    later = reweighted(uses_of([("a", "K"), ("b", "M")], dict.fromkeys("ab", "P")), base)
    assert later.weights.tolist() == pytest.approx([np.log(2), np.log(4)])
    assert later.basis.filters[-1] == ("instruments unknown to the base", "1")


def test_fates_and_retention() -> None:
    rows = fates(editions(), "P1", "P2", [Succession("b1", "a1", "extends")])
    assert [(row.action, row.fate) for row in rows] == [("a1", Fate.EXTENDED), ("a2", Fate.DROPPED), ("b2", Fate.NEW)]
    assert retention(rows) == 0.5


def test_nothing_is_dropped_where_no_succession_was_recorded() -> None:
    rows = fates(editions(), "P1", "P2", [])
    assert {row.fate for row in rows} == {Fate.NOT_ASSESSED}
    assert retention(rows) is None


def test_an_unknown_edition_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(QueryError, match=r"no plan « P3 ».*P2 or P1"):
        compare(editions(), "P1", "P3")
    with pytest.raises(QueryError, match="same plan"):
        compare(editions(), "P1", "P1")
