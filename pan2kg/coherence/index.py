"""Action 3.3, pair by pair: do related plans cite each other in their texts and on their web sites?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pan2kg.coherence.basis import Basis
from pan2kg.coherence.citations import Citation, homes
from pan2kg.coherence.links import Links
from pan2kg.coherence.uses import Uses

if TYPE_CHECKING:
    from datetime import date

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
