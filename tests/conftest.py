"""What several tests share: the shipped graph, loaded once a worker, and servers that are really started."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

import pan2kg
from pan2kg.project import Project

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the clone."""
    return ROOT


@pytest.fixture(scope="session")
def project() -> Project:
    """The project in the clone, which is the one that is shipped."""
    return Project.at(ROOT)


@pytest.fixture(scope="session")
def graph(project: Project) -> pan2kg.Graph:
    """The shipped graph with everything its rules derive."""
    return pan2kg.open_graph(project.root)


@pytest.fixture
def own_project(tmp_path: Path) -> Path:
    """An empty project of one's own."""
    from pan2kg.start import start

    folder = tmp_path / "mine"
    list(start(folder))
    return folder


Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Run the command line as a user does, in an empty folder."""

    def run(*arguments: str, stdin: str = "", cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pan2kg.cli", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=cwd,
            timeout=120,
            check=False,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "COLUMNS": "120"},
        )

    return run


@pytest.fixture(scope="session")
def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def endpoint(project: Project, tmp_path_factory: pytest.TempPathFactory, free_port: int) -> Iterator[str]:
    """A real SPARQL endpoint with the shipped graph: the oxigraph server, filled from our own dump."""
    server = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    assert server, "The test extra brings the oxigraph server: pip install '.[test]'"
    folder = tmp_path_factory.mktemp("endpoint")
    data, store = folder / "graph.nq", folder / "store"
    subprocess.run(
        [sys.executable, "-m", "pan2kg.cli", "dump", "--project", str(project.root), "-o", str(data)], check=True
    )
    subprocess.run([server, "load", "--location", str(store), "--file", str(data)], check=True, capture_output=True)
    process = subprocess.Popen(
        [
            server,
            "serve-read-only",
            "--location",
            str(store),
            "--bind",
            f"127.0.0.1:{free_port}",
            "--union-default-graph",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"http://127.0.0.1:{free_port}/")
        yield f"http://127.0.0.1:{free_port}/query"
    finally:
        process.kill()
        process.wait()


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            urlopen(url).close()
        except URLError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{url} did not come up within ten seconds")
