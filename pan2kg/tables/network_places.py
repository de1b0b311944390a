"""Where the nodes of a network are drawn, so that what is linked stands near each other.

:func:`place` is what the page that explores a network asks, with the links that decide. Each part
of the network, without a link to any other, is drawn for itself (:func:`_spots`), so that parts do
not drift apart; then the parts are put side by side (:func:`_on_shelves`).

Source: Fruchterman and Reingold, “Graph drawing by force-directed placement”, Software: Practice
and Experience 21 (1991).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from pan2kg.coherence.texts import Floats

_EXTENT = 1000
"""The longer side of a drawing, in the units in which nodes are placed."""
_WIDTH_TO_HEIGHT = 1.4
"""How much wider than high a drawing is, as screens are."""
_SHELF_GAP = 1.0
"""The room left between two parts, of which one of n nodes is as wide and as high as √n."""

# Within a part, places are from −1 to 1 on each side.

_STEPS = 100
"""How often all nodes are moved."""
_LEAST_DISTANCE = 0.01
"""How near each other two nodes count as being at least, so that nothing is divided by 0."""
_DECIMALS = 9
"""To how many decimals places are rounded at each step, so that no processor's last bit grows into a shift."""
_REACH = 0.1
"""How far a node moves at the first step, as a share of the extent of the part."""
_PULL_IN = 0.5
"""The power of its distance from the middle by which a node is drawn in: 0 is not at all, 1 onto a circle."""
_FREE_SHARE = 0.6
"""How far apart two nodes are at least, as a share of their distance were all spread evenly."""

Weights = Mapping[str, Mapping[str, float]]
"""Of each node the weights of its links, by the node at their other end."""


class Spot(NamedTuple):
    """A place in the drawing: to the right of its left edge, and below its upper one."""

    x: float
    y: float


def place(edges: Iterable[tuple[str, str, float]], *, seed: int = 7) -> dict[str, tuple[int, int]]:
    """Where to draw the nodes of a network: x and y, whole numbers from 0 to 1000, by node.

    ``edges`` are (one end, the other end, weight > 0). The same edges and seed give the same
    places.

    >>> places = place([("a", "b", 1.0), ("b", "c", 1.0)])
    >>> sorted(places), all(0 <= x <= 1000 and 0 <= y <= 1000 for x, y in places.values())
    (['a', 'b', 'c'], True)
    >>> place([])
    {}
    """
    points = _on_shelves(_weights(edges), seed)
    if not points:
        return {}
    left = min(point.x for point in points.values())
    top = min(point.y for point in points.values())
    width = max(point.x for point in points.values()) - left
    height = max(point.y for point in points.values()) - top
    span = max(width, height) or 1.0
    places = {}
    for node, point in sorted(points.items()):
        x = round((point.x - left) / span * _EXTENT)
        y = round((point.y - top) / span * _EXTENT)
        places[node] = (x, y)
    return places


def _weights(edges: Iterable[tuple[str, str, float]]) -> Weights:
    """What links each node, whichever way; what links it to itself counts once."""
    weights: dict[str, dict[str, float]] = {}
    for source, target, weight in sorted(edges):
        for start, end in {(source, target), (target, source)}:
            ends = weights.setdefault(start, {})
            ends[end] = ends.get(end, 0.0) + weight
    return weights


def _on_shelves(weights: Weights, seed: int) -> dict[str, Spot]:
    """The parts side by side on shelves, the largest first, each in a square whose side is √(its nodes).

    A shelf is as long as the side of the square that all nodes would take, or as the largest part;
    the next one stands below the highest part of it.
    """
    points = {}
    shelf_length = len(weights) ** 0.5
    left = 0.0
    top = 0.0
    shelf_height = 0.0
    for nodes in _parts(weights):
        side = len(nodes) ** 0.5
        width = side + _SHELF_GAP
        shelf_length = max(shelf_length, width)
        if left and left + width > shelf_length:
            left = 0.0
            top += shelf_height
            shelf_height = 0.0
        half = side / 2
        spots = _spots(_matrix(weights, nodes), len(nodes), seed) * half
        for node, (x, y) in zip(nodes, spots.tolist(), strict=True):
            points[node] = Spot(_WIDTH_TO_HEIGHT * (left + half + x), top + half + y)
        left += width
        shelf_height = max(shelf_height, width)
    return points


def _parts(weights: Weights) -> list[list[str]]:
    """The nodes that are linked by way of any others, the largest part first."""
    import networkx as nx

    linked = nx.Graph({node: list(ends) for node, ends in weights.items()})
    parts = [sorted(nodes) for nodes in nx.connected_components(linked)]
    return sorted(parts, key=lambda nodes: (-len(nodes), nodes[0]))


def _matrix(weights: Weights, nodes: Sequence[str]) -> bytes:
    """The weights between the nodes of a part, row by row, as a key of what is laid out once."""
    matrix = np.zeros((len(nodes), len(nodes)))
    row_of = {node: row for row, node in enumerate(nodes)}
    for node, row in row_of.items():
        for end, weight in weights[node].items():
            matrix[row, row_of[end]] = weight
    return matrix.tobytes()


# Most parts of a network are pairs, and the same for all plans: each is laid out once.
@lru_cache(maxsize=256)
def _spots(matrix: bytes, number: int, seed: int) -> Floats:
    """Where the nodes of a part stand: a row of x and y for each, from −1 to 1.

    Only sums, no linear algebra: these give the same places however many processors there are.
    """
    weights = np.frombuffer(matrix).reshape(number, number)
    spots = np.random.RandomState(seed).rand(number, 2)
    spots = _drawn_together(spots, weights)
    spots = _stretched(_pulled_in(spots))
    return _stretched(_moved_apart(spots))


def _drawn_together(spots: Floats, weights: Floats) -> Floats:
    """All nodes push each other off and what is linked pulls; the moves become smaller from step to step."""
    spring = (1 / len(spots)) ** 0.5
    reach = float(np.ptp(spots, axis=0).max()) * _REACH
    for step in range(_STEPS):
        across, down = _gaps(spots)
        squares = np.maximum(across * across + down * down, _LEAST_DISTANCE**2)
        force = spring**2 / squares - weights * np.sqrt(squares) / spring
        moves = np.stack([(across * force).sum(axis=1), (down * force).sum(axis=1)], axis=1)
        lengths = np.maximum(_lengths(moves), _LEAST_DISTANCE)
        share = reach * (1 - step / (_STEPS + 1)) / lengths
        spots = np.round(spots + moves * share[:, None], _DECIMALS)
    return spots


def _pulled_in(spots: Floats) -> Floats:
    """What lies far outside nearer to the middle, which is 0."""
    centred = spots - spots.mean(axis=0)
    distances = np.maximum(_lengths(centred), _LEAST_DISTANCE)
    pulled: Floats = centred / distances[:, None] ** _PULL_IN
    return pulled


def _moved_apart(spots: Floats) -> Floats:
    """What lies too close moves apart, by half of what is lacking at each step, until nothing moves."""
    least = _FREE_SHARE * 2 / len(spots) ** 0.5
    for _ in range(_STEPS):
        across, down = _gaps(spots)
        distances = np.maximum(np.sqrt(across * across + down * down), _LEAST_DISTANCE * least)
        push = np.maximum(least - distances, 0.0) / (2 * distances)
        moves = np.stack([(across * push).sum(axis=1), (down * push).sum(axis=1)], axis=1)
        moved = np.round(spots + moves / 2, _DECIMALS)
        if (moved == spots).all():
            break
        spots = moved
    return spots


def _gaps(spots: Floats) -> tuple[Floats, Floats]:
    """How far each node is from each other one, across and down."""
    across, down = spots.T.copy()
    return across[:, None] - across, down[:, None] - down


def _lengths(vectors: Floats) -> Floats:
    lengths: Floats = np.sqrt((vectors * vectors).sum(axis=1))
    return lengths


def _stretched(spots: Floats) -> Floats:
    """So that a part fills its square, but nothing is drawn out more than a drawing is wider than high."""
    halves = (spots.max(axis=0) - spots.min(axis=0)) / 2
    middle = spots.min(axis=0) + halves
    scales = np.maximum(halves, max(float(halves.max()) / _WIDTH_TO_HEIGHT, _LEAST_DISTANCE))
    stretched: Floats = np.round((spots - middle) / scales, _DECIMALS)
    return stretched
