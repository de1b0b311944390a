"""Parts of plans in the order of the plan, the actions under them, and how many of each sources publish.

:func:`read_parts` reads them once for a graph; pages draw a plan as the outlines :meth:`Parts.outline`
gives, and tables compare what is known with what is published by :meth:`Parts.levels`. A chapter, an
axis or an objective is no action, and no figure counts it as one.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from pan2kg.store import ReadRows, gathered, program_query
from pan2kg.turtle.vocabulary import ID

ACTIONS = f"{ID}partlevel/action"
"""The level of the actions themselves, in published counts."""
_AFTER_NUMBERS = 10**6
"""Where a word stands among numbers: no plan has so many parts."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a plan: its level, the part above it, its place from 1 and the number printed.

    ``scheme`` is the scheme a category belongs to. What the graph does not say is empty, and
    ``order`` None.
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


class PublishedCount(NamedTuple):
    """How many parts of a level a source says that a plan has."""

    plan: str
    level: str
    number: int


@dataclass(frozen=True)
class Parts:
    """Every part by its IRI, the actions of each plan, the parts each action stands under, and what sources count."""

    every: Mapping[str, Part] = field(default_factory=dict)
    actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    under: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: tuple[PublishedCount, ...] = ()

    def outline(self, plan: str) -> list[Outline]:
        """The parts of a plan with what stands under them; those of one scheme and level beside each other.

        >>> parts = {"x": Part("x", "p", "axis", order=1), "y": Part("y", "p", "objective", above="x")}
        >>> outlines = Parts(parts, {"p": ("a", "b")}, {"a": ("y",)}).outline("p")
        >>> [(axis.part.iri, axis.number, [below.part.iri for below in axis.below]) for axis in outlines]
        [('x', 1, ['y'])]
        """
        parts = self._of_plan(plan)
        actions_of: dict[str, list[str]] = defaultdict(list)
        for action in self.actions.get(plan, ()):
            for part in self.under.get(action, ()):
                actions_of[part].append(action)

        def outline_of(part: Part) -> Outline:
            actions = tuple(actions_of[part.iri])
            below = tuple(outline_of(child) for child in parts if child.above == part.iri)
            number = len(set(actions).union(*map(_actions_in, below)))
            return Outline(part, actions, below, number)

        iris = {part.iri for part in parts}
        return [outline_of(part) for part in parts if part.above not in iris]

    def levels(self, plan: str, *, published: int | None = None) -> list[LevelCount]:
        """How many parts of each level a plan has here, and how many as sources say; actions come last.

        ``published`` is the number of actions the plan itself publishes, where that is known.
        """
        known = Counter(part.level for part in self._of_plan(plan))
        stated: dict[str, set[int]] = defaultdict(set)
        for count in self.counts:
            if count.plan == plan:
                stated[count.level].add(count.number)
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


class PartPlace(NamedTuple):
    """What parts are put in order by; those without a place in the plan follow those that have one."""

    scheme: str
    is_unplaced: bool
    order: int
    number: list[tuple[int, str]]
    iri: str


def place(part: Part) -> PartPlace:
    """Where a part stands among those of its plan: by its scheme, its place in the plan, its number."""
    number = natural(part.notation or part.iri.rpartition("/")[2])
    return PartPlace(part.scheme, part.order is None, part.order or 0, number, part.iri)


@lru_cache(maxsize=1 << 14)
def natural(number: str) -> list[tuple[int, str]]:
    """An order in which 2.10 comes after 2.9.

    >>> sorted(["2.10", "m10", "2.9", "m9"], key=natural)
    ['2.9', '2.10', 'm9', 'm10']
    """
    order = []
    for piece in re.findall(r"\d+|[^\d.\-\s]+", number):
        is_number = piece.isascii() and piece.isdecimal()
        order.append((int(piece), "") if is_number else (_AFTER_NUMBERS, piece))
    return order


def read_parts(read: ReadRows) -> Parts:
    """The parts of plans, their actions, and how many of each sources count."""
    every = {}
    for iri, plan, level, above, order, notation, scheme in read(program_query("parts/parts")):
        every[iri] = Part(iri, plan, level, above, int(order) if order else None, notation, scheme)
    rows = read(program_query("parts/actions"))
    actions = _each_once((plan, action) for action, plan, _ in rows)
    under = _each_once((action, part) for action, _, part in rows if part)
    counts = [
        PublishedCount(plan, level, int(number))
        for _, plan, level, number in read(program_query("parts/counts"))
    ]
    return Parts(every, actions, under, tuple(counts))


def _each_once(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """The second members of pairs by the first ones, each once, in their order."""
    return {key: tuple(dict.fromkeys(members)) for key, members in gathered(pairs).items()}
