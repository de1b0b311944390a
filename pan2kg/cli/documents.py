"""The commands about a published document: ``read``, ``draft``, ``mentions`` and ``candidates``.

``read`` turns a file into passages with their pages, ``draft`` into Turtle to complete, ``mentions``
into a list of what it names, ``candidates`` into links that are proposed. These lie in ``work/`` of
the project, where :mod:`pan2kg.cli.review` decides on them.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pan2kg.cli.arguments import DAY, FILE, FLAG, LANGUAGE, ONCE, OUTPUT, Options, a_link
from pan2kg.cli.opening import open_graph, project_of
from pan2kg.cli.output import emit, emit_lines, tell, width_of
from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.extract import document as documents, draft, mentions, names, outline, process
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Message, Messages, error_message, parse_day
from pan2kg.project import Project, read_text, write_atomically
from pan2kg.review import decision, drafted, files, proposals, work
from pan2kg.store import filling
from pan2kg.tables import formats
from pan2kg.turtle import countries, vocabulary, writer

_SAID = Messages("candidate")
_SHORT_SHA = 12
"""How many hexadecimal digits of a sha256 are shown: enough to tell editions of a document apart."""
_LOST_SHOWN = 5
"""How many blocks that an earlier reading had and this one has not are shown with their words."""
_LOST_CHARACTERS = 80
"""How many characters of such a block are shown."""


def _columns(typed: str) -> dict[str, int]:
    """The columns of a table, counted from 1, by what stands in them: ``title=2,number=1``."""
    pairs = re.findall(r"([a-z]+)=([1-9]\d?)(?:,|$)", typed)
    if not pairs or ",".join(f"{kind}={column}" for kind, column in pairs) != typed:
        raise argparse.ArgumentTypeError(error_message("no-columns", text=typed))
    return {kind: int(column) for kind, column in pairs}


# what every command that reads a document can be told of it
_READING: Options = {
    "--pages": {"metavar": "PAGES", "default": "1-", "help": "read.pages"},
    "--password-file": {"metavar": "FILE", "help": "read.password-file"},
    "--seconds": {"metavar": "NUMBER", "type": int, "default": 60, "help": "read.seconds"},
    "--memory": {"metavar": "MB", "type": int, "default": 1000, "help": "read.memory"},
}
READ: Options = {"file": FILE, **_READING, "-o --output": FILE, **LANGUAGE}
DRAFT: Options = {
    "file": FILE,
    "--plan": {"metavar": "KEY", "required": True},
    "--level": {"metavar": "NAME"},
    "--columns": {"metavar": "COLUMNS", "type": _columns},
    "--explain": FLAG,
    "--outline": FILE,
    "--language": {"choices": ("fr", "en", "de", "lb", "it", "es", "nl")},
    "--type": {"metavar": "KEY", "default": ""},
    "--publisher": {"metavar": "NAME", "default": ""},
    "--date": {"metavar": "DAY", "type": parse_day},
    "--read-at": {"metavar": "URL", "type": a_link},
    "--list": {"choices": ("complete", "partial", "unknown"), "default": ""},
    **_READING,
    "-o --output": FILE,
}
MENTIONS: Options = {
    "file": {"nargs": "?", **FILE},
    "--plan": {"metavar": "KEY", "default": ""},
    "--country": {"metavar": "CODE", "default": ""},
    "--date": DAY,
    "--format": {"choices": ("table", "jsonl", "csv"), "default": "table"},
    **_READING,
    **OUTPUT,
    **LANGUAGE,
}
CANDIDATES: Options = {
    "file": {"nargs": "?", **FILE, "help": "mentions.file"},
    "--plan": {"metavar": "KEY", **ONCE, "required": True},
    "--since": DAY,
    **_READING,
    **LANGUAGE,
}


def run_read(options: argparse.Namespace) -> int:
    """Read a file into passages with their pages, write these where a file is named, and say what was read.

    Raises:
        OutlineError: the document cannot be read, or not within the limits.
        ProjectError: the file that is named for it is no earlier reading, or cannot be written.
    """
    document = process.read_document(Path(options.file), _reader_options(options))
    messages = [*_read_messages(document), *(remark.told for remark in document.remarks)]
    if options.output:
        messages += _write_reading(document, Path(options.output))
    emit_lines(message.say(options.language) for message in messages)
    return 0


def _reader_options(options: argparse.Namespace) -> process.Options:
    """How a document is read, of what :data:`_READING` lets one say."""
    pages = process.page_range(options.pages)
    password = ""
    if options.password_file:
        password = read_text(Path(options.password_file)).rstrip("\r\n")
    limits = process.ReaderLimits(max(options.seconds, 1), max(options.memory, 1))
    return process.Options(pages.first, pages.last, password, limits)


def _read_messages(document: documents.Document) -> Iterator[Message]:
    values = {
        "file": document.source,
        "format": document.format,
        "sha": document.sha256[:_SHORT_SHA],
        "pages": "–" if document.pages is None else str(document.pages),
        "characters": str(len(document.text)),
    }
    yield Message("progress", "document-read", values)
    numbers = Counter(block.kind for block in document.blocks)
    shown = {kind: str(numbers[kind]) for kind in ("heading", "paragraph", "item", "table", "note")}
    yield Message("progress", "document-blocks", shown)


def _write_reading(document: documents.Document, target: Path) -> list[Message]:
    """Write what was read, unless it stands there already; gives what is to be said of an earlier reading."""
    before = documents.load_document(target) if target.is_file() else None
    if before == document:
        values = {"file": target, "sha": document.sha256[:_SHORT_SHA]}
        return [Message("progress", "already-read", values)]
    write_atomically(target, documents.to_json(document))
    if before is None or before.sha256 == document.sha256:
        return []
    return list(_lost_blocks(before, document))


def _lost_blocks(before: documents.Document, document: documents.Document) -> Iterator[Message]:
    """Which blocks of an earlier file are not in this one word for word: their quotations no longer anchor."""
    text = _in_one_line(document.text)
    lost = [block.text for block in before.blocks if _in_one_line(block.text) not in text]
    if lost:
        values = {"number": str(len(lost)), "file": before.source}
        yield Message("progress", "blocks-lost", values)
    for words in lost[:_LOST_SHOWN]:
        yield Message("progress", "block-lost", {"words": words[:_LOST_CHARACTERS]})


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def run_draft(options: argparse.Namespace) -> int:
    """Draft Turtle from a published plan; what is unsure goes to standard error.

    Where no series of the document is surely its actions, the best three are shown and nothing is
    written: 1.

    Raises:
        OutlineError: the document cannot be read as a plan.
        QueryError: there is no such type of plan.
        ProjectError: another text stands where the draft is to be written.
    """
    file = Path(options.file)
    target = Path(options.output) if options.output else None
    beside = target.parent if target else Path()
    project = project_of(options) if options.project else Project.find(beside)
    reading = draft.read_plan(
        file,
        _reader_options(options),
        language=options.language,
        level=options.level,
        columns=options.columns,
    )
    plan = reading.plan
    if options.explain or plan is None:
        tell(*reading.explanation)
    if plan is None:
        return 1
    _refuse_unknown_type(project, options.type)
    filing = _file_draft(options, project, plan, target)
    if target:
        _refuse_other_text(filing, target)
    _write_draft(options, project, filing)
    if options.outline:
        emit(plan.outline, options.outline)
    _tell_of_draft(options, plan, file)
    return 0


def _refuse_unknown_type(project: Project, plan_type: str) -> None:
    if not plan_type:
        return
    scheme = read_text(project.scheme_file("plantype"))
    types = re.findall(r"^plantype:(\S+)", scheme, re.MULTILINE)
    if plan_type not in types:
        listed = ", ".join(types)
        raise QueryError("no-plan-type", remedy="there-are", type=plan_type, names=listed)


def _file_draft(
    options: argparse.Namespace, project: Project, plan: outline.DraftPlan, target: Path | None
) -> drafted.DraftFiling:
    """The draft as it is to be written: beside what the project states already, where it belongs to one."""
    country = _country_of_key(options.plan)
    facts = draft.UnprintedFacts(
        type=options.type,
        country=country.iri if country else "",
        completeness=options.list,
        publisher=options.publisher,
        day=options.date.isoformat() if options.date else "",
        address=options.read_at or "",
    )
    prefixes = writer.read_prefixes(project)
    graph = _graph_path(project, target)
    blocks = draft.draft_blocks(plan, prefixes, key=options.plan, graph=graph, facts=facts)
    if options.project or (target or Path()).resolve().is_relative_to(project.root):
        return drafted.file_draft(project, blocks, f"plan:{options.plan}", target)
    return drafted.DraftFiling(writer.write_turtle(blocks, prefixes), None, {})


def _country_of_key(plan: str) -> countries.Country | None:
    """The country with whose code the key of a plan begins, None where it is none of the known ones."""
    return countries.countries().get(plan.partition("-")[0])


def _graph_path(project: Project, target: Path | None) -> str:
    """The path by which the graph of a file is named; empty where it is written elsewhere."""
    if target is None or not target.resolve().is_relative_to(project.graph):
        return ""
    return target.resolve().relative_to(project.graph).as_posix().removesuffix(".ttl")


def _refuse_other_text(filing: drafted.DraftFiling, target: Path) -> None:
    # what somebody has written is not overwritten; the folder of a new file is made
    is_added_to = filing.stated_in is not None and filing.stated_in == target.resolve()
    if target.is_file() and not is_added_to and read_text(target) not in ("", filing.text):
        raise ProjectError("draft-stands", place=Place(str(target)))
    target.parent.mkdir(parents=True, exist_ok=True)


def _write_draft(
    options: argparse.Namespace, project: Project, filing: drafted.DraftFiling
) -> None:
    if filing.changes:
        with files.alone(project):
            files.write(project, filing.changes, writer.read_prefixes(project))
    else:
        emit(filing.text, options.output, "turtle")
    if filing.stated_in:
        values = {"plan": options.plan, "file": project.name_of(filing.stated_in)}
        tell(Message("progress", "plan-stands", values))


def _tell_of_draft(options: argparse.Namespace, plan: outline.DraftPlan, file: Path) -> None:
    """Say what was guessed, what the plan leaves open, and how much was drafted."""
    remarks = []
    if not options.language:
        remarks.append(documents.noted("language-guessed", language=plan.language))
    if _country_of_key(options.plan) is None:
        remarks.append(documents.noted("country-missing", key=options.plan))
    remarks += plan.remarks
    lines = [documents.noted("in-file", file=file.name, message=remark) for remark in remarks]
    counts = {"categories": str(len(plan.categories)), "actions": str(len(plan.actions))}
    tell(*lines, Message("progress", "draft-counts", counts))


class _MentionRow(NamedTuple):
    """A mention as a table shows it; its columns are these fields."""

    page: str
    words: str
    names: str
    kind: str
    note: str


def run_mentions(options: argparse.Namespace) -> int:
    """List what a document names: texts, plans and bodies of the graph, and acts that are not in it.

    Raises:
        QueryError: neither a file nor a plan is named, or there is no such plan.
        OutlineError: the document cannot be read.
    """
    graph = open_graph(options, tells=False)
    plan = _plan_of(graph, options)
    document = _document_of(graph, options, plan)
    thing = graph.names.things.get(plan)
    listed = mentions.find_mentions(
        document,
        graph.names,
        date=options.date or (thing.start if thing else None),
        country=options.country or (thing.country if thing else _country_of_project(graph)),
        plan=plan,
    )
    if options.format == "jsonl":
        text = "".join(f"{work.mention_line(mention)}\n" for mention in listed)
    else:
        heads = [_SAID.say(f"head-{name}", graph.language) for name in _MentionRow._fields]
        rows = [_mention_row(mention, document, graph) for mention in listed]
        grid = formats.Grid(heads, rows)
        if options.format == "csv":
            text = formats.write_csv(grid)
        else:
            text = formats.write_text(grid, width_of(options))
    emit(text, options.output, options.format)
    return 0


def _plan_of(graph: Graph, options: argparse.Namespace) -> str:
    """The IRI of the plan that is named, empty where none is. Raises QueryError for what is no plan."""
    if not options.plan:
        return ""
    plan = graph.resolve(options.plan, ["plan"])
    filling.refuse_other_kind(plan, ["plan"], option="plan", store=graph.store)
    return plan


def _document_of(graph: Graph, options: argparse.Namespace, plan: str) -> documents.Document:
    """The file that is named, read now, else the document of the plan as it was read last."""
    if options.file:
        return process.read_document(Path(options.file), _reader_options(options))
    if not plan:
        raise QueryError("no-document-named")
    return work.read_kept(graph.project, vocabulary.key(plan))


def _country_of_project(graph: Graph) -> str:
    """The code of the country a project is of, empty where its profile names none that is known."""
    for country in countries.countries().values():
        if country.iri == graph.profile.country:
            return country.code
    return ""


def _mention_row(mention: names.Mention, document: documents.Document, graph: Graph) -> _MentionRow:
    language = graph.language
    labels = graph.labels
    block = document.block_at(mention.start)
    page = (block.label or block.page or "") if block else ""
    targets = []
    for target in mention.targets or mention.choices:
        # what is not in the graph has an identifier alone
        is_of_graph = target in labels.entries
        targets.append(labels.brief(target, language).text if is_of_graph else target)
    kind = f"kind-{mention.kind}"
    kinds = _SAID if _SAID.has(kind) else Messages("page")
    note = _SAID.say(f"note-{mention.note}", language) if mention.note else ""
    return _MentionRow(
        str(page), mention.surface, " ; ".join(targets), kinds.say(kind, language), note
    )


class _ProposedKind(NamedTuple):
    """By what candidates are counted: their type, and what their relation or role is called."""

    type: str
    relation: str


def run_candidates(options: argparse.Namespace) -> int:
    """Propose links from the document of a plan, keep them for a review, and say how many there are of each kind.

    Raises:
        QueryError: there is no such plan.
        ProjectError: the project is not one's own, or its text of the plan cannot be read.
        OutlineError: the document cannot be read.
    """
    graph = open_graph(options, tells=False)
    plan = _plan_of(graph, options)
    files.own(graph.project)
    document = _document_of(graph, options, plan)
    search = proposals.search(graph, document, plan)
    if options.since:
        search = search.since(graph, options.since)
    key = vocabulary.key(plan)
    folder = work.keep(graph.project, key, document, search.mentions, search.candidates)
    emit_lines(_candidate_lines(graph, search, folder))
    return 0


def _candidate_lines(graph: Graph, search: proposals.DocumentSearch, folder: Path) -> Iterator[str]:
    language = graph.language
    yield _SAID.say_number(len(search.candidates), "candidates", language)
    numbers = Counter(_proposed_kind(graph, candidate) for candidate in search.candidates)
    for kind, number in sorted(numbers.items()):
        if kind.type == decision.INVOLVEMENT:
            type_ = graph.label(f"{vocabulary.PAN}Involvement", language)
        else:
            type_ = graph.label(f"{vocabulary.ID}linktype/{kind.type}", language)
        values = {"type": type_, "relation": kind.relation, "number": str(number)}
        yield _SAID.say("of-relation", language, **values)
    for cause, number in sorted(search.skipped.items()):
        yield _SAID.say(f"skipped-{cause}", language, number=str(number))
    yield _SAID.say("written", language, folder=str(folder))


def _proposed_kind(graph: Graph, candidate: decision.Candidate) -> _ProposedKind:
    scheme = "role" if candidate.type == decision.INVOLVEMENT else "relation"
    concept = f"{vocabulary.ID}{scheme}/{candidate.relation}"
    return _ProposedKind(candidate.type, graph.label(concept, graph.language))
