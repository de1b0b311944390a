"""One edition of a plan and the next, on the same weights; and how similar two titles are.

Similar titles are no source of links: among five that are nearest, hardly one is a link that is known. They only put
what a person is looking for near the beginning of a list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pan2kg.coherence.evidence import Level
from pan2kg.coherence.known import Known
from pan2kg.coherence.weight import Weight
from pan2kg.errors import QueryError


def nearest(title: str, titles: Sequence[str]) -> list[int]:
    """The places of some titles, the most similar to ``title`` first; those equally near stay in their order.

    >>> nearest("Former les juges", ["Acheter durable", "Formation des juges", "Juger"])
    [1, 2, 0]
    """
    return Titles.read(titles).nearest(title)


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles to be put in order: the weights of their runs as a sparse matrix, in the order of titles.

    A title is the vector of its runs of 3 to 5 characters with weights tf · (ln((1 + N)/(1 + df)) + 1) over these N
    titles; similarity is the cosine. Case makes no difference. It is made once for a list, and asked for each title
    that is looked for: that is one product of the matrix with a vector.

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
        runs_of = [_runs(title) for title in titles]
        number = {run: place for place, run in enumerate(dict.fromkeys(run for runs in runs_of for run in runs))}
        rows = np.array([row for row, runs in enumerate(runs_of) for _ in runs], dtype=np.intp)
        columns = np.array([number[run] for runs in runs_of for run in runs], dtype=np.intp)
        frequency = np.array([count for runs in runs_of for count in runs.values()], dtype=np.float64)
        weight = np.log((1 + len(titles)) / (1 + np.bincount(columns, minlength=len(number)))) + 1
        weighed = frequency * weight[columns]
        return cls(number, rows, columns, weight, weighed, np.sqrt(np.bincount(rows, weighed**2, len(titles))))

    def nearest(self, title: str, most: int | None = None) -> list[int]:
        """The places of the titles, the most similar first; ``most`` of them, or all."""
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
    return Counter(words[at : at + size] for size in (3, 4, 5) for at in range(len(words) - size + 1))


_EXTENDING: Final = frozenset({"extends", "merges", "splits", "complements", "builds-on"})


class Ground(StrEnum):
    """On what an alignment of two actions rests; a suggestion is for a person to look at, and decides nothing."""

    STATED = "stated"
    CONCLUDED = "concluded"
    SUGGESTED = "suggested"


class Succession(NamedTuple):
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
    RETAINED = "retained"
    EXTENDED = "extended"
    DROPPED = "dropped"
    NEW = "new"
    NOT_SEEN = "not-seen"
    NOT_ASSESSED = "not-assessed"


class ActionFate(NamedTuple):
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
) -> tuple[ActionFate, ...]:
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
    aligned = [
        pair for pair in successions
        if pair.earlier in early and pair.later in late and pair.ground is not Ground.SUGGESTED
    ]  # fmt: skip
    aligned.sort(key=lambda pair: (pair.earlier, pair.later, pair.relation))
    dropped, fresh = (Fate.DROPPED, Fate.NEW) if is_read else (Fate.NOT_SEEN, Fate.NOT_SEEN)
    if not aligned:
        dropped = fresh = Fate.NOT_ASSESSED
    rows = []
    for action in sorted(early):
        pairs = [pair for pair in aligned if pair.earlier == action]
        others = tuple(dict.fromkeys(pair.later for pair in pairs))
        if not others:
            rows.append(ActionFate(action, dropped, ()))
            continue
        is_extended = len(others) > 1 or any(pair.relation in _EXTENDING for pair in pairs)
        ground = Ground.STATED if any(pair.ground is Ground.STATED for pair in pairs) else Ground.CONCLUDED
        rows.append(ActionFate(action, Fate.EXTENDED if is_extended else Fate.RETAINED, others, ground))
    rows += [ActionFate(action, fresh, ()) for action in sorted(late - {pair.later for pair in aligned})]
    return tuple(rows)


def suggested(rows: Iterable[ActionFate], base: Mapping[str, str], later: Mapping[str, str]) -> tuple[ActionFate, ...]:
    """The same with suggestions for the actions without a counterpart, by their titles in one language.

    Two titles suggest each other where each is the most similar of the other edition's: that aligns nothing.

    >>> rows = [ActionFate("a", Fate.NOT_SEEN, ()), ActionFate("b", Fate.NOT_SEEN, ())]
    >>> [row.similar for row in suggested(rows, {"a": "Train judges"}, {"b": "Training of judges", "c": "Buy fairly"})]
    ['b', 'a']
    """
    similar: dict[str, str] = {}
    if base and later:
        forwards, back = _most_similar(base, later), _most_similar(later, base)
        pairs = [(action, counterpart) for action, counterpart in forwards.items() if back[counterpart] == action]
        similar = dict(pairs) | {counterpart: action for action, counterpart in pairs}
    return tuple(row if row.others else row._replace(similar=similar.get(row.action, "")) for row in rows)


def _most_similar(titles: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """For each title the most similar of some others, the first of equals."""
    actions = sorted(others)
    listed = Titles.read([others[action] for action in actions])
    return {action: actions[listed.nearest(title, 1)[0]] for action, title in titles.items()}


def retention(rows: Iterable[ActionFate]) -> float | None:
    """(retained + extended) / actions of the base edition, in [0,1].

    None where it was not assessed, or not read to its end.
    """
    base = [row.fate for row in rows if row.fate is not Fate.NEW]
    if not base or Fate.NOT_ASSESSED in base or Fate.NOT_SEEN in base:
        return None
    return sum(fate is not Fate.DROPPED for fate in base) / len(base)


class Compared(NamedTuple):
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
        return self.base.low > 0 or self.new.low > 0


class EditionComparison(NamedTuple):
    """Two editions side by side; ``texts`` counts the texts known of each, ``actions`` their actions.

    A better annotated plan looks more coherent: both are told beside what changed.
    """

    rows: tuple[Compared, ...]
    texts: tuple[int, ...]
    actions: tuple[int, ...]


def compare(known: Known, base: str, new: str) -> EditionComparison:
    """Two editions of a plan, by IRI, against every other plan, at a level.

    Both are weighed by the weights of this graph, so that only what they name differs: the fixed-base principle of
    index numbers.

    Source: ILO et al. (2004). Consumer Price Index Manual: Theory and Practice, ch. 15 (Laspeyres).

    Raises:
        QueryError: the same plan twice.
    """
    if base == new:
        raise QueryError("same-plan", remedy="give-two-editions", base=base, new=new)
    works, rows = known.tables.works, []
    for plan_c in works.plans:
        if plan_c not in (base, new):
            then, now = known.weight(base, plan_c), known.weight(new, plan_c)
            before, after = set(then.texts), set(now.texts)
            rows.append(Compared(plan_c, then, now, tuple(sorted(after - before)), tuple(sorted(before - after))))
    texts = (len({use.text for use in known.uses if works.plan(use.work) == plan}) for plan in (base, new))
    actions = (sum(home == plan for home in works.home.values()) for plan in (base, new))
    return EditionComparison(tuple(rows), tuple(texts), tuple(actions))
