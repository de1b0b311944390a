"""What is said of a view, in French, English and German, from the table beside the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pan2kg.i18n.text import Language, put, read_rows

_WORDS: Final = Path(__file__).with_name("words.toml")


def say(key: str, language: Language, **values: str | int) -> str:
    """The words kept under ``key``, filled in; of « one|many » the one that suits ``n``.

    French counts zero as one thing, English and German as several.

    >>> say("thing.plan", "fr", n=0), say("thing.plan", "en", n=0), say("thing.plan", "de", n=1)
    ('0 plan', '0 plans', '1 Plan')
    """
    row: Any = read_rows(_WORDS)
    for part in key.split("."):
        row = row[part]
    return put(row[language], language, **values)


def kinds() -> tuple[str, ...]:
    """The kinds of things that have a name, in the order they are told.

    >>> kinds()[:2]
    ('plan', 'action')
    """
    return tuple(read_rows(_WORDS)["thing"])
