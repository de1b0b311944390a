"""The HTTP server: uvicorn, with a limit on the time in which the head of a request must come.

A command binds a socket with :func:`listen` before the processes of the service are forked, and
runs a :class:`Server` on it with the edge (:mod:`pan2kg.server.edge`) as its application.
"""

import asyncio
import multiprocessing
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason
from pan2kg.server.edge import HEAD_BYTES, Edge

# within so many seconds the head of a request must have come
HEAD_SECONDS = 20.0
# within so many seconds a client must have taken some of what waits for it, as the kernel sees it
UNTAKEN_SECONDS = 60
# so many seconds a connection stays open that nothing is asked on
IDLE_SECONDS = 30
# so many seconds a thread that draws a page may keep the loop from its next step; by default it is
# ten times that
SWITCH_SECONDS = 0.0005
# so many seconds answers that are under way may take when the service is stopped
LEAVE_SECONDS = 3
# so many files and connections are open at most, where the system allows it
OPEN_FILES = 65536


def listen(host: str, port: int) -> socket.socket:
    """A socket that is bound; ProjectError where the system refuses it."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = addresses[0]
        bound = socket.socket(family, kind, protocol)
        # else a restart fails for a minute while the kernel keeps closed connections in TIME_WAIT
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN_SECONDS * 1000)
        bound.bind(address)
    except OSError as error:
        place = Place(f"{host}:{port}")
        raise ProjectError("cannot-listen", place=place, reason=reason(error)) from None
    return bound


class Connection(H11Protocol):
    """A connection whose head has to come in time: uvicorn would wait for it without end.

    The timer is the one by which uvicorn closes a connection that nothing is asked on.
    """

    deadline = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._await_head(self.loop.time() + HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        was_waiting = self.timeout_keep_alive_task is not None
        now = self.loop.time()
        super().data_received(data)
        if self.conn.their_state is h11.IDLE and self.timeout_keep_alive_task is None:
            # where a head is not whole with this, the rest is waited for as long as before
            is_same_head = was_waiting and self.deadline > now
            self._await_head(self.deadline if is_same_head else now + HEAD_SECONDS)

    def _await_head(self, deadline: float) -> None:
        self.deadline = deadline
        self.timeout_keep_alive_task = self.loop.call_at(deadline, self.timeout_keep_alive_handler)


class Server(uvicorn.Server):
    """Uvicorn, as this service needs it; ``ready`` is called once it listens."""

    def __init__(self, application: Edge, ready: Callable[[], None]) -> None:
        config: Any = uvicorn.Config(
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
            # the edge reads what a proxy says itself, as it believes those alone that are named
            proxy_headers=False,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=LEAVE_SECONDS,
            h11_max_incomplete_event_size=HEAD_BYTES,
            limit_concurrency=application.settings.connections,
        )
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # the loop answers the endpoint and shares the interpreter with the threads that make pages
        sys.setswitchinterval(SWITCH_SECONDS)
        allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(allowed, min(most, OPEN_FILES)), most))
        await super().startup(sockets=sockets)
        self._ready()

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ANN401, ARG002  # as uvicorn has it
        # uvicorn would note the signal, to raise it again in the end
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True
        for process in multiprocessing.active_children():
            process.terminate()


def notify(state: str) -> None:
    """Tell a service manager the state of this process (sd_notify), where one asked to be told."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # a name of the kernel's, in no folder
        address = f"\0{address[1:]}"
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(state.encode(), address)
