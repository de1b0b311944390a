"""The address the service listens at, taken before anything else is loaded: whether it is free is known at once."""

from __future__ import annotations

import socket

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to an address, 0 for a free port; not listening yet.

    Raises:
        ProjectError: the address is taken, or is none of this machine.
    """
    try:
        family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, number)
        # else a restart fails for a minute while the kernel keeps closed connections in TIME_WAIT
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        raise ProjectError(
            "cannot-listen", place=Place(f"{host}:{port}"), remedy="choose-port", reason=reason(error)
        ) from None
    return bound
