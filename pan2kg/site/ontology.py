"""The terms and concept schemes of the ontology, read from its Turtle files.

The files are read as a mapping from subject to predicate to values in a stable order, so that the documentation of
the same ontology has the same bytes. A term has everything its documentation says: labels, axioms, use, rules, an
example.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import pyoxigraph as ox

from pan2kg.errors import Place, TurtleError
from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE
from pan2kg.project import Project
from pan2kg.store.links import DERIVED_FROM, JOINED, KINDS, LinkView, bare_term, joined_works
from pan2kg.store.queries import program_query
from pan2kg.store.store import LocalStore, OwnQuery, Store, construct, plain, select
from pan2kg.store.store import Term as Node
from pan2kg.store.store import Term as RdfTerm
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN, RDF, RDFS, ROOT, SH, SKOS, XSD
from pan2kg.turtle.writer import Block, TurtleLine, read_prefixes, string, text, write_block
from pan2kg.turtle.writer import iri as short
from pan2kg.validation.report import Severity

if TYPE_CHECKING:
    from pan2kg.store.links import LinkView

TermTriples = Mapping[str, Mapping[str, tuple[RdfTerm, ...]]]
"""Subject → predicate → objects; blank nodes under their own names."""


def read_triples(paths: Iterable[Path]) -> TermTriples:
    """What Turtle files state.

    >>> read_triples([])
    {}
    """
    triples: dict[str, dict[str, list[RdfTerm]]] = {}
    for path in paths:
        for quad in _quads(path):
            if isinstance(quad.object, ox.Triple) or isinstance(quad.subject, ox.Triple):
                continue
            values = triples.setdefault(plain(quad.subject), {}).setdefault(quad.predicate.value, [])
            if quad.object not in values:
                values.append(quad.object)
    return {
        subject: {
            # most are one, which need not be written to be put in order
            predicate: tuple(sorted(objects, key=str) if len(objects) > 1 else objects)
            for predicate, objects in sorted(values.items())
        }
        for subject, values in sorted(triples.items())
    }


def _quads(path: Path) -> list[ox.Quad]:
    try:
        return list(ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))
    except SyntaxError as error:
        raise TurtleError(
            "no-turtle-line", place=Place(str(path), error.lineno), remedy="mend-line", msg=error.msg
        ) from None


def iris(triples: TermTriples, subject: str, *predicates: str) -> tuple[str, ...]:
    properties = triples.get(subject, {})
    values = [o.value for p in predicates for o in properties.get(p, ()) if isinstance(o, ox.NamedNode)]
    return tuple(dict.fromkeys(values))


def texts(triples: TermTriples, subject: str, predicate: str) -> dict[str, str]:
    by_language: dict[str, str] = {}
    for literal in triples.get(subject, {}).get(predicate, ()):
        if isinstance(literal, ox.Literal):
            by_language.setdefault(literal.language or "", literal.value)
    return dict(sorted(by_language.items()))


Texts = Mapping[str, str]
"""The same text by language tag."""

_ORDER: Final = (SOURCE_LANGUAGE, *LANGUAGES)


class TermKind(StrEnum):
    CLASS = "class"
    OBJECT = "object-property"
    DATATYPE = "datatype-property"
    INDIVIDUAL = "individual"


@dataclass(frozen=True, slots=True)
class TaggedText:
    words: str
    language: str


def pick(texts: Texts, language: str) -> TaggedText:
    """The text in a language, else in English, in French, or in any other.

    >>> pick({"en": "link", "fr": "lien"}, "de"), pick({}, "de")
    (TaggedText(words='link', language='en'), TaggedText(words='', language=''))
    """
    if not texts:
        return TaggedText("", "")
    tag = next((tag for tag in (language, *_ORDER) if tag in texts), min(texts))
    return TaggedText(texts[tag], tag)


def anchor(iri: str) -> str:
    """The fragment a term of ours is found at.

    >>> anchor("https://w3id.org/pan2kg/ontology#Action"), anchor("https://w3id.org/pan2kg/id/role/lead")
    ('Action', 'role-lead')
    """
    return iri.removeprefix(PAN) if iri.startswith(PAN) else "-".join(iri.rsplit("/", 2)[-2:])


@dataclass(frozen=True, slots=True)
class Alignment:
    relation: str
    target: str


@dataclass(frozen=True, slots=True)
class Axioms:
    parents: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    inverses: tuple[str, ...] = ()
    alignments: tuple[Alignment, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    iri: str
    number: int


@dataclass(frozen=True, slots=True)
class TermUse:
    """How the graph uses a term.

    ``number`` counts the instances of a class and the statements of a property. ``subjects`` are the classes a
    property is used on and ``objects`` those it leads to; of a class, the properties it has and those leading to it.
    ``derived`` says that rules alone state it.
    """

    number: int = 0
    subjects: tuple[Tally, ...] = ()
    objects: tuple[Tally, ...] = ()
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Constraint:
    iri: str
    severity: Severity
    messages: Texts
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    thing: str
    turtle: str


@dataclass(frozen=True, slots=True)
class Term:
    iri: str
    kind: TermKind
    labels: Texts
    definitions: Texts
    axioms: Axioms = field(default_factory=Axioms)
    use: TermUse = field(default_factory=TermUse)
    constraints: tuple[Constraint, ...] = ()
    example: Example | None = None

    @property
    def anchor(self) -> str:
        """The fragment of its IRI.

        >>> Term(PAN + "Action", TermKind.CLASS, {}, {}).anchor
        'Action'
        """
        return anchor(self.iri)


@dataclass(frozen=True, slots=True)
class Concept:
    iri: str
    labels: Texts
    definitions: Texts
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scheme:
    iri: str
    labels: Texts
    definitions: Texts
    concepts: tuple[Concept, ...]
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    prefix: str
    namespace: str
    terms: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    iri: str
    titles: Texts
    descriptions: Texts
    values: Mapping[str, str]

    def missing(self) -> tuple[str, ...]:
        needed = (*REQUIRED, *(name for name, texts in (("dcterms:title", self.titles),) if not texts))
        needed += () if self.descriptions else ("dcterms:description",)
        return tuple(name for name in needed if name not in self.values)


REQUIRED: Final = (
    "dcterms:bibliographicCitation", "dcterms:created", "dcterms:creator", "dcterms:license", "owl:versionIRI",
    "owl:versionInfo", "vann:preferredNamespacePrefix", "vann:preferredNamespaceUri",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ontology:
    heading: Heading
    terms: tuple[Term, ...]
    schemes: tuple[Scheme, ...]
    vocabularies: tuple[Vocabulary, ...]
    constraints: tuple[Constraint, ...]
    prefixes: Mapping[str, str]

    def of_kind(self, *kinds: TermKind) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.kind in kinds)

    def by_iri(self) -> Mapping[str, Term]:
        return {term.iri: term for term in self.terms}


def read_schemes(triples: TermTriples, used: Mapping[tuple[str, ...], int]) -> tuple[Scheme, ...]:
    """Each scheme by IRI, with the properties the graph takes its concepts for, the most frequent first.

    ``used`` says how often: scheme and property, and a number.
    """
    properties_of: dict[str, list[str]] = {}
    for scheme, name in sorted(used, key=lambda at: (-used[at], at)):
        properties_of.setdefault(scheme, []).append(name)
    members: dict[str, list[str]] = {}
    for iri in triples:
        for scheme_iri in iris(triples, iri, SKOS + "inScheme"):
            members.setdefault(scheme_iri, []).append(iri)
    return tuple(
        Scheme(
            iri,
            texts(triples, iri, SKOS + "prefLabel"),
            texts(triples, iri, SKOS + "definition"),
            tuple(_concept(triples, concept) for concept in sorted(members.get(iri, ()))),
            tuple(properties_of.get(iri, ())),
        )
        for iri in triples
        if SKOS + "ConceptScheme" in iris(triples, iri, RDF + "type")
    )


def _concept(triples: TermTriples, iri: str) -> Concept:
    words = texts(triples, iri, SKOS + "prefLabel"), texts(triples, iri, SKOS + "definition")
    return Concept(iri, *words, iris(triples, iri, SKOS + "broader"))


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

    def read(self, name: str, **values: Iterable[str]) -> Sequence[tuple[Node | None, ...]]:
        text = program_query(name, **values)
        return select(self.store, self.seen(text)).rows

    def seen(self, text: OwnQuery) -> OwnQuery:
        return text if self.links is None else OwnQuery(text)

    def tallied(self, name: str) -> Mapping[Row, int]:
        tallies: Counter[Row] = Counter(
            {tuple(map(plain, cells)): int(plain(number)) for *cells, number in self.read(name)}
        )
        return tallies + Counter(_ADDED[name](self._added))

    @cached_property
    def _added(self) -> Added:
        # no other store holds less than it answers for
        return _read_added(self.store, self.links) if self.links and isinstance(self.store, LocalStore) else Added()

    def first_users(self, properties: Collection[str]) -> Mapping[str, str]:
        users = {plain(name): plain(user) for name, user in self.read("ontology/users", property=properties)}
        if self.links:
            first_link = min(self.links.links, default="")
            added = {name: first_link for _, name, *_ in self.links.about(first_link)}
            added |= {PAN + name: min(joined) for name, joined in self._added.joined.items() if joined}
            for name in added.keys() & {*properties}:
                users[name] = min(added[name], users.get(name, added[name]))
        return users

    def said_of(self, links: Iterable[str]) -> Iterator[tuple[str, str, Node]]:
        if self.links is None:
            return
        for link in links:
            yield from ((link, name, value) for _, name, value, _ in self.links.about(link))
            for name, joined in self._added.joined.items():
                yield from ((link, PAN + name, ox.NamedNode(joined_work)) for joined_work in joined.get(link, ()))


def counted(store: Store, links: LinkView | None, make: Callable[[Counts], Made]) -> Made:
    waiting = links is not None and isinstance(store, LocalStore) and bool(store.waiting)
    result = make(Counts(store, links if waiting else None))
    if waiting and isinstance(store, LocalStore) and not store.waiting:
        return make(Counts(store))  # somebody asked for all links meanwhile: some of them were counted twice
    return result


@dataclass(frozen=True)
class Added:
    properties: Counter[str] = field(default_factory=Counter)
    targets: Counter[tuple[str, str]] = field(default_factory=Counter)
    joined: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    classes_of: Mapping[str, list[str]] = field(default_factory=dict)
    schemes_of: Mapping[str, list[str]] = field(default_factory=dict)

    def of_classes(self) -> dict[Row, int]:
        return {(LINK,): self.properties[RDF + "type"]}

    def of_properties(self) -> dict[Row, int]:
        return {(name,): number for name, number in self.properties.items()}

    def by_class(self) -> dict[Row, int]:
        plainly = {PAN + name for name in self.joined}
        counts = ((name, number) for name, number in self.properties.items() if name not in plainly)
        by_class: Counter[Row] = Counter({(name, LINK): number for name, number in counts})
        for name, of in self.joined.items():
            for work, works in of.items():
                for kind in self.classes_of.get(work, ()):
                    by_class[PAN + name, kind] += len(works)
        return dict(by_class)

    def by_target(self) -> dict[Row, int]:
        return dict(self._led(self.classes_of).items())

    def by_scheme(self) -> dict[Row, int]:
        return {(scheme, name): number for (name, scheme), number in self._led(self.schemes_of).items()}

    def _led(self, groups: Mapping[str, list[str]]) -> dict[tuple[str, str], int]:
        counts: Counter[tuple[str, str]] = Counter()
        for (name, target), number in self.targets.items():
            for group in groups.get(target, ()):
                counts[name, group] += number
        return dict(counts)


_ADDED: Final = {
    "counts/classes": Added.of_classes,
    "counts/properties": Added.of_properties,
    "counts/properties-by-class": Added.by_class,
    "counts/properties-by-target": Added.by_target,
    "ontology/values-of-schemes": Added.by_scheme,
}
"""What is added to the rows of which query."""


def _read_added(store: LocalStore, view: LinkView) -> Added:
    links, stated = tuple(view.links.values()), LocalStore(store.held)
    kinds = Counter(link.kind for link in links)
    targets = Counter((PAN + "linkType", f"{ID}linktype/{kind}") for kind in KINDS for _ in range(kinds[kind]))
    targets.update((PAN + "between", end) for link in links for end in link.ends)
    targets.update((PAN + "via", bare_term(shared)) for link in links for shared in link.shared)
    targets.update((PAN + "evidenceLevel", level) for level in map(view.level, links) if level)
    for name in ("status", "certainty"):
        targets[PAN + name, f"{ID}{'linkstatus' if name == 'status' else name}/derived"] = len(links)
    weakest_of = dict(chain.from_iterable(of.items() for of in JOINED.values()))
    joined: dict[str, dict[str, list[str]]] = {name: {} for name in weakest_of}
    for (work_a, work_b), rank in joined_works(stated, view).items():
        for name, weakest in weakest_of.items():
            if rank <= weakest:
                joined[name].setdefault(work_a, []).append(work_b)
                joined[name].setdefault(work_b, []).append(work_a)
    targets.update(
        {(PAN + name, work): len(joined_to) for name, of in joined.items() for work, joined_to in of.items()}
    )
    properties: Counter[str] = Counter()
    for (name, _), number in targets.items():
        properties[name] += number
    properties.update({PAN + name: len(links) for name in _ONCE if PAN + name not in properties})
    properties[RDF + "type"] = len(links)
    properties[DERIVED_FROM] = sum(len(view.rests(link)) for link in links)
    groups = _grouped(stated, "ontology/types"), _grouped(stated, "ontology/scheme-members")
    return Added(properties, targets, joined, *groups)


def _grouped(store: Store, name: str) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for iri, group in select(store, program_query(name)).rows:
        groups.setdefault(plain(iri), []).append(plain(group))
    return groups


_SEVERITIES: Final = {SH + "Warning": Severity.WARNING, SH + "Info": Severity.INFO}
_TARGETS: Final = (SH + "targetClass", SH + "targetSubjectsOf", SH + "targetObjectsOf")
_LINKS: Final = (SH + "property", SH + "node")
_SHAPES: Final = frozenset(
    SH + name for name in ("NodeShape", "PrefixDeclaration", "PropertyShape", "SPARQLConstraint")
)


def read_constraints(triples: TermTriples) -> tuple[Constraint, ...]:
    users = _users(triples)
    return tuple(_constraint(triples, users, iri) for iri in triples if _is_shape(triples, iri))


def _is_shape(triples: TermTriples, iri: str) -> bool:
    return iri.startswith(PAN) and not _SHAPES.isdisjoint(iris(triples, iri, RDF + "type"))


def _constraint(triples: TermTriples, users: Mapping[str, tuple[str, ...]], iri: str) -> Constraint:
    severities = iris(triples, iri, SH + "severity")
    severity = _SEVERITIES.get(severities[0], Severity.VIOLATION) if severities else Severity.VIOLATION
    reached = {iri, *_above(users, iri)}
    targets = {target for shape in reached for target in iris(triples, shape, *_TARGETS)}
    return Constraint(iri, severity, texts(triples, iri, SH + "message"), tuple(sorted(targets)))


def _users(triples: TermTriples) -> Mapping[str, tuple[str, ...]]:
    users: dict[str, list[str]] = {}
    for user, properties in triples.items():
        for predicate in (SH + "sparql", *(_LINKS if SH + "path" not in properties else ())):
            for used in properties.get(predicate, ()):
                users.setdefault(plain(used), []).append(user)
    return {used: tuple(sorted(by)) for used, by in users.items()}


def _above(users: Mapping[str, tuple[str, ...]], iri: str) -> Iterator[str]:
    visited, waiting = {iri}, [iri]
    while waiting:
        for user in users.get(waiting.pop(), ()):
            if user not in visited:
                visited.add(user)
                waiting.append(user)
                yield user


def terms_of(triples: TermTriples, constraints: tuple[Constraint, ...]) -> Mapping[str, tuple[Constraint, ...]]:
    by_term: dict[str, list[Constraint]] = {}
    for constraint in constraints:
        if constraint.messages:
            for term in {*constraint.targets, *_on_path(triples, constraint.iri)}:
                by_term.setdefault(term, []).append(constraint)
    return {term: tuple(sorted(rules, key=_weight)) for term, rules in by_term.items()}


def _weight(constraint: Constraint) -> tuple[int, str]:
    return constraint.severity.rank, constraint.iri


def _on_path(triples: TermTriples, shape: str) -> Iterator[str]:
    waiting = list(triples.get(shape, {}).get(SH + "path", ()))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ox.NamedNode):
            yield node.value
        else:
            waiting += [inner for values in triples.get(plain(node), {}).values() for inner in values]


_MOST: Final = 12
"""No more statements than this in an example of a class: it is to be read at a glance."""

_LOOKED_AT: Final = 50
"""So many things of a class, the first by IRI, are looked at for its example: one of them is like any other."""

_SHOWN: Final = 2
"""So many values of the property an example is for."""

_FIRST: Final = (
    RDF + "type", SKOS + "notation", DCTERMS + "identifier", SKOS + "prefLabel", RDFS + "label", DCTERMS + "title",
)  # fmt: skip

Statements = Mapping[str, tuple[tuple[str, RdfTerm], ...]]


def find_examples(counts: Counts, terms: Iterable[Term], prefixes: Mapping[str, str]) -> Mapping[str, Example]:
    """An example for each class and property the graph uses, by the term's IRI.

    Of a class it is the whole block of the instance with the most kinds of statements that is still short,
    the first by IRI; of a property what that instance says with it, or else the first thing that has it.
    """
    wanted = tuple(terms)
    chosen = _choose(counts, wanted)
    properties = [term.iri for term in wanted if term.kind in (TermKind.OBJECT, TermKind.DATATYPE)]
    statements = dict(_statements(counts, {*chosen.values()}, properties))
    properties_shown = {name for of in statements.values() for name, _ in of}
    users = counts.first_users([name for name in properties if name not in properties_shown])
    statements |= _statements(counts, {*users.values()} - statements.keys(), properties)
    added = {term.iri for term in wanted if term.use.derived}
    examples = {
        kind: _of_class(example, statements[example], prefixes, without=added) for kind, example in chosen.items()
    }
    best = sorted(set(chosen.values()))
    for name in properties:
        with_it = (
            candidate
            for candidate in (*best, users.get(name, ""))
            if any(p == name for p, _ in statements.get(candidate, ()))
        )
        if (example := next(with_it, None)) is not None:
            examples[name] = _of_property(example, name, statements[example], prefixes)
    return examples


def _choose(counts: Counts, terms: Iterable[Term]) -> Mapping[str, str]:
    instances: dict[str, list[str]] = {}
    for kind, instance in counts.read("ontology/things-of-classes"):
        instances.setdefault(plain(kind), []).append(plain(instance))
    looked_at = {instance for of in instances.values() for instance in sorted(of)[:_LOOKED_AT]}
    ranked: dict[str, list[tuple[int, int, str]]] = {}
    for kind, instance, kinds, number in counts.read("ontology/instances", thing=sorted(looked_at)):
        count = int(plain(number))
        shown = count if count > _MOST else -int(plain(kinds))
        ranked.setdefault(plain(kind), []).append((shown, count, plain(instance)))
    chosen: dict[str, str] = {}
    for term in terms:
        if term.kind is TermKind.CLASS:
            below = [rank for kind in (term.iri, *term.axioms.children) for rank in ranked.get(kind, ())]
            candidates = ranked.get(term.iri) or below
            if candidates:
                chosen[term.iri] = min(candidates)[2]
    return chosen


def _statements(counts: Counts, iris: Collection[str], derived: Iterable[str]) -> Statements:
    query = program_query("ontology/example-statements", thing=sorted(iris), p=derived)
    statements: dict[str, set[tuple[str, RdfTerm]]] = {}
    for iri, name, value in counts.said_of(iris):
        if name.startswith(PAN):
            statements.setdefault(iri, set()).add((name, value))
    for triple in construct(counts.store, counts.seen(query)):
        if not isinstance(triple.object, ox.Triple) and isinstance(triple.subject, ox.NamedNode):
            statements.setdefault(triple.subject.value, set()).add((triple.predicate.value, triple.object))
    return {iri: tuple(sorted(pairs, key=_rank)) for iri, pairs in statements.items()}


def _rank(pair: tuple[str, RdfTerm]) -> tuple[int, str, int, str]:
    predicate, value = pair
    place = _FIRST.index(predicate) if predicate in _FIRST else len(_FIRST)
    language = value.language if isinstance(value, ox.Literal) else ""
    return place, predicate, 0 if language == LANGUAGES[0] else 1, str(value)


def _of_class(
    iri: str, pairs: Iterable[tuple[str, RdfTerm]], prefixes: Mapping[str, str], *, without: Container[str]
) -> Example:
    stated = [(predicate, value) for predicate, value in pairs if predicate not in without]
    return Example(iri, _written(iri, stated[:_MOST], prefixes))


def _of_property(iri: str, name: str, pairs: Iterable[tuple[str, RdfTerm]], prefixes: Mapping[str, str]) -> Example:
    every = tuple(pairs)
    kinds = [pair for pair in every if pair[0] == RDF + "type"][:1]
    return Example(iri, _written(iri, [*kinds, *[pair for pair in every if pair[0] == name][:_SHOWN]], prefixes))


def _written(iri: str, pairs: Iterable[tuple[str, RdfTerm]], prefixes: Mapping[str, str]) -> str:
    return write_block(Block(short(iri, prefixes), tuple(_lines(pairs, prefixes))))


def _lines(pairs: Iterable[tuple[str, RdfTerm]], prefixes: Mapping[str, str]) -> Iterator[TurtleLine]:
    for predicate, value in pairs:
        name = "a" if predicate == RDF + "type" else short(predicate, prefixes)
        yield TurtleLine(name, turtle_of(value, prefixes))


def turtle_of(value: RdfTerm, prefixes: Mapping[str, str]) -> str:
    """A term as this house writes it in Turtle.

    >>> turtle_of(ox.Literal("2020", datatype=ox.NamedNode(XSD + "gYear")), {"xsd": XSD})
    '"2020"^^xsd:gYear'
    """
    if isinstance(value, ox.NamedNode):
        return short(value.value, prefixes)
    if isinstance(value, ox.BlankNode):
        return str(value)
    if value.language:
        return text(value.value, value.language)
    datatype = value.datatype.value
    return string(value.value) + ("" if datatype == XSD + "string" else f"^^{short(datatype, prefixes)}")


Pairs = Mapping[str, tuple[Tally, ...]]


class Usage:
    def __init__(self, counts: Counts) -> None:
        self.predicates = {name: number for (name,), number in counts.tallied("counts/properties").items()}
        self.classes = {name: number for (name,), number in counts.tallied("counts/classes").items()}
        self.on, self.has = _pairs(counts, "counts/properties-by-class")
        self.to, self.reached = _pairs(counts, "counts/properties-by-target")
        ours = sorted(name for name in self.predicates if name.startswith(PAN))
        self.stated = frozenset(plain(row[0]) for row in counts.read("counts/stated-properties", p=ours))

    def of_class(self, iri: str) -> TermUse:
        return TermUse(self.classes.get(iri, 0), self.has.get(iri, ()), self.reached.get(iri, ()))

    def of_property(self, iri: str) -> TermUse:
        number = self.predicates.get(iri, 0)
        is_derived = bool(number) and iri not in self.stated
        return TermUse(number, self.on.get(iri, ()), self.to.get(iri, ()), is_derived)


def _pairs(counts: Counts, query: str) -> tuple[Pairs, Pairs]:
    by_property: dict[str, list[Tally]] = {}
    by_class: dict[str, list[Tally]] = {}
    for (name, kind), number in counts.tallied(query).items():
        by_property.setdefault(name, []).append(Tally(kind, number))
        by_class.setdefault(kind, []).append(Tally(name, number))
    return _sorted(by_property), _sorted(by_class)


def _sorted(by_key: Mapping[str, list[Tally]]) -> Pairs:
    return {key: tuple(sorted(tallies, key=lambda t: (-t.number, t.iri))) for key, tallies in by_key.items()}


ANY: Final = ""
"""Stands for any thing: where a property has no domain and is used on many classes, or leads to many."""

_MANY: Final = 3
"""A property on more classes than this is drawn as one of any thing."""

_CONCEPT: Final = frozenset((SKOS + "Concept", SKOS + "ConceptScheme"))


@dataclass(frozen=True, slots=True)
class Relation:
    start: str
    term: str
    end: str
    derived: bool = False

    @property
    def to_concept(self) -> bool:
        return self.end in _CONCEPT


def relations(ontology: Ontology) -> tuple[Relation, ...]:
    """What each object property joins: the classes the ontology declares, else those seen in the graph.

    Subclasses count as their superclass, whose box holds them. Unused properties without a domain are of any thing.
    """
    tops = top_classes(ontology)
    joined = {
        Relation(start, term.iri, end, term.use.derived)
        for term in ontology.of_kind(TermKind.OBJECT)
        for start in _ends(term.axioms.domains, term.use.subjects, tops)
        for end in _ends(term.axioms.ranges, term.use.objects, tops)
    }
    return tuple(sorted(joined, key=lambda r: (r.start, r.end, r.term)))


def top_classes(ontology: Ontology) -> Mapping[str, str]:
    terms: Mapping[str, Term] = ontology.by_iri()

    def top(iri: str) -> str:
        above = [parent for parent in terms[iri].axioms.parents if parent in terms]
        return top(above[0]) if above else iri

    return {term.iri: top(term.iri) for term in ontology.of_kind(TermKind.CLASS)}


def _ends(declared: tuple[str, ...], used: tuple[Tally, ...], tops: Mapping[str, str]) -> tuple[str, ...]:
    stated = {tops.get(iri, iri) for iri in declared if iri.startswith(PAN) or iri in _CONCEPT}
    tops_used = {tops[tally.iri] for tally in used if tally.iri in tops}
    return tuple(sorted(stated or (tops_used if 0 < len(tops_used) <= _MANY else {ANY})))


OWL: Final = "http://www.w3.org/2002/07/owl#"
_KINDS: Final = {
    OWL + "Class": TermKind.CLASS,
    OWL + "ObjectProperty": TermKind.OBJECT,
    OWL + "DatatypeProperty": TermKind.DATATYPE,
    OWL + "NamedIndividual": TermKind.INDIVIDUAL,
}
_ABOVE: Final = (RDFS + "subClassOf", RDFS + "subPropertyOf")
_MATCHES: Final = (
    *_ABOVE, OWL + "equivalentClass", OWL + "equivalentProperty", OWL + "sameAs",
    *(SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")),
)  # fmt: skip


def read_ontology(project: Project, store: Store, links: LinkView | None = None) -> Ontology:
    """Read the ontology, its alignments, schemes and shapes, and how the graph in the store uses them.

    Derived links that the store does not hold yet are counted from their view in ``links``.

    >>> from pan2kg.graph.graph import open_graph
    >>> graph = open_graph()
    >>> ontology = read_ontology(graph.project, graph.store)
    >>> ontology.by_iri()[PAN + "inPlan"].axioms.ranges
    ('https://w3id.org/pan2kg/ontology#Plan',)
    """
    return counted(store, links, partial(_read, project))


def _read(project: Project, counts: Counts) -> Ontology:
    prefixes = read_prefixes(project)
    ontology = read_triples([project.ontology / "pan2kg.ttl"])
    aligned = read_triples(path for path in [project.ontology / "alignments.ttl"] if path.is_file())
    shapes = read_triples(project.shape_files())
    constraints = read_constraints(shapes)
    usage = Usage(counts)
    looked_at = terms_of(shapes, constraints)
    terms = [replace(term, constraints=looked_at.get(term.iri, ())) for term in _terms(ontology, aligned, usage)]
    used = counts.tallied("ontology/values-of-schemes")
    examples = find_examples(counts, terms, prefixes)
    return Ontology(
        _heading(ontology, prefixes),
        tuple(replace(term, example=examples.get(term.iri)) for term in terms),
        read_schemes(read_triples(sorted((project.ontology / "schemes").glob("*.ttl"))), used),
        _vocabularies((ontology, aligned), usage, prefixes),
        constraints,
        prefixes,
    )


def _terms(ontology: TermTriples, aligned: TermTriples, usage: Usage) -> Iterable[Term]:
    pointing = _pointing(ontology)
    for iri in sorted((iri for iri in ontology if iri.startswith(PAN)), key=lambda iri: (iri.lower(), iri)):
        kinds = [_KINDS[kind] for kind in iris(ontology, iri, RDF + "type") if kind in _KINDS]
        if kinds:
            is_property = kinds[0] in (TermKind.OBJECT, TermKind.DATATYPE)
            yield Term(
                iri,
                kinds[0],
                texts(ontology, iri, RDFS + "label"),
                texts(ontology, iri, SKOS + "definition"),
                _axioms(ontology, aligned, pointing, iri),
                usage.of_property(iri) if is_property else usage.of_class(iri),
            )


Pointing = Mapping[tuple[str, str], list[str]]
"""The terms that point to another, by property and by that other."""


def _pointing(ontology: TermTriples) -> Pointing:
    pointing: dict[tuple[str, str], list[str]] = {}
    for start in ontology:
        for name in (*_ABOVE, OWL + "inverseOf"):
            for end in iris(ontology, start, name):
                pointing.setdefault((name, end), []).append(start)
    return pointing


def _axioms(ontology: TermTriples, aligned: TermTriples, pointing: Pointing, iri: str) -> Axioms:
    inverses = {*iris(ontology, iri, OWL + "inverseOf"), *pointing.get((OWL + "inverseOf", iri), ())}
    return Axioms(
        iris(ontology, iri, *_ABOVE),
        tuple(dict.fromkeys(child for name in _ABOVE for child in pointing.get((name, iri), ()))),
        iris(ontology, iri, RDFS + "domain"),
        iris(ontology, iri, RDFS + "range"),
        tuple(sorted(inverses)),
        tuple(Alignment(relation, target) for relation in _MATCHES for target in iris(aligned, iri, relation)),
    )


def _heading(ontology: TermTriples, prefixes: Mapping[str, str]) -> Heading:
    subject = next(iter(s for s in ontology if OWL + "Ontology" in iris(ontology, s, RDF + "type")), "")
    properties = ontology.get(subject, {})
    names = {short(predicate, prefixes): values for predicate, values in properties.items()}
    values: dict[str, str] = {name: plain(names[name][0]) for name in REQUIRED if name in names}
    titles, descriptions = (texts(ontology, subject, DCTERMS + name) for name in ("title", "description"))
    return Heading(subject, titles, descriptions, values)


def _vocabularies(files: Iterable[TermTriples], usage: Usage, prefixes: Mapping[str, str]) -> tuple[Vocabulary, ...]:
    counts: dict[str, int] = {}
    for iri, number in (*usage.predicates.items(), *usage.classes.items()):
        counts[iri] = counts.get(iri, 0) + number
    for triples in files:
        for properties in triples.values():
            counts |= {iri: counts.get(iri, 0) for iri in (*properties, *_named(properties)) if iri not in counts}
    by_prefix: dict[str, list[Tally]] = {}
    for iri in sorted(counts):
        prefix = short(iri, prefixes).partition(":")[0]
        if prefix in prefixes and not iri.startswith((PAN, ID, ROOT)):
            by_prefix.setdefault(prefix, []).append(Tally(iri, counts[iri]))
    return tuple(Vocabulary(prefix, prefixes[prefix], tuple(terms)) for prefix, terms in sorted(by_prefix.items()))


def _named(properties: Mapping[str, tuple[object, ...]]) -> Iterable[str]:
    for predicate in (*_MATCHES, RDF + "type", RDFS + "domain", RDFS + "range"):
        yield from (plain(value) for value in properties.get(predicate, ()) if hasattr(value, "value"))  # type: ignore[arg-type]
