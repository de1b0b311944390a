"""The commands that ask: a stored question, a query of one's own, for a thing by name; and for an assistant."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.cli.arguments import (
    add_as_of,
    add_endpoint,
    add_language,
    add_output,
    add_selection,
    cache_of,
    emit,
    harmless,
    interruptible,
    open_endpoint,
    project_of,
    read_parameters,
    refuse_unknown,
    selection_of,
    tell_left_out,
    tell_links,
    typed,
    width_of,
)
from pan2kg.errors import QueryError
from pan2kg.i18n.catalogue import Messages
from pan2kg.i18n.days import today, with_days
from pan2kg.i18n.message import say, told
from pan2kg.project import Project, read_text

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph
    from pan2kg.site.permalink import Permalink
    from pan2kg.store.queries import Query
    from pan2kg.store.store import Store
    from pan2kg.tables.answers import Around, Style
    from pan2kg.tables.formats import Grid, Value


FORMATS = ("table", "csv", "csv-local", "tsv", "json", "xml", "md", "html", "turtle", "jsonld", "xlsx")
TELLING = frozenset(("table", "md", "html", "json", "xlsx"))
"""The formats that can hold what is said around an answer; beside the others it goes to standard error."""


def add_ask(command: argparse.ArgumentParser) -> None:
    """A question, what it takes, and how its answer is written."""
    command.usage = "ask.usage"
    command.add_argument("name", nargs="?", metavar="NAME", help="ask.name")
    command.add_argument("--list", action="store_true", help="ask.list")
    add_as_of(command, "ask.as-of")
    _answers(command)


def add_sparql(command: argparse.ArgumentParser) -> None:
    """A query, and how its answer is written."""
    command.add_argument("query", metavar="QUERY", help="ask.query")
    _answers(command)


def _answers(command: argparse.ArgumentParser) -> None:
    add_language(command)
    add_endpoint(command)
    command.add_argument("--format", choices=FORMATS, help="ask.format")
    add_selection(command)
    command.add_argument("--cache", metavar="DIR", help="ask.cache")
    add_output(command, "ask.output")


def run_ask(options: argparse.Namespace) -> int:
    """Answer a stored question, by its name or by a link that fixes it, or list them."""
    from pan2kg.store.queries import fill, find_query, insist
    from pan2kg.store.store import needs
    from pan2kg.tables.answers import taken

    project, link = project_of(options), _follow(options)
    query = None if options.list or options.name is None else find_query(project, options.name)
    refuse_unknown(options.parameters, [p.option for p in query.parameters] if query else [], typed(options))
    if query is None:
        return _list_queries(project, options.language)
    values = read_parameters(options.parameters)
    if any(parameter.name == "language" for parameter in query.parameters):
        values.setdefault("language", options.language)
    store = _store(project, options, needs(query.text))
    insist(query, values)
    text = fill(query, values, store=store, project=project)
    notes = (*filter(None, [taken(query, values, options.language)]),)
    if options.as_of:
        store, dated = _as_of(store, project, options, query, values)
        notes = (*notes, *dated)
    if link:
        notes = (*_other_release(link, project, store), *notes)
    return _answer(store, text, project, options, _around(store, options, query, values, notes))


def _around(
    store: Store, options: argparse.Namespace, query: Query, values: dict[str, str], notes: Sequence[str]
) -> Around:
    """What the question says of itself, and what its answer rests on."""
    from pan2kg.graph.dataset import read_release
    from pan2kg.tables.answers import Around, basis_of, level_of

    language = options.language
    basis = basis_of(
        store, language, release=read_release(store).number, day=options.as_of or today(),
        level=level_of(query, values),
    )  # fmt: skip
    said = tuple(with_days(note, language) for note in notes)
    return Around(query.question(language), query.summary_in(language), said, basis)


def _follow(options: argparse.Namespace) -> Permalink | None:
    """The link typed in place of a question's name; what it fixes is then as if it had been typed.

    Raises:
        QueryError: it is no such link, or another day is typed than it fixes.
    """
    if "/" not in (options.name or ""):
        return None
    from pan2kg.site.permalink import read_permalink

    link = read_permalink(options.name)
    if link.day and options.as_of not in (None, link.day):
        raise QueryError("link-day-differs", remedy="leave-out-as-of", day=link.day, given=options.as_of)
    options.name, options.language = link.query, link.language
    options.as_of = options.as_of or link.day
    options.parameters = [*link.typed, *options.parameters]
    return link


def _other_release(link: Permalink, project: Project, store: Store) -> list[str]:
    """What is to be said where another release answers than the link names."""
    from pan2kg.graph.graph import Graph
    from pan2kg.site.permalink import notice

    said = notice(link, Graph(project, store).release, link.language)
    return [said] if said else []


def _as_of(
    store: Store, project: Project, options: argparse.Namespace, query: Query, values: dict[str, str]
) -> tuple[Store, tuple[str, ...]]:
    """What was in force on the day asked for, and in words what that leaves out."""
    from pan2kg.store.as_of import as_of
    from pan2kg.store.store import LocalStore, needs

    if not isinstance(store, LocalStore):
        raise QueryError("remote-as-of", remedy="leave-out-endpoint")
    dated = as_of(store, options.as_of, project, rules=needs(query.text))
    dated.refuse(values.values())
    return dated.store, dated.notes(options.language)


def _list_queries(project: Project, language: str) -> int:
    from pan2kg.store.queries import read_queries

    group = ""
    for query in sorted(read_queries(project).values(), key=lambda query: (query.group, query.name)):
        if query.group != group:
            emit(f"{chr(10) if group else ''}{query.group}\n")
            group = query.group
        lines = [f"  {query.name}", f"      {query.question(language)}"]
        lines += [f"      --{p.option}: {p.meaning_in(language)}" for p in query.parameters if p.name != "language"]
        emit("\n".join(lines) + "\n")
    return 0


def run_sparql(options: argparse.Namespace) -> int:
    """Answer a query of the user's own."""
    project = project_of(options)
    text, name = _query_text(options.query)
    try:
        return _answer(_store(project, options), text, project, options, None)
    except QueryError as error:
        raise (error.inside(name) if error.place and error.place.file == "query" else error) from None


_FORMS = ("", "SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "PREFIX", "BASE")


def _query_text(given: str) -> tuple[str, str]:
    """The text of a query and where it came from."""
    from pan2kg.store.store import UPDATES

    if given == "-":
        return sys.stdin.read(), say("progress", "standard-input")
    words = given.split(maxsplit=1) or [""]
    first = words[0].upper()
    if "{" in given or first in _FORMS or (first in UPDATES and len(words) > 1):
        return given, "query"
    return read_text(Path(given)), given


def _store(project: Project, options: argparse.Namespace, rules: list[str] | None = None) -> Store:
    if options.endpoint is not None:
        if getattr(options, "as_of", None):
            raise QueryError("remote-as-of", remedy="leave-out-endpoint")
        return open_endpoint(project, options, is_ours=rules is not None)
    from pan2kg.store.cache import open_kept
    from pan2kg.store.rules import linear_rules

    if rules is not None:
        # what an answer rests on is counted by levels, whatever the question itself asks for
        rules = [*rules, *{"evidence-level"}.intersection(linear_rules(project))]
    store = open_kept(project, cache_of(options), rules, read_only=True)
    if rules is None or not {*rules} <= {*linear_rules(project)}:
        tell_links(store)
    return store


def _answer(
    store: Store, text: str, project: Project, options: argparse.Namespace, around: Around | None
) -> int:  # fmt: skip
    from pan2kg.tables.answers import Around, about_of, grid_of, write_answer, write_around
    from pan2kg.tables.formats import write_local_csv
    from pan2kg.tables.selection import select_answer

    told = around or Around()
    written: str | bytes
    with interruptible():
        result = store.query(text)
        form = options.format or ("turtle" if isinstance(result, list) else "table")
        selection = selection_of(options, form)
        result, left_out = select_answer(result, selection)
        style = _style(project, options, own_names=around is None)
        if form == "xlsx":
            from pan2kg.tables.spreadsheet import write_spreadsheet

            sheets = [("data", grid_of(result, style))]
            written = write_spreadsheet([*sheets, ("about", about_of(told, style))] if around else sheets)
        elif form == "csv-local":
            written = write_local_csv(grid_of(result, style), options.language)
        else:
            is_around = around or form == "html"
            answer = write_around(result, form, style, told) if is_around else write_answer(result, form, style)
            written = selection.written(answer)
    if form not in TELLING:
        sys.stderr.write("".join(f"{harmless(words)}\n" for words in told.said))
    tell_left_out(left_out)
    emit(written, options.output, form)
    return 0


def _style(project: Project, options: argparse.Namespace, *, own_names: bool) -> Style:
    from pan2kg.tables.answers import Style
    from pan2kg.turtle.writer import read_prefixes

    return Style(options.language, read_prefixes(project), width_of(options), own_names)


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
        emit(selection.written(_data(grid, options.format)), options.output, options.format)
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
        for file, block, one in written_about(read_turtle_files(project, naming=iri), iri)
    ]
    return Grid(_COLUMNS, lines)


def _others(graph: Graph, iris: list[str]) -> str:
    """What else could be meant, a line each."""
    if not iris:
        return ""
    lines = [f"  {graph.labels.entries[iri].key}  {graph.label(iri)}" for iri in iris[:_OTHERS]]
    return "\n".join(["", str(told("find-others", n=len(iris))), *lines, ""])


def add_mcp(command: argparse.ArgumentParser) -> None:
    """The language it answers in."""
    add_language(command)


def run_mcp(options: argparse.Namespace) -> int:
    """Answer over standard input and output until they are closed.

    Raises:
        FormatError: the extra « mcp » is not installed.
    """
    from pan2kg.graph.graph import Graph
    from pan2kg.server.assistant import Assistant, serve_assistant
    from pan2kg.store.cache import open_kept

    project = project_of(options)
    # all rules: an assistant may ask any question, and links are what many are about
    store = open_kept(project, cache_of(options))
    tell_links(store)
    named = [word for folder in options.project or () for word in ("--project", folder)]
    uncached = ["--no-cache"] if options.no_cache else []
    serve_assistant(Assistant(Graph(project, store, language=options.language), (*named, *uncached)))
    return 0
