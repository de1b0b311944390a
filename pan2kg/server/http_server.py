"""The HTTP server: uvicorn on a socket that is already bound, with limits on what comes before a request is whole."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType
from typing import Final

import uvicorn

from pan2kg.server.application import Application
from pan2kg.server.connection import Connection, Crowd

SWITCH_SECONDS: Final = 0.0005
"""So long a thread that draws a page may keep the loop from its next step; by default it is ten times that."""
LEAVE_SECONDS: Final = 3
"""So long answers that are under way may take when the service is stopped."""


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


def new_server(application: Application, ready: Callable[[], None]) -> Server:
    """The server of an application; ``ready`` is called once it listens."""
    config = uvicorn.Config(
        application,
        http="httptools",
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
    config.load()
    crowd = Crowd(application.connections, application.address.trusts)
    config.http_protocol_class = partial(Connection, config.http_protocol_class, crowd)  # type: ignore[assignment]
    return Server(config, ready)
