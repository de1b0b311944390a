"""The command line: it calls the modules and writes what they return.

Nothing heavy is imported before it is needed: how fast ``pan2kg --help`` starts is a promise.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.cli.arguments import build_parser
from pan2kg.errors import Pan2kgError, ProjectError, QueryError
from pan2kg.project import Project, read_text, reason, write_atomically

if TYPE_CHECKING:
    from argparse import Namespace

    from pan2kg.store.queries import Query
    from pan2kg.store.store import Store
    from pan2kg.tables.answers import Style


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 fine, 1 findings, 2 wrong use or unreadable input."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    parser = build_parser(RUNS)
    options, rest = parser.parse_known_args(arguments)
    if not hasattr(options, "run"):
        parser.print_help()
        return 0
    if rest and options.run not in (run_ask, run_picture):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    options.parameters = rest
    try:
        return int(options.run(options))
    except Pan2kgError as error:
        sys.stderr.write(f"pan2kg: {error}\n")
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        sys.stderr.write(f"pan2kg: Cannot write the answer ({reason(error)}).\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except KeyboardInterrupt:
        return 130


def _project(options: Namespace) -> Project:
    return Project.at(options.project) if options.project else Project.find()


def _emit(text: str, output: str | None) -> None:
    if output:
        write_atomically(Path(output), text)
    else:
        sys.stdout.write(text)
        sys.stdout.flush()


def run_ask(options: Namespace) -> int:
    """Answer a stored question, by its name or by a link that fixes it, or list them."""
    from pan2kg.cli.options import read_parameters, refuse_unknown, typed
    from pan2kg.site.permalink import follow, notice, release_of
    from pan2kg.store.queries import fill, find_query
    from pan2kg.store.rules import needs
    from pan2kg.tables.answers import taken

    project, link = _project(options), follow(options)
    query = None if options.list or options.name is None else find_query(project, options.name)
    refuse_unknown(options.parameters, [p.option for p in query.parameters] if query else [], typed(options))
    if query is None:
        return _list_queries(project, options.language)
    values = read_parameters(options.parameters)
    if any(parameter.name == "language" for parameter in query.parameters):
        values.setdefault("language", options.language)
    store = _store(project, options, needs(query.text))
    text = fill(query, values, store=store, project=project)
    notes: tuple[str, ...] = ()
    if options.as_of:
        store, notes = _as_of(store, project, options, query, values)
    if options.format in (None, "table", "md"):
        notes = (*filter(None, [taken(query, values, options.language)]), *notes)
    if link:
        notes = (*filter(None, [notice(link, release_of(store), link.language)]), *notes)
    return _answer(store, text, project, options, query, notes)


def _as_of(
    store: Store, project: Project, options: Namespace, query: Query, values: dict[str, str]
) -> tuple[Store, tuple[str, ...]]:
    """What was in force on the day asked for, and in words what that leaves out."""
    from pan2kg.store.as_of import as_of
    from pan2kg.store.rules import needs
    from pan2kg.store.store import LocalStore

    if not isinstance(store, LocalStore):
        raise QueryError("A store somewhere else cannot be asked as of a day.", remedy="Leave out --endpoint.")
    moment = as_of(store, options.as_of, project, rules=needs(query.text))
    moment.refuse(values.values())
    return moment.store, moment.notes(options.language)


def _list_queries(project: Project, language: str) -> int:
    from pan2kg.store.queries import read_queries

    group = ""
    for query in sorted(read_queries(project).values(), key=lambda query: (query.group, query.name)):
        if query.group != group:
            _emit(f"{chr(10) if group else ''}{query.group}\n", None)
            group = query.group
        lines = [f"  {query.name}", f"      {query.question(language)}"]
        lines += [f"      --{p.option}: {p.meaning_in(language)}" for p in query.parameters if p.name != "language"]
        _emit("\n".join(lines) + "\n", None)
    return 0


def run_sparql(options: Namespace) -> int:
    """Answer a query of the user's own."""
    project = _project(options)
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
        return sys.stdin.read(), "standard input"
    words = given.split(maxsplit=1) or [""]
    first = words[0].upper()
    if "{" in given or first in _FORMS or (first in UPDATES and len(words) > 1):
        return given, "query"
    return read_text(Path(given)), given


def _store(project: Project, options: Namespace, rules: list[str] | None = None) -> Store:
    if options.endpoint is not None:
        from pan2kg.store.remote import RemoteStore

        return RemoteStore(options.endpoint)
    from functools import partial

    from pan2kg.store.rules import derive
    from pan2kg.store.store import open_cached, open_store

    if options.cache:
        return open_cached(project, derive, Path(options.cache))
    return open_store(project, partial(derive, only=rules))


def _answer(
    store: Store,
    text: str,
    project: Project,
    options: Namespace,
    query: Query | None,
    notes: Sequence[str] = (),
) -> int:
    from pan2kg.tables.answers import write_answer

    result = store.query(text)
    form = options.format or ("turtle" if isinstance(result, list) else "table")
    written = write_answer(result, form, _style(project, options, own_names=query is None))
    if query and form == "table":
        written = f"{query.question(options.language)}\n\n{written}"
    below = "".join(f"{note}\n" for note in notes)
    if form in ("table", "md") and below:
        written = f"{written}\n{below}"
    elif below:
        sys.stderr.write(below)
    _emit(written, options.output)
    return 0


def run_coherence(options: Namespace) -> int:
    """Give a figure on coherence; without a name, say which there are."""
    from pan2kg.cli.coherence import inquire

    if options.figure is None:
        _emit(options.help_text(), None)
        return 0
    _emit(inquire(_project(options), options, _width(options)), options.output)
    return 0


def run_picture(options: Namespace) -> int:
    """Draw a picture into a file."""
    from pan2kg.cli.files import write_picture_file
    from pan2kg.cli.options import read_parameters

    write_picture_file(_project(options), options, read_parameters(options.parameters))
    return 0


def run_export(options: Namespace) -> int:
    """Write the network into a file."""
    from pan2kg.cli.files import write_network_file

    write_network_file(_project(options), options)
    return 0


def _style(project: Project, options: Namespace, *, own_names: bool) -> Style:
    from pan2kg.tables.answers import Style
    from pan2kg.turtle.writer import read_prefixes

    return Style(options.language, read_prefixes(project), _width(options), own_names)


def _width(options: Namespace) -> int:
    return shutil.get_terminal_size((120, 24)).columns if options.output is None else 120


def run_dump(options: Namespace) -> int:
    """Write the graph as one file, as a remote store would load it."""
    from pan2kg.store.rules import derive
    from pan2kg.store.store import dump, open_store
    from pan2kg.turtle.writer import read_prefixes

    project = _project(options)
    target = Path(options.output)
    form = options.format or ("trig" if target.suffix == ".trig" else "nquads")
    write_atomically(target, dump(open_store(project, derive), form, read_prefixes(project)))
    return 0


def run_init(options: Namespace) -> int:
    """Start an empty project."""
    from pan2kg.project import start

    _emit("".join(f"{line}\n" for line in start(Path(options.folder))), None)
    return 0


def run_draft(options: Namespace) -> int:
    """Draft Turtle from a published plan; what is unsure goes to standard error."""
    from pan2kg.extract.draft import draft_plan
    from pan2kg.extract.outline import read_outline_file
    from pan2kg.turtle.writer import read_prefixes

    file = Path(options.file)
    beside = Path(options.output).parent if options.output else Path()
    project = Project.at(options.project) if options.project else Project.find(beside)
    outline = read_outline_file(file, language=options.language)
    graph = _graph_path(project, options.output)
    written = draft_plan(outline, read_prefixes(project), plan=options.plan, source_name=file.name, graph=graph)
    _emit(written, options.output)
    counts = f"{len(outline.categories)} categories, {len(outline.actions)} actions"
    guessed = f"the language was guessed to be {outline.language}; if it is not, name it with --language"
    remarks = "".join(f"{file.name}, {said}\n" for said in (*([] if options.language else [guessed]), *outline.remarks))
    sys.stderr.write(f"{remarks}{counts}; complete the draft, then `pan2kg check`.\n")
    return 0


def _graph_path(project: Project, output: str | None) -> str:
    """The path that names the drafted file's graph, when it is written into the project's graph."""
    path = Path(output).resolve() if output else project.root
    return path.relative_to(project.graph).as_posix().removesuffix(".ttl") if path.is_relative_to(project.graph) else ""


def run_report(options: Namespace) -> int:
    """Write the coherence and gap report of a plan; say which files."""
    from pan2kg.cli.report import report
    from pan2kg.i18n.days import today

    written = report(
        _project(options),
        Path(options.output),
        language=options.language,
        as_of=options.as_of or today(),
        plan=options.plan,
    )
    _emit("".join(f"{path}\n" for path in written), None)
    return 0


def run_check(options: Namespace) -> int:
    """Check the project; 1 where findings reach what the command is to fail on."""
    from pan2kg.validation.check import check
    from pan2kg.validation.report import Severity, write_baseline
    from pan2kg.validation.writers import write_report

    baseline = Path(options.baseline) if options.baseline else None
    project = _project(options)
    if project.data:
        raise ProjectError("A release has no files to check.", remedy="Check the project it was published from.")
    report = check(project, fail_on=Severity(options.fail_on), baseline=baseline)
    if options.write_baseline:
        write_baseline(report, Path(options.write_baseline))
    _emit(write_report(report, options.format, language=options.language), options.output)
    return 0 if report.conforms or options.write_baseline else 1


def _run_of(module: str) -> Callable[[Namespace], int]:
    """The function that runs a command kept in a module of its own, imported when it is run."""

    def run(options: Namespace) -> int:
        from importlib import import_module

        return int(import_module(module).run(options))

    return run


RUNS = {
    "serve": _run_of("pan2kg.cli.serve"),
    "ask": run_ask,
    "sparql": run_sparql,
    "coherence": run_coherence,
    "picture": run_picture,
    "export": run_export,
    "report": run_report,
    "check": run_check,
    "draft": run_draft,
    "dump": run_dump,
    "site": _run_of("pan2kg.cli.site"),
    "publish": _run_of("pan2kg.cli.publish"),
    "portal": _run_of("pan2kg.cli.portal"),
    "diff": _run_of("pan2kg.cli.diff"),
    "init": run_init,
}

if __name__ == "__main__":
    sys.exit(main())
