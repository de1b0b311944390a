"""A network as two tables, nodes and edges, with the columns every format has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

    import networkx as nx

Cell = str | int | float | bool
Row = dict[str, Cell]

NODE_COLUMNS: Final[dict[str, type]] = {
    "notation": str, "type": str, "type_label": str, "plan": str, "plan_label": str, "review": str,
    "review_label": str, "certainty": str,
}  # fmt: skip
"""What is said of a node beside its ``id`` and ``label``, and as what kind of value."""

EDGE_COLUMNS: Final[dict[str, type]] = {
    "type": str, "relation": str, "relation_label": str, "status": str, "certainty": str, "directed": bool,
    "strength": float, "bits": float, "score": int, "via": str, "via_label": str, "evidence": str, "documents": str,
}  # fmt: skip
"""What is said of an edge beside its ``id``, ``source``, ``target`` and ``label``, which is that of its type."""

_ABOUT: Final = ("language", "plans", "types", "release", "actions", "annotated", "weights", "filters")

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Tables:
    """A network to write: rows without empty cells, nodes by id, edges by source, target and id.

    ``about`` says what was chosen and what the strengths rest on, in the order to print it.
    """

    title: str
    nodes: tuple[Row, ...]
    edges: tuple[Row, ...]
    about: dict[str, str]
    released: date | None = None

    def head(self) -> dict[str, str]:
        """The title, what the network is about, and the day of the data where it is known."""
        day = {"released": self.released.isoformat()} if self.released else {}
        return {"title": self.title, **self.about, **day}

    def node_columns(self) -> dict[str, type]:
        """The columns at least one node has a value in."""
        return _used(NODE_COLUMNS, self.nodes)

    def edge_columns(self) -> dict[str, type]:
        """The columns at least one edge has a value in."""
        return _used(EDGE_COLUMNS, self.edges)


def tables(network: nx.MultiDiGraph[str], *, title: str = "", released: date | None = None) -> Tables:
    """The rows of a network, cleaned of characters no file of ours may hold, in a fixed order.

    An edge whose key is taken by another one gets a number behind it, so that each id stands once.

    >>> import networkx as nx
    >>> network = nx.MultiDiGraph()
    >>> network.add_node("a", label="A\\x00", type="Plan", colour="red")
    >>> _ = network.add_edge("a", "b", key="k", strength=0.5), network.add_edge("b", "a", key="k")
    >>> made = tables(network)
    >>> made.nodes[0]
    {'id': 'a', 'label': 'A�', 'type': 'Plan'}
    >>> [(edge["id"], edge["directed"]) for edge in made.edges], made.edge_columns()
    ([('k', True), ('k#2', True)], {'directed': <class 'bool'>, 'strength': <class 'float'>})
    """
    plans = {node: str(label or "") for node, label in network.nodes(data="label")}
    nodes = [_node(node, data, plans) for node, data in sorted(network.nodes(data=True))]
    edges, seen = [], set[str]()
    for one, two, link, data in sorted(network.edges(keys=True, data=True), key=lambda edge: _order(*edge[:3])):
        edges.append(_edge((one, two, _once(str(link), seen)), data))
    about = {name: clean(str(network.graph[name])) for name in _ABOUT if network.graph.get(name)}
    named = title or " + ".join(["pan2kg", *about.get("plans", "").split()])
    return Tables(clean(named), tuple(nodes), tuple(edges), about, released)


def _order(one: str, two: str, link: object) -> tuple[str, str, str]:
    return one, two, str(link)


def _once(name: str, seen: set[str]) -> str:
    number, found = 1, name
    while found in seen:
        number += 1
        found = f"{name}#{number}"
    seen.add(found)
    return found


def clean(text: str) -> str:
    """The text with U+FFFD for every character XML forbids.

    >>> clean("a\\x0bb\\n")
    'a�b\\n'
    """
    return _FORBIDDEN.sub("\ufffd", text)


def _node(node: str, data: Mapping[str, object], labels: Mapping[str, str]) -> Row:
    of = {f"{tie}_label": labels.get(str(data.get(tie, "")), "") for tie in ("plan", "review")}
    return _row({"id": node, "label": data.get("label", "")}, {**data, **of}, NODE_COLUMNS)


def _edge(ends: tuple[str, str, str], data: Mapping[str, object]) -> Row:
    one, two, link = ends
    first = {"id": link, "source": one, "target": two, "label": data.get("type_label", "")}
    return _row(first, {"directed": True, **data}, EDGE_COLUMNS)


def _row(first: Mapping[str, object], data: Mapping[str, object], columns: Mapping[str, type]) -> Row:
    row: Row = {name: clean(str(value)) for name, value in first.items()}
    for name, kind in columns.items():
        value = data.get(name)
        if value is not None and value != "":
            row[name] = clean(str(value)) if kind is str else kind(value)
    return row


def _used(columns: Mapping[str, type], rows: Iterable[Row]) -> dict[str, type]:
    used = {name for row in rows for name in row}
    return {name: kind for name, kind in columns.items() if name in used}


def told(table: Tables) -> str:
    """What a network is about, on one line: what was chosen and what its strengths rest on.

    >>> told(Tables("t", (), (), {"plans": "lu-bhr-2", "actions": "389"}))
    'plans: lu-bhr-2 · actions: 389'
    """
    return " · ".join(f"{name}: {' '.join(value.split())}" for name, value in table.about.items())
