"""The page of obligations: what is due, what answers it and how late, as picture and table, and as a calendar file.

The calendar is iCalendar (RFC 5545), so that due dates can be subscribed to by whoever must keep them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pan2kg.charts.registry import draw_on
from pan2kg.graph.statements import grounds_of
from pan2kg.site.basis import Mark, Notes
from pan2kg.site.figures import show
from pan2kg.site.page import File, Values, View
from pan2kg.site.values import EVIDENCE, Quote, dated, lasting, quotes
from pan2kg.store.store import plain
from pan2kg.tables.obligations import for_pages
from pan2kg.tables.template import markup
from pan2kg.turtle.vocabulary import PAN

if TYPE_CHECKING:
    from pan2kg.site.page_context import PageContext


_LONGEST: Final = 75
"""How many bytes a line may have before it is folded (RFC 5545, 3.1)."""


@dataclass(frozen=True, slots=True)
class Event:
    """A whole day on which something is due: a stable id, the day, what it is, and every how many months again."""

    uid: str
    day: date
    summary: str
    description: str = ""
    every: int = 0


def write_calendar(events: Iterable[Event], *, name: str, stamp: date) -> str:
    """The events as an iCalendar text; the same events and stamp give the same bytes.

    >>> text = write_calendar([Event("a@e", date(2026, 7, 26), "Due; now")], name="Due", stamp=date(2026, 1, 1))
    >>> [line for line in text.splitlines() if line.startswith(("DTSTART", "SUMMARY"))]
    ['DTSTART;VALUE=DATE:20260726', 'SUMMARY:Due\\\\; now']
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//pan2kg//obligations//EN", f"NAME:{_escaped(name)}"]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.uid}",
            f"DTSTAMP:{stamp:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}",
            *([_again(event)] if event.every else []),
            f"SUMMARY:{_escaped(event.summary)}",
            *([f"DESCRIPTION:{_escaped(event.description)}"] if event.description else []),
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _again(event: Event) -> str:
    """The rule by which it recurs; a day that a month does not have falls on its last (RFC 5545, 3.3.10).

    >>> _again(Event("a", date(2024, 2, 29), "", every=12))
    'RRULE:FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=28,29;BYSETPOS=-1'
    """
    days = ",".join(map(str, range(28, event.day.day + 1))) if event.day.day > 28 else ""
    return f"RRULE:FREQ=MONTHLY;INTERVAL={event.every}" + (f";BYMONTHDAY={days};BYSETPOS=-1" if days else "")


def _escaped(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())


def _folded(line: str) -> Iterator[str]:
    """The parts of a line, none longer than allowed and no character cut in two."""
    part, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > _LONGEST:
            yield part
            part, size = " ", 1
        part, size = part + character, size + width
    yield part


@dataclass(frozen=True, slots=True)
class Due:
    """By when an obligation is to be met and how often, in words, how certain that is, and where it was read.

    ``act`` set the day, from ``since`` on; ``moved`` is the day on which another act set a later one, both empty where
    that is not known or did not happen.
    """

    obligation: str
    day: str
    often: str
    act: str
    since: str
    moved: str
    mark: Mark
    documents: tuple[str, ...]
    quotes: tuple[Quote, ...]


def values(context: PageContext) -> Values:
    """What the page shows."""
    language = context.request.language
    figures = context.site_context.figures("obligations", language)
    subject = context.site_context.subject(language, context.picture_address)
    notes = Notes(context)
    found = dues(notes)
    return {
        "title": context.t("obligations-title"),
        "picture": markup(draw_on(subject, "timeline").svg) if figures.rows else "",
        "table": show(for_pages(figures), context),
        "dues": found,
        "notes": notes.listed(),
        "downloads": [
            (context.href("obligations.ics"), context.t("download-calendar")),
            (context.href("figure/obligations.csv"), "CSV"),
            (context.href("figure/obligations.json"), "JSON"),
        ],
    }


def dues(notes: Notes) -> list[Due]:
    """Every due date the graph states, the earliest first, each with its certainty, documents and quotations.

    A deadline that was moved stays, with the act that set it and the day from which another one holds.
    """
    found = [due for entry in notes.context.graph.labels.of_kind("obligation") for due in _deadlines(notes, entry.iri)]
    return [due for _, due in sorted(found, key=lambda one: one[0])]


def _deadlines(notes: Notes, obligation: str) -> Iterator[tuple[tuple[str, str, str], Due]]:
    """The days stated for an obligation, each after what it is sorted by."""
    context, statements = notes.context, notes.context.graph.statements
    days = [said for said in statements.about(obligation) if said.predicate == PAN + "dueDate" and not said.rule]
    moved = [said.thing for said in statements.towards(obligation) if said.predicate == PAN + "deadlineOf"]
    days += [said for one in moved for said in statements.about(one) if said.predicate == PAN + "date"]
    starts = sorted(filter(None, (statements.one(one, PAN + "validFrom") for one in moved)))
    often = lasting(context, statements.one(obligation, PAN + "recursEvery"))
    read = quotes(context, statements.values(obligation, EVIDENCE))
    for said in days:
        since = statements.one(said.thing, PAN + "validFrom")
        later = [start for start in starts if since and start > since]
        yield (
            (plain(said.value), obligation, said.graph),
            Due(
                obligation, dated(context, plain(said.value)), often, statements.one(said.thing, PAN + "setBy"),
                dated(context, since), dated(context, later[0]) if later else "", notes.mark(said),
                grounds_of(statements, said).sources, read,
            ),
        )  # fmt: skip


def calendar(context: PageContext) -> str:
    """Obligations with a known day of falling due, as a calendar."""
    site_context = context.site_context
    events = [
        Event(f"{found.iri}@pan2kg", found.due, context.name(found.iri), context.name(found.instrument), found.every)
        for found in site_context.graph.spoken(context.request.language).obligations
        if found.due
    ]
    name = context.t("obligations-title")
    return write_calendar(sorted(events, key=lambda e: (e.day, e.uid)), name=name, stamp=site_context.graph.as_of)


PAGES: Final = (View("obligations", values, section="obligations", menu=3),)
FILES: Final = (File("obligations", "ics", "text/calendar; charset=utf-8", calendar),)
