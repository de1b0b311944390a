"""The words of the pictures in French, English and German, from the table beside the code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pan2kg.i18n.text import Language, Text, put, read_rows, with_mark


def _rows() -> Mapping[str, Mapping[str, str]]:
    return read_rows(Path(__file__).with_name("words.toml"))


def text(key: str) -> Text:
    """The words kept under ``key``, in each language."""
    return Text.of(_rows()[key])


def say(key: str, language: Language, **values: object) -> str:
    """The words kept under ``key`` in one language, filled in; of « one|many » the one that suits ``n``.

    French counts zero as one thing, English and German as several.

    >>> say("measures", "fr", n=0), say("measures", "en", n=0)
    ('0 mesure', '0 measures')
    """
    return put(text(key).say(language), language, **values)


def decimal(value: float, language: Language, digits: int = 2) -> str:
    """A number with a decimal comma in French and German, and a decimal point in English.

    >>> decimal(0.1234, "fr"), decimal(0.1234, "en")
    ('0,12', '0.12')
    """
    return with_mark(f"{value:.{digits}f}", language)
