"""The commands of who edits a project: ``check`` it, ``init`` one of one's own, ``anchor`` its quotations."""

import argparse
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.cli.arguments import ENDPOINT, FILE, FLAG, LANGUAGE, ONCE, an_address
from pan2kg.cli.opening import cache_of, open_endpoint, project_of
from pan2kg.cli.output import Progress, emit, emit_lines, tell
from pan2kg.errors import ProjectError, QueryError
from pan2kg.i18n import Message, Messages, numeral, say, spoken, today, told

if TYPE_CHECKING:
    from pan2kg.project import Project
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
    from pan2kg.turtle import countries

    if not options.country:
        raise QueryError(
            "country-needed", remedy=told("name-country", names=", ".join(countries.countries()))
        )
    country = countries.find_country(options.country)
    space = options.base or f"https://{country.code}.example/"
    facts = country, space, options.licence, options.publisher, not options.without_core, today()
    emit_lines(countries.begin(Path(options.folder), countries.Beginning(*facts)))
    return 0


def run_anchor(options: argparse.Namespace) -> int:
    from pan2kg.extract import process
    from pan2kg.review import anchoring, files, typed
    from pan2kg.store import load_project
    from pan2kg.turtle import writer
    from pan2kg.validation import rights

    project = project_of(options)
    name = typed.document_named(load_project(project), project, options.document)
    document = process.read_document(Path(options.file))
    with files.alone(project):
        anchored = anchoring.anchor(project, document, name, today())
        emit("".join(file.difference for file in anchored.files))
        if anchored.files and not options.dry_run:
            files.write(
                project,
                {file.path: file.new for file in anchored.files},
                writer.read_prefixes(project),
            )

    def remark(key: str, **values: object) -> None:
        # quoted words in short
        for word in {"quote", "near"} & values.keys():
            line = " ".join(str(values[word]).split())
            values[word] = line if len(line) <= 120 else f"{line[:119].rstrip()}…"
        tell(Message("progress", key, values))

    language = spoken()
    passages = Messages("progress").counted(len(anchored.anchors), "anchored-passages", language)
    key = (
        "anchored-shown" if options.dry_run else "anchored" if anchored.files else "anchored-before"
    )
    remark(key, passages=passages, document=options.document, files=len(anchored.files))
    for subject, place, quotation, times, nearest in anchored.orphans:
        key = "orphan"
        more = dict[str, object]()
        if times:
            key = "orphan-several"
            more = {"times": times}
        elif nearest:
            key = "orphan-near"
            more = {"near": nearest}
        remark(
            key, place=str(place), passage=subject.rpartition("/")[2], quote=quotation.words, **more
        )
    most, words = rights.LONGEST
    for place, quotation in anchored.long:
        remark(
            "quotation-long",
            place=str(place),
            characters=len(quotation.words),
            most=most,
            words=words,
        )
    if anchored.share > rights.SHARE_LOOKED_AT:
        key = "quoted-too-much" if anchored.share > rights.SHARE_TOO_MUCH else "quoted-much"
        remark(key, share=numeral(100 * anchored.share, language, 0), document=options.document)
    return 1 if anchored.orphans else 0
