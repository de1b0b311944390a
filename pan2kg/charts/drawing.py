"""The marks of a drawing, each with its place in pixels, the drawing as SVG, and how much room text takes.

The SVG has no script and no style sheet and fetches nothing, so that it can stand in a page with a
strict content policy. Every renderer, SVG here and PNG or PDF in :mod:`pan2kg.charts.registry`,
needs to know these marks and nothing else.
"""

import hashlib
import math
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Literal, NamedTuple

from pan2kg.tables import formats

_xml = lru_cache(maxsize=1 << 13)(formats.xml_text)
_value = lru_cache(maxsize=1 << 13)(formats.xml_value)
_SPACES = re.compile(r"[ \t\r\n]+")
# spaces at which no line ends: before a mark of punctuation, after « and after No.
_BEFORE = re.compile(r" (?=[»:;!?%–](?:\s|$))")
_AFTER = re.compile(r"(?<=«) |(?<=\bn°) |(?<=\b[Nn]o\.) ")
_NO_BREAK = "\u00a0"

ELLIPSIS = "…"
# in sizes of the font: how wide a letter is that is not in the table, and one that East Asian scripts
# call wide
OTHER = 0.75
WIDE = 1.05

LEADING = 1.25  # from one line to the next, in sizes of the text


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
        self.unlisted = OTHER + 0.1 * bold
        super().__init__(self.listed)

    def __missing__(self, char: str) -> float:
        base = unicodedata.normalize("NFD", char)[0]
        if base in self.listed:
            width = self.listed[base]
        elif unicodedata.combining(char):
            width = 0.0
        elif unicodedata.east_asian_width(char) in "WF":
            width = WIDE
        else:
            width = self.unlisted
        self[char] = width
        return width


_TABLES = cache(lambda bold: _Widths(bold=bold))


def measure(text: str, font: Font) -> float:
    """The greatest width of a text in pixels in a common sans-serif font.

    >>> measure("", Font(10)), measure("wide", Font(10)) < measure("wide", Font(10, bold=True))
    (0.0, True)
    """
    return round(font.size * _width(text, font.bold), 2)


@lru_cache(maxsize=1 << 15)
def _width(text: str, bold: bool) -> float:  # noqa: FBT001
    return sum(map(_TABLES(bold).__getitem__, text), 0.0)


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
    for at, char in enumerate(words):
        used += font.size * _TABLES(font.bold)[char]
        if used > room:
            return (words[:at].rstrip(" ,;:.(«“-–") + ELLIPSIS) if at else ELLIPSIS
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
    joined = _AFTER.sub(_NO_BREAK, " ".join(_SPACES.split(text)))
    joined = _BEFORE.sub(_NO_BREAK, joined)
    words = []
    for word in joined.split(" "):
        remainder = word.strip()
        while measure(remainder, font) > width and len(remainder) > 1:
            at = 1
            while at < len(remainder) - 1 and measure(remainder[: at + 1], font) <= width:
                at += 1
            words.append(remainder[:at])
            remainder = remainder[at:]
        if remainder:
            words.append(remainder)
    return words


Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]
NOT_MOVED: Point = (0.0, 0.0)


class Pen(NamedTuple):
    colour: str = "#1a1a1a"
    width: float = 1.0
    dash: tuple[float, ...] = ()


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    pen: Pen | None = None

    def edge(self) -> "Line":
        """The box as a closed line, from its upper left corner."""
        x = self.x
        y = self.y
        right = self.x + self.width
        low = self.y + self.height
        return Line(((x, y), (right, y), (right, low), (x, low), (x, y)), self.pen, fill=self.fill)


class Dot(NamedTuple):
    x: float
    y: float
    radius: float
    fill: str = ""
    pen: Pen | None = None


class Line(NamedTuple):
    points: tuple[Point, ...]
    pen: Pen | None = None
    curved: bool = False
    fill: str = ""

    @classmethod
    def arrow(cls, tip: Point, angle: float, colour: str, size: float = 7.0) -> "Line":
        """A filled tip that points at an angle in radians: 0 to the right, π to the left."""
        x, y = tip
        back = [
            (x - size * math.cos(angle + side), y - size * math.sin(angle + side))
            for side in (0.42, -0.42)
        ]
        return cls((tip, *back, tip), fill=colour)

    @classmethod
    def diamond(
        cls, x: float, y: float, radius: float, *, fill: str = "", pen: Pen | None = None
    ) -> "Line":
        """A square on its corner around a place, ``radius`` from its middle to each corner."""
        right = x + radius
        low = y + radius
        left = x - radius
        high = y - radius
        return cls(((x, high), (right, y), (x, low), (left, y), (x, high)), pen, fill=fill)


GAP = 6.0  # pixels from one line of a hatch to the next, along its edges


class Hatch(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    pen: Pen = Pen("#9a9a9a", 0.8)

    def strokes(self) -> "Iterator[Line]":
        """Its slanted lines, from the upper left corner to the lower right one.

        >>> len(list(Hatch(0, 0, 24, 12).strokes()))
        5
        """
        at = GAP
        while at < self.width + self.height:
            start = (self.x + max(at - self.height, 0.0), self.y + min(at, self.height))
            end = (self.x + min(at, self.width), self.y + max(at - self.width, 0.0))
            yield Line((start, end), self.pen)
            at += GAP


PLAIN = Font()


class Label(NamedTuple):
    x: float
    y: float
    text: str
    font: Font = PLAIN
    anchor: Anchor = "start"
    turn: float = 0.0
    language: str = ""
    # "t", "d" or "n" where it says the title, the description or the notes of the drawing
    name: str = ""

    def lines(self) -> "list[Label]":
        """A label a line.

        >>> [label.y for label in Label(0, 10, "a\\nb", Font(8)).lines()]
        [10.0, 20.0]
        """
        if "\n" not in self.text:
            return [self]
        step = LEADING * self.font.size
        return [
            self._replace(y=self.y + step * at, text=line)
            for at, line in enumerate(self.text.split("\n"))
        ]

    def bounds(self) -> tuple[float, float, float, float]:
        """Its left, top, right and bottom edge in pixels, turned as it is."""
        width = measure(self.text, self.font)
        size = self.font.size
        cos = math.cos(math.radians(self.turn))
        sin = math.sin(math.radians(self.turn))
        start = {"start": 0.0, "middle": -width / 2, "end": -width}[self.anchor]
        corners = [(x, y) for x in (start, start + width) for y in (-size, size / 4)]
        turned = [(x * cos - y * sin, x * sin + y * cos) for x, y in corners]
        xs = [round(self.x + x, 2) for x, _ in turned]
        ys = [round(self.y + y, 2) for _, y in turned]
        return min(xs), min(ys), max(xs), max(ys)


class Group(NamedTuple):
    """Marks that belong together, moved by ``shift``, with their full text and where they lead.

    ``tags`` say what they stand for, so that a page can find and dim them: names in small letters,
    each with a value.
    """

    marks: "tuple[Mark, ...]"
    title: str = ""
    address: str = ""
    shift: Point = NOT_MOVED
    tags: tuple[tuple[str, str], ...] = ()

    def moved(self, shift: Point) -> Point:
        """How far its marks are moved where the group itself is moved by ``shift``."""
        return self.shift[0] + shift[0], self.shift[1] + shift[1]

    def flat(self, shift: Point = NOT_MOVED) -> "Iterator[tuple[Mark, Point]]":
        """Its marks without groups, labels a line each, with how far each is moved.

        >>> inner = Group((Dot(1, 2, 3),), shift=(10, 0))
        >>> [shift for _, shift in Group((inner,), shift=(0, 5)).flat()]
        [(10.0, 5.0)]
        """
        shift = self.moved(shift)
        for mark in self.marks:
            if isinstance(mark, Group):
                yield from mark.flat(shift)
            elif isinstance(mark, Label):
                yield from ((line, shift) for line in mark.lines())
            else:
                yield mark, shift


Mark = Box | Dot | Line | Hatch | Label | Group


class Drawing(NamedTuple):
    """Marks on a sheet of so many pixels, with the words that name it to who does not see it."""

    width: float
    height: float
    title: str
    description: str
    language: str
    marks: tuple[Mark, ...]

    def svg(self) -> str:
        """The drawing as an SVG file on white paper, the same bytes for the same marks."""
        words = f"{self.title}\n{self.description}\n{self.width} {self.height}"
        name = f"p{hashlib.sha256(words.encode('utf-8', 'replace')).hexdigest()[:5]}"
        sheet = _Sheet(name)
        elements = sheet.elements(self.marks, NOT_MOVED)
        title = _xml(self.title)
        head = f"<title>{title}</title>"
        named_by = [f"{name}{label}" for label in sheet.named]
        if not sheet.named:
            # what is drawn as text names the picture; where none does, elements that nobody sees
            description = _xml(self.description)
            head = f'<title id="{name}t">{title}</title>\n<desc id="{name}d">{description}</desc>'
            named_by = [f"{name}t", f"{name}d"]
        width = number(self.width)
        height = number(self.height)
        role = "group" if sheet.leads else "img"
        begin = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'role="{role}" aria-labelledby="{" ".join(named_by)}" lang="{self.language}" font-family="{FAMILY}">'
        )
        paper = f'<rect width="100%" height="100%" fill="{PAPER}"/>'
        return f"{begin}\n{head}\n{paper}{''.join(elements)}</svg>\n"

    def inner(self, label: str = "") -> str:
        """For a page: the marks in whole pixels, without title and paper.

        ``label`` is the id of the element that names it; without one words beside it do, and it has
        no size.
        """
        sheet = _Sheet()
        elements = sheet.elements(self.marks, NOT_MOVED)
        begin = "<svg"
        if label:
            width = math.ceil(self.width)
            height = math.ceil(self.height)
            begin = f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        if label and not sheet.leads:
            begin += f' role="img" aria-labelledby="{label}"'
        return f"{begin}>{''.join(elements)}</svg>"


def height_of(lines: int, font: Font) -> float:
    """How high so many lines are, in pixels.

    >>> height_of(2, Font(10))
    25.0
    """
    return lines * font.size * LEADING


def centred(
    box: Box, lines: Sequence[str], font: Font, *, anchor: Anchor = "middle", pad: float = 6.0
) -> list[Label]:
    """Lines in the middle of a box from top to bottom, and ``pad`` from its side where they begin or end there."""
    if anchor == "start":
        x = box.x + pad
    elif anchor == "middle":
        x = box.x + box.width / 2
    else:
        x = box.x + box.width - pad
    top = box.y + (box.height - height_of(len(lines), font)) / 2
    return [
        Label(x, top + font.size * (1.02 + LEADING * at), line, font, anchor)
        for at, line in enumerate(lines)
    ]


FAMILY = "Helvetica,Arial,sans-serif"
PAPER = "#ffffff"

# in an address the keys of the things of a page or a place on it, joined by two hyphens
_KEYS = re.compile(r"[^/#?]*?(?=(?:\.html)?(?:\?[^#]*)?$)")
_keys = lru_cache(maxsize=1 << 12)(lambda address: sorted(_KEYS.findall(address)[0].split("--")))
_ADDRESS = re.compile(r"(?:https?://|[#/.]|[\w-]+[./?#]|[\w-]+$)", re.IGNORECASE)


class _Tenths(dict[int, str]):
    """Tenths of a pixel as SVG writes pixels, without needless zeros."""

    def __missing__(self, tenths: int) -> str:
        text = f"{tenths / 10:.1f}".removesuffix(".0")
        if abs(tenths) < 10:
            text = text.replace("0.", ".")
        self[tenths] = text
        return text


_TENTHS = _Tenths()


def number(value: float) -> str:
    """A length with at most one decimal and no needless zeros.

    >>> number(12.0), number(0.25), number(-3.14)
    ('12', '.2', '-3.1')
    """
    return _TENTHS[round(value * 10)]


@lru_cache(maxsize=1 << 12)
def _paint(fill: str | None, pen: Pen | None) -> str:
    """The look of a shape in attributes; what is straight has nothing to fill, and its ``fill`` is None.

    >>> _paint("", Pen("#000000", 2, (3, 1)))
    ' fill="none" stroke="#000000" stroke-width="2" stroke-dasharray="3 1"'
    """
    attributes = ""
    if fill is not None:
        attributes = f' fill="{fill or "none"}"'
    if pen:
        attributes += f' stroke="{pen.colour}" stroke-width="{number(pen.width)}"'
        if pen.dash:
            attributes += f' stroke-dasharray="{" ".join(map(number, pen.dash))}"'
    return attributes


@lru_cache(maxsize=1 << 10)
def _writing(font: Font, anchor: Anchor) -> str:
    """The look of a text in attributes, those apart that every text has.

    >>> _writing(Font(10, bold=True), "end")
    ' fill="#1a1a1a" font-size="10" font-weight="bold" text-anchor="end"'
    """
    attributes = f' fill="{font.colour}" font-size="{number(font.size)}"'
    if font.bold:
        attributes += ' font-weight="bold"'
    if anchor != "start":
        attributes += f' text-anchor="{anchor}"'
    return attributes


def _places(points: Iterable[Point], shift: Point, grain: int) -> list[tuple[int, int]]:
    right, down = shift
    finer = 10 // grain
    return [
        (round((x + right) * finer) * grain, round((y + down) * finer) * grain) for x, y in points
    ]


@lru_cache(maxsize=1 << 13)  # a picture has the same lines in each language
def _course(points: tuple[Point, ...], shift: Point, grain: int, *, curved: bool = False) -> str:
    # from place to place, in tenths of a pixel, so that what is rounded does not add up
    (x, y), *places = _places(points, shift, grain)
    is_closed = len(places) > 1 and places[-1] == (x, y)
    course = f"M{_TENTHS[x]}{' ' * (y >= 0)}{_TENTHS[y]}"
    size = 3 if curved else 1
    for at in range(0, len(places) - (is_closed and not curved), size):
        steps = [
            _TENTHS[step] for to_x, to_y in places[at : at + size] for step in (to_x - x, to_y - y)
        ]
        if "0" in steps and not curved:
            course += f"v{steps[1]}" if steps[0] == "0" else f"h{steps[0]}"
        else:
            course += f"{'c' if curved else 'l'}{' '.join(steps).replace(' -', '-')}"
        x, y = places[at + size - 1]
    return course + "z" * (is_closed and not curved)


def _as_line(mark: Mark) -> Line | None:
    """A box or a line as a line; None for every other mark."""
    if isinstance(mark, Box):
        return mark.edge()
    return mark if isinstance(mark, Line) else None


def _common_pen(mark: Mark) -> tuple[Pen, bool] | None:
    """What lines that follow each other are one path by: their pen, and whether they are straight; None for others."""
    line = _as_line(mark)
    if line is None or line.fill or line.pen is None:
        return None
    return line.pen, len(line.points) == 2


class _Sheet:
    """Marks as elements of SVG; ``named`` are the names of labels, ``leads`` whether a mark leads anywhere.

    Without a ``name`` they are those of a page: in whole pixels, and nothing is said that their
    text or address says.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.leads = False
        self.grain = 1 if name else 10
        self.named: dict[str, None] = {}

    def elements(self, marks: Iterable[Mark], shift: Point) -> list[str]:
        """Marks moved by ``shift``; lines of one pen that follow each other are one path."""
        elements = []
        for common, run in groupby(marks, key=_common_pen):
            if common:
                elements.append(self.path(run, shift))
                continue
            for mark in run:
                if isinstance(mark, Group):
                    elements += self.group(mark, shift)
                elif isinstance(mark, Label):
                    elements += self.text(mark, shift)
                elif isinstance(mark, Hatch):
                    elements += self.hatch(mark, shift)
                elif isinstance(mark, Dot):
                    elements.append(self.dot(mark, shift))
                else:
                    elements.append(self.path([mark], shift))
        return elements

    def dot(self, dot: Dot, shift: Point) -> str:
        [(x, y)] = _places([(dot.x, dot.y)], shift, self.grain)
        place = f'cx="{_TENTHS[x]}" cy="{_TENTHS[y]}" r="{number(dot.radius)}"'
        return f"<circle {place}{_paint(dot.fill, dot.pen)}/>"

    def path(self, marks: Iterable[Mark], shift: Point) -> str:
        """Boxes and lines of one look as a path."""
        course = ""
        paint = ""
        for mark in marks:
            line = _as_line(mark)
            if line:
                fill = None if len(line.points) == 2 else line.fill
                paint = _paint(fill, line.pen)
                course += _course(line.points, shift, self.grain, curved=line.curved)
        return f'<path{paint} d="{course}"/>'

    def hatch(self, hatch: Hatch, shift: Point) -> list[str]:
        """The lines of a hatch; those from edge to edge are one dashed line, as wide as the field is high, aslant."""
        strokes = list(hatch.strokes())
        high = hatch.height
        start = math.ceil(high / GAP) - 1
        stop = int(hatch.width / GAP)
        if stop - start < 6:
            return self.elements(strokes, shift)
        wide = hatch.pen.width * math.sqrt(2)
        y = hatch.y + shift[1] + high / 2
        x = hatch.x + shift[0] + GAP * (start + 1) - high / 2 - wide / 2 + y
        paint = _paint(None, Pen(hatch.pen.colour, high, (wide, GAP - wide)))
        course = _course(((x, y), (x + GAP * (stop - start - 1) + wide, y)), NOT_MOVED, 1)
        whole = f'<path transform="skewX(-45)"{paint} d="{course}"/>'
        return [whole, *self.elements(strokes[:start] + strokes[stop:], shift)]

    def text(self, label: Label, shift: Point) -> list[str]:
        """A text; what begins at its left goes on in it line by line, so that it is copied as one."""
        attributes = _writing(label.font, label.anchor)
        if label.language:
            attributes += f' lang="{_value(label.language)}"'
        if label.name:
            attributes += f' id="{self.name}{label.name}"'
            self.named[label.name] = None
        places = []
        words = []
        for line in label.lines():
            [place] = _places([(line.x, line.y)], shift, self.grain)
            x, y = map(_TENTHS.__getitem__, place)
            turn = f' transform="rotate({number(line.turn)} {x} {y})"' if line.turn else ""
            places.append(f' x="{x}" y="{y}"{turn}')
            words.append(_xml(line.text))
        lines = list(zip(places, words, strict=True))
        if label.anchor == "start":
            further = [f" <tspan{place}>{text}</tspan>" for place, text in lines[1:]]
            lines = [(places[0], "".join((words[0], *further)))]
        return [f"<text{place}{attributes}>{text}</text>" for place, text in lines]

    def group(self, group: Group, shift: Point) -> list[str]:
        """A link where it leads somewhere, else a group where it has something to say, else its marks."""
        tags = {name: value for name, value in group.tags if value}
        title = group.title
        is_link = bool(_ADDRESS.match(group.address))
        self.leads |= is_link
        if not self.name:
            keys = _keys(group.address)
            if is_link and keys == sorted(tags.get("of", "").split()):
                tags["of"] = ""  # a script finds it in the address
            title = _title_in_page(group, keys, is_link=is_link)
        inner = self.elements(group.marks, group.moved(shift))
        if not inner or not (is_link or tags or title):
            return inner
        said = "".join([f' data-{name}="{_value(value)}"' for name, value in tags.items()])
        head = f"<title>{_xml(title)}</title>" if title else ""
        content = f"{said}>{head}{''.join(inner)}"
        if is_link:
            return [f'<a href="{_value(group.address)}"{content}</a>']
        return [f"<g{content}</g>"]


def _title_in_page(group: Group, keys: Sequence[str], *, is_link: bool) -> str:
    """A title where it says more than the name of what a text names, which its page has whole."""
    drawn = " ".join([mark.text for mark in group.marks if isinstance(mark, Label)])
    is_whole = is_link or ELLIPSIS not in drawn
    if drawn and is_whole and "\n" not in group.title:
        return ""
    if len(keys) == 1:
        return group.title.replace(f" ({keys[0]})", "", 1)
    return group.title
