"""What ties the actions of a plan to texts and to other plans: declared in a source, or inferred from shared texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pan2kg.charts.ground import Ground
from pan2kg.coherence.citations import homes
from pan2kg.coherence.reading import read_statements
from pan2kg.store.queries import program_query
from pan2kg.store.store import Store, plain, select

if TYPE_CHECKING:
    from pan2kg.coherence.uses import Uses


@dataclass(frozen=True, slots=True)
class Tie:
    """A work and what it is tied to. ``declared`` in a source, else inferred; ``number`` of pairs or citations.

    ``incoming`` says that it is the other that cites the work.
    """

    work: str
    other: str
    declared: bool
    number: int = 1
    strength: float = 0.0
    incoming: bool = False


def text_ties(ground: Ground, works: Iterable[str]) -> tuple[Tie, ...]:
    """The instruments works rest on; declared where a source states at least one of the uses."""
    resting = ground.once("resting", lambda: _resting(ground.uses))
    declared = ground.once("declared", lambda: _declared(ground.store, resting))
    pairs = ((work, text) for work in sorted(set(works)) for text in resting.get(work, ()))
    return tuple(Tie(work, text, (work, text) in declared) for work, text in pairs)


def _resting(uses: Uses) -> Mapping[str, tuple[str, ...]]:
    """The instruments each work rests on, in their order."""
    names = ((uses.table, uses.actions), (uses.own, tuple(plan.iri for plan in uses.plans)))
    found: dict[str, set[str]] = {}
    for table, labels in names:
        for row, column in zip(table.rows.tolist(), table.columns.tolist(), strict=True):
            found.setdefault(labels[row], set()).add(uses.instruments[column])
    return {work: tuple(sorted(texts)) for work, texts in found.items()}


def _declared(store: Store, works: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Works with an instrument a source states they rest on."""
    stated = {plain(link) for (link,) in select(store, program_query("links/stated-uses")).rows}
    return frozenset((one.work, one.instrument) for one in read_statements(store, sorted(works)) if one.link in stated)


def plan_ties(ground: Ground, plan: int) -> tuple[Tie, ...]:
    """The other plans a plan and its actions are tied to: by citations either way, and by shared texts.

    The work of a citation is the action named at the plan's end, or the plan itself.
    """
    return (*citation_ties(ground, plan), *shared_ties(ground, plan))


def citation_ties(ground: Ground, plan: int) -> tuple[Tie, ...]:
    """Citations between works of a plan and other plans, counted by work, plan and direction."""
    home, own = homes(ground.uses), ground.uses.plans[plan].iri
    counted: dict[tuple[str, str, bool], int] = defaultdict(int)
    for _, source, target in sorted({(one.link, one.source, one.target) for one in ground.citations}):
        ends = home.get(source, ""), home.get(target, "")
        if all(ends) and ends[0] != ends[1] and own in ends:
            incoming = ends[1] == own
            counted[target if incoming else source, ends[0] if incoming else ends[1], incoming] += 1
    return tuple(
        Tie(work, other, declared=True, number=number, incoming=incoming)
        for (work, other, incoming), number in sorted(counted.items())
    )


def shared_ties(ground: Ground, plan: int) -> tuple[Tie, ...]:
    """The linked pairs between actions of a plan and those of other plans, counted by action and plan."""
    uses = ground.linking
    links = ground.across
    counted: dict[tuple[str, str], list[float]] = defaultdict(list)
    for ends in ((links.one, links.two), (links.two, links.one)):
        for at in np.flatnonzero(uses.plan_of[ends[0]] == plan):
            other = uses.plans[int(uses.plan_of[ends[1][at]])]
            if other.is_plan:
                counted[uses.actions[int(ends[0][at])], other.iri].append(float(links.strength[at]))
    return tuple(
        Tie(work, other, declared=False, number=len(found), strength=max(found))
        for (work, other), found in sorted(counted.items())
    )


def neighbours(ground: Ground, action: int) -> tuple[Tie, ...]:
    """The actions of other plans an action is linked to, the strongest first, then by IRI."""
    uses = ground.linking
    links = ground.across
    found = (
        Tie(uses.actions[action], uses.actions[int(end[at])], declared=False, strength=float(links.strength[at]))
        for own, end in ((links.one, links.two), (links.two, links.one))
        for at in np.flatnonzero(own == action)
    )
    return tuple(sorted(found, key=lambda tie: (-tie.strength, tie.other)))
