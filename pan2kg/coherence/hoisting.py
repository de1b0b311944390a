"""What a whole plan is founded on, so that it does not link each of its actions with everybody."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pan2kg.coherence.matrix import Bools, Floats, Incidence
from pan2kg.coherence.uses import Uses

SHARE = 0.8
LEAST = 5


@dataclass(frozen=True, slots=True)
class Foundation:
    """A plan and an instrument it is founded on: hoisted from its actions, or said of the plan itself.

    ``share`` is the part of the plan's actions that use it.
    """

    plan: str
    instrument: str
    share: float
    hoisted: bool


@dataclass(frozen=True, slots=True)
class PlanLink:
    """Two plans that share an instrument at least one of them is founded on."""

    one: str
    two: str
    instrument: str
    both_founded: bool


def hoist(uses: Uses, *, share: float = SHARE, least: int = LEAST) -> tuple[Uses, tuple[Foundation, ...]]:
    """Take out of the action-level matrix what at least ``share`` of a plan's actions use.

    For a plan of at least ``least`` actions and an instrument used by at least ``share`` of them, the plan
    itself is founded on the instrument and the instrument leaves the rows of its actions. Weights stay what
    they were: how many actions use an instrument has not changed. What a plan says of itself is a foundation
    too, with ``hoisted`` false.

    Source: this project's definition; without it two plans on the same guiding principles link all their pairs.

    Raises:
        ValueError: ``share`` is not in (0,1], or ``least`` is below 1.

    >>> from pan2kg.coherence.uses import uses_of
    >>> members = {f"a{n}": "p" for n in range(5)} | {"b": "q"}
    >>> uses = uses_of([(action, "U") for action in members if action != "a4"], members)
    >>> hoisted, founded = hoist(uses)
    >>> founded
    (Foundation(plan='p', instrument='U', share=0.8, hoisted=True),)
    >>> hoisted.table.counts.tolist()
    [1]
    """
    if not 0 < share <= 1 or least < 1:
        raise ValueError("share must be in (0,1] and least at least 1")
    used = _shares(uses)
    wide = (used >= share - 1e-12) & (uses.sizes >= least)[uses.plan_of[uses.table.rows]]
    table = uses.table.keep(~wide)
    basis = uses.basis.also("hoisting", f"≥ {share:g} of a plan of ≥ {least} actions")
    return replace(uses, table=table, basis=basis), _foundations(uses, used, wide)


def _shares(uses: Uses) -> Floats:
    """For each statement of an action: the share of its plan's actions that use the same instrument."""
    plan = uses.plan_of[uses.table.rows]
    _, which, counts = np.unique(
        plan * max(len(uses.instruments), 1) + uses.table.columns, return_inverse=True, return_counts=True
    )
    shares: Floats = counts[which] / np.maximum(uses.sizes[plan], 1)
    return shares


def _foundations(uses: Uses, used: Floats, wide: Bools) -> tuple[Foundation, ...]:
    plans = uses.plan_of[uses.table.rows]
    shares = {(int(p), int(i)): float(s) for p, i, s in zip(plans, uses.table.columns, used, strict=True)}
    hoisted = {(int(p), int(i)) for p, i in zip(plans[wide], uses.table.columns[wide], strict=True)}
    stated = {(int(p), int(i)) for p, i in zip(uses.own.rows, uses.own.columns, strict=True)}
    return tuple(
        Foundation(uses.plans[p].iri, uses.instruments[i], shares.get((p, i), 0.0), (p, i) in hoisted)
        for p, i in sorted(hoisted | stated)
    )


def plan_links(uses: Uses, founded: tuple[Foundation, ...]) -> tuple[PlanLink, ...]:
    """The links that stand between plans because one of the two is founded on what the other uses as well.

    ``uses`` is the matrix before hoisting. Sorted by the two plans and the instrument.

    >>> from pan2kg.coherence.uses import uses_of
    >>> members = {f"a{n}": "p" for n in range(5)} | {"b": "q"}
    >>> uses = uses_of([(action, "U") for action in members], members)
    >>> plan_links(uses, hoist(uses)[1])
    (PlanLink(one='p', two='q', instrument='U', both_founded=False),)
    """
    base = {(f.plan, f.instrument) for f in founded}
    users = _users(uses.plan_uses(), uses) | base
    by_instrument: dict[str, list[str]] = {}
    for plan, instrument in sorted(users):
        by_instrument.setdefault(instrument, []).append(plan)
    found = {
        (min(plan, other), max(plan, other), instrument)
        for plan, instrument in base
        for other in by_instrument[instrument]
        if other != plan
    }
    return tuple(PlanLink(p, q, i, (p, i) in base and (q, i) in base) for p, q, i in sorted(found))


def _users(table: Incidence, uses: Uses) -> set[tuple[str, str]]:
    return {(uses.plans[p].iri, uses.instruments[i]) for p, i in zip(table.rows, table.columns, strict=True)}
