"""The one door to pySHACL: shapes and data in, rules and findings out.

pySHACL is given a plain rdflib graph made term by term from the files, never an Oxigraph store, which
rewrites literals. Messages are read from the shapes graph, where they keep their language.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox
import rdflib
from pyshacl.errors import ReportableRuntimeError
from rdflib import RDF, RDFS, SH, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import NamespaceManager
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Node

from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.i18n.catalogue import SOURCE_LANGUAGE, Messages, Text
from pan2kg.store.rdf import to_term
from pan2kg.store.store import LocalStore
from pan2kg.turtle.writer import string
from pan2kg.validation.report import Finding, Kind, Names, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHECK: Final = Messages("check")

_SEVERITIES: Final[Mapping[Node, Severity]] = {SH.Warning: Severity.WARNING, SH.Info: Severity.INFO}
_TARGETS: Final = tuple(SH[name] for name in ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf"))
_NOT_CONSTRAINTS: Final = frozenset(
    SH[name]
    for name in (
        "deactivated", "defaultValue", "description", "flags", "group", "ignoredProperties", "message", "name",
        "order", "path", "property", "severity", "target", "targetClass", "targetNode", "targetObjectsOf",
        "targetSubjectsOf",
    )
)  # fmt: skip
_WORDS: Final = frozenset((SH.description, SH.message, SH.name, SH.order, RDFS.comment, RDFS.label))
_PATHS: Final = {SH.inversePath: "^{}", SH.zeroOrMorePath: "{}*", SH.oneOrMorePath: "{}+", SH.zeroOrOnePath: "{}?"}
_SHOWN: Final = 6
_SHAPES: Final = Place("ontology/shapes")


@dataclass(frozen=True, slots=True)
class Validation:
    """What the shapes ask, how many nodes each rule looked at, and what they found."""

    rules: tuple[Rule, ...] = ()
    looked_at: dict[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def validate(data: Iterable[Path], shapes: Iterable[Path], names: Names) -> Validation:
    """Check the data files against the shape files.

    Raises:
        ProjectError: a shape is malformed, so that nothing was checked.
        QueryError: so is the query of a shape.
    """
    shown = read_graph(shapes)
    if not len(shown):
        return Validation()
    with _unsaid("rdflib.term"):  # of an impossible date it would print a warning; a shape finds it
        return _Reader(read_graph(data), shown, names).read()


@contextmanager
def _unsaid(name: str) -> Iterator[None]:
    """Without what a library logs under a name, which is put back as it was."""
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def read_graph(files: Iterable[Path]) -> Graph:
    """The triples of Turtle files as a plain rdflib graph, literals as they are written.

    >>> len(read_graph([]))
    0
    """
    graph = _Asked()
    graph.namespace_manager = _NoNames(graph, bind_namespaces="none")
    known: dict[object, Node] = {}
    for path in files:
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True):
            terms = (to_term(quad.subject, known), to_term(quad.predicate, known), to_term(quad.object, known))
            graph.add(terms)
    return graph


class _NoNames(NamespaceManager):
    """Shortens nothing: pySHACL describes each failing node in words that nobody here reads."""

    def bind(self, *_: object, **__: object) -> None:
        """Bind no prefix."""

    def normalizeUri(self, rdfTerm: str) -> str:  # noqa: N802, N803 - rdflib's names
        """The IRI as it is."""
        return rdfTerm


class _Asked(Graph):
    """A graph that reads each query once: pySHACL asks the same text again for every focus node."""

    def query(self, query_object: str | Query, *arguments: Any, **named: Any) -> Result:  # noqa: ANN401 - as rdflib has it
        """Answer a query, as any graph does."""
        read = _read_query(query_object) if isinstance(query_object, str) else query_object
        return super().query(read, *arguments, **named)


@lru_cache(maxsize=64)
def _read_query(text: str) -> Query:
    try:
        LocalStore(ox.Store()).query(text)  # rdflib says of some faults only that there is one
    except QueryError as error:
        raise QueryError(error.message, place=_SHAPES, remedy="mend-shape") from None
    return prepareQuery(text)


def _bare(shapes: Graph) -> Graph:
    """The shapes without their words, which only slow pySHACL down: it goes through all of a shape at every node."""
    bare = Graph(store="SimpleMemory")
    bare.namespace_manager = _NoNames(bare, bind_namespaces="none")
    for statement in shapes:
        if statement[1] not in _WORDS:
            bare.add(statement)
    return bare


def _run(data: Graph, shapes: Graph) -> Graph:
    """The W3C validation report of pySHACL, whose own log and global settings are put back as they were."""
    import pyshacl

    normalize = rdflib.NORMALIZE_LITERALS
    try:
        with _unsaid("pyshacl-validate"):
            _, report, text = pyshacl.validate(data, shacl_graph=_bare(shapes), inplace=True)
    except (ReportableRuntimeError, re.error) as error:
        report, text = None, str(error)
    finally:
        rdflib.NORMALIZE_LITERALS = normalize
    if isinstance(report, Graph):
        return report
    words = " ".join(text.partition("\n")[0].split()).rstrip(".")
    raise ProjectError("shapes-unusable", place=_SHAPES, remedy="mend-shape", words=words)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads pySHACL's report with the shapes and the data at hand."""

    data: Graph
    shapes: Graph
    names: Names
    rules: dict[Node, Rule] = field(default_factory=dict)
    focus: dict[Node, set[Node]] = field(default_factory=dict)

    def read(self) -> Validation:
        looked_at = {}
        for constraint, shape in self._constraints():
            rule = self._rule(constraint, shape)
            looked_at[rule.key] = len(self._focus_nodes(shape))
        report = _run(self.data, self.shapes)
        findings = tuple(self._finding(report, result) for result in report.objects(None, SH.result))
        return Validation(tuple(self.rules.values()), looked_at, findings)

    def _constraints(self) -> Iterator[tuple[Node, Node]]:
        """What a finding can be named after, with the shape it belongs to."""
        for shape in sorted({s for s in self.shapes.subjects() if isinstance(s, URIRef)}):
            asked = set(self.shapes.predicates(shape)) - _NOT_CONSTRAINTS
            is_asking = any(str(predicate).startswith(str(SH)) for predicate in asked - {SH.sparql})
            if is_asking and self._is_reached(shape):
                yield shape, shape
            for constraint in self.shapes.objects(shape, SH.sparql):
                yield (constraint if isinstance(constraint, URIRef) else shape), shape

    def _is_reached(self, shape: Node, seen: frozenset[Node] = frozenset()) -> bool:
        """Whether a shape reports by itself, rather than only serving as a condition inside another."""
        if any((shape, target, None) in self.shapes for target in _TARGETS):
            return True
        users = {user for link in (SH.property, SH.node) for user in self.shapes.subjects(link, shape)}
        return any(self._is_reached(user, seen | {shape}) for user in users - seen)

    def _rule(self, constraint: Node, shape: Node) -> Rule:
        if constraint not in self.rules:
            key = self.names.short(str(constraint))
            severity = _SEVERITIES.get(self.shapes.value(shape, SH.severity) or SH.Violation, Severity.VIOLATION)
            message = self._message(constraint) or self._message(shape) or _CHECK.text("nothing-said", rule=key)
            self.rules[constraint] = Rule(key, Kind.SHAPE, severity, message)
        return self.rules[constraint]

    def _message(self, node: Node) -> Text:
        said = {str(m.language or ""): str(m) for m in self.shapes.objects(node, SH.message) if isinstance(m, Literal)}
        return Text.of({SOURCE_LANGUAGE: said.get("", "")} | said)

    def _focus_nodes(self, shape: Node) -> set[Node]:
        """The nodes a shape looks at: its targets, and what the shapes that use it hand on."""
        if shape not in self.focus:
            found = self.focus[shape] = set(self._targets(shape))
            for predicate in (SH.property, SH.node):
                for user in self.shapes.subjects(predicate, shape):
                    found |= self._handed_on(user)
        return self.focus[shape]

    def _handed_on(self, user: Node) -> set[Node]:
        nodes = self._focus_nodes(user)
        path = self.shapes.value(user, SH.path)
        if path is None or isinstance(path, BNode):
            return nodes
        return {value for node in nodes for value in self.data.objects(node, path)}

    def _targets(self, shape: Node) -> Iterator[Node]:
        yield from self.shapes.objects(shape, SH.targetNode)
        classes = set(self.shapes.objects(shape, SH.targetClass))
        if (shape, RDF.type, RDFS.Class) in self.shapes:
            classes.add(shape)
        for target in classes:
            for subclass in self.data.transitive_subjects(RDFS.subClassOf, target):
                yield from self.data.subjects(RDF.type, subclass)
        for predicate in self.shapes.objects(shape, SH.targetSubjectsOf):
            yield from self.data.subjects(predicate)
        for predicate in self.shapes.objects(shape, SH.targetObjectsOf):
            yield from self.data.objects(None, predicate)

    def _finding(self, report: Graph, result: Node) -> Finding:
        said = dict(report.predicate_objects(result))
        shape = self._named(said[SH.sourceShape])
        constraint = said.get(SH.sourceConstraint, shape)
        rule = self._rule(constraint if isinstance(constraint, URIRef) else shape, shape)
        path, value = said.get(SH.resultPath), said.get(SH.value)
        component = str(said[SH.sourceConstraintComponent])
        return Finding(
            rule,
            _term(said[SH.focusNode]).removeprefix("<").removesuffix(">"),
            self._path(path) if path is not None else "",
            _term(value) if value is not None else "",
            component=component,
            expected=self._expected(said[SH.sourceShape], component),
        )

    def _named(self, shape: Node) -> Node:
        """The shape, or the nearest one with an IRI that it is part of."""
        while isinstance(shape, BNode) and (user := next(self.shapes.subjects(None, shape), None)) is not None:
            shape = user
        return shape

    def _path(self, path: Node, *, bare: bool = True) -> str:
        """A path as SPARQL writes it; a single property as its IRI alone."""
        if isinstance(path, URIRef):
            return str(path) if bare else f"<{path}>"
        for predicate, form in _PATHS.items():
            if (inner := self.shapes.value(path, predicate)) is not None:
                return form.format(self._path(inner, bare=False))
        either = self.shapes.value(path, SH.alternativePath)
        steps = Collection(self.shapes, either if either is not None else path)
        return ("|" if either is not None else "/").join(self._path(step, bare=False) for step in steps)

    def _expected(self, shape: Node, component: str) -> Text:
        name = component.removeprefix(str(SH)).removesuffix("ConstraintComponent")
        if not _CHECK.has(name):
            return Text()
        values = list(self.shapes.objects(shape, SH[name[:1].lower() + name[1:]]))
        if values and isinstance(values[0], BNode):
            values = list(Collection(self.shapes, values[0]))
        shown = [self.names.short(f"<{v}>") if isinstance(v, URIRef) else str(v) for v in values]
        more = [] if len(shown) <= _SHOWN else ["…"]
        value = ", ".join(shown[:_SHOWN] + more)
        if name.endswith(("Count", "Length")) and shown:
            return _CHECK.text(name, value=value, n=int(shown[0]))
        return _CHECK.text(name, value=value)


def _term(term: Node) -> str:
    """A term as N-Triples writes it."""
    if isinstance(term, URIRef):
        return f"<{term}>"
    if not isinstance(term, Literal):
        return f"_:{term}"
    tag = f"@{term.language}" if term.language else f"^^<{term.datatype}>" if term.datatype else ""
    return string(str(term)) + tag
