"""Exports of the network for other programs: the whole, one plan, or the plans of a comparison.

=============  =========================================================================
``graphml``    GraphML, for networkx, igraph, yEd and Cytoscape
``gexf``       GEXF 1.3, for Gephi
``cytoscape``  Cytoscape JSON, for Cytoscape and Cytoscape.js
``dot``        DOT, for Graphviz
``mermaid``    a Mermaid flowchart, for Markdown pages; small selections only
``csv``        a zip of nodes, edges and what they rest on, as CSV
``nodes``      the nodes alone, as CSV
``edges``      the edges alone, as CSV
=============  =========================================================================

All of them carry the same rows: labels, types, strengths, evidence, certainty and status, under the same ids, which
are the IRIs of the things and links. The same network gives the same bytes, whenever and wherever it is written.

The modules in their one order::

    selection      the part of a network that concerns some plans and some types of link
    columns        a network as two tables: what stands in every format
    frames         how a network is drawn: frames and captions
    markup         XML with everything escaped
    graphml, gexf, cytoscape, dot, mermaid, separated    one format each

>>> import pan2kg
>>> network = pan2kg.open_graph().network()
>>> pair = select_network(network, plans=("lu-bhr-1", "lu-bhr-2"), types=("shared-instrument",))
>>> export_network(pair, "mermaid").decode().splitlines()[0]
'flowchart LR'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pan2kg.errors import FormatError
from pan2kg.network.columns import tables
from pan2kg.network.cytoscape import write_cytoscape
from pan2kg.network.dot import write_dot
from pan2kg.network.gexf import write_gexf
from pan2kg.network.graphml import write_graphml
from pan2kg.network.mermaid import write_mermaid
from pan2kg.network.selection import select_network
from pan2kg.network.separated import write_edges, write_nodes, write_zip

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import networkx as nx

    from pan2kg.network.columns import Tables

__all__ = ["FORMS", "SUFFIXES", "export_network", "select_network"]

_WRITERS: Final[dict[str, tuple[str, Callable[[Tables], str | bytes]]]] = {
    "graphml": (".graphml", write_graphml),
    "gexf": (".gexf", write_gexf),
    "cytoscape": (".cyjs", write_cytoscape),
    "dot": (".dot", write_dot),
    "mermaid": (".mmd", write_mermaid),
    "csv": (".zip", write_zip),
    "nodes": (".csv", write_nodes),
    "edges": (".csv", write_edges),
}

FORMS: Final = tuple(_WRITERS)
"""What a network can be written as."""

SUFFIXES: Final = {form: suffix for form, (suffix, _) in _WRITERS.items()}
"""How the name of a file of each form ends."""


def export_network(network: nx.MultiDiGraph[str], form: str, *, title: str = "", released: date | None = None) -> bytes:
    """A network in one of :data:`FORMS`, encoded as UTF-8.

    ``network`` is what :func:`pan2kg.graph.network.build_network` or :func:`select_network` gives. ``title`` names it
    (without one, the plans that were chosen do), ``released`` is the day of the data, for formats that hold one.
    Characters that no XML file may hold are replaced by U+FFFD in every format.

    A strength is no weight of an edge: only links by a shared instrument have one, and a program would take the
    others for links of weight 1.

    Raises:
        FormatError: an unknown form; or more nodes, links or text than a Mermaid drawing may have.

    >>> import networkx as nx
    >>> network = nx.MultiDiGraph()
    >>> _ = network.add_edge("http://e/a", "http://e/b", key="http://e/link")
    >>> export_network(network, "nodes")
    b'Id,Label\\r\\nhttp://e/a,\\r\\nhttp://e/b,\\r\\n'
    >>> export_network(network, "pdf")
    Traceback (most recent call last):
    pan2kg.errors.FormatError: A network cannot be written as « pdf ». ...
    """
    if form not in _WRITERS:
        raise FormatError(f"A network cannot be written as « {form} ».", remedy=f"There are: {', '.join(FORMS)}.")
    written = _WRITERS[form][1](tables(network, title=title, released=released))
    return written if isinstance(written, bytes) else written.encode()
