"""Every series of like things in a document: what might be its actions.

A series is made by the same word before a number, the same style of number, bullets, headings of one level, or the rows
of a table whose head has a column of actions. Which one holds the actions is not said here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from pan2kg.extract.document import BETWEEN_CELLS, BETWEEN_ROWS, Block, Document
from pan2kg.extract.layout import folded
from pan2kg.extract.numbering import Marker, readings, resolve
from pan2kg.extract.reading.paragraphs import BULLET
from pan2kg.extract.signs import field_kind, names_actions, names_chapters

_LEARNED: Final = 3
"""A word that is not known is a label where as many numbers rise behind it."""
_TITLE_LENGTH: Final = 250


@dataclass(frozen=True, slots=True)
class Member:
    """One of a series: its number and label as printed, its title, the block and row, and its place in the text.

    ``row`` is the row of a table, None elsewhere; ``start`` and ``end`` are where its title stands.
    """

    block: int
    number: str
    label: str
    title: str
    start: int
    end: int
    row: int | None = None
    values: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a table holds the title and the number, and of what kind the others are."""

    title: int
    number: int | None
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """Like things: the name by which they are chosen, what they are, and the things in the order of the text.

    ``language`` is the one most of them are in, empty where it cannot be told.
    """

    name: str
    form: str
    members: tuple[Member, ...]
    columns: Columns | None = None
    language: str = ""


def markers_of(document: Document) -> dict[int, Marker]:
    """The number or label at the beginning of each block that has one, by what the other blocks bear out."""
    return resolve({
        at: tuple(one for one in readings(block.text) if not one.style.is_bullet)
        for at, block in enumerate(document.blocks)
        if block.kind in ("heading", "item", "paragraph")
    })  # fmt: skip


def series_of(document: Document, columns: Mapping[str, int] | None = None) -> tuple[Series, ...]:
    """The series of a document; ``columns`` says which columns of its tables are what, where their heads do not."""
    markers = markers_of(document)
    found = [*_marked(document, markers), *_bullets(document, markers), *_headings(document, markers)]
    found += [*_rows(document, columns), *_cards(document)]
    return tuple(one for one in found if len(one.members) > 1)


def _marked(document: Document, markers: Mapping[int, Marker]) -> Iterator[Series]:
    """Blocks with the same label, and blocks with the same style of number, in headings and elsewhere."""
    labelled: dict[str, list[int]] = defaultdict(list)
    numbered: dict[tuple[str, str, bool], list[int]] = defaultdict(list)
    for at, marker in markers.items():
        if marker.group == "caption":
            continue
        if marker.style.word:
            labelled[marker.style.word].append(at)
        elif not marker.style.is_bullet:
            numbered[marker.style.kinds, marker.style.form, document.blocks[at].kind == "heading"].append(at)
    for word, places in labelled.items():
        known = names_actions(word) or names_chapters(word)
        if known or _rise([markers[at].values for at in places]):
            members = _once([_member(document, at, markers) for at in places])
            yield Series(f"label:{word.replace(' ', '-')}", "label", _as_run_in(document, members))
    for (_, form, is_heading), places in _joined(numbered, markers):
        example = markers[places[0]].number
        name = f"{'headings' if is_heading else 'numbers'}:{example}{form}"
        yield Series(
            name,
            "numbered-headings" if is_heading else "numbers",
            tuple(_member(document, at, markers) for at in places),
        )


Numbered = tuple[tuple[str, str, bool], list[int]]


def _joined(numbered: Mapping[tuple[str, str, bool], list[int]], markers: Mapping[int, Marker]) -> Iterator[Numbered]:
    """The numbers of one style; headings and paragraphs together where only both of them count without a leap."""
    for (kinds, form, is_heading), places in numbered.items():
        others = numbered.get((kinds, form, not is_heading), [])
        together = sorted([*places, *others])
        values = {markers[at].values for at in together}
        whole, first, second = (leaps_in([markers[at].values for at in some]) for some in (together, places, others))
        is_one = others and len(values) == len(together) and whole < first + second
        if not is_one:
            yield (kinds, form, is_heading), places
        elif is_heading:
            yield (kinds, form, is_heading), together


def leaps_in(numbers: Sequence[tuple[int, ...]]) -> int:
    """How often a number does not follow the one before: at the beginning too where it is not the first.

    >>> leaps_in([(1, 1), (1, 2), (2, 1)]), leaps_in([(1, 2), (1, 4)])
    (0, 2)
    """
    last = [0, *(one[-1] if one else 0 for one in numbers)]
    return sum(after not in (1, before + 1) for before, after in pairwise(last))


def _as_run_in(document: Document, members: Sequence[Member]) -> tuple[Member, ...]:
    """The members without the full stop of those whose bold words fill their lines, where most run into the text."""
    run_in = sum(0 < document.blocks[one.block].lead < len(document.blocks[one.block].text) for one in members)
    if 2 * run_in < len(members):
        return tuple(members)
    bare = [one.title.rstrip(" .:–—-") for one in members]
    return tuple(
        replace(one, title=title, end=one.start + len(title)) for one, title in zip(members, bare, strict=True)
    )


def _rise(values: Sequence[tuple[int, ...]]) -> bool:
    return len(values) >= _LEARNED and sum(a < b for a, b in pairwise(values)) >= _LEARNED - 1


def _once(members: Sequence[Member]) -> tuple[Member, ...]:
    """The members without those that a list before the text names already: the later ones are followed by text."""
    last = {(one.number, folded(one.title)): at for at, one in enumerate(members)}
    return tuple(one for at, one in enumerate(members) if last[one.number, folded(one.title)] == at)


def _member(document: Document, at: int, markers: Mapping[int, Marker]) -> Member:
    block, marker = document.blocks[at], markers[at]
    title = _cut(block, marker.rest)
    place = block.start + max(block.text.find(title), 0)
    if not title:
        title, place = _title_below(document, at, markers)
    return Member(at, marker.number, marker.label, title, place, place + len(title), values=marker.values)


def _cut(block: Block, rest: str) -> str:
    """The title that begins a block: to the end of the bold words where it runs into the text."""
    if not block.lead or block.lead >= len(block.text):
        return rest.rstrip(" :")
    before = len(block.text) - len(rest)
    run_in = block.text[before : block.lead].strip(" .:–—-")
    return run_in or rest.rstrip(" :")


def _title_below(document: Document, at: int, markers: Mapping[int, Marker]) -> tuple[str, int]:
    """The title of a label that stands alone: the next line, or what a table below calls the title."""
    following = document.blocks[at + 1] if at + 1 < len(document.blocks) else None
    if following is None:
        return "", document.blocks[at].end
    if following.kind == "table":
        for number, row in enumerate(following.rows):
            values = [cell for cell in row[1:] if cell]
            if field_kind(row[0]) in ("title", "action") and values:
                return values[0], _cell(following, number, row.index(values[0], 1))
        return "", following.start
    if at + 1 in markers or len(following.text) > _TITLE_LENGTH or following.marker == BULLET:
        return "", following.start
    return following.text, following.start


def _cell(block: Block, row: int, column: int) -> int:
    """Where a cell of a table stands in the canonical text."""
    above = sum(len(BETWEEN_CELLS.join(one)) + len(BETWEEN_ROWS) for one in block.rows[:row])
    return block.start + above + sum(len(one) + len(BETWEEN_CELLS) for one in block.rows[row][:column])


def _bullets(document: Document, markers: Mapping[int, Marker]) -> Iterator[Series]:
    places = [
        at for at, block in enumerate(document.blocks)
        if block.marker == BULLET and block.kind == "item" and not (at in markers and markers[at].style.word)
    ]  # fmt: skip
    depths = sorted({document.blocks[at].level for at in places})
    for depth in depths:
        members = tuple(_plain(document, at) for at in places if document.blocks[at].level == depth)
        yield Series("bullets" if depth == depths[0] else f"bullets:{depth}", "bullets", members)


def _plain(document: Document, at: int) -> Member:
    block = document.blocks[at]
    title = _cut(block, block.text)
    return Member(at, "", "", title, block.start, block.start + len(title))


def _headings(document: Document, markers: Mapping[int, Marker]) -> Iterator[Series]:
    """Headings of one level, whether they are numbered or not."""
    levels = sorted({block.level for block in document.blocks if block.kind == "heading"})
    for level in levels:
        members = tuple(
            _member(document, at, markers) if at in markers else _plain(document, at)
            for at, block in enumerate(document.blocks)
            if block.kind == "heading" and block.level == level
        )
        yield Series(f"headings:{level}", "headings", members)


def _rows(document: Document, given: Mapping[str, int] | None) -> Iterator[Series]:
    """Rows of the tables with one head, those that go on overleaf without it among them."""
    groups: dict[tuple[str, ...], list[Member]] = defaultdict(list)
    known: dict[tuple[str, ...], Columns] = {}
    head: tuple[str, ...] = ()
    last = -2
    for at, block in enumerate(document.blocks):
        if block.kind != "table" or len(block.rows[0]) < 2:
            continue
        own = tuple(map(folded, block.rows[0]))
        goes_on = last == at - 1 and len(own) == len(head)
        columns = None if _is_card(block) else columns_of(block.rows[0], given) or _guessed(block)
        if columns and not (goes_on and (not _is_head(block.rows[0]) or _is_numbered(block.rows[0], known[head]))):
            head = own
            known[head] = columns
        elif not goes_on:
            continue
        last = at
        groups[head] += _row_members(block, at, known[head], int(own == head))
    for at, (head, members) in enumerate(groups.items(), 1):
        yield Series("rows" if len(groups) == 1 else f"rows:{at}", "rows", tuple(members), known[head])


def _guessed(block: Block) -> Columns | None:
    """The columns of a table whose heads are not known, so that it can be shown: the longest texts as titles.

    No sign speaks for such rows, so they are never taken unless they are named.
    """
    rows = block.rows[1:]
    if len(rows) < _LEARNED:
        return None
    lengths = [sum(len(row[column]) for row in rows) for column in range(len(block.rows[0]))]
    title = lengths.index(max(lengths))
    numbers = [sum(bool(re.fullmatch(r"[\w.\-]{1,6}", row[column])) for row in rows) for column in range(len(lengths))]
    number = next((at for at, many in enumerate(numbers) if at != title and many == len(rows)), None)
    return Columns(title, number, tuple("title" if at == title else "" for at in range(len(lengths))))


def _is_card(block: Block) -> bool:
    """Whether a narrow table has labels of fields down its first column: it is about one thing."""
    labels = sum(bool(field_kind(row[0])) for row in block.rows)
    return len(block.rows[0]) < 4 and labels > 1 and 2 * labels >= len(block.rows)


def columns_of(head: Sequence[str], given: Mapping[str, int] | None = None) -> Columns | None:
    """What the columns of a table are by their heads; None where none of them is one of actions.

    >>> columns_of(["N°", "Mesure", "Responsable", "Délai"])
    Columns(title=1, number=0, kinds=('number', 'action', 'responsible', 'timeline'))
    """
    kinds = [field_kind(cell) for cell in head]
    if not given and sum(map(bool, kinds)) < 2:
        return None
    if given:
        for kind, column in given.items():
            if column <= len(kinds):
                kinds[column - 1] = kind
    title = next((kinds.index(kind) for kind in ("title", "action") if kind in kinds), None)
    if title is None:
        return None
    if "number" not in kinds and "action" in kinds and kinds.index("action") != title:
        kinds[kinds.index("action")] = "number"  # “Mesure | Intitulé”: the first column has the number
    return Columns(title, kinds.index("number") if "number" in kinds else None, tuple(kinds))


def _is_numbered(row: Sequence[str], columns: Columns) -> bool:
    """Whether a row has a number where its table has them: it is no head, whatever words its cells have."""
    return columns.number is not None and any(map(str.isdigit, row[columns.number]))


def _is_head(row: Sequence[str]) -> bool:
    return sum(bool(field_kind(cell)) for cell in row) > 1


def _row_members(block: Block, at: int, columns: Columns, first: int) -> Iterator[Member]:
    for number, row in enumerate(block.rows[first:], first):
        printed = row[columns.title]
        if not printed or sum(map(bool, row)) < 2 or [field_kind(cell) for cell in row] == list(columns.kinds):
            continue
        marker = next((one for one in readings(printed) if _is_number(one)), None)
        title = marker.rest if marker and marker.rest else printed
        label = marker.label if marker else ""
        # a narrow column may break “A.1” behind its full stop
        own = re.sub(r"(?<=\w\.)\s+(?=\w{1,3}$)", "", row[columns.number]) if columns.number is not None else ""
        found = next((one for one in readings(own) if not one.rest), None) if own else None
        shown = (found.number if found else own.rstrip(".)")) if own else marker.number if marker else ""
        start = _cell(block, number, columns.title) + printed.find(title)
        yield Member(at, shown, label or (found.label if found else ""), title, start, start + len(title), number)


def _is_number(marker: Marker) -> bool:
    """Whether a marker at the beginning of a cell is a number; “1.2 développer …” is one there, “2 années” is none."""
    return not marker.style.is_bullet and bool(marker.rest) and (not marker.weak or len(marker.values) > 1)


def _cards(document: Document) -> Iterator[Series]:
    """Tables that are one action each: the first row has the label and number, or a row calls the title."""
    members = []
    for at, block in enumerate(document.blocks):
        if block.kind != "table" or len(block.rows[0]) > 3:
            continue
        cells = [cell for cell in block.rows[0] if cell]
        marker = next((one for one in readings(": ".join(cells)) if one.style.word), None)
        # of a card that the end of a page cuts, the fields stand in the table that follows
        following = document.blocks[at + 1 : at + 2]
        rest = [row for one in following if one.kind == "table" for row in one.rows]
        if marker is None or not any(field_kind(row[0]) for row in [*block.rows[1:], *rest]):
            continue
        titled = [row for row in block.rows[1:] if field_kind(row[0]) == "title" and any(row[1:])]
        title = marker.rest.lstrip(" :–-")
        place = block.start + max(block.text.find(title), 0)
        if not title and titled:
            title = next(cell for cell in titled[0][1:] if cell)
            place = _cell(block, block.rows.index(titled[0]), titled[0].index(title, 1))
        members.append(Member(at, marker.number, marker.label, title, place, place + len(title), 0, marker.values))
    yield Series("cards", "cards", tuple(replace(one, row=None) for one in members))
