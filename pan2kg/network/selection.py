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
    selected = network.copy()
    if wanted:
        selected.remove_edges_from(
            [link[:3] for link in selected.edges(keys=True, data="type") if link[3] not in wanted]
        )
    if chosen or wanted:
        _narrow(selected, chosen)
    if chosen:
        selected.graph["plans"] = " ".join(sorted(key(plan) for plan in chosen))
    if wanted:
        selected.graph["types"] = " ".join(sorted(wanted))
    return selected


def _narrow(selected: nx.MultiDiGraph[str], chosen: set[str]) -> None:
    home = {node: _home(node, data) for node, data in selected.nodes(data=True)}
    members = {node for node, plan in home.items() if (plan in chosen if chosen else plan)}
    ends = {
        end for source, target in selected.edges() if source in members or target in members for end in (source, target)
    }
    near = members | {end for end in ends if not home[end]}

    def is_kept(source: str, target: str) -> bool:
        is_own = len(chosen) == 1 and (source in members or target in members)
        return is_own or (source in near and target in near)

    selected.remove_edges_from([link for link in selected.edges(keys=True) if not is_kept(*link[:2])])
    linked = {end for link in selected.edges() for end in link}
    selected.remove_nodes_from([node for node in home if node not in members and node not in linked])


def _home(node: str, data: dict[str, str]) -> str:
    if data.get("type") not in WORKS:
        return ""
    return data.get("plan") or data.get("review") or node


def _find_plans(network: nx.MultiDiGraph[str], names: Iterable[str]) -> set[str]:
    plans = [node for node, type_ in network.nodes(data="type") if type_ in ("Plan", "Review")]
    by_name = {key(plan): plan for plan in plans} | {plan: plan for plan in plans}
    return {by_name[_known(name, by_name, "no-plan-in-network")] for name in names}


def _find_types(network: nx.MultiDiGraph[str], names: Iterable[str]) -> set[str]:
    types = {type_: type_ for _, _, type_ in network.edges(data="type") if type_}
    return {_known(name, types, "no-type-in-network") for name in names}


def _known(name: str, by_name: dict[str, str], missing: str) -> str:
    if name in by_name:
        return name
    near = get_close_matches(name, sorted({key(name_known) for name_known in by_name}), n=3, cutoff=0.4)
    listed = told("there-are", names=", ".join(sorted(by_name)[:12])) if by_name else told("there-are-none")
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
class NetworkTables:
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


def tables(network: nx.MultiDiGraph[str], *, title: str = "", released: date | None = None) -> NetworkTables:
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
    edges, ids = [], set[str]()
    for source, target, link, data in sorted(network.edges(keys=True, data=True), key=lambda edge: _order(*edge[:3])):
        edges.append(_edge((source, target, _once(str(link), ids)), data))
    about = {name: xml_fit(str(network.graph[name])) for name in _ABOUT if network.graph.get(name)}
    named = title or " + ".join(["pan2kg", *about.get("plans", "").split()])
    return NetworkTables(xml_fit(named), tuple(nodes), tuple(edges), about, released)


def _order(source: str, target: str, link: object) -> tuple[str, str, str]:
    return source, target, str(link)


def _once(name: str, ids: set[str]) -> str:
    number, unique = 1, name
    while unique in ids:
        number += 1
        unique = f"{name}#{number}"
    ids.add(unique)
    return unique


def _node(node: str, data: Mapping[str, object], labels: Mapping[str, str]) -> Row:
    of = {f"{tie}_label": labels.get(str(data.get(tie, "")), "") for tie in ("plan", "review")}
    return _row({"id": node, "label": data.get("label", "")}, {**data, **of}, NODE_COLUMNS)


def _edge(ends: tuple[str, str, str], data: Mapping[str, object]) -> Row:
    source, target, link = ends
    identity = {"id": link, "source": source, "target": target, "label": data.get("type_label", "")}
    return _row(identity, {"directed": True, **data}, EDGE_COLUMNS)


def _row(identity: Mapping[str, object], data: Mapping[str, object], columns: Mapping[str, type]) -> Row:
    row: Row = {name: xml_fit(str(value)) for name, value in identity.items()}
    for name, kind in columns.items():
        value = data.get(name)
        if value is not None and value != "":
            row[name] = xml_fit(str(value)) if kind is str else kind(value)
    return row


def _used(columns: Mapping[str, type], rows: Iterable[Row]) -> dict[str, type]:
    used = {name for row in rows for name in row}
    return {name: kind for name, kind in columns.items() if name in used}


def about_line(table: NetworkTables) -> str:
    """What a network is about, on one line: what was chosen and what its weights rest on.

    >>> about_line(NetworkTables("t", (), (), {"plans": "lu-bhr-2", "actions": "389"}))
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
    for source, target, weight in sorted(edges):
        for start, end in {(source, target), (target, source)}:
            ends = weights.setdefault(start, {})
            ends[end] = ends.get(end, 0.0) + weight
    places: dict[str, tuple[float, float]] = {}
    room = _Shelves(len(weights) ** 0.5)
    for nodes in _parts(weights):
        side = len(nodes) ** 0.5
        spots = _spots(_matrix(weights, nodes).tobytes(), len(nodes), seed) * (side / 2)
        x0, top = room.take(side + 1)
        middle = x0 + side / 2, top + side / 2
        placed = zip(nodes, spots.tolist(), strict=True)
        places |= {node: (_WIDE * (middle[0] + x), middle[1] + y) for node, (x, y) in placed}
    return _scaled(places)


def _parts(weights: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    components: list[list[str]] = []
    unvisited = set(weights)
    while unvisited:
        waiting = [unvisited.pop()]
        component = list(waiting)
        while waiting:
            fresh = weights[waiting.pop()].keys() & unvisited
            unvisited -= fresh
            component += fresh
            waiting += fresh
        components.append(sorted(component))
    return sorted(components, key=lambda component: (-len(component), component[0]))


def _matrix(weights: Mapping[str, Mapping[str, float]], nodes: list[str]) -> Floats:
    import numpy as np

    order = {node: at for at, node in enumerate(nodes)}
    matrix: Floats = np.zeros((len(nodes), len(nodes)))
    for node, at in order.items():
        for neighbour, weight in weights[node].items():
            matrix[at, order[neighbour]] = weight
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


class _Shelves:
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
    least_x, top = (min(place[at] for place in places.values()) for at in (0, 1))
    span = max(max(place[at] for place in places.values()) - least for at, least in ((0, least_x), (1, top))) or 1.0
    return {
        node: (round((x - least_x) / span * 1000), round((y - top) / span * 1000))
        for node, (x, y) in sorted(places.items())
    }
