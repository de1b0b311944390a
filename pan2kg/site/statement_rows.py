"""The statements about a thing as rows of tables: a property and its values, each with the mark of its note.

First :func:`statement_rows` reads the rows, then :func:`number_rows` numbers their notes, then
:func:`rows_table` writes them: so a page decides in which order its notes are numbered.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.graph import plan_parts
from pan2kg.graph.statements import Grounds, Statement, grounds_of
from pan2kg.site.link_text import ENDS
from pan2kg.site.nodes import IN_NOTES, is_node, read_node
from pan2kg.site.notes import Notes
from pan2kg.site.page import Markup, PageContext, piece
from pan2kg.site.property_names import property_label, property_place
from pan2kg.site.values import NO_MARKUP, value_html
from pan2kg.turtle.vocabulary import PAN

SECTIONS = ("what", "who", "when", "measured", "rests", "links", "remarks", "other")
"""The parts of a page, in the order a lawyer asks: what, who, when, how it is measured, on what it rests."""
_MOST_POINTING = 400
"""How many things that point to a thing are listed; of the rest a row says how many there are."""
_MOST_UNCOUNTED = 4
"""Up to how many values a row has without saying how many these are."""
_ROLE = frozenset({PAN + "role"})


class ValueCell(NamedTuple):
    """A value in a row: its content, the plan it stands in where that helps, and on what the statement rests.

    ``grounds`` has the basis with those of a node unfolded in the content, in the order of notes.
    """

    content: Markup
    plan: Markup
    basis: Grounds
    grounds: Sequence[Grounds]


class Row(NamedTuple):
    """A heading, its values, and how many more are not listed."""

    heading: Markup
    cells: Sequence[ValueCell]
    unlisted_number: int


class _PlacedRow(NamedTuple):
    # the place of its property among those of the section
    place: int
    row: Row


class _IncomingKey(NamedTuple):
    # what statements that point to a thing have in common: the property, and the thing that heads
    # their row, a role or a plan, where that is not the property
    predicate: str
    heading: str


class TableCell(NamedTuple):
    """A value in a table: its mark stands beside ``mark_rows`` values, 0 where it stands above already."""

    content: Markup
    plan: Markup
    mark: Markup
    mark_rows: int


def statement_rows(
    context: PageContext, iri: str, *, out: frozenset[str], back: frozenset[str]
) -> dict[str, list[Row]]:
    """The rows about a thing by section of the page, these in their order.

    The page shows elsewhere the properties in ``out`` and, of what points to the thing, in ``back``.
    """
    sections: dict[str, list[_PlacedRow]] = {section: [] for section in SECTIONS}
    for name, statements in context.graph.statements.by_property(iri).items():
        if name not in IN_NOTES and name not in out:
            place = property_place(name)
            row = _value_row(context, iri, statements)
            sections[place.section].append(_PlacedRow(place.place, row))
    for key, incoming in _incoming(context, iri, back).items():
        place = property_place(key.predicate, back=True)
        row = _incoming_row(context, iri, key, incoming)
        sections[place.section].append(_PlacedRow(place.place, row))
    rows = {}
    for section, placed_rows in sections.items():
        placed_rows.sort(key=lambda placed: placed.place)
        rows[section] = [placed.row for placed in placed_rows]
    return rows


# A property and its values


def _value_row(context: PageContext, iri: str, statements: Iterable[Statement]) -> Row:
    in_order = sorted(statements, key=partial(_value_order, context))
    cells = []
    for statement in in_order:
        basis = grounds_of(context.graph.statements, statement)
        if statement.target and is_node(context, statement.target):
            node = read_node(context, statement.target, frozenset({iri}))
            # the note of the statement comes after those of the node
            grounds = (*node.grounds, basis)
            cells.append(ValueCell(node.line(context.t), NO_MARKUP, basis, grounds))
        else:
            content = value_html(context, statement.value)
            cells.append(ValueCell(content, NO_MARKUP, basis, (basis,)))
    predicate = in_order[0].predicate
    label = property_label(context.graph.labels, predicate, context.language)
    return Row(piece("spoken")(label.words, label.language), cells, 0)


def _value_order(context: PageContext, statement: Statement) -> tuple[bool, str, str]:
    # texts in the language of the page, then in others, among them what has none; things by name
    if isinstance(statement.value, ox.Literal):
        language = statement.value.language or ""
        return language != context.language, language, statement.value.value
    return False, "", context.name(statement.target).casefold()


# What points to the thing


def _incoming(
    context: PageContext, iri: str, back: frozenset[str]
) -> Mapping[_IncomingKey, list[Statement]]:
    """The statements that point to a thing, as they share a row; the ends of links are listed elsewhere.

    Who takes part in a thing stands by role, in what a body takes part by plan.
    """
    statements = context.graph.statements
    incoming: dict[_IncomingKey, list[Statement]] = {}
    for statement in statements.towards(iri):
        if statement.predicate in back or statement.predicate in ENDS:
            continue
        heading = ""
        if statement.predicate == PAN + "involvedIn":
            heading = statements.one(statement.thing, PAN + "role")
        elif statement.predicate == PAN + "involves":
            work = statements.one(statement.thing, PAN + "involvedIn")
            heading = statements.one(work, PAN + "inPlan") or work
        incoming.setdefault(_IncomingKey(statement.predicate, heading), []).append(statement)
    return incoming


def _incoming_row(
    context: PageContext, iri: str, key: _IncomingKey, statements: Iterable[Statement]
) -> Row:
    if not key.heading:
        label = property_label(context.graph.labels, key.predicate, context.language, back=True)
        heading = piece("spoken")(label.words, label.language)
    elif key.predicate == PAN + "involvedIn":
        heading = context.label(key.heading)
    else:
        heading = context.link(key.heading)
    in_order = sorted(statements, key=partial(_incoming_order, context))
    cells = [_incoming_cell(context, iri, statement) for statement in in_order[:_MOST_POINTING]]
    return Row(heading, cells, max(0, len(in_order) - _MOST_POINTING))


def _incoming_cell(context: PageContext, iri: str, statement: Statement) -> ValueCell:
    statements = context.graph.statements
    basis = grounds_of(statements, statement)
    thing = statement.thing
    if is_node(context, thing):
        # the only role of who takes part is the heading of the row
        roles_number = len(statements.values(thing, PAN + "role"))
        is_role_above = statement.predicate == PAN + "involvedIn" and roles_number == 1
        without = _ROLE if is_role_above else frozenset[str]()
        node = read_node(context, thing, frozenset({iri}), without)
        # the note of the statement comes before those of the node
        return ValueCell(node.line(context.t), NO_MARKUP, basis, (basis, *node.grounds))
    plans = []
    if statement.predicate != PAN + "inPlan":
        plans = statements.values(thing, PAN + "inPlan")
    return ValueCell(context.link(thing), context.links(plans), basis, (basis,))


def _incoming_order(
    context: PageContext, statement: Statement
) -> tuple[str, list[tuple[int, str]], str]:
    # by plan, then by printed number, else by key
    plan = context.graph.statements.one(statement.thing, PAN + "inPlan")
    entry = context.entry(statement.thing)
    number = plan_parts.natural((entry.notation or entry.key) if entry else "")
    plan_name = context.name(plan).casefold() if plan else ""
    return plan_name, number, context.name(statement.thing).casefold()


# Rows as a table


def number_rows(notes: Notes, rows: Iterable[Row]) -> None:
    """Number the notes of rows, from the first value to the last."""
    for row in rows:
        for cell in row.cells:
            notes.number(cell.grounds)


def rows_table(notes: Notes, rows: Iterable[Row], heading_id: str) -> Markup:
    """Rows as a table that is labelled by the heading with this id; empty without rows.

    Where several values in a row rest on the same, their mark stands once beside them.
    """
    context = notes.context
    lines = []
    for row in rows:
        is_cut = row.unlisted_number > 0
        lines_number = len(row.cells) + is_cut
        values_number = len(row.cells) + row.unlisted_number
        line = piece("row")(
            name=row.heading,
            cells=_table_cells(notes, row.cells),
            lines=lines_number if len(row.cells) > 1 else 0,
            counted=values_number if values_number > _MOST_UNCOUNTED else 0,
            more=context.t("more-rows", n=row.unlisted_number) if is_cut else "",
        )
        lines.append(line)
    return piece("statements")(lines, heading_id, context.t) if lines else NO_MARKUP


def _table_cells(notes: Notes, cells: Iterable[ValueCell]) -> list[TableCell]:
    table_cells = []
    for basis, run in groupby(cells, key=lambda cell: cell.basis):
        mark = notes.mark(basis).html
        members = list(run)
        mark_rows = len(members) if mark else 0
        for cell in members:
            table_cells.append(TableCell(cell.content, cell.plan, mark, mark_rows))
            mark_rows = 0
    return table_cells
