"""Which plans a reader chose: the choice in the address, what plans are chosen by, and the plans it admits.

A choice is a level of evidence, a topic, a body and a year. The home page, lists and the matrix are
of the plans that are chosen.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from pan2kg.coherence import evidence
from pan2kg.graph.graph import Graph
from pan2kg.site.page import PageContext, SiteContext
from pan2kg.store import program_query


class PlanFacts(NamedTuple):
    """What a plan can be chosen by: topics and bodies, those of its actions included, first year and last."""

    topics: frozenset[str]
    bodies: frozenset[str]
    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """What a reader chose: a level of evidence, and plans by topic, body and year; what is empty chooses nothing."""

    level: evidence.Level = evidence.HEADLINE
    topic: str = ""
    body: str = ""
    year: int | None = None

    def admits(self, facts: PlanFacts) -> bool:
        """Whether a plan is among those chosen; one that has no year is in no year.

        >>> facts = PlanFacts(frozenset({"water"}), frozenset(), 2020, None)
        >>> PlanFilter(topic="water", year=2030).admits(facts), PlanFilter(body="x").admits(facts)
        (True, False)
        >>> PlanFilter(year=2019).admits(facts)
        False
        """
        if self.topic and self.topic not in facts.topics:
            return False
        if self.body and self.body not in facts.bodies:
            return False
        if self.year is None:
            return True
        is_dated = facts.since is not None or facts.until is not None
        return is_dated and (facts.since or 0) <= self.year <= (facts.until or 9999)


class PlanSets(NamedTuple):
    """All plans; those of other countries, those whose list of actions is whole, and those whose texts were read."""

    every: list[str]
    foreign: frozenset[str]
    whole: frozenset[str]
    read: frozenset[str]

    @property
    def partly_known(self) -> int:
        """Of how many plans the list of actions is not whole."""
        return len(set(self.every) - self.whole)


class OfferedFilters(NamedTuple):
    """The topics and the bodies that more than one plan has, by IRI."""

    topics: list[str]
    bodies: list[str]


def requested_filter(context: PageContext) -> PlanFilter:
    """The choice in the address; what is no topic, body or year there chooses nothing."""
    iris = {}
    for kind in ("topic", "body"):
        entry = context.graph.labels.find(kind, context.arguments.get(kind, ""))
        iris[kind] = entry.iri if entry and not entry.is_retired else ""
    year = context.arguments.get("year", "")
    is_year = year.isascii() and year.isdecimal() and len(year) == 4
    return PlanFilter(context.level, iris["topic"], iris["body"], int(year) if is_year else None)


def shown_plans(site_context: SiteContext, choice: PlanFilter) -> list[str]:
    """The plans that a choice admits."""
    facts = plan_facts(site_context)
    return [plan for plan in plan_sets(site_context).every if choice.admits(facts[plan])]


def plan_sets(site_context: SiteContext) -> PlanSets:
    """The plans of the graph, read once for all pages."""
    return site_context.cached("plan sets", partial(_read_sets, site_context))


def _read_sets(site_context: SiteContext) -> PlanSets:
    graph = site_context.graph
    every = [plan.iri for plan in graph.uses.plans if plan.is_plan]
    whole = frozenset(iri for (iri,) in graph.read(program_query("site/whole-lists")))
    return PlanSets(every, site_context.foreign_plans, whole, graph.known().read_plans)


def plan_facts(site_context: SiteContext) -> Mapping[str, PlanFacts]:
    """What each plan can be chosen by, read once for all pages."""
    return site_context.cached("plan facts", partial(_read_facts, site_context.graph))


def _read_facts(graph: Graph) -> Mapping[str, PlanFacts]:
    topics: dict[str, set[str]] = {}
    involved: dict[str, set[str]] = {}
    for plan, topic, body in graph.read(program_query("site/topics-and-bodies")):
        if topic:
            topics.setdefault(plan, set()).add(topic)
        if body:
            involved.setdefault(plan, set()).add(body)
    facts = {}
    for source in graph.uses.plans:
        plan = source.iri
        period = graph.period(plan)
        facts[plan] = PlanFacts(
            frozenset(topics.get(plan, ())),
            frozenset(involved.get(plan, ())),
            _year(period.since or period.adopted),
            _year(period.until),
        )
    return facts


def _year(day: str) -> int | None:
    return int(day[:4]) if day[:4].isdecimal() else None


def offered_filters(site_context: SiteContext) -> OfferedFilters:
    """The topics and bodies a reader can choose, in the order of the index of the graph."""
    topics = Counter[str]()
    bodies = Counter[str]()
    facts = plan_facts(site_context)
    for plan in plan_sets(site_context).every:
        topics.update(facts[plan].topics)
        bodies.update(facts[plan].bodies)
    index = site_context.graph.labels
    return OfferedFilters(
        [entry.iri for entry in index.of_kind("topic") if topics[entry.iri] > 1],
        [entry.iri for entry in index.of_kind("body") if bodies[entry.iri] > 1],
    )


def offered_years(site_context: SiteContext) -> Sequence[int]:
    """The years from the first of any plan to the last."""
    years = set()
    for facts in plan_facts(site_context).values():
        years |= {facts.since, facts.until}
    known = [year for year in years if year]
    return range(min(known), max(known) + 1) if known else ()
