"""Every link between two plans, declared or inferred, read once, and what links quote.

The page that argues the case of two plans lists these links one by one; whether two plans are linked
is asked of :meth:`pan2kg.graph.graph.Graph.known`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from pan2kg.coherence.citations import CROSS_REFERENCES
from pan2kg.coherence.evidence import Level, level
from pan2kg.store import Store, gathered, is_true, program_query, text_rows
from pan2kg.turtle.vocabulary import key

if TYPE_CHECKING:
    from pan2kg.store.links import LinkKind

DECLARED = (*CROSS_REFERENCES, "builds-on", "succession", "external-statement")
"""Kinds of links a document states: in the plan, its annexes or elsewhere."""
COMPARED = "comparison"
"""A link of these kinds that no document states: editors concluded it, and it is inferred as a rule's are."""


def usual_kinds(kinds: Mapping[str, LinkKind]) -> tuple[str, ...]:
    """The kinds of links between plans that are shown where nothing is chosen: declared, and the firm derived ones.

    >>> usual_kinds({})[-2:]
    ('external-statement', 'comparison')
    """
    derived = (kind.name for kind in kinds.values() if kind.is_shown_first)
    return (*DECLARED, COMPARED, *derived)


@dataclass(frozen=True, slots=True)
class Tie:
    """A link that joins two plans: its kind, the two things it joins, and their plans, in the order of the plans.

    ``level`` says on whose word it rests; None where it is outside every figure.
    """

    iri: str
    kind: str
    ends: tuple[str, str]
    plans: tuple[str, str]
    level: Level | None = None

    @property
    def is_of_plan(self) -> bool:
        """Whether it says something of a whole plan, and not of actions of both.

        >>> Tie("l", "cites", ("a", "p2"), ("p1", "p2")).is_of_plan
        True
        """
        return not set(self.ends).isdisjoint(self.plans)


@dataclass(frozen=True)
class GraphTies:
    """All links between two plans."""

    every: tuple[Tie, ...]

    @cached_property
    def by_pair(self) -> Mapping[tuple[str, str], tuple[Tie, ...]]:
        """The links by the two plans, these in order."""
        by_pair = gathered((tie.plans, tie) for tie in self.every)
        return {pair: tuple(ties) for pair, ties in sorted(by_pair.items())}


class _LinkAtLevel(NamedTuple):
    """A link with its kind, and on whose word it rests: a link that rests on several words is several of these."""

    iri: str
    kind: str
    level: Level | None


def read_ties(store: Store) -> GraphTies:
    """The accepted and derived links between plans, by type and address; of a shared text the finest."""
    plans_of: dict[_LinkAtLevel, dict[str, str]] = {}
    for link, type_, end, plan, stated, word in text_rows(store, program_query("links/ties")):
        kind = key(type_)
        if kind in DECLARED and not is_true(stated):
            kind = COMPARED
        plans_of.setdefault(_LinkAtLevel(link, kind, level(word)), {}).setdefault(end, plan)
    ties = []
    for (link, kind, at), plan_of in plans_of.items():
        # ends of one plan stay as the query orders them
        for source, target in combinations(sorted(plan_of, key=plan_of.__getitem__), 2):
            plans = (plan_of[source], plan_of[target])
            if plans[0] != plans[1]:
                ties.append(Tie(link, kind, (source, target), plans, at))
    return GraphTies(tuple(_at_the_finest(ties)))


def _at_the_finest(ties: Sequence[Tie]) -> Iterator[Tie]:
    """The links without those by a text that say of a whole plan what pairs of its actions say already.

    Two plans are linked by texts as often as pairs of their actions are, which is how
    :class:`pan2kg.coherence.weight.Potential` counts; a text the plans rest on as wholes links them
    where no pair is.
    """
    by_text = {tie for tie in ties if tie.kind == "shared-instrument"}
    linked_by_actions = {tie.plans for tie in by_text if not tie.is_of_plan}
    for tie in ties:
        is_said_already = tie in by_text and tie.is_of_plan and tie.plans in linked_by_actions
        if not is_said_already:
            yield tie


def read_quotes(store: Store) -> dict[str, str]:
    """What links quote, the first of several passages."""
    words_of: dict[str, str] = {}
    for link, _, words in sorted(text_rows(store, program_query("links/quotes"))):
        words_of.setdefault(link, words)
    return words_of
