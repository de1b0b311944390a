"""How far several people who judge the same agree: Krippendorff's alpha."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from itertools import chain

import numpy as np

from pan2kg.coherence.texts import Floats


class ScaleLevel(StrEnum):
    SIGN = "sign"
    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


def alpha(
    ratings: Sequence[Sequence[float | None]], level: ScaleLevel = ScaleLevel.ORDINAL
) -> float | None:
    """Krippendorff's alpha: 1 = full agreement, 0 = as by chance, below 0 = worse.

    α = 1 − D_o/D_e over the coincidences o_ck of values within a unit. The difference δ²_ck of two
    values is [c ≠ k] (nominal), (Σ_{g=c..k} n_g − (n_c + n_k)/2)² (ordinal), (c − k)² (interval) or
    ((c − k)/(c + k))² (ratio); *sign* is nominal on −, 0 and +. ``ratings`` has one row an
    assessor, one column a unit; None is not assessed. A unit that fewer than two assessed counts
    for nothing. None where there is no such unit, or all values are the same: nothing could
    disagree.

    Source: Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability. University of
    Pennsylvania; sign agreement is this project’s definition.

    Raises:
        ValueError: a ratio of values of which one is below 0.

    >>> alpha([[1, 2, 3], [1, 2, 3]]), alpha([[1, None], [None, 2]]), alpha([[1, -1], [3, -2]], ScaleLevel.SIGN)
    (1.0, None, 1.0)
    """
    units = [[value for value in unit if value is not None] for unit in zip(*ratings, strict=True)]
    if level is ScaleLevel.SIGN:
        units = [[float(np.sign(value)) for value in unit] for unit in units]
    if level is ScaleLevel.RATIO and min(chain.from_iterable(units), default=0.0) < 0:
        raise ValueError("ratios need values from 0 up")
    paired = [Counter(unit) for unit in units if len(unit) > 1]
    distinct = sorted(set().union(*paired))
    if len(distinct) < 2:
        return None
    # o_ck: each ordered pair of values of a unit counts 1/(m−1), m the number of its values
    together = np.zeros((len(distinct), len(distinct)))
    for unit in paired:
        number = np.array([unit[value] for value in distinct], dtype=np.float64)
        together += (np.outer(number, number) - np.diag(number)) / (number.sum() - 1)
    totals = together.sum(axis=1)
    apart = _differences(np.array(distinct, dtype=np.float64), totals, level)
    expected = (np.outer(totals, totals) - np.diag(totals)) / (totals.sum() - 1)
    return float(1 - (together * apart).sum() / (expected * apart).sum())


def _differences(values: Floats, totals: Floats, level: ScaleLevel) -> Floats:
    # δ²_ck of each two values; ``totals`` are how often each was given
    if level in {ScaleLevel.SIGN, ScaleLevel.NOMINAL}:
        return 1 - np.eye(len(values))
    if level is ScaleLevel.ORDINAL:
        values = np.cumsum(totals) - totals / 2
    difference = np.subtract.outer(values, values)
    if level is ScaleLevel.RATIO:
        both = np.add.outer(values, values)
        # 0 and 0 do not differ
        return np.square(difference / np.where(both == 0, 1, both))
    return np.square(difference)
