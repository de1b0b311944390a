"""The commands that write into the project one edits: ``pan2kg add reading``, ``add link`` and the like, ``rekey``.

Each shows what changes, asks what a check would say of it, and writes it whole or not at all.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pan2kg.cli.arguments import Formatter, SingleValue, a_link, add_language, cache_of, emit, project_of
from pan2kg.errors import ProjectError, QueryError
from pan2kg.i18n.catalogue import Messages
from pan2kg.i18n.message import Message, a_day, spoken, today, verbatim

if TYPE_CHECKING:
    from pan2kg.project import Project
    from pan2kg.review.files import Addition
    from pan2kg.store.store import LocalStore

LINKS: Final = (
    "uses-instrument", "cross-reference", "in-line-with", "implementing", "part-of", "builds-on", "succession",
)  # fmt: skip
SOURCES: Final = ("official-page", "secondary-page", "memory")
AUTHORS: Final = ("public-authority", "international", "other")
_ONE: Final = {"action": SingleValue}
_MANY: Final = {"action": "append"}
_DOCUMENT: Final = ("--document", "KEY", "add.source", {"required": True, **_ONE})
_WORDS: Final = (
    _DOCUMENT,
    ("--quote", "WORDS", "add.quote", {"required": True, **_ONE}),
    ("--quote-language", "TAG", "add.quote-language", _ONE),
    ("--page", "PAGE", "add.page", _ONE),
)
_CERTAINTY: Final = (
    ("--certainty", "", "add.certainty", {"choices": ("stated", "derived", "unverified"), "default": "stated"}),
    ("--note", "WORDS", "add.note", _ONE),
)
_KINDS: Final[dict[str, tuple[tuple[str, str, str, dict[str, Any]], ...]]] = {
    "link": (
        ("work", "FROM", "add.from", {}),
        ("to", "TO", "add.to", {}),
        ("--type", "", "add.type", {"choices": LINKS, "default": ""}),
        ("--relation", "KEY", "add.relation", {"default": ""}),
        *_WORDS,
        *_CERTAINTY,
    ),
    "involvement": (
        ("work", "PLAN-OR-ACTION", "add.from", {}),
        ("body", "BODY", "add.body", {}),
        ("--role", "KEY", "add.role", {"required": True, **_MANY}),
        ("--as-stated", "WORDS@TAG", "add.as-stated", _ONE),
        _DOCUMENT,
        ("--quote", "WORDS", "add.quote", _ONE),
        *_WORDS[2:],
        *_CERTAINTY,
    ),
    "action": (
        ("work", "PLAN", "add.plan", {}),
        ("--number", "NUMBER", "add.number", {"required": True, **_ONE}),
        ("--title", "WORDS@TAG", "add.title", {"required": True, **_MANY}),
        ("--part", "KEY", "add.part", {"default": [], **_MANY}),
        ("--topic", "KEY", "add.topic", {"default": [], **_MANY}),
        _DOCUMENT,
        *_CERTAINTY,
    ),
    "document": (
        ("key", "KEY", "add.key", {}),
        ("--title", "WORDS@TAG", "add.title", {"required": True, **_MANY}),
        ("--source-kind", "", "add.source-kind", {"choices": SOURCES, "required": True}),
        ("--publisher", "NAME", "add.publisher", {"default": ""}),
        ("--date", "DATE", "add.document-date", {"default": ""}),
        ("--read-at", "URL", "add.read-at", {"type": a_link, **_ONE}),
        ("--speaks-for", "KEY", "add.speaks-for", {"default": [], **_MANY}),
        ("--author-kind", "", "add.author-kind", {"choices": AUTHORS, "default": ""}),
    ),
    "passage": (("work", "FACT", "add.fact", {}), *_WORDS),
    "name": (
        ("work", "THING", "add.named", {}),
        ("name", "NAME@TAG", "add.name", {}),
        (
            "--name-kind", "", "add.name-kind",
            {"choices": ("official-title", "short-title", "title-as-cited", "popular-name"), "required": True},
        ),
        _DOCUMENT,
        *_CERTAINTY,
    ),
    "reading": (
        ("work", "PLAN-OR-ACTION", "add.work", {}),
        (
            "--aspect", "", "add.aspect",
            {"choices": ("texts", "references", "measures", "bodies", "web-page"), "required": True},
        ),
        ("--extent", "", "add.extent", {"choices": ("full", "part", "none"), "required": True}),
        ("--document", "KEY", "add.document", {"required": True, **_MANY}),
        ("--by", "NAME", "add.by", {"required": True, **_ONE}),
        ("--date", "DAY", "add.date", {"type": a_day, **_ONE}),
    ),
    "home": (("work", "PLAN", "add.home", {}),),
}  # fmt: skip
"""What can be added: the name of each option, what its value is called, the key of its help, and how it is read."""


def add_add(command: argparse.ArgumentParser) -> None:
    kinds = command.add_subparsers(title="title.kinds", metavar="KIND", dest="kind", required=True)
    for kind, options in _KINDS.items():
        message = f"command.add-{kind}"
        inner = kinds.add_parser(kind, allow_abbrev=False, help=message, description=message, formatter_class=Formatter)
        inner.add_argument("--project", metavar="DIR", action="append", default=argparse.SUPPRESS, help="project")
        for name, metavar, help_, how in options:
            inner.add_argument(name, help=help_, **(how | ({"metavar": metavar} if metavar else {})))
        inner.add_argument("--dry-run", action="store_true", help="add.dry-run")
        add_language(inner)


def run_add(options: argparse.Namespace) -> int:
    """Show what changes, then write it: whole or not at all."""
    from pan2kg.review import add
    from pan2kg.review.files import alone, write
    from pan2kg.store.cache import open_stated
    from pan2kg.turtle.writer import read_prefixes

    project = project_of(options)
    store = open_stated(project, cache_of(options))
    remark: Message | None = None
    folders: list[Path] = []
    with alone(project):
        if options.kind == "reading":
            change, remark = _reading(store, project, options)
        elif options.kind == "home":
            change, folders = add.home_addition(store, project, options.work)
            names = ", ".join(map(project.name_of, folders))
            remark = Message("progress", "examples-gone", {"folders": names}) if folders else None
        else:
            change = _fact(store, project, options)
        # what goes with an example is still spoken of until it is gone
        warnings = [] if folders else _insist(project, store, change)
        emit(change.difference)
        if not options.dry_run:
            write(project, {change.path: change.new}, read_prefixes(project))
            add.remove(folders)
    kind = options.kind if options.kind in ("reading", "home") else "block"
    key = f"{kind}-not-written" if options.dry_run else f"{kind}-written"
    notes = [Message("progress", key, {"name": change.name}), *warnings, *([remark] if remark else [])]
    sys.stderr.write("".join(f"{note}\n" for note in notes))
    return 0


def _insist(project: Project, store: LocalStore, change: Addition) -> list[Message]:
    """Refuse what a check would call a violation, with the rule, what it says and its remedy; gives its warnings."""
    from pan2kg.report.check import detail
    from pan2kg.turtle.writer import read_prefixes
    from pan2kg.validation.check import objections
    from pan2kg.validation.report import Names, Severity

    language, names, warnings = spoken(), Names(read_prefixes(project)), list[Message]()
    for finding in objections(project, store, {change.path: change.new}):
        more = detail(names, finding, language)
        words = {
            "rule": finding.rule.key,
            "name": names.short(finding.focus),
            "message": finding.message.say(language) + (f" ({more})" if more else ""),
        }
        if finding.severity is Severity.VIOLATION:
            remedy = finding.rule.remedy.say(language)
            raise ProjectError(Message("error", "would-not-pass", words), remedy=verbatim(remedy) if remedy else None)
        warnings.append(Message("progress", "would-warn", words))
    return warnings


def _reading(store: LocalStore, project: Project, options: argparse.Namespace) -> tuple[Addition, Message | None]:
    from pan2kg.coherence.evidence import Aspect, Extent, Reading
    from pan2kg.review.add import reading_addition

    day = options.date or today()
    if day > today():
        raise QueryError("reading-ahead", remedy="name-day-of-reading", day=day.isoformat())
    reading = Reading("", Aspect(options.aspect), Extent(options.extent), day=day, reader=options.by)
    return reading_addition(store, project, options.work, options.document, reading)


def _fact(store: LocalStore, project: Project, options: argparse.Namespace) -> Addition:
    """The file with the block of a fact, held to what the graph knows."""
    from pan2kg.review import add
    from pan2kg.store.queries import find_thing

    kind = options.kind
    titles = [add.tagged(title, project) for title in getattr(options, "title", None) or ()]
    if kind == "document":
        parts = ["source_kind", "publisher", "date", "read_at", "author_kind"]
        typed = {name: getattr(options, name) or "" for name in parts}
        return add.document_addition(store, project, options.key, titles, options.speaks_for, typed)
    names = ("document", "certainty", "quote", "quote_language", "page", "note")
    form = {name: getattr(options, name, None) or "" for name in names}
    basis = add.read_basis(
        store, project, form, needs_words=kind in ("link", "passage"), needs_reason=kind == "involvement"
    )
    if kind == "link":
        ends = options.work, options.to
        return add.link_addition(store, project, ends, basis, kind=options.type, relation=options.relation)
    if kind == "involvement":
        words = add.tagged(options.as_stated, project) if options.as_stated else None
        return add.part_addition(store, project, (options.work, options.body), options.role, basis, words)
    if kind == "action":
        return add.action_addition(
            store, project, options.work, options.number, titles, options.part, options.topic, basis
        )
    if kind == "passage":
        return add.passage_addition(project, find_thing(options.work, store, project), basis)
    return add.name_addition(store, project, options.work, add.tagged(options.name, project), options.name_kind, basis)


def add_keep(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help="keep.file")
    command.add_argument("--document", metavar="KEY", required=True, action=SingleValue, help="keep.document")
    command.add_argument("--hashes", action="store_true", help="keep.hashes")
    add_language(command)


def run_keep(options: argparse.Namespace) -> int:
    from pan2kg.review.add import keep
    from pan2kg.review.files import alone
    from pan2kg.store.cache import open_stated

    project = project_of(options)
    store = open_stated(project, cache_of(options))
    with alone(project):
        name, standing, number = keep(project, store, Path(options.file), options.document, as_hashes=options.hashes)
    words = Messages("progress").say("text-kept", spoken(), n=number, name=name, standing=standing)
    sys.stderr.write(f"{words}\n")
    return 0


def add_rekey(command: argparse.ArgumentParser) -> None:
    command.add_argument("--dry-run", action="store_true", help="add.dry-run")
    add_language(command)


def run_rekey(options: argparse.Namespace) -> int:
    """Show which links get another key and where they are named, then write it: whole or not at all."""
    from pan2kg.review.add import rekeyed
    from pan2kg.review.files import alone, write
    from pan2kg.turtle.writer import read_prefixes

    project, progress = project_of(options), Messages("progress")
    with alone(project):
        changed = rekeyed(project)
        differences = "".join(file.difference for file in changed)
        emit(differences)
        if changed and not options.dry_run:
            write(project, {file.path: file.new for file in changed}, read_prefixes(project))
    links = sum(line.startswith("+link:") for line in differences.splitlines())
    words = {
        "links": progress.counted(links, "keys-links", spoken()),
        "files": progress.counted(len(changed), "keys-files", spoken()),
    }
    key = ("keys-not-written" if options.dry_run else "keys-written") if changed else "keys-right"
    sys.stderr.write(f"{Message('progress', key, words if changed else {})}\n")
    return 0
