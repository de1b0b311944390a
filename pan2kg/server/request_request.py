"""A request and the ways to answer it: bare ASGI, since a stack of layers would cost more than a short query."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

from pan2kg.server.request import Headers, Refusal
from pan2kg.server.safety import BODY_LIMIT

Message = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Mapping[str, object]]]
Send = Callable[[Message], Awaitable[None]]
Found = TypeVar("Found")
Whole = Callable[[int, Headers, bytes], bool]

WHOLE: Final = "pan2kg.whole"
"""The name, among the extensions of an ASGI scope, of what sends a whole answer at once."""

SLOW: Final = 30.0
"""Seconds within which the next piece of a body must come."""
LARGE: Final = 32 * 1024
"""A text of such a size is looked through in a thread, one at a time, so that nobody else waits for it."""
_THREAD: Final = ThreadPoolExecutor(1, "aside")
DRAINED: Final = 8
"""A body that is too large is read to the end, so that its sender sees why, up to so many times the limit."""


@dataclass(frozen=True, slots=True)
class Request:
    """What came in, and the two ends of the line."""

    method: str
    path: str
    query: bytes
    headers: Mapping[bytes, bytes]
    scheme: str
    receive: Receive
    send: Send
    whole: Whole | None = None

    def header(self, name: bytes) -> str:
        """A header as text, empty where it is missing."""
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def root(self) -> str:
        """The address the client called: scheme and host."""
        scheme = self.header(b"x-forwarded-proto")
        return f"{scheme if scheme in ('http', 'https') else self.scheme}://{self.header(b'host')}"

    async def body(self, limit: int = BODY_LIMIT) -> bytes | Refusal:
        """The whole body, or why it is not read: it is too large, too slow, or its sender left."""
        announced = self.headers.get(b"content-length", b"0")
        pieces: list[bytes] = []
        size, more = 0, True
        while more:
            try:
                message = await asyncio.wait_for(self.receive(), SLOW)
            except TimeoutError:
                return Refusal(408, "The rest of the body did not come in time.", headers=(("connection", "close"),))
            if message["type"] == "http.disconnect":
                return Refusal(400, "The client went away.")
            piece, more = message.get("body", b""), bool(message.get("more_body"))
            size += len(piece) if isinstance(piece, bytes) else 0
            if size > limit or int(announced) > limit:
                pieces.clear()
                more = more and size < DRAINED * limit and int(announced) < DRAINED * limit
            elif isinstance(piece, bytes):
                pieces.append(piece)
        if size > limit or int(announced) > limit:
            said = f"The body is larger than {limit / 2**20:g} megabytes."
            return Refusal(413, said, headers=(("connection", "close"),))
        return b"".join(pieces)

    async def gone(self) -> None:
        """Wait until the client leaves."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def start(self, status: int, headers: Headers) -> None:
        """Send status and headers."""
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def write(self, body: bytes, *, more: bool = False) -> None:
        """Send a piece of the body, the last one unless ``more``."""
        await self.send({"type": "http.response.body", "body": body, "more_body": more})

    async def reply(self, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes = b"") -> None:
        """Send a whole answer."""
        length = [] if status in (204, 304) else [(b"content-length", b"%d" % len(body))]
        told = [*headers, *length]
        if self.whole is None or not self.whole(status, told, body):
            await self.start(status, told)
            await self.write(body)

    async def refuse(self, refusal: Refusal, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
        """Send why there is no answer."""
        media, body = refusal.body(self.header(b"accept"))
        own = [(name.encode(), value.encode()) for name, value in refusal.headers]
        await self.reply(refusal.status, [(b"content-type", media), *own, *headers], body)


def read_request(scope: Mapping[str, object], receive: Receive, send: Send) -> Request:
    """The request of an ASGI scope; a header that is repeated counts as one, joined by commas."""
    pairs: list[tuple[bytes, bytes]] = scope["headers"]  # type: ignore[assignment]
    headers = dict(pairs)
    if len(headers) != len(pairs):
        headers = {}
        for name, value in pairs:
            headers[name] = headers[name] + b", " + value if name in headers else value
    method, path, query, scheme = scope["method"], scope["path"], scope["query_string"], scope["scheme"]
    extensions: Mapping[str, Whole] = scope.get("extensions") or {}  # type: ignore[assignment]
    return Request(method, path, query, headers, scheme, receive, send, extensions.get(WHOLE))  # type: ignore[arg-type]


async def aside(size: int, look: Callable[..., Found], *arguments: object) -> Found:
    """What a function finds in a text of so many bytes or characters; in a thread where it may take long."""
    if size < LARGE:
        return look(*arguments)
    return await asyncio.get_running_loop().run_in_executor(_THREAD, look, *arguments)


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
