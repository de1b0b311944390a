"""The derived links as they are read: from the tables of what works share, without a triple of them being held.

Whoever asks for links between plans, for what is said of a link, or for what points to a work, gets from here what the
rules in ``queries/rules/`` from ``40-shared-instrument`` on would have put into the store. The links themselves are
made by :func:`pan2kg.store.derived_links.read_links`; what is said of one is written when it is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import pyoxigraph as ox

from pan2kg.store.derived_links import (
    DERIVED_FROM,
    KINDS,
    LEVELS,
    VERSIONS,
    BlankNodeError,
    Link,
    Links,
    rank_of,
    read_grounds,
    read_levels,
    read_links,
)
from pan2kg.store.queries import program_query
from pan2kg.store.store import LocalStore, Store, Term, plain, select
from pan2kg.turtle.vocabulary import ID, PAN, graph_of, rule_of

_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_LINK, _STATUS, _CERTAINTY = f"{PAN}Link", f"{ID}linkstatus/derived", f"{ID}certainty/derived"


class Said(NamedTuple):
    """One statement on a derived link: the link, the property, the value, and the graph of the rule that says so."""

    link: str
    property: str
    value: Term
    graph: str


@dataclass(frozen=True)
class LinkView:
    """The derived links of a graph by their addresses, and what is said of each."""

    links: Mapping[str, Link]
    levels: Mapping[tuple[str, str], int]
    grounds: Mapping[tuple[str, str, str], Sequence[str]]
    plan_of: Mapping[str, Sequence[str]]
    space: str

    @property
    def graphs(self) -> tuple[str, ...]:
        """The graphs of the rules that would say so."""
        return tuple(graph_of(f"derived/{rule}", self.space) for rule in (*KINDS, "derived-from", "derived-level"))

    @cached_property
    def by_end(self) -> Mapping[str, Sequence[str]]:
        """The links of each work."""
        return _gathered((end, link.iri) for link in self.links.values() for end in link.ends)

    @cached_property
    def by_thing(self) -> Mapping[str, Sequence[str]]:
        """The links by each thing that is shared, and those that rest on each statement."""
        through = ((bare_term(shared), link.iri) for link in self.links.values() for shared in link.shared)
        resting = ((bare_term(ground), link.iri) for link in self.links.values() for ground in self.rests(link))
        return _gathered((*through, *resting))

    def rests(self, link: Link) -> list[str]:
        """The statements a link rests on, as terms are written in N-Triples."""
        of = ((link.kind, end, shared) for end in link.ends for shared in link.shared)
        return sorted({ground for key in of for ground in self.grounds.get(key, ())})

    def level(self, link: Link) -> str:
        """The address of the level of evidence of a link; empty where it has none."""
        rank = rank_of(link.kind, (link.ends,), link.shared, self.levels)
        return f"{ID}evidencelevel/{LEVELS[rank - 1]}" if rank else ""

    def about(self, iri: str) -> Iterator[Said]:
        """What is said of a derived link; nothing of what is none."""
        link = self.links.get(iri)
        if link is None:
            return
        graph = graph_of(f"derived/{link.kind}", self.space)
        for name, value in (
            (_TYPE, _LINK), (f"{PAN}linkType", f"{ID}linktype/{link.kind}"), (f"{PAN}status", _STATUS),
            (f"{PAN}certainty", _CERTAINTY), (f"{PAN}between", link.ends[0]), (f"{PAN}between", link.ends[1]),
        ):  # fmt: skip
            yield Said(iri, name, ox.NamedNode(value), graph)
        yield Said(iri, f"{PAN}derivedBy", ox.Literal(f"{link.kind} {VERSIONS[link.kind]}"), graph)
        for shared in link.shared:
            yield Said(iri, f"{PAN}via", _term(shared), graph)
        for statement in self.rests(link):
            yield Said(iri, DERIVED_FROM, _term(statement), graph_of("derived/derived-from", self.space))
        if level := self.level(link):
            yield Said(iri, f"{PAN}evidenceLevel", ox.NamedNode(level), graph_of("derived/derived-level", self.space))

    def towards(self, iri: str) -> Iterator[Said]:
        """What is said of derived links and points to a thing: a work, what is shared, a statement, a concept."""
        candidates = self.links if iri in self._concepts else {*self.by_end.get(iri, ()), *self.by_thing.get(iri, ())}
        for link in candidates:
            yield from (statement for statement in self.about(link) if plain(statement.value) == iri)

    @cached_property
    def _concepts(self) -> frozenset[str]:
        kinds = (f"{ID}linktype/{kind}" for kind in KINDS)
        levels = (f"{ID}evidencelevel/{level}" for level in LEVELS)
        return frozenset((_LINK, _STATUS, _CERTAINTY, *kinds, *levels))


def read_view(store: Store, links_in: str, graphs_in: str) -> LinkView | None:
    """The view of a store in which the rules before those of these links have run.

    Addresses of links begin with ``links_in``, those of the graphs of rules with ``graphs_in``.

    None where the rules themselves must be asked: a work or what it shares has no name, or somebody speaks of a derived
    link, or states a link of such a kind, which then has what is stated as well as what is derived.
    """
    try:
        found: Links = read_links(store, links_in)
        links = {link.iri: link for link in found.every}
        kinds = {f"{ID}linktype/{kind}" for kind in KINDS}
        for link, of in select(store, program_query("links/spoken-of")).rows:
            if plain(link) in links or plain(of) in kinds:
                return None
        levels, grounds = read_levels(store), read_grounds(store)
    except BlankNodeError:
        return None
    plans = {plain(plan) for (plan,) in select(store, program_query("links/plans")).rows}
    homes = ((plain(work), plain(home)) for work, home in select(store, program_query("links/works")).rows)
    return LinkView(links, levels, grounds, _gathered((work, home) for work, home in homes if home in plans), graphs_in)


def has_links(store: LocalStore) -> bool:
    """Whether the rules that make these links have been run over a store, or wait to be."""
    names = (name.value for name in store.held.named_graphs() if isinstance(name, ox.NamedNode))
    return bool(store.waiting) or any(rule_of(name) in KINDS for name in names)


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for key, member in pairs:
        groups[key].append(member)
    return dict(groups)


def bare_term(term: str) -> str:
    """A term as it is written in N-Triples, as plain text."""
    return term[1:-1] if term.startswith("<") else plain(_term(term))


def _term(notation: str) -> Term:
    if notation.startswith("<"):
        return ox.NamedNode(notation[1:-1])
    for (value,) in select(LocalStore(ox.Store()), f"SELECT ?value {{ VALUES ?value {{ {notation} }} }}").rows:
        if value is not None:
            return value
    raise BlankNodeError
