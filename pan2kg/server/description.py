"""What the endpoint can do, as SPARQL 1.1 Service Description says it (https://www.w3.org/TR/sparql11-service-description/)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from pan2kg.server.negotiation import GRAPHS, TABLES
from pan2kg.turtle.vocabulary import RDF, XSD

SD: Final = "http://www.w3.org/ns/sparql-service-description#"
VOID: Final = "http://rdfs.org/ns/void#"
PREFIXES: Final = {"sd": SD, "void": VOID, "xsd": XSD}

COUNTS: Final = (
    "SELECT ?graph (COUNT(*) AS ?triples) WHERE { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph ORDER BY ?graph"
)
"""The query that counts what the description tells."""


def describe(
    endpoint: str, counts: Mapping[str, int], *, union: bool = True, writable: bool = False
) -> list[ox.Triple]:
    """The description of an endpoint over graphs of so many triples.

    >>> triples = describe("http://e/sparql", {"http://e/g": 3})
    >>> str(triples[1])
    '<http://e/sparql#service> <http://www.w3.org/ns/sparql-service-description#endpoint> <http://e/sparql>'
    """
    service, dataset, default = (ox.NamedNode(f"{endpoint}#{part}") for part in ("service", "dataset", "default-graph"))
    features = ["UnionDefaultGraph"] if union else []
    languages = ["SPARQL11Query", *(["SPARQL11Update"] if writable else [])]
    size = ox.Literal(str(sum(counts.values()) if union else 0), datatype=ox.NamedNode(XSD + "integer"))
    return [
        ox.Triple(service, ox.NamedNode(RDF + "type"), _sd("Service")),
        ox.Triple(service, _sd("endpoint"), ox.NamedNode(endpoint)),
        *(ox.Triple(service, _sd("supportedLanguage"), _sd(language)) for language in languages),
        *(ox.Triple(service, _sd("feature"), _sd(feature)) for feature in features),
        *(ox.Triple(service, _sd("resultFormat"), ox.NamedNode(form.iri)) for form in (*TABLES, *GRAPHS)),
        *(ox.Triple(service, _sd("inputFormat"), ox.NamedNode(form.iri)) for form in GRAPHS[:4] if writable),
        ox.Triple(service, _sd("defaultDataset"), dataset),
        ox.Triple(dataset, ox.NamedNode(RDF + "type"), _sd("Dataset")),
        ox.Triple(dataset, _sd("defaultGraph"), default),
        ox.Triple(default, ox.NamedNode(RDF + "type"), _sd("Graph")),
        ox.Triple(default, ox.NamedNode(VOID + "triples"), size),
        *_named(endpoint, dataset, counts),
    ]


def _named(endpoint: str, dataset: ox.NamedNode, counts: Mapping[str, int]) -> Iterator[ox.Triple]:
    for number, (name, size) in enumerate(sorted(counts.items()), 1):
        entry, graph = ox.NamedNode(f"{endpoint}#named-graph-{number}"), ox.NamedNode(f"{endpoint}#graph-{number}")
        yield ox.Triple(dataset, _sd("namedGraph"), entry)
        yield ox.Triple(entry, ox.NamedNode(RDF + "type"), _sd("NamedGraph"))
        yield ox.Triple(entry, _sd("name"), ox.NamedNode(name))
        yield ox.Triple(entry, _sd("graph"), graph)
        yield ox.Triple(graph, ox.NamedNode(RDF + "type"), _sd("Graph"))
        count = ox.Literal(str(size), datatype=ox.NamedNode(XSD + "integer"))
        yield ox.Triple(graph, ox.NamedNode(VOID + "triples"), count)


def _sd(word: str) -> ox.NamedNode:
    return ox.NamedNode(SD + word)


def read_counts(rows: bytes) -> dict[str, int]:
    """The counts from the CSV answer to :data:`COUNTS`.

    >>> read_counts(b"graph,triples\\r\\nhttp://e/g,3\\r\\n")
    {'http://e/g': 3}
    """
    lines: Iterable[str] = rows.decode().splitlines()[1:]
    pairs = (line.rpartition(",") for line in lines)
    return {name.strip('"'): int(count) for name, _, count in pairs if ":" in name}
