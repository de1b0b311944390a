"""Mermaid flowcharts, small enough for the limits Mermaid sets itself, with nothing in a label it would interpret.

Source: https://mermaid.js.org/syntax/flowchart.html; the limits are the defaults of maxEdges and maxTextSize.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from pan2kg.errors import FormatError
from pan2kg.network.columns import Row, Tables, told
from pan2kg.network.diagrams import caption, frames
from pan2kg.turtle.vocabulary import ID

EDGES: Final = 500
"""How many links Mermaid draws at most, unless a page says otherwise."""
CHARACTERS: Final = 50_000
"""How long the text of a drawing may be, unless a page says otherwise."""

_SHAPES: Final = {
    "Plan": ("[[", "]]"), "Action": ("(", ")"), "Review": ("{{", "}}"), "Recommendation": ("{{", "}}")
}  # fmt: skip
_LINES: Final = {(True, False): "-->", (True, True): "-.->", (False, False): "---", (False, True): "-.-"}
"""By whether the link is directed, and whether it is derived."""
_OURS: Final = re.compile(re.escape(ID) + r"([a-z]+)/([a-z0-9]+(?:-[a-z0-9]+)*)")
_SPECIAL: Final = re.compile(r"""["#$&*:;<=>@\[\\\]^_`{|}~]|^[-+]|(?<=www)\.|(?<=direction) """)
_LIST: Final = re.compile(r"^(\d{1,9})([.)])(?= |$)")


def write_mermaid(table: Tables) -> str:
    """A network as a Mermaid flowchart: a frame a plan, a shape a type, dots for what is derived.

    Raises:
        FormatError: more links or text than Mermaid draws; with what to choose instead.

    >>> print(write_mermaid(Tables("t", ({"id": "http://e/a", "label": "A [b]", "type": "Plan"},), (), {})), end="")
    flowchart LR
      accTitle: t
      n9d841cbf17[["A #91;b#93;"]]
    """
    if len(table.edges) > EDGES:
        raise _too_large(table, f"{len(table.edges)} links; Mermaid draws at most {EDGES}")
    text = "".join(f"{line}\n" for line in _lines(table))
    if len(text) > CHARACTERS:
        raise _too_large(table, f"{len(text)} characters of text; Mermaid takes at most {CHARACTERS}")
    return text


def _too_large(table: Tables, much: str) -> FormatError:
    counts = Counter(str(row.get("type", "other")) for row in table.edges)
    named = ", ".join(f"{name} {count}" for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    plans = len(table.about.get("plans", "").split())
    choices = [{0: "one plan or a pair of plans", 1: "this plan with one other"}.get(plans, "fewer plans")]
    if len(counts) > 1:
        choices.append(f"fewer types of link ({named})")
    return FormatError(
        f"This selection has {much}.", remedy=f"Choose {', or '.join(choices)}, or write it as dot, gexf or graphml."
    )


def _lines(table: Tables) -> Iterator[str]:
    yield "flowchart LR"
    yield f"  accTitle: {_escaped(table.title)}"
    if table.about:
        yield f"  accDescr: {_escaped(told(table))}"
    for frame in frames(table):
        if frame.id:
            yield f'  subgraph in_{_id(frame.id)}["{_escaped(frame.label)}"]'
        yield from (f"{'    ' if frame.id else '  '}{_node(row)}" for row in frame.rows)
        if frame.id:
            yield "  end"
    yield from (f"  {_edge(row)}" for row in table.edges)


def _node(row: Row) -> str:
    opening, closing = _SHAPES.get(str(row.get("type")), ("[", "]"))
    return f'{_id(row["id"])}{opening}"{_escaped(caption(row))}"{closing}'


def _edge(row: Row) -> str:
    line = _LINES[row["directed"] is True, row.get("status") == "derived"]
    label = f'|"{_escaped(" ".join(str(row["label"]).split()))}"|' if row["label"] else ""
    return f"{_id(row['source'])} {line}{label} {_id(row['target'])}"


def _id(iri: object) -> str:
    """A name Mermaid takes for a node: readable for things of ours, made from the IRI for others.

    >>> _id(ID + "action/lu-bhr-2-4-3")
    'action_lu_bhr_2_4_3'
    """
    match = _OURS.fullmatch(str(iri))
    if match:
        return f"{match[1]}_{match[2].replace('-', '_')}"
    return "n" + hashlib.sha256(str(iri).encode()).hexdigest()[:10]


def _escaped(text: str) -> str:
    """Text with character codes for all that Mermaid or its Markdown would take for a sign, on one line.

    >>> _escaped('1. "Loi" <i> http://e *x*')
    '1#46; #34;Loi#34; #60;i#62; http#58;//e #42;x#42;'
    """
    coded = _SPECIAL.sub(lambda match: f"#{ord(match[0])};", " ".join(text.split()))
    return _LIST.sub(lambda match: f"{match[1]}#{ord(match[2])};", coded)
