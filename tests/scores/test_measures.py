"""Influence, chains, agreement, ranks and sums of scores, beside what a second, slower way of computing gives."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from pan2kg.coherence.agreement import ScaleLevel as Level, alpha
from pan2kg.coherence.texts import Floats
from pan2kg.errors import QueryError
from pan2kg.graph.scores import Scores, scores_of
from pan2kg.scores import measures as limit
from pan2kg.scores.matrix import read_scale
from pan2kg.scores.measures import (
    agreement,
    chains,
    dematel,
    grouped,
    opinions,
    ranks,
    second_order,
    sums,
)
from tests.lots import TIMES

WORKED = scores_of(
    {("a", "b"): 2, ("a", "c"): -1, ("b", "a"): 1, ("b", "c"): 3, ("c", "a"): 0, ("c", "b"): -2}
)
COUNT = read_scale("count")
PAIRS = st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")).filter(
    lambda pair: pair[0] != pair[1]
)
matrices = st.dictionaries(PAIRS, st.integers(-4, 4)).map(
    lambda cells: scores_of(cells, labels="abcde", assessor="x", scale=read_scale("-4..4"))
)


def test_prominence_is_only_said_where_nothing_cancels_and_cells_not_assessed_are_told() -> None:
    worked = dematel(WORKED)
    assert (worked.prominence, worked.relation, worked.coverage) == (None, None, 1)
    found = dematel(scores_of({("a", "b"): 2, ("b", "c"): 1}, scale=COUNT))
    assert found.prominence == pytest.approx(np.array([1.5, 1.5, 1.0]))
    assert found.relation == pytest.approx(np.array([1.5, -0.5, -1.0]))
    assert not any(
        dematel(scores_of(cells, labels="ab")).coverage == 1 for cells in ({("a", "b"): 2}, {})
    )
    assert dematel(scores_of({("a", "b"): 0, ("b", "a"): 0})).given_positive.tolist() == [0, 0]
    assert dematel(scores_of({}, labels=())).total.shape == (0, 0)


@pytest.mark.parametrize("back", [2, -2])
def test_influence_that_never_dies_out_is_refused(back: int) -> None:
    ring = scores_of({("a", "b"): 2, ("b", "a"): back}, assessor="Ministry")
    with pytest.raises(
        QueryError,
        match=r"« Ministry », indirect influence never dies out.*pan2kg coherence chains",
    ):
        dematel(ring)


def series(x: Floats) -> tuple[Floats, Floats]:
    """The sum of x^1 … x^(2^50), by doubling, and the last power."""
    total = x
    power = x
    for _ in range(50):
        total = total + power @ total
        power = power @ power
    return total, power


@settings(max_examples=80 * TIMES, deadline=None)
@given(matrices)
def test_the_total_influence_is_the_sum_of_all_powers(scores: Scores) -> None:
    x = np.nan_to_num(scores.values, nan=0.0)
    divisor = max(np.abs(x).sum(axis=0).max(), np.abs(x).sum(axis=1).max())
    total, last = series(x / divisor if divisor else x)
    if np.abs(last).max() > 0.01:
        with pytest.raises(QueryError):
            dematel(scores)
        return
    found = dematel(scores)
    assert found.total == pytest.approx(total, abs=1e-8, rel=1e-8)
    assert found.given_positive + found.given_negative == pytest.approx(total.sum(axis=1), abs=1e-7)
    assert found.taken_positive + found.taken_negative == pytest.approx(total.sum(axis=0), abs=1e-7)
    assert (found.given_positive >= 0).all()
    assert (found.taken_negative <= 0).all()


def by_hand(scores: Scores, cut: float) -> dict[tuple[str, str], list[float]]:
    """The values of every chain by its ends, found by trying every order of every choice of members."""
    known = {(one, two): score / 4 for one, two, score in scores.cells()}
    found: dict[tuple[str, str], list[float]] = {}
    for length in range(2, len(scores.labels) + 1):
        for members in permutations(scores.labels, length):
            value = 1.0
            for step in pairwise(members):
                value *= known.get(step, 0.0)
                if value == 0 or abs(value) < cut - 1e-12:
                    break
            else:
                found.setdefault((members[0], members[-1]), []).append(value)
    return found


@settings(max_examples=60 * TIMES, deadline=None)
@given(matrices, st.sampled_from([0.0, 0.01, 0.0625, 0.2, 0.5, 1.0]))
def test_chains_are_those_that_trying_all_orders_finds(scores: Scores, cut: float) -> None:
    found = chains(scores, cut=cut)
    wanted = by_hand(scores, cut)
    place = {label: at for at, label in enumerate(found.labels)}
    assert found.number == sum(map(len, wanted.values()))
    assert found.greatest.keys() == wanted.keys()
    for (one, two), values in wanted.items():
        at = place[one], place[two]
        assert found.counts[at] == len(values)
        assert found.total[at] == pytest.approx(sum(values), abs=1e-9)
        sizes = [abs(value) for _, value in found.greatest[one, two]]
        assert sizes == pytest.approx(sorted(map(abs, values), reverse=True)[:3], abs=1e-12)
        assert all(len(set(members)) == len(members) for members, _ in found.greatest[one, two])
    assert np.count_nonzero(found.counts) == len(wanted)


def test_a_product_that_is_the_cut_but_for_rounding_is_kept_and_without_bounds_the_greatest_is_worth_1() -> (
    None
):
    assert (
        chains(
            scores_of({("a", "b"): 1, ("b", "c"): 1, ("c", "d"): 1}, scale=read_scale("-10..10"))
        ).number
        == 5
    )
    found = chains(scores_of({("a", "b"): 40, ("b", "c"): -20}, scale=COUNT))
    assert (found.unit, found.total[0].tolist()) == (40, [0, 1, -0.5])
    assert (
        chains(scores_of({("a", "b"): 0}, scale=COUNT)).number
        == chains(scores_of({}, labels=())).number
        == 0
    )


def full(n: int, score: int) -> Scores:
    names = [f"n{at}" for at in range(n)]
    return scores_of(
        {(one, two): score for one in names for two in names if one != two}, assessor="Ministry"
    )


def test_too_many_chains_are_refused_with_what_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limit.MOST == 2_000_000
    monkeypatch.setattr(limit, "MOST", 2_000)
    with pytest.raises(QueryError, match="no cut will do"):
        chains(full(7, 3))
    monkeypatch.setattr(limit, "MOST", 3_000)
    with pytest.raises(
        QueryError, match=r"more than 3,?000 chains\. Say --cut=0\.2, which will do"
    ):
        chains(full(8, 2))
    assert chains(full(8, 2), cut=0.2).number < 3_000
    with pytest.raises(QueryError):
        chains(full(8, 2), cut=0.1)


KRIPPENDORFF = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
Ratings = list[list[int | None]]


def apart(one: int, two: int, pool: list[int], level: Level) -> float:
    """How far two values are apart, read off the definition."""
    if level is Level.SIGN:
        return float((one > 0) - (one < 0) != (two > 0) - (two < 0))
    if level is Level.NOMINAL:
        return float(one != two)
    if level is Level.ORDINAL:
        low, high = sorted((one, two))
        between = sum(low <= value <= high for value in pool)
        return (
            float((between - (pool.count(low) + pool.count(high)) / 2) ** 2) if low != high else 0.0
        )
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
        sum(apart(one, two, pool, level) for one, two in permutations(unit, 2)) / (len(unit) - 1)
        for unit in units
    )
    return 1 - observed / len(pool) / (expected / (len(pool) * (len(pool) - 1)))


def tables(lowest: int) -> st.SearchStrategy[Ratings]:
    value = st.one_of(st.none(), st.integers(lowest, 4))
    return st.integers(1, 7).flatmap(
        lambda n: st.lists(st.lists(value, min_size=n, max_size=n), min_size=2, max_size=4)
    )


@settings(max_examples=80 * TIMES, deadline=None)
@given(st.data(), st.sampled_from(Level))
def test_alpha_is_what_counting_pairs_gives(data: st.DataObject, level: Level) -> None:
    ratings = data.draw(tables(0 if level is Level.RATIO else -4))
    wanted = by_pairs(ratings, level)
    assert alpha(ratings, level) == (wanted if wanted is None else pytest.approx(wanted, abs=1e-9))


def test_alpha_is_krippendorffs_own_example_counts_signs_alone_and_refuses_ratios_below_0() -> None:
    for level, value in [
        ("nominal", 0.743),
        ("ordinal", 0.815),
        ("interval", 0.849),
        ("ratio", 0.797),
    ]:
        assert alpha(KRIPPENDORFF, Level(level)) == pytest.approx(value, abs=5e-4)
    assert alpha([[3, -1, 0], [1, -3, 0]], Level.SIGN) == 1
    assert alpha([[3, -1], [-3, 1]], Level.SIGN) == pytest.approx(-0.5)
    assert alpha(KRIPPENDORFF, Level.SIGN) is None
    with pytest.raises(ValueError, match="from 0 up"):
        alpha([[1, -1], [1, 2]], Level.RATIO)
    assert alpha([[0, 0, 2], [0, 0, 2]], Level.RATIO) == 1


def test_several_assessors_agree_on_one_scale_alone_and_two_negatives_are_a_path() -> None:
    mine = scores_of({("a", "b"): 3, ("b", "a"): -1}, assessor="x")
    with pytest.raises(ValueError, match="one matrix an assessor"):
        agreement([mine, mine])
    other = scores_of({("a", "b"): 3}, assessor="y", scale=read_scale("0..5"))
    for measure in (opinions, agreement):
        with pytest.raises(ValueError, match="same scale"):
            measure([mine, other])
    first = second_order(scores_of({("a", "b"): -2, ("b", "c"): -1}))[0]
    assert first.total == pytest.approx(-1.0)
    assert first.double_negatives == (("a", "b", "c", -2, -1),)
    ahead, *_ = second_order(scores_of({("a", "b"): -2, ("b", "c"): 1}))
    assert ahead.double_negatives == ()


def test_ranks_reach_to_the_ends_of_the_scale_share_a_place_and_have_no_interval_without_bounds() -> (
    None
):
    cells = {("a", "b"): 2, ("b", "a"): 1, ("a", "c"): 2, ("b", "c"): 2}
    for typed, wanted in (
        ("-10..10", [("a", 1, 1, 2), ("b", 2, 2, 3), ("c", 3, 1, 3)]),
        ("0..2", [("a", 1, 1, 1), ("b", 2, 2, 3), ("c", 3, 1, 3)]),
        ("count", [("a", 1, None, None), ("b", 2, None, None), ("c", 3, None, None)]),
    ):
        rows = ranks(scores_of(cells, scale=read_scale(typed)))
        assert [(row.label, row.place, row.best, row.worst) for row in rows] == wanted
    tenths = {
        ("a", "b"): 0.1,
        ("a", "c"): 0.2,
        ("b", "a"): 0.3,
        ("b", "c"): 0.0,
        ("c", "a"): 0.0,
        ("c", "b"): 0.0,
    }
    assert [row.place for row in ranks(scores_of(tenths, scale=read_scale("0..1 decimal")))] == [
        1,
        1,
        3,
    ]


@settings(max_examples=60 * TIMES)
@given(matrices, st.dictionaries(st.sampled_from("abcde"), st.sampled_from("gh")))
def test_sums_of_groups_add_up_to_their_cells_and_out_sums_are_the_in_sums_of_the_transpose(
    scores: Scores, groups: dict[str, str]
) -> None:
    cells = [
        (groups[end], groups[to], score)
        for end, to, score in scores.cells()
        if {end, to} <= groups.keys()
    ]
    found = grouped(scores, groups)
    assert sum(number for *_, number in found) == len(groups) * (len(groups) - 1)
    for *pair, both, _ in found:
        own = [score for *ends, score in cells if ends == pair]
        assert (both.net, both.scored) == (sum(own), len(own))
        assert both.negative <= 0 <= both.positive
    turned = sums(Scores(scores.labels, scores.values.T, scale=scores.scale))
    for (_, out, _), (_, _, taken) in zip(sums(scores), turned, strict=True):
        assert out == taken
        assert out.positive + out.negative == out.net
