"""A plan as sheets of rows, out and in again: a block a row, a property a column.

A sheet goes out, is filled in by people who know no Turtle, and comes back. So that what comes back
can be compared, a row carries a mark for each of its cells as they were: what differs from its mark
was changed in the sheet, and what differs from it in the files was changed there meanwhile. Every
cell is a text: a spreadsheet program makes numbers and days of what looks like them, ``4.10``
becomes 4.1 and ``3-1`` the third of January; texts it leaves alone.
"""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.extract.document import folded
from pan2kg.graph.labels import read_labels
from pan2kg.i18n import Language, Message, Messages
from pan2kg.project import Project, read_text
from pan2kg.review.files import FileTexts
from pan2kg.store.store import LocalStore
from pan2kg.tables.spreadsheet import FormSheet, write_forms
from pan2kg.turtle import blocks as turtle, edits, iri, key, link_iri, read_prefixes, string, text
from pan2kg.turtle.writer import Prefixes
from pan2kg.validation.quotations import KeptText
from pan2kg.validation.wording import is_date

KEY = "key"
MARK = "mark"
"""The names of the first and the last column; the last is hidden."""
STAMP = "pan2kg"
"""What the hidden first line begins with; sheet, plan and codes of the columns follow."""
NAMED = " – "
"""What stands between the key of a thing and its name in a cell; only the key is read back."""


class DetailClass(NamedTuple):
    """A class of details: the prefix of their keys, and the predicate by which an action has one."""

    prefix: str
    predicate: str


DETAILS = {
    "pan:Timeline": DetailClass("timeline", "pan:hasTimeline"),
    "pan:Indicator": DetailClass("indicator", "pan:hasIndicator"),
    "pan:VerificationSource": DetailClass("verification", "pan:hasVerificationSource"),
    "pan:ExpectedResult": DetailClass("result", "pan:hasExpectedResult"),
}
"""The classes of details, in the order in which a block of an action names them."""
LITERALS = ("text", "plain", "day", "count")
"""The kinds of columns that name no things."""
KEY_OF_LINK = ("type", "relation", "from", "to")
"""The columns from which the key of a link is made."""
ENDS: Mapping[str, tuple[str, ...]] = {
    "involvements": ("work", "body"),
    "links": ("from", "to"),
}
"""The columns from which the name of a passage is made, by sheet."""
_DAYS = {4: "gYear", 7: "gYearMonth", 10: "date"}
"""The types of days, months and years by the length of what is written."""
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z]+(?:-[A-Za-z0-9]+)*))?')
_TYPED = re.compile(r'"([^"\\]*)"\^\^xsd:(gYear|gYearMonth|date)|([0-9]+)')
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|^`\\]+")
_NAME = re.compile(r"[\w-]+:[\w.-]*[\w-]")
_LANGUAGES = re.compile(r'^    pan:labelLanguage "([^"]+)"', re.MULTILINE)
_ESCAPE = re.compile(r"\\([n\\])")

Cells = Mapping[str, str]
"""The texts of the cells of a new row, by the codes of their columns."""
Names = Mapping[str, Collection[str]]
"""What things are called, by IRI: the first name is the one that is shown."""


class StandingBlock(NamedTuple):
    """A block: its file, its subject as it is written there and in the project, and the objects of each predicate.

    Where there is none, the subject is empty.
    """

    path: Path
    file: turtle.TurtleFile
    subject: str
    name: str
    objects: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet: the property it shows, what its values are, and where they stand.

    ``kind`` is one of :data:`LITERALS`, else the prefix of the things it names, ``*`` for any.
    ``place`` is ``passage`` or ``names`` where another block than that of the row says it, and
    ``owner`` where it is said of the row. ``listed`` offers the things there are, ``needed`` is what
    no new row may lack. Texts have a column a ``language``, which is part of its ``code``.
    """

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
        """The head of the column, with the language of its texts where they have one."""
        own_head = f"head.{self.name}"
        if Messages("sheet").has(own_head):
            head = Message("sheet", own_head)
        else:
            head = Message("heading", self.name)
        if not self.language:
            return head
        return Message("sheet", "head-in", {"head": head, "tag": self.language})

    def shown(self, name: str) -> str:
        """A thing as a cell shows it: without the prefix of the column, or brackets round its IRI."""
        return name[1:-1] if name.startswith("<") else name.removeprefix(f"{self.kind}:")

    def written(self, value: str, prefixes: Prefixes) -> str:
        """A value of a cell as Turtle writes it; empty where it names nothing, and is no day, month, year or number.

        >>> [SheetColumn("end", "pan:endDate", "day").written(day, {}) for day in ("2020-06-30", "2020", "soon")]
        ['"2020-06-30"^^xsd:date', '"2020"^^xsd:gYear', '']
        >>> SheetColumn("body", "pan:involves", "body").written("maee", {"body": "http://b/"})
        'body:maee'
        """
        if self.kind not in LITERALS:
            return self._thing_written(value, prefixes)
        if self.kind == "count":
            return value if value.isascii() and value.isdecimal() else ""
        if self.kind == "day":
            form = _DAYS.get(len(value), "")
            return f'"{value}"^^xsd:{form}' if form and is_date(value, form) else ""
        return text(value, self.language) if self.language else string(value)

    def _thing_written(self, value: str, prefixes: Prefixes) -> str:
        if _ADDRESS.fullmatch(value):
            return iri(value, prefixes)
        is_whole = ":" in value or self.kind == "*"
        name = value if is_whole else f"{self.kind}:{value}"
        prefix, _, _ = name.partition(":")
        return name if _NAME.fullmatch(name) and prefix in prefixes else ""


def _column(line: str) -> SheetColumn:
    name, predicate, kind, *more = line.split()
    place = next((word for word in more if word in ("passage", "names", "owner")), "")
    return SheetColumn(
        name,
        predicate.strip("-"),
        kind,
        place,
        listed="listed" in more,
        needed="needed" in more,
        code=name,
    )


class SheetLayout(NamedTuple):
    """What a sheet shows: the classes of its rows, and its columns."""

    classes: tuple[str, ...]
    columns: tuple[SheetColumn, ...]


def _read_layouts() -> dict[str, SheetLayout]:
    path = Path(__file__).with_name("sheets.toml")
    layouts = {}
    for name, layout in tomllib.loads(path.read_text(encoding="utf-8")).items():
        layouts[name] = SheetLayout(
            tuple(layout["classes"]), tuple(map(_column, layout["columns"]))
        )
    return layouts


LAYOUTS = _read_layouts()
"""The sheets of a plan by name, in their order."""


class SheetCell(NamedTuple):
    """A cell: the block that says it, with its file, its objects as they are written, and their values.

    ``text`` is what the sheet shows, a value a line. Without a block, subject and path are empty.
    """

    subject: str
    path: Path | None
    written: tuple[str, ...]
    values: tuple[str, ...]
    text: str


class PlanSheet(NamedTuple):
    """A sheet of a plan: cells by code of the column, for each row by its key."""

    name: str
    columns: tuple[SheetColumn, ...]
    rows: dict[str, dict[str, SheetCell]]


class OwnerBlock(NamedTuple):
    """The block of an action, a part or the plan, as its file names it, and the file."""

    subject: str
    path: Path


@dataclass(frozen=True)
class Book:
    """The sheets of a plan, by IRI, with the texts of the files they were read from.

    ``owners`` are the blocks details may belong to, by the keys of their rows.
    """

    project: Project
    plan: str
    prefixes: Prefixes
    texts: FileTexts
    sheets: Mapping[str, PlanSheet]
    owners: Mapping[str, OwnerBlock]

    def full(self, name: str) -> str:
        """The IRI of a name with a prefix; empty of nothing."""
        return turtle.TurtleFile("", prefixes=dict(self.prefixes)).expand(name) if name else ""

    def thing(self, sheet: str, cells: Cells, name: str) -> str:
        """The first thing a cell of a new row names, as Turtle writes it; empty where it names none."""
        values = values_in(cells.get(name, ""))
        for column in self.sheets[sheet].columns:
            if column.name == name:
                return column.written(values[0], self.prefixes) if values else ""
        raise KeyError(name)

    def subject(self, name: str, cells: Cells) -> str:
        """The name under which a new row of a sheet is to stand, which follows from its cells."""
        if name == "actions":
            number = next(iter(values_in(cells["number"])), "") or first_of(cells, "title")
            return f"action:{key(self.plan)}-{slug_of(number)}"
        if name == "involvements":
            ends = [self._key_of(name, cells, end) for end in ENDS[name]]
            roles = [role.rpartition(":")[2] for role in values_in(cells["role"])]
            return f"involvement:{slug_of('-'.join((*ends, *roles)))}"
        if name == "details":
            return self._name_of_detail(cells)
        return self._name_of_link(name, cells)

    def _key_of(self, sheet: str, cells: Cells, name: str) -> str:
        return key(self.full(self.thing(sheet, cells, name)))

    def _name_of_detail(self, cells: Cells) -> str:
        kind = DETAILS.get(class_of(cells))
        prefix = kind.prefix if kind else "detail"
        owner = self._key_of("details", cells, "belongs-to")
        words = first_of(cells, "words")
        if not words:
            return f"{prefix}:{owner}"
        return f"{prefix}:{owner}-{slug_of(words)[:60].rstrip('-')}"

    def _name_of_link(self, sheet: str, cells: Cells) -> str:
        said = {column: self.full(self.thing(sheet, cells, column)) for column in KEY_OF_LINK}
        relation = key(said["relation"]) if values_in(cells["relation"]) else ""
        link = link_iri(
            key(said["type"]),
            said["from"],
            said["to"],
            relation=relation,
            space=self.project.space,
        )
        return iri(link, self.prefixes)


def slug_of(words: str) -> str:
    """Words as part of a name: at most 80 small letters and digits, with hyphens between; ``x`` of none.

    >>> slug_of("4.1 Écoles"), slug_of("…")
    ('4-1-ecoles', 'x')
    """
    return re.sub(r"[^a-z0-9]+", "-", folded(words.casefold())).strip("-")[:80].rstrip("-") or "x"


def first_of(cells: Cells, name: str) -> str:
    """The first text of a column, in whatever language; empty where there is none."""
    for code, cell in cells.items():
        values = values_in(cell) if code.startswith(f"{name}@") else ()
        if values:
            return values[0]
    return ""


def class_of(cells: Cells) -> str:
    """The class of a new detail, by the first word of its kind; empty where that is none."""
    kinds = values_in(cells.get("kind", ""))
    kind, _, _ = kinds[0].partition(" ") if kinds else ("", "", "")
    return f"pan:{kind}" if f"pan:{kind}" in DETAILS else ""


def values_in(cell: str) -> tuple[str, ...]:
    r"""The values of a cell: a line each, nothing blank around them.

    >>> values_in("4.10\n\n one\\ntwo ")
    ('4.10', 'one\ntwo')
    """
    lines = (line.strip() for line in cell.split("\n"))
    return tuple(
        _ESCAPE.sub(lambda match: "\n" if match[1] == "n" else "\\", line) for line in lines if line
    )


def read_book(project: Project, plan: str) -> Book:
    """The sheets of a plan, by IRI, as its files and those of names say now.

    A file that is no Turtle is a ``ProjectError``.
    """
    reader = _CellReader(project, key(plan))
    languages = _LANGUAGES.findall(read_text(project.profile)) or [project.language]
    sheets = {name: reader.sheet(name, languages) for name in LAYOUTS}
    owners = {}
    for name in ("actions", "names"):
        for label, row in sheets[name].rows.items():
            cell = row["number"]
            if cell.path:
                owners[label] = OwnerBlock(cell.subject, cell.path)
    return Book(project, plan, reader.prefixes, reader.texts, sheets, owners)


class _CellReader:
    """The blocks of a plan, from which the cells of its sheets are read."""

    def __init__(self, project: Project, plan: str) -> None:
        self.prefixes = read_prefixes(project)
        self.texts: dict[Path, str] = {}
        self.standing: list[StandingBlock] = []
        self.by_subject: dict[str, StandingBlock] = {}
        self.short_names: dict[str, StandingBlock] = {}
        self.owners: dict[str, list[str]] = {}
        own = project.plan_files(plan)
        for path in project.graph_files():
            is_own = path in own
            # a file of names holds those of all plans; only one that speaks of this plan is read
            may_name = path.parent == project.graph / "names"
            if not is_own and not may_name:
                continue
            content = read_text(path)
            if is_own or f":{plan} " in content:
                self.texts[path] = content
                file = turtle.read_turtle_file(content, project.name_of(path))
                self._take(path, file, is_own=is_own)

    def _spelt(self, file: turtle.TurtleFile, name: str) -> str:
        """A name as the project's prefixes spell it, whatever those of the file are."""
        prefix, _, _ = name.partition(":")
        is_full = name.startswith("<")
        is_same = self.prefixes.get(prefix) == file.prefixes.get(prefix, "")
        if name == "a" or (is_same and not is_full):
            return name
        return iri(file.expand(name), self.prefixes)

    def _take(self, path: Path, file: turtle.TurtleFile, *, is_own: bool) -> None:
        for block in file.blocks:
            objects: dict[str, list[str]] = {}
            for statement in block.statements:
                predicate = self._spelt(file, statement.predicate)
                objects.setdefault(predicate, []).append(statement.object)
            subject = self._spelt(file, block.subject)
            standing = StandingBlock(path, file, block.subject, subject, objects)
            if not is_own:
                self.short_names[subject] = standing
                continue
            self.standing.append(standing)
            self.by_subject[subject] = standing
            for kind in DETAILS.values():
                for detail in objects.get(kind.predicate, ()):
                    self.owners.setdefault(self._spelt(file, detail), []).append(subject)

    def sheet(self, name: str, languages: Sequence[str]) -> PlanSheet:
        layout = LAYOUTS[name]
        blocks = [standing for standing in self.standing if self._is_of(standing, layout.classes)]
        columns = []
        for column in layout.columns:
            if column.kind != "text":
                columns.append(column)
                continue
            for tag in self._languages_of(column, blocks, languages):
                columns.append(replace(column, language=tag, code=f"{column.name}@{tag}"))
        rows = {}
        for standing in blocks:
            subject = standing.name
            label = subject[1:-1] if subject.startswith("<") else subject
            rows[label] = {column.code: self._cell(standing, column) for column in columns}
        return PlanSheet(name, tuple(columns), rows)

    def _is_of(self, standing: StandingBlock, classes: Sequence[str]) -> bool:
        """Whether a block begins by saying that it is of one of these classes."""
        if next(iter(standing.objects), "") != "a":
            return False
        return self._spelt(standing.file, standing.objects["a"][0]) in classes

    def _languages_of(
        self, column: SheetColumn, blocks: Sequence[StandingBlock], languages: Sequence[str]
    ) -> list[str]:
        """The languages of the project a column of texts asks for, then all others that stand in it."""
        is_in_all = column.name in ("title", "short-name")
        wanted = list(languages if is_in_all else languages[:1])
        tags = set()
        for block in blocks:
            for token in self._place(block, column).objects.get(column.predicate, ()):
                literal = _LITERAL.fullmatch(token)
                if literal and literal[2]:
                    tags.add(literal[2])
        return [*wanted, *sorted(tags - set(wanted))]

    def _place(self, standing: StandingBlock, column: SheetColumn) -> StandingBlock:
        """The block that says what a column shows of another; one without anything where there is none."""
        missing = standing._replace(subject="", name="", objects={})
        if column.place == "names":
            return self.short_names.get(standing.name, missing)
        if column.place != "passage":
            return standing
        for token in standing.objects.get("pan:evidence", ()):
            passage = self.by_subject.get(self._spelt(standing.file, token))
            if passage:
                return passage
        return missing

    def _cell(self, standing: StandingBlock, column: SheetColumn) -> SheetCell:
        block = self._place(standing, column)
        written = []
        values = []
        if column.place == "owner":
            for owner in self.owners.get(block.name, ()):
                written.append(owner)
                values.append(column.shown(owner))
        for token in block.objects.get(column.predicate, ()):
            value = self._value(block.file, token, column)
            if value is not None:
                written.append(token)
                values.append(value)
        cell = "\n".join(value.replace("\\", "\\\\").replace("\n", "\\n") for value in values)
        path = block.path if block.subject else None
        return SheetCell(block.subject, path, tuple(written), tuple(values), cell)

    def _value(self, file: turtle.TurtleFile, token: str, column: SheetColumn) -> str | None:
        """An object as a column shows it; None where it is of another kind or language."""
        if column.kind in ("day", "count"):
            typed = _TYPED.fullmatch(token)
            if typed is None:
                return None
            day, _, number = typed.groups()
            return number if column.kind == "count" else day
        if column.kind in LITERALS:
            literal = _LITERAL.fullmatch(token)
            is_of_language = literal is not None and (literal[2] or "") == column.language
            return edits.unescaped(literal[1]) if literal and is_of_language else None
        if token[0] in '"+-0123456789':
            return None
        return column.shown(self._spelt(file, token))


def mark(cell: str) -> str:
    """What tells whether a cell is still as it was: twelve digits of the SHA-256 of its text."""
    return sha256(cell.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def write_book(book: Book, names: Names, things: Collection[str], language: Language) -> bytes:
    """The workbook of a plan, as a spreadsheet program opens it, with heads in a language.

    ``names`` are what things are called, by IRI; columns that offer what there is offer of the
    ``things``, in their order.
    """
    forms = []
    for name, sheet in book.sheets.items():
        columns = sheet.columns
        codes = (
            f"{STAMP}:{name}:{key(book.plan)}:{KEY}",
            *(column.code for column in columns),
            MARK,
        )
        key_head = Message("sheet", f"head.{KEY}")
        mark_head = Message("sheet", f"head.{MARK}")
        heads = [key_head, *(column.head for column in columns), mark_head]
        titles = tuple(head.say(language) for head in heads)
        lines = [_line(book, columns, subject, row, names) for subject, row in sheet.rows.items()]
        offered = {}
        for number, column in enumerate(columns, start=1):
            if column.listed:
                offered[number] = _offered(book, column, names, things)
        label = Message("sheet", f"sheet.{name}").say(language)
        forms.append(FormSheet(name, label, (codes, titles), tuple(lines), offered))
    return write_forms(forms, Message("sheet", "sheet.lists").say(language))


def _line(
    book: Book,
    columns: Sequence[SheetColumn],
    subject: str,
    row: Mapping[str, SheetCell],
    names: Names,
) -> tuple[str, ...]:
    """A row as it goes out: its key, its cells with the names of things, and the marks of all of them."""
    cells = {KEY: subject, **{code: cell.text for code, cell in row.items()}}
    marks = " ".join(f"{code}:{mark(cell)}" for code, cell in cells.items())
    for column in columns:
        if column.kind not in LITERALS:
            values = row[column.code].values
            cells[column.code] = "\n".join(
                _with_name(book, column, value, names) for value in values
            )
    return (*cells.values(), marks)


def _offered(book: Book, column: SheetColumn, names: Names, things: Collection[str]) -> list[str]:
    """The things of a column's kind, by key, with their names; of a column of classes those of details."""
    space = book.prefixes.get(column.kind, "")
    listed = list(map(book.full, DETAILS)) if column.predicate == "a" else things
    keys = []
    for entity in listed:
        if space and entity.startswith(space):
            keys.append(column.shown(iri(entity, book.prefixes)))
    return [_with_name(book, column, value, names) for value in sorted(keys)]


def _with_name(book: Book, column: SheetColumn, value: str, names: Names) -> str:
    entity = book.full(column.written(value, book.prefixes))
    called = next(iter(names.get(entity, ())), "")
    return f"{value}{NAMED}{called}" if called and called != value else value


class KnownThings(NamedTuple):
    """What rows are judged by: all things there are, their names, and the texts in which quotes are looked for."""

    things: Collection[str]
    names: Names
    texts: Mapping[str, KeptText]

    @classmethod
    def read(
        cls, store: LocalStore, language: Language, texts: Mapping[str, KeptText]
    ) -> "KnownThings":
        """All that the store speaks of, each with its name in a language first."""
        entities = set()
        for quad in store.inner:
            if isinstance(quad.subject, ox.NamedNode):
                entities.add(quad.subject.value)
        labels = read_labels(store)
        names = {}
        for entity, entry in labels.entries.items():
            if entry.texts:
                called = (labels.label(entity, language).text, *entry.texts.values())
                names[entity] = tuple(dict.fromkeys(" ".join(name.split()) for name in called))
        return cls(entities, names, texts)
