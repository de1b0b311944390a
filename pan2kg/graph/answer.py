"""What a graph answers: rows of text, or one typed thing a row, each of which a pandas frame can be made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import pyoxigraph as ox

from pan2kg.store.store import Solutions, Term, plain
from pan2kg.turtle.vocabulary import XSD

if TYPE_CHECKING:
    import pandas as pd

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of an answer.

    >>> from pan2kg import open_graph
    >>> answer = open_graph().sparql("SELECT ?n WHERE { VALUES ?n { 1 2 } } ORDER BY ?n")
    >>> len(answer), answer.columns, answer.rows
    (2, ('n',), [{'n': '1'}, {'n': '2'}])
    """

    table: Solutions

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in the order of the query."""
        return self.table.columns

    @property
    def rows(self) -> list[dict[str, str]]:
        """One dictionary a row: column → value as text, empty where there is none."""
        return [{name: plain(term) for name, term in zip(self.columns, row, strict=True)} for row in self.table.rows]

    def __len__(self) -> int:
        return len(self.table.rows)

    def __iter__(self) -> Iterator[dict[str, str]]:
        return iter(self.rows)

    def frame(self) -> pd.DataFrame:
        """The rows as a pandas frame: numbers, truth values and whole days as such, all else text.

        A column has the type all its values have; what is missing is missing (``pandas.NA``), never an empty text.

        Raises:
            ImportError: pandas is not installed; the extra ``pandas`` brings it.

        >>> from pan2kg import open_graph
        >>> frame = open_graph().sparql("SELECT ?n ?m WHERE { VALUES (?n ?m) { (1 UNDEF) (2 'b') } }").frame()
        >>> frame["n"].sum(), frame["m"].isna().sum()
        (np.int64(3), np.int64(1))
        """
        import pandas as pd

        columns = zip(self.columns, map(_typed, zip(*self.table.rows, strict=True)), strict=False)
        series = {name: pd.Series(values, dtype=kind) for name, (values, kind) in columns}
        return pd.DataFrame(series, columns=list(self.columns))

    def _repr_html_(self) -> str | None:
        """The rows as a notebook shows them; None without pandas, so that it shows the text."""
        return _shown(self.frame)


@dataclass(frozen=True, slots=True)
class Measures(Generic[T_co]):
    """What was measured, one typed thing a row, which a pandas frame can be made of.

    ``cells`` gives what stands under each of ``columns`` in the frame.
    """

    rows: tuple[T_co, ...]
    columns: tuple[str, ...]
    cells: Callable[[T_co], tuple[object, ...]]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[T_co]:
        return iter(self.rows)

    def frame(self) -> pd.DataFrame:
        """The rows as a pandas frame.

        Raises:
            ImportError: pandas is not installed; the extra ``pandas`` brings it.

        >>> from pan2kg import open_graph
        >>> list(open_graph().occasions().frame().columns)
        ['source', 'target', 'verdict', 'state', 'bits', 'ways']
        """
        import pandas as pd

        return pd.DataFrame([self.cells(row) for row in self.rows], columns=list(self.columns))

    def _repr_html_(self) -> str | None:
        """The rows as a notebook shows them; None without pandas, so that it shows the text."""
        return _shown(self.frame)


_TYPES: Final[Mapping[str, tuple[str, Callable[[str], object]]]] = {
    f"{XSD}integer": ("Int64", int),
    f"{XSD}decimal": ("Float64", float),
    f"{XSD}double": ("Float64", float),
    f"{XSD}boolean": ("boolean", lambda text: text in ("true", "1")),
    f"{XSD}date": ("datetime64[s]", str),
}
"""The pandas type of a datatype, and what makes a value of a text."""


def _typed(terms: Iterable[Term | None]) -> tuple[list[object], str]:
    """Values of a column, and the pandas type all of them have: text where their datatypes differ."""
    values = list(terms)
    kinds = {
        _TYPES.get(term.datatype.value, _TEXT) if isinstance(term, ox.Literal) else _TEXT
        for term in values if term is not None
    }  # fmt: skip
    kind, make = kinds.pop() if len(kinds) == 1 else _TEXT
    return [None if term is None else make(plain(term)) for term in values], kind


_TEXT: Final = ("string", str)


_VALUES: Final[Mapping[type, str]] = {bool: "boolean", int: "Int64", float: "Float64"}


def typed_frame(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> pd.DataFrame:
    """Values as a pandas frame: a column of numbers is one of numbers, and None is missing (``pandas.NA``).

    Raises:
        ImportError: pandas is not installed; the extra ``pandas`` brings it.

    >>> frame = typed_frame(["n", "m"], [[1, "a"], [2.5, None]])
    >>> frame["n"].sum(), frame["m"].isna().sum()
    (np.float64(3.5), np.int64(1))
    """
    import pandas as pd

    series = {}
    for at, name in enumerate(columns):
        values = [row[at] for row in rows]
        kinds = {type(value) for value in values if value is not None}
        if kinds == {int, float}:
            kinds = {float}
        series[name] = pd.Series(values, dtype=_VALUES.get(kinds.pop(), "string") if len(kinds) == 1 else "string")
    return pd.DataFrame(series, columns=list(columns))


def _shown(frame: Callable[[], pd.DataFrame]) -> str | None:
    try:
        return str(frame().to_html(max_rows=20))
    except ImportError:
        return None
