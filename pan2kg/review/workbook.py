"""Sheets as a file: written as xlsx, read from xlsx or CSV. The door to openpyxl; what writes is behind another.

Every cell is a text. A spreadsheet program makes numbers and days of what looks like them, ``4.10`` becomes 4.1 and
``3-1`` the third of January; cells of the format « text » it leaves alone.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from pan2kg.errors import FormatError, Place, ProjectError
from pan2kg.i18n.catalogue import Language
from pan2kg.i18n.message import Message
from pan2kg.project import reason
from pan2kg.review.sheet import KEY, LAYOUTS, MARK, Book, Names, choices, table
from pan2kg.review.sheet_changes import Table, classes_offered, head
from pan2kg.tables.spreadsheet import Form, write_forms

STAMP: Final = "pan2kg"
"""What the hidden first line begins with; sheet, plan and codes of the columns follow."""
_MOST: Final = 64 << 20
"""How many bytes a file may unpack to."""
_ROWS: Final = 200_000
_RETURN: Final = "_x000D_"
"""How the format writes what ends a line in other systems."""


def write_book(book: Book, names: Names, things: Sequence[str], language: Language) -> bytes:
    """The sheets of a plan as an xlsx file with its heads in a language.

    Raises:
        FormatError: XlsxWriter is not installed, or a text is longer than a cell can be.
    """
    plan = book.plan.rpartition("/")[2]
    forms = []
    for sheet in book.sheets:
        columns = (Message("sheet", f"head.{KEY}"), *map(head, sheet.columns), Message("sheet", f"head.{MARK}"))
        codes = [f"{STAMP}:{sheet.layout.name}:{plan}:{KEY}", *(one.code for one in sheet.columns), MARK]
        forms.append(
            Form(
                sheet.layout.name,
                str(Message("sheet", f"sheet.{sheet.layout.name}").say(language)),
                (tuple(codes), tuple(one.say(language) for one in columns)),
                tuple(map(tuple, table(sheet, names, book.prefixes))),
                {
                    at: choices(classes_offered(column, book.prefixes) or things, column, names, book.prefixes)
                    for at, column in enumerate(sheet.columns, start=1)
                    if column.listed
                },
            )
        )
    return write_forms(forms, Message("sheet", "sheet.lists").say(language))


def read_tables(path: Path) -> tuple[str, tuple[Table, ...], bool]:
    """The key of the plan a file is of, its sheets, and whether it is CSV, which has no cells of the format « text ».

    Raises:
        ProjectError: the file is missing, too large, or no such file.
        FormatError: openpyxl is not installed.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ProjectError("cannot-read-file", place=Place(str(path)), reason=reason(error)) from None
    is_csv = not data.startswith(b"PK")
    if len(data) > _MOST:
        raise ProjectError("sheet-too-large", place=Place(str(path)))
    grids = [_csv(path, data)] if is_csv else list(_xlsx(path, data))
    known = {layout.name for layout in LAYOUTS}
    tables, plans = list[Table](), set[str]()
    for grid in grids:
        stamp = (grid[0][0] if grid and grid[0] else "").split(":")
        if len(stamp) == 4 and stamp[0] == STAMP and stamp[1] in known:
            plans.add(stamp[2])
            lines = tuple((number, row) for number, row in enumerate(grid, start=1) if number > 2)
            tables.append(Table(stamp[1], (stamp[3], *grid[0][1:]), lines))
    if len(plans) != 1 or len({one.name for one in tables}) != len(tables):
        raise ProjectError("no-sheet-of-ours", place=Place(str(path)), remedy="export-first")
    return plans.pop(), tuple(tables), is_csv


Line = tuple[str, ...]


def _csv(path: Path, data: bytes) -> list[Line]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProjectError("not-utf8", place=Place(str(path)), remedy="save-as-utf8") from None
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        return [tuple(map(_tidy, row)) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
    except csv.Error:
        raise ProjectError("no-sheet-of-ours", place=Place(str(path)), remedy="export-first") from None


def _xlsx(path: Path, data: bytes) -> Iterator[list[Line]]:
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise FormatError("extra-documents", remedy="install-documents") from None
    unreadable = ProjectError("no-sheet-of-ours", place=Place(str(path)), remedy="export-first")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(one.file_size for one in packed.infolist()) > _MOST:
                raise ProjectError("sheet-too-large", place=Place(str(path)))
            # An entity can be as large as one likes; no spreadsheet program writes a document type.
            if any(
                b"<!DOCTYPE" in packed.read(one)[:4096] for one in packed.namelist() if one.endswith((".xml", ".rels"))
            ):
                raise unreadable
        book: Any = load_workbook(io.BytesIO(data), read_only=True, data_only=False)
        for sheet in book.worksheets:
            rows = [tuple(map(_tidy, row)) for row in sheet.iter_rows(values_only=True, max_row=_ROWS)]
            yield rows
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError, EOFError):
        raise unreadable from None


def _tidy(value: object) -> str:
    """A cell as text: what a program made a number or a day of is taken as it shows it."""
    if value is None:
        return ""
    words = value.replace(_RETURN, "\r") if isinstance(value, str) else str(value)
    return words.replace("\r\n", "\n").replace("\r", "\n")
