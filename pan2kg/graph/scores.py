"""Interaction scores as the graph holds them: their scales, a matrix an assessor and scale, and sums of pairs of plans.

How scores are typed and entered, and all that follows from them, stands beside the core, in
:mod:`pan2kg.scores`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np

from pan2kg.coherence.texts import Floats
from pan2kg.store import Store, program_query, text_rows
from pan2kg.turtle.vocabulary import key

SCALE: Final = "nilsson-2016"
"""Seven steps from −3 (cancelling) to +3 (indivisible): Nilsson, M., Griggs, D. & Visbeck, M. (2016).
Map the interactions between Sustainable Development Goals. Nature 534, 320–322."""
LOWEST: Final = -3
HIGHEST: Final = 3


class Scale(NamedTuple):
    """What scores may be: from ``lowest`` to ``highest``, None where there is no bound, by ``step``, None for any.

    ``name`` is what links are said to be scored on: two scales of one name are one scale.
    """

    lowest: float | None = LOWEST
    highest: float | None = HIGHEST
    step: float | None = 1
    name: str = SCALE

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
        if self.step is not None and abs(score / self.step - round(score / self.step)) >= 1e-9:
            return "step"
        is_below = self.lowest is not None and score < self.lowest
        is_above = self.highest is not None and score > self.highest
        return "outside" if is_below or is_above else ""


DEFAULT: Final = Scale()


def scale_between(lowest: float | None, highest: float | None, *, decimal: bool = False) -> Scale:
    """The scale of these bounds; from −3 to +3 in whole numbers it is that of Nilsson et al.

    >>> scale_between(-4, 4, decimal=True).name, scale_between(None, None).name, scale_between(-3, 3).name
    ('minus-4-to-4-decimal', 'count', 'nilsson-2016')
    """
    step = None if decimal else 1
    if (lowest, highest, step) == (LOWEST, HIGHEST, 1):
        return DEFAULT
    name = declaration(Scale(lowest, highest, step)).replace("..", "-to-").replace(" ", "-")
    return Scale(lowest, highest, step, re.sub(r"(^|(?<=to-))-", "minus-", name))


def declaration(scale: Scale, *, shown: bool = False) -> str:
    """A scale as it is declared in a file, or as a reader is shown it.

    >>> declaration(Scale()), declaration(Scale(0, 1, None)), declaration(Scale(), shown=True)
    ('-3..3', '0..1 decimal', '−3…+3')
    >>> declaration(Scale(None, None))
    'count'
    """
    bounds = "count"
    if scale.lowest is not None and scale.highest is not None:
        bounds = ("…" if shown else "..").join(
            plain(bound, signed=shown) for bound in (scale.lowest, scale.highest)
        )
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
    rationale: Mapping[tuple[str, str], str] = field(default_factory=dict)
    own: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.labels)
        if self.values.shape != (n, n) or not np.isnan(np.diagonal(self.values)).all():
            raise ValueError("scores need a square matrix with nothing on its diagonal")

    def cells(self) -> Iterator[tuple[str, str, float]]:
        """What was assessed, by row and column: what acts, on what, and the score.

        >>> list(scores_of({("b", "a"): -1, ("a", "b"): 2}).cells())
        [('a', 'b', 2), ('b', 'a', -1)]
        """
        for i, j in np.argwhere(~np.isnan(self.values)).tolist():
            yield self.labels[i], self.labels[j], whole(self.values[i, j])


def scores_of(
    cells: Mapping[tuple[str, str], float],
    *,
    labels: Collection[str] = (),
    assessor: str = "",
    scale: Scale = DEFAULT,
    rationale: Mapping[tuple[str, str], str] | None = None,
) -> Scores:
    """The matrix of the given cells; labels are sorted, those without a cell may be given too.

    >>> scores_of({("a", "b"): -2}).values.tolist()
    [[nan, -2.0], [nan, nan]]
    """
    names = sorted({*labels, *(end for pair in cells for end in pair)})
    place = {name: at for at, name in enumerate(names)}
    values = np.full((len(names), len(names)), np.nan)
    for (source, target), score in cells.items():
        if source == target or scale.fault(score):
            raise ValueError(f"{source} on {target}: {score}")
        values[place[source], place[target]] = score
    return Scores(tuple(names), values, assessor, scale, rationale or {})


_DECIMAL: Final = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")


def read_scales(store: Store) -> dict[str, Scale]:
    """The scales the graph declares, by IRI."""
    scales: dict[str, Scale] = {}
    for iri, *bounds in text_rows(store, program_query("coherence/scales")):
        lowest, highest, step = map(_number, bounds)
        scales.setdefault(iri, Scale(lowest, highest, step, key(iri)))
    return scales


class _Assessed(NamedTuple):
    """The cells of a matrix: their scores, and the reasons, empty where none was given."""

    scores: dict[tuple[str, str], float]
    reasons: dict[tuple[str, str], str]


def read_matrices(store: Store) -> tuple[Scores, ...]:
    """The accepted interaction scores, one matrix an assessor and scale, by scale and assessor.

    A scale that is only named is that of the first version, whole numbers from −3 to +3. What is
    outside the scale, or of something on itself, is left out; the check of the graph reports it.
    """
    scales = read_scales(store)
    by_matrix: dict[tuple[str, str], _Assessed] = {}
    for _, source, target, text, name, assessor, reason in text_rows(
        store, program_query("coherence/scores")
    ):
        scale = scales.setdefault(name, Scale(name=name))
        score = _number(text)
        if source == target or score is None or scale.fault(score):
            continue
        assessed = by_matrix.setdefault((name, assessor), _Assessed({}, {}))
        assessed.scores.setdefault((source, target), score)
        assessed.reasons.setdefault((source, target), reason)
    matrices = []
    for (name, assessor), assessed in sorted(by_matrix.items()):
        reasons = {cell: reason for cell, reason in assessed.reasons.items() if reason}
        matrices.append(
            scores_of(assessed.scores, assessor=assessor, scale=scales[name], rationale=reasons)
        )
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
    usual = (DEFAULT.lowest, DEFAULT.highest)
    if len({scores.scale[:2] for scores in every}) < 2:
        return every
    return tuple(scores for scores in every if scores.scale[:2] == usual)


def judged(
    home: Mapping[str, str], matrices: Iterable[Scores]
) -> dict[tuple[str, str], tuple[float, float, int]]:
    """Experts' scores between the actions of each pair of plans of which any are known, by their IRIs in order.

    Both ways: the positive and the negative apart, and of how many cells. Scores on several scales
    have no sum: then only those from −3 to +3 are taken. Where several assessed a cell, their
    positive and negative scores are averaged each for itself.

    >>> home = {"a": "p1", "b": "p2", "c": "p2"}
    >>> judged(home, [scores_of({("a", "b"): 3, ("b", "a"): -1, ("b", "c"): 2})])
    {('p1', 'p2'): (3.0, -1.0, 2)}

    Source: it follows the cross-impact matrices of Weitz et al. (2018), Sustainability Science 13,
        531–548.
    """
    opinions: dict[tuple[str, str], dict[tuple[str, str], list[float]]] = {}
    for matrix in summable(matrices):
        for source, target, score in matrix.cells():
            ends = (home.get(source), home.get(target))
            if None not in ends and ends[0] != ends[1]:
                pair = min(home[source], home[target]), max(home[source], home[target])
                opinions.setdefault(pair, {}).setdefault((source, target), []).append(score)
    by_pair = {}
    for pair, cells in opinions.items():
        positive = 0.0
        negative = 0.0
        for scores in cells.values():
            positive += sum(max(score, 0) for score in scores) / len(scores)
            negative += sum(min(score, 0) for score in scores) / len(scores)
        by_pair[pair] = positive, negative, len(cells)
    return by_pair
