"""Which plan could cite which, by dates that may be partial; where two plans meet; and whether one cites the other.

A source often gives a month or a year only. A span keeps what is known without making up a day, so
that a comparison can say yes, no, or that it cannot be told. An older plan cannot name a later one
in its text, though it can on a page that is still kept: what could not exist is never missing, and
what the dates leave open is said to be open.

From statements and dates to a number, in the order of this module::

    Span, Dates         when a plan was issued, and when its text took its last form
    PlanStatement       what a document says of two plans or their actions
    Chronology          who cites whom, who was put together with whom, which are editions of one plan
    feasible, verdict   whether one plan could cite another, and whether that is expected of it
    occasions           the pairs that are related, with the verdict and what was seen
    rate, debt, index   how many of the expected citations there are, and what those not seen weigh

Numbers that depend on what was read are intervals: from what is established to what it becomes if
everything that is still open turned out well (for a rate) or badly (for a debt).

In what follows an ordered pair is always (who cites, who is cited), by IRI.
"""

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache, cached_property, partial
from typing import NamedTuple

from pan2kg.coherence.evidence import Aspect, Extent, Level, Readings, Works, counts, firmest
from pan2kg.coherence.standing import SAID_OF, Standing

# When a plan was made

_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class Span:
    """From the first to the last day on which something may have happened, both included."""

    first: date
    last: date

    def reaches(self, target: "Span") -> bool | None:
        """Whether this day is that of the target or later; None where the two spans do not tell.

        >>> years(2020).reaches(years(2019)), years(2018).reaches(years(2019))
        (True, False)
        >>> print(years(2020).reaches(years(2020)))
        None
        """
        if self.first >= target.last:
            return True
        if self.last < target.first:
            return False
        return None


def span(text: str) -> Span | None:
    """The span of a date with a year, a month or a day; None for what is no such date.

    >>> span("2020-02")
    Span(first=datetime.date(2020, 2, 1), last=datetime.date(2020, 2, 29))
    >>> span("2020-02-29") == Span(date(2020, 2, 29), date(2020, 2, 29))
    True
    >>> span("2021-02-29") is span("spring 2021") is None
    True
    """
    match = _PARTIAL_DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(number or 0) for number in match.groups())
    try:
        if match[2] is None:
            return years(year)
        if match[3] is None:
            return Span(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
        return Span(date(year, month, day), date(year, month, day))
    except ValueError:  # a month, a day or a year 0 that does not exist
        return None


def years(start: int, end: int | None = None) -> Span:
    """From the first day of one year to the last day of that year, or of a later one.

    >>> years(2019, 2021)
    Span(first=datetime.date(2019, 1, 1), last=datetime.date(2021, 12, 31))
    """
    return Span(date(start, 1, 1), date(start if end is None else end, 12, 31))


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

        >>> Dates(starts=2020).issued == years(2019, 2021)
        True
        >>> Dates(starts=2020, is_agreement=True).issued == years(2020)
        True
        """
        if self.adopted is not None or self.starts is None:
            return self.adopted
        if self.is_agreement:
            return years(self.starts)
        return years(self.starts - 1, self.starts + 1)


class Written(NamedTuple):
    """When a plan was issued, and when its text took its last form: the same day unless it was revised."""

    text: Span | None
    issued: Span | None


_UNDATED = Written(None, None)


def _written(dates: Dates) -> Written:
    issued = dates.issued
    revised = dates.revised
    if issued is None or revised is None:
        return Written(issued, issued)
    latest = Span(max(issued.first, revised.first), max(issued.last, revised.last))
    return Written(latest, issued)


# What documents say of two plans

CROSS_REFERENCES = ("cross-reference", "in-line-with", "implementing", "part-of")
"""The cross-reference and the narrower types, which say in what way one cites the other."""
CITING = frozenset({*CROSS_REFERENCES, "succession", "builds-on"})
"""The types of link that are a citation where the source states them in a channel."""
NAMED_TOGETHER = "named-together-with"
"""The relation of a statement that only names two plans in one breath: they are linked, and owe each other nothing."""


class Channel(StrEnum):
    """Where one plan cites another: in its text, with its annexes, or on its page."""

    TEXT = "text"
    WEB = "web"


class PlanStatement(NamedTuple):
    """What a document says of two plans, or of actions of theirs.

    ``kind`` is the type of the link and ``relation`` its narrower relation, by their keys;
    ``channel`` is empty where a third document says it. ``is_stated`` is false of what was
    concluded, ``is_backward`` true where the target is what the source goes back to: its
    predecessor, its basis or its mandate. ``level`` is None for what is outside every figure.
    """

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
        """Whether the source itself says it, in a channel of its own.

        >>> PlanStatement("P", "Q", "cross-reference", channel="annex").is_citation
        True
        >>> PlanStatement("P", "Q", "cross-reference").is_citation
        False
        """
        return self.kind in CITING and self.is_stated and bool(self.channel)


Ordered = tuple[str, str]
"""Two plans by IRI: who cites and who is cited, or the two in the order of their IRIs where neither comes first."""


class Verdict(StrEnum):
    """Whether one plan can be expected to cite another, and if not, why: the first reason in this order."""

    EDITION = "edition"
    FRAMEWORK = "framework"
    ABROAD = "abroad"
    IMPOSSIBLE = "impossible"
    UNDATED = "undated"
    SUPERSEDED = "superseded"
    EXPECTED = "expected"


@dataclass(frozen=True)
class Chronology:
    """Who cites whom, who was put together with whom, and when each plan was made; plans by IRI.

    ``cited`` gives for an ordered pair the firmest level of each channel; ``together`` for each
    unordered pair, as its two IRIs in order, the firmest level of a document that puts the two
    together, ``tied`` that of one that does more than name them together. ``origins`` has (x, y)
    where y's own words make x its predecessor, basis or mandate. ``line`` names the line of
    editions of a plan, ``later`` its later editions.
    """

    dates: Mapping[str, Dates]
    cited: Mapping[Ordered, Mapping[Channel, Level]] = field(default_factory=dict)
    together: Mapping[Ordered, Level] = field(default_factory=dict)
    tied: Mapping[Ordered, Level] = field(default_factory=dict)
    origins: frozenset[Ordered] = frozenset()
    line: Mapping[str, str] = field(default_factory=dict)
    later: Mapping[str, frozenset[str]] = field(default_factory=dict)

    # Decided once: figures of four levels ask the same of the same plans and pairs

    @cached_property
    def written_by_plan(self) -> dict[str, Written]:
        """When each plan of which any date is known was written."""
        return {plan: _written(dates) for plan, dates in self.dates.items()}

    @cached_property
    def decided(self) -> Callable[[str, str], Verdict]:
        """What :func:`verdict` says of an ordered pair."""
        return cache(partial(_decided, self))

    def written(self, plan: str) -> Written:
        """When a plan was issued, and when its text took its last form.

        >>> when = Chronology({"P": Dates(adopted=span("2019"), revised=span("2021-05"))})
        >>> when.written("P").text
        Span(first=datetime.date(2021, 5, 1), last=datetime.date(2021, 5, 31))
        """
        return self.written_by_plan.get(plan, _UNDATED)

    def seen(self, source: str, target: str, at: Level, channel: Channel | None = None) -> bool:
        """Whether a figure at a level may say that one plan cites the other, in a channel or in any."""
        levels = self.cited.get((source, target))
        if levels is None:
            return False
        return any(counts(level, at) for where, level in levels.items() if channel in {None, where})

    def cited_at(self, source: str, target: str, at: Level = Level.EDITORS) -> Level | None:
        """The firmest level at which one plan cites the other, up to a level; None where nobody saw it.

        >>> cited = {("P", "Q"): {Channel.TEXT: Level.OTHER, Channel.WEB: Level.OFFICIAL}}
        >>> when = Chronology({}, cited)
        >>> when.cited_at("P", "Q").key, when.cited_at("P", "Q", Level.PLAN)
        ('official', None)
        """
        levels = self.cited.get((source, target), {})
        return firmest(level for level in levels.values() if counts(level, at))


def chronology(
    works: Works, statements: Iterable[PlanStatement], dates: Mapping[str, Dates]
) -> Chronology:
    """What statements between plans or their actions say of the plans: citations, togetherness, editions, origins.

    Statements within a plan, outside any level or of a machine are left out.

    >>> works = Works(("P", "Q"), {"p1": "P"})
    >>> when = chronology(works, [PlanStatement("p1", "Q", "succession", channel="text")], {})
    >>> when.cited
    {('P', 'Q'): {<Channel.TEXT: 'text'>: <Level.PLAN: 1>}}
    >>> when.line, when.later, when.origins
    ({'Q': 'P', 'P': 'P'}, {'Q': frozenset({'P'})}, frozenset({('Q', 'P')}))
    """
    plans = set(works.plans)
    gathered = _OfPlans()
    for statement in statements:
        source = works.home.get(statement.source, statement.source)
        target = works.home.get(statement.target, statement.target)
        if source == target or source not in plans or target not in plans:
            continue
        if statement.level is not None and counts(statement.level, Level.EDITORS):
            gathered.add(statement, source, target, statement.level)
    # the line of each plan is named by its first IRI
    line = {plan: min(_reached(plan, gathered.beside) | {plan}) for plan in gathered.beside}
    later = {plan: frozenset(_reached(plan, gathered.after) - {plan}) for plan in gathered.after}
    return Chronology(
        dates,
        gathered.cited,
        gathered.together,
        gathered.tied,
        frozenset(gathered.origins),
        line,
        later,
    )


@dataclass(slots=True)
class _OfPlans:
    """What the statements say of plans, as they are gone through.

    ``after`` has the next editions of a plan, ``beside`` the next and the ones before.
    """

    cited: dict[Ordered, dict[Channel, Level]] = field(default_factory=dict)
    together: dict[Ordered, Level] = field(default_factory=dict)
    tied: dict[Ordered, Level] = field(default_factory=dict)
    origins: set[Ordered] = field(default_factory=set)
    after: dict[str, set[str]] = field(default_factory=dict)
    beside: dict[str, set[str]] = field(default_factory=dict)

    def add(self, statement: PlanStatement, source: str, target: str, level: Level) -> None:
        if statement.is_citation:
            # an annex is text
            is_page = statement.channel == Channel.WEB
            channel = Channel.WEB if is_page else Channel.TEXT
            levels = self.cited.setdefault((source, target), {})
            levels[channel] = min(level, levels.get(channel, level))
        else:
            pair = (min(source, target), max(source, target))
            self.together[pair] = min(level, self.together.get(pair, level))
            if statement.relation != NAMED_TOGETHER:
                self.tied[pair] = min(level, self.tied.get(pair, level))
        if statement.kind == "succession":
            self.after.setdefault(target, set()).add(source)
            self.beside.setdefault(target, set()).add(source)
            self.beside.setdefault(source, set()).add(target)
            self.origins.add((target, source))
        elif statement.is_citation and (statement.is_backward or statement.kind == "implementing"):
            self.origins.add((target, source))


def _reached(start: str, step: Mapping[str, set[str]]) -> set[str]:
    """The plans reached over any number of steps, the first one only if steps lead back to it."""
    plans = set[str]()
    todo = [start]
    while todo:
        further = step.get(todo.pop(), set()) - plans
        plans |= further
        todo.extend(further)
    return plans


# Could it be, and is it expected


def feasible(
    when: Chronology, source: str, target: str, channel: Channel | None = None
) -> bool | None:
    """Whether one plan could cite another: in its text (also where no channel is given), or on its page.

    None where that cannot be told. A citation that was seen could be made: in that channel, or in
    any where none is given. In its text an international framework cites no plan, and a plan that
    was not revised cites none that goes back to it.

    >>> when = Chronology({"P": Dates(adopted=span("2019")), "Q": Dates(adopted=span("2021"))})
    >>> feasible(when, "Q", "P"), feasible(when, "P", "Q"), feasible(when, "P", "R")
    (True, False, None)
    """
    dates = when.dates.get(source, Dates())
    if channel is not Channel.WEB and dates.is_framework:
        return False
    if when.seen(source, target, Level.EDITORS, channel):
        return True
    issued = when.written(target).issued
    if channel is Channel.WEB:
        return _reaches(dates.page, issued)
    if (source, target) in when.origins and dates.revised is None:
        return False
    return _reaches(when.written(source).text, issued)


def _reaches(written: Span | None, issued: Span | None) -> bool | None:
    if written is None or issued is None:
        return None
    return written.reaches(issued)


def verdict(when: Chronology, source: str, target: str) -> Verdict:
    """Whether one plan can be expected to cite another, in the order of :class:`Verdict`.

    Abroad: the two are plans of different countries, of which neither is asked to cite the other.
    Superseded: no citation was seen, and the one was written when a later edition of the other had
    been issued.

    >>> when = Chronology({"P": Dates(adopted=span("2019")), "Q": Dates(adopted=span("2021"))})
    >>> verdict(when, "Q", "P").value, verdict(when, "P", "Q").value
    ('expected', 'impossible')
    """
    return when.decided(source, target)


def _decided(when: Chronology, source: str, target: str) -> Verdict:
    if source in when.line and when.line[source] == when.line.get(target):
        return Verdict.EDITION
    dates = when.dates.get(source, Dates())
    of_target = when.dates.get(target, Dates())
    if dates.is_framework or of_target.is_framework:
        return Verdict.FRAMEWORK
    if dates.country and of_target.country and dates.country != of_target.country:
        return Verdict.ABROAD
    is_feasible = feasible(when, source, target)
    if is_feasible is None:
        return Verdict.UNDATED
    if not is_feasible:
        return Verdict.IMPOSSIBLE
    if _is_superseded(when, source, target):
        return Verdict.SUPERSEDED
    return Verdict.EXPECTED


def _is_superseded(when: Chronology, source: str, target: str) -> bool:
    text = when.written(source).text
    if text is None or when.seen(source, target, Level.EDITORS):
        return False
    for edition in when.later.get(target, ()):
        issued = when.written(edition).issued
        if issued is not None and text.first >= issued.last:
            return True
    return False


# What was seen of a citation


def state_of(
    when: Chronology,
    readings: Readings,
    source: str,
    target: str,
    at: Level,
    channel: Channel | None = None,
) -> Standing:
    """What is known at a level of a citation of one plan by another, in a channel or in any.

    « Absent » needs a reading in full of the page, or of the text for what it refers to.

    >>> when = Chronology({"P": Dates(adopted=span("2019")), "Q": Dates(adopted=span("2021"))})
    >>> state_of(when, Readings(), "Q", "P", Level.PLAN).value
    'open'
    >>> state_of(when, Readings(), "P", "Q", Level.PLAN, Channel.TEXT).value
    'impossible'
    """
    if when.seen(source, target, at, channel):
        return Standing.STATED
    if channel is not None:
        is_feasible = feasible(when, source, target, channel)
        if is_feasible is None:
            return Standing.UNDATED
        if not is_feasible:
            return Standing.IMPOSSIBLE
    aspect = Aspect.WEB_PAGE if channel is Channel.WEB else Aspect.REFERENCES
    is_read = readings.extent(source, aspect) is Extent.FULL
    return Standing.ABSENT if is_read else Standing.UNREAD


# Where a plan could be expected to cite another


class Way(StrEnum):
    """How precisely a plan cites: an action names an action, one side only is an action, or plan names plan."""

    ACTION = "action"
    MIXED = "mixed"
    PLAN = "plan"


_WAY_BY_ACTIONS = (Way.PLAN, Way.MIXED, Way.ACTION)
"""By how many of the two ends of a citation are actions."""


def citing_ways(
    works: Works, statements: Iterable[PlanStatement], *, at: Level
) -> dict[Ordered, tuple[Way, ...]]:
    """At which precisions each plan cites another, of the citations that count at a level, the most precise first.

    >>> statements = [PlanStatement(work, "Q", "cross-reference", channel="text") for work in ("P", "p1")]
    >>> [way.value for way in citing_ways(Works(("P", "Q"), {"p1": "P"}), statements, at=Level.PLAN)["P", "Q"]]
    ['mixed', 'plan']
    """
    home = works.home
    ways: dict[Ordered, set[Way]] = {}
    for statement in statements:
        if statement.is_citation and counts(statement.level, at):
            source = statement.source
            target = statement.target
            pair = home.get(source, source), home.get(target, target)
            actions = (source in home) + (target in home)
            ways.setdefault(pair, set()).add(_WAY_BY_ACTIONS[actions])
    order = list(Way).index
    return {pair: tuple(sorted(precisions, key=order)) for pair, precisions in ways.items()}


class Occasion(NamedTuple):
    """A plan could be expected to cite another, or is related to it and could not be.

    ``bits`` is what the two share at the level, ≥ 0; ``ways`` says at which precision the source
    cites.
    """

    source: str
    target: str
    verdict: Verdict
    state: Standing
    bits: float
    ways: tuple[Way, ...] = ()

    @property
    def is_expected(self) -> bool:
        """Whether the source can be expected to cite the target: only these are counted in a rate."""
        return self.verdict is Verdict.EXPECTED

    @property
    def debt(self) -> float:
        """What the two share in bits, where a citation is expected and was not seen; else 0.

        >>> Occasion("P", "Q", Verdict.EXPECTED, Standing.UNREAD, 1.5).debt
        1.5
        >>> Occasion("P", "Q", Verdict.EXPECTED, Standing.STATED, 1.5).debt
        0.0
        """
        return self.bits if self.is_expected and self.state is not Standing.STATED else 0.0


def related(when: Chronology, shared: Mapping[Ordered, float], *, at: Level) -> frozenset[Ordered]:
    """The ordered pairs of plans that a citation would join: both ways of what meets, and back from who cites.

    Two plans meet where they share a text that is not general (``shared``: for each unordered pair,
    its IRIs in order, the bits) or a document ties them.

    >>> cited = Chronology({}, {("P", "Q"): {Channel.TEXT: Level.PLAN}})
    >>> sorted(related(cited, {("R", "S"): 2.0}, at=Level.PLAN))
    [('Q', 'P'), ('R', 'S'), ('S', 'R')]
    """
    met = {pair for pair, bits in shared.items() if bits > 0}
    met |= {pair for pair, level in when.tied.items() if counts(level, at)}
    back = {(target, source) for source, target in met}
    back |= {(target, source) for source, target in when.cited if when.seen(source, target, at)}
    return frozenset(met | back)


def occasions(
    when: Chronology,
    shared: Mapping[Ordered, float],
    readings: Readings,
    *,
    at: Level,
    ways: Mapping[Ordered, tuple[Way, ...]] = {},
) -> tuple[Occasion, ...]:
    """Every ordered pair of related plans at a level, with its verdict and state; most bits first, then by IRI.

    Which are :func:`related` says: a citation never makes its own occasion, and no more does a
    document that only names the two together.

    >>> when = Chronology({"P": Dates(adopted=span("2019")), "Q": Dates(adopted=span("2021"))})
    >>> for of in occasions(when, {("P", "Q"): 2.0}, Readings(), at=Level.PLAN):
    ...     print(of.source, of.target, of.verdict, of.state, of.bits)
    P Q impossible open 2.0
    Q P expected open 2.0
    """
    # a plan by itself, since no plan inherits a reading: asked once and not for each pair
    read = set()
    for reading in readings.asserted:
        if reading.aspect is Aspect.REFERENCES and reading.extent is Extent.FULL:
            read.add(reading.work)
    rows = []
    for source, target in related(when, shared, at=at):
        if when.seen(source, target, at):
            state = Standing.STATED
        elif source in read:
            state = Standing.ABSENT
        else:
            state = Standing.UNREAD
        pair = (min(source, target), max(source, target))
        expected = verdict(when, source, target)
        precisions = ways.get((source, target), ())
        bits = shared.get(pair, 0.0)
        rows.append(Occasion(source, target, expected, state, bits, precisions))
    rows.sort(key=lambda row: (-row.bits, row.source, row.target))
    return tuple(rows)


def returns(when: Chronology, readings: Readings, *, at: Level) -> tuple[Occasion, ...]:
    """For each plan that cites another at a level, whether the other cites it back, without bits; by IRI."""
    rows = []
    for citing, cited in sorted(when.cited):
        if when.seen(citing, cited, at):
            state = state_of(when, readings, cited, citing, at)
            rows.append(Occasion(cited, citing, verdict(when, cited, citing), state, 0.0))
    return tuple(rows)


# Rate, debt and index


class Bounds(NamedTuple):
    """The two ends of an interval; None for both where there is nothing to divide by."""

    low: float | None
    high: float | None

    @classmethod
    def of(cls, states: Mapping[Standing, int]) -> "Bounds":
        """The share that was seen of seen, absent and open: [seen/m, (seen + open)/m].

        >>> Bounds.of({Standing.STATED: 1, Standing.ABSENT: 1, Standing.UNREAD: 2, Standing.UNDATED: 5})
        Bounds(low=0.25, high=0.75)
        """
        seen = states.get(Standing.STATED, 0)
        unread = states.get(Standing.UNREAD, 0)
        whole = seen + states.get(Standing.ABSENT, 0) + unread
        if not whole:
            return cls(None, None)
        return cls(seen / whole, (seen + unread) / whole)


class RateAndDebt(NamedTuple):
    """How many of the citations that are expected were seen, and what those not seen weigh in bits."""

    rate: Bounds
    debt: Bounds


def rate_and_debt(every: Iterable[Occasion]) -> RateAndDebt:
    """The citation rate [seen/E, (seen + open)/E] over the expected occasions E, and the debt in bits.

    The debt is [Σ absent, Σ absent + Σ open] of what the plans share where a citation is expected
    and was not seen. What is not expected is in no denominator.

    >>> seen = Occasion("P", "Q", Verdict.EXPECTED, Standing.STATED, 3.0)
    >>> unread = Occasion("Q", "R", Verdict.EXPECTED, Standing.UNREAD, 1.5)
    >>> rate_and_debt([seen, unread, seen._replace(verdict=Verdict.ABROAD)])
    RateAndDebt(rate=Bounds(low=0.5, high=1.0), debt=Bounds(low=0, high=1.5))
    """
    expected = [occasion for occasion in every if occasion.is_expected]
    absent = sum(occasion.debt for occasion in expected if occasion.state is Standing.ABSENT)
    unread = sum(occasion.debt for occasion in expected if occasion.state is Standing.UNREAD)
    rate = Bounds.of(Counter(occasion.state for occasion in expected))
    return RateAndDebt(rate, Bounds(absent, absent + unread))


class IndexCell(NamedTuple):
    """One of the four places of a pair of plans where one could cite the other: a channel, one way."""

    source: str
    target: str
    channel: Channel
    state: Standing


_OUTSIDE_INDEX = frozenset({Verdict.EDITION, Verdict.FRAMEWORK, Verdict.ABROAD})


def index_cells(
    when: Chronology, pairs: Iterable[Ordered], readings: Readings, *, at: Level
) -> tuple[IndexCell, ...]:
    """{text, web} × two ways of each linked pair of plans of a country, without editions and frameworks.

    Pairs known only because one cites the other are in it: it says how far the task is done, not
    how often plans cite.

    >>> cells = index_cells(Chronology({}), [("P", "Q")], Readings(), at=Level.PLAN)
    >>> [(cell.source, cell.channel.value, cell.state.value) for cell in cells[:3]]
    [('P', 'text', 'undated'), ('P', 'web', 'undated'), ('Q', 'text', 'undated')]
    """
    cells = []
    for pair in sorted(pairs):
        if verdict(when, *pair) in _OUTSIDE_INDEX:
            continue
        for source, target in (pair, pair[::-1]):
            for channel in Channel:
                state = state_of(when, readings, source, target, at, channel)
                cells.append(IndexCell(source, target, channel, state))
    return tuple(cells)


class Index(NamedTuple):
    """The coherence index: [seen/m, (seen + open)/m] with m = seen + absent + open, pooled over pairs.

    ``counts`` has all five states; ``empty`` lists the pairs without a possible cell.
    """

    value: Bounds
    counts: Mapping[Standing, int]
    pairs: int
    m: int
    empty: tuple[tuple[str, ...], ...]


def index(cells: Iterable[IndexCell], plans: AbstractSet[str] | None = None) -> Index:
    """The coherence index over the cells, or over those of the pairs with one of the plans.

    >>> states = (Standing.STATED, Standing.UNREAD, Standing.IMPOSSIBLE)
    >>> index(IndexCell("P", "Q", Channel.TEXT, state) for state in states).value
    Bounds(low=0.5, high=1.0)
    """
    number = dict.fromkeys(SAID_OF["citation"], 0)
    pairs = set()
    possible = set()
    for source, target, _, state in cells:
        if plans is not None and source not in plans and target not in plans:
            continue
        pair = tuple(sorted((source, target)))
        number[state] += 1
        pairs.add(pair)
        if state not in (Standing.IMPOSSIBLE, Standing.UNDATED):
            possible.add(pair)
    m = number[Standing.STATED] + number[Standing.ABSENT] + number[Standing.UNREAD]
    return Index(Bounds.of(number), number, len(pairs), m, tuple(sorted(pairs - possible)))
