"""One edition of the data set: version, days, addresses, and the facts the graph states on itself.

The facts stand in ``graph/catalogue.ttl``. Every exporter of a release is given the edition and
gives files, each a path inside the release with what it holds.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.graph import datasets
from pan2kg.graph.graph import Graph
from pan2kg.publish.vocabulary import DCAT, FOAF, PREFIXES, RELEASED, Term, node
from pan2kg.store import LocalStore
from pan2kg.turtle import DCTERMS, PAN, RDFS, ROOT, SKOS, read_prefixes

FILE = "graph/catalogue.ttl"
_NEEDED = {
    "catalogue": ("dcterms:title", "dcterms:description", "dcterms:publisher"),
    "dataset": (
        "dcterms:title", "dcterms:description", "dcterms:publisher", "dcterms:license", "dcterms:language",
        "dcterms:spatial", "dcterms:issued", "dcterms:modified", "dcat:keyword", "dcat:theme",
    ),
    "agent": ("rdf:type", "foaf:name"),
}  # fmt: skip
"""What a catalogue cannot do without."""
_CONTACT = DCAT + "contactPoint"
_OF_AGENTS = (DCTERMS + "publisher", DCTERMS + "creator", _CONTACT)
"""Properties whose values are agents, which are described too."""
Values = tuple[Term, ...]
File = tuple[str, bytes]
"""The path of a file inside the release, and what it holds."""
Note = Callable[[str], None]
"""Takes a sentence on what is being done."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a release stands.

    ``root`` is the base our own IRIs get, ``home`` the one they have in the graph, ``base`` that of
    the files; ``endpoint`` is the address of the SPARQL endpoint, empty where there is none.

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
        """The IRI a release has for one of the graph."""
        return self.root + iri[len(self.home) :] if iri.startswith(self.home) else iri

    def own_term(self, term: Term) -> Term:
        """The same of a term; what is no IRI stays."""
        return node(self.own(term.value)) if isinstance(term, ox.NamedNode) else term

    def own_terms(self, terms: Iterable[Term]) -> list[Term]:
        """The same of several terms."""
        return list(map(self.own_term, terms))

    def moved(self, text: str) -> str:
        """A text in which our IRIs are those of the release.

        >>> Addresses(root="https://e.org/").moved("see https://w3id.org/pan2kg/id/plan/x")
        'see https://e.org/id/plan/x'
        """
        return text.replace(self.home, self.root)

    def file(self, path: str) -> str:
        """The address of a file of the release.

        >>> Addresses(base="https://e.org/").file("a b.csv")
        'https://e.org/a%20b.csv'
        """
        return self.base + quote(path)


@dataclass
class Issue:
    """A publication of the graph; ``again`` where this version was published before and is written anew.

    ``contact`` is an address of the web or of e-mail, ``previous`` the version before; both may be
    empty.
    """

    version: str
    issued: date
    modified: date
    addresses: Addresses = Addresses()
    previous: str = ""
    contact: str = ""
    again: bool = False

    def __post_init__(self) -> None:
        self.dataset = f"{self.addresses.root}dataset"
        self.catalogue = f"{self.addresses.root}catalogue"
        self.version_iri = f"{self.dataset}/{self.version}"
        self.contact_address = self.contact
        if self.contact and "://" not in self.contact:
            self.contact_address = f"mailto:{self.contact.removeprefix('mailto:')}"


class Period(NamedTuple):
    """A time by its first and its last day."""

    first: date
    last: date


@dataclass
class Facts:
    """What is said of catalogue, dataset and the agents they name, by subject and predicate.

    ``version`` is empty where it is not said. ``covers`` is the time all plans cover together.
    ``labels`` are the names of all that is referred to, ``space`` the base of our IRIs; ``dataset``
    and ``catalogue`` are IRIs.
    """

    statements: Mapping[str, Mapping[str, Values]]
    version: str
    covers: Period | None
    labels: Mapping[str, tuple[ox.Literal, ...]]
    space: str
    dataset: str
    catalogue: str

    def of(self, subject: str, predicate: str) -> Values:
        """What is said of a subject by a predicate."""
        return self.statements.get(subject, {}).get(predicate, ())

    def about(self, name: str) -> Values:
        """What is said of the dataset by a property of DCTERMS."""
        return self.of(self.dataset, DCTERMS + name)

    def words(self, subject: str, predicate: str, language: str) -> str:
        """A text in a language, else the first there is, else the subject itself."""
        texts = [value for value in self.of(subject, predicate) if isinstance(value, ox.Literal)]
        for text in texts:
            if text.language == language:
                return text.value
        return texts[0].value if texts else subject

    def day(self, predicate: str) -> date:
        """The day that is said of the dataset.

        Raises:
            ProjectError: what is said is no day.
        """
        value = self.of(self.dataset, predicate)[0]
        text = value.value if isinstance(value, ox.Literal) else ""
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            raise ProjectError(
                "no-day", place=Place(FILE), remedy="write-xsd-date", text=text
            ) from None


def read_facts(store: LocalStore, space: str = ROOT) -> Facts:
    """What a graph says of catalogue, dataset and the agents they name; ``space`` is the base of our IRIs in it.

    Raises:
        ProjectError: it lacks what a catalogue cannot do without.
    """
    catalogue = f"{space}catalogue"
    dataset = datasets.dataset_of(space)
    statements = {name: _properties(store, name) for name in (catalogue, dataset)}
    _insist("catalogue", catalogue, statements[catalogue])
    _insist("dataset", dataset, statements[dataset])
    for values in (statements[catalogue], statements[dataset]):
        for predicate in _OF_AGENTS:
            for agent in values.get(predicate, ()):
                if isinstance(agent, ox.NamedNode):
                    properties = _properties(store, agent.value)
                    statements[agent.value] = properties
                    if predicate != _CONTACT:
                        _insist("agent", agent.value, properties)
    release = datasets.read_release(store, space)
    version = release.number if release.is_stated else ""
    labels = _labels(store, statements)
    return Facts(statements, version, _period(store), labels, space, dataset, catalogue)


def _properties(store: LocalStore, subject: str) -> Mapping[str, Values]:
    """What is said of a subject by predicate, values in the order of their languages."""
    values: dict[str, set[Term]] = {}
    for quad in store.inner.quads_for_pattern(node(subject), None, None):
        if not isinstance(quad.object, ox.Triple):
            values.setdefault(quad.predicate.value, set()).add(quad.object)
    return {predicate: tuple(sorted(values[predicate], key=_rank)) for predicate in sorted(values)}


def _rank(term: Term) -> tuple[int, str]:
    # by language, French before English before the rest, then by its text
    rank = len(RELEASED)
    if isinstance(term, ox.NamedNode) and term.value.endswith("/FRA"):
        rank = 0
    elif isinstance(term, ox.Literal) and term.language in RELEASED:
        rank = RELEASED.index(term.language)
    return rank, str(term)


def _insist(kind: str, subject: str, properties: Mapping[str, Values]) -> None:
    for name in _NEEDED[kind]:
        prefix, _, local = name.partition(":")
        if not properties.get(PREFIXES[prefix] + local):
            place = Place(FILE)
            values = {"name": name, "subject": subject}
            raise ProjectError("catalogue-needs", place=place, remedy="add-statement", **values)


def _labels(
    store: LocalStore, statements: Mapping[str, Mapping[str, Values]]
) -> Mapping[str, tuple[ox.Literal, ...]]:
    """The names of all that is referred to: of a thing with several kinds of names those of the first kind."""
    mentioned = set[ox.NamedNode]()
    for properties in statements.values():
        for values in properties.values():
            mentioned.update(value for value in values if isinstance(value, ox.NamedNode))
    labels = {}
    for term in mentioned:
        properties = _properties(store, term.value)
        names: Values = ()
        for predicate in (SKOS + "prefLabel", RDFS + "label", FOAF + "name"):
            names = names or properties.get(predicate, ())
        labels[term.value] = tuple(name for name in names if isinstance(name, ox.Literal))
    return labels


def _period(store: LocalStore) -> Period | None:
    """From the first to the last day of all plans; None where no plan says one."""
    starts = _moments(store, PAN + "periodStart")
    ends = _moments(store, PAN + "periodEnd")
    if not starts or not ends:
        return None
    return Period(_day_of(min(starts), "-01-01"), _day_of(max(ends), "-12-31"))


def _moments(store: LocalStore, predicate: str) -> list[str]:
    quads = store.inner.quads_for_pattern(None, node(predicate), None)
    return [quad.object.value for quad in quads if isinstance(quad.object, ox.Literal)]


def _day_of(moment: str, of_year: str) -> date:
    """The day of a date; of a year or a month the ``of_year`` day, the first or the last."""
    if len(moment) < len("2020-01-01"):
        return date.fromisoformat(moment[:4] + of_year)
    return date.fromisoformat(moment[:10])


@dataclass
class Edition:
    """A graph as it is published: with its facts, its issue, and what is known while it is written.

    ``previous`` is the release before, ``before`` what this one is compared with: that, unless it is
    this version. ``catalogue`` describes dumps and tables, once these are written. ``ontology`` is
    the address of ours, which moves with all of pan2kg alone. In ``kept`` reports of checks are kept;
    ``last_page`` gives a page of the release before that can stand. ``packed`` is the dump of quads, empty
    before it is written and where the release stands at other addresses than the graph names.
    """

    graph: Graph
    facts: Facts
    issue: Issue
    previous: Path | None = None
    catalogue: LocalStore | None = None
    kept: Path | None = None
    last_page: Callable[[str], bytes | None] | None = None
    packed: bytes = b""

    def __post_init__(self) -> None:
        self.project = self.graph.project
        self.store = self.graph.held
        self.before = None if self.previous and self.issue.again else self.previous
        places = self.issue.addresses
        self.ontology = places.own(f"{ROOT}ontology")
        self.prefixes = {}
        for name, space in sorted(read_prefixes(self.project).items()):
            self.prefixes[name] = places.own(space)


Part = Callable[[Edition], Iterable[File]]
"""Gives files of a release one after the other, so that no more than one of them is held at a time."""


def as_json(content: object) -> bytes:
    r"""JSON as files of a release have it.

    >>> as_json({"é": 1}).decode()
    '{\n "é": 1\n}\n'
    """
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
