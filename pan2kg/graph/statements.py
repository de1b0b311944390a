"""What is stated of things, and what each statement rests on: a file or rule, a certainty, documents.

:func:`read_statements` reads every statement of a store once. Pages list what is said of a thing
(:meth:`Statements.about`) and what points to it (:meth:`Statements.towards`), and mark each statement
with its :class:`Grounds`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

import pyoxigraph as ox

from pan2kg.coherence import evidence
from pan2kg.store import Store, Term, gathered, plain
from pan2kg.store.store import solutions
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDF, kind_and_key, rule_of

T = TypeVar("T")
_ALL = f"""PREFIX pan: <{PAN}>
SELECT ?thing ?property ?value ?graph WHERE {{
    GRAPH ?graph {{ ?thing ?property ?value }}
    FILTER(?property NOT IN (
        pan:linkedTo, pan:linkedToAtPlan, pan:linkedToAtOther, pan:linkedToAtEditors, pan:restsOnAtPlan,
        pan:restsOnAtOfficial, pan:restsOnAtOther, pan:restsOnAtEditors, pan:involvesBodyAtPlan,
        pan:involvesBodyAtOfficial, pan:involvesBodyAtOther, pan:involvesBodyAtEditors, pan:mainLabel))
}}
"""
"""Some properties are left out: links, uses and parts at a level, and main labels, repeat others in short."""

TYPE = f"{RDF}type"
SOURCE = f"{DCTERMS}source"
CERTAINTY = f"{PAN}certainty"
EVIDENCE_LEVEL = f"{PAN}evidenceLevel"
ABOUT_STATEMENTS = frozenset({SOURCE, CERTAINTY, f"{PAN}evidence"})
"""What is said of statements themselves: where they were read and how certain they are."""


class Statement(NamedTuple):
    """That a thing has a value of a property, and the named graph that says so."""

    thing: str
    predicate: str
    value: Term
    graph: str

    @property
    def rule(self) -> str:
        """The rule that derives it; empty for what is written."""
        return rule_of(self.graph)

    @property
    def target(self) -> str:
        """The thing it points to; empty where the value is a text, a number or a day."""
        return "" if isinstance(self.value, ox.Literal) else plain(self.value)


_Ordered = tuple[Statement, ...]
"""Statements by property, then by thing, value and named graph."""


class Grounds(NamedTuple):
    """What a statement rests on: its named graph, how certain it is, and the documents it was read in.

    ``certainty`` is ``stated``, ``derived`` (by a person), ``unverified``, ``rule`` (derived by a
    rule of ours) or empty where nobody said so, as in the ontology.
    """

    graph: str
    certainty: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Statements:
    """All statements, by what they are about and by what they point to.

    What was put in order is kept in ``kept``, unless it is nothing: the pages of three languages ask
    for it thousands of times, and readers could fill it with things that are not there.
    """

    every: _Ordered
    kept: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    def about(self, iri: str) -> _Ordered:
        """What is said of a thing, by property."""
        return self.once(("about", iri), lambda: _ordered(self._by_thing.get(iri, ())))

    def towards(self, iri: str) -> _Ordered:
        """What points to a thing, by property."""
        return self.once(("towards", iri), lambda: _ordered(self._by_target.get(iri, ())))

    def by_property(self, iri: str) -> Mapping[str, _Ordered]:
        """What is said of a thing, by property, these in order."""
        by_predicate = attrgetter("predicate")
        return self.once(
            ("by property", iri),
            lambda: {name: tuple(rows) for name, rows in groupby(self.about(iri), by_predicate)},
        )

    def block(self, iri: str, graph: str = "") -> Mapping[str, list[str]]:
        """The values of each property as plain text, in order, each once; those a named graph states, or all."""
        values_of: dict[str, set[str]] = {}
        for statement in self._by_thing.get(iri, ()):
            if graph in ("", statement.graph):
                values_of.setdefault(statement.predicate, set()).add(plain(statement.value))
        return {predicate: sorted(values) for predicate, values in values_of.items()}

    def values(self, iri: str, name: str) -> list[str]:
        """The values of a property of a thing as text, each once, in order."""
        return list(self.once(("values", iri), lambda: self.block(iri)).get(name, ()))

    def one(self, iri: str, name: str) -> str:
        """The first of these; empty where there is none."""
        return next(iter(self.values(iri, name)), "")

    def level(self, iri: str) -> evidence.Level | None:
        """On whose word a thing rests; None where nobody says it."""
        return evidence.level(self.one(iri, EVIDENCE_LEVEL))

    def pointing(self, iri: str, *names: str) -> list[str]:
        """The things that point to a thing by some properties, each once."""
        statements = self._by_target.get(iri, ())
        things_by = self.once(
            ("pointing", iri),
            lambda: gathered((statement.predicate, statement.thing) for statement in statements),
        )
        return sorted({thing for name in names for thing in things_by.get(name, ())})

    def number(self, iri: str) -> int:
        """How many statements are about a thing or point to it."""
        return len(self._by_thing.get(iri, ())) + len(self._by_target.get(iri, ()))

    def link_type(self, link: str) -> str:
        """The kind of a link; empty where it has none."""
        return kind_and_key(self.one(link, PAN + "linkType"))[1]

    def once(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """What ``make`` makes, kept under a key unless it is nothing."""
        if key in self.kept:
            value: T = self.kept[key]
        elif value := make():
            self.kept[key] = value
        return value

    @cached_property
    def _by_thing(self) -> Mapping[str, list[Statement]]:
        return gathered((statement.thing, statement) for statement in self.every)

    @cached_property
    def _by_target(self) -> Mapping[str, list[Statement]]:
        targets = ((statement.target, statement) for statement in self.every)
        return gathered((target, statement) for target, statement in targets if target)


def _ordered(statements: Iterable[Statement]) -> _Ordered:
    def order(statement: Statement) -> tuple[str, ...]:
        return statement.predicate, statement.thing, str(statement.value), statement.graph

    return tuple(sorted(statements, key=order))


def read_statements(store: Store) -> Statements:
    """Read all statements of a store but those that repeat others in short."""
    statements = []
    # addresses and values that stand in many statements are kept in memory once
    texts: dict[str, str] = {}
    values: dict[Term, Term] = {}
    for subject, predicate, value, graph in solutions(store, _ALL):
        if value is not None:
            thing, property_, file = (
                texts.setdefault(text, text) for text in map(plain, (subject, predicate, graph))
            )
            statements.append(Statement(thing, property_, values.setdefault(value, value), file))
    return Statements(tuple(statements))


def grounds_of(statements: Statements, statement: Statement) -> Grounds:
    """What a statement rests on: what its own block says, else what the file says of all its statements."""
    graph = statement.graph

    def read() -> Grounds:
        if statement.rule:
            return Grounds(graph, "rule", ())
        block = statements.block(statement.thing, graph)
        sources = block.get(SOURCE) or statements.values(graph, SOURCE)
        certainties = block.get(CERTAINTY) or statements.values(graph, CERTAINTY)
        if graph.endswith("unverified"):
            certainty = "unverified"
        elif certainties:
            certainty = certainties[0].rpartition("/")[2]
        else:
            certainty = ""
        return Grounds(graph, certainty, tuple(sources))

    return statements.once(("grounds", statement.thing, graph), read)


def read_resting(statements: Statements) -> Counter[str]:
    """How many statements rest on each document; what rules derive is not counted."""
    counted: Counter[str] = Counter()
    for statement in statements.every:
        if statement.predicate not in ABOUT_STATEMENTS and not statement.rule:
            counted.update(grounds_of(statements, statement).sources)
    return counted
