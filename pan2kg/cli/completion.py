"""The command that prints what a shell needs to complete commands, options and names."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from pan2kg.cli.arguments import Parser, emit

SHELLS = ("bash", "zsh", "fish")


def add_completion(command: argparse.ArgumentParser) -> None:
    """The shell."""
    command.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))


def run_completion(options: argparse.Namespace) -> int:
    """Print the script of a shell; it is loaded by the shell at its start."""
    import shtab

    from pan2kg.cli.main import build_parser

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
