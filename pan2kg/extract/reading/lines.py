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
_WORD: Final = 4
"""Half a word has as many letters to be one of its own."""
_BACKWARD: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""Letters of scripts that run from right to left: Hebrew, Arabic, Syriac, Thaana, and their printed forms."""
_FORWARD: Final = re.compile(r"[^\W_]")
_MIRRORED: Final = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
_ROWS: Final = 4
"""Columns have at least as many rows each."""
_EDGE: Final = 40
"""Points: how far what is set in begins behind the edge of its column."""


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
        """Of a text in which hardly a line ends in a hyphen, those that do are the author’s.

        So are those in narrow columns, where many lines do, if the same words stand unbroken with their hyphens more
        often than without.
        """
        pieces = [piece for page in pages for piece in pieces_of(page.chars)]
        text = "\n".join("".join(char.text for char in piece) for piece in pieces)
        lines = [piece for piece in pieces if len(piece) > _LONG_LINE]
        ends = sum(piece[-1].text in "-\u00ad" for piece in lines)
        broken = re.findall(r"(\w+)-\n(\w+)", text)
        printers = sum(f"{half}{rest}" in text for half, rest in broken)
        authors = sum(f"{half}-{rest}" in text for half, rest in broken)
        return cls(text, ends > _HYPHENATED * len(lines) and printers >= authors)

    def join(self, before: str, after: str) -> str:
        """Two lines as one."""
        half = _HALF.search(before[-60:])
        rest = _REST.match(after)
        if half and rest and rest[0][0].islower() and not self.hyphenated and rest[0].casefold() not in _AND:
            word = half[0][:-1] + rest[0]
            return (before[:-1] if word in self.text else before) + after
        if half and rest and self._are_words(half[0][:-1], rest[0]):
            return before + after
        return joined(before, after, text=self.text)[0]

    def _are_words(self, half: str, rest: str) -> bool:
        """Whether both halves stand in the text as words of their own, and never as one: “cross-references”.

        Short ones prove nothing: “in” and “formation” stand in any text.
        """
        if min(len(half), len(rest)) < _WORD or half + rest in self.text:
            return False
        return all(re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", self.text) for one in (half, rest))


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
            is_backward = _BACKWARD.match(char.text)
            apart = before.left - char.right if is_backward else char.left - before.right
            back = not is_backward and char.left < before.left - 0.3 * size
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
    return [_forward(piece) for piece in map(_stripped, found) if piece]


def _forward(piece: Piece) -> Piece:
    """A piece from left to right; of one in a script that runs to the left, the gaps tell where its spaces are."""
    if not any(_BACKWARD.match(char.text) for char in piece):
        return piece
    found: Piece = []
    for char in sorted((one for one in piece if not one.text.isspace()), key=lambda one: one.left):
        if found and char.left - found[-1].right > _SPACE * max(char.size, 1):
            found.append(found[-1].space())
        found.append(char)
    return found


def _stripped(piece: Piece) -> Piece:
    while piece and piece[-1].text == " ":
        piece.pop()
    return piece


def page_lines(
    page: Page, chars: Sequence[Char], tables: Sequence[PageLine], before: float | None = None
) -> tuple[list[PageLine], float | None]:
    """The lines of a page in reading order, the tables at their place between them; and what parts its columns.

    ``before`` is what parts the columns of the page before it: on the last page of a part they may be short.
    """
    rows = _rows(pieces_of(chars))
    strip = _strip(rows, page) or _strip(_below_text(rows, page), page)
    least = _ROWS
    if strip is None and before is not None and _is_parted(rows, before):
        strip, least = before, 1
    found: list[PageLine] = []
    for region, pieces in enumerate(_regions(rows, strip, tables, least)):
        lines = [line for row in _rows(pieces) if (line := _line(page, row, region))]
        edge = max((line.right for line in lines), default=0)
        found += [replace(line, edge=edge) for line in lines]
    for shape in page.shapes:
        _mark(found, shape)
    return _with_tables(found, tables), strip


def _is_parted(rows: Sequence[list[Piece]], strip: float) -> bool:
    """Whether rows too few to tell have two pieces, the second at the strip, and not one long piece over it between."""
    on_both = [row for row in rows if any(0 <= piece[0].left - strip < _EDGE for piece in row[1:])]
    over = [row for row in rows if any(piece[0].left < strip - _EDGE and piece[-1].right > strip for piece in row)]
    return len(on_both) > 1 and len(over) <= len(on_both)


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


def _regions(
    rows: Sequence[list[Piece]], strip: float | None, tables: Sequence[PageLine], least: int
) -> Iterator[list[Piece]]:
    """The pieces column by column: a section of rows that leave a strip free is read left before right."""
    if strip is None:
        yield [piece for row in rows for piece in row]
        return
    section: list[list[Piece]] = []
    crossing = False
    for row in rows:
        crosses = any(piece[0].left < strip < piece[-1].right for piece in row)
        cut = section and any(_base(section[-1][0]) > one.base > _base(row[0]) for one in tables)
        if section and (crosses != crossing or cut):
            yield from _parted(section, strip, least)
            section = []
        section.append(row)
        crossing = crosses
    yield from _parted(section, strip, least)


def _parted(section: Sequence[list[Piece]], strip: float, least: int) -> Iterator[list[Piece]]:
    """The left half of a section and its right one, where both have rows enough; else all of it as one."""
    left = [piece for row in section for piece in row if piece[-1].right <= strip]
    right = [piece for row in section for piece in row if piece[0].left >= strip]
    enough = [sum(any(piece in side for piece in row) for row in section) for side in (left, right)]
    halves = (left, right) if min(enough) >= least else ([piece for row in section for piece in row],)
    yield from (half for half in halves if half)


def _strip(rows: Sequence[list[Piece]], page: Page) -> float | None:
    """Where a white strip parts two columns of running text; None where the page has one column."""
    pieces = [piece for row in rows for piece in row]
    if len(rows) < 2 * _ROWS:
        return None
    best: tuple[int, int, float] | None = None
    starts = Counter(round(piece[0].left) for piece in pieces if 0.25 * page.width < piece[0].left < 0.75 * page.width)
    for start, number in starts.most_common(4):
        strip = start - 3.0
        left = [piece for piece in pieces if piece[-1].right <= strip]
        right = [piece for piece in pieces if piece[0].left >= strip]
        crossing = len(pieces) - len(left) - len(right)
        wide = all(_usual_width(side) > 0.2 * page.width for side in (left, right)) if left and right else False
        if number >= _ROWS and wide and len(left) >= _ROWS and 3 * crossing < len(left) + len(right):
            # what is set in within the right column has more lines than its edge, and the edge is crossed by fewer
            best = max(best or (-len(pieces), 0, 0.0), (-crossing, number, strip))
    return best[2] if best else None


def _below_text(rows: Sequence[list[Piece]], page: Page) -> Sequence[list[Piece]]:
    """The rows below the last line that runs over the middle of a page: columns may begin far down on it."""
    middle = page.width / 2
    over = [
        at
        for at, row in enumerate(rows)
        for piece in row
        if piece[0].left < middle - _EDGE and piece[-1].right > middle + _EDGE
    ]
    return rows[max(over) + 1 :] if over else ()


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
    written = _as_written(_forward(chars))
    pieces = len(row) if written is chars else 1
    chars = written
    chars = [char for char in chars if not (char.text.isdigit() and _is_raised(char, base, size))]
    text = "".join(char.text for char in chars)
    lettered = [char for char in chars if not char.text.isspace()]
    if not lettered:
        return None
    lead = next((at for at, char in enumerate(chars) if not char.text.isspace() and not char.bold), len(chars))
    left, right = min(char.left for char in chars), max(char.right for char in chars)
    return PageLine(
        page, text, left, right, base, size, lettered[0].bold, lettered[-1].bold, lead,
        region=region, gap=gap if pieces > 1 else 0, pieces=pieces,
    )  # fmt: skip


def _as_written(chars: Piece) -> Piece:
    """The characters of a line as they are read: those of a line that runs to the left turned round, words within not.

    They stand here from left to right. Of a line of Hebrew or Arabic the order is the opposite one, but for numbers and
    words of other scripts in it; brackets are drawn for the direction they stand in.
    """
    backward = sum(bool(_BACKWARD.match(char.text)) for char in chars)
    letters = sum(char.text.isalpha() for char in chars)
    if 2 * backward <= letters or not backward:
        return chars
    found: Piece = []
    run: Piece = []
    for char in reversed(chars):
        is_forward = bool(_FORWARD.match(char.text)) and not _BACKWARD.match(char.text)
        if is_forward or (run and char.text in ".,:/-–"):
            run.append(char)
            continue
        found += _turned(run)
        run = []
        mirrored = char.text.translate(_MIRRORED)
        found.append(replace(char, text=mirrored) if mirrored != char.text else char)
    return found + _turned(run)


def _turned(run: Piece) -> Piece:
    """A number or a word that runs to the right, within a line that does not; a mark behind it belongs to the line."""
    marks: Piece = []
    while run and not _FORWARD.match(run[-1].text):
        marks.insert(0, run.pop())
    return [*reversed(run), *marks]


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
