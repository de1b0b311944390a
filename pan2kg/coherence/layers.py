"""What stands beside the links of two plans: experts' scores between their actions, and leads they have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from pan2kg.coherence.evidence import HEADLINE, Level, counts
from pan2kg.coherence.scores import summable

if TYPE_CHECKING:
    from pan2kg.coherence.bodies import Involvement
    from pan2kg.coherence.feasible import Ordered
    from pan2kg.coherence.scores import Scores

LEAD = "lead"
"""The key of the role by which a source calls a body the lead."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Experts' scores between the actions of two plans, both ways: the positive and the negative apart.

    Scores on several scales have no sum: then only those from −3 to +3 are taken. Where several assessed a cell, their
    positive and negative scores are averaged each for itself.
    """

    positive: float
    negative: float
    cells: int
    assessors: int


def judged(home: Mapping[str, str], matrices: Iterable[Scores]) -> dict[Ordered, Judged]:
    """The scores between each pair of plans of which any are known, by their IRIs in order.

    Source: it follows the cross-impact matrices of Weitz et al. (2018), Sustainability Science 13, 531–548.
    """
    scored: dict[Ordered, dict[Ordered, list[tuple[float, str]]]] = {}
    for matrix in summable(matrices):
        for one, two, score in matrix.cells():
            if one in home and two in home and home[one] != home[two]:
                pair = min(home[one], home[two]), max(home[one], home[two])
                scored.setdefault(pair, {}).setdefault((one, two), []).append((score, matrix.assessor))
    return {pair: _sides(found) for pair, found in scored.items()}


def _sides(scored: Mapping[Ordered, list[tuple[float, str]]]) -> Judged:
    positive = sum(sum(max(score, 0) for score, _ in given) / len(given) for given in scored.values())
    negative = sum(sum(min(score, 0) for score, _ in given) / len(given) for given in scored.values())
    return Judged(positive, negative, len(scored), len({who for given in scored.values() for _, who in given}))


def co_led(home: Mapping[str, str], parts: Iterable[Involvement], at: Level = HEADLINE) -> dict[Ordered, int]:
    """How many pairs of their actions have a lead in common, for each pair of plans of which leads are known.

    Only a lead on somebody's word at the level counts; a pair is missing where one plan's leads are not known.
    """
    leads: dict[str, set[str]] = {}
    for part in parts:
        if LEAD in part.roles and part.work in home and counts(part.level, at):
            leads.setdefault(part.work, set()).add(part.body)
    by_plan: dict[str, list[set[str]]] = {}
    for work, bodies in leads.items():
        by_plan.setdefault(home[work], []).append(bodies)
    return {
        (p, q): sum(bool(one & two) for one in by_plan[p] for two in by_plan[q])
        for p, q in combinations(sorted(by_plan), 2)
    }
