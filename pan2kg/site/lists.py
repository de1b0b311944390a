"""Lists: plans, pairs of plans, actions without a link, and obligations with their due dates."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pan2kg.coherence import evidence
from pan2kg.graph.statements import Statement, grounds_of
from pan2kg.site import calendar_file, plan_ties, values
from pan2kg.site.figure_pages import table_downloads, table_html
from pan2kg.site.notes import Notes
from pan2kg.site.page import Download, File, Markup, PageContext, Values, View
from pan2kg.site.plan import period_words, sorted_by_number
from pan2kg.site.plan_choice import requested_filter, shown_plans
from pan2kg.store.store import plain
from pan2kg.tables import duties
from pan2kg.turtle.vocabulary import DCTERMS, PAN


class UnlinkedActions(NamedTuple):
    """The actions of a plan without a link, whose texts were read or not, and how many actions it has in all."""

    plan: str
    key: str
    unread: Sequence[str]
    read: Sequence[str]
    actions_number: int


class DueDate(NamedTuple):
    """A day on which an obligation falls due, as one graph says it; ``day``, ``since`` and ``moved`` are in words.

    Where an ``act`` set the deadline, it holds from ``since`` on, until a later act ``moved`` it.
    """

    due: str
    obligation: str
    graph: str
    day: str
    often: str
    act: str
    since: str
    moved: str
    mark: Markup
    documents: Sequence[str]
    quotes: Sequence[values.Quote]


def _plans_values(context: PageContext) -> Values:
    plans = context.sorted_by_name(shown_plans(context.site_context, requested_filter(context)))
    return {
        "lines": [_plan_line(context, plan) for plan in plans],
        "time": context.draw("time-map") if context.graph.has_actions else None,
    }


def _plan_line(context: PageContext, plan: str) -> Values:
    statements = context.graph.statements
    reach = context.known.reach(plan)
    return {
        "iri": plan,
        "countries": statements.values(plan, DCTERMS + "spatial"),
        "period": period_words(context, plan),
        "types": statements.values(plan, DCTERMS + "type"),
        "known": len(context.graph.parts.actions.get(plan, ())),
        "published": statements.one(plan, PAN + "measureCount"),
        "completeness": statements.one(plan, PAN + "listCompleteness"),
        "linked": reach.linked,
        "cites": reach.cites,
        "cited": reach.cited,
    }


def _pairs_values(context: PageContext) -> Values:
    """The linked pairs of the plans chosen, those linked only at a weaker level, and how many are apart."""
    graph = context.graph
    choice = requested_filter(context)
    site_context = context.site_context
    plans = set(shown_plans(site_context, choice))
    knowledge = graph.known(choice.level)
    weakest = graph.known(evidence.FIGURED[-1])
    linked = []
    weaker = []
    degree = Counter[str]()
    for meeting in graph.meetings:
        if not plans.issuperset(meeting.plans):
            continue
        if meeting.level <= choice.level:
            linked.append(plan_ties.meeting_line(context, knowledge, meeting))
            degree.update(meeting.plans)
        else:
            weaker.append(plan_ties.meeting_line(context, weakest, meeting))
    number = len(plans) * (len(plans) - 1) // 2
    return {
        "linked": linked,
        "weaker": weaker,
        "number": number,
        "apart": number - len(linked),
        "plans": [
            _unlinked_plan_line(context, plan, len(plans) - 1 - degree[plan])
            for plan in context.sorted_by_name(plans)
        ],
        "restricts": bool(choice.topic or choice.body or choice.year),
        "paged": None if context.is_served else site_context.pairs,
    }


def _unlinked_plan_line(context: PageContext, plan: str, apart_number: int) -> Values:
    """With how many others no link was seen, how many actions are known, and of how many a text was read."""
    tables = context.graph.tables
    recorded = evidence.coverage(tables.readings, tables.works, evidence.Aspect.TEXTS, {plan})
    return {
        "plan": plan,
        "others": apart_number,
        "known": len(context.graph.parts.actions.get(plan, ())),
        "recorded": recorded.known,
    }


def _unlinked_values(context: PageContext) -> Values:
    choice = requested_filter(context)
    plans = context.sorted_by_name(shown_plans(context.site_context, choice))
    by_plan = [_unlinked_actions(context, plan, choice.level) for plan in plans]
    unread = sum(len(unlinked.unread) for unlinked in by_plan)
    read = sum(len(unlinked.read) for unlinked in by_plan)
    return {
        "plans": [unlinked for unlinked in by_plan if unlinked.unread or unlinked.read],
        "number": unread + read,
        "of": sum(unlinked.actions_number for unlinked in by_plan),
        "unread": unread,
        "read": read,
    }


def _unlinked_actions(context: PageContext, plan: str, level: evidence.Level) -> UnlinkedActions:
    linked = context.graph.linked_actions
    readings = context.graph.tables.readings
    actions = sorted_by_number(context, context.graph.parts.actions.get(plan, ()))
    unread = []
    read = []
    for action in actions:
        if evidence.counts(linked.get(action), level):
            continue
        extent = readings.extent(action, evidence.Aspect.TEXTS, plan)
        if extent is evidence.Extent.NONE:
            unread.append(action)
        else:
            read.append(action)
    return UnlinkedActions(plan, context.key(plan), unread, read, len(actions))


def _obligations_values(context: PageContext) -> Values:
    table = context.site_context.table_of("obligations", context.language)
    notes = Notes(context)
    dues: list[DueDate] = []
    for entry in context.graph.labels.of_kind("obligation"):
        dues += _due_dates(notes, entry.iri)
    return {
        "picture": context.draw("timeline") if table.rows else None,
        "table": table_html(duties.for_pages(table), context),
        "dues": sorted(dues, key=lambda due: (due.due, due.obligation, due.graph)),
        "notes": notes,
        "downloads": [
            Download(context.href("obligations.ics"), context.t("download-calendar")),
            *table_downloads(context, "figure/obligations"),
        ],
    }


def _due_dates(notes: Notes, obligation: str) -> Iterable[DueDate]:
    context = notes.context
    statements = context.graph.statements
    deadlines = []
    for statement in statements.towards(obligation):
        if statement.predicate == PAN + "deadlineOf":
            deadlines.append(statement.thing)
    starts = [statements.one(deadline, PAN + "validFrom") for deadline in deadlines]
    often = values.recurrence_words(context, statements.one(obligation, PAN + "recursEvery"))
    quotes = values.quotes_of(context, statements.values(obligation, values.PASSAGE))
    for statement in _due_statements(context, obligation, deadlines):
        basis = grounds_of(statements, statement)
        due = plain(statement.value)
        since = statements.one(statement.thing, PAN + "validFrom")
        later = [start for start in starts if since and start > since]
        yield DueDate(
            due=due,
            obligation=obligation,
            graph=statement.graph,
            day=values.day_words(context, due),
            often=often,
            act=statements.one(statement.thing, PAN + "setBy"),
            since=values.day_words(context, since),
            moved=values.day_words(context, min(later, default="")),
            mark=notes.mark(basis).html,
            documents=basis.sources,
            quotes=quotes,
        )


def _due_statements(
    context: PageContext, obligation: str, deadlines: Iterable[str]
) -> Iterable[Statement]:
    """What is stated of when an obligation falls due: of itself, not by a rule, and of its deadlines."""
    about = context.graph.statements.about
    for statement in about(obligation):
        if statement.predicate == PAN + "dueDate" and not statement.rule:
            yield statement
    for deadline in deadlines:
        for statement in about(deadline):
            if statement.predicate == PAN + "date":
                yield statement


def _calendar(context: PageContext) -> str:
    name = context.name
    events = []
    for row in context.localized_graph.obligations:
        if row.due:
            event = calendar_file.CalendarEvent(
                day=row.due,
                uid=f"{row.iri}@pan2kg",
                summary=name(row.iri),
                description=name(row.instrument),
                every=row.every,
            )
            events.append(event)
    return calendar_file.write_calendar(
        sorted(events), name=context.t("obligations-title"), stamp=context.graph.as_of
    )


PAGES = (
    View("plans", _plans_values, title="plans-title", section="plans", menu=2),
    View("pairs", _pairs_values, title="pairs-title", section="index"),
    View("unlinked", _unlinked_values, title="unlinked-title", section="index"),
    View(
        "obligations", _obligations_values, title="obligations-title", section="obligations", menu=3
    ),
)
FILES = (File("obligations", "ics", calendar_file.MEDIA, _calendar),)
