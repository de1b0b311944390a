"""The process that holds the graph over a long life: many changes, its own faults, and being killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from pan2kg.server.fork_server import FORK
from pan2kg.server.workers import Line, LostError
from tests.server.conftest import PATIENCE, SCRIPT, Reply, Service

PROC = Path("/proc")
Until = Callable[..., None]
needs_proc = pytest.mark.skipif(not (PROC / "self" / "stat").exists(), reason="processes are read from /proc")
TOKEN = {"Authorization": "Bearer secret", "Content-Type": "application/sparql-update"}


class Watched(Service):
    """A service in a session of its own, so that whatever it leaves behind is found, and what it logs."""

    def __init__(self, folder: Path, *before: str, **options: object) -> None:
        self.log = folder / "log"
        command = [*before, sys.executable, str(SCRIPT), json.dumps({"token": "secret", **options})]
        with self.log.open("wb") as log:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True)
        super().__init__(0, process)
        assert process.stdout
        self.said = process.stdout

    def listen(self) -> Watched:
        line = self.said.readline().split()
        assert line, self.log.read_text()
        self.port, self.fork_server = int(line[0]), int(line[1])
        return self

    def update(self, text: str) -> Reply:
        return self.send("POST", "/sparql", text.encode(), TOKEN)

    def count(self) -> str:
        return self.ask("SELECT (COUNT(*) AS ?n) { ?s <http://e/p> ?o }", "text/csv").text.split()[-1]

    def processes(self) -> dict[int, str]:
        """The state of each process of the session, Z that of a zombie."""
        return {process: state for process, (state, _) in self._of_session().items()}

    def children(self, parent: int) -> list[int]:
        """The processes of the session that this one has started."""
        return [process for process, (_, starter) in self._of_session().items() if starter == parent]

    def _of_session(self) -> dict[int, tuple[str, int]]:
        """State and parent of each process of the session; some end while they are looked at."""
        found = {}
        for status in PROC.glob("[0-9]*/stat"):
            try:
                state, parent, _, session = status.read_text().rpartition(")")[2].split()[:4]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(session) == self.process.pid:
                found[int(status.parent.name)] = (state, int(parent))
        return found


Start = Callable[..., Watched]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Start]:
    running: list[Watched] = []

    def start(*before: str, **options: object) -> Watched:
        running.append(Watched(tmp_path, *before, **options))
        return running[-1]

    yield start
    for service in running:
        with suppress(ProcessLookupError):
            os.killpg(service.process.pid, signal.SIGTERM)
        service.process.wait(PATIENCE)
        service.said.close()


def insert(n: int) -> str:
    return f"INSERT DATA {{ <http://e/{n}> <http://e/p> {n} }}"


@needs_proc
def test_more_changes_than_frames_leave_no_frame_and_no_process(begin: Start, until: Until) -> None:
    service = begin(recursion=120).listen()
    assert [service.update(insert(n)).status for n in range(130)] == [204] * 130
    assert service.count() == "130"
    until(lambda: len(service.processes()) <= 4)  # the main process, the supervisor, the fork server and a worker
    assert "Z" not in service.processes().values()


@needs_proc
def test_a_fork_server_that_is_killed_is_started_again_and_what_is_lost_is_said(begin: Start, until: Until) -> None:
    service = begin(data="").listen()
    assert service.update(insert(1)).status == 204
    holder = _held_by(service, until)[1]
    before = service.ask("ASK {}").headers["etag"]
    os.kill(holder, signal.SIGKILL)
    until(lambda: service.count() == "0")  # the kernel takes a moment to end it, and its worker with it
    assert service.ask("ASK {}").headers["etag"] != before
    assert service.update(insert(2)).status == 204
    assert service.count() == "1"
    log = service.log.read_text()
    assert "was ended from outside (status -9)" in log
    assert "Changes that were kept in memory only are lost: 1." in log


def _held_by(service: Watched, until: Until) -> tuple[int, int]:
    """The supervisor and the fork server, once those that were replaced are gone and before it has a worker."""
    (supervisor,) = service.children(service.process.pid)
    until(lambda: [service.children(one) for one in service.children(supervisor)] == [[]])
    return supervisor, service.children(supervisor)[0]


@needs_proc
def test_when_the_supervisor_is_killed_too_the_service_ends(begin: Start, until: Until) -> None:
    service = begin().listen()
    supervisor, holder = _held_by(service, until)
    os.kill(supervisor, signal.SIGKILL)
    assert service.ask("ASK {}").status == 200
    os.kill(holder, signal.SIGKILL)
    assert service.process.wait(PATIENCE) == 0


@pytest.mark.parametrize("asked", ["change", "query"])
def test_a_fault_of_ours_is_logged_and_told_as_ours(begin: Start, asked: str) -> None:
    service = begin(faulty=True).listen()
    reply = service.update(f"# FAULT\n{insert(1)}") if asked == "change" else service.ask("ASK {} # FAULT")
    assert (reply.status, reply.text) == (500, "A fault of the service, not of the request; its log says more.\n")
    assert "ZeroDivisionError: a fault of the software" in service.log.read_text()
    assert service.ask("ASK {}").status == 200
    assert service.update(insert(2)).status == 204


def test_slow_changes_do_not_keep_queries_from_being_answered(begin: Start, data: Path) -> None:
    service = begin(data=str(data), seconds=2.0).listen()
    pattern = " ".join(f"GRAPH ?g{n} {{ ?a{n} ?b{n} ?c{n} }}" for n in range(4))
    slow = f"INSERT {{ <a:a> <a:b> ?n }} WHERE {{ SELECT (COUNT(*) AS ?n) {{ {pattern} }} }}"
    with ThreadPoolExecutor(7) as threads:
        changes = [threads.submit(service.update, slow) for _ in range(7)]
        replies = [service.ask("ASK {}").status for _ in range(20)]
        assert not all(one.done() for one in changes)
        os.kill(service.process.pid, signal.SIGTERM)
    assert replies == [200] * 20


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_told_to_end_while_it_loads_it_leaves_no_process(
    begin: Start, tmp_path: Path, until: Until, number: signal.Signals
) -> None:
    service = begin(loading=str(tmp_path / "loading"))
    until((tmp_path / "loading").exists)
    assert len(service.processes()) == 3

    service.process.send_signal(number)
    service.process.wait(PATIENCE)
    until(lambda: not service.processes())


@needs_proc
def test_as_process_1_it_leaves_no_zombie(begin: Start, until: Until) -> None:
    alone = [shutil.which("unshare") or "", "--pid", "--fork", "--kill-child"]
    if not alone[0] or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("a container is imitated with unshare, which is not here or may not make a namespace")
    service = begin(*alone).listen()
    assert [service.update(insert(n)).status for n in range(30)] == [204] * 30
    assert service.count() == "30"
    until(lambda: "Z" not in service.processes().values())


def test_who_does_not_answer_an_order_in_time_is_lost() -> None:
    ours, theirs = socket.socketpair()
    line = Line(ours, 0)
    ours.settimeout(0.05)
    with theirs, pytest.raises(LostError):
        line.order(FORK)
    assert line.is_lost
    line.close()
