"""The ontology as its documentation shows it: every term with its labels, axioms, use, rules and an example.

Also which classes the object properties join, which is what the diagram draws and its table lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from pan2kg.project import Project
from pan2kg.site.ontology_terms import (
    REQUIRED,
    Alignment,
    Axioms,
    Heading,
    Kind,
    Ontology,
    Tally,
    Term,
    TermTriples,
    Vocabulary,
    iris,
    read_schemes,
    read_triples,
    texts,
)
from pan2kg.site.ontology_use import Counts, Usage, counted, find_examples, read_constraints, terms_of
from pan2kg.store.store import Store, plain
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN, RDF, RDFS, ROOT, SKOS
from pan2kg.turtle.writer import iri as short
from pan2kg.turtle.writer import read_prefixes

if TYPE_CHECKING:
    from pan2kg.store.link_view import LinkView

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


OWL: Final = "http://www.w3.org/2002/07/owl#"
_KINDS: Final = {
    OWL + "Class": Kind.CLASS,
    OWL + "ObjectProperty": Kind.OBJECT,
    OWL + "DatatypeProperty": Kind.DATATYPE,
    OWL + "NamedIndividual": Kind.INDIVIDUAL,
}
_ABOVE: Final = (RDFS + "subClassOf", RDFS + "subPropertyOf")
_MATCHES: Final = (
    *_ABOVE, OWL + "equivalentClass", OWL + "equivalentProperty", OWL + "sameAs",
    *(SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")),
)  # fmt: skip


def read_ontology(project: Project, store: Store, links: LinkView | None = None) -> Ontology:
    """Read the ontology, its alignments, schemes and shapes, and how the graph in the store uses them.

    Derived links that the store does not hold yet are counted from their view in ``links``.

    Raises:
        TurtleError: a file is not Turtle.
        ProjectError: the prefix list cannot be read.

    >>> from pan2kg.graph.graph import open_graph
    >>> graph = open_graph()
    >>> ontology = read_ontology(graph.project, graph.store)
    >>> ontology.by_iri()[PAN + "inPlan"].axioms.ranges
    ('https://w3id.org/pan2kg/ontology#Plan',)
    """
    return counted(store, links, partial(_read, project))


def _read(project: Project, counts: Counts) -> Ontology:
    prefixes = read_prefixes(project)
    own = read_triples([project.ontology / "pan2kg.ttl"])
    aligned = read_triples(path for path in [project.ontology / "alignments.ttl"] if path.is_file())
    shapes = read_triples(project.shape_files())
    constraints = read_constraints(shapes)
    usage = Usage(counts)
    looked_at = terms_of(shapes, constraints)
    terms = [replace(term, constraints=looked_at.get(term.iri, ())) for term in _terms(own, aligned, usage)]
    used = counts.tallied("ontology/values-of-schemes")
    examples = find_examples(counts, terms, prefixes)
    return Ontology(
        _heading(own, prefixes),
        tuple(replace(term, example=examples.get(term.iri)) for term in terms),
        read_schemes(read_triples(sorted((project.ontology / "schemes").glob("*.ttl"))), used),
        _vocabularies((own, aligned), usage, prefixes),
        constraints,
        prefixes,
    )


def _terms(own: TermTriples, aligned: TermTriples, usage: Usage) -> Iterable[Term]:
    pointing = _pointing(own)
    for iri in sorted((iri for iri in own if iri.startswith(PAN)), key=lambda iri: (iri.lower(), iri)):
        kinds = [_KINDS[kind] for kind in iris(own, iri, RDF + "type") if kind in _KINDS]
        if kinds:
            is_property = kinds[0] in (Kind.OBJECT, Kind.DATATYPE)
            yield Term(
                iri,
                kinds[0],
                texts(own, iri, RDFS + "label"),
                texts(own, iri, SKOS + "definition"),
                _axioms(own, aligned, pointing, iri),
                usage.of_property(iri) if is_property else usage.of_class(iri),
            )


Pointing = Mapping[tuple[str, str], list[str]]
"""The terms that point to another, by property and by that other."""


def _pointing(own: TermTriples) -> Pointing:
    found: dict[tuple[str, str], list[str]] = {}
    for start in own:
        for name in (*_ABOVE, OWL + "inverseOf"):
            for end in iris(own, start, name):
                found.setdefault((name, end), []).append(start)
    return found


def _axioms(own: TermTriples, aligned: TermTriples, pointing: Pointing, iri: str) -> Axioms:
    inverses = {*iris(own, iri, OWL + "inverseOf"), *pointing.get((OWL + "inverseOf", iri), ())}
    return Axioms(
        iris(own, iri, *_ABOVE),
        tuple(dict.fromkeys(child for name in _ABOVE for child in pointing.get((name, iri), ()))),
        iris(own, iri, RDFS + "domain"),
        iris(own, iri, RDFS + "range"),
        tuple(sorted(inverses)),
        tuple(Alignment(relation, target) for relation in _MATCHES for target in iris(aligned, iri, relation)),
    )


def _heading(own: TermTriples, prefixes: Mapping[str, str]) -> Heading:
    subject = next(iter(s for s in own if OWL + "Ontology" in iris(own, s, RDF + "type")), "")
    said = own.get(subject, {})
    names = {short(predicate, prefixes): values for predicate, values in said.items()}
    values: dict[str, str] = {name: plain(names[name][0]) for name in REQUIRED if name in names}
    titles, descriptions = (texts(own, subject, DCTERMS + name) for name in ("title", "description"))
    return Heading(subject, titles, descriptions, values)


def _vocabularies(files: Iterable[TermTriples], usage: Usage, prefixes: Mapping[str, str]) -> tuple[Vocabulary, ...]:
    """The terms of others the graph and the ontology use, by vocabulary; things of ours and names of data are none."""
    counts: dict[str, int] = {}
    for iri, number in (*usage.predicates.items(), *usage.classes.items()):
        counts[iri] = counts.get(iri, 0) + number
    for triples in files:
        for said in triples.values():
            counts |= {iri: counts.get(iri, 0) for iri in (*said, *_named(said)) if iri not in counts}
    found: dict[str, list[Tally]] = {}
    for iri in sorted(counts):
        prefix = short(iri, prefixes).partition(":")[0]
        if prefix in prefixes and not iri.startswith((PAN, ID, ROOT)):
            found.setdefault(prefix, []).append(Tally(iri, counts[iri]))
    return tuple(Vocabulary(prefix, prefixes[prefix], tuple(terms)) for prefix, terms in sorted(found.items()))


def _named(said: Mapping[str, tuple[object, ...]]) -> Iterable[str]:
    """The terms that axioms and alignments point to."""
    for predicate in (*_MATCHES, RDF + "type", RDFS + "domain", RDFS + "range"):
        yield from (plain(value) for value in said.get(predicate, ()) if hasattr(value, "value"))  # type: ignore[arg-type]
