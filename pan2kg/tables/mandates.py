"""Bodies: topics with several leads, actions to coordinate, and ministries that should talk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pan2kg.coherence import questions
from pan2kg.coherence.bodies import fragmentation, overlaps, who_should_talk
from pan2kg.coherence.reading import read_ministries
from pan2kg.errors import QueryError
from pan2kg.tables.case import Row, code, make, note, number, things, undated
from pan2kg.tables.material import DEFAULT, Choice, Material

if TYPE_CHECKING:
    from pan2kg.coherence.bodies import Fragmentation, Overlap, Talk
    from pan2kg.tables.table import Exhibit

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
        raise QueryError(f"There is no finding « {choice.part} ».", remedy=f"There are: {', '.join(sorted(found))}.")
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
