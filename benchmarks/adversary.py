"""Attacks the service for minutes: what the tests of the gate do for moments, and what takes longer than one.

    python benchmarks/adversary.py                     a minute of the crowd, then the rest; some
    four minutes python benchmarks/adversary.py --seconds 1200      twenty minutes of the crowd
    python benchmarks/adversary.py --processes 64      as many clients at once

It starts the service over the shipped graph and lets a crowd ask at random – trivial and endless
queries, pages, bodies that are too large, garbage, clients that leave, dribble and sip – while
workers, and at times the process that holds the graph, are killed. Then an answer of 40 MB is read
at half a megabyte a second, and eight sorts of everything are asked at once of a service that may
take as much memory as a small machine has. Each line says what was seen; it ends with 1 where a
trivial query was answered wrong, or something was neither answered nor refused in a sentence.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/pan2kg/ontology#Plan> }"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
PAIRS = "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f }"
ROWS = "SELECT ?a ?b ?c ?d { ?a ?b ?c . ?d a <https://w3id.org/pan2kg/ontology#Plan> } LIMIT 250000"
SORT = "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"
KINDS = {
    "short": 60, "page": 10, "broken": 8, "leave": 5, "garbage": 5, "slow": 3, "large": 3, "huge": 1, "dribble": 2,
    "unread": 5, "sip": 1,
}  # fmt: skip
SPARQL = {"Content-Type": "application/sparql-query"}
HEAD = "GET /sparql?query={} HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\nConnection: close\r\n\r\n"


class Crowd:
    """Clients that ask at random until time is up, and note what came back."""

    def __init__(self, port: int, seconds: float) -> None:
        self.port = port
        self.until = time.monotonic() + seconds
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.right = b""

    def send(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        answer = response.status, response.read()
        connection.close()
        return answer

    def ask(self, query: str) -> tuple[int, bytes]:
        return self.send("GET", f"/sparql?query={quote(query)}", Accept="text/csv")

    def line(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=300)

    def run(self, seed: int) -> None:
        chance = random.Random(seed)
        while time.monotonic() < self.until:
            kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
            try:
                with suppress(ConnectionError):
                    status, body = getattr(self, kind)()
                    self.seen[f"{kind} {status}"] += 1
                    is_right = status in (200, 400, 405) and (kind != "short" or body == self.right)
                    if (
                        status
                        and not is_right
                        and not (status in (413, 503) and body.endswith((b".\n", b"}\n")))
                    ):
                        self.wrong.append(f"{kind} {status} {body[-200:]!r}")
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(f"{kind} {error!r}")

    def short(self) -> tuple[int, bytes]:
        return self.ask(COUNT)

    def page(self) -> tuple[int, bytes]:
        return self.send("GET", "/fr/index.html")

    def broken(self) -> tuple[int, bytes]:
        return self.ask("SELECT * WHERE { ?s ?p")

    def slow(self) -> tuple[int, bytes]:
        return self.ask(SLOW)

    def large(self) -> tuple[int, bytes]:
        return self.ask(PAIRS)

    def huge(self) -> tuple[int, bytes]:
        return self.send("POST", "/sparql", b"#" * (5 * 2**20), **SPARQL)

    def unread(self) -> tuple[int, bytes]:
        with self.line() as line:
            line.sendall(
                b"POST /fr/index.html HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
            )
            return int(line.recv(1000)[9:12] or b"0"), b""

    def leave(self) -> tuple[int, bytes]:
        with self.line() as line:
            line.sendall(HEAD.format(quote(SLOW)).encode())
        return 0, b""

    def garbage(self) -> tuple[int, bytes]:
        with self.line() as line:
            line.sendall(b"\x16\x03\x01garbage\r\n\r\n")
            return int(line.recv(1000)[9:12] or b"0"), b""

    def dribble(self) -> tuple[int, bytes]:
        with self.line() as line:
            for letter in HEAD.format("ASK%7B%7D").encode():
                line.sendall(bytes([letter]))
                time.sleep(0.01)
            return int(line.recv(1000)[9:12] or b"0"), b"}\n"

    def sip(self) -> tuple[int, bytes]:
        with self.line() as line:
            line.sendall(HEAD.format(quote(ROWS)).encode())
            while time.monotonic() < self.until and line.recv(2**16):
                time.sleep(0.1)
        return 0, b""


@contextmanager
def service(*options: str) -> Iterator[tuple[int, int]]:
    """The port and the process of the service over the shipped graph."""
    words = [
        sys.executable,
        "-m",
        "pan2kg.cli.main",
        "serve",
        "--no-browser",
        "--port",
        "0",
        *options,
    ]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        yield urlsplit(process.stdout.readline().strip()).port or 0, process.pid
        process.terminate()


def children(process: int) -> list[int]:
    """The processes a process has started."""
    with suppress(OSError):
        return [
            int(word)
            for word in Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()
        ]
    return []


def kill_now_and_then(process: int, until: float) -> Counter[str]:
    """End a worker every half a second, and the process that holds the graph every twenty."""
    killed: Counter[str] = Counter()
    chance = random.Random(7)
    holder_at = time.monotonic() + 20
    while time.monotonic() < until:
        time.sleep(0.5)
        holders = [holder for supervisor in children(process) for holder in children(supervisor)]
        is_holder = time.monotonic() > holder_at
        targets = (
            holders if is_holder else [worker for holder in holders for worker in children(holder)]
        )
        if targets:
            holder_at += 20 * is_holder
            killed["holders" if is_holder else "workers"] += 1
            with suppress(ProcessLookupError):
                os.kill(chance.choice(targets), signal.SIGKILL)
    return killed


def read_slowly(port: int, rate: float) -> str:
    """Read an answer of some 40 MB at so many bytes a second; whether it came whole."""
    crowd = Crowd(port, 0)
    whole = len(crowd.ask(ROWS)[1])
    with crowd.line() as line:
        line.sendall(HEAD.format(quote(ROWS)).encode())
        size = 0
        began = time.monotonic()
        while piece := line.recv(2**15):
            size += len(piece)
            time.sleep(max(0.0, size / rate - (time.monotonic() - began)))
    took = time.monotonic() - began
    return (
        f"{whole / 1e6:.1f} MB in {took:.0f} s: {'whole' if size > whole else f'**{size} bytes**'}"
    )


def hostile_sorts(port: int, process: int) -> str:
    """Ask eight sorts of everything at once; how they were answered, and the most memory of all processes together."""
    crowd = Crowd(port, 0)
    most = 0
    with ThreadPoolExecutor(8) as threads:
        sorts = [threads.submit(crowd.ask, SORT) for _ in range(8)]
        while not all(sort.done() for sort in sorts):
            tree = [process]
            for parent in tree:
                tree += children(parent)
            most = max(most, sum(map(_own_memory, tree)))
            time.sleep(0.1)
    statuses = Counter(sort.result()[0] for sort in sorts)
    return f"{dict(statuses)}, at most {most / 2**20:.0f} MB, then {crowd.ask(COUNT)[0]}"


def _own_memory(process: int) -> int:
    """The share of memory of a process, in which what several share counts once among them."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) * 1024
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Attack the service for minutes.")
    parser.add_argument(
        "--seconds", type=float, default=60, help="how long the crowd asks (default: 60)"
    )
    parser.add_argument(
        "--processes", type=int, default=32, help="how many clients it has (default: 32)"
    )
    options = parser.parse_args()
    with service("--timeout", "5", "--max-bytes", str(2**26)) as (port, process):
        crowd = Crowd(port, options.seconds)
        crowd.right = crowd.short()[1]
        clients = [
            threading.Thread(target=crowd.run, args=(seed,)) for seed in range(options.processes)
        ]
        for client in clients:
            client.start()
        killed = kill_now_and_then(process, crowd.until)
        for client in clients:
            client.join()
        seen = dict(sorted(crowd.seen.items()))
        print(f"crowd: {seen}; killed: {dict(killed)}; wrong: {crowd.wrong[:5]}", flush=True)
    steps: dict[str, Callable[[int, int], str]] = {
        "slow reader": lambda port, _: read_slowly(port, 500_000),
        "hostile sorts": hostile_sorts,
    }
    for name, step in steps.items():
        with service(*(["--total-memory", "600"] if step is hostile_sorts else [])) as (
            port,
            process,
        ):
            print(f"{name}: {step(port, process)}", flush=True)
    return 1 if crowd.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
