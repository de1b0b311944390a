"""Incidences over numpy give what dense matrices give, in blocks of any size; many numbers come in their order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pan2kg.coherence import texts
from pan2kg.coherence.texts import Floats, Incidence, order_of
from tests.lots import TIMES

HEIGHT, WIDTH = 9, 7
PLACES = st.lists(st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1)), max_size=60)
WEIGHTS = st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.3, 1 / 3, 7.7]), min_size=WIDTH, max_size=WIDTH)


def table_of(places: list[tuple[int, int]]) -> tuple[Incidence, Floats]:
    dense = np.zeros((HEIGHT, WIDTH))
    dense[tuple(np.array(places, dtype=np.int64).reshape(-1, 2).T)] = 1
    rows, columns = ([place[end] for place in places] for end in (0, 1))
    return Incidence.of(rows, columns, shape=(HEIGHT, WIDTH)), dense


@settings(max_examples=30 * TIMES)
@given(PLACES, PLACES, WEIGHTS, st.integers(1, 50))
def test_what_rows_share_is_the_product_of_matrices_whatever_the_block(
    places: list[tuple[int, int]], others: list[tuple[int, int]], weights: list[float], block: int
) -> None:
    (table, dense), (other, dense_other), values = table_of(places), table_of(others), np.array(weights)
    shared, ends = np.zeros((HEIGHT, HEIGHT)), np.indices((HEIGHT, HEIGHT), dtype=np.int32).reshape(2, -1)
    for rows, columns, sums in texts.overlaps(table, values, block=block):
        shared[rows, columns] = sums
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "BLOCK", block)
        common = texts.common(table, values, *ends, other=other)
    assert shared == pytest.approx(np.triu(dense * values @ dense.T, 1))
    assert common.reshape(HEIGHT, HEIGHT) == pytest.approx(dense * values @ dense_other.T)


@settings(max_examples=20)
@given(st.integers(2_000, 4_000), st.sampled_from([1, 2**16, 2**16 + 1, 2**33, 2**50]), st.integers(0, 2**32 - 1))
def test_many_numbers_are_ordered_as_by_comparing(number: int, limit: int, seed: int) -> None:
    """Above the size where sixteen bits at a time are sorted, and with one, two, three and four such digits."""
    keys = np.random.default_rng(seed).integers(0, limit, number)
    assert np.array_equal(order_of(keys, limit), np.argsort(keys, kind="stable"))
