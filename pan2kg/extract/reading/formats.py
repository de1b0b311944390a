"""Which format a file has, by its bytes before its name, and the reader of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Final

from pan2kg.errors import OutlineError, Place
from pan2kg.extract.document import Block, Document, Remark, laid
from pan2kg.extract.layout import decode_text, noted
from pan2kg.extract.reading.language import block_language
from pan2kg.extract.reading.options import MEGABYTE, Options
from pan2kg.extract.reading.plain import read_plain


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader found in a file: its blocks, how many pages it has, and what is to be said of it."""

    blocks: tuple[Block, ...]
    pages: int | None = None
    remarks: tuple[Remark, ...] = ()


Reader = Callable[[bytes, str, Options], Found]


def _text(data: bytes, source: str, _options: Options) -> Found:
    text, remarks = decode_text(data, source=source)
    markdown = source.lower().endswith((".md", ".markdown"))
    return Found(
        tuple(read_plain(text, markdown=markdown, source=source)), None, tuple(Remark(r.told) for r in remarks)
    )


READERS: Final[Mapping[str, Reader]] = {
    "txt": _text,
    "md": _text,
}
"""The reader of each format, by the ending of its files."""


def format_of(data: bytes, name: str) -> str:
    """The format of a file.

    Raises:
        OutlineError: the file is empty, or of a format that is not read.
    """
    if not data.strip():
        raise OutlineError("document-empty", place=Place(name), remedy="give-document")
    ending = PurePath(name).suffix.lower().lstrip(".")
    if ending not in READERS:
        raise OutlineError(
            "format-not-read", place=Place(name), remedy="formats-read", name=name, formats=", ".join(READERS)
        )
    return ending


def read_bytes(data: bytes, name: str, options: Options | None = None) -> Document:
    """The document in the bytes of a file called ``name``; in this process, without limits of time and memory.

    Raises:
        OutlineError: the file is empty, locked, damaged, too large, or of a format that is not read.
    """
    options = options or Options()
    form = format_of(data, name)
    if len(data) > options.limits.unpacked * MEGABYTE:
        size = str(len(data) // MEGABYTE)
        raise OutlineError(
            "file-too-large", place=Place(name), remedy="give-smaller-file", megabytes=size,
            limit=options.limits.unpacked,
        )  # fmt: skip
    found = READERS[form](data, name, options)
    blocks = tuple(_spoken(laid(found.blocks)))
    if not blocks:
        raise OutlineError("document-empty", place=Place(name), remedy="give-document")
    remarks = (*found.remarks, *_on_languages(blocks))
    return Document(PurePath(name).name, hashlib.sha256(data).hexdigest(), form, found.pages, blocks, remarks)


def _spoken(blocks: Iterable[Block]) -> Iterable[Block]:
    return (replace(block, language=block.language or block_language(block.text)) for block in blocks)


def _on_languages(blocks: Iterable[Block]) -> tuple[Remark, ...]:
    """A remark where a quarter of the text or more is in a second language."""
    letters: Counter[str] = Counter()
    for block in blocks:
        if block.language:
            letters[block.language] += len(block.text)
    if len(most := letters.most_common(2)) < 2 or 4 * most[1][1] < most[0][1]:
        return ()
    return (Remark(noted("two-languages", first=most[0][0], second=most[1][0])),)
