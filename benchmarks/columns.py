"""What pairs of plans from Parquet cost, by DuckDB and by Spark: python benchmarks/columns.py [actions] [--spark].

Plans of 200 actions, eight to nine uses an action, the texts' shares falling as 1/rank^0.8, each
use with a class and a level, a tenth of the texts below another. Both run the one SQL text of
``queries/columns/``; what they answer is compared byte by byte. PySpark needs Java, and is
installed for this alone: ``pip install 'pyspark>=4.1,<5'``.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from pan2kg.coherence.evidence import Level
from pan2kg.coherence.weight import PlanPair, choice, pairs_of_plans
from pan2kg.project import Project, read_text
from pan2kg.tables.parquet import paths_of, read_columns, write_columns

SIZE = 60_000
TABLES = ("plans", "texts", "paths", "uses")


def generate(actions: int, folder: Path, *, seed: int = 1) -> int:
    rng = np.random.default_rng(seed)
    texts = actions // 5
    plans = actions // 200
    shares = np.cumsum(1 / np.arange(1, texts + 1) ** 0.8)
    number = actions * 25 // 3
    drawn = np.searchsorted(shares / shares[-1], rng.random(number))
    places = np.unique(rng.integers(0, actions, number) * texts + drawn)
    numbers = np.arange(texts)
    above = np.where(numbers % 10 == 5, numbers // 10, -1)
    work = places // texts
    write_columns(
        {
            "plans": {
                "plan": [f"https://plans.example/id/plan/{at:05}" for at in range(plans)],
                "plan_row": np.arange(plans),
            },
            "texts": {"text_row": numbers, "above_row": above, "is_general": numbers < 0},
            "paths": paths_of(above.tolist(), (above >= 0).astype(int).tolist()),
            "uses": {
                "work_row": work,
                "plan_row": work // 200,
                "is_own": work < 0,
                "text_row": places % texts,
                "share": rng.choice([0.25, 0.5, 1.0], len(places)),
                "level": rng.choice([1, 2, 3, 4], len(places)),
            },
        },
        folder,
    )
    return len(places)


def by_spark(folder: Path, master: str = "local[2]") -> list[PlanPair]:
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master(master)
        .appName("pan2kg")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    try:
        for name in TABLES:
            session.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)
        session.sql(choice(Level.EDITORS)).createOrReplaceTempView("choice")
        text = read_text(Project.packaged().queries / "columns" / "pairs-of-plans.sql")
        return [tuple(row) for row in session.sql(text).collect()]
    finally:
        session.stop()


def written(rows: list[PlanPair]) -> str:
    return "".join(
        f"{plan},{other},{low:.6f},{broad:.6f},{links}\n" for plan, other, low, broad, links in rows
    )


def main(words: list[str]) -> None:
    for size in [int(word) for word in words if word.isdecimal()] or [SIZE]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            print(f"{size:,} actions, {generate(size, folder):,} uses, {size // 200:,} plans")
            begun = time.process_time()
            clock = time.monotonic()
            rows = pairs_of_plans(read_columns(folder), Level.EDITORS)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
            links = sum(row[4] for row in rows)
            print(
                f"  DuckDB {time.process_time() - begun:.1f} s CPU, {time.monotonic() - clock:.1f} s, {peak:.2f} GB"
            )
            print(f"  {len(rows):,} pairs of plans, {links:,} linked pairs of actions")
            if "--spark" in words:
                clock = time.monotonic()
                same = written(by_spark(folder)) == written(rows)
                print(
                    f"  Spark {time.monotonic() - clock:.1f} s; {'the same bytes' if same else 'OTHER BYTES'}"
                )


if __name__ == "__main__":
    main(sys.argv[1:])
