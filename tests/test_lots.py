"""One commit has one result: what is drawn by lot is drawn by it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DRAWN = """
from hypothesis import given, strategies
from tests.lots import by_lot

def test_drawn():
    print("lots:", by_lot(range(10**6), 3))

@given(strategies.integers())
def test_examples(number):
    print("example:", number)
"""


def drawn(folder: Path, seed: str, hashes: str) -> list[str]:
    test = folder / "test_drawn.py"
    test.write_text(DRAWN, encoding="utf-8")
    environment = {**os.environ, "PAN2KG_SEED": seed, "PYTHONHASHSEED": hashes}
    options = ["-n", "0", "-q", "-s", "-p", "conftest", "-c", str(ROOT / "pyproject.toml"), str(test)]
    command = [sys.executable, "-m", "pytest", *options]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return re.findall("^(?:lots|example): .*$", done.stdout, re.MULTILINE)


def test_a_commit_draws_the_same_again_and_another_one_something_else(tmp_path: Path) -> None:
    once = drawn(tmp_path, "a" * 40, "1")
    assert len(once) > 50
    assert drawn(tmp_path, "a" * 40, "2") == once
    assert drawn(tmp_path, "b" * 40, "1") != once
