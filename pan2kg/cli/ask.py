"""The commands that ask: a stored question, a query of one's own, for a thing by name; and for an assistant."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.cli import arguments
from pan2kg.cli.arguments import project_of
from pan2kg.errors import QueryError
from pan2kg.i18n.catalogue import Messages
from pan2kg.i18n.message import say, today, told, with_days
from pan2kg.project import Project, read_text

if TYPE_CHECKING:
    from pan2kg.store.store import Store

FORMATS: Final = ("table", "csv", "csv-local", "tsv", "json", "xml", "md", "html", "turtle", "jsonld", "xlsx")
TELLING: Final = frozenset(("table", "md", "html", "json", "xlsx"))
"""The formats that can hold what is said around an answer; beside the others it goes to standard error."""
_ANSWERED: Final = {
    **arguments.LANGUAGE, **arguments.ENDPOINT, "--format": {"choices": FORMATS, "help": "ask.format"},
    **arguments.SELECTION, "--cache": {"metavar": "DIR", "help": "ask.cache"},
    "-o --output": {**arguments.FILE, "help": "ask.output"},
}  # fmt: skip
ASK: Final = {
    "usage": "ask.usage", "name": {"nargs": "?", "metavar": "NAME"}, "--list": arguments.FLAG,
    "--as-of": arguments.DAY, **_ANSWERED,
}  # fmt: skip
SPARQL: Final = {"query": {"metavar": "QUERY", "help": "ask.query"}, **_ANSWERED}
FIND: Final = {
    "words": {"metavar": "WORD", "nargs": "+"}, **arguments.LANGUAGE,
    "--format": {"choices": ("table", "csv", "tsv", "json", "md"), "default": "table"}, **arguments.SELECTION,
    **arguments.OUTPUT,
}  # fmt: skip
MCP: Final = arguments.LANGUAGE


def run_ask(options: argparse.Namespace) -> int:
    from pan2kg.graph.labels import read_release
    from pan2kg.store import queries
    from pan2kg.store.store import LocalStore, needs
    from pan2kg.tables import writers as answers

    project, link = project_of(options), None
    if "/" in (options.name or ""):
        from pan2kg.site import questions as permalink

        # what the link fixes is as if it had been typed
        link = permalink.read_permalink(options.name)
        if link.day and options.as_of not in (None, link.day):
            raise QueryError("link-day-differs", remedy="leave-out-as-of", day=link.day, given=options.as_of)
        options.name, options.language = link.query, link.language
        options.as_of = options.as_of or link.day
        options.parameters = [*link.typed, *options.parameters]
    query = None if options.list or options.name is None else queries.find_query(project, options.name)
    parameters = query.parameters if query else ()
    arguments.refuse_unknown(options.parameters, [parameter.option for parameter in parameters], options)
    if query is None:
        return _list_questions(project, options.language)
    values = arguments.read_parameters(options.parameters)
    if any(parameter.name == "language" for parameter in parameters):
        values.setdefault("language", options.language)
    store = _open(project, options, needs(query.text))
    queries.insist(query, values)
    text = queries.fill(query, values, store=store, project=project)
    notes = [answers.taken(query, values, options.language)]
    if options.as_of and isinstance(store, LocalStore):
        from pan2kg.store.as_of import as_of

        dated = as_of(store, options.as_of, project, rules=needs(query.text))
        dated.refuse(values.values())
        store = dated.store
        notes += dated.notes(options.language)
    if link:
        from pan2kg.graph.graph import Graph

        notes.insert(0, permalink.notice(link, Graph(project, store).release, link.language))
    basis = answers.basis_of(
        store, options.language, release=read_release(store).number, day=options.as_of or today(),
        level=answers.level_of(query, values),
    )  # fmt: skip
    around = (
        query.question(options.language), query.summary_in(options.language),
        tuple(with_days(note, options.language) for note in notes if note), basis,
    )  # fmt: skip
    return _answer(store, text, project, options, around)


def _list_questions(project: Project, language: str) -> int:
    from pan2kg.store.queries import read_queries

    group = ""
    for query in sorted(read_queries(project).values(), key=lambda query: (query.group, query.name)):
        lines = [f"  {query.name}", f"      {query.question(language)}"]
        lines += [f"      --{p.option}: {p.meaning_in(language)}" for p in query.parameters if p.name != "language"]
        if query.group != group:
            lines[:0] = [query.group] if not group else ["", query.group]
            group = query.group
        arguments.emit("\n".join(lines) + "\n")
    return 0


_FIRST_WORDS: Final = frozenset(("", "SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "PREFIX", "BASE"))


def run_sparql(options: argparse.Namespace) -> int:
    from pan2kg.store.store import UPDATES

    project, text, source = project_of(options), options.query, "query"
    words = text.split(maxsplit=1) or [""]
    first_word = words[0].upper()
    if text == "-":
        text, source = sys.stdin.read(), say("progress", "standard-input")
    elif not ("{" in text or first_word in _FIRST_WORDS or (first_word in UPDATES and len(words) > 1)):
        text, source = read_text(Path(text)), text
    try:
        return _answer(_open(project, options), text, project, options, None)
    except QueryError as error:
        raise (error.inside(source) if error.place and error.place.file == "query" else error) from None


def _open(project: Project, options: argparse.Namespace, rules: list[str] | None = None) -> Store:
    if options.endpoint is not None:
        if getattr(options, "as_of", None):
            raise QueryError("remote-as-of", remedy="leave-out-endpoint")
        return arguments.open_endpoint(project, options, is_ours=rules is not None)
    from pan2kg.store.cache import open_kept
    from pan2kg.store.rules import linear_rules

    linear = {*linear_rules(project)}
    if rules is not None:
        # what an answer rests on is counted by levels, whatever the question itself asks for
        rules = [*rules, *linear.intersection(("evidence-level",))]
    with arguments.interruptible():
        store = open_kept(project, arguments.cache_of(options), rules, read_only=True)
    if rules is None or not linear.issuperset(rules):
        arguments.tell_links(store)
    return store


def _answer(
    store: Store, text: str, project: Project, options: argparse.Namespace,
    around: tuple[str, str, tuple[str, ...], str] | None,
) -> int:  # fmt: skip
    from pan2kg.tables import writers
    from pan2kg.tables import writers as answers
    from pan2kg.turtle.writer import read_prefixes

    with arguments.interruptible():
        result = store.query(text)
        form = options.format or ("turtle" if isinstance(result, list) else "table")
        selection = arguments.selection_of(options, form)
        table, left_out = selection.of(answers.answer(result, *(around or ())))
        style = writers.Style(options.language, read_prefixes(project), arguments.width_of(options), around is None)
        written = writers.write(table, form, style)
    if form not in TELLING and around:
        _, summary, notes, basis = around
        arguments.tell(summary, *notes, basis)
    arguments.tell_left_out(left_out)
    arguments.emit(selection.written(written) if isinstance(written, str) else written, options.output, form)
    return 0


_OTHERS: Final = 10
"""How many other things that could be meant are named."""
_COLUMNS: Final = ("file", "line", "subject", "predicate", "object")


def run_find(options: argparse.Namespace) -> int:
    from pan2kg.graph.graph import Graph
    from pan2kg.store.cache import open_kept
    from pan2kg.tables import formats
    from pan2kg.tables.table import Column, Row, Table
    from pan2kg.turtle.blocks import read_turtle_files, written_about

    selection = arguments.selection_of(options, options.format)
    project = project_of(options)
    store = open_kept(project, arguments.cache_of(options), [], read_only=True)
    graph, words = Graph(project, store, language=options.language), " ".join(options.words)
    labels = graph.labels.entries
    # an IRI means itself
    meant = [words] if words in labels else graph.search.find(words)
    if not meant:
        raise QueryError("nothing-found", remedy="find-other-words", words=words)
    iri, *others = meant
    lines: list[tuple[str | int, ...]] = [
        (file.name, statement.line, block.subject, statement.predicate, statement.object)
        for file, block, statement in written_about(read_turtle_files(project, naming=iri), iri)
    ]
    rows: tuple[Row, ...] = tuple(dict(zip(_COLUMNS, line, strict=True)) for line in lines)
    table, left_out = selection.of(Table("", tuple(map(Column, _COLUMNS)), rows))
    grid = formats.Grid(table.keys, [[row[key] for key in table.keys] for row in table.rows])
    arguments.tell_left_out(left_out)
    if options.format == "json":
        text = formats.write_json([dict(zip(grid.columns, row, strict=True)) for row in grid.rows])
    elif options.format != "table":
        write = {"csv": formats.write_csv, "tsv": formats.write_tsv, "md": formats.write_markdown}[options.format]
        text = write(grid)
    elif list(grid.columns) == list(_COLUMNS):
        # as editors and other programs jump to it
        text = "".join(f"{file}:{line}  {' '.join(map(str, cells))}\n" for file, line, *cells in grid.rows)
    else:
        text = f"{formats.write_text(grid)}\n"
    if options.format == "table":
        kind = Messages("page").say(f"kind-{labels[iri].kind}", graph.language) if labels[iri].has_page else ""
        title = " ".join(filter(None, (kind, labels[iri].key, f"<{iri}>")))
        named = [f"  {labels[other].key}  {graph.label(other)}" for other in others[:_OTHERS]]
        below = ["", str(told("find-others", n=len(others))), *named, ""] if others else []
        arguments.emit(f"{graph.label(iri)}\n{title}\n\n{text}" + "\n".join(below), options.output)
    else:
        arguments.emit(selection.written(text), options.output, options.format)
    return 0


def run_mcp(options: argparse.Namespace) -> int:
    from pan2kg.graph.graph import Graph
    from pan2kg.server.assistant import Assistant, build
    from pan2kg.store.cache import open_kept

    project = project_of(options)
    # all rules: an assistant may ask any question, and links are what many are about
    store = open_kept(project, arguments.cache_of(options))
    arguments.tell_links(store)
    folders = [word for folder in options.project or () for word in ("--project", folder)]
    uncached = ["--no-cache"] if options.no_cache else []
    build(Assistant(Graph(project, store, language=options.language), (*folders, *uncached))).run("stdio")
    return 0
