"""Which classes the object properties join: what the diagram draws and its table lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pan2kg.site.term import Kind, Ontology, Tally, Term
from pan2kg.turtle.vocabulary import PAN, SKOS

ANY: Final = ""
"""Stands for any thing: where a property has no domain and is used on many classes, or leads to many."""

_MANY: Final = 3
"""A property on more classes than this is drawn as one of any thing."""

_CONCEPT: Final = frozenset((SKOS + "Concept", SKOS + "ConceptScheme"))


@dataclass(frozen=True, slots=True)
class Relation:
    """An object property between two classes, by IRI; ``end`` is a class of another vocabulary where it is not ours."""

    start: str
    term: str
    end: str
    derived: bool = False

    @property
    def to_concept(self) -> bool:
        """Whether its values are concepts of a scheme."""
        return self.end in _CONCEPT


def relations(ontology: Ontology) -> tuple[Relation, ...]:
    """What each object property joins: the classes the ontology declares, else those seen in the graph.

    Subclasses count as their superclass, whose box holds them. Unused properties without a domain are of any thing.
    """
    tops = top_classes(ontology)
    found = {
        Relation(start, term.iri, end, term.use.derived)
        for term in ontology.of_kind(Kind.OBJECT)
        for start in _ends(term.axioms.domains, term.use.subjects, tops)
        for end in _ends(term.axioms.ranges, term.use.objects, tops)
    }
    return tuple(sorted(found, key=lambda r: (r.start, r.end, r.term)))


def top_classes(ontology: Ontology) -> Mapping[str, str]:
    """For each class of ours the topmost of ours above it."""
    terms: Mapping[str, Term] = ontology.by_iri()

    def top(iri: str) -> str:
        above = [parent for parent in terms[iri].axioms.parents if parent in terms]
        return top(above[0]) if above else iri

    return {term.iri: top(term.iri) for term in ontology.of_kind(Kind.CLASS)}


def _ends(declared: tuple[str, ...], seen: tuple[Tally, ...], tops: Mapping[str, str]) -> tuple[str, ...]:
    stated = {tops.get(iri, iri) for iri in declared if iri.startswith(PAN) or iri in _CONCEPT}
    found = {tops[tally.iri] for tally in seen if tally.iri in tops}
    return tuple(sorted(stated or (found if 0 < len(found) <= _MANY else {ANY})))
