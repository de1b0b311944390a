"""A disk that is full while the site is exported: one sentence, and what was there stays."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pan2kg
from tests.server.conftest import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
LIMITED = """
import resource, sys
from pan2kg.cli.main import main
size = int(sys.argv.pop(1))
if size:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
sys.exit(main(sys.argv[1:]))
"""
ZIPPED = """
import resource, sys
from pathlib import Path
from pan2kg.errors import ProjectError
from pan2kg.site.registry import write_zip
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    write_zip(Path(sys.argv[1]), Path(sys.argv[2]))
except ProjectError as error:
    sys.exit(f"said: {error}")
"""


@pytest.fixture(params=["files are limited", "the disk is small"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A folder in which nothing large can be written, and how large a file may be there (0: as it fits)."""
    if request.param == "files are limited":
        yield tmp_path, 30_000
        return
    mounted = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    try:
        done = subprocess.run(mounted, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except FileNotFoundError:
        pytest.skip("a small disk is mounted with mount, which is not here")
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    yield tmp_path, 0
    subprocess.run(["umount", str(tmp_path)], timeout=PATIENCE, check=True)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_export_that_does_not_fit_leaves_the_one_before(
    place: tuple[Path, int], two_countries: pan2kg.Graph
) -> None:
    folder, size = place
    (folder / "site" / "data").mkdir(parents=True)
    (folder / "site" / "data" / "pan2kg.nq.gz").write_bytes(b"the graph of before")
    (folder / "site" / "index.html").write_bytes(b"the page of before")
    before = contents(folder)
    asked = [sys.executable, "-c", LIMITED, str(size), "site", "--project", str(two_countries.project.root)]
    asked += ["-o", str(folder / "site")]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "Cannot write the site" in done.stderr
    assert contents(folder) == before


def test_a_zip_that_does_not_fit_leaves_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "page.html").write_bytes(random.Random(1).randbytes(100_000))
    (tmp_path / "site.zip").write_bytes(b"the zip of before")
    before = contents(tmp_path)
    asked = [sys.executable, "-c", ZIPPED, str(tmp_path / "site"), str(tmp_path / "site.zip")]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("said: ")
    assert contents(tmp_path) == before
