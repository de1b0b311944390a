"""The tables of a release that are computed: how much each text weighs, and the register of figures.

Their numbers are no statements of the graph, so that their columns have no property; names of things do. With the
weights of a release the figures of another can be computed on the same scale.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from pan2kg.coherence.evidence import FIGURED
from pan2kg.coherence.figures import Taken, Unit, take
from pan2kg.coherence.texts import Earlier
from pan2kg.errors import Place, ProjectError
from pan2kg.project import read_text
from pan2kg.publish.catalogue.terms import RELEASE, RELEASED
from pan2kg.publish.folder import read_mark
from pan2kg.publish.tables import FOLDER, CsvTable, Field, Source, TableDefinition, labelled, made_of
from pan2kg.store.queries import program_query
from pan2kg.turtle.vocabulary import DERIVED, PAN, ROOT, XSD

if TYPE_CHECKING:
    from pathlib import Path

    from pan2kg.graph.graph import Graph
    from pan2kg.i18n.message import Message

WEIGHTS: Final = TableDefinition("weights", RELEASE.known("table.weights"), ())
FIGURES: Final = TableDefinition(
    "figures", RELEASE.known("table.figures"), (), key=("figure", "evidence_level", "part")
)
MEASURED: Final = (WEIGHTS, FIGURES)
"""The tables that are computed, in their order after those that are read from the graph."""

LINK_WEIGHTS: Final = DERIVED + "link-weight"
"""The graph of the weights of links."""
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
    above = [found.texts[at] if at >= 0 else "" for at in found.above.tolist()]
    parts = labelled(source, Field("iri", "", is_iri=True), list(found.texts))
    parts += labelled(source, Field("above", "", is_iri=True), above)
    parts += [
        (Field("plans", "", datatype="integer"), list(map(str, found.d.tolist()))),
        (Field("plans_with_texts", "", datatype="integer"), [str(found.n)] * len(found.texts)),
        (Field("information_content", "", datatype="decimal"), list(map(_number, found.ic.tolist()))),
        (Field("gain", "", datatype="decimal"), list(map(_number, found.gain.tolist()))),
        (Field("is_general", "", datatype="boolean"), [str(one).lower() for one in found.general.tolist()]),
    ]
    return made_of(WEIGHTS, parts)


def weigh_links(graph: Graph) -> None:
    """Add to a local graph what each derived link by a shared text weighs, at the level of evidence of the link.

    A rule cannot do so, since SPARQL knows no logarithm. The statements stand in a derived graph of their own.
    """
    found = graph.read(program_query("publish/shared-links"))
    if found:
        weighed = (triple for link, one, two, level in found for triple in _weighed(graph, link, (one, two), level))
        graph.held.add(LINK_WEIGHTS, list(weighed))


def _weighed(graph: Graph, link: str, ends: tuple[str, str], level: str) -> Iterator[ox.Triple]:
    """The three statements on a link; none where one of its ends is no plan and no action of a plan."""
    known = graph.known(level.rpartition("/")[2])
    if None in map(known.tables.works.plan, ends):
        return
    weight = known.weight(*ends)
    for name, bits in (("weight", weight.low), ("weightHigh", weight.high), ("weightBroad", weight.broad)):
        value = ox.Literal(_decimal(bits), datatype=ox.NamedNode(f"{XSD}decimal"))
        yield ox.Triple(ox.NamedNode(link), ox.NamedNode(PAN + name), value)


def _decimal(value: float) -> str:
    """A number as Turtle writes decimals: with a digit after the point.

    >>> _decimal(0.0), _decimal(1.25)
    ('0.0', '1.25')
    """
    return _number(value) if value % 1 else f"{value:.1f}"


def read_weights(path: Path) -> Earlier:
    """The weights of a release, from its folder or its ``weights.csv``; its own addresses under the usual base again.

    Raises:
        ProjectError: there is no such file, or a line of it is not one of weights.
    """
    file = path / FOLDER / f"{WEIGHTS.name}.csv" if path.is_dir() else path
    if not file.is_file():
        raise ProjectError("no-weights", place=Place(str(path)), remedy="name-weights")
    mark = read_mark(file.parent.parent) or {}
    root, found, n = mark.get("root", ROOT), dict[str, tuple[int, float, float]](), 0
    for line, row in enumerate(csv.DictReader(io.StringIO(read_text(file), newline="")), 2):
        try:
            iri, n = row["iri"], int(row["plans_with_texts"])
            found[rooted(iri, root)] = int(row["plans"]), float(row["information_content"]), float(row["gain"])
        except (KeyError, TypeError, ValueError):
            raise ProjectError("weights-line", place=Place(str(file), line), remedy="name-weights") from None
    return Earlier(mark.get("version") or file.name, n, found)


def published_weights(path: Path) -> Earlier | None:
    """The weights of a release that has published them; None for any other folder or file.

    Raises:
        ProjectError: a line is not one of weights.
    """
    return read_weights(path) if (path / FOLDER / f"{WEIGHTS.name}.csv").is_file() else None


def rooted(iri: str, root: str) -> str:
    """An address of a release under the base of the graph's own files.

    >>> rooted("https://data.example/id/plan/x", "https://data.example/")
    'https://w3id.org/pan2kg/id/plan/x'
    """
    return ROOT + iri.removeprefix(root) if iri.startswith(root) else iri


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
    return CsvTable(FIGURES, fields, [row for one in taken for row in _figure_rows(one, graph.asked_by)])


def _figure_rows(taken: Taken, asked_by: Message) -> Iterator[list[str]]:
    figure = taken.figure
    names = [figure.name(asked_by).say(tag) for tag in RELEASED]
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
