"""Messages between the processes of the service: one letter, a length, a payload."""

from __future__ import annotations

import socket
import struct
from typing import Final, NamedTuple

HEAD: Final = struct.Struct("!cI")

WHOLE: Final = b"W"
"""An answer in one piece: the name of its format in eight bytes, then its content."""
START: Final = b"S"
"""The beginning of a long answer, in the same form."""
MORE: Final = b"M"
END: Final = b"E"
FAILED: Final = b"F"
"""A packed refusal; after a START it says why the answer breaks off."""
FORM: Final = 8


class Task(NamedTuple):
    """What a worker is to do: answer a ``query``, or write out a ``graph`` (the default graph if ``text`` is empty).

    ``default`` and ``named`` are None where the request names no graphs; ``table`` and ``graph`` are
    the formats the client accepts for rows and for triples, empty where it accepts none. ``own`` is what
    a page asks to be made: it may have as many rows and bytes as there are.
    """

    kind: str
    text: str
    base: str
    union: bool
    default: list[str] | None
    named: list[str] | None
    table: str
    graph: str
    own: bool = False


def pack(kind: bytes, payload: bytes = b"") -> bytes:
    """A message as bytes.

    >>> pack(b"E"), HEAD.size
    (b'E\\x00\\x00\\x00\\x00', 5)
    """
    return HEAD.pack(kind, len(payload)) + payload


def receive(link: socket.socket) -> tuple[bytes, bytes] | None:
    """The next message of a blocking socket; None where the other side is gone."""
    head = receive_exactly(link, HEAD.size)
    if head is None:
        return None
    kind, length = HEAD.unpack(head)
    payload = receive_exactly(link, length)
    return None if payload is None else (kind, payload)


def receive_task(link: socket.socket) -> bytes | None:
    """What the next message of a blocking socket says, in one call where it is short; None where the sender is gone.

    Only for who answers each message before the next one is sent: what comes after it would be lost.
    """
    try:
        data = link.recv(2**16)
    except ConnectionError:
        return None
    if len(data) < HEAD.size:
        return None
    missing = HEAD.size + HEAD.unpack_from(data)[1] - len(data)
    rest = receive_exactly(link, missing) if missing else b""
    return None if rest is None else data[HEAD.size :] + rest


def receive_exactly(link: socket.socket, length: int) -> bytes | None:
    """So many bytes from a blocking socket; None where the other side is gone before."""
    pieces: list[bytes] = []
    while length:
        try:
            piece = link.recv(min(length, 2**20))
        except (ConnectionError, InterruptedError):
            return None
        if not piece:
            return None
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)
