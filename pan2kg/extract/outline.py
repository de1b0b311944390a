"""The chapters, categories and actions of a plan, as its document prints them below each other."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from pan2kg.extract import numbering, signs
from pan2kg.extract.document import BETWEEN_CELLS, Document, DocumentBlock, Span, block_language
from pan2kg.extract.hypotheses import Hypothesis, plan_title
from pan2kg.extract.sections import (
    LONGEST_CHAPTER,
    DraftField,
    fields_of,
    row_fields,
    sections_of,
)
from pan2kg.extract.series import Markers, Series, SeriesMember, markers_of
from pan2kg.i18n import Message

CATEGORY = "category"
ACTION = "action"
# the levels of headings that are not set as such: below all that are, each style below the others
_BELOW_HEADINGS = 50
_ROWS_A_BLOCK = 10_000  # more than a table has


@dataclass(frozen=True, slots=True)
class Item:
    """A category or an action; ``number`` and ``label`` are as printed (“4.3”, “Mesure”), empty for none.

    ``line`` is a number that no other item has. Of an action ``start`` and ``end`` are where its
    title stands, and ``section`` is where its text does.
    """

    kind: str
    number: str
    label: str
    title: str
    line: int
    children: "tuple[Item, ...]" = ()
    start: int = 0
    end: int = 0
    section: Span = (0, 0)
    fields: tuple[DraftField, ...] = ()


Items = tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class DraftPlan:
    """A plan as read from its document: ``items`` are its outermost ones, ``categories`` and ``actions`` all of each.

    ``language`` is empty where the words do not tell it. ``remarks`` are what the reader is unsure
    of.
    """

    document: Document
    choice: Hypothesis
    title: str
    language: str
    items: Items
    categories: Items
    actions: Items
    remarks: tuple[Message, ...] = field(default=(), compare=False)

    @property
    def outline(self) -> str:
        """Its actions with the places of titles, texts and fields, in characters of the canonical text, as JSON."""
        actions = []
        for action in self.actions:
            fields = [{**detail._asdict(), "end": detail.end} for detail in action.fields]
            actions.append(
                {
                    "number": action.number,
                    "title": action.title,
                    "start": action.start,
                    "end": action.end,
                    "section": action.section,
                    "fields": fields,
                }
            )
        whole = {
            "sha256": self.document.sha256,
            "series": self.choice.series.name,
            "score": self.choice.score,
            "actions": actions,
        }
        return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


class _Chapter(NamedTuple):
    """A heading above actions: its block, or a number below 0 for a row of a table, and its words."""

    place: int
    words: str


_Chapters = tuple[_Chapter, ...]
"""Chapters below each other, the outermost first."""


class _Placed(NamedTuple):
    """An action with the chapters above it, the outermost first."""

    chapters: _Chapters
    action: Item


def plan_of(document: Document, choice: Hypothesis, *, language: str | None = None) -> DraftPlan:
    """The outline of a document, the members of a series being its actions.

    ``language`` is a tag as in BCP 47; it is guessed from the words where it is None.
    """
    series = choice.series
    opening = document.blocks[0]
    is_text = document.format == "txt"
    # of a plain text the first line may be the only heading
    title = opening.text if is_text and opening.level == 1 else plan_title(document)
    actions = _actions(document, series)
    chains = _chapters_above(document, series, title)
    placed = [_Placed(*pair) for pair in zip(chains, actions, strict=True)]
    items = _items(placed, 0, markers_of(document) if is_text else {})
    is_heading = opening.kind == "heading" and len(opening.text) < LONGEST_CHAPTER and not is_text
    if not title and is_heading and series.members[0].block > 0:
        title = opening.text
    spoken = language or block_language(document.text) or signs.language_of_list(document.text)
    categories = tuple(_categories(items))
    return DraftPlan(document, choice, title, spoken, items, categories, tuple(actions))


def _actions(document: Document, series: Series) -> list[Item]:
    sections = sections_of(series, document)
    actions = []
    # their lines begin behind those of the blocks, which are the lines of categories
    for line, (member, section) in enumerate(
        zip(series.members, sections, strict=True), len(document.blocks) + 1
    ):
        actions.append(_action(document, series, member, section, line))
    return actions


def _action(
    document: Document,
    series: Series,
    member: SeriesMember,
    section: Sequence[DocumentBlock],
    line: int,
) -> Item:
    block = document.blocks[member.block]
    if series.columns and member.row is not None:
        start = block.cell_start(member.row, 0)
        end = start + len(BETWEEN_CELLS.join(block.rows[member.row]))
        fields = list(row_fields(block, member.row, series.columns.kinds))
    else:
        start = block.start
        end = section[-1].end if section else block.end
        fields = [detail for below in section for detail in fields_of(below)]
    return Item(
        ACTION,
        member.number,
        member.label,
        member.title,
        line,
        start=member.start,
        end=member.start + len(member.title),
        section=(start, end),
        fields=tuple(fields),
    )


def _items(placed: Sequence[_Placed], depth: int, markers: Markers) -> Items:
    """Actions in the categories of one depth: those that follow each other below the same chapter are in one."""

    def chapter_of(entry: _Placed) -> _Chapter | None:
        return entry.chapters[depth] if len(entry.chapters) > depth else None

    items = []
    for chapter, group in groupby(placed, chapter_of):
        if chapter is None:
            items += [entry.action for entry in group]
        else:
            children = _items(list(group), depth + 1, markers)
            marker = markers.get(chapter.place) or numbering.marked(chapter.words)
            items.append(_category(chapter, marker, children))
    return tuple(items)


def _category(chapter: _Chapter, marker: numbering.Marker | None, children: Items) -> Item:
    if marker is None:
        return Item(CATEGORY, "", "", chapter.words, chapter.place, children)
    title = marker.behind or chapter.words
    return Item(CATEGORY, marker.number, marker.label, title, chapter.place, children)


def _categories(items: Sequence[Item]) -> Iterator[Item]:
    for item in items:
        if item.kind == CATEGORY:
            yield item
            yield from _categories(item.children)


# Chapters


def _chapters_above(document: Document, series: Series, title: str) -> Iterator[_Chapters]:
    """The chapters above each member, the outermost first, without the title of the whole."""
    above = _headings_above(document, {member.block for member in series.members}, title)
    group = None
    previous = None
    for member in series.members:
        chapters = above[member.block]
        if series.columns and member.row is not None:
            first_row = 0
            if previous and previous.block == member.block:
                first_row = (previous.row or 0) + 1
            group = _group_between(document, member, first_row) or group
            previous = member
            if group:
                chapters = (*chapters, group)
        yield chapters


def _group_between(document: Document, member: SeriesMember, first_row: int) -> _Chapter | None:
    """The last row of a single cell above a row of a table: it is a heading of those below it."""
    group = None
    rows = document.blocks[member.block].rows
    for row in range(max(first_row, 1), member.row or 0):
        cells = {cell for cell in rows[row] if cell}
        if len(cells) == 1:
            group = _Chapter(-(member.block * _ROWS_A_BLOCK + row), cells.pop())
    return group


class _Opened(NamedTuple):
    """A chapter that still goes on, and its level."""

    level: int
    chapter: _Chapter


def _headings_above(document: Document, starts: set[int], title: str) -> list[_Chapters]:
    levels = _chapter_levels(document, starts)
    above = []
    opened: list[_Opened] = []
    for at, block in enumerate(document.blocks):
        level = levels.get(at)
        if level is not None:
            opened = [entry for entry in opened if entry.level < level]
        elif at in starts and block.kind == "heading":
            # an action ends the chapters of its level, but opens none
            opened = [entry for entry in opened if entry.level < block.level]
        above.append(tuple(entry.chapter for entry in opened if entry.chapter.words != title))
        if level is not None:
            opened.append(_Opened(level, _Chapter(at, block.text)))
    return above


def _chapter_levels(document: Document, starts: set[int]) -> dict[int, int]:
    """The blocks that are headings of actions, with their level; a labelled part that is set as none is below all."""
    markers = markers_of(document)
    levels = {}
    places_of = defaultdict(list)
    for at, block in enumerate(document.blocks):
        if at in starts:
            continue
        marker = markers.get(at)
        if block.kind == "heading":
            levels[at] = block.level
        elif marker and len(block.text) < LONGEST_CHAPTER:
            if signs.group_of(marker.label) == "category":
                levels[at] = _BELOW_HEADINGS
            if document.format == "txt" and marker.group != "caption":
                places_of[marker.style].append(at)
    level = _BELOW_HEADINGS
    for places in places_of.values():
        if _are_above(places, starts, len(document.blocks)):
            levels |= dict.fromkeys(places, level)
            level += 1
    return levels


def _are_above(places: Sequence[int], starts: set[int], end: int) -> bool:
    """Whether lines set alike stand above the actions: from the first on, and most have some below them."""
    holding = 0
    for place, following in zip(places, [*places[1:], end], strict=True):
        holding += any(place < start < following for start in starts)
    return places[0] < min(starts) and 2 * holding >= len(places)
