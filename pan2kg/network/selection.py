"""The part of a network that concerns some plans and some types of link, and its tables of nodes and edges.

Every export has the columns of these two tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.uses import key
from pan2kg.errors import QueryError
from pan2kg.i18n.message import did_you_mean, told
from pan2kg.tables.formats import xml_fit

if TYPE_CHECKING:
    from datetime import date

    import networkx as nx


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

    Raises:
        QueryError: a plan or a type of link that is not in the network, with the nearest names.

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
    """The plan or review a node belongs to or is; nothing for a text; a work of no plan is its own."""
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
