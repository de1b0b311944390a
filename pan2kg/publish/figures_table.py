"""The register of figures as a table of a release: each figure at each level of evidence, its parts in rows."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pan2kg.coherence import evidence, figures
from pan2kg.graph.graph import Graph
from pan2kg.publish.csv_tables import Field, ReleaseTable, decimal_text
from pan2kg.publish.vocabulary import RELEASE, RELEASED

FIGURES = "figures"
WHOLE = "all"
"""The part of a figure that is told as one number or one interval."""


def figures_table(graph: Graph) -> ReleaseTable:
    """All figures at each level of evidence, their parts in rows."""
    columns = (
        Field("figure"),
        Field("evidence_level"),
        Field("part"),
        *(Field(f"name_{tag}", language=tag) for tag in RELEASED),
        Field("unit"),
        Field("value", datatype="decimal"),
        Field("upper", datatype="decimal"),
        Field("population", datatype="integer"),
    )
    rows = []
    for measured in graph.figures():
        figure = measured.figure
        names = [figure.name(graph.asked_by).say(tag) for tag in RELEASED]
        for level, values in zip(evidence.FIGURED, measured.nested, strict=True):
            among = figure.population(graph.known(level))
            population = "" if among is None else str(among)
            for part in _figure_parts(figure, values):
                rows.append(
                    (
                        figure.id,
                        level.key,
                        part.name,
                        *names,
                        figure.unit.value,
                        part.value,
                        part.upper,
                        population,
                    )
                )
    values_of = list(zip(*rows, strict=True)) or [()] * len(columns)
    cells = list(zip(columns, values_of, strict=True))
    key = ("figure", "evidence_level", "part")
    title = RELEASE.text(f"table.{FIGURES}")
    return ReleaseTable(FIGURES, title, cells, least=len(columns), key=key, subject="")


class _FigurePart(NamedTuple):
    """A part of a figure with its number, or the whole with both ends of its interval."""

    name: str
    value: str
    upper: str = ""


def _figure_parts(figure: figures.Figure, values: Sequence[float | None]) -> Iterator[_FigurePart]:
    numbers = ["" if value is None else decimal_text(value) for value in values]
    if figure.parts:
        for key, number in zip(figure.parts, numbers, strict=False):
            yield _FigurePart(key.rpartition(".")[2], number)
    elif figure.unit is figures.Unit.COUNT:
        yield _FigurePart(WHOLE, numbers[0])
    else:
        yield _FigurePart(WHOLE, numbers[0], numbers[1])
