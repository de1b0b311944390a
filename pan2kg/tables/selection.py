"""What of a table is written: which columns, in which order of rows, how many of them, with or without names above.

A choice made here changes how an answer is shown and never what it says: sums, notes and the basis stay those of the
whole table, and how many rows were left out is said.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

from pan2kg.errors import FormatError, QueryError
from pan2kg.i18n.message import there_are, told
from pan2kg.tables.formats import Grid, Value
from pan2kg.turtle.vocabulary import NUMBERS

if TYPE_CHECKING:
    import pyoxigraph as ox

    from pan2kg.store.store import Result
    from pan2kg.tables.table import FigureTable, Row

LINES: Final = ("csv", "tsv")
"""The formats whose first line names the columns, and can be left out."""
_Row = TypeVar("_Row", bound=Mapping[str, object])


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a table is written.

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


def select_figures(table: FigureTable, selection: Selection) -> tuple[FigureTable, int]:
    """A table of figures as it is wanted, and how many of its rows were left out.

    A column of things is named by its key or by ``<key>_label``, which means the same; rows are sorted by names.

    Raises:
        QueryError: a key the table has no column of.
    """
    if not selection:
        return table, 0
    known = [key for column in table.columns for key in column.keys]
    rows = _ordered(table.rows, selection, known, _figure)
    kept = rows[: selection.limit] if selection.limit is not None else rows
    wanted = [_known(key, known).removesuffix("_label") for key in selection.columns]
    by_key = {column.key: column for column in table.columns}
    columns = tuple(by_key[key] for key in dict.fromkeys(wanted)) if wanted else table.columns
    return replace(table, columns=columns, rows=tuple(kept), cross=None), len(rows) - len(kept)


def _figure(row: Row, key: str) -> Value:
    return row.get(f"{key}_label", row.get(key))


def select_grid(grid: Grid, selection: Selection) -> tuple[Grid, int]:
    """A table of values as it is wanted, and how many of its rows were left out.

    Raises:
        QueryError: a column the table does not have.

    >>> grid, left_out = select_grid(Grid(["a", "b"], [[1, "x"], [2, "y"]]), Selection(("b",), ("-a",), 1))
    >>> list(grid.columns), list(grid.rows), left_out
    (['b'], [['y']], 1)
    """
    rows = [dict(zip(grid.columns, row, strict=True)) for row in grid.rows]
    ordered = _ordered(rows, selection, grid.columns, lambda row, key: row.get(key))
    kept = ordered[: selection.limit] if selection.limit is not None else ordered
    columns = [_known(key, grid.columns) for key in selection.columns] or list(grid.columns)
    return Grid(columns, [[row[key] for key in columns] for row in kept]), len(ordered) - len(kept)


def select_answer(result: Result, selection: Selection) -> tuple[Result, int]:
    """The answer to a query as it is wanted, and how many of its rows were left out.

    Raises:
        QueryError: a variable the query does not select, or an answer that has no rows.
    """
    if not selection:
        return result, 0
    import pyoxigraph as ox

    if not isinstance(result, ox.QuerySolutions):
        raise QueryError("no-rows-to-choose", remedy="leave-out-selection-of-rows")
    given = json.loads(result.serialize(format=ox.QueryResultsFormat.JSON) or b"{}")
    known: list[str] = given["head"]["vars"]
    rows = _ordered(given["results"]["bindings"], selection, known, _term)
    kept = rows[: selection.limit] if selection.limit is not None else rows
    wanted = [name for key in selection.columns for name in _with_label(_known(key, known), known)]
    names = list(dict.fromkeys(wanted)) if wanted else known
    chosen = [{name: row[name] for name in names if name in row} for row in kept]
    text = json.dumps({"head": {"vars": names}, "results": {"bindings": chosen}})
    return _read(text), len(rows) - len(kept)


def _read(text: str) -> ox.QuerySolutions:
    import pyoxigraph as ox

    found = ox.parse_query_results(text, format=ox.QueryResultsFormat.JSON)
    if not isinstance(found, ox.QuerySolutions):  # what has variables in its head has rows
        raise TypeError(found)
    return found


def _with_label(name: str, known: Collection[str]) -> tuple[str, ...]:
    """A thing and what it is called: whoever chooses the one wants to read the other."""
    return (name, f"{name}_label") if f"{name}_label" in known else (name,)


def _term(row: Mapping[str, Mapping[str, str]], key: str) -> Value:
    term = row.get(f"{key}_label") or row.get(key)
    if term is None:
        return None
    if term.get("datatype", "") in NUMBERS:
        try:
            return float(term["value"])
        except ValueError:
            return term["value"]
    return term["value"]


def _ordered(
    rows: Iterable[_Row], selection: Selection, known: Sequence[str], value: Callable[[_Row, str], Value]
) -> list[_Row]:
    """The rows in the order wanted; rows that are equal in it stay as they were."""
    found = list(rows)
    for written in reversed(selection.order):
        descends = written.startswith("-")
        key = _known(written.removeprefix("-"), known).removesuffix("_label")
        there = [row for row in found if value(row, key) not in (None, "")]
        absent = [row for row in found if value(row, key) in (None, "")]
        there.sort(key=lambda row, key=key: _rank(value(row, key)), reverse=descends)  # type: ignore[misc]
        found = [*there, *absent]
    return found


def _rank(value: Value) -> tuple[int, float, str]:
    """Numbers before words, these without regard to case.

    >>> sorted(["b", "A", 10, 9], key=_rank)
    [9, 10, 'A', 'b']
    """
    if isinstance(value, int | float):
        return (0, float(value), "")
    return (1, 0.0, str(value).casefold())


def _known(key: str, known: Sequence[str]) -> str:
    if key in known:
        return key
    near = get_close_matches(key, known, n=1, cutoff=0.5)
    meant = told("did-you-mean", names=near[0]) if near else there_are(islice(known, 12))
    raise QueryError("no-column", remedy=meant, name=key)
