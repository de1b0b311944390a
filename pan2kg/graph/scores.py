"""Interaction scores as the graph holds them: their scales, a matrix an assessor and scale, and sums of pairs of plans.

How scores are typed and entered, and all that follows from them, stands beside the core, in
:mod:`pan2kg.scores`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from pan2kg.coherence.texts import Floats
from pan2kg.store import Store, program_query, text_rows
from pan2kg.turtle.vocabulary import key

SCALE = "nilsson-2016"
"""Seven steps from −3 (cancelling) to +3 (indivisible): Nilsson, M., Griggs, D. & Visbeck, M. (2016).
Map the interactions between Sustainable Development Goals. Nature 534, 320–322."""
LOWEST = -3
HIGHEST = 3
_SAME_STEP = 1e-9
"""So far from a whole number of steps a score may be, since decimals are not exact in floating point."""

Cell = tuple[str, str]
"""The labels of a row and a column: what acts, and on what."""


class Scale(NamedTuple):
    """What scores may be: from ``lowest`` to ``highest``, None where there is no bound, by ``step``, None for any.

    ``name`` is what links are said to be scored on: two scales of one name are one scale.
    """

    lowest: float | None = LOWEST
    highest: float | None = HIGHEST
    step: float | None = 1
    name: str = SCALE

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """The lowest and the highest score; None where there is no bound."""
        return self.lowest, self.highest

    @property
    def is_whole(self) -> bool:
        """Whether scores are whole numbers.

        >>> Scale().is_whole, Scale(0, 1, None).is_whole
        (True, False)
        """
        return self.step is not None and float(self.step).is_integer()

    def fault(self, score: float) -> str:
        """Why a score is none of the scale: ``step``, ``outside``, or nothing where it is one.

        >>> Scale().fault(0.5), Scale().fault(4), Scale().fault(-3), Scale(None, None).fault(400)
        ('step', 'outside', '', '')
        """
        if self.step is not None:
            steps = score / self.step
            if abs(steps - round(steps)) >= _SAME_STEP:
                return "step"
        if self.lowest is not None and score < self.lowest:
            return "outside"
        if self.highest is not None and score > self.highest:
            return "outside"
        return ""


DEFAULT = Scale()


def scale_between(lowest: float | None, highest: float | None, *, decimal: bool = False) -> Scale:
    """The scale of these bounds; from −3 to +3 in whole numbers it is that of Nilsson et al.

    >>> scale_between(-4, 4, decimal=True).name, scale_between(None, None).name, scale_between(-3, 3).name
    ('minus-4-to-4-decimal', 'count', 'nilsson-2016')
    """
    scale = Scale(lowest, highest, None if decimal else 1)
    if scale == DEFAULT:
        return DEFAULT
    words = declaration(scale).replace("..", "-to-").replace(" ", "-")
    # a minus stands at the beginning or behind « to- »: the other hyphens join words
    return scale._replace(name=re.sub(r"(^|(?<=to-))-", "minus-", words))


def declaration(scale: Scale, *, shown: bool = False) -> str:
    """A scale as it is declared in a file, or as a reader is shown it.

    >>> declaration(Scale()), declaration(Scale(0, 1, None)), declaration(Scale(), shown=True)
    ('-3..3', '0..1 decimal', '−3…+3')
    >>> declaration(Scale(None, None))
    'count'
    """
    if scale.lowest is None or scale.highest is None:
        bounds = "count"
    else:
        between = "…" if shown else ".."
        lowest = plain(scale.lowest, signed=shown)
        bounds = f"{lowest}{between}{plain(scale.highest, signed=shown)}"
    return bounds if shown or scale.is_whole else f"{bounds} decimal"


def whole(score: float) -> float:
    """A score as a whole number where it is one.

    >>> whole(2.0), whole(-1.5)
    (2, -1.5)
    """
    return int(score) if float(score).is_integer() else float(score)


def plain(score: float, *, signed: bool = False) -> str:
    """A score as it is typed and stored, never with an exponent, or as it is shown, with its sign.

    >>> plain(2.0), plain(-1.5), plain(0.000001), plain(2, signed=True), plain(-1, signed=True)
    ('2', '-1.5', '0.000001', '+2', '−1')
    """
    text = format(Decimal(str(whole(score))), "f")
    if not signed:
        return text
    return ("+" if score > 0 else "") + text.replace("-", "−")


class AssessedEffect(NamedTuple):
    """The score of what ``source`` does to ``target``."""

    source: str
    target: str
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One assessor's matrix: ``values[i, j]`` is the effect of label i on label j, NaN where not assessed.

    The diagonal is never assessed: what was said of a label's effect on itself is kept apart in
    ``own`` and enters no figure. ``rationale`` holds the reasons given, by (row label, column
    label).
    """

    labels: tuple[str, ...]
    values: Floats
    assessor: str = ""
    scale: Scale = DEFAULT
    rationale: Mapping[Cell, str] = field(default_factory=dict)
    own: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        size = len(self.labels)
        if self.values.shape != (size, size) or not np.isnan(np.diagonal(self.values)).all():
            raise ValueError("scores need a square matrix with nothing on its diagonal")

    def cells(self) -> Iterator[AssessedEffect]:
        """What was assessed, by row and column.

        >>> [tuple(effect) for effect in scores_of({("b", "a"): -1, ("a", "b"): 2}).cells()]
        [('a', 'b', 2), ('b', 'a', -1)]
        """
        for row, column in np.argwhere(~np.isnan(self.values)).tolist():
            score = whole(self.values[row, column])
            yield AssessedEffect(self.labels[row], self.labels[column], score)


def scores_of(
    cells: Mapping[Cell, float],
    *,
    labels: Collection[str] = (),
    assessor: str = "",
    scale: Scale = DEFAULT,
    rationale: Mapping[Cell, str] | None = None,
) -> Scores:
    """The matrix of the given cells; labels are sorted, those without a cell may be given too.

    >>> scores_of({("a", "b"): -2}).values.tolist()
    [[nan, -2.0], [nan, nan]]
    """
    names = sorted({*labels, *(end for pair in cells for end in pair)})
    index = {name: number for number, name in enumerate(names)}
    values = np.full((len(names), len(names)), np.nan)
    for (source, target), score in cells.items():
        if source == target or scale.fault(score):
            raise ValueError(f"{source} on {target}: {score}")
        values[index[source], index[target]] = score
    return Scores(tuple(names), values, assessor, scale, rationale or {})


_DECIMAL = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")


def read_scales(store: Store) -> dict[str, Scale]:
    """The scales the graph declares, by IRI."""
    scales: dict[str, Scale] = {}
    for iri, *bounds in text_rows(store, program_query("coherence/scales")):
        lowest, highest, step = map(_number, bounds)
        scales.setdefault(iri, Scale(lowest, highest, step, key(iri)))
    return scales


class _MatrixCells(NamedTuple):
    """The cells of a matrix by row and column label: their scores, and the reasons, empty where none was given."""

    scores: dict[Cell, float]
    reasons: dict[Cell, str]


def read_matrices(store: Store) -> tuple[Scores, ...]:
    """The accepted interaction scores, one matrix an assessor and scale, by scale and assessor.

    A scale that is only named is that of the first version, whole numbers from −3 to +3. What is
    outside the scale, or of something on itself, is left out; the check of the graph reports it.
    """
    scales = read_scales(store)
    by_matrix: dict[tuple[str, str], _MatrixCells] = {}
    rows = text_rows(store, program_query("coherence/scores"))
    for _, source, target, text, scale_name, assessor, reason in rows:
        scale = scales.setdefault(scale_name, Scale(name=scale_name))
        score = _number(text)
        if source == target or score is None or scale.fault(score):
            continue
        cells = by_matrix.setdefault((scale_name, assessor), _MatrixCells({}, {}))
        cells.scores.setdefault((source, target), score)
        cells.reasons.setdefault((source, target), reason)
    matrices = []
    for (scale_name, assessor), cells in sorted(by_matrix.items()):
        reasons = {cell: reason for cell, reason in cells.reasons.items() if reason}
        scale = scales[scale_name]
        matrices.append(scores_of(cells.scores, assessor=assessor, scale=scale, rationale=reasons))
    return tuple(matrices)


def _number(text: str) -> float | None:
    return float(text) if _DECIMAL.fullmatch(text) else None


def summable(matrices: Iterable[Scores]) -> tuple[Scores, ...]:
    """The matrices whose scores can be added up: all where they have the same bounds, else those from −3 to +3.

    >>> mine = scores_of({("a", "b"): 2})
    >>> other = scores_of({("a", "b"): 7}, scale=scale_between(0, 10))
    >>> len(summable([other])), summable([mine, other]) == (mine,)
    (1, True)
    """
    every = tuple(matrices)
    if len({scores.scale.bounds for scores in every}) < 2:
        return every
    return tuple(scores for scores in every if scores.scale.bounds == DEFAULT.bounds)


class PairSum(NamedTuple):
    """What experts scored between the actions of two plans, both ways: the sums, and of how many cells."""

    positive: float
    negative: float
    cells: int


def judged(home: Mapping[str, str], matrices: Iterable[Scores]) -> dict[tuple[str, str], PairSum]:
    """Experts' scores between the actions of each pair of plans of which any are known, by their IRIs in order.

    ``home`` is the plan of each action. Scores on several scales have no sum: then only those from
    −3 to +3 are taken. Where several assessed a cell, their positive and negative scores are averaged
    each for itself.

    >>> home = {"a": "p1", "b": "p2", "c": "p2"}
    >>> judged(home, [scores_of({("a", "b"): 3, ("b", "a"): -1, ("b", "c"): 2})])
    {('p1', 'p2'): PairSum(positive=3.0, negative=-1.0, cells=2)}

    Source: it follows the cross-impact matrices of Weitz et al. (2018), Sustainability Science 13,
        531–548.
    """
    opinions: dict[tuple[str, str], dict[Cell, list[float]]] = {}
    for matrix in summable(matrices):
        for source, target, score in matrix.cells():
            if source not in home or target not in home or home[source] == home[target]:
                continue
            pair = min(home[source], home[target]), max(home[source], home[target])
            opinions.setdefault(pair, {}).setdefault((source, target), []).append(score)
    return {pair: _sum(cells.values()) for pair, cells in opinions.items()}


def _sum(opinions: Collection[Sequence[float]]) -> PairSum:
    """The sum of cells, each with the scores that several gave it."""
    positive = 0.0
    negative = 0.0
    for scores in opinions:
        positive += sum(max(score, 0) for score in scores) / len(scores)
        negative += sum(min(score, 0) for score in scores) / len(scores)
    return PairSum(positive, negative, len(opinions))
