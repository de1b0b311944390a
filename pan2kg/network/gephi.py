"""Elements of XML with everything escaped, whitespace in attributes kept.

GraphML: ids are IRIs, every edge stands as directed, and ``directed`` says whether the link is.
GEXF 1.3, the format of Gephi: each edge says whether it is directed, and its kind keeps parallel links apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pan2kg.network.selection import Cell, Row, Tables, about_line
from pan2kg.tables.formats import field, xml_text, xml_value

KINDS: Final = {str: "string", float: "double", int: "integer", bool: "boolean"}
"""The names GEXF has for the kinds of value; GraphML says ``int``."""

HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def start(name: str, attributes: Iterable[tuple[str, Cell]] = (), *, empty: bool = False) -> str:
    """A start tag, or the tag of an element without content.

    >>> start("node", [("id", 'a "b" <c>'), ("label", "1\\n2")], empty=True)
    '<node id="a &quot;b&quot; &lt;c&gt;" label="1&#10;2"/>'
    """
    written = "".join(f' {key}="{xml_value(field(value))}"' for key, value in attributes)
    return f"<{name}{written}{'/' if empty else ''}>"


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


def write_graphml(table: Tables) -> str:
    """A network as GraphML.

    >>> text = write_graphml(Tables("t", ({"id": "http://e/a", "label": "A & B"},), (), {}))
    >>> '<data key="node-label">A &amp; B</data>' in text
    True
    """
    return HEAD + "".join(f"{line}\n" for line in _lines(table))


def _lines(table: Tables) -> Iterator[str]:
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
            named = [("id", f"{of}-{name}"), ("for", of), ("attr.name", name), ("attr.type", type_)]
            yield "  " + start("key", named, empty=True)
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


def write_gexf(table: Tables) -> str:
    """A network as GEXF 1.3. The only date in it is the day of the data, where that is given.

    >>> text = write_gexf(Tables("t", ({"id": "a", "label": "A", "type": "Plan"},), (), {}))
    >>> '<attvalue for="type" value="Plan"/>' in text, "lastmodifieddate" in text
    (True, False)
    """
    return HEAD + "".join(f"{line}\n" for line in _gexf_lines(table))


def _gexf_lines(table: Tables) -> Iterator[str]:
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
    given = [(name, row[name]) for name in ("id", "source", "target", "label")]
    kind = [("kind", row["type"])] if "type" in row else []
    return [*given, ("type", "directed" if row["directed"] else "undirected"), *kind]


def _gexf_item(name: str, attributes: list[tuple[str, str | float]], row: Row) -> Iterator[str]:
    yield "      " + start(name, attributes)
    yield "        <attvalues>"
    for key, value in row.items():
        if key not in ("id", "label", "source", "target", "directed"):
            yield "          " + start("attvalue", [("for", key), ("value", value)], empty=True)
    yield "        </attvalues>"
    yield f"      </{name}>"
