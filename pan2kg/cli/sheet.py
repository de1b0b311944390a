"""The command that sends a plan out as a spreadsheet and takes it in again: ``pan2kg sheet export`` and ``import``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.cli.arguments import Formatter, add_language, add_output, cache_of, emit, project_of
from pan2kg.errors import ProjectError, QueryError
from pan2kg.i18n.catalogue import Messages
from pan2kg.i18n.message import Message, spoken

if TYPE_CHECKING:
    from pan2kg.project import Project
    from pan2kg.review.sheet import SheetComparison
    from pan2kg.store.store import LocalStore


def add_sheet(command: argparse.ArgumentParser) -> None:
    kinds = command.add_subparsers(title="title.kinds", metavar="KIND", dest="kind", required=True)
    for kind in ("export", "import"):
        message = f"command.sheet-{kind}"
        inner = kinds.add_parser(kind, allow_abbrev=False, help=message, description=message, formatter_class=Formatter)
        inner.add_argument("--project", metavar="DIR", action="append", default=argparse.SUPPRESS, help="project")
        if kind == "export":
            inner.add_argument("plan", metavar="PLAN", help="sheet.plan")
            add_output(inner, "sheet.output", required=True)
        else:
            inner.add_argument("file", metavar="FILE", help="sheet.file")
            inner.add_argument("--write", action="store_true", help="sheet.write")
        add_language(inner)


def run_sheet(options: argparse.Namespace) -> int:
    from pan2kg.store.cache import open_stated

    project = project_of(options)
    if options.kind == "export":
        return _export(project, open_stated(project, cache_of(options)), options)
    return _import(project, options)


def _export(project: Project, store: LocalStore, options: argparse.Namespace) -> int:
    from pan2kg.review.sheet import read_book, read_known, write_book
    from pan2kg.store.queries import find_thing, refuse_other_kind
    from pan2kg.validation.quotations import kept_texts

    plan = find_thing(options.plan, store, project)
    refuse_other_kind(plan, ["plan"], option="plan", store=store)
    book, facts = read_book(project, plan), read_known(store, options.language, kept_texts(project))
    emit(write_book(book, facts.names, sorted(facts.things), options.language), options.output)
    number = sum(len(sheet.rows) for sheet in book.sheets.values())
    rows = Messages("progress").counted(number, "sheet-rows", spoken())
    sys.stderr.write(f"{Message('progress', 'sheet-exported', {'file': options.output, 'rows': rows})}\n")
    return 0


def _import(project: Project, options: argparse.Namespace) -> int:
    from pan2kg.review.files import alone, write
    from pan2kg.review.sheet import changed, compare, read_book, read_known, read_tables
    from pan2kg.store.cache import open_stated
    from pan2kg.turtle.vocabulary import thing
    from pan2kg.turtle.writer import read_prefixes
    from pan2kg.validation.quotations import kept_texts

    name, tables, is_csv = read_tables(Path(options.file))
    with alone(project):
        store = open_stated(project, cache_of(options))
        facts, plan = read_known(store, options.language, kept_texts(project)), thing("plan", name, project.space)
        if plan not in facts.things:
            raise QueryError("sheet-of-other-plan", plan=name)
        comparison = compare(read_book(project, plan), tables, facts)
        if is_csv:
            sys.stderr.write(f"{Message('progress', 'sheet-csv')}\n")
        emit("".join(f"{line}\n" for line in _lines(comparison)))
        if faults := len(comparison.faults) + len(comparison.conflicts):
            raise ProjectError("sheet-refused", remedy="mend-and-import", n=faults)
        files = changed(comparison)
        if options.write and files:
            write(project, {file.path: file.new for file in files}, read_prefixes(project))
    # how many cells and rows, and what stays though the sheet no longer has it
    progress, language = Messages("progress"), spoken()
    counts = {
        "cells": progress.counted(len(comparison.changes), "sheet-cells", language),
        "rows": progress.counted(len(comparison.rows), "sheet-new", language),
        "files": ", ".join(file.name for file in files),
    }
    key = "sheet-same" if comparison.is_empty else "sheet-written" if options.write else "sheet-shown"
    sys.stderr.write(f"{Message('progress', key, {} if comparison.is_empty else counts)}\n")
    if comparison.absent:
        sys.stderr.write(f"{progress.say('sheet-absent', language, n=comparison.absent)}\n")
    return 0


def _lines(comparison: SheetComparison) -> Iterator[Message]:
    """What changes, line by line, and what cannot be taken."""

    def place(sheet: str, line: int, cell: str = "") -> Message:
        # the cell, where something is about one, else the line
        values = {"sheet": Message("sheet", f"sheet.{sheet}"), "line": line, "cell": cell}
        return Message("sheet", "place-cell" if cell else "place", values)

    for change in comparison.changes:
        before, after = (words.replace("\n", " | ") or Message("sheet", "empty") for words in (change.old, change.new))
        location = place(change.sheet, change.line, change.cell)
        values = {"place": location, "key": change.key, "column": change.column.head, "old": before, "new": after}
        yield Message("sheet", "change-by-both" if change.meanwhile else "change", values)
    for sheet, line, cells in comparison.rows:
        values = {"place": place(sheet, line), "key": comparison.book.subject(sheet, cells)}
        yield Message("sheet", "new-row", values)
    for fault in comparison.faults:
        location = place(fault.sheet, fault.line, fault.cell)
        yield Message("sheet", "fault", {"place": location, "fault": fault.message})
