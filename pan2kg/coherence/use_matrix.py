"""Who rests on what: the matrix of actions and instruments, with each plan and what it rests on of itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from pan2kg.coherence import evidence
from pan2kg.coherence.texts import Incidence


class PlanEntry(NamedTuple):
    """A plan, and how many measures its published text has where that is known.

    ``is_plan`` is false for what stands in for the plan of an action that has none: it makes no row
    of a matrix of plans.
    """

    iri: str
    published: int | None = None
    completeness: str = "unknown"
    is_plan: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Uses:
    """B[a,i] = 1 if action a rests on instrument i, and the same for what a plan says of itself (``own``).

    ``home`` names the plan of each action, ``homes`` that of each action that has one and of each
    plan itself: what an action's text says, its plan says; ``stated`` are the pairs of work and
    instrument. All are sorted by IRI.
    """

    home: Mapping[str, str]
    homes: Mapping[str, str]
    actions: tuple[str, ...]
    plans: tuple[PlanEntry, ...]
    instruments: tuple[str, ...]
    table: Incidence
    own: Incidence
    stated: tuple[tuple[str, str], ...]
    basis: evidence.Basis


def uses_of(
    pairs: Iterable[tuple[str, str]],
    plan_of: Mapping[str, str],
    *,
    plans: Iterable[PlanEntry] = (),
    release: str = "",
    as_of: date | None = None,
) -> Uses:
    """The matrix of pairs of work and instrument, a work being an action of ``plan_of`` or a plan; others are left out.

    ``plan_of`` names every action with its plan, with or without an instrument: n counts them all.
    An action that is its own plan has none. Of a plan not among ``plans`` the number of measures is
    unknown.
    """
    plan_by_iri = {plan.iri: plan for plan in plans}
    for iri in plan_of.values():
        if iri not in plan_by_iri:
            plan_by_iri[iri] = PlanEntry(iri, is_plan=iri not in plan_of)
    actions = sorted(plan_of)
    iris = sorted(plan_by_iri)
    stated = set()
    for work, text in pairs:
        if work in plan_of or work in plan_by_iri:
            stated.add((work, text))
    instruments = sorted({text for _, text in stated})
    table = Incidence.named(stated, actions, instruments)
    # what its text says of an action, the plan says; it says so of itself too
    home = {action: plan_of[action] for action in actions}
    homes = {plan.iri: plan.iri for plan in plan_by_iri.values() if plan.is_plan}
    plans_number = len(homes)
    homes |= {action: plan for action, plan in home.items() if plan in homes}
    naming = int(np.count_nonzero(table.sizes))
    return Uses(
        home,
        homes,
        actions=tuple(actions),
        plans=tuple(plan_by_iri[iri] for iri in iris),
        instruments=tuple(instruments),
        table=table,
        own=Incidence.named(stated, iris, instruments),
        stated=tuple(sorted(stated)),
        basis=evidence.Basis(len(actions), naming, plans_number, release, as_of),
    )
