"""The graph as files beside the pages: one to take along, one for the browser to load, and the words for both."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from pan2kg.store.store import LocalStore, dump, load, select
from pan2kg.turtle.writer import read_prefixes

if TYPE_CHECKING:
    from pan2kg.project import Project
    from pan2kg.site.library_library import Library
    from pan2kg.store.store import Store, Term

_QUADS: Final = "SELECT ?graph ?subject ?predicate ?object WHERE { GRAPH ?graph { ?subject ?predicate ?object } }"


def quads(store: Store) -> bytes:
    """The whole graph, derived links included, as sorted N-Quads.

    Raises:
        QueryError: a store somewhere else does not give them.
    """
    if isinstance(store, LocalStore):
        return dump(store, "nquads", {})
    lines = sorted(f"{_quad(*row)} .\n" for row in select(store, _QUADS).rows)
    return "".join(lines).encode()


def _quad(graph: Term | None, subject: Term | None, predicate: Term | None, value: Term | None) -> str:
    return " ".join(str(term) for term in (subject, predicate, value, graph))


def packed(library: Library) -> bytes:
    """The same, compressed; the same graph gives the same bytes."""
    return library.once("packed", lambda: gzip.compress(quads(library.store), mtime=0))


def script(library: Library) -> bytes:
    """The same as a classic script: a page opened from disk may not fetch, but may load a script."""
    return b'pan2kgGraph("' + base64.b64encode(packed(library)) + b'");\n'


def ontology(project: Project) -> bytes:
    """The ontology with its alignments and schemes as one Turtle file, sorted."""
    return _joined(project, project.ontology_files())


def shapes(project: Project) -> bytes:
    """All SHACL shapes as one Turtle file, sorted."""
    return _joined(project, project.shape_files())


def _joined(project: Project, paths: Iterable[Path]) -> bytes:
    store = ox.Store()
    for path in paths:
        load(store, path, "urn:x", name=project.name_of(path))
    dataset = ox.Dataset(ox.Quad(*quad.triple) for quad in store)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)  # else blank nodes are named anew each time
    triples = sorted((quad.triple for quad in dataset), key=str)
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=read_prefixes(project)) or b""
