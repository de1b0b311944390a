"""The marks of a drawing, each with its place in pixels, the drawing as SVG, and how much room text takes.

The SVG has no script and no style sheet and fetches nothing, so that it can stand in a page with a strict content
policy. Every renderer, SVG here and PNG or PDF in :mod:`pan2kg.charts.registry`, needs to know these marks and
nothing else.
"""

import hashlib
import math
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
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
WIDE: Final = 1.05  # the width of a letter that is not in the table, and of one that East Asian scripts call wide

LEADING: Final = 1.25  # from one line to the next, in sizes of the text


@dataclass(frozen=True, slots=True)
class Font:
    size: float = 11.0
    bold: bool = False
    colour: str = "#1a1a1a"


class _Widths(dict[str, float]):
    def __init__(self, *, bold: bool) -> None:
        rows = tomllib.loads(Path(__file__).with_name("widths.toml").read_text("utf-8"))["bold" if bold else "plain"]
        self.listed = {char: int(width) / 1000 for width, chars in rows.items() for char in chars}
        self.other = OTHER + 0.1 * bold
        super().__init__(self.listed)

    def __missing__(self, char: str) -> float:
        width = self.listed.get(unicodedata.normalize("NFD", char)[0])
        if width is None:
            is_wide = unicodedata.east_asian_width(char) in "WF"
            width = 0.0 if unicodedata.combining(char) else WIDE if is_wide else self.other
        self[char] = width
        return width


_TABLES: Final = cache(lambda bold: _Widths(bold=bold))


@lru_cache(maxsize=1 << 15)
def measure(text: str, font: Font) -> float:
    """The greatest width of a text in pixels in a common sans-serif font.

    >>> measure("PAN 2", Font(10)), measure("", Font(10))
    (30.1, 0.0)
    """
    return round(font.size * sum(map(_TABLES(font.bold).__getitem__, text), 0.0), 2)


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
        used += font.size * _TABLES(font.bold)[char]
        if used > room:
            return (words[:at].rstrip(" ,;:.(«“-–") + ELLIPSIS) if at else ELLIPSIS
    return words


def wrap(text: str, width: float, font: Font, lines: int = 99) -> tuple[str, ...]:
    # a word that is wider than the line is cut where it has to be; what a no-break space joins is not torn, nor are
    # French quotation marks from what they quote, nor “No.” from 4
    words: list[str] = []
    for word in _BEFORE.sub("\u00a0", _AFTER.sub("\u00a0", " ".join(_SPACES.split(text)))).split(" "):
        remainder = word.strip()
        while measure(remainder, font) > width and len(remainder) > 1:
            at = 1
            while at < len(remainder) - 1 and measure(remainder[: at + 1], font) <= width:
                at += 1
            words.append(remainder[:at])
            remainder = remainder[at:]
        words += [remainder] if remainder else []
    wrapped: list[str] = []
    while words and len(wrapped) < lines:
        if len(wrapped) == lines - 1:
            return (*wrapped, shorten(" ".join(words), width, font))
        line = words.pop(0)
        while words and measure(f"{line} {words[0]}", font) <= width:
            line = f"{line} {words.pop(0)}"
        wrapped.append(line)
    return tuple(wrapped)


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

    @classmethod
    def arrow(cls, tip: Point, angle: float, colour: str, size: float = 7.0) -> "Line":
        x, y = tip
        back = [(x - size * math.cos(angle + side), y - size * math.sin(angle + side)) for side in (0.42, -0.42)]
        return cls((tip, *back, tip), fill=colour)

    @classmethod
    def diamond(cls, x: float, y: float, radius: float, *, fill: str = "", pen: Pen | None = None) -> "Line":
        right, low, left, high = x + radius, y + radius, x - radius, y - radius
        return cls(((x, high), (right, y), (x, low), (left, y), (x, high)), pen, fill=fill)


GAP: Final = 6.0  # pixels from one line of a hatch to the next, along its edges


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

    def bounds(self) -> tuple[float, float, float, float]:
        width, size = measure(self.text, self.font), self.font.size
        cos, sin = math.cos(math.radians(self.turn)), math.sin(math.radians(self.turn))
        start = {"start": 0.0, "middle": -width / 2, "end": -width}[self.anchor]
        corners = [(x, y) for x in (start, start + width) for y in (-size, size / 4)]
        turned = [(x * cos - y * sin, x * sin + y * cos) for x, y in corners]
        xs, ys = [round(self.x + x, 2) for x, _ in turned], [round(self.y + y, 2) for _, y in turned]
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(frozen=True, slots=True)
class Group:
    """Marks that belong together, moved by ``shift``, with their full text and where they lead.

    ``tags`` say what they stand for, so that a page can find and dim them: names in small letters, each with a value.
    """

    marks: "tuple[Mark, ...]"
    title: str = ""
    address: str = ""
    shift: Point = (0.0, 0.0)
    tags: tuple[tuple[str, str], ...] = ()

    def flat(self, shift: Point = (0.0, 0.0)) -> "Iterator[tuple[Mark, Point]]":
        shift = (shift[0] + self.shift[0], shift[1] + self.shift[1])
        for mark in self.marks:
            if isinstance(mark, Group):
                yield from mark.flat(shift)
            else:
                yield mark, shift


Mark = Box | Dot | Line | Hatch | Label | Group


@dataclass(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    title: str
    description: str
    language: str
    marks: tuple[Mark, ...]

    def svg(self) -> str:
        # most of the texts are of one size, which is said once
        sizes = Counter(mark.font.size for mark, _ in Group(self.marks).flat() if isinstance(mark, Label))
        size = sizes.most_common(1)[0][0] if sizes else PLAIN.size
        body = "".join(_markup(mark, size) for mark in self.marks)
        digest = hashlib.sha256(f"{self.title}\n{self.description}\n{body}".encode("utf-8", "replace"))
        name = f"picture-{digest.hexdigest()[:10]}"
        width, height = number(self.width), number(self.height)
        role = "group" if "<a " in body else "img"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'role="{role}" aria-labelledby="{name}-title {name}-desc" lang="{self.language}" '
            f'xml:lang="{self.language}" font-family="{FAMILY}" font-size="{number(size)}" fill="{PLAIN.colour}">\n'
            f'<title id="{name}-title">{xml_text(self.title)}</title>\n'
            f'<desc id="{name}-desc">{xml_text(self.description)}</desc>\n'
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n'
        )


def paragraph(x: float, y: float, text: str | tuple[str, ...], font: Font, *, width: float = 0.0) -> tuple[Label, ...]:
    lines = wrap(text, width, font) if isinstance(text, str) else text
    return tuple(Label(x, y + font.size * (1 + LEADING * at), line, font) for at, line in enumerate(lines))


def height_of(lines: int, font: Font) -> float:
    return lines * font.size * LEADING


def centred(
    box: Box, lines: tuple[str, ...], font: Font, *, anchor: Anchor = "middle", pad: float = 6.0
) -> list[Label]:
    x = {"start": box.x + pad, "middle": box.x + box.width / 2, "end": box.x + box.width - pad}[anchor]
    top = box.y + (box.height - height_of(len(lines), font)) / 2
    return [Label(x, top + font.size * (1.02 + LEADING * at), line, font, anchor) for at, line in enumerate(lines)]


FAMILY: Final = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

_ADDRESS = re.compile(r"(?:https?://|[#/.]|[\w-]+[./?#]|[\w-]+$)", re.IGNORECASE)


def number(value: float) -> str:
    """A number with at most one decimal and no needless zeros.

    >>> number(1.0), number(-0.001), number(2.345)
    ('1', '0', '2.3')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _markup(mark: Mark, size: float) -> str:
    def look(fill: str, pen: Pen | None, **places: float) -> str:
        edges = "".join(f' {name.replace("_", "-")}="{number(value)}"' for name, value in places.items())
        paint = f' fill="{fill or "none"}"'
        if pen:
            paint += f' stroke="{pen.colour}" stroke-width="{number(pen.width)}"'
            paint += f' stroke-dasharray="{" ".join(map(number, pen.dash))}"' if pen.dash else ""
        return edges + paint

    if isinstance(mark, Group):
        (x, y), leads = mark.shift, bool(mark.address) and bool(_ADDRESS.match(mark.address))
        moved = f' transform="translate({number(x)} {number(y)})"' if x or y else ""
        tag, address = ("a", f' href="{xml_value(mark.address)}"') if leads else ("g", "")
        tags = "".join(f' data-{name}="{xml_value(value)}"' for name, value in mark.tags if value)
        title = f"<title>{xml_text(mark.title)}</title>" if mark.title else ""
        return f"<{tag}{moved}{address}{tags}>{title}{''.join(_markup(inner, size) for inner in mark.marks)}</{tag}>"
    if isinstance(mark, Box):
        return f"<rect{look(mark.fill, mark.pen, x=mark.x, y=mark.y, width=mark.width, height=mark.height)}/>"
    if isinstance(mark, Dot):
        return f"<circle{look(mark.fill, mark.pen, cx=mark.x, cy=mark.y, r=mark.radius)}/>"
    if isinstance(mark, Line):
        points = [f"{number(x)} {number(y)}" for x, y in mark.points]
        closed = "Z" if mark.points[0] == mark.points[-1] and len(points) > 2 else ""
        further = " ".join(points[1:-1] if closed else points[1:])
        return f'<path d="M{points[0]}{"C" if mark.curved else "L"}{further}{closed}"{look(mark.fill, mark.pen)}/>'
    if isinstance(mark, Hatch):
        course = "".join(f"M{number(a)} {number(b)}L{number(c)} {number(d)}" for (a, b), (c, d) in mark.strokes())
        return f'<path d="{course}"{look("", mark.pen)}/>' if course else ""
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    bold = ' font-weight="bold"' if mark.font.bold else ""
    turn = f' transform="rotate({number(mark.turn)} {number(mark.x)} {number(mark.y)})"' if mark.turn else ""
    spoken = f' lang="{xml_value(mark.language)}" xml:lang="{xml_value(mark.language)}"' if mark.language else ""
    fill = "" if mark.font.colour == PLAIN.colour else f' fill="{mark.font.colour or "none"}"'
    high = "" if mark.font.size == size else f' font-size="{number(mark.font.size)}"'
    place = f'x="{number(mark.x)}" y="{number(mark.y)}"'
    return f"<text {place}{high}{anchor}{bold}{fill}{turn}{spoken}>{xml_text(mark.text)}</text>"
