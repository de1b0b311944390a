"""The supervisor: a small process that starts the fork server, again when it was ended, and reaps what it leaves.

The main process has threads when a fork server has to be started again, and a process with threads must not fork (a
lock another thread holds would stay locked in the copy). So it forks this process before it has any, and gives orders
to it afterwards. Successors of a fork server are left behind by their parents; on Linux this process is made the one
that inherits and reaps them (``PR_SET_CHILD_SUBREAPER``), so that none stays a zombie where nobody else reaps, as in a
container whose process 1 is the service.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import logging
import os
import resource
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NoReturn

from pan2kg.server.refusal import why

ORDER: Final = struct.Struct("!ci")
"""An order to another process and its answer: a letter and a number, which is a process or how it ended."""
START: Final = b"s"
"""Start a fork server that listens to the socket sent along; answered with its process."""
STOP: Final = b"e"
"""End a fork server, if it still runs; answered with how it ended, 0 where that is not known."""

FAULT: Final = 70
"""The exit code of a process that was ended by a fault of this software (``EX_SOFTWARE`` of sysexits.h)."""
STOP_SECONDS: Final = 5.0
"""Within so many seconds a process that is killed, or whose other side is gone, has ended."""

_SET_PARENT_DEATH_SIGNAL, _SET_CHILD_SUBREAPER = 1, 36
_LOG = logging.getLogger("pan2kg.service")


def run_to_end(life: Callable[[], None], name: str) -> NoReturn:
    """Run what a forked process is for and end it; a fault is logged with its traceback and told by the exit code."""
    try:
        life()
    except BaseException:  # noqa: BLE001  # the last boundary: what is behind it is the code of the parent
        allow_files()  # else neither the sentence could be read nor the lines the traceback shows
        _LOG.critical("%s", why("process-fault", name=name, process=str(os.getpid())), exc_info=True)
        os._exit(FAULT)
    os._exit(0)


def allow_files() -> None:
    """Let this process open files again, as many as it ever may."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)


def end_with_parent(parent: int) -> None:
    """Let the kernel end this process when its parent ends, on Linux; 0 where it is to outlive it from now on."""
    _prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL if parent else 0)
    if parent and os.getppid() != parent:  # it ended before that was said
        os._exit(1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def fork() -> int:
    """The process that is forked, 0 in it; minus the number of the error where there can be none now."""
    try:
        return os.fork()
    except OSError as error:
        return -(error.errno or errno.EAGAIN)


def next_order(control: socket.socket) -> tuple[bytes, int, int] | None:
    """The next order: letter, number, and a file descriptor (-1 where none came); None where nobody is there."""
    try:
        order, handles, _, _ = socket.recv_fds(control, ORDER.size, 1)
    except ConnectionError:
        return None
    if len(order) != ORDER.size:
        return None
    kind, number = ORDER.unpack(order)
    return kind, number, (handles or [-1])[0]


def answer_order(control: socket.socket, kind: bytes, number: int) -> None:
    """Answer an order; where nobody is there any more, the next look for an order tells."""
    with contextlib.suppress(ConnectionError):
        control.sendall(ORDER.pack(kind, number))


def supervise(control: socket.socket, hold: Callable[[socket.socket], None]) -> None:
    """Start fork servers as told, each running ``hold``, until the other side is gone; then end them."""
    # Ctrl-C and a service manager reach every process; this one ends when the main process has sent its answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _prctl(_SET_CHILD_SUBREAPER, 1)
    children = Children()
    signal.signal(signal.SIGCHLD, children.collect)
    while (order := next_order(control)) is not None:
        kind, number, handle = order
        if kind == START:
            number = _start(control, socket.socket(fileno=handle), hold)
            children.started |= {number} if number > 0 else set()
        else:
            number = children.stop(number)
        answer_order(control, kind, number)
    children.stop_all()


def _start(control: socket.socket, link: socket.socket, hold: Callable[[socket.socket], None]) -> int:
    process = fork()
    if process == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        control.close()
        run_to_end(partial(hold, link), "fork-server")
    link.close()
    return process


@dataclass(slots=True)
class Children:
    """The fork servers that were started, and how whatever this process inherited has ended."""

    started: set[int] = field(default_factory=set)
    ended: dict[int, int] = field(default_factory=dict)

    def collect(self, *_: object) -> None:
        """Reap all that have ended."""
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                self.started.discard(found[0])
                self.ended[found[0]] = os.waitstatus_to_exitcode(found[1])
                if len(self.ended) > 1000:
                    del self.ended[next(iter(self.ended))]

    def stop(self, process: int) -> int:
        """End a process that was not reaped here yet; how it ended."""
        deadline = time.monotonic() + STOP_SECONDS
        while process not in self.ended and time.monotonic() < deadline:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:  # reaped by its parent, an earlier fork server that still has workers
                break
            time.sleep(0.01)
            self.collect()
        return self.ended.pop(process, 0)

    def stop_all(self) -> None:
        """End what was started, and wait until nothing is left below this process."""
        for process in tuple(self.started):  # one that ends meanwhile is taken out of it by a signal
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            try:
                os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            time.sleep(0.01)
