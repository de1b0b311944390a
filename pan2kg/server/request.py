"""A request and the ways to answer or refuse it: what Starlette's request and responses lack here."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import starlette.requests
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE
from pan2kg.server.negotiation import preferred_language
from pan2kg.server.refusal import Refusal, why

if TYPE_CHECKING:
    from pan2kg.server.public_address import Located

Headers = list[tuple[bytes, bytes]]


BODY_LIMIT: Final = 4 * 2**20
"""Bytes a query, a form or a graph that is sent may have."""

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
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
DATA_HEADERS: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Link, Location, Retry-After, X-Request-Id"),
    (b"x-content-type-options", b"nosniff"),
)
PREFLIGHT_HEADERS: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-headers", b"Accept, Authorization, Content-Type, If-Match, If-None-Match"),
    (b"access-control-max-age", b"86400"),
)

_SEGMENT = re.compile(r"[^/\\\x00-\x1f]+")


def is_plain_path(path: str) -> bool:
    """Whether a path names something below the root: no empty, hidden or upward parts, nothing escaped.

    >>> is_plain_path("/fr/index.html"), is_plain_path("/../secret"), is_plain_path("/a//b"), is_plain_path("/.env")
    (True, False, False, False)
    """
    parts = path.removeprefix("/").split("/")
    return all(_SEGMENT.fullmatch(part) and not part.startswith(".") for part in parts)


Found = TypeVar("Found")

CONNECTION: Final = "pan2kg.connection"
"""The name of the connection in the state of an ASGI scope."""
PLACE: Final = "pan2kg.place"
RECORD: Final = "pan2kg.record"
"""The names, in the same state, of where a request was sent and of what is kept of it."""


class Connected(Protocol):
    """The connection a request came by."""

    def begin(self, version: str, /) -> None:
        """The answer to a request of this version of HTTP begins to be made."""

    def cork(self) -> None:
        """A head is written that the beginning of its body follows."""

    def uncork(self) -> None:
        """What was written is to be sent."""

    def end(self) -> None:
        """An answer has been sent, or is not sent."""

    def break_off(self) -> None:
        """Break the connection where a broken answer would else be taken for a whole one."""


SMALL: Final = 1024
"""What is smaller is not worth compressing."""
SLOW: Final = 30.0
"""Seconds within which the next piece of a body must come."""
BODY_SECONDS: Final = 120.0
"""Seconds within which a whole body must come."""
LEAST_RATE: Final = 1024
"""Bytes a second a body must come with on the average, once it has taken ``SLOW`` seconds."""
LARGE: Final = 32 * 1024
"""A text of such a size is looked through in a thread, one at a time, so that nobody else waits for it."""
_THREAD: Final = ThreadPoolExecutor(1, "aside")
DRAINED: Final = 8
"""A body that is too large is read to the end, so that its sender sees why, up to so many times the limit."""


@dataclass(slots=True)
class Record:
    """What is kept of a request for the log: its id, how it was answered, the digest of its query, who is signed in.

    A client ``waits`` that asked whether to send its body, until the body is read.
    """

    id: str = ""
    status: int = 0
    size: int = 0
    query: str = ""
    person: str = ""
    waits: bool = False


class Request(starlette.requests.Request):
    """Starlette's request, with where it was sent and what is kept of it."""

    @property
    def place(self) -> Located:
        """Where it was sent, and by whom."""
        place: Located = self.scope["state"][PLACE]
        return place

    @property
    def record(self) -> Record:
        """What is kept of it."""
        record: Record = self.scope["state"][RECORD]
        return record

    @property
    def root(self) -> str:
        """The address all others begin with, without a slash at its end."""
        return self.place.root

    @property
    def prefix(self) -> str:
        """The path in it."""
        return self.place.prefix

    @property
    def path(self) -> str:
        """What follows it."""
        return self.place.path

    @property
    def query(self) -> bytes:
        """What follows the question mark."""
        query: bytes = self.scope["query_string"]
        return query

    def header(self, name: str) -> str:
        """A header by its name in lower case, empty where it is missing; one that is repeated is joined by commas."""
        wanted = name.encode()
        return b", ".join([value for one, value in self.scope["headers"] if one == wanted]).decode("latin-1")

    async def read(self, limit: int = BODY_LIMIT) -> bytes | Refusal:
        """The whole body, or why it is not read: it is too large, too slow, or its sender left."""
        announced = int(self.headers.get("content-length", "0"))
        pieces: list[bytes] = []
        size, more = 0, True
        began = time.monotonic()
        self.record.waits = False
        while more:
            # what has come so far has earned its sender so much time
            until = began + min(BODY_SECONDS, SLOW + size / LEAST_RATE)
            try:
                message = await asyncio.wait_for(self.receive(), min(SLOW, until - time.monotonic()))
            except TimeoutError:
                return Refusal(408, why("body-slow"), headers=(("connection", "close"),))
            if message["type"] == "http.disconnect":
                return Refusal(400, why("client-gone"))
            piece, more = message.get("body", b""), bool(message.get("more_body"))
            size += len(piece)
            if size > limit or announced > limit:
                pieces.clear()
                more = more and size < DRAINED * limit and announced < DRAINED * limit
            else:
                pieces.append(piece)
        if size > limit or announced > limit:
            return Refusal(413, why("body-large", size=f"{limit / 2**20:g}"), headers=(("connection", "close"),))
        return b"".join(pieces)

    async def gone(self) -> None:
        """Wait until the client leaves."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


Handler = Callable[[Request], Awaitable[Response]]


def reply(status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes = b"") -> Response:
    """A whole answer, with headers as ASGI has them."""
    response = Response(body, status)
    response.raw_headers += headers
    return response


def refuse(request: Request, refusal: Refusal, headers: Iterable[tuple[bytes, bytes]] = ()) -> Response:
    """The answer that says why there is none."""
    language = preferred_language(request.header("accept-language"), (SOURCE_LANGUAGE, *LANGUAGES))
    media, body = refusal.body(request.header("accept"), language)
    own = [(name.encode(), value.encode()) for name, value in refusal.headers]
    told = [*own, *headers]
    if language != SOURCE_LANGUAGE:  # what keeps answers may not hand this one to readers of another language
        varies = [*(value for name, value in told if name == b"vary"), b"Accept-Language"]
        told = [*((name, value) for name, value in told if name != b"vary"), (b"vary", b", ".join(varies))]
    return reply(refusal.status, [(b"content-type", media), *told], body)


def refuse_method(request: Request, allowed: str) -> Response:
    """The answer to a method that means nothing at a page."""
    refusal = Refusal(405, why("means-nothing", method=request.method), headers=(("allow", allowed),))
    return refuse(request, refusal, PAGE_HEADERS)


class Pieces(Response):
    """An answer that comes in pieces.

    Starlette's own would read from the client itself, to see whether it leaves, as whoever makes the pieces does. Where
    a refusal comes in place of a piece the answer breaks off: a last line says why, and its end, which would make it
    whole, is not sent.
    """

    def __init__(self, headers: Headers, pieces: AsyncIterator[bytes | Refusal]) -> None:
        super().__init__()
        self.raw_headers = headers
        self.pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # Starlette's own
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for piece in self.pieces:
            if isinstance(piece, Refusal):
                said = f"\n\n{why('broken-off', why=piece.message)}\n".encode()
                await send({"type": "http.response.body", "body": said, "more_body": True})
                connection: Connected | None = scope["state"].get(CONNECTION)
                if connection:
                    connection.break_off()
                return
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def read_headers(pairs: Headers) -> Mapping[bytes, bytes]:
    """The headers of a request by name; one that is repeated counts as one, joined by commas."""
    headers = dict(pairs)
    if len(headers) != len(pairs):
        headers = {}
        for name, value in pairs:
            headers[name] = headers[name] + b", " + value if name in headers else value
    return headers


async def aside(size: int, look: Callable[..., Found], *arguments: object) -> Found:
    """What a function finds in a text of so many bytes or characters; in a thread where it may take long."""
    if size < LARGE:
        return look(*arguments)
    return await asyncio.get_running_loop().run_in_executor(_THREAD, look, *arguments)


def zipped(tag: bytes) -> bytes:
    """The ETag of an answer once it is compressed: another one where it is strong (RFC 9110, 8.8.3.3).

    >>> zipped(b'"a"'), zipped(b'"a-gzip"'), zipped(b'W/"a"')
    (b'"a-gzip"', b'"a-gzip"', b'W/"a"')
    """
    return tag if tag.startswith(b"W/") or tag.endswith(b'-gzip"') else tag[:-1] + b'-gzip"'


def matches(condition: str, tags: Iterable[bytes]) -> bool:
    """Whether an If-None-Match header names one of these ETags, compared weakly (RFC 9110, 13.1.2).

    >>> matches('"a", W/"b"', [b'"b"']), matches('"a"', [b'W/"c"']), matches("*", [b'"x"'])
    (True, False, True)
    """
    found = list(tags)
    if not condition or not found:
        return False
    named = {one.strip().removeprefix("W/").encode() for one in condition.split(",")}
    return "*" in condition.split() or any(tag.removeprefix(b"W/") in named for tag in found)
