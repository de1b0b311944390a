"""How far assessors agree, for scores with an order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pan2kg.coherence.matrix import Floats

if TYPE_CHECKING:
    from pan2kg.coherence.scores import Scores


def alpha(ratings: Sequence[Sequence[int | None]]) -> float | None:
    """Krippendorff's alpha for ordinal data: 1 = full agreement, 0 = as by chance, below 0 = worse.

    α = 1 − D_o/D_e over the coincidences o_ck of values within a unit, with the ordinal difference
    δ²_ck = (Σ_{g=c..k} n_g − (n_c + n_k)/2)². ``ratings`` has one row an assessor, one column a unit; None
    is not assessed. A unit that fewer than two assessed counts for nothing. None where there is no such unit, or
    all values are the same: nothing could disagree.

    Source: Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability. University of Pennsylvania.

    Raises:
        ValueError: rows of different length.

    >>> alpha([[1, 2, 3], [1, 2, 3]]), alpha([[1, None], [None, 2]])
    (1.0, None)
    """
    units = [[value for value in unit if value is not None] for unit in zip(*ratings, strict=True)]
    paired = [Counter(unit) for unit in units if len(unit) > 1]
    values = sorted({value for unit in paired for value in unit})
    if len(values) < 2:
        return None
    together = _coincidences(paired, values)
    counts = together.sum(axis=1)
    apart = _differences(counts)
    expected = (np.outer(counts, counts) - np.diag(counts)) / (counts.sum() - 1)
    return float(1 - (together * apart).sum() / (expected * apart).sum())


def _coincidences(units: list[Counter[int]], values: list[int]) -> Floats:
    """o_ck: each ordered pair of values of a unit counts 1/(m−1), m the number of its values."""
    together = np.zeros((len(values), len(values)))
    for unit in units:
        given = np.array([unit[value] for value in values], dtype=np.float64)
        together += (np.outer(given, given) - np.diag(given)) / (given.sum() - 1)
    return together


def _differences(counts: Floats) -> Floats:
    reached = np.cumsum(counts)
    middle = reached - counts / 2
    return (middle[:, None] - middle[None, :]) ** 2


def agreement(matrices: Iterable[Scores]) -> float | None:
    """Alpha of several assessors' matrices: each ordered pair of actions is a unit.

    Matrices may have different labels; a pair missing from one is not assessed there.

    Raises:
        ValueError: the matrices do not use the same scale, or an assessor occurs twice.

    >>> from pan2kg.coherence.scores import scores_of
    >>> one = scores_of({("a", "b"): 2, ("b", "a"): -1}, assessor="x")
    >>> agreement([one, scores_of({("a", "b"): 2, ("b", "a"): -1}, assessor="y")])
    1.0
    """
    given = list(matrices)
    names = [scores.assessor for scores in given]
    if len({scores.scale for scores in given}) > 1 or len(set(names)) < len(names):
        raise ValueError("one matrix an assessor, all on the same scale")
    found = [{(one, two): score for one, two, score in scores.cells()} for scores in given]
    units = sorted({pair for cells in found for pair in cells})
    return alpha([[cells.get(unit) for unit in units] for cells in found])
