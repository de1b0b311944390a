"""The states of the graph that are compared, their difference as statements, and as a patch that is applied.

A state is a project, the folder of a release, or one RDF file. What rules derive is counted apart from what sources
state: one corrected statement may change hundreds of derived ones.

What was removed and what was added stand in named graphs of a TriG file, so that any RDF parser reads a patch. Both
states are named by the hash of their canonical form: a patch is applied only to the state it was made for.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.publish.measured import weigh_links
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, is_derived, open_store, read_quads
from pan2kg.turtle.vocabulary import ROOT, rule_of


@dataclass(frozen=True, slots=True)
class Side:
    """A state of the graph and what it is called; blank nodes bear their RDFC-1.0 labels."""

    name: str
    quads: frozenset[ox.Quad]


def side_of(quads: Iterable[ox.Quad], name: str) -> Side:
    """Quads as a state that can be compared.

    >>> p = ox.NamedNode("http://e/p")
    >>> one, two = (side_of([ox.Quad(ox.BlankNode(), p, ox.Literal("x"))], "a") for _ in range(2))
    >>> one == two
    True
    """
    found = frozenset(quads)
    if any(_has_blank(quad) for quad in found):
        dataset = ox.Dataset(found)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        found = frozenset(dataset)
    return Side(name, found)


def side_of_store(store: LocalStore, name: str) -> Side:
    """All that a store holds, derived graphs included, as ``pan2kg dump`` writes it."""
    return side_of(store.inner, name)


def read_side(path: Path) -> Side:
    """A project as a release of it would be, what a release folder holds, or a file.

    Raises:
        ProjectError: there is no such file or folder, none of this kind, or it cannot be read.
        TurtleError: a file is not RDF as its ending says; with the line.
    """
    if path.is_dir():
        project = Project.at(path)
        if project.data:
            return side_of((quad for dump in project.data for quad in read_quads(dump)), path.resolve().name)
        graph = Graph(project, open_store(project, derive))
        weigh_links(graph)
        return side_of_store(graph.held, path.resolve().name)
    return side_of(read_quads(path), path.name)


def _has_blank(quad: ox.Quad) -> bool:
    # spelled out, since this is asked of each of millions
    blank = ox.BlankNode
    return isinstance(quad.object, blank) or isinstance(quad.subject, blank) or isinstance(quad.graph_name, blank)


_THIS: Final = ox.NamedNode("urn:x-pan2kg:this-graph")
_COMMON: Final = 8
"""A triple that stands in more graphs than this says nothing about which graph became which."""
_LIKE: Final = 0.5
"""The least share of the larger graph that two graphs have in common to be one file that moved."""


@dataclass(frozen=True, slots=True)
class Move:
    """A graph that bears another name, since its file moved."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Shift:
    """Statements that both states make, but in other graphs; empty where they are in one more, or one less."""

    old: str
    new: str
    count: int


@dataclass(frozen=True, slots=True)
class Derivation:
    """How many statements a rule derives more and less."""

    rule: str
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class Change:
    """Two states, and what differs in what they state; triples sorted."""

    old: Side
    new: Side
    added: tuple[ox.Triple, ...]
    removed: tuple[ox.Triple, ...]
    moves: tuple[Move, ...]
    shifts: tuple[Shift, ...]
    derivations: tuple[Derivation, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both states are the same."""
        return self.old.quads == self.new.quads


def change_list(old: Side, new: Side) -> Change:
    """What changed from one state to another.

    A file that moved is a move, not as many statements removed and added; what rules derive is only counted.

    >>> from pan2kg.publish.diff.states import side_of
    >>> s, p = ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p")
    >>> one, two = (side_of([ox.Quad(s, p, ox.Literal("x"), ox.NamedNode(g))], g) for g in ("http://e/g", "http://e/h"))
    >>> change_list(one, two).moves, change_list(one, two).added
    ((Move(old='http://e/g', new='http://e/h'),), ())
    """
    if old.quads == new.quads:
        return Change(old, new, (), (), (), (), ())
    gone, come = old.quads - new.quads, new.quads - old.quads
    moves = _moves(old, new, gone, come)
    names = {ox.NamedNode(move.old): ox.NamedNode(move.new) for move in moves}
    before = frozenset(_renamed(quad, names) for quad in old.quads) if names else old.quads
    if names:
        gone, come = before - new.quads, new.quads - before
    removed, added = _stated(gone), _stated(come)
    both = _among(_triples(removed), new.quads) | _among(_triples(added), before)
    return Change(
        old,
        new,
        tuple(sorted(_triples(added) - both, key=str)),
        tuple(sorted(_triples(removed) - both, key=str)),
        moves,
        _shifts(removed, added, both),
        _derivations(gone, come),
    )


def graph_name(quad: ox.Quad) -> str:
    """The address of a quad's graph, empty for the default graph."""
    graph = quad.graph_name
    return "" if isinstance(graph, ox.DefaultGraph) else str(graph) if isinstance(graph, ox.BlankNode) else graph.value


def _stated(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    return [quad for quad in quads if not is_derived(graph_name(quad))]


def _triples(quads: Iterable[ox.Quad]) -> set[ox.Triple]:
    return {quad.triple for quad in quads if not is_derived(graph_name(quad))}


def _among(triples: set[ox.Triple], quads: Iterable[ox.Quad]) -> set[ox.Triple]:
    """Of some triples those that are stated in one graph or another."""
    subjects = {triple.subject for triple in triples}
    return triples & _triples(quad for quad in quads if quad.subject in subjects)


def _moves(old: Side, new: Side, gone: Iterable[ox.Quad], come: Iterable[ox.Quad]) -> tuple[Move, ...]:
    """Graphs of which only one state has the name and that say much the same, the likest first."""
    kept = {quad.graph_name for quad in old.quads} & {quad.graph_name for quad in new.quads}
    before, after = _unnamed(gone, kept), _unnamed(come, kept)
    holders: dict[ox.Triple, list[str]] = defaultdict(list)
    for graph, triples in before.items():
        for triple in triples:
            holders[triple].append(graph)
    shared: Counter[tuple[str, str]] = Counter()
    for graph, triples in after.items():
        for triple in triples:
            if len(holders.get(triple, ())) <= _COMMON:
                shared.update((other, graph) for other in holders.get(triple, ()))
    found: dict[str, str] = {}
    for (one, two), count in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if one not in found and two not in found.values() and count >= _LIKE * max(len(before[one]), len(after[two])):
            found[one] = two
    return tuple(Move(one, two) for one, two in sorted(found.items()))


def _unnamed(quads: Iterable[ox.Quad], kept: Container[object]) -> dict[str, set[ox.Triple]]:
    """The triples of stated graphs that are not kept, a graph itself standing as « this »."""
    found: dict[str, set[ox.Triple]] = defaultdict(set)
    for quad in _stated(quads):
        if quad.graph_name not in kept and isinstance(quad.graph_name, ox.NamedNode):
            found[graph_name(quad)].add(_renamed(quad, {quad.graph_name: _THIS}).triple)
    return found


def _renamed(quad: ox.Quad, names: dict[ox.NamedNode, ox.NamedNode]) -> ox.Quad:
    terms = (quad.subject, quad.object, quad.graph_name)
    if not any(isinstance(term, ox.NamedNode) and term in names for term in terms):
        return quad
    subject, value, graph = (names.get(term, term) if isinstance(term, ox.NamedNode) else term for term in terms)
    return ox.Quad(subject, quad.predicate, value, graph)  # type: ignore[arg-type]  # each is of the kind it was


def _shifts(removed: Iterable[ox.Quad], added: Iterable[ox.Quad], both: set[ox.Triple]) -> tuple[Shift, ...]:
    places: dict[ox.Triple, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for at, quads in enumerate((removed, added)):
        for quad in quads:
            if quad.triple in both:
                places[quad.triple][at].append(graph_name(quad))
    counted: Counter[tuple[str, str]] = Counter()
    for left, come in places.values():
        left, come = sorted(left), sorted(come)
        length = max(len(left), len(come))
        counted.update(zip(_padded(left, length), _padded(come, length), strict=True))
    return tuple(Shift(one, two, count) for (one, two), count in sorted(counted.items()))


def _padded(names: list[str], length: int) -> list[str]:
    return names + [""] * (length - len(names))


def _derivations(gone: Iterable[ox.Quad], come: Iterable[ox.Quad]) -> tuple[Derivation, ...]:
    less, more = (
        Counter(rule_of(graph_name(quad)) for quad in quads if is_derived(graph_name(quad))) for quads in (gone, come)
    )
    return tuple(Derivation(rule, more[rule], less[rule]) for rule in sorted({*less, *more}))


ADDED: Final = ROOT + "change/added"
REMOVED: Final = ROOT + "change/removed"
GENID: Final = ROOT + ".well-known/genid/"
_REVISION_OF: Final = ox.NamedNode("http://www.w3.org/ns/prov#wasRevisionOf")


@dataclass(frozen=True, slots=True)
class Patch:
    """What leads from one state to another; the states are named by the hash of their canonical form."""

    old: str
    new: str
    removed: frozenset[ox.Quad]
    added: frozenset[ox.Quad]


def patch_of(old: Side, new: Side) -> Patch:
    """What leads from ``old`` to ``new``.

    >>> from pan2kg.publish.diff.states import side_of
    >>> quad = ox.Quad(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.Literal("x"))
    >>> empty, full = side_of([], "a"), side_of([quad], "b")
    >>> apply(patch_of(empty, full), empty).quads == full.quads
    True
    """
    return Patch(state(old), state(new), old.quads - new.quads, new.quads - old.quads)


def apply(patch: Patch, old: Side) -> Side:
    """The state a patch leads to from ``old``.

    Raises:
        ProjectError: the patch was made for another state, or is damaged.
    """
    if state(old) != patch.old:
        raise ProjectError("patch-for-another", place=Place(old.name), remedy="apply-to-origin")
    new = Side(old.name, (old.quads - patch.removed) | patch.added)
    if state(new) != patch.new:
        raise ProjectError("patch-damaged", remedy="fetch-again")
    return new


def state(side: Side) -> str:
    """The name of a state: the SHA-256 of its canonical N-Quads, as RFC 6920 writes it.

    >>> state(Side("nothing", frozenset()))
    'ni:///sha-256;47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'
    """
    digest = hashlib.sha256(nquads(side)).digest()
    return "ni:///sha-256;" + urlsafe_b64encode(digest).decode().rstrip("=")


def nquads(side: Side) -> bytes:
    """A state as sorted N-Quads, its canonical form by RDFC-1.0."""
    return "".join(f"{line} .\n" for line in sorted(map(str, side.quads))).encode()


def write_patch(patch: Patch) -> bytes:
    """A patch as TriG, addresses in full: the same bytes for the same patch.

    Raises:
        ProjectError: the data uses the addresses under which blank nodes are written.
    """
    states = ox.Quad(ox.NamedNode(patch.new), _REVISION_OF, ox.NamedNode(patch.old))
    lists = ((REMOVED, patch.removed), (ADDED, patch.added))
    quads = [states, *(quad for base, found in lists for quad in sorted(_wrapped(base, found), key=_place))]
    return ox.serialize(quads, format=ox.RdfFormat.TRIG) or b""


def read_patch(path: Path) -> Patch:
    """The patch in a file.

    Raises:
        ProjectError: the file cannot be read, or holds no patch.
        TurtleError: the file is not RDF; with the line.
    """
    return patch_from(read_quads(path), str(path))


def patch_from(quads: Iterable[ox.Quad], name: str = "") -> Patch:
    """The patch that quads describe.

    Raises:
        ProjectError: they describe none.
    """
    removed: set[ox.Quad] = set()
    added: set[ox.Quad] = set()
    states: list[tuple[str, str]] = []
    for quad in quads:
        graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        base, _, of = graph.partition("?graph=")
        if base in (REMOVED, ADDED):
            (removed if base == REMOVED else added).add(_unwrapped(quad, unquote(of)))
        elif quad.predicate == _REVISION_OF and isinstance(quad.object, ox.NamedNode):
            states.append((quad.object.value, str(quad.subject).strip("<>")))
    if len(states) != 1:
        raise ProjectError("no-patch", place=Place(name) if name else None, remedy="make-patch")
    return Patch(*states[0], frozenset(removed), frozenset(added))


def _place(quad: ox.Quad) -> tuple[str, str]:
    return str(quad.graph_name), str(quad)


def _wrapped(base: str, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    for quad in quads:
        graph = quad.graph_name
        of = "" if isinstance(graph, ox.DefaultGraph) else "?graph=" + quote(_named(graph).value, safe="")
        subject = quad.subject if isinstance(quad.subject, ox.Triple) else _named(quad.subject)
        value = quad.object if isinstance(quad.object, ox.Literal | ox.Triple) else _named(quad.object)
        yield ox.Quad(subject, quad.predicate, value, ox.NamedNode(base + of))


def _unwrapped(quad: ox.Quad, graph: str) -> ox.Quad:
    subject = _blank(quad.subject) if isinstance(quad.subject, ox.NamedNode) else quad.subject
    value = _blank(quad.object) if isinstance(quad.object, ox.NamedNode) else quad.object
    return ox.Quad(subject, quad.predicate, value, _blank(ox.NamedNode(graph)) if graph else ox.DefaultGraph())


def _named(term: ox.NamedNode | ox.BlankNode) -> ox.NamedNode:
    """A blank node as an IRI, another node as it is."""
    if isinstance(term, ox.BlankNode):
        return ox.NamedNode(GENID + term.value)
    if term.value.startswith(GENID):
        raise ProjectError("kept-address", remedy="rename-it", value=term.value)
    return term


def _blank(term: ox.NamedNode) -> ox.NamedNode | ox.BlankNode:
    return ox.BlankNode(term.value.removeprefix(GENID)) if term.value.startswith(GENID) else term
