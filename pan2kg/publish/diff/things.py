"""The difference of two states thing by thing: added, removed, retired, renamed or changed, and what each is part of.

A thing or property is called by its label on either side, since one that was removed has a label only on the old side;
without a label, by its key.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Final

import pyoxigraph as ox

from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages
from pan2kg.project import Project
from pan2kg.publish.diff.states import Change, graph_name
from pan2kg.store.store import is_derived, plain
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDF, RDFS, SKOS, kind_and_key
from pan2kg.turtle.writer import read_prefixes

_WORDS: Final = Messages("change")

LABELS: Final = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title")
UP: Final = (
    *(
        PAN + name
        for name in (
            "inPlan",
            "inReview",
            "involvedIn",
            "implements",
            "milestoneOf",
            "underInstrument",
            "countIn",
            "nameOf",
            "from",
            "between",
        )
    ),
    "http://data.europa.eu/eli/ontology#is_part_of",
    "http://www.w3.org/ns/org#organization",
    SKOS + "inScheme",
)
"""Properties that lead to what a thing belongs to, the closest first."""
DOWN: Final = (
    PAN + "evidence",
    PAN + "hasTimeline",
    PAN + "hasIndicator",
    PAN + "hasExpectedResult",
    PAN + "hasVerificationSource",
    PAN + "hasPosition",
    "http://www.w3.org/ns/adms#identifier",
)
"""Properties that lead from a thing to its parts."""
ENDS: Final = (
    *(PAN + name for name in ("from", "to", "between", "involves", "involvedIn")),
    "http://www.w3.org/ns/org#member",
    "http://www.w3.org/ns/org#organization",
)
"""Properties whose objects say what a link, an involvement or a membership is about."""
LONG: Final = 160
"""Longer texts are shown by their beginning."""

_COMPUTED: Final = re.compile("[0-9a-f]{16}")

Value = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
BySubject = Mapping[ox.NamedNode | ox.BlankNode, Mapping[str, tuple[ox.NamedNode | ox.BlankNode | ox.Literal, ...]]]


@dataclass(frozen=True, slots=True)
class Names:
    """What both sides and the ontology of this package say of things, to name them by."""

    said: BySubject
    prefixes: Mapping[str, str]

    def of(self, iri: str, language: Language, *, besides: str = "") -> str:
        """The label of a thing, what it is made of where it has none, else its prefixed name.

        What it is made of is told without ``besides``, which the reader already sees.
        """
        return self._label(iri, language) or self._composed(iri, language, besides) or self.short(iri)

    def titled(self, iri: str, language: Language, *, besides: str = "") -> str:
        """As :meth:`of`, with its number before and its key behind, unless that is computed."""
        name = self.of(iri, language, besides=besides)
        number = self.value(iri, SKOS + "notation")
        key = iri.rpartition("/")[2] if kind_and_key(iri)[0] else self.short(iri)
        before = f"{number} {name}" if number else name
        return before if key in before or _COMPUTED.fullmatch(key) else f"{before} ({key})"

    def property(self, iri: str, language: Language) -> str:
        """What a property is called."""
        key = f"property.{iri}"
        own = _WORDS.say(key, language) if _WORDS.has(key) else self._label(iri, language)
        return own or self.short(iri)

    def term(self, term: Value, language: Language, *, start: int = 0) -> str:
        """A value as it is shown: a text in quotation marks, from about ``start`` on; a thing by its label."""
        if isinstance(term, ox.Literal):
            text = " ".join(term.value.split())
            text = f"…{text[start - 30 :]}" if start > LONG // 2 else text
            shown = text if len(text) <= LONG else f"{text[: LONG - 1]}…"
            return f"«\u00a0{shown}\u00a0»" if term.language or term.datatype.value.endswith("#string") else shown
        return self.of(term.value, language) if isinstance(term, ox.NamedNode) else str(term)

    def value(self, iri: str, predicate: str) -> str:
        """The first value of a property, as plain text; empty where there is none."""
        return next(iter(self.values(iri, predicate)), "")

    def values(self, iri: str, predicate: str) -> list[str]:
        """The values of a property, as plain text."""
        return [plain(term) for term in self.said.get(node(iri), {}).get(predicate, ())]

    def short(self, iri: str) -> str:
        """An address shortened by a prefix where one fits."""
        fitting = [(len(space), name) for name, space in self.prefixes.items() if iri.startswith(space)]
        length, name = max(fitting, default=(0, ""))
        return f"{name}:{iri[length:]}" if name else iri

    def _label(self, iri: str, language: Language) -> str:
        for predicate in LABELS:
            found = self.said.get(node(iri), {}).get(predicate, ())
            by_language = {term.language or "": term.value for term in found if isinstance(term, ox.Literal)}
            for tag in (language, *LANGUAGES, ""):
                if tag in by_language:
                    return " ".join(by_language[tag].split())
            if by_language:
                return min(by_language.values())
        return ""

    def _composed(self, iri: str, language: Language, besides: str) -> str:
        """A link, an involvement or a passage by what it says, since it has no label of its own."""
        quote = self.value(iri, PAN + "quote")
        if quote:
            return self.term(ox.Literal(quote), language)
        role = self.value(iri, PAN + "relation") or self.value(iri, PAN + "role") or self.value(iri, PAN + "linkType")
        ends = [end for predicate in ENDS for end in sorted(self.values(iri, predicate)) if end != besides]
        if not ends:
            return ""
        said = " → ".join(self._label(end, language) or self.short(end) for end in ends)
        return f"{said} ({self._label(role, language) or self.short(role)})" if role else said


def node(iri: str) -> ox.NamedNode | ox.BlankNode:
    """A node by what it is called in a change: an address, or ``_:`` and a label.

    >>> node("_:c14n0"), node("http://e/x")
    (<BlankNode value=c14n0>, <NamedNode value=http://e/x>)
    """
    return ox.BlankNode(iri[2:]) if iri.startswith("_:") else ox.NamedNode(iri)


def name_of(term: object) -> str:
    """What a node is called in a change: its address, or ``_:`` and a label.

    >>> name_of(ox.BlankNode("c14n0")), name_of(ox.NamedNode("http://e/x"))
    ('_:c14n0', 'http://e/x')
    """
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def read_names(change: Change) -> Names:
    """The names both sides give to what changed, the new before the old, and behind them those of the ontology here."""
    shipped = Project.packaged()
    if change.is_empty:  # as in a release before which there is none: nothing is to be named
        return Names({}, read_prefixes(shipped))
    sides = _near(change, [change.new.quads, change.old.quads - change.new.quads])
    return Names(_said([*sides, _ontology(shipped)]), read_prefixes(shipped))


_KEPT: Final = frozenset(
    ox.NamedNode(iri)
    for iri in (
        *(*LABELS, *UP, *DOWN, *ENDS, RDF + "type", SKOS + "notation", DCTERMS + "isReplacedBy"),
        *(PAN + name for name in ("quote", "relation", "role", "linkType")),
    )
)
_DOWN: Final = frozenset(map(ox.NamedNode, DOWN))


def _near(change: Change, sides: Iterable[Iterable[ox.Quad]]) -> list[list[ox.Quad]]:
    """Of each side what names the things that changed, what they belong to and what they point to; sorted.

    Of two large states that differ little most is never named, so most is not even looked up.
    """
    kept = [[quad for quad in quads if quad.predicate in _KEPT and not is_derived(graph_name(quad))] for quads in sides]
    triples = [*change.added, *change.removed]
    changed = {triple.subject for triple in triples}
    owners = {quad.subject for quads in kept for quad in quads if quad.predicate in _DOWN and quad.object in changed}
    fresh: set[object] = {*changed, *owners, *(term for one in triples for term in (one.predicate, one.object))}
    seen: set[object] = set()
    while fresh:
        seen |= fresh
        fresh = set[object](quad.object for quads in kept for quad in quads if quad.subject in fresh) - seen
    return [sorted((quad for quad in quads if quad.subject in seen), key=str) for quads in kept]


def _ontology(project: Project) -> list[ox.Quad]:
    return [quad for path in project.ontology_files() for quad in ox.parse(path=path)]


def _said(sides: Iterable[Iterable[ox.Quad]]) -> BySubject:
    """For each thing and property what the first side says of it that says anything."""
    found: dict[ox.NamedNode | ox.BlankNode, dict[str, tuple[ox.NamedNode | ox.BlankNode | ox.Literal, ...]]] = {}
    for quads in sides:
        here: dict[tuple[ox.NamedNode | ox.BlankNode, str], list[ox.NamedNode | ox.BlankNode | ox.Literal]] = (
            defaultdict(list)
        )
        for quad in quads:
            if not isinstance(quad.subject, ox.Triple) and not isinstance(quad.object, ox.Triple):
                here[quad.subject, quad.predicate.value].append(quad.object)
        for (subject, predicate), values in here.items():
            found.setdefault(subject, {}).setdefault(predicate, tuple(dict.fromkeys(values)))
    return found


_DEPRECATED: Final = "http://www.w3.org/2002/07/owl#deprecated"
_REPLACED: Final = DCTERMS + "isReplacedBy"
_LABEL: Final = SKOS + "prefLabel"
_THING_DOWN: Final = frozenset(map(ox.NamedNode, DOWN))


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
    if not edits:
        return ()
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
            if quad.predicate in _THING_DOWN and name_of(quad.object) in wanted:
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
