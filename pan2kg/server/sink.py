"""Where an answer is written: counted, held back at first, then sent in pieces."""

from __future__ import annotations

import io
import socket
import time
from typing import TYPE_CHECKING, Final

from pan2kg.server.channel import END, FORM, MORE, START, WHOLE, pack
from pan2kg.server.limits import Limits, megabytes
from pan2kg.server.request import Refusal, busy

if TYPE_CHECKING:
    from collections.abc import Buffer  # type: ignore[attr-defined]

HELD: Final = 256 * 1024
"""So many bytes are held back, so that a limit reached within them is still a clean refusal."""
PIECE: Final = 64 * 1024

ROW_MARKS: Final = {"json": b'}},{"', "xml": b"<result>", "csv": b"\r\n", "tsv": b"\n"}
"""What stands between or after the rows of a format; only in CSV can a value contain it."""
_BEFORE: Final = {"json": 1, "csv": -1, "tsv": -1}
"""A JSON answer has one row more than marks, CSV and TSV have a line more than rows."""


class OverrunError(Exception):
    """A limit is reached; carries the refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.sentence)
        self.refusal = refusal


class Sink(io.BytesIO):
    """A file that sends what is written to it, and raises once there is too much or it took too long."""

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
            raise OverrunError(Refusal(413, f"The answer is larger than {megabytes(self._limits.size)} megabytes."))
        if time.monotonic() > self._deadline:
            raise OverrunError(late(self._limits.seconds))
        if self._held > (PIECE if self.started else HELD):
            self._send()
        return len(data)

    def count(self, rows: int) -> None:
        """Note that so many rows were written.

        Raises:
            OverrunError: there are too many.
        """
        self._rows += rows
        if self._rows > self._limits.rows:
            raise OverrunError(Refusal(413, f"The answer has more than {self._limits.rows} rows; ask with LIMIT."))

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
    return busy(f"The query took longer than {seconds:g} seconds and was stopped; make it narrower.", 30)
