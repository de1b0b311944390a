"""Experts' scores of interaction: sums, second order and ranks, ripples, opposition, and how far assessors agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pan2kg.coherence.interaction import agreement, coverage, ranks, second_order, sums
from pan2kg.coherence.scores import read_scores
from pan2kg.coherence.uses import key
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.store.queries import program_query
from pan2kg.tables.table import DEFAULT, Choice, Row, make, note, number, thing, undated

if TYPE_CHECKING:
    from pan2kg.coherence.basis import Basis
    from pan2kg.coherence.interaction import Path, SecondOrder, Sums
    from pan2kg.coherence.scores import Scores
    from pan2kg.i18n.catalogue import Text
    from pan2kg.tables.table import FigureTable

FREE = "free"
"""The part of a choice that lets matrices name what is not in the graph."""

INTERACTION = (
    "assessor", "action", "given_positive", "given_negative", "given_net", "given_scored", "taken_positive",
    "taken_negative", "taken_net", "taken_scored", "contested", "direct", "second", "second_without", "place",
    "best", "worst", "double_negatives",
)  # fmt: skip


def matrices(graph: Graph, choice: Choice) -> tuple[Scores, ...]:
    """The matrices in the files chosen, else those the graph holds; labels are IRIs where the graph knows them.

    Raises:
        ProjectError: a file that cannot be read as a matrix, with line and column.
        QueryError: as many assessors as files are needed, or two matrices of one assessor.
    """
    if not choice.files:
        return graph.scores
    names = choice.assessors or tuple(file.stem for file in choice.files)
    if len(names) != len(choice.files):
        files, assessors = len(choice.files), len(names)
        raise QueryError("counts-differ", remedy="one-assessor-a-file", files=files, assessors=assessors)
    if len(set(names)) < len(names):
        raise QueryError("same-assessor", remedy="one-matrix-an-assessor")
    known = None if choice.part == FREE else _labels(graph)
    read = (read_scores(file, assessor=name, known=known) for file, name in zip(choice.files, names, strict=True))
    return tuple(_by_iri(graph, scores) for scores in read)


def _labels(graph: Graph) -> set[str]:
    return {label for action in graph.uses.actions for label in (action, key(action))}


def _by_iri(graph: Graph, scores: Scores) -> Scores:
    """The same matrix with IRIs for keys of actions, so that it can be stored and shown by name."""
    iris = {key(action): action for action in graph.uses.actions}
    labels = tuple(iris.get(label, label) for label in scores.labels)
    if len(set(labels)) < len(labels):
        raise QueryError("action-named-twice", remedy="name-each-action-once")
    reasons = {(iris.get(a, a), iris.get(b, b)): why for (a, b), why in scores.rationale.items()}
    return replace(scores, labels=labels, rationale=reasons)


def interaction(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """What each action gives and takes by each assessor's matrix: sums, second order, ranks with their intervals."""
    given = matrices(graph, choice)
    rows = [row for scores in given for row in _effects(graph, scores)]
    notes = [*_covered(graph, given), note("null-is-not-0"), note("second-order")] if given else [note("no-scores")]
    made = make(
        "interaction", _basis(graph, given), INTERACTION, rows, notes=notes, sparql=program_query("coherence/scores")
    )
    return undated(made, graph)


def _basis(graph: Graph, given: Sequence[Scores]) -> Basis:
    basis = graph.uses.basis
    for scores in given[:1]:
        basis = basis.also("scale", f"{scores.scale}: −3…+3")
    if given:
        basis = basis.also("assessors", len(given))
    return basis


def _covered(graph: Graph, given: Sequence[Scores]) -> Iterator[Text]:
    for scores in given:
        n, share = len(scores.labels), coverage(scores)
        counted = len(list(scores.cells()))
        yield note(
            "coverage", assessor=_named(graph, scores.assessor), cells=counted, of=n * (n - 1),
            share=round(100 * (share or 0)),
        )  # fmt: skip
    yield _agreed(given)


def _agreed(given: Sequence[Scores]) -> Text:
    if len(given) < 2:
        return note("one-assessor")
    if len({scores.scale for scores in given}) > 1:
        return note("several-scales")
    found = agreement(given)
    return note("no-alpha") if found is None else note("alpha", alpha=found, n=len(given))


def _named(graph: Graph, assessor: str) -> str:
    return graph.label(assessor) if "/" in assessor else assessor


def _effects(graph: Graph, scores: Scores) -> Iterator[Row]:
    orders, places = second_order(scores), {rank.label: rank for rank in ranks(scores)}
    for line, order in zip(sums(scores), orders, strict=True):
        place = places[line.label]
        yield {
            "assessor": _named(graph, scores.assessor),
            **thing(graph, "action", line.label),
            **_sums("given", line.given),
            **_sums("taken", line.taken),
            "contested": line.given.is_contested or line.taken.is_contested,
            "direct": number(order.direct),
            "second": number(order.total),
            "second_without": number(order.without_return),
            "rank": place.place,
            "best": place.best,
            "worst": place.worst,
            "double_negatives": _paths(order),
        }


def _sums(side: str, found: Sums) -> dict[str, float | int | None]:
    return {
        f"{side}_positive": number(found.positive),
        f"{side}_negative": number(found.negative),
        f"{side}_net": number(found.net),
        f"{side}_scored": found.scored,
    }


def _paths(order: SecondOrder) -> str:
    return "; ".join(map(_path, order.double_negatives))


def _path(path: Path) -> str:
    """A path with its scores: a → b → c (−1 × −2 = +2)."""
    over = " → ".join(key(end) for end in (path.start, path.over, path.end))
    scores = f"{path.first:+d} × {path.second:+d} = {path.product:+d}"
    return f"{over} ({scores.replace('-', '−')})"


RIPPLE = ("action", "plan", "assessor", "direct", "second", "second_without", "double_negatives")


def ripple(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """Which action has most knock-on effect, by its second-order influence; said plainly where nothing was scored."""
    given = matrices(graph, choice)
    rows = [row for scores in given for row in _ripples(graph, scores)]
    rows.sort(key=lambda row: (-float(str(row["second"])), str(row["action"]), str(row["assessor"])))
    notes = [*_covered(graph, given), note("second-order")] if given else [note("no-scores"), note("no-ripple")]
    made = make("ripple", _basis(graph, given), RIPPLE, rows, notes=notes, sparql=program_query("coherence/scores"))
    return undated(made, graph)


def _ripples(graph: Graph, scores: Scores) -> Iterator[Row]:
    for order in second_order(scores):
        yield {
            **thing(graph, "action", order.label),
            **thing(graph, "plan", graph.plan_of(order.label)),
            "assessor": _named(graph, scores.assessor),
            "direct": number(order.direct),
            "second": number(order.total),
            "second_without": number(order.without_return),
            "double_negatives": _paths(order),
        }


OPPOSED = ("action", "plan", "other_action", "other_plan", "score", "assessor", "rationale")


def opposed(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """Every negative score: what hinders what, who says so, and why; said plainly where nothing was scored."""
    given = matrices(graph, choice)
    found = [(scores, *cell) for scores in given for cell in scores.cells() if cell[2] < 0]
    found.sort(key=lambda one: (one[3], one[1], one[2], one[0].assessor))
    rows = [
        {
            **thing(graph, "action", one),
            **thing(graph, "plan", graph.plan_of(one)),
            **thing(graph, "other_action", two),
            **thing(graph, "other_plan", graph.plan_of(two)),
            "score": score,
            "assessor": _named(graph, scores.assessor),
            "rationale": scores.rationale.get((one, two)),
        }
        for scores, one, two, score in found
    ]
    notes = [*_covered(graph, given)] if given else [note("no-scores"), note("no-opposition")]
    made = make("opposed", _basis(graph, given), OPPOSED, rows, notes=notes, sparql=program_query("coherence/scores"))
    return undated(made, graph)


DISAGREEMENT = ("action", "other_action", "lowest", "highest", "spread", "assessors", "opinions")


def disagreement(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """Each pair of actions that two assessors or more scored, widest spread first, with coverage and alpha in notes."""
    given = matrices(graph, choice)
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for scores in given:
        for one, two, score in scores.cells():
            found.setdefault((one, two), []).append((_named(graph, scores.assessor), score))
    shared = {pair: opinions for pair, opinions in found.items() if len(opinions) > 1}
    rows = [_opinions(graph, pair, opinions) for pair, opinions in shared.items()]
    rows.sort(key=lambda row: (-int(str(row["spread"])), str(row["action"]), str(row["other_action"])))
    notes = [*_covered(graph, given)] if given else [note("no-scores"), note("no-agreement")]
    made = make(
        "disagreement", _basis(graph, given), DISAGREEMENT, rows, notes=notes, sparql=program_query("coherence/scores")
    )
    return undated(made, graph)


def _opinions(graph: Graph, pair: tuple[str, str], opinions: list[tuple[str, int]]) -> Row:
    values = [score for _, score in opinions]
    said = "; ".join(f"{assessor} {score:+d}".replace("-", "−") for assessor, score in sorted(opinions))
    return {
        **thing(graph, "action", pair[0]),
        **thing(graph, "other_action", pair[1]),
        "lowest": min(values),
        "highest": max(values),
        "spread": max(values) - min(values),
        "assessors": len(values),
        "opinions": said,
    }
