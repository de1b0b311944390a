"""The register of figures as a table, and the list behind a figure."""

from collections.abc import Iterator

from pan2kg.coherence import evidence, figures
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Messages, format_of
from pan2kg.store import program_query
from pan2kg.tables import DEFAULT, Table, TableChoice, make, making, note
from pan2kg.tables.figure_words import according_to
from pan2kg.turtle.vocabulary import key

_FIGURES = Messages("figure")
_TABLES = Messages("table")
_AT_LEVELS = tuple(f"at_{level.key}" for level in evidence.FIGURED)
REGISTER = ("figure", "told", *_AT_LEVELS, "population", "command")


def register(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """Every figure with its values at the levels of evidence; with ``part``, the list behind one.

    With plans named, only the lines of a list that name one of them.

    Raises:
        QueryError: there is no such figure.
    """
    if choice.part:
        return _list_behind(graph, choice)
    rows = list[tuple[object, ...]]()
    for taken in graph.figures(choice.evidence):
        rows += _values(graph, taken)
    notes = [note("nested", level=according_to(choice.evidence).say(graph.language))]
    return make(graph, "figures", REGISTER, rows, notes, evidence=graph.known(choice.evidence))


def _values(graph: Graph, taken: figures.Taken) -> Iterator[tuple[object, ...]]:
    """A row for a number; two for the ends of an interval, or one for each kind counted."""
    figure = taken.figure
    name = {
        "figure": figure.id,
        "figure_label": figure.name(graph.asked_by).say(graph.language),
    }
    if figure.parts:
        labels = {code: _FIGURES.say(code, graph.language) for code in figure.parts}
    else:
        codes = ("low", "high") if len(taken.value) == 2 else ("whole",)
        labels = {code: _TABLES.say(f"value.told.{code}", graph.language) for code in codes}
    command = f"pan2kg coherence figures --figure {figure.id}"
    for place, (code, label) in enumerate(labels.items()):
        numbers = [_number(value[place], figure.unit) for value in taken.nested]
        yield (name, {"told": code, "told_label": label}, *numbers, taken.population, command)


def _number(value: float | None, unit: figures.Unit) -> float | None:
    if value is not None and unit is figures.Unit.COUNT:
        return round(value)
    return making.number(value)


# The list behind a figure

_CODES = {
    "verdict": "expectation", "verdict_back": "expectation_back", "cites_at": "level", "cited_at": "level_back",
    "state": "citation", "level": "level", "list": "list", "channel": "channel",
}  # fmt: skip
"""Columns of lists that hold codes, as tables name them."""
_TRUTHS = frozenset(("in_statement", "sharing", "text", "web"))
"""Columns that hold a yes or a no."""
_SHOWN_BY = {
    "lists": "plans", "measures": "plans", "sharing-plan-pairs": "text-uses", "broad-plan-pairs": "text-uses",
    "linked-action-pairs": "text-uses", "broad-action-pairs": "text-uses", "texts-read": "text-uses",
    "plans-with-texts": "text-uses",
}  # fmt: skip
"""The query that shows the statements behind a figure, where it is not the one for statements of plans."""


def _list_behind(graph: Graph, choice: TableChoice) -> Table:
    figure = _figure(choice.part)
    plans = frozenset(graph.plans(choice.plans))
    knowledge = graph.known(choice.evidence)
    home = knowledge.tables.works.home
    rows = []
    for values in figure.rows(knowledge):
        homes = {home.get(str(value), str(value)) for value in values}
        if not plans or plans & homes:
            cells = zip(figure.columns, values, strict=True)
            rows.append([_cell(graph, column, value) for column, value in cells])
    basis = graph.uses.basis.also("figure", figure.id)
    if plans:
        basis = basis.also("plans", ", ".join(map(key, sorted(plans))))
    means = note(
        "figure-means",
        name=figure.name(graph.asked_by).say(graph.language),
        meaning=figure.message("meaning").say(graph.language),
        among=figure.message("among").say(graph.language),
    )
    sparql = program_query(f"coherence/{_SHOWN_BY.get(figure.id, 'plan-statements')}")
    columns = [_CODES.get(column, column) for column in figure.columns]
    return make(
        graph, "figures", columns, rows, [means], sparql=sparql, evidence=knowledge, basis=basis
    )


def _figure(name: str) -> figures.Figure:
    """The figure of a name, or of one it had before."""
    by_id = {figure.id: figure for figure in figures.FIGURES}
    present_name = figures.FORMER.get(name, name)
    if present_name not in by_id:
        raise QueryError("no-part", remedy="there-are", part=name, names=", ".join(by_id))
    return by_id[present_name]


def _cell(graph: Graph, column: str, value: figures.Scalar) -> object:
    """A value of a list as a table takes it: whole numbers but for bits, and words beside codes."""
    if column in _TRUTHS:
        return bool(value)
    if column == "ways":
        codes = str(value).split()
        words = [_FIGURES.say(f"way.{code}", graph.language) for code in codes]
        between = format_of("semicolon", graph.language)
        return {"ways": str(value) or None, "ways_label": between.join(words) or None}
    if column in _CODES:
        return str(value)
    if isinstance(value, float) and not column.endswith("bits"):
        return round(value)
    return value
