"""Occasions to cite: where two plans meet, whether one could cite the other, and whether it does.

Numbers that depend on what was read are intervals: from what is established to what it becomes if everything that is
still open turned out well (for a rate) or badly (for a debt).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pan2kg.coherence.evidence import Level, counts
from pan2kg.coherence.feasible import Channel, Chronology, Ordered, Statement, Verdict, feasible, verdict
from pan2kg.coherence.reading_state import Aspect, Extent, Readings

if TYPE_CHECKING:
    from pan2kg.coherence.texts import Works


class State(StrEnum):
    """Whether a citation was seen, is known not to be there, or is open because nobody read in full."""

    SEEN = "seen"
    ABSENT = "absent"
    OPEN = "open"
    IMPOSSIBLE = "impossible"
    UNDATED = "undated"


class Way(StrEnum):
    """What cites what, from the most precise: an action an action, an action a plan or a plan an action, two plans."""

    ACTION = "action"
    MIXED = "mixed"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Interval:
    """From what is established to what is possible; both None where there is nothing to divide by."""

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Occasion:
    """A plan could be expected to cite another, or is related to it and could not be.

    ``bits`` is what the two share at the level, ≥ 0; ``ways`` says at which precision the source cites.
    """

    source: str
    target: str
    verdict: Verdict
    state: State
    bits: float
    ways: tuple[Way, ...] = ()

    @property
    def is_expected(self) -> bool:
        """Whether it counts: the others are listed apart, never in a denominator."""
        return self.verdict is Verdict.EXPECTED

    @property
    def debt(self) -> float:
        """What the two share, in bits, where the citation is expected and was not seen; else 0."""
        return self.bits if self.is_expected and self.state is not State.SEEN else 0.0


def occasions(
    made: Chronology, shared: Mapping[Ordered, float], readings: Readings, *, at: Level,
    ways: Mapping[Ordered, tuple[Way, ...]] | None = None,
) -> tuple[Occasion, ...]:  # fmt: skip
    """Every ordered pair of related plans at a level, with its verdict and state; most bits first, then by IRI.

    x → y is related where the two share a text that is not general (``shared``: for each unordered pair, its IRIs in
    order, the bits), a document ties them, or y cites x. The citation x → y never makes its own occasion, and no more
    does a document that only names the two together.
    """
    found = [
        occasion(made, shared, readings, (x, y), at=at, ways=(ways or {}).get((x, y), ()))
        for x, y in related(made, shared, at=at)
    ]
    return tuple(sorted(found, key=lambda one: (-one.bits, one.source, one.target)))


def occasion(
    made: Chronology, shared: Mapping[Ordered, float], readings: Readings, pair: Ordered, *, at: Level,
    ways: tuple[Way, ...] = (),
) -> Occasion:  # fmt: skip
    """What can be said of a citation from the first plan of a pair to the second, whether or not they are related."""
    x, y = pair
    bits = shared.get((min(pair), max(pair)), 0.0)
    return Occasion(x, y, verdict(made, x, y), _state(made, readings, x, y, at), bits, ways)


def related(made: Chronology, shared: Mapping[Ordered, float], *, at: Level) -> frozenset[Ordered]:
    """The ordered pairs x → y that share a text, are tied by a document, or of which y cites x."""
    met = {pair for pair, bits in shared.items() if bits > 0}
    met |= {pair for pair, level in made.tied.items() if counts(level, at)}
    cited = {(y, x) for x, y in made.cited if made.seen(x, y, at)}
    return frozenset(met | {(y, x) for x, y in met} | cited)


def linked(made: Chronology, shared: Mapping[Ordered, float], *, at: Level) -> frozenset[Ordered]:
    """The unordered pairs that share a text, are put together by a document, or of which one cites the other."""
    together = {pair for pair, level in made.together.items() if counts(level, at)}
    return frozenset(together | {(min(pair), max(pair)) for pair in related(made, shared, at=at)})


def _state(made: Chronology, readings: Readings, x: str, y: str, at: Level) -> State:
    if made.seen(x, y, at):
        return State.SEEN
    return State.ABSENT if readings.extent(x, Aspect.REFERENCES) is Extent.FULL else State.OPEN


def citing_ways(works: Works, statements: Iterable[Statement], *, at: Level) -> dict[Ordered, tuple[Way, ...]]:
    """At which precision each plan cites another, at a level.

    >>> from pan2kg.coherence.texts import Works
    >>> said = [Statement("a", "q", "cross-reference", channel="text")]
    >>> citing_ways(Works(("p", "q"), {"a": "p"}), said, at=Level.PLAN)
    {('p', 'q'): (<Way.MIXED: 'mixed'>,)}
    """
    found: dict[Ordered, set[Way]] = {}
    for one in statements:
        if one.is_citation and counts(one.level, at):
            ends = works.home.get(one.source, one.source), works.home.get(one.target, one.target)
            actions = sum(end in works.home for end in (one.source, one.target))
            found.setdefault(ends, set()).add((Way.PLAN, Way.MIXED, Way.ACTION)[actions])
    order = list(Way)
    return {ends: tuple(sorted(ways, key=order.index)) for ends, ways in found.items()}


def citation_rate(found: Iterable[Occasion]) -> Interval:
    """[seen/E, (seen + open)/E] over the expected occasions E; nothing where none is expected.

    >>> one = Occasion("p", "q", Verdict.EXPECTED, State.OPEN, 1.5)
    >>> citation_rate([one]), citation_rate([])
    (Interval(low=0.0, high=1.0), Interval(low=None, high=None))
    """
    return _share(Counter(one.state for one in found if one.is_expected))


def _share(number: Counter[State]) -> Interval:
    whole = number[State.SEEN] + number[State.ABSENT] + number[State.OPEN]
    if not whole:
        return Interval(None, None)
    return Interval(number[State.SEEN] / whole, (number[State.SEEN] + number[State.OPEN]) / whole)


def debt(found: Iterable[Occasion]) -> Interval:
    """[Σ absent, Σ absent + Σ open] of the bits of expected occasions where no citation was seen.

    >>> debt([Occasion("p", "q", Verdict.EXPECTED, State.OPEN, 1.5)])
    Interval(low=0, high=1.5)
    """
    known = list(found)
    absent = sum(one.debt for one in known if one.state is State.ABSENT)
    return Interval(absent, absent + sum(one.debt for one in known if one.state is State.OPEN))


@dataclass(frozen=True, slots=True)
class Return:
    """x cites y; whether y cites x, and whether it could: « not returned » only of expected and absent."""

    source: str
    target: str
    channels: tuple[Channel, ...]
    state: State
    verdict: Verdict


def returns(made: Chronology, readings: Readings, *, at: Level) -> tuple[Return, ...]:
    """Every citing pair at a level with the state of the way back and its verdict, by the two plans."""
    return tuple(
        Return(
            x, y, tuple(channel for channel in Channel if made.seen(x, y, at, channel)),
            _state(made, readings, y, x, at), verdict(made, y, x),
        )
        for x, y in sorted(made.cited) if made.seen(x, y, at)
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class IndexCell:
    """One of the four places of a linked pair where one plan could cite the other."""

    source: str
    target: str
    channel: Channel
    state: State


def index_cells(made: Chronology, pairs: Iterable[Ordered], readings: Readings, *, at: Level) -> tuple[IndexCell, ...]:
    """{text, web} × two ways of each linked pair of plans of a country, without editions and frameworks.

    Pairs known only because one cites the other are in it: it says how far the task is done, not how often plans cite.
    """
    left_out = {Verdict.EDITION, Verdict.FRAMEWORK, Verdict.ABROAD}
    return tuple(
        IndexCell(x, y, channel, place_state(made, readings, (x, y, channel), at))
        for one, two in sorted(pairs) if verdict(made, one, two) not in left_out
        for x, y in ((one, two), (two, one))
        for channel in Channel
    )  # fmt: skip


def place_state(made: Chronology, readings: Readings, place: tuple[str, str, Channel], at: Level) -> State:
    """What is known of one place where x could cite y: seen, absent, open, impossible or undated."""
    x, y, channel = place
    if made.seen(x, y, at, channel):
        return State.SEEN
    can = feasible(made, x, y, channel)
    if can is None:
        return State.UNDATED
    if not can:
        return State.IMPOSSIBLE
    aspect = Aspect.WEB_PAGE if channel is Channel.WEB else Aspect.REFERENCES
    return State.ABSENT if readings.extent(x, aspect) is Extent.FULL else State.OPEN


@dataclass(frozen=True, slots=True)
class Index:
    """The coherence index: [seen/m, (seen + open)/m] with m = seen + absent + open, pooled over pairs.

    ``counts`` has all five states; ``empty`` lists the pairs without a possible cell.
    """

    value: Interval
    counts: Mapping[State, int]
    pairs: int
    empty: tuple[Ordered, ...] = ()

    @property
    def m(self) -> int:
        """How many cells could hold a citation."""
        return sum(self.counts[state] for state in (State.SEEN, State.ABSENT, State.OPEN))


def index(found: Iterable[IndexCell], plans: AbstractSet[str] | None = None) -> Index:
    """The index of the pairs with an end among some plans, or of all pairs.

    >>> cells = [IndexCell("p", "q", Channel.TEXT, State.SEEN), IndexCell("q", "p", Channel.TEXT, State.OPEN)]
    >>> index(cells).value, index(cells).m, index(cells, {"r"}).m
    (Interval(low=0.5, high=1.0), 2, 0)
    """
    known = [cell for cell in found if plans is None or {cell.source, cell.target} & plans]
    number = Counter(cell.state for cell in known)
    pairs = {(min(cell.source, cell.target), max(cell.source, cell.target)) for cell in known}
    possible = {
        (min(cell.source, cell.target), max(cell.source, cell.target))
        for cell in known if cell.state not in {State.IMPOSSIBLE, State.UNDATED}
    }  # fmt: skip
    return Index(_share(number), {state: number[state] for state in State}, len(pairs), tuple(sorted(pairs - possible)))
