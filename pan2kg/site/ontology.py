"""The terms and concept schemes of the ontology, read from its Turtle files, with how the graph uses them.

The files are read in a stable order, so that the documentation of the same ontology has the same
bytes.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import NamedTuple

from pan2kg.project import Project
from pan2kg.site.ontology_examples import ShownTerms, TermExample, examples_of
from pan2kg.site.shape_rules import ShapeRule, rules_by_term, shape_rules
from pan2kg.site.turtle_statements import Texts, TurtleStatements, read_statements
from pan2kg.store import Store, plain, program_query, select
from pan2kg.turtle import DCTERMS, ID, PAN, RDF, RDFS, ROOT, SKOS, writer

CLASS = "class"
OBJECT = "object-property"
DATATYPE = "datatype-property"
INDIVIDUAL = "individual"
TERM_KINDS = (CLASS, OBJECT, DATATYPE, INDIVIDUAL)
ANY = ""
"""Stands for any thing: where a property has no domain and is used on many classes, or leads to many."""
REQUIRED = (
    "dcterms:bibliographicCitation",
    "dcterms:created",
    "dcterms:creator",
    "dcterms:license",
    "owl:versionIRI",
    "owl:versionInfo",
    "vann:preferredNamespacePrefix",
    "vann:preferredNamespaceUri",
)
"""What a published ontology says of itself beside its titles and descriptions."""
_OWL = "http://www.w3.org/2002/07/owl#"
_KIND_OF = {
    _OWL + "Class": CLASS,
    _OWL + "ObjectProperty": OBJECT,
    _OWL + "DatatypeProperty": DATATYPE,
    _OWL + "NamedIndividual": INDIVIDUAL,
}
_INVERSE = _OWL + "inverseOf"
_ABOVE = (RDFS + "subClassOf", RDFS + "subPropertyOf")
_MATCHES = (
    *_ABOVE,
    _OWL + "equivalentClass",
    _OWL + "equivalentProperty",
    _OWL + "sameAs",
    SKOS + "exactMatch",
    SKOS + "closeMatch",
    SKOS + "broadMatch",
    SKOS + "narrowMatch",
    SKOS + "relatedMatch",
)
_NAMING = (*_MATCHES, RDF + "type", RDFS + "domain", RDFS + "range")
"""The properties by which the ontology names terms of other vocabularies."""
_CONCEPT = frozenset((SKOS + "Concept", SKOS + "ConceptScheme"))
_MANY = 3
"""A property used on more classes than these leads from or to any thing."""

Tallies = tuple[tuple[str, int], ...]
"""Terms with how often each is used, the most used first."""
Numbers = Mapping[str, int]
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A class, property or individual: what the ontology says of it, and how the graph uses it.

    ``number`` counts its instances or statements. ``subjects`` and ``objects`` are the classes a
    property is used on and leads to; of a class, the properties it has and those that lead to it.
    A ``derived`` property is stated by rules alone.
    """

    iri: str
    kind: str
    labels: Texts
    definitions: Texts
    parents: tuple[str, ...]
    children: tuple[str, ...]
    domains: tuple[str, ...]
    ranges: tuple[str, ...]
    inverses: tuple[str, ...]
    alignments: tuple[tuple[str, str], ...]
    number: int = 0
    subjects: Tallies = ()
    objects: Tallies = ()
    derived: bool = False
    constraints: tuple[ShapeRule, ...] = ()
    example: TermExample | None = None


class Relation(NamedTuple):
    """Two classes that a property joins, and whether rules alone state it."""

    start: str
    property: str
    end: str
    is_derived: bool


@dataclass(frozen=True, slots=True)
class SchemeConcept:
    """A concept, or a scheme of these, with the concepts above it."""

    iri: str
    labels: Texts
    definitions: Texts
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConceptScheme(SchemeConcept):
    """A list of concepts, and the properties that take their values from it, the most used first."""

    properties: list[str] = field(default_factory=list)
    concepts: list[SchemeConcept] = field(default_factory=list)


class OntologyHeading(NamedTuple):
    """What the ontology says of itself; ``facts`` are those of :data:`REQUIRED` it states."""

    iri: str
    titles: Texts
    descriptions: Texts
    facts: Mapping[str, str]


class Vocabulary(NamedTuple):
    """Another vocabulary: its prefix, and its terms with how often the graph uses each."""

    prefix: str
    namespace: str
    terms: Tallies


@dataclass(frozen=True, slots=True)
class Ontology:
    """The ontology as it is documented: its terms by kind, schemes, rules and what it borrows."""

    heading: OntologyHeading
    terms: tuple[Term, ...]
    schemes: tuple[ConceptScheme, ...]
    vocabularies: tuple[Vocabulary, ...]
    constraints: tuple[ShapeRule, ...]
    prefixes: Mapping[str, str]

    def of_kind(self, *kinds: str) -> tuple[Term, ...]:
        """The terms of these kinds, by name."""
        return tuple(term for term in self.terms if term.kind in kinds)

    def tops(self) -> Mapping[str, str]:
        """Each class of ours with the topmost class of ours above it, which may be itself."""
        tops = {}
        parents = {term.iri: term.parents for term in self.terms}
        for term in self.of_kind(CLASS):
            top = term.iri
            while above := [parent for parent in parents[top] if parent in parents]:
                top = above[0]
            tops[term.iri] = top
        return tops

    def relations(self) -> tuple[Relation, ...]:
        """Which topmost classes each property joins: those it declares, else those it is used with."""
        tops = self.tops()
        relations: set[Relation] = set()
        for term in self.of_kind(OBJECT):
            starts = _ends(term.domains, term.subjects, tops)
            ends = _ends(term.ranges, term.objects, tops)
            for start, end in product(starts, ends):
                relations.add(Relation(start, term.iri, end, term.derived))
        return tuple(sorted(relations, key=lambda row: (row.start, row.end, row.property)))


def _ends(declared: Iterable[str], used: Tallies, tops: Mapping[str, str]) -> Collection[str]:
    stated = {tops.get(iri, iri) for iri in declared if iri.startswith(PAN) or iri in _CONCEPT}
    if stated:
        return stated
    tops_used = {tops[iri] for iri, _ in used if iri in tops}
    return tops_used if 0 < len(tops_used) <= _MANY else {ANY}


def anchor(iri: str) -> str:
    """Where a term stands on the page: its name, of a concept with that of its scheme.

    >>> anchor("https://w3id.org/pan2kg/ontology#Plan"), anchor("https://w3id.org/pan2kg/id/role/lead")
    ('Plan', 'role-lead')
    """
    return iri.removeprefix(PAN) if iri.startswith(PAN) else "-".join(iri.rsplit("/", 2)[-2:])


def tallied(store: Store, name: str) -> Mapping[Row, int]:
    """The rows of a query of the program whose last column counts the others: row → number."""
    rows = select(store, program_query(name)).rows
    return {tuple(map(plain, cells)): int(plain(number)) for *cells, number in rows}


def read_ontology(project: Project, store: Store) -> Ontology:
    """The ontology of a project, with how the graph in a store uses it.

    Raises:
        TurtleError: a file is no Turtle, with its line.
    """
    prefixes = writer.read_prefixes(project)
    ontology = read_statements([project.ontology / "pan2kg.ttl"])
    alignments = project.ontology / "alignments.ttl"
    aligned = read_statements([alignments] if alignments.is_file() else [])
    shapes = read_statements(project.shape_files())
    rules = shape_rules(shapes)
    usage = _read_usage(store)
    terms = _terms(ontology, aligned, usage, rules_by_term(shapes, rules))
    examples = examples_of(store, _shown(terms), prefixes)
    return Ontology(
        _heading(ontology, prefixes),
        tuple(replace(term, example=examples.get(term.iri)) for term in terms),
        _schemes(project, store),
        _vocabularies((ontology, aligned), usage, prefixes),
        rules,
        prefixes,
    )


def _shown(terms: Iterable[Term]) -> ShownTerms:
    return ShownTerms(
        classes={term.iri: term.children for term in terms if term.kind == CLASS},
        properties=[term.iri for term in terms if term.kind in (OBJECT, DATATYPE)],
        derived={term.iri for term in terms if term.derived},
    )


# Terms


class _Usage(NamedTuple):
    # how the graph uses properties and classes: ``by_subject`` has of a property the classes it is
    # used on, of a class the properties it has; ``by_target`` those that it leads to, that lead to
    # it; what is ``stated`` is not stated by rules alone
    statements: Numbers
    instances: Numbers
    by_subject: Mapping[str, Tallies]
    by_target: Mapping[str, Tallies]
    stated: Collection[str]


def _read_usage(store: Store) -> _Usage:
    statements = {name: number for (name,), number in tallied(store, "counts/properties").items()}
    instances = {name: number for (name,), number in tallied(store, "counts/classes").items()}
    ours = sorted(name for name in statements if name.startswith(PAN))
    query = program_query("counts/stated-properties", p=ours)
    return _Usage(
        statements,
        instances,
        _used_together(store, "counts/properties-by-class"),
        _used_together(store, "counts/properties-by-target"),
        {plain(row[0]) for row in select(store, query).rows},
    )


def _used_together(store: Store, query: str) -> Mapping[str, Tallies]:
    # of a property the classes, and of a class the properties
    pairs: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for (name, kind), number in tallied(store, query).items():
        pairs[name].append((kind, number))
        pairs[kind].append((name, number))
    together = {}
    for iri, tallies in pairs.items():
        together[iri] = tuple(sorted(tallies, key=lambda tally: (-tally[1], tally[0])))
    return together


def _terms(
    ontology: TurtleStatements,
    aligned: TurtleStatements,
    usage: _Usage,
    rules: Mapping[str, tuple[ShapeRule, ...]],
) -> list[Term]:
    pointing = _pointing(ontology)
    ours = [iri for iri in ontology if iri.startswith(PAN)]
    terms = []
    for iri in sorted(ours, key=lambda iri: (iri.lower(), iri)):
        kinds = [_KIND_OF[kind] for kind in ontology.types(iri) if kind in _KIND_OF]
        if not kinds:
            continue
        kind = kinds[0]
        is_property = kind in (OBJECT, DATATYPE)
        numbers = usage.statements if is_property else usage.instances
        number = numbers.get(iri, 0)
        children = {}
        for predicate in _ABOVE:
            children.update(dict.fromkeys(pointing.get((predicate, iri), ())))
        inverses = {*ontology.iris(iri, _INVERSE), *pointing.get((_INVERSE, iri), ())}
        term = Term(
            iri,
            kind,
            ontology.texts(iri, RDFS + "label"),
            ontology.texts(iri, SKOS + "definition"),
            parents=ontology.iris(iri, *_ABOVE),
            children=tuple(children),
            domains=ontology.iris(iri, RDFS + "domain"),
            ranges=ontology.iris(iri, RDFS + "range"),
            inverses=tuple(sorted(inverses)),
            alignments=tuple(_alignments(aligned, iri)),
            number=number,
            subjects=usage.by_subject.get(iri, ()),
            objects=usage.by_target.get(iri, ()),
            derived=is_property and number > 0 and iri not in usage.stated,
            constraints=rules.get(iri, ()),
        )
        terms.append(term)
    return terms


def _pointing(ontology: TurtleStatements) -> Mapping[tuple[str, str], Sequence[str]]:
    # the terms that name a term as the one above them, or as their inverse
    pointing: dict[tuple[str, str], list[str]] = defaultdict(list)
    for start, predicate in product(ontology, (*_ABOVE, _INVERSE)):
        for end in ontology.iris(start, predicate):
            pointing[predicate, end].append(start)
    return pointing


def _alignments(aligned: TurtleStatements, iri: str) -> Iterable[tuple[str, str]]:
    for predicate in _MATCHES:
        for target in aligned.iris(iri, predicate):
            yield predicate, target


# The ontology itself, its schemes, and what it borrows


def _heading(ontology: TurtleStatements, prefixes: Mapping[str, str]) -> OntologyHeading:
    subjects = [subject for subject in ontology if _OWL + "Ontology" in ontology.types(subject)]
    subject = subjects[0] if subjects else ""
    facts = {
        writer.iri(predicate, prefixes): plain(values[0])
        for predicate, values in ontology.of(subject).items()
    }
    return OntologyHeading(
        subject,
        ontology.texts(subject, DCTERMS + "title"),
        ontology.texts(subject, DCTERMS + "description"),
        {name: facts[name] for name in REQUIRED if name in facts},
    )


def _schemes(project: Project, store: Store) -> tuple[ConceptScheme, ...]:
    files = read_statements(sorted((project.ontology / "schemes").glob("*.ttl")))
    concepts = {}
    schemes = {}
    for iri in files:
        labels = files.texts(iri, SKOS + "prefLabel")
        definitions = files.texts(iri, SKOS + "definition")
        parents = files.iris(iri, SKOS + "broader")
        concepts[iri] = SchemeConcept(iri, labels, definitions, parents)
        if SKOS + "ConceptScheme" in files.types(iri):
            schemes[iri] = ConceptScheme(iri, labels, definitions, parents)
    values_numbers = tallied(store, "ontology/values-of-schemes")
    for scheme, name in sorted(values_numbers, key=lambda row: (-values_numbers[row], row)):
        if scheme in schemes:
            schemes[scheme].properties.append(name)
    for iri, concept in concepts.items():
        for scheme in files.iris(iri, SKOS + "inScheme"):
            schemes[scheme].concepts.append(concept)
    return tuple(schemes.values())


def _vocabularies(
    sources: Iterable[TurtleStatements], usage: _Usage, prefixes: Mapping[str, str]
) -> tuple[Vocabulary, ...]:
    # terms of other vocabularies that are used, or that the ontology names
    numbers = Counter(usage.statements) + Counter(usage.instances)
    names = {*numbers}
    for source in sources:
        for subject in source:
            names.update(source.of(subject))
            for predicate in _NAMING:
                names.update(map(plain, source.objects(subject, predicate)))
    by_prefix: dict[str, list[tuple[str, int]]] = {}
    for iri in sorted(names):
        prefix = writer.iri(iri, prefixes).partition(":")[0]
        if prefix in prefixes and not iri.startswith((PAN, ID, ROOT)):
            by_prefix.setdefault(prefix, []).append((iri, numbers[iri]))
    return tuple(
        Vocabulary(prefix, prefixes[prefix], tuple(tallies))
        for prefix, tallies in sorted(by_prefix.items())
    )
