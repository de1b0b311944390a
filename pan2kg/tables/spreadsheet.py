"""The one door to XlsxWriter: tables as a spreadsheet of Excel's format (ECMA-376), which others open too.

Numbers are numbers, days are days, and a text is a text: no cell is run as a formula or made a link, whatever it
begins with. What is not known stays empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from pan2kg.errors import FormatError
from pan2kg.tables.cells import named, remarks, resting
from pan2kg.tables.formats import Grid, Value, xml_fit

if TYPE_CHECKING:
    from pan2kg.i18n.catalogue import Language
    from pan2kg.tables.table import FigureTable

SPREADSHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_DAY: Final = re.compile(r"(?:19|2\d)\d{2}-\d{2}-\d{2}")
"""A day the format can hold: its calendar begins in 1900."""
_LONGEST: Final = 32_767
"""How many characters a cell may have (Excel's limit)."""
_ROWS: Final = 1_048_576
"""How many rows a sheet may have (Excel's limit)."""
_MADE: Final = datetime(1980, 1, 1)  # noqa: DTZ001 - the format has no time zones
"""What a file says of when it was made: the first day a zip can hold, so that the same table gives the same bytes."""
_WIDTHS: Final = (8, 60)
"""How narrow and how wide a column is, in characters."""


def write_spreadsheet(sheets: Sequence[tuple[str, Grid]]) -> bytes:
    """Named tables as one file, each on a sheet with its first line standing still.

    Raises:
        FormatError: XlsxWriter is not installed, or a table has more rows than a sheet can hold.
    """
    book, target = _book()
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    for name, grid in sheets:
        _write(book.add_worksheet(name), grid, bold, day)
    book.close()
    return target.getvalue()


def _write(sheet: Any, grid: Grid, bold: Any, day: Any) -> None:  # noqa: ANN401 - XlsxWriter's own types are partial
    rows = list(grid.rows)
    if len(rows) >= _ROWS:
        raise FormatError("sheet-too-long", remedy="use-csv", most=str(_ROWS - 1), number=str(len(rows)))
    widths = [len(name) for name in grid.columns]
    for at, name in enumerate(grid.columns):
        sheet.write_string(0, at, name, bold)
    for number, row in enumerate(rows, start=1):
        for at, value in enumerate(row):
            if value is None or value == "":
                continue
            _put(sheet, (number, at), value, day)
            length = len(value) if isinstance(value, str) else len(str(value))
            if length > widths[at]:
                widths[at] = length
    for at, width in enumerate(widths):
        sheet.set_column(at, at, min(max(width + 1, _WIDTHS[0]), _WIDTHS[1]))
    sheet.freeze_panes(1, 0)


def _put(sheet: Any, place: tuple[int, int], value: Value, day: Any) -> None:  # noqa: ANN401 - as above
    if not isinstance(value, str):
        (sheet.write_boolean if isinstance(value, bool) else sheet.write_number)(*place, value)
    elif len(value) == len("2026-01-01") and _is_day(value):
        sheet.write_datetime(*place, datetime.fromisoformat(value), day)
    else:
        sheet.write_string(*place, xml_fit(value)[:_LONGEST])


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Form:
    """A sheet to be filled in: the first of its heads is hidden, as is its last column; the first column is locked.

    ``choices`` are what the cells of a column offer, by the column's place; what is not in the list can be typed too.
    """

    name: str
    title: str
    heads: tuple[tuple[str, ...], tuple[str, ...]]
    rows: tuple[tuple[str, ...], ...]
    choices: Mapping[int, Sequence[str]]


_EMPTY_ROWS: Final = 500
"""How many rows behind the last one offer lists."""
_ALLOWED: Final = {
    "format_columns": True, "format_rows": True, "insert_rows": True, "sort": True, "autofilter": True,
}  # fmt: skip


def write_forms(forms: Sequence[Form], lists: str) -> bytes:
    """Sheets to be filled in as one file, every cell a text; ``lists`` is the name of the sheet with what is offered.

    Raises:
        FormatError: XlsxWriter is not installed, or a text is longer than a cell can be.
    """
    book, target = _book()
    locked = book.add_format(
        {"num_format": "@", "bold": True, "text_wrap": True, "valign": "top", "bg_color": "#EEEEEE"}
    )
    free = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "locked": False})
    sheets = [book.add_worksheet(form.title[:31]) for form in forms]
    offered = book.add_worksheet(lists[:31])
    column = 0
    for form, sheet in zip(forms, sheets, strict=True):
        _fill(sheet, form, locked, free)
        for at, choices in form.choices.items():
            offered.write_string(0, column, f"{form.title} · {form.heads[1][at]}", locked)
            for number, one in enumerate(choices, start=1):
                offered.write_string(number, column, one, free)
            offered.set_column(column, column, 40)
            place = f"='{lists[:31]}'!${_letters(column)}$2:${_letters(column)}${len(choices) + 1}"
            rule = {"validate": "list", "source": place, "error_type": "warning"}
            if choices:
                sheet.data_validation(2, at, len(form.rows) + _EMPTY_ROWS, at, rule)
            column += 1
    book.close()
    return target.getvalue()


def _fill(sheet: Any, form: Form, locked: Any, free: Any) -> None:  # noqa: ANN401 - XlsxWriter's own types are partial
    last = len(form.heads[0]) - 1
    for at in range(last + 1):
        width = max([len(form.heads[1][at]), *(len(line) for row in form.rows for line in row[at].split("\n"))])
        hidden = {"hidden": True} if at == last else {}
        sheet.set_column(at, at, min(max(width + 1, 12), 45), locked if at in (0, last) else free, hidden)
    for number, row in enumerate((*form.heads, *form.rows)):
        for at, value in enumerate(row):
            if len(value) > _LONGEST:
                raise FormatError("cell-too-long", most=str(_LONGEST), name=row[0])
            form_of = locked if number < 2 or at in (0, last) else free
            if value:
                sheet.write_string(number, at, value, form_of)
            else:
                sheet.write_blank(number, at, None, form_of)
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.freeze_panes(2, 1)
    sheet.protect("", _ALLOWED)


def _letters(column: int) -> str:
    """The name of a column.

    >>> _letters(0), _letters(26)
    ('A', 'AA')
    """
    more, at = divmod(column, 26)
    return f"{_letters(more - 1) if more else ''}{chr(65 + at)}"


def _book() -> tuple[Any, BytesIO]:
    """An empty file, and where its bytes go."""
    try:
        from xlsxwriter import Workbook
    except ImportError:
        raise FormatError("extra-xlsx", remedy="install-xlsx") from None
    target = BytesIO()
    book: Any = Workbook(target, {"in_memory": True})
    book.set_properties({"created": _MADE})
    return book, target


def write_figures_spreadsheet(figures: FigureTable, language: Language) -> bytes:
    """A table of figures with all its values under the headings a reader knows, and a sheet on what they rest on.

    Raises:
        FormatError: as for :func:`write_spreadsheet`.
    """
    about: list[tuple[Value, Value]] = [
        ("title", figures.title.say(language)),
        ("summary", figures.summary.say(language)),
        ("basis", resting(figures, language)),
        *(("note", note.say(language)) for note in remarks(figures, language)),
        *((column.heading.say(language), column.meaning.say(language)) for column in figures.columns if column.meaning),
        ("query", figures.sparql),
    ]
    return write_spreadsheet(
        [("data", named(figures, language)), ("about", Grid(("name", "value"), [row for row in about if row[1]]))]
    )
