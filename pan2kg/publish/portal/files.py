"""A file as the portal takes it: under a name it allows, compressed where it must be, with its checksums."""

from __future__ import annotations

import gzip
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason

ALLOWED: Final = frozenset({"csv", "gz", "json", "n3", "owl", "pdf", "rdf", "svg", "ttl", "xml", "zip"})
"""The endings the portal takes."""
RENAMED: Final = {"jsonld": "json", "geojson": "json"}
"""Endings the portal refuses although it takes the same content under another."""
_CHUNK: Final = 1 << 16
_GZIP: Final = "application/gzip"


@dataclass(frozen=True, slots=True)
class PortalFile:
    """A file ready to be sent: ``name`` is what the portal is told, ``path`` where the bytes are."""

    name: str
    path: Path
    media: str
    size: int
    sha256: str
    sha1: str

    def is_held(self, algorithm: str, value: str) -> bool:
        """Whether a checksum the portal states is that of this file.

        >>> PortalFile("a.csv", Path("a.csv"), "text/csv", 0, "e3b0", "da39").is_held("sha1", "DA39")
        True
        """
        return value.lower() == {"sha256": self.sha256, "sha1": self.sha1}.get(algorithm.lower())

    def chunks(self) -> Iterator[bytes]:
        """The bytes, a piece at a time, so that a large file never stands in memory.

        Raises:
            ProjectError: the file has gone, or changed since it was read.
        """
        left = self.size
        for piece in _pieces(self.path):
            left -= len(piece)
            if left < 0:
                break
            yield piece
        if left:
            raise ProjectError("file-changed", place=Place(str(self.path)), remedy="push-again")


def upload_name(path: str) -> tuple[str, bool]:
    """The name a file goes by on the portal, and whether it must be compressed first.

    >>> upload_name("dumps/PAN2KG_graph.jsonld"), upload_name("dumps/graph.trig"), upload_name("graph.nt.gz")
    (('pan2kg-graph.json', False), ('graph.trig.gz', True), ('graph.nt.gz', False))
    """
    letters = unicodedata.normalize("NFKD", PurePosixPath(path).name).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9.]+", "-", letters).strip("-.") or "file"
    stem, _, ending = name.rpartition(".")
    if not stem:
        return f"{name}.gz", True
    if ending in RENAMED:
        return f"{stem}.{RENAMED[ending]}", False
    return (name, False) if ending in ALLOWED else (f"{name}.gz", True)


def pack(path: Path, name: str, media: str, *, folder: Path | None) -> PortalFile:
    """Measure a file; where ``folder`` is given the file is compressed into it first, always to the same bytes.

    Raises:
        ProjectError: the file cannot be read, or the folder not be written.
    """
    source = path if folder is None else _compress(path, folder / name)
    size, sha256, sha1 = _measure(source)
    return PortalFile(name, source, _GZIP if name.endswith(".gz") else media, size, sha256, sha1)


def digest(path: Path, algorithm: str) -> str:
    """A checksum of a file in hexadecimal; ``algorithm`` is ``sha256``, ``sha512`` or ``sha1``.

    Raises:
        ProjectError: the file cannot be read.
    """
    summed = hashlib.new(algorithm, usedforsecurity=False)
    for piece in _pieces(path):
        summed.update(piece)
    return summed.hexdigest()


def _measure(path: Path) -> tuple[int, str, str]:
    size, strong, weak = 0, hashlib.sha256(), hashlib.sha1(usedforsecurity=False)
    for piece in _pieces(path):
        size += len(piece)
        strong.update(piece)
        weak.update(piece)
    return size, strong.hexdigest(), weak.hexdigest()


def _compress(source: Path, target: Path) -> Path:
    try:
        with (
            target.open("wb") as file,
            # neither a name nor a date goes in, or the same content would have another checksum tomorrow
            gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
        ):
            packed.writelines(_pieces(source))
    except OSError as error:
        raise ProjectError("cannot-write-file", place=Place(str(target)), reason=reason(error)) from None
    return target


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(_CHUNK):
                yield piece
    except OSError as error:
        raise ProjectError("cannot-read-file", place=Place(str(path)), reason=reason(error)) from None
