"""Which plans a reader chose, and how these meet: as a table, as CSV, as a picture, and as data for the script.

A choice stands in the address: a level of evidence, a topic, a body, a year. The table has the
plans that are linked, those of the project's country first. Where no server answers, the script
makes the table anew from the data in the page.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from typing import NamedTuple

from pan2kg.charts import drawing, frame as sheet, registry
from pan2kg.coherence import evidence, figures
from pan2kg.graph import labels
from pan2kg.i18n.catalogue import Messages, format_of
from pan2kg.site.page import (
    ASKED,
    CSV,
    FORMER_LEVELS,
    SVG,
    Download,
    File,
    Markup,
    PageContext,
    PlanFilter,
    SiteContext,
    Values,
    View,
    embedded,
)
from pan2kg.store.queries import program_query
from pan2kg.tables import Value, figure_words, formats

FIRST = 15
"""How many plans the matrix on the home page has: of the own country first, those linked with most others."""
TOGETHER = "·"
WORDS = (
    "number-linked",
    "number-apart",
    "number-unlinked",
    "cell-cites",
    "cell-cited",
    "cell-both",
    "cell-shares",
    "cell-together",
    "cell-none",
    "cell-no",
    "matrix-empty",
    "matrix-absent",
    "matrix-whole",
)
"""What the script says when it makes the table anew."""
COLUMNS = (
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
_HEAD = 340.0
_LONGEST_TITLE = 330
_DECLARED = "#e6f0fa"
_INFERRED = "#fdf1e2"
_DASHED = drawing.Pen("#8a4300", 1.0, (4.0, 3.0))
_FINE = drawing.Font(12.0, colour="#8a4300")
_ARROWS = {
    (True, True): ("↔", "both"),
    (True, False): ("→", "cites"),
    (False, True): ("←", "cited"),
}
_PAGE = Messages("page")
_FIGURE = Messages("figure")

MeetingsByPlans = Mapping[tuple[str, str], figures.PlanMeeting]


class PlanSets(NamedTuple):
    """All plans; those of other countries, those whose list of actions is whole, and those whose texts were read."""

    every: list[str]
    foreign: frozenset[str]
    whole: frozenset[str]
    read: frozenset[str]


class ChosenPlans(NamedTuple):
    """The plans of a choice, the linked pairs among them, and the plans of these pairs in the order of the matrix."""

    plans: list[str]
    met: MeetingsByPlans
    linked: list[str]


class MatrixCell(NamedTuple):
    """How two plans meet: ``declared`` by a citation, ``inferred``, read and apart (``no``), or not read (``none``)."""

    kind: str
    words: str
    href: str = ""
    arrow: str = ""
    bits: str = ""

    @property
    def shown(self) -> str:
        return self.bits if self.bits or self.arrow else TOGETHER


def chosen(context: PageContext) -> PlanFilter:
    """The choice in the address; what is no topic, body or year there chooses nothing."""
    iris = {}
    for kind in ("topic", "body"):
        entry = context.graph.labels.find(kind, context.arguments.get(kind, ""))
        iris[kind] = entry.iri if entry and not entry.is_retired else ""
    year = context.arguments.get("year", "")
    is_year = year.isascii() and year.isdecimal() and len(year) == 4
    return PlanFilter(context.level, iris["topic"], iris["body"], int(year) if is_year else None)


def plan_sets(site_context: SiteContext) -> PlanSets:
    """The plans of the graph, read once for all pages."""

    def make() -> PlanSets:
        graph = site_context.graph
        every = [plan.iri for plan in graph.uses.plans if plan.is_plan]
        whole = frozenset(iri for (iri,) in graph.read(program_query("site/whole-lists")))
        return PlanSets(every, site_context.foreign, whole, graph.known().read_plans)

    return site_context.once("plan sets", make)


def shown_plans(site_context: SiteContext, choice: PlanFilter) -> list[str]:
    """The plans that a choice admits."""
    every = plan_sets(site_context).every
    return [plan for plan in every if choice.admits(site_context.facts[plan])]


def matrix(context: PageContext, *, limit: int | None) -> Values:
    """What the matrix on a page is filled in with; ``limit`` is how many plans it has at most, None for all."""
    site_context = context.site_context
    choice = chosen(context)
    among = _chosen_plans(site_context, choice)
    order = among.linked[:limit]
    absent = [plan for plan in among.plans if plan not in among.linked]
    topics, bodies = map(context.options, _offered(site_context))
    sets = plan_sets(site_context)
    partly = len(set(sets.every) - sets.whole)
    return {
        "choice": choice,
        "order": order,
        "is_whole": limit is None,
        "rows": _rows(context, among.met, order),
        "more": len(among.linked) - len(order),
        "absent": absent,
        "plans_number": len(among.plans),
        "partly": (partly, len(sets.every)),
        "topics": topics,
        "bodies": bodies,
        "years": _years(site_context),
        "downloads": _downloads(context, len(order)),
        "filtering": "" if context.is_served else _filter_data(context, limit),
    }


def _chosen_plans(site_context: SiteContext, choice: PlanFilter) -> ChosenPlans:
    plans = shown_plans(site_context, choice)
    foreign = plan_sets(site_context).foreign
    among = set(plans)
    met = {}
    degree = Counter[str]()
    for meeting in site_context.graph.meetings:
        if meeting.level <= choice.level and among.issuperset(meeting.plans):
            met[meeting.plans] = meeting
            degree.update(meeting.plans)
    linked = sorted(degree, key=lambda plan: (plan in foreign, -degree[plan], plan))
    return ChosenPlans(plans, met, linked)


class OfferedFilters(NamedTuple):
    """The topics and the bodies that more than one plan has, by IRI."""

    topics: list[str]
    bodies: list[str]


def _offered(site_context: SiteContext) -> OfferedFilters:
    topics = Counter[str]()
    bodies = Counter[str]()
    for plan in plan_sets(site_context).every:
        facts = site_context.facts[plan]
        topics.update(facts.topics)
        bodies.update(facts.bodies)
    index = site_context.graph.labels
    return OfferedFilters(
        [entry.iri for entry in index.of_kind("topic") if topics[entry.iri] > 1],
        [entry.iri for entry in index.of_kind("body") if bodies[entry.iri] > 1],
    )


def _years(site_context: SiteContext) -> list[int]:
    years = set()
    for facts in site_context.facts.values():
        years |= {facts.since or 0, facts.until or 0}
    years.discard(0)
    return list(range(min(years), max(years) + 1)) if years else []


def _downloads(context: PageContext, plans_number: int) -> list[Download]:
    # pictures where there are plans enough to draw; two of their forms are made by a server
    endings = ["csv"]
    if plans_number > 1:
        endings.append("svg")
        if context.is_served and find_spec("matplotlib") is not None:
            endings += ["png", "pdf"]
    asked = context.chosen(*ASKED)
    downloads = []
    for ending in endings:
        downloads.append(Download(context.href(f"matrix.{ending}", **asked), ending.upper()))
    return downloads


class MatrixRow(NamedTuple):
    """A plan with its cells, None where it would meet itself."""

    plan: str
    cells: list[MatrixCell | None]


def _rows(context: PageContext, met: MeetingsByPlans, order: Sequence[str]) -> list[MatrixRow]:
    rows = []
    for plan in order:
        cells = []
        for partner in order:
            cells.append(_cell(context, met, (plan, partner)) if partner != plan else None)
        rows.append(MatrixRow(plan, cells))
    return rows


def _cell(context: PageContext, met: MeetingsByPlans, plans: tuple[str, str]) -> MatrixCell:
    meeting = met.get((min(plans), max(plans)))
    if meeting is None:
        is_read = plan_sets(context.site_context).read.issuperset(plans)
        kind = "no" if is_read else "none"
        return MatrixCell(kind, context.t(f"cell-{kind}"))
    language = context.language
    partner = meeting.seen_from(plans[0])
    is_citing = evidence.counts(partner.cites, context.level)
    ways = (is_citing, evidence.counts(partner.cited, context.level))
    arrow, key = _ARROWS.get(ways, ("", ""))
    low = meeting.low(context.level)
    bits = ""
    words = []
    if arrow:
        words.append(context.t(f"cell-{key}"))
    if low > 0:
        bits = figure_words.amount(low, figures.Unit.BITS, language)
        words.append(context.t("cell-shares", bits=figure_words.bits_words(low, language)))
    return MatrixCell(
        kind="declared" if arrow else "inferred",
        words=" · ".join(words) or context.t("cell-together"),
        href=context.pair(*plans, **context.handed),
        arrow=arrow,
        bits=bits,
    )


def _filter_data(context: PageContext, limit: int | None) -> Markup:
    """What the script needs to make the table of another choice: plans, what they are chosen by, and linked pairs.

    Topics, bodies and plans stand in lists, and rows name them by their places.
    """
    graph = context.graph
    language = context.language
    every = plan_sets(context.site_context).every
    topics, bodies = _offered(context.site_context)
    place = {plan: number for number, plan in enumerate(every)}
    pairs = []
    for meeting in graph.meetings:
        ends = [place[plan] for plan in meeting.plans]
        ways = [meeting.cites or 0, meeting.cited or 0]
        bits = [round(number, 6) for number in meeting.bits]
        pairs.append([*ends, meeting.level, *ways, *bits])
    levels = {level.key: level for level in evidence.FIGURED}
    before = {word: level.key for word, level in FORMER_LEVELS.items()}
    before[evidence.HEADLINE.key] = ""
    words = {key: _PAGE.template(key, language) for key in WORDS}
    words["bits-counted"] = _FIGURE.template("bits-counted", language)
    words["colon"] = format_of("colon", language)
    return embedded(
        {
            "limit": limit,
            "asked": ASKED,
            "headline": evidence.HEADLINE,
            "levels": {**levels, **FORMER_LEVELS},
            "before": before,
            "keys": list(levels),
            "plans": _filter_rows(context, topics, bodies),
            "topics": list(map(context.key, topics)),
            "bodies": list(map(context.key, bodies)),
            "pairs": pairs,
            "ids": _plan_space(context),
            "words": words,
        }
    )


def _plan_space(context: PageContext) -> str:
    return f"{context.graph.profile.space}id/plan/"


def _filter_rows(
    context: PageContext, topics: Sequence[str], bodies: Sequence[str]
) -> list[dict[str, object]]:
    graph = context.graph
    sets = plan_sets(context.site_context)
    levels: dict[str, Counter[int]] = defaultdict(Counter)
    for action, home in graph.tables.works.home.items():
        levels[home][int(graph.linked_actions.get(action, 0))] += 1
    linked = {plan for meeting in graph.meetings for plan in meeting.plans}
    rows = []
    for plan in sets.every:
        key = context.key(plan)
        of_plan, involved, since, until = context.site_context.facts[plan]
        row: dict[str, object] = {
            "key": key,
            "row": context.link(plan),
            "topics": [place for place, topic in enumerate(topics) if topic in of_plan],
            "bodies": [place for place, body in enumerate(bodies) if body in involved],
            "years": [since, until],
            "actions": sorted(levels[plan].items()),
        }
        if plan != f"{_plan_space(context)}{key}":
            row["iri"] = plan
        if plan in sets.read:
            row["full"] = 1
        if plan in sets.foreign:
            row["foreign"] = 1
        # what heads the column of a plan where that is not what its row begins with
        if plan in linked and not graph.labels.brief(plan, context.request.data).whole:
            row["head"] = context.short(plan)
        rows.append(row)
    return rows


def _listed(context: PageContext, meeting: figures.PlanMeeting) -> list[Value]:
    """A linked pair as a row of :data:`COLUMNS`."""
    plan, partner = meeting.plans
    ways = []
    for level in (meeting.cites, meeting.cited):
        is_counted = evidence.counts(level, context.level)
        ways.append(level.key if level and is_counted else "")
    low = round(meeting.low(context.level), 6)
    bits = int(low) if low == int(low) else low
    names = [plan, context.called(plan), partner, context.called(partner)]
    return [*names, *ways, bits, meeting.level.key]


def _csv(context: PageContext) -> str:
    met = _chosen_plans(context.site_context, chosen(context)).met
    rows = [_listed(context, met[pair]) for pair in sorted(met)]
    return formats.write_csv(formats.Grid(COLUMNS, rows))


def _picture(context: PageContext, suffix: str) -> bytes | None:
    """The matrix of the first plans as a picture; None where there are not two of them to draw."""
    choice = chosen(context)
    among = _chosen_plans(context.site_context, choice)
    order = among.linked[:FIRST]
    if len(order) < 2:
        return None
    drawn = {pair: meeting for pair, meeting in among.met.items() if set(order).issuperset(pair)}
    caption = _caption(context, choice, len(among.plans) - len(order))
    names = context.subject.names(order)
    rows = [names[plan] for plan in order]
    titles = [f"{number} · {labels.shortened(name.text)}" for number, name in enumerate(rows, 1)]
    heads, up, out = sheet.tilted(titles, _HEAD, _WIDE, longest=_LONGEST_TITLE)
    marks: list[drawing.Mark] = [drawing.Group(tuple(heads)), *_marks(context, rows, drawn)]
    size = sheet.PictureSize(_HEAD + _WIDE * len(rows) + out, up + _HIGH * len(rows), up)
    listed = [tuple(_listed(context, meeting)) for meeting in drawn.values()]
    picture = sheet.Picture(
        context.subject, "matrix", caption, size, marks, COLUMNS, lambda: listed
    )
    return registry.picture_bytes(picture, suffix)


def _caption(context: PageContext, choice: PlanFilter, more: int) -> sheet.Caption:
    """The legend, what the picture leaves out and rests on, and what was chosen; ``more`` plans are not drawn."""
    t = context.t
    swatch = drawing.Box(0, 0, *sheet.SWATCH)
    signs = (
        sheet.Sign(tuple(_filled(swatch, "→", "")), t("legend-declared")),
        sheet.Sign(tuple(_filled(swatch, "", "n")), t("legend-inferred")),
        sheet.sign("", t("legend-none")),
    )
    sets = plan_sets(context.site_context)
    partly = len(set(sets.every) - sets.whole)
    notes = []
    if more:
        notes.append(t("sheet-others", n=more))
    if partly:
        notes.append(t("matrix-partly", n=partly, of=len(sets.every)))
    notes.append(context.basis(context.known))
    choices = {"filter-evidence": context.caption(choice.level)}
    if choice.topic:
        choices["kind-topic"] = context.name(choice.topic)
    if choice.body:
        choices["kind-body"] = context.name(choice.body)
    if choice.year:
        choices["filter-year"] = str(choice.year)
    filters = [f"{t(name)}{t('colon')} {words}" for name, words in choices.items()]
    return sheet.Caption(t("sheet-title"), t("sheet-lead"), signs, tuple(notes), tuple(filters))


def _marks(
    context: PageContext, rows: Sequence[labels.Name], drawn: MeetingsByPlans
) -> list[drawing.Mark]:
    """The head of each row, then its cells."""
    marks: list[drawing.Mark] = []
    for line, name in enumerate(rows):
        number = str(line + 1)
        head = drawing.Box(0, line * _HIGH, _HEAD, _HIGH)
        marks.append(sheet.row_head(head, number, name, context.extent(name.iri)))
        for column, partner in enumerate(rows):
            box = drawing.Box(_HEAD + column * _WIDE, line * _HIGH, _WIDE, _HIGH)
            if line == column:
                shade = sheet.filled(box, sheet.SHADE, (number,))
                address = context.picture_address((name.iri,))
                marks.append(drawing.Group(tuple(shade), name.full, address))
            else:
                cell = _cell(context, drawn, (name.iri, partner.iri))
                title = f"{name.full} – {partner.full}\n{cell.words}"
                marks.append(_drawn_cell(context, box, cell, title, (name.iri, partner.iri)))
    return marks


def _drawn_cell(
    context: PageContext,
    box: drawing.Box,
    cell: MatrixCell,
    title: str,
    plans: tuple[str, str],
) -> drawing.Group:
    if not cell.href:
        return drawing.Group(tuple(sheet.hatched(box)), title)
    shade = _filled(box, cell.arrow, cell.bits)
    return drawing.Group(tuple(shade), title, context.picture_address(plans))


def _filled(box: drawing.Box, arrow: str, bits: str) -> list[drawing.Mark]:
    if arrow:
        return sheet.filled(box, _DECLARED, (arrow, bits) if bits else (arrow,), size=13)
    inside = drawing.Box(box.x + 2, box.y + 2, box.width - 4, box.height - 4, _INFERRED, _DASHED)
    return [inside, *drawing.centred(inside, (bits or TOGETHER,), _FINE)]


PAGES = (View("matrix", partial(matrix, limit=None), title="matrix-title", section="index"),)
FILES = (
    File("matrix", "csv", CSV, _csv),
    File("matrix", "svg", SVG, partial(_picture, suffix=".svg")),
    File("matrix", "png", "image/png", partial(_picture, suffix=".png"), exported=False),
    File("matrix", "pdf", "application/pdf", partial(_picture, suffix=".pdf"), exported=False),
)
