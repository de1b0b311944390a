"""The one door to openpyxl for what is written: tables and forms as a spreadsheet of Excel's format (ECMA-376).

Numbers are numbers, days are days, and a text is a text: no cell is run as a formula or made a link, whatever it
begins with. What is not known stays empty. The same table gives the same bytes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final

from pan2kg.errors import FormatError
from pan2kg.tables.formats import Grid, xml_fit
from pan2kg.tables.table import Value

SPREADSHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_DAY: Final = re.compile(r"(?:19|2\d)\d{2}-\d{2}-\d{2}")
"""A day the format can hold: its calendar begins in 1900."""
_LONGEST: Final = 32_767
"""How many characters a cell may have (Excel's limit)."""
_ROWS: Final = 1_048_576
"""How many rows a sheet may have (Excel's limit)."""
_MADE: Final = (1980, 1, 1, 0, 0, 0)
"""What a file says of when it was made: the first day a zip can hold."""
_MODIFIED: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_EMPTY_ROWS: Final = 500
"""How many rows of a form behind the last one offer lists."""


def write_spreadsheet(sheets: Sequence[tuple[str, Grid]]) -> bytes:
    """Named tables as one file, each on a sheet with its first line standing still.

    Raises:
        FormatError: a table has more rows than a sheet can hold.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book: Any = Workbook(write_only=True)
    for name, grid in sheets:
        rows = [list(row) for row in grid.rows]
        if len(rows) >= _ROWS:
            raise FormatError(
                "sheet-too-long", remedy="use-names", names="csv", most=str(_ROWS - 1), number=str(len(rows))
            )
        sheet = book.create_sheet(name)
        # a sheet that is written row by row wants its widths before its rows
        for at, head in enumerate(grid.columns):
            longest = max([len(head), *(len(str(row[at])) for row in rows if row[at] is not None)])
            sheet.column_dimensions[get_column_letter(at + 1)].width = min(max(longest + 1, 8), 60)
        sheet.freeze_panes = "A2"

        def cell(value: Value, *, is_head: bool = False, sheet: object = sheet) -> object:
            if value is None or value == "":
                return None
            content = value if not isinstance(value, str) or is_head else _day(value)
            made: Any = WriteOnlyCell(sheet, content if not isinstance(content, str) else "")
            if isinstance(content, str):
                # a text that is set as a value and begins with « = » would be a formula
                made.value = xml_fit(content)[:_LONGEST]
                made.data_type = "s"
            if isinstance(content, date):
                made.number_format = "yyyy-mm-dd"
            if is_head:
                made.font = Font(bold=True)
            return made

        sheet.append([cell(head, is_head=True) for head in grid.columns])
        for row in rows:
            sheet.append([cell(value) for value in row])
    return _bytes(book)


def _day(text: str) -> str | date:
    if not _DAY.fullmatch(text):
        return text
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def _bytes(book: Any) -> bytes:  # noqa: ANN401 - openpyxl has no types
    saved, target = BytesIO(), BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            content = parts.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            info = zipfile.ZipInfo(name, _MADE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return target.getvalue()


@dataclass(frozen=True, slots=True)
class FormSheet:
    """A sheet to be filled in: the first of its heads is hidden, as is its last column; the first column is locked.

    ``choices`` are what the cells of a column offer, by the column's place; what is not in the list can be typed too.
    """

    name: str
    title: str
    heads: tuple[tuple[str, ...], tuple[str, ...]]
    rows: tuple[tuple[str, ...], ...]
    choices: Mapping[int, Sequence[str]]


def write_forms(forms: Sequence[FormSheet], lists: str) -> bytes:
    """Sheets to be filled in as one file, every cell a text; ``lists`` is the name of the sheet with what is offered.

    Raises:
        FormatError: a text is longer than a cell can be.
    """
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book: Any = Workbook()
    book.remove(book.active)
    sheets = [book.create_sheet(form.title[:31]) for form in forms]
    offered, column = book.create_sheet(lists[:31]), 0
    for form, sheet in zip(forms, sheets, strict=True):
        _fill(sheet, form)
        for at, choices in form.choices.items():
            column += 1
            letter = get_column_letter(column)
            _put(offered, (1, column), f"{form.title} · {form.heads[1][at]}", is_locked=True)
            for number, choice in enumerate(choices, start=2):
                _put(offered, (number, column), choice, is_locked=False)
            offered.column_dimensions[letter].width = 40
            if choices:
                place = f"'{lists[:31]}'!${letter}$2:${letter}${len(choices) + 1}"
                rule = DataValidation("list", formula1=place, errorStyle="warning", allow_blank=True)
                rule.showErrorMessage = rule.showInputMessage = True
                target = get_column_letter(at + 1)
                rule.add(f"{target}3:{target}{len(form.rows) + _EMPTY_ROWS + 1}")
                sheet.add_data_validation(rule)
    return _bytes(book)


def _fill(sheet: Any, form: FormSheet) -> None:  # noqa: ANN401 - as above
    from openpyxl.utils import get_column_letter

    last = len(form.heads[0]) - 1
    for at in range(last + 1):
        longest = max([len(form.heads[1][at]), *(len(line) for row in form.rows for line in row[at].split("\n"))])
        dimension = sheet.column_dimensions[get_column_letter(at + 1)]
        dimension.width, dimension.hidden = min(max(longest + 1, 12), 45), at == last
        _style(dimension, is_locked=at in (0, last))
    for number, row in enumerate((*form.heads, *form.rows)):
        for at, text in enumerate(row):
            if len(text) > _LONGEST:
                raise FormatError("cell-too-long", most=str(_LONGEST), name=row[0])
            _put(sheet, (number + 1, at + 1), text, is_locked=number < 2 or at in (0, last))
    sheet.row_dimensions[1].hidden = True
    sheet.freeze_panes = "B3"
    sheet.protection.sheet = True
    for name in ("formatColumns", "formatRows", "insertRows", "sort", "autoFilter"):
        setattr(sheet.protection, name, False)  # false says that it is not locked


def _put(sheet: Any, place: tuple[int, int], text: str, *, is_locked: bool) -> None:  # noqa: ANN401 - as above
    cell = sheet.cell(*place)
    if text:
        cell.value = xml_fit(text)
        cell.data_type = "s"
    _style(cell, is_locked=is_locked)


def _style(target: Any, *, is_locked: bool) -> None:  # noqa: ANN401 - as above
    from openpyxl.styles import Alignment, Font, PatternFill, Protection

    target.number_format = "@"
    target.alignment = Alignment(wrap_text=True, vertical="top")
    if is_locked:
        target.font, target.fill = Font(bold=True), PatternFill("solid", fgColor="EEEEEE")
    else:
        target.protection = Protection(locked=False)
