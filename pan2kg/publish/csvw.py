"""The metadata of the tables as CSV on the Web has it: what a column is called, what it holds, whose property it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from pan2kg.publish.catalogue.terms import node
from pan2kg.publish.edition import Issue
from pan2kg.publish.tables import Field, Sheet, Source
from pan2kg.turtle.vocabulary import RDFS

_MOMENT: Final = {
    "base": "string",
    "format": "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?",
    "dc:description": "xsd:gYear, xsd:gYearMonth or xsd:date, as its form tells",
}
"""A day, a month or a year: CSVW knows no type for a column that holds either, so that the form has to tell."""
CONTEXT: Final = ["http://www.w3.org/ns/csvw", {"language": "fr"}]
FOLDER: Final = "tables"
GROUP: Final = f"{FOLDER}/csv-metadata.json"

_TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "": ("IRI", "IRI"),
    "dcterms:date": ("date", "date"),
    "dcterms:identifier": ("identifiant", "identifier"),
    "dcterms:source": ("source", "source"),
    "dcterms:spatial": ("pays", "country"),
    "dcterms:type": ("type", "type"),
    "eli:is_part_of": ("fait partie de", "is part of"),
    "org:subOrganizationOf": ("fait partie de", "is part of"),
    "rdf:type": ("classe", "class"),
    "skos:altLabel": ("autre libellé", "alternative label"),
    "skos:broader": ("notion plus générale", "broader concept"),
    "skos:definition": ("définition", "definition"),
    "skos:inScheme": ("liste", "scheme"),
    "skos:notation": ("numéro", "notation"),
    "skos:prefLabel": ("libellé", "label"),
}
_LANGUAGES: Final = {"fr": ("français", "French"), "en": ("anglais", "English"), "de": ("allemand", "German"),
                     "lb": ("luxembourgeois", "Luxembourgish")}  # fmt: skip


def describe_table(sheet: Sheet, source: Source, issue: Issue, licence: str) -> dict[str, object]:
    """The metadata of one table."""
    name = sheet.plan.name
    return {
        "@id": issue.addresses.file(f"{FOLDER}/{name}.csv"),
        "url": f"{name}.csv",
        "dc:title": _both(sheet.plan.title.fr, sheet.plan.title.en),
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


def _both(french: str, english: str) -> list[dict[str, str]]:
    return [{"@value": french, "@language": "fr"}, {"@value": english, "@language": "en"}]


def _column(one: Field, sheet: Sheet, source: Source) -> dict[str, object]:
    french, english = _title(one, source)
    column: dict[str, object] = {"name": one.name, "titles": {"fr": french, "en": english, "und": one.name}}
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


def _title(one: Field, source: Source) -> tuple[str, str]:
    """The property's label in the ontology, or what it is called here; with the language, or the thing it names."""
    names = _TITLES.get(one.property) or _from_ontology(source, one.property)
    if one.about:
        return f"{one.about}, {names[0]} ({one.language})", f"{one.about}, {names[1]} ({one.language})"
    if one.language:
        tag = _LANGUAGES.get(one.language, (one.language, one.language))
        return f"{names[0]} ({tag[0]})", f"{names[1]} ({tag[1]})"
    return names


def _from_ontology(source: Source, name: str) -> tuple[str, str]:
    found = {
        quad.object.language: quad.object.value
        for quad in source.store.inner.quads_for_pattern(node(source.expand(name)), node(RDFS + "label"), None)
        if isinstance(quad.object, ox.Literal)
    }
    local = name.partition(":")[2]
    return found.get("fr", local), found.get("en", local)


def _holds(sheet: Sheet, at: int, keys: Mapping[str, set[str]]) -> bool:
    one = sheet.fields[at]
    known = keys.get(one.refers)
    return known is not None and not one.separator and all(not row[at] or row[at] in known for row in sheet.rows)


def _reference(one: Field) -> dict[str, object]:
    return {
        "columnReference": one.name,
        "reference": {"resource": f"{one.refers}.csv", "columnReference": "iri"},
    }
