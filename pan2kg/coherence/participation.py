"""What an action does between plans: how it bridges them, and what would be lost without it.

How complete an action is over the plan's own five fields: present, vague and absent apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from pan2kg.coherence.basis import Measured
from pan2kg.coherence.links import Links
from pan2kg.coherence.matrix import by_group
from pan2kg.coherence.uses import Uses

if TYPE_CHECKING:
    from pan2kg.coherence.uses import Uses


@dataclass(frozen=True, slots=True)
class Participation:
    """How an action's links spread over plans: its strength in all, and over how many plans."""

    action: str
    plan: str
    value: float
    total: float
    plans: int


def participation(uses: Uses, links: Links) -> Measured[Participation]:
    """P_a = 1 − Σ_q (s_aq / s_a)², in [0, 1 − 1/plans]: 0 when all its links stay with one plan.

    s_aq is the sum of the strengths of a's links with the actions of plan q, its own plan included; an action
    without a plan counts as a plan of its own.
    Actions without a link have no P and are left out. Highest first, then by IRI.

    Source: Guimerà, R. & Amaral, L. A. N. (2005). Functional cartography of complex metabolic networks.
    Nature 433, 895–900 (participation coefficient).

    >>> from pan2kg.coherence.links import project
    >>> from pan2kg.coherence.uses import uses_of
    >>> uses = uses_of([("a", "K"), ("b", "K"), ("c", "K"), ("d", "L")], {"a": "p", "b": "q", "c": "r", "d": "r"})
    >>> [(row.action, row.value) for row in participation(uses, project(uses))]
    [('a', 0.5), ('b', 0.5), ('c', 0.5)]
    """
    spread, total, squares = (np.zeros(len(uses.actions)) for _ in range(3))
    for action, _, sums in by_group(links.one, links.two, links.strength, uses.plan_of, number=len(uses.plans)):
        first = int(action[0]) if len(action) else 0
        for amount, values in ((spread, None), (total, sums), (squares, sums**2)):
            counted = np.bincount(action - first, weights=values)
            amount[first : first + len(counted)] += counted
    linked = np.flatnonzero(spread)
    value = np.zeros(len(uses.actions))
    value[linked] = np.clip(1.0 - squares[linked] / total[linked] ** 2, 0.0, 1.0)
    value[spread == 1] = 0.0
    order = linked[np.lexsort((linked, -np.round(value[linked], 12)))]
    rows = (
        Participation(
            uses.actions[a], uses.plans[uses.plan_of[a]].iri, float(value[a]), float(total[a]), int(spread[a])
        )
        for a in order
    )
    return Measured(links.basis, tuple(rows))


@dataclass(frozen=True, slots=True)
class Loss:
    """What would be lost if an action were dropped.

    ``instruments``: those no other action of its plan uses and the plan does not state itself.
    ``obligations``: those under an instrument no other action of any plan uses.
    ``plans``: those its plan is linked to by no pair without this action.
    """

    action: str
    plan: str
    instruments: tuple[str, ...]
    obligations: tuple[str, ...]
    plans: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.instruments or self.obligations or self.plans)


def losses(uses: Uses, links: Links, duties: Mapping[str, Collection[str]] | None = None) -> Measured[Loss]:
    """What each action alone holds, for the actions that hold something, by IRI.

    ``duties`` gives for each obligation the works that answer it: it is lost with the only one. A pair of plans
    counts as linked while one of their pairs of actions has a strength above 0; weights stay what they are.

    Source: this project's definition (criticality by removal).

    >>> from pan2kg.coherence.links import project
    >>> from pan2kg.coherence.uses import uses_of
    >>> uses = uses_of([("a", "K"), ("b", "K"), ("c", "L")], {"a": "p", "b": "q", "c": "q"})
    >>> [(row.action, row.instruments, row.plans) for row in losses(uses, project(uses), {"o": {"c"}})]
    [('a', ('K',), ('q',)), ('b', ('K',), ('p',)), ('c', ('L',), ())]
    """
    alone = _instruments(uses)
    under = _obligations(uses, duties or {})
    cut = _plans(uses, links)
    rows = (
        Loss(
            uses.actions[a], uses.plans[uses.plan_of[a]].iri,
            tuple(alone.get(a, ())), tuple(under.get(a, ())), tuple(cut.get(a, ())),
        )
        for a in sorted(alone.keys() | under.keys() | cut.keys())
    )  # fmt: skip
    return Measured(links.basis, tuple(rows))


def loss(uses: Uses, links: Links, action: str, duties: Mapping[str, Collection[str]] | None = None) -> Loss:
    """What is lost with one action; empty when nothing is.

    Raises:
        QueryError: an unknown action, with the nearest names.
    """
    at = uses.find_action(action)
    iri = uses.actions[at]
    found = {row.action: row for row in losses(uses, links, duties)}
    return found.get(iri, Loss(iri, uses.plans[uses.plan_of[at]].iri, (), (), ()))


def _instruments(uses: Uses) -> dict[int, list[str]]:
    wide = max(len(uses.instruments), 1)
    keys = uses.plan_of[uses.table.rows] * wide + uses.table.columns
    _, which, counts = np.unique(keys, return_inverse=True, return_counts=True)
    only = (counts[which] == 1) & ~np.isin(keys, uses.own.rows * wide + uses.own.columns)
    found: dict[int, list[str]] = {}
    for a, i in zip(uses.table.rows[only], uses.table.columns[only], strict=True):
        found.setdefault(int(a), []).append(uses.instruments[i])
    return found


def _obligations(uses: Uses, duties: Mapping[str, Collection[str]]) -> dict[int, list[str]]:
    place = {iri: at for at, iri in enumerate(uses.actions)}
    found: dict[int, list[str]] = {}
    for duty, works in sorted(duties.items()):
        only = set(works)
        if len(only) == 1 and only <= place.keys():
            found.setdefault(place[only.pop()], []).append(duty)
    return found


def _plans(uses: Uses, links: Links) -> dict[int, list[str]]:
    many = max(len(uses.plans), 1)
    apart = links.across(uses)
    blocks = list(by_group(apart.one, apart.two, np.ones(len(apart)), uses.plan_of, number=len(uses.plans)))
    if not blocks:
        return {}
    action, plan, number = map(np.concatenate, zip(*blocks, strict=True))
    keys = uses.plan_of[action] * many + plan
    _, which = np.unique(keys, return_inverse=True)
    whole = np.bincount(which, weights=number)[which]
    found: dict[int, list[str]] = {}
    for at in np.flatnonzero(number == whole):
        if uses.has_plan(action[at]) and uses.plans[plan[at]].is_plan:
            found.setdefault(int(action[at]), []).append(uses.plans[plan[at]].iri)
    return found


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
