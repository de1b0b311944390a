"""What whoever runs the service sees of it: metrics, whether it is well, and a line for each request.

The edge tells :class:`Operations` of each request that was answered. Metrics are in the text format
of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/); ``/health`` and
``/ready`` have the form that is usual for health checks (``status``: ``pass`` or ``fail``).
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import prometheus_client as prometheus

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason
from pan2kg.server.asking import Pool
from pan2kg.server.web import Request, Response, request_path

# what is written down for a client that left before it was answered, as nginx does
CLIENT_LEFT = 499
# what is asked for by the first step of a path: one of a few words, so that there is a metric for
# each
_KINDS = {
    "sparql": "sparql",
    "store": "store",
    "assets": "asset",
    "health": "operation",
    "ready": "operation",
    "metrics": "operation",
    "id": "document",
    "doc": "document",
    "graph": "document",
    "ontology": "document",
    "dataset": "document",
    "catalogue": "document",
    ".well-known": "document",
}
# bounds in seconds of the classes in which requests are counted by their time
_BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
_UNCACHED = {"cache-control": "no-store"}


class Operations:
    """Notes each request and answers whoever watches over the service.

    ``is_ready`` says whether requests can be answered now; a balancer then sends some. ``log`` is a
    file with a line in JSON for each request, ``-`` standard output, empty none.
    """

    def __init__(self, log: str = "", is_ready: Callable[[], bool] = lambda: True) -> None:
        self.log = log
        self.is_ready = is_ready
        # the number of the file that is open; negative without
        self.file = -1
        self.registry = registry = prometheus.CollectorRegistry()
        prometheus.ProcessCollector(registry=registry)
        self._requests = prometheus.Counter(
            "pan2kg_requests",
            "Requests that were answered.",
            ("kind", "status"),
            registry=registry,
        )
        self._bytes = prometheus.Counter(
            "pan2kg_sent_bytes", "Bytes of answers.", ("kind",), registry=registry
        )
        self._seconds = prometheus.Histogram(
            "pan2kg_request_seconds",
            "Time to an answer.",
            ("kind",),
            buckets=_BUCKETS,
            registry=registry,
        )

    def open_log(self) -> None:
        """Open the log, anew where it is open: the file may have been moved away."""
        if not self.log:
            return
        if self.log == "-":
            self.file = sys.stdout.fileno()
            return
        try:
            opened = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        except OSError as error:
            place = Place(self.log)
            raise ProjectError("cannot-write-there", place=place, reason=reason(error)) from None
        before = self.file
        self.file = opened
        if before >= 0:
            os.close(before)

    def measure(self, pool: Pool) -> None:
        """Measure the workers too."""
        keeper = pool.keeper
        self._gauge("pan2kg_workers_busy", "Workers that answer a query.", lambda: pool.busy)
        self._gauge(
            "pan2kg_queries_waiting", "Queries that wait for a worker.", lambda: pool.waiting
        )
        self._gauge(
            "pan2kg_data_version", "States of the data since the start.", lambda: keeper.version
        )
        self._gauge(
            "pan2kg_fork_server_up", "Whether a process holds the graph.", lambda: keeper.is_up
        )

    def _gauge(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Add a metric of what is so now."""
        prometheus.Gauge(name, meaning, registry=self.registry).set_function(value)

    def note(self, request: Request, seconds: float) -> None:
        """Count a request that was answered, and write its line."""
        record = request.scope["record"]
        path = request_path(request)
        kind = _KINDS.get(path[1:].partition("/")[0].removesuffix(".ttl"), "page")
        status = record.status or CLIENT_LEFT
        self._requests.labels(kind, status).inc()
        self._seconds.labels(kind).observe(seconds)
        self._bytes.labels(kind).inc(record.size)
        if self.file < 0:
            return
        fields = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "id": record.id,
            "client": request.scope["client"][0],
            "method": request.method,
            "path": path,
            "status": status,
            "bytes": record.size,
            "seconds": round(seconds, 6),
        }
        if record.query:
            fields["query"] = record.query
        if record.person:
            fields["person"] = record.person
        line = f"{json.dumps(fields, ensure_ascii=False)}\n"
        with suppress(OSError):  # a disk that is full keeps nobody from an answer
            os.write(self.file, line.encode("utf-8", "replace"))

    async def answer(self, request: Request) -> Response:
        """The metrics, or whether the service is well (``/health``) and can answer now (``/ready``)."""
        path = request_path(request)
        if path == "/metrics":
            metrics = prometheus.generate_latest(self.registry)
            return Response(
                metrics, headers={"content-type": prometheus.CONTENT_TYPE_LATEST, **_UNCACHED}
            )
        headers = {"content-type": "application/health+json", **_UNCACHED}
        if path == "/health" or self.is_ready():
            return Response(b'{"status": "pass"}\n', 200, headers)
        return Response(b'{"status": "fail"}\n', 503, {**headers, "retry-after": "1"})
