"""The page of two plans: where they meet and why, what each lacks; and what any plans have in common.

A pair of plans that is not linked has no page of its own in an export: such pairs grow with the square of the plans,
the page of what they have in common with the plans. It shows what any two of them share, for an address that names two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pan2kg.charts.registry import draw_on
from pan2kg.coherence.editions import Titles
from pan2kg.coherence.evidence import counts
from pan2kg.graph.labels import pair_key
from pan2kg.graph.links import COMPARED, INFERRED, Tie
from pan2kg.i18n.catalogue import with_mark
from pan2kg.site.basis import Notes, basis, handed, mark, options, shown
from pan2kg.site.choice import EVIDENCE
from pan2kg.site.connections import UNFOLDED, Connection, connection, grouped, kind_name
from pan2kg.site.dossiers import of_pair
from pan2kg.site.figures import show
from pan2kg.site.filtering import every_plan, is_whole
from pan2kg.site.page import Values, View
from pan2kg.site.page_context import PageContext, piece
from pan2kg.site.plan import actions_of, ordered
from pan2kg.site.weights import Shared as Named
from pan2kg.site.weights import Way, bits_said, shared, way
from pan2kg.tables.figure_words import according_to
from pan2kg.tables.template import markup
from pan2kg.turtle.vocabulary import PAN

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.coherence.known import Known
    from pan2kg.site.site_context import SiteContext
    from pan2kg.tables.cells import Row
    from pan2kg.tables.table import FigureTable


ASPECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "instrument": ("restsOn",),
    "body": ("involvesBody", "ledBy"),
    "topic": ("hasTopic",),
    "group": ("hasTargetGroup",),
}
"""In what two plans are compared, and the properties of them and their actions that say so."""
BY_THINGS: Final = tuple(kind for kind in INFERRED if kind != COMPARED)
"""Kinds of links that are by something shared."""
FIGURES: Final[Mapping[str, tuple[str, str]]] = {"matrix": ("one", "two"), "debt": ("citing", "cited")}
"""The figures that have rows about two plans, and the columns these stand in."""

NEAREST: Final = 3
"""How many actions of the other plan stand beside one, those with the most similar titles."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two plans: its actions, those with a link to the other plan marked; what it cites of it, and could."""

    plan: str
    actions: tuple[tuple[str, bool], ...]
    cites: tuple[Connection, ...]
    way: Way

    def listed(self, context: PageContext) -> Markup:
        """The actions as items of a list, those with a link marked."""
        actions = [(context.link(one), context.t("pair-linked") if met else "") for one, met in self.actions]
        return piece("counted_actions")(actions)


@dataclass(frozen=True, slots=True)
class Meeting:
    """One thing by which two plans are linked: what of either does, the links between them, on whose word they rest."""

    thing: str
    number: int
    levels: tuple[Markup, ...]
    sides: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Shared:
    """The links of a kind that are by something shared: how many there are, and by what, that of most links first."""

    kind: str
    name: str
    number: int
    meetings: tuple[Meeting, ...]

    @property
    def is_long(self) -> bool:
        """Whether they are too many to be shown without being asked for."""
        return self.number > UNFOLDED


@dataclass(frozen=True, slots=True)
class Weighed:
    """What two plans share, in bits as words: established and possible; by general texts; low/high; texts that give it.

    ``low`` and ``broad`` are empty where nothing shared was seen.
    """

    low: str
    high: str
    broad: str
    settled: str
    is_open: bool
    texts: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """In one respect: what only the first has, what both have, what only the second has."""

    aspect: str
    first: tuple[str, ...]
    both: tuple[str, ...]
    second: tuple[str, ...]


def keys(site_context: SiteContext) -> Iterable[str]:
    """The keys of the pairs of plans an export has a page of: those that are linked, at whatever level.

    Of those that share a body or topic only, which grow with the square of the plans, a server makes a page when it is
    asked for.
    """
    entry = site_context.graph.labels.entry
    pairs = ([found.key for found in map(entry, pair) if found] for pair in sorted(site_context.told_pairs))
    return [pair_key(*pair) for pair in pairs if len(pair) == 2]


def values(context: PageContext) -> Values | None:
    """What fills the page of two plans, at the level of the address; one that is named leaves links as firm only."""
    names = context.request.key.split("--")
    found = [entry.iri for entry in (context.graph.labels.find("plan", name) for name in names) if entry]
    if len(found) != 2 or pair_key(*names) != context.request.key:
        return None
    ties = context.graph.ties.by_pair.get((min(found), max(found)))
    if not ties:
        return None
    one, two = found
    known, language = shown(context), context.request.language
    is_chosen = bool(context.request.arguments.get(EVIDENCE))
    listed = [tie for tie in ties if not is_chosen or counts(tie.level, known.level)]
    notes = Notes(context)
    declared = grouped(notes, sorted({tie.iri for tie in listed if tie.is_declared}))
    inferred = grouped(notes, sorted({tie.iri for tie in listed if tie.kind == COMPARED}))
    by_things = [made for kind in BY_THINGS if (made := _shared(context, kind, (one, two), listed))]
    return {
        "title": context.t("pair-title", one=context.name(one), two=context.name(two)),
        "one": one,
        "two": two,
        "evidence": handed(context).get("evidence", ""),
        "options": options(context),
        "is_chosen": is_chosen,
        "caption": according_to(known.level).say(language),
        "dossier": of_pair(context, known, (one, two), bridge(context, known, names)),
        "weight": weighed(context, known, one, two),
        "declared": declared,
        "compared_links": inferred,
        "same": [made for made in by_things if made.kind == "shared-instrument"],
        "weak": [made for made in by_things if made.kind != "shared-instrument"],
        "sides": [_side(notes, known, (one, two), ties), _side(notes, known, (two, one), ties)],
        "beside": beside(context, one, two),
        "partly": [part for plan in (one, two) if (part := partly(context, plan))],
        "compared": compared(context, one, two),
        "figures": figures(context, one, two),
        "notes": notes.listed(),
        "basis_line": basis(context, known),
        "section": "plans",
    }


def bridge(context: PageContext, known: Known, names: Sequence[str]) -> Markup:
    """The two plans side by side, at the level of the page."""
    subject = context.site_context.subject(context.request.language, context.picture_address)
    return markup(draw_on(replace(subject, level=known.level), "bridge", plan=names[0], other=names[1]).svg)


def weighed(context: PageContext, known: Known, one: str, two: str) -> Weighed:
    """What the two plans share at a level, with the texts that give it."""
    found = known.weight(one, two)
    settled = "" if found.settled is None else with_mark(f"{found.settled:.2f}", context.request.language)
    low, high, broad = (bits_said(context, value) for value in (found.low, found.high, found.broad))
    return Weighed(
        low if found.low > 0 else "", high, broad if found.broad > 0 else "", settled, found.is_open,
        tuple(shared(context, known, one, two)),
    )  # fmt: skip


def _shared(context: PageContext, kind: str, plans: tuple[str, str], ties: Iterable[Tie]) -> Shared | None:
    """The links of a kind by what is shared; None where there are none, or where they are by nothing."""
    statements = context.graph.statements
    found: dict[str, list[Tie]] = {}
    links = [tie for tie in ties if tie.kind == kind]
    for tie in links:
        for thing in statements.values(tie.iri, PAN + "via"):
            found.setdefault(thing, []).append(tie)
    meetings = [
        Meeting(
            thing,
            len({tie.iri for tie in via}),
            tuple([mark(context, at) for at in sorted({tie.level for tie in via if tie.level is not None})]),
            (_ends(context, plans[0], via), _ends(context, plans[1], via)),
        )
        for thing, via in found.items()
    ]
    meetings.sort(key=lambda one: (-one.number, context.name(one.thing).casefold(), one.thing))
    number = len({tie.iri for tie in links})
    return Shared(kind, kind_name(context, kind), number, tuple(meetings)) if meetings else None


def _ends(context: PageContext, plan: str, ties: Iterable[Tie]) -> tuple[str, ...]:
    """What of a plan is linked, the plan itself included, in the order of the plan."""
    ends = {end for tie in ties for end, of in zip(tie.ends, tie.plans, strict=True) if of == plan}
    return tuple(ordered(context, ends))


def _side(notes: Notes, known: Known, ends: tuple[str, str], ties: Iterable[Tie]) -> Side:
    context, (plan, other) = notes.context, ends
    met = {end for tie in ties for end in tie.ends}
    site_context = context.site_context
    actions = site_context.once(f"actions of {plan}", lambda: ordered(context, actions_of(context, plan)))
    links = site_context.once("citations", lambda: _citations(site_context)).get((plan, other), ())
    return Side(
        plan,
        tuple((action, action in met) for action in actions),
        tuple(connection(notes, link, "") for link in sorted(links)),
        way(context, known, plan, other),
    )


def _citations(site_context: SiteContext) -> Mapping[tuple[str, str], set[str]]:
    """The links by which one plan or its actions cite another or its actions."""
    found: dict[tuple[str, str], set[str]] = {}
    for one in site_context.graph.citations:
        ends = site_context.graph.homes.get(one.source, ""), site_context.graph.homes.get(one.target, "")
        found.setdefault(ends, set()).add(one.link)
    return found


def beside(context: PageContext, one: str, two: str) -> list[tuple[str, tuple[str, ...]]]:
    """Beside each action of a plan those of the other with the most similar titles, which says nothing of links."""
    first, second = (actions_of(context, plan) for plan in (one, two))
    language, site_context = context.request.language, context.site_context
    others = ordered(context, second)
    if not (first and others):
        return []

    def titles() -> Titles:
        return Titles.read([context.graph.label(action, language) for action in others])

    index = site_context.once(f"titles of {two} in {language}", titles)
    return [
        (action, tuple(others[at] for at in index.nearest(context.graph.label(action, language), NEAREST)))
        for action in ordered(context, first)
    ]


def partly(context: PageContext, plan: str) -> tuple[str, int, str] | None:
    """A plan whose list of actions was not read to its end: how many are known, and of how many if that is known."""
    if is_whole(context.site_context, plan):
        return None
    return plan, len(actions_of(context, plan)), context.graph.statements.one(plan, PAN + "measureCount")


def compared(context: PageContext, one: str, two: str) -> list[Compared]:
    """What each plan has that the other lacks, its actions included, and what both have."""
    found = []
    for aspect in ASPECTS:
        first, second = (has(context, plan, aspect) for plan in (one, two))
        lists = (_named(context, some) for some in (first - second, first & second, second - first))
        found.append(Compared(aspect, *lists))
    return found


def has(context: PageContext, plan: str, aspect: str) -> frozenset[str]:
    """What a plan and its actions have in one respect; every pair it is in asks for it."""
    known, at = context.site_context.having, (plan, aspect)
    if at not in known:
        statements, names = context.graph.statements, ASPECTS[aspect]
        works = (plan, *actions_of(context, plan))
        known[at] = frozenset(iri for work in works for name in names for iri in statements.values(work, PAN + name))
    return known[at]


def _named(context: PageContext, iris: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(iris, key=lambda iri: (context.name(iri).casefold(), iri)))


def figures(context: PageContext, one: str, two: str) -> list[Markup]:
    """What the measures say of the two plans: strength of their links, and what each owes the other in citations."""
    pair = frozenset((one, two))
    kept = (_only(context, name, columns, pair) for name, columns in FIGURES.items())
    return [show(figures, context) for figures in kept if figures.rows]


def _only(context: PageContext, name: str, columns: tuple[str, str], pair: frozenset[str]) -> FigureTable:
    """The rows of a table about two plans."""
    known, at = context.site_context.pairs, (name, context.request.language)
    figures = context.site_context.figures(name, context.request.language)
    if at not in known:
        rows: dict[frozenset[str], list[Row]] = {}
        for row in figures.rows:
            rows.setdefault(frozenset(str(row[column]) for column in columns), []).append(row)
        known[at] = {plans: tuple(found) for plans, found in rows.items()}
    return replace(figures, rows=known[at].get(pair, ()))


@dataclass(frozen=True, slots=True)
class Common:
    """A body, topic or group that two plans or more have: itself or by their actions; ``keys`` are those plans'."""

    thing: str
    plans: tuple[str, ...]
    keys: str


def shared_things(context: PageContext) -> Values:
    """What each thing joins, by kind; of the two plans of the address alone where it names two."""
    wanted = frozenset(context.request.arguments.get("plans", "").split("--"))
    found = [entry.iri for key in wanted if (entry := context.graph.labels.find("plan", key))]
    two = found if len(found) == len(wanted) == 2 else []
    return {
        "title": context.t("shared-title"),
        "two": sorted(two),
        "kinds": [(aspect, _common(context, aspect, frozenset(two))) for aspect in sorted(ASPECTS)],
    }


def _common(context: PageContext, aspect: str, two: frozenset[str]) -> list[Common]:
    """The things of a kind that several plans have, those of most plans first."""
    plans: dict[str, list[str]] = {}
    for plan in every_plan(context.site_context):
        for thing in has(context, plan, aspect):
            plans.setdefault(thing, []).append(plan)
    shared = {thing: tuple(of) for thing, of in plans.items() if len(of) > 1 and two <= set(of)}
    order = sorted(shared, key=lambda thing: (-len(shared[thing]), context.name(thing).casefold(), thing))
    return [Common(thing, shared[thing], " ".join(map(context.key, shared[thing]))) for thing in order]


PAGES: Final = (View("pair", values, keys, section="plans"), View("shared", shared_things, section="plans"))
