"""Weights and words of the signs by which actions are told from chapters; they stand in ``signs.toml``."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pan2kg.extract.layout import folded
from pan2kg.extract.numbering import group_of

_COUNTED: Final = re.compile(r"(?<![\w.,/–-])(\d{1,3})\s+([^\W\d_]+)")
"""A whole number before a word; a year has four digits, and a number within another is none."""
_WORDS: Final = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*|[#°]")
FIELD_WORDS: Final = 6
"""A label of a field has at most as many words."""


@functools.cache
def _table() -> dict[str, Any]:
    with (Path(__file__).parent / "signs.toml").open("rb") as file:
        return tomllib.load(file)


@functools.cache
def weights() -> Mapping[str, float]:
    """The weight of each sign."""
    return {name: float(value) for name, value in _table()["weights"].items()}


@functools.cache
def limit(name: str) -> float:
    """A limit: the least score, the margin, how long running text is."""
    return float(_table()["limits"][name])


@functools.cache
def _listed(section: str) -> frozenset[str]:
    return frozenset(folded(word) for words in _table()[section].values() for word in words)


@functools.cache
def _fields() -> Mapping[str, frozenset[str]]:
    return {kind: frozenset(map(folded, table["words"])) for kind, table in _table()["field"].items()}


def field_kind(label: str) -> str:
    """What a label of a field or the head of a column is about; empty where it is not known.

    >>> [field_kind(label) for label in ("Organisme responsable", "Indicateur de résultat", "Maßnahme", "Foo")]
    ['responsible', 'indicator', 'action', '']
    """
    # in a narrow column the sign may stand alone: “N °”
    plain = folded(label).replace(" °", "°").replace(" º", "º")
    words = _WORDS.findall(plain)
    if not words or len(words) > FIELD_WORDS:
        return ""
    pairs = {" ".join(words[at : at + 2]) for at in range(len(words))} | {plain.rstrip(" .:")}
    return next((kind for kind, known in _fields().items() if known & ({*words} | pairs)), "")


def speaks_of_measures(text: str) -> bool:
    """Whether a heading or line says that measures follow.

    >>> speaks_of_measures("Le Gouvernement prendra les mesures suivantes :"), speaks_of_measures("Contexte")
    (True, False)
    """
    plain = folded(text)
    return bool(_listed("measures") & {*_WORDS.findall(plain)}) or any(
        " " in phrase and phrase in plain for phrase in _listed("measures")
    )


def counted_measures(text: str) -> frozenset[int]:
    """The numbers that a text puts before a word for measures.

    >>> sorted(counted_measures("Les 20 actions concrètes, en 6 chapitres")), sorted(counted_measures("2020 – Actions"))
    ([20], [])
    """
    known = _listed("measures")
    return frozenset(int(number) for number, word in _COUNTED.findall(folded(text)) if word in known)


def is_chapter(title: str) -> bool:
    """Whether a title begins as chapters do that are no actions.

    >>> [is_chapter(title) for title in ("Introduction", "Suivi et évaluation", "Suivi des entreprises publiques")]
    [True, True, True]
    """
    plain = folded(title).strip(" :.")
    words = plain.split()
    known = _listed("chapter")
    return plain in known or (len(words) <= 4 and bool(words) and (words[0] in known or " ".join(words[:2]) in known))


def begins_as_action(title: str) -> bool:
    """Whether a title begins, or in some languages ends, with a verb or a word for doing something.

    >>> begins_as_action("Former les juges"), begins_as_action("Bäume pflanzen"), begins_as_action("Emploi")
    (True, True, False)
    """
    words = _WORDS.findall(folded(title))
    if not words:
        return False
    return _matches(words[0], "begins") or (len(words) > 1 and _matches(words[-1], "ends"))


def begins_with_verb(title: str) -> bool:
    """Whether a title begins with a verb and no noun: no chapter of a report does.

    >>> begins_with_verb("Former les juges"), begins_with_verb("Formation des juges"), begins_with_verb("Train judges")
    (True, False, True)
    """
    words = _WORDS.findall(folded(title))
    if not words:
        return False
    return _matches(words[0], "verbs") or words[0] in _english_verbs() or _matches(words[-1], "ends")


@functools.cache
def _english_verbs() -> frozenset[str]:
    return frozenset(folded(word) for word in _table()["begins"]["en"] if not word.startswith("-"))


def _matches(word: str, section: str) -> bool:
    known = _listed(section)
    endings = tuple(one[1:] for one in known if one.startswith("-"))
    return word in known or (len(word) > 4 and word.endswith(endings))


def names_actions(label: str) -> bool:
    """Whether the word before a number is one for an action."""
    return group_of(label) == "action"


def names_chapters(label: str) -> bool:
    """Whether the word before a number is one for a part of a plan."""
    return group_of(label) == "category"
