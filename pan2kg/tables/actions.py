"""Actions one by one: how they bridge plans, what would be lost without them, and how complete they are.

Bodies: topics with several leads, actions to coordinate, and ministries that should talk.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pan2kg.coherence import questions
from pan2kg.coherence.bodies import fragmentation, overlaps, who_should_talk
from pan2kg.coherence.obligations import ANSWERING
from pan2kg.coherence.participation import completeness, loss, losses, participation
from pan2kg.coherence.reading import read_ministries
from pan2kg.errors import QueryError
from pan2kg.tables.material import DEFAULT, Choice, Material
from pan2kg.tables.table import Row, code, make, note, number, thing, things, undated

if TYPE_CHECKING:
    from pan2kg.coherence.bodies import Fragmentation, Overlap, Talk
    from pan2kg.coherence.participation import Completeness, Loss
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


BODIES = ("finding", "topics", "bodies", "actions", "groups", "instruments", "value", "known", "of")


def bodies(material: Material, choice: Choice = DEFAULT) -> Exhibit:
    """Fragmentation, overlap, candidates for duplication, and which ministries should talk, in one table.

    ``part`` restricts it to one of these findings.

    Raises:
        QueryError: an unknown finding.
    """
    uses, known = material.uses, material.profiles
    talks = who_should_talk(uses, known, only=read_ministries(material.store))
    rows = [
        *(_fragmented(material, row) for row in fragmentation(uses, known)),
        *(_overlapping(material, row) for row in overlaps(uses, known)),
        *(_talking(material, row) for row in talks),
    ]
    found = {"fragmentation", "overlap", "duplication", "talk"}
    if choice.part and choice.part not in found:
        raise QueryError("no-finding", remedy="there-are", part=choice.part, names=", ".join(sorted(found)))
    kept = [row for row in rows if choice.part in ("", row["finding"])]
    actions = set(uses.actions)
    led = sum(bool(profile.leads) and profile.work in actions for profile in known)
    notes = [note("neutral"), note("leads-known", n=led, of=len(uses.actions))]
    basis = uses.basis.also("finding", choice.part) if choice.part else uses.basis
    return undated(make("bodies", basis, BODIES, kept, notes=notes, sparql=questions.TAGS), material)


def _fragmented(material: Material, row: Fragmentation) -> Row:
    on_topic = [p.work for p in material.profiles if row.topic in p.topics and p.leads and p.work in material.home_of]
    return {
        **code(material, "finding", "fragmentation"),
        **things(material, "topics", [row.topic]),
        **things(material, "bodies", [body for body, _ in row.leads]),
        **things(material, "actions", sorted(on_topic)),
        **things(material, "groups", []),
        **things(material, "instruments", []),
        "value": number(row.value),
        "known": row.known,
        "of": row.actions,
    }


def _overlapping(material: Material, row: Overlap) -> Row:
    return {
        **code(material, "finding", "duplication" if row.is_duplication_candidate else "overlap"),
        **things(material, "topics", row.topics),
        **things(material, "bodies", [body for side in row.leads for body in side]),
        **things(material, "actions", [row.one, row.two]),
        **things(material, "groups", row.groups),
        **things(material, "instruments", row.instruments),
        "value": None,
        "known": 2,
        "of": 2,
    }


def _talking(material: Material, row: Talk) -> Row:
    return {
        **code(material, "finding", "talk"),
        **things(material, "topics", []),
        **things(material, "bodies", [row.one, row.two]),
        **things(material, "actions", sorted(_resting(material, row))),
        **things(material, "groups", []),
        **things(material, "instruments", row.instruments),
        "value": number(row.bits),
        "known": None,
        "of": None,
    }


def _resting(material: Material, row: Talk) -> Iterator[str]:
    """The actions of either body that rest on what both share."""
    wanted, pair = set(row.instruments), {row.one, row.two}
    place = {action: at for at, action in enumerate(material.uses.actions)}
    for profile in material.profiles:
        if profile.work in place and (profile.bodies | profile.leads) & pair:
            used = material.uses.table.row(place[profile.work]).tolist()
            if wanted & {material.uses.instruments[i] for i in used}:
                yield profile.work
