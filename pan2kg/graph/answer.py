"""What a graph answers: rows, each of which a pandas frame can be made of, with what one needs to cite them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

import pyoxigraph as ox

from pan2kg.store.store import Term, plain
from pan2kg.turtle.vocabulary import XSD

if TYPE_CHECKING:
    import pandas as pd

T_co = TypeVar("T_co", covariant=True)
_TYPE_OF_DATATYPE = {
    f"{XSD}integer": "Int64",
    f"{XSD}decimal": "Float64",
    f"{XSD}double": "Float64",
    f"{XSD}boolean": "boolean",
    f"{XSD}date": "datetime64[s]",
}
"""The pandas types of literals by their datatypes; any other is text."""
_TYPE_OF_CLASS = {bool: "boolean", int: "Int64", float: "Float64", str: "string"}
"""The pandas types of values of Python by their classes."""
_PARSERS: Mapping[str, Callable[[str], object]] = {
    "Int64": int,
    "Float64": float,
    "boolean": lambda text: text in ("true", "1"),
}
"""What makes a value of the text of a term in a column of a pandas type; in others the text stays."""
_ROWS_SHOWN = 20
"""How many rows of a frame a notebook shows."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T_co]):
    """The rows of an answer to a query, of a table of figures, or of what was measured.

    ``columns`` are the names of the columns, in the order of the query; in a table, beside that of
    a thing stands what it is called, ``<key>_label``. A row is a dictionary from column to value,
    but for figures and occasions, where it is one typed thing. What a query answers is text, empty
    where there is none; in a table None is not known, or not assessed, and never 0. ``cells`` are
    what stands under the columns in a frame.

    Of a table, ``title`` and ``summary`` say what it shows, ``meanings`` what the figures of a
    column mean, by its key, where that is not plain, ``notes`` what is to be kept in mind, and
    ``basis`` what it rests on: release, level of evidence, how much was read, the day. ``sparql``
    is a query for the statements behind it, empty where there is none. Printed, a table is what the
    command line shows, and a notebook shows it as the pages do.

    >>> from pan2kg import open_graph
    >>> answer = open_graph().sparql("SELECT ?n WHERE { VALUES ?n { 1 2 } } ORDER BY ?n")
    >>> len(answer), answer.columns, answer.rows
    (2, ('n',), [{'n': '1'}, {'n': '2'}])
    >>> debt = open_graph().table("debt", plans=["lu-bhr-2"])
    >>> debt.columns[:2], "Release" in debt.basis
    (('citing', 'citing_label'), True)
    """

    columns: tuple[str, ...]
    rows: Sequence[T_co]
    cells: Sequence[Sequence[object]] = field(repr=False)
    title: str = ""
    summary: str = ""
    meanings: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    basis: str = ""
    sparql: str = ""
    printed: Callable[[str], str] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[T_co]:
        return iter(self.rows)

    def __str__(self) -> str:
        return self.printed("table") if self.printed else repr(self)

    def frame(self) -> pd.DataFrame:
        """The rows as a pandas frame: numbers, truth values and whole days as such, all else text.

        A column has the type all its values have; what is missing is missing (``pandas.NA``), never
        an empty text.

        Raises:
            ImportError: pandas is not installed; the extra ``pandas`` brings it.

        >>> from pan2kg import open_graph
        >>> frame = open_graph().sparql("SELECT ?n ?m WHERE { VALUES (?n ?m) { (1 UNDEF) (2 'b') } }").frame()
        >>> frame["n"].sum(), frame["m"].isna().sum()
        (np.int64(3), np.int64(1))
        >>> str(open_graph().table("debt").frame()["debt"].dtype)
        'Float64'
        """
        import pandas as pd

        series = {}
        for place, name in enumerate(self.columns):
            column = [row[place] for row in self.cells]
            type_ = _column_type(column)
            parse = _PARSERS.get(type_, str)
            values = [parse(plain(cell)) if isinstance(cell, Term) else cell for cell in column]
            series[name] = pd.Series(values, dtype=type_)
        return pd.DataFrame(series, columns=list(self.columns))

    def _repr_html_(self) -> str | None:
        """The rows as a notebook shows them; None without pandas, so that it shows the text."""
        if self.printed:
            return self.printed("html")
        try:
            return str(self.frame().to_html(max_rows=_ROWS_SHOWN))
        except ImportError:
            return None


def _column_type(column: Sequence[object]) -> str:
    """The pandas type all values of a column have; text where they differ, but for whole and other numbers.

    >>> _column_type([1, None, 2.5]), _column_type([1, "one"])
    ('Float64', 'string')
    """
    types = {_cell_type(cell) for cell in column if cell is not None}
    if types == {"Int64", "Float64"}:
        return "Float64"
    return types.pop() if len(types) == 1 else "string"


def _cell_type(cell: object) -> str:
    if isinstance(cell, ox.Literal):
        return _TYPE_OF_DATATYPE.get(cell.datatype.value, "string")
    if isinstance(cell, Term):
        return "string"
    return _TYPE_OF_CLASS.get(type(cell), "object")
