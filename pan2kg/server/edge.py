"""The edge: where a request was sent and by whom, and how it is refused, routed and completed.

Uvicorn's h11 frames requests and answers: headers are those of the head, nothing after a body is
one. Starlette routes, compresses, tells other sites and turns what is raised into an answer.
:class:`Edge` stands before it; a command makes one of all parts of the service with
:func:`assemble`. A proxy in front may have another scheme, name and path than the service: they are
given (``base``), or said with each request by a proxy that is trusted; what anybody else says is
passed over. Limits for an address are the proxy's.
"""

import asyncio
import ipaddress
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette import applications
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware, cors, gzip
from starlette.types import Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from pan2kg.errors import Pan2kgError, ProjectError, QueryError
from pan2kg.i18n import LANGUAGES, SOURCE_LANGUAGE, verbatim
from pan2kg.server.answering import Limits
from pan2kg.server.operations import Operations
from pan2kg.server.protocol import METHODS, READS, RefusalError, busy, preferred_language
from pan2kg.server.web import Handler, Request, Response, Route, header, request_path, route
from pan2kg.turtle.vocabulary import GRAPH

# bytes the head of a request may have, an address among them; a query that is longer is sent with
# POST
HEAD_BYTES = 96 * 1024
# so many seconds the end of a body nobody reads is waited for; where it does not come, the
# connection is closed
UNREAD_SECONDS = 0.1
# what has fewer bytes is not worth compressing
SMALL_BYTES = 1024
# bytes from which on an answer is compressed in a thread
_THREAD_BYTES = 16 * 1024
# so many seconds a browser may keep what it was told of other sites
_SITES_SECONDS = 86400

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
# the media types a browser shows as a page
_SHOWN = (b"text/html", b"image/svg")

# a host as a header has it, with a port or without: e.org, 192.0.2.7:8080, [2001:db8::1]:80
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")
# a path a service may stand at, such as /kg
_PREFIX = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*")
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_NO_GZIP = re.compile(rb"gzip\s*;\s*q=0(?:\.0*)?\s*(?:,|$)")
_LOG = logging.getLogger("pan2kg.service")
# the headers of a request by their names in small letters; of those that are repeated the last
Headers = Mapping[bytes, bytes]


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


def read_network(text: str) -> str:
    """A network of a proxy; ProjectError where a text is none.

    >>> read_network("10.0.0.0/8")
    '10.0.0.0/8'
    """
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        raise ProjectError("no-network", text=text) from None


def assemble(
    settings: Settings,
    operations: Operations,
    endpoint: Handler,
    store: Handler | None = None,
    more: Iterable[Route] = (),
) -> "Edge":
    """The application of all parts: endpoint, graphs where they are offered, operations, and ``more`` routes."""
    routes = [route(path, endpoint, METHODS) for path in ("/sparql", "/sparql/")]
    if store:
        for path in ("/store", "/store/{graph:path}"):
            routes.append(route(path, store, READS))
    for path in ("/health", "/ready", "/metrics"):
        routes.append(route(path, operations.answer, "GET, HEAD"))
    return Edge(settings, [*routes, *more], operations.note)


class Edge:
    """The ASGI application: Starlette's, and before it what is found out, refused and noted of each request.

    ``note`` is told of each that was answered, and how many seconds that took.
    """

    def __init__(
        self, settings: Settings, routes: list[Route], note: Callable[[Request, float], None]
    ) -> None:
        self.settings = settings
        self.note = note
        packing = Middleware(
            gzip.GZipMiddleware,
            minimum_size=SMALL_BYTES,
            compresslevel=5,
            thread_minimum_size=_THREAD_BYTES,
        )
        middleware = [packing]
        if settings.is_public:
            sites = Middleware(
                cors.CORSMiddleware,
                allow_origins=["*"],
                allow_methods=METHODS.split(", "),
                allow_headers=["Accept", "Authorization", "Content-Type", "If-None-Match"],
                expose_headers=["ETag", "Link", "Location", "Retry-After", "X-Request-Id"],
                max_age=_SITES_SECONDS,
            )
            middleware = [sites, packing]
        refused = (RefusalError, Pan2kgError, HTTPException, Exception)
        application = applications.Starlette(
            routes=routes,
            middleware=middleware,
            exception_handlers=dict.fromkeys(refused, refuse),
        )
        application.router.redirect_slashes = False
        self.inner = ProxyHeadersMiddleware(application, list(settings.proxies))  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        headers = dict(scope["headers"])
        record = Record(headers, receive, send)
        scope["record"] = record
        request = Request(scope, record.receive)
        try:
            refusal = await self._pass_on(request, headers)
            if refusal and not record.status:  # an answer that has begun only ends there
                answer = await refuse(request, refusal)
                await answer(scope, record.receive, record.send)
        finally:
            self.note(request, time.perf_counter() - began)

    async def _pass_on(self, request: Request, headers: Headers) -> RefusalError | None:
        """Have Starlette answer a request; why there is no answer, where that is told nobody yet."""
        record = request.scope["record"]
        try:
            self._locate(request.scope, headers)
            await self.inner(request.scope, record.receive, record.send)  # type: ignore[arg-type]
        except RefusalError as error:
            return error
        except asyncio.CancelledError:
            # it took longer than the service has when it is told to end
            return busy("ending")
        except Exception:  # noqa: BLE001  # the last boundary: a fault reaches the log, and the client as a sentence
            _LOG.exception("%s %s %s", record.id, request.method, request.scope["path"])
            return RefusalError(500, "fault")
        return None

    def _locate(self, scope: Scope, headers: Headers) -> None:
        """Say in the scope of a request where it was sent to at the outermost server, whatever stands between.

        Raises:
            RefusalError: 400 where the request is no HTTP or names no host, 421 where it is for another one.
        """
        _refuse_framing(scope, headers)
        peer = _note_peer(scope)
        host = _note_target(scope)
        if host is None:
            host = headers.get(b"host", b"").decode("latin-1")
        prefix = ""
        self._refuse_host(host)
        if peer in self.inner.trusted_hosts:
            scope["record"].is_proxied = True
            host = _nearest(headers, b"x-forwarded-host") or host
            self._refuse_host(host)
            below = _nearest(headers, b"x-forwarded-prefix").rstrip("/")
            if _PREFIX.fullmatch(below):
                prefix = below
        dropped = {b"host"}
        if _NO_GZIP.search(headers.get(b"accept-encoding", b"")):
            dropped.add(b"accept-encoding")
        if self.settings.base:
            base = urlsplit(self.settings.base.rstrip("/"))
            # a proxy says by which scheme it was asked; here that is known
            dropped.add(b"x-forwarded-proto")
            scope["scheme"] = base.scheme
            host = base.netloc
            prefix = base.path
        others = [pair for pair in scope["headers"] if pair[0] not in dropped]
        scope["headers"] = [(b"host", host.encode("latin-1")), *others]
        scope["root_path"] = prefix
        # a proxy may take the path off or leave it on
        path = scope["path"]
        if path == prefix:
            scope["path"] = f"{path}/"
        elif not path.startswith(f"{prefix}/"):
            scope["path"] = prefix + path
        # what a redirect begins with: said whole where things may be asked for elsewhere than here
        scope["front"] = f"{self.settings.base.rstrip('/') or prefix}/"

    def _refuse_host(self, host: str) -> None:
        """Refuse a host that is not ours: a page of another site can make a browser call this address by its own."""
        match = _HOST.fullmatch(host)
        if match is None:
            raise RefusalError(400, "no-host")
        name = match[1].strip("[]").lower().rstrip(".")
        if name in self.settings.hosts or name == "localhost":
            return
        with suppress(ValueError):
            if ipaddress.ip_address(name).is_loopback or self.settings.by_number:
                return
        raise RefusalError(421, "other-host", name=name)


def _refuse_framing(scope: Scope, headers: Headers) -> None:
    """Refuse what is of another version of HTTP, or says in two ways where its body ends."""
    says_twice = {b"content-length", b"transfer-encoding"} <= headers.keys()
    if says_twice or scope["http_version"] not in ("1.0", "1.1"):
        raise RefusalError(400, "not-http", headers={"connection": "close"})


def _note_peer(scope: Scope) -> str:
    """The address a request came from, where it is one of IPv4 written as such."""
    peer, port = scope.get("client") or ("", 0)
    with suppress(ValueError):
        peer = str(getattr(ipaddress.ip_address(peer), "ipv4_mapped", None) or peer)
    scope["client"] = (peer, port)
    return peer


def _note_target(scope: Scope) -> str | None:
    """The host a target in absolute form names, whatever the header says; the path alone is left. None without."""
    if scope["path"].startswith("/") or "://" not in scope["path"]:
        return None
    host, _, path = scope["path"].partition("://")[2].partition("/")
    scope["path"] = f"/{path}"
    return str(host)


def _nearest(headers: Headers, name: bytes) -> str:
    """What the nearest proxy has added to a header."""
    return headers.get(name, b"").decode("latin-1").rpartition(",")[2].strip()


class Record:
    """What is kept of a request: its id, how it was answered, the digest of its query, who is signed in.

    The request is received and its answer sent by way of this. It ``is_proxied`` where a proxy that
    is trusted sent it; its body ``is_unread`` until all of it was taken.
    """

    def __init__(self, headers: Headers, receive: Receive, send: Send) -> None:
        name = headers.get(b"x-request-id", b"")
        self.id = name.decode("ascii") if _REQUEST_ID.fullmatch(name) else secrets.token_hex(8)
        self.is_unread = (
            headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
        )
        self.is_proxied = False
        self.status = 0
        self.size = 0
        self.query = ""
        self.person = ""
        # who expects to be asked for the body first sends none
        self._expects = b"expect" in headers
        self._receive = receive
        self._send = send

    async def receive(self) -> Message:
        """The next event of the request."""
        event = await self._receive()
        self.is_unread = self.is_unread and bool(event.get("more_body"))
        return event

    async def send(self, event: Message) -> None:
        """Send an event of the answer, the first one with the headers each answer has."""
        if event["type"] == "http.response.start":
            self.status = event["status"]
            if not self._expects:
                await self._drain()
            event["headers"] = self._completed(event["headers"])
        self.size += len(event.get("body", b""))
        await self._send(event)

    async def _drain(self) -> None:
        """Take what is left of a body nobody reads, if that is little and there already."""
        size = 0
        deadline = time.monotonic() + UNREAD_SECONDS
        with suppress(TimeoutError):
            while self.is_unread and size < HEAD_BYTES:
                event = await asyncio.wait_for(self.receive(), deadline - time.monotonic())
                size += len(event.get("body", b""))

    def _completed(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """The headers of an answer, and with them its id, and the policy of what a browser shows."""
        values = dict(headers)
        completed = list(headers)
        tag = values.get(b"etag", b"")
        if b"content-encoding" in values and tag and not tag.startswith(b"W/"):
            # compressed, it has other bytes than the tag was made for
            completed = [
                (name, b"W/" + tag if name == b"etag" else value) for name, value in headers
            ]
        if values.get(b"content-type", b"").startswith(_SHOWN):
            completed += [pair for pair in PAGE_HEADERS if pair[0] not in values]
        if self.is_unread and b"connection" not in values:
            completed.append((b"connection", b"close"))
        completed.append((b"x-content-type-options", b"nosniff"))
        completed.append((b"x-request-id", self.id.encode()))
        return completed


async def refuse(request: Request, error: Exception) -> Response:
    """The answer that tells a reader what was raised, in their language and as they accept it."""
    if isinstance(error, HTTPException) and error.status_code < 400:
        return Response(status_code=error.status_code, headers=error.headers)
    refusal = _refusal_of(request, error)
    languages = (SOURCE_LANGUAGE, *LANGUAGES)
    language = preferred_language(header(request, "accept-language"), languages)
    media, body = refusal.body(header(request, "accept"), language)
    headers = {**refusal.headers, "content-type": media}
    # what keeps answers may not hand this one to readers of another language
    varies = []
    if refusal.status == 406:
        varies.append("Accept")
    if language != SOURCE_LANGUAGE:
        varies.append("Accept-Language")
    if varies:
        headers["vary"] = ", ".join(varies)
    return Response(body, refusal.status, headers)


def _refusal_of(request: Request, error: Exception) -> RefusalError:
    """What was raised as a refusal: a fault of ours as one that says no more than that."""
    if isinstance(error, RefusalError):
        return error
    if isinstance(error, QueryError):
        return RefusalError(400, error.told)
    if isinstance(error, Pan2kgError):
        _LOG.warning("%s: %s", request_path(request), error)
        return busy("not-now", why=error.told)
    if not isinstance(error, HTTPException):
        return RefusalError(500, "fault")
    if error.status_code == 404:
        return RefusalError(404, "no-page")
    if error.status_code == 405:
        reads_store = request_path(request).startswith("/store")
        key = "store-read-only" if reads_store else "means-nothing"
        methods = {word.strip() for word in (error.headers or {})["Allow"].split(",")}
        allowed = {"allow": ", ".join(sorted(methods))}
        return RefusalError(405, key, headers=allowed, method=request.method)
    return RefusalError(error.status_code, verbatim(error.detail))
