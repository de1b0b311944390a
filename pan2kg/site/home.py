"""The home page and that of a country: findings, a plan among those it meets, citations to look for, the matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations_with_replacement, islice
from math import comb
from typing import Final

from pan2kg.charts.registry import draw_on, picture_bytes
from pan2kg.charts.time_map import colour_of, draw_narrow_time_map
from pan2kg.coherence.citations import Occasion, State
from pan2kg.coherence.evidence import FIGURED, Level, counts
from pan2kg.coherence.known import Known
from pan2kg.graph.search import folded
from pan2kg.report.brief import is_late
from pan2kg.site.definitions import citing, line, taken
from pan2kg.site.matrix import FIRST, chosen, every_plan, is_foreign, matrix, read, shown_plans
from pan2kg.site.page import ASKED, CSV, SVG, File, PageContext, PlanFilter, SiteContext, Values, View
from pan2kg.site.plan import brief_keys, period
from pan2kg.site.values import PASSAGE, quotes
from pan2kg.tables.figure_words import bits_words
from pan2kg.tables.template import markup
from pan2kg.turtle.vocabulary import key as code_of

TOLD: Final = (
    "linked-plan-pairs", "citing-pairs", "sharing-plan-pairs", "occasions", "citation-rate", "linked-actions",
)  # fmt: skip
"""The figures told on the home page with their four values."""
LISTED: Final = 12
"""How many citations to look for the home page lists: the others stand on the page of their figure."""
NEIGHBOURS: Final = 7
"""How many plans the picture of the home page shows beside the home plan, so that it fits on the first screen."""
REASONS: Final = 2
"""How many statements that put two plans together are told of one citation to look for."""


def _values(context: PageContext) -> Values:
    choice, graph, site_context = chosen(context), context.graph, context.site_context
    knowledge = graph.known(choice.level)
    unseen = (occasion for occasion in knowledge.occasions if occasion.is_expected and occasion.state is not State.SEEN)
    counted = numbers(site_context, choice, shown_plans(site_context, choice))
    expected, made, margins = _told(context, "occasions"), _told(context, "citations-made"), graph.margins(choice.level)
    states = {state: made.get(state, 0) for state in ("seen", "absent", "open")}
    findings = [
        _finding(context, "expected", expected[""], "#wanted", **states),
        _finding(context, "unlinked", counted["unlinked_actions"], context.href("unlinked.html"),
                 of=counted["actions"]),
        _finding(context, "overdue", sum(map(is_late, margins.rows)), context.href("obligations.html"),
                 of=len(margins.rows)),
    ]  # fmt: skip
    # the plan an address names, else the one the project is about
    entry = graph.labels.find("plan", context.request.arguments.get("plan", ""))
    plan = entry.iri if entry and entry.iri in graph.known().tables.works.plans else graph.own_plan()
    # to choose one of those that are linked with another, where a server answers
    linked = {end for pair in graph.known().linked for end in pair} if site_context.mode == "served" else set()
    return {
        "title": context.t("home-title"),
        "opening": _opening(context, choice.level, plan, findings),
        "asked": _asked(context),
        "countries": _countries(context),
        "plans": sorted(
            ((context.key(iri), context.called(iri)) for iri in linked),
            key=lambda option: (option[1].casefold(), option),
        ),
        "plan": context.key(plan or ""),
        **matrix(context, limit=FIRST),
        "fields": _fields(context, knowledge),
        # None where nobody has scored an interaction yet
        "numbers": {
            **counted,
            "divergences": len(site_context.figures("opposed", "fr").rows) if graph.scores else None,
        },
        "handed": context.chosen(*ASKED),
        "wanted": [_wanted(context, occasion) for occasion in islice(unseen, LISTED)],
        "expected": expected,
        "made": made,
        "figures": [line(context, taken(context, name)) for name in TOLD],
        "levels": [context.caption(level) for level in FIGURED],
        "caption": context.caption(choice.level),
        "briefs": [context.href(f"brief/{key}.html") for key in brief_keys(site_context)],
    }


def _finding(context: PageContext, name: str, number: int, address: str, **values: object) -> Values:
    words = context.t(f"finding-{name}", n=number, **values)
    return {"name": name, "number": number, "words": words, "address": address}


def _opening(context: PageContext, level: Level, plan: str | None, findings: Sequence[Values]) -> Values:
    """What a first screen shows: what a plan meets before other findings, and its picture with the files of it."""
    if plan is None:
        return {"findings": findings, "picture": None, "title": "", "downloads": (), "narrow": None}
    reach, name, key = context.graph.known(level).reach(plan), context.subject.brief(plan), context.key(plan)
    meets = _finding(context, "reach", reach.linked, f"{context.address(plan)}#meets", plan=name, cites=reach.cites,
                     cited=reach.cited)  # fmt: skip
    is_file = context.site_context.mode == "served" or key in _home_keys(context.site_context)
    return {
        "findings": [meets, *findings],
        "picture": context.draw("time-map", level, plan=key, top=NEIGHBOURS),
        "title": context.t("opening-title", plan=name),
        "downloads": [
            (context.href(f"time-map/{key}.{ending}"), ending.upper()) for ending in ("csv", "svg") if is_file
        ],
        "narrow": markup(draw_narrow_time_map(replace(context.subject, level=level), plan=key, top=NEIGHBOURS).svg),
    }


def _asked(context: PageContext) -> str:
    """Which action asks for coherence here, as the profile of the project says it; empty where it names none."""
    graph = context.graph
    action = graph.labels.label(graph.profile.coherence_action, context.request.language)
    plan = graph.plan_of(graph.profile.coherence_action)
    if not action.notation or plan is None:
        return ""
    return context.t("home-asked", number=action.notation, plan=context.subject.brief(plan), action=action.text)


def _told(context: PageContext, figure: str) -> dict[str, int]:
    row = taken(context, figure)
    parts = (part.partition(".")[2] for part in row.figure.parts or ("",))
    return {part: int(value or 0) for part, value in zip(parts, row.value, strict=True)}


def _fields(context: PageContext, knowledge: Known) -> list[Values]:
    """A row a field of policy by name, with its colour, its plans, and a cell with every field, itself among them.

    A cell has the pairs of plans of two fields: how many there are, linked, with a citation, and both read in full.
    Plans of other countries and without a field are left out.
    """
    site_context, field_of = context.site_context, context.graph.policy_fields
    domestic = {plan for plan in every_plan(site_context) if plan in field_of and not is_foreign(site_context, plan)}
    order = sorted({field_of[plan] for plan in domestic}, key=lambda field: (folded(context.name(field)), field))
    plans_in, full = (
        Counter(map(field_of.__getitem__, domestic)),
        Counter(field_of[plan] for plan in read(site_context) & domestic),
    )
    linked, cited = Counter[frozenset[str]](), Counter[frozenset[str]]()
    for plan, partner in knowledge.linked:
        if plan in domestic and partner in domestic:
            ends = frozenset({field_of[plan], field_of[partner]})
            linked[ends] += 1
            cited[ends] += any(
                knowledge.chronology.seen(*direction, knowledge.level)
                for direction in ((plan, partner), (partner, plan))
            )

    def pairs(number: Counter[str], field: str, partner: str) -> int:
        return comb(number[field], 2) if field == partner else number[field] * number[partner]

    cells: dict[frozenset[str], Values] = {}
    for field, partner in combinations_with_replacement(order, 2):
        ends = frozenset({field, partner})
        number, both_read = pairs(plans_in, field, partner), pairs(full, field, partner)
        cells[ends] = {"pairs": number, "linked": linked[ends], "cited": cited[ends], "read": both_read}
    return [
        {
            "name": context.name(field), "colour": colour_of(context.subject, field), "plans": plans_in[field],
            "cells": [cells[frozenset({field, partner})] for partner in order],
        }
        for field in order
    ]  # fmt: skip


def _wanted(context: PageContext, occasion: Occasion) -> Values:
    """An expected citation that was not seen: what can be said of it, which texts both plans name, why they meet else.

    Beside texts plans meet in statements: in words, with the passage quoted for each and on whose word it rests.
    """
    knowledge, ends = context.known, (occasion.source, occasion.target)
    reasons = [
        {
            "words": context.t("wanted-cited" if statement.is_citation else "wanted-together"),
            "quotes": quotes(context, context.graph.statements.values(statement.link, PASSAGE))[:1],
            "mark": context.mark(statement.level),
        }
        for statement in knowledge.between(*ends)[:REASONS]
    ]
    return {
        "way": citing(context, knowledge, *ends),
        "bits": bits_words(occasion.bits, context.request.language),
        "texts": [
            contribution.text for contribution in knowledge.weight(*ends).contributions if not contribution.is_broad
        ],
        "reasons": reasons,
        "address": context.pair(*ends),
    }


def numbers(site_context: SiteContext, choice: PlanFilter, plans: Sequence[str]) -> dict[str, int]:
    """The numbers for the plans shown, the register's where all are: pairs linked, pairs, actions without a link.

    ``read`` says how many of the pairs without a link are of two plans read in full, so that there is none.
    """
    among, graph = set(plans), site_context.graph
    linked = [pair for pair in graph.known(choice.level).linked if set(pair) <= among]
    full = read(site_context) & among
    actions = [action for action, plan in graph.tables.works.home.items() if plan in among]
    return {
        "linked": len(linked),
        "pairs": comb(len(plans), 2),
        "read": comb(len(full), 2) - sum(full.issuperset(pair) for pair in linked),
        "unlinked_actions": sum(not counts(graph.linked_actions.get(action), choice.level) for action in actions),
        "actions": len(actions),
    }


def _plans_of(site_context: SiteContext) -> Mapping[str, list[str]]:
    """The plans of each country, by the key of the country: the code of its authority in lower case."""
    by_code: dict[str, list[str]] = {}
    graph = site_context.graph
    for plan in graph.known().tables.works.plans if graph.has_actions else ():
        if country := graph.country_of.get(plan):
            by_code.setdefault(code_of(country).lower(), []).append(plan)
    return dict(sorted(by_code.items()))


def _countries(context: PageContext) -> list[tuple[str, str]]:
    plans, of = context.graph.known().tables.works.plans, context.graph.country_of
    named = sorted((context.name(iri), iri) for iri in {iri for plan, iri in of.items() if plan in plans})
    return [(context.href(f"country/{code_of(iri).lower()}.html"), name) for name, iri in named]


def _country(context: PageContext) -> Values | None:
    plans = _plans_of(context.site_context).get(context.request.key)
    if not plans:
        return None
    graph, knowledge = context.graph, context.known
    country, own, reach = graph.country_of[plans[0]], graph.own_plan(), {plan: knowledge.reach(plan) for plan in plans}
    main = own if own in reach else min(plans, key=lambda plan: (-reach[plan].linked, plan))
    order = sorted(plans, key=lambda plan: (-reach[plan].linked, context.called(plan).casefold(), plan))
    # citations between plans of the country, actions of these without a link seen, duties past their date
    states = Counter(
        occasion.state for occasion in knowledge.occasions
        if occasion.is_expected and {occasion.source, occasion.target} <= {*plans}
    )  # fmt: skip
    counted = numbers(context.site_context, PlanFilter(knowledge.level), sorted(plans))
    duties = [row for row in graph.margins(knowledge.level).rows if row.obligation.terms.country == country]
    findings = [
        _finding(context, "expected", states.total(), context.href("index.html#wanted"), seen=states[State.SEEN],
                 absent=states[State.ABSENT], open=states[State.OPEN]),
    ]  # fmt: skip
    if counted["actions"]:
        alone, address = counted["unlinked_actions"], context.href("unlinked.html")
        findings.append(_finding(context, "unlinked", alone, address, of=counted["actions"]))
    if duties:
        late, address = sum(map(is_late, duties)), context.href("obligations.html")
        findings.append(_finding(context, "overdue", late, address, of=len(duties)))
    return {
        "title": context.t("country-title", country=context.name(country)),
        "opening": _opening(context, knowledge.level, main, findings),
        "asked": _asked(context) if country == graph.profile.country else "",
        "lines": [{"plan": plan, "period": period(context, plan), "reach": reach[plan]} for plan in order],
        "countries": _countries(context),
        "caption": context.caption(knowledge.level),
        "basis": context.basis(knowledge),
    }


def _home_keys(site_context: SiteContext) -> Iterable[str]:
    home = site_context.graph.labels.entry(site_context.graph.profile.home_plan)
    return [home.key] if home and home.kind == "plan" else []


def _time_map(context: PageContext, suffix: str) -> bytes | None:
    key = context.request.key
    if not context.graph.labels.find("plan", key):
        return None
    return picture_bytes(draw_on(context.subject, "time-map", plan=key), suffix)


PAGES: Final = (
    View("index", _values, template="home.html", section="index", menu=1),
    View(
        "matrix", lambda context: {"title": context.t("matrix-title"), **matrix(context, limit=None)}, section="index"
    ),
)
COUNTRIES: Final = View("country", _country, _plans_of, section="index")
FILES: Final = (
    File("time-map", "csv", CSV, partial(_time_map, suffix=".csv"), _home_keys),
    File("time-map", "svg", SVG, partial(_time_map, suffix=".svg"), _home_keys),
)
