"""What is said of a view, in French, English and German, from the table beside the code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pan2kg.wording import Language, plural


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    with Path(__file__).with_name("words.toml").open("rb") as file:
        return tomllib.load(file)


def say(key: str, language: Language, **values: str | int) -> str:
    """The words kept under ``key``, filled in; of « one|many » the one that suits ``n``.

    French counts zero as one thing, English and German as several.

    >>> say("thing.plan", "fr", n=0), say("thing.plan", "en", n=0), say("thing.plan", "de", n=1)
    ('0 plan', '0 plans', '1 Plan')
    """
    row: Any = _table()
    for part in key.split("."):
        row = row[part]
    words = str(row[language])
    return (plural(words, int(values["n"]), language) if "|" in words else words).format(**values)


def kinds() -> tuple[str, ...]:
    """The kinds of things that have a name, in the order they are told.

    >>> kinds()[:2]
    ('plan', 'action')
    """
    return tuple(_table()["thing"])


def in_words(day: date, language: Language) -> str:
    """A day as each language writes it.

    >>> in_words(date(2021, 12, 1), "fr"), in_words(date(2021, 12, 1), "de")
    ('1er\\xa0décembre 2021', '1. Dezember 2021')
    """
    month = say("month", language).split()[day.month - 1]
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    written = say("day", language, day=number, month=month, year=day.year)
    return written.replace(" ", "\u00a0", 1) if language == "fr" else written
