"""The application, with what is found out and noted of each request, and the HTTP server it runs in, uvicorn.

Handlers answer any method, since each refuses in its own words what it does not take.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import re
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Final

import uvicorn
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pan2kg.server.connection import Connection, Crowd, headed
from pan2kg.server.negotiation import takes_gzip
from pan2kg.server.public_address import Located, PublicAddress
from pan2kg.server.refusal import Refusal, busy, why
from pan2kg.server.request import (
    CONNECTION,
    PAGE_HEADERS,
    PLACE,
    RECORD,
    SMALL,
    Connected,
    Handler,
    Headers,
    Record,
    Request,
    read_headers,
    refuse,
    zipped,
)

_LEVEL: Final = 5
_THREAD_SIZE: Final = 16 * 1024
"""What is larger takes a millisecond and more to compress, in which others are answered."""
_PLAIN: Final = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_CROSS_ORIGIN: Final = b"access-control-"
_CONDITIONS: Final = (b"if-match", b"if-none-match")
_ACCEPT_ENCODING: Final = b"accept-encoding"
_CODED: Final = b'-gzip"'
_LOG = logging.getLogger("pan2kg.service")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What answers at a route, whatever the method."""

    handler: Handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self.handler(Request(scope, receive, send))
        await response(scope, receive, send)


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    await refuse(Request(scope), Refusal(404, why("nothing-here")), PAGE_HEADERS)(scope, receive, send)


def route(handlers: Iterable[tuple[str, Handler]]) -> ASGIApp:
    """Starlette's router over handlers at paths as Starlette writes them, the first that fits; compressed answers."""
    routes = [Route(path, Endpoint(handler)) for path, handler in handlers]
    return Compression(Router(routes, redirect_slashes=False, default=_nothing))


@dataclass(frozen=True, slots=True)
class Application:
    """The ASGI application around a router: where a request was sent, what is noted of it, how faults of ours are told.

    ``note`` is told of each request that was answered, and how many seconds that took. So many ``connections`` may be
    open from one address that is no proxy. Pages of other sites may read the data of a service that ``is_public``:
    Starlette's ``CORSMiddleware`` would say so to requests with an ``Origin`` alone, and caches would have to keep an
    answer for each.
    """

    address: PublicAddress
    router: ASGIApp
    note: Callable[[Request, float], None]
    connections: int = 128
    is_public: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        request, refusal = self._receive(scope, receive)
        connection: Connected | None = scope["state"].get(CONNECTION)
        if connection:
            connection.begin(scope["http_version"])
        sent = Sent(send, request.record, self.is_public, connection)
        try:
            if refusal:
                await refuse(request, refusal, PAGE_HEADERS)(scope, receive, sent)
            else:
                await self.router(scope, receive, sent)
        except asyncio.CancelledError:  # it took longer than the service has when it is told to end
            await sent.instead(request, busy(why("ending")))
        except Exception:  # noqa: BLE001  # the last boundary: a fault reaches the log, and the client as a sentence
            _LOG.exception("%s %s %s", request.record.id, request.method, request.path)
            await sent.instead(request, Refusal(500, why("fault")))
        finally:
            if connection:
                connection.end()
            self.note(request, time.perf_counter() - began)

    def _receive(self, scope: Scope, receive: Receive) -> tuple[Request, Refusal | None]:
        """A request with its place and record; and why it is refused, where it was sent to another host."""
        headers = read_headers(scope["headers"])
        peer = (scope.get("client") or ("",))[0]
        found = self.address.locate(peer, scope["scheme"], scope["path"], headers)
        place = Located("", "", scope["path"], peer) if isinstance(found, Refusal) else found
        given = headers.get(b"x-request-id", b"")
        name = given.decode("ascii") if _PLAIN.fullmatch(given) else secrets.token_hex(8)
        scope["root_path"], scope["path"] = place.prefix, place.prefix + place.path
        state = scope.setdefault("state", {})
        state[PLACE], state[RECORD] = place, Record(name, waits=b"expect" in headers)
        return Request(scope, receive), found if isinstance(found, Refusal) else None


@dataclass(slots=True)
class Sent:
    """What is sent, as it is noted; with the id of the request, without leave for other sites where nobody gave it.

    A head leaves with the beginning of its body: most answers are one piece, which wakes the client once.
    """

    send: Send
    record: Record
    is_public: bool
    connection: Connected | None = None

    async def __call__(self, message: Message) -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            told: Headers = message["headers"]
            self.record.status = message["status"]
            if not self.is_public:
                told = [one for one in told if not one[0].startswith(_CROSS_ORIGIN)]
            # who asked whether to send its body may send it now or not, so that nothing can be read after it
            closes = [(b"connection", b"close")] if self.record.waits else []
            message["headers"] = [*told, *closes, (b"x-request-id", self.record.id.encode())]
            if self.connection:
                self.connection.cork()
            await self.send(message)
            return
        self.record.size += len(message.get("body", b""))
        await self.send(message)
        if self.connection:
            self.connection.uncork()

    async def instead(self, request: Request, refusal: Refusal) -> None:
        """Answer with a refusal what was to be answered otherwise; an answer that has begun only ends there."""
        if not self.record.status:
            await refuse(request, refusal, PAGE_HEADERS)(request.scope, request.receive, self)


class Compression:
    """Starlette's compression, with another strong ETag for an answer once it is compressed (RFC 9110, 8.8.3.3).

    Handlers know the plain ETag alone; a condition that names the other names theirs too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.gzip = GZipMiddleware(app, SMALL, _LEVEL, _THREAD_SIZE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request, and its answer with the ETag of its coding."""
        headers: Headers = scope["headers"]
        accepted = b", ".join(value for name, value in headers if name == _ACCEPT_ENCODING)
        named = b", ".join(value for name, value in headers if name in _CONDITIONS)
        is_zipped = bool(accepted) and takes_gzip(accepted.decode("latin-1"))
        if _CODED in named and (is_zipped or scope["method"] not in ("GET", "HEAD")):
            headers = [(name, _both(value) if name in _CONDITIONS else value) for name, value in headers]
            scope = {**scope, "headers": headers}

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = (_tagged if is_zipped else _varied)(message, named)
            await send(message)

        await (self.gzip if is_zipped else self.app)(scope, receive, told)


def _both(named: bytes) -> bytes:
    """The ETags of a condition, each of a compressed answer with that of the plain one.

    >>> _both(b'"a-gzip", W/"b"')
    b'"a-gzip", W/"b", "a", W/"b"'
    """
    return named + b", " + named.replace(_CODED, b'"')


def _tagged(start: Message, named: bytes) -> Headers:
    """The headers of an answer that may be compressed; one that says it is unchanged has the ETag that was named."""
    headers: Headers = start["headers"]
    is_coded = any(name == b"content-encoding" for name, _ in headers)
    return [
        (name, zipped(value) if name == b"etag" and (is_coded or zipped(value) in named) else value)
        for name, value in headers
    ]


def _varied(start: Message, _: bytes) -> Headers:
    """The headers of an answer that is not compressed, but may be for others, as Starlette has them in that case."""
    headers: Headers = start["headers"]
    told = dict(headers)
    if start["status"] in (204, 304) or int(told.get(b"content-length", SMALL)) < SMALL:
        return headers
    names = [value for name, value in headers if name == b"vary"]
    return [*(one for one in headers if one[0] != b"vary"), (b"vary", b", ".join([*names, b"Accept-Encoding"]))]


SWITCH_SECONDS: Final = 0.0005
"""So long a thread that draws a page may keep the loop from its next step; by default it is ten times that."""
LEAVE_SECONDS: Final = 3
"""So long answers that are under way may take when the service is stopped."""


class Server(uvicorn.Server):
    """A server that says when it is ready, and ends without complaint when it is told to."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        # the loop answers the endpoint and shares the interpreter with the threads that make pages
        sys.setswitchinterval(SWITCH_SECONDS)
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
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)


def new_server(application: Application, ready: Callable[[], None]) -> Server:
    """The server of an application; ``ready`` is called once it listens."""
    config = uvicorn.Config(
        application,
        http="httptools",
        loop="auto",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        # anybody can send X-Forwarded-For; the service reads what it needs from a proxy itself
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=LEAVE_SECONDS,
    )
    config.load()
    crowd = Crowd(application.connections, application.address.trusts)
    config.http_protocol_class = partial(Connection, headed(config.http_protocol_class), crowd)  # type: ignore[assignment]
    return Server(config, ready)
