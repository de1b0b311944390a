"""A plan as sheets of rows, out and in again: a block a row, a property a column.

A sheet goes out, is filled in by people who know no Turtle, and comes back. So that what comes back can be compared, a
row carries a mark for each of its cells as they were: what differs from its mark was changed in the sheet, and what
differs from it in the files was changed there meanwhile. Every cell is a text: a spreadsheet program makes numbers and
days of what looks like them, ``4.10`` becomes 4.1 and ``3-1`` the third of January; texts it leaves alone.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.extract.document import folded
from pan2kg.graph.labels import read_labels
from pan2kg.i18n.catalogue import Language, Messages
from pan2kg.i18n.message import Message
from pan2kg.project import Project, read_text, reason
from pan2kg.review.add import rekeyed
from pan2kg.review.files import Addition, addition, own, with_prefixes
from pan2kg.store.store import LocalStore
from pan2kg.tables.spreadsheet import FormSheet, write_forms
from pan2kg.turtle import blocks as turtle
from pan2kg.turtle.vocabulary import key, link_iri
from pan2kg.turtle.writer import Block, TurtleLine, iri, prefixes_used, read_prefixes, string, text
from pan2kg.validation.lines import is_date
from pan2kg.validation.quotations import Kept

KEY: Final = "key"
MARK: Final = "mark"
"""The names of the first and the last column; the last is hidden."""
STAMP: Final = "pan2kg"
"""What the hidden first line begins with; sheet, plan and codes of the columns follow."""
NAMED: Final = " – "
"""What stands between the key of a thing and its name in a cell; only the key is read back."""
OPEN: Final = ("actions", "involvements", "links", "details")
"""The sheets that take new rows; a row of the last has more to say than it asks for."""
DETAILS: Final[Mapping[str, tuple[str, str]]] = {
    "pan:Timeline": ("timeline", "pan:hasTimeline"),
    "pan:Indicator": ("indicator", "pan:hasIndicator"),
    "pan:VerificationSource": ("verification", "pan:hasVerificationSource"),
    "pan:ExpectedResult": ("result", "pan:hasExpectedResult"),
}
"""The classes of details: the prefix of their keys, and what says that an action has one; in the order of a block."""
_BEFORE: Final = (
    "skos:notation", "dcterms:identifier", "skos:prefLabel", "skos:altLabel", "pan:unofficialLabelLanguage",
    "pan:inPlan", "pan:inCategory", "pan:inPart", "pan:partLevel", "pan:partOf", "pan:order",
)  # fmt: skip
"""What stands in the block of an action before what says that it has a detail."""
_FIXED: Final = ("kind", "belongs-to")
"""What a row is and whose it is, which follows from other blocks and is only said of a new one."""
_LITERALS: Final = ("text", "plain", "day", "count")
"""The kinds of columns that name no things."""
_SINGLE: Final = frozenset(
    ("quote", "number", "page", "class", "presence", "plan-type", "plan-status", "completeness", *_FIXED)
)
_OF_TIMELINES: Final = ("class", "start", "end")
_KEY_OF_LINK: Final = ("type", "relation", "from", "to")
_ENDS: Final[Mapping[str, tuple[str, ...]]] = {"involvements": ("work", "body"), "links": ("from", "to")}
_MOST: Final = 64 << 20
"""How many bytes a file may unpack to."""
_ROWS: Final = 200_000
_RETURN: Final = "_x000D_"
"""How the format writes what ends a line in other systems."""
_LITERAL: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z]+(?:-[A-Za-z0-9]+)*))?')
_TYPED: Final = re.compile(r'"([^"\\]*)"\^\^xsd:(gYear|gYearMonth|date)|([0-9]+)')
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"{}|^`\\]+")
_NAME: Final = re.compile(r"[\w-]+:[\w.-]*[\w-]")
_LANGUAGES: Final = re.compile(r'^    pan:labelLanguage "([^"]+)"', re.MULTILINE)
_ESCAPE: Final = re.compile(r"\\([n\\])")
_HIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\u202a-\u202e\u2066-\u2069]")

Prefixes = Mapping[str, str]
Names = Mapping[str, Collection[str]]
"""What things are called, by IRI: the first name is the one that is shown."""
Standing = tuple[Path | None, turtle.TurtleFile, str, Mapping[str, Sequence[str]]]
"""A block: its file, its subject as it is written, and the objects of each predicate; no path where there is none."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    name: str
    predicate: str
    kind: str
    place: str = ""
    listed: bool = False
    needed: bool = False
    language: str = ""
    code: str = ""

    @property
    def head(self) -> Message:
        key = f"head.{self.name}"
        name = Message("sheet", key) if Messages("sheet").has(key) else Message("heading", self.name)
        if not self.language:
            return name
        return Message("sheet", "head-in", {"head": name, "tag": self.language})

    def shown(self, name: str) -> str:
        return name[1:-1] if name.startswith("<") else name.removeprefix(f"{self.kind}:")

    def written(self, value: str, prefixes: Prefixes) -> str:
        """A value of a cell as Turtle writes it; empty where it names nothing, and is no day, month, year or number.

        >>> [SheetColumn("end", "pan:endDate", "day").written(day, {}) for day in ("2020-06-30", "2020", "soon")]
        ['"2020-06-30"^^xsd:date', '"2020"^^xsd:gYear', '']
        >>> SheetColumn("body", "pan:involves", "body").written("maee", {"body": "http://b/"})
        'body:maee'
        """
        if self.kind not in _LITERALS:
            if _ADDRESS.fullmatch(value):
                return iri(value, prefixes)
            whole = value if ":" in value or self.kind == "*" else f"{self.kind}:{value}"
            return whole if _NAME.fullmatch(whole) and whole.partition(":")[0] in prefixes else ""
        if self.kind == "count":
            return value if value.isascii() and value.isdecimal() else ""
        if self.kind == "day":
            forms = {4: "gYear", 7: "gYearMonth", 10: "date"}
            form = forms.get(len(value), "")
            return f'"{value}"^^xsd:{form}' if form and is_date(value, form) else ""
        return text(value, self.language) if self.language else string(value)


def _column(line: str) -> SheetColumn:
    name, predicate, kind, *more = line.split()
    place = next((word for word in more if word in ("passage", "names", "owner")), "")
    return SheetColumn(name, predicate.strip("-"), kind, place, "listed" in more, "needed" in more, code=name)


LAYOUTS: Final = {
    name: (tuple(layout["classes"]), tuple(map(_column, layout["columns"])))
    for name, layout in tomllib.loads(Path(__file__).with_name("sheets.toml").read_text(encoding="utf-8")).items()
}
"""The classes and columns of each sheet."""


class SheetCell(NamedTuple):
    subject: str
    path: Path | None
    written: tuple[str, ...]
    values: tuple[str, ...]
    text: str


class PlanSheet(NamedTuple):
    name: str
    columns: tuple[SheetColumn, ...]
    rows: dict[str, dict[str, SheetCell]]


@dataclass(frozen=True)
class Book:
    project: Project
    plan: str
    prefixes: Prefixes
    texts: Mapping[Path, str]
    sheets: Mapping[str, PlanSheet]
    owners: Mapping[str, tuple[str, Path]]
    """The blocks of actions, parts and the plan, with their files: details belong to them."""

    def full(self, name: str) -> str:
        return turtle.TurtleFile("", prefixes=dict(self.prefixes)).expand(name) if name else ""

    def thing(self, sheet: str, cells: Mapping[str, str], name: str) -> str:
        column = next(column for column in self.sheets[sheet].columns if column.name == name)
        return next((column.written(value, self.prefixes) for value in values_in(cells.get(name, ""))), "")

    def subject(self, name: str, cells: Mapping[str, str]) -> str:
        if name == "actions":
            number = next(iter(values_in(cells["number"])), "") or _first(cells, "title")
            return f"action:{key(self.plan)}-{_slug(number)}"
        ends = {end: key(self.full(self.thing(name, cells, end))) for end in _ENDS.get(name, ())}
        if name == "involvements":
            roles = [role.rpartition(":")[2] for role in values_in(cells["role"])]
            return f"involvement:{_slug('-'.join((*ends.values(), *roles)))}"
        if name == "details":
            words, prefix = _first(cells, "words"), DETAILS.get(class_of(cells), ("detail", ""))[0]
            owner = key(self.full(self.thing(name, cells, "belongs-to")))
            return f"{prefix}:{owner}-{_slug(words)[:60].rstrip('-')}" if words else f"{prefix}:{owner}"
        type_, relation, start, end = (self.full(self.thing(name, cells, column)) for column in _KEY_OF_LINK)
        relation = key(relation) if values_in(cells["relation"]) else ""
        return iri(link_iri(key(type_), start, end, relation=relation, space=self.project.space), self.prefixes)


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", folded(words.casefold())).strip("-")[:80].rstrip("-") or "x"


def _first(cells: Mapping[str, str], name: str) -> str:
    values = (value for code in cells if code.startswith(f"{name}@") for value in values_in(cells[code]))
    return next(values, "")


def class_of(cells: Mapping[str, str]) -> str:
    kind = next(iter(values_in(cells.get("kind", ""))), "").partition(" ")[0]
    return next((name for name in DETAILS if name.removeprefix("pan:") == kind), "")


def values_in(cell: str) -> tuple[str, ...]:
    r"""The values of a cell: a line each, nothing blank around them.

    >>> values_in("4.10\n\n one\\ntwo ")
    ('4.10', 'one\ntwo')
    """
    lines = (line.strip() for line in cell.split("\n"))
    return tuple(_ESCAPE.sub(lambda match: "\n" if match[1] == "n" else "\\", line) for line in lines if line)


def read_book(project: Project, plan: str) -> Book:
    reader, languages = _CellReader(project, key(plan)), _LANGUAGES.findall(read_text(project.profile))
    sheets = {sheet: reader.sheet(sheet, languages or [project.language]) for sheet in LAYOUTS}
    cells = {subject: row["number"] for name in ("actions", "names") for subject, row in sheets[name].rows.items()}
    owners = {subject: (cell.subject, cell.path) for subject, cell in cells.items() if cell.path}
    return Book(project, plan, reader.prefixes, reader.texts, sheets, owners)


class _CellReader:
    def __init__(self, project: Project, plan: str) -> None:
        self.prefixes = read_prefixes(project)
        self.texts: dict[Path, str] = {}
        self.standing: list[Standing] = []
        self.by_subject: dict[str, Standing] = {}
        self.short_names: dict[str, Standing] = {}
        self.owners: dict[str, list[str]] = {}
        folder = project.graph / "plans"
        for path in project.graph_files():
            is_own = path == folder / f"{plan}.ttl" or path.is_relative_to(folder / plan)
            # a file of names holds those of all plans; only one that speaks of this plan is read
            if is_own or (path.parent == project.graph / "names" and f":{plan} " in read_text(path)):
                self.texts[path] = read_text(path)
                self._take(path, turtle.read_turtle_file(self.texts[path], project.name_of(path)), is_own=is_own)

    def _spelt(self, file: turtle.TurtleFile, name: str) -> str:
        prefix = name.partition(":")[0]
        if name == "a" or (not name.startswith("<") and self.prefixes.get(prefix) == file.prefixes.get(prefix, "")):
            return name
        return iri(file.expand(name), self.prefixes)

    def _take(self, path: Path, file: turtle.TurtleFile, *, is_own: bool) -> None:
        for block in file.blocks:
            objects: dict[str, list[str]] = {}
            for statement in block.statements:
                objects.setdefault(self._spelt(file, statement.predicate), []).append(statement.object)
            subject, standing = self._spelt(file, block.subject), (path, file, block.subject, objects)
            if not is_own:
                self.short_names[subject] = standing
                continue
            self.standing.append(standing)
            self.by_subject[subject] = standing
            for _, predicate in DETAILS.values():
                for detail in objects.get(predicate, ()):
                    self.owners.setdefault(self._spelt(file, detail), []).append(subject)

    def sheet(self, name: str, languages: Sequence[str]) -> PlanSheet:
        classes, layout = LAYOUTS[name]
        blocks = [
            standing for standing in self.standing
            if next(iter(standing[3]), "") == "a" and self._spelt(standing[1], standing[3]["a"][0]) in classes
        ]  # fmt: skip
        columns: list[SheetColumn] = []
        for column in layout:
            if column.kind != "text":
                columns.append(column)
                continue
            wished = languages if column.name in ("title", "short-name") else languages[:1]
            objects = (token for block in blocks for token in self._place(block, column)[3].get(column.predicate, ()))
            tags = {match[2] for match in map(_LITERAL.fullmatch, objects) if match and match[2]}
            listed = (*wished, *sorted(tags - {*wished}))
            columns += [replace(column, language=tag, code=f"{column.name}@{tag}") for tag in listed]
        rows = {}
        for standing in blocks:
            subject = self._spelt(standing[1], standing[2])
            label = subject[1:-1] if subject.startswith("<") else subject
            rows[label] = {column.code: self._cell(standing, column) for column in columns}
        return PlanSheet(name, tuple(columns), rows)

    def _place(self, standing: Standing, column: SheetColumn) -> Standing:
        path, file, subject, objects = standing
        nothing: Standing = path, file, "", {}
        if column.place == "names":
            return self.short_names.get(self._spelt(file, subject), nothing)
        if column.place != "passage":
            return standing
        passages = (self._spelt(file, token) for token in objects.get("pan:evidence", ()))
        return next((self.by_subject[name] for name in passages if name in self.by_subject), nothing)

    def _cell(self, standing: Standing, column: SheetColumn) -> SheetCell:
        path, file, subject, objects = self._place(standing, column)
        owners = self.owners.get(self._spelt(file, subject), ()) if column.place == "owner" else ()
        pairs = [(owner, column.shown(owner)) for owner in owners]
        for token in objects.get(column.predicate, ()):
            # an object of another kind or language is none of this column
            literal, typed = _LITERAL.fullmatch(token), _TYPED.fullmatch(token)
            if column.kind in ("day", "count"):
                if typed and bool(typed[3]) == (column.kind == "count"):
                    pairs.append((token, typed[1] or typed[3]))
            elif column.kind in _LITERALS:
                if literal and (literal[2] or "") == column.language:
                    pairs.append((token, turtle.unescaped(literal[1])))
            elif token[0] not in '"+-0123456789':
                pairs.append((token, column.shown(self._spelt(file, token))))
        written, values = tuple(token for token, _ in pairs), tuple(value for _, value in pairs)
        cell = "\n".join(value.replace("\\", "\\\\").replace("\n", "\\n") for value in values)
        return SheetCell(subject, path if subject else None, written, values, cell)


def mark(cell: str) -> str:
    return sha256(cell.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def write_book(book: Book, names: Names, things: Collection[str], language: Language) -> bytes:
    def with_name(value: str, column: SheetColumn) -> str:
        called = next(iter(names.get(book.full(column.written(value, book.prefixes)), ())), "")
        return f"{value}{NAMED}{called}" if called and called != value else value

    forms = []
    for name, sheet in book.sheets.items():
        heads = [Message("sheet", f"head.{KEY}"), *(column.head for column in sheet.columns)]
        codes = f"{STAMP}:{name}:{key(book.plan)}:{KEY}", *(column.code for column in sheet.columns), MARK
        offered, lines = {}, []
        for at, column in enumerate(sheet.columns, start=1):
            if column.listed:
                # the things of the column's kind, by key, with their names
                space = book.prefixes.get(column.kind, "")
                kinds = list(map(book.full, DETAILS)) if column.predicate == "a" else things
                listed = [iri(kind, book.prefixes) for kind in kinds if space and kind.startswith(space)]
                offered[at] = [with_name(value, column) for value in sorted(map(column.shown, listed))]
        for subject, row in sheet.rows.items():
            texts = {KEY: subject, **{code: cell.text for code, cell in row.items()}}
            marks = " ".join(f"{code}:{mark(cell)}" for code, cell in texts.items())
            for column in sheet.columns:
                if column.kind not in _LITERALS:
                    texts[column.code] = "\n".join(with_name(value, column) for value in row[column.code].values)
            lines.append((*texts.values(), marks))
        titles = tuple(head.say(language) for head in (*heads, Message("sheet", f"head.{MARK}")))
        label = Message("sheet", f"sheet.{name}").say(language)
        forms.append(FormSheet(name, label, (codes, titles), tuple(lines), offered))
    return write_forms(forms, Message("sheet", "sheet.lists").say(language))


class FilledSheet(NamedTuple):
    name: str
    codes: tuple[str, ...]
    lines: tuple[tuple[int, tuple[str, ...]], ...]


def read_tables(path: Path) -> tuple[str, tuple[FilledSheet, ...], bool]:
    place = Place(str(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ProjectError("cannot-read-file", place=place, reason=reason(error)) from None
    is_csv = not data.startswith(b"PK")
    if len(data) > _MOST:
        raise ProjectError("sheet-too-large", place=place)
    tables, plans = list[FilledSheet](), set[str]()
    try:
        for grid in [_csv(data)] if is_csv else _xlsx(place, data):
            rows = [["" if cell is None else str(cell).replace(_RETURN, "\r") for cell in row] for row in grid]
            lines = [tuple(cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row) for row in rows]
            codes = lines[0] if lines else ()
            stamp = codes[0].split(":") if codes else []
            if len(stamp) == 4 and stamp[0] == STAMP and stamp[1] in LAYOUTS:
                plans.add(stamp[2])
                numbered = tuple(enumerate(lines[2:], start=3))
                tables.append(FilledSheet(stamp[1], (stamp[3], *codes[1:]), numbered))
    except (csv.Error, zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError, EOFError) as error:
        if is_csv and isinstance(error, UnicodeDecodeError):
            raise ProjectError("not-utf8", place=place, remedy="save-as-utf8") from None
        plans.clear()
    if len(plans) != 1 or len({table.name for table in tables}) != len(tables):
        raise ProjectError("no-sheet-of-ours", place=place, remedy="export-first")
    return plans.pop(), tuple(tables), is_csv


def _csv(data: bytes) -> list[list[str]]:
    content = data.decode("utf-8-sig")
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
    values = {"sheet": Message("sheet", f"sheet.{sheet}"), "line": line, "cell": cell}
    return Message("sheet", "place-cell" if cell else "place", values)


class CellChange(NamedTuple):
    """A cell that is to be changed: its place and name, such as C14, the row's key, the text before and after.

    ``meanwhile`` holds where the files say something else than when the sheet was made, and the sheet too.
    """

    sheet: str
    place: Message
    cell: str
    key: str
    column: SheetColumn
    old: str
    new: str
    meanwhile: bool


class SheetFault(NamedTuple):
    place: Message
    message: Message
    cell: str


class DescribedRow(NamedTuple):
    things: Collection[str]
    names: Names
    texts: Mapping[str, Kept]

    @classmethod
    def read(cls, store: LocalStore, language: Language, texts: Mapping[str, Kept]) -> DescribedRow:
        entities = {quad.subject.value for quad in store.inner if isinstance(quad.subject, ox.NamedNode)}
        labels, names = read_labels(store), dict[str, tuple[str, ...]]()
        for entity, entry in labels.entries.items():
            if entry.texts:
                called = (labels.label(entity, language).text, *entry.texts.values())
                names[entity] = tuple(dict.fromkeys(" ".join(name.split()) for name in called))
        return cls(entities, names, texts)


@dataclass
class SheetComparison:
    """What a workbook changes of what the files say now: cells, new rows with their cells, and faults.

    ``absent`` counts the rows it no longer has, which stay; ``fresh`` are the IRIs of what it adds.
    """

    book: Book
    known: DescribedRow
    changes: list[CellChange] = field(default_factory=list)
    rows: list[tuple[str, int, dict[str, str]]] = field(default_factory=list)
    faults: list[SheetFault] = field(default_factory=list)
    absent: int = 0
    fresh: set[str] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        return not self.changes and not self.rows

    def take(self, table: FilledSheet) -> None:
        sheet = self.book.sheets[table.name]
        columns, rows = {column.code: column for column in sheet.columns}, sheet.rows
        codes = list(filter(None, table.codes))
        unknown = [code for code in codes if code not in (KEY, MARK, *columns)]
        if unknown or table.codes[:1] != (KEY,) or len({*codes}) < len(codes):
            self._fault(table, 1, "columns", names=", ".join(unknown) or KEY)
            return
        lines = [(number, dict(zip(table.codes, line, strict=False))) for number, line in table.lines]
        lines = [(at, line) for at, line in lines if any(line.get(code, "").strip() for code in (KEY, *columns))]
        keys = [line.get(KEY, "").strip() for _, line in lines]
        by_mark = {mark(subject): subject for subject in rows}
        for (number, line), subject in zip(lines, keys, strict=True):
            marks = {code: value for code, _, value in (name.partition(":") for name in line.get(MARK, "").split())}
            was = by_mark.get(marks.get(KEY, ""), "")
            # of what is named only the key is read back
            cells = {code: line[code] for code in columns if code in line}
            for code in (code for code in cells if columns[code].kind not in _LITERALS):
                cells[code] = "\n".join(name.partition(NAMED)[0].strip() for name in cells[code].split("\n"))
            if not subject and was and was not in keys:
                self._fault(table, number, "key-gone", key=was)
            elif not subject:
                self._new_row(table, number, line, {code: cells.get(code, "") for code in columns})
            elif keys.count(subject) > 1:
                self._fault(table, number, "key-twice", key=subject)
            elif subject not in rows:
                self._fault(table, number, "key-edited" if marks else "key-unknown", key=subject)
            elif not marks:
                self._fault(table, number, "mark-gone", key=subject)
            elif marks.get(KEY) != mark(subject):
                self._fault(table, number, "key-edited", key=subject)
            else:
                for code, after in cells.items():
                    standing, column, marked = rows[subject][code], columns[code], marks.get(code)
                    is_same = mark(after) == marked or values_in(after) == values_in(standing.text)
                    if not is_same and self._can_stand(table, number, column, line, subject, standing):
                        name = cell_name(table.codes, code, number)
                        place, is_changed = place_of(table.name, number, name), marked != mark(standing.text)
                        values = subject, column, standing.text, after, is_changed
                        self.changes.append(CellChange(table.name, place, name, *values))
        self.absent += len(rows.keys() - {*keys})

    def _fault(
        self, table: FilledSheet, line: int, name: str, column: SheetColumn | None = None, **values: object
    ) -> None:
        message = Message("sheet", f"fault.{name}", {**values, **({"column": column.head} if column else {})})
        cell = cell_name(table.codes, column.code, line) if column else ""
        place = place_of(table.name, line, cell)
        self.faults.append(SheetFault(place, message, cell))

    def _can_stand(
        self, table: FilledSheet, number: int, column: SheetColumn, line: Mapping[str, str], subject: str = "",
        standing: SheetCell | None = None,
    ) -> bool:  # fmt: skip
        cell, before, prefixes = line.get(column.code, ""), len(self.faults), self.book.prefixes
        values, is_typed = values_in(cell), column.kind in ("day", "count")
        if standing and column.name in _FIXED:
            self._fault(table, number, "fixed", column, key=subject)
        elif standing and column.place == "names" and not standing.subject:
            self._fault(table, number, "no-block", column, key=subject)
        elif column.needed and not values:
            self._fault(table, number, "needed", column, key=subject or "–")
        if len(self.faults) > before:
            return False
        for value in map(str.strip, cell.split("\n") if column.kind not in _LITERALS else ()):
            name, parted, called = value.partition(NAMED)
            entity = self.book.full(column.written(name.strip(), prefixes))
            if value and entity not in self.known.things and entity not in self.fresh:
                self._fault(table, number, "unknown", column, value=name.strip() or value)
            elif parted and called.strip() not in self.known.names.get(entity, ()):
                self._fault(table, number, "other-name", column, value=value)
        if _HIDDEN.search(cell):
            self._fault(table, number, "hidden", column)
        if (column.name in _SINGLE or is_typed) and len(values) > 1:
            self._fault(table, number, "several", column)
        elif is_typed and values and not column.written(values[0], prefixes):
            self._fault(table, number, f"no-{column.kind}", column, value=values[0])
        if column.name == "quote":
            document = line.get("document", "").partition(NAMED)[0].strip()
            words = self.known.texts.get(document.rpartition(":")[2])
            for quote in (quote for quote in values if words and words.holds(quote) is False):
                brief = quote if len(quote) <= 60 else f"{quote[:59].rstrip()}…"
                self._fault(table, number, "not-verbatim", column, quote=brief, document=document)
        return len(self.faults) == before

    def _new_row(self, table: FilledSheet, number: int, line: Mapping[str, str], cells: dict[str, str]) -> None:
        name, before = table.name, len(self.faults)
        if name not in OPEN:
            self._fault(table, number, "no-new-names")
            return
        for column in self.book.sheets[name].columns:
            if column.needed or cells[column.code].strip():
                self._can_stand(table, number, column, line)
        if name == "actions" and not _first(cells, "title"):
            self._fault(table, number, "untitled")
        if bool(_first(cells, "quote")) != bool(values_in(cells.get("document", ""))):
            self._fault(table, number, "half-passage")
        if len(self.faults) == before and name == "details" and (fault := self._fault_of_detail(cells)):
            self._fault(table, number, fault)
        if len(self.faults) == before:
            self.rows.append((name, number, cells))
            self.fresh.add(self.book.full(self.book.subject(name, cells)))

    def _fault_of_detail(self, cells: Mapping[str, str]) -> str:
        owner, kind = self.book.thing("details", cells, "belongs-to"), class_of(cells)
        if owner not in self.book.owners and self.book.full(owner) not in self.fresh:
            return "not-of-plan"
        if not kind:
            return "no-detail"
        filled = {code.partition("@")[0] for code in cells if values_in(cells[code])}
        if kind == "pan:Timeline":
            # a day stands where the class says that there is one
            is_dated = "dated" in values_in(cells.get("class", ""))
            is_fit = "class" in filled and "presence" not in filled and bool(filled & {"start", "end"}) == is_dated
            return "" if is_fit else "timeline"
        is_wordless = "absent" in values_in(cells.get("presence", ""))
        is_fit = "presence" in filled and ("words" in filled) != is_wordless and not filled & {*_OF_TIMELINES}
        return "" if is_fit else "detail"


def compare(book: Book, tables: Sequence[FilledSheet], known: DescribedRow) -> SheetComparison:
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
    at, letters = list(codes).index(code) + 1, ""
    while at:
        at, letter = divmod(at - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{line}"


def changed(comparison: SheetComparison) -> tuple[Addition, ...]:
    book = comparison.book
    own(book.project)
    writer = _Writer(book, comparison.known, dict(book.texts), set())
    writer.edit(comparison.changes)
    for name, _, cells in comparison.rows:
        writer.add(book.sheets[name], cells)
    after = {path: content for path, content in writer.texts.items() if content != book.texts.get(path, "")}
    if any(change.sheet == "links" and change.column.name in _KEY_OF_LINK for change in comparison.changes):
        return rekeyed(book.project, after)
    name_of = book.project.name_of
    return tuple(Addition(path, name_of(path), book.texts.get(path, ""), content) for path, content in after.items())


@dataclass(frozen=True, slots=True)
class _Writer:
    book: Book
    known: DescribedRow
    texts: dict[Path, str]
    taken: set[str]

    def edit(self, changes: Sequence[CellChange]) -> None:
        edits: dict[Path, dict[tuple[str, str, str], turtle.StatementEdit]] = {}
        passages: dict[tuple[str, str], dict[str, str]] = {}
        for change in changes:
            sheet, column = self.book.sheets[change.sheet], change.column
            cell = sheet.rows[change.key][column.code]
            if cell.path is None:
                passages.setdefault((change.sheet, change.key), {})[column.code] = change.new
                continue
            # a value that stays keeps its spelling
            waiting, after = list(zip(cell.values, cell.written, strict=True)), list[str]()
            for value in values_in(change.new):
                if standing := next((pair for pair in waiting if pair[0] == value), None):
                    waiting.remove(standing)
                after.append(standing[1] if standing else column.written(value, self.book.prefixes))
            earlier = sheet.columns[: sheet.columns.index(column)]
            before = (*(sibling.predicate for sibling in earlier if sibling.place == column.place), "pan:quote")
            edit = turtle.StatementEdit(cell.subject, column.predicate, cell.written, tuple(after), before)
            edits.setdefault(cell.path, {})[cell.subject, column.predicate, column.language] = edit
        for (name, subject), cells in passages.items():
            row = self.book.sheets[name].rows[subject]
            block, passage = row["certainty"], self._passage(name, cells, f"{subject.partition(':')[2]}-passage")
            if block.path and passage:
                self._append(block.path, [passage], name)
                old = row["evidence"].written
                edit = turtle.StatementEdit(block.subject, "pan:evidence", old, (*old, passage.subject))
                edits.setdefault(block.path, {})[block.subject, "pan:evidence", ""] = edit
        for path, of_file in edits.items():
            self._edited(path, list(of_file.values()))

    def _edited(self, path: Path, edits: Sequence[turtle.StatementEdit]) -> None:
        before, name = self.texts[path], self.book.project.name_of(path)
        used = sorted(prefixes_used("\n".join(value for edit in edits for value in (edit.predicate, *edit.new))))
        after = with_prefixes(turtle.edited(before, name, edits), used, self.book.prefixes, name)
        self.texts[path] = turtle.without_unused(after, before)

    def _append(self, path: Path, blocks: Sequence[Block], label: str) -> None:
        book, old = self.book, self.texts.get(path, "")
        self.texts[path] = addition(book.project, path, blocks, label=label, about=key(book.plan), old=old).new

    def add(self, sheet: PlanSheet, cells: Mapping[str, str]) -> None:
        book, name, of_class = self.book, sheet.name, class_of(cells)
        subject = book.subject(name, cells)
        if book.full(subject) in self.known.things or subject in self.taken:
            raise ProjectError("row-stands", name=subject)
        self.taken.add(subject)
        ends = [key(book.full(book.thing(name, cells, end))) for end in _ENDS.get(name, ())]
        passage = self._passage(name, cells, "-".join(ends)) if ends else None
        statements = [TurtleLine("a", of_class if name == "details" else LAYOUTS[name][0][0])]
        last_title = [column for column in sheet.columns if column.name == "other-title"][-1:]
        for column in sheet.columns:
            if column.place or column.predicate == "a":
                continue
            values = values_in(cells.get(column.code, ""))
            if column.name == "channel" and not values and "cross-reference" in values_in(cells["type"]):
                values = ("text",)
            if column.name == "evidence" and passage:
                statements.append(TurtleLine("pan:evidence", passage.subject))
            statements += [TurtleLine(column.predicate, column.written(value, book.prefixes)) for value in values]
            if column.name == "number":
                statements.append(TurtleLine("dcterms:identifier", string(subject.partition(":")[2])))
            if column in last_title:
                statements.append(TurtleLine("pan:inPlan", iri(book.plan, book.prefixes)))
            if column.name == "channel":
                statements.append(TurtleLine("pan:status", "linkstatus:accepted"))
        is_use = name == "links" and book.thing(name, cells, "type") == "linktype:uses-instrument"
        kind, plans = "instruments" if is_use else name, book.project.graph / "plans"
        # a draft has all in one file
        paths = {kind: plans / key(book.plan) / f"{kind}.ttl" for kind in (kind, "actions")}
        if (single := plans / f"{key(book.plan)}.ttl") in book.texts:
            paths = dict.fromkeys(paths, single)
        self._append(paths[kind], [Block(subject, tuple(statements)), *([passage] if passage else [])], kind)
        if name == "details":
            # the action or part it belongs to says that it has it; a new action stands where it was just put
            kinds, owner = list(DETAILS), book.thing(name, cells, "belongs-to")
            owner_name, path = book.owners.get(owner, (owner, paths["actions"]))
            before = (*_BEFORE, *(DETAILS[sibling][1] for sibling in kinds[: kinds.index(of_class)]))
            self._edited(path, [turtle.StatementEdit(owner_name, DETAILS[of_class][1], (), (subject,), before)])

    def _passage(self, name: str, cells: Mapping[str, str], base: str) -> Block | None:
        statement = {
            column.name: TurtleLine(column.predicate, column.written(value, self.book.prefixes))
            for column in self.book.sheets[name].columns
            if column.place == "passage"
            for value in values_in(cells.get(column.code, ""))
        }
        if "quote" not in statement:
            return None
        names = (f"passage:{base.lower()}{'' if number == 1 else f'-{number}'}" for number in count(1))
        free = next(name for name in names if self.book.full(name) not in self.known.things and name not in self.taken)
        self.taken.add(free)
        order = [statement[name] for name in ("quote", "page", "document") if name in statement]
        return Block(free, (TurtleLine("a", "pan:Passage"), *order))
