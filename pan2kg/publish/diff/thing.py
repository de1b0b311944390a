"""The difference thing by thing: what was added, removed, retired, renamed or changed, and what it is part of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Final

import pyoxigraph as ox

from pan2kg.publish.diff.compare import Change
from pan2kg.publish.diff.things import DOWN, UP, Names, Value, name_of, node
from pan2kg.store.store import is_derived
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDF, SKOS

_DEPRECATED: Final = "http://www.w3.org/2002/07/owl#deprecated"
_REPLACED: Final = DCTERMS + "isReplacedBy"
_LABEL: Final = SKOS + "prefLabel"
_DOWN: Final = frozenset(map(ox.NamedNode, DOWN))


class Status(StrEnum):
    """What happened to a thing."""

    ADDED = "added"
    REMOVED = "removed"
    RETIRED = "retired"
    RENAMED = "renamed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Edit:
    """One value of a property in place of another, in one language; ``None`` where there was or is none."""

    property: str
    language: str
    old: Value | None
    new: Value | None


@dataclass(frozen=True, slots=True)
class Altered:
    """A thing that changed: its address, its class, what it is directly part of and what that is part of."""

    iri: str
    kind: str
    status: Status
    edits: tuple[Edit, ...]
    part_of: str
    root: str


def read_things(change: Change, names: Names) -> tuple[Altered, ...]:
    """All things that changed, sorted by what they belong to.

    A thing is added where the old state says nothing of it, removed where the new one does not, and retired where
    it is now said to be deprecated or replaced.
    """
    edits = _edits(change)
    before, after = (_subjects(quads, edits) for quads in (change.old.quads, change.new.quads))
    owners = _owners(change, edits)
    found = []
    for iri, found_edits in edits.items():
        status = _status(found_edits, old=iri in before, new=iri in after)
        above = _above(iri, names, owners)
        found.append(
            Altered(iri, _kind(iri, names), status, found_edits, above[0] if above else "", above[-1] if above else iri)
        )
    return tuple(sorted(found, key=lambda one: (one.root, one.root != one.iri, one.part_of, one.kind, one.iri)))


def _edits(change: Change) -> dict[str, tuple[Edit, ...]]:
    by_slot: dict[tuple[str, str, str], tuple[list[Value], list[Value]]] = defaultdict(lambda: ([], []))
    for at, triples in enumerate((change.removed, change.added)):
        for triple in triples:
            language = (triple.object.language or "") if isinstance(triple.object, ox.Literal) else ""
            by_slot[name_of(triple.subject), triple.predicate.value, language][at].append(triple.object)
    found: dict[str, list[Edit]] = defaultdict(list)
    for (iri, predicate, language), (old, new) in sorted(by_slot.items(), key=lambda item: item[0]):
        found[iri] += [Edit(predicate, language, one, two) for one, two in zip_longest(old, new)]
    return {iri: tuple(edits) for iri, edits in found.items()}


def _subjects(quads: Iterable[ox.Quad], wanted: Mapping[str, object]) -> set[str]:
    """Of the things wanted those of which a state says anything that is not derived."""
    nodes = {node(iri) for iri in wanted}
    return {
        name_of(quad.subject)
        for quad in quads
        if quad.subject in nodes and not is_derived(str(quad.graph_name).strip("<>"))
    }


def _owners(change: Change, wanted: Mapping[str, object]) -> dict[str, str]:
    """What each of the things wanted is a part of, where that points to it."""
    found: dict[str, str] = {}
    for quads in (change.old.quads, change.new.quads):
        for quad in quads:
            if quad.predicate in _DOWN and name_of(quad.object) in wanted:
                owner = name_of(quad.subject)
                found[name_of(quad.object)] = min(owner, found.get(name_of(quad.object), owner))
    return found


def _above(iri: str, names: Names, owners: Mapping[str, str]) -> list[str]:
    """What a thing belongs to, the closest first."""
    found: list[str] = []
    at = iri
    while True:
        up = owners.get(at) or next((value for one in UP for value in sorted(names.values(at, one))), "")
        if not up or up == iri or up in found:
            return found
        found.append(up)
        at = up


def _kind(iri: str, names: Names) -> str:
    kinds = sorted(names.values(iri, RDF + "type"), key=lambda kind: (not kind.startswith(PAN), kind))
    return kinds[0] if kinds else ""


def _status(edits: tuple[Edit, ...], *, old: bool, new: bool) -> Status:
    if not old:
        return Status.ADDED
    if not new:
        return Status.REMOVED
    if any(_retires(edit) for edit in edits):
        return Status.RETIRED
    if any(edit.property == _LABEL and edit.old is not None and edit.new is not None for edit in edits):
        return Status.RENAMED
    return Status.CHANGED


def _retires(edit: Edit) -> bool:
    if edit.property == _DEPRECATED:
        return isinstance(edit.new, ox.Literal) and edit.new.value in ("true", "1")
    return edit.property == _REPLACED and edit.new is not None
