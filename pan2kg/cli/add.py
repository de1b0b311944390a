"""The commands that write into the project one edits: ``pan2kg add reading``, ``add link``, ``add home``, ``rekey``."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from pan2kg.cli.arguments import Formatter, SingleValue, add_language, emit, project_of
from pan2kg.errors import ProjectError
from pan2kg.i18n.days import a_day
from pan2kg.i18n.message import Message, spoken, verbatim

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pan2kg.project import Project
    from pan2kg.review.readings import Addition
    from pan2kg.store.store import LocalStore

    Made = tuple[Addition, Callable[[], str], tuple[Path, ...]]

ASPECTS = ("texts", "references", "measures", "bodies", "web-page")
EXTENTS = ("full", "part", "none")
LINKS = ("uses-instrument", "cross-reference", "builds-on", "succession")


def add_add(command: argparse.ArgumentParser) -> None:
    """What is added, and what is said of it."""
    kinds = command.add_subparsers(title="title.kinds", metavar="KIND", dest="kind", required=True)
    for kind, fill in (("reading", _add_reading), ("link", _add_link), ("home", _add_home)):
        told = f"command.add-{kind}"
        inner = kinds.add_parser(kind, allow_abbrev=False, help=told, description=told, formatter_class=Formatter)
        inner.add_argument("--project", metavar="DIR", action="append", default=argparse.SUPPRESS, help="project")
        fill(inner)
        inner.add_argument("--dry-run", action="store_true", help="add.dry-run")
        add_language(inner)


def _add_reading(command: argparse.ArgumentParser) -> None:
    """Who read what, how far, where and when."""
    command.add_argument("work", metavar="PLAN-OR-ACTION", help="add.work")
    command.add_argument("--aspect", choices=ASPECTS, required=True, help="add.aspect")
    command.add_argument("--extent", choices=EXTENTS, required=True, help="add.extent")
    command.add_argument("--document", metavar="KEY", action="append", required=True, help="add.document")
    command.add_argument("--by", metavar="NAME", required=True, action=SingleValue, help="add.by")
    command.add_argument("--date", metavar="DAY", type=a_day, action=SingleValue, help="add.date")


def _add_link(command: argparse.ArgumentParser) -> None:
    """What rests on, cites, continues or builds on what, and in which words."""
    command.add_argument("work", metavar="PLAN-OR-ACTION", help="add.from")
    command.add_argument("to", metavar="TO", help="add.to")
    command.add_argument("--type", choices=LINKS, required=True, help="add.type")
    command.add_argument("--relation", metavar="KEY", default="", help="add.relation")
    command.add_argument("--quote", metavar="WORDS", required=True, action=SingleValue, help="add.quote")
    command.add_argument("--quote-language", metavar="TAG", default="", help="add.quote-language")
    command.add_argument("--document", metavar="KEY", required=True, action=SingleValue, help="add.document")
    command.add_argument("--page", metavar="PAGE", default="", help="add.page")


def _add_home(command: argparse.ArgumentParser) -> None:
    """The plan one starts from."""
    command.add_argument("work", metavar="PLAN", help="add.home")


def run_add(options: argparse.Namespace) -> int:
    """Show what changes, then write it: whole or not at all."""
    from functools import partial

    from pan2kg.review.entry import RefusedError
    from pan2kg.review.files import alone, write
    from pan2kg.review.home import remove
    from pan2kg.store.rules import derive
    from pan2kg.store.store import open_store
    from pan2kg.turtle.writer import read_prefixes

    project = project_of(options)
    store = open_store(project, partial(derive, only=[]))
    make = {"reading": _reading, "link": _link, "home": _home}[options.kind]
    try:
        with alone(project):
            made, note, gone = make(store, project, options)
            emit(made.difference)
            if not options.dry_run:
                write(project, {made.path: made.new}, read_prefixes(project))
                remove(gone)
    except RefusedError as error:
        raise ProjectError(verbatim(error.outcome.said.say(spoken()))) from None
    key = f"{options.kind}-not-written" if options.dry_run else f"{options.kind}-written"
    notes = [str(Message("progress", key, {"name": made.name})), note()]
    sys.stderr.write("".join(f"{one}\n" for one in notes if one))
    return 0


def _reading(store: LocalStore, project: Project, options: argparse.Namespace) -> Made:
    from pan2kg.coherence.reading_state import Aspect, Extent
    from pan2kg.i18n.days import today
    from pan2kg.review.readings import addition, read_entry, remark

    entry = read_entry(
        store, project, options.work, options.document, aspect=Aspect(options.aspect), extent=Extent(options.extent),
        day=options.date or today(), today=today(), reader=options.by,
    )  # fmt: skip
    return addition(project, entry), lambda: remark(store, entry, spoken()), ()


def _link(store: LocalStore, project: Project, options: argparse.Namespace) -> Made:
    from pan2kg.review.statements import link_addition, read_stated

    stated = read_stated(
        store, project, options.work, options.to, kind=options.type, quote=options.quote, document=options.document,
        relation=options.relation, language=options.quote_language, page=options.page,
    )  # fmt: skip
    return link_addition(project, stated), lambda: "", ()


def _home(store: LocalStore, project: Project, options: argparse.Namespace) -> Made:
    from pan2kg.review.home import home_addition

    made, examples = home_addition(store, project, options.work)
    told = ", ".join(project.name_of(path) for path in examples)
    return made, lambda: str(Message("progress", "examples-gone", {"folders": told})) if told else "", examples


def add_rekey(command: argparse.ArgumentParser) -> None:
    """Whether the keys are written, or only shown."""
    command.add_argument("--dry-run", action="store_true", help="add.dry-run")
    add_language(command)


def run_rekey(options: argparse.Namespace) -> int:
    """Show which links get another key and where they are named, then write it: whole or not at all."""
    from pan2kg.i18n.catalogue import Messages
    from pan2kg.review.entry import RefusedError
    from pan2kg.review.files import alone, write
    from pan2kg.review.rekeying import rekeyed
    from pan2kg.turtle.writer import read_prefixes

    project = project_of(options)
    try:
        with alone(project):
            changed = rekeyed(project)
            emit("".join(one.difference for one in changed))
            if changed and not options.dry_run:
                write(project, {one.path: one.new for one in changed}, read_prefixes(project))
    except RefusedError as error:
        raise ProjectError(verbatim(error.outcome.said.say(spoken()))) from None
    progress = Messages("progress")
    links = sum(line.startswith("+link:") for one in changed for line in one.difference.splitlines())
    said = {
        "links": progress.counted(links, "keys-links", spoken()),
        "files": progress.counted(len(changed), "keys-files", spoken()),
    }
    key = ("keys-not-written" if options.dry_run else "keys-written") if changed else "keys-right"
    sys.stderr.write(f"{Message('progress', key, said if changed else {})}\n")
    return 0
