"""A matrix of scores as a person types it, with its scale: read, checked, and as links to be stored."""

import csv
import io
import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import Final, NamedTuple

import numpy as np

from pan2kg.errors import Place, ProjectError
from pan2kg.graph.scores import (
    DEFAULT,
    HIGHEST,
    LOWEST,
    Scale,
    Scores,
    declaration,
    plain,
    scale_between,
    whole,
)
from pan2kg.i18n.message import did_you_mean, told
from pan2kg.turtle.vocabulary import link_iri

_NUMBER: Final = r"[+-]?\d{1,9}(?:\.\d{1,6})?"
_DECLARED: Final = re.compile(
    rf"(?:(count)|({_NUMBER})\s*(?:\.\.|…)\s*({_NUMBER}))?\s*(decimal)?", re.IGNORECASE
)


def read_scale(text: str) -> Scale:
    """A scale as it is typed: ``-3..3``, any two bounds, or ``count``; ``decimal`` after it allows decimals.

    >>> read_scale("-10..11").highest, read_scale("0..1 decimal").step, read_scale("decimal").name
    (11.0, None, 'minus-3-to-3-decimal')
    """
    match = _DECLARED.fullmatch(text.strip().replace("−", "-"))
    if not match or not text.strip():
        raise ValueError(text)
    decimal = bool(match[4])
    if match[1]:
        return scale_between(None, None, decimal=decimal)
    lowest, highest = (
        (float(match[2]), float(match[3])) if match[2] else (float(LOWEST), float(HIGHEST))
    )
    if lowest >= highest or not (decimal or (lowest.is_integer() and highest.is_integer())):
        raise ValueError(text)
    return scale_between(lowest, highest, decimal=decimal)


_TURNED: Final = frozenset(
    {"column acts on row", "la colonne agit sur la ligne", "die spalte wirkt auf die zeile"}
)
"""Corners that say the matrix is to be read the other way round; any other text may stand there."""
_NOT_ASSESSED: Final = frozenset({"", "na", "n/a", "-", "–", "."})
_CELL: Final = re.compile(r"([+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+))\s*(?::\s*(.*))?", re.DOTALL)
_DIGITS: Final = 15  # a longer number would be read as another number
_SCALE_LINE: Final = re.compile(r"\s*\"?#\s*scale\b[:\s]*([^\r\n]*)", re.IGNORECASE)
_QUOTED: Final = re.compile(r'"[^"]*"')


class ScoredLink(NamedTuple):
    iri: str
    source: str
    target: str
    score: float
    scale: str
    assessor: str
    rationale: str


def parse_scores(
    text: str,
    *,
    assessor: str,
    known: Collection[str] | None = None,
    scale: Scale | None = None,
    keep_diagonal: bool = False,
    name: str = "matrix.csv",
) -> Scores:
    r"""One assessor's matrix from the text of a CSV file, separated by commas, semicolons or tabs.

    The first line may declare the scale, ``# scale -4..4 decimal``, as
    :func:`pan2kg.scores.matrix.read_scale` has it; else it is ``scale``, and from −3 to +3 where
    that is not given either. The next line and the first column hold the same labels, in any order;
    a file of as many lines as columns that begins with scores has no line of labels, and its
    columns stand in the order of its rows. The corner is any text. A cell is a number of the scale,
    or such a number, a colon and the reason; nothing, NA, N/A, a hyphen, a dash or a full stop is
    not assessed. 2.0 is 2. Decimals have a point, or a comma where commas do not separate. The
    diagonal is 0 or not assessed, unless
    ``keep_diagonal`` takes it into ``own``. With ``known``, every label must be among them.

    >>> scores = parse_scores("row acts on column,a,b\na,,+2: helps\nb,0,\n", assessor="x")
    >>> list(scores.cells()), scores.rationale
    ([('a', 'b', 2), ('b', 'a', 0)], {('a', 'b'): 'helps'})
    >>> list(parse_scores("# scale 0..5 decimal\n;a;b\na;.;4,5\nb;NA;0\n", assessor="x").cells())
    [('a', 'b', 4.5)]
    """
    text = text.removeprefix("\ufeff")
    declared = None
    if match := _SCALE_LINE.match(text):
        words = match[1].strip(' ,;\t"')
        try:
            declared = read_scale(words)
        except ValueError:
            raise ProjectError(
                "no-scale", place=Place(name, 1), remedy="scale-form", text=words
            ) from None
        if scale and scale.name != declared.name:
            entry = declaration(declared)
            second = declaration(scale)
            raise ProjectError(
                "two-scales", place=Place(name, 1), remedy="leave-one-out", one=entry, two=second
            )
        text = text[match.end() :]  # its line stays, empty, so that lines keep their numbers
    used = scale or declared or DEFAULT
    sheet = _ScoreSheet(text, name)
    sheet.check_labels(known)
    cells = list(sheet.assessed(used, is_declared=declared is not None))
    _check_range(cells, used, is_declared=declared is not None)
    # numbers in labels count by their value, so that 2 stands before 10
    order = sorted(
        sheet.columns,
        key=lambda label: [
            (int(n), "") if n.isdecimal() else (0, n) for n in re.split(r"(\d{1,9})", label) if n
        ],
    )
    place = {label: at for at, label in enumerate(order)}
    values = np.full((len(order), len(order)), np.nan)
    reasons = {}
    own = {}
    for row, column, score, reason, cell_place in cells:
        if row != column:
            values[place[row], place[column]] = score
            if reason:
                reasons[row, column] = reason
        elif keep_diagonal:
            own[row] = whole(score)
        elif score:
            where = told("row-and-column", row=row, column=column)
            raise ProjectError(
                "cell-diagonal", place=cell_place, remedy="leave-diagonal", where=where
            )
    return Scores(tuple(order), values, assessor, used, reasons, own)


_Assessed = tuple[str, str, float, str, Place]
"""A cell that has a score: its labels, the score, the reason, and where it stands."""


class _ScoreSheet:
    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.separator, lines = self._lines(text)
        if len(lines) < 2:
            raise ProjectError("matrix-empty", place=Place(name), remedy="matrix-form")
        self.head, header = lines[0]
        corner = header[0].strip()
        if corner.lower() in _TURNED:
            raise ProjectError(
                "matrix-corner",
                place=Place(name, self.head, 1),
                remedy="turn-matrix",
                corner=corner,
            )
        is_score = corner and all(self._read(cell) for cell in header[1:])
        if is_score and len(header) == len(lines) + 1:  # no line of labels
            self.columns = [cells[0].strip() for _, cells in lines]
            body = lines
        else:
            self.columns = [cell.strip() for cell in header[1:]]
            body = lines[1:]
        for line, cells in body:
            if len(cells) != len(self.columns) + 1:
                raise ProjectError(
                    "cells-of-row",
                    place=Place(name, line),
                    remedy="one-cell-a-column",
                    row=cells[0].strip(),
                    number=len(cells) - 1,
                    columns=len(self.columns),
                )
        self.rows = [cells[0].strip() for _, cells in body]
        self.body = [(line, cells[1:]) for line, cells in body]

    def _lines(self, text: str) -> tuple[str, list[tuple[int, list[str]]]]:
        """What separates cells, and the lines that hold something, with their numbers.

        Columns that are empty from the first line to the last are dropped at the end, as
        spreadsheets leave them.
        """
        header = _QUOTED.sub("", next((line for line in text.splitlines() if line.strip()), ""))
        separator = max(",;\t", key=header.count)
        reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
        lines = []
        before = 0
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    lines.append((before + 1, cells))
                before = reader.line_num
        except csv.Error as error:
            place = Place(self.name, reader.line_num)
            raise ProjectError(
                "no-csv", place=place, remedy="matrix-form", error=str(error)
            ) from None
        width = max(
            (at for _, cells in lines for at, cell in enumerate(cells, 1) if cell.strip()),
            default=0,
        )
        return separator, [(line, cells[:width]) for line, cells in lines]

    def check_labels(self, known: Collection[str] | None) -> None:
        at_row = [Place(self.name, line, 1) for line, _ in self.body]
        at_column = [Place(self.name, self.head, at) for at in range(2, len(self.columns) + 2)]
        for labels, counterparts, kind, places in (
            (self.rows, self.columns, "row-fault", at_row),
            (self.columns, self.rows, "column-fault", at_column),
        ):
            for number, (label, place) in enumerate(zip(labels, places, strict=True), 1):
                before = labels.index(label) + 1
                names = counterparts if known is None or label in known else known
                if not label:
                    fault = told("label-missing")
                    remedy = told("matrix-form")
                elif before < number:
                    fault = told("label-repeated", first=before)
                    remedy = told("name-each-once")
                elif label in names:
                    continue
                else:
                    fault = told("label-one-side" if names is counterparts else "label-unknown")
                    near = get_close_matches(label, sorted(names), n=3, cutoff=0.4)
                    remedy = did_you_mean(near) if near else told("matrix-form")
                raise ProjectError(
                    kind, place=place, remedy=remedy, number=number, label=label, fault=fault
                )

    def assessed(self, scale: Scale, *, is_declared: bool) -> Iterator[_Assessed]:
        for row, (line, cells) in zip(self.rows, self.body, strict=True):
            for at, (cell, column) in enumerate(zip(cells, self.columns, strict=True), 2):
                place = Place(self.name, line, at)
                content = self._read(cell)
                if content == (None, ""):
                    continue
                score, reason = content or (None, "")
                if score is None or scale.fault(score) == "step":
                    where = told("row-and-column", row=row, column=column)
                    remedy = "scale-cells"
                    wanted_scale = scale
                    if score is not None:
                        remedy = "allow-declared-decimals" if is_declared else "allow-decimals"
                        wanted_scale = scale_between(scale.lowest, scale.highest, decimal=True)
                    fault = "cell-no-integer" if scale.is_whole else "cell-no-number"
                    raise ProjectError(
                        fault,
                        place=place,
                        remedy=remedy,
                        where=where,
                        cell=cell.strip()[:40],
                        scale=declaration(wanted_scale),
                    )
                yield row, column, score, reason, place

    def _read(self, cell: str) -> tuple[float | None, str] | None:
        text = cell.strip().replace("−", "-")
        if text.lower() in _NOT_ASSESSED:
            return None, ""
        match = _CELL.fullmatch(text)
        if not match or len(match[1]) > _DIGITS or (self.separator == "," and "," in match[1]):
            return None
        return float(match[1].replace(",", ".")), (match[2] or "").strip()


def _check_range(cells: list[_Assessed], scale: Scale, *, is_declared: bool) -> None:
    outside = next((cell for cell in cells if scale.fault(cell[2])), None)
    if outside is None or scale.lowest is None or scale.highest is None:
        return
    row, column, score, _, place = outside
    scores = [cell[2] for cell in cells]
    bounds = min(scale.lowest, *scores), max(scale.highest, *scores)
    wider = declaration(scale_between(*bounds, decimal=not scale.is_whole))
    typed = f'"{wider}"' if " " in wider and not is_declared else wider
    raise ProjectError(
        "cell-outside",
        place=place,
        remedy=told("widen-declared-scale" if is_declared else "widen-scale", scale=typed),
        where=told("row-and-column", row=row, column=column),
        cell=plain(score).replace("-", "−"),
        range=declaration(scale, shown=True),
    )


def scored_links(scores: Scores) -> tuple[ScoredLink, ...]:
    if not scores.assessor:
        raise ValueError("a score needs an assessor")
    scale = scores.scale.name
    assessor = scores.assessor
    return tuple(
        ScoredLink(
            link_iri("interaction", source, target, scale=scale, assessor=assessor),
            source,
            target,
            score,
            scale,
            assessor,
            scores.rationale.get((source, target), ""),
        )
        for source, target, score in scores.cells()
    )
