"""A release in udata's words: the description of its dataset, and each of its parts as a file, a link or a service.

It is read from ``catalogue.ttl`` of a release's folder, and from nothing else. What it gives is
compared with a portal and sent by :mod:`pan2kg.portal.pushing`. Files the portal refuses
as they are get compressed; what it refuses and could have as CSV too is left to the release.
"""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pan2kg.i18n import one_of
from pan2kg.portal.catalogue import PortalCatalogue
from pan2kg.portal.client import Json, PortalFile
from pan2kg.portal.uploads import (
    UploadName,
    digest_of,
    find_file,
    is_offered_otherwise,
    pack,
    upload_names,
)

_UDATA: Mapping[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("udata.toml").read_text("utf-8")
)
# udata's identifier of each licence a release may have, by its address without the scheme
LICENCES = _UDATA["licence"]
# udata's identifier of each frequency of the EU authority table
FREQUENCIES = _UDATA["frequency"]
# the properties that name a licence in udata's words
_LABELS = ("rdfs:label", "skos:prefLabel", "dcterms:title")
# the media types of what people read rather than compute with
_DOCUMENTS = frozenset({"application/pdf", "application/xhtml+xml", "application/zip", "text/html"})
# letters that are no letter of ASCII with an accent
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_TITLE_LETTERS = 350
_DESCRIPTION_LETTERS = 100_000
_LEAST_TAG_LETTERS = 3
_MOST_TAG_LETTERS = 96
# the checksums of a catalogue that are compared with the files
_SUMS = ("sha1", "sha256", "sha512")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_POINT = r"\s*(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)\s*"
# the outer ring of a polygon in well-known text (OGC 06-103r4)
_POLYGON = re.compile(rf"POLYGON\s*\(\(({_POINT}(?:,{_POINT})*)\)", re.IGNORECASE)
# the extra that names our dataset on the portal, by its IRI
DATASET_KEY = "pan2kg:dataset"
# the extra that names each of its resources, by the path of the file or by the address
PART_KEY = "pan2kg:part"
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


def make_offer(
    folder: Path, scratch: Path, *, linked: bool = False, organization: str = "", dataset: str = ""
) -> Offer:
    """Say a release in udata's terms; files the portal refuses as they are get compressed into ``scratch``.

    What it refuses and could have as CSV too, a workbook of the same table, is left to the release.
    Where the portal is only to lead to the files (``linked``), all of them are offered at the
    address the catalogue names. Raises ProjectError where the folder is no sound release or its
    catalogue lacks what a portal needs, TurtleError where the catalogue is not Turtle.
    """
    catalogue = PortalCatalogue(folder)
    subject = _only_dataset(catalogue)
    distributions = catalogue.all(subject, "dcat:distribution")
    version = catalogue.first(subject, "dcat:version", "owl:versionInfo")
    description = _describe_dataset(catalogue, subject, distributions, version)
    files = {name: _distributed_file(catalogue, name, folder) for name in distributions}
    uploads = dict[Path, UploadName]()
    if not linked:
        uploads = upload_names(folder, {file for file in files.values() if file})
    parts = dict[str, OfferedPart]()
    for distribution, file in files.items():
        upload = uploads.get(file) if file else None
        if file and upload and upload.is_packed and is_offered_otherwise(file, uploads):
            continue
        address = file.relative_to(folder).as_posix() if file else _address(catalogue, distribution)
        key = part_key(address, version)
        if key in parts:
            raise catalogue.fault("same-distributions", remedy="mend-record", address=key)
        sent = None
        if file and upload:
            to = scratch if upload.is_packed else None
            sent = pack(file, upload.name, _media_type(catalogue, distribution), folder=to)
        parts[key] = OfferedPart(_describe_part(catalogue, distribution, key, file, sent), sent)
    iri = description["extras"][DATASET_KEY]
    return Offer(iri, description, parts, organization, dataset)


def part_key(address: str, version: str) -> str:
    """What a part is called on the portal: its address, in which a version that stands alone may go up.

    >>> part_key("version/0.2.0/pan2kg-0.2.0.nq.gz", "0.2.0"), part_key("data/2021/v1.csv", "1")
    ('version/{version}/pan2kg-{version}.nq.gz', 'data/2021/v{version}.csv')
    """
    if not version:
        return address
    return re.sub(rf"(?<!\d)(?<!\d\.){re.escape(version)}(?!\.?\d)", "{version}", address)


def _only_dataset(catalogue: PortalCatalogue) -> str:
    """The one dataset that has distributions."""
    offered = [name for name in catalogue.datasets if catalogue.first(name, "dcat:distribution")]
    if len(offered) != 1:
        raise catalogue.fault("datasets-several", number=len(offered))
    return offered[0]


def _address(catalogue: PortalCatalogue, distribution: str) -> str:
    return catalogue.first(distribution, "dcat:downloadURL", "dcat:accessURL")


def _describe_dataset(
    catalogue: PortalCatalogue, dataset: str, distributions: list[str], version: str
) -> Json:
    title = catalogue.needed(dataset, "dcterms:title")
    about = catalogue.needed(dataset, "dcterms:description")
    rate = catalogue.needed(dataset, "dcterms:accrualPeriodicity")
    licence = _licence(catalogue, dataset, distributions)
    if len(title) > _TITLE_LETTERS or len(about) > _DESCRIPTION_LETTERS:
        raise catalogue.fault("title-too-long", remedy="mend-record")
    frequency = FREQUENCIES.get(rate.rpartition("/")[2])
    if not frequency:
        raise catalogue.fault("no-word-there", remedy="mend-record", iri=rate)
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


def _licence(catalogue: PortalCatalogue, dataset: str, distributions: list[str]) -> str:
    for subject in (dataset, *distributions):
        if licence := catalogue.first(subject, "dcterms:license"):
            return licence
    return catalogue.needed(dataset, "dcterms:license")


def _licence_identifier(catalogue: PortalCatalogue, licence: str) -> str:
    """What udata calls a licence: the label of that kind the catalogue gives it, else by its address."""
    identifiers = set(LICENCES.values())
    for label in catalogue.all(licence, *_LABELS):
        if label in identifiers:
            return label
    identifier = LICENCES.get(licence.partition("://")[2].rstrip("/"))
    if not identifier:
        names = one_of(sorted(identifiers))
        raise catalogue.fault("no-word-there", remedy="give-label", iri=licence, names=names)
    return identifier


def tags(keywords: Collection[str]) -> Iterator[str]:
    """Keywords as udata writes tags: small letters without accents, hyphens, 3 to 96 signs, each once.

    >>> list(tags(["Mise en œuvre", "Groß", "EU"]))
    ['mise-en-oeuvre', 'gross']
    """
    tagged = set()
    for word in keywords:
        letters = unicodedata.normalize("NFKD", word.lower().translate(_LIGATURES))
        bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
        tag = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:_MOST_TAG_LETTERS]
        if len(tag) >= _LEAST_TAG_LETTERS and tag not in tagged:
            tagged.add(tag)
            yield tag


def _distributed_file(catalogue: PortalCatalogue, distribution: str, folder: Path) -> Path | None:
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
    has_sum = algorithm not in _SUMS or value == digest_of(file, algorithm)
    if not (has_size and has_sum):
        raise catalogue.fault("file-size-differs", name=file.name)
    return file


def _media_type(catalogue: PortalCatalogue, distribution: str) -> str:
    """The media type of a file, which a catalogue says by an address of IANA or as it is."""
    said = catalogue.first(distribution, "dcat:mediaType")
    return said.partition("/media-types/")[2] or said


def _describe_part(
    catalogue: PortalCatalogue,
    distribution: str,
    key: str,
    file: Path | None,
    sent: PortalFile | None,
) -> Json:
    """A resource in udata's terms: a service where there is no ``file``, a link where none is ``sent``."""
    description: Json = {
        "title": catalogue.first(distribution, "dcterms:title"),
        "description": catalogue.first(distribution, "dcterms:description"),
        "extras": {PART_KEY: key},
    }
    url = _address(catalogue, distribution)
    if file is None:
        return description | {"filetype": "remote", "type": "api", "url": url, "format": "api"}
    media = _media_type(catalogue, distribution)
    description["type"] = "documentation" if media in _DOCUMENTS else "main"
    # what the content is, compressed or not
    description["format"] = file.name.lower().removesuffix(".gz").rpartition(".")[2]
    if sent is None:
        # a link has neither size nor checksum: the portal need not be told of each change of a file
        # it has not
        return description | {"filetype": "remote", "url": url, "mime": media}
    return description | {
        "filetype": "file",
        "mime": sent.media,
        "filesize": sent.size,
        "checksum": {"type": "sha256", "value": sent.sha256},
    }
