"""The command that sends a plan out as a spreadsheet and takes it in again: ``pan2kg sheet export`` and ``import``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.cli.arguments import Formatter, add_language, add_output, cache_of, emit, project_of
from pan2kg.errors import ProjectError, QueryError
from pan2kg.i18n.catalogue import Messages
from pan2kg.i18n.message import Message, spoken

if TYPE_CHECKING:
    from pan2kg.project import Project
    from pan2kg.review.sheet import Book
    from pan2kg.review.sheet_changes import Change, Comparison
    from pan2kg.store.store import LocalStore


def add_sheet(command: argparse.ArgumentParser) -> None:
    """Out or in, and which file."""
    kinds = command.add_subparsers(title="title.kinds", metavar="KIND", dest="kind", required=True)
    for kind in ("export", "import"):
        told = f"command.sheet-{kind}"
        inner = kinds.add_parser(kind, allow_abbrev=False, help=told, description=told, formatter_class=Formatter)
        inner.add_argument("--project", metavar="DIR", action="append", default=argparse.SUPPRESS, help="project")
        if kind == "export":
            inner.add_argument("plan", metavar="PLAN", help="sheet.plan")
            add_output(inner, "sheet.output", required=True)
        else:
            inner.add_argument("file", metavar="FILE", help="sheet.file")
            inner.add_argument("--write", action="store_true", help="sheet.write")
        add_language(inner)


def run_sheet(options: argparse.Namespace) -> int:
    """Write a sheet, or show what one changes and write that."""
    from pan2kg.store.cache import open_stated

    project = project_of(options)
    if options.kind == "export":
        return _export(project, open_stated(project, cache_of(options)), options)
    return _import(project, options)


def _export(project: Project, store: LocalStore, options: argparse.Namespace) -> int:
    from pan2kg.review.sheet import read_book
    from pan2kg.review.sheet_changes import read_known
    from pan2kg.review.workbook import write_book
    from pan2kg.store.queries import find_thing, refuse_other_kind
    from pan2kg.validation.quotations import kept_texts

    plan = find_thing(options.plan, store, project)
    refuse_other_kind(plan, ["plan"], option="plan", store=store)
    book, known = read_book(project, plan), read_known(store, options.language, kept_texts(project))
    emit(write_book(book, known.names, sorted(known.things), options.language), options.output)
    rows = Messages("progress").counted(sum(len(sheet.rows) for sheet in book.sheets), "sheet-rows", spoken())
    sys.stderr.write(f"{Message('progress', 'sheet-exported', {'file': options.output, 'rows': rows})}\n")
    return 0


def _import(project: Project, options: argparse.Namespace) -> int:
    from pan2kg.review.files import alone, write
    from pan2kg.review.sheet import read_book
    from pan2kg.review.sheet_changes import compare, read_known
    from pan2kg.review.workbook import changed, read_tables
    from pan2kg.store.cache import open_stated
    from pan2kg.turtle.vocabulary import thing
    from pan2kg.turtle.writer import read_prefixes
    from pan2kg.validation.quotations import kept_texts

    name, tables, is_csv = read_tables(Path(options.file))
    with alone(project):
        store = open_stated(project, cache_of(options))
        known, plan = read_known(store, options.language, kept_texts(project)), thing("plan", name, project.space)
        if plan not in known.things:
            raise QueryError("sheet-of-other-plan", plan=name)
        book = read_book(project, plan)
        found = compare(book, tables, known)
        if is_csv:
            sys.stderr.write(f"{Message('progress', 'sheet-csv')}\n")
        emit("".join(f"{line}\n" for line in _lines(book, found)))
        faults = len(found.faults) + len(found.conflicts)
        if faults:
            raise ProjectError("sheet-refused", remedy="mend-and-import", n=faults)
        files = changed(book, found, known)
        if options.write and files:
            write(project, {one.path: one.new for one in files}, read_prefixes(project))
    _report(found, [one.name for one in files], is_written=options.write)
    return 0


def _lines(book: Book, found: Comparison) -> list[Message]:
    """What changes, line by line, and what cannot be taken."""
    from pan2kg.review.sheet_changes import new_subject

    new = [
        Message("sheet", "new-row", {"place": _place(sheet, line), "key": new_subject(book, sheet, cells)})
        for sheet, line, cells in found.rows
    ]
    faults = [
        Message("sheet", "fault", {"place": _place(one.sheet, one.line, one.cell), "fault": one.message})
        for one in found.faults
    ]
    return [*map(_change, found.changes), *new, *faults]


def _place(sheet: str, line: int, cell: str = "") -> Message:
    """Where something stands: the cell, where it is about one, else the line."""
    values = {"sheet": Message("sheet", f"sheet.{sheet}"), "line": line, "cell": cell}
    return Message("sheet", "place-cell" if cell else "place", values)


def _change(change: Change) -> Message:
    from pan2kg.review.sheet_changes import head

    old, new = (one.replace("\n", " | ") or Message("sheet", "empty") for one in (change.old, change.new))
    values = {
        "place": _place(change.sheet, change.line, change.cell),
        "key": change.key,
        "column": head(change.column),
        "old": old,
        "new": new,
    }
    return Message("sheet", "change-by-both" if change.meanwhile else "change", values)


def _report(found: Comparison, files: list[str], *, is_written: bool) -> None:
    """How many cells and rows, and what stays though the sheet no longer has it."""
    progress, language = Messages("progress"), spoken()
    said = {
        "cells": progress.counted(len(found.changes), "sheet-cells", language),
        "rows": progress.counted(len(found.rows), "sheet-new", language),
        "files": ", ".join(files),
    }
    key = "sheet-same" if found.is_empty else "sheet-written" if is_written else "sheet-shown"
    notes = [str(Message("progress", key, {} if found.is_empty else said))]
    if found.absent:
        notes.append(progress.say("sheet-absent", language, n=found.absent))
    sys.stderr.write("".join(f"{one}\n" for one in notes))
