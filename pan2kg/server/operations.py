"""What whoever runs the service sees of it: whether it lives and is ready, its metrics, and a line for each request.

The metrics are in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/), the
answers of ``/health`` and ``/ready`` in the form that is usual for health checks (``status``: ``pass`` or ``fail``).
"""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from pan2kg.errors import Pan2kgError, Place, ProjectError
from pan2kg.project import reason
from pan2kg.server.protocol import why
from pan2kg.server.web import path_of, record_of
from pan2kg.server.workers import Pool

# what is written down for a client that left before it was answered, as nginx does
_KINDS: Final = {
    "sparql": "sparql",
    "store": "store",
    "assets": "asset",
    **dict.fromkeys(("health", "ready", "metrics"), "operation"),
    **dict.fromkeys(("id", "doc", "graph", "ontology", "dataset", "catalogue", ".well-known"), "document"),
}
_SECONDS: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
_LEFT: Final = 499
_LOG = logging.getLogger("pan2kg.service")


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
        record = record_of(request)
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "id": record.id,
            "client": request.scope["client"][0],
            "method": request.method,
            "path": path_of(request),
            "status": record.status or _LEFT,
            "bytes": record.size,
            "seconds": round(seconds, 6),
            **({"query": record.query} if record.query else {}),
            **({"person": record.person} if record.person else {}),
        }
        with suppress(OSError):
            os.write(self.file, json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


class Operations:
    """Notes each request and answers whoever watches over the service.

    ``ready`` says whether requests can be answered now; a balancer then sends some.
    """

    def __init__(self, log: AccessLog | None = None, ready: Callable[[], bool] = lambda: True) -> None:
        self.log, self.ready, self.registry = log, ready, CollectorRegistry()
        ProcessCollector(registry=self.registry)
        names, registry = ("kind", "status"), self.registry
        self._requests = Counter("pan2kg_requests", "Requests that were answered.", names, registry=registry)
        self._bytes = Counter("pan2kg_sent_bytes", "Bytes of answers.", ("kind",), registry=registry)
        self._seconds = Histogram(
            "pan2kg_request_seconds", "Time to an answer.", ("kind",), buckets=_SECONDS, registry=registry
        )
        self._labelled: dict[tuple[str, int], tuple[Counter, Histogram, Counter]] = {}

    def measure(self, pool: Pool) -> None:
        """Tell of workers, and of what waits for one."""
        gauges: dict[str, tuple[str, Callable[[], float]]] = {
            "pan2kg_workers_busy": ("Workers that answer a query.", lambda: pool.busy),
            "pan2kg_queries_waiting": ("Queries that wait for a worker.", lambda: pool.waiting),
            "pan2kg_data_version": ("States of the data since the start.", lambda: pool.keeper.version),
            "pan2kg_fork_server_up": ("Whether a process holds the graph.", lambda: pool.keeper.is_up),
        }
        for name, (meaning, value) in gauges.items():
            Gauge(name, meaning, registry=self.registry).set_function(value)

    def note(self, request: Request, seconds: float) -> None:
        """Count a request that was answered, and write its line."""
        record = record_of(request)
        kind, status = key = kind_of(path_of(request)), record.status or _LEFT
        if key not in self._labelled:  # to look a metric up takes longer than to count
            labelled = self._requests.labels(kind, status), self._seconds.labels(kind), self._bytes.labels(kind)
            self._labelled[key] = labelled
        number, took, size = self._labelled[key]
        number.inc()
        took.observe(seconds)
        size.inc(record.size)
        if self.log:
            self.log.write(request, seconds)

    def handlers(self) -> Mapping[str, Callable[[Request], Awaitable[Response]]]:
        """What answers at the three addresses."""
        uncached = {"cache-control": "no-store"}

        async def health(_: Request) -> Response:
            return say(200)

        async def ready(_: Request) -> Response:
            return say(200 if self.ready() else 503)

        async def metrics(_: Request) -> Response:
            return Response(generate_latest(self.registry), headers={"content-type": CONTENT_TYPE_LATEST, **uncached})

        def say(status: int) -> Response:
            body = json.dumps({"status": "pass" if status == 200 else "fail"}).encode() + b"\n"
            again = {"retry-after": "1"} if status == 503 else {}
            return Response(body, status, {"content-type": "application/health+json", **uncached, **again})

        return {"/health": health, "/ready": ready, "/metrics": metrics}


class Reloading:
    """Loads the files anew when told to, and where ``seconds`` are set when a look at them shows another state.

    Files that changed since the last look are left until they stay as they are: somebody may be writing them.
    """

    def __init__(self, reload: Callable[[], None], files: Callable[[], list[Path]], seconds: float = 0.0) -> None:
        self.reload, self.files, self.seconds = reload, files, seconds
        self._wanted = threading.Event()

    def ask(self, *_: object) -> None:
        """Have the files loaded anew; for a signal too."""
        self._wanted.set()

    def start(self) -> None:
        """Begin to wait and to look."""
        threading.Thread(target=self._run, name="reload", daemon=True).start()

    def _run(self) -> None:
        loaded = previous = self._signature()
        while True:
            is_wanted = self._wanted.wait(self.seconds or None)
            self._wanted.clear()
            now = self._signature()
            is_still, previous = now == previous, now
            if not is_wanted and (now == loaded or not is_still):
                continue
            try:
                self.reload()
            except (Pan2kgError, OSError) as error:
                _LOG.error("%s", why("not-loaded-anew", error=str(error)))  # a sentence; its traceback says nothing
            loaded = now

    def _signature(self) -> list[tuple[str, int, int]]:
        """Names, sizes and times of the files: another one where any of them was written."""
        stamps = []
        for path in self.files():
            with suppress(FileNotFoundError):  # it went between the two looks
                status = path.stat()
                stamps.append((str(path), status.st_size, status.st_mtime_ns))
        return stamps


def notify(state: str) -> None:
    """Tell systemd a state of the service, such as ``READY=1``, where it is who started it (sd_notify(3))."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.sendto(state.encode(), f"\0{address[1:]}" if address.startswith("@") else address)
