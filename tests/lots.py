"""What is drawn by lot, where looking at everything would take too long: one commit has one result. The seed is the
commit: another one looks at another sample, and a run that failed can be repeated. « PAN2KG_SEED »
names another. ``PAN2KG_LOTS=10`` draws ten times as many of each, and a number that is large enough
everything. Properties are tried with so many times a hundred examples, unless they name a number of
their own."""

import os
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random
from typing import Final, TypeVar

Thing = TypeVar("Thing")
TIMES: Final = int(os.environ.get("PAN2KG_LOTS", "1"))
"""How many times as many are drawn as in a usual run, of things and of examples of a property alike."""


@cache
def seed() -> int:
    if not os.environ.get("PAN2KG_SEED"):
        command = ["git", "rev-parse", "--verify", "--quiet", "HEAD"]
        commit = subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False
        ).stdout
        os.environ["PAN2KG_SEED"] = commit.strip() or "0"
    return int(os.environ["PAN2KG_SEED"], 16) % 2**32


def by_lot(drawn_from: Iterable[Thing], most: int) -> list[Thing]:
    listed = list(drawn_from)
    count = min(most * TIMES, len(listed))
    sys.stdout.write(f"{count} of {len(listed)} were drawn by lot with the seed {seed()}\n")
    return [listed[place] for place in sorted(Random(seed()).sample(range(len(listed)), count))]
