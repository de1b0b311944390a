"""Every statement of the graph with the file or rule it comes from, read once: what pages of things are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, starmap
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from pan2kg.coherence.evidence import Level, level
from pan2kg.store.rules import rule_files, rule_name
from pan2kg.store.store import Store, Term, plain, select
from pan2kg.turtle.vocabulary import PAN, rule_of

if TYPE_CHECKING:
    from pan2kg.project import Project
    from pan2kg.store.links import LinkView

_ALL: Final = f"""#+ needs:
PREFIX pan: <{PAN}>
SELECT ?thing ?property ?value ?graph WHERE {{
    GRAPH ?graph {{ ?thing ?property ?value }}
    FILTER(?property NOT IN (
        pan:linkedTo, pan:linkedToAtPlan, pan:linkedToAtOther, pan:linkedToAtEditors, pan:restsOnAtPlan,
        pan:restsOnAtOfficial, pan:restsOnAtOther, pan:restsOnAtEditors, pan:involvesBodyAtPlan,
        pan:involvesBodyAtOfficial, pan:involvesBodyAtOther, pan:involvesBodyAtEditors, pan:mainLabel))
    FILTER(?graph NOT IN (LEFT_OUT))
}}
"""
"""Some properties are left out: links, uses and parts at a level, and main labels, repeat others in short."""

TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SOURCE: Final = "http://purl.org/dc/terms/source"
CERTAINTY: Final = PAN + "certainty"
EVIDENCE_LEVEL: Final = PAN + "evidenceLevel"


class Statement(NamedTuple):
    """Thing, predicate, value, and the named graph that says so."""

    thing: str
    predicate: str
    value: Term
    graph: str

    @property
    def rule(self) -> str:
        """The rule that derived it, empty where a file says it.

        >>> Statement("http://e/a", "http://e/p", ox.Literal("x"), "http://e/graph/derived/cites").rule
        'cites'
        """
        return rule_of(self.graph)

    @property
    def target(self) -> str:
        """The IRI of the value, empty for a literal."""
        return "" if isinstance(self.value, ox.Literal) else plain(self.value)


class Grounds(NamedTuple):
    """What a statement rests on: its named graph, how certain it is, and the documents it was read in.

    ``certainty`` is ``stated``, ``derived`` (by a person), ``unverified``, ``rule`` (derived by a rule of ours) or
    empty where nobody said so, as in the ontology.
    """

    graph: str
    certainty: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Statements:
    """All statements, by what they are about and by what they point to; those of derived links come from their view.

    What was once put in order is kept: the pages of three languages ask for it thousands of times.
    """

    every: tuple[Statement, ...]
    view: LinkView | None = field(default=None, repr=False, compare=False)
    grounds: dict[tuple[str, str], Grounds] = field(default_factory=dict, repr=False, compare=False)
    _about: dict[str, tuple[Statement, ...]] = field(default_factory=dict, repr=False, compare=False)
    _towards: dict[str, tuple[Statement, ...]] = field(default_factory=dict, repr=False, compare=False)
    _pointing: dict[tuple[str, tuple[str, ...]], list[str]] = field(default_factory=dict, repr=False, compare=False)
    _sorted: dict[str, Mapping[str, tuple[Statement, ...]]] = field(default_factory=dict, repr=False, compare=False)
    _facts: dict[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _by_thing(self) -> Mapping[str, list[Statement]]:
        by_subject: dict[str, list[Statement]] = {}
        for statement in self.every:
            by_subject.setdefault(statement.thing, []).append(statement)
        return by_subject

    @cached_property
    def _by_value(self) -> Mapping[str, list[Statement]]:
        by_value: dict[str, list[Statement]] = {}
        for statement in self.every:
            if not isinstance(statement.value, ox.Literal):
                by_value.setdefault(plain(statement.value), []).append(statement)
        return by_value

    def _of_thing(self, iri: str) -> Iterator[Statement]:
        yield from self._by_thing.get(iri, ())
        if self.view:
            yield from starmap(Statement, self.view.about(iri))

    def _of_value(self, iri: str) -> Iterator[Statement]:
        yield from self._by_value.get(iri, ())
        if self.view:
            yield from starmap(Statement, self.view.towards(iri))

    def about(self, iri: str) -> tuple[Statement, ...]:
        """What is said of a thing, in a stable order."""
        return _ordered(iri, self._of_thing, self._about)

    def towards(self, iri: str) -> tuple[Statement, ...]:
        """What is said of others and points to a thing, in a stable order."""
        return _ordered(iri, self._of_value, self._towards)

    def by_property(self, iri: str) -> Mapping[str, tuple[Statement, ...]]:
        """What is said of a thing, in a stable order, by property."""
        if iri in self._sorted:
            return self._sorted[iri]
        by_property = {
            name: tuple(statements) for name, statements in groupby(self.about(iri), key=attrgetter("predicate"))
        }
        if by_property:
            self._sorted[iri] = by_property
        return by_property

    def block(self, iri: str, graph: str) -> Mapping[str, list[str]]:
        """What one named graph says of a thing: property → values as plain text."""
        found: dict[str, list[str]] = {}
        for statement in self._of_thing(iri):
            if statement.graph == graph:
                found.setdefault(statement.predicate, []).append(plain(statement.value))
        return {name: sorted(values) for name, values in found.items()}

    def values(self, iri: str, name: str) -> list[str]:
        """The values of a property of a thing as plain text."""
        return list(self._of(iri).get(name, ()))

    def one(self, iri: str, name: str) -> str:
        """The first value of a property of a thing, empty where there is none."""
        return self._of(iri).get(name, _NOTHING)[0]

    def level(self, iri: str) -> Level | None:
        """On whose word a link or an involvement rests; None where it is outside every figure."""
        return level(self.one(iri, EVIDENCE_LEVEL))

    def _of(self, iri: str) -> Mapping[str, tuple[str, ...]]:
        if iri in self._facts:
            return self._facts[iri]
        found: dict[str, set[str]] = {}
        for statement in self._of_thing(iri):
            found.setdefault(statement.predicate, set()).add(plain(statement.value))
        facts = {name: tuple(sorted(values)) for name, values in found.items()}
        if facts:
            self._facts[iri] = facts
        return facts

    def ends(self, link: str) -> list[str]:
        """What a link joins: where it starts first."""
        return [iri for name in ("from", "to", "between") for iri in self.values(link, PAN + name)]

    def pointing(self, iri: str, *names: str) -> list[str]:
        """The things that point to a thing by one of some properties."""
        at = iri, names
        if at not in self._pointing:
            subjects = sorted({s.thing for s in self._of_value(iri) if s.predicate in names})
            if not subjects:
                return subjects
            self._pointing[at] = subjects
        return list(self._pointing[at])


_NOTHING: Final = ("",)
"""What a property says that is not there."""


def _ordered(
    iri: str, read: Callable[[str], Iterable[Statement]], cache: dict[str, tuple[Statement, ...]]
) -> tuple[Statement, ...]:
    if iri in cache:
        return cache[iri]
    ordered = tuple(sorted(read(iri), key=_order))
    if ordered:  # else readers could fill it with whatever they ask for
        cache[iri] = ordered
    return ordered


def _order(statement: Statement) -> tuple[str, str, str, str]:
    return statement.predicate, statement.thing, str(statement.value), statement.graph


def read_statements(store: Store, view: LinkView | None = None) -> Statements:
    """Read all statements of a store, those on derived links from their view; without one, those the store holds.

    >>> from pan2kg.graph.graph import open_graph
    >>> open_graph().statements.one("https://w3id.org/pan2kg/id/plan/lu-bhr-2", PAN + "adoptedOn")
    '2019-12-11'
    """
    names: dict[str, str] = {}

    def known(term: Term | None) -> str:
        text = plain(term)
        return names.setdefault(text, text)

    of_links = [f"<{graph}>" for graph in view.graphs] if view else []
    rows = select(store, _ALL.replace("LEFT_OUT", ", ".join(["pan:none", *of_links]))).rows  # engines read () otherwise
    statements = (Statement(known(s), known(p), o, known(graph)) for s, p, o, graph in rows if o is not None)
    return Statements(tuple(statements), view)


ASIDE: Final = frozenset({SOURCE, CERTAINTY, PAN + "evidence"})
"""Statements about statements: where they were read and how certain they are."""


def grounds_of(statements: Statements, statement: Statement) -> Grounds:
    """What a statement rests on: what its own block says, else what the file says of all its statements."""
    at = statement.thing, statement.graph
    if at not in statements.grounds:
        grounds = _grounds(statements, statement)
        if not statements.about(statement.thing):
            return grounds
        statements.grounds[at] = grounds
    return statements.grounds[at]


def _grounds(statements: Statements, statement: Statement) -> Grounds:
    if statement.rule:
        return Grounds(statement.graph, "rule", ())
    block = statements.block(statement.thing, statement.graph)
    certainty = block.get(CERTAINTY) or statements.values(statement.graph, CERTAINTY)
    sources = block.get(SOURCE) or statements.values(statement.graph, SOURCE)
    kind = certainty[0].rpartition("/")[2] if certainty else ""
    return Grounds(statement.graph, "unverified" if statement.graph.endswith("unverified") else kind, tuple(sources))


def read_resting(statements: Statements) -> Counter[str]:
    """How many statements rest on each document, as the notes of pages say it; those on sources do not count."""
    counted: Counter[str] = Counter()
    for statement in statements.every:
        if statement.predicate not in ASIDE and not statement.rule:
            counted.update(grounds_of(statements, statement).sources)
    return counted


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
