"""The fork server as the main process sees it: it gives workers, reaps them, and takes changes."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from pan2kg.errors import ProjectError
from pan2kg.server.channel import FAILED, late, pack, receive, receive_exactly
from pan2kg.server.evaluation import Change
from pan2kg.server.fork_server import FORK, ORDER, REAP, REPLACE, Load, load_and_serve
from pan2kg.server.request import Refusal, busy, why


class LostError(Exception):
    """The process that holds the graph is gone, so there are no new workers."""

    message = why("lost")

    def __str__(self) -> str:
        return str(self.message)


EARLY: Final = 0.5
"""A query whose worker is ended from outside within so many seconds is asked once more."""


@dataclass(eq=False, slots=True)
class Line:
    """The line to one fork server; closed when it was replaced and its last worker is reaped."""

    control: socket.socket
    process: int
    lock: threading.Lock = field(default_factory=threading.Lock)
    workers: int = 0
    is_replaced: bool = False

    def order(self, kind: bytes, number: int = 0, handle: int | None = None) -> int:
        """Give an order and wait for its answer.

        Raises:
            LostError: nobody is at the other end.
            OSError: there can be no more processes now.
        """
        with self.lock:
            try:
                socket.send_fds(self.control, [ORDER.pack(kind, number)], [] if handle is None else [handle])
                answer = receive_exactly(self.control, ORDER.size)
            except OSError:
                answer = None
            if answer is None:
                raise LostError
            number = int(ORDER.unpack(answer)[1])
            # a negative number is the error number of a fork that failed; of REAP it is a signal
            if kind != REAP and number < 0:
                raise OSError(-number, os.strerror(-number))
            self.workers += -1 if kind == REAP else 1
            self._leave()
        return number

    def retire(self) -> None:
        """Let the fork server end as soon as its workers have: its last child has replaced it."""
        with self.lock:
            self.workers -= 1
            self.is_replaced = True
            self._leave()

    def _leave(self) -> None:
        if self.is_replaced and not self.workers:
            self.control.close()


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker: the socket to it, its process, and the line to its fork server."""

    link: socket.socket
    process: int
    line: Line

    def kill(self) -> None:
        """End it at once; its number cannot be another process's before it is reaped."""
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)

    def reap(self) -> int:
        """Kill it if it still runs; how it ended: 0, or minus the number of the signal."""
        try:
            self.kill()
            return self.line.order(REAP, self.process)
        except LostError:
            return 0


@dataclass(slots=True)
class ForkServer:
    """Gives workers; ``version`` counts the changes since the start. All of it may be called from any thread."""

    line: Line
    seconds: float
    version: int = 0
    on_change: list[Callable[[], None]] = field(default_factory=list)
    _changing: threading.Lock = field(default_factory=threading.Lock)

    def fork(self) -> Worker:
        """A new worker.

        Raises:
            LostError: the fork server is gone.
            OSError: there can be no more processes or open files now.
        """
        line = self.line
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = line.order(FORK, handle=theirs.fileno())
            except (LostError, OSError):
                ours.close()
                raise
        return Worker(ours, process, line)

    def change(self, change: Change) -> int | Refusal:
        """Apply a change in a forked process that then replaces the fork server; its status, or why nothing changed.

        The fork changes its own copy of the graph, so a change that fails half-way leaves the one in use as it was.

        Raises:
            LostError: the fork server is gone.
        """
        with self._changing:
            old = self.line
            ours, theirs = socket.socketpair()
            with theirs:
                try:
                    process = old.order(REPLACE, handle=theirs.fileno())
                except OSError as error:
                    ours.close()
                    return busy(why("no-more-processes", reason=error.strerror))
            try:
                ours.sendall(pack(b"C", json.dumps(change).encode()))
                answer = receive(ours)
            except OSError:
                answer = None
            if answer is None or answer[0] == FAILED:
                ours.close()
                status = old.order(REAP, process)
                return Refusal.unpack(answer[1]) if answer else died(status, self.seconds)
            self.line = Line(ours, process)
            self.version += 1
            old.retire()
        for hook in self.on_change:
            hook()
        return int(answer[1])

    def close(self) -> None:
        """Let the fork server and all its workers end."""
        self.line.control.close()


def died(status: int, seconds: float) -> Refusal:
    """What is said when a process ended before it had answered: minus the signal, as ``Worker.reap`` gives it.

    >>> died(-signal.SIGALRM, 30).sentence
    'The query took longer than 30 seconds and was stopped; make it narrower.'
    """
    if status == -signal.SIGALRM:
        return late(seconds)
    if status in (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS):
        return busy(why("query-memory-or-depth"), 30)
    return busy(why("process-ended"), 1)


def is_innocent(status: int, ran: float) -> bool:
    """Whether a process was ended from outside so early that what it was asked can be asked once more.

    >>> is_innocent(-signal.SIGKILL, 0.01), is_innocent(-signal.SIGKILL, 5), is_innocent(-signal.SIGABRT, 0.01)
    (True, False, False)
    """
    return status in (-signal.SIGKILL, -signal.SIGTERM) and ran < EARLY


def start_fork_server(
    load: Load, seconds: float, *, close: Iterable[socket.socket] = (), connects: bool = False
) -> ForkServer:
    """Fork the fork server and wait until it has loaded the graph; to be called before there are threads.

    The sockets in ``close`` are closed in it, so that no port stays taken because it lives on.

    Raises:
        ProjectError: the graph cannot be loaded.
    """
    ours, theirs = socket.socketpair()
    process = os.fork()
    if process == 0:
        try:
            ours.close()
            for one in close:
                one.close()
            load_and_serve(theirs, load, connects=connects)
        finally:
            os._exit(1)
    theirs.close()
    answer = receive(ours)
    if answer is None or answer[0] == FAILED:
        os.waitpid(process, 0)
        raise ProjectError(Refusal.unpack(answer[1]).message if answer else "graph-not-loaded")
    return ForkServer(Line(ours, process), seconds)
