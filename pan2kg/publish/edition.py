"""One edition of the data set: version, days and addresses of a release, and what each of its parts is made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.publish.catalogue.facts import Facts
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import ROOT
from pan2kg.turtle.writer import read_prefixes


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
        """An IRI of ours under the base chosen for this publication; any other IRI unchanged."""
        return self.root + iri[len(self.home) :] if iri.startswith(self.home) else iri

    def moved(self, text: str) -> str:
        """A file of ours with our own IRIs under the base chosen for this publication."""
        return text.replace(self.home, self.root) if self.moves else text

    @property
    def ontology(self) -> str:
        """The IRI of the ontology: it is pan2kg's, and moves only where the whole of pan2kg does."""
        return self.own(f"{ROOT}ontology")

    def file(self, path: str) -> str:
        """The address of a file of the release."""
        return self.base + quote(path)

    @property
    def moves(self) -> bool:
        """Whether our own IRIs get another base."""
        return self.root != self.home


@dataclass(frozen=True, slots=True)
class Issue:
    """A publication of the graph; ``again`` where this version was published before and is written anew.

    >>> issue = Issue("0.1.0", date(2026, 11, 25), date(2026, 11, 25))
    >>> issue.dataset, issue.version_iri
    ('https://w3id.org/pan2kg/dataset', 'https://w3id.org/pan2kg/dataset/0.1.0')
    """

    version: str
    issued: date
    modified: date
    addresses: Addresses = Addresses()
    previous: str = ""
    contact: str = ""
    again: bool = False

    @property
    def dataset(self) -> str:
        """The IRI of the dataset, the same in every version."""
        return self.addresses.root + "dataset"

    @property
    def catalogue(self) -> str:
        """The IRI of the catalogue."""
        return self.addresses.root + "catalogue"

    @property
    def version_iri(self) -> str:
        """The IRI of this version of the dataset."""
        return f"{self.dataset}/{self.version}"


@dataclass(frozen=True, slots=True)
class Edition:
    """A project's graph with what its rules derive, the facts on it, and how it is to be published.

    ``previous`` is the release before, a folder or a file, where one was named; ``catalogue`` describes the dumps and
    tables, once they are written.
    """

    graph: Graph
    facts: Facts
    issue: Issue
    previous: Path | None = None
    catalogue: LocalStore | None = None

    @property
    def before(self) -> Path | None:
        """What this edition is compared with: the release before, unless that is this version, written again."""
        return None if self.previous and self.issue.again else self.previous

    @property
    def project(self) -> Project:
        """The project that is published."""
        return self.graph.project

    @property
    def store(self) -> LocalStore:
        """The store that holds the graph."""
        return self.graph.held

    def prefixes(self) -> Mapping[str, str]:
        """The project's prefixes, under the base chosen for our own IRIs."""
        places = self.issue.addresses
        return {name: places.own(space) for name, space in sorted(read_prefixes(self.project).items())}


File = tuple[str, bytes]
"""The path of a file inside the release, and what it holds."""

Part = Callable[[Edition], Iterable[File]]
"""Gives files of a release one after the other, so that no more than one of them is held at a time."""

Note = Callable[[str], None]
"""Takes a sentence on what is being done."""


def silent(_: str) -> None:
    """Say nothing."""
