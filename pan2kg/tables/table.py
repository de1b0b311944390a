"""An exhibit: one table of figures with everything a reader needs to trust and cite it.

What computes exhibits and what prints them both import this, and nothing else of each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pan2kg.coherence.basis import Basis
from pan2kg.i18n.text import Text

Value = str | int | float | bool | None
"""What a cell holds: ``None`` is « not assessed » or « unknown », never 0."""

SILENT = Text("", "")
"""No words."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key (snake_case, as in CSV and JSON), its heading, and what its figures mean.

    ``thing`` marks a column of IRIs or codes: the row has what they are called under the key ``<key>_label``.
    Several IRIs stand in one cell separated by spaces, and their labels by « ; ».
    """

    key: str
    heading: Text
    meaning: Text = SILENT
    thing: bool = False


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A table of figures: what it shows, what it rests on, its rows, caveats, and the query that shows it.

    ``rows`` are mappings from column key to value; a column of things has ``<key>_label`` beside it.
    ``sparql`` is a query that shows the statements behind the figures, empty where there is none.
    """

    name: str
    title: Text
    summary: Text
    basis: Basis
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Value], ...]
    notes: tuple[Text, ...] = ()
    sparql: str = ""
