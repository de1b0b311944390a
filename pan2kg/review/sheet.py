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
from typing import Final, NamedTuple

import pyoxigraph as ox

from pan2kg.extract.document import folded
from pan2kg.graph.labels import read_labels
from pan2kg.i18n import Language, Message, Messages
from pan2kg.project import Project, read_text
from pan2kg.store.store import LocalStore
from pan2kg.tables.spreadsheet import FormSheet, write_forms
from pan2kg.turtle import blocks as turtle, iri, key, link_iri, read_prefixes, string, text
from pan2kg.validation.lines import is_date
from pan2kg.validation.quotations import KeptText

KEY: Final = "key"
MARK: Final = "mark"  # the names of the first and the last column; the last is hidden
STAMP: Final = (
    "pan2kg"  # what the hidden first line begins with; sheet, plan and codes of the columns follow
)
# what stands between the key of a thing and its name in a cell; only the key is read back
NAMED: Final = " – "
DETAILS: Final[Mapping[str, tuple[str, str]]] = {
    "pan:Timeline": ("timeline", "pan:hasTimeline"),
    "pan:Indicator": ("indicator", "pan:hasIndicator"),
    "pan:VerificationSource": ("verification", "pan:hasVerificationSource"),
    "pan:ExpectedResult": ("result", "pan:hasExpectedResult"),
}
"""The classes of details: the prefix of their keys, and what says that an action has one; in the order of a block."""
LITERALS: Final = ("text", "plain", "day", "count")  # the kinds of columns that name no things
KEY_OF_LINK: Final = ("type", "relation", "from", "to")
ENDS: Final[Mapping[str, tuple[str, ...]]] = {
    "involvements": ("work", "body"),
    "links": ("from", "to"),
}
_LITERAL: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z]+(?:-[A-Za-z0-9]+)*))?')
_TYPED: Final = re.compile(r'"([^"\\]*)"\^\^xsd:(gYear|gYearMonth|date)|([0-9]+)')
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"{}|^`\\]+")
_NAME: Final = re.compile(r"[\w-]+:[\w.-]*[\w-]")
_LANGUAGES: Final = re.compile(r'^    pan:labelLanguage "([^"]+)"', re.MULTILINE)
_ESCAPE: Final = re.compile(r"\\([n\\])")

Prefixes = Mapping[str, str]
Names = Mapping[
    str, Collection[str]
]  # what things are called, by IRI: the first name is the one that is shown
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
        name = (
            Message("sheet", key) if Messages("sheet").has(key) else Message("heading", self.name)
        )
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
        if self.kind not in LITERALS:
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
    return SheetColumn(
        name, predicate.strip("-"), kind, place, "listed" in more, "needed" in more, code=name
    )


LAYOUTS: Final = {
    name: (tuple(layout["classes"]), tuple(map(_column, layout["columns"])))
    for name, layout in tomllib.loads(
        Path(__file__).with_name("sheets.toml").read_text(encoding="utf-8")
    ).items()
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
        return next(
            (column.written(value, self.prefixes) for value in values_in(cells.get(name, ""))), ""
        )

    def subject(self, name: str, cells: Mapping[str, str]) -> str:
        if name == "actions":
            number = next(iter(values_in(cells["number"])), "") or first_of(cells, "title")
            return f"action:{key(self.plan)}-{slug_of(number)}"
        ends = {end: key(self.full(self.thing(name, cells, end))) for end in ENDS.get(name, ())}
        if name == "involvements":
            roles = [role.rpartition(":")[2] for role in values_in(cells["role"])]
            return f"involvement:{slug_of('-'.join((*ends.values(), *roles)))}"
        if name == "details":
            words = first_of(cells, "words")
            prefix = DETAILS.get(class_of(cells), ("detail", ""))[0]
            owner = key(self.full(self.thing(name, cells, "belongs-to")))
            return (
                f"{prefix}:{owner}-{slug_of(words)[:60].rstrip('-')}"
                if words
                else f"{prefix}:{owner}"
            )
        type_, relation, start, end = (
            self.full(self.thing(name, cells, column)) for column in KEY_OF_LINK
        )
        relation = key(relation) if values_in(cells["relation"]) else ""
        return iri(
            link_iri(key(type_), start, end, relation=relation, space=self.project.space),
            self.prefixes,
        )


def slug_of(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", folded(words.casefold())).strip("-")[:80].rstrip("-") or "x"


def first_of(cells: Mapping[str, str], name: str) -> str:
    values = (
        value for code in cells if code.startswith(f"{name}@") for value in values_in(cells[code])
    )
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
    return tuple(
        _ESCAPE.sub(lambda match: "\n" if match[1] == "n" else "\\", line) for line in lines if line
    )


def read_book(project: Project, plan: str) -> Book:
    reader = _CellReader(project, key(plan))
    languages = _LANGUAGES.findall(read_text(project.profile))
    sheets = {sheet: reader.sheet(sheet, languages or [project.language]) for sheet in LAYOUTS}
    cells = {
        subject: row["number"]
        for name in ("actions", "names")
        for subject, row in sheets[name].rows.items()
    }
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
            if is_own or (
                path.parent == project.graph / "names" and f":{plan} " in read_text(path)
            ):
                self.texts[path] = read_text(path)
                self._take(
                    path,
                    turtle.read_turtle_file(self.texts[path], project.name_of(path)),
                    is_own=is_own,
                )

    def _spelt(self, file: turtle.TurtleFile, name: str) -> str:
        prefix = name.partition(":")[0]
        if name == "a" or (
            not name.startswith("<") and self.prefixes.get(prefix) == file.prefixes.get(prefix, "")
        ):
            return name
        return iri(file.expand(name), self.prefixes)

    def _take(self, path: Path, file: turtle.TurtleFile, *, is_own: bool) -> None:
        for block in file.blocks:
            objects: dict[str, list[str]] = {}
            for statement in block.statements:
                objects.setdefault(self._spelt(file, statement.predicate), []).append(
                    statement.object
                )
            subject = self._spelt(file, block.subject)
            standing = (path, file, block.subject, objects)
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
            standing
            for standing in self.standing
            if next(iter(standing[3]), "") == "a"
            and self._spelt(standing[1], standing[3]["a"][0]) in classes
        ]
        columns: list[SheetColumn] = []
        for column in layout:
            if column.kind != "text":
                columns.append(column)
                continue
            wished = languages if column.name in ("title", "short-name") else languages[:1]
            objects = (
                token
                for block in blocks
                for token in self._place(block, column)[3].get(column.predicate, ())
            )
            tags = {match[2] for match in map(_LITERAL.fullmatch, objects) if match and match[2]}
            listed = (*wished, *sorted(tags - {*wished}))
            columns += [
                replace(column, language=tag, code=f"{column.name}@{tag}") for tag in listed
            ]
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
        return next(
            (self.by_subject[name] for name in passages if name in self.by_subject), nothing
        )

    def _cell(self, standing: Standing, column: SheetColumn) -> SheetCell:
        path, file, subject, objects = self._place(standing, column)
        owners = self.owners.get(self._spelt(file, subject), ()) if column.place == "owner" else ()
        pairs = [(owner, column.shown(owner)) for owner in owners]
        for token in objects.get(column.predicate, ()):
            # an object of another kind or language is none of this column
            literal = _LITERAL.fullmatch(token)
            typed = _TYPED.fullmatch(token)
            if column.kind in ("day", "count"):
                if typed and bool(typed[3]) == (column.kind == "count"):
                    pairs.append((token, typed[1] or typed[3]))
            elif column.kind in LITERALS:
                if literal and (literal[2] or "") == column.language:
                    pairs.append((token, turtle.unescaped(literal[1])))
            elif token[0] not in '"+-0123456789':
                pairs.append((token, column.shown(self._spelt(file, token))))
        written = tuple(token for token, _ in pairs)
        values = tuple(value for _, value in pairs)
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
        codes = (
            f"{STAMP}:{name}:{key(book.plan)}:{KEY}",
            *(column.code for column in sheet.columns),
            MARK,
        )
        offered = {}
        lines = []
        for at, column in enumerate(sheet.columns, start=1):
            if column.listed:
                # the things of the column's kind, by key, with their names
                space = book.prefixes.get(column.kind, "")
                kinds = list(map(book.full, DETAILS)) if column.predicate == "a" else things
                listed = [
                    iri(kind, book.prefixes) for kind in kinds if space and kind.startswith(space)
                ]
                offered[at] = [
                    with_name(value, column) for value in sorted(map(column.shown, listed))
                ]
        for subject, row in sheet.rows.items():
            texts = {KEY: subject, **{code: cell.text for code, cell in row.items()}}
            marks = " ".join(f"{code}:{mark(cell)}" for code, cell in texts.items())
            for column in sheet.columns:
                if column.kind not in LITERALS:
                    texts[column.code] = "\n".join(
                        with_name(value, column) for value in row[column.code].values
                    )
            lines.append((*texts.values(), marks))
        titles = tuple(head.say(language) for head in (*heads, Message("sheet", f"head.{MARK}")))
        label = Message("sheet", f"sheet.{name}").say(language)
        forms.append(FormSheet(name, label, (codes, titles), tuple(lines), offered))
    return write_forms(forms, Message("sheet", "sheet.lists").say(language))


class DescribedRow(NamedTuple):
    things: Collection[str]
    names: Names
    texts: Mapping[str, KeptText]

    @classmethod
    def read(
        cls, store: LocalStore, language: Language, texts: Mapping[str, KeptText]
    ) -> "DescribedRow":
        entities = {
            quad.subject.value for quad in store.inner if isinstance(quad.subject, ox.NamedNode)
        }
        labels = read_labels(store)
        names = dict[str, tuple[str, ...]]()
        for entity, entry in labels.entries.items():
            if entry.texts:
                called = (labels.label(entity, language).text, *entry.texts.values())
                names[entity] = tuple(dict.fromkeys(" ".join(name.split()) for name in called))
        return cls(entities, names, texts)
