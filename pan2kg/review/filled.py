"""Sheets of a plan as they come back from a spreadsheet program: a workbook, or a sheet of it saved as CSV.

Only what begins with our stamp is read (:mod:`pan2kg.review.sheet` writes it). What the sheets
change is told by :mod:`pan2kg.review.sheet_changes`.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason
from pan2kg.review import sheet as sheets

_MOST_BYTES = 64 << 20
"""How many bytes a file may unpack to: a workbook of a large plan has one or two million."""
_MOST_ROWS = 200_000
"""How many rows of a sheet are read."""
_BEGINNING = 4096
"""In how many bytes from its beginning an XML file would declare a document type."""
_RETURN = "_x000D_"
"""How the format of workbooks writes what ends a line in other systems."""
_UNREADABLE = (
    csv.Error,
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    SyntaxError,
    OSError,
    EOFError,
)
"""What the readers of both formats raise of a file that is neither, or damaged."""


class FilledLine(NamedTuple):
    """A line of a sheet: its number in the file, and the texts of its cells."""

    number: int
    texts: tuple[str, ...]


class FilledSheet(NamedTuple):
    """A sheet as it came back: its name, the codes of its columns, its lines, and the key of its plan."""

    name: str
    codes: tuple[str, ...]
    lines: tuple[FilledLine, ...]
    plan: str = ""


class FilledBook(NamedTuple):
    """What a file holds: the key of the plan, its sheets, and whether it is a CSV, which holds one of them."""

    plan: str
    sheets: tuple[FilledSheet, ...]
    is_csv: bool


def read_tables(path: Path) -> FilledBook:
    """The sheets of a plan that a file holds; those without our stamp are passed over.

    Raises:
        ProjectError: the file cannot be read, is too large or is no UTF-8; it has no sheets of ours,
            those of two plans, or a sheet twice.
    """
    place = Place(str(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ProjectError("cannot-read-file", place=place, reason=reason(error)) from None
    is_csv = not data.startswith(b"PK")
    if len(data) > _MOST_BYTES:
        raise ProjectError("sheet-too-large", place=place)
    try:
        grids = [_csv(place, data)] if is_csv else _xlsx(place, data)
        stamped = [sheet for sheet in map(_stamped, grids) if sheet]
    except _UNREADABLE:
        stamped = []
    plans = {sheet.plan for sheet in stamped}
    names = {sheet.name for sheet in stamped}
    if len(plans) != 1 or len(names) != len(stamped):
        raise ProjectError("no-sheet-of-ours", place=place, remedy="export-first")
    return FilledBook(plans.pop(), tuple(stamped), is_csv)


def _stamped(grid: Iterable[Iterable[object]]) -> FilledSheet | None:
    """The sheet in a grid of cells; None where it does not begin with our stamp.

    The second line has the heads that people read; it is not read back.
    """
    lines = [tuple(map(_cell_text, row)) for row in grid]
    if not lines or not lines[0]:
        return None
    stamp, *codes = lines[0]
    pieces = stamp.split(":")
    if len(pieces) != 4:
        return None
    program, name, plan, key_code = pieces
    if program != sheets.STAMP or name not in sheets.LAYOUTS:
        return None
    numbered = tuple(map(FilledLine, count(3), lines[2:]))
    return FilledSheet(name, (key_code, *codes), numbered, plan)


def _cell_text(cell: object) -> str:
    r"""The text of a cell, with the line ends that Turtle and the marks know.

    >>> _cell_text("a_x000D_\nb\rc"), _cell_text(None), _cell_text(4)
    ('a\nb\nc', '', '4')
    """
    if cell is None:
        return ""
    return str(cell).replace(_RETURN, "\r").replace("\r\n", "\n").replace("\r", "\n")


def _csv(place: Place, data: bytes) -> list[list[str]]:
    """The rows of a CSV, whose separator is the most frequent of three in its first line."""
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProjectError("not-utf8", place=place, remedy="save-as-utf8") from None
    separator = max(",;\t", key=content.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=separator)
    return list(rows)


def _xlsx(place: Place, data: bytes) -> Iterator[Iterable[tuple[object, ...]]]:
    # its import takes seconds, which only who reads a workbook waits
    from openpyxl import load_workbook

    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > _MOST_BYTES:
            raise ProjectError("sheet-too-large", place=place)
        for name in packed.namelist():
            # an entity can be as large as one likes; no spreadsheet program writes a document type
            is_xml = name.endswith((".xml", ".rels"))
            if is_xml and b"<!DOCTYPE" in packed.read(name)[:_BEGINNING]:
                raise zipfile.BadZipFile
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False)
    for sheet in book.worksheets:
        yield sheet.iter_rows(values_only=True, max_row=_MOST_ROWS)
