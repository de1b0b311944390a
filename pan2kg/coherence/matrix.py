"""Incidences of rows and columns, and their weighted products, over numpy alone.

What is shared by two rows is summed over the columns both have, in the order of the columns: the same numbers, to the
last bit, as the products of sparse matrices in scipy. Numbers are put into order sixteen bits at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Bools = NDArray[np.bool_]

BLOCK = 250_000
"""How many products are summed in one go, so that they fit a processor's cache; changes no result."""

_DIGIT = 16
"""numpy sorts whole numbers of sixteen bits in linear time, and wider ones by comparing them."""
_FEW = 2_000
"""Up to so many numbers comparing is faster."""
_SPARSE = 8
"""Up to so many places a number, all places are held rather than the numbers put into order."""


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
        height, width = shape
        keys = np.asarray(rows, dtype=np.int64) * width + np.asarray(columns, dtype=np.int64)
        places = _distinct(keys[order_of(keys, height * width)])
        found, at = np.divmod(places, max(width, 1))
        return cls(_starts(np.bincount(found, minlength=height)), at, width)

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
        kept = np.bincount(self.rows[wanted], minlength=self.height)
        return Incidence(_starts(kept), self.columns[wanted], self.width)


def order_of(keys: Ints, limit: int) -> Ints:
    """The order in which whole numbers ≥ 0 and below ``limit`` ascend, equal ones as they stand.

    Source: Knuth, D. E. (1998). The Art of Computer Programming, vol. 3, §5.2.5 (sorting by distribution).

    >>> order_of(np.array([70000, 3, 70000, 65539]), 70001).tolist()
    [1, 3, 0, 2]
    """
    if len(keys) <= _FEW:
        return np.argsort(keys, kind="stable")
    found = np.argsort(keys.astype(np.uint16), kind="stable")
    for shift in range(_DIGIT, max(limit - 1, 0).bit_length(), _DIGIT):
        found = found[np.argsort((keys[found] >> shift).astype(np.uint16), kind="stable")]
    return found


def _starts(sizes: Ints) -> Ints:
    made = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=made[1:])
    return made


def _distinct(ascending: Ints) -> Ints:
    return ascending[_first(ascending)]


def _first(ascending: Ints) -> Bools:
    """Of numbers in ascending order those that are not equal to the one before."""
    found = np.ones(len(ascending), dtype=np.bool_)
    np.not_equal(ascending[1:], ascending[:-1], out=found[1:])
    return found


def _summed(keys: Ints, values: Floats, limit: int) -> tuple[Ints, Floats]:
    """The distinct keys, ascending, and the sum of the values of each, added one after the other as they stand.

    A key whose sum is 0 may be left out.
    """
    if limit <= _SPARSE * len(keys):
        whole = np.bincount(keys, weights=values, minlength=limit).astype(np.float64)
        held = np.flatnonzero(whole).astype(np.int64)
        return held, whole[held]
    order = order_of(keys, limit)
    ascending = keys[order]
    first = _first(ascending)
    sums = np.bincount(np.cumsum(first) - 1, weights=values[order])
    return ascending[first], sums.astype(np.float64)


def _ranges(starts: Ints, sizes: Ints) -> Ints:
    """The numbers from each start, as many as its size, one run behind the other.

    >>> _ranges(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    before = np.cumsum(sizes) - sizes
    return np.repeat(starts - before, sizes) + np.arange(int(sizes.sum()), dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Partners:
    """For each one of a table the rows below its own that have the same column: ``rows[start:start + size]``."""

    table: Incidence
    rows: Ints
    starts: Ints
    sizes: Ints

    @classmethod
    def of(cls, table: Incidence) -> Partners:
        """The partners of every one, in the order of ``table.columns``."""
        order = order_of(table.columns, table.width)
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order), dtype=np.int64)
        ends = np.cumsum(table.counts)[table.columns]
        return cls(table, table.rows[order], place + 1, ends - place - 1)

    def bounds(self, block: int = BLOCK) -> list[int]:
        """Where to cut the rows into runs of about ``block`` partners each; at least one row a run."""
        reached = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(self.sizes)])
        costs = np.diff(reached[self.table.starts])
        return _bounds(costs.astype(np.float64), block)

    def expanded(self, start: int, end: int) -> tuple[Ints, Ints, slice, Ints]:
        """Row, from ``start`` on, and partner of each product of a run of rows; the ones, and how many each has."""
        run = slice(int(self.table.starts[start]), int(self.table.starts[end]))
        sizes = self.sizes[run]
        rows = np.repeat(np.arange(end - start, dtype=np.int64), np.diff(self.table.starts[start : end + 1]))
        return np.repeat(rows, sizes), self.rows[_ranges(self.starts[run], sizes)], run, sizes


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
    partners, height = Partners.of(table), table.height
    for start, end in pairwise(partners.bounds(block)):
        rows, others, run, sizes = partners.expanded(start, end)
        values = np.repeat(weights[table.columns[run]], sizes)
        keys, sums = _summed(rows * height + others, values, (end - start) * height)
        one, two = np.divmod(keys[sums > 0], height)
        yield (one + start).astype(np.int32), two.astype(np.int32), sums[sums > 0]


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
    places = table.rows * table.width + table.columns
    sums = np.zeros(len(one))
    at = np.flatnonzero((table.sizes > 0)[one] & (right.sizes > 0)[two])
    for start, end in pairwise(_bounds(right.sizes[two[at]].astype(np.float64), BLOCK)):
        part = at[start:end]
        sizes = right.sizes[two[part]]
        columns = right.columns[_ranges(right.starts[two[part]], sizes)]
        wanted = np.repeat(one[part].astype(np.int64), sizes) * table.width + columns
        found = places[np.minimum(np.searchsorted(places, wanted), len(places) - 1)] == wanted
        values = weights[columns]
        kept = np.flatnonzero(found & (values != 0))
        pair = np.repeat(np.arange(end - start, dtype=np.int64), sizes)[kept]
        begin = np.flatnonzero(_first(pair))
        if len(begin):
            sums[part[pair[begin]]] = np.add.reduceat(values[kept], begin)
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
    back = order_of(two.astype(np.int64), height)
    there, here = (np.searchsorted(ends, np.arange(height + 1)) for ends in (one, two[back]))
    for start, end in pairwise(_bounds((np.diff(there) + np.diff(here)).astype(np.float64), BLOCK)):
        forth, turned = slice(there[start], there[end]), back[here[start] : here[end]]
        sides = ((one[forth], two[forth], values[forth]), (two[turned], one[turned], values[turned]))
        keyed = [((rows.astype(np.int64) - start) * number + groups[ends], part) for rows, ends, part in sides]
        keys, sums = _both(keyed[0], keyed[1], (end - start) * number)
        rows, at = np.divmod(keys, max(number, 1))
        yield rows + start, at, sums


def _both(one: tuple[Ints, Floats], two: tuple[Ints, Floats], limit: int) -> tuple[Ints, Floats]:
    """The distinct keys of both with their sums; each side is added up for itself, so that blocks change no result."""
    if limit <= _SPARSE * (len(one[0]) + len(two[0])):
        first, second = (np.bincount(keys, weights=values, minlength=limit) for keys, values in (one, two))
        whole: Floats = (first + second).astype(np.float64)
        held = np.flatnonzero(whole).astype(np.int64)
        return held, whole[held]
    found = [_summed(keys, values, limit) for keys, values in (one, two)]
    keys = np.union1d(found[0][0], found[1][0])
    sums = np.zeros(len(keys))
    for some, part in found:
        sums[np.searchsorted(keys, some)] += part
    return keys, sums
