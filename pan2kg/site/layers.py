"""A directed graph in columns, so that its edges run from left to right and cross little.

After Sugiyama, K., Tagawa, S. & Toda, M. (1981), Methods for visual understanding of hierarchical
system structures: cycles are broken, columns are longest paths, long edges pass through waypoints,
and columns are ordered by barycentres. Nothing is random, so that the same graph gives the same
columns.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from pan2kg.store import gathered

_SWEEPS = 12
"""So often columns are put in order, forth and back in turn."""

Edge = tuple[str, str]
EdgePath = tuple[str, ...]
"""What an edge passes, from one end to the other: names and waypoints."""


class Layers(NamedTuple):
    """Names and waypoints column by column, the course of each edge, and the edges that were turned round."""

    columns: list[list[str]]
    courses: dict[Edge, EdgePath]
    turned: set[Edge]


def layer_graph(names: Iterable[str], edges: Iterable[Edge]) -> Layers:
    """Names in columns, with the course of each edge; an edge from a name to itself has none.

    An edge over several columns has a waypoint in each between, called « start>end@column ». An
    edge that leads back is turned round: its course is that of the edge the other way.

    >>> layer_graph("ab", [("a", "b"), ("b", "a")])
    Layers(columns=[['a'], ['b']], courses={('a', 'b'): ('a', 'b'), ('b', 'a'): ('a', 'b')}, turned={('b', 'a')})
    """
    nodes = sorted(names)
    lines = sorted({edge for edge in edges if edge[0] != edge[1]})
    turned = _back_edges(nodes, lines)
    ahead = {}
    for start, end in lines:
        ahead[start, end] = (end, start) if (start, end) in turned else (start, end)
    forward = sorted(set(ahead.values()))
    depth = _column_numbers(nodes, forward)
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in nodes:
        columns[depth[name]].append(name)
    courses = {}
    steps: list[Edge] = []
    for start, end in forward:
        course = [start]
        for column in range(depth[start] + 1, depth[end]):
            waypoint = f"{start}>{end}@{column}"
            columns[column].append(waypoint)
            course.append(waypoint)
        course.append(end)
        courses[start, end] = tuple(course)
        steps += pairwise(course)
    _order_columns(columns, steps)
    return Layers(columns, {edge: courses[ahead[edge]] for edge in lines}, turned)


def _back_edges(nodes: Iterable[str], lines: Sequence[Edge]) -> set[Edge]:
    # the lines by which a walk comes back to what it is still on; walks begin at what nothing
    # leads to
    after = gathered(lines)
    is_done = {}
    back: set[Edge] = set()

    def walk(name: str) -> None:
        is_done[name] = False
        for end in after.get(name, ()):
            if end not in is_done:
                walk(end)
            elif not is_done[end]:
                back.add((name, end))
        is_done[name] = True

    ends = {end for _, end in lines}
    for name in sorted(nodes, key=lambda name: (name in ends, name)):
        if name not in is_done:
            walk(name)
    return back


def _column_numbers(nodes: Sequence[str], forward: Sequence[Edge]) -> dict[str, int]:
    # each name one column behind the last that leads to it
    depth = dict.fromkeys(nodes, 0)
    for _ in nodes:
        for start, end in forward:
            depth[end] = max(depth[end], depth[start] + 1)
    # what no line leads to stands right before what it leads to
    ends = {end for _, end in forward}
    for name, reached in gathered(forward).items():
        if name not in ends:
            depth[name] = min(depth[end] for end in reached) - 1
    return depth


def _order_columns(columns: list[list[str]], steps: Sequence[Edge]) -> None:
    after = gathered(steps)
    before = gathered((end, start) for start, end in steps)
    for column in columns:
        column.sort()
    for sweep in range(_SWEEPS):
        if sweep % 2 == 0:
            for beside, column in pairwise(columns):
                _order_column(column, beside, before)
        else:
            for column, beside in reversed([*pairwise(columns)]):
                _order_column(column, beside, after)


def _order_column(
    column: list[str], beside: Sequence[str], neighbours: Mapping[str, Sequence[str]]
) -> None:
    # each name at the middle of its neighbours in the column beside; one without any stays
    heights = {name: (place + 0.5) / len(beside) for place, name in enumerate(beside)}
    middles = {}
    for place, name in enumerate(column):
        reached = [heights[end] for end in neighbours.get(name, ()) if end in heights]
        if reached:
            middle = sum(reached) / len(reached)
        else:
            middle = (place + 0.5) / len(column)
        middles[name] = (middle, name)
    column.sort(key=middles.__getitem__)
