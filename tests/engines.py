"""Both engines over one small graph, for the tests that hold the compiled shapes to pySHACL."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import rdflib

from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import RDF, RDFS
from pan2kg.validation.compilation import CompiledShapes, compile_shapes
from pan2kg.validation.evaluation import FocusCounts, evaluate
from pan2kg.validation.reference import find, shapes_graph, to_graph
from pan2kg.validation.report import Finding, Names
from pan2kg.validation.shapes import Rules, Shapes, Term, gather, read_rules

SHARED = Path(__file__).resolve().parents[2] / "shared" / "standards"
"""Official shapes and suites, where they lie beside the clone."""

PREFIXES: Final = f"""\
@prefix e: <http://e/> .
@prefix rdf: <{RDF}> .
@prefix rdfs: <{RDFS}> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

"""


def parse(text: str | bytes, base: str = "http://example.org/file") -> list[ox.Quad]:
    return list(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=base))


@dataclass(frozen=True)
class Engines:
    shapes: Shapes
    names: Names = Names()  # noqa: RUF009 - frozen

    @classmethod
    def of(cls, text: str) -> Engines:
        return cls(gather((Path("shapes.ttl"), quad) for quad in parse(text)))

    @cached_property
    def rules(self) -> Rules:
        return read_rules(self.shapes, self.names)

    @cached_property
    def compiled(self) -> CompiledShapes:
        return compile_shapes(self.shapes)

    @cached_property
    def graph(self) -> rdflib.Graph:
        return shapes_graph(self.shapes)

    @cached_property
    def named(self) -> dict[str, frozenset[str]]:
        """The patterns of focus nodes with the classes and properties they name, of which each match has one at least.

        One that lists its nodes matches these, whatever there is.
        """
        patterns = {
            query.focus for query in self.compiled.queries if "VALUES ?this" not in query.focus
        }
        return {focus: frozenset(_IRI.findall(focus)) - _OF_ANY_CLASS for focus in patterns}

    def by_queries(self, data: Collection[ox.Quad]) -> list[Finding]:
        """What the compiled queries find, all of which there must be, asked of what the data names alone."""
        queries, refusals = self.compiled
        assert refusals == [], [str(why) for _, why in refusals]
        store = ox.Store()
        store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in data)
        known = {
            str(term)
            for quad in data
            for term in (quad.predicate, quad.object)
            if isinstance(term, ox.NamedNode)
        }
        none = {
            focus: 0 for focus, named in self.named.items() if named and named.isdisjoint(known)
        }
        return list(evaluate(queries, self.rules, FocusCounts(LocalStore(store), known=none)))

    def by_pyshacl(self, data: Collection[ox.Quad], *, near: bool = False) -> list[Finding]:
        """``near`` leaves out the shapes whose targets the data does not name, which pySHACL goes through at length."""
        return list(
            find(
                to_graph(data),
                shapes_graph(_near(self.shapes, data)) if near else self.graph,
                self.rules,
            )
        )

    def agreed(self, data: Collection[ox.Quad], *, near: bool = False) -> list[Finding]:
        found = self.by_queries(data)
        other = self.by_pyshacl(data, near=near)
        assert by_value(found) - by_value(other) == set(), "only the queries found this"
        assert by_value(other) - by_value(found) == set(), "only pySHACL found this"
        return found


def by_value(findings: Iterable[Finding]) -> set[tuple[str, ...]]:
    """What makes two findings the same: rule, focus node, path, value and component. Values are compared as a store
    compares them: ``"0.50"^^xsd:decimal`` is ``0.5``. Blank nodes are all alike, since each engine
    names them anew."""
    return {
        (one.rule.key, alike(one.focus), one.path, alike(one.value), one.component)
        for one in findings
    }


def alike(term: str) -> str:
    if term.startswith("_:") or "^^<" not in term:
        return "_:" if term.startswith("_:") else term
    store = ox.Store()
    store.load(f"<http://e/> <http://e/> {term} .".encode(), format=ox.RdfFormat.N_TRIPLES)
    return "".join(str(quad.object) for quad in store)


_IRI: Final = re.compile(r"<[^<>\s]+>")
_OF_ANY_CLASS: Final = {f"<{RDF}type>", f"<{RDFS}subClassOf>"}


def _near(shapes: Shapes, data: Iterable[ox.Quad]) -> Shapes:
    named = {term for quad in data for term in (quad.predicate, quad.object)}
    todo = list[Term]()
    kept = set[Term]()
    for shape in shapes.said:
        targets = shapes.targets(shape)
        is_near = "targetNode" in targets or shape in targets.get("targetClass", ())
        if is_near or any(value in named for values in targets.values() for value in values):
            todo.append(shape)
    while todo:
        node = todo.pop()
        if node not in kept and not isinstance(node, ox.Literal):
            kept.add(node)
            todo += (value for values in shapes.said.get(node, {}).values() for value in values)
    return replace(shapes, said={node: said for node, said in shapes.said.items() if node in kept})
