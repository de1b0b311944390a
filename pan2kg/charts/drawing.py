"""The marks of a drawing, each with its place in pixels.

Pictures are made of these. Every renderer, SVG in :mod:`pan2kg.charts.svg` and PNG or PDF in
:mod:`pan2kg.charts.registry`, needs to know these marks and nothing else.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from pan2kg.charts.lettering import LEADING, Font, height_of, measure

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


HATCH_GAP = 6.0
"""Pixels from one line of a hatch to the next, along its edges."""


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
        at = HATCH_GAP
        while at < self.width + self.height:
            start = (self.x + max(at - self.height, 0.0), self.y + min(at, self.height))
            end = (self.x + min(at, self.width), self.y + max(at - self.width, 0.0))
            yield Line((start, end), self.pen)
            at += HATCH_GAP


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
