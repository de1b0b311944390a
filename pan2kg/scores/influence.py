"""What members do to each other directly and over others: DEMATEL's four vectors, and chains of effects (EXIT)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pan2kg.coherence.texts import Floats
from pan2kg.errors import QueryError
from pan2kg.scores.matrix import Scores
from pan2kg.scores.measures import coverage

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

    >>> from pan2kg.scores.matrix import scores_of
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


CUT: Final = 0.01
"""The size below which a chain is not followed any further."""
MOST: Final = 2_000_000
"""How many chains are counted before the question is refused."""
SHOWN: Final = 3
"""How many of the greatest chains of a cell are kept."""

_CUTS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""What is offered instead of a cut that leaves too many chains."""
_CELLS: Final = 4_000_000
"""How many ways to go on are looked at at once, for the sake of memory."""
_CLOSE: Final = 1e-12
"""How far a product may be from the cut by rounding alone, as (1/10)·(1/10) is."""

Places = npt.NDArray[np.int16]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Chain:
    """The members of a chain from the first to the last, and its value in [−1, 1]."""

    members: tuple[str, ...]
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """The summed values ``total[i, j]`` of all chains from label i to label j, 0 on the diagonal.

    ``counts`` holds how many chains each cell sums up, ``greatest`` the three greatest by size of each cell that has
    any, by (first, last) label. ``unit`` is M, the score whose value is 1, and ``cut`` where chains were cut.
    """

    labels: tuple[str, ...]
    total: Floats
    counts: Counts
    greatest: Mapping[tuple[str, str], tuple[Chain, ...]]
    unit: float
    cut: float

    @property
    def number(self) -> int:
        """How many chains there are in all."""
        return int(self.counts.sum())


@dataclass(frozen=True, slots=True, eq=False)
class _Front:
    """Chains of one length: ``members`` by place, one row a chain, and their ``values``."""

    members: Places
    values: Floats


def chains(scores: Scores, *, cut: float = CUT) -> Chains:
    """Every chain without a repeated member, valued Π x/M and summed up by its first and last member.

    M = max(|lowest|, |highest|) of the scale, without bounds the greatest |x|. A chain whose size is below ``cut``, in
    [0, 1], is left out with all that goes on from it; so are cells of 0 and cells not assessed. Of the greatest, equal
    ones stand by length, then by the order of labels.

    Source: Panula-Ontto, J. & Piirainen, K. A. (2018). EXIT: An alternative approach for structural cross-impact
    modeling and analysis. Technological Forecasting and Social Change 137, 89–100.

    Raises:
        QueryError: there are more than two million chains; with the cut that would do.

    >>> from pan2kg.scores.matrix import scores_of
    >>> given = {("a", "b"): 2, ("a", "c"): -1, ("b", "a"): 1, ("b", "c"): 3, ("c", "b"): -2}
    >>> found = chains(scores_of(given))
    >>> found.number, found.total.round(6).tolist()[0], found.greatest["a", "c"][0].members
    (9, [0.0, 0.888889, 0.333333], ('a', 'b', 'c'))
    """
    x, unit = _valued(scores)
    n = len(scores.labels)
    total, counts = np.zeros(n * n), np.zeros(n * n, dtype=np.int64)
    greatest: dict[tuple[str, str], tuple[Chain, ...]] = {}
    for front in _fronts(x, cut):
        cells = front.members[:, 0].astype(np.intp) * n + front.members[:, -1]
        total += np.bincount(cells, front.values, n * n)
        counts += np.bincount(cells, minlength=n * n)
        if counts.sum() > MOST:
            raise _too_many(x, cut, scores.assessor)
        for chain in _greatest(front, cells, scores.labels):
            ends = chain.members[0], chain.members[-1]
            both = sorted((*greatest.get(ends, ()), chain), key=lambda one: -round(abs(one.value), 9))
            greatest[ends] = tuple(both[:SHOWN])
    return Chains(scores.labels, total.reshape(n, n), counts.reshape(n, n), greatest, unit, cut)


def _valued(scores: Scores) -> tuple[Floats, float]:
    """The matrix as values in [−1, 1], 0 where not assessed, and the score whose value is 1."""
    x, scale = np.nan_to_num(scores.values, nan=0.0), scores.scale
    if scale.lowest is None or scale.highest is None:
        unit = float(np.abs(x).max(initial=0.0))
    else:
        unit = float(max(abs(scale.lowest), abs(scale.highest)))
    return x / unit if unit else x, unit


def _fronts(x: Floats, cut: float) -> Iterator[_Front]:
    """All chains, the shorter before the longer, in pieces that fit into memory; no more than a piece beyond the most.

    All chains of a length are kept until they have been made longer.
    """
    members = np.arange(len(x), dtype=np.int16).reshape(-1, 1)
    fronts, number = [_Front(members, np.ones(len(x)))], 0
    while fronts:
        longer = []
        for front in fronts:
            for piece in _longer(front, x, cut):
                yield piece
                longer.append(piece)
                number += len(piece.values)
                if number > MOST:
                    return
        fronts = longer


def _longer(front: _Front, x: Floats, cut: float) -> Iterator[_Front]:
    """The chains that are one member longer and not cut."""
    rows = max(1, _CELLS // max(1, len(x)))
    for start in range(0, len(front.values), rows):
        members, values = front.members[start : start + rows], front.values[start : start + rows]
        further = values[:, None] * x[members[:, -1]]
        goes_on = (np.abs(further) >= cut - _CLOSE) & (further != 0)
        np.put_along_axis(goes_on, members.astype(np.intp), values=False, axis=1)
        of, to = goes_on.nonzero()
        if len(of):
            yield _Front(np.column_stack([members[of], to.astype(np.int16)]), further[of, to])


def _greatest(front: _Front, cells: npt.NDArray[np.intp], labels: tuple[str, ...]) -> Iterator[Chain]:
    """The greatest chains of each cell in a piece, as many as are kept."""
    order = np.lexsort((-np.abs(front.values).round(9), cells))
    ordered = cells[order]
    rank = np.arange(len(ordered)) - np.searchsorted(ordered, ordered)
    for at in order[rank < SHOWN].tolist():
        yield Chain(tuple(labels[place] for place in front.members[at].tolist()), float(front.values[at]))


def _too_many(x: Floats, cut: float, assessor: str) -> QueryError:
    """What is wrong, and the lowest of some round cuts that would leave few enough: the higher the cut, the fewer."""
    higher = [one for one in _CUTS if one > cut]
    first = bisect_left(higher, 1, key=lambda one: int(_number(x, one) <= MOST))
    enough = higher[first] if first < len(higher) else None
    remedy = "raise-cut" if enough else "fewer-members"
    return QueryError("too-many-chains", remedy=remedy, assessor=assessor, most=MOST, cut=str(enough))


def _number(x: Floats, cut: float) -> int:
    return sum(len(front.values) for front in _fronts(x, cut))
