"""Tables of what has to be met: obligations, what builds on something else, and recommendations."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, NamedTuple

from pan2kg.coherence import HEADLINE, Level, evidence, known, obligations
from pan2kg.coherence.standing import SAID_OF, Standing
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.store import is_true, program_query
from pan2kg.tables import DEFAULT, Table, TableChoice, make, note, table as layout
from pan2kg.turtle.vocabulary import ID, key

RECURRING: Final = ("every", "last_due", "next_due")
DUTIES: Final = (
    "obligation", "obligation_kind", "force", "instrument", "provision", "holder", "holder_basis", "national", "due",
    *RECURRING, "standing", "met", "margin", "overdue", "answer",
    "answered_on", "signed_on", "is_act", "level", "answers", "touching", "needs_ratification", "ratified",
)  # fmt: skip
_WITHOUT_DAYS: Final = (Standing.NOT_YET_DUE, Standing.UNREAD)
"""What is said in words where others have a number of days."""
DETAILS: Final = frozenset((
    "force", "provision", "holder_basis", "national", "signed_on", "is_act", "answers", "touching",
    "needs_ratification", "ratified",
))  # fmt: skip
"""The columns of the files alone: a page says them of each obligation on its own page."""


def duties(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """Each obligation with the day it is due, what answers it, and how late; days are whole.

    One that recurs has every so many months, and the days it was due last and is due next; due is
    the one the row speaks of. Only what is said at the level of evidence chosen answers. With plans
    named, only obligations one of their actions answers; ``part`` restricts to one standing.

    Raises:
        QueryError: there is no such standing.
    """
    plans = frozenset(graph.plans(choice.plans))
    standings = [standing.code("duty") for standing in SAID_OF["duty"]]
    if choice.part and choice.part not in standings:
        names = ", ".join(standings)
        raise QueryError("no-part", remedy="there-are", part=choice.part, names=names)
    margins = graph.margins(choice.evidence)
    rows = []
    for margin in margins:
        if choice.part and choice.part != margin.standing.code("duty"):
            continue
        answering_plans = {graph.home_of.get(reply.work, "") for reply in margin.responses}
        if not plans or plans & answering_plans:
            rows.append(margin)
    notes = [
        note("obligations-known", n=len(margins)),
        note("answers-means"),
        note("not-overdue-before"),
    ]
    if any(margin.obligation.every for margin in rows):
        notes.append(note("recurs-means"))
    if any(not margin.obligation.is_recorded for margin in rows):
        notes.append(note("unrecorded-means"))
    if any(margin.standing is Standing.OVERDUE for margin in rows):
        notes.append(note("uncovered-means", n=margins.basis.annotated, of=margins.basis.n))
    return make(
        graph,
        "obligations",
        DUTIES,
        [_duty(graph, margin) for margin in rows],
        notes,
        sparql=program_query("coherence/obligations"),
        line=known.basis_line(graph.known(choice.evidence)),
        basis=margins.basis,
        is_dated=True,
    )


def _duty(graph: Graph, margin: obligations.Margin) -> tuple[object, ...]:
    duty = margin.obligation
    answer = margin.response
    answered: tuple[object, ...] = (None, None, None, None, None)
    if answer:
        answered = (answer.work, answer.day, answer.signed, answer.is_act, answer.level)
    return (
        duty.iri,
        f"{ID}obligationkind/{duty.kind}" if duty.kind else None,
        f"{ID}force/{duty.force}" if duty.force else None,
        duty.instrument,
        duty.provision,
        duty.holder,
        _holder_basis(duty),
        duty.national,
        duty.due,
        duty.every or None,
        margin.last,
        margin.coming,
        margin.standing,
        margin.met,
        margin.margin,
        _overdue(graph, margin),
        *answered,
        sorted({response.work for response in margin.responses}),
        [response.work for response in margin.touching],
        duty.needs_ratification,
        duty.ratified,
    )


def _overdue(graph: Graph, margin: obligations.Margin) -> dict[str, object]:
    """The days a duty is overdue; where there are none, in words that it is not due yet or nobody looked."""
    words: object = margin.overdue
    standing = margin.met
    if standing in _WITHOUT_DAYS and margin.margin is None:
        words = layout.coded("overdue", standing.code("duty")).say(graph.language)
    return {"overdue": margin.overdue, "overdue_label": words}


def _holder_basis(duty: obligations.Obligation) -> str:
    """Whether a country recorded who has to meet it, or it follows from who is a member or a party."""
    if duty.is_recorded:
        return "recorded"
    return "derived" if duty.holder else "none"


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

DEPENDS: Final = ("later", "earlier", "dependency", "later_ends", "earlier_ends", "order", "level")
_ORDERS: Final = ("out-of-order", "in-order", "unknown")
"""Whether what is built upon ends no later, in the order of the rows."""


class Dependency(NamedTuple):
    """What builds on something, when both end (days, months or years), and whether that is in order."""

    later: str
    earlier: str
    kind: str
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
        works = (dependency.later, dependency.earlier)
        if not plans or any(graph.home_of.get(work, work) in plans for work in works):
            rows.append(dependency)
    notes = [note("stated-only")]
    if rows:
        unknown = sum(dependency.order == "unknown" for dependency in rows)
        notes.insert(0, note("order-unknown", n=unknown, of=len(rows)))
    line = known.basis_line(graph.known(choice.evidence))
    return make(graph, "dependencies", DEPENDS, rows, notes, "tables/dependencies", line=line)


def depending(graph: Graph, level: Level = HEADLINE) -> list[Dependency]:
    """What builds on something else at a level of evidence, what is out of order first.

    A work ends when its own dated timeline does, else when its plan's period does; two ends are
    compared as far as both are exact.
    """
    timeline_ends = dict[str, str]()
    for action, end in graph.read(program_query("coherence/ends")):
        timeline_ends[action] = max(timeline_ends.get(action, ""), end)

    def end_of(work: str) -> str:
        _, _, period_end = graph.periods.get(graph.home_of.get(work, work), ("", "", ""))
        return timeline_ends.get(work) or period_end

    rows = []
    for (later, earlier, kind), firmest_level in _stated_dependencies(graph, level).items():
        later_end = end_of(later)
        earlier_end = end_of(earlier)
        order = _order(later_end, earlier_end)
        ends = (later_end or None, earlier_end or None)
        rows.append(Dependency(later, earlier, kind, *ends, order, firmest_level))
    rows.sort(key=lambda row: (_ORDERS.index(row.order), row.later, row.earlier))
    return rows


def _stated_dependencies(graph: Graph, weakest: Level) -> dict[tuple[str, str, str], Level]:
    """What depends on what, by kind, with the firmest level it is said at."""
    levels = dict[tuple[str, str, str], Level]()
    for later, earlier, kind, name in graph.read(program_query("tables/dependencies")):
        level = evidence.level(name)
        if level is not None and evidence.counts(level, weakest):
            dependency = (later, earlier, key(kind))
            levels[dependency] = min(level, levels.get(dependency, level))
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

ADVICE: Final = ("recommendation", "review", "reply", "actions", "plans")
_REPLIES: Final = ("none", "beside", "answered")
"""How a recommendation is taken up, in the order of the rows."""


class FollowedRecommendation(NamedTuple):
    """A recommendation of a review: how it is taken up, by which actions, of which plans."""

    recommendation: str
    review: str
    reply: str
    actions: list[str]
    plans: list[str]


def recommendations(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """The recommendations, those first to which nothing replies; with plans named, theirs alone."""
    plans = frozenset(graph.plans(choice.plans))
    replies = dict[str, list[tuple[str, bool]]]()
    for recommendation, work, answers in graph.read(program_query("tables/replies")):
        replies.setdefault(recommendation, []).append((work, is_true(answers)))
    advice = graph.read(program_query("tables/recommendations"))
    rows = []
    for recommendation, review in advice:
        works = replies.get(recommendation, [])
        actions = {work for work, _ in works if work in graph.home_of}
        homes = {graph.home_of.get(work, work) for work, _ in works}
        if not plans or plans & homes:
            reply = _reply(is_answer for _, is_answer in works)
            rows.append(
                FollowedRecommendation(
                    recommendation, review, reply, sorted(actions), sorted(homes)
                )
            )
    rows.sort(key=lambda row: (_REPLIES.index(row.reply), row.recommendation))
    notes = [note("recommendations-read", n=len(advice))]
    return make(graph, "recommendations", ADVICE, rows, notes, "tables/replies")


def _reply(answers: Iterable[bool]) -> str:
    """Whether a work answers, or works only stand beside it.

    >>> _reply([False, True]), _reply([False]), _reply([])
    ('answered', 'beside', 'none')
    """
    distinct = {*answers}
    if True in distinct:
        return "answered"
    return "beside" if distinct else "none"
