"""What a reader of the matrix chose: a level of evidence, a theme, a ministry, a year; all stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.evidence import FIGURED, HEADLINE, Level, level
from pan2kg.store.queries import program_query
from pan2kg.store.store import plain, select

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph

ASKED: Final = ("evidence", "topic", "body", "year")
"""How the parts of a choice are called in an address."""


EVIDENCE: Final = "evidence"
"""How the level is called in an address."""
BEFORE: Final[Mapping[str, Level]] = {"declared": Level.OTHER, "inferred": Level.EDITORS, "all": Level.EDITORS}
"""What addresses of the first release asked for, as the levels that show at least the same."""


def level_in(arguments: Mapping[str, str]) -> Level:
    """The level an address asks for; that of the headline where it asks for none, or for none there is.

    >>> [level_in({"evidence": asked}).key for asked in ("plan", "declared", "machine", "")]
    ['plan', 'other', 'official', 'official']
    """
    asked = arguments.get(EVIDENCE, "")
    found = BEFORE.get(asked) or level(asked)
    return found if found in FIGURED else HEADLINE


@dataclass(frozen=True, slots=True)
class Facts:
    """What plans can be chosen by: their topics and bodies, those of their actions included, and years."""

    topics: frozenset[str]
    bodies: frozenset[str]
    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Choice:
    """At which level of evidence links are shown, and what plans must have to be shown; empty is no restriction."""

    level: Level = HEADLINE
    topic: str = ""
    body: str = ""
    year: int | None = None

    @property
    def restricts(self) -> bool:
        """Whether some plans are left out."""
        return bool(self.topic or self.body or self.year)

    def admits(self, facts: Facts) -> bool:
        """Whether a plan is shown; one whose period is unknown is left out where a year is chosen.

        >>> Choice(year=2021).admits(Facts(frozenset(), frozenset(), 2020, 2022))
        True
        """
        if self.topic and self.topic not in facts.topics:
            return False
        if self.body and self.body not in facts.bodies:
            return False
        if self.year is None:
            return True
        known = facts.since is not None or facts.until is not None
        return known and (facts.since or 0) <= self.year <= (facts.until or 9999)


def read_choice(arguments: Mapping[str, str], *, topics: Mapping[str, str], bodies: Mapping[str, str]) -> Choice:
    """The choice in an address; what is unknown in it restricts nothing. ``topics`` and ``bodies``: key → IRI.

    >>> read_choice({"evidence": "declared", "year": "2021"}, topics={}, bodies={}).year
    2021
    """
    year = arguments.get("year", "")
    return Choice(
        level_in(arguments),
        topics.get(arguments.get("topic", ""), ""),
        bodies.get(arguments.get("body", ""), ""),
        int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else None,
    )


def read_facts(graph: Graph) -> Mapping[str, Facts]:
    """What each plan can be chosen by."""
    topics: dict[str, set[str]] = {}
    bodies: dict[str, set[str]] = {}
    for plan, topic, body in select(graph.store, program_query("site/topics-and-bodies")).rows:
        for term, into in ((topic, topics), (body, bodies)):
            if term is not None:
                into.setdefault(plain(plan), set()).add(plain(term))
    periods = graph.periods
    found = {}
    for iri in (source.iri for source in graph.uses.plans):
        on, since, until = periods.get(iri, ("", "", ""))
        found[iri] = Facts(
            frozenset(topics.get(iri, ())), frozenset(bodies.get(iri, ())), _year(since or on), _year(until)
        )
    return found


def _year(text: str) -> int | None:
    return int(text[:4]) if text[:4].isdecimal() else None
