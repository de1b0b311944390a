"""Sheets of a plan as they come back: read, compared with what files say now, and written as edits of these files."""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.message import Message
from pan2kg.project import reason
from pan2kg.review import sheet as sheets
from pan2kg.review.add import rekeyed
from pan2kg.review.files import Addition, addition, own, with_prefixes
from pan2kg.review.filing import free_name
from pan2kg.turtle import Block, TurtleLine, blocks as turtle, iri, key, string
from pan2kg.turtle.writer import prefixes_used
from pan2kg.validation.quotations import Comparison, judge

OPEN = ("actions", "involvements", "links", "details")
"""The sheets that take new rows; a row of the last has more to say than it asks for."""
_BEFORE = (
    "skos:notation",
    "dcterms:identifier",
    "skos:prefLabel",
    "skos:altLabel",
    "pan:unofficialLabelLanguage",
    "pan:inPlan",
    "pan:inCategory",
    "pan:inPart",
    "pan:partLevel",
    "pan:partOf",
    "pan:order",
)
"""What stands in the block of an action before what says that it has a detail."""
_FIXED = (
    "kind",
    "belongs-to",
)  # what and whose a row is: it follows from other blocks and is said of new ones
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
_OF_TIMELINES = ("class", "start", "end")
_MOST = 64 << 20  # how many bytes a file may unpack to
_ROWS = 200_000
_RETURN = "_x000D_"  # how the format writes what ends a line in other systems
_HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


class FilledSheet(NamedTuple):
    """A sheet as it came back: its name, the codes of its columns, and its lines with their numbers."""

    name: str
    codes: tuple[str, ...]
    lines: tuple[tuple[int, tuple[str, ...]], ...]


def read_tables(path: Path) -> tuple[str, tuple[FilledSheet, ...], bool]:
    """The key of the plan whose sheets a file holds, these sheets, and whether the file is a CSV.

    Sheets without our stamp are passed over. A file that cannot be read, is too large or is no
    UTF-8, and one without sheets of ours, of two plans or with a sheet twice, is a ``ProjectError``.
    """
    place = Place(str(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ProjectError("cannot-read-file", place=place, reason=reason(error)) from None
    is_csv = not data.startswith(b"PK")
    if len(data) > _MOST:
        raise ProjectError("sheet-too-large", place=place)
    try:
        stamped = list(_stamped([_csv(place, data)] if is_csv else _xlsx(place, data)))
    except (
        csv.Error,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        SyntaxError,
        OSError,
        EOFError,
    ):
        stamped = []
    plans = {plan for plan, _ in stamped}
    tables = tuple(table for _, table in stamped)
    if len(plans) != 1 or len({table.name for table in tables}) != len(tables):
        raise ProjectError("no-sheet-of-ours", place=place, remedy="export-first")
    return plans.pop(), tables, is_csv


def _stamped(grids: Iterable[Iterable[Iterable[object]]]) -> Iterator[tuple[str, FilledSheet]]:
    """The sheets that begin with our stamp, each with the key of its plan.

    The second line has the heads that people read; it is not read back.
    """
    for grid in grids:
        lines = [tuple(map(_cell_text, row)) for row in grid]
        if not lines or not lines[0]:
            continue
        stamp, *codes = lines[0]
        pieces = stamp.split(":")
        if len(pieces) != 4:
            continue
        program, name, plan, key_code = pieces
        if program == sheets.STAMP and name in sheets.LAYOUTS:
            numbered = tuple(enumerate(lines[2:], start=3))
            yield plan, FilledSheet(name, (key_code, *codes), numbered)


def _cell_text(cell: object) -> str:
    r"""The text of a cell, with the line ends that Turtle and the marks know.

    >>> _cell_text("a_x000D_\nb\rc"), _cell_text(None), _cell_text(4)
    ('a\nb\nc', '', '4')
    """
    if cell is None:
        return ""
    return str(cell).replace(_RETURN, "\r").replace("\r\n", "\n").replace("\r", "\n")


def _csv(place: Place, data: bytes) -> list[list[str]]:
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProjectError("not-utf8", place=place, remedy="save-as-utf8") from None
    separator = max(",;\t", key=content.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=separator)
    return list(rows)


def _xlsx(place: Place, data: bytes) -> Iterator[Iterable[tuple[object, ...]]]:
    from openpyxl import load_workbook  # seconds that only who reads one waits

    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > _MOST:
            raise ProjectError("sheet-too-large", place=place)
        # An entity can be as large as one likes; no spreadsheet program writes a document type.
        members = [name for name in packed.namelist() if name.endswith((".xml", ".rels"))]
        if any(b"<!DOCTYPE" in packed.read(name)[:4096] for name in members):
            raise zipfile.BadZipFile
    book: Any = load_workbook(io.BytesIO(data), read_only=True, data_only=False)
    for sheet in book.worksheets:
        yield sheet.iter_rows(values_only=True, max_row=_ROWS)


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
    line: sheets.Cells
    key: str
    marks: sheets.Cells

    def cell_name(self, column: sheets.SheetColumn) -> str:
        """The name of its cell in a column."""
        return cell_name(self.table.codes, column.code, self.number)

    def cells(self, columns: Iterable[sheets.SheetColumn]) -> dict[str, str]:
        """What is read back, by code: of a thing that is named only the key."""
        cells = dict[str, str]()
        for column in columns:
            cell = self.line.get(column.code)
            if cell is None:
                continue
            if column.kind not in sheets.LITERALS:
                cell = "\n".join(map(_key_in, cell.split("\n")))
            cells[column.code] = cell
        return cells


def _key_in(value: str) -> str:
    """The key of a thing without its name.

    >>> _key_in("maee – Ministry of Foreign Affairs")
    'maee'
    """
    return value.partition(sheets.NAMED)[0].strip()


def _filled_rows(table: FilledSheet, columns: Mapping[str, object]) -> Iterator[_FilledRow]:
    """The lines of a sheet in which something stands."""
    for number, texts in table.lines:
        line = dict(zip(table.codes, texts, strict=False))
        if not any(line.get(code, "").strip() for code in (sheets.KEY, *columns)):
            continue
        pieces = (word.partition(":") for word in line.get(sheets.MARK, "").split())
        marks = {code: value for code, _, value in pieces}
        yield _FilledRow(table, number, line, line.get(sheets.KEY, "").strip(), marks)


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


@dataclass
class SheetComparison:
    """What a workbook changes of what the files say now: cells, new rows with their cells, and faults.

    ``absent`` counts the rows it no longer has, which stay; ``fresh`` are the IRIs of what it adds.
    """

    book: sheets.Book
    known: sheets.DescribedRow
    changes: list[CellChange] = field(default_factory=list)
    rows: list[tuple[str, int, dict[str, str]]] = field(default_factory=list)
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
            self._fault(heads, "columns", names=", ".join(unknown) or sheets.KEY)
            return
        rows = list(_filled_rows(table, columns))
        uses = Counter(row.key for row in rows)
        by_mark = {sheets.mark(subject): subject for subject in sheet.rows}
        for row in rows:
            former = by_mark.get(row.marks.get(sheets.KEY, ""), "")
            if row.key:
                self._take_row(row, sheet, is_twice=uses[row.key] > 1)
            elif former and former not in uses:
                self._fault(row, "key-gone", key=former)
            else:
                self._new_row(row, sheet)
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
            self._fault(row, fault, key=row.key)
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
        if not self._can_stand(row, column, standing):
            return
        name = row.cell_name(column)
        self.changes.append(
            CellChange(
                row.table.name,
                place_of(row.table.name, row.number, name),
                name,
                row.key,
                column,
                standing.text,
                after,
                meanwhile=marked != sheets.mark(standing.text),
            )
        )

    def _fault(
        self,
        row: _FilledRow,
        name: str,
        column: sheets.SheetColumn | None = None,
        **values: object,
    ) -> None:
        """Note what hinders a row from being written, or a cell of it."""
        cell = ""
        if column:
            values["column"] = column.head
            cell = row.cell_name(column)
        place = place_of(row.table.name, row.number, cell)
        self.faults.append(SheetFault(place, Message("sheet", f"fault.{name}", values), cell))

    def _can_stand(
        self, row: _FilledRow, column: sheets.SheetColumn, standing: sheets.SheetCell | None = None
    ) -> bool:
        """Whether a cell can be written to the files; what hinders it becomes a fault.

        ``standing`` is what the files say now; a new row has none.
        """
        number = len(self.faults)
        if fault := _fault_of_place(row, column, standing):
            self._fault(row, fault, column, key=row.key or "–")
            return False
        if column.kind not in sheets.LITERALS:
            self._judge_things(row, column)
        if _HIDDEN.search(row.line.get(column.code, "")):
            self._fault(row, "hidden", column)
        self._judge_values(row, column)
        if column.name == "quote":
            self._judge_quotes(row, column)
        return len(self.faults) == number

    def _judge_things(self, row: _FilledRow, column: sheets.SheetColumn) -> None:
        """Things are known, or new in these sheets; a name beside a key is one of the thing's names."""
        for line in row.line.get(column.code, "").split("\n"):
            value = line.strip()
            if not value:
                continue
            name, separator, called = value.partition(sheets.NAMED)
            entity = self.book.full(column.written(name.strip(), self.book.prefixes))
            if entity not in self.known.things and entity not in self.fresh:
                self._fault(row, "unknown", column, value=name.strip() or value)
            elif separator and called.strip() not in self.known.names.get(entity, ()):
                self._fault(row, "other-name", column, value=value)

    def _judge_values(self, row: _FilledRow, column: sheets.SheetColumn) -> None:
        """One value where one can stand; a day and a number have the form of one."""
        values = sheets.values_in(row.line.get(column.code, ""))
        is_typed = column.kind in ("day", "count")
        is_single = is_typed or column.name in _SINGLE
        if is_single and len(values) > 1:
            self._fault(row, "several", column)
        elif is_typed and values and not column.written(values[0], self.book.prefixes):
            self._fault(row, f"no-{column.kind}", column, value=values[0])

    def _judge_quotes(self, row: _FilledRow, column: sheets.SheetColumn) -> None:
        """What is quoted stands in the document that the row names, where its text is at hand."""
        document = _key_in(row.line.get("document", ""))
        keys = [document.rpartition(":")[2]]
        for quote in sheets.values_in(row.line.get(column.code, "")):
            if judge(quote, keys, self.known.texts) is not Comparison.MISSING:
                continue
            brief = quote if len(quote) <= 60 else f"{quote[:59].rstrip()}…"
            self._fault(row, "not-verbatim", column, quote=brief, document=document)

    def _new_row(self, row: _FilledRow, sheet: sheets.PlanSheet) -> None:
        name = sheet.name
        if name not in OPEN:
            self._fault(row, "no-new-names")
            return
        cells = dict.fromkeys((column.code for column in sheet.columns), "")
        cells.update(row.cells(sheet.columns))
        number = len(self.faults)
        for column in sheet.columns:
            if column.needed or cells[column.code].strip():
                self._can_stand(row, column)
        if name == "actions" and not sheets.first_of(cells, "title"):
            self._fault(row, "untitled")
        has_quote = bool(sheets.first_of(cells, "quote"))
        has_document = bool(sheets.values_in(cells.get("document", "")))
        if has_quote != has_document:
            self._fault(row, "half-passage")
        if len(self.faults) == number and name == "details":
            fault = self._fault_of_detail(cells)
            if fault:
                self._fault(row, fault)
        if len(self.faults) == number:
            self.rows.append((name, row.number, cells))
            self.fresh.add(self.book.full(self.book.subject(name, cells)))

    def _fault_of_detail(self, cells: sheets.Cells) -> str:
        owner = self.book.thing("details", cells, "belongs-to")
        kind = sheets.class_of(cells)
        if owner not in self.book.owners and self.book.full(owner) not in self.fresh:
            return "not-of-plan"
        if not kind:
            return "no-detail"
        filled = {code.partition("@")[0] for code in cells if sheets.values_in(cells[code])}
        if kind == "pan:Timeline":
            # a day stands where the class says that there is one
            is_dated = "dated" in sheets.values_in(cells.get("class", ""))
            is_fit = (
                "class" in filled
                and "presence" not in filled
                and bool(filled & {"start", "end"}) == is_dated
            )
            return "" if is_fit else "timeline"
        is_wordless = "absent" in sheets.values_in(cells.get("presence", ""))
        is_fit = (
            "presence" in filled
            and ("words" in filled) != is_wordless
            and not filled & {*_OF_TIMELINES}
        )
        return "" if is_fit else "detail"


def _fault_of_place(
    row: _FilledRow, column: sheets.SheetColumn, standing: sheets.SheetCell | None
) -> str:
    """Why nothing can be written where a cell stands; empty where something can."""
    if standing:
        if column.name in _FIXED:
            return "fixed"
        if column.place == "names" and not standing.subject:
            return "no-block"
    if column.needed and not sheets.values_in(row.line.get(column.code, "")):
        return "needed"
    return ""


def compare(
    book: sheets.Book, tables: Sequence[FilledSheet], known: sheets.DescribedRow
) -> SheetComparison:
    """What filled-in sheets change of what the files of a plan say now, with all faults.

    ``known`` holds the things of the graph with their names, and the texts that quotes are looked
    for in. Two rows that change one passage differently are a fault.
    """
    comparison = SheetComparison(book, known)
    for table in tables:
        if table.name in book.sheets:
            comparison.take(table)
    after: dict[tuple[str, str], str] = {}
    for change in comparison.changes:
        # Two rows may rest on one passage: it can be changed in one of them, or in both alike.
        cell = book.sheets[change.sheet].rows[change.key][change.column.code]
        subject = cell.subject or change.key
        if after.setdefault((subject, change.column.code), change.new) != change.new:
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


def changed(comparison: SheetComparison) -> tuple[Addition, ...]:
    """The files as they would be with what was changed and added in sheets; nothing is written.

    Where what makes the key of a link was changed, everything that names the link is changed too.
    A project that is not one's own, and a new row of what stands already, is a ``ProjectError``.
    """
    book = comparison.book
    own(book.project)
    writer = _Writer(book, dict(book.texts), set(comparison.known.things))
    writer.edit(comparison.changes)
    for name, _, cells in comparison.rows:
        writer.add(book.sheets[name], cells)
    after = {
        path: content
        for path, content in writer.texts.items()
        if content != book.texts.get(path, "")
    }
    if any(
        change.sheet == "links" and change.column.name in sheets.KEY_OF_LINK
        for change in comparison.changes
    ):
        return rekeyed(book.project, after)
    name_of = book.project.name_of
    return tuple(
        Addition(path, name_of(path), book.texts.get(path, ""), content)
        for path, content in after.items()
    )


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes to ``texts``; ``taken`` are the IRIs of all there is and of what was added."""

    book: sheets.Book
    texts: dict[Path, str]
    taken: set[str]

    def edit(self, changes: Sequence[CellChange]) -> None:
        edits: dict[Path, dict[tuple[str, str, str], turtle.StatementEdit]] = {}
        passages: dict[tuple[str, str], dict[str, str]] = {}
        for change in changes:
            sheet = self.book.sheets[change.sheet]
            column = change.column
            cell = sheet.rows[change.key][column.code]
            if cell.path is None:
                passages.setdefault((change.sheet, change.key), {})[column.code] = change.new
                continue
            # a value that stays keeps its spelling
            spellings: dict[str, list[str]] = {}
            for value, written in zip(cell.values, cell.written, strict=True):
                spellings.setdefault(value, []).append(written)
            after = list[str]()
            for value in sheets.values_in(change.new):
                standing = spellings.get(value)
                after.append(
                    standing.pop(0) if standing else column.written(value, self.book.prefixes)
                )
            earlier = sheet.columns[: sheet.columns.index(column)]
            before = (
                *(sibling.predicate for sibling in earlier if sibling.place == column.place),
                "pan:quote",
            )
            edit = turtle.StatementEdit(
                cell.subject, column.predicate, cell.written, tuple(after), before
            )
            edits.setdefault(cell.path, {})[cell.subject, column.predicate, column.language] = edit
        for (name, subject), cells in passages.items():
            row = self.book.sheets[name].rows[subject]
            block = row["certainty"]
            passage = self._passage(name, cells, f"{subject.partition(':')[2]}-passage")
            if block.path and passage:
                self._append(block.path, [passage], name)
                old = row["evidence"].written
                edit = turtle.StatementEdit(
                    block.subject, "pan:evidence", old, (*old, passage.subject)
                )
                edits.setdefault(block.path, {})[block.subject, "pan:evidence", ""] = edit
        for path, of_file in edits.items():
            self._edited(path, list(of_file.values()))

    def _edited(self, path: Path, edits: Sequence[turtle.StatementEdit]) -> None:
        before = self.texts[path]
        name = self.book.project.name_of(path)
        said = "\n".join(" ".join((edit.predicate, *edit.new)) for edit in edits)
        used = sorted(prefixes_used(said))
        after = with_prefixes(turtle.edited(before, name, edits), used, self.book.prefixes, name)
        self.texts[path] = turtle.without_unused(after, before)

    def _append(self, path: Path, blocks: Sequence[Block], label: str) -> None:
        book = self.book
        old = self.texts.get(path, "")
        self.texts[path] = addition(
            book.project, path, blocks, label=label, about=key(book.plan), old=old
        ).new

    def add(self, sheet: sheets.PlanSheet, cells: sheets.Cells) -> None:
        """Write the block of a new row, its passage, and that what it belongs to has it."""
        book = self.book
        name = sheet.name
        subject = book.subject(name, cells)
        if book.full(subject) in self.taken:
            raise ProjectError("row-stands", name=subject)
        self.taken.add(book.full(subject))
        ends = [key(book.full(book.thing(name, cells, end))) for end in sheets.ENDS.get(name, ())]
        passage = self._passage(name, cells, "-".join(ends)) if ends else None
        blocks = [Block(subject, tuple(self._statements(sheet, cells, subject, passage)))]
        if passage:
            blocks.append(passage)
        is_use = name == "links" and book.thing(name, cells, "type") == "linktype:uses-instrument"
        kind = "instruments" if is_use else name
        self._append(self._file_of(kind), blocks, kind)
        if name == "details":
            self._give_owner(subject, cells)

    def _file_of(self, kind: str) -> Path:
        """Where blocks of a kind stand; a draft has all in one file."""
        plan = key(self.book.plan)
        single = self.book.project.plan_file(plan)
        if single in self.book.texts:
            return single
        return self.book.project.plan_file(plan, kind)

    def _statements(
        self,
        sheet: sheets.PlanSheet,
        cells: sheets.Cells,
        subject: str,
        passage: Block | None,
    ) -> Iterator[TurtleLine]:
        """What the block of a new row says, in the order of the columns."""
        classes, _ = sheets.LAYOUTS[sheet.name]
        followers = self._followers(sheet, subject)
        yield TurtleLine("a", sheets.class_of(cells) if sheet.name == "details" else classes[0])
        for column in sheet.columns:
            if column.place or column.predicate == "a":
                continue
            if column.name == "evidence" and passage:
                yield TurtleLine("pan:evidence", passage.subject)
            for value in _values_of(column, cells):
                yield TurtleLine(column.predicate, column.written(value, self.book.prefixes))
            if column.code in followers:
                yield followers[column.code]

    def _followers(self, sheet: sheets.PlanSheet, subject: str) -> dict[str, TurtleLine]:
        """What no cell says of a new row, by the code of the column behind which it stands."""
        identifier = subject.partition(":")[2]
        followers = {
            "number": TurtleLine("dcterms:identifier", string(identifier)),
            "channel": TurtleLine("pan:status", "linkstatus:accepted"),
        }
        titles = [column.code for column in sheet.columns if column.name == "other-title"]
        if titles:
            followers[titles[-1]] = TurtleLine(
                "pan:inPlan", iri(self.book.plan, self.book.prefixes)
            )
        return followers

    def _give_owner(self, detail: str, cells: sheets.Cells) -> None:
        """Say of the action or part a detail belongs to that it has it.

        An action that is new too stands where it was just put.
        """
        of_class = sheets.class_of(cells)
        owner = self.book.thing("details", cells, "belongs-to")
        name, path = self.book.owners.get(owner, (owner, self._file_of("actions")))
        earlier = list(sheets.DETAILS)[: list(sheets.DETAILS).index(of_class)]
        before = (*_BEFORE, *(sheets.DETAILS[sibling][1] for sibling in earlier))
        edit = turtle.StatementEdit(name, sheets.DETAILS[of_class][1], (), (detail,), before)
        self._edited(path, [edit])

    def _passage(self, name: str, cells: sheets.Cells, base: str) -> Block | None:
        statement: dict[str, TurtleLine] = {}
        for column in self.book.sheets[name].columns:
            if column.place == "passage":
                for value in sheets.values_in(cells.get(column.code, "")):
                    written = column.written(value, self.book.prefixes)
                    statement[column.name] = TurtleLine(column.predicate, written)
        if "quote" not in statement:
            return None
        free = free_name(f"passage:{base.lower()}", self.taken, self.book.prefixes)
        self.taken.add(self.book.full(free))
        order = [statement[name] for name in ("quote", "page", "document") if name in statement]
        return Block(free, (TurtleLine("a", "pan:Passage"), *order))


def _values_of(column: sheets.SheetColumn, cells: sheets.Cells) -> tuple[str, ...]:
    """The values of a new row in a column; a reference to another action is read in the text."""
    values = sheets.values_in(cells.get(column.code, ""))
    if values or column.name != "channel":
        return values
    return ("text",) if "cross-reference" in sheets.values_in(cells["type"]) else ()
