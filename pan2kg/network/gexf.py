"""GEXF 1.3, the format of Gephi: each edge says whether it is directed, and its kind keeps parallel links apart.

Source: the schema of GEXF 1.3, https://gexf.net/1.3/gexf.xsd. networkx reads such a file only if all its edges are
directed or none is, as its own documentation says; for networkx there is GraphML.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pan2kg.network.columns import Row, Tables, told
from pan2kg.network.gephi import HEAD, KINDS, element, start

_SPACE: Final = "http://gexf.net/1.3"
_ROOT: Final = (
    ("xmlns", _SPACE),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    ("xsi:schemaLocation", f"{_SPACE} {_SPACE}/gexf.xsd"),
    ("version", "1.3"),
)


def write_gexf(table: Tables) -> str:
    """A network as GEXF 1.3. The only date in it is the day of the data, where that is given.

    >>> text = write_gexf(Tables("t", ({"id": "a", "label": "A", "type": "Plan"},), (), {}))
    >>> '<attvalue for="type" value="Plan"/>' in text, "lastmodifieddate" in text
    (True, False)
    """
    return HEAD + "".join(f"{line}\n" for line in _lines(table))


def _lines(table: Tables) -> Iterator[str]:
    day = [("lastmodifieddate", table.released.isoformat())] if table.released else []
    yield start("gexf", _ROOT)
    yield "  " + start("meta", day)
    yield "    " + element("creator", [], "pan2kg")
    yield "    " + element("description", [], f"{table.title}. {told(table)}" if table.about else table.title)
    yield "  </meta>"
    default = "directed" if any(row["directed"] for row in table.edges) or not table.edges else "undirected"
    yield "  " + start("graph", [("defaultedgetype", default), ("idtype", "string"), ("mode", "static")])
    edge_columns = {name: kind for name, kind in table.edge_columns().items() if name != "directed"}
    yield from _columns("node", table.node_columns())
    yield from _columns("edge", edge_columns)
    yield "    " + start("nodes", [("count", len(table.nodes))])
    for row in table.nodes:
        yield from _item("node", [(name, row[name]) for name in ("id", "label")], row)
    yield "    </nodes>"
    yield "    " + start("edges", [("count", len(table.edges))])
    for row in table.edges:
        yield from _item("edge", _ends(row), row)
    yield from ("    </edges>", "  </graph>", "</gexf>")


def _columns(of: str, columns: Mapping[str, type]) -> Iterator[str]:
    yield "    " + start("attributes", [("class", of), ("mode", "static")])
    for name, kind in columns.items():
        yield "      " + start("attribute", [("id", name), ("title", name), ("type", KINDS[kind])], empty=True)
    yield "    </attributes>"


def _ends(row: Row) -> list[tuple[str, str | float]]:
    given = [(name, row[name]) for name in ("id", "source", "target", "label")]
    kind = [("kind", row["type"])] if "type" in row else []
    return [*given, ("type", "directed" if row["directed"] else "undirected"), *kind]


def _item(name: str, attributes: list[tuple[str, str | float]], row: Row) -> Iterator[str]:
    yield "      " + start(name, attributes)
    yield "        <attvalues>"
    for key, value in row.items():
        if key not in ("id", "label", "source", "target", "directed"):
            yield "          " + start("attvalue", [("for", key), ("value", value)], empty=True)
    yield "        </attvalues>"
    yield f"      </{name}>"
