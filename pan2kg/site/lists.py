"""Lists of plans, pairs of plans and actions without a link, and the search.

The search has a page of results, suggestions while one types, and for pages without a server a file of all names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.charts.registry import draw_on
from pan2kg.coherence.evidence import FIGURED, Aspect, Extent, counts, coverage
from pan2kg.site.basis import basis, mark, shown
from pan2kg.site.filtering import chosen, shown_plans
from pan2kg.site.page import JAVASCRIPT, JSON, CommonFile, Values, View, embedded
from pan2kg.site.plan import actions_of, ordered, period
from pan2kg.site.weights import Way, in_bits, ways
from pan2kg.tables.figure_words import according_to
from pan2kg.tables.template import markup
from pan2kg.turtle.vocabulary import DCTERMS, PAN

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.coherence.figures import Meeting
    from pan2kg.coherence.known import Known
    from pan2kg.graph.labels import Entry
    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan in the list: country, period and type; how much of it is in the graph; with how many plans it is linked.

    ``published`` is empty where the number of its measures is not known. ``cites`` and ``cited`` count plans.
    """

    iri: str
    countries: tuple[str, ...]
    period: str
    types: tuple[str, ...]
    known: int
    published: str
    completeness: str
    linked: int
    cites: int
    cited: int


@dataclass(frozen=True, slots=True)
class PairLine:
    """Two linked plans: on whose word, what they share, and what can be said of a citation each way."""

    plans: tuple[str, str]
    mark: Markup
    bits: str
    ways: tuple[Way, Way]
    address: str


@dataclass(frozen=True, slots=True)
class Apart:
    """A plan, with how many others no link was seen, how many actions are known, and of how many a text was read."""

    plan: str
    others: int
    known: int
    recorded: int


@dataclass(frozen=True, slots=True)
class Unlinked:
    """The actions of a plan without a link seen: those whose texts nobody read, and the others."""

    plan: str
    key: str
    unread: tuple[str, ...]
    read: tuple[str, ...]
    of: int


def plans(context: PageContext) -> Values:
    """All plans."""
    found = [
        _plan_line(context, plan) for plan in _by_name(context, shown_plans(context.site_context, chosen(context)))
    ]
    known = shown(context)
    return {
        "title": context.t("plans-title"),
        "lines": found,
        "time": _over_time(context) if context.graph.has_actions else None,
        "caption": according_to(known.level).say(context.request.language),
        "basis": basis(context, known),
    }


def _over_time(context: PageContext) -> Markup:
    """All plans of the country on an axis of years."""
    subject = context.site_context.subject(context.request.language, context.picture_address)
    return markup(draw_on(subject, "time-map").svg)


def _by_name(context: PageContext, iris: Iterable[str]) -> list[str]:
    return sorted(iris, key=lambda iri: (context.name(iri).casefold(), iri))


def _plan_line(context: PageContext, plan: str) -> PlanLine:
    statements, known = context.graph.statements, shown(context)
    reach = known.reach(plan)
    return PlanLine(
        plan,
        tuple(statements.values(plan, DCTERMS + "spatial")),
        period(context, plan),
        tuple(statements.values(plan, DCTERMS + "type")),
        len(actions_of(context, plan)),
        statements.one(plan, PAN + "measureCount"),
        statements.one(plan, PAN + "listCompleteness"),
        reach.linked,
        reach.cites,
        reach.cited,
    )


def pairs(context: PageContext) -> Values:
    """The linked pairs of the plans chosen, those linked by weaker evidence only, and those without a link seen."""
    graph, choice = context.graph, chosen(context)
    among = set(shown_plans(context.site_context, choice))
    met = [one for one in graph.meetings if set(one.plans) <= among]
    linked = [one for one in met if one.level <= choice.level]
    number = len(among) * (len(among) - 1) // 2
    known = graph.known(choice.level)
    return {
        "title": context.t("pairs-title"),
        "linked": [_pair_line(context, one, known) for one in linked],
        "weaker": [_pair_line(context, one, graph.known(FIGURED[-1])) for one in met if one.level > choice.level],
        "number": number,
        "apart": number - len(linked),
        "plans": _apart(context, among, [one.plans for one in linked]),
        "restricts": choice.restricts,
        "caption": according_to(choice.level).say(context.request.language),
        "basis": basis(context, known),
    }


def _pair_line(context: PageContext, met: Meeting, known: Known) -> PairLine:
    bits = in_bits(context, met.low(known.level)) if met.low(known.level) > 0 else ""
    address = context.pair(*met.plans)
    return PairLine(met.plans, mark(context, met.level), bits, ways(context, known, *met.plans), address)


def _apart(context: PageContext, among: set[str], linked: Iterable[tuple[str, str]]) -> list[Apart]:
    counted = Counter(plan for pair in linked for plan in pair)
    tables = context.graph.tables
    found = []
    for plan in _by_name(context, among):
        read = coverage(tables.readings, tables.works, Aspect.TEXTS, {plan}).known
        found.append(Apart(plan, len(among) - 1 - counted[plan], len(actions_of(context, plan)), read))
    return found


def unlinked(context: PageContext) -> Values:
    """The actions of the plans chosen without a link seen, apart those whose texts nobody read."""
    site_context, choice = context.site_context, chosen(context)
    linked, tables = context.graph.linked_actions, context.graph.tables
    found = []
    for plan in _by_name(context, shown_plans(site_context, choice)):
        actions = ordered(context, actions_of(context, plan))
        open_ones = [action for action in actions if not counts(linked.get(action), choice.level)]
        extents = {one: tables.readings.extent(one, Aspect.TEXTS, plan) for one in open_ones}
        unread = tuple(one for one in open_ones if extents[one] is Extent.NONE)
        read = tuple(one for one in open_ones if extents[one] is not Extent.NONE)
        if open_ones:
            found.append(Unlinked(plan, context.key(plan), unread, read, len(actions)))
    return {
        "title": context.t("unlinked-title"),
        "plans": found,
        "number": sum(len(one.unread) + len(one.read) for one in found),
        "unread": sum(len(one.unread) for one in found),
        "read": sum(len(one.read) for one in found),
        "caption": according_to(choice.level).say(context.request.language),
        "basis": basis(context, shown(context)),
    }


_ALWAYS: Final = ("plan", "body", "instrument")
"""What is listed where nothing was asked for."""


def search(context: PageContext) -> Values:
    """The page of what was found; without words, everything there is by kind."""
    asked = context.request.arguments.get("q", "")
    index = context.graph.labels
    found = [entry for iri in context.graph.search.find(asked) if (entry := index.entry(iri))]
    groups: dict[str, list[Entry]] = {kind: _things_by_name(context, kind) for kind in _ALWAYS} if not asked else {}
    for entry in found:
        groups.setdefault(entry.kind, []).append(entry)
    return {"title": context.t("search-title"), "asked": asked, "groups": groups, "count": len(found)}


def _things_by_name(context: PageContext, kind: str) -> list[Entry]:
    return sorted(context.graph.labels.of_kind(kind), key=lambda entry: (context.name(entry.iri).casefold(), entry.iri))


def suggestions(site_context: SiteContext, words: str) -> str:
    """Up to twelve things as JSON, for the field that suggests while one types."""
    graph = site_context.graph
    entries = [graph.labels.entry(iri) for iri in graph.search.find(words, limit=12)]
    return str(embedded([_as_row(entry) for entry in entries if entry]))


def labels(site_context: SiteContext) -> str:
    """Everything that can be found as a script, for pages with no server behind them: the best first."""
    graph = site_context.graph
    rows = [_as_row(entry, thing.names) for thing in graph.search.things if (entry := graph.labels.entry(thing.iri))]
    return f"pan2kgLabels({embedded(rows)});\n"


def _as_row(entry: Entry, names: Iterable[str] = ()) -> dict[str, object]:
    """A thing as it is suggested, by its short names; with whatever else it is called where it is to be found."""
    shown = {**entry.texts, **entry.brief}
    found: dict[str, object] = {"href": entry.address, "type": entry.kind, "labels": shown}
    if not entry.iri.endswith(f"/id/{entry.kind}/{entry.key}"):
        found["iri"] = entry.iri
    also = [name for name in names if name not in (*shown.values(), entry.notation)]
    return {**found, **({"notation": entry.notation} if entry.notation else {}), **({"also": also} if also else {})}


PAGES: Final = (
    View("plans", plans, section="plans", menu=2),
    View("pairs", pairs, section="index"),
    View("unlinked", unlinked, section="index"),
    View("search", search),
)
FILES: Final = (
    CommonFile(
        "search.json",
        JSON,
        lambda site_context, asked: suggestions(site_context, asked.get("q", "")).encode(),
        exported=False,
    ),
    CommonFile("data/labels.js", JAVASCRIPT, lambda site_context, _: labels(site_context).encode()),
)
