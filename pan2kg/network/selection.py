"""The part of a network that concerns some plans and types of link, its tables, and where its nodes are drawn.

Every export has the columns of its tables of nodes and of edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pan2kg.errors import QueryError
from pan2kg.i18n.message import did_you_mean, told
from pan2kg.tables.formats import xml_fit
from pan2kg.turtle.vocabulary import key

if TYPE_CHECKING:
    from datetime import date

    import networkx as nx

    from pan2kg.coherence.texts import Floats


WORKS: Final = ("Plan", "Action", "PlanPart", "Category", "Review", "Recommendation")
"""The types of node that belong to a plan or a review, or are one; all others are texts."""


def select_network(
    network: nx.MultiDiGraph[str], *, plans: Iterable[str] = (), types: Iterable[str] = ()
) -> nx.MultiDiGraph[str]:
    """A copy of what concerns some plans or reviews, by IRI or key, and some types of link.

    One plan: the plan, its actions, and every link of theirs with what it leads to. Two or more: the plans, their
    actions, the links among them, and the texts they lead to; never the actions of a third plan. In both cases
    also the links between two such texts (a law and the directive it transposes). Works of the chosen plans stay
    without a link, since that they meet nobody is an answer; texts do not. Without ``plans`` all are chosen.

    >>> import networkx as nx
    >>> network = nx.MultiDiGraph()
    >>> for plan, action in (("p", "a"), ("q", "b"), ("r", "c")):
    ...     network.add_node(plan, type="Plan")
    ...     network.add_node(action, type="Action", plan=plan)
    >>> network.add_node("law", type="LegalAct")
    >>> for one, two in (("a", "b"), ("b", "c"), ("a", "law"), ("c", "law")):
    ...     _ = network.add_edge(one, two, type="x")
    >>> sorted(select_network(network, plans=["p"])), sorted(select_network(network, plans=["p", "q"]))
    (['a', 'b', 'law', 'p'], ['a', 'b', 'law', 'p', 'q'])
    """
    chosen, wanted = _find_plans(network, plans), _find_types(network, types)
    part = network.copy()
    if wanted:
        part.remove_edges_from([link[:3] for link in part.edges(keys=True, data="type") if link[3] not in wanted])
    if chosen or wanted:
        _narrow(part, chosen)
    if chosen:
        part.graph["plans"] = " ".join(sorted(key(plan) for plan in chosen))
    if wanted:
        part.graph["types"] = " ".join(sorted(wanted))
    return part


def _narrow(part: nx.MultiDiGraph[str], chosen: set[str]) -> None:
    home = {node: _home(node, data) for node, data in part.nodes(data=True)}
    members = {node for node, plan in home.items() if (plan in chosen if chosen else plan)}
    ends = {end for one, two in part.edges() if one in members or two in members for end in (one, two)}
    near = members | {end for end in ends if not home[end]}

    def is_kept(one: str, two: str) -> bool:
        own = len(chosen) == 1 and (one in members or two in members)
        return own or (one in near and two in near)

    part.remove_edges_from([link for link in part.edges(keys=True) if not is_kept(*link[:2])])
    linked = {end for link in part.edges() for end in link}
    part.remove_nodes_from([node for node in home if node not in members and node not in linked])


def _home(node: str, data: dict[str, str]) -> str:
    if data.get("type") not in WORKS:
        return ""
    return data.get("plan") or data.get("review") or node


def _find_plans(network: nx.MultiDiGraph[str], names: Iterable[str]) -> set[str]:
    plans = [node for node, type_ in network.nodes(data="type") if type_ in ("Plan", "Review")]
    known = {key(plan): plan for plan in plans} | {plan: plan for plan in plans}
    return {known[_known(name, known, "no-plan-in-network")] for name in names}


def _find_types(network: nx.MultiDiGraph[str], names: Iterable[str]) -> set[str]:
    known = {type_: type_ for _, _, type_ in network.edges(data="type") if type_}
    return {_known(name, known, "no-type-in-network") for name in names}


def _known(name: str, known: dict[str, str], missing: str) -> str:
    if name in known:
        return name
    near = get_close_matches(name, sorted({key(one) for one in known}), n=3, cutoff=0.4)
    listed = told("there-are", names=", ".join(sorted(known)[:12])) if known else told("there-are-none")
    raise QueryError(missing, remedy=did_you_mean(near) if near else listed, name=name)


Cell = str | int | float | bool
Row = dict[str, Cell]

NODE_COLUMNS: Final[dict[str, type]] = {
    "notation": str, "type": str, "type_label": str, "plan": str, "plan_label": str, "review": str,
    "review_label": str, "certainty": str,
}  # fmt: skip
"""What is said of a node beside its ``id`` and ``label``, and as what kind of value."""

EDGE_COLUMNS: Final[dict[str, type]] = {
    "type": str, "relation": str, "relation_label": str, "status": str, "certainty": str, "directed": bool,
    "evidenceLevel": str, "weight": float, "weightHigh": float, "weightBroad": float, "score": float, "via": str,
    "via_label": str, "evidence": str, "documents": str,
}  # fmt: skip
"""What is said of an edge beside its ``id``, ``source``, ``target`` and ``label``, which is that of its type."""

_ABOUT: Final = ("language", "plans", "types", "release", "evidence", "plans_known", "actions", "texts_full",
                 "texts_part", "texts_none")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tables:
    """A network to write: rows without empty cells, nodes by id, edges by source, target and id.

    ``about`` says what was chosen and what the weights rest on, in the order to print it.
    """

    title: str
    nodes: tuple[Row, ...]
    edges: tuple[Row, ...]
    about: dict[str, str]
    released: date | None = None

    def head(self) -> dict[str, str]:
        day = {"released": self.released.isoformat()} if self.released else {}
        return {"title": self.title, **self.about, **day}

    def node_columns(self) -> dict[str, type]:
        return _used(NODE_COLUMNS, self.nodes)

    def edge_columns(self) -> dict[str, type]:
        return _used(EDGE_COLUMNS, self.edges)


def tables(network: nx.MultiDiGraph[str], *, title: str = "", released: date | None = None) -> Tables:
    """The rows of a network, cleaned of characters no file of ours may hold, in a fixed order.

    An edge whose key is taken by another one gets a number behind it, so that each id stands once.

    >>> import networkx as nx
    >>> network = nx.MultiDiGraph()
    >>> network.add_node("a", label="A\\x00", type="Plan", colour="red")
    >>> _ = network.add_edge("a", "b", key="k", weight=0.5), network.add_edge("b", "a", key="k")
    >>> made = tables(network)
    >>> made.nodes[0]
    {'id': 'a', 'label': 'A�', 'type': 'Plan'}
    >>> [(edge["id"], edge["directed"]) for edge in made.edges], made.edge_columns()
    ([('k', True), ('k#2', True)], {'directed': <class 'bool'>, 'weight': <class 'float'>})
    """
    plans = {node: str(label or "") for node, label in network.nodes(data="label")}
    nodes = [_node(node, data, plans) for node, data in sorted(network.nodes(data=True))]
    edges, seen = [], set[str]()
    for one, two, link, data in sorted(network.edges(keys=True, data=True), key=lambda edge: _order(*edge[:3])):
        edges.append(_edge((one, two, _once(str(link), seen)), data))
    about = {name: xml_fit(str(network.graph[name])) for name in _ABOUT if network.graph.get(name)}
    named = title or " + ".join(["pan2kg", *about.get("plans", "").split()])
    return Tables(xml_fit(named), tuple(nodes), tuple(edges), about, released)


def _order(one: str, two: str, link: object) -> tuple[str, str, str]:
    return one, two, str(link)


def _once(name: str, seen: set[str]) -> str:
    number, found = 1, name
    while found in seen:
        number += 1
        found = f"{name}#{number}"
    seen.add(found)
    return found


def _node(node: str, data: Mapping[str, object], labels: Mapping[str, str]) -> Row:
    of = {f"{tie}_label": labels.get(str(data.get(tie, "")), "") for tie in ("plan", "review")}
    return _row({"id": node, "label": data.get("label", "")}, {**data, **of}, NODE_COLUMNS)


def _edge(ends: tuple[str, str, str], data: Mapping[str, object]) -> Row:
    one, two, link = ends
    first = {"id": link, "source": one, "target": two, "label": data.get("type_label", "")}
    return _row(first, {"directed": True, **data}, EDGE_COLUMNS)


def _row(first: Mapping[str, object], data: Mapping[str, object], columns: Mapping[str, type]) -> Row:
    row: Row = {name: xml_fit(str(value)) for name, value in first.items()}
    for name, kind in columns.items():
        value = data.get(name)
        if value is not None and value != "":
            row[name] = xml_fit(str(value)) if kind is str else kind(value)
    return row


def _used(columns: Mapping[str, type], rows: Iterable[Row]) -> dict[str, type]:
    used = {name for row in rows for name in row}
    return {name: kind for name, kind in columns.items() if name in used}


def about_line(table: Tables) -> str:
    """What a network is about, on one line: what was chosen and what its weights rest on.

    >>> about_line(Tables("t", (), (), {"plans": "lu-bhr-2", "actions": "389"}))
    'plans: lu-bhr-2 · actions: 389'
    """
    return " · ".join(f"{name}: {' '.join(value.split())}" for name, value in table.about.items())


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
    import numpy as np

    far = np.maximum(np.sqrt((places * places).sum(axis=1)), _NEAR)
    return _filling(places / far[:, None] ** _PULL)


def _spread(places: Floats) -> Floats:
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
    across, down = places.T.copy()
    return across[:, None] - across, down[:, None] - down


def _summed(across: Floats, down: Floats) -> Floats:
    import numpy as np

    return np.stack([across.sum(axis=1), down.sum(axis=1)], axis=1)


def _filling(places: Floats) -> Floats:
    import numpy as np

    halves = (places.max(axis=0) - places.min(axis=0)) / 2
    middle = places.min(axis=0) + halves
    scales = np.maximum(halves, max(float(halves.max()) / _WIDE, _NEAR))
    filled: Floats = np.round((places - middle) / scales, _KEPT)
    return filled


class _Rows:
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
