"""Services that are really started, and a client that sees what is on the wire."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import pytest

PATIENCE = 300.0
"""Seconds after which a thing that should happen is given up: no measure of speed, and long on a busy machine."""

SCRIPT = Path(__file__).with_name("small_service.py")
SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
PAIRS = "SELECT ?a ?d ?g WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


class Starter:
    """A process that has read the program once, and forks a service for each that is started."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([sys.executable, str(SCRIPT)], stdin=pipe, stdout=pipe, text=True)
        self._told = threading.Lock()

    def tell(self, **order: object) -> list[str]:
        """The words it answers an order with."""
        assert self._process.stdin
        assert self._process.stdout
        with self._told:
            self._process.stdin.write(f"{json.dumps(order)}\n")
            self._process.stdin.flush()
            return self._process.stdout.readline().split()

    def end(self) -> None:
        """End it, when all it has started is ended."""
        self._process.communicate()


@dataclass
class Forked:
    """A service that was forked, as tests use a process they have started themselves."""

    pid: int
    starter: Starter
    returncode: int | None = None

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def wait(self, seconds: float = PATIENCE) -> int:
        """How it ended, once it has."""
        if self.returncode is None:
            said = self.starter.tell(wait=self.pid, seconds=round(seconds))
            assert said, "the service did not end in time"
            self.returncode = int(said[0])
        return self.returncode


Answer = TypeVar("Answer")


def awaited(asked: Callable[[], Coroutine[object, object, Answer]]) -> Answer:
    """What it gives, run in a thread of its own: browsers of other tests leave a running loop in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(lambda: asyncio.run(asked())).result()


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Service:
    """A running service, and how to ask it; ``holder`` is the process that holds its graph."""

    port: int
    process: subprocess.Popen[str] | Forked
    holder: int = 0

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def ask(self, query: str, accept: str = "", **headers: str) -> Reply:
        told = {"Accept": accept} if accept else {}
        return self.send("GET", f"/sparql?query={quote(query, safe='')}", headers={**told, **headers})

    def line(self) -> socket.socket:
        """A connection on which one sends what one likes."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def exchange(self, *pieces: bytes) -> bytes:
        """What comes back for what is sent, until the service closes."""
        with self.line() as line:
            with suppress(ConnectionError):
                for piece in pieces:
                    line.sendall(piece)
            return read(line)

    def busy(self) -> int:
        """How many workers answer queries now."""
        line = next(line for line in self.send("GET", "/metrics").text.splitlines() if line.startswith(BUSY))
        return int(float(line.split()[1]))

    def workers(self) -> list[int]:
        """The processes of the workers, idle ones too."""
        return children(self.holder)


BUSY = "pan2kg_workers_busy "


def read(line: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    pieces = []
    with suppress(ConnectionError):
        while piece := line.recv(2**16):
            pieces.append(piece)
    return b"".join(pieces)


def children(process: int) -> list[int]:
    """The processes a process has started."""
    with suppress(FileNotFoundError, ProcessLookupError):  # it has ended
        return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()]
    return []


Start = Callable[..., Service]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hundred triples in two graphs."""
    lines = [
        f'<http://example.org/s{n}> <http://example.org/p> "value {n}" <http://example.org/g{n % 2}> .\n'
        for n in range(300)
    ]
    path = tmp_path_factory.mktemp("data") / "small.nq"
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    """What services are forked from; a test of how one starts starts it for real."""
    starter = Starter()
    yield starter
    starter.end()


@pytest.fixture(scope="session")
def start_session(data: Path, starter: Starter) -> Iterator[Start]:
    yield from _started(data, starter)


@pytest.fixture
def start(data: Path, starter: Starter) -> Iterator[Start]:
    """Start a service with options of one's own."""
    yield from _started(data, starter)


def _started(data: Path, starter: Starter) -> Iterator[Start]:
    running: list[Service] = []

    def begin(**options: object) -> Service:
        given = {"data": str(data), **options}
        process, *said = map(int, starter.tell(start=given))
        assert said, "the service did not start"
        running.append(Service(said[0], Forked(process, starter), said[1]))
        return running[-1]

    yield begin
    for service in running:
        service.process.terminate()
        service.process.wait(PATIENCE)


@pytest.fixture(scope="session")
def service(start_session: Start) -> Service:
    """A read-only service with pages, which stops no query only because the machine is busy."""
    return start_session(pages=True, workers=4, seconds=60.0)


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that is to happen; that it never does is all the clock decides."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture(name="until")
def until_fixture() -> Callable[..., None]:
    return until
