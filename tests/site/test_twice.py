"""The same graph gives the same site, byte for byte, whatever Python makes of its sets."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SCRIPT: Final = """
from datetime import date
from hashlib import sha256
from pan2kg.graph.graph import Graph
import pan2kg
from pan2kg.site.library import Library
from pan2kg.site.registry import Site

graph = pan2kg.open_graph()
site = Site(Library(Graph(graph.project, graph.store, language="fr", as_of=date(2026, 1, 1))))
seen = set()
for path in site.paths():
    language, _, rest = path.partition("/")
    kind = (rest.split("/")[0], path.rpartition(".")[2]) if "/" in rest else path
    if language in ("fr", "data", "index.html") and kind not in seen:
        seen.add(kind)
        print(path, sha256(site.page(path).body).hexdigest())
"""


def digests(seed: int) -> list[str]:
    """A page or file of each kind, each with its checksum, as a process of its own makes them."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={"PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_a_page_and_a_file_of_each_kind_are_the_same_twice() -> None:
    with ThreadPoolExecutor(2) as both:
        one, two = both.map(digests, (1, 2))
    assert len(one) > 50
    assert one == two, f"Not the same twice: {sorted(set(one) ^ set(two))}"
