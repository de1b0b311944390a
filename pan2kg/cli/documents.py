"""The commands about a published document: ``read``, ``draft``, ``mentions`` in it, ``candidates`` it suggests."""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.cli.arguments import SingleValue, a_link, add_language, add_output, cache_of, emit, project_of, width_of
from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.extract.document import noted
from pan2kg.i18n.catalogue import Messages
from pan2kg.i18n.message import Message, a_day, told, verbatim
from pan2kg.project import Project, read_text, write_atomically

if TYPE_CHECKING:
    from pan2kg.extract.document import Document
    from pan2kg.extract.process import Options
    from pan2kg.graph.graph import Graph


_LOST: Final = 5
"""How many passages that no longer anchor are shown with their words."""
_SAID: Final = Messages("candidate")


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
    from pan2kg.extract.process import Options, ReaderLimits, page_range

    start, end = page_range(options.pages)
    password = read_text(Path(options.password_file)).rstrip("\r\n") if options.password_file else ""
    return Options(start, end, password, ReaderLimits(max(options.seconds, 1), max(options.memory, 1)))


def _say(messages: Iterable[Message], language: str) -> None:
    for message in messages:
        sys.stdout.write(f"{message.say(language)}\n")


def run_read(options: argparse.Namespace) -> int:
    """Read a document; say what was found, dropped and not readable, and keep it where a file is named."""
    from pan2kg.extract.document import load_document, to_json
    from pan2kg.extract.process import read_document

    document = read_document(Path(options.file), reading_options(options))
    kinds = Counter(block.kind for block in document.blocks)
    sha = document.sha256[:12]
    values = {
        "file": document.source, "format": document.format, "sha": sha,
        "pages": "–" if document.pages is None else str(document.pages), "characters": str(len(document.text)),
    }  # fmt: skip
    blocks = {kind: str(kinds[kind]) for kind in ("heading", "paragraph", "item", "table", "note")}
    messages = [Message("progress", "document-read", values), Message("progress", "document-blocks", blocks)]
    messages += [remark.told for remark in document.remarks]
    if options.output:
        target = Path(options.output)
        before = load_document(target) if target.is_file() else None
        if before == document:
            messages.append(Message("progress", "already-read", {"file": target, "sha": sha}))
        else:
            write_atomically(target, to_json(document))
        if before and before.sha256 != document.sha256:
            # blocks of the earlier file that are not in this one word for word: quotations of them no longer anchor
            words = " ".join(document.text.split())
            lost = [block.text for block in before.blocks if " ".join(block.text.split()) not in words]
            numbers = {"number": str(len(lost)), "file": before.source}
            messages += [Message("progress", "blocks-lost", numbers)] if lost else []
            messages += [Message("progress", "block-lost", {"words": text[:80]}) for text in lost[:_LOST]]
    _say(messages, options.language)
    return 0


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
    """Which column of a table is what, as in ``title=1,responsible=2``."""
    pairs = re.findall(r"([a-z]+)=([1-9]\d?)(?:,|$)", typed)
    if not pairs or ",".join(f"{kind}={column}" for kind, column in pairs) != typed:
        raise argparse.ArgumentTypeError(told("no-columns", text=typed))
    return {kind: int(column) for kind, column in pairs}


def run_draft(options: argparse.Namespace) -> int:
    """Draft Turtle from a published plan; what is unsure goes to standard error.

    Where no series of the document is surely its actions, the best three are shown and nothing is written: 1.
    """
    from pan2kg.extract.draft import draft_plan, read_plan
    from pan2kg.turtle.countries import country_of_key
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
    if options.type:
        listed = read_text(project.ontology / "schemes" / "plantype.ttl")
        types = re.findall(r"^plantype:(\S+)", listed, re.MULTILINE)
        if options.type not in types:
            raise QueryError("no-plan-type", remedy="there-are", type=options.type, names=", ".join(types))
    country = country_of_key(options.plan)
    facts = {
        "type": options.type, "country": country.iri if country else "", "completeness": options.list,
        "publisher": options.publisher, "day": options.date.isoformat() if options.date else "",
        "address": options.read_at or "",
    }  # fmt: skip
    target = Path(options.output) if options.output else None
    # the path that names the file's graph, where it is written into the project's
    is_within = target is not None and target.resolve().is_relative_to(project.graph)
    graph = target.resolve().relative_to(project.graph).as_posix().removesuffix(".ttl") if target and is_within else ""
    written = draft_plan(plan, read_prefixes(project), key=options.plan, graph=graph, facts=facts)
    if target:
        if target.is_file() and read_text(target) not in ("", written):
            raise ProjectError("draft-stands", place=Place(options.output), remedy="move-draft")
        target.parent.mkdir(parents=True, exist_ok=True)
    emit(written, options.output, "turtle")
    if options.outline:
        emit(plan.outline, options.outline)
    unsure = [] if options.language else [noted("language-guessed", language=plan.language)]
    unsure += [] if country else [noted("country-missing", key=options.plan)]
    lines = [noted("in-file", file=file.name, message=message) for message in (*unsure, *plan.remarks)]
    counts = {"categories": str(len(plan.categories)), "actions": str(len(plan.actions))}
    sys.stderr.write("".join(f"{line}\n" for line in (*lines, Message("progress", "draft-counts", counts))))
    return 0


def add_mentions(command: argparse.ArgumentParser) -> None:
    """The document, whose it is, and how what it names is written."""
    command.add_argument("file", nargs="?", metavar="FILE", help="mentions.file")
    command.add_argument("--plan", metavar="KEY", default="", help="mentions.plan")
    command.add_argument("--country", metavar="CODE", default="", help="mentions.country")
    command.add_argument("--date", metavar="DAY", type=a_day, action=SingleValue, help="mentions.date")
    command.add_argument("--format", choices=("table", "jsonl", "csv"), default="table", help="mentions.format")
    add_reading(command)
    add_output(command)
    add_language(command)


def run_mentions(options: argparse.Namespace) -> int:
    """Write what a document names."""
    from pan2kg.extract.mentions import find_mentions
    from pan2kg.review.work import mention_line
    from pan2kg.tables.formats import Grid, write_csv, write_text
    from pan2kg.turtle.countries import countries

    graph, plan = _opened(options)
    document = _document(graph, options, plan)
    thing = graph.names.things.get(plan)
    own = (country.code for country in countries().values() if country.iri == graph.profile.country)
    country = options.country or (thing.country if thing else next(own, ""))
    day = options.date or (thing.start if thing else None)
    mentions = find_mentions(document, graph.names, date=day, country=country, plan=plan)
    if options.format == "jsonl":
        emit("".join(f"{mention_line(mention)}\n" for mention in mentions), options.output, options.format)
        return 0
    language, labels = graph.language, graph.labels
    rows = []
    for mention in mentions:
        block = document.block_at(mention.start)
        page = (block.label or block.page or "") if block else ""
        # a target in little space: its short name, its label, or its identifier
        names = [labels.brief(iri, language).text if iri in labels.entries else iri
                 for iri in mention.targets or mention.choices]  # fmt: skip
        note = _SAID.say(f"note-{mention.note}", language) if mention.note else ""
        kind = _SAID.say(f"kind-{mention.kind}", language)
        rows.append((str(page), mention.surface, " ; ".join(names), kind, note))
    grid = Grid([_SAID.say(f"head-{name}", language) for name in ("page", "words", "names", "kind", "note")], rows)
    text = write_csv(grid) if options.format == "csv" else write_text(grid, width_of(options))
    emit(text, options.output, options.format)
    return 0


def _opened(options: argparse.Namespace) -> tuple[Graph, str]:
    """The graph, and the IRI of the plan that was named in it, empty where none was."""
    from pan2kg.graph.graph import Graph
    from pan2kg.store.cache import open_kept
    from pan2kg.store.queries import find_thing, refuse_other_kind

    project = project_of(options)
    graph = Graph(project, open_kept(project, cache_of(options)), language=options.language)
    plan = find_thing(options.plan, graph.store, project) if options.plan else ""
    if plan:
        refuse_other_kind(plan, ["plan"], option="plan", store=graph.store)
    return graph, plan


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


def add_candidates(command: argparse.ArgumentParser) -> None:
    """The document, the plan it is of, and from which day on targets count."""
    command.add_argument("file", nargs="?", metavar="FILE", help="mentions.file")
    command.add_argument("--plan", metavar="KEY", required=True, action=SingleValue, help="candidates.plan")
    command.add_argument("--since", metavar="DAY", type=a_day, action=SingleValue, help="candidates.since")
    add_reading(command)
    add_language(command)


def run_candidates(options: argparse.Namespace) -> int:
    """Propose links from the document of a plan, write them into the folder of the plan, and say how many."""
    from pan2kg.review.candidates import search, since
    from pan2kg.review.decision import INVOLVEMENT
    from pan2kg.review.work import keep, work_folder
    from pan2kg.turtle.vocabulary import ID, PAN, key

    graph, plan = _opened(options)
    work_folder(graph.project, key(plan))
    document = _document(graph, options, plan)
    result = search(graph, document, plan)
    if options.since:
        result = since(graph, result, options.since)
    folder = keep(graph.project, key(plan), document, result.mentions, result.candidates)
    language = graph.language

    def label(iri: str) -> str:
        return graph.labels.label(iri, language).text

    messages = [verbatim(_SAID.counted(len(result.candidates), "candidates", language))]
    schemes = {INVOLVEMENT: "role"}
    numbers = Counter(
        (candidate.type, label(f"{ID}{schemes.get(candidate.type, 'relation')}/{candidate.relation}"))
        for candidate in result.candidates
    )
    for (type_, relation), number in sorted(numbers.items()):
        kind = label(f"{PAN}Involvement" if type_ == INVOLVEMENT else f"{ID}linktype/{type_}")
        messages.append(
            Message("candidate", "of-relation", {"type": kind, "relation": relation, "number": str(number)})
        )
    for reason, number in sorted(result.skipped.items()):
        messages.append(Message("candidate", f"skipped-{reason}", {"number": str(number)}))
    _say([*messages, Message("candidate", "written", {"folder": str(folder)})], language)
    return 0
