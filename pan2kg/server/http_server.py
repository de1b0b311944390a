"""The HTTP server: uvicorn on a socket that is already bound, with limits on what comes before a request is whole."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from types import FrameType
from typing import Final

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason
from pan2kg.server.application import Application
from pan2kg.server.request import (
    ABORT,
    ADDRESS_LIMIT,
    HEADERS_LIMIT,
    HEADERS_MOST,
    WHOLE,
    Event,
    Headers,
    why,
)

HEAD_SECONDS: Final = 20.0
"""Within so many seconds the head of a request must have come."""
SEND_SECONDS: Final = 60.0
"""Within so many seconds a client must have taken some of what waits for it."""
PROBE_SECONDS: Final = 0.2
"""After so many seconds it is found out whether a client that sends no more still reads."""
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_FRAMING: Final = (b"content-length", b"transfer-encoding")
MOST: Final = 512
"""So many connections may be open: about half of the files a process may have."""
_CROWDED: Final = ("503 Service Unavailable", "crowded")
_CROWDED_ADDRESS: Final = ("429 Too Many Requests", "crowded-address")
_HEADERS: Final = ("431 Request Header Fields Too Large", "headers-long")
_STATUS: Final = {one.value: f"HTTP/1.1 {one.value} {one.phrase}".encode() for one in HTTPStatus}
SWITCH_SECONDS: Final = 0.0005
"""So long a thread that draws a page may keep the loop from its next step; by default it is ten times that."""
LEAVE_SECONDS: Final = 3
"""So long answers that are under way may take when the service is stopped."""


class Connection(HttpToolsProtocol):
    """A connection whose address and headers may not grow without end, nor take for ever."""

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        self._head_size = 0
        self._unread = 0
        self._in_head = False
        self._is_resumed = False
        self._is_half_closed = False
        self._said = ""
        self._timer: asyncio.TimerHandle | None = None
        self._sending: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._timer = self.loop.call_later(HEAD_SECONDS, transport.close)
        if len(self.connections) > MOST or self._is_one_too_many():
            self._say(*(_CROWDED if len(self.connections) > MOST else _CROWDED_ADDRESS))
            transport.close()

    def _is_one_too_many(self) -> bool:
        """Whether the address at the other end has as many connections open as one may; a proxy has those of many."""
        application, peer = self.config.app, (self.client or ("",))[0]
        if not isinstance(application, Application) or len(self.connections) <= application.connections:
            return False
        same = sum(isinstance(one, Connection) and (one.client or ("",))[0] == peer for one in self.connections)
        return same > application.connections and not application.address.trusts(peer)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        self._stop_sending()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for a client that reads more slowly than it is answered."""
        super().pause_writing()
        self._sending = self.loop.call_later(SEND_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        self._stop_sending()
        super().resume_writing()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer a client that has closed its side after its requests, as ``nc -N`` does; True keeps ours open."""
        if self.cycle is None or self.cycle.response_complete or self.cycle.more_body or self._in_head:
            return False
        self._is_half_closed = True
        self.loop.call_later(PROBE_SECONDS, self._probe)
        return True

    def _probe(self, *, again: bool = False) -> None:
        """Find out whether a client that sends no more has left.

        Both ends look alike until something is sent: a client that waits passes an interim response over (RFC 9110,
        15.2), the system of one that has left answers it with a reset. HTTP/1.0 has none.
        """
        waits = not self.transport.is_closing() and not self.cycle.response_started
        if not waits or self.cycle.scope["http_version"] == "1.0":
            return
        if self.transport.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self.transport.abort()
            return
        # while an earlier answer is under way nothing may come between its parts
        if not again and not self.pipeline:
            self.transport.write(CONTINUE)
            again = True
        self.loop.call_later(PROBE_SECONDS, partial(self._probe, again=again))

    def on_response_complete(self) -> None:
        """Begin the next answer, or close where nothing can be asked any more."""
        is_last = not self.pipeline
        super().on_response_complete()
        if self._is_half_closed and is_last:
            self.transport.close()

    def on_message_begin(self) -> None:
        """Begin to read the head of a request."""
        if self._is_resumed:
            return
        super().on_message_begin()
        self._head_size = 0
        self._in_head = True

    def data_received(self, data: bytes) -> None:
        """Take what comes; the parser would gather a header without end before it tells of it."""
        self._unset_keepalive_if_required()
        try:
            self._parse(data)
        except httptools.HttpParserError:
            self.send_400_response("")
        if not self._in_head:
            return
        if self._timer is None:  # a head that came in one piece, as nearly all do, needs none
            self._timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)
        self._unread += len(data)
        if self._unread > ADDRESS_LIMIT + HEADERS_LIMIT and not self._said:
            self._say(*_HEADERS)
            self.transport.close()

    def _parse(self, data: bytes) -> None:
        """Read on as HTTP/1.1 after a head that offers another protocol, ``h2c`` for one (RFC 9110, 7.8).

        The parser stops there, before the body. Another one is told how long the body is, and goes on.

        Raises:
            HttpParserError: it is not HTTP.
        """
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self.scope["method"] == "CONNECT":  # what follows is not HTTP
                return
            rest = data[upgrade.args[0] :]
            framing = [b"%b: %b\r\n" % one for one in self.headers if one[0] in _FRAMING]
            self.parser = httptools.HttpRequestParser(self)
            self._is_resumed = True
            self.parser.feed_data(b"".join((b"POST / HTTP/1.1\r\n", *framing, b"\r\n")))
            self._parse(rest)

    def on_message_complete(self) -> None:
        """The body is whole, unless the parser has only stopped before it."""
        if not self.parser.should_upgrade() or self.scope["method"] == "CONNECT":
            super().on_message_complete()

    def on_headers_complete(self) -> None:
        """The head is whole: it can be answered."""
        if self._is_resumed:
            self._is_resumed = False
            return
        self._stop_waiting()
        self._in_head = False
        self._unread = 0
        super().on_headers_complete()
        self.scope["extensions"] = {WHOLE: partial(self._reply, self.cycle)}  # type: ignore[dict-item]
        if self.scope["http_version"] == "1.0":
            self.scope["extensions"][ABORT] = self._reset  # type: ignore[assignment]
            self.cycle.waiting_for_100_continue = False
            self.cycle.send = partial(_send_unframed, self.cycle)  # type: ignore[method-assign]

    def _reset(self) -> None:
        """Close without an end, as an answer that breaks off must be where only the end of the connection ends it."""
        line = self.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _reply(self, cycle: RequestResponseCycle, status: int, headers: Headers, body: bytes) -> bool:
        """Send a whole answer at once, as uvicorn does in two packets; False where it cannot be sent so.

        Raises:
            ValueError: a header would be more than one line.
        """
        if cycle.response_started or cycle.disconnected or self.flow.write_paused:
            return False
        # who asked whether to send a body may send it or not, so that nothing can be read after it
        is_unsure = cycle.waiting_for_100_continue and cycle.more_body
        closes = not cycle.keep_alive or (b"connection", b"close") in headers or is_unsure
        lines = [b"%b: %b" % one for one in (*cycle.default_headers, *headers)]
        if closes:
            lines.append(b"connection: close")
        head = b"\r\n".join((_STATUS[status], *lines, b"\r\n"))
        # a line end inside a header value would let its author add headers of his own (response splitting)
        if head.count(b"\n") != len(lines) + 2 or head.count(b"\r") != len(lines) + 2:
            raise ValueError("A header is more than one line.")
        del cycle.scope["extensions"]  # the ring that would keep the cycle
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        self.transport.write(head if cycle.scope["method"] == "HEAD" else head + body)
        cycle.message_event.set()
        if closes:
            self.transport.close()
        cycle.on_response()
        return True

    def on_url(self, url: bytes) -> None:
        """Take a piece of the address."""
        if self._is_resumed:
            return
        super().on_url(url)
        if len(self.url) > ADDRESS_LIMIT:
            self._say("414 URI Too Long", "address-long")
            raise ValueError(self._said)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        if self._is_resumed:
            return
        super().on_header(name, value)
        self._head_size += len(name) + len(value)
        if self._head_size > HEADERS_LIMIT or len(self.headers) > HEADERS_MOST:
            self._say(*_HEADERS)
            raise ValueError(self._said)

    def _say(self, status: str, key: str) -> None:
        body = f"{why(key)}\n".encode()
        head = f"HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {len(body)}\r\n"
        self.transport.write(f"{head}x-content-type-options: nosniff\r\nconnection: close\r\n\r\n".encode() + body)
        self._said = status

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's own signature
        """End a connection on which something came that is no request."""
        if not self._said:
            self._say("400 Bad Request", "no-http")
        self.transport.close()

    def _stop_sending(self) -> None:
        if self._sending:
            self._sending.cancel()
            self._sending = None

    def _stop_waiting(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


async def _send_unframed(cycle: RequestResponseCycle, message: Event) -> None:
    """Send a part of an answer whose end is that of the connection: HTTP/1.0 has no chunks (RFC 9112, 6.1)."""
    cycle.chunked_encoding = False
    body = message.get("body", b"")
    cycle.expected_content_length = len(body) if isinstance(body, bytes) else 0
    await RequestResponseCycle.send(cycle, message)  # type: ignore[arg-type]


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
        bound.bind(address)
    except OSError as error:
        raise ProjectError(
            "cannot-listen", place=Place(f"{host}:{port}"), remedy="choose-port", reason=reason(error)
        ) from None
    return bound


def new_server(application: Application, ready: Callable[[], None]) -> Server:
    """The server of an application; ``ready`` is called once it listens."""
    config = uvicorn.Config(
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
        # anybody can send X-Forwarded-For; the service reads what it needs from a proxy itself
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=LEAVE_SECONDS,
    )
    return Server(config, ready)
