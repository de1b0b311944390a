"""Boxes in columns so that lines run from left to right and cross little; the same graph, the same places.

Sugiyama, K., Tagawa, S. & Toda, M. (1981), Methods for visual understanding of hierarchical system structures:
cycles are broken, columns are longest ways, long lines pass through waypoints, and columns are put in order
by barycentres.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

Edge = tuple[str, str]

_SWEEPS: Final = 12


@dataclass(frozen=True, slots=True)
class Layers:
    """Names in columns from left to right, and for each line the names it passes; turned lines run backwards.

    A waypoint is a name of its own, ``start>end@column``.
    """

    columns: tuple[tuple[str, ...], ...]
    ways: Mapping[Edge, tuple[str, ...]]
    turned: frozenset[Edge]


def layers(names: Iterable[str], edges: Iterable[Edge]) -> Layers:
    """Put names joined by lines into columns.

    >>> found = layers("abc", [("a", "b"), ("b", "c"), ("a", "c"), ("c", "a")])
    >>> found.columns
    (('a',), ('a>c@1', 'b'), ('c',))
    >>> found.turned
    frozenset({('c', 'a')})
    """
    nodes = sorted(names)
    lines = sorted({edge for edge in edges if edge[0] != edge[1]})
    turned = _back_edges(nodes, lines)
    forward = sorted({_turn(edge, turned) for edge in lines})
    depth = _depths(nodes, forward)
    ways = {edge: _way(edge, depth) for edge in forward}
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in nodes:
        columns[depth[name]].append(name)
    for edge, way in ways.items():
        for at, waypoint in enumerate(way[1:-1], start=depth[edge[0]] + 1):
            columns[at].append(waypoint)
    steps = [pair for way in ways.values() for pair in pairwise(way)]
    _order(columns, steps)
    return Layers(tuple(map(tuple, columns)), {edge: ways[_turn(edge, turned)] for edge in lines}, turned)


def _turn(edge: Edge, turned: frozenset[Edge]) -> Edge:
    return (edge[1], edge[0]) if edge in turned else edge


def _back_edges(nodes: Sequence[str], edges: Sequence[Edge]) -> frozenset[Edge]:
    """The lines that close a loop, walking from those nothing leads to, and then by name."""
    after: dict[str, list[str]] = {name: [] for name in nodes}
    for start, end in edges:
        after[start].append(end)
    ends = {end for _, end in edges}
    state: dict[str, int] = {}
    back: set[Edge] = set()

    def walk(name: str) -> None:
        state[name] = 1
        for end in after[name]:
            if state.get(end) == 1:
                back.add((name, end))
            elif end not in state:
                walk(end)
        state[name] = 2

    for name in sorted(nodes, key=lambda name: (name in ends, name)):
        if name not in state:
            walk(name)
    return frozenset(back)


def _depths(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """The column of each: one after the last that leads to it, then as far right as what it leads to allows."""
    depth = dict.fromkeys(nodes, 0)
    for _ in nodes:
        for start, end in edges:
            depth[end] = max(depth[end], depth[start] + 1)
    for _ in nodes:
        for name in nodes:
            following = [depth[end] for start, end in edges if start == name]
            if following and not any(end == name for _, end in edges):
                depth[name] = min(following) - 1
    return depth


def _way(edge: Edge, depth: Mapping[str, int]) -> tuple[str, ...]:
    start, end = edge
    between = range(depth[start] + 1, depth[end])
    return (start, *(f"{start}>{end}@{at}" for at in between), end)


def _order(columns: list[list[str]], steps: Sequence[Edge]) -> None:
    """Sort each column by the middle of its neighbours, from left to right and back."""
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for start, end in steps:
        after.setdefault(start, []).append(end)
        before.setdefault(end, []).append(start)
    for column in columns:
        column.sort()
    for sweep in range(_SWEEPS):
        order = range(1, len(columns)) if sweep % 2 == 0 else range(len(columns) - 2, -1, -1)
        for at in order:
            beside, near = (columns[at - 1], before) if sweep % 2 == 0 else (columns[at + 1], after)
            _sort(columns[at], beside, near)


def _sort(column: list[str], beside: Sequence[str], near: Mapping[str, list[str]]) -> None:
    share = {name: (place + 0.5) / len(beside) for place, name in enumerate(beside)}
    own = {name: (place + 0.5) / len(column) for place, name in enumerate(column)}

    def middle(name: str) -> tuple[float, str]:
        places = [share[other] for other in near.get(name, ()) if other in share]
        return (sum(places) / len(places) if places else own[name]), name

    column.sort(key=middle)
