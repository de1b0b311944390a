"""Two states of the graph side by side: what changed, in words, as tables and feeds, and as a patch that is applied.

A state is a project, the folder of a release, or one RDF file. What rules derive is counted apart from what sources
state: one corrected statement may change hundreds of derived ones. Texts become commoner as more plans are read, so
that figures on each state's own weights would differ where no plan changed: they are told on those of the old one.

What was removed and what was added stand in named graphs of a TriG file, so that any RDF parser reads a patch. Both
states are named by the hash of their canonical form: a patch is applied only to the state it was made for.
"""

from __future__ import annotations

import hashlib
import os
import re
from base64 import urlsafe_b64encode
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import groupby, takewhile, zip_longest
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote, unquote
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

import pyoxigraph as ox

from pan2kg.coherence import figures, known
from pan2kg.coherence.evidence import FIGURED, HEADLINE
from pan2kg.coherence.reading import read_tables
from pan2kg.coherence.texts import Earlier
from pan2kg.errors import FormatError, Place, ProjectError
from pan2kg.graph import dataset as datasets
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages
from pan2kg.project import Project
from pan2kg.publish.edition import Issue, name_roles
from pan2kg.publish.tables import weigh_links
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, is_derived, open_store, plain, read_quads
from pan2kg.tables import formats
from pan2kg.tables.figure_words import basis_words, value_words
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDF, RDFS, ROOT, SKOS, kind_and_key, path_of, rule_of
from pan2kg.turtle.writer import read_prefixes

Node = ox.NamedNode | ox.BlankNode
Value = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_WORDS: Final = Messages("change")
_THIS: Final = ox.NamedNode("urn:x-pan2kg:this-graph")
_COMMON: Final = 8
"""A triple that stands in more graphs than this says nothing about which graph became which."""
_LIKE: Final = 0.5
"""The least share of the larger graph that two graphs have in common to be one file that moved."""


class Side(NamedTuple):
    """A state of the graph and what it is called; blank nodes bear their RDFC-1.0 labels."""

    name: str
    quads: frozenset[ox.Quad]


def side_of(quads: Iterable[ox.Quad], name: str) -> Side:
    # spelled out, since this is asked of each of millions
    quads_held, blank = frozenset(quads), ox.BlankNode
    if any(
        isinstance(quad.object, blank) or isinstance(quad.subject, blank) or isinstance(quad.graph_name, blank)
        for quad in quads_held
    ):
        dataset = ox.Dataset(quads_held)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        quads_held = frozenset(dataset)
    return Side(name, quads_held)


def side_of_store(store: LocalStore, name: str) -> Side:
    """All that a store holds, derived graphs included, as ``pan2kg dump`` writes it."""
    return side_of(store.inner, name)


def read_side(path: Path) -> Side:
    """A project as a release of it would be, what a release folder holds, or a file."""
    if not path.is_dir():
        return side_of(read_quads(path), path.name)
    project, name = Project.at(path), path.resolve().name
    if project.data:
        return side_of((quad for dump in project.data for quad in read_quads(dump)), name)
    graph = Graph(project, open_store(project, derive))
    name_roles(graph.held)
    weigh_links(graph)
    return side_of_store(graph.held, name)


class Change(NamedTuple):
    """Two states, and what differs in what they state; triples sorted.

    ``moves`` are graphs that bear another name, since their file moved, ``shifts`` statements that both states make
    in other graphs with their number (empty where they are in one more, or one less), ``derivations`` the numbers of
    statements a rule derives more and less.
    """

    old: Side
    new: Side
    added: tuple[ox.Triple, ...] = ()
    removed: tuple[ox.Triple, ...] = ()
    moves: tuple[tuple[str, str], ...] = ()
    shifts: tuple[tuple[str, str, int], ...] = ()
    derivations: tuple[tuple[str, int, int], ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.old.quads == self.new.quads


def change_list(old: Side, after: Side) -> Change:
    """What changed from one state to another.

    A file that moved is a move, not as many statements removed and added; what rules derive is only counted.
    """
    if old.quads == after.quads:
        return Change(old, after)
    gone, come = old.quads - after.quads, after.quads - old.quads
    moves, before = _moves(old, after, gone, come), old.quads
    if moves:
        names = {ox.NamedNode(source): ox.NamedNode(target) for source, target in moves}
        before = frozenset(_renamed(quad, names) for quad in old.quads)
        gone, come = before - after.quads, after.quads - before

    def stated(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
        return [quad for quad in quads if not is_derived(graph_of(quad))]

    def among(triples: set[ox.Triple], quads: Iterable[ox.Quad]) -> set[ox.Triple]:
        subjects = {triple.subject for triple in triples}
        return triples & {quad.triple for quad in stated(quad for quad in quads if quad.subject in subjects)}

    removed, added = stated(gone), stated(come)
    less, more = {quad.triple for quad in removed}, {quad.triple for quad in added}
    both = among(less, after.quads) | among(more, before)
    places: dict[ox.Triple, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for at, quads in enumerate((removed, added)):
        for quad in quads:
            if quad.triple in both:
                places[quad.triple][at].append(graph_of(quad))
    pairs = (
        zip_longest(sorted(removed_lines), sorted(right), fillvalue="") for removed_lines, right in places.values()
    )
    shifts = Counter(pair for several in pairs for pair in several)
    fewer, further = (
        Counter(rule_of(graph_of(quad)) for quad in quads if is_derived(graph_of(quad))) for quads in (gone, come)
    )
    return Change(
        old, after, tuple(sorted(more - both, key=str)), tuple(sorted(less - both, key=str)), moves,
        tuple((*pair, number) for pair, number in sorted(shifts.items())),
        tuple((rule, further[rule], fewer[rule]) for rule in sorted({*fewer, *further})),
    )  # fmt: skip


def graph_of(quad: ox.Quad) -> str:
    graph = quad.graph_name
    return "" if isinstance(graph, ox.DefaultGraph) else str(graph) if isinstance(graph, ox.BlankNode) else graph.value


def _moves(old: Side, new: Side, gone: Iterable[ox.Quad], come: Iterable[ox.Quad]) -> tuple[tuple[str, str], ...]:
    """Graphs of which only one state has the name and that say much the same, the likest first."""
    graphs_kept = {quad.graph_name for quad in old.quads} & {quad.graph_name for quad in new.quads}

    def by_graph(quads: Iterable[ox.Quad]) -> dict[str, set[ox.Triple]]:
        # a graph itself stands as « this »
        triples: dict[str, set[ox.Triple]] = defaultdict(set)
        for quad in quads:
            graph = quad.graph_name
            if isinstance(graph, ox.NamedNode) and graph not in graphs_kept and not is_derived(graph.value):
                triples[graph.value].add(_renamed(quad, {graph: _THIS}).triple)
        return triples

    before, after = by_graph(gone), by_graph(come)
    holders: dict[ox.Triple, list[str]] = defaultdict(list)
    for graph, triples in before.items():
        for triple in triples:
            holders[triple].append(graph)
    shared: Counter[tuple[str, str]] = Counter()
    for graph, triples in after.items():
        for triple in triples:
            sources = holders.get(triple, ())
            if len(sources) <= _COMMON:
                shared.update((source, graph) for source in sources)
    moves: dict[str, str] = {}
    for (source, target), number in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        is_free = source not in moves and target not in moves.values()
        if is_free and number >= _LIKE * max(len(before[source]), len(after[target])):
            moves[source] = target
    return tuple(sorted(moves.items()))


def _renamed(quad: ox.Quad, names: Mapping[ox.NamedNode, ox.NamedNode]) -> ox.Quad:
    terms = (quad.subject, quad.object, quad.graph_name)
    if not any(isinstance(term, ox.NamedNode) and term in names for term in terms):
        return quad
    subject, value, graph = (names.get(term, term) if isinstance(term, ox.NamedNode) else term for term in terms)
    return ox.Quad(subject, quad.predicate, value, graph)  # type: ignore[arg-type]  # each is of the kind it was


ADDED: Final = ROOT + "change/added"
REMOVED: Final = ROOT + "change/removed"
GENID: Final = ROOT + ".well-known/genid/"
_REVISION_OF: Final = ox.NamedNode("http://www.w3.org/ns/prov#wasRevisionOf")


class Patch(NamedTuple):
    """What leads from one state to another; the states are named by the hash of their canonical form."""

    old: str
    new: str
    removed: frozenset[ox.Quad]
    added: frozenset[ox.Quad]


def patch_of(before: Side, after: Side) -> Patch:
    return Patch(state(before), state(after), before.quads - after.quads, after.quads - before.quads)


def apply(patch: Patch, before: Side) -> Side:
    if state(before) != patch.old:
        raise ProjectError("patch-for-another", place=Place(before.name), remedy="apply-to-origin")
    after = Side(before.name, (before.quads - patch.removed) | patch.added)
    if state(after) != patch.new:
        raise ProjectError("patch-damaged", remedy="fetch-again")
    return after


def state(side: Side) -> str:
    """The name of a state: the SHA-256 of its canonical N-Quads, as RFC 6920 writes it."""
    return "ni:///sha-256;" + urlsafe_b64encode(hashlib.sha256(nquads(side)).digest()).decode().rstrip("=")


def nquads(side: Side) -> bytes:
    return "".join(f"{line} .\n" for line in sorted(map(str, side.quads))).encode()


def write_patch(patch: Patch) -> bytes:
    """A patch as TriG, addresses in full, blank nodes as addresses: the same bytes for the same patch."""

    def named(term: Node) -> ox.NamedNode:
        if isinstance(term, ox.NamedNode) and term.value.startswith(GENID):
            raise ProjectError("kept-address", remedy="rename-it", value=term.value)
        return ox.NamedNode(GENID + term.value) if isinstance(term, ox.BlankNode) else term

    quads = [ox.Quad(ox.NamedNode(patch.new), _REVISION_OF, ox.NamedNode(patch.old))]
    for base, differing in ((REMOVED, patch.removed), (ADDED, patch.added)):
        wrapped = []
        for quad in differing:
            graph = quad.graph_name
            of = "" if isinstance(graph, ox.DefaultGraph) else "?graph=" + quote(named(graph).value, safe="")
            subject = quad.subject if isinstance(quad.subject, ox.Triple) else named(quad.subject)
            value = quad.object if isinstance(quad.object, ox.Literal | ox.Triple) else named(quad.object)
            wrapped.append(ox.Quad(subject, quad.predicate, value, ox.NamedNode(base + of)))
        quads += sorted(wrapped, key=lambda quad: (str(quad.graph_name), str(quad)))
    return ox.serialize(quads, format=ox.RdfFormat.TRIG) or b""


def read_patch(path: Path) -> Patch:
    return patch_from(read_quads(path), str(path))


def patch_from(quads: Iterable[ox.Quad], name: str = "") -> Patch:
    def blank(term: Value) -> Value:
        is_blank = isinstance(term, ox.NamedNode) and term.value.startswith(GENID)
        return ox.BlankNode(term.value.removeprefix(GENID)) if is_blank else term  # type: ignore[union-attr]

    lists: dict[str, set[ox.Quad]] = {REMOVED: set(), ADDED: set()}
    states: list[tuple[str, str]] = []
    for quad in quads:
        graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        base, _, of = graph.partition("?graph=")
        if base in lists:
            within = blank(ox.NamedNode(unquote(of))) if of else ox.DefaultGraph()
            lists[base].add(ox.Quad(blank(quad.subject), quad.predicate, blank(quad.object), within))  # type: ignore[arg-type]
        elif quad.predicate == _REVISION_OF and isinstance(quad.object, ox.NamedNode):
            states.append((quad.object.value, str(quad.subject).strip("<>")))
    if len(states) != 1:
        raise ProjectError("no-patch", place=Place(name) if name else None, remedy="make-patch")
    return Patch(*states[0], frozenset(lists[REMOVED]), frozenset(lists[ADDED]))


_LABELS: Final = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title")
_UP: Final = (
    *(PAN + name for name in ("inPlan", "inReview", "involvedIn", "implements", "milestoneOf", "underInstrument",
                              "countIn", "nameOf", "from", "between")),
    "http://data.europa.eu/eli/ontology#is_part_of", "http://www.w3.org/ns/org#organization", SKOS + "inScheme",
)  # fmt: skip
"""Properties that lead to what a thing belongs to, the closest first."""
_DOWN: Final = frozenset(map(ox.NamedNode, (
    *(PAN + name for name in ("evidence", "hasTimeline", "hasIndicator", "hasExpectedResult", "hasVerificationSource",
                              "hasPosition")),
    "http://www.w3.org/ns/adms#identifier",
)))  # fmt: skip
"""Properties that lead from a thing to its parts."""
_ENDS: Final = (
    *(PAN + name for name in ("from", "to", "between", "involves", "involvedIn")),
    "http://www.w3.org/ns/org#member", "http://www.w3.org/ns/org#organization",
)  # fmt: skip
"""Properties whose objects say what a link, an involvement or a membership is about."""
_NAMING: Final = frozenset(map(ox.NamedNode, (
    *_LABELS, *_UP, *_ENDS, RDF + "type", SKOS + "notation", DCTERMS + "isReplacedBy",
    *(PAN + name for name in ("quote", "relation", "role", "linkType")),
))) | _DOWN  # fmt: skip
"""What of a state is needed to name what changed in it."""
_LONG: Final = 160
"""Longer texts are shown by their beginning."""
_FIRST: Final = tuple(PAN + name for name in ("Plan", "Review", "LegalAct", "Treaty", "SoftLaw", "Commitment", "Bill"))
_PART: Final = frozenset(
    PAN + name for name in ("Passage", "Timeline", "Indicator", "ExpectedResult", "VerificationSource", "Position")
)
_COMPUTED: Final = re.compile("[0-9a-f]{16}")


class ChangeNames:
    """What both sides and the ontology of this package say of things, to name them by, on either side.

    A thing or property is called by its label, since one that was removed has a label only on the old side; without a
    label, by its key. The first side that says anything of a property of a thing is believed.
    """

    def __init__(self, sides: Iterable[Iterable[ox.Quad]], prefixes: Mapping[str, str]) -> None:
        self._terms: dict[Node, dict[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]]] = defaultdict(dict)
        self._prefixes = prefixes
        for quads in sides:
            terms: dict[tuple[Node, str], dict[ox.NamedNode | ox.BlankNode | ox.Literal, None]] = defaultdict(dict)
            for quad in quads:
                if not isinstance(quad.subject, ox.Triple) and not isinstance(quad.object, ox.Triple):
                    terms[quad.subject, quad.predicate.value][quad.object] = None
            for (subject, predicate), values in terms.items():
                self._terms[subject].setdefault(predicate, list(values))

    def _of(self, iri: str, predicate: str) -> Sequence[ox.NamedNode | ox.BlankNode | ox.Literal]:
        return self._terms.get(node(iri), {}).get(predicate, ())

    def of(self, iri: str, language: Language, *, besides: str = "") -> str:
        """The label of a thing, what it is made of where it has none, else its prefixed name.

        What it is made of is told without ``besides``, which the reader already sees.
        """
        if label := self._label(iri, language):
            return label
        # a link, an involvement or a passage by what it says
        if quoted := self.value(iri, PAN + "quote"):
            return self.term(ox.Literal(quoted), language)
        role = next(filter(None, (self.value(iri, PAN + name) for name in ("relation", "role", "linkType"))), "")
        ends = [end for predicate in _ENDS for end in sorted(self.values(iri, predicate)) if end != besides]
        joined = " → ".join(self._label(end, language) or self.short(end) for end in ends)
        if not ends:
            return self.short(iri)
        return f"{joined} ({self._label(role, language) or self.short(role)})" if role else joined

    def titled(self, iri: str, language: Language, *, besides: str = "") -> str:
        """As :meth:`of`, with its number before and its key behind, unless that is computed."""
        name, number = self.of(iri, language, besides=besides), self.value(iri, SKOS + "notation")
        key = iri.rpartition("/")[2] if kind_and_key(iri)[0] else self.short(iri)
        title = f"{number} {name}" if number else name
        return title if key in title or _COMPUTED.fullmatch(key) else f"{title} ({key})"

    def property(self, iri: str, language: Language) -> str:
        key = f"property.{iri}"
        label = _WORDS.say(key, language) if _WORDS.has(key) else self._label(iri, language)
        called = Messages("property")
        return label or (called.say(name, language) if called.has(name := self.short(iri)) else name)

    def kind(self, altered: Altered, language: Language) -> str:
        return self.of(altered.kind, language) if altered.kind else _WORDS.say("kind.thing", language)

    def term(self, term: Value, language: Language, *, start: int = 0) -> str:
        """A value as it is shown: a text in quotation marks, from about ``start`` on; a thing by its label."""
        if isinstance(term, ox.Literal):
            text = " ".join(term.value.split())
            text = f"…{text[start - 30 :]}" if start > _LONG // 2 else text
            text = text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
            return f"«\u00a0{text}\u00a0»" if term.language or term.datatype.value.endswith("#string") else text
        return self.of(term.value, language) if isinstance(term, ox.NamedNode) else str(term)

    def value(self, iri: str, predicate: str) -> str:
        """The first value of a property, as plain text; empty where there is none."""
        return next(iter(self.values(iri, predicate)), "")

    def values(self, iri: str, predicate: str) -> list[str]:
        return [plain(term) for term in self._of(iri, predicate)]

    def short(self, iri: str) -> str:
        fitting = [(len(space), name) for name, space in self._prefixes.items() if iri.startswith(space)]
        length, name = max(fitting, default=(0, ""))
        return f"{name}:{iri[length:]}" if name else iri

    def _label(self, iri: str, language: Language) -> str:
        for predicate in _LABELS:
            terms = self._of(iri, predicate)
            by_language = {term.language or "": term.value for term in terms if isinstance(term, ox.Literal)}
            tag = next((tag for tag in (language, *LANGUAGES, "") if tag in by_language), None)
            if tag is not None:
                return " ".join(by_language[tag].split())
            if by_language:
                return min(by_language.values())
        return ""


def node(iri: str) -> Node:
    """A node by what it is called in a change: an address, or ``_:`` and a label."""
    return ox.BlankNode(iri[2:]) if iri.startswith("_:") else ox.NamedNode(iri)


def _called(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def read_names(change: Change) -> ChangeNames:
    """The names both sides give to what changed, the new before the old, and behind them those of the ontology here.

    Of two large states that differ little most is never named, so most is not even looked up.
    """
    shipped = Project.packaged()
    if change.is_empty:  # as in a release before which there is none: nothing is to be named
        return ChangeNames((), read_prefixes(shipped))
    sides = [
        [quad for quad in quads if quad.predicate in _NAMING and not is_derived(graph_of(quad))]
        for quads in (change.new.quads, change.old.quads - change.new.quads)
    ]
    triples = [*change.added, *change.removed]
    altered = {triple.subject for triple in triples}
    owners = {quad.subject for quads in sides for quad in quads if quad.predicate in _DOWN and quad.object in altered}
    fresh: set[object] = {
        *altered,
        *owners,
        *(term for triple in triples for term in (triple.predicate, triple.object)),
    }
    reached: set[object] = set()
    while fresh:
        reached |= fresh
        fresh = set[object](quad.object for quads in sides for quad in quads if quad.subject in fresh) - reached
    near = [sorted((quad for quad in quads if quad.subject in reached), key=str) for quads in sides]
    ontology = [quad for path in shipped.ontology_files() for quad in ox.parse(path=path)]
    return ChangeNames([*near, ontology], read_prefixes(shipped))


class Status(StrEnum):
    """What happened to a thing."""

    ADDED = "added"
    REMOVED = "removed"
    RETIRED = "retired"
    RENAMED = "renamed"
    CHANGED = "changed"


class Edit(NamedTuple):
    """One value of a property in place of another, in one language; ``None`` where there was or is none."""

    predicate: str
    language: str
    old: Value | None
    new: Value | None

    @property
    def retires(self) -> bool:
        if self.predicate == "http://www.w3.org/2002/07/owl#deprecated":
            return isinstance(self.new, ox.Literal) and self.new.value in ("true", "1")
        return self.predicate == DCTERMS + "isReplacedBy" and self.new is not None

    def told(self, names: ChangeNames, language: Language) -> str:
        """What became of the value, in words: of two long texts that in which they differ."""
        name = names.property(self.predicate, language) + (f" ({self.language})" if self.language else "")
        start = 0
        if isinstance(self.old, ox.Literal) and isinstance(self.new, ox.Literal):
            texts = [" ".join(term.value.split()) for term in (self.old, self.new)]
            if max(map(len, texts)) > _LONG:
                common = takewhile(lambda pair: pair[0] == pair[1], zip(*texts, strict=False))
                start = sum(1 for _ in common)
        before, after = (
            "" if term is None else names.term(term, language, start=start) for term in (self.old, self.new)
        )
        key = "edit.changed" if before and after else "edit.added" if after else "edit.removed"
        return _WORDS.say(key, language, property=name, old=before, new=after)


class Altered(NamedTuple):
    """A thing that changed: its address, its class, what it is directly part of and what that is part of."""

    iri: str
    kind: str
    status: Status
    edits: tuple[Edit, ...]
    part_of: str
    root: str


def read_things(change: Change, names: ChangeNames) -> tuple[Altered, ...]:
    """All things that changed, sorted by what they belong to.

    A thing is added where the old state says nothing of it, removed where the new one does not, and retired where
    it is now said to be deprecated or replaced.
    """
    by_slot: dict[tuple[str, str, str], tuple[list[Value], list[Value]]] = defaultdict(lambda: ([], []))
    for at, triples in enumerate((change.removed, change.added)):
        for triple in triples:
            language = (triple.object.language or "") if isinstance(triple.object, ox.Literal) else ""
            by_slot[_called(triple.subject), triple.predicate.value, language][at].append(triple.object)
    edits: dict[str, list[Edit]] = defaultdict(list)
    for (iri, predicate, language), values in sorted(by_slot.items(), key=lambda item: item[0]):
        edits[iri] += [Edit(predicate, language, *pair) for pair in zip_longest(*values)]
    nodes = {node(iri) for iri in edits}
    stated: list[set[str]] = []
    owners: dict[str, str] = {}
    for quads in (change.old.quads, change.new.quads) if edits else ():
        stated.append(
            {_called(quad.subject) for quad in quads if quad.subject in nodes and not is_derived(graph_of(quad))}
        )
        for quad in quads:
            if quad.predicate in _DOWN and quad.object in nodes:
                part_iri, owner = _called(quad.object), _called(quad.subject)
                owners[part_iri] = min(owner, owners.get(part_iri, owner))
    altered = []
    for iri, several in edits.items():
        above = _above(iri, names, owners)
        kinds = sorted(names.values(iri, RDF + "type"), key=lambda kind: (not kind.startswith(PAN), kind))
        is_renamed = any(
            edit.predicate == _LABELS[0] and edit.old is not None and edit.new is not None for edit in several
        )
        status = Status.RENAMED if is_renamed else Status.CHANGED
        if iri not in stated[0] or iri not in stated[1]:
            status = Status.REMOVED if iri in stated[0] else Status.ADDED
        elif any(edit.retires for edit in several):
            status = Status.RETIRED
        ends = (above[0], above[-1]) if above else ("", iri)
        altered.append(Altered(iri, next(iter(kinds), ""), status, tuple(several), *ends))
    return tuple(
        sorted(altered, key=lambda entry: (entry.root, entry.root != entry.iri, entry.part_of, entry.kind, entry.iri))
    )


def _above(iri: str, names: ChangeNames, owners: Mapping[str, str]) -> list[str]:
    above: list[str] = []
    place = iri
    while True:
        place = owners.get(place) or next((value for name in _UP for value in sorted(names.values(place, name))), "")
        if not place or place == iri or place in above:
            return above
        above.append(place)


class Refigured(NamedTuple):
    """The figures that changed, each as it was and as it is, at the level of the headline; ``line`` is their basis."""

    line: known.BasisLine
    changed: tuple[tuple[figures.Taken, figures.Taken], ...]


def refigured(change: Change, earlier: Earlier | None = None) -> Refigured | None:
    """The figures of both states, on the weights ``earlier`` where they were published, else on those of the old one.

    None where a state has no plan, or nothing of what rules derive: without levels of evidence it has no figures.
    """

    def tables_of(side: Side) -> known.Tables | None:
        if not any(is_derived(graph_of(quad)) for quad in side.quads):
            return None
        store = LocalStore(ox.Store())
        store.inner.bulk_extend(side.quads)
        release = datasets.read_release(store)
        day = date.fromisoformat(release.day) if release.day else None
        home = datasets.own_profile(datasets.read_profiles(store), None).home_plan
        tables = read_tables(store, release=release.number, as_of=day, focus=home)
        return tables if tables.works.plans else None

    def rounded(figure_taken: figures.Taken) -> list[float | None]:
        # published weights have six decimals: what differs beyond the fifth is no change
        return [None if value is None else round(value, 5) for value in figure_taken.value]

    old, new = map(tables_of, (change.old, change.new))
    if old is None or new is None:
        return None
    if earlier is None:
        # as a release of the old state would publish them; called as the release, else as the state
        weights = known.known(old).potential.weights
        cells = zip(weights.texts, weights.d.tolist(), weights.ic.tolist(), weights.gain.tolist(), strict=True)
        earlier = Earlier(
            old.release or change.old.name, weights.n, {text: (d, ic, gain) for text, d, ic, gain in cells}
        )
    before, after = ({at: known.known(tables, at, weights=earlier) for at in FIGURED} for tables in (old, new))
    pairs = zip(figures.figures(before), figures.figures(after), strict=True)
    changed = tuple((was, now) for was, now in pairs if rounded(was) != rounded(now))
    return Refigured(known.basis_line(after[HEADLINE]), changed)


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """A change read thing by thing, with the names to tell it by."""

    change: Change
    names: ChangeNames
    things: tuple[Altered, ...]
    figures: Refigured | None = None

    def count(self, status: Status) -> int:
        return sum(altered.status is status for altered in self.things)


def read_report(change: Change, weights: Earlier | None = None) -> ChangeReport:
    """A change thing by thing, with the figures of both states on the ``weights`` the old one published."""
    names = read_names(change)
    return ChangeReport(
        change, names, read_things(change, names), None if change.is_empty else refigured(change, weights)
    )


def write_text(report: ChangeReport, language: Language) -> str:
    """A change as lines for a terminal: counts first, then what belongs together."""
    (_, head), *body = _lines(report, language)
    lines = [f"{'  ' * depth}{text}" if depth else f"\n{text}" for depth, text in body]
    return "\n".join([head, *lines]) + "\n"


def write_markdown(report: ChangeReport, language: Language) -> str:
    (_, head), *body = _lines(report, language)
    lines = [
        f"{'  ' * (depth - 1)}- {formats.md_escape(text)}" if depth else f"\n## {formats.md_escape(text)}\n"
        for depth, text in body
    ]
    return "\n".join([f"# {formats.md_escape(head)}", *lines]) + "\n"


def _lines(report: ChangeReport, language: Language) -> Iterator[tuple[int, str]]:
    """The lines of a story and how deep each stands: 0 a heading, 1 a thing, 2 what changed of it."""
    change, names = report.change, report.names

    def say(key: str, /, **values: object) -> str:
        return _WORDS.say(key, language, **values)

    def file(graph: str) -> str:
        return path_of(graph) or graph or say("nowhere")

    yield 0, say("title", old=change.old.name, new=change.new.name)
    if change.is_empty:
        yield 0, say("none")
        return
    yield 0, ", ".join(say(f"count.{status}", n=report.count(status)) for status in Status if report.count(status))
    yield 1, say("count.statements", added=len(change.added), removed=len(change.removed))
    for source, target in change.moves:
        yield 1, say("moved", old=file(source), new=file(target))
    for source, target, number in change.shifts:
        yield 1, say("shifted", n=number, old=file(source), new=file(target))
    for rule, more, less in change.derivations:
        yield 1, say("derived", rule=rule, added=more, removed=less)
    if report.figures:
        yield 0, say("figures")
        if not report.figures.changed:
            yield 1, say("figures-same")
        for was, now in report.figures.changed:
            ends = {"old": value_words(was.value, was, language), "new": value_words(now.value, now, language)}
            yield 1, say("edit.changed", property=now.figure.name().say(language), **ends)
        yield 1, basis_words(report.figures.line, language)

    def order(thing: Altered) -> tuple[int, str, str, bool, str, str]:
        kinds = names.values(thing.root, RDF + "type")
        rank = min((_FIRST.index(kind) for kind in kinds if kind in _FIRST), default=len(_FIRST))
        return rank, min(kinds, default=""), thing.root, thing.iri != thing.root, thing.part_of, thing.iri

    for root, group in groupby(sorted(report.things, key=order), key=lambda thing: thing.root):
        yield 0, names.titled(root, language)
        altered = list(group)
        # parts of what was added or removed whole are only counted
        whole = {thing.iri: thing.status for thing in altered if thing.status in (Status.ADDED, Status.REMOVED)}
        folded = {thing.iri for thing in altered if thing.kind in _PART and whole.get(thing.part_of) is thing.status}
        part_counts = Counter(thing.part_of for thing in altered if thing.iri in folded)
        for thing in altered:
            if thing.iri in folded:
                continue
            name, heir = (
                names.titled(thing.iri, language, besides=root),
                names.value(thing.iri, DCTERMS + "isReplacedBy"),
            )
            text = say("feed.entry", kind=names.kind(thing, language), status=say(f"status.{thing.status}"), thing=name)
            if heir and thing.status is Status.RETIRED:
                text += f", {say('replaced', thing=names.titled(heir, language))}"
            yield 1, text + (f", {say('parts', n=part_counts[thing.iri])}" if part_counts[thing.iri] else "")
            if thing.iri not in whole:
                yield from ((2, edit.told(names, language)) for edit in thing.edits)


_COLUMNS: Final = (
    "status", "kind", "kind_label", "thing", "thing_label", "part_of", "root", "property", "property_label", "language",
    "old", "new",
)  # fmt: skip


def _about(altered: Altered, report: ChangeReport, language: Language) -> list[str]:
    label = report.names.of(altered.iri, language)
    return [
        altered.status,
        altered.kind,
        report.names.kind(altered, language),
        altered.iri,
        label,
        altered.part_of,
        altered.root,
    ]


def write_csv(report: ChangeReport, language: Language) -> str:
    """A row for each value that came or went (RFC 4180, with a header)."""
    rows = []
    for altered in report.things:
        about = _about(altered, report, language)
        for edit in altered.edits:
            ends = ("" if term is None else _plain(term) for term in (edit.old, edit.new))
            rows.append([*about, edit.predicate, report.names.property(edit.predicate, language), edit.language, *ends])
    return formats.write_csv(formats.Grid(_COLUMNS, rows))


def _plain(term: Value) -> str:
    return str(term) if isinstance(term, ox.Triple) else term.value


def write_json(report: ChangeReport, language: Language) -> str:
    """All of a change: counts, moves, what was derived, and each thing with its values as N-Triples terms."""
    change, refigured_ = report.change, report.figures

    def term(value: Value | None) -> str | None:
        return None if value is None else str(value)

    return formats.write_json({
        "old": change.old.name, "new": change.new.name,
        "statements_added": len(change.added), "statements_removed": len(change.removed),
        "moved": [{"old": source, "new": target} for source, target in change.moves],
        "shifted": [{"old": source, "new": target, "count": number} for source, target, number in change.shifts],
        "derived": [{"rule": rule, "added": more, "removed": less} for rule, more, less in change.derivations],
        "figures": {
            "basis": basis_words(refigured_.line, language), "weights": refigured_.line.weights,
            "changed": [
                {"figure": now.figure.id, "name": now.figure.name().say(language), "old": was.value, "new": now.value}
                for was, now in refigured_.changed
            ],
        } if refigured_ else None,
        "things": [
            {
                **dict(zip(_COLUMNS, _about(altered, report, language), strict=False)),
                "edits": [
                    {"property": edit.predicate, "property_label": report.names.property(edit.predicate, language),
                     "old": term(edit.old), "new": term(edit.new)}
                    for edit in altered.edits
                ],
            }
            for altered in report.things
        ],
    })  # fmt: skip


WRITERS: Final = {"text": write_text, "md": write_markdown, "csv": write_csv, "json": write_json}
ATOM: Final = "http://www.w3.org/2005/Atom"
_FEED: Final = "changes"
"""The feed's address below that of the project."""
_AUTHOR: Final = "pan2kg contributors"
"""Who speaks where the data name nobody."""
_FOAF_NAME: Final = "http://xmlns.com/foaf/0.1/name"
_DAYS: Final = tuple(DCTERMS + name for name in ("modified", "issued", "created"))


def write_feed(report: ChangeReport, language: Language, updated: datetime, *, address: str = "") -> str:
    """One change as an Atom feed (RFC 4287), an entry a thing; ``address`` is where it will be published.

    The id of an entry follows from the thing and the two states, so that a feed that is made again announces nothing
    twice.
    """
    when, change = updated.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), report.change
    publisher_of = f"{DCTERMS}publisher"
    wanted = frozenset(map(ox.NamedNode, (datasets.VOID_SPACE, publisher_of, _FOAF_NAME)))
    facts = [quad for quad in change.new.quads if quad.predicate in wanted]

    def first(predicate: str, subject: str = "", best: str = "") -> str:
        terms = [
            quad.object for quad in facts
            if quad.predicate.value == predicate and (not subject or str(quad.subject)[1:-1] == subject)
        ]  # fmt: skip
        ordered = sorted(terms, key=lambda term: (getattr(term, "language", None) != best, _plain(term)))
        return next(map(_plain, ordered), "")

    def put(parent: ET.Element, name: str, text: str) -> None:
        ET.SubElement(parent, name).text = formats.xml_fit(text)

    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": language})
    space = first(datasets.VOID_SPACE) or ROOT
    publisher = first(publisher_of, datasets.dataset_of(space))
    put(root, "id", space + _FEED)
    put(root, "title", _WORDS.say("feed.title", language))
    put(root, "subtitle", _WORDS.say("title", language, old=change.old.name, new=change.new.name))
    put(root, "updated", when)
    author = first(_FOAF_NAME, publisher, language) if publisher else ""
    put(ET.SubElement(root, "author"), "name", author or _AUTHOR)
    if address:
        ET.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": formats.xml_fit(address)})
    for altered in report.things:
        edits = "\n".join(f"{edit.predicate} {edit.old} {edit.new}" for edit in altered.edits)
        kind, status = report.names.kind(altered, language), _WORDS.say(f"status.{altered.status}", language)
        name = report.names.titled(altered.iri, language)
        entry = ET.SubElement(root, "entry")
        put(entry, "id", uuid5(NAMESPACE_URL, f"{altered.iri}\n{altered.status}\n{edits}").urn)
        put(entry, "title", _WORDS.say("feed.entry", language, kind=kind, status=status, thing=name))
        put(entry, "updated", when)
        if altered.iri.startswith(("http://", "https://")):
            ET.SubElement(entry, "link", {"rel": "alternate", "href": formats.xml_fit(altered.iri)})
        ET.SubElement(entry, "category", {"term": altered.status})
        put(entry, "summary", "\n".join(edit.told(report.names, language) for edit in altered.edits))
    return _written(root)


def _written(root: ET.Element) -> str:
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def day_of(change: Change, day_named: date | None = None) -> datetime:
    """When a change happened: the day named, else SOURCE_DATE_EPOCH, else the latest day in the data."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not day_named and epoch:
        if not re.fullmatch(r"\d{1,11}", epoch):
            raise FormatError("epoch-no-number", remedy="unset-it", epoch=epoch)
        return datetime.fromtimestamp(int(epoch), tz=UTC)
    days = [quad.object.value[:10] for quad in change.new.quads
            if not day_named and quad.predicate.value in _DAYS and isinstance(quad.object, ox.Literal)]  # fmt: skip
    day = day_named or max(filter(None, map(_day, days)), default=None)
    if day is None:
        raise FormatError("no-day-of-change", remedy="say-date")
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def write_feeds(report: ChangeReport, issue: Issue, language: Language, earlier: Path | None, name: str) -> bytes:
    """The feed of all versions in a language: this one with what changed in it, then those before."""
    ET.register_namespace("", ATOM)
    when = datetime(issue.modified.year, issue.modified.month, issue.modified.day, tzinfo=UTC)
    text = write_feed(report, language, when, address=issue.addresses.file(name))
    feed = ET.fromstring(text.encode())  # noqa: S314  # our own
    entries = feed.findall(f"{{{ATOM}}}entry")
    for entry in entries:
        feed.remove(entry)
    version, title = ET.Element(f"{{{ATOM}}}entry"), _WORDS_OF_FEED.say("feed.version", language, version=issue.version)
    fields = {"id": issue.version_iri, "title": title, "updated": f"{when:%Y-%m-%dT%H:%M:%SZ}", "summary": title}
    for tag, value in fields.items():
        ET.SubElement(version, f"{{{ATOM}}}{tag}").text = value
    ET.SubElement(version, f"{{{ATOM}}}link", {"rel": "alternate", "href": issue.version_iri})
    try:
        feed_kept = ET.fromstring((earlier / name).read_bytes()) if earlier else feed  # noqa: S314  # of a release of ours
    except (OSError, ET.ParseError):
        feed_kept = feed
    by_id: dict[str, ET.Element] = {}
    for entry in (version, *entries, *feed_kept.findall(f"{{{ATOM}}}entry")):
        by_id.setdefault(entry.findtext(f"{{{ATOM}}}id", ""), entry)
    feed.extend(by_id.values())
    return _written(feed).encode()


_WORDS_OF_FEED: Final = Messages("publication")
