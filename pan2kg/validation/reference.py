"""The one door to pySHACL, the reference the compiled shapes are held to: shapes and data in, findings out.

pySHACL is given a plain rdflib graph made term by term from the files, never an Oxigraph store, which
rewrites literals.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

import pyoxigraph as ox
import rdflib
from pyshacl.errors import ReportableRuntimeError
from rdflib import RDFS, SH, Graph, Literal, URIRef
from rdflib.namespace import NamespaceManager
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Node

from pan2kg.errors import ProjectError
from pan2kg.store.store import to_term
from pan2kg.validation.compilation import SHAPES, read
from pan2kg.validation.report import Finding
from pan2kg.validation.shapes import Node as ShapeNode
from pan2kg.validation.shapes import Rules, Shapes, Term, quads, written

_WORDS: Final = frozenset((SH.description, SH.message, SH.name, SH.order, RDFS.comment, RDFS.label))


def validate(data: Iterable[Path], rules: Rules) -> tuple[Finding, ...]:
    return find(read_graph(data), shapes_graph(rules.shapes), rules)


def find(data: Graph, shapes: Graph, rules: Rules) -> tuple[Finding, ...]:
    with _unsaid("rdflib.term"):
        report = _run(data, shapes)
        return tuple(dict.fromkeys(_finding(rules, report, result) for result in report.objects(None, SH.result)))


def _finding(rules: Rules, report: Graph, result: Node) -> Finding:
    values = {name: _term(value) for name, value in report.predicate_objects(result)}
    path, value, focus = values.get(SH.resultPath), values.get(SH.value), values[SH.focusNode]
    shape = cast("ShapeNode", values[SH.sourceShape])
    component = values[SH.sourceConstraintComponent].value.removeprefix(str(SH))
    place = (
        focus.value if isinstance(focus, ox.NamedNode) else written(focus),
        "" if path is None else rules.shapes.path(path),
        "" if value is None else written(value),
    )
    return rules.finding(shape, component, place, values.get(SH.sourceConstraint))


def _term(node: Node) -> Term:
    if isinstance(node, URIRef):
        return ox.NamedNode(str(node))
    if not isinstance(node, Literal):
        return ox.BlankNode(str(node))
    if node.language:
        return ox.Literal(str(node), language=node.language)
    return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype)) if node.datatype else None)


@contextmanager
def _unsaid(name: str) -> Iterator[None]:
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def read_graph(files: Iterable[Path]) -> Graph:
    """The triples of Turtle files as a plain rdflib graph, literals as they are written."""
    return to_graph(quad for path in files for quad in quads(path))


def to_graph(statements: Iterable[ox.Quad]) -> Graph:
    graph = _Asked()
    graph.namespace_manager = _NoNames(graph, bind_namespaces="none")
    nodes: dict[object, Node] = {}
    with _unsaid("rdflib.term"):  # of an impossible date it would print a warning; a shape finds it
        for quad in statements:
            graph.add((to_term(quad.subject, nodes), to_term(quad.predicate, nodes), to_term(quad.object, nodes)))
    return graph


def shapes_graph(shapes: Shapes) -> Graph:
    graph = Graph(store="SimpleMemory")
    graph.namespace_manager = _NoNames(graph, bind_namespaces="none")
    nodes: dict[object, Node] = {}
    for subject, properties in shapes.said.items():
        for predicate, values in properties.items():
            if URIRef(predicate) not in _WORDS:
                for value in values:
                    graph.add((to_term(subject, nodes), URIRef(predicate), to_term(value, nodes)))
    return graph


class _NoNames(NamespaceManager):
    def bind(self, *_: object, **__: object) -> None:
        """Bind no prefix."""

    def normalizeUri(self, rdfTerm: str) -> str:  # noqa: N802, N803 - rdflib's names
        return rdfTerm


class _Asked(Graph):
    def query(self, query_object: str | Query, *arguments: Any, **keywords: Any) -> Result:  # noqa: ANN401 - as rdflib has it
        prepared = _read_query(query_object) if isinstance(query_object, str) else query_object
        return super().query(prepared, *arguments, **keywords)


@lru_cache(maxsize=64)
def _read_query(text: str) -> Query:
    read(text)  # rdflib says of some faults only that there is one
    return prepareQuery(text)


def _run(data: Graph, shapes: Graph) -> Graph:
    import pyshacl

    normalize = rdflib.NORMALIZE_LITERALS
    try:
        with _unsaid("pyshacl-validate"):
            _, report, text = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    except (ReportableRuntimeError, re.error, TypeError) as error:  # rdflib fails to compare some impossible dates
        report, text = None, str(error)
    finally:
        rdflib.NORMALIZE_LITERALS = normalize
    if isinstance(report, Graph):
        return report
    words = " ".join(text.partition("\n")[0].split()).rstrip(".")
    raise ProjectError("shapes-unusable", place=SHAPES, remedy="mend-shape", words=words)
