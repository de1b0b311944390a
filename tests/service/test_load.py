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
from typing import TYPE_CHECKING

import pytest

from tests.service.conftest import PAIRS, SLOW

if TYPE_CHECKING:
    from tests.service.conftest import Service, Start

SECONDS = float(os.environ.get("PAN2KG_LOAD_SECONDS", "6"))
CLIENTS = 64
SENTENCE = (".\n", "…\n")


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
        self.lock = threading.Lock()

    def note(self, kind: str, wrong: str = "") -> None:
        with self.lock:
            self.seen[kind] += 1
            if wrong:
                self.wrong.append(f"{kind}: {wrong}")

    def run(self, seed: int) -> None:
        chance = random.Random(seed)
        while time.monotonic() < self.until:
            kind = chance.choices(
                ["short", "page", "slow", "large", "broken", "huge", "leave", "garbage"], [60, 10, 3, 3, 8, 1, 5, 5]
            )[0]
            with suppress(ConnectionError):
                getattr(self, kind)()

    def short(self) -> None:
        reply = self.service.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "text/csv")
        right = (reply.status == 200 and reply.text.split() == ["n", "300"]) or self.is_refusal(
            reply.status, reply.text
        )
        self.note(f"short {reply.status}", "" if right else reply.text)

    def page(self) -> None:
        reply = self.service.send("GET", "/index.html")
        right = (reply.status == 200 and "<p>300 </p>" in reply.text) or self.is_refusal(reply.status, reply.text)
        self.note(f"page {reply.status}", "" if right else reply.text)

    def slow(self) -> None:
        reply = self.service.ask(SLOW)
        self.note(f"slow {reply.status}", "" if self.is_refusal(reply.status, reply.text) else reply.text)

    def large(self) -> None:
        try:
            reply = self.service.ask(PAIRS)
        except http.client.IncompleteRead:
            self.note("large, broken off")
        else:
            self.note(f"large {reply.status}", "" if self.is_refusal(reply.status, reply.text) else reply.text[-300:])

    def broken(self) -> None:
        reply = self.service.ask("SELECT * WHERE { ?s ?p")
        right = reply.status == 400 or self.is_refusal(reply.status, reply.text)
        self.note(f"broken {reply.status}", "" if right else reply.text)

    def huge(self) -> None:
        headers = {"Content-Type": "application/sparql-query"}
        reply = self.service.send("POST", "/sparql", b"#" * (5 * 2**20), headers)
        self.note(f"huge {reply.status}", "" if reply.status == 413 else reply.text)

    def leave(self) -> None:
        with socket.create_connection(("127.0.0.1", self.service.port), timeout=30) as line:
            line.sendall(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.note("left")

    def garbage(self) -> None:
        with socket.create_connection(("127.0.0.1", self.service.port), timeout=30) as line:
            line.sendall(b"\x16\x03\x01garbage\r\n\r\n")
            line.recv(1000)
        self.note("garbage")

    @staticmethod
    def is_refusal(status: int, text: str) -> bool:
        return status in (413, 503) and text.endswith(SENTENCE)


def test_nothing_is_lost_when_everything_happens_at_once(start: Start) -> None:
    if not Path("/proc/self/statm").exists():
        pytest.skip("memory is read from /proc, which this system does not have")
    service = start(pages=True, seconds=1.0, size=2**20, workers=6, patience=0.3)
    assert service.ask("ASK {}").status == 200
    warm = Crowd(service, SECONDS / 3)
    _let(warm)
    before = memory(service.process.pid) + memory(service.nursery)
    crowd = Crowd(service, SECONDS)
    _let(crowd)
    after = memory(service.process.pid) + memory(service.nursery)
    assert not crowd.wrong[:5], crowd.seen
    assert crowd.seen["short 200"] > crowd.seen["short 503"], crowd.seen
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
        workers = crowd.service.workers()
        if workers and time.monotonic() < crowd.until:
            with suppress(ProcessLookupError):
                os.kill(chance.choice(workers), signal.SIGKILL)
        clients[0].join(0.3)
        clients = [client for client in clients if client.is_alive()] or clients[:1]
