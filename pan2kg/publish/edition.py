"""What the parts of a release are made from, and what a part is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.publish.catalogue.facts import Facts
from pan2kg.publish.catalogue.issue import Issue
from pan2kg.store.store import LocalStore
from pan2kg.turtle.writer import read_prefixes


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
