"""What several tests share: the shipped project, the command line, and servers that are really started."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_SH, LOCK_UN, flock
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING, NoReturn
from urllib.request import urlopen

import pytest
from hypothesis import HealthCheck, settings
from pyoxigraph import RdfFormat

import pan2kg
from pan2kg.project import Project
from tests.copies import FEW, copy
from tests.lots import TIMES
from tests.once import RUN

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph

ROOT = Path(__file__).resolve().parent.parent
BARE = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "TMPDIR": gettempdir()}
BARE["PAN2KG_CACHE"] = os.environ.get("PAN2KG_CACHE", "")
"""The environment of a process that shall not know where it was started: no home, no options, this clone's package."""
PATIENCE = 600
"""Seconds after which what hangs is ended: far beyond what anything takes, however busy the machine."""

# How long an example takes says how busy the machine is, not whether what it shows is so.
patient = {"database": None, "deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("patient", settings(), max_examples=100 * TIMES, **patient)
settings.load_profile("patient")


def lack(why: str) -> NoReturn:
    if os.environ.get("PAN2KG_REQUIRE_PROGRAMS"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def project() -> Project:
    return Project.at(ROOT)


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> pan2kg.Graph:
    from pan2kg.graph.graph import open_graph

    return open_graph(copy(tmp_path_factory.mktemp("few") / "few", FEW), language="fr")


@pytest.fixture(scope="session")
def _begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return start(tmp_path_factory.mktemp("begun") / "mine")


@pytest.fixture
def own_project(_begun: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_begun, tmp_path / "mine"))


def start(folder: Path) -> Path:
    from pan2kg.turtle.countries import Beginning, begin, find_country

    list(
        begin(folder, Beginning(find_country("lu"), "https://w3id.org/pan2kg/", imports_core=False))
    )
    shutil.rmtree(folder / "graph")
    (folder / "graph" / "plans").mkdir(parents=True)
    return folder


@pytest.fixture(scope="session")
def two_countries(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    from pan2kg.graph.graph import open_graph

    folder = tmp_path_factory.mktemp("two") / "countries"
    start(folder)
    shutil.copyfile(
        ROOT / "tests" / "two-countries.ttl", folder / "graph" / "plans" / "two-countries.ttl"
    )
    return open_graph(folder)


Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True)
class Commands:
    address: str

    def run(
        self, arguments: Sequence[str], folder: Path, stdin: str = "", *, columns: str = "120"
    ) -> subprocess.CompletedProcess[str]:
        with TemporaryDirectory() as scratch, socket.socket(socket.AF_UNIX) as server:
            read, told, remarks = (Path(scratch, name) for name in ("read", "told", "remarks"))
            read.write_text(stdin, encoding="utf-8")
            order = {
                "arguments": arguments,
                "folder": str(folder),
                "environment": {**BARE, RUN: os.environ[RUN], "COLUMNS": columns},
                "files": [str(read), str(told), str(remarks)],
                "patience": PATIENCE,
            }
            server.connect(self.address)
            server.sendall(json.dumps(order).encode() + b"\n")
            code = server.makefile().readline()
            assert code, (
                f"Ended before its end, as after {PATIENCE} seconds: pan2kg {' '.join(arguments)}"
            )
            texts = (path.read_text(encoding="utf-8") for path in (told, remarks))
            return subprocess.CompletedProcess(arguments, int(code), *texts)


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    with once_a_run("commands", tmp_path_factory, _commands) as address:
        yield Commands(address)


@contextmanager
def _commands() -> Iterator[str]:
    with TemporaryDirectory(prefix="pan2kg-") as folder:
        command = [
            sys.executable,
            str(ROOT / "tests" / "command_server.py"),
            address := f"{folder}/socket",
        ]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=BARE
        ) as server:
            assert server.stdout
            assert server.stdout.readline(), "The process that runs the commands does not start."
            try:
                yield address
            finally:
                server.terminate()


@pytest.fixture
def cli(tmp_path: Path, commands: Commands) -> Cli:
    def run(
        *arguments: str, stdin: str = "", cwd: Path = tmp_path
    ) -> subprocess.CompletedProcess[str]:
        return commands.run(arguments, cwd, stdin)

    return run


Begin = Callable[[], AbstractContextManager[str]]


@pytest.fixture(scope="session")
def endpoint(few: pan2kg.Graph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("endpoint")
    with once_a_run("endpoint", tmp_path_factory, lambda: _endpoint(few, folder)) as address:
        yield address


@contextmanager
def _endpoint(graph: pan2kg.Graph, folder: Path) -> Iterator[str]:
    server = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which(
        "oxigraph"
    )
    assert server, "The test extra brings the oxigraph server: pip install '.[test]'"
    data = folder / "graph.nq"
    store = folder / "store"
    graph.held.inner.dump(data, format=RdfFormat.N_QUADS)
    subprocess.run(
        [server, "load", "--location", str(store), "--file", str(data)],
        check=True,
        capture_output=True,
    )
    with serving(
        [server, "serve-read-only", "--location", str(store), "--union-default-graph"]
    ) as address:
        yield f"{address}/query"


@contextmanager
def serving(command: list[str]) -> Iterator[str]:
    """The address of a server on a free port; another port where somebody took it meanwhile."""
    for _ in range(5):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            address = "127.0.0.1:{1}".format(*probe.getsockname())
        with subprocess.Popen([*command, "--bind", address], stdout=-3, stderr=-3) as process:
            try:
                if _stands(process, f"http://{address}/"):
                    yield f"http://{address}"
                    return
            finally:
                process.kill()
    raise AssertionError(f"{command[0]} ended each time it was started")


@contextmanager
def once_a_run(name: str, factory: pytest.TempPathFactory, start: Begin) -> Iterator[str]:
    """The address of a server that workers share: the first that needs it starts it, and ends it when all are done. Who
    uses it holds a lock in common; who started it waits at its end until the lock is its own."""
    base = factory.getbasetemp().parent
    if "PYTEST_XDIST_WORKER" not in os.environ:
        with start() as address:
            yield address
        return
    told = base / f"{name}.address"
    with (
        (base / f"{name}.using").open("a") as using,
        (base / f"{name}.starting").open("a") as starting,
    ):
        flock(using, LOCK_SH)
        flock(starting, LOCK_EX)
        if told.exists():
            flock(starting, LOCK_UN)
            yield told.read_text(encoding="ascii")
            return
        with start() as address:
            told.write_text(address, encoding="ascii")
            flock(starting, LOCK_UN)
            try:
                yield address
            finally:
                flock(using, LOCK_EX)
                told.unlink()


def made_once(name: str, factory: pytest.TempPathFactory, make: Callable[[Path], object]) -> Path:
    base = factory.getbasetemp()
    target = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with target.with_name(f"{name}.making").open("a") as making:
        flock(making, LOCK_EX)
        if not target.exists():
            make(target)
    return target


def _stands(process: subprocess.Popen[bytes], url: str) -> bool:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None:
        try:
            urlopen(url, timeout=PATIENCE).close()
        except OSError:
            assert time.monotonic() < deadline, f"{url} does not come up"
            time.sleep(0.05)
        else:
            return process.poll() is None
    return False
