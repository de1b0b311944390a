"""What plans are made of: their parts in the order of the plan, their actions, and how many of each a source counts.

A chapter, an axis or an objective is no action, and no figure counts it as one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import groupby, starmap
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from pan2kg.coherence.evidence import Level, level
from pan2kg.store.queries import program_query
from pan2kg.store.rules import rule_files
from pan2kg.store.store import Store, Term, plain, select
from pan2kg.turtle.vocabulary import ID, PAN, rule_of

if TYPE_CHECKING:
    from pan2kg.project import Project
    from pan2kg.store.rules import LinkView

ACTIONS: Final = f"{ID}partlevel/action"
"""The level of the actions themselves, in published counts."""

Rows = Callable[[str], Sequence[Sequence[str]]]
"""Answers a query with rows of plain text."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a plan: its level, the part above it, its place from 1 and the number printed.

    ``scheme`` is the scheme a category belongs to; empty, as everything the graph does not say, ``order`` then None.
    """

    iri: str
    plan: str
    level: str
    above: str = ""
    order: int | None = None
    notation: str = ""
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    part: Part
    actions: tuple[str, ...] = ()
    below: tuple[Outline, ...] = ()

    @property
    def number(self) -> int:
        """How many actions stand under it or under a part below it, each counted once.

        >>> part = Part("x", "p", "axis")
        >>> Outline(part, ("a",), (Outline(part, ("b",)), Outline(part, ("a",)))).number
        2
        """
        return len(self.held)

    @property
    def held(self) -> frozenset[str]:
        return frozenset(self.actions).union(*(outline.held for outline in self.below))


@dataclass(frozen=True, slots=True)
class LevelCount:
    level: str
    known: int
    published: tuple[int, ...] = ()


@dataclass(frozen=True)
class Parts:
    every: Mapping[str, Part] = field(default_factory=dict)
    actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    under: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: tuple[tuple[str, str, int], ...] = ()

    def of(self, plan: str) -> list[Part]:
        return sorted((entry for entry in self.every.values() if entry.plan == plan), key=place)

    def outline(self, plan: str) -> list[Outline]:
        """The parts of a plan with what stands under them; those of one scheme and level beside each other.

        >>> two = {"x": Part("x", "p", "axis", order=1), "y": Part("y", "p", "objective", above="x")}
        >>> made = Parts(two, {"p": ("a", "b")}, {"a": ("y",)})
        >>> [(one.part.iri, one.number, [below.part.iri for below in one.below]) for one in made.outline("p")]
        [('x', 1, ['y'])]
        """
        entries = self.of(plan)
        holds: dict[str, list[str]] = {}
        for action in self.actions.get(plan, ()):
            for entry in self.under.get(action, ()):
                holds.setdefault(entry, []).append(action)
        inside = {entry.iri for entry in entries}

        def made(entry: Part) -> Outline:
            below = tuple(made(child) for child in entries if child.above == entry.iri)
            return Outline(entry, tuple(holds.get(entry.iri, ())), below)

        return [made(entry) for entry in entries if entry.above not in inside]

    def levels(self, plan: str, *, published: int | None = None) -> list[LevelCount]:
        """How many parts of each level a plan has here, and how many as sources say; actions come last.

        ``published`` is the number of actions the plan itself publishes, where that is known.

        >>> counts = (("p", "axis", 4),)
        >>> Parts({"x": Part("x", "p", "axis")}, counts=counts).levels("p")[0]
        LevelCount(level='axis', known=1, published=(4,))
        """
        counts = Counter(entry.level for entry in self.of(plan))
        stated: dict[str, set[int]] = {}
        for of, stage, number in self.counts:
            if of == plan:
                stated.setdefault(stage, set()).add(number)
        if published is not None:
            stated.setdefault(ACTIONS, set()).add(published)
        levels = list(dict.fromkeys([*(entry.level for entry in self.of(plan)), *sorted(stated.keys() - {ACTIONS})]))
        levels_of = [LevelCount(level, counts[level], tuple(sorted(stated.get(level, ())))) for level in levels]
        actions = LevelCount(ACTIONS, len(self.actions.get(plan, ())), tuple(sorted(stated.get(ACTIONS, ()))))
        return [*levels_of, *([actions] if actions.known or actions.published else [])]


def place(part: Part) -> tuple[str, bool, int, list[tuple[int, str]], str]:
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
    pieces = re.findall(r"\d+|[^\d.\-\s]+", number)
    return [(int(piece), "") if piece.isascii() and piece.isdecimal() else (10**6, piece) for piece in pieces]


def read_parts(read: Rows) -> Parts:
    """The parts a graph has, each query asked once.

    >>> from pan2kg.graph.graph import open_graph
    >>> made = read_parts(open_graph().read)
    >>> [one.part.notation for one in made.outline(f"{ID}plan/lu-bhr-2")][:3]
    ['1', '2', '3']
    """
    every = {
        iri: Part(iri, plan, level, above, int(order) if order else None, notation, scheme)
        for iri, plan, level, above, order, notation, scheme in read(program_query("parts/parts"))
    }
    actions: dict[str, dict[str, None]] = {}
    under: dict[str, dict[str, None]] = {}
    for action, plan, part_iri in read(program_query("parts/actions")):
        actions.setdefault(plan, {})[action] = None
        if part_iri:
            under.setdefault(action, {})[part_iri] = None
    counts = ((plan, level, int(number)) for _, plan, level, number in read(program_query("parts/counts")))
    return Parts(every, _tuples(actions), _tuples(under), tuple(counts))


def _tuples(lists: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(values) for key, values in lists.items()}


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
        return "" if isinstance(self.value, ox.Literal) else plain(self.value)


class Grounds(NamedTuple):
    """What a statement rests on: its named graph, how certain it is, and the documents it was read in.

    ``certainty`` is ``stated``, ``derived`` (by a person), ``unverified``, ``rule`` (derived by a rule of ours) or
    empty where nobody said so, as in the ontology.
    """

    graph: str
    certainty: str
    sources: tuple[str, ...]

    @classmethod
    def of(cls, statements: Statements, statement: Statement) -> Grounds:
        # what its own block says, else what the file says of all its statements
        if statement.rule:
            return cls(statement.graph, "rule", ())
        block = statements.block(statement.thing, statement.graph)
        certainty = block.get(CERTAINTY) or statements.values(statement.graph, CERTAINTY)
        sources = block.get(SOURCE) or statements.values(statement.graph, SOURCE)
        kind = certainty[0].rpartition("/")[2] if certainty else ""
        is_unverified = statement.graph.endswith("unverified")
        return cls(statement.graph, "unverified" if is_unverified else kind, tuple(sources))


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
        return _ordered(iri, self._of_thing, self._about)

    def towards(self, iri: str) -> tuple[Statement, ...]:
        return _ordered(iri, self._of_value, self._towards)

    def by_property(self, iri: str) -> Mapping[str, tuple[Statement, ...]]:
        if iri in self._sorted:
            return self._sorted[iri]
        by_property = {
            name: tuple(statements) for name, statements in groupby(self.about(iri), key=attrgetter("predicate"))
        }
        if by_property:
            self._sorted[iri] = by_property
        return by_property

    def block(self, iri: str, graph: str) -> Mapping[str, list[str]]:
        matches: dict[str, list[str]] = {}
        for statement in self._of_thing(iri):
            if statement.graph == graph:
                matches.setdefault(statement.predicate, []).append(plain(statement.value))
        return {name: sorted(values) for name, values in matches.items()}

    def values(self, iri: str, name: str) -> list[str]:
        return list(self._of(iri).get(name, ()))

    def one(self, iri: str, name: str) -> str:
        return self._of(iri).get(name, _NOTHING)[0]

    def level(self, iri: str) -> Level | None:
        return level(self.one(iri, EVIDENCE_LEVEL))

    def _of(self, iri: str) -> Mapping[str, tuple[str, ...]]:
        if iri in self._facts:
            return self._facts[iri]
        matches: dict[str, set[str]] = {}
        for statement in self._of_thing(iri):
            matches.setdefault(statement.predicate, set()).add(plain(statement.value))
        facts = {name: tuple(sorted(values)) for name, values in matches.items()}
        if facts:
            self._facts[iri] = facts
        return facts

    def ends(self, link: str) -> list[str]:
        return [iri for name in ("from", "to", "between") for iri in self.values(link, PAN + name)]

    def pointing(self, iri: str, *names: str) -> list[str]:
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

    of_links = [f"<{graph}>" for graph in view.graphs.values()] if view else []
    rows = select(store, _ALL.replace("LEFT_OUT", ", ".join(["pan:none", *of_links]))).rows  # engines read () otherwise
    statements = (Statement(known(s), known(p), o, known(graph)) for s, p, o, graph in rows if o is not None)
    return Statements(tuple(statements), view)


ASIDE: Final = frozenset({SOURCE, CERTAINTY, PAN + "evidence"})
"""Statements about statements: where they were read and how certain they are."""


def grounds_of(statements: Statements, statement: Statement) -> Grounds:
    at = statement.thing, statement.graph
    if at not in statements.grounds:
        grounds = Grounds.of(statements, statement)
        if not statements.about(statement.thing):
            return grounds
        statements.grounds[at] = grounds
    return statements.grounds[at]


def read_resting(statements: Statements) -> Counter[str]:
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
    return {name: _summary(path.read_text(encoding="utf-8")) for name, path in rule_files(project).items()}


def _summary(text: str) -> str:
    lines = (line.removeprefix("#+ summary:") for line in text.splitlines() if line.startswith("#+ summary:"))
    return next(lines, "").strip()
