"""Lets the service live: decisions of a reviewer, then mixed load while its processes are killed at random.

    python benchmarks/soak.py                               forty decisions and an hour of mixed
    load python benchmarks/soak.py --decisions 10 --seconds 120  a short one python
    benchmarks/soak.py --rate 2 --pause 15           beside other work: two requests a second under
    mixed load

It starts `pan2kg serve --writable` over a copy of the shipped graph in a session of its own, and
rejects links that wait for a decision, a page asked for after each. Then eight clients ask, open
pages, look at what waits, ask for too much and leave, while every few seconds a process is killed:
a worker, or the one that holds the graph. After every twentieth of the decisions and twelve times
under load it writes down what all processes of that session take: proportional set size (a page
that n processes share counts as 1/n in each), open files, processes and zombies. Last the
supervisor is killed with what holds the graph, which is to end the service. It ends with tables in
Markdown. It is never a test.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
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
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from pan2kg.graph.graph import open_graph
from pan2kg.review.suggested import graph_candidates
from tests.copies import copy

PROC = Path("/proc")
PATIENCE = 300.0
TOKEN = "a token that nobody guesses"
SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
CLIENTS = 8
KINDS = {"query": 80, "page": 8, "review": 4, "slow": 2, "leave": 6}
COLUMNS = [
    "memory",
    "of the main process",
    "open files",
    "of the main process",
    "processes",
    "zombies",
]


class Served:
    """The running service and how to ask it."""

    def __init__(self, port: int, process: subprocess.Popen[str], log: Path) -> None:
        self.port = port
        self.process = process
        self.log = log
        self.seen: Counter[str] = Counter()
        self.good: list[float] = []
        self.lock = threading.Lock()

    def send(
        self, method: str, path: str, form: dict[str, str] | None = None, *, waits: bool = True
    ) -> int:
        """The status of an answer, 0 for who leaves before it comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {
            "Authorization": f"Bearer {TOKEN}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            connection.request(
                method, path, urlencode(form) if form else None, headers if form else {}
            )
            if not waits:
                return 0
            response = connection.getresponse()
            response.read()
            return response.status
        finally:
            connection.close()

    def run(self, seed: int, until: float, rest: float) -> None:
        """Ask at random until time is up; between two requests rest so long on average."""
        chance = random.Random(seed)
        slow = f"/sparql?query={quote(SLOW)}"
        ask: dict[str, Callable[[], int]] = {
            "query": lambda: self.send("GET", "/sparql?query=ASK%7B%7D"),
            "page": lambda: self.send(
                "GET", chance.choice(("/en/plans.html", "/fr/index.html", "/de/plan/lu-bhr-2.html"))
            ),
            "review": lambda: self.send("GET", "/fr/review.html"),
            "slow": lambda: self.send("GET", slow),
            "leave": lambda: self.send("GET", slow, waits=False),
        }
        while time.monotonic() < until:
            time.sleep(chance.uniform(0, 2 * rest))
            kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
            try:
                answer = str(ask[kind]())
            except (OSError, http.client.HTTPException) as error:
                answer = type(error).__name__
            with self.lock:
                self.seen[f"{kind} {answer}"] += 1
                if kind == "query" and answer == "200":
                    self.good.append(time.monotonic())

    def taken(self) -> list[str]:
        """What all processes of the session take, as a row of a table."""
        sizes: dict[int, tuple[int, int]] = {}
        zombies = 0
        for status in PROC.glob("[0-9]*/stat"):
            with suppress(OSError):
                state, _, _, session = (
                    status.read_text(encoding="ascii").rpartition(")")[2].split()[:4]
                )
                if int(session) == self.process.pid:
                    zombies += state == "Z"
                    rolled = (status.parent / "smaps_rollup").read_text(encoding="ascii")
                    memory = sum(
                        int(line.split()[1])
                        for line in rolled.splitlines()
                        if line.startswith("Pss:")
                    )
                    sizes[int(status.parent.name)] = (
                        memory,
                        len(list((status.parent / "fd").iterdir())),
                    )
        memory, files = (sum(column) for column in zip(*sizes.values(), strict=True))
        main, main_files = sizes[self.process.pid]
        numbers = (files, main_files, len(sizes), zombies)
        return [*(f"{size / 1024:.0f} MB" for size in (memory, main)), *map(str, numbers)]


@contextmanager
def serving(project: Path, timeout: float) -> Iterator[Served]:
    options = [
        "--project",
        str(project),
        "--writable",
        "--port",
        "0",
        "--no-browser",
        "--timeout",
        f"{timeout:g}",
    ]
    log = project / "service.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "pan2kg.cli.main", "serve", *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PAN2KG_TOKEN": TOKEN},
            start_new_session=True,
        )
    assert process.stdout
    try:
        port = urlsplit(process.stdout.readline().strip()).port
        if port is None:
            raise SystemExit(log.read_text(encoding="utf-8"))
        yield Served(port, process, log)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def children(process: int) -> list[int]:
    """The processes a process has started."""
    with suppress(OSError):
        return [
            int(word)
            for word in (PROC / f"{process}/task/{process}/children").read_text("ascii").split()
        ]
    return []


def kill_now_and_then(
    served: Served, until: float, pause: float
) -> tuple[Counter[str], list[float]]:
    """What was killed, and how long after each death of what holds the graph no query was answered."""
    chance = random.Random(1)
    killed = Counter[str]()
    deaths = list[float]()
    while time.monotonic() < until:
        time.sleep(chance.uniform(0.5, 1.5) * pause)
        holders = [
            holder for supervisor in children(served.process.pid) for holder in children(supervisor)
        ]
        workers = [worker for holder in holders for worker in children(holder)]
        # a holder is killed once it has answered: before, it may still load the graph
        is_there = not deaths or any(moment > deaths[-1] + 0.1 for moment in served.good[-50:])
        is_holder = bool(holders) and is_there and (not workers or chance.random() < 1 / 3)
        victims = holders if is_holder else workers
        with suppress(ProcessLookupError, IndexError):
            os.kill(chance.choice(victims), signal.SIGKILL)
            killed["what holds the graph" if is_holder else "a worker"] += 1
            if is_holder:
                deaths.append(time.monotonic())
    now = time.monotonic()
    # what the kernel has not ended yet may still answer
    return killed, [
        min((good for good in served.good if good > death + 0.1), default=now) - death
        for death in deaths
    ]


def show(head: list[str], rows: list[list[str]]) -> None:
    lines = [head, ["---"] * len(head), *rows]
    print("\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--decisions", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--pause", type=float, default=5.0, help="seconds between two kills")
    parser.add_argument(
        "--rate", type=float, help="requests a second under mixed load (default: as many as can be)"
    )
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds a query may take")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = copy(Path(folder) / "copy")
        waiting = [candidate.key for candidate in graph_candidates(open_graph(project))][
            : options.decisions
        ]
        with serving(project, options.timeout) as served:
            rows = [["0", "", *served.taken()]]
            times = list[float]()
            for number, item in enumerate(waiting, 1):
                began = time.perf_counter()
                form = {
                    "form": "decision",
                    "item": item,
                    "verdict": "reject",
                    "reviewer": "soak",
                    "reason": "A trial.",
                }
                status = served.send("POST", "/en/review.html", form)
                times.append((time.perf_counter() - began) * 1000)
                page = served.send("GET", "/en/plans.html")
                if (status, page) != (201, 200):
                    raise SystemExit(
                        f"decision {number} on {item} was answered {status}, and the page after it {page}"
                    )
                if number % max(1, len(waiting) // 20) == 0:
                    rows.append(
                        [str(number), f"{statistics.median(times):.0f} ms", *served.taken()]
                    )
                    times.clear()
            show(["decisions", "a decision, median", *COLUMNS], rows)
            until = time.monotonic() + options.seconds
            rest = CLIENTS / options.rate if options.rate else 0.0
            threads = [
                threading.Thread(target=served.run, args=(seed, until, rest))
                for seed in range(CLIENTS)
            ]
            noted: list[list[str]] = []

            def watch() -> None:
                while (left := until - time.monotonic()) > 0:
                    noted.append([f"{(options.seconds - left) / 60:.0f} minutes", *served.taken()])
                    time.sleep(min(options.seconds / 12, left))

            threads.append(threading.Thread(target=watch))
            for thread in threads:
                thread.start()
            killed, gaps = kill_now_and_then(served, until, options.pause)
            for thread in threads:
                thread.join()
            time.sleep(options.timeout + 2)  # the longest query ends
            show(["mixed load", *COLUMNS], [*noted, ["a moment after the end", *served.taken()]])
            show(
                ["asked, and what came; killed", "times"],
                [[name, f"{n:,}"] for name, n in sorted((served.seen + killed).items())],
            )
            if gaps:
                print(
                    f"no query answered after the graph was lost: {max(gaps):.1f} s at most, ",
                    end="",
                )
                print(f"{statistics.median(gaps):.1f} s at the median")
            print(
                f"tracebacks in the log: {served.log.read_text(encoding='utf-8').count('Traceback')}"
            )
            (supervisor,) = children(served.process.pid)
            while not (holders := children(supervisor)):  # it is being started again
                time.sleep(1)
            os.kill(supervisor, signal.SIGKILL)
            for holder in holders:
                with suppress(ProcessLookupError):
                    os.kill(holder, signal.SIGKILL)
            print(
                f"without its supervisor and what holds the graph the service ended: {served.process.wait(PATIENCE)}"
            )


if __name__ == "__main__":
    main()
