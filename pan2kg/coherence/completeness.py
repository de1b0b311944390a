"""How complete an action is over the plan's own five fields: present, vague and absent apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pan2kg.coherence.basis import Measured

if TYPE_CHECKING:
    from pan2kg.coherence.uses import Uses

FIELDS = ("indicator", "verification source", "expected result", "timeline", "means")
"""The five things PAN 2 says of each action."""


class Presence(StrEnum):
    """How much the plan gives: something that can be verified, something vague, or nothing.

    >>> max([Presence.ABSENT, Presence.VAGUE], key=lambda presence: presence.rank)
    <Presence.VAGUE: 'vague'>
    """

    PRESENT = "present"
    VAGUE = "vague"
    ABSENT = "absent"

    @property
    def rank(self) -> int:
        """0 for absent, 2 for present."""
        return 2 - list(Presence).index(self)


@dataclass(frozen=True, slots=True)
class Field:
    """One statement about one field of an action."""

    action: str
    name: str
    presence: Presence


@dataclass(frozen=True, slots=True)
class Completeness:
    """The five fields of one action.

    ``annotated`` is false where nothing at all was recorded of them: then « absent » only means not read.
    """

    action: str
    plan: str
    fields: tuple[tuple[str, Presence], ...]
    annotated: bool

    def count(self, presence: Presence) -> int:
        """How many of the five are so."""
        return sum(found is presence for _, found in self.fields)

    @property
    def share(self) -> float | None:
        """The share of the five that is present, in [0,1]; None where nothing was recorded."""
        return self.count(Presence.PRESENT) / len(FIELDS) if self.annotated else None


def of_timeline(timeline: str) -> Presence:
    """What a timeline counts as: dated and relative ones are present, « as soon as possible » is vague.

    >>> [of_timeline(name).value for name in ("dated", "relative", "vague", "absent", "")]
    ['present', 'present', 'vague', 'absent', 'absent']
    """
    return {"dated": Presence.PRESENT, "relative": Presence.PRESENT, "vague": Presence.VAGUE}.get(
        timeline, Presence.ABSENT
    )


def completeness(uses: Uses, fields: Iterable[Field]) -> Measured[Completeness]:
    """For each action, each of the five fields as present, vague or absent; the best of several counts.

    The basis says how many actions were annotated at all. By plan and action.

    Source: the fields of PAN 2's own tables; presence as in the scheme « presence » of the ontology.

    >>> from pan2kg.coherence.uses import uses_of
    >>> given = [Field("a", "timeline", Presence.VAGUE), Field("a", "indicator", Presence.PRESENT)]
    >>> a, b = completeness(uses_of([], {"a": "p", "b": "p"}), given)
    >>> a.share, a.count(Presence.VAGUE), b.share
    (0.2, 1, None)
    """
    best: dict[tuple[str, str], Presence] = {}
    for field in fields:
        at = (field.action, field.name)
        best[at] = max(best.get(at, Presence.ABSENT), field.presence, key=lambda presence: presence.rank)
    annotated = {action for action, _ in best}
    order = sorted(range(len(uses.actions)), key=lambda at: (int(uses.plan_of[at]), at))
    rows = tuple(
        Completeness(
            uses.actions[at],
            uses.plans[uses.plan_of[at]].iri,
            tuple((name, best.get((uses.actions[at], name), Presence.ABSENT)) for name in FIELDS),
            uses.actions[at] in annotated,
        )
        for at in order
    )
    known = sum(row.annotated for row in rows)
    return Measured(uses.basis.also("fields", f"recorded for {known} of {len(rows)} actions"), rows)
