"""Sheets as a file, xlsx or CSV, written and read by openpyxl; and the files of a project with their changes made.

Every cell is a text. A spreadsheet program makes numbers and days of what looks like them, ``4.10`` becomes 4.1 and
``3-1`` the third of January; cells of the format « text » it leaves alone.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pan2kg.errors import FormatError, Place, ProjectError
from pan2kg.i18n.catalogue import Language, Messages
from pan2kg.i18n.message import Message
from pan2kg.project import PACKAGE, reason
from pan2kg.review.add import rekeyed
from pan2kg.review.files import Addition, append, with_prefixes
from pan2kg.review.sheet import (
    DETAILS,
    KEY,
    LAYOUTS,
    MARK,
    Book,
    Cell,
    Column,
    Names,
    Sheet,
    choices,
    full,
    table,
    values_in,
    written,
)
from pan2kg.review.sheet_changes import (
    BEFORE,
    Change,
    Comparison,
    Known,
    Table,
    class_of,
    classes_offered,
    head,
    new_subject,
    owner_of,
    owners,
    thing_of,
)
from pan2kg.tables.spreadsheet import Form, write_forms
from pan2kg.turtle.blocks import StatementEdit as Edit
from pan2kg.turtle.blocks import edited, without_unused
from pan2kg.turtle.vocabulary import key
from pan2kg.turtle.writer import Block, Statement, iri, prefixes_used, string, text

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
        FormatError: a text is longer than a cell can be.
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


_DATA: Final = Messages("data")
_KEY_OF_LINK: Final = ("type", "relation", "from", "to")


def changed(book: Book, found: Comparison, known: Known) -> tuple[Addition, ...]:
    """The files that change, each as it is and as it is to be; links whose ends changed have their new keys.

    Raises:
        ProjectError: two links would say the same, or what a new row says stands there already.
        TurtleError: a block that changes is not laid out as the house does.
    """
    if book.project.data or book.project.root == PACKAGE / "data":
        raise ProjectError("nothing-to-write-to", remedy="write-in-project")
    writer = _Writer(book, known, dict(book.texts), set())
    writer.edit(found.changes)
    for name, _, cells in found.rows:
        writer.add(next(sheet for sheet in book.sheets if sheet.layout.name == name), cells)
    new = {path: content for path, content in writer.texts.items() if content != book.texts.get(path, "")}
    made = {
        path: Addition(path, book.project.name_of(path), book.texts.get(path, ""), content)
        for path, content in new.items()
    }
    if any(change.sheet == "links" and change.column.name in _KEY_OF_LINK for change in found.changes):
        made |= {one.path: one for one in rekeyed(book.project, new)}
    return tuple(made.values())


@dataclass(frozen=True, slots=True)
class _Writer:
    """Makes changes in the texts of files."""

    book: Book
    known: Known
    texts: dict[Path, str]
    taken: set[str]

    def edit(self, changes: Sequence[Change]) -> None:
        """Make the changes of cells, a file at a time; words for a row without a passage become one."""
        rows = {(sheet.layout.name, row.subject): row for sheet in self.book.sheets for row in sheet.rows}
        edits: dict[Path, dict[tuple[str, str, str], Edit]] = {}
        passages: dict[tuple[str, str], dict[str, str]] = {}
        for change in changes:
            cell = rows[change.sheet, change.key].cells[change.column.code]
            if cell.path is None:
                passages.setdefault((change.sheet, change.key), {})[change.column.code] = change.new
            else:
                place = (cell.subject, change.column.predicate, change.column.language)
                edits.setdefault(cell.path, {})[place] = self._edit(cell, change)
        for (name, subject), cells in passages.items():
            row = rows[name, subject]
            own = row.cells["certainty"]
            passage = self._passage(name, cells, f"{subject.partition(':')[2]}-passage")
            if own.path and passage:
                self._append(own.path, [], [passage])
                place = (own.subject, "pan:evidence", "")
                old = row.cells["evidence"].written
                edits.setdefault(own.path, {})[place] = Edit(own.subject, place[1], old, (*old, passage.subject))
        for path, made in edits.items():
            self._edited(path, list(made.values()))

    def _edit(self, cell: Cell, change: Change) -> Edit:
        """The objects that stand there and those that are to; a value that stays keeps its spelling."""
        column, left = change.column, list(zip(cell.values, cell.written, strict=True))
        new = list[str]()
        for value in values_in(change.new):
            same = next((one for one in left if one[0] == value), None)
            if same:
                left.remove(same)
            new.append(same[1] if same else written(value, column, self.book.prefixes))
        columns = next(sheet.columns for sheet in self.book.sheets if sheet.layout.name == change.sheet)
        before = columns[: columns.index(column)]
        after = tuple(one.predicate for one in before if one.place == column.place)
        return Edit(cell.subject, column.predicate, cell.written, tuple(new), (*after, "pan:quote"))

    def _edited(self, path: Path, edits: Sequence[Edit]) -> None:
        old, name = self.texts[path], self.book.project.name_of(path)
        new = edited(old, name, edits)
        used = sorted(prefixes_used("\n".join(value for one in edits for value in (one.predicate, *one.new))))
        self.texts[path] = without_unused(with_prefixes(new, used, self.book.prefixes, name), old)

    def add(self, sheet: Sheet, cells: Mapping[str, str]) -> None:
        """Append the block of a new row, and the passage it rests on.

        Raises:
            ProjectError: what it says stands there already.
        """
        name, plan = sheet.layout.name, self.book.plan
        subject = new_subject(self.book, name, cells)
        if full(subject, self.book.prefixes) in self.known.things or subject in self.taken:
            raise ProjectError("row-stands", name=subject)
        self.taken.add(subject)
        ends = [key(full(self._one(cells, one, sheet), self.book.prefixes)) for one in _ENDS.get(name, ())]
        passage = self._passage(name, cells, "-".join(ends)) if ends else None
        blocks = [Block(subject, tuple(self._statements(sheet, cells, passage)))]
        uses = name == "links" and self._one(cells, "type", sheet) == "linktype:uses-instrument"
        kind = "instruments" if uses else name
        path = self.book.file(kind)
        header = Block(
            f"<{self.book.project.graph_iri(path)}>",
            (
                Statement("a", "pan:SourceGraph"),
                *(Statement("rdfs:label", text(said, tag)) for tag, said in _DATA.text(kind, name=key(plan)).words),
                Statement("pan:certainty", "certainty:stated"),
            ),
        )
        self._append(path, [header], [*blocks, passage] if passage else blocks)
        if name == "details":
            self._point(subject, cells)

    def _point(self, subject: str, cells: Mapping[str, str]) -> None:
        """Let the action or part a detail belongs to say that it has it; a new action stands where it was just put."""
        kinds = list(DETAILS)
        owner, kind = owner_of(self.book, cells), class_of(cells)
        written_as, path = owners(self.book).get(owner, (owner, self.book.file("actions")))
        before = (*BEFORE, *(DETAILS[one][1] for one in kinds[: kinds.index(kind)]))
        self._edited(path, [Edit(written_as, DETAILS[kind][1], (), (subject,), before)])

    def _one(self, cells: Mapping[str, str], name: str, sheet: Sheet) -> str:
        """The first thing a cell names, as Turtle writes it."""
        return thing_of(self.book, sheet, cells, name)

    def _append(self, path: Path, header: Sequence[Block], blocks: Sequence[Block]) -> None:
        old, name = self.texts.get(path, ""), self.book.project.name_of(path)
        self.texts[path] = append(old, header, blocks, self.book.prefixes, name)

    def _statements(self, sheet: Sheet, cells: Mapping[str, str], passage: Block | None) -> Iterator[Statement]:
        yield Statement("a", class_of(cells) if sheet.layout.name == "details" else sheet.layout.classes[0])
        for column in sheet.columns:
            if column.place or column.predicate == "a":
                continue
            given = values_in(cells.get(column.code, ""))
            if column.name == "channel" and not given and "cross-reference" in values_in(cells["type"]):
                given = ("text",)
            if column.name == "evidence" and passage:
                yield Statement("pan:evidence", passage.subject)
            yield from (Statement(column.predicate, written(one, column, self.book.prefixes)) for one in given)
            if column.name == "number":
                subject = new_subject(self.book, sheet.layout.name, cells)
                yield Statement("dcterms:identifier", string(subject.partition(":")[2]))
            if column.name == "other-title" and sheet.columns[-1] != column and _last(sheet, column):
                yield Statement("pan:inPlan", iri(self.book.plan, self.book.prefixes))
            if column.name == "channel":
                yield Statement("pan:status", "linkstatus:accepted")

    def _passage(self, name: str, cells: Mapping[str, str], base: str) -> Block | None:
        """The passage that is quoted in a row, None where it quotes none."""
        columns = next(sheet.columns for sheet in self.book.sheets if sheet.layout.name == name)
        said = {
            one.name: Statement(one.predicate, written(value, one, self.book.prefixes))
            for one in columns
            if one.place == "passage"
            for value in values_in(cells.get(one.code, ""))
        }
        if "quote" not in said:
            return None
        names = (f"passage:{base.lower()}{end}" for end in ("", *(f"-{number}" for number in range(2, 10_000))))
        things = self.known.things
        free = next(one for one in names if full(one, self.book.prefixes) not in things and one not in self.taken)
        self.taken.add(free)
        order = [said[one] for one in ("quote", "page", "document") if one in said]
        return Block(free, (Statement("a", "pan:Passage"), *order))


_ENDS: Final[Mapping[str, tuple[str, ...]]] = {"involvements": ("work", "body"), "links": ("from", "to")}


def _last(sheet: Sheet, column: Column) -> bool:
    """Whether this is the last of the columns of its name, one a language."""
    return [one for one in sheet.columns if one.name == column.name][-1] == column
