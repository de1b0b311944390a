"""The coherence debt: linked pairs of actions that the texts do not acknowledge.

Action 3.3, pair by pair: do related plans cite each other in their texts and on their web sites?
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pan2kg.coherence.basis import Basis, Measured
from pan2kg.coherence.citations import Citation, homes
from pan2kg.coherence.links import Links, between
from pan2kg.coherence.matrix import Bools, Floats, Indices, Ints
from pan2kg.coherence.uses import Uses

if TYPE_CHECKING:
    from datetime import date

    from pan2kg.coherence.basis import Basis


@dataclass(frozen=True, slots=True)
class Debt:
    """What plan ``citing`` owes plan ``cited``: Σ strengths of linked pairs it does not acknowledge.

    At three levels, apart: its action cites the very action; one of the two cited is a plan; plan cites plan.
    """

    citing: str
    cited: str
    total: float
    action: float
    mixed: float
    plan: float

    def share(self, level: str) -> float:
        """Debt / Σ strengths at the level « action », « mixed » or « plan », in [0,1].

        >>> Debt("p", "q", 2.0, 2.0, 1.0, 0.0).share("mixed")
        0.5
        """
        owed = {"action": self.action, "mixed": self.mixed, "plan": self.plan}[level]
        return owed / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Owed:
    """The debts of all linked pairs of plans, both ways, as columns; plans by index."""

    citing: Ints
    cited: Ints
    total: Floats
    action: Floats
    mixed: Floats
    plan: Floats
    basis: Basis

    def rows(self, uses: Uses) -> Iterator[Debt]:
        """The debts with the plans' IRIs, in the order of the plans; of plans only."""
        for p, q, *amounts in zip(self.citing, self.cited, self.total, self.action, self.mixed, self.plan, strict=True):
            if uses.plans[p].is_plan and uses.plans[q].is_plan:
                yield Debt(uses.plans[p].iri, uses.plans[q].iri, *map(float, amounts))


def debts(uses: Uses, links: Links, citations: Iterable[Citation]) -> Measured[Debt]:
    """debt(p→q) = Σ strengths of linked p–q pairs that p does not acknowledge, at each of three levels.

    * action: a cites b;
    * mixed: a cites q or something in it, or p or something in it cites b;
    * plan: p or something in it cites q or something in it.

    The text of an action is part of its plan's, so a finer citation counts at the coarser levels and
    action ≥ mixed ≥ plan ≥ 0. At most Σ strengths, in units of strength. What q says is its own debt.

    Source: this project's definition; action 3.3 of the plan « lu-bhr-2 » asks for such citations.

    >>> from pan2kg.coherence.links import project
    >>> from pan2kg.coherence.uses import uses_of
    >>> uses = uses_of([("a", "K"), ("b", "K"), ("c", "L")], {"a": "p", "b": "q", "c": "q"})
    >>> there, back = debts(uses, project(uses), [Citation("l", "p", "q", "text")])
    >>> (there.action, there.mixed, there.plan), (back.action, back.mixed, back.plan)
    ((1.0, 1.0, 0.0), (1.0, 1.0, 1.0))
    """
    found = owed(uses, links, citations)
    return Measured(found.basis, tuple(found.rows(uses)))


def owed(uses: Uses, links: Links, citations: Iterable[Citation]) -> Owed:
    """The same as :func:`debts`, as columns for graphs with very many pairs of plans."""
    many = max(len(uses.plans), 1)
    keys, _, totals, _ = between(uses, links)
    directed = np.concatenate([keys, keys % many * many + keys // many])
    order = np.argsort(directed, kind="stable")
    directed, totals = directed[order], np.tile(totals, 2)[order]
    paid = _acknowledged(uses, links, citations, directed)
    action, mixed, plan = (_cleared(totals - amount, totals) for amount in paid)
    return Owed(directed // many, directed % many, totals, action, mixed, plan, links.basis)


def _cleared(amount: Floats, totals: Floats) -> Floats:
    return np.where(amount <= 1e-12 * totals, 0.0, amount)


def _acknowledged(uses: Uses, links: Links, citations: Iterable[Citation], directed: Ints) -> list[Floats]:
    """For each directed pair of plans the acknowledged strength by level; only cited pairs are looked at."""
    many = max(len(uses.plans), 1)
    said = _Said.of(uses, citations)
    paid = [np.zeros(len(directed)) for _ in range(3)]
    for one, two, strength in _both_ways(links):
        key = uses.plan_of[one] * many + uses.plan_of[two]
        cited = np.flatnonzero(np.isin(key, said.plan_plan))
        a, b = one[cited].astype(np.int64), two[cited].astype(np.int64)
        place = np.searchsorted(directed, key[cited])
        for amount, known in zip(paid, said.levels(uses, a, b), strict=True):
            np.add.at(amount, place[known], strength[cited][known])
    return paid


def _both_ways(links: Links) -> Iterator[tuple[Indices, Indices, Floats]]:
    for run in links.parts():
        yield run.one, run.two, run.strength
        yield run.two, run.one, run.strength


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """What cites what, as keys row · width + column, lifted to the plans."""

    action_action: Ints
    action_plan: Ints
    plan_action: Ints
    plan_plan: Ints

    @classmethod
    def of(cls, uses: Uses, citations: Iterable[Citation]) -> _Said:
        home = homes(uses)
        actions = {iri: at for at, iri in enumerate(uses.actions)}
        plans = {plan.iri: at for at, plan in enumerate(uses.plans)}
        n, m = max(len(actions), 1), max(len(plans), 1)
        ends = sorted({(c.source, c.target) for c in citations if c.source in home and c.target in home})
        lifted = [(s, t, plans[home[s]], plans[home[t]]) for s, t in ends]
        return cls(
            _keys(actions[s] * n + actions[t] for s, t, _, _ in lifted if s in actions and t in actions),
            _keys(actions[s] * m + q for s, _, _, q in lifted if s in actions),
            _keys(p * n + actions[t] for _, t, p, _ in lifted if t in actions),
            _keys(p * m + q for _, _, p, q in lifted if p != q),
        )

    def levels(self, uses: Uses, a: Ints, b: Ints) -> tuple[Bools, Bools, Bools]:
        """Whether the plan of a acknowledges the pair (a,b), by level."""
        n, m = max(len(uses.actions), 1), max(len(uses.plans), 1)
        p, q = uses.plan_of[a], uses.plan_of[b]
        mixed = np.isin(a * m + q, self.action_plan) | np.isin(p * n + b, self.plan_action)
        return np.isin(a * n + b, self.action_action), mixed, np.isin(p * m + q, self.plan_plan)


def _keys(keys: Iterable[int]) -> Ints:
    return np.array(sorted(set(keys)), dtype=np.int64)


PLACES = (("text", True), ("text", False), ("web", True), ("web", False))
"""What is looked for: a channel, and whether it is the first plan that cites the second."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A citation where it was seen: the channel, the way, the document and the day."""

    channel: str
    there: bool
    document: str
    seen: date | None


@dataclass(frozen=True, slots=True)
class PairIndex:
    """One pair of related plans: what is present of the four, on which pages, and where they overlap."""

    one: str
    two: str
    declared: bool
    linked: int
    sightings: tuple[Sighting, ...]
    instruments: tuple[str, ...]

    @property
    def value(self) -> int:
        """How many of {text, web} × {there, back} are present, 0 to 4."""
        return len({(sighting.channel, sighting.there) for sighting in self.sightings})

    @property
    def missing(self) -> tuple[tuple[str, bool], ...]:
        """Those of the four that are not present."""
        present = {(sighting.channel, sighting.there) for sighting in self.sightings}
        return tuple(place for place in PLACES if place not in present)

    @property
    def pages(self) -> tuple[str, ...]:
        """The web pages on which one of the two cites the other."""
        return tuple(sorted({s.document for s in self.sightings if s.channel == "web" and s.document}))


@dataclass(frozen=True, slots=True)
class Index:
    """The pairs that count, and their mean; None where no pair is related."""

    basis: Basis
    rows: tuple[PairIndex, ...]

    @property
    def mean(self) -> float | None:
        """The mean of the pairs' values, in [0,4]."""
        return sum(row.value for row in self.rows) / len(self.rows) if self.rows else None

    def other_plans(self, plan: str) -> tuple[str, ...]:
        """The first of the three lists action 3.3 asks for: the plans related to this one."""
        pairs = ({row.one, row.two} for row in self.rows)
        return tuple(sorted(other for pair in pairs if plan in pair for other in pair - {plan}))


def index(
    uses: Uses,
    links: Links,
    citations: Iterable[Citation],
    declared: Iterable[tuple[str, str]] = (),
    *,
    plan: str | None = None,
) -> Index:
    """How many of {text, web} × {p→q, q→p} are present, for each pair declared related or linked.

    ``declared`` holds pairs of works somebody put side by side; a citation declares its pair as well. An
    annex counts as text. With ``plan``, an IRI, only its pairs. Sorted by the two plans.

    Source: the indicators of action 3.3 of the plan « lu-bhr-2 »: other plans, web pages, overlaps.

    Raises:
        QueryError: ``plan`` is not in the graph.

    >>> from pan2kg.coherence.links import project
    >>> from pan2kg.coherence.uses import uses_of
    >>> uses = uses_of([("a", "K"), ("b", "K"), ("c", "L")], {"a": "p", "b": "q", "c": "q"})
    >>> found = index(uses, project(uses), [Citation("l", "p", "q", "annex"), Citation("m", "q", "p", "web", "page")])
    >>> found.mean, found.rows[0].missing, found.rows[0].pages
    (2.0, (('text', False), ('web', True)), ('page',))
    """
    home, given = homes(uses), tuple(citations)
    linked = _linked(uses, links)
    said = {_pair(home, c.source, c.target) for c in given} | {_pair(home, one, two) for one, two in declared}
    chosen = None if plan is None else uses.plans[uses.find_plan(plan)].iri
    pairs = sorted(pair for pair in said | linked.keys() if pair and (chosen is None or chosen in pair))
    by_pair: dict[tuple[str, ...], list[Citation]] = {}
    for citation in given:
        by_pair.setdefault(_pair(home, citation.source, citation.target), []).append(citation)
    shared = _shared(uses)
    rows = (
        PairIndex(
            p, q, (p, q) in said, linked.get((p, q), 0),
            _sightings(by_pair.get((p, q), []), home, p),
            tuple(sorted(shared.get(p, set()) & shared.get(q, set()))),
        )
        for p, q in pairs
    )  # fmt: skip
    return Index(links.basis, tuple(rows))


def _pair(home: dict[str, str], one: str, two: str) -> tuple[str, ...]:
    """The two plans in order; nothing where an end is no work or both are the same plan."""
    ends = {home.get(one, ""), home.get(two, "")}
    return tuple(sorted(ends)) if len(ends) == 2 and "" not in ends else ()


def _linked(uses: Uses, links: Links) -> dict[tuple[str, ...], int]:
    counted: dict[tuple[str, ...], int] = {}
    apart = links.across(uses)
    for a, b in zip(uses.plan_of[apart.one], uses.plan_of[apart.two], strict=True):
        pair = tuple(sorted((uses.plans[a].iri, uses.plans[b].iri)))
        if uses.plans[a].is_plan and uses.plans[b].is_plan:
            counted[pair] = counted.get(pair, 0) + 1
    return counted


def _shared(uses: Uses) -> dict[str, set[str]]:
    used: dict[str, set[str]] = {}
    for table in (uses.plan_uses(), uses.own):
        for p, i in zip(table.rows, table.columns, strict=True):
            used.setdefault(uses.plans[p].iri, set()).add(uses.instruments[i])
    return used


def _sightings(citations: list[Citation], home: dict[str, str], first: str) -> tuple[Sighting, ...]:
    found = {
        Sighting("text" if c.channel == "annex" else c.channel, home[c.source] == first, c.document, c.seen)
        for c in citations
    }
    kept = (sighting for sighting in found if sighting.channel in ("text", "web"))
    return tuple(sorted(kept, key=lambda s: (s.channel, not s.there, s.document, str(s.seen))))
