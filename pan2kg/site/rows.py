"""What is said of a thing and what points to it, as rows of a page: a property, its values, and their marks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from pan2kg.graph.parts import natural
from pan2kg.graph.statements import CERTAINTY, SOURCE
from pan2kg.site.connections import ENDS
from pan2kg.site.pieces import NOTHING, piece
from pan2kg.site.values import EVIDENCE, called, content, is_node, known, unfold, value
from pan2kg.turtle.vocabulary import PAN

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.graph.statements import Statement
    from pan2kg.site.basis import Mark, Notes, Say
    from pan2kg.site.page_context import PageContext
    from pan2kg.site.values import Node

PARTS: Final = ("what", "who", "when", "measured", "rests", "links", "remarks", "other")
"""The parts of a page, in the order a lawyer asks: what, who, when, how it is measured, on what it rests."""
MOST: Final = 400
"""How many things that point to a thing are listed; of the rest it is said how many there are."""
MOST_UNCOUNTED: Final = 4
"""How many values of a property are seen at a glance; more are counted."""
_ASIDE: Final = frozenset({CERTAINTY, SOURCE, EVIDENCE})
"""What the notes of a page say already."""
_ROLE: Final = PAN + "role"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, as it is shown, the plan it stands in where that helps, and the mark of its note."""

    content: Markup | Node
    plan: Markup
    mark: Mark | None

    def written(self, t: Say) -> tuple[Markup, Markup, Markup]:
        """The value, the plan, and on what it rests, as the table has them."""
        return content(self.content, t), self.plan, self.mark.written(t) if self.mark else NOTHING


@dataclass(frozen=True, slots=True)
class Row:
    """A property, or another heading, and its values; ``language`` is the heading's where it is not the page's.

    ``more`` is how many values are not listed.
    """

    name: Markup
    cells: tuple[Cell, ...]
    more: int = 0

    def written(self, t: Say) -> Markup:
        """The lines of the table for all values of the property."""
        number = len(self.cells) + self.more
        return piece("row")(
            self.name,
            [cell.written(t) for cell in self.cells],
            len(self.cells) + bool(self.more) if len(self.cells) > 1 else 0,
            number if number > MOST_UNCOUNTED else 0,
            t("more-rows", n=self.more) if self.more else "",
        )


def listed(rows: Iterable[Row], t: Say, name: str) -> Markup:
    """Rows as a table that is named by the heading with the id ``name``."""
    return piece("statements")([row.written(t) for row in rows], name, t)


@dataclass(frozen=True, slots=True)
class PendingRow:
    """A row before its values are made: notes are numbered as rows are made, so that is done in their order."""

    place: int
    make: Callable[[], Row]


def pending_rows(notes: Notes, iri: str, *, out: frozenset[str], back: frozenset[str]) -> dict[str, list[PendingRow]]:
    """The rows of a thing by part of the page, in order, but for properties ``out`` of it and ``back`` to it."""
    found: dict[str, list[PendingRow]] = {part: [] for part in PARTS}
    for part, pending in (*_outgoing(notes, iri, out), *_incoming(notes, iri, back)):
        found.setdefault(part, []).append(pending)
    return {part: sorted(pending_list, key=lambda pending: pending.place) for part, pending_list in found.items()}


def _outgoing(notes: Notes, iri: str, without: frozenset[str]) -> Iterator[tuple[str, PendingRow]]:
    """What is said of a thing, by property."""
    for name, found in notes.context.graph.statements.by_property(iri).items():
        if name not in _ASIDE and name not in without:
            stands = known(name)
            yield stands.part, PendingRow(stands.place, partial(_property, notes, iri, found))


def _property(notes: Notes, iri: str, found: tuple[Statement, ...]) -> Row:
    ordered = sorted(found, key=lambda statement: _first(notes.context, statement))
    return Row(_heading(notes.context, found[0].predicate), tuple(_said(notes, s, iri) for s in ordered))


def _first(context: PageContext, statement: Statement) -> tuple[bool, str, str]:
    """Values in the language of the page first."""
    if isinstance(statement.value, ox.Literal):
        language = statement.value.language or ""
        return language != context.request.language, language, statement.value.value
    return False, "", context.name(statement.target).casefold()


def _said(notes: Notes, statement: Statement, here: str) -> Cell:
    return Cell(_shown(notes, statement, here), NOTHING, notes.mark(statement))


def _shown(notes: Notes, statement: Statement, here: str) -> Markup | Node:
    if statement.target and is_node(notes.context, statement.target):
        return unfold(notes, statement.target, frozenset({here}))
    return value(notes.context, statement.value)


def _heading(context: PageContext, name: str, *, back: bool = False) -> Markup:
    words, language = called(context.graph.labels, name, context.request.language, back=back)
    if back and not known(name, back=True).key:
        words = context.t("pointing", name=words)
    return piece("spoken")(words, language)


def _incoming(notes: Notes, iri: str, without: frozenset[str]) -> Iterator[tuple[str, PendingRow]]:
    """What points to a thing, by property, links apart; roles of bodies by role, those of one body by plan."""
    found: dict[tuple[str, str], list[Statement]] = {}
    for statement in notes.context.graph.statements.towards(iri):
        if statement.predicate not in without and statement.predicate not in ENDS:
            found.setdefault((statement.predicate, _apart(notes.context, statement)), []).append(statement)
    for (name, apart), statements in found.items():
        stands = known(name, back=True)
        yield stands.part, PendingRow(stands.place, partial(_pointing, notes, iri, apart, statements))


def _apart(context: PageContext, statement: Statement) -> str:
    """What further sets rows apart: roles on the page of what bodies take part in, plans on the page of a body."""
    statements = context.graph.statements
    if statement.predicate == PAN + "involvedIn":
        return statements.one(statement.thing, _ROLE)
    if statement.predicate == PAN + "involves":
        work = statements.one(statement.thing, PAN + "involvedIn")
        return statements.one(work, PAN + "inPlan") or work
    return ""


def _pointing(notes: Notes, here: str, apart: str, found: list[Statement]) -> Row:
    context, name = notes.context, found[0].predicate
    heading = _heading(context, name, back=True)
    if apart:
        heading = context.label(apart) if name == PAN + "involvedIn" else context.link(apart)
    ordered = sorted(found, key=lambda statement: _by_plan(context, statement.thing))
    cells = (_from(notes, statement, here) for statement in ordered[:MOST])
    return Row(heading, tuple(cells), max(0, len(found) - MOST))


def _by_plan(context: PageContext, iri: str) -> tuple[str, list[tuple[int, str]], str]:
    plan = context.graph.statements.one(iri, PAN + "inPlan")
    entry = context.graph.labels.entry(iri)
    number = (entry.notation or entry.key) if entry else ""
    return context.name(plan).casefold() if plan else "", natural(number), context.name(iri).casefold()


def _from(notes: Notes, statement: Statement, here: str) -> Cell:
    context, thing, name = notes.context, statement.thing, statement.predicate
    mark = notes.mark(statement)
    if is_node(context, thing):
        roles = context.graph.statements.values(thing, _ROLE)
        without = frozenset({_ROLE} if name == PAN + "involvedIn" and len(roles) == 1 else ())
        return Cell(unfold(notes, thing, frozenset({here}), without=without), NOTHING, mark)
    plans = context.graph.statements.values(thing, PAN + "inPlan") if name != PAN + "inPlan" else []
    return Cell(context.link(thing), context.links(plans), mark)
