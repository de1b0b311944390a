"""What is in the graph, counted in one pass over its triples, and written as a VoID description.

The counts also serve the rewrite rules and the self-check of a release. VoID states how many statements of which
classes and properties there are, where the dumps are, and which other data sets are linked to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

import pyoxigraph as ox

from pan2kg.graph.dataset import CountryProfile
from pan2kg.graph.labels import best
from pan2kg.publish.catalogue.terms import (
    FOAF,
    PREFIXES,
    RELEASE,
    TYPE,
    VOID,
    OrderedTriples,
    links_missing,
    literals,
    node,
    said,
    typed,
    write,
)
from pan2kg.publish.dump import Content
from pan2kg.publish.edition import Edition
from pan2kg.store.derived_links import missing_links
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDF, RDFS
from pan2kg.turtle.writer import iri

TARGETS: Final = {
    "eli": "http://data.europa.eu/eli/",
    "sdg": "http://metadata.un.org/sdg/",
    "eurovoc": "http://eurovoc.europa.eu/",
    "eu-authority": "http://publications.europa.eu/resource/authority/",
}
"""Data sets of others that things here are linked to, by the beginning of their IRIs."""

_ANGLE: Final = ord("<")
_TYPE: Final = f"<{RDF}type>".encode()


def targets_of(profile: CountryProfile) -> Mapping[str, str]:
    """The data sets of others that things of a project can be linked to: with the gazette of its country.

    >>> targets_of(CountryProfile()) == TARGETS
    True
    """
    return {**TARGETS, "gazette": profile.gazette_space} if profile.gazette_space else TARGETS


@dataclass(frozen=True, slots=True)
class Statistics:
    """Triples, subjects and objects; triples by property, things by class, links by target and property."""

    triples: int
    subjects: int
    objects: int
    properties: Counter[str]
    classes: Counter[str]
    links: Counter[tuple[str, str]] = field(default_factory=Counter)
    own: frozenset[str] = frozenset()
    """The first two steps of the paths our own IRIs have: ``id/plan``, ``graph/plans``, ``ontology``."""


def count(stated: Content, derived: Content, root: str, targets: Mapping[str, str] = TARGETS) -> Statistics:
    """Count the triples of both dumps together, one that stands in both once."""
    both = set(derived.triples).intersection(stated.triples)
    tally = _Tally(root.encode(), targets)
    total = tally.take(chain(stated.triples, (line for line in derived.triples if line not in both)))
    return Statistics(
        total,
        len(tally.subjects),
        len(tally.objects),
        Counter({_bare(name): number for name, number in tally.properties.items()}),
        Counter({_bare(name): number for name, number in tally.classes.items()}),
        Counter({(target, _bare(name)): number for (target, name), number in tally.links.items()}),
        frozenset(path.decode() for path in tally.own),
    )


def _bare(term: bytes) -> str:
    return term.strip(b"<>").decode()


class _Tally:
    def __init__(self, root: bytes, targets: Mapping[str, str]) -> None:
        self.root = b"<" + root
        self.starts = [(name, b"<" + start.encode()) for name, start in targets.items()]
        self.subjects: set[bytes] = set()
        self.objects: set[bytes] = set()
        self.properties: Counter[bytes] = Counter()
        self.classes: Counter[bytes] = Counter()
        self.links: Counter[tuple[str, bytes]] = Counter()
        self.own: set[bytes] = set()

    def take(self, lines: Iterable[bytes]) -> int:
        total, pairs = 0, Counter[tuple[bytes, bytes]]()
        last, is_ours = b"", False
        for line in lines:
            subject, predicate, rest = line.split(b" ", 2)
            value = rest[:-3]
            if subject != last:
                self.subjects.add(subject)
                last, is_ours = subject, subject.startswith(self.root)
            self.objects.add(value)
            self.properties[predicate] += 1
            if predicate == _TYPE:
                self.classes[value] += 1
            elif is_ours and value[0] == _ANGLE and not value.startswith(self.root):
                pairs[predicate, value] += 1
            total += 1
        for (predicate, value), number in pairs.items():
            for name, start in self.starts:
                if value.startswith(start):
                    self.links[name, predicate] += number
        self._note_own()
        return total

    def _note_own(self) -> None:
        size = len(self.root)
        for term in chain(self.subjects, self.objects, self.properties, self.classes):
            if term.startswith(self.root):
                path = term[size:-1].partition(b"#")[0]
                self.own.add(b"/".join(path.split(b"/", 2)[:2]) if path.startswith((b"id/", b"graph/")) else path)


PATHS: Final = (".well-known/void", "void.ttl")
"""Where the description stands: where machines look for it, and under a name a plain web server knows the type of."""


def write_void(edition: Edition, counted: Statistics, dumps: Sequence[str]) -> bytes:
    """The VoID description in Turtle."""
    described, issue = OrderedTriples(), edition.issue
    places, dataset = issue.addresses, node(issue.dataset)
    document = node(places.file(PATHS[0]))
    described.add_types(document, VOID + "DatasetDescription")
    described.add(document, FOAF + "primaryTopic", dataset)
    described.add_types(dataset, VOID + "Dataset")
    for name in ("title", "description", "license", "publisher"):
        values = edition.facts.of(edition.facts.dataset, DCTERMS + name)
        moved = (node(places.own(value.value)) if isinstance(value, ox.NamedNode) else value for value in values)
        described.add(dataset, DCTERMS + name, *moved)
    described.add(dataset, DCTERMS + "modified", typed(str(issue.modified), "date"))
    described.add(dataset, FOAF + "homepage", node(places.base))
    described.add(dataset, VOID + "uriSpace", ox.Literal(places.root + "id/"))
    described.add(dataset, VOID + "exampleResource", *_examples(edition))
    if places.endpoint:
        described.add(dataset, VOID + "sparqlEndpoint", node(places.endpoint))
    described.add(dataset, VOID + "dataDump", *(node(places.file(path)) for path in dumps))
    if found := missing_links(edition.store):
        described.add(dataset, RDFS + "comment", *literals(links_missing(*found)))
    for name, number in _totals(counted).items():
        described.add(dataset, VOID + name, typed(str(number), "integer"))
    prefixes = {**edition.prefixes(), **PREFIXES, "void": VOID}
    described.add(dataset, VOID + "vocabulary", *map(node, _vocabularies(counted, prefixes)))
    _partition(described, dataset, counted, prefixes)
    _links(described, dataset, counted, prefixes, edition.graph.profile)
    return write(described.triples, "ttl", {**PREFIXES, "void": VOID})


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


def _partition(
    described: OrderedTriples, dataset: ox.NamedNode, counted: Statistics, prefixes: Mapping[str, str]
) -> None:
    for name, number in sorted(counted.classes.items()):
        part = node(f"{dataset.value}#class-{_slug(name, prefixes)}")
        described.add(dataset, VOID + "classPartition", part)
        described.add(part, VOID + "class", node(name))
        described.add(part, VOID + "entities", typed(str(number), "integer"))
    for name, number in sorted(counted.properties.items()):
        part = node(f"{dataset.value}#property-{_slug(name, prefixes)}")
        described.add(dataset, VOID + "propertyPartition", part)
        described.add(part, VOID + "property", node(name))
        described.add(part, VOID + "triples", typed(str(number), "integer"))


def _called(target: str, profile: CountryProfile) -> list[ox.Literal]:
    """The names of a data set of others; of a gazette that of the profile, best in French."""
    if target != "gazette":
        return said(f"linked.{target}")
    return literals(RELEASE.known("linked.gazette", name=best(profile.gazette, "fr").text if profile.gazette else "–"))


def _links(
    described: OrderedTriples, dataset: ox.NamedNode, counted: Statistics, prefixes: Mapping[str, str],
    profile: CountryProfile,
) -> None:  # fmt: skip
    for (target, predicate), number in sorted(counted.links.items()):
        part = node(f"{dataset.value}#links-{target}-{_slug(predicate, prefixes)}")
        other = node(f"{dataset.value}#target-{target}")
        described.add(dataset, VOID + "subset", part)
        described.add_types(part, VOID + "Linkset")
        described.add(part, VOID + "subjectsTarget", dataset)
        described.add(part, VOID + "objectsTarget", other)
        described.add(part, VOID + "linkPredicate", node(predicate))
        described.add(part, VOID + "triples", typed(str(number), "integer"))
        described.add_types(other, VOID + "Dataset")
        described.add(other, DCTERMS + "title", *_called(target, profile))
        described.add(other, VOID + "uriSpace", ox.Literal(targets_of(profile)[target]))
