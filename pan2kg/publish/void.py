"""What a release holds, in numbers (VoID): statements, classes, properties, and links to data sets of others.

The numbers are counted over the sorted lines of the dump, and written into the description of the
data set, https://www.w3.org/TR/void/.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.graph import datasets, labels
from pan2kg.i18n import Messages
from pan2kg.publish import vocabulary
from pan2kg.publish.edition import Edition
from pan2kg.publish.vocabulary import PREFIXES, RELEASE, TYPE, VOID, Term, node
from pan2kg.store import LocalStore
from pan2kg.store.links import TOP, missing_links
from pan2kg.turtle import PAN, RDF, iri

TARGETS = {
    "eli": "http://data.europa.eu/eli/",
    "sdg": "http://metadata.un.org/sdg/",
    "eurovoc": "http://eurovoc.europa.eu/",
    "eu-authority": "http://publications.europa.eu/resource/authority/",
}
"""Data sets of others that things here are linked to, by the beginning of their IRIs."""


def targets_of(profile: datasets.CountryProfile) -> Mapping[str, str]:
    """The data sets of others that links are counted to, with the gazette of a country where it has one."""
    return {**TARGETS, "gazette": profile.gazette_space} if profile.gazette_space else TARGETS


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a release holds, in numbers; ``links`` by data set and property."""

    triples: int
    subjects: int
    objects: int
    properties: Counter[str]
    classes: Counter[str]
    links: Counter[tuple[str, str]] = field(default_factory=Counter)
    kept: tuple[int, int] = 0, 0
    """How many pages stand as in the release before, and of how many."""


class Partition(NamedTuple):
    """How many statements or things a property or class has; its ``key`` ends the address of the partition."""

    term: str
    key: str
    number: int


class Linkset(NamedTuple):
    """How many statements with a property lead to a data set of others, which has titles and a space of IRIs."""

    target: str
    partition: Partition
    titles: Sequence[ox.Literal]
    space: str


class Total(NamedTuple):
    """A number of the whole data set, by its name in VoID."""

    name: str
    number: int


def count(lines: Iterable[bytes], root: str, targets: Mapping[str, str] = TARGETS) -> Statistics:
    """How many statements, things and links sorted lines of N-Quads have; what stands in several graphs counts once.

    Links lead from what has an IRI below ``root`` to what has one below that of a target.

    >>> kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    >>> lines = [f"<http://e/a> {kind} <http://e/B> <http://e/{graph}> .".encode() for graph in "gh"]
    >>> counts = count(lines, "http://e/")
    >>> counts.triples, counts.subjects, dict(counts.classes)
    (1, 1, {'http://e/B': 1})
    """
    ours = f"<{root}".encode()
    kind = f"<{RDF}type>".encode()
    objects = set()
    properties = Counter[bytes]()
    classes = Counter[bytes]()
    outgoing = Counter[tuple[bytes, bytes]]()
    subjects = 0
    subject = b""
    is_ours = False
    for triple, _ in groupby(line[: line.rindex(b" <")] for line in lines):
        name, predicate, value = triple.split(b" ", 2)
        if name != subject:
            subject = name
            is_ours = name.startswith(ours)
            subjects += 1
        objects.add(value)
        properties[predicate] += 1
        if predicate == kind:
            classes[value] += 1
        elif is_ours and value.startswith(b"<") and not value.startswith(ours):
            outgoing[predicate, value] += 1
    return Statistics(
        properties.total(),
        subjects,
        len(objects),
        _by_name(properties),
        _by_name(classes),
        _links(outgoing, targets),
    )


def _by_name(numbers: Counter[bytes]) -> Counter[str]:
    return Counter({name.strip(b"<>").decode(): number for name, number in numbers.items()})


def _links(
    outgoing: Counter[tuple[bytes, bytes]], targets: Mapping[str, str]
) -> Counter[tuple[str, str]]:
    """How many statements lead to each data set of others, by property."""
    links = Counter[tuple[str, str]]()
    starts = [(name, f"<{space}".encode()) for name, space in targets.items()]
    for (predicate, value), number in outgoing.items():
        for target, start in starts:
            if value.startswith(start):
                links[target, predicate.strip(b"<>").decode()] += number
    return links


def write_void(edition: Edition, counts: Statistics, dumps: Sequence[str]) -> bytes:
    """What the data set holds as Turtle (VoID); ``dumps`` are the paths of its dumps."""
    places = edition.issue.addresses
    spaces = targets_of(edition.graph.profile)
    prefixes = {**PREFIXES, "void": VOID}
    known_prefixes = {**edition.prefixes, **prefixes}
    titles = _target_titles(edition.graph.profile, spaces)
    terms = [*counts.properties, *counts.classes]
    vocabularies = []
    for space in sorted({*known_prefixes.values()}):
        if any(term.startswith(space) for term in terms):
            vocabularies.append(node(space))

    def about(name: str) -> list[Term]:
        return places.own_terms(edition.facts.about(name))

    def partitions(numbers: Counter[str]) -> list[Partition]:
        return [
            Partition(term, _key(term, known_prefixes), number)
            for term, number in sorted(numbers.items())
        ]

    linksets = []
    for (target, term), number in sorted(counts.links.items()):
        partition = Partition(term, _key(term, known_prefixes), number)
        linksets.append(Linkset(target, partition, titles[target], spaces[target]))
    triples = vocabulary.filled(
        "void.ttl",
        prefixes,
        {
            "issue": edition.issue,
            "about": about,
            "examples": [node(places.own(plan)) for plan in _plans(edition.store)[:1]],
            "dumps": [node(places.file(path)) for path in dumps],
            "missing": _left_out(edition.store),
            "totals": [
                Total("triples", counts.triples),
                Total("entities", sum(counts.classes.values())),
                Total("distinctSubjects", counts.subjects),
                Total("distinctObjects", counts.objects),
                Total("properties", len(counts.properties)),
                Total("classes", len(counts.classes)),
            ],
            "vocabularies": vocabularies,
            "classes": partitions(counts.classes),
            "properties": partitions(counts.properties),
            "linksets": linksets,
        },
    )
    return vocabulary.write(triples, "ttl", prefixes)


def _key(name: str, prefixes: Mapping[str, str]) -> str:
    """What an IRI is called in the address of its partition: « skos-prefLabel »."""
    short = iri(name, prefixes).strip("<>").replace(":", "/")
    return "-".join(filter(None, short.split("/")))


def _target_titles(
    profile: datasets.CountryProfile, targets: Iterable[str]
) -> Mapping[str, list[ox.Literal]]:
    gazette = labels.best(profile.gazette, "fr").text if profile.gazette else "–"
    return {
        target: vocabulary.literals(RELEASE.text(f"linked.{target}", name=gazette))
        for target in targets
    }


def _plans(store: LocalStore) -> list[str]:
    plans = store.inner.quads_for_pattern(None, TYPE, node(PAN + "Plan"))
    return sorted(quad.subject.value for quad in plans if isinstance(quad.subject, ox.NamedNode))


def _left_out(store: LocalStore) -> list[ox.Literal]:
    """A sentence where a graph holds the strongest of its derived links alone: how many, and how works are joined."""
    missing = missing_links(store)
    if not missing:
        return []
    held, ways = missing
    text = Messages("progress").text("links-strongest", held=held, ways=ways, top=TOP)
    return vocabulary.literals(text)
