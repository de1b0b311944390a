"""The commands that write into the project one edits: ``add``, ``rekey``, ``keep``, and ``sheet`` out and in again.

Each shows what changes, asks what a check would say of it, and writes it whole or not at all.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pan2kg.cli import arguments
from pan2kg.cli.arguments import FILE, FLAG, LANGUAGE, ONCE, Options, a_link
from pan2kg.cli.opening import project_of
from pan2kg.cli.output import emit, emit_lines, tell
from pan2kg.coherence import evidence
from pan2kg.errors import ProjectError, QueryError
from pan2kg.i18n import Message, Messages, parse_day, process_language, today, verbatim
from pan2kg.project import Project
from pan2kg.review import (
    add,
    files,
    filled,
    home,
    kept_text,
    rekeying,
    sheet,
    sheet_changes,
    sheet_edits,
    tidying,
    typed,
)
from pan2kg.store import LocalStore, filling, find_thing, load_project
from pan2kg.turtle import vocabulary, writer
from pan2kg.validation import changes, check_report, quotations, report

_PROGRESS = Messages("progress")
_MANY = {"action": "append"}
_ANY = {**_MANY, "default": [], "metavar": "KEY"}
_DOCUMENT: Options = {
    "--document": {"metavar": "KEY", "required": True, **ONCE, "help": "add.source"}
}
_QUOTE: Options = {
    "--quote": {"metavar": "WORDS", **ONCE},
    "--quote-language": {"metavar": "TAG", **ONCE},
    "--page": {"metavar": "PAGE", **ONCE},
}
_WORDS = {
    **_DOCUMENT,
    **_QUOTE,
    "--quote": {"metavar": "WORDS", "required": True, **ONCE},
}
_CERTAINTY: Options = {
    "--certainty": {"choices": ("stated", "derived", "unverified"), "default": "stated"},
    "--note": {"metavar": "WORDS", **ONCE},
}
_TITLES = {"metavar": "WORDS@TAG", "required": True, **_MANY}
_END: Options = {"--dry-run": FLAG, **LANGUAGE}
ADD = arguments.Kinds(
    {
        "link": {
            "work": {"metavar": "FROM", "help": "add.from"},
            "to": {"metavar": "TO"},
            "--type": {
                "choices": (
                    "uses-instrument",
                    "cross-reference",
                    "in-line-with",
                    "implementing",
                    "part-of",
                    "builds-on",
                    "succession",
                ),
                "default": "",
            },
            "--relation": {"metavar": "KEY", "default": ""},
            **_WORDS,
            **_CERTAINTY,
            **_END,
        },
        "involvement": {
            "work": {"metavar": "PLAN-OR-ACTION", "help": "add.from"},
            "body": {"metavar": "BODY"},
            "--role": {"metavar": "KEY", "required": True, **_MANY},
            "--as-stated": {"metavar": "WORDS@TAG", **ONCE},
            **_DOCUMENT,
            **_QUOTE,
            **_CERTAINTY,
            **_END,
        },
        "action": {
            "work": {"metavar": "PLAN", "help": "add.plan"},
            "--number": {"metavar": "NUMBER", "required": True, **ONCE},
            "--title": _TITLES,
            "--part": _ANY,
            "--topic": _ANY,
            **_DOCUMENT,
            **_CERTAINTY,
            **_END,
        },
        "document": {
            "key": {"metavar": "KEY"},
            "--title": _TITLES,
            "--source-kind": {
                "choices": ("official-page", "secondary-page", "memory"),
                "required": True,
            },
            "--publisher": {"metavar": "NAME", "default": ""},
            "--date": {"metavar": "DATE", "default": "", "help": "add.document-date"},
            "--read-at": {"metavar": "URL", "type": a_link, **ONCE},
            "--speaks-for": _ANY,
            "--author-kind": {
                "choices": ("public-authority", "international", "other"),
                "default": "",
            },
            **_END,
        },
        "passage": {"work": {"metavar": "FACT", "help": "add.fact"}, **_WORDS, **_END},
        "name": {
            "work": {"metavar": "THING", "help": "add.named"},
            "name": {"metavar": "NAME@TAG"},
            "--name-kind": {
                "choices": ("official-title", "short-title", "title-as-cited", "popular-name"),
                "required": True,
            },
            **_DOCUMENT,
            **_CERTAINTY,
            **_END,
        },
        "reading": {
            "work": {"metavar": "PLAN-OR-ACTION"},
            "--aspect": {
                "choices": ("texts", "references", "measures", "bodies", "web-page"),
                "required": True,
            },
            "--extent": {"choices": ("full", "part", "none"), "required": True},
            "--document": {"metavar": "KEY", "required": True, **_MANY},
            "--by": {"metavar": "NAME", "required": True, **ONCE},
            "--date": {"metavar": "DAY", "type": parse_day, **ONCE},
            **_END,
        },
        "home": {"work": {"metavar": "PLAN", "help": "add.home"}, **_END},
    }
)
KEEP: Options = {
    "file": FILE,
    "--document": {"metavar": "KEY", "required": True, **ONCE},
    "--hashes": FLAG,
    **LANGUAGE,
}
REKEY: Options = {
    "--dry-run": {**FLAG, "help": "add.dry-run"},
    **LANGUAGE,
}
TIDY = REKEY
SHEET = arguments.Kinds(
    {
        "export": {
            "plan": {"metavar": "PLAN"},
            "-o --output": {**FILE, "required": True},
            **LANGUAGE,
        },
        "import": {"file": FILE, "--write": FLAG, **LANGUAGE},
    }
)


class _Added(NamedTuple):
    """What is to be written, what is remarked on it, and the files of examples that go with it."""

    addition: files.Addition
    remark: Message | None = None
    examples: Sequence[Path] = ()


def run_add(options: argparse.Namespace) -> int:
    """Show what is added, say what a check would warn of, and write it.

    Raises:
        ProjectError: a check would not pass it, or it cannot be written.
        QueryError: what was typed names nothing that fits.
    """
    project = project_of(options)
    store = load_project(project)
    with files.alone(project):
        added = _ADDING[options.kind](store, project, options)
        addition = added.addition
        # what goes with an example is still spoken of until it is gone
        warnings = [] if added.examples else _insist(project, store, addition)
        emit(addition.difference)
        if not options.dry_run:
            files.write(project, {addition.path: addition.new}, writer.read_prefixes(project))
            files.remove(added.examples)
    key = "block-not-written" if options.dry_run else "block-written"
    tell(Message("progress", key, {"name": addition.name}), *warnings, added.remark)
    return 0


def _insist(project: Project, store: LocalStore, addition: files.Addition) -> list[Message]:
    """What a check would warn of. Raises ProjectError for what it would not pass."""
    language = process_language()
    names = report.Names(writer.read_prefixes(project))
    warnings = []
    for finding in changes.objections(project, store, {addition.path: addition.new}):
        more = check_report.detail(names, finding, language)
        sentence = finding.message.say(language) + (f" ({more})" if more else "")
        words = {"rule": finding.rule.key, "name": names.short(finding.focus), "message": sentence}
        if finding.severity is report.Severity.VIOLATION:
            remedy = finding.rule.remedy.say(language)
            raise ProjectError(
                Message("error", "would-not-pass", words),
                remedy=verbatim(remedy) if remedy else None,
            )
        warnings.append(Message("progress", "would-warn", words))
    return warnings


def _link(store: LocalStore, project: Project, options: argparse.Namespace) -> _Added:
    basis = _basis(store, project, options, needs_words=True)
    ends = (options.work, options.to)
    types = {"kind": options.type, "relation": options.relation}
    return _Added(add.link_addition(store, project, ends, basis, **types))


def _involvement(store: LocalStore, project: Project, options: argparse.Namespace) -> _Added:
    basis = _basis(store, project, options, needs_reason=True)
    ends = (options.work, options.body)
    words = typed.tagged(options.as_stated, project) if options.as_stated else None
    return _Added(add.part_addition(store, project, ends, options.role, basis, words))


def _action(store: LocalStore, project: Project, options: argparse.Namespace) -> _Added:
    titles = _titles(project, options)
    addition = add.action_addition(
        store,
        project,
        options.work,
        options.number,
        titles,
        options.part,
        options.topic,
        _basis(store, project, options),
    )
    return _Added(addition)


def _document(store: LocalStore, project: Project, options: argparse.Namespace) -> _Added:
    names = ("source_kind", "publisher", "date", "read_at", "author_kind")
    facts = {name: getattr(options, name) or "" for name in names}
    titles = _titles(project, options)
    addition = add.document_addition(store, project, options.key, titles, options.speaks_for, facts)
    return _Added(addition)


def _passage(store: LocalStore, project: Project, options: argparse.Namespace) -> _Added:
    basis = _basis(store, project, options, needs_words=True)
    fact = find_thing(options.work, store, project)
    return _Added(add.passage_addition(project, fact, basis))


def _name(store: LocalStore, project: Project, options: argparse.Namespace) -> _Added:
    basis = _basis(store, project, options)
    name = typed.tagged(options.name, project)
    return _Added(add.name_addition(store, project, options.work, name, options.name_kind, basis))


def _reading(store: LocalStore, project: Project, options: argparse.Namespace) -> _Added:
    day = options.date or today()
    if day > today():
        raise QueryError("reading-ahead", day=day.isoformat())
    aspect = evidence.Aspect(options.aspect)
    extent = evidence.Extent(options.extent)
    reading = evidence.Reading("", aspect, extent, day=day, reader=options.by)
    return _Added(*add.reading_addition(store, project, options.work, options.document, reading))


def _home(store: LocalStore, project: Project, options: argparse.Namespace) -> _Added:
    addition, examples = home.home_addition(store, project, options.work)
    if not examples:
        return _Added(addition)
    names = ", ".join(map(project.name_of, examples))
    return _Added(addition, Message("progress", "examples-gone", {"files": names}), examples)


_ADDING = {
    "link": _link,
    "involvement": _involvement,
    "action": _action,
    "document": _document,
    "passage": _passage,
    "name": _name,
    "reading": _reading,
    "home": _home,
}


def _titles(project: Project, options: argparse.Namespace) -> list[typed.Words]:
    return [typed.tagged(title, project) for title in options.title]


def _basis(
    store: LocalStore,
    project: Project,
    options: argparse.Namespace,
    *,
    needs_words: bool = False,
    needs_reason: bool = False,
) -> typed.Support:
    """On what a fact rests, as far as its kind has these options."""
    chosen = vars(options)
    names = ("document", "certainty", "quote", "quote_language", "page", "note")
    form = {name: chosen.get(name) or "" for name in names}
    return typed.read_basis(
        store, project, form, needs_words=needs_words, needs_reason=needs_reason
    )


def run_keep(options: argparse.Namespace) -> int:
    project = project_of(options)
    store = load_project(project)
    with files.alone(project):
        kept = kept_text.keep(
            project, store, Path(options.file), options.document, as_hashes=options.hashes
        )
    words = {"name": kept.file, "standing": kept.standing}
    tell(_PROGRESS.say("text-kept", process_language(), n=kept.number, **words))
    return 0


def run_rekey(options: argparse.Namespace) -> int:
    project = project_of(options)
    with files.alone(project):
        changed = rekeying.rekeyed(project)
        differences = "".join(file.difference for file in changed)
        emit(differences)
        if changed and not options.dry_run:
            texts = {file.path: file.new for file in changed}
            files.write(project, texts, writer.read_prefixes(project))
    if not changed:
        tell(Message("progress", "keys-right", {}))
        return 0
    links = sum(line.startswith("+link:") for line in differences.splitlines())
    words = {
        "links": _PROGRESS.say_number(links, "keys-links", process_language()),
        "files": _PROGRESS.say_number(len(changed), "keys-files", process_language()),
    }
    key = "keys-not-written" if options.dry_run else "keys-written"
    tell(Message("progress", key, words))
    return 0


def run_tidy(options: argparse.Namespace) -> int:
    """Bring the files of an earlier layout together: one plan, one file.

    Raises:
        RefusedError: files that become one use a prefix for two namespaces.
        ProjectError: a file cannot be written or removed.
    """
    project = project_of(options)
    files.own(project)
    with files.alone(project):
        layout = tidying.tidied(project) if options.dry_run else tidying.tidy(project)
    key = "layout-tidy"
    if layout.texts:
        key = "layout-not-written" if options.dry_run else "layout-written"
    numbers = {"written": len(layout.texts), "removed": len(layout.removed)}
    words = {
        name: _PROGRESS.say_number(n, "keys-files", process_language())
        for name, n in numbers.items()
    }
    tell(Message("progress", key, words if layout.texts else {}))
    return 0


def run_sheet(options: argparse.Namespace) -> int:
    """Write the sheet of a plan, or take in what was changed in one.

    Raises:
        ProjectError: something in the sheet cannot be taken in; each fault is told with its place.
        QueryError: there is no such plan.
    """
    project = project_of(options)
    if options.kind == "import":
        return _import_sheet(options, project)
    return _export_sheet(options, project)


def _export_sheet(options: argparse.Namespace, project: Project) -> int:
    store = load_project(project)
    plan = find_thing(options.plan, store, project)
    filling.refuse_other_kind(plan, ["plan"], option="plan", store=store)
    book = sheet.read_book(project, plan)
    facts = sheet.KnownThings.read(store, options.language, quotations.texts_of_members(project))
    written = sheet.write_book(book, facts.names, sorted(facts.things), options.language)
    emit(written, options.output)
    number = sum(len(listed.rows) for listed in book.sheets.values())
    rows = _PROGRESS.say_number(number, "sheet-rows", process_language())
    tell(Message("progress", "sheet-exported", {"file": options.output, "rows": rows}))
    return 0


def _import_sheet(options: argparse.Namespace, project: Project) -> int:
    returned = filled.read_tables(Path(options.file))
    with files.alone(project):
        store = load_project(project)
        texts = quotations.texts_of_members(project)
        facts = sheet.KnownThings.read(store, options.language, texts)
        plan = vocabulary.thing("plan", returned.plan, project.space)
        if plan not in facts.things:
            raise QueryError("sheet-of-other-plan", plan=returned.plan)
        comparison = sheet_changes.compare(sheet.read_book(project, plan), returned.sheets, facts)
        if returned.is_csv:
            tell(Message("progress", "sheet-csv"))
        emit_lines(_sheet_messages(comparison))
        conflicts = sum(change.meanwhile for change in comparison.changes)
        if number := len(comparison.faults) + conflicts:
            raise ProjectError("sheet-refused", n=number)
        changed = sheet_edits.changed(comparison)
        if options.write and changed:
            texts_by_file = {file.path: file.new for file in changed}
            files.write(project, texts_by_file, writer.read_prefixes(project))
    _tell_of_sheet(comparison, [file.name for file in changed], is_written=options.write)
    return 0


def _sheet_messages(comparison: sheet_changes.SheetComparison) -> Iterator[Message]:
    """Each cell that differs, each new row, each fault."""
    for change in comparison.changes:
        values = {"key": change.key, "column": change.column.head, "place": change.place}
        for side, text in (("old", change.old), ("new", change.new)):
            values[side] = text.replace("\n", " | ") or Message("sheet", "empty")
        yield Message("sheet", "change-by-both" if change.meanwhile else "change", values)
    for name, line, cells in comparison.rows:
        place = sheet_changes.place_of(name, line)
        values = {"place": place, "key": comparison.book.subject(name, cells)}
        yield Message("sheet", "new-row", values)
    for fault in comparison.faults:
        yield Message("sheet", "fault", {"place": fault.place, "fault": fault.message})


def _tell_of_sheet(
    comparison: sheet_changes.SheetComparison, changed: Sequence[str], *, is_written: bool
) -> None:
    """Say how many cells and rows there are, and what stays though the sheet no longer has it."""
    if comparison.is_empty:
        tell(Message("progress", "sheet-same", {}))
    else:
        words = {
            "cells": _PROGRESS.say_number(
                len(comparison.changes), "sheet-cells", process_language()
            ),
            "rows": _PROGRESS.say_number(len(comparison.rows), "sheet-new", process_language()),
            "files": ", ".join(changed),
        }
        tell(Message("progress", "sheet-written" if is_written else "sheet-shown", words))
    if comparison.absent:
        tell(_PROGRESS.say("sheet-absent", process_language(), n=comparison.absent))
