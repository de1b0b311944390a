"""Which plan could cite which, by their dates, which may be partial: what could not exist is never missing.

A source often gives a month or a year only. A span keeps what is known without making up a day, so that a comparison
can say yes, no, or that it cannot be told.

An older plan cannot name a later one in its text, though it can on a page that is still kept. What the dates leave
open is said to be open.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import Final

from pan2kg.coherence.evidence import Level, counts, firmest
from pan2kg.coherence.texts import Works

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class Span:
    """All days from ``first`` to ``last``; the day that is meant is one of them.

    Raises:
        ValueError: the last day is before the first.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a span ends on its first day or after it")

    def reaches(self, other: Span) -> bool | None:
        """Whether this day is the other or a later one; None where the spans allow both.

        >>> year, day = years(2020), Span(date(2019, 12, 11), date(2019, 12, 11))
        >>> year.reaches(day), day.reaches(year), year.reaches(years(2020))
        (True, False, None)
        """
        if self.first >= other.last:
            return True
        return False if self.last < other.first else None


def span(text: str) -> Span | None:
    """The span of a day, a month or a year as written in data; None for anything else, or an impossible day.

    >>> span("2020-02"), span("2020-02-30"), span("soon")
    (Span(first=datetime.date(2020, 2, 1), last=datetime.date(2020, 2, 29)), None, None)
    """
    found = _PARTIAL.fullmatch(text)
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        if year is None or month is None:
            return years(year or 0)
        last = date(year, month, day or monthrange(year, month)[1])
        return Span(last if day else last.replace(day=1), last)
    except ValueError:
        return None


def years(first: int, last: int | None = None) -> Span:
    """From the first day of a year to the last of the same or a later one.

    Raises:
        ValueError: no year between 1 and 9999, or the last before the first.

    >>> years(2019, 2021)
    Span(first=datetime.date(2019, 1, 1), last=datetime.date(2021, 12, 31))
    """
    return Span(date(first, 1, 1), date(first if last is None else last, 12, 31))


def latest(spans: Iterable[Span | None]) -> Span | None:
    """The latest of several days, by both ends; what is not known is left out, None where nothing is.

    >>> latest([years(2019, 2021), years(2020), None])
    Span(first=datetime.date(2020, 1, 1), last=datetime.date(2021, 12, 31))
    """
    known = [one for one in spans if one is not None]
    return Span(max(one.first for one in known), max(one.last for one in known)) if known else None


CROSS_REFERENCES: Final = ("cross-reference", "in-line-with", "implementing", "part-of")
"""The cross-reference and the narrower types, which say in what way one cites the other."""
CITING: Final = frozenset({*CROSS_REFERENCES, "succession", "builds-on"})
"""The types of link that are a citation where the source states them in a channel."""


NAMED_TOGETHER: Final = "named-together-with"
"""The relation of a statement that only names two plans in one breath: they are linked, and owe each other nothing."""


class Channel(StrEnum):
    """Where a plan cites another: in its text, annexes with it, or on its page."""

    TEXT = "text"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Statement:
    """A link between two plans or actions: who says it, how, and in which channel, empty where it has none."""

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
        """Whether the source itself cites the target; anything else only puts the two together."""
        return self.kind in CITING and self.is_stated and bool(self.channel)

    @property
    def where(self) -> Channel:
        """The channel a citation counts in: an annex is text."""
        return Channel.WEB if self.channel == Channel.WEB else Channel.TEXT


@dataclass(frozen=True, slots=True)
class Dates:
    """What is known of when a plan was made: spans, with None for what is not known.

    ``starts`` is the first year of its period. ``page`` is the day its own page was last seen, None where no page
    of its own is recorded. ``country`` is whose plan it is, empty where that is not known.
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

        An agreement or government programme is of that year; other plans were adopted from s−1 to s+1, as measured on
        those of which both are known.

        >>> Dates(starts=2020).issued
        Span(first=datetime.date(2019, 1, 1), last=datetime.date(2021, 12, 31))
        """
        if self.adopted is not None or self.starts is None:
            return self.adopted
        return years(self.starts) if self.is_agreement else years(self.starts - 1, self.starts + 1)

    @property
    def text(self) -> Span | None:
        """When its text was last changed: issued, or revised since."""
        return latest((self.issued, self.revised)) if self.issued is not None else None


class Verdict(StrEnum):
    """Whether one plan can be expected to cite another, in the order in which it is decided."""

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

    ``cited`` gives for x → y the firmest level of each channel; ``together`` for each unordered pair, as its two IRIs
    in order, the firmest level of a document that puts the two together, ``tied`` that of one that does more than name
    them together. ``origins`` has x → y where y's own words
    make x its predecessor, basis or mandate. ``line`` names the line of editions of a plan, ``later`` its later
    editions.
    """

    dates: Mapping[str, Dates]
    cited: Mapping[Ordered, Mapping[Channel, Level]] = field(default_factory=dict)
    together: Mapping[Ordered, Level] = field(default_factory=dict)
    tied: Mapping[Ordered, Level] = field(default_factory=dict)
    origins: frozenset[Ordered] = frozenset()
    line: Mapping[str, str] = field(default_factory=dict)
    later: Mapping[str, frozenset[str]] = field(default_factory=dict)
    verdicts: dict[Ordered, Verdict] = field(default_factory=dict, repr=False, compare=False)
    feasibility: dict[tuple[str, str, Channel | None], bool | None] = field(
        default_factory=dict, repr=False, compare=False
    )
    """What was decided once: figures of four levels ask the same of the same pairs."""

    def seen(self, x: str, y: str, at: Level, channel: Channel | None = None) -> bool:
        """Whether x cites y, in a channel or any, at a level."""
        found = self.cited.get((x, y), {})
        return any(counts(level, at) for where, level in found.items() if channel in {None, where})


def chronology(works: Works, statements: Iterable[Statement], dates: Mapping[str, Dates]) -> Chronology:
    """What statements between plans or their actions say of the plans: citations, togetherness, editions, origins.

    Statements within a plan, outside any level or of a machine are left out.

    >>> works = Works(("p", "q"), {"a": "p"})
    >>> made = chronology(works, [Statement("a", "q", "cross-reference", channel="annex")], {})
    >>> made.cited
    {('p', 'q'): {<Channel.TEXT: 'text'>: <Level.PLAN: 1>}}
    """
    known = list(_between(works, statements))
    cited: dict[Ordered, dict[Channel, Level]] = {}
    together: dict[Ordered, Level] = {}
    tied: dict[Ordered, Level] = {}
    for x, y, level, one in known:
        if one.is_citation:
            here = cited.setdefault((x, y), {})
            here[one.where] = min(level, here.get(one.where, level))
        else:
            pair = (min(x, y), max(x, y))
            together[pair] = min(level, together.get(pair, level))
            if one.relation != NAMED_TOGETHER:
                tied[pair] = min(level, tied.get(pair, level))
    follows = [(x, y) for x, y, _, one in known if one.kind == "succession"]
    backward = [(x, y) for x, y, _, one in known if one.is_citation and (one.is_backward or one.kind == "implementing")]
    origins = frozenset((y, x) for x, y in chain(follows, backward))
    line, later = _editions(follows)
    return Chronology(dates, cited, together, tied, origins, line, later)


def _between(works: Works, statements: Iterable[Statement]) -> Iterable[tuple[str, str, Level, Statement]]:
    own = set(works.plans)
    for one in statements:
        x, y = works.home.get(one.source, one.source), works.home.get(one.target, one.target)
        level = one.level
        if x != y and {x, y} <= own and level is not None and counts(level, Level.EDITORS):
            yield x, y, level, one


def _editions(follows: Iterable[Ordered]) -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    """The line of each plan, named by its first IRI, and the editions after each, from (later, earlier)."""
    after: dict[str, set[str]] = {}
    beside: dict[str, set[str]] = {}
    for later, earlier in follows:
        after.setdefault(earlier, set()).add(later)
        beside.setdefault(earlier, set()).add(later)
        beside.setdefault(later, set()).add(earlier)
    line = {plan: min(_reached(plan, beside) | {plan}) for plan in beside}
    return line, {plan: frozenset(_reached(plan, after) - {plan}) for plan in after}


def _reached(start: str, step: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = [start]
    while todo:
        new = step.get(todo.pop(), set()) - found
        found |= new
        todo.extend(new)
    return found


def feasible(made: Chronology, x: str, y: str, channel: Channel | None = None) -> bool | None:
    """Whether x could cite y: in its text (also where no channel is given), or on its page; None is unknown.

    A citation that was seen could be made: in that channel, or in any where none is given.

    >>> dates = {"p": Dates(adopted=years(2018)), "q": Dates(adopted=years(2020))}
    >>> made = Chronology(dates)
    >>> feasible(made, "q", "p"), feasible(made, "p", "q"), feasible(made, "q", "r")
    (True, False, None)
    """
    place = x, y, channel
    if place not in made.feasibility:
        made.feasibility[place] = _feasible(made, x, y, channel)
    return made.feasibility[place]


def _feasible(made: Chronology, x: str, y: str, channel: Channel | None) -> bool | None:
    one, two = made.dates.get(x, Dates()), made.dates.get(y, Dates())
    if channel is Channel.WEB:
        if made.seen(x, y, Level.EDITORS, channel):
            return True
        return one.page.reaches(two.issued) if one.page and two.issued else None
    if one.is_framework:
        return False
    if made.seen(x, y, Level.EDITORS, channel):
        return True
    if (x, y) in made.origins and one.revised is None:
        return False
    return one.text.reaches(two.issued) if one.text and two.issued else None


def verdict(made: Chronology, x: str, y: str) -> Verdict:
    """Whether x can be expected to cite y, in the order of :class:`Verdict`.

    Abroad: the two are plans of different countries, of which neither is asked to cite the other. Superseded: no
    citation was seen, and x was written when a later edition of y had been issued.

    >>> verdict(Chronology({"p": Dates(is_framework=True)}), "q", "p")
    <Verdict.FRAMEWORK: 'framework'>
    """
    if (x, y) not in made.verdicts:
        made.verdicts[x, y] = _verdict(made, x, y)
    return made.verdicts[x, y]


def _verdict(made: Chronology, x: str, y: str) -> Verdict:
    if x in made.line and made.line[x] == made.line.get(y):
        return Verdict.EDITION
    if any(made.dates.get(plan, Dates()).is_framework for plan in (x, y)):
        return Verdict.FRAMEWORK
    if is_abroad(made, x, y):
        return Verdict.ABROAD
    can = feasible(made, x, y)
    if can is None:
        return Verdict.UNDATED
    if not can:
        return Verdict.IMPOSSIBLE
    if not made.seen(x, y, Level.EDITORS) and _superseded(made, x, y):
        return Verdict.SUPERSEDED
    return Verdict.EXPECTED


def is_abroad(made: Chronology, x: str, y: str) -> bool:
    """Whether two plans are known to be of different countries.

    >>> is_abroad(Chronology({"p": Dates(country="BE"), "q": Dates(country="FR")}), "p", "q")
    True
    """
    one, two = (made.dates.get(plan, Dates()).country for plan in (x, y))
    return bool(one and two) and one != two


def _superseded(made: Chronology, x: str, y: str) -> bool:
    written = made.dates.get(x, Dates()).text
    if written is None:
        return False
    issued = [made.dates.get(later, Dates()).issued for later in made.later.get(y, ())]
    return any(one is not None and written.first >= one.last for one in issued)


def cited_at(made: Chronology, x: str, y: str) -> Level | None:
    """The firmest level at which x cites y in any channel; None where it does not.

    >>> cited_at(Chronology({}), "p", "q") is None
    True
    """
    return firmest(made.cited.get((x, y), {}).values())
