"""Target groups, what other countries cover, and how far the figures can be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pan2kg.coherence.uses import key
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.store.queries import program_query
from pan2kg.tables.table import DEFAULT, Choice, Row, code, keys, make, note, number, thing, things, undated

if TYPE_CHECKING:
    from pan2kg.tables.table import FigureTable

GROUPS = ("group", "aim", "actions_number", "plans")


def target_groups(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """Each group of the scheme: forgotten, or aimed at by one plan or by several; with plans named, by these.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = frozenset(graph.plans(choice.plans))
    aimed: dict[str, set[str]] = {group: set() for (group,) in graph.read(program_query("tables/groups"))}
    for work, group in graph.read(program_query("tables/group-uses")):
        if not named or graph.home_of.get(work, work) in named:
            aimed.setdefault(group, set()).add(work)
    rows = [_group(graph, group, works) for group, works in aimed.items()]
    order = ("forgotten", "several", "one")
    rows.sort(key=lambda row: (order.index(str(row["aim"])), -int(str(row["actions_number"])), str(row["group"])))
    with_group = {profile.work for profile in graph.profiles if profile.groups and profile.work in graph.home_of}
    notes = [note("groups-known", n=len(with_group), of=len(graph.uses.actions)), note("forgotten-means")]
    basis = graph.uses.basis
    if named:
        basis = basis.also("plans", keys(sorted(named)))
    return undated(
        make("target-groups", basis, GROUPS, rows, notes=notes, sparql=program_query("tables/group-uses")), graph
    )


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


def other_countries(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """Topics plans of other countries cover and ours do not; ``part`` is the key of our country.

    Without it, our country is the one with most plans. Where the graph knows one country, a note says so.

    Raises:
        QueryError: a country no plan of the graph is of.
    """
    country_of = {row[0]: row[1] for row in graph.read(program_query("tables/countries"))}
    counted: dict[str, int] = {}
    for country in country_of.values():
        counted[country] = counted.get(country, 0) + 1
    ours = _ours(choice.part, counted)
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
    "plan", "in_graph", "published", "list", "with_instrument", "with_body", "with_topic", "with_group",
    "with_fields", "share",
)  # fmt: skip


def trust(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """For each plan how many of its measures are in the graph, and how many of these were annotated with what.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = frozenset(graph.plans(choice.plans))
    annotated = _annotated(graph)
    at_of = {plan.iri: at for at, plan in enumerate(graph.uses.plans) if plan.is_plan}
    rows = [_trust(graph, plan, at, annotated) for plan, at in at_of.items() if not named or plan in named]
    rows.sort(key=lambda row: (-float(str(row["share"] or 0)), -int(str(row["in_graph"])), str(row["plan"])))
    basis = graph.uses.basis
    without = sum(not row["in_graph"] for row in rows)
    notes = [
        note("annotated", n=basis.annotated, of=basis.n, share=round(100 * basis.share)),
        note("plans-without-actions", n=without, of=len(rows)),
        note("low-share"),
    ]
    return undated(make("trust", basis, TRUST, rows, notes=notes), graph)


def _annotated(graph: Graph) -> Mapping[str, set[str]]:
    uses, known = graph.uses, graph.profiles
    fields = {field.action for field in graph.fields}
    return {
        "with_instrument": {uses.actions[at] for at in set(uses.table.rows.tolist())},
        "with_body": {profile.work for profile in known if profile.bodies or profile.leads},
        "with_topic": {profile.work for profile in known if profile.topics},
        "with_group": {profile.work for profile in known if profile.groups},
        "with_fields": fields,
    }


def _trust(graph: Graph, iri: str, at: int, annotated: Mapping[str, set[str]]) -> Row:
    plan = graph.uses.plans[at]
    members = {action for action, home in graph.home_of.items() if home == iri}
    counts = {name: len(members & works) for name, works in annotated.items()}
    share = counts["with_instrument"] / len(members) if members else None
    return {
        **thing(graph, "plan", iri),
        "in_graph": len(members),
        "published": plan.published,
        **code(graph, "list", plan.completeness),
        **counts,
        "share": number(share),
    }
