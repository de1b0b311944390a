"""Ruled tables: lines that meet make a grid, and a character belongs to the cell its middle lies in.

A table without lines is not guessed: what the best of the field finds there is a third of the cells.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from pan2kg.extract.document import canonical
from pan2kg.extract.reading.lines import Char, Hyphens, Page, PageLine, Rule, pieces_of
from pan2kg.extract.reading.paragraphs import bulleted

_EDGE: Final = 0.15
_MEET: Final = 3.0
"""Points: lines that come as near as this meet."""


def tables_of(page: Page, hyphens: Hyphens) -> tuple[list[PageLine], list[Char]]:
    """The ruled tables of a page, each as a line at its upper edge, and the characters that stand in none."""
    level = _merged([rule for rule in page.rules if rule.is_level], across=True)
    upright = _merged([rule for rule in page.rules if not rule.is_level], across=False)
    left = list(page.chars)
    tables: list[PageLine] = []
    for flat, steep in _connected(level, upright):
        grid = _Grid(flat, steep)
        if len(grid.ys) < 2 or (grid.cells < 2 and not _is_cut(grid, page)):
            continue
        inside = [char for char in left if grid.holds(char)]
        rows = grid.rows(inside, hyphens)
        if sum(bool(cell) for row in rows for cell in row) < min(grid.cells, 2):
            continue
        left = [char for char in left if not grid.holds(char)]
        size = max((char.size for char in inside), default=0)
        tables.append(PageLine(page, "", grid.xs[0], grid.xs[-1], grid.ys[-1], size, rows=rows))
    return tables, left


def _is_cut(grid: _Grid, page: Page) -> bool:
    """Whether a single cell stands where the end of a page may have cut its table; elsewhere it is a frame."""
    return grid.ys[0] < _EDGE * page.height or grid.ys[-1] > (1 - _EDGE) * page.height


def _merged(rules: Iterable[Rule], *, across: bool) -> list[Rule]:
    """Lines that go on in each other as one; those drawn twice beside each other, as a double border, are one too."""
    found: list[Rule] = []
    for rule in _in_rows(list(rules), across=across):
        last = found[-1] if found else None
        if last and _goes_on(last, rule, across=across):
            left, right = min(last.left, rule.left), max(last.right, rule.right)
            found[-1] = Rule(left, right, min(last.low, rule.low), max(last.high, rule.high))
        else:
            found.append(rule)
    return found


def _in_rows(rules: list[Rule], *, across: bool) -> list[Rule]:
    """Lines sorted by where they lie, near ones as one place, and by where they begin."""

    def place(one: Rule) -> float:
        return one.low + one.high if across else one.left + one.right

    rules.sort(key=place)
    ranks = [0]
    for before, rule in pairwise(rules):
        ranks.append(ranks[-1] + (place(rule) - place(before) > _MEET))
    ranked = zip(ranks, rules, strict=False)
    return [rule for _, rule in sorted(ranked, key=lambda one: (one[0], one[1].left if across else one[1].low))]


def _goes_on(last: Rule, rule: Rule, *, across: bool) -> bool:
    if across:
        near = abs(last.low + last.high - rule.low - rule.high) < 2 * _MEET
        return near and rule.left <= last.right + _MEET and rule.right >= last.left - _MEET
    near = abs(last.left + last.right - rule.left - rule.right) < 2 * _MEET
    return near and rule.low <= last.high + _MEET and rule.high >= last.low - _MEET


def _meet(flat: Rule, steep: Rule) -> bool:
    return (
        flat.left - _MEET <= steep.right and steep.left <= flat.right + _MEET
        and steep.low - _MEET <= flat.high and flat.low <= steep.high + _MEET
    )  # fmt: skip


def _connected(level: Sequence[Rule], upright: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """The lines in groups that hang together."""
    groups: list[tuple[list[Rule], list[Rule]]] = []
    for steep in upright:
        touched = [flat for flat in level if _meet(flat, steep)]
        own: tuple[list[Rule], list[Rule]] = (touched, [steep])
        others = []
        for group in groups:
            if any(flat in own[0] for flat in group[0]):
                own = ([*own[0], *(flat for flat in group[0] if flat not in own[0])], [*group[1], *own[1]])
            else:
                others.append(group)
        groups = [*others, own]
    return [group for group in groups if group[0]]


def _positions(values: Iterable[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _MEET:
            found.append(value)
    return found


class _Grid:
    """The cells between the lines of one group; cells without a line between them are one."""

    def __init__(self, level: Sequence[Rule], upright: Sequence[Rule]) -> None:
        edges = [edge for rule in level for edge in (rule.left, rule.right)]
        self.xs = _positions([*((rule.left + rule.right) / 2 for rule in upright), min(edges), max(edges)])
        # a row that the end of the page cuts has no line there, but its sides have an end
        ends = Counter(round(end) for rule in upright for end in (rule.low, rule.high))
        open_ends = [float(end) for end, number in ends.items() if number > 1]
        self.ys = _positions([*((rule.low + rule.high) / 2 for rule in level), *open_ends])
        self._level, self._upright = level, upright
        self._columns, self._lines = len(self.xs) - 1, len(self.ys) - 1
        self._first = self._merge()

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return len(set(self._first.values()))

    def holds(self, char: Char) -> bool:
        """Whether a character stands in the grid."""
        middle, height = (char.left + char.right) / 2, char.base + 0.3 * char.size
        return self.xs[0] <= middle <= self.xs[-1] and self.ys[0] <= height <= self.ys[-1]

    def _merge(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Of each cell, by row from above and column, the first cell of those it is one with."""
        first: dict[tuple[int, int], tuple[int, int]] = {}
        for row in range(self._lines):
            for column in range(self._columns):
                here = (row, column)
                first[here] = here
                if column and not self._is_ruled_left(row, column):
                    first[here] = first[row, column - 1]
                elif row and not self._is_ruled_above(row, column):
                    first[here] = first[row - 1, column]
        return first

    def _y(self, row: int) -> tuple[float, float]:
        at = self._lines - row
        return self.ys[at - 1], self.ys[at]

    def _is_ruled_left(self, row: int, column: int) -> bool:
        low, high = self._y(row)
        x = self.xs[column]
        return any(
            abs((rule.left + rule.right) / 2 - x) <= _MEET and rule.low <= (low + high) / 2 <= rule.high
            for rule in self._upright
        )

    def _is_ruled_above(self, row: int, column: int) -> bool:
        y = self._y(row)[1]
        middle = (self.xs[column] + self.xs[column + 1]) / 2
        return any(
            abs((rule.low + rule.high) / 2 - y) <= _MEET and rule.left <= middle <= rule.right for rule in self._level
        )

    def rows(self, chars: Sequence[Char], hyphens: Hyphens) -> tuple[tuple[str, ...], ...]:
        """The texts of the cells, row by row; rows and columns that are empty throughout are left out."""
        found: dict[tuple[int, int], list[Char]] = {}
        for char in chars:
            middle, height = (char.left + char.right) / 2, char.base + 0.3 * char.size
            column = min(max(bisect_right(self.xs, middle) - 1, 0), self._columns - 1)
            row = self._lines - 1 - min(max(bisect_right(self.ys, height) - 1, 0), self._lines - 1)
            found.setdefault(self._first[row, column], []).append(char)
        texts = [
            [cell_text(found.get((row, column), ()), hyphens) for column in range(self._columns)]
            for row in range(self._lines)
        ]
        kept = [at for at in range(self._columns) if any(row[at] for row in texts)]
        return tuple(tuple(row[at] for at in kept) for row in texts if any(row))


def cell_text(chars: Sequence[Char], hyphens: Hyphens) -> str:
    """The text of a cell, whose lines go on in each other."""
    text = ""
    last: float | None = None
    for piece in sorted(pieces_of(chars), key=lambda one: (-round(one[0].base), one[0].left)):
        words = "".join(char.text for char in piece)
        bullet = bulleted(words)
        words = bullet.rest if bullet else words
        if last is not None and abs(last - piece[0].base) < 2:
            text = f"{text} {words}"
        else:
            text = hyphens.join(text, words) if text else words
        last = piece[0].base
    return canonical(text)
