"""Plain text and Markdown as blocks: blank lines part paragraphs, a number or bullet begins an item."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pan2kg.extract.document import Block, BlockKind, canonical, table_text
from pan2kg.extract.layout import Line, joined, read_lines
from pan2kg.extract.numbering import Marker, readings
from pan2kg.extract.reading.paragraphs import numbered

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_ROW = re.compile(r"\|.*\|")
_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")


@dataclass(slots=True)
class _Pending:
    """The lines of a block that is not at its end."""

    kind: BlockKind = "paragraph"
    text: str = ""
    marker: str = ""


def read_plain(text: str, *, markdown: bool = False, source: str = "") -> Iterator[Block]:
    """The blocks of a text.

    >>> [(block.kind, block.marker, block.text) for block in read_plain("Plan\\n\\n1. Former les\\njuges\\n• Lier\\n")]
    [('paragraph', '', 'Plan'), ('item', '1', '1. Former les juges'), ('item', '•', 'Lier')]

    Raises:
        OutlineError: the text holds a NUL or half a character.
    """
    lines, _ = read_lines(_EMPHASIS.sub(r"\2", text) if markdown else text, source=source)
    raw = text.splitlines() if markdown else []
    yield from _markdown(lines, raw, text) if markdown else _paragraphs(lines, text)


def _markdown(lines: Sequence[Line], raw: Sequence[str], text: str) -> Iterator[Block]:
    """Headings and tables between the paragraphs."""
    run: list[Line] = []
    rows: list[tuple[str, ...]] = []
    for line in lines:
        printed = raw[line.number - 1].strip() if line.number <= len(raw) else ""
        heading = _HEADING.fullmatch(printed)
        is_row = _ROW.fullmatch(printed) is not None
        if rows and (not is_row or line.after_gap):
            yield table(rows)
            rows = []
        if heading or is_row:
            yield from _paragraphs(run, text)
            run = []
        if heading:
            words = canonical(_EMPHASIS.sub(r"\2", heading[2]))
            marker = numbered(words)
            yield Block(None, None, "heading", words, len(heading[1]), marker.number if marker else "")
        elif is_row:
            if not _RULE.fullmatch(printed):
                rows.append(tuple(canonical(_EMPHASIS.sub(r"\2", cell)) for cell in printed.strip("|").split("|")))
        else:
            run.append(line)
    yield from _paragraphs(run, text)
    if rows:
        yield table(rows)


def table(rows: Sequence[tuple[str, ...]], page: int | None = None, label: str | None = None) -> Block:
    """A table as a block; rows of unequal length are filled up."""
    width = max(map(len, rows), default=0)
    filled = tuple((*row, *[""] * (width - len(row))) for row in rows)
    return Block(page, label, "table", table_text(filled), rows=filled)


def _paragraphs(lines: Sequence[Line], text: str) -> Iterator[Block]:
    pending = _Pending()
    for line in lines:
        found = next((one for one in readings(line.text) if not one.weak), None)
        if line.is_page_number:
            continue
        if pending.text and (line.after_gap or found):
            yield _block(pending)
            pending = _Pending()
        if not pending.text:
            bullet = found is not None and found.style.is_bullet
            words = found.rest if found and bullet else line.text
            pending = _Pending("item" if found else "paragraph", words, _marker(found))
        else:
            pending.text, _ = joined(pending.text, line.text, text=text)
    if pending.text:
        yield _block(pending)


def _marker(found: Marker | None) -> str:
    return (found.number or found.style.form) if found else ""


def _block(pending: _Pending) -> Block:
    return Block(None, None, pending.kind, canonical(pending.text), marker=pending.marker)
