"""The terms and concept schemes of the ontology, read from its Turtle files, with how the graph uses them.

The files are read in a stable order, so that the documentation of the same ontology has the same
bytes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyoxigraph as ox

from pan2kg.errors import Place, TurtleError
from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE
from pan2kg.project import Project
from pan2kg.store import Store, Term as Node, construct, plain, program_query, select
from pan2kg.turtle import DCTERMS, ID, PAN, RDF, RDFS, ROOT, SH, SKOS, XSD, writer
from pan2kg.validation.report import Severity

CLASS, OBJECT, DATATYPE, INDIVIDUAL = TERM_KINDS = (
    "class",
    "object-property",
    "datatype-property",
    "individual",
)
ANY: Final = ""
"""Stands for any thing: where a property has no domain and is used on many classes, or leads to many."""
REQUIRED: Final = (
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
_OWL: Final = "http://www.w3.org/2002/07/owl#"
_KIND_OF: Final = dict(
    zip(
        (
            _OWL + name
            for name in ("Class", "ObjectProperty", "DatatypeProperty", "NamedIndividual")
        ),
        TERM_KINDS,
        strict=True,
    )
)
_ABOVE: Final = (RDFS + "subClassOf", RDFS + "subPropertyOf")
_MATCHES: Final = (
    *_ABOVE,
    _OWL + "equivalentClass",
    _OWL + "equivalentProperty",
    _OWL + "sameAs",
    *(
        SKOS + name
        for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
    ),
)
_CONCEPT: Final = frozenset((SKOS + "Concept", SKOS + "ConceptScheme"))
_SEVERITIES: Final = {SH + "Warning": Severity.WARNING, SH + "Info": Severity.INFO}
_TARGETS: Final = (SH + "targetClass", SH + "targetSubjectsOf", SH + "targetObjectsOf")
_SHAPES: Final = {
    SH + name for name in ("NodeShape", "PrefixDeclaration", "PropertyShape", "SPARQLConstraint")
}
_MANY: Final = 3
_MOST: Final = 12
_LOOKED_AT: Final = 50
"""So many things of a class, the first by IRI, are looked at for its example: one of them is like any other."""
_FIRST: Final = (
    RDF + "type",
    SKOS + "notation",
    DCTERMS + "identifier",
    SKOS + "prefLabel",
    RDFS + "label",
    DCTERMS + "title",
)

Triples = Mapping[str, Mapping[str, tuple[Node, ...]]]
"""Subject → predicate → objects; blank nodes under their own names."""
Texts = Mapping[str, str]
Tallies = tuple[tuple[str, int], ...]
Relation = tuple[str, str, str, bool]
"""Class, property, class, and whether rules alone state it."""
Row = tuple[str, ...]
Rule = Mapping[str, Any]


def read_triples(paths: Iterable[Path]) -> Triples:
    triples: dict[str, dict[str, list[Node]]] = {}
    for path in paths:
        try:
            quads = list(ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))
        except SyntaxError as error:
            place = Place(str(path), error.lineno)
            raise TurtleError(
                "no-turtle", place=place, remedy="mend-line", value=error.msg
            ) from None
        for quad in quads:
            if not isinstance(quad.object, ox.Triple) and not isinstance(quad.subject, ox.Triple):
                values = triples.setdefault(plain(quad.subject), {}).setdefault(
                    quad.predicate.value, []
                )
                if quad.object not in values:
                    values.append(quad.object)
    # most are one, which need not be written to be put in order
    return {
        subject: {
            name: tuple(sorted(of, key=str) if len(of) > 1 else of)
            for name, of in sorted(values.items())
        }
        for subject, values in sorted(triples.items())
    }


def _iris(triples: Triples, subject: str, *predicates: str) -> tuple[str, ...]:
    properties = triples.get(subject, {})
    values = (
        term.value
        for name in predicates
        for term in properties.get(name, ())
        if isinstance(term, ox.NamedNode)
    )
    return tuple(dict.fromkeys(values))


def _texts(triples: Triples, subject: str, predicate: str) -> dict[str, str]:
    by_language: dict[str, str] = {}
    for literal in triples.get(subject, {}).get(predicate, ()):
        if isinstance(literal, ox.Literal):
            by_language.setdefault(literal.language or "", literal.value)
    return dict(sorted(by_language.items()))


def pick(texts: Texts, language: str) -> tuple[str, str]:
    if not texts:
        return "", ""
    tag = next((tag for tag in (language, SOURCE_LANGUAGE, *LANGUAGES) if tag in texts), min(texts))
    return texts[tag], tag


def anchor(iri: str) -> str:
    return iri.removeprefix(PAN) if iri.startswith(PAN) else "-".join(iri.rsplit("/", 2)[-2:])


@dataclass(frozen=True, slots=True)
class Term:
    # ``number`` counts instances or statements; ``subjects`` and ``objects`` are the classes of a
    # property, or those a class has and those that lead to it; ``derived``: rules alone state it
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
    constraints: tuple[Mapping[str, Any], ...] = ()
    example: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Ontology:
    heading: Mapping[str, Any]
    terms: tuple[Term, ...]
    schemes: tuple[Mapping[str, Any], ...]
    vocabularies: tuple[tuple[str, str, Tallies], ...]
    constraints: tuple[Mapping[str, Any], ...]
    prefixes: Mapping[str, str]

    def of_kind(self, *kinds: str) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.kind in kinds)

    def tops(self) -> Mapping[str, str]:
        tops = {}
        parents = {term.iri: term.parents for term in self.terms}
        for term in self.of_kind(CLASS):
            tops[term.iri] = term.iri
            while above := [parent for parent in parents[tops[term.iri]] if parent in parents]:
                tops[term.iri] = above[0]
        return tops

    def relations(self) -> tuple[Relation, ...]:
        tops = self.tops()
        joined = set[Relation]()
        for term in self.of_kind(OBJECT):
            ends = []
            for declared, used in ((term.domains, term.subjects), (term.ranges, term.objects)):
                stated = {
                    tops.get(iri, iri) for iri in declared if iri.startswith(PAN) or iri in _CONCEPT
                }
                tops_used = {tops[iri] for iri, _ in used if iri in tops}
                ends.append(stated or (tops_used if 0 < len(tops_used) <= _MANY else {ANY}))
            joined.update((start, term.iri, end, term.derived) for start, end in product(*ends))
        return tuple(sorted(joined, key=lambda relation: (relation[0], relation[2], relation[1])))


def tallied(store: Store, name: str) -> Mapping[Row, int]:
    rows = select(store, program_query(name)).rows
    return {tuple(map(plain, cells)): int(plain(number)) for *cells, number in rows}


def _constraints(triples: Triples) -> tuple[Rule, ...]:
    users: dict[str, list[str]] = defaultdict(list)
    for user, properties in triples.items():
        # what a path leads to is looked at by another shape
        predicates = (SH + "property", SH + "node") if SH + "path" not in properties else ()
        for used in (
            used
            for predicate in (SH + "sparql", *predicates)
            for used in properties.get(predicate, ())
        ):
            users[plain(used)].append(user)
    constraints = []
    for iri in triples:
        if iri.startswith(PAN) and not _SHAPES.isdisjoint(_iris(triples, iri, RDF + "type")):
            shapes = {iri}
            waiting = [iri]
            while waiting:
                above = [user for user in users.get(waiting.pop(), ()) if user not in shapes]
                shapes.update(above)
                waiting += above
            severities = _iris(triples, iri, SH + "severity")
            constraints.append(
                {
                    "iri": iri,
                    "messages": _texts(triples, iri, SH + "message"),
                    "severity": _SEVERITIES.get(severities[0], Severity.VIOLATION)
                    if severities
                    else Severity.VIOLATION,
                    "targets": sorted(
                        {target for shape in shapes for target in _iris(triples, shape, *_TARGETS)}
                    ),
                }
            )
    return tuple(constraints)


def _rules_of(triples: Triples, constraints: Iterable[Rule]) -> Mapping[str, tuple[Rule, ...]]:
    by_term: dict[str, list[Rule]] = {}
    for constraint in sorted(
        constraints, key=lambda rule: (list(Severity).index(rule["severity"]), rule["iri"])
    ):
        if constraint["messages"]:
            terms = {*constraint["targets"]}
            waiting = [*triples.get(constraint["iri"], {}).get(SH + "path", ())]
            while waiting:
                node = waiting.pop()
                if isinstance(node, ox.NamedNode):
                    terms.add(node.value)
                else:
                    waiting += [
                        inner
                        for values in triples.get(plain(node), {}).values()
                        for inner in values
                    ]
            for term in terms:
                by_term.setdefault(term, []).append(constraint)
    return {term: tuple(rules) for term, rules in by_term.items()}


Statement = tuple[str, Node]
"""What is said of a thing: predicate and object."""


class _Instance(NamedTuple):
    # how well a thing shows its class: the least rank shows it best, which is the thing of most
    # kinds, and after all others what has many statements
    rank: int
    statements_number: int
    iri: str


def _examples(
    store: Store, terms: Sequence[Term], prefixes: Mapping[str, str]
) -> Mapping[str, tuple[str, str]]:
    # an example of each class that has a thing, and of each property that is used: its thing, and
    # a block of Turtle
    chosen = _best_instances(store, terms)
    properties = [term.iri for term in terms if term.kind in (OBJECT, DATATYPE)]
    statements = _example_statements(store, chosen.values(), properties)
    shown: set[str] = set()
    for stated in statements.values():
        shown.update(name for name, _ in stated)
    missing = [name for name in properties if name not in shown]
    rows = select(store, program_query("ontology/users", property=missing)).rows
    users = {plain(name): plain(user) for name, user in rows}
    unread = {*users.values()} - statements.keys()
    statements.update(_example_statements(store, unread, properties))

    examples = {}
    derived = {term.iri for term in terms if term.derived}
    for kind, thing in chosen.items():
        stated = [pair for pair in statements[thing] if pair[0] not in derived]
        examples[kind] = _example(thing, stated[:_MOST], prefixes)
    best = sorted(set(chosen.values()))
    for name in properties:
        for thing in (*best, users.get(name, "")):
            stated = statements.get(thing, [])
            values = [pair for pair in stated if pair[0] == name]
            if values:
                types = [pair for pair in stated if pair[0] == RDF + "type"]
                examples[name] = _example(thing, [*types[:1], *values[:2]], prefixes)
                break
    return examples


def _best_instances(store: Store, terms: Iterable[Term]) -> dict[str, str]:
    # class → the thing that shows it best, of its own or else of a class right below it
    instances: dict[str, list[str]] = defaultdict(list)
    for cells in select(store, program_query("ontology/things-of-classes")).rows:
        instances[plain(cells[0])].append(plain(cells[1]))
    looked_at: set[str] = set()
    for things in instances.values():
        looked_at.update(sorted(things)[:_LOOKED_AT])
    ranked: dict[str, list[_Instance]] = {}
    query = program_query("ontology/instances", thing=sorted(looked_at))
    for kind, instance, kinds, number in select(store, query).rows:
        count = int(plain(number))
        rank = count if count > _MOST else -int(plain(kinds))
        candidate = _Instance(rank, count, plain(instance))
        ranked.setdefault(plain(kind), []).append(candidate)
    chosen: dict[str, str] = {}
    for term in terms:
        if term.kind != CLASS:
            continue
        candidates = [*ranked.get(term.iri, ())]
        if not candidates:
            for child in term.children:
                candidates += ranked.get(child, ())
        if candidates:
            chosen[term.iri] = min(candidates).iri
    return chosen


def _example_statements(
    store: Store, things: Iterable[str], properties: Sequence[str]
) -> dict[str, list[Statement]]:
    # what is said of these things by our properties and by those that name a thing, in order
    query = program_query("ontology/example-statements", thing=sorted({*things}), p=properties)
    statements: dict[str, set[Statement]] = {}
    for triple in construct(store, query):
        if isinstance(triple.subject, ox.NamedNode) and not isinstance(triple.object, ox.Triple):
            stated = statements.setdefault(triple.subject.value, set())
            stated.add((triple.predicate.value, triple.object))
    return {thing: sorted(stated, key=_place_of) for thing, stated in statements.items()}


def _place_of(statement: Statement) -> tuple[int, str, int, str]:
    # what names a thing first, and each text in the first language before the others
    predicate, value = statement
    place = _FIRST.index(predicate) if predicate in _FIRST else len(_FIRST)
    language = value.language if isinstance(value, ox.Literal) else ""
    return place, predicate, int(language != LANGUAGES[0]), str(value)


def _example(
    thing: str, statements: Iterable[Statement], prefixes: Mapping[str, str]
) -> tuple[str, str]:
    lines = []
    for name, value in statements:
        verb = "a" if name == RDF + "type" else writer.iri(name, prefixes)
        lines.append(writer.TurtleLine(verb, turtle_of(value, prefixes)))
    return thing, writer.write_block(writer.Block(writer.iri(thing, prefixes), tuple(lines)))


def turtle_of(value: Node, prefixes: Mapping[str, str]) -> str:
    if isinstance(value, ox.NamedNode):
        return writer.iri(value.value, prefixes)
    if isinstance(value, ox.BlankNode):
        return str(value)
    if value.language:
        return writer.text(value.value, value.language)
    datatype = value.datatype.value
    typed = "" if datatype == XSD + "string" else f"^^{writer.iri(datatype, prefixes)}"
    return writer.string(value.value) + typed


def read_ontology(project: Project, store: Store) -> Ontology:
    prefixes = writer.read_prefixes(project)
    ontology = read_triples([project.ontology / "pan2kg.ttl"])
    aligned = read_triples(path for path in [project.ontology / "alignments.ttl"] if path.is_file())
    shapes = read_triples(project.shape_files())
    constraints = _constraints(shapes)
    predicates = {name: number for (name,), number in tallied(store, "counts/properties").items()}
    classes = {name: number for (name,), number in tallied(store, "counts/classes").items()}
    terms = _terms(store, ontology, aligned, predicates, classes, _rules_of(shapes, constraints))
    examples = _examples(store, terms, prefixes)

    subject = next(
        iter(s for s in ontology if _OWL + "Ontology" in _iris(ontology, s, RDF + "type")), ""
    )
    properties = {
        writer.iri(predicate, prefixes): values
        for predicate, values in ontology.get(subject, {}).items()
    }
    facts = {name: plain(properties[name][0]) for name in REQUIRED if name in properties}
    titles, descriptions = (
        _texts(ontology, subject, DCTERMS + name) for name in ("title", "description")
    )

    # terms of other vocabularies that are used, or that the ontology names
    numbers = Counter(predicates) + Counter(classes)
    names = {
        name
        for triples in (ontology, aligned)
        for values in triples.values()
        for name in (
            *values,
            *(
                plain(value)
                for predicate in (*_MATCHES, RDF + "type", RDFS + "domain", RDFS + "range")
                for value in values.get(predicate, ())
            ),
        )
    }
    by_prefix: dict[str, list[tuple[str, int]]] = {}
    for iri in sorted({*numbers, *names}):
        prefix = writer.iri(iri, prefixes).partition(":")[0]
        if prefix in prefixes and not iri.startswith((PAN, ID, ROOT)):
            by_prefix.setdefault(prefix, []).append((iri, numbers[iri]))
    vocabularies = (
        (prefix, prefixes[prefix], tuple(tallies)) for prefix, tallies in sorted(by_prefix.items())
    )
    return Ontology(
        {"iri": subject, "titles": titles, "descriptions": descriptions, "facts": facts},
        tuple(replace(term, example=examples.get(term.iri)) for term in terms),
        _schemes(project, tallied(store, "ontology/values-of-schemes")),
        tuple(vocabularies),
        constraints,
        prefixes,
    )


def _schemes(project: Project, used: Mapping[Row, int]) -> tuple[Mapping[str, Any], ...]:
    triples = read_triples(sorted((project.ontology / "schemes").glob("*.ttl")))
    schemes: dict[str, dict[str, Any]] = {}
    described = {
        iri: {
            "iri": iri,
            "labels": _texts(triples, iri, SKOS + "prefLabel"),
            "definitions": _texts(triples, iri, SKOS + "definition"),
            "parents": _iris(triples, iri, SKOS + "broader"),
        }
        for iri in triples
    }
    for scheme in triples:
        if SKOS + "ConceptScheme" in _iris(triples, scheme, RDF + "type"):
            schemes[scheme] = {**described[scheme], "properties": [], "concepts": []}
    for scheme, name in sorted(used, key=lambda at: (-used[at], at)):
        if scheme in schemes:
            schemes[scheme]["properties"].append(name)
    for iri in sorted(triples):
        for scheme in _iris(triples, iri, SKOS + "inScheme"):
            schemes[scheme]["concepts"].append(described[iri])
    return tuple(schemes.values())


def _terms(
    store: Store,
    ontology: Triples,
    aligned: Triples,
    predicates: Mapping[str, int],
    classes: Mapping[str, int],
    rules: Mapping[str, tuple[Rule, ...]],
) -> list[Term]:
    pointing: dict[tuple[str, str], list[str]] = defaultdict(list)
    for start, name in product(ontology, (*_ABOVE, _OWL + "inverseOf")):
        for end in _iris(ontology, start, name):
            pointing[name, end].append(start)
    # of a property the classes, of a class the properties: those it is used on, those it leads to
    uses: list[dict[str, Tallies]] = []
    for query in ("counts/properties-by-class", "counts/properties-by-target"):
        pairs: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for (name, kind), number in tallied(store, query).items():
            pairs[name].append((kind, number))
            pairs[kind].append((name, number))
        uses.append(
            {
                iri: tuple(sorted(of, key=lambda tally: (-tally[1], tally[0])))
                for iri, of in pairs.items()
            }
        )
    ours = sorted(name for name in predicates if name.startswith(PAN))
    stated = {
        plain(row[0])
        for row in select(store, program_query("counts/stated-properties", p=ours)).rows
    }
    terms = []
    for iri in sorted(
        (iri for iri in ontology if iri.startswith(PAN)), key=lambda iri: (iri.lower(), iri)
    ):
        kinds = [_KIND_OF[kind] for kind in _iris(ontology, iri, RDF + "type") if kind in _KIND_OF]
        if not kinds:
            continue
        inverse = _OWL + "inverseOf"
        is_property = kinds[0] in (OBJECT, DATATYPE)
        number = (predicates if is_property else classes).get(iri, 0)
        terms.append(
            Term(
                iri,
                kinds[0],
                _texts(ontology, iri, RDFS + "label"),
                _texts(ontology, iri, SKOS + "definition"),
                parents=_iris(ontology, iri, *_ABOVE),
                children=tuple(
                    dict.fromkeys(
                        child for name in _ABOVE for child in pointing.get((name, iri), ())
                    )
                ),
                domains=_iris(ontology, iri, RDFS + "domain"),
                ranges=_iris(ontology, iri, RDFS + "range"),
                inverses=tuple(
                    sorted({*_iris(ontology, iri, inverse), *pointing.get((inverse, iri), ())})
                ),
                alignments=tuple(
                    (name, target) for name in _MATCHES for target in _iris(aligned, iri, name)
                ),
                number=number,
                subjects=uses[0].get(iri, ()),
                objects=uses[1].get(iri, ()),
                derived=is_property and bool(number) and iri not in stated,
                constraints=rules.get(iri, ()),
            )
        )
    return terms
