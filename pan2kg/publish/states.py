"""A state of the graph, to be set beside another: a project, the folder of a release, or one RDF file.

A state is held as sorted lines of N-Quads in its canonical form (RDFC-1.0), so that two states are
compared line by line, and a state has a name of its own: the hash of these lines.
"""

import gzip
import hashlib
import io
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from itertools import filterfalse, groupby, islice
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox

from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.publish.quad_lines import compressed
from pan2kg.publish.reviewer_roles import name_roles
from pan2kg.publish.weights import weigh_links
from pan2kg.store import open_store
from pan2kg.store.project_files import read_quads
from pan2kg.turtle.vocabulary import rule_of

Subject = ox.NamedNode | ox.BlankNode | ox.Triple
Value = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_AT_ONCE = 10_000
"""So many statements are written at once, so that their text is not held twice."""
_LAST_NAME = re.compile(rb' <([^<>" ]*)> \.\n')


class Side:
    """A state as sorted canonical lines, packed: of two that differ little most is passed over.

    ``stated`` are the lines that sources state, without those a rule derived: they alone are held
    unpacked. ``packed`` are canonical lines as gzip, where they are there already: they must have no
    blank node, and ``quads`` are not read then. ``graph`` is what holds the same state, if anything
    does.
    """

    def __init__(
        self,
        quads: Iterable[ox.Quad],
        name: str,
        *,
        packed: bytes = b"",
        graph: Graph | None = None,
    ) -> None:
        self.name = name
        self.graph = graph
        self.packed = packed or compressed(_canonical_lines(quads))
        self.stated = list(filterfalse(rule_of_line, self.file()))

    def file(self) -> IO[bytes]:
        """The sorted lines, unpacked as they are read."""
        return io.BufferedReader(cast("io.RawIOBase", gzip.open(io.BytesIO(self.packed))))

    def nquads(self) -> tuple[bytes, str]:
        """The canonical N-Quads, and the name of the state: the hash of these (RFC 6920)."""
        content = self.file().read()
        digest = urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        return content, f"ni:///sha-256;{digest}"


def _canonical_lines(quads: Iterable[ox.Quad]) -> list[bytes]:
    lines = sorted_lines(quads)
    if not _has_blank_node(lines):
        return lines
    dataset = ox.Dataset(quads_of(lines))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted_lines(dataset)


def _has_blank_node(lines: Iterable[bytes]) -> bool:
    # some lines have these signs in a text only
    for quad in quads_of(line for line in lines if b"_:" in line):
        if any(isinstance(term, ox.BlankNode) for term in quad):
            return True
    return False


def sorted_lines(quads: Iterable[ox.Quad]) -> list[bytes]:
    r"""Statements as lines of N-Quads, in the order of their bytes and each once.

    >>> name = ox.NamedNode("http://e/a")
    >>> sorted_lines([ox.Quad(name, name, ox.Literal("b"))] * 2)
    [b'<http://e/a> <http://e/a> "b" .\n']
    """
    lines = []
    remaining = iter(quads)
    while batch := list(islice(remaining, _AT_ONCE)):
        lines += (ox.serialize(batch, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    return [line for line, _ in groupby(sorted(lines))]


def quads_of(lines: Iterable[bytes]) -> list[ox.Quad]:
    """What lines of N-Quads say."""
    # lenient: the engine wrote them itself
    return list(ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS, lenient=True))


def quads_about(lines: Iterable[bytes], subjects: Iterable[object]) -> list[ox.Quad]:
    """What lines say of some subjects."""
    return quads_of(_lines_with(lines, subjects, place=0))


def quads_with(lines: Iterable[bytes], predicates: Iterable[object]) -> list[ox.Quad]:
    """What lines say by some properties."""
    return quads_of(_lines_with(lines, predicates, place=1))


def _lines_with(lines: Iterable[bytes], terms: Iterable[object], *, place: int) -> Iterable[bytes]:
    # terms are compared as they are written, since parsing all lines would be dear
    wanted = {str(term).encode() for term in terms}
    return (line for line in lines if line.split(b" ", place + 1)[place] in wanted)


def rule_of_line(line: bytes) -> str:
    """The rule that derived a line, by the name of its graph; empty for what a source states."""
    # the last name is a graph where there are four terms: more spaces than three has but a text
    if b"/graph/derived/" not in line or line.count(b" ") < 4:
        return ""
    match = _LAST_NAME.fullmatch(line, line.rindex(b" <"))
    return rule_of(match[1].decode()) if match else ""


def graph_of(quad: ox.Quad) -> str:
    """The graph of a statement, empty for the default graph.

    >>> quad = ox.Quad(ox.NamedNode("http://e/a"), ox.NamedNode("http://e/p"), ox.Literal("b"))
    >>> graph_of(quad)
    ''
    """
    graph = quad.graph_name
    return "" if isinstance(graph, ox.DefaultGraph) else text_of(graph)


def text_of(term: Value) -> str:
    """An IRI or a text without the signs around it; blank nodes and triples as N-Triples has them.

    >>> text_of(ox.NamedNode("http://e/a")), text_of(ox.Literal("b")), text_of(ox.BlankNode("c"))
    ('http://e/a', 'b', '_:c')
    """
    if isinstance(term, ox.BlankNode | ox.Triple):
        return str(term)
    return term.value


def read_side(path: Path, name: str = "") -> Side:
    """A state from a project, a release or one RDF file; ``name`` is else that of the folder or file.

    Of a release its dump is read; a project is derived from first.

    Raises:
        Pan2kgError: there is no such file, it is no RDF, or the folder is neither project nor release.
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
