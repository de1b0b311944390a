"""The blocks of a plan's report, before it is written as a page or as Markdown, and the anchors that join its tables.

Texts are in the language of the report already. In a sentence ``[words](#name)`` leads to the block or row of that
name, and code stands between backquotes; nothing else is markup. So both writers, HTML and Markdown, escape all other
text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from pan2kg.coherence.uses import key
from pan2kg.i18n.catalogue import Language
from pan2kg.tables.formats import Value
from pan2kg.tables.markup import Anchors
from pan2kg.tables.table import FigureTable
from pan2kg.turtle.vocabulary import is_ours

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

    figures: FigureTable
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
    data: FigureTable


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
class PlanReport:
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
            yield from (str(row["#"]) for row in shown.figures.rows if row.get("#"))
    for part in section.parts:
        yield from _names(part)


Row = Mapping[str, Value]
Named = Callable[[Row], str]

KINDS: Final = ("action", "obligation", "plan")
"""What a thing in a cell can be found as: an action by its statements, a plan by how well it is known."""

_LAW: Final = re.compile(r"^https?://[^/]+/eli/")
"""The official address of a law, to which its name leads."""


def name(kind: str, *things: str) -> str:
    """What a row about some things is called, whatever their order.

    >>> name("pair", "https://e/action/b", "https://e/action/a")
    'pair-a--b'
    """
    return f"{kind}-{'--'.join(sorted(_plain(key(thing) or thing) for thing in things))}"


def one_way(kind: str, start: str, end: str) -> str:
    """The same where the order counts.

    >>> one_way("cites", "https://e/plan/b", "https://e/plan/a")
    'cites-b--a'
    """
    return f"{kind}-{_plain(key(start) or start)}--{_plain(key(end) or end)}"


def _plain(words: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "-", words)


def only(figures: FigureTable, *columns: str) -> FigureTable:
    """The table with some of its columns, in the order given."""
    by_key = {column.key: column for column in figures.columns}
    return replace(figures, columns=tuple(by_key[one] for one in columns))


def without(figures: FigureTable, *columns: str) -> FigureTable:
    """The table without some of its columns."""
    return replace(figures, columns=tuple(column for column in figures.columns if column.key not in columns))


def keep(figures: FigureTable, wanted: Callable[[Row], bool]) -> FigureTable:
    """The table with some of its rows."""
    return replace(figures, rows=tuple(row for row in figures.rows if wanted(row)))


def named(figures: FigureTable, called: Named, column: str = "") -> FigureTable:
    """The table with a name on the first row of each that ``called`` gives; empty for none.

    ``column`` is what the rows are about, which leads nowhere as one is there already.
    """
    return replace(figures, rows=tuple(_first(figures, called, {f"#{column}": ""} if column else {})))


def _first(figures: FigureTable, called: Named, own: Row) -> Iterator[Row]:
    seen = {""}
    for row in figures.rows:
        name_of = called(row)
        yield {**row, **own} if name_of in seen else {**row, **own, "#": name_of}
        seen.add(name_of)


def leading(figures: FigureTable, **columns: Named) -> FigureTable:
    """The table with cells that lead to the row called so; a cell with nothing known leads nowhere."""
    return replace(
        figures,
        rows=tuple(
            {**row, **{f"#{column}": leads(row) for column, leads in columns.items() if row.get(column) is not None}}
            for row in figures.rows
        ),
    )


def turned(figures: FigureTable, wanted: Callable[[Row], bool], pairs: Mapping[str, str]) -> FigureTable:
    """The table with some rows told from the other end: the cells of each pair of columns change places.

    >>> from pan2kg.coherence.evidence import Basis
    >>> from pan2kg.i18n.catalogue import Text
    >>> one = FigureTable("x", Text(), Text(), Basis(0, 0, 0), (), ({"one": "p", "two": "q"},))
    >>> turned(one, lambda row: row["two"] == "q", {"one": "two"}).rows
    ({'one': 'q', 'two': 'p'},)
    """
    whole = {f"{one}{end}": f"{two}{end}" for one, two in pairs.items() for end in ("", "_label")}
    whole |= {two: one for one, two in whole.items()}
    return replace(
        figures,
        rows=tuple({one: row.get(whole.get(one, one)) for one in row} if wanted(row) else row for row in figures.rows),
    )


def anchors(start: str, known: frozenset[str], tongues: Mapping[str, str]) -> Anchors:
    """How a table of the report hangs together with the rest, of which ``known`` are the names.

    ``tongues`` holds the language of names and quotations that are not in that of the report.
    """

    def own(row: Row) -> str:
        return str(row.get("#") or "")

    def leads(row: Row, column: str, item: str) -> str:
        wanted = row.get(f"#{column}")
        if wanted == "" or wanted in known:
            return f"#{wanted}" if wanted else ""
        if column == "document" and is_address(str(row.get("address") or "")):
            return str(row["address"])
        return _thing(item, own(row), known)

    return Anchors(start, own, leads, lambda one: tongues.get(one, ""))


def is_address(text: str) -> bool:
    """Whether a text is an address one can follow."""
    return text.startswith(("https://", "http://")) and not re.search(r"\s", text)


def _thing(item: str, here: str, known: frozenset[str]) -> str:
    if is_ours(item):
        found = (name(kind, item) for kind in KINDS if f"/{kind}/" in item)
        return next((f"#{one}" for one in found if one in known and one != here), "")
    return item if is_address(item) and _LAW.search(item) else ""
