"""The files of a release as a portal takes them: where each lies, what it is called there, what is compressed."""

import gzip
import hashlib
import re
import shutil
import unicodedata
from collections import Counter
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from pan2kg.errors import Place, ProjectError
from pan2kg.portal.client import PortalFile
from pan2kg.project import reason

# the endings the portal takes
ALLOWED = frozenset({"csv", "gz", "json", "n3", "owl", "pdf", "rdf", "svg", "ttl", "xml", "zip"})
# endings the portal refuses although it takes the same content under another
RENAMED = {"jsonld": "json", "geojson": "json"}


class UploadName(NamedTuple):
    """The name a file goes by on the portal, and whether it has to be compressed first."""

    name: str
    is_packed: bool


def find_file(folder: Path, url: str) -> Path | None:
    """The file of a folder whose path is the longest end of an address; nothing outside the folder."""
    steps = [step for step in unquote(urlsplit(url).path).split("/") if step]
    for start in range(len(steps)):
        path = folder.joinpath(*steps[start:])
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            return path
    return None


def upload_names(folder: Path, files: Collection[Path]) -> dict[Path, UploadName]:
    """The name each file goes by; one that several would share gets their folders in it."""
    paths = {file: file.relative_to(folder).as_posix() for file in files}
    uploads = {file: upload_name(path) for file, path in paths.items()}
    shared = Counter[str]()
    for file, upload in uploads.items():
        if not (upload.is_packed and _packed_beside(file) in uploads):
            shared[upload.name] += 1
    for file, path in paths.items():
        if shared[uploads[file].name] > 1:
            # dumps/graph.jsonld as dumps-graph-jsonld.jsonld
            stem = path.replace("/", "-").replace(".", "-")
            ending = path.rpartition(".")[2]
            uploads[file] = upload_name(f"{stem}.{ending}")
    return uploads


def _packed_beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.gz")


def is_offered_otherwise(file: Path, files: Collection[Path]) -> bool:
    return _packed_beside(file) in files or file.with_suffix(".csv") in files


def upload_name(path: str) -> UploadName:
    """The name the portal takes a file under: small letters of ASCII, digits, dots, hyphens, an ending it allows.

    >>> upload_name("dumps/Graph_é.jsonld")
    UploadName(name='graph-e.json', is_packed=False)
    >>> upload_name("pages/index.html")
    UploadName(name='index.html.gz', is_packed=True)
    """
    letters = unicodedata.normalize("NFKD", PurePosixPath(path).name)
    ascii_letters = letters.encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9.]+", "-", ascii_letters).strip("-.") or "file"
    stem, _, ending = name.rpartition(".")
    if stem and ending in RENAMED:
        return UploadName(f"{stem}.{RENAMED[ending]}", is_packed=False)
    if stem and ending in ALLOWED:
        return UploadName(name, is_packed=False)
    return UploadName(f"{name}.gz", is_packed=True)


def pack(path: Path, name: str, media: str, *, folder: Path | None) -> PortalFile:
    """The file that is sent under a name: compressed into a folder, or as it is where none is named.

    The same content gives the same bytes, whenever it is compressed. Raises ProjectError where the
    folder cannot be written to.
    """
    source = path
    if folder is not None:
        source = folder / name
        try:
            with (
                path.open("rb") as plain,
                source.open("wb") as file,
                # neither a name nor a date goes in, or the same content would have another checksum
                # tomorrow
                gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
            ):
                shutil.copyfileobj(plain, packed)
        except OSError as error:
            raise ProjectError(
                "cannot-write-there", place=Place(str(source)), reason=reason(error)
            ) from None
    if name.endswith(".gz"):
        media = "application/gzip"
    size = source.stat().st_size
    return PortalFile(
        name, source, media, size, digest_of(source, "sha256"), digest_of(source, "sha1")
    )


def digest_of(path: Path, algorithm: str) -> str:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(
                file, lambda: hashlib.new(algorithm, usedforsecurity=False)
            )
    except OSError as error:
        raise ProjectError(
            "cannot-read-file", place=Place(str(path)), reason=reason(error)
        ) from None
    return digest.hexdigest()
