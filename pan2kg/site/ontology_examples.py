"""An example of each class and property of the ontology: a thing of the graph, and a block of Turtle.

A class is shown by the thing that says most about it in a few lines, a property by a thing that is
shown already where one uses it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.store import Store, Term as Node, construct, plain, program_query, select
from pan2kg.turtle import DCTERMS, RDF, RDFS, SKOS, XSD, writer

_MOST = 12
"""So many statements of a thing are shown of its class at most."""
_LOOKED_AT = 50
"""So many things of a class, the first by IRI, are looked at for its example: one of them is like any other."""
_FIRST = (
    RDF + "type",
    SKOS + "notation",
    DCTERMS + "identifier",
    SKOS + "prefLabel",
    RDFS + "label",
    DCTERMS + "title",
)

Statement = tuple[str, Node]
"""What is said of a thing: predicate and object."""


class ShownTerms(NamedTuple):
    """The terms that are to be shown: classes with those right below, properties, and the derived of them."""

    classes: Mapping[str, Sequence[str]]
    properties: Sequence[str]
    derived: Collection[str]


class TermExample(NamedTuple):
    """The thing that shows a term, and some of what is said of it."""

    instance: str
    turtle: str


class _Instance(NamedTuple):
    # how well a thing shows its class: the least rank shows it best, which is the thing of most
    # kinds, and after all others what has many statements
    rank: int
    statements_number: int
    iri: str


def examples_of(
    store: Store, terms: ShownTerms, prefixes: Mapping[str, str]
) -> Mapping[str, TermExample]:
    """An example of each class that has a thing, and of each property that is used."""
    instances = _best_instances(store, terms.classes)
    statements = _example_statements(store, instances.values(), terms.properties)
    users = _users_of_others(store, terms.properties, statements)
    unread = {*users.values()} - statements.keys()
    statements.update(_example_statements(store, unread, terms.properties))

    examples = {}
    for kind, instance in instances.items():
        stated = [pair for pair in statements[instance] if pair[0] not in terms.derived]
        examples[kind] = _example(instance, stated[:_MOST], prefixes)
    best = sorted(set(instances.values()))
    for name in terms.properties:
        for instance in (*best, users.get(name, "")):
            stated = statements.get(instance, [])
            values = [pair for pair in stated if pair[0] == name]
            if values:
                types = [pair for pair in stated if pair[0] == RDF + "type"]
                examples[name] = _example(instance, [*types[:1], *values[:2]], prefixes)
                break
    return examples


def _best_instances(store: Store, classes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    # class → the thing that shows it best, of its own or else of a class right below it
    of_kind: dict[str, list[str]] = defaultdict(list)
    for kind, instance in select(store, program_query("ontology/things-of-classes")).rows:
        of_kind[plain(kind)].append(plain(instance))
    looked_at: set[str] = set()
    for instances in of_kind.values():
        looked_at.update(sorted(instances)[:_LOOKED_AT])
    ranked: dict[str, list[_Instance]] = {}
    query = program_query("ontology/instances", thing=sorted(looked_at))
    for kind, instance, kinds_number, statements_number in select(store, query).rows:
        count = int(plain(statements_number))
        rank = count if count > _MOST else -int(plain(kinds_number))
        candidate = _Instance(rank, count, plain(instance))
        ranked.setdefault(plain(kind), []).append(candidate)
    best = {}
    for iri, children in classes.items():
        candidates = [*ranked.get(iri, ())]
        if not candidates:
            for child in children:
                candidates += ranked.get(child, ())
        if candidates:
            best[iri] = min(candidates).iri
    return best


def _users_of_others(
    store: Store, properties: Iterable[str], statements: Mapping[str, Sequence[Statement]]
) -> Mapping[str, str]:
    # a thing for each property that these statements do not use
    shown: set[str] = set()
    for stated in statements.values():
        shown.update(predicate for predicate, _ in stated)
    missing = [name for name in properties if name not in shown]
    rows = select(store, program_query("ontology/users", property=missing)).rows
    return {plain(name): plain(user) for name, user in rows}


def _example_statements(
    store: Store, instances: Iterable[str], properties: Sequence[str]
) -> dict[str, list[Statement]]:
    # what is said of these things by our properties and by those that name a thing, in order
    query = program_query("ontology/example-statements", thing=sorted({*instances}), p=properties)
    statements: dict[str, set[Statement]] = {}
    for triple in construct(store, query):
        if isinstance(triple.subject, ox.NamedNode) and not isinstance(triple.object, ox.Triple):
            stated = statements.setdefault(triple.subject.value, set())
            stated.add((triple.predicate.value, triple.object))
    return {iri: sorted(stated, key=_place_of) for iri, stated in statements.items()}


def _place_of(statement: Statement) -> tuple[int, str, int, str]:
    # what names a thing first, and each text in the first language before the others
    predicate, value = statement
    place = _FIRST.index(predicate) if predicate in _FIRST else len(_FIRST)
    language = value.language if isinstance(value, ox.Literal) else ""
    return place, predicate, int(language != LANGUAGES[0]), str(value)


def _example(
    instance: str, statements: Iterable[Statement], prefixes: Mapping[str, str]
) -> TermExample:
    lines = []
    for predicate, value in statements:
        verb = "a" if predicate == RDF + "type" else writer.iri(predicate, prefixes)
        lines.append(writer.TurtleLine(verb, _turtle_of(value, prefixes)))
    block = writer.Block(writer.iri(instance, prefixes), tuple(lines))
    return TermExample(instance, writer.write_block(block))


def _turtle_of(value: Node, prefixes: Mapping[str, str]) -> str:
    if isinstance(value, ox.NamedNode):
        return writer.iri(value.value, prefixes)
    if isinstance(value, ox.BlankNode):
        return str(value)
    if value.language:
        return writer.text(value.value, value.language)
    datatype = value.datatype.value
    typed = "" if datatype == XSD + "string" else f"^^{writer.iri(datatype, prefixes)}"
    return writer.string(value.value) + typed
