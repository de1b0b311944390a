"""The one door to pySHACL, the reference the compiled shapes are held to: shapes and data in, findings out.

pySHACL is given a plain rdflib graph made term by term from the files, never an Oxigraph store,
which rewrites literals.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import pyoxigraph as ox
import pyshacl.errors
import rdflib
from rdflib import RDFS, SH, Graph, Literal, URIRef, namespace
from rdflib.plugins.sparql import prepareQuery, sparql

from pan2kg.errors import ProjectError
from pan2kg.store.exports import to_term
from pan2kg.validation import own_queries
from pan2kg.validation.report import Finding
from pan2kg.validation.shapes import PLACE, FoundTerms, Node, Rules, Shapes, Term, written

_WORDS = frozenset((SH.description, SH.message, SH.name, SH.order, RDFS.comment, RDFS.label))


def find(data: Graph, of_shapes: Graph, rules: Rules) -> tuple[Finding, ...]:
    """What pySHACL finds in a graph by the graph of shapes, each finding once, as the ``rules`` name it.

    Raises:
        ProjectError: pySHACL cannot use the shapes.
    """
    normalize = rdflib.NORMALIZE_LITERALS
    with _unsaid("rdflib.term"):
        try:
            with _unsaid("pyshacl-validate"):
                _, results, text = pyshacl.validate(data, shacl_graph=of_shapes, inplace=True)
        except (pyshacl.errors.ReportableRuntimeError, re.error, TypeError) as error:
            # rdflib fails to compare some impossible dates
            results = None
            text = str(error)
        finally:
            rdflib.NORMALIZE_LITERALS = normalize
        if not isinstance(results, Graph):
            words = " ".join(text.partition("\n")[0].split()).rstrip(".")
            raise ProjectError("shapes-unusable", place=PLACE, remedy="mend-shape", words=words)
        return tuple(
            dict.fromkeys(
                _finding(rules, results, result) for result in results.objects(None, SH.result)
            )
        )


def _finding(rules: Rules, results: Graph, result: rdflib.term.Node) -> Finding:
    values = {name: _term(value) for name, value in results.predicate_objects(result)}
    path = values.get(SH.resultPath)
    value = values.get(SH.value)
    focus = values[SH.focusNode]
    shape = cast("Node", values[SH.sourceShape])
    component = values[SH.sourceConstraintComponent].value.removeprefix(str(SH))
    terms = FoundTerms(
        focus.value if isinstance(focus, ox.NamedNode) else written(focus),
        "" if path is None else rules.shapes.path(path),
        "" if value is None else written(value),
    )
    return rules.finding(shape, component, terms, values.get(SH.sourceConstraint))


def _term(node: rdflib.term.Node) -> Term:
    if isinstance(node, URIRef):
        return ox.NamedNode(str(node))
    if not isinstance(node, Literal):
        return ox.BlankNode(str(node))
    if node.language:
        return ox.Literal(str(node), language=node.language)
    return ox.Literal(
        str(node), datatype=ox.NamedNode(str(node.datatype)) if node.datatype else None
    )


@contextmanager
def _unsaid(name: str) -> Iterator[None]:
    logger = logging.getLogger(name)
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before


def to_graph(statements: Iterable[ox.Quad]) -> Graph:
    """A graph of rdflib that holds these statements, literals as they are written."""
    graph = _Asked()
    graph.namespace_manager = _NoNames(graph, bind_namespaces="none")
    nodes: dict[object, rdflib.term.Node] = {}
    with _unsaid("rdflib.term"):  # of an impossible date it would print a warning; a shape finds it
        for quad in statements:
            graph.add(
                (
                    to_term(quad.subject, nodes),
                    to_term(quad.predicate, nodes),
                    to_term(quad.object, nodes),
                )
            )
    return graph


def shapes_graph(described: Shapes) -> Graph:
    """The graph of shapes, without what they only say to a reader."""
    graph = Graph(store="SimpleMemory")
    graph.namespace_manager = _NoNames(graph, bind_namespaces="none")
    nodes: dict[object, rdflib.term.Node] = {}
    for subject, properties in described.said.items():
        for predicate, values in properties.items():
            if URIRef(predicate) not in _WORDS:
                for value in values:
                    graph.add((to_term(subject, nodes), URIRef(predicate), to_term(value, nodes)))
    return graph


class _NoNames(namespace.NamespaceManager):
    def bind(self, *_: object, **__: object) -> None:
        """Bind no prefix."""

    def normalizeUri(self, rdfTerm: str) -> str:  # noqa: N802, N803 - rdflib's names
        return rdfTerm


class _Asked(Graph):
    def query(
        self,
        query_object: str | sparql.Query,
        *arguments: Any,  # noqa: ANN401
        **keywords: Any,  # noqa: ANN401
    ) -> rdflib.query.Result:
        if isinstance(query_object, str):
            if query_object not in _PREPARED:
                own_queries.read(query_object)  # rdflib says of some faults only that there is one
                _PREPARED[query_object] = prepareQuery(query_object)
            query_object = _PREPARED[query_object]
        return super().query(query_object, *arguments, **keywords)


_PREPARED: dict[str, sparql.Query] = {}
"""Queries of shapes, which pySHACL asks once for each focus node."""
