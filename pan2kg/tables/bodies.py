"""Tables of who acts and for whom: bodies to coordinate, target groups, and plans of other countries."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from pan2kg.coherence import bodies as coordination, evidence
from pan2kg.coherence.evidence import Basis, Level
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.store import program_query
from pan2kg.tables import DEFAULT, Table, TableChoice, kinds, make, making, note
from pan2kg.turtle.vocabulary import key

BODIES = (
    "finding", "topics", "bodies", "actions", "groups", "instruments", "value", "known", "of",
    "level",
)  # fmt: skip
_FINDINGS = ("duplication", "edition", "fragmentation", "overlap", "talk")


def bodies(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """Topics with several leads, actions to coordinate, and bodies that should talk to each other.

    Each finding stands with the firmest level at which it is one. A lead or a work that two have in
    common they have on whoever's word. Works of two countries are no matter of coordination, and
    actions of two editions of one plan are told apart: the later may well take up the earlier.
    ``part`` restricts it to a kind of finding.

    Raises:
        QueryError: there is no such kind.
    """
    if choice.part and choice.part not in _FINDINGS:
        names = ", ".join(_FINDINGS)
        raise QueryError("no-part", remedy="there-are", part=choice.part, names=names)
    knowledge = graph.known(choice.evidence)
    uses = graph.uses_at(knowledge.level)
    levels = _firmest_levels(graph, knowledge.level)
    findings = _coordinated(graph, knowledge.level)
    if choice.part:
        findings = tuple(finding for finding in findings if finding.kind == choice.part)
    rows = [
        (
            finding.kind,
            finding.topics,
            finding.bodies,
            finding.actions,
            finding.groups,
            finding.instruments,
            finding.value,
            finding.known,
            finding.of,
            levels[finding.place],
        )
        for finding in findings
    ]
    profiles = graph.profiles_at(knowledge.level)
    actions = set(uses.actions)
    led = sum(bool(profile.leads) and profile.work in actions for profile in profiles)
    notes = [note("leads-known", n=led, of=len(uses.actions)), note("in-common-means")]
    basis = uses.basis
    if choice.part:
        basis = basis.also("finding", choice.part)
    if any(finding.kind == "talk" for finding in findings):
        basis = replace(basis, weights=evidence.BITS)
    return make(graph, "bodies", BODIES, rows, notes, "coherence/tags", knowledge, basis=basis)


def _firmest_levels(graph: Graph, weakest: Level) -> dict[tuple[str, ...], Level]:
    """The firmest level at which each finding is one, by its place, down to the weakest asked for."""
    levels = dict[tuple[str, ...], Level]()
    for level in evidence.FIGURED[: evidence.FIGURED.index(weakest) + 1]:
        for finding in _coordinated(graph, level):
            levels.setdefault(finding.place, level)
    return levels


def _coordinated(graph: Graph, level: Level) -> tuple[coordination.Coordination, ...]:
    uses = graph.uses_at(level)
    profiles = graph.profiles_at(level)
    country = graph.country_of
    line = graph.known(level).chronology.line
    already_met = {*graph.earlier_bodies, *coordination.meeting(graph.profiles)}
    return (
        *coordination.fragmentation(uses, profiles, country),
        *coordination.overlaps(
            uses, profiles, graph.bits, line, said=graph.profiles, country=country
        ),
        *coordination.who_should_talk(
            uses, profiles, graph.bits, already_met, only=graph.ministries, country=country
        ),
    )


# Target groups

GROUPS = ("group", "aim", "actions_number", "plans")
_AIMS = ("forgotten", "several", "one")
"""How many plans aim at a group, in the order of the rows."""


class AimedAt(NamedTuple):
    """A target group: how many plans aim at it, how many of their actions, and which plans."""

    group: str
    aim: str
    actions_number: int
    plans: list[str]


def target_groups(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """The target groups, those first at which no plan aims; of the plans named, or of a country's.

    Where neither is named it is the project's own country.
    """
    plans = frozenset(graph.plans(choice.plans)) or own_plans(graph, choice.country)
    rows = []
    for group, works in _works_aiming(graph, plans).items():
        plans_of_works = [graph.plan_of(work) for work in works]
        aiming = sorted({plan for plan in plans_of_works if plan})
        actions = [work for work in works if work in graph.home_of]
        number = sum(graph.plan_of(action) is not None for action in actions)
        if len(aiming) > 1:
            aim = "several"
        elif aiming:
            aim = "one"
        else:
            aim = "forgotten"
        rows.append(AimedAt(group, aim, number, aiming))
    rows.sort(key=lambda row: (_AIMS.index(row.aim), -row.actions_number, row.group))
    actions = [action for action, plan in graph.home_of.items() if not plans or plan in plans]
    grouped = {profile.work for profile in graph.profiles if profile.groups}
    with_group = grouped.intersection(actions)
    notes = [note("groups-known", n=len(with_group), of=len(actions)), note("forgotten-means")]
    basis = looked_upon(graph, choice)
    return make(graph, "target-groups", GROUPS, rows, notes, "tables/group-uses", basis=basis)


def _works_aiming(graph: Graph, plans: frozenset[str]) -> dict[str, set[str]]:
    """The works that aim at each group there is, of some plans; no plans are all."""
    works_of: dict[str, set[str]] = {}
    for (group,) in graph.read(program_query("tables/groups")):
        works_of[group] = set()
    for work, group in graph.read(program_query("tables/group-uses")):
        if not plans or graph.home_of.get(work, work) in plans:
            works_of.setdefault(group, set()).add(work)
    return works_of


def own_plans(graph: Graph, country: str) -> frozenset[str]:
    """The plans of a country by its key, of the project's own without one; none for « all ».

    What a plan of another country does is done in that country.

    Raises:
        QueryError: there is no plan of the country.

    >>> from pan2kg.graph.graph import open_graph
    >>> own_plans(open_graph(), "all")
    frozenset()
    """
    if country == kinds.EVERYWHERE:
        return frozenset()
    countries = {}
    for plan in graph.tables.works.plans:
        if plan in graph.country_of:
            countries[plan] = graph.country_of[plan]
    chosen = graph.profile.country
    if country:
        chosen = _country_called(country, countries.values())
    return frozenset(plan for plan, its_country in countries.items() if its_country == chosen)


def _country_called(name: str, countries: Iterable[str]) -> str:
    of_plans = list(countries)
    distinct = list(dict.fromkeys(of_plans))
    for country in distinct:
        if key(country).lower() == name.lower():
            return country
    names = ", ".join(sorted(map(key, distinct))) or "none"
    raise QueryError(
        "no-plan-of-country", remedy="there-are", given=name, names=names, total=len(of_plans)
    )


def looked_upon(graph: Graph, choice: TableChoice) -> Basis:
    """The basis of what is asked of the plans named, or of those of one country."""
    if choice.plans:
        return making.among(graph, sorted(graph.plans(choice.plans)))
    country = choice.country
    plan = min(own_plans(graph, choice.country), default="")
    if plan:
        country = key(graph.country_of[plan])
    return graph.uses.basis.also("country", country) if country else graph.uses.basis


# What plans of other countries cover

ABROAD = ("topic", "countries", "plans")


def other_countries(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """Topics that plans of other countries cover and ours do not; ``part`` is the key of our country.

    Without it, our country is that of the profile, else the one with most plans. Where plans are of
    one country alone a note says so.
    """
    country_of = {row[0]: row[1] for row in graph.read(program_query("tables/countries"))}
    ours = _our_country(graph, choice.part, Counter(country_of.values()))
    our_topics = set[str]()
    foreign = dict[str, set[str]]()
    for profile in graph.profiles:
        plan = graph.home_of.get(profile.work, profile.work)
        country = country_of.get(plan)
        if country == ours:
            our_topics |= profile.topics
        elif country is not None:
            for topic in profile.topics:
                foreign.setdefault(topic, set()).add(plan)
    rows = []
    for topic in sorted(foreign.keys() - our_topics):
        plans = sorted(foreign[topic])
        countries = {country_of[plan] for plan in plans}
        rows.append((topic, sorted(countries), plans))
    notes = []
    if len({*country_of.values()}) <= 1:
        label = graph.label(ours) if ours else "–"
        notes.append(note("one-country", country=label, plans=len(country_of)))
    basis = graph.uses.basis.also("country", key(ours) if ours else "–")
    return make(graph, "other-countries", ABROAD, rows, notes, "tables/countries", basis=basis)


def _our_country(graph: Graph, name: str, plans_of: Counter[str]) -> str:
    """The country named, else that of the profile, else the one with most plans; none without plans."""
    if name:
        return _country_called(name, plans_of)
    if graph.profile.country in plans_of:
        return graph.profile.country
    return min(plans_of, key=lambda country: (-plans_of[country], country), default="")
