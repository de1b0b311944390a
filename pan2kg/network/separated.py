"""CSV of nodes and of edges, with the column names under which Gephi recognises them, and both in one zip."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Final

from pan2kg.network.columns import Cell, Tables
from pan2kg.network.gephi import shown

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
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow([heads.get(name, name) for name in columns])
    writer.writerows([shown(row[name]) if name in row else "" for name in columns] for row in rows)
    return target.getvalue()
