"""Days: the one it is, and those a person types."""

import re
from contextlib import suppress
from datetime import date, datetime

from pan2kg.i18n.message import error_message

_FORMS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"),
    re.compile(r"(?P<day>\d{1,2})(?P<mark>[/.])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})"),
)


def today() -> date:
    """The day it is where the process runs."""
    return datetime.now().astimezone().date()


def parse_day(text: str) -> date:
    """A day as 2021-12-31, 31/12/2021 or 31.12.2021.

    Raises:
        argparse.ArgumentTypeError: the text is no day.

    >>> parse_day("31.12.2021")
    datetime.date(2021, 12, 31)
    """
    for form in _FORMS:
        # the 31st of June has the form of a day, and is none
        with suppress(ValueError):
            if match := form.fullmatch(text.strip()):
                return date(int(match["year"]), int(match["month"]), int(match["day"]))
    from argparse import ArgumentTypeError

    raise ArgumentTypeError(error_message("no-such-day", text=text))
