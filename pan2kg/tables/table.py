"""A table: what it shows, its columns and rows, what it rests on; and which part of it is written.

It is the same for the answer to a query, whose cells are terms, and for figures, whose cells are
values of Python. Columns are flat: what a thing is called stands in a column of its own, which says
what it names. Figures are made by :mod:`pan2kg.tables.making`, answers by
:mod:`pan2kg.tables.answers`; :mod:`pan2kg.tables.writers` writes both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from pan2kg.coherence.evidence import Basis
from pan2kg.errors import QueryError
from pan2kg.i18n import Text, error_message, there_are
from pan2kg.turtle import vocabulary

if TYPE_CHECKING:
    import pyoxigraph as ox

    from pan2kg.coherence.known import BasisLine

Value = str | int | float | bool | None
"""What a cell of figures holds: ``None`` is « not assessed » or « unknown », never 0."""
if TYPE_CHECKING:
    Term = ox.NamedNode | ox.BlankNode | ox.Literal | None
else:
    Term = object  # the engine is not loaded to tell what tables there are
Row = Mapping[str, Value]
SILENT = Text()
"""No words."""
LINES = ("csv", "tsv")
"""The formats whose first line names the columns, and can be left out."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key (snake_case, as in CSV and JSON), its heading, and what its figures mean.

    ``names`` is the key of the column whose things are called so here: of several in one cell the
    addresses are separated by spaces, and the names by semicolons.
    """

    key: str
    heading: Text = SILENT
    meaning: Text = SILENT
    names: str = ""


class Cross(NamedTuple):
    """Pairs as rows and columns: what each of them is called, its marks row by row, and what these mean."""

    heads: tuple[str, ...]
    marks: tuple[tuple[str, ...], ...]
    legend: tuple[Text, ...]


_NOTHING = Basis(0, 0, 0)


@dataclass(slots=True)
class Table:
    """What a table shows, what it rests on, its rows by key of column, caveats, and the query that shows it.

    ``terms`` says what form of query was answered, of which the cells are terms; of figures it is
    empty. ``outcome`` is the answer to a yes-or-no question. ``rests`` is the basis of an answer, a
    sentence. ``sparql`` is a query for the statements behind figures. ``line`` is the basis line of
    a table that shows links, which then stands in its place. ``cross`` makes what a terminal is
    shown in place of the rows.

    ``solutions`` are the rows of an answer, whose cells are terms; ``things`` the keys of columns
    whose things are called by names that stand beside them; ``shown`` the columns a reader sees,
    names in place of the things.
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
    cross: Callable[[], Cross] | None = None
    terms: Literal["", "rows", "triples", "yes-no"] = ""
    outcome: bool = False
    keys: tuple[str, ...] = field(init=False)
    solutions: tuple[Mapping[str, Term], ...] = field(init=False)
    things: frozenset[str] = field(init=False)
    shown: tuple[Column, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.keys = tuple(column.key for column in self.columns)
        self.solutions = cast("tuple[Mapping[str, Term], ...]", self.rows)
        self.things = frozenset(column.names for column in self.columns if column.names)
        self.shown = tuple(column for column in self.columns if column.key not in self.things)

    def only(self, keys: Iterable[str]) -> Table:
        # some of its columns, in the order given, those of things with their names
        wanted = [
            column for key in keys for column in self.columns if key in {column.key, column.names}
        ]
        return replace(self, columns=tuple(dict.fromkeys(wanted)))


class Selected(NamedTuple):
    """A table as it is wanted, and how many of its rows were left out."""

    table: Table
    left_out: int


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a table is written; how an answer is shown changes, never what it says: notes and basis stay.

    ``columns`` are keys of columns in the order wanted, none for all; ``order`` are keys by which
    rows are sorted, the first foremost, with a hyphen before one that descends; ``limit`` is the
    greatest number of rows, None for all. Rows without a value come last either way. ``header`` is
    whether CSV and TSV name their columns.

    >>> bool(Selection()), bool(Selection(limit=3)), bool(Selection(header=False))
    (False, True, False)
    """

    columns: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    limit: int | None = None
    header: bool = True

    def __bool__(self) -> bool:
        return bool(self.columns or self.order or self.limit is not None)

    def written(self, text: str) -> str:
        r"""CSV or TSV as it is wanted: with its first line, or without.

        >>> Selection(header=False).written("a,b\r\n1,2\r\n")
        '1,2\r\n'
        """
        return text if self.header else text.partition("\n")[2]

    def of(self, table: Table) -> Selected:
        """The table as it is wanted; rows are sorted by names.

        A thing comes with its name. In figures its name means it too; in an answer a name can stand
        alone. A key the table has no column of is refused with the nearest, as is an answer that
        has no rows.

        >>> table = Table("", (Column("a"), Column("b")), ({"a": 1, "b": "x"}, {"a": 2, "b": "y"}))
        >>> selected = Selection(("b",), ("-a",), 1).of(table)
        >>> selected.table.keys, selected.table.rows, selected.left_out
        (('b',), ({'a': 2, 'b': 'y'},), 1)
        """
        if not self:
            return Selected(table, 0)
        self._refuse(table)
        rows = list(table.rows)
        # the foremost key last: sorting keeps the order of rows it does not tell apart
        for order in reversed(self.order):
            rows = _sorted_by(rows, order)
        shown = rows[: self.limit]
        columns = self._columns(table)
        selected = replace(table, columns=columns, rows=tuple(shown), cross=None)
        return Selected(selected, len(rows) - len(shown))

    def _refuse(self, table: Table) -> None:
        if table.terms in ("triples", "yes-no"):
            raise QueryError("no-rows-to-choose", remedy="leave-out-selection-of-rows")
        for typed in (*self.columns, *self.order):
            key = typed.removeprefix("-")
            if key in table.keys:
                continue
            near = get_close_matches(key, table.keys, n=1, cutoff=0.5)
            remedy = there_are(islice(table.keys, 12))
            if near:
                remedy = error_message("did-you-mean", names=near[0])
            raise QueryError("no-column", remedy=remedy, name=key)

    def _columns(self, table: Table) -> tuple[Column, ...]:
        """The columns chosen, all where none is; a thing comes with its name."""
        keys = []
        for key in self.columns:
            thing = key if table.terms else key.removesuffix("_label")
            keys += [thing, f"{thing}_label"]
        by_key = {column.key: column for column in table.columns}
        chosen = {key: by_key[key] for key in keys if key in by_key}
        columns = []
        for column in chosen.values():
            is_alone = column.names not in chosen
            columns.append(replace(column, names="") if is_alone else column)
        return tuple(columns) or table.columns


def _sorted_by(rows: Iterable[Row], order: str) -> list[Row]:
    """Rows by a key, with a hyphen before it from the greatest; those without a value come last."""
    key = order.removeprefix("-").removesuffix("_label")
    label = f"{key}_label"
    ranked = []
    without_value = []
    for row in rows:
        rank = _rank(row[label] if label in row else row.get(key))
        if rank is None:
            without_value.append(row)
        else:
            ranked.append(_RankedRow(rank, row))
    ranked.sort(key=lambda entry: entry.rank, reverse=order.startswith("-"))
    return [*(entry.row for entry in ranked), *without_value]


class _CellRank(NamedTuple):
    """Where a cell stands: numbers before words, these without regard to case."""

    is_word: bool
    number: float
    word: str


class _RankedRow(NamedTuple):
    rank: _CellRank
    row: Row


def _rank(cell: Value | Term) -> _CellRank | None:
    """The rank of a value or a term; None of nothing."""
    value = getattr(cell, "value", cell)
    datatype = getattr(getattr(cell, "datatype", None), "value", "")
    if datatype in vocabulary.NUMBERS:
        # what is typed as a number may be written as none
        with suppress(ValueError):
            return _number_rank(str(value))
    if value is None or value == "":
        return None
    if isinstance(value, int | float):
        return _number_rank(value)
    return _CellRank(is_word=True, number=0.0, word=str(value).casefold())


def _number_rank(number: float | str) -> _CellRank:
    return _CellRank(is_word=False, number=float(number), word="")
