"""What filled-in sheets of a plan change of what its files say: cells, new rows, and what hinders both.

Nothing is written here; :mod:`pan2kg.review.sheet_edits` makes edits of files of it. A cell was
changed where it differs from the mark it went out with, and the files were changed meanwhile where
they do.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pan2kg.i18n import Message
from pan2kg.review import sheet as sheets
from pan2kg.review.filled import FilledSheet
from pan2kg.validation.quotations import Comparison, judge

_OPEN = ("actions", "involvements", "links", "details")
"""The sheets that take new rows."""
_FIXED = ("kind", "belongs-to")
"""What and whose a row is: it follows from other blocks, and is said of new rows only."""
_SINGLE = frozenset(
    (
        "quote",
        "number",
        "page",
        "class",
        "presence",
        "plan-type",
        "plan-status",
        "completeness",
        *_FIXED,
    )
)
"""The columns in which one value can stand."""
_OF_TIMELINES = frozenset(("class", "start", "end"))
"""The columns of details that only a timeline fills."""
_BRIEF = 60
"""How many characters of a quotation a fault shows."""
_HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
"""Controls, and what turns text round."""


def place_of(sheet: str, line: int, cell: str = "") -> Message:
    """Where something stands: the sheet and the line, and the name of the cell where there is one.

    >>> place_of("actions", 3, "B3").say("en")
    'actions, cell B3'
    """
    values = {"sheet": Message("sheet", f"sheet.{sheet}"), "line": line, "cell": cell}
    return Message("sheet", "place-cell" if cell else "place", values)


class _FilledRow(NamedTuple):
    """A line of a sheet: its texts by code as they were typed, its key, and the marks of its cells.

    A line that was added in the sheet has no key and no marks.
    """

    table: FilledSheet
    number: int
    texts: sheets.Cells
    key: str
    marks: sheets.Cells

    def values(self, name: str) -> tuple[str, ...]:
        """The values of a cell as they were typed, by the code of its column."""
        return sheets.values_in(self.texts.get(name, ""))

    def cells(self, columns: Iterable[sheets.SheetColumn]) -> dict[str, str]:
        """What is read back, by code: of a thing that is named only the key."""
        cells = {}
        for column in columns:
            cell = self.texts.get(column.code)
            if cell is None:
                continue
            if column.kind not in sheets.LITERALS:
                cell = "\n".join(map(_key_in, cell.split("\n")))
            cells[column.code] = cell
        return cells

    def fault(
        self, name: str, column: sheets.SheetColumn | None = None, **values: object
    ) -> "SheetFault":
        """What hinders the row from being written, or its cell in a column."""
        cell = ""
        if column:
            values["column"] = column.head
            cell = cell_name(self.table.codes, column.code, self.number)
        place = place_of(self.table.name, self.number, cell)
        return SheetFault(place, Message("sheet", f"fault.{name}", values), cell)


def _key_in(value: str) -> str:
    """The key of a thing without its name.

    >>> _key_in("maee – Ministry of Foreign Affairs")
    'maee'
    """
    return value.partition(sheets.NAMED)[0].strip()


def _filled_rows(table: FilledSheet, columns: Mapping[str, object]) -> Iterator[_FilledRow]:
    """The lines of a sheet in which something stands."""
    for number, cells in table.lines:
        texts = dict(zip(table.codes, cells, strict=False))
        if any(texts.get(code, "").strip() for code in (sheets.KEY, *columns)):
            pieces = (word.partition(":") for word in texts.get(sheets.MARK, "").split())
            marks = {code: value for code, _, value in pieces}
            yield _FilledRow(table, number, texts, texts.get(sheets.KEY, "").strip(), marks)


class CellChange(NamedTuple):
    """A cell that is to be changed: its place and name, such as C14, the row's key, the text before and after.

    ``meanwhile`` holds where the files say something else than when the sheet was made, and the
    sheet too.
    """

    sheet: str
    place: Message
    cell: str
    key: str
    column: sheets.SheetColumn
    old: str
    new: str
    meanwhile: bool


class SheetFault(NamedTuple):
    """What hinders a sheet from being written: where, what, and the name of the cell, empty for a line."""

    place: Message
    message: Message
    cell: str


class NewRow(NamedTuple):
    """A row that is to be added: the name of its sheet, its line there, and its cells by code."""

    sheet: str
    line: int
    cells: dict[str, str]


@dataclass
class SheetComparison:
    """What a workbook changes of what the files say now: cells, new rows, and faults.

    ``absent`` counts the rows it no longer has, which stay; ``fresh`` are the IRIs of what it adds.
    """

    book: sheets.Book
    known: sheets.KnownThings
    changes: list[CellChange] = field(default_factory=list)
    rows: list[NewRow] = field(default_factory=list)
    faults: list[SheetFault] = field(default_factory=list)
    absent: int = 0
    fresh: set[str] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        """Whether the files would stay as they are."""
        return not self.changes and not self.rows

    def take(self, table: FilledSheet) -> None:
        """Compare a sheet with the rows of the files: changes, new rows, and faults of what cannot be compared."""
        sheet = self.book.sheets[table.name]
        columns = {column.code: column for column in sheet.columns}
        codes = [code for code in table.codes if code]
        unknown = [code for code in codes if code not in (sheets.KEY, sheets.MARK, *columns)]
        if unknown or table.codes[:1] != (sheets.KEY,) or len({*codes}) < len(codes):
            heads = _FilledRow(table, 1, {}, "", {})
            self.faults.append(heads.fault("columns", names=", ".join(unknown) or sheets.KEY))
            return
        rows = list(_filled_rows(table, columns))
        uses = Counter(row.key for row in rows)
        by_mark = {sheets.mark(subject): subject for subject in sheet.rows}
        for row in rows:
            former = by_mark.get(row.marks.get(sheets.KEY, ""), "")
            if row.key:
                self._take_row(row, sheet, is_twice=uses[row.key] > 1)
            elif former and former not in uses:
                self.faults.append(row.fault("key-gone", key=former))
            else:
                self._take_new_row(row, sheet)
        self.absent += len(sheet.rows.keys() - uses.keys())

    def _take_row(self, row: _FilledRow, sheet: sheets.PlanSheet, *, is_twice: bool) -> None:
        """Compare a row that has a key with what the files say of it."""
        fault = ""
        if is_twice:
            fault = "key-twice"
        elif row.key not in sheet.rows:
            fault = "key-edited" if row.marks else "key-unknown"
        elif not row.marks:
            fault = "mark-gone"
        elif row.marks.get(sheets.KEY) != sheets.mark(row.key):
            fault = "key-edited"
        if fault:
            self.faults.append(row.fault(fault, key=row.key))
            return
        cells = row.cells(sheet.columns)
        for column in sheet.columns:
            if column.code in cells:
                self._take_cell(row, column, sheet.rows[row.key][column.code], cells[column.code])

    def _take_cell(
        self, row: _FilledRow, column: sheets.SheetColumn, standing: sheets.SheetCell, after: str
    ) -> None:
        """A change, where the cell says something else than when it went out and than the files do."""
        marked = row.marks.get(column.code)
        if sheets.mark(after) == marked:
            return
        if sheets.values_in(after) == sheets.values_in(standing.text):
            return
        faults = list(self._faults_of_cell(row, column, standing))
        self.faults += faults
        if faults:
            return
        sheet = row.table.name
        cell = cell_name(row.table.codes, column.code, row.number)
        place = place_of(sheet, row.number, cell)
        meanwhile = marked != sheets.mark(standing.text)
        self.changes.append(
            CellChange(sheet, place, cell, row.key, column, standing.text, after, meanwhile)
        )

    def _take_new_row(self, row: _FilledRow, sheet: sheets.PlanSheet) -> None:
        if sheet.name not in _OPEN:
            self.faults.append(row.fault("no-new-names"))
            return
        cells = dict.fromkeys((column.code for column in sheet.columns), "")
        cells.update(row.cells(sheet.columns))
        faults = list(self._faults_of_new_row(row, sheet, cells))
        if not faults and sheet.name == "details":
            faults += self._faults_of_detail(row, cells)
        self.faults += faults
        if not faults:
            self.rows.append(NewRow(sheet.name, row.number, cells))
            self.fresh.add(self.book.full(self.book.subject(sheet.name, cells)))

    def _faults_of_new_row(
        self, row: _FilledRow, sheet: sheets.PlanSheet, cells: sheets.Cells
    ) -> Iterator[SheetFault]:
        for column in sheet.columns:
            if column.needed or cells[column.code].strip():
                yield from self._faults_of_cell(row, column)
        if sheet.name == "actions" and not sheets.first_of(cells, "title"):
            yield row.fault("untitled")
        has_quote = bool(sheets.first_of(cells, "quote"))
        has_document = bool(sheets.values_in(cells.get("document", "")))
        if has_quote != has_document:
            yield row.fault("half-passage")

    def _faults_of_detail(self, row: _FilledRow, cells: sheets.Cells) -> Iterator[SheetFault]:
        """A detail belongs to what is of the plan or new, and fills the columns of its kind alone."""
        owner = self.book.thing("details", cells, "belongs-to")
        kind = sheets.class_of(cells)
        if owner not in self.book.owners and self.book.full(owner) not in self.fresh:
            yield row.fault("not-of-plan")
        elif not kind:
            yield row.fault("no-detail")
        elif kind == "pan:Timeline" and not _is_timeline(cells):
            yield row.fault("timeline")
        elif kind != "pan:Timeline" and not _is_detail(cells):
            yield row.fault("detail")

    def _faults_of_cell(
        self,
        row: _FilledRow,
        column: sheets.SheetColumn,
        standing: sheets.SheetCell | None = None,
    ) -> Iterator[SheetFault]:
        """What hinders a cell from being written to the files.

        ``standing`` is what the files say now; a new row has none.
        """
        misplaced = _fault_of_place(row, column, standing)
        if misplaced:
            yield row.fault(misplaced, column, key=row.key or "–")
            return
        if column.kind not in sheets.LITERALS:
            yield from self._faults_of_things(row, column)
        if _HIDDEN.search(row.texts.get(column.code, "")):
            yield row.fault("hidden", column)
        yield from self._faults_of_values(row, column)
        if column.name == "quote":
            yield from self._faults_of_quotes(row, column)

    def _faults_of_things(
        self, row: _FilledRow, column: sheets.SheetColumn
    ) -> Iterator[SheetFault]:
        """Things are known, or new in these sheets; a name beside a key is one of the thing's names."""
        for line in row.texts.get(column.code, "").split("\n"):
            value = line.strip()
            if not value:
                continue
            name, separator, called = value.partition(sheets.NAMED)
            entity = self.book.full(column.written(name.strip(), self.book.prefixes))
            if entity not in self.known.things and entity not in self.fresh:
                yield row.fault("unknown", column, value=name.strip() or value)
            elif separator and called.strip() not in self.known.names.get(entity, ()):
                yield row.fault("other-name", column, value=value)

    def _faults_of_values(
        self, row: _FilledRow, column: sheets.SheetColumn
    ) -> Iterator[SheetFault]:
        """One value where one can stand; a day and a number have the form of one."""
        values = row.values(column.code)
        is_typed = column.kind in ("day", "count")
        is_single = is_typed or column.name in _SINGLE
        if is_single and len(values) > 1:
            yield row.fault("several", column)
        elif is_typed and values and not column.written(values[0], self.book.prefixes):
            yield row.fault(f"no-{column.kind}", column, value=values[0])

    def _faults_of_quotes(
        self, row: _FilledRow, column: sheets.SheetColumn
    ) -> Iterator[SheetFault]:
        """What is quoted stands in the document that the row names, where its text is at hand."""
        document = _key_in(row.texts.get("document", ""))
        keys = [document.rpartition(":")[2]]
        for quote in row.values(column.code):
            if judge(quote, keys, self.known.texts) is Comparison.MISSING:
                brief = quote
                if len(quote) > _BRIEF:
                    brief = f"{quote[: _BRIEF - 1].rstrip()}…"
                yield row.fault("not-verbatim", column, quote=brief, document=document)


def _fault_of_place(
    row: _FilledRow, column: sheets.SheetColumn, standing: sheets.SheetCell | None
) -> str:
    """Why nothing can be written where a cell stands; empty where something can."""
    if standing:
        if column.name in _FIXED:
            return "fixed"
        if column.place == "names" and not standing.subject:
            return "no-block"
    if column.needed and not row.values(column.code):
        return "needed"
    return ""


def _is_timeline(cells: sheets.Cells) -> bool:
    """Whether a timeline has a class, says nothing of presence, and has a day where its class says so."""
    filled = _filled_columns(cells)
    is_dated = "dated" in sheets.values_in(cells.get("class", ""))
    has_day = not filled.isdisjoint(("start", "end"))
    return "class" in filled and "presence" not in filled and has_day == is_dated


def _is_detail(cells: sheets.Cells) -> bool:
    """Whether a detail other than a timeline says if it is present, and quotes words unless it is absent."""
    filled = _filled_columns(cells)
    is_absent = "absent" in sheets.values_in(cells.get("presence", ""))
    has_words = "words" in filled
    is_said = "presence" in filled and has_words != is_absent
    return is_said and filled.isdisjoint(_OF_TIMELINES)


def _filled_columns(cells: sheets.Cells) -> set[str]:
    """The names of the columns in which something stands, in whatever language."""
    return {code.partition("@")[0] for code in cells if sheets.values_in(cells[code])}


def compare(
    book: sheets.Book, tables: Sequence[FilledSheet], known: sheets.KnownThings
) -> SheetComparison:
    """What filled-in sheets change of what the files of a plan say now, with all faults.

    ``known`` holds the things of the graph with their names, and the texts that quotes are looked
    for in. Two rows that change one passage differently are a fault.
    """
    comparison = SheetComparison(book, known)
    for table in tables:
        if table.name in book.sheets:
            comparison.take(table)
    cells: dict[tuple[str, str], str] = {}
    for change in comparison.changes:
        # two rows may rest on one passage: it can be changed in one of them, or in both alike
        cell = book.sheets[change.sheet].rows[change.key][change.column.code]
        subject = cell.subject or change.key
        if cells.setdefault((subject, change.column.code), change.new) != change.new:
            message = Message("sheet", "fault.two-ways", {"key": subject})
            comparison.faults.append(SheetFault(change.place, message, change.cell))
    return comparison


def cell_name(codes: Sequence[str], code: str, line: int) -> str:
    """The name of a cell, as spreadsheet programs count: columns in letters, lines from 1.

    >>> cell_name(("key", "number", "title@fr"), "title@fr", 14)
    'C14'
    >>> cell_name([str(column) for column in range(30)], "27", 3)
    'AB3'
    """
    at = list(codes).index(code) + 1
    letters = ""
    while at:
        at, letter = divmod(at - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{line}"
