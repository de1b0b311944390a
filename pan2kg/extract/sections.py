"""What stands below an action: how far its text reaches, and the fields that are printed in it.

An action is a member of a series that was found, or one of the graph with its titles. A field is a
line such as “Responsable : Ministère”, or a row of a small table of such labels.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pan2kg.extract.document import (
    BETWEEN_CELLS,
    BETWEEN_ROWS,
    Blocks,
    Document,
    DocumentBlock,
    folded,
)
from pan2kg.extract.series import Columns, Series, markers_of
from pan2kg.extract.signs import field_kind, group_of

LONGEST_CHAPTER = 200
"""A line with the label of a chapter is its heading where it has fewer characters."""
# by how many characters a line with a title may be longer than it: the number and the label before
# it
_MOST_BEFORE = 60
FIELD = re.compile(r"([^\W\d_][^:.\n]{0,60}?)\s?:\s*(?=\S|$)")
"""A line that begins with a label and a colon; the label is its first group."""
_NAMING = ("title", "number", "action")  # kinds of what says which action it is


# Below the members of a series


def is_below(heading: DocumentBlock, block: DocumentBlock) -> bool:
    """Whether a heading belongs to what stands under another one; under what is no heading none does."""
    return block.kind == "heading" and heading.level > block.level


def sections_of(series: Series, document: Document) -> list[Blocks]:
    """What stands below each member: to the next one, or to a heading that is not below it.

    Of a member that is a table it is the table, and those that follow at once, where the end of a
    page cut it.
    """
    starts = {member.block for member in series.members}
    sections = []
    for member in series.members:
        begin = member.block
        if document.blocks[begin].kind != "table":
            begin += 1
        end = begin
        while end < len(document.blocks) and not _ends(document, member.block, end, starts):
            end += 1
        sections.append(document.blocks[begin:end])
    return sections


def _ends(document: Document, head_at: int, at: int, starts: set[int]) -> bool:
    """Whether a block ends the section of the member that begins with another one."""
    head = document.blocks[head_at]
    block = document.blocks[at]
    if at in starts and at != head_at:
        return True
    if block.kind == "heading" and not is_below(block, head):
        return True
    return head.kind == "table" and block.kind != "table"


# By the titles of the graph


class Named(NamedTuple):
    """An action of the graph, with its titles in any languages."""

    iri: str
    number: str
    titles: tuple[str, ...]


class Section(NamedTuple):
    """A part of the text of a document, of an action or of the plan."""

    iri: str
    start: int
    end: int


class _Beginning(NamedTuple):
    """Where a title stands: block, row of a table, place in the text."""

    block: int
    row: int
    start: int
    iri: str


def sections(document: Document, plan: str, actions: Iterable[Named]) -> tuple[Section, ...]:
    """The whole text in sections, each of an action or of the plan, in their order.

    Actions are found by the titles they have in the graph. A title may stand several times, in a
    list of contents, a summary and the body: the place that is followed by most text is the one. It
    ends where a draft of the same document ends it: at a heading that is not below it, at a line
    with the label of a chapter, or with its row of a table.
    """
    beginnings = list(_beginnings(document, actions))
    text_length = len(document.text)
    chapters = _chapters(document) - {beginning.block for beginning in beginnings}
    longest: dict[str, Section] = {}
    ends = [*(beginning.start for beginning in beginnings[1:]), text_length]
    for beginning, following in zip(beginnings, ends, strict=False):
        end = min(following, _end(document, beginning, chapters))
        section = Section(beginning.iri, beginning.start, end)
        before = longest.get(section.iri)
        if before is None or _length(section) > _length(before):
            longest[section.iri] = section
    return tuple(_filled(longest.values(), plan, text_length))


def _length(section: Section) -> int:
    return section.end - section.start


def _filled(sections: Iterable[Section], plan: str, text_length: int) -> Iterator[Section]:
    """Sections in their order, and what stands between them, which is of the plan."""
    end = 0
    for section in sorted(sections, key=lambda section: section.start):
        if end < section.start:
            yield Section(plan, end, section.start)
        if section.start < section.end:
            yield section
        end = section.end
    if end < text_length:
        yield Section(plan, end, text_length)


def _words(text: str) -> str:
    return re.sub(r"[^\w]+", " ", folded(text)).strip()


def _beginnings(document: Document, actions: Iterable[Named]) -> Iterator[_Beginning]:
    titles = {}
    for action in actions:
        for title in action.titles:
            words = _words(title)
            if len(words) > 3:
                titles[words] = action.iri
    longest_first = sorted(titles, key=len, reverse=True)  # one title may begin as another does
    for at, block in enumerate(document.blocks):
        is_table = block.kind == "table"
        start = block.start
        bold = len(_words(block.text[: block.lead]))
        for row, line in enumerate(block.text.split(BETWEEN_ROWS) if is_table else [block.text]):
            title = _title_in(_words(line), longest_first, bold, is_table=is_table)
            if title:
                yield _Beginning(at, row, start, titles[title])
            start += len(line) + len(BETWEEN_ROWS)


def _title_in(line: str, titles: Sequence[str], bold: int, *, is_table: bool) -> str:
    """The title of an action in a line: after its number and label, alone or in bold before the text.

    In a table it is the title of a cell, and may stand anywhere.
    """
    for title in titles:
        before = line.find(title)
        if before < 0:
            continue
        if before == 0 or is_table:
            return title
        behind = before + len(title)
        is_alone = len(line) <= behind + _MOST_BEFORE or behind <= bold
        if before < _MOST_BEFORE and is_alone:
            return title
    return ""


def _chapters(document: Document) -> set[int]:
    markers = markers_of(document)
    return {at for at, marker in markers.items() if group_of(marker.label) == "category"}


def _end(document: Document, beginning: _Beginning, chapters: set[int]) -> int:
    head = document.blocks[beginning.block]
    if head.kind == "table" and beginning.row and (columns := Columns.of(head.rows[0])):
        row = _last_row(head, beginning.row, columns.title)
        rows = head.rows[: row + 1]
        return head.start + len(BETWEEN_ROWS.join(map(BETWEEN_CELLS.join, rows)))
    following = document.blocks[beginning.block + 1 :]
    for after, (before, block) in enumerate(pairwise((head, *following)), beginning.block + 1):
        is_above = block.kind == "heading" and not is_below(block, head)
        is_chapter = after in chapters and len(block.text) < LONGEST_CHAPTER
        # a table that is one action goes on overleaf, and ends with it
        is_over = head.kind == "table" and block.kind != "table"
        if is_above or is_chapter or is_over:
            return before.end
    return len(document.text)


def _last_row(block: DocumentBlock, row: int, title: int) -> int:
    """The last row that goes on with a row: it has other cells, and none with a title."""
    for at, cells in enumerate(block.rows[row + 1 :], row + 1):
        if cells[title] or sum(map(bool, cells)) < 2:
            return at - 1
    return len(block.rows) - 1


# Fields


class DraftField(NamedTuple):
    """A field of an action: its kind, empty for unknown, its label and value as printed, and where the value stands."""

    kind: str
    label: str
    value: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.value)


def field_match(block: DocumentBlock) -> re.Match[str] | None:
    """The label before a colon that a line begins with; a heading or a table has none.

    >>> field_match(DocumentBlock(None, None, "paragraph", "Responsable : Ministère"))[1]
    'Responsable'
    """
    return FIELD.match(block.text) if block.kind in ("paragraph", "item") else None


def is_field_table(block: DocumentBlock) -> bool:
    """Whether a table has labels of fields down its first column or across its head.

    >>> from pan2kg.extract.document import table_block
    >>> is_field_table(table_block([("Responsable", "Justice"), ("Délai", "2026")]))
    True
    """
    width = len(block.rows[0])
    across = sum(bool(field_kind(cell)) for cell in block.rows[0])
    if across > 1:
        return True
    down = sum(bool(field_kind(row[0])) for row in block.rows)
    return width in (2, 3) and down > 1 and 2 * down >= len(block.rows)


def fields_of(block: DocumentBlock) -> Iterator[DraftField]:
    """The fields that stand in a line or a table.

    >>> next(fields_of(DocumentBlock(None, None, "paragraph", "Responsable : Ministère")))
    DraftField(kind='responsible', label='Responsable', value='Ministère', start=14)
    """
    if block.kind != "table":
        yield from _line_field(block)
    elif is_field_table(block):
        if _is_paired(block):
            yield from _paired_fields(block)
        elif _has_head(block):
            kinds = [field_kind(cell) for cell in block.rows[0]]
            for row in range(1, len(block.rows)):
                yield from row_fields(block, row, kinds)
        else:
            yield from _fields_down(block)


def row_fields(block: DocumentBlock, row: int, kinds: Sequence[str]) -> Iterator[DraftField]:
    """The cells of a row as fields, with the heads of their columns as labels, without what names the action."""
    for column, value in enumerate(block.rows[row]):
        kind = kinds[column] if column < len(kinds) else ""
        if value and kind not in _NAMING:
            yield DraftField(kind, block.rows[0][column], value, block.cell_start(row, column))


def _line_field(block: DocumentBlock) -> Iterator[DraftField]:
    match = field_match(block)
    if not match or match.end() == len(block.text):
        return
    label = match[1]
    kind = field_kind(label)
    # a label that is not known is set in bold
    if kind or block.lead >= len(label):
        yield DraftField(kind, label, block.text[match.end() :], block.start + match.end())


def _is_paired(block: DocumentBlock) -> bool:
    """Whether a row has several labels, each with its value behind it: “Responsible | X | Timeline | Y”."""
    width = len(block.rows[0])
    if width < 4 or width % 2 or all(map(field_kind, block.rows[0])):
        return False
    labels = [cell for row in block.rows for cell in row[::2] if cell]
    return len(labels) > len(block.rows) and all(map(field_kind, labels))


def _has_head(block: DocumentBlock) -> bool:
    across = [field_kind(cell) for cell in block.rows[0]]
    down = [kind for row in block.rows if (kind := field_kind(row[0]))]
    # the value of a first row may look like a label: “Responsible | Ministry of …” are two of one
    # kind
    kinds_number = len(set(across) - {""})
    if kinds_number < 2 or kinds_number < len(set(down)):
        return False
    return all(across) or len(across) > 3 or len(down) < 2


def _paired_fields(block: DocumentBlock) -> Iterator[DraftField]:
    for row, cells in enumerate(block.rows):
        for column in range(1, len(cells), 2):
            label = cells[column - 1]
            if label and cells[column]:
                start = block.cell_start(row, column)
                yield DraftField(field_kind(label), label, cells[column], start)


def _fields_down(block: DocumentBlock) -> Iterator[DraftField]:
    for row, (label, *values) in enumerate(block.rows):
        kind = field_kind(label)
        if not label or kind in _NAMING:
            continue
        for column, value in enumerate(values, 1):
            if value:
                yield DraftField(kind, label, value, block.cell_start(row, column))
