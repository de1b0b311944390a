"""The command line: which commands there are, how one is called, and what a shell needs to complete them.

A command is imported when it is called: how fast ``pan2kg --help`` starts is a promise.
"""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from pan2kg.cli.arguments import Formatter, Parser, PlainFormatter, emit, harmless, tell_project, translated
from pan2kg.cli.values import with_scale
from pan2kg.errors import Pan2kgError
from pan2kg.i18n.compilation import CatalogueError
from pan2kg.i18n.message import language_of, language_typed, speaking, told
from pan2kg.project import reason

SHELLS = ("bash", "zsh", "fish")


def add_completion(command: argparse.ArgumentParser) -> None:
    """The shell."""
    command.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))


def run_completion(options: argparse.Namespace) -> int:
    """Print the script of a shell; it is loaded by the shell at its start."""
    import shtab

    parser = build_parser()
    _complete(parser)
    emit(shtab.complete(parser, shell=options.shell))
    return 0


def _complete(parser: argparse.ArgumentParser) -> None:
    """Add all options of a parser and of the commands below it."""
    if isinstance(parser, Parser):
        parser.complete()
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to its commands
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - the same
            for inner in action.choices.values():
                _complete(inner)
        elif isinstance(action.choices, Mapping):
            action.choices = tuple(action.choices)  # shtab takes a mapping for commands


_SELDOM: Final = (50_000, 20, 20)
"""How much is made before Python looks for garbage in cycles: what a command makes stays to its end, or goes soon."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command: the module of this room that holds it, what it does in a few words, and what may be typed after it.

    The module has two functions of its name: ``add_ask`` takes the parser to which it adds options, ``run_ask`` the
    options and gives the exit code. Where ``parameters`` holds, the command reads what no option takes itself; where
    ``stays`` does, it goes on until it is ended.
    """

    name: str
    module: str
    parameters: bool = False
    stays: bool = False

    def add(self, parser: argparse.ArgumentParser) -> None:
        """Add its options."""
        self._function("add")(parser)

    def run(self, options: argparse.Namespace) -> int:
        """Run it; the exit code."""
        usual = gc.get_threshold()
        gc.set_threshold(*(usual if self.stays else _SELDOM))
        try:
            return int(self._function("run")(options))
        finally:
            gc.set_threshold(*usual)

    def _function(self, verb: str) -> Callable[..., int]:
        found: Callable[..., int] = getattr(import_module(f"pan2kg.cli.{self.module}"), f"{verb}_{self.name}")
        return found


COMMANDS: Final = {
    command.name: command
    for command in (
        Command("serve", "serve", stays=True),
        Command("ask", "ask", parameters=True),
        Command("sparql", "ask"),
        Command("find", "ask"),
        Command("coherence", "coherence"),
        Command("picture", "files", parameters=True),
        Command("export", "files"),
        Command("report", "files"),
        Command("brief", "files"),
        Command("check", "check"),
        Command("read", "documents"),
        Command("mentions", "documents"),
        Command("candidates", "documents"),
        Command("draft", "documents"),
        Command("add", "add"),
        Command("rekey", "add"),
        Command("review", "review"),
        Command("sheet", "sheet"),
        Command("anchor", "check"),
        Command("keep", "add"),
        Command("dump", "files"),
        Command("load", "files"),
        Command("mcp", "ask", stays=True),
        Command("site", "files"),
        Command("publish", "publish"),
        Command("portal", "portal"),
        Command("diff", "publish"),
        Command("init", "check"),
        Command("journal", "serve"),
        Command("completion", "main"),
    )
}
"""The commands, in the order in which one meets them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 fine, 1 findings, 2 wrong use or unreadable input."""
    _open_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    words = sys.argv[1:] if arguments is None else list(arguments)
    # The language named to « draft » is that of the plan it reads.
    language = language_of(os.environ) if words[:1] == ["draft"] else language_typed(words)
    with speaking(language):
        return _run(words)


def _open_closed() -> None:
    """Put something in place of standard streams that are closed: nothing to read, and what refuses to be written to.

    No file that is opened later may take their numbers.
    """
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        try:
            os.fstat(number)
        except OSError:
            # it is the lowest number that is free; an answer nobody gets is an error, a remark nobody gets is none
            os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _run(arguments: Sequence[str]) -> int:
    try:
        try:
            return _command(arguments)
        finally:
            sys.stdout.flush()
    except (Pan2kgError, CatalogueError) as error:
        sys.stderr.write(f"pan2kg: {harmless(str(error))}\n")
    except BrokenPipeError:
        _forget_answer()
        return 0
    except OSError as error:
        sys.stderr.write(f"pan2kg: {told('cannot-write-answer', reason=reason(error))}\n")
        _forget_answer()
    except KeyboardInterrupt:
        return 130
    return 2


def _forget_answer() -> None:
    """Let what is still to be written go nowhere, since Python would try once more as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _command(arguments: Sequence[str]) -> int:
    parser = build_parser()
    options, rest = parser.parse_known_args(with_scale(arguments))
    if options.command is None:
        parser.print_help()
        return 0
    command = COMMANDS[options.command]
    if rest and not command.parameters:
        parser.error(translated("unrecognized arguments: %s") % " ".join(rest))
    options.parameters = rest
    code = command.run(options)
    tell_project(options)
    return code


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from importlib.metadata import version

        sys.stdout.write(f"pan2kg {version('pan2kg')}\n")
        parser.exit(0)


def build_parser() -> Parser:
    """The parser of every command; options of a command are added when it is called."""
    parser = Parser(
        prog="pan2kg",
        allow_abbrev=False,
        description="about",
        epilog="examples",
        formatter_class=PlainFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="version")
    commands = parser.add_subparsers(title="title.commands", metavar="COMMAND", dest="command")
    for command in COMMANDS.values():
        told = f"command.{command.name}"
        inner = commands.add_parser(
            command.name, allow_abbrev=False, help=told, description=told, formatter_class=Formatter
        )
        inner.add_argument("--project", metavar="DIR", action="append", help="project")
        inner.add_argument("--no-cache", action="store_true", help="no-cache")
        inner.fill = command.add
    return parser


if __name__ == "__main__":
    sys.exit(main())
