"""The command ``pan2kg diff``: two states side by side, and a patch applied."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from pan2kg.cli.arguments import PlainFormatter, Progress, add_language, add_output
from pan2kg.errors import FormatError
from pan2kg.i18n.days import a_day
from pan2kg.i18n.message import say
from pan2kg.project import write_atomically

FORMS: Final = ("text", "md", "csv", "json", "rdf", "atom")


def add_diff(command: argparse.ArgumentParser) -> None:
    """Two states, or with ``--apply`` a patch and one."""
    command.epilog = "diff.examples"
    command.formatter_class = PlainFormatter
    command.usage = "diff.usage"
    command.add_argument("sides", metavar="OLD NEW", nargs="+", help="diff.sides")
    command.add_argument("--apply", metavar="PATCH", help="diff.apply")
    command.add_argument("--format", choices=FORMS, default="text", help="diff.format")
    command.add_argument("--date", metavar="DAY", type=a_day, help="diff.date")
    command.add_argument("--address", metavar="URL", default="", help="diff.address")
    add_language(command)
    add_output(command)


def run_diff(options: argparse.Namespace) -> int:
    """Tell what changed, or apply a patch; 0 whether or not something changed.

    Raises:
        Pan2kgError: a side or a patch that cannot be read, a patch for another state, no day for a feed.
    """
    wanted = 1 if options.apply else 2
    if len(options.sides) != wanted:
        fault = "patch-takes-one" if options.apply else "comparison-takes-two"
        raise FormatError(fault, remedy="use-diff", number=len(options.sides))
    progress = Progress()
    try:
        content = _applied(options, progress) if options.apply else _compared(options, progress)
    finally:
        progress.finish()
    if options.output:
        write_atomically(Path(options.output), content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    return 0


def _applied(options: argparse.Namespace, progress: Progress) -> bytes:
    from pan2kg.publish.diff.patch import apply, nquads, read_patch
    from pan2kg.publish.diff.states import read_side

    if options.output and not options.output.endswith(".nq"):
        raise FormatError("patched-is-nquads", remedy="name-nq-file")
    patch = read_patch(Path(options.apply))
    progress(say("progress", "reading", side=options.sides[0]))
    old = read_side(Path(options.sides[0]))
    progress(say("progress", "applying"))
    return nquads(apply(patch, old))


def _compared(options: argparse.Namespace, progress: Progress) -> bytes:
    from pan2kg.publish.diff.patch import patch_of, write_patch
    from pan2kg.publish.diff.states import change_list, read_side

    sides = []
    for side in options.sides:
        progress(say("progress", "reading", side=side))
        sides.append(read_side(Path(side)))
    old, new = sides
    progress(say("progress", "comparing"))
    if options.format == "rdf":
        return write_patch(patch_of(old, new))
    from pan2kg.publish.diff.feed import day_of, write_csv, write_feed, write_json
    from pan2kg.publish.diff.telling import read_story, write_markdown, write_text

    change = change_list(old, new)
    story = read_story(change)
    if options.format == "atom":
        when = day_of(change, options.date)
        return write_feed(story, options.language, when, address=options.address).encode()
    write = {"text": write_text, "md": write_markdown, "csv": write_csv, "json": write_json}[options.format]
    return write(story, options.language).encode()
