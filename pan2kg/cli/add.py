"""The commands that write into the project one edits: ``add``, ``rekey``, ``keep``, and ``sheet`` out and in again.

Each shows what changes, asks what a check would say of it, and writes it whole or not at all.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pan2kg.cli import arguments
from pan2kg.cli.arguments import FILE, FLAG, LANGUAGE, ONCE, Options, a_link
from pan2kg.cli.opening import project_of
from pan2kg.cli.output import emit, emit_lines, tell
from pan2kg.coherence import evidence
from pan2kg.errors import ProjectError, QueryError
from pan2kg.i18n import Message, Messages, a_day, spoken, today, verbatim
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
    typed,
)
from pan2kg.store import LocalStore, find_thing, load_project, queries
from pan2kg.turtle import vocabulary, writer
from pan2kg.validation import changes, check_report, quotations, report

_PROGRESS: Final = Messages("progress")
_MANY: Final = {"action": "append"}
_ANY: Final = {**_MANY, "default": [], "metavar": "KEY"}
_DOCUMENT: Final[Options] = {
    "--document": {"metavar": "KEY", "required": True, **ONCE, "help": "add.source"}
}
_QUOTE: Final[Options] = {
    "--quote": {"metavar": "WORDS", **ONCE},
    "--quote-language": {"metavar": "TAG", **ONCE},
    "--page": {"metavar": "PAGE", **ONCE},
}
_WORDS: Final = {
    **_DOCUMENT,
    **_QUOTE,
    "--quote": {"metavar": "WORDS", "required": True, **ONCE},
}
_CERTAINTY: Final[Options] = {
    "--certainty": {"choices": ("stated", "derived", "unverified"), "default": "stated"},
    "--note": {"metavar": "WORDS", **ONCE},
}
_TITLES: Final = {"metavar": "WORDS@TAG", "required": True, **_MANY}
_END: Final[Options] = {"--dry-run": FLAG, **LANGUAGE}
ADD: Final = arguments.Kinds(
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
            "--date": {"metavar": "DAY", "type": a_day, **ONCE},
            **_END,
        },
        "home": {"work": {"metavar": "PLAN", "help": "add.home"}, **_END},
    }
)
KEEP: Final[Options] = {
    "file": FILE,
    "--document": {"metavar": "KEY", "required": True, **ONCE},
    "--hashes": FLAG,
    **LANGUAGE,
}
REKEY: Final[Options] = {
    "--dry-run": {**FLAG, "help": "add.dry-run"},
    **LANGUAGE,
}
SHEET: Final = arguments.Kinds(
    {
        "export": {
            "plan": {"metavar": "PLAN"},
            "-o --output": {**FILE, "required": True},
            **LANGUAGE,
        },
        "import": {"file": FILE, "--write": FLAG, **LANGUAGE},
    }
)


def run_add(options: argparse.Namespace) -> int:
    project = project_of(options)
    store = load_project(project)
    remark: Message | None = None
    folders: list[Path] = []
    with files.alone(project):
        if options.kind == "reading":
            day = options.date or today()
            if day > today():
                raise QueryError("reading-ahead", day=day.isoformat())
            read = evidence.Aspect(options.aspect), evidence.Extent(options.extent)
            reading = evidence.Reading("", *read, day=day, reader=options.by)
            change, remark = add.reading_addition(
                store, project, options.work, options.document, reading
            )
        elif options.kind == "home":
            change, folders = home.home_addition(store, project, options.work)
            names = ", ".join(map(project.name_of, folders))
            remark = Message("progress", "examples-gone", {"folders": names}) if folders else None
        else:
            change = _fact(store, project, options)
        # what goes with an example is still spoken of until it is gone
        warnings = [] if folders else _insist(project, store, change)
        emit(change.difference)
        if not options.dry_run:
            files.write(project, {change.path: change.new}, writer.read_prefixes(project))
            home.remove(folders)
    key = "block-not-written" if options.dry_run else "block-written"
    tell(Message("progress", key, {"name": change.name}), *warnings, remark)
    return 0


def _insist(project: Project, store: LocalStore, change: files.Addition) -> list[Message]:
    language = spoken()
    names = report.Names(writer.read_prefixes(project))
    warnings = list[Message]()
    for finding in changes.objections(project, store, {change.path: change.new}):
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


def _fact(store: LocalStore, project: Project, options: argparse.Namespace) -> files.Addition:
    kind = options.kind
    titles = [typed.tagged(title, project) for title in getattr(options, "title", None) or ()]
    if kind == "document":
        names = ["source_kind", "publisher", "date", "read_at", "author_kind"]
        form = {name: getattr(options, name) or "" for name in names}
        return add.document_addition(store, project, options.key, titles, options.speaks_for, form)
    form = {
        name: getattr(options, name, None) or ""
        for name in ("document", "certainty", "quote", "quote_language", "page", "note")
    }
    needs_words = kind in ("link", "passage")
    needs_reason = kind == "involvement"
    basis = typed.read_basis(
        store, project, form, needs_words=needs_words, needs_reason=needs_reason
    )
    if kind == "link":
        ends = options.work, options.to
        return add.link_addition(
            store, project, ends, basis, kind=options.type, relation=options.relation
        )
    if kind == "involvement":
        words = typed.tagged(options.as_stated, project) if options.as_stated else None
        return add.part_addition(
            store, project, (options.work, options.body), options.role, basis, words
        )
    if kind == "action":
        about = options.number, titles, options.part, options.topic
        return add.action_addition(store, project, options.work, *about, basis)
    if kind == "passage":
        return add.passage_addition(project, find_thing(options.work, store, project), basis)
    return add.name_addition(
        store, project, options.work, typed.tagged(options.name, project), options.name_kind, basis
    )


def run_keep(options: argparse.Namespace) -> int:
    project = project_of(options)
    store = load_project(project)
    with files.alone(project):
        kept = kept_text.keep(
            project, store, Path(options.file), options.document, as_hashes=options.hashes
        )
    words = {"name": kept.file, "standing": kept.standing}
    tell(_PROGRESS.say("text-kept", spoken(), n=kept.number, **words))
    return 0


def run_rekey(options: argparse.Namespace) -> int:
    project = project_of(options)
    with files.alone(project):
        changed = rekeying.rekeyed(project)
        differences = "".join(file.difference for file in changed)
        emit(differences)
        if changed and not options.dry_run:
            files.write(
                project, {file.path: file.new for file in changed}, writer.read_prefixes(project)
            )
    links = sum(line.startswith("+link:") for line in differences.splitlines())
    counts = {"links": (links, "keys-links"), "files": (len(changed), "keys-files")}
    words = {
        name: _PROGRESS.counted(number, key, spoken()) for name, (number, key) in counts.items()
    }
    key = ("keys-not-written" if options.dry_run else "keys-written") if changed else "keys-right"
    tell(Message("progress", key, words if changed else {}))
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
    queries.refuse_other_kind(plan, ["plan"], option="plan", store=store)
    book = sheet.read_book(project, plan)
    facts = sheet.KnownThings.read(store, options.language, quotations.texts_of_members(project))
    written = sheet.write_book(book, facts.names, sorted(facts.things), options.language)
    emit(written, options.output)
    number = sum(len(listed.rows) for listed in book.sheets.values())
    rows = _PROGRESS.counted(number, "sheet-rows", spoken())
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
    # each cell that differs, each new row, each fault
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
    # how many cells and rows, and what stays though the sheet no longer has it
    if comparison.is_empty:
        tell(Message("progress", "sheet-same", {}))
    else:
        words = {
            "cells": _PROGRESS.counted(len(comparison.changes), "sheet-cells", spoken()),
            "rows": _PROGRESS.counted(len(comparison.rows), "sheet-new", spoken()),
            "files": ", ".join(changed),
        }
        tell(Message("progress", "sheet-written" if is_written else "sheet-shown", words))
    if comparison.absent:
        tell(_PROGRESS.say("sheet-absent", spoken(), n=comparison.absent))
