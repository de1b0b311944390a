"""How far assessors agree, by the kind of scale their scores are taken to be on, and what they say of each cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pan2kg.coherence.matrix import Floats
from pan2kg.coherence.scores import Scores


class Level(StrEnum):
    """What counts as a difference between two scores, from what policy asks first to what needs most of a scale."""

    SIGN = "sign"
    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


def alpha(ratings: Sequence[Sequence[float | None]], level: Level = Level.ORDINAL) -> float | None:
    """Krippendorff's alpha: 1 = full agreement, 0 = as by chance, below 0 = worse.

    α = 1 − D_o/D_e over the coincidences o_ck of values within a unit. The difference δ²_ck of two values is
    [c ≠ k] (nominal), (Σ_{g=c..k} n_g − (n_c + n_k)/2)² (ordinal), (c − k)² (interval) or ((c − k)/(c + k))² (ratio);
    *sign* is nominal on −, 0 and +. ``ratings`` has one row an assessor, one column a unit; None is not assessed. A
    unit that fewer than two assessed counts for nothing. None where there is no such unit, or all values are the same:
    nothing could disagree.

    Source: Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability. University of Pennsylvania; sign
    agreement is this project’s definition.

    Raises:
        ValueError: rows of different length; negative values at the level of ratios, which has a true zero.

    >>> alpha([[1, 2, 3], [1, 2, 3]]), alpha([[1, None], [None, 2]])
    (1.0, None)
    >>> alpha([[1, -1], [3, -2]], Level.SIGN)
    1.0
    """
    units = [[value for value in unit if value is not None] for unit in zip(*ratings, strict=True)]
    if level is Level.SIGN:
        units = [[float(np.sign(value)) for value in unit] for unit in units]
    paired = [Counter(unit) for unit in units if len(unit) > 1]
    values = sorted({value for unit in paired for value in unit})
    if level is Level.RATIO and any(value < 0 for unit in units for value in unit):
        raise ValueError("ratios need values from 0 up")
    if len(values) < 2:
        return None
    together = _coincidences(paired, values)
    counts = together.sum(axis=1)
    apart = _differences(np.array(values, dtype=np.float64), counts, level)
    expected = (np.outer(counts, counts) - np.diag(counts)) / (counts.sum() - 1)
    return float(1 - (together * apart).sum() / (expected * apart).sum())


def _coincidences(units: list[Counter[float]], values: list[float]) -> Floats:
    """o_ck: each ordered pair of values of a unit counts 1/(m−1), m the number of its values."""
    together = np.zeros((len(values), len(values)))
    for unit in units:
        given = np.array([unit[value] for value in values], dtype=np.float64)
        together += (np.outer(given, given) - np.diag(given)) / (given.sum() - 1)
    return together


def _differences(values: Floats, counts: Floats, level: Level) -> Floats:
    """δ²_ck of the values, which are in order."""
    if level is Level.ORDINAL:
        middle = np.cumsum(counts) - counts / 2
        return np.square(np.subtract.outer(middle, middle))
    if level is Level.INTERVAL:
        return np.square(np.subtract.outer(values, values))
    if level is Level.RATIO:
        both = np.add.outer(values, values)
        both[both == 0] = 1  # only 0 and 0, which do not differ
        return np.square(np.subtract.outer(values, values) / both)
    return 1 - np.eye(len(values))


def agreement(matrices: Iterable[Scores], level: Level = Level.ORDINAL) -> float | None:
    """Alpha of several assessors' matrices: each ordered pair of actions is a unit.

    Matrices may have different labels; a pair missing from one is not assessed there.

    Raises:
        ValueError: the matrices do not use the same scale, an assessor occurs twice, or ratios are asked of scores
            below 0.

    >>> from pan2kg.coherence.scores import scores_of
    >>> one = scores_of({("a", "b"): 2, ("b", "a"): -1}, assessor="x")
    >>> agreement([one, scores_of({("a", "b"): 2, ("b", "a"): -1}, assessor="y")])
    1.0
    """
    given = list(matrices)
    names = [scores.assessor for scores in given]
    if len({scores.scale.name for scores in given}) > 1 or len(set(names)) < len(names):
        raise ValueError("one matrix an assessor, all on the same scale")
    found = [{(one, two): score for one, two, score in scores.cells()} for scores in given]
    units = sorted({pair for cells in found for pair in cells})
    return alpha([[cells.get(unit) for unit in units] for cells in found], level)


@dataclass(frozen=True, slots=True)
class Opinions:
    """What assessors say of one cell: each by name, and never only their mean."""

    source: str
    target: str
    scores: tuple[tuple[str, float], ...]

    @property
    def mean(self) -> float:
        """The mean of the scores given; assessors who left the cell open are not counted."""
        return sum(score for _, score in self.scores) / len(self.scores)

    @property
    def least(self) -> float:
        """The lowest score given."""
        return min(score for _, score in self.scores)

    @property
    def greatest(self) -> float:
        """The highest score given."""
        return max(score for _, score in self.scores)


def opinions(matrices: Iterable[Scores]) -> tuple[Opinions, ...]:
    """Every cell that somebody assessed, with all that was said of it, by source and target.

    Raises:
        ValueError: the matrices do not use the same scale: their scores have no mean.

    >>> from pan2kg.coherence.scores import scores_of
    >>> cell, = opinions([scores_of({("a", "b"): 3}, assessor="x"), scores_of({("a", "b"): -2}, assessor="y")])
    >>> cell.mean, cell.least, cell.greatest, len(cell.scores)
    (0.5, -2, 3, 2)
    """
    given = list(matrices)
    if len({scores.scale.name for scores in given}) > 1:
        raise ValueError("all on the same scale")
    found: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for scores in given:
        for one, two, score in scores.cells():
            found.setdefault((one, two), []).append((scores.assessor, score))
    return tuple(Opinions(*pair, tuple(sorted(said))) for pair, said in sorted(found.items()))
