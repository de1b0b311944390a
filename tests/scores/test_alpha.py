"""Agreement of assessors: Krippendorff's own example, and what counting pairs of scores gives."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pan2kg.scores.matrix import scores_of
from pan2kg.scores.measures import ScaleLevel as Level
from pan2kg.scores.measures import agreement, alpha, opinions
from pan2kg.scores.scale import read_scale
from tests.lots import TIMES

KRIPPENDORFF = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
Ratings = list[list[int | None]]


@pytest.mark.parametrize(
    ("level", "value"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_is_krippendorffs_own_example_at_four_levels(level: str, value: float) -> None:
    assert alpha(KRIPPENDORFF, Level(level)) == pytest.approx(value, abs=5e-4)


def test_the_sign_is_all_that_counts_where_it_is_asked() -> None:
    assert alpha([[3, -1, 0], [1, -3, 0]], Level.SIGN) == 1
    assert alpha([[3, -1], [-3, 1]], Level.SIGN) == pytest.approx(-0.5)
    assert alpha(KRIPPENDORFF, Level.SIGN) is None


def test_ratios_are_refused_below_0() -> None:
    with pytest.raises(ValueError, match="from 0 up"):
        alpha([[1, -1], [1, 2]], Level.RATIO)
    assert alpha([[0, 0, 2], [0, 0, 2]], Level.RATIO) == 1


def apart(one: int, two: int, pool: list[int], level: Level) -> float:
    """How far two values are apart, read off the definition."""
    if level is Level.SIGN:
        return float((one > 0) - (one < 0) != (two > 0) - (two < 0))
    if level is Level.NOMINAL:
        return float(one != two)
    if level is Level.ORDINAL:
        low, high = sorted((one, two))
        between = sum(low <= value <= high for value in pool)
        return float((between - (pool.count(low) + pool.count(high)) / 2) ** 2) if low != high else 0.0
    if level is Level.INTERVAL:
        return float((one - two) ** 2)
    return ((one - two) / (one + two)) ** 2 if one + two else 0.0


def by_pairs(ratings: Ratings, level: Level) -> float | None:
    """1 less the mean difference within units over that of any two values."""
    units = [[value for value in unit if value is not None] for unit in zip(*ratings, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    pool = [value for unit in units for value in unit]
    expected = sum(apart(one, two, pool, level) for one, two in permutations(pool, 2))
    if not expected:
        return None
    observed = sum(
        sum(apart(one, two, pool, level) for one, two in permutations(unit, 2)) / (len(unit) - 1) for unit in units
    )
    return 1 - observed / len(pool) / (expected / (len(pool) * (len(pool) - 1)))


def tables(lowest: int) -> st.SearchStrategy[Ratings]:
    value = st.one_of(st.none(), st.integers(lowest, 4))
    return st.integers(1, 7).flatmap(
        lambda n: st.lists(st.lists(value, min_size=n, max_size=n), min_size=2, max_size=4)
    )


@settings(max_examples=60 * TIMES, deadline=None)
@given(tables(-4), st.sampled_from([level for level in Level if level is not Level.RATIO]))
def test_alpha_is_what_counting_pairs_gives(ratings: Ratings, level: Level) -> None:
    wanted = by_pairs(ratings, level)
    assert alpha(ratings, level) == (wanted if wanted is None else pytest.approx(wanted, abs=1e-9))


@settings(max_examples=40 * TIMES, deadline=None)
@given(tables(0))
def test_alpha_of_ratios_is_what_counting_pairs_gives(ratings: Ratings) -> None:
    wanted = by_pairs(ratings, Level.RATIO)
    assert alpha(ratings, Level.RATIO) == (wanted if wanted is None else pytest.approx(wanted, abs=1e-9))


def test_several_assessors_stay_apart_in_every_cell() -> None:
    one = scores_of({("a", "b"): 3, ("b", "a"): -1}, assessor="x")
    two = scores_of({("a", "b"): -2}, assessor="y")
    first, second = opinions([one, two])
    assert (first.mean, first.least, first.greatest, first.scores) == (0.5, -2, 3, (("x", 3), ("y", -2)))
    assert (second.mean, len(second.scores)) == (-1, 1)


def test_scores_of_different_scales_have_neither_mean_nor_agreement() -> None:
    given_matrices = [
        scores_of({("a", "b"): 3}, assessor="x"),
        scores_of({("a", "b"): 3}, assessor="y", scale=read_scale("0..5")),
    ]
    with pytest.raises(ValueError, match="same scale"):
        opinions(given_matrices)
    with pytest.raises(ValueError, match="same scale"):
        agreement(given_matrices)
