"""The application: hosts are checked and each request is handed to its handler.

It is bare ASGI: the layers of a web framework would take longer than most queries do.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pan2kg.server.public_address import Located, PublicAddress
from pan2kg.server.request import (
    CONNECTION,
    PAGE_HEADERS,
    Connected,
    Handler,
    Receive,
    Record,
    Refusal,
    Request,
    Send,
    busy,
    read_headers,
    why,
)

_PLAIN: Final = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_LOG = logging.getLogger("pan2kg.service")


@dataclass(frozen=True, slots=True)
class Application:
    """An ASGI application.

    ``exact`` are the handlers of single addresses, ``below`` those of everything that begins with a
    path (the first that fits), ``otherwise`` answers the rest: the pages. Things and documents
    (``/id/``, ``/doc/``, ``/.well-known/void``) are handlers like these.
    ``observe`` is told of each request that was answered, and how many seconds that took. So many ``connections`` may
    be open from one address that is no proxy. Pages of other sites may read the data of a service that ``is_public``.
    """

    address: PublicAddress
    exact: Mapping[str, Handler]
    below: tuple[tuple[str, Handler], ...] = ()
    otherwise: Handler | None = None
    observe: Callable[[Request, float], None] | None = None
    connections: int = 128
    is_public: bool = False

    async def __call__(self, scope: Mapping[str, object], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        state: Mapping[str, Connected] = scope.get("state") or {}  # type: ignore[assignment]
        connection = state.get(CONNECTION)
        if connection:
            connection.begin(str(scope["http_version"]))
        request, refusal = self._read(scope, receive, send, connection)
        try:
            if refusal:
                await request.refuse(refusal, PAGE_HEADERS)
            else:
                await self._handler(request)(request)
        except asyncio.CancelledError:  # it took longer than the service has when it is told to end
            await request.refuse(busy(why("ending")), PAGE_HEADERS)
        except Exception:  # noqa: BLE001  # the last boundary: a fault reaches the log, and the client as a sentence
            _LOG.exception("%s %s %s", request.record.id, request.method, request.path)
            await request.refuse(Refusal(500, why("fault")), PAGE_HEADERS)
        finally:
            if connection:
                connection.end()
            if self.observe:
                self.observe(request, time.perf_counter() - began)

    def _read(
        self, scope: Mapping[str, object], receive: Receive, send: Send, connection: Connected | None
    ) -> tuple[Request, Refusal | None]:
        """The request of an ASGI scope, and why it is refused where it was sent to another host."""
        headers = read_headers(scope)
        method, path, query, scheme = scope["method"], scope["path"], scope["query_string"], scope["scheme"]
        peer = (scope.get("client") or ("",))[0]  # type: ignore[index]
        found = self.address.locate(peer, scheme, path, headers)  # type: ignore[arg-type]
        ends = receive, send, connection, Record(_id(headers), waits=b"expect" in headers)
        place = Located("", "", path, peer) if isinstance(found, Refusal) else found  # type: ignore[arg-type]
        where = place.path, query, headers, place.root, place.prefix, place.client
        request = Request(method, *where, *ends, place.is_proxied, self.is_public)  # type: ignore[arg-type]
        return request, found if isinstance(found, Refusal) else None

    def _handler(self, request: Request) -> Handler:
        path = request.path
        handler = self.exact.get(path)
        if handler:
            return handler
        found = next((one for start, one in self.below if path.startswith(start)), None)
        return found or self.otherwise or _nothing


def _id(headers: Mapping[bytes, bytes]) -> str:
    """What a request is called in logs: what a client or proxy calls it, where that is a plain word."""
    given = headers.get(b"x-request-id", b"")
    return given.decode("ascii") if _PLAIN.fullmatch(given) else secrets.token_hex(8)


async def _nothing(request: Request) -> None:
    await request.refuse(Refusal(404, why("nothing-here")), PAGE_HEADERS)
