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
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
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
from pan2kg.review.files import Addition, addition, append, own, with_prefixes
from pan2kg.store.store import LocalStore
from pan2kg.tables.spreadsheet import FormSheet, write_forms
from pan2kg.turtle.blocks import SourceBlock as Read
from pan2kg.turtle.blocks import StatementEdit as Edit
from pan2kg.turtle.blocks import TurtleFile, edited, read_turtle_file, unescaped, without_unused
from pan2kg.turtle.vocabulary import key, link_iri
from pan2kg.turtle.writer import Block, TurtleLine, iri, prefixes_used, read_prefixes, string, text
from pan2kg.validation.quotations import KeptText

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
Standing = tuple[Path, TurtleFile, Read]
"""A block with its file."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    name: str
    predicate: str
    kind: str
    place: str = ""
    listed: bool = False
    needed: bool = False
    language: str = ""

    @property
    def code(self) -> str:
        return f"{self.name}@{self.language}" if self.language else self.name

    @property
    def head(self) -> Message:
        key = f"head.{self.name}"
        name = Message("sheet", key) if Messages("sheet").has(key) else Message("heading", self.name)
        return Message("sheet", "head-in", {"head": name, "tag": self.language}) if self.language else name

    @property
    def names_things(self) -> bool:
        return self.kind not in ("text", "plain", "day", "count")

    def shown(self, name: str) -> str:
        return name[1:-1] if name.startswith("<") else name.removeprefix(f"{self.kind}:")

    def bare(self, cell: str) -> str:
        if not self.names_things:
            return cell
        return "\n".join(line.partition(NAMED)[0].strip() for line in cell.split("\n"))

    def written(self, value: str, prefixes: Prefixes) -> str:
        """A value of a cell as Turtle writes it; empty where it names nothing, and is no day, month, year or number.

        >>> [SheetColumn("end", "pan:endDate", "day").written(one, {}) for one in ("2020-06-30", "2020", "soon")]
        ['"2020-06-30"^^xsd:date', '"2020"^^xsd:gYear', '']
        >>> SheetColumn("body", "pan:involves", "body").written("maee", {"body": "http://b/"})
        'body:maee'
        """
        if self.names_things:
            if _ADDRESS.fullmatch(value):
                return iri(value, prefixes)
            whole = value if ":" in value or self.kind == "*" else f"{self.kind}:{value}"
            return whole if _NAME.fullmatch(whole) and whole.partition(":")[0] in prefixes else ""
        if self.kind == "count":
            return value if value.isascii() and value.isdecimal() else ""
        if self.kind == "day":
            forms = {4: "gYear", 7: "gYearMonth", 10: "date"}
            try:
                date.fromisoformat(value + "-01-01"[len(value) - 4 :] if len(value) in (4, 7) else value)
            except ValueError:
                return ""
            return f'"{value}"^^xsd:{forms[len(value)]}' if len(value) in forms and value[:4].isdecimal() else ""
        return text(value, self.language) if self.language else string(value)


def _layouts() -> dict[str, tuple[tuple[str, ...], tuple[SheetColumn, ...]]]:
    layouts: dict[str, tuple[tuple[str, ...], tuple[SheetColumn, ...]]] = {}
    for line in Path(__file__).with_name("sheets.txt").read_text(encoding="utf-8").splitlines():
        name, *words = line.split() or ("#",)
        if name == "#":
            continue
        if not line.startswith(" "):
            sheet, layouts[name] = name, (tuple(words), ())
            continue
        predicate, kind, *more = words
        place = next((word for word in more if word in ("passage", "names", "owner")), "")
        column = SheetColumn(name, predicate.strip("-"), kind, place, "listed" in more, "needed" in more)
        layouts[sheet] = layouts[sheet][0], (*layouts[sheet][1], column)
    return layouts


LAYOUTS: Final = _layouts()
"""The classes and columns of each sheet."""


class SheetCell(NamedTuple):
    subject: str
    path: Path | None
    written: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(value.replace("\\", "\\\\").replace("\n", "\\n") for value in self.values)


class PlanSheet(NamedTuple):
    name: str
    columns: tuple[SheetColumn, ...]
    rows: list[tuple[str, dict[str, SheetCell]]]


@dataclass(frozen=True)
class Book:
    project: Project
    plan: str
    prefixes: Prefixes
    texts: Mapping[Path, str]
    sheets: Mapping[str, PlanSheet]

    def file(self, name: str) -> Path:
        single = self.project.graph / "plans" / f"{key(self.plan)}.ttl"
        return single if single in self.texts else self.project.graph / "plans" / key(self.plan) / f"{name}.ttl"

    def full(self, name: str) -> str:
        return TurtleFile("", prefixes=dict(self.prefixes)).expand(name) if name else ""

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
        edits = link_iri(key(type_), start, end, relation=relation, space=self.project.space)
        return iri(edits, self.prefixes)

    def owners(self) -> Mapping[str, tuple[str, Path]]:
        cells = {subject: row["number"] for name in ("actions", "names") for subject, row in self.sheets[name].rows}
        return {subject: (cell.subject, cell.path) for subject, cell in cells.items() if cell.path}


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
    prefixes, folder, name = read_prefixes(project), project.graph / "plans", key(plan)
    texts: dict[Path, str] = {}
    standing, short_names = list[Standing](), dict[str, Standing]()
    for path in project.graph_files():
        is_own = path == folder / f"{name}.ttl" or path.is_relative_to(folder / name)
        # a file of names holds those of all plans; only one that speaks of this plan is read
        if is_own or (path.parent == project.graph / "names" and f":{name} " in read_text(path)):
            texts[path] = read_text(path)
            file = read_turtle_file(texts[path], project.name_of(path))
            for block in file.blocks:
                if is_own:
                    standing.append((path, file, block))
                else:
                    short_names[_spelt(file, block.subject, prefixes)] = (path, file, block)
    reader = _CellReader(prefixes, standing, short_names)
    languages = _LANGUAGES.findall(read_text(project.profile)) or [project.language]
    sheets = {sheet: reader.sheet(sheet, languages) for sheet in LAYOUTS}
    return Book(project, plan, prefixes, texts, sheets)


def _spelt(file: TurtleFile, name: str, prefixes: Prefixes) -> str:
    prefix = name.partition(":")[0]
    if name == "a" or (not name.startswith("<") and prefixes.get(prefix) == file.prefixes.get(prefix, "")):
        return name
    return iri(file.expand(name), prefixes)


class _CellReader:
    def __init__(self, prefixes: Prefixes, standing: Sequence[Standing], short_names: Mapping[str, Standing]) -> None:
        self.prefixes, self.standing, self.short_names = prefixes, standing, short_names
        self.by_subject = {_spelt(file, block.subject, prefixes): (path, file, block) for path, file, block in standing}
        self.owners: dict[str, list[str]] = {}
        self.said: dict[int, dict[str, list[str]]] = {}
        points = {predicate for _, predicate in DETAILS.values()}
        for _, file, block in standing:
            for statement in block.statements:
                if statement.predicate in points:  # pan is spelt so in every file, which the check holds them to
                    detail, owner = (_spelt(file, token, prefixes) for token in (statement.object, block.subject))
                    self.owners.setdefault(detail, []).append(owner)

    def sheet(self, name: str, languages: Sequence[str]) -> PlanSheet:
        classes, layout = LAYOUTS[name]
        blocks = [
            standing for standing in self.standing
            if (statement := standing[2].statements) and statement[0].predicate == "a"
            and _spelt(standing[1], statement[0].object, self.prefixes) in classes
        ]  # fmt: skip
        columns: list[SheetColumn] = []
        for column in layout:
            tags: Iterable[str] = ("",)
            if column.kind == "text":
                wished = languages if column.name in ("title", "short-name") else languages[:1]
                literals = (
                    _LITERAL.fullmatch(statement) for block in blocks for statement in self._objects(block, column)
                )
                tags = (*wished, *sorted({match[2] for match in literals if match and match[2]} - {*wished}))
            columns += [replace(column, language=tag) for tag in tags]
        rows = []
        for standing in blocks:
            subject = _spelt(standing[1], standing[2].subject, self.prefixes)
            label = subject[1:-1] if subject.startswith("<") else subject
            rows.append((label, {column.code: self._cell(standing, column) for column in columns}))
        return PlanSheet(name, tuple(columns), rows)

    def _place(self, standing: Standing, column: SheetColumn) -> Standing:
        path, file, block = standing
        nothing = path, file, Read("", 0)
        if column.place == "names":
            return self.short_names.get(_spelt(file, block.subject, self.prefixes), nothing)
        if column.place != "passage":
            return standing
        passages = (_spelt(file, token, self.prefixes) for token in self._said(standing).get("pan:evidence", ()))
        return next((self.by_subject[name] for name in passages if name in self.by_subject), nothing)

    def _said(self, standing: Standing) -> Mapping[str, Sequence[str]]:
        _, file, block = standing
        if id(block) not in self.said and block.statements:  # the files hold their blocks as long as this reads them
            by_predicate: dict[str, list[str]] = {}
            for statement in block.statements:
                spelling = _spelt(file, statement.predicate, self.prefixes)
                by_predicate.setdefault(spelling, []).append(statement.object)
            self.said[id(block)] = by_predicate
        return self.said[id(block)] if block.statements else {}

    def _objects(self, standing: Standing, column: SheetColumn) -> Sequence[str]:
        return self._said(self._place(standing, column)).get(column.predicate, ())

    def _cell(self, standing: Standing, column: SheetColumn) -> SheetCell:
        path, file, block = place = self._place(standing, column)
        if column.place == "owner":
            owners = tuple(self.owners.get(_spelt(file, block.subject, self.prefixes), ()))
            return SheetCell(block.subject, path, owners, tuple(map(column.shown, owners)))
        pairs = []
        for statement in self._said(place).get(column.predicate, ()):
            # an object of another kind or language is none of this column
            literal, typed = _LITERAL.fullmatch(statement), _TYPED.fullmatch(statement)
            if column.kind in ("day", "count"):
                if typed and bool(typed[3]) == (column.kind == "count"):
                    pairs.append((statement, typed[1] or typed[3]))
            elif not column.names_things:
                if literal and (literal[2] or "") == column.language:
                    pairs.append((statement, unescaped(literal[1])))
            elif statement[0] not in '"+-0123456789':
                pairs.append((statement, column.shown(_spelt(file, statement, self.prefixes))))
        objects, values = tuple(statement for statement, _ in pairs), tuple(value for _, value in pairs)
        return SheetCell(block.subject, path if block.subject else None, objects, values)


def mark(cell: str) -> str:
    return sha256(cell.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def lines_of(book: Book, sheet: PlanSheet, names: Names) -> Iterator[list[str]]:
    for subject, row in sheet.rows:
        texts = {KEY: subject, **{code: cell.text for code, cell in row.items()}}
        cells = [
            "\n".join(with_name(book, value, column, names) for value in row[column.code].values)
            if column.names_things
            else row[column.code].text
            for column in sheet.columns
        ]
        yield [subject, *cells, " ".join(f"{code}:{mark(cell)}" for code, cell in texts.items())]


def with_name(book: Book, value: str, column: SheetColumn, names: Names) -> str:
    called = next(iter(names.get(book.full(column.written(value, book.prefixes)), ())), "")
    return f"{value}{NAMED}{called}" if called and called != value else value


def write_book(book: Book, names: Names, things: Collection[str], language: Language) -> bytes:
    forms = []
    for name, sheet in book.sheets.items():
        heads = [Message("sheet", f"head.{KEY}"), *(column.head for column in sheet.columns)]
        codes = f"{STAMP}:{name}:{key(book.plan)}:{KEY}", *(column.code for column in sheet.columns), MARK
        offered = {}
        for at, column in enumerate(sheet.columns, start=1):
            if column.listed:
                # the things of the column's kind, by key, with their names
                space = book.prefixes.get(column.kind, "")
                kinds = list(map(book.full, DETAILS)) if column.predicate == "a" else things
                keys = sorted(
                    column.shown(iri(kind, book.prefixes)) for kind in kinds if space and kind.startswith(space)
                )
                offered[at] = [with_name(book, value, column, names) for value in keys]
        titles = tuple(head.say(language) for head in (*heads, Message("sheet", f"head.{MARK}")))
        label = Message("sheet", f"sheet.{name}").say(language)
        forms.append(FormSheet(name, label, (codes, titles), tuple(map(tuple, lines_of(book, sheet, names))), offered))
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
    for grid in [_csv(place, data)] if is_csv else _xlsx(place, data):
        stamp = (grid[0][0] if grid and grid[0] else "").split(":")
        if len(stamp) == 4 and stamp[0] == STAMP and stamp[1] in LAYOUTS:
            plans.add(stamp[2])
            lines = tuple((number, row) for number, row in enumerate(grid, start=1) if number > 2)
            tables.append(FilledSheet(stamp[1], (stamp[3], *grid[0][1:]), lines))
    if len(plans) != 1 or len({table.name for table in tables}) != len(tables):
        raise ProjectError("no-sheet-of-ours", place=place, remedy="export-first")
    return plans.pop(), tuple(tables), is_csv


def _csv(place: Place, data: bytes) -> list[tuple[str, ...]]:
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProjectError("not-utf8", place=place, remedy="save-as-utf8") from None
    line = content.partition("\n")[0]
    separator = max(",;\t", key=line.count)
    try:
        return [tuple(map(_tidy, row)) for row in csv.reader(io.StringIO(content, newline=""), delimiter=separator)]
    except csv.Error:
        raise ProjectError("no-sheet-of-ours", place=place, remedy="export-first") from None


def _xlsx(place: Place, data: bytes) -> Iterator[list[tuple[str, ...]]]:
    from openpyxl import load_workbook  # seconds that only who reads one waits

    unreadable = ProjectError("no-sheet-of-ours", place=place, remedy="export-first")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > _MOST:
                raise ProjectError("sheet-too-large", place=place)
            # An entity can be as large as one likes; no spreadsheet program writes a document type.
            members = [name for name in packed.namelist() if name.endswith((".xml", ".rels"))]
            if any(b"<!DOCTYPE" in packed.read(name)[:4096] for name in members):
                raise unreadable
        book: Any = load_workbook(io.BytesIO(data), read_only=True, data_only=False)
        for sheet in book.worksheets:
            yield [tuple(map(_tidy, row)) for row in sheet.iter_rows(values_only=True, max_row=_ROWS)]
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError, EOFError):
        raise unreadable from None


def _tidy(value: object) -> str:
    words = value.replace(_RETURN, "\r") if isinstance(value, str) else "" if value is None else str(value)
    return words.replace("\r\n", "\n").replace("\r", "\n")


def place_of(sheet: str, line: int, cell: str = "") -> Message:
    values = {"sheet": Message("sheet", f"sheet.{sheet}"), "line": line, "cell": cell}
    return Message("sheet", "place-cell" if cell else "place", values)


class CellChange(NamedTuple):
    """A cell that is to be changed: the sheet and its line, the row's key, the column, the text before and after.

    ``cell`` is its name in the spreadsheet, such as C14.
    ``meanwhile`` holds where the files say something else than when the sheet was made, and the sheet too.
    """

    sheet: str
    line: int
    key: str
    column: SheetColumn
    old: str
    new: str
    meanwhile: bool
    cell: str

    @property
    def place(self) -> Message:
        """The cell it is about, where it is about one, else the line."""
        return place_of(self.sheet, self.line, self.cell)


class SheetFault(NamedTuple):
    sheet: str
    line: int
    message: Message
    cell: str

    @property
    def place(self) -> Message:
        return place_of(self.sheet, self.line, self.cell)


class DescribedRow(NamedTuple):
    things: Collection[str]
    names: Names
    texts: Mapping[str, KeptText]

    @classmethod
    def read(cls, store: LocalStore, language: Language, texts: Mapping[str, KeptText]) -> DescribedRow:
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

    @property
    def conflicts(self) -> list[CellChange]:
        return [change for change in self.changes if change.meanwhile]

    def take(self, table: FilledSheet) -> None:
        sheet = self.book.sheets[table.name]
        columns, rows = {column.code: column for column in sheet.columns}, dict(sheet.rows)
        codes = list(filter(None, table.codes))
        unknown = [code for code in codes if code not in (KEY, MARK, *columns)]
        if unknown or table.codes[:1] != (KEY,) or len({*codes}) < len(codes):
            self._fault(table, 1, "columns", names=", ".join(unknown) or KEY)
            return
        lines = [(number, dict(zip(table.codes, line, strict=False))) for number, line in table.lines]
        lines = [
            (number, line) for number, line in lines if any(line.get(item, "").strip() for item in (KEY, *columns))
        ]
        keys = [line.get(KEY, "").strip() for _, line in lines]
        by_mark = {mark(subject): subject for subject in rows}
        for number, line in lines:
            subject = line.get(KEY, "").strip()
            marks = {code: value for code, _, value in (name.partition(":") for name in line.get(MARK, "").split())}
            was = by_mark.get(marks.get(KEY, ""), "")
            if not subject:
                if was and was not in keys:
                    self._fault(table, number, "key-gone", key=was)
                else:
                    self._new_row(table, number, line, columns)
            elif keys.count(subject) > 1:
                self._fault(table, number, "key-twice", key=subject)
            elif subject not in rows:
                self._fault(table, number, "key-edited" if marks else "key-unknown", key=subject)
            elif not marks:
                self._fault(table, number, "mark-gone", key=subject)
            elif marks.get(KEY) != mark(subject):
                self._fault(table, number, "key-edited", key=subject)
            else:
                for code, column in columns.items():
                    if code in line:
                        self._cell(table, number, subject, rows[subject], column, line, marks.get(code))
        self.absent += len(rows.keys() - {*keys})

    def _fault(
        self, table: FilledSheet, line: int, name: str, column: SheetColumn | None = None, **values: object
    ) -> None:
        statement = {**values, "column": column.head} if column else values
        cell = cell_name(table.codes, column.code, line) if column else ""
        self.faults.append(SheetFault(table.name, line, Message("sheet", f"fault.{name}", statement), cell))

    def _cell(
        self, table: FilledSheet, number: int, subject: str, row: Mapping[str, SheetCell], column: SheetColumn,
        line: Mapping[str, str], was: str | None,
    ) -> None:  # fmt: skip
        place = row[column.code]
        after, before = column.bare(line[column.code]), place.text
        if after == before or mark(after) == was or values_in(after) == values_in(before):
            return
        if column.name in _FIXED:
            self._fault(table, number, "fixed", column, key=subject)
        elif column.place == "names" and not place.subject:
            self._fault(table, number, "no-block", column, key=subject)
        elif column.needed and not values_in(after):
            self._fault(table, number, "needed", column, key=subject)
        elif self._can_stand(table, number, column, line):
            name = cell_name(table.codes, column.code, number)
            self.changes.append(
                CellChange(table.name, number, subject, column, before, after, was != mark(before), name)
            )

    def _can_stand(self, table: FilledSheet, number: int, column: SheetColumn, line: Mapping[str, str]) -> bool:
        cell, before, prefixes = line[column.code], len(self.faults), self.book.prefixes
        for value in map(str.strip, cell.split("\n") if column.names_things else ()):
            name, parted, called = value.partition(NAMED)
            entity = self.book.full(column.written(name.strip(), prefixes))
            if value and entity not in self.known.things and entity not in self.fresh:
                self._fault(table, number, "unknown", column, value=name.strip() or value)
            elif parted and called.strip() not in self.known.names.get(entity, ()):
                self._fault(table, number, "other-name", column, value=value)
        if _HIDDEN.search(cell):
            self._fault(table, number, "hidden", column)
        is_typed = column.kind in ("day", "count")
        if (column.name in _SINGLE or is_typed) and len(values_in(cell)) > 1:
            self._fault(table, number, "several", column)
        elif is_typed:
            for value in values_in(cell):
                if not column.written(value, prefixes):
                    self._fault(table, number, f"no-{column.kind}", column, value=value)
        if column.name == "quote":
            document = line.get("document", "").partition(NAMED)[0].strip()
            words = self.known.texts.get(document.rpartition(":")[2])
            for quote in values_in(cell) if words else ():
                if words and words.holds(quote) is False:
                    brief = quote if len(quote) <= 60 else f"{quote[:59].rstrip()}…"
                    self._fault(table, number, "not-verbatim", column, quote=brief, document=document)
        return len(self.faults) == before

    def _new_row(
        self, table: FilledSheet, number: int, line: Mapping[str, str], columns: Mapping[str, SheetColumn]
    ) -> None:
        name, before = table.name, len(self.faults)
        cells = {code: column.bare(line.get(code, "")) for code, column in columns.items()}
        if name not in OPEN:
            self._fault(table, number, "no-new-names")
            return
        for code, column in columns.items():
            if column.needed and not values_in(cells[code]):
                self._fault(table, number, "needed", column, key="–")
            elif cells[code].strip():
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
        if owner not in self.book.owners() and self.book.full(owner) not in self.fresh:
            return "not-of-plan"
        if not kind:
            return "no-detail"
        statement = {code.partition("@")[0] for code in cells if values_in(cells[code])}
        if kind == "pan:Timeline":
            is_dated = "dated" in values_in(cells.get("class", ""))
            is_whole = (
                "class" in statement and "presence" not in statement and bool(statement & {"start", "end"}) == is_dated
            )
            return "" if is_whole else "timeline"
        is_wordless = "absent" in values_in(cells.get("presence", ""))
        is_whole = (
            "presence" in statement and ("words" in statement) != is_wordless and not statement & {*_OF_TIMELINES}
        )
        return "" if is_whole else "detail"


def compare(book: Book, tables: Sequence[FilledSheet], known: DescribedRow) -> SheetComparison:
    comparison = SheetComparison(book, known)
    for table in tables:
        if table.name in book.sheets:
            comparison.take(table)
    statement: dict[tuple[str, str], str] = {}
    for change in comparison.changes:
        # Two rows may rest on one passage: it can be changed in one of them, or in both alike.
        cell = dict(book.sheets[change.sheet].rows)[change.key][change.column.code]
        place = cell.subject or change.key, change.column.code
        if statement.setdefault(place, change.new) != change.new:
            message = Message("sheet", "fault.two-ways", {"key": place[0]})
            comparison.faults.append(SheetFault(change.sheet, change.line, message, change.cell))
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
    edits = {
        path: Addition(path, book.project.name_of(path), book.texts.get(path, ""), content)
        for path, content in after.items()
    }
    if any(change.sheet == "links" and change.column.name in _KEY_OF_LINK for change in comparison.changes):
        edits |= {file.path: file for file in rekeyed(book.project, after)}
    return tuple(edits.values())


@dataclass(frozen=True, slots=True)
class _Writer:
    book: Book
    known: DescribedRow
    texts: dict[Path, str]
    taken: set[str]

    def edit(self, changes: Sequence[CellChange]) -> None:
        edits: dict[Path, dict[tuple[str, str, str], Edit]] = {}
        passages: dict[tuple[str, str], dict[str, str]] = {}
        for change in changes:
            sheet, column = self.book.sheets[change.sheet], change.column
            cell = dict(sheet.rows)[change.key][column.code]
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
            edit = Edit(cell.subject, column.predicate, cell.written, tuple(after), before)
            edits.setdefault(cell.path, {})[cell.subject, column.predicate, column.language] = edit
        for (name, subject), cells in passages.items():
            row = dict(self.book.sheets[name].rows)[subject]
            block, passage = row["certainty"], self._passage(name, cells, f"{subject.partition(':')[2]}-passage")
            if block.path and passage:
                self._append(block.path, [passage])
                old = row["evidence"].written
                edit = Edit(block.subject, "pan:evidence", old, (*old, passage.subject))
                edits.setdefault(block.path, {})[block.subject, "pan:evidence", ""] = edit
        for path, made in edits.items():
            self._edited(path, list(made.values()))

    def _edited(self, path: Path, edits: Sequence[Edit]) -> None:
        before, name = self.texts[path], self.book.project.name_of(path)
        used = sorted(prefixes_used("\n".join(value for edit in edits for value in (edit.predicate, *edit.new))))
        after = with_prefixes(edited(before, name, edits), used, self.book.prefixes, name)
        self.texts[path] = without_unused(after, before)

    def _append(self, path: Path, blocks: Sequence[Block], label: str = "") -> None:
        project, before = self.book.project, self.texts.get(path, "")
        if before.strip():
            self.texts[path] = append(before, [], blocks, self.book.prefixes, project.name_of(path))
        else:
            self.texts[path] = addition(project, path, blocks, label=label, about=key(self.book.plan)).new

    def add(self, sheet: PlanSheet, cells: Mapping[str, str]) -> None:
        book, name = self.book, sheet.name
        subject = book.subject(name, cells)
        if book.full(subject) in self.known.things or subject in self.taken:
            raise ProjectError("row-stands", name=subject)
        self.taken.add(subject)
        ends = [key(book.full(book.thing(name, cells, end))) for end in _ENDS.get(name, ())]
        passage = self._passage(name, cells, "-".join(ends)) if ends else None
        blocks = [Block(subject, tuple(self._statements(sheet, cells, subject, passage)))]
        uses = name == "links" and book.thing(name, cells, "type") == "linktype:uses-instrument"
        kind = "instruments" if uses else name
        self._append(book.file(kind), [*blocks, passage] if passage else blocks, kind)
        if name == "details":
            # the action or part it belongs to says that it has it; a new action stands where it was just put
            kinds, owner, of_class = list(DETAILS), book.thing(name, cells, "belongs-to"), class_of(cells)
            owner_name, path = book.owners().get(owner, (owner, book.file("actions")))
            before = (*_BEFORE, *(DETAILS[sibling][1] for sibling in kinds[: kinds.index(of_class)]))
            self._edited(path, [Edit(owner_name, DETAILS[of_class][1], (), (subject,), before)])

    def _statements(
        self, sheet: PlanSheet, cells: Mapping[str, str], subject: str, passage: Block | None
    ) -> Iterator[TurtleLine]:
        yield TurtleLine("a", class_of(cells) if sheet.name == "details" else LAYOUTS[sheet.name][0][0])
        last_title = [column for column in sheet.columns if column.name == "other-title"][-1:]
        for column in sheet.columns:
            if column.place or column.predicate == "a":
                continue
            values = values_in(cells.get(column.code, ""))
            if column.name == "channel" and not values and "cross-reference" in values_in(cells["type"]):
                values = ("text",)
            if column.name == "evidence" and passage:
                yield TurtleLine("pan:evidence", passage.subject)
            yield from (TurtleLine(column.predicate, column.written(value, self.book.prefixes)) for value in values)
            if column.name == "number":
                yield TurtleLine("dcterms:identifier", string(subject.partition(":")[2]))
            if column in last_title:
                yield TurtleLine("pan:inPlan", iri(self.book.plan, self.book.prefixes))
            if column.name == "channel":
                yield TurtleLine("pan:status", "linkstatus:accepted")

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
