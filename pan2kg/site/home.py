"""The home page: findings, the home plan among those it meets, fields of policy, citations to look for, the matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement, islice
from math import comb
from typing import TYPE_CHECKING, Final

from pan2kg.charts.raster import picture_bytes
from pan2kg.charts.registry import draw_on
from pan2kg.charts.time_map import colour_of, draw_narrow_time_map
from pan2kg.coherence.citations import Occasion, State
from pan2kg.coherence.evidence import FIGURED, Level, counts
from pan2kg.graph.search import folded
from pan2kg.report.brief import is_late
from pan2kg.site.basis import mark, shown
from pan2kg.site.choice import ASKED, Choice
from pan2kg.site.definitions import line, taken
from pan2kg.site.filtering import chosen, every_plan, is_foreign, read, shown_plans
from pan2kg.site.matrix import FIRST, matrix
from pan2kg.site.page import CSV, SVG, File, Values, View
from pan2kg.site.plan import brief_keys
from pan2kg.site.values import EVIDENCE, Quote, quotes
from pan2kg.site.weights import Way, bits_said, way
from pan2kg.tables.figure_words import according_to
from pan2kg.tables.template import markup
from pan2kg.turtle.vocabulary import key as code_of

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.charts.frame import Picture
    from pan2kg.coherence.citations import Statement
    from pan2kg.coherence.known import Known
    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext


@dataclass(frozen=True, slots=True)
class FieldCell:
    """The pairs of plans of two fields: how many there are, linked, with a citation, and both read in full."""

    pairs: int
    linked: int
    cited: int
    read: int


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field of policy with its colour, its plans, and its cells with every field, itself among them."""

    name: str
    colour: str
    plans: int
    cells: tuple[FieldCell, ...]


def fields(context: PageContext, known: Known) -> tuple[FieldRow, ...]:
    """A row a field in the order of their names; plans of other countries and without a field are left out."""
    site_context, of = context.site_context, context.graph.policy_fields
    plans = [plan for plan in every_plan(site_context) if plan in of and not is_foreign(site_context, plan)]
    order = sorted({of[plan] for plan in plans}, key=lambda one: (folded(context.name(one)), one))
    held, full = Counter(of[plan] for plan in plans), Counter(of[plan] for plan in read(site_context) & set(plans))
    linked, cited = Counter[frozenset[str]](), Counter[frozenset[str]]()
    for one, two in known.linked:
        if one in of and two in of and not (is_foreign(site_context, one) or is_foreign(site_context, two)):
            ends = frozenset({of[one], of[two]})
            linked[ends] += 1
            cited[ends] += any(known.chronology.seen(*way, known.level) for way in ((one, two), (two, one)))
    cells = {
        frozenset({one, two}): FieldCell(
            _pairs(held, one, two), linked[frozenset({one, two})], cited[frozenset({one, two})], _pairs(full, one, two)
        )
        for one, two in combinations_with_replacement(order, 2)
    }
    subject = site_context.subject(context.request.language, context.picture_address)
    return tuple(
        FieldRow(
            context.name(one), colour_of(subject, one), held[one],
            tuple(cells[frozenset({one, two})] for two in order),
        )
        for one in order
    )  # fmt: skip


def _pairs(held: Counter[str], one: str, two: str) -> int:
    """How many pairs the plans of two fields make."""
    return held[one] * (held[one] - 1) // 2 if one == two else held[one] * held[two]


def home_keys(site_context: SiteContext) -> Iterable[str]:
    """The plans whose picture is a file of its own: the one the home page shows."""
    home = site_context.graph.labels.entry(site_context.graph.profile.home_plan)
    return [home.key] if home and home.kind == "plan" else []


def _picture(context: PageContext, plan: str) -> Picture:
    subject = context.site_context.subject(context.request.language, context.picture_address)
    return draw_on(subject, "time-map", plan=plan)


def _saved(context: PageContext, suffix: str) -> bytes | None:
    plan = context.request.key
    return picture_bytes(_picture(context, plan), suffix) if context.graph.labels.find("plan", plan) else None


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence with its number, which leads to what it counts; ``name`` is what tests and scripts call it."""

    name: str
    number: int
    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first screen shows: findings, and the home plan among those it meets with the files of the picture."""

    findings: tuple[Finding, ...]
    picture: Markup | None
    title: str
    downloads: tuple[tuple[str, str], ...]
    narrow: Markup | None = None
    """The picture for a small screen."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The four numbers: pairs linked, pairs without a link seen, actions without one, divergences; and of how many.

    ``read`` says how many of the pairs without a link are of two plans read in full, so that there is none.
    ``divergences`` is None where nobody has scored an interaction yet.
    """

    linked: int
    pairs: int
    read: int
    unlinked_actions: int
    actions: int
    divergences: int | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two plans meet beside texts: in words, with the passages quoted for it and on whose word it rests."""

    words: str
    quotes: tuple[Quote, ...]
    mark: Markup


@dataclass(frozen=True, slots=True)
class Wanted:
    """A citation to look for: what can be said of it, which texts both plans name, in bits, and why they meet else."""

    way: Way
    bits: str
    texts: tuple[str, ...]
    reasons: tuple[Reason, ...]
    address: str


TOLD: Final = (
    "linked-plan-pairs", "citing-pairs", "sharing-plan-pairs", "occasions", "citation-rate", "linked-actions",
)  # fmt: skip
"""The figures told on the home page with their four values."""
LISTED: Final = 12
"""How many citations to look for the home page lists: the others stand on the page of their figure."""


def values(context: PageContext) -> Values:
    """What the home page shows."""
    choice, language = chosen(context), context.request.language
    occasions = context.graph.known(choice.level).occasions
    unseen = (one for one in occasions if one.is_expected and one.state is not State.SEEN)
    counted = numbers(context.site_context, choice, shown_plans(context.site_context, choice))
    return {
        "title": context.t("home-title"),
        "opening": opening(context, choice, counted),
        "asked": asked(context),
        "countries": country_pages(context),
        "plans": _plans(context),
        "plan": context.key(chosen_plan(context) or ""),
        **matrix(context, limit=FIRST),
        "fields": fields(context, context.graph.known(choice.level)),
        "numbers": counted,
        "handed": context.chosen(*ASKED),
        "wanted": [wanted(context, one) for one in islice(unseen, LISTED)],
        "expected": told(context, "occasions"),
        "made": told(context, "citations-made"),
        "figures": [line(context, taken(context, name)) for name in TOLD],
        "levels": [according_to(one).say(language) for one in FIGURED],
        "caption": according_to(choice.level).say(language),
        "briefs": [context.href(f"brief/{key}.html") for key in brief_keys(context.site_context)],
    }


NEIGHBOURS: Final = 7
"""How many plans the picture of the home page shows beside the home plan, so that it fits on the first screen."""


def opening(context: PageContext, choice: Choice, counted: Numbers) -> Opening:
    """The findings at the level of the address, each from the register, and the picture of the home plan."""
    graph, home = context.graph, chosen_plan(context)
    expected, made = told(context, "occasions"), told(context, "citations-made")
    rows, alone = graph.margins(choice.level).rows, counted.unlinked_actions
    overdue = sum(map(is_late, rows))
    findings = [
        Finding("expected", expected[""], context.t("finding-expected", n=expected[""], **_parts(made)), "#wanted"),
        Finding("unlinked", alone, context.t("finding-unlinked", n=alone, of=counted.actions),
                context.href("unlinked.html")),
        Finding("overdue", overdue, context.t("finding-overdue", n=overdue, of=len(rows)),
                context.href("obligations.html")),
    ]  # fmt: skip
    return around(context, choice.level, home, findings)


def around(context: PageContext, level: Level, plan: str | None, findings: Sequence[Finding]) -> Opening:
    """What a first screen shows: what a plan meets before other findings, and its picture; without a plan these."""
    if plan is None:
        return Opening(tuple(findings), None, "", ())
    subject = context.site_context.subject(context.request.language, context.picture_address)
    reach, name = context.graph.known(level).reach(plan), subject.brief(plan)
    words = context.t("finding-reach", n=reach.linked, plan=name, cites=reach.cites, cited=reach.cited)
    first = Finding("reach", reach.linked, words, f"{context.address(plan)}#meets")
    key = context.key(plan)
    at_level = replace(subject, level=level)
    picture = draw_on(at_level, "time-map", plan=key, top=NEIGHBOURS)
    narrow = draw_narrow_time_map(at_level, plan=key, top=NEIGHBOURS)
    served = context.site_context.mode == "served" or key in home_keys(context.site_context)
    files = tuple((context.href(f"time-map/{key}.{ending}"), ending.upper()) for ending in ("csv", "svg") if served)
    words = context.t("opening-title", plan=name)
    return Opening((first, *findings), markup(picture.svg), words, files, markup(narrow.svg))


def asked(context: PageContext) -> str:
    """Which action asks for coherence here, as the profile of the project says it; empty where it names none."""
    graph, language = context.graph, context.request.language
    action = graph.labels.label(graph.profile.coherence_action, language)
    plan = graph.plan_of(graph.profile.coherence_action)
    if not action.notation or plan is None:
        return ""
    name = context.site_context.subject(language, context.picture_address).brief(plan)
    return context.t("home-asked", number=action.notation, plan=name, action=action.text)


def chosen_plan(context: PageContext) -> str | None:
    """The plan an address names, else the one the project is about; None where there is none."""
    entry = context.graph.labels.find("plan", context.request.arguments.get("plan", ""))
    if entry and entry.iri in context.graph.known().tables.works.plans:
        return entry.iri
    return context.graph.own_plan()


def country_pages(context: PageContext) -> list[tuple[str, str]]:
    """The pages of the countries that have plans: address and name, by name."""
    found = {iri for plan, iri in context.graph.country_of.items() if plan in context.graph.known().tables.works.plans}
    named = sorted((context.name(iri), iri) for iri in found)
    return [(context.href(f"country/{code_of(iri).lower()}.html"), name) for name, iri in named]


def _plans(context: PageContext) -> list[tuple[str, str]]:
    """The plans that are linked with another, to choose one of them: key and short name, where a server answers."""
    if context.site_context.mode == "static":
        return []
    linked = {plan for pair in context.graph.known().linked for plan in pair}
    return sorted(
        ((context.key(plan), context.called(plan)) for plan in linked), key=lambda one: (one[1].casefold(), one)
    )


def _parts(made: Mapping[str, int]) -> Mapping[str, int]:
    return {part: made.get(part, 0) for part in ("seen", "absent", "open")}


def time_map_csv(context: PageContext) -> bytes | None:
    """The table behind the picture of a plan among those it meets."""
    return _saved(context, ".csv")


def time_map_svg(context: PageContext) -> bytes | None:
    """The picture as a file of its own."""
    return _saved(context, ".svg")


def told(context: PageContext, figure: str) -> dict[str, int]:
    """The counts of a figure by their parts, the whole under an empty name."""
    found = taken(context, figure)
    parts = (part.partition(".")[2] for part in found.figure.parts or ("",))
    return {part: int(value or 0) for part, value in zip(parts, found.value, strict=True)}


def wanted(context: PageContext, found: Occasion) -> Wanted:
    """An expected citation that was not seen."""
    known = shown(context)
    shared = [part for part in known.weight(found.source, found.target).contributions if not part.is_broad]
    said = known.between(found.source, found.target)[:REASONS]
    return Wanted(
        way(context, known, found.source, found.target),
        bits_said(context, found.bits),
        tuple(part.text for part in shared),
        tuple(_reason(context, one) for one in said),
        context.pair(found.source, found.target),
    )


def _reason(context: PageContext, said: Statement) -> Reason:
    passages = context.graph.statements.values(said.link, EVIDENCE)
    words = context.t("wanted-cited" if said.is_citation else "wanted-together")
    return Reason(words, quotes(context, passages)[:1], mark(context, said.level))


REASONS: Final = 2
"""How many statements that put two plans together are told of one citation to look for."""


def whole(context: PageContext) -> Values:
    """The page with the matrix of all plans that have a link."""
    return {"title": context.t("matrix-title"), **matrix(context, limit=None)}


def numbers(site_context: SiteContext, choice: Choice, plans: Sequence[str]) -> Numbers:
    """The four numbers for the plans shown: the register's where all plans are."""
    shown, graph = set(plans), site_context.graph
    linked = [pair for pair in graph.known(choice.level).linked if set(pair) <= shown]
    full = read(site_context) & shown
    apart = comb(len(full), 2) - sum(full.issuperset(pair) for pair in linked)
    actions = [action for action, plan in graph.tables.works.home.items() if plan in shown]
    return Numbers(
        linked=len(linked),
        pairs=len(plans) * (len(plans) - 1) // 2,
        read=apart,
        unlinked_actions=sum(not counts(graph.linked_actions.get(action), choice.level) for action in actions),
        actions=len(actions),
        divergences=site_context.divergences if graph.scores else None,
    )


PAGES: Final = (
    View("index", values, template="home.html", section="index", menu=1),
    View("matrix", whole, section="index"),
)
FILES: Final = (
    File("time-map", "csv", CSV, time_map_csv, home_keys),
    File("time-map", "svg", SVG, time_map_svg, home_keys),
)
