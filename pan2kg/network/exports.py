"""Cytoscape JSON: elements with their data, as Cytoscape opens them and Cytoscape.js and networkx take them.

CSV of nodes and of edges, with the column names under which Gephi recognises them, and both in one zip.
Exports of the network for other programs: the whole, one plan, or the plans of a comparison.

Source: https://js.cytoscape.org/#notation/elements-json.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from pan2kg.errors import FormatError
from pan2kg.network.diagrams import caption, write_dot, write_mermaid
from pan2kg.network.gephi import write_gexf, write_graphml
from pan2kg.network.selection import Cell, Tables, select_network, tables
from pan2kg.tables.formats import Grid, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import networkx as nx

    from pan2kg.network.selection import Tables


def write_cytoscape(table: Tables) -> str:
    """A network as Cytoscape JSON. An id stands again as ``value`` or ``key``, where networkx looks for it.

    >>> made = json.loads(write_cytoscape(Tables("t", ({"id": "a", "label": "A"},), (), {})))
    >>> made["elements"]["nodes"][0]["data"]
    {'id': 'a', 'label': 'A', 'name': 'A', 'value': 'a'}
    """
    content = {
        "format_version": "1.0",
        "generated_by": "pan2kg",
        "data": {"name": table.title, **table.head()},
        "directed": True,
        "multigraph": True,
        "elements": {
            "nodes": [{"data": {**row, "name": caption(row), "value": row["id"]}} for row in table.nodes],
            "edges": [{"data": {**row, "key": row["id"]}} for row in table.edges],
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


_NODE: Final = {"id": "Id", "label": "Label"}
_EDGE: Final = {
    "source": "Source", "target": "Target", "directed": "Type", "id": "Id", "label": "Label", "type": "link_type"
}  # fmt: skip
"""Gephi's name for whether an edge is directed is Type, in upper or lower case: the type of link stands beside it."""


def write_nodes(table: Tables) -> str:
    """The nodes as CSV (RFC 4180): Id, Label, and what is said of them.

    >>> write_nodes(Tables("t", ({"id": "a", "label": "A, b"},), (), {}))
    'Id,Label\\r\\na,"A, b"\\r\\n'
    """
    return _write(["id", "label", *table.node_columns()], table.nodes, _NODE)


def write_edges(table: Tables) -> str:
    """The edges as CSV (RFC 4180): Source, Target, Type (Directed or Undirected), Id, Label, link_type, and the rest.

    >>> write_edges(Tables("t", (), ({"id": "k", "source": "a", "target": "b", "label": "", "directed": False},), {}))
    'Source,Target,Type,Id,Label\\r\\na,b,Undirected,k,\\r\\n'
    """
    rows = [{**row, "directed": "Directed" if row["directed"] else "Undirected"} for row in table.edges]
    others = (name for name in table.edge_columns() if name != "directed")
    return _write(["source", "target", "directed", "id", "label", *others], rows, _EDGE)


def write_zip(table: Tables) -> bytes:
    """Nodes, edges and what they rest on, as three CSV files in a zip, uncompressed so that its bytes never vary."""
    about = _write(["name", "value"], [{"name": name, "value": value} for name, value in table.head().items()], {})
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, text in (("nodes", write_nodes(table)), ("edges", write_edges(table)), ("about", about)):
            entry = zipfile.ZipInfo(f"{name}.csv", (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, text.encode())
    return target.getvalue()


def _write(columns: list[str], rows: Iterable[Mapping[str, Cell]], heads: Mapping[str, str]) -> str:
    cells = ([row.get(name) for name in columns] for row in rows)
    return write_csv(Grid([heads.get(name, name) for name in columns], cells))


__all__ = ["FORMS", "export_network", "select_network"]

_WRITERS: Final[dict[str, Callable[[Tables], str | bytes]]] = {
    "graphml": write_graphml,
    "gexf": write_gexf,
    "cytoscape": write_cytoscape,
    "dot": write_dot,
    "mermaid": write_mermaid,
    "csv": write_zip,
    "nodes": write_nodes,
    "edges": write_edges,
}

FORMS: Final = tuple(_WRITERS)
"""What a network can be written as."""


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
        raise FormatError("network-form", remedy="there-are", form=form, names=", ".join(FORMS))
    written = _WRITERS[form](tables(network, title=title, released=released))
    return written if isinstance(written, bytes) else written.encode()
