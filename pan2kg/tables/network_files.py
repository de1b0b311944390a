"""A network of links as a file for other programs: GraphML and GEXF, Cytoscape JSON, tables, diagrams.

networkx writes the XML. Cytoscape opens its JSON, Cytoscape.js and networkx take it. In a diagram,
DOT for Graphviz or a Mermaid flowchart, nodes are framed by plan, the shape of a node is its type,
dashes are what is derived. Mermaid interprets characters in labels and limits the size of a
diagram: labels hold none of these, larger ones are refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from textwrap import fill
from typing import TYPE_CHECKING, Final, NoReturn
from xml.etree.ElementTree import SubElement

from pan2kg import errors
from pan2kg.i18n import message
from pan2kg.tables import formats
from pan2kg.tables.network import Cell, NetworkTables, Row, caption, frames, tables
from pan2kg.turtle.vocabulary import kind_and_key

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

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
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


_SHAPES = {
    "Plan": ("folder", "[[", "]]"), "Action": ("box", "(", ")"), "Review": ("hexagon", "{{", "}}"),
    "Recommendation": ("hexagon", "{{", "}}"),
}  # fmt: skip
"""What the node of a type looks like: the name of Graphviz, and the brackets of Mermaid."""
_WIDTH = 40
"""After how many characters a label goes on in the next line."""
_LABELS = frozenset({"label", "tooltip", "edgetooltip", "URL", "edgeURL"})


def write_dot(table: NetworkTables) -> str:
    """A network in the language of Graphviz: from left to right, a cluster a plan or review."""
    label = "\n".join(filter(None, [table.title, table.line]))
    whole = {"rankdir": "LR", "compound": "true", "label": label, "tooltip": table.title}
    lines = [
        f"digraph {_quoted(table.title)} {{",
        f"  graph {_attributes(whole)}",
        f"  node {_attributes({'shape': 'note', 'fontname': 'sans-serif'})}",
        f"  edge {_attributes({'fontname': 'sans-serif', 'fontsize': '10'})}",
    ]
    for iri, name, rows in frames(table):
        if iri:
            title = {"label": _wrapped(name, 2 * _WIDTH), "style": "rounded"}
            lines.append(f"  subgraph {_quoted('cluster ' + iri)} {{")
            lines.append(f"    graph {_attributes(title)}")
            lines += [f"    {_dot_node(row)}" for row in rows]
            lines.append("  }")
        else:
            lines += [f"  {_dot_node(row)}" for row in rows]
    lines += [f"  {_dot_edge(row)}" for row in table.edges]
    return "\n".join([*lines, "}", ""])


def _dot_node(row: Row) -> str:
    attributes: dict[str, object] = {"label": _wrapped(caption(row), _WIDTH)}
    kind = str(row.get("type"))
    if kind in _SHAPES:
        attributes["shape"] = _SHAPES[kind][0]
    if kind == "Action":
        attributes["style"] = "rounded"
    attributes["URL"] = row["id"]
    attributes |= {name: value for name, value in row.items() if name not in ("id", "label")}
    return f"{_quoted(row['id'])} {_attributes(attributes)}"


def _dot_edge(row: Row) -> str:
    attributes: dict[str, object] = {"label": row["label"]}
    if not row["directed"]:
        attributes["dir"] = "none"
    if row.get("status") == "derived":
        attributes["style"] = "dashed"
    attributes["edgeURL"] = row["id"]
    attributes["edgetooltip"] = row.get("evidence") or row.get("via_label") or row["label"]
    drawn_otherwise = ("label", "source", "target", "directed")
    attributes |= {name: value for name, value in row.items() if name not in drawn_otherwise}
    return f"{_quoted(row['source'])} -> {_quoted(row['target'])} {_attributes(attributes)}"


def _attributes(pairs: Mapping[str, object]) -> str:
    written = []
    for name, value in pairs.items():
        text = _quoted(value)
        if name in _LABELS:
            # in a label Graphviz reads escapes and character references, elsewhere it does not
            text = text.replace("&", "&amp;").replace("\n", "\\n")
        written.append(f"{name}={text}")
    return f"[{' '.join(written)}]"


def _quoted(value: object) -> str:
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _wrapped(text: str, width: int) -> str:
    return fill(text, width, break_long_words=False, break_on_hyphens=False)


EDGES = 500
"""How many links Mermaid draws at most, unless a page says otherwise."""
CHARACTERS = 50_000
"""How long the text of a drawing may be, unless a page says otherwise."""
_LINES = {
    (True, False): "-->",
    (True, True): "-.->",
    (False, False): "---",
    (False, True): "-.-",
}
"""By whether the link is directed, and whether it is derived."""
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SPECIAL = re.compile(r"""["#$&*:;<=>@\[\\\]^_`{|}~]|^[-+]|(?<=www)\.|(?<=direction) """)
_LIST = re.compile(r"^(\d{1,9})([.)])(?= |$)")


def write_mermaid(table: NetworkTables) -> str:
    """A network as a Mermaid flowchart, from left to right, a frame a plan or review.

    Raises:
        FormatError: it has more links or a longer text than Mermaid draws.
    """
    if len(table.edges) > EDGES:
        _refuse(table, "too-many-links", len(table.edges), EDGES)
    lines = ["flowchart LR", f"  accTitle: {_escaped(table.title)}"]
    if table.line:
        lines.append(f"  accDescr: {_escaped(table.line)}")
    for iri, name, rows in frames(table):
        if iri:
            lines.append(f'  subgraph in_{_name_of(iri)}["{_escaped(name)}"]')
            lines += [f"    {_mermaid_node(row)}" for row in rows]
            lines.append("  end")
        else:
            lines += [f"  {_mermaid_node(row)}" for row in rows]
    lines += [f"  {_mermaid_edge(row)}" for row in table.edges]
    text = "\n".join([*lines, ""])
    if len(text) > CHARACTERS:
        _refuse(table, "too-much-text", len(text), CHARACTERS)
    return text


def _mermaid_node(row: Row) -> str:
    _, opening, closing = _SHAPES.get(str(row.get("type")), ("", "[", "]"))
    return f'{_name_of(row["id"])}{opening}"{_escaped(caption(row))}"{closing}'


def _mermaid_edge(row: Row) -> str:
    line = _LINES[row["directed"] is True, row.get("status") == "derived"]
    if row["label"]:
        line += f'|"{_escaped(str(row["label"]))}"|'
    return f"{_name_of(row['source'])} {line} {_name_of(row['target'])}"


def _escaped(text: str) -> str:
    """Character codes for all that Mermaid or its Markdown would take for a sign, on one line."""
    coded = _SPECIAL.sub(lambda match: f"#{ord(match[0])};", " ".join(text.split()))
    return _LIST.sub(lambda match: f"{match[1]}#{ord(match[2])};", coded)


def _name_of(iri: object) -> str:
    """What a node is called in a drawing: readable for things of ours, made from the IRI for others."""
    kind, key = kind_and_key(str(iri))
    if _KEY.fullmatch(key):
        return f"{kind}_{key.replace('-', '_')}"
    return "n" + hashlib.sha256(str(iri).encode()).hexdigest()[:10]


def _refuse(table: NetworkTables, fault: str, number: int, most: int) -> NoReturn:
    """Raise FormatError with what could be chosen instead: a plan, a pair, or types of link."""
    counts = Counter(str(row.get("type", "other")) for row in table.edges)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    choice = message.told("one-or-pair")
    if len(counts) > 1:
        listed = ", ".join(f"{name} {count}" for name, count in ordered)
        choice = message.told("fewer-types", plans=choice, names=listed)
    # counts of links and of characters are written as Mermaid's own limits are: bare
    raise errors.FormatError(
        fault, remedy="choose-less", number=str(number), most=str(most), choice=choice
    )


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
