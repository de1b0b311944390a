"""The register of figures: each number that is shown, defined once, with its words, its population and its list.

Home page, command line, report, exports and Python take a figure from here and link to its definition; a figure is
never counted anywhere else. Every figure is told with its values at the four levels of evidence, which are nested:
what is added from one to the next is the breakdown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

import numpy as np

from pan2kg.coherence.evidence import FIGURED, HEADLINE, Level
from pan2kg.coherence.feasible import Channel, Verdict, cited_at, verdict
from pan2kg.coherence.known import BasisLine, Known, basis_line
from pan2kg.coherence.occasions import IndexCell, Interval, Occasion, State, citation_rate, debt, index, index_cells
from pan2kg.coherence.weight import Pairs
from pan2kg.i18n.message import Message

Cell = str | float | None
Rows = tuple[tuple[Cell, ...], ...]
Value = tuple[float | None, ...]
"""One number, the two ends of an interval, or one number a part; None where there is nothing to divide by."""


class Unit(StrEnum):
    """What the numbers of a figure are."""

    COUNT = "count"
    SHARE = "share"
    BITS = "bits"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: its list, and the numbers told of it.

    ``rows`` is the list behind it, under ``columns``; ``value`` what is told of the list; ``population`` how many
    there could be, None where that is no number. Two numbers of a share or of bits are the ends of an interval;
    several counts are told apart by ``parts``, keys of messages. ``length`` says how long a list is that need not be
    made for it: there may be millions of pairs of actions.
    """

    id: str
    columns: tuple[str, ...]
    rows: Callable[[Known], Rows]
    population: Callable[[Known], int | None]
    value: Callable[[Known, Rows], Value] = lambda _, rows: (float(len(rows)),)
    unit: Unit = Unit.COUNT
    parts: tuple[str, ...] = ()
    length: Callable[[Known], int] | None = None

    def taken(self, made: Known) -> Value:
        """What is told of it."""
        return (float(self.length(made)),) if self.length else self.value(made, self.rows(made))

    def name(self, asked_by: str | Message = "") -> Message:
        """What it is called; ``asked_by`` is put behind the index, and names the action that asks for it."""
        return Message("figure", self.id, {"action": asked_by})

    @property
    def meaning(self) -> Message:
        """What it means, in one sentence."""
        return Message("figure", f"{self.id}.meaning")

    @property
    def formula(self) -> Message:
        """How it is counted."""
        return Message("figure", f"{self.id}.formula")

    @property
    def among(self) -> Message:
        """Among what it is counted."""
        return Message("figure", f"{self.id}.among")


@dataclass(frozen=True, slots=True)
class Taken:
    """A figure as it stands: its value at a level, its four values from firm to weak, and what it rests on."""

    figure: Figure
    level: Level
    value: Value
    nested: tuple[Value, Value, Value, Value]
    population: int | None
    basis: BasisLine


def take(figure: Figure, made: Mapping[Level, Known], at: Level = HEADLINE) -> Taken:
    """A figure at a level, from what is known at each of the four.

    Raises:
        KeyError: a level that is missing, or one no figure is taken at.
    """
    values = [figure.taken(made[one]) for one in FIGURED]
    known = made[at]
    nested = (values[0], values[1], values[2], values[3])
    return Taken(figure, at, values[FIGURED.index(at)], nested, figure.population(known), basis_line(known))


# What figures are counted among


def _pairs_of_plans(made: Known) -> int:
    many = len(made.tables.works.plans)
    return many * (many - 1) // 2


def _ordered_pairs(made: Known) -> int:
    return 2 * _pairs_of_plans(made)


def _actions(made: Known) -> int:
    return len(made.tables.works.actions)


def _plans(made: Known) -> int:
    return len(made.tables.works.plans)


def _pairs_of_actions(made: Known) -> int:
    """Pairs of actions of two plans."""
    sizes = Counter(made.tables.works.home.values())
    whole = sum(sizes.values())
    return (whole * whole - sum(size * size for size in sizes.values())) // 2


# The lists


@lru_cache(maxsize=8)  # several figures count the same list
def _linked(made: Known) -> Rows:
    """Each linked pair with its verdicts both ways, what it shares, and at which level it cites each way."""
    when, shared = made.chronology, made.shared
    return tuple(
        (
            x, y, verdict(when, x, y).value, verdict(when, y, x).value, shared.get((x, y), 0.0),
            _level(made, x, y), _level(made, y, x),
        )
        for x, y in sorted(made.linked, key=lambda pair: (-shared.get(pair, 0.0), pair))
    )  # fmt: skip


def _level(made: Known, x: str, y: str) -> str:
    found = cited_at(made.chronology, x, y)
    return found.key if found is not None and found <= made.level else ""


def _linked_as(said: Verdict) -> Callable[[Known], Rows]:
    return lambda made: tuple(row for row in _linked(made) if row[2] == said)


def _citing(made: Known) -> Rows:
    chronology = made.chronology
    return tuple(
        (x, y, *(float(chronology.seen(x, y, made.level, channel)) for channel in Channel), _level(made, x, y))
        for x, y in sorted(chronology.cited)
        if chronology.seen(x, y, made.level)
    )


def _rows_of(pairs: Pairs, names: tuple[str, ...], *, specific: bool) -> Rows:
    """Pairs with what they share: those with something specific, or those with something general only."""
    found = [
        (names[a], names[b], float(low), float(broad))
        for a, b, low, broad in zip(pairs.one, pairs.two, pairs.low, pairs.broad, strict=True)
        if (low > 0 if specific else low <= 0 < broad)
    ]
    return tuple(sorted(found, key=lambda row: (-row[2], -row[3], row[0], row[1])))


def _number_of(pairs: Pairs, *, specific: bool) -> int:
    """How many rows there are of them."""
    return int(np.count_nonzero(pairs.low > 0 if specific else (pairs.low <= 0) & (pairs.broad > 0)))


def _sharing(made: Known) -> Rows:
    return _rows_of(made.plans, made.tables.works.plans, specific=True)


def _sharing_broad(made: Known) -> Rows:
    return _rows_of(made.plans, made.tables.works.plans, specific=False)


def _action_pairs(made: Known) -> Rows:
    return _rows_of(made.actions, made.potential.names, specific=True)


def _action_pairs_broad(made: Known) -> Rows:
    return _rows_of(made.actions, made.potential.names, specific=False)


def _linked_actions(made: Known) -> Rows:
    """The actions at an end of a statement between plans, or of a linked pair of actions."""
    home = made.tables.works.home
    stated = {end for one in made.statements for end in (one.source, one.target) if end in home}
    shared = made.actions.low > 0
    ends = np.unique(np.concatenate([made.actions.one[shared], made.actions.two[shared]]))
    sharing = {made.potential.names[int(end)] for end in ends}
    return tuple((one, home[one], float(one in stated), float(one in sharing)) for one in sorted(stated | sharing))


def _occasions(made: Known) -> Rows:
    return tuple(
        (one.source, one.target, one.state.value, one.bits, " ".join(one.ways))
        for one in made.occasions if one.is_expected
    )  # fmt: skip


def _apart(made: Known) -> Rows:
    """Related ordered pairs of which no citation is expected, with the reason."""
    found = [one for one in made.occasions if not one.is_expected]
    return tuple((one.source, one.target, one.verdict.value, one.bits) for one in found)


def _owing(made: Known) -> Rows:
    found = [one for one in made.occasions if one.debt > 0]
    return tuple((one.source, one.target, one.state.value, one.debt) for one in found)


@lru_cache(maxsize=8)
def _places(made: Known) -> tuple[IndexCell, ...]:
    return index_cells(made.chronology, made.linked, made.tables.readings, at=made.level)


@lru_cache(maxsize=16)
def _cells(made: Known, focus: str = "") -> Rows:
    return tuple(
        (cell.source, cell.target, cell.channel.value, cell.state.value)
        for cell in _places(made) if not focus or focus in (cell.source, cell.target)
    )  # fmt: skip


def _focus_cells(made: Known) -> Rows:
    return _cells(made, made.tables.focus) if made.tables.focus else ()


def _texts_read(made: Known) -> Rows:
    home = made.tables.works.home
    used = Counter(use.work for use in made.uses if use.work in home)
    return tuple((action, home[action], float(number)) for action, number in sorted(used.items()))


def _plans_with_texts(made: Known) -> Rows:
    works, plans = made.tables.works, set(made.tables.works.plans)
    used = Counter(works.home.get(use.work, use.work) for use in made.uses)
    return tuple((plan, float(number)) for plan, number in sorted(used.items()) if plan in plans)


def _lists(made: Known) -> Rows:
    tables = made.tables
    sizes = Counter(tables.works.home.values())
    return tuple(
        (plan, tables.lists.get(plan, "unknown"), float(sizes[plan]), tables.published.get(plan))
        for plan in tables.works.plans
    )


def _counted_lists(made: Known) -> Rows:
    return tuple(row for row in _lists(made) if row[3] is not None)


# What is told of a list


def _number(rows: Rows, at: int, words: Iterable[str]) -> tuple[float, ...]:
    """How many rows have each word in a column."""
    counted = Counter(row[at] for row in rows)
    return tuple(float(counted[word]) for word in words)


def _ends(found: Interval) -> Value:
    return (found.low, found.high)


def _expected(made: Known) -> list[Occasion]:
    return [one for one in made.occasions if one.is_expected]


def _index(made: Known, plans: frozenset[str] | None = None) -> Value:
    return _ends(index(_places(made), plans).value)


def _possible(rows: Rows) -> int:
    return int(sum(_number(rows, 3, _STATES)))


_PAIR: Final = ("plan", "other_plan")
_STATES: Final = (State.SEEN, State.ABSENT, State.OPEN)
_APART: Final = tuple(one for one in Verdict if one is not Verdict.EXPECTED)
_LISTS: Final = ("complete", "partial", "none", "unknown")
_LINKED: Final = (*_PAIR, "verdict", "verdict_back", "bits", "cites_at", "cited_at")
_CELLS: Final = (*_PAIR, "channel", "state")

FIGURES: Final = (
    Figure("linked-plan-pairs", _LINKED, _linked, _pairs_of_plans),
    Figure("linked-editions", _LINKED, _linked_as(Verdict.EDITION), lambda made: len(made.linked)),
    Figure("linked-frameworks", _LINKED, _linked_as(Verdict.FRAMEWORK), lambda made: len(made.linked)),
    Figure("linked-abroad", _LINKED, _linked_as(Verdict.ABROAD), lambda made: len(made.linked)),
    Figure("citing-pairs", (*_PAIR, "text", "web", "level"), _citing, _ordered_pairs),
    Figure("sharing-plan-pairs", (*_PAIR, "bits", "general_bits"), _sharing, _pairs_of_plans),
    Figure("broad-plan-pairs", (*_PAIR, "bits", "general_bits"), _sharing_broad, _pairs_of_plans),
    Figure(
        "linked-action-pairs", ("action", "other_action", "bits", "general_bits"), _action_pairs, _pairs_of_actions,
        length=lambda made: _number_of(made.actions, specific=True),
    ),
    Figure(
        "broad-action-pairs", ("action", "other_action", "bits", "general_bits"), _action_pairs_broad,
        _pairs_of_actions, length=lambda made: _number_of(made.actions, specific=False),
    ),
    Figure("linked-actions", ("action", "plan", "in_statement", "sharing"), _linked_actions, _actions),
    Figure("occasions", (*_PAIR, "state", "bits", "ways"), _occasions, lambda made: len(made.related)),
    Figure(
        "not-expected", (*_PAIR, "verdict", "bits"), _apart, lambda made: len(made.related),
        lambda _, rows: _number(rows, 2, _APART), parts=tuple(f"verdict.{one}" for one in _APART),
    ),
    Figure(
        "citations-made", (*_PAIR, "state", "bits", "ways"), _occasions, lambda made: len(_expected(made)),
        lambda _, rows: _number(rows, 2, _STATES), parts=tuple(f"state.{one}" for one in _STATES),
    ),
    Figure(
        "citation-rate", (*_PAIR, "state", "bits", "ways"), _occasions, lambda made: len(_expected(made)),
        lambda made, _: _ends(citation_rate(made.occasions)), Unit.SHARE,
    ),
    Figure(
        "debt", (*_PAIR, "state", "bits"), _owing, lambda made: len(_expected(made)),
        lambda made, _: _ends(debt(made.occasions)), Unit.BITS,
    ),
    Figure(
        "coherence-index", _CELLS, _focus_cells, lambda made: _possible(_focus_cells(made)),
        lambda made, _: _index(made, frozenset((made.tables.focus,))), Unit.SHARE,
    ),
    Figure(
        "coherence-index-all", _CELLS, _cells, lambda made: _possible(_cells(made)), lambda made, _: _index(made),
        Unit.SHARE,
    ),
    Figure("texts-read", ("action", "plan", "texts"), _texts_read, _actions),
    Figure("plans-with-texts", ("plan", "texts"), _plans_with_texts, _plans),
    Figure(
        "lists", ("plan", "list", "measures", "published"), _lists, _plans,
        lambda _, rows: _number(rows, 1, _LISTS), parts=tuple(f"list.{one}" for one in _LISTS),
    ),
    Figure(
        "measures", ("plan", "list", "measures", "published"), _counted_lists,
        lambda made: sum(made.tables.published.values()),
        lambda _, rows: (float(sum(row[2] for row in rows if isinstance(row[2], float))),),
    ),
)  # fmt: skip
"""Every figure, in the order in which they are told."""
FORMER: Final = {"index-3-3": "coherence-index", "index-3-3-all": "coherence-index-all"}
"""Names figures had in the release before: they are understood, and no longer said."""


def figures(made: Mapping[Level, Known], at: Level = HEADLINE) -> tuple[Taken, ...]:
    """All figures at a level, each with its four values.

    >>> from pan2kg.coherence.known import Tables, known
    >>> from pan2kg.coherence.texts import Works
    >>> tables = Tables(Works(("p", "q"), {"a": "p"}))
    >>> found = figures({one: known(tables, one) for one in FIGURED})
    >>> [(one.figure.id, one.value, one.population) for one in found][:1]
    [('linked-plan-pairs', (0.0,), 1)]
    """
    return tuple(take(figure, made, at) for figure in FIGURES)


def breakdown(taken: Taken) -> tuple[Value, ...]:
    """What each level adds to the one before it, for figures that count; the four add up to the last value."""
    before: Value = tuple(0.0 for _ in taken.nested[0])
    added = []
    for value in taken.nested:
        added.append(tuple((now or 0.0) - (then or 0.0) for now, then in zip(value, before, strict=True)))
        before = value
    return tuple(added)
