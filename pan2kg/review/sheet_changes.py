"""What a sheet that came back changes, cell by cell, and the files with these changes made: all of them or none."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from pan2kg.coherence.uses import key
from pan2kg.errors import ProjectError
from pan2kg.extract.layout import folded
from pan2kg.graph.labels import read_labels
from pan2kg.i18n.catalogue import Language, Messages
from pan2kg.i18n.message import Message
from pan2kg.project import PACKAGE
from pan2kg.review.files import append, with_prefixes
from pan2kg.review.readings import Addition
from pan2kg.review.rekeying import rekeyed
from pan2kg.review.sheet import (
    KEY,
    MARK,
    NAMED,
    Book,
    Cell,
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
from pan2kg.turtle.editing import Edit, edited, without_unused
from pan2kg.turtle.tokens import prefixes_used
from pan2kg.turtle.vocabulary import link_iri
from pan2kg.turtle.writer import Block, Statement, iri, string, text
from pan2kg.validation.quotations import Kept

if TYPE_CHECKING:
    from pan2kg.store.store import LocalStore

_DATA: Final = Messages("data")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_KEY_OF_LINK: Final = ("type", "relation", "from", "to")


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet as it came back: its name, the codes of its columns, and its lines with their numbers in the file."""

    name: str
    codes: tuple[str, ...]
    lines: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that is to be changed: the sheet and its line, the row's key, the column, the text before and after.

    ``meanwhile`` holds where the files say something else than when the sheet was made, and the sheet too.
    """

    sheet: str
    line: int
    key: str
    column: Column
    old: str
    new: str
    meanwhile: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line cannot be taken: where, and what is wrong."""

    sheet: str
    line: int
    message: Message


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
            found.faults.append(Fault(change.sheet, change.line, Message("sheet", "fault.two-ways", {"key": place[0]})))
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

    def _fault(self, table: Table, line: int, name: str, **values: object) -> None:
        self.found.faults.append(Fault(table.name, line, Message("sheet", f"fault.{name}", values)))

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
        return Change(table.name, number, row.subject, column, old, new, meanwhile=was != mark(old))

    def _holds(self, table: Table, change: Change, row: Row, line: Mapping[str, str]) -> bool:
        """Whether what is typed can be written: the things are there, the words can be seen, a quote is in its text."""
        column, place = change.column, row.cells[change.column.code]
        if column.place == "names" and not place.subject:
            self._fault(table, change.line, "no-block", key=change.key, column=head(column))
            return False
        if column.needed and not values_in(change.new):
            self._fault(table, change.line, "needed", key=change.key, column=head(column))
            return False
        return self._can_stand(table, change.line, column, line)

    def _can_stand(self, table: Table, number: int, column: Column, line: Mapping[str, str]) -> bool:
        cell = line[column.code]
        faults = len(self.found.faults)
        for value in cell.split("\n") if column.names_things else ():
            self._thing(table, number, column, value.strip())
        if _CONTROL.search(cell):
            self._fault(table, number, "hidden", column=head(column))
        if column.name in ("quote", "number", "page") and len(values_in(cell)) > 1:
            self._fault(table, number, "several", column=head(column))
        if column.name == "quote":
            self._quote(table, number, cell, line)
        return len(self.found.faults) == faults

    def _thing(self, table: Table, number: int, column: Column, value: str) -> None:
        name, mark_, called = value.partition(NAMED)
        thing = full(named(name.strip(), column, self.book.prefixes), self.book.prefixes)
        if value and thing not in self.known.things and thing not in self.found.fresh:
            self._fault(table, number, "unknown", column=head(column), value=name.strip() or value)
        elif mark_ and called.strip() not in self.known.names.get(thing, ()):
            self._fault(table, number, "other-name", column=head(column), value=value)

    def _quote(self, table: Table, number: int, cell: str, line: Mapping[str, str]) -> None:
        """Refuse words that are not in the kept text of their document."""
        column = next(one for one in self.sheet.columns if one.name == "document")
        document = without_names(line.get("document", ""), column).strip()
        kept = self.known.kept.get(document.rpartition(":")[2])
        for quote in values_in(cell) if kept else ():
            if kept and kept.holds(quote) is False:
                self._fault(table, number, "not-verbatim", quote=_brief(quote), document=document)

    def _new_row(self, table: Table, number: int, line: Mapping[str, str], columns: Mapping[str, Column]) -> None:
        cells = {code: without_names(line.get(code, ""), column) for code, column in columns.items()}
        faults = len(self.found.faults)
        if self.sheet.layout.name == "names":
            self._fault(table, number, "no-new-names")
            return
        for column in columns.values():
            if column.needed and not values_in(cells[column.code]):
                self._fault(table, number, "needed", key="–", column=head(column))
            elif cells[column.code].strip():
                self._can_stand(table, number, column, line)
        if not any(values_in(cells[code]) for code in cells if code.startswith("title@")) and table.name == "actions":
            self._fault(table, number, "untitled")
        quoted = any(values_in(cells[code]) for code in cells if code.startswith("quote@"))
        if quoted != bool(values_in(cells.get("document", ""))):
            self._fault(table, number, "half-passage")
        if len(self.found.faults) == faults:
            self.found.rows.append((table.name, number, cells))
            self.found.fresh.add(full(new_subject(self.book, table.name, cells), self.book.prefixes))


def head(column: Column) -> Message:
    """What stands above a column, with its language where it has one.

    >>> str(head(Column("title", "skos:prefLabel", language="fr")))
    'title (fr)'
    """
    name = Message("sheet", f"head.{column.name}")
    return Message("sheet", "head-in", {"head": name, "tag": column.language}) if column.language else name


def _brief(words: str) -> str:
    return words if len(words) <= 60 else f"{words[:59].rstrip()}…"


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

    def _one(self, cells: Mapping[str, str], name: str, sheet: Sheet) -> str:
        """The first thing a cell names, as Turtle writes it."""
        return _thing_of(self.book, sheet, cells, name)

    def _append(self, path: Path, header: Sequence[Block], blocks: Sequence[Block]) -> None:
        old, name = self.texts.get(path, ""), self.book.project.name_of(path)
        self.texts[path] = append(old, header, blocks, self.book.prefixes, name)

    def _statements(self, sheet: Sheet, cells: Mapping[str, str], passage: Block | None) -> Iterator[Statement]:
        own = {"actions": "pan:Action", "involvements": "pan:Involvement", "links": "pan:Link"}
        yield Statement("a", own[sheet.layout.name])
        for column in sheet.columns:
            if column.place:
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


def _thing_of(book: Book, sheet: Sheet, cells: Mapping[str, str], name: str) -> str:
    column = next(one for one in sheet.columns if one.name == name)
    return next((named(one, column, book.prefixes) for one in values_in(cells.get(name, ""))), "")


def new_subject(book: Book, name: str, cells: Mapping[str, str]) -> str:
    """The subject of a new row: made from number or title, from work, body and roles, or from what is linked."""
    sheet = next(one for one in book.sheets if one.layout.name == name)

    def end(of: str) -> str:
        return full(_thing_of(book, sheet, cells, of), book.prefixes)

    if name == "actions":
        titles = (one for code in cells if code.startswith("title@") for one in values_in(cells[code]))
        own = next(iter(values_in(cells["number"])), "") or next(titles, "")
        return f"action:{key(book.plan)}-{_slug(own)}"
    if name == "involvements":
        roles = [one.rpartition(":")[2] for one in values_in(cells["role"])]
        return f"involvement:{_slug('-'.join((key(end('work')), key(end('body')), *roles)))}"
    relation = key(end("relation")) if values_in(cells["relation"]) else ""
    made = link_iri(key(end("type")), end("from"), end("to"), relation=relation, space=book.project.space)
    return iri(made, book.prefixes)


def _slug(words: str) -> str:
    """Words as a key: lower case, no accents, hyphens.

    >>> _slug("4.10 Égalité")
    '4-10-egalite'
    """
    return re.sub(r"[^a-z0-9]+", "-", folded(words.casefold())).strip("-")[:80].rstrip("-") or "x"
