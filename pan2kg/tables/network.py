"""A part of the network of links, and its tables: nodes and edges, whose columns every export has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from pan2kg import errors
from pan2kg.i18n import did_you_mean, error_message, there_are
from pan2kg.tables import formats
from pan2kg.turtle.vocabulary import key

if TYPE_CHECKING:
    import networkx as nx

WORKS = ("Plan", "Action", "PlanPart", "Category", "Review", "Recommendation")
"""The types of node that belong to a plan or a review, or are one; all others are texts."""


def select_network(
    network: nx.MultiDiGraph[str], *, plans: Iterable[str] = (), types: Iterable[str] = ()
) -> nx.MultiDiGraph[str]:
    """A copy of what concerns some plans or reviews, by IRI or key, and some types of link.

    One plan: the plan, its actions, and every link of theirs with what it leads to. Two or more:
    the plans, their actions, the links among them, and the texts they lead to; never the actions of
    a third plan. In both cases also the links between two such texts (a law and the directive it
    transposes). Works of the chosen plans stay without a link, since that they meet nobody is an
    answer; texts do not. Without ``plans`` all are chosen.

    Raises:
        QueryError: no such plan or type of link, with the nearest names.
    """
    chosen = _chosen_plans(network, plans)
    wanted = _chosen_types(network, types)
    selected = network.copy()
    if wanted:
        _remove_other_types(selected, wanted)
        selected.graph["types"] = " ".join(sorted(wanted))
    if chosen:
        selected.graph["plans"] = " ".join(sorted(map(key, chosen)))
    if chosen or wanted:
        homes = {node: home_of(node, data) for node, data in selected.nodes(data=True)}
        members = _members(homes, chosen)
        _remove_far_links(selected, homes, members, is_one_plan=len(chosen) == 1)
        _remove_unlinked(selected, members)
    return selected


def _chosen_plans(network: nx.MultiDiGraph[str], names: Iterable[str]) -> set[str]:
    by_name = {}
    for node, kind in network.nodes(data="type"):
        if kind in ("Plan", "Review"):
            by_name[key(node)] = node
            by_name[node] = node
    return {by_name[_checked(name, by_name, "no-plan-in-graph")] for name in names}


def _chosen_types(network: nx.MultiDiGraph[str], names: Iterable[str]) -> set[str]:
    known = {link_type for *_, link_type in network.edges(data="type") if link_type}
    return {_checked(name, known, "no-type-in-network") for name in names}


def _remove_other_types(selected: nx.MultiDiGraph[str], wanted: set[str]) -> None:
    unwanted = []
    for source, target, link, link_type in selected.edges(keys=True, data="type"):
        if link_type not in wanted:
            unwanted.append((source, target, link))
    selected.remove_edges_from(unwanted)


def _members(homes: Mapping[str, str], chosen: set[str]) -> set[str]:
    """The works of the chosen plans; of all plans where none is chosen."""
    if chosen:
        return {node for node, home in homes.items() if home in chosen}
    return {node for node, home in homes.items() if home}


def _remove_far_links(
    selected: nx.MultiDiGraph[str],
    homes: Mapping[str, str],
    members: set[str],
    *,
    is_one_plan: bool,
) -> None:
    """Leave the links among members and the texts their links lead to; of one plan every link of a member too."""
    near = set(members)
    for source, target in selected.edges():
        if source in members or target in members:
            near.update(end for end in (source, target) if not homes[end])
    far = []
    for source, target, link in selected.edges(keys=True):
        is_near = source in near and target in near
        if is_one_plan:
            is_near = is_near or source in members or target in members
        if not is_near:
            far.append((source, target, link))
    selected.remove_edges_from(far)


def _remove_unlinked(selected: nx.MultiDiGraph[str], members: set[str]) -> None:
    remaining = set(members)
    for ends in selected.edges():
        remaining.update(ends)
    selected.remove_nodes_from([node for node in selected if node not in remaining])


def home_of(node: str, data: Mapping[str, object]) -> str:
    """The plan or review a node belongs to or is; empty for a text.

    >>> home_of("a", {"type": "Action", "plan": "p"}), home_of("p", {"type": "Plan"})
    ('p', 'p')
    >>> home_of("law", {"type": "LegalAct"})
    ''
    """
    if data.get("type") not in WORKS:
        return ""
    return str(data.get("plan") or data.get("review") or node)


def _checked(name: str, names: Iterable[str], missing: str) -> str:
    if name in names:
        return name
    near = get_close_matches(name, sorted(set(map(key, names))), n=3, cutoff=0.4)
    listed = sorted(names)[:12]
    if near:
        remedy = did_you_mean(near)
    elif listed:
        remedy = there_are(listed)
    else:
        remedy = error_message("there-are-none")
    raise errors.QueryError(missing, remedy=remedy, name=name)


Cell = str | int | float | bool
Row = dict[str, Cell]

NODE_COLUMNS: dict[str, type] = {
    "notation": str, "type": str, "type_label": str, "plan": str, "plan_label": str, "review": str,
    "review_label": str, "certainty": str,
}  # fmt: skip
"""What is said of a node beside its ``id`` and ``label``, and as what kind of value."""
EDGE_COLUMNS: dict[str, type] = {
    "type": str, "relation": str, "relation_label": str, "status": str, "certainty": str, "directed": bool,
    "evidenceLevel": str, "weight": float, "weightHigh": float, "weightBroad": float, "score": float, "via": str,
    "via_label": str, "evidence": str, "documents": str,
}  # fmt: skip
"""What is said of an edge beside its ``id``, ``source``, ``target`` and ``label``, which is that of its type."""
_ABOUT = (
    "language", "plans", "types", "release", "evidence", "plans_known", "actions", "texts_full", "texts_part",
    "texts_none",
)  # fmt: skip
_HOMES = ("plan", "review")


class NetworkTables(NamedTuple):
    """A network to write: rows without empty cells, nodes by id, edges by source, target and id.

    ``columns`` are those of each that anything stands in; ``head`` says what it is about with its
    title and day; ``line`` says, on one line, what was chosen and what its weights rest on.
    """

    title: str
    nodes: tuple[Row, ...]
    edges: tuple[Row, ...]
    columns: Mapping[str, list[str]]
    head: dict[str, str]
    line: str


def tables(
    network: nx.MultiDiGraph[str], *, title: str = "", released: date | None = None
) -> NetworkTables:
    """The nodes and edges of a network as rows, in an order that does not change, and what it is about.

    Links of one key get a number each. Characters that no XML file may hold are U+FFFD.
    """
    nodes = _node_rows(network)
    edges = _edge_rows(network)
    about = {}
    for name in _ABOUT:
        if network.graph.get(name):
            about[name] = _clean(network.graph[name])
    plans = about.get("plans", "").split()
    head = {"title": _clean(title or " + ".join(["pan2kg", *plans]))}
    head |= about
    if released:
        head["released"] = released.isoformat()
    columns = {"nodes": _used(nodes, NODE_COLUMNS), "edges": _used(edges, EDGE_COLUMNS)}
    line = " · ".join(f"{name}: {' '.join(value.split())}" for name, value in about.items())
    return NetworkTables(head["title"], tuple(nodes), tuple(edges), columns, head, line)


def _node_rows(network: nx.MultiDiGraph[str]) -> list[Row]:
    labels = {node: str(label or "") for node, label in network.nodes(data="label")}
    rows = []
    for node, data in sorted(network.nodes(data=True)):
        homes = {f"{home}_label": labels.get(str(data.get(home, "")), "") for home in _HOMES}
        identity = {"id": node, "label": data.get("label", "")}
        rows.append(_row(identity, {**data, **homes}, NODE_COLUMNS))
    return rows


def _edge_rows(network: nx.MultiDiGraph[str]) -> list[Row]:
    rows = []
    ids = set[str]()
    for source, target, link, data in sorted(network.edges(keys=True, data=True), key=_place_of):
        identity = {
            "id": _unique(str(link), ids),
            "source": source,
            "target": target,
            "label": data.get("type_label", ""),
        }
        rows.append(_row(identity, {"directed": True, **data}, EDGE_COLUMNS))
    return rows


def _place_of(edge: tuple[str, str, object, object]) -> tuple[str, str, str]:
    source, target, link, _ = edge
    return source, target, str(link)


def _unique(link: str, ids: set[str]) -> str:
    unique = link
    number = 1
    while unique in ids:
        number += 1
        unique = f"{link}#{number}"
    ids.add(unique)
    return unique


def _row(
    identity: Mapping[str, object], data: Mapping[str, object], columns: Mapping[str, type]
) -> Row:
    # without empty cells
    row: Row = {name: _clean(value) for name, value in identity.items()}
    for name, kind in columns.items():
        value = data.get(name)
        if value is not None and value != "":
            row[name] = _clean(value) if kind is str else kind(value)
    return row


def _clean(value: object) -> str:
    # a carriage return would be read as a line feed from XML, where it is not written as a
    # character reference
    return formats.xml_fit(str(value)).replace("\r\n", "\n").replace("\r", "\n")


def _used(rows: Iterable[Row], columns: Iterable[str]) -> list[str]:
    names = set[str]().union(*rows)
    return [name for name in columns if name in names]


def caption(row: Row) -> str:
    """What a node is called: the number of a work and its label, or else its IRI.

    >>> caption({"id": "a", "type": "Action", "notation": "4.3", "label": "Act"})
    '4.3 Act'
    >>> caption({"id": "http://e/a", "label": ""})
    'http://e/a'
    """
    if not row["label"]:
        return str(row["id"])
    number: Cell = ""
    if row.get("type") in WORKS:
        number = row.get("notation", "")
    return " ".join(f"{number} {row['label']}".split())
