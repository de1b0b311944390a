"""The network as files for other programs: GraphML and GEXF, Cytoscape JSON, diagrams, and tables.

Cytoscape opens its JSON, Cytoscape.js and networkx take it; in XML everything is escaped, whitespace in attributes too.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from pan2kg.errors import FormatError
from pan2kg.network.diagrams import caption, write_dot, write_mermaid
from pan2kg.network.selection import Cell, NetworkTables, Row, about_line, select_network, tables
from pan2kg.tables.formats import Grid, field, write_csv, xml_text, xml_value

if TYPE_CHECKING:
    from datetime import date

    import networkx as nx


KINDS: Final = {str: "string", float: "double", int: "integer", bool: "boolean"}
"""The names GEXF has for the kinds of value; GraphML says ``int``."""

HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def start(name: str, attributes: Iterable[tuple[str, Cell]] = (), *, empty: bool = False) -> str:
    """A start tag, or the tag of an element without content.

    >>> start("node", [("id", 'a "b" <c>'), ("label", "1\\n2")], empty=True)
    '<node id="a &quot;b&quot; &lt;c&gt;" label="1&#10;2"/>'
    """
    pairs = "".join(f' {key}="{xml_value(field(value))}"' for key, value in attributes)
    return f"<{name}{pairs}{'/' if empty else ''}>"


def element(name: str, attributes: Iterable[tuple[str, Cell]], content: Cell) -> str:
    """An element with text in it.

    >>> element("data", [("key", "k")], "a & b")
    '<data key="k">a &amp; b</data>'
    """
    return f"{start(name, attributes)}{xml_text(field(content))}</{name}>"


_SPACE: Final = "http://graphml.graphdrawing.org/xmlns"
_ROOT: Final = (
    ("xmlns", _SPACE),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    ("xsi:schemaLocation", f"{_SPACE} {_SPACE}/1.0/graphml.xsd"),
)


def write_graphml(table: NetworkTables) -> str:
    """A network as GraphML.

    >>> text = write_graphml(NetworkTables("t", ({"id": "http://e/a", "label": "A & B"},), (), {}))
    >>> '<data key="node-label">A &amp; B</data>' in text
    True
    """
    return HEAD + "".join(f"{line}\n" for line in _lines(table))


def _lines(table: NetworkTables) -> Iterator[str]:
    yield start("graphml", _ROOT)
    head = table.head()
    label: dict[str, type] = {"label": str}
    kinds: tuple[tuple[str, dict[str, type]], ...] = (
        ("graph", dict.fromkeys(head, str)),
        ("node", label | table.node_columns()),
        ("edge", label | table.edge_columns()),
    )
    for of, columns in kinds:
        for name, kind in columns.items():
            type_ = "int" if kind is int else KINDS[kind]
            key_attributes = [("id", f"{of}-{name}"), ("for", of), ("attr.name", name), ("attr.type", type_)]
            yield "  " + start("key", key_attributes, empty=True)
    yield "  " + start("graph", [("id", "network"), ("edgedefault", "directed")])
    yield from (_data("graph", name, value, "    ") for name, value in head.items())
    for row in table.nodes:
        yield from _item("node", row, ("id",))
    for row in table.edges:
        yield from _item("edge", row, ("id", "source", "target"))
    yield from ("  </graph>", "</graphml>")


def _item(name: str, row: Row, attributes: tuple[str, ...]) -> Iterator[str]:
    yield "    " + start(name, [(key, row[key]) for key in attributes])
    yield from (_data(name, key, value, "      ") for key, value in row.items() if key not in attributes)
    yield f"    </{name}>"


def _data(of: str, name: str, value: str | float, indent: str) -> str:
    return indent + element("data", [("key", f"{of}-{name}")], value)


_GEXF_SPACE: Final = "http://gexf.net/1.3"
_GEXF_ROOT: Final = (
    ("xmlns", _GEXF_SPACE),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    ("xsi:schemaLocation", f"{_GEXF_SPACE} {_GEXF_SPACE}/gexf.xsd"),
    ("version", "1.3"),
)


def write_gexf(table: NetworkTables) -> str:
    """A network as GEXF 1.3. The only date in it is the day of the data, where that is given.

    >>> text = write_gexf(NetworkTables("t", ({"id": "a", "label": "A", "type": "Plan"},), (), {}))
    >>> '<attvalue for="type" value="Plan"/>' in text, "lastmodifieddate" in text
    (True, False)
    """
    return HEAD + "".join(f"{line}\n" for line in _gexf_lines(table))


def _gexf_lines(table: NetworkTables) -> Iterator[str]:
    day = [("lastmodifieddate", table.released.isoformat())] if table.released else []
    yield start("gexf", _GEXF_ROOT)
    yield "  " + start("meta", day)
    yield "    " + element("creator", [], "pan2kg")
    yield "    " + element("description", [], f"{table.title}. {about_line(table)}" if table.about else table.title)
    yield "  </meta>"
    default = "directed" if any(row["directed"] for row in table.edges) or not table.edges else "undirected"
    yield "  " + start("graph", [("defaultedgetype", default), ("idtype", "string"), ("mode", "static")])
    edge_columns = {name: kind for name, kind in table.edge_columns().items() if name != "directed"}
    yield from _columns("node", table.node_columns())
    yield from _columns("edge", edge_columns)
    yield "    " + start("nodes", [("count", len(table.nodes))])
    for row in table.nodes:
        yield from _gexf_item("node", [(name, row[name]) for name in ("id", "label")], row)
    yield "    </nodes>"
    yield "    " + start("edges", [("count", len(table.edges))])
    for row in table.edges:
        yield from _gexf_item("edge", _ends(row), row)
    yield from ("    </edges>", "  </graph>", "</gexf>")


def _columns(of: str, columns: Mapping[str, type]) -> Iterator[str]:
    yield "    " + start("attributes", [("class", of), ("mode", "static")])
    for name, kind in columns.items():
        yield "      " + start("attribute", [("id", name), ("title", name), ("type", KINDS[kind])], empty=True)
    yield "    </attributes>"


def _ends(row: Row) -> list[tuple[str, str | float]]:
    attributes = [(name, row[name]) for name in ("id", "source", "target", "label")]
    kind = [("kind", row["type"])] if "type" in row else []
    return [*attributes, ("type", "directed" if row["directed"] else "undirected"), *kind]


def _gexf_item(name: str, attributes: list[tuple[str, str | float]], row: Row) -> Iterator[str]:
    yield "      " + start(name, attributes)
    yield "        <attvalues>"
    for key, value in row.items():
        if key not in ("id", "label", "source", "target", "directed"):
            yield "          " + start("attvalue", [("for", key), ("value", value)], empty=True)
    yield "        </attvalues>"
    yield f"      </{name}>"


def write_cytoscape(table: NetworkTables) -> str:
    """A network as Cytoscape JSON. An id stands again as ``value`` or ``key``, where networkx looks for it.

    >>> made = json.loads(write_cytoscape(NetworkTables("t", ({"id": "a", "label": "A"},), (), {})))
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


def write_nodes(table: NetworkTables) -> str:
    """The nodes as CSV (RFC 4180): Id, Label, and what is said of them.

    >>> write_nodes(NetworkTables("t", ({"id": "a", "label": "A, b"},), (), {}))
    'Id,Label\\r\\na,"A, b"\\r\\n'
    """
    return _write(["id", "label", *table.node_columns()], table.nodes, _NODE)


def write_edges(table: NetworkTables) -> str:
    """The edges as CSV (RFC 4180): Source, Target, Type (Directed or Undirected), Id, Label, link_type, and the rest.

    >>> rows = ({"id": "k", "source": "a", "target": "b", "label": "", "directed": False},)
    >>> write_edges(NetworkTables("t", (), rows, {}))
    'Source,Target,Type,Id,Label\\r\\na,b,Undirected,k,\\r\\n'
    """
    rows = [{**row, "directed": "Directed" if row["directed"] else "Undirected"} for row in table.edges]
    columns = (name for name in table.edge_columns() if name != "directed")
    return _write(["source", "target", "directed", "id", "label", *columns], rows, _EDGE)


def write_zip(table: NetworkTables) -> bytes:
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

_WRITERS: Final[dict[str, Callable[[NetworkTables], str | bytes]]] = {
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

    ``network`` is what :func:`pan2kg.graph.links.build_network` or :func:`select_network` gives. ``title`` names it
    (without one, the plans that were chosen do), ``released`` is the day of the data, for formats that hold one.
    Characters that no XML file may hold are replaced by U+FFFD in every format.

    ``weight`` is in bits, and only links by a shared text have one: a program that takes the others for links of
    weight 1 has to be told so.

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
    content = _WRITERS[form](tables(network, title=title, released=released))
    return content if isinstance(content, bytes) else content.encode()
