"""The command line: which commands there are, how one is called, and what a shell needs to complete them.

A command is imported when it is called: how fast ``pan2kg --help`` starts is a promise.
"""

import argparse
import gc
import io
import os
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import Any

from pan2kg.cli import arguments, parser as parsers
from pan2kg.cli.arguments import FLAG, PROJECT
from pan2kg.cli.output import emit, harmless, tell
from pan2kg.errors import Pan2kgError
from pan2kg.i18n import error_message, say
from pan2kg.i18n.message import command_language, using_language
from pan2kg.i18n.po import CatalogueError
from pan2kg.project import reason

SHELLS = ("bash", "zsh", "fish")
COMPLETION = {"shell": {"metavar": "SHELL", "choices": SHELLS, "help": ", ".join(SHELLS)}}

COMMANDS = {
    "serve": "serve", "ask": "ask", "sparql": "ask", "find": "ask", "coherence": "coherence", "picture": "files",
    "export": "files", "report": "files", "brief": "files", "check": "check", "read": "documents",
    "mentions": "documents", "candidates": "documents", "draft": "documents", "add": "add", "rekey": "add",
    "tidy": "add", "review": "review", "sheet": "add", "anchor": "check", "keep": "add", "dump": "files",
    "load": "files", "mcp": "ask", "site": "files", "publish": "publish", "portal": "portal", "diff": "publish",
    "init": "check", "journal": "journal", "completion": "main",
}  # fmt: skip
"""The commands in the order in which one meets them, each with the module of this room that holds it.

The module has a function ``run_ask`` that takes the options and gives the exit code, and the
options themselves: as data, ``ASK``, or as ``add_ask``, which adds them to a parser.
"""
# the commands that read themselves what no option takes; that go on until they are ended; that
# answer from a project, where others name it, or the files they write, themselves
_FREE = frozenset(("ask", "picture"))
_STAYING = frozenset(("serve", "mcp"))
_ANSWERING = _FREE | {
    "sparql",
    "find",
    "coherence",
    "export",
    "report",
    "brief",
    "dump",
    "site",
}
# how much is made before Python looks for garbage in cycles: what a command makes stays to its end,
# or goes soon
_SELDOM = (50_000, 20, 20)


def main(words: Sequence[str] | None = None) -> int:
    # Something takes the place of standard streams that are closed, and no file that is opened
    # later their numbers.
    for descriptor, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        try:
            os.fstat(descriptor)
        except OSError:
            # the lowest number that is free; an answer nobody gets is an error, a remark nobody
            # gets is none
            os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
        if getattr(sys, name) is None:
            setattr(sys, name, open(descriptor, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    words = sys.argv[1:] if words is None else list(words)
    # The language named to « draft » is that of the plan it reads.
    with using_language(command_language(() if words[:1] == ["draft"] else words)):
        try:
            try:
                return _run(words)
            finally:
                sys.stdout.flush()
        except (Pan2kgError, CatalogueError) as error:
            sys.stderr.write(f"pan2kg: {harmless(str(error))}\n")
        except OSError as error:
            # what is still to be written goes nowhere, since Python would try once more as it ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(error, BrokenPipeError):
                return 0
            sys.stderr.write(
                f"pan2kg: {error_message('cannot-write-there', reason=reason(error))}\n"
            )
        except KeyboardInterrupt:
            return 130
        return 2


def _run(words: Sequence[str]) -> int:
    parser = build_parser()
    options, parameters = parser.parse_known_args(parsers.with_scale(words))
    if options.command is None:
        parser.print_help()
        return 0
    if parameters and options.command not in _FREE:
        parser.error(parsers.translated("unrecognized arguments: %s") % " ".join(parameters))
    options.parameters = parameters
    usual = gc.get_threshold()
    gc.set_threshold(*(usual if options.command in _STAYING else _SELDOM))
    try:
        code = int(
            getattr(
                import_module(f"pan2kg.cli.{COMMANDS[options.command]}"), f"run_{options.command}"
            )(options)
        )
    finally:
        gc.set_threshold(*usual)
    project = getattr(options, "nearest", None)
    if project and not project.is_packaged and options.command in _ANSWERING:
        tell(say("progress", "project", name=project.root))
    return code


def _fill(parser: argparse.ArgumentParser, command: str) -> None:
    module = import_module(f"pan2kg.cli.{COMMANDS[command]}")
    if (data := getattr(module, command.upper(), None)) is None:
        getattr(module, f"add_{command}")(parser)
    else:
        arguments.add_options(parser, command, data)


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from importlib.metadata import version

        sys.stdout.write(f"pan2kg {version('pan2kg')}\n")
        parser.exit(0)


def build_parser() -> parsers.Parser:
    plain: dict[str, Any] = {"allow_abbrev": False, "formatter_class": parsers.PlainFormatter}
    parser = parsers.Parser(prog="pan2kg", description="about", epilog="examples", **plain)
    parser.add_argument("--version", action=_Version, nargs=0, help="version")
    commands = parser.add_subparsers(title="title.commands", metavar="COMMAND", dest="command")
    for command in COMMANDS:
        inner = commands.add_parser(command, **parsers.described(f"command.{command}"))
        inner.add_argument("--project", **PROJECT)
        inner.add_argument("--no-cache", **FLAG, help="no-cache")
        inner.fill = partial(_fill, command=command)
    return parser


def run_completion(options: argparse.Namespace) -> int:
    import shtab

    parser = build_parser()
    parser.explain()
    emit(shtab.complete(parser, shell=options.shell), form=options.shell)
    return 0


if __name__ == "__main__":
    sys.exit(main())
