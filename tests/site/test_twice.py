"""The same graph gives the same site, byte for byte, whatever Python makes of its sets."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

import pan2kg
from pan2kg.site.registry import Site

ROOT: Final = Path(__file__).resolve().parents[2]
SCRIPT: Final = """
import sys
from datetime import date
import pan2kg
from pan2kg.site import quality
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site
from tests.once import SHIPPED, checked
from tests.site.test_twice import digests, of_each_kind

quality._checked = lambda *_: quality.summarise(checked(SHIPPED))  # that it is the same is for tests of checks

graph = pan2kg.open_graph(sys.argv[1], language="fr", as_of=date(2026, 1, 1))
site = Site(SiteContext(graph, mode="served" if sys.argv[2:] else "static"))
print(*digests(site, sys.argv[2:] or of_each_kind(site)), sep="\\n")
"""
TIES: Final = (
    "fr/index.html", "fr/pair/es-bhr-1--lt-bhr-1.html", "fr/pair/be-bhr-2--lu-bhr-2.html", "fr/matrix.html",
    "fr/report/lu-bhr-2.html",
)  # fmt: skip
"""Pages where things have the same number, place or name, so that only their address orders them."""


def of_each_kind(site: Site) -> Iterable[str]:
    """A page or file of each kind."""
    paths: dict[str, str] = {}
    for path in site.paths():
        language, _, inside = path.partition("/")
        kind = f"{inside.split('/')[0]} {path.rpartition('.')[2]}" if "/" in inside else path
        if language in ("fr", "data", "index.html"):
            paths.setdefault(kind, path)
    return paths.values()


def digests(site: Site, paths: Iterable[str]) -> list[str]:
    return [f"{path} {sha256(page.body).hexdigest()}" for path in paths if (page := site.page(path))]


def twice(project: Path, *paths: str) -> tuple[list[str], list[str]]:
    """What two processes make, each of which orders its sets in its own way."""
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(project), *paths],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in "12"
    ]
    one, two = (run.communicate()[0].splitlines() for run in runs)
    return one, two


def test_a_page_and_a_file_of_each_kind_are_the_same_twice(few: pan2kg.Graph) -> None:
    """A few plans have every kind of page."""
    one, two = twice(few.project.root)
    assert len(one) > 50
    assert one == two, f"Not the same twice: {sorted(set(one) ^ set(two))}"


def test_what_is_equal_in_all_else_is_ordered_by_address() -> None:
    one, two = twice(ROOT, *TIES)
    assert len(one) == len(TIES)
    assert one == two
