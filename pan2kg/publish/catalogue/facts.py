"""What the graph states about itself as a dataset (``graph/catalogue.ttl``), and the code lists a catalogue refers to.

Every concept a catalogue uses from a code list is given its type, label and scheme in the catalogue itself: the DCAT-AP
shapes look for them in the file they validate and fetch nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.countries.table import Country, Tongue, countries, tongues
from pan2kg.errors import Place, ProjectError
from pan2kg.graph.dataset import dataset_of, read_release
from pan2kg.i18n.catalogue import Text
from pan2kg.publish.catalogue.terms import DCAT, FOAF, GEO, MEDIA, OrderedTriples, Term, literals, node, rank
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDF, RDFS, ROOT, SKOS

FILE: Final = "graph/catalogue.ttl"

_OF_CATALOGUE: Final = ("dcterms:title", "dcterms:description", "dcterms:publisher")
_OF_DATASET: Final = (
    "dcterms:title", "dcterms:description", "dcterms:publisher", "dcterms:license", "dcterms:language",
    "dcterms:spatial", "dcterms:issued", "dcterms:modified", "dcat:keyword", "dcat:theme",
)  # fmt: skip
_OF_AGENTS: Final = ("rdf:type", "foaf:name")
_SPACES: Final = {"dcterms": DCTERMS, "dcat": DCAT, "foaf": FOAF, "rdf": RDF}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of the catalogue, the dataset and the agents they name, and the time the plans cover.

    ``version`` is empty where the graph does not say it; ``space`` is what the IRIs of the project begin with.
    """

    said: Mapping[str, Mapping[str, tuple[Term, ...]]]
    version: str
    covers: tuple[date, date] | None
    labels: Mapping[str, tuple[ox.Literal, ...]]
    space: str = ROOT

    @property
    def dataset(self) -> str:
        """The IRI of the dataset in the graph."""
        return dataset_of(self.space)

    @property
    def catalogue(self) -> str:
        """The IRI of the catalogue in the graph."""
        return f"{self.space}catalogue"

    def of(self, subject: str, predicate: str) -> tuple[Term, ...]:
        """The values of a property, French first."""
        return self.said.get(subject, {}).get(predicate, ())

    def day(self, predicate: str) -> date:
        """A day that is stated of the dataset.

        Raises:
            ProjectError: what is stated is no day.
        """
        value = self.of(self.dataset, predicate)[0]
        text = value.value if isinstance(value, ox.Literal) else ""
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            raise ProjectError("no-day", place=Place(FILE), remedy="write-xsd-date", text=text) from None


def read_facts(store: LocalStore, space: str = ROOT) -> Facts:
    """The facts on itself of a graph whose IRIs begin with ``space``.

    Raises:
        ProjectError: a fact a catalogue cannot do without is missing; with the property to add.
    """
    catalogue, dataset = f"{space}catalogue", dataset_of(space)
    said = {catalogue: _properties(store, catalogue), dataset: _properties(store, dataset)}
    _insist(said, {catalogue: _OF_CATALOGUE, dataset: _OF_DATASET})
    for values in [*said.values()]:
        for predicate in ("publisher", "creator"):
            agents = _agents(store, values.get(DCTERMS + predicate, ()))
            _insist(agents, dict.fromkeys(agents, _OF_AGENTS))
            said |= agents
        said |= _agents(store, values.get(DCAT + "contactPoint", ()))
    release = read_release(store, space)
    return Facts(said, release.number if release.is_stated else "", _period(store), _labels(store, said), space)


def _properties(store: LocalStore, subject: str) -> Mapping[str, tuple[Term, ...]]:
    found: dict[str, list[Term]] = {}
    for quad in store.inner.quads_for_pattern(node(subject), None, None):
        if not isinstance(quad.object, ox.Triple):
            found.setdefault(quad.predicate.value, []).append(quad.object)
    return {predicate: tuple(sorted(set(values), key=rank)) for predicate, values in sorted(found.items())}


def _insist(said: Mapping[str, Mapping[str, tuple[Term, ...]]], needed: Mapping[str, tuple[str, ...]]) -> None:
    for subject, names in needed.items():
        for name in names:
            prefix, _, local = name.partition(":")
            if not said[subject].get(_SPACES[prefix] + local):
                raise ProjectError(
                    "catalogue-needs", place=Place(FILE), remedy="add-statement", name=name, subject=subject
                )


def _agents(store: LocalStore, agents: tuple[Term, ...]) -> dict[str, Mapping[str, tuple[Term, ...]]]:
    return {agent.value: _properties(store, agent.value) for agent in agents if isinstance(agent, ox.NamedNode)}


def _period(store: LocalStore) -> tuple[date, date] | None:
    """From the first day of the earliest plan to the last of the latest, as far as they are stated."""
    starts, ends = (
        sorted(
            quad.object.value
            for quad in store.inner.quads_for_pattern(None, node(PAN + name), None)
            if isinstance(quad.object, ox.Literal)
        )
        for name in ("periodStart", "periodEnd")
    )
    if not starts or not ends:
        return None
    return _whole(starts[0], "-01-01"), _whole(ends[-1], "-12-31")


def _whole(text: str, rest: str) -> date:
    return date.fromisoformat(text[:10] if len(text) >= len("2020-01-01") else text[:4] + rest)


def _labels(
    store: LocalStore, said: Mapping[str, Mapping[str, tuple[Term, ...]]]
) -> Mapping[str, tuple[ox.Literal, ...]]:
    """The labels the graph itself has for what the facts refer to."""
    labels: dict[str, tuple[ox.Literal, ...]] = {}
    for properties in said.values():
        for value in {value for values in properties.values() for value in values}:
            if isinstance(value, ox.NamedNode):
                named = _properties(store, value.value)
                given = named.get(SKOS + "prefLabel") or named.get(RDFS + "label") or named.get(FOAF + "name") or ()
                labels[value.value] = tuple(term for term in given if isinstance(term, ox.Literal))
    return labels


CONCEPT: Final = SKOS + "Concept"


@dataclass(frozen=True, slots=True)
class Form:
    """A format: its media type, its EU file type, and what it is called."""

    media: str
    file_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """A code list: its address, the class of its concepts, its names, and where its concepts stand."""

    iri: str
    kind: str
    names: Text
    concepts_at: str
    concepts: Mapping[str, Text]


@cache
def forms() -> Mapping[str, Form]:
    """The formats of a release by the ending of a file.

    >>> forms()["ttl"].media
    'text/turtle'
    """
    return {ending: Form(**row) for ending, row in _read("form").items()}


@cache
def schemes() -> Mapping[str, Scheme]:
    """The code lists by name.

    >>> schemes()["language"].concepts["FRA"].say("fr")
    'français'
    """
    return {name: _scheme(row) for name, row in _read("authority").items()}


def _read(name: str) -> dict[str, dict[str, str]]:
    path = Path(__file__).with_name(f"{name}.toml")
    rows: dict[str, dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return rows


def _scheme(row: Mapping[str, object]) -> Scheme:
    given = row.get("concept")
    concepts = given if isinstance(given, dict) else {}
    coded: list[Country | Tongue] = [*countries().values(), *tongues().values()]
    for one in coded:
        if one.iri.startswith(f"{row['iri']}/"):
            concepts[one.authority] = {tag: one.names.say(tag) for tag in ("fr", "en")}
    names = Text.of({tag: str(words) for tag, words in row.items()})
    at = str(row.get("concepts_at") or f"{row['iri']}/")
    return Scheme(str(row["iri"]), str(row["class"]), names, at, {key: Text.of(one) for key, one in concepts.items()})


def concept(scheme: str, key: str) -> ox.NamedNode:
    """The IRI of a concept of a code list.

    >>> concept("frequency", "IRREG").value
    'http://publications.europa.eu/resource/authority/frequency/IRREG'
    """
    return node(schemes()[scheme].concepts_at + key)


def media(media_type: str) -> ox.NamedNode:
    """The IRI of a media type in IANA's register.

    >>> media("text/csv").value
    'https://www.iana.org/assignments/media-types/text/csv'
    """
    return node(MEDIA + media_type)


def explain(described: OrderedTriples, term: ox.NamedNode, labels: list[ox.Literal]) -> None:
    """Say what a concept of a code list or a media type is, with the labels of the graph where the list has none."""
    if term.value.startswith(MEDIA):
        described.add_types(term, DCTERMS + "MediaType")
        described.add(term, RDFS + "label", ox.Literal(term.value.removeprefix(MEDIA)))
        return
    for scheme in schemes().values():
        if term.value.startswith(scheme.concepts_at) and term.value != scheme.iri:
            _explain_concept(described, term, scheme, labels)
            return


def _explain_concept(described: OrderedTriples, term: ox.NamedNode, scheme: Scheme, labels: list[ox.Literal]) -> None:
    key = term.value.removeprefix(scheme.concepts_at)
    names = literals(scheme.concepts[key]) if key in scheme.concepts else labels
    described.add_types(term, *sorted({CONCEPT, scheme.kind}))
    described.add(term, SKOS + "prefLabel", *names)
    described.add(term, RDFS + "label", *names)
    described.add(term, SKOS + "inScheme", node(scheme.iri))
    place = next((one for one in countries().values() if one.iri == term.value), None)
    for name, wkt in (("bbox", place.box), ("centroid", place.centre)) if place else ():
        if wkt:
            described.add(term, DCAT + name, ox.Literal(wkt, datatype=node(GEO + "wktLiteral")))
    described.add_types(node(scheme.iri), SKOS + "ConceptScheme")
    described.add(node(scheme.iri), DCTERMS + "title", *literals(scheme.names))
