"""The links of a graph as a networkx network, for centralities, paths and communities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pan2kg.store import Store, plain, select

if TYPE_CHECKING:
    import networkx as nx

_NODES = """
PREFIX pan: <https://w3id.org/pan2kg/ontology#>
SELECT DISTINCT ?node ?type ?label ?plan WHERE {
    VALUES ?type { pan:Plan pan:Action pan:Recommendation pan:Review pan:LegalAct pan:Treaty pan:SoftLaw
        pan:Commitment pan:Bill pan:OtherInstrument }
    ?node a ?type .
    OPTIONAL { ?node pan:mainLabel ?label }
    OPTIONAL { ?node pan:inPlan ?plan }
} ORDER BY ?node ?type
"""

_LINKS = """
PREFIX certainty: <https://w3id.org/pan2kg/id/certainty/>
PREFIX linkstatus: <https://w3id.org/pan2kg/id/linkstatus/>
PREFIX pan: <https://w3id.org/pan2kg/ontology#>
SELECT DISTINCT ?link ?type ?one ?two ?directed ?status WHERE {
    ?link pan:linkType ?type ; pan:status ?status .
    FILTER(?status IN (linkstatus:accepted, linkstatus:derived))
    FILTER NOT EXISTS { ?link pan:certainty certainty:unverified }
    { ?link pan:from ?one ; pan:to ?two BIND(true AS ?directed) }
    UNION { ?link pan:between ?one , ?two FILTER(STR(?one) < STR(?two)) BIND(false AS ?directed) }
} ORDER BY ?link ?one ?two
"""


def build_network(store: Store) -> nx.MultiDiGraph[str]:
    """The network of accepted and derived links: nodes and link nodes by IRI.

    A node carries ``type``, ``label`` and, for an action, ``plan``; an edge has the link's IRI as
    key and carries ``type``, ``status`` and ``directed``. A symmetric link stands once, from the end
    that sorts first. Candidates, rejected and unverified links are left out.

    >>> from pan2kg.store import LocalStore
    >>> import pyoxigraph
    >>> build_network(LocalStore(pyoxigraph.Store())).number_of_nodes()
    0
    """
    import networkx as nx

    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node, type_, label, plan in select(store, _NODES).rows:
        extra = {"plan": plain(plan)} if plan else {}
        network.add_node(plain(node), type=_key(plain(type_)), label=plain(label), **extra)
    for link, type_, one, two, directed, status in select(store, _LINKS).rows:
        network.add_edge(
            plain(one),
            plain(two),
            key=plain(link),
            type=_key(plain(type_)),
            status=_key(plain(status)),
            directed=plain(directed) == "true",
        )
    return network


def _key(iri: str) -> str:
    return iri.replace("#", "/").rpartition("/")[2]
