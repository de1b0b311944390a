"""How the plans a reader chose meet: as a table, as CSV, and as data for the script.

The table has the plans that are linked, those of the project's country first; the home page shows
the first of them. Where no server answers, the script makes the table anew from the data in the
page.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from typing import NamedTuple

from pan2kg.coherence import evidence, figures
from pan2kg.i18n import Messages, format_of
from pan2kg.site.page import (
    CHOICE_ARGUMENTS,
    CSV,
    FORMER_LEVELS,
    Download,
    File,
    Markup,
    PageContext,
    SiteContext,
    Values,
    View,
    embedded,
)
from pan2kg.site.plan_choice import (
    PlanFilter,
    offered_filters,
    offered_years,
    plan_facts,
    plan_sets,
    requested_filter,
    shown_plans,
)
from pan2kg.tables import Value, figure_words, formats

FIRST_PLANS = 15
"""How many plans the matrix on the home page has: of the own country first, those linked with most others."""
LINKED_SIGN = "·"
"""What a cell shows of two plans that neither cite each other nor share a text that weighs anything."""
SCRIPT_MESSAGES = (
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
"""What a file has of a linked pair: its plans with their names, the levels of citations, what shared texts weigh."""
_ARROWS = {
    (True, True): ("↔", "both"),
    (True, False): ("→", "cites"),
    (False, True): ("←", "cited"),
}
"""By whether a plan cites another, and is cited by it: the arrow in its row, and how the message ends that says so."""
_PAGE = Messages("page")
_FIGURE = Messages("figure")

MeetingsByPlans = Mapping[tuple[str, str], figures.PlanMeeting]


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
        return self.bits if self.bits or self.arrow else LINKED_SIGN


def matrix_values(context: PageContext, *, limit: int | None) -> Values:
    """What the matrix on a page is filled in with; ``limit`` is how many plans it has at most, None for all."""
    site_context = context.site_context
    choice = requested_filter(context)
    among = chosen_plans(site_context, choice)
    order = among.linked[:limit]
    absent = [plan for plan in among.plans if plan not in among.linked]
    offered = offered_filters(site_context)
    return {
        "choice": choice,
        "order": order,
        "is_whole": limit is None,
        "rows": _rows(context, among.met, order),
        "more": len(among.linked) - len(order),
        "absent": absent,
        "plans_number": len(among.plans),
        "sets": plan_sets(site_context),
        "topics": context.options(offered.topics),
        "bodies": context.options(offered.bodies),
        "years": offered_years(site_context),
        "downloads": _downloads(context, len(order)),
        "filtering": "" if context.is_served else _filter_data(context, limit),
    }


def chosen_plans(site_context: SiteContext, choice: PlanFilter) -> ChosenPlans:
    """The plans a choice admits, and how they meet at its level.

    In the matrix those of other countries come last, and those linked with most others first.
    """
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


def _downloads(context: PageContext, plans_number: int) -> list[Download]:
    # pictures where there are plans enough to draw; two of their forms are made by a server
    endings = ["csv"]
    if plans_number > 1:
        endings.append("svg")
        if context.is_served and find_spec("matplotlib") is not None:
            endings += ["png", "pdf"]
    asked = context.nonempty_arguments(*CHOICE_ARGUMENTS)
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
            cells.append(matrix_cell(context, met, (plan, partner)) if partner != plan else None)
        rows.append(MatrixRow(plan, cells))
    return rows


def matrix_cell(context: PageContext, met: MeetingsByPlans, plans: tuple[str, str]) -> MatrixCell:
    """How the first of two plans meets the other, at the level of the page."""
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
        href=context.pair_address(*plans, **context.level_arguments),
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
    topics, bodies = offered_filters(context.site_context)
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
    words = {key: _PAGE.template(key, language) for key in SCRIPT_MESSAGES}
    words["bits-counted"] = _FIGURE.template("bits-counted", language)
    words["colon"] = format_of("colon", language)
    return embedded(
        {
            "limit": limit,
            "asked": CHOICE_ARGUMENTS,
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
        facts = plan_facts(context.site_context)[plan]
        row: dict[str, object] = {
            "key": key,
            "row": context.link(plan),
            "topics": [place for place, topic in enumerate(topics) if topic in facts.topics],
            "bodies": [place for place, body in enumerate(bodies) if body in facts.bodies],
            "years": [facts.since, facts.until],
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
            row["head"] = context.short_link(plan)
        rows.append(row)
    return rows


def pair_row(context: PageContext, meeting: figures.PlanMeeting) -> list[Value]:
    """A linked pair as a row of :data:`COLUMNS`."""
    plan, partner = meeting.plans
    ways = []
    for level in (meeting.cites, meeting.cited):
        is_counted = evidence.counts(level, context.level)
        ways.append(level.key if level and is_counted else "")
    low = round(meeting.low(context.level), 6)
    bits = int(low) if low == int(low) else low
    names = [plan, context.brief_name(plan), partner, context.brief_name(partner)]
    return [*names, *ways, bits, meeting.level.key]


def _csv(context: PageContext) -> str:
    met = chosen_plans(context.site_context, requested_filter(context)).met
    rows = [pair_row(context, met[pair]) for pair in sorted(met)]
    return formats.write_csv(formats.Grid(COLUMNS, rows))


PAGES = (View("matrix", partial(matrix_values, limit=None), title="matrix-title", section="index"),)
FILES = (File("matrix", "csv", CSV, _csv),)
