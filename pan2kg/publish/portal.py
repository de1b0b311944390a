"""A release on a portal that runs udata, as data.public.lu does: said in its words; look, send what differs.

The key is read from the environment and never shown: every text that may contain it passes :meth:`Access.conceal`.
Requests are spaced to one a second at most, however fast the portal answers. A refusal is a sentence with a remedy.

After a fault that may pass, the push waits and begins again with a look. A request whose answer was lost may have been
carried out, and repeated it would create a second dataset or file. Where both agree nothing is sent, so that a push
that is repeated changes nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import socket
import ssl
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

import httpx
import pyoxigraph as ox

from pan2kg.errors import Pan2kgError, Place, ProjectError, TurtleError
from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.i18n.message import either, say, told
from pan2kg.project import reason
from pan2kg.publish.vocabulary import DCAT, SPDX
from pan2kg.turtle.vocabulary import DCTERMS, RDF, RDFS, SKOS

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]
"""What JSON can say."""
Json = dict[str, Value]


class PortalError(Pan2kgError):
    status: int = 0


class PassingError(PortalError):
    after: float = 0.0


VARIABLE: Final = "PAN2KG_PORTAL_KEY"
PORTAL: Final = "https://data.public.lu"
_API: Final = "/api/1"
_REMEDIES: Final[Mapping[int, str]] = {
    **{status: f"portal-{status}-remedy" for status in (400, 401, 403, 404, 410, 413, 415)},
    423: "push-goes-on", 429: "push-goes-on",
}  # fmt: skip
"""What mends a refusal, by the status of the portal's answer."""
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""The statuses after which trying again may help."""


@dataclass(frozen=True, slots=True)
class Access:
    portal: str
    key: str = field(default="", repr=False)

    def url(self, path: str) -> str:
        return f"{self.portal}{_API}{path}"

    def conceal(self, text: str) -> str:
        return text.replace(self.key, "…") if self.key else text


def read_access(portal: str, environment: Mapping[str, str], *, needs_key: bool) -> Access:
    """The portal at an address, with the key the environment holds.

    >>> read_access("http://data.public.lu", {}, needs_key=False)
    Traceback (most recent call last):
    pan2kg.publish.portal.PortalError: http://data.public.lu: The key would be sent in the clear. Write https://.
    """
    option = Place("--portal")
    try:
        url = urlsplit(portal)
        host, fits = url.hostname or "", url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        fits = False
    if not fits or re.search(r"[^!-~]", portal):
        raise PortalError("no-portal-address", place=option, remedy="write-it-as", portal=PORTAL)
    if url.username is not None or url.query or url.fragment:
        raise PortalError("address-too-long", place=option, remedy="write-it-as", portal=PORTAL)
    try:
        is_loopback = ip_address(host).is_loopback
    except ValueError:
        is_loopback = host == "localhost"
    if url.scheme == "http" and not is_loopback:
        raise PortalError("key-in-clear", place=Place(portal), remedy="write-https")
    address = portal.rstrip("/").removesuffix(_API)
    if not needs_key:
        return Access(address)
    key = environment.get(VARIABLE, "").strip()
    if not key:
        raise PortalError("variable-not-set", remedy="set-key", variable=VARIABLE)
    if not re.fullmatch(r"[!-~]+", key):
        raise PortalError("key-faulty", remedy="copy-key-again", variable=VARIABLE)
    return Access(address, key)


class Pace:
    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self.pause = clock, sleep
        self._free = float("-inf")

    def wait(self) -> None:
        now = self._clock()
        if now < self._free:
            self.pause(self._free - now)
        self._free = max(now, self._free) + 1.0


class PortalFile(NamedTuple):
    name: str
    path: Path
    media: str
    size: int
    sha256: str
    sha1: str

    def is_held(self, remote: Json) -> bool:
        summed = remote.get("checksum")
        if not isinstance(summed, dict):
            return False
        sums = {"sha256": self.sha256, "sha1": self.sha1}
        return text(summed.get("value")).lower() == sums.get(text(summed.get("type")).lower())


_HOPS: Final = 3
_PATIENT: Final = 5
"""So many times longer than usual a portal is waited for that has a large file: it may scan and store it first."""
_LARGEST: Final = 1 << 26
_MOVED: Final = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Client:
    access: Access
    pace: Pace
    timeout: float = 60.0

    def get(self, path: str) -> Value:
        url, host = self.access.url(path), ""
        for _ in range(_HOPS):
            answer, content = self._exchange("GET", url, None)
            if answer.status_code not in _MOVED:
                return self._read(answer, content, f"GET {url}")
            url = urljoin(url, answer.headers.get("location", ""))
            origin, host = _origin(url)
            if origin != _origin(self.access.portal)[0]:
                break
        place = Place(self.access.url(path))
        raise PortalError("portal-redirects-readers", place=place, remedy="key-not-sent-there", url=host)

    def send(self, method: str, path: str, content: Json | PortalFile | None) -> Value:
        url = self.access.url(path)
        answer, body = self._exchange(method, url, content)
        if answer.status_code in _MOVED:
            place, moved = Place(f"{method} {url}"), _origin(answer.headers.get("location", ""))[1]
            raise PortalError("portal-redirects-writers", place=place, remedy="key-not-sent-there", moved=moved)
        return self._read(answer, body, f"{method} {url}")

    def _exchange(self, method: str, url: str, content: Json | PortalFile | None) -> tuple[httpx.Response, bytes]:
        headers = {"Accept": "application/json", "User-Agent": "pan2kg"}
        if self.access.key:
            headers["X-API-KEY"] = self.access.key
        place, is_secure = Place(f"{method} {url}"), url.startswith("https:")
        file, body = content if isinstance(content, PortalFile) else None, b""
        if content is not None and not file:
            headers["Content-Type"] = "application/json"
            body = json.dumps(content, ensure_ascii=False).encode()
        self.pace.wait()
        try:
            opened = file.path.open("rb") if file else None
        except OSError as error:
            raise ProjectError("cannot-read-file", place=Place(str(url)), reason=str(error.strerror)) from None
        try:
            with (
                opened or nullcontext(),
                httpx.Client(
                    verify=ssl.create_default_context() if is_secure else False,  # only this machine is asked without
                    trust_env=is_secure, timeout=self.timeout * (_PATIENT if file else 1),
                ) as client,
            ):  # fmt: skip
                if file and opened:
                    if opened.seek(0, 2) != file.size:
                        raise ProjectError("file-changed", place=Place(str(file.path)), remedy="push-goes-on")
                    opened.seek(0)
                    files = {"file": (file.name, opened, file.media or "application/octet-stream")}
                    request = client.build_request(method, url, headers=headers, files=files)
                else:
                    request = client.build_request(method, url, headers=headers, content=body)
                answer, received = client.send(request, stream=True, follow_redirects=False), bytearray()
                try:
                    for piece in answer.iter_bytes():
                        received += piece
                        if len(received) > _LARGEST:
                            raise PortalError("portal-endless", place=place, remedy="check-home-page")
                finally:
                    answer.close()
                return answer, bytes(received)
        except httpx.TimeoutException:
            raise PassingError("portal-too-slow", place=place, remedy="check-connection") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if file and isinstance(error, httpx.LocalProtocolError):
                raise ProjectError("file-changed", place=Place(str(file.path)), remedy="push-goes-on") from None
            causes = list(_causes(error))
            if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
                raise PortalError("portal-certificate", place=place, remedy="check-home-page") from None
            if any(isinstance(cause, socket.gaierror) for cause in causes):
                host = urlsplit(url).hostname
                raise PortalError("host-not-found", place=place, remedy="check-connection", hostname=host) from None
            words = next((cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror), "")
            why = self.access.conceal(_clean(words or str(error) or type(error).__name__)).lower()
            raise PassingError("connection-broke", place=place, remedy="check-connection", why=why) from None

    def _read(self, answer: httpx.Response, content: bytes, place: str) -> Value:
        status, value, is_json = answer.status_code, None, True
        try:
            value = json.loads(content) if content else None
        except ValueError:
            is_json = False
        if status < 300 and is_json:
            return value
        if status < 300:
            raise PortalError("no-udata", place=Place(place), remedy="check-home-page")
        # the server's own words: its message, and what it says of each field
        words = []
        if isinstance(value, dict):
            message, errors = value.get("message") or value.get("error"), value.get("errors")
            words = [message] if isinstance(message, str) else []
            if isinstance(errors, dict):
                words += [f"{name}: {json.dumps(words, ensure_ascii=False)}" for name, words in errors.items()]
        said = self.access.conceal(_clean("; ".join(words))[:400])
        unlisted = ("portal-server", "push-goes-on") if status >= 500 else ("portal-other", "portal-other-remedy")
        code, remedy = (f"portal-{status}", _REMEDIES[status]) if status in _REMEDIES else unlisted
        fault = (PassingError if status in _PASSING else PortalError)(
            "portal-answer-said" if said else "portal-answer", place=Place(place), remedy=remedy, fault=told(code),
            status=str(status), words=said.rstrip("."),
        )  # fmt: skip
        fault.status = status
        if isinstance(fault, PassingError):
            fault.after = wait_of(answer.headers.get("retry-after", ""), datetime.now(UTC))
        raise fault


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def wait_of(text: str, now: datetime) -> float:
    if re.fullmatch(r"\d{1,9}", text.strip()):
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())


def _clean(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())


def _origin(url: str) -> tuple[tuple[str, str | None, int | None], str]:
    split = urlsplit(url)
    try:
        port = split.port
    except ValueError:
        port = -1
    host = _clean(f"{split.scheme}://{split.hostname}" if split.hostname else str(told("another-address")))
    return (split.scheme, split.hostname, port or {"https": 443, "http": 80}.get(split.scheme)), host


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

    def fault(self, key: str, /, *, remedy: str = "publish-again", **values: object) -> ProjectError:
        return ProjectError(key, place=self.place, remedy=remedy, **values)

    def nodes(self, subject: str, *predicates: str) -> list[str]:
        terms = (term for predicate in predicates for term in self.terms.get((subject, predicate), ()))
        return list(dict.fromkeys(_name(term) for term in terms if isinstance(term, ox.NamedNode | ox.BlankNode)))

    def node(self, subject: str, *predicates: str) -> str:
        return next(iter(self.nodes(subject, *predicates)), "")

    def texts(self, subject: str, *predicates: str) -> list[str]:
        tags = (*LANGUAGES, "")
        ranked = []
        for term in (term for predicate in predicates for term in self.terms.get((subject, predicate), ())):
            if isinstance(term, ox.Literal):
                language = (term.language or "").partition("-")[0].lower()
                ranked.append((tags.index(language) if language in tags else len(tags), term.value.strip()))
        return [text for _, text in sorted(ranked, key=lambda pair: pair[0])]

    def text(self, subject: str, *predicates: str, is_needed: bool = False) -> str:
        text = next(iter(self.texts(subject, *predicates)), "")
        if is_needed and not text:
            raise self.fault("unstated", property=predicates[0].replace(DCTERMS, "dcterms:"))
        return text


def _name(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


DATASET_KEY: Final = "pan2kg:dataset"
"""The extra that names our dataset on the portal, by its IRI."""
PART_KEY: Final = "pan2kg:part"
"""The extra that names each of its resources, by the path of the file or by the address."""
VERSION_KEY: Final = "pan2kg:version"


class PortalPart(NamedTuple):
    key: str
    said: Json
    file: PortalFile | None

    def body(self, resource: Json | None, address: str) -> Json:
        body = self.said | {"id": resource["id"] if resource else RESOURCE, "url": address}
        return body | ({"extras": extras(resource) | {PART_KEY: self.key}} if resource else {})


def make_offer(folder: Path, scratch: Path, *, linked: bool = False) -> Offer:
    """Say a release in udata's terms; files the portal refuses as they are get compressed into ``scratch``.

    What it refuses and could have as CSV too, a workbook of the same table, is left to the release. Where the portal is
    only to lead to the files (``linked``), all of them are offered at the address the catalogue names.
    """
    path = folder / CATALOGUE
    if not path.is_file():
        key = "no-release" if folder.is_dir() else "no-such-folder"
        raise ProjectError(key, place=Place(str(folder)), remedy="make-release", catalogue=CATALOGUE)
    catalogue = _Catalogue(path)
    datasets = sorted(
        subject for (subject, predicate), terms in catalogue.terms.items()
        if predicate == RDF + "type" and ox.NamedNode(f"{DCAT}Dataset") in terms
        and catalogue.nodes(subject, f"{DCAT}distribution")
    )  # fmt: skip
    if len(datasets) != 1:
        raise catalogue.fault("datasets-several", number=len(datasets))
    dataset = datasets[0]
    version = catalogue.text(dataset, f"{DCAT}version", "http://www.w3.org/2002/07/owl#versionInfo")
    subjects = catalogue.nodes(dataset, f"{DCAT}distribution")
    iri, description = _dataset(catalogue, dataset, subjects, version)
    files = {subject: _file(catalogue, subject, folder) for subject in subjects}

    # the name each file goes by, and whether it is compressed; a name two files share gets their folders in it
    paths = {source: source.relative_to(folder).as_posix() for source in sorted(filter(None, files.values()))}
    names = {source: upload_name(path) for source, path in paths.items()}
    shared = Counter(
        name
        for source, (name, packed) in names.items()
        if not (packed and source.with_name(f"{source.name}.gz") in names)
    )
    for named, within in paths.items():
        if shared[names[named][0]] > 1:  # dumps/graph.jsonld as dumps-graph-jsonld.jsonld
            names[named] = upload_name(f"{within.replace('/', '-').replace('.', '-')}.{within.rpartition('.')[2]}")
    parts = []
    for subject, file in files.items():
        name = names[file] if file and not linked else None
        if file and name and name[1] and {file.with_name(f"{file.name}.gz"), file.with_suffix(".csv")} & paths.keys():
            continue
        url = catalogue.node(subject, f"{DCAT}downloadURL", f"{DCAT}accessURL")
        media = catalogue.node(subject, f"{DCAT}mediaType")
        media = media.partition("/media-types/")[2] or media
        # the same part keeps its name, and so its address on the portal, when the version in it goes up
        key = (paths[file] if file else url).replace(version or "\0", "{version}")
        body: Json = {
            "title": catalogue.text(subject, f"{DCTERMS}title"),
            "description": catalogue.text(subject, f"{DCTERMS}description"), "extras": {PART_KEY: key},
        }  # fmt: skip
        portal_file = pack(file, name[0], media, folder=scratch if name[1] else None) if file and name else None
        if file is None:
            body |= {"filetype": "remote", "type": "api", "url": url, "format": "api"}
        else:
            body["type"] = "documentation" if media in _DOCUMENTS else "main"
            # what the content is, compressed or not
            body["format"] = file.name.lower().removesuffix(".gz").rpartition(".")[2]
            # a link has neither size nor checksum: the portal need not be told of each change of a file it has not
            body |= {"filetype": "remote", "url": url, "mime": media} if portal_file is None else {
                "filetype": "file", "mime": portal_file.media, "filesize": portal_file.size,
                "checksum": {"type": "sha256", "value": portal_file.sha256},
            }  # fmt: skip
        parts.append(PortalPart(key, body, portal_file))
    doubles = [key for key, number in Counter(part.key for part in parts).items() if number > 1]
    if doubles:
        raise catalogue.fault("same-distributions", remedy="mend-record", address=doubles[0])
    return Offer(iri, description, tuple(parts))


def _dataset(catalogue: _Catalogue, dataset: str, distributions: list[str], version: str) -> tuple[str, Json]:
    title = catalogue.text(dataset, f"{DCTERMS}title", is_needed=True)
    description = catalogue.text(dataset, f"{DCTERMS}description", is_needed=True)
    licences = (catalogue.node(subject, f"{DCTERMS}license") for subject in (dataset, *distributions))
    licence = next(filter(None, licences), "")
    if not licence:
        raise catalogue.fault("unstated", property="dcterms:license")
    rate = catalogue.node(dataset, f"{DCTERMS}accrualPeriodicity")
    if not rate:
        raise catalogue.fault("unstated", property="dcterms:accrualPeriodicity")
    if len(title) > _TITLE or len(description) > _DESCRIPTION:
        raise catalogue.fault("title-too-long", remedy="mend-record")
    frequency = FREQUENCIES.get(rate.rpartition("/")[2])
    if not frequency:
        raise catalogue.fault("no-frequency", remedy="mend-record", iri=rate)
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
    return iri, body


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
    identifiers = set(LICENCES.values())
    by_label = next((label for label in labels if label in identifiers), None)
    identifier = by_label or LICENCES.get(licence.partition("://")[2].rstrip("/"))
    if not identifier:
        names = either(sorted(identifiers))
        raise ProjectError("no-licence-there", place=place, remedy="give-label", licence=licence, names=names)
    return identifier


def tags(keywords: list[str]) -> Iterator[str]:
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
    steps = [step for step in unquote(urlsplit(url).path).split("/") if step]
    for at in range(len(steps)):
        path = folder.joinpath(*steps[at:])
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            return path
    return None


def upload_name(path: str) -> tuple[str, bool]:
    letters = unicodedata.normalize("NFKD", PurePosixPath(path).name).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9.]+", "-", letters).strip("-.") or "file"
    stem, _, ending = name.rpartition(".")
    if stem and ending in RENAMED:
        return f"{stem}.{RENAMED[ending]}", False
    return (name, False) if stem and ending in ALLOWED else (f"{name}.gz", True)


def pack(path: Path, name: str, media: str, *, folder: Path | None) -> PortalFile:
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
            raise ProjectError("cannot-write-there", place=Place(str(source)), reason=reason(error)) from None
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


class Remote(NamedTuple):
    id: str
    said: Json

    @property
    def resources(self) -> list[Json]:
        rows = self.said.get("resources")
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    @property
    def page(self) -> str:
        return text(self.said.get("page")) or say("portal", "dataset", id=self.id)


def text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def extras(value: Value) -> Json:
    values = value.get("extras") if isinstance(value, dict) else None
    return values if isinstance(values, dict) else {}


def key_of(resource: Json) -> str:
    return text(extras(resource).get(PART_KEY))


class SearchScope(NamedTuple):
    organization: str = ""
    dataset: str = ""

    def shelf(self, page: int) -> str:
        return f"/organizations/{quote(self.organization, safe='')}/datasets/?page={page}&page_size=100"

    def look(self, client: Client, iri: str) -> Remote | None:
        if self.dataset:
            remote = _fetch(client, self.dataset)
            holds = text(extras(remote.said).get(DATASET_KEY))
            if holds not in ("", iri):
                place = Place(f"--dataset {self.dataset}")
                raise PortalError("dataset-of-another", place=place, remedy="name-right-dataset", holds=holds)
            return remote
        identifiers = sorted({
            text(row.get("id")) for row in self._own(client)
            if not row.get("deleted") and extras(row).get(DATASET_KEY) == iri and text(row.get("id"))
        })  # fmt: skip
        if len(identifiers) > 1:
            number, names = len(identifiers), ", ".join(identifiers)
            raise PortalError("several-datasets", remedy="delete-all-but-one", number=number, iri=iri, names=names)
        return _fetch(client, identifiers[0]) if identifiers else None

    def _own(self, client: Client) -> Iterator[Json]:
        try:
            answers = [client.get("/me/org_datasets/")]
        except PortalError as error:
            if error.status != 404:
                raise
            answers = [client.get("/me/datasets/")]
        page = 1 if self.organization else 0
        while answers:
            answer = answers.pop()
            listed = answer.get("data") if isinstance(answer, dict) else answer
            if not isinstance(listed, list):
                raise PortalError("portal-other-kind", remedy="check-home-page", wanted=told("portal-list"))
            yield from (row for row in listed if isinstance(row, dict))
            if page == 1 or (page and isinstance(answer, dict) and answer.get("next_page")):
                answers.append(client.get(self.shelf(page)))
                page += 1


def _fetch(client: Client, identifier: str) -> Remote:
    answer = client.get(f"/datasets/{quote(identifier, safe='')}/")
    if not isinstance(answer, dict) or not text(answer.get("id")):
        raise PortalError("portal-other-kind", remedy="check-home-page", wanted=told("portal-dataset"))
    if answer.get("deleted"):
        raise PortalError("dataset-deleted", remedy="portal-410-remedy", identifier=identifier)
    return Remote(text(answer["id"]), answer)


DATASET: Final = "{dataset}"
RESOURCE: Final = "{resource}"
ADDRESS: Final = "{url}"
"""What stands for an identifier or address that only an earlier answer gives."""
_KEPT: Final = ("acronym", "spatial", "temporal_coverage", "frequency_date", "private")
"""What udata could empty if an update left it out, and people may have set on the portal."""
_COMPUTED: Final = frozenset({"checksum", "filesize", "format", "mime"})
"""What udata works out of a file it holds: an update may say better, which version 6 keeps and later ones do not."""


class PushStep(NamedTuple):
    method: str
    path: str
    why: str
    content: Json | PortalFile | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.why}"

    def written(self, number: int, access: Access) -> str:
        lines = [f"# {number}. {self.why}", f"{self.method} {access.url(self.path)}"]
        lines.append(say("portal", "key-from", variable=VARIABLE))
        if isinstance(self.content, PortalFile):
            file = self.content
            values = {"name": file.name, "media": file.media, "size": str(file.size), "sum": file.sha256}
            lines += ["Content-Type: multipart/form-data", "", say("portal", "parcel", **values)]
        elif self.content is not None:
            body = json.dumps(self.content, ensure_ascii=False, indent=2)
            lines += ["Content-Type: application/json", "", body]
        return "\n".join(lines) + "\n"


class Offer(NamedTuple):
    iri: str
    said: Json
    parts: tuple[PortalPart, ...]

    def leftovers(self, remote: Remote | None) -> list[Json]:
        matched = [text(resource.get("id")) for resource in self._match(remote).values()]
        rows = remote.resources if remote else []
        return [resource for resource in rows if text(resource.get("id")) not in matched]

    def _match(self, remote: Remote | None) -> dict[str, Json]:
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
        for part in self.parts:
            if part.file and part.key not in by_key and part.file.name in strays:
                by_key[part.key] = strays.pop(part.file.name)
        return {part.key: by_key[part.key] for part in self.parts if part.key in by_key}

    def steps(self, remote: Remote | None, scope: SearchScope, *, prune: bool = False) -> tuple[PushStep, ...]:
        todo: list[PushStep] = []

        def add(method: str, path: str, why: str, content: Json | PortalFile | None = None, **values: object) -> None:
            todo.append(PushStep(method, path, say("portal", why, **values), content))

        path = (f"/datasets/{quote(remote.id, safe='')}/") if remote else f"/datasets/{DATASET}/"
        if remote is None:
            owner: Json = {"organization": {"id": scope.organization}} if scope.organization else {}
            add("POST", "/datasets/", "not-there-yet", self.said | {"private": True} | owner)
        elif names := _changed(self.said, remote.said):
            body = {name: remote.said[name] for name in _KEPT if remote.said.get(name) is not None} | self.said
            body["extras"] = extras(remote.said) | extras(self.said)
            organization = remote.said.get("organization")
            if isinstance(organization, dict) and text(organization.get("id")):
                body["organization"] = {"id": organization["id"]}
            add("PUT", path, "changed-on-dataset", body, names=", ".join(names))
        matched = self._match(remote)
        # udata puts a new resource before the others, so that the last one sent stands first
        for part in reversed(self.parts):
            key, resource = part.key, matched.get(part.key)
            place = f"{path}resources/{quote(text((resource or {}).get('id')), safe='') if resource else RESOURCE}/"
            if resource is None and part.file is None:
                add("POST", f"{path}resources/", "part-not-there-yet", part.said, key=key)
            elif part.file and not (resource and part.file.is_held(resource)):
                upload, why = (place, "other-content") if resource else (path, "part-not-there-yet")
                add("POST", f"{upload}upload/", why, part.file, key=key)
                add("PUT", place, "what-part-is", part.body(resource, ADDRESS), key=key)
            elif resource:
                said = {name: value for name, value in part.said.items() if not (part.file and name in _COMPUTED)}
                if names := _changed(said, resource):
                    address = text(part.said.get("url")) or text(resource.get("url"))
                    add("PUT", place, "changed-on-part", part.body(resource, address), key=key, names=", ".join(names))
        for resource in self.leftovers(remote) if prune else ():
            if key := key_of(resource):
                add("DELETE", f"{path}resources/{quote(text(resource.get('id')), safe='')}/", "part-gone", key=key)
        return tuple(todo)

    def remarks(self, remote: Remote) -> Iterator[str]:
        for resource in self.leftovers(remote):
            key, identifier = key_of(resource), text(resource.get("id"))
            words = {"key": key} if key else {"title": text(resource.get("title"))}
            yield say("portal", "no-longer-in-release" if key else "not-by-push", id=identifier, **words)


def _changed(wanted: Json, remote: Json) -> list[str]:
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


class PushOutcome(NamedTuple):
    remote: Remote
    sent: int
    remaining: tuple[PushStep, ...]

    def told(self, offer: Offer) -> str:
        page = self.remote.page
        if self.remaining:
            differs = say("portal", "differs", n=len(self.remaining))
            lines = [say("portal", "read-back-differs", where=page, differs=differs)]
            lines += [f"  {step}" for step in self.remaining]
        elif self.sent:
            lines = [say("portal", "requests-changed", where=page, n=self.sent)]
        else:
            lines = [say("portal", "already-holds", where=page)]
        if self.remote.said.get("private"):
            lines.append(say("portal", "is-private"))
        return "\n".join([*lines, *offer.remarks(self.remote)]) + "\n"


class _Waits:
    def __init__(self) -> None:
        self._seconds = iter(_BACKOFF)

    def after(self, fault: PassingError) -> float:
        wait = max(next(self._seconds, _PATIENCE + 1), fault.after)
        if wait > _PATIENCE:
            raise fault
        return wait


def observe(client: Client, offer: Offer, scope: SearchScope) -> Remote | None:
    waits = _Waits()
    while True:
        try:
            return scope.look(client, offer.iri)
        except PassingError as fault:
            client.pace.pause(waits.after(fault))


def push(
    client: Client, offer: Offer, scope: SearchScope, report: Callable[[str], None], *, prune: bool = False
) -> PushOutcome:
    """Bring the portal to hold what is offered; ``report`` is given a line for each request that was answered.

    A request that may have created something is never simply repeated: what it did is looked up first.
    """
    waits, sent, passes = _Waits(), 0, 0
    identifiers: dict[str, str] = {}
    while True:
        try:
            remote = scope._replace(dataset=identifiers.get(DATASET, scope.dataset)).look(client, offer.iri)
            todo = offer.steps(remote, scope, prune=prune)
            if remote and sent and not extras(remote.said).get(DATASET_KEY):
                # a portal that drops the extra by which the dataset is found again would be given a second one
                raise PortalError("extra-of-dataset", remedy="name-dataset", dataset_key=DATASET_KEY, id=remote.id)
            if remote and (not todo or passes == _PASSES):
                return PushOutcome(remote, sent, todo)
            identifiers |= {DATASET: remote.id} if remote else {}
            for number, step in enumerate(todo, start=1):
                path = _perform(client, step, identifiers)
                sent += 1
                waits = _Waits()
                report(f"{number}/{len(todo)} {step._replace(path=path)}")
            passes += 1
        except PassingError as fault:
            wait = waits.after(fault)
            report(say("portal", "trying-again", fault=fault.message, seconds=f"{wait:.0f}"))
            client.pace.pause(wait)


def _perform(client: Client, step: PushStep, identifiers: dict[str, str]) -> str:
    path, content, place = step.path, step.content, Place(f"{step.method} {step.path}")
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
        is_other = kind in ("sha1", "sha256") and not content.is_held(body)
        if is_other or body.get("filesize") not in (None, content.size):
            sent_to = Place(f"{step.method} {client.access.url(path)}")
            raise PassingError("not-whole", place=sent_to, remedy="push-goes-on", name=content.name)
    elif extras(content).get(PART_KEY) and not extras(body).get(PART_KEY):
        # a portal that drops the extra by which a resource is found again would be given it anew each time
        raise PortalError("extra-of-resource", place=place, remedy="ask-for-extras", part_key=PART_KEY)
    if step.method == "POST":
        identifier = text(body.get("id"))
        if not identifier or not identifier.replace("-", "").replace("_", "").isalnum():
            raise PortalError("portal-no-identifier", place=place, remedy="push-goes-on")
        identifiers[DATASET if step.path == "/datasets/" else RESOURCE] = identifier
        identifiers[ADDRESS] = text(body.get("url"))
    return path


def list_requests(access: Access, todo: tuple[PushStep, ...], scope: SearchScope, remote: Remote | None) -> str:
    paths = [f"/datasets/{quote(scope.dataset, safe='')}/"] if scope.dataset else ["/me/org_datasets/"]
    if scope.organization and not scope.dataset:
        paths.append(scope.shelf(1))
    reads = [PushStep("GET", path, say("portal", "is-dataset-there")) for path in paths]
    dataset = f"/datasets/{remote.id if remote else DATASET}/"
    if remote and not scope.dataset:
        reads.append(PushStep("GET", dataset, say("portal", "what-does-it-hold")))
    again = [PushStep("GET", dataset, say("portal", "holds-what-was-sent"))] if todo else []
    listed = "\n".join(step.written(number, access) for number, step in enumerate([*reads, *todo, *again], start=1))
    signs = [sign for sign in (DATASET, RESOURCE, ADDRESS) if sign in listed]
    return f"{say('portal', 'answers-will-tell', signs=', '.join(signs))}\n\n{listed}" if signs else listed


def say_status(offer: Offer, remote: Remote | None, todo: tuple[PushStep, ...]) -> str:
    if remote is None:
        return say("portal", "not-on-portal") + "\n"
    differs = say("portal", "differs", n=len(todo))
    head = say("portal", "status-differs" if todo else "holds-release", where=remote.page, differs=differs)
    return "\n".join([head, *(f"  {step}" for step in todo), *offer.remarks(remote)]) + "\n"
