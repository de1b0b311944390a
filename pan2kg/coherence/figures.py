"""The register of figures: each number that is shown, defined once, with its words, its population and its list.

Home page, command line, report, exports and Python take a figure from here and link to its definition; a figure is
never counted anywhere else. Every figure is told with its values at the four levels of evidence, which are nested:
what is added from one to the next is the breakdown. Counts of links are led back to one another (:func:`reconcile`),
and pairs stand in one order wherever they are listed (:func:`meetings`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from pan2kg.coherence import citations
from pan2kg.coherence.citations import Channel, IndexCell, Ordered, State, Verdict, verdict
from pan2kg.coherence.evidence import FIGURED, HEADLINE, Level, counts
from pan2kg.coherence.known import BasisLine, Known, basis_line
from pan2kg.i18n.message import Message

Scalar = str | float | None
Rows = tuple[tuple[Scalar, ...], ...]
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

    def taken(self, known: Known) -> Value:
        """What is told of it."""
        return (float(self.length(known)),) if self.length else self.value(known, self.rows(known))

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


class Taken(NamedTuple):
    """A figure as it stands: its value at a level, its four values from firm to weak, and what it rests on."""

    figure: Figure
    level: Level
    value: Value
    nested: tuple[Value, Value, Value, Value]
    population: int | None
    basis: BasisLine


def take(figure: Figure, levels: Mapping[Level, Known], at: Level = HEADLINE) -> Taken:
    """A figure at a level, from what is known at each of the four.

    Raises:
        KeyError: a level that is missing, or one no figure is taken at.
    """
    plan, official, other, editors = (figure.taken(levels[level]) for level in FIGURED)
    nested = (plan, official, other, editors)
    known = levels[at]
    return Taken(figure, at, nested[FIGURED.index(at)], nested, figure.population(known), basis_line(known))


# What figures are counted among


def _pairs_of_plans(known: Known) -> int:
    number = len(known.tables.works.plans)
    return number * (number - 1) // 2


def _pairs_of_actions(known: Known) -> int:
    """Pairs of actions of two plans."""
    sizes = Counter(known.tables.works.home.values())
    return (sizes.total() ** 2 - sum(size * size for size in sizes.values())) // 2


# The lists


@lru_cache(maxsize=8)  # several figures count the same list
def _linked(known: Known) -> Rows:
    """Each linked pair with its verdicts both ways, what it shares, and at which level it cites each way."""
    when, shared = known.chronology, known.shared
    return tuple(
        (
            x, y, verdict(when, x, y).value, verdict(when, y, x).value, shared.get((x, y), 0.0),
            _level(known, x, y), _level(known, y, x),
        )
        for x, y in sorted(known.linked, key=lambda pair: (-shared.get(pair, 0.0), pair))
    )  # fmt: skip


def _level(known: Known, x: str, y: str) -> str:
    level = known.chronology.cited_at(x, y)
    return level.key if level is not None and level <= known.level else ""


def _linked_as(wanted: Verdict) -> Callable[[Known], Rows]:
    return lambda known: tuple(row for row in _linked(known) if row[2] == wanted)


def _citing(known: Known) -> Rows:
    seen, at = known.chronology.seen, known.level
    return tuple(
        (x, y, *(float(seen(x, y, at, channel)) for channel in Channel), _level(known, x, y))
        for x, y in sorted(known.chronology.cited) if seen(x, y, at)
    )  # fmt: skip


def _sharing(kind: str, *, specific: bool) -> Callable[[Known], Rows]:
    """Pairs of plans or actions with what they share: those with something specific, or with something general only."""

    def rows(known: Known) -> Rows:
        is_plans = kind == "plans"
        pairs, names = (known.plans, known.tables.works.plans) if is_plans else (known.actions, known.potential.names)
        columns = (pairs.one.tolist(), pairs.two.tolist(), pairs.low.tolist(), pairs.broad.tolist())
        wanted = [
            (names[a], names[b], low, broad)
            for a, b, low, broad in zip(*columns, strict=True)
            if (low > 0 if specific else low <= 0 < broad)
        ]
        return tuple(sorted(wanted, key=lambda row: (-row[2], -row[3], row[0], row[1])))

    return rows


def _linked_actions(known: Known) -> Rows:
    """The actions at an end of a statement between plans, or of a linked pair of actions."""
    home, pairs = known.tables.works.home, known.actions
    stated = {end for statement in known.statements for end in statement[:2] if end in home}
    shared = pairs.low > 0
    ends = np.unique(np.concatenate([pairs.one[shared], pairs.two[shared]]))
    sharing = {known.potential.names[end] for end in ends.tolist()}
    return tuple(
        (action, home[action], float(action in stated), float(action in sharing)) for action in sorted(stated | sharing)
    )


def _occasions(known: Known) -> Rows:
    return tuple(
        (occasion.source, occasion.target, occasion.state.value, occasion.bits, " ".join(occasion.ways))
        for occasion in known.occasions if occasion.is_expected
    )  # fmt: skip


def _apart(known: Known) -> Rows:
    """Related ordered pairs of which no citation is expected, with the reason."""
    return tuple(
        (occasion.source, occasion.target, occasion.verdict.value, occasion.bits)
        for occasion in known.occasions if not occasion.is_expected
    )  # fmt: skip


def _owing(known: Known) -> Rows:
    return tuple(
        (occasion.source, occasion.target, occasion.state.value, occasion.debt)
        for occasion in known.occasions if occasion.debt > 0
    )  # fmt: skip


@lru_cache(maxsize=8)
def _places(known: Known) -> tuple[IndexCell, ...]:
    return citations.index_cells(known.chronology, known.linked, known.tables.readings, at=known.level)


@lru_cache(maxsize=16)
def _cells(known: Known, focus: str | None = None) -> Rows:
    return tuple(
        (cell.source, cell.target, cell.channel.value, cell.state.value)
        for cell in _places(known) if focus is None or focus in (cell.source, cell.target)
    )  # fmt: skip


def _focus_cells(known: Known) -> Rows:
    return _cells(known, known.tables.focus) if known.tables.focus else ()


def _texts_read(known: Known) -> Rows:
    home = known.tables.works.home
    used = Counter(use.work for use in known.uses if use.work in home)
    return tuple((action, home[action], float(number)) for action, number in sorted(used.items()))


def _plans_with_texts(known: Known) -> Rows:
    works, plans = known.tables.works, set(known.tables.works.plans)
    used = Counter(works.home.get(use.work, use.work) for use in known.uses)
    return tuple((plan, float(number)) for plan, number in sorted(used.items()) if plan in plans)


def _lists(known: Known) -> Rows:
    tables = known.tables
    sizes = Counter(tables.works.home.values())
    return tuple(
        (plan, tables.lists.get(plan, "unknown"), float(sizes[plan]), tables.published.get(plan))
        for plan in tables.works.plans
    )


# What is told of a list


def _number(rows: Rows, column: int, words: Iterable[str]) -> tuple[float, ...]:
    """How many rows have each word in a column."""
    counted = Counter(row[column] for row in rows)
    return tuple(float(counted[word]) for word in words)


def _expected(known: Known) -> int:
    return sum(occasion.is_expected for occasion in known.occasions)


_PAIR: Final = ("plan", "other_plan")
_STATES: Final = (State.SEEN, State.ABSENT, State.OPEN)
_APART: Final = tuple(reason for reason in Verdict if reason is not Verdict.EXPECTED)
_COMPLETE: Final = ("complete", "partial", "none", "unknown")
_LINKED: Final = (*_PAIR, "verdict", "verdict_back", "bits", "cites_at", "cited_at")
_SHARED: Final = (*_PAIR, "bits", "general_bits")
_SHARED_BY_ACTIONS: Final = ("action", "other_action", "bits", "general_bits")
_OCCASIONS: Final = (*_PAIR, "state", "bits", "ways")
_CELLS: Final = (*_PAIR, "channel", "state")
_MEASURES: Final = ("plan", "list", "measures", "published")

FIGURES: Final = (
    Figure("linked-plan-pairs", _LINKED, _linked, _pairs_of_plans),
    Figure("linked-editions", _LINKED, _linked_as(Verdict.EDITION), lambda known: len(known.linked)),
    Figure("linked-frameworks", _LINKED, _linked_as(Verdict.FRAMEWORK), lambda known: len(known.linked)),
    Figure("linked-abroad", _LINKED, _linked_as(Verdict.ABROAD), lambda known: len(known.linked)),
    Figure("citing-pairs", (*_PAIR, "text", "web", "level"), _citing, lambda known: 2 * _pairs_of_plans(known)),
    Figure("sharing-plan-pairs", _SHARED, _sharing("plans", specific=True), _pairs_of_plans),
    Figure("broad-plan-pairs", _SHARED, _sharing("plans", specific=False), _pairs_of_plans),
    Figure(
        "linked-action-pairs", _SHARED_BY_ACTIONS, _sharing("actions", specific=True), _pairs_of_actions,
        length=lambda known: int(np.count_nonzero(known.actions.low > 0)),
    ),
    Figure(
        "broad-action-pairs", _SHARED_BY_ACTIONS, _sharing("actions", specific=False), _pairs_of_actions,
        length=lambda known: int(np.count_nonzero((known.actions.low <= 0) & (known.actions.broad > 0))),
    ),
    Figure(
        "linked-actions", ("action", "plan", "in_statement", "sharing"), _linked_actions,
        lambda known: len(known.tables.works.actions),
    ),
    Figure("occasions", _OCCASIONS, _occasions, lambda known: len(known.related)),
    Figure(
        "not-expected", (*_PAIR, "verdict", "bits"), _apart, lambda known: len(known.related),
        lambda _, rows: _number(rows, 2, _APART), parts=tuple(f"verdict.{reason}" for reason in _APART),
    ),
    Figure(
        "citations-made", _OCCASIONS, _occasions, _expected,
        lambda _, rows: _number(rows, 2, _STATES), parts=tuple(f"state.{state}" for state in _STATES),
    ),
    Figure(
        "citation-rate", _OCCASIONS, _occasions, _expected,
        lambda known, _: tuple(citations.citation_rate(known.occasions)), Unit.SHARE,
    ),
    Figure(
        "debt", (*_PAIR, "state", "bits"), _owing, _expected,
        lambda known, _: tuple(citations.debt(known.occasions)), Unit.BITS,
    ),
    Figure(
        "coherence-index", _CELLS, _focus_cells,
        lambda known: int(sum(_number(_focus_cells(known), 3, _STATES))),
        lambda known, _: tuple(citations.index(_places(known), frozenset((known.tables.focus,))).value), Unit.SHARE,
    ),
    Figure(
        "coherence-index-all", _CELLS, _cells, lambda known: int(sum(_number(_cells(known), 3, _STATES))),
        lambda known, _: tuple(citations.index(_places(known)).value), Unit.SHARE,
    ),
    Figure("texts-read", ("action", "plan", "texts"), _texts_read, lambda known: len(known.tables.works.actions)),
    Figure("plans-with-texts", ("plan", "texts"), _plans_with_texts, lambda known: len(known.tables.works.plans)),
    Figure(
        "lists", _MEASURES, _lists, lambda known: len(known.tables.works.plans),
        lambda _, rows: _number(rows, 1, _COMPLETE), parts=tuple(f"list.{extent}" for extent in _COMPLETE),
    ),
    Figure(
        "measures", _MEASURES, lambda known: tuple(row for row in _lists(known) if row[3] is not None),
        lambda known: sum(known.tables.published.values()),
        lambda _, rows: (float(sum(row[2] for row in rows if isinstance(row[2], float))),),
    ),
)  # fmt: skip
"""Every figure, in the order in which they are told."""
FORMER: Final = {"index-3-3": "coherence-index", "index-3-3-all": "coherence-index-all"}
"""Names figures had in the release before: they are understood, and no longer said."""
_BY_ID: Final = {figure.id: figure for figure in FIGURES}


def figures(levels: Mapping[Level, Known], at: Level = HEADLINE) -> tuple[Taken, ...]:
    """All figures at a level, each with its four values, from what is known at each of the four levels."""
    return tuple(take(figure, levels, at) for figure in FIGURES)


def breakdown(taken: Taken) -> tuple[Value, ...]:
    """What each level adds to the one before it, for figures that count; the four add up to the last value."""
    before: Value = tuple(0.0 for _ in taken.nested[0])
    added = []
    for value in taken.nested:
        added.append(tuple((now or 0.0) - (then or 0.0) for now, then in zip(value, before, strict=True)))
        before = value
    return tuple(added)


class Meeting(NamedTuple):
    """A linked pair of plans, its IRIs in order.

    ``level`` is the firmest at which the two are linked; ``cites`` and ``cited`` that at which the first cites the
    second and the second the first, None where nobody saw it. ``bits`` is what they share at the four levels, ≥ 0.
    """

    plans: Ordered
    level: Level
    cites: Level | None
    cited: Level | None
    bits: tuple[float, ...]

    def low(self, at: Level) -> float:
        """What they share at a level, in bits."""
        return self.bits[FIGURED.index(at)]

    def seen_from(self, plan: str) -> tuple[str, Level | None, Level | None]:
        """The other plan, and at which levels this one cites it and is cited by it."""
        one, two = self.plans
        return (two, self.cites, self.cited) if plan == one else (one, self.cited, self.cites)


def meetings(levels: Mapping[Level, Known]) -> tuple[Meeting, ...]:
    """All linked pairs, from what is known at each of the four levels, in the order of every list.

    By what is shared at the headline level, then with the editors' conclusions, then the firmer first, then by IRI.

    Raises:
        KeyError: a level that is missing.
    """
    when = levels[FIGURED[-1]].chronology
    pairs: dict[Ordered, Level] = {}
    for level in FIGURED:
        for pair in levels[level].linked:
            pairs.setdefault(pair, level)
    met = [
        Meeting(
            pair, level, when.cited_at(*pair), when.cited_at(*pair[::-1]),
            tuple(levels[at].shared.get(pair, 0.0) for at in FIGURED),
        )
        for pair, level in pairs.items()
    ]  # fmt: skip
    met.sort(key=lambda meeting: (-meeting.low(HEADLINE), -meeting.bits[-1], meeting.level, meeting.plans))
    return tuple(met)


def linked_actions(levels: Mapping[Level, Known]) -> dict[str, Level]:
    """The linked actions, each with the firmest level at which it is."""
    firm: dict[str, Level] = {}
    for level in FIGURED:
        for row in _linked_actions(levels[level]):
            firm.setdefault(str(row[0]), level)
    return firm


class Part(NamedTuple):
    """A part of a whole: the key of its words, how many, and the figure of the register it is, where it is one."""

    key: str
    number: int
    figure: str = ""


class Account(NamedTuple):
    """A whole and its parts, each thing in one part only; their numbers add up to that of the whole."""

    whole: Part
    parts: tuple[Part, ...]


def reconcile(levels: Mapping[Level, Known], at: Level = HEADLINE) -> tuple[Account, ...]:
    """The counts of links at a level, led back to one another, from what is known at each of the four.

    What is left out on the way from the widest count to the one that stands alone, and of what that is made.

    Raises:
        KeyError: a level that is missing, or one no figure is taken at.
    """
    known, widest = levels[at], levels[FIGURED[-1]]
    linked, home = known.linked, known.tables.works.home

    def listed(figure: str, of: Known = known) -> frozenset[Ordered]:
        """The unordered pairs in the first two columns of a list."""
        return frozenset(_ordered(str(row[0]), str(row[1])) for row in _BY_ID[figure].rows(of))

    def by_kind(pairs: frozenset[Ordered], others: str, figure: str = "") -> tuple[Part, ...]:
        number = Counter(verdict(known.chronology, *pair) for pair in pairs)
        kinds = ((Verdict.EDITION, "editions"), (Verdict.FRAMEWORK, "frameworks"), (Verdict.ABROAD, "abroad"))
        parts = [Part(key, number[kind], f"linked-{key}") for kind, key in kinds]
        return (*parts, Part(others, len(pairs) - sum(part.number for part in parts), figure))

    # from all pairs with anything in common to those linked at the level
    general = listed("broad-plan-pairs", widest) - widest.linked
    weaker = [
        Part(f"only-{level.key}", len(levels[level].linked - levels[FIGURED[FIGURED.index(level) - 1]].linked))
        for level in reversed(FIGURED) if level > at
    ]  # fmt: skip
    whole = Part("linked", len(linked), "linked-plan-pairs")
    accounts = [
        Account(Part("anything", len(widest.linked | general)), (Part("only-general", len(general)), *weaker, whole))
    ]
    # by the strongest that links them: a citation, a document, a text
    citing = listed("citing-pairs")
    together = {pair for pair, level in known.chronology.together.items() if counts(level, at)}
    ties = (
        Part("citing", len(linked & citing), "citing-pairs"),
        Part("together", len((linked & together) - citing)),
        Part("text-only", len(linked - citing - together), "sharing-plan-pairs"),
    )
    accounts.append(Account(whole._replace(key="linked-by-tie"), ties))
    accounts.append(Account(whole._replace(key="linked-by-kind"), by_kind(linked, "others")))
    # the two ways of linked pairs: where a citation is expected, and why it is not where it is not
    number = Counter(occasion.verdict for occasion in known.occasions)
    either = {_ordered(x, y) for x, y in known.related}
    ways = [Part("verdict.expected", number[Verdict.EXPECTED], "occasions")]
    ways += [Part(f"verdict.{reason}", number[reason], "not-expected") for reason in _APART]
    ways.append(Part("only-cited", 2 * len(either) - len(known.related)))
    ways.append(Part("only-named", 2 * len(linked - either)))
    accounts.append(Account(Part("both-ways", 2 * len(linked)), tuple(ways)))
    # pairs that share a text, by whether two of their actions share it
    sharing = listed("sharing-plan-pairs")
    met = {_ordered(home[one], home[two]) for one, two in listed("linked-action-pairs")}
    shares = (
        Part("by-actions", len(sharing & met), "linked-action-pairs"), Part("as-plans", len(sharing - met)),
    )  # fmt: skip
    accounts.append(Account(Part("sharing", len(sharing), "sharing-plan-pairs"), shares))
    if focus := known.tables.focus:
        own = frozenset(pair for pair in linked if focus in pair)
        accounts.append(Account(Part("focus", len(own)), by_kind(own, "in-index", "coherence-index")))
    # actions by whether a link was seen, else whether any text of theirs is known
    linked_ones = {row[0] for row in _linked_actions(known)}
    with_text = {row[0] for row in _texts_read(known)} - linked_ones
    every = len(known.tables.works.actions)
    actions = (
        Part("linked-actions", len(linked_ones), "linked-actions"),
        Part("actions-with-text", len(with_text)),
        Part("actions-unread", every - len(linked_ones) - len(with_text)),
    )
    return (*accounts, Account(Part("all-actions", every), actions))


def _ordered(one: str, two: str) -> Ordered:
    return (min(one, two), max(one, two))
