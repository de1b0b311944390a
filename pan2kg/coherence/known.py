"""What is known: four small tables, and everything that follows from them at one level of evidence.

The tables are uses of texts, statements between plans, dates and readings. They are read once;
:func:`known` takes them to a level, and whatever shows a figure asks that. A level is a threshold:
what is known at it rests on what is as firm or firmer.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache, partial
from typing import NamedTuple

from pan2kg.coherence import citations, evidence, texts, weight
from pan2kg.coherence.citations import Channel, Chronology, Dates, Occasion, Ordered, PlanStatement
from pan2kg.coherence.evidence import (
    HEADLINE,
    Aspect,
    Extent,
    Extents,
    Level,
    Readings,
    Works,
    counts,
)
from pan2kg.coherence.standing import Standing
from pan2kg.coherence.weight import Weight


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The small tables: works, uses of texts with the tree they stand in, statements, dates, and what was read.

    ``published`` gives the number of measures of the plans that publish one, ``lists`` how complete
    the list in the graph is, by the key of its concept. ``focus`` is the plan whose index is told
    by itself, empty for none.
    """

    works: Works
    uses: tuple[texts.Use, ...] = ()
    steps: tuple[texts.TextStep, ...] = ()
    general: frozenset[str] = frozenset()
    statements: tuple[PlanStatement, ...] = ()
    dates: Mapping[str, Dates] = field(default_factory=dict)
    readings: Readings = field(default_factory=Readings)
    published: Mapping[str, int] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    release: str = ""
    as_of: date | None = None
    focus: str = ""


class Reach(NamedTuple):
    """How many plans a plan is linked with, how many it cites, and how many cite it."""

    linked: int
    cites: int
    cited: int


class TextUse(NamedTuple):
    """A use of a text, with all texts it reaches: that one and those above it."""

    use: texts.Use
    reached: tuple[str, ...]


class SeenCitation(NamedTuple):
    """How a citation of one plan by another stands, and the channels it was seen in."""

    state: Standing
    channels: tuple[Channel, ...]


@dataclass(frozen=True, eq=False)
class Known:
    """What the tables give at one level: each thing once, so that all who show it show the same.

    ``shared`` has for each pair of plans, its IRIs in order, the bits of what is not general, where
    there are any; ``plans`` all pairs of plans by their places; ``statements`` those that join two
    plans, and ``arguments`` the same by the pair they join, the firmest first; ``read_plans`` were
    read in full for texts and for references.
    """

    tables: Tables
    level: Level
    potential: weight.Potential
    plans: weight.Pairs
    shared: Mapping[Ordered, float]
    chronology: Chronology
    uses: tuple[texts.Use, ...]
    statements: tuple[PlanStatement, ...]
    arguments: Mapping[Ordered, tuple[PlanStatement, ...]]
    read_plans: frozenset[str]

    # Made when asked for: dear in a large graph, and many figures need none of them

    @cached_property
    def related(self) -> frozenset[Ordered]:
        """The ordered pairs of plans that a citation would join, expected or not."""
        return citations.related(self.chronology, self.shared, at=self.level)

    @cached_property
    def linked(self) -> frozenset[Ordered]:
        """The pairs of plans, IRIs in order, that are cited, put together by a document, or share something."""
        pairs = {in_order(*pair) for pair in self.related}
        for pair, level in self.chronology.together.items():
            if counts(level, self.level):
                pairs.add(pair)
        return frozenset(pairs)

    @cached_property
    def occasions(self) -> tuple[Occasion, ...]:
        """Every ordered pair of related plans, with its verdict and state; most bits first."""
        ways = citations.citing_ways(self.tables.works, self.tables.statements, at=self.level)
        return citations.occasions(
            self.chronology, self.shared, self.tables.readings, at=self.level, ways=ways
        )

    @cached_property
    def ways(self) -> Mapping[Ordered, Occasion]:
        """The occasions by who would cite and who would be cited."""
        return {(occasion.source, occasion.target): occasion for occasion in self.occasions}

    @cached_property
    def actions(self) -> weight.Pairs:
        """The pairs of actions of two plans that share something."""
        return weight.action_pairs(self.potential)

    @cached_property
    def weight(self) -> Callable[[str, str], Weight]:
        """What two works share, by IRI; pages of three languages ask for the same ones."""
        return lru_cache(maxsize=1 << 10)(partial(weight.weight, self.potential))

    @cached_property
    def partners(self) -> Mapping[str, list[str]]:
        """The plans each plan is linked with, in no order."""
        partners = defaultdict[str, list[str]](list)
        for plan_a, plan_b in self.linked:
            partners[plan_a].append(plan_b)
            partners[plan_b].append(plan_a)
        return partners

    @cached_property
    def members(self) -> Mapping[str, list[str]]:
        """The actions of each plan, by IRI."""
        members = defaultdict[str, list[str]](list)
        for action, plan in sorted(self.tables.works.home.items()):
            members[plan].append(action)
        return members

    @cached_property
    def used(self) -> Mapping[str, list[TextUse]]:
        """What each work uses and reaches by it; a plan uses what its actions use too."""
        home = self.tables.works.home
        used = defaultdict[str, list[TextUse]](list)
        reached = lru_cache(maxsize=None)(partial(self.potential.weights.reached, at=self.level))
        for use in self.uses:
            for work in {use.work, home.get(use.work, use.work)}:
                used[work].append(TextUse(use, reached(use.text)))
        return used

    # Of one plan, or of two

    def way(self, source: str, target: str) -> Occasion:
        """What can be said of a citation of one plan by another, related or not."""
        if (source, target) in self.ways:
            return self.ways[source, target]
        when = self.chronology
        state = citations.state_of(when, self.tables.readings, source, target, self.level)
        bits = self.shared.get(in_order(source, target), 0.0)
        return Occasion(source, target, citations.verdict(when, source, target), state, bits)

    def cites(self, source: str, target: str) -> SeenCitation:
        """The state of a citation of one plan by another, and the channels it was seen in.

        What is open but could not be made, or cannot be dated, is said to be so.

        >>> state, channels = known(Tables(Works(("P", "Q"), {}))).cites("P", "Q")
        >>> state.value, channels
        ('undated', ())
        """
        when = self.chronology
        state = self.way(source, target).state
        if state is Standing.UNREAD:
            is_feasible = citations.feasible(when, source, target)
            if is_feasible is None:
                state = Standing.UNDATED
            elif not is_feasible:
                state = Standing.IMPOSSIBLE
        channels = [
            channel for channel in Channel if when.seen(source, target, self.level, channel)
        ]
        return SeenCitation(state, tuple(channels))

    def place(self, source: str, target: str, channel: Channel) -> Standing:
        """What is known of a citation of one plan by another in one channel."""
        readings = self.tables.readings
        return citations.state_of(self.chronology, readings, source, target, self.level, channel)

    def between(self, plan_a: str, plan_b: str) -> tuple[PlanStatement, ...]:
        """The statements that join two plans or their actions, whichever way, the firmest first."""
        return self.arguments.get(in_order(plan_a, plan_b), ())

    def link_level(self, plan_a: str, plan_b: str) -> Level | None:
        """The firmest level at which two plans are linked, up to this one; None where they are not."""
        when = self.chronology
        pair = in_order(plan_a, plan_b)
        shared = weight.plan_levels(self.potential).get(pair)
        is_cited = (plan_a, plan_b) in when.cited or (plan_b, plan_a) in when.cited
        if not is_cited and pair not in when.together:
            return shared  # as most pairs of a large graph
        levels = (
            when.together.get(pair),
            when.cited_at(plan_a, plan_b),
            when.cited_at(plan_b, plan_a),
            shared,
        )
        return evidence.firmest(level for level in levels if counts(level, self.level))

    def reach(self, plan: str) -> Reach:
        """How many plans a plan is linked with, how many it cites and how many cite it, at this level.

        Over all plans these are the figures « linked-plan-pairs », twice, and « citing-pairs »,
        each way.

        >>> statements = (PlanStatement("P", "Q", "cross-reference", channel="text"),)
        >>> known(Tables(Works(("P", "Q"), {}), statements=statements)).reach("P")
        Reach(linked=1, cites=1, cited=0)
        """
        cites = 0
        cited = 0
        for source, target in self.chronology.cited:
            if plan in (source, target) and self.chronology.seen(source, target, self.level):
                cites += source == plan
                cited += target == plan
        return Reach(len(self.partners.get(plan, ())), cites, cited)

    # Of texts

    def texts_of(self, work: str) -> Mapping[str, float]:
        """The texts an action or a plan with its actions reaches, and how much it uses each: ¼, ½ or 1.

        >>> use = texts.Use("p1", "K", 0.5, Level.PLAN)
        >>> known(Tables(Works(("P",), {"p1": "P"}), (use,))).texts_of("P")
        {'K': 0.5}
        """
        names = self.potential.weights.texts
        return {names[text]: tie.share for text, tie in self.potential.row(work).items()}

    def brought(self, plan: str, partner: str) -> Mapping[str, Mapping[str, float]]:
        """For each work of a plan, the plan itself among them, the texts it shares with another plan, in bits.

        What several works share counts for each of them, so that these do not add up to the weight
        of the pair.
        """
        potential = self.potential
        place = potential.weights.texts.index
        shares = {}
        for share in self.weight(plan, partner).contributions:
            if not share.is_broad and share.bits > 0:
                shares[place(share.text)] = share
        ties_by_work = {action: potential.row(action) for action in self.members.get(plan, ())}
        # the plan alone, without what its actions use
        ties_by_work[plan] = potential.own.row(potential.index[plan])
        brought = {}
        for work, ties in ties_by_work.items():
            bits = {}
            for text, share in shares.items():
                if text in ties:
                    bits[share.text] = min(ties[text].share, share.two) * share.gain
            if bits:
                brought[work] = bits
        return brought

    def giving(self, work: str, text: str) -> tuple[texts.Use, ...]:
        """The uses by which a work reaches a text, those that carry it out first, then the firmer."""
        uses = [use for use, reached in self.used.get(work, ()) if text in reached]
        uses.sort(key=lambda use: (-use.share, use.level or 0, use.work, use.text, use.link))
        return tuple(uses)


def in_order(plan_a: str, plan_b: str) -> Ordered:
    """Two plans in the order of their IRIs, as a pair in which neither comes first is kept.

    >>> in_order("Q", "P")
    ('P', 'Q')
    """
    return (min(plan_a, plan_b), max(plan_a, plan_b))


def known(tables: Tables, at: Level = HEADLINE, *, weights: texts.Earlier | None = None) -> Known:
    """What the tables give at a level; with the ``weights`` of an earlier release in place of their own.

    >>> use = [texts.Use(work, "K", 1.0, Level.PLAN) for work in ("P", "Q")]
    >>> of = known(Tables(Works(("P", "Q", "R"), {}), tuple(use)))
    >>> sorted(of.linked), round(of.shared["P", "Q"], 3)
    ([('P', 'Q')], 0.415)
    """
    works = tables.works
    readings = tables.readings
    weighed, when = _at_any_level(tables)
    if weights is not None:
        weighed = texts.on_earlier(weights, weighed)
    shares = weight.potential(works, weighed, tables.uses, at=at, read=readings.read_in_full(works))
    pairs = weight.plan_pairs(shares)
    shared = {}
    for pair in pairs.named(works.plans):
        if pair.low > 0:
            shared[in_order(pair.one, pair.two)] = pair.low
    joinings = _joinings(tables, at)
    arguments = dict[Ordered, list[PlanStatement]]()
    for joining in joinings:
        arguments.setdefault(joining.plans, []).append(joining.statement)
    for statements in arguments.values():
        statements.sort(key=lambda statement: (statement.level or 0, statement.link))
    full = {plan for plan in works.plans if readings.extent(plan, Aspect.REFERENCES) is Extent.FULL}
    return Known(
        tables,
        at,
        potential=shares,
        plans=pairs,
        shared=shared,
        chronology=when,
        uses=tuple(use for use in tables.uses if use.counts(at)),
        statements=tuple(joining.statement for joining in joinings),
        arguments={pair: tuple(statements) for pair, statements in arguments.items()},
        read_plans=shares.read & full,
    )


class _Joining(NamedTuple):
    """A statement, and the two plans it joins by itself or by their actions."""

    plans: Ordered
    statement: PlanStatement


def _joinings(tables: Tables, at: Level) -> list[_Joining]:
    """The statements at a level that join two plans or their actions."""
    works = tables.works
    plans = set(works.plans)
    joinings = []
    for statement in tables.statements:
        source = works.home.get(statement.source, statement.source)
        target = works.home.get(statement.target, statement.target)
        if source == target or source not in plans or target not in plans:
            continue
        if counts(statement.level, at):
            joinings.append(_Joining(in_order(source, target), statement))
    return joinings


@lru_cache(maxsize=2)  # the four levels of one graph ask for the same
def _at_any_level(tables: Tables) -> tuple[texts.Weights, Chronology]:
    weighed = texts.weigh(tables.works, tables.uses, tables.steps, general=tables.general)
    return weighed, citations.chronology(tables.works, tables.statements, tables.dates)


@dataclass(frozen=True, slots=True)
class BasisLine:
    """What must be printed beside every figure, so that it can be read and repeated.

    ``plans`` of which ``with_texts`` have any text at the level; ``listed`` measures in the graph
    of the ``published`` ones of the plans that publish a count (``counted``); ``measures`` in the
    graph of all plans; ``texts`` how far measures were read for texts, and ``read`` how many plans
    have a measure that was read at all. ``weights`` is the earlier release whose weights were
    taken, empty where they are the graph's own; ``fresh`` texts it does not know.
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
def basis_line(at_level: Known) -> BasisLine:
    """What must be printed beside the figures of a level.

    >>> use = texts.Use("p1", "K", 1.0, Level.PLAN)
    >>> tables = Tables(Works(("P", "Q"), {"p1": "P"}), (use,), published={"P": 7})
    >>> line = basis_line(known(tables))
    >>> line.plans, line.with_texts, line.listed, line.published, line.texts.none
    (2, 1, 1, 7, 1)
    """
    tables = at_level.tables
    works = tables.works
    weights = at_level.potential.weights
    naming = {works.home.get(use.work, use.work) for use in at_level.uses}
    counted = [plan for plan in works.plans if plan in tables.published]
    read = set()
    for work, aspect in tables.readings.noted:
        if aspect is Aspect.TEXTS and work in works.home:
            read.add(works.home[work])
    return BasisLine(
        tables.release,
        at_level.level,
        len(works.plans),
        with_texts=len(naming.intersection(works.plans)),
        listed=sum(plan in tables.published for plan in works.home.values()),
        published=sum(tables.published[plan] for plan in counted),
        counted=len(counted),
        measures=len(works.actions),
        texts=evidence.coverage(tables.readings, works, Aspect.TEXTS),
        read=len(read),
        as_of=tables.as_of,
        weights=weights.release,
        fresh=weights.fresh,
    )
