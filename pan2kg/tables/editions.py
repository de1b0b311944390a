"""Tables of plans in time: two editions of a plan side by side, and what holds on a day."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from pan2kg.coherence import reading, succession
from pan2kg.coherence.citations import Channel
from pan2kg.coherence.evidence import Aspect, Extent, firmest
from pan2kg.coherence.known import Known, in_order
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Text
from pan2kg.store import program_query
from pan2kg.tables import DEFAULT, Table, TableChoice, make, making, note, table
from pan2kg.tables.pairs import plan_order
from pan2kg.tables.table import Row

COMPARE = (
    "part", "plan", "low_base", "low_new", "difference_bits", "high_base", "high_new", "instruments_added",
    "instruments_removed", "cites_base", "cites_new", "level", "action", "change", "counterparts",
    "ground", "similar",
)  # fmt: skip
_OF_PLANS = (
    "part", "plan", "low_base", "low_new", "difference_bits", "high_base", "high_new", "instruments_added",
    "instruments_removed", "cites_base", "cites_new", "level", "change",
)  # fmt: skip
_OF_ACTIONS = ("part", "action", "plan", "change", "counterparts", "ground", "similar")
_SAME_BITS = 1e-9
"""How far two weights may be apart by rounding alone."""


def compared(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """Two editions: what they share with each other plan, and what became of each action.

    The edition named first is compared with the second. A cell that does not belong to the kind of
    its line is empty; ``part`` restricts it to plans or to actions.

    Raises:
        QueryError: it is not two plans that are named, or there is no such part.
    """
    if len(choice.plans) != 2:
        raise QueryError("two-editions", remedy="name-two-plans")
    base, later = map(graph.plan, choice.plans)
    knowledge = graph.known(choice.evidence)
    comparison = succession.compare(knowledge, base, later)
    fates = aligned(graph, knowledge, base, later)
    if choice.part not in ("", "plan", "action"):
        raise QueryError("no-part", remedy="there-are", part=choice.part, names="plan, action")
    changes = Counter[str]()
    rows = []
    order = plan_order(graph)
    related = [row for row in comparison.neighbours if _is_related(knowledge, (base, later), row)]
    for neighbour in sorted(related, key=lambda row: order((later, row.other))):
        change = _change(neighbour.base.low, neighbour.new.low)
        changes[change] += 1
        if choice.part != "action":
            rows.append(_plan_row(graph, knowledge, (base, later), neighbour, change))
    if choice.part != "plan":
        rows += [_action_row(graph, fate) for fate in fates]
    counted = {change: changes[change] for change in ("added", "removed", "more", "less")}
    notes = [
        _retention(fates),
        note("plans-changed", **counted),
        note("texts-known", base=comparison.texts_of_base, new=comparison.texts_of_later),
    ]
    basis = making.among(graph, (base, later))
    return make(
        graph, "compare", COMPARE, rows, notes, "coherence/text-uses", knowledge, basis=basis
    )


def _is_related(
    knowledge: Known, editions: tuple[str, str], neighbour: succession.Compared
) -> bool:
    """Whether the two editions share something with a plan, or one of them is linked with it otherwise."""
    if neighbour.is_linked:
        return True
    return any(in_order(neighbour.other, edition) in knowledge.linked for edition in editions)


def _change(before: float, after: float) -> str:
    """What became of the bits shared with a plan, from one edition to the next.

    >>> _change(0.0, 2.0), _change(2.0, 0.0), _change(2.0, 2.0), _change(2.0, 3.0), _change(2.0, 1.0)
    ('added', 'removed', 'same', 'more', 'less')
    """
    if abs(after - before) <= _SAME_BITS:
        return "same"
    if not before:
        return "added"
    if not after:
        return "removed"
    return "more" if after > before else "less"


def _plan_row(
    graph: Graph,
    knowledge: Known,
    editions: tuple[str, str],
    neighbour: succession.Compared,
    change: str,
) -> Row:
    base, later = editions
    plan = neighbour.other
    values = (
        "plan",
        plan,
        neighbour.base.low,
        neighbour.new.low,
        making.number(neighbour.new.low - neighbour.base.low),
        neighbour.base.high,
        neighbour.new.high,
        neighbour.added,
        neighbour.removed,
        knowledge.place(base, plan, Channel.TEXT),
        knowledge.place(later, plan, Channel.TEXT),
        firmest(knowledge.link_level(edition, plan) for edition in editions),
        change,
    )
    return {**_empty_row(), **making.cells(graph, _OF_PLANS, values)}


def _action_row(graph: Graph, fate: succession.ActionFate) -> Row:
    similar = [fate.similar] if fate.similar else []
    plan = graph.plan_of(fate.action)
    values = ("action", fate.action, plan, fate.fate, fate.counterparts, fate.ground, similar)
    return {**_empty_row(), **making.cells(graph, _OF_ACTIONS, values)}


def _empty_row() -> dict[str, table.Value]:
    columns = [column for name in COMPARE for column in making.column("compare", name)]
    return {column.key: "" for column in columns}


def _retention(fates: Iterable[succession.ActionFate]) -> Text:
    """The share of actions that were kept, or why it is not known."""
    share = succession.retention(fates)
    if share is not None:
        return note("retention", share=round(100 * share))
    if any(fate.fate is succession.Fate.NOT_SEEN for fate in fates):
        return note("not-read-through")
    return note("no-succession")


def aligned(
    graph: Graph, knowledge: Known, base: str, later: str
) -> tuple[succession.ActionFate, ...]:
    """What became of each action of two editions, by IRI, with the most similar titles beside it.

    An action is dropped, or new, only where both lists are complete and the later edition was read
    to its end.
    """
    readings = knowledge.tables.readings
    home = knowledge.tables.works.home
    is_read_to_end = readings.extent(later, Aspect.REFERENCES) is Extent.FULL
    are_lists_complete = {base, later} <= readings.complete
    successions = graph.once("successions", lambda: reading.read_successions(graph.store))
    fates = succession.fates(
        home, base, later, successions, is_read=is_read_to_end and are_lists_complete
    )
    base_titles = _titles(graph, home, base)
    later_titles = _titles(graph, home, later)
    language = _common_language(base_titles.values(), later_titles.values())
    return succession.suggested(
        fates, _titles_in(language, base_titles), _titles_in(language, later_titles)
    )


_Titles = Mapping[str, str]
"""A title in each language it has."""


def _titles(graph: Graph, home: Mapping[str, str], edition: str) -> dict[str, _Titles]:
    titles = {}
    for action, plan in home.items():
        entry = graph.labels.entry(action) if plan == edition else None
        if entry:
            titles[action] = entry.texts
    return titles


def _common_language(*editions: Iterable[_Titles]) -> str:
    """The language most actions of both editions have a title in, the first by its tag of several.

    >>> _common_language([{"fr": "a", "en": "b"}], [{"en": "c"}, {"fr": "d", "en": "e"}])
    'en'
    >>> _common_language([{"fr": "a"}, {"fr": "b"}, {"en": "c"}], [{"en": "d"}])
    'en'
    """
    counts = [Counter(tag for titles in edition for tag in titles) for edition in editions]
    tags = sorted({tag for count in counts for tag in count})
    return min(tags, key=lambda tag: (-min(count[tag] for count in counts), tag), default="")


def _titles_in(language: str, titles: Mapping[str, _Titles]) -> dict[str, str]:
    return {action: texts[language] for action, texts in titles.items() if language in texts}


# A day: which plans run, what is due, what has happened

MOMENT = ("kind", "what", "of_what", "since", "until", "state")


class OnDay(NamedTuple):
    """A plan, an obligation or an event of something, and in which state it is on a day."""

    kind: str
    subject: str
    context: str | None
    since: str | None
    until: str | date | None
    state: str


def moment(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """Which plans run on the day, which obligations are due, and what has happened.

    A period is given by years, so a plan runs from the first to the last day of them. Plans named
    leave out obligations, and whatever is of other plans.
    """
    plans = graph.plans(choice.plans)
    rows = [*_running(graph, plans)]
    if not plans:
        rows += _due(graph)
    rows += _happened(graph, plans)
    notes = []
    if graph.asked:
        # today the links are what the graph says they are; of another day nobody knows
        notes.append(note("no-validity", day=graph.as_of.isoformat()))
    notes.append(note("periods-unknown", n=sum(row.state == "unknown" for row in rows)))
    return make(graph, "as-of", MOMENT, rows, notes, "tables/periods", is_dated=True)


def _running(graph: Graph, plans: tuple[str, ...]) -> Iterator[OnDay]:
    today = graph.as_of.isoformat()
    for plan, period in sorted(graph.periods.items()):
        if not plans or plan in plans:
            begin = period.since or period.adopted
            state = _state(begin, period.until, today)
            yield OnDay("plan", plan, None, begin or None, period.until or None, state)


def _due(graph: Graph) -> Iterator[OnDay]:
    for margin in graph.margins():
        duty = margin.obligation
        state = margin.standing.code("duty")
        yield OnDay("obligation", duty.iri, duty.instrument, None, duty.due, state)


def _happened(graph: Graph, plans: tuple[str, ...]) -> Iterator[OnDay]:
    today = graph.as_of.isoformat()
    for event, work, day in graph.read(program_query("tables/events")):
        if plans and graph.home_of.get(work, work) not in plans:
            continue
        if len(day) < len(today) and today.startswith(day):
            # of a month or year that is not over nobody knows whether its day has passed
            yield OnDay("event", event, work, day, None, "unknown")
        elif today >= day:
            yield OnDay("event", event, work, day, None, "done")


def _state(since: str, until: str, today: str) -> str:
    """Where a day lies in a period whose ends are days, months or years.

    >>> _state("2020", "2022", "2022-12-31"), _state("2020", "2022", "2023-01-01"), _state("2020", "", "2023-01-01")
    ('running', 'over', 'unknown')
    """
    if since and today[: len(since)] < since:
        return "not-yet"
    if until and today[: len(until)] > until:
        return "over"
    return "running" if since and until else "unknown"
