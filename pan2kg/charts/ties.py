"""What ties the actions of a plan to texts and to other plans: declared in a source, or inferred from shared texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pan2kg.charts.subject import Subject
from pan2kg.coherence.reading import read_statements
from pan2kg.store.queries import program_query

if TYPE_CHECKING:
    from pan2kg.coherence.uses import Uses
    from pan2kg.graph.graph import Graph


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


def text_ties(subject: Subject, works: Iterable[str]) -> tuple[Tie, ...]:
    """The instruments works rest on; declared where a source states at least one of the uses."""
    graph = subject.graph
    resting = graph.once("texts of works", lambda: _resting(graph.uses))
    declared = graph.once("stated texts of works", lambda: _declared(graph, resting))
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


def _declared(graph: Graph, works: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Works with an instrument a source states they rest on."""
    stated = {link for (link,) in graph.read(program_query("links/stated-uses"))}
    found = read_statements(graph.store, sorted(works))
    return frozenset((one.work, one.instrument) for one in found if one.link in stated)


def plan_ties(subject: Subject, plan: int) -> tuple[Tie, ...]:
    """The other plans a plan and its actions are tied to: by citations either way, and by shared texts.

    The work of a citation is the action named at the plan's end, or the plan itself.
    """
    return (*citation_ties(subject, plan), *shared_ties(subject, plan))


def citation_ties(subject: Subject, plan: int) -> tuple[Tie, ...]:
    """Citations between works of a plan and other plans, counted by work, plan and direction."""
    home, own = subject.graph.homes, subject.graph.uses.plans[plan].iri
    counted: dict[tuple[str, str, bool], int] = defaultdict(int)
    for _, source, target in sorted({(one.link, one.source, one.target) for one in subject.graph.citations}):
        ends = home.get(source, ""), home.get(target, "")
        if all(ends) and ends[0] != ends[1] and own in ends:
            incoming = ends[1] == own
            counted[target if incoming else source, ends[0] if incoming else ends[1], incoming] += 1
    return tuple(
        Tie(work, other, declared=True, number=number, incoming=incoming)
        for (work, other, incoming), number in sorted(counted.items())
    )


def shared_ties(subject: Subject, plan: int) -> tuple[Tie, ...]:
    """The linked pairs between actions of a plan and those of other plans, counted by action and plan."""
    uses = subject.graph.linking
    links = subject.graph.across
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


def neighbours(subject: Subject, action: int) -> tuple[Tie, ...]:
    """The actions of other plans an action is linked to, the strongest first, then by IRI."""
    uses = subject.graph.linking
    links = subject.graph.across
    found = (
        Tie(uses.actions[action], uses.actions[int(end[at])], declared=False, strength=float(links.strength[at]))
        for own, end in ((links.one, links.two), (links.two, links.one))
        for at in np.flatnonzero(own == action)
    )
    return tuple(sorted(found, key=lambda tie: (-tie.strength, tie.other)))
