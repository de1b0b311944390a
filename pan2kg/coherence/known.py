"""What is known: four small tables, and everything that follows from them at one level of evidence.

The tables are uses of texts, statements between plans, dates and readings. They are read once; :func:`known` takes
them to a level, and whatever shows a figure asks that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from pan2kg.coherence.evidence import HEADLINE, Level, counts, firmest
from pan2kg.coherence.feasible import (
    Channel,
    Chronology,
    Dates,
    Ordered,
    Statement,
    chronology,
    cited_at,
    feasible,
)
from pan2kg.coherence.occasions import (
    Occasion,
    State,
    citing_ways,
    linked,
    occasion,
    occasions,
    place_state,
    related,
)
from pan2kg.coherence.reading_state import Aspect, Cell, Extents, Readings, coverage, read_in_full
from pan2kg.coherence.texts import Earlier, Step, Use, Weights, Works, on_earlier, weigh
from pan2kg.coherence.weight import (
    Pairs,
    Potential,
    Weight,
    action_pairs,
    own_texts,
    plan_pairs,
    potential,
    texts_of,
    weight,
)


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The small tables: works, uses of texts with the tree they stand in, statements, dates, and what was read.

    ``published`` gives the number of measures of the plans that publish one, ``lists`` how complete the list in the
    graph is, by the key of its concept. ``focus`` is the plan whose index is told by itself, empty for none.
    """

    works: Works
    uses: tuple[Use, ...] = ()
    steps: tuple[Step, ...] = ()
    general: frozenset[str] = frozenset()
    statements: tuple[Statement, ...] = ()
    dates: Mapping[str, Dates] = field(default_factory=dict)
    readings: Readings = field(default_factory=Readings)
    published: Mapping[str, int] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    release: str = ""
    as_of: date | None = None
    focus: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """How many plans a plan is linked with, how many it cites, and how many cite it."""

    linked: int
    cites: int
    cited: int


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What the tables give at one level: each thing once, so that all who show it show the same.

    ``shared`` has for each pair of plans, its IRIs in order, the bits of what is not general; ``linked`` the pairs
    that are cited, put together by a document, or share something; ``actions`` the pairs of actions of two plans.
    """

    tables: Tables
    level: Level
    potential: Potential
    plans: Pairs
    shared: Mapping[Ordered, float]
    chronology: Chronology
    related: frozenset[Ordered]
    linked: frozenset[Ordered]
    occasions: tuple[Occasion, ...]
    actions: Pairs

    def weight(self, one: str, two: str) -> Weight:
        """What two plans or two actions share at this level, with what gives it.

        Raises:
            KeyError: a work that is neither plan nor action of a plan.
        """
        return weight(self.potential, one, two)

    def meets(self, found: Weight) -> Cell:
        """Whether two works share a text that is not general: « no » only where nothing is left to be read.

        >>> made = known(Tables(Works(("p", "q"), {})))
        >>> made.meets(made.weight("p", "q"))
        <Cell.UNREAD: 'unread'>
        """
        if found.low > 0:
            return Cell.YES
        return Cell.NO if found.settled is not None and found.high <= 0 else Cell.UNREAD

    def cites(self, x: str, y: str) -> State:
        """Whether a plan cites another, by IRI: seen, known to be absent, impossible or undated by its dates, or open.

        >>> made = known(Tables(Works(("p", "q"), {})))
        >>> made.cites("p", "q")
        <State.UNDATED: 'undated'>
        """
        found = self.way(x, y).state
        if found is not State.OPEN:
            return found
        can = feasible(self.chronology, x, y)
        return found if can else State.UNDATED if can is None else State.IMPOSSIBLE

    def channels(self, x: str, y: str) -> tuple[Channel, ...]:
        """Where a plan cites another, by IRI."""
        return tuple(channel for channel in Channel if self.chronology.seen(x, y, self.level, channel))

    def texts_of(self, work: str) -> Mapping[str, float]:
        """The texts a plan, with its actions, or an action names, and those above them, with the class of the tie.

        Raises:
            KeyError: a work that is neither plan nor action of a plan.
        """
        return texts_of(self.potential, work)

    def brought(self, plan: str, other: str) -> Mapping[str, Mapping[str, float]]:
        """For each work of a plan, the plan itself among them, the texts it shares with another plan, in bits.

        What several works share counts for each of them, so that these do not add up to the weight of the pair.
        """
        found = [one for one in self.weight(plan, other).contributions if not one.is_broad and one.bits > 0]
        actions = (action for action, home in sorted(self.tables.works.home.items()) if home == plan)
        held = {action: self.texts_of(action) for action in actions} | {plan: own_texts(self.potential, plan)}
        return {
            work: {one.text: min(texts[one.text], one.two) * one.gain for one in found if one.text in texts}
            for work, texts in held.items() if any(one.text in texts for one in found)
        }  # fmt: skip

    def way(self, x: str, y: str) -> Occasion:
        """What can be said of a citation from one plan to another, whether or not the two are related.

        >>> made = known(Tables(Works(("p", "q"), {}), dates={"p": Dates(is_framework=True)}))
        >>> made.way("q", "p").verdict.value, made.way("q", "p").state.value
        ('framework', 'open')
        """
        return _by_pair(self).get((x, y)) or occasion(
            self.chronology, self.shared, self.tables.readings, (x, y), at=self.level
        )

    def giving(self, work: str, text: str) -> tuple[Use, ...]:
        """The uses by which a work, or a plan with its actions, names a text or a node below it, the strongest first.

        >>> uses = (Use("a", "K", 0.5, Level.PLAN), Use("p", "K", 1.0, Level.PLAN), Use("b", "K", 1.0, Level.PLAN))
        >>> [use.work for use in known(Tables(Works(("p", "q"), {"a": "p", "b": "q"}), uses)).giving("p", "K")]
        ['p', 'a']
        """
        home, weights = self.tables.works.home, self.potential.weights
        found = [
            use for use in self.uses
            if work in {use.work, home.get(use.work)} and text in weights.reached(use.text, self.level)
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda use: (-use.share, use.level or 0, use.work, use.text, use.link)))

    def between(self, one: str, two: str) -> tuple[Statement, ...]:
        """The statements that join two plans, or actions of them, at this level, in the order of their links."""
        home = self.tables.works.home
        found = [
            said for said in self.statements
            if {home.get(said.source, said.source), home.get(said.target, said.target)} == {one, two}
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda said: (said.level or 0, said.link)))

    @property
    def uses(self) -> tuple[Use, ...]:
        """The uses of texts that count at this level."""
        return tuple(use for use in self.tables.uses if use.share > 0 and counts(use.level, self.level))

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements between two plans that count at this level."""
        works, plans = self.tables.works, set(self.tables.works.plans)

        def ends(one: Statement) -> set[str]:
            return {works.home.get(one.source, one.source), works.home.get(one.target, one.target)}

        return tuple(
            one
            for one in self.tables.statements
            if counts(one.level, self.level) and len(ends(one)) == 2 and ends(one) <= plans
        )

    def link_level(self, one: str, two: str, weight: Weight | None = None) -> Level | None:
        """The firmest level at which two plans are linked by a citation, a document or a text; None where they are not.

        ``weight`` is what they share, where that is known already.

        >>> said = (Statement("p", "q", "cross-reference", channel="text", level=Level.OFFICIAL),)
        >>> known(Tables(Works(("p", "q"), {}), statements=said)).link_level("q", "p")
        <Level.OFFICIAL: 2>
        """
        pair, when = _pair(one, two), self.chronology
        found = [when.together.get(pair), cited_at(when, one, two), cited_at(when, two, one)]
        if pair in self.shared:
            found.append((weight or self.weight(one, two)).level)
        return firmest(level for level in found if counts(level, self.level))

    def reach(self, plan: str) -> Reach:
        """How many plans a plan is linked with, how many it cites and how many cite it, at this level.

        Over all plans these are the figures « linked-plan-pairs », twice, and « citing-pairs », each way.

        >>> said = (Statement("p", "q", "cross-reference", channel="text", level=Level.OFFICIAL),)
        >>> known(Tables(Works(("p", "q"), {}), statements=said)).reach("q")
        Reach(linked=1, cites=0, cited=1)
        """
        seen, cited = self.chronology.seen, self.chronology.cited
        return Reach(
            sum(plan in pair for pair in self.linked),
            sum(x == plan and seen(x, y, self.level) for x, y in cited),
            sum(y == plan and seen(x, y, self.level) for x, y in cited),
        )

    def place(self, x: str, y: str, channel: Channel) -> State:
        """What is known of one place where a plan could cite another: in its text, or on its page.

        >>> known(Tables(Works(("p", "q"), {}))).place("p", "q", Channel.WEB)
        <State.UNDATED: 'undated'>
        """
        return place_state(self.chronology, self.tables.readings, (x, y, channel), self.level)


def known(tables: Tables, at: Level = HEADLINE, *, weights: Earlier | None = None) -> Known:
    """Everything that follows from the tables at a level; ``weights`` may be those of an earlier release.

    >>> works = Works(("p", "q"), {"a": "p", "b": "q"})
    >>> uses = (Use("a", "K", 1.0, Level.PLAN), Use("b", "K", 0.5, Level.PLAN))
    >>> made = known(Tables(works, uses))
    >>> sorted(made.linked), [round(one.bits, 6) for one in made.occasions]
    ([('p', 'q')], [0.207519, 0.207519])
    """
    works = tables.works
    own, when = _at_any_level(tables)
    scale = on_earlier(weights, own) if weights else own
    made = potential(works, scale, tables.uses, at=at, read=read_in_full(tables.readings, works))
    plans = plan_pairs(made)
    shared = {
        _pair(works.plans[a], works.plans[b]): float(low)
        for a, b, low in zip(plans.one, plans.two, plans.low, strict=True) if low > 0
    }  # fmt: skip
    ways = citing_ways(works, tables.statements, at=at)
    return Known(
        tables, at, made, plans, shared, when, related(when, shared, at=at), linked(when, shared, at=at),
        occasions(when, shared, tables.readings, at=at, ways=ways), action_pairs(made),
    )  # fmt: skip


@lru_cache(maxsize=2)  # the four levels of one graph ask for the same
def _at_any_level(tables: Tables) -> tuple[Weights, Chronology]:
    works = tables.works
    own = weigh(works, tables.uses, tables.steps, general=tables.general)
    return own, chronology(works, tables.statements, tables.dates)


@lru_cache(maxsize=8)
def _by_pair(made: Known) -> Mapping[Ordered, Occasion]:
    return {(one.source, one.target): one for one in made.occasions}


def _pair(one: str, two: str) -> Ordered:
    return (min(one, two), max(one, two))


@dataclass(frozen=True, slots=True)
class BasisLine:
    """What must be printed beside every figure, so that it can be read and repeated.

    ``plans`` of which ``with_texts`` have any text at the level; ``listed`` measures in the graph of the ``published``
    ones of the plans that publish a count (``counted``); ``measures`` in the graph of all plans; ``texts`` how far
    measures were read for texts, and ``read`` how many plans have a measure that was read at all. ``weights`` is the
    earlier release whose weights were taken, empty where they are the graph's own; ``fresh`` texts it does not know.
    """

    release: str
    level: Level
    plans: int
    with_texts: int
    listed: int
    published: int
    counted: int
    measures: int
    texts: Extents
    read: int
    as_of: date | None
    weights: str = ""
    fresh: int = 0


@lru_cache(maxsize=8)  # every page and picture of a level says it, and it goes through all works
def basis_line(made: Known) -> BasisLine:
    """What the figures of a level rest on.

    >>> line = basis_line(known(Tables(Works(("p",), {"a": "p"}), published={"p": 4}, release="0.1.0")))
    >>> line.plans, line.listed, line.published, line.texts.none
    (1, 1, 4, 1)
    """
    tables, works = made.tables, made.tables.works
    homes = list(works.home.values())
    counted = [plan for plan in works.plans if plan in tables.published]
    read = {works.home[work] for work, aspect in tables.readings.noted if aspect is Aspect.TEXTS and work in works.home}
    return BasisLine(
        tables.release,
        made.level,
        len(works.plans),
        len({works.home.get(use.work, use.work) for use in made.uses} & set(works.plans)),
        sum(home in tables.published for home in homes),
        sum(tables.published[plan] for plan in counted),
        len(counted),
        len(works.actions),
        coverage(tables.readings, works, Aspect.TEXTS),
        len(read),
        tables.as_of,
        made.potential.weights.release,
        made.potential.weights.fresh,
    )
