"""The whole service: which part of it answers which address."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from pan2kg.server.request import PAGE_HEADERS, Hosts, Receive, Refusal, Request, Send, busy, read_request, why

Handler = Callable[[Request], Awaitable[None]]

_LOG = logging.getLogger("pan2kg.service")


@dataclass(frozen=True, slots=True)
class Application:
    """An ASGI application.

    ``exact`` are the handlers of single addresses, ``below`` those of everything that begins with a
    path (the first that fits), ``otherwise`` answers the rest: the pages. Things and documents
    (``/id/``, ``/doc/``, ``/.well-known/void``) and what a page posts are handlers like these.
    """

    hosts: Hosts
    exact: Mapping[str, Handler]
    below: tuple[tuple[str, Handler], ...] = ()
    otherwise: Handler | None = None
    posted: Mapping[str, Handler] = field(default_factory=dict)

    async def __call__(self, scope: Mapping[str, object], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        request = read_request(scope, receive, send)
        refusal = self.hosts.refuse(request.header(b"host"))
        if refusal:
            await request.refuse(refusal, PAGE_HEADERS)
            return
        try:
            await self._handler(request)(request)
        except asyncio.CancelledError:  # it took longer than the service has when it is told to end
            await request.refuse(busy(why("ending")), PAGE_HEADERS)
        except Exception:  # noqa: BLE001  # the last boundary: a fault reaches the log, and the client as a sentence
            _LOG.exception("%s %s", request.method, request.path)
            await request.refuse(Refusal(500, why("fault")), PAGE_HEADERS)

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
