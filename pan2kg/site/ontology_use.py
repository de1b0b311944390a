"""How terms of the ontology are used: the shapes that constrain them, how often they occur, and an example of each.

Shapes give which terms each constrains, its message and its severity. Counts come from queries made once for all
terms. Examples are chosen by rule, so that the same graph gives the same ones.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.site.ontology_links import Counts
from pan2kg.site.ontology_terms import Constraint, Example, Kind, Tally, Term, TermTriples, Use, iris, texts
from pan2kg.store.queries import program_query
from pan2kg.store.store import Term as RdfTerm
from pan2kg.store.store import construct, plain
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDF, RDFS, SH, SKOS, XSD
from pan2kg.turtle.writer import Block, Statement, iri, string, text, write_turtle
from pan2kg.validation.report import Severity

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
        things = [thing for thing in (*best, users.get(name, "")) if any(p == name for p, _ in said.get(thing, ()))]
        if things:
            found[name] = _of_property(things[0], name, said[things[0]], prefixes)
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
    block = Block(iri(thing, prefixes), tuple(_lines(said, prefixes)))
    return write_turtle([block], prefixes).partition("\n\n")[2]


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
        self.stated = frozenset(plain(row[0]) for row in counts.read("counts/stated-properties"))

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
