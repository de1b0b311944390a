"""Tables on actions and on bodies.

Actions one by one: how they connect plans, what would be lost without them, how complete their data are. Bodies:
topics with several leads, actions to coordinate, and ministries that should talk to each other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pan2kg.coherence.bodies import (
    Completeness,
    Finding,
    Loss,
    completeness,
    fragmentation,
    losses,
    meeting,
    overlaps,
    participation,
    who_should_talk,
)
from pan2kg.coherence.evidence import BITS, FIGURED, Level, counts, firmest
from pan2kg.coherence.known import Known
from pan2kg.coherence.obligations import ANSWERING
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.tables.registry import (
    DEFAULT,
    TableChoice,
    action_bits,
    code,
    keys,
    level_cells,
    make,
    note,
    number,
    thing,
    things,
)
from pan2kg.tables.table import Row, Table

if TYPE_CHECKING:
    pass


BRIDGES = ("action", "plan", "participation", "total", "reached", "level")


def bridges(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # How the links of each linked action spread over other plans; with plans named, of their actions only.
    plans_named = frozenset(graph.plans(choice.plans))
    evidence = graph.known(choice.evidence)
    spread, levels = participation(evidence.potential, evidence.actions), _levels(evidence)
    rows = [
        {
            **thing(graph, "action", action),
            **thing(graph, "plan", plan),
            "participation": number(value),
            "total": number(total),
            "reached": plans,
            **level_cells(graph, levels.get(action)),
        }
        for action, plan, value, total, plans in spread
        if not plans_named or plan in plans_named
    ]
    notes = [note("linked-actions", n=len(spread), of=len(evidence.tables.works.actions))]
    return make(graph, "participation", BRIDGES, rows, notes, "coherence/text-uses", evidence)


def _levels(evidence: Known) -> dict[str, Level]:
    firmest: dict[str, Level] = {}
    for pair, (low, _) in action_bits(evidence).items():
        level = evidence.weight(*pair).level if low > 0 else None
        if level is not None:
            firmest |= {action: min(level, firmest.get(action, level)) for action in pair}
    return firmest


LOSS = ("action", "plan", "instruments", "obligations", "plans", "level")


def lost(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # What only one action holds: for the actions named, else for every action that holds something.
    duties, evidence = _answered(graph, choice.evidence), graph.known(choice.evidence)
    actions_named, plans = [graph.action(name) for name in choice.actions], graph.plans(choice.plans)
    if actions_named:
        for action in actions_named:
            if action not in evidence.tables.works.home:
                raise QueryError("action-without-plan", remedy="name-a-plan", name=action)
    every = losses(evidence.potential, evidence.uses, duties)
    losses_of = tuple(row for row in every if not plans or row.plan in plans)
    if actions_named:
        by_action, home = {row.action: row for row in every}, evidence.tables.works.home
        losses_of = tuple(by_action.get(action, Loss(action, home[action])) for action in actions_named)
    empty = [row for row in losses_of if not row]
    notes = [note("nothing-lost", action=graph.label(row.action)) for row in empty] or [note("lost-means")]
    return make(
        graph, "loss", LOSS, [_lost(graph, evidence, row) for row in losses_of], notes, "coherence/text-uses", evidence
    )


def _answered(graph: Graph, at: Level) -> dict[str, set[str]]:
    # An act stays whatever action is dropped, so that an obligation with one has no only answer to lose.
    works: dict[str, set[str]] = {}
    for response in graph.responses:
        if response.relation in ANSWERING and counts(response.level, at):
            works.setdefault(response.instrument, set()).add("" if response.is_act else response.work)
    return {
        obligation.iri: works.get(obligation.instrument, set()) if obligation.by_law else set()
        for obligation in graph.obligations
    }


def _lost(graph: Graph, evidence: Known, row: Loss) -> Row:
    texts, duties = (
        set(row.instruments),
        {obligation.instrument for obligation in graph.obligations if obligation.iri in row.obligations},
    )
    levels = [use.level for use in evidence.uses if use.work == row.action and (use.text in texts or row.plans)]
    levels += [
        response.level for response in graph.responses if response.work == row.action and response.instrument in duties
    ]
    return {
        **thing(graph, "action", row.action),
        **thing(graph, "plan", graph.plan_of(row.action)),
        **things(graph, "instruments", row.instruments),
        **things(graph, "obligations", row.obligations),
        **things(graph, "plans", row.plans),
        **level_cells(graph, firmest(levels)),
    }


COMPLETE = ("action", "plan", "indicator", "verification_source", "expected_result", "timeline", "means", "share")


def complete(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # The five fields of each action of which any was recorded; the others are counted in a note, not judged.
    plans_named = frozenset(graph.plans(choice.plans))
    rows_found = [
        row for row in completeness(graph.home_of, graph.fields) if not plans_named or row.plan in plans_named
    ]
    rows_shown = [row for row in rows_found if row.annotated or choice.everything]
    every = completeness(graph.home_of, graph.fields)
    annotated = sum(row.annotated for row in every)
    basis = graph.uses.basis.also("fields", f"recorded for {annotated} of {len(every)} actions")
    if plans_named:
        basis = basis.also("plans", keys(sorted(plans_named)))
    unread = sum(not row.annotated for row in rows_found)
    notes = [note("absent-means"), note("fields-unread", n=unread, of=len(rows_found))]
    rows = (_complete(graph, row) for row in rows_shown)
    return make(graph, "completeness", COMPLETE, rows, notes, "coherence/fields", basis=basis)


def _complete(graph: Graph, row: Completeness) -> Row:
    fields: dict[str, str | int | float | bool | None] = {}
    for name, presence in row.fields:
        column = name.replace(" ", "_")
        fields |= code(graph, column, presence.value if row.annotated else "unread")
    share = number(row.share)
    plan = graph.plan_of(row.action)
    return {**thing(graph, "action", row.action), **thing(graph, "plan", plan), **fields, "share": share}


BODIES = ("finding", "topics", "bodies", "actions", "groups", "instruments", "value", "known", "of", "level")


def bodies(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # At a level of evidence; each finding with the firmest at which it is one. What two have in common, a lead or a
    # work, they have on whoever's word. Works of two countries are no matter of coordination, and actions of two
    # editions of one plan are told apart: the later may well take up the earlier.
    # part restricts it to one of these findings.
    at = graph.known(choice.evidence)
    uses, evidence, levels = graph.uses_at(at.level), graph.profiles_at(at.level), _since(graph, at.level)
    rows = [
        {
            **code(graph, "finding", finding.kind),
            **things(graph, "topics", finding.topics),
            **things(graph, "bodies", finding.bodies),
            **things(graph, "actions", finding.actions),
            **things(graph, "groups", finding.groups),
            **things(graph, "instruments", finding.instruments),
            "value": number(finding.value),
            "known": finding.known,
            "of": finding.of,
            **level_cells(graph, levels[finding.place]),
        }
        for finding in _coordinated(graph, at.level)
    ]
    kinds = {"fragmentation", "overlap", "duplication", "edition", "talk"}
    if choice.part and choice.part not in kinds:
        raise QueryError("no-part", remedy="there-are", part=choice.part, names=", ".join(sorted(kinds)))
    rows_shown = [row for row in rows if choice.part in ("", row["finding"])]
    actions = set(uses.actions)
    led = sum(bool(profile.leads) and profile.work in actions for profile in evidence)
    notes = [note("neutral"), note("leads-known", n=led, of=len(uses.actions)), note("in-common-means")]
    basis = uses.basis.also("finding", choice.part) if choice.part else uses.basis
    if any(row["finding"] == "talk" for row in rows_shown):
        basis = replace(basis, weights=BITS)
    return make(graph, "bodies", BODIES, rows_shown, notes, "coherence/tags", at, basis=basis)


def _coordinated(graph: Graph, level: Level) -> tuple[Finding, ...]:
    uses, evidence, line = graph.uses_at(level), graph.profiles_at(level), graph.known(level).chronology.line
    met = {*graph.earlier_bodies, *meeting(graph.profiles)}
    return (
        *fragmentation(uses, evidence, graph.country_of),
        *overlaps(uses, evidence, graph.bits, line, said=graph.profiles, country=graph.country_of),
        *who_should_talk(uses, evidence, graph.bits, met, only=graph.ministries, country=graph.country_of),
    )


def _since(graph: Graph, at: Level) -> dict[tuple[str, ...], Level]:
    levels: dict[tuple[str, ...], Level] = {}
    for level in FIGURED[: FIGURED.index(at) + 1]:
        for finding in _coordinated(graph, level):
            levels.setdefault(finding.place, level)
    return levels
