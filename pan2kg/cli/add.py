"""The commands that write into the project one edits: ``pan2kg add reading``, ``add link`` and the like, ``rekey``.

Each shows what changes, asks what a check would say of it, and writes it whole or not at all.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Final

from pan2kg.cli.arguments import Formatter, SingleValue, a_link, add_language, cache_of, emit, project_of
from pan2kg.errors import ProjectError
from pan2kg.i18n.catalogue import Messages
from pan2kg.i18n.days import a_day, today
from pan2kg.i18n.message import Message, spoken, verbatim

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pan2kg.project import Project
    from pan2kg.review.basis import Basis
    from pan2kg.review.readings import Addition
    from pan2kg.store.store import LocalStore

    Made = tuple[Addition, Callable[[], str], tuple[Path, ...]]

ASPECTS: Final = ("texts", "references", "measures", "bodies", "web-page")
EXTENTS: Final = ("full", "part", "none")
LINKS: Final = (
    "uses-instrument", "cross-reference", "in-line-with", "implementing", "part-of", "builds-on", "succession",
)  # fmt: skip
CERTAINTIES: Final = ("stated", "derived", "unverified")
NAMES: Final = ("official-title", "short-title", "title-as-cited", "popular-name")
SOURCES: Final = ("official-page", "secondary-page", "memory")
AUTHORS: Final = ("public-authority", "international", "other")


def add_add(command: argparse.ArgumentParser) -> None:
    """What is added, and what is said of it."""
    kinds = command.add_subparsers(title="title.kinds", metavar="KIND", dest="kind", required=True)
    for kind, (fill, _) in _KINDS.items():
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


def _add_basis(command: argparse.ArgumentParser, *, quote: bool | None = True) -> None:
    """The document a fact is taken from, and its words: asked for, or not; ``None`` where a fact has no passage."""
    command.add_argument("--document", metavar="KEY", required=True, action=SingleValue, help="add.source")
    if quote is not None:
        command.add_argument("--quote", metavar="WORDS", required=quote, action=SingleValue, help="add.quote")
        command.add_argument("--quote-language", metavar="TAG", action=SingleValue, help="add.quote-language")
        command.add_argument("--page", metavar="PAGE", action=SingleValue, help="add.page")


def _add_certainty(command: argparse.ArgumentParser) -> None:
    command.add_argument("--certainty", choices=CERTAINTIES, default="stated", help="add.certainty")
    command.add_argument("--note", metavar="WORDS", action=SingleValue, help="add.note")


def _add_link(command: argparse.ArgumentParser) -> None:
    """What rests on, cites, continues or builds on what, and in which words."""
    command.add_argument("work", metavar="FROM", help="add.from")
    command.add_argument("to", metavar="TO", help="add.to")
    command.add_argument("--type", choices=LINKS, default="", help="add.type")
    command.add_argument("--relation", metavar="KEY", default="", help="add.relation")
    _add_basis(command)
    _add_certainty(command)


def _add_involvement(command: argparse.ArgumentParser) -> None:
    """Who takes part in what, as what, and in which words."""
    command.add_argument("work", metavar="PLAN-OR-ACTION", help="add.from")
    command.add_argument("body", metavar="BODY", help="add.body")
    command.add_argument("--role", metavar="KEY", action="append", required=True, help="add.role")
    command.add_argument("--as-stated", metavar="WORDS@TAG", action=SingleValue, help="add.as-stated")
    _add_basis(command, quote=False)
    _add_certainty(command)


def _add_action(command: argparse.ArgumentParser) -> None:
    """The plan, and what is printed there."""
    command.add_argument("work", metavar="PLAN", help="add.plan")
    command.add_argument("--number", metavar="NUMBER", required=True, action=SingleValue, help="add.number")
    command.add_argument("--title", metavar="WORDS@TAG", action="append", required=True, help="add.title")
    command.add_argument("--part", metavar="KEY", action="append", default=[], help="add.part")
    command.add_argument("--topic", metavar="KEY", action="append", default=[], help="add.topic")
    _add_basis(command, quote=None)
    _add_certainty(command)


def _add_document(command: argparse.ArgumentParser) -> None:
    """What the document is known by, and where it was read."""
    command.add_argument("key", metavar="KEY", help="add.key")
    command.add_argument("--title", metavar="WORDS@TAG", action="append", required=True, help="add.title")
    command.add_argument("--source-kind", choices=SOURCES, required=True, help="add.source-kind")
    command.add_argument("--publisher", metavar="NAME", default="", help="add.publisher")
    command.add_argument("--date", metavar="DATE", default="", help="add.document-date")
    command.add_argument("--read-at", metavar="URL", type=a_link, action=SingleValue, help="add.read-at")
    command.add_argument("--speaks-for", metavar="KEY", action="append", default=[], help="add.speaks-for")
    command.add_argument("--author-kind", choices=AUTHORS, default="", help="add.author-kind")


def _add_passage(command: argparse.ArgumentParser) -> None:
    """What rests on the words, and the words."""
    command.add_argument("work", metavar="FACT", help="add.fact")
    _add_basis(command)


def _add_name(command: argparse.ArgumentParser) -> None:
    """What has the name, the name and its kind."""
    command.add_argument("work", metavar="THING", help="add.named")
    command.add_argument("name", metavar="NAME@TAG", help="add.name")
    command.add_argument("--name-kind", choices=NAMES, required=True, help="add.name-kind")
    _add_basis(command, quote=None)
    _add_certainty(command)


def _add_home(command: argparse.ArgumentParser) -> None:
    """The plan one starts from."""
    command.add_argument("work", metavar="PLAN", help="add.home")


def run_add(options: argparse.Namespace) -> int:
    """Show what changes, then write it: whole or not at all."""
    from pan2kg.review.descriptions import remove
    from pan2kg.review.entry import RefusedError
    from pan2kg.review.files import alone, write
    from pan2kg.store.cache import open_stated
    from pan2kg.turtle.writer import read_prefixes

    project = project_of(options)
    store = open_stated(project, cache_of(options))
    _, make = _KINDS[options.kind]
    try:
        with alone(project):
            made, note, gone = make(store, project, options)
            # what goes with an example is still spoken of until it is gone
            warnings = [] if gone else _insist(project, store, made)
            emit(made.difference)
            if not options.dry_run:
                write(project, {made.path: made.new}, read_prefixes(project))
                remove(gone)
    except RefusedError as error:
        raise ProjectError(verbatim(error.outcome.said.say(spoken()))) from None
    kind = options.kind if options.kind in ("reading", "home") else "block"
    key = f"{kind}-not-written" if options.dry_run else f"{kind}-written"
    notes = [str(Message("progress", key, {"name": made.name})), *warnings, note()]
    sys.stderr.write("".join(f"{one}\n" for one in notes if one))
    return 0


def _insist(project: Project, store: LocalStore, made: Addition) -> list[str]:
    """Refuse what a check would call a violation; gives what it would warn of, a sentence each.

    Raises:
        ProjectError: it would; with the rule, what it says and its remedy.
    """
    from pan2kg.report.findings import detail
    from pan2kg.turtle.writer import read_prefixes
    from pan2kg.validation.change import objections
    from pan2kg.validation.report import Names, Severity

    language, names, warnings = spoken(), Names(read_prefixes(project)), list[str]()
    for finding in objections(project, store, {made.path: made.new}):
        told = detail(names, finding, language)
        said = {
            "rule": finding.rule.key,
            "name": names.short(finding.focus),
            "message": finding.message.say(language) + (f" ({told})" if told else ""),
        }
        if finding.severity is Severity.VIOLATION:
            remedy = finding.rule.remedy.say(language)
            raise ProjectError(Message("error", "would-not-pass", said), remedy=verbatim(remedy) if remedy else None)
        warnings.append(str(Message("progress", "would-warn", said)))
    return warnings


def _reading(store: LocalStore, project: Project, options: argparse.Namespace) -> Made:
    from pan2kg.coherence.reading_state import Aspect, Extent
    from pan2kg.review.readings import addition, read_entry, remark

    entry = read_entry(
        store, project, options.work, options.document, aspect=Aspect(options.aspect), extent=Extent(options.extent),
        day=options.date or today(), today=today(), reader=options.by,
    )  # fmt: skip
    return addition(project, entry), lambda: remark(store, entry, spoken()), ()


def _basis(store: LocalStore, project: Project, options: argparse.Namespace) -> Basis:
    """What a fact rests on, as it was typed."""
    from pan2kg.review.basis import read_basis

    names = ("document", "certainty", "quote", "quote_language", "page", "note")
    form = {name.replace("_", "-"): getattr(options, name, None) or "" for name in names}
    asks = {"link", "passage"}
    return read_basis(
        store, project, form, needs_words=options.kind in asks, needs_reason=options.kind == "involvement"
    )


def _link(store: LocalStore, project: Project, options: argparse.Namespace) -> Made:
    from pan2kg.review.decisions import refuse_foreign_words
    from pan2kg.review.files import ProjectFiles
    from pan2kg.review.filing import refuse_loop
    from pan2kg.review.statements import link_addition, read_stated

    ends = options.work, options.to
    stated = read_stated(store, project, ends, kind=options.type, relation=options.relation)
    basis = _basis(store, project, options)
    refuse_foreign_words(store, (stated.start, stated.end), stated.type, basis.document)
    refuse_loop(ProjectFiles(project), stated.type, (stated.start, stated.end))
    return link_addition(project, stated, basis), _nothing, ()


def _involvement(store: LocalStore, project: Project, options: argparse.Namespace) -> Made:
    from pan2kg.review.basis import tagged
    from pan2kg.review.statements import part_addition, read_part

    words = tagged(options.as_stated, project) if options.as_stated else None
    part = read_part(store, project, (options.work, options.body), options.role, as_stated=words)
    return part_addition(project, part, _basis(store, project, options)), _nothing, ()


def _action(store: LocalStore, project: Project, options: argparse.Namespace) -> Made:
    from pan2kg.review.basis import tagged
    from pan2kg.review.descriptions import measure_addition, read_measure

    titles = [tagged(one, project) for one in options.title]
    measure = read_measure(
        store, project, options.work, options.number, titles, parts=options.part, topics=options.topic
    )
    return measure_addition(store, project, measure, _basis(store, project, options)), _nothing, ()


def _document(store: LocalStore, project: Project, options: argparse.Namespace) -> Made:
    from pan2kg.review.basis import tagged
    from pan2kg.review.descriptions import Source, document_addition, read_source

    source = Source(
        options.key, tuple(tagged(one, project) for one in options.title), options.source_kind, options.publisher,
        options.date, options.read_at or "", tuple(options.speaks_for), options.author_kind,
    )  # fmt: skip
    return document_addition(project, read_source(store, project, source)), _nothing, ()


def _passage(store: LocalStore, project: Project, options: argparse.Namespace) -> Made:
    from pan2kg.review.statements import passage_addition
    from pan2kg.store.queries import find_thing

    thing = find_thing(options.work, store, project)
    return passage_addition(project, thing, _basis(store, project, options)), _nothing, ()


def _name(store: LocalStore, project: Project, options: argparse.Namespace) -> Made:
    from pan2kg.review.basis import tagged
    from pan2kg.review.descriptions import name_addition

    words = tagged(options.name, project)
    basis = _basis(store, project, options)
    return name_addition(store, project, options.work, words, options.name_kind, basis), _nothing, ()


def _home(store: LocalStore, project: Project, options: argparse.Namespace) -> Made:
    from pan2kg.review.descriptions import home_addition

    made, examples = home_addition(store, project, options.work)
    told = ", ".join(project.name_of(path) for path in examples)
    return made, lambda: str(Message("progress", "examples-gone", {"folders": told})) if told else "", examples


def _nothing() -> str:
    return ""


_KINDS: Final = {
    "link": (_add_link, _link),
    "involvement": (_add_involvement, _involvement),
    "action": (_add_action, _action),
    "document": (_add_document, _document),
    "passage": (_add_passage, _passage),
    "name": (_add_name, _name),
    "reading": (_add_reading, _reading),
    "home": (_add_home, _home),
}
"""What can be added: its options, and what makes the change of them."""


def add_keep(command: argparse.ArgumentParser) -> None:
    """The text, whose it is, and whether it may stand there itself."""
    command.add_argument("file", metavar="FILE", help="keep.file")
    command.add_argument("--document", metavar="KEY", required=True, action=SingleValue, help="keep.document")
    command.add_argument("--hashes", action="store_true", help="keep.hashes")
    add_language(command)


def run_keep(options: argparse.Namespace) -> int:
    """Keep a text, and say how many quotations stand in it."""
    from pathlib import Path

    from pan2kg.review.descriptions import keep
    from pan2kg.review.files import alone
    from pan2kg.store.cache import open_stated

    project = project_of(options)
    store = open_stated(project, cache_of(options))
    with alone(project):
        kept = keep(project, store, Path(options.file), options.document, as_hashes=options.hashes)
    said = {"n": kept.quoted, "name": kept.name, "standing": kept.standing}
    sys.stderr.write(f"{Messages('progress').say('text-kept', spoken(), **said)}\n")
    return 0


def add_rekey(command: argparse.ArgumentParser) -> None:
    """Whether the keys are written, or only shown."""
    command.add_argument("--dry-run", action="store_true", help="add.dry-run")
    add_language(command)


def run_rekey(options: argparse.Namespace) -> int:
    """Show which links get another key and where they are named, then write it: whole or not at all."""
    from pan2kg.review.entry import RefusedError
    from pan2kg.review.files import alone, write
    from pan2kg.review.statements import rekeyed
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
