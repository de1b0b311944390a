"""A network of links as a file for other programs: GraphML and GEXF, Cytoscape JSON, and tables.

networkx writes the XML. Cytoscape opens its JSON, Cytoscape.js and networkx take it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING
from xml.etree.ElementTree import SubElement

from pan2kg import errors
from pan2kg.tables import formats
from pan2kg.tables.network import Cell, NetworkTables, caption, tables

if TYPE_CHECKING:
    import networkx as nx


def write_graphml(table: NetworkTables) -> bytes:
    """A network as GraphML; what it is about stands as attributes of the graph."""
    from networkx.readwrite import graphml

    graph = _network_of(table, {})
    graph.graph.update(table.head)
    target = io.BytesIO()
    graphml.write_graphml_xml(graph, target)
    return target.getvalue()


def write_gexf(table: NetworkTables) -> bytes:
    """A network as GEXF 1.3, in which « type » is whether an edge is directed: the type of a link is ``link_type``."""
    from networkx.readwrite import gexf

    graph = _network_of(table, {"type": "link_type", "directed": "type"})
    for *_, link, data in graph.edges(keys=True, data=True):
        data["id"] = link
        data["type"] = "directed" if data["type"] else "undirected"
    writer = gexf.GEXFWriter(version="1.3")
    writer.add_graph(graph)
    meta = writer.xml.find("meta")
    meta.find("creator").text = "pan2kg"
    # networkx writes a description of its own since 3.7 only, and older Pythons get an older one
    SubElement(meta, "description").text = ". ".join(filter(None, [table.title, table.line]))
    meta.attrib.pop("lastmodifieddate")
    if "released" in table.head:
        meta.set("lastmodifieddate", table.head["released"])
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _network_of(table: NetworkTables, renamed: Mapping[str, str]) -> nx.MultiDiGraph[str]:
    """The rows as a network; cells of edges are attributes, some of them by another name."""
    import networkx as nx

    graph = nx.MultiDiGraph()
    for row in table.nodes:
        cells = dict(row)
        graph.add_node(str(cells.pop("id")), **cells)
    for row in table.edges:
        cells = {renamed.get(name, name): value for name, value in row.items()}
        link = str(cells.pop("id"))
        source = str(cells.pop("source"))
        graph.add_edge(source, str(cells.pop("target")), key=link, **cells)
    return graph


def write_cytoscape(table: NetworkTables) -> str:
    """A network as the JSON that Cytoscape, Cytoscape.js and networkx read."""
    nodes = [{"data": {**row, "name": caption(row), "value": row["id"]}} for row in table.nodes]
    edges = [{"data": {**row, "key": row["id"]}} for row in table.edges]
    content = {
        "format_version": "1.0",
        "generated_by": "pan2kg",
        "data": {"name": table.title, **table.head},
        "directed": True,
        "multigraph": True,
        "elements": {"nodes": nodes, "edges": edges},
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


_HEADS = {
    "id": "Id",
    "label": "Label",
    "source": "Source",
    "target": "Target",
    "directed": "Type",
}
"""Gephi's name for whether an edge is directed is Type, in upper or lower case: the type of link stands beside it."""


def write_nodes(table: NetworkTables) -> str:
    """The nodes as CSV, with the heads Gephi knows."""
    columns = ["id", "label", *table.columns["nodes"]]
    return _csv(table.nodes, columns, _HEADS)


def write_edges(table: NetworkTables) -> str:
    """The edges as CSV, with the heads Gephi knows."""
    rows = []
    for row in table.edges:
        direction = "Directed" if row["directed"] else "Undirected"
        rows.append({**row, "directed": direction})
    columns = ["source", "target", "directed", "id", "label"]
    columns += [name for name in table.columns["edges"] if name != "directed"]
    return _csv(rows, columns, {**_HEADS, "type": "link_type"})


def write_about(table: NetworkTables) -> str:
    """What a network is about as CSV: a name and a value a row."""
    rows = [{"name": name, "value": value} for name, value in table.head.items()]
    return _csv(rows, ["name", "value"], {})


def _csv(
    rows: Iterable[Mapping[str, Cell]], columns: Sequence[str], heads: Mapping[str, str]
) -> str:
    cells = ([row.get(name) for name in columns] for row in rows)
    return formats.write_csv(formats.Grid([heads.get(name, name) for name in columns], cells))


_SHEETS = {"nodes": write_nodes, "edges": write_edges, "about": write_about}


def write_zip(table: NetworkTables) -> bytes:
    """Nodes, edges and what the network is about, a CSV each, in a zip whose bytes depend on these alone."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, write in _SHEETS.items():
            entry = zipfile.ZipInfo(f"{name}.csv", (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, write(table).encode())
    return target.getvalue()


_WRITERS: Mapping[str, Callable[[NetworkTables], str | bytes]] = {
    "graphml": write_graphml,
    "gexf": write_gexf,
    "cytoscape": write_cytoscape,
    "csv": write_zip,
    "nodes": write_nodes,
    "edges": write_edges,
}
FORMS = tuple(_WRITERS)
"""What a network can be written as."""


def export_network(
    network: nx.MultiDiGraph[str], form: str, *, title: str = "", released: date | None = None
) -> bytes:
    """A network in one of :data:`FORMS`, encoded as UTF-8.

    ``title`` names it (without one, the plans that were chosen do), ``released`` is the day of the
    data, for formats that hold one. Characters that no XML file may hold are replaced by U+FFFD in every format.
    ``weight`` is in bits, and only links by a shared text have one: a program that takes the others
    for links of weight 1 has to be told so.
    """
    if form not in _WRITERS:
        raise errors.FormatError("no-form", remedy="there-are", form=form, names=", ".join(FORMS))
    content = _WRITERS[form](tables(network, title=title, released=released))
    return content if isinstance(content, bytes) else content.encode()
