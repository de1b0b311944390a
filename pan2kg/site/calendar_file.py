"""The calendar of obligations as iCalendar (RFC 5545), so that whoever must keep due dates can subscribe to them."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

MEDIA = "text/calendar; charset=utf-8"
_LINE = 75
"""How many bytes a line has at most (RFC 5545, 3.1)."""
_SHORTEST_MONTH = 28
_ESCAPED = str.maketrans({mark: f"\\{mark}" for mark in "\\;,"})


class CalendarEvent(NamedTuple):
    """A whole day in a calendar, which comes again ``every`` so many months, 0 for once; ``uid`` names it for good."""

    day: date
    uid: str
    summary: str
    description: str = ""
    every: int = 0


def write_calendar(events: Iterable[CalendarEvent], *, name: str, stamp: date) -> str:
    r"""A calendar of a name with these events; ``stamp`` is the day as of which they are said.

    >>> event = CalendarEvent(date(2025, 7, 1), "a@example", "Report", every=12)
    >>> text = write_calendar([event], name="Due dates, all", stamp=date(2025, 1, 1))
    >>> lines = text.split("\r\n")
    >>> lines[0], lines[3], lines[-2]
    ('BEGIN:VCALENDAR', 'NAME:Due dates\\, all', 'END:VCALENDAR')
    >>> [line for line in lines if line.startswith(("DTEND", "RRULE"))]
    ['DTEND;VALUE=DATE:20250702', 'RRULE:FREQ=MONTHLY;INTERVAL=12']
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//pan2kg//obligations//EN",
        f"NAME:{escape_text(name)}",
    ]
    for event in events:
        lines += _event_lines(event, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in fold_line(line))


def escape_text(text: str) -> str:
    r"""A text as the value of a property: on one line, with what separates values escaped (RFC 5545, 3.3.11).

    >>> escape_text("due; or\n not, then")
    'due\\; or not\\, then'
    """
    return " ".join(text.translate(_ESCAPED).split())


def fold_line(line: str) -> Iterator[str]:
    """The lines a long line is written as, each after the first with a blank before it: no character is cut in two.

    >>> [len(folded.encode()) for folded in fold_line("é" * 50)]
    [74, 27]
    >>> list(fold_line("BEGIN:VEVENT"))
    ['BEGIN:VEVENT']
    """
    folded = ""
    size = 0
    for character in line:
        width = len(character.encode())
        if size + width > _LINE:
            yield folded
            folded = " "
            size = 1
        folded += character
        size += width
    yield folded


def _event_lines(event: CalendarEvent, stamp: date) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{stamp:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}",
    ]
    if event.every:
        lines.append(_rule(event))
    lines.append(f"SUMMARY:{escape_text(event.summary)}")
    if event.description:
        lines.append(f"DESCRIPTION:{escape_text(event.description)}")
    return [*lines, "TRANSP:TRANSPARENT", "END:VEVENT"]


def _rule(event: CalendarEvent) -> str:
    rule = f"RRULE:FREQ=MONTHLY;INTERVAL={event.every}"
    day = event.day.day
    if day <= _SHORTEST_MONTH:
        return rule
    # a day that a month does not have falls on its last (RFC 5545, 3.3.10)
    days = ",".join(map(str, range(_SHORTEST_MONTH, day + 1)))
    return f"{rule};BYMONTHDAY={days};BYSETPOS=-1"
