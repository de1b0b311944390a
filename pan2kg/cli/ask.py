"""The commands that ask: a stored question, a query of one's own, for a thing by name; and for an assistant."""

import argparse
import functools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pan2kg.cli import arguments
from pan2kg.cli.arguments import DAY, ENDPOINT, FILE, FLAG, LANGUAGE, OUTPUT, SELECTION
from pan2kg.cli.opening import note_on_links, open_endpoint, open_graph, open_kept, project_of
from pan2kg.cli.output import emit, emit_lines, interruptible, tell, width_of
from pan2kg.errors import QueryError
from pan2kg.graph import datasets
from pan2kg.i18n import Messages, error_message, format_days_in, say, today
from pan2kg.project import Project, read_text
from pan2kg.store import as_of, filling, names, queries, query_text, store, terms
from pan2kg.tables import answers, writers
from pan2kg.turtle import blocks, writer

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph
    from pan2kg.site.permalink import Permalink
    from pan2kg.tables import formats
    from pan2kg.tables.table import Selection

FORMATS = (
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
TELLING = frozenset(("table", "md", "html", "json", "xlsx"))
"""The formats that can hold what is said around an answer; beside the others it goes to standard error."""
_ANSWERED = {
    **LANGUAGE, **ENDPOINT, "--format": {"choices": FORMATS, "help": "ask.format"},
    **SELECTION, "--cache": {"metavar": "DIR", "help": "ask.cache"},
    "-o --output": {**FILE, "help": "ask.output"},
}  # fmt: skip
ASK = {
    "usage": "ask.usage",
    "name": {"nargs": "?", "metavar": "NAME"},
    "--list": FLAG,
    "--as-of": DAY,
    **_ANSWERED,
}
SPARQL = {"query": {"metavar": "QUERY", "help": "ask.query"}, **_ANSWERED}
FIND = {
    "words": {"metavar": "WORD", "nargs": "+"}, **LANGUAGE,
    "--format": {"choices": ("table", "csv", "tsv", "json", "md"), "default": "table"}, **SELECTION,
    **OUTPUT,
}  # fmt: skip
MCP = LANGUAGE


class _Around(NamedTuple):
    """What is said around an answer: the question, what it means, notes, and on what the answer rests."""

    question: str
    summary: str
    notes: tuple[str, ...]
    basis: str


def run_ask(options: argparse.Namespace) -> int:
    """Answer a stored question, by its name or by the address of its page, or list all of them.

    Raises:
        QueryError: no such question or parameter, a value that fits none, or another day than the
            address fixes.
    """
    project = project_of(options)
    link = _follow_link(options) if "/" in (options.name or "") else None
    is_listing = options.list or options.name is None
    is_former = options.name in queries.FORMER and not is_listing
    if is_former and options.name not in queries.read_queries(project):
        return _answer_by_table(options, project, link)
    if is_listing:
        arguments.refuse_unknown(options.parameters, (), options)
        return _list_questions(project, options.language)
    query = queries.find_query(project, options.name)
    allowed = [parameter.option for parameter in query.parameters]
    arguments.refuse_unknown(options.parameters, allowed, options)
    values = arguments.read_parameters(options.parameters)
    if any(parameter.name == "language" for parameter in query.parameters):
        values.setdefault("language", options.language)
    return _answer_question(options, project, query, values, link)


def _follow_link(options: argparse.Namespace) -> "Permalink":
    """Take what the address of a page fixes as if it had been typed."""
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
    """Answer a question of an earlier release by the table that answers it now."""
    from pan2kg.cli import coherence

    parameters = queries.FORMER[options.name].parameters
    allowed = [parameter.replace("_", "-") for parameter in parameters]
    arguments.refuse_unknown(options.parameters, allowed, options)
    values = arguments.read_parameters(options.parameters)
    options.figure, chosen = queries.succeeded(options.name, values, project)
    tell(say("progress", "answered-by-table", name=options.name, table=options.figure))
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
    language = options.language
    data = _open(project, options, query)
    filling.insist(query, values)
    called = names.ThingNames(data, writer.read_prefixes(project))
    resolve = functools.partial(names.resolve, names=called)
    text = filling.fill(query, values, store=data, resolve=resolve)
    notes = [answers.taken(query, values, language)]
    if options.as_of and isinstance(data, store.LocalStore):
        dated = as_of.as_of(data, options.as_of, project, links=query.has_links)
        dated.refuse(values.values())
        data = dated.store
        notes += dated.notes(language)
    release = datasets.read_release(data).number
    if link:
        from pan2kg.site import permalink

        notes.insert(0, permalink.release_notice(link.release, release, link.language))
    around = _Around(
        query.question(language),
        query.summary_in(language),
        tuple(format_days_in(note, language) for note in notes if note),
        answers.basis_of(
            data,
            language,
            release=release,
            day=options.as_of or today(),
            level=answers.level_of(query, values),
        ),
    )
    return _answer(data, text, project, options, around)


def _list_questions(project: Project, language: str) -> int:
    group = ""
    every = queries.read_queries(project).values()
    for query in sorted(every, key=lambda query: (query.group, query.name)):
        lines = []
        if query.group != group:
            lines += ["", query.group] if group else [query.group]
            group = query.group
        lines += [f"  {query.name}", f"      {query.question(language)}"]
        for parameter in query.parameters:
            if parameter.name != "language":
                lines.append(f"      --{parameter.option}: {parameter.meaning_in(language)}")
        emit_lines(lines)
    return 0


_FIRST_WORDS = frozenset(("", "SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "PREFIX", "BASE"))
"""What a query may begin with where it has no braces; all else is the name of a file."""


def run_sparql(options: argparse.Namespace) -> int:
    project = project_of(options)
    text = options.query
    source = "query"
    if text == "-":
        text = sys.stdin.read()
        source = say("progress", "standard-input")
    elif not _is_query(text):
        source = text
        text = read_text(Path(text))
    try:
        data = _open(project, options)
        code = _answer(data, text, project, options)
    except QueryError as error:
        is_in_query = error.place and error.place.file == "query"
        raise (error.inside(source) if is_in_query else error) from None
    tell(*terms.KnownTerms(data, project).hints(text))
    return code


def _is_query(text: str) -> bool:
    """Whether what was typed is a query rather than the name of a file.

    >>> _is_query("ASK { }"), _is_query("delete all"), _is_query("delete.rq")
    (True, True, False)
    """
    words = text.upper().split(maxsplit=1) or [""]
    is_update = words[0] in query_text.UPDATES and len(words) > 1
    return "{" in text or words[0] in _FIRST_WORDS or is_update


def _open(
    project: Project, options: argparse.Namespace, query: queries.Query | None = None
) -> store.Store:
    """The endpoint that was named, else the graph, with derived links where the query needs them."""
    if options.endpoint is not None:
        if vars(options).get("as_of"):
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
    around: _Around | None = None,
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
    if around and form not in TELLING:
        tell(around.summary, *around.notes, around.basis)
    _tell_left_out(left_out)
    emit(selection.written(written) if isinstance(written, str) else written, options.output, form)
    return 0


def _tell_left_out(number: int) -> None:
    tell(number and say("progress", "rows-left-out", n=number))


_MOST_NAMED = 10
"""So many things that could be meant too are named."""


class _FoundLine(NamedTuple):
    """A statement on a thing, where it stands in a file."""

    file: str
    line: int
    subject: str
    predicate: str
    object: str


def run_find(options: argparse.Namespace) -> int:
    """Show what files state on the thing that words mean; as a table with its name and what else could be meant.

    Raises:
        QueryError: nothing is called so.
    """
    from pan2kg.graph.graph import Graph

    selection = arguments.selection_of(options, options.format)
    project = project_of(options)
    data = open_kept(options, project, links=False)
    graph = Graph(project, data, language=options.language)
    words = " ".join(options.words)
    # an IRI means itself
    iri, *others = [words] if words in graph.labels.entries else graph.found(words)
    grid, left_out = _found_lines(project, iri, selection)
    _tell_left_out(left_out)
    text = _write_found(grid, options.format)
    if options.format == "table":
        head = _found_head(graph, iri)
        emit(f"{head}\n\n{text}{_told_others(graph, others)}", options.output)
    else:
        emit(selection.written(text), options.output, options.format)
    return 0


def _found_lines(project: Project, iri: str, selection: "Selection") -> tuple["formats.Grid", int]:
    """What is stated on a thing, as it was selected, and how many lines were left out."""
    from pan2kg.tables import Column, Table, formats

    columns = _FoundLine._fields
    files = blocks.read_turtle_files(project, naming=iri)
    rows = []
    for file, block, statement in blocks.written_about(files, iri):
        line = _FoundLine(
            file.name, statement.line, block.subject, statement.predicate, statement.object
        )
        rows.append(line._asdict())
    every = Table("", tuple(map(Column, columns)), tuple(rows))
    table, left_out = selection.of(every)
    cells = [[row[key] for key in table.keys] for row in table.rows]
    return formats.Grid(table.keys, cells), left_out


def _write_found(grid: "formats.Grid", form: str) -> str:
    from pan2kg.tables import formats

    if form == "json":
        return formats.write_json([dict(zip(grid.columns, row, strict=True)) for row in grid.rows])
    if form == "csv":
        return formats.write_csv(grid)
    if form == "tsv":
        return formats.write_tsv(grid)
    if form == "md":
        return formats.write_markdown(grid)
    if tuple(grid.columns) != _FoundLine._fields:
        return f"{formats.write_text(grid)}\n"
    # as editors and other programs jump to it
    lines = []
    for file, line, *cells in grid.rows:
        lines.append(f"{file}:{line}  {' '.join(map(str, cells))}\n")
    return "".join(lines)


def _found_head(graph: "Graph", iri: str) -> str:
    """What a thing is called, and below that its kind, its key and its IRI."""
    entry = graph.labels.entries[iri]
    kind = Messages("page").say(f"kind-{entry.kind}", graph.language) if entry.has_page else ""
    identity = " ".join(filter(None, (kind, entry.key, f"<{iri}>")))
    return f"{graph.label(iri)}\n{identity}"


def _told_others(graph: "Graph", others: Sequence[str]) -> str:
    if not others:
        return ""
    lines = ["", str(error_message("find-others", n=len(others)))]
    for iri in others[:_MOST_NAMED]:
        lines.append(f"  {graph.labels.entries[iri].key}  {graph.label(iri)}")
    return "\n".join([*lines, ""])


def run_mcp(options: argparse.Namespace) -> int:
    from pan2kg.server import assistant

    # all rules: an assistant may ask any question, and links are what many are about
    graph = open_graph(options)
    typed = list[str]()
    for folder in options.project or ():
        typed += ("--project", folder)
    if options.no_cache:
        typed.append("--no-cache")
    assistant.build(assistant.Assistant(graph, tuple(typed))).run("stdio")
    return 0
