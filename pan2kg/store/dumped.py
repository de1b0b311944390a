"""RDF files as they are published: read by their ending, packed with gzip or not.

A dump that keeps the names of graphs can stand in place of a project's ``graph/`` and ``ontology/``, so that
questions are answered from a release as it was.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError, TurtleError
from pan2kg.project import reason

FORMATS: Final = {
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
}
_WHERE: Final = re.compile(r"^Parser error (?:at|between) line[^:]*: ")


def read_quads(path: Path) -> Iterator[ox.Quad]:
    """The quads of an RDF file; a file without graphs fills the default graph.

    Raises:
        ProjectError: the file cannot be read, or its ending names no format.
        TurtleError: the file is not what its ending says; with the line.
    """
    ending = Path(path.name.removesuffix(".gz")).suffix
    if ending not in FORMATS:
        raise ProjectError(
            "The ending of this file names no RDF format.",
            place=Place(str(path)),
            remedy=f"Use one of {', '.join(FORMATS)}, packed as .gz or not.",
        )
    try:
        yield from ox.parse(_content(path), format=FORMATS[ending])
    except SyntaxError as error:
        raise TurtleError(
            f"This is not RDF as {ending} says: {' '.join(_WHERE.sub('', error.msg).split()).rstrip('.')}.",
            place=Place(str(path), error.lineno, error.offset),
            remedy="Mend the line, or give the file its right ending.",
        ) from None


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProjectError(f"Cannot read the file ({reason(error)}).", place=Place(str(path))) from None
    return _unpack(content, path) if path.suffix == ".gz" else content


def _unpack(content: bytes, path: Path) -> bytes:
    import gzip

    try:
        return gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise ProjectError(
            "The file is not packed with gzip, or is cut off.", place=Place(str(path)), remedy="Fetch it again."
        ) from None
