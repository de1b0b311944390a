"""The packets which the processes of the service send each other over sockets.

A packet is a letter that says its kind, the length of its content in four bytes, and the content:

==========  ======================  =============================================================
kind        from, to                content
==========  ======================  =============================================================
``STATE``   keeper to holder        the name of the state of the data that is to be loaded
``READY``   holder to keeper        none: the graph is loaded, or changed
``CHANGE``  keeper to holder        in JSON the state the data come to, and an update in SPARQL
``RETIRE``  keeper to holder        none: another holder takes its place, it ends with its tasks
``ENDED``   holder to keeper        in JSON the number of a task, and how its worker has ended
``TASK``    client to worker        in JSON a :class:`pan2kg.server.answering.Task`
``PIECE``   worker to client        some bytes of an answer
``WHOLE``   worker to client        in JSON the form of the answer, whether it may differ when it is
                                    asked for again, and the state of the data it is from
``FAILED``  worker, holder          a refusal, as :meth:`pan2kg.server.protocol.RefusalError.pack`
                                    has it: there is no answer, or no graph
==========  ======================  =============================================================

:mod:`pan2kg.server.holder` has the holder and its workers, :mod:`pan2kg.server.keeper` the keeper,
:mod:`pan2kg.server.asking` the clients of workers.
"""

import socket
import struct
from typing import NamedTuple

STATE = b"S"
READY = b"R"
CHANGE = b"C"
RETIRE = b"E"
ENDED = b"D"
TASK = b"T"
PIECE = b"P"
WHOLE = b"W"
FAILED = b"F"

MEGABYTE = 2**20
_HEAD = struct.Struct("!cI")


class Packet(NamedTuple):
    """What one process has sent another: one of the kinds above, and its content."""

    kind: bytes
    content: bytes


def pack(kind: bytes, content: bytes = b"") -> bytes:
    """A packet as it is sent.

    >>> pack(PIECE, b"abc")
    b'P\\x00\\x00\\x00\\x03abc'
    """
    return _HEAD.pack(kind, len(content)) + content


def take(buffer: bytearray) -> Packet | None:
    """Take the first packet out of a buffer; None where it is not whole yet.

    >>> buffer = bytearray(pack(READY) + b"P")
    >>> take(buffer), take(buffer), buffer
    (Packet(kind=b'R', content=b''), None, bytearray(b'P'))
    """
    if _missing(buffer) > 0:
        return None
    kind, length = _HEAD.unpack_from(buffer)
    end = _HEAD.size + length
    content = bytes(buffer[_HEAD.size : end])
    del buffer[:end]
    return Packet(kind, content)


def _missing(buffer: bytearray) -> int:
    """How many bytes are missing of the first packet, or of its head while that is not whole."""
    size = _HEAD.size
    if len(buffer) >= size:
        size += _HEAD.unpack_from(buffer)[1]
    return size - len(buffer)


def receive(link: socket.socket) -> Packet | None:
    """Wait for the next packet, and read nothing behind it; None where the other process has ended."""
    buffer = bytearray()
    while (missing := _missing(buffer)) > 0:
        try:
            piece = link.recv(min(missing, MEGABYTE))
        except (ConnectionError, InterruptedError):
            return None
        if not piece:
            return None
        buffer += piece
    return take(buffer)
