"""One master and two workers of this machine count what this process counts, and go on when one of them is killed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pytest

from pan2kg.coherence.columns import Columns, Linking, here, linking
from pan2kg.coherence.matrix import Ints
from pan2kg.errors import EndpointError, FormatError
from tests.copies import ROOT

HAS_SPARK = find_spec("pyspark") is not None and shutil.which("java") is not None
PATIENCE = 60
needs_spark = pytest.mark.skipif(
    not HAS_SPARK, reason="PySpark (500 MB) and Java are not here: pip install 'pan2kg[spark]'"
)


def some() -> Linking:
    """Some 300,000 pairs of actions in many blocks."""
    rng = np.random.default_rng(1)
    actions, texts, uses = 4_000, 300, 12_000
    numbers = np.arange(texts)
    columns = Columns(
        tuple(f"p{at:02}" for at in range(40)), np.arange(actions) // 100, rng.integers(0, actions, uses),
        rng.integers(0, texts, uses), np.ones(uses), np.ones(uses, dtype=np.int64), np.full(texts, -1), numbers * 0,
        numbers < 0,
    )  # fmt: skip
    return linking(columns, np.ones(uses, dtype=np.bool_), columns.above, np.ones(texts), hub=500)


@dataclass(frozen=True, slots=True)
class Deadly(Linking):
    """The same, of which whoever counts the first block kills a worker before it has counted."""

    victim: int = 0
    marker: str = ""

    def count(self, start: int, end: int) -> tuple[Ints, Ints]:
        try:
            os.close(os.open(self.marker, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            pass
        else:
            os.killpg(self.victim, signal.SIGKILL)
        return Linking(self.partners, self.home, self.plans).count(start, end)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a master, and its two workers once they have told it of themselves."""
    import pyspark

    program = str(Path(pyspark.__file__).parent / "bin" / "spark-class")
    port, page = free_port(), free_port()
    here_too = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))  # the tests of those who count
    environment = os.environ | {
        "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1", "PYTHONPATH": here_too,
    }  # fmt: skip
    quiet = subprocess.DEVNULL

    def start(name: str, *words: str) -> subprocess.Popen[bytes]:
        command = [program, f"org.apache.spark.deploy.{name}", *words]
        return subprocess.Popen(
            command, cwd=folder, env=environment, stdout=quiet, stderr=quiet, start_new_session=True
        )

    master = f"spark://127.0.0.1:{port}"
    places = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", str(page)]
    started = [start("master.Master", *places)]
    try:
        _until(f"http://127.0.0.1:{page}/json/", b'"status" : "ALIVE"', started)
        own = ["--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir", str(folder)]
        started += [start("worker.Worker", *own, master) for _ in range(2)]
        _until(f"http://127.0.0.1:{page}/json/", b'"aliveworkers" : 2', started)
        yield master, started[1:]
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _until(url: str, words: bytes, started: Sequence[subprocess.Popen[bytes]]) -> None:
    """Wait until a page has these words, as long as all that were started run: how fast they are is no matter."""
    while all(process.poll() is None for process in started):
        try:
            with urlopen(url, timeout=PATIENCE) as answer:
                if words in answer.read():
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"a process ended before {url} said {words.decode()}")


def total(parts: Iterator[tuple[Ints, Ints]]) -> dict[int, int]:
    counted: dict[int, int] = {}
    for keys, numbers in parts:
        for key, number in zip(keys.tolist(), numbers.tolist(), strict=True):
            counted[key] = counted.get(key, 0) + number
    return counted


@needs_spark
def test_two_workers_count_what_one_process_counts_also_when_one_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pan2kg.coherence.columns import on_cluster

    monkeypatch.setattr("pan2kg.coherence.columns.BLOCK", 2_000)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    made = some()
    expected = total(here(made))
    assert sum(expected.values()) > 100_000
    with cluster(tmp_path) as (master, workers):
        assert total(on_cluster(made, master)) == expected
        marker = tmp_path / "killed"
        deadly = Deadly(made.partners, made.home, made.plans, workers[0].pid, str(marker))
        assert total(on_cluster(deadly, master)) == expected, "what a worker had under way is done by the other"
        assert marker.exists()
        assert total(on_cluster(made, master)) == expected, "the master may not know yet that a worker is gone"


@needs_spark
def test_a_master_that_is_none_is_one_sentence() -> None:
    from pan2kg.coherence.columns import on_cluster

    with pytest.raises(EndpointError, match=r"nonsense: The cluster did not do the job"):
        list(on_cluster(some(), "nonsense"))


@pytest.mark.skipif(find_spec("pyspark") is not None, reason="PySpark is here")
def test_without_pyspark_the_extra_is_named() -> None:
    from pan2kg.coherence.columns import on_cluster

    with pytest.raises(FormatError, match=r"pip install 'pan2kg\[spark\]'"):
        list(on_cluster(some(), "spark://127.0.0.1:7077"))
