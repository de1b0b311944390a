"""What stands around every picture: title, how to read it, legend, what is not shown, and where it comes from.

Also the heads, cells and signs that pictures share. Colours are such that readers with a colour
vision deficiency and grey printers can tell them apart, and a number or a pattern always goes with
them.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from pan2kg.charts import drawing as dw, lettering as lt, svg
from pan2kg.charts.drawing import Box, Dot, Group, Label, Line, Mark, Pen
from pan2kg.charts.lettering import Font
from pan2kg.charts.subject import Cell, Subject, table
from pan2kg.charts.svg import Drawing
from pan2kg.coherence import evidence, figures, known
from pan2kg.graph import labels
from pan2kg.i18n import format_day, format_of
from pan2kg.store.store import Solutions
from pan2kg.tables import PRINTING, figure_words as words
from pan2kg.turtle.vocabulary import key

INK = "#1a1a1a"
GREY = "#595959"
RULE = "#c4c4c4"
PAPER = svg.PAPER
SHADE = "#efefef"

BLUE = "#0072b2"
GREEN = "#009e73"
VERMILION = "#d55e00"

# from light to dark in one hue, so that it reads the same in grey
RAMP = ("#ffffff", "#deebf7", "#b3d0e9", "#7db0d9", "#4a94cc", "#08519c")


def shade(value: float, bounds: tuple[float, ...]) -> str:
    """The colour of the class a value falls in, white up to 0; each bound belongs to the class below it.

    >>> [RAMP.index(shade(value, FIFTHS)) for value in (0, 0.1, 0.2, 0.21, 1.0)]
    [0, 1, 1, 2, 5]
    """
    if value <= 0:
        return RAMP[0]
    # what was computed may lie a trifle above a bound it is at
    above = bisect_left(bounds, value - 1e-12)
    return RAMP[min(1 + above, len(RAMP) - 1)]


def on(fill: str) -> str:
    """Black or white, whichever can be read better on a colour ``#rrggbb``, by WCAG 2.1 (relative luminance).

    >>> on("#ffffff"), on("#08519c")
    ('#1a1a1a', '#ffffff')
    """
    paints = (int(fill[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        paint / 12.92 if paint <= 0.04045 else ((paint + 0.055) / 1.055) ** 2.4 for paint in paints
    )
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return INK if (light + 0.05) / 0.06 > 1.05 / (light + 0.05) else PAPER


# the letters of the title, of how the picture is read, of legend and notes, and of where it comes from
TITLE = Font(19, bold=True)
LEAD = Font(12.5)
KEY = Font(11.5)
SMALL = Font(10.5, colour=GREY)
# sizes in pixels
SWATCH = (30.0, 18.0)  # how wide and high a sign of the legend is
MARGIN = 24.0  # around all that stands in a picture
NARROWEST = 720.0  # how wide the words have room at least
EDGING = 2.0  # room around the marks for the pens of those at the edge
# many pictures have the same signs
_sign_drawn = lru_cache(maxsize=256)(Drawing.inner)


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of the legend, of marks in a :data:`SWATCH`, and what it means."""

    marks: tuple[Mark, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Caption:
    """The words of a picture: its title, how it is read, the legend, what to bear in mind, what was chosen.

    ``is_levelled``: what it shows depends on the level of evidence, which is said below it and
    rests on what was read.
    """

    title: str
    lead: str
    signs: tuple[Sign, ...]
    notes: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    is_levelled: bool = True


class PictureSize(NamedTuple):
    """How wide and high the marks of a picture are, and how far below their top its y = 0 is, in pixels."""

    width: float
    height: float
    down: float = 0.0


class PictureSheet:
    """What is filled from top to bottom with words and marks, between margins; ``bottom`` is where the next begins."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.bottom = MARGIN
        self.marks = list[Mark]()

    def write(self, text: str, font: Font, name: str = "") -> None:
        """Add a text, a paragraph a line of it; an element of the page refers to it by ``name``."""
        lines = [
            line for paragraph in text.split("\n") for line in lt.wrap(paragraph, self.width, font)
        ]
        label = Label(MARGIN, self.bottom + font.size, "\n".join(lines), font, name=name)
        self.marks.append(label)
        self.bottom += lt.height_of(len(lines), font)

    def place(self, marks: Iterable[Mark], height: float) -> None:
        """Add marks, which take a ``height``."""
        self.marks.append(Group(tuple(marks), shift=(MARGIN, self.bottom)))
        self.bottom += height

    def rule(self) -> None:
        """Add a line over the whole width."""
        y = self.bottom + 8
        self.marks.append(Line(((MARGIN, y), (MARGIN + self.width, y)), Pen(RULE)))
        self.bottom += 13

    def add_legend(self, signs: Iterable[Sign]) -> None:
        """Add sign after sign with its meaning, on lines that are as high as the highest on them."""
        marks: list[Mark] = []
        left = 0.0
        top = 0.0
        high = SWATCH[1]
        for sign in signs:
            lines = lt.wrap(sign.meaning, self.width - SWATCH[0] - 10, KEY)
            wide = SWATCH[0] + 7 + max((lt.measure(line, KEY) for line in lines), default=0.0)
            if left and left + wide > self.width:
                left = 0.0
                top += high + 5
                high = SWATCH[1]
            marks.append(Group(sign.marks, shift=(left, top)))
            marks.append(Label(left + SWATCH[0] + 7, top + 13, "\n".join(lines), KEY))
            high = max(high, lt.height_of(len(lines), KEY) + 4)
            left += wide + 22
        self.place(marks, top + high + 4 + 6)


class Picture:
    """A drawing with what it shows as a table, one row a thing or cell drawn.

    ``title`` and ``description`` stand in the drawing too, for those who do not see it. It
    ``tells`` more than words where it joins some things.
    """

    def __init__(
        self,
        subject: Subject,
        name: str,
        caption: Caption,
        size: PictureSize,
        marks: Sequence[Mark],
        columns: tuple[str, ...],
        rows: Callable[[], Iterable[tuple[Cell, ...]]],
        *,
        tells: bool = True,
    ) -> None:
        self.name = name
        self.language = subject.language
        self.subject = subject
        self.caption = caption
        self.tells = tells
        self.size = size
        self.marks = tuple(marks)
        self._columns = columns
        self._rows = rows
        self.title = caption.title
        self.notes = caption.notes
        if caption.is_levelled:
            level = words.according_to(subject.level).say(subject.language)
            self.notes = (subject.say("at-level", level=level), *caption.notes)
        self.description = " ".join((caption.lead, *self.notes))

    @cached_property
    def table(self) -> Solutions:
        """What it shows, made when it is first asked for."""
        return table(self._columns, self._rows())

    @cached_property
    def drawing(self) -> Drawing:
        """All of it: title, how it is read, marks, legend, notes, and where it comes from."""
        width, height, down = self.size
        sheet = PictureSheet(max(width, NARROWEST))
        sheet.write(self.title, TITLE, "t")
        sheet.bottom += 6
        sheet.write(self.caption.lead, LEAD, "d")
        sheet.bottom += 14
        sheet.place([Group(self.marks, shift=(0, down))], height + 16)
        sheet.add_legend(self.caption.signs)
        if self.notes:
            sheet.write("\n".join(self.notes), KEY, "n")
        sheet.rule()
        sheet.write(self._source_line(), SMALL)
        return Drawing(
            sheet.width + 2 * MARGIN,
            sheet.bottom + MARGIN - 8,
            self.title,
            self.description,
            self.language,
            tuple(sheet.marks),
        )

    def _source_line(self) -> str:
        # what it rests on, release, day, and what was chosen
        subject = self.subject
        basis = ""
        if self.caption.is_levelled:
            line = known.basis_line(subject.known)
            basis = words.basis_words(line, self.language).rstrip(".")
        chosen = (subject.say("verified"), *self.caption.filters)
        filters = format_of("semicolon", self.language).join(chosen)
        return f"{source_of(subject, basis)} · {subject.say('filters', filters=filters)}."

    @property
    def svg(self) -> str:
        """The whole drawing as an SVG file."""
        return self.drawing.svg()

    def inner(self, label: str) -> str:
        """For a page, whose element ``label`` names it, and which has its words and its legend beside it."""
        width, height, down = self.size
        marks = (Group(self.marks, shift=(EDGING, EDGING + down)),)
        drawing = Drawing(width + 2 * EDGING, height + 2 * EDGING, "", "", self.language, marks)
        return drawing.inner(label)

    @property
    def legend(self) -> list[tuple[str, str]]:
        """For a page: each sign as SVG, and what it means."""
        legend = []
        for sign in self.caption.signs:
            drawing = Drawing(*SWATCH, "", "", "", sign.marks)
            legend.append((_sign_drawn(drawing), sign.meaning))
        return legend

    def _repr_svg_(self) -> str:
        return self.svg


def script_words(subject: Subject) -> dict[str, str]:
    """What a page's script says of the values of tags, by ``name-value``, and where pictures come from."""
    say = subject.say
    kinds = ("seen", "absent", "open", "undated", "text", "body", "impossible")
    said = {f"kind-{kind}": say(f"kind-{kind}") for kind in kinds}
    said["kind-citation"] = said["kind-seen"]
    for level in evidence.Level:
        said[f"level-{int(level)}"] = words.named(level).say(subject.language)
    policy_fields = sorted({*subject.graph.policy_fields.values()})
    for iri, name in subject.names(policy_fields).items():
        said[f"field-{key(iri)}"] = name.text
    said["source"] = f"{source_of(subject)} · {say('filters', filters=say('verified'))}."
    return said


def source_of(subject: Subject, basis: str = "") -> str:
    """What any picture of the graph comes from: its ``basis``, or else the release and the day."""
    say = subject.say
    if not basis:
        language = subject.language
        name = subject.graph.release
        release = say("release", release=name) if name else say("release-unknown")
        as_of = PRINTING.say("basis-as-of", language, day=format_day(subject.graph.as_of, language))
        basis = f"{release} · {as_of}"
    return f"{say('source')} · {basis}"


def on_slide(picture: Picture) -> Picture:
    """The same in the middle of a sheet of 16:9, for a presentation: nothing is scaled or cut."""
    drawing = picture.drawing
    slide = copy(picture)
    width = max(drawing.width, drawing.height * 16 / 9)
    height = max(drawing.height, drawing.width * 9 / 16)
    shift = (width - drawing.width) / 2, (height - drawing.height) / 2
    slide.drawing = drawing._replace(
        width=width, height=height, marks=(Group(drawing.marks, shift=shift),)
    )
    return slide


EDGE = Pen(RULE, 0.8)
HEAD = Font(11.5)
STRONG = Font(11.5, bold=True)
FINE = Font(9.5, colour=GREY)
TILT = 0.70710678  # the cosine of 45°, by which heads of columns are turned
# where the classes of shade end, as parts of the greatest weight shown
FIFTHS = (0.2, 0.4, 0.6, 0.8, 1.0)


class TiltedHeads(NamedTuple):
    """Heads of columns, how high they are, and how far they reach beyond the last column, in pixels."""

    marks: list[Mark]
    high: float
    out: float


def tilted(
    heads: Sequence[str | labels.Name], left: float, cell: float, *, longest: float = 215.0
) -> TiltedHeads:
    """Heads of columns, aslant above y = 0.

    Each stands over the middle of its column, ``cell`` wide from ``left``; names are numbered, with
    their keys, and cut at ``longest`` pixels.
    """
    marks: list[Mark] = []
    high = 0.0
    out = 0.0
    for at, head in enumerate(heads):
        title = head if isinstance(head, str) else f"{at + 1} · {head.key or key(head.iri)}"
        text = lt.shorten(title, longest, HEAD)
        x = left + cell * (at + 0.5)
        marks.append(Group((Label(x + 3, -6, text, HEAD, turn=-45),), title=title))
        reach = (lt.measure(text, HEAD) + HEAD.size) * TILT
        high = max(high, reach + 8)
        out = max(out, x + 3 + reach - (left + cell * len(heads)))
    return TiltedHeads(marks, high, out)


def row_head(box: Box, number: str, name: labels.Name, detail: str, address: str = "") -> Group:
    """The head of a row: its number if any, a name on at most two lines, and a detail in small below it."""
    wide = box.width - 34
    lines = lt.wrap(name.text, wide, HEAD, 2)
    top = box.y + (box.height - lt.height_of(len(lines), HEAD) - lt.height_of(1, FINE)) / 2
    marks: list[Mark] = (
        [Label(box.x + 22, top + HEAD.size, number, STRONG, "end")] if number else []
    )
    marks += spoken(name, [Label(box.x + 30, top + HEAD.size, "\n".join(lines), HEAD)])
    below = top + lt.height_of(len(lines), HEAD)
    marks.append(Label(box.x + 30, below + FINE.size, lt.shorten(detail, wide, FINE), FINE))
    return Group(tuple(marks), title=f"{name.full}\n{detail}", address=address)


def called(name: labels.Name) -> str:
    """A work in the title of what joins it to another thing: its number, or its name in short."""
    return name.notation or labels.shortened(name.text)


def spoken(name: labels.Name, lines: Iterable[Label]) -> list[Label]:
    """The lines of a name, which say its language where that is not the picture's."""
    return [line._replace(language=name.language) if name.language else line for line in lines]


def bow(start: dw.Point, end: dw.Point, pen: Pen, out: float | None = None) -> Line:
    """A curve from place to place by way of the middle between both, or of ``out``, a place to the right.

    >>> bow((0, 0), (10, 20), Pen()).points
    ((0, 0), (5.0, 0), (5.0, 20), (10, 20))
    """
    over = (start[0] + end[0]) / 2 if out is None else out
    return Line((start, (over, start[1]), (over, end[1]), end), pen, curved=True)


def filled(box: Box, fill: str, lines: Sequence[str], *, size: float = 12.0) -> list[Mark]:
    """A field with a number in bold, and below it further lines in small."""
    colour = on(fill)
    marks: list[Mark] = [Box(box.x, box.y, box.width, box.height, fill, EDGE)]
    upper = Font(size, bold=True, colour=colour)
    lower = Font(9.5, colour=colour)
    if len(lines) == 1:
        return [*marks, *dw.centred(box, tuple(lines), upper)]
    top = box.y + (box.height - lt.height_of(1, upper) - lt.height_of(len(lines) - 1, lower)) / 2
    middle = box.x + box.width / 2
    marks.append(Label(middle, top + upper.size * 1.02, lines[0], upper, "middle"))
    start = top + lt.height_of(1, upper)
    for at, text in enumerate(lines[1:]):
        marks.append(
            Label(middle, start + lower.size * (1.02 + lt.LEADING * at), text, lower, "middle")
        )
    return marks


def hatched(box: Box) -> list[Mark]:
    """A field of which nothing is known."""
    return [box._replace(fill=PAPER, pen=EDGE), dw.Hatch(box.x, box.y, box.width, box.height)]


def sign(
    look: Pen | str, meaning: str, text: str = "", size: float = 12.0, *, upright: bool = False
) -> Sign:
    """A sign that is a line, or a field of a colour with a text in it; without a colour it is hatched."""
    if isinstance(look, Pen):
        points = ((15, 0), (15, 18)) if upright else ((0, 9), (30, 9))
        return Sign((Line(points, look),), meaning)
    box = Box(0, 0, *SWATCH, fill=look, pen=EDGE)
    if text:
        marks = filled(box, look, (text,), size=size)
    elif look:
        marks = [box]
    else:
        marks = hatched(box)
    return Sign(tuple(marks), meaning)


def level_mark(x: float, y: float, level: evidence.Level, colour: str) -> list[Mark]:
    """On whose word: a dot for the plan, a ring with one for officials, a ring for others, a diamond for editors."""
    pen = Pen(colour, 1.1)
    if level is evidence.Level.PLAN:
        return [Dot(x, y, 3.2, colour)]
    if level is evidence.Level.OFFICIAL:
        return [Dot(x, y, 3.2, pen=pen), Dot(x, y, 1.3, colour)]
    if level is evidence.Level.OTHER:
        return [Dot(x, y, 3.2, pen=pen)]
    return [Line.diamond(x, y, 3.8, pen=pen)]


def weight_signs(subject: Subject, greatest: float) -> tuple[Sign, ...]:
    """The five shades up to the ``greatest`` weight in bits, and the marks of the levels that are shown."""
    language = subject.language
    signs = []
    ends = pairwise((0.0, *(fifth * greatest for fifth in FIFTHS)))
    if greatest > 0:
        for fill, (low, high) in zip(RAMP[1:], ends, strict=True):
            lower = words.amount(low, figures.Unit.BITS, language)
            upper = words.bits_words(high, language)
            signs.append(sign(fill, subject.say("bits-to", low=lower, high=upper)))
    for level in evidence.FIGURED:
        if level <= subject.level:
            marks = level_mark(SWATCH[0] / 2, SWATCH[1] / 2, level, INK)
            signs.append(Sign(tuple(marks), words.named(level).say(language)))
    return tuple(signs)


def thick(pen: Pen, bits: float, greatest: float) -> Pen:
    """A pen that is the wider the more bits it stands for, up to four times.

    >>> thick(Pen(width=2.0), 3.0, 3.0).width, thick(Pen(width=2.0), 0.0, 0.0).width
    (8.0, 2.0)
    """
    if greatest <= 0:
        return pen
    return pen._replace(width=pen.width * (1 + 3 * bits / greatest))
