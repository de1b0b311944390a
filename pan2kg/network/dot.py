"""DOT, the language of Graphviz: a frame a plan, a shape a type, dashes for what is derived.

Source: https://graphviz.org/doc/info/lang.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from textwrap import fill
from typing import Final

from pan2kg.network.columns import Row, Tables, told
from pan2kg.network.diagrams import Frame, caption, frames

_SHAPES: Final = {"Plan": "folder", "Action": "box", "Review": "hexagon", "Recommendation": "hexagon"}
_WIDTH: Final = 40
"""After how many characters a label goes on in the next line."""
_LABELS: Final = frozenset({"label", "tooltip", "edgetooltip", "URL", "edgeURL"})


def write_dot(table: Tables) -> str:
    """A network as DOT. Names of nodes are IRIs; what the drawing does not show stands in attributes.

    A large network is drawn best by ``sfdp -Goverlap=prism``, a small one by ``dot``.

    >>> print(write_dot(Tables("t", ({"id": "a", "label": "« A »", "type": "Plan"},), (), {})))
    digraph "t" {
      graph [rankdir="LR" compound="true" label="t" tooltip="t"]
      node [shape="note" fontname="sans-serif"]
      edge [fontname="sans-serif" fontsize="10"]
      "a" [label="« A »" shape="folder" URL="a" type="Plan"]
    }
    <BLANKLINE>
    """
    return "".join(f"{line}\n" for line in _lines(table))


def _lines(table: Tables) -> Iterator[str]:
    about = f"{table.title}\n{told(table)}" if table.about else table.title
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
