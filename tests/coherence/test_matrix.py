"""Incidences over numpy alone give what scipy's sparse matrices give, to the last bit, in blocks of any size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse  # type: ignore[import-untyped]

from pan2kg.coherence import texts as matrix
from pan2kg.coherence.texts import Floats, Incidence, cells, common, order_of, overlaps
from tests.lots import TIMES

HEIGHT, WIDTH = 9, 7
PLACES = st.lists(st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1)), max_size=60)
WEIGHTS = st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.3, 1 / 3, 7.7]), min_size=WIDTH, max_size=WIDTH)


def table_of(places: list[tuple[int, int]]) -> Incidence:
    return Incidence.of([row for row, _ in places], [column for _, column in places], shape=(HEIGHT, WIDTH))


def in_scipy(table: Incidence, values: Floats | None = None) -> sparse.csr_array:
    data = np.ones(len(table.columns)) if values is None else values[table.columns]
    return sparse.csr_array((data, table.columns, table.starts), shape=(table.height, table.width))


def product(table: Incidence, weights: Floats) -> tuple[list[int], list[int], list[float]]:
    """The cells above the diagonal of table · diag(weights) · tableᵀ by scipy."""
    whole = (in_scipy(table, weights) @ in_scipy(table).T.tocsr()).tocsr()
    whole.sort_indices()
    rows = np.repeat(np.arange(table.height), np.diff(whole.indptr))
    kept = (whole.indices > rows) & (whole.data > 0)
    return rows[kept].tolist(), whole.indices[kept].tolist(), whole.data[kept].tolist()


@settings(max_examples=20 * TIMES)
@given(PLACES, WEIGHTS, st.integers(1, 50))
def test_what_rows_share_is_scipys_product_whatever_the_block(
    places: list[tuple[int, int]], weights: list[float], block: int
) -> None:
    table, given_weights = table_of(places), np.array(weights)
    found = list(overlaps(table, given_weights, block=block))
    in_blocks = tuple([x for part in found for x in part[k].tolist()] for k in range(3))
    assert in_blocks == product(table, given_weights)
    assert tuple(part.tolist() for part in cells(table, given_weights)) == in_blocks


@settings(max_examples=20 * TIMES)
@given(PLACES, PLACES, WEIGHTS, st.integers(1, 9))
def test_what_pairs_of_rows_have_in_common_is_scipys(
    places: list[tuple[int, int]], others: list[tuple[int, int]], weights: list[float], block: int
) -> None:
    table, other, given_weights = table_of(places), table_of(others), np.array(weights)
    one, two = (ends.astype(np.int32).ravel() for ends in np.meshgrid(np.arange(HEIGHT), np.arange(HEIGHT)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matrix, "BLOCK", block)
        found = common(table, given_weights, one, two, other=other)
    expected = (in_scipy(table)[one] * in_scipy(other, given_weights)[two]).sum(axis=1)
    assert found.tolist() == expected.tolist()


@settings(max_examples=20)
@given(st.integers(2_000, 4_000), st.sampled_from([1, 2**16, 2**16 + 1, 2**33, 2**50]), st.integers(0, 2**32 - 1))
def test_many_numbers_are_ordered_as_by_comparing(number: int, limit: int, seed: int) -> None:
    """Above the size where sixteen bits at a time are sorted, and with one, two, three and four such digits."""
    rng = np.random.default_rng(seed)
    keys = rng.integers(0, limit, number)
    assert np.array_equal(order_of(keys, limit), np.argsort(keys, kind="stable"))
