"""The process that holds the graph, and the worker processes forked from it.

A forked worker shares the memory of the graph and starts within milliseconds. The fork server has one thread only,
since a fork copies no other thread and a lock one of them held would stay locked for ever.

The engine cannot be interrupted by an exception, so that three limits of the kernel confine a worker: an alarm ends it
at the deadline, a limit on its address space ends it when it takes too much memory, and without free file descriptors
it can neither connect to another host nor open a file.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import os
import resource
import signal
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn

from pan2kg.errors import Pan2kgError
from pan2kg.server.channel import FAILED, WHOLE, Task, pack, receive, receive_task
from pan2kg.server.evaluation import Change, Evaluator, apply
from pan2kg.server.request import Refusal

GRACE: Final = 0.1
"""Seconds between the deadline at which an answer stops itself and the alarm."""


def work(link: socket.socket, evaluator: Evaluator, *, connects: bool = False) -> None:
    """Answer tasks until the other side is gone; ``connects`` where some SERVICE is allowed."""
    # the default action ends the process in the kernel; a Python handler would run only after the engine has returned
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    confine(evaluator.limits.memory, connects=connects)
    while (message := receive_task(link)) is not None:
        signal.setitimer(signal.ITIMER_REAL, evaluator.limits.seconds + GRACE)
        try:
            evaluator.answer(Task(*json.loads(message)), link)
        except ConnectionError:
            return
        signal.setitimer(signal.ITIMER_REAL, 0)


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


ORDER: Final = struct.Struct("!ci")
"""An order to the fork server and its answer: a letter and a number, which is a process or how it ended."""
FORK: Final = b"f"
"""Fork a worker that listens to the socket sent along; answered with its process."""
REPLACE: Final = b"h"
"""Fork the process that is to apply a change and replace this one; it listens to the socket sent along."""
REAP: Final = b"b"
"""Wait for the end of a process that is killed or gone; answered with how it ended.

Until then its number is not given to another process, so that killing it is safe.
"""

Load = Callable[[], Evaluator]


def load_and_serve(control: socket.socket, load: Load, *, connects: bool = False) -> NoReturn:
    """Load the graph, say so or why not, and fork as told until the other side is gone."""
    # Ctrl-C reaches all processes of the terminal; the main process ends this one when its answers are sent
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        evaluator = load()
    except Pan2kgError as error:
        control.sendall(pack(FAILED, Refusal(500, error.told).pack()))
        os._exit(1)
    # objects moved out of the collector's sight are not visited again, so that their pages stay shared after a fork
    gc.collect()
    gc.freeze()
    control.sendall(pack(WHOLE))
    _serve(control, evaluator, connects=connects)


def _serve(control: socket.socket, evaluator: Evaluator, *, connects: bool) -> NoReturn:
    children: set[int] = set()
    while True:
        order, handles = _next_order(control)
        if order is None:
            break
        kind, number = ORDER.unpack(order)
        if kind == REAP:
            children.discard(number)
            number = _reap(number)
        else:
            with socket.socket(fileno=handles[0]) as link:
                try:
                    number = os.fork()
                except OSError as error:  # the number of the error, negative: there is no process now
                    number = -(error.errno or errno.EAGAIN)
                if number == 0:
                    _run_child(kind, control, link, evaluator, connects=connects)
            if kind == FORK and number > 0:
                children.add(number)
        with contextlib.suppress(ConnectionError):
            control.sendall(ORDER.pack(kind, number))
    for child in children:
        os.kill(child, signal.SIGKILL)
    os._exit(0)


def _next_order(control: socket.socket) -> tuple[bytes | None, list[int]]:
    try:
        order, handles, _, _ = socket.recv_fds(control, ORDER.size, 1)
    except ConnectionError:
        return None, []
    return (order if len(order) == ORDER.size else None), handles


def _reap(process: int) -> int:
    try:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    except ChildProcessError:
        return 0


def _run_child(
    kind: bytes, control: socket.socket, link: socket.socket, evaluator: Evaluator, *, connects: bool
) -> NoReturn:
    """The whole life of a forked process: it never returns to the loop of its parent, whatever happens."""
    try:
        control.close()
        if kind == FORK:
            work(link, evaluator, connects=connects)
        else:
            _change_and_serve(link, evaluator, connects=connects)
    finally:
        os._exit(1)


def _change_and_serve(control: socket.socket, evaluator: Evaluator, *, connects: bool) -> None:
    """Apply the change that is sent; replace the fork server if that succeeds."""
    message = receive(control)
    if message is None:
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, evaluator.limits.seconds + GRACE)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit_memory(evaluator.limits.memory)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard[1]))
    kind, text, base, graph, parts = json.loads(message[1])
    outcome = apply(evaluator.store, Change(kind, text, base, graph, parts))
    signal.setitimer(signal.ITIMER_REAL, 0)
    if isinstance(outcome, Refusal):
        control.sendall(pack(FAILED, outcome.pack()))
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, hard)
    # from here on this process is the fork server, which must be able to open sockets and to grow
    resource.setrlimit(resource.RLIMIT_AS, (resource.getrlimit(resource.RLIMIT_AS)[1],) * 2)
    gc.collect()
    gc.freeze()
    control.sendall(pack(WHOLE, str(outcome).encode()))
    _serve(control, evaluator, connects=connects)
