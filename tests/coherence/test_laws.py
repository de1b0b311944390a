"""Laws the measures keep, whatever the graph."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pan2kg.coherence.weight import curveball
from pan2kg.scores.matrix import Scores, scores_of
from pan2kg.scores.measures import alpha, coverage, ranks, second_order, sums

scores = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")).filter(lambda ends: ends[0] != ends[1]),
    st.integers(-3, 3),
).map(lambda cells: scores_of(cells, labels="abcd", assessor="x"))


@given(scores)
def test_the_direct_part_of_the_second_order_is_the_net_and_weight_0_is_the_first(given_scores: Scores) -> None:
    for row, first in zip(second_order(given_scores, weight=0), sums(given_scores), strict=True):
        assert row.direct == row.total == row.without_return == first.given.net


@given(scores)
def test_ranks_lie_in_their_intervals_and_full_coverage_closes_them(given_scores: Scores) -> None:
    rows = ranks(given_scores)
    assert all(row.best is not None and row.worst is not None for row in rows)
    assert all((row.best or 0) <= row.place <= (row.worst or 0) for row in rows)
    assert coverage(given_scores) != 1 or all(row.best == row.worst for row in rows)


@given(st.lists(st.lists(st.one_of(st.none(), st.integers(-3, 3)), min_size=4, max_size=4), min_size=2, max_size=4))
def test_alpha_is_at_most_1_and_knows_no_order_of_assessors(ratings: list[list[int | None]]) -> None:
    found = alpha(ratings)
    assert found is None or found <= 1 + 1e-12
    assert found == (None if found is None else pytest.approx(alpha(ratings[::-1])))


@given(st.lists(st.frozensets(st.integers(0, 6)), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
def test_a_curveball_keeps_all_sums_and_its_seed(table: list[frozenset[int]], seed: int) -> None:
    dealt = curveball(table, np.random.default_rng(seed), trades=20)
    assert [len(row) for row in dealt] == [len(row) for row in table]
    assert Counter(one for row in dealt for one in row) == Counter(one for row in table for one in row)
    assert dealt == curveball(table, np.random.default_rng(seed), trades=20)
