"""The actions of a document with their categories and fields, once it is known which series they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pan2kg.errors import OutlineError, Place
from pan2kg.extract.document import BETWEEN_CELLS, BETWEEN_ROWS, Block, Document, block_language
from pan2kg.extract.hypotheses import FIELD, Hypothesis, is_field_table, plan_title, sections_of
from pan2kg.extract.layout import folded, noted
from pan2kg.extract.numbering import Marker, readings
from pan2kg.extract.outline import ACTION, CATEGORY, Item, Outline
from pan2kg.extract.series import Member, Series, markers_of
from pan2kg.extract.signs import field_kind, names_chapters
from pan2kg.i18n.message import Message


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an action: its kind where known, its label as printed, its value and where that stands."""

    kind: str
    label: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Planned:
    """An action of a document: its place in the outline, its title's place, its section and its fields."""

    line: int
    number: str
    title: str
    start: int
    end: int
    section: tuple[int, int]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as read: the outline, and each action with its fields, by the line of its item."""

    outline: Outline
    actions: tuple[Planned, ...]


def plan_of(document: Document, choice: Hypothesis, *, language: str | None = None) -> Plan:
    """The actions of the series that was chosen, below the headings that stand above them."""
    members = choice.series.members
    spoken = language or block_language(document.text) or ""
    title = plan_title(document)
    chains = list(_chains(document, choice.series, title))
    lines = {id(member): at for at, member in enumerate(members, len(document.blocks) + 1)}
    roots = _tree(members, chains, lines)
    outline = Outline(title or _title_before(document, members), spoken, roots)
    sections = sections_of(choice.series, document)
    planned = tuple(
        _planned(document, choice.series, member, section, lines[id(member)])
        for member, section in zip(members, sections, strict=True)
    )
    return Plan(outline, planned)


def leaps(members: Sequence[Member]) -> Iterator[Message]:
    """What does not follow in the numbers: an action may have been missed there."""
    last: tuple[int, ...] = ()
    for one in members:
        values = one.values or next((m.values for m in readings(f"{one.number}.") if m.values), ())
        *head, tail = values or (1,)
        follows = tail == 1 or (len(values) == len(last) and tail == last[-1] + 1) or values == last
        if one.number and values and not (follows and (tail == 1 or list(last[:-1]) == head)):
            yield noted("not-following", number=one.number)
        last = values or last


def _title_before(document: Document, members: Sequence[Member]) -> str:
    first = document.blocks[0]
    return first.text if first.kind == "heading" and members[0].block > 0 and len(first.text) < 200 else ""


def _chains(document: Document, series: Series, title: str) -> Iterator[tuple[tuple[int, str], ...]]:
    """Of each member the headings above it, outer before inner, each with the place of its block."""
    markers = markers_of(document)
    starts = {one.block for one in series.members}
    above: dict[int, tuple[tuple[int, str], ...]] = {}
    open_now: list[tuple[int, int, str]] = []
    for at, block in enumerate(document.blocks):
        level = _level(block, markers.get(at), at in starts)
        if level is not None and at not in starts:
            open_now = [one for one in open_now if one[0] < level]
        elif at in starts and block.kind == "heading":
            open_now = [one for one in open_now if one[0] < block.level]
        above[at] = tuple((place, text) for _, place, text in open_now if text != title)
        if level is not None and at not in starts:
            open_now.append((level, at, block.text))
    group: tuple[int, str] | None = None
    last = (-1, -1)
    for one in series.members:
        chain = above[one.block]
        if one.row is not None and series.columns:
            block = document.blocks[one.block]
            begin = last[1] + 1 if last[0] == one.block else 0
            for row in range(begin, one.row):
                cells = {cell for cell in block.rows[row] if cell}
                if len(cells) == 1 and row > 0:
                    group = (-(one.block * 10_000 + row), cells.pop())
            last = (one.block, one.row)
            chain = (*chain, group) if group else chain
        yield chain


def _level(block: Block, marker: Marker | None, is_member: bool) -> int | None:  # noqa: FBT001
    """The level of a block as a heading; that of a labelled part which is not set as one lies below the headings."""
    if block.kind == "heading":
        return block.level
    if marker and not is_member and names_chapters(marker.label) and len(block.text) < 200:
        return 50
    return None


def _tree(
    members: Sequence[Member], chains: Sequence[tuple[tuple[int, str], ...]], lines: Mapping[int, int]
) -> tuple[Item, ...]:
    """The actions below their headings; a heading with no action below it is none of the plan's parts."""

    def build(first: int, end: int, depth: int) -> tuple[Item, ...]:
        items: list[Item] = []
        at = first
        while at < end:
            if len(chains[at]) <= depth:
                one = members[at]
                items.append(Item(ACTION, one.number, one.label, one.title, lines[id(one)]))
                at += 1
                continue
            head = chains[at][depth]
            until = at
            while until < end and len(chains[until]) > depth and chains[until][depth] == head:
                until += 1
            marker = next((m for m in readings(head[1]) if not m.weak and not m.style.is_bullet), None)
            title = marker.rest if marker and marker.rest else head[1]
            number, label = (marker.number, marker.label) if marker else ("", "")
            items.append(Item(CATEGORY, number, label, title, head[0], build(at, until, depth + 1)))
            at = until
        return tuple(items)

    return build(0, len(members), 0)


def _planned(document: Document, series: Series, member: Member, section: Sequence[Block], line: int) -> Planned:
    if series.columns and member.row is not None:
        block = document.blocks[member.block]
        fields = tuple(_row_fields(block, member.row, series.columns.kinds, block.rows[0]))
        begin = _cell_start(block, member.row, 0)
        end = begin + len(BETWEEN_CELLS.join(block.rows[member.row]))
    else:
        fields = tuple(field for block in section for field in _fields(block))
        begin = document.blocks[member.block].start
        end = section[-1].end if section else document.blocks[member.block].end
    return Planned(line, member.number, member.title, member.start, member.end, (begin, end), fields)


def _cell_start(block: Block, row: int, column: int) -> int:
    above = sum(len(BETWEEN_CELLS.join(one)) + len(BETWEEN_ROWS) for one in block.rows[:row])
    return block.start + above + sum(len(one) + len(BETWEEN_CELLS) for one in block.rows[row][:column])


def _row_fields(block: Block, row: int, kinds: Sequence[str], head: Sequence[str]) -> Iterator[Field]:
    for column, value in enumerate(block.rows[row]):
        kind = kinds[column] if column < len(kinds) else ""
        if value and kind not in ("title", "action", "number"):
            start = _cell_start(block, row, column)
            yield Field(kind, head[column], value, start, start + len(value))


def _fields(block: Block) -> Iterator[Field]:
    """The fields in a block: a line “Label: value”, a table with labels in its first column or in its first row."""
    if block.kind == "table":
        if is_field_table(block):
            yield from _table_fields(block)
        return
    found = FIELD.match(block.text) if block.kind in ("paragraph", "item") else None
    if found and block.text[found.end() :] and (field_kind(found[1]) or block.lead >= len(found[1])):
        yield Field(field_kind(found[1]), found[1], block.text[found.end() :], block.start + found.end(), block.end)


def _table_fields(block: Block) -> Iterator[Field]:
    if _is_paired(block):
        for number, cells in enumerate(block.rows):
            for column in range(0, len(cells) - 1, 2):
                if cells[column] and cells[column + 1]:
                    start = _cell_start(block, number, column + 1)
                    kind, value = field_kind(cells[column]), cells[column + 1]
                    yield Field(kind, cells[column], value, start, start + len(value))
        return
    down = [kind for row in block.rows if (kind := field_kind(row[0]))]
    across = [field_kind(cell) for cell in block.rows[0]]
    # the value of a first row may look like a label: “Responsible | Ministry of …” are two of one kind
    kinds = len({*across} - {""})
    is_head = kinds > 1 and kinds >= len(set(down)) and (all(across) or len(across) > 3 or len(down) < 2)
    if len(across) > 1 and is_head:
        for row in range(1, len(block.rows)):
            yield from _row_fields(block, row, across, block.rows[0])
        return
    for number, cells in enumerate(block.rows):
        label = cells[0]
        for column, value in enumerate(cells[1:], 1):
            if label and value and field_kind(label) not in ("title", "number", "action"):
                start = _cell_start(block, number, column)
                yield Field(field_kind(label), label, value, start, start + len(value))


def _is_paired(block: Block) -> bool:
    """Whether a row has several labels, each with its value behind it: “Responsible | X | Timeline | Y”."""
    width = len(block.rows[0])
    if width < 4 or width % 2:
        return False
    labels = [cell for row in block.rows for cell in row[::2] if cell]
    is_head = all(map(field_kind, block.rows[0]))
    return not is_head and len(labels) > len(block.rows) and all(map(field_kind, labels))


def outline_json(document: Document, plan: Plan, choice: Hypothesis) -> str:
    """The outline as text to be kept beside the document, the same each time."""
    whole = {
        "sha256": document.sha256,
        "series": choice.series.name,
        "score": choice.score,
        "actions": [
            {
                "number": one.number,
                "title": one.title,
                "start": one.start,
                "end": one.end,
                "section": one.section,
                "fields": [
                    {"kind": f.kind, "label": f.label, "value": f.value, "start": f.start, "end": f.end}
                    for f in one.fields
                ],
            }
            for one in plan.actions
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def named(found: Sequence[Hypothesis], name: str, source: str) -> Hypothesis:
    """The hypothesis that was named.

    Raises:
        OutlineError: there is none of that name.
    """
    wanted = folded(name)
    for one in found:
        if folded(one.series.name) == wanted:
            return replace(one, refusal=None)
    names = ", ".join(one.series.name for one in found)
    raise OutlineError("no-such-level", place=Place(source), remedy="there-are", name=name, names=names)
