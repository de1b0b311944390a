"""How terms of the ontology are used: shapes that constrain them, how often they occur, and an example of each.

The links of works that share something make more statements than all files do. They are all made alike, so that how
often each property and class occurs follows from their view; what the store would count of them, it needs not hold.

Shapes give which terms each constrains, its message and its severity. Counts come from queries made once for all
terms. Examples are chosen by rule, so that the same graph gives the same ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Final, TypeVar

import pyoxigraph as ox

from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.site.ontology_terms import Constraint, Example, Kind, Tally, Term, TermTriples, Use, iris, texts
from pan2kg.store.derived_links import DERIVED_FROM, JOINED, KINDS, Links, joined_works
from pan2kg.store.link_view import LinkView, bare_term
from pan2kg.store.queries import program_query
from pan2kg.store.store import LocalStore, OwnQuery, Store, construct, plain, select
from pan2kg.store.store import Term as Node
from pan2kg.store.store import Term as RdfTerm
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN, RDF, RDFS, SH, SKOS, XSD
from pan2kg.turtle.writer import Block, Statement, iri, string, text, write_block
from pan2kg.validation.report import Severity

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

    def said_of(self, things: Iterable[str]) -> Iterator[tuple[str, str, Node]]:
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
    for (one, two), rank in joined_works(held, Links(links, len(links)), view.levels).items():
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


_SEVERITIES: Final = {SH + "Warning": Severity.WARNING, SH + "Info": Severity.INFO}
_TARGETS: Final = (SH + "targetClass", SH + "targetSubjectsOf", SH + "targetObjectsOf")
_LINKS: Final = (SH + "property", SH + "node")
_SHAPES: Final = frozenset(
    SH + name for name in ("NodeShape", "PrefixDeclaration", "PropertyShape", "SPARQLConstraint")
)


def read_constraints(triples: TermTriples) -> tuple[Constraint, ...]:
    """Every shape with an IRI, and what shapes refer to, by name; a mere condition has no target of its own."""
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
    """For each shape or constraint the shapes that apply it to what they look at, not to what their path leads to."""
    found: dict[str, list[str]] = {}
    for user, said in triples.items():
        for predicate in (SH + "sparql", *(_LINKS if SH + "path" not in said else ())):
            for used in said.get(predicate, ()):
                found.setdefault(plain(used), []).append(user)
    return {used: tuple(sorted(by)) for used, by in found.items()}


def _above(users: Mapping[str, tuple[str, ...]], iri: str) -> Iterator[str]:
    seen, left = {iri}, [iri]
    while left:
        for user in users.get(left.pop(), ()):
            if user not in seen:
                seen.add(user)
                left.append(user)
                yield user


def terms_of(triples: TermTriples, constraints: tuple[Constraint, ...]) -> Mapping[str, tuple[Constraint, ...]]:
    """For each term of ours the constraints with a message that target it or have it in their path."""
    found: dict[str, list[Constraint]] = {}
    for constraint in constraints:
        if constraint.messages:
            for term in {*constraint.targets, *_on_path(triples, constraint.iri)}:
                found.setdefault(term, []).append(constraint)
    return {term: tuple(sorted(said, key=_weight)) for term, said in found.items()}


def _weight(constraint: Constraint) -> tuple[int, str]:
    return constraint.severity.rank, constraint.iri


def _on_path(triples: TermTriples, shape: str) -> Iterator[str]:
    """The properties in a path, through lists and inverses."""
    left = list(triples.get(shape, {}).get(SH + "path", ()))
    while left:
        node = left.pop()
        if isinstance(node, ox.NamedNode):
            yield node.value
        else:
            left += [inner for said in triples.get(plain(node), {}).values() for inner in said]


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
    properties = [term.iri for term in wanted if term.kind in (Kind.OBJECT, Kind.DATATYPE)]
    said = dict(_statements(counts, {*chosen.values()}, properties))
    shown = {name for of in said.values() for name, _ in of}
    users = counts.first_users([name for name in properties if name not in shown])
    said |= _statements(counts, {*users.values()} - said.keys(), properties)
    added = {term.iri for term in wanted if term.use.derived}
    found = {kind: _of_class(thing, said[thing], prefixes, without=added) for kind, thing in chosen.items()}
    best = sorted(set(chosen.values()))
    for name in properties:
        with_it = (one for one in (*best, users.get(name, "")) if any(p == name for p, _ in said.get(one, ())))
        if (thing := next(with_it, None)) is not None:
            found[name] = _of_property(thing, name, said[thing], prefixes)
    return found


def _choose(counts: Counts, terms: Iterable[Term]) -> Mapping[str, str]:
    """For each class the thing that shows it; a class without instances borrows from those below it."""
    things: dict[str, list[str]] = {}
    for kind, thing in counts.read("ontology/things-of-classes"):
        things.setdefault(plain(kind), []).append(plain(thing))
    looked_at = {thing for of in things.values() for thing in sorted(of)[:_LOOKED_AT]}
    ranked: dict[str, list[tuple[int, int, str]]] = {}
    for kind, thing, kinds, number in counts.read("ontology/instances", thing=sorted(looked_at)):
        count = int(plain(number))
        shown = count if count > _MOST else -int(plain(kinds))
        ranked.setdefault(plain(kind), []).append((shown, count, plain(thing)))
    found: dict[str, str] = {}
    for term in terms:
        if term.kind is Kind.CLASS:
            below = [rank for kind in (term.iri, *term.axioms.children) for rank in ranked.get(kind, ())]
            own = ranked.get(term.iri) or below
            if own:
                found[term.iri] = min(own)[2]
    return found


def _statements(counts: Counts, things: Collection[str], derived: Iterable[str]) -> Statements:
    """What is stated of things, without what rules add except for the properties that are documented."""
    query = program_query("ontology/example-statements", thing=sorted(things), p=derived)
    found: dict[str, set[tuple[str, RdfTerm]]] = {}
    for thing, name, value in counts.said_of(things):
        if name.startswith(PAN):
            found.setdefault(thing, set()).add((name, value))
    for triple in construct(counts.store, counts.seen(query)):
        if not isinstance(triple.object, ox.Triple) and isinstance(triple.subject, ox.NamedNode):
            found.setdefault(triple.subject.value, set()).add((triple.predicate.value, triple.object))
    return {thing: tuple(sorted(said, key=_rank)) for thing, said in found.items()}


def _rank(said: tuple[str, RdfTerm]) -> tuple[int, str, int, str]:
    predicate, value = said
    first = _FIRST.index(predicate) if predicate in _FIRST else len(_FIRST)
    language = value.language if isinstance(value, ox.Literal) else ""
    return first, predicate, 0 if language == LANGUAGES[0] else 1, str(value)


def _of_class(
    thing: str, said: Iterable[tuple[str, RdfTerm]], prefixes: Mapping[str, str], *, without: Container[str]
) -> Example:
    stated = [(predicate, value) for predicate, value in said if predicate not in without]
    return Example(thing, _written(thing, stated[:_MOST], prefixes))


def _of_property(thing: str, name: str, said: Iterable[tuple[str, RdfTerm]], prefixes: Mapping[str, str]) -> Example:
    every = tuple(said)
    kinds = [pair for pair in every if pair[0] == RDF + "type"][:1]
    return Example(thing, _written(thing, [*kinds, *[pair for pair in every if pair[0] == name][:_SHOWN]], prefixes))


def _written(thing: str, said: Iterable[tuple[str, RdfTerm]], prefixes: Mapping[str, str]) -> str:
    return write_block(Block(iri(thing, prefixes), tuple(_lines(said, prefixes))))


def _lines(said: Iterable[tuple[str, RdfTerm]], prefixes: Mapping[str, str]) -> Iterator[Statement]:
    for predicate, value in said:
        name = "a" if predicate == RDF + "type" else iri(predicate, prefixes)
        yield Statement(name, turtle_of(value, prefixes))


def turtle_of(value: RdfTerm, prefixes: Mapping[str, str]) -> str:
    """A term as this house writes it in Turtle.

    >>> turtle_of(ox.Literal("2020", datatype=ox.NamedNode(XSD + "gYear")), {"xsd": XSD})
    '"2020"^^xsd:gYear'
    """
    if isinstance(value, ox.NamedNode):
        return iri(value.value, prefixes)
    if isinstance(value, ox.BlankNode):
        return str(value)
    if value.language:
        return text(value.value, value.language)
    datatype = value.datatype.value
    return string(value.value) + ("" if datatype == XSD + "string" else f"^^{iri(datatype, prefixes)}")


Pairs = Mapping[str, tuple[Tally, ...]]


class Usage:
    """What was counted, for all terms at once."""

    def __init__(self, counts: Counts) -> None:
        self.predicates = {name: number for (name,), number in counts.tallied("counts/properties").items()}
        self.classes = {name: number for (name,), number in counts.tallied("counts/classes").items()}
        self.on, self.has = _pairs(counts, "counts/properties-by-class")
        self.to, self.reached = _pairs(counts, "counts/properties-by-target")
        ours = sorted(name for name in self.predicates if name.startswith(PAN))
        self.stated = frozenset(plain(row[0]) for row in counts.read("counts/stated-properties", p=ours))

    def of_class(self, iri: str) -> Use:
        """How many instances a class has, the properties they have, and those that lead to them."""
        return Use(self.classes.get(iri, 0), self.has.get(iri, ()), self.reached.get(iri, ()))

    def of_property(self, iri: str) -> Use:
        """How many statements a property makes, on which classes, and to which it leads."""
        number = self.predicates.get(iri, 0)
        is_derived = bool(number) and iri not in self.stated
        return Use(number, self.on.get(iri, ()), self.to.get(iri, ()), is_derived)


def _pairs(counts: Counts, what: str) -> tuple[Pairs, Pairs]:
    """Classes by property and properties by class, the most used first."""
    by_property: dict[str, list[Tally]] = {}
    by_class: dict[str, list[Tally]] = {}
    for (name, kind), number in counts.tallied(what).items():
        by_property.setdefault(name, []).append(Tally(kind, number))
        by_class.setdefault(kind, []).append(Tally(name, number))
    return _sorted(by_property), _sorted(by_class)


def _sorted(found: Mapping[str, list[Tally]]) -> Pairs:
    return {key: tuple(sorted(tallies, key=lambda t: (-t.number, t.iri))) for key, tallies in found.items()}
