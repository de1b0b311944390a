"""The marks of a drawing, each with its place in pixels, the drawing as SVG, and how much room text takes.

The SVG has no script and no style sheet and fetches nothing, so that it can stand in a page with a strict content
policy. Every renderer, SVG here and PNG or PDF in :mod:`pan2kg.charts.raster`, needs to know these marks and nothing
else.
"""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal

from pan2kg.tables.formats import xml_text, xml_value

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
    size: float = 11.0
    bold: bool = False
    colour: str = "#1a1a1a"


@cache
def _widths(name: str) -> Mapping[str, float]:
    with Path(__file__).with_name("widths.toml").open("rb") as file:
        rows = tomllib.load(file)[name]
    return {char: int(width) / 1000 for width, chars in rows.items() for char in chars}


class _Widths(dict[str, float]):
    def __init__(self, *, bold: bool) -> None:
        self.given, self.other = _widths("bold" if bold else "plain"), OTHER + 0.1 * bold
        super().__init__(self.given)

    def __missing__(self, char: str) -> float:
        self[char] = self._guessed(char)
        return self[char]

    def _guessed(self, char: str) -> float:
        width = self.given.get(unicodedata.normalize("NFD", char)[0])
        if width is not None:
            return width
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
    room, used = width - measure(ELLIPSIS, font), 0.0
    for at, char in enumerate(words):
        used += font.size * _table(font.bold)[char]
        if used > room:
            return (words[:at].rstrip(" ,;:.(«“-–") + ELLIPSIS) if at else ELLIPSIS
    return words


def wrap(text: str, width: float, font: Font, lines: int = 99) -> tuple[str, ...]:
    """The text in at most ``lines`` lines that fit into ``width``, the last shortened where that is not enough.

    >>> wrap("Entreprises et droits de l’Homme", 80, Font(10), 2)
    ('Entreprises et', 'droits de l’Ho…')
    """
    wrapped: list[str] = []
    words = list(_pieces(text, width, font))
    while words and len(wrapped) < lines:
        if len(wrapped) == lines - 1:
            return (*wrapped, shorten(" ".join(words), width, font))
        line = words.pop(0)
        while words and measure(f"{line} {words[0]}", font) <= width:
            line = f"{line} {words.pop(0)}"
        wrapped.append(line)
    return tuple(wrapped)


def _pieces(text: str, width: float, font: Font) -> Iterator[str]:
    """The words of a text; one that is wider than the line is cut where it has to be.

    What a no-break space joins is not torn, nor are French quotation marks from what they quote, nor “No.” from 4.
    """
    joined = _BEFORE.sub("\u00a0", _AFTER.sub("\u00a0", " ".join(_SPACES.split(text))))
    for word in joined.split(" "):
        remainder = word.strip()
        while measure(remainder, font) > width and len(remainder) > 1:
            at = 1
            while at < len(remainder) - 1 and measure(remainder[: at + 1], font) <= width:
                at += 1
            yield remainder[:at]
            remainder = remainder[at:]
        if remainder:
            yield remainder


Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Pen:
    colour: str = "#1a1a1a"
    width: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    pen: Pen | None = None


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    radius: float
    fill: str = ""
    pen: Pen | None = None


@dataclass(frozen=True, slots=True)
class Line:
    points: tuple[Point, ...]
    pen: Pen | None = None
    curved: bool = False
    fill: str = ""


GAP: Final = 6.0
"""Pixels from one line of a hatch to the next, along its edges."""


@dataclass(frozen=True, slots=True)
class Hatch:
    x: float
    y: float
    width: float
    height: float
    pen: Pen = Pen("#9a9a9a", 0.8)

    def strokes(self) -> Iterator[tuple[Point, Point]]:
        at = GAP
        while at < self.width + self.height:
            start = (self.x + max(at - self.height, 0.0), self.y + min(at, self.height))
            end = (self.x + min(at, self.width), self.y + max(at - self.width, 0.0))
            yield start, end
            at += GAP


PLAIN: Final = Font()


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    y: float
    text: str
    font: Font = PLAIN
    anchor: Anchor = "start"
    turn: float = 0.0
    language: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Marks that belong together, moved by ``shift``, with their full text and where they lead.

    ``tags`` say what they stand for, so that a page can find and dim them: names in small letters, each with a value.
    """

    marks: tuple[Mark, ...]
    title: str = ""
    address: str = ""
    shift: Point = (0.0, 0.0)
    tags: tuple[tuple[str, str], ...] = ()


Mark = Box | Dot | Line | Hatch | Label | Group


@dataclass(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    title: str
    description: str
    language: str
    marks: tuple[Mark, ...]


def paragraph(x: float, y: float, text: str | tuple[str, ...], font: Font, *, width: float = 0.0) -> tuple[Label, ...]:
    """Lines of text below each other; ``y`` is their upper edge. A text is wrapped to ``width``.

    >>> [(label.text, label.y) for label in paragraph(0, 0, "un deux", Font(10), width=30)]
    [('un', 10.0), ('deux', 22.5)]
    """
    lines = wrap(text, width, font) if isinstance(text, str) else text
    return tuple(Label(x, y + font.size * (1 + LEADING * at), line, font) for at, line in enumerate(lines))


def height_of(lines: int, font: Font) -> float:
    """How high so many lines are, with what hangs below the last one.

    >>> height_of(2, Font(10)), height_of(0, Font(10))
    (25.0, 0.0)
    """
    return lines * font.size * LEADING


def centred(
    box: Box, lines: tuple[str, ...], font: Font, *, anchor: Anchor = "middle", pad: float = 6.0
) -> list[Label]:
    x = {"start": box.x + pad, "middle": box.x + box.width / 2, "end": box.x + box.width - pad}[anchor]
    top = box.y + (box.height - height_of(len(lines), font)) / 2
    return [Label(x, top + font.size * (1.02 + LEADING * at), line, font, anchor) for at, line in enumerate(lines)]


def arrow(tip: Point, angle: float, colour: str, size: float = 7.0) -> Line:
    back = [(tip[0] - size * math.cos(angle + side), tip[1] - size * math.sin(angle + side)) for side in (0.42, -0.42)]
    return Line((tip, *back, tip), fill=colour)


def diamond(x: float, y: float, radius: float, *, fill: str = "", pen: Pen | None = None) -> Line:
    return Line(((x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y), (x, y - radius)), pen, fill=fill)


Edges = tuple[float, float, float, float]


def bounds(label: Label) -> Edges:
    """Left, top, right and bottom of a text as it is measured, turned text too.

    >>> bounds(Label(10, 20, "PAN", Font(10)))
    (10.0, 10.0, 30.5, 22.5)
    """
    width, size = measure(label.text, label.font), label.font.size
    start = {"start": 0.0, "middle": -width / 2, "end": -width}[label.anchor]
    turn = math.radians(label.turn)
    corners = [(x, y) for x in (start, start + width) for y in (-size, size / 4)]
    turned = [(x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)) for x, y in corners]
    xs, ys = [round(label.x + x, 2) for x, _ in turned], [round(label.y + y, 2) for _, y in turned]
    return min(xs), min(ys), max(xs), max(ys)


def flat(marks: Iterable[Mark], shift: Point = (0.0, 0.0)) -> Iterator[tuple[Mark, Point]]:
    for mark in marks:
        if isinstance(mark, Group):
            yield from flat(mark.marks, (shift[0] + mark.shift[0], shift[1] + mark.shift[1]))
        else:
            yield mark, shift


FAMILY: Final = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

_ADDRESS = re.compile(r"(?:https?://|[#/.]|[\w-]+[./?#]|[\w-]+$)", re.IGNORECASE)


def write_svg(drawing: Drawing) -> str:
    """The drawing as an SVG document: the same text for the same drawing, always.

    >>> svg = write_svg(Drawing(40, 20, "<b>", "d", "fr", (Label(1, 10, "a & b"),)))
    >>> "<title" in svg, "&lt;b&gt;" in svg, "a &amp; b" in svg, "<b>" in svg
    (True, True, True, False)
    """
    body = "".join(markup for mark in drawing.marks for markup in _mark(mark))
    digest = hashlib.sha256(f"{drawing.title}\n{drawing.description}\n{body}".encode("utf-8", "replace"))
    name = f"picture-{digest.hexdigest()[:10]}"
    width, height = number(drawing.width), number(drawing.height)
    role = "group" if "<a " in body else "img"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="{role}" aria-labelledby="{name}-title {name}-desc" lang="{drawing.language}" '
        f'xml:lang="{drawing.language}" font-family="{FAMILY}">\n'
        f'<title id="{name}-title">{xml_text(drawing.title)}</title>\n'
        f'<desc id="{name}-desc">{xml_text(drawing.description)}</desc>\n'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n{body}</svg>\n'
    )


def number(value: float) -> str:
    """A number with at most two decimals and no needless zeros.

    >>> number(1.0), number(-0.001), number(2.345)
    ('1', '0', '2.35')
    """
    text = f"{value + 0.0:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _mark(mark: Mark) -> Iterator[str]:
    if isinstance(mark, Group):
        yield from _group(mark)
    elif isinstance(mark, Box):
        places = zip(("x", "y", "width", "height"), (mark.x, mark.y, mark.width, mark.height), strict=True)
        yield f"<rect{_numbers(places)}{_fill(mark.fill)}{_pen(mark.pen)}/>\n"
    elif isinstance(mark, Dot):
        places = zip(("cx", "cy", "r"), (mark.x, mark.y, mark.radius), strict=True)
        yield f"<circle{_numbers(places)}{_fill(mark.fill)}{_pen(mark.pen)}/>\n"
    elif isinstance(mark, Line):
        yield f'<path d="{_course(mark)}"{_fill(mark.fill)}{_pen(mark.pen)}/>\n'
    elif isinstance(mark, Hatch):
        course = "".join(f"M{number(a)} {number(b)}L{number(c)} {number(d)}" for (a, b), (c, d) in mark.strokes())
        yield f'<path d="{course}"{_fill("")}{_pen(mark.pen)}/>\n' if course else ""
    else:
        yield _label(mark)


def _group(mark: Group) -> Iterator[str]:
    x, y = mark.shift
    moved = f' transform="translate({number(x)} {number(y)})"' if x or y else ""
    leads = bool(mark.address) and bool(_ADDRESS.match(mark.address))
    tag = "a" if leads else "g"
    tags = "".join(f' data-{name}="{xml_value(value)}"' for name, value in mark.tags if value)
    yield f"<{tag}{moved}{f' href={chr(34)}{xml_value(mark.address)}{chr(34)}' if leads else ''}{tags}>\n"
    if mark.title:
        yield f"<title>{xml_text(mark.title)}</title>\n"
    for member in mark.marks:
        yield from _mark(member)
    yield f"</{tag}>\n"


def _label(mark: Label) -> str:
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    bold = ' font-weight="bold"' if mark.font.bold else ""
    turn = f' transform="rotate({number(mark.turn)} {number(mark.x)} {number(mark.y)})"' if mark.turn else ""
    spoken = f' lang="{xml_value(mark.language)}" xml:lang="{xml_value(mark.language)}"' if mark.language else ""
    places = zip(("x", "y", "font-size"), (mark.x, mark.y, mark.font.size), strict=True)
    look = f"{_numbers(places)}{anchor}{bold}{_fill(mark.font.colour)}{turn}{spoken}"
    return f"<text{look}>{xml_text(mark.text)}</text>\n"


def _course(mark: Line) -> str:
    points = [f"{number(x)} {number(y)}" for x, y in mark.points]
    closed = "Z" if mark.points[0] == mark.points[-1] and len(points) > 2 else ""
    further = points[1:-1] if closed else points[1:]
    return f"M{points[0]}{'C' if mark.curved else 'L'}{' '.join(further)}{closed}"


def _numbers(places: zip[tuple[str, float]]) -> str:
    return "".join(f' {name}="{number(value)}"' for name, value in places)


def _fill(fill: str) -> str:
    return f' fill="{fill or "none"}"'


def _pen(pen: Pen | None) -> str:
    if pen is None:
        return ""
    dash = f' stroke-dasharray="{" ".join(map(number, pen.dash))}"' if pen.dash else ""
    return f' stroke="{pen.colour}" stroke-width="{number(pen.width)}"{dash}'
