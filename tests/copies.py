"""Copies of the shipped project, for tests that write to one: with all plans, or with a few.

A copy with a few plans costs the same however many the graph comes to hold. It is no project that passes a check: what
is cited of other plans is not there.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PARTS: Final = ("ontology", "graph", "queries", "texts")
PLANS: Final = ROOT / "graph" / "plans"
FEW: Final = ("lu-bhr-1", "lu-bhr-2", "lu-climate-pact-2012", "lu-cooperation-gender-2021")
"""Two plans whose actions share texts, one that neither cites, and one with parts."""


def copy(target: Path, plans: Collection[str] = ()) -> Path:
    """Copy the shipped project, with these plans alone where any are named; gives the folder."""

    def others(folder: str, names: Sequence[str]) -> list[str]:
        return [name for name in names if name not in plans] if plans and Path(folder) == PLANS else []

    for part in PARTS:
        shutil.copytree(ROOT / part, target / part, ignore=others, copy_function=shutil.copyfile)
    missing = {plan for plan in plans if not (target / "graph" / "plans" / plan).exists()}
    assert not missing, f"No plan is called {', '.join(sorted(missing))}."
    return target
