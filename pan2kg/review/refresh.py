"""What has to change in a store that was filled from a project before some of its files were written.

Only the graphs of those files and what rules derive are looked at; whatever else the store was given stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pan2kg.store.rules import derive, rule_files, rule_name
from pan2kg.store.store import LocalStore, construct, open_store
from pan2kg.turtle.vocabulary import DERIVED, graph_of

if TYPE_CHECKING:
    from pan2kg.project import Project
    from pan2kg.store.store import Store


def changes(project: Project, store: Store, files: Iterable[str]) -> str:
    """An update that brings ``store`` to where it would be if it were filled anew; ``files`` as the project names them.

    Empty where nothing differs. No rule derives blank nodes, and no file of a graph has any.

    Raises:
        TurtleError: a file of the project is not Turtle.

    >>> from pan2kg.graph.graph import open_graph
    >>> graph = open_graph()
    >>> changes(graph.project, graph.store, ["graph/plans/lu-bhr-2/links.ttl"])
    ''
    """
    fresh = open_store(project, derive)
    written = [graph_of(project.graph_path(project.root / file)) for file in files]
    derived = [DERIVED + rule_name(path) for path in rule_files(project)]
    gone, new = list[str](), list[str]()
    for graph in (*written, *derived):
        before, after = _triples(store, graph), _triples(fresh, graph)
        gone += _data(graph, before - after)
        new += _data(graph, after - before)
    parts = [("DELETE DATA", gone), ("INSERT DATA", new)]
    return ";\n".join(f"{what} {{\n{''.join(data)}}}" for what, data in parts if data)


def _triples(store: Store | LocalStore, graph: str) -> set[ox.Triple]:
    return set(construct(store, f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"))


def _data(graph: str, triples: Iterable[ox.Triple]) -> list[str]:
    lines = sorted(f"{triple} .\n" for triple in triples)
    return [f"GRAPH <{graph}> {{\n", *lines, "}\n"] if lines else []
