"""What is computed, as tables that can be cited, and the writers of all tables.

A table is a :class:`Table`: columns, rows by key, notes, what it rests on, and the query for the
statements behind it. :func:`table_kinds` names all there are, with what each can be told; a
:class:`TableChoice` is what one is told, and ``table_kinds()[name].make(graph, choice)`` makes it.
``writers.write`` writes it in one of its formats.
"""

from pan2kg.tables.formats import PRINTING, Grid, clean, md_escape, say, shown
from pan2kg.tables.kinds import DEFAULT, TableChoice, TableKind, table_kinds
from pan2kg.tables.making import coded, codes, in_words, make, note, summary_of
from pan2kg.tables.table import Column, Row, Table, Value

__all__ = [
    "DEFAULT",
    "PRINTING",
    "Column",
    "Grid",
    "Row",
    "Table",
    "TableChoice",
    "TableKind",
    "Value",
    "clean",
    "coded",
    "codes",
    "in_words",
    "make",
    "md_escape",
    "note",
    "say",
    "shown",
    "summary_of",
    "table_kinds",
]
