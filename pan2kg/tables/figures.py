"""The register of figures as a table: each figure with its four nested values, or the list behind one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pan2kg.coherence.evidence import FIGURED
from pan2kg.coherence.figures import FIGURES, FORMER, Figure, Scalar, Taken, Unit
from pan2kg.coherence.known import basis_line
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import Messages, format_of
from pan2kg.store.queries import program_query
from pan2kg.tables.figure_words import according_to
from pan2kg.tables.making import DEFAULT, Choice, code, keys, make, note, number, thing, undated
from pan2kg.tables.table import Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pan2kg.tables.table import Value

_FIGURES: Final = Messages("figure")
REGISTER: Final = ("figure", "told", *(f"at_{one.key}" for one in FIGURED), "population", "command")
_CODES: Final[Mapping[str, str]] = {
    "verdict": "expectation", "verdict_back": "expectation_back", "cites_at": "level", "cited_at": "level_back",
    "state": "citation", "level": "level", "list": "list", "channel": "channel",
}  # fmt: skip
"""Columns of lists that hold codes, as tables name them."""
_THINGS: Final = frozenset(("plan", "other_plan", "action", "other_action"))
_TRUTHS: Final = frozenset(("in_statement", "sharing", "text", "web"))


def register(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """Every figure with its values at the four levels of evidence; with ``part`` the list behind one, at the level.

    With plans named, only the lines of a list that name one of them.

    Raises:
        QueryError: an unknown figure or plan, with those there are.
    """
    if choice.part:
        return _listed(graph, choice)
    taken = graph.figures(choice.evidence)
    rows = [row for one in taken for row in _values(one, graph)]
    line = basis_line(graph.known(choice.evidence))
    notes = [note("nested", level=according_to(choice.evidence).say(graph.language)), note("figure-list")]
    return undated(make("figures", graph.uses.basis, REGISTER, rows, notes=notes, line=line), graph)


def _values(taken: Taken, graph: Graph) -> Iterator[Row]:
    """A row a number: a count has one, an interval two, and what is told by parts one a part."""
    figure = taken.figure
    parts = figure.parts or (("low", "high") if len(taken.value) == 2 else ("whole",))
    for at, part in enumerate(parts):
        said = _FIGURES if figure.parts else Messages("table")
        key = part if figure.parts else f"value.told.{part}"
        yield {
            "figure": figure.id,
            "figure_label": figure.name(graph.asked_by).say(graph.language),
            "told": part,
            "told_label": said.say(key, graph.language),
            **{
                f"at_{level.key}": _number(value[at], figure.unit)
                for level, value in zip(FIGURED, taken.nested, strict=True)
            },
            "population": taken.population,
            "command": f"pan2kg coherence figures --figure {figure.id}",
        }


def _number(value: float | None, unit: Unit) -> int | float | None:
    return round(value) if value is not None and unit is Unit.COUNT else number(value)


def _listed(graph: Graph, choice: Choice) -> Table:
    figure = find_figure(choice.part)
    named = frozenset(graph.plans(choice.plans))
    known = graph.known(choice.evidence)
    home = known.tables.works.home
    rows = [
        _row(graph, figure.columns, cells)
        for cells in figure.rows(known)
        if not named or named & {home.get(str(cell), str(cell)) for cell in cells}
    ]
    columns = tuple(_CODES.get(one, one) for one in figure.columns)
    basis = graph.uses.basis.also("figure", figure.id)
    if named:
        basis = basis.also("plans", keys(sorted(named)))
    words = {"name": figure.name(graph.asked_by).say(graph.language), "meaning": figure.meaning.say(graph.language)}
    notes = [note("figure-means", **words), note("figure-among", among=figure.among.say(graph.language))]
    made = make("figures", basis, columns, rows, notes=notes, sparql=_query(figure), line=basis_line(known))
    return undated(made, graph)


def find_figure(name: str) -> Figure:
    """The figure of that name.

    Raises:
        QueryError: there is none, with those there are.
    """
    found = next((one for one in FIGURES if one.id == FORMER.get(name, name)), None)
    if found is None:
        raise QueryError("no-figure", remedy="there-are", part=name, names=", ".join(one.id for one in FIGURES))
    return found


def _query(figure: Figure) -> str:
    """The query that shows the statements behind the list: of plans and actions, or of their texts."""
    by_text = {"sharing-plan-pairs", "broad-plan-pairs", "linked-action-pairs", "broad-action-pairs", "texts-read"}
    by_text |= {"plans-with-texts"}
    if figure.id in {"lists", "measures"}:
        return program_query("coherence/plans")
    return program_query("coherence/text-uses" if figure.id in by_text else "coherence/plan-statements")


def _row(graph: Graph, columns: tuple[str, ...], cells: tuple[Scalar, ...]) -> Row:
    row: dict[str, Value] = {}
    for name, cell in zip(columns, cells, strict=True):
        if name in _THINGS:
            row |= thing(graph, name, str(cell))
        elif name in _CODES:
            row |= code(graph, _CODES[name], str(cell))
        elif name in _TRUTHS:
            row[name] = bool(cell)
        elif name == "ways":
            row |= _ways(graph, str(cell))
        elif isinstance(cell, float):
            row[name] = number(cell) if name.endswith("bits") else round(cell)
        else:
            row[name] = cell
    return row


def _ways(graph: Graph, ways: str) -> Row:
    said = format_of("semicolon", graph.language).join(
        _FIGURES.say(f"way.{one}", graph.language) for one in ways.split()
    )
    return {"ways": ways or None, "ways_label": said or None}
