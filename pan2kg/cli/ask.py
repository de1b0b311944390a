"""The commands that ask: a stored question, a query of one's own, for a thing by name; and for an assistant."""

import argparse
import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.cli import arguments
from pan2kg.cli.arguments import DAY, ENDPOINT, FILE, FLAG, LANGUAGE, OUTPUT, SELECTION
from pan2kg.cli.opening import note_on_links, open_endpoint, open_graph, open_kept, project_of
from pan2kg.cli.output import emit, interruptible, tell, width_of
from pan2kg.errors import QueryError
from pan2kg.graph import datasets
from pan2kg.i18n import Messages, say, today, told, with_days
from pan2kg.project import Project, read_text
from pan2kg.store import as_of, names, queries, store, terms
from pan2kg.tables import answers, writers
from pan2kg.turtle import blocks, writer

if TYPE_CHECKING:
    from pan2kg.site.permalink import Permalink

FORMATS: Final = (
    "table",
    "csv",
    "csv-local",
    "tsv",
    "json",
    "xml",
    "md",
    "html",
    "turtle",
    "jsonld",
    "xlsx",
)
# the formats that can hold what is said around an answer; beside the others it goes to standard
# error
TELLING: Final = frozenset(("table", "md", "html", "json", "xlsx"))
_ANSWERED: Final = {
    **LANGUAGE, **ENDPOINT, "--format": {"choices": FORMATS, "help": "ask.format"},
    **SELECTION, "--cache": {"metavar": "DIR", "help": "ask.cache"},
    "-o --output": {**FILE, "help": "ask.output"},
}  # fmt: skip
ASK: Final = {
    "usage": "ask.usage",
    "name": {"nargs": "?", "metavar": "NAME"},
    "--list": FLAG,
    "--as-of": DAY,
    **_ANSWERED,
}
SPARQL: Final = {"query": {"metavar": "QUERY", "help": "ask.query"}, **_ANSWERED}
FIND: Final = {
    "words": {"metavar": "WORD", "nargs": "+"}, **LANGUAGE,
    "--format": {"choices": ("table", "csv", "tsv", "json", "md"), "default": "table"}, **SELECTION,
    **OUTPUT,
}  # fmt: skip
MCP: Final = LANGUAGE


def run_ask(options: argparse.Namespace) -> int:
    """Answer a stored question, by its name or by the address of its page, or list all of them.

    Raises:
        QueryError: no such question or parameter, a value that fits none, or another day than the
            address fixes.
    """
    project = project_of(options)
    link = _follow_link(options) if "/" in (options.name or "") else None
    is_former = options.name in queries.FORMER and not options.list
    if is_former and options.name not in queries.read_queries(project):
        return _answer_by_table(options, project, link)
    query = None
    if not options.list and options.name is not None:
        query = queries.find_query(project, options.name)
    parameters = query.parameters if query else ()
    known = [parameter.option for parameter in parameters]
    arguments.refuse_unknown(options.parameters, known, options)
    if query is None:
        return _list_questions(project, options.language)
    values = arguments.read_parameters(options.parameters)
    if any(parameter.name == "language" for parameter in parameters):
        values.setdefault("language", options.language)
    return _answer_question(options, project, query, values, link)


def _follow_link(options: argparse.Namespace) -> "Permalink":
    # what the address of a page fixes is as if it had been typed
    from pan2kg.site import permalink

    link = permalink.read_permalink(options.name)
    if link.day and options.as_of not in (None, link.day):
        raise QueryError("link-day-differs", day=link.day, given=options.as_of)
    options.name = link.query
    options.language = link.language
    options.as_of = options.as_of or link.day
    options.parameters = [*link.typed, *options.parameters]
    return link


def _answer_by_table(
    options: argparse.Namespace, project: Project, link: "Permalink | None"
) -> int:
    # a question of an earlier release that a table answers now
    from pan2kg.cli import coherence

    known = [key.replace("_", "-") for key in queries.FORMER[options.name][1]]
    arguments.refuse_unknown(options.parameters, known, options)
    values = arguments.read_parameters(options.parameters)
    options.figure, chosen = queries.succeeded(options.name, values, project)
    words = say("progress", "answered-by-table", name=options.name, table=options.figure)
    tell(words)
    for name, value in chosen.items():
        setattr(options, name, value if name == "evidence" else [value])
    options.format = options.format or "table"
    options.link = link
    answer = coherence.inquire(project, options, width_of(options))
    emit(answer, options.output, options.format)
    return 0


def _answer_question(
    options: argparse.Namespace,
    project: Project,
    query: queries.Query,
    values: dict[str, str],
    link: "Permalink | None",
) -> int:
    data = _open(project, options, query)
    queries.insist(query, values)
    called = names.ThingNames(data, writer.read_prefixes(project))
    resolve = functools.partial(names.resolve, names=called)
    text = queries.fill(query, values, store=data, resolve=resolve)
    notes = [answers.taken(query, values, options.language)]
    if options.as_of and isinstance(data, store.LocalStore):
        dated = as_of.as_of(data, options.as_of, project, links=query.has_links)
        dated.refuse(values.values())
        data = dated.store
        notes += dated.notes(options.language)
    release = datasets.read_release(data).number
    level = answers.level_of(query, values)
    if link:
        from pan2kg.site import permalink

        notes.insert(0, permalink.notice(link.release, release, link.language))
    day = options.as_of or today()
    basis = answers.basis_of(data, options.language, release=release, day=day, level=level)
    around = (
        query.question(options.language),
        query.summary_in(options.language),
        tuple(with_days(note, options.language) for note in notes if note),
        basis,
    )
    return _answer(data, text, project, options, around)


def _list_questions(project: Project, language: str) -> int:
    group = ""
    for query in sorted(
        queries.read_queries(project).values(), key=lambda query: (query.group, query.name)
    ):
        lines = [f"  {query.name}", f"      {query.question(language)}"]
        lines += [
            f"      --{p.option}: {p.meaning_in(language)}"
            for p in query.parameters
            if p.name != "language"
        ]
        if query.group != group:
            lines[:0] = [query.group] if not group else ["", query.group]
            group = query.group
        emit("\n".join(lines) + "\n")
    return 0


_FIRST_WORDS: Final = frozenset(("", "SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "PREFIX", "BASE"))


def run_sparql(options: argparse.Namespace) -> int:
    project = project_of(options)
    text = options.query
    source = "query"
    words = text.split(maxsplit=1) or [""]
    first_word = words[0].upper()
    if text == "-":
        text = sys.stdin.read()
        source = say("progress", "standard-input")
    elif not (
        "{" in text
        or first_word in _FIRST_WORDS
        or (first_word in store.UPDATES and len(words) > 1)
    ):
        text, source = read_text(Path(text)), text
    try:
        data = _open(project, options)
        code = _answer(data, text, project, options, None)
    except QueryError as error:
        raise (
            error.inside(source) if error.place and error.place.file == "query" else error
        ) from None
    tell(*terms.KnownTerms(data, project).hints(text))
    return code


def _open(
    project: Project, options: argparse.Namespace, query: queries.Query | None = None
) -> store.Store:
    if options.endpoint is not None:
        if getattr(options, "as_of", None):
            raise QueryError("remote-as-of", remedy="leave-out-endpoint")
        return open_endpoint(project, options, is_ours=query is not None)
    links = query is None or query.has_links
    with interruptible():
        data = open_kept(options, project, links=links)
    if links:
        tell(note_on_links(data))
    return data


def _answer(
    data: store.Store,
    text: str,
    project: Project,
    options: argparse.Namespace,
    around: tuple[str, str, tuple[str, ...], str] | None,
) -> int:
    with interruptible():
        result = data.query(text)
        form = options.format or ("turtle" if isinstance(result, list) else "table")
        selection = arguments.selection_of(options, form)
        table, left_out = selection.of(answers.answer(result, *(around or ())))
        width = width_of(options)
        style = writers.Style(
            options.language, writer.read_prefixes(project), width, around is None
        )
        written = writers.write(table, form, style)
    if form not in TELLING and around:
        _, summary, notes, basis = around
        tell(summary, *notes, basis)
    tell(left_out and say("progress", "rows-left-out", n=left_out))
    emit(selection.written(written) if isinstance(written, str) else written, options.output, form)
    return 0


# how many other things that could be meant are named
_OTHERS: Final = 10
_COLUMNS: Final = ("file", "line", "subject", "predicate", "object")


def run_find(options: argparse.Namespace) -> int:
    from pan2kg.graph.graph import Graph
    from pan2kg.tables import formats, table as tables

    selection = arguments.selection_of(options, options.format)
    project = project_of(options)
    data = open_kept(options, project, links=False)
    graph = Graph(project, data, language=options.language)
    words = " ".join(options.words)
    entries = graph.labels.entries
    # an IRI means itself
    iri, *others = [words] if words in entries else graph.found(words)
    lines: list[tuple[str | int, ...]] = [
        (file.name, statement.line, block.subject, statement.predicate, statement.object)
        for file, block, statement in blocks.written_about(
            blocks.read_turtle_files(project, naming=iri), iri
        )
    ]
    rows: tuple[tables.Row, ...] = tuple(dict(zip(_COLUMNS, line, strict=True)) for line in lines)
    table, left_out = selection.of(tables.Table("", tuple(map(tables.Column, _COLUMNS)), rows))
    grid = formats.Grid(table.keys, [[row[key] for key in table.keys] for row in table.rows])
    tell(left_out and say("progress", "rows-left-out", n=left_out))
    if options.format == "json":
        text = formats.write_json([dict(zip(grid.columns, row, strict=True)) for row in grid.rows])
    elif options.format != "table":
        text = {"csv": formats.write_csv, "tsv": formats.write_tsv, "md": formats.write_markdown}[
            options.format
        ](grid)
    elif list(grid.columns) == list(_COLUMNS):
        # as editors and other programs jump to it
        text = "".join(
            f"{file}:{line}  {' '.join(map(str, cells))}\n" for file, line, *cells in grid.rows
        )
    else:
        text = f"{formats.write_text(grid)}\n"
    if options.format == "table":
        entry = entries[iri]
        kind = Messages("page").say(f"kind-{entry.kind}", graph.language) if entry.has_page else ""
        title = " ".join(filter(None, (kind, entry.key, f"<{iri}>")))
        named = [f"  {entries[other].key}  {graph.label(other)}" for other in others[:_OTHERS]]
        below = ["", str(told("find-others", n=len(others))), *named, ""] if others else []
        emit(f"{graph.label(iri)}\n{title}\n\n{text}" + "\n".join(below), options.output)
    else:
        emit(selection.written(text), options.output, options.format)
    return 0


def run_mcp(options: argparse.Namespace) -> int:
    from pan2kg.server import assistant

    # all rules: an assistant may ask any question, and links are what many are about
    graph = open_graph(options)
    folders = [word for folder in options.project or () for word in ("--project", folder)]
    assistant.build(
        assistant.Assistant(graph, (*folders, *(["--no-cache"] if options.no_cache else [])))
    ).run("stdio")
    return 0
