"""What stands around every picture: title, how to read it, legend, what is not shown, and where it comes from.

Colours are such that readers with a colour vision deficiency and grey printers can tell them apart, and a number or a
pattern always goes with them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pan2kg.charts.drawing import (
    Drawing,
    Font,
    Group,
    Label,
    Line,
    Mark,
    Pen,
    height_of,
    measure,
    paragraph,
    wrap,
    write_svg,
)
from pan2kg.charts.subject import Subject
from pan2kg.coherence.known import basis_line
from pan2kg.i18n.catalogue import Language
from pan2kg.i18n.days import in_words
from pan2kg.store.store import Table
from pan2kg.tables.figure_words import according_to, basis_words

INK: Final = "#1a1a1a"
GREY: Final = "#595959"
RULE: Final = "#c4c4c4"
PAPER: Final = "#ffffff"
SHADE: Final = "#efefef"

BLUE: Final = "#0072b2"
ORANGE: Final = "#e69f00"
GREEN: Final = "#009e73"
VERMILION: Final = "#d55e00"

RAMP: Final = ("#ffffff", "#deebf7", "#b3d0e9", "#7db0d9", "#4a94cc", "#08519c")
"""From light to dark in one hue, so that it reads the same in grey."""


def step(value: float, bounds: tuple[float, ...]) -> int:
    """Which class of a ramp a value is in: 0 for nothing, then up to and including each bound.

    >>> [step(value, (0.1, 0.5)) for value in (0.0, 0.1, 0.3, 0.9)]
    [0, 1, 2, 3]
    """
    return 0 if value <= 0 else 1 + bisect_left(bounds, value - 1e-12)


def on(fill: str) -> str:
    """Black or white, whichever can be read on a colour.

    >>> on("#ffffff"), on("#08519c")
    ('#1a1a1a', '#ffffff')
    """
    red, green, blue = (_linear(int(fill[at : at + 2], 16) / 255) for at in (1, 3, 5))
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return INK if (light + 0.05) / 0.06 > 1.05 / (light + 0.05) else PAPER


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


MARGIN: Final = 24.0
NARROWEST: Final = 720.0
TITLE: Final = Font(19, bold=True)
LEAD: Final = Font(12.5)
KEY: Final = Font(11.5)
SMALL: Final = Font(10.5, colour=GREY)
SWATCH: Final = (30.0, 18.0)


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """A drawing with what it shows as a table, one row a thing or cell drawn.

    ``title`` and ``description`` stand in the drawing too, for those who do not see it.
    """

    name: str
    language: Language
    drawing: Drawing
    table: Table

    @property
    def title(self) -> str:
        """What the picture is called."""
        return self.drawing.title

    @property
    def description(self) -> str:
        """What it shows, in words."""
        return self.drawing.description

    @property
    def svg(self) -> str:
        """The picture as an SVG document."""
        return write_svg(self.drawing)

    def __repr__(self) -> str:
        return f"Picture({self.name!r}, {self.title!r})"

    def _repr_svg_(self) -> str:
        """The picture as a notebook shows it."""
        return self.svg


@dataclass(frozen=True, slots=True)
class Body:
    """What stands between heading and legend, in a room of its own that begins at 0, 0."""

    width: float
    height: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """A line of the legend: marks in a room of 30 × 18 pixels, and what they mean."""

    marks: tuple[Mark, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Caption:
    """The words of a picture: its title, how it is read, the legend, what to bear in mind, what was chosen.

    ``is_levelled``: what it shows depends on the level of evidence, which is said below it and rests on what was read.
    """

    title: str
    lead: str
    signs: tuple[Sign, ...]
    notes: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    is_levelled: bool = True

    def said(self, subject: Subject) -> tuple[str, ...]:
        """The notes, first of them the level of evidence at which everything is shown."""
        level = according_to(subject.level).say(subject.language)
        return (subject.say("at-level", level=level), *self.notes) if self.is_levelled else self.notes


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a picture is drawn on: how wide it is at least, its margin, and the letters of its title.

    On one for small screens the lead stands below the picture, which is seen first.
    """

    narrowest: float
    margin: float
    title: Font
    is_small: bool = False


WIDE_SHEET: Final = Sheet(NARROWEST, MARGIN, TITLE)
NARROW_SHEET: Final = Sheet(0.0, 8.0, Font(13.5, bold=True), is_small=True)


def frame(subject: Subject, caption: Caption, body: Body, sheet: Sheet = WIDE_SHEET) -> Drawing:
    """The whole sheet. It is as wide as what stands in it."""
    width, margin = max(body.width, sheet.narrowest), sheet.margin
    y, marks = _stacked(margin, ((caption.title, sheet.title, 6.0),), width, margin)
    lead = ((caption.lead, LEAD, 14.0),)
    if not sheet.is_small:
        y, more = _stacked(y, lead, width, margin)
        marks += more
    marks.append(Group(body.marks, shift=(margin, y)))
    y += body.height + 16
    legend, height = _legend(caption.signs, width)
    marks.append(Group(tuple(legend), shift=(margin, y)))
    y += height + 6
    notes = tuple((note, Font(11.5), 0.0) for note in caption.said(subject))
    y, foot = _stacked(y, (*lead, *notes) if sheet.is_small else notes, width, margin)
    marks += [*foot, Line(((margin, y + 8), (margin + width, y + 8)), Pen(RULE))]
    y, source = _stacked(y + 13, ((source_line(subject, caption), SMALL, 0.0),), width, margin)
    marks += source
    spoken = " ".join((caption.lead, *caption.said(subject)))
    return Drawing(width + 2 * margin, y + max(margin - 8, 6), caption.title, spoken, subject.language, tuple(marks))


def _stacked(
    y: float, texts: Iterable[tuple[str, Font, float]], width: float, margin: float
) -> tuple[float, list[Mark]]:
    """Texts below each other from a height, each with the gap that follows it, and the height where they end."""
    marks: list[Mark] = []
    for text, font, gap in texts:
        lines = paragraph(margin, y, text, font, width=width)
        marks += lines
        y += height_of(len(lines), font) + gap
    return y, marks


def on_slide(drawing: Drawing) -> Drawing:
    """The same in the middle of a sheet of 16:9, for a presentation: nothing is scaled or cut.

    >>> sheet = on_slide(Drawing(400, 900, "t", "d", "fr", ()))
    >>> sheet.width, sheet.height
    (1600.0, 900)
    """
    width, height = max(drawing.width, drawing.height * 16 / 9), max(drawing.height, drawing.width * 9 / 16)
    shift = (width - drawing.width) / 2, (height - drawing.height) / 2
    return replace(drawing, width=width, height=height, marks=(Group(drawing.marks, shift=shift),))


def _legend(signs: Sequence[Sign], width: float) -> tuple[list[Mark], float]:
    """Signs beside each other as long as there is room, each with its meaning to the right."""
    marks: list[Mark] = []
    x = y = 0.0
    high = SWATCH[1]
    for sign in signs:
        lines = wrap(sign.meaning, width - SWATCH[0] - 10, KEY)
        wide = SWATCH[0] + 7 + max((measure(line, KEY) for line in lines), default=0.0)
        if x and x + wide > width:
            x, y, high = 0.0, y + high + 5, SWATCH[1]
        marks.append(Group(sign.marks, shift=(x, y)))
        marks += [Label(x + SWATCH[0] + 7, y + 13 + at * KEY.size * 1.25, line, KEY) for at, line in enumerate(lines)]
        high = max(high, height_of(len(lines), KEY) + 4)
        x += wide + 22
    return marks, y + high + 4


def source_line(subject: Subject, caption: Caption) -> str:
    """Which data, at which level, how many, how far they were read, of when; and what was left out or chosen."""
    chosen = subject.say("filters", filters=subject.listed((subject.say("verified"), *caption.filters)))
    if caption.is_levelled:
        said = basis_words(basis_line(subject.known), subject.language).rstrip(".")
    else:
        release = subject.graph.release
        said = subject.say("release", release=release) if release else subject.say("release-unknown")
        said = f"{said} · {subject.say('as-of', day=in_words(subject.graph.as_of, subject.language))}"
    return f"{subject.say('source')} · {said} · {chosen}."
