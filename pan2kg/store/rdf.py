"""The one door to rdflib's data sets, for scripts that work with rdflib."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

    from pan2kg.store.store import LocalStore


def to_dataset(store: LocalStore) -> rdflib.Dataset:
    """A copy of a store as an rdflib dataset whose default graph is the union, terms unchanged.

    >>> from pan2kg.store.store import LocalStore
    >>> len(to_dataset(LocalStore(ox.Store())))
    0
    """
    import rdflib

    dataset = rdflib.Dataset(default_union=True)
    known: dict[object, Node] = {}
    contexts: dict[object, rdflib.Graph] = {}
    for quad in store.inner:
        if quad.graph_name not in contexts:
            contexts[quad.graph_name] = dataset.graph(to_term(quad.graph_name, known))  # type: ignore[arg-type]
        terms = [to_term(term, known) for term in (quad.subject, quad.predicate, quad.object)]
        contexts[quad.graph_name].add((terms[0], terms[1], terms[2]))
    return dataset


def to_graph(triples: Iterable[ox.Triple]) -> rdflib.Graph:
    """Triples as an rdflib graph, terms unchanged.

    >>> len(to_graph([]))
    0
    """
    import rdflib

    graph = rdflib.Graph()
    known: dict[object, Node] = {}
    for triple in triples:
        one, two, three = (to_term(term, known) for term in (triple.subject, triple.predicate, triple.object))
        graph.add((one, two, three))
    return graph


def to_term(term: object, known: dict[object, Node]) -> Node:
    """An Oxigraph term as the same rdflib term; ``known`` keeps what was converted before."""
    if term not in known:
        known[term] = _convert(term)
    return known[term]


def _convert(term: object) -> Node:
    import rdflib

    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if not isinstance(term, ox.Literal):
        raise TypeError(f"no RDF 1.1 term: {term}")
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    datatype = None if term.datatype.value.endswith("#string") else rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(term.value, datatype=datatype, normalize=False)
