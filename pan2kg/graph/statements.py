"""What plans are made of: their parts in the order of the plan, their actions, and how many of each a source counts.

A chapter, an axis or an objective is no action, and no figure counts it as one.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeVar

import pyoxigraph as ox

from pan2kg.coherence import evidence
from pan2kg.i18n import SOURCE_LANGUAGE
from pan2kg.project import Project
from pan2kg.store import Store, Term, gathered, plain, program_query
from pan2kg.store.links import SHARED, LinkKind
from pan2kg.store.rules import rule_files
from pan2kg.store.store import solutions
from pan2kg.turtle.vocabulary import ID, PAN, kind_and_key, rule_of

T = TypeVar("T")
ACTIONS: Final = f"{ID}partlevel/action"
"""The level of the actions themselves, in published counts."""

Rows = Callable[[str], Sequence[Sequence[str]]]
"""Answers a query with rows of plain text."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a plan: its level, the part above it, its place from 1 and the number printed.

    ``scheme`` is the scheme a category belongs to; empty, as everything the graph does not say,
    ``order`` then None.
    """

    iri: str
    plan: str
    level: str
    above: str = ""
    order: int | None = None
    notation: str = ""
    scheme: str = ""


class Outline(NamedTuple):
    """A part with the actions and the parts under it; ``number`` actions are under it at any depth, each once."""

    part: Part
    actions: tuple[str, ...]
    below: "tuple[Outline, ...]"
    number: int


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How many parts of a level are known of a plan, and the numbers its sources publish."""

    level: str
    known: int
    published: tuple[int, ...] = ()


@dataclass(frozen=True)
class Parts:
    """Every part by its IRI, the actions of each plan, and the parts each action stands under.

    ``counts`` are plan, level and number, as sources publish them.
    """

    every: Mapping[str, Part] = field(default_factory=dict)
    actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    under: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: tuple[tuple[str, str, int], ...] = ()

    def outline(self, plan: str) -> list[Outline]:
        """The parts of a plan with what stands under them; those of one scheme and level beside each other.

        >>> parts = {"x": Part("x", "p", "axis", order=1), "y": Part("y", "p", "objective", above="x")}
        >>> outlines = Parts(parts, {"p": ("a", "b")}, {"a": ("y",)}).outline("p")
        >>> [(axis.part.iri, axis.number, [below.part.iri for below in axis.below]) for axis in outlines]
        [('x', 1, ['y'])]
        """
        parts = self._of_plan(plan)
        holds: dict[str, list[str]] = {}
        for action in self.actions.get(plan, ()):
            for part in self.under.get(action, ()):
                holds.setdefault(part, []).append(action)

        def outline_of(part: Part) -> Outline:
            actions = tuple(holds.get(part.iri, ()))
            below = tuple(outline_of(child) for child in parts if child.above == part.iri)
            number = len(set(actions).union(*map(_actions_in, below)))
            return Outline(part, actions, below, number)

        inside = {part.iri for part in parts}
        return [outline_of(part) for part in parts if part.above not in inside]

    def levels(self, plan: str, *, published: int | None = None) -> list[LevelCount]:
        """How many parts of each level a plan has here, and how many as sources say; actions come last.

        ``published`` is the number of actions the plan itself publishes, where that is known.
        """
        known = Counter(part.level for part in self._of_plan(plan))
        stated: dict[str, set[int]] = defaultdict(set)
        for counted_plan, level, number in self.counts:
            if counted_plan == plan:
                stated[level].add(number)
        levels = dict.fromkeys((*known, *sorted(stated.keys() - {ACTIONS}), ACTIONS))
        known[ACTIONS] = len(self.actions.get(plan, ()))
        if published is not None:
            stated[ACTIONS].add(published)
        counts = [LevelCount(level, known[level], tuple(sorted(stated[level]))) for level in levels]
        return [count for count in counts if count.known or count.published]

    def _of_plan(self, plan: str) -> list[Part]:
        return sorted((part for part in self.every.values() if part.plan == plan), key=place)


def _actions_in(outline: Outline) -> set[str]:
    """The actions under a part at any depth."""
    return set(outline.actions).union(*map(_actions_in, outline.below))


def place(part: Part) -> tuple[str, bool, int, list[tuple[int, str]], str]:
    """What parts are put in order by: their scheme, their place in the plan, their number."""
    return (
        part.scheme,
        part.order is None,
        part.order or 0,
        natural(part.notation or part.iri.rpartition("/")[2]),
        part.iri,
    )


@lru_cache(maxsize=1 << 14)
def natural(number: str) -> list[tuple[int, str]]:
    """An order in which 2.10 comes after 2.9.

    >>> sorted(["2.10", "m10", "2.9", "m9"], key=natural)
    ['2.9', '2.10', 'm9', 'm10']
    """
    order = []
    for piece in re.findall(r"\d+|[^\d.\-\s]+", number):
        is_number = piece.isascii() and piece.isdecimal()
        order.append((int(piece), "") if is_number else (10**6, piece))
    return order


def read_parts(read: Rows) -> Parts:
    """The parts of plans, their actions, and how many of each sources count."""
    every = {}
    for iri, plan, level, upper, order, notation, scheme in read(program_query("parts/parts")):
        every[iri] = Part(iri, plan, level, upper, int(order) if order else None, notation, scheme)
    rows = read(program_query("parts/actions"))
    actions = _each_once((plan, action) for action, plan, _ in rows)
    under = _each_once((action, part) for action, _, part in rows if part)
    counts = [
        (plan, level, int(number)) for _, plan, level, number in read(program_query("parts/counts"))
    ]
    return Parts(every, actions, under, tuple(counts))


def _each_once(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(dict.fromkeys(values)) for key, values in gathered(pairs).items()}


# What is stated of things


_ALL: Final = f"""PREFIX pan: <{PAN}>
SELECT ?thing ?property ?value ?graph WHERE {{
    GRAPH ?graph {{ ?thing ?property ?value }}
    FILTER(?property NOT IN (
        pan:linkedTo, pan:linkedToAtPlan, pan:linkedToAtOther, pan:linkedToAtEditors, pan:restsOnAtPlan,
        pan:restsOnAtOfficial, pan:restsOnAtOther, pan:restsOnAtEditors, pan:involvesBodyAtPlan,
        pan:involvesBodyAtOfficial, pan:involvesBodyAtOther, pan:involvesBodyAtEditors, pan:mainLabel))
}}
"""
"""Some properties are left out: links, uses and parts at a level, and main labels, repeat others in short."""

TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SOURCE: Final = "http://purl.org/dc/terms/source"
CERTAINTY: Final = PAN + "certainty"
EVIDENCE_LEVEL: Final = PAN + "evidenceLevel"


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


_Listed = tuple[Statement, ...]
"""Statements in an order."""


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

    What was once put in order is kept, unless it is nothing: the pages of three languages ask for
    it thousands of times, and readers could fill it with whatever they ask for.
    """

    every: _Listed
    kept: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _by_thing(self) -> Mapping[str, list[Statement]]:
        return gathered((statement.thing, statement) for statement in self.every)

    @cached_property
    def _by_target(self) -> Mapping[str, list[Statement]]:
        targets = ((statement.target, statement) for statement in self.every)
        return gathered((target, statement) for target, statement in targets if target)

    def once(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """What ``make`` makes, kept under a key unless it is nothing."""
        if key in self.kept:
            value: T = self.kept[key]
        elif value := make():
            self.kept[key] = value
        return value

    def about(self, iri: str) -> _Listed:
        """What is said of a thing, by property."""
        return self.once(("about", iri), lambda: _ordered(self._by_thing.get(iri, ())))

    def towards(self, iri: str) -> _Listed:
        """What points to a thing, by property."""
        return self.once(("towards", iri), lambda: _ordered(self._by_target.get(iri, ())))

    def by_property(self, iri: str) -> Mapping[str, _Listed]:
        """What is said of a thing, by property, these in order."""
        by = attrgetter("predicate")
        return self.once(
            ("by property", iri),
            lambda: {name: tuple(rows) for name, rows in groupby(self.about(iri), by)},
        )

    def block(self, iri: str, graph: str = "") -> Mapping[str, list[str]]:
        """The values of each property as plain text, in order, each once; those a named graph states, or all."""
        matches: dict[str, set[str]] = {}
        for statement in self._by_thing.get(iri, ()):
            if graph in ("", statement.graph):
                matches.setdefault(statement.predicate, set()).add(plain(statement.value))
        return {predicate: sorted(values) for predicate, values in matches.items()}

    def values(self, iri: str, name: str) -> list[str]:
        """The values of a property of a thing as text, each once, in order."""
        return list(self.once(("values", iri), lambda: self.block(iri)).get(name, ()))

    def one(self, iri: str, name: str) -> str:
        """The first of these; empty where there is none."""
        return next(iter(self.values(iri, name)), "")

    def level(self, iri: str) -> evidence.Level | None:
        """On whose word a thing rests; None where nobody says it."""
        return evidence.level(self.one(iri, EVIDENCE_LEVEL))

    def _pointing(self, iri: str) -> Mapping[str, list[str]]:
        statements = self._by_target.get(iri, ())
        return self.once(
            ("pointing", iri),
            lambda: gathered((statement.predicate, statement.thing) for statement in statements),
        )

    def pointing(self, iri: str, *names: str) -> list[str]:
        """The things that point to a thing by some properties, each once."""
        by_name = self._pointing(iri)
        return sorted({thing for name in names for thing in by_name.get(name, ())})

    def number(self, iri: str) -> int:
        """How many statements are about a thing or point to it."""
        return len(self._by_thing.get(iri, ())) + len(self._by_target.get(iri, ()))

    def link_type(self, link: str) -> str:
        """The kind of a link; empty where it has none."""
        return kind_and_key(self.one(link, PAN + "linkType"))[1]


def _ordered(statements: Iterable[Statement]) -> _Listed:
    return tuple(sorted(statements, key=_order))


def _order(statement: Statement) -> tuple[str, str, str, str]:
    return statement.predicate, statement.thing, str(statement.value), statement.graph


def read_statements(store: Store) -> Statements:
    """Read all statements of a store but those that repeat others in short."""
    statements = []
    texts: dict[str, str] = {}
    terms: dict[Term, Term] = {}
    for subject, predicate, value, graph in solutions(store, _ALL):
        if value is not None:
            # what stands often is kept once
            thing, property_, file = (
                texts.setdefault(text, text) for text in map(plain, (subject, predicate, graph))
            )
            statements.append(Statement(thing, property_, terms.setdefault(value, value), file))
    return Statements(tuple(statements))


ASIDE: Final = frozenset({SOURCE, CERTAINTY, PAN + "evidence"})
"""Statements about statements: where they were read and how certain they are."""


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
        else:
            certainty = certainties[0].rpartition("/")[2] if certainties else ""
        return Grounds(graph, certainty, tuple(sources))

    return statements.once(("grounds", statement.thing, graph), read)


def read_resting(statements: Statements) -> Counter[str]:
    """How many statements rest on each document; what rules derive is not counted."""
    counted: Counter[str] = Counter()
    for statement in statements.every:
        if statement.predicate not in ASIDE and not statement.rule:
            counted.update(grounds_of(statements, statement).sources)
    return counted


def read_rules(project: Project, kinds: Mapping[str, LinkKind]) -> Mapping[str, str]:
    """What each rule of a project derives, in English: name → summary; of kinds of links what they are."""
    summaries = {}
    start = "#+ summary:"
    for name, path in rule_files(project).items():
        lines = path.read_text(encoding="utf-8").splitlines()
        stated = (line for line in lines if line.startswith(start))
        summaries[name] = next(stated, "").removeprefix(start).strip()
    if SHARED in summaries:
        del summaries[SHARED]
        for kind in kinds.values():
            summaries[kind.name] = kind.definitions.get(SOURCE_LANGUAGE, "")
    return summaries
