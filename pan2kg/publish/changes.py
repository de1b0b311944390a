"""Two states of the graph side by side: what changed, in words, as tables and feeds, and as a patch that is applied.

A state is a project, the folder of a release, or one RDF file. What rules derive is counted apart
from what sources state: one corrected statement may change hundreds of derived ones. Texts become
commoner as more plans are read, so that figures on each state's own weights would differ where no
plan changed: they are told on those of the old one.

What was removed and what was added stand in named graphs of a TriG file, so that any RDF parser
reads a patch. Both states are named by the hash of their canonical form: a patch is applied only to
the state it was made for.
"""

import gzip
import hashlib
import io
import os
import re
from base64 import urlsafe_b64encode
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cached_property, partial
from itertools import chain, filterfalse, groupby, islice, takewhile, zip_longest
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, cast
from urllib.parse import quote, unquote
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

import pyoxigraph as ox

from pan2kg.coherence import evidence, figures, known, reading, texts
from pan2kg.errors import FormatError, Place, ProjectError
from pan2kg.graph import labels as datasets
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages
from pan2kg.project import Project
from pan2kg.publish import folder
from pan2kg.publish.edition import Issue, name_roles
from pan2kg.publish.tables import weigh_links
from pan2kg.publish.vocabulary import OWL, Term
from pan2kg.store import LocalStore, open_store, read_quads
from pan2kg.tables import figure_words, formats
from pan2kg.turtle import DCTERMS, PAN, RDF, RDFS, ROOT, SKOS, kind_and_key, read_prefixes
from pan2kg.turtle.vocabulary import path_of, rule_of

Node = ox.NamedNode | ox.BlankNode
Subject = ox.NamedNode | ox.BlankNode | ox.Triple
Value = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_WORDS: Final = Messages("change")
_RELEASES: Final = Messages("publication")
_THIS: Final = ox.NamedNode("urn:x-pan2kg:this-graph")
_COMMON: Final = 8
"""A triple that stands in more graphs than this says nothing about which graph became which."""
_AT_ONCE: Final = 10_000
"""So many statements are written at once, so that their text is not held twice."""
_LAST_NAME: Final = re.compile(rb' <([^<>" ]*)> \.\n')
_LIKE: Final = 0.5
"""The least share of the larger graph that two graphs have in common to be one file that moved."""


class Side:
    """A state as sorted lines of N-Quads in its canonical form, packed: of two that differ little most is passed over.

    Held as they are is only what sources state, ``stated``. Lines that are ``packed`` already have
    no blank node.
    """

    def __init__(
        self,
        quads: Iterable[ox.Quad],
        name: str,
        *,
        packed: bytes = b"",
        graph: Graph | None = None,
    ) -> None:
        lines = [] if packed else _sorted_lines(quads)
        doubtful = _quads(line for line in lines if b"_:" in line)  # some only say so in a text
        if any(isinstance(term, ox.BlankNode) for quad in doubtful for term in quad):
            dataset = ox.Dataset(_quads(lines))
            dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
            lines = _sorted_lines(dataset)
        self.name = name
        self.packed = packed or folder.compressed(lines)
        self.graph = graph
        lines.clear()  # the others between them would hold their memory
        self.stated = [*filterfalse(_rule, self.file())]

    def file(self) -> IO[bytes]:
        """The sorted lines, unpacked as they are read."""
        return io.BufferedReader(cast("io.RawIOBase", gzip.open(io.BytesIO(self.packed))))

    def nquads(self) -> tuple[bytes, str]:
        """The canonical N-Quads, and the name of the state: the hash of these (RFC 6920)."""
        content = self.file().read()
        digest = urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        return content, f"ni:///sha-256;{digest}"


def _sorted_lines(quads: Iterable[ox.Quad]) -> list[bytes]:
    lines = list[bytes]()
    remaining = iter(quads)
    while some := [*islice(remaining, _AT_ONCE)]:
        lines += (ox.serialize(some, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    return [line for line, _ in groupby(sorted(lines))]


def _quads(
    lines: Iterable[bytes], terms: Iterable[object] | None = None, at: int = 0
) -> list[ox.Quad]:
    """What lines say that have one of some terms: at 0 as their subject, at 1 as their property."""
    if terms is not None:
        wanted = {str(term).encode() for term in terms}
        lines = (line for line in lines if line.split(b" ", at + 1)[at] in wanted)
    # lenient: the engine wrote them itself
    return [*ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS, lenient=True)]


def _rule(line: bytes) -> str:
    # the last name is a graph where there are four terms: more spaces than three has but a text
    if b"/graph/derived/" not in line or line.count(b" ") < 4:
        return ""
    match = _LAST_NAME.fullmatch(line, line.rindex(b" <"))
    return rule_of(match[1].decode()) if match else ""


def read_side(path: Path, name: str = "") -> Side:
    """A state from a project, a release or one RDF file, called by its folder or file where it has no other name.

    Of a release its dump is read; a project is derived from first.
    """
    name = name or path.resolve().name
    if not path.is_dir():
        return Side(read_quads(path), name)
    project = Project.at(path)
    if project.data:
        return Side((quad for dump in project.data for quad in read_quads(dump)), name)
    graph = Graph(project, open_store(project))
    name_roles(graph.held)
    weigh_links(graph)
    return Side(graph.held.inner, name)


Refigured = tuple[known.BasisLine, tuple[tuple[figures.Taken, figures.Taken], ...]]
"""On what figures of the new state rest, and those that differ, as they were and as they are."""
Slot = tuple[str, str, str]
"""A thing, a property and a language: what stands there before and after is one edit."""


class _Difference:
    """What one state says and the other does not, lines and statements of sources; ``before`` is what the first states.

    Where files moved, what was before is taken as if it had stood where it stands now.
    """

    def __init__(self, old: Side, new: Side) -> None:
        self.before: Sequence[bytes] = old.stated
        self.lines = folder.differing(old.file(), new.file())
        self.gone, self.come = self.lines
        self._read_statements()
        self.moves = _moves(old, new, self.removed, self.added)
        if self.moves:
            self._follow_moves(old, new)
            self._read_statements()

    def _read_statements(self) -> None:
        self.removed = _quads(filterfalse(_rule, self.gone))
        self.added = _quads(filterfalse(_rule, self.come))

    def _follow_moves(self, old: Side, new: Side) -> None:
        names = {ox.NamedNode(source): ox.NamedNode(target) for source, target in self.moves}
        is_named = re.compile("|".join(re.escape(str(source)) for source in names).encode()).search
        naming = {*filter(is_named, old.file())}
        renamed = {*_sorted_lines(_renamed(quad, names) for quad in _quads(naming))}
        self.come = sorted({*self.come, *naming.difference(self.gone)} - renamed)
        self.gone = sorted({*self.gone} - naming | renamed.difference(new.file()))
        self.before = [*{*self.before} - naming, *filterfalse(_rule, renamed)]


class Change:
    """Two states, and what differs in what they state; triples sorted.

    ``moves`` are graphs that bear another name, since their file moved: a move, not as many
    statements removed and added. ``shifts`` are statements that both states make in other graphs
    with their number (empty where they are in one more, or one less), ``derivations`` the numbers
    of statements a rule derives more and less. Figures are told on the ``weights`` where they were
    published.
    """

    def __init__(self, old: Side, new: Side, *, weights: texts.Earlier | None = None) -> None:
        self.old = old
        self.new = new
        self.weights = weights
        difference = _Difference(old, new)
        self.differing = difference.lines
        self.is_empty = not any(self.differing)
        self.moves = difference.moves
        less = {quad.triple for quad in difference.removed}
        more = {quad.triple for quad in difference.added}
        # what one state says less in a graph, and the other still says in another
        in_both = _said_in(new.stated, less) | _said_in(difference.before, more)
        self.added = tuple(sorted(more - in_both, key=str))
        self.removed = tuple(sorted(less - in_both, key=str))
        self.shifts = _shifts(difference, in_both)
        self.derivations = _derivations(difference)
        self.names = ChangeNames(self)

    @cached_property
    def things(self) -> "tuple[Altered, ...]":
        """What was altered, parts behind what they belong to."""
        owners = self._owners()
        nodes = self._altered_nodes()
        before = {_called(quad.subject) for quad in _quads(self.old.stated, nodes)}
        after = {_called(quad.subject) for quad in _quads(self.new.stated, nodes)}
        altered = []
        for iri, edits in self._edits().items():
            if iri in before and iri in after:
                status = _status_of_edits(edits)
            else:
                status = Status.REMOVED if iri in before else Status.ADDED
            above = self._above(iri, owners)
            kinds = self.names.values(iri, RDF + "type")
            # a class of ours before those of others
            kind = min(kinds, key=lambda name: (not name.startswith(PAN), name), default="")
            part_of = above[0] if above else ""
            root = above[-1] if above else iri
            altered.append(Altered(iri, kind, status, edits, part_of, root))
        altered.sort(
            key=lambda thing: (
                thing.root,
                thing.root != thing.iri,
                thing.part_of,
                thing.kind,
                thing.iri,
            )
        )
        return tuple(altered)

    def _altered_nodes(self) -> set[Subject]:
        return {triple.subject for triple in (*self.removed, *self.added)}

    def _edits(self) -> "dict[str, tuple[Edit, ...]]":
        """By thing what stood and what stands of each property in each language, in their order."""
        before = _by_slot(self.removed)
        after = _by_slot(self.added)
        edits = defaultdict[str, list[Edit]](list)
        for slot in sorted({*before, *after}):
            iri, predicate, language = slot
            for was, now in zip_longest(before.get(slot, ()), after.get(slot, ())):
                edits[iri].append(Edit(predicate, language, was, now))
        return {iri: tuple(listed) for iri, listed in edits.items()}

    def _owners(self) -> dict[str, str]:
        """What each altered part belongs to: of several things the first by its IRI."""
        nodes = self._altered_nodes()
        owners = dict[str, str]()
        for lines in (self.old.stated, self.new.stated):
            for quad in _quads(lines, _DOWN, 1):
                if quad.object in nodes:
                    part = _called(quad.object)
                    owner = _called(quad.subject)
                    owners[part] = min(owner, owners.get(part, owner))
        return owners

    def _above(self, iri: str, owners: Mapping[str, str]) -> list[str]:
        """What a thing belongs to, what that belongs to, and so on."""
        above = list[str]()
        place = iri
        while True:
            place = owners.get(place) or self._parent(place)
            if not place or place == iri or place in above:
                return above
            above.append(place)

    def _parent(self, iri: str) -> str:
        for predicate in _UP:
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
        changed = []
        for was, now in zip(figures.figures(before), figures.figures(after), strict=True):
            if _rounded(was) != _rounded(now):
                changed.append((was, now))
        return known.basis_line(after[evidence.HEADLINE]), tuple(changed)


def _said_in(lines: Iterable[bytes], triples: Set[ox.Triple]) -> set[ox.Triple]:
    """Those of the triples that lines say, in whichever graph."""
    subjects = {triple.subject for triple in triples}
    return {quad.triple for quad in _quads(lines, subjects)} & triples


def _shifts(difference: _Difference, triples: Set[ox.Triple]) -> tuple[tuple[str, str, int], ...]:
    """From which graph to which statements went that both states make, and how many."""
    sources = defaultdict[ox.Triple, list[str]](list)
    targets = defaultdict[ox.Triple, list[str]](list)
    for places, quads in ((sources, difference.removed), (targets, difference.added)):
        for quad in quads:
            if quad.triple in triples:
                places[quad.triple].append(graph_of(quad))
    counted = Counter[tuple[str, str]]()
    for triple in {*sources, *targets}:
        gone = sorted(sources.get(triple, ()))
        come = sorted(targets.get(triple, ()))
        counted.update(zip_longest(gone, come, fillvalue=""))
    return tuple((source, target, counted[source, target]) for source, target in sorted(counted))


def _derivations(difference: _Difference) -> tuple[tuple[str, int, int], ...]:
    """Each rule with the numbers of statements it derives more and less."""
    more = Counter(filter(None, map(_rule, difference.come)))
    less = Counter(filter(None, map(_rule, difference.gone)))
    return tuple((rule, more[rule], less[rule]) for rule in sorted({*more, *less}))


def _by_slot(triples: Iterable[ox.Triple]) -> dict[Slot, list[Value]]:
    slots = defaultdict[Slot, list[Value]](list)
    for triple in triples:
        language = ""
        if isinstance(triple.object, ox.Literal):
            language = triple.object.language or ""
        slots[_called(triple.subject), triple.predicate.value, language].append(triple.object)
    return slots


def _status_of_edits(edits: "Iterable[Edit]") -> "Status":
    """What happened to a thing that both states have: retired before renamed."""
    status = Status.CHANGED
    for edit in edits:
        if edit.retires():
            return Status.RETIRED
        if edit.predicate == _LABELS[0] and edit.old is not None and edit.new is not None:
            status = Status.RENAMED
    return status


def _tables_of(side: Side) -> known.Tables | None:
    """What figures are computed from, as of the day of a state's release; None where it has none."""
    if not any(map(_rule, side.file())):
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
    return [value and round(value, 5) for value in figure.value]


def graph_of(quad: ox.Quad) -> str:
    """The graph of a statement, empty for the default graph.

    >>> quad = ox.Quad(ox.NamedNode("http://e/a"), ox.NamedNode("http://e/p"), ox.Literal("b"))
    >>> graph_of(quad)
    ''
    """
    graph = quad.graph_name
    return (
        ""
        if isinstance(graph, ox.DefaultGraph)
        else str(graph)
        if isinstance(graph, ox.BlankNode)
        else graph.value
    )


def _moves(
    old: Side, new: Side, gone: Iterable[ox.Quad], come: Iterable[ox.Quad]
) -> tuple[tuple[str, str], ...]:
    # as lines end, where they do not end with a thing
    ends = (
        {line[line.rindex(b" <") :] for line in side.stated if line.count(b" ") > 3}
        for side in (old, new)
    )
    graphs_kept = set.intersection(*ends)
    by_state: list[dict[str, set[ox.Triple]]] = [defaultdict(set), defaultdict(set)]
    for triples_of, quads in zip(by_state, (gone, come), strict=True):
        for quad in quads:
            graph = quad.graph_name
            if isinstance(graph, ox.NamedNode) and f" {graph} .\n".encode() not in graphs_kept:
                triples_of[graph.value].add(_renamed(quad, {graph: _THIS}).triple)
    before, after = by_state
    holders: dict[ox.Triple, list[str]] = defaultdict(list)
    for name, triples in before.items():
        for triple in triples:
            holders[triple].append(name)
    shared: Counter[tuple[str, str]] = Counter()
    for name, triples in after.items():
        for triple in triples:
            sources = holders.get(triple, ())
            if len(sources) <= _COMMON:
                shared.update((source, name) for source in sources)
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
    subject, value, graph = (
        names.get(term, term) if isinstance(term, ox.NamedNode) else term for term in terms
    )
    return ox.Quad(subject, quad.predicate, value, graph)  # type: ignore[arg-type]  # each is of the kind it was


ADDED: Final = ROOT + "change/added"
REMOVED: Final = ROOT + "change/removed"
GENID: Final = ROOT + ".well-known/genid/"
_REVISION_OF: Final = ox.NamedNode("http://www.w3.org/ns/prov#wasRevisionOf")


def write_patch(before: Side, after: Side) -> bytes:
    """What leads from one state to another as TriG, addresses in full, blank nodes as addresses: the same every time.

    The states are named by the hash of their canonical form.
    """

    def named(term: Node) -> ox.NamedNode:
        if isinstance(term, ox.NamedNode) and not term.value.startswith(GENID):
            return term
        if isinstance(term, ox.NamedNode):
            raise ProjectError("kept-address", remedy="rename-it", value=term.value)
        return ox.NamedNode(GENID + term.value)

    names = [ox.NamedNode(side.nquads()[1]) for side in (before, after)]
    quads = [ox.Quad(names[1], _REVISION_OF, names[0])]
    for base, lines in zip(
        (REMOVED, ADDED), folder.differing(before.file(), after.file()), strict=True
    ):
        wrapped = []
        for quad in _quads(lines):
            graph = quad.graph_name
            of = (
                ""
                if isinstance(graph, ox.DefaultGraph)
                else "?graph=" + quote(named(graph).value, safe="")
            )
            subject = quad.subject if isinstance(quad.subject, ox.Triple) else named(quad.subject)
            value = (
                quad.object
                if isinstance(quad.object, ox.Literal | ox.Triple)
                else named(quad.object)
            )
            wrapped.append(ox.Quad(subject, quad.predicate, value, ox.NamedNode(base + of)))
        quads += sorted(wrapped, key=lambda quad: (str(quad.graph_name), str(quad)))
    return ox.serialize(quads, format=ox.RdfFormat.TRIG) or b""


def apply(patch: Iterable[ox.Quad], before: Side, name: str = "") -> Side:
    """The state a patch leads to from another.

    Raises ProjectError where it is no patch, where it was made for another state, and where what it
    leads to is not what its name says.
    """
    lists: dict[str, set[ox.Quad]] = {REMOVED: set(), ADDED: set()}
    states: list[tuple[str, str]] = []
    for quad in patch:
        base, _, of = graph_of(quad).partition("?graph=")
        if base in lists:
            within = ox.NamedNode(unquote(of)) if of else ox.DefaultGraph()
            terms: list[Any] = [
                ox.BlankNode(term.value.removeprefix(GENID))
                if isinstance(term, ox.NamedNode) and term.value.startswith(GENID)
                else term
                for term in (quad.subject, quad.predicate, quad.object, within)
            ]
            lists[base].add(ox.Quad(*terms))
        elif quad.predicate == _REVISION_OF and isinstance(quad.object, ox.NamedNode):
            states.append((quad.object.value, str(quad.subject).strip("<>")))
    if len(states) != 1:
        raise ProjectError("no-patch", place=Place(name) if name else None, remedy="make-patch")
    if before.nquads()[1] != states[0][0]:
        raise ProjectError("patch-for-another", place=Place(before.name), remedy="apply-to-origin")
    quads = ox.parse(before.file(), format=ox.RdfFormat.N_QUADS)
    after = Side(
        chain((quad for quad in quads if quad not in lists[REMOVED]), lists[ADDED]), before.name
    )
    if after.nquads()[1] != states[0][1]:
        raise ProjectError("patch-damaged", remedy="fetch-again")
    return after


_LABELS: Final = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title")
_UP: Final = (
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
_DOWN: Final = frozenset(
    map(
        ox.NamedNode,
        (
            *(
                PAN + name
                for name in (
                    "evidence",
                    "hasTimeline",
                    "hasIndicator",
                    "hasExpectedResult",
                    "hasVerificationSource",
                    "hasPosition",
                )
            ),
            "http://www.w3.org/ns/adms#identifier",
        ),
    )
)
"""Properties that lead from a thing to its parts."""
_ENDS: Final = (
    *(PAN + name for name in ("from", "to", "between", "involves", "involvedIn")),
    "http://www.w3.org/ns/org#member",
    "http://www.w3.org/ns/org#organization",
)
"""Properties whose objects say what a link, an involvement or a membership is about."""
_NAMING: Final = (
    frozenset(
        map(
            ox.NamedNode,
            (
                *_LABELS,
                *_UP,
                *_ENDS,
                RDF + "type",
                SKOS + "notation",
                DCTERMS + "isReplacedBy",
                *(PAN + name for name in ("quote", "relation", "role", "linkType")),
            ),
        )
    )
    | _DOWN
)
"""What of a state is needed to name what changed in it."""
_LONG: Final = 160
"""Longer texts are shown by their beginning."""
_FIRST: Final = tuple(
    PAN + name for name in ("Plan", "Review", "LegalAct", "Treaty", "SoftLaw", "Commitment", "Bill")
)
_PART: Final = frozenset(
    PAN + name
    for name in (
        "Passage",
        "Timeline",
        "Indicator",
        "ExpectedResult",
        "VerificationSource",
        "Position",
    )
)
_COMPUTED: Final = re.compile("[0-9a-f]{16}")


class ChangeNames:
    """What both sides and the ontology of this package say of things, to name them by, on either side.

    A thing or property is called by its label, since one that was removed has a label only on the
    old side; without a label, by its key. The first side that says anything of a property of a
    thing is believed. Of two large states that differ little most is never named, so most is not
    even looked up.
    """

    def __init__(self, change: Change) -> None:
        shipped = Project.packaged()
        self._terms = defaultdict[str, dict[str, list[Term]]](dict)
        self._prefixes = read_prefixes(shipped)
        if change.is_empty:  # as in a release before which there is none: nothing is to be named
            return
        sides = [
            _quads(change.new.stated, _NAMING, 1),
            _quads(filterfalse(_rule, change.differing[0]), _NAMING, 1),
        ]
        needed = _needed(change, sides)
        for quads in sides:
            self._add(sorted((quad for quad in quads if quad.subject in needed), key=str))
        shipped_quads = list[ox.Quad]()
        for path in shipped.ontology_files():
            shipped_quads += ox.parse(path=path)
        self._add(shipped_quads)

    def _add(self, quads: Iterable[ox.Quad]) -> None:
        """Believe what is said of properties of things of which nothing was said before."""
        terms = defaultdict[tuple[Subject, str], dict[Term, None]](dict)
        for quad in quads:
            if not isinstance(quad.subject, ox.Triple) and not isinstance(quad.object, ox.Triple):
                terms[quad.subject, quad.predicate.value][quad.object] = None
        for (subject, predicate), listed in terms.items():
            self._terms[_called(subject)].setdefault(predicate, list(listed))

    def of(self, iri: str, language: Language, *, besides: str = "") -> str:
        """What a thing is called; a link or an involvement by what it joins, without ``besides``."""
        if label := self._label(iri, language):
            return label
        # a link, an involvement or a passage by what it says
        if quoted := self.value(iri, PAN + "quote"):
            return self.term(ox.Literal(quoted), language)
        role = self.value(iri, *(PAN + name for name in ("relation", "role", "linkType")))
        ends = [
            end
            for predicate in _ENDS
            for end in sorted(self.values(iri, predicate))
            if end != besides
        ]
        joined = " → ".join(self._label(end, language) or self.short(end) for end in ends)
        if not ends:
            return self.short(iri)
        return f"{joined} ({self._label(role, language) or self.short(role)})" if role else joined

    def titled(self, iri: str, language: Language, *, besides: str = "") -> str:
        """The same with the number of the thing and its key."""
        name = self.of(iri, language, besides=besides)
        number = self.value(iri, SKOS + "notation")
        key = iri.rpartition("/")[2] if kind_and_key(iri)[0] else self.short(iri)
        title = f"{number} {name}" if number else name
        return title if key in title or _COMPUTED.fullmatch(key) else f"{title} ({key})"

    def property(self, iri: str, language: Language) -> str:
        """What a property is called: by its label, else by a message of ours, else in short."""
        called = Messages("property")
        name = self.short(iri)
        return self._label(iri, language) or (
            called.say(name, language) if called.has(name) else name
        )

    def term(self, term: Value, language: Language, *, start: int = 0) -> str:
        """A value as it is told: a long text by a piece of it, from 30 signs before ``start``."""
        if isinstance(term, ox.Literal):
            text = " ".join(term.value.split())
            text = f"…{text[start - 30 :]}" if start > _LONG // 2 else text
            text = text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
            return (
                f"«\u00a0{text}\u00a0»"
                if term.language or term.datatype.value.endswith("#string")
                else text
            )
        return self.of(term.value, language) if isinstance(term, ox.NamedNode) else str(term)

    def value(self, iri: str, *predicates: str) -> str:
        """The first thing or text that is said by one of these properties, else an empty text."""
        return next(
            (value for predicate in predicates for value in self.values(iri, predicate)), ""
        )

    def values(self, iri: str, predicate: str) -> list[str]:
        """All that is said of a thing by a property."""
        return list(map(_called, self._terms.get(iri, {}).get(predicate, ())))

    def short(self, iri: str) -> str:
        """An IRI by its prefix, where there is one."""
        fitting = [
            (len(space), name) for name, space in self._prefixes.items() if iri.startswith(space)
        ]
        length, name = max(fitting, default=(0, ""))
        return f"{name}:{iri[length:]}" if name else iri

    def _label(self, iri: str, language: Language) -> str:
        for predicate in _LABELS:
            terms = self._terms.get(iri, {}).get(predicate, ())
            by_language = {
                term.language or "": term.value for term in terms if isinstance(term, ox.Literal)
            }
            tag = next((tag for tag in (language, *LANGUAGES, "") if tag in by_language), None)
            if tag is not None:
                return " ".join(by_language[tag].split())
            if by_language:
                return min(by_language.values())
        return ""


def _needed(change: Change, sides: Sequence[Sequence[ox.Quad]]) -> set[object]:
    """What a change speaks of, what has a part that was altered, and all that names these."""
    triples = [*change.added, *change.removed]
    altered = {triple.subject for triple in triples}
    fresh = set[object](altered)
    for triple in triples:
        fresh.update((triple.predicate, triple.object))
    for quad in chain(*sides):
        if quad.predicate in _DOWN and quad.object in altered:
            fresh.add(quad.subject)
    reached = set[object]()
    while fresh:
        reached |= fresh
        named = set[object]()
        for quad in chain(*sides):
            if quad.subject in fresh:
                named.add(quad.object)
        fresh = named - reached
    return reached


def _called(term: Value) -> str:
    is_whole = isinstance(term, ox.BlankNode | ox.Triple)
    return str(term) if is_whole else term.value  # type: ignore[union-attr]


class Status(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    RETIRED = "retired"
    RENAMED = "renamed"
    CHANGED = "changed"


class Edit(NamedTuple):
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
        return self.predicate == OWL + "deprecated" and _called(self.new) in ("true", "1")

    def told(self, names: ChangeNames, language: Language) -> str:
        """What stood and what stands, as one sentence."""
        name = names.property(self.predicate, language) + (
            f" ({self.language})" if self.language else ""
        )
        start = 0
        if isinstance(self.old, ox.Literal) and isinstance(self.new, ox.Literal):
            texts = [" ".join(term.value.split()) for term in (self.old, self.new)]
            if max(map(len, texts)) > _LONG:
                start = sum(
                    1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*texts, strict=False))
                )
        before, after = (
            "–" if term is None else names.term(term, language, start=start)
            for term in (self.old, self.new)
        )
        return _WORDS.say("edit.changed", language, property=name, old=before, new=after)


class Altered(NamedTuple):
    iri: str
    kind: str
    status: Status
    edits: tuple[Edit, ...]
    part_of: str
    root: str

    def row(self, names: ChangeNames, language: Language) -> list[str]:
        """The cells of a table that say which thing it is, and what happened to it."""
        kind = names.of(self.kind, language) if self.kind else _WORDS.say("kind.thing", language)
        label = names.of(self.iri, language)
        return [self.status, self.kind, kind, self.iri, label, self.part_of, self.root]


_COLUMNS: Final = (
    "status",
    "kind",
    "kind_label",
    "thing",
    "thing_label",
    "part_of",
    "root",
    "property",
    "property_label",
    "language",
    "old",
    "new",
)


def write_text(change: Change, language: Language, *, is_markdown: bool = False) -> str:
    """What changed in sentences, one below the other, as plain text or as Markdown."""
    (_, head), *body = _lines(change, language)
    if is_markdown:
        (head, *texts) = map(formats.md_escape, (head, *(text for _, text in body)))
        told = zip((depth for depth, _ in body), texts, strict=True)
        lines = [
            f"{'  ' * (depth - 1)}- {text}" if depth else f"\n## {text}\n" for depth, text in told
        ]
        return "\n".join([f"# {head}", *lines]) + "\n"
    return (
        "\n".join(
            [head, *(f"{'  ' * depth}{text}" if depth else f"\n{text}" for depth, text in body)]
        )
        + "\n"
    )


def _lines(change: Change, language: Language) -> Iterator[tuple[int, str]]:
    """A change in sentences, each with its depth: 0 is a title, 1 what is below it, 2 what is below that."""
    yield 0, _WORDS.say("title", language, old=change.old.name, new=change.new.name)
    if change.is_empty:
        yield 0, _WORDS.say("none", language)
        return
    yield from _summary_lines(change, language)
    yield from _figure_lines(change, language)
    names = change.names

    def order(thing: Altered) -> tuple[int, str, str, bool, str, str]:
        kinds = names.values(thing.root, RDF + "type")
        rank = min((_FIRST.index(kind) for kind in kinds if kind in _FIRST), default=len(_FIRST))
        is_part = thing.iri != thing.root
        return rank, min(kinds, default=""), thing.root, is_part, thing.part_of, thing.iri

    for root, group in groupby(sorted(change.things, key=order), key=lambda thing: thing.root):
        yield 0, names.titled(root, language)
        yield from _thing_lines(names, list(group), root, language)


def _summary_lines(change: Change, language: Language) -> Iterator[tuple[int, str]]:
    """How many things and statements were altered, and what moved or was derived."""

    def say(key: str, /, **values: object) -> str:
        return _WORDS.say(key, language, **values)

    def file_of(graph: str) -> str:
        return path_of(graph) or graph or say("nowhere")

    counts = Counter(thing.status for thing in change.things)
    counted = [
        say("count", status=say(f"status.{status}"), n=counts[status])
        for status in Status
        if counts[status]
    ]
    yield 0, ", ".join(counted)
    yield 1, say("count.statements", added=len(change.added), removed=len(change.removed))
    for source, target in change.moves:
        yield 1, say("moved", old=file_of(source), new=file_of(target))
    for source, target, number in change.shifts:
        yield 1, say("shifted", n=number, old=file_of(source), new=file_of(target))
    for rule, more, less in change.derivations:
        yield 1, say("derived", rule=rule, added=more, removed=less)


def _figure_lines(change: Change, language: Language) -> Iterator[tuple[int, str]]:
    if not change.figures:
        return
    basis, changed = change.figures
    yield 0, _WORDS.say("figures", language)
    if not changed:
        yield 1, _WORDS.say("figures-same", language)
    for was, now in changed:
        yield (
            1,
            _WORDS.say(
                "edit.changed",
                language,
                property=now.figure.name().say(language),
                old=figure_words.value_words(was.value, was, language),
                new=figure_words.value_words(now.value, now, language),
            ),
        )
    yield 1, figure_words.basis_words(basis, language)


def _thing_lines(
    names: ChangeNames, altered: Sequence[Altered], root: str, language: Language
) -> Iterator[tuple[int, str]]:
    """What happened to a thing and what belongs to it; parts of what was added or removed whole are only counted."""
    whole = {
        thing.iri: thing.status
        for thing in altered
        if thing.status in (Status.ADDED, Status.REMOVED)
    }
    told_singly = list[Altered]()
    parts = Counter[str]()
    for thing in altered:
        if thing.kind in _PART and whole.get(thing.part_of) is thing.status:
            parts[thing.part_of] += 1
        else:
            told_singly.append(thing)
    for thing in told_singly:
        text = _WORDS.say(
            "feed.entry",
            language,
            kind=thing.row(names, language)[2],
            status=_WORDS.say(f"status.{thing.status}", language),
            thing=names.titled(thing.iri, language, besides=root),
        )
        heir = names.value(thing.iri, DCTERMS + "isReplacedBy")
        if heir and thing.status is Status.RETIRED:
            text += f", {_WORDS.say('replaced', language, thing=names.titled(heir, language))}"
        if parts[thing.iri]:
            text += f", {_WORDS.say('parts', language, n=parts[thing.iri])}"
        yield 1, text
        if thing.iri not in whole:
            for edit in thing.edits:
                yield 2, edit.told(names, language)


def write_csv(change: Change, language: Language) -> str:
    """What changed as a table, a row an edit."""
    rows = []
    names = change.names
    for altered in change.things:
        about = altered.row(names, language)
        for edit in altered.edits:
            ends = ("" if term is None else _called(term) for term in (edit.old, edit.new))
            rows.append(
                [
                    *about,
                    edit.predicate,
                    names.property(edit.predicate, language),
                    edit.language,
                    *ends,
                ]
            )
    return formats.write_csv(formats.Grid(_COLUMNS, rows))


def write_json(change: Change, language: Language) -> str:
    """What changed as one object, with the numbers of statements and the edits of each thing."""
    names = change.names
    figures_told = None
    if change.figures:
        basis, changed = change.figures
        figures_told = {
            "basis": figure_words.basis_words(basis, language),
            "weights": basis.weights,
            "changed": [
                {
                    "figure": now.figure.id,
                    "name": now.figure.name().say(language),
                    "old": was.value,
                    "new": now.value,
                }
                for was, now in changed
            ],
        }
    return formats.write_json(
        {
            "old": change.old.name,
            "new": change.new.name,
            "statements_added": len(change.added),
            "statements_removed": len(change.removed),
            "moved": [{"old": source, "new": target} for source, target in change.moves],
            "shifted": [
                {"old": source, "new": target, "count": number}
                for source, target, number in change.shifts
            ],
            "derived": [
                {"rule": rule, "added": more, "removed": less}
                for rule, more, less in change.derivations
            ],
            "figures": figures_told,
            "things": [
                {
                    **dict(zip(_COLUMNS, altered.row(names, language), strict=False)),
                    "edits": [
                        {
                            "property": edit.predicate,
                            "property_label": names.property(edit.predicate, language),
                            "old": edit.old and str(edit.old),
                            "new": edit.new and str(edit.new),
                        }
                        for edit in altered.edits
                    ],
                }
                for altered in change.things
            ],
        }
    )


WRITERS: Final[Mapping[str, Callable[[Change, Language], str]]] = {
    "text": write_text,
    "md": partial(write_text, is_markdown=True),
    "csv": write_csv,
    "json": write_json,
}
ATOM: Final = "http://www.w3.org/2005/Atom"
_AUTHOR: Final = "pan2kg contributors"
"""Who speaks where the data name nobody."""
_FOAF_NAME: Final = "http://xmlns.com/foaf/0.1/name"
OF_FEEDS: Final = tuple(map(ox.NamedNode, (datasets.VOID_SPACE, f"{DCTERMS}publisher", _FOAF_NAME)))
"""What a feed says of who publishes it."""
_DAYS: Final = tuple(ox.NamedNode(DCTERMS + name) for name in ("modified", "issued", "created"))


def write_feed(
    change: Change,
    language: Language,
    updated: datetime,
    *,
    address: str = "",
    issue: Issue | None = None,
    earlier: Path | None = None,
) -> str:
    """One change as an Atom feed (RFC 4287), an entry a thing; ``address`` is where it will be published.

    The feed of all versions has an entry for this ``issue``, and behind all those of the file
    ``earlier``. The id of an entry follows from the thing and the two states, so that a feed that
    is made again announces nothing twice.
    """
    when = updated.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    names = change.names
    facts = _quads(change.new.stated, OF_FEEDS, 1)

    def fact(predicate: str, subject: str = "", best: str = "") -> str:
        terms = [
            quad.object
            for quad in facts
            if quad.predicate.value == predicate
            and (not subject or str(quad.subject)[1:-1] == subject)
        ]
        ordered = sorted(
            terms, key=lambda term: (getattr(term, "language", None) != best, _called(term))
        )
        return next(map(_called, ordered), "")

    def put(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
        element = ET.SubElement(
            parent, f"{{{ATOM}}}{name}", {k: formats.xml_fit(v) for k, v in attributes.items()}
        )
        element.text = formats.xml_fit(text) or None
        return element

    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed", {"xml:lang": language})
    space = fact(datasets.VOID_SPACE) or ROOT
    publisher = fact(f"{DCTERMS}publisher", datasets.dataset_of(space))
    put(root, "id", f"{space}changes")
    put(root, "title", _WORDS.say("feed.title", language))
    put(root, "subtitle", _WORDS.say("title", language, old=change.old.name, new=change.new.name))
    put(root, "updated", when)
    author = fact(_FOAF_NAME, publisher, language) if publisher else ""
    put(put(root, "author"), "name", author or _AUTHOR)
    if address:
        put(root, "link", rel="self", type="application/atom+xml", href=address)
    if issue:
        entry = put(root, "entry")
        title = _RELEASES.say("feed.version", language, version=issue.version)
        for tag, words in {
            "id": issue.version_iri,
            "title": title,
            "updated": when,
            "summary": title,
        }.items():
            put(entry, tag, words)
        put(entry, "link", rel="alternate", href=issue.version_iri)
    for altered in change.things:
        edits = "\n".join(f"{edit.predicate} {edit.old} {edit.new}" for edit in altered.edits)
        kind = altered.row(names, language)[2]
        status = _WORDS.say(f"status.{altered.status}", language)
        name = names.titled(altered.iri, language)
        entry = put(root, "entry")
        put(entry, "id", uuid5(NAMESPACE_URL, f"{altered.iri}\n{altered.status}\n{edits}").urn)
        put(
            entry, "title", _WORDS.say("feed.entry", language, kind=kind, status=status, thing=name)
        )
        put(entry, "updated", when)
        if altered.iri.startswith(("http://", "https://")):
            put(entry, "link", rel="alternate", href=altered.iri)
        put(entry, "category", term=altered.status)
        put(entry, "summary", "\n".join(edit.told(names, language) for edit in altered.edits))
    if earlier and earlier.is_file():
        try:
            entries = ET.fromstring(earlier.read_bytes()).findall(f"{{{ATOM}}}entry")  # noqa: S314  # of ours
        except ET.ParseError:
            entries = []
        told_before = {entry.findtext(f"{{{ATOM}}}id") for entry in root.iter(f"{{{ATOM}}}entry")}
        root.extend(
            entry for entry in entries if entry.findtext(f"{{{ATOM}}}id") not in told_before
        )
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def day_of(change: Change, day_named: date | None = None) -> datetime:
    """The day a change is told as of: the one that was named, else that of the later state."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not day_named and epoch:
        if not re.fullmatch(r"\d{1,11}", epoch):
            raise FormatError("epoch-no-number", remedy="unset-it", epoch=epoch)
        return datetime.fromtimestamp(int(epoch), tz=UTC)
    days = []
    for quad in _quads(change.new.stated, _DAYS, 1) if not day_named else ():
        if isinstance(quad.object, ox.Literal):
            with suppress(ValueError):
                days.append(date.fromisoformat(quad.object.value[:10]))
    day = day_named or max(days, default=None)
    if day is None:
        raise FormatError("no-day-of-change", remedy="say-date")
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
