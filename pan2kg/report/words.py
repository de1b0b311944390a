"""What the dossier says, in French, English and German, from the table beside the code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pan2kg.i18n.text import Language, Text, put, read_rows


def _table() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    return read_rows(Path(__file__).with_name("words.toml"))


def text(group: str, key: str) -> Text:
    """The words kept under ``key`` of a group, in each language."""
    return Text.of(_table()[group][key])


def say(group: str, key: str, language: Language, **values: str | int) -> str:
    """The same in one language, filled in; where a number ``n`` is given, « one|many » is decided by it.

    French counts zero as one thing, English and German as several.

    >>> say("page", "contents", "fr"), say("page", "rows", "en", n=1)
    ('Sommaire', '1 row')
    """
    return put(text(group, key).say(language), language, **values)


def keys(group: str) -> tuple[str, ...]:
    """What is kept in a group, in order.

    >>> keys("measure")[0]
    'weight'
    """
    return tuple(_table()[group])


def has(group: str, key: str) -> bool:
    """Whether there are words under ``key`` of a group."""
    return key in _table()[group]


def field(group: str, key: str, name: str, language: Language) -> str:
    """What a row holds beside its words, in a language where it differs; empty where there is nothing.

    >>> field("measure", "weight", "formula", "en")
    'w(i) = ln(n / d(i))'
    """
    row = _table()[group][key]
    return str(row.get(f"{name}_{language}") or row.get(name, ""))
