"""The command line: it reads arguments, calls the modules, and writes what they return.

Nothing heavy is imported before it is needed: how fast ``pan2kg --help`` starts is a promise.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.errors import Pan2kgError, Place, ProjectError
from pan2kg.project import Project, read_text, write_atomically

if TYPE_CHECKING:
    from pan2kg.answer import Style
    from pan2kg.query import Query
    from pan2kg.store import Store

ANSWER_FORMATS = ("table", "csv", "tsv", "json", "xml", "md", "turtle", "jsonld")
REPORT_FORMATS = ("text", "json", "github", "html", "junit", "turtle")

EXAMPLES = """\
examples:
  pan2kg ask --list                          what can be asked
  pan2kg ask shared-instruments              which plans rest on the same text
  pan2kg check                               is the graph sound, and where not
  pan2kg draft plan.txt --plan be-bhr-1      a published plan as Turtle to complete
  pan2kg init my-country                     a graph of one's own
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 fine, 1 findings, 2 wrong use or unreadable input."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not hasattr(options, "run"):
        parser.print_help()
        return 0
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except Pan2kgError as error:
        print(f"pan2kg: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pan2kg",
        description="A knowledge graph of policy coherence: where national action plans meet, and on whose word.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and leave")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _ask(commands)
    _sparql(commands)
    _check(commands)
    _draft(commands)
    _dump(commands)
    _init(commands)
    return parser


class _Version(argparse.Action):
    def __call__(self, *_: object, **__: object) -> None:
        from importlib.metadata import version

        print(f"pan2kg {version('pan2kg')}")
        raise SystemExit(0)


_Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse gives its type no public name


def _command(commands: _Commands[argparse.ArgumentParser], name: str, help_: str, run: object) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".")
    command.set_defaults(run=run)
    command.add_argument("--project", metavar="DIR", help="the project to use (default: the nearest one, else the shipped one)")
    command.add_argument("--language", choices=("fr", "en"), default=_language(), help="language of labels and messages")
    return command


def _language() -> str:
    return "fr" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).lower().startswith("fr") else "en"


def _project(options: argparse.Namespace) -> Project:
    return Project.at(options.project) if options.project else Project.find()


def _ask(commands: _Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "ask", "answer a stored question", _run_ask)
    command.add_argument("name", nargs="?", help="the question")
    command.add_argument("--list", action="store_true", help="list the questions and their parameters")
    command.add_argument("parameters", nargs=argparse.REMAINDER, metavar="--parameter value", help="what the question is told")
    _answers(command)


def _sparql(commands: _Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "sparql", "answer a SPARQL query", _run_sparql)
    command.add_argument("query", help="the query, a file that holds it, or - for standard input")
    _answers(command)


def _answers(command: argparse.ArgumentParser) -> None:
    command.add_argument("--endpoint", metavar="URL", help="ask this SPARQL endpoint instead of the project's files")
    command.add_argument("--format", choices=ANSWER_FORMATS, help="how the answer is written (default: table, or turtle for triples)")
    command.add_argument("--cache", metavar="DIR", help="keep the loaded store on disk there (for large graphs)")
    command.add_argument("-o", "--output", metavar="FILE", help="write the answer to a file")


def _run_ask(options: argparse.Namespace) -> int:
    from pan2kg.query import fill, find_query

    project = _project(options)
    values = _values(options)
    if options.list or options.name is None:
        return _list_queries(project, options.language)
    query = find_query(project, options.name)
    if "language" not in values and any(p.name == "language" for p in query.parameters):
        values["language"] = options.language
    store = _store(project, options)
    return _answer(store, fill(query, values, store=store, project=project), project, options, query)


def _values(options: argparse.Namespace) -> dict[str, str]:
    """Read what stands after the question: our own options again, then ``--parameter value`` pairs."""
    rest = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    _answers(rest)
    rest.add_argument("--list", action="store_true", default=options.list)
    for name in ("project", "language"):
        rest.add_argument(f"--{name}")
    words = [word for given in options.parameters for word in _split(given)]
    known, left = rest.parse_known_args(words)
    for name, value in vars(known).items():
        if value is not None:
            setattr(options, name, value)
    return _pairs(left)


def _split(word: str) -> list[str]:
    name, equals, value = word.partition("=")
    return [name, value] if equals and name.startswith("--") else [word]


def _pairs(words: list[str]) -> dict[str, str]:
    from pan2kg.errors import QueryError

    if len(words) % 2 or not all(word.startswith("--") for word in words[::2]):
        raise QueryError(f"Cannot read « {' '.join(words)} ».", remedy="Write parameters as --name value.")
    return {name[2:].replace("-", "_"): value for name, value in zip(words[::2], words[1::2], strict=True)}


def _list_queries(project: Project, language: str) -> int:
    from pan2kg.query import read_queries

    group = ""
    for query in sorted(read_queries(project).values(), key=lambda query: (query.group, query.name)):
        if query.group != group:
            group = query.group
            print(f"\n{group}" if group else group)
        names = " ".join(f"[--{p.name} …]" for p in query.parameters if p.name != "language")
        print(f"  {query.name} {names}".rstrip())
        print(f"      {query.question(language)}")
    return 0


def _run_sparql(options: argparse.Namespace) -> int:
    project = _project(options)
    return _answer(_store(project, options), _query_text(options.query), project, options, None)


def _query_text(given: str) -> str:
    if given == "-":
        return sys.stdin.read()
    looks_like_a_file = len(given) < 1000 and "{" not in given and "\n" not in given
    return read_text(Path(given)) if looks_like_a_file else given


def _store(project: Project, options: argparse.Namespace) -> Store:
    if options.endpoint:
        from pan2kg.endpoint import RemoteStore

        return RemoteStore(options.endpoint)
    from pan2kg.rule import derive
    from pan2kg.store import open_store

    return open_store(project, derive, cache=Path(options.cache) if options.cache else None)


def _answer(store: Store, text: str, project: Project, options: argparse.Namespace, query: Query | None) -> int:
    from pan2kg.answer import write_answer

    result = store.query(text)
    form = options.format or ("turtle" if isinstance(result, list) else "table")
    written = write_answer(result, form, _style(project, options))
    if query and form == "table":
        written = f"{query.question(options.language)}\n\n{written}"
    _emit(written, options.output)
    return 0


def _style(project: Project, options: argparse.Namespace) -> Style:
    from pan2kg.answer import Style
    from pan2kg.turtle import read_prefixes

    width = shutil.get_terminal_size((120, 24)).columns if options.output is None else 120
    return Style(options.language, read_prefixes(project), width)


def _emit(text: str, output: str | None) -> None:
    if output:
        write_atomically(Path(output), text)
    else:
        sys.stdout.write(text)
        sys.stdout.flush()


def _dump(commands: _Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "dump", "write the whole graph, links that were derived included, as one file", _run_dump)
    command.add_argument("--format", choices=("nquads", "trig"), default="nquads", help="how (default: nquads)")
    command.add_argument("-o", "--output", metavar="FILE", required=True, help="where")


def _run_dump(options: argparse.Namespace) -> int:
    from pan2kg.rule import derive
    from pan2kg.store import dump, open_store
    from pan2kg.turtle import read_prefixes

    project = _project(options)
    data = dump(open_store(project, derive), options.format, read_prefixes(project))
    write_atomically(Path(options.output), data)
    return 0


def _draft(commands: _Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "draft", "read a plan as it was published and write Turtle to complete", _run_draft)
    command.add_argument("file", help="the text of the plan")
    command.add_argument("--plan", metavar="KEY", required=True, help="the plan's key, as in lu-bhr-2")
    command.add_argument("--text-language", metavar="TAG", help=argparse.SUPPRESS)
    command.add_argument("-o", "--output", metavar="FILE", help="write to a file")


def _init(commands: _Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "init", "start an empty project of one's own", _run_init)
    command.add_argument("folder", metavar="DIR", help="a folder that does not exist yet, or is empty")


def _check(commands: _Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "check", "check the graph: house style, shapes, quality queries", _run_check)
    command.add_argument("--format", choices=REPORT_FORMATS, default="text", help="how the report is written")
    command.add_argument("--fail-on", choices=("violation", "warning"), default="violation", help="from what on the command fails")
    command.add_argument("--baseline", metavar="FILE", help="findings that were accepted before")
    command.add_argument("--write-baseline", metavar="FILE", help="accept the findings of today into this file")
    command.add_argument("-o", "--output", metavar="FILE", help="write the report to a file")


def _run_init(options: argparse.Namespace) -> int:
    from pan2kg.start import start

    for line in start(Path(options.folder)):
        print(line)
    return 0


def _run_draft(options: argparse.Namespace) -> int:
    raise ProjectError("not wired yet", place=Place(options.file))


def _run_check(options: argparse.Namespace) -> int:
    raise ProjectError("not wired yet", place=Place(str(options.project)))


if __name__ == "__main__":
    sys.exit(main())
