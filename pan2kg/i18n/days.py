"""Days as they are typed and as they are written, and the day it is."""

from __future__ import annotations

import argparse
import re
from datetime import date, datetime
from typing import Final

from pan2kg.i18n.catalogue import Language, format_of
from pan2kg.i18n.message import told

_DAYS = (re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"),
         re.compile(r"(?P<day>\d{1,2})(?P<mark>[/.])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})"))  # fmt: skip
_DAY: Final = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


def a_day(text: str) -> date:
    """A day as 2021-12-31, 31/12/2021 or 31.12.2021.

    Raises:
        argparse.ArgumentTypeError: the text is no such day.

    >>> a_day("31/12/2021") == a_day("31.12.2021") == a_day("2021-12-31")
    True
    >>> a_day("2021-02-30")
    Traceback (most recent call last):
    argparse.ArgumentTypeError: « 2021-02-30 » is no day such as 2021-12-31 or 31/12/2021
    """
    match = next(filter(None, (form.fullmatch(text.strip()) for form in _DAYS)), None)
    try:
        if match:
            return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(told("no-such-day", text=text))


def today() -> date:
    """The day it is where the command runs."""
    return datetime.now().astimezone().date()


def in_words(day: date, language: Language) -> str:
    """A day as each language writes it; in French a space that does not break keeps the number with its month.

    >>> in_words(date(2021, 12, 1), "fr"), in_words(date(2021, 12, 17), "en"), in_words(date(2021, 12, 1), "de")
    ('1er\\xa0décembre 2021', '17 December 2021', '1. Dezember 2021')
    """
    form = format_of("first-day-in-words" if day.day == 1 else "day-in-words", language)
    return form.format(day=day.day, month=format_of(f"month.{day.month}", language), year=day.year)


def with_days(words: str, language: Language) -> str:
    """Words in which days are written as usual.

    >>> with_days("2021-12-17", "fr"), with_days("as of 2021-12-17", "en"), with_days("Stand: 2021-12-17", "de")
    ('17/12/2021', 'as of 2021-12-17', 'Stand: 17.12.2021')
    """
    form = format_of("day", language)
    return _DAY.sub(lambda match: form.format(year=match[1], month=match[2], day=match[3]), words)
