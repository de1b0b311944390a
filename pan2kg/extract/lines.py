"""Characters of a page become lines, column after column, and ruled tables.

Characters that follow each other on one base line are a piece; pieces are parted by wide gaps. A
white strip that many rows leave free, with text on both sides of it, parts columns; elsewhere the
pieces of a row are one line. Ruling lines that meet make a grid, and a character belongs to the
cell its middle lies in. A table without lines is not guessed: what the best of the field finds
there is a third of the cells.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from pan2kg.extract import canonical, joined, marked

_SPACE: Final = 0.2  # A gap wider than this part of the size is a space that was not written
_GAP: Final = 1.2  # A gap wider than this many times the size parts pieces
_LONG_LINE: Final = 30
_HYPHENATED: Final = 0.04  # A text of which more lines end in a hyphen was hyphenated by a program
_AND: Final = {"und", "oder", "bzw", "et", "ou", "and", "or", "e", "o", "y", "en", "of"}
# letters of scripts that run from right to left: Hebrew, Arabic, Syriac, Thaana, and their printed
# forms
_BACKWARD: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_FORWARD: Final = re.compile(r"[^\W_]")
_MIRRORED: Final = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
_ROWS: Final = 4  # columns have at least as many rows each
_EDGE: Final = 40  # points: how far what is set in begins behind the edge of its column
_CUT: Final = 0.15  # the part of a page, above and below, in which its end may have cut a table
_MEET: Final = 3.0  # points: lines that come as near as this meet


@dataclass(slots=True)
class Char:
    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool

    def space(self) -> "Char":
        return replace(self, text=" ", left=self.right)


@dataclass(frozen=True, slots=True)
class RuledLine:
    left: float
    right: float
    low: float
    high: float


@dataclass(slots=True)
class Page:
    number: int
    label: str | None
    width: float
    height: float
    chars: list[Char] = field(default_factory=list)
    rules: list[RuledLine] = field(default_factory=list)
    bullets: list[tuple[float, float]] = field(default_factory=list)
    has_image: bool = False
    turned: int = 0
    unmapped: int = 0


@dataclass(slots=True)
class PageLine:
    """A line of a page, or a table that stands in its place.

    ``first`` and ``last`` are whether it begins and ends in bold, ``lead`` how many characters at
        its beginning are;
    ``region`` is the same for lines of one column, whose right end is ``edge``; ``gap`` is the
        space before its last
    piece, in sizes.
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
        return self.lead >= len(self.text) > 0


class Hyphens:
    """Whether a text is hyphenated at all: where hardly a line ends in a hyphen, those that do are the author’s.

    So are those in narrow columns, if the same words stand unbroken with their hyphens more often
    than without.
    """

    def __init__(self, pages: Sequence[Page]) -> None:
        pieces = [piece for page in pages for piece in pieces_of(page.chars)]
        self.text = "\n".join("".join(char.text for char in piece) for piece in pieces)
        lines = [piece for piece in pieces if len(piece) > _LONG_LINE]
        ends = sum(piece[-1].text in "-\u00ad" for piece in lines)
        broken = re.findall(r"(\w+)-\n(\w+)", self.text)
        printers = sum(f"{half}{remainder}" in self.text for half, remainder in broken)
        authors = sum(f"{half}-{remainder}" in self.text for half, remainder in broken)
        self.hyphenated = ends > _HYPHENATED * len(lines) and printers >= authors

    def join(self, before: str, after: str) -> str:
        half = re.search(r"[^\W\d_]+-$", before[-60:])
        behind = re.match(r"[^\W\d_]+", after)
        if half and behind:
            start = half[0][:-1]
            end = behind[0]
            if end[0].islower() and not self.hyphenated and end.casefold() not in _AND:
                return (before[:-1] if start + end in self.text else before) + after
            # both halves stand in the text as words of their own, and never as one:
            # “cross-references”; short ones prove nothing: “in” and “formation” stand in any text
            if (
                min(len(start), len(end)) >= 4
                and start + end not in self.text
                and all(
                    re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", self.text)
                    for word in (start, end)
                )
            ):
                return before + after
        return joined(before, after, text=self.text)


Piece = list[Char]


def pieces_of(chars: Iterable[Char]) -> list[Piece]:
    pieces: list[Piece] = []
    piece: Piece = []
    for char in chars:
        is_space = char.text.isspace()
        if piece and not is_space:
            before = piece[-1]
            size = max(char.size, before.size, 1)
            is_backward = _BACKWARD.match(char.text)
            apart = before.left - char.right if is_backward else char.left - before.right
            back = not is_backward and char.left < before.left - 0.3 * size
            if abs(char.base - before.base) >= 0.4 * size or apart > _GAP * size or back:
                pieces.append(piece)
                piece = []
            elif apart > _SPACE * size and before.text != " ":
                piece.append(before.space())
        if not is_space:
            piece.append(char)
        elif piece and piece[-1].text != " ":
            piece.append(piece[-1].space())
    pieces.append(piece)
    for piece in pieces:
        while piece and piece[-1].text == " ":
            piece.pop()
    return [_forward(piece) for piece in pieces if piece]


def _forward(piece: Piece) -> Piece:
    if not any(_BACKWARD.match(char.text) for char in piece):
        return piece
    ordered: Piece = []
    for char in sorted(
        (char for char in piece if not char.text.isspace()), key=lambda char: char.left
    ):
        if ordered and char.left - ordered[-1].right > _SPACE * max(char.size, 1):
            ordered.append(ordered[-1].space())
        ordered.append(char)
    return ordered


def page_lines(
    page: Page, chars: Iterable[Char], tables: Sequence[PageLine], before: float | None = None
) -> tuple[list[PageLine], float | None]:
    rows = _rows(pieces_of(chars))
    # below the last line that runs over the middle of a page: columns may begin far down on it
    middle = page.width / 2
    over = 0
    for at, row in enumerate(rows, 1):
        if any(
            piece[0].left < middle - _EDGE and piece[-1].right > middle + _EDGE for piece in row
        ):
            over = at
    strip = _strip(rows, page) or (_strip(rows[over:], page) if over else None)
    least = _ROWS
    if strip is None and before is not None:
        # rows too few to tell have two pieces, the second at the strip, and not one long piece over
        # it between
        on_both = [
            row for row in rows if any(0 <= piece[0].left - before < _EDGE for piece in row[1:])
        ]
        across = [
            row
            for row in rows
            if any(p[0].left < before - _EDGE and p[-1].right > before for p in row)
        ]
        if len(on_both) > 1 and len(across) <= len(on_both):
            strip = before
            least = 1
    lines: list[PageLine] = []
    for region, pieces in enumerate(_regions(rows, strip, tables, least)):
        in_region = [line for row in _rows(pieces) if (line := _line(page, row, region))]
        edge = max((line.right for line in in_region), default=0)
        lines += [replace(line, edge=edge) for line in in_region]
    for left, height in page.bullets:
        for line in lines:
            if (
                line.base - 0.3 * line.size < height < line.base + 0.9 * line.size
                and 0 < line.left - left < 45
            ):
                line.bullet = True
    # each table before the first line below it, the upper ones first
    places: list[tuple[int, float, PageLine]] = []
    for table in tables:
        below = (
            at
            for at, line in enumerate(lines)
            if line.base < table.base and line.left < table.right and line.right > table.left
        )
        places.append((next(below, len(lines)), -table.base, table))
    for place, _, table in sorted(places, key=lambda row: row[:2], reverse=True):
        lines.insert(place, table)
    return lines, strip


def _base(piece: Piece) -> float:
    return Counter(char.base for char in piece).most_common(1)[0][0]


def _size(piece: Iterable[Char]) -> float:
    return Counter(char.size for char in piece).most_common(1)[0][0]


def _rows(pieces: Iterable[Piece]) -> list[list[Piece]]:
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: -_base(piece)):
        row = rows[-1] if rows else None
        is_near = row and abs(_base(row[0]) - _base(piece)) < 0.45 * max(
            _size(row[0]), _size(piece)
        )
        # what lies on another piece is of another line, set close
        if (
            row
            and is_near
            and all(
                p[0].left >= piece[-1].right - 2 or piece[0].left >= p[-1].right - 2 for p in row
            )
        ):
            row.append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece[0].left) for row in rows]


def _regions(
    rows: Sequence[list[Piece]], strip: float | None, tables: Sequence[PageLine], least: int
) -> Iterator[list[Piece]]:
    if strip is None:
        yield [piece for row in rows for piece in row]
        return
    sections: list[list[list[Piece]]] = []
    crossing = False
    for row in rows:
        crosses = any(piece[0].left < strip < piece[-1].right for piece in row)
        above = _base(sections[-1][-1][0]) if sections else 0
        is_cut = any(above > table.base > _base(row[0]) for table in tables)
        if not sections or crosses != crossing or is_cut:
            sections.append([])
        sections[-1].append(row)
        crossing = crosses
    for section in sections:
        # the left half and the right one, where both have rows enough; else all of it as one
        left = [piece for row in section for piece in row if piece[-1].right <= strip]
        right = [piece for row in section for piece in row if piece[0].left >= strip]
        enough = (
            min(
                sum(any(piece in side for piece in row) for row in section)
                for side in (left, right)
            )
            >= least
        )
        halves = (left, right) if enough else ([piece for row in section for piece in row],)
        yield from filter(None, halves)


def _strip(rows: Sequence[list[Piece]], page: Page) -> float | None:
    pieces = [piece for row in rows for piece in row]
    if len(rows) < 2 * _ROWS:
        return None
    best: tuple[int, int, float] | None = None
    starts = Counter(
        round(piece[0].left)
        for piece in pieces
        if 0.25 * page.width < piece[0].left < 0.75 * page.width
    )
    for start, number in starts.most_common(4):
        strip = start - 3.0
        left = [piece for piece in pieces if piece[-1].right <= strip]
        right = [piece for piece in pieces if piece[0].left >= strip]
        crossing = len(pieces) - len(left) - len(right)
        is_free = len(left) >= _ROWS <= number and 3 * crossing < len(left) + len(right)
        medians = (
            sorted(piece[-1].right - piece[0].left for piece in side)[len(side) // 2]
            for side in (left, right)
        )
        if is_free and right and all(median > 0.2 * page.width for median in medians):
            # what is set in within the right column has more lines than its edge, and the edge is
            # crossed by fewer
            best = max(best or (-len(pieces), 0, 0.0), (-crossing, number, strip))
    return best[2] if best else None


def _line(page: Page, row: Sequence[Piece], region: int) -> PageLine | None:
    drawn: Piece = []
    gap = 0.0
    size = _size(char for piece in row for char in piece)
    for piece in row:
        if drawn:
            gap = (piece[0].left - drawn[-1].right) / max(size, 1)
            drawn.append(drawn[-1].space())
        drawn += piece
    base = _base(row[0])
    chars = _as_written(_forward(drawn))
    pieces = len(row) if chars is drawn else 1
    # a raised digit refers to a note: it is no word of the text
    chars = [
        char
        for char in chars
        if not (char.text.isdigit() and char.size < 0.8 * size and char.base > base + 0.1 * size)
    ]
    lettered = [char for char in chars if not char.text.isspace()]
    if not lettered:
        return None
    lead = next(
        (at for at, char in enumerate(chars) if not char.text.isspace() and not char.bold),
        len(chars),
    )
    left = min(char.left for char in chars)
    right = max(char.right for char in chars)
    return PageLine(
        page,
        "".join(char.text for char in chars),
        left,
        right,
        base,
        size,
        lettered[0].bold,
        lettered[-1].bold,
        lead,
        region=region,
        gap=gap if pieces > 1 else 0,
        pieces=pieces,
    )


def _as_written(chars: Piece) -> Piece:
    """The characters of a line as they are read: one that runs to the left is turned round, numbers within are not."""
    backward = sum(bool(_BACKWARD.match(char.text)) for char in chars)
    if 2 * backward <= sum(char.text.isalpha() for char in chars) or not backward:
        return chars
    ordered: Piece = []
    run: Piece = []

    def turn_run() -> None:
        marks: Piece = []
        while run and not _FORWARD.match(run[-1].text):
            marks.insert(0, run.pop())
        ordered.extend([*reversed(run), *marks])
        run.clear()

    for char in reversed(chars):
        is_forward = bool(_FORWARD.match(char.text)) and not _BACKWARD.match(char.text)
        if is_forward or (run and char.text in ".,:/-–"):
            run.append(char)
            continue
        turn_run()
        mirrored = char.text.translate(_MIRRORED)
        ordered.append(replace(char, text=mirrored) if mirrored != char.text else char)
    turn_run()
    return ordered


# Ruled tables


def tables_of(page: Page, hyphens: Hyphens) -> tuple[list[PageLine], list[Char]]:
    rules: tuple[list[RuledLine], list[RuledLine]] = [], []
    for rule in page.rules:
        rules[rule.right - rule.left > rule.high - rule.low].append(rule)
    upright = _merged(rules[0], across=False)
    level = _merged(rules[1], across=True)
    outside = list(page.chars)
    tables: list[PageLine] = []
    for flat, steep in _connected(level, upright):
        grid = _Grid(flat, steep)
        # a single cell is a frame, but where the end of a page may have cut its table
        is_cut = grid.ys[0] < _CUT * page.height or grid.ys[-1] > (1 - _CUT) * page.height
        if len(grid.ys) < 2 or (grid.cells < 2 and not is_cut):
            continue
        inside = [char for char in outside if grid.holds(char)]
        rows = grid.rows(inside, hyphens)
        if sum(bool(cell) for row in rows for cell in row) < min(grid.cells, 2):
            continue
        outside = [char for char in outside if not grid.holds(char)]
        size = max((char.size for char in inside), default=0)
        tables.append(PageLine(page, "", grid.xs[0], grid.xs[-1], grid.ys[-1], size, rows=rows))
    return tables, outside


def _merged(rules: list[RuledLine], *, across: bool) -> list[RuledLine]:
    def span(rule: RuledLine) -> tuple[float, float, float]:
        low = rule.left
        high = rule.right
        side = rule.low + rule.high
        return (low, high, side) if across else (rule.low, rule.high, rule.left + rule.right)

    # sorted by where they lie, near ones as one place, and by where they begin
    rules.sort(key=lambda rule: span(rule)[2])
    ranks = [0]
    for before, rule in pairwise(rules):
        ranks.append(ranks[-1] + (span(rule)[2] - span(before)[2] > _MEET))
    ranked = sorted(zip(ranks, rules, strict=False), key=lambda row: (row[0], span(row[1])[0]))
    merged: list[RuledLine] = []
    for _, rule in ranked:
        (low, high, side) = span(rule)
        last = merged[-1] if merged else None
        if last:
            begin, end, beside = span(last)
            if abs(beside - side) < 2 * _MEET and low <= end + _MEET and high >= begin - _MEET:
                merged[-1] = RuledLine(
                    min(last.left, rule.left),
                    max(last.right, rule.right),
                    min(last.low, rule.low),
                    max(last.high, rule.high),
                )
                continue
        merged.append(rule)
    return merged


def _connected(
    level: Sequence[RuledLine], upright: Sequence[RuledLine]
) -> list[tuple[list[RuledLine], list[RuledLine]]]:
    groups: list[tuple[list[RuledLine], list[RuledLine]]] = []
    for steep in upright:
        touched = [
            flat
            for flat in level
            if flat.left - _MEET <= steep.right
            and steep.left <= flat.right + _MEET
            and steep.low - _MEET <= flat.high
            and flat.low <= steep.high + _MEET
        ]
        merged: tuple[list[RuledLine], list[RuledLine]] = (touched, [steep])
        untouched = []
        for group in groups:
            if any(flat in merged[0] for flat in group[0]):
                merged = (
                    [*merged[0], *(flat for flat in group[0] if flat not in merged[0])],
                    [*group[1], *merged[1]],
                )
            else:
                untouched.append(group)
        groups = [*untouched, merged]
    return [group for group in groups if group[0]]


def distinct(values: Iterable[float], apart: float) -> list[float]:
    positions: list[float] = []
    for value in sorted(values):
        if not positions or value - positions[-1] > apart:
            positions.append(value)
    return positions


class _Grid:
    def __init__(self, level: Sequence[RuledLine], upright: Sequence[RuledLine]) -> None:
        edges = [edge for rule in level for edge in (rule.left, rule.right)]
        self.xs = distinct(
            [*((rule.left + rule.right) / 2 for rule in upright), min(edges), max(edges)], _MEET
        )
        # a row that the end of the page cuts has no line there, but its sides have an end
        ends = Counter(round(end) for rule in upright for end in (rule.low, rule.high))
        open_ends = [float(end) for end, number in ends.items() if number > 1]
        self.ys = distinct([*((rule.low + rule.high) / 2 for rule in level), *open_ends], _MEET)
        self._columns, self._rows = len(self.xs) - 1, len(self.ys) - 1
        # of each cell, by row from above and column, the first cell of those it is one with
        self._first: dict[tuple[int, int], tuple[int, int]] = {}
        for row in range(self._rows):
            low = self.ys[self._rows - row - 1]
            high = self.ys[self._rows - row]
            for column in range(self._columns):
                x = self.xs[column]
                middle = (self.xs[column] + self.xs[column + 1]) / 2
                is_ruled_left = any(
                    abs((rule.left + rule.right) / 2 - x) <= _MEET
                    and rule.low <= (low + high) / 2 <= rule.high
                    for rule in upright
                )
                is_ruled_above = any(
                    abs((rule.low + rule.high) / 2 - high) <= _MEET
                    and rule.left <= middle <= rule.right
                    for rule in level
                )
                self._first[row, column] = (
                    self._first[row, column - 1]
                    if column and not is_ruled_left
                    else self._first[row - 1, column]
                    if row and not is_ruled_above
                    else (row, column)
                )
        self.cells = len(set(self._first.values()))

    def holds(self, char: Char) -> bool:
        middle = (char.left + char.right) / 2
        height = char.base + 0.3 * char.size
        return self.xs[0] <= middle <= self.xs[-1] and self.ys[0] <= height <= self.ys[-1]

    def rows(self, chars: Iterable[Char], hyphens: Hyphens) -> tuple[tuple[str, ...], ...]:
        inside: dict[tuple[int, int], list[Char]] = {}
        for char in chars:
            middle = (char.left + char.right) / 2
            height = char.base + 0.3 * char.size
            column = min(max(bisect_right(self.xs, middle) - 1, 0), self._columns - 1)
            row = self._rows - 1 - min(max(bisect_right(self.ys, height) - 1, 0), self._rows - 1)
            inside.setdefault(self._first[row, column], []).append(char)
        texts = [
            [_cell_text(inside.get((row, column), ()), hyphens) for column in range(self._columns)]
            for row in range(self._rows)
        ]
        filled = [at for at in range(self._columns) if any(row[at] for row in texts)]
        return tuple(tuple(row[at] for at in filled) for row in texts if any(row))


def _cell_text(chars: Iterable[Char], hyphens: Hyphens) -> str:
    text = ""
    base: float | None = None
    for piece in sorted(pieces_of(chars), key=lambda piece: (-round(piece[0].base), piece[0].left)):
        words = "".join(char.text for char in piece)
        bullet = marked(words, bullet=True)
        words = bullet.rest if bullet else words
        if base is not None and abs(base - piece[0].base) < 2:
            text = f"{text} {words}"
        else:
            text = hyphens.join(text, words) if text else words
        base = piece[0].base
    return canonical(text)
