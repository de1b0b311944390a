"""The edge: where a request was sent and by whom, how it is read, refused and noted, and the HTTP server, uvicorn.

Uvicorn's h11 frames requests and answers: headers are those of the head, nothing after a body is
one. Starlette routes, compresses, tells other sites and turns what is raised into an answer.
:class:`Edge` stands before it. A proxy in front may have another scheme, name and path than the
service: they are given (``base``), or said with each request by a proxy that is trusted; what
anybody else says is passed over. Limits for an address are the proxy's.

Whoever runs the service has metrics in the text format of Prometheus
(https://prometheus.io/docs/instrumenting/exposition_formats/), ``/health`` and ``/ready`` in the
form that is usual for health checks (``status``: ``pass`` or ``fail``), and a line for each
request.
"""

import asyncio
import contextlib
import ipaddress
import json
import logging
import multiprocessing
import os
import re
import resource
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent import futures
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import h11
import prometheus_client as prometheus
import uvicorn
from starlette import applications, exceptions, requests, responses, routing, types
from starlette.middleware import Middleware, cors, gzip
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol

from pan2kg import errors, project
from pan2kg.i18n import catalogue, message
from pan2kg.server import asking, protocol
from pan2kg.server.answering import Limits
from pan2kg.server.protocol import RefusalError, busy
from pan2kg.turtle.vocabulary import GRAPH

# within so many seconds the head of a request must have come
HEAD_SECONDS = 20.0
# bytes the head of a request may have, an address among them; a query that is longer is sent with
# POST
HEAD_BYTES = 96 * 1024
# bytes a query or a form that is sent may have
BODY_LIMIT = 4 * 2**20
# seconds within which the next piece of a body must come, and all of it
SLOW = 30.0
BODY_SECONDS = 120.0
# bytes a second a body must come with on the average, once it has taken ``SLOW`` seconds
LEAST_RATE = 1024
# a body that is too large is read to the end, so that its sender sees why, up to so many times the
# limit
DRAINED = 8
# so long is waited for the end of a body nobody reads; where it does not come, the connection is
# closed
UNREAD_SECONDS = 0.1
# within so many seconds a client must have taken some of what waits for it, as the kernel sees it
UNTAKEN_SECONDS = 60
# what is smaller is not worth compressing
SMALL = 1024
# so long a thread that draws a page may keep the loop from its next step; by default it is ten
# times that
SWITCH_SECONDS = 0.0005
# so long answers that are under way may take when the service is stopped
LEAVE_SECONDS = 3
# what is written down for a client that left before it was answered, as nginx does
LEFT = 499

# what a browser is told of whatever it may show: what may run there, and who may see it
POLICY = (
    b"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self'; "
    b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; form-action 'self'; "
    b"base-uri 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = (
    (b"content-security-policy", POLICY),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)

# what is asked for by the first step of a path: one of a few words, so that there is a metric for
# each
_KINDS = {
    "sparql": "sparql",
    "store": "store",
    "assets": "asset",
    **dict.fromkeys(("health", "ready", "metrics"), "operation"),
    **dict.fromkeys(
        ("id", "doc", "graph", "ontology", "dataset", "catalogue", ".well-known"), "document"
    ),
}
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*")
_PLAIN = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_NO_GZIP = re.compile(rb"gzip\s*;\s*q=0(?:\.0*)?\s*(?:,|$)")
Result = TypeVar("Result")
LOG = logging.getLogger("pan2kg.service")
Request = requests.Request
Response = responses.Response
Route = routing.Route
Handler = Callable[[requests.Request], Awaitable[responses.Response]]


class Threads(futures.ThreadPoolExecutor):
    """Threads that are waited for in the loop."""

    async def run(self, work: Callable[..., Result], *arguments: object) -> Result:
        """What work gives that is done in one of them."""
        return await asyncio.get_running_loop().run_in_executor(self, work, *arguments)


class Settings(NamedTuple):
    """How the service answers.

    It is called by ``hosts``, by any IP address where it listens to all (``by_number``), and stands
    at ``base`` where that is set; ``proxies`` are believed. ``union`` makes the default graph the
    union of all graphs, as every query of ours expects. ``graphs`` is where the addresses below
    ``/store/`` belong, ``services`` may be asked with SERVICE, so many ``connections`` may be open;
    whether it ``is_public``, so that pages of other sites may read its data, is for who runs it to
    say.
    """

    limits: Limits = Limits()
    hosts: frozenset[str] = frozenset()
    by_number: bool = False
    base: str = ""
    proxies: tuple[str, ...] = ()
    union: bool = True
    graphs: str = GRAPH
    services: frozenset[str] = frozenset()
    connections: int = 1024
    is_public: bool = False


class Record:
    """What is kept of a request: its id, how it was answered, the digest of its query, who is signed in.

    It ``is_proxied`` where a proxy that is trusted sent it; its body ``is_unread`` until all of it
    was taken.
    """

    def __init__(self, headers: Mapping[bytes, bytes]) -> None:
        name = headers.get(b"x-request-id", b"")
        self.id = name.decode("ascii") if _PLAIN.fullmatch(name) else secrets.token_hex(8)
        self.is_unread = (
            headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
        )
        self.is_proxied = False
        self.status = 0
        self.size = 0
        self.query = ""
        self.person = ""

    def complete(self, start: types.Message) -> None:
        """Give an answer the headers each has: weak ETags where it is compressed, the policy of pages, its id."""
        headers = start["headers"]
        names = dict(start["headers"])
        if b"content-encoding" in names and not names.get(b"etag", b"W/").startswith(b"W/"):
            headers = [(key, b"W/" + value if key == b"etag" else value) for key, value in headers]
        if names.get(b"content-type", b"").startswith((b"text/html", b"image/svg")):
            headers = [*headers, *(pair for pair in PAGE_HEADERS if pair[0] not in names)]
        if self.is_unread and b"connection" not in names:
            headers = [*headers, (b"connection", b"close")]
        start["headers"] = [
            *headers,
            (b"x-content-type-options", b"nosniff"),
            (b"x-request-id", self.id.encode()),
        ]


def root_of(request: Request) -> str:
    """The address of the service as it was asked: scheme, host and the path it stands at."""
    return (
        f"{request.scope['scheme']}://{request.headers.get('host', '')}{request.scope['root_path']}"
    )


def path_of(request: Request) -> str:
    """The path of a request below the root of the service."""
    path: str = request.scope["path"]
    return path[len(request.scope["root_path"]) :]


def header(request: Request, name: str) -> str:
    """The value of a header, empty without; one that is repeated is joined by commas."""
    return ", ".join(request.headers.getlist(name))


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The body of a request, of at most ``limit`` bytes.

    Raises:
        RefusalError: 408 where it comes too slowly, 413 where it is too large.
    """
    announced = int(request.headers.get("content-length", "0"))
    pieces = list[bytes]()
    size = 0
    began = time.monotonic()
    more = announced < DRAINED * limit
    while more:
        # what has come so far has earned its sender so much time
        until = began + min(BODY_SECONDS, SLOW + size / LEAST_RATE)
        try:
            event = await asyncio.wait_for(request.receive(), min(SLOW, until - time.monotonic()))
        except TimeoutError:
            raise RefusalError(408, "body-slow", headers={"connection": "close"}) from None
        if event["type"] == "http.disconnect":
            raise RefusalError(400, "client-gone")
        piece = event.get("body", b"")
        more = bool(event.get("more_body"))
        size += len(piece)
        if max(size, announced) > limit:
            pieces.clear()
            more = more and size < DRAINED * limit
        else:
            pieces.append(piece)
    if max(size, announced) > limit:
        raise RefusalError(
            413, "body-large", size=f"{limit / 2**20:g}", headers={"connection": "close"}
        )
    return b"".join(pieces)


def lead(request: Request, path: str, status: int = 303, **headers: str) -> Response:
    """A redirection to a path below the root."""
    return Response(
        status_code=status, headers={"location": f"{request.scope['front']}{path}", **headers}
    )


def insist_changed(request: Request, headers: Mapping[str, str]) -> None:
    """Raise HTTPException (304) where who asks has what would be sent: ETags are compared weakly (RFC 9110, 13.1.2)."""
    conditions = {
        tag.strip().removeprefix("W/") for tag in header(request, "if-none-match").split(",")
    }
    if conditions & {"*", headers["etag"].removeprefix("W/")}:
        raise exceptions.HTTPException(304, headers=headers)


async def refuse(request: Request, error: Exception) -> Response:
    """The answer that tells a reader what was raised, in their language and as they accept it."""
    status = getattr(error, "status_code", 500)
    headers = dict(getattr(error, "headers", None) or {})
    if status < 400:
        return Response(status_code=status, headers=headers)
    if isinstance(error, RefusalError):
        refusal = error
    elif isinstance(error, errors.QueryError):
        refusal = RefusalError(400, error.told)
    elif isinstance(error, errors.Pan2kgError):
        LOG.warning("%s: %s", path_of(request), error)
        refusal = busy("not-now", why=error.told)
    else:
        is_store = path_of(request).startswith("/store")
        key = {
            404: "no-page",
            500: "fault",
            405: "store-read-only" if is_store else "means-nothing",
        }.get(status)
        words = message.verbatim(str(getattr(error, "detail", "")))
        refusal = RefusalError(status, key or words, method=request.method)
        if status == 405:
            refusal.headers["allow"] = ", ".join(
                sorted({word.strip() for word in headers["Allow"].split(",")})
            )
    languages = (catalogue.SOURCE_LANGUAGE, *catalogue.LANGUAGES)
    language = protocol.preferred_language(header(request, "accept-language"), languages)
    media, body = refusal.body(header(request, "accept"), language)
    # what keeps answers may not hand this one to readers of another language
    varies = {
        "Accept": refusal.status == 406,
        "Accept-Language": language != catalogue.SOURCE_LANGUAGE,
    }
    vary = {"vary": ", ".join(filter(varies.get, varies))} if any(varies.values()) else {}
    return Response(body, refusal.status, {**refusal.headers, "content-type": media, **vary})


class Edge:
    """The ASGI application: Starlette's, and before it what is found out, refused and noted of each request.

    ``note`` is told of each that was answered, and how many seconds that took.
    """

    def __init__(
        self,
        settings: Settings,
        routes: Sequence[routing.BaseRoute],
        note: Callable[[Request, float], None],
    ) -> None:
        self.settings = settings
        self.note = note
        expose = ["ETag", "Link", "Location", "Retry-After", "X-Request-Id"]
        accepted = ["Accept", "Authorization", "Content-Type", "If-None-Match"]
        methods = protocol.METHODS.split(", ")
        sites = Middleware(
            cors.CORSMiddleware, ["*"], methods, accepted, expose_headers=expose, max_age=86400
        )
        packing = Middleware(
            gzip.GZipMiddleware, minimum_size=SMALL, compresslevel=5, thread_minimum_size=16 * 1024
        )
        refused = (RefusalError, errors.Pan2kgError, exceptions.HTTPException, Exception)
        application = applications.Starlette(
            routes=routes,
            middleware=[*([sites] if settings.is_public else []), packing],
            exception_handlers=dict.fromkeys(refused, refuse),
        )
        application.router.redirect_slashes = False
        self.inner = ProxyHeadersMiddleware(application, list(settings.proxies))  # type: ignore[arg-type]

    async def __call__(self, scope: types.Scope, receive: types.Receive, send: types.Send) -> None:
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        headers = dict(scope["headers"])
        scope["record"] = record = Record(headers)

        async def take() -> types.Message:
            event = await receive()
            record.is_unread = record.is_unread and bool(event.get("more_body"))
            return event

        async def tell(event: types.Message) -> None:
            if event["type"] == "http.response.start":
                record.status = event["status"]
                if b"expect" not in headers:
                    # what is left of a body nobody reads is taken, if that is little and there
                    # already
                    size = 0
                    deadline = time.monotonic() + UNREAD_SECONDS
                    with contextlib.suppress(TimeoutError):
                        while record.is_unread and size < HEAD_BYTES:
                            piece = await asyncio.wait_for(take(), deadline - time.monotonic())
                            size += len(piece.get("body", b""))
                record.complete(event)
            record.size += len(event.get("body", b""))
            await send(event)

        request = Request(scope, take)
        refusal = None
        try:
            try:
                self._locate(scope, headers)
                await self.inner(scope, take, tell)  # type: ignore[arg-type]
            except RefusalError as error:
                refusal = error
            except (
                asyncio.CancelledError
            ):  # it took longer than the service has when it is told to end
                refusal = busy("ending")
            except (
                Exception
            ):  # the last boundary: a fault reaches the log, and the client as a sentence
                LOG.exception("%s %s %s", record.id, request.method, scope["path"])
                refusal = RefusalError(500, "fault")
            if refusal and not record.status:  # an answer that has begun only ends there
                await (await refuse(request, refusal))(scope, take, tell)
        finally:
            self.note(request, time.perf_counter() - began)

    def _locate(self, scope: types.Scope, headers: Mapping[bytes, bytes]) -> None:
        # where it was sent to the outermost server, whatever stands between
        if (
            scope["http_version"] not in ("1.0", "1.1")
            or {b"content-length", b"transfer-encoding"} <= headers.keys()
        ):
            raise RefusalError(400, "not-http", headers={"connection": "close"})
        host = headers.get(b"host", b"").decode("latin-1")
        (peer, port) = scope.get("client") or ("", 0)
        with contextlib.suppress(ValueError):
            peer = str(getattr(ipaddress.ip_address(peer), "ipv4_mapped", None) or peer)
        scope["client"] = (peer, port)
        prefix = ""
        if not scope["path"].startswith("/") and "://" in scope["path"]:
            # a target in absolute form names the host, whatever the header says
            host, _, below = scope["path"].partition("://")[2].partition("/")
            scope["path"] = f"/{below}"
        self._refuse_host(host)
        if peer in self.inner.trusted_hosts:
            scope["record"].is_proxied = True
            # the values the nearest proxy has added
            forwarded, below = (
                headers.get(name, b"").decode("latin-1").rpartition(",")[2].strip()
                for name in (b"x-forwarded-host", b"x-forwarded-prefix")
            )
            host = forwarded or host
            below = below.rstrip("/")
            prefix = below if _PREFIX.fullmatch(below) else ""
            self._refuse_host(host)
        dropped = {b"host"} | (
            {b"accept-encoding"} if _NO_GZIP.search(headers.get(b"accept-encoding", b"")) else set()
        )
        if self.settings.base:
            parts = urlsplit(self.settings.base.rstrip("/"))
            # a proxy says by which scheme it was asked; here that is known
            dropped.add(b"x-forwarded-proto")
            scope["scheme"] = parts.scheme
            host = parts.netloc
            prefix = parts.path
        others = [pair for pair in scope["headers"] if pair[0] not in dropped]
        scope["headers"] = [(b"host", host.encode("latin-1")), *others]
        # a proxy may take the path off or leave it on
        path = scope["path"]
        inside = path == prefix or path.startswith(f"{prefix}/")
        scope["root_path"] = prefix
        scope["path"] = (path if inside else prefix + path) + "/" * (path == prefix)
        # what a redirect begins with: said whole where things may be asked for elsewhere than here
        scope["front"] = f"{self.settings.base.rstrip('/') or prefix}/"

    def _refuse_host(self, host: str) -> None:
        # a page of another site can make a browser call this address by a name of its own
        if not (match := _HOST.fullmatch(host)):
            raise RefusalError(400, "no-host")
        name = match.group(1).strip("[]").lower().rstrip(".")
        if name in self.settings.hosts or name == "localhost":
            return
        with contextlib.suppress(ValueError):
            if ipaddress.ip_address(name).is_loopback or self.settings.by_number:
                return
        raise RefusalError(421, "other-host", name=name)


def read_network(text: str) -> str:
    """A network of a proxy; ProjectError where a text is none.

    >>> read_network("10.0.0.0/8")
    '10.0.0.0/8'
    """
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        raise errors.ProjectError("no-network", text=text) from None


def listen(host: str, port: int) -> socket.socket:
    """A socket that is bound; ProjectError where the system refuses it."""
    try:
        family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[
            0
        ]
        bound = socket.socket(family, kind, number)
        # else a restart fails for a minute while the kernel keeps closed connections in TIME_WAIT
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN_SECONDS * 1000)
        bound.bind(address)
    except OSError as error:
        place = errors.Place(f"{host}:{port}")
        reason = project.reason(error)
        raise errors.ProjectError("cannot-listen", place=place, reason=reason) from None
    return bound


class Connection(H11Protocol):
    """A connection whose head has to come in time: uvicorn would wait for it without end."""

    deadline = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.deadline = self.loop.time() + HEAD_SECONDS
        self.timeout_keep_alive_task = self.loop.call_at(
            self.deadline, self.timeout_keep_alive_handler
        )

    def data_received(self, data: bytes) -> None:
        # where a head is not whole with this, the rest is waited for as long as before
        is_waiting = self.timeout_keep_alive_task is not None
        now = self.loop.time()
        super().data_received(data)
        if self.conn.their_state is h11.IDLE and self.timeout_keep_alive_task is None:
            self.deadline = (
                self.deadline if is_waiting and self.deadline > now else now + HEAD_SECONDS
            )
            self.timeout_keep_alive_task = self.loop.call_at(
                self.deadline, self.timeout_keep_alive_handler
            )


class Server(uvicorn.Server):
    """Uvicorn, as this service needs it; ``ready`` is called once it listens."""

    def __init__(self, application: Edge, ready: Callable[[], None]) -> None:
        # proxy_headers: the edge reads what a proxy says itself, as it believes those alone that
        # are named
        config: Any = uvicorn.Config(
            application,
            http=Connection,
            loop="auto",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=LEAVE_SECONDS,
            h11_max_incomplete_event_size=HEAD_BYTES,
            limit_concurrency=application.settings.connections,
        )
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # the loop answers the endpoint and shares the interpreter with the threads that make pages
        sys.setswitchinterval(SWITCH_SECONDS)
        least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(least, min(most, 65536)), most))
        await super().startup(sockets=sockets)
        self._ready()

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ANN401, ARG002  # as uvicorn has it
        # uvicorn would note the signal, to raise it again in the end
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True
        for process in multiprocessing.active_children():
            process.terminate()


class Operations:
    """Notes each request and answers whoever watches over the service.

    ``is_ready`` says whether requests can be answered now; a balancer then sends some. ``log`` is a
    file with a line in JSON for each request, ``-`` standard output, empty none.
    """

    def __init__(self, log: str = "", is_ready: Callable[[], bool] = lambda: True) -> None:
        self.log = log
        self.is_ready = is_ready
        self.file = -1
        self.registry = prometheus.CollectorRegistry()
        prometheus.ProcessCollector(registry=self.registry)
        names = ("kind", "status")
        registry = self.registry
        self._requests = prometheus.Counter(
            "pan2kg_requests", "Requests that were answered.", names, registry=registry
        )
        self._bytes = prometheus.Counter(
            "pan2kg_sent_bytes", "Bytes of answers.", ("kind",), registry=registry
        )
        buckets = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
        self._seconds = prometheus.Histogram(
            "pan2kg_request_seconds",
            "Time to an answer.",
            ("kind",),
            buckets=buckets,
            registry=registry,
        )

    def open_log(self) -> None:
        """Open the log, anew where it is open: the file may have been moved away."""
        if self.log in ("", "-"):
            self.file = sys.stdout.fileno() if self.log else -1
            return
        try:
            opened = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        except OSError as error:
            place = errors.Place(self.log)
            raise errors.ProjectError(
                "cannot-write-there", place=place, reason=project.reason(error)
            ) from None
        before = self.file
        self.file = opened
        if before >= 0:
            os.close(before)

    def measure(self, pool: asking.Pool) -> None:
        """Measure the workers too."""
        gauges: dict[str, tuple[str, Callable[[], float]]] = {
            "pan2kg_workers_busy": ("Workers that answer a query.", lambda: pool.busy),
            "pan2kg_queries_waiting": ("Queries that wait for a worker.", lambda: pool.waiting),
            "pan2kg_data_version": (
                "States of the data since the start.",
                lambda: pool.keeper.version,
            ),
            "pan2kg_fork_server_up": (
                "Whether a process holds the graph.",
                lambda: pool.keeper.is_up,
            ),
        }
        for name, (meaning, value) in gauges.items():
            prometheus.Gauge(name, meaning, registry=self.registry).set_function(value)

    def note(self, request: Request, seconds: float) -> None:
        """Count a request that was answered, and write its line."""
        record = request.scope["record"]
        path = path_of(request)
        kind = _KINDS.get(path[1:].partition("/")[0].partition(".ttl")[0], "page")
        status = record.status or LEFT
        self._requests.labels(kind, status).inc()
        self._seconds.labels(kind).observe(seconds)
        self._bytes.labels(kind).inc(record.size)
        if self.file < 0:
            return
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "id": record.id,
            "client": request.scope["client"][0],
            "method": request.method,
            "path": path,
            "status": status,
            "bytes": record.size,
            "seconds": round(seconds, 6),
        }
        line |= {name: words for name in ("query", "person") if (words := getattr(record, name))}
        with contextlib.suppress(OSError):  # a disk that is full keeps nobody from an answer
            os.write(
                self.file, json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
            )

    async def answer(self, request: Request) -> Response:
        """The metrics, or whether the service is well (``/health``) and can answer now (``/ready``)."""
        uncached = {"cache-control": "no-store"}
        path = path_of(request)
        if path == "/metrics":
            headers = {"content-type": prometheus.CONTENT_TYPE_LATEST, **uncached}
            return Response(prometheus.generate_latest(self.registry), headers=headers)
        passes = path == "/health" or self.is_ready()
        body = json.dumps({"status": "pass" if passes else "fail"}).encode() + b"\n"
        headers = {
            "content-type": "application/health+json",
            **uncached,
            **({} if passes else {"retry-after": "1"}),
        }
        return Response(body, 200 if passes else 503, headers)


class Reloading:
    """Loads the files anew when told to, and where ``seconds`` are set when a look at them shows another state.

    Files that changed since the last look are left until they stay as they are: somebody may be
    writing them.
    """

    def __init__(
        self, reload: Callable[[], None], files: Callable[[], list[Path]], seconds: float = 0.0
    ) -> None:
        self.reload = reload
        self.files = files
        self.seconds = seconds
        self.wanted = threading.Event()
        self.start = threading.Thread(target=self._run, name="reload", daemon=True).start

    def _run(self) -> None:
        loaded: list[tuple[str, int, int]] | None = None
        now = loaded
        while True:
            stamps = []
            for path in self.files():
                with contextlib.suppress(FileNotFoundError):  # it went between the two looks
                    status = path.stat()
                    stamps.append((str(path), status.st_size, status.st_mtime_ns))
            previous = now
            now = stamps
            loaded = now if loaded is None else loaded
            if self.wanted.is_set() or (now != loaded and now == previous):
                self.wanted.clear()
                try:
                    self.reload()
                except (errors.Pan2kgError, OSError) as error:
                    LOG.error(
                        "%s", protocol.why("not-loaded-anew", error=str(error))
                    )  # its traceback says nothing
                loaded = now
            self.wanted.wait(self.seconds or None)


def assemble(
    settings: Settings,
    operations: Operations,
    endpoint: Handler,
    store: Handler | None = None,
    more: Iterable[routing.BaseRoute] = (),
) -> Edge:
    """The application of all parts: endpoint, graphs where they are offered, operations, and ``more`` routes."""
    routes = [route(path, endpoint, protocol.METHODS) for path in ("/sparql", "/sparql/")]
    routes += [
        route(path, store, protocol.READS) for path in ("/store", "/store/{graph:path}") if store
    ]
    routes += [
        route(path, operations.answer, "GET, HEAD") for path in ("/health", "/ready", "/metrics")
    ]
    return Edge(settings, [*routes, *more], operations.note)


def route(path: str, handler: Handler, methods: str) -> routing.Route:
    """A route that answers to some methods, and says to OPTIONS which these are."""

    async def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"allow": methods})
        return await handler(request)

    return routing.Route(path, answer, methods=methods.split(", "))


def notify(state: str) -> None:
    """Tell a service manager the state of this process (sd_notify), where one asked to be told."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.sendto(state.encode(), f"\0{address[1:]}" if address.startswith("@") else address)
