"""Services that are really started, and a client that sees what is on the wire."""

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import pytest

PATIENCE = 300.0
"""Seconds after which a thing that should happen is given up: no measure of speed, and long on a busy machine."""
SCRIPT = Path(__file__).with_name("small_service.py")
SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
PAIRS = "SELECT ?a ?d ?g WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
Result = TypeVar("Result")
Until = Callable[..., None]


class Starter:
    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT)], stdin=pipe, stdout=pipe, text=True
        )
        self.lock = Lock()

    def tell(self, **order: object) -> list[str]:
        assert self.process.stdin
        assert self.process.stdout
        with self.lock:
            self.process.stdin.write(f"{json.dumps(order)}\n")
            self.process.stdin.flush()
            return self.process.stdout.readline().split()


@dataclass
class Forked:
    pid: int
    starter: Starter
    returncode: int | None = None

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def wait(self, seconds: float = PATIENCE) -> int:
        if self.returncode is None:
            words = self.starter.tell(wait=self.pid, seconds=round(seconds))
            assert words, "the service did not end in time"
            self.returncode = int(words[0])
        return self.returncode


def awaited(ask: Callable[[], Coroutine[object, object, Result]]) -> Result:
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(lambda: asyncio.run(ask())).result()


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
    port: int
    process: Any = None
    holder: int = 0
    name: str = ""

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> Reply:
        names = {"Host": self.name, **headers} if self.name else {**headers}
        with closing(
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        ) as connection:
            connection.request(method, path, body, names)
            response = connection.getresponse()
            return Reply(
                response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
            )

    def get(self, path: str, method: str = "GET", **headers: str) -> Reply:
        return self.send(
            method, path, None, {name.replace("_", "-"): value for name, value in headers.items()}
        )

    def ask(self, query: str, accept: str = "", **headers: str) -> Reply:
        return self.get(
            f"/sparql?query={quote(query, safe='')}",
            **({"Accept": accept} if accept else {}),
            **headers,
        )

    def line(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def exchange(self, *pieces: bytes, rate: float = 0, hangs_up: bool = False) -> bytes:
        with self.line() as line:
            with suppress(OSError):  # it may close before it was sent all
                for piece in pieces:
                    line.sendall(piece)
                if hangs_up:
                    line.shutdown(socket.SHUT_WR)
            return read(line, rate)

    def busy(self) -> int:
        return int(
            float(self.get("/metrics").text.partition("\npan2kg_workers_busy ")[2].split()[0])
        )

    def workers(self) -> list[int]:
        return children(self.holder)

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)


def read(line: socket.socket, rate: float = 0) -> bytes:
    content = bytearray()
    began = time.monotonic()
    with suppress(ConnectionError):
        while piece := line.recv(2**15):
            content += piece
            time.sleep(max(0.0, len(content) / rate - (time.monotonic() - began)) if rate else 0)
    return bytes(content)


def children(process: int) -> list[int]:
    with suppress(FileNotFoundError, ProcessLookupError):  # it has ended
        files = Path(f"/proc/{process}/task").glob("*/children")
        return [int(word) for file in files for word in file.read_text("ascii").split()]
    return []


def runs(process: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11]) > 5
    return False


@contextmanager
def command(
    project: Path, *options: str, stderr: int | None = None, **environment: str
) -> Iterator[Service]:
    words = [
        sys.executable,
        "-m",
        "pan2kg.cli.main",
        "serve",
        "--project",
        str(project),
        "--no-browser",
        "--port",
        "0",
    ]
    with subprocess.Popen(
        [*words, *options],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env={**os.environ, **environment},
    ) as process:
        assert process.stdout
        try:
            port = urlsplit(process.stdout.readline().strip()).port
            assert port, "the service did not start"
            yield Service(port, process)
        finally:
            process.terminate()


Start = Callable[..., Service]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    start = "http://example.org/"
    path = tmp_path_factory.mktemp("data") / "small.nq"
    lines = [f'<{start}s{n}> <{start}p> "value {n}" <{start}g{n % 2}> .\n' for n in range(300)]
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    starter = Starter()
    yield starter
    starter.process.communicate()


@contextmanager
def starting(data: Path, starter: Starter) -> Iterator[Start]:
    running: list[Service] = []

    def begin(**options: object) -> Service:
        process, *words = map(int, starter.tell(start={"data": str(data), **options}))
        assert words, "the service did not start"
        running.append(Service(words[0], Forked(process, starter), words[1]))
        return running[-1]

    yield begin
    for service in running:
        service.end()
        service.process.wait(PATIENCE)


@pytest.fixture(scope="session")
def start_session(data: Path, starter: Starter) -> Iterator[Start]:
    with starting(data, starter) as begin:
        yield begin


@pytest.fixture
def start(data: Path, starter: Starter) -> Iterator[Start]:
    with starting(data, starter) as begin:
        yield begin


@pytest.fixture(scope="session")
def service(start_session: Start) -> Service:
    return start_session(pages=True, workers=4, seconds=60.0)


@pytest.fixture(scope="session")
def until() -> Until:
    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.02)

    return wait
