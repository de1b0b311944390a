"""The fork server as the main process sees it: it gives workers, reaps them, and takes changes."""

from __future__ import annotations

import json
import logging
import os
import secrets
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from pan2kg.errors import ProjectError
from pan2kg.i18n.message import Message
from pan2kg.project import reason
from pan2kg.server.channel import FAILED, late, pack, receive, receive_exactly
from pan2kg.server.evaluation import Change, Journal
from pan2kg.server.fork_server import FAULT, FORK, ORDER, REAP, REPLACE, START, STOP, Load, hold, run_to_end, supervise
from pan2kg.server.refusal import Refusal, busy, why

_LOG = logging.getLogger("pan2kg.service")

EARLY: Final = 0.5
"""A query whose worker is ended from outside within so many seconds is asked once more."""
ORDER_SECONDS: Final = 30.0
"""Within so many seconds a process follows an order, however busy the machine is; else it is taken to hang."""
LOAD_SECONDS: Final = 1800.0
"""Within so many seconds a graph is loaded."""
RENEWAL_SECONDS: Final = 10.0
"""So long who needs a worker waits for a fork server that is being started again."""
WATCH_SECONDS: Final = 0.5
SHORT_LIFE: Final = 5.0
LONGEST_PAUSE: Final = 30.0
"""A fork server that ends within ``SHORT_LIFE`` seconds, or does not load, is started after a pause that doubles."""


class LostError(Exception):
    """The process that holds the graph is gone; another one is being started, where that can be."""

    def __init__(self, message: Message | None = None) -> None:
        super().__init__()
        self.message = message or why("starting-again")

    def __str__(self) -> str:
        return str(self.message)


@dataclass(eq=False, slots=True)
class Line:
    """The line to a process that takes orders; that of a replaced fork server is closed with its last worker."""

    control: socket.socket
    process: int
    lock: threading.Lock = field(default_factory=threading.Lock)
    workers: int = 0
    is_replaced: bool = False
    is_lost: bool = False

    def __post_init__(self) -> None:
        self.control.settimeout(ORDER_SECONDS)

    def order(self, kind: bytes, number: int = 0, handle: int | None = None) -> int:
        """Give an order and wait for its answer.

        Raises:
            LostError: nobody is at the other end, or nobody answers in time.
            OSError: there can be no more processes now.
        """
        with self.lock:
            try:
                if self.is_lost:
                    raise LostError
                socket.send_fds(self.control, [ORDER.pack(kind, number)], [] if handle is None else [handle])
                answer = receive_exactly(self.control, ORDER.size)
            except OSError:
                answer = None
            if answer is None:
                self.is_lost = True
                raise LostError
            number = int(ORDER.unpack(answer)[1])
            # a negative number is the error number of a fork that failed; of REAP and STOP it is a signal
            if kind not in (REAP, STOP) and number < 0:
                raise OSError(-number, os.strerror(-number))
            self.workers += -1 if kind == REAP else 1
            self._leave()
        return number

    def retire(self, *, by_child: bool = True) -> None:
        """Let the fork server end as soon as its workers have: its last child has replaced it, or another one has."""
        with self.lock:
            self.workers -= by_child
            self.is_replaced = True
            self._leave()

    def _leave(self) -> None:
        if self.is_replaced and not self.workers:
            self.close()

    def is_hung_up(self, seconds: float) -> bool:
        """Whether the other side is gone; waits for that for so long."""
        poller = select.poll()
        with suppress(OSError, ValueError):  # it was closed meanwhile, being replaced
            poller.register(self.control.fileno(), 0)
            return any(event & (select.POLLHUP | select.POLLERR) for _, event in poller.poll(seconds * 1000))
        return False

    def close(self) -> None:
        """Let the process end, and whoever waits for its answer wait no longer."""
        with suppress(OSError):  # closing alone is not seen at the other end while another thread waits here
            self.control.shutdown(socket.SHUT_RDWR)
        self.control.close()


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker: the socket to it, its process, and the line to its fork server."""

    link: socket.socket
    process: int
    line: Line

    def kill(self) -> None:
        """End it at once; its number cannot be another process's before it is reaped."""
        if not self.line.is_lost:  # a worker ends with its fork server
            with suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGKILL)

    def reap(self) -> int:
        """Kill it if it still runs; how it ended: an exit code, or minus the number of the signal."""
        try:
            self.kill()
            return self.line.order(REAP, self.process)
        except LostError:
            return -signal.SIGKILL


@dataclass(slots=True)
class ForkServer:
    """Gives workers and takes changes; starts a fork server again that was ended. All of it from any thread.

    ``version`` counts the states of the data since the start, ``epoch`` tells them from those of another start.
    ``on_renewal`` is called when there is another fork server, after a change for one: who keeps idle workers lets them
    go, since a fork server that was replaced lives, with its copy of the graph, as long as one of its workers does.
    """

    supervisor: Line
    seconds: float
    journal: Journal | None = None
    line: Line = field(init=False)
    version: int = 0
    epoch: str = field(default_factory=lambda: secrets.token_hex(4))
    is_lost: bool = False
    on_lost: list[Callable[[], None]] = field(default_factory=list)
    on_renewal: list[Callable[[], None]] = field(default_factory=list)
    _unsaved: int = 0
    _changing: threading.Lock = field(default_factory=threading.Lock)
    _renewal: threading.Condition = field(default_factory=threading.Condition)
    _ending: threading.Event = field(default_factory=threading.Event)

    def start(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Start the first fork server, wait until it has loaded the graph, and see to it that there is one from now on.

        What is to be done ``meanwhile`` is done here while the graph is being loaded.

        Raises:
            ProjectError: the graph cannot be loaded.
        """
        self.version = self.journal.lines if self.journal else 0
        self.line = self._load(meanwhile)
        threading.Thread(target=self._watch, name="fork-server", daemon=True).start()

    def _load(self, meanwhile: Callable[[], None] = lambda: None) -> Line:
        ours, theirs = socket.socketpair()
        with theirs:
            process = self.supervisor.order(START, handle=theirs.fileno())
        meanwhile()
        ours.settimeout(LOAD_SECONDS)
        answer = None
        with suppress(TimeoutError):
            answer = receive(ours)
        if answer is None or answer[0] == FAILED:
            ours.close()
            self.supervisor.order(STOP, process)
            raise ProjectError(Refusal.unpack(answer[1]).message if answer else "graph-not-loaded")
        return Line(ours, process)

    def fork(self) -> Worker:
        """A new worker; waits a while where the fork server is being started again.

        Raises:
            LostError: the fork server is gone.
            OSError: there can be no more processes or open files now.
        """
        deadline = time.monotonic() + RENEWAL_SECONDS
        while True:
            line = self.line
            try:
                return self._fork(line)
            except LostError:
                if not self._is_renewed(line, deadline - time.monotonic()):
                    raise LostError(why("lost") if self.is_lost else None) from None

    @staticmethod
    def _fork(line: Line) -> Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = line.order(FORK, handle=theirs.fileno())
            except (LostError, OSError):
                ours.close()
                raise
        return Worker(ours, process, line)

    def change(
        self, change: Change, *, is_saved: bool = False, condition: Callable[[], bool] | None = None
    ) -> int | Refusal:
        """Apply a change in a forked process that then replaces the fork server; its status, or why nothing changed.

        The fork changes its own copy of the graph, so a change that fails half-way leaves the one in use as it was.
        ``is_saved`` says that the files the graph is loaded from have it already. Where the ``condition`` does not hold
        at that moment, nothing is changed.

        Raises:
            LostError: the fork server is gone.
        """
        if not self._changing.acquire(timeout=self.seconds + ORDER_SECONDS):
            return busy(why("changes-waiting"), 30)
        try:
            if condition and not condition():
                return Refusal(412, why("changed-meanwhile"))
            outcome = self._replace(change, is_saved=is_saved)
        finally:
            self._changing.release()
        if not isinstance(outcome, Refusal):
            for hook in self.on_renewal:
                hook()
        return outcome

    def _replace(self, change: Change, *, is_saved: bool) -> int | Refusal:
        old = self.line
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = old.order(REPLACE, handle=theirs.fileno())
            except OSError as error:
                ours.close()
                return busy(why("no-more-processes", reason=error.strerror))
        ours.settimeout(self.seconds + ORDER_SECONDS)
        answer = None
        with suppress(OSError):
            ours.sendall(pack(b"C", json.dumps([change, is_saved, self.journal is not None]).encode()))
            answer = receive(ours)
        if answer is None or answer[0] == FAILED:
            ours.close()
            status = Worker(ours, process, old).reap()
            if old.is_lost:
                raise LostError
            return Refusal.unpack(answer[1]) if answer else died(status, self.seconds)
        if self.journal and not is_saved:
            try:
                self.journal.append(change)
            except OSError as error:
                ours.close()
                Worker(ours, process, old).reap()
                return Refusal(507, why("journal-not-written", reason=reason(error)))
        self.line = Line(ours, process)
        self.version += 1
        self._unsaved += not (is_saved or self.journal)
        old.retire()
        return int(answer[1])

    def reload(self) -> None:
        """Load the files anew in another fork server, which then takes the place of this one; nobody waits meanwhile.

        Changes that are in memory alone are lost.

        Raises:
            ProjectError: the graph cannot be loaded; this fork server goes on with what it has.
            LostError: the supervisor is gone.
            OSError: there can be no more processes now.
        """
        with self._changing:
            old, line = self.line, self._load()
            self.line = line
            self.version += 1
            lost, self._unsaved = self._unsaved, 0
            old.retire(by_child=False)
        for hook in self.on_renewal:
            hook()
        _LOG.warning("%s", why("loaded-anew"))
        if lost:
            _LOG.error("%s", why("changes-lost", number=str(lost)))

    def _is_renewed(self, line: Line, seconds: float) -> bool:
        """Whether there is another fork server than this one; waits for it for so long."""
        with self._renewal:
            self._renewal.wait_for(lambda: self.line is not line or self.is_lost or self._ending.is_set(), seconds)
        return self.line is not line

    def _watch(self) -> None:
        pause, began = 0.0, time.monotonic()
        while not self._ending.is_set():
            line = self.line
            if not line.is_hung_up(WATCH_SECONDS) and not line.is_lost:
                continue
            pause = min(2 * pause or WATCH_SECONDS, LONGEST_PAUSE) if time.monotonic() < began + SHORT_LIFE else 0.0
            with self._changing:
                if self.line is not line:
                    continue
                line.is_lost = True
                self._renew(line, pause)
            began = time.monotonic()
            with self._renewal:
                self._renewal.notify_all()
            for hook in self.on_renewal:
                hook()

    def _renew(self, line: Line, pause: float) -> None:
        """Start a fork server in place of one that is gone; again and again until there is one or none can be."""
        try:
            ended = self.supervisor.order(STOP, line.process)
            if self._ending.is_set():
                return
            _LOG.error("%s", why("fork-server-fault" if ended == FAULT else "fork-server-ended", status=str(ended)))
            while not self._ending.wait(pause):
                try:
                    self.line = self._load()
                except (ProjectError, OSError) as error:
                    pause = min(2 * pause or WATCH_SECONDS, LONGEST_PAUSE)
                    _LOG.error("%s", error)  # a sentence; there is nothing in its traceback
                    continue
                break
            else:
                return
        except LostError:
            if not self._ending.is_set():
                self.is_lost = True
                for hook in self.on_lost:
                    hook()
            return
        line.close()
        self.version += 1
        _LOG.warning("%s", why("fork-server-again"))
        if self._unsaved:
            _LOG.error("%s", why("changes-lost", number=str(self._unsaved)))
            self._unsaved = 0

    def close(self) -> None:
        """Let the fork server and all its workers end, and wait for that."""
        self._ending.set()
        with self._renewal:
            self._renewal.notify_all()
        self.line.close()
        self.supervisor.close()
        with suppress(ChildProcessError):
            os.waitpid(self.supervisor.process, 0)


def died(status: int, seconds: float) -> Refusal:
    """What is said when a process ended before it had answered: minus the signal, as ``Worker.reap`` gives it.

    >>> died(-signal.SIGALRM, 30).sentence
    'The query took longer than 30 seconds and was stopped; make it narrower.'
    """
    if status == -signal.SIGALRM:
        return late(seconds)
    if status == FAULT:
        return Refusal(500, why("fault"))
    if status == -signal.SIGSEGV:  # the stack was too small; where memory is refused, the engine aborts
        return Refusal(400, why("nested-or-chained"))
    if status in (-signal.SIGABRT, -signal.SIGBUS):
        return busy(why("query-memory-or-depth"), 30)
    return busy(why("process-ended"), 1)


def is_innocent(status: int, ran: float) -> bool:
    """Whether a process was ended from outside so early that what it was asked can be asked once more.

    >>> is_innocent(-signal.SIGKILL, 0.01), is_innocent(-signal.SIGKILL, 5), is_innocent(-signal.SIGABRT, 0.01)
    (True, False, False)
    """
    return was_killed(status) and ran < EARLY


def was_killed(status: int) -> bool:
    """Whether a process was ended from outside: by who runs the machine, or by the kernel for want of memory."""
    return status in (-signal.SIGKILL, -signal.SIGTERM)


def start_fork_server(
    load: Load,
    seconds: float,
    *,
    close: Iterable[socket.socket] = (),
    connects: bool = False,
    journal: Journal | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> ForkServer:
    """Start the fork server and wait until it has loaded the graph; to be called before there are threads.

    ``load`` makes the changes of the ``journal`` again. What is to be done ``meanwhile`` is done by this process.

    Raises:
        ProjectError: the graph cannot be loaded.
    """
    fork_server = ForkServer(start_supervisor(load, close=close, connects=connects), seconds, journal)
    fork_server.start(meanwhile)
    return fork_server


def start_supervisor(load: Load, *, close: Iterable[socket.socket] = (), connects: bool = False) -> Line:
    """Fork the supervisor; to be called before there are threads.

    The sockets in ``close`` are closed in it, so that no port stays taken because it lives on.
    """
    ours, theirs = socket.socketpair()
    process = os.fork()
    if process == 0:
        for one in (ours, *close):
            one.close()
        run_to_end(partial(supervise, theirs, partial(hold, load=load, connects=connects)), "supervisor")
    theirs.close()
    return Line(ours, process)
