"""The one door to openpyxl for what is written: tables and forms as a spreadsheet of Excel's format (ECMA-376).

Numbers are numbers, days are days, and a text is a text: no cell is run as a formula or made a
link, whatever it begins with. What is not known stays empty. The same table gives the same bytes.
"""

import io
import os
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pan2kg.errors import FormatError, Place, ProjectError
from pan2kg.project import reason
from pan2kg.tables import Grid
from pan2kg.templates import xml_fit, xml_text

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph

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
_MAIN: Final = "http://schemas.openxmlformats.org"
_STRINGS: Final = "xl/sharedStrings.xml"
_EMPTY_ROWS: Final = 500
"""How many rows of a form behind the last one offer lists."""


def write_spreadsheet(sheets: Iterable[tuple[str, Grid]]) -> bytes:
    """A workbook of named sheets, as bytes; the first row of each is its heads.

    Heads and styles are made by openpyxl, rows as text, a string once for all sheets: that takes a
    tenth of the time and a third of the size.

    Raises:
        FormatError: a sheet has more rows than the format allows.
    """
    import openpyxl

    book: Any = openpyxl.Workbook()
    book.remove(book.active)
    strings = dict[str, int]()
    contents = list[bytearray]()
    # most texts stand in many cells
    written: dict[object, str] = {None: "<c/>", "": "<c/>"}
    for name, grid in sheets:
        rows = [*grid.rows]
        if len(rows) >= _ROWS:
            most = str(_ROWS - 1)
            number = str(len(rows))
            raise FormatError(
                "sheet-too-long", remedy="use-names", names="csv", most=most, number=number
            )
        sheet = book.create_sheet(name)
        letters = [openpyxl.utils.get_column_letter(at + 1) for at in range(len(grid.columns))]
        columns = (
            map(set[object], zip(*rows, strict=True)) if rows else [set[object]() for _ in letters]
        )
        for at, (letter, head, column) in enumerate(
            zip(letters, grid.columns, columns, strict=True)
        ):
            longest = max([len(head), *map(len, map(str, column - {None}))])
            sheet.column_dimensions[letter].width = min(max(longest + 1, 8), 60)
            _put(sheet, (1, at + 1), head).font = openpyxl.styles.Font(bold=True)
        sheet.freeze_panes = "A2"
        # the number of the style of a day, which nothing else has
        style = openpyxl.cell.WriteOnlyCell(sheet)
        style.number_format = "yyyy-mm-dd"
        contents.append(bytearray())
        for row in rows:
            # cells follow each other: their places, said at each, would be most of the file
            cells = []
            for value in row:
                cell = written.get(value) if value is None or isinstance(value, str) else None
                if cell is None:
                    content = _day(value) if isinstance(value, str) else value
                    if isinstance(content, str):
                        place = strings.setdefault(xml_fit(content)[:_LONGEST], len(strings))
                        cell = written[content] = f'<c t="s"><v>{place}</v></c>'
                    elif isinstance(content, bool):
                        cell = f'<c t="b"><v>{content:d}</v></c>'
                    elif isinstance(content, date):
                        cell = f'<c s="{style.style_id}"><v>{openpyxl.utils.datetime.to_excel(content)}</v></c>'
                    else:
                        cell = f"<c><v>{content}</v></c>"
                cells.append(cell)
            contents[-1] += f"<row>{''.join(cells)}</row>".encode()
        del rows
    return _bytes(book, (contents.pop(0) for _ in [*contents]), strings)


def _day(text: str) -> str | date:
    if len(text) != len("2020-01-01") or not _DAY.fullmatch(text):
        return text
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def _bytes(book: Any, rows: Iterable[bytearray] = (), strings: Iterable[str] = ()) -> bytes:  # noqa: ANN401 - openpyxl has no types
    saved = io.BytesIO()
    target = io.BytesIO()
    book.save(saved)
    texts = "".join(f'<si><t xml:space="preserve">{xml_text(text)}</t></si>' for text in strings)
    with (
        zipfile.ZipFile(saved) as pieces,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        contents = {name: pieces.read(name) for name in pieces.namelist()}
        contents["docProps/core.xml"] = _MODIFIED.sub(
            rb"\g<1>1980-01-01T00:00:00Z", contents["docProps/core.xml"]
        )
        sheets = dict[str, bytearray]()
        for number, lines in enumerate(rows, 1):
            name = f"xl/worksheets/sheet{number}.xml"
            # how far it reaches is left out: it need not be said
            contents[name] = re.sub(rb'<dimension ref="[^"]*" ?/>', b"", contents[name], count=1)
            sheets[name] = lines
        if texts:
            contents[_STRINGS] = (
                f'<sst xmlns="{_MAIN}/spreadsheetml/2006/main">{texts}</sst>'.encode()
            )
            kinds = f"{SPREADSHEET.removesuffix('sheet')}sharedStrings+xml"
            related = f"{_MAIN}/officeDocument/2006/relationships/sharedStrings"
            for name, end, line in (
                (
                    "[Content_Types].xml",
                    b"</Types>",
                    f'<Override ContentType="{kinds}" PartName="/{_STRINGS}"/>',
                ),
                (
                    "xl/_rels/workbook.xml.rels",
                    b"</Relationships>",
                    f'<Relationship Id="texts" Type="{related}" Target="/{_STRINGS}"/>',
                ),
            ):
                contents[name] = contents[name].replace(end, line.encode() + end, 1)
        for name in [*contents]:
            info = zipfile.ZipInfo(name, _MADE)
            info.compress_type = zipfile.ZIP_DEFLATED
            head, end, tail = contents.pop(name).partition(b"</sheetData>")
            with archive.open(info, "w") as file:
                for piece in (head, sheets.pop(name, b""), end, tail):
                    file.write(piece)
    return target.getvalue()


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
    import openpyxl

    book: Any = openpyxl.Workbook()
    book.remove(book.active)
    sheets = [book.create_sheet(form.title[:31]) for form in forms]
    offered = book.create_sheet(lists[:31])
    column = 0
    for form, sheet in zip(forms, sheets, strict=True):
        _fill(sheet, form)
        for at, choices in form.choices.items():
            column += 1
            letter = openpyxl.utils.get_column_letter(column)
            _put(offered, (1, column), f"{form.title} · {form.heads[1][at]}", is_locked=True)
            for number, choice in enumerate(choices, start=2):
                _put(offered, (number, column), choice, is_locked=False)
            offered.column_dimensions[letter].width = 40
            if choices:
                place = f"'{lists[:31]}'!${letter}$2:${letter}${len(choices) + 1}"
                rule = openpyxl.worksheet.datavalidation.DataValidation(
                    "list", formula1=place, errorStyle="warning", allow_blank=True
                )
                rule.showErrorMessage = rule.showInputMessage = True
                target = openpyxl.utils.get_column_letter(at + 1)
                rule.add(f"{target}3:{target}{len(form.rows) + _EMPTY_ROWS + 1}")
                sheet.add_data_validation(rule)
    return _bytes(book)


def _fill(sheet: Any, form: FormSheet) -> None:  # noqa: ANN401 - as above
    import openpyxl

    final = len(form.heads[0]) - 1
    for at in range(final + 1):
        longest = max(
            [
                len(form.heads[1][at]),
                *(len(line) for row in form.rows for line in row[at].split("\n")),
            ]
        )
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


Cells = Sequence[object]
_READ: Final[Mapping[str, tuple[str, ...]]] = {
    "plans": ("plan", "plan_row"),
    "texts": ("text_row", "above_row", "is_general"),
    "paths": ("text_row", "above_row", "step"),
    "uses": ("work_row", "plan_row", "is_own", "text_row", "share", "level"),
}
"""What is read for figures, of the files that are written."""


def columns_of(graph: "Graph") -> dict[str, dict[str, Cells]]:
    """What figures are made of, by table and column; rows are numbered from 0 as matrices are."""
    tables = graph.tables
    weights = graph.known().potential.weights
    works = tables.works
    above = weights.above.tolist()
    step = weights.step.tolist()
    plan = {iri: at for at, iri in enumerate(works.plans)}
    row = {iri: at for at, iri in enumerate((*works.actions, *works.plans))}
    text = {iri: at for at, iri in enumerate(weights.texts)}
    uses = [use for use in tables.uses if use.work in row and use.text in text]

    def fields(things: Iterable[object], *names: str) -> dict[str, Cells]:
        columns = dict[str, Cells]()
        listed = list(things)
        for name in names:
            cells = [getattr(thing, name) for thing in listed]
            columns[name] = [int(cell or 0) for cell in cells] if name == "level" else cells
        return columns

    return {
        "plans": {
            "plan": works.plans,
            "plan_row": range(len(works.plans)),
            "label": list(map(graph.label, works.plans)),
            "country": list(map(graph.country_of.get, works.plans)),
            "published": list(map(tables.published.get, works.plans)),
            "completeness": list(map(tables.lists.get, works.plans)),
        },
        "actions": {
            "action": works.actions,
            "label": list(map(graph.label, works.actions)),
            "plan": [works.home[iri] for iri in works.actions],
            "plan_row": [plan[works.home[iri]] for iri in works.actions],
        },
        "texts": {
            "text": weights.texts,
            "text_row": range(len(above)),
            "above": [weights.texts[at] if at >= 0 else None for at in above],
            "above_row": above,
            "step": step,
            "is_general": weights.general.tolist(),
        },
        "paths": paths_of(above, step),
        "uses": {
            **fields(uses, "work", "text"),
            "work_row": [row[use.work] for use in uses],
            "plan_row": [plan[works.home.get(use.work, use.work)] for use in uses],
            "is_own": [use.work in plan for use in uses],
            "text_row": [text[use.text] for use in uses],
            **fields(uses, "share", "level", "link"),
        },
        "involvements": {
            "involvement": [part.iri for part in graph.involvements],
            **fields(graph.involvements, "work", "body"),
            "roles": [" ".join(sorted(part.roles)) for part in graph.involvements],
            **fields(graph.involvements, "level"),
        },
        "citations": {
            **fields(
                graph.citations, "link", "source", "target", "channel", "document", "seen", "level"
            ),
        },
    }


def paths_of(above: Sequence[int], step: Sequence[int]) -> dict[str, Cells]:
    """Each text with every text above it, and the weakest step on the way; −1 is above the topmost.

    >>> paths_of([-1, 0], [0, 2])
    {'text_row': (0, 1, 1), 'above_row': (0, 1, 0), 'step': (0, 0, 2)}
    """
    rows = []
    for text in range(len(above)):
        node = text
        weakest = 0
        while node >= 0:
            rows.append((text, node, weakest))
            weakest = max(weakest, step[node])
            node = above[node]
    texts, nodes, steps = zip(*rows, strict=True) if rows else ((), (), ())
    return {"text_row": texts, "above_row": nodes, "step": steps}


def write_columns(columns: Mapping[str, Mapping[str, Any]], folder: Path) -> list[Path]:
    """Write tables of columns as Parquet, a file each, whole or not at all; the paths of the files."""
    pa, parquet = _arrow()
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in columns.items():
            target = folder / f"{name}.parquet"
            work = folder / f".{name}.parquet.{os.getpid()}"
            parquet.write_table(
                pa.table(dict(table)), work, compression="zstd", write_page_checksum=True
            )
            work.replace(target)
            paths.append(target)
    except OSError as error:
        raise ProjectError(
            "cannot-write-there", place=Place(str(folder)), reason=reason(error)
        ) from None
    return paths


def write_parquet(path: Path) -> bytes:
    """What a CSV, packed or not, holds as Parquet: all its columns are text, null where a cell is empty."""
    pa, parquet = _arrow()
    from pyarrow import csv

    # the system's memory goes back at once, and one thread takes the least of it
    target = io.BytesIO()
    pool = pa.system_memory_pool()
    parsing = csv.ParseOptions(newlines_in_values=True)
    reading = csv.ReadOptions(use_threads=False)
    table = pa.table({})
    with pa.input_stream(path) as stream:
        has_columns = bool(stream.read(8).strip())
    if has_columns:
        with csv.open_csv(path, reading, parsing, memory_pool=pool) as reader:
            types = dict.fromkeys(reader.schema.names, pa.string())
        cells = csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        )
        table = csv.read_csv(path, reading, parsing, cells, memory_pool=pool)
    parquet.write_table(
        table, target, compression="zstd", write_page_checksum=True, memory_pool=pool
    )
    return target.getvalue()


def read_columns(folder: Path) -> dict[str, object]:
    """The tables figures need, as Arrow, from the files :func:`write_columns` wrote.

    Raises:
        ProjectError: a file is missing or broken, or names a row that another does not have.
    """
    pa, parquet = _arrow()
    tables: dict[str, Any] = {}
    for name, columns in _READ.items():
        path = folder / f"{name}.parquet"
        try:
            tables[name] = parquet.read_table(
                path, columns=list(columns), partitioning=None, page_checksum_verification=True
            )
            tables[name].select(columns)
        except FileNotFoundError:
            raise ProjectError(
                "no-such-file", place=Place(str(path)), remedy="export-columns"
            ) from None
        except (pa.ArrowException, OSError, KeyError, ValueError):
            raise ProjectError(
                "parquet-broken", place=Place(str(path)), remedy="export-again"
            ) from None
    plans = tables["plans"].num_rows
    texts = tables["texts"].num_rows
    for name, column, least, most in (
        ("plans", "plan_row", 0, plans),
        ("texts", "text_row", 0, texts),
        ("texts", "above_row", -1, texts),
        ("paths", "text_row", 0, texts),
        ("paths", "above_row", 0, texts),
        ("uses", "plan_row", 0, plans),
        ("uses", "text_row", 0, texts),
    ):
        numbers = tables[name].column(column).to_numpy()
        if len(numbers) and not (least <= int(numbers.min()) and int(numbers.max()) < most):
            raise ProjectError(
                "parquet-rows", place=Place(str(folder / f"{name}.parquet")), remedy="export-again"
            )
    return dict(tables)


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise FormatError("needs-extra", remedy="install-extra", extra="parquet") from None
    return pa, parquet
