"""What is offered to the portal: a release in the words and identifiers of udata."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.message import either
from pan2kg.publish.portal.manifest import CATALOGUE, Distribution, PortalFile, Release, Terms, pack, upload_name

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]
"""What JSON can say."""
Json = dict[str, Value]

DATASET_KEY: Final = "pan2kg:dataset"
"""The extra that names our dataset on the portal, by its IRI."""
PART_KEY: Final = "pan2kg:part"
"""The extra that names each of its resources, by the path of the file or by the address."""
VERSION_KEY: Final = "pan2kg:version"

LICENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "publications.europa.eu/resource/authority/licence/CC0": "cc-zero",
        "creativecommons.org/publicdomain/zero/1.0": "cc-zero",
        "publications.europa.eu/resource/authority/licence/CC_BY_4_0": "cc-by",
        "publications.europa.eu/resource/authority/licence/CC_BY": "cc-by",
        "creativecommons.org/licenses/by/4.0": "cc-by",
    }
)
"""udata's identifier of each licence a release may have."""

FREQUENCIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ANNUAL": "annual", "ANNUAL_2": "semiannual", "ANNUAL_3": "threeTimesAYear", "BIENNIAL": "biennial",
        "BIMONTHLY": "bimonthly", "BIWEEKLY": "biweekly", "CONT": "continuous", "DAILY": "daily",
        "DAILY_2": "semidaily", "HOURLY": "hourly", "IRREG": "irregular", "MONTHLY": "monthly",
        "MONTHLY_2": "semimonthly", "MONTHLY_3": "threeTimesAMonth", "OTHER": "unknown", "QUARTERLY": "quarterly",
        "QUINQUENNIAL": "quinquennial", "TRIENNIAL": "triennial", "UNKNOWN": "unknown",
        "UPDATE_CONT": "continuous", "WEEKLY": "weekly", "WEEKLY_2": "semiweekly", "WEEKLY_3": "threeTimesAWeek",
    }
)  # fmt: skip
"""udata's identifier of each frequency of the EU authority table."""

_DOCUMENTS: Final = frozenset({"application/pdf", "application/xhtml+xml", "application/zip", "text/html"})
_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_TITLE: Final = 350
_DESCRIPTION: Final = 100_000


@dataclass(frozen=True, slots=True)
class Part:
    """A resource: what is said of it, and the file that is sent; without one it is a link."""

    key: str
    said: Json
    portal_file: PortalFile | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A dataset with its resources as the portal is to hold them."""

    iri: str
    said: Json
    parts: tuple[Part, ...]


def make_offer(release: Release, scratch: Path, *, linked: bool = False) -> Offer:
    """Say a release in udata's terms; files the portal refuses as they are get compressed into ``scratch``.

    What it refuses and could have as CSV too, a workbook of the same table, is left to the release. Where the portal is
    only to lead to the files (``linked``), all of them are offered at the address the catalogue names.

    Raises:
        ProjectError: something udata needs has no counterpart there; or a file cannot be read or written.
    """
    place = str(release.folder / CATALOGUE)
    names = {} if linked else _names(release)
    files = {one.file for one in release.distributions}
    parts = tuple(
        _part(release, one, names, scratch)
        for one in release.distributions
        if not (one.file in names and names[one.file][1] and {_beside(one.file), one.file.with_suffix(".csv")} & files)
    )
    doubles = [key for key, count in Counter(part.key for part in parts).items() if count > 1]
    if doubles:
        raise ProjectError("same-distributions", place=Place(place), remedy="mend-record", address=doubles[0])
    return Offer(release.iri, _dataset(release, place), parts)


def _dataset(release: Release, place: str) -> Json:
    words, terms = release.words, release.terms
    if len(words.title) > _TITLE or len(words.description) > _DESCRIPTION:
        raise ProjectError("title-too-long", place=Place(place), remedy="mend-record")
    mark: Json = {DATASET_KEY: release.iri}
    said: Json = {
        "title": words.title,
        "description": words.description,
        "license": licence_id(terms, place),
        "frequency": _frequency_id(terms.frequency, place),
        "tags": [*tags(words.keywords)],
        "extras": mark | ({VERSION_KEY: terms.version} if terms.version else {}),
    }
    if release.coverage.period:
        start, end = release.coverage.period
        said["temporal_coverage"] = {"start": start, "end": end}
    if release.coverage.corners:
        ring: list[Value] = [[x, y] for x, y in release.coverage.corners]
        said["spatial"] = {"geom": {"type": "MultiPolygon", "coordinates": [[ring]]}}
    return said


def licence_id(terms: Terms, place: str) -> str:
    """The identifier udata has for a licence, by its label in the catalogue or by its IRI.

    Raises:
        ProjectError: it is none udata knows.

    >>> licence_id(Terms("https://creativecommons.org/licenses/by/4.0/", (), "", ""), "catalogue.ttl")
    'cc-by'
    """
    known = set(LICENCES.values())
    found = next((label for label in terms.licence_labels if label in known), None)
    found = found or LICENCES.get(terms.licence.partition("://")[2].rstrip("/"))
    if not found:
        raise ProjectError(
            "no-licence-there",
            place=Place(place),
            remedy="give-label",
            licence=terms.licence,
            names=either(sorted(known)),
        )
    return found


def _frequency_id(iri: str, place: str) -> str:
    found = FREQUENCIES.get(iri.rpartition("/")[2])
    if not found:
        raise ProjectError("no-frequency", place=Place(place), remedy="mend-record", iri=iri)
    return found


def tags(keywords: tuple[str, ...]) -> Iterator[str]:
    """Keywords in the form udata would bring them into; those it would drop are left out.

    >>> list(tags(("Droits de l’homme", "UN", "droits de l'homme")))
    ['droits-de-l-homme']
    """
    seen = set()
    for word in keywords:
        letters = unicodedata.normalize("NFKD", word.lower().translate(_LIGATURES))
        bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
        tag = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:96]
        if len(tag) >= 3 and tag not in seen:
            seen.add(tag)
            yield tag


def _names(release: Release) -> dict[Path, tuple[str, bool]]:
    """The name each file goes by, and whether it is compressed; a name two files share gets their folders in it."""
    paths = [(one.file, _path(release, one.file)) for one in release.distributions if one.file]
    short = {file: upload_name(path) for file, path in paths}
    sent = [name for file, (name, packed) in short.items() if not (packed and _beside(file) in short)]
    shared = Counter(sent)
    return {
        file: short[file] if shared[short[file][0]] <= 1 else upload_name(_spelled_out(path)) for file, path in paths
    }


def _spelled_out(path: str) -> str:
    """The whole path as one name: ``dumps/graph.jsonld`` as ``dumps-graph-jsonld.jsonld``."""
    ending = path.rpartition(".")[2]
    return f"{path.replace('/', '-').replace('.', '-')}.{ending}"


def _beside(file: Path) -> Path:
    """Where the same content stands compressed, if the release has it so too."""
    return file.with_name(f"{file.name}.gz")


def _path(release: Release, file: Path) -> str:
    return file.relative_to(release.folder).as_posix()


def _part(release: Release, one: Distribution, names: Mapping[Path, tuple[str, bool]], scratch: Path) -> Part:
    version = release.terms.version
    key = _path(release, one.file) if one.file else one.url
    # the same part keeps its name, and so its address on the portal, when the version in it goes up
    key = key.replace(version, "{version}") if version else key
    said: Json = {"title": one.title, "description": one.description, "extras": {PART_KEY: key}}
    if one.file is None:
        return Part(key, said | {"filetype": "remote", "type": "api", "url": one.url, "format": "api"}, None)
    if one.file not in names:
        # neither size nor checksum: the portal need not be told of each change of a file it does not hold
        linked: Json = {"filetype": "remote", "url": one.url, "format": _ending(one.file), "mime": one.media}
        return Part(key, said | linked | {"type": _type(one)}, None)
    name, packed = names[one.file]
    portal_file = pack(one.file, name, one.media, folder=scratch if packed else None)
    said |= {
        "filetype": "file",
        "type": _type(one),
        "format": _ending(one.file),
        "mime": portal_file.media,
        "filesize": portal_file.size,
        "checksum": {"type": "sha256", "value": portal_file.sha256},
    }
    return Part(key, said, portal_file)


def _type(one: Distribution) -> str:
    return "documentation" if one.media in _DOCUMENTS else "main"


def _ending(file: Path) -> str:
    """What the content is, compressed or not."""
    name = file.name.lower().removesuffix(".gz")
    return name.rpartition(".")[2]
