"""The terms and concept schemes of the ontology, read from its Turtle files, with how the graph uses them.

``ontology_page`` documents what :func:`read_ontology` gives, ``class_diagram`` draws it. The files
are read in a stable order, so that the documentation of the same ontology has the same bytes.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

from pan2kg.project import Project
from pan2kg.site.ontology_examples import ShownTerms, TermExample, examples_of
from pan2kg.site.shape_rules import ShapeRule, rules_by_term, shape_rules
from pan2kg.site.turtle_statements import Texts, TurtleStatements, read_statements
from pan2kg.store import Store, gathered, plain, program_query, select
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
_SUBTERM_PROPERTIES = (RDFS + "subClassOf", RDFS + "subPropertyOf")
_MATCHES = (
    *_SUBTERM_PROPERTIES,
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
_CONCEPT_CLASSES = frozenset((SKOS + "Concept", SKOS + "ConceptScheme"))
_MOST_CLASSES = 3
"""A property used on more classes than these leads from or to any thing."""


class Tally(NamedTuple):
    """A term, and how often it is used."""

    iri: str
    number: int


class Alignment(NamedTuple):
    """How a term stands to one of another vocabulary: by a property such as ``skos:exactMatch``."""

    relation: str
    target: str


@dataclass(frozen=True, slots=True)
class Term:
    """A class, property or individual: what the ontology says of it, and how the graph uses it.

    ``number`` counts its instances or statements. ``subjects`` and ``objects`` are the classes a
    property is used on and leads to; of a class, the properties it has and those that lead to it, the
    most used first. One that ``is_derived`` is a property that rules alone state.
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
    alignments: Sequence[Alignment]
    number: int = 0
    subjects: Sequence[Tally] = ()
    objects: Sequence[Tally] = ()
    is_derived: bool = False
    constraints: tuple[ShapeRule, ...] = ()
    example: TermExample | None = None


class Relation(NamedTuple):
    """Two classes that a property joins, and whether rules alone state it."""

    start: str
    property: str
    end: str
    is_derived: bool


class SchemeConcept(NamedTuple):
    """A concept of a scheme, with the concepts above it."""

    iri: str
    labels: Texts
    definitions: Texts
    parents: Sequence[str]


class ConceptScheme(NamedTuple):
    """A list of concepts, and the properties that take their values from it, the most used first."""

    iri: str
    labels: Texts
    definitions: Texts
    properties: Sequence[str]
    concepts: Sequence[SchemeConcept]


class OntologyHeading(NamedTuple):
    """What the ontology says of itself; ``facts`` are those of :data:`REQUIRED` it states."""

    iri: str
    titles: Texts
    descriptions: Texts
    facts: Mapping[str, str]


class Vocabulary(NamedTuple):
    """Another vocabulary: its prefix, and by IRI its terms with how often the graph uses each."""

    prefix: str
    namespace: str
    terms: Sequence[Tally]


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
            starts = _relation_ends(term.domains, term.subjects, tops)
            ends = _relation_ends(term.ranges, term.objects, tops)
            for start, end in product(starts, ends):
                relations.add(Relation(start, term.iri, end, term.is_derived))
        return tuple(sorted(relations, key=lambda row: (row.start, row.end, row.property)))


def _relation_ends(
    declared: Iterable[str], used: Iterable[Tally], tops: Mapping[str, str]
) -> Collection[str]:
    """The topmost classes at an end of a property: those it declares, else those it is used with, else any thing."""
    stated = {
        tops.get(iri, iri) for iri in declared if iri.startswith(PAN) or iri in _CONCEPT_CLASSES
    }
    if stated:
        return stated
    tops_used = {tops[tally.iri] for tally in used if tally.iri in tops}
    return tops_used if 0 < len(tops_used) <= _MOST_CLASSES else {ANY}


def anchor(iri: str) -> str:
    """Where a term stands on the page: its name, of a concept with that of its scheme.

    >>> anchor("https://w3id.org/pan2kg/ontology#Plan"), anchor("https://w3id.org/pan2kg/id/role/lead")
    ('Plan', 'role-lead')
    """
    return iri.removeprefix(PAN) if iri.startswith(PAN) else "-".join(iri.rsplit("/", 2)[-2:])


def count_terms(store: Store, name: str) -> list[Tally]:
    """The answer to a question of the program that counts terms, such as ``counts/classes``."""
    rows = select(store, program_query(name)).rows
    return [Tally(plain(term), int(plain(number))) for term, number in rows]


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
    examples = examples_of(store, _shown_terms(terms), prefixes)
    return Ontology(
        _heading(ontology, prefixes),
        tuple(replace(term, example=examples.get(term.iri)) for term in terms),
        _schemes(project, store),
        _vocabularies((ontology, aligned), usage, prefixes),
        rules,
        prefixes,
    )


def _shown_terms(terms: Iterable[Term]) -> ShownTerms:
    return ShownTerms(
        classes={term.iri: term.children for term in terms if term.kind == CLASS},
        properties=[term.iri for term in terms if term.kind in (OBJECT, DATATYPE)],
        derived={term.iri for term in terms if term.is_derived},
    )


# Terms


class _Usage(NamedTuple):
    # how the graph uses properties and classes: ``by_subject`` has of a property the classes it is
    # used on, of a class the properties it has; ``by_target`` those that it leads to, that lead to
    # it; what is ``stated`` is not stated by rules alone
    statements: Mapping[str, int]
    instances: Mapping[str, int]
    by_subject: Mapping[str, Sequence[Tally]]
    by_target: Mapping[str, Sequence[Tally]]
    stated: Collection[str]


def _read_usage(store: Store) -> _Usage:
    statements = dict(count_terms(store, "counts/properties"))
    ours = sorted(name for name in statements if name.startswith(PAN))
    query = program_query("counts/stated-properties", p=ours)
    return _Usage(
        statements,
        dict(count_terms(store, "counts/classes")),
        _used_together(store, "counts/properties-by-class"),
        _used_together(store, "counts/properties-by-target"),
        {plain(name) for (name,) in select(store, query).rows},
    )


def _used_together(store: Store, query: str) -> Mapping[str, Sequence[Tally]]:
    """Of a property the classes, and of a class the properties, the most used first."""
    together: dict[str, list[Tally]] = defaultdict(list)
    for row in select(store, program_query(query)).rows:
        name, kind, number = map(plain, row)
        together[name].append(Tally(kind, int(number)))
        together[kind].append(Tally(name, int(number)))
    for tallied in together.values():
        tallied.sort(key=lambda tally: (-tally.number, tally.iri))
    return together


def _terms(
    ontology: TurtleStatements,
    aligned: TurtleStatements,
    usage: _Usage,
    rules: Mapping[str, tuple[ShapeRule, ...]],
) -> list[Term]:
    children = _terms_by_target(ontology, *_SUBTERM_PROPERTIES)
    inverses = _terms_by_target(ontology, _INVERSE)
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
        term = Term(
            iri,
            kind,
            ontology.texts(iri, RDFS + "label"),
            ontology.texts(iri, SKOS + "definition"),
            parents=ontology.iris(iri, *_SUBTERM_PROPERTIES),
            children=tuple(children.get(iri, ())),
            domains=ontology.iris(iri, RDFS + "domain"),
            ranges=ontology.iris(iri, RDFS + "range"),
            inverses=tuple(sorted({*ontology.iris(iri, _INVERSE), *inverses.get(iri, ())})),
            alignments=_alignments(aligned, iri),
            number=number,
            subjects=usage.by_subject.get(iri, ()),
            objects=usage.by_target.get(iri, ()),
            is_derived=is_property and number > 0 and iri not in usage.stated,
            constraints=rules.get(iri, ()),
        )
        terms.append(term)
    return terms


def _terms_by_target(ontology: TurtleStatements, *predicates: str) -> Mapping[str, Sequence[str]]:
    """By term those that name it by one of these predicates: as the one above them, or as their inverse."""
    pointing: dict[str, list[str]] = defaultdict(list)
    for start in ontology:
        for end in ontology.iris(start, *predicates):
            pointing[end].append(start)
    return pointing


def _alignments(aligned: TurtleStatements, iri: str) -> list[Alignment]:
    alignments = []
    for relation in _MATCHES:
        for target in aligned.iris(iri, relation):
            alignments.append(Alignment(relation, target))
    return alignments


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


class _SchemeUse(NamedTuple):
    # how often a property takes a concept of a scheme
    scheme: str
    property: str
    number: int


def _schemes(project: Project, store: Store) -> tuple[ConceptScheme, ...]:
    files = read_statements(sorted((project.ontology / "schemes").glob("*.ttl")))
    concepts: dict[str, list[SchemeConcept]] = defaultdict(list)
    for iri in files:
        labels = files.texts(iri, SKOS + "prefLabel")
        definitions = files.texts(iri, SKOS + "definition")
        concept = SchemeConcept(iri, labels, definitions, files.iris(iri, SKOS + "broader"))
        for scheme in files.iris(iri, SKOS + "inScheme"):
            concepts[scheme].append(concept)
    uses = []
    for row in select(store, program_query("ontology/values-of-schemes")).rows:
        scheme, name, number = map(plain, row)
        uses.append(_SchemeUse(scheme, name, int(number)))
    uses.sort(key=lambda use: (-use.number, use))
    properties = gathered((use.scheme, use.property) for use in uses)
    schemes = []
    for iri in files:
        if SKOS + "ConceptScheme" in files.types(iri):
            labels = files.texts(iri, SKOS + "prefLabel")
            definitions = files.texts(iri, SKOS + "definition")
            scheme_properties = properties.get(iri, ())
            schemes.append(
                ConceptScheme(iri, labels, definitions, scheme_properties, concepts[iri])
            )
    return tuple(schemes)


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
    by_prefix: dict[str, list[Tally]] = {}
    for iri in sorted(names):
        prefix = writer.iri(iri, prefixes).partition(":")[0]
        if prefix in prefixes and not iri.startswith((PAN, ID, ROOT)):
            by_prefix.setdefault(prefix, []).append(Tally(iri, numbers[iri]))
    return tuple(
        Vocabulary(prefix, prefixes[prefix], terms) for prefix, terms in sorted(by_prefix.items())
    )
