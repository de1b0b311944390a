"""Lists: plans, pairs of plans, actions without a link, obligations, figures and gaps; and the search.

The search has a page of results, suggestions while one types, and for pages without a server a file of all names. The
calendar of obligations is iCalendar (RFC 5545), so that due dates can be subscribed to by whoever must keep them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Final

from markupsafe import Markup

from pan2kg.coherence.evidence import FIGURED, Aspect, Extent, counts, coverage
from pan2kg.coherence.figures import PlanMeeting, Unit
from pan2kg.coherence.known import Known
from pan2kg.graph.labels import Entry
from pan2kg.graph.statements import grounds_of
from pan2kg.i18n.catalogue import Messages
from pan2kg.site.definitions import both_ways
from pan2kg.site.matrix import chosen, shown_plans
from pan2kg.site.page import CSV, JAVASCRIPT, JSON, CommonFile, File, PageContext, SiteContext, Values, View, embedded
from pan2kg.site.plan import actions_of, ordered, period
from pan2kg.site.values import PASSAGE, Notes, dated, lasting, quotes
from pan2kg.store.store import plain
from pan2kg.tables.figure_words import amount
from pan2kg.tables.gaps import KINDS, for_pages
from pan2kg.tables.spreadsheet import SPREADSHEET
from pan2kg.tables.table import TABLES, Table, TableChoice
from pan2kg.tables.template import macro, markup
from pan2kg.tables.writers import Anchors, Style, html_foot, html_table, html_text, write
from pan2kg.turtle.vocabulary import DCTERMS, PAN

_TABLES: Final = Messages("table")
_ALWAYS: Final = ("plan", "body", "instrument")
"""What the search lists where nothing was asked for."""


def _plans(context: PageContext) -> Values:
    statements, knowledge, lines = context.graph.statements, context.known, []
    for plan in context.by_name(shown_plans(context.site_context, chosen(context))):
        reach = knowledge.reach(plan)
        lines.append({
            "iri": plan, "countries": statements.values(plan, DCTERMS + "spatial"), "period": period(context, plan),
            "types": statements.values(plan, DCTERMS + "type"), "known": len(actions_of(context, plan)),
            "published": statements.one(plan, PAN + "measureCount"),
            "completeness": statements.one(plan, PAN + "listCompleteness"),
            "linked": reach.linked, "cites": reach.cites, "cited": reach.cited,
        })  # fmt: skip
    return {
        "title": context.t("plans-title"),
        "lines": lines,
        "time": context.draw("time-map") if context.graph.has_actions else None,
        "caption": context.caption(knowledge.level),
        "basis": context.basis(knowledge),
    }


def _pairs(context: PageContext) -> Values:
    graph, choice, tables = context.graph, chosen(context), context.graph.tables
    among = set(shown_plans(context.site_context, choice))
    met = [meeting for meeting in graph.meetings if set(meeting.plans) <= among]
    linked = [meeting for meeting in met if meeting.level <= choice.level]
    number, knowledge = len(among) * (len(among) - 1) // 2, graph.known(choice.level)

    def line(meeting: PlanMeeting, knowledge: Known) -> Values:
        low = meeting.low(knowledge.level)
        bits = amount(low, Unit.BITS, context.request.language) if low > 0 else ""
        ways, address = both_ways(context, knowledge, *meeting.plans), context.pair(*meeting.plans)
        return {"plans": meeting.plans, "mark": context.mark(meeting.level), "bits": bits, "ways": ways,
                "address": address}  # fmt: skip

    degree = Counter(plan for meeting in linked for plan in meeting.plans)
    return {
        "title": context.t("pairs-title"),
        "linked": [line(meeting, knowledge) for meeting in linked],
        "weaker": [line(meeting, graph.known(FIGURED[-1])) for meeting in met if meeting.level > choice.level],
        "number": number,
        "apart": number - len(linked),
        # with how many others no link was seen, how many actions are known, and of how many a text was read
        "plans": [
            {
                "plan": plan, "others": len(among) - 1 - degree[plan], "known": len(actions_of(context, plan)),
                "recorded": coverage(tables.readings, tables.works, Aspect.TEXTS, {plan}).known,
            }
            for plan in context.by_name(among)
        ],
        "restricts": choice.restricts,
        "caption": context.caption(choice.level),
        "basis": context.basis(knowledge),
    }  # fmt: skip


def _unlinked(context: PageContext) -> Values:
    choice, linked, readings = chosen(context), context.graph.linked_actions, context.graph.tables.readings
    plans, unread, read = [], 0, 0
    for plan in context.by_name(shown_plans(context.site_context, choice)):
        actions = ordered(context, actions_of(context, plan))
        by_state: dict[bool, list[str]] = {True: [], False: []}
        for action in actions:
            if not counts(linked.get(action), choice.level):
                by_state[readings.extent(action, Aspect.TEXTS, plan) is Extent.NONE].append(action)
        unread, read = unread + len(by_state[True]), read + len(by_state[False])
        if any(by_state.values()):
            plans.append({
                "plan": plan, "key": context.key(plan), "unread": by_state[True], "read": by_state[False],
                "of": len(actions),
            })  # fmt: skip
    return {
        "title": context.t("unlinked-title"),
        "plans": plans,
        "number": unread + read,
        "unread": unread,
        "read": read,
        "caption": context.caption(choice.level),
        "basis": context.basis(context.known),
    }


def _search(context: PageContext) -> Values:
    asked, index = context.request.arguments.get("q", ""), context.graph.labels
    entries = [entry for iri in context.graph.search.find(asked) if (entry := index.entry(iri))]
    groups: dict[str, list[Entry]] = {}
    for kind in () if asked else _ALWAYS:
        order = context.by_name(entry.iri for entry in index.of_kind(kind))
        groups[kind] = [entry for entry in map(index.entry, order) if entry]
    for entry in entries:
        groups.setdefault(entry.kind, []).append(entry)
    return {"title": context.t("search-title"), "asked": asked, "groups": groups, "count": len(entries)}


def _suggestions(site_context: SiteContext, arguments: Mapping[str, str]) -> bytes:
    """Up to twelve things as JSON, for the field that suggests while one types."""
    graph, words = site_context.graph, arguments.get("q", "")
    entries = [graph.labels.entry(iri) for iri in graph.search.find(words, limit=12)]
    return str(embedded([_as_row(entry) for entry in entries if entry])).encode()


def _labels(site_context: SiteContext, _: object) -> bytes:
    graph = site_context.graph
    rows = [_as_row(entry, thing.names) for thing in graph.search.things if (entry := graph.labels.entry(thing.iri))]
    return f"pan2kgLabels({embedded(rows)});\n".encode()


def _as_row(entry: Entry, names: Iterable[str] = ()) -> dict[str, object]:
    shown = {**entry.texts, **entry.brief}
    row: dict[str, object] = {"href": entry.address, "type": entry.kind, "labels": shown}
    if not entry.iri.endswith(f"/id/{entry.kind}/{entry.key}"):
        row["iri"] = entry.iri
    also = [name for name in names if name not in (*shown.values(), entry.notation)]
    return {**row, **({"notation": entry.notation} if entry.notation else {}), **({"also": also} if also else {})}


def _obligations(context: PageContext) -> Values:
    """What is due, what answers it and how late; and every due date the graph states, the earliest first.

    Each has its certainty, documents and quotations. A deadline that was moved stays, with the ``act`` that set it and
    the day from which another one holds.
    """
    figures, notes = context.site_context.figures("obligations", context.request.language), Notes(context)
    statements, dues = context.graph.statements, []
    for obligation in (entry.iri for entry in context.graph.labels.of_kind("obligation")):
        days = [row for row in statements.about(obligation) if row.predicate == PAN + "dueDate" and not row.rule]
        deadlines = [row.thing for row in statements.towards(obligation) if row.predicate == PAN + "deadlineOf"]
        days += [row for deadline in deadlines for row in statements.about(deadline) if row.predicate == PAN + "date"]
        starts = sorted(filter(None, (statements.one(deadline, PAN + "validFrom") for deadline in deadlines)))
        often = lasting(context, statements.one(obligation, PAN + "recursEvery"))
        quoted = quotes(context, statements.values(obligation, PASSAGE))
        for row in days:
            day, since = plain(row.value), statements.one(row.thing, PAN + "validFrom")
            later = [start for start in starts if since and start > since]
            dues.append(((day, obligation, row.graph), {
                "obligation": obligation, "day": dated(context, day), "often": often,
                "act": statements.one(row.thing, PAN + "setBy"), "since": dated(context, since),
                "moved": dated(context, later[0]) if later else "", "mark": notes.mark(row).written(context.t),
                "documents": grounds_of(statements, row).sources, "quotes": quoted,
            }))  # fmt: skip
    return {
        "title": context.t("obligations-title"),
        "picture": context.draw("timeline") if figures.rows else "",
        "table": show(for_pages(figures), context),
        "dues": [due for _, due in sorted(dues, key=lambda due: due[0])],
        "notes": notes.listed(),
        "downloads": [
            (context.href("obligations.ics"), context.t("download-calendar")),
            (context.href("figure/obligations.csv"), "CSV"),
            (context.href("figure/obligations.json"), "JSON"),
        ],
    }


def _calendar(context: PageContext) -> str:
    events = [
        (row.due, f"{row.iri}@pan2kg", context.name(row.iri), context.name(row.instrument), row.every)
        for row in context.spoken.obligations
        if row.due
    ]
    return write_calendar(sorted(events), name=context.t("obligations-title"), stamp=context.graph.as_of)


def write_calendar(events: Iterable[tuple[date, str, str, str, int]], *, name: str, stamp: date) -> str:
    """Whole days on which something is due as an iCalendar text; the same events and stamp give the same bytes.

    An event is the day, a stable id, what it is, a description, and every how many months again, 0 for once.

    >>> text = write_calendar([(date(2024, 2, 29), "a@e", "Due; now", "", 12)], name="Due", stamp=date(2026, 1, 1))
    >>> for line in text.splitlines():
    ...     if line.startswith(("DTSTART", "SUMMARY", "RRULE")):
    ...         print(line)
    DTSTART;VALUE=DATE:20240229
    RRULE:FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=28,29;BYSETPOS=-1
    SUMMARY:Due\\; now
    """

    def escaped(text: str) -> str:
        for mark in ("\\", ";", ","):
            text = text.replace(mark, f"\\{mark}")
        return " ".join(text.split())

    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//pan2kg//obligations//EN", f"NAME:{escaped(name)}"]
    for day, uid, summary, description, every in events:
        # a day that a month does not have falls on its last (RFC 5545, 3.3.10)
        days = ",".join(map(str, range(28, day.day + 1))) if day.day > 28 else ""
        rule = f"RRULE:FREQ=MONTHLY;INTERVAL={every}" + (f";BYMONTHDAY={days};BYSETPOS=-1" if days else "")
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid}",
            f"DTSTAMP:{stamp:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
            *([rule] if every else []),
            f"SUMMARY:{escaped(summary)}",
            *([f"DESCRIPTION:{escaped(description)}"] if description else []),
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    # no line is longer than 75 bytes, and no character is cut in two (RFC 5545, 3.1)
    folded = []
    for line in [*lines, "END:VCALENDAR"]:
        part, size = "", 0
        for character in line:
            width = len(character.encode())
            if size + width > 75:
                folded.append(part)
                part, size = " ", 1
            part, size = part + character, size + width
        folded.append(part)
    return "".join(f"{part}\r\n" for part in folded)


def show(figures: Table, context: PageContext) -> Markup:
    """Rows, notes, basis and query of a table, as markup; its name starts the ids made for it."""
    language, index = context.request.language, context.graph.labels

    def spoken(iri: str) -> str:
        entry = index.entry(iri)
        return index.label(iri, language).language if entry and entry.texts and language not in entry.texts else ""

    anchors = Anchors(figures.name, leads=lambda _, __, iri: context.address(iri), spoken=spoken)
    caption = html_text(figures.title, language)
    return markup(
        f"<sortable-table>{html_table(figures, language, anchors, caption=caption)}</sortable-table>\n"
        f"{macro('_macros.html', 'rest')(len(figures.rows), context.t)}"
        f"{html_foot(figures, language)}"
    )


def _names(_: SiteContext) -> Iterable[str]:
    return (name for name, kind in TABLES.items() if not kind.alone)


def _figures(context: PageContext) -> Table | None:
    name, arguments = context.request.key, context.request.arguments
    if name not in TABLES or TABLES[name].alone:
        return None
    plan = arguments.get("plan", "")
    choice = TableChoice(plans=(plan,) if plan else (), everything=arguments.get("all") == "1")
    return context.site_context.figures(name, context.request.language, choice)


def _figure(context: PageContext) -> Values | None:
    name, figures = context.request.key, _figures(context)
    if figures is None:
        return None
    language, asked = context.request.language, context.chosen("plan", "all")
    # what a figure shows, and what must not be read into it
    lead = f"{figures.summary.say(language)} {context.t('figure-trust-remark') if name == 'trust' else ''}".strip()
    downloads = [(context.href(f"figure/{name}.{form}", **asked), form.upper()) for form in ("csv", "json")]
    if context.site_context.mode == "served":
        downloads.append((context.href(f"figure/{name}.csv", **asked, local="1"), context.t("question-csv-local")))
        downloads.append((context.href(f"figure/{name}.xlsx", **asked), context.t("question-xlsx")))
    return {
        "title": figures.title.say(language),
        "lead": lead,
        "table": show(figures, context),
        "plans": [(entry.key, context.name(entry.iri)) for entry in context.graph.labels.of_kind("plan")],
        "plan": asked.get("plan", ""),
        "downloads": downloads,
    }


def _file(context: PageContext, form: str, find: Callable[[PageContext], Table | None]) -> str | bytes | None:
    """A figure or the gaps of a kind, whole; a figure as CSV of the language where the address asks for that."""
    figures, language = find(context), context.request.language
    if figures is None:
        return None
    local = "-local" if form == "csv" and find is _figures and context.request.arguments.get("local") else ""
    return write(figures, form + local, Style(language))


def listed(context: PageContext) -> list[tuple[str, str, str]]:
    language = context.request.language
    return [
        (
            context.href(f"figure/{name}.html"),
            _TABLES.say(f"title.{name}", language),
            _TABLES.say(f"summary.{name}", language),
        )
        for name in _names(context.site_context)
    ]


def _gaps(context: PageContext) -> Values:
    site_context, language = context.site_context, context.request.language
    counted = site_context.figures("gaps", language)
    return {
        "title": context.t("gaps-title"),
        "table": show(counted, context),
        "kinds": [(context.href(f"gap/{row['gap']}.html"), row["gap_label"], row["gaps_number"], row["gaps_of"])
                  for row in counted.rows],
        "opposed": show(site_context.figures("opposed", language), context),
        "downloads": [(context.href(f"figure/gaps.{form}"), form.upper()) for form in ("csv", "json")],
    }  # fmt: skip


def _gaps_of_kind(context: PageContext) -> Table | None:
    kind, language = context.request.key, context.request.language
    return context.site_context.figures("gaps", language, TableChoice(part=kind)) if kind in KINDS else None


def _gap(context: PageContext) -> Values | None:
    """The gaps of one kind, which need not be said of each; columns with nothing in them are left out."""
    figures, kind, language = _gaps_of_kind(context), context.request.key, context.request.language
    if figures is None:
        return None
    total = next(row for row in context.site_context.figures("gaps", language).rows if row["gap"] == kind)
    number, of = total["gaps_number"], total["gaps_of"]
    columns = (column for column in figures.columns if column.key not in {"gap", "gap_label"}
               and any(row.get(column.key) for row in figures.rows))  # fmt: skip
    return {
        "title": str(total["gap_label"]),
        "lead": context.t("gap-lead", n=number, of=of) if number is not None else "",
        "table": show(replace(figures, columns=tuple(columns)), context),
        "plans": [],
        "plan": "",
        "downloads": [(context.href(f"gap/{kind}.csv"), "CSV")],
    }


PAGES: Final = (
    View("plans", _plans, section="plans", menu=2),
    View("pairs", _pairs, section="index"),
    View("unlinked", _unlinked, section="index"),
    View("search", _search),
    View("obligations", _obligations, section="obligations", menu=3),
)
FIGURES: Final = (
    View("figure", _figure, _names, section="questions"),
    View("gaps", _gaps, section="gaps", menu=5),
    View("gap", _gap, lambda _: KINDS, template="figure.html", section="gaps"),
)
FILES: Final = (
    File("obligations", "ics", "text/calendar; charset=utf-8", _calendar),
    File("figure", "csv", CSV, partial(_file, form="csv", find=_figures), _names),
    File("figure", "json", JSON, partial(_file, form="json", find=_figures), _names),
    File("figure", "xlsx", SPREADSHEET, partial(_file, form="xlsx", find=_figures), _names, exported=False),
    File("gap", "csv", CSV, partial(_file, form="csv", find=_gaps_of_kind), lambda _: KINDS),
    CommonFile("search.json", JSON, _suggestions, exported=False),
    CommonFile("data/labels.js", JAVASCRIPT, _labels),
)
