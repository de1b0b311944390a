"""Tables of what has to be met: obligations, what builds on something else, and recommendations."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from pan2kg.coherence import Level, evidence, obligations
from pan2kg.coherence.standing import SAID_OF, Standing
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.store import is_true, program_query
from pan2kg.tables import DEFAULT, Table, TableChoice, make, making, note
from pan2kg.turtle.vocabulary import ID, key

_WITHOUT_DAYS = (Standing.NOT_YET_DUE, Standing.UNREAD)
"""What is said in words where others have a number of days."""


class DutyRow(NamedTuple):
    """A row of the table of obligations: what has to be met, by when, and what answers it.

    The columns of the table are its fields. One that recurs has ``every`` so many months, and the
    days it was due last and is due next; ``due`` is the one the row speaks of. ``standing`` counts
    actions and acts, ``met`` acts alone. ``margin`` is in days, as are those of ``overdue``, which
    has words beside them. What is unknown is None.
    """

    obligation: str
    obligation_kind: str | None
    force: str | None
    instrument: str
    provision: str
    holder: str
    holder_basis: str
    national: str
    due: date | None
    every: int | None
    last_due: date | None
    next_due: date | None
    standing: Standing
    met: Standing
    margin: int | None
    overdue: dict[str, object]
    answer: str | None
    answered_on: date | None
    signed_on: date | None
    is_act: bool | None
    level: Level | None
    answers: list[str]
    touching: list[str]
    needs_ratification: bool
    ratified: date | None


RECURRING = ("every", "last_due", "next_due")
"""The columns of obligations that recur."""
DETAILS = frozenset((
    "force", "provision", "holder_basis", "national", "signed_on", "is_act", "answers", "touching",
    "needs_ratification", "ratified",
))  # fmt: skip
"""The columns of the files alone: a page says them of each obligation on its own page."""


def duties(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """Each obligation with the day it is due, what answers it, and how late; rows are :class:`DutyRow`.

    Only what is said at the level of evidence chosen answers. With plans named, only obligations
    one of their actions answers; ``part`` restricts to one standing.

    Raises:
        QueryError: there is no such standing.
    """
    plans = frozenset(graph.plans(choice.plans))
    standings = [standing.code("duty") for standing in SAID_OF["duty"]]
    if choice.part and choice.part not in standings:
        names = ", ".join(standings)
        raise QueryError("no-part", remedy="there-are", part=choice.part, names=names)
    every = graph.margins(choice.evidence)
    chosen = []
    for duty in every:
        if choice.part and choice.part != duty.standing.code("duty"):
            continue
        answering_plans = {graph.home_of.get(reply.work, "") for reply in duty.responses}
        if not plans or plans & answering_plans:
            chosen.append(duty)
    notes = [
        note("obligations-known", n=len(every)),
        note("answers-means"),
        note("not-overdue-before"),
    ]
    if any(duty.obligation.every for duty in chosen):
        notes.append(note("recurs-means"))
    if any(not duty.is_looked_for for duty in chosen):
        notes.append(note("unrecorded-means"))
    if any(duty.standing is Standing.OVERDUE for duty in chosen):
        notes.append(note("uncovered-means", n=every.basis.annotated, of=every.basis.n))
    return make(
        graph,
        "obligations",
        DutyRow._fields,
        [_duty_row(graph, duty) for duty in chosen],
        notes,
        "coherence/obligations",
        graph.known(choice.evidence),
        basis=every.basis,
        is_dated=True,
    )


def _duty_row(graph: Graph, duty: obligations.Margin) -> DutyRow:
    obligation = duty.obligation
    answer = duty.response
    return DutyRow(
        obligation=obligation.iri,
        obligation_kind=f"{ID}obligationkind/{obligation.kind}" if obligation.kind else None,
        force=f"{ID}force/{obligation.force}" if obligation.force else None,
        instrument=obligation.instrument,
        provision=obligation.provision,
        holder=obligation.holder,
        holder_basis=_holder_basis(obligation),
        national=obligation.national,
        due=obligation.due,
        every=obligation.every or None,
        last_due=duty.last,
        next_due=duty.coming,
        standing=duty.standing,
        met=duty.met,
        margin=duty.margin,
        overdue=_overdue(graph, duty),
        answer=answer and answer.work,
        answered_on=answer and answer.day,
        signed_on=answer and answer.signed,
        is_act=answer and answer.is_act,
        level=answer and answer.level,
        answers=sorted({response.work for response in duty.responses}),
        touching=[response.work for response in duty.touching],
        needs_ratification=obligation.needs_ratification,
        ratified=obligation.ratified,
    )


def _holder_basis(obligation: obligations.Obligation) -> str:
    """Whether a country recorded who has to meet it, or it follows from who is a member or a party."""
    if obligation.is_recorded:
        return "recorded"
    return "derived" if obligation.holder else "none"


def _overdue(graph: Graph, duty: obligations.Margin) -> dict[str, object]:
    """The days a duty is overdue; where there are none, in words that it is not due yet or nobody looked."""
    words: object = duty.overdue
    if duty.margin is None and duty.met in _WITHOUT_DAYS:
        words = making.coded("overdue", duty.met.code("duty")).say(graph.language)
    return {"overdue": duty.overdue, "overdue_label": words}


def for_pages(table: Table) -> Table:
    """The obligations without the columns of :data:`DETAILS`, nor days that recur where none does."""
    left_out = DETAILS
    if not any(row["every"] for row in table.rows):
        left_out = DETAILS.union(RECURRING)
    columns = []
    for column in table.columns:
        if column.key not in left_out and column.names not in left_out:
            columns.append(column)
    return replace(table, columns=tuple(columns))


# What builds on something else

_ORDERS = ("out-of-order", "in-order", "unknown")
"""Whether what is built upon ends no later, in the order of the rows."""


class Dependency(NamedTuple):
    """What builds on something, by which relation, when both end, and whether that is in order.

    Ends are days, months or years. The columns of the table are the fields.
    """

    later: str
    earlier: str
    dependency: str
    later_ends: str | None
    earlier_ends: str | None
    order: str
    level: Level


def dependencies(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """What builds on something else, or follows it, and whether that ends no later.

    It is unknown where a date is missing. With plans named, only what is of them at either end.
    """
    plans = frozenset(graph.plans(choice.plans))
    rows = []
    for dependency in depending(graph, choice.evidence):
        homes = {_plan_or_self(graph, dependency.later), _plan_or_self(graph, dependency.earlier)}
        if not plans or plans & homes:
            rows.append(dependency)
    notes = [note("stated-only")]
    if rows:
        unknown = sum(dependency.order == "unknown" for dependency in rows)
        notes.insert(0, note("order-unknown", n=unknown, of=len(rows)))
    knowledge = graph.known(choice.evidence)
    return make(
        graph, "dependencies", Dependency._fields, rows, notes, "tables/dependencies", knowledge
    )


def depending(graph: Graph, level: Level) -> list[Dependency]:
    """What builds on something else at a level of evidence, what is out of order first.

    A work ends when its own dated timeline does, else when its plan's period does; two ends are
    compared as far as both are exact.
    """
    timeline_ends = dict[str, str]()
    for action, end in graph.read(program_query("coherence/ends")):
        timeline_ends[action] = max(timeline_ends.get(action, ""), end)

    def end_of(work: str) -> str:
        return timeline_ends.get(work) or graph.period(_plan_or_self(graph, work)).until

    rows = []
    for stated, firmest_level in _stated_dependencies(graph, level).items():
        later_ends = end_of(stated.later)
        earlier_ends = end_of(stated.earlier)
        order = _order(later_ends, earlier_ends)
        ends = (later_ends or None, earlier_ends or None)
        rows.append(Dependency(*stated, *ends, order, firmest_level))
    rows.sort(key=lambda row: (_ORDERS.index(row.order), row.later, row.earlier))
    return rows


class _Dependence(NamedTuple):
    later: str
    earlier: str
    relation: str


def _stated_dependencies(graph: Graph, weakest: Level) -> dict[_Dependence, Level]:
    """What depends on what, with the firmest level it is said at."""
    levels = dict[_Dependence, Level]()
    for later, earlier, relation, name in graph.read(program_query("tables/dependencies")):
        level = evidence.level(name)
        if level is not None and evidence.counts(level, weakest):
            stated = _Dependence(later, earlier, key(relation))
            levels[stated] = min(level, levels.get(stated, level))
    return levels


def _order(later_end: str, earlier_end: str) -> str:
    """Whether the earlier work ends no later, as far as both days are exact.

    >>> _order("2022-06", "2022"), _order("2021", "2022-01-01"), _order("2021", "")
    ('in-order', 'out-of-order', 'unknown')
    """
    exact = min(len(later_end), len(earlier_end))
    if not exact:
        return "unknown"
    return "in-order" if earlier_end[:exact] <= later_end[:exact] else "out-of-order"


# Recommendations of reviews

_REPLIES = ("none", "beside", "answered")
"""How a recommendation is taken up, in the order of the rows."""


class FollowedRecommendation(NamedTuple):
    """A recommendation of a review: how it is taken up, by which actions, of which plans: the columns.

    ``followed_by`` and ``opposed_by`` are acts and events that came after, as somebody concluded or a source says.
    """

    recommendation: str
    review: str
    reply: str
    actions: list[str]
    plans: list[str]
    followed_by: list[str]
    opposed_by: list[str]


def recommendations(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """The recommendations, those first to which nothing replies; with plans named, theirs alone."""
    plans = frozenset(graph.plans(choice.plans))
    works_of = dict[str, set[str]]()
    answers_of = dict[str, list[bool]]()
    for recommendation, work, is_answer in graph.read(program_query("tables/replies")):
        works_of.setdefault(recommendation, set()).add(work)
        answers_of.setdefault(recommendation, []).append(is_true(is_answer))
    came_after = dict[tuple[str, str], list[str]]()
    for recommendation, kind, act_or_event in graph.read(program_query("tables/answers")):
        came_after.setdefault((recommendation, kind), []).append(act_or_event)
    every = graph.read(program_query("tables/recommendations"))
    rows = []
    for recommendation, review in every:
        works = works_of.get(recommendation, set())
        homes = {_plan_or_self(graph, work) for work in works}
        if plans and not plans & homes:
            continue
        rows.append(
            FollowedRecommendation(
                recommendation,
                review,
                _reply(answers_of.get(recommendation, ())),
                sorted(works.intersection(graph.home_of)),
                sorted(homes),
                came_after.get((recommendation, "answers"), []),
                came_after.get((recommendation, "against"), []),
            )
        )
    rows.sort(key=lambda row: (_REPLIES.index(row.reply), row.recommendation))
    notes = [note("recommendations-read", n=len(every)), note("what-followed-concluded")]
    columns = FollowedRecommendation._fields
    return make(graph, "recommendations", columns, rows, notes, "tables/replies")


def _plan_or_self(graph: Graph, work: str) -> str:
    return graph.home_of.get(work, work)


def _reply(answers: Collection[bool]) -> str:
    """Whether a work answers, or works only stand beside it.

    >>> _reply([False, True]), _reply([False]), _reply([])
    ('answered', 'beside', 'none')
    """
    if True in answers:
        return "answered"
    return "beside" if answers else "none"
