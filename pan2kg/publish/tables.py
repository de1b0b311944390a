"""Which tables a release has and which columns, read from the table beside the code.

The tables as rows of text: every value of the graph they speak of, and nothing else.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Final, Literal, cast

import pyoxigraph as ox

from pan2kg.i18n.catalogue import Text
from pan2kg.publish.catalogue.terms import RELEASE, RELEASED, TYPE, node
from pan2kg.publish.edition import Addresses
from pan2kg.store.store import LocalStore
from pan2kg.tables.formats import Grid, write_csv
from pan2kg.turtle.vocabulary import SKOS, XSD

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
class Plan:
    """A table: a row a thing of some classes, or a row a statement of one property (``pairs``)."""

    name: str
    title: Text
    columns: tuple[Column, ...]
    classes: tuple[str, ...] = ()
    having: str = ""
    pairs: str = ""


@cache
def plans() -> tuple[Plan, ...]:
    """The tables of a release in their order.

    >>> plans()[0].name, plans()[0].columns[0]
    ('plans', Column(name='key', property='dcterms:identifier', kind='value', refers=''))
    """
    rows = tomllib.loads(Path(__file__).with_name("tables.toml").read_text(encoding="utf-8"))
    return tuple(
        Plan(
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
"""What stands between several values of a cell: the first that occurs in none of them."""

Values = Mapping[str, Sequence[ox.NamedNode | ox.Literal]]


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
class Sheet:
    """A table as it is written."""

    plan: Plan
    fields: tuple[Field, ...]
    rows: list[list[str]]

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that tell a row from every other."""
        return tuple(one.name for one in self.fields[:2] if one.is_iri) if self.plan.pairs else ("iri",)

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
            found: dict[str, list[ox.NamedNode | ox.Literal]] = defaultdict(list)
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
        """Thing → language → its label in French and English."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for quad in self.store.inner.quads_for_pattern(None, node(SKOS + "prefLabel"), None):
            value = quad.object
            if isinstance(value, ox.Literal) and value.language in RELEASED and isinstance(quad.subject, ox.NamedNode):
                found[quad.subject.value][value.language] = value.value
        return found

    def members(self, plan: Plan) -> list[str]:
        """The things a table has rows for, sorted."""
        found: set[str] = set()
        for name in plan.classes:
            quads = self.store.inner.quads_for_pattern(None, TYPE, node(self.expand(name)))
            found.update(quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode))
        if plan.having:
            found &= self.values(plan.having).keys()
        return sorted(found)


def read_sheet(source: Source, plan: Plan) -> Sheet:
    """A table, filled."""
    own = source.addresses.own
    if plan.pairs:
        rows = [
            (subject, value.value) for subject, values in sorted(source.values(plan.pairs).items()) for value in values
        ]
        one, other = plan.columns
        columns = [
            _named(source, Field(one.name, plan.pairs, is_iri=True, refers=one.refers), [row[0] for row in rows]),
            _named(source, Field(other.name, plan.pairs, is_iri=True, refers=other.refers), [row[1] for row in rows]),
        ]
        parts = [part for pair in columns for part in pair]
        parts = [parts[0], parts[3], *parts[1:3], *parts[4:]]
    else:
        members = source.members(plan)
        parts = [(Field("iri", "", is_iri=True), [own(member) for member in members])]
        for column in plan.columns:
            parts += _table_column(source, column, members)
    cells = [part[1] for part in parts]
    return Sheet(plan, tuple(part[0] for part in parts), [list(row) for row in zip(*cells, strict=True)])


Part = tuple[Field, list[str]]


def _table_column(source: Source, column: Column, members: list[str]) -> list[Part]:
    values = source.values(column.property)
    given = [values.get(member, ()) for member in members]
    if column.kind == "text":
        return list(_languages(column, given))
    if column.kind == "value":
        return [_cells(Field(column.name, column.property, datatype=_datatype(given)), given)]
    field_, cells = _cells(
        Field(column.name, column.property, is_iri=True, refers=column.refers), given, source.addresses
    )
    if column.kind == "iri" or field_.separator:
        return [(field_, cells)]
    return _named(source, field_, [one[0].value if one else "" for one in given])


def _languages(column: Column, given: list[Sequence[ox.NamedNode | ox.Literal]]) -> Iterator[Part]:
    """A column for French, one for English, and one for each other language that occurs."""
    texts = [[value for value in one if isinstance(value, ox.Literal)] for one in given]
    tags = {value.language or "" for one in texts for value in one} | set(RELEASED)
    for tag in sorted(tags, key=lambda tag: (RELEASED.index(tag) if tag in RELEASED else len(RELEASED), tag)):
        name = f"{column.name}_{tag.lower().replace('-', '_')}" if tag else column.name
        yield _cells(
            Field(name, column.property, language=tag),
            [[value for value in one if (value.language or "") == tag] for one in texts],
        )


def _cells(
    field_: Field, given: Sequence[Sequence[ox.NamedNode | ox.Literal]], places: Addresses | None = None
) -> Part:
    own = places.own if places and places.moves else str
    texts = [[own(value.value) for value in one] for one in given]
    separator = _separator(texts) if any(len(one) > 1 for one in texts) else ""
    written = Field(
        field_.name, field_.property, field_.datatype, field_.language, field_.is_iri, field_.about, separator,
        field_.refers,
    )  # fmt: skip
    return written, [separator.join(one) for one in texts]


def _separator(texts: list[list[str]]) -> str:
    return next(mark for mark in SEPARATORS if not any(mark in text for one in texts for text in one))


def _datatype(given: list[Sequence[ox.NamedNode | ox.Literal]]) -> str:
    """The one type all values have; ``moment`` for days, months and years together; else plain text."""
    kinds = {value.datatype.value for one in given for value in one if isinstance(value, ox.Literal)}
    if len(kinds) > 1 and kinds <= _MOMENTS:
        return "moment"
    only = kinds.pop() if len(kinds) == 1 else ""
    return only.removeprefix(XSD) if only.startswith(XSD) else "string"


_MOMENTS: Final = {XSD + name for name in ("date", "gYear", "gYearMonth")}


def _named(source: Source, field_: Field, things: list[str]) -> list[Part]:
    """A column of things with their labels beside it."""
    places = source.addresses
    parts = [(field_, [places.own(thing) for thing in things] if places.moves else things)]
    for tag in RELEASED:
        label = Field(f"{field_.name}_label_{tag}", "skos:prefLabel", language=tag, about=field_.name)
        parts.append((label, [source.labels.get(thing, {}).get(tag, "") for thing in things]))
    return parts
