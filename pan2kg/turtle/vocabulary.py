"""The names this package uses for its own terms, things and named graphs.

What the words mean stands in ``ontology/``; here are only the addresses the code needs.
"""

from __future__ import annotations

from typing import Final

ROOT: Final = "https://w3id.org/pan2kg/"
PAN: Final = ROOT + "ontology#"
ID: Final = ROOT + "id/"
GRAPH: Final = ROOT + "graph/"
DERIVED: Final = GRAPH + "derived/"

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DCTERMS: Final = "http://purl.org/dc/terms/"
SH: Final = "http://www.w3.org/ns/shacl#"


def thing(kind: str, key: str) -> str:
    """The IRI of a thing of ours.

    >>> thing("plan", "lu-bhr-2")
    'https://w3id.org/pan2kg/id/plan/lu-bhr-2'
    """
    return f"{ID}{kind}/{key}"


def graph_of(path: str) -> str:
    """The named graph of a file, from its path below ``graph/`` (or ``ontology/…``).

    >>> graph_of("plans/lu-bhr-2/actions.ttl")
    'https://w3id.org/pan2kg/graph/plans/lu-bhr-2/actions'
    """
    return GRAPH + path.removesuffix(".ttl")


def link_iri(link_type: str, start: str, end: str, *, relation: str = "", scale: str = "", assessor: str = "") -> str:
    """The IRI of a link: stable across rebuilds, since it is made from what the link says.

    The ends of a symmetric link (one without relation, scale and assessor whose type is shared-…)
    are sorted first, so that both directions give one IRI. The rules in ``queries/rules/`` compute
    the same value in SPARQL with ``SHA256``.

    >>> a, b = thing("action", "a"), thing("action", "b")
    >>> link_iri("shared-topic", a, b) == link_iri("shared-topic", b, a)
    True
    >>> link_iri("cross-reference", a, b) == link_iri("cross-reference", b, a)
    False
    """
    import hashlib

    if link_type.startswith("shared-"):
        start, end = sorted((start, end))
    text = f"{link_type}|{relation}|{start}|{end}|{scale}|{assessor}"
    return thing("link", hashlib.sha256(text.encode()).hexdigest()[:16])
