"""The data as people take them along: actions, links, bodies, and texts with the duties they lay down.

Each is one table with a row a statement: one value a cell, and beside every address the name of what it is, in the
languages that have one. As CSV and Parquet the table has a column a language; as a workbook a sheet a language, in
words, with the addresses behind. What was retired is in none of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product
from typing import Final

from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, Text, format_of
from pan2kg.publish.catalogue.terms import TYPE
from pan2kg.publish.documents import Described
from pan2kg.publish.edition import File
from pan2kg.publish.tables import CONTEXT
from pan2kg.tables.formats import Grid, write_csv
from pan2kg.tables.parquet import write_parquet
from pan2kg.tables.spreadsheet import write_spreadsheet
from pan2kg.turtle.vocabulary import DCTERMS, PAN, SKOS

FOLDER: Final = "data"
FORMATS: Final = ("xlsx", "csv", "parquet")
_ORG: Final = "http://www.w3.org/ns/org#"
_WORDS: Final = Messages("publication")

Cell = str
"""The address of a thing, or a value as it is; empty where nothing is known."""
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """A table: its name, its columns, those of them that hold things rather than values, and what gives the rows."""

    name: str
    columns: tuple[str, ...]
    values: frozenset[str]
    rows: Callable[[Described], Iterator[Row]]

    @property
    def title(self) -> Text:
        """What it is called."""
        return _WORDS.known(f"product.{self.name}")

    @property
    def about(self) -> Text:
        """What it holds, in a sentence."""
        return _WORDS.known(f"product.{self.name}-about")


def _objects(described: Described, iri: str, *properties: str) -> list[str]:
    return list(dict.fromkeys(one.object for one in described.of.get(iri, ()) if one.predicate in properties))


def _one(described: Described, iri: str, *properties: str) -> str:
    return next(iter(_objects(described, iri, *properties)), "")


def _pointing(described: Described, iri: str, name: str) -> list[str]:
    found = (one.subject for one in described.pointing.get(iri, ()) if one.predicate == PAN + name)
    return [subject for subject in found if not described.is_retired(subject)]


def _members(described: Described, *classes: str) -> list[str]:
    kinds = {PAN + name for name in classes}
    found = {one.subject for one in described.statements if one.target in kinds and one.predicate == TYPE.value}
    return sorted(iri for iri in found if not described.is_retired(iri))


def _grounds(described: Described, iri: str) -> tuple[Row, ...]:
    """The quotations a statement rests on, each with its source; the source alone where nothing is quoted."""
    quoted = [
        (quote, _one(described, passage, PAN + "inDocument"))
        for passage in _objects(described, iri, PAN + "evidence")
        for quote in _objects(described, passage, PAN + "quote")
    ]
    return tuple(quoted) or (("", _one(described, iri, DCTERMS + "source")),)


def _action_rows(described: Described) -> Iterator[Row]:
    for action in _members(described, "Action"):
        number, plan = _one(described, action, SKOS + "notation"), _one(described, action, PAN + "inPlan")
        if not plan:
            continue  # a recommendation of a review
        found = [*_parts_of(described, action), *_texts_of(described, action)] or [("",) * 6]
        yield from ((action, number, plan, *rest) for rest in found)


def _parts_of(described: Described, action: str) -> Iterator[Row]:
    for one in _pointing(described, action, "involvedIn"):
        bodies, roles = (_objects(described, one, PAN + name) for name in ("involves", "role"))
        certainty = _one(described, one, PAN + "certainty")
        for body, role, (quote, source) in product(bodies, roles or [""], _grounds(described, one)):
            yield PAN + "Involvement", body, role, quote, source, certainty


def _texts_of(described: Described, action: str) -> Iterator[Row]:
    for link in _pointing(described, action, "from"):
        if not _one(described, link, PAN + "linkType").endswith("/uses-instrument") or not _is_accepted(
            described, link
        ):
            continue
        texts, relation = _objects(described, link, PAN + "to"), _one(described, link, PAN + "relation")
        certainty = _one(described, link, PAN + "certainty")
        for text, (quote, source) in product(texts, _grounds(described, link)):
            yield PAN + "Instrument", text, relation, quote, source, certainty


def _is_accepted(described: Described, link: str) -> bool:
    return _one(described, link, PAN + "status").endswith(("/accepted", "/derived"))


def _link_rows(described: Described) -> Iterator[Row]:
    for link in _members(described, "Link"):
        if not _is_accepted(described, link):
            continue
        kind, relation, level, certainty = (
            _one(described, link, PAN + name) for name in ("linkType", "relation", "evidenceLevel", "certainty")
        )
        between = sorted(_objects(described, link, PAN + "between"))
        ends = (
            [between] if len(between) == 2 else product(*(_objects(described, link, PAN + n) for n in ("from", "to")))
        )
        shared = _objects(described, link, PAN + "via") or [""]
        for (one, two), via, ground in product(ends, shared, _grounds(described, link)):
            plans = (_one(described, end, PAN + "inPlan") for end in (one, two))
            yield (link, kind, one, two, *plans, relation, via, level, *ground, certainty)


def _body_rows(described: Described) -> Iterator[Row]:
    for body in _members(described, "PublicBody", "Organisation", "UnnamedGroup"):
        parts = _pointing(described, body, "involves")
        works = {work for one in parts for work in _objects(described, one, PAN + "involvedIn")}
        plans = {_one(described, work, PAN + "inPlan") or work for work in works}
        kinds, above, before = (
            _objects(described, body, name) or [""]
            for name in (DCTERMS + "type", _ORG + "subOrganizationOf", PAN + "precededBy")
        )
        actions = sum(bool(_one(described, work, PAN + "inPlan")) for work in works)
        for of_kind, of_body, former in product(kinds, above, before):
            yield body, of_kind, of_body, former, str(actions), str(len(plans))


_TEXTS: Final = ("LegalAct", "Treaty", "SoftLaw", "Bill", "Commitment", "OtherInstrument", "Instrument")


def _text_rows(described: Described) -> Iterator[Row]:
    for text in _members(described, *_TEXTS):
        duties = _pointing(described, text, "underInstrument")
        duties = [one for one in duties if any(map(_is_duty, _objects(described, one, TYPE.value)))]
        for kind, rest in product(_objects(described, text, DCTERMS + "type") or [""], [*_duties(described, duties)]):
            yield (text, kind, *rest)


def _is_duty(kind: str) -> bool:
    return kind == PAN + "Obligation"


def _duties(described: Described, duties: Sequence[str]) -> Iterator[Row]:
    if not duties:
        yield ("",) * 9
    for duty in duties:
        about = [_one(described, duty, PAN + name) for name in ("underProvision", "obligationKind", "force")]
        when = [_one(described, duty, PAN + name) for name in ("dueDate", "dueRule")]
        holders = _objects(described, duty, PAN + "addressee") or [""]
        for holder, (quote, source) in product(holders, _grounds(described, duty)):
            yield (duty, *about, holder, *when, quote, source)


PRODUCTS: Final = (
    Product(
        "actions",
        ("action", "number", "plan", "aspect", "what", "capacity", "quote", "source", "certainty"),
        frozenset(("number", "quote")),
        _action_rows,
    ),
    Product(
        "links",
        ("link", "type", "from", "to", "from_plan", "to_plan", "relation", "shared", "level", "quote", "source",
         "certainty"),
        frozenset(("link", "quote")),
        _link_rows,
    ),
    Product(
        "bodies",
        ("body", "type", "part_of", "preceded_by", "actions", "plans"),
        frozenset(("actions", "plans")),
        _body_rows,
    ),
    Product(
        "texts",
        ("text", "type", "duty", "provision", "kind", "force", "addressee", "due_date", "due_rule", "quote", "source"),
        frozenset(("due_date", "due_rule", "quote")),
        _text_rows,
    ),
)  # fmt: skip
"""The tables for people, in the order in which they are offered."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it is written: its name, the column of the product it is of, and what of that it holds."""

    name: str
    of: str
    language: str = ""
    is_address: bool = False


def product_files(described: Described) -> Iterator[File]:
    """Every table in every form whose library is installed, and the metadata of the CSV file (CSVW)."""
    for one in PRODUCTS:
        rows = sorted(set(one.rows(described)))
        columns, cells = _columns(described, one, rows)
        grid = Grid([column.name for column in columns], cells)
        if "xlsx" in forms():
            yield f"{FOLDER}/{one.name}.xlsx", write_spreadsheet([*_sheets(described, one, rows)])
        yield f"{FOLDER}/{one.name}.csv", write_csv(grid).encode()
        yield f"{FOLDER}/{one.name}.csv-metadata.json", _metadata(described, one, columns)
        if "parquet" in forms():
            turned = zip(*cells, strict=True) if cells else [()] * len(columns)
            yield (
                f"{FOLDER}/{one.name}.parquet",
                write_parquet(
                    {column.name: [cell or None for cell in part] for column, part in zip(columns, turned, strict=True)}
                ),
            )


def forms() -> tuple[str, ...]:
    """The formats tables for people come in, as far as the libraries are installed."""
    needs = {"parquet": "pyarrow"}
    return tuple(form for form in FORMATS if form not in needs or find_spec(needs[form]) is not None)


def _columns(described: Described, one: Product, rows: Sequence[Row]) -> tuple[list[Column], list[list[str]]]:
    """The columns of a table with a value in some row, and the cells of its rows."""
    wanted: list[Column] = []
    for name in one.columns:
        if name in one.values:
            wanted.append(Column(name, name, is_address=name == "link"))
        else:
            wanted += [Column(f"{name}_{tag}", name, tag) for tag in LANGUAGES]
            wanted.append(Column(f"{name}_iri", name, is_address=True))
    at = {name: place for place, name in enumerate(one.columns)}
    parts = [[_cell(described, column, row[at[column.of]]) for row in rows] for column in wanted]
    kept = [(column, part) for column, part in zip(wanted, parts, strict=True) if any(part)]
    return [column for column, _ in kept], [list(row) for row in zip(*(part for _, part in kept), strict=True)]


def _cell(described: Described, column: Column, value: Cell) -> str:
    """What stands in a cell; a thing without a name is called by its key, in the first of the languages."""
    if not column.language or not value:
        return value
    names = described.names.get(value)
    if not names:
        return described.name(value, column.language) if column.language == LANGUAGES[0] else ""
    return names.get(column.language, "")


def _sheets(described: Described, one: Product, rows: Sequence[Row]) -> Iterator[tuple[str, Grid]]:
    """A sheet a language: names first, then the addresses."""
    used = [at for at in range(len(one.columns)) if any(row[at] for row in rows)]
    things = [at for at in used if one.columns[at] not in one.values]
    for tag in LANGUAGES:
        heads = [heading(one.columns[at], tag) for at in used]
        heads += [_WORDS.say("product.address", tag, of=heading(one.columns[at], tag)) for at in things]
        named = (_shown(described, one, row, tag, (used, things)) for row in rows)
        yield format_of("name", tag), Grid(heads, list(named))


def _shown(
    described: Described, one: Product, row: Row, tag: Language, places: tuple[Sequence[int], Sequence[int]]
) -> list[str]:
    used, things = places
    words = [row[at] if one.columns[at] in one.values or not row[at] else described.name(row[at], tag) for at in used]
    return [*words, *(row[at] for at in things)]


def heading(column: str, language: Language) -> str:
    """What a column is called."""
    return _WORDS.say(f"product.column.{column}", language)


def _metadata(described: Described, one: Product, columns: Iterable[Column]) -> bytes:
    issue, facts = described.edition.issue, described.edition.facts
    table = {
        "@context": CONTEXT,
        "@id": issue.addresses.file(f"{FOLDER}/{one.name}.csv"),
        "url": f"{one.name}.csv",
        "dc:title": [{"@value": words, "@language": tag} for tag, words in one.title.words],
        "dc:license": {"@id": facts.of(facts.dataset, DCTERMS + "license")[0].value},
        "dc:isPartOf": {"@id": issue.dataset},
        "tableSchema": {"columns": [_described(column) for column in columns]},
    }
    return (json.dumps(table, ensure_ascii=False, indent=1) + "\n").encode()


def _described(column: Column) -> dict[str, object]:
    titles = {tag: heading(column.of, tag) for tag in LANGUAGES}
    said: dict[str, object] = {"name": column.name, "titles": {**titles, "und": column.name}}
    if column.is_address:
        return {**said, "datatype": "anyURI"}
    return {**said, "datatype": "string", **({"lang": column.language} if column.language else {})}
