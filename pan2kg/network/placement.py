"""Where to draw the nodes of a network, so that what is linked stands near each other and each can be seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pan2kg.coherence.matrix import Floats


def place(edges: Iterable[tuple[str, str, float]], *, seed: int = 7) -> dict[str, tuple[int, int]]:
    """Where to draw the nodes of a network: whole numbers from 0 to 1000, what is linked near each other.

    ``edges`` are (one, two, weight > 0). Fruchterman and Reingold, “Graph drawing by force-directed placement”,
    Software: Practice and Experience 21 (1991), part by part, so that parts without a link between them do not drift
    apart; then what lies too close is moved apart, so that the middle can be read. Wider than high, as screens are.
    The same edges and seed give the same places.

    >>> places = place([("a", "b", 1.0), ("b", "c", 1.0)])
    >>> sorted(places), all(0 <= x <= 1000 and 0 <= y <= 1000 for x, y in places.values())
    (['a', 'b', 'c'], True)
    """
    weights: dict[str, dict[str, float]] = {}
    for one, two, weight in sorted(edges):
        for start, end in {(one, two), (two, one)}:
            ends = weights.setdefault(start, {})
            ends[end] = ends.get(end, 0.0) + weight
    found: dict[str, tuple[float, float]] = {}
    room = _Rows(len(weights) ** 0.5)
    for nodes in _parts(weights):
        side = len(nodes) ** 0.5
        spots = _spots(_matrix(weights, nodes).tobytes(), len(nodes), seed) * (side / 2)
        left, top = room.take(side + 1)
        middle = left + side / 2, top + side / 2
        placed = zip(nodes, spots.tolist(), strict=True)
        found |= {node: (_WIDE * (middle[0] + x), middle[1] + y) for node, (x, y) in placed}
    return _scaled(found)


def _parts(weights: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    """The nodes of each part that hangs together, sorted; the largest part first."""
    parts: list[list[str]] = []
    left = set(weights)
    while left:
        waiting = [left.pop()]
        part = list(waiting)
        while waiting:
            fresh = weights[waiting.pop()].keys() & left
            left -= fresh
            part += fresh
            waiting += fresh
        parts.append(sorted(part))
    return sorted(parts, key=lambda part: (-len(part), part[0]))


def _matrix(weights: Mapping[str, Mapping[str, float]], nodes: list[str]) -> Floats:
    import numpy as np

    order = {node: at for at, node in enumerate(nodes)}
    matrix: Floats = np.zeros((len(nodes), len(nodes)))
    for node, at in order.items():
        for other, weight in weights[node].items():
            matrix[at, order[other]] = weight
    return matrix


_STEPS: Final = 100
_NEAR: Final = 0.01
"""How often all nodes are moved, and how near each other two of them count as being at least."""
_KEPT: Final = 9
"""How many decimals of a place are kept from step to step, so that no processor's last bit grows into a shift."""
_APART: Final = 0.6
"""How far apart two nodes are at least, of what each would have were all spread evenly."""
_PULL: Final = 0.5
"""How strongly what lies far outside is drawn in: 0 is not at all."""
_WIDE: Final = 1.4
"""How much wider than high a drawing is."""


@lru_cache(maxsize=256)
def _spots(matrix: bytes, number: int, seed: int) -> Floats:
    """Places around the middle, none further from it than 1: linked nodes attract, and all repel each other.

    Plain sums, no linear algebra: those give the same places however many processors there are. Small parts are often
    alike, in one network and in the next: what was placed once is kept.
    """
    import numpy as np

    weights = np.frombuffer(matrix).reshape(number, number)
    places = np.random.RandomState(seed).rand(number, 2)
    spring = (1 / number) ** 0.5
    reach = float(np.ptp(places, axis=0).max()) * 0.1
    for step in range(_STEPS):
        across, down = _gaps(places)
        squares = np.maximum(across * across + down * down, _NEAR**2)
        force = spring**2 / squares - weights * np.sqrt(squares) / spring
        moves = _summed(across * force, down * force)
        lengths = np.maximum(np.sqrt((moves * moves).sum(axis=1)), _NEAR)
        places = np.round(places + moves * (reach * (1 - step / (_STEPS + 1)) / lengths)[:, None], _KEPT)
    return _spread(_drawn_in(places - places.mean(axis=0)))


def _drawn_in(places: Floats) -> Floats:
    """The same places with the outer ones nearer the middle, which has so more room in a picture."""
    import numpy as np

    far = np.maximum(np.sqrt((places * places).sum(axis=1)), _NEAR)
    return _filling(places / far[:, None] ** _PULL)


def _spread(places: Floats) -> Floats:
    """The same places with each node moved away from those that lie too close."""
    import numpy as np

    least = _APART * 2 / len(places) ** 0.5
    for _ in range(_STEPS):
        across, down = _gaps(places)
        far = np.maximum(np.sqrt(across * across + down * down), _NEAR * least)
        push = np.maximum(least - far, 0.0) / (2 * far)
        moved = np.round(places + _summed(across * push, down * push) / 2, _KEPT)
        if (moved == places).all():
            break
        places = moved
    return _filling(places)


def _gaps(places: Floats) -> tuple[Floats, Floats]:
    """How far each node lies from each other, across and down."""
    across, down = places.T.copy()
    return across[:, None] - across, down[:, None] - down


def _summed(across: Floats, down: Floats) -> Floats:
    """For each node the sum of what concerns it, across and down."""
    import numpy as np

    return np.stack([across.sum(axis=1), down.sum(axis=1)], axis=1)


def _filling(places: Floats) -> Floats:
    """The same places in the square from -1 to 1, which they fill as far as that distorts them little."""
    import numpy as np

    halves = (places.max(axis=0) - places.min(axis=0)) / 2
    middle = places.min(axis=0) + halves
    scales = np.maximum(halves, max(float(halves.max()) / _WIDE, _NEAR))
    filled: Floats = np.round((places - middle) / scales, _KEPT)
    return filled


class _Rows:
    """Squares one beside the other, from the largest on, in rows at least as wide as the largest."""

    def __init__(self, width: float) -> None:
        self.width, self.left, self.top, self.height = width, 0.0, 0.0, 0.0

    def take(self, side: float) -> tuple[float, float]:
        self.width = max(self.width, side)
        if self.left and self.left + side > self.width:
            self.left, self.top, self.height = 0.0, self.top + self.height, 0.0
        corner = self.left, self.top
        self.left, self.height = self.left + side, max(self.height, side)
        return corner


def _scaled(places: Mapping[str, tuple[float, float]]) -> dict[str, tuple[int, int]]:
    if not places:
        return {}
    left, top = (min(place[at] for place in places.values()) for at in (0, 1))
    span = max(max(place[at] for place in places.values()) - least for at, least in ((0, left), (1, top))) or 1.0
    return {
        node: (round((x - left) / span * 1000), round((y - top) / span * 1000))
        for node, (x, y) in sorted(places.items())
    }
