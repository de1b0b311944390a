"""Due dates as an iCalendar file (RFC 5545), for the calendar of whoever must keep them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_LONGEST: Final = 75
"""How many bytes a line may have before it is folded (RFC 5545, 3.1)."""


@dataclass(frozen=True, slots=True)
class Event:
    """A whole day on which something is due: a stable id, the day, and what it is."""

    uid: str
    day: date
    summary: str
    description: str = ""


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
            f"SUMMARY:{_escaped(event.summary)}",
            *([f"DESCRIPTION:{_escaped(event.description)}"] if event.description else []),
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


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
