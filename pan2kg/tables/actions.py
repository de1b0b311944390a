"""Actions one by one: how they bridge plans, what would be lost without them, and how complete they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pan2kg.coherence import questions
from pan2kg.coherence.completeness import completeness
from pan2kg.coherence.obligations import ANSWERING
from pan2kg.coherence.participation import loss, losses, participation
from pan2kg.tables.case import Row, code, make, note, number, thing, things, undated
from pan2kg.tables.material import DEFAULT, Choice, Material

if TYPE_CHECKING:
    from pan2kg.coherence.completeness import Completeness
    from pan2kg.coherence.participation import Loss
    from pan2kg.tables.table import Exhibit

BRIDGES = ("action", "plan", "participation", "total", "reached")


def bridges(material: Material, choice: Choice = DEFAULT) -> Exhibit:
    """How the links of each linked action spread over plans; with plans named, of their actions only.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = frozenset(material.plans(choice.plans))
    found = participation(material.linking, material.links)
    rows = [
        {
            **thing(material, "action", row.action),
            **thing(material, "plan", material.plan_of(row.action)),
            "participation": number(row.value),
            "total": number(row.total),
            "reached": row.plans,
        }
        for row in found
        if not named or row.plan in named
    ]
    notes = [note("linked-actions", n=len(found), of=found.basis.n)]
    made = make("participation", found.basis, BRIDGES, rows, notes=notes, sparql=questions.RESTS_ON)
    return undated(made, material)


LOSS = ("action", "plan", "instruments", "obligations", "plans")


def lost(material: Material, choice: Choice = DEFAULT) -> Exhibit:
    """What only one action holds: for the actions named, else for every action that holds something.

    Raises:
        QueryError: an unknown action or plan, with the nearest names.
    """
    duties = _answered(material)
    named, plans = [material.action(name) for name in choice.actions], material.plans(choice.plans)
    if named:
        found = [loss(material.linking, material.links, action, duties) for action in named]
    else:
        found = [row for row in losses(material.linking, material.links, duties) if not plans or row.plan in plans]
    empty = [row for row in found if not row]
    notes = [note("nothing-lost", action=material.label(row.action)) for row in empty] or [note("lost-means")]
    rows = (_lost(material, row) for row in found)
    return undated(make("loss", material.basis, LOSS, rows, notes=notes, sparql=questions.RESTS_ON), material)


def _answered(material: Material) -> dict[str, set[str]]:
    """The actions that answer each obligation no national act answers."""
    works: dict[str, set[str]] = {}
    for response in material.responses:
        if response.relation in ANSWERING:
            works.setdefault(response.instrument, set()).add("" if response.is_act else response.work)
    found = {one.iri: works.get(one.instrument, set()) for one in material.obligations}
    return {duty: answers for duty, answers in found.items() if "" not in answers}


def _lost(material: Material, row: Loss) -> Row:
    return {
        **thing(material, "action", row.action),
        **thing(material, "plan", material.plan_of(row.action)),
        **things(material, "instruments", row.instruments),
        **things(material, "obligations", row.obligations),
        **things(material, "plans", row.plans),
    }


COMPLETE = ("action", "plan", "indicator", "verification_source", "expected_result", "timeline", "means", "share")


def complete(material: Material, choice: Choice = DEFAULT) -> Exhibit:
    """The five fields of each action of which any was recorded; the others are counted in a note, not judged.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = frozenset(material.plans(choice.plans))
    found = [row for row in completeness(material.uses, material.fields) if not named or row.plan in named]
    kept = [row for row in found if row.annotated or choice.everything]
    basis = completeness(material.uses, material.fields).basis
    if named:
        basis = basis.also("plans", material.keys(sorted(named)))
    unread = sum(not row.annotated for row in found)
    notes = [note("absent-means"), note("fields-unread", n=unread, of=len(found))]
    rows = (_complete(material, row) for row in kept)
    return undated(make("completeness", basis, COMPLETE, rows, notes=notes, sparql=questions.FIELDS), material)


def _complete(material: Material, row: Completeness) -> Row:
    fields: dict[str, str | int | float | bool | None] = {}
    for name, presence in row.fields:
        column = name.replace(" ", "_")
        fields |= code(material, column, presence.value if row.annotated else "unread")
    share = number(row.share)
    plan = material.plan_of(row.action)
    return {**thing(material, "action", row.action), **thing(material, "plan", plan), **fields, "share": share}
