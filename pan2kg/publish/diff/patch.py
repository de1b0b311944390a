"""The difference of two states as RDF that carries the names of graphs, and that difference applied.

What was removed and what was added stand in named graphs of a TriG file, so that any RDF parser reads a patch. Both
states are named by the hash of their canonical form: a patch is applied only to the state it was made for.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.publish.diff.states import Side
from pan2kg.store.store import read_quads
from pan2kg.turtle.vocabulary import ROOT

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


def apply(patch: Patch, old: Side, *, name: str = "") -> Side:
    """The state a patch leads to from ``old``.

    Raises:
        ProjectError: the patch was made for another state, or is damaged.
    """
    if state(old) != patch.old:
        raise ProjectError("patch-for-another", place=Place(old.name), remedy="apply-to-origin")
    new = Side(name or old.name, (old.quads - patch.removed) | patch.added)
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
