"""The part of a network that concerns some plans and some types of link."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.uses import key
from pan2kg.errors import QueryError

if TYPE_CHECKING:
    import networkx as nx

WORKS: Final = ("Plan", "Action", "Review", "Recommendation")
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
    return {known[_known(name, known, "plan")] for name in names}


def _find_types(network: nx.MultiDiGraph[str], names: Iterable[str]) -> set[str]:
    known = {type_: type_ for _, _, type_ in network.edges(data="type") if type_}
    return {_known(name, known, "type of link") for name in names}


def _known(name: str, known: dict[str, str], kind: str) -> str:
    if name in known:
        return name
    near = get_close_matches(name, sorted({key(one) for one in known}), n=3, cutoff=0.4)
    remedy = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(sorted(known)[:12]) or 'none'}."
    raise QueryError(f"There is no {kind} « {name} » in the network.", remedy=remedy)
