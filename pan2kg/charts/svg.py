"""A drawing as SVG, as a file of its own and for a page.

The SVG has no script and no style sheet and fetches nothing, so that it can stand in a page with a
strict content policy. It is written short, since pages have it by the hundred: lines of one pen are
one path, and lengths have a decimal at most.
"""

import hashlib
import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from pan2kg.charts.drawing import (
    HATCH_GAP,
    NOT_MOVED,
    Anchor,
    Box,
    Dot,
    Group,
    Hatch,
    Label,
    Line,
    Mark,
    Pen,
    Point,
)
from pan2kg.charts.lettering import ELLIPSIS, Font
from pan2kg.tables import formats

PAPER = "#ffffff"
_FAMILY = "Helvetica,Arial,sans-serif"
_ADDRESS = re.compile(r"(?:https?://|[#/.]|[\w-]+[./?#]|[\w-]+$)", re.IGNORECASE)
"""How an address begins that a link may lead to; a link with another scheme is none."""
_KEYS = re.compile(r"[^/#?]*?(?=(?:\.html)?(?:\?[^#]*)?$)")
"""In an address the keys of the things of a page or a place on it, joined by two hyphens."""
_FEWEST_DASHED = 6
"""So many lines of a hatch from edge to edge are drawn as one dashed line at least."""
_xml = lru_cache(maxsize=1 << 13)(formats.xml_text)
_value = lru_cache(maxsize=1 << 13)(formats.xml_value)


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
        width = written(self.width)
        height = written(self.height)
        role = "group" if sheet.leads else "img"
        begin = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'role="{role}" aria-labelledby="{" ".join(named_by)}" lang="{self.language}" font-family="{_FAMILY}">'
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


# Lengths and looks


class _Tenths(dict[int, str]):
    """Tenths of a pixel as SVG writes pixels, without needless zeros."""

    def __missing__(self, tenths: int) -> str:
        text = f"{tenths / 10:.1f}".removesuffix(".0")
        if abs(tenths) < 10:
            text = text.replace("0.", ".")
        self[tenths] = text
        return text


_TENTHS = _Tenths()


def written(length: float) -> str:
    """A length with at most one decimal and no needless zeros.

    >>> written(12.0), written(0.25), written(-3.14)
    ('12', '.2', '-3.1')
    """
    return _TENTHS[round(length * 10)]


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
        attributes += f' stroke="{pen.colour}" stroke-width="{written(pen.width)}"'
        if pen.dash:
            attributes += f' stroke-dasharray="{" ".join(map(written, pen.dash))}"'
    return attributes


@lru_cache(maxsize=1 << 10)
def _writing(font: Font, anchor: Anchor) -> str:
    """The look of a text in attributes, those apart that every text has.

    >>> _writing(Font(10, bold=True), "end")
    ' fill="#1a1a1a" font-size="10" font-weight="bold" text-anchor="end"'
    """
    attributes = f' fill="{font.colour}" font-size="{written(font.size)}"'
    if font.bold:
        attributes += ' font-weight="bold"'
    if anchor != "start":
        attributes += f' text-anchor="{anchor}"'
    return attributes


def _places(points: Iterable[Point], shift: Point, grain: int) -> list[tuple[int, int]]:
    """Points moved by ``shift`` in tenths of a pixel, rounded to whole ones of ``grain`` tenths."""
    right, down = shift
    finer = 10 // grain
    return [
        (round((x + right) * finer) * grain, round((y + down) * finer) * grain) for x, y in points
    ]


@lru_cache(maxsize=1 << 13)  # a picture has the same lines in each language
def _course(points: tuple[Point, ...], shift: Point, grain: int, *, curved: bool = False) -> str:
    """The data of a path through some points, from each to the next, so that what is rounded does not add up.

    >>> _course(((0, 0), (4, 0), (4, -3), (0, 0)), NOT_MOVED, 10)
    'M0 0h4v-3z'
    """
    (x, y), *places = _places(points, shift, grain)
    course = f"M{_TENTHS[x]}{'' if y < 0 else ' '}{_TENTHS[y]}"
    is_closed = not curved and len(places) > 1 and places[-1] == (x, y)
    if is_closed:
        places.pop()
    step = 3 if curved else 1
    for start in range(0, len(places), step):
        lengths = []
        for to_x, to_y in places[start : start + step]:
            lengths += [_TENTHS[to_x - x], _TENTHS[to_y - y]]
        if curved:
            course += "c" + " ".join(lengths).replace(" -", "-")
        elif lengths[0] == "0":
            course += f"v{lengths[1]}"
        elif lengths[1] == "0":
            course += f"h{lengths[0]}"
        else:
            course += "l" + " ".join(lengths).replace(" -", "-")
        x, y = places[start + step - 1]
    return course + "z" if is_closed else course


# Marks as elements


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
        place = f'cx="{_TENTHS[x]}" cy="{_TENTHS[y]}" r="{written(dot.radius)}"'
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
        start = math.ceil(high / HATCH_GAP) - 1
        stop = int(hatch.width / HATCH_GAP)
        if stop - start < _FEWEST_DASHED:
            return self.elements(strokes, shift)
        wide = hatch.pen.width * math.sqrt(2)
        y = hatch.y + shift[1] + high / 2
        x = hatch.x + shift[0] + HATCH_GAP * (start + 1) - high / 2 - wide / 2 + y
        paint = _paint(None, Pen(hatch.pen.colour, high, (wide, HATCH_GAP - wide)))
        course = _course(((x, y), (x + HATCH_GAP * (stop - start - 1) + wide, y)), NOT_MOVED, 1)
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
            turn = f' transform="rotate({written(line.turn)} {x} {y})"' if line.turn else ""
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
            keys = sorted(_KEYS.findall(group.address)[0].split("--"))
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
