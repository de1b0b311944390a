"""A network as a diagram: DOT for Graphviz and Mermaid flowcharts, nodes framed by plan.

The shape of a node is its type, dashes are what is derived. Mermaid interprets characters in labels and limits the
size of a diagram, so that labels hold none of these and larger networks are refused.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import fill
from typing import Final

from pan2kg.errors import FormatError
from pan2kg.i18n.message import told
from pan2kg.network.selection import WORKS, NetworkTables, Row, about_line
from pan2kg.turtle.vocabulary import kind_and_key


@dataclass(frozen=True, slots=True)
class Frame:
    id: str
    label: str
    rows: tuple[Row, ...]


def frames(table: NetworkTables) -> tuple[Frame, ...]:
    """The nodes by plan or review, by id, then all that are of none or the only one of theirs.

    >>> from pan2kg.network.selection import NetworkTables
    >>> rows = ({"id": "a", "label": "A", "type": "Action", "plan": "p"}, {"id": "i", "label": "I", "type": "Bill"})
    >>> [frame.id for frame in frames(NetworkTables("t", (*rows, {"id": "p", "label": "P", "type": "Plan"}), (), {}))]
    ['p', '']
    """
    by_home: dict[str, list[Row]] = {}
    for row in table.nodes:
        by_home.setdefault(_home(row), []).append(row)
    framed = {home: rows for home, rows in sorted(by_home.items()) if home and len(rows) > 1}
    loose = tuple(row for row in table.nodes if _home(row) not in framed)
    return (*(Frame(home, _label(home, rows), tuple(rows)) for home, rows in framed.items()), Frame("", "", loose))


def _home(row: Row) -> str:
    if row.get("type") not in WORKS:
        return ""
    itself = row["id"] if row["type"] in ("Plan", "Review") else ""
    return str(row.get("plan") or row.get("review") or itself)


def _label(home: str, rows: list[Row]) -> str:
    labels = (row["label"] if row["id"] == home else row.get("plan_label") or row.get("review_label") for row in rows)
    return next((" ".join(str(label).split()) for label in labels if label), home)


def caption(row: Row) -> str:
    """What is written on a node, on one line: its label, of a work with its number; without a label, its id.

    >>> caption({"id": "a", "label": "Étude de\\nla possibilité", "notation": "4.1", "type": "Action"})
    '4.1 Étude de la possibilité'
    """
    number = row.get("notation", "") if row.get("type") in WORKS else ""
    words = f"{number} {row['label']}".split() if row["label"] else [str(row["id"])]
    return " ".join(words)


_SHAPES: Final = {"Plan": "folder", "Action": "box", "Review": "hexagon", "Recommendation": "hexagon"}
_WIDTH: Final = 40
"""After how many characters a label goes on in the next line."""
_LABELS: Final = frozenset({"label", "tooltip", "edgetooltip", "URL", "edgeURL"})


def write_dot(table: NetworkTables) -> str:
    """A network as DOT. Names of nodes are IRIs; what the drawing does not show stands in attributes.

    A large network is drawn best by ``sfdp -Goverlap=prism``, a small one by ``dot``.

    >>> print(write_dot(NetworkTables("t", ({"id": "a", "label": "« A »", "type": "Plan"},), (), {})))
    digraph "t" {
      graph [rankdir="LR" compound="true" label="t" tooltip="t"]
      node [shape="note" fontname="sans-serif"]
      edge [fontname="sans-serif" fontsize="10"]
      "a" [label="« A »" shape="folder" URL="a" type="Plan"]
    }
    <BLANKLINE>
    """
    return "".join(f"{line}\n" for line in _lines(table))


def _lines(table: NetworkTables) -> Iterator[str]:
    about = f"{table.title}\n{about_line(table)}" if table.about else table.title
    whole = {"rankdir": "LR", "compound": "true", "label": about, "tooltip": table.title}
    yield f"digraph {_quoted(table.title)} {{"
    yield f"  graph {_listed(whole.items())}"
    yield f"  node {_listed([('shape', 'note'), ('fontname', 'sans-serif')])}"
    yield f"  edge {_listed([('fontname', 'sans-serif'), ('fontsize', '10')])}"
    for frame in frames(table):
        yield from _frame(frame)
    for row in table.edges:
        yield f"  {_quoted(row['source'])} -> {_quoted(row['target'])} {_listed(_edge(row))}"
    yield "}"


def _frame(frame: Frame) -> Iterator[str]:
    indent = "    " if frame.id else "  "
    if frame.id:
        yield f"  subgraph {_quoted('cluster ' + frame.id)} {{"
        yield f"    graph {_listed([('label', _wrapped(frame.label, 2 * _WIDTH)), ('style', 'rounded')])}"
    yield from (f"{indent}{_quoted(row['id'])} {_listed(_node(row))}" for row in frame.rows)
    if frame.id:
        yield "  }"


def _node(row: Row) -> Iterator[tuple[str, object]]:
    yield "label", _wrapped(caption(row), _WIDTH)
    if row.get("type") in _SHAPES:
        yield "shape", _SHAPES[str(row["type"])]
    if row.get("type") == "Action":
        yield "style", "rounded"
    yield "URL", row["id"]
    yield from ((name, value) for name, value in row.items() if name not in ("id", "label"))


def _edge(row: Row) -> Iterator[tuple[str, object]]:
    yield "label", row["label"]
    if not row["directed"]:
        yield "dir", "none"
    if row.get("status") == "derived":
        yield "style", "dashed"
    yield "edgeURL", row["id"]
    yield "edgetooltip", row.get("evidence") or row.get("via_label") or row["label"]
    yield from ((name, value) for name, value in row.items() if name not in ("label", "source", "target", "directed"))


def _wrapped(text: str, width: int) -> str:
    return fill(text, width, break_long_words=False, break_on_hyphens=False)


def _listed(pairs: Iterable[tuple[str, object]]) -> str:
    return "[" + " ".join(f"{name}={_quoted(value, is_label=name in _LABELS)}" for name, value in pairs) + "]"


def _quoted(value: object, *, is_label: bool = False) -> str:
    r"""A quoted string; in a label Graphviz reads escapes and character references, elsewhere it does not.

    >>> _quoted('a "b" \\'), _quoted("a & b\nc", is_label=True)
    ('"a \\"b\\" \\\\"', '"a &amp; b\\nc"')
    """
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    if is_label:
        text = re.sub(r"\r\n?|\n", r"\\n", text.replace("&", "&amp;"))
    return f'"{text}"'


EDGES: Final = 500
"""How many links Mermaid draws at most, unless a page says otherwise."""
CHARACTERS: Final = 50_000
"""How long the text of a drawing may be, unless a page says otherwise."""

_MERMAID_SHAPES: Final = {
    "Plan": ("[[", "]]"), "Action": ("(", ")"), "Review": ("{{", "}}"), "Recommendation": ("{{", "}}")
}  # fmt: skip
_LINES: Final = {(True, False): "-->", (True, True): "-.->", (False, False): "---", (False, True): "-.-"}
"""By whether the link is directed, and whether it is derived."""
_KEY: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SPECIAL: Final = re.compile(r"""["#$&*:;<=>@\[\\\]^_`{|}~]|^[-+]|(?<=www)\.|(?<=direction) """)
_LIST: Final = re.compile(r"^(\d{1,9})([.)])(?= |$)")


def write_mermaid(table: NetworkTables) -> str:
    """A network as a Mermaid flowchart: a frame a plan, a shape a type, dots for what is derived.

    >>> rows = ({"id": "http://e/a", "label": "A [b]", "type": "Plan"},)
    >>> print(write_mermaid(NetworkTables("t", rows, (), {})), end="")
    flowchart LR
      accTitle: t
      n9d841cbf17[["A #91;b#93;"]]
    """
    if len(table.edges) > EDGES:
        raise _too_large(table, "too-many-links", len(table.edges), EDGES)
    text = "".join(f"{line}\n" for line in _mermaid_lines(table))
    if len(text) > CHARACTERS:
        raise _too_large(table, "too-much-text", len(text), CHARACTERS)
    return text


def _too_large(table: NetworkTables, fault: str, number: int, most: int) -> FormatError:
    counts = Counter(str(row.get("type", "other")) for row in table.edges)
    listed = ", ".join(
        f"{name} {count}" for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )
    plans = len(table.about.get("plans", "").split())
    choice = told({0: "one-or-pair", 1: "plan-with-other"}.get(plans, "fewer-plans"))
    if len(counts) > 1:
        choice = told("fewer-types", plans=choice, names=listed)
    # Counts of links and of characters are written as Mermaid's own limits are: bare.
    return FormatError(fault, remedy="choose-less", number=str(number), most=str(most), choice=choice)


def _mermaid_lines(table: NetworkTables) -> Iterator[str]:
    yield "flowchart LR"
    yield f"  accTitle: {_escaped(table.title)}"
    if table.about:
        yield f"  accDescr: {_escaped(about_line(table))}"
    for frame in frames(table):
        if frame.id:
            yield f'  subgraph in_{_id(frame.id)}["{_escaped(frame.label)}"]'
        yield from (f"{'    ' if frame.id else '  '}{_mermaid_node(row)}" for row in frame.rows)
        if frame.id:
            yield "  end"
    yield from (f"  {_mermaid_edge(row)}" for row in table.edges)


def _mermaid_node(row: Row) -> str:
    opening, closing = _MERMAID_SHAPES.get(str(row.get("type")), ("[", "]"))
    return f'{_id(row["id"])}{opening}"{_escaped(caption(row))}"{closing}'


def _mermaid_edge(row: Row) -> str:
    line = _LINES[row["directed"] is True, row.get("status") == "derived"]
    label = f'|"{_escaped(" ".join(str(row["label"]).split()))}"|' if row["label"] else ""
    return f"{_id(row['source'])} {line}{label} {_id(row['target'])}"


def _id(iri: object) -> str:
    """A name Mermaid takes for a node: readable for things of ours, made from the IRI for others.

    >>> _id("https://w3id.org/pan2kg/id/action/lu-bhr-2-4-3")
    'action_lu_bhr_2_4_3'
    """
    kind, key = kind_and_key(str(iri))
    if _KEY.fullmatch(key):
        return f"{kind}_{key.replace('-', '_')}"
    return "n" + hashlib.sha256(str(iri).encode()).hexdigest()[:10]


def _escaped(text: str) -> str:
    """Text with character codes for all that Mermaid or its Markdown would take for a sign, on one line.

    >>> _escaped('1. "Loi" <i> http://e *x*')
    '1#46; #34;Loi#34; #60;i#62; http#58;//e #42;x#42;'
    """
    coded = _SPECIAL.sub(lambda match: f"#{ord(match[0])};", " ".join(text.split()))
    return _LIST.sub(lambda match: f"{match[1]}#{ord(match[2])};", coded)
