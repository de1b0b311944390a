"""Tables on two editions of a plan, and on one day.

Of editions: what became of the actions, and every link recomputed with the same weights. Of a day: which plans ran,
what was due, what had happened, and what the graph cannot tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pan2kg.coherence.citations import Channel
from pan2kg.coherence.editions import (
    ActionFate as Taken,
)
from pan2kg.coherence.editions import (
    Compared,
    Comparison,
    Fate,
    compare,
    fates,
    retention,
    suggested,
)
from pan2kg.coherence.evidence import Aspect, Extent, firmest
from pan2kg.coherence.known import Known, basis_line
from pan2kg.coherence.reading import read_successions
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.store.queries import program_query
from pan2kg.tables.making import (
    DEFAULT,
    Choice,
    code,
    column,
    keys,
    level_cells,
    make,
    note,
    number,
    plan_order,
    thing,
    things,
    undated,
)
from pan2kg.tables.table import Row, Table

if TYPE_CHECKING:
    from pan2kg.i18n.catalogue import Text


COMPARE = (
    "part", "plan", "low_base", "low_new", "difference_bits", "high_base", "high_new", "instruments_added",
    "instruments_removed", "cites_base", "cites_new", "level", "action", "change", "counterparts",
    "ground", "similar",
)  # fmt: skip


def compared(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """Two editions: what each shares with every other plan and what changed, and the fate of each action.

    A cell that does not belong to the kind of its line is empty.

    Raises:
        QueryError: not two plans, an unknown one, with the nearest names, or the same twice.
    """
    if len(choice.plans) != 2:
        raise QueryError("two-editions", remedy="name-two-plans")
    base, new = map(graph.plan, choice.plans)
    known = graph.known(choice.evidence)
    found = compare(known, base, new)
    taken = aligned(graph, known, base, new)
    order = plan_order(graph)
    related = [row for row in found.rows if row.is_linked or _cites(known, base, new, row.other)]
    related.sort(key=lambda row: order(new, row.other))
    parts = {
        "plan": [_plan(graph, known, (base, new), row) for row in related],
        "action": [_action(graph, row) for row in taken],
    }
    if choice.part and choice.part not in parts:
        raise QueryError("no-part", remedy="has-parts", part=choice.part, names=", ".join(parts))
    rows = [_line(graph, name, row) for name, part in parts.items() if choice.part in ("", name) for row in part]
    notes = _notes(found, [row for row in parts["plan"] if row["change"] != "same"], taken)
    made = make(
        "compare", graph.uses.basis.also("plans", keys([base, new])), COMPARE, rows, notes=notes,
        sparql=program_query("coherence/text-uses"), line=basis_line(known),
    )  # fmt: skip
    return undated(made, graph)


def _cites(known: Known, base: str, new: str, other: str) -> bool:
    """Whether either edition is linked to a plan at all, by a citation or a document."""
    return any((min(plan, other), max(plan, other)) in known.linked for plan in (base, new))


def aligned(graph: Graph, known: Known, base: str, new: str) -> tuple[Taken, ...]:
    """What became of the actions of one edition in the next, and which titles suggest each other where nothing is said.

    An action is dropped, or new, only where both lists are complete and the later edition was read to its end.
    """
    readings, home = known.tables.readings, known.tables.works.home
    read = readings.extent(new, Aspect.REFERENCES) is Extent.FULL and {base, new} <= readings.complete
    rows = fates(home, base, new, read_successions(graph.store), is_read=read)
    texts = [
        {action: entry.texts for action, plan in home.items() if plan == one and (entry := graph.labels.entry(action))}
        for one in (base, new)
    ]
    # titles are compared in the language most actions of both have
    tags = sorted({tag for one in texts for said in one.values() for tag in said})
    tag = min(tags, key=lambda tag: (-min(sum(tag in said for said in one.values()) for one in texts), tag), default="")
    return suggested(rows, *({action: said[tag] for action, said in one.items() if tag in said} for one in texts))


def _notes(found: Comparison, changed: list[Row], taken: Iterable[Taken]) -> list[Text]:
    counted, rows = Counter(str(row["change"]) for row in changed), tuple(taken)
    fate, kept = {row.fate for row in rows}, retention(rows)
    first = note("not-read-through" if Fate.NOT_SEEN in fate else "no-succession")
    first = first if kept is None else note("retention", share=round(100 * kept))
    said = note("plans-changed", **{one: counted[one] for one in ("added", "removed", "more", "less")})
    per = note("texts-known", base=found.texts[0], new=found.texts[1])
    similar = [note("similar-titles")] if any(row.similar for row in rows) else []
    return [first, *similar, said, per, note("same-weights")]


def _line(graph: Graph, part: str, row: Row) -> Row:
    return {
        **dict.fromkeys((part.key for name in COMPARE for part in column("compare", name)), ""),
        **code(graph, "part", part),
        **row,
    }


def _plan(graph: Graph, known: Known, editions: tuple[str, str], row: Compared) -> Row:
    base, new = editions
    return {
        **thing(graph, "plan", row.other),
        "low_base": number(row.base.low),
        "low_new": number(row.new.low),
        "difference_bits": number(row.new.low - row.base.low),
        "high_base": number(row.base.high),
        "high_new": number(row.new.high),
        **things(graph, "instruments_added", row.added),
        **things(graph, "instruments_removed", row.removed),
        **code(graph, "cites_base", known.place(base, row.other, Channel.TEXT).value),
        **code(graph, "cites_new", known.place(new, row.other, Channel.TEXT).value),
        **level_cells(graph, firmest(known.link_level(plan, row.other) for plan in editions)),
        **code(graph, "change", _change(row)),
    }


def _change(row: Compared) -> str:
    before, after = row.base.low, row.new.low
    if abs(after - before) <= 1e-9:
        return "same"
    if not before:
        return "added"
    if not after:
        return "removed"
    return "more" if after > before else "less"


def _action(graph: Graph, row: Taken) -> Row:
    return {
        **thing(graph, "action", row.action),
        **thing(graph, "plan", graph.plan_of(row.action)),
        **code(graph, "change", row.fate.value),
        **things(graph, "counterparts", row.others),
        **code(graph, "ground", row.ground.value if row.ground else ""),
        **things(graph, "similar", [row.similar] if row.similar else []),
    }


MOMENT = ("kind", "what", "of_what", "since", "until", "state")


def moment(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """Plans with their period, obligations with their standing, and dated events up to the day.

    A period is given by years, so a plan runs from the first to the last day of them.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = frozenset(graph.plans(choice.plans))
    rows = [*_running(graph, named), *(() if named else _due(graph)), *_happened(graph, named)]
    unknown = sum(row["state"] == "unknown" for row in rows)
    # today the links are what the graph says they are; of another day nobody knows
    past = [note("no-validity", day=graph.as_of.isoformat())] if graph.asked else []
    notes = [*past, note("periods-unknown", n=unknown)]
    return make("as-of", graph.uses.basis, MOMENT, rows, notes=notes, sparql=program_query("tables/periods"))


def _running(graph: Graph, named: frozenset[str]) -> Iterator[Row]:
    today = graph.as_of.isoformat()
    for plan, (on, since, until) in sorted(graph.periods.items()):
        if not named or plan in named:
            start = since or on
            yield {
                **code(graph, "kind", "plan"),
                **thing(graph, "what", plan),
                **thing(graph, "of_what", None),
                "since": start or None,
                "until": until or None,
                **code(graph, "state", _state(start, until, today)),
            }


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


def _due(graph: Graph) -> Iterator[Row]:
    for row in graph.margins():
        yield {
            **code(graph, "kind", "obligation"),
            **thing(graph, "what", row.obligation.iri),
            **thing(graph, "of_what", row.obligation.instrument),
            "since": None,
            "until": row.obligation.due.isoformat() if row.obligation.due else None,
            **code(graph, "state", row.standing.value.replace(" ", "-")),
        }


def _happened(graph: Graph, named: frozenset[str]) -> Iterator[Row]:
    today = graph.as_of.isoformat()
    for event, of, on in graph.read(program_query("tables/events")):
        passed = _passed(on, today)
        if passed is not False and (not named or graph.home_of.get(of, of) in named):
            yield {
                **code(graph, "kind", "event"),
                **thing(graph, "what", event),
                **thing(graph, "of_what", of),
                "since": on,
                "until": None,
                **code(graph, "state", "done" if passed else "unknown"),
            }


def _passed(on: str, today: str) -> bool | None:
    """Whether a day, month or year lies behind a day; None within a month or year of which no day is known.

    >>> _passed("2020-01-01", "2020-01-01"), _passed("2020", "2020-06-01"), _passed("2020", "2021-01-01")
    (True, None, True)
    """
    if today[: len(on)] == on:
        return True if len(on) == len(today) else None
    return today > on
