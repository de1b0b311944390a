"""What the measures of coherence cost, beside networkx alone: python benchmarks/coherence.py [actions …].

For each size a graph of plans of 200 actions with three uses an action, the texts' shares falling
as 1/rank^0.8, each use with a class and a level, a tenth of the texts below another. networkx is
run where its cost is bearable, and the bits it finds are compared with the engine's.
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import networkx as nx
import numpy as np

from pan2kg.coherence.action_measures import participation
from pan2kg.coherence.evidence import FIGURED, Level, Works
from pan2kg.coherence.texts import TextStep, Use, weigh
from pan2kg.coherence.weight import HUB, Pairs, Potential, action_pairs, plan_pairs, potential

T = TypeVar("T")

SIZES = (2_000, 20_000, 200_000)
BEARABLE = 5_000


def generate(actions: int, *, seed: int = 1) -> tuple[Works, list[Use], list[TextStep]]:
    rng = np.random.default_rng(seed)
    texts = max(actions // 5, 20)
    shares = 1 / np.arange(1, texts + 1) ** 0.8
    drawn = rng.choice(texts, size=(actions, 3), p=shares / shares.sum())
    home = {f"a{at:07}": f"p{at // 200:04}" for at in range(actions)}
    classes = rng.choice([0.25, 0.5, 1.0], (actions, 3)).tolist()
    levels = rng.choice([1, 2, 3, 4], (actions, 3)).tolist()
    uses = [
        Use(f"a{at:07}", f"i{text:06}", classes[at][k], FIGURED[levels[at][k] - 1])
        for at, row in enumerate(drawn.tolist())
        for k, text in enumerate(row)
    ]
    steps: list[TextStep] = [
        TextStep(f"i{at:06}", f"i{at // 10:06}", Level.PLAN) for at in range(texts) if at % 10 == 5
    ]
    return Works(tuple(sorted(set(home.values()))), home), uses, steps


def timed(name: str, work: Callable[[], T]) -> T:
    gc.collect()
    start = time.process_time()
    result = work()
    print(f"    {name:<34}{time.process_time() - start:>9.3f} s CPU")
    return result


def measure(works: Works, uses: list[Use], steps: list[TextStep]) -> tuple[Potential, Pairs]:
    weights = timed("how common each text is", lambda: weigh(works, uses, steps))
    made = timed(
        "what is known at the widest level",
        lambda: potential(works, weights, uses, at=Level.EDITORS),
    )
    found = timed("pairs of actions", lambda: action_pairs(made))
    timed("pairs of plans", lambda: plan_pairs(made))
    timed("participation", lambda: participation(made, found))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"    {len(found.one):,} pairs of actions of two plans; peak {peak:.2f} GB")
    return made, found


def by_networkx(made: Potential) -> dict[tuple[str, str], float]:
    """The bits of all pairs of actions of two plans by networkx: a weighted projection of two modes."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(made.names)
    for at, name in enumerate(made.names):
        for text, tie in made.actions.row(at).items():
            graph.add_edge(name, made.weights.texts[text], tie=tie)
    gain = dict(zip(made.weights.texts, made.weights.gain.tolist(), strict=True))

    def bits(whole: nx.Graph[str], one: str, two: str) -> float:
        shared = set(whole[one]) & set(whole[two])
        ties = (
            min(whole[one][text]["tie"], whole[two][text]["tie"]) * gain[text] for text in shared
        )
        return float(sum(ties))

    projected = nx.bipartite.generic_weighted_projected_graph(
        graph, made.names, weight_function=bits
    )
    home = made.works.home
    found = projected.edges(data="weight")
    return {(min(a, b), max(a, b)): bit for a, b, bit in found if bit > 0 and home[a] != home[b]}


def compare(made: Potential) -> None:
    alone = timed("networkx alone, no hub cut", lambda: by_networkx(made))
    whole = timed("the same by the engine", lambda: action_pairs(made))
    mine = zip(whole.one, whole.two, whole.low, strict=True)
    apart = max(
        (abs(alone.get((made.names[a], made.names[b]), 0.0) - bits) for a, b, bits in mine),
        default=0.0,
    )
    print(
        f"    {len(alone):,} pairs by networkx, {len(whole.one):,} here; greatest difference {apart:.1e}"
    )


def main(sizes: list[int]) -> None:
    for size in sizes or SIZES:
        works, uses, steps = generate(size)
        print(f"{size:,} actions, {len(uses):,} uses, {len(works.plans):,} plans, hub > {HUB}")
        made, _ = measure(works, uses, steps)
        if size <= BEARABLE:
            compare(made)


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]])
