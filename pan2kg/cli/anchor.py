"""The command that writes down where quoted words stand in the text of their document: ``pan2kg anchor``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.cli.arguments import SingleValue, add_language, cache_of, emit, project_of
from pan2kg.errors import ProjectError
from pan2kg.i18n.message import Message, spoken, verbatim

if TYPE_CHECKING:
    from pan2kg.review.anchoring import Anchoring


def add_anchor(command: argparse.ArgumentParser) -> None:
    """The file and the document it is."""
    command.add_argument("file", metavar="FILE", help="anchor.file")
    command.add_argument("--document", metavar="KEY", required=True, action=SingleValue, help="anchor.document")
    command.add_argument("--dry-run", action="store_true", help="add.dry-run")
    add_language(command)


def run_anchor(options: argparse.Namespace) -> int:
    """Show which passages are located, then write it; 1 where one is not found."""
    from pan2kg.extract.reading.process import read_document
    from pan2kg.i18n.days import today
    from pan2kg.review.anchoring import anchor
    from pan2kg.review.entry import RefusedError
    from pan2kg.review.files import alone, write
    from pan2kg.review.readings import document_named
    from pan2kg.store.cache import open_stated
    from pan2kg.turtle.writer import read_prefixes

    project = project_of(options)
    name = document_named(open_stated(project, cache_of(options)), project, options.document)
    document = read_document(Path(options.file))
    try:
        with alone(project):
            made = anchor(project, document, name, today())
            emit("".join(one.difference for one in made.files))
            if made.files and not options.dry_run:
                write(project, {one.path: one.new for one in made.files}, read_prefixes(project))
    except RefusedError as error:
        raise ProjectError(verbatim(error.outcome.said.say(spoken()))) from None
    sys.stderr.write("".join(f"{line}\n" for line in _lines(made, options.document, is_shown=options.dry_run)))
    return 1 if made.orphans else 0


def _lines(made: Anchoring, document: str, *, is_shown: bool) -> Iterator[str]:
    """How many passages were located, which were not, and how much of the document is quoted."""
    from pan2kg.i18n.catalogue import Messages, decimal
    from pan2kg.validation.rights import LONGEST, SHARES

    progress, language = Messages("progress"), spoken()
    key = "anchored-shown" if is_shown else "anchored" if made.files else "anchored-before"
    passages = progress.counted(len(made.anchors), "anchored-passages", language)
    yield str(Message("progress", key, {"passages": passages, "document": document, "files": len(made.files)}))
    for orphan in made.orphans:
        one = orphan.quotation
        values = {"place": str(one.place), "passage": one.subject.rpartition("/")[2], "quote": _brief(one.words)}
        if orphan.times:
            yield str(Message("progress", "orphan-several", {**values, "times": orphan.times}))
        elif orphan.nearest:
            yield str(Message("progress", "orphan-near", {**values, "near": _brief(orphan.nearest)}))
        else:
            yield str(Message("progress", "orphan", values))
    for one in made.long:
        size = {"characters": len(one.words), "most": LONGEST[0], "words": LONGEST[1]}
        yield str(Message("progress", "quotation-long", {"place": str(one.place), **size}))
    if made.share > SHARES[0]:
        shares = {"share": decimal(100 * made.share, language, 0), "document": document}
        yield str(Message("progress", "quoted-too-much" if made.share > SHARES[1] else "quoted-much", shares))


def _brief(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= 120 else f"{plain[:119].rstrip()}…"
