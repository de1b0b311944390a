"""What exhibits say, in French, English and German, from the table beside the code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pan2kg.i18n.text import LANGUAGES, Language, Text, grouped, read_rows, with_mark


def _table() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    return read_rows(Path(__file__).with_name("words.toml"))


Filling = str | int | float | Text
"""What is put into words: texts as they are, numbers as each language writes them, figures with two decimals."""


def text(group: str, key: str, **values: Filling) -> Text:
    """The words kept under ``key`` of a group, filled in; where a number ``n`` is given, « one|many » is decided by it.

    French counts zero as one thing, English and German as several.

    >>> text("note", "actions", n=0).fr, text("note", "actions", n=0).en
    ('0 action', '0 actions')
    >>> text("note", "links-changed", added=0.5, removed=1).en
    'Links added: 0.50; links removed: 1.'
    """
    row = Text.of(_table()[group][key])
    n = values.get("n")
    words = row.counted(n) if isinstance(n, int) else row
    return Text.of({tag: words.by_language().get(tag, "").format(**_filled(values, tag)) for tag in LANGUAGES})


def _filled(values: Mapping[str, Filling], language: Language) -> dict[str, str]:
    return {name: _put(value, language) for name, value in values.items()}


def _put(value: Filling, language: Language) -> str:
    if isinstance(value, Text):
        return value.say(language)
    if isinstance(value, float):
        return with_mark(f"{value:.2f}".replace("-", "−"), language)
    return grouped(value, language) if isinstance(value, int) else value


def has(group: str, key: str) -> bool:
    """Whether there are words under ``key`` of a group.

    >>> has("note", "actions"), has("note", "nothing of the kind")
    (True, False)
    """
    return key in _table()[group]


def coded(column: str, code: str) -> Text:
    """What a code of a column is called.

    >>> coded("standing", "late").en
    'late'
    """
    return Text.of(_table()["value"][column][code])


def codes(column: str) -> tuple[str, ...]:
    """The codes of a column, in the order they are read.

    >>> codes("change")[:2]
    ('added', 'removed')
    """
    return tuple(_table()["value"][column])


def is_thing(column: str) -> bool:
    """Whether a column holds IRIs or codes, with what they are called beside them.

    >>> is_thing("plan"), is_thing("linked")
    (True, False)
    """
    return bool(_table()["column"][column].get("thing")) or column in _table()["value"]
