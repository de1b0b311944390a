"""The part of a network that concerns some plans and types of link, its tables, and where its nodes are drawn.

Every export has the columns of its tables of nodes and of edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pan2kg import errors
from pan2kg.i18n import message
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
    homes = [node for node, kind in network.nodes(data="type") if kind in ("Plan", "Review")]
    by_name = {key(plan): plan for plan in homes} | {plan: plan for plan in homes}
    chosen = {by_name[_checked(name, by_name, "no-plan-in-graph")] for name in plans}
    kinds = {kind for *_, kind in network.edges(data="type") if kind}
    wanted = {_checked(name, kinds, "no-type-in-network") for name in types}
    selected = network.copy()
    if wanted:
        others = [link[:3] for link in selected.edges(keys=True, data="type") if link[3] not in wanted]
        selected.remove_edges_from(others)
        selected.graph["types"] = " ".join(sorted(wanted))
    if chosen:
        selected.graph["plans"] = " ".join(sorted(key(plan) for plan in chosen))
    if not chosen and not wanted:
        return selected
    home = {node: home_of(node, data) for node, data in selected.nodes(data=True)}
    members = {node for node, plan in home.items() if (plan in chosen if chosen else plan)}
    incident = [link for link in selected.edges() if not members.isdisjoint(link)]
    near = members | {end for link in incident for end in link if not home[end]}
    # of one plan every link stays, with what it leads to; else those among what is near
    own = members if len(chosen) == 1 else set[str]()
    far = [link for link in selected.edges(keys=True) if own.isdisjoint(link[:2]) and not near.issuperset(link[:2])]
    selected.remove_edges_from(far)
    linked = {end for link in selected.edges() for end in link}
    selected.remove_nodes_from([node for node in home if node not in members and node not in linked])
    return selected


def home_of(node: str, data: Mapping[str, object]) -> str:
    return str(data.get("plan") or data.get("review") or node) if data.get("type") in WORKS else ""


def _checked(name: str, names: Iterable[str], missing: str) -> str:
    if name in names:
        return name
    near = get_close_matches(name, sorted({key(known) for known in names}), n=3, cutoff=0.4)
    listed = sorted(names)[:12]
    remedy = message.there_are(listed) if listed else message.told("there-are-none")
    raise errors.QueryError(missing, remedy=message.did_you_mean(near) if near else remedy, name=name)


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
    """A network to write: rows without empty cells, nodes by id, edges by source, target and id."""

    title: str
    nodes: tuple[Row, ...]
    edges: tuple[Row, ...]
    about: dict[str, str]
    released: date | None = None

    def head(self) -> dict[str, str]:
        day = {"released": self.released.isoformat()} if self.released else {}
        return {"title": self.title, **self.about, **day}

    def columns(self, rows: Iterable[Row]) -> list[str]:
        used = {name for row in rows for name in row}
        return [name for name in (NODE_COLUMNS if rows is self.nodes else EDGE_COLUMNS) if name in used]

    def line(self) -> str:
        """What the network is about, on one line: what was chosen and what its weights rest on."""
        return " · ".join(f"{name}: {' '.join(value.split())}" for name, value in self.about.items())


def tables(network: nx.MultiDiGraph[str], *, title: str = "", released: date | None = None) -> NetworkTables:
    """The rows of a network, cleaned of characters no file of ours may hold, in a fixed order."""

    def clean(value: object) -> str:
        # a carriage return would be read as a line feed from XML, where it is not written as a character reference
        return xml_fit(str(value)).replace("\r\n", "\n").replace("\r", "\n")

    def row_of(identity: Mapping[str, object], data: Mapping[str, object], columns: Mapping[str, type]) -> Row:
        row: Row = {name: clean(value) for name, value in identity.items()}
        for name, kind in columns.items():
            value = data.get(name)
            if value is not None and value != "":
                row[name] = clean(value) if kind is str else kind(value)
        return row

    labels = {node: str(label or "") for node, label in network.nodes(data="label")}
    nodes, edges, ids = [], [], set[str]()
    for node, data in sorted(network.nodes(data=True)):
        homes = {f"{tie}_label": labels.get(str(data.get(tie, "")), "") for tie in ("plan", "review")}
        nodes.append(row_of({"id": node, "label": data.get("label", "")}, {**data, **homes}, NODE_COLUMNS))
    links = sorted(network.edges(keys=True, data=True), key=lambda link: (link[0], link[1], str(link[2])))
    for source, target, link, data in links:
        number, unique = 1, str(link)
        while unique in ids:
            number += 1
            unique = f"{link}#{number}"
        ids.add(unique)
        identity = {"id": unique, "source": source, "target": target, "label": data.get("type_label", "")}
        edges.append(row_of(identity, {"directed": True, **data}, EDGE_COLUMNS))
    about = {name: clean(network.graph[name]) for name in _ABOUT if network.graph.get(name)}
    named = title or " + ".join(["pan2kg", *about.get("plans", "").split()])
    return NetworkTables(clean(named), tuple(nodes), tuple(edges), about, released)


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
    import networkx as nx
    import numpy as np

    weights: dict[str, dict[str, float]] = {}
    for source, target, weight in sorted(edges):
        for start, end in {(source, target), (target, source)}:
            ends = weights.setdefault(start, {})
            ends[end] = ends.get(end, 0.0) + weight
    linked: nx.Graph[str] = nx.Graph({node: list(ends) for node, ends in weights.items()})
    components = sorted((sorted(nodes) for nodes in nx.connected_components(linked)), key=lambda it: (-len(it), it[0]))
    places: dict[str, tuple[float, float]] = {}
    # the parts stand on shelves, the largest first
    width, across, top, height = len(weights) ** 0.5, 0.0, 0.0, 0.0
    for nodes in components:
        matrix: Floats = np.array([[weights[start].get(end, 0.0) for end in nodes] for start in nodes])
        side = len(nodes) ** 0.5
        spots = _spots(matrix.tobytes(), len(nodes), seed) * (side / 2)
        width = max(width, side + 1)
        if across and across + side + 1 > width:
            across, top, height = 0.0, top + height, 0.0
        x0, y0 = across + side / 2, top + side / 2
        places |= {node: (_WIDE * (x0 + x), y0 + y) for node, (x, y) in zip(nodes, spots.tolist(), strict=True)}
        across, height = across + side + 1, max(height, side + 1)
    if not places:
        return {}
    (left, right), (low, high) = ((min(axis), max(axis)) for axis in zip(*places.values(), strict=True))
    span = max(right - left, high - low) or 1.0
    scaled = {
        node: (round((x - left) / span * 1000), round((y - low) / span * 1000)) for node, (x, y) in places.items()
    }
    return dict(sorted(scaled.items()))


@lru_cache(maxsize=256)
def _spots(matrix: bytes, number: int, seed: int) -> Floats:
    """Places around the middle, none further from it than 1: linked nodes attract, and all repel each other."""
    import numpy as np

    # plain sums, no linear algebra: these give the same places however many processors there are
    def gaps(places: Floats) -> tuple[Floats, Floats]:
        across, down = places.T.copy()
        return across[:, None] - across, down[:, None] - down

    def filling(places: Floats) -> Floats:
        halves = (places.max(axis=0) - places.min(axis=0)) / 2
        middle = places.min(axis=0) + halves
        scales = np.maximum(halves, max(float(halves.max()) / _WIDE, _NEAR))
        filled: Floats = np.round((places - middle) / scales, _KEPT)
        return filled

    weights = np.frombuffer(matrix).reshape(number, number)
    places = np.random.RandomState(seed).rand(number, 2)
    spring = (1 / number) ** 0.5
    reach = float(np.ptp(places, axis=0).max()) * 0.1
    for step in range(_STEPS):
        across, down = gaps(places)
        squares = np.maximum(across * across + down * down, _NEAR**2)
        force = spring**2 / squares - weights * np.sqrt(squares) / spring
        moves = np.stack([(across * force).sum(axis=1), (down * force).sum(axis=1)], axis=1)
        lengths = np.maximum(np.sqrt((moves * moves).sum(axis=1)), _NEAR)
        places = np.round(places + moves * (reach * (1 - step / (_STEPS + 1)) / lengths)[:, None], _KEPT)
    # draw in what lies far outside, then move apart what lies too close
    places = places - places.mean(axis=0)
    far = np.maximum(np.sqrt((places * places).sum(axis=1)), _NEAR)
    places = filling(places / far[:, None] ** _PULL)
    least = _APART * 2 / number**0.5
    for _ in range(_STEPS):
        across, down = gaps(places)
        far = np.maximum(np.sqrt(across * across + down * down), _NEAR * least)
        push = np.maximum(least - far, 0.0) / (2 * far)
        moves = np.stack([(across * push).sum(axis=1), (down * push).sum(axis=1)], axis=1)
        moved = np.round(places + moves / 2, _KEPT)
        if (moved == places).all():
            break
        places = moved
    return filling(places)
