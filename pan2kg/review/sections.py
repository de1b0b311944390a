"""Which part of a document is about which action: from its title to that of the next one, or to a heading of its level.

Actions are found by the titles and numbers they have in the graph. A title may stand several times, in a list of
contents, a summary and the body: the place that is followed by most text is the one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pan2kg.extract.document import BETWEEN_ROWS, Block, Document
from pan2kg.extract.layout import folded

_LONGER: Final = 60
"""By how many characters a line with a title may be longer than it: the number and the label before it."""
_LEAST: Final = 3
"""How many letters a title needs, so that it is found by it."""
_MARKS: Final = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Named:
    """An action by its IRI, with the number and the titles it has."""

    iri: str
    number: str
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Where a document is about an action, or outside all of them about its plan: places in the canonical text."""

    iri: str
    start: int
    end: int


def sections(document: Document, plan: str, actions: Iterable[Named]) -> tuple[Section, ...]:
    """The whole text in sections, each of an action or of the plan, in their order.

    >>> from pan2kg.extract.document import laid
    >>> blocks = [Block(None, None, "heading", "1.1 Former les juges", 2), Block(None, None, "paragraph", "Vu la loi.")]
    >>> document = Document("plan.txt", "", "txt", None, laid(blocks))
    >>> action = Named("a", "1.1", ("Former les juges",))
    >>> [(one.iri, one.start, one.end) for one in sections(document, "plan", [action])]
    [('a', 0, 32)]
    """
    begun = _begun(document, list(actions))
    ends = _ends(document, begun)
    best: dict[str, tuple[int, int]] = {}
    for (start, _, iri), end in zip(begun, ends, strict=True):
        if iri not in best or end - start > best[iri][1] - best[iri][0]:
            best[iri] = (start, end)
    return tuple(_filled(sorted((*place, iri) for iri, place in best.items()), plan, len(document.text)))


def _filled(chosen: Iterable[tuple[int, int, str]], plan: str, length: int) -> Iterator[Section]:
    """The sections of actions, and those of the plan between them."""
    last = 0
    for start, end, iri in chosen:
        if start > last:
            yield Section(plan, last, start)
        yield Section(iri, start, end)
        last = end
    if last < length:
        yield Section(plan, last, length)


Begun = tuple[int, int, str]
"""Where a section begins, the level of its heading, and the action it is of."""


def _begun(document: Document, actions: Sequence[Named]) -> list[Begun]:
    by_title = {
        plain: (action, plain) for action in actions for title in action.titles if len(plain := _plain(title)) > _LEAST
    }
    found: list[Begun] = []
    for block in document.blocks:
        for start, line in _lines(block):
            if action := _titled(_plain(line), by_title, block):
                found.append((block.start + start, _level(block), action.iri))
    return sorted(found)


def _lines(block: Block) -> Iterator[tuple[int, str]]:
    """The lines that may be titles: the block, or each row of a table."""
    if block.kind != "table":
        yield 0, block.text
        return
    start = 0
    for line in block.text.split(BETWEEN_ROWS):
        yield start, line
        start += len(line) + len(BETWEEN_ROWS)


def _titled(line: str, by_title: dict[str, tuple[Named, str]], block: Block) -> Named | None:
    """The action whose title a line is, after its number and label; of a row of a table it is the title of a cell."""
    for plain, (action, _) in by_title.items():
        at = line.find(plain)
        if at < 0:
            continue
        if block.kind == "table" or at == 0 or (at < _LONGER and len(line) <= len(plain) + at + _LONGER):
            return action
    return None


def _level(block: Block) -> int:
    return block.level if block.kind == "heading" else 99


def _plain(text: str) -> str:
    return _MARKS.sub(" ", folded(text)).strip()


def _ends(document: Document, begun: Sequence[Begun]) -> list[int]:
    """Where each section ends: at the next one, or at a heading of its level or above."""
    headings = [(block.start, block.level) for block in document.blocks if block.kind == "heading"]
    ends = []
    for place, (start, level, _) in enumerate(begun):
        following = [one for one, *_ in begun[place + 1 :] if one > start][:1]
        above = [at for at, deep in headings if at > start and deep <= min(level, 98) and level < 99][:1]
        ends.append(min([*following, *above, len(document.text)]))
    return ends
