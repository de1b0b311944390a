"""What plans are made of: their parts in the order of the plan, their actions, and how many of each a source counts.

A chapter, an axis or an objective is no action, and no figure counts it as one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from pan2kg.store.queries import program_query
from pan2kg.turtle.vocabulary import ID

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
    """A part with the actions that stand directly under it and the parts below it, in the order of the plan."""

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
        """The actions that stand under it or under a part below it."""
        return frozenset(self.actions).union(*(outline.held for outline in self.below))


@dataclass(frozen=True, slots=True)
class Count:
    """How many things of a level a source counts in a plan, and the node that says so."""

    iri: str
    plan: str
    level: str
    number: int


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How many things of a level of a plan are in the graph, and how many sources count: several where they differ."""

    level: str
    known: int
    published: tuple[int, ...] = ()


@dataclass(frozen=True)
class Parts:
    """The parts of all plans, the actions of plans and what they stand under, and the published counts."""

    every: Mapping[str, Part] = field(default_factory=dict)
    actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    under: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: tuple[Count, ...] = ()

    def of(self, plan: str) -> list[Part]:
        """The parts of a plan in the order of the plan: by the place printed, else by number and key."""
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

        >>> counts = (Count("c", "p", "axis", 4),)
        >>> Parts({"x": Part("x", "p", "axis")}, counts=counts).levels("p")[0]
        LevelCount(level='axis', known=1, published=(4,))
        """
        counts = Counter(entry.level for entry in self.of(plan))
        said: dict[str, set[int]] = {}
        for count in self.counts:
            if count.plan == plan:
                said.setdefault(count.level, set()).add(count.number)
        if published is not None:
            said.setdefault(ACTIONS, set()).add(published)
        levels = list(dict.fromkeys([*(entry.level for entry in self.of(plan)), *sorted(said.keys() - {ACTIONS})]))
        levels_of = [LevelCount(level, counts[level], tuple(sorted(said.get(level, ())))) for level in levels]
        actions = LevelCount(ACTIONS, len(self.actions.get(plan, ())), tuple(sorted(said.get(ACTIONS, ()))))
        return [*levels_of, *([actions] if actions.known or actions.published else [])]


def place(part: Part) -> tuple[str, bool, int, list[tuple[int, str]], str]:
    """Where a part stands among those of its plan; parts of one scheme stay together."""
    return part.scheme, part.order is None, part.order or 0, natural(part.notation or _key(part.iri)), part.iri


def _key(iri: str) -> str:
    return iri.rpartition("/")[2]


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
    counts = (Count(iri, plan, level, int(number)) for iri, plan, level, number in read(program_query("parts/counts")))
    return Parts(every, _tuples(actions), _tuples(under), tuple(counts))


def _tuples(lists: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(values) for key, values in lists.items()}
