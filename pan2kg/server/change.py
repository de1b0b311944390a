"""A change of the graph, applied to a store that is thrown away if it fails."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import pyoxigraph as ox

from pan2kg.server.evaluation import GRAPH_FORMATS
from pan2kg.server.request import Refusal
from pan2kg.store.store import syntax_error

WRITTEN: Final = ("turtle", "ntriples", "rdfxml", "jsonld")
"""The formats in which a graph can be sent."""

_PLACE: Final = re.compile(r"Parser error at [^:]*: ")
"""What the engine begins with, and we say in our own way."""


class Change(NamedTuple):
    """What is to change: an ``update``, or a graph that is ``put``, ``post``\\ ed to, ``patch``\\ ed or ``delete``\\ d.

    ``graph`` is empty for the default graph; each of ``parts`` is the name of a format and a text.
    """

    kind: str
    text: str
    base: str
    graph: str
    parts: list[tuple[str, str]]


def apply(store: ox.Store, change: Change) -> int | Refusal:
    """Apply a change; the status it is answered with, or why it cannot be applied.

    >>> store = ox.Store()
    >>> apply(store, Change("put", "", "http://e/", "http://e/g", [("turtle", "<a> <b> 1 .")])), len(store)
    (201, 1)
    >>> apply(store, Change("delete", "", "", "http://e/other", [])).status
    404
    """
    try:
        if change.kind == "update":
            store.update(change.text, base_iri=change.base or None)
            return 204
        return _change_graph(store, change)
    except SyntaxError as error:
        return _syntax(change, error)
    except MemoryError:
        return Refusal(503, "The change needs more memory than it may take.")
    except (OSError, RuntimeError, ValueError) as error:
        return Refusal(400, f"The change cannot be applied: {str(error).rstrip('.')}.")


def _change_graph(store: ox.Store, change: Change) -> int | Refusal:
    name = ox.NamedNode(change.graph) if change.graph else ox.DefaultGraph()
    exists = not change.graph or store.contains_named_graph(name)
    if not exists and change.kind in ("delete", "patch"):
        return Refusal(404, f"There is no graph <{change.graph}> here.")
    if change.kind == "patch":
        return _patch(store, change, name)
    if change.kind in ("put", "delete"):
        store.remove_graph(name)
    if change.kind != "delete":
        if change.graph:
            store.add_graph(name)
        for form, text in change.parts:
            store.load(text, format=GRAPH_FORMATS[form], base_iri=change.base or None, to_graph=name)
    return 204 if exists else 201


def _patch(store: ox.Store, change: Change, name: ox.NamedNode | ox.DefaultGraph) -> int | Refusal:
    """The update sees the graph alone, as its default graph."""
    alone = ox.Store()
    alone.extend(
        ox.Quad(quad.subject, quad.predicate, quad.object) for quad in store.quads_for_pattern(None, None, None, name)
    )
    alone.update(change.text, base_iri=change.base or None)
    if next(iter(alone.named_graphs()), None) is not None:
        return Refusal(400, "A patch changes one graph; leave out GRAPH and WITH, or send an update to the endpoint.")
    store.clear_graph(name)
    store.extend(ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in alone)
    return 204


def _syntax(change: Change, error: SyntaxError) -> Refusal:
    if change.kind in ("update", "patch"):
        told = syntax_error(change.text, str(error))
        line, column = (told.place.line, told.place.column) if told.place else (None, None)
        where = f" at line {line}, column {column}" if line else ""
        sentence = told.message.replace("The query is not SPARQL", f"The update is not SPARQL{where}", 1)
        return Refusal(400, sentence, line, column)
    where = f" at line {error.lineno}, column {error.offset}" if error.lineno else ""
    said = _PLACE.sub("", error.msg).rstrip(".")
    return Refusal(400, f"The graph cannot be read{where}: {said}.", error.lineno, error.offset)
