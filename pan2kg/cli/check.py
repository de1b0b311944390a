"""The commands of who edits a project: ``check`` it, ``draft`` a plan into it, ``init`` one of one's own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pan2kg.cli.arguments import add_language, add_output, emit, project_of
from pan2kg.errors import ProjectError
from pan2kg.i18n.message import Message
from pan2kg.project import Project

FORMATS = ("text", "json", "github", "html", "junit", "turtle")


def add_check(command: argparse.ArgumentParser) -> None:
    """How the report is written, and when the command fails."""
    add_language(command)
    command.add_argument("--format", choices=FORMATS, default="text", help="check.format")
    command.add_argument("--fail-on", choices=("violation", "warning"), default="violation", help="check.fail-on")
    command.add_argument("--baseline", metavar="FILE", help="check.baseline")
    command.add_argument("--write-baseline", metavar="FILE", help="check.write-baseline")
    add_output(command, "check.output")


def run_check(options: argparse.Namespace) -> int:
    """Check the project; 1 where findings reach what the command is to fail on."""
    from pan2kg.report.check import write_report
    from pan2kg.validation.check import check
    from pan2kg.validation.report import Severity, write_baseline

    baseline = Path(options.baseline) if options.baseline else None
    project = project_of(options)
    if project.data:
        raise ProjectError("release-has-no-files", remedy="check-its-project")
    report = check(project, fail_on=Severity(options.fail_on), baseline=baseline)
    if options.write_baseline:
        write_baseline(report, Path(options.write_baseline))
    emit(write_report(report, options.format, language=options.language), options.output)
    return 0 if report.conforms or options.write_baseline else 1


def add_draft(command: argparse.ArgumentParser) -> None:
    """The text of a plan, and the key it gets."""
    command.add_argument("file", metavar="FILE", help="draft.file")
    command.add_argument("--plan", metavar="KEY", required=True, help="draft.plan")
    command.add_argument("--language", choices=("fr", "en", "de", "it", "es"), help="draft.language")
    add_output(command, "draft.output")


def run_draft(options: argparse.Namespace) -> int:
    """Draft Turtle from a published plan; what is unsure goes to standard error."""
    from pan2kg.extract.draft import draft_plan
    from pan2kg.extract.layout import noted
    from pan2kg.extract.outline import read_outline_file
    from pan2kg.turtle.writer import read_prefixes

    file = Path(options.file)
    beside = Path(options.output).parent if options.output else Path()
    project = Project.at(options.project) if options.project else Project.find(beside)
    outline = read_outline_file(file, language=options.language)
    graph = _graph_path(project, options.output)
    written = draft_plan(outline, read_prefixes(project), plan=options.plan, source_name=file.name, graph=graph)
    emit(written, options.output)
    counts = {"categories": str(len(outline.categories)), "actions": str(len(outline.actions))}
    guessed = [] if options.language else [noted("language-guessed", language=outline.language)]
    told = (noted("in-file", file=file.name, message=one) for one in (*guessed, *(one.told for one in outline.remarks)))
    sys.stderr.write("".join(f"{one}\n" for one in (*told, Message("progress", "draft-counts", counts))))
    return 0


def _graph_path(project: Project, output: str | None) -> str:
    """The path that names the drafted file's graph, when it is written into the project's graph."""
    path = Path(output).resolve() if output else project.root
    return path.relative_to(project.graph).as_posix().removesuffix(".ttl") if path.is_relative_to(project.graph) else ""


def add_init(command: argparse.ArgumentParser) -> None:
    """The folder."""
    command.add_argument("folder", metavar="DIR", help="init.folder")


def run_init(options: argparse.Namespace) -> int:
    """Start an empty project."""
    from pan2kg.project import start

    emit("".join(f"{line}\n" for line in start(Path(options.folder))))
    return 0
