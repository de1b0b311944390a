"""The register of figures: each number that is shown, defined once, with its words, its population and its list.

Home page, command line, report, exports and Python take a figure from here and link to its
definition; a figure is never counted anywhere else. Every figure is told with its values at the
four levels of evidence, which are nested: what is added from one to the next is the breakdown.
Counts of links are led back to one another (:func:`reconcile`), and pairs stand in one order
wherever they are listed (:func:`meetings`).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import comb
from typing import Final, NamedTuple

import numpy as np

from pan2kg.coherence import FIGURED, HEADLINE, Level, citations, counts
from pan2kg.coherence.citations import Channel, Occasion, Ordered, State, Verdict, verdict
from pan2kg.coherence.known import BasisLine, Known, basis_line
from pan2kg.i18n.message import Message

Scalar = str | float | None
Rows = tuple[tuple[Scalar, ...], ...]
Value = tuple[float | None, ...]
"""One number, the two ends of an interval, or one number a part; None where there is nothing to divide by."""


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"
    BITS = "bits"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: its list, and the numbers told of it.

    ``rows`` is the list behind it, under ``columns``; ``value`` what is told of the list;
    ``population`` how many there could be, None where that is no number. Two numbers of a share or
    of bits are the ends of an interval; several counts are told apart by ``parts``, keys of
    messages. ``length`` says how long a list is that need not be made for it: there may be millions
    of pairs of actions.
    """

    id: str
    columns: tuple[str, ...]
    rows: Callable[[Known], Rows]
    population: Callable[[Known], int | None]
    value: Callable[[Known, Rows], Value] = lambda _, rows: (float(len(rows)),)
    unit: Unit = Unit.COUNT
    parts: tuple[str, ...] = ()
    length: Callable[[Known], int] | None = None

    def name(self, asked_by: str | Message = "") -> Message:
        return Message("figure", self.id, {"action": asked_by})

    def message(self, part: str) -> Message:
        """Its « meaning », its « formula », or « among » how many it is counted."""
        key = f"{self.id}.{part}"
        return Message("figure", _SHARED.get(key, key))


_SHARED: Final[Mapping[str, str]] = {
    **{f"{name}-plan-pairs.among": "linked-plan-pairs.among" for name in ("sharing", "broad")},
    **{f"linked-{name}.among": "linked-editions.among" for name in ("frameworks", "abroad")},
    **{f"linked-{name}.formula": "linked-editions.formula" for name in ("frameworks", "abroad")},
    **{
        f"{name}-plan-pairs.formula": f"{other}-action-pairs.formula"
        for name, other in (("sharing", "linked"), ("broad", "broad"))
    },
    "broad-action-pairs.among": "linked-action-pairs.among",
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


class Taken(NamedTuple):
    figure: Figure
    level: Level
    value: Value
    nested: tuple[Value, Value, Value, Value]
    population: int | None
    basis: BasisLine

    def breakdown(self) -> tuple[Value, ...]:
        before = (tuple(0.0 for _ in self.value), *self.nested)
        return tuple(
            tuple((now or 0.0) - (then or 0.0) for now, then in zip(*pair, strict=True))
            for pair in zip(self.nested, before, strict=False)
        )


_PAIR: Final = ("plan", "other_plan")
_STATES: Final = (State.SEEN, State.ABSENT, State.OPEN)
_APART: Final = tuple(reason for reason in Verdict if reason is not Verdict.EXPECTED)
_COMPLETE: Final = ("complete", "partial", "none", "unknown")
_LINKED: Final = (*_PAIR, "verdict", "verdict_back", "bits", "cites_at", "cited_at")
_MEASURES: Final = ("plan", "list", "measures", "published")
_KINDS: Final = {
    "editions": Verdict.EDITION,
    "frameworks": Verdict.FRAMEWORK,
    "abroad": Verdict.ABROAD,
}
"""The linked pairs that are told apart, by the verdict on them."""


# The lists


@lru_cache(maxsize=8)  # several figures count the same list
def _linked(facts: Known) -> Rows:
    when = facts.chronology
    shared = facts.shared
    rows = list[tuple[Scalar, ...]]()
    for x, y in sorted(facts.linked, key=lambda pair: (-shared.get(pair, 0.0), pair)):
        levels = (when.cited_at(*ends, facts.level) for ends in ((x, y), (y, x)))
        keys = (level.key if level else "" for level in levels)
        rows.append(
            (
                x,
                y,
                verdict(when, x, y).value,
                verdict(when, y, x).value,
                shared.get((x, y), 0.0),
                *keys,
            )
        )
    return tuple(rows)


def _citing(facts: Known) -> Rows:
    when = facts.chronology
    rows = list[tuple[Scalar, ...]]()
    for x, y in sorted(when.cited):
        if level := when.cited_at(x, y, facts.level):
            channels = (float(when.seen(x, y, facts.level, channel)) for channel in Channel)
            rows.append((x, y, *channels, level.key))
    return tuple(rows)


def _shared(name: str, kind: str, *, specific: bool) -> Figure:
    """Pairs of plans or actions that share something specific, or something general only, most first."""

    def rows(facts: Known) -> Rows:
        plans = facts.plans.named(facts.tables.works.plans)
        pairs = plans if kind == "plan" else facts.actions.named(facts.potential.names)
        wanted = [row for row in pairs if (row[2] > 0 if specific else row[2] <= 0 < row[3])]
        return tuple(sorted(wanted, key=lambda row: (-row[2], -row[3], row[0], row[1])))

    def among(facts: Known) -> int:
        if kind == "plan":
            return comb(len(facts.tables.works.plans), 2)
        sizes = Counter(facts.tables.works.home.values())
        return (sizes.total() ** 2 - sum(size * size for size in sizes.values())) // 2

    def length(facts: Known) -> int:
        pairs = facts.plans if kind == "plan" else facts.actions
        if specific:
            return int(np.count_nonzero(pairs.low > 0))
        return int(np.count_nonzero((pairs.low <= 0) & (pairs.broad > 0)))

    return Figure(name, (kind, f"other_{kind}", "bits", "general_bits"), rows, among, length=length)


def _linked_actions(facts: Known) -> Rows:
    home = facts.tables.works.home
    pairs = facts.actions
    stated = {end for statement in facts.statements for end in statement[:2] if end in home}
    shared = pairs.low > 0
    ends = np.unique(np.concatenate([pairs.one[shared], pairs.two[shared]]))
    sharing = {facts.potential.names[end] for end in ends.tolist()}
    return tuple(
        (action, home[action], float(action in stated), float(action in sharing))
        for action in sorted(stated | sharing)
    )


def _of_occasions(
    name: str,
    columns: tuple[str, ...],
    fields: Callable[[Occasion], tuple[Scalar, ...] | None],
    value: Callable[[Known, Rows], Value],
    unit: Unit = Unit.COUNT,
    parts: tuple[str, ...] = (),
) -> Figure:

    def rows(facts: Known) -> Rows:
        listed = ((occasion, fields(occasion)) for occasion in facts.occasions)
        return tuple(
            (occasion.source, occasion.target, *cells)
            for occasion, cells in listed
            if cells is not None
        )

    def among(facts: Known) -> int:
        if name in ("occasions", "not-expected"):
            return len(facts.related)
        return sum(occasion.is_expected for occasion in facts.occasions)

    return Figure(name, (*_PAIR, *columns), rows, among, value, unit, parts)


_WAYS: Final[tuple[tuple[str, ...], Callable[[Occasion], tuple[Scalar, ...] | None]]] = (
    ("state", "bits", "ways"),
    lambda at: (at.state.value, at.bits, " ".join(at.ways)) if at.is_expected else None,
)
"""What is listed of the occasions where a citation is expected."""


def _coherence_index(name: str, *, is_focused: bool) -> Figure:

    @lru_cache(maxsize=8)
    def rows(facts: Known) -> Rows:
        focus = facts.tables.focus
        readings = facts.tables.readings
        pairs = [pair for pair in facts.linked if not is_focused or focus in pair]
        cells = citations.index_cells(facts.chronology, pairs, readings, at=facts.level)
        return tuple((x, y, channel.value, state.value) for x, y, channel, state in cells)

    def value(_: Known, cells: Rows) -> Value:
        return tuple(citations.Bounds.of(Counter(State(str(cell[3])) for cell in cells)))

    return Figure(
        name,
        (*_PAIR, "channel", "state"),
        rows,
        lambda facts: int(sum(_number(rows(facts), 3, _STATES))),
        value,
        Unit.SHARE,
    )


def _naming(*, of_plans: bool) -> Callable[[Known], Rows]:

    def rows(facts: Known) -> Rows:
        works = facts.tables.works
        plans = set(facts.tables.works.plans)
        if of_plans:
            used = Counter(works.home.get(use.work, use.work) for use in facts.uses)
            return tuple(
                (plan, float(number)) for plan, number in sorted(used.items()) if plan in plans
            )
        used = Counter(use.work for use in facts.uses if use.work in works.home)
        return tuple(
            (action, works.home[action], float(number)) for action, number in sorted(used.items())
        )

    return rows


def _lists(facts: Known) -> Rows:
    tables = facts.tables
    sizes = Counter(tables.works.home.values())
    return tuple(
        (plan, tables.lists.get(plan, "unknown"), float(sizes[plan]), tables.published.get(plan))
        for plan in tables.works.plans
    )


def _number(rows: Rows, column: int, words: Iterable[str]) -> tuple[float, ...]:
    counted = Counter(row[column] for row in rows)
    return tuple(float(counted[word]) for word in words)


FIGURES: Final = (
    Figure(
        "linked-plan-pairs", _LINKED, _linked, lambda facts: comb(len(facts.tables.works.plans), 2)
    ),
    *(
        Figure(
            f"linked-{name}",
            _LINKED,
            lambda facts, reason=reason: tuple(row for row in _linked(facts) if row[2] == reason),  # type: ignore[misc]
            lambda facts: len(facts.linked),
        )
        for name, reason in _KINDS.items()
    ),
    Figure(
        "citing-pairs",
        (*_PAIR, "text", "web", "level"),
        _citing,
        lambda facts: 2 * comb(len(facts.tables.works.plans), 2),
    ),
    _shared("sharing-plan-pairs", "plan", specific=True),
    _shared("broad-plan-pairs", "plan", specific=False),
    _shared("linked-action-pairs", "action", specific=True),
    _shared("broad-action-pairs", "action", specific=False),
    Figure(
        "linked-actions",
        ("action", "plan", "in_statement", "sharing"),
        _linked_actions,
        lambda facts: len(facts.tables.works.actions),
    ),
    _of_occasions("occasions", *_WAYS, lambda _, rows: (float(len(rows)),)),
    _of_occasions(
        "not-expected",
        ("verdict", "bits"),
        lambda at: None if at.is_expected else (at.verdict.value, at.bits),
        lambda _, rows: _number(rows, 2, _APART),
        parts=tuple(f"verdict.{reason}" for reason in _APART),
    ),
    _of_occasions(
        "citations-made",
        *_WAYS,
        lambda _, rows: _number(rows, 2, _STATES),
        parts=tuple(f"state.{state}" for state in _STATES),
    ),
    _of_occasions(
        "citation-rate",
        *_WAYS,
        lambda facts, _: tuple(citations.rate_and_debt(facts.occasions)[0]),
        Unit.SHARE,
    ),
    _of_occasions(
        "debt",
        ("state", "bits"),
        lambda at: (at.state.value, at.debt) if at.debt > 0 else None,
        lambda facts, _: tuple(citations.rate_and_debt(facts.occasions)[1]),
        Unit.BITS,
    ),
    _coherence_index("coherence-index", is_focused=True),
    _coherence_index("coherence-index-all", is_focused=False),
    Figure(
        "texts-read",
        ("action", "plan", "texts"),
        _naming(of_plans=False),
        lambda facts: len(facts.tables.works.actions),
    ),
    Figure(
        "plans-with-texts",
        ("plan", "texts"),
        _naming(of_plans=True),
        lambda facts: len(facts.tables.works.plans),
    ),
    Figure(
        "lists",
        _MEASURES,
        _lists,
        lambda facts: len(facts.tables.works.plans),
        lambda _, rows: _number(rows, 1, _COMPLETE),
        parts=tuple(f"list.{extent}" for extent in _COMPLETE),
    ),
    Figure(
        "measures",
        _MEASURES,
        lambda facts: tuple(row for row in _lists(facts) if row[3] is not None),
        lambda facts: sum(facts.tables.published.values()),
        lambda _, rows: (float(sum(row[2] for row in rows if isinstance(row[2], float))),),
    ),
)
"""Every figure, in the order in which they are told."""
FORMER: Final = {"index-3-3": "coherence-index", "index-3-3-all": "coherence-index-all"}
"""Names figures had in the release before: they are understood, and no longer said."""
_BY_ID: Final = {figure.id: figure for figure in FIGURES}


def figures(levels: Mapping[Level, Known], at: Level = HEADLINE) -> tuple[Taken, ...]:
    rows = []
    for figure in FIGURES:
        plan, official, third, editors = (
            (float(figure.length(facts)),)
            if figure.length
            else figure.value(facts, figure.rows(facts))
            for facts in (levels[level] for level in FIGURED)
        )
        nested = (plan, official, third, editors)
        facts = levels[at]
        value = nested[FIGURED.index(at)]
        rows.append(Taken(figure, at, value, nested, figure.population(facts), basis_line(facts)))
    return tuple(rows)


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
        return self.bits[FIGURED.index(at)]

    def seen_from(self, plan: str) -> tuple[str, Level | None, Level | None]:
        source, target = self.plans
        return (
            (target, self.cites, self.cited) if plan == source else (source, self.cited, self.cites)
        )


def meetings(levels: Mapping[Level, Known]) -> tuple[PlanMeeting, ...]:
    """All linked pairs, from what is known at each of the four levels, in the order of every list.

    By what is shared at the headline level, then with the editors' conclusions, then the firmer
    first, then by IRI.
    """
    when = levels[FIGURED[-1]].chronology
    pairs: dict[Ordered, Level] = {}
    for level in FIGURED:
        for pair in levels[level].linked:
            pairs.setdefault(pair, level)
    met = [
        PlanMeeting(
            pair,
            level,
            when.cited_at(*pair),
            when.cited_at(*pair[::-1]),
            tuple(levels[at].shared.get(pair, 0.0) for at in FIGURED),
        )
        for pair, level in pairs.items()
    ]
    met.sort(
        key=lambda meeting: (
            -meeting.low(HEADLINE),
            -meeting.bits[-1],
            meeting.level,
            meeting.plans,
        )
    )
    return tuple(met)


def linked_actions(levels: Mapping[Level, Known]) -> dict[str, Level]:
    firm: dict[str, Level] = {}
    for level in FIGURED:
        for row in _linked_actions(levels[level]):
            firm.setdefault(str(row[0]), level)
    return firm


CountPart = tuple[str, int, str]
"""A part of a whole: the key of its words, how many, and the figure of the register it is, where it is one."""


def reconcile(
    levels: Mapping[Level, Known], at: Level = HEADLINE
) -> tuple[tuple[CountPart, tuple[CountPart, ...]], ...]:
    """The counts of links at a level, led back to one another, from what is known at each of the four.

    What is left out on the way from the widest count to the one that stands alone, and of what that
    is made: wholes, each with its parts, each thing in one part only, so that their numbers add up
    to that of the whole.
    """
    facts = levels[at]
    widest = levels[FIGURED[-1]]
    linked = facts.linked
    home = facts.tables.works.home

    def listed(figure: str, of: Known = facts) -> frozenset[Ordered]:
        return frozenset(_ordered(str(row[0]), str(row[1])) for row in _BY_ID[figure].rows(of))

    def by_kind(pairs: frozenset[Ordered], others: str, figure: str = "") -> tuple[CountPart, ...]:
        number = Counter(verdict(facts.chronology, *pair) for pair in pairs)
        of_kinds = [(key, number[kind], f"linked-{key}") for key, kind in _KINDS.items()]
        return (
            *of_kinds,
            (others, len(pairs) - sum(number[kind] for kind in _KINDS.values()), figure),
        )

    # from all pairs with anything in common to those linked at the level
    general = listed("broad-plan-pairs", widest) - widest.linked
    weaker = [
        (
            f"only-{level.key}",
            len(levels[level].linked - levels[FIGURED[FIGURED.index(level) - 1]].linked),
            "",
        )
        for level in reversed(FIGURED)
        if level > at
    ]
    number = len(linked)
    figure = "linked-plan-pairs"
    anything = ("only-general", len(general), ""), *weaker, ("linked", number, figure)
    accounts: list[tuple[CountPart, tuple[CountPart, ...]]] = [
        (("anything", len(widest.linked | general), ""), anything)
    ]
    # by the strongest that links them: a citation, a document, a text
    citing = listed("citing-pairs")
    together = {pair for pair, level in facts.chronology.together.items() if counts(level, at)}
    ties = (
        ("citing", len(linked & citing), "citing-pairs"),
        ("together", len((linked & together) - citing), ""),
        ("text-only", len(linked - citing - together), "sharing-plan-pairs"),
    )
    accounts.append((("linked-by-tie", number, figure), ties))
    accounts.append((("linked-by-kind", number, figure), by_kind(linked, "others")))
    # the two ways of linked pairs: where a citation is expected, and why it is not where it is not
    verdicts = Counter(occasion.verdict for occasion in facts.occasions)
    either = {_ordered(x, y) for x, y in facts.related}
    ways = [("verdict.expected", verdicts[Verdict.EXPECTED], "occasions")]
    ways += [(f"verdict.{reason}", verdicts[reason], "not-expected") for reason in _APART]
    ways += [
        ("only-cited", 2 * len(either) - len(facts.related), ""),
        ("only-named", 2 * len(linked - either), ""),
    ]
    accounts.append((("both-ways", 2 * number, ""), tuple(ways)))
    # pairs that share a text, by whether two of their actions share it
    sharing = listed("sharing-plan-pairs")
    met = {_ordered(home[source], home[target]) for source, target in listed("linked-action-pairs")}
    shares = (
        ("by-actions", len(sharing & met), "linked-action-pairs"),
        ("as-plans", len(sharing - met), ""),
    )
    accounts.append((("sharing", len(sharing), "sharing-plan-pairs"), shares))
    if focus := facts.tables.focus:
        of_focus = frozenset(pair for pair in linked if focus in pair)
        accounts.append(
            (("focus", len(of_focus), ""), by_kind(of_focus, "in-index", "coherence-index"))
        )
    # actions by whether a link was seen, else whether any text of theirs is known
    linked_ones = {row[0] for row in _linked_actions(facts)}
    with_text = {row[0] for row in _naming(of_plans=False)(facts)} - linked_ones
    every = len(facts.tables.works.actions)
    actions = (
        ("linked-actions", len(linked_ones), "linked-actions"),
        ("actions-with-text", len(with_text), ""),
        ("actions-unread", every - len(linked_ones) - len(with_text), ""),
    )
    return (*accounts, (("all-actions", every, ""), actions))


def _ordered(source: str, target: str) -> Ordered:
    return (min(source, target), max(source, target))
