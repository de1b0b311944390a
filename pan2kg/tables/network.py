"""A part of the network of links, as files for other programs: GraphML and GEXF, Cytoscape JSON, tables, diagrams.

What concerns some plans and types of link; its tables, whose columns every export has; and where
its nodes are drawn. networkx writes the XML. Cytoscape opens its JSON, Cytoscape.js and networkx
take it. In a diagram, DOT for Graphviz or a Mermaid flowchart, nodes are framed by plan, the shape
of a node is its type, dashes are what is derived. Mermaid interprets characters in labels and
limits the size of a diagram: labels hold none of these, larger ones are refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from functools import lru_cache, partial
from textwrap import TextWrapper
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.etree.ElementTree import SubElement

from pan2kg import errors
from pan2kg.i18n import message
from pan2kg.tables import formats
from pan2kg.turtle.vocabulary import key, kind_and_key

if TYPE_CHECKING:
    import networkx as nx

    from pan2kg.coherence.texts import Floats

WORKS: Final = ("Plan", "Action", "PlanPart", "Category", "Review", "Recommendation")
"""The types of node that belong to a plan or a review, or are one; all others are texts."""


def select_network(
    network: nx.MultiDiGraph[str], *, plans: Iterable[str] = (), types: Iterable[str] = ()
) -> nx.MultiDiGraph[str]:
    """A copy of what concerns some plans or reviews, by IRI or key, and some types of link.

    One plan: the plan, its actions, and every link of theirs with what it leads to. Two or more:
    the plans, their actions, the links among them, and the texts they lead to; never the actions of
    a third plan. In both cases also the links between two such texts (a law and the directive it
    transposes). Works of the chosen plans stay without a link, since that they meet nobody is an
    answer; texts do not. Without ``plans`` all are chosen.
    """
    homes = [node for node, kind in network.nodes(data="type") if kind in ("Plan", "Review")]
    by_name = {key(plan): plan for plan in homes} | {plan: plan for plan in homes}
    chosen = {by_name[_checked(name, by_name, "no-plan-in-graph")] for name in plans}
    kinds = {kind for *_, kind in network.edges(data="type") if kind}
    wanted = {_checked(name, kinds, "no-type-in-network") for name in types}
    selected = network.copy()
    if wanted:
        others = [
            link[:3] for link in selected.edges(keys=True, data="type") if link[3] not in wanted
        ]
        selected.remove_edges_from(others)
        selected.graph["types"] = " ".join(sorted(wanted))
    if chosen:
        selected.graph["plans"] = " ".join(sorted(key(plan) for plan in chosen))
    if not chosen and not wanted:
        return selected
    home = {node: home_of(node, data) for node, data in selected.nodes(data=True)}
    members = {node for node, plan in home.items() if (plan in chosen if chosen else plan)}
    incident = [link for link in selected.edges() if not members.isdisjoint(link)]
    near = members | {end for link in incident for end in link if not home[end]}
    # of one plan every link stays, with what it leads to; else those among what is near
    own = members if len(chosen) == 1 else set[str]()
    far = [
        link
        for link in selected.edges(keys=True)
        if own.isdisjoint(link[:2]) and not near.issuperset(link[:2])
    ]
    selected.remove_edges_from(far)
    linked = {end for link in selected.edges() for end in link}
    selected.remove_nodes_from(
        [node for node in home if node not in members and node not in linked]
    )
    return selected


def home_of(node: str, data: Mapping[str, object]) -> str:
    return str(data.get("plan") or data.get("review") or node) if data.get("type") in WORKS else ""


def _checked(name: str, names: Iterable[str], missing: str) -> str:
    if name in names:
        return name
    near = get_close_matches(name, sorted({key(known) for known in names}), n=3, cutoff=0.4)
    listed = sorted(names)[:12]
    remedy = message.there_are(listed) if listed else message.told("there-are-none")
    raise errors.QueryError(
        missing, remedy=message.did_you_mean(near) if near else remedy, name=name
    )


Cell = str | int | float | bool
Row = dict[str, Cell]

NODE_COLUMNS: Final[dict[str, type]] = {
    "notation": str, "type": str, "type_label": str, "plan": str, "plan_label": str, "review": str,
    "review_label": str, "certainty": str,
}  # fmt: skip
"""What is said of a node beside its ``id`` and ``label``, and as what kind of value."""
EDGE_COLUMNS: Final[dict[str, type]] = {
    "type": str, "relation": str, "relation_label": str, "status": str, "certainty": str, "directed": bool,
    "evidenceLevel": str, "weight": float, "weightHigh": float, "weightBroad": float, "score": float, "via": str,
    "via_label": str, "evidence": str, "documents": str,
}  # fmt: skip
"""What is said of an edge beside its ``id``, ``source``, ``target`` and ``label``, which is that of its type."""
_ABOUT: Final = (
    "language",
    "plans",
    "types",
    "release",
    "evidence",
    "plans_known",
    "actions",
    "texts_full",
    "texts_part",
    "texts_none",
)


class NetworkTables(NamedTuple):
    """A network to write: rows without empty cells, nodes by id, edges by source, target and id.

    ``columns`` are those of each that anything stands in; ``head`` says what it is about with its
        title and day;
    ``line`` says, on one line, what was chosen and what its weights rest on.
    """

    title: str
    nodes: tuple[Row, ...]
    edges: tuple[Row, ...]
    columns: Mapping[str, list[str]]
    head: dict[str, str]
    line: str


def tables(
    network: nx.MultiDiGraph[str], *, title: str = "", released: date | None = None
) -> NetworkTables:
    def clean(value: object) -> str:
        # a carriage return would be read as a line feed from XML, where it is not written as a
        # character reference
        return formats.xml_fit(str(value)).replace("\r\n", "\n").replace("\r", "\n")

    def row_of(
        identity: Mapping[str, object], data: Mapping[str, object], columns: Mapping[str, type]
    ) -> Row:
        row: Row = {name: clean(value) for name, value in identity.items()}
        for name, kind in columns.items():
            value = data.get(name)
            if value is not None and value != "":
                row[name] = clean(value) if kind is str else kind(value)
        return row

    labels = {node: str(label or "") for node, label in network.nodes(data="label")}
    nodes = []
    edges = []
    ids = set[str]()
    for node, data in sorted(network.nodes(data=True)):
        homes = {
            f"{tie}_label": labels.get(str(data.get(tie, "")), "") for tie in ("plan", "review")
        }
        nodes.append(
            row_of({"id": node, "label": data.get("label", "")}, {**data, **homes}, NODE_COLUMNS)
        )
    links = sorted(
        network.edges(keys=True, data=True), key=lambda link: (link[0], link[1], str(link[2]))
    )
    for source, target, link, data in links:
        number = 1
        unique = str(link)
        while unique in ids:
            number += 1
            unique = f"{link}#{number}"
        ids.add(unique)
        identity = {
            "id": unique,
            "source": source,
            "target": target,
            "label": data.get("type_label", ""),
        }
        edges.append(row_of(identity, {"directed": True, **data}, EDGE_COLUMNS))
    about = {name: clean(network.graph[name]) for name in _ABOUT if network.graph.get(name)}
    named = title or " + ".join(["pan2kg", *about.get("plans", "").split()])
    used = {
        sheet: {name for row in rows for name in row}
        for sheet, rows in (("nodes", nodes), ("edges", edges))
    }
    columns = {
        "nodes": [name for name in NODE_COLUMNS if name in used["nodes"]],
        "edges": [name for name in EDGE_COLUMNS if name in used["edges"]],
    }
    head = {
        "title": clean(named),
        **about,
        **({"released": released.isoformat()} if released else {}),
    }
    line = " · ".join(f"{name}: {' '.join(value.split())}" for name, value in about.items())
    return NetworkTables(head["title"], tuple(nodes), tuple(edges), columns, head, line)


def _xml(table: NetworkTables, form: str) -> bytes:
    import networkx as nx
    from networkx.readwrite import gexf, graphml

    renamed = {"type": "link_type", "directed": "type"} if form == "gexf" else {}
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for row in table.nodes:
        graph.add_node(
            str(row["id"]), **{name: value for name, value in row.items() if name != "id"}
        )
    for row in table.edges:
        cells = {
            renamed.get(name, name): value
            for name, value in row.items()
            if name not in ("id", "source")
        }
        graph.add_edge(str(row["source"]), str(cells.pop("target")), key=str(row["id"]), **cells)
    target = io.BytesIO()
    if form == "graphml":
        graph.graph.update(table.head)
        graphml.write_graphml_xml(graph, target)
        return target.getvalue()
    for *_, link, data in graph.edges(keys=True, data=True):
        data |= {"id": link, "type": "directed" if data["type"] else "undirected"}
    writer = gexf.GEXFWriter(version="1.3")
    writer.add_graph(graph)
    meta = writer.xml.find("meta")
    meta.find("creator").text = "pan2kg"
    # networkx writes a description of its own since 3.7 only, and older Pythons get an older one
    SubElement(meta, "description").text = ". ".join(filter(None, [table.title, table.line]))
    meta.attrib.pop("lastmodifieddate")
    if "released" in table.head:
        meta.set("lastmodifieddate", table.head["released"])
    writer.write(target)
    return target.getvalue()


def write_cytoscape(table: NetworkTables) -> str:
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


_HEADS: Final = {
    "id": "Id",
    "label": "Label",
    "source": "Source",
    "target": "Target",
    "directed": "Type",
}
"""Gephi's name for whether an edge is directed is Type, in upper or lower case: the type of link stands beside it."""


def _csv(table: NetworkTables, sheet: str) -> str:
    rows: Iterable[Mapping[str, Cell]] = table.nodes
    heads = _HEADS
    columns = ["id", "label", *table.columns["nodes"]]
    if sheet == "edges":
        rows = [
            {**row, "directed": "Directed" if row["directed"] else "Undirected"}
            for row in table.edges
        ]
        others = (name for name in table.columns["edges"] if name != "directed")
        heads = {**_HEADS, "type": "link_type"}
        columns = ["source", "target", "directed", "id", "label", *others]
    elif sheet == "about":
        rows = [{"name": name, "value": value} for name, value in table.head.items()]
        heads = {}
        columns = ["name", "value"]
    cells = ([row.get(name) for name in columns] for row in rows)
    return formats.write_csv(formats.Grid([heads.get(name, name) for name in columns], cells))


def write_zip(table: NetworkTables) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for sheet in ("nodes", "edges", "about"):
            entry = zipfile.ZipInfo(f"{sheet}.csv", (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, _csv(table, sheet).encode())
    return target.getvalue()


def frames(table: NetworkTables) -> Iterator[tuple[str, str, list[Row]]]:
    by_home: dict[str, list[Row]] = {}
    for row in table.nodes:
        by_home.setdefault(home_of(str(row["id"]), row), []).append(row)
    framed = {home: rows for home, rows in sorted(by_home.items()) if home and len(rows) > 1}
    for home, rows in framed.items():
        labels = (
            row["label"] if row["id"] == home else row.get("plan_label") or row.get("review_label")
            for row in rows
        )
        yield home, next((" ".join(str(label).split()) for label in labels if label), home), rows
    yield "", "", [row for row in table.nodes if home_of(str(row["id"]), row) not in framed]


def caption(row: Row) -> str:
    number = row.get("notation", "") if row.get("type") in WORKS else ""
    return " ".join(f"{number} {row['label']}".split() if row["label"] else [str(row["id"])])


_SHAPES: Final = {
    "Plan": ("folder", "[[", "]]"), "Action": ("box", "(", ")"), "Review": ("hexagon", "{{", "}}"),
    "Recommendation": ("hexagon", "{{", "}}"),
}  # fmt: skip
"""What the node of a type looks like: the name of Graphviz, and the brackets of Mermaid."""
_WIDTH: Final = 40
"""After how many characters a label goes on in the next line."""
_LABELS: Final = frozenset({"label", "tooltip", "edgetooltip", "URL", "edgeURL"})


def write_dot(table: NetworkTables) -> str:
    def quoted(value: object, *, is_label: bool = False) -> str:
        # in a label Graphviz reads escapes and character references, elsewhere it does not
        text = str(value).replace("\\", "\\\\").replace('"', '\\"')
        return '"' + (text.replace("&", "&amp;").replace("\n", "\\n") if is_label else text) + '"'

    def listed(pairs: Mapping[str, object]) -> str:
        attributes = (
            f"{name}={quoted(value, is_label=name in _LABELS)}" for name, value in pairs.items()
        )
        return f"[{' '.join(attributes)}]"

    wide, narrow = (
        TextWrapper(width, break_long_words=False, break_on_hyphens=False)
        for width in (2 * _WIDTH, _WIDTH)
    )
    label = "\n".join(filter(None, [table.title, table.line]))
    whole = {"rankdir": "LR", "compound": "true", "label": label, "tooltip": table.title}
    lines = [f"digraph {quoted(table.title)} {{", f"  graph {listed(whole)}"]
    lines.append(f"  node {listed({'shape': 'note', 'fontname': 'sans-serif'})}")
    lines.append(f"  edge {listed({'fontname': 'sans-serif', 'fontsize': '10'})}")
    for iri, name, rows in frames(table):
        indent = "    " if iri else "  "
        if iri:
            lines.append(f"  subgraph {quoted('cluster ' + iri)} {{")
            lines.append(f"    graph {listed({'label': wide.fill(name), 'style': 'rounded'})}")
        for row in rows:
            drawn: dict[str, object] = {"label": narrow.fill(caption(row))}
            if row.get("type") in _SHAPES:
                drawn["shape"] = _SHAPES[str(row["type"])][0]
            drawn |= {"style": "rounded"} if row.get("type") == "Action" else {}
            drawn |= {
                "URL": row["id"],
                **{key: value for key, value in row.items() if key not in ("id", "label")},
            }
            lines.append(f"{indent}{quoted(row['id'])} {listed(drawn)}")
        lines += ["  }"] if iri else []
    for row in table.edges:
        drawn = {"label": row["label"], **({} if row["directed"] else {"dir": "none"})}
        drawn |= {"style": "dashed"} if row.get("status") == "derived" else {}
        drawn |= {
            "edgeURL": row["id"],
            "edgetooltip": row.get("evidence") or row.get("via_label") or row["label"],
        }
        drawn |= {
            key: row[key] for key in row if key not in ("label", "source", "target", "directed")
        }
        lines.append(f"  {quoted(row['source'])} -> {quoted(row['target'])} {listed(drawn)}")
    return "\n".join([*lines, "}", ""])


EDGES: Final = 500
"""How many links Mermaid draws at most, unless a page says otherwise."""
CHARACTERS: Final = 50_000
"""How long the text of a drawing may be, unless a page says otherwise."""
_LINES: Final = {
    (True, False): "-->",
    (True, True): "-.->",
    (False, False): "---",
    (False, True): "-.-",
}
"""By whether the link is directed, and whether it is derived."""
_KEY: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SPECIAL: Final = re.compile(r"""["#$&*:;<=>@\[\\\]^_`{|}~]|^[-+]|(?<=www)\.|(?<=direction) """)
_LIST: Final = re.compile(r"^(\d{1,9})([.)])(?= |$)")


def write_mermaid(table: NetworkTables) -> str:
    def escaped(text: str) -> str:
        # character codes for all that Mermaid or its Markdown would take for a sign, on one line
        coded = _SPECIAL.sub(lambda match: f"#{ord(match[0])};", " ".join(text.split()))
        return _LIST.sub(lambda match: f"{match[1]}#{ord(match[2])};", coded)

    def name_of(iri: object) -> str:
        # readable for things of ours, made from the IRI for others
        kind, key = kind_and_key(str(iri))
        if _KEY.fullmatch(key):
            return f"{kind}_{key.replace('-', '_')}"
        return "n" + hashlib.sha256(str(iri).encode()).hexdigest()[:10]

    def refuse(fault: str, number: int, most: int) -> None:
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

    if len(table.edges) > EDGES:
        refuse("too-many-links", len(table.edges), EDGES)
    lines = ["flowchart LR", f"  accTitle: {escaped(table.title)}"]
    lines += [f"  accDescr: {escaped(table.line)}"] if table.line else []
    for iri, name, rows in frames(table):
        lines += [f'  subgraph in_{name_of(iri)}["{escaped(name)}"]'] if iri else []
        for row in rows:
            _, opening, closing = _SHAPES.get(str(row.get("type")), ("", "[", "]"))
            indent = "    " if iri else "  "
            lines.append(f'{indent}{name_of(row["id"])}{opening}"{escaped(caption(row))}"{closing}')
        lines += ["  end"] if iri else []
    for row in table.edges:
        line = _LINES[row["directed"] is True, row.get("status") == "derived"]
        label = f'|"{escaped(str(row["label"]))}"|' if row["label"] else ""
        lines.append(f"  {name_of(row['source'])} {line}{label} {name_of(row['target'])}")
    text = "\n".join([*lines, ""])
    if len(text) > CHARACTERS:
        refuse("too-much-text", len(text), CHARACTERS)
    return text


_WRITERS: Final[dict[str, Callable[[NetworkTables], str | bytes]]] = {
    **{form: partial(_xml, form=form) for form in ("graphml", "gexf")},
    "cytoscape": write_cytoscape,
    "dot": write_dot,
    "mermaid": write_mermaid,
    "csv": write_zip,
    **{sheet: partial(_csv, sheet=sheet) for sheet in ("nodes", "edges")},
}
FORMS: Final = tuple(_WRITERS)
"""What a network can be written as."""


def export_network(
    network: nx.MultiDiGraph[str], form: str, *, title: str = "", released: date | None = None
) -> bytes:
    """A network in one of :data:`FORMS`, encoded as UTF-8.

    ``title`` names it (without one, the plans that were chosen do), ``released`` is the day of the
        data, for formats
    that hold one. Characters that no XML file may hold are replaced by U+FFFD in every format.
    ``weight`` is in bits, and only links by a shared text have one: a program that takes the others
    for links of weight 1 has to be told so.
    """
    if form not in _WRITERS:
        raise errors.FormatError("no-form", remedy="there-are", form=form, names=", ".join(FORMS))
    content = _WRITERS[form](tables(network, title=title, released=released))
    return content if isinstance(content, bytes) else content.encode()


_STEPS: Final = 100
_NEAR: Final = 0.01
"""How often all nodes are moved, and how near each other two of them count as being at least."""
_KEPT: Final = 9
"""How many decimals of a place are kept from step to step, so that no processor's last bit grows into a shift."""
_APART: Final = 0.6
"""How far apart two nodes are at least, of what each would have were all spread evenly."""
_PULL: Final = 0.5
"""How strongly what lies far outside is drawn in: 0 is not at all."""
_WIDE: Final = 1.4
"""How much wider than high a drawing is."""


def place(edges: Iterable[tuple[str, str, float]], *, seed: int = 7) -> dict[str, tuple[int, int]]:
    """Where to draw the nodes of a network: whole numbers from 0 to 1000, what is linked near each other.

    ``edges`` are (one, two, weight > 0). Fruchterman and Reingold, “Graph drawing by force-directed
        placement”,
    Software: Practice and Experience 21 (1991), part by part, so that parts without a link between
        them do not drift
    apart; then what lies too close is moved apart, so that the middle can be read. Wider than high,
    as screens are. The same edges and seed give the same places.

    >>> places = place([("a", "b", 1.0), ("b", "c", 1.0)])
    >>> sorted(places), all(0 <= x <= 1000 and 0 <= y <= 1000 for x, y in places.values())
    (['a', 'b', 'c'], True)
    """
    import networkx as nx
    import numpy as np

    weights: dict[str, dict[str, float]] = {}
    for source, target, weight in sorted(edges):
        for start, end in {(source, target), (target, source)}:
            ends = weights.setdefault(start, {})
            ends[end] = ends.get(end, 0.0) + weight
    linked: nx.Graph[str] = nx.Graph({node: list(ends) for node, ends in weights.items()})
    components = sorted(
        (sorted(nodes) for nodes in nx.connected_components(linked)),
        key=lambda it: (-len(it), it[0]),
    )
    places: dict[str, tuple[float, float]] = {}
    # the parts stand on shelves, the largest first
    width = len(weights) ** 0.5
    across = 0.0
    top = 0.0
    height = 0.0
    for nodes in components:
        matrix: Floats = np.array(
            [[weights[start].get(end, 0.0) for end in nodes] for start in nodes]
        )
        side = len(nodes) ** 0.5
        spots = _spots(matrix.tobytes(), len(nodes), seed) * (side / 2)
        width = max(width, side + 1)
        if across and across + side + 1 > width:
            across = 0.0
            top = top + height
            height = 0.0
        x0 = across + side / 2
        y0 = top + side / 2
        places |= {
            node: (_WIDE * (x0 + x), y0 + y)
            for node, (x, y) in zip(nodes, spots.tolist(), strict=True)
        }
        across = across + side + 1
        height = max(height, side + 1)
    if not places:
        return {}
    (left, right), (low, high) = (
        (min(axis), max(axis)) for axis in zip(*places.values(), strict=True)
    )
    span = max(right - left, high - low) or 1.0
    scaled = {
        node: (round((x - left) / span * 1000), round((y - low) / span * 1000))
        for node, (x, y) in places.items()
    }
    return dict(sorted(scaled.items()))


@lru_cache(maxsize=256)
def _spots(matrix: bytes, number: int, seed: int) -> Floats:
    import numpy as np

    # plain sums, no linear algebra: these give the same places however many processors there are
    def gaps(places: Floats) -> tuple[Floats, Floats]:
        across, down = places.T.copy()
        return across[:, None] - across, down[:, None] - down

    def filling(places: Floats) -> Floats:
        halves = (places.max(axis=0) - places.min(axis=0)) / 2
        middle = places.min(axis=0) + halves
        scales = np.maximum(halves, max(float(halves.max()) / _WIDE, _NEAR))
        filled: Floats = np.round((places - middle) / scales, _KEPT)
        return filled

    weights = np.frombuffer(matrix).reshape(number, number)
    places = np.random.RandomState(seed).rand(number, 2)
    spring = (1 / number) ** 0.5
    reach = float(np.ptp(places, axis=0).max()) * 0.1
    for step in range(_STEPS):
        across, down = gaps(places)
        squares = np.maximum(across * across + down * down, _NEAR**2)
        force = spring**2 / squares - weights * np.sqrt(squares) / spring
        moves = np.stack([(across * force).sum(axis=1), (down * force).sum(axis=1)], axis=1)
        lengths = np.maximum(np.sqrt((moves * moves).sum(axis=1)), _NEAR)
        places = np.round(
            places + moves * (reach * (1 - step / (_STEPS + 1)) / lengths)[:, None], _KEPT
        )
    # draw in what lies far outside, then move apart what lies too close
    places = places - places.mean(axis=0)
    far = np.maximum(np.sqrt((places * places).sum(axis=1)), _NEAR)
    places = filling(places / far[:, None] ** _PULL)
    least = _APART * 2 / number**0.5
    for _ in range(_STEPS):
        across, down = gaps(places)
        far = np.maximum(np.sqrt(across * across + down * down), _NEAR * least)
        push = np.maximum(least - far, 0.0) / (2 * far)
        moves = np.stack([(across * push).sum(axis=1), (down * push).sum(axis=1)], axis=1)
        moved = np.round(places + moves / 2, _KEPT)
        if (moved == places).all():
            break
        places = moved
    return filling(places)
