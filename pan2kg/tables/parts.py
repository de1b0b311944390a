"""The parts of plans: what each plan arranges or aims at, in its own order, with the actions under it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pan2kg.graph.graph import Graph
from pan2kg.graph.parts import ACTIONS, LevelCount, Outline
from pan2kg.store.queries import program_query
from pan2kg.tables.table import DEFAULT, Choice, Row, keys, make, note, thing, undated

if TYPE_CHECKING:
    from pan2kg.tables.table import FigureTable

PARTS = ("plan", "chapter", "stage", "over", "position", "under_number", "of_known", "of_published")


def parts(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """Each part of each plan with its level, place and actions; how many of its level are here, and as sources say.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = graph.plans(choice.plans) or graph.tables.works.plans
    published = graph.tables.published
    rows = [
        row for plan in named for row in _rows(graph, plan, graph.parts.levels(plan, published=published.get(plan)))
    ]
    notes = [note("parts-no-actions"), note("parts-counted", n=len({row["plan"] for row in rows}), of=len(named))]
    basis = graph.uses.basis
    if choice.plans:
        basis = basis.also("plans", keys(sorted(named)))
    return undated(make("parts", basis, PARTS, rows, notes=notes, sparql=program_query("parts/parts")), graph)


def _rows(graph: Graph, plan: str, levels: list[LevelCount]) -> Iterator[Row]:
    counted = {one.level: one for one in levels if one.level != ACTIONS}
    for outline in graph.parts.outline(plan):
        yield from _branch(graph, outline, counted)


def _branch(graph: Graph, outline: Outline, counted: dict[str, LevelCount]) -> Iterator[Row]:
    part = outline.part
    of = counted[part.level]
    yield {
        **thing(graph, "plan", part.plan),
        **thing(graph, "chapter", part.iri),
        **thing(graph, "stage", part.level),
        **thing(graph, "over", part.above or None),
        "position": part.order,
        "under_number": outline.number,
        "of_known": of.known,
        "of_published": " / ".join(map(str, of.published)) or None,
    }
    for below in outline.below:
        yield from _branch(graph, below, counted)
