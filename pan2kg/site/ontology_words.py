"""What the documentation and the quality page say, in French, English and German, from the table beside the code."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pan2kg.i18n.text import Language, put, read_rows

_WORDS: Final = Path(__file__).with_name("ontology.toml")


def say(group: str, key: str, language: Language, **values: object) -> str:
    """The words kept under ``key`` of a group, filled in; where a number ``n`` is given, « one|many » is decided by it.

    French counts zero as one thing, English and German as several.

    >>> say("count", "terms", "fr", n=1), say("count", "terms", "en", n=2)
    ('1 terme', '2 terms')
    """
    return put(read_rows(_WORDS)[group][key][language], language, **values)


def keys(group: str) -> tuple[str, ...]:
    """The keys of a group, in the order they are written.

    >>> keys("kind")[0]
    'class'
    """
    return tuple(read_rows(_WORDS)[group])
