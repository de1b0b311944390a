"""Actions one by one: how they bridge plans, what is lost without them, how complete they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from pan2kg.coherence.matrix import by_group
from pan2kg.coherence.weight import Pairs, Potential

if TYPE_CHECKING:
    from pan2kg.coherence.texts import Use


@dataclass(frozen=True, slots=True)
class Participation:
    """How the links of an action spread over other plans: P in [0,1), what it shares in bits, how many plans."""

    action: str
    plan: str
    value: float
    total: float
    plans: int


def participation(made: Potential, pairs: Pairs) -> tuple[Participation, ...]:
    """P_a = 1 − Σ_q (s_aq/s_a)² over the plans q other than its own that action a is linked to, in [0,1).

    s_aq = Σ_{b∈q} of the specific bits of a and b. Only actions with a link are listed, highest first, then by IRI.
    0 when all links go to one plan.

    Source: Guimerà, R. & Amaral, L. A. N. (2005). Functional cartography of complex metabolic networks.
    Nature 433, 895–900.

    >>> from pan2kg.coherence.evidence import Level
    >>> from pan2kg.coherence.texts import Use, Works, weigh
    >>> from pan2kg.coherence.weight import action_pairs, potential
    >>> works = Works(("p", "q", "r"), {"a": "p", "b": "q", "c": "r"})
    >>> uses = [Use(action, "K", 1.0, Level.PLAN) for action in "abc"]
    >>> made = potential(works, weigh(works, uses), uses)
    >>> [(row.action, row.value) for row in participation(made, action_pairs(made))]
    [('a', 0.5), ('b', 0.5), ('c', 0.5)]
    """
    kept = pairs.low > 0
    one, two, bits = pairs.one[kept], pairs.two[kept], pairs.low[kept]
    spread, total, squares = (np.zeros(len(made.names)) for _ in range(3))
    for action, _, sums in by_group(one, two, bits, made.home, number=len(made.works.plans)):
        first = int(action[0]) if len(action) else 0
        for amount, values in ((spread, None), (total, sums), (squares, sums**2)):
            counted = np.bincount(action - first, weights=values)
            amount[first : first + len(counted)] += counted
    linked = np.flatnonzero(spread)
    value = np.zeros(len(made.names))
    value[linked] = np.clip(1.0 - squares[linked] / total[linked] ** 2, 0.0, 1.0)
    value[spread == 1] = 0.0
    order = linked[np.lexsort((linked, -np.round(value[linked], 12)))]
    return tuple(
        Participation(
            made.names[a], made.works.plans[made.home[a]], float(value[a]), float(total[a]), int(spread[a])
        )
        for a in order
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loss:
    """What would be lost if an action were dropped.

    ``instruments``: the texts no other action of its plan names and the plan does not name itself.
    ``obligations``: those that no other work answers.
    ``plans``: those its plan shares a text with by this action alone.
    """

    action: str
    plan: str
    instruments: tuple[str, ...]
    obligations: tuple[str, ...]
    plans: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.instruments or self.obligations or self.plans)


def losses(
    made: Potential, uses: Iterable[Use], duties: Mapping[str, Collection[str]] | None = None
) -> tuple[Loss, ...]:
    """What each action alone holds, for the actions that hold something, by IRI.

    ``uses`` are those that count at the level, ``duties`` gives for each obligation the works that answer it: it is
    lost with the only one. A pair of plans counts as linked while it shares a text that is not general; weights stay
    what they are.

    Source: this project's definition (criticality by removal).

    >>> from pan2kg.coherence.evidence import Level
    >>> from pan2kg.coherence.texts import Use, Works, weigh
    >>> from pan2kg.coherence.weight import potential
    >>> works = Works(("p", "q"), {"a": "p", "b": "q", "c": "q"})
    >>> uses = [Use(*pair, 1.0, Level.PLAN) for pair in (("a", "K"), ("b", "K"), ("c", "L"))]
    >>> made = potential(works, weigh(works, uses), uses)
    >>> [(row.action, row.instruments, row.plans) for row in losses(made, uses, {"o": {"c"}})]
    [('a', ('K',), ('q',)), ('b', ('K',), ('p',)), ('c', ('L',), ())]
    """
    alone, under, cut = _texts(made, uses), _obligations(made, duties or {}), _plans(made)
    return tuple(
        Loss(
            action, made.works.home[action],
            tuple(alone.get(action, ())), tuple(under.get(action, ())), tuple(cut.get(action, ())),
        )
        for action in sorted(alone.keys() | under.keys() | cut.keys())
    )  # fmt: skip


def loss(
    made: Potential, uses: Iterable[Use], action: str, duties: Mapping[str, Collection[str]] | None = None
) -> Loss:
    """What is lost with one action, by IRI; empty when nothing is.

    Raises:
        KeyError: an action without a plan, or none.
    """
    found = {row.action: row for row in losses(made, uses, duties)}
    return found.get(action, Loss(action, made.works.home[action], (), (), ()))


def _holders(made: Potential) -> dict[tuple[int, int], list[str]]:
    """The works of each plan that reach each text: its actions, and the plan itself as an empty name."""
    found: dict[tuple[int, int], list[str]] = {}
    table, own = made.actions.reached[0], made.own.reached[0]
    for a, text in zip(table.rows.tolist(), table.columns.tolist(), strict=True):
        found.setdefault((int(made.home[a]), text), []).append(made.names[a])
    for plan, text in zip(own.rows.tolist(), own.columns.tolist(), strict=True):
        found.setdefault((plan, text), []).append("")
    return found


def _texts(made: Potential, uses: Iterable[Use]) -> dict[str, list[str]]:
    place = {text: at for at, text in enumerate(made.weights.texts)}
    plans = {plan: at for at, plan in enumerate(made.works.plans)}
    holders = _holders(made)
    found: dict[str, list[str]] = {}
    for work, text in sorted({(use.work, use.text) for use in uses if use.text in place}):
        home = made.works.home.get(work)
        if home in plans and holders.get((plans[home], place[text])) == [work]:
            found.setdefault(work, []).append(text)
    return found


def _obligations(made: Potential, duties: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    known = set(made.names)
    found: dict[str, list[str]] = {}
    for duty, works in sorted(duties.items()):
        only = set(works)
        if len(only) == 1 and only <= known:
            found.setdefault(only.pop(), []).append(duty)
    return found


def _plans(made: Potential) -> dict[str, list[str]]:
    """For each action the plans its own would no longer share a text with: it alone holds all they share."""
    weights, plans = made.weights, made.works.plans
    weighing = ~weights.general & (weights.gain > 0)
    holders = _holders(made)
    texts: dict[int, set[int]] = {}
    for plan, text in holders:
        if weighing[text]:
            texts.setdefault(plan, set()).add(text)
    found: dict[str, list[str]] = {}
    for p, q in sorted((p, q) for p in texts for q in texts if p != q and texts[p] & texts[q]):
        works = Counter(work for text in texts[p] & texts[q] for work in set(holders[p, text]))
        if len(works) == 1 and "" not in works:
            found.setdefault(next(iter(works)), []).append(plans[q])
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


def completeness(home: Mapping[str, str], fields: Iterable[Field]) -> tuple[Completeness, ...]:
    """For each action, each of the five fields as present, vague or absent; the best of several counts.

    ``home`` gives the plan of each action. By plan and action.

    Source: the fields of PAN 2's own tables; presence as in the scheme « presence » of the ontology.

    >>> given = [Field("a", "timeline", Presence.VAGUE), Field("a", "indicator", Presence.PRESENT)]
    >>> a, b = completeness({"a": "p", "b": "p"}, given)
    >>> a.share, a.count(Presence.VAGUE), b.share
    (0.2, 1, None)
    """
    best: dict[tuple[str, str], Presence] = {}
    for field in fields:
        at = (field.action, field.name)
        best[at] = max(best.get(at, Presence.ABSENT), field.presence, key=lambda presence: presence.rank)
    annotated = {action for action, _ in best}
    return tuple(
        Completeness(
            action, plan, tuple((name, best.get((action, name), Presence.ABSENT)) for name in FIELDS),
            action in annotated,
        )
        for plan, action in sorted((plan, action) for action, plan in home.items())
    )  # fmt: skip
