"""How much room text takes in a drawing: its width in a font, and how it is cut or put on lines.

Pictures are drawn where no browser measures; the widths of letters are those of a common sans-serif
font, from ``widths.toml``. Every picture asks here before it places a text.
"""

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

ELLIPSIS = "…"
LEADING = 1.25
"""From one line to the next, in sizes of the text."""
_SPACES = re.compile(r"[ \t\r\n]+")
_SPACE_BEFORE_MARK = re.compile(r" (?=[»:;!?%–](?:\s|$))")
"""A space before a mark of punctuation, at which no line ends."""
_SPACE_AFTER_MARK = re.compile(r"(?<=«) |(?<=\bn°) |(?<=\b[Nn]o\.) ")
"""A space after « or after No., at which no line ends either."""
_NO_BREAK = "\u00a0"
_NOT_AT_END = " ,;:.(«“-–"
"""What does not stand before an ellipsis."""
# in sizes of the font
_UNLISTED = 0.75
"""How wide a letter is that is not in the table."""
_UNLISTED_BOLD = 0.85
_EAST_ASIAN = 1.05
"""How wide a letter is that East Asian scripts call wide."""


class Font(NamedTuple):
    size: float = 11.0
    bold: bool = False
    colour: str = "#1a1a1a"


class _Widths(dict[str, float]):
    """How wide letters are, in sizes of the font; a letter of no table is as wide as the one it is made from."""

    def __init__(self, *, bold: bool) -> None:
        tables = tomllib.loads(Path(__file__).with_name("widths.toml").read_text("utf-8"))
        table = tables["bold" if bold else "plain"]
        self.listed = {char: int(width) / 1000 for width, chars in table.items() for char in chars}
        self.unlisted = _UNLISTED_BOLD if bold else _UNLISTED
        super().__init__(self.listed)

    def __missing__(self, char: str) -> float:
        base = unicodedata.normalize("NFD", char)[0]
        if base in self.listed:
            width = self.listed[base]
        elif unicodedata.combining(char):
            width = 0.0
        elif unicodedata.east_asian_width(char) in "WF":
            width = _EAST_ASIAN
        else:
            width = self.unlisted
        self[char] = width
        return width


@cache
def _widths(bold: bool) -> _Widths:  # noqa: FBT001
    return _Widths(bold=bold)


def measure(text: str, font: Font) -> float:
    """The greatest width of a text in pixels in a common sans-serif font.

    >>> measure("", Font(10)), measure("wide", Font(10)) < measure("wide", Font(10, bold=True))
    (0.0, True)
    """
    return round(font.size * _width(text, font.bold), 2)


@lru_cache(maxsize=1 << 15)
def _width(text: str, bold: bool) -> float:  # noqa: FBT001
    return sum(map(_widths(bold).__getitem__, text), 0.0)


def shorten(text: str, width: float, font: Font) -> str:
    """A text on one line, cut with an ellipsis where it is wider than ``width`` pixels.

    >>> shorten("a short  text", 200, Font(10)), shorten("a rather long text", 60, Font(10))
    ('a short text', 'a rather l…')
    """
    words = " ".join(text.split())
    if measure(words, font) <= width:
        return words
    room = width - measure(ELLIPSIS, font)
    used = 0.0
    for place, char in enumerate(words):
        used += font.size * _widths(font.bold)[char]
        if used > room:
            return words[:place].rstrip(_NOT_AT_END) + ELLIPSIS
    return words


@lru_cache(maxsize=1 << 13)
def wrap(text: str, width: float, font: Font, lines: int = 99) -> tuple[str, ...]:
    """A text on lines of ``width`` pixels, of which the last of at most so many is shortened.

    A word that is wider than the line is cut where it has to be; what a no-break space joins is not
    torn, nor are French quotation marks from what they quote, nor “No.” from 4.

    >>> wrap("one two three", 40, Font(10)), wrap("one two three four", 40, Font(10), 2)
    (('one', 'two', 'three'), ('one', 'two t…'))
    """
    words = _words(text, width, font)
    wrapped = list[str]()
    start = 0
    space = _width(" ", font.bold)
    while start < len(words) and len(wrapped) < lines:
        if len(wrapped) == lines - 1:
            return (*wrapped, shorten(" ".join(words[start:]), width, font))
        end = start + 1
        used = _width(words[start], font.bold)
        while end < len(words):
            used += space + _width(words[end], font.bold)
            if round(font.size * used, 2) > width:
                break
            end += 1
        wrapped.append(" ".join(words[start:end]))
        start = end
    return tuple(wrapped)


def _words(text: str, width: float, font: Font) -> list[str]:
    """What stands on a line together: words with what a no-break space joins to them, cut to the width."""
    joined = _SPACE_AFTER_MARK.sub(_NO_BREAK, " ".join(_SPACES.split(text)))
    joined = _SPACE_BEFORE_MARK.sub(_NO_BREAK, joined)
    words = []
    for word in joined.split(" "):
        remainder = word.strip()
        while measure(remainder, font) > width and len(remainder) > 1:
            length = 1
            while length < len(remainder) - 1 and measure(remainder[: length + 1], font) <= width:
                length += 1
            words.append(remainder[:length])
            remainder = remainder[length:]
        if remainder:
            words.append(remainder)
    return words


def height_of(lines: int, font: Font) -> float:
    """How high so many lines are, in pixels.

    >>> height_of(2, Font(10))
    25.0
    """
    return lines * font.size * LEADING
