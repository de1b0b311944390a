"""Where plans meet, over all levels: for each linked pair since which level, who cites whom, and what both share.

Lists, matrices and filters show the same pairs at a level that is chosen; they take them from here in one order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pan2kg.coherence.evidence import FIGURED, HEADLINE, Level
from pan2kg.coherence.feasible import Ordered, cited_at
from pan2kg.coherence.figures import FIGURES
from pan2kg.coherence.known import Known
from pan2kg.coherence.reading_state import Aspect, Extent


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
