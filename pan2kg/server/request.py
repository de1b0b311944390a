"""A request and the ways to answer or refuse it, on bare ASGI."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import time
import zlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Protocol, TypeVar

from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE, Language
from pan2kg.i18n.message import Message, pack, unpack
from pan2kg.server.negotiation import preferred_language, takes_gzip

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered; ``line`` and ``column``, counted from 1, where a text is at fault.

    >>> refusal = Refusal(404, why("no-page"))
    >>> refusal.body("application/json")[1].decode()
    '{"title": "Not Found", "status": 404, "detail": "There is no such page here."}\\n'
    >>> refusal.body(language="de")[1].decode()
    'Diese Seite gibt es hier nicht.\\n'
    """

    status: int
    message: Message
    line: int | None = None
    column: int | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """The reason in the language of the process."""
        return str(self.message)

    def body(self, accept: str = "", language: Language = SOURCE_LANGUAGE) -> tuple[bytes, bytes]:
        """Media type and content: problem details (RFC 9457) for who accepts JSON, else the bare sentence."""
        sentence = self.message.say(language)
        if "json" not in accept:
            return b"text/plain; charset=utf-8", f"{sentence}\n".encode()
        told: dict[str, object] = {"title": HTTPStatus(self.status).phrase, "status": self.status}
        told["detail"] = sentence
        if self.line is not None:
            told |= {"line": self.line, "column": self.column}
        return b"application/problem+json", json.dumps(told, ensure_ascii=False).encode() + b"\n"

    def pack(self) -> bytes:
        """The refusal as bytes, to be sent from one process to another."""
        return json.dumps([self.status, pack(self.message), self.line, self.column, self.headers]).encode()

    @classmethod
    def unpack(cls, packed: bytes) -> Refusal:
        """The refusal that was packed.

        >>> refusal = Refusal(404, why("no-graph", iri="http://e/g"), headers=(("vary", "accept"),))
        >>> Refusal.unpack(refusal.pack()) == refusal
        True
        """
        status, message, line, column, headers = json.loads(packed)
        return cls(status, unpack(message), line, column, tuple((name, value) for name, value in headers))


def why(key: str, /, **values: object) -> Message:
    """Why the service does not answer.

    >>> str(why("no-graph", iri="http://e/g"))
    'There is no graph <http://e/g> here.'
    """
    return Message("server", key, values)


def busy(message: Message, seconds: int = 5) -> Refusal:
    """A 503 that says when to come back."""
    return Refusal(503, message, headers=(("retry-after", str(seconds)),))


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
_CROSS_ORIGIN: Final = b"access-control-"
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


Event = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Mapping[str, object]]]
Send = Callable[[Event], Awaitable[None]]
Found = TypeVar("Found")


class Coder(Protocol):
    """Compresses pieces one after another, as :mod:`zlib` does."""

    def compress(self, data: bytes, /) -> bytes:
        """What is ready of it."""

    def flush(self, mode: int = ..., /) -> bytes:
        """The rest."""


CONNECTION: Final = "pan2kg.connection"
"""The name of the connection in the state of an ASGI scope."""


class Connected(Protocol):
    """The connection a request came by."""

    def begin(self, version: str, /) -> None:
        """The answer to a request of this version of HTTP begins to be made."""

    def end(self) -> None:
        """An answer has been sent, or is not sent."""

    def break_off(self) -> None:
        """Break the connection where a broken answer would else be taken for a whole one."""


SMALL: Final = 1024
"""What is smaller is not worth compressing."""
_LEVEL: Final = 5
_DATA: Final = (b"application/", b"text/")
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


@dataclass(frozen=True, slots=True)
class Request:
    """What came in, and the two ends of the line.

    ``root`` is where the service stands for the client, without a slash at its end, ``prefix`` its path; ``path`` is
    what follows them. All come from :class:`pan2kg.server.public_address.PublicAddress`. Pages of other sites may read
    the data of a service that ``is_public``.
    """

    method: str
    path: str
    query: bytes
    headers: Mapping[bytes, bytes]
    root: str
    prefix: str
    client: str
    receive: Receive
    send: Send
    connection: Connected | None = None
    record: Record = field(default_factory=Record)
    is_proxied: bool = False
    is_public: bool = False

    def header(self, name: bytes) -> str:
        """A header as text, empty where it is missing."""
        return self.headers.get(name, b"").decode("latin-1")

    async def body(self, limit: int = BODY_LIMIT) -> bytes | Refusal:
        """The whole body, or why it is not read: it is too large, too slow, or its sender left."""
        announced = self.headers.get(b"content-length", b"0")
        pieces: list[bytes] = []
        size, more = 0, True
        began = time.monotonic()
        while more:
            # what has come so far has earned its sender so much time
            until = began + min(BODY_SECONDS, SLOW + size / LEAST_RATE)
            try:
                self.record.waits = False
                message = await asyncio.wait_for(self.receive(), min(SLOW, until - time.monotonic()))
            except TimeoutError:
                return Refusal(408, why("body-slow"), headers=(("connection", "close"),))
            if message["type"] == "http.disconnect":
                return Refusal(400, why("client-gone"))
            piece, more = message.get("body", b""), bool(message.get("more_body"))
            size += len(piece) if isinstance(piece, bytes) else 0
            if size > limit or int(announced) > limit:
                pieces.clear()
                more = more and size < DRAINED * limit and int(announced) < DRAINED * limit
            elif isinstance(piece, bytes):
                pieces.append(piece)
        if size > limit or int(announced) > limit:
            return Refusal(413, why("body-large", size=f"{limit / 2**20:g}"), headers=(("connection", "close"),))
        return b"".join(pieces)

    async def gone(self) -> None:
        """Wait until the client leaves."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def start(self, status: int, headers: Headers) -> None:
        """Send status and headers."""
        self.record.status = status
        await self.send({"type": "http.response.start", "status": status, "headers": self._named(headers)})

    def _named(self, headers: Headers) -> Headers:
        """The headers with the id of the request, and without leave for other sites where nobody gave it."""
        told = headers if self.is_public else [one for one in headers if not one[0].startswith(_CROSS_ORIGIN)]
        if self.record.waits:  # it may send its body now or not, so that nothing can be read after it
            told = [*told, (b"connection", b"close")]
        return [*told, (b"x-request-id", self.record.id.encode())] if self.record.id else told

    @property
    def takes_gzip(self) -> bool:
        """Whether the client takes an answer that is compressed."""
        return takes_gzip(self.header(b"accept-encoding"))

    async def write(self, body: bytes, *, more: bool = False) -> None:
        """Send a piece of the body, the last one unless ``more``."""
        self.record.size += len(body)
        await self.send({"type": "http.response.body", "body": body, "more_body": more})

    async def break_off(self, message: Message, coder: Coder | None = None) -> None:
        """Say in a last line why an answer breaks off; its end, which would make it whole, is not sent."""
        said = f"\n\n{why('broken-off', why=message)}\n".encode()
        await self.write(coder.compress(said) + coder.flush(zlib.Z_SYNC_FLUSH) if coder else said, more=True)
        if self.connection:
            self.connection.break_off()

    async def reply(self, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes = b"") -> None:
        """Send a whole answer."""
        told = list(headers)
        if status not in (204, 304):
            if len(body) > SMALL and is_plain_data(told):
                is_zipped = self.takes_gzip
                told = compressed(told) if is_zipped else varied(told)
                body = await asyncio.to_thread(gzip.compress, body, _LEVEL, mtime=0) if is_zipped else body
            told.append((b"content-length", b"%d" % len(body)))
        await self.start(status, told)
        await self.write(body)

    async def refuse(self, refusal: Refusal, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
        """Send why there is no answer."""
        language = preferred_language(self.header(b"accept-language"), (SOURCE_LANGUAGE, *LANGUAGES))
        media, body = refusal.body(self.header(b"accept"), language)
        own = [(name.encode(), value.encode()) for name, value in refusal.headers]
        told = [*own, *headers]
        if language != SOURCE_LANGUAGE:  # what keeps answers may not hand this one to readers of another language
            varies = [*(value for name, value in told if name == b"vary"), b"Accept-Language"]
            told = [*((name, value) for name, value in told if name != b"vary"), (b"vary", b", ".join(varies))]
        await self.reply(refusal.status, [(b"content-type", media), *told], body)


def read_headers(scope: Mapping[str, object]) -> Mapping[bytes, bytes]:
    """The headers of an ASGI scope; one that is repeated counts as one, joined by commas."""
    pairs: list[tuple[bytes, bytes]] = scope["headers"]  # type: ignore[assignment]
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


def is_plain_data(headers: Headers) -> bool:
    """Whether an answer is of data that are not compressed yet; a page and what it loads are when they are kept."""
    told = dict(headers)
    return b"content-encoding" not in told and told.get(b"content-type", b"").startswith(_DATA)


def varied(headers: Headers) -> Headers:
    """The headers of an answer that others get compressed.

    >>> varied([(b"vary", b"Accept")]), varied([(b"vary", b"Accept-Encoding")])
    ([(b'vary', b'Accept, Accept-Encoding')], [(b'vary', b'Accept-Encoding')])
    """
    names = [value for name, value in headers if name == b"vary"]
    more = [] if any(b"Accept-Encoding" in one for one in names) else [b"Accept-Encoding"]
    return [*(one for one in headers if one[0] != b"vary"), (b"vary", b", ".join([*names, *more]))]


def compressed(headers: Headers) -> Headers:
    """The headers of an answer once it is compressed.

    >>> compressed([(b"etag", b'"a"'), (b"vary", b"Accept")])
    [(b'etag', b'"a-gzip"'), (b'vary', b'Accept, Accept-Encoding'), (b'content-encoding', b'gzip')]
    """
    told = [(name, zipped(value) if name == b"etag" else value) for name, value in varied(headers)]
    return [*told, (b"content-encoding", b"gzip")]


def zipped(tag: bytes) -> bytes:
    """The ETag of an answer once it is compressed: another one where it is strong (RFC 9110, 8.8.3.3)."""
    return tag if tag.startswith(b"W/") else tag[:-1] + b'-gzip"'


def new_coder() -> Coder:
    """What compresses an answer piece by piece."""
    return zlib.compressobj(_LEVEL, wbits=31)


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


Handler = Callable[[Request], Awaitable[None]]
