"""Both engines over one small graph, for the tests that hold the compiled shapes to pySHACL."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import rdflib

from pan2kg.store.store import LocalStore
from pan2kg.validation.compilation import Compilation, compile_shapes
from pan2kg.validation.evaluation import FocusCounts, differences, evaluate
from pan2kg.validation.reference import find, shapes_graph, to_graph
from pan2kg.validation.report import Finding, Names
from pan2kg.validation.shapes import Rules, Shapes, gather, read_rules

SHARED = Path(__file__).resolve().parents[2] / "shared" / "standards"
"""Official shapes and suites, where they lie beside the clone."""

PREFIXES: Final = """\
@prefix e: <http://e/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

"""


def parse(text: str | bytes, base: str = "http://example.org/file") -> list[ox.Quad]:
    """The statements of Turtle text."""
    return list(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=base))


@dataclass(frozen=True)
class Engines:
    """The engines for some shapes: compiled once, and asked of many graphs."""

    shapes: Shapes
    names: Names = Names()  # noqa: RUF009 - frozen

    @classmethod
    def of(cls, text: str) -> Engines:
        """The engines for shapes in Turtle."""
        return cls(gather((Path("shapes.ttl"), quad) for quad in parse(text)))

    @cached_property
    def rules(self) -> Rules:
        return read_rules(self.shapes, self.names)

    @cached_property
    def compiled(self) -> Compilation:
        return compile_shapes(self.shapes)

    @cached_property
    def graph(self) -> rdflib.Graph:
        return shapes_graph(self.shapes)

    def by_queries(self, data: list[ox.Quad]) -> list[Finding]:
        """What the compiled queries find, all of which there must be."""
        assert self.compiled.refusals == (), [str(one.why) for one in self.compiled.refusals]
        store = ox.Store()
        store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in data)
        return list(evaluate(self.compiled.queries, self.rules, FocusCounts(LocalStore(store))))

    def by_pyshacl(self, data: list[ox.Quad]) -> list[Finding]:
        """What pySHACL finds."""
        return list(find(to_graph(data), self.graph, self.rules))

    def agreed(self, data: list[ox.Quad]) -> list[Finding]:
        """What both find, by value."""
        found = self.by_queries(data)
        for name, only in zip(("the queries", "pySHACL"), differences(found, self.by_pyshacl(data)), strict=True):
            told = [(one.rule.key, one.focus, one.path, one.value, one.component) for one in only]
            assert told == [], f"only {name} found this"
        return found
