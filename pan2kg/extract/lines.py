"""Characters of a page become lines, column after column.

Characters that follow each other on one base line are a piece; pieces are parted by wide gaps. A
white strip that many rows leave free, with text on both sides of it, parts columns; elsewhere the
pieces of a row are one line. Lengths are in points, heights count from the foot of a page.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from pan2kg.extract.document import Rows, joined

_SPACE = 0.2  # a gap wider than so many times the size is a space that was not written
_GAP = 1.2  # a gap wider than so many times the size parts pieces
_LONG_LINE = 30  # characters; whether shorter lines end in a hyphen says nothing
_HYPHENATED = 0.04  # a text was hyphenated where a greater share of its lines ends in a hyphen
_AND = {"und", "oder", "bzw", "et", "ou", "and", "or", "e", "o", "y", "en", "of"}
# letters of scripts that run from right to left: Hebrew, Arabic, Syriac, Thaana, and their printed
# forms
_BACKWARD = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_FORWARD = re.compile(r"[^\W_]")
_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
_WITHIN_NUMBERS = ".,:/-–"
_ROWS = 4  # columns have at least as many rows each
_EDGE = 40  # points; so far behind the edge of its column begins what is set in
_BULLET_GAP = 45  # points; a drawn bullet is nearer to the line it belongs to


class Point(NamedTuple):
    """A place on a page, from the left and from the foot."""

    x: float
    y: float


@dataclass(slots=True)
class Char:
    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool

    def space(self) -> "Char":
        """A space right behind it, without width, set as it is."""
        return replace(self, text=" ", left=self.right)


@dataclass(frozen=True, slots=True)
class RuledLine:
    left: float
    right: float
    low: float
    high: float

    def turned(self) -> "RuledLine":
        """The line with across and upright exchanged."""
        return RuledLine(self.low, self.high, self.left, self.right)


@dataclass(slots=True)
class Page:
    """What is drawn on a page.

    ``number`` counts from 1, ``label`` is the number printed on it. ``bullets`` are places, from
    the left and from the foot. ``unmapped`` is how many characters have no text.
    """

    number: int
    label: str | None
    width: float
    height: float
    chars: list[Char] = field(default_factory=list)
    rules: list[RuledLine] = field(default_factory=list)
    bullets: list[Point] = field(default_factory=list)
    has_image: bool = False
    turned: int = 0
    unmapped: int = 0


@dataclass(slots=True)
class PageLine:
    """A line of a page, or a table that stands in its place.

    ``first`` and ``last`` are whether it begins and ends in bold, ``lead`` how many characters at
    its beginning are. ``region`` is the same for lines of one column, whose right end is ``edge``.
    ``gap`` is the space before its last piece, in sizes.
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
    rows: Rows = ()

    @property
    def bold(self) -> bool:
        """Whether all of it is bold; a table is not."""
        return self.lead >= len(self.text) > 0


Piece = list[Char]
Row = list[Piece]


# Hyphens at the ends of lines


class Hyphens:
    """Whether a text is hyphenated at all: where hardly a line ends in a hyphen, those that do are the author’s.

    So are those in narrow columns, if the same words stand unbroken with their hyphens more often
    than without.
    """

    def __init__(self, pages: Sequence[Page]) -> None:
        pieces = []
        for page in pages:
            pieces += pieces_of(page.chars)
        self.text = "\n".join(map(_printed, pieces))
        long_lines = [piece for piece in pieces if len(piece) > _LONG_LINE]
        ends = sum(piece[-1].text in "-\u00ad" for piece in long_lines)
        broken = re.findall(r"(\w+)-\n(\w+)", self.text)
        printers = sum(f"{half}{remainder}" in self.text for half, remainder in broken)
        authors = sum(f"{half}-{remainder}" in self.text for half, remainder in broken)
        self.hyphenated = ends > _HYPHENATED * len(long_lines) and printers >= authors

    def join(self, before: str, after: str) -> str:
        """Two lines as one text, with the hyphen between them only where it is the author’s.

        >>> Hyphens([]).join("la mise en œuvre et le", "suivi du plan")
        'la mise en œuvre et le suivi du plan'
        >>> Hyphens([]).join("Nord-", "Süd und West"), Hyphens([]).join("Natur-", "und Tierschutz")
        ('Nord-Süd und West', 'Natur- und Tierschutz')
        """
        half = re.search(r"[^\W\d_]+-$", before[-60:])
        behind = re.match(r"[^\W\d_]+", after)
        if half and behind:
            start = half[0][:-1]
            end = behind[0]
            if end[0].islower() and not self.hyphenated and end.casefold() not in _AND:
                is_one_word = start + end in self.text
                return (before[:-1] if is_one_word else before) + after
            if self._is_compound(start, end):
                return before + after
        return joined(before, after, text=self.text)

    def _is_compound(self, start: str, end: str) -> bool:
        """Whether both halves stand in the text as words of their own, and never as one: “cross-references”."""
        # short ones prove nothing: “in” and “formation” stand in any text
        if min(len(start), len(end)) < 4 or start + end in self.text:
            return False
        return self._has_word(start) and self._has_word(end)

    def _has_word(self, word: str) -> bool:
        return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", self.text) is not None


# Pieces


def pieces_of(chars: Iterable[Char]) -> list[Piece]:
    """Characters in the order in which they are drawn, as runs on one base line without a wide gap.

    Spaces that were only left free are put in, runs of them are one, and none is at an end.

    >>> run = [Char(char, left, left + 5, 700, 10, False) for char, left in zip("unà2", (0, 5, 13, 60))]
    >>> ["".join(char.text for char in piece) for piece in pieces_of(run)]
    ['un à', '2']
    """
    pieces = []
    piece: Piece = []
    for char in chars:
        if char.text.isspace():
            if piece:
                _add_space(piece)
            continue
        if piece and _is_apart(piece[-1], char):
            pieces.append(piece)
            piece = []
        elif piece and _gap(piece[-1], char) > _SPACE * max(char.size, piece[-1].size, 1):
            _add_space(piece)
        piece.append(char)
    pieces.append(piece)
    for piece in pieces:
        while piece and piece[-1].text == " ":
            piece.pop()
    return [_forward(piece) for piece in pieces if piece]


def _add_space(piece: Piece) -> None:
    if piece[-1].text != " ":
        piece.append(piece[-1].space())


def _gap(before: Char, char: Char) -> float:
    """The space between two characters, in the direction in which the script of the second runs."""
    if _BACKWARD.match(char.text):
        return before.left - char.right
    return char.left - before.right


def _is_apart(before: Char, char: Char) -> bool:
    size = max(char.size, before.size, 1)
    if abs(char.base - before.base) >= 0.4 * size or _gap(before, char) > _GAP * size:
        return True
    goes_back = char.left < before.left - 0.3 * size
    return goes_back and not _BACKWARD.match(char.text)


def _has_backward(piece: Piece) -> bool:
    return any(_BACKWARD.match(char.text) for char in piece)


def _forward(piece: Piece) -> Piece:
    """A piece with letters that run to the left, in the order of its places from left to right."""
    if not _has_backward(piece):
        return piece
    ordered: Piece = []
    printed = [char for char in piece if not char.text.isspace()]
    for char in sorted(printed, key=lambda char: char.left):
        if ordered and char.left - ordered[-1].right > _SPACE * max(char.size, 1):
            ordered.append(ordered[-1].space())
        ordered.append(char)
    return ordered


def _printed(chars: Iterable[Char]) -> str:
    return "".join(char.text for char in chars)


def _base(piece: Piece) -> float:
    return Counter(char.base for char in piece).most_common(1)[0][0]


def _size(piece: Iterable[Char]) -> float:
    return Counter(char.size for char in piece).most_common(1)[0][0]


# Lines of a page


class PageLayout(NamedTuple):
    """The lines of a page with its tables among them, and where its columns part, None where it has none."""

    lines: list[PageLine]
    strip: float | None


def page_lines(
    page: Page, chars: Iterable[Char], tables: Sequence[PageLine], before: float | None
) -> PageLayout:
    """The lines of a page; ``chars`` are those outside the tables, ``before`` is the strip of the page before."""
    rows = _rows(pieces_of(chars))
    least = _ROWS
    strip = _strip(rows, page)
    if strip is None:
        strip = _strip_below(rows, page)
    if strip is None and before is not None and _goes_on(rows, before):
        strip = before
        least = 1
    lines = []
    for number, pieces in enumerate(_regions(rows, strip, tables, least)):
        lines += _lines_of_region(page, pieces, number)
    _mark_bullets(page, lines)
    _put_tables(lines, tables)
    return PageLayout(lines, strip)


def _rows(pieces: Iterable[Piece]) -> list[Row]:
    """Pieces that stand beside each other, from the head of the page to its foot, each row from left to right."""
    rows: list[Row] = []
    for piece in sorted(pieces, key=lambda piece: -_base(piece)):
        if rows and _is_beside(piece, rows[-1]):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece[0].left) for row in rows]


def _is_beside(piece: Piece, row: Row) -> bool:
    apart = abs(_base(row[0]) - _base(piece))
    if apart >= 0.45 * max(_size(row[0]), _size(piece)):
        return False
    # what lies on another piece is of another line, set close
    return all(
        beside[0].left >= piece[-1].right - 2 or piece[0].left >= beside[-1].right - 2
        for beside in row
    )


class _Strip(NamedTuple):
    """A place where columns may part; the best is crossed by fewest pieces, then begins most."""

    crossing: int  # the number of pieces that cross it, negative
    starts: int
    place: float


def _strip(rows: Sequence[Row], page: Page) -> float | None:
    if len(rows) < 2 * _ROWS:
        return None
    pieces = _pieces_in(rows)
    starts: Counter[int] = Counter()
    for piece in pieces:
        if 0.25 * page.width < piece[0].left < 0.75 * page.width:
            starts[round(piece[0].left)] += 1
    # what is set in within the right column has more lines than its edge, and the edge is crossed
    # by fewer
    strips = []
    for start, number in starts.most_common(4):
        place = start - 3.0
        left = [piece for piece in pieces if piece[-1].right <= place]
        right = [piece for piece in pieces if piece[0].left >= place]
        crossing = len(pieces) - len(left) - len(right)
        if len(left) < _ROWS or number < _ROWS or 3 * crossing >= len(left) + len(right):
            continue
        if right and all(_median_width(side) > 0.2 * page.width for side in (left, right)):
            strips.append(_Strip(-crossing, number, place))
    return max(strips).place if strips else None


def _median_width(pieces: Sequence[Piece]) -> float:
    widths = sorted(piece[-1].right - piece[0].left for piece in pieces)
    return widths[len(widths) // 2]


def _strip_below(rows: Sequence[Row], page: Page) -> float | None:
    """The strip below the last line that runs over the middle of a page: columns may begin far down on it."""
    middle = page.width / 2
    over = 0
    for at, row in enumerate(rows, 1):
        if _is_crossed(row, middle - _EDGE, middle + _EDGE):
            over = at
    return _strip(rows[over:], page) if over else None


def _is_crossed(row: Row, low: float, high: float) -> bool:
    return any(piece[0].left < low and piece[-1].right > high for piece in row)


def _goes_on(rows: Sequence[Row], strip: float) -> bool:
    """Whether rows too few to tell have two pieces, the second at the strip, and not one long piece over it."""
    on_both = 0
    across = 0
    for row in rows:
        on_both += any(0 <= piece[0].left - strip < _EDGE for piece in row[1:])
        across += _is_crossed(row, strip - _EDGE, strip)
    return on_both > 1 and across <= on_both


def _regions(
    rows: Sequence[Row], strip: float | None, tables: Sequence[PageLine], least: int
) -> Iterator[list[Piece]]:
    """The pieces of each column in turn; both columns of a section have ``least`` rows, or it is none of columns."""
    if strip is None:
        yield _pieces_in(rows)
        return
    for section in _sections(rows, strip, tables):
        pieces = _pieces_in(section)
        rows_left = 0
        rows_right = 0
        for row in section:
            rows_left += any(piece[-1].right <= strip for piece in row)
            rows_right += any(piece[0].left >= strip for piece in row)
        # a piece that crosses the strip belongs to neither column
        is_crossing = _is_crossed(section[0], strip, strip)
        if min(rows_left, rows_right) >= least and not is_crossing:
            yield [piece for piece in pieces if piece[-1].right <= strip]
            yield [piece for piece in pieces if piece[0].left >= strip]
        else:
            yield pieces


def _pieces_in(rows: Sequence[Row]) -> list[Piece]:
    return [piece for row in rows for piece in row]


def _sections(rows: Sequence[Row], strip: float, tables: Sequence[PageLine]) -> Iterator[list[Row]]:
    """Rows that follow each other and all cross the strip, or all leave it free, with no table between."""
    section: list[Row] = []
    is_crossing = False
    for row in rows:
        crosses = _is_crossed(row, strip, strip)
        above = _base(section[-1][0]) if section else 0
        is_cut = any(above > table.base > _base(row[0]) for table in tables)
        if section and (crosses != is_crossing or is_cut):
            yield section
            section = []
        section.append(row)
        is_crossing = crosses
    if section:
        yield section


def _lines_of_region(page: Page, pieces: Sequence[Piece], number: int) -> list[PageLine]:
    lines = []
    for row in _rows(pieces):
        if line := _line(page, row, number):
            lines.append(line)
    edge = max((line.right for line in lines), default=0)
    return [replace(line, edge=edge) for line in lines]


def _line(page: Page, row: Row, region: int) -> PageLine | None:
    drawn: Piece = []
    gap = 0.0
    size = _size(char for piece in row for char in piece)
    for piece in row:
        if drawn:
            gap = (piece[0].left - drawn[-1].right) / max(size, 1)
            drawn.append(drawn[-1].space())
        drawn += piece
    pieces = 1 if _has_backward(drawn) else len(row)
    base = _base(row[0])
    chars = _without_references(_as_written(_forward(drawn)), size, base)
    lettered = [char for char in chars if not char.text.isspace()]
    if not lettered:
        return None
    return PageLine(
        page,
        _printed(chars),
        left=min(char.left for char in chars),
        right=max(char.right for char in chars),
        base=base,
        size=size,
        first=lettered[0].bold,
        last=lettered[-1].bold,
        lead=_bold_lead(chars),
        region=region,
        gap=gap if pieces > 1 else 0,
        pieces=pieces,
    )


def _without_references(chars: Piece, size: float, base: float) -> Piece:
    """The characters without raised digits: those refer to notes and are no words of the text."""
    kept = []
    for char in chars:
        is_raised = char.size < 0.8 * size and char.base > base + 0.1 * size
        if not (is_raised and char.text.isdigit()):
            kept.append(char)
    return kept


def _bold_lead(chars: Piece) -> int:
    for at, char in enumerate(chars):
        if not char.bold and not char.text.isspace():
            return at
    return len(chars)


def _as_written(chars: Piece) -> Piece:
    """The characters of a line as they are read: one that runs to the left is turned round, numbers within are not."""
    backward = sum(bool(_BACKWARD.match(char.text)) for char in chars)
    if 2 * backward <= sum(char.text.isalpha() for char in chars) or not backward:
        return chars
    ordered = []
    run: Piece = []  # characters that run to the right, the last one first
    for char in reversed(chars):
        is_forward = _FORWARD.match(char.text) and not _BACKWARD.match(char.text)
        if is_forward or (run and char.text in _WITHIN_NUMBERS):
            run.append(char)
            continue
        ordered += _turned(run)
        run = []
        ordered.append(replace(char, text=char.text.translate(_MIRRORED)))
    return ordered + _turned(run)


def _turned(run: Piece) -> Piece:
    """A run in the order in which it is read; the marks before it stay behind it, as the text round it is read."""
    end = len(run)
    while end and not _FORWARD.match(run[end - 1].text):
        end -= 1
    return [*reversed(run[:end]), *run[end:]]


def _mark_bullets(page: Page, lines: Sequence[PageLine]) -> None:
    for left, height in page.bullets:
        for line in lines:
            is_level = line.base - 0.3 * line.size < height < line.base + 0.9 * line.size
            if is_level and 0 < line.left - left < _BULLET_GAP:
                line.bullet = True


def _put_tables(lines: list[PageLine], tables: Sequence[PageLine]) -> None:
    """Puts each table before the first line below it, the upper ones first."""
    from_foot = sorted(tables, key=lambda table: table.base)
    places = {id(table): _first_below(lines, table) for table in from_foot}
    # from the last place on, so that the places before it stay true
    for table in sorted(from_foot, key=lambda table: places[id(table)], reverse=True):
        lines.insert(places[id(table)], table)


def _first_below(lines: Sequence[PageLine], table: PageLine) -> int:
    for at, line in enumerate(lines):
        is_beside = line.left >= table.right or line.right <= table.left
        if line.base < table.base and not is_beside:
            return at
    return len(lines)
