"""Dumps: the same statements in six serialisations, sorted, the same bytes every time.

What sources state (with the ontology) and what rules derived from it are dumped apart, so that nobody takes a
computed link for a fact: ``data/pan2kg.*`` and ``data/pan2kg-derived.*``. Turtle, N-Triples, RDF/XML and JSON-LD
hold the triples, TriG and N-Quads the same with the named graph of each, which is the file or the rule it is from.
"""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.release.content import Content

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


def write_dump(content: Content, folder: Path, name: str, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Write a dump in every format, compressed beside where it is large; the paths as they are written.

    Raises:
        OSError: the folder cannot be written.
    """
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    for ending, form in FORMATS.items():
        path = folder / f"{name}.{ending}"
        if ending in ("nt", "nq"):
            with path.open("wb") as file:
                file.writelines(_lines(content, ending))
        else:
            read = ox.parse(b"".join(_lines(content, ending)), format=ox.RdfFormat.N_QUADS)
            ox.serialize(read, output=str(path), format=form, prefixes=dict(prefixes))
        yield f"{name}.{ending}"
        if path.stat().st_size >= LARGE:
            compress(path)
            yield f"{name}.{ending}.gz"


def _by_graph(line: bytes) -> bytes:
    return line[line.rindex(b" <") :] + line


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
    wanted = b"".join(_lines(content, ending))
    if ending in ("nt", "nq"):
        return path.read_bytes() != wanted
    written = ox.RdfFormat.N_QUADS if ending == "trig" else ox.RdfFormat.N_TRIPLES
    return ox.serialize(ox.parse(path=str(path), format=FORMATS[ending]), format=written) != wanted


def _lines(content: Content, ending: str) -> list[bytes]:
    """The lines a dump is made from, in its order: TriG goes graph by graph, the others by the statement."""
    if ending == "trig":
        return sorted(content.quads, key=_by_graph)
    return content.quads if ending == "nq" else content.triples
