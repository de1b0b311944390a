"""What leads from one state of the graph to another, as a file that is applied.

What was removed and what was added stand in named graphs of a TriG file, so that any RDF parser
reads a patch; the graph they stood in is named behind « ?graph= ». Both states are named by the hash
of their canonical form: a patch is applied only to the state it was made for. Blank nodes are
written as addresses, since the names of blank nodes hold within one file only (RDF 1.1, 3.5).
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any
from urllib.parse import quote, unquote

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.publish.quad_lines import differing
from pan2kg.publish.states import Side, Value, graph_of, quads_of, text_of
from pan2kg.turtle import ROOT

ADDED = ROOT + "change/added"
REMOVED = ROOT + "change/removed"
GENID = ROOT + ".well-known/genid/"
"""What the addresses begin with that stand for blank nodes."""
_GRAPH = "?graph="
_REVISION_OF = ox.NamedNode("http://www.w3.org/ns/prov#wasRevisionOf")


def write_patch(before: Side, after: Side) -> bytes:
    """What leads from one state to another as TriG, addresses in full: the same every time.

    Raises:
        ProjectError: a state has an address that stands for a blank node in patches.
    """
    before_name = ox.NamedNode(before.nquads()[1])
    after_name = ox.NamedNode(after.nquads()[1])
    quads = [ox.Quad(after_name, _REVISION_OF, before_name)]
    gone, come = differing(before.file(), after.file())
    quads += _wrapped(gone, REMOVED)
    quads += _wrapped(come, ADDED)
    return ox.serialize(quads, format=ox.RdfFormat.TRIG) or b""


def _wrapped(lines: Iterable[bytes], base: str) -> list[ox.Quad]:
    """Statements in the graph of what was removed or added, which names the graph they stood in."""
    wrapped = []
    for quad in quads_of(lines):
        graph = base
        if not isinstance(quad.graph_name, ox.DefaultGraph):
            address = text_of(_as_address(quad.graph_name))
            graph = f"{base}{_GRAPH}{quote(address, safe='')}"
        subject: Any = _as_address(quad.subject)
        value = _as_address(quad.object)
        wrapped.append(ox.Quad(subject, quad.predicate, value, ox.NamedNode(graph)))
    return sorted(wrapped, key=lambda quad: (str(quad.graph_name), str(quad)))


def _as_address(term: Value) -> Value:
    """The address that stands for a blank node; all else as it is."""
    if isinstance(term, ox.BlankNode):
        return ox.NamedNode(GENID + term.value)
    if isinstance(term, ox.NamedNode) and term.value.startswith(GENID):
        raise ProjectError("kept-address", remedy="rename-it", value=term.value)
    return term


def _as_blank_node(term: Value) -> Value:
    """The blank node an address stands for; all else as it is."""
    if isinstance(term, ox.NamedNode) and term.value.startswith(GENID):
        return ox.BlankNode(term.value.removeprefix(GENID))
    return term


def apply(patch: Iterable[ox.Quad], before: Side, name: str = "") -> Side:
    """The state a patch leads to from another; ``name`` is that of the patch.

    Raises:
        ProjectError: it is no patch, it was made for another state, or what it leads to is not what
            its name says.
    """
    removed = set()
    added = set()
    states = []
    for quad in patch:
        base, _, graph = graph_of(quad).partition(_GRAPH)
        if base == REMOVED:
            removed.add(_unwrapped(quad, unquote(graph)))
        elif base == ADDED:
            added.add(_unwrapped(quad, unquote(graph)))
        elif quad.predicate == _REVISION_OF and isinstance(quad.object, ox.NamedNode):
            states.append((quad.object.value, str(quad.subject).strip("<>")))
    if len(states) != 1:
        raise ProjectError("no-patch", place=Place(name) if name else None, remedy="make-patch")
    ((before_name, after_name),) = states
    if before.nquads()[1] != before_name:
        raise ProjectError("patch-for-another", place=Place(before.name), remedy="apply-to-origin")
    quads = ox.parse(before.file(), format=ox.RdfFormat.N_QUADS)
    remaining = (quad for quad in quads if quad not in removed)
    after = Side(chain(remaining, added), before.name)
    if after.nquads()[1] != after_name:
        raise ProjectError("patch-damaged", remedy="fetch-again")
    return after


def _unwrapped(quad: ox.Quad, graph: str) -> ox.Quad:
    """A statement in the graph it stands in: the default graph where none is named."""
    subject: Any = _as_blank_node(quad.subject)
    value = _as_blank_node(quad.object)
    place: Any = _as_blank_node(ox.NamedNode(graph)) if graph else ox.DefaultGraph()
    return ox.Quad(subject, quad.predicate, value, place)
