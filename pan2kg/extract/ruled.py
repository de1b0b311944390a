"""Ruling lines that meet make a grid, and a character belongs to the cell its middle lies in.

A table without lines is not guessed: what the best of the field finds there is a third of the
cells. Lengths are in points, heights count from the foot of a page.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from pan2kg.extract.document import Rows, canonical
from pan2kg.extract.lines import Char, Hyphens, Page, PageLine, Point, RuledLine, pieces_of
from pan2kg.extract.numbering import marked

_CUT = 0.15  # the share of a page, above and below, in which its end may have cut a table
_MEET = 3.0  # points; lines that come so near meet


class Cell(NamedTuple):
    """A cell of a grid by its row, from above, and its column; both count from 0."""

    row: int
    column: int


class RuledTables(NamedTuple):
    """The ruled tables of a page, and the characters outside them."""

    tables: list[PageLine]
    outside: list[Char]


def tables_of(page: Page, hyphens: Hyphens) -> RuledTables:
    """The ruled tables of a page; a frame around a text is none."""
    level: list[RuledLine] = []
    upright: list[RuledLine] = []
    for rule in page.rules:
        is_level = rule.right - rule.left > rule.high - rule.low
        (level if is_level else upright).append(rule)
    upright = [rule.turned() for rule in _merged([rule.turned() for rule in upright])]
    outside = list(page.chars)
    tables = []
    for mesh in _meshes(_merged(level), upright):
        grid = _Grid(mesh)
        if not grid.may_be_table(page):
            continue
        inside = [char for char in outside if grid.holds(char)]
        rows = grid.rows(inside, hyphens)
        filled = sum(bool(cell) for row in rows for cell in row)
        if filled < min(grid.cells_number, 2):
            continue
        outside = [char for char in outside if not grid.holds(char)]
        size = max((char.size for char in inside), default=0)
        tables.append(PageLine(page, "", grid.xs[0], grid.xs[-1], grid.ys[-1], size, rows=rows))
    return RuledTables(tables, outside)


def _merged(rules: Sequence[RuledLine]) -> list[RuledLine]:
    """Level lines, of which those that lie on each other or go on where another one ends are one."""
    # those that are near are of one height, and of these the first to begin is first
    heights: list[list[RuledLine]] = []
    for rule in sorted(rules, key=_height):
        if heights and _height(rule) - _height(heights[-1][-1]) <= _MEET:
            heights[-1].append(rule)
        else:
            heights.append([rule])
    merged: list[RuledLine] = []
    for rule in chain.from_iterable(sorted(level, key=_left) for level in heights):
        if merged and _is_continued(merged[-1], rule):
            merged[-1] = _both(merged[-1], rule)
        else:
            merged.append(rule)
    return merged


def _left(rule: RuledLine) -> float:
    return rule.left


def _height(rule: RuledLine) -> float:
    """Twice the height of the middle of a level line."""
    return rule.low + rule.high


def _is_continued(before: RuledLine, rule: RuledLine) -> bool:
    is_level = abs(_height(before) - _height(rule)) < 2 * _MEET
    return is_level and rule.left <= before.right + _MEET and rule.right >= before.left - _MEET


def _both(before: RuledLine, rule: RuledLine) -> RuledLine:
    return RuledLine(
        min(before.left, rule.left),
        max(before.right, rule.right),
        min(before.low, rule.low),
        max(before.high, rule.high),
    )


class _Mesh(NamedTuple):
    """Lines that meet, directly or by others."""

    level: list[RuledLine]
    upright: list[RuledLine]


def _meshes(level: Sequence[RuledLine], upright: Sequence[RuledLine]) -> list[_Mesh]:
    meshes: list[_Mesh] = []
    for steep in upright:
        touched = [flat for flat in level if _meet(flat, steep)]
        joined = _Mesh(touched, [steep])
        apart = []
        for mesh in meshes:
            if any(flat in joined.level for flat in mesh.level):
                further = [flat for flat in mesh.level if flat not in joined.level]
                joined = _Mesh([*joined.level, *further], [*mesh.upright, *joined.upright])
            else:
                apart.append(mesh)
        meshes = [*apart, joined]
    return [mesh for mesh in meshes if mesh.level]


def _meet(flat: RuledLine, steep: RuledLine) -> bool:
    is_within = flat.left - _MEET <= steep.right and steep.left <= flat.right + _MEET
    return is_within and steep.low - _MEET <= flat.high and flat.low <= steep.high + _MEET


def distinct(values: Iterable[float], apart: float) -> list[float]:
    """Values in their order, without those no more than ``apart`` behind the one before them.

    >>> distinct([10, 0, 1, 12.5], 2)
    [0, 10, 12.5]
    """
    positions: list[float] = []
    for value in sorted(values):
        if not positions or value - positions[-1] > apart:
            positions.append(value)
    return positions


class _Grid:
    """The cells between lines that meet; ``xs`` and ``ys`` are where its lines stand, from left and from the foot."""

    def __init__(self, mesh: _Mesh) -> None:
        self._mesh = mesh
        left = min(rule.left for rule in mesh.level)
        right = max(rule.right for rule in mesh.level)
        across = [(rule.left + rule.right) / 2 for rule in mesh.upright]
        self.xs = distinct([*across, left, right], _MEET)
        heights = [(rule.low + rule.high) / 2 for rule in mesh.level]
        ends: Counter[int] = Counter()
        for rule in mesh.upright:
            ends.update((round(rule.low), round(rule.high)))
        for end, number in ends.items():
            # a row that the end of the page cuts has no line there, but its sides have an end
            if number > 1:
                heights.append(float(end))
        self.ys = distinct(heights, _MEET)
        self._columns_number = len(self.xs) - 1
        self._rows_number = len(self.ys) - 1
        # of each cell the first one of those it is one with
        self._first: dict[Cell, Cell] = {}
        for row in range(self._rows_number):
            for column in range(self._columns_number):
                self._first[Cell(row, column)] = self._first_of(row, column)
        self.cells_number = len(set(self._first.values()))

    def _first_of(self, row: int, column: int) -> Cell:
        low = self.ys[self._rows_number - row - 1]
        high = self.ys[self._rows_number - row]
        if column and not self._is_ruled_left(self.xs[column], (low + high) / 2):
            return self._first[Cell(row, column - 1)]
        middle = (self.xs[column] + self.xs[column + 1]) / 2
        if row and not self._is_ruled_above(high, middle):
            return self._first[Cell(row - 1, column)]
        return Cell(row, column)

    def _is_ruled_left(self, x: float, height: float) -> bool:
        return any(
            abs((rule.left + rule.right) / 2 - x) <= _MEET and rule.low <= height <= rule.high
            for rule in self._mesh.upright
        )

    def _is_ruled_above(self, y: float, middle: float) -> bool:
        return any(
            abs((rule.low + rule.high) / 2 - y) <= _MEET and rule.left <= middle <= rule.right
            for rule in self._mesh.level
        )

    def may_be_table(self, page: Page) -> bool:
        """Whether it has cells enough: a single one is a frame, but where the end of a page may have cut its table."""
        if len(self.ys) < 2:
            return False
        is_cut = self.ys[0] < _CUT * page.height or self.ys[-1] > (1 - _CUT) * page.height
        return self.cells_number > 1 or is_cut

    def holds(self, char: Char) -> bool:
        x, y = _middle(char)
        return self.xs[0] <= x <= self.xs[-1] and self.ys[0] <= y <= self.ys[-1]

    def _cell_of(self, char: Char) -> Cell:
        x, y = _middle(char)
        column = min(max(bisect_right(self.xs, x) - 1, 0), self._columns_number - 1)
        from_foot = min(max(bisect_right(self.ys, y) - 1, 0), self._rows_number - 1)
        return self._first[Cell(self._rows_number - 1 - from_foot, column)]

    def rows(self, chars: Iterable[Char], hyphens: Hyphens) -> Rows:
        """The texts of the cells by row, without rows and columns that have none."""
        inside: dict[Cell, list[Char]] = {}
        for char in chars:
            inside.setdefault(self._cell_of(char), []).append(char)
        texts = []
        for row in range(self._rows_number):
            cells = [inside.get(Cell(row, column), []) for column in range(self._columns_number)]
            texts.append([_cell_text(cell, hyphens) for cell in cells])
        filled = [column for column, cells in enumerate(zip(*texts, strict=True)) if any(cells)]
        return tuple(tuple(row[column] for column in filled) for row in texts if any(row))


def _middle(char: Char) -> Point:
    return Point((char.left + char.right) / 2, char.base + 0.3 * char.size)


def _cell_text(chars: Sequence[Char], hyphens: Hyphens) -> str:
    text = ""
    base = None
    for piece in sorted(pieces_of(chars), key=lambda piece: (-round(piece[0].base), piece[0].left)):
        words = "".join(char.text for char in piece)
        if bullet := marked(words, bullet=True):
            words = bullet.behind
        if base is not None and abs(base - piece[0].base) < 2:
            text = f"{text} {words}"
        elif text:
            text = hyphens.join(text, words)
        else:
            text = words
        base = piece[0].base
    return canonical(text)
