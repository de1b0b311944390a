"""Every statement of the graph with the file or rule it comes from, read once: what pages of things are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from pan2kg.rule import rule_files, rule_name
from pan2kg.store import Store, Term, plain, select
from pan2kg.vocabulary import DERIVED, PAN

if TYPE_CHECKING:
    from pan2kg.project import Project

_ALL: Final = f"""
PREFIX pan: <{PAN}>
SELECT ?thing ?property ?value ?graph WHERE {{
    GRAPH ?graph {{ ?thing ?property ?value }}
    FILTER(?property NOT IN (pan:linkedTo, pan:mainLabel))
}}
"""
"""Two properties are left out: what is linked to what, and main labels, repeat links and labels in short."""

TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SOURCE: Final = "http://purl.org/dc/terms/source"
CERTAINTY: Final = PAN + "certainty"


class Statement(NamedTuple):
    """Thing, predicate, value, and the named graph that says so."""

    thing: str
    predicate: str
    value: Term
    graph: str

    @property
    def rule(self) -> str:
        """The rule that derived it, empty where a file says it.

        >>> Statement("http://e/a", "http://e/p", ox.Literal("x"), DERIVED + "cites").rule
        'cites'
        """
        return self.graph.removeprefix(DERIVED) if self.graph.startswith(DERIVED) else ""

    @property
    def target(self) -> str:
        """The IRI of the value, empty for a literal."""
        return "" if isinstance(self.value, ox.Literal) else plain(self.value)


@dataclass(frozen=True)
class Statements:
    """All statements, by what they are about and by what they point to."""

    every: tuple[Statement, ...]

    @cached_property
    def _by_thing(self) -> Mapping[str, list[Statement]]:
        found: dict[str, list[Statement]] = {}
        for statement in self.every:
            found.setdefault(statement.thing, []).append(statement)
        return found

    @cached_property
    def _by_value(self) -> Mapping[str, list[Statement]]:
        found: dict[str, list[Statement]] = {}
        for statement in self.every:
            if not isinstance(statement.value, ox.Literal):
                found.setdefault(plain(statement.value), []).append(statement)
        return found

    def about(self, iri: str) -> list[Statement]:
        """What is said of a thing, in a stable order."""
        return sorted(self._by_thing.get(iri, ()), key=_order)

    def towards(self, iri: str) -> list[Statement]:
        """What is said of others and points to a thing, in a stable order."""
        return sorted(self._by_value.get(iri, ()), key=_order)

    def block(self, iri: str, graph: str) -> Mapping[str, list[str]]:
        """What one named graph says of a thing: property → values as plain text."""
        found: dict[str, list[str]] = {}
        for statement in self._by_thing.get(iri, ()):
            if statement.graph == graph:
                found.setdefault(statement.predicate, []).append(plain(statement.value))
        return {name: sorted(values) for name, values in found.items()}

    def values(self, iri: str, name: str) -> list[str]:
        """The values of a property of a thing as plain text."""
        return sorted({plain(s.value) for s in self._by_thing.get(iri, ()) if s.predicate == name})

    def one(self, iri: str, name: str) -> str:
        """The first value of a property of a thing, empty where there is none."""
        return next(iter(self.values(iri, name)), "")

    def ends(self, link: str) -> list[str]:
        """What a link joins: where it starts first."""
        return [iri for name in ("from", "to", "between") for iri in self.values(link, PAN + name)]

    def pointing(self, iri: str, *names: str) -> list[str]:
        """The things that point to a thing by one of some properties."""
        return sorted({s.thing for s in self._by_value.get(iri, ()) if s.predicate in names})


def _order(statement: Statement) -> tuple[str, str, str, str]:
    return statement.predicate, statement.thing, str(statement.value), statement.graph


def read_statements(store: Store) -> Statements:
    """Read all statements of a store.

    >>> from pan2kg.graph import open_graph
    >>> found = read_statements(open_graph().store)
    >>> found.one("https://w3id.org/pan2kg/id/plan/lu-bhr-2", PAN + "adoptedOn")
    '2019-12-11'
    """
    names: dict[str, str] = {}

    def known(term: Term | None) -> str:
        text = plain(term)
        return names.setdefault(text, text)

    rows = select(store, _ALL).rows
    found = (Statement(known(s), known(p), o, known(graph)) for s, p, o, graph in rows if o is not None)
    return Statements(tuple(found))


def read_rules(project: Project) -> Mapping[str, str]:
    """What each rule of a project derives, in its own words: name → summary.

    >>> from pan2kg.project import Project
    >>> read_rules(Project.packaged())["cites"].split(" is stated")[0]
    'Which plan or action'
    """
    return {rule_name(path): _summary(path.read_text(encoding="utf-8")) for path in rule_files(project)}


def _summary(text: str) -> str:
    lines = (line.removeprefix("#+ summary:") for line in text.splitlines() if line.startswith("#+ summary:"))
    return next(lines, "").strip()
