"""What the documentation and the quality page say, in French, English and German, from the table beside the code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pan2kg.wording import Language


@cache
def _table() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    with Path(__file__).with_name("words.toml").open("rb") as file:
        return tomllib.load(file)


def say(group: str, key: str, language: Language, **values: object) -> str:
    """The words kept under ``key`` of a group, filled in; where a number ``n`` is given, « one|many » is decided by it.

    French counts zero as one thing, English and German as several.

    >>> say("count", "terms", "fr", n=1), say("count", "terms", "en", n=2)
    ('1 terme', '2 terms')
    """
    words, n = _table()[group][key][language], values.get("n")
    if isinstance(n, int):
        one, bar, many = words.partition("|")
        words = one if not bar or (n < 2 if language == "fr" else n == 1) else many
    return words.format(**values) if values else words


def keys(group: str) -> tuple[str, ...]:
    """The keys of a group, in the order they are written.

    >>> keys("kind")[0]
    'class'
    """
    return tuple(_table()[group])
