"""The vocabularies of a release, how triples are written in their order, and the code lists a catalogue refers to.

French stands first wherever a value is given in several languages: the portal's software takes the first literal for
the title, whatever its language. Every concept of a code list is given its type, label and scheme in the catalogue
itself, since the DCAT-AP shapes look for them in the file they validate and fetch nothing.
"""

import json
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.tables.template import markup, render
from pan2kg.turtle import DCTERMS, RDF, RDFS, SKOS, XSD, countries as codes

ADMS: Final = "http://www.w3.org/ns/adms#"
DCAT: Final = "http://www.w3.org/ns/dcat#"
DCATAP: Final = "http://data.europa.eu/r5r/"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
GEO: Final = "http://www.opengis.net/ont/geosparql#"
MEDIA: Final = "https://www.iana.org/assignments/media-types/"
OWL: Final = "http://www.w3.org/2002/07/owl#"
SCHEMA: Final = "https://schema.org/"
SD: Final = "http://www.w3.org/ns/sparql-service-description#"
SH: Final = "http://www.w3.org/ns/shacl#"
SPDX: Final = "http://spdx.org/rdf/terms#"
VCARD: Final = "http://www.w3.org/2006/vcard/ns#"
VOID: Final = "http://rdfs.org/ns/void#"

PREFIXES: Final[Mapping[str, str]] = {
    "adms": ADMS, "dcat": DCAT, "dcatap": DCATAP, "dcterms": DCTERMS, "foaf": FOAF, "geo": GEO, "owl": OWL,
    "rdf": RDF, "rdfs": RDFS, "skos": SKOS, "spdx": SPDX, "vcard": VCARD, "xsd": XSD,
}  # fmt: skip
"""The prefixes of the catalogue's own serialisations."""

TYPE: Final = ox.NamedNode(RDF + "type")
RELEASE: Final = Messages("release")
"""What a release says of itself."""
RELEASED: Final = tuple(RELEASE.text("page").by_language())
"""The languages in which a release speaks of itself: those whose catalogue has these messages, the first one first."""
FORMATS: Final = {"ttl": ox.RdfFormat.TURTLE, "rdf": ox.RdfFormat.RDF_XML, "jsonld": ox.RdfFormat.JSON_LD,
                  "nt": ox.RdfFormat.N_TRIPLES, "nq": ox.RdfFormat.N_QUADS}  # fmt: skip
"""How a file is written and read, by its ending."""

Term = ox.NamedNode | ox.BlankNode | ox.Literal


node: Final = ox.NamedNode


def literals(text: Text) -> list[ox.Literal]:
    return [ox.Literal(words, language=language) for language, words in text.by_language().items()]


def filled(template: str, prefixes: Mapping[str, str], values: Mapping[str, object]) -> list[ox.Triple]:
    """The triples of a template of Turtle in the order in which it says them, each once.

    A template writes a property with its values by ``p("dcterms:title", terms)``, which is nothing where there is none,
    an address by ``iri(text)``, a text by ``text(words)``, a typed value by ``typed(value, "date")``, and the words
    of a message in every language by ``said(key)``.
    """

    def p(name: str, terms: object) -> str:
        several = terms if isinstance(terms, Sequence) and not isinstance(terms, str) else [terms]
        return markup(f"{name} {', '.join(map(str, several))} ;" if several else "")

    head = "".join(f"@prefix {name}: <{space}> .\n" for name, space in prefixes.items())
    body = render(template, {
        "p": p, "iri": lambda address: markup(str(node(address))), "text": lambda words: markup(str(ox.Literal(words))),
        "typed": lambda value, kind: markup(str(ox.Literal(str(value), datatype=node(XSD + kind)))),
        "said": lambda key: literals(RELEASE.text(key)),
        "dcterms": DCTERMS, **values,
    })  # fmt: skip
    return list(dict.fromkeys(quad.triple for quad in ox.parse(head + body, format=ox.RdfFormat.TURTLE)))


def write(
    triples: Iterable[ox.Triple], ending: str, prefixes: Mapping[str, str], *, about: Collection[str] = ()
) -> bytes:
    """The triples in the order given, in the format of a file with this ending; JSON-LD compact, by its own context.

    Where the file is ``about`` some things, the context says of a property what its values are, where all are of one
    kind, and what points to them stands with them.

    >>> triple = ox.Triple(ox.NamedNode("http://e/a"), ox.NamedNode("http://p/b"), ox.Literal("c", language="fr"))
    >>> print(write([triple], "jsonld", {"p": "http://p/"}).decode(), end="")
    {
     "@context": {"p": "http://p/"},
     "@graph": [
      {"@id":"http://e/a","p:b":{"@language":"fr","@value":"c"}}
     ]
    }
    """
    if ending != "jsonld":
        return (ox.serialize(triples, format=FORMATS[ending], prefixes=dict(prefixes)) or b"").rstrip() + b"\n"

    @cache
    def short(iri: str) -> str:
        spaces = (item for item in prefixes.items() if iri.startswith(item[1]) and iri != item[1])
        return next((f"{prefix}:{iri[len(space) :]}" for prefix, space in spaces), iri)

    def value_of(term: Term) -> object:
        if not isinstance(term, ox.Literal):
            return {"@id": term.value if isinstance(term, ox.NamedNode) else str(term)}
        if term.language:
            return {"@language": term.language, "@value": term.value}
        plain = term.datatype.value == XSD + "string"
        return term.value if plain else {"@type": short(term.datatype.value), "@value": term.value}

    nodes, pointing = dict[str, dict[str, list[object]]](), dict[str, dict[str, list[object]]]()
    things = frozenset(about)
    for triple in triples:
        name = triple.subject.value if isinstance(triple.subject, ox.NamedNode) else str(triple.subject)
        if isinstance(triple.object, ox.NamedNode) and things and name not in things:
            back = pointing.setdefault(triple.object.value, {})
            back.setdefault(short(triple.predicate.value), []).append({"@id": name})
            continue
        properties = nodes.setdefault(name, {})
        if isinstance(triple.object, ox.Triple):
            continue
        if triple.predicate == TYPE and isinstance(triple.object, ox.NamedNode):
            properties.setdefault("@type", []).append(short(triple.object.value))
        else:
            properties.setdefault(short(triple.predicate.value), []).append(value_of(triple.object))
    context: dict[str, object] = dict(sorted(prefixes.items()))
    if things:
        context |= _coerced([*nodes.values(), *pointing.values()], short)
        for name, properties in pointing.items():
            nodes.setdefault(name, {})["@reverse"] = [
                {key: values[0] if len(values) == 1 else values for key, values in properties.items()}
            ]
    # one value as it is, several as a list: the shortest a reader of JSON-LD understands
    lines = ",\n  ".join(
        json.dumps(
            {"@id": short(name) if things else name}
            | {key: values[0] if len(values) == 1 else values for key, values in properties.items()},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for name, properties in nodes.items()
    )
    head = json.dumps(context, ensure_ascii=False)
    return f'{{\n "@context": {head},\n "@graph": [\n  {lines}\n ]\n}}\n'.encode()


def _coerced(nodes: Sequence[dict[str, list[object]]], short: Callable[[str], str]) -> dict[str, object]:
    values_of: dict[str, list[dict[str, str]]] = {}
    for properties in nodes:
        for name, values in properties.items():
            if name != "@type":
                values_of.setdefault(name, []).extend(value if isinstance(value, dict) else {} for value in values)
    terms: dict[str, object] = {}
    for name, several in sorted(values_of.items()):
        if all("@id" in value for value in several):
            terms[name] = {"@type": "@id"}
        elif all("@language" in value for value in several):
            terms[name] = {"@container": "@language"}
        elif "@type" in several[0] and len({value.get("@type") for value in several}) == 1:
            terms[name] = {"@type": several[0]["@type"]}
    for properties in nodes:
        for name in properties.keys() & terms.keys():
            objects = [value for value in properties[name] if isinstance(value, dict)]
            if terms[name] == {"@container": "@language"}:
                texts: dict[str, list[str]] = {}
                for value in objects:
                    texts.setdefault(value["@language"], []).append(value["@value"])
                properties[name] = [{tag: words[0] if len(words) == 1 else words for tag, words in texts.items()}]
            else:
                properties[name] = [short(value["@id"]) if "@id" in value else value["@value"] for value in objects]
    return terms


def table_of(name: str) -> dict[str, dict[str, str]]:
    rows: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))
    return rows


OFFERED_FORMS: Final = table_of("form")
"""Each format by the ending of its files: its media type, its EU file type, and what it is called."""


Scheme = tuple[str, str, Text, str, Mapping[str, Text]]
"""A code list: its address, its class, what it is called, what its concepts begin with, and their names by key."""


@cache
def schemes() -> Mapping[str, Scheme]:
    coded_by_list: list[codes.Country | codes.Tongue] = [*codes.countries().values(), *codes.tongues().values()]
    schemes: dict[str, Scheme] = {}
    for name, row in table_of("authority").items():
        listed = row.get("concept")
        concepts = dict(listed) if isinstance(listed, dict) else {}
        for coded in coded_by_list:
            if coded.iri.startswith(f"{row['iri']}/"):
                concepts[coded.authority] = {tag: coded.names.say(tag) for tag in ("fr", "en")}
        texts = {key: Text.of(words) for key, words in concepts.items()}
        names, at = Text.of({tag: str(words) for tag, words in row.items()}), row.get("concepts_at") or f"{row['iri']}/"
        schemes[name] = row["iri"], row["class"], names, at, texts
    return schemes


def concept(scheme: str, key: str) -> ox.NamedNode:
    return node(schemes()[scheme][3] + key)


def explained(terms: Iterable[ox.NamedNode], labels: Mapping[str, Sequence[ox.Literal]]) -> Iterator[ox.Triple]:
    places = {place.iri: place for place in codes.countries().values()}
    for term in terms:
        if term.value.startswith(MEDIA):
            yield ox.Triple(term, TYPE, node(DCTERMS + "MediaType"))
            yield ox.Triple(term, node(RDFS + "label"), ox.Literal(term.value.removeprefix(MEDIA)))
            continue
        fits = (row for row in schemes().values() if term.value.startswith(row[3]) and term.value != row[0])
        if not (scheme := next(fits, None)):
            continue
        iri, scheme_kind, titles, start, concepts = scheme
        key = term.value.removeprefix(start)
        names = literals(concepts[key]) if key in concepts else labels.get(term.value, ())
        for kind in sorted({SKOS + "Concept", scheme_kind}):
            yield ox.Triple(term, TYPE, node(kind))
        for predicate in (SKOS + "prefLabel", RDFS + "label"):
            yield from (ox.Triple(term, node(predicate), name) for name in names)
        yield ox.Triple(term, node(SKOS + "inScheme"), node(iri))
        place = places.get(term.value)
        for predicate, wkt in (("bbox", place.box), ("centroid", place.centre)) if place else ():
            if wkt:
                yield ox.Triple(term, node(DCAT + predicate), ox.Literal(wkt, datatype=node(GEO + "wktLiteral")))
        yield ox.Triple(node(iri), TYPE, node(SKOS + "ConceptScheme"))
        for title in literals(titles):
            yield ox.Triple(node(iri), node(DCTERMS + "title"), title)
