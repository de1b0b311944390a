"""Lists of plans, pairs of plans and actions without a link, and the search.

The search has a page of results, suggestions while one types, and for pages without a server a file of all names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.graph.links import DECLARED, INFERRED
from pan2kg.site.filtering import chosen, shown_plans
from pan2kg.site.page import JAVASCRIPT, JSON, CommonFile, View, embedded
from pan2kg.site.plan import SAME, actions_of, ordered, period
from pan2kg.turtle.vocabulary import DCTERMS, PAN

if TYPE_CHECKING:
    from pan2kg.graph.labels import Entry
    from pan2kg.site.page import Values
    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan in the list: country, period and type; how much of it is in the graph; with how many plans it is linked.

    ``published`` is empty where the number of its measures is not known. ``declared`` and ``same`` count links.
    """

    iri: str
    countries: tuple[str, ...]
    period: str
    types: tuple[str, ...]
    known: int
    published: str
    completeness: str
    declared: int
    same: int
    linked: int


@dataclass(frozen=True, slots=True)
class PairLine:
    """Two plans and how many links of each kind they have."""

    plans: tuple[str, str]
    counts: Mapping[str, int]
    address: str


@dataclass(frozen=True, slots=True)
class Apart:
    """A plan, with how many others it has no known link, and how well its list of actions is known."""

    plan: str
    others: int
    known: int
    recorded: int


@dataclass(frozen=True, slots=True)
class Unlinked:
    """The actions of a plan without a link: those of which nothing was recorded yet, and the others."""

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
    return {"title": context.t("plans-title"), "lines": found}


def _by_name(context: PageContext, iris: Iterable[str]) -> list[str]:
    return sorted(iris, key=lambda iri: (context.name(iri).casefold(), iri))


def _plan_line(context: PageContext, plan: str) -> PlanLine:
    statements = context.graph.statements
    ties = {pair: found for pair, found in context.graph.ties.by_pair.items() if plan in pair}
    counted = Counter(tie.kind for found in ties.values() for tie in found)
    return PlanLine(
        plan,
        tuple(statements.values(plan, DCTERMS + "spatial")),
        period(context, plan),
        tuple(statements.values(plan, DCTERMS + "type")),
        len(actions_of(context, plan)),
        statements.one(plan, PAN + "measureCount"),
        statements.one(plan, PAN + "listCompleteness"),
        sum(counted[kind] for kind in DECLARED),
        sum(counted[kind] for kind in SAME),
        sum(any(tie.kind in (*DECLARED, *SAME) for tie in found) for found in ties.values()),
    )


def pairs(context: PageContext) -> Values:
    """The linked pairs of the plans chosen, those linked more weakly only, and how many have no known link."""
    ties, choice = context.graph.ties, chosen(context)
    shown = set(shown_plans(context.site_context, choice))
    strong = {pair: c for pair, c in ties.counts(choice.kinds).items() if set(pair) <= shown}
    weaker = tuple(kind for kind in (*DECLARED, *INFERRED) if kind not in choice.kinds)
    weak = {pair: c for pair, c in ties.counts(weaker).items() if set(pair) <= shown and pair not in strong}
    number = len(shown) * (len(shown) - 1) // 2
    return {
        "title": context.t("pairs-title"),
        "kinds": choice.kinds,
        "weaker": weaker,
        "strong": _pair_lines(context, strong),
        "weak": _pair_lines(context, weak),
        "number": number,
        "apart": number - len(strong),
        "plans": _apart(context, shown, strong),
        "restricts": choice.restricts,
    }


def _pair_lines(context: PageContext, counts: Mapping[tuple[str, str], Mapping[str, int]]) -> list[PairLine]:
    order = sorted(counts, key=lambda pair: (-_declared(counts[pair]), -sum(counts[pair].values()), pair))
    return [PairLine(pair, counts[pair], context.pair(*pair)) for pair in order]


def _declared(counts: Mapping[str, int]) -> int:
    return sum(counts.get(kind, 0) for kind in DECLARED)


def _apart(context: PageContext, shown: set[str], linked: Iterable[tuple[str, str]]) -> list[Apart]:
    counted = Counter(plan for pair in linked for plan in pair)
    recorded = context.site_context.recorded
    found = []
    for plan in _by_name(context, shown):
        actions = actions_of(context, plan)
        found.append(Apart(plan, len(shown) - 1 - counted[plan], len(actions), len(recorded & set(actions))))
    return found


def unlinked(context: PageContext) -> Values:
    """The actions of the plans chosen that have no link of the kinds chosen to another plan."""
    site_context, choice = context.site_context, chosen(context)
    linked = site_context.graph.ties.linked(choice.kinds)
    found = []
    for plan in _by_name(context, shown_plans(site_context, choice)):
        actions = ordered(context, actions_of(context, plan))
        open_ones = [action for action in actions if action not in linked]
        unread = tuple(action for action in open_ones if action not in site_context.recorded)
        read = tuple(action for action in open_ones if action in site_context.recorded)
        if open_ones:
            found.append(Unlinked(plan, context.key(plan), unread, read, len(actions)))
    return {
        "title": context.t("unlinked-title"),
        "plans": found,
        "number": sum(len(one.unread) + len(one.read) for one in found),
        "unread": sum(len(one.unread) for one in found),
        "read": sum(len(one.read) for one in found),
    }


_ALWAYS: Final = ("plan", "body", "instrument")
"""What is listed where nothing was asked for."""


def search(context: PageContext) -> Values:
    """The page of what was found; without words, everything there is by kind."""
    asked = context.request.arguments.get("q", "")
    index = context.graph.labels
    found = [entry for iri in context.site_context.finder.find(asked) if (entry := index.entry(iri))]
    groups: dict[str, list[Entry]] = {kind: _things_by_name(context, kind) for kind in _ALWAYS} if not asked else {}
    for entry in found:
        groups.setdefault(entry.kind, []).append(entry)
    return {"title": context.t("search-title"), "asked": asked, "groups": groups, "count": len(found)}


def _things_by_name(context: PageContext, kind: str) -> list[Entry]:
    return sorted(context.graph.labels.of_kind(kind), key=lambda entry: context.name(entry.iri).casefold())


def suggestions(site_context: SiteContext, words: str) -> str:
    """Up to twelve things as JSON, for the field that suggests while one types."""
    entries = [site_context.graph.labels.entry(iri) for iri in site_context.finder.find(words, limit=12)]
    return str(embedded([_as_row(entry) for entry in entries if entry]))


def labels(site_context: SiteContext) -> str:
    """Every name as a script, for pages with no server behind them."""
    index = site_context.graph.labels
    kinds = sorted({entry.kind for entry in index.entries.values() if entry.has_page})
    rows = [_as_row(entry) for kind in kinds for entry in index.of_kind(kind)]
    return f"pan2kgLabels({embedded(rows)});\n"


def _as_row(entry: Entry) -> dict[str, object]:
    found: dict[str, object] = {"href": entry.address, "type": entry.kind, "labels": dict(entry.texts)}
    return {**found, "notation": entry.notation} if entry.notation else found


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
