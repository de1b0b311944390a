"""When something is in force, as precisely as its source says: days, months or years."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

_DATE: Final = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?(?=$|Z|T|[+-]\d{2}:\d{2})")


class Standing(StrEnum):
    """Where a day lies."""

    NOT_YET = "not yet"
    IN_FORCE = "in force"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Interval:
    """From and to, each a day, a month or a year, or empty where it is not known.

    >>> Interval("2020", "2022").standing(date(2022, 12, 31)), Interval("2020", "2022").standing(date(2023, 1, 1))
    (<Standing.IN_FORCE: 'in force'>, <Standing.OVER: 'over'>)
    """

    since: str = ""
    until: str = ""

    @property
    def is_dated(self) -> bool:
        """Whether one of the two is known."""
        return bool(self.since or self.until)

    def standing(self, day: date) -> Standing:
        """Where a day lies; any day of a year or a month that is named counts as within."""
        today = day.isoformat()
        if self.since and today[: len(self.since)] < self.since:
            return Standing.NOT_YET
        if self.until and today[: len(self.until)] > self.until:
            return Standing.OVER
        return Standing.IN_FORCE


def a_date(text: str) -> str:
    """The day, month or year a literal names, without a zone; empty where it names none.

    >>> a_date("2021-12-17"), a_date("2021-12+01:00"), a_date("as soon as possible"), a_date("2021-12-17T10:00:00Z")
    ('2021-12-17', '2021-12', '', '2021-12-17')
    """
    found = _DATE.match(text)
    return found[0] if found else ""


def earliest(dates: Iterable[str]) -> str:
    """The first of some dates of any precision, empty where there is none.

    >>> earliest(["2020", "2019-12-11", ""]), earliest([])
    ('2019-12-11', '')
    """
    return min(filter(None, dates), default="")


def latest(dates: Iterable[str]) -> str:
    """The last of some dates of any precision, empty where there is none.

    >>> latest(["2020", "2019-12-11", ""])
    '2020'
    """
    return max(filter(None, dates), default="")
