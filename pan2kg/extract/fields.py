"""What a plan prints below an action: “Responsable : Ministère”, or a small table of such lines."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from pan2kg.extract.document import DocumentBlock
from pan2kg.extract.numbering import field_kind

FIELD: Final = re.compile(r"([^\W\d_][^:.\n]{0,60}?)\s?:\s*(?=\S|$)")
"""A line that begins with a label and a colon; the label is its first group."""
_NAMING: Final = ("title", "number", "action")  # kinds of what says which action it is


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
