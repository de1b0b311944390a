"""Do two plans share more than chance would have it? Links are never gated by this."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from pan2kg.coherence.basis import Measured
from pan2kg.coherence.matrix import Floats

if TYPE_CHECKING:
    from pan2kg.coherence.uses import Uses

SEED = 20_200_101
DRAWS = 999
LEVEL = 0.05
TRADES = 5
"""How many trades a row there are between two draws."""


class Verdict(StrEnum):
    """What a test allows to say."""

    BEYOND = "beyond chance"
    WITHIN = "not beyond chance"
    IMPOSSIBLE = "cannot be significant at this size"


@dataclass(frozen=True, slots=True)
class Chance:
    """A pair of plans: T, p, the adjusted p, and the smallest adjusted p that this table can give."""

    one: str
    two: str
    statistic: float
    p: float
    adjusted: float
    attainable: float
    verdict: Verdict


def chance(
    uses: Uses, *, seed: int = SEED, draws: int = DRAWS, level: float = LEVEL, trades: int = TRADES
) -> Measured[Chance]:
    """T_pq = Σ_i w_i X_pi X_qi against tables with the same row and column sums, for each pair of plans.

    X[p,i] = 1 if an action of plan p uses instrument i. p = (1 + #{T* ≥ T}) / (1 + draws), in (0,1],
    adjusted over all pairs by Benjamini–Hochberg. The smallest p a pair can get is that of the greatest T*
    seen; where even all of these, adjusted, stay above ``level``, the verdict is that nothing can be
    significant at this size. Same seed, same figures; the basis names seed and draws. By the two plans.

    Sources: Strona, G. et al. (2014). A fast and unbiased procedure to randomize ecological binary matrices
    with fixed row and column totals. Nature Communications 5, 4114 (curveball); Davison, A. C. & Hinkley,
    D. V. (1997). Bootstrap Methods and their Application, §4.2 (p); Benjamini, Y. & Hochberg, Y. (1995).
    Journal of the Royal Statistical Society B 57, 289–300.

    Raises:
        ValueError: fewer than 1 draw or trade, or a level outside (0,1).

    >>> from pan2kg.coherence.uses import uses_of
    >>> row, = chance(uses_of([("a", "K"), ("b", "K"), ("c", "L")], {"a": "p", "b": "q", "c": "q"}), draws=99)
    >>> row.verdict.value, row.p
    ('cannot be significant at this size', 1.0)
    """
    if draws < 1 or trades < 1 or not 0 < level < 1:
        raise ValueError("draws and trades must be at least 1, and the level in (0,1)")
    table = uses.plan_uses()
    plans = np.array([p for p in np.flatnonzero(table.sizes) if uses.plans[p].is_plan], dtype=np.int64)
    rows = [frozenset(table.row(int(p)).tolist()) for p in plans]
    one, two = np.triu_indices(len(plans), 1)
    seen = _statistics(rows, uses.weights)[one, two]
    drawn = _draw(rows, uses.weights, (one, two), np.random.default_rng(seed), (draws, trades * len(rows)))
    p, least = _p_values(seen, drawn)
    adjusted, attainable = adjust(p), adjust(least)
    found = (
        Chance(
            uses.plans[plans[a]].iri, uses.plans[plans[b]].iri, float(seen[at]), float(p[at]),
            float(adjusted[at]), float(attainable[at]), _verdict(adjusted[at], attainable[at], level),
        )
        for at, (a, b) in enumerate(zip(one, two, strict=True))
    )  # fmt: skip
    basis = uses.basis.also("seed", seed).also("draws", draws).also("level", level)
    return Measured(basis, tuple(found))


def _verdict(adjusted: float, attainable: float, level: float) -> Verdict:
    if attainable > level:
        return Verdict.IMPOSSIBLE
    return Verdict.BEYOND if adjusted <= level else Verdict.WITHIN


def _p_values(seen: Floats, drawn: Floats) -> tuple[Floats, Floats]:
    """For each pair p, and the p that the greatest value it can take would have."""
    slack = 1e-9
    top = np.maximum(seen, drawn.max(axis=0)) if len(seen) else seen
    p = (1 + (drawn >= seen - slack).sum(axis=0)) / (1 + len(drawn))
    least = (1 + (drawn >= top - slack).sum(axis=0)) / (1 + len(drawn))
    return p.astype(np.float64), least.astype(np.float64)


def _statistics(rows: list[frozenset[int]], weights: Floats) -> Floats:
    x = np.zeros((len(rows), len(weights)))
    for at, row in enumerate(rows):
        x[at, sorted(row)] = 1.0
    result: Floats = (x * weights) @ x.T
    return result


def _draw(
    rows: list[frozenset[int]],
    weights: Floats,
    pairs: tuple[np.ndarray, np.ndarray],
    rng: np.random.Generator,
    sizes: tuple[int, int],
) -> Floats:
    drawn = np.zeros((sizes[0], len(pairs[0])))
    current = rows
    for at in range(sizes[0]):
        current = curveball(current, rng, trades=sizes[1])
        drawn[at] = _statistics(current, weights)[pairs]
    return drawn


def curveball(rows: list[frozenset[int]], rng: np.random.Generator, *, trades: int) -> list[frozenset[int]]:
    """A table drawn with the same row and column sums, after a number of trades between two rows.

    In a trade two rows keep what they share and deal the rest out anew, each as many as before.

    Source: Strona et al. (2014), as for :func:`chance`.

    >>> dealt = curveball([frozenset({0, 1}), frozenset({2})], np.random.default_rng(1), trades=3)
    >>> [len(row) for row in dealt], sorted(dealt[0] | dealt[1])
    ([2, 1], [0, 1, 2])
    """
    dealt = list(rows)
    if len(dealt) < 2:
        return dealt
    for a, b in _couples(len(dealt), rng, trades):
        shared = dealt[a] & dealt[b]
        rest = rng.permutation(sorted(dealt[a] ^ dealt[b])).tolist()
        cut = len(dealt[a]) - len(shared)
        dealt[a], dealt[b] = shared | set(rest[:cut]), shared | set(rest[cut:])
    return dealt


def _couples(number: int, rng: np.random.Generator, trades: int) -> list[tuple[int, int]]:
    first = rng.integers(0, number, trades)
    second = rng.integers(0, number - 1, trades)
    return list(zip(first.tolist(), (second + (second >= first)).tolist(), strict=True))


def adjust(p: Floats) -> Floats:
    """The p values adjusted for the false discovery rate, in [0,1]: min over ranks k ≥ rank of p_(k) · m / k.

    Source: Benjamini & Hochberg (1995), as for :func:`chance`; the same as scipy.stats.false_discovery_control.

    >>> adjust(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted
