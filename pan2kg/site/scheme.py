"""The concept schemes of the ontology with their concepts."""

from __future__ import annotations

from typing import Final

from pan2kg.site.ontology_terms import Sheet, iris, texts
from pan2kg.site.term import Concept, Scheme
from pan2kg.store.store import Store, plain, select
from pan2kg.turtle.vocabulary import PAN, RDF, SKOS

_VALUES: Final = f"""
SELECT ?scheme ?p (COUNT(*) AS ?n) WHERE {{
    ?s ?p ?concept FILTER(STRSTARTS(STR(?p), "{PAN}")) ?concept <{SKOS}inScheme> ?scheme
}} GROUP BY ?scheme ?p ORDER BY ?scheme DESC(?n) ?p
"""


def read_schemes(sheet: Sheet, store: Store) -> tuple[Scheme, ...]:
    """Each scheme by IRI, with the properties the graph takes its concepts for, the most frequent first."""
    taken: dict[str, list[str]] = {}
    for scheme, name, _ in select(store, _VALUES).rows:
        taken.setdefault(plain(scheme), []).append(plain(name))
    members: dict[str, list[str]] = {}
    for iri in sheet:
        for scheme_iri in iris(sheet, iri, SKOS + "inScheme"):
            members.setdefault(scheme_iri, []).append(iri)
    return tuple(
        Scheme(
            iri,
            texts(sheet, iri, SKOS + "prefLabel"),
            texts(sheet, iri, SKOS + "definition"),
            tuple(_concept(sheet, concept) for concept in sorted(members.get(iri, ()))),
            tuple(taken.get(iri, ())),
        )
        for iri in sheet
        if SKOS + "ConceptScheme" in iris(sheet, iri, RDF + "type")
    )


def _concept(sheet: Sheet, iri: str) -> Concept:
    words = texts(sheet, iri, SKOS + "prefLabel"), texts(sheet, iri, SKOS + "definition")
    return Concept(iri, *words, iris(sheet, iri, SKOS + "broader"))
