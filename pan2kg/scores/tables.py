"""The tables of experts' scores: sums, second order, ranks, groups, ripples, opposition, and how far assessors agree.

Each is made of matrices in files, or of those the graph holds where no file is named.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from pan2kg.coherence import agreement
from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.graph.graph import Graph
from pan2kg.graph.scores import Scores, declaration, plain, whole
from pan2kg.i18n import LANGUAGES, Text, format_number
from pan2kg.project import read_text
from pan2kg.scores import measures
from pan2kg.scores.matrix import parse_scores
from pan2kg.tables import DEFAULT, Table, TableChoice, make, making, note
from pan2kg.turtle import vocabulary

FREE = "free"
"""The part of a choice that lets matrices name what is not in the graph."""
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
    return format_number(plain(score, signed=True), graph.language)


def _exact(value: float) -> Text:
    return Text.of({language: format_number(plain(value), language) for language in LANGUAGES})


# What an action gives and takes


class _Interaction(NamedTuple):
    assessor: str
    action: str
    given_positive: float
    given_negative: float
    given_net: float
    given_scored: int
    taken_positive: float
    taken_negative: float
    taken_net: float
    taken_scored: int
    contested: bool
    itself: float | None
    direct: float
    second: float
    second_without: float
    rank: int
    best: int | None
    worst: int | None
    double_negatives: str


def interaction(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """What each action gives and takes, positive and negative apart, with its second order and its rank."""
    every = matrices(graph, choice)
    rows = chain.from_iterable(_interaction_rows(graph, scores) for scores in every)
    notes = [note("null-is-not-0"), note("second-order")]
    return scored(graph, "interaction", every, _Interaction._fields, rows, notes)


def _interaction_rows(graph: Graph, scores: Scores) -> Iterator[_Interaction]:
    assessor = assessor_name(graph, scores.assessor)
    ranks = {rank.label: rank for rank in measures.ranks(scores)}
    sums = measures.sums(scores)
    for (action, given, taken), order in zip(sums, measures.second_order(scores), strict=True):
        rank = ranks[action]
        yield _Interaction(
            assessor,
            action,
            *given,
            *taken,
            contested=any(side.positive > 0 > side.negative for side in (given, taken)),
            itself=scores.own.get(action),
            direct=order.direct,
            second=order.total,
            second_without=order.without_return,
            rank=rank.place,
            best=rank.best,
            worst=rank.worst,
            double_negatives=_paths(graph, order),
        )


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
    rows.sort(key=lambda row: (-(making.number(row.second) or 0.0), row.action, row.assessor))
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


class _GroupEffect(NamedTuple):
    """What a group does to another; the sums are None where no cell is scored."""

    assessor: str
    group: str
    other_group: str
    positive: float | None
    negative: float | None
    net: float | None
    scored: int
    cells: int


def groups(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """What the actions of one group do to those of another: of plans, or as a file groups them.

    Raises:
        ProjectError: a line of the file is no label and group, or a label of a matrix has none.
    """
    every = matrices(graph, choice)
    rows = []
    for scores in every:
        assessor = assessor_name(graph, scores.assessor)
        group_of = _group_of(graph, scores, choice.scoring.groups)
        for group, target_group, sums, cells in measures.grouped(scores, group_of):
            row = _GroupEffect(assessor, group, target_group, *sums, cells)
            if not sums.scored:
                row = row._replace(positive=None, negative=None, net=None)
            rows.append(row)
    return scored(graph, "groups", every, _GroupEffect._fields, rows)


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
        {"spread": whole(making.number(highest - lowest) or 0)},
        len(scores),
        "; ".join(words),
    )


class _Alpha(NamedTuple):
    """How far assessors agree at a level of a scale: over so many cells, which hold so many scores."""

    difference: agreement.ScaleLevel
    alpha: float | None
    units: int
    values: int
    assessors: int


def agreed(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """Krippendorff's alpha of the matrices at every level of a scale; no row unless several are on one scale."""
    every = matrices(graph, choice)
    if not _are_comparable(every):
        return scored(graph, "agreement", every, _Alpha._fields, [])
    notes = [note("alpha-levels")]
    return scored(graph, "agreement", every, _Alpha._fields, _alphas(every), notes)


def _alphas(matrices: Sequence[Scores]) -> Iterator[_Alpha]:
    shared = [cell.scores for cell in measures.opinions(matrices) if len(cell.scores) > 1]
    ratings = [[of_cell.get(scores.assessor) for of_cell in shared] for scores in matrices]
    is_signed = any((scores.values < 0).any() for scores in matrices)
    values = sum(map(len, shared))
    for level in agreement.ScaleLevel:
        alpha = None
        # a ratio needs values from 0 up
        if level is not agreement.ScaleLevel.RATIO or not is_signed:
            alpha = agreement.alpha(ratings, level)
        yield _Alpha(level, alpha, len(shared), values, len(matrices))


# What follows from scores: total influence, and chains


class _MeasuredMatrix(NamedTuple, Generic[Measure]):
    """A matrix, what its assessor is called, and what a measure gives for it."""

    scores: Scores
    assessor: str
    measured: Measure

    def incomplete(self) -> list[Text]:
        """A note where not all of its cells are assessed."""
        if measures.coverage(self.scores) == 1:
            return []
        return [note("incomplete", assessor=self.assessor, share=_share(self.scores))]


def _measured(
    graph: Graph,
    choice: TableChoice,
    matrices: Iterable[Scores],
    measure: Callable[[Scores], Measure],
    notes: list[Text],
) -> Iterator[_MeasuredMatrix[Measure]]:
    """The matrices with what a measure gives for each; why it refuses one of the graph is added to the notes.

    Raises:
        QueryError: it refuses a matrix in a file.
    """
    for scores in matrices:
        try:
            measured = measure(scores)
        except QueryError as error:
            if choice.files:
                raise
            notes.append(Text.of({language: error.say(language) for language in LANGUAGES}))
        else:
            yield _MeasuredMatrix(scores, assessor_name(graph, scores.assessor), measured)


class _Influence(NamedTuple):
    assessor: str
    action: str
    given_positive: float | None
    given_negative: float | None
    taken_positive: float | None
    taken_negative: float | None
    prominence: float | None
    cause: float | None
    coverage: float | None


def influence(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """The total influence of each action, direct and indirect (DEMATEL).

    A matrix of the graph for which there is none is told in a note.

    Raises:
        QueryError: there is none for a matrix in a file.
    """
    every = matrices(graph, choice)
    rows = list[_Influence]()
    notes = [note("dematel")]
    for matrix in _measured(graph, choice, every, measures.dematel, notes):
        assessor = matrix.assessor
        vectors = matrix.measured
        notes.append(note("divisor", assessor=assessor, divisor=_exact(vectors.divisor)))
        notes += matrix.incomplete()
        if vectors.prominence is None:
            notes.append(note("no-prominence", assessor=assessor))
        rows += _influence_rows(assessor, vectors)
    return scored(graph, "dematel", every, _Influence._fields, rows, notes)


def _influence_rows(assessor: str, vectors: measures.Dematel) -> Iterator[_Influence]:
    columns = {
        "given_positive": vectors.given_positive,
        "given_negative": vectors.given_negative,
        "taken_positive": vectors.taken_positive,
        "taken_negative": vectors.taken_negative,
        "prominence": vectors.prominence,
        "cause": vectors.relation,
    }
    for place, action in enumerate(vectors.labels):
        values = {}
        for name, column in columns.items():
            values[name] = None if column is None else float(column[place])
        yield _Influence(assessor, action, coverage=vectors.coverage, **values)


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
    for matrix in _measured(graph, choice, every, partial(measures.chains, cut=cut), notes):
        effects = matrix.measured
        notes.append(
            note(
                "chain-count",
                assessor=matrix.assessor,
                n=effects.number,
                cut=_exact(cut),
                unit=_exact(effects.unit),
            )
        )
        notes += matrix.incomplete()
        rows += _chained_rows(graph, matrix)
    return scored(graph, "chains", every, _Chained._fields, rows, notes)


def _chained_rows(graph: Graph, matrix: _MeasuredMatrix[measures.Chains]) -> list[_Chained]:
    effects = matrix.measured
    places = {label: place for place, label in enumerate(effects.labels)}
    direct = {(source, target): score for source, target, score in matrix.scores.cells()}
    rows = []
    for (source, target), greatest in sorted(effects.greatest.items()):
        cell = (places[source], places[target])
        rows.append(
            _Chained(
                matrix.assessor,
                source,
                target,
                {"score": direct.get((source, target))},
                float(effects.total[cell]),
                int(effects.counts[cell]),
                "; ".join(_chain(graph, direct, effect) for effect in greatest),
            )
        )
    rows.sort(key=lambda row: -abs(making.number(row.chained) or 0.0))
    return rows


def _chain(graph: Graph, direct: Mapping[measures.Cell, float], effect: measures.Chain) -> str:
    """A chain with its scores, so that two hindrances that make a help are seen: ``a → b → c (−1 × −2: +0.22)``."""
    names = " → ".join(map(vocabulary.key, effect.members))
    steps = " × ".join(_shown(graph, direct[step]) for step in pairwise(effect.members))
    return f"{names} ({steps}: {_shown(graph, round(effect.value, 3))})"
