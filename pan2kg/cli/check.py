"""The commands of who edits a project: ``check`` it, ``init`` one of one's own, ``anchor`` its quotations."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.cli import arguments
from pan2kg.cli.arguments import project_of
from pan2kg.errors import ProjectError, QueryError
from pan2kg.i18n.catalogue import Messages, numeral
from pan2kg.i18n.message import Message, say, spoken, today, told

if TYPE_CHECKING:
    from pan2kg.review.add import Anchoring
    from pan2kg.validation.report import Report

CHECK: Final = {
    "files": {"metavar": "FILE", "nargs": "*"}, "--since": {"metavar": "REVISION", "default": ""},
    **arguments.LANGUAGE,
    "--format": {"choices": ("text", "json", "github", "html", "junit", "turtle"), "default": "text"},
    "--fail-on": {"choices": ("violation", "warning"), "default": "violation"}, "--baseline": arguments.FILE,
    "--write-baseline": arguments.FILE, "--engine": {"choices": ("sparql", "pyshacl"), "default": "sparql"},
    "--explain": {"metavar": "RULE"}, **arguments.ENDPOINT, "-o --output": arguments.FILE,
}  # fmt: skip
INIT: Final = {
    "folder": {"metavar": "DIR"}, "--country": {"metavar": "CODE"},
    "--base": {"metavar": "URL", "type": arguments.an_address},
    "--licence": {"choices": ("cc-by-4.0", "cc0-1.0"), "default": "cc-by-4.0"},
    "--publisher": {"metavar": "NAME", "default": ""}, "--without-core": arguments.FLAG,
}  # fmt: skip
ANCHOR: Final = {
    "file": arguments.FILE, "--document": {"metavar": "KEY", "required": True, **arguments.ONCE},
    "--dry-run": {**arguments.FLAG, "help": "add.dry-run"}, **arguments.LANGUAGE,
}  # fmt: skip


def run_check(options: argparse.Namespace) -> int:
    from pan2kg.report.check import heading, write_report
    from pan2kg.validation import check as changes
    from pan2kg.validation import report as reports
    from pan2kg.validation.check import Engine, check_store
    from pan2kg.validation.report import kept_report

    project, is_remote = project_of(options), options.endpoint is not None
    if project.data and not is_remote:
        raise ProjectError("release-has-no-files", remedy="check-its-project")
    if options.explain:
        from pan2kg.validation.compilation import explain

        arguments.emit(explain(project, options.explain), options.output)
        return 0
    change = changes.CheckedChange(changes.named_files(project, options.files, Path()), options.since)
    is_whole = not options.files and not options.since
    if not is_whole and (options.baseline or options.write_baseline):
        raise QueryError("baseline-of-whole", remedy="check-the-whole")
    if not is_whole and is_remote:
        raise QueryError("files-not-there", remedy="check-the-files-here")
    fail_on, engine = reports.Severity(options.fail_on), Engine(options.engine)
    baseline = Path(options.baseline) if options.baseline else None
    if is_remote:
        from pan2kg.store.remote import insist_on_shapes

        if engine is not Engine.SPARQL:
            raise QueryError("remote-engine", remedy="leave-out-engine", engine=options.engine)
        store = arguments.open_endpoint(project, options)
        insist_on_shapes(store)
        report = check_store(project, store, fail_on=fail_on, baseline=baseline)
        arguments.tell(say("progress", "files-not-checked"))
    else:
        progress = arguments.Progress(after=2)
        accepted = reports.read_baseline(baseline) if baseline else None

        def make() -> Report:
            return changes.check_change(
                project, change, fail_on=fail_on, engine=engine,
                tell=lambda key: progress(str(Message("progress", key))),
            )  # fmt: skip

        kept = arguments.cache_of(options) if is_whole and engine is Engine.SPARQL else None
        # a report that is kept was made for any of the severities
        report = replace(kept_report(project, kept, make), fail_on=fail_on)
        progress.finish()
        report = report if accepted is None else reports.compare(report, accepted, file=options.baseline)
    if options.write_baseline:
        reports.write_baseline(report, Path(options.write_baseline))
    head = f"{heading(project, change, options.language, made=report.made)}\n" if options.format == "text" else ""
    text = head + write_report(report, options.format, language=options.language)
    arguments.emit(text, options.output, options.format)
    return 0 if report.conforms or options.write_baseline else 1


def run_init(options: argparse.Namespace) -> int:
    from pan2kg.turtle.countries import Beginning, begin, countries, find_country

    if not options.country:
        raise QueryError("country-needed", remedy=told("name-country", names=", ".join(countries())))
    country = find_country(options.country)
    space = options.base or f"https://{country.code}.example/"
    beginning = Beginning(country, space, options.licence, options.publisher, not options.without_core, today())
    arguments.emit("".join(f"{line}\n" for line in begin(Path(options.folder), beginning)))
    return 0


def run_anchor(options: argparse.Namespace) -> int:
    from pan2kg.extract.process import read_document
    from pan2kg.review.add import anchor, document_named
    from pan2kg.review.files import alone, write
    from pan2kg.store.cache import open_stated
    from pan2kg.turtle.writer import read_prefixes

    project = project_of(options)
    name = document_named(open_stated(project, arguments.cache_of(options)), project, options.document)
    document = read_document(Path(options.file))
    with alone(project):
        anchoring = anchor(project, document, name, today())
        arguments.emit("".join(file.difference for file in anchoring.files))
        if anchoring.files and not options.dry_run:
            write(project, {file.path: file.new for file in anchoring.files}, read_prefixes(project))
    arguments.tell(*_remarks(anchoring, options.document, is_shown=options.dry_run))
    return 1 if anchoring.orphans else 0


def _remarks(anchoring: Anchoring, document: str, *, is_shown: bool) -> Iterator[str]:
    from pan2kg.validation.quotations import LONGEST, SHARES

    def brief(words: str) -> str:
        line = " ".join(words.split())
        return line if len(line) <= 120 else f"{line[:119].rstrip()}…"

    def remark(key: str, **values: object) -> str:
        return str(Message("progress", key, values))

    language = spoken()
    passages = Messages("progress").counted(len(anchoring.anchors), "anchored-passages", language)
    key = "anchored-shown" if is_shown else "anchored" if anchoring.files else "anchored-before"
    yield remark(key, passages=passages, document=document, files=len(anchoring.files))
    for subject, place, quotation, times, nearest in anchoring.orphans:
        passage = subject.rpartition("/")[2]
        key, more = "orphan", dict[str, object]()
        if times:
            key, more = "orphan-several", {"times": times}
        elif nearest:
            key, more = "orphan-near", {"near": brief(nearest)}
        yield remark(key, place=str(place), passage=passage, quote=brief(quotation.words), **more)
    for place, quotation in anchoring.long:
        size = len(quotation.words)
        yield remark("quotation-long", place=str(place), characters=size, most=LONGEST[0], words=LONGEST[1])
    if anchoring.share > SHARES[0]:
        key = "quoted-too-much" if anchoring.share > SHARES[1] else "quoted-much"
        yield remark(key, share=numeral(100 * anchoring.share, language, 0), document=document)
