"""The metadata of the tables as CSV on the Web has it: what a column is called, what it holds, whose property it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from pan2kg.publish.catalogue.terms import RELEASE, RELEASED, node
from pan2kg.publish.edition import Issue
from pan2kg.publish.tables import Field, Sheet, Source
from pan2kg.turtle.vocabulary import RDFS

_MOMENT: Final = {
    "base": "string",
    "format": "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?",
    "dc:description": "xsd:gYear, xsd:gYearMonth or xsd:date, as its form tells",
}
"""A day, a month or a year: CSVW knows no type for a column that holds either, so that the form has to tell."""
CONTEXT: Final = ["http://www.w3.org/ns/csvw", {"language": RELEASED[0]}]
FOLDER: Final = "tables"
GROUP: Final = f"{FOLDER}/csv-metadata.json"


def describe_table(sheet: Sheet, source: Source, issue: Issue, licence: str) -> dict[str, object]:
    """The metadata of one table."""
    name = sheet.plan.name
    return {
        "@id": issue.addresses.file(f"{FOLDER}/{name}.csv"),
        "url": f"{name}.csv",
        "dc:title": [{"@value": words, "@language": tag} for tag, words in sheet.plan.title.words],
        "dc:license": {"@id": licence},
        "dc:isPartOf": {"@id": issue.dataset},
        "tableSchema": {
            "aboutUrl": f"{{+{sheet.key[0]}}}",
            "primaryKey": list(sheet.key) if len(sheet.key) > 1 else sheet.key[0],
            "columns": [_column(one, sheet, source) for one in sheet.fields],
        },
    }


def describe_group(sheets: Sequence[Sheet], described: Sequence[dict[str, object]]) -> dict[str, object]:
    """All tables together, with the columns that refer from one to another: as far as every reference holds."""
    keys = {sheet.plan.name: {row[0] for row in sheet.rows} for sheet in sheets if not sheet.plan.pairs}
    tables = [_related(sheet, table, keys) for sheet, table in zip(sheets, described, strict=True)]
    return {"@context": CONTEXT, "tables": tables}


def _related(sheet: Sheet, table: Mapping[str, object], keys: Mapping[str, set[str]]) -> Mapping[str, object]:
    references = [_reference(one) for at, one in enumerate(sheet.fields) if _holds(sheet, at, keys)]
    schema = table["tableSchema"]
    if not references or not isinstance(schema, dict):
        return table
    return {**table, "tableSchema": {**schema, "foreignKeys": references}}


def written(metadata: Mapping[str, object]) -> bytes:
    """Metadata as the text of a file."""
    whole = metadata if "@context" in metadata else {"@context": CONTEXT, **metadata}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _column(one: Field, sheet: Sheet, source: Source) -> dict[str, object]:
    column: dict[str, object] = {"name": one.name, "titles": {**_title(one, source), "und": one.name}}
    is_second = bool(sheet.plan.pairs) and one.name == sheet.key[1]
    if one.property and not (sheet.plan.pairs and one.name == sheet.key[0]):
        column["propertyUrl"] = source.addresses.own(source.expand(one.property))
    if one.about:
        column["aboutUrl"] = f"{{+{one.about}}}"
    if one.is_iri and one.property and not one.separator and (is_second or not sheet.plan.pairs):
        column["valueUrl"] = f"{{+{one.name}}}"
    if one.is_iri:
        column["datatype"] = "anyURI"
    elif one.language:
        column |= {"datatype": "string", "lang": one.language}
    else:
        column["datatype"] = _MOMENT if one.datatype == "moment" else one.datatype
    if one.separator:
        column["separator"] = one.separator
        if one.is_iri:
            column["dc:type"] = {"@id": RDFS + "Resource"}
    if one.name in sheet.key:
        column["required"] = True
    if not one.property or (sheet.plan.pairs and one.name == sheet.key[0]):
        column["suppressOutput"] = True
    return column


def _title(one: Field, source: Source) -> dict[str, str]:
    """The property's label in the ontology, or what it is called here; with the language, or the thing it names."""
    return {language: _titled(one, source, language) for language in RELEASED}


def _titled(one: Field, source: Source, language: str) -> str:
    key = f"column.{one.property}"
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


def _holds(sheet: Sheet, at: int, keys: Mapping[str, set[str]]) -> bool:
    one = sheet.fields[at]
    known = keys.get(one.refers)
    return known is not None and not one.separator and all(not row[at] or row[at] in known for row in sheet.rows)


def _reference(one: Field) -> dict[str, object]:
    return {
        "columnReference": one.name,
        "reference": {"resource": f"{one.refers}.csv", "columnReference": "iri"},
    }
