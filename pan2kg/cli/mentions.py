"""The commands that search a document: ``mentions`` for what it names, ``candidates`` for the links that suggests."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.cli.arguments import SingleValue, add_language, add_output, cache_of, emit, project_of, width_of
from pan2kg.cli.documents import add_reading, reading_options
from pan2kg.errors import QueryError
from pan2kg.i18n.catalogue import Messages
from pan2kg.i18n.days import a_day
from pan2kg.i18n.message import Message

if TYPE_CHECKING:
    from pan2kg.extract.document import Document
    from pan2kg.extract.evaluation import Evaluation
    from pan2kg.extract.mention import Mention
    from pan2kg.graph.graph import Graph
    from pan2kg.review.candidates import Candidate, Proposal
    from pan2kg.tables.formats import Grid

FORMATS: Final = ("table", "jsonl", "csv")
LEAST: Final = {"numbered": (0.99, 0.97), "all": (0.97, 0.90)}
"""The precision and recall, both strict, below which an evaluation ends with 1."""
_SAID: Final = Messages("candidate")


def add_mentions(command: argparse.ArgumentParser) -> None:
    """The document, whose it is, and how what it names is written."""
    command.add_argument("file", nargs="?", metavar="FILE", help="mentions.file")
    command.add_argument("--plan", metavar="KEY", default="", help="mentions.plan")
    command.add_argument("--country", metavar="CODE", default="", help="mentions.country")
    command.add_argument("--date", metavar="DAY", type=a_day, action=SingleValue, help="mentions.date")
    command.add_argument("--format", choices=FORMATS, default="table", help="mentions.format")
    command.add_argument("--evaluate", metavar="GOLD", help="mentions.evaluate")
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
    if options.evaluate:
        return _evaluate(graph, options)
    from pan2kg.extract.mentions import find_mentions

    plan = _plan(graph, options.plan) if options.plan else ""
    document = _document(graph, options, plan)
    own = graph.names.things.get(plan)
    country = options.country or (own.country if own else _own_country(graph))
    day = options.date or (own.start if own else None)
    found = find_mentions(document, graph.names, date=day, country=country, plan=plan)
    emit(_written(graph, document, found, options), options.output)
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
    from pan2kg.countries.table import countries

    return next((one.code for one in countries().values() if one.iri == graph.profile.country), "")


def _document(graph: Graph, options: argparse.Namespace, plan: str) -> Document:
    """The file that was named, else what was read of the plan."""
    from pan2kg.coherence.uses import key
    from pan2kg.extract.reading.process import read_document
    from pan2kg.review.work import read_kept

    if options.file:
        return read_document(Path(options.file), reading_options(options))
    if not plan:
        raise QueryError("no-document-named", remedy="name-file-or-plan")
    return read_kept(graph.project, key(plan))


def _written(graph: Graph, document: Document, found: tuple[Mention, ...], options: argparse.Namespace) -> str:
    from pan2kg.review.work import line_of
    from pan2kg.tables.formats import write_csv, write_text

    if options.format == "jsonl":
        return "".join(f"{line_of(one)}\n" for one in found)
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


def _evaluate(graph: Graph, options: argparse.Namespace) -> int:
    from pan2kg.extract.evaluation import evaluate, read_sentences
    from pan2kg.extract.mentions import find_mentions
    from pan2kg.tables.formats import Grid, write_text

    sentences = read_sentences(Path(options.evaluate))
    country = options.country or _own_country(graph)
    made = evaluate(
        sentences, lambda one: find_mentions(one.text, graph.names, country=one.country or country), graph.names
    )
    heads = [_SAID.say(f"head-{name}", options.language) for name in _FIGURES]
    rows = [
        (
            one.group, str(one.labels), str(one.mentions), f"{one.precision:.3f}", f"{one.recall:.3f}",
            f"{one.lenient_precision:.3f}", f"{one.lenient_recall:.3f}",
        )
        for one in made.scores.values()
    ]  # fmt: skip
    text = write_text(Grid(heads, rows), width_of(options))
    emit("\n".join([text.rstrip("\n"), "", *_told(made, options), ""]), options.output)
    return 0 if _is_enough(made) else 1


_FIGURES: Final = ("group", "labels", "mentions", "precision", "recall", "lenient-precision", "lenient-recall")


def _told(made: Evaluation, options: argparse.Namespace) -> Iterator[str]:
    """How many sentences there were, and every miss."""
    counts = {"sentences": str(made.sentences), "empty": str(made.empty), "found": str(made.in_empty)}
    yield Message("candidate", "evaluated", counts).say(options.language)
    for one in made.misses:
        key = "exchanged" if one.wanted and one.found else "missed" if one.wanted else "unlabelled"
        values = {"id": one.sentence, "words": one.surface, "wanted": one.wanted, "found": one.found}
        yield Message("candidate", key, values).say(options.language)


def _is_enough(made: Evaluation) -> bool:
    """Whether figures are as promised, and nothing is found where nothing is labelled."""
    return made.in_empty == 0 and all(
        made.scores[group].precision >= precision and made.scores[group].recall >= recall
        for group, (precision, recall) in LEAST.items()
        if group in made.scores
    )


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
    from pan2kg.coherence.uses import key
    from pan2kg.review.candidates import proposal, since
    from pan2kg.review.work import keep, work_folder

    graph = _open(options)
    plan = _plan(graph, options.plan)
    work_folder(graph.project, key(plan))
    document = _document(graph, options, plan)
    made = proposal(graph, document, plan)
    if options.since:
        made = since(graph, made, options.since)
    folder = keep(graph.project, key(plan), document, made.mentions, made.candidates)
    for message in _counted(graph, made, str(folder)):
        sys.stdout.write(f"{message.say(options.language)}\n")
    return 0


def _counted(graph: Graph, made: Proposal, folder: str) -> Iterator[Message]:
    """How many candidates there are of each relation, what was passed over and why, and where they were written."""
    from pan2kg.review.parts import INVOLVEMENT
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
    from pan2kg.i18n.message import verbatim

    return verbatim(said.counted(number, name, language))
