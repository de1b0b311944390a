"""Target groups, what other countries cover, and how far the figures can be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pan2kg.coherence.evidence import Aspect, Basis, Level, coverage, listed
from pan2kg.coherence.known import Known, basis_line
from pan2kg.coherence.weight import unsaid
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import LANGUAGES, Text
from pan2kg.store.queries import program_query
from pan2kg.tables.making import DEFAULT, EVERYWHERE, Choice, code, keys, make, note, number, thing, things, undated
from pan2kg.tables.table import Row, Table
from pan2kg.turtle.vocabulary import key

GROUPS = ("group", "aim", "actions_number", "plans")


def own_plans(graph: Graph, country: str = "") -> frozenset[str]:
    """The plans of a country, by the end of its IRI, where it is said that no action does something; none means all.

    Of the project's own country where none is named: what a plan of another country does is done in that country.

    Raises:
        QueryError: a country no plan of the graph is of.
    """
    if country == EVERYWHERE:
        return frozenset()
    of = {plan: graph.country_of[plan] for plan in graph.tables.works.plans if plan in graph.country_of}
    ours = _ours(country, dict.fromkeys(of.values(), 1)) if country else graph.profile.country
    return frozenset(plan for plan, where in of.items() if where == ours)


def target_groups(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """Each group of the scheme: forgotten, or aimed at by one plan or by several, of a country or of those named.

    Raises:
        QueryError: an unknown plan, with the nearest names; a country no plan is of.
    """
    named = frozenset(graph.plans(choice.plans)) or own_plans(graph, choice.country)
    aimed: dict[str, set[str]] = {group: set() for (group,) in graph.read(program_query("tables/groups"))}
    for work, group in graph.read(program_query("tables/group-uses")):
        if not named or graph.home_of.get(work, work) in named:
            aimed.setdefault(group, set()).add(work)
    rows = [_group(graph, group, works) for group, works in aimed.items()]
    order = ("forgotten", "several", "one")
    rows.sort(key=lambda row: (order.index(str(row["aim"])), -int(str(row["actions_number"])), str(row["group"])))
    looked = {action for action, plan in graph.home_of.items() if not named or plan in named}
    with_group = {profile.work for profile in graph.profiles if profile.groups and profile.work in looked}
    notes = [note("groups-known", n=len(with_group), of=len(looked)), note("forgotten-means")]
    basis = looked_at(graph, choice, graph.uses.basis)
    return undated(
        make("target-groups", basis, GROUPS, rows, notes=notes, sparql=program_query("tables/group-uses")), graph
    )


def looked_at(graph: Graph, choice: Choice, basis: Basis) -> Basis:
    """A basis that names the plans, or the country, at which a table looks."""
    if choice.plans:
        return basis.also("plans", keys(sorted(graph.plans(choice.plans))))
    own = min(own_plans(graph, choice.country), default="")
    country = key(graph.country_of[own]) if own else choice.country
    return basis.also("country", country) if country else basis


def _group(graph: Graph, group: str, works: set[str]) -> Row:
    plans = sorted(set(filter(None, map(graph.plan_of, works))))
    aim = "several" if len(plans) > 1 else "one" if plans else "forgotten"
    number_of = sum(work in graph.home_of and graph.plan_of(work) is not None for work in works)
    return {
        **thing(graph, "group", group),
        **code(graph, "aim", aim),
        "actions_number": number_of,
        **things(graph, "plans", plans),
    }


ABROAD = ("topic", "countries", "plans")


def other_countries(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """Topics plans of other countries cover and ours do not; ``part`` is the key of our country.

    Without it, our country is that of the profile, else the one with most plans. Of one country alone a note says so.

    Raises:
        QueryError: a country no plan of the graph is of.
    """
    country_of = {row[0]: row[1] for row in graph.read(program_query("tables/countries"))}
    counted: dict[str, int] = {}
    for country in country_of.values():
        counted[country] = counted.get(country, 0) + 1
    own = graph.profile.country
    ours = own if own in counted and not choice.part else _ours(choice.part, counted)
    ours_topics, others = set[str](), dict[str, set[str]]()
    for plan, topic in _topics(graph):
        if country_of.get(plan) == ours:
            ours_topics.add(topic)
        elif plan in country_of:
            others.setdefault(topic, set()).add(plan)
    rows = [_abroad(graph, country_of, topic, others[topic]) for topic in sorted(others.keys() - ours_topics)]
    label = graph.label(ours) if ours else "–"
    several = len(counted) > 1
    notes = [
        note("countries", n=len(counted)) if several else note("one-country", country=label, plans=len(country_of))
    ]
    basis = graph.uses.basis.also("country", key(ours) if ours else "–")
    return undated(
        make("other-countries", basis, ABROAD, rows, notes=notes, sparql=program_query("tables/countries")), graph
    )


def _ours(given: str, counted: Mapping[str, int]) -> str:
    if not given:
        return min(counted, key=lambda country: (-counted[country], country), default="")
    found = [country for country in counted if key(country).lower() == given.lower()]
    if not found:
        known = ", ".join(sorted(map(key, counted))) or "none"
        raise QueryError("no-plan-of-country", remedy="it-has", given=given, known=known)
    return found[0]


def _topics(graph: Graph) -> Iterator[tuple[str, str]]:
    for profile in graph.profiles:
        plan = graph.home_of.get(profile.work, profile.work)
        yield from ((plan, topic) for topic in profile.topics)


def _abroad(graph: Graph, country_of: Mapping[str, str], topic: str, plans: set[str]) -> Row:
    return {
        **thing(graph, "topic", topic),
        **things(graph, "countries", sorted({country_of[plan] for plan in plans})),
        **things(graph, "plans", sorted(plans)),
    }


TRUST = (
    "plan", "in_graph", "published", "listed", "list", "texts_full", "texts_part", "texts_none", "bodies_full",
    "bodies_part", "bodies_none", "references", "web_page", "with_text", "with_body", "with_topic", "with_group",
    "with_fields",
)  # fmt: skip


def trust(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """For each plan how many of its measures are in the graph, how far they were read, and what was recorded of them.

    Coverage is told part by part, and never multiplied or averaged into one score.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = frozenset(graph.plans(choice.plans))
    known = graph.known(choice.evidence)
    works = known.tables.works
    recorded = _recorded(graph, known)
    rows = [_trust(graph, known, plan, recorded) for plan in works.plans if not named or plan in named]
    rows.sort(key=lambda row: (-int(str(row["with_text"])), -int(str(row["in_graph"])), str(row["plan"])))
    line = basis_line(known)
    texts = line.texts
    notes = [
        note("texts-read", full=texts.full, part=texts.part, none=texts.none),
        note("plans-without-actions", n=sum(not row["in_graph"] for row in rows), of=len(rows)),
        note("low-share"),
        *_prompts(graph, named),
    ]
    return undated(make("trust", graph.uses.basis, TRUST, rows, notes=notes, line=line), graph)


def _prompts(graph: Graph, named: frozenset[str]) -> list[Text]:
    """What to ask a plan for: a text half of its read actions name or more, of which it says nothing itself."""

    def label(iri: str) -> Text:
        return Text(tuple((language, graph.label(iri, language)) for language in LANGUAGES))

    found = unsaid(graph.known(Level.EDITORS).potential)
    return [
        note("unsaid", n=many, of=of, plan=label(plan), text=label(text))
        for plan, text, many, of in found if not named or plan in named
    ]  # fmt: skip


def _recorded(graph: Graph, known: Known) -> Mapping[str, set[str]]:
    profiles = graph.profiles_at(known.level)
    return {
        "with_text": {use.work for use in known.uses},
        "with_body": {profile.work for profile in profiles if profile.bodies or profile.leads},
        "with_topic": {profile.work for profile in profiles if profile.topics},
        "with_group": {profile.work for profile in profiles if profile.groups},
        "with_fields": {field.action for field in graph.fields},
    }


def _trust(graph: Graph, known: Known, plan: str, recorded: Mapping[str, set[str]]) -> Row:
    tables = known.tables
    members = {action for action, home in tables.works.home.items() if home == plan}
    texts = coverage(tables.readings, tables.works, Aspect.TEXTS, {plan})
    bodies = coverage(tables.readings, tables.works, Aspect.BODIES, {plan})
    return {
        **thing(graph, "plan", plan),
        "in_graph": len(members),
        "published": tables.published.get(plan),
        "listed": number(listed(tables.works, tables.published, plan)),
        **code(graph, "list", tables.lists.get(plan, "unknown")),
        "texts_full": texts.full,
        "texts_part": texts.part,
        "texts_none": texts.none,
        "bodies_full": bodies.full,
        "bodies_part": bodies.part,
        "bodies_none": bodies.none,
        **code(graph, "references", tables.readings.extent(plan, Aspect.REFERENCES).value),
        **code(graph, "web_page", tables.readings.extent(plan, Aspect.WEB_PAGE).value),
        **{name: len(members & works) for name, works in recorded.items()},
    }
