"""The rows of the tables for programs, from what a dump states: a thing a row, or a statement of one property.

Which tables there are and which columns they have stands in ``tables.toml``. What has several values
is a list in its cell, and a thing has its names beside it, a column a language.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pan2kg.i18n import Text
from pan2kg.publish.csv_tables import Field, FieldCells, ReleaseTable, joined
from pan2kg.publish.edition import Addresses
from pan2kg.publish.ntriples import Stated, TermValue, value_of
from pan2kg.publish.vocabulary import RELEASE, RELEASED, TYPE
from pan2kg.turtle import RDFS, SKOS, XSD

_COLUMN = re.compile(r"(\S+) (?:(\S+:\S+) )?(value|text|thing|iri)(?: > (\S+))?")
_CLASS = "rdf:type"
_MOMENTS = {XSD + name for name in ("date", "gYear", "gYearMonth")}
_LABEL = SKOS + "prefLabel"
"""What names things."""
_TERM = RDFS + "label"
"""What names classes and properties."""


class TableColumn(NamedTuple):
    """A column as ``tables.toml`` writes it: its name, the property it has, and the table it refers to.

    Its ``kind`` says what that gives: a ``text``, a ``value``, a ``thing`` with its names, or an
    ``iri`` alone.
    """

    name: str
    property: str
    kind: str
    refers: str


class TableDefinition(NamedTuple):
    """A row a thing of some classes, or a statement of one property (``pairs``), with the columns it has."""

    name: str
    columns: tuple[TableColumn, ...]
    classes: tuple[str, ...]
    having: str
    pairs: str


@cache
def table_definitions() -> tuple[TableDefinition, ...]:
    """The tables of a release as ``tables.toml`` has them, in their order.

    >>> [definition.name for definition in table_definitions()][:3]
    ['plans', 'actions', 'categories']
    """
    text = Path(__file__).with_name("tables.toml").read_text(encoding="utf-8")
    definitions = []
    for name, row in tomllib.loads(text).items():
        columns = tuple(map(_column, row["columns"]))
        classes = tuple(row.get("classes", ()))
        definitions.append(
            TableDefinition(name, columns, classes, row.get("having", ""), row.get("pairs", ""))
        )
    return tuple(definitions)


def _column(text: str) -> TableColumn:
    match = _COLUMN.fullmatch(text)
    if not match:
        raise ValueError(f"« {text} » is no column")
    return TableColumn(match[1], match[2] or "", match[3], match[4] or "")


class Source:
    """What a dump states, by what it is about; values are terms as N-Triples has them.

    ``labels`` and ``terms`` are the names of things, and of classes and properties, by language.
    """

    def __init__(
        self,
        stated: Mapping[str, Sequence[Stated]],
        prefixes: Mapping[str, str],
        addresses: Addresses,
    ) -> None:
        self.stated = stated
        self.prefixes = prefixes
        self.addresses = addresses
        self.labels: dict[str, dict[str, str]] = {}
        self.terms: dict[str, dict[str, str]] = {}
        self._having = defaultdict[str, list[str]](list)
        self._of_class = defaultdict[str, list[str]](list)
        names = {_LABEL: self.labels, _TERM: self.terms}
        for iri, listed in stated.items():
            for predicate, term, _ in listed:
                if predicate == TYPE.value:
                    self._of_class[term].append(iri)
                else:
                    self._having[predicate].append(iri)
                if predicate in names:
                    text, language, _ = value_of(term)
                    if language in RELEASED:
                        names[predicate].setdefault(iri, {})[language] = text

    def expand(self, name: str) -> str:
        """A name with a prefix as an IRI."""
        prefix, _, local = name.partition(":")
        return self.prefixes[prefix] + local

    def values(self, iris: Iterable[str], *names: str) -> Iterator[list[Sequence[str]]]:
        """Of each thing what it has of each property."""
        expanded = [self.expand(name) for name in names]
        for iri in iris:
            values: dict[str, dict[str, None]] = {name: {} for name in expanded}
            for predicate, term, _ in self.stated[iri]:
                if predicate in values:
                    values[predicate][term] = None
            yield [[*values[name]] for name in expanded]

    def members(self, definition: TableDefinition) -> list[str]:
        """The things a table tells: those of its classes that have the property, or all that have one."""
        members = set()
        for name in definition.classes:
            iri = self.addresses.own(self.expand(name))
            members.update(self._of_class[f"<{iri}>"])
        if definition.having:
            members.intersection_update(self._having[self.expand(definition.having)])
        elif definition.pairs:
            members.update(self._having[self.expand(definition.pairs)])
        return sorted(members)

    def things(self, column: Field, rows: Sequence[Sequence[str]]) -> Iterator[FieldCells]:
        """A column of IRIs, and behind it one of labels for each language."""
        labels = self.labels
        named_by = "skos:prefLabel"
        if column.property == _CLASS:
            labels = self.terms
            named_by = "rdfs:label"
        columns = [(column, rows)]
        for tag in RELEASED:
            label = Field(f"{column.name}_label_{tag}", named_by, language=tag, about=column.name)
            names = []
            for row in rows:
                names.append([labels.get(iri, {}).get(tag, "") for iri in row])
            columns.append((label, names))
        return joined(*columns)


def read_table(source: Source, definition: TableDefinition) -> ReleaseTable:
    """The rows of a definition: its things in the order of their IRIs, or the pairs one property joins."""
    title = RELEASE.text(f"table.{definition.name}")
    members = source.members(definition)
    if definition.pairs:
        return _pairs_table(source, definition, title, members)
    cells: list[FieldCells] = [(Field("iri", is_iri=True), members)]
    properties = [column.property for column in definition.columns]
    listed = list(zip(*source.values(members, *properties), strict=True))
    if not listed:
        listed = [()] * len(definition.columns)
    for column, rows in zip(definition.columns, listed, strict=True):
        cells += _cells_of(source, column, rows)
    return ReleaseTable(definition.name, title, cells)


def _pairs_table(
    source: Source, definition: TableDefinition, title: Text, members: Sequence[str]
) -> ReleaseTable:
    """Both ends of each statement of a property, and behind them the names of both."""
    subjects = []
    targets = []
    for iri, (terms,) in zip(members, source.values(members, definition.pairs), strict=True):
        for term in terms:
            subjects.append(iri)
            targets.append(value_of(term).text)
    ends = []
    names = []
    for column, things in zip(definition.columns, (subjects, targets), strict=True):
        field = Field(column.name, definition.pairs, is_iri=True, refers=column.refers)
        end, *labels = source.things(field, [[thing] for thing in things])
        ends.append(end)
        names += labels
    subject, target = (field.name for field, _ in ends)
    return ReleaseTable(
        definition.name,
        title,
        [*ends, *names],
        key=(subject, target),
        subject=subject,
        target=target,
    )


def _cells_of(
    source: Source, column: TableColumn, rows: Sequence[Sequence[str]]
) -> Iterator[FieldCells]:
    """The columns in which a property stands: a text has one a language, a thing its IRI and its names."""
    if column.kind == "text":
        yield from _text_cells(column, rows)
    elif column.kind == "value":
        field = Field(column.name, column.property, datatype=_datatype(rows))
        yield from joined((field, _plain(rows)))
    else:
        field = Field(column.name, column.property, is_iri=True, refers=column.refers)
        things = source.things(field, _plain(rows))
        yield from things if column.kind == "thing" else islice(things, 1)


def _plain(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[value_of(term).text for term in row] for row in rows]


def _literals(row: Sequence[str]) -> Iterator[TermValue]:
    return (value_of(term) for term in row if term[0] != "<")


def _text_cells(column: TableColumn, rows: Sequence[Sequence[str]]) -> Iterator[FieldCells]:
    """A column for each language of a release, and each other one in which there is a text."""
    tags = set[str]()
    for row in rows:
        tags.update(language for _, language, _ in _literals(row))
    others = sorted(tags.difference(RELEASED))
    for tag in (*RELEASED, *others):
        name = f"{column.name}_{tag.lower().replace('-', '_')}" if tag else column.name
        texts = [[text for text, language, _ in _literals(row) if language == tag] for row in rows]
        yield from joined((Field(name, column.property, language=tag), texts))


def _datatype(rows: Sequence[Sequence[str]]) -> str:
    """What all values are, as XSD calls it: « moment » where they are days, months or years, else « string »."""
    datatypes = set[str]()
    for row in rows:
        datatypes.update(datatype for _, _, datatype in _literals(row))
    if len(datatypes) > 1:
        return "moment" if datatypes <= _MOMENTS else "string"
    only = next(iter(datatypes), "")
    return only.removeprefix(XSD) if only.startswith(XSD) else "string"
