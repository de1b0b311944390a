"""Many clients at once, slow, broken and oversized requests among them, and workers killed at random.

``PAN2KG_LOAD_SECONDS=60`` makes it a minute; by default it is short.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.server.conftest import PAIRS, PATIENCE, SLOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.server.conftest import Reply, Service, Start

SECONDS: Final = float(os.environ.get("PAN2KG_LOAD_SECONDS", "3"))
CLIENTS: Final = 64
SENTENCE: Final = (".\n", "…\n")
COUNT: Final = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
KINDS: Final = {
    "short": 60, "page": 10, "broken": 8, "leave": 5, "garbage": 5, "slow": 3, "large": 3, "huge": 1,
    "dribble": 2, "sip": 1,
}  # fmt: skip
TRIES: Final = 5
"""So often a trivial query may be told to come again."""
LONGEST: Final = 60.0
"""Seconds within which every request has its answer, on a machine that does something else beside."""


def memory(process: int) -> int:
    """Bytes a process holds."""
    return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Crowd:
    """Clients that ask at random until time is up, and note what they got."""

    def __init__(self, service: Service, seconds: float) -> None:
        self.service = service
        self.until = time.monotonic() + seconds
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.longest = 0.0
        self.lock = threading.Lock()
        self.ended = threading.Event()

    def note(self, kind: str, wrong: str = "") -> None:
        with self.lock:
            self.seen[kind] += 1
            if wrong:
                self.wrong.append(f"{kind}: {wrong}")

    def run(self, seed: int) -> None:
        chance = random.Random(seed)
        while (began := time.monotonic()) < self.until:
            kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
            try:
                with suppress(ConnectionError):
                    getattr(self, kind)()
            except Exception as error:  # noqa: BLE001  # whatever it is, it is reported where the test can see it
                self.note(kind, repr(error))
            if kind not in ("dribble", "sip"):
                self.longest = max(self.longest, time.monotonic() - began)

    def short(self) -> None:
        """A trivial query is answered right, at once or as soon as it is asked again as it was told to."""
        for _ in range(TRIES):
            reply = self.service.ask(COUNT, "text/csv")
            self.note(f"short {reply.status}")
            if reply.status != 503 or not self.is_refusal(reply):
                break
        if (reply.status, reply.text.split()) != (200, ["n", "300"]):
            self.note("lost", reply.text)

    def page(self) -> None:
        reply = self.service.send("GET", "/index.html")
        self.expect("page", reply, good=reply.status == 200 and "<p>300 </p>" in reply.text)

    def slow(self) -> None:
        self.expect("slow", self.service.ask(SLOW))

    def large(self) -> None:
        try:
            self.expect("large", self.service.ask(PAIRS))
        except http.client.IncompleteRead as error:
            self.note("large, broken off", "" if b"BROKEN OFF" in error.partial[-300:] else "no sentence at its end")

    def broken(self) -> None:
        reply = self.service.ask("SELECT * WHERE { ?s ?p")
        self.expect("broken", reply, good=reply.status == 400)

    def huge(self) -> None:
        headers = {"Content-Type": "application/sparql-query"}
        reply = self.service.send("POST", "/sparql", b"#" * (5 * 2**20), headers)
        self.note(f"huge {reply.status}", "" if reply.status == 413 else reply.text)

    def leave(self) -> None:
        with self.line() as line:
            line.sendall(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.note("left")

    def garbage(self) -> None:
        with self.line() as line:
            line.sendall(b"\x16\x03\x01garbage\r\n\r\n")
            line.recv(1000)
        self.note("garbage")

    def dribble(self) -> None:
        """A request that comes a letter at a time."""
        with self.line() as line:
            for letter in b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: localhost\r\n\r\n":
                line.sendall(bytes([letter]))
                self.ended.wait(0.01)
            said = line.recv(1000)
        self.note("dribble", "" if said.startswith((b"HTTP/1.1 200", b"HTTP/1.1 503")) else said.decode())

    def sip(self) -> None:
        """A long answer that is read a little at a time."""
        with self.line() as line:
            line.sendall(f"GET /sparql?query={PAIRS.replace(' ', '+')} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            while line.recv(2**16) and not self.ended.wait(0.05):
                pass
        self.note("sip")

    def line(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.service.port), timeout=PATIENCE)

    def expect(self, kind: str, reply: Reply, *, good: bool = False) -> None:
        self.note(f"{kind} {reply.status}", "" if good or self.is_refusal(reply) else reply.text[-300:])

    @staticmethod
    def is_refusal(reply: Reply) -> bool:
        return reply.status in (413, 503) and reply.text.endswith(SENTENCE)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc, not to be had here")
def test_nothing_is_lost_when_everything_happens_at_once(start: Start) -> None:
    service = start(pages=True, seconds=1.0, size=2**20, workers=6, queue=256, patience=0.3)
    assert service.ask("ASK {}").status == 200
    _let(Crowd(service, SECONDS / 4))
    before = memory(service.process.pid) + memory(service.fork_server)
    crowd = Crowd(service, SECONDS)
    _let(crowd)
    after = memory(service.process.pid) + memory(service.fork_server)
    assert not crowd.wrong[:5], crowd.seen
    assert not crowd.seen["lost"], crowd.seen
    assert crowd.seen["short 200"] > crowd.seen["short 503"], crowd.seen
    assert crowd.longest < LONGEST, crowd.seen
    assert service.ask("ASK {}").status == 200
    assert after < before + 40 * 2**20, f"{before} → {after} bytes"
    assert len(service.workers()) <= 6 + 4, "the endpoint's and the pages' workers, and no zombies"


def _let(crowd: Crowd) -> None:
    """Let the clients ask, and kill a worker now and then."""
    clients = [threading.Thread(target=crowd.run, args=(seed,)) for seed in range(CLIENTS)]
    for client in clients:
        client.start()
    chance = random.Random(7)
    while any(client.is_alive() for client in clients):
        if time.monotonic() > crowd.until:
            crowd.ended.set()
        elif workers := crowd.service.workers():
            with suppress(ProcessLookupError):
                os.kill(chance.choice(workers), signal.SIGKILL)
        clients[0].join(0.3)
        clients = [client for client in clients if client.is_alive()] or clients[:1]


def test_told_to_end_while_it_is_asked_it_ends_cleanly(start: Start, until: Callable[..., None]) -> None:
    service = start(pages=True, seconds=60.0, workers=8)
    crowd = Crowd(service, 60)
    asked = [*[crowd.slow] * 3, *[crowd.sip] * 3, *[crowd.short] * 20, *[crowd.page] * 5]
    clients = [threading.Thread(target=_quietly, args=(ask,)) for ask in asked]
    for client in clients:
        client.start()
    until(lambda: crowd.seen["short 200"] >= 15 and len(service.workers()) >= 3)
    processes = [service.fork_server, *service.workers()]
    service.process.terminate()
    assert service.process.wait(PATIENCE) == 0
    for client in clients:
        client.join(PATIENCE)
    until(lambda: not [process for process in processes if Path(f"/proc/{process}").exists()])


def _quietly(ask: Callable[[], None]) -> None:
    with suppress(OSError, http.client.HTTPException):
        ask()
