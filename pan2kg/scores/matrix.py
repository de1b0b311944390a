"""Interaction matrices as CSV files: rows act on columns, an empty cell is not assessed, one assessor a file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import numpy as np

from pan2kg.coherence.texts import Floats
from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.message import Message, did_you_mean, told
from pan2kg.project import read_text
from pan2kg.scores.scale import Scale, declaration, plain, read_scale, scale_between, whole
from pan2kg.store.queries import program_query
from pan2kg.store.store import Store, text_rows
from pan2kg.turtle.vocabulary import key, link_iri

DEFAULT: Final = Scale()
_TURNED: Final = frozenset({"column acts on row", "la colonne agit sur la ligne", "die spalte wirkt auf die zeile"})
"""Corners that say the matrix is to be read the other way round; any other text may stand there."""
_NOT_ASSESSED: Final = frozenset({"", "na", "n/a", "-", "–", "."})
_CELL: Final = re.compile(r"([+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+))\s*(?::\s*(.*))?", re.DOTALL)
_DIGITS: Final = 15
"""How long a number may be: a longer one would be read as another number."""
_DECLARED: Final = re.compile(r"\s*\"?#\s*scale\b[:\s]*([^\r\n]*)", re.IGNORECASE)
_QUOTED: Final = re.compile(r'"[^"]*"')


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One assessor's matrix: ``values[i, j]`` is the effect of label i on label j, NaN where not assessed.

    The diagonal is never assessed: what was said of a label's effect on itself is kept apart in ``own`` and enters no
    figure. ``rationale`` holds the reasons given, by (row label, column label).
    """

    labels: tuple[str, ...]
    values: Floats
    assessor: str = ""
    scale: Scale = DEFAULT
    rationale: Mapping[tuple[str, str], str] = field(default_factory=dict)
    own: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.labels)
        if self.values.shape != (n, n) or not np.isnan(np.diagonal(self.values)).all():
            raise ValueError("scores need a square matrix with nothing on its diagonal")

    def cells(self) -> Iterator[tuple[str, str, float]]:
        """Every assessed cell: what acts, on what, and the score, a whole number where it is one; by row and column."""
        for i, j in np.argwhere(~np.isnan(self.values)).tolist():
            yield self.labels[i], self.labels[j], whole(self.values[i, j])


@dataclass(frozen=True, slots=True)
class ScoredLink:
    """A score as a link to write down: stable IRI, ends, score, the name of its scale, and on whose word."""

    iri: str
    source: str
    target: str
    score: float
    scale: str
    assessor: str
    rationale: str


def scores_of(
    cells: Mapping[tuple[str, str], float], *, labels: Collection[str] = (), assessor: str = "", scale: Scale = DEFAULT
) -> Scores:
    """The matrix of the given cells; labels are sorted, those without a cell may be given too.

    Raises:
        ValueError: a score outside the scale, or of something on itself.

    >>> scores_of({("a", "b"): -2}).values.tolist()
    [[nan, -2.0], [nan, nan]]
    """
    names = sorted({*labels, *(end for pair in cells for end in pair)})
    place = {name: at for at, name in enumerate(names)}
    values = np.full((len(names), len(names)), np.nan)
    for (one, two), score in cells.items():
        if one == two or not scale.holds(score):
            raise ValueError(f"{one} on {two}: {score}")
        values[place[one], place[two]] = score
    return Scores(tuple(names), values, assessor, scale)


def read_scores(
    path: Path,
    *,
    assessor: str,
    known: Collection[str] | None = None,
    scale: Scale | None = None,
    keep_diagonal: bool = False,
) -> Scores:
    """One assessor's matrix from a CSV file, UTF-8, separated by commas, semicolons or tabs.

    The first line may declare the scale, ``# scale -4..4 decimal``, as :func:`pan2kg.scores.scale.read_scale` has
    it; else it is ``scale``, and from −3 to +3 where that is not given either. The next line and the first column hold
    the same labels, in any order; a file of as many lines as columns that begins with scores has no line of labels,
    and its columns stand in the order of its rows. The corner is any text. A cell is a number of the scale, or such a
    number, a colon and the reason; nothing, NA, N/A, a hyphen, a dash or a full stop is not assessed. 2.0 is 2.
    Decimals have a point, or a comma where commas do not separate. The diagonal is 0 or not assessed, unless
    ``keep_diagonal`` takes it into ``own``. With ``known``, every label must be among them.

    Raises:
        ProjectError: the file cannot be read; a label is missing, unknown or given twice; a cell is no number of the
            scale; file and caller name different scales. With the line, the row and the column.
    """
    text = read_text(path)
    return parse_scores(text, assessor=assessor, known=known, scale=scale, keep_diagonal=keep_diagonal, name=str(path))


def parse_scores(
    text: str,
    *,
    assessor: str,
    known: Collection[str] | None = None,
    scale: Scale | None = None,
    keep_diagonal: bool = False,
    name: str = "matrix.csv",
) -> Scores:
    r"""The same from the text of a file.

    Raises:
        ProjectError: as for :func:`read_scores`.

    >>> found = parse_scores("row acts on column,a,b\na,,+2: helps\nb,0,\n", assessor="x")
    >>> list(found.cells()), found.rationale
    ([('a', 'b', 2), ('b', 'a', 0)], {('a', 'b'): 'helps'})
    >>> list(parse_scores("# scale 0..5 decimal\n;a;b\na;.;4,5\nb;NA;0\n", assessor="x").cells())
    [('a', 'b', 4.5)]
    >>> parse_scores(",a,b\na,,4\nb,,\n", assessor="x")
    Traceback (most recent call last):
    pan2kg.errors.ProjectError: matrix.csv:2:3: Row « a », column « b »: « 4 » is outside −3…+3. ...
    """
    declared, body = _declared(text.removeprefix("\ufeff"), scale, name)
    used = scale or declared or DEFAULT
    sheet = _sheet(body, name)
    _check_labels(sheet, known)
    cells = [*_cells(sheet, used, is_declared=declared is not None)]
    _check_range(cells, used, is_declared=declared is not None)
    order = sorted(sheet.columns, key=_natural)
    place = {label: at for at, label in enumerate(order)}
    values = np.full((len(order), len(order)), np.nan)
    for cell in cells:
        if cell.row != cell.column:
            values[place[cell.row], place[cell.column]] = cell.score
        elif cell.score and not keep_diagonal:
            raise ProjectError("cell-diagonal", place=cell.place, remedy="leave-diagonal", where=cell.where)
    reasons = {(cell.row, cell.column): cell.reason for cell in cells if cell.reason and cell.row != cell.column}
    own = {cell.row: whole(cell.score) for cell in cells if cell.row == cell.column and keep_diagonal}
    return Scores(tuple(order), values, assessor, used, reasons, own)


def _declared(text: str, given: Scale | None, name: str) -> tuple[Scale | None, str]:
    """The scale the first line declares, and the text with that line left empty, so that lines keep their numbers."""
    found = _DECLARED.match(text)
    if not found:
        return None, text
    words = found[1].strip(' ,;\t"')
    try:
        scale = read_scale(words)
    except ValueError:
        raise ProjectError("no-scale", place=Place(name, 1), remedy="scale-form", text=words) from None
    if given and given.name != scale.name:
        one, two = declaration(scale), declaration(given)
        raise ProjectError("two-scales", place=Place(name, 1), remedy="leave-one-out", one=one, two=two)
    return scale, text[found.end() :]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A file as a table: its labels, and its rows of cells with the line of each."""

    name: str
    separator: str
    head: int
    columns: list[str]
    rows: list[str]
    lines: list[int]
    cells: list[list[str]]


def _sheet(text: str, name: str) -> _Sheet:
    """The lines of a file as labels and cells.

    Raises:
        ProjectError: this is no CSV, there is nothing in it, a row has not a cell a column, or columns act on rows.
    """
    separator, lines = _lines(text, name)
    if len(lines) < 2:
        raise ProjectError("matrix-empty", place=Place(name), remedy="matrix-form")
    head, first = lines[0]
    corner = first[0].strip()
    if corner.lower() in _TURNED:
        raise ProjectError("matrix-corner", place=Place(name, head, 1), remedy="turn-matrix", corner=corner)
    starts_with_scores = corner and all(_read_cell(cell, separator) for cell in first[1:])
    if starts_with_scores and len(first) == len(lines) + 1:
        columns, body = [cells[0].strip() for _, cells in lines], lines
    else:
        columns, body = [cell.strip() for cell in first[1:]], lines[1:]
    for line, cells in body:
        if len(cells) != len(columns) + 1:
            place, row, number = Place(name, line), cells[0].strip(), len(cells) - 1
            raise ProjectError(
                "cells-of-row", place=place, remedy="one-cell-a-column", row=row, number=number, columns=len(columns)
            )
    labels = [cells[0].strip() for _, cells in body]
    return _Sheet(name, separator, head, columns, labels, [at for at, _ in body], [cells[1:] for _, cells in body])


def _lines(text: str, name: str) -> tuple[str, list[tuple[int, list[str]]]]:
    """What separates cells, and the lines that hold something, with their numbers.

    Columns that are empty from the first line to the last are dropped at the end, as spreadsheets leave them.
    """
    first = _QUOTED.sub("", next((line for line in text.splitlines() if line.strip()), ""))
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
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
    width = max((at for _, cells in lines for at, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return separator, [(at, cells[:width]) for at, cells in lines]


def _natural(label: str) -> tuple[tuple[int, str], ...]:
    """What labels are sorted by: numbers in them by their value, so that 2 stands before 10."""
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d{1,9})", label) if part)


def _check_labels(sheet: _Sheet, known: Collection[str] | None) -> None:
    at_row = [Place(sheet.name, line, 1) for line in sheet.lines]
    at_column = [Place(sheet.name, sheet.head, at) for at in range(2, len(sheet.columns) + 2)]
    for given, others, kind, places in (
        (sheet.rows, sheet.columns, "row-fault", at_row),
        (sheet.columns, sheet.rows, "column-fault", at_column),
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


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell that was assessed, and where it stands."""

    row: str
    column: str
    score: float
    reason: str
    place: Place

    @property
    def where(self) -> Message:
        return told("row-and-column", row=self.row, column=self.column)


def _cells(sheet: _Sheet, scale: Scale, *, is_declared: bool) -> Iterator[_Cell]:
    """The assessed cells.

    Raises:
        ProjectError: a cell is no number, or no step of the scale.
    """
    for line, row, cells in zip(sheet.lines, sheet.rows, sheet.cells, strict=True):
        for at, (cell, column) in enumerate(zip(cells, sheet.columns, strict=True), 2):
            place, found = Place(sheet.name, line, at), _read_cell(cell, sheet.separator)
            if found == (None, ""):
                continue
            score, reason = found or (None, "")
            if score is None or not scale.has_step(score):
                where, remedy = told("row-and-column", row=row, column=column), "scale-cells"
                named = declaration(scale)
                if score is not None:
                    remedy = "allow-declared-decimals" if is_declared else "allow-decimals"
                    named = declaration(scale_between(scale.lowest, scale.highest, decimal=True))
                fault = "cell-no-integer" if scale.is_whole else "cell-no-number"
                raise ProjectError(fault, place=place, remedy=remedy, where=where, cell=cell.strip()[:40], scale=named)
            yield _Cell(row, column, score, reason, place)


def _read_cell(cell: str, separator: str) -> tuple[float | None, str] | None:
    """The score of a cell, None where it was not assessed, and the reason given; None where it cannot be read."""
    written = cell.strip().replace("−", "-")
    if written.lower() in _NOT_ASSESSED:
        return None, ""
    found = _CELL.fullmatch(written)
    if not found or len(found[1]) > _DIGITS or (separator == "," and "," in found[1]):
        return None
    return float(found[1].replace(",", ".")), (found[2] or "").strip()


def _check_range(cells: list[_Cell], scale: Scale, *, is_declared: bool) -> None:
    """See that every score lies within the scale.

    Raises:
        ProjectError: one does not, with the scale that would hold all of them.
    """
    outside = next((cell for cell in cells if not scale.holds(cell.score)), None)
    if outside is None or scale.lowest is None or scale.highest is None:
        return
    scores = [cell.score for cell in cells]
    wider = declaration(
        scale_between(min(scale.lowest, *scores), max(scale.highest, *scores), decimal=not scale.is_whole)
    )
    if is_declared:
        remedy = told("widen-declared-scale", scale=wider)
    else:
        remedy = told("widen-scale", scale=f'"{wider}"' if " " in wider else wider)
    where, cell = outside.where, plain(outside.score).replace("-", "−")
    raise ProjectError("cell-outside", place=outside.place, remedy=remedy, where=where, cell=cell, range=scale.range)


def summable(matrices: Iterable[Scores]) -> tuple[Scores, ...]:
    """The matrices whose scores can be added up: all where they are on one scale, else those from −3 to +3.

    >>> summable([scores_of({}, scale=read_scale("count")), scores_of({("a", "b"): 3})])[0].labels
    ('a', 'b')
    """
    given = tuple(matrices)
    ranges = {(one.scale.lowest, one.scale.highest) for one in given}
    usual = (DEFAULT.lowest, DEFAULT.highest)
    return given if len(ranges) < 2 else tuple(one for one in given if (one.scale.lowest, one.scale.highest) == usual)


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
            link_iri("interaction", one, two, scale=scores.scale.name, assessor=scores.assessor),
            one, two, score, scores.scale.name, scores.assessor, scores.rationale.get((one, two), ""),
        )
        for one, two, score in scores.cells()
    )  # fmt: skip


_DECIMAL = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")


def read_scales(store: Store) -> dict[str, Scale]:
    """The scales the graph declares, by IRI.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_scales(LocalStore(pyoxigraph.Store()))
    {}
    """
    found: dict[str, Scale] = {}
    for iri, *numbers in text_rows(store, program_query("coherence/scales")):
        lowest, highest, step = map(_number, numbers)
        found.setdefault(iri, Scale(lowest, highest, step, key(iri)))
    return found


def read_matrices(store: Store) -> tuple[Scores, ...]:
    """The accepted interaction scores, one matrix an assessor and scale, by scale and assessor.

    A scale that is only named is that of the first version, whole numbers from −3 to +3. What is outside
    the scale, or of something on itself, is left out; the check of the graph reports it.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_matrices(LocalStore(pyoxigraph.Store()))
    ()
    """
    scales = read_scales(store)
    found: dict[tuple[str, str], dict[tuple[str, str], tuple[float, str]]] = {}
    for _, one, two, written, name, assessor, reason in text_rows(store, program_query("coherence/scores")):
        scale, score = scales.setdefault(name, Scale(name=name)), _number(written)
        if one != two and score is not None and scale.holds(score) and scale.has_step(score):
            found.setdefault((name, assessor), {}).setdefault((one, two), (score, reason))
    return tuple(_matrix(scales[name], assessor, cells) for (name, assessor), cells in sorted(found.items()))


def _number(text: str) -> float | None:
    return float(text) if _DECIMAL.fullmatch(text) else None


def _matrix(scale: Scale, assessor: str, cells: Mapping[tuple[str, str], tuple[float, str]]) -> Scores:
    made = scores_of({pair: score for pair, (score, _) in cells.items()}, assessor=assessor, scale=scale)
    reasons = {pair: reason for pair, (_, reason) in cells.items() if reason}
    return Scores(made.labels, made.values, assessor, scale, reasons)
