"""The messages between the main process and its workers, the limits of one request, and the writer of an answer.

A message is a letter, a length and a payload, over a socket pair. The writer counts rows and bytes while the engine
serialises, and holds the first pieces back: a limit reached early can then still be answered with a status of its own,
which is impossible once the head of the response is sent.
"""

from __future__ import annotations

import io
import os
import socket
import struct
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from pan2kg.server.refusal import Refusal, busy, why

if TYPE_CHECKING:
    from typing_extensions import Buffer


MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Time in seconds, rows, bytes of the answer, and bytes of memory a worker may take beyond the graph."""

    seconds: float = 30.0
    rows: int = 1_000_000
    size: int = 256 * MEGABYTE
    memory: int = 1024 * MEGABYTE


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """How many workers at most, how many requests may wait for one, for how many seconds.

    Only ``slots`` of them, one for each processor, are given to queries that may be short: more at once
    would only make all of them slower. A query that turns out to be long leaves its slot.

    Once a query has run for ``patience`` seconds and others have waited for ``turn`` seconds with
    every worker taken, the query that has run longest gives way. So short queries get through
    however many long ones are sent.

    Together they may take ``memory`` bytes beyond the graph; the one that takes most gives way.
    """

    workers: int = 8
    slots: int = max(2, os.cpu_count() or 2)
    queue: int = 256
    wait: float = 10.0
    patience: float = 2.0
    turn: float = 0.25
    memory: int = 4096 * MEGABYTE


def megabytes(size: int) -> str:
    """So many bytes in megabytes.

    >>> megabytes(256 * MEGABYTE), megabytes(3_000_000)
    ('256', '2.86')
    """
    return f"{round(size / MEGABYTE, 2):g}"


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


HELD_BACK: Final = 256 * 1024
"""So many bytes are held back, so that a limit reached within them is still a clean refusal."""
PIECE: Final = 64 * 1024

ROW_MARKS: Final = {"json": b'}},{"', "xml": b"<result>", "csv": b"\r\n", "tsv": b"\n"}
"""What stands between or after the rows of a format; only in CSV can a value contain it."""
_BEFORE: Final = {"json": 1, "csv": -1, "tsv": -1}
"""A JSON answer has one row more than marks, CSV and TSV have a line more than rows."""


class OverrunError(Exception):
    """A limit is reached; carries the refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__()  # a worker may open no file, so that it cannot say the sentence
        self.refusal = refusal


class AnswerWriter(io.BytesIO):
    """A file the engine writes an answer to: it sends the pieces to the main process, and stops at a limit."""

    def __init__(self, link: socket.socket, form: str, limits: Limits) -> None:
        self._link = link
        self._form = form.encode().ljust(FORM)
        self._mark = ROW_MARKS.get(form)
        self._limits = limits
        self._deadline = time.monotonic() + limits.seconds
        self._pieces: list[bytes] = []
        self._rows = _BEFORE.get(form, 0)
        self._held = self._size = 0
        self.started = False

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, piece: Buffer) -> int:
        """Take a piece.

        Raises:
            OverrunError: it is one row, byte or second too many.
        """
        data = bytes(piece)
        self._pieces.append(data)
        self._held += len(data)
        self._size += len(data)
        if self._mark:
            self.count(data.count(self._mark))
        if self._size > self._limits.size:
            raise OverrunError(Refusal(413, why("answer-too-large", size=megabytes(self._limits.size))))
        if time.monotonic() > self._deadline:
            raise OverrunError(late(self._limits.seconds))
        if self._held > (PIECE if self.started else HELD_BACK):
            self._send()
        return len(data)

    def count(self, rows: int) -> None:
        """Note that so many rows were written.

        Raises:
            OverrunError: there are too many.
        """
        self._rows += rows
        if self._rows > self._limits.rows:
            raise OverrunError(Refusal(413, why("too-many-rows", rows=str(self._limits.rows))))

    def _send(self) -> None:
        body = b"".join(self._pieces)
        self._link.sendall(pack(MORE, body) if self.started else pack(START, self._form + body))
        self._pieces.clear()
        self._held = 0
        self.started = True

    def finish(self) -> None:
        """Send the rest."""
        if self.started:
            self._send()
            self._link.sendall(pack(END))
        else:
            self._link.sendall(pack(WHOLE, self._form + b"".join(self._pieces)))


def late(seconds: float) -> Refusal:
    """What is said when time is up."""
    return busy(why("too-slow", seconds=f"{seconds:g}"), 30)
