"""How workers are asked: by the endpoint, from the loop, and by pages, from their threads.

A client takes an answer as fast as it is made and keeps it (:class:`WorkerAnswer`), so that the
time of a worker is the engine's alone, however slowly a reader of the service takes what was
answered. :class:`Pool` asks for the endpoint, :class:`WorkerStore` for pages.
"""

import asyncio
import json
import secrets
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.errors import EndpointError, Place, QueryError
from pan2kg.server.answering import SENT_BYTES, Task
from pan2kg.server.holder import FAULT
from pan2kg.server.keeper import Keeper
from pan2kg.server.packets import FAILED, MEGABYTE, PIECE, TASK, pack, take
from pan2kg.server.protocol import RefusalError, busy
from pan2kg.store.store import Result

# a query of the endpoint is asked once more where its worker is ended from outside within so many
# seconds
EARLY_SECONDS = 0.5
# so many queries of the endpoint may wait for a worker
QUEUE_LENGTH = 256
# so many seconds a query waits for a worker, or for workers of a graph that is loaded anew
WAIT_SECONDS = 10.0
# so many seconds pass between two tries to reach a worker
RETRY_SECONDS = 0.02
# an answer that takes so many seconds is worth watching whether who wants it has left
UNWATCHED_SECONDS = 0.05
# within so many seconds the holder has said how a worker ended
END_SECONDS = 1.0

# returns when who wants an answer has left
Leave = Callable[[], Awaitable[None]]


class WorkerAnswer:
    """An answer as it comes from a worker: in memory, or in a file where it is long.

    ``waiting_bytes`` are those of all answers that wait now, at most ``MOST_BYTES``: who reads
    slowly does not fill the disk.
    """

    MEMORY_BYTES = MEGABYTE
    MOST_BYTES = 2**31
    waiting_bytes = 0

    def __init__(self) -> None:
        self.file = tempfile.SpooledTemporaryFile(self.MEMORY_BYTES)  # noqa: SIM115  # closed by who sends it
        self.form = ""
        self.state = ""
        self.is_volatile = False
        self.size = 0
        self._buffer = bytearray()

    def take(self, data: bytes) -> bool:
        """Take what has come; whether the answer is whole.

        Raises:
            EOFError: the worker ended.
            RefusalError: it says why there is no answer, or there is no room for it.
        """
        if not data:
            raise EOFError
        self._buffer += data
        while packet := take(self._buffer):
            if packet.kind == FAILED:
                raise RefusalError.unpack(packet.content)
            if packet.kind != PIECE:
                self.form, self.is_volatile, self.state = json.loads(packet.content)
                return True
            self._keep(packet.content)
        return False

    def _keep(self, piece: bytes) -> None:
        self.size += len(piece)
        WorkerAnswer.waiting_bytes += len(piece)
        try:
            if WorkerAnswer.waiting_bytes > self.MOST_BYTES:
                raise OSError
            self.file.write(piece)
        except OSError:  # the disk is full, or would be
            raise busy("answers-waiting", 30) from None

    def close(self) -> None:
        """Let go of what it holds."""
        WorkerAnswer.waiting_bytes -= self.size
        self.size = 0
        self.file.close()

    __del__ = close  # where a client leaves before anything of it is sent

    def content(self) -> bytes:
        """All of it; it is closed then."""
        self.file.seek(0)
        content = self.file.read()
        self.close()
        return content


class WorkerEndedError(Exception):
    """The worker of a task has ended before it answered; by a signal (negative), or with an exit code."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Crew(NamedTuple):
    """The workers for one kind of task, of the endpoint (``query``) or of pages (``page``), as they are asked.

    A worker has so many ``seconds`` for a task.
    """

    keeper: Keeper
    kind: str
    seconds: float

    async def ask(self, task: Task, leave: Leave | None = None) -> WorkerAnswer:
        """Have a task done, while who wants it has not left, as ``leave`` says.

        It is done once more where its worker was ended from outside: for a page however late, else
        at once.

        Raises:
            RefusalError: it took too long or too much, or it cannot be answered.
        """
        began = time.monotonic()
        try:
            try:
                return await self._ask_once(task, leave)
            except WorkerEndedError as end:
                is_early = self.kind == "page" or time.monotonic() - began <= EARLY_SECONDS
                if end.status != -signal.SIGKILL or not is_early:
                    raise
            return await self._ask_once(task, leave)
        except WorkerEndedError as end:
            raise self._refusal_of(end.status) from None

    async def _ask_once(self, task: Task, leave: Leave | None) -> WorkerAnswer:
        # never 0, which stands for no task, and within the eight bytes a number may have
        task = task._replace(number=1 + secrets.randbits(56))
        answer = WorkerAnswer()
        with ExitStack() as unless_whole:
            unless_whole.callback(answer.close)
            try:
                await self._exchange(task, answer, leave)
            except ConnectionResetError:  # the worker was told to end before it read the task
                raise WorkerEndedError(-signal.SIGKILL) from None
            except (EOFError, ConnectionError):
                raise WorkerEndedError(await self._status_of(task)) from None
            unless_whole.pop_all()
        return answer

    async def _exchange(self, task: Task, answer: WorkerAnswer, leave: Leave | None) -> None:
        """Send a task and take its answer, as long as somebody wants it."""
        with socket.socket(socket.AF_UNIX) as link:
            link.setblocking(False)  # noqa: FBT003  # the library's own signature
            talk = asyncio.ensure_future(self._talk(link, task, answer))
            try:
                done, _ = await asyncio.wait({talk}, timeout=UNWATCHED_SECONDS)
                if not done:
                    patience = self.seconds + WAIT_SECONDS
                    leaving = asyncio.ensure_future(leave() if leave else asyncio.sleep(patience))
                    await asyncio.wait(
                        {talk, leaving}, timeout=patience, return_when=asyncio.FIRST_COMPLETED
                    )
                    leaving.cancel()
                if not talk.done():
                    raise busy("client-gone")
                await talk
            finally:
                talk.cancel()

    async def _talk(self, link: socket.socket, task: Task, answer: WorkerAnswer) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        keeper = self.keeper
        # no workers are there yet, or so many clients ask that another moment is better
        while link.connect_ex(str(keeper.folder / self.kind)):
            if keeper.is_lost or keeper.is_closing or time.monotonic() > deadline:
                raise busy("lost" if keeper.is_lost else "starting-again")
            await asyncio.sleep(RETRY_SECONDS)
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(link, pack(TASK, json.dumps(task).encode()))
        while not answer.take(await loop.sock_recv(link, 2 * SENT_BYTES)):
            pass

    async def _status_of(self, task: Task) -> int:
        """How the worker of a task has ended; as if it was killed where the holder does not say it in time."""
        deadline = time.monotonic() + END_SECONDS
        while task.number not in self.keeper.ended:
            if self.keeper.is_closing or time.monotonic() > deadline:
                return -signal.SIGKILL
            await asyncio.sleep(0.01)
        return self.keeper.ended.pop(task.number)

    def _refusal_of(self, status: int) -> RefusalError:
        """What is said where a worker ended with this status."""
        if status == FAULT:
            return RefusalError(500, "fault")
        if status == -signal.SIGSEGV:
            # the stack was too small; where memory is refused, the engine aborts
            return RefusalError(400, "nested-or-chained")
        if status == -signal.SIGALRM:
            return busy("too-slow", 30, seconds=f"{self.seconds:g}")
        if status in (-signal.SIGABRT, -signal.SIGBUS):
            return busy("query-memory-or-depth", 30)
        return busy("process-ended", 1)


class Pool:
    """The workers of the endpoint, so many queries at once; others wait their turn."""

    def __init__(self, keeper: Keeper, seconds: float) -> None:
        self.keeper = keeper
        self.crew = Crew(keeper, "query", seconds)
        self.waiting = 0
        self.busy = 0
        self.turns = asyncio.Semaphore(keeper.crew["query"])

    async def ask(self, task: Task, leave: Leave | None = None) -> WorkerAnswer:
        """Have a task done, while who wants it has not left, as ``leave`` says.

        Raises:
            RefusalError: too many wait, it took too long or too much, or it cannot be answered.
        """
        if self.waiting >= QUEUE_LENGTH:
            raise busy("queue-full")
        self.waiting += 1
        try:
            # a turn that is free is taken without a clock
            patience = WAIT_SECONDS if self.turns.locked() else None
            await asyncio.wait_for(self.turns.acquire(), patience)
        except TimeoutError:
            raise busy("queue-full" if self.keeper.is_up else "starting-again") from None
        finally:
            self.waiting -= 1
        self.busy += 1
        try:
            return await self.crew.ask(task, leave)
        finally:
            self.busy -= 1
            self.turns.release()


class WorkerStore:
    """Answers queries as :class:`pan2kg.store.store.LocalStore` does, from any thread.

    It has workers of its own, so that pages do not wait while all workers of the endpoint are
    taken; and a query of a page that runs too long is ended, and its page says so in a sentence.
    """

    def __init__(self, keeper: Keeper, seconds: float) -> None:
        self.crew = Crew(keeper, "page", seconds)
        self.turns = threading.Semaphore(keeper.crew["page"])

    def query(self, text: str) -> Result:
        """Answer a query over the union of all graphs, or over those its own FROM clauses name.

        Rows come as tab-separated values, whole terms as in Turtle, which takes less than JSON.

        Raises:
            QueryError: the query is refused.
            EndpointError: it took too long or too much, or no worker was free in time.
        """
        if not self.turns.acquire(timeout=WAIT_SECONDS):
            raise EndpointError("page-workers-taken", remedy="ask-later")
        task = Task("query", text, table="tsv", graph="ntriples", own=True)
        try:
            answer = asyncio.run(self.crew.ask(task))
        except RefusalError as refusal:
            if refusal.status < 500:
                place = Place("query", refusal.line, refusal.column)
                raise QueryError(refusal.message, place=place) from None
            raise EndpointError(refusal.message, remedy="ask-later") from None
        finally:
            self.turns.release()
        body = answer.content()
        if answer.form == "ntriples":
            quads = ox.parse(body, format=ox.RdfFormat.N_TRIPLES, lenient=True)
            return [quad.triple for quad in quads]
        return ox.parse_query_results(body, format=ox.QueryResultsFormat.TSV)

    def refuse(self, question: str) -> None:
        """Nothing is refused: workers answer as the files do."""
