"""DEMATEL and chains: the worked matrix, refusals, and what a second, slower way of computing gives."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pan2kg.coherence.texts import Floats
from pan2kg.errors import QueryError
from pan2kg.scores import influence as limit
from pan2kg.scores.influence import chains, dematel
from pan2kg.scores.matrix import Scores, scores_of
from pan2kg.scores.scale import read_scale
from tests.lots import TIMES

WORKED = scores_of({("a", "b"): 2, ("a", "c"): -1, ("b", "a"): 1, ("b", "c"): 3, ("c", "a"): 0, ("c", "b"): -2})
COUNT = read_scale("count")
PAIRS = st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")).filter(lambda pair: pair[0] != pair[1])
matrices = st.dictionaries(PAIRS, st.integers(-4, 4)).map(
    lambda cells: scores_of(cells, labels="abcde", assessor="x", scale=read_scale("-4..4"))
)


def test_the_worked_total_influence() -> None:
    found = dematel(WORKED)
    assert found.divisor == 4
    assert found.total == pytest.approx(
        np.array([[0.128205, 0.512821, 0.102564], [0.205128, -0.179487, 0.564103], [-0.102564, -0.410256, -0.282051]]),
        abs=5e-7,
    )
    assert found.given_positive == pytest.approx(np.array([0.74359, 0.769231, 0]), abs=5e-7)
    assert found.given_negative == pytest.approx(np.array([0, -0.179487, -0.794872]), abs=5e-7)
    assert found.taken_positive == pytest.approx(np.array([0.333333, 0.512821, 0.666667]), abs=5e-7)
    assert found.taken_negative == pytest.approx(np.array([-0.102564, -0.589744, -0.282051]), abs=5e-7)


def test_prominence_is_only_said_where_nothing_cancels() -> None:
    assert (dematel(WORKED).prominence, dematel(WORKED).relation) == (None, None)
    found = dematel(scores_of({("a", "b"): 2, ("b", "c"): 1}, scale=COUNT))
    assert found.prominence == pytest.approx(np.array([1.5, 1.5, 1.0]))
    assert found.relation == pytest.approx(np.array([1.5, -0.5, -1.0]))


def test_a_matrix_with_cells_not_assessed_is_called_incomplete() -> None:
    assert dematel(WORKED).is_complete
    assert not dematel(scores_of({("a", "b"): 2})).is_complete
    assert not dematel(scores_of({}, labels="ab")).is_complete
    assert dematel(scores_of({("a", "b"): 0, ("b", "a"): 0})).given_positive.tolist() == [0, 0]
    assert dematel(scores_of({}, labels=())).total.shape == (0, 0)


@pytest.mark.parametrize("back", [2, -2])
def test_influence_that_never_dies_out_is_refused(back: int) -> None:
    ring = scores_of({("a", "b"): 2, ("b", "a"): back}, assessor="Ministry")
    with pytest.raises(QueryError, match="In the matrix of « Ministry », indirect influence never dies out") as caught:
        dematel(ring)
    assert "pan2kg coherence chains" in str(caught.value)


def series(x: Floats) -> tuple[Floats, Floats]:
    """The sum of x^1 … x^(2^50), by doubling, and the last power."""
    total, power = x, x
    for _ in range(50):
        total, power = total + power @ total, power @ power
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


def test_the_worked_chains() -> None:
    found = chains(WORKED)
    assert (found.number, found.unit) == (9, 3)
    assert found.total == pytest.approx(
        np.array([[0, 8 / 9, 1 / 3], [1 / 3, 0, 8 / 9], [-2 / 9, -2 / 3, 0]]), abs=1e-12
    )
    over, direct = found.greatest["a", "c"]
    assert (over.members, direct.members) == (("a", "b", "c"), ("a", "c"))
    assert [over.value, direct.value] == pytest.approx([2 / 3, -1 / 3])


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
    found, wanted = chains(scores, cut=cut), by_hand(scores, cut)
    place = {label: at for at, label in enumerate(found.labels)}
    assert found.number == sum(map(len, wanted.values()))
    assert found.greatest.keys() == wanted.keys()
    for (one, two), values in wanted.items():
        at = place[one], place[two]
        assert found.counts[at] == len(values)
        assert found.total[at] == pytest.approx(sum(values), abs=1e-9)
        sizes = [abs(chain.value) for chain in found.greatest[one, two]]
        assert sizes == pytest.approx(sorted(map(abs, values), reverse=True)[:3], abs=1e-12)
        assert all(len(set(chain.members)) == len(chain.members) for chain in found.greatest[one, two])
    assert np.count_nonzero(found.counts) == len(wanted)


def test_a_product_that_is_the_cut_but_for_rounding_is_kept() -> None:
    given_cells = {("a", "b"): 1, ("b", "c"): 1, ("c", "d"): 1}
    assert chains(scores_of(given_cells, scale=read_scale("-10..10"))).number == 5


def test_without_bounds_the_greatest_score_is_worth_1() -> None:
    found = chains(scores_of({("a", "b"): 40, ("b", "c"): -20}, scale=COUNT))
    assert (found.unit, found.total[0].tolist()) == (40, [0, 1, -0.5])
    assert chains(scores_of({("a", "b"): 0}, scale=COUNT)).number == 0
    assert chains(scores_of({}, labels=())).number == 0


def full(n: int, score: int) -> Scores:
    names = [f"n{at}" for at in range(n)]
    return scores_of({(one, two): score for one in names for two in names if one != two}, assessor="Ministry")


def test_too_many_chains_are_refused_with_the_cut_that_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limit.MOST == 2_000_000
    monkeypatch.setattr(limit, "MOST", 3_000)
    with pytest.raises(QueryError, match=r"more than 3,?000 chains\. Say --cut=0\.2, which will do"):
        chains(full(8, 2))
    assert chains(full(8, 2), cut=0.2).number < 3_000
    with pytest.raises(QueryError):
        chains(full(8, 2), cut=0.1)


def test_where_no_cut_will_do_fewer_members_are_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "MOST", 2_000)
    with pytest.raises(QueryError, match="no cut will do"):
        chains(full(7, 3))
