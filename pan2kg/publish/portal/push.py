"""Bringing a portal to hold a release: what the release says of itself, in udata's words; look, send what differs.

After a fault that may pass, the push waits and begins again with a look. A request whose answer was lost may have been
carried out, and repeated it would create a second dataset or file. Where both agree nothing is sent, so that a push
that is repeated changes nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple
from urllib.parse import quote, unquote, urlsplit

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError, TurtleError
from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.i18n.message import either, say, told
from pan2kg.project import reason
from pan2kg.publish.portal.client import VARIABLE, Access, Client, Json, PassingError, PortalError, PortalFile, Value
from pan2kg.publish.vocabulary import DCAT, SPDX
from pan2kg.turtle.vocabulary import DCTERMS, RDF, RDFS, SKOS

CATALOGUE: Final = "catalogue.ttl"
ALLOWED: Final = frozenset({"csv", "gz", "json", "n3", "owl", "pdf", "rdf", "svg", "ttl", "xml", "zip"})
"""The endings the portal takes."""
RENAMED: Final = {"jsonld": "json", "geojson": "json"}
"""Endings the portal refuses although it takes the same content under another."""
LICENCES: Final[Mapping[str, str]] = {
    "publications.europa.eu/resource/authority/licence/CC0": "cc-zero",
    "creativecommons.org/publicdomain/zero/1.0": "cc-zero",
    "publications.europa.eu/resource/authority/licence/CC_BY_4_0": "cc-by",
    "publications.europa.eu/resource/authority/licence/CC_BY": "cc-by",
    "creativecommons.org/licenses/by/4.0": "cc-by",
}
"""udata's identifier of each licence a release may have."""
FREQUENCIES: Final[Mapping[str, str]] = {
    "ANNUAL": "annual", "ANNUAL_2": "semiannual", "ANNUAL_3": "threeTimesAYear", "BIENNIAL": "biennial",
    "BIMONTHLY": "bimonthly", "BIWEEKLY": "biweekly", "CONT": "continuous", "DAILY": "daily",
    "DAILY_2": "semidaily", "HOURLY": "hourly", "IRREG": "irregular", "MONTHLY": "monthly",
    "MONTHLY_2": "semimonthly", "MONTHLY_3": "threeTimesAMonth", "OTHER": "unknown", "QUARTERLY": "quarterly",
    "QUINQUENNIAL": "quinquennial", "TRIENNIAL": "triennial", "UNKNOWN": "unknown",
    "UPDATE_CONT": "continuous", "WEEKLY": "weekly", "WEEKLY_2": "semiweekly", "WEEKLY_3": "threeTimesAWeek",
}  # fmt: skip
"""udata's identifier of each frequency of the EU authority table."""
_LABELS: Final = (RDFS + "label", SKOS + "prefLabel", DCTERMS + "title")
_DOCUMENTS: Final = frozenset({"application/pdf", "application/xhtml+xml", "application/zip", "text/html"})
_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_TITLE: Final = 350
_DESCRIPTION: Final = 100_000
_CHUNK: Final = 1 << 16
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


class _Catalogue:
    """The statements of a release's own catalogue, looked up by subject and predicate."""

    def __init__(self, path: Path) -> None:
        self.place = Place(str(path))
        self.terms: dict[tuple[str, str], list[Term]] = {}
        try:
            for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
                self.terms.setdefault((_name(quad.subject), quad.predicate.value), []).append(quad.object)
        except SyntaxError as error:
            place = Place(str(path), error.lineno, error.offset)
            raise TurtleError("catalogue-no-turtle", place=place, remedy="publish-again") from None
        except OSError as error:
            raise self.fault("cannot-read-file", reason=reason(error)) from None

    def fault(self, key: str, /, **values: object) -> ProjectError:
        return ProjectError(key, place=self.place, remedy="publish-again", **values)

    def nodes(self, subject: str, *predicates: str) -> list[str]:
        terms = (term for predicate in predicates for term in self.terms.get((subject, predicate), ()))
        return list(dict.fromkeys(_name(term) for term in terms if isinstance(term, ox.NamedNode | ox.BlankNode)))

    def node(self, subject: str, *predicates: str) -> str:
        return next(iter(self.nodes(subject, *predicates)), "")

    def texts(self, subject: str, *predicates: str) -> list[str]:
        """Literals, those in the first language first, those without a language after the last of ours."""
        tags = (*LANGUAGES, "")
        ranked = []
        for term in (term for predicate in predicates for term in self.terms.get((subject, predicate), ())):
            if isinstance(term, ox.Literal):
                language = (term.language or "").partition("-")[0].lower()
                ranked.append((tags.index(language) if language in tags else len(tags), term.value.strip()))
        return [text for _, text in sorted(ranked, key=lambda pair: pair[0])]

    def text(self, subject: str, *predicates: str, or_fault: str = "") -> str:
        text = next(iter(self.texts(subject, *predicates)), "")
        if or_fault and not text:
            raise self.fault(or_fault)
        return text


def _name(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


DATASET_KEY: Final = "pan2kg:dataset"
"""The extra that names our dataset on the portal, by its IRI."""
PART_KEY: Final = "pan2kg:part"
"""The extra that names each of its resources, by the path of the file or by the address."""
VERSION_KEY: Final = "pan2kg:version"


class PortalPart(NamedTuple):
    """A resource: what is said of it, and the file that is sent; without one it is a link."""

    key: str
    said: Json
    file: PortalFile | None


class Offer(NamedTuple):
    """A dataset with its resources as the portal is to hold them."""

    iri: str
    said: Json
    parts: tuple[PortalPart, ...]


def make_offer(folder: Path, scratch: Path, *, linked: bool = False) -> Offer:
    """Say a release in udata's terms; files the portal refuses as they are get compressed into ``scratch``.

    What it refuses and could have as CSV too, a workbook of the same table, is left to the release. Where the portal is
    only to lead to the files (``linked``), all of them are offered at the address the catalogue names.
    """
    if not folder.is_dir():
        raise ProjectError("no-such-folder", place=Place(str(folder)), remedy="make-release")
    path = folder / CATALOGUE
    if not path.is_file():
        raise ProjectError("no-release", place=Place(str(folder)), remedy="make-release", catalogue=CATALOGUE)
    catalogue = _Catalogue(path)
    datasets = sorted(
        subject for (subject, predicate), terms in catalogue.terms.items()
        if predicate == RDF + "type" and ox.NamedNode(f"{DCAT}Dataset") in terms
        and catalogue.nodes(subject, f"{DCAT}distribution")
    )  # fmt: skip
    if len(datasets) != 1:
        raise catalogue.fault("datasets-several" if datasets else "datasets-none", number=len(datasets))
    dataset = datasets[0]
    version = catalogue.text(dataset, f"{DCAT}version", "http://www.w3.org/2002/07/owl#versionInfo")
    subjects = catalogue.nodes(dataset, f"{DCAT}distribution")
    description = _dataset(catalogue, dataset, subjects, version)
    files = {subject: _file(catalogue, subject, folder) for subject in subjects}
    names = {} if linked else _names({file for file in files.values() if file}, folder)
    paths = set(files.values())
    resources = []
    for subject, file in files.items():
        if file in names and names[file][1] and {_beside(file), file.with_suffix(".csv")} & paths:
            continue
        resources.append(_part(catalogue, subject, file, names.get(file) if file else None, (folder, scratch, version)))
    doubles = [key for key, number in Counter(resource.key for resource in resources).items() if number > 1]
    if doubles:
        raise ProjectError("same-distributions", place=catalogue.place, remedy="mend-record", address=doubles[0])
    return Offer(catalogue.text(dataset, f"{DCTERMS}identifier") or dataset, description, tuple(resources))


def _dataset(catalogue: _Catalogue, dataset: str, distributions: list[str], version: str) -> Json:
    title = catalogue.text(dataset, f"{DCTERMS}title", or_fault="title-unstated")
    description = catalogue.text(dataset, f"{DCTERMS}description", or_fault="description-unstated")
    licences = (catalogue.node(subject, f"{DCTERMS}license") for subject in (dataset, *distributions))
    licence = next(filter(None, licences), "")
    if not licence:
        raise catalogue.fault("licence-unstated")
    rate = catalogue.node(dataset, f"{DCTERMS}accrualPeriodicity")
    if not rate:
        raise catalogue.fault("frequency-unstated")
    if len(title) > _TITLE or len(description) > _DESCRIPTION:
        raise ProjectError("title-too-long", place=catalogue.place, remedy="mend-record")
    frequency = FREQUENCIES.get(rate.rpartition("/")[2])
    if not frequency:
        raise ProjectError("no-frequency", place=catalogue.place, remedy="mend-record", iri=rate)
    iri = catalogue.text(dataset, f"{DCTERMS}identifier") or dataset
    body: Json = {
        "title": title, "description": description,
        "license": licence_id(licence, catalogue.texts(licence, *_LABELS), catalogue.place), "frequency": frequency,
        "tags": [*tags(catalogue.texts(dataset, f"{DCAT}keyword"))],
        "extras": {DATASET_KEY: iri, **({VERSION_KEY: version} if version else {})},
    }  # fmt: skip
    period = catalogue.node(dataset, f"{DCTERMS}temporal")
    start, end = (catalogue.text(period, f"{DCAT}{name}")[:10] for name in ("startDate", "endDate"))
    if all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in (start, end)):
        body["temporal_coverage"] = {"start": start, "end": end}
    place = catalogue.node(dataset, f"{DCTERMS}spatial")
    ring = corners_of(catalogue.text(place, f"{DCAT}bbox", "http://www.w3.org/ns/locn#geometry"))
    if ring:
        body["spatial"] = {"geom": {"type": "MultiPolygon", "coordinates": [[ring]]}}
    return body


def corners_of(text: str) -> list[Value]:
    """The corners of a polygon in WKT, longitude and latitude; none where the text is no polygon.

    >>> corners_of("POLYGON((5.7 49.4, 6.5 49.4, 6.5 50.2, 5.7 49.4))")
    [[5.7, 49.4], [6.5, 49.4], [6.5, 50.2], [5.7, 49.4]]
    """
    match = re.search(r"POLYGON\s*\(\(([^()]*)\)", text, re.IGNORECASE)
    try:
        return [[float(x), float(y)] for x, y in (pair.split() for pair in (match[1].split(",") if match else ()))]
    except ValueError:
        return []


def licence_id(licence: str, labels: list[str], place: Place) -> str:
    """The identifier udata has for a licence, by its label in the catalogue or by its IRI."""
    identifiers = set(LICENCES.values())
    by_label = next((label for label in labels if label in identifiers), None)
    identifier = by_label or LICENCES.get(licence.partition("://")[2].rstrip("/"))
    if not identifier:
        names = either(sorted(identifiers))
        raise ProjectError("no-licence-there", place=place, remedy="give-label", licence=licence, names=names)
    return identifier


def tags(keywords: list[str]) -> Iterator[str]:
    """Keywords in the form udata would bring them into; those it would drop are left out."""
    tags_given = set()
    for word in keywords:
        letters = unicodedata.normalize("NFKD", word.lower().translate(_LIGATURES))
        bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
        tag = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:96]
        if len(tag) >= 3 and tag not in tags_given:
            tags_given.add(tag)
            yield tag


def _file(catalogue: _Catalogue, subject: str, folder: Path) -> Path | None:
    download = catalogue.node(subject, f"{DCAT}downloadURL")
    title = catalogue.text(subject, f"{DCTERMS}title")
    if not title or not (download or catalogue.node(subject, f"{DCAT}accessURL")):
        raise catalogue.fault("distribution-no-address" if title else "distribution-no-title", subject=subject)
    if not download:
        return None
    file = find_file(folder, download)
    if file is None:
        raise catalogue.fault("file-not-there", download=download)
    size, actual = catalogue.text(subject, f"{DCAT}byteSize"), str(file.stat().st_size)
    if size and size.removesuffix(".0") != actual:
        raise catalogue.fault("file-size-differs", name=file.name, found=actual, size=size)
    summed = catalogue.node(subject, f"{SPDX}checksum")
    algorithm = catalogue.node(summed, f"{SPDX}algorithm").rpartition("_")[2].lower()
    value = catalogue.text(summed, f"{SPDX}checksumValue").lower()
    if algorithm in ("sha1", "sha256", "sha512") and value != _digests(file, algorithm)[0]:
        raise catalogue.fault("file-checksum-differs", name=file.name)
    return file


def find_file(folder: Path, url: str) -> Path | None:
    """The file of the folder an address ends in: the longest end of its path that is one."""
    steps = [step for step in unquote(urlsplit(url).path).split("/") if step]
    for at in range(len(steps)):
        path = folder.joinpath(*steps[at:])
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            return path
    return None


def upload_name(path: str) -> tuple[str, bool]:
    """The name a file goes by on the portal, and whether it must be compressed first."""
    letters = unicodedata.normalize("NFKD", PurePosixPath(path).name).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9.]+", "-", letters).strip("-.") or "file"
    stem, _, ending = name.rpartition(".")
    if stem and ending in RENAMED:
        return f"{stem}.{RENAMED[ending]}", False
    return (name, False) if stem and ending in ALLOWED else (f"{name}.gz", True)


def _names(files: set[Path], folder: Path) -> dict[Path, tuple[str, bool]]:
    """The name each file goes by, and whether it is compressed; a name two files share gets their folders in it."""
    paths = {file: file.relative_to(folder).as_posix() for file in sorted(files)}
    short = {file: upload_name(path) for file, path in paths.items()}
    shared = Counter(name for file, (name, packed) in short.items() if not (packed and _beside(file) in short))

    def spelled_out(path: str) -> str:
        # dumps/graph.jsonld as dumps-graph-jsonld.jsonld
        return f"{path.replace('/', '-').replace('.', '-')}.{path.rpartition('.')[2]}"

    return {
        file: short[file] if shared[short[file][0]] <= 1 else upload_name(spelled_out(path))
        for file, path in paths.items()
    }


def _beside(file: Path) -> Path:
    """Where the same content stands compressed, if the release has it so too."""
    return file.with_name(f"{file.name}.gz")


def _part(
    catalogue: _Catalogue, subject: str, file: Path | None, name: tuple[str, bool] | None,
    places: tuple[Path, Path, str],
) -> PortalPart:  # fmt: skip
    folder, scratch, version = places
    url = catalogue.node(subject, f"{DCAT}downloadURL") or catalogue.node(subject, f"{DCAT}accessURL")
    media = catalogue.node(subject, f"{DCAT}mediaType")
    media = media.partition("/media-types/")[2] or media
    key = file.relative_to(folder).as_posix() if file else url
    # the same part keeps its name, and so its address on the portal, when the version in it goes up
    key = key.replace(version, "{version}") if version else key
    body: Json = {
        "title": catalogue.text(subject, f"{DCTERMS}title"),
        "description": catalogue.text(subject, f"{DCTERMS}description"), "extras": {PART_KEY: key},
    }  # fmt: skip
    if file is None:
        return PortalPart(key, body | {"filetype": "remote", "type": "api", "url": url, "format": "api"}, None)
    body["type"] = "documentation" if media in _DOCUMENTS else "main"
    # what the content is, compressed or not
    body["format"] = file.name.lower().removesuffix(".gz").rpartition(".")[2]
    if name is None:
        # neither size nor checksum: the portal need not be told of each change of a file it does not hold
        return PortalPart(key, body | {"filetype": "remote", "url": url, "mime": media}, None)
    portal_file = pack(file, name[0], media, folder=scratch if name[1] else None)
    summed: Json = {"type": "sha256", "value": portal_file.sha256}
    file_facts: Json = {"filetype": "file", "mime": portal_file.media, "filesize": portal_file.size, "checksum": summed}
    return PortalPart(key, body | file_facts, portal_file)


def pack(path: Path, name: str, media: str, *, folder: Path | None) -> PortalFile:
    """Measure a file; where ``folder`` is given the file is compressed into it first, always to the same bytes."""
    source = path if folder is None else folder / name
    if folder is not None:
        try:
            with (
                source.open("wb") as file,
                # neither a name nor a date goes in, or the same content would have another checksum tomorrow
                gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
            ):
                packed.writelines(_pieces(path))
        except OSError as error:
            raise ProjectError("cannot-write-file", place=Place(str(source)), reason=reason(error)) from None
    sums = _digests(source, "sha256", "sha1")
    media = "application/gzip" if name.endswith(".gz") else media
    return PortalFile(name, source, media, source.stat().st_size, *sums)


def _digests(path: Path, *algorithms: str) -> list[str]:
    sums = [hashlib.new(algorithm, usedforsecurity=False) for algorithm in algorithms]
    for piece in _pieces(path):
        for summed in sums:
            summed.update(piece)
    return [summed.hexdigest() for summed in sums]


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(_CHUNK):
                yield piece
    except OSError as error:
        raise ProjectError("cannot-read-file", place=Place(str(path)), reason=reason(error)) from None


class SearchScope(NamedTuple):
    """Where a dataset is looked for: under its identifier, or with an organization, or with the key's owner."""

    organization: str = ""
    dataset: str = ""


class Remote(NamedTuple):
    """A dataset on the portal, as it says it."""

    id: str
    said: Json

    @property
    def resources(self) -> list[Json]:
        rows = self.said.get("resources")
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    @property
    def page(self) -> str:
        """Where people find it: the address of its page, else its identifier in words."""
        return text(self.said.get("page")) or say("portal", "dataset", id=self.id)


def text(value: Value) -> str:
    """A text of the portal's; empty where it is none."""
    return value if isinstance(value, str) else ""


def extras(value: Value) -> Json:
    values = value.get("extras") if isinstance(value, dict) else None
    return values if isinstance(values, dict) else {}


def key_of(resource: Json) -> str:
    """Which part of the release a resource is; empty where it was not put there by a push."""
    return text(extras(resource).get(PART_KEY))


def _dataset_path(identifier: str) -> str:
    return f"/datasets/{quote(identifier, safe='')}/"


def _shelf(organization: str, page: int) -> str:
    return f"/organizations/{quote(organization, safe='')}/datasets/?page={page}&page_size=100"


def look(client: Client, iri: str, scope: SearchScope) -> Remote | None:
    """The dataset of that IRI on the portal, or nothing where it was never pushed."""
    if scope.dataset:
        remote = _fetch(client, scope.dataset)
        holds = text(extras(remote.said).get(DATASET_KEY))
        if holds not in ("", iri):
            place = Place(f"--dataset {scope.dataset}")
            raise PortalError("dataset-of-another", place=place, remedy="name-right-dataset", holds=holds)
        return remote
    identifiers = sorted({
        text(row.get("id")) for row in _own(client, scope)
        if not row.get("deleted") and extras(row).get(DATASET_KEY) == iri and text(row.get("id"))
    })  # fmt: skip
    if len(identifiers) > 1:
        raise PortalError(
            "several-datasets", remedy="delete-all-but-one", number=len(identifiers), iri=iri,
            names=", ".join(identifiers),
        )  # fmt: skip
    return _fetch(client, identifiers[0]) if identifiers else None


def _own(client: Client, scope: SearchScope) -> Iterator[Json]:
    def rows(answer: Value) -> Iterator[Json]:
        listed = answer.get("data") if isinstance(answer, dict) else answer
        if not isinstance(listed, list):
            raise PortalError("portal-other-kind", remedy="check-portal", wanted=told("portal-list"))
        yield from (row for row in listed if isinstance(row, dict))

    try:
        yield from rows(client.get("/me/org_datasets/"))
    except PortalError as error:
        if error.status != 404:
            raise
        yield from rows(client.get("/me/datasets/"))
    page = 1
    while scope.organization:
        answer = client.get(_shelf(scope.organization, page))
        yield from rows(answer)
        if not (isinstance(answer, dict) and answer.get("next_page")):
            return
        page += 1


def _fetch(client: Client, identifier: str) -> Remote:
    answer = client.get(_dataset_path(identifier))
    if not isinstance(answer, dict) or not text(answer.get("id")):
        raise PortalError("portal-other-kind", remedy="check-portal", wanted=told("portal-dataset"))
    if answer.get("deleted"):
        raise PortalError("dataset-deleted", remedy="restore-dataset", identifier=identifier)
    return Remote(text(answer["id"]), answer)


DATASET: Final = "{dataset}"
RESOURCE: Final = "{resource}"
ADDRESS: Final = "{url}"
"""What stands for an identifier or address that only an earlier answer gives."""
_KEPT: Final = ("acronym", "spatial", "temporal_coverage", "frequency_date", "private")
"""What udata could empty if an update left it out, and people may have set on the portal."""
_COMPUTED: Final = frozenset({"checksum", "filesize", "format", "mime"})
"""What udata works out of a file it holds: an update may say better, which version 6 keeps and later ones do not."""


class Step(NamedTuple):
    """A request still to send, and why."""

    method: str
    path: str
    why: str
    content: Json | PortalFile | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.why}"


def leftovers(offer: Offer, remote: Remote | None) -> list[Json]:
    """Resources on the portal that are no part of the release: once pushed and gone since, or put there by others."""
    matched = [text(resource.get("id")) for resource in _match(offer, remote).values()]
    return [resource for resource in (remote.resources if remote else ()) if text(resource.get("id")) not in matched]


def _match(offer: Offer, remote: Remote | None) -> dict[str, Json]:
    """Which resource on the portal is which part of the release.

    One without a key whose name is that of a file is an upload after which the push broke off.
    """
    by_key: dict[str, Json] = {}
    strays: dict[str, Json] = {}
    for resource in remote.resources if remote else ():
        if key := key_of(resource):
            by_key.setdefault(key, resource)
        elif resource.get("filetype") == "file":
            strays[text(resource.get("title"))] = resource
    for resource_wanted in offer.parts:
        if resource_wanted.file and resource_wanted.key not in by_key and resource_wanted.file.name in strays:
            by_key[resource_wanted.key] = strays.pop(resource_wanted.file.name)
    return {
        resource_wanted.key: by_key[resource_wanted.key]
        for resource_wanted in offer.parts
        if resource_wanted.key in by_key
    }


def steps(offer: Offer, remote: Remote | None, scope: SearchScope, *, prune: bool = False) -> tuple[Step, ...]:
    """The requests still to send, in their order; none where portal and release agree."""

    def why(key: str, /, **values: object) -> str:
        return say("portal", key, **values)

    todo: list[Step] = []
    path = _dataset_path(remote.id) if remote else f"/datasets/{DATASET}/"
    if remote is None:
        owner: Json = {"organization": {"id": scope.organization}} if scope.organization else {}
        todo.append(Step("POST", "/datasets/", why("not-there-yet"), offer.said | {"private": True} | owner))
    elif names := _changed(offer.said, remote.said):
        body = {name: remote.said[name] for name in _KEPT if remote.said.get(name) is not None} | offer.said
        body["extras"] = extras(remote.said) | extras(offer.said)
        organization = remote.said.get("organization")
        if isinstance(organization, dict) and text(organization.get("id")):
            body["organization"] = {"id": organization["id"]}
        todo.append(Step("PUT", path, why("changed-on-dataset", names=", ".join(names)), body))
    matched = _match(offer, remote)
    # udata puts a new resource before the others, so that the last one sent stands first
    for portal_part in reversed(offer.parts):
        key, resource = portal_part.key, matched.get(portal_part.key)
        place = f"{path}resources/{quote(text(resource.get('id')), safe='')}/" if resource else ""
        if resource is None and portal_part.file is None:
            todo.append(Step("POST", f"{path}resources/", why("part-not-there-yet", key=key), portal_part.said))
        elif resource is None:
            todo.append(Step("POST", f"{path}upload/", why("part-not-there-yet", key=key), portal_part.file))
            body = _body(portal_part, None, ADDRESS)
            todo.append(Step("PUT", f"{path}resources/{RESOURCE}/", why("what-part-is", key=key), body))
        elif portal_part.file and not _holds(portal_part.file, resource):
            todo.append(Step("POST", f"{place}upload/", why("other-content", key=key), portal_part.file))
            todo.append(Step("PUT", place, why("what-part-is", key=key), _body(portal_part, resource, ADDRESS)))
        else:
            compared = {
                name: value for name, value in portal_part.said.items() if not (portal_part.file and name in _COMPUTED)
            }
            if names := _changed(compared, resource):
                address = text(portal_part.said.get("url")) or text(resource.get("url"))
                reason_ = why("changed-on-part", key=key, names=", ".join(names))
                todo.append(Step("PUT", place, reason_, _body(portal_part, resource, address)))
    for resource in leftovers(offer, remote) if prune else ():
        if key_of(resource):
            place = f"{path}resources/{quote(text(resource.get('id')), safe='')}/"
            todo.append(Step("DELETE", place, why("part-gone", key=key_of(resource))))
    return tuple(todo)


def _holds(file: PortalFile, remote: Json) -> bool:
    summed = remote.get("checksum")
    return isinstance(summed, dict) and file.is_held(text(summed.get("type")), text(summed.get("value")))


def _body(portal_part: PortalPart, resource: Json | None, address: str) -> Json:
    body = portal_part.said | {"id": resource["id"] if resource else RESOURCE, "url": address}
    if resource:
        body["extras"] = extras(resource) | {PART_KEY: portal_part.key}
    return body


def _changed(wanted: Json, remote: Json) -> list[str]:
    """The names of what differs; of extras only ours count."""
    return [name for name, value in wanted.items() if not _agrees(value, remote.get(name), name)]


def _agrees(wanted: Value, remote: Value, name: str) -> bool:
    if isinstance(wanted, dict):
        remote_fields = remote if isinstance(remote, dict) else {}
        return all(_agrees(value, remote_fields.get(inner), inner) for inner, value in wanted.items())
    if name == "tags" and isinstance(wanted, list) and isinstance(remote, list):
        return {str(tag) for tag in wanted} == {str(tag) for tag in remote}
    if name in ("start", "end"):
        return text(wanted)[:10] == text(remote)[:10]
    if isinstance(wanted, str):
        # udata answers with null for an empty text, and a form may have changed the ends of lines
        return wanted.split() == text(remote).split()
    return wanted == remote


_BACKOFF: Final = (2.0, 4.0, 8.0)
"""The seconds waited after the first, second and third fault in a row; after the fourth the push ends."""
_PATIENCE: Final = 120.0
"""The longest wait a portal is granted, in seconds."""
_PASSES: Final = 3


class Outcome(NamedTuple):
    """What stands on the portal at the end, how many requests changed it, and what still differs."""

    remote: Remote
    sent: int
    remaining: tuple[Step, ...]


def observe(client: Client, offer: Offer, scope: SearchScope) -> Remote | None:
    """What the portal holds of the offer, asked again where a fault may pass."""
    waits = _Waits()
    while True:
        try:
            return look(client, offer.iri, scope)
        except PassingError as fault:
            client.pace.pause(waits.after(fault))


def push(
    client: Client, offer: Offer, scope: SearchScope, report: Callable[[str], None], *, prune: bool = False
) -> Outcome:
    """Bring the portal to hold what is offered; ``report`` is given a line for each request that was answered.

    A request that may have created something is never simply repeated: what it did is looked up first.
    """
    waits, sent, passes = _Waits(), 0, 0
    identifiers: dict[str, str] = {}
    while True:
        try:
            remote = look(client, offer.iri, scope._replace(dataset=identifiers.get(DATASET, scope.dataset)))
            todo = steps(offer, remote, scope, prune=prune)
            if remote and sent and not extras(remote.said).get(DATASET_KEY):
                # a portal that drops the extra by which the dataset is found again would be given a second one
                raise PortalError("extra-of-dataset", remedy="name-dataset", dataset_key=DATASET_KEY, id=remote.id)
            if remote and (not todo or passes == _PASSES):
                return Outcome(remote, sent, todo)
            identifiers |= {DATASET: remote.id} if remote else {}
            for number, step in enumerate(_performed(client, todo, identifiers), start=1):
                sent += 1
                waits = _Waits()
                report(f"{number}/{len(todo)} {step}")
            passes += 1
        except PassingError as fault:
            wait = waits.after(fault)
            report(say("portal", "trying-again", fault=fault.message, seconds=f"{wait:.0f}"))
            client.pace.pause(wait)


class _Waits:
    """How many faults in a row are borne, and how long each is waited out."""

    def __init__(self) -> None:
        self._seconds = iter(_BACKOFF)

    def after(self, fault: PassingError) -> float:
        wait = max(next(self._seconds, _PATIENCE + 1), fault.after)
        if wait > _PATIENCE:
            raise fault
        return wait


def _performed(client: Client, todo: tuple[Step, ...], identifiers: dict[str, str]) -> Iterator[Step]:
    """Send each request, with what earlier answers gave in place of what was not known before."""
    for step in todo:
        path, content = step.path, step.content
        for sign, value in identifiers.items():
            path = path.replace(sign, value)
        if isinstance(content, dict):
            content = {name: identifiers.get(value, value) if isinstance(value, str) else value
                       for name, value in content.items()}  # fmt: skip
        answer = client.send(step.method, path, content)
        body: Json = answer if isinstance(answer, dict) else {}
        if isinstance(content, PortalFile):
            # what arrived is compared with what was sent, as far as the portal says
            summed = body.get("checksum")
            kind = text(summed.get("type")) if isinstance(summed, dict) else ""
            is_other = kind in ("sha1", "sha256") and not _holds(content, body)
            if is_other or body.get("filesize") not in (None, content.size):
                place = Place(f"{step.method} {client.access.url(path)}")
                raise PassingError("not-whole", place=place, remedy="push-sends-anew", name=content.name)
        elif extras(content).get(PART_KEY) and not extras(body).get(PART_KEY):
            # a portal that drops the extra by which a resource is found again would be given it anew each time
            place = Place(f"{step.method} {step.path}")
            raise PortalError("extra-of-resource", place=place, remedy="ask-for-extras", part_key=PART_KEY)
        if step.method == "POST":
            identifier = text(body.get("id"))
            if not identifier or not identifier.replace("-", "").replace("_", "").isalnum():
                place = Place(f"{step.method} {step.path}")
                raise PortalError("portal-no-identifier", place=place, remedy="push-looks-up")
            identifiers[DATASET if step.path == "/datasets/" else RESOURCE] = identifier
            identifiers[ADDRESS] = text(body.get("url"))
        yield step._replace(path=path)


def list_requests(access: Access, todo: tuple[Step, ...], scope: SearchScope, remote: Remote | None) -> str:
    """Every request of a push in its order: first the look-up, then what changes something, then the read-back."""
    paths = [_dataset_path(scope.dataset)] if scope.dataset else ["/me/org_datasets/"]
    if scope.organization and not scope.dataset:
        paths.append(_shelf(scope.organization, 1))
    reads = [Step("GET", path, say("portal", "is-dataset-there")) for path in paths]
    dataset = f"/datasets/{remote.id if remote else DATASET}/"
    if remote and not scope.dataset:
        reads.append(Step("GET", dataset, say("portal", "what-does-it-hold")))
    again = [Step("GET", dataset, say("portal", "holds-what-was-sent"))] if todo else []
    listed = "\n".join(_request(number, step, access) for number, step in enumerate([*reads, *todo, *again], start=1))
    signs = [sign for sign in (DATASET, RESOURCE, ADDRESS) if sign in listed]
    return f"{say('portal', 'answers-will-tell', signs=', '.join(signs))}\n\n{listed}" if signs else listed


def _request(number: int, step: Step, access: Access) -> str:
    lines = [f"# {number}. {step.why}", f"{step.method} {access.url(step.path)}"]
    lines.append(say("portal", "key-from", variable=VARIABLE))
    if isinstance(step.content, PortalFile):
        file = step.content
        values = {"name": file.name, "media": file.media, "size": str(file.size), "sum": file.sha256}
        lines += ["Content-Type: multipart/form-data", "", say("portal", "parcel", **values)]
    elif step.content is not None:
        body = json.dumps(step.content, ensure_ascii=False, indent=2)
        lines += ["Content-Type: application/json", "", body]
    return "\n".join(lines) + "\n"


def say_outcome(offer: Offer, outcome: Outcome) -> str:
    remote, page = outcome.remote, outcome.remote.page
    if outcome.remaining:
        differs = say("portal", "differs", n=len(outcome.remaining))
        lines = [say("portal", "read-back-differs", where=page, differs=differs)]
        lines += [f"  {step}" for step in outcome.remaining]
    elif outcome.sent:
        lines = [say("portal", "requests-changed", where=page, n=outcome.sent)]
    else:
        lines = [say("portal", "already-holds", where=page)]
    if remote.said.get("private"):
        lines.append(say("portal", "is-private"))
    return "\n".join([*lines, *_remarks(offer, remote)]) + "\n"


def say_status(offer: Offer, remote: Remote | None, todo: tuple[Step, ...]) -> str:
    if remote is None:
        return say("portal", "not-on-portal") + "\n"
    differs = say("portal", "differs", n=len(todo))
    head = say("portal", "status-differs" if todo else "holds-release", where=remote.page, differs=differs)
    return "\n".join([head, *(f"  {step}" for step in todo), *_remarks(offer, remote)]) + "\n"


def _remarks(offer: Offer, remote: Remote) -> Iterator[str]:
    for resource in leftovers(offer, remote):
        identifier = text(resource.get("id"))
        if key := key_of(resource):
            yield say("portal", "no-longer-in-release", key=key, id=identifier)
        else:
            yield say("portal", "not-by-push", title=text(resource.get("title")), id=identifier)
