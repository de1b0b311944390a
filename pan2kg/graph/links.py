"""Every link between two plans, read once: what is declared, and what a rule inferred."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from operator import itemgetter
from typing import Final

from pan2kg.coherence.evidence import Level, level
from pan2kg.coherence.feasible import CROSS_REFERENCES
from pan2kg.store.link_view import LinkView
from pan2kg.store.queries import program_query
from pan2kg.store.store import Store, is_true, plain, select
from pan2kg.turtle.vocabulary import ID

DECLARED: Final = (*CROSS_REFERENCES, "builds-on", "succession", "external-statement")
"""Kinds of links a document states: in the plan, its annexes or elsewhere."""
COMPARED: Final = "comparison"
"""A link of these kinds that no document states: editors concluded it, and it is inferred as a rule's are."""
INFERRED: Final = (COMPARED, "shared-instrument", "shared-body", "shared-target-group", "shared-topic")
"""Kinds of links that editors or rules derive, the strongest evidence first."""
USUAL: Final = (*DECLARED, COMPARED, "shared-instrument")
"""What is shown where nothing is chosen: shared topics were assigned by editors and would link nearly everything."""


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
    def is_declared(self) -> bool:
        """Whether a document states it."""
        return self.kind in DECLARED


@dataclass(frozen=True)
class Ties:
    """All links that join two plans."""

    every: tuple[Tie, ...]

    @cached_property
    def by_pair(self) -> Mapping[tuple[str, str], tuple[Tie, ...]]:
        """The links of each pair of plans, pairs sorted."""
        found: dict[tuple[str, str], list[Tie]] = {}
        for tie in self.every:
            found.setdefault(tie.plans, []).append(tie)
        return {pair: tuple(ties) for pair, ties in sorted(found.items())}

    def counts(self, kinds: Iterable[str]) -> Mapping[tuple[str, str], Counter[str]]:
        """For each pair of plans that has some, how many links of each of these kinds."""
        wanted = frozenset(kinds)
        counted = {pair: Counter(t.kind for t in ties if t.kind in wanted) for pair, ties in self.by_pair.items()}
        return {pair: counter for pair, counter in counted.items() if counter}

    def linked(self, kinds: Iterable[str]) -> frozenset[str]:
        """The things that have a link of one of these kinds to something of another plan."""
        wanted = frozenset(kinds)
        return frozenset(end for tie in self.every if tie.kind in wanted for end in tie.ends)


def read_ties(store: Store, view: LinkView | None = None) -> Ties:
    """Read the links of a store, the derived ones from their view; without one, those the store holds.

    >>> from pan2kg.graph.graph import open_graph
    >>> ties = read_ties(open_graph().store)
    >>> all(tie.plans[0] < tie.plans[1] for tie in ties.every)
    True
    """
    ends: dict[tuple[str, str, Level | None], dict[str, str]] = {}
    for iri, of, end, plan, stated, said in _rows(store, view):
        kind = kind_of_tie(of.rpartition("/")[2], stated=is_true(stated))
        ends.setdefault((iri, kind, level(said)), {}).setdefault(end, plan)
    found = []
    for (link, kind, at), joined in ends.items():
        for one, two in combinations(
            sorted(joined, key=joined.__getitem__), 2
        ):  # of one plan, as the query orders them
            if joined[one] != joined[two]:
                found.append(Tie(link, kind, (one, two), (joined[one], joined[two]), at))
    return Ties(tuple(_at_the_finest(found)))


def _rows(store: Store, view: LinkView | None) -> list[tuple[str, ...]]:
    """Link, type, end, plan, whether it is stated, and level, by type, link and end."""
    rows = [tuple(map(plain, row)) for row in select(store, program_query("links/ties")).rows]
    if view is None:
        return rows
    derived = (
        (link.iri, f"{ID}linktype/{link.kind}", end, plan, "false", view.level(link))
        for link in view.links.values()
        for end in link.ends
        for plan in view.plan_of.get(end, ())
    )
    return sorted([*(row for row in rows if row[0] not in view.links), *derived], key=itemgetter(1, 0, 2))


def _at_the_finest(ties: Sequence[Tie]) -> Iterator[Tie]:
    """The links without those by a text that say of a whole plan what pairs of its actions say already.

    Two plans are linked by texts as often as pairs of their actions are, which is how
    :class:`pan2kg.coherence.pairs.Potential` counts; a text the plans rest on as wholes links them where no pair is.
    """
    shared = [tie for tie in ties if tie.kind == "shared-instrument"]
    finer = {tie.plans for tie in shared if not set(tie.ends) & set(tie.plans)}
    return (
        tie
        for tie in ties
        if tie.kind != "shared-instrument" or tie.plans not in finer or not set(tie.ends) & set(tie.plans)
    )


def kind_of_tie(link_type: str, *, stated: bool) -> str:
    """As what a link counts: as what its type says, but as a comparison where no document states it.

    >>> kind_of_tie("builds-on", stated=True), kind_of_tie("builds-on", stated=False)
    ('builds-on', 'comparison')
    """
    return link_type if stated or link_type not in DECLARED else COMPARED


def read_quotes(store: Store) -> dict[str, str]:
    """The first quotation of the first passage each link rests on, by what they are called.

    >>> from pan2kg.graph.graph import open_graph
    >>> "https://w3id.org/pan2kg/id/link/6e97963c99814ce4" in read_quotes(open_graph().store)
    True
    """
    rows = select(store, program_query("links/quotes")).rows
    return {link: words for link, _, words in sorted((tuple(map(plain, row)) for row in rows), reverse=True)}
