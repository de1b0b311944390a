"""Which files changed since main, so that what is costly is tried where it can have changed.

What is costly, and where a change makes it worth trying, stands in ``costly.toml``. All of it runs
with ``PAN2KG_ALL=1``, as ``python benchmarks/gate --all`` sets it. On main itself the last commit is
what changed. Where nobody can say what changed, everything runs.
"""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
ALL: Final = "PAN2KG_ALL"
CHANGED: Final = "PAN2KG_CHANGED"
"""The files that changed, a line each, told by who runs the tests in a copy without a history."""
OF_ALL: Final = (".ci", "conftest.py", "pyproject.toml", "tests/conftest.py")
"""What all tests depend on."""
MAIN: Final = ("origin/main", "main")


class Costly(NamedTuple):
    """Tests that are tried where one of the places changed; tests are named by file, folder or function."""

    name: str
    places: tuple[str, ...]
    tests: tuple[str, ...]
    waits: bool
    """Whether these tests wait for other programs for much of their time."""

    def has(self, test: str) -> bool:
        """Whether a test, by its address in pytest, is one of these."""
        return any(re.match(rf"{re.escape(named)}(?![\w.])", test) for named in self.tests)


@cache
def costly() -> tuple[Costly, ...]:
    """The groups of costly tests, as ``costly.toml`` names them."""
    listed = tomllib.loads(Path(__file__).with_name("costly.toml").read_text("utf-8"))
    return tuple(
        Costly(name, tuple(group["places"]), tuple(group["tests"]), group.get("waits", False))
        for name, group in listed.items()
    )


def why_not(test: str) -> str:
    """Why a test need not be tried, by its address in pytest; empty where it is."""
    for group in costly():
        if group.has(test) and not touched((*group.places, test.partition("::")[0])):
            places = ", ".join(group.places)
            return f"Nothing changed in {places}; all is tried by: python benchmarks/gate --all"
    return ""


@cache
def changed() -> frozenset[str] | None:
    """The files that changed since main, from the root; None where that is not known.

    >>> is_below("pan2kg/server/web.py", "pan2kg/server"), is_below("pan2kg/serve", "pan2kg/server")
    (True, False)
    """
    if os.environ.get(ALL):
        return None
    if CHANGED in os.environ:
        return frozenset(os.environ[CHANGED].split("\n"))
    base = _base()
    if base is None:
        return None
    tracked = _git("diff", "--name-only", base)
    beside = _git("ls-files", "--others", "--exclude-standard")
    return None if tracked is None or beside is None else frozenset([*tracked, *beside])


def touched(places: Iterable[str]) -> bool:
    """Whether a file in one of these places changed, or nobody knows."""
    files = changed()
    if files is None:
        return True
    looked_at = (*places, *OF_ALL)
    return any(is_below(file, place) for file in files for place in looked_at)


def is_below(file: str, place: str) -> bool:
    """Whether a file is the one that is named or lies in that folder."""
    return file == place or file.startswith(f"{place}/")


def _base() -> str | None:
    """The commit that changes are counted from: where this branch left main, or the one before on main."""
    head = _git("rev-parse", "--verify", "HEAD")
    for main in MAIN:
        fork = _git("merge-base", "HEAD", main)
        if head and fork and fork != head:
            return fork[0]
    before = _git("rev-parse", "--verify", "HEAD^")
    return before[0] if before else None


def _git(*arguments: str) -> list[str] | None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return None
    return done.stdout.splitlines() if done.returncode == 0 else None


if __name__ == "__main__":  # for .ci/run, which tests a copy without a history
    files = changed()
    if files is None:
        sys.exit(1)
    sys.stdout.writelines(f"{file}\n" for file in sorted(files))
