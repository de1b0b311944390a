"""What changed from one edition of a plan to the next, action by action, by what the alignment of two actions rests on.

An action is dropped or new only where both lists are complete and the later edition was read to its end; a similar
title only says where to look.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.editions import ActionFate as Taken
from pan2kg.coherence.editions import Fate, Ground
from pan2kg.coherence.evidence import Aspect
from pan2kg.site.dossier import Sentence, counted, said
from pan2kg.site.page import Values, View
from pan2kg.site.plan import ordered
from pan2kg.tables.editions import aligned
from pan2kg.tables.figure_words import named
from pan2kg.tables.table import coded

if TYPE_CHECKING:
    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext

TAKEN_UP: Final = (Fate.RETAINED, Fate.EXTENDED)


@dataclass(frozen=True, slots=True)
class Line:
    """An action of the earlier edition with what takes it up, or one that stands alone; and what is suggested."""

    action: str
    fate: str
    others: tuple[str, ...]
    similar: str


@dataclass(frozen=True, slots=True)
class Group:
    """Actions of one fate on one ground, under a heading; ``key`` is the id of that."""

    key: str
    lines: tuple[Line, ...]


def pairs(site_context: SiteContext) -> Iterable[tuple[str, str]]:
    """An edition and each later one of the same plan that has actions, by IRI."""
    graph = site_context.graph
    with_actions = set(graph.home_of.values())
    later = graph.known().chronology.later if graph.has_actions else {}
    return sorted((base, new) for base, found in later.items() for new in found if {base, new} <= with_actions)


def keys(site_context: SiteContext) -> Iterable[str]:
    """The keys of the pages: those of the two editions, the earlier first."""
    entry = site_context.graph.labels.entry
    found = ([one.key for one in map(entry, pair) if one] for pair in pairs(site_context))
    return ["--".join(pair) for pair in found]


def values(context: PageContext) -> Values | None:
    """What fills the page of two editions."""
    graph, names = context.site_context.graph, context.request.key.split("--")
    found = [entry.iri for entry in (graph.labels.find("plan", name) for name in names) if entry]
    if len(found) != 2 or (found[0], found[1]) not in set(pairs(context.site_context)):
        return None
    base, new = found
    known, language = graph.known(), context.request.language
    rows = aligned(graph.spoken(language), known, base, new)
    subject = context.site_context.subject(language, context.picture_address)
    extent = named(known.tables.readings.extent(new, Aspect.REFERENCES)).say(language)
    return {
        "title": context.t("changes-title", one=subject.brief(base), two=subject.brief(new)),
        "plans": (base, new),
        "brief": list(_brief(context, rows, base)),
        "groups": _groups(context, rows, base),
        "read": context.t("changes-read", plan=subject.brief(new), extent=extent),
        "pair": context.pair(base, new),
        "is_sure": not any(row.fate in {Fate.NOT_SEEN, Fate.NOT_ASSESSED} for row in rows),
    }


def _brief(context: PageContext, rows: Iterable[Taken], base: str) -> Iterable[Sentence]:
    found = list(rows)
    taken = [row for row in found if row.fate in TAKEN_UP]
    stated = sum(row.ground is Ground.STATED for row in taken)
    where = "#stated" if stated else "#concluded" if taken else ""
    yield said(context, "changes-taken", len(taken), where, stated=stated, concluded=len(taken) - stated)
    for fate in (Fate.DROPPED, Fate.NEW):
        if number := sum(row.fate is fate for row in found):
            yield counted(context, f"changes-{fate.value}", number, f"#{fate.value}")
    home = context.graph.home_of
    for which, own in (("earlier", True), ("later", False)):
        alone = [row for row in found if row.fate in {Fate.NOT_SEEN, Fate.NOT_ASSESSED}]
        if number := sum((home.get(row.action) == base) is own for row in alone):
            yield counted(context, f"changes-open-{which}", number, f"#open-{which}")
    similar = sum(bool(row.similar) for row in found if home.get(row.action) == base)
    yield counted(context, "changes-similar", similar, "#open-earlier" if similar else "")


def _groups(context: PageContext, rows: Iterable[Taken], base: str) -> list[Group]:
    """The rows under their headings: taken up by ground, dropped, new, and those nothing can be said of."""
    found: dict[str, list[Taken]] = {}
    for row in rows:
        found.setdefault(_key(row, is_earlier=context.graph.home_of.get(row.action) == base), []).append(row)
    return [
        Group(key, tuple(_lines(context, found[key])))
        for key in ("stated", "concluded", "dropped", "new", "open-earlier", "open-later") if key in found
    ]  # fmt: skip


def _key(row: Taken, *, is_earlier: bool) -> str:
    if row.ground:
        return row.ground.value
    if row.fate in {Fate.DROPPED, Fate.NEW}:
        return row.fate.value
    return "open-earlier" if is_earlier else "open-later"


def _lines(context: PageContext, rows: Iterable[Taken]) -> Iterable[Line]:
    by_action = {row.action: row for row in rows}
    for action in ordered(context, by_action):
        row = by_action[action]
        yield Line(action, coded("change", row.fate.value).say(context.request.language), row.others, row.similar)


PAGES: Final = (View("changes", values, keys, section="plans"),)
