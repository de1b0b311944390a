"""Experts' scores: sums, second order, ranks, groups, ripples, opposition, and how far assessors agree."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path as FilePath

from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import Text, with_mark
from pan2kg.project import read_text
from pan2kg.scores.matrix import Scores, read_scores
from pan2kg.scores.measures import (
    EffectPath as Path,
)
from pan2kg.scores.measures import (
    Opinions,
    SecondOrder,
    Sums,
    agreement,
    alpha,
    coverage,
    grouped,
    opinions,
    ranks,
    second_order,
    sums,
)
from pan2kg.scores.measures import ScaleLevel as Level
from pan2kg.scores.scale import signed, whole
from pan2kg.store.queries import program_query
from pan2kg.tables.making import DEFAULT, Choice, code, make, note, number, thing, undated
from pan2kg.tables.table import Row, Table
from pan2kg.turtle.vocabulary import key

FREE = "free"
"""The part of a choice that lets matrices name what is not in the graph."""

INTERACTION = (
    "assessor", "action", "given_positive", "given_negative", "given_net", "given_scored", "taken_positive",
    "taken_negative", "taken_net", "taken_scored", "contested", "itself", "direct", "second", "second_without", "rank",
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
    known, scoring = None if choice.part == FREE else _labels(graph), choice.scoring
    read = (
        read_scores(file, assessor=name, known=known, scale=scoring.scale, keep_diagonal=scoring.keep_diagonal)
        for file, name in zip(choice.files, names, strict=True)
    )
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
    own = {iris.get(label, label): score for label, score in scores.own.items()}
    return replace(scores, labels=labels, rationale=reasons, own=own)


def interaction(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """What each action gives and takes by each assessor's matrix: sums, second order, ranks with their intervals."""
    given = matrices(graph, choice)
    rows = [row for scores in given for row in _effects(graph, scores)]
    notes = [*covered(graph, given), note("null-is-not-0"), note("second-order")] if given else [note("no-scores")]
    if any(scores.own for scores in given):
        notes.append(note("itself"))
    if any(scores.scale.lowest is None for scores in given):
        notes.append(note("no-interval"))
    return scored(graph, "interaction", given, INTERACTION, rows, notes)


def scored(
    graph: Graph,
    name: str,
    given: Sequence[Scores],
    columns: Sequence[str],
    rows: Sequence[Row],
    notes: Sequence[Text],
) -> Table:
    """A table made from matrices, with their scales and how many there are."""
    basis = graph.uses.basis
    if given:
        scales = sorted({f"{scores.scale.name}: {scores.scale.range}" for scores in given})
        basis = basis.also("scale", ", ".join(scales)).also("assessors", len(given))
    made = make(name, basis, columns, rows, notes=notes, sparql=program_query("coherence/scores"))
    return undated(made, graph)


def covered(graph: Graph, given: Sequence[Scores]) -> Iterator[Text]:
    """How much of each matrix was scored, and how far the assessors agree."""
    for scores in given:
        n, share = len(scores.labels), coverage(scores)
        counted = len(list(scores.cells()))
        yield note(
            "coverage", assessor=named(graph, scores.assessor), cells=counted, of=n * (n - 1),
            share=round(100 * (share or 0)),
        )  # fmt: skip
    yield _agreed(given)


def _agreed(given: Sequence[Scores]) -> Text:
    if len(given) < 2:
        return note("one-assessor")
    if len({scores.scale.name for scores in given}) > 1:
        return note("several-scales")
    found, sign = agreement(given), agreement(given, Level.SIGN)
    if found is None:
        return note("no-alpha")
    if sign is None:
        return note("alpha-one-sign", alpha=found, n=len(given))
    return note("alpha", alpha=found, sign=sign, n=len(given))


def named(graph: Graph, assessor: str) -> str:
    """What an assessor is called: a body of the graph by its label, any other as typed."""
    return graph.label(assessor) if "/" in assessor else assessor


def _effects(graph: Graph, scores: Scores) -> Iterator[Row]:
    orders, places = second_order(scores), {rank.label: rank for rank in ranks(scores)}
    for line, order in zip(sums(scores), orders, strict=True):
        place = places[line.label]
        yield {
            "assessor": named(graph, scores.assessor),
            **thing(graph, "action", line.label),
            **_sums("given", line.given),
            **_sums("taken", line.taken),
            "contested": line.given.is_contested or line.taken.is_contested,
            "itself": scores.own.get(line.label),
            "direct": number(order.direct),
            "second": number(order.total),
            "second_without": number(order.without_return),
            "rank": place.place,
            "best": place.best,
            "worst": place.worst,
            "double_negatives": _paths(graph, order),
        }


def _sums(side: str, found: Sums) -> dict[str, float | int | None]:
    return {
        f"{side}_positive": number(found.positive),
        f"{side}_negative": number(found.negative),
        f"{side}_net": number(found.net),
        f"{side}_scored": found.scored,
    }


def _paths(graph: Graph, order: SecondOrder) -> str:
    return "; ".join(_path(graph, path) for path in order.double_negatives)


def _path(graph: Graph, path: Path) -> str:
    """A path with its scores: a → b → c (−1 × −2 = +2)."""
    over = " → ".join(key(end) for end in (path.start, path.over, path.end))
    first, second, product = (shown(graph, score) for score in (path.first, path.second, path.product))
    return f"{over} ({first} × {second} = {product})"


def shown(graph: Graph, score: float) -> str:
    """A score with its sign among words, as the language of the graph writes it."""
    return with_mark(signed(score), graph.language)


RIPPLE = ("action", "plan", "assessor", "direct", "second", "second_without", "double_negatives")


def ripple(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """Which action has most knock-on effect, by its second-order influence; said plainly where nothing was scored."""
    given = matrices(graph, choice)
    rows = [row for scores in given for row in _ripples(graph, scores)]
    rows.sort(key=lambda row: (-float(str(row["second"])), str(row["action"]), str(row["assessor"])))
    notes = [*covered(graph, given), note("second-order")] if given else [note("no-scores"), note("no-ripple")]
    return scored(graph, "ripple", given, RIPPLE, rows, notes)


def _ripples(graph: Graph, scores: Scores) -> Iterator[Row]:
    for order in second_order(scores):
        yield {
            **thing(graph, "action", order.label),
            **thing(graph, "plan", graph.plan_of(order.label)),
            "assessor": named(graph, scores.assessor),
            "direct": number(order.direct),
            "second": number(order.total),
            "second_without": number(order.without_return),
            "double_negatives": _paths(graph, order),
        }


OPPOSED = ("action", "plan", "other_action", "other_plan", "score", "assessor", "rationale")


def opposed(graph: Graph, choice: Choice = DEFAULT) -> Table:
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
            "assessor": named(graph, scores.assessor),
            "rationale": scores.rationale.get((one, two)),
        }
        for scores, one, two, score in found
    ]
    notes = [*covered(graph, given)] if given else [note("no-scores"), note("no-opposition")]
    return scored(graph, "opposed", given, OPPOSED, rows, notes)


GROUPS = ("assessor", "group", "other_group", "positive", "negative", "net", "scored", "cells")


def groups(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """What each group of labels does to each other by each matrix; without a file of groups, plans and their actions.

    Raises:
        ProjectError: the file of groups cannot be read, or does not say the group of a label.
    """
    given = matrices(graph, choice)
    rows = []
    for scores in given:
        home = _homes(graph, scores, choice.scoring.groups)
        rows += [
            {
                "assessor": named(graph, scores.assessor),
                **thing(graph, "group", line.group),
                **thing(graph, "other_group", line.other),
                "positive": number(line.sums.positive) if line.sums.scored else None,
                "negative": number(line.sums.negative) if line.sums.scored else None,
                "net": number(line.sums.net) if line.sums.scored else None,
                "scored": line.sums.scored,
                "cells": line.cells,
            }
            for line in grouped(scores, home)
        ]
    notes = [*covered(graph, given), note("groups")] if given else [note("no-scores")]
    return scored(graph, "groups", given, GROUPS, rows, notes)


def _homes(graph: Graph, scores: Scores, file: FilePath | None) -> Mapping[str, str]:
    """The group of each label: what a file says, else the plan of an action; a label without one is its own."""
    if file is None:
        return {label: graph.plan_of(label) or label for label in scores.labels}
    said = _read_groups(file)
    found = {label: said.get(label) or said.get(key(label)) for label in scores.labels}
    if lacking := next((label for label, group in found.items() if not group), None):
        raise ProjectError("group-missing", place=Place(str(file)), remedy="add-group", label=lacking)
    return {label: group for label, group in found.items() if group}


def _read_groups(file: FilePath) -> dict[str, str]:
    """The lines of a CSV file: a label and its group.

    Raises:
        ProjectError: a line has not two cells, or names a label twice.
    """
    text = read_text(file).removeprefix("\ufeff")
    first = text.partition("\n")[0]
    found: dict[str, str] = {}
    for line, cells in enumerate(csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count)), 1):
        if not any(cell.strip() for cell in cells):
            continue
        label, group, *more = (cell.strip() for cell in (*cells, ""))
        if not label or not group or any(more) or label in found:
            raise ProjectError("group-line", place=Place(str(file), line), remedy="group-form")
        found[label] = group
    return found


DISAGREEMENT = ("action", "other_action", "mean_score", "lowest", "highest", "spread", "assessors", "opinions")


def disagreement(graph: Graph, choice: Choice = DEFAULT) -> Table:
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


def agreed(graph: Graph, choice: Choice = DEFAULT) -> Table:
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
