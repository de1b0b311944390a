"""What a graph answers: rows of text, or one typed thing a row, each of which a pandas frame can be made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from pan2kg.store.store import Table, plain

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

    table: Table

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
        """The rows as a pandas frame, all values text.

        Raises:
            ImportError: pandas is not installed; the extra ``pandas`` brings it.

        >>> from pan2kg import open_graph
        >>> open_graph().sparql("SELECT ?n WHERE { VALUES ?n { 1 2 } }").frame().shape
        (2, 1)
        """
        import pandas as pd

        return pd.DataFrame(self.rows, columns=list(self.columns), dtype="str")


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
