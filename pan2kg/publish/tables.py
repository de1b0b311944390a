"""The tables of a release: which there are, their rows as text, and their metadata as CSV on the Web has it.

Which tables and columns there are stands in the table beside the code. The rows are every value of the graph they speak
of, and nothing else; the metadata say of a column what it is called, what it holds, and whose property it is.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Final, Literal, cast

import pyoxigraph as ox

from pan2kg.i18n.catalogue import Text
from pan2kg.publish.catalogue.terms import RELEASE, RELEASED, TYPE, node
from pan2kg.publish.edition import Addresses, Issue
from pan2kg.store.store import LocalStore
from pan2kg.tables.formats import Grid, write_csv
from pan2kg.turtle.vocabulary import RDFS, SKOS, XSD

Kind = Literal["value", "text", "thing", "iri"]
_COLUMN: Final = re.compile(r"(\S+) (?:(\S+:\S+) )?(value|text|thing|iri)(?: > (\S+))?")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its property, what stands in it, and the table whose rows it refers to."""

    name: str
    property: str
    kind: Kind
    refers: str = ""


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """A table: a row a thing of some classes, or a row a statement of one property (``pairs``).

    ``key`` names the columns that tell its rows where these are no things.
    """

    name: str
    title: Text
    columns: tuple[Column, ...]
    classes: tuple[str, ...] = ()
    having: str = ""
    pairs: str = ""
    key: tuple[str, ...] = ()


@cache
def table_definitions() -> tuple[TableDefinition, ...]:
    """The tables of a release in their order.

    >>> table_definitions()[0].name, table_definitions()[0].columns[0]
    ('plans', Column(name='key', property='dcterms:identifier', kind='value', refers=''))
    """
    rows = tomllib.loads(Path(__file__).with_name("tables.toml").read_text(encoding="utf-8"))
    return tuple(
        TableDefinition(
            name,
            RELEASE.known(f"table.{name}"),
            tuple(_column(text) for text in row["columns"]),
            tuple(row.get("classes", ())),
            row.get("having", ""),
            row.get("pairs", ""),
        )
        for name, row in rows.items()
    )


def _column(text: str) -> Column:
    match = _COLUMN.fullmatch(text)
    if not match:
        raise ValueError(f"« {text} » is no column")
    return Column(match[1], match[2] or "", cast(Kind, match[3]), match[4] or "")


SEPARATORS: Final = ("|", "¦", "‖")
"""What stands between several values of a cell: the first that occurs in none of them.

These tables hold a thing a row, so that a program joins them by their keys; what has several values is a list, as CSV
on the Web has it (``separator``), and read back gives the statements of the graph. The tables for people
(:mod:`pan2kg.publish.products`) have one value a cell.
"""

_CLASS: Final = "rdf:type"
Term = ox.NamedNode | ox.Literal
Values = Mapping[str, Sequence[Term]]


@dataclass(frozen=True, slots=True)
class Field:
    """A column as it is written: what it holds, whose property, and how a reader takes it apart.

    ``about`` is the column whose thing it says something of, ``""`` for that of the row.
    """

    name: str
    property: str
    datatype: str = "string"
    language: str = ""
    is_iri: bool = False
    about: str = ""
    separator: str = ""
    refers: str = ""


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A table as it is written."""

    definition: TableDefinition
    fields: tuple[Field, ...]
    rows: list[list[str]]

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that tell a row from every other."""
        if self.definition.key:
            return self.definition.key
        return tuple(one.name for one in self.fields[:2] if one.is_iri) if self.definition.pairs else ("iri",)

    def written(self) -> bytes:
        """The table as RFC 4180 has it, in UTF-8."""
        return write_csv(Grid([one.name for one in self.fields], self.rows)).encode()


@dataclass(frozen=True)
class Source:
    """The graph by property, each read once: a property is asked for by several tables."""

    store: LocalStore
    prefixes: Mapping[str, str]
    addresses: Addresses = field(default_factory=Addresses)
    _read: dict[str, Values] = field(default_factory=dict)

    def expand(self, name: str) -> str:
        """The IRI of a prefixed name as the graph has it."""
        prefix, _, local = name.partition(":")
        return self.prefixes[prefix] + local

    def values(self, name: str) -> Values:
        """Subject → values of a property, sorted, each once."""
        if name not in self._read:
            found: dict[str, list[Term]] = defaultdict(list)
            for quad in self.store.inner.quads_for_pattern(None, node(self.expand(name)), None):
                subject, value = quad.subject, quad.object
                if isinstance(subject, ox.NamedNode) and isinstance(value, (ox.NamedNode, ox.Literal)):
                    found[subject.value].append(value)
            for values in found.values():
                if len(values) > 1:
                    values[:] = sorted(set(values), key=str)
            self._read[name] = found
        return self._read[name]

    @cached_property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """Thing → language → its label, in the languages of a release."""
        return self._named_by(SKOS + "prefLabel")

    @cached_property
    def terms(self) -> Mapping[str, Mapping[str, str]]:
        """The same for classes, which the ontology calls by another property."""
        return self._named_by(RDFS + "label")

    def _named_by(self, name: str) -> Mapping[str, Mapping[str, str]]:
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for quad in self.store.inner.quads_for_pattern(None, node(name), None):
            value = quad.object
            if isinstance(value, ox.Literal) and value.language in RELEASED and isinstance(quad.subject, ox.NamedNode):
                found[quad.subject.value][value.language] = value.value
        return found

    def members(self, definition: TableDefinition) -> list[str]:
        """The things a table has rows for, sorted."""
        found: set[str] = set()
        for name in definition.classes:
            quads = self.store.inner.quads_for_pattern(None, TYPE, node(self.expand(name)))
            found.update(quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode))
        if definition.having:
            found &= self.values(definition.having).keys()
        return sorted(found)


def read_table(source: Source, definition: TableDefinition) -> CsvTable:
    """A table, filled."""
    own = source.addresses.own
    if definition.pairs:
        rows = [
            (subject, value.value)
            for subject, values in sorted(source.values(definition.pairs).items())
            for value in values
        ]
        one, other = definition.columns
        columns = [
            labelled(
                source, Field(one.name, definition.pairs, is_iri=True, refers=one.refers), [row[0] for row in rows]
            ),
            labelled(
                source, Field(other.name, definition.pairs, is_iri=True, refers=other.refers), [row[1] for row in rows]
            ),
        ]
        parts = [columns[0][0], columns[1][0], *columns[0][1:], *columns[1][1:]]
    else:
        members = source.members(definition)
        parts = [(Field("iri", "", is_iri=True), [own(member) for member in members])]
        for column in definition.columns:
            parts += _table_column(source, column, members)
    return made_of(definition, parts)


Part = tuple[Field, list[str]]
_KEYS: Final = 2
"""So many columns at the beginning stay though they were empty: those a row may be told by."""


def made_of(definition: TableDefinition, parts: Sequence[Part]) -> CsvTable:
    """A table of columns; one that is empty in every row is left out."""
    kept = [part for at, part in enumerate(parts) if any(part[1]) or not part[1] or at < _KEYS]
    cells = [part[1] for part in kept]
    return CsvTable(definition, tuple(part[0] for part in kept), [list(row) for row in zip(*cells, strict=True)])


def _table_column(source: Source, column: Column, members: list[str]) -> list[Part]:
    values = source.values(column.property)
    given = [values.get(member, ()) for member in members]
    if column.kind == "text":
        return list(_languages(column, given))
    if column.kind == "value":
        return [_cells(Field(column.name, column.property, datatype=_datatype(given)), given)]
    labels = source.terms if column.property == _CLASS else source.labels
    names = [[labels.get(value.value, {}) for value in one] for one in given]
    return _things(Field(column.name, column.property, is_iri=True, refers=column.refers), given, names, source)


def _things(
    field_: Field, given: Sequence[Sequence[Term]], names: Sequence[Sequence[Mapping[str, str]]], source: Source
) -> list[Part]:
    """A column of things, and their labels beside it; of several in a cell, the labels stand in their order."""
    own, label_of = source.addresses.own, "rdfs:label" if field_.property == _CLASS else "skos:prefLabel"
    told = {tag: [[one.get(tag, "") for one in row] for row in names] for tag in RELEASED}
    texts = [[own(value.value) for value in one] for one in given]
    separator = _separator([*texts, *chain(*told.values())]) if any(len(one) > 1 for one in texts) else ""
    parts = [(replace(field_, separator=separator), [separator.join(one) for one in texts])]
    for tag, labels in told.items():
        label = Field(f"{field_.name}_label_{tag}", label_of, language=tag, about=field_.name, separator=separator)
        parts.append((label, [separator.join(one) if any(one) else "" for one in labels]))
    return parts


def _languages(column: Column, given: Sequence[Sequence[Term]]) -> Iterator[Part]:
    """A column for each language of a release, and one for each other language that occurs."""
    texts = [[value for value in one if isinstance(value, ox.Literal)] for one in given]
    tags = {value.language or "" for one in texts for value in one} | set(RELEASED)
    for tag in sorted(tags, key=lambda tag: (RELEASED.index(tag) if tag in RELEASED else len(RELEASED), tag)):
        name = f"{column.name}_{tag.lower().replace('-', '_')}" if tag else column.name
        yield _cells(
            Field(name, column.property, language=tag),
            [[value for value in one if (value.language or "") == tag] for one in texts],
        )


def _cells(field_: Field, given: Sequence[Sequence[Term]]) -> Part:
    texts = [[value.value for value in one] for one in given]
    separator = _separator(texts) if any(len(one) > 1 for one in texts) else ""
    return replace(field_, separator=separator), [separator.join(one) for one in texts]


def _separator(texts: list[list[str]]) -> str:
    return next(mark for mark in SEPARATORS if not any(mark in text for one in texts for text in one))


def _datatype(given: Sequence[Sequence[Term]]) -> str:
    """The one type all values have; ``moment`` for days, months and years together; else plain text."""
    kinds = {value.datatype.value for one in given for value in one if isinstance(value, ox.Literal)}
    if len(kinds) > 1 and kinds <= _MOMENTS:
        return "moment"
    only = kinds.pop() if len(kinds) == 1 else ""
    return only.removeprefix(XSD) if only.startswith(XSD) else "string"


_MOMENTS: Final = {XSD + name for name in ("date", "gYear", "gYearMonth")}


def labelled(source: Source, field_: Field, things: list[str]) -> list[Part]:
    """A column of things with their labels beside it."""
    places = source.addresses
    parts = [(field_, [places.own(thing) for thing in things] if places.moves else things)]
    for tag in RELEASED:
        label = Field(f"{field_.name}_label_{tag}", "skos:prefLabel", language=tag, about=field_.name)
        parts.append((label, [source.labels.get(thing, {}).get(tag, "") for thing in things]))
    return parts


_MOMENT: Final = {
    "base": "string",
    "format": "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?",
    "dc:description": "xsd:gYear, xsd:gYearMonth or xsd:date, as its form tells",
}
"""A day, a month or a year: CSVW knows no type for a column that holds either, so that the form has to tell."""
CONTEXT: Final = ["http://www.w3.org/ns/csvw", {"@language": RELEASED[0]}]
FOLDER: Final = "tables"
GROUP: Final = f"{FOLDER}/csv-metadata.json"


def describe_table(csv_table: CsvTable, source: Source, issue: Issue, licence: str) -> dict[str, object]:
    """The metadata of one table."""
    name = csv_table.definition.name
    about = {} if csv_table.definition.key else {"aboutUrl": f"{{+{csv_table.key[0]}}}"}
    return {
        "@id": issue.addresses.file(f"{FOLDER}/{name}.csv"),
        "url": f"{name}.csv",
        "dc:title": [{"@value": words, "@language": tag} for tag, words in csv_table.definition.title.words],
        "dc:license": {"@id": licence},
        "dc:isPartOf": {"@id": issue.dataset},
        "tableSchema": {
            **about,
            "primaryKey": list(csv_table.key) if len(csv_table.key) > 1 else csv_table.key[0],
            "columns": [_described(one, csv_table, source) for one in csv_table.fields],
        },
    }


def describe_group(csv_tables: Sequence[CsvTable], described: Sequence[dict[str, object]]) -> dict[str, object]:
    """All tables together, with the columns that refer from one to another: as far as every reference holds."""
    keys = {
        csv_table.definition.name: {row[0] for row in csv_table.rows}
        for csv_table in csv_tables
        if not csv_table.definition.pairs
    }
    tables = [_related(csv_table, table, keys) for csv_table, table in zip(csv_tables, described, strict=True)]
    return {"@context": CONTEXT, "tables": tables}


def _related(csv_table: CsvTable, table: Mapping[str, object], keys: Mapping[str, set[str]]) -> Mapping[str, object]:
    references = [_reference(one) for at, one in enumerate(csv_table.fields) if _holds(csv_table, at, keys)]
    schema = table["tableSchema"]
    if not references or not isinstance(schema, dict):
        return table
    return {**table, "tableSchema": {**schema, "foreignKeys": references}}


def written(metadata: Mapping[str, object]) -> bytes:
    """Metadata as the text of a file."""
    whole = metadata if "@context" in metadata else {"@context": CONTEXT, **metadata}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _described(one: Field, csv_table: CsvTable, source: Source) -> dict[str, object]:
    column: dict[str, object] = {"name": one.name, "titles": {**_title(one, source), "und": one.name}}
    is_second = bool(csv_table.definition.pairs) and one.name == csv_table.key[1]
    if one.about and one.separator:
        # a list of labels names no one thing: the reader pairs it with the list beside it
        return {
            **column,
            "datatype": "string",
            "lang": one.language,
            "separator": one.separator,
            "suppressOutput": True,
        }
    if one.property and not (csv_table.definition.pairs and one.name == csv_table.key[0]):
        column["propertyUrl"] = source.addresses.own(source.expand(one.property))
    if one.about:
        column["aboutUrl"] = f"{{+{one.about}}}"
    if one.is_iri and one.property and not one.separator and (is_second or not csv_table.definition.pairs):
        column["valueUrl"] = f"{{+{one.name}}}"
    column |= _held(one)
    if one.separator:
        column["separator"] = one.separator
        if one.is_iri:
            column["dc:type"] = {"@id": RDFS + "Resource"}
    if one.name in csv_table.key:
        column["required"] = True
    if not one.property or (csv_table.definition.pairs and one.name == csv_table.key[0]):
        column["suppressOutput"] = True
    return column


def _held(one: Field) -> dict[str, object]:
    """What stands in a cell of a column, or in each part of it."""
    if one.is_iri:
        return {"datatype": "anyURI"}
    if one.language:
        return {"datatype": "string", "lang": one.language}
    return {"datatype": _MOMENT if one.datatype == "moment" else one.datatype}


def _title(one: Field, source: Source) -> dict[str, str]:
    """The property's label in the ontology, or what it is called here; with the language, or the thing it names."""
    return {language: _titled(one, source, language) for language in RELEASED}


def _stem(one: Field) -> str:
    return one.name.removesuffix(f"_{one.language}") if one.language else one.name


def _titled(one: Field, source: Source, language: str) -> str:
    key = f"column.{one.property}" if one.property or one.name == "iri" else f"column.{_stem(one)}"
    name = RELEASE.say(key, language) if RELEASE.has(key) else _from_ontology(source, one.property, language)
    if one.about:
        return f"{one.about}, {name} ({one.language})"
    if not one.language:
        return name
    known = f"language.{one.language}"
    return f"{name} ({RELEASE.say(known, language) if RELEASE.has(known) else one.language})"


def _from_ontology(source: Source, name: str, language: str) -> str:
    found = {
        quad.object.language: quad.object.value
        for quad in source.store.inner.quads_for_pattern(node(source.expand(name)), node(RDFS + "label"), None)
        if isinstance(quad.object, ox.Literal)
    }
    return found.get(language, name.partition(":")[2])


def _holds(csv_table: CsvTable, at: int, keys: Mapping[str, set[str]]) -> bool:
    """Whether every row refers to one of the other table: a foreign key in CSVW has no empty cell."""
    one = csv_table.fields[at]
    known = keys.get(one.refers)
    return known is not None and not one.separator and all(row[at] in known for row in csv_table.rows)


def _reference(one: Field) -> dict[str, object]:
    return {
        "columnReference": one.name,
        "reference": {"resource": f"{one.refers}.csv", "columnReference": "iri"},
    }
