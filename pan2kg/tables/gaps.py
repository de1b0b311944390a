"""The gap report: a list for each kind of gap, with how many of how many, and where nobody looked."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from pan2kg.coherence import (
    HEADLINE,
    Level,
    bodies as coordination,
    citations,
    evidence,
    obligations,
)
from pan2kg.coherence.citations import Channel, Occasion
from pan2kg.coherence.evidence import Aspect, Extent
from pan2kg.coherence.known import Known
from pan2kg.coherence.standing import Standing
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Messages, Text
from pan2kg.store import program_query
from pan2kg.tables import DEFAULT, Table, TableChoice, bodies, coverage, kinds, make, making, note
from pan2kg.tables.duties import depending
from pan2kg.tables.figure_words import bits_words, in_each

_TABLES = Messages("table")
LONGEST_WAIT = timedelta(days=90)
"""A candidate that waits longer for a decision is a gap: in three months an editor has had time for it."""
SUMMARY = ("gap", "gaps_number", "gaps_of", "command")
LIST = ("gap", "subject", "other", "detail", "level")


class Scope(NamedTuple):
    """Whose gaps are looked for, at which level of evidence.

    ``plans`` are those whose gaps they are, none for all; ``acting`` those of which one must do
    what no action does.
    """

    plans: frozenset[str]
    level: Level
    acting: frozenset[str]

    def holds(self, graph: Graph, *works: str) -> bool:
        """Whether one of the works is of a plan whose gaps are looked for."""
        return _any_inside(graph, self.plans, works)


ALL = Scope(frozenset(), HEADLINE, frozenset())


class Gap(NamedTuple):
    """A thing by IRI with a gap, the other one it concerns, by how much, and on whose word that rests."""

    subject: str
    lacking: str | None = None
    detail: Text | None = None
    level: Level | None = None


class Listed(NamedTuple):
    """The gaps of a kind, and of how many: None where nobody looked.

    ``sparql`` is the query that shows the statements they come from.
    """

    gaps: list[Gap]
    population: int | None
    sparql: str


Find = Callable[[Graph, Scope], Listed]


def gaps(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """How many gaps of each kind; with ``part`` the list of one kind.

    With plans or a country named, only theirs. That no action does something is said of the
    project's own country where none is named.

    Raises:
        QueryError: there is no such kind, plan or country.
    """
    scope = _scope(graph, choice)
    basis = graph.uses.basis
    if scope.plans or choice.country or choice.part in OWN:
        basis = bodies.looked_upon(graph, choice)
    knowledge = graph.known(choice.evidence)
    is_narrowed = scope.acting != scope.plans
    if not choice.part:
        rows = [_counted(graph, kind, scope) for kind in KINDS]
        notes = _notes_on_all(graph, is_narrowed=is_narrowed)
        return make(
            graph, "gaps", SUMMARY, rows, notes, evidence=knowledge, basis=basis, is_dated=True
        )
    if choice.part not in KINDS:
        raise QueryError("no-part", remedy="there-are", part=choice.part, names=", ".join(KINDS))
    listed = find_gaps(graph, choice.part, scope)
    return make(
        graph,
        "gaps",
        LIST,
        [(choice.part, *gap) for gap in listed.gaps],
        _notes_on(choice.part, listed, is_narrowed=is_narrowed),
        sparql=listed.sparql,
        evidence=knowledge,
        basis=basis.also("gap", choice.part),
        is_dated=True,
    )


def _scope(graph: Graph, choice: TableChoice) -> Scope:
    plans = frozenset(graph.plans(choice.plans))
    if not plans and choice.country:
        plans = bodies.own_plans(graph, choice.country)
    return Scope(plans, choice.evidence, plans or bodies.own_plans(graph, choice.country))


def _counted(graph: Graph, kind: str, scope: Scope) -> tuple[object, ...]:
    listed = find_gaps(graph, kind, scope)
    number = None if listed.population is None else len(listed.gaps)
    return kind, number, listed.population, f"pan2kg coherence gaps {kind}"


def _notes_on_all(graph: Graph, *, is_narrowed: bool) -> list[Text]:
    notes = []
    if is_narrowed:
        notes.append(note("own-country"))
    if not graph.scores:
        notes.append(note("no-scores"))
    day = graph.as_of.isoformat()
    notes.append(note("no-action-unread"))
    return [*notes, note("no-mitigation"), note("no-validity", day=day), note("unread")]


def _notes_on(kind: str, listed: Listed, *, is_narrowed: bool) -> list[Text]:
    if listed.population is None:
        notes = [note("not-assessed-gap")]
    else:
        notes = [note("gaps-counted", n=len(listed.gaps), of=listed.population)]
    if _TABLES.has(f"note.gap-{kind}"):
        notes.append(note(f"gap-{kind}"))
    if kind in OWN and is_narrowed:
        notes.append(note("own-country"))
    if kind == "negative-interaction":
        notes.append(note("no-mitigation"))
    return notes


def find_gaps(graph: Graph, kind: str, scope: Scope) -> Listed:
    """The gaps of a kind; those of all plans are looked for once a graph, whatever the language."""
    find = partial(KINDS[kind], graph, scope)
    return find() if scope.plans else graph.once(("gaps", kind, scope), find)


def _any_inside(graph: Graph, plans: frozenset[str], works: Iterable[str]) -> bool:
    """Whether one of the works is a plan or an action of the plans; no plans are all."""
    homes = [graph.home_of.get(work, work) for work in works if work]
    return any(not plans or home in plans for home in homes)


# Obligations, principles, targets and groups


def _obligations(standing: Standing) -> Find:
    """Obligations of a standing, of all of which an answer was looked for."""

    def find(graph: Graph, scope: Scope) -> Listed:
        margins = graph.margins(scope.level)
        looked_for = [
            margin
            for margin in margins
            if margin.is_looked_for and margin.standing is not Standing.UNREAD
        ]
        listed = [_duty_gap(margin) for margin in looked_for if margin.standing is standing]
        return Listed(listed, len(looked_for) or None, program_query("coherence/obligations"))

    return find


def _duty_gap(margin: obligations.Margin) -> Gap:
    detail = None
    if margin.margin is not None and margin.margin > 0:
        detail = _TABLES.text("note.days-late", n=margin.margin)
    elif margin.overdue:
        detail = _TABLES.text("note.days-overdue", n=margin.overdue)
    duty = margin.obligation.iri
    answer = margin.response
    if answer is None:
        return Gap(duty, None, detail)
    return Gap(duty, answer.work, detail, answer.level)


def _without_action(name: str) -> Find:
    """What a query lists and no action of the acting plans is about, where these were read for it."""

    def find(graph: Graph, scope: Scope) -> Listed:
        query = program_query(name)
        works_of = dict[str, set[str]]()
        for iri, action, *levels in graph.read(query):
            works = works_of.setdefault(iri, set())
            is_counted = not levels or evidence.counts(evidence.level(levels[0]), scope.level)
            if is_counted and _any_inside(graph, scope.acting, [action]):
                works.add(action)
        empty = [Gap(iri) for iri, works in works_of.items() if not works]
        if not _is_read(graph, scope.acting, Aspect.TEXTS):
            return Listed([], None, query)
        return Listed(empty, len(works_of) or None, query)

    return find


def _is_read(graph: Graph, plans: frozenset[str], aspect: Aspect) -> bool:
    """Whether the plans, none for all, were read in full: only then does « no action » mean that none does.

    The actions of a plan are all known only where its list of them is complete.
    """
    readings = graph.tables.readings
    for plan in plans or graph.tables.works.plans:
        if readings.extent(plan, aspect) is not Extent.FULL or plan not in readings.complete:
            return False
    return True


def _groups(graph: Graph, scope: Scope) -> Listed:
    """Target groups at which no action of the acting plans aims, where all these say was read."""
    query = program_query("tables/group-uses")
    choice = TableChoice(plans=tuple(sorted(scope.acting)), country=kinds.EVERYWHERE)
    rows = bodies.target_groups(graph, choice).rows
    if not _is_read(graph, scope.acting, Aspect.MEASURES):
        return Listed([], None, query)
    empty = [Gap(str(row["group"])) for row in rows if row["aim"] == "forgotten"]
    return Listed(empty, len(rows) or None, query)


# What actions lack


def _bodiless(graph: Graph, scope: Scope) -> Listed:
    """Actions without a body, of plans of which one action has one: elsewhere nobody looked."""
    with_any = graph.with_body(Level.EDITORS)
    plans_read = {graph.home_of.get(work) for work in with_any}
    actions = []
    for action, plan in graph.home_of.items():
        if plan in plans_read and scope.holds(graph, action):
            actions.append(action)
    with_body = graph.with_body(scope.level)
    empty = [Gap(action, graph.home_of[action]) for action in actions if action not in with_body]
    return Listed(empty, len(actions) or None, program_query("coherence/tags"))


def _field(name: str, presence: Standing) -> Find:
    """Annotated actions of which a field is absent, or vague, of those where it was read."""

    def find(graph: Graph, scope: Scope) -> Listed:
        listed = []
        number_read = 0
        unread = 0
        for entry in coverage.fields_of(graph):
            if not entry.annotated or not scope.holds(graph, entry.action):
                continue
            recorded = entry.fields[name]
            if recorded is presence:
                listed.append(Gap(entry.action, entry.plan))
            if recorded is Standing.UNREAD:
                unread += 1
            else:
                number_read += 1
        return _looked_at(listed, number_read, unread, program_query("coherence/fields"))

    return find


def _looked_at(listed: list[Gap], number: int, unread: int, query: str) -> Listed:
    """The gaps of so many looked at; that there is none is said only where nothing is ``unread``."""
    if not number or (unread and not listed):
        return Listed([], None, query)
    return Listed(listed, number, query)


# Citations


def _expected(knowledge: Known) -> Iterable[Occasion]:
    """The ordered pairs of plans of which a citation is expected."""
    return [occasion for occasion in knowledge.occasions if occasion.is_expected]


def _expected_back(knowledge: Known) -> Iterable[Occasion]:
    """The ways back of citations that were seen, where a citation back is expected."""
    readings = knowledge.tables.readings
    returns = citations.returns(knowledge.chronology, readings, at=knowledge.level)
    return [occasion for occasion in returns if occasion.is_expected]


def _uncited(occasions: Callable[[Known], Iterable[Occasion]], state: Standing) -> Find:
    """Expected citations in one state: known to be missing, or unseen because nobody read in full."""

    def find(graph: Graph, scope: Scope) -> Listed:
        knowledge = graph.known(scope.level)
        listed = []
        expected = 0
        unread = 0
        for occasion in occasions(knowledge):
            pair = occasion.source, occasion.target
            if not scope.holds(graph, *pair):
                continue
            expected += 1
            unread += occasion.state is Standing.UNREAD
            if occasion.state is not state:
                continue
            detail = None
            if occasion.bits > 0:
                shared = in_each(bits_words, occasion.bits)
                detail = _TABLES.text("note.bits-shared", shared=shared)
            listed.append(Gap(*pair, detail, knowledge.link_level(*pair)))
        return _looked_at(listed, expected, unread, program_query("coherence/plan-statements"))

    return find


_POSSIBLE = frozenset((Standing.STATED, Standing.ABSENT, Standing.UNREAD))
"""How a citation can stand that could be made."""


def _elsewhere(seen: Channel, missing: Channel) -> Find:
    """Citations seen in one channel and not in another where they could stand too."""

    def find(graph: Graph, scope: Scope) -> Listed:
        knowledge = graph.known(scope.level)
        chronology = knowledge.chronology
        listed = []
        possible = 0
        for pair in sorted(chronology.cited):
            if not chronology.seen(*pair, scope.level, seen) or not scope.holds(graph, *pair):
                continue
            state = knowledge.place(*pair, missing)
            if state not in _POSSIBLE:
                continue
            possible += 1
            if state is not Standing.STATED:
                detail = making.coded("citation", state.value)
                listed.append(Gap(*pair, detail, knowledge.link_level(*pair)))
        return Listed(listed, possible or None, program_query("coherence/plan-statements"))

    return find


# What works do to each other


def _overlaps(graph: Graph, scope: Scope) -> Listed:
    """Actions that do the same under several leads, of those with a lead."""
    uses = graph.uses_at(scope.level)
    profiles = graph.profiles_at(scope.level)
    line = graph.known(scope.level).chronology.line
    led = 0
    for profile in profiles:
        if profile.leads and profile.work in graph.home_of and scope.holds(graph, profile.work):
            led += 1
    listed = []
    for overlap in coordination.overlaps(
        uses, profiles, graph.bits, line, said=graph.profiles, country=graph.country_of
    ):
        if overlap.kind != "edition" and scope.holds(graph, *overlap.actions):
            listed.append(Gap(overlap.actions[0], overlap.actions[1]))
    return Listed(listed, led or None, program_query("coherence/tags"))


def _negative(graph: Graph, scope: Scope) -> Listed:
    """What experts scored below 0, of all that they scored."""
    listed = []
    scored = 0
    for scores in graph.scores:
        for source, target, score in scores.cells():
            if not scope.holds(graph, source, target):
                continue
            scored += 1
            if score < 0:
                listed.append(Gap(source, target, Text.of(str(score))))
    return Listed(listed, scored or None, program_query("coherence/scores"))


def _disordered(graph: Graph, scope: Scope) -> Listed:
    """What builds on something that ends later, of the pairs whose ends are known."""
    listed = []
    dated = 0
    for dependency in depending(graph, scope.level):
        if not scope.holds(graph, dependency.later, dependency.earlier):
            continue
        if dependency.order != "unknown":
            dated += 1
        if dependency.order == "out-of-order":
            listed.append(Gap(dependency.later, dependency.earlier, None, dependency.level))
    return Listed(listed, dated or None, program_query("tables/dependencies"))


def _waiting(graph: Graph, scope: Scope) -> Listed:
    """Candidate links that have waited for a decision longer than :data:`LONGEST_WAIT`."""
    query = program_query("tables/candidates")
    latest_day = (graph.as_of - LONGEST_WAIT).isoformat()
    candidates = set()
    waiting = {}
    for link, source, target, proposed in graph.read(query):
        if not scope.holds(graph, source, target):
            continue
        candidates.add(link)
        day = proposed[:10]
        if day and day < latest_day:
            waiting[link] = Gap(source, target, Text.of(day))
    return Listed([*waiting.values()], len(candidates), query)


KINDS: Mapping[str, Find] = {
    "obligation-uncovered": _obligations(Standing.OVERDUE),
    "obligation-late": _obligations(Standing.LATE),
    "obligation-vague": _obligations(Standing.VAGUE),
    "principle-without-action": _without_action("tables/principles"),
    "target-without-action": _without_action("tables/targets"),
    "group-without-action": _groups,
    "action-without-body": _bodiless,
    "action-without-indicator": _field("indicator", Standing.ABSENT),
    "indicator-vague": _field("indicator", Standing.VAGUE),
    "action-without-timeline": _field("timeline", Standing.ABSENT),
    "timeline-vague": _field("timeline", Standing.VAGUE),
    "citation-absent": _uncited(_expected, Standing.ABSENT),
    "citation-unseen": _uncited(_expected, Standing.UNREAD),
    "citation-unreturned": _uncited(_expected_back, Standing.ABSENT),
    "return-unseen": _uncited(_expected_back, Standing.UNREAD),
    "citation-in-text-only": _elsewhere(Channel.TEXT, Channel.WEB),
    "citation-on-web-only": _elsewhere(Channel.WEB, Channel.TEXT),
    "overlap": _overlaps,
    "negative-interaction": _negative,
    "dependency-out-of-order": _disordered,
    "candidate-waiting": _waiting,
}
"""Each kind of gap, and what finds it."""

OWN = frozenset(("principle-without-action", "target-without-action", "group-without-action"))
"""The kinds that say that no action does something: asked of the plans of one country, the project's own if of none."""
