"""One edition of the data set: its version, days and addresses, and the facts the graph states on itself.

The facts stand in ``graph/catalogue.ttl``. A person who reviews is published as a role; who agreed to be named stands
there too, as a ``foaf:Person`` or ``foaf:Agent`` of that name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.graph import labels as datasets
from pan2kg.graph.graph import Graph
from pan2kg.publish.vocabulary import DCAT, FOAF, RELEASED, Term, node
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDF, RDFS, ROOT, SKOS
from pan2kg.turtle.writer import read_prefixes

FILE: Final = "graph/catalogue.ttl"
_SPACES: Final = {"dcterms": DCTERMS, "dcat": DCAT, "foaf": FOAF, "rdf": RDF}
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "catalogue": ("dcterms:title", "dcterms:description", "dcterms:publisher"),
    "dataset": (
        "dcterms:title", "dcterms:description", "dcterms:publisher", "dcterms:license", "dcterms:language",
        "dcterms:spatial", "dcterms:issued", "dcterms:modified", "dcat:keyword", "dcat:theme",
    ),
    "agent": ("rdf:type", "foaf:name"),
}  # fmt: skip
"""What a catalogue cannot do without."""

Values = tuple[Term, ...]
File = tuple[str, bytes]
"""The path of a file inside the release, and what it holds."""
Note = Callable[[str], None]
"""Takes a sentence on what is being done."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where things, files and the endpoint stand.

    ``root`` is the base our own IRIs get, ``home`` the one they have in the graph, ``base`` the folder on the web
    where the files of the release will stand, ``endpoint`` the SPARQL endpoint, empty where there is none.

    >>> places = Addresses(root="https://data.example/", base="https://host.example/pan/")
    >>> places.own("https://w3id.org/pan2kg/id/plan/x")
    'https://data.example/id/plan/x'
    >>> places.file("tables/plans.csv")
    'https://host.example/pan/tables/plans.csv'
    """

    root: str = ROOT
    base: str = ROOT
    endpoint: str = ""
    home: str = ROOT

    def own(self, iri: str) -> str:
        return self.root + iri[len(self.home) :] if iri.startswith(self.home) else iri

    def own_term(self, term: Term) -> Term:
        return node(self.own(term.value)) if isinstance(term, ox.NamedNode) else term

    def moved(self, text: str) -> str:
        return text.replace(self.home, self.root)

    def file(self, path: str) -> str:
        return self.base + quote(path)


@dataclass
class Issue:
    """A publication of the graph; ``again`` where this version was published before and is written anew.

    ``dataset``, ``catalogue`` and ``version_iri`` are what it is called; ``contact_address`` is where to write to, if
    that was said.
    """

    version: str
    issued: date
    modified: date
    addresses: Addresses = Addresses()
    previous: str = ""
    contact: str = ""
    again: bool = False

    def __post_init__(self) -> None:
        self.dataset, self.catalogue = (self.addresses.root + name for name in ("dataset", "catalogue"))
        self.version_iri = f"{self.dataset}/{self.version}"
        plain = not self.contact or "://" in self.contact
        self.contact_address = self.contact if plain else f"mailto:{self.contact.removeprefix('mailto:')}"


@dataclass
class Facts:
    """What is said of the catalogue, the dataset (their addresses) and agents they name, and the time plans cover.

    ``version`` is empty where the graph does not say it; ``space`` is what the IRIs of the project begin with;
    ``labels`` are those the graph has for what the facts refer to.
    """

    statements: Mapping[str, Mapping[str, Values]]
    version: str
    covers: tuple[date, date] | None
    labels: Mapping[str, tuple[ox.Literal, ...]]
    space: str
    dataset: str
    catalogue: str

    def of(self, subject: str, predicate: str) -> Values:
        return self.statements.get(subject, {}).get(predicate, ())

    def about(self, name: str) -> Values:
        return self.of(self.dataset, DCTERMS + name)

    def words(self, subject: str, predicate: str, language: str) -> str:
        texts = [value for value in self.of(subject, predicate) if isinstance(value, ox.Literal)]
        fallback = texts[0].value if texts else subject
        return next((text.value for text in texts if text.language == language), fallback)

    def day(self, predicate: str) -> date:
        value = self.of(self.dataset, predicate)[0]
        text = value.value if isinstance(value, ox.Literal) else ""
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            raise ProjectError("no-day", place=Place(FILE), remedy="write-xsd-date", text=text) from None


def read_facts(store: LocalStore, space: str = ROOT) -> Facts:
    def rank(term: Term) -> tuple[int, str]:
        # by language, French before English before the rest, then by its text
        if isinstance(term, ox.NamedNode) and term.value.endswith("/FRA"):
            return 0, str(term)
        language = term.language if isinstance(term, ox.Literal) else None
        return RELEASED.index(language) if language in RELEASED else len(RELEASED), str(term)

    def properties(subject: str) -> Mapping[str, Values]:
        values: dict[str, set[Term]] = {}
        for quad in store.inner.quads_for_pattern(node(subject), None, None):
            if not isinstance(quad.object, ox.Triple):
                values.setdefault(quad.predicate.value, set()).add(quad.object)
        return {predicate: tuple(sorted(terms, key=rank)) for predicate, terms in sorted(values.items())}

    def insist(kind: str, subject: str) -> None:
        for name in _NEEDED[kind]:
            prefix, _, local = name.partition(":")
            if not statements[subject].get(_SPACES[prefix] + local):
                raise ProjectError(
                    "catalogue-needs", place=Place(FILE), remedy="add-statement", name=name, subject=subject
                )

    catalogue, dataset = f"{space}catalogue", datasets.dataset_of(space)
    statements = {catalogue: properties(catalogue), dataset: properties(dataset)}
    insist("catalogue", catalogue)
    insist("dataset", dataset)
    for values in [*statements.values()]:
        for predicate in (DCTERMS + "publisher", DCTERMS + "creator", DCAT + "contactPoint"):
            for agent in values.get(predicate, ()):
                if isinstance(agent, ox.NamedNode):
                    statements[agent.value] = properties(agent.value)
                    if predicate != DCAT + "contactPoint":
                        insist("agent", agent.value)
    labels = {}
    mentioned = {term for values in statements.values() for terms in values.values() for term in terms}
    for term in mentioned:
        if isinstance(term, ox.NamedNode):
            facts_named = properties(term.value)
            names = (
                facts_named.get(SKOS + "prefLabel")
                or facts_named.get(RDFS + "label")
                or facts_named.get(FOAF + "name")
                or ()
            )
            labels[term.value] = tuple(name for name in names if isinstance(name, ox.Literal))
    release = datasets.read_release(store, space)
    version = release.number if release.is_stated else ""
    return Facts(statements, version, _period(store), labels, space, dataset, catalogue)


def _period(store: LocalStore) -> tuple[date, date] | None:
    ends = []
    for name, day_ending, choose in (("periodStart", "-01-01", min), ("periodEnd", "-12-31", max)):
        quads = store.inner.quads_for_pattern(None, node(PAN + name), None)
        if days := [quad.object.value for quad in quads if isinstance(quad.object, ox.Literal)]:
            day = choose(days)
            ends.append(date.fromisoformat(day[:10] if len(day) >= len("2020-01-01") else day[:4] + day_ending))
    return (ends[0], ends[1]) if len(ends) == 2 else None


_REVIEWER: Final = node(PAN + "reviewedBy")


def name_roles(store: LocalStore) -> None:
    """Put a role in the place of who reviewed, « reviewer-1 », unless the graph names a person so (``foaf:name``).

    Numbers follow the first day on which somebody reviewed, so that a later release keeps those of the one before.
    """
    quads = list(store.inner.quads_for_pattern(None, _REVIEWER, None))
    agreed = {quad.object for quad in store.inner.quads_for_pattern(None, node(FOAF + "name"), None)}
    names = {name.value for name in agreed if isinstance(name, ox.Literal)}
    begun: dict[str, str] = {}
    for quad in quads:
        reviewer = getattr(quad.object, "value", "")
        days = store.inner.quads_for_pattern(quad.subject, node(PAN + "reviewedOn"), None)
        for day in chain((getattr(one.object, "value", "") for one in days), ("9999",)):
            begun[reviewer] = min(day, begun.get(reviewer, day))
    unnamed = sorted(begun.keys() - names, key=lambda reviewer: (begun[reviewer], reviewer))
    roles = {reviewer: f"reviewer-{number}" for number, reviewer in enumerate(unnamed, 1)}
    for quad in quads:
        if role := roles.get(getattr(quad.object, "value", "")):
            store.inner.remove(quad)
            store.inner.add(ox.Quad(quad.subject, quad.predicate, ox.Literal(role), quad.graph_name))


@dataclass
class Edition:
    """A project's graph with what its rules derive, the facts on it, and how it is to be published.

    ``previous`` is the release before, a folder or a file, where one was named; ``catalogue`` describes the dumps and
    tables, once they are written. ``before`` is what this edition is compared with: the release before, unless that is
    this version, written again; ``ontology`` is pan2kg's, and moves only where the whole of pan2kg does.
    """

    graph: Graph
    facts: Facts
    issue: Issue
    previous: Path | None = None
    catalogue: LocalStore | None = None

    def __post_init__(self) -> None:
        self.project, self.store = self.graph.project, self.graph.held
        self.before = None if self.previous and self.issue.again else self.previous
        self.ontology = self.issue.addresses.own(f"{ROOT}ontology")

    def prefixes(self) -> Mapping[str, str]:
        """The project's prefixes, under the base chosen for our own IRIs."""
        places = self.issue.addresses
        return {name: places.own(space) for name, space in sorted(read_prefixes(self.project).items())}


Part = Callable[[Edition], Iterable[File]]
"""Gives files of a release one after the other, so that no more than one of them is held at a time."""
