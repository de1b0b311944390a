"""The tree of texts and how common each text is among plans; and the one table of who names what, with its products.

A provision stands below its act, a national act below the one act it transposes or implements. A
use of a text is a use of every node above it. The fewer plans use a text or a node below it, the
more it weighs; logarithms are base 2.

What is shared by two rows of a table is summed over the columns both have, in the order of the
columns: the same numbers, to the last bit, as the products of sparse matrices in scipy, which is no
dependency.
"""

from collections.abc import Iterable, Iterator, Mapping, Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pan2kg.coherence.evidence import Level, Works, counts

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Bools = NDArray[np.bool_]

BLOCK = 250_000
"""How many products are summed in one go, so that they fit a processor's cache; changes no result."""


class Incidence:
    """A matrix of zeros and ones, kept as the sorted columns of each row; with the row of each one, and its sums."""

    __slots__ = ("columns", "counts", "height", "rows", "sizes", "starts", "width")

    def __init__(self, sizes: Ints, columns: Ints, width: int) -> None:
        self.sizes = sizes
        self.columns = columns
        self.width = width
        self.height = len(sizes)
        self.starts: Ints = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
        self.rows: Ints = np.repeat(np.arange(self.height, dtype=np.int64), sizes)
        self.counts: Ints = np.bincount(columns, minlength=width).astype(np.int64)

    @classmethod
    def of(
        cls, rows: Ints | list[int], columns: Ints | list[int], *, shape: tuple[int, int]
    ) -> "Incidence":
        height, width = shape
        keys = np.asarray(rows, dtype=np.int64) * width + np.asarray(columns, dtype=np.int64)
        ascending = keys[order_of(keys, height * width)]
        row_of, column_of = np.divmod(ascending[np.diff(ascending, prepend=-1) > 0], max(width, 1))
        return cls(np.bincount(row_of, minlength=height), column_of, width)

    @classmethod
    def named(
        cls, pairs: Iterable[tuple[str, str]], rows: Iterable[str], columns: Iterable[str]
    ) -> "Incidence":
        """A matrix of pairs of names; a pair whose first name has no row is left out."""
        row = {name: at for at, name in enumerate(rows)}
        column = {name: at for at, name in enumerate(columns)}
        row_places = []
        column_places = []
        for name, text in pairs:
            if name in row:
                row_places.append(row[name])
                column_places.append(column[text])
        return cls.of(row_places, column_places, shape=(len(row), len(column)))

    def row(self, index: int) -> Ints:
        """The columns of a row."""
        return self.columns[self.starts[index] : self.starts[index + 1]]

    def keep(self, wanted: Bools) -> "Incidence":
        """The matrix with those of its ones alone that are wanted, in the order of :attr:`columns`."""
        return Incidence(
            np.bincount(self.rows[wanted], minlength=self.height), self.columns[wanted], self.width
        )


def order_of(keys: Ints, limit: int) -> Ints:
    """The order in which whole numbers ≥ 0 and below ``limit`` ascend, equal ones as they stand.

    Source: Knuth, D. E. (1998). The Art of Computer Programming, vol. 3, §5.2.5 (sorting by
        distribution).
    """
    if len(keys) <= 2_000:  # comparing is faster
        return np.argsort(keys, kind="stable")
    # numpy sorts whole numbers of sixteen bits in linear time, and wider ones by comparing them
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    for shift in range(16, max(limit - 1, 0).bit_length(), 16):
        order = order[np.argsort((keys[order] >> shift).astype(np.uint16), kind="stable")]
    return order


def summed(keys: Ints, values: Floats, limit: int) -> tuple[Ints, Floats]:
    """The distinct keys, ascending, and the sum of the values of each, added one after the other as they stand.

    A key whose sum is 0 may be left out.
    """
    if limit <= 8 * len(keys):  # then all places are held rather than the numbers put into order
        dense = np.bincount(keys, weights=values, minlength=limit).astype(np.float64)
        distinct = np.flatnonzero(dense).astype(np.int64)
        return distinct, dense[distinct]
    order = order_of(keys, limit)
    ascending = keys[order]
    is_first = np.diff(ascending, prepend=-1) > 0
    sums = np.bincount(np.cumsum(is_first) - 1, weights=values[order])
    return ascending[is_first], sums.astype(np.float64)


def _ranges(starts: Ints, sizes: Ints) -> Ints:
    before = np.cumsum(sizes) - sizes
    return np.repeat(starts - before, sizes) + np.arange(int(sizes.sum()), dtype=np.int64)


def _cuts(costs: Ints, block: int) -> Iterator[tuple[int, int]]:
    cuts = [0, len(costs)] if len(costs) else [0]
    if len(costs):
        reached = np.cumsum(costs)
        steps = np.searchsorted(reached, np.arange(1, int(reached[-1]) // block + 1) * block)
        cuts[1:1] = sorted({int(step) + 1 for step in steps if step + 1 < len(costs)})
    return pairwise(cuts)


def overlaps(
    table: Incidence, weights: Floats, *, block: int = BLOCK
) -> Iterator[tuple[Indices, Indices, Floats]]:
    """The cells above the diagonal of table · diag(weights) · tableᵀ that are more than 0, in blocks of rows.

    They are sorted by row and column. The cost grows with Σ d², the number of pairs of rows that
    share a column, not with the square of the rows.
    """
    height = table.height
    order = order_of(table.columns, table.width)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order), dtype=np.int64)
    # of each one the rows below its own that have the same column: partners[first : first + number]
    partners = table.rows[order]
    start_of = place + 1
    number = np.cumsum(table.counts)[table.columns] - place - 1
    reached = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(number)])
    for start, end in _cuts(np.diff(reached[table.starts]), block):
        run = slice(int(table.starts[start]), int(table.starts[end]))
        rows = np.repeat(
            np.arange(end - start, dtype=np.int64), np.diff(table.starts[start : end + 1])
        )
        keys = np.repeat(rows, number[run]) * height + partners[_ranges(start_of[run], number[run])]
        cell, sums = summed(
            keys, np.repeat(weights[table.columns[run]], number[run]), (end - start) * height
        )
        lower, upper = np.divmod(cell[sums > 0], height)
        yield (lower + start).astype(np.int32), upper.astype(np.int32), sums[sums > 0]


def cells(table: Incidence, weights: Floats | None = None) -> tuple[Indices, Indices, Floats]:
    """All that :func:`overlaps` gives, in one: rows, columns and values; without weights each one counts 1."""
    blocks = list(overlaps(table, np.ones(table.width) if weights is None else weights))
    if not blocks:
        return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0)
    rows, columns, values = zip(*blocks, strict=True)
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(values)


def common(
    table: Incidence, weights: Floats, one: Indices, two: Indices, *, other: Incidence | None = None
) -> Floats:
    """What pairs of rows share, in weights: of each pair, row ``one`` of the table and ``two`` of it or of another."""
    right = table if other is None else other
    places = table.rows * table.width + table.columns
    sums = np.zeros(len(one))
    filled = np.flatnonzero((table.sizes > 0)[one] & (right.sizes > 0)[two])
    for start, end in _cuts(right.sizes[two[filled]], BLOCK):
        block = filled[start:end]
        sizes = right.sizes[two[block]]
        columns = right.columns[_ranges(right.starts[two[block]], sizes)]
        wanted = np.repeat(one[block].astype(np.int64), sizes) * table.width + columns
        is_shared = places[np.minimum(np.searchsorted(places, wanted), len(places) - 1)] == wanted
        values = weights[columns]
        weighing = np.flatnonzero(is_shared & (values != 0))
        pair = np.repeat(np.arange(end - start, dtype=np.int64), sizes)[weighing]
        begin = np.flatnonzero(np.diff(pair, prepend=-1))
        if len(begin):
            sums[block[pair[begin]]] = np.add.reduceat(values[weighing], begin)
    return sums


CARRIES_OUT = 1.0
SERVES = 0.5
MENTIONS = 0.25
"""How much of a use it is to carry a text out, to serve it, and only to mention it."""


class Use(NamedTuple):
    """A work's use of a text, how much of one it is (``share``, in [0,1]), and on whose word."""

    work: str
    text: str
    share: float
    level: Level | None
    link: str = ""

    def counts(self, at: Level) -> bool:
        """Whether it counts at a level: one without a share never does."""
        return self.share > 0 and counts(self.level, at)


class TextStep(NamedTuple):
    """A text stands below another, at a level.

    A provision stands below its act, a national act below the one it transposes.
    """

    text: str
    above: str
    level: Level | None


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """How common each text is, whatever the level: ``d`` of ``n`` plans use it or a node below it.

    ``ic`` = −log2((d+1)/(n+2)); ``gain`` = ic minus that of the node above, ≥ 0, and ic at a root.
    ``above`` is the index of the next node up, −1 at a root; ``step`` the level of that step, 0 at
    a root. ``release`` is the earlier one whose weights these are, empty where they are the graph's
    own, and ``fresh`` how many texts that one does not know.

    Source: information content of a concept, Resnik, P. (1995). Using information content to
    evaluate semantic similarity in a taxonomy. IJCAI, 448–453; (d+1)/(n+2) is Laplace's rule of
    succession.
    """

    texts: tuple[str, ...]
    above: Ints
    step: Ints
    general: Bools
    d: Ints
    n: int
    ic: Floats
    gain: Floats
    release: str = ""
    fresh: int = 0

    def reached(self, text: str, at: Level) -> tuple[str, ...]:
        """A text and those it stands below at a level, from itself upwards; none of a text that is not among these."""
        if text not in self.texts:
            return ()
        return tuple(self.texts[node] for node in self.line(self.texts.index(text), at))

    def line(self, node: int, at: Level) -> Iterator[int]:
        """The same by its place among the texts."""
        yield node
        while self.above[node] >= 0 and self.step[node] <= at:
            node = int(self.above[node])
            yield node


class Earlier(NamedTuple):
    """The weights of an earlier release: of each text ``d``, ``ic`` and ``gain``, as in :class:`Weights`."""

    release: str
    n: int
    texts: Mapping[str, tuple[int, float, float]]


def on_earlier(earlier: Earlier, weights: Weights) -> Weights:
    """The weights of an earlier release in place of the graph's own; a text that one does not know keeps its own.

    The tree, and what is general, stay the graph's. So two releases differ by what their plans name
    and not because a text has become commoner.

    Source: ILO et al. (2004). Consumer Price Index Manual: Theory and Practice, ch. 15 (Laspeyres:
        a fixed base).
    """
    d = weights.d.copy()
    ic = weights.ic.copy()
    gain = weights.gain.copy()
    shared = [at for at, text in enumerate(weights.texts) if text in earlier.texts]
    for at in shared:
        d[at], ic[at], gain[at] = earlier.texts[weights.texts[at]]
    fresh = len(weights.texts) - len(shared)
    return replace(
        weights, d=d, n=earlier.n, ic=ic, gain=gain, release=earlier.release, fresh=fresh
    )


def weigh(
    works: Works,
    uses: Iterable[Use],
    steps: Iterable[TextStep] = (),
    general: AbstractSet[str] = frozenset(),
) -> Weights:
    """How common each text is among the plans: of those that are used, and all they stand below.

    ``d`` plans of ``n`` with any text reach a text; its information content is −log2((d+1)/(n+2))
    bits, and its gain what it has beyond the text above it.
    """
    plan = {iri: at for at, iri in enumerate(works.plans)}
    home = {work: plan[iri] for work, iri in works.home.items() if iri in plan} | plan
    used = [use for use in uses if use.counts(Level.EDITORS) and use.work in home]
    up = _steps_up(steps)
    texts_named = {use.text for use in used}
    texts = tuple(sorted(texts_named.union(*(_path(up, text) for text in texts_named))))
    place = {text: at for at, text in enumerate(texts)}
    above = np.array(
        [place[up[text].above] if text in up else -1 for text in texts], dtype=np.int64
    )
    levels = np.array([up[text].level if text in up else 0 for text in texts], dtype=np.int64)
    rows = np.array([home[use.work] for use in used], dtype=np.int64)
    columns = np.array([place[use.text] for use in used], dtype=np.int64)
    table = _climbed(rows, columns, above, (len(works.plans), len(texts)))
    n = int(np.count_nonzero(table.sizes))
    d = table.counts
    ic = -np.log2((d + 1) / (n + 2))
    gain = np.where(above >= 0, ic - ic[above], ic) if len(texts) else ic
    is_general = np.array([text in general for text in texts], dtype=np.bool_)
    return Weights(texts, above, levels, is_general, d, n, ic, gain)


class _StepUp(NamedTuple):
    """The text just above another, and the level of that step."""

    above: str
    level: Level


def _path(up: Mapping[str, _StepUp], text: str) -> list[str]:
    """The texts a text stands below, one step after the other."""
    passed = []
    while text in up:
        text = up[text].above
        passed.append(text)
    return passed


def _steps_up(steps: Iterable[TextStep]) -> dict[str, _StepUp]:
    """One step up for each text: the firmest, then the first by address.

    A step that would close a circle is left out.
    """
    usable = []
    for text, above, at in steps:
        if at is not None and counts(at, Level.EDITORS):
            usable.append((text, at, above))
    up: dict[str, _StepUp] = {}
    for text, at, above in sorted(usable):
        if text not in up and text not in {above, *_path(up, above)}:
            up[text] = _StepUp(above, at)
    return up


def _climbed(
    rows: Ints,
    columns: Ints,
    above: Ints,
    shape: tuple[int, int],
) -> Incidence:
    # plans × texts: what they use, and all that stands above it
    climbed = [(rows, columns)]
    while len(columns):
        has_above = above[columns] >= 0
        rows = rows[has_above]
        columns = above[columns[has_above]]
        climbed.append((rows, columns))
    all_rows, all_columns = (np.concatenate(side) for side in zip(*climbed, strict=True))
    return Incidence.of(all_rows, all_columns, shape=shape)
