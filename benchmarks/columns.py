"""What figures from Parquet cost, beside SciPy and a cluster: python benchmarks/columns.py [actions] [--spark].

Plans of 200 actions, eight to nine uses an action, the texts' shares falling as 1/rank^0.8, each use with a class and a
level, a tenth of the texts below another. Each way is run in a process of its own, from the same files.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pan2kg.coherence.columns import Columns, Linking, here, linking, pairs_of_plans
from pan2kg.coherence.evidence import Level
from pan2kg.coherence.weight import HUB
from pan2kg.tables.parquet import read_columns, write_columns

SIZE = 600_000
BLOCK_ROWS = 6_000


def generate(actions: int, folder: Path, *, seed: int = 1) -> int:
    rng = np.random.default_rng(seed)
    texts, plans = actions // 5, actions // 200
    number = actions * 25 // 3
    shares = np.cumsum(1 / np.arange(1, texts + 1) ** 0.8)
    drawn = np.searchsorted(shares / shares[-1], rng.random(number))
    work = rng.integers(0, actions, number)
    places = np.unique(work * texts + drawn)
    numbers = np.arange(texts)
    above = np.where(numbers % 10 == 5, numbers // 10, -1)
    write_columns(
        {
            "plans": {"plan": [f"https://plans.example/id/plan/{at:05}" for at in range(plans)]},
            "actions": {"plan_row": np.arange(actions) // 200},
            "texts": {"above_row": above, "step": (above >= 0).astype(np.int64), "is_general": numbers < 0},
            "uses": {
                "work_row": places // texts,
                "text_row": places % texts,
                "share": rng.choice([0.25, 0.5, 1.0], len(places)),
                "level": rng.choice([1, 2, 3, 4], len(places)),
            },
        },
        folder,
    )
    return len(places)


def needed(columns: Columns) -> Linking:
    from pan2kg.coherence.columns import gains

    known = (columns.share > 0) & (columns.level <= Level.EDITORS)
    return linking(columns, known, columns.above, gains(columns), hub=HUB)


def by_scipy(found: Linking) -> int:
    """The linked pairs of actions of two plans by plain products of blocks of rows."""
    from scipy import sparse  # type: ignore[import-untyped]

    table = found.partners.table
    given = sparse.csr_array(
        (np.ones(len(table.columns), np.int32), table.columns, table.starts), shape=(table.height, table.width)
    )
    back, number = given.T.tocsr(), 0
    for start in range(0, table.height, BLOCK_ROWS):
        made = (given[start : start + BLOCK_ROWS] @ back).tocsr()
        rows = np.repeat(np.arange(made.shape[0]) + start, np.diff(made.indptr))
        kept: NDArray[np.bool_] = made.indices > rows
        one, two = found.home[rows[kept]], found.home[made.indices[kept]]
        number += int(np.count_nonzero(one != two))
    return number


def told(name: str, begun: float, result: object) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"  {name:<44}{time.process_time() - begun:>8.2f} s CPU{peak:>7.2f} GB  {result}", flush=True)


def run(way: str, folder: Path) -> None:
    begun = time.process_time()
    columns = read_columns(folder)
    told("read from Parquet", begun, f"{len(columns.work):,} uses")
    if way == "figures":
        found = pairs_of_plans(columns, Level.EDITORS)
        told(
            "pairs of plans, from the files on",
            begun,
            f"{len(found):,} pairs, {int(found.links.sum()):,} linked actions",
        )
        return
    made = needed(columns)
    begun = time.process_time()
    if way == "blocks":
        told("linked actions alone, by numpy", begun, f"{sum(int(n.sum()) for _, n in here(made)):,}")
    elif way == "scipy":
        told("linked actions alone, by plain scipy blocks", begun, f"{by_scipy(made):,}")
    else:
        from pan2kg.coherence.columns import on_cluster

        clock = time.monotonic()
        number = sum(int(n.sum()) for _, n in on_cluster(made, way))
        told("linked actions alone, by Spark (here)", begun, f"{number:,} in {time.monotonic() - clock:.1f} s")


def main(words: list[str]) -> None:
    if words[:1] == ["--run"]:
        run(words[1], Path(words[2]))
        return
    sizes = [int(word) for word in words if word.isdecimal()] or [SIZE]
    ways = ["figures", "blocks", "scipy", *(["local[2]"] if "--spark" in words else [])]
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            uses = generate(size, Path(name))
            bytes_ = sum(path.stat().st_size for path in Path(name).iterdir())
            print(f"{size:,} actions, {uses:,} uses, {size // 200:,} plans, {bytes_ / 1e6:.0f} MB of Parquet")
            for way in ways:
                subprocess.run([sys.executable, __file__, "--run", way, name], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
