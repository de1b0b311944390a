"""The one door to pySHACL: shapes and data in, rules and findings out.

pySHACL is given a plain rdflib graph made term by term from the files, never an Oxigraph store, which
rewrites literals. Messages are read from the shapes graph, where they keep their language.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox
import rdflib
from rdflib import RDF, RDFS, SH, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Node

from pan2kg.errors import ProjectError
from pan2kg.rdf import to_term
from pan2kg.report import Finding, Kind, Names, Rule, Severity
from pan2kg.turtle import string
from pan2kg.wording import Text, read_table, wording

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEVERITIES: Final[Mapping[Node, Severity]] = {SH.Warning: Severity.WARNING, SH.Info: Severity.INFO}
_NOT_CONSTRAINTS: Final = frozenset(
    SH[name]
    for name in (
        "deactivated", "defaultValue", "description", "flags", "group", "ignoredProperties", "message", "name",
        "order", "path", "property", "severity", "target", "targetClass", "targetNode", "targetObjectsOf",
        "targetSubjectsOf",
    )
)  # fmt: skip
_PATHS: Final = {SH.inversePath: "^{}", SH.zeroOrMorePath: "{}*", SH.oneOrMorePath: "{}+", SH.zeroOrOnePath: "{}?"}
_SHOWN = 6


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
    """
    shown = read_graph(shapes)
    if not len(shown):
        return Validation()
    return _Reader(read_graph(data), shown, names).read()


def read_graph(files: Iterable[Path]) -> Graph:
    """The triples of Turtle files as a plain rdflib graph, literals as they are written.

    >>> len(read_graph([]))
    0
    """
    graph = _Asked()
    known: dict[object, Node] = {}
    for path in files:
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True):
            terms = (to_term(quad.subject, known), to_term(quad.predicate, known), to_term(quad.object, known))
            graph.add(terms)
    return graph


class _Asked(Graph):
    """A graph that reads each query once: pySHACL asks the same text again for every focus node."""

    def query(self, query_object: str | Query, *arguments: Any, **named: Any) -> Result:
        read = _read_query(query_object) if isinstance(query_object, str) else query_object
        return super().query(read, *arguments, **named)


@lru_cache(maxsize=64)
def _read_query(text: str) -> Query:
    return prepareQuery(text)


def _run(data: Graph, shapes: Graph) -> Graph:
    """The W3C validation report of pySHACL."""
    from pyshacl import validate as run

    logging.getLogger("pyshacl-validate").setLevel(logging.ERROR)
    before = rdflib.NORMALIZE_LITERALS
    try:
        _, report, text = run(data, shacl_graph=shapes, inplace=True, advanced=False, meta_shacl=False)
    finally:
        rdflib.NORMALIZE_LITERALS = before
    if not isinstance(report, Graph):
        raise ProjectError(f"The shapes cannot be used: {text}", remedy="Mend the shape; nothing was checked.")
    return report


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
            if any(str(predicate).startswith(str(SH)) for predicate in asked - {SH.sparql}):
                if (shape, SH.select, None) not in self.shapes and (shape, SH.declare, None) not in self.shapes:
                    yield shape, shape
            for constraint in self.shapes.objects(shape, SH.sparql):
                yield (constraint if isinstance(constraint, URIRef) else shape), shape

    def _rule(self, constraint: Node, shape: Node) -> Rule:
        if constraint not in self.rules:
            key = self.names.short(str(constraint))
            severity = _SEVERITIES.get(self.shapes.value(shape, SH.severity) or SH.Violation, Severity.VIOLATION)
            message = self._message(constraint) or self._message(shape) or wording("nothing-said").fill(rule=key)
            self.rules[constraint] = Rule(key, Kind.SHAPE, severity, message)
        return self.rules[constraint]

    def _message(self, node: Node) -> Text:
        said = {str(m.language or ""): str(m) for m in self.shapes.objects(node, SH.message) if isinstance(m, Literal)}
        return Text(said.get("fr", said.get("", "")), said.get("en", said.get("", "")))

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
        said = {predicate: value for predicate, value in report.predicate_objects(result)}
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
        if name not in read_table("wording"):
            return Text("", "")
        values = list(self.shapes.objects(shape, SH[name[:1].lower() + name[1:]]))
        if values and isinstance(values[0], BNode):
            values = list(Collection(self.shapes, values[0]))
        shown = [self.names.short(f"<{v}>") if isinstance(v, URIRef) else str(v) for v in values]
        more = [] if len(shown) <= _SHOWN else ["…"]
        return wording(name).fill(value=", ".join(shown[:_SHOWN] + more))


def _term(term: Node) -> str:
    """A term as N-Triples writes it."""
    if isinstance(term, URIRef):
        return f"<{term}>"
    if not isinstance(term, Literal):
        return f"_:{term}"
    tag = f"@{term.language}" if term.language else f"^^<{term.datatype}>" if term.datatype else ""
    return string(str(term)) + tag
