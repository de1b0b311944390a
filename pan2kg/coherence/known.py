"""What is known: four small tables, and everything that follows from them at one level of evidence.

The tables are uses of texts, statements between plans, dates and readings. They are read once;
:func:`known` takes them to a level, and whatever shows a figure asks that.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache, partial
from typing import NamedTuple

from pan2kg.coherence import citations, evidence, texts, weight
from pan2kg.coherence.citations import (
    Channel,
    Chronology,
    Dates,
    Occasion,
    Ordered,
    PlanStatement,
    State,
)
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
    linked: int
    cites: int
    cited: int


@dataclass(frozen=True, eq=False)
class Known:
    """What the tables give at one level: each thing once, so that all who show it show the same.

    ``shared`` has for each pair of plans, its IRIs in order, the bits of what is not general;
    ``linked`` the pairs that are cited, put together by a document, or share something; ``actions``
    the pairs of actions of two plans; ``arguments`` the statements that join two plans;
    ``read_plans`` were read in full for texts and for references.
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

    # dear in a large graph, and many figures need none of them

    @cached_property
    def related(self) -> frozenset[Ordered]:
        return citations.related(self.chronology, self.shared, at=self.level)

    @cached_property
    def linked(self) -> frozenset[Ordered]:
        together = (
            pair for pair, level in self.chronology.together.items() if counts(level, self.level)
        )
        return frozenset({(min(pair), max(pair)) for pair in self.related}.union(together))

    @cached_property
    def occasions(self) -> tuple[Occasion, ...]:
        ways = citations.citing_ways(self.tables.works, self.tables.statements, at=self.level)
        return citations.occasions(
            self.chronology, self.shared, self.tables.readings, at=self.level, ways=ways
        )

    @cached_property
    def ways(self) -> Mapping[Ordered, Occasion]:
        return {(occasion.source, occasion.target): occasion for occasion in self.occasions}

    @cached_property
    def actions(self) -> weight.Pairs:
        return weight.action_pairs(self.potential)

    @cached_property
    def weight(self) -> Callable[[str, str], Weight]:
        # of two works by IRI; pages of three languages ask for the same ones
        return lru_cache(maxsize=1 << 10)(partial(weight.weight, self.potential))

    @cached_property
    def partners(self) -> Mapping[str, list[str]]:
        # the plans each plan is linked with
        partners = defaultdict[str, list[str]](list)
        for plan_a, plan_b in self.linked:
            partners[plan_a].append(plan_b)
            partners[plan_b].append(plan_a)
        return partners

    @cached_property
    def members(self) -> Mapping[str, list[str]]:
        # the actions of each plan, in order
        members = defaultdict[str, list[str]](list)
        for action, plan in sorted(self.tables.works.home.items()):
            members[plan].append(action)
        return members

    @cached_property
    def used(self) -> Mapping[str, list[tuple[texts.Use, tuple[str, ...]]]]:
        # what each work uses, and each plan with its actions, and all texts that reaches
        home = self.tables.works.home
        used = defaultdict[str, list[tuple[texts.Use, tuple[str, ...]]]](list)
        reached = lru_cache(maxsize=None)(partial(self.potential.weights.reached, at=self.level))
        for use in self.uses:
            for work in {use.work, home.get(use.work, use.work)}:
                used[work].append((use, reached(use.text)))
        return used

    def cites(self, x: str, y: str) -> tuple[State, tuple[Channel, ...]]:
        state = self.way(x, y).state
        when = self.chronology
        can = state is not State.OPEN or citations.feasible(when, x, y)
        if not can:
            state = State.UNDATED if can is None else State.IMPOSSIBLE
        return state, tuple(channel for channel in Channel if when.seen(x, y, self.level, channel))

    def texts_of(self, work: str) -> Mapping[str, float]:
        names = self.potential.weights.texts
        return {names[text]: r for text, (r, _) in self.potential.row(work).items()}

    def brought(self, plan: str, other: str) -> Mapping[str, Mapping[str, float]]:
        """For each work of a plan, the plan itself among them, the texts it shares with another plan, in bits.

        What several works share counts for each of them, so that these do not add up to the weight
        of the pair.
        """
        gives = [
            share
            for share in self.weight(plan, other).contributions
            if not share.is_broad and share.bits > 0
        ]
        potential = self.potential
        places = self.potential.weights.texts
        shares = {places.index(share.text): share for share in gives}
        ties_by_work = {action: potential.row(action) for action in self.members.get(plan, ())}
        ties_by_work[plan] = potential.own.row(potential.index[plan])
        return {
            work: {
                share.text: min(ties[at][0], share.two) * share.gain
                for at, share in shares.items()
                if at in ties
            }
            for work, ties in ties_by_work.items()
            if not shares.keys().isdisjoint(ties)
        }

    def way(self, x: str, y: str) -> Occasion:
        if (x, y) in self.ways:
            return self.ways[x, y]
        when = self.chronology
        bits = self.shared.get((min(x, y), max(x, y)), 0.0)
        state = citations.state_of(when, self.tables.readings, x, y, self.level)
        return Occasion(x, y, citations.verdict(when, x, y), state, bits)

    def giving(self, work: str, text: str) -> tuple[texts.Use, ...]:
        uses = [use for use, reached in self.used.get(work, ()) if text in reached]
        return tuple(
            sorted(uses, key=lambda use: (-use.share, use.level or 0, use.work, use.text, use.link))
        )

    def between(self, plan_a: str, plan_b: str) -> tuple[PlanStatement, ...]:
        return self.arguments.get((min(plan_a, plan_b), max(plan_a, plan_b)), ())

    def link_level(self, plan_a: str, plan_b: str) -> Level | None:
        pair = (min(plan_a, plan_b), max(plan_a, plan_b))
        when = self.chronology
        shared = weight.plan_levels(self.potential).get(pair)
        if (
            pair not in when.together
            and (plan_a, plan_b) not in when.cited
            and (plan_b, plan_a) not in when.cited
        ):
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
        """
        citing = [
            pair
            for pair in self.chronology.cited
            if plan in pair and self.chronology.seen(*pair, self.level)
        ]
        linked = len(self.partners.get(plan, ()))
        return Reach(linked, sum(x == plan for x, _ in citing), sum(y == plan for _, y in citing))

    def place(self, x: str, y: str, channel: Channel) -> State:
        return citations.state_of(self.chronology, self.tables.readings, x, y, self.level, channel)


def known(tables: Tables, at: Level = HEADLINE, *, weights: texts.Earlier | None = None) -> Known:
    works = tables.works
    readings = tables.readings
    weighed, when = _at_any_level(tables)
    scale = texts.on_earlier(weights, weighed) if weights else weighed
    shares = weight.potential(works, scale, tables.uses, at=at, read=readings.read_in_full(works))
    pairs = weight.plan_pairs(shares)
    ordered = (
        (min(plan_a, plan_b), max(plan_a, plan_b), low)
        for plan_a, plan_b, low, _ in pairs.named(works.plans)
    )
    shared = {(plan_a, plan_b): low for plan_a, plan_b, low in ordered if low > 0}
    statements = []
    arguments = dict[Ordered, list[PlanStatement]]()
    plans = set(works.plans)
    for statement in tables.statements:
        x, y = (works.home.get(end, end) for end in (statement.source, statement.target))
        if x != y and {x, y} <= plans and counts(statement.level, at):
            statements.append(statement)
            arguments.setdefault((min(x, y), max(x, y)), []).append(statement)
    for joining in arguments.values():
        joining.sort(key=lambda statement: (statement.level or 0, statement.link))
    full = {plan for plan in works.plans if readings.extent(plan, Aspect.REFERENCES) is Extent.FULL}
    return Known(
        tables,
        at,
        shares,
        pairs,
        shared,
        when,
        tuple(use for use in tables.uses if use.counts(at)),
        tuple(statements),
        {pair: tuple(joining) for pair, joining in arguments.items()},
        shares.read & full,
    )


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
    tables = at_level.tables
    works = at_level.tables.works
    weights = at_level.potential.weights
    counted = [plan for plan in works.plans if plan in tables.published]
    noted = tables.readings.noted
    return BasisLine(
        tables.release,
        at_level.level,
        len(works.plans),
        with_texts=len(
            {works.home.get(use.work, use.work) for use in at_level.uses} & set(works.plans)
        ),
        listed=sum(home in tables.published for home in works.home.values()),
        published=sum(tables.published[plan] for plan in counted),
        counted=len(counted),
        measures=len(works.actions),
        texts=evidence.coverage(tables.readings, works, Aspect.TEXTS),
        read=len(
            {
                works.home[work]
                for work, aspect in noted
                if aspect is Aspect.TEXTS and work in works.home
            }
        ),
        as_of=tables.as_of,
        weights=weights.release,
        fresh=weights.fresh,
    )
