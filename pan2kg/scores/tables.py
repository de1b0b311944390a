"""The tables of experts' scores: sums, second order, ranks, groups, ripples, opposition, and how far assessors agree.

Each is made of matrices in files, or of those the graph holds where no file is named.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypeVar

from pan2kg.coherence import agreement
from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.graph.graph import Graph
from pan2kg.graph.scores import Scores, declaration, plain, whole
from pan2kg.i18n import LANGUAGES, Text, numeral
from pan2kg.project import read_text
from pan2kg.scores import measures
from pan2kg.scores.matrix import parse_scores
from pan2kg.tables import DEFAULT, Table, TableChoice, make, note, table as layout
from pan2kg.turtle import vocabulary

FREE = "free"
"""The part of a choice that lets matrices name what is not in the graph."""
Rows = list[tuple[object, ...]]
Measure = TypeVar("Measure")


# The matrices, and what every table of them says


def matrices(graph: Graph, choice: TableChoice) -> tuple[Scores, ...]:
    """The matrices in the files chosen, else those the graph holds.

    Labels are IRIs where the graph knows them, so that a matrix can be stored and shown by name.

    Raises:
        QueryError: files and assessors are not as many, an assessor has two matrices, or an action
            stands in one by its key and by its IRI.
        ProjectError: a file is no matrix of the scale.
    """
    if not choice.files:
        return graph.scores
    names = choice.assessors or tuple(file.stem for file in choice.files)
    if len(names) != len(choice.files):
        raise QueryError(
            "counts-differ",
            remedy="one-assessor-a-file",
            files=len(choice.files),
            assessors=len(names),
        )
    if len(set(names)) < len(names):
        raise QueryError("same-assessor", remedy="one-matrix-an-assessor")
    iris = {vocabulary.key(action): action for action in graph.uses.actions}
    return tuple(
        _read_matrix(file, name, iris, choice)
        for file, name in zip(choice.files, names, strict=True)
    )


def _read_matrix(file: Path, assessor: str, iris: Mapping[str, str], choice: TableChoice) -> Scores:
    scores = parse_scores(
        read_text(file),
        assessor=assessor,
        known=None if choice.part == FREE else {*iris, *iris.values()},
        scale=choice.scoring.scale,
        keep_diagonal=choice.scoring.keep_diagonal,
        name=str(file),
    )
    labels = tuple(iris.get(label, label) for label in scores.labels)
    if len(set(labels)) < len(labels):
        raise QueryError("action-named-twice", remedy="name-each-action-once")
    reasons = {
        (iris.get(source, source), iris.get(target, target)): reason
        for (source, target), reason in scores.rationale.items()
    }
    own = {iris.get(label, label): score for label, score in scores.own.items()}
    return replace(scores, labels=labels, rationale=reasons, own=own)


def scored(
    graph: Graph,
    name: str,
    matrices: Sequence[Scores],
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    notes: Sequence[Text] = (),
) -> Table:
    """A table of matrices, with their scales, their coverage and how far they agree before its own notes.

    Without any matrix it says that there is none, and nothing else.
    """
    basis = graph.uses.basis
    told = [note("no-scores")]
    if matrices:
        scales = {
            f"{scores.scale.name}: {declaration(scores.scale, shown=True)}" for scores in matrices
        }
        basis = basis.also("scale", ", ".join(sorted(scales))).also("assessors", len(matrices))
        coverages = [_coverage(graph, scores) for scores in matrices]
        told = [*coverages, _agreement(matrices), *notes]
    return make(graph, name, columns, rows, told, "coherence/scores", basis=basis)


def _coverage(graph: Graph, scores: Scores) -> Text:
    labels = len(scores.labels)
    return note(
        "coverage",
        assessor=assessor_name(graph, scores.assessor),
        cells=len(list(scores.cells())),
        of=labels * (labels - 1),
        share=_share(scores),
    )


def _share(scores: Scores) -> int:
    """How many of its cells are assessed, in percent; 0 where it has none."""
    return round(100 * (measures.coverage(scores) or 0))


def _are_comparable(matrices: Sequence[Scores]) -> bool:
    """Whether there are several, all on one scale."""
    return len(matrices) > 1 and len({scores.scale.name for scores in matrices}) == 1


def _agreement(matrices: Sequence[Scores]) -> Text:
    alpha = measures.agreement(matrices) if _are_comparable(matrices) else None
    if alpha is None:
        return note("no-alpha")
    sign = measures.agreement(matrices, agreement.ScaleLevel.SIGN)
    return note("alpha", alpha=alpha, sign="–" if sign is None else sign, n=len(matrices))


def assessor_name(graph: Graph, assessor: str) -> str:
    """What an assessor is called: the label of a body of the graph, else the name as it was typed."""
    return graph.label(assessor) if "/" in assessor else assessor


def _shown(graph: Graph, score: float) -> str:
    return numeral(plain(score, signed=True), graph.language)


def _exact(value: float) -> Text:
    return Text.of({language: numeral(plain(value), language) for language in LANGUAGES})


# What an action gives and takes


INTERACTION = (
    "assessor", "action", "given_positive", "given_negative", "given_net", "given_scored", "taken_positive",
    "taken_negative", "taken_net", "taken_scored", "contested", "itself", "direct", "second", "second_without", "rank",
    "best", "worst", "double_negatives",
)  # fmt: skip


def interaction(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """What each action gives and takes, positive and negative apart, with its second order and its rank."""
    every = matrices(graph, choice)
    rows = Rows()
    for scores in every:
        rows += _interaction_rows(graph, scores)
    notes = [note("null-is-not-0"), note("second-order")]
    return scored(graph, "interaction", every, INTERACTION, rows, notes)


def _interaction_rows(graph: Graph, scores: Scores) -> Rows:
    assessor = assessor_name(graph, scores.assessor)
    ranks = {rank.label: rank for rank in measures.ranks(scores)}
    sums = measures.sums(scores)
    rows = Rows()
    for (action, given, taken), order in zip(sums, measures.second_order(scores), strict=True):
        rank = ranks[action]
        is_contested = any(side.positive > 0 > side.negative for side in (given, taken))
        rows.append(
            (
                assessor,
                action,
                *given,
                *taken,
                is_contested,
                scores.own.get(action),
                order.direct,
                order.total,
                order.without_return,
                rank.place,
                rank.best,
                rank.worst,
                _paths(graph, order),
            )
        )
    return rows


def _paths(graph: Graph, order: measures.SecondOrder) -> str:
    """The ways on which two hindrances make a help: ``a → b → c (−1 × −2 = +2)``."""
    lines = []
    for path in order.double_negatives:
        names = map(vocabulary.key, (path.start, path.between, path.end))
        factors = f"{_shown(graph, path.score)} × {_shown(graph, path.further)}"
        product = _shown(graph, path.score * path.further)
        lines.append(f"{' → '.join(names)} ({factors} = {product})")
    return "; ".join(lines)


class _Ripple(NamedTuple):
    action: str
    plan: str | None
    assessor: str
    direct: float
    second: float
    second_without: float
    double_negatives: str


def ripple(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """How far the effect of each action reaches over one other, the greatest first."""
    every = matrices(graph, choice)
    rows = []
    for scores in every:
        assessor = assessor_name(graph, scores.assessor)
        for order in measures.second_order(scores):
            rows.append(
                _Ripple(
                    order.label,
                    graph.plan_of(order.label),
                    assessor,
                    order.direct,
                    order.total,
                    order.without_return,
                    _paths(graph, order),
                )
            )
    rows.sort(key=lambda row: (-(layout.number(row.second) or 0.0), row.action, row.assessor))
    return scored(graph, "ripple", every, _Ripple._fields, rows, [note("second-order")])


class _Opposition(NamedTuple):
    action: str
    plan: str | None
    other_action: str
    other_plan: str | None
    score: Mapping[str, float]
    assessor: str
    rationale: str | None


def opposed(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """The actions that were scored below 0, the lowest score first, with the reason where one was given."""
    every = matrices(graph, choice)
    rows = []
    # of equal scores of a cell, the assessors stand in the order of their keys
    for scores in sorted(every, key=lambda scores: scores.assessor):
        for source, target, score in scores.cells():
            if score < 0:
                rows.append(
                    _Opposition(
                        source,
                        graph.plan_of(source),
                        target,
                        graph.plan_of(target),
                        {"score": score},
                        assessor_name(graph, scores.assessor),
                        scores.rationale.get((source, target)),
                    )
                )
    rows.sort(key=lambda row: (row.score["score"], row.action, row.other_action))
    return scored(graph, "opposed", every, _Opposition._fields, rows)


# Between groups of actions


GROUPS = (
    "assessor",
    "group",
    "other_group",
    "positive",
    "negative",
    "net",
    "scored",
    "cells",
)


def groups(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """What the actions of one group do to those of another: of plans, or as a file groups them.

    Raises:
        ProjectError: a line of the file is no label and group, or a label of a matrix has none.
    """
    every = matrices(graph, choice)
    rows = Rows()
    for scores in every:
        assessor = assessor_name(graph, scores.assessor)
        group_of = _group_of(graph, scores, choice.scoring.groups)
        for block in measures.grouped(scores, group_of):
            sums = block.sums
            totals: tuple[float | None, ...] = (None, None, None)
            if sums.scored:
                totals = (sums.positive, sums.negative, sums.net)
            ends = (block.group, block.target_group)
            rows.append((assessor, *ends, *totals, sums.scored, block.cells))
    return scored(graph, "groups", every, GROUPS, rows)


def _group_of(graph: Graph, scores: Scores, file: Path | None) -> dict[str, str]:
    """The group of each label: what a file says, else the plan of an action; one without a plan is its own."""
    if file is None:
        return {label: graph.plan_of(label) or label for label in scores.labels}
    groups = {}
    written = _read_groups(file)
    for label in scores.labels:
        group = written.get(label) or written.get(vocabulary.key(label))
        if not group:
            raise ProjectError(
                "group-missing", place=Place(str(file)), remedy="add-group", label=label
            )
        groups[label] = group
    return groups


def _read_groups(file: Path) -> dict[str, str]:
    content = read_text(file).removeprefix("\ufeff")
    first_line = content.partition("\n")[0]
    reader = csv.reader(io.StringIO(content), delimiter=max(",;\t", key=first_line.count))
    groups = {}
    for line, cells in enumerate(reader, 1):
        if not any(cell.strip() for cell in cells):
            continue
        label, group, *more = (cell.strip() for cell in (*cells, ""))
        if not label or not group or any(more) or label in groups:
            raise ProjectError("group-line", place=Place(str(file), line), remedy="group-form")
        groups[label] = group
    return groups


# How far assessors agree


class _Disagreement(NamedTuple):
    action: str
    other_action: str
    mean_score: float
    lowest: Mapping[str, float]
    highest: Mapping[str, float]
    spread: Mapping[str, float]
    assessors: int
    opinions: str


def disagreement(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """The cells several people assessed, those they differ most on first; with everything, those of one too.

    Scores of different scales stand in rows of their own, never in one mean.
    """
    every = matrices(graph, choice)
    least = 1 if choice.everything else 2
    rows = []
    for scale in dict.fromkeys(scores.scale.name for scores in every):
        of_scale = [scores for scores in every if scores.scale.name == scale]
        for cell in measures.opinions(of_scale):
            if len(cell.scores) >= least:
                rows.append(_disagreement(graph, cell))
    rows.sort(key=lambda row: (-row.spread["spread"], row.action, row.other_action))
    return scored(graph, "disagreement", every, _Disagreement._fields, rows)


def _disagreement(graph: Graph, cell: measures.Opinions) -> _Disagreement:
    scores = cell.scores.values()
    lowest = min(scores)
    highest = max(scores)
    named = sorted((assessor_name(graph, body), score) for body, score in cell.scores.items())
    words = [f"{assessor} {_shown(graph, score)}" for assessor, score in named]
    return _Disagreement(
        cell.source,
        cell.target,
        sum(scores) / len(scores),
        {"lowest": lowest},
        {"highest": highest},
        {"spread": whole(layout.number(highest - lowest) or 0)},
        len(scores),
        "; ".join(words),
    )


AGREEMENT = ("difference", "alpha", "units", "values", "assessors")


def agreed(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """Krippendorff's alpha of the matrices at every level of a scale; no row unless several are on one scale."""
    every = matrices(graph, choice)
    if not _are_comparable(every):
        return scored(graph, "agreement", every, AGREEMENT, [])
    return scored(graph, "agreement", every, AGREEMENT, _alphas(every), [note("alpha-levels")])


def _alphas(matrices: Sequence[Scores]) -> Rows:
    shared = [cell.scores for cell in measures.opinions(matrices) if len(cell.scores) > 1]
    ratings = [[of_cell.get(scores.assessor) for of_cell in shared] for scores in matrices]
    is_signed = any((scores.values < 0).any() for scores in matrices)
    values = sum(map(len, shared))
    rows = Rows()
    for level in agreement.ScaleLevel:
        alpha = None
        # a ratio needs values from 0 up
        if level is not agreement.ScaleLevel.RATIO or not is_signed:
            alpha = agreement.alpha(ratings, level)
        rows.append((level, alpha, len(shared), values, len(matrices)))
    return rows


# What follows from scores: total influence, and chains


DEMATEL = (
    "assessor", "action", "given_positive", "given_negative", "taken_positive", "taken_negative", "prominence",
    "cause", "coverage",
)  # fmt: skip


def _measured(
    measure: Callable[[Scores], Measure], scores: Scores, choice: TableChoice, notes: list[Text]
) -> Measure | None:
    """What a measure gives for a matrix; None, with a note on why, where it refuses one of the graph.

    Raises:
        QueryError: it refuses a matrix in a file.
    """
    try:
        return measure(scores)
    except QueryError as error:
        if choice.files:
            raise
        notes.append(Text.of({language: error.say(language) for language in LANGUAGES}))
        return None


def influence(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """The total influence of each action, direct and indirect (DEMATEL).

    A matrix of the graph for which there is none is told in a note.

    Raises:
        QueryError: there is none for a matrix in a file.
    """
    every = matrices(graph, choice)
    rows = Rows()
    notes = [note("dematel")]
    for scores in every:
        vectors = _measured(measures.dematel, scores, choice, notes)
        if vectors is None:
            continue
        assessor = assessor_name(graph, scores.assessor)
        notes.append(note("divisor", assessor=assessor, divisor=_exact(vectors.divisor)))
        if vectors.coverage != 1:
            notes.append(note("incomplete", assessor=assessor, share=_share(scores)))
        if vectors.prominence is None:
            notes.append(note("no-prominence", assessor=assessor))
        rows += _influence_rows(assessor, vectors)
    return scored(graph, "dematel", every, DEMATEL, rows, notes)


def _influence_rows(assessor: str, vectors: measures.Dematel) -> Rows:
    columns = (
        vectors.given_positive,
        vectors.given_negative,
        vectors.taken_positive,
        vectors.taken_negative,
        vectors.prominence,
        vectors.relation,
    )
    rows = Rows()
    for place, action in enumerate(vectors.labels):
        values = [None if column is None else float(column[place]) for column in columns]
        rows.append((assessor, action, *values, vectors.coverage))
    return rows


class _Chained(NamedTuple):
    assessor: str
    action: str
    other_action: str
    score: Mapping[str, float | None]
    chained: float
    chains: int
    greatest: str


def chained(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """What each action does to another over all chains between them, the greatest sum of an assessor first.

    A matrix of the graph with too many chains is told in a note.

    Raises:
        QueryError: a matrix in a file has too many chains.
    """
    every = matrices(graph, choice)
    cut = measures.CUT if choice.scoring.cut is None else choice.scoring.cut
    rows = []
    notes = [note("chains")]
    for scores in every:
        effects = _measured(partial(measures.chains, cut=cut), scores, choice, notes)
        if effects is None:
            continue
        assessor = assessor_name(graph, scores.assessor)
        notes.append(
            note(
                "chain-count",
                assessor=assessor,
                n=effects.number,
                cut=_exact(cut),
                unit=_exact(effects.unit),
            )
        )
        if measures.coverage(scores) != 1:
            notes.append(note("incomplete", assessor=assessor, share=_share(scores)))
        rows += _chained_rows(graph, assessor, scores, effects)
    return scored(graph, "chains", every, _Chained._fields, rows, notes)


def _chained_rows(
    graph: Graph, assessor: str, scores: Scores, effects: measures.Chains
) -> list[_Chained]:
    places = {label: place for place, label in enumerate(effects.labels)}
    direct = {(source, target): score for source, target, score in scores.cells()}
    rows = []
    for (source, target), greatest in sorted(effects.greatest.items()):
        cell = (places[source], places[target])
        rows.append(
            _Chained(
                assessor,
                source,
                target,
                {"score": direct.get((source, target))},
                float(effects.total[cell]),
                int(effects.counts[cell]),
                "; ".join(_chain(graph, direct, chain) for chain in greatest),
            )
        )
    rows.sort(key=lambda row: -abs(layout.number(row.chained) or 0.0))
    return rows


def _chain(graph: Graph, direct: Mapping[measures.Cell, float], chain: measures.Chain) -> str:
    """A chain with its scores, so that two hindrances that make a help are seen: ``a → b → c (−1 × −2: +0.22)``."""
    names = " → ".join(map(vocabulary.key, chain.members))
    steps = " × ".join(_shown(graph, direct[step]) for step in pairwise(chain.members))
    return f"{names} ({steps}: {_shown(graph, round(chain.value, 3))})"
