"""The commands about a published document: ``read``, ``draft``, ``mentions`` in it, ``candidates`` it suggests."""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.cli.arguments import SingleValue, a_link, add_language, add_output, cache_of, emit, project_of, width_of
from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.extract.document import noted
from pan2kg.i18n.catalogue import Messages
from pan2kg.i18n.days import a_day
from pan2kg.i18n.message import Message, told, verbatim
from pan2kg.project import Project, read_text, write_atomically

if TYPE_CHECKING:
    from pan2kg.extract.document import Document
    from pan2kg.extract.names import Mention
    from pan2kg.extract.process import Options
    from pan2kg.graph.graph import Graph
    from pan2kg.review.candidates import Search
    from pan2kg.review.decision import Candidate
    from pan2kg.tables.formats import Grid


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
    from pan2kg.extract.process import Limits, Options, page_range

    first, last = page_range(options.pages)
    password = read_text(Path(options.password_file)).rstrip("\r\n") if options.password_file else ""
    return Options(first, last, password, Limits(max(options.seconds, 1), max(options.memory, 1)))


def run_read(options: argparse.Namespace) -> int:
    """Read a document; say what was found, dropped and not readable, and keep it where a file is named.

    Raises:
        OutlineError: the file cannot be read as a document.
    """
    from pan2kg.extract.document import load_document, to_json
    from pan2kg.extract.process import read_document

    document = read_document(Path(options.file), reading_options(options))
    for message in _told_document(document):
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


def _told_document(document: Document) -> Iterator[Message]:
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
    from pan2kg.countries import country_of_key
    from pan2kg.extract.draft import draft_plan, read_plan
    from pan2kg.turtle.writer import read_prefixes

    file = Path(options.file)
    beside = Path(options.output).parent if options.output else Path()
    project = project_of(options) if options.project else Project.find(beside)
    plan, explanation = read_plan(
        file, reading_options(options), language=options.language, level=options.level, columns=options.columns
    )
    if options.explain or plan is None:
        sys.stderr.write("".join(f"{message}\n" for message in explanation))
    if plan is None:
        return 1
    country = country_of_key(options.plan)
    facts = {
        "type": _plan_type(project, options.type), "country": country.iri if country else "",
        "completeness": options.list, "publisher": options.publisher,
        "day": options.date.isoformat() if options.date else "", "address": options.read_at or "",
    }  # fmt: skip
    graph = _graph_path(project, options.output)
    written = draft_plan(plan, read_prefixes(project), key=options.plan, graph=graph, facts=facts)
    if options.output:
        target = Path(options.output)
        if target.is_file() and read_text(target) not in ("", written):
            raise ProjectError("draft-stands", place=Place(options.output), remedy="move-draft")
        target.parent.mkdir(parents=True, exist_ok=True)
    emit(written, options.output, "turtle")
    if options.outline:
        emit(plan.outline, options.outline)
    counts = {"categories": str(len(plan.categories)), "actions": str(len(plan.actions))}
    unsure = [] if options.language else [noted("language-guessed", language=plan.language)]
    unsure += [] if country else [noted("country-missing", key=options.plan)]
    said = (noted("in-file", file=file.name, message=message) for message in (*unsure, *plan.remarks))
    sys.stderr.write("".join(f"{line}\n" for line in (*said, Message("progress", "draft-counts", counts))))
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


FORMATS: Final = ("table", "jsonl", "csv")
_SAID: Final = Messages("candidate")


def add_mentions(command: argparse.ArgumentParser) -> None:
    """The document, whose it is, and how what it names is written."""
    command.add_argument("file", nargs="?", metavar="FILE", help="mentions.file")
    command.add_argument("--plan", metavar="KEY", default="", help="mentions.plan")
    command.add_argument("--country", metavar="CODE", default="", help="mentions.country")
    command.add_argument("--date", metavar="DAY", type=a_day, action=SingleValue, help="mentions.date")
    command.add_argument("--format", choices=FORMATS, default="table", help="mentions.format")
    add_reading(command)
    add_output(command)
    add_language(command)


def run_mentions(options: argparse.Namespace) -> int:
    """Write what a document names; or how well labelled sentences are searched, 1 where that is less than promised.

    Raises:
        QueryError: neither a file nor a plan nor labelled sentences are named, or the plan is unknown.
        OutlineError: the file cannot be read as a document, or holds no labelled sentences.
    """
    graph = _open(options)
    from pan2kg.extract.mentions import find_mentions

    plan = _plan(graph, options.plan) if options.plan else ""
    document = _document(graph, options, plan)
    own = graph.names.things.get(plan)
    country = options.country or (own.country if own else _own_country(graph))
    day = options.date or (own.start if own else None)
    found = find_mentions(document, graph.names, date=day, country=country, plan=plan)
    emit(_written(graph, document, found, options), options.output, options.format)
    return 0


def _open(options: argparse.Namespace) -> Graph:
    from pan2kg.graph.graph import Graph
    from pan2kg.store.cache import open_kept

    project = project_of(options)
    return Graph(project, open_kept(project, cache_of(options)), language=options.language)


def _plan(graph: Graph, name: str) -> str:
    """The IRI of a plan."""
    from pan2kg.store.queries import find_thing, refuse_other_kind

    found = find_thing(name, graph.store, graph.project)
    refuse_other_kind(found, ["plan"], option="plan", store=graph.store)
    return found


def _own_country(graph: Graph) -> str:
    """The code of the country whose graph it is."""
    from pan2kg.countries import countries

    return next((one.code for one in countries().values() if one.iri == graph.profile.country), "")


def _document(graph: Graph, options: argparse.Namespace, plan: str) -> Document:
    """The file that was named, else what was read of the plan."""
    from pan2kg.extract.process import read_document
    from pan2kg.review.work import read_kept
    from pan2kg.turtle.vocabulary import key

    if options.file:
        return read_document(Path(options.file), reading_options(options))
    if not plan:
        raise QueryError("no-document-named", remedy="name-file-or-plan")
    return read_kept(graph.project, key(plan))


def _written(graph: Graph, document: Document, found: tuple[Mention, ...], options: argparse.Namespace) -> str:
    from pan2kg.review.work import mention_line
    from pan2kg.tables.formats import write_csv, write_text

    if options.format == "jsonl":
        return "".join(f"{mention_line(one)}\n" for one in found)
    grid = _grid(graph, document, found)
    return write_csv(grid) if options.format == "csv" else write_text(grid, width_of(options))


def _grid(graph: Graph, document: Document, found: tuple[Mention, ...]) -> Grid:
    """The mentions with their page, what they name and what is to be said of them."""
    from pan2kg.tables.formats import Grid

    language = graph.language
    heads = [_SAID.say(f"head-{name}", language) for name in ("page", "words", "names", "kind", "note")]
    rows = []
    for one in found:
        block = document.block_at(one.start)
        page = (block.label or block.page or "") if block else ""
        called = [_called(graph, iri) for iri in (one.targets or one.choices)]
        note = _SAID.say(f"note-{one.note}", language) if one.note else ""
        rows.append((str(page), one.surface, " ; ".join(called), _SAID.say(f"kind-{one.kind}", language), note))
    return Grid(heads, rows)


def _called(graph: Graph, iri: str) -> str:
    """What a target is called in little space: its short name, its label, or its identifier."""
    return graph.labels.brief(iri, graph.language).text if iri in graph.labels.entries else iri


def add_candidates(command: argparse.ArgumentParser) -> None:
    """The document, the plan it is of, and from which day on targets count."""
    command.add_argument("file", nargs="?", metavar="FILE", help="mentions.file")
    command.add_argument("--plan", metavar="KEY", required=True, action=SingleValue, help="candidates.plan")
    command.add_argument("--since", metavar="DAY", type=a_day, action=SingleValue, help="candidates.since")
    add_reading(command)
    add_language(command)


def run_candidates(options: argparse.Namespace) -> int:
    """Propose links from the document of a plan, write them into the folder of the plan, and say how many.

    Raises:
        QueryError: the plan is unknown.
        OutlineError: the file cannot be read as a document.
        ProjectError: there are no files to write to.
    """
    from pan2kg.review.candidates import search, since
    from pan2kg.review.work import keep, work_folder
    from pan2kg.turtle.vocabulary import key

    graph = _open(options)
    plan = _plan(graph, options.plan)
    work_folder(graph.project, key(plan))
    document = _document(graph, options, plan)
    made = search(graph, document, plan)
    if options.since:
        made = since(graph, made, options.since)
    folder = keep(graph.project, key(plan), document, made.mentions, made.candidates)
    for message in _counted(graph, made, str(folder)):
        sys.stdout.write(f"{message.say(options.language)}\n")
    return 0


def _counted(graph: Graph, made: Search, folder: str) -> Iterator[Message]:
    """How many candidates there are of each relation, what was passed over and why, and where they were written."""
    from pan2kg.review.decision import INVOLVEMENT
    from pan2kg.turtle.vocabulary import ID, PAN

    def relation(one: Candidate) -> str:
        scheme = "role" if one.type == INVOLVEMENT else "relation"
        return graph.labels.label(f"{ID}{scheme}/{one.relation}", graph.language).text

    said = Messages("candidate")
    yield said_counted(said, len(made.candidates), "candidates", graph.language)
    for (type_, name), number in sorted(Counter((one.type, relation(one)) for one in made.candidates).items()):
        named = f"{PAN}Involvement" if type_ == INVOLVEMENT else f"{ID}linktype/{type_}"
        kind = graph.labels.label(named, graph.language).text
        yield Message("candidate", "of-relation", {"type": kind, "relation": name, "number": str(number)})
    for reason, number in sorted(made.skipped.items()):
        yield Message("candidate", f"skipped-{reason}", {"number": str(number)})
    yield Message("candidate", "written", {"folder": folder})


def said_counted(said: Messages, number: int, name: str, language: str) -> Message:
    """A counted message, to stand among others."""
    return verbatim(said.counted(number, name, language))
