"""The matrix of plans for a choice: as a table of a page, as CSV, and as a picture; and how a choice is read.

All three show the same plans in the same order with the same numbers, as they are made from one reading. For pages
without a server the values needed to choose in the browser are written into the page.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import partial
from importlib.util import find_spec
from typing import Final, NamedTuple

from markupsafe import Markup

from pan2kg.charts import drawing, registry
from pan2kg.charts import frame as sheet
from pan2kg.charts.subject import table
from pan2kg.coherence import evidence, figures
from pan2kg.graph.labels import pair_key, shortened
from pan2kg.i18n.catalogue import Messages, format_of
from pan2kg.site.page import ASKED, BEFORE, CSV, SVG, File, PageContext, PlanFilter, SiteContext, Values, embedded
from pan2kg.store.queries import program_query
from pan2kg.tables import figure_words, formats
from pan2kg.tables.table import Value

FIRST: Final = 15
"""How many plans the matrix on the home page has: of the own country first, those linked with most others."""
TOGETHER: Final = "·"
WORDS: Final = (
    "number-linked", "number-apart", "number-unlinked", "cell-cites", "cell-cited", "cell-both", "cell-shares",
    "cell-together", "cell-none", "cell-no", "matrix-empty", "matrix-absent", "matrix-whole",
)  # fmt: skip
COLUMNS: Final = "one", "one_label", "two", "two_label", "one_cites_two", "two_cites_one", "bits", "level"
_WIDE, _HIGH = 56.0, 46.0
_HEAD: Final = 340.0
_DECLARED: Final = "#e6f0fa"
_INFERRED: Final = "#fdf1e2"
_DASHED: Final = drawing.Pen("#8a4300", 1.0, (4.0, 3.0))
_FINE: Final = drawing.Font(12.0, colour="#8a4300")
_ARROWS: Final = {(True, True): ("↔", "both"), (True, False): ("→", "cites"), (False, True): ("←", "cited")}
"""The arrow of a cell and the key of what it says, by whether the one cites and is cited."""
_PAGE: Final = Messages("page")
_FIGURE: Final = Messages("figure")

Met = Mapping[tuple[str, str], figures.PlanMeeting]


def chosen(context: PageContext) -> PlanFilter:
    arguments, find = context.request.arguments, context.graph.labels.find
    topic, body = (
        entry.iri if (entry := find(kind, arguments.get(kind, ""))) and not entry.is_retired else ""
        for kind in ("topic", "body")
    )
    year = arguments.get("year", "")
    is_year = year.isascii() and year.isdecimal() and len(year) == 4
    return PlanFilter(context.level, topic, body, int(year) if is_year else None)


class PlanSets(NamedTuple):
    """All plans; those of another country; those whose list of actions, or texts and references, were read in full."""

    every: list[str]
    foreign: frozenset[str]
    whole: frozenset[str]
    read: frozenset[str]


def plan_sets(site_context: SiteContext) -> PlanSets:
    def make() -> PlanSets:
        graph, query = site_context.graph, program_query("site/whole-lists")
        every, dates = [plan.iri for plan in graph.uses.plans if plan.is_plan], graph.tables.dates
        home = {"", graph.profile.country}
        foreign = (plan for plan in every if plan in dates and dates[plan].country not in home)
        whole = frozenset(iri for (iri,) in graph.read(query))
        return PlanSets(every, frozenset(foreign), whole, graph.known().read_plans)

    return site_context.once("plan sets", make)


def shown_plans(site_context: SiteContext, choice: PlanFilter) -> list[str]:
    return [plan for plan in plan_sets(site_context).every if choice.admits(site_context.facts[plan])]


def _offered(site_context: SiteContext) -> list[list[str]]:
    """The topics and the bodies that more than one plan has."""
    number = Counter(
        iri for plan in plan_sets(site_context).every for things in site_context.facts[plan][:2] for iri in things
    )
    kinds = map(site_context.graph.labels.of_kind, ("topic", "body"))
    return [[entry.iri for entry in entries if number[entry.iri] > 1] for entries in kinds]


def _order(site_context: SiteContext, choice: PlanFilter) -> tuple[list[str], Met, list[str]]:
    plans, foreign = shown_plans(site_context, choice), plan_sets(site_context).foreign
    among, meetings = {*plans}, site_context.graph.meetings
    met = {row.plans: row for row in meetings if row.level <= choice.level and among >= {*row.plans}}
    degree = Counter(plan for pair in met for plan in pair)
    return plans, met, sorted(degree, key=lambda plan: (plan in foreign, -degree[plan], plan))


def matrix(context: PageContext, *, limit: int | None) -> Values:
    site_context, choice = context.site_context, chosen(context)
    plans, met, linked = _order(site_context, choice)
    order, sets = linked[:limit], plan_sets(site_context)
    topics, bodies = (
        sorted(((context.key(iri), context.name(iri)) for iri in iris), key=lambda pair: (pair[1].casefold(), pair))
        for iris in _offered(site_context)
    )
    years = {year for facts in site_context.facts.values() for year in facts[2:] if year}
    # pictures where there are plans enough to draw and, for two of them, a server
    raster = ["png", "pdf"] if site_context.mode == "served" and find_spec("matplotlib") is not None else []
    endings = ["csv", *(["svg", *raster] if len(order) > 1 else [])]
    return {
        "choice": choice,
        "evidence": context.handed.get("evidence", ""),
        "level_options": context.level_options,
        "order": order,
        "rows": [
            (plan, [plan != partner and _cell(context, met, (plan, partner), choice.level) for partner in order])
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
            (context.href(f"matrix.{ending}", **context.chosen(*ASKED)), ending.upper()) for ending in endings
        ],
        "filtering": _filtering(context, limit) if site_context.mode == "static" else "",
    }


def _cell(context: PageContext, met: Met, plans: tuple[str, str], at: evidence.Level) -> dict[str, str]:
    """Who cites whom as an arrow, what two plans share in bits, and their page, empty where no link was seen."""
    (plan, partner), language = plans, context.request.language
    meeting = met.get((min(plans), max(plans)))
    if meeting is None:
        kind = "no" if {*plans} <= plan_sets(context.site_context).read else "none"
        return {"arrow": "", "bits": "", "words": context.t(f"cell-{kind}"), "href": "", "kind": kind}
    _, cites, cited = meeting.seen_from(plan)
    arrow, key = _ARROWS.get((evidence.counts(cites, at), evidence.counts(cited, at)), ("", ""))
    low = meeting.low(at)
    bits = figure_words.amount(low, figures.Unit.BITS, language) if low > 0 else ""
    words = [context.t(f"cell-{key}")] if arrow else []
    words += [context.t("cell-shares", bits=figure_words.bits_words(low, language))] if bits else []
    pair = pair_key(context.key(plan), context.key(partner))
    return {
        "arrow": arrow, "bits": bits, "shown": bits or ("" if arrow else TOGETHER),
        "words": " · ".join(words) or context.t("cell-together"),
        "href": context.href(f"pair/{pair}.html", **context.handed), "kind": "declared" if arrow else "inferred",
    }  # fmt: skip


def _filtering(context: PageContext, limit: int | None) -> Markup:
    """Plans with what they can be chosen by, and for each linked pair its levels and weights, as JSON for the page.

    Levels are numbers from 1, the firmest, 0 where there is none. A pair is ``[one, two, linked since, cites, cited,
    bits at each level]``; of actions the page is told how many are linked since which level.
    """
    site_context, graph, language = context.site_context, context.graph, context.request.language
    sets, start = plan_sets(site_context), f"{graph.profile.space}id/plan/"
    place = {plan: at for at, plan in enumerate(sets.every)}
    topics, bodies = _offered(site_context)
    actions: dict[str, Counter[int]] = defaultdict(Counter)
    for action, plan in graph.tables.works.home.items():
        actions[plan][int(graph.linked_actions.get(action, 0))] += 1
    linked = {plan for meeting in graph.meetings for plan in meeting.plans}

    def row(plan: str) -> dict[str, object]:
        key, (own_topics, own_bodies, since, until) = context.key(plan), site_context.facts[plan]
        # what heads the column of a plan where that is not what its row begins with
        has_head = plan in linked and not graph.labels.brief(plan, context.request.data).whole
        return {
            "key": key, **({} if plan == f"{start}{key}" else {"iri": plan}),
            **({"full": 1} if plan in sets.read else {}), **({"foreign": 1} if plan in sets.foreign else {}),
            **({"head": context.short(plan)} if has_head else {}), "row": context.link(plan),
            "topics": [at for at, topic in enumerate(topics) if topic in own_topics],
            "bodies": [at for at, body in enumerate(bodies) if body in own_bodies], "years": [since, until],
            "actions": sorted(actions[plan].items()),
        }  # fmt: skip

    return embedded({
        "limit": limit, "asked": ASKED, "headline": int(evidence.HEADLINE),
        "levels": {level.key: int(level) for level in evidence.FIGURED} | {key: int(of) for key, of in BEFORE.items()},
        "before": {word: level.key for word, level in BEFORE.items()} | {evidence.HEADLINE.key: ""},
        "keys": [level.key for level in evidence.FIGURED], "plans": list(map(row, sets.every)),
        "topics": list(map(context.key, topics)), "bodies": list(map(context.key, bodies)),
        "pairs": [
            [
                place[meeting.plans[0]], place[meeting.plans[1]], meeting.level, meeting.cites or 0, meeting.cited or 0,
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
    })  # fmt: skip


def _listed(context: PageContext, meeting: figures.PlanMeeting, at: evidence.Level) -> list[Value]:
    plan, partner = meeting.plans
    cites, cited = (
        level.key if level and evidence.counts(level, at) else "" for level in (meeting.cites, meeting.cited)
    )
    low = round(meeting.low(at), 6)
    bits = int(low) if low == int(low) else low
    return [plan, context.called(plan), partner, context.called(partner), cites, cited, bits, meeting.level.key]


def _file(context: PageContext, suffix: str) -> str | bytes | None:
    """All linked pairs as CSV, or the plans of most links as a picture, None where these are too few."""
    choice, t, subject, pair_address = chosen(context), context.t, context.subject, context.picture_address
    plans, met, linked = _order(context.site_context, choice)
    if suffix == ".csv":
        every = [_listed(context, met[pair], choice.level) for pair in sorted(met)]
        return formats.write_csv(formats.Grid(COLUMNS, every))
    order = linked[:FIRST]
    if len(order) < 2:
        return None
    drawn = {pair: meeting for pair, meeting in met.items() if {*pair} <= {*order}}
    more, sets = len(plans) - len(order), plan_sets(context.site_context)
    partly = len({*sets.every} - sets.whole)
    notes = [t("sheet-others", n=more)] if more else []
    notes += [t("matrix-partly", n=partly, of=len(sets.every))] if partly else []
    notes.append(context.basis(context.graph.known(choice.level)))
    things, year = (("topic", choice.topic), ("body", choice.body)), str(choice.year or "")
    choices = [
        ("evidence", context.caption(choice.level)),
        *((name, iri and context.name(iri)) for name, iri in things),
    ]
    filters = (f"{t(f'filter-{name}')}{t('colon')} {words}" for name, words in (*choices, ("year", year)) if words)
    signs = (
        sheet.Sign(tuple(_filled(drawing.Box(0, 0, *sheet.SWATCH), "→", "")), t("legend-declared")),
        sheet.Sign(tuple(_filled(drawing.Box(0, 0, *sheet.SWATCH), "", "n")), t("legend-inferred")),
        sheet.sign("", t("legend-none")),
    )
    caption = sheet.Caption(t("sheet-title"), t("sheet-lead"), signs, tuple(notes), tuple(filters))
    rows = [*map(subject.names(order).__getitem__, order)]
    titles = [f"{at} · {shortened(name.text)}" for at, name in enumerate(rows, 1)]
    heads, up, out = sheet.tilted(titles, _HEAD, _WIDE, longest=330)
    marks: list[drawing.Mark] = [drawing.Group(tuple(heads))]
    for at, name in enumerate(rows):
        head = drawing.Box(0, at * _HIGH, _HEAD, _HIGH)
        marks.append(sheet.row_head(head, str(at + 1), name, context.extent(name.iri)))
        for to, partner in enumerate(rows):
            box = drawing.Box(_HEAD + to * _WIDE, at * _HIGH, _WIDE, _HIGH)
            if at == to:
                shade, title = sheet.filled(box, sheet.SHADE, (str(at + 1),)), name.full
            else:
                cell = _cell(context, drawn, (name.iri, partner.iri), choice.level)
                title = f"{name.full} – {partner.full}\n{cell['words']}"
                shade = _filled(box, cell["arrow"], cell["bits"]) if cell["href"] else sheet.hatched(box)
            ends = (name.iri,) if at == to else (name.iri, partner.iri)
            marks.append(drawing.Group(tuple(shade), title, pair_address(ends) if at == to or cell["href"] else ""))
    size = _HEAD + _WIDE * len(rows) + out, up + _HIGH * len(rows), up
    listed = (tuple(_listed(context, meeting, choice.level)) for meeting in drawn.values())
    picture = sheet.picture(subject, "matrix", caption, size, marks, table(COLUMNS, listed))
    return registry.picture_bytes(picture, suffix)


def _filled(box: drawing.Box, arrow: str, bits: str) -> list[drawing.Mark]:
    if arrow:
        return sheet.filled(box, _DECLARED, (arrow, *([bits] if bits else [])), size=13)
    inside = drawing.Box(box.x + 2, box.y + 2, box.width - 4, box.height - 4, _INFERRED, _DASHED)
    return [inside, *drawing.centred(inside, (bits or TOGETHER,), _FINE)]


FILES: Final = (
    File("matrix", "csv", CSV, partial(_file, suffix=".csv")),
    File("matrix", "svg", SVG, partial(_file, suffix=".svg")),
    File("matrix", "png", "image/png", partial(_file, suffix=".png"), exported=False),
    File("matrix", "pdf", "application/pdf", partial(_file, suffix=".pdf"), exported=False),
)
