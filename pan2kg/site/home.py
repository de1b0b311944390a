"""The home page and that of a country, and the matrix of plans for a choice: as a table, as CSV, and as a picture."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from itertools import combinations_with_replacement, islice
from typing import Final, NamedTuple

from pan2kg.charts import Subject, drawing, frame as sheet, registry, table, time_map
from pan2kg.coherence import citations, evidence, figures, known, obligations
from pan2kg.findings.brief import is_late
from pan2kg.graph import labels, search
from pan2kg.i18n.catalogue import Messages, format_of
from pan2kg.site import definitions, page, plan, values
from pan2kg.store.queries import program_query
from pan2kg.tables import Value, figure_words, formats
from pan2kg.turtle.vocabulary import key as code_of

TOLD: Final = (
    "linked-plan-pairs",
    "citing-pairs",
    "sharing-plan-pairs",
    "occasions",
    "citation-rate",
    "linked-actions",
)
LISTED: Final = 12
NEIGHBOURS: Final = 7
REASONS: Final = 2
FIRST: Final = 15
"""How many plans the matrix on the home page has: of the own country first, those linked with most others."""
TOGETHER: Final = "·"
WORDS: Final = (
    "number-linked", "number-apart", "number-unlinked", "cell-cites", "cell-cited", "cell-both", "cell-shares",
    "cell-together", "cell-none", "cell-no", "matrix-empty", "matrix-absent", "matrix-whole",
)  # fmt: skip
COLUMNS: Final = (
    "one",
    "one_label",
    "two",
    "two_label",
    "one_cites_two",
    "two_cites_one",
    "bits",
    "level",
)
_WIDE = 56.0
_HIGH = 46.0
_HEAD: Final = 340.0
_DECLARED = "#e6f0fa"
_INFERRED = "#fdf1e2"
_DASHED: Final = drawing.Pen("#8a4300", 1.0, (4.0, 3.0))
_FINE: Final = drawing.Font(12.0, colour="#8a4300")
_ARROWS: Final = {
    (True, True): ("↔", "both"),
    (True, False): ("→", "cites"),
    (False, True): ("←", "cited"),
}
_PAGE: Final = Messages("page")
_FIGURE: Final = Messages("figure")

Met = Mapping[tuple[str, str], figures.PlanMeeting]


def chosen(context: page.PageContext) -> page.PlanFilter:
    arguments = context.request.arguments
    find = context.graph.labels.find
    entries = (find(kind, arguments.get(kind, "")) for kind in ("topic", "body"))
    topic, body = (entry.iri if entry and not entry.is_retired else "" for entry in entries)
    year = arguments.get("year", "")
    is_year = year.isascii() and year.isdecimal() and len(year) == 4
    return page.PlanFilter(context.level, topic, body, int(year) if is_year else None)


class PlanSets(NamedTuple):
    every: list[str]
    foreign: frozenset[str]
    whole: frozenset[str]
    read: frozenset[str]


def plan_sets(site_context: page.SiteContext) -> PlanSets:
    def make() -> PlanSets:
        graph = site_context.graph
        query = program_query("site/whole-lists")
        every = [plan.iri for plan in graph.uses.plans if plan.is_plan]
        whole = frozenset(iri for (iri,) in graph.read(query))
        return PlanSets(every, site_context.foreign, whole, graph.known().read_plans)

    return site_context.once("plan sets", make)


def shown_plans(site_context: page.SiteContext, choice: page.PlanFilter) -> list[str]:
    return [
        plan for plan in plan_sets(site_context).every if choice.admits(site_context.facts[plan])
    ]


def _offered(site_context: page.SiteContext) -> list[list[str]]:
    every = plan_sets(site_context).every
    facts = site_context.facts
    number = Counter(iri for plan in every for things in facts[plan][:2] for iri in things)
    kinds = map(site_context.graph.labels.of_kind, ("topic", "body"))
    return [[entry.iri for entry in entries if number[entry.iri] > 1] for entries in kinds]


def _order(
    site_context: page.SiteContext, choice: page.PlanFilter
) -> tuple[list[str], Met, list[str]]:
    plans = shown_plans(site_context, choice)
    foreign = plan_sets(site_context).foreign
    among = {*plans}
    meetings = site_context.graph.meetings
    met = {
        row.plans: row for row in meetings if row.level <= choice.level and among >= {*row.plans}
    }
    degree = Counter(plan for pair in met for plan in pair)
    return plans, met, sorted(degree, key=lambda plan: (plan in foreign, -degree[plan], plan))


def matrix(context: page.PageContext, *, limit: int | None) -> page.Values:
    site_context = context.site_context
    choice = chosen(context)
    plans, met, linked = _order(site_context, choice)
    order = linked[:limit]
    sets = plan_sets(site_context)
    offered = (
        [(context.key(iri), context.name(iri)) for iri in iris] for iris in _offered(site_context)
    )
    topics, bodies = (
        sorted(pairs, key=lambda pair: (pair[1].casefold(), pair)) for pairs in offered
    )
    years = {year for facts in site_context.facts.values() for year in facts[2:] if year}
    # pictures where there are plans enough to draw and, for two of them, a server
    raster = (
        ["png", "pdf"]
        if site_context.mode == "served" and find_spec("matplotlib") is not None
        else []
    )
    endings = ["csv", *(["svg", *raster] if len(order) > 1 else [])]
    return {
        "choice": choice,
        "evidence": context.handed.get("evidence", ""),
        "level_options": context.level_options,
        "order": order,
        "is_whole": limit is None,
        "rows": [
            (
                plan,
                [
                    plan != partner and _cell(context, met, (plan, partner), choice.level)
                    for partner in order
                ],
            )
            for plan in order
        ],
        "basis": context.basis(site_context.graph.known(choice.level)),
        "more": len(linked) - len(order),
        "absent": [plan for plan in plans if plan not in linked],
        "partly": (len({*sets.every} - sets.whole), len(sets.every)),
        "topics": topics,
        "bodies": bodies,
        "years": list(range(min(years), max(years) + 1)) if years else [],
        "downloads": [
            (context.href(f"matrix.{ending}", **context.chosen(*page.ASKED)), ending.upper())
            for ending in endings
        ],
        "filtering": _filtering(context, limit) if site_context.mode == "static" else "",
    }


def _cell(
    context: page.PageContext, met: Met, plans: tuple[str, str], at: evidence.Level
) -> dict[str, str]:
    (plan, partner) = plans
    language = context.request.language
    meeting = met.get((min(plans), max(plans)))
    if meeting is None:
        kind = "no" if {*plans} <= plan_sets(context.site_context).read else "none"
        return context.site_context.once(
            ("cell", kind, language),
            lambda: {
                "arrow": "",
                "bits": "",
                "words": context.t(f"cell-{kind}"),
                "href": "",
                "kind": kind,
            },
        )
    _, cites, cited = meeting.seen_from(plan)
    arrow, key = _ARROWS.get((evidence.counts(cites, at), evidence.counts(cited, at)), ("", ""))
    low = meeting.low(at)
    bits = figure_words.amount(low, figures.Unit.BITS, language) if low > 0 else ""
    words = [context.t(f"cell-{key}")] if arrow else []
    words += [context.t("cell-shares", bits=figure_words.bits_words(low, language))] if bits else []
    return {
        "arrow": arrow,
        "bits": bits,
        "shown": bits or ("" if arrow else TOGETHER),
        "words": " · ".join(words) or context.t("cell-together"),
        "href": context.pair(plan, partner, **context.handed),
        "kind": "declared" if arrow else "inferred",
    }


def _filtering(context: page.PageContext, limit: int | None) -> page.Markup:
    site_context = context.site_context
    graph = context.graph
    language = context.request.language
    sets = plan_sets(site_context)
    start = f"{graph.profile.space}id/plan/"
    place = {plan: at for at, plan in enumerate(sets.every)}
    topics, bodies = _offered(site_context)
    actions: dict[str, Counter[int]] = defaultdict(Counter)
    for action, home in graph.tables.works.home.items():
        actions[home][int(graph.linked_actions.get(action, 0))] += 1
    linked = {plan for meeting in graph.meetings for plan in meeting.plans}

    def row(plan: str) -> dict[str, object]:
        key = context.key(plan)
        (own_topics, own_bodies, since, until) = site_context.facts[plan]
        # what heads the column of a plan where that is not what its row begins with
        has_head = plan in linked and not graph.labels.brief(plan, context.request.data).whole
        return {
            "key": key,
            **({} if plan == f"{start}{key}" else {"iri": plan}),
            **({"full": 1} if plan in sets.read else {}),
            **({"foreign": 1} if plan in sets.foreign else {}),
            **({"head": context.short(plan)} if has_head else {}),
            "row": context.link(plan),
            "topics": [at for at, topic in enumerate(topics) if topic in own_topics],
            "bodies": [at for at, body in enumerate(bodies) if body in own_bodies],
            "years": [since, until],
            "actions": sorted(actions[plan].items()),
        }

    return page.embedded(
        {
            "limit": limit,
            "asked": page.ASKED,
            "headline": int(evidence.HEADLINE),
            "levels": {
                key: int(of)
                for key, of in (*((at.key, at) for at in evidence.FIGURED), *page.BEFORE.items())
            },
            "before": {word: level.key for word, level in page.BEFORE.items()}
            | {evidence.HEADLINE.key: ""},
            "keys": [level.key for level in evidence.FIGURED],
            "plans": list(map(row, sets.every)),
            "topics": list(map(context.key, topics)),
            "bodies": list(map(context.key, bodies)),
            "pairs": [
                [
                    place[meeting.plans[0]],
                    place[meeting.plans[1]],
                    meeting.level,
                    meeting.cites or 0,
                    meeting.cited or 0,
                    *(round(bits, 6) for bits in meeting.bits),
                ]
                for meeting in graph.meetings
            ],
            "ids": start,
            "words": {
                **{key: _PAGE.template(key, language) for key in WORDS},
                "bits-counted": _FIGURE.template("bits-counted", language),
                "colon": format_of("colon", language),
            },
        }
    )


def _listed(
    context: page.PageContext, meeting: figures.PlanMeeting, at: evidence.Level
) -> list[Value]:
    plan, partner = meeting.plans
    levels = (meeting.cites, meeting.cited)
    cites, cited = (level.key if level and evidence.counts(level, at) else "" for level in levels)
    low = round(meeting.low(at), 6)
    bits = int(low) if low == int(low) else low
    return [
        plan,
        context.called(plan),
        partner,
        context.called(partner),
        cites,
        cited,
        bits,
        meeting.level.key,
    ]


def _file(context: page.PageContext, suffix: str) -> str | bytes | None:
    choice = chosen(context)
    t = context.t
    subject = context.subject
    pair_address = context.picture_address
    plans, met, linked = _order(context.site_context, choice)
    if suffix == ".csv":
        every = [_listed(context, met[pair], choice.level) for pair in sorted(met)]
        return formats.write_csv(formats.Grid(COLUMNS, every))
    order = linked[:FIRST]
    if len(order) < 2:
        return None
    drawn = {pair: meeting for pair, meeting in met.items() if {*pair} <= {*order}}
    more = len(plans) - len(order)
    sets = plan_sets(context.site_context)
    partly = len({*sets.every} - sets.whole)
    notes = [t("sheet-others", n=more)] if more else []
    notes += [t("matrix-partly", n=partly, of=len(sets.every))] if partly else []
    notes.append(context.basis(context.graph.known(choice.level)))
    things = (("kind-topic", choice.topic), ("kind-body", choice.body))
    choices = [("filter-evidence", context.caption(choice.level))]
    choices += [(key, context.name(iri)) for key, iri in things if iri]
    choices += [("filter-year", str(choice.year))] if choice.year else []
    filters = (f"{t(name)}{t('colon')} {words}" for name, words in choices)
    swatch = drawing.Box(0, 0, *sheet.SWATCH)
    fills = (("→", "", "declared"), ("", "n", "inferred"))
    signs = [
        sheet.Sign(tuple(_filled(swatch, arrow, bits)), t(f"legend-{kind}"))
        for arrow, bits, kind in fills
    ]
    signs.append(sheet.sign("", t("legend-none")))
    caption = sheet.Caption(
        t("sheet-title"), t("sheet-lead"), tuple(signs), tuple(notes), tuple(filters)
    )
    rows = [*map(subject.names(order).__getitem__, order)]
    titles = [f"{at} · {labels.shortened(name.text)}" for at, name in enumerate(rows, 1)]
    heads, up, out = sheet.tilted(titles, _HEAD, _WIDE, longest=330)
    marks: list[drawing.Mark] = [drawing.Group(tuple(heads))]
    for at, name in enumerate(rows):
        head = drawing.Box(0, at * _HIGH, _HEAD, _HIGH)
        marks.append(sheet.row_head(head, str(at + 1), name, context.extent(name.iri)))
        for to, partner in enumerate(rows):
            box = drawing.Box(_HEAD + to * _WIDE, at * _HIGH, _WIDE, _HIGH)
            if at == to:
                shade = sheet.filled(box, sheet.SHADE, (str(at + 1),))
                title = name.full
            else:
                cell = _cell(context, drawn, (name.iri, partner.iri), choice.level)
                title = f"{name.full} – {partner.full}\n{cell['words']}"
                shade = (
                    _filled(box, cell["arrow"], cell["bits"])
                    if cell["href"]
                    else sheet.hatched(box)
                )
            ends = (name.iri,) if at == to else (name.iri, partner.iri)
            marks.append(
                drawing.Group(
                    tuple(shade), title, pair_address(ends) if at == to or cell["href"] else ""
                )
            )
    size = _HEAD + _WIDE * len(rows) + out, up + _HIGH * len(rows), up
    listed = (tuple(_listed(context, meeting, choice.level)) for meeting in drawn.values())
    picture = sheet.Picture(subject, "matrix", caption, size, marks, lambda: table(COLUMNS, listed))
    return registry.picture_bytes(picture, suffix)


def _filled(box: drawing.Box, arrow: str, bits: str) -> list[drawing.Mark]:
    if arrow:
        return sheet.filled(box, _DECLARED, (arrow, *([bits] if bits else [])), size=13)
    inside = drawing.Box(box.x + 2, box.y + 2, box.width - 4, box.height - 4, _INFERRED, _DASHED)
    return [inside, *drawing.centred(inside, (bits or TOGETHER,), _FINE)]


def _home(context: page.PageContext) -> page.Values:
    choice = chosen(context)
    graph = context.graph
    site_context = context.site_context
    knowledge = graph.known(choice.level)
    is_served = site_context.mode == "served"
    counted = numbers(site_context, choice.level, shown_plans(site_context, choice))
    register = {row.figure.id: row for row in graph.figures(context.level)}
    figures = {}
    for name in ("occasions", "citations-made"):
        keys = (key.partition(".")[2] for key in register[name].figure.parts or ("",))
        figures[name] = {
            key: int(value or 0) for key, value in zip(keys, register[name].value, strict=True)
        }
    by_state = figures["citations-made"]
    states = {state: by_state.get(state, 0) for state in ("seen", "absent", "open")}
    findings = [_finding(context, "expected", figures["occasions"][""], "#wanted", **states)]
    findings += _shortcomings(context, counted, graph.margins(choice.level).rows)
    # the plan an address names, else the one the project is about
    entry = graph.labels.find("plan", context.request.arguments.get("plan", ""))
    shown = (
        entry.iri if entry and entry.iri in graph.known().tables.works.plans else graph.own_plan()
    )
    # to choose one of those that are linked with another, where a server answers
    linked = {end for pair in graph.known().linked for end in pair} if is_served else set()
    options = ((context.key(iri), context.called(iri)) for iri in linked)
    unseen = (
        row
        for row in knowledge.occasions
        if row.is_expected and row.state is not citations.State.SEEN
    )
    wanted = []
    for occasion in islice(unseen, LISTED):
        # which texts both plans name, and why they meet else: the passages quoted, and on whose
        # word that rests
        ends = occasion.source, occasion.target
        reasons = [
            {
                "words": context.t("wanted-cited" if statement.is_citation else "wanted-together"),
                "quotes": values.quotes(
                    context, graph.statements.values(statement.link, values.PASSAGE)
                )[:1],
                "mark": context.mark(statement.level),
            }
            for statement in context.known.between(*ends)[:REASONS]
        ]
        texts = [
            shared.text
            for shared in context.known.weight(*ends).contributions
            if not shared.is_broad
        ]
        wanted.append(
            {
                "way": definitions.citing(context, context.known, *ends),
                "texts": texts,
                "reasons": reasons,
                "bits": figure_words.bits_words(occasion.bits, context.request.language),
                "address": context.pair(*ends),
            }
        )
    # None where nobody has scored an interaction yet
    divergences = len(site_context.figures("opposed", "fr").rows) if graph.scores else None
    return {
        "title": context.t("home-title"),
        "opening": _opening(context, choice.level, shown, findings),
        "asked": _asked(context),
        "countries": _countries(context),
        "plans": sorted(options, key=lambda option: (option[1].casefold(), option)),
        "plan": context.key(shown or ""),
        **matrix(context, limit=FIRST),
        "fields": _fields(context, knowledge),
        "numbers": {**counted, "divergences": divergences},
        "handed": context.chosen(*page.ASKED),
        "wanted": wanted,
        "expected": figures["occasions"],
        "made": by_state,
        "figures": [definitions.line(context, register[name]) for name in TOLD],
        "levels": [context.caption(level) for level in evidence.FIGURED],
        "caption": context.caption(choice.level),
        "briefs": [context.href(f"brief/{key}.html") for key in plan.brief_keys(site_context)],
    }


def _finding(
    context: page.PageContext, name: str, number: int, address: str, **values: object
) -> page.Values:
    words = context.t(f"finding-{name}", n=number, **values)
    return {"name": name, "number": number, "address": address, "words": words}


def _shortcomings(
    context: page.PageContext, counted: Mapping[str, int], duties: Sequence[obligations.Margin]
) -> list[page.Values]:
    alone = counted["unlinked_actions"]
    late = sum(map(is_late, duties))
    return [
        _finding(context, "unlinked", alone, context.href("unlinked.html"), of=counted["actions"]),
        _finding(context, "overdue", late, context.href("obligations.html"), of=len(duties)),
    ]


def _opening(
    context: page.PageContext,
    level: evidence.Level,
    iri: str | None,
    findings: Sequence[page.Values],
) -> page.Values:
    if iri is None:
        return {"findings": findings, "picture": None, "title": "", "downloads": ()}
    reach = context.graph.known(level).reach(iri)
    name = context.subject.brief(iri)
    key = context.key(iri)
    cites = {"cites": reach.cites, "cited": reach.cited}
    meets = f"{context.address(iri)}#meets"
    is_file = context.site_context.mode == "served" or key in _home_keys(context.site_context)
    return {
        "findings": [
            _finding(context, "reach", reach.linked, meets, plan=name, **cites),
            *findings,
        ],
        "picture": time_map.draw_plan_map(
            context.subject_at(level), key, NEIGHBOURS, time_map.IN_PAGE
        ),
        "title": context.t("opening-title", plan=name),
        "downloads": [
            (context.href(f"time-map/{key}.{ending}"), ending.upper())
            for ending in ("csv", "svg")
            if is_file
        ],
    }


def _asked(context: page.PageContext) -> str:
    graph = context.graph
    iri = context.graph.profile.coherence_action
    action = graph.labels.label(iri, context.request.language)
    home = graph.plan_of(iri)
    if not action.notation or home is None:
        return ""
    return context.t(
        "home-asked", number=action.notation, plan=context.subject.brief(home), action=action.text
    )


def _fields(context: page.PageContext, knowledge: known.Known) -> list[page.Values]:
    site_context = context.site_context
    field_of = context.graph.policy_fields
    sets = plan_sets(site_context)
    domestic = {iri for iri in sets.every if iri in field_of} - sets.foreign
    order = sorted(
        {field_of[iri] for iri in domestic},
        key=lambda field: (search.folded(context.name(field)), field),
    )
    plans_in = Counter(map(field_of.__getitem__, domestic))
    full = Counter[str]()
    full.update(field_of[iri] for iri in sets.read & domestic)
    linked = Counter[frozenset[str]]()
    cited = Counter[frozenset[str]]()
    for pair in knowledge.linked:
        if domestic.issuperset(pair):
            ends = frozenset(field_of[iri] for iri in pair)
            linked[ends] += 1
            cited[ends] += any(
                knowledge.chronology.seen(*ways, knowledge.level) for ways in (pair, pair[::-1])
            )
    cells: dict[frozenset[str], page.Values] = {}
    for field, partner in combinations_with_replacement(order, 2):
        ends = frozenset({field, partner})
        sides = (
            (number[field], number[partner] - (field == partner)) for number in (plans_in, full)
        )
        pairs, both_read = (
            plans * partners // (1 + (field == partner)) for plans, partners in sides
        )
        cells[ends] = {
            "pairs": pairs,
            "linked": linked[ends],
            "cited": cited[ends],
            "read": both_read,
        }
    return [
        {
            "name": context.name(field),
            "colour": time_map.colour_of(context.subject, field),
            "plans": plans_in[field],
            "cells": [cells[frozenset({field, partner})] for partner in order],
        }
        for field in order
    ]


def numbers(
    site_context: page.SiteContext, level: evidence.Level, plans: Sequence[str]
) -> dict[str, int]:
    among = set(plans)
    graph = site_context.graph
    linked = [pair for pair in graph.known(level).linked if set(pair) <= among]
    full = plan_sets(site_context).read & among
    actions = [action for action, home in graph.tables.works.home.items() if home in among]
    unlinked = sum(
        not evidence.counts(graph.linked_actions.get(action), level) for action in actions
    )
    pairs, whole = (number * (number - 1) // 2 for number in (len(plans), len(full)))
    return {
        "linked": len(linked),
        "pairs": pairs,
        "read": whole - sum(full.issuperset(pair) for pair in linked),
        "unlinked_actions": unlinked,
        "actions": len(actions),
    }


def _plans_of(site_context: page.SiteContext) -> Mapping[str, list[str]]:
    graph = site_context.graph
    plans = graph.known().tables.works.plans if graph.has_actions else ()
    placed = ((graph.country_of.get(iri), iri) for iri in plans)
    return dict(
        sorted(
            values.gathered(
                (code_of(country).lower(), iri) for country, iri in placed if country
            ).items()
        )
    )


def _countries(context: page.PageContext) -> list[tuple[str, str]]:
    by_code = _plans_of(context.site_context)
    country_of = context.graph.country_of
    named = sorted((context.name(country_of[plans[0]]), code) for code, plans in by_code.items())
    return [(context.href(f"country/{code}.html"), name) for name, code in named]


def _country(context: page.PageContext) -> page.Values | None:
    plans = _plans_of(context.site_context).get(context.request.key)
    if not plans:
        return None
    graph = context.graph
    knowledge = context.known
    country = graph.country_of[plans[0]]
    own = graph.own_plan()
    reach = {iri: knowledge.reach(iri) for iri in plans}
    main = own if own in reach else min(plans, key=lambda iri: (-reach[iri].linked, iri))
    order = sorted(plans, key=lambda iri: (-reach[iri].linked, context.called(iri).casefold(), iri))
    # citations between plans of the country, actions of these without a link seen, duties past
    # their date
    states = Counter(
        occasion.state
        for occasion in knowledge.occasions
        if occasion.is_expected and {occasion.source, occasion.target} <= {*plans}
    )
    counted = numbers(context.site_context, knowledge.level, sorted(plans))
    duties = [
        row for row in graph.margins(knowledge.level).rows if row.obligation.country == country
    ]
    counted_states = citations.State.SEEN, citations.State.ABSENT, citations.State.OPEN
    by_state = {state.value: states[state] for state in counted_states}
    alone, overdue = _shortcomings(context, counted, duties)
    findings = [
        _finding(context, "expected", states.total(), context.href("index.html#wanted"), **by_state)
    ]
    findings += [*([alone] if counted["actions"] else []), *([overdue] if duties else [])]
    return {
        "title": context.t("country-title", country=context.name(country)),
        "opening": _opening(context, knowledge.level, main, findings),
        "asked": _asked(context) if country == graph.profile.country else "",
        "lines": [
            {"plan": iri, "period": plan.period(context, iri), "reach": reach[iri]} for iri in order
        ],
        "countries": _countries(context),
        "caption": context.caption(knowledge.level),
        "basis": context.basis(knowledge),
    }


def _home_keys(site_context: page.SiteContext) -> Iterable[str]:
    home = site_context.graph.labels.entry(site_context.graph.profile.home_plan)
    return [home.key] if home and home.kind == "plan" else []


def _time_map(context: page.PageContext, suffix: str) -> bytes | None:
    if not context.graph.labels.find("plan", context.request.key):
        return None
    subject = Subject(context.spoken, context.picture_address)
    return registry.picture_bytes(time_map.draw_time_map(subject, plan=context.request.key), suffix)


PAGES: Final = (
    page.View("index", _home, template="home.html", section="index", menu=1),
    page.View(
        "matrix",
        lambda context: {"title": context.t("matrix-title"), **matrix(context, limit=None)},
        section="index",
    ),
)
COUNTRIES: Final = page.View("country", _country, _plans_of, section="index")
FILES: Final = (
    page.File("matrix", "csv", page.CSV, partial(_file, suffix=".csv")),
    page.File("matrix", "svg", page.SVG, partial(_file, suffix=".svg")),
    page.File("matrix", "png", "image/png", partial(_file, suffix=".png"), exported=False),
    page.File("matrix", "pdf", "application/pdf", partial(_file, suffix=".pdf"), exported=False),
    page.File("time-map", "csv", page.CSV, partial(_time_map, suffix=".csv"), _home_keys),
    page.File("time-map", "svg", page.SVG, partial(_time_map, suffix=".svg"), _home_keys),
)
