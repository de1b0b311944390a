"""The words of the pictures in French, English and German, from the table beside the code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from pan2kg.wording import Language, Text, plural, with_mark

_MONTHS: Final[Mapping[Language, tuple[str, ...]]] = {
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
           "novembre", "décembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "de": ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
           "November", "Dezember"),
}  # fmt: skip


@cache
def _rows() -> Mapping[str, Mapping[str, str]]:
    with Path(__file__).with_name("words.toml").open("rb") as file:
        return tomllib.load(file)


def text(key: str) -> Text:
    """The words kept under ``key``, in each language."""
    return Text.of(_rows()[key])


def say(key: str, language: Language, **values: object) -> str:
    """The words kept under ``key`` in one language, filled in; of « one|many » the one that suits ``n``.

    French counts zero as one thing, English and German as several.

    >>> say("measures", "fr", n=0), say("measures", "en", n=0)
    ('0 mesure', '0 measures')
    """
    words = text(key).say(language)
    if "|" in words:
        words = plural(words, int(str(values["n"])), language)
    return words.format(**values)


def decimal(value: float, language: Language, digits: int = 2) -> str:
    """A number with a decimal comma in French and German, and a decimal point in English.

    >>> decimal(0.1234, "fr"), decimal(0.1234, "en")
    ('0,12', '0.12')
    """
    return with_mark(f"{value:.{digits}f}", language)


def day(value: date, language: Language) -> str:
    """A date in words.

    >>> day(date(2021, 12, 1), "fr"), day(date(2021, 12, 17), "en"), day(date(2021, 12, 1), "de")
    ('1er décembre 2021', '17 December 2021', '1. Dezember 2021')
    """
    mark = {"fr": "er" if value.day == 1 else "", "en": "", "de": "."}[language]
    return f"{value.day}{mark} {_MONTHS[language][value.month - 1]} {value.year}"
