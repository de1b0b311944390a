"""Partial dates as spans: a day, a month or a year, each from its first to its last day.

A source often gives a month or a year only. A span keeps what is known without making up a day, so that a comparison
can say yes, no, or that it cannot be told.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class Span:
    """All days from ``first`` to ``last``; the day that is meant is one of them.

    Raises:
        ValueError: the last day is before the first.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a span ends on its first day or after it")

    def reaches(self, other: Span) -> bool | None:
        """Whether this day is the other or a later one; None where the spans allow both.

        >>> year, day = years(2020), Span(date(2019, 12, 11), date(2019, 12, 11))
        >>> year.reaches(day), day.reaches(year), year.reaches(years(2020))
        (True, False, None)
        """
        if self.first >= other.last:
            return True
        return False if self.last < other.first else None


def span(text: str) -> Span | None:
    """The span of a day, a month or a year as written in data; None for anything else, or an impossible day.

    >>> span("2020-02"), span("2020-02-30"), span("soon")
    (Span(first=datetime.date(2020, 2, 1), last=datetime.date(2020, 2, 29)), None, None)
    """
    found = _PARTIAL.fullmatch(text)
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        if year is None or month is None:
            return years(year or 0)
        last = date(year, month, day or monthrange(year, month)[1])
        return Span(last if day else last.replace(day=1), last)
    except ValueError:
        return None


def years(first: int, last: int | None = None) -> Span:
    """From the first day of a year to the last of the same or a later one.

    Raises:
        ValueError: no year between 1 and 9999, or the last before the first.

    >>> years(2019, 2021)
    Span(first=datetime.date(2019, 1, 1), last=datetime.date(2021, 12, 31))
    """
    return Span(date(first, 1, 1), date(first if last is None else last, 12, 31))


def latest(spans: Iterable[Span | None]) -> Span | None:
    """The latest of several days, by both ends; what is not known is left out, None where nothing is.

    >>> latest([years(2019, 2021), years(2020), None])
    Span(first=datetime.date(2020, 1, 1), last=datetime.date(2021, 12, 31))
    """
    known = [one for one in spans if one is not None]
    return Span(max(one.first for one in known), max(one.last for one in known)) if known else None
