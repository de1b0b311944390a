"""The vocabularies a catalogue is written in, and how their terms are made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pyoxigraph as ox

from pan2kg.turtle.vocabulary import DCTERMS, RDF, RDFS, SKOS, XSD

ADMS: Final = "http://www.w3.org/ns/adms#"
DCAT: Final = "http://www.w3.org/ns/dcat#"
DCATAP: Final = "http://data.europa.eu/r5r/"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
GEO: Final = "http://www.opengis.net/ont/geosparql#"
MEDIA: Final = "https://www.iana.org/assignments/media-types/"
OWL: Final = "http://www.w3.org/2002/07/owl#"
SCHEMA: Final = "https://schema.org/"
SD: Final = "http://www.w3.org/ns/sparql-service-description#"
SPDX: Final = "http://spdx.org/rdf/terms#"
VCARD: Final = "http://www.w3.org/2006/vcard/ns#"
VOID: Final = "http://rdfs.org/ns/void#"

PREFIXES: Final[Mapping[str, str]] = {
    "adms": ADMS,
    "dcat": DCAT,
    "dcatap": DCATAP,
    "dcterms": DCTERMS,
    "foaf": FOAF,
    "geo": GEO,
    "owl": OWL,
    "rdf": RDF,
    "rdfs": RDFS,
    "skos": SKOS,
    "spdx": SPDX,
    "vcard": VCARD,
    "xsd": XSD,
}
"""The prefixes of the catalogue's own serialisations."""

TYPE: Final = ox.NamedNode(RDF + "type")
FRENCH_FIRST: Final = {"fr": 0, "en": 1}

Subject = ox.NamedNode | ox.BlankNode
Term = ox.NamedNode | ox.BlankNode | ox.Literal


def node(iri: str) -> ox.NamedNode:
    """An IRI as a term."""
    return ox.NamedNode(iri)


def typed(value: str, datatype: str) -> ox.Literal:
    """A literal of an XML Schema type.

    >>> str(typed("3", "nonNegativeInteger"))
    '"3"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>'
    """
    return ox.Literal(value, datatype=ox.NamedNode(XSD + datatype))


def said(french: str, english: str) -> list[ox.Literal]:
    """A text in both languages, French first: portals take the first as the title.

    >>> [text.language for text in said("loi", "law")]
    ['fr', 'en']
    """
    return [ox.Literal(french, language="fr"), ox.Literal(english, language="en")]


class Sheet:
    """Triples in the order they are said, each once: the order is that of the written file.

    >>> sheet = Sheet()
    >>> sheet.say(node("http://e/a"), "http://e/p", ox.Literal("1"), ox.Literal("1"))
    >>> len(sheet.triples)
    1
    """

    def __init__(self) -> None:
        self._said: dict[ox.Triple, None] = {}

    @property
    def triples(self) -> list[ox.Triple]:
        """What was said, in order."""
        return list(self._said)

    def say(self, subject: Subject, predicate: str, *objects: Term) -> None:
        """Say of a subject that it has these values."""
        for value in objects:
            self._said.setdefault(ox.Triple(subject, node(predicate), value))

    def call(self, subject: Subject, *classes: str) -> None:
        """Say what a subject is."""
        self.say(subject, TYPE.value, *map(node, classes))


def rank(term: Term | ox.Triple) -> tuple[int, str]:
    """Where a value stands among others: French before English before the rest, then by its text.

    >>> sorted(reversed(said("z", "a")), key=rank)[0].value
    'z'
    """
    if isinstance(term, ox.NamedNode) and term.value.endswith("/FRA"):
        return 0, str(term)
    language = term.language if isinstance(term, ox.Literal) else None
    return FRENCH_FIRST.get(language or "", 2), str(term)
