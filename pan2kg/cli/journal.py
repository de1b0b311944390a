"""The command ``pan2kg journal``: the changes of a journal, for a store that takes updates.

A service took changes to the graph up to release 0.1 and kept them in a journal, a JSON list a
line. They are made again on the graph of the project; what differs then is one SPARQL Update.
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pan2kg.cli.arguments import FILE, Options
from pan2kg.cli.opening import cache_of, project_of
from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason, write_atomically

if TYPE_CHECKING:
    import pyoxigraph as ox

JOURNAL: Options = {
    "journal": {**FILE, "type": Path, "help": "serve.journal"},
    "-o --output": {**FILE, "type": Path, "required": True},
}


class _Change(NamedTuple):
    """A change as the service noted it; what a line holds beyond these is of no use here.

    ``kind`` is ``update``, or how a graph was changed: ``put``, ``post``, ``patch`` or ``delete``.
    ``text`` is an update, ``base`` what its relative addresses belong to, ``graph`` the IRI of the
    graph, empty for the default one. ``contents`` are pairs of a format and a text in it.
    ``default`` and ``named`` are the graphs a request named for an update.
    """

    kind: str
    text: str
    base: str
    graph: str
    contents: list[tuple[str, str]]
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def run_journal(options: argparse.Namespace) -> int:
    """Write the changes of a journal as one SPARQL Update: what they remove from the project's graph, what they add.

    Raises:
        ProjectError: the journal cannot be read, or a line is no change that can be made again.
    """
    from pan2kg.store import cache

    store = cache.open_kept(project_of(options), cache_of(options)).inner
    before = set(store)
    for number, line in enumerate(read_journal(options.journal).splitlines(), 1):
        try:
            _make(_Change(*json.loads(line)[: len(_Change._fields)]), store)
        except (KeyError, OSError, SyntaxError, TypeError, ValueError):
            place = Place(str(options.journal), number)
            raise ProjectError("journal-unreadable", place=place) from None
    after = set(store)
    blocks = [*_update("DELETE DATA", before - after), *_update("INSERT DATA", after - before)]
    write_atomically(options.output, " ;\n".join(blocks) + "\n")
    return 0


def read_journal(path: Path) -> bytes:
    """The text of a journal. Raises ProjectError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        place = Place(str(path))
        raise ProjectError("cannot-read-file", place=place, reason=reason(error)) from None


def _make(change: _Change, store: "ox.Store") -> None:
    """Make a change again, as the service made it. Raises ValueError for one that cannot be."""
    import pyoxigraph as ox

    from pan2kg.server import protocol

    if change.default or change.named:
        # an update has no graphs of its request: its text would have to be another
        raise ValueError
    graph = ox.NamedNode(change.graph) if change.graph else ox.DefaultGraph()
    base = change.base or None
    if change.kind == "update":
        store.update(change.text, base_iri=base)
    elif change.kind == "patch":
        # it sees the graph alone, as its default graph
        alone = ox.Store()
        quads = store.quads_for_pattern(None, None, None, graph)
        alone.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
        alone.update(change.text, base_iri=base)
        store.clear_graph(graph)
        store.extend(ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in alone)
    elif change.kind in ("put", "post", "delete"):
        if change.kind != "post":
            store.remove_graph(graph)
        for form, content in change.contents:
            store.load(content, format=protocol.FORMATS[form], base_iri=base, to_graph=graph)
    else:
        raise ValueError


def _update(verb: str, quads: Iterable["ox.Quad"]) -> list[str]:
    """The operation that removes or adds statements; none where there are none."""
    lines = [f"  GRAPH {quad.graph_name} {{ {quad.triple} }}\n" for quad in sorted(quads, key=str)]
    return [f"{verb} {{\n{''.join(lines)}}}"] if lines else []
