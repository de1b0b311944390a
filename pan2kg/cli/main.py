"""The command line: which commands there are, and how one is called.

A command is imported when it is called: how fast ``pan2kg --help`` starts is a promise.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from pan2kg.cli.arguments import Parser
from pan2kg.errors import Pan2kgError
from pan2kg.i18n.compilation import CatalogueError
from pan2kg.i18n.message import language_of, language_typed, speaking, told
from pan2kg.project import reason

EXAMPLES: Final = """\
examples:
  pan2kg serve                               the pages, and a SPARQL endpoint, on this machine
  pan2kg ask --list                          what can be asked
  pan2kg ask shared-instruments              which plans rest on the same text
  pan2kg coherence debt                      linked plans that do not cite each other
  pan2kg report -o report                    coherence and gaps of PAN 2, to read and print
  pan2kg check                               is the graph sound, and where not
  pan2kg draft plan.txt --plan be-bhr-1      a published plan as Turtle to complete
  pan2kg init my-country                     a graph of one's own
"""


@dataclass(frozen=True, slots=True)
class Command:
    """A command: the module of this room that holds it, what it does in a few words, and what may be typed after it.

    The module has two functions of its name: ``add_ask`` takes the parser to which it adds options, ``run_ask`` the
    options and gives the exit code. Where ``parameters`` holds, the command reads what no option takes itself.
    """

    name: str
    module: str
    summary: str
    parameters: bool = False

    def add(self, parser: argparse.ArgumentParser) -> None:
        """Add its options."""
        self._function("add")(parser)

    def run(self, options: argparse.Namespace) -> int:
        """Run it; the exit code."""
        return int(self._function("run")(options))

    def _function(self, verb: str) -> Callable[..., int]:
        found: Callable[..., int] = getattr(import_module(f"pan2kg.cli.{self.module}"), f"{verb}_{self.name}")
        return found


COMMANDS: Final = {
    command.name: command
    for command in (
        Command("serve", "serve", "open the pages and a SPARQL endpoint on this machine"),
        Command("ask", "ask", "answer a stored question", parameters=True),
        Command("sparql", "ask", "answer a SPARQL query"),
        Command("coherence", "coherence", "measure where plans meet, where they do not, and why"),
        Command("picture", "files", "draw a picture of the graph", parameters=True),
        Command("export", "files", "write the network of links for other programs"),
        Command("report", "files", "write the coherence and gap report of a plan, as a web page and as Markdown"),
        Command("check", "check", "check the graph: house style, shapes, quality queries"),
        Command("draft", "check", "read a plan as it was published and write Turtle to complete"),
        Command("dump", "files", "write the whole graph, derived links included, as one file"),
        Command("site", "files", "write the pages as a folder that works on any web host and from disk"),
        Command("publish", "publish", "write a release: dumps, tables, catalogue, descriptions, pages"),
        Command("portal", "portal", "put a release on data.public.lu: a dry run unless told to send"),
        Command("diff", "diff", "say what changed from one state of the graph to another"),
        Command("init", "check", "start an empty project of one's own"),
    )
}
"""The commands, in the order in which one meets them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 fine, 1 findings, 2 wrong use or unreadable input."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    words = sys.argv[1:] if arguments is None else list(arguments)
    # The language named to « draft » is that of the plan it reads.
    language = language_of(os.environ) if words[:1] == ["draft"] else language_typed(words)
    with speaking(language):
        return _run(words)


def _run(arguments: Sequence[str]) -> int:
    parser = build_parser()
    options, rest = parser.parse_known_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    command = COMMANDS[options.command]
    if rest and not command.parameters:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    options.parameters = rest
    try:
        return command.run(options)
    except Pan2kgError as error:
        sys.stderr.write(f"pan2kg: {error}\n")
        return 2
    except CatalogueError as error:
        sys.stderr.write(f"pan2kg: {error}\n")
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        sys.stderr.write(f"pan2kg: {told('cannot-write-answer', reason=reason(error))}\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except KeyboardInterrupt:
        return 130


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
        description="A knowledge graph of policy coherence: where national action plans meet, and on whose word.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and leave")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for command in COMMANDS.values():
        said = f"{command.summary[0].upper()}{command.summary[1:]}."
        inner = commands.add_parser(command.name, allow_abbrev=False, help=command.summary, description=said)
        inner.add_argument("--project", metavar="DIR", help="the project (default: the nearest, else the shipped one)")
        inner.fill = command.add
    return parser


if __name__ == "__main__":
    sys.exit(main())
