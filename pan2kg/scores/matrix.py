"""A matrix of scores as a person types it, with its scale: read, checked, and as links to be stored.

The command line and the tables of scores read a file with :func:`parse_scores`, which gives
:class:`pan2kg.graph.scores.Scores` or says in a ``ProjectError`` which line and cell is wrong and
what mends it; the ledger stores the links that :func:`scored_links` gives.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import NamedTuple

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
from pan2kg.i18n import Message, did_you_mean, error_message
from pan2kg.turtle.vocabulary import link_iri

# such as « -4..4 decimal », « count » or « decimal »
_DECLARED = re.compile(
    r"""
    (?: (?P<count> count)
      | (?P<lowest> [+-]?\d{1,9}(?:\.\d{1,6})?) \s* (?:\.\.|…) \s* (?P<highest> [+-]?\d{1,9}(?:\.\d{1,6})?)
    )?
    \s* (?P<decimal> decimal)?
    """,
    re.IGNORECASE | re.VERBOSE,
)
# such as « # scale -4..4 decimal » or, from a spreadsheet, « "# scale: 0..9";; »
_SCALE_LINE = re.compile(r"\s*\"?#\s*scale\b[:\s]*([^\r\n]*)", re.IGNORECASE)
# corners that say the matrix is to be read the other way round; any other text may stand there
_TURNED = frozenset(
    {"column acts on row", "la colonne agit sur la ligne", "die spalte wirkt auf die zeile"}
)
_NOT_ASSESSED = frozenset({"", "na", "n/a", "-", "–", "."})
# a score, and the reason behind a colon: « +2: helps »
_CELL = re.compile(
    r"(?P<score>[+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+))\s*(?::\s*(?P<reason>.*))?", re.DOTALL
)
# a number of more characters would be read as another number
_SCORE_CHARACTERS = 15
# so much of a cell or more is quoted to who typed it
_QUOTED_CHARACTERS = 40
_QUOTED = re.compile(r'"[^"]*"')


def read_scale(text: str) -> Scale:
    """A scale as it is typed: ``-3..3``, any two bounds, or ``count``; ``decimal`` after it allows decimals.

    Raises:
        ValueError: the text is no scale.

    >>> read_scale("-10..11").highest, read_scale("0..1 decimal").step, read_scale("decimal").name
    (11.0, None, 'minus-3-to-3-decimal')
    """
    match = _DECLARED.fullmatch(text.strip().replace("−", "-"))
    if not match or not text.strip():
        raise ValueError(text)
    decimal = bool(match["decimal"])
    if match["count"]:
        return scale_between(None, None, decimal=decimal)
    lowest = float(match["lowest"] or LOWEST)
    highest = float(match["highest"] or HIGHEST)
    is_whole = lowest.is_integer() and highest.is_integer()
    if lowest >= highest or not (decimal or is_whole):
        raise ValueError(text)
    return scale_between(lowest, highest, decimal=decimal)


class ScoredLink(NamedTuple):
    """What an assessor has said of the effect of one thing on another, as a link of the graph.

    All but the ``score`` and the ``rationale`` make its ``iri``.
    """

    iri: str
    source: str
    target: str
    score: float
    scale: str
    assessor: str
    rationale: str


class _Cell(NamedTuple):
    """A cell as it is typed, the labels of its row and column, and where it stands."""

    row: str
    column: str
    text: str
    place: Place

    @property
    def labels(self) -> Message:
        return error_message("row-and-column", row=self.row, column=self.column)

    def fault(self, scale: Scale, remedy: str, remedy_scale: Scale) -> ProjectError:
        """What to say where the cell has no score of a scale: a remedy, and the scale that it speaks of."""
        return ProjectError(
            "cell-no-integer" if scale.is_whole else "cell-no-number",
            place=self.place,
            remedy=remedy,
            where=self.labels,
            cell=self.text.strip()[:_QUOTED_CHARACTERS],
            scale=declaration(remedy_scale),
        )


class _ScoredCell(NamedTuple):
    """A cell that has a score, and the reason for it."""

    cell: _Cell
    score: float
    reason: str


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
    diagonal is 0 or not assessed, unless ``keep_diagonal`` takes it into ``own``. With ``known``,
    every label must be among them.

    Raises:
        ProjectError: the text is no such file; with the line, the cell and what mends it.

    >>> scores = parse_scores("row acts on column,a,b\na,,+2: helps\nb,0,\n", assessor="x")
    >>> [tuple(cell) for cell in scores.cells()], scores.rationale
    ([('a', 'b', 2), ('b', 'a', 0)], {('a', 'b'): 'helps'})
    >>> scores = parse_scores("# scale 0..5 decimal\n;a;b\na;.;4,5\nb;NA;0\n", assessor="x")
    >>> [tuple(cell) for cell in scores.cells()]
    [('a', 'b', 4.5)]
    """
    text = text.removeprefix("\ufeff")
    declared = None
    if match := _SCALE_LINE.match(text):
        # the lines up to this one stay, empty, so that those behind keep their numbers
        lines_above = "\n" * match.group().count("\n")
        declared = _declared_scale(
            match[1].strip(' ,;\t"'), Place(name, len(lines_above) + 1), scale
        )
        text = lines_above + text[match.end() :]
    used = scale or declared or DEFAULT
    sheet = _ScoreSheet(text, name)
    sheet.check_labels(known)
    cells = list(sheet.scored_cells(used, is_declared=declared is not None))
    _check_range(cells, used, is_declared=declared is not None)
    labels = sorted(sheet.columns, key=_by_number)
    place = {label: at for at, label in enumerate(labels)}
    values = np.full((len(labels), len(labels)), np.nan)
    reasons = {}
    own = {}
    for cell, score, reason in cells:
        if cell.row != cell.column:
            values[place[cell.row], place[cell.column]] = score
            if reason:
                reasons[cell.row, cell.column] = reason
        elif keep_diagonal:
            own[cell.row] = whole(score)
        elif score:
            raise ProjectError(
                "cell-diagonal", place=cell.place, remedy="leave-diagonal", where=cell.labels
            )
    return Scores(tuple(labels), values, assessor, used, reasons, own)


def _declared_scale(words: str, place: Place, scale: Scale | None) -> Scale:
    """The scale a file declares in these words; it is to be the same as the one that was asked for."""
    try:
        declared = read_scale(words)
    except ValueError:
        raise ProjectError("no-scale", place=place, remedy="scale-form", text=words) from None
    if scale and scale.name != declared.name:
        raise ProjectError(
            "two-scales",
            place=place,
            remedy="leave-one-out",
            one=declaration(declared),
            two=declaration(scale),
        )
    return declared


def _by_number(label: str) -> list[tuple[int, str]]:
    """A key that sorts labels by the value of their numbers: 2 stands before 10."""
    pieces = filter(None, re.split(r"(\d{1,9})", label))
    return [(int(piece), "") if piece.isdecimal() else (0, piece) for piece in pieces]


class _Line(NamedTuple):
    """A line of a file that holds something: its number, from 1 on, and its cells."""

    number: int
    cells: list[str]


class _ScoreSheet:
    """The cells of a file, with the labels of its rows and columns.

    ``lines`` are those of the rows, with their labels; ``head`` is the number of the line that has
    the labels of columns, or of the first line where none has.
    """

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        first = next((line for line in text.splitlines() if line.strip()), "")
        self.separator = max(",;\t", key=_QUOTED.sub("", first).count)
        self.lines = self._read_lines(text)
        if len(self.lines) < 2:
            raise ProjectError("matrix-empty", place=Place(name), remedy="matrix-form")
        self.head, header = self.lines[0]
        corner = header[0].strip()
        if corner.lower() in _TURNED:
            place = Place(name, self.head, 1)
            raise ProjectError("matrix-corner", place=place, remedy="turn-matrix", corner=corner)
        is_square = len(header) == len(self.lines) + 1
        if is_square and corner and all(map(self._is_cell, header[1:])):
            # there is no line of labels
            self.columns = [line.cells[0].strip() for line in self.lines]
        else:
            self.columns = [cell.strip() for cell in header[1:]]
            del self.lines[0]
        self.rows = [line.cells[0].strip() for line in self.lines]
        for label, line in zip(self.rows, self.lines, strict=True):
            if len(line.cells) != len(self.columns) + 1:
                raise ProjectError(
                    "cells-of-row",
                    place=Place(name, line.number),
                    remedy="one-cell-a-column",
                    row=label,
                    number=len(line.cells) - 1,
                    columns=len(self.columns),
                )

    def _read_lines(self, text: str) -> list[_Line]:
        """The lines that hold something.

        Columns that are empty from the first line to the last are dropped at the end, as
        spreadsheets leave them.
        """
        reader = csv.reader(io.StringIO(text), delimiter=self.separator, strict=True)
        lines = []
        before = 0
        width = 0
        try:
            for cells in reader:
                filled = [at for at, cell in enumerate(cells, 1) if cell.strip()]
                if filled:
                    lines.append(_Line(before + 1, cells))
                    width = max(width, filled[-1])
                before = reader.line_num
        except csv.Error as error:
            place = Place(self.name, reader.line_num)
            raise ProjectError(
                "no-csv", place=place, remedy="matrix-form", error=str(error)
            ) from None
        return [_Line(line.number, line.cells[:width]) for line in lines]

    def check_labels(self, known: Collection[str] | None) -> None:
        """Refuse a label that is missing, stands twice or on one side only, or is not among those ``known``."""
        for number, line in enumerate(self.lines, 1):
            place = Place(self.name, line.number, 1)
            _check_label("row-fault", place, number, self.rows, self.columns, known)
        for number in range(1, len(self.columns) + 1):
            place = Place(self.name, self.head, number + 1)
            _check_label("column-fault", place, number, self.columns, self.rows, known)

    def scored_cells(self, scale: Scale, *, is_declared: bool) -> Iterator[_ScoredCell]:
        """The cells that have a score, row by row.

        Raises:
            ProjectError: a cell is no number, or one that is finer than the scale, which the file
                declares (``is_declared``) or not.
        """
        remedy = "allow-declared-decimals" if is_declared else "allow-decimals"
        for row, line in zip(self.rows, self.lines, strict=True):
            for at, column in enumerate(self.columns, 1):
                cell = _Cell(row, column, line.cells[at], Place(self.name, line.number, at + 1))
                if _plain_text(cell.text).lower() in _NOT_ASSESSED:
                    continue
                match = self._match(cell.text)
                if not match:
                    raise cell.fault(scale, "scale-cells", scale)
                score = float(match["score"].replace(",", "."))
                if scale.fault(score) == "step":
                    finer = scale_between(scale.lowest, scale.highest, decimal=True)
                    raise cell.fault(scale, remedy, finer)
                yield _ScoredCell(cell, score, (match["reason"] or "").strip())

    def _is_cell(self, text: str) -> bool:
        """Whether a text is a score or says that there is none."""
        is_assessed = _plain_text(text).lower() not in _NOT_ASSESSED
        return not is_assessed or self._match(text) is not None

    def _match(self, cell: str) -> re.Match[str] | None:
        """The score and the reason in a cell, as ``_CELL`` names them; None where it has no score."""
        match = _CELL.fullmatch(_plain_text(cell))
        if not match or len(match["score"]) > _SCORE_CHARACTERS:
            return None
        is_split = self.separator == "," and "," in match["score"]
        return None if is_split else match


def _plain_text(cell: str) -> str:
    return cell.strip().replace("−", "-")


def _check_label(
    kind: str,
    place: Place,
    number: int,
    labels: list[str],
    counterparts: list[str],
    known: Collection[str] | None,
) -> None:
    """Refuse the label of so many rows or columns where it is none of the other side, or not ``known``."""
    label = labels[number - 1]
    first = labels.index(label) + 1
    is_unknown = known is not None and label not in known
    if not label:
        fault = error_message("label-missing")
        remedy = error_message("matrix-form")
    elif first < number:
        fault = error_message("label-repeated", first=first)
        remedy = error_message("name-each-once")
    elif is_unknown or label not in counterparts:
        fault = error_message("label-unknown" if is_unknown else "label-one-side")
        names = known if known is not None and is_unknown else counterparts
        near = get_close_matches(label, sorted(names), n=3, cutoff=0.4)
        remedy = did_you_mean(near) if near else error_message("matrix-form")
    else:
        return
    raise ProjectError(kind, place=place, remedy=remedy, number=number, label=label, fault=fault)


def _check_range(cells: list[_ScoredCell], scale: Scale, *, is_declared: bool) -> None:
    """Refuse the first score that is outside the scale; the remedy is a scale that takes all scores."""
    for cell, score, _ in cells:
        if not scale.fault(score):
            continue
        scores = [scored.score for scored in cells]
        lowest = None if scale.lowest is None else min(scale.lowest, *scores)
        highest = None if scale.highest is None else max(scale.highest, *scores)
        wider = declaration(scale_between(lowest, highest, decimal=not scale.is_whole))
        # an option with a space in it is quoted
        typed = f'"{wider}"' if " " in wider and not is_declared else wider
        raise ProjectError(
            "cell-outside",
            place=cell.place,
            remedy=error_message(
                "widen-declared-scale" if is_declared else "widen-scale", scale=typed
            ),
            where=cell.labels,
            cell=plain(score).replace("-", "−"),
            range=declaration(scale, shown=True),
        )


def scored_links(scores: Scores) -> tuple[ScoredLink, ...]:
    """The links that an assessor's matrix is stored as; ValueError where nobody is said to have scored it."""
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
