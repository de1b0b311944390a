"""Who cites whom: the explicit layer, from texts, annexes and web sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pan2kg.coherence.uses import Uses

if TYPE_CHECKING:
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
