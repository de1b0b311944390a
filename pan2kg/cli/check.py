"""The commands of who edits a project: ``check`` it, ``init`` one of one's own, ``anchor`` its quotations."""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.cli.arguments import ENDPOINT, FILE, FLAG, LANGUAGE, ONCE, an_address
from pan2kg.cli.opening import cache_of, open_endpoint, project_of
from pan2kg.cli.output import Progress, emit, emit_lines, tell
from pan2kg.errors import ProjectError, QueryError
from pan2kg.i18n import (
    Message,
    Messages,
    error_message,
    format_number,
    process_language,
    say,
    today,
)

if TYPE_CHECKING:
    from pan2kg.project import Project
    from pan2kg.review.anchoring import Anchoring, Orphan
    from pan2kg.validation.changes import CheckedChange
    from pan2kg.validation.report import Report

CHECK = {
    "files": {"metavar": "FILE", "nargs": "*"}, "--since": {"metavar": "REVISION", "default": ""},
    **LANGUAGE,
    "--format": {"choices": ("text", "json", "github", "html", "junit", "turtle"), "default": "text"},
    "--fail-on": {"choices": ("violation", "warning"), "default": "violation"}, "--baseline": FILE,
    "--write-baseline": FILE, "--engine": {"choices": ("sparql", "pyshacl"), "default": "sparql"},
    "--explain": {"metavar": "RULE"}, **ENDPOINT, "-o --output": FILE,
}  # fmt: skip
INIT = {
    "folder": {"metavar": "DIR"}, "--country": {"metavar": "CODE"},
    "--base": {"metavar": "URL", "type": an_address},
    "--licence": {"choices": ("cc-by-4.0", "cc0-1.0"), "default": "cc-by-4.0"},
    "--publisher": {"metavar": "NAME", "default": ""}, "--without-core": FLAG,
}  # fmt: skip
ANCHOR = {
    "file": FILE,
    "--document": {"metavar": "KEY", "required": True, **ONCE},
    "--dry-run": {**FLAG, "help": "add.dry-run"},
    **LANGUAGE,
}

_LONGEST_SHOWN = 120
"""How many characters of quoted words are shown in a message."""


def run_check(options: argparse.Namespace) -> int:
    """Check a project, or some of its files, and write the report; 1 where it does not conform.

    Raises:
        ProjectError: a release is named, which has no files to check.
        QueryError: options that exclude each other, or an unknown rule to explain.
    """
    from pan2kg.validation import baseline, changes, check_report

    project = project_of(options)
    if project.data and options.endpoint is None:
        raise ProjectError("release-has-no-files")
    if options.explain:
        from pan2kg.validation import explanation

        emit(explanation.explain(project, options.explain), options.output)
        return 0
    named = changes.named_files(project, options.files, Path())
    change = changes.CheckedChange(named, options.since)
    _refuse_part(options)
    if options.endpoint is None:
        report = _check_files(options, project, change)
    else:
        report = _check_endpoint(options, project)
    if options.write_baseline:
        baseline.write_baseline(report, Path(options.write_baseline))
    text = check_report.write_report(report, options.format, language=options.language)
    if options.format == "text":
        head = check_report.heading(project, change, options.language, made=report.made)
        text = f"{head}\n{text}"
    emit(text, options.output, options.format)
    return 0 if report.conforms or options.write_baseline else 1


def _is_whole(options: argparse.Namespace) -> bool:
    return not options.files and not options.since


def _refuse_part(options: argparse.Namespace) -> None:
    # a baseline is of all findings, and an endpoint has no files of which some could be named
    if _is_whole(options):
        return
    if options.baseline or options.write_baseline:
        raise QueryError("baseline-of-whole")
    if options.endpoint is not None:
        raise QueryError("files-not-there")


def _check_endpoint(options: argparse.Namespace, project: "Project") -> "Report":
    from pan2kg.store import remote
    from pan2kg.validation.check import check_store
    from pan2kg.validation.evaluation import Engine
    from pan2kg.validation.report import Severity

    severity = Severity(options.fail_on)
    if Engine(options.engine) is not Engine.SPARQL:
        raise QueryError("remote-engine", engine=options.engine)
    store = open_endpoint(project, options)
    remote.insist_on_shapes(store)
    baseline = Path(options.baseline) if options.baseline else None
    report = check_store(project, store, fail_on=severity, baseline=baseline)
    tell(say("progress", "files-not-checked"))
    return report


def _check_files(
    options: argparse.Namespace, project: "Project", change: "CheckedChange"
) -> "Report":
    from pan2kg.validation import baseline, changes, kept
    from pan2kg.validation.evaluation import Engine
    from pan2kg.validation.report import Severity

    severity = Severity(options.fail_on)
    engine = Engine(options.engine)
    progress = Progress(after=2)
    accepted = baseline.read_baseline(Path(options.baseline)) if options.baseline else None
    make = partial(
        changes.check_change,
        project,
        change,
        fail_on=severity,
        engine=engine,
        tell=lambda key: progress(str(Message("progress", key))),
    )
    folder = None
    if _is_whole(options) and engine is Engine.SPARQL:
        folder = cache_of(options)
    # a report that is kept was made for any of the severities
    report = replace(kept.kept_report(project, folder, make), fail_on=severity)
    progress.finish()
    if accepted is None:
        return report
    return baseline.compare(report, accepted)


def run_init(options: argparse.Namespace) -> int:
    """Begin a project of one's own in an empty folder, and say what to do there.

    Raises:
        QueryError: no country is named, or one that is not known.
        ProjectError: something is in the folder already.
    """
    from pan2kg.turtle import countries

    if not options.country:
        remedy = error_message("name-country", names=", ".join(countries.countries()))
        raise QueryError("country-needed", remedy=remedy)
    country = countries.find_country(options.country)
    beginning = countries.Beginning(
        country,
        options.base or f"https://{country.code}.example/",
        options.licence,
        options.publisher,
        not options.without_core,
        today(),
    )
    emit_lines(countries.begin(Path(options.folder), beginning))
    return 0


def run_anchor(options: argparse.Namespace) -> int:
    """Write down where quoted words stand in the text of their document; 1 where some do not stand there.

    Raises:
        QueryError: there is no such document.
        OutlineError: the file cannot be read.
    """
    from pan2kg.extract import process
    from pan2kg.review import anchoring, files, typed
    from pan2kg.store import load_project
    from pan2kg.turtle import writer

    project = project_of(options)
    name = typed.document_named(load_project(project), project, options.document)
    document = process.read_document(Path(options.file))
    with files.alone(project):
        anchored = anchoring.anchor(project, document, name, today())
        emit("".join(file.difference for file in anchored.files))
        if anchored.files and not options.dry_run:
            texts = {file.path: file.new for file in anchored.files}
            files.write(project, texts, writer.read_prefixes(project))
    tell(_anchored_message(anchored, options))
    tell(*(_orphan_message(orphan) for orphan in anchored.orphans))
    tell(*_length_messages(anchored, options.document))
    return 1 if anchored.orphans else 0


def _anchored_message(anchored: "Anchoring", options: argparse.Namespace) -> Message:
    """How many passages were found, and whether that is written, was before, or is only shown."""
    if options.dry_run:
        key = "anchored-shown"
    elif anchored.files:
        key = "anchored"
    else:
        key = "anchored-before"
    number = len(anchored.anchors)
    values = {
        "passages": Messages("progress").say_number(
            number, "anchored-passages", process_language()
        ),
        "document": options.document,
        "files": len(anchored.files),
    }
    return Message("progress", key, values)


def _orphan_message(orphan: "Orphan") -> Message:
    """That a passage was not found, or several times; with the text that is most like it where there is one."""
    values = {
        "place": str(orphan.place),
        "passage": orphan.subject.rpartition("/")[2],
        "quote": _shortened(orphan.quotation.words),
    }
    if orphan.times:
        return Message("progress", "orphan-several", {**values, "times": orphan.times})
    if orphan.nearest:
        return Message("progress", "orphan-near", {**values, "near": _shortened(orphan.nearest)})
    return Message("progress", "orphan", values)


def _shortened(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _LONGEST_SHOWN else f"{line[: _LONGEST_SHOWN - 1].rstrip()}…"


def _length_messages(anchored: "Anchoring", document: str) -> Iterator[Message]:
    """What is quoted at such length that whoever holds the rights may have to be asked."""
    from pan2kg.validation import rights

    longest = {"most": rights.LONGEST.characters, "words": rights.LONGEST.words}
    for place, quotation in anchored.long:
        values = {"place": str(place), "characters": len(quotation.words), **longest}
        yield Message("progress", "quotation-long", values)
    if anchored.share > rights.SHARE_LOOKED_AT:
        key = "quoted-too-much" if anchored.share > rights.SHARE_TOO_MUCH else "quoted-much"
        share = format_number(100 * anchored.share, process_language(), 0)
        yield Message("progress", key, {"share": share, "document": document})
