"""One edition of a plan and the next, on the same weights; and how similar two titles are.

Similar titles are no source of links: among five that are nearest, hardly one is a link that is known. They only put
what a person is looking for near the beginning of a list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from pan2kg.coherence.evidence import Level
from pan2kg.errors import QueryError

if TYPE_CHECKING:
    from pan2kg.coherence.known import Known
    from pan2kg.coherence.weight import Weight


RUNS: Final = (3, 4, 5)
"""Of how many characters the runs are that are compared."""


def nearest(title: str, titles: Sequence[str]) -> list[int]:
    """The places of some titles, the most similar to ``title`` first; those equally near stay in their order.

    >>> nearest("Former les juges", ["Acheter durable", "Formation des juges", "Juger"])
    [1, 2, 0]
    >>> nearest("Former", [])
    []
    """
    return Titles.read(titles).nearest(title)


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles to be put in order: the weights of their runs as a sparse matrix, in the order of titles.

    A title is the vector of its runs of characters with weights tf · (ln((1 + N)/(1 + df)) + 1) over these N titles;
    similarity is the cosine. Case makes no difference. It is made once for a list, and asked for each title that is
    looked for: that is one product of the matrix with a vector.

    Source: the weighting of Salton, G. and Buckley, C. (1988), Term-weighting approaches in automatic text retrieval,
    with the smoothed idf that is usual for short texts.
    """

    number: Mapping[str, int]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    weight: NDArray[np.float64]
    weighed: NDArray[np.float64]
    lengths: NDArray[np.float64]

    @classmethod
    def read(cls, titles: Sequence[str]) -> Titles:
        """The titles of a list."""
        runs_of = [_runs(title) for title in titles]
        number = {run: place for place, run in enumerate(dict.fromkeys(run for runs in runs_of for run in runs))}
        rows = np.array([row for row, runs in enumerate(runs_of) for _ in runs], dtype=np.intp)
        columns = np.array([number[run] for runs in runs_of for run in runs], dtype=np.intp)
        counts = np.array([count for runs in runs_of for count in runs.values()], dtype=np.float64)
        spread = np.bincount(columns, minlength=len(number))
        weight = np.log((1 + len(titles)) / (1 + spread)) + 1
        weighed = counts * weight[columns]
        return cls(number, rows, columns, weight, weighed, np.sqrt(np.bincount(rows, weighed**2, len(titles))))

    def nearest(self, title: str, most: int | None = None) -> list[int]:
        """The places of the titles, the most similar first; ``most`` of them, or all.

        >>> Titles.read(["Acheter durable", "Formation des juges", "Juger"]).nearest("Former les juges", 2)
        [1, 2]
        """
        of_title = np.zeros(len(self.number))
        for run, count in _runs(title).items():
            if run in self.number:
                of_title[self.number[run]] = count * self.weight[self.number[run]]
        shared = np.bincount(self.rows, self.weighed * of_title[self.columns], minlength=len(self.lengths))
        likeness = np.divide(shared, self.lengths, out=np.zeros(len(self.lengths)), where=self.lengths > 0)
        return [int(place) for place in np.argsort(-likeness, kind="stable")[:most]]


def _runs(title: str) -> Counter[str]:
    """The runs of a title, which begins and ends with a blank."""
    words = f" {' '.join(title.casefold().split())} "
    return Counter(words[at : at + size] for size in RUNS for at in range(len(words) - size + 1))


_EXTENDING = frozenset({"extends", "merges", "splits", "complements", "builds-on"})


class Ground(StrEnum):
    """On what an alignment of two actions rests; a suggestion is for a person to look at, and decides nothing."""

    STATED = "stated"
    CONCLUDED = "concluded"
    SUGGESTED = "suggested"


@dataclass(frozen=True, slots=True)
class Succession:
    """An action of a later edition that takes up one of an earlier, and how (the key of the relation)."""

    later: str
    earlier: str
    relation: str = "continues"
    level: Level | None = Level.PLAN

    @property
    def ground(self) -> Ground:
        """On what it rests: what a document states, what the editors concluded, what a program found."""
        if self.level is Level.MACHINE:
            return Ground.SUGGESTED
        return Ground.STATED if self.level and self.level < Level.EDITORS else Ground.CONCLUDED


class Fate(StrEnum):
    """What became of an action from one edition to the next."""

    RETAINED = "retained"
    EXTENDED = "extended"
    DROPPED = "dropped"
    NEW = "new"
    NOT_SEEN = "not-seen"
    NOT_ASSESSED = "not-assessed"


@dataclass(frozen=True, slots=True)
class Taken:
    """An action of either edition, its fate, and its counterparts in the other.

    ``ground`` is the firmest of what aligns them, None where nothing does; ``similar`` is the action of the other
    edition with the most similar title, where each is the most similar of the other: a suggestion, and no counterpart.
    """

    action: str
    fate: Fate
    others: tuple[str, ...]
    ground: Ground | None = None
    similar: str = ""


def fates(
    home: Mapping[str, str], base: str, new: str, successions: Iterable[Succession], *, is_read: bool = True
) -> tuple[Taken, ...]:
    """The actions of the base edition as retained, extended or dropped, those of the new one that are new.

    ``home`` gives the plan of each action. Where no succession between actions of the two is recorded at all, nothing
    can be said: « not assessed ». Unless both lists are complete and the new edition was read to its end for what it
    refers to (``is_read``), an action without a counterpart is neither dropped nor new: none was seen. What a program
    only suggests aligns nothing.

    Source: this project's definition.

    >>> home = {"a1": "p", "a2": "p", "b1": "q", "b2": "q"}
    >>> [(row.action, row.fate.value) for row in fates(home, "p", "q", [Succession("b1", "a1")])]
    [('a1', 'retained'), ('a2', 'dropped'), ('b2', 'new')]
    """
    early, late = ({action for action, plan in home.items() if plan == wanted} for wanted in (base, new))
    between = [one for one in successions if one.earlier in early and one.later in late]
    kept = [one for one in between if one.ground is not Ground.SUGGESTED]
    kept.sort(key=lambda one: (one.earlier, one.later, one.relation))
    alone = (Fate.DROPPED, Fate.NEW) if is_read else (Fate.NOT_SEEN, Fate.NOT_SEEN)
    if not kept:
        alone = (Fate.NOT_ASSESSED, Fate.NOT_ASSESSED)
    rows = [_fate(action, [one for one in kept if one.earlier == action], alone[0]) for action in sorted(early)]
    rows += [Taken(action, alone[1], ()) for action in sorted(late - {one.later for one in kept})]
    return tuple(rows)


def _fate(action: str, found: Sequence[Succession], alone: Fate) -> Taken:
    others = tuple(dict.fromkeys(one.later for one in found))
    if not others:
        return Taken(action, alone, ())
    extended = len(others) > 1 or any(one.relation in _EXTENDING for one in found)
    ground = Ground.STATED if any(one.ground is Ground.STATED for one in found) else Ground.CONCLUDED
    return Taken(action, Fate.EXTENDED if extended else Fate.RETAINED, others, ground)


def suggested(rows: Iterable[Taken], base: Mapping[str, str], new: Mapping[str, str]) -> tuple[Taken, ...]:
    """The same with suggestions for the actions without a counterpart, by their titles in one language.

    Two titles suggest each other where each is the most similar of the other edition's: that aligns nothing.

    >>> rows = [Taken("a", Fate.NOT_SEEN, ()), Taken("b", Fate.NOT_SEEN, ())]
    >>> [row.similar for row in suggested(rows, {"a": "Train judges"}, {"b": "Training of judges", "c": "Buy fairly"})]
    ['b', 'a']
    """
    found: dict[str, str] = {}
    if base and new:
        there, back = _nearest(base, new), _nearest(new, base)
        pairs = [(one, two) for one, two in there.items() if back[two] == one]
        found = dict(pairs) | {two: one for one, two in pairs}
    return tuple(row if row.others else replace(row, similar=found.get(row.action, "")) for row in rows)


def _nearest(titles: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """For each title the most similar of some others, the first of equals."""
    named = sorted(others)
    listed = Titles.read([others[one] for one in named])
    return {one: named[listed.nearest(title, 1)[0]] for one, title in titles.items()}


def retention(rows: Iterable[Taken]) -> float | None:
    """(retained + extended) / actions of the base edition, in [0,1].

    None where it was not assessed, or not read to its end.

    >>> retention([Taken("a", Fate.RETAINED, ("b",)), Taken("c", Fate.DROPPED, ()), Taken("d", Fate.NEW, ())])
    0.5
    """
    base = [row.fate for row in rows if row.fate is not Fate.NEW]
    if not base or Fate.NOT_ASSESSED in base or Fate.NOT_SEEN in base:
        return None
    return sum(fate is not Fate.DROPPED for fate in base) / len(base)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two editions against one other plan: what each shares with it, in bits by the same weights.

    ``added`` and ``removed`` are the texts that are not general which one edition only shares with it.
    """

    other: str
    base: Weight
    new: Weight
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def is_linked(self) -> bool:
        """Whether either edition shares a text with the other plan."""
        return self.base.low > 0 or self.new.low > 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two editions side by side; ``texts`` counts the texts known of each, ``actions`` their actions.

    A better annotated plan looks more coherent: both are told beside what changed.
    """

    rows: tuple[Compared, ...]
    texts: tuple[int, int]
    actions: tuple[int, int]


def compare(made: Known, base: str, new: str) -> Comparison:
    """Two editions of a plan, by IRI, against every other plan, at a level.

    Both are weighed by the weights of this graph, so that only what they name differs: the fixed-base principle of
    index numbers.

    Source: ILO et al. (2004). Consumer Price Index Manual: Theory and Practice, ch. 15 (Laspeyres).

    Raises:
        QueryError: the same plan twice.

    >>> from pan2kg.coherence.evidence import Level
    >>> from pan2kg.coherence.known import Tables, known
    >>> from pan2kg.coherence.texts import Use, Works
    >>> works = Works(("p1", "p2", "q"), {})
    >>> uses = (("p1", "K"), ("p2", "L"), ("q", "K"), ("q", "L"))
    >>> found = compare(known(Tables(works, tuple(Use(*pair, 1.0, Level.PLAN) for pair in uses))), "p1", "p2")
    >>> [(row.other, row.added, row.removed) for row in found.rows], found.texts
    ([('q', ('L',), ('K',))], (1, 1))
    """
    if base == new:
        raise QueryError("same-plan", remedy="give-two-editions", base=base, new=new)
    works = made.tables.works
    rows = tuple(_compared(made, base, new, other) for other in works.plans if other not in (base, new))
    named = [{use.text for use in made.uses if works.home.get(use.work, use.work) == plan} for plan in (base, new)]
    sizes = [sum(home == plan for home in works.home.values()) for plan in (base, new)]
    return Comparison(rows, (len(named[0]), len(named[1])), (sizes[0], sizes[1]))


def _compared(made: Known, base: str, new: str, other: str) -> Compared:
    then, now = made.weight(base, other), made.weight(new, other)
    before, after = _shared(then), _shared(now)
    return Compared(other, then, now, tuple(sorted(after - before)), tuple(sorted(before - after)))


def _shared(weight: Weight) -> set[str]:
    return {part.text for part in weight.contributions if part.bits > 0 and not part.is_broad}
