"""The one door to scipy.sparse: incidences of rows and columns, and their weighted products."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Bools = NDArray[np.bool_]

BLOCK = 2_000_000
"""How many products one block of a projection may take; bounds the memory, changes no result."""

PART = 1_000_000
"""How many pairs are looked at in one go; as above."""


@dataclass(frozen=True, slots=True, eq=False)
class Incidence:
    """A matrix of zeros and ones, kept as the sorted columns of each row.

    >>> given = Incidence.of([0, 0, 1, 0], [2, 1, 1, 2], shape=(2, 3))
    >>> given.row(0).tolist(), given.counts.tolist(), given.sizes.tolist()
    ([1, 2], [0, 2, 1], [2, 1])
    """

    starts: Ints
    columns: Ints
    width: int

    @classmethod
    def of(cls, rows: Ints | list[int], columns: Ints | list[int], *, shape: tuple[int, int]) -> Incidence:
        """The matrix with a one at each given place, however often it is given."""
        ones = np.ones(len(rows), dtype=np.int8)
        places = (np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64))
        made = sparse.coo_array((ones, places), shape=shape).tocsr()
        made.sort_indices()
        return cls(made.indptr.astype(np.int64), made.indices.astype(np.int64), shape[1])

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.starts) - 1

    @property
    def sizes(self) -> Ints:
        """How many ones each row has."""
        return np.diff(self.starts)

    @property
    def rows(self) -> Ints:
        """The row of each one, in the order of ``columns``."""
        return np.repeat(np.arange(self.height, dtype=np.int64), self.sizes)

    @property
    def counts(self) -> Ints:
        """How many ones each column has."""
        return np.bincount(self.columns, minlength=self.width).astype(np.int64)

    def row(self, index: int) -> Ints:
        """The columns of one row, sorted."""
        return self.columns[self.starts[index] : self.starts[index + 1]]

    def sums(self, weights: Floats) -> Floats:
        """The sum of the weights of each row's columns."""
        return np.bincount(self.rows, weights=weights[self.columns], minlength=self.height).astype(np.float64)

    def keep(self, wanted: Bools) -> Incidence:
        """The same shape with only those ones for which ``wanted`` is true, in the order of ``columns``."""
        return Incidence.of(self.rows[wanted], self.columns[wanted], shape=(self.height, self.width))

    def weighted(self, data: Floats) -> sparse.csr_array:
        """The matrix for scipy, with the given values for its ones, in the order of ``columns``."""
        return sparse.csr_array((data, self.columns, self.starts), shape=(self.height, self.width))


def cells(table: Incidence, weights: Floats | None = None) -> tuple[Indices, Indices, Floats]:
    """The cells above the diagonal of table · diag(weights) · tableᵀ that are more than 0, all at once.

    >>> rows, columns, values = cells(Incidence.of([0, 1, 1], [0, 0, 1], shape=(2, 2)), np.array([2.0, 1.0]))
    >>> rows.tolist(), columns.tolist(), values.tolist()
    ([0], [1], [2.0])
    """
    parts = list(overlaps(table, np.ones(table.width) if weights is None else weights))
    if not parts:
        return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0)
    rows, columns, values = zip(*parts, strict=True)
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(values)


def overlaps(table: Incidence, weights: Floats, *, block: int = BLOCK) -> Iterator[tuple[Indices, Indices, Floats]]:
    """The same cells in blocks of rows, sorted by row and column.

    The cost grows with Σ d², the number of pairs of rows that share a column, not with the square of the rows.
    """
    right = table.weighted(np.ones(len(table.columns))).T.tocsr()
    left = table.weighted(weights[table.columns])
    for start, end in pairwise(_bounds(table.sums(table.counts.astype(np.float64)), block)):
        found = (left[start:end] @ right).tocsr()
        found.sort_indices()
        columns = found.indices.astype(np.int32)
        rows = np.repeat(np.arange(start, end, dtype=np.int32), np.diff(found.indptr))
        wanted = (columns > rows) & (found.data > 0)
        yield rows[wanted], columns[wanted], found.data[wanted]


def _bounds(costs: Floats, block: int) -> list[int]:
    """Where to cut rows into runs that cost about ``block`` each."""
    reached = np.cumsum(costs)
    total = float(reached[-1]) if len(reached) else 0.0
    steps = np.searchsorted(reached, np.arange(1, int(total // block) + 1) * block)
    inner = sorted({int(step) + 1 for step in steps if step + 1 < len(costs)})
    return [0, *inner, len(costs)] if len(costs) else [0]


def common(table: Incidence, weights: Floats, one: Indices, two: Indices, *, other: Incidence | None = None) -> Floats:
    """For each pair of rows the sum of the weights of the columns both have; the second row may be of another table.

    >>> table = Incidence.of([0, 0, 1, 2], [0, 1, 1, 0], shape=(3, 2))
    >>> common(table, np.array([2.0, 5.0]), np.array([0, 1], np.int32), np.array([1, 2], np.int32)).tolist()
    [5.0, 0.0]
    """
    right = table if other is None else other
    sums = np.zeros(len(one))
    at = np.flatnonzero((table.sizes > 0)[one] & (right.sizes > 0)[two])
    ones, weighted = table.weighted(np.ones(len(table.columns))), right.weighted(weights[right.columns])
    for start in range(0, len(at), BLOCK):
        part = at[start : start + BLOCK]
        sums[part] = (ones[one[part]] * weighted[two[part]]).sum(axis=1)
    return sums


def by_group(
    one: Indices, two: Indices, values: Floats, groups: Ints, *, number: int
) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Row, group, and the sum of the row's values with the members of the group, for symmetric values of pairs.

    The pairs are sorted by ``one``; the answer comes in blocks of whole rows, in order.

    >>> ends = np.array([0, 0], np.int32), np.array([1, 2], np.int32)
    >>> (block,) = by_group(*ends, np.array([0.5, 0.25]), np.array([0, 1, 1]), number=2)
    >>> [part.tolist() for part in block]
    [[0, 1, 2], [1, 0, 0], [0.75, 0.5, 0.25]]
    """
    height = len(groups)
    there = sparse.csr_array((values, two, np.searchsorted(one, np.arange(height + 1))), shape=(height, height))
    back = there.T.tocsr()
    member = sparse.csr_array((np.ones(height), groups, np.arange(height + 1)), shape=(height, number))
    costs = np.diff(there.indptr) + np.diff(back.indptr)
    for start, end in pairwise(_bounds(costs.astype(np.float64), PART)):
        found = (there[start:end] @ member + back[start:end] @ member).tocsr()
        found.sort_indices()
        rows = np.repeat(np.arange(start, end, dtype=np.int64), np.diff(found.indptr))
        yield rows, found.indices.astype(np.int64), found.data
