"""Where the nodes of a network are drawn, so that what is linked stands near each other.

Fruchterman and Reingold, “Graph drawing by force-directed placement”, Software: Practice and
Experience 21 (1991), part by part, so that parts without a link between them do not drift apart;
then what lies too close is moved apart, so that the middle can be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pan2kg.coherence.texts import Floats

_STEPS = 100
"""How often all nodes are moved."""
_NEAR = 0.01
"""How near each other two nodes count as being at least."""
_KEPT = 9
"""How many decimals of a place are kept from step to step, so that no processor's last bit grows into a shift."""
_APART = 0.6
"""How far apart two nodes are at least, of what each would have were all spread evenly."""
_PULL = 0.5
"""How strongly what lies far outside is drawn in: 0 is not at all."""
_WIDE = 1.4
"""How much wider than high a drawing is, as screens are."""
_EXTENT = 1000
"""How long the longer side of a drawing is."""

Weights = Mapping[str, Mapping[str, float]]
Place = tuple[float, float]


def place(edges: Iterable[tuple[str, str, float]], *, seed: int = 7) -> dict[str, tuple[int, int]]:
    """Where to draw the nodes of a network: whole numbers from 0 to 1000, by node.

    ``edges`` are (one end, the other end, weight > 0). The same edges and seed give the same
    places.

    >>> places = place([("a", "b", 1.0), ("b", "c", 1.0)])
    >>> sorted(places), all(0 <= x <= 1000 and 0 <= y <= 1000 for x, y in places.values())
    (['a', 'b', 'c'], True)
    >>> place([])
    {}
    """
    weights = _weights(edges)
    places = _shelved(weights, seed)
    if not places:
        return {}
    xs = [x for x, _ in places.values()]
    ys = [y for _, y in places.values()]
    left = min(xs)
    low = min(ys)
    span = max(max(xs) - left, max(ys) - low) or 1.0
    whole = {}
    for node, (x, y) in sorted(places.items()):
        whole[node] = (round((x - left) / span * _EXTENT), round((y - low) / span * _EXTENT))
    return whole


def _weights(edges: Iterable[tuple[str, str, float]]) -> Weights:
    # of each node what links it, whichever way; what links it to itself counts once
    weights: dict[str, dict[str, float]] = {}
    for source, target, weight in sorted(edges):
        for start, end in {(source, target), (target, source)}:
            ends = weights.setdefault(start, {})
            ends[end] = ends.get(end, 0.0) + weight
    return weights


class Shelf(NamedTuple):
    """Where the next part stands: from the left, below the shelves above, and how high its shelf is so far."""

    across: float
    top: float
    height: float


def _shelved(weights: Weights, seed: int) -> dict[str, Place]:
    # the parts stand on shelves, the largest first, each in a square of the side it needs
    places = {}
    width = len(weights) ** 0.5
    shelf = Shelf(0.0, 0.0, 0.0)
    for nodes in _parts(weights):
        side = len(nodes) ** 0.5
        width = max(width, side + 1)
        if shelf.across and shelf.across + side + 1 > width:
            shelf = Shelf(0.0, shelf.top + shelf.height, 0.0)
        x0 = shelf.across + side / 2
        y0 = shelf.top + side / 2
        spots = _part_spots(weights, nodes, seed) * (side / 2)
        for node, (x, y) in zip(nodes, spots.tolist(), strict=True):
            places[node] = (_WIDE * (x0 + x), y0 + y)
        height = max(shelf.height, side + 1)
        shelf = Shelf(shelf.across + side + 1, shelf.top, height)
    return places


def _parts(weights: Weights) -> list[list[str]]:
    # what is linked by way of any nodes, the largest first
    import networkx as nx

    linked: nx.Graph[str] = nx.Graph({node: list(ends) for node, ends in weights.items()})
    parts = [sorted(nodes) for nodes in nx.connected_components(linked)]
    return sorted(parts, key=lambda nodes: (-len(nodes), nodes[0]))


def _part_spots(weights: Weights, nodes: Sequence[str], seed: int) -> Floats:
    import numpy as np

    matrix = np.zeros((len(nodes), len(nodes)))
    row_of = {node: row for row, node in enumerate(nodes)}
    for node, row in row_of.items():
        for end, weight in weights[node].items():
            matrix[row, row_of[end]] = weight
    return _spots(matrix.tobytes(), len(nodes), seed)


@lru_cache(maxsize=256)
def _spots(matrix: bytes, number: int, seed: int) -> Floats:
    # where the nodes of a part stand, between -1 and 1; the rows of the matrix are its weights
    import numpy as np

    weights = np.frombuffer(matrix).reshape(number, number)
    places = np.random.RandomState(seed).rand(number, 2)
    places = _drawn_together(places, weights)
    # draw in what lies far outside, then move apart what lies too close
    places = places - places.mean(axis=0)
    far = np.maximum(np.sqrt((places * places).sum(axis=1)), _NEAR)
    places = _filling(places / far[:, None] ** _PULL)
    return _filling(_moved_apart(places))


# Plain sums, no linear algebra: these give the same places however many processors there are.


def _drawn_together(places: Floats, weights: Floats) -> Floats:
    # all push each other off, what is linked pulls; the moves become smaller from step to step
    import numpy as np

    spring = (1 / len(places)) ** 0.5
    reach = float(np.ptp(places, axis=0).max()) * 0.1
    for step in range(_STEPS):
        across, down = _gaps(places)
        squares = np.maximum(across * across + down * down, _NEAR**2)
        force = spring**2 / squares - weights * np.sqrt(squares) / spring
        moves = np.stack([(across * force).sum(axis=1), (down * force).sum(axis=1)], axis=1)
        lengths = np.maximum(np.sqrt((moves * moves).sum(axis=1)), _NEAR)
        share = reach * (1 - step / (_STEPS + 1)) / lengths
        places = np.round(places + moves * share[:, None], _KEPT)
    return places


def _moved_apart(places: Floats) -> Floats:
    import numpy as np

    least = _APART * 2 / len(places) ** 0.5
    for _ in range(_STEPS):
        across, down = _gaps(places)
        far = np.maximum(np.sqrt(across * across + down * down), _NEAR * least)
        push = np.maximum(least - far, 0.0) / (2 * far)
        moves = np.stack([(across * push).sum(axis=1), (down * push).sum(axis=1)], axis=1)
        moved = np.round(places + moves / 2, _KEPT)
        if (moved == places).all():
            break
        places = moved
    return places


def _gaps(places: Floats) -> tuple[Floats, Floats]:
    across, down = places.T.copy()
    return across[:, None] - across, down[:, None] - down


def _filling(places: Floats) -> Floats:
    # so that they fill the square, but nothing is drawn out more than a drawing is wider than high
    import numpy as np

    halves = (places.max(axis=0) - places.min(axis=0)) / 2
    middle = places.min(axis=0) + halves
    scales = np.maximum(halves, max(float(halves.max()) / _WIDE, _NEAR))
    filled: Floats = np.round((places - middle) / scales, _KEPT)
    return filled
