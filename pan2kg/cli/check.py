"""The commands of who edits a project: ``check`` it, ``draft`` a plan into it, ``init`` one of one's own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.cli.arguments import Progress, a_link, add_endpoint, add_language, add_output, emit, project_of
from pan2kg.errors import ProjectError, QueryError
from pan2kg.i18n.days import a_day
from pan2kg.i18n.message import Message, say
from pan2kg.project import Project, read_text

if TYPE_CHECKING:
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
    head = f"{heading(project, change, options.language)}\n" if options.format == "text" else ""
    emit(head + write_report(report, options.format, language=options.language), options.output)
    return 0 if report.conforms or options.write_baseline else 1


def _at_endpoint(project: Project, options: argparse.Namespace) -> Report:
    """The same of a graph that is somewhere else, as far as it is no matter of files, which is said.

    Raises:
        QueryError: another engine is asked for.
    """
    from pan2kg.store.remote import open_remote
    from pan2kg.validation.check import Engine, check_store
    from pan2kg.validation.report import Severity

    if Engine(options.engine) is not Engine.SPARQL:
        raise QueryError("remote-engine", remedy="leave-out-engine", engine=options.engine)
    store = open_remote(options.endpoint, timeout=options.timeout)
    baseline = Path(options.baseline) if options.baseline else None
    report = check_store(project, store, fail_on=Severity(options.fail_on), baseline=baseline)
    sys.stderr.write(f"{say('progress', 'files-not-checked')}\n")
    return report


def _checked(project: Project, change: Change, options: argparse.Namespace) -> Report:
    """The report, while what is being done is said on a terminal."""
    from pan2kg.validation.change import check_change
    from pan2kg.validation.check import Engine
    from pan2kg.validation.report import Severity, compare, read_baseline

    progress = Progress(after=2)
    accepted = read_baseline(Path(options.baseline)) if options.baseline else None
    report = check_change(
        project, change, fail_on=Severity(options.fail_on), engine=Engine(options.engine),
        tell=lambda key: progress(str(Message("progress", key))),
    )  # fmt: skip
    progress.finish()
    return report if accepted is None else compare(report, accepted, file=options.baseline)


def add_draft(command: argparse.ArgumentParser) -> None:
    """The text of a plan, and the key it gets."""
    command.add_argument("file", metavar="FILE", help="draft.file")
    command.add_argument("--plan", metavar="KEY", required=True, help="draft.plan")
    command.add_argument("--language", choices=("fr", "en", "de", "it", "es"), help="draft.language")
    command.add_argument("--type", metavar="KEY", default="", help="draft.type")
    command.add_argument("--publisher", metavar="NAME", default="", help="draft.publisher")
    command.add_argument("--date", metavar="DAY", type=a_day, help="draft.date")
    command.add_argument("--read-at", metavar="URL", type=a_link, help="draft.read-at")
    command.add_argument("--list", choices=("complete", "partial", "unknown"), default="", help="draft.list")
    add_output(command, "draft.output")


def run_draft(options: argparse.Namespace) -> int:
    """Draft Turtle from a published plan; what is unsure goes to standard error."""
    from pan2kg.extract.draft import Known, draft_plan
    from pan2kg.extract.layout import noted
    from pan2kg.extract.outline import read_outline_file
    from pan2kg.turtle.writer import read_prefixes

    file = Path(options.file)
    beside = Path(options.output).parent if options.output else Path()
    project = project_of(options) if options.project else Project.find(beside)
    outline = read_outline_file(file, language=options.language)
    graph = _graph_path(project, options.output)
    facts = Known(
        _plan_type(project, options.type), project.said("country")[1], options.list, options.publisher,
        options.date.isoformat() if options.date else "", options.read_at or "",
    )  # fmt: skip
    prefixes = read_prefixes(project)
    written = draft_plan(outline, prefixes, plan=options.plan, source_name=file.name, graph=graph, known=facts)
    if options.output:
        Path(options.output).parent.mkdir(parents=True, exist_ok=True)
    emit(written, options.output)
    counts = {"categories": str(len(outline.categories)), "actions": str(len(outline.actions))}
    guessed = [] if options.language else [noted("language-guessed", language=outline.language)]
    told = (noted("in-file", file=file.name, message=one) for one in (*guessed, *(one.told for one in outline.remarks)))
    sys.stderr.write("".join(f"{one}\n" for one in (*told, Message("progress", "draft-counts", counts))))
    return 0


def _plan_type(project: Project, given: str) -> str:
    """The type of plan that was named, of those the ontology has.

    Raises:
        QueryError: it has no such type.
    """
    listed = read_text(project.ontology / "schemes" / "plantype.ttl") if given else ""
    known = [line.split()[0].partition(":")[2] for line in listed.splitlines() if line.startswith("plantype:")]
    if given and given not in known:
        raise QueryError("no-plan-type", remedy="there-are", type=given, names=", ".join(known))
    return given


def _graph_path(project: Project, output: str | None) -> str:
    """The path that names the drafted file's graph, when it is written into the project's graph."""
    path = Path(output).resolve() if output else project.root
    return path.relative_to(project.graph).as_posix().removesuffix(".ttl") if path.is_relative_to(project.graph) else ""


def add_init(command: argparse.ArgumentParser) -> None:
    """The folder, the country, and what a project decides before it begins."""
    from pan2kg.cli.arguments import an_address

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
    from pan2kg.i18n.days import today
    from pan2kg.i18n.message import told

    if not options.country:
        raise QueryError("country-needed", remedy=told("name-country", names=", ".join(countries())))
    country = find_country(options.country)
    space = options.base or f"https://{country.code}.example/"
    beginning = Beginning(country, space, options.licence, options.publisher, not options.without_core, today())
    emit("".join(f"{line}\n" for line in begin(Path(options.folder), beginning)))
    return 0
