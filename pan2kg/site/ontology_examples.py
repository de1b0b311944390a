"""An example of each class and property of the ontology: a thing of the graph, and a block of Turtle.

``ontology`` asks for them, and gives them with its terms. A class is shown by the thing that says
most about it in a few lines, a property by a thing that is shown already where one uses it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.i18n import LANGUAGES
from pan2kg.store import Store, Term as Node, construct, gathered, plain, program_query, select
from pan2kg.turtle import DCTERMS, RDF, RDFS, SKOS, XSD, writer

_MOST_STATEMENTS = 12
"""So many statements of a thing are shown of its class at most."""
_MOST_CANDIDATES = 50
"""So many things of a class, the first by IRI, are looked at for its example: one of them is like any other."""
_MOST_VALUES = 2
"""So many values of a property are shown at most."""
_NAMING = (
    RDF + "type",
    SKOS + "notation",
    DCTERMS + "identifier",
    SKOS + "prefLabel",
    RDFS + "label",
    DCTERMS + "title",
)
"""The properties by which a thing is named, which stand first."""


class ShownStatement(NamedTuple):
    """What is said of a thing: a property and a value of it."""

    property: str
    value: Node


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
    users = _users_of_unused(store, terms.properties, statements)
    unread = {*users.values()} - statements.keys()
    statements.update(_example_statements(store, unread, terms.properties))

    examples = {}
    for kind, instance in instances.items():
        stated = [said for said in statements[instance] if said.property not in terms.derived]
        examples[kind] = _example(instance, stated[:_MOST_STATEMENTS], prefixes)
    best = sorted(set(instances.values()))
    for name in terms.properties:
        shown_by = [*best, users[name]] if name in users else best
        for instance in shown_by:
            stated = statements.get(instance, [])
            using = [said for said in stated if said.property == name]
            if using:
                types = [said for said in stated if said.property == RDF + "type"]
                shown = [*types[:1], *using[:_MOST_VALUES]]
                examples[name] = _example(instance, shown, prefixes)
                break
    return examples


def _best_instances(store: Store, classes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """By class the thing that shows it best, one of its own or else of a class right below it."""
    rows = select(store, program_query("ontology/things-of-classes")).rows
    instances = gathered((plain(kind), plain(thing)) for kind, thing in rows)
    looked_at: set[str] = set()
    for things in instances.values():
        looked_at.update(sorted(things)[:_MOST_CANDIDATES])
    candidates: dict[str, list[_Instance]] = {}
    query = program_query("ontology/instances", thing=sorted(looked_at))
    for row in select(store, query).rows:
        kind, thing, kinds_number, statements_number = map(plain, row)
        number = int(statements_number)
        rank = number if number > _MOST_STATEMENTS else -int(kinds_number)
        candidates.setdefault(kind, []).append(_Instance(rank, number, thing))
    best = {}
    for iri, children in classes.items():
        instances_of = [*candidates.get(iri, ())]
        if not instances_of:
            for child in children:
                instances_of += candidates.get(child, ())
        if instances_of:
            best[iri] = min(instances_of).iri
    return best


def _users_of_unused(
    store: Store, properties: Iterable[str], statements: Mapping[str, Sequence[ShownStatement]]
) -> Mapping[str, str]:
    """By property a thing it is used of, for the properties that these statements do not use."""
    shown: set[str] = set()
    for stated in statements.values():
        shown.update(said.property for said in stated)
    missing = [name for name in properties if name not in shown]
    rows = select(store, program_query("ontology/users", property=missing)).rows
    return {plain(name): plain(user) for name, user in rows}


def _example_statements(
    store: Store, instances: Iterable[str], properties: Sequence[str]
) -> dict[str, list[ShownStatement]]:
    """What is said of each thing by these properties and by those that name a thing, in order."""
    query = program_query("ontology/example-statements", thing=sorted({*instances}), p=properties)
    statements: dict[str, set[ShownStatement]] = {}
    for triple in construct(store, query):
        if isinstance(triple.subject, ox.NamedNode) and not isinstance(triple.object, ox.Triple):
            stated = statements.setdefault(triple.subject.value, set())
            stated.add(ShownStatement(triple.predicate.value, triple.object))
    return {iri: sorted(stated, key=_statement_order) for iri, stated in statements.items()}


def _statement_order(said: ShownStatement) -> tuple[int, str, bool, str]:
    """What names a thing stands first, and each text in the first language before the others."""
    name = said.property
    place = _NAMING.index(name) if name in _NAMING else len(_NAMING)
    language = said.value.language if isinstance(said.value, ox.Literal) else ""
    return place, name, language != LANGUAGES[0], str(said.value)


def _example(
    instance: str, statements: Iterable[ShownStatement], prefixes: Mapping[str, str]
) -> TermExample:
    lines = []
    for said in statements:
        verb = "a" if said.property == RDF + "type" else writer.iri(said.property, prefixes)
        lines.append(writer.TurtleLine(verb, _turtle_term(said.value, prefixes)))
    block = writer.Block(writer.iri(instance, prefixes), tuple(lines))
    return TermExample(instance, writer.write_block(block))


def _turtle_term(value: Node, prefixes: Mapping[str, str]) -> str:
    if isinstance(value, ox.NamedNode):
        return writer.iri(value.value, prefixes)
    if isinstance(value, ox.BlankNode):
        return str(value)
    if value.language:
        return writer.text(value.value, value.language)
    datatype = value.datatype.value
    typed = "" if datatype == XSD + "string" else f"^^{writer.iri(datatype, prefixes)}"
    return writer.string(value.value) + typed
