"""DEMATEL: what each member does to all others directly and over any number of others, in four vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pan2kg.coherence.interaction import coverage
from pan2kg.coherence.matrix import Floats
from pan2kg.coherence.scores import Scores
from pan2kg.errors import QueryError

_ONE: Final = 1e-9
"""How near to 1 a spectral radius is 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Dematel:
    """The total influence ``total[i, j]`` of label i on label j, direct and indirect, and its sums.

    ``given_positive`` and ``given_negative`` are the row sums D⁺ and D⁻ of the positive and the negative part,
    ``taken_positive`` and ``taken_negative`` the column sums R⁺ and R⁻. ``divisor`` is s, by which scores were divided.
    """

    labels: tuple[str, ...]
    divisor: float
    total: Floats
    coverage: float | None
    has_negatives: bool

    @property
    def given_positive(self) -> Floats:
        """D⁺, n values from 0 up."""
        return _summed(self._positive, 1)

    @property
    def given_negative(self) -> Floats:
        """D⁻, n values up to 0."""
        return _summed(self.total - self._positive, 1)

    @property
    def taken_positive(self) -> Floats:
        """R⁺, n values from 0 up."""
        return _summed(self._positive, 0)

    @property
    def taken_negative(self) -> Floats:
        """R⁻, n values up to 0."""
        return _summed(self.total - self._positive, 0)

    @property
    def prominence(self) -> Floats | None:
        """D + R, how much goes through a member; None where scores below 0 would cancel others."""
        return None if self.has_negatives else self.given_positive + self.taken_positive

    @property
    def relation(self) -> Floats | None:
        """D − R, above 0 for a cause and below 0 for an effect; None where scores below 0 would cancel others."""
        return None if self.has_negatives else self.given_positive - self.taken_positive

    @property
    def is_complete(self) -> bool:
        """Whether every cell was assessed; cells that were not count as 0 here."""
        return self.coverage == 1

    @property
    def _positive(self) -> Floats:
        return np.maximum(self.total, 0)


def _summed(matrix: Floats, axis: int) -> Floats:
    found: Floats = matrix.sum(axis=axis)
    return found


def dematel(scores: Scores) -> Dematel:
    """T = (X/s)(I − X/s)⁻¹ = Σ_{k ≥ 1} (X/s)^k, with s = max(max_i Σ_j |x_ij|, max_j Σ_i |x_ij|).

    Cells that are not assessed and the diagonal are 0. A matrix of zeros has the total influence 0.

    Source: Gabus, A. & Fontela, E. (1972). World problems, an invitation to further thought within the framework of
    DEMATEL. Battelle Geneva Research Centre; with positive and negative influence apart: Xiao, H. et al. (2022).
    Synergies and trade-offs across sustainable development goals: A novel method incorporating indirect interactions
    analysis. Sustainable Development.

    Raises:
        QueryError: the spectral radius of X/s is 1, so that indirect influence never dies out.

    >>> from pan2kg.coherence.scores import scores_of
    >>> given = {("a", "b"): 2, ("a", "c"): -1, ("b", "a"): 1, ("b", "c"): 3, ("c", "b"): -2}
    >>> found = dematel(scores_of(given))
    >>> found.divisor, found.given_positive.round(6).tolist(), found.is_complete
    (4.0, [0.74359, 0.769231, 0.0], False)
    """
    x = np.nan_to_num(scores.values, nan=0.0)
    size = np.abs(x)
    divisor = max((float(size.sum(axis=axis).max()) for axis in (0, 1)), default=0.0) if size.size else 0.0
    has_negatives, covered = bool((x < 0).any()), coverage(scores)
    if divisor == 0:
        return Dematel(scores.labels, divisor, x, covered, has_negatives)
    x = x / divisor
    if np.abs(np.linalg.eigvals(x)).max() > 1 - _ONE:
        raise QueryError("dematel-endless", remedy="chains-instead", assessor=scores.assessor)
    # (I − X/s)⁻¹ is made of X/s alone, so the order of the two factors does not matter.
    total: Floats = np.linalg.solve(np.eye(len(x)) - x, x).astype(np.float64)
    return Dematel(scores.labels, divisor, total, covered, has_negatives)
