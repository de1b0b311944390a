"""A store given away: as one file of all its quads, or as a graph or dataset of rdflib.

Releases and commands write by :func:`dump`; what needs rdflib, as the second engine of shapes does,
has its copies here, whose terms :func:`to_term` makes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pan2kg.store.store import LocalStore

if TYPE_CHECKING:
    import rdflib


def dump(store: LocalStore, form: str, prefixes: dict[str, str]) -> bytes:
    """All quads as N-Quads (``nquads``) or TriG, in an order that is the same in each run."""
    # the engine gives quads in the order of its own index, which differs between runs
    if form == "nquads":
        # as lines, which it writes itself: to make each quad here and write it takes twice as long
        lines = (store.inner.dump(format=ox.RdfFormat.N_QUADS) or b"").split(b"\n")
        return b"".join([line + b"\n" for line in sorted(lines) if line])
    return (
        ox.serialize(sorted(store.inner, key=str), format=ox.RdfFormat.TRIG, prefixes=prefixes)
        or b""
    )


def to_dataset(store: LocalStore) -> rdflib.Dataset:
    """A copy as an rdflib dataset: every named graph of the store one of its own."""
    import rdflib

    dataset = rdflib.Dataset(default_union=True)
    nodes = dict[object, Any]()
    contexts = {}
    for quad in store.inner:
        if quad.graph_name not in contexts:
            contexts[quad.graph_name] = dataset.graph(to_term(quad.graph_name, nodes))  # type: ignore[arg-type]
        s, p, o = (to_term(term, nodes) for term in (quad.subject, quad.predicate, quad.object))
        contexts[quad.graph_name].add((s, p, o))
    return dataset


def to_graph(triples: Iterable[ox.Triple]) -> rdflib.Graph:
    """Triples as an rdflib graph."""
    import rdflib

    graph = rdflib.Graph()
    nodes = dict[object, Any]()
    for triple in triples:
        s, p, o = (
            to_term(term, nodes) for term in (triple.subject, triple.predicate, triple.object)
        )
        graph.add((s, p, o))
    return graph


def to_term(term: object, nodes: dict[object, rdflib.term.Node]) -> rdflib.term.Node:
    """A term as rdflib has it; ``nodes`` keeps those that were made.

    Raises:
        TypeError: a quoted triple, which RDF 1.1 does not have.
    """
    import rdflib

    if term in nodes:
        return nodes[term]
    if isinstance(term, ox.NamedNode):
        node: rdflib.term.Node = rdflib.URIRef(term.value)
    elif isinstance(term, ox.BlankNode):
        node = rdflib.BNode(term.value)
    elif not isinstance(term, ox.Literal):
        raise TypeError(f"no RDF 1.1 term: {term}")
    elif term.language:
        node = rdflib.Literal(term.value, lang=term.language)
    else:
        datatype = (
            None if term.datatype.value.endswith("#string") else rdflib.URIRef(term.datatype.value)
        )
        node = rdflib.Literal(term.value, datatype=datatype, normalize=False)
    nodes[term] = node
    return node
