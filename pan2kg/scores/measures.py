"""Signed interaction: what an action gives and takes, positive and negative apart, and how far assessors agree.

An empty cell is not assessed. It is never a 0: it enters no sum, it lowers the coverage, and it widens ranks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import product
from typing import Final, NamedTuple

import numpy as np

from pan2kg.coherence.texts import Floats
from pan2kg.scores.matrix import Scores, summable

WEIGHT: Final = 0.5
"""How much an effect over one action in between counts."""


class Sums(NamedTuple):
    positive: float
    negative: float
    net: float
    scored: int

    @classmethod
    def of(cls, line: Floats) -> Sums:
        assessed = line[~np.isnan(line)]
        positive = float(assessed[assessed > 0].sum())
        negative = float(assessed[assessed < 0].sum())
        return cls(positive, negative, positive + negative, len(assessed))


def sums(scores: Scores) -> list[tuple[str, Sums, Sums]]:
    """Of each label the out-sums Σ_j x_ij and in-sums Σ_j x_ji, positive and negative apart, in the order of labels.

    On a scale from l to h a positive side lies in [0, h(n−1)], a negative one in [l(n−1), 0].

    Source: Weitz, N., Carlsen, H., Nilsson, M. & Skånberg, K. (2018). Towards systemic and contextual priority
    setting for implementing the 2030 Agenda. Sustainability Science 13, 531–548.

    >>> from pan2kg.scores.matrix import scores_of
    >>> (_, given, taken), *_ = sums(scores_of({("a", "b"): 3, ("a", "c"): -3, ("b", "a"): 1}))
    >>> given.net, given.positive, given.negative, taken.net
    (0.0, 3.0, -3.0, 1.0)
    """
    rows = zip(scores.labels, scores.values, scores.values.T, strict=True)
    return [(label, Sums.of(row), Sums.of(column)) for label, row, column in rows]


def coverage(scores: Scores) -> float | None:
    n = len(scores.labels)
    return len(list(scores.cells())) / (n * (n - 1)) if n > 1 else None


EffectPath = tuple[str, str, str, float, float]
"""An effect over one action: start, what is between, end, and both scores."""


class SecondOrder(NamedTuple):
    label: str
    direct: float
    total: float
    without_return: float
    double_negatives: tuple[EffectPath, ...]


def second_order(scores: Scores, *, weight: float = WEIGHT) -> tuple[SecondOrder, ...]:
    """I_i = D_i + w Σ_j x_ij D_j with D_i = Σ_j x_ij; without return paths less w Σ_j x_ij x_ji.

    Cells that are not assessed open no path. In the order of the labels.

    Source: Weitz et al. (2018), as for :func:`sums`; the variant leaves out the way back to i itself.

    >>> from pan2kg.scores.matrix import scores_of
    >>> cells = {("a", "b"): 2, ("a", "c"): -1, ("b", "a"): 1, ("b", "c"): 3, ("c", "a"): 0, ("c", "b"): -2}
    >>> [(row.direct, row.total, row.without_return) for row in second_order(scores_of(cells))]
    [(1.0, 6.0, 5.0), (4.0, 1.5, 3.5), (-2.0, -6.0, -3.0)]
    """
    x = np.nan_to_num(scores.values, nan=0.0)
    direct = x.sum(axis=1)
    total = direct + weight * (x @ direct)
    alone = total - weight * (x * x.T).sum(axis=1)
    negatives = [cell for cell in scores.cells() if cell[2] < 0]
    double: dict[str, list[EffectPath]] = {label: [] for label in scores.labels}
    for (start, over, score), (middle, end, further) in product(negatives, negatives):
        if over == middle:
            double[start].append((start, over, end, score, further))
    influences = zip(direct.tolist(), total.tolist(), alone.tolist(), strict=True)
    rows = zip(scores.labels, influences, strict=True)
    return tuple(SecondOrder(label, own, both, less, tuple(double[label])) for label, (own, both, less) in rows)


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

    place = 1 + how many have a higher net; equal nets share a place. best: own cells at the highest score, the others'
    at the lowest; worst: the reverse. Sorted by place, then label.

    Source: interval analysis (Moore, R. E. (1966). Interval Analysis. Prentice-Hall), competition ranking.

    >>> from pan2kg.scores.matrix import scores_of
    >>> [(row.label, row.place, row.best, row.worst) for row in ranks(scores_of({("a", "b"): 2}))]
    [('a', 1, 1, 2), ('b', 2, 1, 2)]
    """
    net = np.nansum(scores.values, axis=1) if scores.labels else np.zeros(0)
    lowest, highest = scores.scale.lowest, scores.scale.highest
    unassessed = np.isnan(scores.values).sum(axis=1) - 1
    rows = []
    for i, label in enumerate(scores.labels):
        marks = [(net, net[i])]
        if lowest is not None and highest is not None:
            low, high = net + lowest * unassessed, net + highest * unassessed
            marks += [(low, high[i]), (high, low[i])]
        # sums of decimals that are equal may differ a little: 0.1 + 0.2 is not 0.3 in floating point
        places = [1 + int((np.delete(values, i) > mark + 1e-9).sum()) for values, mark in marks]
        rows.append(Rank(label, float(net[i]), places[0], *(places[1:] or (None, None))))
    return tuple(sorted(rows, key=lambda row: (row.place, row.label)))


def grouped(scores: Scores, groups: Mapping[str, str]) -> tuple[tuple[str, str, Sums, int], ...]:
    """The sums between groups of labels, as of targets between goals or of actions between plans.

    Each is what the members of one group do to those of another: both groups, the sums, and of how many cells.

    ``groups`` holds the group of each label; those without one enter no sum. Within a group a label and itself are no
    cell. By group and other group; pairs without any cell are left out.

    Source: this project’s definition: sums of the block of the matrix, with the number of assessed cells.
    """
    names = sorted(set(groups.values()))
    members = {name: [at for at, label in enumerate(scores.labels) if groups.get(label) == name] for name in names}
    rows = []
    for group, target_group in product(names, names):
        block = scores.values[np.ix_(members[group], members[target_group])]
        cells = block.size - (len(members[group]) if group == target_group else 0)
        if cells:
            rows.append((group, target_group, Sums.of(block.ravel()), cells))
    return tuple(rows)


class ScaleLevel(StrEnum):
    SIGN = "sign"
    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


def alpha(ratings: Sequence[Sequence[float | None]], level: ScaleLevel = ScaleLevel.ORDINAL) -> float | None:
    """Krippendorff's alpha: 1 = full agreement, 0 = as by chance, below 0 = worse.

    α = 1 − D_o/D_e over the coincidences o_ck of values within a unit. The difference δ²_ck of two values is
    [c ≠ k] (nominal), (Σ_{g=c..k} n_g − (n_c + n_k)/2)² (ordinal), (c − k)² (interval) or ((c − k)/(c + k))² (ratio);
    *sign* is nominal on −, 0 and +. ``ratings`` has one row an assessor, one column a unit; None is not assessed. A
    unit that fewer than two assessed counts for nothing. None where there is no such unit, or all values are the same:
    nothing could disagree.

    Source: Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability. University of Pennsylvania; sign
    agreement is this project’s definition.

    >>> alpha([[1, 2, 3], [1, 2, 3]]), alpha([[1, None], [None, 2]]), alpha([[1, -1], [3, -2]], ScaleLevel.SIGN)
    (1.0, None, 1.0)
    """
    units = [[value for value in unit if value is not None] for unit in zip(*ratings, strict=True)]
    if level is ScaleLevel.SIGN:
        units = [[float(np.sign(value)) for value in unit] for unit in units]
    paired = [Counter(unit) for unit in units if len(unit) > 1]
    distinct = sorted({value for unit in paired for value in unit})
    if level is ScaleLevel.RATIO and any(value < 0 for unit in units for value in unit):
        raise ValueError("ratios need values from 0 up")
    if len(distinct) < 2:
        return None
    # o_ck: each ordered pair of values of a unit counts 1/(m−1), m the number of its values
    together = np.zeros((len(distinct), len(distinct)))
    for unit in paired:
        number = np.array([unit[value] for value in distinct], dtype=np.float64)
        together += (np.outer(number, number) - np.diag(number)) / (number.sum() - 1)
    values, totals = np.array(distinct, dtype=np.float64), together.sum(axis=1)
    if level is ScaleLevel.ORDINAL:
        values = np.cumsum(totals) - totals / 2
    apart = np.square(np.subtract.outer(values, values))
    if level is ScaleLevel.RATIO:
        both = np.add.outer(values, values)
        apart = np.square(np.subtract.outer(values, values) / np.where(both == 0, 1, both))  # 0 and 0 do not differ
    elif level in {ScaleLevel.SIGN, ScaleLevel.NOMINAL}:
        apart = 1 - np.eye(len(values))
    expected = (np.outer(totals, totals) - np.diag(totals)) / (totals.sum() - 1)
    return float(1 - (together * apart).sum() / (expected * apart).sum())


def agreement(matrices: Iterable[Scores], level: ScaleLevel = ScaleLevel.ORDINAL) -> float | None:
    """Alpha of several assessors' matrices: each ordered pair of actions is a unit.

    Matrices may have different labels; a pair missing from one is not assessed there.
    """
    every = list(matrices)
    if len({scores.scale.name for scores in every}) > 1 or len({scores.assessor for scores in every}) < len(every):
        raise ValueError("one matrix an assessor, all on the same scale")
    cells = [{(source, target): score for source, target, score in scores.cells()} for scores in every]
    units = sorted({pair for assessed in cells for pair in assessed})
    return alpha([[assessed.get(unit) for unit in units] for assessed in cells], level)


Opinions = tuple[str, str, tuple[tuple[str, float], ...]]
"""What was said of a cell: source, target, and assessors with their scores."""


def opinions(matrices: Iterable[Scores]) -> tuple[Opinions, ...]:
    """Every cell that somebody assessed, with all that was said of it, by source and target.

    >>> from pan2kg.scores.matrix import scores_of
    >>> opinions([scores_of({("a", "b"): 3}, assessor="x"), scores_of({("a", "b"): -2}, assessor="y")])
    (('a', 'b', (('x', 3), ('y', -2))),)
    """
    every = list(matrices)
    if len({scores.scale.name for scores in every}) > 1:
        raise ValueError("all on the same scale")
    by_cell: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for scores in every:
        for source, target, score in scores.cells():
            by_cell.setdefault((source, target), []).append((scores.assessor, score))
    return tuple((*pair, tuple(sorted(opinion))) for pair, opinion in sorted(by_cell.items()))


def judged(home: Mapping[str, str], matrices: Iterable[Scores]) -> dict[tuple[str, str], tuple[float, float, int]]:
    """Experts' scores between the actions of each pair of plans of which any are known, by their IRIs in order.

    Both ways: the positive and the negative apart, and of how many cells. Scores on several scales have no sum: then
    only those from −3 to +3 are taken. Where several assessed a cell, their positive and negative scores are averaged
    each for itself.

    Source: it follows the cross-impact matrices of Weitz et al. (2018), Sustainability Science 13, 531–548.
    """
    scored: dict[tuple[str, str], dict[tuple[str, str], list[float]]] = {}
    for matrix in summable(matrices):
        for source, target, score in matrix.cells():
            if source in home and target in home and home[source] != home[target]:
                pair = min(home[source], home[target]), max(home[source], home[target])
                scored.setdefault(pair, {}).setdefault((source, target), []).append(score)
    by_pair = {}
    for pair, cells in scored.items():
        positive, negative = (
            sum(sum(side(score, 0) for score in opinion) / len(opinion) for opinion in cells.values())
            for side in (max, min)
        )
        by_pair[pair] = positive, negative, len(cells)
    return by_pair
