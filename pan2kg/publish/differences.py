"""What two states state otherwise, statement by statement, once files that were only moved are recognised.

A graph is named after its file. Where a file moved, all its statements would be removed and added:
graphs that have enough in common are taken as one, and what was before is taken as if it had stood
where it stands now.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import filterfalse, zip_longest
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.publish.quad_lines import differing
from pan2kg.publish.states import (
    Side,
    graph_of,
    quads_about,
    quads_of,
    rule_of_line,
    sorted_lines,
)
from pan2kg.store import gathered

_THIS = ox.NamedNode("urn:x-pan2kg:this-graph")
"""Stands for a graph's own name in what it says of itself."""
_MOST_HOLDERS = 8
"""A triple that stands in more graphs than this says nothing about which graph became which."""
_LEAST_SHARE = 0.5
"""The least share of the larger graph that two graphs have in common to be one file that moved."""


class Move(NamedTuple):
    """A graph that bears another name, since its file moved."""

    source: str
    target: str


class Shift(NamedTuple):
    """How many statements went from one graph to another; an end is empty where they are in one more, or one less."""

    source: str
    target: str
    number: int


class Derivation(NamedTuple):
    """How many statements a rule derives more and less than before."""

    rule: str
    more: int
    less: int


class Difference:
    """The lines that only the one state has, and only the other, and the statements of sources among them.

    ``lines`` are those of both states as they are; ``gone`` and ``come``, ``removed`` and ``added``
    take files that moved for one. ``before`` is what the first state says then.
    """

    def __init__(self, old: Side, new: Side) -> None:
        self.before: Sequence[bytes] = old.stated
        self.lines = differing(old.file(), new.file())
        self.gone, self.come = self.lines
        self._read_statements()
        self.moves = _moves(old, new, self.removed, self.added)
        if self.moves:
            self._follow_moves(old, new)
            self._read_statements()

    def _read_statements(self) -> None:
        self.removed = quads_of(filterfalse(rule_of_line, self.gone))
        self.added = quads_of(filterfalse(rule_of_line, self.come))

    def _follow_moves(self, old: Side, new: Side) -> None:
        names = {ox.NamedNode(move.source): ox.NamedNode(move.target) for move in self.moves}
        is_named = re.compile("|".join(re.escape(str(source)) for source in names).encode()).search
        naming = {*filter(is_named, old.file())}
        renamed = {*sorted_lines(_renamed(quad, names) for quad in quads_of(naming))}
        self.come = sorted({*self.come, *naming.difference(self.gone)} - renamed)
        self.gone = sorted({*self.gone} - naming | renamed.difference(new.file()))
        self.before = [*{*self.before} - naming, *filterfalse(rule_of_line, renamed)]

    def in_both(self, new: Side) -> set[ox.Triple]:
        """What one state says less in a graph, and the other still says in another."""
        less = {quad.triple for quad in self.removed}
        more = {quad.triple for quad in self.added}
        return _said_in(new.stated, less) | _said_in(self.before, more)

    def shifts(self, in_both: Set[ox.Triple]) -> tuple[Shift, ...]:
        """From which graph to which those statements went that both states make."""
        sources = _graphs_by_triple(self.removed, in_both)
        targets = _graphs_by_triple(self.added, in_both)
        counted = Counter[tuple[str, str]]()
        for triple in {*sources, *targets}:
            gone = sorted(sources.get(triple, ()))
            come = sorted(targets.get(triple, ()))
            counted.update(zip_longest(gone, come, fillvalue=""))
        return tuple(Shift(*ends, number) for ends, number in sorted(counted.items()))

    def derivations(self) -> tuple[Derivation, ...]:
        """Each rule that derives something else than before."""
        more = Counter(filter(None, map(rule_of_line, self.come)))
        less = Counter(filter(None, map(rule_of_line, self.gone)))
        return tuple(Derivation(rule, more[rule], less[rule]) for rule in sorted({*more, *less}))


def _said_in(lines: Iterable[bytes], triples: Set[ox.Triple]) -> set[ox.Triple]:
    """Those of the triples that lines say, in whichever graph."""
    subjects = {triple.subject for triple in triples}
    return {quad.triple for quad in quads_about(lines, subjects)} & triples


def _graphs_by_triple(
    quads: Iterable[ox.Quad], triples: Set[ox.Triple]
) -> Mapping[ox.Triple, list[str]]:
    return gathered((quad.triple, graph_of(quad)) for quad in quads if quad.triple in triples)


def _moves(
    old: Side, new: Side, removed: Iterable[ox.Quad], added: Iterable[ox.Quad]
) -> tuple[Move, ...]:
    """The graphs that took the place of another: the pairs that share most first, each graph once."""
    remaining = _graph_endings(old) & _graph_endings(new)
    before = _triples_by_graph(removed, remaining)
    after = _triples_by_graph(added, remaining)
    shared = _shared_numbers(before, after)
    targets: dict[str, str] = {}
    for (source, target), number in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        is_free = source not in targets and target not in targets.values()
        if is_free and number >= _LEAST_SHARE * max(len(before[source]), len(after[target])):
            targets[source] = target
    return tuple(Move(*ends) for ends in sorted(targets.items()))


def _graph_endings(side: Side) -> set[bytes]:
    # as lines end, where they do not end with a thing
    return {line[line.rindex(b" <") :] for line in side.stated if line.count(b" ") > 3}


def _triples_by_graph(
    quads: Iterable[ox.Quad], remaining: Set[bytes]
) -> Mapping[str, set[ox.Triple]]:
    """The triples of each graph that only one state has; what a graph says of itself without its name."""
    triples = defaultdict(set)
    for quad in quads:
        graph = quad.graph_name
        if isinstance(graph, ox.NamedNode) and f" {graph} .\n".encode() not in remaining:
            triples[graph.value].add(_renamed(quad, {graph: _THIS}).triple)
    return triples


def _shared_numbers(
    before: Mapping[str, Set[ox.Triple]], after: Mapping[str, Set[ox.Triple]]
) -> Mapping[tuple[str, str], int]:
    """How many triples a graph of the one state and one of the other have in common."""
    holders = defaultdict(list)
    for name, triples in before.items():
        for triple in triples:
            holders[triple].append(name)
    shared = Counter[tuple[str, str]]()
    for name, triples in after.items():
        for triple in triples:
            sources = holders.get(triple, ())
            if len(sources) <= _MOST_HOLDERS:
                shared.update((source, name) for source in sources)
    return shared


def _renamed(quad: ox.Quad, names: Mapping[ox.NamedNode, ox.NamedNode]) -> ox.Quad:
    terms = (quad.subject, quad.object, quad.graph_name)
    if not any(isinstance(term, ox.NamedNode) and term in names for term in terms):
        return quad
    subject, value, graph = (
        names.get(term, term) if isinstance(term, ox.NamedNode) else term for term in terms
    )
    return ox.Quad(subject, quad.predicate, value, graph)  # type: ignore[arg-type]  # each is of the kind it was
