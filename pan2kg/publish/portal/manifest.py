"""What a release folder says of itself: its DCAT catalogue, read, and its files as the portal takes them."""

from __future__ import annotations

import gzip
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError, TurtleError
from pan2kg.i18n.catalogue import LANGUAGES
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


CATALOGUE: Final = "catalogue.ttl"
TAGS: Final = (*LANGUAGES, "")
"""Which words are preferred, first to last; the last is a text without a language."""

DCAT: Final = "http://www.w3.org/ns/dcat#"
DCT: Final = "http://purl.org/dc/terms/"
SPDX: Final = "http://spdx.org/rdf/terms#"
_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_LABELS: Final = (
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    f"{DCT}title",
)

Node = ox.NamedNode | ox.BlankNode
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True, slots=True)
class Words:
    """How the dataset is called and described, French first."""

    title: str
    description: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what conditions and how often: the IRI of each, the licence's labels, and the version."""

    licence: str
    licence_labels: tuple[str, ...]
    frequency: str
    version: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The days the data are about, first and last, and the corners of the place; empty where not stated as such."""

    period: tuple[str, str] | None
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Distribution:
    """A form the dataset is had in: a ``file`` of the folder, or only an address, as an endpoint is."""

    title: str
    description: str
    media: str
    url: str
    file: Path | None


@dataclass(frozen=True, slots=True)
class Release:
    """A release: ``iri`` names the dataset and stays the same from one version to the next."""

    folder: Path
    iri: str
    words: Words
    terms: Terms
    coverage: Coverage
    distributions: tuple[Distribution, ...]


def read_release(folder: Path) -> Release:
    """Read the catalogue of a release folder, and check each file it names.

    Raises:
        ProjectError: the folder is none, or its catalogue lacks something or does not fit the files.
        TurtleError: the catalogue is not Turtle.
    """
    if not folder.is_dir():
        raise ProjectError("no-such-folder", place=Place(str(folder)), remedy="make-release")
    path = folder / CATALOGUE
    if not path.is_file():
        raise ProjectError("no-release", place=Place(str(folder)), remedy="make-release", catalogue=CATALOGUE)
    return _release(_Catalogue(str(path), _statements(path)), folder)


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """The statements of a catalogue, looked up by subject and predicate."""

    name: str
    facts: dict[tuple[str, str], list[Term]]

    def all(self, subject: str, predicate: str) -> list[Term]:
        return self.facts.get((subject, predicate), [])

    def node(self, subject: str, *predicates: str) -> str:
        """The IRI, or the name of the blank node, that is said first; empty where nothing is."""
        found = (term for predicate in predicates for term in self.all(subject, predicate))
        return next((_name(term) for term in found if isinstance(term, Node)), "")

    def text(self, subject: str, *predicates: str) -> str:
        """The literal in the most preferred language; empty where there is none."""
        texts = [*self.texts(subject, *predicates)]
        return min(texts, key=lambda pair: pair[0])[1] if texts else ""

    def texts(self, subject: str, *predicates: str) -> Iterator[tuple[int, str]]:
        """Literals with their rank of preference."""
        for term in (term for predicate in predicates for term in self.all(subject, predicate)):
            if isinstance(term, ox.Literal):
                language = (term.language or "").partition("-")[0].lower()
                yield TAGS.index(language) if language in TAGS else len(TAGS), term.value.strip()

    def fault(self, key: str, /, **values: object) -> ProjectError:
        return ProjectError(key, place=Place(self.name), remedy="publish-again", **values)

    def needed(self, value: str, fault: str) -> str:
        if not value:
            raise self.fault(fault)
        return value


def _name(term: Node) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _statements(path: Path) -> dict[tuple[str, str], list[Term]]:
    facts: dict[tuple[str, str], list[Term]] = {}
    try:
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
            if isinstance(quad.subject, Node):
                facts.setdefault((_name(quad.subject), quad.predicate.value), []).append(quad.object)
    except SyntaxError as error:
        place = Place(str(path), error.lineno, error.offset)
        raise TurtleError("catalogue-no-turtle", place=place, remedy="publish-again") from None
    except OSError as error:
        raise ProjectError(
            "cannot-read-file", place=Place(str(path)), remedy="publish-again", reason=reason(error)
        ) from None
    return facts


def _release(catalogue: _Catalogue, folder: Path) -> Release:
    subject = _dataset(catalogue)
    licence = catalogue.node(subject, f"{DCT}license") or next(
        filter(None, (catalogue.node(one, f"{DCT}license") for one in _parts(catalogue, subject))), ""
    )
    return Release(
        folder,
        catalogue.text(subject, f"{DCT}identifier") or subject,
        _words(catalogue, subject),
        Terms(
            catalogue.needed(licence, "licence-unstated"),
            tuple(text for _, text in catalogue.texts(licence, *_LABELS)),
            catalogue.needed(catalogue.node(subject, f"{DCT}accrualPeriodicity"), "frequency-unstated"),
            catalogue.text(subject, f"{DCAT}version", "http://www.w3.org/2002/07/owl#versionInfo"),
        ),
        _coverage(catalogue, subject),
        tuple(_distribution(catalogue, one, folder) for one in _parts(catalogue, subject)),
    )


def _dataset(catalogue: _Catalogue) -> str:
    found = sorted(
        subject
        for (subject, predicate), terms in catalogue.facts.items()
        if predicate == _TYPE
        and ox.NamedNode(f"{DCAT}Dataset") in terms
        and catalogue.all(subject, f"{DCAT}distribution")
    )
    if len(found) != 1:
        raise catalogue.fault("datasets-several" if found else "datasets-none", number=len(found))
    return found[0]


def _parts(catalogue: _Catalogue, dataset: str) -> list[str]:
    parts = [_name(term) for term in catalogue.all(dataset, f"{DCAT}distribution") if isinstance(term, Node)]
    return list(dict.fromkeys(parts))


def _words(catalogue: _Catalogue, subject: str) -> Words:
    ranked = sorted(catalogue.texts(subject, f"{DCAT}keyword"), key=lambda pair: pair[0])
    return Words(
        catalogue.needed(catalogue.text(subject, f"{DCT}title"), "title-unstated"),
        catalogue.needed(catalogue.text(subject, f"{DCT}description"), "description-unstated"),
        tuple(dict.fromkeys(text for _, text in ranked)),
    )


def _coverage(catalogue: _Catalogue, subject: str) -> Coverage:
    period = catalogue.node(subject, f"{DCT}temporal")
    start = catalogue.text(period, f"{DCAT}startDate")[:10]
    end = catalogue.text(period, f"{DCAT}endDate")[:10]
    place = catalogue.node(subject, f"{DCT}spatial")
    outline = catalogue.text(place, f"{DCAT}bbox", "http://www.w3.org/ns/locn#geometry")
    days = all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in (start, end))
    return Coverage((start, end) if days else None, corners_of(outline))


def corners_of(text: str) -> tuple[tuple[float, float], ...]:
    """The corners of a polygon in WKT, longitude and latitude; none where the text is no polygon.

    >>> corners_of("POLYGON((5.7 49.4, 6.5 49.4, 6.5 50.2, 5.7 49.4))")
    ((5.7, 49.4), (6.5, 49.4), (6.5, 50.2), (5.7, 49.4))
    """
    found = re.search(r"POLYGON\s*\(\(([^()]*)\)", text, re.IGNORECASE)
    pairs = [pair.split() for pair in found[1].split(",")] if found else []
    try:
        return tuple((float(x), float(y)) for x, y in pairs)
    except ValueError:
        return ()


def _distribution(catalogue: _Catalogue, subject: str, folder: Path) -> Distribution:
    download = catalogue.node(subject, f"{DCAT}downloadURL")
    url = download or catalogue.node(subject, f"{DCAT}accessURL")
    title = catalogue.text(subject, f"{DCT}title")
    if not title or not url:
        raise catalogue.fault("distribution-no-address" if title else "distribution-no-title", subject=subject)
    file = find_file(folder, download) if download else None
    if download and file is None:
        raise catalogue.fault("file-not-there", download=download)
    if file is not None:
        _check(catalogue, subject, file)
    media = catalogue.node(subject, f"{DCAT}mediaType")
    return Distribution(
        title,
        catalogue.text(subject, f"{DCT}description"),
        media.partition("/media-types/")[2] or media,
        url,
        file,
    )


def find_file(folder: Path, url: str) -> Path | None:
    """The file of the folder an address ends in: the longest end of its path that is one.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     _ = (Path(name) / "graph.ttl").write_text("")
    ...     found = find_file(Path(name), "https://example.org/release/graph.ttl")
    ...     found is not None and found.name
    'graph.ttl'
    """
    steps = [step for step in unquote(urlsplit(url).path).split("/") if step]
    for first in range(len(steps)):
        path = folder.joinpath(*steps[first:])
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            return path
    return None


def _check(catalogue: _Catalogue, subject: str, file: Path) -> None:
    size = catalogue.text(subject, f"{DCAT}byteSize")
    if size and size.removesuffix(".0") != str(file.stat().st_size):
        raise catalogue.fault("file-size-differs", name=file.name, found=str(file.stat().st_size), size=str(size))
    summed = catalogue.node(subject, f"{SPDX}checksum")
    algorithm = catalogue.node(summed, f"{SPDX}algorithm").rpartition("_")[2].lower()
    value = catalogue.text(summed, f"{SPDX}checksumValue").lower()
    if algorithm in ("sha1", "sha256", "sha512") and value != digest(file, algorithm):
        raise catalogue.fault("file-checksum-differs", name=file.name)
