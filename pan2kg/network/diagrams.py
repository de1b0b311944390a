"""How a network is drawn: nodes in the frame of their plan, with one line of text on each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pan2kg.network.selection import WORKS

if TYPE_CHECKING:
    from pan2kg.network.columns import Row, Tables


@dataclass(frozen=True, slots=True)
class Frame:
    """A plan or review with what belongs to it, itself included; without an id what stands alone."""

    id: str
    label: str
    rows: tuple[Row, ...]


def frames(table: Tables) -> tuple[Frame, ...]:
    """The nodes by plan or review, by id, then all that are of none or the only one of theirs.

    >>> from pan2kg.network.columns import Tables
    >>> rows = ({"id": "a", "label": "A", "type": "Action", "plan": "p"}, {"id": "i", "label": "I", "type": "Bill"})
    >>> [frame.id for frame in frames(Tables("t", (*rows, {"id": "p", "label": "P", "type": "Plan"}), (), {}))]
    ['p', '']
    """
    found: dict[str, list[Row]] = {}
    for row in table.nodes:
        found.setdefault(_home(row), []).append(row)
    framed = {home: rows for home, rows in sorted(found.items()) if home and len(rows) > 1}
    loose = tuple(row for row in table.nodes if _home(row) not in framed)
    return (*(Frame(home, _label(home, rows), tuple(rows)) for home, rows in framed.items()), Frame("", "", loose))


def _home(row: Row) -> str:
    if row.get("type") not in WORKS:
        return ""
    own = row["id"] if row["type"] in ("Plan", "Review") else ""
    return str(row.get("plan") or row.get("review") or own)


def _label(home: str, rows: list[Row]) -> str:
    said = (row["label"] if row["id"] == home else row.get("plan_label") or row.get("review_label") for row in rows)
    return next((" ".join(str(label).split()) for label in said if label), home)


def caption(row: Row) -> str:
    """What is written on a node, on one line: its label, of a work with its number; without a label, its id.

    >>> caption({"id": "a", "label": "Étude de\\nla possibilité", "notation": "4.1", "type": "Action"})
    '4.1 Étude de la possibilité'
    """
    number = row.get("notation", "") if row.get("type") in WORKS else ""
    words = f"{number} {row['label']}".split() if row["label"] else [str(row["id"])]
    return " ".join(words)
