"""Compares this clone with another one: ``--help``, a cold question, and the start of the service.

    python benchmarks/against.py OTHER-CLONE                    everything, some minutes
    python benchmarks/against.py OTHER-CLONE help ask --runs 40

Both clones run the same commands in turn, in processes of their own and in the same minutes, since
whatever else a machine does costs both alike. CPU time is user plus system time, of a service that
of all its processes. A run before the first that counts compiles the modules, as an installation
does. It is never a test.
"""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from urllib.parse import urljoin, urlsplit

HERE = Path(__file__).resolve().parent
START = """
import sys
try:
    from pan2kg.cli.main import main
except ImportError:
    from pan2kg.cli import main
sys.exit(main())
"""
"""The first version had its commands in one module."""


def begin(clone: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """A command of a clone, in a group of processes of its own."""
    environment = {**os.environ, "PYTHONPATH": str(clone)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", START, *arguments]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        command, cwd=clone, env=environment, stdout=quiet, stderr=quiet, start_new_session=True
    )


def spent(clone: Path, *arguments: str) -> float:
    """The CPU seconds of a command."""
    process = begin(clone, *arguments)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{clone}: pan2kg {' '.join(arguments)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def spent_serving(clone: Path) -> float:
    """The CPU seconds of a service and its processes until its home page is read."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = begin(clone, "serve", "--no-browser", "--port", str(port))
    try:
        while not answers(port):
            if process.poll() is not None:
                raise SystemExit(f"{clone}: pan2kg serve ended with {process.returncode}")
            time.sleep(0.02)
        return spent_by_group(process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def answers(port: int) -> bool:
    """Whether the home page is there, the redirections to it followed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    path = "/"
    try:
        while True:
            connection.request("GET", path, headers={"Accept": "text/html"})
            reply = connection.getresponse()
            reply.read()
            if reply.status not in (302, 303):
                return reply.status == 200
            path = urlsplit(urljoin(path, reply.headers["Location"])).path
    except ConnectionError:
        return False
    finally:
        connection.close()


def spent_by_group(group: int) -> float:
    """The CPU seconds of the processes of a group, of those that ended too (Linux: ``man proc``, ``stat``)."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


MEASURES: dict[str, tuple[str, Callable[[Path], float], int]] = {
    "help": ("`pan2kg --help`", lambda clone: spent(clone, "--help"), 1),
    "ask": ("`pan2kg ask plans`, cold", lambda clone: spent(clone, "ask", "plans"), 1),
    "serve": ("`pan2kg serve`, until the home page is read", spent_serving, 6),
}
"""What is measured, how, and of how many runs one is enough."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Compare the CPU time of commands with that of another clone."
    )
    parser.add_argument("other", type=Path, metavar="OTHER-CLONE")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"{', '.join(MEASURES)} (default: all of them)"
    )
    parser.add_argument(
        "--runs",
        type=int,
        default=30,
        help="how often each side runs, serve a sixth of it (default: 30)",
    )
    options = parser.parse_args()
    if unknown := set(options.parts) - MEASURES.keys():
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    sides = (options.other.resolve(), HERE.parent)
    print("| CPU, least · median | the other | this one |\n|---|---|---|")
    for part in options.parts or MEASURES:
        what, measure, rarely = MEASURES[part]
        found: dict[Path, list[float]] = {clone: [] for clone in sides}
        for turn in range(1 + max(1, options.runs // rarely)):
            for clone in sides if turn % 2 else sides[::-1]:
                cost = measure(clone)
                if turn:
                    found[clone].append(cost * 1000)
        cells = (f"{min(costs):,.0f} · {median(costs):,.0f} ms" for costs in found.values())
        print(f"| {what} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
