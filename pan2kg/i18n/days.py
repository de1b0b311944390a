"""Days as they are typed, and the day it is."""

from __future__ import annotations

import argparse
import re
from datetime import date, datetime

_DAYS = (re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"),
         re.compile(r"(?P<day>\d{1,2})(?P<mark>[/.])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})"))  # fmt: skip


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
    found = next(filter(None, (form.fullmatch(text.strip()) for form in _DAYS)), None)
    try:
        if found:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"« {text} » is no day such as 2021-12-31 or 31/12/2021")


def today() -> date:
    """The day it is where the command runs."""
    return datetime.now().astimezone().date()
