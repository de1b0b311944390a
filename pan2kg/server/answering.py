"""How a worker answers a task: what a query may ask for, its limits, and the pieces an answer is sent in.

The engine contacts the addresses of SERVICE whenever it is told to and has no switch for it, so
they are found among the tokens of a query and refused; nor can a worker open a connection
(:mod:`pan2kg.server.holder`). An answer is sent piece by piece, its end says that it is whole and
in which form: the client keeps the pieces until then, so that a limit reached late is a refusal
like any other. No web framework is imported here: the processes that hold the graph need none.
"""

import fcntl
import io
import itertools
import json
import os
import re
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyoxigraph as ox

from pan2kg.server.packets import FAILED, MEGABYTE, PIECE, WHOLE, pack
from pan2kg.server.protocol import FORMATS, RefusalError, busy, why
from pan2kg.store.query_text import UPDATES, syntax_error
from pan2kg.turtle import tokens
from pan2kg.turtle.writer import calls, line_of

# an answer is sent in pieces of about so many bytes
SENT_BYTES = 256 * 1024
# the prefixes of so many triples at most are looked for: the others of a longer answer cannot be
# read ahead
SEARCHED_TRIPLES = 2000


class RowMark(NamedTuple):
    """The bytes that stand once for each row of a format, in no value of it, and how many rows there are beside.

    Only in CSV a value may hold them too, which then counts as a row more.
    """

    mark: bytes
    more: int


_ROW_MARKS = {
    "json": RowMark(b'}},{"', 1),  # between two rows
    "xml": RowMark(b"<result>", 0),
    "csv": RowMark(b"\r\n", -1),  # behind the names of columns too
    "tsv": RowMark(b"\n", -1),
}
_UNMARKED = RowMark(b"", 0)

# what inspect_query searches a text for before it reads its tokens
_HINTS = ("service", "from", *map(str.lower, UPDATES))
_SUSPECT = re.compile(rf"service|(?:from|{'|'.join(UPDATES)})(?!\w)", re.IGNORECASE)
# a call of a service by its address, such as « SERVICE SILENT <http://e/sparql> »
_CALL = re.compile(
    r"""
    service (?: \s | \#[^\n\r]* )*+
    (?: silent (?: \s | \#[^\n\r]* )*+ )?
    < ([^<>]*) >
    """,
    re.IGNORECASE | re.VERBOSE,
)
# two answers to a query that calls one of these may differ
VOLATILE = re.compile(r"\b(?:now|rand|uuid|struuid|bnode)\s*\(", re.IGNORECASE)
_LOCAL_NAME = re.compile(r"[^/#]*$")


class Limits(NamedTuple):
    """Of a query: seconds, rows and bytes of its answer, bytes of memory beside the graph; and bytes of all together.

    Without ``total`` all together may take three quarters of what the machine has free once the
    graph is loaded.
    """

    seconds: float = 30.0
    rows: int = 1_000_000
    size: int = 256 * MEGABYTE
    memory: int = 1024 * MEGABYTE
    total: int = 0


class Task(NamedTuple):
    """A ``query`` to answer, or a ``graph`` to write out (the default graph if ``text`` is empty).

    ``default`` and ``named`` are None where the request names no graphs; ``table`` and ``graph``
    are the formats the client accepts for rows and for triples, empty where it accepts none.
    ``own`` is what a page asks to be made: it may have as many rows and bytes as there are.
    ``number`` tells it from all others.
    """

    kind: str
    text: str
    base: str = ""
    union: bool = True
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None
    table: str = ""
    graph: str = ""
    own: bool = False
    number: int = 0


def inspect_query(text: str, services: frozenset[str] = frozenset()) -> bool:
    """Whether a query names its graphs with FROM.

    Raises:
        RefusalError: 403 where it would ask a service that is not among ``services``, or change something.

    >>> inspect_query("ASK { ?s ?p 'from' }"), inspect_query("ASK FROM <http://e/g> { ?s ?p ?o }")
    (False, True)
    """
    lower = text.lower()  # plain searches take a tenth of the time of the expressions
    if not any(hint in lower for hint in _HINTS) or not _SUSPECT.search(text):
        return False
    for call in calls(text, "SERVICE"):
        match = _CALL.match(text, call.start)
        if not match or match[1] not in services:
            raise _refused_word(text, call.start, "SERVICE", "refused-fetch")
    names_graphs = False
    for token in tokens(text):
        if token.kind != "word":
            continue
        word = token.text.upper()
        if word in UPDATES:
            raise _refused_word(text, token.start, word, "refused-change")
        names_graphs = names_graphs or word == "FROM"
    return names_graphs


def _refused_word(text: str, start: int, word: str, key: str) -> RefusalError:
    line, column = line_of(text, start)
    sentence = why(key, word=word, line=str(line), column=str(column))
    return RefusalError(403, sentence, line=line, column=column)


class AnswerWriter(io.BytesIO):
    """Takes an answer from the engine and sends it on in pieces, as far as the limits let it.

    The answer to a task of a page, which is not ``is_bounded``, is limited in seconds alone.
    """

    def __init__(self, link: socket.socket, form: str, limits: Limits, *, is_bounded: bool) -> None:
        self.link = link
        self.form = form
        self.limits = limits
        if not is_bounded:
            self.limits = limits._replace(rows=sys.maxsize, size=sys.maxsize)
        self.mark, self.rows = _ROW_MARKS.get(form, _UNMARKED)
        self.deadline = time.monotonic() + limits.seconds
        self.pieces: list[bytes] = []
        self.waiting = 0
        self.size = 0

    def write(self, piece: Any) -> int:  # noqa: ANN401  # whatever has a buffer
        """Take a piece.

        Raises:
            RefusalError: the answer is too large (413), has too many rows, or takes too long (503).
        """
        data = bytes(piece)
        self.pieces.append(data)
        self.waiting += len(data)
        self.size += len(data)
        if self.mark:
            self.count(data.count(self.mark))
        if self.size > self.limits.size:
            megabytes = f"{round(self.limits.size / MEGABYTE, 2):g}"
            raise RefusalError(413, "answer-too-large", size=megabytes)
        if time.monotonic() > self.deadline:
            raise busy("too-slow", 30, seconds=f"{self.limits.seconds:g}")
        if self.waiting > SENT_BYTES:
            _send(self.link, pack(PIECE, b"".join(self.pieces)))
            self.pieces.clear()
            self.waiting = 0
        return len(data)

    def count(self, rows: int) -> None:
        """Count rows or triples; RefusalError (413) where there are too many."""
        self.rows += rows
        if self.rows > self.limits.rows:
            raise RefusalError(413, "too-many-rows", rows=str(self.limits.rows))

    def finish(self, state: str, *, is_volatile: bool) -> None:
        """Send what is left and the end, which says that the answer is whole; a short one leaves in one piece."""
        ending = json.dumps([self.form, is_volatile, state]).encode()
        _send(self.link, pack(PIECE, b"".join(self.pieces)) + pack(WHOLE, ending))


def _send(link: socket.socket, data: bytes) -> None:
    # from here on this process does not end when the client hangs up, but is told
    fcntl.fcntl(link, fcntl.F_SETFL, fcntl.fcntl(link, fcntl.F_GETFL) & ~os.O_ASYNC)
    link.sendall(data)


@dataclass(slots=True)
class Evaluator:
    """The store and what goes with every answer; ``services`` may be asked with SERVICE, by no page of ours.

    Every answer says from which ``state`` of the data it is.
    """

    store: ox.Store
    limits: Limits
    prefixes: dict[str, str]
    services: frozenset[str] = frozenset()
    state: str = ""

    def answer(self, task: Task, link: socket.socket) -> None:
        """Answer a task on a connection, or say on it why not; ConnectionError where the client has left."""
        try:
            if task.kind == "graph":
                self._write_graph(task, link)
            else:
                self._answer_query(task, link)
        except ConnectionError:
            raise
        except RefusalError as refusal:
            _send(link, pack(FAILED, refusal.pack()))
        except (MemoryError, OSError, RuntimeError, SyntaxError, ValueError) as error:
            _send(link, pack(FAILED, _refusal_of(error, task.text).pack()))

    def _answer_query(self, task: Task, link: socket.socket) -> None:
        names_graphs = inspect_query(task.text, frozenset() if task.own else self.services)
        dataset: dict[str, object] = {}
        if task.default is not None or task.named is not None:
            dataset = {
                "default_graph": [ox.NamedNode(iri) for iri in task.default or ()],
                "named_graphs": [ox.NamedNode(iri) for iri in task.named or ()],
            }
        elif task.union and not names_graphs:
            dataset = {"use_default_graph_as_union": True}
        result = self.store.query(task.text, base_iri=task.base or None, **dataset)  # type: ignore[arg-type]
        is_volatile = VOLATILE.search(task.text) is not None
        if isinstance(result, ox.QueryTriples):
            self._write_triples(result, task, link, is_volatile=is_volatile)
        elif not task.table:
            raise RefusalError(406, "tables-not-acceptable")
        else:
            writer = AnswerWriter(link, task.table, self.limits, is_bounded=not task.own)
            result.serialize(output=writer, format=FORMATS[task.table])
            writer.finish(self.state, is_volatile=is_volatile)

    def _write_graph(self, task: Task, link: socket.socket) -> None:
        name = ox.NamedNode(task.text) if task.text else ox.DefaultGraph()
        if task.text and not self.store.contains_named_graph(name):
            raise RefusalError(404, "no-graph", iri=task.text)
        everything = task.union and not task.text
        quads = self.store.quads_for_pattern(None, None, None, None if everything else name)
        self._write_triples((quad.triple for quad in quads), task, link, is_volatile=False)

    def _write_triples(
        self, triples: Iterable[ox.Triple], task: Task, link: socket.socket, *, is_volatile: bool
    ) -> None:
        if not task.graph:
            raise RefusalError(406, "triples-not-acceptable")
        writer = AnswerWriter(link, task.graph, self.limits, is_bounded=not task.own)

        def counted() -> Iterator[ox.Triple]:
            for triple in triples:
                writer.count(1)
                yield triple

        following = counted()
        beginning = list(itertools.islice(following, SEARCHED_TRIPLES))
        is_whole = len(beginning) < SEARCHED_TRIPLES
        prefixes = used(beginning, self.prefixes) if is_whole else self.prefixes
        ox.serialize(
            itertools.chain(beginning, following),
            output=writer,
            format=FORMATS[task.graph],
            prefixes=prefixes or None,
        )
        writer.finish(self.state, is_volatile=is_volatile)


def _refusal_of(error: Exception, query: str) -> RefusalError:
    """Why the engine does not answer a query, by what it has raised."""
    if isinstance(error, MemoryError):
        return busy("query-memory-or-depth", 30)
    if not isinstance(error, SyntaxError):
        return RefusalError(400, "query-failed", error=str(error).rstrip("."))
    fault = syntax_error(query, str(error))
    line = fault.place.line if fault.place else None
    column = fault.place.column if fault.place else None
    values = {**fault.message.values, "line": str(line), "column": str(column)}
    sentence = why(f"query-{fault.message.key}", **values)
    return RefusalError(400, sentence, line=line, column=column)


def used(triples: list[ox.Triple], prefixes: dict[str, str]) -> dict[str, str]:
    """The prefixes that shorten something.

    >>> triple = ox.Triple(ox.NamedNode("http://e/a"), ox.NamedNode("http://f/b"), ox.Literal("c"))
    >>> used([triple], {"e": "http://e/", "g": "http://g/"})
    {'e': 'http://e/'}
    """
    spaces = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            name = term.datatype if isinstance(term, ox.Literal) else term
            if isinstance(name, ox.NamedNode):
                spaces.add(_LOCAL_NAME.sub("", name.value))
    return {name: space for name, space in prefixes.items() if space in spaces}
