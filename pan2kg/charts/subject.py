"""What a picture is drawn from: a graph in a language, and where the marks of the picture lead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from pan2kg.errors import QueryError
from pan2kg.graph.labels import Name
from pan2kg.i18n.catalogue import Language, Messages, format_of
from pan2kg.store.store import Table, Term
from pan2kg.turtle.vocabulary import XSD

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph

_WORDS: Final = Messages("chart")

Address = Callable[[tuple[str, ...]], str]
"""Where a mark leads that stands for some things, given their IRIs; empty for nowhere."""

Names = Mapping[str, Name]
"""What things are called, by IRI."""

Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a picture is drawn from: a graph in a language, and where the marks of the picture lead."""

    graph: Graph
    address: Address | None = None

    @property
    def language(self) -> Language:
        """The language of the picture."""
        return self.graph.language

    def say(self, key: str, **values: object) -> str:
        """Words in the language of the picture."""
        return _WORDS.say(key, self.language, **values)

    def listed(self, parts: Iterable[str]) -> str:
        """Things one after the other, with the semicolons of the language."""
        return format_of("semicolon", self.language).join(parts)

    def names(self, things: Iterable[str]) -> Names:
        """What things are called in the language of the picture; a name says its language where that is another."""
        return {iri: self.graph.labels.label(iri, self.language).drawn(self.language) for iri in things}

    def leads(self, *things: str) -> str:
        """Where a mark leads that stands for some things."""
        return self.address(things) if self.address else ""


def table(columns: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> Table:
    """Rows of plain values as a table of terms, as answers to questions are; None stays None.

    >>> table(("plan", "linked"), [("http://e/p", 3), ("-", None)]).values("linked")
    ['3', '']
    """
    return Table(columns, tuple(tuple(_term(cell) for cell in row) for row in rows))


def _term(cell: Cell) -> Term | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, date):
        return ox.Literal(cell.isoformat(), datatype=ox.NamedNode(f"{XSD}date"))
    if isinstance(cell, float):
        return ox.Literal(f"{cell:.6f}".rstrip("0").rstrip("."), datatype=ox.NamedNode(f"{XSD}decimal"))
    if isinstance(cell, int):
        return ox.Literal(cell)
    return ox.NamedNode(cell) if cell.startswith(("http://", "https://")) and " " not in cell else ox.Literal(cell)


def whole(value: object, name: str, *, least: int = 1) -> int:
    """A parameter that counts something, as a number or as text.

    Raises:
        QueryError: it is no whole number, or below ``least``.

    >>> whole("12", "top")
    12
    >>> whole("many", "top")
    Traceback (most recent call last):
    pan2kg.errors.QueryError: « many » is no value for « top ». Give a whole number from 1.
    """
    text = str(value).strip()
    if not text.isascii() or not text.isdecimal() or int(text) < least:
        raise QueryError("no-value-for", remedy="whole-number-from", value=value, name=name, least=least)
    return int(text)
