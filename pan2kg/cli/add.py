"""The command that writes a fact into the project one edits: ``pan2kg add reading``."""

from __future__ import annotations

import argparse
import sys

from pan2kg.cli.arguments import SingleValue, add_language, emit, project_of
from pan2kg.errors import ProjectError
from pan2kg.i18n.days import a_day
from pan2kg.i18n.message import Message, spoken, verbatim

ASPECTS = ("texts", "references", "measures", "bodies", "web-page")
EXTENTS = ("full", "part", "none")


def add_add(command: argparse.ArgumentParser) -> None:
    """What is added: who read what, how far, where and when."""
    command.add_argument("kind", choices=("reading",), metavar="reading", help="add.kind")
    command.add_argument("work", metavar="PLAN-OR-ACTION", help="add.work")
    command.add_argument("--aspect", choices=ASPECTS, required=True, help="add.aspect")
    command.add_argument("--extent", choices=EXTENTS, required=True, help="add.extent")
    command.add_argument("--document", metavar="KEY", action="append", required=True, help="add.document")
    command.add_argument("--by", metavar="NAME", required=True, action=SingleValue, help="add.by")
    command.add_argument("--date", metavar="DAY", type=a_day, action=SingleValue, help="add.date")
    command.add_argument("--dry-run", action="store_true", help="add.dry-run")
    add_language(command)


def run_add(options: argparse.Namespace) -> int:
    """Show what changes, then write it: whole or not at all."""
    from functools import partial

    from pan2kg.coherence.reading_state import Aspect, Extent
    from pan2kg.i18n.days import today
    from pan2kg.review.entry import RefusedError
    from pan2kg.review.files import alone, write
    from pan2kg.review.readings import addition, read_entry, remark
    from pan2kg.store.rules import derive
    from pan2kg.store.store import open_store
    from pan2kg.turtle.writer import read_prefixes

    project = project_of(options)
    store = open_store(project, partial(derive, only=[]))
    try:
        entry = read_entry(
            store, project, options.work, options.document, aspect=Aspect(options.aspect),
            extent=Extent(options.extent), day=options.date or today(), today=today(), reader=options.by,
        )  # fmt: skip
        with alone(project):
            made = addition(project, entry)
            emit(made.difference)
            if not options.dry_run:
                write(project, {made.path: made.new}, read_prefixes(project))
    except RefusedError as error:
        raise ProjectError(verbatim(error.outcome.said.say(spoken()))) from None
    key = "reading-not-written" if options.dry_run else "reading-written"
    notes = [str(Message("progress", key, {"name": made.name})), remark(store, entry, spoken())]
    sys.stderr.write("".join(f"{note}\n" for note in notes if note))
    return 0
