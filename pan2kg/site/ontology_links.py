"""What derived links add to the counts and examples of the ontology's documentation, without their triples being made.

The links of works that share something make more statements than all files do. They are all made alike, so that how
often each property and class occurs follows from their view; what the store would count of them, it needs not hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Final, TypeVar

import pyoxigraph as ox

from pan2kg.store.derived_links import JOINED, KINDS, Links, joined_works
from pan2kg.store.link_view import DERIVED_FROM, LinkView, bare_term
from pan2kg.store.queries import program_query
from pan2kg.store.store import LocalStore, OwnQuery, Store, Term, plain, select
from pan2kg.turtle.vocabulary import ID, PAN, RDF

LINK: Final = PAN + "Link"
_ONCE: Final = ("linkType", "status", "certainty", "derivedBy")
"""What is said of each derived link once, beside its class."""

Row = tuple[str, ...]
Made = TypeVar("Made")


@dataclass(frozen=True)
class Counts:
    """Reads what the documentation counts: from a store, and from the view of the links that store does not hold yet.

    ``links`` is None where the store holds everything.
    """

    store: Store
    links: LinkView | None = None

    def read(self, name: str, **values: Iterable[str]) -> Sequence[tuple[Term | None, ...]]:
        """The rows of a query of the program; of what is not derived link alone where these come from the view."""
        text = program_query(name, **values)
        return select(self.store, self.seen(text)).rows

    def seen(self, text: OwnQuery) -> OwnQuery:
        """A query as it is asked of the store: where links come from their view, as one that needs none of them."""
        return text if self.links is None else OwnQuery(text)

    def tallied(self, name: str) -> Mapping[Row, int]:
        """The rows of a query that counts, by what they count."""
        found: Counter[Row] = Counter(
            {tuple(map(plain, what)): int(plain(number)) for *what, number in self.read(name)}
        )
        return found + Counter(_ADDED[name](self._added))

    @cached_property
    def _added(self) -> Added:
        # no other store holds less than it answers for
        return _read_added(self.store, self.links) if self.links and isinstance(self.store, LocalStore) else Added()

    def first_users(self, properties: Collection[str]) -> Mapping[str, str]:
        """For each of some properties the first thing it is said of, where there is one."""
        found = {plain(name): plain(thing) for name, thing in self.read("ontology/users", property=properties)}
        if self.links:
            first = min(self.links.links, default="")
            added = {said.property: first for said in self.links.about(first)}
            added |= {PAN + name: min(joined) for name, joined in self._added.joined.items() if joined}
            for name in added.keys() & {*properties}:
                found[name] = min(added[name], found.get(name, added[name]))
        return found

    def said_of(self, things: Iterable[str]) -> Iterator[tuple[str, str, Term]]:
        """What derived links say of things: of themselves where they are such, and of the works they join."""
        if self.links is None:
            return
        for thing in things:
            yield from ((thing, said.property, said.value) for said in self.links.about(thing))
            for name, joined in self._added.joined.items():
                yield from ((thing, PAN + name, ox.NamedNode(other)) for other in joined.get(thing, ()))


def counted(store: Store, links: LinkView | None, make: Callable[[Counts], Made]) -> Made:
    """What is made of counts; derived links that a store does not hold yet are counted from their view in ``links``."""
    waiting = links is not None and isinstance(store, LocalStore) and bool(store.waiting)
    made = make(Counts(store, links if waiting else None))
    if waiting and isinstance(store, LocalStore) and not store.waiting:
        return make(Counts(store))  # somebody asked for all links meanwhile: some of them were counted twice
    return made


@dataclass(frozen=True)
class Added:
    """How often derived links say what, and to what they lead; ``joined`` are the works each work is linked to."""

    properties: Counter[str] = field(default_factory=Counter)
    targets: Counter[tuple[str, str]] = field(default_factory=Counter)
    joined: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    classes_of: Mapping[str, list[str]] = field(default_factory=dict)
    schemes_of: Mapping[str, list[str]] = field(default_factory=dict)

    def of_classes(self) -> dict[Row, int]:
        """How many instances."""
        return {(LINK,): self.properties[RDF + "type"]}

    def of_properties(self) -> dict[Row, int]:
        """How many statements."""
        return {(name,): number for name, number in self.properties.items()}

    def by_class(self) -> dict[Row, int]:
        """How often a property is said of things of each class."""
        plainly = {PAN + name for name in self.joined}
        said = ((name, number) for name, number in self.properties.items() if name not in plainly)
        found: Counter[Row] = Counter({(name, LINK): number for name, number in said})
        for name, of in self.joined.items():
            for thing, others in of.items():
                for kind in self.classes_of.get(thing, ()):
                    found[PAN + name, kind] += len(others)
        return dict(found)

    def by_target(self) -> dict[Row, int]:
        """How often a property leads to things of each class."""
        return dict(self._led(self.classes_of).items())

    def by_scheme(self) -> dict[Row, int]:
        """How often a property takes a concept of each scheme."""
        return {(scheme, name): number for (name, scheme), number in self._led(self.schemes_of).items()}

    def _led(self, groups: Mapping[str, list[str]]) -> dict[tuple[str, str], int]:
        found: Counter[tuple[str, str]] = Counter()
        for (name, target), number in self.targets.items():
            for group in groups.get(target, ()):
                found[name, group] += number
        return dict(found)


_ADDED: Final = {
    "counts/classes": Added.of_classes,
    "counts/properties": Added.of_properties,
    "counts/properties-by-class": Added.by_class,
    "counts/properties-by-target": Added.by_target,
    "ontology/values-of-schemes": Added.by_scheme,
}
"""What is added to the rows of which query."""


def _read_added(store: LocalStore, view: LinkView) -> Added:
    """Count what would be said of all derived links, and of the works they join."""
    links, held = tuple(view.links.values()), LocalStore(store.held)
    kinds = Counter(link.kind for link in links)
    targets = Counter((PAN + "linkType", f"{ID}linktype/{kind}") for kind in KINDS for _ in range(kinds[kind]))
    targets.update((PAN + "between", end) for link in links for end in link.ends)
    targets.update((PAN + "via", bare_term(shared)) for link in links for shared in link.shared)
    targets.update((PAN + "evidenceLevel", level) for level in map(view.level, links) if level)
    for name in ("status", "certainty"):
        targets[PAN + name, f"{ID}{'linkstatus' if name == 'status' else name}/derived"] = len(links)
    weakest_of = dict(chain.from_iterable(of.items() for of in JOINED.values()))
    joined: dict[str, dict[str, list[str]]] = {name: {} for name in weakest_of}
    for (one, two), rank in joined_works(held, Links(links, len(links))).items():
        for name, weakest in weakest_of.items():
            if rank <= weakest:
                joined[name].setdefault(one, []).append(two)
                joined[name].setdefault(two, []).append(one)
    targets.update({(PAN + name, work): len(others) for name, of in joined.items() for work, others in of.items()})
    properties: Counter[str] = Counter()
    for (name, _), number in targets.items():
        properties[name] += number
    properties.update({PAN + name: len(links) for name in _ONCE if PAN + name not in properties})
    properties[RDF + "type"] = len(links)
    properties[DERIVED_FROM] = sum(len(view.rests(link)) for link in links)
    groups = _grouped(held, "ontology/types"), _grouped(held, "ontology/scheme-members")
    return Added(properties, targets, joined, *groups)


def _grouped(store: Store, name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for thing, group in select(store, program_query(name)).rows:
        found.setdefault(plain(thing), []).append(plain(group))
    return found
