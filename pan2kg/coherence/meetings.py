"""Where plans meet, over all levels, who cites whom there, and what stands beside: scores, and leads in common.

Lists, matrices and filters show the same pairs at a level that is chosen; they take them from here in one order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from pan2kg.coherence.evidence import FIGURED, HEADLINE, Level, counts
from pan2kg.coherence.feasible import Ordered, cited_at
from pan2kg.coherence.figures import FIGURES
from pan2kg.coherence.known import Known
from pan2kg.coherence.reading_state import Aspect, Extent
from pan2kg.coherence.scores import Scores, summable

if TYPE_CHECKING:
    from pan2kg.coherence.bodies import Involvement


@dataclass(frozen=True, slots=True)
class Meeting:
    """A linked pair of plans, its IRIs in order.

    ``level`` is the firmest at which the two are linked; ``cites`` and ``cited`` that at which the first cites the
    second and the second the first, None where nobody saw it. ``bits`` is what they share at the four levels, ≥ 0.
    """

    plans: Ordered
    level: Level
    cites: Level | None
    cited: Level | None
    bits: tuple[float, float, float, float]

    def low(self, at: Level) -> float:
        """What they share at a level, in bits."""
        return self.bits[FIGURED.index(at)]

    def seen_from(self, plan: str) -> tuple[str, Level | None, Level | None]:
        """The other plan, and at which levels this one cites it and is cited by it."""
        one, two = self.plans
        return (two, self.cites, self.cited) if plan == one else (one, self.cited, self.cites)


def meetings(made: Mapping[Level, Known]) -> tuple[Meeting, ...]:
    """All linked pairs, from what is known at each of the four levels, in the order of every list.

    By what is shared at the headline level, then with the editors' conclusions, then the firmer first, then by IRI.

    Raises:
        KeyError: a level that is missing.

    >>> from pan2kg.coherence.known import Tables, known
    >>> from pan2kg.coherence.texts import Use, Works
    >>> uses = (Use("p", "K", 1.0, Level.PLAN), Use("q", "K", 0.5, Level.OTHER))
    >>> tables = Tables(Works(("p", "q"), {}), uses)
    >>> [(one.plans, one.level.key) for one in meetings({one: known(tables, one) for one in FIGURED})]
    [(('p', 'q'), 'other')]
    """
    found: dict[Ordered, Level] = {}
    for level in FIGURED:
        for pair in made[level].linked:
            found.setdefault(pair, level)
    met = [_meeting(made, pair, level) for pair, level in found.items()]
    return tuple(sorted(met, key=lambda one: (-one.low(HEADLINE), -one.bits[-1], one.level, one.plans)))


def _meeting(made: Mapping[Level, Known], pair: Ordered, level: Level) -> Meeting:
    when = made[FIGURED[-1]].chronology
    plan, official, other, editors = (made[one].shared.get(pair, 0.0) for one in FIGURED)
    cites, cited = cited_at(when, *pair), cited_at(when, *pair[::-1])
    return Meeting(pair, level, cites, cited, (plan, official, other, editors))


def linked_actions(made: Mapping[Level, Known]) -> dict[str, Level]:
    """The linked actions, each with the firmest level at which it is.

    >>> from pan2kg.coherence.known import Tables, known
    >>> from pan2kg.coherence.texts import Works
    >>> linked_actions({one: known(Tables(Works((), {})), one) for one in FIGURED})
    {}
    """
    figure = next(one for one in FIGURES if one.id == "linked-actions")
    found: dict[str, Level] = {}
    for level in FIGURED:
        for row in figure.rows(made[level]):
            found.setdefault(str(row[0]), level)
    return found


def read_plans(made: Known, plans: Iterable[str]) -> frozenset[str]:
    """The plans read in full for texts and for references to others: only between two such plans is « no » a no."""
    readings = made.tables.readings
    return frozenset(
        plan for plan in plans
        if plan in made.potential.read and readings.extent(plan, Aspect.REFERENCES) is Extent.FULL
    )  # fmt: skip


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
