"""Lets the service live: ten thousand changes, then mixed load while its processes are killed at random.

    python benchmarks/soak.py                               10,000 changes and an hour of mixed load
    python benchmarks/soak.py --changes 2000 --seconds 120  a short one
    python benchmarks/soak.py --rate 2 --pause 15           beside other work: two requests a second under mixed load

It starts `pan2kg serve --writable` over the shipped graph in a session of its own. After every twentieth of the changes
it writes down what all processes of that session take: proportional set size (a page that n processes share counts as
1/n in each), open files, processes and zombies. Every tenth change is looked for by a query.

Then eight clients ask, change, open pages, ask for too much and leave, while every few seconds a process is killed:
a worker, a process that applies a change, or the fork server. What is counted is each kind of answer, how long after a
death of the fork server no query was answered, and what is taken every few minutes and at the end. Last the supervisor
is killed, which is to end the service with the next death of the fork server. It ends with tables in Markdown. It is
never a test.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

PROC = Path("/proc")
PATIENCE = 120.0
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH <http://e/soak> { ?s <http://e/p> ?o } }"
SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
CLIENTS = 8
KINDS = {"query": 80, "change": 10, "page": 2, "slow": 2, "leave": 6}


@dataclass(frozen=True, slots=True)
class Taken:
    """What the processes of the service take: bytes, open files, and how many they are and of them zombies.

    ``main`` and ``main_files`` are those of the process that listens, which lives as long as the service.
    """

    memory: int
    main: int
    main_files: int
    files: int
    processes: int
    zombies: int


@dataclass(slots=True)
class Served:
    """The running service and how to ask it."""

    port: int
    process: subprocess.Popen[str]
    token: str
    log: Path

    def send(self, method: str, path: str, body: bytes | None = None, media: str = "") -> tuple[int, bytes]:
        """Status and content of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            headers = {"Authorization": f"Bearer {self.token}", "Accept": "text/csv, */*;q=0.5"}
            connection.request(method, path, body, {**headers, **({"Content-Type": media} if media else {})})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def ask(self, query: str) -> tuple[int, bytes]:
        """Status and content of the answer to a query."""
        return self.send("GET", f"/sparql?query={quote(query, safe='')}")

    def change(self, number: int) -> int:
        """Write something small in one of three ways; every write leaves one triple more but for the graph's own."""
        if number % 10 == 9:
            turtle = f"<http://e/s> <http://e/q> {number} .".encode()
            return self.send("PUT", "/store?graph=http://e/put", turtle, "text/turtle")[0]
        text = f"INSERT DATA {{ GRAPH <http://e/soak> {{ <http://e/{number}> <http://e/p> {number} }} }}"
        return self.send("POST", "/sparql", text.encode(), "application/sparql-update")[0]

    def parents(self) -> dict[int, tuple[int, str]]:
        """The parent and the state of each process of the session."""
        found = {}
        for status in PROC.glob("[0-9]*/stat"):
            with suppress(OSError):
                state, parent, _, session = status.read_text(encoding="ascii").rpartition(")")[2].split()[:4]
                if int(session) == self.process.pid:
                    found[int(status.parent.name)] = int(parent), state
        return found

    def taken(self) -> Taken:
        """What all processes of the session take."""
        parents = self.parents()
        each = {process: _taken_by(process) for process in parents}
        memory, files = (sum(of_one) for of_one in zip(*each.values(), strict=True))
        main, main_files = each[self.process.pid]
        zombies = sum(state == "Z" for _, state in parents.values())
        return Taken(memory, main, main_files, files, len(parents), zombies)

    def victims(self) -> tuple[int, int, list[int]]:
        """The supervisor, the fork server, and all else that is neither of them nor the main process.

        Workers, and what applies a change, may open no file; fork servers may, and the last one is not replaced yet.
        """
        parents = self.parents()
        supervisor = next((one for one, (parent, _) in parents.items() if parent == self.process.pid), 0)
        others = [
            one for one, (_, state) in parents.items() if one not in (supervisor, self.process.pid) and state != "Z"
        ]
        servers = [one for one in others if _opens_files(one)]
        last = max(servers, key=_started, default=0)
        return supervisor, last, [one for one in others if one != last]


def _taken_by(process: int) -> tuple[int, int]:
    """Proportional set size in bytes and open files of a process; nothing of one that is gone."""
    with suppress(OSError):
        rolled = (PROC / str(process) / "smaps_rollup").read_text(encoding="ascii")
        memory = sum(int(line.split()[1]) for line in rolled.splitlines() if line.startswith("Pss:")) * 1024
        return memory, len(list((PROC / str(process) / "fd").iterdir()))
    return 0, 0


def _opens_files(process: int) -> bool:
    with suppress(OSError):
        limits = (PROC / str(process) / "limits").read_text(encoding="ascii")
        return next(line.split()[3] for line in limits.splitlines() if line.startswith("Max open files")) != "0"
    return False


def _started(process: int) -> int:
    with suppress(OSError):
        return int((PROC / str(process) / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[19])
    return 0


@contextmanager
def serving(project: Path, timeout: float) -> Iterator[Served]:
    token = secrets.token_urlsafe()
    command = [sys.executable, "-m", "pan2kg.cli.main", "serve", "--project", str(project), "--writable"]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        environment = {**os.environ, "PAN2KG_TOKEN": token}
        with log.open("wb") as written:
            process = subprocess.Popen(
                [*command, "--port", "0", "--no-browser", "--timeout", f"{timeout:g}"],
                stdout=subprocess.PIPE,
                stderr=written,
                text=True,
                env=environment,
                start_new_session=True,
            )
        assert process.stdout
        try:
            port = urlsplit(process.stdout.readline().strip()).port
            if port is None:
                raise SystemExit(log.read_text(encoding="utf-8"))
            yield Served(port, process, token, log)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def changing(served: Served, changes: int, rest: float) -> Iterator[tuple[int, float, Taken]]:
    """After every twentieth of the changes: how many there were, the median of their milliseconds, what is taken."""
    times: list[float] = []
    written = 0
    yield 0, 0.0, served.taken()
    for number in range(changes):
        began = time.perf_counter()
        status = served.change(number)
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(rest)
        if status not in (201, 204):
            raise SystemExit(f"change {number} was answered {status}")
        written += number % 10 != 9
        if number % 10 == 0:
            answer = served.ask(COUNT)
            if answer != (200, f"n\r\n{written}\r\n".encode()):
                raise SystemExit(f"after change {number} the answer is {answer}, not {written}")
        if (number + 1) % max(1, changes // 20) == 0:
            yield number + 1, statistics.median(times), served.taken()
            times.clear()


@dataclass(slots=True)
class Load:
    """Clients that ask at random until time is up, and what they got; each rests so long on average between two."""

    served: Served
    until: float
    rest: float = 0.0
    seen: Counter[str] = field(default_factory=Counter)
    good: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, seed: int) -> None:
        """Ask until time is up."""
        chance = random.Random(seed)
        ask: dict[str, Callable[[], int]] = {
            "query": lambda: self.served.ask("ASK {}")[0],
            "change": lambda: self.served.change(10 * chance.randrange(10**6)),
            "page": lambda: self.served.send("GET", "/en/plans.html")[0],
            "slow": lambda: self.served.ask(SLOW)[0],
            "leave": self.leave,
        }
        while time.monotonic() < self.until:
            time.sleep(chance.uniform(0, 2 * self.rest))
            kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
            try:
                answer = str(ask[kind]())
            except (OSError, http.client.HTTPException) as error:
                answer = type(error).__name__
            with self.lock:
                self.seen[f"{kind} {answer}"] += 1
                if kind == "query" and answer == "200":
                    self.good.append(time.monotonic())

    def leave(self) -> int:
        """Ask for too much and go away."""
        connection = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=PATIENCE)
        connection.request("GET", f"/sparql?query={quote(SLOW, safe='')}")
        connection.close()
        return 0


def watching(load: Load, seconds: float, taken: list[tuple[float, Taken]]) -> None:
    """Write down what is taken, twelve times in so many seconds, until the load is over."""
    began = time.monotonic()
    while (now := time.monotonic()) < load.until:
        taken.append((now - began, load.served.taken()))
        sys.stderr.write(f"{now - began:.0f} s {shown(taken[-1][1])} {dict(load.seen)}\n")
        time.sleep(min(seconds / 12, max(0.0, load.until - now)))


def loaded(load: Load, pause: float) -> tuple[Counter[str], list[float]]:
    """What was killed under the load of eight clients, and how long each death of the fork server kept queries waiting.

    ``load`` notes what the clients got.
    """
    served = load.served
    clients = [threading.Thread(target=load.run, args=(seed,)) for seed in range(CLIENTS)]
    for client in clients:
        client.start()
    chance, killed = random.Random(1), Counter[str]()
    deaths: list[float] = []
    while time.monotonic() < load.until:
        time.sleep(chance.uniform(0.5, 1.5) * pause)
        _, server, others = served.victims()
        # a fork server is killed once it has answered: before, it may still load the graph
        is_there = bool(server) and (not deaths or any(moment > deaths[-1] + 0.1 for moment in load.good[-50:]))
        is_server = is_there and (not others or chance.random() < 1 / 3)
        victim = server if is_server else chance.choice(others or [0])
        with suppress(ProcessLookupError):
            if victim:
                os.kill(victim, signal.SIGKILL)
                killed["fork server" if is_server else "worker, or what applies a change"] += 1
            if is_server:
                deaths.append(time.monotonic())
    for client in clients:
        client.join()
    gaps = []
    for death in deaths:
        # what the kernel has not ended yet may still answer
        after = min((moment for moment in load.good if moment > death + 0.1), default=time.monotonic())
        gaps.append(after - death)
    return killed, gaps


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def shown(taken: Taken) -> list[str]:
    sizes = [f"{size / 2**20:.0f} MB" for size in (taken.memory, taken.main)]
    return [*sizes, str(taken.files), str(taken.main_files), str(taken.processes), str(taken.zombies)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--project", type=Path, default=Path(__file__).resolve().parents[1])
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--pause", type=float, default=5.0, help="seconds between two kills")
    parser.add_argument("--rate", type=float, help="requests a second under mixed load (default: as many as can be)")
    parser.add_argument("--rest", type=float, default=0.0, help="seconds between two of the changes that come first")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds a query may take")
    given = parser.parse_args()
    columns = ["memory", "of the main process", "open files", "of the main process", "processes", "zombies"]
    with serving(given.project, given.timeout) as served:
        rows = []
        for number, median, taken in changing(served, given.changes, given.rest):
            rows.append([f"{number:,}", f"{median:.1f} ms", *shown(taken)])
            sys.stderr.write(f"{rows[-1]}\n")
        sys.stdout.write(table(["changes", "a change, median", *columns], rows) + "\n")
        load = Load(served, time.monotonic() + given.seconds, CLIENTS / given.rate if given.rate else 0.0)
        noted: list[tuple[float, Taken]] = []
        watch = threading.Thread(target=watching, args=(load, given.seconds, noted))
        watch.start()
        killed, gaps = loaded(load, given.pause)
        watch.join()
        time.sleep(given.timeout + 2)  # the longest query ends
        rows = [[f"after {seconds / 60:.0f} minutes", *shown(taken)] for seconds, taken in noted]
        rows.append(["a moment after the end", *shown(served.taken())])
        sys.stdout.write(table(["mixed load", *columns], rows) + "\n")
        rows = [[answer, f"{times:,}"] for answer, times in sorted(load.seen.items())]
        sys.stdout.write(table(["asked, and what came", "times"], rows) + "\n")
        rows = [[what, str(times)] for what, times in killed.items()]
        sys.stdout.write(table(["killed", "times"], rows) + "\n")
        if gaps:
            sys.stdout.write(f"no query answered after a fork server was killed: {max(gaps):.1f} s at most, ")
            sys.stdout.write(f"{statistics.median(gaps):.1f} s at the median\n")
        faults = served.log.read_text(encoding="utf-8").count("Traceback")
        sys.stdout.write(f"tracebacks in the log: {faults}\n")
        while not (found := served.victims())[1]:  # it is being started again
            time.sleep(1)
        supervisor, server, _ = found
        os.kill(supervisor, signal.SIGKILL)
        still = served.ask("ASK {}")[0]
        os.kill(server, signal.SIGKILL)
        code = served.process.wait(PATIENCE)
        sys.stdout.write(
            f"without its supervisor a query was answered {still}; without its fork server too it ended: {code}\n"
        )


if __name__ == "__main__":
    main()
