"""What tables of links share: what is known at the level chosen, the order of lists, and cells of links."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pan2kg.coherence.evidence import HEADLINE, Level
from pan2kg.coherence.weight import Weighing
from pan2kg.tables.table import Row, code

if TYPE_CHECKING:
    from pan2kg.coherence.feasible import Ordered
    from pan2kg.coherence.known import Known
    from pan2kg.graph.graph import Graph

Bits = tuple[float, float]
"""What a pair shares in bits: what is specific, and what is general."""


def action_bits(made: Known) -> dict[Ordered, Bits]:
    """What each pair of actions of two plans shares, by their IRIs in order."""
    names, pairs = made.potential.names, made.actions
    columns = zip(pairs.one.tolist(), pairs.two.tolist(), pairs.low.tolist(), pairs.broad.tolist(), strict=True)
    return {(names[a], names[b]): (low, broad) for a, b, low, broad in columns}


def plan_order(graph: Graph) -> Callable[[str, str], tuple[object, ...]]:
    """The one order of pairs of plans: most bits at the headline level, then at the editors', then firmest, then key.

    Never by what could be, a mean, or a ratio to what is known of a plan.
    """
    first, last = graph.known(HEADLINE), graph.known(Level.EDITORS)
    weighing = Weighing(last.potential)

    def order(one: str, two: str) -> tuple[object, ...]:
        pair = min(one, two), max(one, two)
        level = last.link_level(*pair, weighing.weight(*pair) if pair in last.shared else None)
        return (-_rounded(first.shared.get(pair)), -_rounded(last.shared.get(pair)), level or Level.MACHINE, one, two)

    return order


def action_order(graph: Graph) -> Callable[[str, str], tuple[object, ...]]:
    """The same of pairs of actions: what is specific first, then what is general."""
    first, last = action_bits(graph.known(HEADLINE)), action_bits(graph.known(Level.EDITORS))

    def order(one: str, two: str) -> tuple[object, ...]:
        pair = min(one, two), max(one, two)
        bits = [-_rounded(found.get(pair, (0.0, 0.0))[at]) for at in (0, 1) for found in (first, last)]
        return (*bits, one, two)

    return order


def _rounded(bits: float | None) -> float:
    return round(bits or 0.0, 9)


def level_cells(graph: Graph, level: Level | None, column: str = "level") -> Row:
    """The two cells of a level of evidence; empty where there is none."""
    return code(graph, column, level.key if level else "")
