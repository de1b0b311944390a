"""VoID: how many of what are in the graph, where its dumps are, and what it is linked to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from pan2kg.publish.catalogue.facts import DATASET
from pan2kg.publish.catalogue.form import write
from pan2kg.publish.catalogue.terms import FOAF, PREFIXES, TYPE, VOID, Sheet, node, said, typed
from pan2kg.publish.edition import Edition
from pan2kg.publish.void import TARGETS, Statistics
from pan2kg.turtle.vocabulary import DCTERMS, PAN
from pan2kg.turtle.writer import iri

PATHS: Final = (".well-known/void", "void.ttl")
"""Where the description stands: where machines look for it, and under a name a plain web server knows the type of."""

_NAMES: Final = {
    "eli": ("Textes législatifs de l’Union européenne (ELI)", "Legislation of the European Union (ELI)"),
    "legilux": ("Textes législatifs du Luxembourg (Legilux)", "Legislation of Luxembourg (Legilux)"),
    "sdg": ("Objectifs de développement durable", "Sustainable Development Goals"),
    "eurovoc": ("EuroVoc", "EuroVoc"),
    "eu-authority": ("Listes de référence de l’Union européenne", "Authority tables of the European Union"),
}


def write_void(edition: Edition, counted: Statistics, dumps: Sequence[str]) -> bytes:
    """The VoID description in Turtle."""
    sheet, issue = Sheet(), edition.issue
    places, dataset = issue.addresses, node(issue.dataset)
    document = node(places.file(PATHS[0]))
    sheet.call(document, VOID + "DatasetDescription")
    sheet.say(document, FOAF + "primaryTopic", dataset)
    sheet.call(dataset, VOID + "Dataset")
    for name in ("title", "description", "license", "publisher"):
        values = edition.facts.of(DATASET, DCTERMS + name)
        moved = (node(places.own(value.value)) if isinstance(value, ox.NamedNode) else value for value in values)
        sheet.say(dataset, DCTERMS + name, *moved)
    sheet.say(dataset, DCTERMS + "modified", typed(str(issue.modified), "date"))
    sheet.say(dataset, FOAF + "homepage", node(places.base))
    sheet.say(dataset, VOID + "uriSpace", ox.Literal(places.root + "id/"))
    sheet.say(dataset, VOID + "exampleResource", *_examples(edition))
    if places.endpoint:
        sheet.say(dataset, VOID + "sparqlEndpoint", node(places.endpoint))
    sheet.say(dataset, VOID + "dataDump", *(node(places.file(path)) for path in dumps))
    for name, number in _totals(counted).items():
        sheet.say(dataset, VOID + name, typed(str(number), "integer"))
    prefixes = {**edition.prefixes(), **PREFIXES, "void": VOID}
    sheet.say(dataset, VOID + "vocabulary", *map(node, _vocabularies(counted, prefixes)))
    _partition(sheet, dataset, counted, prefixes)
    _links(sheet, dataset, counted, prefixes)
    return write(sheet.triples, "ttl", {**PREFIXES, "void": VOID})


def _totals(counted: Statistics) -> dict[str, int]:
    return {
        "triples": counted.triples,
        "entities": sum(counted.classes.values()),
        "distinctSubjects": counted.subjects,
        "distinctObjects": counted.objects,
        "properties": len(counted.properties),
        "classes": len(counted.classes),
    }


def _examples(edition: Edition) -> list[ox.NamedNode]:
    """The first plan by its IRI, for a reader to try."""
    plans = edition.store.inner.quads_for_pattern(None, TYPE, node(PAN + "Plan"))
    names = sorted(quad.subject.value for quad in plans if isinstance(quad.subject, ox.NamedNode))
    return [node(edition.issue.addresses.own(name)) for name in names[:1]]


def _vocabularies(counted: Statistics, prefixes: Mapping[str, str]) -> list[str]:
    terms = [*counted.properties, *counted.classes]
    return sorted({space for space in prefixes.values() if any(term.startswith(space) for term in terms)})


def _slug(term: str, prefixes: Mapping[str, str]) -> str:
    return "-".join(part for part in iri(term, prefixes).strip("<>").replace(":", "/").split("/") if part)


def _partition(sheet: Sheet, dataset: ox.NamedNode, counted: Statistics, prefixes: Mapping[str, str]) -> None:
    for name, number in sorted(counted.classes.items()):
        part = node(f"{dataset.value}#class-{_slug(name, prefixes)}")
        sheet.say(dataset, VOID + "classPartition", part)
        sheet.say(part, VOID + "class", node(name))
        sheet.say(part, VOID + "entities", typed(str(number), "integer"))
    for name, number in sorted(counted.properties.items()):
        part = node(f"{dataset.value}#property-{_slug(name, prefixes)}")
        sheet.say(dataset, VOID + "propertyPartition", part)
        sheet.say(part, VOID + "property", node(name))
        sheet.say(part, VOID + "triples", typed(str(number), "integer"))


def _links(sheet: Sheet, dataset: ox.NamedNode, counted: Statistics, prefixes: Mapping[str, str]) -> None:
    for (target, predicate), number in sorted(counted.links.items()):
        part = node(f"{dataset.value}#links-{target}-{_slug(predicate, prefixes)}")
        other = node(f"{dataset.value}#target-{target}")
        sheet.say(dataset, VOID + "subset", part)
        sheet.call(part, VOID + "Linkset")
        sheet.say(part, VOID + "subjectsTarget", dataset)
        sheet.say(part, VOID + "objectsTarget", other)
        sheet.say(part, VOID + "linkPredicate", node(predicate))
        sheet.say(part, VOID + "triples", typed(str(number), "integer"))
        sheet.call(other, VOID + "Dataset")
        sheet.say(other, DCTERMS + "title", *said(*_NAMES[target]))
        sheet.say(other, VOID + "uriSpace", ox.Literal(TARGETS[target]))
