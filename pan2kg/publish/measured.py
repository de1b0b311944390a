"""The tables of a release that are computed: how much each text weighs, and the register of figures.

Their numbers are no statements of the graph, so that their columns have no property; names of things do. With the
weights of a release the figures of another can be computed on the same scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.evidence import FIGURED
from pan2kg.coherence.figures import Unit, take
from pan2kg.publish.catalogue.terms import RELEASE, RELEASED
from pan2kg.publish.tables import CsvTable, Field, Source, TableDefinition, labelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pan2kg.coherence.figures import Taken
    from pan2kg.graph.graph import Graph

WEIGHTS: Final = TableDefinition("weights", RELEASE.known("table.weights"), ())
FIGURES: Final = TableDefinition(
    "figures", RELEASE.known("table.figures"), (), key=("figure", "evidence_level", "part")
)
MEASURED: Final = (WEIGHTS, FIGURES)
"""The tables that are computed, in their order after those that are read from the graph."""

WHOLE: Final = "all"
"""The part of a figure that is told as one number or one interval."""


def measured_tables(graph: Graph, source: Source) -> tuple[CsvTable, ...]:
    """The weights of texts and the register of figures; empty tables for a graph without plans."""
    return weights_table(graph, source), figures_table(graph)


def weights_table(graph: Graph, source: Source) -> CsvTable:
    """A row a text that is used, or stands above one that is: ``d`` of ``n`` plans, IC and gain in bits.

    Weights do not depend on the level of evidence.
    """
    found = graph.known().potential.weights
    own = source.addresses.own
    above = [found.texts[at] if at >= 0 else "" for at in found.above.tolist()]
    parts = labelled(source, Field("iri", "", is_iri=True), list(found.texts))
    parts += [
        (Field("above", "", is_iri=True), [own(one) if one else "" for one in above]),
        (Field("plans", "", datatype="integer"), list(map(str, found.d.tolist()))),
        (Field("plans_with_texts", "", datatype="integer"), [str(found.n)] * len(found.texts)),
        (Field("information_content", "", datatype="decimal"), list(map(_number, found.ic.tolist()))),
        (Field("gain", "", datatype="decimal"), list(map(_number, found.gain.tolist()))),
        (Field("is_general", "", datatype="boolean"), [str(one).lower() for one in found.general.tolist()]),
    ]
    cells = [part[1] for part in parts]
    return CsvTable(WEIGHTS, tuple(part[0] for part in parts), [list(row) for row in zip(*cells, strict=True)])


def figures_table(graph: Graph) -> CsvTable:
    """A row a figure, level of evidence and part: a number, or the two ends of an interval."""
    fields = (
        Field("figure", ""), Field("evidence_level", ""), Field("part", ""),
        *(Field(f"name_{tag}", "", language=tag) for tag in RELEASED),
        Field("unit", ""), Field("value", "", datatype="decimal"), Field("upper", "", datatype="decimal"),
        Field("population", "", datatype="integer"),
    )  # fmt: skip
    made = {level: graph.known(level) for level in FIGURED}
    taken = [take(one.figure, made, level) for one in graph.figures() for level in FIGURED]
    return CsvTable(FIGURES, fields, [row for one in taken for row in _figure_rows(one)])


def _figure_rows(taken: Taken) -> Iterator[list[str]]:
    figure = taken.figure
    names = [figure.name.say(tag) for tag in RELEASED]
    population = "" if taken.population is None else str(taken.population)
    for part, value, upper in _values(taken):
        yield [figure.id, taken.level.key, part, *names, figure.unit.value, value, upper, population]


def _values(taken: Taken) -> Sequence[tuple[str, str, str]]:
    """The parts of a figure with their number, or the ends of its interval; nothing where nothing can be divided."""
    figure, value = taken.figure, taken.value
    numbers = ["" if one is None else _number(one) for one in value]
    if figure.parts:
        return [(part.rpartition(".")[2], number, "") for part, number in zip(figure.parts, numbers, strict=True)]
    return [(WHOLE, numbers[0], numbers[1] if figure.unit is not Unit.COUNT else "")]


def _number(value: float) -> str:
    """A number with six decimals at most: the same on every machine."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
