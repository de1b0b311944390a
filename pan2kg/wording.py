"""Sentences of a report in French and in English, from the tables beside the code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

Language = Literal["fr", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in French and in English; one of them may be missing.

    >>> Text(fr="loi", en="law").say("en"), Text(fr="loi", en="").say("en")
    ('law', 'loi')
    """

    fr: str
    en: str

    def spoken(self, language: Language) -> Language:
        """The language the words will be in when ``language`` is asked for."""
        if language == "fr":
            return "fr" if self.fr else "en"
        return "en" if self.en else "fr"

    def say(self, language: Language) -> str:
        """The words in ``language``, else in the other one."""
        return self.fr if self.spoken(language) == "fr" else self.en

    def fill(self, **values: str | int) -> Text:
        """The words with values put in place of the names in braces."""
        return Text(self.fr.format(**values), self.en.format(**values))

    def counted(self, number: float) -> Text:
        """The words for one or for many, where both are given with a bar between them.

        >>> Text("valeur|valeurs", "value|values").counted(0)
        Text(fr='valeur', en='values')
        """
        one, many = ([words.split("|")[i] for words in (self.fr, self.en)] for i in (0, -1))
        return Text(one[0] if abs(number) < 2 else many[0], one[1] if number == 1 else many[1])

    def __bool__(self) -> bool:
        return bool(self.fr or self.en)


@cache
def read_table(name: str) -> Mapping[str, Mapping[str, str]]:
    """A table of the package, ``{name}.toml``, as rows of named cells.

    >>> read_table("wording")["title"]["en"]
    'Coherence check of the graph'
    """
    with Path(__file__).with_name(f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def wording(key: str) -> Text:
    """The words kept under ``key``.

    >>> wording("warning").en
    'warning|warnings'
    """
    row = read_table("wording")[key]
    return Text(fr=row["fr"], en=row["en"])


def phrase(key: str, language: Language, **values: str | int) -> str:
    """The words kept under ``key`` in one language, filled in.

    >>> phrase("found", "en", value="4.3")
    'found: 4.3'
    """
    return wording(key).say(language).format(**values)


def count(number: int, key: str, language: Language) -> str:
    """A number with its noun; French counts zero as one thing, English as several.

    >>> count(0, "violation", "fr"), count(0, "violation", "en"), count(2, "warning", "fr")
    ('0 violation', '0 violations', '2 avertissements')
    """
    return f"{number} {wording(key).counted(number).say(language)}"
