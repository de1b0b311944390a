"""What members do to each other directly and over others: DEMATEL's four vectors, and chains of effects (EXIT)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pan2kg.coherence.texts import Floats, Ints
from pan2kg.errors import QueryError
from pan2kg.scores.matrix import Scores
from pan2kg.scores.measures import coverage


class Dematel(NamedTuple):
    """The total influence ``total[i, j]`` of label i on label j, direct and indirect, and its sums.

    ``given_positive`` and ``given_negative`` are the row sums D⁺ and D⁻ of the positive and the negative part,
    ``taken_positive`` and ``taken_negative`` the column sums R⁺ and R⁻. Prominence D⁺ + R⁺ and relation D⁺ − R⁺ are
    None where a score is negative. ``divisor`` is s, by which scores were divided, ``coverage`` the share assessed.
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
    def of(cls, scores: Scores, divisor: float, total: Floats) -> Dematel:
        positive = np.maximum(total, 0)
        negative = total - positive
        given, taken = positive.sum(axis=1), positive.sum(axis=0)
        prominence, relation = (None, None) if (scores.values < 0).any() else (given + taken, given - taken)
        return cls(
            scores.labels, divisor, coverage(scores), total, given, negative.sum(axis=1), taken, negative.sum(axis=0),
            prominence, relation,
        )  # fmt: skip


def dematel(scores: Scores) -> Dematel:
    """T = (X/s)(I − X/s)⁻¹ = Σ_{k ≥ 1} (X/s)^k, with s = max(max_i Σ_j |x_ij|, max_j Σ_i |x_ij|).

    Cells that are not assessed and the diagonal are 0. A matrix of zeros has the total influence 0.

    Source: Gabus, A. & Fontela, E. (1972). World problems, an invitation to further thought within the framework of
    DEMATEL. Battelle Geneva Research Centre; with positive and negative influence apart: Xiao, H. et al. (2022).
    Synergies and trade-offs across sustainable development goals: A novel method incorporating indirect interactions
    analysis. Sustainable Development.

    >>> from pan2kg.scores.matrix import scores_of
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
    total = np.linalg.solve(np.eye(len(x)) - x, x).astype(np.float64)
    return Dematel.of(scores, divisor, total)


CUT: Final = 0.01
"""The size below which a chain is not followed any further."""
MOST: Final = 2_000_000
"""How many chains are counted before the question is refused."""
SHOWN: Final = 3
"""How many of the greatest chains of a cell are kept."""

_CUTS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # offered where a cut leaves too many chains
_CELLS: Final = 4_000_000
"""How many ways to go on are looked at at once, for the sake of memory."""
_CLOSE: Final = 1e-12
"""How far a product may be from the cut by rounding alone, as (1/10)·(1/10) is."""


Chain = tuple[tuple[str, ...], float]
"""The members of a chain from the first to the last, and its value in [−1, 1]."""


class Chains(NamedTuple):
    """The summed values ``total[i, j]`` of all chains from label i to label j, 0 on the diagonal.

    ``counts`` holds how many chains each cell sums up, ``greatest`` the three greatest by size of each cell that has
    any, by (first, last) label. ``unit`` is M, the score whose value is 1, and ``cut`` where chains were cut.
    """

    labels: tuple[str, ...]
    total: Floats
    counts: Ints
    greatest: Mapping[tuple[str, str], tuple[Chain, ...]]
    unit: float
    cut: float

    @property
    def number(self) -> int:
        return int(self.counts.sum())


Front = tuple[NDArray[np.int16], Floats]
"""Chains of one length: their members by place, one row a chain, and their values."""


def chains(scores: Scores, *, cut: float = CUT) -> Chains:
    """Every chain without a repeated member, valued Π x/M and summed up by its first and last member.

    M = max(|lowest|, |highest|) of the scale, without bounds the greatest |x|. A chain whose size is below ``cut``, in
    [0, 1], is left out with all that goes on from it; so are cells of 0 and cells not assessed. Of the greatest, equal
    ones stand by length, then by the order of labels.

    Source: Panula-Ontto, J. & Piirainen, K. A. (2018). EXIT: An alternative approach for structural cross-impact
    modeling and analysis. Technological Forecasting and Social Change 137, 89–100.

    >>> from pan2kg.scores.matrix import scores_of
    >>> cells = {("a", "b"): 2, ("a", "c"): -1, ("b", "a"): 1, ("b", "c"): 3, ("c", "b"): -2}
    >>> every = chains(scores_of(cells))
    >>> every.number, every.total.round(6).tolist()[0], every.greatest["a", "c"][0][0]
    (9, [0.0, 0.888889, 0.333333], ('a', 'b', 'c'))
    """
    x, scale, labels, n = np.nan_to_num(scores.values, nan=0.0), scores.scale, scores.labels, len(scores.labels)
    is_bounded = scale.lowest is not None and scale.highest is not None
    unit = float(max(abs(scale.lowest or 0), abs(scale.highest or 0)) if is_bounded else np.abs(x).max(initial=0.0))
    x = x / unit if unit else x
    total, counts = np.zeros(n * n), np.zeros(n * n, dtype=np.int64)
    greatest: dict[tuple[str, str], tuple[Chain, ...]] = {}
    for members, values in _fronts(x, cut):
        cells = members[:, 0].astype(np.intp) * n + members[:, -1]
        total += np.bincount(cells, values, n * n)
        counts += np.bincount(cells, minlength=n * n)
        if counts.sum() > MOST:
            # the lowest of some round cuts that would leave few enough: the higher the cut, the fewer
            higher = [value for value in _CUTS if value > cut]
            place = bisect_left(higher, 1, key=lambda value: int(sum(len(v) for _, v in _fronts(x, value)) <= MOST))
            remedy, enough = ("raise-cut", higher[place]) if place < len(higher) else ("fewer-members", None)
            raise QueryError("too-many-chains", remedy=remedy, assessor=scores.assessor, most=MOST, cut=str(enough))
        # the greatest of each cell in this piece
        order = np.lexsort((-np.abs(values).round(9), cells))
        rank = np.arange(len(order)) - np.searchsorted(cells[order], cells[order])
        for at in order[rank < SHOWN].tolist():
            names = tuple(labels[place] for place in members[at].tolist())
            ends, chain = (names[0], names[-1]), (names, float(values[at]))
            both = sorted((*greatest.get(ends, ()), chain), key=lambda chain: -round(abs(chain[1]), 9))
            greatest[ends] = tuple(both[:SHOWN])
    return Chains(labels, total.reshape(n, n), counts.reshape(n, n), greatest, unit, cut)


def _fronts(x: Floats, cut: float) -> Iterator[Front]:
    """All chains, the shorter before the longer, in pieces that fit into memory; no more than a piece beyond the most.

    All chains of a length are kept until they have been made longer.
    """
    fronts: list[Front] = [(np.arange(len(x), dtype=np.int16).reshape(-1, 1), np.ones(len(x)))]
    number, rows = 0, max(1, _CELLS // max(1, len(x)))
    while fronts:
        longer = []
        for all_members, all_values in fronts:
            for start in range(0, len(all_values), rows):
                members, values = all_members[start : start + rows], all_values[start : start + rows]
                further = values[:, None] * x[members[:, -1]]
                goes_on = (np.abs(further) >= cut - _CLOSE) & (further != 0)
                np.put_along_axis(goes_on, members.astype(np.intp), values=False, axis=1)
                of, to = goes_on.nonzero()
                if len(of):
                    piece = np.column_stack([members[of], to.astype(np.int16)]), further[of, to]
                    yield piece
                    longer.append(piece)
                    number += len(of)
                    if number > MOST:
                        return
        fronts = longer
