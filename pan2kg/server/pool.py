"""The workers as the asynchronous side has them: each lent to one task at a time, ended when it must be, and replaced.

:class:`Exchange` is a task and its answer as it arrives, :class:`Link` the connection to one worker, :class:`Pool` the
schedule: short queries get a slot each, a long one gives its slot up, and when all workers are taken the one that has
run longest is ended in favour of those that wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from pan2kg.server.channel import END, FAILED, FORM, HEAD, MORE, START, WHOLE, PoolLimits, Task, megabytes, pack
from pan2kg.server.evaluation import Change
from pan2kg.server.refusal import Refusal, busy, why
from pan2kg.server.workers import ForkServer, LostError, Worker, died, is_innocent

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
CLIENT_BUFFER_BYTES: Final = 2**20
"""So many bytes wait for a slow client before its worker is made to wait."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The beginning of an answer, or all of it: the name of its format, its content, whether more follows."""

    form: str
    body: bytes
    more: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """How many workers answer and wait, how many queries wait for one, how many changes are made or wait."""

    busy: int
    idle: int
    waiting: int
    changing: int


class Exchange:
    """A task and its answer; ended by an answer, a refusal, the death of the worker or the client's leaving."""

    __slots__ = (
        *("_arrived", "_loop", "_pieces", "_waiting"),
        *("answer", "asked", "gone", "is_repeated", "link", "message", "watch"),
    )

    def __init__(self, message: bytes, gone: Callable[[], asyncio.Future[None]] | None) -> None:
        self._loop = asyncio.get_running_loop()
        self.message = message
        self.answer: asyncio.Future[Answer | Refusal] = self._loop.create_future()
        self.asked = self._loop.time()
        self.gone = gone
        self.is_repeated = False
        self.watch: asyncio.Future[None] | None = None
        self.link: Link | None = None
        self._pieces: deque[bytes | Refusal | None] = deque()
        self._waiting = 0
        self._arrived: asyncio.Future[None] | None = None

    def now(self) -> float:
        """The loop's time."""
        return self._loop.time()

    def take(self, piece: bytes | Refusal | None) -> None:
        """Note the next piece of a long answer, its end (None), or why it breaks off."""
        self._pieces.append(piece)
        if isinstance(piece, bytes):
            self._waiting += len(piece)
            if self._waiting > CLIENT_BUFFER_BYTES and self.link:
                self.link.pause()
        if self._arrived and not self._arrived.done():
            self._arrived.set_result(None)

    async def next(self) -> bytes | Refusal | None:
        """The next piece of a long answer, its end (None), or why it breaks off."""
        while not self._pieces:
            self._arrived = self._loop.create_future()
            await self._arrived
        piece = self._pieces.popleft()
        if isinstance(piece, bytes):
            self._waiting -= len(piece)
            if self._waiting < CLIENT_BUFFER_BYTES // 2 and self.link:
                self.link.resume()
        return piece

    def fail(self, refusal: Refusal) -> None:
        """End it without an answer, or break the answer off."""
        if self.answer.done():
            self.take(refusal)
        else:
            self.answer.set_result(refusal)

    def end(self) -> None:
        """Nothing more is expected: stop looking for the client."""
        self.link = None
        if self.watch:
            self.watch.cancel()


class WorkerOwner(Protocol):
    """Who keeps the workers, and is told of each."""

    def free(self, link: Link, /) -> None:
        """A worker has answered."""

    def lost(self, link: Link, /) -> None:
        """A worker is gone."""


class Link(asyncio.Protocol):
    """The line to a worker: gives it tasks and takes its answers apart."""

    def __init__(self, worker: Worker, pool: WorkerOwner) -> None:
        self.worker = worker
        self.has_low_priority = False
        self.is_lost = False
        self.began = 0.0
        self.tasks = 0
        self.before = _resident(worker.process)
        self.exchange: Exchange | None = None
        self._pool = pool
        self._transport: asyncio.Transport | None = None
        self._paused = False
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the way to the worker."""
        self._transport = transport  # type: ignore[assignment]  # uvloop's is no subclass of asyncio's

    def begin(self, exchange: Exchange) -> None:
        """Give the worker a task; one that is just gone is told to the pool in a moment, as one that goes later is."""
        self.exchange = exchange
        self.tasks += 1
        exchange.link = self
        self.began = exchange.now()
        if self._transport and not self._transport.is_closing():
            self._transport.write(exchange.message)

    def data_received(self, data: bytes) -> None:
        """Take messages apart, without a copy where one comes whole."""
        if self._buffer:
            self._buffer += data
            data = bytes(self._buffer) if self._complete(self._buffer) else b""
            if not data:
                return
            self._buffer.clear()
        start = 0
        while len(data) - start >= HEAD.size:
            kind, length = HEAD.unpack_from(data, start)
            if len(data) - start - HEAD.size < length:
                break
            start += HEAD.size
            self._take(kind, data[start : start + length])
            start += length
        # only the beginning of a message is left: it is kept until the rest arrives
        self._buffer += data[start:]

    @staticmethod
    def _complete(buffer: bytearray) -> bool:
        return len(buffer) >= HEAD.size and len(buffer) - HEAD.size >= HEAD.unpack_from(buffer)[1]

    def _take(self, kind: bytes, payload: bytes) -> None:
        exchange = self.exchange
        if exchange is None:
            return
        if kind == MORE:
            exchange.take(payload)
            return
        if kind == END:
            exchange.take(None)
        elif kind == FAILED:
            exchange.fail(Refusal.unpack(payload))
        elif not exchange.answer.done():
            form = payload[:FORM].rstrip().decode("ascii")
            exchange.answer.set_result(Answer(form, payload[FORM:], kind == START))
        if kind in (WHOLE, END, FAILED):
            self._pool.free(self)

    def pause(self) -> None:
        """Let the worker wait: its client is slow."""
        if not self._paused and self._transport:
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Let the worker go on."""
        if self._paused and self._transport:
            self._paused = False
            self._transport.resume_reading()

    def connection_lost(self, _error: Exception | None) -> None:
        """The worker is gone."""
        self.is_lost = True
        self._pool.lost(self)

    def close(self) -> None:
        """Hang up; an idle worker ends when it is."""
        if self._transport:
            self._transport.abort()


def _resident(process: int) -> int:
    """Bytes of a process that are in memory, those it shares among them; 0 where the system does not say."""
    try:
        return int(Path(f"/proc/{process}/statm").read_bytes().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


CHECK_SECONDS: Final = 0.02
LONG_SECONDS: Final = 0.05
"""After so many seconds a query is no short one: it leaves its slot, and its client is watched."""
LOW_PRIORITY_SECONDS: Final = 0.5
"""After so many seconds a query gives way to others, as ``nice`` does."""
TASKS_PER_WORKER: Final = 20_000
"""After so many tasks a worker is replaced, so that no memory it may have lost adds up."""


class Pool:
    """Workers that answer tasks, at most ``pool_limits.workers`` at once."""

    def __init__(self, fork_server: ForkServer, pool_limits: PoolLimits) -> None:
        self.fork_server = fork_server
        self.pool_limits = pool_limits
        # each kind of work that waits for a process has threads of its own, so that none waits for another kind
        self._changes = ThreadPoolExecutor(1, "change")
        self._forks = ThreadPoolExecutor(2, "fork")
        self._reaps = ThreadPoolExecutor(2, "reap")
        self._changing = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        fork_server.on_renewal.append(self._renewed)
        self._idle: list[Link] = []
        self._busy: set[Link] = set()
        self._waiting: deque[Exchange] = deque()
        self._coming = 0
        self._tasks: set[asyncio.Future[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._long = 0

    @property
    def load(self) -> Load:
        """What is done and waits now."""
        return Load(len(self._busy), len(self._idle), len(self._waiting), self._changing)

    def ask(self, task: Task, gone: Callable[[], asyncio.Future[None]] | None = None) -> Exchange:
        """Begin an exchange; ``gone`` gives a future that ends when the client leaves."""
        self._loop = asyncio.get_running_loop()
        exchange = Exchange(pack(b"T", json.dumps(task).encode()), gone)
        # who is first in the queue has a worker already where one is on its way
        if len(self._waiting) >= self.pool_limits.queue + self._coming:
            exchange.fail(busy(why("queue-full")))
            return exchange
        self._waiting.append(exchange)
        self._hand_out()
        if self._timer is None:
            self._timer = self._loop.call_later(CHECK_SECONDS, self._check_all)
        return exchange

    def _renewed(self) -> None:
        """There is another fork server; told from any thread."""
        if self._loop:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the service ends
                self._loop.call_soon_threadsafe(self._dismiss_idle)

    def _dismiss_idle(self) -> None:
        for link in self._idle:
            link.close()
        self._idle.clear()

    async def change(self, change: Change, condition: Callable[[], bool] | None = None) -> int | Refusal:
        """Apply a change, after those that were sent before; its status, or why nothing changed.

        The ``condition`` must hold then, when nothing else changes.
        """
        if self._changing >= self.pool_limits.queue:
            return busy(why("changes-waiting"), 30)
        self._changing += 1
        try:
            loop = asyncio.get_running_loop()
            make = partial(self.fork_server.change, change, condition=condition)
            return await loop.run_in_executor(self._changes, make)
        except LostError as error:
            return busy(error.message)
        finally:
            self._changing -= 1

    def abandon(self, exchange: Exchange) -> None:
        """The client is gone: free the worker at once."""
        self._stop(exchange, busy(why("client-gone")))

    def free(self, link: Link) -> None:
        """A worker has answered."""
        exchange = link.exchange
        link.exchange = None
        link.resume()
        self._leave(link)
        if exchange:
            exchange.end()
        # a process without privileges cannot raise its priority again, and a worker of a replaced fork server
        # has the data from before the last change
        if link.has_low_priority or link.tasks >= TASKS_PER_WORKER or link.worker.line is not self.fork_server.line:
            link.close()
        else:
            self._idle.append(link)
        self._hand_out()

    def _leave(self, link: Link) -> None:
        """The worker works no more; whether it counted as long is counted anew at the next check."""
        self._busy.discard(link)
        self._long = min(self._long, len(self._busy))

    def lost(self, link: Link) -> None:
        """A worker is gone: say so to who waits for it once it is known how it ended."""
        self._leave(link)
        if link in self._idle:
            self._idle.remove(link)
        exchange, link.exchange = link.exchange, None
        if exchange:
            exchange.link = None
        self._keep(self._reap(link, exchange))

    async def _reap(self, link: Link, exchange: Exchange | None) -> None:
        loop = asyncio.get_running_loop()
        ran = loop.time() - link.began
        try:
            status = await loop.run_in_executor(self._reaps, link.worker.reap)
        except RuntimeError:  # the loop is being closed: nobody waits any more, and the fork server reaps its workers
            return
        if exchange and is_innocent(status, ran) and not (exchange.is_repeated or exchange.answer.done()):
            exchange.is_repeated = True
            # first in the queue: it has waited for its turn already
            self._waiting.appendleft(exchange)
        elif exchange:
            exchange.fail(died(status, self.fork_server.seconds))
            exchange.end()
        self._hand_out()

    def _hand_out(self) -> None:
        """Give workers to who waits; ask for new ones where there are too few."""
        while self._waiting and self._idle and len(self._busy) - self._long < self.pool_limits.slots:
            link = self._idle.pop()
            if link.worker.line is not self.fork_server.line:
                link.close()
                continue
            self._busy.add(link)
            link.begin(self._waiting.popleft())
        if not self._waiting:
            return
        free = min(self.pool_limits.workers - len(self._busy), self.pool_limits.slots + self._long - len(self._busy))
        wanted = min(len(self._waiting), free) - self._coming - len(self._idle)
        for _ in range(wanted):
            self._coming += 1
            self._keep(self._add_worker())

    async def _add_worker(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            worker = await loop.run_in_executor(self._forks, self.fork_server.fork)
            worker.link.setblocking(False)  # noqa: FBT003  # the library's own signature
            _, link = await loop.create_unix_connection(lambda: Link(worker, self), sock=worker.link)
        except (LostError, OSError):  # there can be no more processes or open files now; the next check tries again
            return
        else:
            if not link.is_lost:  # it may have been ended before it was known here
                self._idle.append(link)
        finally:
            self._coming -= 1
        self._hand_out()

    def _check_all(self) -> None:
        loop = asyncio.get_running_loop()
        active = self._busy or self._waiting
        self._timer = loop.call_later(CHECK_SECONDS, self._check_all) if active else None
        now = loop.time()
        for link in list(self._busy):
            if link.exchange:
                self._check(link, link.exchange, now)
        self._long = sum(now - link.began > LONG_SECONDS for link in self._busy)
        self._hand_out()
        while self._waiting and now - self._waiting[0].asked > self.pool_limits.wait:
            key = "starting-again" if self.fork_server.line.is_lost else "workers-taken"
            self._waiting.popleft().fail(busy(why(key)))
        self._make_room(now)
        self._bound_memory()

    def _bound_memory(self) -> None:
        """Where all workers together take more than they may, the one that takes most gives way."""
        running = [link for link in self._busy if link.exchange and link.exchange.watch]
        taken = [max(0, _resident(link.worker.process) - link.before) for link in running]
        if sum(taken) > self.pool_limits.memory:
            size, place = max((size, place) for place, size in enumerate(taken))
            exchange = running[place].exchange
            if exchange:
                self._stop(exchange, busy(why("total-memory", size=megabytes(size)), 30))

    def _check(self, link: Link, exchange: Exchange, now: float) -> None:
        age = now - link.began
        if age > LONG_SECONDS and exchange.watch is None and exchange.gone:
            exchange.watch = exchange.gone()
            exchange.watch.add_done_callback(partial(self._gone, exchange))
        if age > LOW_PRIORITY_SECONDS and not link.has_low_priority:
            link.has_low_priority = True
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, link.worker.process, 10)
        if age > self.fork_server.seconds + 1:  # its end is not seen while nothing is read because its client is slow
            link.worker.kill()
            link.close()

    def _gone(self, exchange: Exchange, watch: asyncio.Future[None]) -> None:
        if not watch.cancelled():
            self.abandon(exchange)

    def _make_room(self, now: float) -> None:
        """Where all workers are taken and somebody waits, the query that has run longest gives way."""
        if (
            not self._waiting
            or now - self._waiting[0].asked < self.pool_limits.turn
            or len(self._busy) < self.pool_limits.workers
        ):
            return
        running = [link for link in self._busy if link.exchange]
        oldest = min(running, key=lambda link: link.began, default=None)
        if oldest and oldest.exchange and now - oldest.began > self.pool_limits.patience:
            ran = f"{now - oldest.began:.2g}"
            self._stop(oldest.exchange, busy(why("others-waiting", seconds=ran), 30))

    def _stop(self, exchange: Exchange, refusal: Refusal) -> None:
        link = exchange.link
        if exchange in self._waiting:
            self._waiting.remove(exchange)
        exchange.fail(refusal)
        exchange.end()
        if link:
            link.exchange = None
            link.worker.kill()

    def _keep(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
