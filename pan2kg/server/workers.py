"""The processes below the main one, which hold the graph and answer, and how they are asked.

The main process has threads when the process that holds the graph has to be started again, and a process with threads
must not fork (a lock another thread holds would stay locked in the copy). So before it has any it forks a supervisor,
which does nothing but fork a holder of the graph for each socket it is sent. A holder loads the graph and forks workers
ahead, which share its memory and accept tasks on one unix socket each kind; when one ends, another is forked. A change
of ours makes a new generation of workers behind the same address, those of the one before end with their task.

The engine cannot be interrupted by an exception, so that the kernel confines a worker: an alarm ends it at the
deadline, a limit on its address space when it takes too much memory, and a signal when who asked hangs up; without a
free file descriptor it can neither connect to another host nor open a file. Whoever asks takes an answer as fast as it
is made and keeps it, so that the time of a worker is the engine's alone, however slowly a client reads.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import fcntl
import gc
import itertools
import json
import logging
import mmap
import os
import queue
import resource
import secrets
import select
import shutil
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Final, NoReturn

import pyoxigraph as ox

from pan2kg.errors import EndpointError, Pan2kgError, Place, ProjectError, QueryError
from pan2kg.project import reason
from pan2kg.server import engine
from pan2kg.server.engine import FAILED, HEAD, PIECE, TASK, Evaluator, Task, pack, receive
from pan2kg.server.protocol import RefusalError, busy, why
from pan2kg.store.store import Result

READY, CHANGE, RETIRE, ENDED = b"R", b"C", b"E", b"D"
"""The graph is loaded, or changed; an update of ours; to end with the last task; a worker has ended, and how."""
FAULT: Final = 70
"""The exit code of a process that was ended by a fault of this software (``EX_SOFTWARE`` of sysexits.h)."""
GRACE: Final = 0.1
"""Seconds between the deadline at which an answer stops itself and the alarm."""
EARLY: Final = 0.5
"""A query whose worker is ended from outside within so many seconds is asked once more."""
GROWTH: Final = 64 * engine.MEGABYTE
TASKS: Final = 20_000
"""A worker that has grown by so many bytes, or has done so many tasks, is replaced: what it took adds up else."""
LEAST: Final = 32 * engine.MEGABYTE
"""So much memory beside the graph a query may take on the smallest machine."""
QUEUE: Final = 256
WAIT: Final = 10.0
"""So many queries may wait for a worker, for so many seconds; as long is waited for a graph that is loaded anew."""
LONG: Final = 0.05
"""After so many seconds it is watched whether who asked has left."""
LOAD_SECONDS: Final = 1800.0
"""Within so many seconds a graph is loaded."""
SHORT_LIFE: Final = 5.0
LONGEST_PAUSE: Final = 30.0
"""A holder that ends within ``SHORT_LIFE`` seconds, or does not load, is started after a pause that doubles."""
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_SET_PARENT_DEATH_SIGNAL, _SET_CHILD_SUBREAPER = 1, 36
_NUMBERS: Final = itertools.count(1)
_SLOT: Final = struct.Struct("Q")
_LOG = logging.getLogger("pan2kg.service")


def run_to_end(life: Callable[[], None], name: str) -> NoReturn:
    """Run what a forked process is for and end it; a fault is logged with its traceback and told by the exit code."""
    try:
        life()
    except BaseException:  # noqa: BLE001  # the last boundary: what is behind it is the code of the parent
        resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
        _LOG.critical("%s", why("process-fault", name=name, process=str(os.getpid())), exc_info=True)
        os._exit(FAULT)
    os._exit(0)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _end_with_parent(parent: int) -> None:
    """Let the kernel end this process when its parent ends."""
    _prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before that was said
        os._exit(1)


def supervise(orders: socket.socket, hold: Callable[[socket.socket], None]) -> None:
    """Fork a holder for each socket that is sent, until nobody is there any more: they end with this process."""
    # Ctrl-C and a service manager reach every process; this one ends when the main process has sent its answers
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # holders, and workers they leave behind, are no zombies
    _prctl(_SET_CHILD_SUBREAPER, 1)
    supervisor = os.getpid()
    while handles := socket.recv_fds(orders, 1, 1)[1]:
        control = socket.socket(fileno=handles[0])
        if os.fork() == 0:
            orders.close()
            _end_with_parent(supervisor)
            run_to_end(partial(hold, control), "holder")
        control.close()


class Generation:
    """Workers over one state of the graph: those for queries accept at one address, those for pages at another."""

    def __init__(self, folder: Path, places: dict[str, int]) -> None:
        self.listeners = []
        for kind, number in places.items():
            listener = socket.socket(socket.AF_UNIX)
            draft = folder / f"{kind}-{os.getpid()}-{secrets.token_hex(4)}"
            listener.bind(str(draft))
            listener.listen(QUEUE)
            draft.replace(folder / kind)  # who asks finds these workers from now on
            self.listeners += [listener] * number
        self.slots = mmap.mmap(-1, _SLOT.size * len(self.listeners) + 1)
        """The number of the task of each worker, which all see; and behind them whether they are to end."""

    def close(self) -> None:
        """Let who waits for a task end now, and who does one after it."""
        self.slots[-1] = 1
        for listener in set(self.listeners):
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()


class Holder:
    """The process that holds the graph, with the workers it has forked: each in a place of its generation."""

    def __init__(self, control: socket.socket, folder: Path, places: dict[str, int], *, connects: bool) -> None:
        self.control, self.folder, self.places, self.connects = control, folder, places, connects
        self.workers: dict[int, tuple[Generation, int]] = {}
        self.missing: set[int] = set()
        self.generation: Generation | None = None

    def hold(self, load: Callable[[], Evaluator]) -> None:
        """Load the graph, say so or why not, and have workers until nobody is there any more."""
        state = receive(self.control)
        try:
            self.evaluator = load()
        except Pan2kgError as error:
            self.control.sendall(pack(FAILED, RefusalError(500, error.told).pack()))
            return
        limits = self.evaluator.limits
        total = limits.total or engine.free_memory() * 3 // 4 or sys.maxsize
        self.memory = max(LEAST, min(limits.memory, total // sum(self.places.values())))
        # out of the collector's sight: it would write to the pages of all objects, which are shared after a fork
        gc.collect()
        gc.freeze()
        with contextlib.suppress(ConnectionError):
            self._serve(state[1].decode() if state else "")
        os._exit(0)  # a return would free the graph piece by piece; its workers end with this process

    def _serve(self, state: str) -> None:
        wake, waker = socket.socketpair()
        waker.setblocking(False)  # noqa: FBT003  # the library's own signature
        signal.set_wakeup_fd(waker.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._renew(state)
        while self.generation or self.workers:
            ready, _, _ = select.select([self.control, wake], [], [], 0.5 if self.missing else None)
            if wake in ready:
                wake.recv(4096)
                self._collect()
            if self.control in ready:
                message = receive(self.control)
                if message is None:
                    return
                self._obey(*message)
            for place in tuple(self.missing):
                self._fork(place)

    def _obey(self, kind: bytes, payload: bytes) -> None:
        if kind == RETIRE:
            if self.generation:
                self.generation.close()
            self.generation = None
            return
        state, text = json.loads(payload)
        try:
            self.evaluator.store.update(text)
        except (OSError, RuntimeError, SyntaxError, ValueError) as error:
            refusal = RefusalError(500, why("query-failed", error=str(error).rstrip(".")))
            self.control.sendall(pack(FAILED, refusal.pack()))
        else:
            self._renew(state)

    def _renew(self, state: str) -> None:
        """Have workers over the graph as it is now, which call it by its state, and say so."""
        self.evaluator.state = state
        before, self.generation = self.generation, Generation(self.folder, self.places)
        self.missing.clear()
        for place in range(len(self.generation.listeners)):
            self._fork(place)
        self.control.sendall(pack(READY))
        if before:
            before.close()

    def _fork(self, place: int) -> None:
        generation, holder = self.generation, os.getpid()
        self.missing.discard(place)
        if generation is None:
            return
        try:
            process = os.fork()
        except OSError:  # there can be no more processes now
            self.missing.add(place)
            return
        if process == 0:
            self.control.close()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _end_with_parent(holder)
            run_to_end(partial(self._work, generation, place), "worker")
        self.workers[process] = generation, place

    def _collect(self) -> None:
        """Reap workers that have ended, tell how they did, and fork others in their places."""
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                generation, place = self.workers.pop(ended[0])
                (number,) = _SLOT.unpack_from(generation.slots, place * _SLOT.size)
                code = os.waitstatus_to_exitcode(ended[1])
                if code and number:
                    with contextlib.suppress(OSError):
                        self.control.sendall(pack(ENDED, json.dumps([number, code]).encode()))
                _SLOT.pack_into(generation.slots, place * _SLOT.size, 0)
                if generation is not self.generation:
                    continue
                if code and not number:  # one that ends before it was asked anything would be forked without end
                    self.missing.add(place)
                else:
                    self._fork(place)

    def _work(self, generation: Generation, place: int) -> None:
        """Accept tasks and answer them."""
        # the default action ends the process in the kernel; a Python handler would run after the engine has returned
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        log, listener, seconds = os.dup(2), generation.listeners[place], self.evaluator.limits.seconds
        if sys.platform != "linux":  # where neither a hung up listener nor the end of a parent is told
            listener.settimeout(1.0)
        size = self._confine()
        for _ in range(TASKS):
            try:
                link, _ = listener.accept()
            except TimeoutError:
                if os.getppid() == 1 or generation.slots[-1]:
                    return
                continue
            except OSError:  # there is another generation
                return
            with link, contextlib.suppress(ConnectionError):
                message = receive(link)
                if message is None:
                    continue
                task, began = Task(*json.loads(message[1])), time.monotonic()
                _SLOT.pack_into(generation.slots, place * _SLOT.size, task.number)
                signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)
                _end_with(link)
                try:
                    self.evaluator.answer(task, link)
                except Exception as error:
                    if not isinstance(error, ConnectionError):
                        os.dup2(log, 2)  # a fault of ours is to be read
                    raise
            signal.setitimer(signal.ITIMER_REAL, 0)
            _SLOT.pack_into(generation.slots, place * _SLOT.size, 0)
            if time.monotonic() - began > LONG and _memory()[1] - size > GROWTH:
                return

    def _confine(self) -> int:
        """Limit this process: to so many bytes more than it has, to the one file it needs; its size in memory now."""
        # when the memory limit ends the process, the engine prints a message nobody who reads the log can act on
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 2)
        # a core file would have the size of the graph and be written at every query that is ended for its memory
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        taken, size = _memory()
        if taken:
            ceiling = taken + self.memory
            resource.setrlimit(resource.RLIMIT_AS, (ceiling, resource.getrlimit(resource.RLIMIT_AS)[1]))
        os.close(quiet)
        if not self.connects:  # the lowest number that is free is that of a task's connection
            resource.setrlimit(resource.RLIMIT_NOFILE, (quiet + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        return size


def _end_with(link: socket.socket) -> None:
    """Let the kernel end this process when the other side of a connection hangs up."""
    fcntl.fcntl(link, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(link, fcntl.F_SETFL, fcntl.fcntl(link, fcntl.F_GETFL) | os.O_ASYNC)
    with contextlib.suppress(BlockingIOError):
        if not link.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
            raise ConnectionAbortedError


def _memory() -> tuple[int, int]:
    """Bytes of the address space of this process, and of what is in memory; 0 where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()
    except OSError:
        return 0, 0
    return int(pages[0]) * _PAGE, int(pages[1]) * _PAGE


class Answer:
    """What a worker sends, as whoever asked keeps it until it is whole: in memory, and a long one in a file."""

    LONG: Final = engine.MEGABYTE
    MOST: Final = 2**31
    long = 0
    """Bytes of all answers that lie in files now, at most ``MOST``: who reads slowly does not fill the disk."""

    def __init__(self) -> None:
        self.file = tempfile.SpooledTemporaryFile(self.LONG)  # noqa: SIM115  # closed by who sends it
        self.form, self.state, self.is_volatile, self.size, self.counted = "", "", False, 0, 0
        self.buffer = bytearray()

    def take(self, data: bytes) -> bool:
        """Take what came; whether it is whole.

        Raises:
            RefusalError: it is none, or there is no room for it.
            EOFError: the worker is gone.
        """
        if not data:
            raise EOFError
        self.buffer += data
        start = 0
        while len(self.buffer) - start >= HEAD.size:
            kind, length = HEAD.unpack_from(self.buffer, start)
            end = start + HEAD.size + length
            if len(self.buffer) < end:
                break
            payload = bytes(memoryview(self.buffer)[start + HEAD.size : end])
            start = end
            if kind == FAILED:
                raise RefusalError.unpack(payload)
            if kind != PIECE:
                self.form, self.is_volatile, self.state = json.loads(payload)
                return True
            self._keep(payload)
        del self.buffer[:start]
        return False

    def _keep(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > self.LONG:
            Answer.long += self.size - self.counted
            self.counted = self.size
        try:
            if Answer.long > self.MOST:
                raise OSError
            self.file.write(piece)
        except OSError:  # the disk is full, or would be
            raise busy(why("answers-waiting"), 30) from None

    def close(self) -> None:
        """Let its file go."""
        Answer.long -= self.counted
        self.counted = 0
        self.file.close()

    def content(self) -> bytes:
        """All of it, which then is let go."""
        self.file.seek(0)
        content = self.file.read()
        self.close()
        return content


def died(status: int, seconds: float) -> RefusalError:
    """What is said when a worker ended before it had answered: by an exit code, or minus the number of the signal.

    >>> died(-signal.SIGALRM, 30).sentence
    'The query took longer than 30 seconds and was stopped; make it narrower.'
    """
    if status == -signal.SIGALRM:
        return engine.late(seconds)
    if status == FAULT:
        return RefusalError(500, why("fault"))
    if status == -signal.SIGSEGV:  # the stack was too small; where memory is refused, the engine aborts
        return RefusalError(400, why("nested-or-chained"))
    if status in (-signal.SIGABRT, -signal.SIGBUS):
        return busy(why("query-memory-or-depth"), 30)
    return busy(why("process-ended"), 1)


class Keeper:
    """The holder of the graph as the main process has it: loaded, changed, loaded anew and started again.

    ``version`` counts the states of the data since the start, ``epoch`` tells them from those of another start;
    ``touched`` is what each change was about, where that is known. ``on_lost`` is called when there can be no other.
    """

    def __init__(
        self,
        load: Callable[[], Evaluator],
        *,
        workers: int = 8,
        for_pages: int = 4,
        connects: bool = False,
        close: Iterable[socket.socket] = (),
    ) -> None:
        """Fork the supervisor; to be called before there are threads. The sockets in ``close`` are closed in it."""
        # the address of a socket may not be long
        place = tempfile.gettempdir() if len(tempfile.gettempdir()) < 40 else None
        self.folder = Path(tempfile.mkdtemp(prefix="pan2kg-", dir=place or "/tmp"))  # noqa: S108  # its own, for it alone
        self.workers, self.for_pages = workers, for_pages
        self.version, self.epoch, self.touched = 0, secrets.token_hex(4), dict[int, frozenset[str]]()
        self.ended: dict[int, int] = {}
        self.is_up = self.is_lost = self.is_closing = False
        self.on_lost: list[Callable[[], None]] = []
        self._changing, self._replies = threading.Lock(), queue.SimpleQueue[tuple[bytes, bytes] | None]()
        self.orders, theirs = socket.socketpair()
        process = os.fork()
        if process == 0:
            for inherited in (self.orders, *close):
                inherited.close()
            places = {"query": workers, "page": for_pages}

            def hold(control: socket.socket) -> None:
                Holder(control, self.folder, places, connects=connects).hold(load)

            run_to_end(partial(supervise, theirs, hold), "supervisor")
        theirs.close()
        self.supervisor = process

    def state(self, version: int | None = None) -> str:
        """What tells a state of the data from those before, this one by default; empty for what was loaded first."""
        version = self.version if version is None else version
        return f"{self.epoch}.{version}" if version else ""

    def start(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Have the graph loaded, while this process does something else, and see to it that it is there from now on.

        Raises:
            ProjectError: the graph cannot be loaded.
        """
        self.control = self._load(self.state(), meanwhile)
        threading.Thread(target=self._listen, args=(self.control,), name="keeper", daemon=True).start()

    def _load(self, state: str, meanwhile: Callable[[], None] = lambda: None) -> socket.socket:
        control, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self.orders, [b"s"], [theirs.fileno()])
        control.sendall(pack(TASK, state.encode()))
        meanwhile()
        control.settimeout(LOAD_SECONDS)
        answer = None
        with contextlib.suppress(TimeoutError):
            answer = receive(control)
        if answer is None or answer[0] == FAILED:
            control.close()
            raise ProjectError(RefusalError.unpack(answer[1]).message if answer else "graph-not-loaded")
        control.settimeout(None)
        self.is_up = True
        return control

    def change(self, text: str, touched: frozenset[str] | None) -> None:
        """Apply an update of ours; who asks from now on is answered from what it makes.

        Raises:
            ProjectError: it cannot be applied, or the holder is gone.
        """
        with self._changing:
            try:
                self.control.sendall(pack(CHANGE, json.dumps([self.state(self.version + 1), text]).encode()))
                answer = self._replies.get(timeout=LOAD_SECONDS)
            except (OSError, queue.Empty):
                answer = None
            if answer is None:
                raise ProjectError(why("starting-again"))
            if answer[0] == FAILED:
                raise ProjectError(RefusalError.unpack(answer[1]).message)
            if touched is not None:
                self.touched[self.version + 1] = touched
            self.version += 1

    def reload(self) -> None:
        """Load the files anew in another holder, which then takes the place of this one; nobody waits meanwhile.

        Raises:
            ProjectError: the graph cannot be loaded; this holder goes on with what it has.
            OSError: the supervisor is gone.
        """
        with self._changing:
            before, self.control = self.control, self._load(self.state(self.version + 1))
            self.version += 1
            threading.Thread(target=self._listen, args=(self.control,), name="keeper", daemon=True).start()
            with contextlib.suppress(OSError):
                before.sendall(pack(RETIRE))
        _LOG.warning("%s", why("loaded-anew"))

    def _listen(self, control: socket.socket) -> None:
        """Note what a holder says; start another one when it is gone and none has taken its place."""
        began = time.monotonic()
        while True:
            while (message := receive(control)) is not None:
                if message[0] == ENDED:
                    number, status = json.loads(message[1])
                    self.ended[number] = status
                    if len(self.ended) > 1000:
                        del self.ended[next(iter(self.ended))]
                else:
                    self._replies.put(message)
            control.close()
            if control is not self.control or self.is_closing:
                return
            self.is_up = False
            self._replies.put(None)
            pause = 0.0 if time.monotonic() - began > SHORT_LIFE else 0.5
            if not self._renew(pause):
                return
            control, began = self.control, time.monotonic()

    def _renew(self, pause: float) -> bool:
        _LOG.error("%s", why("holder-ended"))
        while not self.is_closing:
            time.sleep(pause)
            pause = min(2 * pause or 0.5, LONGEST_PAUSE)
            try:
                with self._changing:
                    while not self._replies.empty():
                        self._replies.get()
                    self.control = self._load(self.state(self.version + 1))
                    self.version += 1
            except ProjectError as error:
                _LOG.error("%s", error)  # a sentence; there is nothing in its traceback
                continue
            except OSError:
                if not self.is_closing:
                    self.is_lost = True
                    for hook in self.on_lost:
                        hook()
                return False
            _LOG.warning("%s", why("holder-again"))
            return True
        return False

    def close(self) -> None:
        """Let all processes end, and wait for that."""
        self.is_closing = True
        self.orders.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.supervisor, 0)
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self, kind: str, deadline: float) -> socket.socket | None:
        """A connection to workers of a kind; None where there are none now, but may be soon.

        Raises:
            RefusalError: nor will there be before the deadline.
        """
        link = socket.socket(socket.AF_UNIX)
        link.setblocking(False)  # noqa: FBT003  # the library's own signature
        try:
            link.connect(str(self.folder / kind))
        except (BlockingIOError, FileNotFoundError, ConnectionError):
            link.close()
            if self.is_lost or self.is_closing or time.monotonic() > deadline:
                raise busy(why("lost" if self.is_lost else "starting-again")) from None
            return None
        return link


class Pool:
    """Asks workers for who is served by the event loop: as many at once as there are, the rest wait."""

    def __init__(self, keeper: Keeper, seconds: float) -> None:
        self.keeper, self.seconds = keeper, seconds
        self.waiting = self.busy = 0
        self.places = asyncio.Semaphore(keeper.workers)

    async def ask(self, task: Task, leave: Callable[[], Awaitable[None]] | None = None) -> Answer:
        """The answer to a task, unless ``leave`` returns before; asked once more where its worker was ended at once.

        Raises:
            RefusalError: there is none.
        """
        if self.waiting >= QUEUE:
            raise busy(why("queue-full"))
        if self.places.locked():
            self.waiting += 1
            try:
                await asyncio.wait_for(self.places.acquire(), WAIT)
            except TimeoutError:
                raise busy(why("workers-taken" if self.keeper.is_up else "starting-again")) from None
            finally:
                self.waiting -= 1
        else:
            await self.places.acquire()
        self.busy += 1
        try:
            for is_last in (False, True):
                answer, began, number = Answer(), time.monotonic(), next(_NUMBERS)
                try:
                    await self._exchange(task._replace(number=number), answer, leave)
                except ConnectionResetError:  # it was told to end before it read the task
                    status = -signal.SIGKILL
                except (EOFError, ConnectionError):
                    status = await self._ended(number)
                except BaseException:
                    answer.close()
                    raise
                else:
                    return answer
                answer.close()
                if is_last or status != -signal.SIGKILL or time.monotonic() - began > EARLY:
                    break
            raise died(status, self.seconds)
        finally:
            self.busy -= 1
            self.places.release()

    async def _exchange(self, task: Task, answer: Answer, leave: Callable[[], Awaitable[None]] | None) -> None:
        deadline = time.monotonic() + WAIT
        while (link := self.keeper.connect("query", deadline)) is None:
            await asyncio.sleep(0.02)
        with link:
            reading = asyncio.ensure_future(_read(link, task, answer))
            try:
                done, _ = await asyncio.wait({reading}, timeout=LONG)
                if not done:
                    leaving = asyncio.ensure_future(leave() if leave else asyncio.sleep(self.seconds + WAIT))
                    await asyncio.wait({reading, leaving}, timeout=self.seconds + WAIT, return_when="FIRST_COMPLETED")
                    leaving.cancel()
                    if not reading.done():
                        raise busy(why("client-gone"))
                await reading
            finally:
                reading.cancel()

    async def _ended(self, number: int) -> int:
        """How the worker of a task ended, as soon as that is known."""
        for _ in range(100):
            if number in self.keeper.ended:
                return self.keeper.ended.pop(number)
            await asyncio.sleep(0.01)
        return -signal.SIGKILL


async def _read(link: socket.socket, task: Task, answer: Answer) -> None:
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(link, pack(TASK, json.dumps(task).encode()))
    while not answer.take(await loop.sock_recv(link, 2 * engine.SENT_BYTES)):
        pass


class WorkerStore:
    """Answers queries as :class:`pan2kg.store.store.LocalStore` does, from any thread, by workers of its own.

    A query of a page that runs too long can so be ended, and its page says so in a sentence; and pages do not wait
    while all workers of the endpoint are taken.
    """

    def __init__(self, keeper: Keeper, seconds: float) -> None:
        self.keeper, self.seconds = keeper, seconds
        self.places = threading.Semaphore(keeper.for_pages)

    def query(self, text: str) -> Result:
        """Answer a query over the union of all graphs, or over those its own FROM clauses name.

        Rows come as tab-separated values, whole terms as in Turtle, which takes less than JSON.

        Raises:
            QueryError: the query has a syntax error, or asks for something that is refused.
            EndpointError: it takes too long or too much, or all workers are taken.
        """
        task = Task("query", text, table="tsv", graph="ntriples", own=True)
        if not self.places.acquire(timeout=WAIT):
            raise EndpointError("page-workers-taken", remedy="ask-again-moment")
        try:
            answer = self._ask(task)
        except RefusalError as refusal:
            if refusal.status < 500:
                raise QueryError(refusal.message, place=Place("query", refusal.line, refusal.column)) from None
            raise EndpointError(refusal.message, remedy="ask-again-moment") from None
        except OSError as error:
            raise EndpointError("no-more-workers", remedy="ask-again-moment", reason=reason(error)) from None
        finally:
            self.places.release()
        body = answer.content()
        if answer.form == "ntriples":
            return [quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES, lenient=True)]
        return ox.parse_query_results(body, format=ox.QueryResultsFormat.TSV)

    def _ask(self, task: Task) -> Answer:
        """Ask; once more where the worker was ended from outside, as a page is made of many queries."""
        for is_last in (False, True):
            number, answer, deadline = next(_NUMBERS), Answer(), time.monotonic() + WAIT
            while (link := self.keeper.connect("page", deadline)) is None:
                time.sleep(0.02)
            link.settimeout(self.seconds + WAIT)
            with link:
                try:
                    link.sendall(pack(TASK, json.dumps(task._replace(number=number)).encode()))
                    while not answer.take(link.recv(2 * engine.SENT_BYTES)):
                        pass
                except (EOFError, ConnectionError, TimeoutError) as error:
                    status = -signal.SIGKILL if isinstance(error, ConnectionResetError) else self._ended(number)
                else:
                    return answer
            if is_last or status != -signal.SIGKILL:
                break
        raise died(status, self.seconds)

    def _ended(self, number: int) -> int:
        for _ in range(100):
            if number in self.keeper.ended:
                return self.keeper.ended.pop(number)
            time.sleep(0.01)
        return -signal.SIGKILL
