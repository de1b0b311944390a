"""The application: hosts are checked and each request is handed to its handler.

It is bare ASGI: the layers of a web framework would take longer than most queries do.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pan2kg.server.public_address import PublicAddress
from pan2kg.server.request import (
    ABORT,
    PAGE_HEADERS,
    WHOLE,
    Handler,
    Receive,
    Refusal,
    Request,
    Send,
    busy,
    read_headers,
    why,
)

_LOG = logging.getLogger("pan2kg.service")


@dataclass(frozen=True, slots=True)
class Application:
    """An ASGI application.

    ``exact`` are the handlers of single addresses, ``below`` those of everything that begins with a
    path (the first that fits), ``otherwise`` answers the rest: the pages. Things and documents
    (``/id/``, ``/doc/``, ``/.well-known/void``) and what a page posts are handlers like these.
    """

    address: PublicAddress
    exact: Mapping[str, Handler]
    below: tuple[tuple[str, Handler], ...] = ()
    otherwise: Handler | None = None
    posted: Mapping[str, Handler] = field(default_factory=dict)

    async def __call__(self, scope: Mapping[str, object], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        request = self._read(scope, receive, send)
        if isinstance(request, tuple):
            await request[0].refuse(request[1], PAGE_HEADERS)
            return
        try:
            await self._handler(request)(request)
        except asyncio.CancelledError:  # it took longer than the service has when it is told to end
            await request.refuse(busy(why("ending")), PAGE_HEADERS)
        except Exception:  # noqa: BLE001  # the last boundary: a fault reaches the log, and the client as a sentence
            _LOG.exception("%s %s", request.method, request.path)
            await request.refuse(Refusal(500, why("fault")), PAGE_HEADERS)

    def _read(self, scope: Mapping[str, object], receive: Receive, send: Send) -> Request | tuple[Request, Refusal]:
        """The request of an ASGI scope; with why it is refused where it was sent to another host."""
        headers = read_headers(scope)
        method, path, query, scheme = scope["method"], scope["path"], scope["query_string"], scope["scheme"]
        peer = (scope.get("client") or ("",))[0]  # type: ignore[index]
        found = self.address.locate(peer, scheme, path, headers)  # type: ignore[arg-type]
        extensions: Mapping[str, Callable[..., object]] = scope.get("extensions") or {}  # type: ignore[assignment]
        ends = receive, send, extensions.get(WHOLE), extensions.get(ABORT)
        if isinstance(found, Refusal):
            return Request(method, path, query, headers, "", "", peer, *ends), found  # type: ignore[arg-type]
        return Request(method, found.path, query, headers, found.root, found.prefix, found.client, *ends)  # type: ignore[arg-type]

    def _handler(self, request: Request) -> Handler:
        path = request.path
        handler = self.exact.get(path)
        if handler:
            return handler
        if request.method == "POST":
            ending = path.rpartition("/")[2]
            if ending in self.posted:
                return self.posted[ending]
        found = next((one for start, one in self.below if path.startswith(start)), None)
        return found or self.otherwise or _nothing


async def _nothing(request: Request) -> None:
    await request.refuse(Refusal(404, why("nothing-here")), PAGE_HEADERS)
