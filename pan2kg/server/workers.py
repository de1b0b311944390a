"""The processes below the main one, which hold the graph and answer, and how they are asked.

The main process has threads when the process that holds the graph has to be started again, and a
process with threads must not fork (a lock another thread holds would stay locked in the copy). So
before it has any it forks a supervisor, which does nothing but fork a holder of the graph for each
socket it is sent. A holder loads the graph and forks workers ahead, which share its memory and
accept tasks on one unix socket each kind; when one ends, another is forked. A change of ours makes
a new generation of workers behind the same address, those of the one before end with their task.

The engine cannot be interrupted by an exception, so that the kernel confines a worker: an alarm
ends it at the deadline, a limit on its address space when it takes too much memory, and a signal
when who asked hangs up; without a free file descriptor it can neither connect to another host nor
open a file. Whoever asks takes an answer as fast as it is made and keeps it, so that the time of a
worker is the engine's alone, however slowly a client reads.
"""

import asyncio
import ctypes
import fcntl
import gc
import json
import logging
import mmap
import os
import queue
import resource
import select
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg import errors
from pan2kg.server import protocol
from pan2kg.server.protocol import (
    FAILED,
    HEAD,
    PIECE,
    TASK,
    Evaluator,
    RefusalError,
    Task,
    busy,
    pack,
    receive,
    why,
)
from pan2kg.store.store import Result

# the graph is loaded, or changed; an update of ours; to end with the last task; a worker has ended,
# and how
READY = b"R"
CHANGE = b"C"
RETIRE = b"E"
ENDED = b"D"
# the exit code of a process that was ended by a fault of this software (``EX_SOFTWARE`` of
# sysexits.h)
FAULT: Final = 70
# seconds between the deadline at which an answer stops itself and the alarm
GRACE: Final = 0.1
# a query whose worker is ended from outside within so many seconds is asked once more
EARLY: Final = 0.5
# a worker that has grown by so many bytes, or has done so many tasks, is replaced: what it took
# adds up else
GROWTH: Final = 64 * protocol.MEGABYTE
TASKS: Final = 20_000
# so much memory beside the graph a query may take on the smallest machine
LEAST: Final = 32 * protocol.MEGABYTE
# so many queries may wait for a worker, for so many seconds; as long is waited for a graph that is
# loaded anew
QUEUE: Final = 256
WAIT: Final = 10.0
# after so many seconds it is watched whether who asked has left
LONG: Final = 0.05
# within so many seconds a graph is loaded
LOAD_SECONDS: Final = 1800.0
# a holder that ends within ``SHORT_LIFE`` seconds, or does not load, is started after a pause that
# doubles
SHORT_LIFE: Final = 5.0
LONGEST_PAUSE: Final = 30.0
_SET_PARENT_DEATH_SIGNAL = 1
_SET_CHILD_SUBREAPER = 36
# bytes a number takes that all workers see
_SLOT: Final = 8
_LOG = logging.getLogger("pan2kg.service")


def _fork(life: Callable[[], None], name: str, *, close: Iterable[socket.socket]) -> int:
    """Fork a process that ends with this one, as far as the kernel sees to that; its number.

    A fault in it is logged with its traceback and told by the exit code.
    """
    parent = os.getpid()
    process = os.fork()
    if process == 0:
        for inherited in close:
            inherited.close()
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it ended before that was said
            os._exit(1)
        try:
            life()
        except BaseException:  # noqa: BLE001  # the last boundary: what is behind it is the code of the parent
            resource.setrlimit(
                resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2
            )
            _LOG.critical(
                "%s", why("process-fault", name=name, process=str(os.getpid())), exc_info=True
            )
            os._exit(FAULT)
        os._exit(0)
    return process


def supervise(orders: socket.socket, hold: Callable[[socket.socket], None]) -> None:
    """Fork a holder of the graph for each socket that is sent, until the main process ends."""
    # Ctrl-C and a service manager reach every process; this one ends when the main process has sent
    # its answers
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(
        signal.SIGCHLD, signal.SIG_IGN
    )  # holders, and workers they leave behind, are no zombies
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    while handles := socket.recv_fds(orders, 1, 1)[1]:
        with socket.socket(fileno=handles[0]) as control:
            _fork(lambda: hold(control), "holder", close=[orders])


class Generation:
    """Workers behind one address each kind, which read one state of the data."""

    def __init__(self, folder: Path, places: dict[str, int]) -> None:
        self.listeners = []
        for kind, number in places.items():
            listener = socket.socket(socket.AF_UNIX)
            draft = folder / f"{kind}-{os.getpid()}-{os.urandom(4).hex()}"
            listener.bind(str(draft))
            listener.listen(QUEUE)
            draft.replace(folder / kind)  # who asks finds these workers from now on
            self.listeners += [listener] * number
        # the number of the task of each worker, which all see; and behind them whether they are to
        # end
        self.slots = mmap.mmap(-1, _SLOT * len(self.listeners) + 1)

    def note(self, place: int, number: int) -> int:
        """Write down the number of the task of a worker, 0 for none; what stood there before."""
        slot = slice(place * _SLOT, (place + 1) * _SLOT)
        before = int.from_bytes(self.slots[slot], "big")
        self.slots[slot] = number.to_bytes(_SLOT, "big")
        return before

    def close(self) -> None:
        """Let its workers end with their task."""
        self.slots[-1] = 1
        for listener in set(self.listeners):
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()


class Holder:
    """The process that holds the graph, and forks those that answer."""

    def __init__(
        self, control: socket.socket, folder: Path, places: dict[str, int], *, connects: bool
    ) -> None:
        self.control = control
        self.folder = folder
        self.places = places
        self.connects = connects
        self.workers: dict[int, tuple[Generation, int]] = {}
        self.missing: set[int] = set()
        self.generation: Generation | None = None

    def hold(self, load: Callable[[], Evaluator]) -> None:
        """Load the graph and serve until the main process hangs up; this process ends then."""
        state = receive(self.control)
        try:
            self.evaluator = load()
        except errors.Pan2kgError as error:
            self.control.sendall(pack(FAILED, RefusalError(500, error.told).pack()))
            return
        limits = self.evaluator.limits
        total = limits.total or protocol.free_memory() * 3 // 4 or sys.maxsize
        self.memory = max(LEAST, min(limits.memory, total // sum(self.places.values())))
        # out of the collector's sight: it would write to the pages of all objects, which are shared
        # after a fork
        gc.collect()
        gc.freeze()
        with suppress(ConnectionError):
            self._serve(state[1].decode() if state else "")
        os._exit(
            0
        )  # a return would free the graph piece by piece; its workers end with this process

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
                if message[0] == CHANGE:
                    state, text = json.loads(message[1])
                    try:
                        self.evaluator.store.update(text)
                    except (OSError, RuntimeError, SyntaxError, ValueError) as error:
                        refusal = RefusalError(500, "query-failed", error=str(error).rstrip("."))
                        self.control.sendall(pack(FAILED, refusal.pack()))
                    else:
                        self._renew(state)
                elif self.generation:  # another holder has taken its place
                    self.generation.close()
                    self.generation = None
            for place in tuple(self.missing):
                self._fork_worker(place)

    def _renew(self, state: str) -> None:
        self.evaluator.state = state
        before = self.generation
        self.generation = Generation(self.folder, self.places)
        self.missing.clear()
        for place in range(len(self.generation.listeners)):
            self._fork_worker(place)
        self.control.sendall(pack(READY))
        if before:
            before.close()

    def _fork_worker(self, place: int) -> None:
        generation = self.generation
        self.missing.discard(place)
        if generation:
            try:
                process = _fork(
                    lambda: self._work(generation, place), "worker", close=[self.control]
                )
            except OSError:  # there can be no more processes now
                self.missing.add(place)
            else:
                self.workers[process] = generation, place

    def _collect(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                generation, place = self.workers.pop(ended[0])
                number = generation.note(place, 0)
                code = os.waitstatus_to_exitcode(ended[1])
                if code and number:
                    self.control.sendall(pack(ENDED, json.dumps([number, code]).encode()))
                if generation is self.generation:
                    self.missing.add(place)
                    if (
                        number or not code
                    ):  # one that ends before it was asked anything waits, or it would have no end
                        self._fork_worker(place)

    def _work(self, generation: Generation, place: int) -> None:
        signal.set_wakeup_fd(-1)
        # the default action ends the process in the kernel; a Python handler would run after the
        # engine has returned
        for number in (signal.SIGCHLD, signal.SIGALRM, signal.SIGIO):
            signal.signal(number, signal.SIG_DFL)
        log = os.dup(2)
        listener = generation.listeners[place]
        seconds = self.evaluator.limits.seconds
        if (
            sys.platform != "linux"
        ):  # where neither a hung up listener nor the end of a parent is told
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
            began = time.monotonic()
            with link, suppress(ConnectionError):
                if (message := receive(link)) is None:
                    continue
                task = Task(*json.loads(message[1]))
                generation.note(place, task.number)
                signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)
                # the kernel ends this process when the other side hangs up
                fcntl.fcntl(link, fcntl.F_SETOWN, os.getpid())
                fcntl.fcntl(link, fcntl.F_SETFL, fcntl.fcntl(link, fcntl.F_GETFL) | os.O_ASYNC)
                with suppress(BlockingIOError):
                    if not link.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
                        raise ConnectionAbortedError
                try:
                    self.evaluator.answer(task, link)
                except Exception as error:
                    if not isinstance(error, ConnectionError):
                        os.dup2(log, 2)  # a fault of ours is to be read
                    raise
            signal.setitimer(signal.ITIMER_REAL, 0)
            generation.note(place, 0)
            if time.monotonic() - began > LONG and _memory()[1] - size > GROWTH:
                return

    def _confine(self) -> int:
        # when the memory limit ends the process, the engine prints a message nobody who reads the
        # log can act on
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 2)
        os.close(quiet)
        ceilings = {resource.RLIMIT_CORE: 0}  # a core file would have the size of the graph
        space, size = _memory()
        if space:
            ceilings[resource.RLIMIT_AS] = space + self.memory
        if not self.connects:  # the lowest number that is free is that of a task's connection
            ceilings[resource.RLIMIT_NOFILE] = quiet + 1
        for kind, ceiling in ceilings.items():
            resource.setrlimit(kind, (ceiling, resource.getrlimit(kind)[1]))
        return size


def _memory() -> tuple[int, int]:
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()
    except OSError:
        return 0, 0
    return int(pages[0]) * resource.getpagesize(), int(pages[1]) * resource.getpagesize()


class Keeper:
    """The holder of the graph as the main process has it: loaded, changed, loaded anew and started again.

    ``version`` counts the states of the data since the start, ``epoch`` tells them from those of
    another start; ``touched`` is what each change was about, where that is known, ``ended`` how the
    workers of tasks ended, by number. It is being loaded from the beginning on, and there once
    ``start`` has returned; what is asked before waits. ``on_lost`` is called when there can be no
    other holder.
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
        # the address of a socket may not be long
        parent = tempfile.gettempdir() if len(tempfile.gettempdir()) < 40 else "/tmp"  # noqa: S108  # a folder of its own
        self.kept = tempfile.TemporaryDirectory("", "pan2kg-", parent, ignore_cleanup_errors=True)
        self.folder = Path(self.kept.name)
        self.places = {"query": workers, "page": for_pages}
        self.version = 0
        self.epoch = os.urandom(4).hex()
        self.touched = dict[int, frozenset[str]]()
        self.ended: dict[int, int] = {}
        self.is_up = self.is_lost = self.is_closing = False
        self.on_lost: list[Callable[[], None]] = []
        self._changing = threading.Lock()
        self._replies = queue.SimpleQueue[tuple[bytes, bytes] | None]()
        self.orders, theirs = socket.socketpair()

        def hold(control: socket.socket) -> None:
            Holder(control, self.folder, self.places, connects=connects).hold(load)

        with theirs:
            self.supervisor = _fork(
                lambda: supervise(theirs, hold), "supervisor", close=[self.orders, *close]
            )
        self.control = self._load()

    def state(self, ahead: int = 0) -> str:
        """What tells the state of the data, or one so many changes ahead, from all others."""
        return f"{self.epoch}.{self.version + ahead}" if self.version + ahead else ""

    def _load(self, ahead: int = 0) -> socket.socket:
        control, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self.orders, [b"s"], [theirs.fileno()])
        control.sendall(pack(TASK, self.state(ahead).encode()))
        return control

    def start(self, *, ahead: int = 0) -> None:
        """Wait until the graph is loaded, anew if this is not the beginning, and see to it that it stays there.

        It is an error where it cannot be loaded.
        """
        control = self._load(ahead) if ahead else self.control
        control.settimeout(LOAD_SECONDS)
        answer = None
        with suppress(TimeoutError):
            answer = receive(control)
        if answer is None or answer[0] == FAILED:
            control.close()
            raise errors.ProjectError(
                RefusalError.unpack(answer[1]).message if answer else "graph-not-loaded"
            )
        control.settimeout(None)
        self.control = control
        self.is_up = True
        self.version += ahead
        threading.Thread(target=self._listen, name="keeper", daemon=True).start()

    def change(self, text: str, touched: frozenset[str] | None) -> None:
        """Change the data by an update, about what was ``touched`` where that is known.

        Raises:
            ProjectError: it could not be done, and nothing was changed.
        """
        with self._changing:
            answer = None
            with suppress(OSError, queue.Empty):
                self.control.sendall(pack(CHANGE, json.dumps([self.state(1), text]).encode()))
                answer = self._replies.get(timeout=LOAD_SECONDS)
            if answer is None or answer[0] == FAILED:
                raise errors.ProjectError(
                    RefusalError.unpack(answer[1]).message if answer else why("starting-again")
                )
            if touched is not None:
                self.touched[self.version + 1] = touched
            self.version += 1

    def reload(self) -> None:
        """Load the files anew in another holder, which then takes the place of this one; nobody waits meanwhile.

        Where that is an error, this holder goes on with what it has.
        """
        with self._changing:
            before = self.control
            self.start(ahead=1)
            with suppress(OSError):
                before.sendall(pack(RETIRE))
        _LOG.warning("%s", why("loaded-anew"))

    def _listen(self) -> None:
        control = self.control
        began = time.monotonic()
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
        _LOG.error("%s", why("holder-ended"))
        pause = 0.0 if time.monotonic() - began > SHORT_LIFE else 0.5
        while not self.is_up and not self.is_closing:
            time.sleep(pause)
            pause = min(2 * pause or 0.5, LONGEST_PAUSE)
            try:
                with self._changing:
                    self._replies = queue.SimpleQueue()
                    self.start(ahead=1)
                _LOG.warning("%s", why("loaded-anew"))
            except errors.ProjectError as error:
                _LOG.error("%s", error)  # a sentence; there is nothing in its traceback
            except OSError:
                self.is_lost = not self.is_closing
                for hook in self.on_lost if self.is_lost else ():
                    hook()
                return

    def close(self) -> None:
        """End all processes below, and forget the folder of their sockets."""
        self.is_closing = True
        self.orders.close()
        with suppress(ChildProcessError):
            os.waitpid(self.supervisor, 0)
        self.kept.cleanup()


class WorkerAnswer:
    """An answer as it comes from a worker: in memory, or in a file where it is long.

    ``long`` are the bytes of all answers that wait now, at most ``MOST``: who reads slowly does not fill
    the disk.
    """

    LONG: Final = protocol.MEGABYTE
    MOST: Final = 2**31
    long = 0

    def __init__(self) -> None:
        self.file = tempfile.SpooledTemporaryFile(self.LONG)  # noqa: SIM115  # closed by who sends it
        self.form = ""
        self.state = ""
        self.is_volatile = False
        self.size = 0
        self.buffer = bytearray()

    def take(self, data: bytes) -> bool:
        """Take what has come; whether the answer is whole.

        Raises:
            EOFError: the worker ended.
            RefusalError: it says why there is no answer, or there is no room for it.
        """
        if not data:
            raise EOFError
        self.buffer += data
        while len(self.buffer) >= HEAD.size:
            kind, length = HEAD.unpack_from(self.buffer)
            if len(self.buffer) < HEAD.size + length:
                break
            payload = bytes(self.buffer[HEAD.size : HEAD.size + length])
            del self.buffer[: HEAD.size + length]
            if kind == FAILED:
                raise RefusalError.unpack(payload)
            if kind != PIECE:
                self.form, self.is_volatile, self.state = json.loads(payload)
                return True
            self.size += length
            WorkerAnswer.long += length
            try:
                if WorkerAnswer.long > self.MOST:
                    raise OSError
                self.file.write(payload)
            except OSError:  # the disk is full, or would be
                raise busy("answers-waiting", 30) from None
        return False

    def close(self) -> None:
        """Let go of what it holds."""
        WorkerAnswer.long -= self.size
        self.size = 0
        self.file.close()

    __del__ = close  # where a client leaves before anything of it is sent

    def content(self) -> bytes:
        """All of it; it is closed then."""
        self.file.seek(0)
        content = self.file.read()
        self.close()
        return content


def died(status: int, seconds: float) -> RefusalError:
    """What is said to who asked where a worker ended with this status, a negative signal or an exit code."""
    if status == FAULT:
        return RefusalError(500, "fault")
    if (
        status == -signal.SIGSEGV
    ):  # the stack was too small; where memory is refused, the engine aborts
        return RefusalError(400, "nested-or-chained")
    keys = {
        signal.SIGALRM: "too-slow",
        signal.SIGABRT: "query-memory-or-depth",
        signal.SIGBUS: "query-memory-or-depth",
    }
    key = next((key for number, key in keys.items() if status == -number), "")
    return busy(key, 30, seconds=f"{seconds:g}") if key else busy("process-ended", 1)


async def attempt(
    keeper: Keeper,
    kind: str,
    task: Task,
    seconds: float,
    leave: Callable[[], Awaitable[None]] | None = None,
) -> WorkerAnswer:
    """Have a task done; once more where its worker was ended from outside: for a page however late, else at once."""
    for is_last in (False, True):
        answer = WorkerAnswer()
        began = time.monotonic()
        number = 1 + int.from_bytes(os.urandom(_SLOT - 1))
        task = task._replace(number=number)
        status = await _exchange(keeper, kind, task, answer, seconds, leave)
        if status == 0:
            return answer
        answer.close()
        is_late = kind == "query" and time.monotonic() - began > EARLY
        if is_last or is_late or status != -signal.SIGKILL:
            break
    raise died(status, seconds)


async def _exchange(
    keeper: Keeper,
    kind: str,
    task: Task,
    answer: WorkerAnswer,
    seconds: float,
    leave: Callable[[], Awaitable[None]] | None,
) -> int:
    deadline = time.monotonic() + WAIT
    link = socket.socket(socket.AF_UNIX)
    loop = asyncio.get_running_loop()
    link.setblocking(False)  # noqa: FBT003  # the library's own signature

    async def read() -> None:
        # no workers are there yet, or so many ask that another moment is better
        while link.connect_ex(str(keeper.folder / kind)):
            if keeper.is_lost or keeper.is_closing or time.monotonic() > deadline:
                raise busy("lost" if keeper.is_lost else "starting-again")
            await asyncio.sleep(0.02)
        await loop.sock_sendall(link, pack(TASK, json.dumps(task).encode()))
        while not answer.take(await loop.sock_recv(link, 2 * protocol.SENT_BYTES)):
            pass

    with link:
        reading = asyncio.ensure_future(read())
        try:
            done, _ = await asyncio.wait({reading}, timeout=LONG)
            if not done:
                leaving = asyncio.ensure_future(leave() if leave else asyncio.sleep(seconds + WAIT))
                await asyncio.wait(
                    {reading, leaving}, timeout=seconds + WAIT, return_when="FIRST_COMPLETED"
                )
                leaving.cancel()
            if not reading.done():
                raise busy("client-gone")
            await reading
        except ConnectionResetError:  # it was told to end before it read the task
            return -signal.SIGKILL
        except (EOFError, ConnectionError):
            for _ in range(100):  # how it ended is known in a moment
                if task.number in keeper.ended or keeper.is_closing:
                    break
                await asyncio.sleep(0.01)
            return keeper.ended.pop(task.number, -signal.SIGKILL)
        except BaseException:
            answer.close()
            raise
        finally:
            reading.cancel()
    return 0


class Pool:
    """The workers of the endpoint, so many queries at once; others wait their turn."""

    def __init__(self, keeper: Keeper, seconds: float) -> None:
        self.keeper = keeper
        self.seconds = seconds
        self.waiting = self.busy = 0
        self.places = asyncio.Semaphore(keeper.places["query"])

    async def ask(
        self, task: Task, leave: Callable[[], Awaitable[None]] | None = None
    ) -> WorkerAnswer:
        """Have a task done.

        Raises:
            RefusalError: too many wait, it took too long or too much, or it cannot be answered.
        """
        if self.waiting >= QUEUE:
            raise busy("queue-full")
        self.waiting += 1
        try:
            await asyncio.wait_for(self.places.acquire(), WAIT if self.places.locked() else None)
        except TimeoutError:
            raise busy("queue-full" if self.keeper.is_up else "starting-again") from None
        finally:
            self.waiting -= 1
        self.busy += 1
        try:
            return await attempt(self.keeper, "query", task, self.seconds, leave)
        finally:
            self.busy -= 1
            self.places.release()


class WorkerStore:
    """Answers queries as :class:`pan2kg.store.store.LocalStore` does, from any thread.

    It has workers of its own, so that pages do not wait while all workers of the endpoint are
    taken; and a query of a page that runs too long is ended, and its page says so in a sentence.
    """

    def __init__(self, keeper: Keeper, seconds: float) -> None:
        self.keeper = keeper
        self.seconds = seconds
        self.places = threading.Semaphore(keeper.places["page"])

    def query(self, text: str) -> Result:
        """Answer a query over the union of all graphs, or over those its own FROM clauses name.

        Rows come as tab-separated values, whole terms as in Turtle, which takes less than JSON.
        """
        if not self.places.acquire(timeout=WAIT):
            raise errors.EndpointError("page-workers-taken", remedy="ask-later")
        task = Task("query", text, table="tsv", graph="ntriples", own=True)
        try:
            answer = asyncio.run(attempt(self.keeper, "page", task, self.seconds))
        except RefusalError as refusal:
            if refusal.status < 500:
                place = errors.Place("query", refusal.line, refusal.column)
                raise errors.QueryError(refusal.message, place=place) from None
            raise errors.EndpointError(refusal.message, remedy="ask-later") from None
        finally:
            self.places.release()
        body = answer.content()
        if answer.form == "ntriples":
            return [
                quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES, lenient=True)
            ]
        return ox.parse_query_results(body, format=ox.QueryResultsFormat.TSV)

    def refuse(self, question: str) -> None:
        """Nothing is refused: workers answer as the files do."""
