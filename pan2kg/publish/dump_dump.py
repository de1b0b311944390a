"""Dumps: the same statements in six serialisations, sorted, the same bytes every time.

What sources state (with the ontology) and what rules derived from it are dumped apart, so that nobody takes a
computed link for a fact: ``data/pan2kg.*`` and ``data/pan2kg-derived.*``. Turtle, N-Triples, RDF/XML and JSON-LD
hold the triples, TriG and N-Quads the same with the named graph of each, which is the file or the rule it is from.
"""

from __future__ import annotations

import gzip
import io
import shutil
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from pan2kg.publish.dump import Content

if TYPE_CHECKING:
    from collections.abc import Buffer  # type: ignore[attr-defined]

FORMATS: Final[Mapping[str, ox.RdfFormat]] = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
    "nq": ox.RdfFormat.N_QUADS,
}
STATED: Final = "data/pan2kg"
DERIVED: Final = "data/pan2kg-derived"
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
