"""The commands about a published document: ``read``, ``draft``, ``mentions``, ``candidates``, and their ``review``."""

import argparse
import os
import re
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic

from pan2kg.cli.arguments import DAY, FILE, FLAG, LANGUAGE, ONCE, OUTPUT, Options, a_link
from pan2kg.cli.opening import open_graph, open_kept, project_of
from pan2kg.cli.output import emit, tell, width_of
from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.extract import document as documents, draft, mentions, outline, process
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Message, Messages, a_day, numeral, today, told
from pan2kg.project import Project, read_text, write_atomically
from pan2kg.review import (
    cards,
    decision,
    desk,
    drafted,
    fields,
    files,
    keys,
    outcomes,
    proposals,
    suggestions,
    work,
)
from pan2kg.store import derive, filling, load_project
from pan2kg.tables import formats
from pan2kg.turtle import countries, vocabulary, writer

# how many passages that no longer anchor are shown with their words
_LOST = 5
_SAID = Messages("candidate")
_DESK = Messages("desk")
# what follows a key: another key, or a line of which the message says what it is about; and of
# something of the graph
_ASKING = {"r": "", "e": "edit-what", "b": "together-which", "n": "hand-which"}
_ASKING_OF_GRAPH = {"a": "suggested-which", "r": "why", "n": "hand-which"}
_CLEAR = "\x1b[2J\x1b[H"
_INVERSE = "\x1b[7m"
_BOLD = "\x1b[1m"
_PLAIN = "\x1b[0m"


def _columns(typed: str) -> dict[str, int]:
    pairs = re.findall(r"([a-z]+)=([1-9]\d?)(?:,|$)", typed)
    if not pairs or ",".join(f"{kind}={column}" for kind, column in pairs) != typed:
        raise argparse.ArgumentTypeError(told("no-columns", text=typed))
    return {kind: int(column) for kind, column in pairs}


# what every command that reads a document can be told of it
_READING: Options = {
    "--pages": {"metavar": "PAGES", "default": "1-", "help": "read.pages"},
    "--password-file": {"metavar": "FILE", "help": "read.password-file"},
    "--seconds": {"metavar": "NUMBER", "type": int, "default": 60, "help": "read.seconds"},
    "--memory": {"metavar": "MB", "type": int, "default": 1000, "help": "read.memory"},
}
_KEY = {"metavar": "KEY", **ONCE}
READ: Options = {
    "file": FILE,
    **_READING,
    "-o --output": FILE,
    **LANGUAGE,
}
DRAFT: Options = {
    "file": FILE, "--plan": {"metavar": "KEY", "required": True}, "--level": {"metavar": "NAME"},
    "--columns": {"metavar": "COLUMNS", "type": _columns}, "--explain": FLAG, "--outline": FILE,
    "--language": {"choices": ("fr", "en", "de", "lb", "it", "es", "nl")},
    "--type": {"metavar": "KEY", "default": ""}, "--publisher": {"metavar": "NAME", "default": ""},
    "--date": {"metavar": "DAY", "type": a_day}, "--read-at": {"metavar": "URL", "type": a_link},
    "--list": {"choices": ("complete", "partial", "unknown"), "default": ""}, **_READING,
    "-o --output": FILE,
}  # fmt: skip
MENTIONS: Options = {
    "file": {"nargs": "?", **FILE}, "--plan": {"metavar": "KEY", "default": ""},
    "--country": {"metavar": "CODE", "default": ""}, "--date": DAY,
    "--format": {"choices": ("table", "jsonl", "csv"), "default": "table"},
    **_READING, **OUTPUT, **LANGUAGE,
}  # fmt: skip
CANDIDATES: Options = {
    "file": {"nargs": "?", **FILE, "help": "mentions.file"},
    "--plan": {**_KEY, "required": True},
    "--since": DAY,
    **_READING,
    **LANGUAGE,
}
REVIEW: Options = {
    "--plan": _KEY,
    "--kind": {"choices": ("plan", "action", "instrument", "body", "provision", "topic"), "default": ""},
    "--by": {"metavar": "NAME", **ONCE}, "--second": FLAG, "--control": FLAG,
    "--order": {"choices": ("text", "rank"), "default": "text"}, "--suggested": FLAG, **LANGUAGE,
}  # fmt: skip


def _read(options: argparse.Namespace, file: Path) -> tuple[Path, process.Options]:
    start, end = process.page_range(options.pages)
    password = (
        read_text(Path(options.password_file)).rstrip("\r\n") if options.password_file else ""
    )
    limits = process.ReaderLimits(max(options.seconds, 1), max(options.memory, 1))
    return file, process.Options(start, end, password, limits)


def run_read(options: argparse.Namespace) -> int:
    document = process.read_document(*_read(options, Path(options.file)))
    kinds = Counter(block.kind for block in document.blocks)
    sha = document.sha256[:12]
    values = {
        "file": document.source,
        "format": document.format,
        "sha": sha,
        "pages": "–" if document.pages is None else str(document.pages),
        "characters": str(len(document.text)),
    }
    blocks = {kind: str(kinds[kind]) for kind in ("heading", "paragraph", "item", "table", "note")}
    messages = [
        Message("progress", "document-read", values),
        Message("progress", "document-blocks", blocks),
    ]
    messages += [remark.told for remark in document.remarks]
    if options.output:
        target = Path(options.output)
        before = documents.load_document(target) if target.is_file() else None
        if before == document:
            messages.append(Message("progress", "already-read", {"file": target, "sha": sha}))
        else:
            write_atomically(target, documents.to_json(document))
        if before and before.sha256 != document.sha256:
            # blocks of the earlier file that are not in this one word for word: quotations of them
            # no longer anchor
            words = " ".join(document.text.split())
            lost = [
                block.text for block in before.blocks if " ".join(block.text.split()) not in words
            ]
            numbers = {"number": str(len(lost)), "file": before.source}
            if lost:
                messages.append(Message("progress", "blocks-lost", numbers))
            messages += [
                Message("progress", "block-lost", {"words": text[:80]}) for text in lost[:_LOST]
            ]
    _write("".join(f"{message.say(options.language)}\n" for message in messages))
    return 0


def run_draft(options: argparse.Namespace) -> int:
    """Draft Turtle from a published plan; what is unsure goes to standard error.

    Where no series of the document is surely its actions, the best three are shown and nothing is
    written: 1.
    """
    file = Path(options.file)
    target = Path(options.output) if options.output else None
    beside = target.parent if target else Path()
    project = project_of(options) if options.project else Project.find(beside)
    plan, explanation = draft.read_plan(
        *_read(options, file),
        language=options.language,
        level=options.level,
        columns=options.columns,
    )
    if options.explain or plan is None:
        tell(*explanation)
    if plan is None:
        return 1
    _refuse_unknown_type(project, options.type)
    country = countries.countries().get(options.plan.partition("-")[0])
    facts = draft.UnprintedFacts(
        type=options.type,
        country=country.iri if country else "",
        completeness=options.list,
        publisher=options.publisher,
        day=options.date.isoformat() if options.date else "",
        address=options.read_at or "",
    )
    prefixes = writer.read_prefixes(project)
    graph = _graph_of(project, target)
    blocks = draft.draft_blocks(plan, prefixes, key=options.plan, graph=graph, facts=facts)
    filing = drafted.DraftFiling(writer.write_turtle(blocks, prefixes), None, {})
    if options.project or (target or Path()).resolve().is_relative_to(project.root):
        filing = drafted.file_draft(project, blocks, f"plan:{options.plan}", target)
    if target:
        _refuse_other_text(filing, target)
    _write_draft(options, project, filing)
    if options.outline:
        emit(plan.outline, options.outline)
    _tell_of_draft(options, plan, file, is_country_known=country is not None)
    return 0


def _refuse_unknown_type(project: Project, plan_type: str) -> None:
    # the type of plan that was named must be one of the scheme's
    if not plan_type:
        return
    scheme = read_text(project.scheme_file("plantype"))
    types = re.findall(r"^plantype:(\S+)", scheme, re.MULTILINE)
    if plan_type not in types:
        names = ", ".join(types)
        raise QueryError("no-plan-type", remedy="there-are", type=plan_type, names=names)


def _graph_of(project: Project, target: Path | None) -> str:
    # the path that names the file's graph, where it is written into the project's
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


def _tell_of_draft(
    options: argparse.Namespace, plan: outline.DraftPlan, file: Path, *, is_country_known: bool
) -> None:
    # what was guessed, what the plan leaves open, and how much was drafted
    remarks = list(plan.remarks)
    if not is_country_known:
        remarks.insert(0, documents.noted("country-missing", key=options.plan))
    if not options.language:
        remarks.insert(0, documents.noted("language-guessed", language=plan.language))
    lines = [documents.noted("in-file", file=file.name, message=remark) for remark in remarks]
    counts = {"categories": str(len(plan.categories)), "actions": str(len(plan.actions))}
    tell(*lines, Message("progress", "draft-counts", counts))


def run_mentions(options: argparse.Namespace) -> int:
    graph, plan = _opened(options)
    document = _document(graph, options, plan)
    thing = graph.names.things.get(plan)
    own = (
        country.code
        for country in countries.countries().values()
        if country.iri == graph.profile.country
    )
    country = options.country or (thing.country if thing else next(own, ""))
    day = options.date or (thing.start if thing else None)
    named = mentions.find_mentions(document, graph.names, date=day, country=country, plan=plan)
    if options.format == "jsonl":
        lines = (f"{work.mention_line(mention)}\n" for mention in named)
        emit("".join(lines), options.output, options.format)
        return 0
    language = graph.language
    labels = graph.labels
    rows = []
    for mention in named:
        block = document.block_at(mention.start)
        page = (block.label or block.page or "") if block else ""
        # a target in little space: its short name, its label, or its identifier
        names = [
            labels.brief(iri, language).text if iri in labels.entries else iri
            for iri in mention.targets or mention.choices
        ]
        note = _SAID.say(f"note-{mention.note}", language) if mention.note else ""
        kind = (_SAID if _SAID.has(f"kind-{mention.kind}") else Messages("page")).say(
            f"kind-{mention.kind}", language
        )
        rows.append((str(page), mention.surface, " ; ".join(names), kind, note))
    heads = [
        _SAID.say(f"head-{name}", language) for name in ("page", "words", "names", "kind", "note")
    ]
    grid = formats.Grid(heads, rows)
    text = (
        formats.write_csv(grid)
        if options.format == "csv"
        else formats.write_text(grid, width_of(options))
    )
    emit(text, options.output, options.format)
    return 0


def _opened(options: argparse.Namespace) -> tuple[Graph, str]:
    graph = open_graph(options, tells=False)
    plan = graph.resolve(options.plan, ["plan"]) if options.plan else ""
    if plan:
        filling.refuse_other_kind(plan, ["plan"], option="plan", store=graph.store)
    return graph, plan


def _document(graph: Graph, options: argparse.Namespace, plan: str) -> documents.Document:
    if options.file:
        return process.read_document(*_read(options, Path(options.file)))
    if not plan:
        raise QueryError("no-document-named")
    return work.read_kept(graph.project, vocabulary.key(plan))


def run_candidates(options: argparse.Namespace) -> int:
    graph, plan = _opened(options)
    files.own(graph.project)
    document = _document(graph, options, plan)
    result = proposals.search(graph, document, plan)
    if options.since:
        result = result.since(graph, options.since)
    folder = work.keep(
        graph.project, vocabulary.key(plan), document, result.mentions, result.candidates
    )
    language = graph.language

    lines = [_SAID.counted(len(result.candidates), "candidates", language)]
    numbers = Counter[tuple[str, str]]()
    for candidate in result.candidates:
        scheme = "role" if candidate.type == decision.INVOLVEMENT else "relation"
        relation = graph.label(f"{vocabulary.ID}{scheme}/{candidate.relation}", language)
        numbers[candidate.type, relation] += 1
    for (kind, relation), number in sorted(numbers.items()):
        is_part = kind == decision.INVOLVEMENT
        name = graph.label(
            f"{vocabulary.PAN}Involvement" if is_part else f"{vocabulary.ID}linktype/{kind}",
            language,
        )
        lines.append(
            _SAID.say("of-relation", language, type=name, relation=relation, number=str(number))
        )
    for cause, number in sorted(result.skipped.items()):
        lines.append(_SAID.say(f"skipped-{cause}", language, number=str(number)))
    _write(
        "".join(
            f"{line}\n" for line in (*lines, _SAID.say("written", language, folder=str(folder)))
        )
    )
    return 0


def run_review(options: argparse.Namespace) -> int:
    project = project_of(options)
    files.own(project)
    store = load_project(project)
    derive(store, project, ["main-label"])

    def whole() -> Graph:
        # with what rules derive, of which suggestions are made
        store = open_kept(options, project)
        return Graph(project, store, language=project.language, as_of=today())

    graph = Graph(project, store, language=project.language, as_of=today())
    plan = graph.resolve(options.plan, ["plan"]) if options.plan else ""
    is_read = work.has_candidates(project) or not options.suggested
    material = work.read_material(graph, project, plan) if is_read else work.Material(graph)
    reader = _KeyReader()
    try:
        name = fields.read_field(
            {"reviewer": options.by or reader.ask(str(Message("desk", "your-name")))}, "reviewer"
        )
    except outcomes.RefusedError as error:
        raise ProjectError("name-yourself", why=error.code) from None
    wanted = desk.Wanted(options.kind, options.order, options.control, options.second, plan)
    review = desk.open_desk(material, project, name, today(), wanted, whole)
    if options.suggested:
        keys.press(review, "g")
    with reader.keys():
        _go(review, reader, options.language)
    language = options.language
    say = _saying(language)
    waiting = sum(bool(candidate.plan) and not candidate.is_control for candidate in review.waiting)
    lines = [say("decided", left=waiting, **review.decided)]
    controls, pace, agreement = review.measured()
    if review.wanted.control:
        lines.append(say("controls", **controls))
    if pace is not None:
        lines.append(say("pace", seconds=round(pace)))
    if review.wanted.second:
        alpha = "–" if agreement.alpha is None else numeral(agreement.alpha, language)
        lines += [say("agreement", n=agreement.both, alpha=alpha), say("agreement-means")]
        for candidate, _, _ in agreement.apart:
            start, target = (review.material.graph.label(end, language) for end in candidate.ends)
            lines.append(say("apart", start=start, target=target))
    tell(*lines)
    return 0


def _go(review: desk.Desk, reader: "_KeyReader", language: str) -> None:
    message = ""
    current_key = ""
    since = monotonic()
    while True:
        _show(review, message, reader, language)
        if review.current and review.current.key != current_key:
            current_key = review.current.key
            since = monotonic()
        typed = reader.key()
        if typed is None or typed[:1] == "q":
            return
        asking = _ASKING_OF_GRAPH if review.is_graph_shown else _ASKING
        if (
            reader.is_terminal
            and typed in asking
            and not (typed == "a" and suggestions.passage_document(review.graph, review.current))
        ):
            if asking[typed]:
                question = Message("desk", asking[typed], {"types": ", ".join(decision.TYPES)})
                answer = reader.ask(str(question))
            else:
                answer = reader.key() or ""
            typed += f" {answer}"
        review.seconds = monotonic() - since if reader.is_terminal else None
        message = keys.press(review, typed).say(language)
        if not reader.is_terminal:
            _write(f"{message}\n")


class _KeyReader:
    def __init__(self) -> None:
        self.is_terminal = sys.stdin.isatty() and sys.stdout.isatty()

    @contextmanager
    def keys(self) -> Iterator[None]:
        if not self.is_terminal:
            yield
            return
        import termios  # only POSIX systems have it
        import tty

        before = termios.tcgetattr(sys.stdin)
        try:
            tty.setcbreak(sys.stdin)
            yield
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)

    def key(self) -> str | None:
        if not self.is_terminal:
            line = sys.stdin.readline()
            return line.strip() or "?" if line else None
        pressed = os.read(sys.stdin.fileno(), 1)
        return pressed.decode("ascii", "replace") if pressed not in (b"", b"\x04") else None

    def ask(self, question: str) -> str:
        if not self.is_terminal:
            return sys.stdin.readline().strip()
        import termios

        before = termios.tcgetattr(sys.stdin)
        modes = termios.tcgetattr(sys.stdin)
        modes[3] |= termios.ICANON | termios.ECHO
        try:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, modes)
            _write(f"\n{question} ")
            return sys.stdin.readline().strip()
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _saying(language: str) -> Callable[..., str]:
    return lambda key, **values: _DESK.say(key, language, **values)


def _show(review: desk.Desk, message: str, reader: _KeyReader, language: str) -> None:
    say = _saying(language)
    width = min(shutil.get_terminal_size((100, 30)).columns, 100)
    wrap = partial(textwrap.wrap, width=width)
    lines = [say("counts", **review.progress)]
    card = cards.card_of(review, language)
    if review.is_graph_shown:
        for line in cards.suggestion(review, language):
            lines += wrap(line) or [""]
    elif card is None:
        lines.append(say("all-decided"))
    else:
        lines += _card_lines(review, card, width, language, is_terminal=reader.is_terminal)
    if reader.is_terminal:
        help_name = "help-suggested" if review.is_graph_shown else "help"
        lines += ["", *wrap(message), *say(help_name).split("\n")]
    whole = "\n".join(lines)
    _write(f"{_CLEAR if reader.is_terminal else ''}{whole}\n")


def _card_lines(
    review: desk.Desk, card: cards.Card, width: int, language: str, *, is_terminal: bool
) -> Iterator[str]:
    """What is known of the candidate in hand, each paragraph wrapped."""
    say = _saying(language)
    wrap = partial(textwrap.wrap, width=width)
    yield from ("", *wrap(card.statement), "", *wrap(card.reason))
    for remark in card.remarks:
        yield from wrap(f"! {remark}")
    yield ""
    yield from _passage(card, width, language, is_terminal=is_terminal)
    yield ""
    for fact in card.facts:
        yield from wrap(fact)
    yield from wrap(say("others", n=len(card.others)))
    for twin in card.others[:5]:
        yield f"  · {twin}"[:width]
    for decision_before in card.previous:
        yield from wrap(decision_before)
    if card.nearer:
        yield from wrap(say("nearer"))
        for name, title in card.nearer:
            yield f"  {name}  {title}"[:width]
    yield from _alike_lines(review, width, language)


def _alike_lines(review: desk.Desk, width: int, language: str) -> Iterator[str]:
    # candidates that say the same elsewhere, each with a mark where it is decided with this one
    alike = review.alike()
    if alike:
        say = _saying(language)
        yield from textwrap.wrap(say("alike", n=len(alike)), width=width)
    graph = review.material.graph
    for number, twin in enumerate(alike, start=1):
        mark = "x" if twin.key in review.ticked else " "
        start = graph.label(twin.ends[0], graph.language)
        words = twin.quotations[0].words
        yield f"  [{mark}] {number}  {start} — {words}"[:width]


def _passage(card: cards.Card, width: int, language: str, *, is_terminal: bool) -> Iterator[str]:
    passage = card.passage
    say = _saying(language)
    place = " › ".join(passage.path)
    yield say("page", page=passage.label, place=place) if passage.label else place
    begin, end = (f"{_INVERSE}{_BOLD}", _PLAIN) if is_terminal else ("[[", "]]")
    for paragraph in f"{passage.prefix[-600:]}\0{passage.words}\1{passage.suffix[:600]}".split(
        "\n"
    ):
        for line in textwrap.wrap(paragraph, width - 4) or [""]:
            yield f"  │ {line}".replace("\0", begin).replace("\1", end)
    if card.passages > 1:
        yield say("more-passages", n=card.passages)
