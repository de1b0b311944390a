"""Dumps: the same statements in six serialisations, sorted, and the same bytes every time.

All six are written from the graph as sorted lines of N-Quads, with our own IRIs under the base chosen for the release.
Lines are sorted and rewritten as bytes: this needs no parsed terms, and takes a fraction of their memory.
"""

from __future__ import annotations

import gzip
import io
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from pan2kg.errors import ProjectError
from pan2kg.publish.edition import Addresses
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import ROOT, graph_of

if TYPE_CHECKING:
    from collections.abc import Buffer  # type: ignore[attr-defined]


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
    "trig": ox.RdfFormat.TRIG,
    "nq": ox.RdfFormat.N_QUADS,
}
STATED: Final = "data/pan2kg"
DUMP_DERIVED: Final = "data/pan2kg-derived"
LARGE: Final = 1_000_000
"""From how many bytes on a dump is also there compressed."""
_LEVEL: Final = 4
"""Twice as fast as the usual six, for a tenth more bytes."""
_LINES: Final = ("nt", "nq")
"""The formats whose dumps are the lines of the content themselves."""
_AT_ONCE: Final = 500
"""So many lines are compared at once."""


def write_dump(content: Content, folder: Path, name: str, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Write a dump in every format, compressed beside where it is large; the paths as they are written.

    Raises:
        OSError: the folder cannot be written.
    """
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    for ending in _LINES:
        with (folder / f"{name}.{ending}").open("wb") as file:
            file.writelines(_lines(content, ending))
    for ending, form in FORMATS.items():
        path = folder / f"{name}.{ending}"
        if ending not in _LINES:
            read = (
                ox.parse(b"".join(content.by_graph), format=ox.RdfFormat.N_QUADS)
                if ending == "trig"
                else ox.parse(path=str(path.with_suffix(".nt")), format=ox.RdfFormat.N_TRIPLES)
            )
            ox.serialize(read, output=str(path), format=form, prefixes=dict(prefixes))
        yield f"{name}.{ending}"
        if path.stat().st_size >= LARGE:
            compress(path)
            yield f"{name}.{ending}.gz"


def compress(path: Path) -> Path:
    """A file compressed beside itself; without name and time in it, so that the bytes depend on the content alone."""
    target = path.with_name(path.name + ".gz")
    with (
        path.open("rb") as source,
        target.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=_LEVEL, fileobj=file, mtime=0) as packed,
    ):
        shutil.copyfileobj(source, packed, 1 << 20)
    return target


def differs(content: Content, path: Path) -> bool:
    """Whether a dump, read back, is not the content it was written from."""
    ending = path.suffix.removeprefix(".")
    if ending == "gz":
        with gzip.open(path) as packed, path.with_suffix("").open("rb") as plain:
            return any(one != packed.read(len(one)) for one in iter(lambda: plain.read(1 << 20), b"")) or bool(
                packed.read(1)
            )
    wanted = _Wanted(_lines(content, ending))
    if ending in _LINES:
        with path.open("rb") as file:
            shutil.copyfileobj(file, wanted, 1 << 16)
    else:
        written = ox.RdfFormat.N_QUADS if ending == "trig" else ox.RdfFormat.N_TRIPLES
        ox.serialize(ox.parse(path=str(path), format=FORMATS[ending]), output=wanted, format=written)
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
    """The lines a dump is made from, in its order: TriG goes graph by graph, the others by the statement."""
    if ending == "trig":
        return content.by_graph
    return content.quads if ending == "nq" else content.triples
