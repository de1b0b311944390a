"""The home page and that of a country: findings, a plan among those it meets, citations to look for, the matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import combinations_with_replacement, islice
from math import comb
from typing import Final

from pan2kg.charts import registry, time_map
from pan2kg.charts.subject import Subject
from pan2kg.coherence import evidence, known, obligations
from pan2kg.coherence.citations import State
from pan2kg.graph.search import folded
from pan2kg.report.brief import is_late
from pan2kg.site import definitions, matrix, plan, values
from pan2kg.site.page import ASKED, CSV, SVG, File, PageContext, SiteContext, Values, View
from pan2kg.tables import figure_words, template
from pan2kg.turtle.vocabulary import key as code_of

TOLD: Final = (
    "linked-plan-pairs", "citing-pairs", "sharing-plan-pairs", "occasions", "citation-rate", "linked-actions",
)  # fmt: skip
LISTED: Final = 12
NEIGHBOURS: Final = 7
"""How many plans the picture of the home page shows beside the home plan, so that it fits on the first screen."""
REASONS: Final = 2
"""How many statements that put two plans together are told of one citation to look for."""


def _home(context: PageContext) -> Values:
    choice, graph, site_context = matrix.chosen(context), context.graph, context.site_context
    knowledge, is_served = graph.known(choice.level), site_context.mode == "served"
    counted = numbers(site_context, choice.level, matrix.shown_plans(site_context, choice))
    register, figures = {row.figure.id: row for row in graph.figures(context.level)}, {}
    for name in ("occasions", "citations-made"):
        keys = (key.partition(".")[2] for key in register[name].figure.parts or ("",))
        figures[name] = {key: int(value or 0) for key, value in zip(keys, register[name].value, strict=True)}
    citations = figures["citations-made"]
    states = {state: citations.get(state, 0) for state in ("seen", "absent", "open")}
    findings = [_finding(context, "expected", figures["occasions"][""], "#wanted", **states)]
    findings += _shortcomings(context, counted, graph.margins(choice.level).rows)
    # the plan an address names, else the one the project is about
    entry = graph.labels.find("plan", context.request.arguments.get("plan", ""))
    shown = entry.iri if entry and entry.iri in graph.known().tables.works.plans else graph.own_plan()
    # to choose one of those that are linked with another, where a server answers
    linked = {end for pair in graph.known().linked for end in pair} if is_served else set()
    options = ((context.key(iri), context.called(iri)) for iri in linked)
    unseen = (row for row in knowledge.occasions if row.is_expected and row.state is not State.SEEN)
    wanted = []
    for occasion in islice(unseen, LISTED):
        # which texts both plans name, and why they meet else: the passages quoted, and on whose word that rests
        ends = occasion.source, occasion.target
        reasons = [
            {
                "words": context.t("wanted-cited" if statement.is_citation else "wanted-together"),
                "quotes": values.quotes(context, graph.statements.values(statement.link, values.PASSAGE))[:1],
                "mark": context.mark(statement.level),
            }
            for statement in context.known.between(*ends)[:REASONS]
        ]
        texts = [shared.text for shared in context.known.weight(*ends).contributions if not shared.is_broad]
        wanted.append({
            "way": definitions.citing(context, context.known, *ends), "texts": texts, "reasons": reasons,
            "bits": figure_words.bits_words(occasion.bits, context.request.language), "address": context.pair(*ends),
        })  # fmt: skip
    # None where nobody has scored an interaction yet
    divergences = len(site_context.figures("opposed", "fr").rows) if graph.scores else None
    return {
        "title": context.t("home-title"), "opening": _opening(context, choice.level, shown, findings),
        "asked": _asked(context), "countries": _countries(context),
        "plans": sorted(options, key=lambda option: (option[1].casefold(), option)), "plan": context.key(shown or ""),
        **matrix.matrix(context, limit=matrix.FIRST), "fields": _fields(context, knowledge),
        "numbers": {**counted, "divergences": divergences}, "handed": context.chosen(*ASKED), "wanted": wanted,
        "expected": figures["occasions"], "made": citations,
        "figures": [definitions.line(context, register[name]) for name in TOLD],
        "levels": [context.caption(level) for level in evidence.FIGURED], "caption": context.caption(choice.level),
        "briefs": [context.href(f"brief/{key}.html") for key in plan.brief_keys(site_context)],
    }  # fmt: skip


def _finding(context: PageContext, name: str, number: int, address: str, **values: object) -> Values:
    words = context.t(f"finding-{name}", n=number, **values)
    return {"name": name, "number": number, "address": address, "words": words}


def _shortcomings(
    context: PageContext, counted: Mapping[str, int], duties: Sequence[obligations.Margin]
) -> list[Values]:  # fmt: skip
    """The actions without a link seen, and the duties past their date."""
    alone, late = counted["unlinked_actions"], sum(map(is_late, duties))
    return [
        _finding(context, "unlinked", alone, context.href("unlinked.html"), of=counted["actions"]),
        _finding(context, "overdue", late, context.href("obligations.html"), of=len(duties)),
    ]


def _opening(context: PageContext, level: evidence.Level, iri: str | None, findings: Sequence[Values]) -> Values:
    if iri is None:
        return {"findings": findings, "picture": None, "title": "", "downloads": (), "narrow": None}
    reach, name, key = context.graph.known(level).reach(iri), context.subject.brief(iri), context.key(iri)
    cites, meets = {"cites": reach.cites, "cited": reach.cited}, f"{context.address(iri)}#meets"
    is_file = context.site_context.mode == "served" or key in _home_keys(context.site_context)
    subject = Subject(context.spoken, context.picture_address, level)
    narrow = time_map.draw_plan_map(subject, key, NEIGHBOURS, time_map.NARROW)
    return {
        "findings": [_finding(context, "reach", reach.linked, meets, plan=name, **cites), *findings],
        "picture": context.draw("time-map", level, plan=key, top=NEIGHBOURS),
        "title": context.t("opening-title", plan=name), "narrow": template.markup(narrow.svg),
        "downloads": [(context.href(f"time-map/{key}.{ending}"), ending.upper())
                      for ending in ("csv", "svg") if is_file],
    }  # fmt: skip


def _asked(context: PageContext) -> str:
    graph, iri = context.graph, context.graph.profile.coherence_action
    action, home = graph.labels.label(iri, context.request.language), graph.plan_of(iri)
    if not action.notation or home is None:
        return ""
    return context.t("home-asked", number=action.notation, plan=context.subject.brief(home), action=action.text)


def _fields(context: PageContext, knowledge: known.Known) -> list[Values]:
    """A row a field of policy; a cell has the pairs with a field: all, linked, citing, and read on both sides."""
    site_context, field_of = context.site_context, context.graph.policy_fields
    sets = matrix.plan_sets(site_context)
    domestic = {iri for iri in sets.every if iri in field_of} - sets.foreign
    order = sorted({field_of[iri] for iri in domestic}, key=lambda field: (folded(context.name(field)), field))
    plans_in, full = Counter(map(field_of.__getitem__, domestic)), Counter[str]()
    full.update(field_of[iri] for iri in sets.read & domestic)
    linked, cited = Counter[frozenset[str]](), Counter[frozenset[str]]()
    for pair in knowledge.linked:
        if domestic.issuperset(pair):
            ends = frozenset(field_of[iri] for iri in pair)
            linked[ends] += 1
            cited[ends] += any(knowledge.chronology.seen(*ways, knowledge.level) for ways in (pair, pair[::-1]))
    cells: dict[frozenset[str], Values] = {}
    for field, partner in combinations_with_replacement(order, 2):
        ends = frozenset({field, partner})
        pairs, both_read = (
            comb(number[field], 2) if field == partner else number[field] * number[partner]
            for number in (plans_in, full)
        )
        cells[ends] = {"pairs": pairs, "linked": linked[ends], "cited": cited[ends], "read": both_read}
    return [
        {
            "name": context.name(field), "colour": time_map.colour_of(context.subject, field), "plans": plans_in[field],
            "cells": [cells[frozenset({field, partner})] for partner in order],
        }
        for field in order
    ]  # fmt: skip


def numbers(site_context: SiteContext, level: evidence.Level, plans: Sequence[str]) -> dict[str, int]:
    """The numbers for the plans shown; ``read`` are the pairs without a link of two plans read in full."""
    among, graph = set(plans), site_context.graph
    linked = [pair for pair in graph.known(level).linked if set(pair) <= among]
    full = matrix.plan_sets(site_context).read & among
    actions = [action for action, home in graph.tables.works.home.items() if home in among]
    return {
        "linked": len(linked),
        "pairs": comb(len(plans), 2),
        "read": comb(len(full), 2) - sum(full.issuperset(pair) for pair in linked),
        "unlinked_actions": sum(not evidence.counts(graph.linked_actions.get(action), level) for action in actions),
        "actions": len(actions),
    }


def _plans_of(site_context: SiteContext) -> Mapping[str, list[str]]:
    by_code: dict[str, list[str]] = {}
    graph = site_context.graph
    for iri in graph.known().tables.works.plans if graph.has_actions else ():
        if country := graph.country_of.get(iri):
            by_code.setdefault(code_of(country).lower(), []).append(iri)
    return dict(sorted(by_code.items()))


def _countries(context: PageContext) -> list[tuple[str, str]]:
    by_code, country_of = _plans_of(context.site_context), context.graph.country_of
    named = sorted((context.name(country_of[plans[0]]), code) for code, plans in by_code.items())
    return [(context.href(f"country/{code}.html"), name) for name, code in named]


def _country(context: PageContext) -> Values | None:
    plans = _plans_of(context.site_context).get(context.request.key)
    if not plans:
        return None
    graph, knowledge = context.graph, context.known
    country, own, reach = graph.country_of[plans[0]], graph.own_plan(), {iri: knowledge.reach(iri) for iri in plans}
    main = own if own in reach else min(plans, key=lambda iri: (-reach[iri].linked, iri))
    order = sorted(plans, key=lambda iri: (-reach[iri].linked, context.called(iri).casefold(), iri))
    # citations between plans of the country, actions of these without a link seen, duties past their date
    states = Counter(
        occasion.state for occasion in knowledge.occasions
        if occasion.is_expected and {occasion.source, occasion.target} <= {*plans}
    )  # fmt: skip
    counted = numbers(context.site_context, knowledge.level, sorted(plans))
    duties = [row for row in graph.margins(knowledge.level).rows if row.obligation.country == country]
    by_state = {state.value: states[state] for state in (State.SEEN, State.ABSENT, State.OPEN)}
    alone, overdue = _shortcomings(context, counted, duties)
    findings = [_finding(context, "expected", states.total(), context.href("index.html#wanted"), **by_state)]
    findings += [*([alone] if counted["actions"] else []), *([overdue] if duties else [])]
    return {
        "title": context.t("country-title", country=context.name(country)),
        "opening": _opening(context, knowledge.level, main, findings),
        "asked": _asked(context) if country == graph.profile.country else "",
        "lines": [{"plan": iri, "period": plan.period(context, iri), "reach": reach[iri]} for iri in order],
        "countries": _countries(context),
        "caption": context.caption(knowledge.level),
        "basis": context.basis(knowledge),
    }


def _home_keys(site_context: SiteContext) -> Iterable[str]:
    home = site_context.graph.labels.entry(site_context.graph.profile.home_plan)
    return [home.key] if home and home.kind == "plan" else []


def _time_map(context: PageContext, suffix: str) -> bytes | None:
    if not context.graph.labels.find("plan", context.request.key):
        return None
    return registry.picture_bytes(time_map.draw_time_map(context.subject, plan=context.request.key), suffix)


PAGES: Final = (
    View("index", _home, template="home.html", section="index", menu=1),
    View(
        "matrix", lambda context: {"title": context.t("matrix-title"), **matrix.matrix(context, limit=None)},
        section="index",
    ),
)  # fmt: skip
COUNTRIES: Final = View("country", _country, _plans_of, section="index")
FILES: Final = (
    *matrix.FILES,
    File("time-map", "csv", CSV, partial(_time_map, suffix=".csv"), _home_keys),
    File("time-map", "svg", SVG, partial(_time_map, suffix=".svg"), _home_keys),
)
