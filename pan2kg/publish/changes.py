"""Two states of the graph side by side: which things changed, and how; which figures differ.

What rules derive is counted apart from what sources state: one corrected statement may change
hundreds of derived ones. Texts become commoner as more plans are read, so that figures on each
state's own weights would differ where no plan changed: they are told on those of the old one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import zip_longest
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.coherence import evidence, figures, known, reading, texts
from pan2kg.graph import datasets
from pan2kg.publish.change_names import NAMES, PARTS, WHOLES, ChangeNames
from pan2kg.publish.differences import Difference
from pan2kg.publish.states import (
    Side,
    Subject,
    Value,
    quads_about,
    quads_with,
    rule_of_line,
    text_of,
)
from pan2kg.publish.vocabulary import OWL
from pan2kg.store import LocalStore
from pan2kg.turtle import DCTERMS, PAN, RDF


class Status(StrEnum):
    """What happened to a thing."""

    ADDED = "added"
    REMOVED = "removed"
    RETIRED = "retired"
    RENAMED = "renamed"
    CHANGED = "changed"


class Edit(NamedTuple):
    """What stood and what stands of a property of a thing, in a language; None where there is nothing."""

    predicate: str
    language: str
    old: Value | None
    new: Value | None

    def retires(self) -> bool:
        """Whether it says that a thing is no longer used."""
        if self.new is None:
            return False
        if self.predicate == DCTERMS + "isReplacedBy":
            return True
        return self.predicate == OWL + "deprecated" and text_of(self.new) in ("true", "1")

    def renames(self) -> bool:
        """Whether a name took the place of another."""
        return self.predicate == NAMES[0] and self.old is not None and self.new is not None


class Altered(NamedTuple):
    """A thing that was altered: its class, and what it belongs to, next (``part_of``) and at last (``root``).

    ``part_of`` is empty of what belongs to nothing, which is its own root.
    """

    iri: str
    kind: str
    status: Status
    edits: tuple[Edit, ...]
    part_of: str
    root: str


class FigureChange(NamedTuple):
    """A figure as it was and as it is."""

    old: figures.Taken
    new: figures.Taken


class Refigured(NamedTuple):
    """The figures that differ, and on what those of the new state rest."""

    basis: known.BasisLine
    changes: tuple[FigureChange, ...]


class _Slot(NamedTuple):
    """A thing, a property and a language: what stands there before and after is one edit."""

    iri: str
    predicate: str
    language: str


class Change:
    """Two states, and what differs in what they state; triples sorted.

    ``moves`` are graphs that bear another name, since their file moved: a move, not as many
    statements removed and added. ``shifts`` are statements that both states make in other graphs,
    ``derivations`` the numbers of statements a rule derives more and less. Figures are told on the
    ``weights`` where they were published. ``differing`` are the lines that only one state has.
    """

    def __init__(self, old: Side, new: Side, *, weights: texts.Earlier | None = None) -> None:
        self.old = old
        self.new = new
        self.weights = weights
        difference = Difference(old, new)
        self.differing = difference.lines
        self.is_empty = not any(self.differing)
        self.moves = difference.moves
        in_both = difference.in_both(new)
        self.added = _triples(difference.added, in_both)
        self.removed = _triples(difference.removed, in_both)
        self.shifts = difference.shifts(in_both)
        self.derivations = difference.derivations()
        # as in a release before which there is none: nothing is to be named
        if self.is_empty:
            self.names = ChangeNames()
        else:
            triples = (*self.added, *self.removed)
            self.names = ChangeNames.of_states(new.stated, self.differing.gone, triples)

    @cached_property
    def things(self) -> tuple[Altered, ...]:
        """What was altered, parts behind what they belong to."""
        nodes = {triple.subject for triple in (*self.removed, *self.added)}
        before = {text_of(quad.subject) for quad in quads_about(self.old.stated, nodes)}
        after = {text_of(quad.subject) for quad in quads_about(self.new.stated, nodes)}
        owners = self._owners(nodes)
        altered = []
        for iri, edits in self._edits().items():
            if iri in before and iri in after:
                status = _status_of_edits(edits)
            elif iri in before:
                status = Status.REMOVED
            else:
                status = Status.ADDED
            above = self._above(iri, owners)
            part_of = above[0] if above else ""
            root = above[-1] if above else iri
            altered.append(Altered(iri, self._kind(iri), status, edits, part_of, root))
        # a root before what belongs to it
        altered.sort(
            key=lambda thing: (
                thing.root,
                thing.iri != thing.root,
                thing.part_of,
                thing.kind,
                thing.iri,
            )
        )
        return tuple(altered)

    def _kind(self, iri: str) -> str:
        # a class of ours before those of others
        kinds = self.names.values(iri, RDF + "type")
        return min(kinds, key=lambda name: (not name.startswith(PAN), name), default="")

    def _edits(self) -> dict[str, tuple[Edit, ...]]:
        """By thing what stood and what stands of each property in each language, in their order."""
        before = _by_slot(self.removed)
        after = _by_slot(self.added)
        edits = defaultdict(list)
        for slot in sorted({*before, *after}):
            for was, now in zip_longest(before.get(slot, ()), after.get(slot, ())):
                edits[slot.iri].append(Edit(slot.predicate, slot.language, was, now))
        return {iri: tuple(listed) for iri, listed in edits.items()}

    def _owners(self, nodes: Iterable[Subject]) -> dict[str, str]:
        """What each altered part belongs to: of several things the first by its IRI."""
        altered = set(nodes)
        owners = dict[str, str]()
        for lines in (self.old.stated, self.new.stated):
            for quad in quads_with(lines, PARTS):
                if quad.object in altered:
                    part = text_of(quad.object)
                    owner = text_of(quad.subject)
                    owners[part] = min(owner, owners.get(part, owner))
        return owners

    def _above(self, iri: str, owners: Mapping[str, str]) -> list[str]:
        """What a thing belongs to, what that belongs to, and so on; nothing stands there twice."""
        above = list[str]()
        place = iri
        while True:
            place = owners.get(place) or self._parent(place)
            if not place or place == iri or place in above:
                return above
            above.append(place)

    def _parent(self, iri: str) -> str:
        for predicate in WHOLES:
            if parents := self.names.values(iri, predicate):
                return min(parents)
        return ""

    @cached_property
    def figures(self) -> Refigured | None:
        """The figures that differ by more than the fifth decimal, and on what they rest.

        None where a state has no plan or nothing derived: without levels of evidence it has no
        figures.
        """
        if self.is_empty:
            return None
        old = _tables_of(self.old)
        new = _tables_of(self.new) if old else None
        if not old or not new:
            return None
        earlier = self.weights or _weights_of(old, self.old.name)
        before = {level: known.known(old, level, weights=earlier) for level in evidence.FIGURED}
        after = {level: known.known(new, level, weights=earlier) for level in evidence.FIGURED}
        changes = []
        for was, now in zip(figures.figures(before), figures.figures(after), strict=True):
            if _rounded(was) != _rounded(now):
                changes.append(FigureChange(was, now))
        return Refigured(known.basis_line(after[evidence.HEADLINE]), tuple(changes))


def _triples(quads: Iterable[ox.Quad], in_both: set[ox.Triple]) -> tuple[ox.Triple, ...]:
    """What quads say that only one state says, sorted."""
    return tuple(sorted({quad.triple for quad in quads} - in_both, key=str))


def _by_slot(triples: Iterable[ox.Triple]) -> dict[_Slot, list[Value]]:
    slots = defaultdict(list)
    for triple in triples:
        language = ""
        if isinstance(triple.object, ox.Literal):
            language = triple.object.language or ""
        slot = _Slot(text_of(triple.subject), triple.predicate.value, language)
        slots[slot].append(triple.object)
    return slots


def _status_of_edits(edits: Iterable[Edit]) -> Status:
    """What happened to a thing that both states have: retired before renamed."""
    status = Status.CHANGED
    for edit in edits:
        if edit.retires():
            return Status.RETIRED
        if edit.renames():
            status = Status.RENAMED
    return status


def _tables_of(side: Side) -> known.Tables | None:
    """What figures are computed from, as of the day of a state's release; None where it has none."""
    if not any(map(rule_of_line, side.file())):
        return None
    if side.graph:
        store = side.graph.held
        tables = side.graph.tables
    else:
        store = LocalStore(ox.Store())
        store.inner.load(side.file(), format=ox.RdfFormat.N_QUADS, lenient=True)
        tables = reading.read_tables(store)
    if not tables.works.plans:
        return None
    release = datasets.read_release(store)
    day = date.fromisoformat(release.day) if release.day else None
    home = datasets.own_profile(datasets.read_profiles(store), None).home_plan
    focus = home if home in tables.works.plans else ""
    return replace(tables, release=release.number, as_of=day, focus=focus)


def _weights_of(tables: known.Tables, name: str) -> texts.Earlier:
    """The weights a release of a state would publish, called as the release, else as the state."""
    weights = known.known(tables).potential.weights
    columns = (weights.d.tolist(), weights.ic.tolist(), weights.gain.tolist())
    by_text = dict(zip(weights.texts, zip(*columns, strict=True), strict=True))
    return texts.Earlier(tables.release or name, weights.n, by_text)


def _rounded(figure: figures.Taken) -> list[float | None]:
    # published weights have six decimals: what differs beyond the fifth is no change
    return [None if value is None else round(value, 5) for value in figure.value]
