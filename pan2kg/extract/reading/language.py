"""The language of a piece of text, by the small words in it."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_WORD = re.compile(r"[^\W\d_]+")
_LEAST = 3
"""Fewer small words than these tell nothing."""


@cache
def small_words() -> Mapping[str, frozenset[str]]:
    """The commonest small words of each language, in lower case."""
    with (Path(__file__).parent / "languages.toml").open("rb") as file:
        return {language: frozenset(table["small"].split()) for language, table in tomllib.load(file).items()}


def block_language(text: str) -> str | None:
    """The language most of the small words of a text belong to; None where few do or two languages are as likely.

    >>> block_language("Le Gouvernement forme les juges et les avocats dans le pays.")
    'fr'
    >>> block_language("D'Regierung an d'Kommissioun si mat der Aarbecht vun de Leit averstan.")
    'lb'
    >>> block_language("PAN 2")
    """
    counted = Counter(word.casefold() for word in _WORD.findall(text[:5000]))
    scores = sorted(
        ((sum(counted[word] for word in small), language) for language, small in small_words().items()), reverse=True
    )
    best, second = scores[0], scores[1]
    return best[1] if best[0] >= _LEAST and best[0] > second[0] else None
