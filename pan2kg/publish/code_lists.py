"""The code lists a catalogue refers to, each concept with its type, label and scheme.

The DCAT-AP shapes look for these in the file they validate and fetch nothing, so that the catalogue
states them itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.i18n import Text
from pan2kg.publish.vocabulary import DCAT, GEO, MEDIA, TYPE, literals, node, table_of
from pan2kg.turtle import DCTERMS, RDFS, SKOS, countries as codes


class CodeList(NamedTuple):
    """A code list: its address, the class of its concepts, what it is called, and its concepts.

    ``start`` is what the addresses of its concepts begin with, ``concepts`` their names by the key
    that follows.
    """

    iri: str
    kind: str
    names: Text
    start: str
    concepts: Mapping[str, Text]


@cache
def code_lists() -> Mapping[str, CodeList]:
    """The code lists by name; the concepts of countries and languages from what is known of these."""
    coded: list[codes.Country | codes.Tongue] = [
        *codes.countries().values(),
        *codes.tongues().values(),
    ]
    lists = {}
    for name, row in table_of("authority").items():
        listed = row.get("concept")
        concepts = dict(listed) if isinstance(listed, dict) else {}
        for thing in coded:
            if thing.iri.startswith(f"{row['iri']}/"):
                concepts[thing.authority] = {tag: thing.names.say(tag) for tag in ("fr", "en")}
        lists[name] = CodeList(
            row["iri"],
            row["class"],
            Text.of({tag: str(words) for tag, words in row.items()}),
            row.get("concepts_at") or f"{row['iri']}/",
            {key: Text.of(words) for key, words in concepts.items()},
        )
    return lists


def concept(name: str, key: str) -> ox.NamedNode:
    """The IRI of a concept of a code list."""
    return node(code_lists()[name].start + key)


def explained(
    terms: Iterable[ox.NamedNode], labels: Mapping[str, Sequence[ox.Literal]]
) -> Iterator[ox.Triple]:
    """What a catalogue states of the media types and concepts among these terms.

    ``labels`` are those of concepts whose code list does not name them.
    """
    places = {place.iri: place for place in codes.countries().values()}
    for term in terms:
        if term.value.startswith(MEDIA):
            yield ox.Triple(term, TYPE, node(DCTERMS + "MediaType"))
            yield ox.Triple(term, node(RDFS + "label"), ox.Literal(term.value.removeprefix(MEDIA)))
            continue
        for code_list in code_lists().values():
            if term.value.startswith(code_list.start) and term.value != code_list.iri:
                yield from _concept_explained(term, code_list, labels, places.get(term.value))
                break


def _concept_explained(
    term: ox.NamedNode,
    code_list: CodeList,
    labels: Mapping[str, Sequence[ox.Literal]],
    place: codes.Country | None,
) -> Iterator[ox.Triple]:
    """Type, label and scheme of a concept, box and centre of a place, and the name of the code list."""
    for kind in sorted({SKOS + "Concept", code_list.kind}):
        yield ox.Triple(term, TYPE, node(kind))
    key = term.value.removeprefix(code_list.start)
    names = labels.get(term.value, ())
    if key in code_list.concepts:
        names = literals(code_list.concepts[key])
    for predicate in (SKOS + "prefLabel", RDFS + "label"):
        yield from (ox.Triple(term, node(predicate), name) for name in names)
    scheme = node(code_list.iri)
    yield ox.Triple(term, node(SKOS + "inScheme"), scheme)
    geometry = {"bbox": place.box, "centroid": place.centre} if place else {}
    for predicate, shape in geometry.items():
        if shape:
            literal = ox.Literal(shape, datatype=node(GEO + "wktLiteral"))
            yield ox.Triple(term, node(DCAT + predicate), literal)
    yield ox.Triple(scheme, TYPE, node(SKOS + "ConceptScheme"))
    for title in literals(code_list.names):
        yield ox.Triple(scheme, node(DCTERMS + "title"), title)
