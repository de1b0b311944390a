"""Dumps: what sources state in Turtle and three more formats, and all there is with its graphs as N-Quads.

All are written from the graph as sorted lines of N-Quads, with our own IRIs under the base chosen for the release.
Lines are sorted and rewritten as bytes: this needs no parsed terms, and takes a fraction of their memory.
"""

from __future__ import annotations

import gzip
import io
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, NamedTuple, cast

import pyoxigraph as ox

from pan2kg.errors import ProjectError
from pan2kg.publish.edition import Addresses
from pan2kg.publish.vocabulary import FORMATS
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import ROOT, graph_of

if TYPE_CHECKING:
    from typing_extensions import Buffer

TURTLE: Final = "data/pan2kg.ttl"
"""What sources state."""
QUADS: Final = "data/pan2kg.nq.gz"
"""The same and what rules derived from it, with the names of graphs, by which the two are told apart."""
DUMPS: Final = (TURTLE, "data/pan2kg.nt.gz", "data/pan2kg.jsonld.gz", "data/pan2kg.rdf.gz", QUADS)
"""All dumps: Turtle as people open it, the others, which programs read, compressed alone."""
_VANN: Final = b"<http://purl.org/vocab/vann/preferredNamespaceUri>"
_LEVEL: Final = 4
"""Twice as fast as the usual six, for a tenth more bytes."""
_AT_ONCE: Final = 500
"""So many lines are written and compared at once: a compressed file takes one with as much ado as all of them."""


class Content(NamedTuple):
    quads: list[bytes]
    triples: list[bytes]

    def lines(self, path: str) -> list[bytes]:
        return self.quads if path == QUADS else self.triples


def read_content(store: LocalStore, addresses: Addresses) -> tuple[Content, Content]:
    text = store.inner.dump(format=ox.RdfFormat.N_QUADS) or b""
    lines = text.splitlines(keepends=True)
    for line in lines if b"_:" in text or b"<file:" in text else ():
        head, quote, tail = line.partition(b' "')
        terms = head + tail[tail.rindex(b'"') :] if quote else line
        if terms.startswith(b"_:") or b" _:" in terms or b"<file:" in terms:
            raise ProjectError("names-uncitable", remedy="give-thing-iri", line=line.decode().strip()[:200])
    mark = f" <{graph_of('derived/', addresses.root)}".encode()
    if addresses.moves:
        lines = [rebase(line, addresses.root.encode(), addresses.home.encode()) for line in lines]
    lines.sort()
    stated = [line for line in lines if not line.startswith(mark, line.rindex(b" <"))]
    return _content(stated), _content(lines)


def _content(lines: list[bytes]) -> Content:
    triples = sorted(line[: line.rindex(b" <")] + b" .\n" for line in lines)
    return Content(lines, [triple for triple, _ in groupby(triples)])


def rebase(line: bytes, root: bytes, home: bytes = ROOT.encode()) -> bytes:
    """A line of N-Quads with our own IRIs under another base; texts stay as they are.

    The one text that is changed too is the statement which namespace the ontology has.

    >>> old = b'<https://w3id.org/pan2kg/id/a> <http://e/p> "see <https://w3id.org/pan2kg/id/a>" <http://e/g> .'
    >>> rebase(old, b"https://data.example/").decode()
    '<https://data.example/id/a> <http://e/p> "see <https://w3id.org/pan2kg/id/a>" <http://e/g> .'
    """
    base_before, base_after = b"<" + home, b"<" + root
    head, quote, tail = line.partition(b' "')
    if not quote:
        return line.replace(base_before, base_after)
    end = tail.rindex(b'"')
    text = tail[:end].replace(home, root) if _VANN in head else tail[:end]
    return head.replace(base_before, base_after) + quote + text + tail[end:].replace(base_before, base_after)


def write_dumps(
    stated: Content, whole: Content, folder: Path, prefixes: Mapping[str, str]
) -> Iterator[tuple[str, Content]]:
    (folder / TURTLE).parent.mkdir(parents=True, exist_ok=True)
    for path in DUMPS:
        content = whole if path == QUADS else stated
        with _opened(folder / path, "wb") as file:
            if ending_of(path) in ("nt", "nq"):
                lines = content.lines(path)
                file.writelines(b"".join(lines[at : at + _AT_ONCE]) for at in range(0, len(lines), _AT_ONCE))
            else:
                triples = ox.parse(b"".join(content.triples), format=ox.RdfFormat.N_TRIPLES)
                ox.serialize(triples, output=file, format=FORMATS[ending_of(path)], prefixes=dict(prefixes))
        yield path, content


def ending_of(path: str) -> str:
    return path.removesuffix(".gz").rpartition(".")[2]


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[IO[bytes]]:
    with path.open(mode) as file:
        if path.suffix != ".gz":
            yield cast("IO[bytes]", file)
            return
        with gzip.GzipFile("", mode, compresslevel=_LEVEL, fileobj=cast("IO[bytes]", file), mtime=0) as packed:
            yield cast("IO[bytes]", packed)


def differs(content: Content, folder: Path, path: str) -> bool:
    wanted = _Wanted(content.lines(path))
    with _opened(folder / path, "rb") as file:
        if ending_of(path) in ("nt", "nq"):
            shutil.copyfileobj(file, wanted, 1 << 16)
        else:
            ox.serialize(ox.parse(file, format=FORMATS[ending_of(path)]), output=wanted, format=FORMATS["nt"])
    return not wanted.is_met()


class _Wanted(io.BytesIO):
    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = iter(lines)
        self._next = b""
        self._is_same = True

    def write(self, piece: Buffer) -> int:
        data = bytes(piece)
        while len(self._next) < len(data) and (more := b"".join(islice(self._lines, _AT_ONCE))):
            self._next += more
        self._is_same = self._is_same and self._next.startswith(data)
        self._next = self._next[len(data) :]
        return len(data)

    def is_met(self) -> bool:
        return self._is_same and not self._next and next(self._lines, None) is None


def graph_name(line: bytes) -> bytes:
    return line[line.rindex(b" <") :]


_STATEMENTS: Final = 5_000
"""So many statements stand in one operation: engines read a request whole."""


def write_update(old: Iterable[bytes], new: Iterable[bytes]) -> Iterator[str]:
    before, after = ({line.strip() for line in lines} for lines in (old, new))
    for verb, lines in (("DELETE", before - after), ("INSERT", after - before)):
        ordered = sorted(lines, key=lambda line: (graph_name(line), line))
        for start in range(0, len(ordered), _STATEMENTS):
            yield f"{verb} DATA {{\n"
            for graph, group in groupby(ordered[start : start + _STATEMENTS], key=graph_name):
                yield f"GRAPH {graph.decode().strip().removesuffix('.').strip()} {{\n"
                yield from (f"{line[: line.rindex(b' <')].decode()} .\n" for line in group)
                yield "}\n"
            yield "} ;\n"


def lines_of(folder: Path) -> list[bytes]:
    if not (folder / QUADS).is_file():
        return []
    with gzip.open(folder / QUADS) as file:
        return file.read().splitlines(keepends=True)
