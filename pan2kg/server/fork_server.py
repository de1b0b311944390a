"""The process that holds the graph, and the worker processes forked from it.

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
import gc
import json
import os
import resource
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from pan2kg.errors import Pan2kgError
from pan2kg.server.channel import FAILED, WHOLE, Task, pack, receive, receive_task
from pan2kg.server.evaluation import Change, Evaluator, apply
from pan2kg.server.inspection import inspect_update
from pan2kg.server.journal import refuse_volatile
from pan2kg.server.refusal import Refusal
from pan2kg.server.supervisor import allow_files, answer_order, end_with_parent, fork, next_order, run_to_end

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
