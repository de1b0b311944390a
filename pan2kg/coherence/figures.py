"""The register of figures: each number that is shown, defined once, with its words, its population and its list.

Home page, command line, report, exports and Python take a figure from here and link to its
definition; a figure is never counted anywhere else. Every figure is told with its values at the
four levels of evidence, which are nested: what is added from one to the next is the breakdown.
Counts of links are led back to one another (:func:`reconcile`), and pairs stand in one order
wherever they are listed (:func:`meetings`).

From top to bottom: what a figure is; the lists behind the figures; among how many they are counted;
the numbers told of a list; the register itself; what is asked of it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from math import comb
from typing import Any, NamedTuple

import numpy as np

from pan2kg.coherence import FIGURED, HEADLINE, Level, citations, counts
from pan2kg.coherence.citations import Channel, Ordered, Verdict, verdict
from pan2kg.coherence.known import BasisLine, Known, basis_line, in_order
from pan2kg.coherence.standing import Standing
from pan2kg.coherence.weight import Pairs
from pan2kg.i18n import Message

Scalar = str | float | None
Row = tuple[Scalar, ...]
Rows = tuple[Row, ...]
Value = tuple[float | None, ...]
"""One number, the two ends of an interval, or one number a part; None where there is nothing to divide by."""
Counting = Callable[[Known], int]


class Unit(StrEnum):
    """What a figure counts in: whole numbers, shares from 0 to 1, or bits."""

    COUNT = "count"
    SHARE = "share"
    BITS = "bits"


def _length(_: Known, rows: Rows) -> Value:
    return (float(len(rows)),)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: its list, and the numbers told of it.

    ``rows`` is the list behind it, records whose fields are ``columns``; ``value`` what is told of the list;
    ``population`` how many there could be. Two numbers of a share or of bits are the ends of an
    interval; several counts are told apart by ``parts``, keys of messages. ``length`` says how long
    a list is that need not be made for it: there may be millions of pairs of actions.
    """

    id: str
    columns: tuple[str, ...]
    rows: Callable[[Known], Rows]
    population: Counting
    value: Callable[[Known, Any], Value] = _length
    unit: Unit = Unit.COUNT
    parts: tuple[str, ...] = ()
    length: Counting | None = None

    def name(self, asked_by: str | Message = "") -> Message:
        """What it is called; the action that asks for it stands in the name of some."""
        return Message("figure", self.id, {"action": asked_by})

    def message(self, part: str) -> Message:
        """Its « meaning », its « formula », or « among » how many it is counted.

        >>> FIGURES[0].message("among").key
        'linked-plan-pairs.among'
        """
        key = f"{self.id}.{part}"
        return Message("figure", _SHARED_WORDS.get(key, key))

    def at(self, facts: Known) -> Value:
        """Its value from what is known at a level, without making a list whose length is enough."""
        if self.length is not None:
            return (float(self.length(facts)),)
        return self.value(facts, self.rows(facts))


_SHARED_WORDS = {
    "sharing-plan-pairs.among": "linked-plan-pairs.among",
    "sharing-plan-pairs.formula": "linked-action-pairs.formula",
    "broad-plan-pairs.among": "linked-plan-pairs.among",
    "broad-plan-pairs.formula": "broad-action-pairs.formula",
    "broad-action-pairs.among": "linked-action-pairs.among",
    "linked-frameworks.among": "linked-editions.among",
    "linked-frameworks.formula": "linked-editions.formula",
    "linked-abroad.among": "linked-editions.among",
    "linked-abroad.formula": "linked-editions.formula",
    "texts-read.among": "linked-actions.among",
    "not-expected.among": "occasions.among",
    "debt.among": "citations-made.among",
    "citation-rate.among": "citations-made.among",
    "coherence-index-all.among": "coherence-index.among",
    "coherence-index-all.formula": "coherence-index.formula",
    "plans-with-texts.formula": "texts-read.formula",
    "lists.among": "plans-with-texts.among",
}
"""The words that say of several figures what they are counted among, or how."""


# Lists of pairs of plans


class LinkedPair(NamedTuple):
    """Two linked plans, the verdicts on a citation each way, and by whose word each cites the other."""

    plan: str
    other_plan: str
    verdict: str
    verdict_back: str
    bits: float
    cites_at: str
    cited_at: str


_KINDS = {
    "editions": Verdict.EDITION,
    "frameworks": Verdict.FRAMEWORK,
    "abroad": Verdict.ABROAD,
}
"""The linked pairs that are told apart, by the verdict on them."""


@lru_cache(maxsize=8)  # several figures count the same list
def _linked(facts: Known) -> tuple[LinkedPair, ...]:
    """The linked pairs of plans, those that share most first."""
    when = facts.chronology
    shared = facts.shared
    rows = []
    for x, y in sorted(facts.linked, key=lambda pair: (-shared.get(pair, 0.0), pair)):
        linked = LinkedPair(
            x,
            y,
            verdict(when, x, y).value,
            verdict(when, y, x).value,
            shared.get((x, y), 0.0),
            cites_at=_key(when.cited_at(x, y, facts.level)),
            cited_at=_key(when.cited_at(y, x, facts.level)),
        )
        rows.append(linked)
    return tuple(rows)


def _key(level: Level | None) -> str:
    return "" if level is None else level.key


def _linked_as(kind: Verdict) -> Callable[[Known], Rows]:
    """The linked pairs on which the verdict is of a kind."""

    def rows(facts: Known) -> Rows:
        return tuple(row for row in _linked(facts) if row.verdict == kind)

    return rows


class CitingPair(NamedTuple):
    """One plan cites another: whether in its text, whether on its page (1 or 0), and on whose word."""

    plan: str
    other_plan: str
    text: float
    web: float
    level: str


def _citing(facts: Known) -> Rows:
    """The ordered pairs of which one plan cites the other."""
    when = facts.chronology
    rows = []
    for x, y in sorted(when.cited):
        level = when.cited_at(x, y, facts.level)
        if level is not None:
            in_text = when.seen(x, y, facts.level, Channel.TEXT)
            on_page = when.seen(x, y, facts.level, Channel.WEB)
            rows.append(CitingPair(x, y, float(in_text), float(on_page), level.key))
    return tuple(rows)


class _Sharing(NamedTuple):
    """Pairs of works of which something is shared, and what they are called."""

    works: str
    pairs: Callable[[Known], Pairs]
    names: Callable[[Known], tuple[str, ...]]


_PLANS = _Sharing("plan", lambda facts: facts.plans, lambda facts: facts.tables.works.plans)
_ACTIONS = _Sharing("action", lambda facts: facts.actions, lambda facts: facts.potential.names)


def _sharing_figure(
    name: str, sharing: _Sharing, population: Counting, *, is_specific: bool
) -> Figure:
    """Pairs of plans or actions that share something specific, or something general only, most first."""

    def rows(facts: Known) -> Rows:
        wanted = []
        for pair in sharing.pairs(facts).named(sharing.names(facts)):
            is_wanted = pair.low > 0 if is_specific else pair.low <= 0 < pair.broad
            if is_wanted:
                wanted.append(pair)
        return tuple(sorted(wanted, key=lambda pair: (-pair.low, -pair.broad, pair.one, pair.two)))

    def length(facts: Known) -> int:
        pairs = sharing.pairs(facts)
        if is_specific:
            return int(np.count_nonzero(pairs.low > 0))
        return int(np.count_nonzero((pairs.low <= 0) & (pairs.broad > 0)))

    columns = (sharing.works, f"other_{sharing.works}", "bits", "general_bits")
    return Figure(name, columns, rows, population, length=length)


# Lists of occasions to cite

_STATES = (Standing.STATED, Standing.ABSENT, Standing.UNREAD)
_APART = tuple(reason for reason in Verdict if reason is not Verdict.EXPECTED)
"""Why a citation is not expected."""


class ExpectedCitation(NamedTuple):
    """One plan is expected to cite another: how that stands, what both share, and how precisely it cites."""

    plan: str
    other_plan: str
    state: str
    bits: float
    ways: str


class UnexpectedCitation(NamedTuple):
    """One plan is related to another and not expected to cite it: why not, and what both share."""

    plan: str
    other_plan: str
    verdict: str
    bits: float


class OwedCitation(NamedTuple):
    """A citation that is expected and was not seen: how that stands, and what both plans share."""

    plan: str
    other_plan: str
    state: str
    bits: float


def _expected(facts: Known) -> tuple[ExpectedCitation, ...]:
    """The ordered pairs of which a citation is expected, those that share most first."""
    return tuple(
        ExpectedCitation(
            occasion.source,
            occasion.target,
            occasion.state.value,
            occasion.bits,
            " ".join(occasion.ways),
        )
        for occasion in facts.occasions
        if occasion.is_expected
    )


def _not_expected(facts: Known) -> tuple[UnexpectedCitation, ...]:
    return tuple(
        UnexpectedCitation(occasion.source, occasion.target, occasion.verdict.value, occasion.bits)
        for occasion in facts.occasions
        if not occasion.is_expected
    )


def _owing(facts: Known) -> tuple[OwedCitation, ...]:
    return tuple(
        OwedCitation(occasion.source, occasion.target, occasion.state.value, occasion.debt)
        for occasion in facts.occasions
        if occasion.debt > 0
    )


class IndexPlace(NamedTuple):
    """A place where one linked plan could cite the other: its text or its page, and how that stands."""

    plan: str
    other_plan: str
    channel: str
    state: str


@lru_cache(maxsize=16)
def _index_places(facts: Known, *, is_focused: bool) -> tuple[IndexPlace, ...]:
    """The places where linked plans could cite each other, of all pairs or of those of the plan in focus."""
    focus = facts.tables.focus
    pairs: Iterable[Ordered] = facts.linked
    if is_focused:
        pairs = [pair for pair in pairs if focus in pair]
    cells = citations.index_cells(facts.chronology, pairs, facts.tables.readings, at=facts.level)
    return tuple(
        IndexPlace(cell.source, cell.target, cell.channel.value, cell.state.value) for cell in cells
    )


def _index_figure(name: str, *, is_focused: bool) -> Figure:
    def rows(facts: Known) -> Rows:
        return _index_places(facts, is_focused=is_focused)

    def possible(facts: Known) -> int:
        places = _index_places(facts, is_focused=is_focused)
        return sum(place.state in _STATES for place in places)

    return Figure(name, IndexPlace._fields, rows, possible, _index_value, Unit.SHARE)


def _index_value(_: Known, places: Iterable[IndexPlace]) -> Value:
    return tuple(citations.Bounds.of(Counter(Standing(place.state) for place in places)))


# Lists of actions and of plans


class LinkedAction(NamedTuple):
    """A linked action: whether a statement between plans names it, and whether it shares something (1 or 0)."""

    action: str
    plan: str
    in_statement: float
    sharing: float


def _linked_actions(facts: Known) -> tuple[LinkedAction, ...]:
    """The actions a statement between two plans names, or that share something specific with one of another plan."""
    home = facts.tables.works.home
    pairs = facts.actions
    stated = set[str]()
    for statement in facts.statements:
        stated.update(end for end in (statement.source, statement.target) if end in home)
    is_shared = pairs.low > 0
    ends = np.unique(np.concatenate([pairs.one[is_shared], pairs.two[is_shared]]))
    sharing = {facts.potential.names[end] for end in ends.tolist()}
    return tuple(
        LinkedAction(action, home[action], float(action in stated), float(action in sharing))
        for action in sorted(stated | sharing)
    )


class NamingAction(NamedTuple):
    """An action of a plan, and how many times it names a text."""

    action: str
    plan: str
    texts: float


def _actions_naming(facts: Known) -> tuple[NamingAction, ...]:
    """The actions of plans that name a text."""
    home = facts.tables.works.home
    used = Counter(use.work for use in facts.uses if use.work in home)
    return tuple(
        NamingAction(action, home[action], float(number)) for action, number in sorted(used.items())
    )


def _plans_naming(facts: Known) -> Rows:
    """The plans that name a text themselves or by an action, and how many times they do."""
    works = facts.tables.works
    plans = set(works.plans)
    used = Counter(works.home.get(use.work, use.work) for use in facts.uses)
    return tuple((plan, float(number)) for plan, number in sorted(used.items()) if plan in plans)


class PlanList(NamedTuple):
    """A plan, how complete its list is, its measures in the graph, and how many it publishes if it says so."""

    plan: str
    list: str
    measures: float
    published: int | None


_COMPLETE = ("complete", "partial", "none", "unknown")
"""How far the list of a plan's measures is in the graph."""


def _lists(facts: Known) -> tuple[PlanList, ...]:
    tables = facts.tables
    sizes = Counter(tables.works.home.values())
    return tuple(
        PlanList(
            plan, tables.lists.get(plan, "unknown"), float(sizes[plan]), tables.published.get(plan)
        )
        for plan in tables.works.plans
    )


def _counted_lists(facts: Known) -> tuple[PlanList, ...]:
    """The plans that say how many measures they publish, with their lists."""
    return tuple(row for row in _lists(facts) if row.published is not None)


# Among how many


def _number_of_plans(facts: Known) -> int:
    return len(facts.tables.works.plans)


def _number_of_actions(facts: Known) -> int:
    return len(facts.tables.works.actions)


def _pairs_of_plans(facts: Known) -> int:
    return comb(_number_of_plans(facts), 2)


def _ordered_pairs_of_plans(facts: Known) -> int:
    return 2 * _pairs_of_plans(facts)


def _pairs_of_actions(facts: Known) -> int:
    """The pairs of actions of two plans: (n² − Σ n_p²) / 2 over the actions n_p of each plan p."""
    sizes = Counter(facts.tables.works.home.values())
    return (sizes.total() ** 2 - sum(size * size for size in sizes.values())) // 2


def _number_linked(facts: Known) -> int:
    return len(facts.linked)


def _number_related(facts: Known) -> int:
    return len(facts.related)


def _number_expected(facts: Known) -> int:
    return sum(occasion.is_expected for occasion in facts.occasions)


def _number_published(facts: Known) -> int:
    return sum(facts.tables.published.values())


# Numbers told of a list


def _numbers(words: Iterable[str], kinds: Iterable[str]) -> Value:
    """How many of some words are of each kind.

    >>> _numbers(["late", "on-time", "late"], ["on-time", "late", "vague"])
    (1.0, 2.0, 0.0)
    """
    number = Counter(words)
    return tuple(float(number[kind]) for kind in kinds)


def _by_verdict(_: Known, rows: Iterable[UnexpectedCitation]) -> Value:
    return _numbers((row.verdict for row in rows), _APART)


def _by_state(_: Known, rows: Iterable[ExpectedCitation]) -> Value:
    return _numbers((row.state for row in rows), _STATES)


def _by_completeness(_: Known, rows: Iterable[PlanList]) -> Value:
    return _numbers((row.list for row in rows), _COMPLETE)


def _measures(_: Known, rows: Iterable[PlanList]) -> Value:
    return (float(sum(row.measures for row in rows)),)


def _rate(facts: Known, _: Rows) -> Value:
    return tuple(citations.rate_and_debt(facts.occasions).rate)


def _debt(facts: Known, _: Rows) -> Value:
    return tuple(citations.rate_and_debt(facts.occasions).debt)


# The register

_VERDICTS_APART = tuple(f"verdict.{reason}" for reason in _APART)
_CITATION_STATES = tuple(f"state.{state}" for state in _STATES)
_LIST_EXTENTS = tuple(f"list.{extent}" for extent in _COMPLETE)

_LINK_FIGURES = (
    Figure("linked-plan-pairs", LinkedPair._fields, _linked, _pairs_of_plans),
    *(
        Figure(f"linked-{name}", LinkedPair._fields, _linked_as(kind), _number_linked)
        for name, kind in _KINDS.items()
    ),
    Figure("citing-pairs", CitingPair._fields, _citing, _ordered_pairs_of_plans),
)
_SHARING_FIGURES = (
    _sharing_figure("sharing-plan-pairs", _PLANS, _pairs_of_plans, is_specific=True),
    _sharing_figure("broad-plan-pairs", _PLANS, _pairs_of_plans, is_specific=False),
    _sharing_figure("linked-action-pairs", _ACTIONS, _pairs_of_actions, is_specific=True),
    _sharing_figure("broad-action-pairs", _ACTIONS, _pairs_of_actions, is_specific=False),
    Figure("linked-actions", LinkedAction._fields, _linked_actions, _number_of_actions),
)
_CITATION_COLUMNS = ExpectedCitation._fields
_OCCASION_FIGURES = (
    Figure("occasions", _CITATION_COLUMNS, _expected, _number_related),
    Figure(
        "not-expected",
        UnexpectedCitation._fields,
        _not_expected,
        _number_related,
        _by_verdict,
        parts=_VERDICTS_APART,
    ),
    Figure(
        "citations-made",
        _CITATION_COLUMNS,
        _expected,
        _number_expected,
        _by_state,
        parts=_CITATION_STATES,
    ),
    Figure("citation-rate", _CITATION_COLUMNS, _expected, _number_expected, _rate, Unit.SHARE),
    Figure("debt", OwedCitation._fields, _owing, _number_expected, _debt, Unit.BITS),
    _index_figure("coherence-index", is_focused=True),
    _index_figure("coherence-index-all", is_focused=False),
)
_BASIS_FIGURES = (
    Figure("texts-read", NamingAction._fields, _actions_naming, _number_of_actions),
    Figure("plans-with-texts", ("plan", "texts"), _plans_naming, _number_of_plans),
    Figure(
        "lists", PlanList._fields, _lists, _number_of_plans, _by_completeness, parts=_LIST_EXTENTS
    ),
    Figure("measures", PlanList._fields, _counted_lists, _number_published, _measures),
)
FIGURES = (
    *_LINK_FIGURES,
    *_SHARING_FIGURES,
    *_OCCASION_FIGURES,
    *_BASIS_FIGURES,
)
"""Every figure, in the order in which they are told."""
FORMER = {"index-3-3": "coherence-index", "index-3-3-all": "coherence-index-all"}
"""Names figures had in the release before: they are understood, and no longer said."""
_BY_ID = {figure.id: figure for figure in FIGURES}


# What is asked of the register


class Taken(NamedTuple):
    """A figure as it is told at a level: its value there, at each of the four levels, and among how many."""

    figure: Figure
    level: Level
    value: Value
    nested: tuple[Value, ...]
    population: int | None
    basis: BasisLine

    def breakdown(self) -> tuple[Value, ...]:
        """What each level adds to the firmer one before it; the firmest to nothing.

        >>> from pan2kg.coherence import Works
        >>> from pan2kg.coherence.known import Tables, known
        >>> levels = {level: known(Tables(Works(("P", "Q"), {})), level) for level in FIGURED}
        >>> taken = figures(levels)[0]._replace(nested=((2.0,), (5.0,), (5.0,), (6.0,)))
        >>> taken.breakdown()
        ((2.0,), (3.0,), (0.0,), (1.0,))
        """
        added = []
        firmer: Value = tuple(0.0 for _ in self.value)
        for value in self.nested:
            ends = zip(value, firmer, strict=True)
            added.append(tuple((now or 0.0) - (before or 0.0) for now, before in ends))
            firmer = value
        return tuple(added)


def figures(levels: Mapping[Level, Known], at: Level = HEADLINE) -> tuple[Taken, ...]:
    """Every figure at a level, from what is known at each of the four.

    >>> from pan2kg.coherence import Works
    >>> from pan2kg.coherence.known import Tables, known
    >>> levels = {level: known(Tables(Works(("P", "Q"), {})), level) for level in FIGURED}
    >>> taken = figures(levels)[0]
    >>> taken.figure.id, taken.value, taken.population
    ('linked-plan-pairs', (0.0,), 1)
    """
    facts = levels[at]
    rows = []
    for figure in FIGURES:
        nested = tuple(figure.at(levels[level]) for level in FIGURED)
        value = nested[FIGURED.index(at)]
        rows.append(Taken(figure, at, value, nested, figure.population(facts), basis_line(facts)))
    return tuple(rows)


def linked_actions(levels: Mapping[Level, Known]) -> dict[str, Level]:
    """The actions counted as linked, each with the firmest level at which it is."""
    firm: dict[str, Level] = {}
    for level in FIGURED:
        for row in _linked_actions(levels[level]):
            firm.setdefault(row.action, level)
    return firm


class PlanMeeting(NamedTuple):
    """A linked pair of plans, its IRIs in order.

    ``level`` is the firmest at which the two are linked; ``cites`` and ``cited`` that at which the
    first cites the second and the second the first, None where nobody saw it. ``bits`` is what they
    share at the four levels, ≥ 0.
    """

    plans: Ordered
    level: Level
    cites: Level | None
    cited: Level | None
    bits: tuple[float, ...]

    def low(self, at: Level) -> float:
        """What the two share at a level, in bits."""
        return self.bits[FIGURED.index(at)]

    def seen_from(self, plan: str) -> "Partner":
        """The meeting as one of the two plans sees it.

        >>> meeting = PlanMeeting(("P", "Q"), Level.PLAN, Level.PLAN, None, (0.0,) * 4)
        >>> meeting.seen_from("Q")
        Partner(plan='P', cites=None, cited=<Level.PLAN: 1>)
        """
        source, target = self.plans
        if plan == source:
            return Partner(target, self.cites, self.cited)
        return Partner(source, self.cited, self.cites)


class Partner(NamedTuple):
    """The other plan of a meeting, on whose word it is cited by the one, and cites it; None if not seen.

    ``cites`` is the level at which the plan that looks cites the partner, ``cited`` that at which
    the partner cites it.
    """

    plan: str
    cites: Level | None
    cited: Level | None


def meetings(levels: Mapping[Level, Known]) -> tuple[PlanMeeting, ...]:
    """All linked pairs, from what is known at each of the four levels, in the order of every list.

    By what is shared at the headline level, then with the editors' conclusions, then the firmer
    first, then by IRI.
    """
    when = levels[FIGURED[-1]].chronology
    firm: dict[Ordered, Level] = {}
    for level in FIGURED:
        for pair in levels[level].linked:
            firm.setdefault(pair, level)
    met = []
    for pair, level in firm.items():
        x, y = pair
        bits = tuple(levels[at].shared.get(pair, 0.0) for at in FIGURED)
        met.append(PlanMeeting(pair, level, when.cited_at(x, y), when.cited_at(y, x), bits))
    met.sort(
        key=lambda meeting: (
            -meeting.low(HEADLINE),
            -meeting.bits[-1],
            meeting.level,
            meeting.plans,
        )
    )
    return tuple(met)


# Counts of links led back to one another


class CountPart(NamedTuple):
    """A whole or a part of one: the key of its words, how many, and the figure of the register it is, if it is one."""

    key: str
    number: int
    figure: str = ""


class Account(NamedTuple):
    """A whole with its parts: each thing is in one part only, so that their numbers add up to that of the whole."""

    whole: CountPart
    parts: tuple[CountPart, ...]


def reconcile(levels: Mapping[Level, Known], at: Level = HEADLINE) -> tuple[Account, ...]:
    """The counts of links at a level, led back to one another, from what is known at each of the four.

    What is left out on the way from the widest count to the one that stands alone, and of what that
    is made.
    """
    facts = levels[at]
    number = len(facts.linked)
    by_kind = _parts_by_kind(facts, facts.linked, CountPart("others", 0))
    accounts = [
        _from_the_widest(levels, at),
        Account(CountPart("linked-by-tie", number, "linked-plan-pairs"), _parts_by_tie(facts)),
        Account(CountPart("linked-by-kind", number, "linked-plan-pairs"), by_kind),
        Account(CountPart("both-ways", 2 * number), _parts_by_verdict(facts)),
        _sharing_account(facts),
    ]
    focus = facts.tables.focus
    if focus:
        pairs = frozenset(pair for pair in facts.linked if focus in pair)
        remaining = CountPart("in-index", 0, "coherence-index")
        parts = _parts_by_kind(facts, pairs, remaining)
        accounts.append(Account(CountPart("focus", len(pairs)), parts))
    accounts.append(_actions_account(facts))
    return tuple(accounts)


def _pairs_behind(figure: str, facts: Known) -> frozenset[Ordered]:
    """The pairs in the list behind a figure, which is one of pairs: each record begins with the two, by IRI."""
    rows = _BY_ID[figure].rows(facts)
    return frozenset(in_order(str(source), str(target)) for source, target, *_ in rows)


def _from_the_widest(levels: Mapping[Level, Known], at: Level) -> Account:
    """From all pairs with anything in common to those linked at the level."""
    widest = levels[FIGURED[-1]]
    general = _pairs_behind("broad-plan-pairs", widest) - widest.linked
    parts = [CountPart("only-general", len(general))]
    for firmer, level in reversed(list(pairwise(FIGURED))):
        if level > at:
            added = levels[level].linked - levels[firmer].linked
            parts.append(CountPart(f"only-{level.key}", len(added)))
    parts.append(CountPart("linked", len(levels[at].linked), "linked-plan-pairs"))
    return Account(CountPart("anything", len(widest.linked | general)), tuple(parts))


def _parts_by_tie(facts: Known) -> tuple[CountPart, ...]:
    """The linked pairs by the strongest that links them: a citation, a document, a text."""
    linked = facts.linked
    citing = _pairs_behind("citing-pairs", facts)
    when = facts.chronology
    together = {pair for pair, level in when.together.items() if counts(level, facts.level)}
    return (
        CountPart("citing", len(linked & citing), "citing-pairs"),
        CountPart("together", len((linked & together) - citing)),
        CountPart("text-only", len(linked - citing - together), "sharing-plan-pairs"),
    )


def _parts_by_kind(
    facts: Known, pairs: frozenset[Ordered], remaining: CountPart
) -> tuple[CountPart, ...]:
    """Pairs by the kinds of verdict that are told apart, and those that remain."""
    number = Counter(verdict(facts.chronology, *pair) for pair in pairs)
    parts = [CountPart(key, number[kind], f"linked-{key}") for key, kind in _KINDS.items()]
    apart = sum(part.number for part in parts)
    return (*parts, remaining._replace(number=len(pairs) - apart))


def _parts_by_verdict(facts: Known) -> tuple[CountPart, ...]:
    """The two ways of linked pairs: where a citation is expected, and why it is not where it is not."""
    verdicts = Counter(occasion.verdict for occasion in facts.occasions)
    either = {in_order(*pair) for pair in facts.related}
    not_expected = [
        CountPart(f"verdict.{reason}", verdicts[reason], "not-expected") for reason in _APART
    ]
    return (
        CountPart("verdict.expected", verdicts[Verdict.EXPECTED], "occasions"),
        *not_expected,
        # a citation that nothing else asks for is related one way only
        CountPart("only-cited", 2 * len(either) - len(facts.related)),
        CountPart("only-named", 2 * len(facts.linked - either)),
    )


def _sharing_account(facts: Known) -> Account:
    """The pairs of plans that share a text, by whether two of their actions share it."""
    home = facts.tables.works.home
    sharing = _pairs_behind("sharing-plan-pairs", facts)
    by_actions = _pairs_behind("linked-action-pairs", facts)
    met = {in_order(home[source], home[target]) for source, target in by_actions}
    parts = (
        CountPart("by-actions", len(sharing & met), "linked-action-pairs"),
        CountPart("as-plans", len(sharing - met)),
    )
    return Account(CountPart("sharing", len(sharing), "sharing-plan-pairs"), parts)


def _actions_account(facts: Known) -> Account:
    """All actions of plans: linked, else with a text that is known, else unread."""
    linked = {row.action for row in _linked_actions(facts)}
    with_text = {row.action for row in _actions_naming(facts)} - linked
    every = _number_of_actions(facts)
    parts = (
        CountPart("linked-actions", len(linked), "linked-actions"),
        CountPart("actions-with-text", len(with_text)),
        CountPart("actions-unread", every - len(linked) - len(with_text)),
    )
    return Account(CountPart("all-actions", every), parts)
