"""How much room text takes, and how it is wrapped or shortened so that it stays in its room."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

_SPACES = re.compile(r"[ \t\r\n]+")
_BEFORE = re.compile(r" (?=[»:;!?%–](?:\s|$))")
_AFTER = re.compile(r"(?<=«) |(?<=\bn°) |(?<=\b[Nn]o\.) ")

ELLIPSIS: Final = "…"
OTHER: Final = 0.75
WIDE: Final = 1.05
"""The width of a letter that is not in the table, and of one that East Asian scripts call wide."""

LEADING: Final = 1.25
"""From one line to the next, in sizes of the text."""


@dataclass(frozen=True, slots=True)
class Font:
    """The size of a text in pixels, its weight and its colour."""

    size: float = 11.0
    bold: bool = False
    colour: str = "#1a1a1a"


@cache
def _widths(name: str) -> Mapping[str, float]:
    with Path(__file__).with_name("widths.toml").open("rb") as file:
        rows = tomllib.load(file)[name]
    return {char: int(width) / 1000 for width, chars in rows.items() for char in chars}


class _Widths(dict[str, float]):
    """How wide letters are, by letter; those the table lacks are added when they are first met."""

    def __init__(self, *, bold: bool) -> None:
        self.given, self.other = _widths("bold" if bold else "plain"), OTHER + 0.1 * bold
        super().__init__(self.given)

    def __missing__(self, char: str) -> float:
        self[char] = self._guessed(char)
        return self[char]

    def _guessed(self, char: str) -> float:
        found = self.given.get(unicodedata.normalize("NFD", char)[0])
        if found is not None:
            return found
        if unicodedata.combining(char):
            return 0.0
        return WIDE if unicodedata.east_asian_width(char) in "WF" else self.other


@cache
def _table(bold: bool) -> _Widths:  # noqa: FBT001 - a cache key
    return _Widths(bold=bold)


@lru_cache(maxsize=1 << 15)
def measure(text: str, font: Font) -> float:
    """The greatest width of a text in pixels in a common sans-serif font.

    >>> measure("PAN 2", Font(10)), measure("", Font(10))
    (30.1, 0.0)
    """
    return round(font.size * sum(map(_table(font.bold).__getitem__, text), 0.0), 2)


def shorten(text: str, width: float, font: Font) -> str:
    """The text, or as many whole letters of it as fit into ``width`` before an ellipsis.

    >>> shorten("Entreprises et droits", 60, Font(10)), shorten("PAN 2", 60, Font(10))
    ('Entrepris…', 'PAN 2')
    """
    words = " ".join(text.split())
    if measure(words, font) <= width:
        return words
    room, kept = width - measure(ELLIPSIS, font), 0.0
    for at, char in enumerate(words):
        kept += font.size * _table(font.bold)[char]
        if kept > room:
            return (words[:at].rstrip(" ,;:.(«“-–") + ELLIPSIS) if at else ELLIPSIS
    return words


def wrap(text: str, width: float, font: Font, lines: int = 99) -> tuple[str, ...]:
    """The text in at most ``lines`` lines that fit into ``width``, the last shortened where that is not enough.

    >>> wrap("Entreprises et droits de l’Homme", 80, Font(10), 2)
    ('Entreprises et', 'droits de l’Ho…')
    """
    found: list[str] = []
    words = list(_pieces(text, width, font))
    while words and len(found) < lines:
        if len(found) == lines - 1:
            return (*found, shorten(" ".join(words), width, font))
        line = words.pop(0)
        while words and measure(f"{line} {words[0]}", font) <= width:
            line = f"{line} {words.pop(0)}"
        found.append(line)
    return tuple(found)


def _pieces(text: str, width: float, font: Font) -> Iterator[str]:
    """The words of a text; one that is wider than the line is cut where it has to be.

    What a no-break space joins is not torn, nor are French quotation marks from what they quote, nor “No.” from 4.
    """
    held = _BEFORE.sub("\u00a0", _AFTER.sub("\u00a0", " ".join(_SPACES.split(text))))
    for word in held.split(" "):
        rest = word.strip()
        while measure(rest, font) > width and len(rest) > 1:
            at = 1
            while at < len(rest) - 1 and measure(rest[: at + 1], font) <= width:
                at += 1
            yield rest[:at]
            rest = rest[at:]
        if rest:
            yield rest
