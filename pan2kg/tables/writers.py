"""Writing a table: as text, data or a piece of a page, and as a frame for those who work in Python.

``table`` is for a terminal, ``md`` and ``html`` for a text or a page; they round decimals and say things by
name. ``csv`` and ``json`` hold every value whole, with the addresses of things beside their names; ``csv-local`` is for
spreadsheet programs of a language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from pan2kg.errors import FormatError, QueryError
from pan2kg.graph.answer import typed_frame
from pan2kg.i18n.catalogue import Language, format_of
from pan2kg.i18n.message import did_you_mean, there_are
from pan2kg.tables.cells import clean, items, named, remarks, resting, say
from pan2kg.tables.figure_words import basis_text
from pan2kg.tables.formats import Grid, Value, write_csv, write_json, write_local_csv, write_text, write_tsv
from pan2kg.tables.markup import html_figures, md_figures
from pan2kg.tables.registry import TABLES
from pan2kg.tables.table import Choice, Cross, FigureTable

if TYPE_CHECKING:
    import pandas as pd

    from pan2kg.coherence.evidence import Level
    from pan2kg.graph.graph import Graph


FORMS: Final = ("table", "csv", "csv-local", "tsv", "json", "md", "html")


def write_figures(figures: FigureTable, form: str, *, language: Language, width: int = 0) -> str:
    """A table of figures in one of :data:`FORMS`; ``width`` is how wide a line of text may be, 0 for any.

    Raises:
        FormatError: the form is unknown.

    >>> from pan2kg.coherence.evidence import Basis
    >>> from pan2kg.tables.table import Column
    >>> from pan2kg.i18n.catalogue import Text
    >>> name, linked = Column("plan", Text.same("plan")), Column("linked", Text.of({"fr": "liées", "en": "linked"}))
    >>> rows = ({"plan": "PAN 1", "linked": 0}, {"plan": "PAN 2", "linked": None})
    >>> title = Text.of({"fr": "Titre", "en": "Title"})
    >>> figures = FigureTable("x", title, Text(), Basis(3, 2, 2), (name, linked), rows)
    >>> print(write_figures(figures, "csv", language="fr"), end="")
    plan,linked
    PAN 1,0
    PAN 2,
    """
    if form == "table":
        return "\n\n".join(_text(figures, language, width)) + "\n"
    if form == "csv":
        return write_csv(_whole(figures))
    if form == "csv-local":
        return write_local_csv(named(figures, language), language)
    if form == "tsv":
        return write_tsv(_whole(figures))
    if form == "json":
        return write_json(_content(figures, language))
    if form == "md":
        return md_figures(figures, language)
    if form == "html":
        return html_figures(figures, language)
    raise FormatError("figures-form", remedy="use-names", form=form, names=", ".join(FORMS))


def _text(figures: FigureTable, language: Language, width: int) -> Iterator[str]:
    yield _filled(figures.title.say(language), width)
    if figures.summary:
        yield _filled(figures.summary.say(language), width)
    yield (_crossed(figures.cross, language, width) if figures.cross else _rows(figures, language, width)).rstrip("\n")
    notes = [_filled(note.say(language), width, first="- ") for note in remarks(figures, language)]
    if notes:
        yield "\n".join([f"{say('notes', language)}{format_of('colon', language)}".rstrip(), *notes])
    yield _filled(resting(figures, language), width)


def _filled(text: str, width: int, first: str = "") -> str:
    words = clean(text)
    if not width:
        return first + words
    return "\n".join(wrap(words, width, initial_indent=first, subsequent_indent=" " * len(first)))


def _rows(figures: FigureTable, language: Language, width: int) -> str:
    if not figures.rows:
        return say("empty", language)
    heads = [clean(column.heading.say(language)) for column in figures.columns]
    between = format_of("semicolon", language)
    rows = (
        [between.join(words for _, words in items(row, column, language)) for column in figures.columns]
        for row in figures.rows
    )
    return write_text(Grid(heads, rows), width)


def _crossed(cross: Cross, language: Language, width: int) -> str:
    """The matrix, columns numbered as the rows are; in blocks where not all columns fit side by side."""
    if not cross.heads:
        return say("empty", language)
    numbers = [str(at) for at in range(1, len(cross.heads) + 1)]
    wide = max(len(numbers[-1]), *(len(cell) for row in cross.cells for cell in row)) + 1
    room = width or 120
    most = max(map(len, cross.heads))
    name = min(most, max(room // 3, 12))
    fits = max((room - name - wide) // wide, 1)
    blocks = []
    for start in range(0, len(numbers), fits):
        run = slice(start, start + fits)
        lines = ["".join(f"{one:>{wide}}" for one in ["", *numbers[run]])]
        lines += [
            f"{number:>{wide - 1}} " + "".join(f"{cell:>{wide}}" for cell in cells[run]) + f"  {head[:name]}"
            for number, head, cells in zip(numbers, cross.heads, cross.cells, strict=True)
        ]
        blocks.append("\n".join(line.rstrip() for line in lines))
    legend = [_filled(words.say(language), width, first="  ") for words in cross.legend]
    return "\n\n".join([*blocks, "\n".join(legend)])


def _keys(figures: FigureTable) -> list[str]:
    """The keys of all cells in their order, that of a thing with its label after it."""
    return [key for column in figures.columns for key in column.keys]


def _whole(figures: FigureTable) -> Grid:
    """The table as data: every value whole, the addresses of things beside their names."""
    keys = _keys(figures)
    return Grid(keys, ([row.get(key) for key in keys] for row in figures.rows))


def _content(figures: FigureTable, language: Language) -> dict[str, object]:
    basis = figures.basis
    columns = [
        {"key": c.key, "heading": c.heading.by_language(), "meaning": c.meaning.by_language(), "thing": c.thing}
        for c in figures.columns
    ]
    return {
        "name": figures.name,
        "language": language,
        "title": figures.title.by_language(),
        "summary": figures.summary.by_language(),
        "basis": {
            "n": basis.n,
            "annotated": basis.annotated,
            "share": basis.share,
            "plans": basis.plans,
            "release": basis.release or None,
            "as_of": basis.as_of.isoformat() if basis.as_of else None,
            "weights": basis.weights or None,
            "filters": dict(basis.filters),
            "line": _line(figures),
        },
        "columns": columns,
        "rows": [{key: row.get(key) for key in _keys(figures)} for row in figures.rows],
        "notes": [note.by_language() for note in figures.notes],
        "sparql": figures.sparql or None,
    }


def _line(figures: FigureTable) -> dict[str, object] | None:
    """The basis line of a table that shows links, as data and in words."""
    if figures.line is None:
        return None
    line = {field.name: getattr(figures.line, field.name) for field in fields(figures.line)}
    line |= {"level": figures.line.level.key, "texts": asdict(figures.line.texts)}
    line |= {"as_of": figures.line.as_of.isoformat() if figures.line.as_of else None}
    return {**line, "words": basis_text(figures.line).by_language()}


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
