"""The commands of who edits a project: ``check`` it, ``init`` one of one's own, ``anchor`` its quotations."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.cli.arguments import (
    Progress,
    SingleValue,
    add_endpoint,
    add_language,
    add_output,
    cache_of,
    emit,
    open_endpoint,
    project_of,
)
from pan2kg.errors import ProjectError, QueryError
from pan2kg.i18n.catalogue import Messages, decimal
from pan2kg.i18n.days import today
from pan2kg.i18n.message import Message, say, spoken, told
from pan2kg.project import Project

if TYPE_CHECKING:
    from pan2kg.review.anchoring import Anchoring
    from pan2kg.validation.change import Change
    from pan2kg.validation.report import Report


FORMATS = ("text", "json", "github", "html", "junit", "turtle")


def add_check(command: argparse.ArgumentParser) -> None:
    """What is checked, how the report is written, and when the command fails."""
    command.add_argument("files", metavar="FILE", nargs="*", help="check.files")
    command.add_argument("--since", metavar="REVISION", default="", help="check.since")
    add_language(command)
    command.add_argument("--format", choices=FORMATS, default="text", help="check.format")
    command.add_argument("--fail-on", choices=("violation", "warning"), default="violation", help="check.fail-on")
    command.add_argument("--baseline", metavar="FILE", help="check.baseline")
    command.add_argument("--write-baseline", metavar="FILE", help="check.write-baseline")
    command.add_argument("--engine", choices=("sparql", "pyshacl", "both"), default="sparql", help="check.engine")
    command.add_argument("--explain", metavar="RULE", help="check.explain")
    add_endpoint(command)
    add_output(command, "check.output")


def run_check(options: argparse.Namespace) -> int:
    """Check the project; 1 where findings reach what the command is to fail on. Or show the queries of a rule."""
    from pan2kg.report.check import write_report
    from pan2kg.report.findings import heading
    from pan2kg.validation.change import Change, named_files
    from pan2kg.validation.report import write_baseline

    project = project_of(options)
    if project.data and options.endpoint is None:
        raise ProjectError("release-has-no-files", remedy="check-its-project")
    if options.explain:
        from pan2kg.validation.explanation import explain

        emit(explain(project, options.explain), options.output)
        return 0
    change = Change(named_files(project, options.files, Path()), options.since)
    if (options.files or options.since) and (options.baseline or options.write_baseline):
        raise QueryError("baseline-of-whole", remedy="check-the-whole")
    if options.endpoint is not None and (options.files or options.since):
        raise QueryError("files-not-there", remedy="check-the-files-here")
    report = _at_endpoint(project, options) if options.endpoint is not None else _checked(project, change, options)
    if options.write_baseline:
        write_baseline(report, Path(options.write_baseline))
    head = f"{heading(project, change, options.language, made=report.made)}\n" if options.format == "text" else ""
    emit(head + write_report(report, options.format, language=options.language), options.output, options.format)
    return 0 if report.conforms or options.write_baseline else 1


def _at_endpoint(project: Project, options: argparse.Namespace) -> Report:
    """The same of a graph that is somewhere else, as far as it is no matter of files, which is said.

    Raises:
        QueryError: another engine is asked for.
    """
    from pan2kg.store.remote import insist_on_shapes
    from pan2kg.validation.check import Engine, check_store
    from pan2kg.validation.report import Severity

    if Engine(options.engine) is not Engine.SPARQL:
        raise QueryError("remote-engine", remedy="leave-out-engine", engine=options.engine)
    store = open_endpoint(project, options)
    insist_on_shapes(store)
    baseline = Path(options.baseline) if options.baseline else None
    report = check_store(project, store, fail_on=Severity(options.fail_on), baseline=baseline)
    sys.stderr.write(f"{say('progress', 'files-not-checked')}\n")
    return report


def _checked(project: Project, change: Change, options: argparse.Namespace) -> Report:
    """The report, while what is being done is said on a terminal."""
    from pan2kg.validation.change import check_change
    from pan2kg.validation.check import Engine
    from pan2kg.validation.kept import kept_report
    from pan2kg.validation.report import Severity, compare, read_baseline

    progress = Progress(after=2)
    accepted = read_baseline(Path(options.baseline)) if options.baseline else None

    fail_on, engine = Severity(options.fail_on), Engine(options.engine)

    def make() -> Report:
        return check_change(
            project, change, fail_on=fail_on, engine=engine,
            tell=lambda key: progress(str(Message("progress", key))),
        )  # fmt: skip

    is_whole = not change.files and not change.since and engine is Engine.SPARQL
    report = replace(kept_report(project, cache_of(options) if is_whole else None, make), fail_on=fail_on)
    progress.finish()
    return report if accepted is None else compare(report, accepted, file=options.baseline)


def add_init(command: argparse.ArgumentParser) -> None:
    """The folder, the country, and what a project decides before it begins."""
    from pan2kg.cli.values import an_address

    command.add_argument("folder", metavar="DIR", help="init.folder")
    command.add_argument("--country", metavar="CODE", help="init.country")
    command.add_argument("--base", metavar="URL", type=an_address, help="init.base")
    command.add_argument("--licence", choices=("cc-by-4.0", "cc0-1.0"), default="cc-by-4.0", help="init.licence")
    command.add_argument("--publisher", metavar="NAME", default="", help="init.publisher")
    command.add_argument("--without-core", action="store_true", help="init.without-core")


def run_init(options: argparse.Namespace) -> int:
    """Start a project of a country.

    Raises:
        QueryError: no country, or an unknown one, is named.
        ProjectError: the folder holds something already, or cannot be written.
    """
    from pan2kg.countries.beginning import Beginning, begin
    from pan2kg.countries.table import countries, find_country

    if not options.country:
        raise QueryError("country-needed", remedy=told("name-country", names=", ".join(countries())))
    country = find_country(options.country)
    space = options.base or f"https://{country.code}.example/"
    beginning = Beginning(country, space, options.licence, options.publisher, not options.without_core, today())
    emit("".join(f"{line}\n" for line in begin(Path(options.folder), beginning)))
    return 0


def add_anchor(command: argparse.ArgumentParser) -> None:
    """The file and the document it is."""
    command.add_argument("file", metavar="FILE", help="anchor.file")
    command.add_argument("--document", metavar="KEY", required=True, action=SingleValue, help="anchor.document")
    command.add_argument("--dry-run", action="store_true", help="add.dry-run")
    add_language(command)


def run_anchor(options: argparse.Namespace) -> int:
    """Show which passages are located, then write it; 1 where one is not found."""
    from pan2kg.extract.reading.process import read_document
    from pan2kg.review.add import document_named
    from pan2kg.review.anchoring import anchor
    from pan2kg.review.files import alone, write
    from pan2kg.store.cache import open_stated
    from pan2kg.turtle.writer import read_prefixes

    project = project_of(options)
    name = document_named(open_stated(project, cache_of(options)), project, options.document)
    document = read_document(Path(options.file))
    with alone(project):
        made = anchor(project, document, name, today())
        emit("".join(one.difference for one in made.files))
        if made.files and not options.dry_run:
            write(project, {one.path: one.new for one in made.files}, read_prefixes(project))
    sys.stderr.write("".join(f"{line}\n" for line in _lines(made, options.document, is_shown=options.dry_run)))
    return 1 if made.orphans else 0


def _lines(made: Anchoring, document: str, *, is_shown: bool) -> Iterator[str]:
    """How many passages were located, which were not, and how much of the document is quoted."""
    from pan2kg.validation.rights import LONGEST, SHARES

    progress, language = Messages("progress"), spoken()
    key = "anchored-shown" if is_shown else "anchored" if made.files else "anchored-before"
    passages = progress.counted(len(made.anchors), "anchored-passages", language)
    yield str(Message("progress", key, {"passages": passages, "document": document, "files": len(made.files)}))
    for orphan in made.orphans:
        words = _brief(orphan.quotation.words)
        values = {"place": str(orphan.place), "passage": orphan.subject.rpartition("/")[2], "quote": words}
        if orphan.times:
            yield str(Message("progress", "orphan-several", {**values, "times": orphan.times}))
        elif orphan.nearest:
            yield str(Message("progress", "orphan-near", {**values, "near": _brief(orphan.nearest)}))
        else:
            yield str(Message("progress", "orphan", values))
    for place, quotation in made.long:
        size = {"characters": len(quotation.words), "most": LONGEST[0], "words": LONGEST[1]}
        yield str(Message("progress", "quotation-long", {"place": str(place), **size}))
    if made.share > SHARES[0]:
        shares = {"share": decimal(100 * made.share, language, 0), "document": document}
        yield str(Message("progress", "quoted-too-much" if made.share > SHARES[1] else "quoted-much", shares))


def _brief(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= 120 else f"{plain[:119].rstrip()}…"
