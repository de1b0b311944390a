"""Which plan could cite which, by dates that may be partial; where two plans meet; and whether one cites the other.

A source often gives a month or a year only. A span keeps what is known without making up a day, so
that a comparison can say yes, no, or that it cannot be told. An older plan cannot name a later one
in its text, though it can on a page that is still kept: what could not exist is never missing, and
what the dates leave open is said to be open.

Numbers that depend on what was read are intervals: from what is established to what it becomes if
everything that is still open turned out well (for a rate) or badly (for a debt).
"""

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from pan2kg.coherence.evidence import Aspect, Extent, Level, Readings, Works, counts, firmest

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class Span:
    first: date
    last: date

    def reaches(self, other: "Span") -> bool | None:
        if self.first >= other.last:
            return True
        return False if self.last < other.first else None


def span(text: str) -> Span | None:
    match = _PARTIAL.fullmatch(text)
    try:
        if not match or not match[2]:
            return years(int(match[1])) if match else None
        year, month, day = (int(number or 0) for number in match.groups())
        ending = date(year, month, day or monthrange(year, month)[1])
        return Span(ending if day else ending.replace(day=1), ending)
    except ValueError:
        return None


def years(start: int, end: int | None = None) -> Span:
    return Span(date(start, 1, 1), date(start if end is None else end, 12, 31))


CROSS_REFERENCES: Final = ("cross-reference", "in-line-with", "implementing", "part-of")
"""The cross-reference and the narrower types, which say in what way one cites the other."""
CITING: Final = frozenset({*CROSS_REFERENCES, "succession", "builds-on"})
"""The types of link that are a citation where the source states them in a channel."""
NAMED_TOGETHER: Final = "named-together-with"
"""The relation of a statement that only names two plans in one breath: they are linked, and owe each other nothing."""


class Channel(StrEnum):
    TEXT = "text"
    WEB = "web"


class PlanStatement(NamedTuple):
    source: str
    target: str
    kind: str
    relation: str = ""
    channel: str = ""
    level: Level | None = Level.PLAN
    is_stated: bool = True
    is_backward: bool = False
    link: str = ""

    @property
    def is_citation(self) -> bool:
        return self.kind in CITING and self.is_stated and bool(self.channel)


class Dates(NamedTuple):
    """What is known of when a plan was made: spans, with None for what is not known.

    ``starts`` is the first year of its period. ``page`` is the day its own page was last seen, None
    where no page of its own is recorded. ``country`` is whose plan it is, empty where that is not
    known.
    """

    adopted: Span | None = None
    starts: int | None = None
    revised: Span | None = None
    page: Span | None = None
    is_framework: bool = False
    is_agreement: bool = False
    country: str = ""

    @property
    def issued(self) -> Span | None:
        """When it was issued: its day, else as far as the first year s of its period tells.

        An agreement or government programme is of that year; other plans were adopted from s−1 to
        s+1, as measured on those of which both are known.
        """
        if self.adopted is not None or self.starts is None:
            return self.adopted
        return years(self.starts) if self.is_agreement else years(self.starts - 1, self.starts + 1)


class Verdict(StrEnum):
    EDITION = "edition"
    FRAMEWORK = "framework"
    ABROAD = "abroad"
    IMPOSSIBLE = "impossible"
    UNDATED = "undated"
    SUPERSEDED = "superseded"
    EXPECTED = "expected"


Ordered = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Chronology:
    """Who cites whom, who was put together with whom, and when each plan was made; plans by IRI.

    ``cited`` gives for x → y the firmest level of each channel; ``together`` for each unordered
    pair, as its two IRIs in order, the firmest level of a document that puts the two together,
    ``tied`` that of one that does more than name them together. ``origins`` has x → y where y's own
    words make x its predecessor, basis or mandate. ``line`` names the line of editions of a plan,
    ``later`` its later editions.
    """

    dates: Mapping[str, Dates]
    cited: Mapping[Ordered, Mapping[Channel, Level]] = field(default_factory=dict)
    together: Mapping[Ordered, Level] = field(default_factory=dict)
    tied: Mapping[Ordered, Level] = field(default_factory=dict)
    origins: frozenset[Ordered] = frozenset()
    line: Mapping[str, str] = field(default_factory=dict)
    later: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # what was decided once: figures of four levels ask the same of the same pairs
    verdicts: dict[Ordered, Verdict] = field(default_factory=dict, repr=False, compare=False)
    spans: dict[str, tuple[Span | None, Span | None]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def written(self, plan: str) -> tuple[Span | None, Span | None]:
        if plan not in self.spans:
            dates = self.dates.get(plan, Dates())
            text = issued = dates.issued
            if issued and dates.revised:
                text = Span(
                    max(issued.first, dates.revised.first), max(issued.last, dates.revised.last)
                )
            self.spans[plan] = text, issued
        return self.spans[plan]

    def seen(self, x: str, y: str, at: Level, channel: Channel | None = None) -> bool:
        levels = self.cited.get((x, y))
        if levels is None:
            return False
        return any(counts(level, at) for where, level in levels.items() if channel in {None, where})

    def cited_at(self, x: str, y: str, at: Level = Level.EDITORS) -> Level | None:
        return firmest(level for level in self.cited.get((x, y), {}).values() if counts(level, at))


def chronology(
    works: Works, statements: Iterable[PlanStatement], dates: Mapping[str, Dates]
) -> Chronology:
    """What statements between plans or their actions say of the plans: citations, togetherness, editions, origins.

    Statements within a plan, outside any level or of a machine are left out.
    """
    plans = set(works.plans)
    cited: dict[Ordered, dict[Channel, Level]] = {}
    together: dict[Ordered, Level] = {}
    tied: dict[Ordered, Level] = {}
    origins: set[Ordered] = set()
    after: dict[str, set[str]] = {}
    beside: dict[str, set[str]] = {}
    for statement in statements:
        x = works.home.get(statement.source, statement.source)
        y = works.home.get(statement.target, statement.target)
        level = statement.level
        if x == y or not {x, y} <= plans or level is None or not counts(level, Level.EDITORS):
            continue
        if statement.is_citation:
            levels = cited.setdefault((x, y), {})
            channel = (
                Channel.WEB if statement.channel == Channel.WEB else Channel.TEXT
            )  # an annex is text
            levels[channel] = min(level, levels.get(channel, level))
        else:
            pair = (min(x, y), max(x, y))
            together[pair] = min(level, together.get(pair, level))
            if statement.relation != NAMED_TOGETHER:
                tied[pair] = min(level, tied.get(pair, level))
        if statement.kind == "succession":
            after.setdefault(y, set()).add(x)
            beside.setdefault(y, set()).add(x)
            beside.setdefault(x, set()).add(y)
            origins.add((y, x))
        elif statement.is_citation and (statement.is_backward or statement.kind == "implementing"):
            origins.add((y, x))

    def reached(start: str, step: Mapping[str, set[str]]) -> set[str]:
        plans_there: set[str] = set()
        todo = [start]
        while todo:
            further = step.get(todo.pop(), set()) - plans_there
            plans_there |= further
            todo.extend(further)
        return plans_there

    # the line of each plan is named by its first IRI
    line = {plan: min(reached(plan, beside) | {plan}) for plan in beside}
    later = {plan: frozenset(reached(plan, after) - {plan}) for plan in after}
    return Chronology(dates, cited, together, tied, frozenset(origins), line, later)


def feasible(when: Chronology, x: str, y: str, channel: Channel | None = None) -> bool | None:
    """Whether x could cite y: in its text (also where no channel is given), or on its page; None is unknown.

    A citation that was seen could be made: in that channel, or in any where none is given.
    """
    source = when.dates.get(x, Dates())
    target = when.dates.get(y, Dates())
    if channel is not Channel.WEB and source.is_framework:
        return False
    if when.seen(x, y, Level.EDITORS, channel):
        return True
    if channel is Channel.WEB:
        return source.page.reaches(target.issued) if source.page and target.issued else None
    if (x, y) in when.origins and source.revised is None:
        return False
    text = when.written(x)[0]
    issued = when.written(y)[1]
    return text.reaches(issued) if text and issued else None


def verdict(when: Chronology, x: str, y: str) -> Verdict:
    """Whether x can be expected to cite y, in the order of :class:`Verdict`.

    Abroad: the two are plans of different countries, of which neither is asked to cite the other.
    Superseded: no citation was seen, and x was written when a later edition of y had been issued.
    """
    if (x, y) in when.verdicts:
        return when.verdicts[x, y]
    source = when.dates.get(x, Dates())
    target = when.dates.get(y, Dates())
    can = feasible(when, x, y)
    decided = Verdict.EXPECTED
    if x in when.line and when.line[x] == when.line.get(y):
        decided = Verdict.EDITION
    elif source.is_framework or target.is_framework:
        decided = Verdict.FRAMEWORK
    elif source.country and target.country and source.country != target.country:
        decided = Verdict.ABROAD
    elif not can:
        decided = Verdict.UNDATED if can is None else Verdict.IMPOSSIBLE
    elif y in when.later and not when.seen(x, y, Level.EDITORS) and (text := when.written(x)[0]):
        issued = (when.written(later)[1] for later in when.later[y])
        if any(day is not None and text.first >= day.last for day in issued):
            decided = Verdict.SUPERSEDED
    when.verdicts[x, y] = decided
    return decided


class State(StrEnum):
    SEEN = "seen"
    ABSENT = "absent"
    OPEN = "open"
    IMPOSSIBLE = "impossible"
    UNDATED = "undated"


class Way(StrEnum):
    ACTION = "action"
    MIXED = "mixed"
    PLAN = "plan"


class Bounds(NamedTuple):
    low: float | None
    high: float | None

    @classmethod
    def of(cls, states: Mapping[State, int]) -> "Bounds":
        seen, absent, unread = (
            states.get(state, 0) for state in (State.SEEN, State.ABSENT, State.OPEN)
        )
        whole = seen + absent + unread
        return cls(seen / whole, (seen + unread) / whole) if whole else cls(None, None)


class Occasion(NamedTuple):
    """A plan could be expected to cite another, or is related to it and could not be.

    ``bits`` is what the two share at the level, ≥ 0; ``ways`` says at which precision the source
    cites.
    """

    source: str
    target: str
    verdict: Verdict
    state: State
    bits: float
    ways: tuple[Way, ...] = ()

    @property
    def is_expected(self) -> bool:
        return self.verdict is Verdict.EXPECTED

    @property
    def debt(self) -> float:
        return self.bits if self.is_expected and self.state is not State.SEEN else 0.0


def occasions(
    when: Chronology,
    shared: Mapping[Ordered, float],
    readings: Readings,
    *,
    at: Level,
    ways: Mapping[Ordered, tuple[Way, ...]] | None = None,
) -> tuple[Occasion, ...]:
    """Every ordered pair of related plans at a level, with its verdict and state; most bits first, then by IRI.

    x → y is related where the two share a text that is not general (``shared``: for each unordered
    pair, its IRIs in order, the bits), a document ties them, or y cites x. The citation x → y never
    makes its own occasion, and no more does a document that only names the two together.
    """
    every = []
    ways = ways or {}
    absent = {
        reading.work
        for reading in readings.asserted
        if reading.aspect is Aspect.REFERENCES and reading.extent is Extent.FULL
    }
    for x, y in related(when, shared, at=at):
        state = State.SEEN if when.seen(x, y, at) else State.ABSENT if x in absent else State.OPEN
        bits = shared.get((x, y) if x < y else (y, x), 0.0)
        every.append((-bits, x, y, verdict(when, x, y), state))
    every.sort()
    return tuple(
        Occasion(x, y, expected, state, -bits, ways.get((x, y), ()))
        for bits, x, y, expected, state in every
    )


def state_of(
    when: Chronology, readings: Readings, x: str, y: str, at: Level, channel: Channel | None = None
) -> State:
    if when.seen(x, y, at, channel):
        return State.SEEN
    can = feasible(when, x, y, channel) if channel else True
    if not can:
        return State.UNDATED if can is None else State.IMPOSSIBLE
    aspect = Aspect.WEB_PAGE if channel is Channel.WEB else Aspect.REFERENCES
    return State.ABSENT if readings.extent(x, aspect) is Extent.FULL else State.OPEN


def related(when: Chronology, shared: Mapping[Ordered, float], *, at: Level) -> frozenset[Ordered]:
    met = {pair for pair, bits in shared.items() if bits > 0}
    met |= {pair for pair, level in when.tied.items() if counts(level, at)}
    cited = {(y, x) for x, y in when.cited if when.seen(x, y, at)}
    return frozenset(met | {(y, x) for x, y in met} | cited)


def citing_ways(
    works: Works, statements: Iterable[PlanStatement], *, at: Level
) -> dict[Ordered, tuple[Way, ...]]:
    ways: dict[Ordered, set[Way]] = {}
    for statement in statements:
        if statement.is_citation and counts(statement.level, at):
            ends = statement.source, statement.target
            actions = sum(end in works.home for end in ends)
            pair = works.home.get(ends[0], ends[0]), works.home.get(ends[1], ends[1])
            ways.setdefault(pair, set()).add((Way.PLAN, Way.MIXED, Way.ACTION)[actions])
    return {pair: tuple(sorted(precise, key=list(Way).index)) for pair, precise in ways.items()}


def rate_and_debt(every: Iterable[Occasion]) -> tuple[Bounds, Bounds]:
    expected = [occasion for occasion in every if occasion.is_expected]
    absent, unread = (
        sum(occasion.debt for occasion in expected if occasion.state is state)
        for state in (State.ABSENT, State.OPEN)
    )
    return Bounds.of(Counter(occasion.state for occasion in expected)), Bounds(
        absent, absent + unread
    )


def returns(when: Chronology, readings: Readings, *, at: Level) -> tuple[Occasion, ...]:
    citing = sorted(pair for pair in when.cited if when.seen(*pair, at))
    return tuple(
        Occasion(y, x, verdict(when, y, x), state_of(when, readings, y, x, at), 0.0)
        for x, y in citing
    )


IndexCell = tuple[
    str, str, Channel, State
]  # one of four places of a pair where the first could cite the second


def index_cells(
    when: Chronology, pairs: Iterable[Ordered], readings: Readings, *, at: Level
) -> tuple[IndexCell, ...]:
    """{text, web} × two ways of each linked pair of plans of a country, without editions and frameworks.

    Pairs known only because one cites the other are in it: it says how far the task is done, not
    how often plans cite.
    """
    left_out = {Verdict.EDITION, Verdict.FRAMEWORK, Verdict.ABROAD}
    return tuple(
        (x, y, channel, state_of(when, readings, x, y, at, channel))
        for pair in sorted(pairs)
        if verdict(when, *pair) not in left_out
        for x, y in (pair, pair[::-1])
        for channel in Channel
    )


class Index(NamedTuple):
    """The coherence index: [seen/m, (seen + open)/m] with m = seen + absent + open, pooled over pairs.

    ``counts`` has all five states; ``empty`` lists the pairs without a possible cell.
    """

    value: Bounds
    counts: Mapping[State, int]
    pairs: int
    m: int
    empty: tuple[tuple[str, ...], ...]


def index(cells: Iterable[IndexCell], plans: AbstractSet[str] | None = None) -> Index:
    wanted = [
        (tuple(sorted((x, y))), state)
        for x, y, _, state in cells
        if plans is None or {x, y} & plans
    ]
    number = Counter(state for _, state in wanted)
    pairs = {pair for pair, _ in wanted}
    empty = pairs - {
        pair for pair, state in wanted if state not in (State.IMPOSSIBLE, State.UNDATED)
    }
    m = sum(number[state] for state in (State.SEEN, State.ABSENT, State.OPEN))
    return Index(
        Bounds.of(number),
        {state: number[state] for state in State},
        len(pairs),
        m,
        tuple(sorted(empty)),
    )
