"""Lists that the numbers of the home page open: plans, pairs of plans, and actions without a link.

The page of what was found, the suggestions while one types, and all names for pages without a server.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.graph.links import DECLARED, INFERRED
from pan2kg.site.filtering import chosen, shown_plans
from pan2kg.site.page import JAVASCRIPT, JSON, View, Whole, embedded
from pan2kg.site.plan import SAME, actions_of, ordered, period
from pan2kg.turtle.vocabulary import DCTERMS, PAN

if TYPE_CHECKING:
    from pan2kg.graph.labels import Entry
    from pan2kg.site.library import Library
    from pan2kg.site.page import Values
    from pan2kg.site.speaker import Speaker


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


def plans(speaker: Speaker) -> Values:
    """All plans."""
    found = [_plan_line(speaker, plan) for plan in _by_name(speaker, shown_plans(speaker.library, chosen(speaker)))]
    return {"title": speaker.t("plans-title"), "lines": found}


def _by_name(speaker: Speaker, iris: Iterable[str]) -> list[str]:
    return sorted(iris, key=lambda iri: (speaker.name(iri).casefold(), iri))


def _plan_line(speaker: Speaker, plan: str) -> PlanLine:
    statements = speaker.graph.statements
    ties = {pair: found for pair, found in speaker.graph.ties.by_pair.items() if plan in pair}
    counted = Counter(tie.kind for found in ties.values() for tie in found)
    return PlanLine(
        plan,
        tuple(statements.values(plan, DCTERMS + "spatial")),
        period(speaker, plan),
        tuple(statements.values(plan, DCTERMS + "type")),
        len(actions_of(speaker, plan)),
        statements.one(plan, PAN + "measureCount"),
        statements.one(plan, PAN + "listCompleteness"),
        sum(counted[kind] for kind in DECLARED),
        sum(counted[kind] for kind in SAME),
        sum(any(tie.kind in (*DECLARED, *SAME) for tie in found) for found in ties.values()),
    )


def pairs(speaker: Speaker) -> Values:
    """The linked pairs of the plans chosen, those linked more weakly only, and how many have no known link."""
    ties, choice = speaker.graph.ties, chosen(speaker)
    shown = set(shown_plans(speaker.library, choice))
    strong = {pair: c for pair, c in ties.counts(choice.kinds).items() if set(pair) <= shown}
    weaker = tuple(kind for kind in (*DECLARED, *INFERRED) if kind not in choice.kinds)
    weak = {pair: c for pair, c in ties.counts(weaker).items() if set(pair) <= shown and pair not in strong}
    number = len(shown) * (len(shown) - 1) // 2
    return {
        "title": speaker.t("pairs-title"),
        "kinds": choice.kinds,
        "weaker": weaker,
        "strong": _pair_lines(speaker, strong),
        "weak": _pair_lines(speaker, weak),
        "number": number,
        "apart": number - len(strong),
        "plans": _apart(speaker, shown, strong),
        "restricts": choice.restricts,
    }


def _pair_lines(speaker: Speaker, counts: Mapping[tuple[str, str], Mapping[str, int]]) -> list[PairLine]:
    order = sorted(counts, key=lambda pair: (-_declared(counts[pair]), -sum(counts[pair].values()), pair))
    return [PairLine(pair, counts[pair], speaker.pair(*pair)) for pair in order]


def _declared(counts: Mapping[str, int]) -> int:
    return sum(counts.get(kind, 0) for kind in DECLARED)


def _apart(speaker: Speaker, shown: set[str], linked: Iterable[tuple[str, str]]) -> list[Apart]:
    counted = Counter(plan for pair in linked for plan in pair)
    recorded = speaker.library.recorded
    found = []
    for plan in _by_name(speaker, shown):
        actions = actions_of(speaker, plan)
        found.append(Apart(plan, len(shown) - 1 - counted[plan], len(actions), len(recorded & set(actions))))
    return found


def unlinked(speaker: Speaker) -> Values:
    """The actions of the plans chosen that have no link of the kinds chosen to another plan."""
    library, choice = speaker.library, chosen(speaker)
    linked = library.graph.ties.linked(choice.kinds)
    found = []
    for plan in _by_name(speaker, shown_plans(library, choice)):
        actions = ordered(speaker, actions_of(speaker, plan))
        open_ones = [action for action in actions if action not in linked]
        unread = tuple(action for action in open_ones if action not in library.recorded)
        read = tuple(action for action in open_ones if action in library.recorded)
        if open_ones:
            found.append(Unlinked(plan, speaker.key(plan), unread, read, len(actions)))
    return {
        "title": speaker.t("unlinked-title"),
        "plans": found,
        "number": sum(len(one.unread) + len(one.read) for one in found),
        "unread": sum(len(one.unread) for one in found),
        "read": sum(len(one.read) for one in found),
    }


_ALWAYS: Final = ("plan", "body", "instrument")
"""What is listed where nothing was asked for."""


def search(speaker: Speaker) -> Values:
    """The page of what was found; without words, everything there is by kind."""
    asked = speaker.request.arguments.get("q", "")
    index = speaker.graph.labels
    found = [entry for iri in speaker.library.finder.find(asked) if (entry := index.entry(iri))]
    groups: dict[str, list[Entry]] = {kind: _things_by_name(speaker, kind) for kind in _ALWAYS} if not asked else {}
    for entry in found:
        groups.setdefault(entry.kind, []).append(entry)
    return {"title": speaker.t("search-title"), "asked": asked, "groups": groups, "count": len(found)}


def _things_by_name(speaker: Speaker, kind: str) -> list[Entry]:
    return sorted(speaker.graph.labels.of_kind(kind), key=lambda entry: speaker.name(entry.iri).casefold())


def suggestions(library: Library, words: str) -> str:
    """Up to twelve things as JSON, for the field that suggests while one types."""
    entries = [library.graph.labels.entry(iri) for iri in library.finder.find(words, limit=12)]
    return str(embedded([_as_row(entry) for entry in entries if entry]))


def labels(library: Library) -> str:
    """Every name as a script, for pages with no server behind them."""
    rows = [_as_row(entry) for kind in sorted({e.kind for e in library.graph.labels.entries.values() if e.has_page})
            for entry in library.graph.labels.of_kind(kind)]  # fmt: skip
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
    Whole(
        "search.json", JSON, lambda library, asked: suggestions(library, asked.get("q", "")).encode(), exported=False
    ),
    Whole("data/labels.js", JAVASCRIPT, lambda library, _: labels(library).encode()),
)
