"""The commands that read a published document: ``read`` it into blocks, ``draft`` a plan from it."""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.cli.arguments import add_language, add_output, emit, project_of
from pan2kg.cli.values import a_link
from pan2kg.errors import QueryError
from pan2kg.extract.layout import noted
from pan2kg.i18n.days import a_day
from pan2kg.i18n.message import Message, told
from pan2kg.project import Project, read_text

if TYPE_CHECKING:
    from pan2kg.extract.document import Document
    from pan2kg.extract.reading.options import Options

_SHOWN = 5
"""How many passages that no longer anchor are shown with their words."""


def add_read(command: argparse.ArgumentParser) -> None:
    """The file, which pages of it, and what it may cost."""
    command.add_argument("file", metavar="FILE", help="read.file")
    add_reading(command)
    add_output(command, "read.output")
    add_language(command)


def add_reading(command: argparse.ArgumentParser) -> None:
    """What every command that reads a document can be told of it."""
    command.add_argument("--pages", metavar="PAGES", default="1-", help="read.pages")
    command.add_argument("--password-file", metavar="FILE", help="read.password-file")
    command.add_argument("--seconds", metavar="NUMBER", type=int, default=60, help="read.seconds")
    command.add_argument("--memory", metavar="MB", type=int, default=1000, help="read.memory")


def reading_options(options: argparse.Namespace) -> Options:
    """What was typed of the reading.

    Raises:
        OutlineError: the pages are none.
        ProjectError: the file with the password cannot be read.
    """
    from pan2kg.extract.reading.options import Limits, Options, page_range

    first, last = page_range(options.pages)
    password = read_text(Path(options.password_file)).rstrip("\r\n") if options.password_file else ""
    return Options(first, last, password, Limits(max(options.seconds, 1), max(options.memory, 1)))


def run_read(options: argparse.Namespace) -> int:
    """Read a document; say what was found, dropped and not readable, and keep it where a file is named.

    Raises:
        OutlineError: the file cannot be read as a document.
    """
    from pan2kg.extract.document import load_document, to_json
    from pan2kg.extract.reading.process import read_document
    from pan2kg.project import write_atomically

    document = read_document(Path(options.file), reading_options(options))
    for message in _told(document):
        sys.stdout.write(f"{message.say(options.language)}\n")
    if not options.output:
        return 0
    target = Path(options.output)
    before = load_document(target) if target.is_file() else None
    if before == document:
        already = Message("progress", "already-read", {"file": target, "sha": document.sha256[:12]})
        sys.stdout.write(f"{already.say(options.language)}\n")
        return 0
    write_atomically(target, to_json(document))
    if before and before.sha256 != document.sha256:
        for message in _no_longer_there(before, document):
            sys.stdout.write(f"{message.say(options.language)}\n")
    return 0


def _told(document: Document) -> Iterator[Message]:
    """What a document has, and every remark on it."""
    kinds = Counter(block.kind for block in document.blocks)
    values = {
        "file": document.source,
        "format": document.format,
        "sha": document.sha256[:12],
        "pages": "–" if document.pages is None else str(document.pages),
        "characters": str(len(document.text)),
    }
    yield Message("progress", "document-read", values)
    yield Message("progress", "document-blocks", {kind: str(kinds[kind]) for kind in
                  ("heading", "paragraph", "item", "table", "note")})  # fmt: skip
    yield from (remark.told for remark in document.remarks)


def _no_longer_there(before: Document, document: Document) -> Iterator[Message]:
    """Which blocks of an earlier file are not in this one word for word: quotations of them no longer anchor."""
    words = " ".join(document.text.split())
    lost = [block for block in before.blocks if " ".join(block.text.split()) not in words]
    if lost:
        yield Message("progress", "blocks-lost", {"number": str(len(lost)), "file": before.source})
    for block in lost[:_SHOWN]:
        yield Message("progress", "block-lost", {"words": block.text[:80]})


def add_draft(command: argparse.ArgumentParser) -> None:
    """The document of a plan, and the key it gets."""
    command.add_argument("file", metavar="FILE", help="draft.file")
    command.add_argument("--plan", metavar="KEY", required=True, help="draft.plan")
    command.add_argument("--level", metavar="NAME", help="draft.level")
    command.add_argument("--columns", metavar="COLUMNS", type=_columns, help="draft.columns")
    command.add_argument("--explain", action="store_true", help="draft.explain")
    command.add_argument("--outline", metavar="FILE", help="draft.outline")
    command.add_argument("--language", choices=("fr", "en", "de", "lb", "it", "es", "nl"), help="draft.language")
    command.add_argument("--type", metavar="KEY", default="", help="draft.type")
    command.add_argument("--publisher", metavar="NAME", default="", help="draft.publisher")
    command.add_argument("--date", metavar="DAY", type=a_day, help="draft.date")
    command.add_argument("--read-at", metavar="URL", type=a_link, help="draft.read-at")
    command.add_argument("--list", choices=("complete", "partial", "unknown"), default="", help="draft.list")
    add_reading(command)
    add_output(command, "draft.output")


def _columns(typed: str) -> dict[str, int]:
    """Which column of a table is what, as in ``title=1,responsible=2``.

    Raises:
        argparse.ArgumentTypeError: it is written otherwise.

    >>> _columns("title=1,responsible=2")
    {'title': 1, 'responsible': 2}
    """
    found = re.findall(r"([a-z]+)=([1-9]\d?)(?:,|$)", typed)
    if not found or ",".join(f"{kind}={column}" for kind, column in found) != typed:
        raise argparse.ArgumentTypeError(told("no-columns", text=typed))
    return {kind: int(column) for kind, column in found}


def run_draft(options: argparse.Namespace) -> int:
    """Draft Turtle from a published plan; what is unsure goes to standard error.

    Where no series of the document is surely its actions, the best three are shown and nothing is written: 1.
    """
    from pan2kg.extract.choice import Draftable, draftable
    from pan2kg.extract.draft import Known, draft_plan
    from pan2kg.turtle.writer import read_prefixes

    file = Path(options.file)
    beside = Path(options.output).parent if options.output else Path()
    project = project_of(options) if options.project else Project.find(beside)
    reading = reading_options(options)
    made = draftable(file, reading, language=options.language, level=options.level, columns=options.columns)
    if options.explain or not isinstance(made, Draftable):
        sys.stderr.write("".join(f"{one}\n" for one in made.explanation))
    if not isinstance(made, Draftable):
        return 1
    details = made.details(options.plan)
    facts = Known(
        _plan_type(project, options.type), project.said("country")[1], options.list, options.publisher,
        options.date.isoformat() if options.date else "", options.read_at or "", details.statements, details.blocks,
    )  # fmt: skip
    written = draft_plan(
        made.outline, read_prefixes(project), plan=options.plan, source_name=file.name,
        graph=_graph_path(project, options.output), known=facts,
    )  # fmt: skip
    if options.output:
        Path(options.output).parent.mkdir(parents=True, exist_ok=True)
    emit(written, options.output)
    if options.outline:
        emit(made.kept, options.outline)
    counts = {"categories": str(len(made.outline.categories)), "actions": str(len(made.outline.actions))}
    guessed = [] if options.language else [noted("language-guessed", language=made.outline.language)]
    said = (noted("in-file", file=file.name, message=one) for one in (*guessed, *made.remarks, *details.remarks))
    sys.stderr.write("".join(f"{one}\n" for one in (*said, Message("progress", "draft-counts", counts))))
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
