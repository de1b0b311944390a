"""What a dossier consists of, before it is a page or a text.

Words are already in the dossier's language. In a sentence ``[words](#name)`` leads to what bears that name, and
a piece of code stands between backquotes; nothing else is markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pan2kg.i18n.text import Language
from pan2kg.tables.table import Exhibit

INLINE: Final = re.compile(r"\[([^\]]+)\]\(#([A-Za-z0-9-]+)\)|`([^`]+)`")
"""A link or a piece of code in a sentence."""


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list, one sentence or phrase an item."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure that stands out: its value, of how many, what it says, and the name of the rows behind it."""

    value: str
    of: str
    words: str
    leads: str


@dataclass(frozen=True, slots=True)
class Headlines:
    """The figures that stand out."""

    figures: tuple[Headline, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """How a figure is computed: what it is called, its formula, what it means, and where the formula is from."""

    name: str
    formula: str
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class Measures:
    """Measures with their formulas."""

    entries: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A table of figures; its name starts the names made for it. ``folded`` tables open when asked to."""

    exhibit: Exhibit
    name: str
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as SVG with its data as a table; ``svg`` leads to rows of the page it stands in, ``plain`` nowhere."""

    name: str
    title: str
    description: str
    svg: str
    plain: str
    data: Exhibit


@dataclass(frozen=True, slots=True)
class Fold:
    """A table that opens when asked to, with a few words of its own.

    The line above it gives a figure and the things it is about, each as its address and what it is called.
    """

    name: str
    figure: str
    things: tuple[tuple[str, str], ...]
    shown: Shown
    notes: tuple[str, ...] = ()


Block = Prose | Points | Headlines | Measures | Shown | Drawn | Fold


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands below it, and whether the table of contents lists it."""

    name: str
    title: str
    blocks: tuple[Block, ...] = ()
    parts: tuple[Section, ...] = ()
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Dossier:
    """The whole report; ``tongues`` holds the language of names and quotations that are not in its own."""

    title: str
    lead: str
    kicker: str
    language: Language
    sections: tuple[Section, ...]
    tongues: Mapping[str, str] = field(default_factory=dict)

    def names(self) -> frozenset[str]:
        """Everything a link can lead to."""
        return frozenset(name for section in self.sections for name in _names(section))

    def pictures(self) -> Iterator[Drawn]:
        """The pictures in their order."""
        for section in self.sections:
            for one in (section, *section.parts):
                yield from (block for block in one.blocks if isinstance(block, Drawn))


def _names(section: Section) -> Iterator[str]:
    yield section.name
    for block in section.blocks:
        if isinstance(block, Drawn | Fold):
            yield block.name
        shown = block.shown if isinstance(block, Fold) else block
        if isinstance(shown, Shown):
            yield from (str(row["#"]) for row in shown.exhibit.rows if row.get("#"))
    for part in section.parts:
        yield from _names(part)
