"""A release in udata's words: the description of its dataset, and each of its parts as a file, a link or a service.

Read from ``catalogue.ttl`` of a release's folder, and from nothing else. Files the portal refuses
as they are get compressed; what it refuses and could have as CSV too is left to the release.
"""

import gzip
import hashlib
import re
import shutil
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError, TurtleError
from pan2kg.i18n import LANGUAGES, either
from pan2kg.portal.client import Json, PortalFile
from pan2kg.project import reason
from pan2kg.publish.vocabulary import DCAT, OWL, SPDX
from pan2kg.turtle.vocabulary import DCTERMS, RDF, RDFS, SKOS

CATALOGUE = "catalogue.ttl"
_UDATA: Mapping[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("udata.toml").read_text("utf-8")
)
LICENCES = _UDATA["licence"]
"""udata's identifier of each licence a release may have, by its address without the scheme."""
FREQUENCIES = _UDATA["frequency"]
"""udata's identifier of each frequency of the EU authority table."""
ALLOWED = frozenset({"csv", "gz", "json", "n3", "owl", "pdf", "rdf", "svg", "ttl", "xml", "zip"})
"""The endings the portal takes."""
RENAMED = {"jsonld": "json", "geojson": "json"}
"""Endings the portal refuses although it takes the same content under another."""
_PREFIXES = {
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "locn": "http://www.w3.org/ns/locn#",
    "owl": OWL,
    "rdfs": RDFS,
    "skos": SKOS,
    "spdx": SPDX,
}
_LABELS = ("rdfs:label", "skos:prefLabel", "dcterms:title")
_DOCUMENTS = frozenset({"application/pdf", "application/xhtml+xml", "application/zip", "text/html"})
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_TITLE = 350
_DESCRIPTION = 100_000
_TAG = range(3, 97)
"""How many letters a tag of udata may have."""
_SUMS = ("sha1", "sha256", "sha512")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_POINT = r"\s*(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)\s*"
_POLYGON = re.compile(rf"POLYGON\s*\(\(({_POINT}(?:,{_POINT})*)\)", re.IGNORECASE)
"""The outer ring of a polygon in well-known text (OGC 06-103r4)."""
DATASET_KEY = "pan2kg:dataset"
"""The extra that names our dataset on the portal, by its IRI."""
PART_KEY = "pan2kg:part"
"""The extra that names each of its resources, by the path of the file or by the address."""
VERSION_KEY = "pan2kg:version"


class OfferedPart(NamedTuple):
    """A resource as udata describes it, and the file that is sent; none where it is only led to."""

    description: Json
    file: PortalFile | None


class Offer(NamedTuple):
    """What a portal is to hold: the dataset, its parts by their keys, whose it is, and what it is called there."""

    iri: str
    description: Json
    parts: dict[str, OfferedPart]
    organization: str = ""
    dataset: str = ""


class UploadName(NamedTuple):
    """The name a file goes by on the portal, and whether it has to be compressed first."""

    name: str
    is_packed: bool


class _PortalCatalogue:
    """The catalogue of a release: what is said of each subject, texts in the order of our languages.

    Properties are asked for by their prefixed names, as ``dcterms:title``.
    """

    def __init__(self, path: Path) -> None:
        self.place = Place(str(path))
        self.datasets = list[str]()
        ranked: dict[tuple[str, str], list[tuple[int, str]]] = {}
        try:
            for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
                subject = str(quad.subject).strip("<>")
                predicate = quad.predicate.value
                if predicate == RDF + "type" and quad.object == ox.NamedNode(f"{DCAT}Dataset"):
                    self.datasets.append(subject)
                ranked.setdefault((subject, predicate), []).append(_ranked_text(quad.object))
        except SyntaxError as error:
            place = Place(str(path), error.lineno, error.offset)
            raise TurtleError("catalogue-no-turtle", place=place, remedy="publish-again") from None
        except OSError as error:
            raise self.fault("cannot-read-file", reason=reason(error)) from None
        self.values = dict[tuple[str, str], list[str]]()
        for key, texts in ranked.items():
            texts.sort(key=lambda pair: pair[0])
            self.values[key] = [text for _, text in texts]

    def fault(
        self, key: str, /, *, remedy: str = "publish-again", **values: object
    ) -> ProjectError:
        return ProjectError(key, place=self.place, remedy=remedy, **values)

    def all(self, subject: str, *names: str) -> list[str]:
        texts = list[str]()
        for name in names:
            prefix, _, local = name.partition(":")
            texts += self.values.get((subject, _PREFIXES[prefix] + local), ())
        return list(dict.fromkeys(texts))

    def first(self, subject: str, *names: str) -> str:
        return next(filter(None, self.all(subject, *names)), "")

    def needed(self, subject: str, name: str) -> str:
        text = self.first(subject, name)
        if not text:
            raise self.fault("unstated", property=name, subject=subject)
        return text


def _ranked_text(term: object) -> tuple[int, str]:
    """A term as text, behind the place of its language among ours; what has none of them is last."""
    tags = (*LANGUAGES, "")
    if not isinstance(term, ox.Literal):
        return tags.index(""), str(term).strip("<>")
    tag = (term.language or "").partition("-")[0].lower()
    rank = tags.index(tag) if tag in tags else len(tags)
    return rank, term.value.strip()


def make_offer(
    folder: Path, scratch: Path, *, linked: bool = False, organization: str = "", dataset: str = ""
) -> Offer:
    """Say a release in udata's terms; files the portal refuses as they are get compressed into ``scratch``.

    What it refuses and could have as CSV too, a workbook of the same table, is left to the release.
    Where the portal is only to lead to the files (``linked``), all of them are offered at the
    address the catalogue names. Raises ProjectError where the folder is no sound release or its
    catalogue lacks what a portal needs, TurtleError where the catalogue is not Turtle.
    """
    catalogue = _read_catalogue(folder)
    subject, distributions = _only_dataset(catalogue)
    version = catalogue.first(subject, "dcat:version", "owl:versionInfo")
    description = _describe_dataset(catalogue, subject, distributions, version)
    files = {name: _distributed_file(catalogue, name, folder) for name in distributions}
    uploads = _upload_names(folder, {file for file in files.values() if file})
    parts = {}
    for distribution, file in files.items():
        upload = None
        if file and not linked:
            upload = uploads[file]
            if upload.is_packed and _is_offered_otherwise(file, uploads):
                continue
        # the same part keeps its name, and so its address on the portal, when the version in it
        # goes up
        address = file.relative_to(folder).as_posix() if file else _address(catalogue, distribution)
        key = address.replace(version, "{version}") if version else address
        if key in parts:
            raise catalogue.fault("same-distributions", remedy="mend-record", address=key)
        parts[key] = _describe_part(catalogue, distribution, key, file, upload, scratch)
    iri = description["extras"][DATASET_KEY]
    return Offer(iri, description, parts, organization, dataset)


def _read_catalogue(folder: Path) -> _PortalCatalogue:
    path = folder / CATALOGUE
    if not path.is_file():
        key = "no-release" if folder.is_dir() else "no-such-folder"
        raise ProjectError(
            key, place=Place(str(folder)), remedy="make-release", catalogue=CATALOGUE
        )
    return _PortalCatalogue(path)


def _only_dataset(catalogue: _PortalCatalogue) -> tuple[str, list[str]]:
    """The one dataset that has distributions, and these."""
    offered = {}
    for subject in catalogue.datasets:
        if distributions := catalogue.all(subject, "dcat:distribution"):
            offered[subject] = distributions
    if len(offered) != 1:
        raise catalogue.fault("datasets-several", number=len(offered))
    return offered.popitem()


def _address(catalogue: _PortalCatalogue, distribution: str) -> str:
    return catalogue.first(distribution, "dcat:downloadURL", "dcat:accessURL")


def _describe_dataset(
    catalogue: _PortalCatalogue, dataset: str, distributions: list[str], version: str
) -> Json:
    title = catalogue.needed(dataset, "dcterms:title")
    about = catalogue.needed(dataset, "dcterms:description")
    rate = catalogue.needed(dataset, "dcterms:accrualPeriodicity")
    licence = _licence(catalogue, dataset, distributions)
    if len(title) > _TITLE or len(about) > _DESCRIPTION:
        raise catalogue.fault("title-too-long", remedy="mend-record")
    frequency = FREQUENCIES.get(rate.rpartition("/")[2])
    if not frequency:
        raise catalogue.fault("no-frequency", remedy="mend-record", iri=rate)
    iri = catalogue.first(dataset, "dcterms:identifier") or dataset
    extras = {DATASET_KEY: iri}
    if version:
        extras[VERSION_KEY] = version
    description: Json = {
        "title": title,
        "description": about,
        "license": _licence_identifier(catalogue, licence),
        "frequency": frequency,
        "tags": list(tags(catalogue.all(dataset, "dcat:keyword"))),
        "extras": extras,
    }
    period = catalogue.first(dataset, "dcterms:temporal")
    start = catalogue.first(period, "dcat:startDate")[:10]
    end = catalogue.first(period, "dcat:endDate")[:10]
    if _DAY.fullmatch(start) and _DAY.fullmatch(end):
        description["temporal_coverage"] = {"start": start, "end": end}
    place = catalogue.first(dataset, "dcterms:spatial")
    shape = catalogue.first(place, "dcat:bbox", "locn:geometry")
    if polygon := _POLYGON.search(shape):
        ring = [[float(x), float(y)] for x, y in re.findall(_POINT, polygon[1])]
        description["spatial"] = {"geom": {"type": "MultiPolygon", "coordinates": [[ring]]}}
    return description


def _licence(catalogue: _PortalCatalogue, dataset: str, distributions: list[str]) -> str:
    for subject in (dataset, *distributions):
        if licence := catalogue.first(subject, "dcterms:license"):
            return licence
    return catalogue.needed(dataset, "dcterms:license")


def _licence_identifier(catalogue: _PortalCatalogue, licence: str) -> str:
    """What udata calls a licence: the label of that kind the catalogue gives it, else by its address."""
    identifiers = set(LICENCES.values())
    for label in catalogue.all(licence, *_LABELS):
        if label in identifiers:
            return label
    identifier = LICENCES.get(licence.partition("://")[2].rstrip("/"))
    if not identifier:
        names = either(sorted(identifiers))
        raise catalogue.fault("no-frequency", remedy="give-label", iri=licence, names=names)
    return identifier


def tags(keywords: Collection[str]) -> Iterator[str]:
    """Keywords as udata writes tags: small letters without accents, hyphens, 3 to 96 signs, each once.

    >>> list(tags(["Mise en œuvre", "Groß", "EU"]))
    ['mise-en-oeuvre', 'gross']
    """
    given_before = set()
    for word in keywords:
        letters = unicodedata.normalize("NFKD", word.lower().translate(_LIGATURES))
        bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
        tag = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[: _TAG.stop - 1]
        if len(tag) >= _TAG.start and tag not in given_before:
            given_before.add(tag)
            yield tag


def _distributed_file(catalogue: _PortalCatalogue, distribution: str, folder: Path) -> Path | None:
    """The file of a distribution, as large and with the checksum the catalogue says; none of a service."""
    catalogue.needed(distribution, "dcterms:title")
    download = catalogue.first(distribution, "dcat:downloadURL")
    if not download:
        catalogue.needed(distribution, "dcat:accessURL")
        return None
    file = find_file(folder, download)
    if file is None:
        raise catalogue.fault("file-not-there", download=download)
    size = catalogue.first(distribution, "dcat:byteSize")
    checksum = catalogue.first(distribution, "spdx:checksum")
    algorithm = catalogue.first(checksum, "spdx:algorithm").rpartition("_")[2].lower()
    value = catalogue.first(checksum, "spdx:checksumValue").lower()
    has_size = not size or size.removesuffix(".0") == str(file.stat().st_size)
    has_sum = algorithm not in _SUMS or value == _digest(file, algorithm)
    if not (has_size and has_sum):
        raise catalogue.fault("file-size-differs", name=file.name)
    return file


def find_file(folder: Path, url: str) -> Path | None:
    """The file of a folder whose path is the longest end of an address; nothing outside the folder."""
    steps = [step for step in unquote(urlsplit(url).path).split("/") if step]
    for start in range(len(steps)):
        path = folder.joinpath(*steps[start:])
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            return path
    return None


def _upload_names(folder: Path, files: Collection[Path]) -> dict[Path, UploadName]:
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


def _is_offered_otherwise(file: Path, files: Collection[Path]) -> bool:
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


def _describe_part(
    catalogue: _PortalCatalogue,
    distribution: str,
    key: str,
    file: Path | None,
    upload: UploadName | None,
    scratch: Path,
) -> OfferedPart:
    url = _address(catalogue, distribution)
    description: Json = {
        "title": catalogue.first(distribution, "dcterms:title"),
        "description": catalogue.first(distribution, "dcterms:description"),
        "extras": {PART_KEY: key},
    }
    if file is None:
        description |= {"filetype": "remote", "type": "api", "url": url, "format": "api"}
        return OfferedPart(description, None)
    address = catalogue.first(distribution, "dcat:mediaType")
    media = address.partition("/media-types/")[2] or address
    description["type"] = "documentation" if media in _DOCUMENTS else "main"
    # what the content is, compressed or not
    description["format"] = file.name.lower().removesuffix(".gz").rpartition(".")[2]
    if upload is None:
        # a link has neither size nor checksum: the portal need not be told of each change of a file
        # it has not
        description |= {"filetype": "remote", "url": url, "mime": media}
        return OfferedPart(description, None)
    portal_file = pack(file, upload.name, media, folder=scratch if upload.is_packed else None)
    description |= {
        "filetype": "file",
        "mime": portal_file.media,
        "filesize": portal_file.size,
        "checksum": {"type": "sha256", "value": portal_file.sha256},
    }
    return OfferedPart(description, portal_file)


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
    return PortalFile(name, source, media, size, _digest(source, "sha256"), _digest(source, "sha1"))


def _digest(path: Path, algorithm: str) -> str:
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
