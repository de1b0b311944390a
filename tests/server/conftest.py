"""Services that are really started, and a client that sees what is on the wire."""

from __future__ import annotations

import asyncio
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import pytest

PATIENCE = 300.0
"""Seconds after which a thing that should happen is given up: no measure of speed, and long on a busy machine."""

SCRIPT = Path(__file__).with_name("small_service.py")
SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
PAIRS = "SELECT ?a ?d ?g WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


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
    """A running service, and how to ask it."""

    port: int
    process: subprocess.Popen[str]
    fork_server: int = 0
    lines: list[str] = field(default_factory=list)

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

    def workers(self) -> list[int]:
        """The processes of the workers; the asking process's children's children."""
        found = subprocess.run(["pgrep", "-P", str(self.fork_server)], capture_output=True, text=True, check=False)
        return [int(line) for line in found.stdout.split()]


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
def start_session(data: Path) -> Iterator[Start]:
    yield from _starter(data)


@pytest.fixture
def start(data: Path) -> Iterator[Start]:
    """Start a service with options of one's own."""
    yield from _starter(data)


def _starter(data: Path) -> Iterator[Start]:
    running: list[Service] = []

    def begin(**options: object) -> Service:
        given = {"data": str(data), **options}
        process = subprocess.Popen([sys.executable, str(SCRIPT), json.dumps(given)], stdout=subprocess.PIPE, text=True)
        assert process.stdout
        line = process.stdout.readline().split()
        assert line, "the service did not start"
        running.append(Service(int(line[0]), process, int(line[1])))
        return running[-1]

    yield begin
    for service in running:
        service.process.terminate()
        service.process.wait(PATIENCE)
        if service.process.stdout:
            service.process.stdout.close()


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
