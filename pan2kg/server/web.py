"""What the handlers of the service take and give: requests and their bodies, redirections, and routes.

A handler takes a request of Starlette and returns its answer. What it refuses it raises, as a
:class:`RefusalError`: the edge (:mod:`pan2kg.server.edge`), which has seen each request before its
handler, makes an answer of that. The edge has put in the scope of a request where the service
stands (``root_path``), what a redirection begins with (``front``), and what is kept of the request
(``record``).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent import futures
from typing import TypeVar

from starlette import requests, responses, routing
from starlette.exceptions import HTTPException

from pan2kg.server.protocol import RefusalError

# bytes a query or a form that is sent may have
BODY_LIMIT = 4 * 2**20
# seconds within which the next piece of a body must come, and all of it
PIECE_SECONDS = 30.0
BODY_SECONDS = 120.0
# bytes a second a body must come with on the average, once it has taken ``PIECE_SECONDS``
LEAST_RATE = 1024
# a body that is too large is read to the end, so that its sender sees why, up to so many times the
# limit
DRAINED_LIMITS = 8

Request = requests.Request
Response = responses.Response
Route = routing.Route
Handler = Callable[[Request], Awaitable[Response]]
Result = TypeVar("Result")


class Threads(futures.ThreadPoolExecutor):
    """Threads that are waited for in the loop."""

    async def run(self, work: Callable[..., Result], *arguments: object) -> Result:
        """What work gives that is done in one of them."""
        return await asyncio.get_running_loop().run_in_executor(self, work, *arguments)


def route(path: str, handler: Handler, methods: str) -> Route:
    """A route that answers to some methods, and says to OPTIONS which these are."""

    async def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"allow": methods})
        return await handler(request)

    return Route(path, answer, methods=methods.split(", "))


def root_of(request: Request) -> str:
    """The address of the service as it was asked: scheme, host and the path it stands at."""
    scope = request.scope
    return f"{scope['scheme']}://{request.headers.get('host', '')}{scope['root_path']}"


def request_path(request: Request) -> str:
    """The path of a request below the root of the service."""
    path: str = request.scope["path"]
    return path[len(request.scope["root_path"]) :]


def header(request: Request, name: str) -> str:
    """The value of a header, empty without; one that is repeated is joined by commas."""
    return ", ".join(request.headers.getlist(name))


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The body of a request, of at most ``limit`` bytes.

    Raises:
        RefusalError: 408 where it comes too slowly, 413 where it is too large.
    """
    announced = int(request.headers.get("content-length", "0"))
    most_read = DRAINED_LIMITS * limit
    began = time.monotonic()
    pieces = []
    size = 0
    has_more = announced < most_read
    while has_more:
        # what has come so far has earned its sender so much time
        deadline = began + min(BODY_SECONDS, PIECE_SECONDS + size / LEAST_RATE)
        patience = min(PIECE_SECONDS, deadline - time.monotonic())
        try:
            event = await asyncio.wait_for(request.receive(), patience)
        except TimeoutError:
            raise RefusalError(408, "body-slow", headers={"connection": "close"}) from None
        if event["type"] == "http.disconnect":
            raise RefusalError(400, "client-gone")
        piece = event.get("body", b"")
        has_more = bool(event.get("more_body"))
        size += len(piece)
        if max(size, announced) <= limit:
            pieces.append(piece)
        else:
            pieces.clear()
            has_more = has_more and size < most_read
    if max(size, announced) > limit:
        megabytes = f"{limit / 2**20:g}"
        raise RefusalError(413, "body-large", size=megabytes, headers={"connection": "close"})
    return b"".join(pieces)


def lead(request: Request, path: str, status: int = 303, **headers: str) -> Response:
    """A redirection to a path below the root."""
    location = f"{request.scope['front']}{path}"
    return Response(status_code=status, headers={"location": location, **headers})


def insist_changed(request: Request, headers: Mapping[str, str]) -> None:
    """Raise HTTPException (304) where who asks has what would be sent: ETags are compared weakly (RFC 9110, 13.1.2)."""
    conditions = {
        tag.strip().removeprefix("W/") for tag in header(request, "if-none-match").split(",")
    }
    if conditions & {"*", headers["etag"].removeprefix("W/")}:
        raise HTTPException(304, headers=headers)
