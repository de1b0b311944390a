"""The code lists a catalogue refers to, so that every concept in it is typed, labelled and placed in its scheme."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.i18n.catalogue import Text
from pan2kg.publish.catalogue.terms import DCAT, GEO, MEDIA, Sheet, literals, node
from pan2kg.turtle.vocabulary import DCTERMS, RDFS, SKOS

CONCEPT: Final = SKOS + "Concept"
_PLACES: Final = {
    "LUX": (
        "POLYGON((5.73 49.44, 6.54 49.44, 6.54 50.19, 5.73 50.19, 5.73 49.44))",
        "POINT(6.13 49.81)",
    )
}
"""Bounding box and centre of a country as WKT, longitude first, in degrees to two decimals."""


@dataclass(frozen=True, slots=True)
class Form:
    """A format: its media type, its EU file type, and what it is called."""

    media: str
    file_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """A code list: its address, the class of its concepts, its names, and where its concepts stand."""

    iri: str
    kind: str
    names: Text
    concepts_at: str
    concepts: Mapping[str, Text]


@cache
def forms() -> Mapping[str, Form]:
    """The formats of a release by the ending of a file.

    >>> forms()["ttl"].media
    'text/turtle'
    """
    return {ending: Form(**row) for ending, row in _read("form").items()}


@cache
def schemes() -> Mapping[str, Scheme]:
    """The code lists by name.

    >>> schemes()["language"].concepts["FRA"].say("fr")
    'français'
    """
    return {name: _scheme(row) for name, row in _read("authority").items()}


def _read(name: str) -> dict[str, dict[str, str]]:
    path = Path(__file__).with_name(f"{name}.toml")
    rows: dict[str, dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return rows


def _scheme(row: Mapping[str, object]) -> Scheme:
    given = row.get("concept")
    concepts = given if isinstance(given, dict) else {}
    names = Text.of({tag: str(words) for tag, words in row.items()})
    at = str(row.get("concepts_at") or f"{row['iri']}/")
    return Scheme(str(row["iri"]), str(row["class"]), names, at, {key: Text.of(one) for key, one in concepts.items()})


def concept(scheme: str, key: str) -> ox.NamedNode:
    """The IRI of a concept of a code list.

    >>> concept("frequency", "IRREG").value
    'http://publications.europa.eu/resource/authority/frequency/IRREG'
    """
    return node(schemes()[scheme].concepts_at + key)


def media(media_type: str) -> ox.NamedNode:
    """The IRI of a media type in IANA's register.

    >>> media("text/csv").value
    'https://www.iana.org/assignments/media-types/text/csv'
    """
    return node(MEDIA + media_type)


def explain(sheet: Sheet, term: ox.NamedNode, labels: list[ox.Literal]) -> None:
    """Say what a concept of a code list or a media type is, with the labels of the graph where the list has none."""
    if term.value.startswith(MEDIA):
        sheet.call(term, DCTERMS + "MediaType")
        sheet.say(term, RDFS + "label", ox.Literal(term.value.removeprefix(MEDIA)))
        return
    for scheme in schemes().values():
        if term.value.startswith(scheme.concepts_at) and term.value != scheme.iri:
            _explain_concept(sheet, term, scheme, labels)
            return


def _explain_concept(sheet: Sheet, term: ox.NamedNode, scheme: Scheme, labels: list[ox.Literal]) -> None:
    key = term.value.removeprefix(scheme.concepts_at)
    names = literals(scheme.concepts[key]) if key in scheme.concepts else labels
    sheet.call(term, *sorted({CONCEPT, scheme.kind}))
    sheet.say(term, SKOS + "prefLabel", *names)
    sheet.say(term, RDFS + "label", *names)
    sheet.say(term, SKOS + "inScheme", node(scheme.iri))
    if scheme.iri.endswith("/country") and key in _PLACES:
        for name, wkt in zip(("bbox", "centroid"), _PLACES[key], strict=True):
            sheet.say(term, DCAT + name, ox.Literal(wkt, datatype=node(GEO + "wktLiteral")))
    sheet.call(node(scheme.iri), SKOS + "ConceptScheme")
    sheet.say(node(scheme.iri), DCTERMS + "title", *literals(scheme.names))
