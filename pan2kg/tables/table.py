"""A table: what it shows, its columns and rows, what it rests on; and which part of it is written.

It is the same for the answer to a query, whose cells are terms, and for figures, whose cells are values of Python.
Columns are flat: what a thing is called stands in a column of its own, which says what it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal

from pan2kg.coherence.evidence import Basis
from pan2kg.errors import FormatError, QueryError
from pan2kg.i18n.catalogue import Text
from pan2kg.i18n.message import there_are, told
from pan2kg.turtle.vocabulary import NUMBERS

if TYPE_CHECKING:
    import pyoxigraph as ox

    from pan2kg.coherence.known import BasisLine

Value = str | int | float | bool | None
"""What a cell of figures holds: ``None`` is « not assessed » or « unknown », never 0."""
if TYPE_CHECKING:
    Cell = Value | ox.NamedNode | ox.BlankNode | ox.Literal
else:
    Cell = object  # the engine is not loaded to tell what tables there are
Row = Mapping[str, Value]
SILENT: Final = Text()
"""No words."""
LINES: Final = ("csv", "tsv")
"""The formats whose first line names the columns, and can be left out."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key (snake_case, as in CSV and JSON), its heading, and what its figures mean.

    ``names`` is the key of the column whose things are called so here: of several in one cell the addresses are
    separated by spaces, and the names by semicolons.
    """

    key: str
    heading: Text = SILENT
    meaning: Text = SILENT
    names: str = ""


@dataclass(frozen=True, slots=True)
class Cross:
    """Pairs as rows and columns, for a terminal: what each row and column is called, marks, and what these mean."""

    heads: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    legend: tuple[Text, ...]


_NOTHING: Final = Basis(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Table:
    """What a table shows, what it rests on, its rows by key of column, caveats, and the query that shows it.

    ``terms`` says what form of query was answered, of which the cells are terms; of figures it is empty. ``outcome`` is
    the answer to a yes-or-no question. ``rests`` is the basis of an answer, a sentence. ``sparql`` is a query for the
    statements behind figures. ``line`` is the basis line of a table that shows links, which then stands in its place.
    ``cross`` is what a terminal is shown in place of the rows.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    title: Text = SILENT
    summary: Text = SILENT
    notes: tuple[Text, ...] = ()
    basis: Basis = _NOTHING
    rests: Text = SILENT
    line: BasisLine | None = None
    sparql: str = ""
    cross: Cross | None = None
    terms: Literal["", "rows", "triples", "yes-no"] = ""
    outcome: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all columns."""
        return tuple(column.key for column in self.columns)

    @property
    def solutions(self) -> tuple[Mapping[str, Cell], ...]:
        """The rows of an answer, whose cells are terms."""
        return self.rows

    @property
    def things(self) -> frozenset[str]:
        """The keys of columns whose things are called by names that stand beside them."""
        return frozenset(column.names for column in self.columns if column.names)

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns a reader sees: names in place of the things called so."""
        return tuple(column for column in self.columns if column.key not in self.things)

    def only(self, keys: Iterable[str]) -> Table:
        """The table with some of its columns, in the order given, those of things with their names."""
        wanted = [column for key in keys for column in self.columns if key in {column.key, column.names}]
        return replace(self, columns=tuple(dict.fromkeys(wanted)))


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a table is written; how an answer is shown changes, never what it says: notes and basis stay.

    ``columns`` are keys of columns in the order wanted, none for all; ``order`` are keys by which rows are sorted, the
    first foremost, with a hyphen before one that descends; ``limit`` is the greatest number of rows, None for all.
    Rows without a value come last either way. ``header`` is whether CSV and TSV name their columns.

    >>> bool(Selection()), bool(Selection(limit=3)), bool(Selection(header=False))
    (False, True, False)
    """

    columns: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    limit: int | None = None
    header: bool = True

    def __bool__(self) -> bool:
        """Whether rows or columns are chosen at all."""
        return bool(self.columns or self.order or self.limit is not None)

    def refuse(self, form: str) -> None:
        """Refuse to leave out the names where they are no line of their own.

        Raises:
            FormatError: the format is none of :data:`LINES`.
        """
        if not self.header and form not in LINES:
            raise FormatError("no-line-of-names", remedy="use-lines", form=form)

    def written(self, text: str) -> str:
        r"""CSV or TSV as it is wanted: with its first line, or without.

        >>> Selection(header=False).written("a,b\r\n1,2\r\n")
        '1,2\r\n'
        """
        return text if self.header else text.partition("\n")[2]

    def of(self, table: Table) -> tuple[Table, int]:
        """The table as it is wanted, and how many of its rows were left out; rows are sorted by names.

        A thing comes with its name. In figures its name means it too; in an answer a name can stand alone.

        Raises:
            QueryError: a key the table has no column of, with the nearest; or an answer that has no rows.

        >>> table = Table("", (Column("a"), Column("b")), ({"a": 1, "b": "x"}, {"a": 2, "b": "y"}))
        >>> chosen, left_out = Selection(("b",), ("-a",), 1).of(table)
        >>> chosen.keys, chosen.rows, left_out
        (('b',), ({'a': 2, 'b': 'y'},), 1)
        """
        if not self:
            return table, 0
        if table.terms in ("triples", "yes-no"):
            raise QueryError("no-rows-to-choose", remedy="leave-out-selection-of-rows")
        rows = list(table.rows)
        for written in reversed(self.order):
            key = _column(written.removeprefix("-"), table.keys).removesuffix("_label")
            ranks = [(_rank(row.get(f"{key}_label") if f"{key}_label" in row else row.get(key)), row) for row in rows]
            known = [(rank, row) for rank, row in ranks if rank]
            known.sort(key=lambda pair: pair[0] or (), reverse=written.startswith("-"))
            rows = [row for _, row in (*known, *(pair for pair in ranks if not pair[0]))]
        wanted: list[str] = []
        for key in (_column(key, table.keys) for key in self.columns):
            thing = key if table.terms else key.removesuffix("_label")
            wanted += [thing, *(label for label in (f"{thing}_label",) if label in table.keys)]
        columns = [column for key in dict.fromkeys(wanted) for column in table.columns if column.key == key]
        there = {column.key for column in columns}
        columns = [column if column.names in there else replace(column, names="") for column in columns]
        kept = rows if self.limit is None else rows[: self.limit]
        chosen = replace(table, columns=tuple(columns) or table.columns, rows=tuple(kept), cross=None)
        return chosen, len(rows) - len(kept)


def _column(key: str, keys: Sequence[str]) -> str:
    if key in keys:
        return key
    near = get_close_matches(key, keys, n=1, cutoff=0.5)
    meant = told("did-you-mean", names=near[0]) if near else there_are(islice(keys, 12))
    raise QueryError("no-column", remedy=meant, name=key)


def _rank(cell: Cell) -> tuple[int, float, str] | None:
    """Numbers before words, these without regard to case; None for nothing."""
    content: object = cell
    words: object = getattr(content, "value", content)
    if getattr(getattr(cell, "datatype", None), "value", "") in NUMBERS:
        try:
            return (0, float(str(words)), "")
        except ValueError:
            pass
    if words is None or words == "":
        return None
    return (0, float(words), "") if isinstance(words, int | float) else (1, 0.0, str(words).casefold())
