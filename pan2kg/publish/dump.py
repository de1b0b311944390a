"""Dumps: what sources state in Turtle and three more formats, and all there is with its graphs as N-Quads.

All are written from the graph as sorted lines of N-Quads, with our own IRIs under the base chosen for the release.
Lines are sorted and rewritten as bytes: this needs no parsed terms, and takes a fraction of their memory.
"""

from __future__ import annotations

import gzip
import io
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, cast

import pyoxigraph as ox

from pan2kg.errors import ProjectError
from pan2kg.publish.edition import Addresses
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import ROOT, graph_of

if TYPE_CHECKING:
    from typing_extensions import Buffer


_VANN = b"<http://purl.org/vocab/vann/preferredNamespaceUri>"


@dataclass(frozen=True, slots=True)
class Content:
    """Statements as lines, sorted by bytes: quads with their graph, and the triples, each once."""

    quads: list[bytes]
    triples: list[bytes]


def read_content(store: LocalStore, addresses: Addresses) -> tuple[Content, Content]:
    """What sources state, and what rules derived from it.

    Raises:
        ProjectError: the graph has blank nodes, or an address of a file in it.
    """
    text = store.inner.dump(format=ox.RdfFormat.N_QUADS) or b""
    lines = text.splitlines(keepends=True)
    _refuse_strays(lines if b"_:" in text or b"<file:" in text else ())
    mark = f" <{graph_of('derived/', addresses.home)}".encode()
    stated: list[bytes] = []
    derived: list[bytes] = []
    for line in lines:
        (derived if line.startswith(mark, line.rindex(b" <")) else stated).append(line)
    return _content(stated, addresses), _content(derived, addresses)


def _content(lines: list[bytes], addresses: Addresses) -> Content:
    if addresses.moves:
        lines = [rebase(line, addresses.root.encode(), addresses.home.encode()) for line in lines]
    lines.sort()
    triples = (line[: line.rindex(b" <")] + b" .\n" for line in lines)
    return Content(lines, [triple for triple, _ in groupby(triples)])


def _refuse_strays(lines: Iterable[bytes]) -> None:
    """Refuse what nobody could cite: a blank node, a path of the machine the graph was written on."""
    for line in lines:
        head, quote, rest = line.partition(b' "')
        terms = head + rest[rest.rindex(b'"') :] if quote else line
        if terms.startswith(b"_:") or b" _:" in terms or b"<file:" in terms:
            raise ProjectError("names-uncitable", remedy="give-thing-iri", line=line.decode().strip()[:200])


def rebase(line: bytes, root: bytes, home: bytes = ROOT.encode()) -> bytes:
    """A line of N-Quads with our own IRIs under another base; texts stay as they are.

    The one text that is changed too is the statement which namespace the ontology has.

    >>> old = b'<https://w3id.org/pan2kg/id/a> <http://e/p> "see <https://w3id.org/pan2kg/id/a>" <http://e/g> .'
    >>> rebase(old, b"https://data.example/").decode()
    '<https://data.example/id/a> <http://e/p> "see <https://w3id.org/pan2kg/id/a>" <http://e/g> .'
    """
    old, new = b"<" + home, b"<" + root
    head, quote, rest = line.partition(b' "')
    if not quote:
        return line.replace(old, new)
    end = rest.rindex(b'"')
    text = rest[:end]
    if _VANN in head:
        text = text.replace(home, root)
    return head.replace(old, new) + quote + text + rest[end:].replace(old, new)


FORMATS: Final[Mapping[str, ox.RdfFormat]] = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
    "nq": ox.RdfFormat.N_QUADS,
}
TURTLE: Final = "data/pan2kg.ttl"
"""What sources state."""
QUADS: Final = "data/pan2kg.nq.gz"
"""The same and what rules derived from it, with the names of graphs, by which the two are told apart."""
DUMPS: Final = (TURTLE, "data/pan2kg.nt.gz", "data/pan2kg.jsonld.gz", "data/pan2kg.rdf.gz", QUADS)
"""All dumps: Turtle as people open it, the others, which programs read, compressed alone."""
_LEVEL: Final = 4
"""Twice as fast as the usual six, for a tenth more bytes."""
_LINES: Final = ("nt", "nq")
"""The formats whose dumps are the lines of the content themselves."""
_AT_ONCE: Final = 500
"""So many lines are written and compared at once."""


def joined(stated: Content, derived: Content) -> Content:
    """What sources state and what rules derived, together.

    >>> joined(Content([b"a"], [b"x"]), Content([b"b"], [b"x", b"y"]))
    Content(quads=[b'a', b'b'], triples=[b'x', b'y'])
    """
    return Content(sorted((*stated.quads, *derived.quads)), sorted({*stated.triples, *derived.triples}))


def write_dumps(
    stated: Content, whole: Content, folder: Path, prefixes: Mapping[str, str]
) -> Iterator[tuple[str, Content]]:
    """Write every dump below a folder; the path and the content of each as it is written.

    Raises:
        OSError: the folder cannot be written.
    """
    for path in DUMPS:
        content = whole if path == QUADS else stated
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with _written(folder / path) as file:
            if ending_of(path) in _LINES:
                file.writelines(_in_pieces(_lines(content, ending_of(path))))
            else:
                read = ox.parse(b"".join(content.triples), format=ox.RdfFormat.N_TRIPLES)
                ox.serialize(read, output=file, format=FORMATS[ending_of(path)], prefixes=dict(prefixes))
        yield path, content


def _in_pieces(lines: Sequence[bytes]) -> Iterator[bytes]:
    """Several lines at once: a compressed file takes each piece with as much ado as a long one."""
    return (b"".join(lines[start : start + _AT_ONCE]) for start in range(0, len(lines), _AT_ONCE))


def ending_of(path: str) -> str:
    """The ending that tells the format of a dump, whether it is compressed or not.

    >>> ending_of("data/pan2kg.nq.gz"), ending_of("data/pan2kg.ttl")
    ('nq', 'ttl')
    """
    return path.removesuffix(".gz").rpartition(".")[2]


@contextmanager
def _written(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to, compressed where its name says so: with neither name nor time, so that bytes are the same."""
    with path.open("wb") as file:
        if path.suffix != ".gz":
            yield file
            return
        with gzip.GzipFile("", "wb", compresslevel=_LEVEL, fileobj=file, mtime=0) as packed:
            yield cast("IO[bytes]", packed)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file, gzip.open(file) if path.suffix == ".gz" else nullcontext(file) as read:
        yield cast("IO[bytes]", read)


def differs(content: Content, path: Path) -> bool:
    """Whether a dump, read back, is not the content it was written from."""
    ending = ending_of(path.name)
    wanted = _Wanted(_lines(content, ending))
    with _opened(path) as file:
        if ending in _LINES:
            shutil.copyfileobj(file, wanted, 1 << 16)
        else:
            ox.serialize(ox.parse(file, format=FORMATS[ending]), output=wanted, format=ox.RdfFormat.N_TRIPLES)
    return not wanted.is_met()


class _Wanted(io.BytesIO):
    """A file that keeps nothing: it compares what is written to it with the lines that should be."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._next = b""
        self._same = True

    def write(self, piece: Buffer) -> int:
        """Compare a piece with what comes next."""
        data = bytes(piece)
        while len(self._next) < len(data) and (more := b"".join(islice(self._lines, _AT_ONCE))):
            self._next += more
        self._same = self._same and self._next.startswith(data)
        self._next = self._next[len(data) :]
        return len(data)

    def is_met(self) -> bool:
        """Whether all that was written is all that should be."""
        return self._same and not self._next and next(self._lines, None) is None


def _lines(content: Content, ending: str) -> list[bytes]:
    """The lines a dump is made from, in its order."""
    return content.quads if ending == "nq" else content.triples
