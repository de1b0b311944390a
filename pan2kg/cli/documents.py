"""The commands that read a published document: ``read`` it into blocks, ``draft`` a plan from it."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.cli.arguments import add_language, add_output
from pan2kg.i18n.message import Message

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
    from pan2kg.project import read_text

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
