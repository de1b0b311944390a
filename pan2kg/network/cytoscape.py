"""Cytoscape JSON: elements with their data, as Cytoscape opens them and Cytoscape.js and networkx take them.

Source: https://js.cytoscape.org/#notation/elements-json.
"""

from __future__ import annotations

import json

from pan2kg.network.columns import Tables
from pan2kg.network.diagrams import caption


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
