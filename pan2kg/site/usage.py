"""How the graph uses terms: counted with the store's own queries, once for all terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pan2kg.site.term import Tally, Use
from pan2kg.store.store import Store, plain, select
from pan2kg.turtle.vocabulary import DERIVED, PAN, RDF

_ALL: Final = "SELECT ?p (COUNT(*) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?p ORDER BY ?p"
_CLASSES: Final = f"SELECT ?c (COUNT(*) AS ?n) WHERE {{ ?s <{RDF}type> ?c }} GROUP BY ?c ORDER BY ?c"
_ON: Final = "SELECT ?p ?c (COUNT(*) AS ?n) WHERE { ?s ?p ?o ; a ?c } GROUP BY ?p ?c ORDER BY ?p ?c"
_TO: Final = (
    f'SELECT ?p ?c (COUNT(*) AS ?n) WHERE {{ ?s ?p ?o . ?o a ?c FILTER(STRSTARTS(STR(?p), "{PAN}")) }} '
    "GROUP BY ?p ?c ORDER BY ?p ?c"
)
_STATED: Final = (
    f'SELECT DISTINCT ?p WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?p), "{PAN}") '
    f'&& !STRSTARTS(STR(?g), "{DERIVED}")) }} ORDER BY ?p'
)

Pairs = Mapping[str, tuple[Tally, ...]]


class Usage:
    """What was counted, for all terms at once."""

    def __init__(self, store: Store) -> None:
        self.predicates = _counts(store, _ALL)
        self.classes = _counts(store, _CLASSES)
        self.on, self.has = _pairs(store, _ON)
        self.to, self.reached = _pairs(store, _TO)
        self.stated = frozenset(plain(row[0]) for row in select(store, _STATED).rows)

    def of_class(self, iri: str) -> Use:
        """How many instances a class has, the properties they have, and those that lead to them."""
        return Use(self.classes.get(iri, 0), self.has.get(iri, ()), self.reached.get(iri, ()))

    def of_property(self, iri: str) -> Use:
        """How many statements a property makes, on which classes, and to which it leads."""
        number = self.predicates.get(iri, 0)
        is_derived = bool(number) and iri not in self.stated
        return Use(number, self.on.get(iri, ()), self.to.get(iri, ()), is_derived)


def _counts(store: Store, query: str) -> Mapping[str, int]:
    return {plain(name): int(plain(number)) for name, number in select(store, query).rows}


def _pairs(store: Store, query: str) -> tuple[Pairs, Pairs]:
    """Classes by property and properties by class, the most used first."""
    by_property: dict[str, list[Tally]] = {}
    by_class: dict[str, list[Tally]] = {}
    for name, kind, number in select(store, query).rows:
        counted = int(plain(number))
        by_property.setdefault(plain(name), []).append(Tally(plain(kind), counted))
        by_class.setdefault(plain(kind), []).append(Tally(plain(name), counted))
    return _sorted(by_property), _sorted(by_class)


def _sorted(found: Mapping[str, list[Tally]]) -> Pairs:
    return {key: tuple(sorted(tallies, key=lambda t: (-t.number, t.iri))) for key, tallies in found.items()}
