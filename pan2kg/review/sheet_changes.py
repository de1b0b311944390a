"""What a sheet that came back changes, cell by cell, what is at fault in it, and what new rows are and are called."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from pan2kg.extract.document import folded
from pan2kg.graph.labels import read_labels
from pan2kg.i18n.catalogue import Language
from pan2kg.i18n.message import Message
from pan2kg.review.sheet import (
    DETAILS,
    KEY,
    MARK,
    NAMED,
    OPEN,
    Book,
    Column,
    Names,
    Row,
    Sheet,
    full,
    mark,
    named,
    read_marks,
    values_in,
    without_names,
    written,
)
from pan2kg.turtle.vocabulary import key, link_iri
from pan2kg.turtle.writer import iri
from pan2kg.validation.quotations import Kept

if TYPE_CHECKING:
    from pan2kg.store.store import LocalStore


BEFORE: Final = (
    *("skos:notation", "dcterms:identifier", "skos:prefLabel", "skos:altLabel", "pan:unofficialLabelLanguage"),
    *("pan:inPlan", "pan:inCategory", "pan:inPart", "pan:partLevel", "pan:partOf", "pan:order"),
)
"""What stands in such a block before them."""
_OF_TIMELINES: Final = ("class", "start", "end")


def owners(book: Book) -> Mapping[str, tuple[str, Path]]:
    """The actions and parts of the plan: the subject as its file writes it, and the file."""
    found = {}
    for sheet in book.sheets:
        for row in sheet.rows if sheet.layout.name in ("actions", "names") else ():
            cell = row.cells["number"]
            if cell.path:
                found[row.subject] = cell.subject, cell.path
    return found


def owner_of(book: Book, cells: Mapping[str, str]) -> str:
    """What a new row belongs to, as Turtle writes it; empty where its cell names nothing."""
    column = next(one for sheet in book.sheets for one in sheet.columns if one.place == "owner")
    return next((named(one, column, book.prefixes) for one in values_in(cells.get(column.code, ""))), "")


def class_of(cells: Mapping[str, str]) -> str:
    """The class a new row names; empty where it is none of those there are."""
    kind = next(iter(values_in(cells.get("kind", ""))), "").partition(" ")[0]
    return next((one for one in DETAILS if one.removeprefix("pan:") == kind), "")


def fault_in(book: Book, cells: Mapping[str, str], fresh: set[str]) -> str:
    """What is wrong with a new row, as the key of a message; empty where it can stand."""
    owner, kind = owner_of(book, cells), class_of(cells)
    if owner not in owners(book) and full(owner, book.prefixes) not in fresh:
        return "not-of-plan"
    if not kind:
        return "no-detail"

    def said(name: str) -> bool:
        return any(values_in(cells[code]) for code in cells if code.partition("@")[0] == name)

    if kind == "pan:Timeline":
        dated = "dated" in values_in(cells.get("class", ""))
        dates = said("start") or said("end")
        return "" if said("class") and not said("presence") and dated == dates else "timeline"
    wordless = "absent" in values_in(cells.get("presence", ""))
    is_whole = said("presence") and said("words") != wordless
    return "" if is_whole and not any(map(said, _OF_TIMELINES)) else "detail"


def subject_of(book: Book, cells: Mapping[str, str], slug: str) -> str:
    """The subject of a new row: what it belongs to, and its words."""
    prefix = DETAILS.get(class_of(cells), ("detail", ""))[0]
    own = key(full(owner_of(book, cells), book.prefixes))
    return f"{prefix}:{own}-{slug[:60].rstrip('-')}" if slug else f"{prefix}:{own}"


def classes_offered(column: Column, prefixes: Mapping[str, str]) -> list[str]:
    """The classes the list of a column offers, as addresses; none where it is not of classes.

    >>> classes_offered(Column("kind", "a", "pan", listed=True), {"pan": "http://p/"})[:2]
    ['http://p/Timeline', 'http://p/Indicator']
    """
    return [full(one, prefixes) for one in DETAILS] if column.predicate == "a" else []


_FIXED: Final = ("kind", "belongs-to")
"""What a row is and whose it is, which follows from other blocks and is only said of a new one."""
_SINGLE: Final = (
    *("quote", "number", "page", "class", "presence", "plan-type", "plan-status", "completeness"),
    *_FIXED,
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet as it came back: its name, the codes of its columns, and its lines with their numbers in the file."""

    name: str
    codes: tuple[str, ...]
    lines: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that is to be changed: the sheet and its line, the row's key, the column, the text before and after.

    ``cell`` is its name in the spreadsheet, such as C14.
    ``meanwhile`` holds where the files say something else than when the sheet was made, and the sheet too.
    """

    sheet: str
    line: int
    key: str
    column: Column
    old: str
    new: str
    meanwhile: bool = False
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line or a cell cannot be taken: where, and what is wrong."""

    sheet: str
    line: int
    message: Message
    cell: str = ""


@dataclass(slots=True)
class Comparison:
    """What a workbook changes: cells, new rows with their cells, faults, and how many rows it no longer has."""

    changes: list[Change] = field(default_factory=list)
    rows: list[tuple[str, int, dict[str, str]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    absent: int = 0
    fresh: set[str] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be written."""
        return not self.changes and not self.rows

    @property
    def conflicts(self) -> list[Change]:
        """The cells that were changed in the files meanwhile."""
        return [change for change in self.changes if change.meanwhile]


@dataclass(frozen=True, slots=True)
class Known:
    """What cells are held to: the IRIs of all things, their names, and the texts that are kept of documents."""

    things: Collection[str]
    names: Names
    kept: Mapping[str, Kept] = field(default_factory=dict)


def read_known(store: LocalStore, language: Language, kept: Mapping[str, Kept]) -> Known:
    """All things a store describes, what each is called, in ``language`` first, and the texts that are kept."""
    things = {quad.subject.value for quad in store.inner if isinstance(quad.subject, ox.NamedNode)}
    labels = read_labels(store)
    names = {
        thing: tuple(
            dict.fromkeys(" ".join(one.split()) for one in (labels.label(thing, language).text, *entry.texts.values()))
        )
        for thing, entry in labels.entries.items()
        if entry.texts
    }
    return Known(things, names, kept)


def compare(book: Book, tables: Sequence[Table], known: Known) -> Comparison:
    """What the tables change of what the files say now."""
    found = Comparison()
    sheets = {sheet.layout.name: sheet for sheet in book.sheets}
    for one in tables:
        if one.name in sheets:
            _Comparer(book, sheets[one.name], known, found).take(one)
    rows = {(sheet.layout.name, row.subject): row for sheet in book.sheets for row in sheet.rows}
    said: dict[tuple[str, str], str] = {}
    for change in found.changes:
        # Two rows may rest on one passage: it can be changed in one of them, or in both alike.
        place = rows[change.sheet, change.key].cells[change.column.code].subject or change.key, change.column.code
        if said.setdefault(place, change.new) != change.new:
            message = Message("sheet", "fault.two-ways", {"key": place[0]})
            found.faults.append(Fault(change.sheet, change.line, message, change.cell))
    return found


@dataclass(frozen=True, slots=True)
class _Comparer:
    book: Book
    sheet: Sheet
    known: Known
    found: Comparison

    def take(self, table: Table) -> None:
        """Compare each line with the row of its key."""
        columns = {column.code: column for column in self.sheet.columns}
        unknown = [code for code in table.codes if code and code not in (KEY, MARK, *columns)]
        if (
            unknown
            or table.codes[:1] != (KEY,)
            or len(set(filter(None, table.codes))) < len([*filter(None, table.codes)])
        ):
            self._fault(table, 1, "columns", names=", ".join(unknown) or KEY)
            return
        rows = {row.subject: row for row in self.sheet.rows}
        lines = [(number, dict(zip(table.codes, line, strict=False))) for number, line in table.lines]
        lines = [
            (number, line) for number, line in lines if any(line.get(code, "").strip() for code in (KEY, *columns))
        ]
        typed = [line.get(KEY, "").strip() for _, line in lines]
        by_mark = {mark(subject): subject for subject in rows}
        for number, line in lines:
            subject = line.get(KEY, "").strip()
            was = by_mark.get(read_marks(line.get(MARK, "")).get(KEY, ""), "")
            if subject:
                self._known_row(table, number, line, rows, typed)
            elif was and was not in typed:
                self._fault(table, number, "key-gone", key=was)
            else:
                self._new_row(table, number, line, columns)
        self.found.absent += len(rows.keys() - set(typed))

    def _fault(self, table: Table, line: int, name: str, column: Column | None = None, **values: object) -> None:
        said = {**values, "column": head(column)} if column else values
        cell = cell_name(table.codes, column.code, line) if column else ""
        self.found.faults.append(Fault(table.name, line, Message("sheet", f"fault.{name}", said), cell))

    def _known_row(
        self, table: Table, number: int, line: Mapping[str, str], rows: Mapping[str, Row], typed: Sequence[str]
    ) -> None:
        subject, marks = line[KEY].strip(), read_marks(line.get(MARK, ""))
        if typed.count(subject) > 1:
            self._fault(table, number, "key-twice", key=subject)
        elif subject not in rows:
            self._fault(table, number, "key-edited" if marks else "key-unknown", key=subject)
        elif not marks:
            self._fault(table, number, "mark-gone", key=subject)
        elif marks.get(KEY) != mark(subject):
            self._fault(table, number, "key-edited", key=subject)
        else:
            for column in self.sheet.columns:
                if column.code in line:
                    change = self._cell(table, number, rows[subject], column, (line[column.code], marks))
                    if change and self._holds(table, change, rows[subject], line):
                        self.found.changes.append(change)

    def _cell(
        self, table: Table, number: int, row: Row, column: Column, given: tuple[str, Mapping[str, str]]
    ) -> Change | None:
        cell, marks = given
        new, old, was = without_names(cell, column), row.cells[column.code].text, marks.get(column.code)
        if new == old or mark(new) == was or values_in(new) == values_in(old):
            return None
        name = cell_name(table.codes, column.code, number)
        return Change(table.name, number, row.subject, column, old, new, meanwhile=was != mark(old), cell=name)

    def _holds(self, table: Table, change: Change, row: Row, line: Mapping[str, str]) -> bool:
        """Whether what is typed can be written: the things are there, the words can be seen, a quote is in its text."""
        column, place = change.column, row.cells[change.column.code]
        if column.name in _FIXED:
            self._fault(table, change.line, "fixed", column, key=change.key)
            return False
        if column.place == "names" and not place.subject:
            self._fault(table, change.line, "no-block", column, key=change.key)
            return False
        if column.needed and not values_in(change.new):
            self._fault(table, change.line, "needed", column, key=change.key)
            return False
        return self._can_stand(table, change.line, column, line)

    def _can_stand(self, table: Table, number: int, column: Column, line: Mapping[str, str]) -> bool:
        cell = line[column.code]
        faults = len(self.found.faults)
        for value in cell.split("\n") if column.names_things else ():
            self._thing(table, number, column, value.strip())
        if _CONTROL.search(cell):
            self._fault(table, number, "hidden", column)
        if (column.name in _SINGLE or column.kind in ("day", "count")) and len(values_in(cell)) > 1:
            self._fault(table, number, "several", column)
        elif column.kind in ("day", "count"):
            for value in values_in(cell):
                if not written(value, column, self.book.prefixes):
                    self._fault(table, number, f"no-{column.kind}", column, value=value)
        if column.name == "quote":
            self._quote(table, number, cell, line)
        return len(self.found.faults) == faults

    def _thing(self, table: Table, number: int, column: Column, value: str) -> None:
        name, mark_, called = value.partition(NAMED)
        thing = full(named(name.strip(), column, self.book.prefixes), self.book.prefixes)
        if value and thing not in self.known.things and thing not in self.found.fresh:
            self._fault(table, number, "unknown", column, value=name.strip() or value)
        elif mark_ and called.strip() not in self.known.names.get(thing, ()):
            self._fault(table, number, "other-name", column, value=value)

    def _quote(self, table: Table, number: int, cell: str, line: Mapping[str, str]) -> None:
        """Refuse words that are not in the kept text of their document."""
        column = next(one for one in self.sheet.columns if one.name == "document")
        document = without_names(line.get("document", ""), column).strip()
        kept = self.known.kept.get(document.rpartition(":")[2])
        for quote in values_in(cell) if kept else ():
            if kept and kept.holds(quote) is False:
                own = next(one for one in self.sheet.columns if one.name == "quote" and line.get(one.code) == cell)
                self._fault(table, number, "not-verbatim", own, quote=_brief(quote), document=document)

    def _new_row(self, table: Table, number: int, line: Mapping[str, str], columns: Mapping[str, Column]) -> None:
        cells = {code: without_names(line.get(code, ""), column) for code, column in columns.items()}
        faults = len(self.found.faults)
        if self.sheet.layout.name not in OPEN:
            self._fault(table, number, "no-new-names")
            return
        for column in columns.values():
            if column.needed and not values_in(cells[column.code]):
                self._fault(table, number, "needed", column, key="–")
            elif cells[column.code].strip():
                self._can_stand(table, number, column, line)
        if not any(values_in(cells[code]) for code in cells if code.startswith("title@")) and table.name == "actions":
            self._fault(table, number, "untitled")
        quoted = any(values_in(cells[code]) for code in cells if code.startswith("quote@"))
        if quoted != bool(values_in(cells.get("document", ""))):
            self._fault(table, number, "half-passage")
        if len(self.found.faults) == faults and table.name == "details":
            fault = fault_in(self.book, cells, self.found.fresh)
            if fault:
                self._fault(table, number, fault)
        if len(self.found.faults) == faults:
            self.found.rows.append((table.name, number, cells))
            self.found.fresh.add(full(new_subject(self.book, table.name, cells), self.book.prefixes))


def cell_name(codes: Sequence[str], code: str, line: int) -> str:
    """The name of a cell in a spreadsheet.

    >>> cell_name(["key", "number", "title@fr"], "title@fr", 14), cell_name([str(at) for at in range(60)], "53", 3)
    ('C14', 'BB3')
    """
    at, letters = list(codes).index(code) + 1, ""
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{line}"


def head(column: Column) -> Message:
    """What stands above a column, with its language where it has one.

    >>> str(head(Column("title", "skos:prefLabel", language="fr")))
    'title (fr)'
    """
    name = Message("sheet", f"head.{column.name}")
    return Message("sheet", "head-in", {"head": name, "tag": column.language}) if column.language else name


def _brief(words: str) -> str:
    return words if len(words) <= 60 else f"{words[:59].rstrip()}…"


def thing_of(book: Book, sheet: Sheet, cells: Mapping[str, str], name: str) -> str:
    """The first thing a cell of a new row names, as Turtle writes it; empty where it names none."""
    column = next(one for one in sheet.columns if one.name == name)
    return next((named(one, column, book.prefixes) for one in values_in(cells.get(name, ""))), "")


def new_subject(book: Book, name: str, cells: Mapping[str, str]) -> str:
    """The subject of a new row: made from number or title, from work, body and roles, or from what is linked."""
    sheet = next(one for one in book.sheets if one.layout.name == name)

    def end(of: str) -> str:
        return full(thing_of(book, sheet, cells, of), book.prefixes)

    if name == "actions":
        titles = (one for code in cells if code.startswith("title@") for one in values_in(cells[code]))
        own = next(iter(values_in(cells["number"])), "") or next(titles, "")
        return f"action:{key(book.plan)}-{_slug(own)}"
    if name == "involvements":
        roles = [one.rpartition(":")[2] for one in values_in(cells["role"])]
        return f"involvement:{_slug('-'.join((key(end('work')), key(end('body')), *roles)))}"
    if name == "details":
        words = next((one for code in cells if code.startswith("words@") for one in values_in(cells[code])), "")
        return subject_of(book, cells, _slug(words) if words else "")
    relation = key(end("relation")) if values_in(cells["relation"]) else ""
    made = link_iri(key(end("type")), end("from"), end("to"), relation=relation, space=book.project.space)
    return iri(made, book.prefixes)


def _slug(words: str) -> str:
    """Words as a key: lower case, no accents, hyphens.

    >>> _slug("4.10 Égalité")
    '4-10-egalite'
    """
    return re.sub(r"[^a-z0-9]+", "-", folded(words.casefold())).strip("-")[:80].rstrip("-") or "x"
