"""How far assessors agree: by level, and cell by cell with all that was said of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pan2kg.coherence.agreement import Level, alpha, opinions
from pan2kg.coherence.scale import whole
from pan2kg.tables.scores import covered, matrices, named, scored, shown
from pan2kg.tables.table import DEFAULT, Choice, Row, code, note, number, thing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pan2kg.coherence.agreement import Opinions
    from pan2kg.coherence.scores import Scores
    from pan2kg.graph.graph import Graph
    from pan2kg.i18n.catalogue import Text
    from pan2kg.tables.table import FigureTable

DISAGREEMENT = ("action", "other_action", "mean_score", "lowest", "highest", "spread", "assessors", "opinions")


def disagreement(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """What assessors say of each cell two or more scored, widest spread first; with « everything », of any cell.

    Coverage and alpha stand in the notes. Scores of different scales stand in rows of their own, never in one mean.
    """
    given = matrices(graph, choice)
    least = 1 if choice.everything else 2
    rows = [
        _row(graph, cell)
        for scale in dict.fromkeys(scores.scale.name for scores in given)
        for cell in opinions(scores for scores in given if scores.scale.name == scale)
        if len(cell.scores) >= least
    ]
    rows.sort(key=lambda row: (-float(str(row["spread"])), str(row["action"]), str(row["other_action"])))
    notes = [*covered(graph, given)] if given else [note("no-scores"), note("no-agreement")]
    return scored(graph, "disagreement", given, DISAGREEMENT, rows, notes)


def _row(graph: Graph, cell: Opinions) -> Row:
    said = sorted((named(graph, assessor), score) for assessor, score in cell.scores)
    return {
        **thing(graph, "action", cell.source),
        **thing(graph, "other_action", cell.target),
        "mean_score": number(cell.mean),
        "lowest": cell.least,
        "highest": cell.greatest,
        "spread": whole(number(cell.greatest - cell.least) or 0),
        "assessors": len(cell.scores),
        "opinions": "; ".join(f"{assessor} {shown(graph, score)}" for assessor, score in said),
    }


AGREEMENT = ("difference", "alpha", "units", "values", "assessors")


def agreed(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """Krippendorff's alpha at every level: sign first, which is what policy asks; then by what the scale can carry."""
    given = matrices(graph, choice)
    notes: list[Text] = [*covered(graph, given)] if given else [note("no-scores"), note("no-agreement")]
    same_scale = len({scores.scale.name for scores in given}) == 1
    rows = list(_levels(graph, given)) if len(given) > 1 and same_scale else []
    if rows:
        notes.append(note("alpha-levels"))
    if any(row["difference"] == Level.RATIO and row["alpha"] is None for row in rows) and _is_signed(given):
        notes.append(note("no-ratio"))
    return scored(graph, "agreement", given, AGREEMENT, rows, notes)


def _is_signed(given: Sequence[Scores]) -> bool:
    return any(score < 0 for scores in given for _, _, score in scores.cells())


def _levels(graph: Graph, given: Sequence[Scores]) -> Iterator[Row]:
    shared = [cell for cell in opinions(given) if len(cell.scores) > 1]
    names = [scores.assessor for scores in given]
    ratings = [[dict(cell.scores).get(name) for cell in shared] for name in names]
    for level in Level:
        refused = level is Level.RATIO and _is_signed(given)
        yield {
            **code(graph, "difference", level),
            "alpha": None if refused else number(alpha(ratings, level)),
            "units": len(shared),
            "values": sum(len(cell.scores) for cell in shared),
            "assessors": len(given),
        }
