"""A store for the threads that make pages, which has its queries answered by workers of its own.

A query that runs too long can then be ended, and its page says so in a sentence; and pages do not wait while all
workers of the endpoint are taken.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pyoxigraph as ox

from pan2kg.errors import EndpointError, Place, QueryError
from pan2kg.project import reason
from pan2kg.server.channel import END, FAILED, FORM, WHOLE, Task, pack, receive
from pan2kg.server.refusal import Refusal
from pan2kg.server.workers import ForkServer, LostError, Worker, died, was_killed
from pan2kg.store.store import Result


@dataclass(eq=False, slots=True)
class PoolStore:
    """Answers queries as :class:`pan2kg.store.store.LocalStore` does, from any thread."""

    fork_server: ForkServer
    workers: int = 4
    wait: float = 10.0
    _idle: list[Worker] = field(default_factory=list)
    _places: threading.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._places = threading.Semaphore(self.workers)
        self.fork_server.on_renewal.append(self._dismiss_idle)

    def query(self, text: str) -> Result:
        """Answer a query over the union of all graphs, or over those its own FROM clauses name.

        Raises:
            QueryError: the query has a syntax error, or asks for something that is refused.
            EndpointError: it takes too long or too much, or all workers are taken.
        """
        form, body = self._ask(_task(text))
        if form == "ntriples":
            return [quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES, lenient=True)]
        return ox.parse_query_results(body, format=ox.QueryResultsFormat.TSV)

    def _ask(self, task: Task) -> tuple[str, bytes]:
        """The answer; asked once more where the worker was ended from outside, after whatever time.

        A page would else be refused for one of the many queries it makes; they are the program's own.
        """
        ended = 0
        for _ in range(2):
            began = time.monotonic()
            with self._worker() as worker:
                answer = self._send(worker, task)
                ran = time.monotonic() - began
                if not isinstance(answer, int):
                    self._keep(worker, ran)
            if isinstance(answer, Refusal):
                raise _error(answer)
            if not isinstance(answer, int):
                return answer
            ended = answer
            if not was_killed(ended):
                break
        raise _error(died(ended, self.fork_server.seconds))

    @staticmethod
    def _send(worker: Worker, task: Task) -> tuple[str, bytes] | Refusal | int:
        """What a worker answers, or how it ended."""
        with suppress(OSError):
            worker.link.sendall(pack(b"T", json.dumps(task).encode()))
            answer = _read(worker)
            if answer is not None:
                return answer
        worker.link.close()
        return worker.reap()

    def _keep(self, worker: Worker, ran: float) -> None:
        if ran < self.fork_server.seconds / 2 and worker.line is self.fork_server.line:
            self._idle.append(worker)
        else:
            _dismiss(worker)

    @contextmanager
    def _worker(self) -> Iterator[Worker]:
        if not self._places.acquire(timeout=self.wait):
            raise EndpointError("page-workers-taken", remedy="ask-again-moment")
        try:
            yield self._take()
        except LostError as error:
            raise EndpointError(error.message, remedy="page-again-then") from None
        except OSError as error:
            raise EndpointError("no-more-workers", remedy="ask-again-moment", reason=reason(error)) from None
        finally:
            self._places.release()

    def _dismiss_idle(self) -> None:
        with suppress(IndexError):
            while True:
                _dismiss(self._idle.pop())

    def _take(self) -> Worker:
        while True:
            try:
                worker = self._idle.pop()
            except IndexError:
                return self.fork_server.fork()
            if worker.line is self.fork_server.line:
                return worker
            _dismiss(worker)


def _dismiss(worker: Worker) -> None:
    worker.link.close()
    worker.reap()


def _task(text: str) -> Task:
    """A query as a task: rows come as tab-separated values, whole terms as in Turtle, which takes less than JSON."""
    return Task("query", text, "", union=True, default=None, named=None, table="tsv", graph="ntriples", own=True)


def _read(worker: Worker) -> tuple[str, bytes] | Refusal | None:
    """The whole answer of a worker; None where it died."""
    pieces: list[bytes] = []
    form = ""
    while (message := receive(worker.link)) is not None:
        kind, payload = message
        if kind == FAILED:
            return Refusal.unpack(payload)
        if not form:
            form, payload = payload[:FORM].rstrip().decode("ascii"), payload[FORM:]
        pieces.append(payload)
        if kind in (WHOLE, END):
            return form, b"".join(pieces)
    return None


def _error(refusal: Refusal) -> QueryError | EndpointError:
    if refusal.status < 500:
        return QueryError(refusal.message, place=Place("query", refusal.line, refusal.column))
    return EndpointError(refusal.message, remedy="ask-again-moment")
