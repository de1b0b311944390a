"""The words of the pictures in French and in English, from the table beside the code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from pan2kg.wording import Language, Text

_MONTHS: Final = {
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
           "novembre", "décembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip


@cache
def _rows() -> Mapping[str, Mapping[str, str]]:
    with Path(__file__).with_name("words.toml").open("rb") as file:
        return tomllib.load(file)


def text(key: str) -> Text:
    """The words kept under ``key``, in both languages."""
    row = _rows()[key]
    return Text(fr=row["fr"], en=row["en"])


def say(key: str, language: Language, **values: object) -> str:
    """The words kept under ``key`` in one language, filled in; of « one|many » the one that suits ``n``.

    French counts zero as one thing, English as several.

    >>> say("measures", "fr", n=0), say("measures", "en", n=0)
    ('0 mesure', '0 measures')
    """
    words = text(key).say(language)
    one, bar, many = words.partition("|")
    if bar:
        number = int(str(values["n"]))
        words = one if (number < 2 if language == "fr" else number == 1) else many
    return words.format(**values)


def decimal(value: float, language: Language, digits: int = 2) -> str:
    """A number with a decimal comma in French and a decimal point in English.

    >>> decimal(0.1234, "fr"), decimal(0.1234, "en")
    ('0,12', '0.12')
    """
    written = f"{value:.{digits}f}"
    return written.replace(".", ",") if language == "fr" else written


def day(value: date, language: Language) -> str:
    """A date in words.

    >>> day(date(2021, 12, 1), "fr"), day(date(2021, 12, 17), "en")
    ('1er décembre 2021', '17 December 2021')
    """
    number = "1er" if language == "fr" and value.day == 1 else str(value.day)
    return f"{number} {_MONTHS[language][value.month - 1]} {value.year}"
