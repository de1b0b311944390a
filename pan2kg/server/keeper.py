"""The holder of the graph as the main process has it: started, changed, loaded anew and started again.

A command that serves makes a :class:`Keeper` before it has any threads, and passes it to what asks
the workers (:mod:`pan2kg.server.asking`), to the pages, and to what changes the data.
:mod:`pan2kg.server.holder` says which processes there are and why.
"""

import json
import logging
import os
import queue
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from pan2kg.errors import ProjectError
from pan2kg.server.answering import Evaluator
from pan2kg.server.holder import fork, hold, supervise
from pan2kg.server.packets import CHANGE, ENDED, FAILED, RETIRE, STATE, Packet, pack, receive
from pan2kg.server.protocol import RefusalError, why

# within so many seconds a graph is loaded
LOAD_SECONDS = 1800.0
# a holder that ends within ``SHORT_LIFE_SECONDS``, or does not load, is started after a pause that
# doubles from the first to the longest
SHORT_LIFE_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
# of so many tasks it is known how their workers ended, until somebody asks
ENDS = 1000
# bytes a folder may have in the address of a socket, of which there are some hundred (unix(7))
_FOLDER_BYTES = 40
_LOG = logging.getLogger("pan2kg.service")


class Keeper:
    """The holder of the graph as the main process has it.

    It is being loaded from the beginning on, and there once ``start`` has returned; what is asked
    before waits. ``version`` counts the states of the data since the start, ``epoch`` tells them
    from those of another start; ``touched`` is what each change was about, where that is known.
    ``ended`` says by the number of a task how its worker ended, ``crew`` how many workers there are
    for each kind of task. ``on_lost`` is called when there can be no other holder.
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
        parent = tempfile.gettempdir()
        if len(parent) >= _FOLDER_BYTES:
            parent = "/tmp"  # noqa: S108  # a folder of its own is made there
        self._sockets = tempfile.TemporaryDirectory(
            "", "pan2kg-", parent, ignore_cleanup_errors=True
        )
        self.folder = Path(self._sockets.name)
        self.crew = {"query": workers, "page": for_pages}
        self.version = 0
        self.epoch = os.urandom(4).hex()
        self.touched = dict[int, frozenset[str]]()
        self.ended = dict[int, int]()
        self.is_up = False
        self.is_lost = False
        self.is_closing = False
        self.on_lost: list[Callable[[], None]] = []
        self._changing = threading.Lock()
        self._replies = queue.SimpleQueue[Packet | None]()
        self.orders, theirs = socket.socketpair()

        def live(control: socket.socket) -> None:
            hold(control, load, self.folder, self.crew, connects=connects)

        with theirs:
            self.supervisor = fork(
                lambda: supervise(theirs, live), "supervisor", close=[self.orders, *close]
            )
        self.control = self._order_holder()

    def state(self, ahead: int = 0) -> str:
        """What tells the state of the data, or one so many changes ahead, from all others."""
        version = self.version + ahead
        return f"{self.epoch}.{version}" if version else ""

    def _order_holder(self, ahead: int = 0) -> socket.socket:
        """Have a holder forked that loads the graph; the socket by which it is spoken to."""
        control, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self.orders, [b"s"], [theirs.fileno()])
        control.sendall(pack(STATE, self.state(ahead).encode()))
        return control

    def start(self, *, ahead: int = 0) -> None:
        """Wait until the graph is loaded, anew if that is a state ``ahead``, and see to it that it stays there.

        Raises:
            ProjectError: it could not be loaded.
        """
        control = self._order_holder(ahead) if ahead else self.control
        control.settimeout(LOAD_SECONDS)
        answer = None
        with suppress(TimeoutError):
            answer = receive(control)
        if answer is None or answer.kind == FAILED:
            control.close()
            raise ProjectError(
                RefusalError.unpack(answer.content).message if answer else "graph-not-loaded"
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
            if answer is None or answer.kind == FAILED:
                raise ProjectError(
                    RefusalError.unpack(answer.content).message if answer else why("starting-again")
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
        """Take what a holder sends until it ends; start another then, unless one has taken its place."""
        control = self.control
        began = time.monotonic()
        while (packet := receive(control)) is not None:
            if packet.kind == ENDED:
                task, status = json.loads(packet.content)
                self.ended[task] = status
                if len(self.ended) > ENDS:
                    del self.ended[next(iter(self.ended))]
            else:
                self._replies.put(packet)
        control.close()
        if control is not self.control or self.is_closing:
            return
        self.is_up = False
        self._replies.put(None)
        _LOG.error("%s", why("holder-ended"))
        has_lived = time.monotonic() - began > SHORT_LIFE_SECONDS
        self._restart(0.0 if has_lived else FIRST_PAUSE_SECONDS)

    def _restart(self, pause: float) -> None:
        """Start holders until one has loaded the graph, after a pause of so many seconds that doubles."""
        while not self.is_up and not self.is_closing:
            time.sleep(pause)
            pause = min(2 * pause or FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
            try:
                with self._changing:
                    self._replies = queue.SimpleQueue()
                    self.start(ahead=1)
                _LOG.warning("%s", why("loaded-anew"))
            except ProjectError as error:
                _LOG.error("%s", error)  # a sentence; there is nothing in its traceback
            except OSError:  # nobody forks holders any more
                if not self.is_closing:
                    self.is_lost = True
                    for hook in self.on_lost:
                        hook()
                return

    def close(self) -> None:
        """End all processes below, and forget the folder of their sockets."""
        self.is_closing = True
        self.orders.close()
        with suppress(ChildProcessError):
            os.waitpid(self.supervisor, 0)
        self._sockets.cleanup()
