"""A table of figures for those who work in Python: in the language of the graph, as a frame, and in a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.errors import QueryError
from pan2kg.graph.answer import typed_frame
from pan2kg.i18n.message import did_you_mean, there_are
from pan2kg.tables.cells import remarks, resting
from pan2kg.tables.markup import html_figures
from pan2kg.tables.registry import TABLES
from pan2kg.tables.table import Choice, FigureTable
from pan2kg.tables.writers import write_figures

if TYPE_CHECKING:
    import pandas as pd

    from pan2kg.coherence.evidence import Level
    from pan2kg.graph.graph import Graph
    from pan2kg.i18n.catalogue import Language
    from pan2kg.tables.formats import Value


@dataclass(frozen=True, slots=True)
class Figures:
    """A table of figures in a language: its rows, and everything a reader needs to trust and cite them.

    Printed, it is the table as the command line shows it; a notebook shows it as the pages do.

    >>> from pan2kg.graph.graph import open_graph
    >>> debt = open_graph().table("debt", plans=["lu-bhr-2"])
    >>> debt.columns[:2], "Release" in debt.basis
    (('citing', 'citing_label'), True)
    """

    table: FigureTable
    language: Language

    @property
    def title(self) -> str:
        """What it shows."""
        return self.table.title.say(self.language)

    @property
    def columns(self) -> tuple[str, ...]:
        """The keys of its columns; beside that of a thing stands what it is called, ``<key>_label``."""
        return tuple(key for one in self.table.columns for key in one.keys)

    @property
    def meanings(self) -> Mapping[str, str]:
        """What the figures of a column mean, by its key, where that is not plain."""
        return {one.key: one.meaning.say(self.language) for one in self.table.columns if one.meaning}

    @property
    def rows(self) -> list[dict[str, Value]]:
        """A mapping from key to value for each row; None is not known, or not assessed, and never 0."""
        return [{key: row.get(key) for key in self.columns} for row in self.table.rows]

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be kept in mind with it."""
        return tuple(note.say(self.language) for note in remarks(self.table, self.language))

    @property
    def basis(self) -> str:
        """What it rests on: the release, the level of evidence, how much was read, the day."""
        return resting(self.table, self.language)

    @property
    def sparql(self) -> str:
        """A query for the statements behind it; empty where there is none."""
        return self.table.sparql

    def __len__(self) -> int:
        return len(self.table.rows)

    def __str__(self) -> str:
        return write_figures(self.table, "table", language=self.language, width=120)

    def frame(self) -> pd.DataFrame:
        """The rows as a pandas frame: numbers are numbers, what is missing is missing.

        Raises:
            ImportError: pandas is not installed; the extra ``pandas`` brings it.

        >>> from pan2kg.graph.graph import open_graph
        >>> str(open_graph().table("debt").frame()["debt"].dtype)
        'Float64'
        """
        return typed_frame(self.columns, [[row.get(key) for key in self.columns] for row in self.table.rows])

    def _repr_html_(self) -> str:
        return str(html_figures(self.table, self.language))


_LISTS: Final = ("plans", "actions", "assessors")
_CHOICES: Final = (*_LISTS, "files", "part", "least", "everything", "country")


def figures_of(graph: Graph, name: str, *, evidence: Level | str = "", **chosen: object) -> Figures:
    """The table of that name; ``chosen`` are fields of :class:`~pan2kg.tables.table.Choice`.

    Raises:
        QueryError: an unknown table, level, choice, plan or action, with the nearest names.

    >>> from pan2kg.graph.graph import open_graph
    >>> figures_of(open_graph(), "matrx")
    Traceback (most recent call last):
    pan2kg.errors.QueryError: There is no table « matrx ». Did you mean matrix?
    """
    if name not in TABLES:
        near = get_close_matches(name, TABLES, n=2, cutoff=0.5) or list(TABLES)
        raise QueryError("no-table", remedy=did_you_mean(near), name=name)
    if unknown := [key for key in chosen if key not in _CHOICES]:
        raise QueryError("no-choice", remedy=there_are(_CHOICES), name=unknown[0])
    values = {key: _read(key, value) for key, value in chosen.items()}
    choice = Choice(evidence=graph.known(evidence).level, **values)  # type: ignore[arg-type]  # fields by their names
    return Figures(TABLES[name].make(graph, choice), graph.language)


def _read(key: str, value: object) -> object:
    """A choice as tables take it: one name is a list of one, and files are paths."""
    if key == "files":
        return tuple(Path(str(one)) for one in _listed(value))
    return tuple(map(str, _listed(value))) if key in _LISTS else value


def _listed(value: object) -> list[object]:
    return [value] if isinstance(value, str | Path) or not isinstance(value, Iterable) else list(value)
