"""What a worker does with a task – a query, a graph, a change –, and the file of the changes that were taken.

A query is serialised straight into an :class:`~pan2kg.server.channel.AnswerWriter`, so that no answer is held whole in
memory. A change is applied in a forked process to its own copy of the store; if it fails, that process ends and the
store in use is as it was. So no change needs to be undone.

A line of the journal is a change as it was sent, in JSON. It is on the disk before the change is answered, so that what
was answered is kept; a last line that is cut off belongs to a change nobody was told had been made. What an update
computes from the time or from chance would be another value then, so that such an update is refused where there is a
journal.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import socket
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Final, NamedTuple, Self

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason
from pan2kg.server.channel import FAILED, AnswerWriter, Limits, OverrunError, Task, pack
from pan2kg.server.inspection import add_using, inspect_query, words_of
from pan2kg.server.refusal import Refusal, busy, why
from pan2kg.store.store import syntax_error

TABLE_FORMATS: Final = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPH_FORMATS: Final = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
}
FEW: Final = 2000
"""Of so many triples it is worth looking which prefixes they need."""
_IRI = re.compile(r"[^/#]*$")


@dataclass(frozen=True, slots=True)
class Evaluator:
    """The store and what goes with every answer; ``services`` may be asked with SERVICE, by no page of ours."""

    store: ox.Store
    limits: Limits
    prefixes: dict[str, str]
    services: frozenset[str] = frozenset()

    def answer(self, task: Task, link: socket.socket) -> None:
        """Do a task and send the answer, or why there is none."""
        try:
            refusal = self._graph(task, link) if task.kind == "graph" else self._query(task, link)
        except OverrunError as error:
            refusal = error.refusal
        except SyntaxError as error:
            refusal = _syntax("query", task.text, str(error))
        except MemoryError:
            refusal = busy(why("query-memory"), 30)
        except (OSError, RuntimeError, ValueError) as error:
            refusal = Refusal(400, why("query-failed", error=str(error).rstrip(".")))
        if refusal:
            link.sendall(pack(FAILED, refusal.pack()))

    def _query(self, task: Task, link: socket.socket) -> Refusal | None:
        traits = inspect_query(task.text, frozenset() if task.own else self.services)
        if isinstance(traits, Refusal):
            return traits
        asked = task._replace(union=task.union and not traits.own_dataset)
        result = self.store.query(task.text, base_iri=task.base or None, **_dataset(asked))  # type: ignore[arg-type]
        if isinstance(result, ox.QueryTriples):
            return self._triples(result, task, link)
        if not task.table:
            rows = isinstance(result, ox.QuerySolutions)
            return Refusal(406, why("rows-not-acceptable" if rows else "yes-or-no-not-acceptable"))
        writer = AnswerWriter(link, task.table, self._limits(task))
        result.serialize(output=writer, format=TABLE_FORMATS[task.table])
        writer.finish()
        return None

    def _limits(self, task: Task) -> Limits:
        return replace(self.limits, rows=sys.maxsize, size=sys.maxsize) if task.own else self.limits

    def _graph(self, task: Task, link: socket.socket) -> Refusal | None:
        name = ox.NamedNode(task.text) if task.text else ox.DefaultGraph()
        if task.text and not self.store.contains_named_graph(name):
            return Refusal(404, why("no-graph", iri=task.text))
        everything = task.union and not task.text
        quads = self.store.quads_for_pattern(None, None, None, None if everything else name)
        return self._triples((quad.triple for quad in quads), task, link)

    def _triples(self, triples: Iterable[ox.Triple], task: Task, link: socket.socket) -> Refusal | None:
        if not task.graph:
            return Refusal(406, why("triples-not-acceptable"))
        writer = AnswerWriter(link, task.graph, self._limits(task))
        counted = _counted(triples, writer)
        # a short answer declares only the prefixes it uses; a long one cannot be read ahead to find them
        first = list(islice(counted, FEW))
        prefixes = self.prefixes if len(first) == FEW else used(first, self.prefixes)
        form = GRAPH_FORMATS[task.graph]
        ox.serialize(chain(first, counted), output=writer, format=form, prefixes=prefixes or None)
        writer.finish()
        return None


def used(triples: list[ox.Triple], prefixes: dict[str, str]) -> dict[str, str]:
    """The prefixes that shorten something.

    >>> triple = ox.Triple(ox.NamedNode("http://e/a"), ox.NamedNode("http://f/b"), ox.Literal("c"))
    >>> used([triple], {"e": "http://e/", "g": "http://g/"})
    {'e': 'http://e/'}
    """
    terms = {term for triple in triples for term in (triple.subject, triple.predicate, triple.object)}
    spaces = {_IRI.sub("", term.value) for term in terms if isinstance(term, ox.NamedNode)}
    spaces |= {_IRI.sub("", term.datatype.value) for term in terms if isinstance(term, ox.Literal)}
    return {name: space for name, space in prefixes.items() if space in spaces}


def _counted(triples: Iterable[ox.Triple], writer: AnswerWriter) -> Iterator[ox.Triple]:
    for triple in triples:
        writer.count(1)
        yield triple


def _dataset(task: Task) -> dict[str, object]:
    """The engine's arguments for the graphs of a request; a request that names some names them all."""
    if task.default is None and task.named is None:
        return {"use_default_graph_as_union": True} if task.union else {}
    return {
        "default_graph": [ox.NamedNode(iri) for iri in task.default or []],
        "named_graphs": [ox.NamedNode(iri) for iri in task.named or []],
    }


def _syntax(kind: str, text: str, message: str) -> Refusal:
    """What is wrong with the text of a ``query`` or an ``update``, with its place in the sentence too."""
    error = syntax_error(text, message)
    line, column = (error.place.line, error.place.column) if error.place else (None, None)
    values = {**error.message.values, "line": str(line), "column": str(column)}
    return Refusal(400, why(f"{kind}-{error.message.key}", **values), line, column)


WRITTEN: Final = ("turtle", "ntriples", "rdfxml", "jsonld")
"""The formats in which a graph can be sent."""

_PLACE: Final = re.compile(r"Parser error at [^:]*: ")
"""What the engine begins with, and we say in our own way."""


class Change(NamedTuple):
    """What is to change: an ``update``, or a graph that is ``put``, ``post``\\ ed to, ``patch``\\ ed or ``delete``\\ d.

    ``graph`` is empty for the default graph; each of ``parts`` is the name of a format and a text. ``default`` and
    ``named`` are the graphs the protocol gives an update; ``exists`` is whether the graph must be there, or must not.
    """

    kind: str
    text: str
    base: str
    graph: str
    parts: list[tuple[str, str]]
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    exists: bool | None = None


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
            text = add_using(change.text, tuple(change.default), tuple(change.named))
            if isinstance(text, Refusal):
                return text
            store.update(text, base_iri=change.base or None)
            return 204
        return _change_graph(store, change)
    except SyntaxError as error:
        return _change_syntax(change, error)
    except MemoryError:
        return Refusal(503, why("change-memory"))
    except (OSError, RuntimeError, ValueError) as error:
        return Refusal(400, why("change-failed", error=str(error).rstrip(".")))


def _change_graph(store: ox.Store, change: Change) -> int | Refusal:
    name = ox.NamedNode(change.graph) if change.graph else ox.DefaultGraph()
    exists = not change.graph or store.contains_named_graph(name)
    if change.exists not in (None, exists):
        return Refusal(412, why("graph-is-there" if exists else "graph-is-not-there", iri=change.graph))
    if not exists and change.kind in ("delete", "patch"):
        return Refusal(404, why("no-graph", iri=change.graph))
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
        return Refusal(400, why("patch-one-graph"))
    store.clear_graph(name)
    store.extend(ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in alone)
    return 204


def _change_syntax(change: Change, error: SyntaxError) -> Refusal:
    if change.kind in ("update", "patch"):
        return _syntax("update", change.text, str(error))
    key = "graph-unreadable-at" if error.lineno else "graph-unreadable"
    words = _PLACE.sub("", error.msg).rstrip(".")
    message = why(key, line=str(error.lineno), column=str(error.offset), words=words)
    return Refusal(400, message, error.lineno, error.offset)


VOLATILE: Final = frozenset({"NOW", "RAND", "UUID", "STRUUID"})
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LOG = logging.getLogger("pan2kg.service")


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal that this service alone writes; ``lines`` is how many changes it had at the start."""

    path: Path
    file: int
    lines: int

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a journal or begin one; a last line that is cut off is taken away.

        Raises:
            ProjectError: it cannot be opened, or another service writes it.
        """
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            written = path.read_bytes()
            os.ftruncate(file, written.rfind(b"\n") + 1)
        except OSError as error:
            raise ProjectError("journal-not-opened", place=Place(str(path)), reason=reason(error)) from None
        return cls(path, file, written.count(b"\n"))

    def append(self, change: Change) -> None:
        """Write a change down; whole or not at all.

        Raises:
            OSError: it cannot be written.
        """
        size = os.fstat(self.file).st_size
        line = json.dumps(change).encode() + b"\n"
        try:
            while line:
                line = line[os.write(self.file, line) :]
            os.fsync(self.file)
        except OSError:
            os.ftruncate(self.file, size)
            raise

    def replay(self, store: ox.Store) -> None:
        """Make all changes again, in their order; one that cannot be made any more is told in the log.

        Raises:
            ProjectError: a line is none of a journal.
        """
        for number, line in enumerate(self.path.read_bytes().splitlines(), 1):
            try:
                change = Change(*json.loads(line))
            except (ValueError, TypeError):
                raise ProjectError("journal-unreadable", place=Place(str(self.path), number)) from None
            outcome = apply(store, change)
            if isinstance(outcome, Refusal):
                _LOG.error("%s", why("journal-skipped", line=str(number), why=outcome.message))


def refuse_volatile(change: Change) -> Refusal | None:
    """Why a change cannot be made again as it is made now; None where it can.

    >>> refuse_volatile(Change("update", r"INSERT { ?a a ?n } WHERE { BIND (\\u006eow() AS ?n) }", "", "", [])).status
    400
    >>> refuse_volatile(Change("update", 'INSERT DATA { <a> <b> "now()" }', "", "", [])) is None
    True
    """
    # an engine may read escapes before words (SPARQL 1.1, 19.2)
    plain = _ESCAPE.sub(lambda found: chr(min(int(found[1] or found[2], 16), sys.maxunicode)), change.text)
    words = [*words_of(change.text), *words_of(plain)]
    found = next((one.text for one in words if one.kind == "word" and one.text.upper() in VOLATILE), None)
    return Refusal(400, why("journal-volatile", name=found)) if found else None
