"""Signed interaction: what an action gives and takes, positive and negative apart, and how far assessors agree.

An empty cell is not assessed. It is never a 0: it enters no sum, it lowers the coverage, and it
widens ranks. The tables of :mod:`pan2kg.scores.tables` show what is computed here of
:class:`pan2kg.graph.scores.Scores`.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pan2kg.coherence.agreement import ScaleLevel, alpha
from pan2kg.coherence.texts import Floats, Ints
from pan2kg.errors import QueryError
from pan2kg.graph.scores import Scores

WEIGHT = 0.5
"""How much an effect over one action in between counts."""
_CLOSE_SUM = 1e-9
"""By how much at most two sums of decimals differ that are equal."""

Cell = tuple[str, str]
"""The labels of what acts, and of what it acts on."""


class Sums(NamedTuple):
    """The sums of some cells, positive and negative scores apart; ``scored`` is how many are assessed."""

    positive: float
    negative: float
    net: float
    scored: int

    @classmethod
    def of(cls, cells: Floats) -> "Sums":
        """The sums of cells, NaN where one is not assessed."""
        assessed = cells[~np.isnan(cells)]
        positive = float(assessed[assessed > 0].sum())
        negative = float(assessed[assessed < 0].sum())
        return cls(positive, negative, positive + negative, len(assessed))


class LabelSums(NamedTuple):
    """What a label does to all others, and what they do to it."""

    label: str
    given: Sums
    taken: Sums


def sums(scores: Scores) -> list[LabelSums]:
    """Of each label the out-sums Σ_j x_ij and in-sums Σ_j x_ji, positive and negative apart, in the order of labels.

    On a scale from l to h a positive side lies in [0, h(n−1)], a negative one in [l(n−1), 0].

    Source: Weitz, N., Carlsen, H., Nilsson, M. & Skånberg, K. (2018). Towards systemic and
    contextual priority setting for implementing the 2030 Agenda. Sustainability Science 13,
    531–548.

    >>> from pan2kg.graph.scores import scores_of
    >>> (_, given, taken), *_ = sums(scores_of({("a", "b"): 3, ("a", "c"): -3, ("b", "a"): 1}))
    >>> given.net, given.positive, given.negative, taken.net
    (0.0, 3.0, -3.0, 1.0)
    """
    rows = zip(scores.labels, scores.values, scores.values.T, strict=True)
    return [LabelSums(label, Sums.of(row), Sums.of(column)) for label, row, column in rows]


def coverage(scores: Scores) -> float | None:
    """The share of the cells that are assessed, in [0, 1]; None where there is no cell."""
    n = len(scores.labels)
    return len(list(scores.cells())) / (n * (n - 1)) if n > 1 else None


class EffectPath(NamedTuple):
    """An effect over one action ``between``: the scores of it and of the further effect."""

    start: str
    between: str
    end: str
    score: float
    further: float


class SecondOrder(NamedTuple):
    """How far a label reaches: by itself (``direct``), over one more (``total``), and without the way back to it.

    ``double_negatives`` are the paths on which two negative effects make a positive one.
    """

    label: str
    direct: float
    total: float
    without_return: float
    double_negatives: tuple[EffectPath, ...]


def second_order(scores: Scores) -> tuple[SecondOrder, ...]:
    """I_i = D_i + w Σ_j x_ij D_j with D_i = Σ_j x_ij; without return paths less w Σ_j x_ij x_ji.

    The weight w is :data:`WEIGHT`. Cells that are not assessed open no path. In the order of the
    labels.

    Source: Weitz et al. (2018), as for :func:`sums`; the variant leaves out the way back to i
        itself.

    >>> from pan2kg.graph.scores import scores_of
    >>> cells = {("a", "b"): 2, ("a", "c"): -1, ("b", "a"): 1, ("b", "c"): 3, ("c", "a"): 0, ("c", "b"): -2}
    >>> [(row.direct, row.total, row.without_return) for row in second_order(scores_of(cells))]
    [(1.0, 6.0, 5.0), (4.0, 1.5, 3.5), (-2.0, -6.0, -3.0)]
    """
    x = np.nan_to_num(scores.values, nan=0.0)
    direct = x.sum(axis=1)
    total = direct + WEIGHT * (x @ direct)
    alone = total - WEIGHT * (x * x.T).sum(axis=1)
    double: dict[str, list[EffectPath]] = {label: [] for label in scores.labels}
    negatives = {(start, end): score for start, end, score in scores.cells() if score < 0}
    for (start, between), score in negatives.items():
        for (middle, end), further in negatives.items():
            if between == middle:
                double[start].append(EffectPath(start, between, end, score, further))
    return tuple(
        SecondOrder(label, float(direct[i]), float(total[i]), float(alone[i]), tuple(double[label]))
        for i, label in enumerate(scores.labels)
    )


class Rank(NamedTuple):
    """An action's place by net out-sum, and the best and worst it could have once all cells are assessed.

    Both are None where the scale has no bounds: a cell not assessed could then hold anything.
    """

    label: str
    net: float
    place: int
    best: int | None
    worst: int | None


def ranks(scores: Scores) -> tuple[Rank, ...]:
    """Places by net out-sum with the interval they can lie in: cells not assessed at the ends of the scale.

    place = 1 + how many have a higher net; equal nets share a place. best: own cells at the highest
    score, the others' at the lowest; worst: the reverse. Sorted by place, then label.

    Source: interval analysis (Moore, R. E. (1966). Interval Analysis. Prentice-Hall), competition
        ranking.

    >>> from pan2kg.graph.scores import scores_of
    >>> [(row.label, row.place, row.best, row.worst) for row in ranks(scores_of({("a", "b"): 2}))]
    [('a', 1, 1, 2), ('b', 2, 1, 2)]
    """
    net = np.nansum(scores.values, axis=1) if scores.labels else np.zeros(0)
    lowest = scores.scale.lowest
    highest = scores.scale.highest
    unassessed = np.isnan(scores.values).sum(axis=1) - 1
    rows = []
    for i, label in enumerate(scores.labels):
        best = None
        worst = None
        if lowest is not None and highest is not None:
            low = net + lowest * unassessed
            high = net + highest * unassessed
            best = _place(high[i], low, i)
            worst = _place(low[i], high, i)
        rows.append(Rank(label, float(net[i]), _place(net[i], net, i), best, worst))
    return tuple(sorted(rows, key=lambda row: (row.place, row.label)))


def _place(mark: float, nets: Floats, i: int) -> int:
    """The place of label ``i`` with this mark, where the others have these nets."""
    # sums of decimals that are equal may differ a little: 0.1 + 0.2 is not 0.3 in floating point
    return 1 + int((np.delete(nets, i) > mark + _CLOSE_SUM).sum())


class GroupSums(NamedTuple):
    """What the members of one group do to those of another: the sums, and of how many ``cells``."""

    group: str
    target_group: str
    sums: Sums
    cells: int


def grouped(scores: Scores, groups: Mapping[str, str]) -> tuple[GroupSums, ...]:
    """The sums between groups of labels, as of targets between goals or of actions between plans.

    ``groups`` holds the group of each label; those without one enter no sum. Within a group a label
    and itself are no cell. By group and other group; pairs without any cell are left out.

    Source: this project’s definition: sums of the block of the matrix, with the number of assessed
        cells.
    """
    names = sorted(set(groups.values()))
    members = {
        name: [at for at, label in enumerate(scores.labels) if groups.get(label) == name]
        for name in names
    }
    rows = []
    for group, target_group in product(names, names):
        block = scores.values[np.ix_(members[group], members[target_group])]
        cells = block.size - (len(members[group]) if group == target_group else 0)
        if cells:
            rows.append(GroupSums(group, target_group, Sums.of(block.ravel()), cells))
    return tuple(rows)


def agreement(matrices: Iterable[Scores], level: ScaleLevel = ScaleLevel.ORDINAL) -> float | None:
    """Alpha of several assessors' matrices: each ordered pair of actions is a unit.

    Matrices may have different labels; a pair missing from one is not assessed there. None where no
    two values can be compared.

    Raises:
        ValueError: an assessor has two matrices, or they are on different scales.
    """
    every = list(matrices)
    scales = {scores.scale.name for scores in every}
    assessors = {scores.assessor for scores in every}
    if len(scales) > 1 or len(assessors) < len(every):
        raise ValueError("one matrix an assessor, all on the same scale")
    cells = [
        {(source, target): score for source, target, score in scores.cells()} for scores in every
    ]
    units = sorted({pair for assessed in cells for pair in assessed})
    return alpha([[assessed.get(unit) for unit in units] for assessed in cells], level)


class Opinions(NamedTuple):
    """What was said of a cell: the score of each assessor who scored it, by their names."""

    source: str
    target: str
    scores: dict[str, float]


def opinions(matrices: Iterable[Scores]) -> tuple[Opinions, ...]:
    """Every cell that somebody assessed, with all that was said of it, by source and target.

    Raises:
        ValueError: the matrices are on different scales.

    >>> from pan2kg.graph.scores import scores_of
    >>> opinions([scores_of({("a", "b"): 3}, assessor="x"), scores_of({("a", "b"): -2}, assessor="y")])
    (Opinions(source='a', target='b', scores={'x': 3, 'y': -2}),)
    """
    every = sorted(matrices, key=lambda scores: scores.assessor)
    if len({scores.scale.name for scores in every}) > 1:
        raise ValueError("all on the same scale")
    by_cell: dict[Cell, dict[str, float]] = {}
    for scores in every:
        for source, target, score in scores.cells():
            by_cell.setdefault((source, target), {})[scores.assessor] = score
    return tuple(Opinions(*cell, of_cell) for cell, of_cell in sorted(by_cell.items()))


class Dematel(NamedTuple):
    """The total influence ``total[i, j]`` of label i on label j, direct and indirect, and its sums.

    ``given_positive`` and ``given_negative`` are the row sums D⁺ and D⁻ of the positive and the
    negative part, ``taken_positive`` and ``taken_negative`` the column sums R⁺ and R⁻. Prominence
    D⁺ + R⁺ and relation D⁺ − R⁺ are None where a score is negative. ``divisor`` is s, by which
    scores were divided, ``coverage`` the share assessed.
    """

    labels: tuple[str, ...]
    divisor: float
    coverage: float | None
    total: Floats
    given_positive: Floats
    given_negative: Floats
    taken_positive: Floats
    taken_negative: Floats
    prominence: Floats | None
    relation: Floats | None

    @classmethod
    def of(cls, scores: Scores, divisor: float, total: Floats) -> "Dematel":
        """The sums of a total influence."""
        positive = np.maximum(total, 0)
        negative = total - positive
        given = positive.sum(axis=1)
        taken = positive.sum(axis=0)
        is_signed = (scores.values < 0).any()
        return cls(
            scores.labels,
            divisor,
            coverage(scores),
            total,
            given,
            negative.sum(axis=1),
            taken,
            negative.sum(axis=0),
            None if is_signed else given + taken,
            None if is_signed else given - taken,
        )


def dematel(scores: Scores) -> Dematel:
    """T = (X/s)(I − X/s)⁻¹ = Σ_{k ≥ 1} (X/s)^k, with s = max(max_i Σ_j |x_ij|, max_j Σ_i |x_ij|).

    Cells that are not assessed and the diagonal are 0. A matrix of zeros has the total influence 0.

    Source: Gabus, A. & Fontela, E. (1972). World problems, an invitation to further thought within
    the framework of DEMATEL. Battelle Geneva Research Centre; with positive and negative influence
    apart: Xiao, H. et al. (2022). Synergies and trade-offs across sustainable development goals: A
    novel method incorporating indirect interactions analysis. Sustainable Development.

    >>> from pan2kg.graph.scores import scores_of
    >>> cells = {("a", "b"): 2, ("a", "c"): -1, ("b", "a"): 1, ("b", "c"): 3, ("c", "b"): -2}
    >>> influence = dematel(scores_of(cells))
    >>> influence.divisor, influence.given_positive.round(6).tolist(), influence.coverage == 1
    (4.0, [0.74359, 0.769231, 0.0], False)
    """
    x = np.nan_to_num(scores.values, nan=0.0)
    size = np.abs(x)
    divisor = max(float(size.sum(axis=axis).max()) for axis in (0, 1)) if size.size else 0.0
    if divisor == 0:
        return Dematel.of(scores, divisor, x)
    x = x / divisor
    if np.abs(np.linalg.eigvals(x)).max() > 1 - 1e-9:
        raise QueryError("dematel-endless", remedy="chains-instead", assessor=scores.assessor)
    # (I − X/s)⁻¹ is made of X/s alone, so the order of the two factors does not matter.
    return Dematel.of(scores, divisor, np.linalg.solve(np.eye(len(x)) - x, x).astype(np.float64))


CUT = 0.01
"""The size below which a chain is not followed any further."""
MOST = 2_000_000
"""How many chains are counted before the question is refused."""
SHOWN = 3
"""How many of the greatest chains of a cell are kept."""

_CUTS = (
    0.001,
    0.002,
    0.005,
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.5,
    1.0,
)
"""The cuts that are offered where one leaves too many chains."""
_CELLS = 4_000_000
"""How many ways to go on are looked at at once, for the sake of memory."""
_CLOSE = 1e-12
"""How far a product may be from the cut by rounding alone, as (1/10)·(1/10) is."""
_SIZE_DECIMALS = 9
"""Chains whose sizes are the same to so many decimals are equally great."""


class Chain(NamedTuple):
    """The members of a chain from the first to the last, and its value in [−1, 1]."""

    members: tuple[str, ...]
    value: float


class Chains(NamedTuple):
    """The summed values ``total[i, j]`` of all chains from label i to label j, 0 on the diagonal.

    ``counts`` holds how many chains each cell sums up, ``greatest`` the three greatest by size of
    each cell that has any, by (first, last) label. ``unit`` is M, the score whose value is 1, and
    ``cut`` where chains were cut.
    """

    labels: tuple[str, ...]
    total: Floats
    counts: Ints
    greatest: Mapping[Cell, tuple[Chain, ...]]
    unit: float
    cut: float

    @property
    def number(self) -> int:
        """How many chains there are in all."""
        return int(self.counts.sum())


class _Front(NamedTuple):
    """Chains of one length: their members by place, one row a chain, and their values."""

    members: NDArray[np.int16]
    values: Floats


def chains(scores: Scores, *, cut: float = CUT) -> Chains:
    """Every chain without a repeated member, valued Π x/M and summed up by its first and last member.

    M = max(|lowest|, |highest|) of the scale, without bounds the greatest |x|. A chain whose size
    is below ``cut``, in [0, 1], is left out with all that goes on from it; so are cells of 0 and
    cells not assessed. Of the greatest, equal ones stand by length, then by the order of labels.

    Source: Panula-Ontto, J. & Piirainen, K. A. (2018). EXIT: An alternative approach for structural
    cross-impact modeling and analysis. Technological Forecasting and Social Change 137, 89–100.

    >>> from pan2kg.graph.scores import scores_of
    >>> cells = {("a", "b"): 2, ("a", "c"): -1, ("b", "a"): 1, ("b", "c"): 3, ("c", "b"): -2}
    >>> every = chains(scores_of(cells))
    >>> every.number, every.total.round(6).tolist()[0], every.greatest["a", "c"][0][0]
    (9, [0.0, 0.888889, 0.333333], ('a', 'b', 'c'))
    """
    x = np.nan_to_num(scores.values, nan=0.0)
    scale = scores.scale
    labels = scores.labels
    n = len(scores.labels)
    unit = float(np.abs(x).max(initial=0.0))
    if scale.lowest is not None and scale.highest is not None:
        unit = float(max(abs(scale.lowest), abs(scale.highest)))
    if unit:
        x = x / unit
    total = np.zeros(n * n)
    counts = np.zeros(n * n, dtype=np.int64)
    greatest: dict[Cell, tuple[Chain, ...]] = {}
    for members, values in _fronts(x, cut):
        cells = members[:, 0].astype(np.intp) * n + members[:, -1]
        total += np.bincount(cells, values, n * n)
        counts += np.bincount(cells, minlength=n * n)
        if counts.sum() > MOST:
            raise _too_many(x, cut, scores.assessor)
        # the greatest of each cell in this piece, then the greatest of these and those before
        order = np.lexsort((-np.abs(values).round(_SIZE_DECIMALS), cells))
        rank = np.arange(len(order)) - np.searchsorted(cells[order], cells[order])
        for at in order[rank < SHOWN].tolist():
            chain = Chain(tuple(labels[i] for i in members[at].tolist()), float(values[at]))
            ends = (chain.members[0], chain.members[-1])
            of_cell = [*greatest.get(ends, ()), chain]
            of_cell.sort(key=lambda chain: -round(abs(chain.value), _SIZE_DECIMALS))
            greatest[ends] = tuple(of_cell[:SHOWN])
    return Chains(labels, total.reshape(n, n), counts.reshape(n, n), greatest, unit, cut)


def _too_many(x: Floats, cut: float, assessor: str) -> QueryError:
    """What to say of too many chains: the lowest of some round cuts that would leave few enough, if there is one."""
    higher = [value for value in _CUTS if value > cut]

    def is_enough(value: float) -> bool:
        return sum(len(front.values) for front in _fronts(x, value)) <= MOST

    # the higher the cut, the fewer chains
    place = bisect_left(higher, True, key=is_enough)  # noqa: FBT003  # the first of those for which it is true
    remedy = "raise-cut" if place < len(higher) else "fewer-members"
    enough = str(higher[place]) if place < len(higher) else ""
    return QueryError("too-many-chains", remedy=remedy, assessor=assessor, most=MOST, cut=enough)


def _fronts(x: Floats, cut: float) -> Iterator[_Front]:
    """All chains, the shorter before the longer, in pieces that fit into memory; no more than a piece beyond the most.

    All chains of a length are kept until they have been made longer.
    """
    fronts = [_Front(np.arange(len(x), dtype=np.int16).reshape(-1, 1), np.ones(len(x)))]
    number = 0
    rows = max(1, _CELLS // max(1, len(x)))
    while fronts:
        longer = []
        for front in fronts:
            for start in range(0, len(front.values), rows):
                members = front.members[start : start + rows]
                values = front.values[start : start + rows]
                further = values[:, None] * x[members[:, -1]]
                goes_on = (np.abs(further) >= cut - _CLOSE) & (further != 0)
                np.put_along_axis(goes_on, members.astype(np.intp), values=False, axis=1)
                before, after = goes_on.nonzero()
                if len(before):
                    longer_members = np.column_stack([members[before], after.astype(np.int16)])
                    piece = _Front(longer_members, further[before, after])
                    yield piece
                    longer.append(piece)
                    number += len(before)
                    if number > MOST:
                        return
        fronts = longer
