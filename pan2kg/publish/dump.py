"""The graph as sorted lines of N-Quads: what every dump is written from, under the base chosen for our IRIs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import pyoxigraph as ox

from pan2kg.errors import ProjectError
from pan2kg.publish.catalogue.issue import Addresses
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import DERIVED, ROOT

_VANN = b"<http://purl.org/vocab/vann/preferredNamespaceUri>"


@dataclass(frozen=True)
class Content:
    """Statements as lines, sorted by bytes: quads with their graph, and the triples, each once."""

    quads: list[bytes]
    triples: list[bytes]

    @cached_property
    def by_graph(self) -> list[bytes]:
        """The quads graph by graph, each sorted as before."""
        return sorted(self.quads, key=_graph)


def _graph(line: bytes) -> bytes:
    return line[line.rindex(b" <") :]


def read_content(store: LocalStore, addresses: Addresses) -> tuple[Content, Content]:
    """What sources state, and what rules derived from it.

    Raises:
        ProjectError: the graph has blank nodes, or an address of a file in it.
    """
    text = store.inner.dump(format=ox.RdfFormat.N_QUADS) or b""
    lines = text.splitlines(keepends=True)
    _refuse_strays(lines if b"_:" in text or b"<file:" in text else ())
    mark = b" <" + DERIVED.encode()
    stated: list[bytes] = []
    derived: list[bytes] = []
    for line in lines:
        (derived if line.startswith(mark, line.rindex(b" <")) else stated).append(line)
    return _content(stated, addresses), _content(derived, addresses)


def _content(lines: list[bytes], addresses: Addresses) -> Content:
    if addresses.moves:
        lines = [rebase(line, addresses.root.encode()) for line in lines]
    lines.sort()
    triples = (line[: line.rindex(b" <")] + b" .\n" for line in lines)
    return Content(lines, [triple for triple, _ in groupby(triples)])


def _refuse_strays(lines: Iterable[bytes]) -> None:
    """Refuse what nobody could cite: a blank node, a path of the machine the graph was written on."""
    for line in lines:
        head, quote, rest = line.partition(b' "')
        terms = head + rest[rest.rindex(b'"') :] if quote else line
        if terms.startswith(b"_:") or b" _:" in terms or b"<file:" in terms:
            raise ProjectError(
                f"This statement names something nobody can cite: {line.decode().strip()[:200]}",
                remedy="Give the thing an IRI; nothing was published.",
            )


def rebase(line: bytes, root: bytes) -> bytes:
    """A line of N-Quads with our own IRIs under another base; texts stay as they are.

    The one text that is changed too is the statement which namespace the ontology has.

    >>> old = b'<https://w3id.org/pan2kg/id/a> <http://e/p> "see <https://w3id.org/pan2kg/id/a>" <http://e/g> .'
    >>> rebase(old, b"https://data.example/").decode()
    '<https://data.example/id/a> <http://e/p> "see <https://w3id.org/pan2kg/id/a>" <http://e/g> .'
    """
    old, new = b"<" + ROOT.encode(), b"<" + root
    head, quote, rest = line.partition(b' "')
    if not quote:
        return line.replace(old, new)
    end = rest.rindex(b'"')
    text = rest[:end]
    if _VANN in head:
        text = text.replace(ROOT.encode(), root)
    return head.replace(old, new) + quote + text + rest[end:].replace(old, new)
