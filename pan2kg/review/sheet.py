"""A plan as sheets of rows: what stands in its Turtle files, a block a row, a property a column.

A sheet goes out, is filled in by people who know no Turtle, and comes back. So that what comes back can be compared, a
row carries a mark for each of its cells as they were: what differs from its mark was changed in the sheet, and what
differs from it in the files was changed there meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final

from pan2kg.project import Project, read_text
from pan2kg.turtle.blocks import SourceBlock as Block
from pan2kg.turtle.blocks import TurtleFile, read_turtle_file, unescaped
from pan2kg.turtle.vocabulary import key
from pan2kg.turtle.writer import iri, read_prefixes, string, text

KEY: Final = "key"
MARK: Final = "mark"
"""The names of the first and the last column; the last is hidden."""
NAMED: Final = " – "
"""What stands between the key of a thing and its name in a cell; only the key is read back."""
_LITERAL: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z]+(?:-[A-Za-z0-9]+)*))?')
_TYPED: Final = re.compile(r'"([^"\\]*)"\^\^xsd:(gYear|gYearMonth|date)|([0-9]+)')
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"{}|^`\\]+")
_NAME: Final = re.compile(r"[\w-]+:[\w.-]*[\w-]")
_LANGUAGES: Final = re.compile(r'^    pan:labelLanguage "([^"]+)"', re.MULTILINE)
_ESCAPE: Final = re.compile(r"\\([n\\])")


@dataclass(frozen=True, slots=True)
class Column:
    """What a column shows: a property of the row's block, of the passage it rests on, or of its short names.

    A text has a language, an identifier none (``kind`` is then ``plain``); a ``day`` is a day, month or year, a
    ``count`` a whole number; otherwise ``kind`` is the prefix of the things that are named, ``*`` where they are of
    several kinds. ``place`` is ``passage`` or ``names`` where another block says it, ``owner`` where the block that has
    the row points at it; ``listed`` where a cell offers a list, ``needed`` where a new row must have it.
    """

    name: str
    predicate: str
    kind: str = "text"
    place: str = ""
    listed: bool = False
    language: str = ""
    needed: bool = False

    @property
    def code(self) -> str:
        """What the column is called in the hidden first line.

        >>> Column("title", "skos:prefLabel", language="fr").code
        'title@fr'
        """
        return f"{self.name}@{self.language}" if self.language else self.name

    @property
    def names_things(self) -> bool:
        """Whether the cells name things of the graph."""
        return self.kind not in ("text", "plain", "day", "count")


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet: its name, the classes of its rows, and its columns in the order of statements in a block."""

    name: str
    classes: tuple[str, ...]
    columns: tuple[Column, ...]


_REST: Final = (
    Column("note", "skos:editorialNote"),
    Column("evidence", "pan:evidence", "passage"),
    Column("quote", "pan:quote", place="passage"),
    Column("document", "pan:inDocument", "document", place="passage"),
    Column("page", "pan:page", "plain", place="passage"),
    Column("source", "dcterms:source", "document"),
    Column("certainty", "pan:certainty", "certainty", listed=True, needed=True),
)
DETAILS: Final[Mapping[str, tuple[str, str]]] = {
    "pan:Timeline": ("timeline", "pan:hasTimeline"),
    "pan:Indicator": ("indicator", "pan:hasIndicator"),
    "pan:VerificationSource": ("verification", "pan:hasVerificationSource"),
    "pan:ExpectedResult": ("result", "pan:hasExpectedResult"),
}
"""The classes of details: the prefix of their keys, and what says that an action has one; in the order of a block."""
LAYOUTS: Final = (
    Layout(
        "actions",
        ("pan:Action",),
        (
            Column("number", "skos:notation", "plain"),
            Column("title", "skos:prefLabel"),
            Column("other-title", "skos:altLabel"),
            Column("category", "pan:inCategory", "category"),
            Column("part", "pan:inPart", "part"),
            Column("topic", "pan:hasTopic", "*"),
            Column("note", "skos:editorialNote"),
            Column("source", "dcterms:source", "document", needed=True),
            Column("certainty", "pan:certainty", "certainty", listed=True, needed=True),
        ),
    ),
    Layout(
        "involvements",
        ("pan:Involvement",),
        (
            Column("body", "pan:involves", "body", listed=True, needed=True),
            Column("work", "pan:involvedIn", "*", needed=True),
            Column("role", "pan:role", "role", listed=True, needed=True),
            Column("role-as-stated", "pan:roleAsStated"),
            *_REST,
        ),
    ),
    Layout(
        "links",
        ("pan:Link",),
        (
            Column("type", "pan:linkType", "linktype", listed=True, needed=True),
            Column("relation", "pan:relation", "relation", listed=True),
            Column("from", "pan:from", "*", needed=True),
            Column("to", "pan:to", "*", needed=True),
            Column("channel", "pan:channel", "channel", listed=True),
            Column("rationale", "pan:rationale"),
            *_REST,
        ),
    ),
    Layout(
        "details",
        tuple(DETAILS),
        (
            Column("kind", "a", "pan", listed=True, needed=True),
            Column("belongs-to", "", "*", place="owner", needed=True),
            Column("words", "pan:text"),
            Column("class", "pan:timelineClass", "timelineclass", listed=True),
            Column("start", "pan:startDate", "day"),
            Column("end", "pan:endDate", "day"),
            Column("presence", "pan:presence", "presence", listed=True),
            Column("note", "skos:editorialNote"),
            Column("source", "dcterms:source", "document", needed=True),
            Column("certainty", "pan:certainty", "certainty", listed=True, needed=True),
        ),
    ),
    Layout(
        "names",
        ("pan:Plan", "pan:PlanPart", "pan:Category"),
        (
            Column("number", "skos:notation", "plain"),
            Column("title", "skos:prefLabel"),
            Column("other-title", "skos:altLabel"),
            Column("short-name", "pan:shortName", place="names"),
            Column("plan-type", "dcterms:type", "plantype", listed=True),
            Column("plan-status", "adms:status", "planstatus", listed=True),
            Column("period-start", "pan:periodStart", "day"),
            Column("period-end", "pan:periodEnd", "day"),
            Column("adopted", "pan:adoptedOn", "day"),
            Column("measures", "pan:measureCount", "count"),
            Column("completeness", "pan:listCompleteness", "completeness", listed=True),
        ),
    ),
)
"""The sheets; that of names has the plan with its dates and its parts; short names come from the files of names."""
OPEN: Final = ("actions", "involvements", "links", "details")
"""The sheets that take new rows; a row of the last has more to say than it asks for."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in the files: the subject it is said of, the objects as written, each as a cell shows it."""

    subject: str = ""
    path: Path | None = None
    written: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole cell: a value a line."""
        return "\n".join(map(_escaped, self.values))


@dataclass(frozen=True, slots=True)
class Row:
    """A block as a row: its subject, and its cells by the code of their column."""

    subject: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A layout with the columns of its languages, and its rows in the order of the files."""

    layout: Layout
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Book:
    """The sheets of a plan as its files say them now; ``texts`` are those files, ``place`` where new blocks go."""

    project: Project
    plan: str
    prefixes: Mapping[str, str]
    texts: Mapping[Path, str]
    sheets: tuple[Sheet, ...] = field(default=())

    def file(self, name: str) -> Path:
        """Where a new block of a kind is to stand: in the plan's folder, or in the one file it has."""
        single = self.project.graph / "plans" / f"{key(self.plan)}.ttl"
        return single if single in self.texts else self.project.graph / "plans" / key(self.plan) / f"{name}.ttl"


def read_book(project: Project, plan: str) -> Book:
    """The sheets of a plan, by its IRI.

    Raises:
        ProjectError: a file cannot be read.
    """
    prefixes = read_prefixes(project)
    folder = project.graph / "plans"
    own = [path for path in project.graph_files() if _is_of(path, folder, key(plan))]
    listed = [path for path in project.graph_files() if path.parent == project.graph / "names"]
    texts = {path: read_text(path) for path in (*own, *listed)}
    # A file of names holds those of all plans; only one that speaks of this plan is read.
    texts = {path: content for path, content in texts.items() if path in own or f":{key(plan)} " in content}
    languages = _LANGUAGES.findall(read_text(project.profile)) or [project.language]
    standing = [one for path, content in texts.items() for one in _standing(project, path, content)]
    reader = _Reader(
        prefixes,
        {_named(file, block.subject, prefixes): one for one in standing if one[0] in own for _, file, block in (one,)},
        {
            _named(file, block.subject, prefixes): one
            for one in standing
            if one[0] in listed
            for _, file, block in (one,)
        },
        _owners([one for one in standing if one[0] in own], prefixes),
    )
    mine = [one for one in standing if one[0] in own]
    sheets = tuple(_sheet(layout, mine, reader, languages) for layout in LAYOUTS)
    return Book(project, plan, prefixes, texts, sheets)


def _owners(standing: Iterable[Standing], prefixes: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    """Which blocks point at a detail, by its subject."""
    points = {predicate for _, predicate in DETAILS.values()}
    found: dict[str, tuple[str, ...]] = {}
    for _, file, block in standing:
        for one in block.statements:
            if one.predicate in points:  # pan is spelt so in every file, which the check holds them to
                detail, owner = (_named(file, name, prefixes) for name in (one.object, block.subject))
                found[detail] = (*found.get(detail, ()), owner)
    return found


def _standing(project: Project, path: Path, content: str) -> Iterator[Standing]:
    file = read_turtle_file(content, project.name_of(path))
    yield from ((path, file, block) for block in file.blocks)


def _named(file: TurtleFile, token: str, prefixes: Mapping[str, str]) -> str:
    """A name with the prefixes of the project: as it stands, where the file declares its prefix as the project does."""
    prefix = token.partition(":")[0]
    if not token.startswith("<") and prefixes.get(prefix) == file.prefixes.get(prefix, ""):
        return token
    return iri(file.expand(token), prefixes)


def _is_of(path: Path, folder: Path, name: str) -> bool:
    return path == folder / f"{name}.ttl" or path.is_relative_to(folder / name)


Standing = tuple[Path, TurtleFile, Block]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads cells from blocks; names are written with the prefixes of the project."""

    prefixes: Mapping[str, str]
    by_subject: Mapping[str, Standing]
    short_names: Mapping[str, Standing]
    owners: Mapping[str, tuple[str, ...]]
    said: dict[int, dict[str, list[str]]] = field(default_factory=dict)

    def objects(self, file: TurtleFile, block: Block, predicate: str) -> Sequence[str]:
        """What a block of these files says with a predicate, as it is written."""
        if not block.statements:
            return ()
        if id(block) not in self.said:  # the files hold their blocks as long as this reads them
            by_predicate = self.said[id(block)] = {}
            for one in block.statements:
                by_predicate.setdefault(self.named(file, one.predicate), []).append(one.object)
        return self.said[id(block)].get(predicate, ())

    def named(self, file: TurtleFile, name: str) -> str:
        return name if name == "a" else _named(file, name, self.prefixes)

    def class_of(self, standing: Standing) -> str:
        _, file, block = standing
        first = block.statements[0] if block.statements else None
        return self.named(file, first.object) if first and first.predicate == "a" else ""

    def languages(self, standing: Standing, column: Column) -> Iterator[str]:
        """The languages in which a block says a text."""
        _, file, block = self._place(standing, column)
        for written in self.objects(file, block, column.predicate):
            found = _LITERAL.fullmatch(written)
            if found and found[2]:
                yield found[2]

    def _place(self, standing: Standing, column: Column) -> Standing:
        """The block that says what a column shows; an empty one where there is none among these files."""
        path, file, block = standing
        none = path, file, Block("", 0)
        if column.place == "names":
            return self.short_names.get(self.named(file, block.subject), none)
        if column.place in ("", "owner"):
            return standing
        rests = self.objects(file, block, "pan:evidence")
        return next((found for one in rests if (found := self.by_subject.get(self.named(file, one)))), none)

    def cell(self, standing: Standing, column: Column) -> Cell:
        path, file, block = self._place(standing, column)
        if column.place == "owner":
            owners = self.owners.get(self.named(file, block.subject), ())
            return Cell(block.subject, path, owners, tuple(shown(one, column) for one in owners))
        found = [
            (written, value)
            for written in self.objects(file, block, column.predicate)
            if (value := self._value(file, written, column)) is not None
        ]
        written, values = tuple(one for one, _ in found), tuple(value for _, value in found)
        return Cell(block.subject, path if block.subject else None, written, values)

    def _value(self, file: TurtleFile, written: str, column: Column) -> str | None:
        """An object as the column shows it, None where it is of another kind or language."""
        if column.kind in ("day", "count"):
            typed = _TYPED.fullmatch(written)
            return (typed[1] or typed[3]) if typed and bool(typed[3]) == (column.kind == "count") else None
        literal = _LITERAL.fullmatch(written)
        if not column.names_things:
            is_it = literal is not None and (literal[2] or "") == column.language
            return unescaped(literal[1]) if literal and is_it else None
        if written[0] in '"+-0123456789':
            return None
        return shown(self.named(file, written), column)


def shown(name: str, column: Column) -> str:
    """The name of a thing as a cell shows it.

    >>> shown("body:maee", Column("body", "pan:involves", "body")), shown("<http://e/x>", Column("to", "pan:to", "*"))
    ('maee', 'http://e/x')
    """
    return name[1:-1] if name.startswith("<") else name.removeprefix(f"{column.kind}:")


def named(value: str, column: Column, prefixes: Mapping[str, str]) -> str:
    """The thing a line of a cell names, as Turtle writes it; empty where it cannot be one.

    >>> named("maee", Column("body", "pan:involves", "body"), {"body": "http://b/"})
    'body:maee'
    """
    if _ADDRESS.fullmatch(value):
        return iri(value, prefixes)
    whole = value if ":" in value or column.kind == "*" else f"{column.kind}:{value}"
    return whole if _NAME.fullmatch(whole) and whole.partition(":")[0] in prefixes else ""


def written(value: str, column: Column, prefixes: Mapping[str, str]) -> str:
    """A value of a cell as Turtle writes it; empty where it names nothing, and is no day, month, year or number.

    >>> [written(one, Column("end", "pan:endDate", "day"), {}) for one in ("2020-06-30", "2020", "soon")]
    ['"2020-06-30"^^xsd:date', '"2020"^^xsd:gYear', '']
    """
    if column.names_things:
        return named(value, column, prefixes)
    if column.kind == "count":
        return value if value.isascii() and value.isdecimal() else ""
    if column.kind == "day":
        return _day(value)
    return text(value, column.language) if column.language else string(value)


def _day(value: str) -> str:
    """A day, month or year that exists as Turtle writes it; empty for anything else."""
    forms = {4: "gYear", 7: "gYearMonth", 10: "date"}
    try:
        date.fromisoformat(value + "-01-01"[len(value) - 4 :] if len(value) in (4, 7) else value)
    except ValueError:
        return ""
    return f'"{value}"^^xsd:{forms[len(value)]}' if len(value) in forms and value[:4].isdecimal() else ""


def _sheet(layout: Layout, blocks: Sequence[Standing], reader: _Reader, languages: Sequence[str]) -> Sheet:
    rows = [one for one in blocks if reader.class_of(one) in layout.classes]
    columns: list[Column] = []
    for column in layout.columns:
        if column.kind != "text":
            columns.append(column)
            continue
        wished = languages if column.name in ("title", "short-name") else languages[:1]
        found = sorted({tag for row in rows for tag in reader.languages(row, column)} - set(wished))
        columns += [replace(column, language=tag) for tag in (*wished, *found)]
    made = (
        Row(
            shown(reader.named(standing[1], standing[2].subject), Column(KEY, "", "*")),
            {column.code: reader.cell(standing, column) for column in columns},
        )
        for standing in rows
    )
    return Sheet(layout, tuple(columns), tuple(made))


def _escaped(value: str) -> str:
    r"""A value in one line of a cell.

    >>> _escaped("one\ntwo")
    'one\\ntwo'
    """
    return value.replace("\\", "\\\\").replace("\n", "\\n")


def values_in(cell: str) -> tuple[str, ...]:
    r"""The values of a cell: a line each, nothing blank around them.

    >>> values_in("4.10\n\n one\\ntwo ")
    ('4.10', 'one\ntwo')
    """
    lines = (line.strip() for line in cell.split("\n"))
    return tuple(_ESCAPE.sub(lambda found: "\n" if found[1] == "n" else "\\", line) for line in lines if line)


def without_names(cell: str, column: Column) -> str:
    """A cell without the names beside the keys.

    >>> without_names("maee – Ministère", Column("body", "pan:involves", "body"))
    'maee'
    """
    if not column.names_things:
        return cell
    return "\n".join(line.partition(NAMED)[0].strip() for line in cell.split("\n"))


def marks(subject: str, cells: Mapping[str, str]) -> str:
    """What the hidden column of a row holds: the hash of the key and of each cell, by the code of its column.

    >>> marks("action:x", {"number": "4.10"})
    'key:5f26ba34eb77 number:71da3e1d79d0'
    """
    return " ".join(f"{code}:{mark(cell)}" for code, cell in {KEY: subject, **cells}.items())


def mark(cell: str) -> str:
    """The hash of a cell."""
    return sha256(cell.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def read_marks(cell: str) -> dict[str, str]:
    """The hashes of a row by the code of their column, empty where the row is new."""
    return {code: value for code, _, value in (one.partition(":") for one in cell.split())}


Names = Mapping[str, Collection[str]]
"""What things are called, by IRI: the first name is the one that is shown."""


def table(sheet: Sheet, names: Names, prefixes: Mapping[str, str]) -> Iterator[list[str]]:
    """The rows of a sheet as they are written: key, cells, mark."""
    for row in sheet.rows:
        texts = {code: cell.text for code, cell in row.cells.items()}
        cells = [_with_names(row.cells[column.code], column, names, prefixes) for column in sheet.columns]
        yield [row.subject, *cells, marks(row.subject, texts)]


def _with_names(cell: Cell, column: Column, names: Names, prefixes: Mapping[str, str]) -> str:
    if not column.names_things:
        return cell.text
    return "\n".join(with_name(value, column, names, prefixes) for value in cell.values)


def with_name(value: str, column: Column, names: Names, prefixes: Mapping[str, str]) -> str:
    """A thing with its name behind its key, where it has one."""
    called = next(iter(names.get(full(named(value, column, prefixes), prefixes), ())), "")
    return f"{value}{NAMED}{called}" if called and called != value else value


def full(name: str, prefixes: Mapping[str, str]) -> str:
    """The IRI of a name as Turtle writes it."""
    return TurtleFile("", prefixes=dict(prefixes)).expand(name) if name else ""


def choices(things: Iterable[str], column: Column, names: Names, prefixes: Mapping[str, str]) -> list[str]:
    """What a list offers: the things of the column's kind, by key, with their names."""
    space = prefixes.get(column.kind, "")
    kinds = sorted(shown(iri(one, prefixes), column) for one in things if space and one.startswith(space))
    return [with_name(one, column, names, prefixes) for one in kinds]
