"""Who cites whom: the explicit layer, from texts, annexes and web sites."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pan2kg.coherence.basis import Measured
from pan2kg.coherence.uses import Uses

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from pan2kg.coherence.evidence import Level


@dataclass(frozen=True, slots=True)
class Citation:
    """An action or plan whose own text, annex or web site names another.

    ``seen`` is the day the page or document was read, where that is recorded; ``level`` says on whose word it rests.
    """

    link: str
    source: str
    target: str
    channel: str
    document: str = ""
    seen: date | None = None
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Arc:
    """All citations of one plan by another: R[p,q] by channel, and whether R[q,p] > 0."""

    citing: str
    cited: str
    channels: tuple[tuple[str, int], ...]
    returned: bool

    @property
    def number(self) -> int:
        """R[p,q]: how many citations there are."""
        return sum(number for _, number in self.channels)


def homes(uses: Uses) -> dict[str, str]:
    """The plan of each action, and of each plan itself: what an action's text says, its plan says.

    Actions without a plan are not among them.

    >>> from pan2kg.coherence.uses import uses_of
    >>> homes(uses_of([], {"a": "p"}))
    {'p': 'p', 'a': 'p'}
    """
    own = {plan.iri: plan.iri for plan in uses.plans if plan.is_plan}
    pairs = ((action, uses.plans[at]) for action, at in zip(uses.actions, uses.plan_of, strict=True))
    return own | {action: plan.iri for action, plan in pairs if plan.is_plan}


def arcs(uses: Uses, citations: Iterable[Citation]) -> Measured[Arc]:
    """R[p,q] = the number of citations from plan p or its actions to plan q or its actions, by channel.

    Citations within a plan and of what is neither action nor plan are left out. Sorted by the two plans.

    Source: Wasserman, S. & Faust, K. (1994). Social Network Analysis, ch. 4 (directed graphs). Cambridge.

    >>> from pan2kg.coherence.uses import uses_of
    >>> found = arcs(uses_of([], {"a": "p", "b": "q"}), [Citation("l", "a", "q", "text")])
    >>> [(arc.citing, arc.cited, arc.number, arc.returned) for arc in found]
    [('p', 'q', 1, False)]
    """
    home = homes(uses)
    counted: Counter[tuple[str, str, str]] = Counter()
    for link, source, target, channel in {(c.link, c.source, c.target, c.channel) for c in citations}:
        ends = home.get(source, ""), home.get(target, "")
        if link and all(ends) and ends[0] != ends[1]:
            counted[(*ends, channel)] += 1
    pairs = sorted({(p, q) for p, q, _ in counted})
    present = set(pairs)
    rows = (
        Arc(p, q, tuple(sorted((c, n) for (a, b, c), n in counted.items() if (a, b) == (p, q))), (q, p) in present)
        for p, q in pairs
    )
    return Measured(uses.basis, tuple(rows))
