"""Interaction matrices as CSV files: rows act on columns, an empty cell is not assessed, one assessor a file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from pan2kg.coherence.matrix import Floats
from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.message import Message, did_you_mean, told
from pan2kg.project import read_text
from pan2kg.turtle.vocabulary import link_iri

SCALE = "nilsson-2016"
"""Seven steps from −3 (cancelling) to +3 (indivisible): Nilsson, M., Griggs, D. & Visbeck, M. (2016).
Map the interactions between Sustainable Development Goals. Nature 534, 320–322."""

LOWEST, HIGHEST = -3, 3
CORNER = "row acts on column"
_CORNERS = frozenset({"", CORNER, "la ligne agit sur la colonne"})
_CELL = re.compile(r"([+-]?\d+)\s*(?::\s*(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One assessor's matrix: ``values[i, j]`` is the effect of label i on label j, NaN where not assessed.

    The diagonal is never assessed. ``rationale`` holds the reasons given, by (row label, column label).
    """

    labels: tuple[str, ...]
    values: Floats
    assessor: str = ""
    scale: str = SCALE
    rationale: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.labels)
        if self.values.shape != (n, n) or not np.isnan(np.diagonal(self.values)).all():
            raise ValueError("scores need a square matrix with nothing on its diagonal")

    def cells(self) -> Iterator[tuple[str, str, int]]:
        """Every assessed cell: what acts, on what, and the score; by row and column."""
        for i, j in np.argwhere(~np.isnan(self.values)).tolist():
            yield self.labels[i], self.labels[j], int(self.values[i, j])


@dataclass(frozen=True, slots=True)
class ScoredLink:
    """A score as a link to write down: stable IRI, ends, score, and on whose word."""

    iri: str
    source: str
    target: str
    score: int
    scale: str
    assessor: str
    rationale: str


def scores_of(
    cells: Mapping[tuple[str, str], int], *, labels: Collection[str] = (), assessor: str = "", scale: str = SCALE
) -> Scores:
    """The matrix of the given cells; labels are sorted, those without a cell may be given too.

    Raises:
        ValueError: a score outside −3…+3, or of something on itself.

    >>> scores_of({("a", "b"): -2}).values.tolist()
    [[nan, -2.0], [nan, nan]]
    """
    names = sorted({*labels, *(end for pair in cells for end in pair)})
    place = {name: at for at, name in enumerate(names)}
    values = np.full((len(names), len(names)), np.nan)
    for (one, two), score in cells.items():
        if one == two or not LOWEST <= score <= HIGHEST:
            raise ValueError(f"{one} on {two}: {score}")
        values[place[one], place[two]] = score
    return Scores(tuple(names), values, assessor, scale)


def read_scores(path: Path, *, assessor: str, known: Collection[str] | None = None, scale: str = SCALE) -> Scores:
    """One assessor's matrix from a CSV file, commas or semicolons, UTF-8.

    The first line and the first column hold the same labels, in any order. A cell is empty, an integer from
    −3 to +3, or such an integer, a colon and the reason. The corner is empty or « row acts on column ». With
    ``known``, every label must be among them.

    Raises:
        ProjectError: the file cannot be read; a label is missing, unknown or given twice; a cell is no
            integer in range. With the line, the row and the column.
    """
    return parse_scores(read_text(path), assessor=assessor, known=known, scale=scale, name=str(path))


def parse_scores(
    text: str, *, assessor: str, known: Collection[str] | None = None, scale: str = SCALE, name: str = "matrix.csv"
) -> Scores:
    r"""The same from the text of a file.

    Raises:
        ProjectError: as for :func:`read_scores`.

    >>> found = parse_scores("row acts on column,a,b\na,,+2: helps\nb,0,\n", assessor="x")
    >>> list(found.cells()), found.rationale
    ([('a', 'b', 2), ('b', 'a', 0)], {('a', 'b'): 'helps'})
    >>> parse_scores(",a,b\na,,4\nb,,\n", assessor="x")
    Traceback (most recent call last):
    pan2kg.errors.ProjectError: matrix.csv:2:3: Row « a », column « b »: « 4 » is outside −3…+3. ...
    """
    lines = _lines(text.removeprefix("\ufeff"), name)
    if len(lines) < 2:
        raise ProjectError("matrix-empty", place=Place(name), remedy="matrix-form")
    head, columns = lines[0], [cell.strip() for cell in lines[0][1][1:]]
    corner = head[1][0].strip() if head[1] else ""
    if corner.lower() not in _CORNERS:
        raise ProjectError("matrix-corner", place=Place(name, head[0], 1), remedy="matrix-form", corner=corner)
    rows = [cells[0].strip() for _, cells in lines[1:]]
    _check_labels(rows, columns, known, [at for at, _ in lines], name)
    values, reasons = np.full((len(columns), len(columns)), np.nan), dict[tuple[str, str], str]()
    order = sorted(columns)
    place = {label: at for at, label in enumerate(order)}
    for (line, cells), row in zip(lines[1:], rows, strict=True):
        if len(cells) != len(columns) + 1:
            raise ProjectError(
                "cells-of-row",
                place=Place(name, line),
                remedy="one-cell-a-column",
                row=row,
                number=len(cells) - 1,
                columns=len(columns),
            )
        for at, (cell, column) in enumerate(zip(cells[1:], columns, strict=True), 2):
            score, reason = _read_cell(cell, row, column, Place(name, line, at))
            if score is not None:
                values[place[row], place[column]] = score
                reasons |= {(row, column): reason} if reason else {}
    return Scores(tuple(order), values, assessor, scale, reasons)


def _lines(text: str, name: str) -> list[tuple[int, list[str]]]:
    """The lines that hold something, with their numbers; cells behind the last column are dropped if empty."""
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True)
    lines = []
    try:
        before = 0
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((before + 1, cells))
            before = reader.line_num
    except csv.Error as error:
        raise ProjectError(
            "no-csv", place=Place(name, reader.line_num), remedy="matrix-form", error=str(error)
        ) from None
    return lines


def _check_labels(
    rows: list[str], columns: list[str], known: Collection[str] | None, lines: list[int], name: str
) -> None:
    at_row = [Place(name, line, 1) for line in lines[1:]]
    at_column = [Place(name, lines[0], at) for at in range(2, len(columns) + 2)]
    for given, others, kind, places in (
        (rows, columns, "row-fault", at_row),
        (columns, rows, "column-fault", at_column),
    ):
        for at, (label, place) in enumerate(zip(given, places, strict=True)):
            fault, remedy = _fault(given, at, others, known)
            if fault:
                raise ProjectError(kind, place=place, remedy=remedy, number=at + 1, label=label, fault=fault)


def _fault(
    given: list[str], at: int, others: list[str], known: Collection[str] | None
) -> tuple[Message | None, Message]:
    """What is wrong with one label, and what mends it; none where nothing is."""
    label, first = given[at], given.index(given[at])
    if not label:
        return told("label-missing"), told("matrix-form")
    if first < at:
        return told("label-repeated", first=first + 1), told("name-each-once")
    if known is not None and label not in known:
        return told("label-unknown"), _nearest(label, known)
    if label not in others:
        return told("label-one-side"), _nearest(label, others)
    return None, told("matrix-form")


def _nearest(label: str, names: Collection[str]) -> Message:
    near = get_close_matches(label, sorted(names), n=3, cutoff=0.4)
    return did_you_mean(near) if near else told("matrix-form")


def _read_cell(cell: str, row: str, column: str, place: Place) -> tuple[int | None, str]:
    """The score of a cell, None where it is empty, and the reason given."""
    where, found = told("row-and-column", row=row, column=column), _CELL.fullmatch(cell.strip().replace("−", "-"))
    if not cell.strip():
        return None, ""
    if not found:
        raise ProjectError("cell-no-integer", place=place, remedy="matrix-cells", where=where, cell=cell.strip())
    score = int(found[1]) if len(found[1]) < 10 else HIGHEST + 1  # Python refuses to read very long numbers
    if not LOWEST <= score <= HIGHEST:
        raise ProjectError("cell-outside", place=place, remedy="matrix-cells", where=where, cell=found[1][:20])
    if row != column:
        return score, (found[2] or "").strip()
    if score:
        raise ProjectError("cell-diagonal", place=place, remedy="leave-diagonal", where=where)
    return None, ""


def scored_links(scores: Scores) -> tuple[ScoredLink, ...]:
    """The assessed cells as links to write down; labels must be IRIs. By source and target.

    Raises:
        ValueError: the matrix names no assessor.

    >>> link, = scored_links(scores_of({("http://e/a", "http://e/b"): 2}, assessor="http://e/x"))
    >>> link.score, link.iri
    (2, 'https://w3id.org/pan2kg/id/link/...')
    """
    if not scores.assessor:
        raise ValueError("a score needs an assessor")
    return tuple(
        ScoredLink(
            link_iri("interaction", one, two, scale=scores.scale, assessor=scores.assessor),
            one, two, score, scores.scale, scores.assessor, scores.rationale.get((one, two), ""),
        )
        for one, two, score in scores.cells()
    )  # fmt: skip
