"""The vocabularies a release is described in, and how statements are made from templates and written.

French stands first wherever a value is given in several languages: the portal's software takes the
first literal for the title, whatever its language.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyoxigraph as ox

from pan2kg.i18n import Messages, Text
from pan2kg.templates import markup, render
from pan2kg.turtle import DCTERMS, RDF, RDFS, SKOS, XSD

ADMS = "http://www.w3.org/ns/adms#"
DCAT = "http://www.w3.org/ns/dcat#"
DCATAP = "http://data.europa.eu/r5r/"
FOAF = "http://xmlns.com/foaf/0.1/"
GEO = "http://www.opengis.net/ont/geosparql#"
MEDIA = "https://www.iana.org/assignments/media-types/"
OWL = "http://www.w3.org/2002/07/owl#"
SCHEMA = "https://schema.org/"
SD = "http://www.w3.org/ns/sparql-service-description#"
SH = "http://www.w3.org/ns/shacl#"
SPDX = "http://spdx.org/rdf/terms#"
VCARD = "http://www.w3.org/2006/vcard/ns#"
VOID = "http://rdfs.org/ns/void#"

PREFIXES: Mapping[str, str] = {
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

TYPE = ox.NamedNode(RDF + "type")
RELEASE = Messages("release")
"""What a release says of itself."""
RELEASED = tuple(RELEASE.text("page").by_language())
"""The languages in which a release speaks of itself: those whose catalogue has these messages, the first one first."""
FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
}
"""How a file is written and read, by its ending."""

Term = ox.NamedNode | ox.BlankNode | ox.Literal
node = ox.NamedNode


def literals(text: Text) -> list[ox.Literal]:
    """A text of ours as literals, in the order of its languages."""
    return [ox.Literal(words, language=language) for language, words in text.by_language().items()]


def filled(
    template: str, prefixes: Mapping[str, str], values: Mapping[str, object]
) -> list[ox.Triple]:
    """The statements of a template of Turtle, in its order and each once.

    In it ``p("dcterms:title", terms)`` writes a property with its values, which is nothing where there
    is none, ``iri(text)`` an address, ``text(words)`` a text, ``typed(value, "date")`` a typed value,
    and ``said(key)`` the words of a message in every language.
    """

    def p(name: str, terms: object) -> str:
        several = terms if isinstance(terms, Sequence) and not isinstance(terms, str) else [terms]
        return markup(f"{name} {', '.join(map(str, several))} ;" if several else "")

    def typed(value: object, kind: str) -> str:
        return markup(str(ox.Literal(str(value), datatype=node(XSD + kind))))

    head = "".join(f"@prefix {name}: <{space}> .\n" for name, space in prefixes.items())
    terms = {
        "p": p,
        "iri": lambda address: markup(str(node(address))),
        "text": lambda words: markup(str(ox.Literal(words))),
        "typed": typed,
        "said": lambda key: literals(RELEASE.text(key)),
        "dcterms": DCTERMS,
    }
    body = render(template, {**terms, **values})
    quads = ox.parse(head + body, format=ox.RdfFormat.TURTLE)
    return list(dict.fromkeys(quad.triple for quad in quads))


def write(triples: Iterable[ox.Triple], ending: str, prefixes: Mapping[str, str]) -> bytes:
    r"""Statements in the form of an ending.

    >>> write([ox.Triple(node("http://e/a"), TYPE, node("http://e/B"))], "nt", {})[-15:]
    b'<http://e/B> .\n'
    """
    content = ox.serialize(triples, format=FORMATS[ending], prefixes=dict(prefixes)) or b""
    return content.rstrip() + b"\n"


def table_of(name: str) -> dict[str, dict[str, str]]:
    """The rows of a TOML file beside this module."""
    rows: dict[str, dict[str, str]] = tomllib.loads(
        Path(__file__).with_name(f"{name}.toml").read_text("utf-8")
    )
    return rows


OFFERED_FORMS = table_of("form")
"""Each format by the ending of its files: its media type, its EU file type, and what it is called."""
