"""The processes below the main one: a supervisor, the process that holds the graph, workers forked from it.

The main process has threads when a fork server has to be started again, and a process with threads must not fork (a
lock another thread holds would stay locked in the copy). So it forks the supervisor before it has any, and gives orders
to it afterwards. Successors of a fork server are left behind by their parents; on Linux the supervisor is made the one
that inherits and reaps them (``PR_SET_CHILD_SUBREAPER``), so that none stays a zombie where nobody else reaps, as in a
container whose process 1 is the service.

A forked worker shares the memory of the graph and starts within milliseconds. The fork server has one thread only,
since a fork copies no other thread and a lock one of them held would stay locked for ever.

A change is applied in a fork, which replaces the fork server. It returns to the one loop at the bottom of the stack
(:func:`hold`): were its loop called from where it was forked, each change would leave frames on the stack until the
interpreter refuses.

The engine cannot be interrupted by an exception, so that three limits of the kernel confine a worker: an alarm ends it
at the deadline, a limit on its address space ends it when it takes too much memory, and without free file descriptors
it can neither connect to another host nor open a file.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import json
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
from pathlib import Path
from typing import Final, NoReturn

from pan2kg.errors import Pan2kgError
from pan2kg.server.channel import FAILED, WHOLE, Task, pack, receive, receive_task
from pan2kg.server.evaluation import Change, Evaluator, apply, refuse_volatile
from pan2kg.server.inspection import inspect_update
from pan2kg.server.refusal import Refusal, why

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


GRACE: Final = 0.1
"""Seconds between the deadline at which an answer stops itself and the alarm."""


def work(link: socket.socket, evaluator: Evaluator, *, connects: bool = False) -> None:
    """Answer tasks until the other side is gone; ``connects`` where some SERVICE is allowed."""
    # the default action ends the process in the kernel; a Python handler would run only after the engine has returned
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    log = os.dup(2)
    confine(evaluator.limits.memory, connects=connects)
    try:
        while (message := receive_task(link)) is not None:
            signal.setitimer(signal.ITIMER_REAL, evaluator.limits.seconds + GRACE)
            evaluator.answer(Task(*json.loads(message)), link)
            signal.setitimer(signal.ITIMER_REAL, 0)
    except ConnectionError:
        return
    finally:
        allow_files()
        os.dup2(log, 2)  # a fault of ours is to be read


def confine(memory: int, *, connects: bool) -> None:
    """Limit this process to so many bytes more than it has; no core files, no new file descriptors."""
    # when the memory limit ends the process, the engine prints a message nobody who reads the log can act on
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 2)
    os.close(quiet)
    # a core file would have the size of the graph and be written at every query that is ended for its memory
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit_memory(memory)
    if not connects:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def limit_memory(memory: int) -> None:
    """Let this process take so many bytes more than it has; where the system does not say what it has, nothing."""
    status = Path("/proc/self/statm")
    if not status.exists():
        return
    pages = int(status.read_text(encoding="ascii").split()[0])
    ceiling = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, resource.getrlimit(resource.RLIMIT_AS)[1]))


FORK: Final = b"f"
"""Fork a worker that listens to the socket sent along; answered with its process."""
REPLACE: Final = b"h"
"""Fork the process that is to apply a change and replace this one; it listens to the socket sent along."""
REAP: Final = b"b"
"""Wait for the end of a process that is killed or gone; answered with how it ended.

Until then its number is not given to another process, so that killing it is safe.
"""

Load = Callable[[], Evaluator]


def hold(control: socket.socket, load: Load, *, connects: bool = False) -> None:
    """Load the graph, say so or why not, and fork as told until the other side is gone.

    In a process that replaces its fork server this function goes on with the next round of its loop.
    """
    try:
        evaluator = load()
    except Pan2kgError as error:
        control.sendall(pack(FAILED, Refusal(500, error.told).pack()))
        return
    _share_memory()
    control.sendall(pack(WHOLE))
    following: socket.socket | None = control
    while following is not None:
        following = _serve(following, evaluator, connects=connects)
    os._exit(0)  # here, since a return would free the graph piece by piece, which takes longer than any change


def _share_memory() -> None:
    """Move all objects out of the collector's sight: it would write to their pages, which are shared after a fork."""
    gc.collect()
    gc.freeze()


def _serve(control: socket.socket, evaluator: Evaluator, *, connects: bool) -> socket.socket | None:
    """Follow orders until the other side is gone: None then; in the process that replaces this one, its own line."""
    children = _Children()
    signal.signal(signal.SIGCHLD, children.collect)
    while (order := next_order(control)) is not None:
        kind, number, handle = order
        if kind == REAP:
            number = children.reap(number)
        else:
            parent, link = os.getpid(), socket.socket(fileno=handle)
            number = fork()
            if number == 0:
                control.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                end_with_parent(parent)
                if kind == FORK:
                    signal.signal(signal.SIGTERM, signal.SIG_DFL)
                    run_to_end(partial(work, link, evaluator, connects=connects), "worker")
                return link if _change(link, evaluator) else None
            link.close()
            if number > 0:
                (children.workers if kind == FORK else children.changing).add(number)
        answer_order(control, kind, number)
    for child in children.workers:
        os.kill(child, signal.SIGKILL)
    return None


@dataclass(slots=True)
class _Children:
    """What a fork server has forked.

    A worker is reaped on order only, so that its number stays its own until then; a process that changes the graph at
    once: where it has replaced this fork server and is replaced itself, nobody orders that.
    """

    workers: set[int] = field(default_factory=set)
    changing: set[int] = field(default_factory=set)
    ended: dict[int, int] = field(default_factory=dict)

    def collect(self, *_: object) -> None:
        for process in list(self.changing):
            found, status = os.waitpid(process, os.WNOHANG)
            if found:
                self.changing.discard(process)
                self.ended[process] = os.waitstatus_to_exitcode(status)

    def reap(self, process: int) -> int:
        self.workers.discard(process)
        self.changing.discard(process)  # from here on it is not collected
        if process in self.ended:
            return self.ended.pop(process)
        try:
            return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        except ChildProcessError:
            return 0


def _outcome(evaluator: Evaluator, message: bytes) -> int | Refusal:
    """Look at a change that was sent, and apply it; what is our own needs no look."""
    told, is_saved, is_recorded = json.loads(message)
    change = Change(*told)
    if not is_saved:
        refusal = inspect_update(change.text) or (refuse_volatile(change) if is_recorded else None)
        if refusal:
            return refusal
    return apply(evaluator.store, change)


def _change(link: socket.socket, evaluator: Evaluator) -> bool:
    """Apply the change that is sent and tell what came of it; whether this process is now the fork server."""
    message = receive(link)
    if message is None:
        return False
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, evaluator.limits.seconds + GRACE)
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit_memory(evaluator.limits.memory)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, files[1]))
    outcome = _outcome(evaluator, message[1])
    signal.setitimer(signal.ITIMER_REAL, 0)
    resource.setrlimit(resource.RLIMIT_NOFILE, files)
    with contextlib.suppress(ConnectionError):
        if isinstance(outcome, Refusal):
            link.sendall(pack(FAILED, outcome.pack()))
            return False
        # from here on this process is the fork server, which must be able to grow and outlives its parent
        resource.setrlimit(resource.RLIMIT_AS, (resource.getrlimit(resource.RLIMIT_AS)[1],) * 2)
        end_with_parent(0)
        _share_memory()
        link.sendall(pack(WHOLE, str(outcome).encode()))
        return True
    return False
