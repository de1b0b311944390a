"""Which part of a document is about which action: from its title to that of the next one, or to what is above it.

Actions are found by the titles and numbers they have in the graph. A title may stand several times, in a list of
contents, a summary and the body: the place that is followed by most text is the one. It ends where a draft of the same
document ends it: at a heading that is not below it, at a line with the label of a chapter, or with its row of a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from pan2kg.extract.document import BETWEEN_CELLS, BETWEEN_ROWS, Document
from pan2kg.extract.layout import folded
from pan2kg.extract.series import columns_of, markers_of
from pan2kg.extract.signs import names_chapters

_LONGER: Final = 60
"""By how many characters a line with a title may be longer than it: the number and the label before it."""
_LEAST: Final = 3
"""How many letters a title needs, so that it is found by it."""
_MARKS: Final = re.compile(r"[^\w]+")


class Named(NamedTuple):
    """An action by its IRI, with the number and the titles it has."""

    iri: str
    number: str
    titles: tuple[str, ...]


class Section(NamedTuple):
    """Where a document is about an action, or outside all of them about its plan: places in the canonical text."""

    iri: str
    start: int
    end: int


def sections(document: Document, plan: str, actions: Iterable[Named]) -> tuple[Section, ...]:
    """The whole text in sections, each of an action or of the plan, in their order."""
    titles = {
        plain: action.iri for action in actions for title in action.titles if len(plain := _plain(title)) > _LEAST
    }
    longest_first = sorted(titles, key=len, reverse=True)  # one title may begin as another does
    # where a title stands: block, row of a table, place in the text, action
    begun: list[tuple[int, int, int, str]] = []
    for at, block in enumerate(document.blocks):
        start, bold = block.start, len(_plain(block.text[: block.lead]))
        for row, line in enumerate(block.text.split(BETWEEN_ROWS) if block.kind == "table" else [block.text]):
            words = _plain(line)
            for title in longest_first:
                before = words.find(title)
                # after its number and label, alone or in bold before the text; in a table it is the title of a cell
                behind = before + len(title)
                is_alone = before < _LONGER and (len(words) <= behind + _LONGER or behind <= bold)
                if before == 0 or (before > 0 and (is_alone or block.kind == "table")):
                    begun.append((at, row, start, titles[title]))
                    break
            start += len(line) + len(BETWEEN_ROWS)
    chapters = {at for at, marker in markers_of(document).items() if names_chapters(marker.label)}
    starts = {at for at, *_ in begun}
    longest: dict[str, Section] = {}
    for number, (at, row, start, action) in enumerate(begun):
        following = begun[number + 1] if number + 1 < len(begun) else (len(document.blocks), 0, len(document.text), "")
        end = min(following[2], _end(document, at, row, starts, chapters))
        if action not in longest or end - start > longest[action].end - longest[action].start:
            longest[action] = Section(action, start, end)
    filled: list[Section] = []
    last = 0
    for section in sorted(longest.values(), key=lambda section: section.start):
        if section.start > last:
            filled.append(Section(plan, last, section.start))
        filled.append(section)
        last = section.end
    return (*filled, Section(plan, last, len(document.text))) if last < len(document.text) else tuple(filled)


def _end(document: Document, at: int, row: int, starts: set[int], chapters: set[int]) -> int:
    """Where the section of an action ends at the latest, whatever action is next."""
    own = document.blocks[at]
    if own.kind == "table" and (columns := columns_of(own.rows[0])) and row:
        last = row
        # rows that go on with it have other cells, and none with a title
        while (
            last + 1 < len(own.rows)
            and not own.rows[last + 1][columns.title]
            and sum(map(bool, own.rows[last + 1])) > 1
        ):
            last += 1
        return own.start + len(BETWEEN_ROWS.join(map(BETWEEN_CELLS.join, own.rows[: last + 1])))
    for after, block in enumerate(document.blocks[at + 1 :], at + 1):
        is_above = block.kind == "heading" and (own.kind != "heading" or block.level <= own.level)
        is_chapter = after in chapters and after not in starts and len(block.text) < 200
        # a table that is one action goes on overleaf, and ends with it
        if is_above or is_chapter or (own.kind == "table" and block.kind != "table"):
            return document.blocks[after - 1].end
    return len(document.text)


def _plain(text: str) -> str:
    return _MARKS.sub(" ", folded(text)).strip()
