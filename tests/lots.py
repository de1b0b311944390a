"""What is drawn by lot, where looking at everything would take too long: another sample in each run.

``PAN2KG_LOTS=10`` draws ten times as many of each, and a number that is large enough everything. Properties are tried
with so many times a hundred examples, unless they name a number of their own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from random import Random, randrange
from typing import Final, TypeVar

Thing = TypeVar("Thing")
TIMES: Final = int(os.environ.get("PAN2KG_LOTS", "1"))
"""How many times as many are drawn as in a usual run, of things and of examples of a property alike."""


def by_lot(things: Iterable[Thing], most: int) -> list[Thing]:
    """So many of some things, in their order; the seed is printed, and shown by pytest where the test fails."""
    seed, listed = randrange(2**32), list(things)
    most *= TIMES
    sys.stdout.write(f"{min(most, len(listed))} of {len(listed)} were drawn by lot with the seed {seed}\n")
    chosen = Random(seed).sample(range(len(listed)), min(most, len(listed)))
    return [listed[place] for place in sorted(chosen)]
