"""One task with one worker: what was asked, and the answer as it comes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from pan2kg.server.channel import END, FAILED, FORM, HEAD, MORE, START, WHOLE
from pan2kg.server.request import Refusal
from pan2kg.server.workers import Worker

FULL: Final = 2**20
"""So many bytes wait for a slow client before its worker is made to wait."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The beginning of an answer, or all of it: the name of its format, its content, whether more follows."""

    form: str
    body: bytes
    more: bool = False


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
            if self._waiting > FULL and self.link:
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
            if self._waiting < FULL // 2 and self.link:
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


class Keeper(Protocol):
    """Who keeps the workers, and is told of each."""

    def free(self, link: Link, /) -> None:
        """A worker has answered."""

    def lost(self, link: Link, /) -> None:
        """A worker is gone."""


class Link(asyncio.Protocol):
    """The line to a worker: gives it tasks and takes its answers apart."""

    def __init__(self, worker: Worker, pool: Keeper) -> None:
        self.worker = worker
        self.tired = False
        self.is_lost = False
        self.began = 0.0
        self.tasks = 0
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
