"""What can be typed after ``pan2kg``: commands, options and their help."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from pan2kg.cli import diff as change
from pan2kg.cli import portal, site
from pan2kg.cli import publish as release
from pan2kg.cli import serve as service
from pan2kg.cli.coherence import add_figures
from pan2kg.cli.files import add_export, add_picture
from pan2kg.cli.options import CSV_NOTE, Once, add_language
from pan2kg.i18n.days import a_day

ANSWER_FORMATS = ("table", "csv", "tsv", "json", "xml", "md", "turtle", "jsonld")
REPORT_FORMATS = ("text", "json", "github", "html", "junit", "turtle")

EXAMPLES = """\
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

Run = Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """Wrong use is one sentence, without the usage lines; options are made when arguments are there to be read."""

    fill: Callable[[argparse.ArgumentParser], None] | None = None

    def parse_known_args(self, *given: Any, **named: Any) -> tuple[Any, list[str]]:  # noqa: ANN401
        """Read arguments."""
        if self.fill:
            self.fill(self)
            self.fill = None
        return super().parse_known_args(*given, **named)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave with 2."""
        self.exit(2, f"{self.prog}: {message}. `{self.prog} --help` shows the use.\n")


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from importlib.metadata import version

        sys.stdout.write(f"pan2kg {version('pan2kg')}\n")
        parser.exit(0)


def build_parser(runs: Mapping[str, Run]) -> Parser:
    """The parser; ``runs`` maps each command's name to the function that runs it."""
    parser = Parser(
        prog="pan2kg",
        allow_abbrev=False,
        description="A knowledge graph of policy coherence: where national action plans meet, and on whose word.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and leave")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, (summary, fill) in COMMANDS.items():
        command = commands.add_parser(
            name, allow_abbrev=False, help=summary, description=summary[0].upper() + summary[1:] + "."
        )
        command.set_defaults(run=runs[name])
        command.add_argument(
            "--project", metavar="DIR", help="the project (default: the nearest, else the shipped one)"
        )
        command.fill = fill
    return parser


def _answers(command: argparse.ArgumentParser) -> None:
    add_language(command)
    command.add_argument("--endpoint", metavar="URL", help="ask this SPARQL endpoint instead of the project's files")
    command.add_argument("--format", choices=ANSWER_FORMATS, help=f"default: table, and turtle for triples; {CSV_NOTE}")
    command.add_argument("--cache", metavar="DIR", help="keep the loaded store on disk there (for large graphs)")
    command.add_argument("-o", "--output", metavar="FILE", help="write the answer to a file")


def _ask(command: argparse.ArgumentParser) -> None:
    command.usage = "pan2kg ask [NAME | LINK] [--PARAMETER VALUE ...] [--format FORMAT] [other options]"
    command.add_argument("name", nargs="?", metavar="NAME", help="the question, or a permanent link to its answer")
    command.add_argument("--list", action="store_true", help="list the questions and their parameters")
    command.add_argument("--as-of", metavar="DAY", type=a_day, action=Once, help="only what was in force on this day")
    _answers(command)


def _sparql(command: argparse.ArgumentParser) -> None:
    command.add_argument("query", metavar="QUERY", help="the query, a file that holds it, or - for standard input")
    _answers(command)


def _check(command: argparse.ArgumentParser) -> None:
    add_language(command)
    command.add_argument("--format", choices=REPORT_FORMATS, default="text", help="how the report is written")
    command.add_argument(
        "--fail-on", choices=("violation", "warning"), default="violation", help="what makes the command end with 1"
    )
    command.add_argument("--baseline", metavar="FILE", help="findings that were accepted before")
    command.add_argument("--write-baseline", metavar="FILE", help="accept today's findings into this file")
    command.add_argument("-o", "--output", metavar="FILE", help="write the report to a file")


def _report(command: argparse.ArgumentParser) -> None:
    command.add_argument("-o", "--output", metavar="DIR", required=True, help="the folder to write into")
    command.add_argument("--plan", metavar="KEY", default="", help="the plan to report on (default: lu-bhr-2)")
    command.add_argument(
        "--as-of", metavar="DAY", type=a_day, action=Once, help="the day figures look back from (default: today)"
    )
    add_language(command)


def _draft(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help="the text of the plan")
    command.add_argument("--plan", metavar="KEY", required=True, help="the plan's key, as in lu-bhr-2")
    command.add_argument("--language", choices=("fr", "en", "de", "it", "es"), help="the language of the text")
    command.add_argument("-o", "--output", metavar="FILE", help="write the Turtle to a file")


def _dump(command: argparse.ArgumentParser) -> None:
    command.add_argument("--format", choices=("nquads", "trig"), help="default: as the file ends, else nquads")
    command.add_argument("-o", "--output", metavar="FILE", required=True, help="the file to write")


def _init(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", metavar="DIR", help="a folder that does not exist yet, or is empty")


COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "serve": ("open the pages and a SPARQL endpoint on this machine", service.add_options),
    "ask": ("answer a stored question", _ask),
    "sparql": ("answer a SPARQL query", _sparql),
    "coherence": ("measure where plans meet, where they do not, and why", add_figures),
    "picture": ("draw a picture of the graph", add_picture),
    "export": ("write the network of links for other programs", add_export),
    "report": ("write the coherence and gap report of a plan, as a web page and as Markdown", _report),
    "check": ("check the graph: house style, shapes, quality queries", _check),
    "draft": ("read a plan as it was published and write Turtle to complete", _draft),
    "dump": ("write the whole graph, derived links included, as one file", _dump),
    "site": ("write the pages as a folder that works on any web host and from disk", site.add_options),
    "publish": ("write a release: dumps, tables, catalogue, descriptions, pages", release.add_options),
    "portal": ("put a release on data.public.lu: a dry run unless told to send", portal.add_options),
    "diff": ("say what changed from one state of the graph to another", change.add_options),
    "init": ("start an empty project of one's own", _init),
}
