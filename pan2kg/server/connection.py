"""A connection: what uvicorn has no setting for, between the socket and uvicorn's own protocol.

uvicorn reads requests, frames answers and keeps connections. :class:`Connection` stands before it as a proxy does: it
passes on a request once its head is whole and within the limits, leaves out an offer of another protocol, and waits
neither for a head nor for a reader without end. Where a head ends it is told by the parser uvicorn uses too. Answers
pass through :class:`Line`, which takes the chunks off those to HTTP/1.0. Who answers finds the connection in the state
of the ASGI scope and says when it begins and ends.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import httptools

from pan2kg.server.refusal import why
from pan2kg.server.request import CONNECTION

HEAD_SECONDS: Final = 20.0
"""Within so many seconds the head of a request must have come."""
SEND_SECONDS: Final = 60.0
"""Within so many seconds a client must have taken some of what waits for it."""
PROBE_SECONDS: Final = 0.2
"""After so many seconds it is found out whether a client that sends no more still reads."""
ADDRESS_LIMIT: Final = 64 * 1024
"""Bytes an address may have; a query that is longer is sent with POST."""
HEADERS_LIMIT: Final = 32 * 1024
HEADERS_MOST: Final = 128
"""Bytes and number of the headers of a request."""
MOST: Final = 512
"""So many connections may be open: about half of the files a process may have."""
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_FRAMING: Final = (b"content-length", b"transfer-encoding")
_CROWDED: Final = ("503 Service Unavailable", "crowded")
_CROWDED_ADDRESS: Final = ("429 Too Many Requests", "crowded-address")
_HEADERS: Final = ("431 Request Header Fields Too Large", "headers-long")
_NO_HTTP: Final = ("400 Bad Request", "no-http")
_HEAD_END: Final = b"\r\n\r\n"

Make = Callable[..., asyncio.Protocol]


@dataclass(frozen=True, slots=True)
class Crowd:
    """The connections that are open: one address may have so many, unless it is a proxy, which has those of many."""

    most: int
    is_proxy: Callable[[str], bool]
    open: Counter[str] = field(default_factory=Counter)

    def add(self, peer: str) -> tuple[str, str] | None:
        """Count one more; why it is not served, where it is one too many."""
        self.open[peer] += 1
        if self.open.total() > MOST:
            return _CROWDED
        return _CROWDED_ADDRESS if self.open[peer] > self.most and not self.is_proxy(peer) else None

    def remove(self, peer: str) -> None:
        """Count one less."""
        self.open[peer] -= 1
        if not self.open[peer]:
            del self.open[peer]


class Connection(asyncio.Protocol):
    """A connection whose heads may not grow without end, nor take for ever; ``make`` makes the protocol behind it."""

    def __init__(self, make: Make, crowd: Crowd, *, app_state: Mapping[str, object], **given: object) -> None:
        self._make = partial(make, app_state={**app_state, CONNECTION: self}, **given)
        self._protocol = asyncio.Protocol()  # nothing answers until it is known that the connection is served
        self._loop = asyncio.get_running_loop()
        self._crowd = crowd
        self._new_parser()
        self._url, self._headers, self._framing = b"", 0, b""
        self._head_size, self._offers = 0, 0
        self._held = b""  # of a head that is not whole yet
        self._asked = self._answered = 0
        self._in_head = self._in_body = self._is_resumed = self._is_half_closed = self._is_refused = False
        self._timer: asyncio.TimerHandle | None = None
        self._sending: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        self.transport, self.line = transport, Line(transport)
        peer = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if peer else ""
        self._wait()
        if refusal := self._crowd.add(self._peer):
            self._refuse(*refusal)
        else:
            self._protocol = self._make()
            self._protocol.connection_made(self.line)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._crowd.remove(self._peer)
        self._stop_waiting()
        self._stop_sending()
        self._protocol.connection_lost(exc)
        # else all of a connection would stay until Python looks for garbage in rings
        self._protocol = asyncio.Protocol()
        del self._make, self.parser

    def pause_writing(self) -> None:
        """Wait for a client that reads more slowly than it is answered."""
        self._protocol.pause_writing()
        self._sending = self._loop.call_later(SEND_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        self._stop_sending()
        self._protocol.resume_writing()

    def data_received(self, data: bytes) -> None:
        """Pass on what belongs to heads that are whole; the parser would gather a header without end."""
        while data and not self._is_refused:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                end = int(offer.args[0])
                head, data = self._held + data[:end], data[end:]
                self._resume()
                self._pass(_without_offers(head, self._offers))
            except httptools.HttpParserError:
                self._refuse(*_NO_HTTP)
            else:
                self._pass(self._held + data) if not self._in_head else self._hold(data)
                return

    def _pass(self, data: bytes) -> None:
        self._held = b""
        self._protocol.data_received(data)

    def _hold(self, data: bytes) -> None:
        self._held += data
        self._protocol.data_received(b"")  # something came: the connection is kept no longer for what may come
        if self._timer is None:  # a head that came in one piece, as nearly all do, needs none
            self._wait()
        if len(self._held) > ADDRESS_LIMIT + HEADERS_LIMIT:
            self._refuse(*_HEADERS)

    def _new_parser(self) -> None:
        self.parser = httptools.HttpRequestParser(self)
        # as uvicorn has it: what comes after a last request is passed over
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)

    def _resume(self) -> None:
        """Read on as HTTP/1.1 after a head that offers another protocol, ``h2c`` for one (RFC 9110, 7.8).

        The parser stops there, before the body. Another one is told how long the body is, and goes on.
        """
        self._new_parser()
        self._is_resumed = True
        self.parser.feed_data(b"POST / HTTP/1.1\r\n" + self._framing + b"\r\n")

    def on_message_begin(self) -> None:
        """Begin to read the head of a request."""
        if not self._is_resumed:
            self._url, self._headers, self._framing = b"", 0, b""
            self._head_size, self._offers = 0, 0
            self._in_head = True

    def on_url(self, url: bytes) -> None:
        """Take a piece of the address.

        Raises:
            HttpParserError: it is too long, which its sender has been told.
        """
        if not self._is_resumed:
            self._url += url
            if len(self._url) > ADDRESS_LIMIT:
                self._refuse("414 URI Too Long", "address-long")
                raise httptools.HttpParserError

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header.

        Raises:
            HttpParserError: they are too long or too many, which their sender has been told.
        """
        if self._is_resumed:
            return
        self._headers += 1
        self._head_size += len(name) + len(value)
        if self._head_size > HEADERS_LIMIT or self._headers > HEADERS_MOST:
            self._refuse(*_HEADERS)
            raise httptools.HttpParserError
        name = name.lower()
        if name in _FRAMING:
            self._framing += b"%b: %b\r\n" % (name, value)
        elif name == b"upgrade":
            self._offers += 1

    def on_headers_complete(self) -> None:
        """The head is whole: it can be answered.

        Raises:
            HttpParserError: its address is none. So are the ends of a tunnel, behind which nothing is HTTP.
        """
        if self._is_resumed:
            self._is_resumed = False
            return
        path = None if self.parser.get_method() == b"CONNECT" else httptools.parse_url(self._url).path
        if path is None or not path.isascii():
            raise httptools.HttpParserError
        self._stop_waiting()
        self._in_head = False
        self._in_body = True

    def on_message_complete(self) -> None:
        """The body is whole, unless the parser has only stopped before it."""
        if not self.parser.should_upgrade():
            self._in_body = False
            self._asked += 1

    def eof_received(self) -> bool:
        """Answer a client that has closed its side after its requests, as ``nc -N`` does; True keeps ours open."""
        if self._answered == self._asked or self._in_body or self._in_head:
            self.line.uncork()
            return False
        self._is_half_closed = True
        self._loop.call_later(PROBE_SECONDS, self._probe)
        return True

    def _probe(self, *, again: bool = False) -> None:
        """Find out whether a client that sends no more has left.

        Both ends look alike until something is sent: a client that waits passes an interim response over (RFC 9110,
        15.2), the system of one that has left answers it with a reset. HTTP/1.0 has none.
        """
        if self.transport.is_closing() or self.line.has_begun or self.line.unframed:
            return
        if self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self.transport.abort()
            return
        # while an earlier answer is under way nothing may come between its parts
        if not again and self._asked - self._answered == 1:
            self.transport.write(CONTINUE)
            again = True
        self._loop.call_later(PROBE_SECONDS, partial(self._probe, again=again))

    def begin(self, version: str) -> None:
        """The answer to a request of this version of HTTP begins to be made; answers follow one another."""
        self.line.has_begun = False
        self.line.unframed = Unframed() if version == "1.0" else None

    def cork(self) -> None:
        """A head is written that the beginning of its body follows."""
        self.line.cork()

    def uncork(self) -> None:
        """What was written is to be sent."""
        self.line.uncork()

    def end(self) -> None:
        """An answer has been sent; the connection is closed where nothing can be asked any more."""
        self.line.uncork()
        self._answered += 1
        if self._is_half_closed and self._answered == self._asked:
            self.transport.close()

    def break_off(self) -> None:
        """Close without an end, where only the end of the connection would end an answer that breaks off."""
        if self.line.unframed:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()

    @property
    def _socket(self) -> socket.socket:
        found: socket.socket = self.transport.get_extra_info("socket")
        return found

    def _refuse(self, status: str, key: str) -> None:
        """End a connection on which comes what is no request, or too much of one; the first reason is told."""
        if self._is_refused:
            return
        self.line.uncork()
        body = f"{why(key)}\n".encode()
        head = f"HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {len(body)}\r\n"
        self.transport.write(f"{head}x-content-type-options: nosniff\r\nconnection: close\r\n\r\n".encode() + body)
        self.transport.close()
        self._is_refused = True

    def _wait(self) -> None:
        self._timer = self._loop.call_later(HEAD_SECONDS, self.line.close)

    def _stop_waiting(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _stop_sending(self) -> None:
        if self._sending:
            self._sending.cancel()
            self._sending = None


class Line(asyncio.Transport):
    """The way back to the client: what uvicorn writes passes through here, and is seen to begin an answer."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self.transport = transport
        self.has_begun = False
        self.unframed: Unframed | None = None
        self._is_corked = False
        self._held: list[bytes | bytearray | memoryview] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send a part of an answer, or keep it for what follows at once."""
        self.has_begun = self.has_begun or data != CONTINUE
        data = self.unframed.take(bytes(data)) if self.unframed else data
        if self._is_corked:
            self._held += [data] if data else []
        else:
            self.transport.write(data)

    def cork(self) -> None:
        """Keep what is written, so that it leaves in one piece with what follows: to send costs more than to write."""
        self._is_corked = True

    def uncork(self) -> None:
        """Send what was kept."""
        self._is_corked = False
        if self._held:
            held, self._held = self._held, []
            self.transport.writelines(held)

    def close(self) -> None:
        """Close once everything is sent."""
        self.uncork()
        self.transport.close()

    def is_closing(self) -> bool:
        """Whether it is closed or about to be."""
        return self.transport.is_closing()

    def pause_reading(self) -> None:
        """Take nothing from the client for now."""
        self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Take what the client sends again."""
        self.transport.resume_reading()

    def get_extra_info(self, name: str, default: object = None) -> Any:  # noqa: ANN401  # asyncio's own signature
        """What the transport knows of the connection."""
        return self.transport.get_extra_info(name, default)


@dataclass(slots=True)
class Unframed:
    """An answer to HTTP/1.0, which has neither chunks (RFC 9112, 6.1) nor interim responses; its end is the line's.

    >>> answer = Unframed()
    >>> answer.take(CONTINUE + b"HTTP/1.1 200 OK\\r\\na: b\\r\\ntransfer-encoding: chunked\\r\\n\\r\\n3\\r\\nASK")
    b'HTTP/1.1 200 OK\\r\\na: b\\r\\n\\r\\n'
    >>> answer.take(b"\\r\\n2\\r\\n{}\\r\\n0\\r\\n\\r\\n")
    b'ASK{}'
    """

    _rest: bytes = b""
    _in_head: bool = True
    _is_chunked: bool = False

    def take(self, data: bytes) -> bytes:
        """What goes out for what was to be sent."""
        self._rest = self._rest.removeprefix(CONTINUE) + data
        head = self._take_head() if self._in_head else b""
        if self._in_head or self._is_chunked:
            return head + b"".join(self._chunks())
        sent, self._rest = head + self._rest, b""
        return sent

    def _take_head(self) -> bytes:
        self._rest = self._rest.removeprefix(CONTINUE)
        head, end, rest = self._rest.partition(_HEAD_END)
        if not end:
            return b""
        plain = head.replace(b"\r\ntransfer-encoding: chunked", b"")
        self._in_head, self._is_chunked, self._rest = False, plain != head, rest
        return plain + _HEAD_END

    def _chunks(self) -> list[bytes]:
        found: list[bytes] = []
        while self._is_chunked:
            size, end, rest = self._rest.partition(b"\r\n")
            length = int(size, 16) if end else 0
            if not end or len(rest) < length + 2:
                break
            found.append(rest[:length])
            self._rest = rest[length + 2 :]
        return found


def headed(protocol: Any) -> Any:  # noqa: ANN401  # uvicorn names none of its protocols
    """The protocol of uvicorn, for which nothing after a body is a header: it adds trailers to those of the head."""

    class Headed(protocol):  # type: ignore[misc]  # what it extends is known where it runs
        def on_message_begin(self) -> None:
            self.is_headed = False
            super().on_message_begin()

        def on_header(self, name: bytes, value: bytes) -> None:
            if not self.is_headed:
                super().on_header(name, value)

        def on_headers_complete(self) -> None:
            self.is_headed = True
            super().on_headers_complete()

    return Headed


def _without_offers(data: bytes, number: int) -> bytes:
    """What was sent up to the end of a head, without so many ``Upgrade`` headers of this head.

    >>> _without_offers(b"GET / HTTP/1.1\\r\\nUpgrade: h2c\\r\\nHost: a\\r\\n\\r\\n", 1)
    b'GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n'
    """
    for _ in range(number):
        start = data.lower().rfind(b"\r\nupgrade:")
        data = data[:start] + data[data.index(b"\r\n", start + 2) :]
    return data
