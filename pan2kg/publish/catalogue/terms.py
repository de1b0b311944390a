"""The vocabularies of a catalogue, how its terms are made, and its serialisation as Turtle, RDF/XML and JSON-LD.

French stands first wherever a value is given in several languages: the portal's software takes the first literal for
the title, whatever its language.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

import pyoxigraph as ox

from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.store.derived_links import TOP
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
RELEASE: Final = Messages("release")
"""What a release says of itself."""
RELEASED: Final = RELEASE.languages("page")
"""The languages in which a release speaks of itself: those whose catalogue has these messages, the first one first."""

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


def literals(text: Text) -> list[ox.Literal]:
    """A text as literals in the order of the languages, French first: portals take the first as the title.

    >>> [one.language for one in literals(Text.of({"en": "law", "fr": "loi"}))]
    ['fr', 'en']
    """
    return [ox.Literal(words, language=language) for language, words in text.by_language().items()]


def links_missing(held: int, ways: int) -> Text:
    """That a graph holds the strongest of its derived links alone: how many, and in how many ways works are joined."""
    return Messages("progress").text("links-strongest", held=held, ways=ways, top=TOP)


def said(key: str) -> list[ox.Literal]:
    """A message of a release as literals.

    >>> [one.value for one in said("protocol")]
    ['Protocole SPARQL 1.1', 'SPARQL 1.1 Protocol', 'SPARQL-1.1-Protokoll']
    """
    return literals(RELEASE.known(key))


class OrderedTriples:
    """Triples in the order they are said, each once: the order is that of the written file.

    >>> described = OrderedTriples()
    >>> described.add(node("http://e/a"), "http://e/p", ox.Literal("1"), ox.Literal("1"))
    >>> len(described.triples)
    1
    """

    def __init__(self) -> None:
        self._triples: dict[ox.Triple, None] = {}

    @property
    def triples(self) -> list[ox.Triple]:
        """What was said, in order."""
        return list(self._triples)

    def add(self, subject: Subject, predicate: str, *objects: Term) -> None:
        """Say of a subject that it has these values."""
        for value in objects:
            self._triples.setdefault(ox.Triple(subject, node(predicate), value))

    def add_types(self, subject: Subject, *classes: str) -> None:
        """Say what a subject is."""
        self.add(subject, TYPE.value, *map(node, classes))


def rank(term: Term | ox.Triple) -> tuple[int, str]:
    """Where a value stands among others: by language, French before English before the rest, then by its text.

    >>> sorted(reversed(literals(Text.of({"fr": "z", "en": "a"}))), key=rank)[0].value
    'z'
    """
    if isinstance(term, ox.NamedNode) and term.value.endswith("/FRA"):
        return 0, str(term)
    language = term.language if isinstance(term, ox.Literal) else None
    return RELEASED.index(language) if language in RELEASED else len(RELEASED), str(term)


FORMATS: Final = {"ttl": ox.RdfFormat.TURTLE, "rdf": ox.RdfFormat.RDF_XML}


def write(triples: Iterable[ox.Triple], ending: str, prefixes: Mapping[str, str]) -> bytes:
    """The triples in the order given, in the format of a file with this ending: ``ttl``, ``rdf`` or ``jsonld``.

    >>> triple = ox.Triple(ox.NamedNode("http://e/a"), ox.NamedNode("http://p/b"), ox.Literal("c", language="fr"))
    >>> print(write([triple], "jsonld", {"p": "http://p/"}).decode(), end="")
    {
     "@context": {"p": "http://p/"},
     "@graph": [
      {"@id": "http://e/a", "p:b": {"@language": "fr", "@value": "c"}}
     ]
    }
    """
    if ending == "jsonld":
        return _json(triples, prefixes)
    return (ox.serialize(triples, format=FORMATS[ending], prefixes=dict(prefixes)) or b"").rstrip() + b"\n"


def canonical(content: bytes, ending: str) -> str:
    """The RDFC-1.0 form of a serialisation: equal for equal graphs, whatever their blank nodes are called."""
    formats = {**FORMATS, "jsonld": ox.RdfFormat.JSON_LD, "nt": ox.RdfFormat.N_TRIPLES, "nq": ox.RdfFormat.N_QUADS}
    dataset = ox.Dataset(ox.parse(content, format=formats.get(ending, ox.RdfFormat.TRIG)))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad} .\n" for quad in dataset))


def _json(triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> bytes:
    nodes: dict[str, dict[str, object]] = {}
    for triple in triples:
        name = _reference(triple.subject)
        described = nodes.setdefault(name, {"@id": name})
        if triple.predicate == TYPE and isinstance(triple.object, ox.NamedNode):
            _add(described, "@type", _short(triple.object.value, prefixes))
        elif not isinstance(triple.object, ox.Triple):
            _add(described, _short(triple.predicate.value, prefixes), _value(triple.object, prefixes))
    context = json.dumps(dict(sorted(prefixes.items())), ensure_ascii=False)
    lines = ",\n  ".join(json.dumps(described, ensure_ascii=False) for described in nodes.values())
    return f'{{\n "@context": {context},\n "@graph": [\n  {lines}\n ]\n}}\n'.encode()


def _reference(term: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _short(iri: str, prefixes: Mapping[str, str]) -> str:
    for prefix, space in prefixes.items():
        if iri.startswith(space) and iri != space:
            return f"{prefix}:{iri[len(space) :]}"
    return iri


def _value(term: Term, prefixes: Mapping[str, str]) -> object:
    if not isinstance(term, ox.Literal):
        return {"@id": _reference(term)}
    if term.language:
        return {"@language": term.language, "@value": term.value}
    if term.datatype.value == XSD + "string":
        return term.value
    return {"@type": _short(term.datatype.value, prefixes), "@value": term.value}


def _add(described: dict[str, object], key: str, value: object) -> None:
    """One value as it is, several as a list: the shortest a reader of JSON-LD understands."""
    if key not in described:
        described[key] = value
        return
    known = described[key]
    described[key] = [*known, value] if isinstance(known, list) else [known, value]
