"""A state of the graph that is compared: a project, a release folder, or one RDF file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from pan2kg.project import Project
from pan2kg.store.dumped import read_quads
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, open_store


@dataclass(frozen=True, slots=True)
class Side:
    """A state of the graph and what it is called; blank nodes bear their RDFC-1.0 labels."""

    name: str
    quads: frozenset[ox.Quad]


def side_of(quads: Iterable[ox.Quad], name: str) -> Side:
    """Quads as a state that can be compared.

    >>> p = ox.NamedNode("http://e/p")
    >>> one, two = (side_of([ox.Quad(ox.BlankNode(), p, ox.Literal("x"))], "a") for _ in range(2))
    >>> one == two
    True
    """
    found = frozenset(quads)
    if any(_has_blank(quad) for quad in found):
        dataset = ox.Dataset(found)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        found = frozenset(dataset)
    return Side(name, found)


def side_of_store(store: LocalStore, name: str) -> Side:
    """All that a store holds, derived graphs included, as ``pan2kg dump`` writes it."""
    return side_of(store.inner, name)


def read_side(path: Path) -> Side:
    """A project as its dump would be, what a release folder holds, or a file.

    Raises:
        ProjectError: there is no such file or folder, none of this kind, or it cannot be read.
        TurtleError: a file is not RDF as its ending says; with the line.
    """
    if path.is_dir():
        project = Project.at(path)
        if project.data:
            return side_of((quad for dump in project.data for quad in read_quads(dump)), path.resolve().name)
        return side_of_store(open_store(project, derive), path.resolve().name)
    return side_of(read_quads(path), path.name)


def _has_blank(quad: ox.Quad) -> bool:
    # spelled out, since this is asked of each of millions
    blank = ox.BlankNode
    return isinstance(quad.object, blank) or isinstance(quad.subject, blank) or isinstance(quad.graph_name, blank)
