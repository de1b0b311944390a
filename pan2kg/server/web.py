"""The edge: where a request was sent and by whom, how it is read and refused, and the HTTP server, uvicorn.

Uvicorn's h11 frames requests and answers: headers are those of the head, nothing after a body is one. Starlette routes,
compresses, tells other sites and turns what is raised into an answer. :class:`Edge` stands before it. A proxy in front
may have another scheme, name and path than the service: they are given (``base``), or said with each request by a proxy
that is trusted; what anybody else says is passed over. Limits for an address are the proxy's.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import multiprocessing
import re
import resource
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Final
from urllib.parse import urlsplit

import h11
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE
from pan2kg.i18n.message import verbatim
from pan2kg.project import reason
from pan2kg.server.engine import Limits
from pan2kg.server.protocol import METHODS, RefusalError, busy, preferred_language, why
from pan2kg.turtle.vocabulary import GRAPH

# within so many seconds the head of a request must have come
HEAD_SECONDS: Final = 20.0
# bytes the head of a request may have, an address among them; a query that is longer is sent with POST
HEAD_BYTES: Final = 96 * 1024
# bytes a query or a form that is sent may have
BODY_LIMIT: Final = 4 * 2**20
# seconds within which the next piece of a body must come
SLOW: Final = 30.0
# seconds within which a whole body must come
BODY_SECONDS: Final = 120.0
# bytes a second a body must come with on the average, once it has taken ``SLOW`` seconds
LEAST_RATE: Final = 1024
# a body that is too large is read to the end, so that its sender sees why, up to so many times the limit
DRAINED: Final = 8
# so long is waited for the end of a body nobody reads; where it does not come, the connection is closed
UNREAD_SECONDS: Final = 0.1
# within so many seconds a client must have taken some of what waits for it, as the kernel sees it
UNTAKEN_SECONDS: Final = 60
# what is smaller is not worth compressing
SMALL: Final = 1024
# so long a thread that draws a page may keep the loop from its next step; by default it is ten times that
SWITCH_SECONDS: Final = 0.0005
# so long answers that are under way may take when the service is stopped
LEAVE_SECONDS: Final = 3

# what a browser is told of whatever it may show: what may run there, and who may see it
PAGE_HEADERS: Final = (
    (
        b"content-security-policy",
        (
            b"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self'; "
            b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; form-action 'self'; "
            b"base-uri 'none'; frame-ancestors 'none'"
        ),
    ),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)

_HOST: Final = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")
_PREFIX: Final = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*")
_PLAIN: Final = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_NO_GZIP: Final = re.compile(rb"gzip\s*;\s*q=0(?:\.0*)?\s*(?:,|$)")
_LOG = logging.getLogger("pan2kg.service")


@dataclass(frozen=True, slots=True)
class Settings:
    """How the service answers.

    It is called by ``hosts``, by any IP address where it listens to all (``by_number``), and stands at ``base`` where
    that is set; ``proxies`` are believed. ``union`` makes the default graph the union of all graphs, as every query of
    ours expects. ``graphs`` is where the addresses below ``/store/`` belong, ``services`` may be asked with SERVICE, so
    many ``connections`` may be open; whether it ``is_public``, so that pages of other sites may read its data, is for
    who runs it to say.
    """

    limits: Limits = field(default_factory=Limits)
    hosts: frozenset[str] = frozenset()
    by_number: bool = False
    base: str = ""
    proxies: tuple[str, ...] = ()
    union: bool = True
    graphs: str = GRAPH
    services: frozenset[str] = frozenset()
    connections: int = 1024
    is_public: bool = False


@dataclass(slots=True)
class Record:
    """What is kept of a request: its id, how it was answered, the digest of its query, who is signed in.

    It ``is_proxied`` where a proxy that is trusted sent it; its body ``is_unread`` until all of it was taken.
    """

    id: str
    is_proxied: bool = False
    is_unread: bool = False
    status: int = 0
    size: int = 0
    query: str = ""
    person: str = ""


def root_of(request: Request) -> str:
    """The address all others begin with, without a slash at its end."""
    return f"{request.scope['scheme']}://{request.headers.get('host', '')}{request.scope['root_path']}"


def path_of(request: Request) -> str:
    """What follows the root in the address of a request."""
    path: str = request.scope["path"]
    return path[len(request.scope["root_path"]) :]


def header(request: Request, name: str) -> str:
    """A header, empty where it is missing; one that is repeated is joined by commas."""
    return ", ".join(request.headers.getlist(name))


def record_of(request: Request) -> Record:
    """What is kept of a request."""
    record: Record = request.scope["record"]
    return record


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The whole body.

    Raises:
        RefusalError: it is too large, too slow, or its sender left.
    """
    announced = int(request.headers.get("content-length", "0"))
    pieces, size, began = list[bytes](), 0, time.monotonic()
    more = announced < DRAINED * limit
    while more:
        # what has come so far has earned its sender so much time
        until = began + min(BODY_SECONDS, SLOW + size / LEAST_RATE)
        try:
            message = await asyncio.wait_for(request.receive(), min(SLOW, until - time.monotonic()))
        except TimeoutError:
            raise RefusalError(408, why("body-slow"), connection="close") from None
        if message["type"] == "http.disconnect":
            raise RefusalError(400, why("client-gone"))
        piece, more = message.get("body", b""), bool(message.get("more_body"))
        size += len(piece)
        if max(size, announced) > limit:
            pieces.clear()
            more = more and size < DRAINED * limit
        else:
            pieces.append(piece)
    if max(size, announced) > limit:
        raise RefusalError(413, why("body-large", size=f"{limit / 2**20:g}"), connection="close")
    return b"".join(pieces)


def refuse(request: Request, refusal: RefusalError) -> Response:
    """The answer that says why there is none, in the language of who asks."""
    language = preferred_language(header(request, "accept-language"), (SOURCE_LANGUAGE, *LANGUAGES))
    media, body = refusal.body(header(request, "accept"), language)
    headers = {**refusal.headers, "content-type": media}
    varies = [headers.get("vary", ""), "Accept" if refusal.status == 406 else ""]
    # what keeps answers may not hand this one to readers of another language
    varies += ["Accept-Language"] if language != SOURCE_LANGUAGE else []
    if any(varies):
        headers["vary"] = ", ".join(dict.fromkeys(filter(None, varies)))
    return Response(body, refusal.status, headers)


async def _refuse(request: Request, error: Exception) -> Response:
    if isinstance(error, RefusalError):
        return refuse(request, error)
    status, headers = getattr(error, "status_code", 500), dict(getattr(error, "headers", None) or {})
    if status == 405:
        allowed = ", ".join(sorted({word.strip() for word in headers.get("Allow", "").split(",")}))
        return refuse(request, RefusalError(405, why("means-nothing", method=request.method), allow=allowed))
    words = {404: why("nothing-here"), 500: why("fault")}.get(status) or verbatim(str(getattr(error, "detail", "")))
    return refuse(request, RefusalError(status, words))


def preflight(methods: str = METHODS) -> Response:
    """What is said to who asks which methods there are."""
    return Response(status_code=204, headers={"allow": methods})


def matches(condition: str, *tags: str) -> bool:
    """Whether an If-None-Match header names one of these ETags, compared weakly (RFC 9110, 13.1.2).

    >>> matches('"a", W/"b"', '"b"'), matches('"a"', 'W/"c"'), matches("*", '"x"'), matches("*")
    (True, False, True, False)
    """
    conditions = {tag.strip().removeprefix("W/") for tag in condition.split(",")}
    return bool(tags) and ("*" in conditions or any(tag.removeprefix("W/") in conditions for tag in tags))


class Edge:
    """The ASGI application: Starlette's, and before it what is found out, refused and noted of each request.

    ``note`` is told of each that was answered, and how many seconds that took.
    """

    def __init__(self, settings: Settings, routes: Sequence[BaseRoute], note: Callable[[Request, float], None]) -> None:
        self.settings, self.note = settings, note
        expose = ["ETag", "Link", "Location", "Retry-After", "X-Request-Id"]
        accepted = ["Accept", "Authorization", "Content-Type", "If-None-Match"]
        cors = Middleware(CORSMiddleware, ["*"], METHODS.split(", "), accepted, expose_headers=expose, max_age=86400)
        gzip = Middleware(GZipMiddleware, minimum_size=SMALL, compresslevel=5, thread_minimum_size=16 * 1024)
        application = Starlette(
            routes=routes,
            middleware=[*([cors] if settings.is_public else []), gzip],
            exception_handlers={RefusalError: _refuse, HTTPException: _refuse, Exception: _refuse},
        )
        application.router.redirect_slashes = False
        self.inner = ProxyHeadersMiddleware(application, list(settings.proxies))  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        began, headers = time.perf_counter(), dict(scope["headers"])
        name = headers.get(b"x-request-id", b"")
        record = Record(name.decode("ascii") if _PLAIN.fullmatch(name) else secrets.token_hex(8))
        record.is_unread = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
        scope["record"] = record

        async def take() -> Message:
            message = await receive()
            record.is_unread = record.is_unread and bool(message.get("more_body"))
            return message

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                if record.is_unread and b"expect" not in headers:
                    await _drain(take, record)
                _complete(message, record)
            record.size += len(message.get("body", b""))
            await send(message)

        request = Request(scope, take)
        try:
            self._locate(scope, headers)
            await self.inner(scope, take, tell)  # type: ignore[arg-type]
        except RefusalError as refusal:
            await refuse(request, refusal)(scope, take, tell)
        except asyncio.CancelledError:  # it took longer than the service has when it is told to end
            await self._instead(request, busy(why("ending")), tell)
        except Exception:  # noqa: BLE001  # the last boundary: a fault reaches the log, and the client as a sentence
            _LOG.exception("%s %s %s", record.id, request.method, scope["path"])
            await self._instead(request, RefusalError(500, why("fault")), tell)
        finally:
            self.note(request, time.perf_counter() - began)

    @staticmethod
    async def _instead(request: Request, refusal: RefusalError, send: Send) -> None:
        """Answer with a refusal what was to be answered otherwise; an answer that has begun only ends there."""
        if not record_of(request).status:
            await refuse(request, refusal)(request.scope, request.receive, send)

    def _locate(self, scope: Scope, headers: Mapping[bytes, bytes]) -> None:
        """Find out where a request was sent to the outermost server; refused where that is another host."""
        if scope["http_version"] not in ("1.0", "1.1") or {b"content-length", b"transfer-encoding"} <= headers.keys():
            raise RefusalError(400, why("not-http"), connection="close")
        host, peer = headers.get(b"host", b"").decode("latin-1"), (scope.get("client") or ("", 0))[0]
        with contextlib.suppress(ValueError):
            peer = str(getattr(ipaddress.ip_address(peer), "ipv4_mapped", None) or peer)
        scope["client"] = (peer, (scope.get("client") or ("", 0))[1])
        self._refuse_host(host)
        prefix = ""
        if peer in self.inner.trusted_hosts:
            scope["record"].is_proxied = True
            host = _nearest(headers, b"x-forwarded-host") or host
            prefix = _nearest(headers, b"x-forwarded-prefix").rstrip("/")
            prefix = prefix if _PREFIX.fullmatch(prefix) else ""
            self._refuse_host(host)
        if self.settings.base:
            parts = urlsplit(self.settings.base.rstrip("/"))
            # a proxy says by which scheme it was asked; here that is known
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"x-forwarded-proto"]
            scope["scheme"], host, prefix = parts.scheme, parts.netloc, parts.path
        accepted = headers.get(b"accept-encoding", b"")
        left_out = (b"host", *((b"accept-encoding",) if _NO_GZIP.search(accepted) else ()))
        rest = [pair for pair in scope["headers"] if pair[0] not in left_out]
        scope["headers"] = [(b"host", host.encode("latin-1")), *rest]
        # a proxy may take the path off or leave it on
        path = scope["path"]
        inside = path == prefix or path.startswith(f"{prefix}/")
        scope["root_path"], scope["path"] = prefix, (path if inside else prefix + path)
        if scope["path"] == prefix:
            scope["path"] += "/"

    def _refuse_host(self, host: str) -> None:
        """Refuse a name that is not known: a page of another site can make a browser call this address by its own."""
        match = _HOST.fullmatch(host)
        if not match:
            raise RefusalError(400, why("no-host"))
        name = match.group(1).strip("[]").lower().rstrip(".")
        if name in self.settings.hosts or name == "localhost":
            return
        with contextlib.suppress(ValueError):
            if ipaddress.ip_address(name).is_loopback or self.settings.by_number:
                return
        raise RefusalError(421, why("other-host", name=name))


def _nearest(headers: Mapping[bytes, bytes], name: bytes) -> str:
    """The value the nearest proxy has added."""
    return headers.get(name, b"").decode("latin-1").rpartition(",")[2].strip()


async def _drain(take: Receive, record: Record) -> None:
    """Take what is left of a body nobody reads, if that is little and there already."""
    size, deadline = 0, time.monotonic() + UNREAD_SECONDS
    with contextlib.suppress(TimeoutError):
        while record.is_unread and size < HEAD_BYTES:
            message = await asyncio.wait_for(take(), deadline - time.monotonic())
            size += len(message.get("body", b""))


def _complete(start: Message, record: Record) -> None:
    """Give an answer what each has: its id, what a browser may do with it, a weak ETag where it was compressed."""
    headers = start["headers"]
    told = dict(headers)
    if b"content-encoding" in told and not told.get(b"etag", b"W/").startswith(b"W/"):
        headers = [(key, b"W/" + value if key == b"etag" else value) for key, value in headers]
    if told.get(b"content-type", b"").startswith((b"text/html", b"image/svg")):
        headers = [*headers, *(pair for pair in PAGE_HEADERS if pair[0] not in told)]
    if record.is_unread and b"connection" not in told:
        headers = [*headers, (b"connection", b"close")]
    start["headers"] = [*headers, (b"x-content-type-options", b"nosniff"), (b"x-request-id", record.id.encode())]


def hosts_of(bound: str, names: Iterable[str] = ()) -> tuple[frozenset[str], bool]:
    """The names of a service that listens to an address, with those it is given; and whether any number will do."""
    everywhere = False
    with contextlib.suppress(ValueError):
        everywhere = ipaddress.ip_address(bound).is_unspecified
    return frozenset(name.lower() for name in (bound, *names)), everywhere


def read_network(text: str) -> str:
    """An address or a network of proxies.

    Raises:
        ProjectError: it is neither.
    """
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        raise ProjectError("no-network", text=text, remedy="give-network") from None


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to an address, 0 for a free port; not listening yet.

    Raises:
        ProjectError: the address is taken, or is none of this machine.
    """
    try:
        family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, number)
        # else a restart fails for a minute while the kernel keeps closed connections in TIME_WAIT
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN_SECONDS * 1000)
        bound.bind(address)
    except OSError as error:
        raise ProjectError(
            "cannot-listen", place=Place(f"{host}:{port}"), remedy="choose-port", reason=reason(error)
        ) from None
    return bound


class Connection(H11Protocol):
    """A connection that is closed where no head comes in time: uvicorn would wait without end."""

    deadline = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Wait for a head."""
        super().connection_made(transport)
        self._wait_for_head(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Take what came; where a head is not whole with it, wait for the rest as long as before."""
        is_waiting, left = self.timeout_keep_alive_task is not None, self.deadline - self.loop.time()
        super().data_received(data)
        if self.conn.their_state is h11.IDLE and self.timeout_keep_alive_task is None:
            self._wait_for_head(left if is_waiting and left > 0 else HEAD_SECONDS)

    def _wait_for_head(self, seconds: float) -> None:
        self.deadline = self.loop.time() + seconds
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)


class Server(uvicorn.Server):
    """A server that says when it is ready, and ends without complaint when it is told to."""

    def __init__(self, application: Edge, ready: Callable[[], None]) -> None:
        # proxy_headers: the edge reads what a proxy says itself, as it believes those alone that are named
        config: Any = uvicorn.Config(
            application, http=Connection, loop="auto", ws="none", lifespan="off", interface="asgi3", log_config=None,
            log_level="critical", access_log=False, server_header=False, proxy_headers=False, timeout_keep_alive=30,
            timeout_graceful_shutdown=LEAVE_SECONDS, h11_max_incomplete_event_size=HEAD_BYTES,
            limit_concurrency=application.settings.connections,
        )  # fmt: skip
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        # the loop answers the endpoint and shares the interpreter with the threads that make pages
        sys.setswitchinterval(SWITCH_SECONDS)
        least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        if most > least:
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65536), most))
        await super().startup(sockets=sockets)
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to leave, and end what a page still waits for."""
        super().handle_exit(sig, frame)
        for process in multiprocessing.active_children():
            process.terminate()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave on SIGINT and SIGTERM; uvicorn would raise them again afterwards."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
