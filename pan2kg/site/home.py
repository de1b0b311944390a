"""The home page and the page of a country, and the map in time of the project's plan as a file.

Both pages begin with findings and a picture of one plan among those it meets; what follows them on
the home page counts over the plans a reader chose.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Final

from pan2kg.charts import Subject, country_map, registry, time_map
from pan2kg.coherence import evidence, figures, obligations
from pan2kg.coherence.known import Known
from pan2kg.coherence.standing import Standing
from pan2kg.site import definitions, plan_ties, values
from pan2kg.site.page import ASKED, CSV, SVG, File, PageContext, SiteContext, Values, View
from pan2kg.site.plan import brief_keys, period
from pan2kg.site.plan_matrix import FIRST, chosen, matrix, plan_sets, shown_plans
from pan2kg.store.names import folded
from pan2kg.tables.figure_words import bits_words
from pan2kg.turtle.vocabulary import key as code_of

TOLD: Final = (
    "linked-plan-pairs",
    "citing-pairs",
    "sharing-plan-pairs",
    "occasions",
    "citation-rate",
    "linked-actions",
)
"""The figures in the table at the end of the home page."""
LISTED: Final = 12
"""How many occasions for a citation that nobody saw are listed."""
NEIGHBOURS: Final = 7
REASONS: Final = 2
_STATES: Final = (Standing.STATED, Standing.ABSENT, Standing.UNREAD)


def _home(context: PageContext) -> Values:
    graph = context.graph
    site_context = context.site_context
    register = {row.figure.id: row for row in graph.figures(context.level)}
    expected = _by_part(register["occasions"])
    citing = _by_part(register["citations-made"])
    counted = numbers(site_context, context.level, shown_plans(site_context, chosen(context)))
    states = {state.value: citing.get(state.value, 0) for state in _STATES}
    findings = [_finding(context, "expected", expected[""], "#wanted", **states)]
    findings += _shortcomings(context, counted, graph.margins(context.level).rows)
    plan = _plan_shown(context)
    # None where nobody has scored an interaction yet
    divergences = len(site_context.table_of("opposed", "fr").rows) if graph.scores else None
    briefs = [context.href(f"brief/{key}.html") for key in brief_keys(site_context)]
    return {
        "opening": _opening(context, plan, findings),
        "asked": _asked(context),
        "countries": _countries(context),
        "plans": _linked_plans(context) if context.is_served else [],
        "plan": context.key(plan or ""),
        **matrix(context, limit=FIRST),
        "fields": _fields(context, context.known),
        "numbers": {**counted, "divergences": divergences},
        "handed": context.chosen(*ASKED),
        "wanted": _wanted(context, context.known),
        "expected": expected,
        "made": citing,
        "figures": [definitions.line(context, register[name]) for name in TOLD],
        "briefs": briefs,
    }


def _by_part(row: figures.Taken) -> dict[str, int]:
    """The numbers of a figure by what they count, « seen » for one part; one that has no parts by an empty name."""
    parts = row.figure.parts or ("",)
    return {
        part.partition(".")[2]: int(value or 0)
        for part, value in zip(parts, row.value, strict=True)
    }


def _plan_shown(context: PageContext) -> str | None:
    """The plan an address names, else the one the project is about."""
    entry = context.graph.labels.find("plan", context.arguments.get("plan", ""))
    if entry and entry.iri in context.graph.tables.works.plans:
        return entry.iri
    return context.graph.own_plan()


def _linked_plans(context: PageContext) -> list[tuple[str, str]]:
    """The plans to choose from, those that are linked with another: keys and names in the order of these."""
    linked = {end for pair in context.graph.known().linked for end in pair}
    options = [(context.key(iri), context.called(iri)) for iri in linked]
    return sorted(options, key=lambda option: (option[1].casefold(), option))


def _wanted(context: PageContext, knowledge: Known) -> list[Values]:
    """The first occasions at which a plan was to cite another and was not seen to."""
    unseen = (
        occasion
        for occasion in knowledge.occasions
        if occasion.is_expected and occasion.state is not Standing.STATED
    )
    rows: list[Values] = []
    for occasion in islice(unseen, LISTED):
        ends = (occasion.source, occasion.target)
        texts = []
        for shared in knowledge.weight(*ends).contributions:
            if not shared.is_broad:
                texts.append(shared.text)
        rows.append(
            {
                "way": plan_ties.citing(context, knowledge, *ends),
                "texts": texts,
                "reasons": _reasons(context, knowledge, ends),
                "bits": bits_words(occasion.bits, context.language),
                "address": context.pair(*ends),
            }
        )
    return rows


def _reasons(context: PageContext, knowledge: Known, ends: tuple[str, str]) -> list[Values]:
    """Why two plans meet beside the texts both name: the passages quoted, and on whose word that rests."""
    reasons: list[Values] = []
    for statement in knowledge.between(*ends)[:REASONS]:
        passages = context.graph.statements.values(statement.link, values.PASSAGE)
        key = "wanted-cited" if statement.is_citation else "wanted-together"
        reasons.append(
            {
                "words": context.t(key),
                "quotes": values.quotes(context, passages)[:1],
                "mark": context.mark(statement.level),
            }
        )
    return reasons


def _finding(
    context: PageContext, name: str, number: int, address: str, **numbers: object
) -> Values:
    words = context.t(f"finding-{name}", n=number, **numbers)
    return {"name": name, "number": number, "address": address, "words": words}


def _shortcomings(
    context: PageContext, counted: Mapping[str, int], duties: Sequence[obligations.Margin]
) -> list[Values]:
    """The actions without a link, and the duties past their date; nothing where nobody looked for any."""
    findings = []
    if counted["actions"]:
        alone = counted["unlinked_actions"]
        place = context.href("unlinked.html")
        findings.append(_finding(context, "unlinked", alone, place, of=counted["actions"]))
    late = obligations.unanswered(duties)
    if late.looked_for:
        place = context.href("obligations.html")
        findings.append(_finding(context, "overdue", late.number, place, of=late.looked_for))
    return findings


def _opening(context: PageContext, plan: str | None, findings: Sequence[Values]) -> Values:
    """The first screen: findings, the first of them of a plan, which is drawn among those it meets."""
    if plan is None:
        return {"findings": findings, "picture": None, "title": "", "downloads": ()}
    reach = context.known.reach(plan)
    name = context.subject.brief(plan)
    key = context.key(plan)
    meets = f"{context.address(plan)}#meets"
    first = _finding(
        context, "reach", reach.linked, meets, plan=name, cites=reach.cites, cited=reach.cited
    )
    downloads: list[tuple[str, str]] = []
    if context.is_served or key in _home_keys(context.site_context):
        file = context.href(f"time-map/{key}")
        downloads = [(f"{file}.csv", "CSV"), (f"{file}.svg", "SVG")]
    subject = context.subject_at(context.level)
    return {
        "findings": [first, *findings],
        "picture": time_map.draw_plan_map(subject, key, NEIGHBOURS, time_map.IN_PAGE),
        "title": context.t("opening-title", plan=name),
        "downloads": downloads,
    }


def _asked(context: PageContext) -> str:
    """Which action asks for coherence, in a sentence; empty where the project names none."""
    graph = context.graph
    action = graph.labels.label(graph.profile.coherence_action, context.language)
    home = graph.plan_of(graph.profile.coherence_action)
    if not action.notation or home is None:
        return ""
    return context.t(
        "home-asked", number=action.notation, plan=context.subject.brief(home), action=action.text
    )


def _fields(context: PageContext, knowledge: Known) -> list[Values]:
    """The fields of policy of the country's plans, each with its cells: how the plans of two fields meet."""
    sets = plan_sets(context.site_context)
    field_of = {
        plan: context.graph.policy_fields[plan]
        for plan in sets.every
        if plan in context.graph.policy_fields and plan not in sets.foreign
    }
    plans = Counter(field_of.values())
    plans_read = Counter(field_of[plan] for plan in sets.read & field_of.keys())
    linked = Counter[frozenset[str]]()
    cited = Counter[frozenset[str]]()
    for pair in knowledge.linked:
        if field_of.keys() >= set(pair):
            ends = frozenset(field_of[plan] for plan in pair)
            ways = (pair, pair[::-1])
            linked[ends] += 1
            cited[ends] += any(knowledge.chronology.seen(*way, knowledge.level) for way in ways)
    order = sorted(plans, key=lambda field: (folded(context.name(field)), field))
    rows: list[Values] = []
    for field in order:
        cells = []
        for partner in order:
            ends = frozenset((field, partner))
            cells.append(
                {
                    "pairs": _pairs_between(plans, field, partner),
                    "linked": linked[ends],
                    "cited": cited[ends],
                    "read": _pairs_between(plans_read, field, partner),
                }
            )
        rows.append(
            {
                "name": context.name(field),
                "colour": country_map.colour_of(context.subject, field),
                "plans": plans[field],
                "cells": cells,
            }
        )
    return rows


def _pairs_between(plans: Mapping[str, int], field: str, partner: str) -> int:
    if field == partner:
        return _pairs_among(plans[field])
    return plans[field] * plans[partner]


def _pairs_among(number: int) -> int:
    return number * (number - 1) // 2


def numbers(
    site_context: SiteContext, level: evidence.Level, plans: Sequence[str]
) -> dict[str, int]:
    """How many pairs of these plans are linked, of how many; and how many of their actions are not linked.

    ``read`` counts the pairs apart of which both were read in full.
    """
    graph = site_context.graph
    among = set(plans)
    plans_read = plan_sets(site_context).read & among
    linked = 0
    linked_read = 0
    for pair in graph.known(level).linked:
        linked += among.issuperset(pair)
        linked_read += plans_read.issuperset(pair)
    actions = [action for action, home in graph.tables.works.home.items() if home in among]
    unlinked = 0
    for action in actions:
        unlinked += not evidence.counts(graph.linked_actions.get(action), level)
    return {
        "linked": linked,
        "pairs": _pairs_among(len(plans)),
        "read": _pairs_among(len(plans_read)) - linked_read,
        "unlinked_actions": unlinked,
        "actions": len(actions),
    }


def _plans_of(site_context: SiteContext) -> Mapping[str, list[str]]:
    """The plans of each country that has any, by its code in small letters, in the order of the codes."""
    graph = site_context.graph
    plans: dict[str, list[str]] = {}
    if graph.has_actions:
        for plan in graph.tables.works.plans:
            country = graph.country_of.get(plan)
            if country:
                plans.setdefault(code_of(country).lower(), []).append(plan)
    return dict(sorted(plans.items()))


def _countries(context: PageContext) -> list[tuple[str, str]]:
    country_of = context.graph.country_of
    by_code = _plans_of(context.site_context)
    named = sorted((context.name(country_of[plans[0]]), code) for code, plans in by_code.items())
    return [(context.href(f"country/{code}.html"), name) for name, code in named]


def _country(context: PageContext) -> Values | None:
    plans = _plans_of(context.site_context).get(context.request.key)
    if not plans:
        return None
    graph = context.graph
    knowledge = context.known
    country = graph.country_of[plans[0]]
    reach = {plan: knowledge.reach(plan) for plan in plans}
    main = graph.own_plan()
    if main not in reach:
        main = min(plans, key=lambda plan: (-reach[plan].linked, plan))
    order = sorted(
        plans, key=lambda plan: (-reach[plan].linked, context.called(plan).casefold(), plan)
    )
    lines = [
        {"plan": plan, "period": period(context, plan), "reach": reach[plan]} for plan in order
    ]
    return {
        "title": context.t("country-title", country=context.name(country)),
        "opening": _opening(context, main, _country_findings(context, plans)),
        "asked": _asked(context) if country == graph.profile.country else "",
        "lines": lines,
        "countries": _countries(context),
    }


def _country_findings(context: PageContext, plans: Sequence[str]) -> list[Values]:
    """Citations expected between plans of a country, their actions without a link, and its duties past their date."""
    graph = context.graph
    knowledge = context.known
    among = set(plans)
    states = Counter[Standing]()
    for occasion in knowledge.occasions:
        ends = (occasion.source, occasion.target)
        if occasion.is_expected and among.issuperset(ends):
            states[occasion.state] += 1
    by_state = {state.value: states[state] for state in _STATES}
    wanted = context.href("index.html#wanted")
    findings = [_finding(context, "expected", states.total(), wanted, **by_state)]
    counted = numbers(context.site_context, knowledge.level, plans)
    country = graph.country_of[plans[0]]
    margins = graph.margins(knowledge.level).rows
    duties = [margin for margin in margins if margin.obligation.country == country]
    return [*findings, *_shortcomings(context, counted, duties)]


def _home_keys(site_context: SiteContext) -> Iterable[str]:
    home = site_context.graph.labels.entry(site_context.graph.profile.home_plan)
    return [home.key] if home and home.kind == "plan" else []


def _time_map(context: PageContext, suffix: str) -> bytes | None:
    plan = context.request.key
    if not context.graph.labels.find("plan", plan):
        return None
    subject = Subject(context.spoken, context.picture_address)
    return registry.picture_bytes(time_map.draw_time_map(subject, plan=plan), suffix)


PAGES: Final = (
    View("index", _home, title="home-title", template="home.html", section="index", menu=1),
)
COUNTRIES: Final = View("country", _country, _plans_of, section="index")
FILES: Final = (
    File("time-map", "csv", CSV, partial(_time_map, suffix=".csv"), _home_keys),
    File("time-map", "svg", SVG, partial(_time_map, suffix=".svg"), _home_keys),
)
