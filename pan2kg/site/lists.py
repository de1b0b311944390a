"""Lists: plans, pairs of plans, actions without a link, obligations, figures and gaps; and the search.

The calendar of obligations is iCalendar (RFC 5545), so that due dates can be subscribed to by whoever must keep them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Final

from markupsafe import Markup

from pan2kg.coherence import evidence
from pan2kg.graph.labels import Entry
from pan2kg.graph.statements import grounds_of
from pan2kg.site import definitions, matrix, plan, values
from pan2kg.site.page import CSV, JAVASCRIPT, JSON, CommonFile, File, PageContext, SiteContext, Values, View, embedded
from pan2kg.store.store import plain
from pan2kg.tables import gaps, spreadsheet, table, template, writers
from pan2kg.turtle.vocabulary import DCTERMS, PAN

_ALWAYS: Final = ("plan", "body", "instrument")
NAMES: Final = tuple(name for name, kind in table.TABLES.items() if not kind.alone)


def _plans(context: PageContext) -> Values:
    statements, knowledge, lines = context.graph.statements, context.known, []
    for iri in context.by_name(matrix.shown_plans(context.site_context, matrix.chosen(context))):
        reach = knowledge.reach(iri)
        lines.append({
            "iri": iri, "countries": statements.values(iri, DCTERMS + "spatial"), "period": plan.period(context, iri),
            "types": statements.values(iri, DCTERMS + "type"), "known": len(context.graph.parts.actions.get(iri, ())),
            "published": statements.one(iri, PAN + "measureCount"),
            "completeness": statements.one(iri, PAN + "listCompleteness"),
            "linked": reach.linked, "cites": reach.cites, "cited": reach.cited,
        })  # fmt: skip
    return {
        "title": context.t("plans-title"), "lines": lines,
        "time": context.draw("time-map") if context.graph.has_actions else None,
        "caption": context.caption(knowledge.level), "basis": context.basis(knowledge),
    }  # fmt: skip


def _pairs(context: PageContext) -> Values:
    graph, choice, tables = context.graph, matrix.chosen(context), context.graph.tables
    among, knowledge = {*matrix.shown_plans(context.site_context, choice)}, graph.known(choice.level)
    met = [meeting for meeting in graph.meetings if among.issuperset(meeting.plans)]
    linked, weakest = [row for row in met if row.level <= choice.level], graph.known(evidence.FIGURED[-1])
    number = len(among) * (len(among) - 1) // 2

    degree = Counter(iri for meeting in linked for iri in meeting.plans)
    return {
        "title": context.t("pairs-title"),
        "linked": [definitions.meeting(context, knowledge, row) for row in linked],
        "weaker": [definitions.meeting(context, weakest, row) for row in met if row.level > choice.level],
        "number": number,
        "apart": number - len(linked),
        # with how many others no link was seen, how many actions are known, and of how many a text was read
        "plans": [
            {
                "plan": iri, "others": len(among) - 1 - degree[iri], "known": len(graph.parts.actions.get(iri, ())),
                "recorded": evidence.coverage(tables.readings, tables.works, evidence.Aspect.TEXTS, {iri}).known,
            }
            for iri in context.by_name(among)
        ],
        "restricts": bool(choice.topic or choice.body or choice.year),
        "caption": context.caption(choice.level),
        "basis": context.basis(knowledge),
    }  # fmt: skip


def _unlinked(context: PageContext) -> Values:
    choice, linked, readings = matrix.chosen(context), context.graph.linked_actions, context.graph.tables.readings
    plans, unread, read = [], 0, 0
    for iri in context.by_name(matrix.shown_plans(context.site_context, choice)):
        actions = plan.ordered(context, context.graph.parts.actions.get(iri, ()))
        by_state: dict[bool, list[str]] = {True: [], False: []}
        for action in actions:
            if not evidence.counts(linked.get(action), choice.level):
                by_state[readings.extent(action, evidence.Aspect.TEXTS, iri) is evidence.Extent.NONE].append(action)
        unread, read = unread + len(by_state[True]), read + len(by_state[False])
        if any(by_state.values()):
            plans.append({
                "plan": iri, "key": context.key(iri), "unread": by_state[True], "read": by_state[False],
                "of": len(actions),
            })  # fmt: skip
    return {
        "title": context.t("unlinked-title"), "plans": plans, "number": unread + read, "unread": unread, "read": read,
        "caption": context.caption(choice.level), "basis": context.basis(context.known),
    }  # fmt: skip


def _search(context: PageContext) -> Values:
    asked, index = context.request.arguments.get("q", ""), context.graph.labels
    entries = [entry for iri in context.graph.search.find(asked) if (entry := index.entry(iri))]
    groups: dict[str, list[Entry]] = {
        kind: [entry for iri in context.by_name(of.iri for of in index.of_kind(kind)) if (entry := index.entry(iri))]
        for kind in (() if asked else _ALWAYS)
    }
    for entry in entries:
        groups.setdefault(entry.kind, []).append(entry)
    return {"title": context.t("search-title"), "asked": asked, "groups": groups, "count": len(entries)}


def _names(site_context: SiteContext, arguments: Mapping[str, str], *, is_whole: bool) -> bytes:
    """All things by name as a script, or up to twelve as JSON, for the field that suggests while one types."""
    graph, entry = site_context.graph, site_context.graph.labels.entry
    if is_whole:
        rows = [_as_row(of, thing.names) for thing in graph.search.things if (of := entry(thing.iri))]
        return f"pan2kgLabels({embedded(rows)});\n".encode()
    iris = graph.search.find(arguments.get("q", ""), limit=12)
    return str(embedded([_as_row(of) for of in map(entry, iris) if of])).encode()


def _as_row(entry: Entry, names: Iterable[str] = ()) -> dict[str, object]:
    labels = {**entry.texts, **entry.brief}
    row: dict[str, object] = {"href": entry.address, "type": entry.kind, "labels": labels}
    if not entry.iri.endswith(f"/id/{entry.kind}/{entry.key}"):
        row["iri"] = entry.iri
    also = [name for name in names if name not in (*labels.values(), entry.notation)]
    return {**row, **({"notation": entry.notation} if entry.notation else {}), **({"also": also} if also else {})}


def _obligations(context: PageContext) -> Values:
    """What is due, what answers it and how late; every date stated, the earliest first, moved ones too."""
    figures, notes = context.site_context.figures("obligations", context.request.language), values.Notes(context)
    statements, dues = context.graph.statements, []
    for obligation in (entry.iri for entry in context.graph.labels.of_kind("obligation")):
        days = [row for row in statements.about(obligation) if row.predicate == PAN + "dueDate" and not row.rule]
        deadlines = [row.thing for row in statements.towards(obligation) if row.predicate == PAN + "deadlineOf"]
        days += [row for deadline in deadlines for row in statements.about(deadline) if row.predicate == PAN + "date"]
        starts = sorted(filter(None, (statements.one(deadline, PAN + "validFrom") for deadline in deadlines)))
        often = values.lasting(context, statements.one(obligation, PAN + "recursEvery"))
        quoted = values.quotes(context, statements.values(obligation, values.PASSAGE))
        for row in days:
            day, since = plain(row.value), statements.one(row.thing, PAN + "validFrom")
            later = next((start for start in starts if since and start > since), "")
            dues.append(((day, obligation, row.graph), {
                "obligation": obligation, "day": values.dated(context, day), "often": often,
                "act": statements.one(row.thing, PAN + "setBy"), "since": values.dated(context, since),
                "moved": values.dated(context, later), "mark": notes.mark(row).written,
                "documents": grounds_of(statements, row).sources, "quotes": quoted,
            }))  # fmt: skip
    return {
        "title": context.t("obligations-title"),
        "picture": context.draw("timeline") if figures.rows else "",
        "table": show(gaps.for_pages(figures), context),
        "dues": [due for _, due in sorted(dues, key=lambda due: due[0])],
        "notes": notes,
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
    """Days as an iCalendar text: day, stable id, what is due, a description, and every how many months again, or 0."""
    marks = str.maketrans({mark: f"\\{mark}" for mark in "\\;,"})
    title = " ".join(name.translate(marks).split())
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//pan2kg//obligations//EN", f"NAME:{title}"]
    for day, uid, *texts, every in events:
        summary, description = (" ".join(text.translate(marks).split()) for text in texts)
        # a day that a month does not have falls on its last (RFC 5545, 3.3.10)
        days = ",".join(map(str, range(28, day.day + 1))) if day.day > 28 else ""
        rule = f"RRULE:FREQ=MONTHLY;INTERVAL={every}" + (f";BYMONTHDAY={days};BYSETPOS=-1" if days else "")
        lines += [
            "BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{stamp:%Y%m%d}T000000Z", f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}", *([rule] if every else []),
            f"SUMMARY:{summary}", *([f"DESCRIPTION:{description}"] if description else []),
            "TRANSP:TRANSPARENT", "END:VEVENT",
        ]  # fmt: skip
    # no line is longer than 75 bytes, and no character is cut in two (RFC 5545, 3.1)
    folded = []
    for line in [*lines, "END:VCALENDAR"]:
        piece, size = "", 0
        for character in line:
            width = len(character.encode())
            if size + width > 75:
                folded.append(piece)
                piece, size = " ", 1
            piece, size = piece + character, size + width
        folded.append(piece)
    return "".join(f"{piece}\r\n" for piece in folded)


def show(figures: table.Table, context: PageContext) -> Markup:
    language, index = context.request.language, context.graph.labels

    def spoken(iri: str) -> str:
        entry = index.entry(iri)
        return index.label(iri, language).language if entry and entry.texts and language not in entry.texts else ""

    anchors = writers.Anchors(figures.name, leads=lambda _, __, iri: context.address(iri), spoken=spoken)
    rows = writers.html_table(figures, language, anchors, caption=writers.html_text(figures.title, language))
    more, foot = template.macro("_macros.html", "rest")(len(figures.rows), context.t), writers.html_foot
    return template.markup(f"<sortable-table>{rows}</sortable-table>\n{more}{foot(figures, language)}")


def _table(context: PageContext, *, is_gap: bool = False) -> table.Table | None:
    key, arguments = context.request.key, context.request.arguments
    if key not in (gaps.KINDS if is_gap else NAMES):
        return None
    plans, is_whole = (arguments["plan"],) if arguments.get("plan") else (), arguments.get("all") == "1"
    choice = table.TableChoice(part=key) if is_gap else table.TableChoice(plans=plans, everything=is_whole)
    return context.site_context.figures("gaps" if is_gap else key, context.request.language, choice)


def _figure(context: PageContext) -> Values | None:
    name, figures, language = context.request.key, _table(context), context.request.language
    if figures is None:
        return None
    asked = context.chosen("plan", "all")
    # what a figure shows, and what must not be read into it
    lead = f"{figures.summary.say(language)} {context.t('figure-trust-remark') if name == 'trust' else ''}".strip()
    downloads = [(context.href(f"figure/{name}.{form}", **asked), form.upper()) for form in ("csv", "json")]
    if context.site_context.mode == "served":
        downloads.append((context.href(f"figure/{name}.csv", **asked, local="1"), context.t("question-csv-local")))
        downloads.append((context.href(f"figure/{name}.xlsx", **asked), context.t("question-xlsx")))
    return {
        "title": figures.title.say(language), "lead": lead, "table": show(figures, context),
        "plans": [(entry.key, context.name(entry.iri)) for entry in context.graph.labels.of_kind("plan")],
        "plan": asked.get("plan", ""), "downloads": downloads,
    }  # fmt: skip


def _file(context: PageContext, form: str, *, is_gap: bool = False) -> str | bytes | None:
    figures, language = _table(context, is_gap=is_gap), context.request.language
    if figures is None:
        return None
    is_local = form == "csv" and not is_gap and context.request.arguments.get("local")
    return writers.write(figures, f"{form}-local" if is_local else form, writers.Style(language))


def _gaps(context: PageContext) -> Values:
    site_context, language = context.site_context, context.request.language
    counted = site_context.figures("gaps", language)
    return {
        "title": context.t("gaps-title"),
        "kinds": [(context.href(f"gap/{row['gap']}.html"), row["gap_label"], row["gaps_number"], row["gaps_of"])
                  for row in counted.rows],
        "opposed": show(site_context.figures("opposed", language), context),
        "downloads": [(context.href(f"figure/gaps.{form}"), form.upper()) for form in ("csv", "json")],
    }  # fmt: skip


def _gap(context: PageContext) -> Values | None:
    figures, kind, language = _table(context, is_gap=True), context.request.key, context.request.language
    if figures is None:
        return None
    total = next(row for row in context.site_context.figures("gaps", language).rows if row["gap"] == kind)
    number, of = total["gaps_number"], total["gaps_of"]
    columns = (column for column in figures.columns if column.key not in {"gap", "gap_label"}
               and any(row.get(column.key) for row in figures.rows))  # fmt: skip
    return {
        "title": str(total["gap_label"]), "lead": context.t("gap-lead", n=number, of=of) if number is not None else "",
        "table": show(replace(figures, columns=tuple(columns)), context), "plans": [], "plan": "",
        "downloads": [(context.href(f"gap/{kind}.csv"), "CSV")],
    }  # fmt: skip


PAGES: Final = (
    View("plans", _plans, section="plans", menu=2), View("pairs", _pairs, section="index"),
    View("unlinked", _unlinked, section="index"), View("search", _search),
    View("obligations", _obligations, section="obligations", menu=3),
)  # fmt: skip
FIGURES: Final = (
    View("figure", _figure, lambda _: NAMES, section="questions"),
    View("gaps", _gaps, section="gaps", menu=5),
    View("gap", _gap, lambda _: gaps.KINDS, template="figure.html", section="gaps"),
)
FILES: Final = (
    File("obligations", "ics", "text/calendar; charset=utf-8", _calendar),
    File("figure", "csv", CSV, partial(_file, form="csv"), lambda _: NAMES),
    File("figure", "json", JSON, partial(_file, form="json"), lambda _: NAMES),
    File("figure", "xlsx", spreadsheet.SPREADSHEET, partial(_file, form="xlsx"), lambda _: NAMES, exported=False),
    File("gap", "csv", CSV, partial(_file, form="csv", is_gap=True), lambda _: gaps.KINDS),
    CommonFile("search.json", JSON, partial(_names, is_whole=False), exported=False),
    CommonFile("data/labels.js", JAVASCRIPT, partial(_names, is_whole=True)),
)
