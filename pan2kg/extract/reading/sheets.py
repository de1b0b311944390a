"""Spreadsheets (xlsx) and comma-separated tables (csv): a table a sheet, below its name where there are several."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from pan2kg.errors import OutlineError, Place
from pan2kg.extract.document import Remark, canonical
from pan2kg.extract.layout import decode_text
from pan2kg.extract.reading.package import Package, damaged
from pan2kg.extract.reading.paragraphs import Paragraph

_SEPARATORS = ";\t,|"


def read_xlsx(data: bytes, package: Package) -> list[Paragraph]:
    """The sheets of a spreadsheet, with the values that were last computed.

    Raises:
        OutlineError: the spreadsheet is damaged, or openpyxl is not installed.
    """
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError:
        raise OutlineError(
            "needs-documents-extra", place=Place(package.source), remedy="install-documents", library="openpyxl"
        ) from None
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [(sheet.title, _filled(sheet.iter_rows(values_only=True))) for sheet in book.worksheets]
    except (InvalidFileException, KeyError, ValueError, TypeError, SyntaxError, AttributeError):
        raise damaged(package.source) from None
    return list(_sheets(sheets))


def _sheets(sheets: Iterable[tuple[str, tuple[tuple[str, ...], ...]]]) -> Iterator[Paragraph]:
    with_rows = [(title, rows) for title, rows in sheets if rows]
    for title, rows in with_rows:
        if len(with_rows) > 1:
            yield Paragraph(title, outline=1)
        yield Paragraph("", kind="table", rows=rows)


def _filled(rows: Iterable[Iterable[object]]) -> tuple[tuple[str, ...], ...]:
    """The rows with something in them, as wide as the widest, without columns that are empty throughout."""
    texts = [row for row in ([_shown(value) for value in row] for row in rows) if any(row)]
    width = max((at + 1 for row in texts for at, value in enumerate(row) if value), default=0)
    return tuple(tuple([*row, *[""] * width][:width]) for row in texts)


def _shown(value: object) -> str:
    """A value as it is shown: a day without the midnight it is kept with, a whole number without a fraction."""
    if value is None:
        return ""
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return canonical(str(value))


def read_csv(data: bytes, source: str) -> tuple[list[Paragraph], tuple[Remark, ...]]:
    """The table of a text file; what parts its columns is what the first line has most of.

    Raises:
        OutlineError: the file is no text, or a line of it has no end.
    """
    text, remarks = decode_text(data, source=source)
    first = text.lstrip().partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    try:
        rows = _filled(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        raise damaged(source) from None
    return [Paragraph("", kind="table", rows=rows)], tuple(Remark(one.told) for one in remarks)
