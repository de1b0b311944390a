"""The dumps of a release: what the graph states in the formats of RDF, packed, and compared with what was written.

``release`` reads the content of the graph once, writes the dumps from it and checks each of them.
What sources state stands in all of them; one has the names of graphs and what rules derived, too.
"""

import gzip
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import groupby, zip_longest
from pathlib import Path
from typing import IO, Literal, NamedTuple, cast

import pyoxigraph as ox

from pan2kg.errors import ProjectError
from pan2kg.publish.edition import Addresses
from pan2kg.publish.quad_lines import around_text, in_pieces, rebase
from pan2kg.publish.vocabulary import FORMATS
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import graph_of

TURTLE = "data/pan2kg.ttl.gz"
"""What sources state."""
QUADS = "data/pan2kg.nq.gz"
"""The same and what rules derived from it, with the names of graphs, by which the two are told apart."""
DUMPS = (TURTLE, "data/pan2kg.nt.gz", "data/pan2kg.jsonld.gz", "data/pan2kg.rdf.gz", QUADS)
PACKING = 6
"""How hard a release packs its files, from 1 to 9."""
_UNCITABLE = re.compile(rb"(?:^| )_:|<file:")
"""A blank node, or a file of the machine on which the graph was read."""


class Content:
    """Sorted lines of N-Quads, and the same as triples, in order too: what ends one sorts before all it holds."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self.quads = lines

    @cached_property
    def text(self) -> bytes:
        """The triples as N-Triples, each once."""
        triples = groupby(line[: line.rindex(b" <")] for line in self.quads)
        return b"".join(triple + b" .\n" for triple, _ in triples)

    @cached_property
    def parsed(self) -> list[ox.Triple]:
        """The triples, each once."""
        return [quad.triple for quad in ox.parse(self.text, format=ox.RdfFormat.N_TRIPLES)]


class GraphContent(NamedTuple):
    """What sources state, and that with what rules derived from it."""

    stated: Content
    whole: Content


class Dump(NamedTuple):
    """A dump by its path, and what it holds."""

    path: str
    content: Content


def read_content(
    store: LocalStore, addresses: Addresses, dumped: Iterable[bytes] | None = None
) -> GraphContent:
    """What a graph states, as a release has it; ``dumped`` are lines another process wrote of the store.

    Raises:
        ProjectError: a thing has no IRI that can be cited.
    """
    if dumped is None:
        text = store.inner.dump(format=ox.RdfFormat.N_QUADS) or b""
        dumped = text.splitlines(keepends=True)
    lines = list(dumped)
    _refuse_uncitable(lines)
    if addresses.root != addresses.home:
        root = addresses.root.encode()
        home = addresses.home.encode()
        lines = [rebase(line, root, home) for line in lines]
    lines.sort()
    derived = f" <{graph_of('derived/', addresses.root)}".encode()
    stated = [line for line in lines if not line.startswith(derived, line.rindex(b" <"))]
    return GraphContent(Content(stated), Content(lines))


def _refuse_uncitable(lines: Sequence[bytes]) -> None:
    # most graphs have no such thing: then no line is looked at alone
    if not any(b"_:" in piece or b"<file:" in piece for piece in in_pieces(lines)):
        return
    for line in lines:
        head, _, tail = around_text(line)
        if _UNCITABLE.search(head + tail):
            raise ProjectError(
                "names-uncitable", remedy="give-thing-iri", line=line.decode().strip()[:200]
            )


def write_dumps(content: GraphContent, root: Path, prefixes: Mapping[str, str]) -> Iterator[Dump]:
    """Write every dump below the folder ``root``, and give each once it is written."""
    (root / TURTLE).parent.mkdir(parents=True, exist_ok=True)
    for path in DUMPS:
        dump = Dump(path, content.whole if path == QUADS else content.stated)
        with _opened(root / path, "wb") as file:
            if path == QUADS:
                file.writelines(in_pieces(dump.content.quads))
            elif ending_of(path) == "nt":
                file.write(dump.content.text)
            else:
                ox.serialize(
                    dump.content.parsed,
                    output=file,
                    format=FORMATS[ending_of(path)],
                    prefixes=dict(prefixes),
                )
        yield dump


def differs(dump: Dump, root: Path) -> bool:
    """Whether a dump that was written below ``root`` says something else than it should."""
    with _opened(root / dump.path, "rb") as file:
        if dump.path == QUADS:
            pieces = in_pieces(dump.content.quads)
            is_begun = all(file.read(len(piece)) == piece for piece in pieces)
            return not is_begun or bool(file.read(1))
        if ending_of(dump.path) == "nt":
            return file.read() != dump.content.text
        written = (quad.triple for quad in ox.parse(file, format=FORMATS[ending_of(dump.path)]))
        return any(triple != other for triple, other in zip_longest(written, dump.content.parsed))


def ending_of(path: str) -> str:
    """The ending of a file, packed or not.

    >>> ending_of("data/pan2kg.ttl.gz")
    'ttl'
    """
    return path.removesuffix(".gz").rpartition(".")[2]


@contextmanager
def _opened(path: Path, mode: Literal["rb", "wb"]) -> Iterator[IO[bytes]]:
    """A packed file, whose bytes say neither its name nor when it was written."""
    with (
        path.open(mode) as file,
        gzip.GzipFile("", mode, compresslevel=PACKING, fileobj=file, mtime=0) as packed,
    ):
        yield cast("IO[bytes]", packed)
