"""A process that answers one task after another, and that may be killed at any moment.

Three kernel limits hold it, since no exception stops the engine: an alarm ends it at the deadline,
a limit on addresses ends it when it takes too much memory, and without free file descriptors it can
neither connect to another host nor open a file.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
from pathlib import Path
from typing import Final

from pan2kg.server.channel import Task, receive_task
from pan2kg.server.evaluation import Evaluator

GRACE: Final = 0.1
"""Seconds between the deadline at which an answer stops itself and the alarm."""


def work(link: socket.socket, evaluator: Evaluator, *, connects: bool = False) -> None:
    """Answer tasks until the other side is gone; ``connects`` where some SERVICE is allowed."""
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
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 2)
    os.close(quiet)
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
