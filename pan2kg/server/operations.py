"""What whoever runs the service sees of it: whether it lives and is ready, its metrics, and a line for each request.

The metrics are in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/), the
answers of ``/health`` and ``/ready`` in the form that is usual for health checks (``status``: ``pass`` or ``fail``).
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from pan2kg.errors import Pan2kgError, Place, ProjectError
from pan2kg.project import reason
from pan2kg.server.pool import Pool
from pan2kg.server.refusal import why
from pan2kg.server.request import PAGE_HEADERS, Handler, Request, refuse_method, reply
from pan2kg.server.workers import LostError

_KINDS: Final = {
    "sparql": "sparql",
    "store": "store",
    "assets": "asset",
    **dict.fromkeys(("health", "ready", "metrics"), "operation"),
    **dict.fromkeys(("id", "doc", "graph", "ontology", "dataset", "catalogue", ".well-known"), "document"),
}
_SECONDS: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
_NO_STORE: Final = (b"cache-control", b"no-store")
_LOG = logging.getLogger("pan2kg.service")
_LEFT: Final = 499
"""What is written down for a client that left before it was answered, as nginx does."""


@lru_cache(maxsize=1024)
def kind_of(path: str) -> str:
    """What is asked for at a path: one of a few words, so that there is a metric for each.

    >>> kind_of("/sparql"), kind_of("/store/a"), kind_of("/doc/plan/lu-bhr-2"), kind_of("/fr/index.html")
    ('sparql', 'store', 'document', 'page')
    """
    return _KINDS.get(path[1:].partition("/")[0].partition(".ttl")[0], "page")


@dataclass(slots=True)
class AccessLog:
    """A file with a line for each request, in JSON; ``-`` is standard output."""

    path: str
    file: int = -1

    def reopen(self) -> None:
        """Open the file, again where it was moved away.

        Raises:
            ProjectError: it cannot be written.
        """
        if self.path == "-":
            self.file = sys.stdout.fileno()
            return
        try:
            opened = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise ProjectError("log-not-opened", place=Place(self.path), reason=reason(error)) from None
        before, self.file = self.file, opened
        if before >= 0:
            os.close(before)

    def write(self, request: Request, seconds: float) -> None:
        """Write a line for a request that was answered; a disk that is full keeps nobody from an answer."""
        record = request.record
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "id": record.id,
            "client": request.place.client,
            "method": request.method,
            "path": request.path,
            "status": record.status or _LEFT,
            "bytes": record.size,
            "seconds": round(seconds, 6),
            **({"query": record.query} if record.query else {}),
            **({"person": record.person} if record.person else {}),
        }
        with suppress(OSError):
            os.write(self.file, json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


@dataclass(slots=True)
class Operations:
    """Notes each request and answers whoever watches over the service.

    ``ready`` says whether requests can be answered now; a balancer then sends some.
    """

    log: AccessLog | None = None
    ready: Callable[[], bool] = lambda: True
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    _requests: Counter = field(init=False)
    _seconds: Histogram = field(init=False)
    _bytes: Counter = field(init=False)
    _known: dict[tuple[str, int], tuple[Counter, Histogram, Counter]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ProcessCollector(registry=self.registry)
        named = ("kind", "status")
        self._requests = Counter("pan2kg_requests", "Requests that were answered.", named, registry=self.registry)
        self._bytes = Counter("pan2kg_sent_bytes", "Bytes of answers.", ("kind",), registry=self.registry)
        self._seconds = Histogram(
            "pan2kg_request_seconds", "Time to an answer.", ("kind",), buckets=_SECONDS, registry=self.registry
        )

    def measure(self, pool: Pool) -> None:
        """Tell of workers, and of what waits for one."""
        told: Mapping[str, tuple[str, Callable[[], float]]] = {
            "pan2kg_workers_busy": ("Workers that answer a query.", lambda: pool.load.busy),
            "pan2kg_workers_idle": ("Workers that wait for a query.", lambda: pool.load.idle),
            "pan2kg_queries_waiting": ("Queries that wait for a worker.", lambda: pool.load.waiting),
            "pan2kg_changes_waiting": ("Changes that are made or wait.", lambda: pool.load.changing),
            "pan2kg_data_version": ("States of the data since the start.", lambda: pool.fork_server.version),
            "pan2kg_fork_server_up": ("Whether a process holds the graph.", lambda: not pool.fork_server.line.is_lost),
        }
        for name, (meaning, value) in told.items():
            Gauge(name, meaning, registry=self.registry).set_function(value)

    def note(self, request: Request, seconds: float) -> None:
        """Count a request that was answered, and write its line."""
        key = kind_of(request.path), request.record.status or _LEFT
        if key not in self._known:  # to look a metric up takes longer than to count
            kind, status = key
            self._known[key] = self._requests.labels(kind, status), self._seconds.labels(kind), self._bytes.labels(kind)
        number, took, size = self._known[key]
        number.inc()
        took.observe(seconds)
        size.inc(request.record.size)
        if self.log:
            self.log.write(request, seconds)

    def handlers(self) -> Mapping[str, Handler]:
        """What answers at the three addresses, as the application takes it."""
        return {"/health": self._health, "/ready": self._ready, "/metrics": self._metrics}

    async def _health(self, request: Request) -> Response:
        return _say(request, 200)

    async def _ready(self, request: Request) -> Response:
        return _say(request, 200 if self.ready() else 503)

    async def _metrics(self, request: Request) -> Response:
        media = (b"content-type", CONTENT_TYPE_LATEST.encode())
        body = generate_latest(self.registry)
        return _not_read(request) or reply(200, [media, _NO_STORE, *PAGE_HEADERS], body)


def _say(request: Request, status: int) -> Response:
    body = json.dumps({"status": "pass" if status == 200 else "fail"}).encode() + b"\n"
    again = [(b"retry-after", b"1")] if status == 503 else []
    headers = [(b"content-type", b"application/health+json"), _NO_STORE, *again, *PAGE_HEADERS]
    return _not_read(request) or reply(status, headers, body)


def _not_read(request: Request) -> Response | None:
    return None if request.method in ("GET", "HEAD") else refuse_method(request, "GET, HEAD")


@dataclass(slots=True)
class Reloading:
    """Loads the files anew when told to, and where ``seconds`` are given when a look at them shows another state.

    Files that changed since the last look are left until they stay as they are: somebody may be writing them.
    """

    reload: Callable[[], None]
    files: Callable[[], list[Path]]
    seconds: float = 0.0
    _told: threading.Event = field(default_factory=threading.Event)

    def ask(self, *_: object) -> None:
        """Have the files loaded anew; for a signal too."""
        self._told.set()

    def start(self) -> None:
        """Begin to wait and to look."""
        threading.Thread(target=self._run, name="reload", daemon=True).start()

    def _run(self) -> None:
        loaded = last = signature(self.files)
        while True:
            is_told = self._told.wait(self.seconds or None)
            self._told.clear()
            now = signature(self.files)
            is_still, last = now == last, now
            if not is_told and (now == loaded or not is_still):
                continue
            try:
                self.reload()
            except (Pan2kgError, OSError) as error:
                _LOG.error("%s", why("not-loaded-anew", error=str(error)))  # a sentence; its traceback says nothing
            except LostError:
                return
            loaded = now


def signature(files: Callable[[], list[Path]]) -> tuple[object, ...]:
    """Names, sizes and times of files: another one where any of them was written."""
    found = []
    for path in files():
        with suppress(FileNotFoundError):  # it went between the two looks
            status = path.stat()
            found.append((str(path), status.st_size, status.st_mtime_ns))
    return tuple(found)
