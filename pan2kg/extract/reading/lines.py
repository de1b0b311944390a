"""Characters of a page become lines, column after column.

Characters that follow each other on one base line are a piece; pieces are parted by wide gaps. A white strip that many
rows leave free, with text on both sides of it, parts columns; elsewhere the pieces of a row are one line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pan2kg.extract.layout import joined

_SPACE: Final = 0.2
"""A gap wider than this part of the size is a space that was not written."""
_GAP: Final = 1.2
"""A gap wider than this many times the size parts pieces."""
_LONG_LINE: Final = 30
_HYPHENATED: Final = 0.04
"""A text of which more lines end in a hyphen was hyphenated by a program."""
_HALF: Final = re.compile(r"[^\W\d_]+-$")
_REST: Final = re.compile(r"[^\W\d_]+")
_AND: Final = {"und", "oder", "bzw", "et", "ou", "and", "or", "e", "o", "y", "en", "of"}
_ROWS: Final = 4
"""Columns have at least as many rows each."""


@dataclass(slots=True)
class Char:
    """A character: its text, where it begins and ends, its base line, its size in points, whether it is bold."""

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool

    def space(self) -> Char:
        """A space behind it."""
        return replace(self, text=" ", left=self.right)


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line, or a rectangle thin enough to be one."""

    left: float
    right: float
    low: float
    high: float

    @property
    def is_level(self) -> bool:
        """Whether it runs from left to right."""
        return self.right - self.left > self.high - self.low


@dataclass(frozen=True, slots=True)
class Shape:
    """A small shape, perhaps a bullet."""

    left: float
    right: float
    low: float
    high: float


@dataclass(slots=True)
class Page:
    """A page: its number from 1, the label printed on it, its size in points, what stands on it."""

    number: int
    label: str | None
    width: float
    height: float
    chars: list[Char] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    has_image: bool = False
    turned: int = 0
    unmapped: int = 0


@dataclass(slots=True)
class PageLine:
    """A line of a page, or a table that stands in its place.

    ``first`` and ``last`` are whether it begins and ends in bold, ``lead`` how many characters at the beginning are
    bold; ``region`` is the same for lines of one column; ``gap`` is the white space before its last piece, in sizes;
    ``edge`` is where the column ends at the right.
    """

    page: Page
    text: str
    left: float
    right: float
    base: float
    size: float
    first: bool = False
    last: bool = False
    lead: int = 0
    bullet: bool = False
    region: int = 0
    gap: float = 0
    pieces: int = 1
    edge: float = 0
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def bold(self) -> bool:
        """Whether the whole line is in bold."""
        return self.lead >= len(self.text) > 0


@dataclass(frozen=True, slots=True)
class Hyphens:
    """What is known of the hyphens at the ends of lines: all words of the text, and whether it is hyphenated at all."""

    text: str
    hyphenated: bool

    @classmethod
    def of(cls, pages: Sequence[Page]) -> Hyphens:
        """Of a text in which hardly a line ends in a hyphen, those that do are the author’s."""
        pieces = [piece for page in pages for piece in pieces_of(page.chars)]
        text = "\n".join("".join(char.text for char in piece) for piece in pieces)
        lines = [piece for piece in pieces if len(piece) > _LONG_LINE]
        ends = sum(piece[-1].text in "-\u00ad" for piece in lines)
        return cls(text, ends > _HYPHENATED * len(lines))

    def join(self, before: str, after: str) -> str:
        """Two lines as one."""
        half = _HALF.search(before[-60:])
        rest = _REST.match(after)
        if half and rest and rest[0][0].islower() and not self.hyphenated and rest[0].casefold() not in _AND:
            word = half[0][:-1] + rest[0]
            return (before[:-1] if word in self.text else before) + after
        return joined(before, after, text=self.text)[0]


Piece = list[Char]


def pieces_of(chars: Sequence[Char]) -> list[Piece]:
    """The characters in pieces, in the order in which they are drawn; spaces at both ends are left out."""
    found: list[Piece] = []
    now: Piece = []
    for char in chars:
        if now and not char.text.isspace():
            before = now[-1]
            size = max(char.size, before.size, 1)
            same = abs(char.base - before.base) < 0.4 * size
            apart = char.left - before.right
            back = char.left < before.left - 0.3 * size
            if not same or apart > _GAP * size or back:
                found.append(now)
                now = []
            elif apart > _SPACE * size and before.text != " ":
                now.append(before.space())
        if now or not char.text.isspace():
            if char.text.isspace() and now and now[-1].text == " ":
                continue
            now.append(char if not char.text.isspace() else now[-1].space())
    found.append(now)
    return [piece for piece in map(_stripped, found) if piece]


def _stripped(piece: Piece) -> Piece:
    while piece and piece[-1].text == " ":
        piece.pop()
    return piece


def page_lines(page: Page, chars: Sequence[Char], tables: Sequence[PageLine]) -> list[PageLine]:
    """The lines of a page in reading order, the tables at their place between them."""
    rows = _rows(pieces_of(chars))
    found: list[PageLine] = []
    for region, pieces in enumerate(_regions(rows, page, tables)):
        lines = [line for row in _rows(pieces) if (line := _line(page, row, region))]
        edge = max((line.right for line in lines), default=0)
        found += [replace(line, edge=edge) for line in lines]
    for shape in page.shapes:
        _mark(found, shape)
    return _with_tables(found, tables)


def _rows(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces on one base line, from above; a raised number stands in the row of the words it follows."""
    found: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda one: -_base(one)):
        near = found[-1] if found else None
        if (
            near
            and abs(_base(near[0]) - _base(piece)) < 0.45 * max(_size(near[0]), _size(piece))
            and not _over(near, piece)
        ):
            near.append(piece)
        else:
            found.append([piece])
    return [sorted(row, key=lambda one: one[0].left) for row in found]


def _over(row: Sequence[Piece], piece: Piece) -> bool:
    """Whether a piece lies on one of the row: then it is of another line, set close."""
    return any(one[0].left < piece[-1].right - 2 and piece[0].left < one[-1].right - 2 for one in row)


def _base(piece: Piece) -> float:
    return Counter(char.base for char in piece).most_common(1)[0][0]


def _size(piece: Piece) -> float:
    return Counter(char.size for char in piece).most_common(1)[0][0]


def _regions(rows: Sequence[list[Piece]], page: Page, tables: Sequence[PageLine]) -> Iterator[list[Piece]]:
    """The pieces column by column: a section of rows that leave a strip free is read left before right."""
    strip = _strip(rows, page)
    if strip is None:
        yield [piece for row in rows for piece in row]
        return
    section: list[list[Piece]] = []
    crossing = False
    for row in rows:
        crosses = any(piece[0].left < strip < piece[-1].right for piece in row)
        cut = section and any(_base(section[-1][0]) > one.base > _base(row[0]) for one in tables)
        if section and (crosses != crossing or cut):
            yield from _parted(section, strip)
            section = []
        section.append(row)
        crossing = crosses
    yield from _parted(section, strip)


def _parted(section: Sequence[list[Piece]], strip: float) -> Iterator[list[Piece]]:
    """The left half of a section and its right one, where both have rows enough; else all of it as one."""
    left = [piece for row in section for piece in row if piece[-1].right <= strip]
    right = [piece for row in section for piece in row if piece[0].left >= strip]
    enough = [sum(any(piece in side for piece in row) for row in section) for side in (left, right)]
    halves = (left, right) if min(enough) >= _ROWS else ([piece for row in section for piece in row],)
    yield from (half for half in halves if half)


def _strip(rows: Sequence[list[Piece]], page: Page) -> float | None:
    """Where a white strip parts two columns of running text; None where the page has one column."""
    pieces = [piece for row in rows for piece in row]
    if len(rows) < 2 * _ROWS:
        return None
    best: tuple[int, float] | None = None
    starts = Counter(round(piece[0].left) for piece in pieces if 0.25 * page.width < piece[0].left < 0.75 * page.width)
    for start, number in starts.most_common(4):
        strip = start - 3.0
        left = [piece for piece in pieces if piece[-1].right <= strip]
        right = [piece for piece in pieces if piece[0].left >= strip]
        crossing = len(pieces) - len(left) - len(right)
        wide = all(_usual_width(side) > 0.2 * page.width for side in (left, right)) if left and right else False
        if number >= _ROWS and wide and len(left) >= _ROWS and 3 * crossing < len(left) + len(right):
            best = max(best or (0, 0.0), (number, strip))
    return best[1] if best else None


def _usual_width(pieces: Sequence[Piece]) -> float:
    widths = sorted(piece[-1].right - piece[0].left for piece in pieces)
    return widths[len(widths) // 2] if widths else 0


def _line(page: Page, row: Sequence[Piece], region: int) -> PageLine | None:
    chars: Piece = []
    gap = 0.0
    size = Counter(char.size for piece in row for char in piece).most_common(1)[0][0]
    for piece in row:
        if chars:
            gap = (piece[0].left - chars[-1].right) / max(size, 1)
            chars.append(chars[-1].space())
        chars += piece
    base = _base(row[0])
    chars = [char for char in chars if not (char.text.isdigit() and _is_raised(char, base, size))]
    text = "".join(char.text for char in chars)
    lettered = [char for char in chars if not char.text.isspace()]
    if not lettered:
        return None
    lead = next((at for at, char in enumerate(chars) if not char.text.isspace() and not char.bold), len(chars))
    return PageLine(
        page, text, chars[0].left, chars[-1].right, base, size, lettered[0].bold, lettered[-1].bold, lead,
        region=region, gap=gap, pieces=len(row),
    )  # fmt: skip


def _is_raised(char: Char, base: float, size: float) -> bool:
    """Whether a digit refers to a note: it is no word of the text."""
    return char.size < 0.8 * size and char.base > base + 0.1 * size


def _mark(lines: Sequence[PageLine], shape: Shape) -> None:
    """Give the line a bullet that is drawn before it."""
    middle = (shape.low + shape.high) / 2
    for line in lines:
        if line.base - 0.3 * line.size < middle < line.base + 0.9 * line.size and 0 < line.left - shape.left < 45:
            line.bullet = True


def _with_tables(lines: list[PageLine], tables: Sequence[PageLine]) -> list[PageLine]:
    """Each table before the first line below it, the upper ones first."""
    places: list[tuple[int, float, PageLine]] = []
    for table in tables:
        below = (at for at, line in enumerate(lines) if line.base < table.base and _beside(line, table))
        places.append((next(below, len(lines)), -table.base, table))
    found = list(lines)
    for place, _, table in sorted(places, key=lambda one: one[:2], reverse=True):
        found.insert(place, table)
    return found


def _beside(line: PageLine, table: PageLine) -> bool:
    return line.left < table.right and line.right > table.left
