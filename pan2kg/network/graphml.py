"""GraphML: ids are IRIs, every edge stands as directed, and ``directed`` says whether the link is.

Source: http://graphml.graphdrawing.org/specification.html. Its schema wants ids without a slash; every program
that reads GraphML takes any text, and an IRI is what the rest of the data is joined by.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pan2kg.network.columns import Row, Tables
from pan2kg.network.gephi import HEAD, KINDS, element, start

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
