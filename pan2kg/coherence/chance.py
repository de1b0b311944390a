"""Do two plans share more than chance would have it? Links are never gated by this."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from pan2kg.coherence.evidence import HEADLINE, Level, counts
from pan2kg.coherence.matrix import Floats, Incidence, cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pan2kg.coherence.texts import Use, Weights, Works

SEED = 20_200_101
DRAWS = 999
SIGNIFICANT = 0.05
TRADES = 5
"""How many trades a row there are between two draws."""


class Verdict(StrEnum):
    """What a test allows to say."""

    BEYOND = "beyond"
    WITHIN = "within"
    IMPOSSIBLE = "impossible"


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


@dataclass(frozen=True, slots=True)
class Trial:
    """How chance is drawn: seed, number of draws, the level below which something is significant, trades a row."""

    seed: int = SEED
    draws: int = DRAWS
    significant: float = SIGNIFICANT
    trades: int = TRADES


USUAL = Trial()


def chance(
    works: Works, weights: Weights, uses: Iterable[Use], *, at: Level = HEADLINE, trial: Trial = USUAL
) -> tuple[Chance, ...]:
    """T_pq = Σ_t X_pt X_qt gain(t) against tables with the same row and column sums, for each pair of plans.

    The table has a one where a plan, or one of its actions, names a text at the level; every use counts alike. X[p,t] =
    1 where a text of p is t or stands below it, t not general, so that T is the low weight with all classes 1. What is
    drawn are the texts named; what stands above them follows. p = (1 + #{T* ≥ T}) / (1 + draws), in (0,1],
    adjusted over all pairs by Benjamini–Hochberg. The smallest p a pair can get is that of the greatest T*
    seen; where even all of these, adjusted, stay above ``trial.significant``, the verdict is that nothing can be
    significant at this size. Same seed, same figures. By the two plans.

    Sources: Strona, G. et al. (2014). A fast and unbiased procedure to randomize ecological binary matrices
    with fixed row and column totals. Nature Communications 5, 4114 (curveball); Davison, A. C. & Hinkley,
    D. V. (1997). Bootstrap Methods and their Application, §4.2 (p); Benjamini, Y. & Hochberg, Y. (1995).
    Journal of the Royal Statistical Society B 57, 289–300.

    Raises:
        ValueError: fewer than 1 draw or trade, or a level outside (0,1).

    >>> from pan2kg.coherence.texts import Use, Works, weigh
    >>> works = Works(("p", "q"), {"a": "p", "b": "q", "c": "q"})
    >>> uses = [Use(*pair, 1.0, Level.PLAN) for pair in (("a", "K"), ("b", "K"), ("c", "L"))]
    >>> row, = chance(works, weigh(works, uses), uses, trial=Trial(draws=99))
    >>> row.verdict.value, row.p
    ('impossible', 1.0)
    """
    if trial.draws < 1 or trial.trades < 1 or not 0 < trial.significant < 1:
        raise ValueError("draws and trades must be at least 1, and the level in (0,1)")
    named = _named(works, weights, uses, at)
    plans, rows = sorted(named), [named[plan] for plan in sorted(named)]
    one, two = np.triu_indices(len(rows), 1)
    seen, p, least = _tried(rows, _above(weights, at), np.where(weights.general, 0.0, weights.gain), trial)
    adjusted, attainable = adjust(p), adjust(least)
    return tuple(
        Chance(
            plans[a], plans[b], float(seen[pair]), float(p[pair]), float(adjusted[pair]), float(attainable[pair]),
            _verdict(adjusted[pair], attainable[pair], trial.significant),
        )
        for pair, (a, b) in enumerate(zip(one, two, strict=True))
    )  # fmt: skip


def _tried(
    rows: list[frozenset[int]], up: list[tuple[int, ...]], gains: Floats, trial: Trial
) -> tuple[Floats, Floats, Floats]:
    """For each pair of rows, above the diagonal: T, p, and the p that the greatest T* would have."""
    one, two = np.triu_indices(len(rows), 1)
    seen = _statistics(rows, up, gains)[one, two]
    drawn = np.zeros((trial.draws, len(one)))
    rng, current = np.random.default_rng(trial.seed), rows
    for draw in range(trial.draws):
        current = curveball(current, rng, trades=trial.trades * len(rows))
        drawn[draw] = _statistics(current, up, gains)[one, two]
    return seen, *_p_values(seen, drawn)


def _named(works: Works, weights: Weights, uses: Iterable[Use], at: Level) -> dict[str, frozenset[int]]:
    """The texts each plan or one of its actions names at a level, by index; plans without any are left out."""
    place, plans = {text: k for k, text in enumerate(weights.texts)}, set(works.plans)
    found: dict[str, set[int]] = {}
    for use in uses:
        plan = works.home.get(use.work, use.work)
        if use.share > 0 and counts(use.level, at) and plan in plans and use.text in place:
            found.setdefault(plan, set()).add(place[use.text])
    return {plan: frozenset(texts) for plan, texts in found.items()}


def _above(weights: Weights, at: Level) -> list[tuple[int, ...]]:
    """For each text itself and what stands above it by steps at the level."""

    def line(text: int) -> Iterator[int]:
        yield text
        while weights.above[text] >= 0 and weights.step[text] <= at:
            text = int(weights.above[text])
            yield text

    return [tuple(line(text)) for text in range(len(weights.texts))]


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


def _statistics(rows: list[frozenset[int]], up: list[tuple[int, ...]], gains: Floats) -> Floats:
    """T for each pair of rows, above the diagonal.

    A sparse product: most rows have a text or two, and a dense one wakes a thread a core for each draw.
    """
    found = [(at, text) for at, row in enumerate(rows) for named in row for text in up[named]]
    places, texts = ([pair[end] for pair in found] for end in (0, 1))
    result = np.zeros((len(rows), len(rows)))
    one, two, values = cells(Incidence.of(places, texts, shape=(len(rows), len(gains))), gains)
    result[one, two] = values
    return result


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
        rest = sorted(dealt[a] ^ dealt[b])
        rng.shuffle(rest)  # in place: most have a few texts, and an array would cost more than the lot
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
    return np.maximum(adjusted, p)  # p · m / m may round to a little less than p
