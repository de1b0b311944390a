"""The process that holds the graph, and the workers it forks, which answer.

The main process has threads when the process that holds the graph has to be started again, and a
process with threads must not fork: a lock another thread holds would stay locked in the copy. So
there are four kinds of processes:

==============  ==============  ================================================================
process         is forked by    does
==============  ==============  ================================================================
main process                    speaks HTTP and draws pages; its :class:`pan2kg.server.Keeper`
                                has the holder started, changed and started again
supervisor      main process    forks a holder for each socket it is sent, and nothing else
holder          supervisor      loads and changes the graph, and replaces workers that end
worker          holder          shares the memory of the holder; answers one task after another
==============  ==============  ================================================================

Workers are forked ahead and accept tasks on one unix socket each kind of task. A change of the
graph makes a new generation of workers behind the same addresses; those of the generation before
end with their task.

The engine cannot be interrupted by an exception, so that the kernel confines a worker: an alarm
ends it at the deadline, a limit on its address space when it takes too much memory, and a signal
when the client hangs up; without a free file descriptor it can neither connect to another host nor
open a file.
"""

import ctypes
import fcntl
import gc
import json
import logging
import mmap
import os
import re
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import Pan2kgError
from pan2kg.server.answering import Evaluator, Limits, Task
from pan2kg.server.packets import CHANGE, ENDED, FAILED, MEGABYTE, READY, RETIRE, pack, receive
from pan2kg.server.protocol import RefusalError, why

# the exit code of a process that a fault of this software has ended (EX_SOFTWARE of sysexits.h)
FAULT = 70
# An answer stops itself at the deadline; the alarm ends its worker so many seconds later.
GRACE_SECONDS = 0.1
# A worker that has grown by so many bytes, or has done so many tasks, is replaced: what the engine
# does not give back would add up else. Only a task of so many seconds may have made it grow.
GROWTH_BYTES = 64 * MEGABYTE
TASKS_OF_WORKER = 20_000
GROWING_SECONDS = 0.05
# so many bytes beside the graph a worker may take on the smallest machine
LEAST_MEMORY_BYTES = 32 * MEGABYTE
# so many connections wait in the kernel for a worker of each kind
BACKLOG = 256
# so long a worker waits that could not be forked, or failed before its first task
RETRY_SECONDS = 0.5
# how often a worker looks whether it is to end, where the kernel does not wake it
LOOK_SECONDS = 1.0
# options of prctl (linux/prctl.h)
_SET_PARENT_DEATH_SIGNAL = 1
_SET_CHILD_SUBREAPER = 36
_LOG = logging.getLogger("pan2kg.service")


def fork(life: Callable[[], None], name: str, *, close: Iterable[socket.socket]) -> int:
    """Fork a process that lives that life, without the sockets to ``close``; its number.

    It ends with the process that forks it, as far as the kernel sees to that. A fault in it is
    logged with its traceback, and ends it with the exit code ``FAULT``.
    """
    parent = os.getpid()
    process = os.fork()
    if process:
        return process
    for inherited in close:
        inherited.close()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the kernel was told
        os._exit(1)
    try:
        life()
    except BaseException:  # noqa: BLE001  # the last boundary: what is behind it is the code of the parent
        # a worker may open no file, but the traceback is read from files
        highest = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest, highest))
        fault = why("process-fault", name=name, process=str(os.getpid()))
        _LOG.critical("%s", fault, exc_info=True)
        os._exit(FAULT)
    os._exit(0)


def supervise(orders: socket.socket, life: Callable[[socket.socket], None]) -> None:
    """Fork a holder for each socket that is sent, which lives that life with it, until the main process ends."""
    # Ctrl-C and a service manager reach every process; this one ends when the main process has sent
    # its answers
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    # holders, and workers they leave behind, are no zombies
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    while handles := socket.recv_fds(orders, 1, 1)[1]:
        with socket.socket(fileno=handles[0]) as control:
            fork(lambda: life(control), "holder", close=[orders])


def hold(
    control: socket.socket,
    load: Callable[[], Evaluator],
    folder: Path,
    crew: dict[str, int],
    *,
    connects: bool,
) -> None:
    """Live the life of a holder: load the graph and serve, until the keeper hangs up.

    ``crew`` says how many workers there are for each kind of task, ``folder`` has their sockets,
    which are called as the kinds are. Workers may connect to other hosts if it ``connects``.
    """
    order = receive(control)
    state = order.content.decode() if order else ""
    try:
        evaluator = load()
    except Pan2kgError as error:
        control.sendall(pack(FAILED, RefusalError(500, error.told).pack()))
        return
    memory = _worker_memory(evaluator.limits, sum(crew.values()))
    # out of the collector's sight: it would write to the pages of all objects, which are shared
    # after a fork
    gc.collect()
    gc.freeze()
    holder = Holder(control, evaluator, folder, crew, Confinement(memory, connects=connects))
    with suppress(ConnectionError):
        holder.serve(state)
    # to return would free the graph piece by piece; the workers end with this process
    os._exit(0)


def _worker_memory(limits: Limits, workers: int) -> int:
    """Bytes beside the graph that each of so many workers may take: its share of what all together may, and no more."""
    total = limits.total
    if not total:
        total = free_memory() * 3 // 4 or sys.maxsize
    return max(LEAST_MEMORY_BYTES, min(limits.memory, total // workers))


class Confinement(NamedTuple):
    """What a worker may do: take so many bytes of ``memory`` beside the graph, and connect to other hosts or not."""

    memory: int
    connects: bool


class Generation:
    """The workers that read one state of the data: the sockets they listen to, and what each does.

    ``tasks`` are numbers that all its workers and their holder see: that of the task each worker
    does, or 0; and behind them 1 once all are to end.
    """

    def __init__(self, folder: Path, crew: dict[str, int]) -> None:
        self.listeners = list[socket.socket]()
        for kind, number in crew.items():
            listener = socket.socket(socket.AF_UNIX)
            draft = folder / f"{kind}-{os.getpid()}-{os.urandom(4).hex()}"
            listener.bind(str(draft))
            listener.listen(BACKLOG)
            draft.replace(folder / kind)  # clients find these workers from now on
            self.listeners += [listener] * number
        self.tasks = memoryview(mmap.mmap(-1, 8 * len(self.listeners) + 8)).cast("Q")

    def close(self) -> None:
        """Let its workers end with their task."""
        self.tasks[-1] = 1
        for listener in set(self.listeners):
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()


@dataclass
class Holder:
    """The process that holds the graph: it has workers forked and replaced, and does as its keeper says.

    ``workers`` are those that live, by the numbers of their processes; ``waiting`` those that are
    to be forked in a while.
    """

    control: socket.socket
    evaluator: Evaluator
    folder: Path
    crew: dict[str, int]
    confinement: Confinement
    generation: Generation | None = None
    workers: "dict[int, Worker]" = field(default_factory=dict)
    waiting: "set[Worker]" = field(default_factory=set)

    def serve(self, state: str) -> None:
        """Keep workers that answer from this state of the data and those after it, until the keeper hangs up.

        A holder that was told to retire serves until the last of its workers has ended.
        """
        wake, waker = socket.socketpair()
        waker.setblocking(False)  # noqa: FBT003  # the library's own signature
        signal.set_wakeup_fd(waker.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._renew(state)
        while self.generation or self.workers:
            patience = RETRY_SECONDS if self.waiting else None
            ready, _, _ = select.select([self.control, wake], [], [], patience)
            if not ready:
                for worker in tuple(self.waiting):
                    self._start(worker)
            if wake in ready:
                wake.recv(4096)
                self._collect()
            if self.control in ready:
                order = receive(self.control)
                if order is None:
                    return
                if order.kind == CHANGE:
                    self._change(*json.loads(order.content))
                elif order.kind == RETIRE and self.generation:
                    self.generation.close()
                    self.generation = None
                    self.waiting.clear()

    def _change(self, state: str, update: str) -> None:
        try:
            self.evaluator.store.update(update)
        except (OSError, RuntimeError, SyntaxError, ValueError) as error:
            refusal = RefusalError(500, "query-failed", error=str(error).rstrip("."))
            self.control.sendall(pack(FAILED, refusal.pack()))
        else:
            self._renew(state)

    def _renew(self, state: str) -> None:
        """Have a new generation of workers answer from a state of the data, and say that they do."""
        self.evaluator.state = state
        before = self.generation
        self.generation = Generation(self.folder, self.crew)
        self.waiting.clear()
        for place in range(len(self.generation.listeners)):
            self._start(Worker(self.evaluator, self.confinement, self.generation, place))
        self.control.sendall(pack(READY))
        if before:
            before.close()

    def _start(self, worker: "Worker") -> None:
        self.waiting.discard(worker)
        try:
            process = fork(worker.live, "worker", close=[self.control])
        except OSError:  # there can be no more processes now
            self.waiting.add(worker)
        else:
            self.workers[process] = worker

    def _collect(self) -> None:
        """Replace the workers that have ended, and say of those that failed which task they did."""
        with suppress(ChildProcessError):
            while True:
                process, status = os.waitpid(-1, os.WNOHANG)
                if not process:
                    return
                worker = self.workers.pop(process)
                tasks = worker.generation.tasks
                task = tasks[worker.place]
                tasks[worker.place] = 0
                code = os.waitstatus_to_exitcode(status)
                if code and task:
                    self.control.sendall(pack(ENDED, json.dumps([task, code]).encode()))
                if worker.generation is not self.generation:
                    continue
                if code == FAULT and not task:
                    # one that fails before its first task would be forked without end
                    self.waiting.add(worker)
                else:
                    self._start(worker)


@dataclass(eq=False)
class Worker:
    """A process that answers tasks at its ``place`` in a generation, one after another."""

    evaluator: Evaluator
    confinement: Confinement
    generation: Generation
    place: int

    def live(self) -> None:
        """Answer until another generation has come, or what this process has grown by is to be given back."""
        signal.set_wakeup_fd(-1)
        # the default action ends the process in the kernel; a Python handler would run after the
        # engine has returned
        for number in (signal.SIGCHLD, signal.SIGALRM, signal.SIGIO):
            signal.signal(number, signal.SIG_DFL)
        log = os.dup(2)
        listener = self.generation.listeners[self.place]
        if sys.platform != "linux":
            # neither a listener that is shut down nor the end of the holder is told there
            listener.settimeout(LOOK_SECONDS)
        resident = self._confine()
        for _ in range(TASKS_OF_WORKER):
            link = self._accept(listener)
            if link is None:
                return
            began = time.monotonic()
            with link, suppress(ConnectionError):
                self._answer(link, log)
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.generation.tasks[self.place] = 0
            may_have_grown = time.monotonic() - began > GROWING_SECONDS
            if may_have_grown and memory_used().resident - resident > GROWTH_BYTES:
                return

    def _confine(self) -> int:
        """Confine this process; the bytes of memory it has before its first task."""
        # when the limit on memory ends the process, the engine prints a message nobody who reads
        # the log can act on
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 2)
        os.close(quiet)
        ceilings = {resource.RLIMIT_CORE: 0}  # a core file would have the size of the graph
        used = memory_used()
        if used.space:
            ceilings[resource.RLIMIT_AS] = used.space + self.confinement.memory
        if not self.confinement.connects:
            # the lowest number that is free is that of a task's connection
            ceilings[resource.RLIMIT_NOFILE] = quiet + 1
        for kind, ceiling in ceilings.items():
            resource.setrlimit(kind, (ceiling, resource.getrlimit(kind)[1]))
        return used.resident

    def _accept(self, listener: socket.socket) -> socket.socket | None:
        """The connection of the next client; None where this worker is to end."""
        while True:
            try:
                return listener.accept()[0]
            except TimeoutError:
                is_orphan = os.getppid() == 1
                if is_orphan or self.generation.tasks[-1]:
                    return None
            except OSError:  # there is another generation
                return None

    def _answer(self, link: socket.socket, log: int) -> None:
        """Do the task that a client sends; a fault of ours is written to the file ``log`` is the number of."""
        packet = receive(link)
        if packet is None:
            return
        task = Task(*json.loads(packet.content))
        self.generation.tasks[self.place] = task.number
        signal.setitimer(signal.ITIMER_REAL, self.evaluator.limits.seconds + GRACE_SECONDS)
        # the kernel ends this process from now on when the client hangs up
        fcntl.fcntl(link, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(link, fcntl.F_SETFL, fcntl.fcntl(link, fcntl.F_GETFL) | os.O_ASYNC)
        with suppress(BlockingIOError):  # raised where the client is still there
            if not link.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
                return
        try:
            self.evaluator.answer(task, link)
        except ConnectionError:
            raise
        except Exception:
            os.dup2(log, 2)
            raise


class MemoryUse(NamedTuple):
    """Bytes of this process: its address space, and what of it is in memory; 0 where the system does not say."""

    space: int
    resident: int


def memory_used() -> MemoryUse:
    """What this process has of memory now."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()
    except OSError:
        return MemoryUse(0, 0)
    size = resource.getpagesize()
    return MemoryUse(int(pages[0]) * size, int(pages[1]) * size)


def free_memory() -> int:
    """Bytes that this process and its like may still take: what the machine has free, or its group of processes.

    A group is that of a container or of a unit of systemd (cgroup version 2), as are all that it is
    part of; its files in memory give way. 0 where the system does not say.
    """
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        free = next(
            int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")
        )
        name = Path("/proc/self/cgroup").read_text(encoding="utf-8").rpartition("0::/")[2].strip()
    except (OSError, StopIteration, ValueError):
        return 0
    root = Path("/sys/fs/cgroup")
    for group in (root / name, *(root / name).parents):
        try:
            limit = int((group / "memory.max").read_text(encoding="ascii"))
            used = int((group / "memory.current").read_text(encoding="ascii"))
            statistics = (group / "memory.stat").read_text(encoding="ascii")
        except (OSError, ValueError):  # there is no such file, or no limit: "max"
            continue
        files = re.search(r"^inactive_file (\d+)", statistics, re.MULTILINE)
        free = min(free, limit - used + int(files[1] if files else 0))
    return max(free, 0)
