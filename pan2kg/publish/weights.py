"""How much each text weighs, as a table of a release that is read back, and how much each link weighs.

Two releases are compared on the weights of the earlier one: a text becomes commoner as more plans
are read, so that figures on each release's own weights would differ where no plan changed.
"""

import csv
import io
from pathlib import Path

import pyoxigraph as ox

from pan2kg.coherence import texts
from pan2kg.errors import Place, ProjectError
from pan2kg.graph.graph import Graph
from pan2kg.project import read_text
from pan2kg.publish.csv_tables import TABLES, Field, FieldCells, ReleaseTable, decimal_text
from pan2kg.publish.folder import read_mark
from pan2kg.publish.thing_tables import Source
from pan2kg.publish.vocabulary import RELEASE, node
from pan2kg.store import program_query
from pan2kg.turtle import PAN, ROOT, XSD
from pan2kg.turtle.vocabulary import DERIVED

WEIGHTS = "weights"
LINK_WEIGHTS = DERIVED + "link-weight"
"""The graph of the weights of links."""


def weights_table(graph: Graph, source: Source) -> ReleaseTable:
    """The weights of texts, on which figures of another release are computed on the same scale.

    Columns are d of n plans, information content and gain in bits, at no level of evidence.
    """
    weights = graph.known().potential.weights
    above = [weights.texts[place] if place >= 0 else "" for place in weights.above.tolist()]
    cells: list[FieldCells] = []
    for name, iris in (("iri", weights.texts), ("above", above)):
        own_iris = [[source.addresses.own(iri)] for iri in iris]
        cells += source.things(Field(name, is_iri=True), own_iris)
    general = [str(flag).lower() for flag in weights.general.tolist()]
    cells += [
        (Field("plans", datatype="integer"), list(map(str, weights.d.tolist()))),
        (Field("plans_with_texts", datatype="integer"), [str(weights.n)] * len(weights.texts)),
        (
            Field("information_content", datatype="decimal"),
            list(map(decimal_text, weights.ic.tolist())),
        ),
        (Field("gain", datatype="decimal"), list(map(decimal_text, weights.gain.tolist()))),
        (Field("is_general", datatype="boolean"), general),
    ]
    return ReleaseTable(WEIGHTS, RELEASE.text(f"table.{WEIGHTS}"), cells)


def weigh_links(graph: Graph) -> None:
    """Add the weight of each link to the graph, as statements of their own graph."""
    triples = []
    for link, start, end, level in graph.read(program_query("publish/shared-links")):
        known = graph.known(level.rpartition("/")[2])
        plan_of = known.tables.works.plan
        if plan_of(start) is None or plan_of(end) is None:
            continue
        weight = known.weight(start, end)
        triples += [
            ox.Triple(node(link), node(PAN + "weight"), _decimal(weight.low)),
            ox.Triple(node(link), node(PAN + "weightHigh"), _decimal(weight.high)),
            ox.Triple(node(link), node(PAN + "weightBroad"), _decimal(weight.broad)),
        ]
    if triples:
        graph.held.add(LINK_WEIGHTS, triples)


def _decimal(bits: float) -> ox.Literal:
    # as Turtle writes decimals, with a digit after the point
    text = decimal_text(bits) if bits % 1 else f"{bits:.1f}"
    return ox.Literal(text, datatype=node(f"{XSD}decimal"))


def read_weights(path: Path) -> texts.Earlier:
    """The weights an earlier release published, from its folder or from the file of them.

    Raises:
        ProjectError: there is no such file, or a line of it is no weight.
    """
    file = path / TABLES / f"{WEIGHTS}.csv" if path.is_dir() else path
    if not file.is_file():
        raise ProjectError("no-weights", place=Place(str(path)), remedy="name-weights")
    mark = read_mark(file.parent.parent) or {}
    root = mark.get("root", ROOT)
    weights = {}
    plans = 0
    for line, row in enumerate(csv.DictReader(io.StringIO(read_text(file), newline="")), 2):
        try:
            iri = row["iri"]
            plans = int(row["plans_with_texts"])
            if iri.startswith(root):
                iri = ROOT + iri.removeprefix(root)
            weights[iri] = int(row["plans"]), float(row["information_content"]), float(row["gain"])
        except (KeyError, TypeError, ValueError):
            raise ProjectError(
                "weights-line", place=Place(str(file), line), remedy="name-weights"
            ) from None
    return texts.Earlier(mark.get("version") or file.name, plans, weights)


def published_weights(path: Path) -> texts.Earlier | None:
    """The weights a release published; None where it published none."""
    return read_weights(path) if (path / TABLES / f"{WEIGHTS}.csv").is_file() else None
