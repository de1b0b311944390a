"""The one door to openpyxl for what is written: tables and forms as a spreadsheet of Excel's format (ECMA-376).

Numbers are numbers, days are days, and a text is a text: no cell is run as a formula or made a
link, whatever it begins with. What is not known stays empty. The same table gives the same bytes.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pan2kg.errors import FormatError
from pan2kg.tables import Grid
from pan2kg.templates import xml_fit, xml_text

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_DAY = re.compile(r"(?:19|2\d)\d{2}-\d{2}-\d{2}")
"""A day the format can hold: its calendar begins in 1900."""
_LONGEST = 32_767
"""How many characters a cell may have (Excel's limit)."""
_ROWS = 1_048_576
"""How many rows a sheet may have (Excel's limit)."""
_MADE = (1980, 1, 1, 0, 0, 0)
"""What a file says of when it was made: the first day a zip can hold."""
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_MAIN = "http://schemas.openxmlformats.org"
_STRINGS = "xl/sharedStrings.xml"
_PROPERTIES = "docProps/core.xml"
_EMPTY = "<c/>"
_EMPTY_ROWS = 500
"""How many rows of a form behind the last one offer lists."""


def write_spreadsheet(sheets: Iterable[tuple[str, Grid]]) -> bytes:
    """A workbook of named sheets, as bytes; the first row of each is its heads.

    Heads and styles are made by openpyxl, rows as text, a string once for all sheets: that takes a
    tenth of the time and a third of the size.

    Raises:
        FormatError: a sheet has more rows than the format allows.
    """
    import openpyxl

    book = _new_book()
    cells = CellWriter()
    rows_of: dict[str, bytearray] = {}
    for name, grid in sheets:
        rows = [*grid.rows]
        if len(rows) >= _ROWS:
            most = str(_ROWS - 1)
            number = str(len(rows))
            raise FormatError(
                "sheet-too-long", remedy="use-names", names="csv", most=most, number=number
            )
        sheet = book.create_sheet(name)
        _put_heads(sheet, grid.columns, rows)
        day = openpyxl.cell.WriteOnlyCell(sheet)
        day.number_format = "yyyy-mm-dd"
        lines = bytearray()
        for row in rows:
            # cells follow each other: their places, said at each, would be most of the file
            line = "".join([cells.write(value, day) for value in row])
            lines += f"<row>{line}</row>".encode()
        rows_of[f"xl/worksheets/sheet{len(rows_of) + 1}.xml"] = lines
    return _bytes(book, rows_of, cells.strings)


class CellWriter:
    """Writes cells as XML: a text as the place of its string among the ``strings`` of the workbook."""

    def __init__(self) -> None:
        self.strings = dict[str, int]()
        # most texts stand in many cells
        self._written: dict[object, str] = {None: _EMPTY, "": _EMPTY}

    def write(self, value: object, day: Any) -> str:  # noqa: ANN401 - openpyxl has no types
        """A cell with a value; ``day`` has the style of days."""
        import openpyxl

        if value is None or isinstance(value, str):
            written = self._written.get(value)
            if written is not None:
                return written
        content = _day(value) if isinstance(value, str) else value
        if isinstance(content, str):
            place = self.strings.setdefault(xml_fit(content)[:_LONGEST], len(self.strings))
            written = self._written[content] = f'<c t="s"><v>{place}</v></c>'
            return written
        if isinstance(content, bool):
            return f'<c t="b"><v>{content:d}</v></c>'
        if isinstance(content, date):
            number = openpyxl.utils.datetime.to_excel(content)
            return f'<c s="{day.style_id}"><v>{number}</v></c>'
        return f"<c><v>{content}</v></c>"


def _day(text: str) -> str | date:
    if len(text) != len("2020-01-01") or not _DAY.fullmatch(text):
        return text
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def _new_book() -> Any:  # noqa: ANN401 - as above
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    return book


def _put_heads(sheet: Any, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:  # noqa: ANN401 - as above
    """The heads of a sheet in bold, each column as wide as the longest of its texts."""
    import openpyxl

    for at, head in enumerate(heads):
        values = {row[at] for row in rows} - {None}
        longest = max([len(head), *(len(str(value)) for value in values)])
        letter = openpyxl.utils.get_column_letter(at + 1)
        sheet.column_dimensions[letter].width = min(max(longest + 1, 8), 60)
        _put(sheet, (1, at + 1), head).font = openpyxl.styles.Font(bold=True)
    sheet.freeze_panes = "A2"


def _bytes(book: Any, rows_of: dict[str, bytearray], strings: Iterable[str]) -> bytes:  # noqa: ANN401 - as above
    """The file of a workbook, with rows for its sheets by their names in it; ``rows_of`` is empty afterwards."""
    saved = io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files[_PROPERTIES] = _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z", files[_PROPERTIES])
    for name in rows_of:
        # how far it reaches is left out: it need not be said
        files[name] = re.sub(rb'<dimension ref="[^"]*" ?/>', b"", files[name], count=1)
    if strings:
        _add_strings(files, strings)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, _MADE)
            info.compress_type = zipfile.ZIP_DEFLATED
            head, end, tail = content.partition(b"</sheetData>")
            with archive.open(info, "w") as file:
                for piece in (head, rows_of.pop(name, b""), end, tail):
                    file.write(piece)
    return target.getvalue()


def _add_strings(files: dict[str, bytes], strings: Iterable[str]) -> None:
    """The strings of a workbook as a file of it, which two others name."""
    texts = "".join(f'<si><t xml:space="preserve">{xml_text(text)}</t></si>' for text in strings)
    files[_STRINGS] = f'<sst xmlns="{_MAIN}/spreadsheetml/2006/main">{texts}</sst>'.encode()
    kind = f"{SPREADSHEET.removesuffix('sheet')}sharedStrings+xml"
    override = f'<Override ContentType="{kind}" PartName="/{_STRINGS}"/>'
    relation = f"{_MAIN}/officeDocument/2006/relationships/sharedStrings"
    related = f'<Relationship Id="texts" Type="{relation}" Target="/{_STRINGS}"/>'
    for name, end, line in (
        ("[Content_Types].xml", b"</Types>", override),
        ("xl/_rels/workbook.xml.rels", b"</Relationships>", related),
    ):
        files[name] = files[name].replace(end, line.encode() + end, 1)


@dataclass(frozen=True, slots=True)
class FormSheet:
    """A sheet to be filled in: the first of its heads is hidden, as is its last column; the first column is locked.

    ``choices`` are what the cells of a column offer, by the column's place; what is not in the list
    can be typed too.
    """

    name: str
    title: str
    heads: tuple[tuple[str, ...], tuple[str, ...]]
    rows: tuple[tuple[str, ...], ...]
    choices: Mapping[int, Sequence[str]]


def write_forms(forms: Sequence[FormSheet], lists: str) -> bytes:
    """A workbook to be filled in; what its cells offer stands on a last sheet, called ``lists``."""
    book = _new_book()
    sheets = [book.create_sheet(form.title[:31]) for form in forms]
    offered = book.create_sheet(lists[:31])
    column = 0
    for form, sheet in zip(forms, sheets, strict=True):
        _fill(sheet, form)
        for at, choices in form.choices.items():
            column += 1
            place = _list(offered, column, f"{form.title} · {form.heads[1][at]}", choices)
            if choices:
                _offer(sheet, at + 1, len(form.rows) + _EMPTY_ROWS + 1, place)
    return _bytes(book, {}, ())


def _list(offered: Any, column: int, head: str, choices: Sequence[str]) -> str:  # noqa: ANN401 - as above
    """Write a list of choices below its head, a column each; the formula of where they stand."""
    import openpyxl

    letter = openpyxl.utils.get_column_letter(column)
    _put(offered, (1, column), head, is_locked=True)
    for number, choice in enumerate(choices, start=2):
        _put(offered, (number, column), choice, is_locked=False)
    offered.column_dimensions[letter].width = 40
    return f"'{offered.title}'!${letter}$2:${letter}${len(choices) + 1}"


def _offer(sheet: Any, column: int, final_row: int, formula: str) -> None:  # noqa: ANN401 - as above
    """Offer choices in the cells of a column; another text is warned of, and taken."""
    import openpyxl

    rule = openpyxl.worksheet.datavalidation.DataValidation(
        "list", formula1=formula, errorStyle="warning", allow_blank=True
    )
    rule.showErrorMessage = rule.showInputMessage = True
    letter = openpyxl.utils.get_column_letter(column)
    rule.add(f"{letter}3:{letter}{final_row}")
    sheet.add_data_validation(rule)


def _fill(sheet: Any, form: FormSheet) -> None:  # noqa: ANN401 - as above
    import openpyxl

    final = len(form.heads[0]) - 1
    for at in range(final + 1):
        texts = [form.heads[1][at], *(row[at] for row in form.rows)]
        longest = max(map(len, "\n".join(texts).split("\n")))
        dimension = sheet.column_dimensions[openpyxl.utils.get_column_letter(at + 1)]
        dimension.width = min(max(longest + 1, 12), 45)
        dimension.hidden = at == final
        _style(dimension, is_locked=at in (0, final))
    for number, row in enumerate((*form.heads, *form.rows)):
        for at, text in enumerate(row):
            if len(text) > _LONGEST:
                raise FormatError("cell-too-long", most=str(_LONGEST), name=row[0])
            _put(sheet, (number + 1, at + 1), text, is_locked=number < 2 or at in (0, final))
    sheet.row_dimensions[1].hidden = True
    sheet.freeze_panes = "B3"
    sheet.protection.sheet = True
    for name in ("formatColumns", "formatRows", "insertRows", "sort", "autoFilter"):
        setattr(sheet.protection, name, False)  # false says that it is not locked


def _put(sheet: Any, place: tuple[int, int], text: str, *, is_locked: bool | None = None) -> Any:  # noqa: ANN401 - as above
    cell = sheet.cell(*place)
    if text:
        cell.value = xml_fit(text)
        # a text that is set as a value and begins with « = » would be a formula
        cell.data_type = "s"
    if is_locked is not None:
        _style(cell, is_locked=is_locked)
    return cell


def _style(target: Any, *, is_locked: bool) -> None:  # noqa: ANN401 - as above
    import openpyxl

    target.number_format = "@"
    target.alignment = openpyxl.styles.Alignment(wrap_text=True, vertical="top")
    if is_locked:
        target.font = openpyxl.styles.Font(bold=True)
        target.fill = openpyxl.styles.PatternFill("solid", fgColor="EEEEEE")
    else:
        target.protection = openpyxl.styles.Protection(locked=False)
