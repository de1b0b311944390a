"""What the measures of coherence cost, beside networkx alone: python benchmarks/coherence.py [actions …].

For each size a graph of plans of 200 actions with three uses an action, the instruments' shares falling as
1/rank^0.8. networkx is run where its cost is bearable, and its strengths are compared with the engine's. With the word
« weights » or « strength » only those measures are run, so that the memory each takes is told apart.
"""

from __future__ import annotations

import gc
import math
import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import networkx as nx
import numpy as np

from pan2kg.coherence.citations import Citation
from pan2kg.coherence.debt import owed
from pan2kg.coherence.evidence import FIGURED, Level
from pan2kg.coherence.links import HUB, Links, project
from pan2kg.coherence.pairs import potentials
from pan2kg.coherence.participation import participation
from pan2kg.coherence.texts import Step, Use, Works, weigh
from pan2kg.coherence.uses import Uses, uses_of
from pan2kg.coherence.weight import linked_actions, plan_pairs, potential

T = TypeVar("T")

SIZES = (2_000, 20_000, 200_000)
BEARABLE = 5_000


def generate(actions: int, *, seed: int = 1) -> tuple[Uses, list[Citation]]:
    rng = np.random.default_rng(seed)
    instruments = max(actions // 5, 20)
    shares = 1 / np.arange(1, instruments + 1) ** 0.8
    drawn = rng.choice(instruments, size=(actions, 3), p=shares / shares.sum())
    plan_of = {f"a{at:07}": f"p{at // 200:04}" for at in range(actions)}
    pairs = ((f"a{at:07}", f"i{one:06}") for at, row in enumerate(drawn.tolist()) for one in row)
    plans = sorted(set(plan_of.values()))
    ends = rng.choice(len(plans), size=(len(plans), 2))
    cited = [Citation(f"l{at}", plans[p], plans[q], "text") for at, (p, q) in enumerate(ends.tolist())]
    return uses_of(pairs, plan_of), cited


def timed(name: str, work: Callable[[], T]) -> tuple[T, float]:
    gc.collect()
    start = time.process_time()
    result = work()
    spent = time.process_time() - start
    print(f"    {name:<34}{spent:>9.3f} s CPU")
    return result, spent


def measure(uses: Uses, cited: list[Citation]) -> Links:
    links, spent = timed("links", lambda: project(uses))
    total = spent
    works: list[tuple[str, Callable[[], object]]] = [
        ("debt, three levels", lambda: owed(uses, links, cited)),
        ("matrix of plans", lambda: potentials(uses, links)),
    ]
    for name, work in works:
        total += timed(name, work)[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    pairs = max(len(links), 1)
    print(f"    {'all three':<34}{total:>9.3f} s CPU, {1e6 * total / pairs:.2f} µs a linked pair, peak {peak:.2f} GB")
    return links


def weighed(uses: Uses) -> None:
    """The same uses with a class and a level each, a tenth of the texts below another: what is shared, in bits."""
    rng = np.random.default_rng(2)
    plans = tuple(plan.iri for plan in uses.plans)
    works = Works(plans, {a: plans[p] for a, p in zip(uses.actions, uses.plan_of.tolist(), strict=True)})
    size = len(uses.table.columns)
    shares, levels = rng.choice([0.25, 0.5, 1.0], size).tolist(), rng.choice([1, 2, 3, 4], size).tolist()
    ends = zip(uses.table.rows.tolist(), uses.table.columns.tolist(), shares, levels, strict=True)
    given = [Use(uses.actions[a], uses.instruments[t], share, FIGURED[at - 1]) for a, t, share, at in ends]
    steps = [
        Step(text, uses.instruments[at // 10], Level.PLAN) for at, text in enumerate(uses.instruments) if at % 10 == 5
    ]
    weights, _ = timed("how common each text is", lambda: weigh(works, given, steps))
    made, _ = timed("what is known at the widest level", lambda: potential(works, weights, given, at=Level.EDITORS))
    found, _ = timed("pairs of actions by weight", lambda: linked_actions(made))
    timed("participation", lambda: participation(made, found))
    timed("pairs of plans by weight", lambda: plan_pairs(made))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"    {len(found):,} pairs of actions of two plans; {len(found.hubs)} hubs not projected; peak {peak:.2f} GB")


def by_networkx(uses: Uses) -> dict[tuple[str, str], float]:
    """The strengths of all linked pairs by networkx: a weighted projection of two modes."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(uses.actions)
    ends = zip(uses.table.rows.tolist(), uses.table.columns.tolist(), strict=True)
    graph.add_edges_from((uses.actions[a], uses.instruments[i]) for a, i in ends)
    weight = {one: math.log(len(uses.actions) / graph.degree[one]) for one in uses.instruments if one in graph}

    def strength(whole: nx.Graph[str], one: str, two: str) -> float:
        a, b = set(whole[one]), set(whole[two])
        union = sum(weight[i] for i in a | b)
        return sum(weight[i] for i in a & b) / union if union else 0.0

    made = nx.bipartite.generic_weighted_projected_graph(graph, uses.actions, weight_function=strength)
    return {(min(a, b), max(a, b)): s for a, b, s in made.edges(data="weight") if s > 0}


def compare(uses: Uses) -> None:
    size = uses.basis.n
    alone, _ = timed("networkx alone, links, no hub cut", lambda: by_networkx(uses))
    whole, _ = timed("the same by the engine", lambda: project(uses, hub=size))
    mine = zip(whole.one, whole.two, whole.strength, strict=True)
    apart = max((abs(alone[uses.actions[a], uses.actions[b]] - s) for a, b, s in mine), default=0.0)
    print(f"    {len(alone):,} pairs by networkx, {len(whole):,} here; greatest difference {apart:.1e}")


def main(sizes: list[int], *, old: bool = True, new: bool = True) -> None:
    for size in sizes or SIZES:
        uses, cited = generate(size)
        print(f"{size:,} actions, {len(uses.table.columns):,} uses, {len(uses.plans):,} plans, hub > {HUB}")
        if old:
            links = measure(uses, cited)
            print(f"    {len(links):,} linked pairs; {len(links.hubs)} hubs not projected")
        if new:
            weighed(uses)
        if old and size <= BEARABLE:
            compare(uses)


if __name__ == "__main__":
    words = sys.argv[1:]
    main([int(text) for text in words if text.isdecimal()], old="weights" not in words, new="strength" not in words)
