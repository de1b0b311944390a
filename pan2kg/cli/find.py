"""The command that finds a thing and shows where in the files everything is said of it: ``pan2kg find``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from pan2kg.cli.arguments import (
    add_language,
    add_output,
    add_selection,
    cache_of,
    emit,
    project_of,
    selection_of,
    tell_left_out,
)
from pan2kg.errors import QueryError
from pan2kg.i18n.catalogue import Messages
from pan2kg.i18n.message import told

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph
    from pan2kg.project import Project
    from pan2kg.tables.formats import Grid, Value

FORMS: Final = ("table", "csv", "tsv", "json", "md")
_OTHERS: Final = 10
"""How many other things that could be meant are named."""
_COLUMNS: Final = ("file", "line", "subject", "predicate", "object")


def add_find(command: argparse.ArgumentParser) -> None:
    """What is looked for, and how the lines are written."""
    command.add_argument("words", metavar="WORD", nargs="+", help="find.words")
    add_language(command)
    command.add_argument("--format", choices=FORMS, default="table", help="find.format")
    add_selection(command)
    add_output(command)


def run_find(options: argparse.Namespace) -> int:
    """Show every line about the thing that is meant.

    Raises:
        QueryError: there is no such thing, or no such column.
    """
    from pan2kg.graph.graph import Graph
    from pan2kg.store.cache import open_kept
    from pan2kg.tables.selection import select_grid

    selection = selection_of(options, options.format)
    project = project_of(options)
    graph = Graph(project, open_kept(project, cache_of(options), [], read_only=True), language=options.language)
    words = " ".join(options.words)
    if not (found := _meant(graph, words)):
        raise QueryError("nothing-found", remedy="find-other-words", words=words)
    grid, left_out = select_grid(_lines(project, found[0]), selection)
    tell_left_out(left_out)
    if options.format == "table":
        emit(f"{_head(graph, found[0])}{_places(grid)}{_others(graph, found[1:])}", options.output)
    else:
        emit(selection.written(_data(grid, options.format)), options.output)
    return 0


def _head(graph: Graph, iri: str) -> str:
    """What the thing is."""
    entry = graph.labels.entries[iri]
    kind = Messages("page").say(f"kind-{entry.kind}", graph.language) if entry.has_page else ""
    return f"{graph.label(iri)}\n{' '.join(filter(None, (kind, entry.key, f'<{iri}>')))}\n\n"


def _places(grid: Grid) -> str:
    """Every line as editors and other programs jump to it; a table where only some columns are wanted."""
    from pan2kg.tables.formats import write_text

    if list(grid.columns) != list(_COLUMNS):
        return f"{write_text(grid)}\n"
    return "".join(f"{file}:{line}  {' '.join(map(str, rest))}\n" for file, line, *rest in grid.rows)


def _data(grid: Grid, form: str) -> str:
    from pan2kg.tables.formats import write_csv, write_json, write_markdown, write_tsv

    if form == "json":
        return write_json([dict(zip(grid.columns, row, strict=True)) for row in grid.rows])
    return {"csv": write_csv, "tsv": write_tsv, "md": write_markdown}[form](grid)


def _meant(graph: Graph, words: str) -> list[str]:
    """The things that are meant, best first: an IRI means itself."""
    if words in graph.labels.entries:
        return [words]
    return graph.search.find(words)


def _lines(project: Project, iri: str) -> Grid:
    from pan2kg.tables.formats import Grid
    from pan2kg.turtle.blocks import read_turtle_files, written_about

    lines: list[list[Value]] = [
        [file.name, one.line, block.subject, one.predicate, one.object]
        for file, block, one in written_about(read_turtle_files(project), iri)
    ]
    return Grid(_COLUMNS, lines)


def _others(graph: Graph, iris: list[str]) -> str:
    """What else could be meant, a line each."""
    if not iris:
        return ""
    lines = [f"  {graph.labels.entries[iri].key}  {graph.label(iri)}" for iri in iris[:_OTHERS]]
    return "\n".join(["", str(told("find-others", n=len(iris))), *lines, ""])
