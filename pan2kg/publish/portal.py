"""A release on a portal that runs udata, as data.public.lu does: said in its words; look, send what differs.

The key is read from the environment and never shown. Requests are spaced to one a second at most,
however fast the portal answers. A refusal is a sentence with a remedy.

After a fault that may pass, the push waits and begins again with a look. A request whose answer was
lost may have been carried out, and repeated it would create a second dataset or file. Where both
agree nothing is sent, so that a push that is repeated changes nothing.
"""

import gzip
import hashlib
import json
import re
import shutil
import socket
import ssl
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple
from urllib.parse import quote, unquote, urlsplit

import httpx
import pyoxigraph as ox

from pan2kg.errors import Pan2kgError, Place, ProjectError, TurtleError
from pan2kg.i18n import LANGUAGES, either, say, told
from pan2kg.project import reason
from pan2kg.publish.vocabulary import DCAT, SPDX, table_of
from pan2kg.tables.formats import harmless
from pan2kg.turtle.vocabulary import DCTERMS, RDF, RDFS, SKOS

Json = dict[str, Any]


class PortalError(Pan2kgError):
    status: int = 0


class PassingError(PortalError):
    after: float = 0.0


VARIABLE: Final = "PAN2KG_PORTAL_KEY"
PORTAL: Final = "https://data.public.lu"
_API: Final = "/api/1"
_SHELF: Final = "/organizations/{}/datasets/?page={}&page_size=100"
_REMEDIES: Final[Mapping[int, str]] = {
    **{status: f"portal-{status}-remedy" for status in (400, 401, 403, 404, 410, 413, 415)},
    429: "push-goes-on",
}
"""What mends a refusal, by the status of the portal's answer."""
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""The statuses after which trying again may help."""


def read_access(portal: str, environment: Mapping[str, str], *, needs_key: bool) -> tuple[str, str]:
    """The address of a portal, and the key the environment holds.

    >>> read_access("http://data.public.lu", {}, needs_key=False)
    Traceback (most recent call last):
    pan2kg.publish.portal.PortalError: http://data.public.lu: The key would be sent in the clear. Write https://.
    """
    option = Place("--portal")
    try:
        url = urlsplit(portal)
        host = url.hostname or ""
        fits = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        fits = False
    if not fits or re.search(r"[^!-~]", portal):
        raise PortalError("no-portal-address", place=option, remedy="write-it-as", portal=PORTAL)
    if url.username is not None or url.query or url.fragment:
        raise PortalError("no-portal-address", place=option, remedy="write-it-as", portal=PORTAL)
    try:
        is_loopback = ip_address(host).is_loopback
    except ValueError:
        is_loopback = host == "localhost"
    if url.scheme == "http" and not is_loopback:
        raise PortalError("key-in-clear", place=Place(portal), remedy="write-https")
    key = environment.get(VARIABLE, "").strip() if needs_key else ""
    if needs_key and not key:
        raise PortalError("variable-not-set", remedy="set-key", variable=VARIABLE)
    if not re.fullmatch(r"[!-~]*", key):
        raise PortalError("key-faulty", remedy="copy-key-again", variable=VARIABLE)
    return portal.rstrip("/").removesuffix(_API), key


class PortalFile(NamedTuple):
    name: str
    path: Path
    media: str
    size: int
    sha256: str
    sha1: str

    def is_held(self, remote: Json) -> bool:
        sums = {"sha256": self.sha256, "sha1": self.sha1}
        kind = dig(remote, "checksum", "type").lower()
        return kind in sums and dig(remote, "checksum", "value").lower() == sums[kind]


_HOPS: Final = 3
_PATIENT: Final = 5
"""So many times longer than usual a portal is waited for that has a large file: it may scan and store it first."""
_LARGEST: Final = 1 << 26
_MOVED: Final = (301, 302, 303, 307, 308)


@dataclass(slots=True, repr=False)  # which would show the key
class Client:
    portal: str
    key: str = ""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    timeout: float = 60.0
    _free: float = float("-inf")

    def ask(self, method: str, path: str, content: Json | PortalFile | None = None) -> Any:  # noqa: ANN401
        # a reader is led on within the portal, a writer is not, and nobody with the key
        first = url = f"{self.portal}{_API}{path}"
        home = httpx.URL(self.portal)
        name = ""
        for _ in range(_HOPS):
            answer, received = self._exchange(method, url, content)
            if answer.status_code not in _MOVED:
                return self._read(answer, received, f"{method} {url}")
            led = answer.next_request.url if answer.next_request else home
            url = str(led)
            name = harmless(f"{led.scheme}://{led.host}")
            if method != "GET" or (led.scheme, led.host, led.port) != (
                home.scheme,
                home.host,
                home.port,
            ):
                break
        if method == "GET":
            raise PortalError(
                "portal-redirects-readers",
                place=Place(first),
                remedy="key-not-sent-there",
                url=name,
            )
        place = Place(f"{method} {first}")
        raise PortalError(
            "portal-redirects-writers", place=place, remedy="key-not-sent-there", moved=name
        )

    def _exchange(
        self, method: str, url: str, content: Json | PortalFile | None
    ) -> tuple[httpx.Response, bytes]:
        headers = {"Accept": "application/json", "User-Agent": "pan2kg"}
        if self.key:
            headers["X-API-KEY"] = self.key
        place = Place(f"{method} {url}")
        is_secure = url.startswith("https:")
        file = content if isinstance(content, PortalFile) else None
        body = b""
        if content is not None and not file:
            headers["Content-Type"] = "application/json"
            body = json.dumps(content, ensure_ascii=False).encode()
        now = self.clock()
        if now < self._free:
            self.sleep(self._free - now)
        self._free = max(now, self._free) + 1.0
        try:
            opened = file.path.open("rb") if file else None
        except OSError as error:
            raise ProjectError(
                "cannot-read-file", place=Place(str(url)), reason=str(error.strerror)
            ) from None
        try:
            with (
                opened or nullcontext(),
                httpx.Client(
                    verify=ssl.create_default_context()
                    if is_secure
                    else False,  # only this machine is asked without
                    trust_env=is_secure,
                    timeout=self.timeout * (_PATIENT if file else 1),
                ) as client,
            ):
                files = None
                if file and opened:
                    if opened.seek(0, 2) != file.size:
                        raise ProjectError(
                            "file-changed", place=Place(str(file.path)), remedy="push-goes-on"
                        )
                    opened.seek(0)
                    files = {"file": (file.name, opened, file.media or "application/octet-stream")}
                request = client.build_request(
                    method, url, headers=headers, files=files, content=None if file else body
                )
                answer = client.send(request, stream=True, follow_redirects=False)
                received = bytearray()
                try:
                    for piece in answer.iter_bytes():
                        received += piece
                        if len(received) > _LARGEST:
                            raise PortalError("no-udata", place=place, remedy="check-home-page")
                finally:
                    answer.close()
                return answer, bytes(received)
        except httpx.TimeoutException:
            raise PassingError("portal-too-slow", place=place, remedy="check-connection") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if file and isinstance(error, httpx.LocalProtocolError):
                raise ProjectError(
                    "file-changed", place=Place(str(file.path)), remedy="push-goes-on"
                ) from None
            causes = list[BaseException]()
            cause = error.__cause__ or error.__context__
            while cause is not None:
                causes = [*causes, cause]
                cause = cause.__cause__ or cause.__context__
            if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
                raise PortalError(
                    "portal-certificate", place=place, remedy="check-home-page"
                ) from None
            if any(isinstance(cause, socket.gaierror) for cause in causes):
                why = str(urlsplit(url).hostname)
                raise PortalError(
                    "connection-broke", place=place, remedy="check-connection", why=why
                ) from None
            words = next(
                (
                    cause.strerror
                    for cause in causes
                    if isinstance(cause, OSError) and cause.strerror
                ),
                "",
            )
            why = self._conceal(words or str(error) or type(error).__name__).lower()
            raise PassingError(
                "connection-broke", place=place, remedy="check-connection", why=why
            ) from None

    def _read(self, answer: httpx.Response, content: bytes, place: str) -> Any:  # noqa: ANN401
        status = answer.status_code
        value = None
        try:
            value = json.loads(content) if content else None
        except ValueError:
            if status < 300:
                raise PortalError(
                    "no-udata", place=Place(place), remedy="check-home-page"
                ) from None
        if status < 300:
            return value
        # the server's own words: its message, and what it says of each field
        words = [dig(value, "message") or dig(value, "error")]
        errors = value.get("errors") if isinstance(value, dict) else None
        if isinstance(errors, dict):
            words += [
                f"{name}: {json.dumps(text, ensure_ascii=False)}" for name, text in errors.items()
            ]
        said = self._conceal("; ".join(filter(None, words)))
        unlisted = (
            ("portal-server", "push-goes-on")
            if status >= 500
            else ("portal-other", "portal-other-remedy")
        )
        code, remedy = (f"portal-{status}", _REMEDIES[status]) if status in _REMEDIES else unlisted
        fault = (PassingError if status in _PASSING else PortalError)(
            "portal-answer-said" if said else "portal-answer",
            place=Place(place),
            remedy=remedy,
            fault=told(code),
            status=str(status),
            words=said.rstrip("."),
        )
        fault.status = status
        if isinstance(fault, PassingError):
            fault.after = wait_of(answer.headers.get("retry-after", ""), datetime.now(UTC))
        raise fault

    def _conceal(self, words: str) -> str:
        text = harmless(words)
        return (text.replace(self.key, "…") if self.key else text)[:400]


def dig(value: object, *names: str) -> str:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def wait_of(text: str, now: datetime) -> float:
    if re.fullmatch(r"\d{1,9}", text.strip()):
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())


CATALOGUE: Final = "catalogue.ttl"
_UDATA: Final = table_of("udata")
LICENCES = _UDATA["licence"]
FREQUENCIES = _UDATA["frequency"]
"""udata's identifier of each licence a release may have, and of each frequency of the EU authority table."""
ALLOWED: Final = frozenset(
    {"csv", "gz", "json", "n3", "owl", "pdf", "rdf", "svg", "ttl", "xml", "zip"}
)
"""The endings the portal takes."""
RENAMED: Final = {"jsonld": "json", "geojson": "json"}
"""Endings the portal refuses although it takes the same content under another."""
_LABELS: Final = (RDFS + "label", SKOS + "prefLabel", DCTERMS + "title")
_DOCUMENTS: Final = frozenset(
    {"application/pdf", "application/xhtml+xml", "application/zip", "text/html"}
)
_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_TITLE: Final = 350
_DESCRIPTION: Final = 100_000
DATASET_KEY: Final = "pan2kg:dataset"
"""The extra that names our dataset on the portal, by its IRI."""
PART_KEY: Final = "pan2kg:part"
"""The extra that names each of its resources, by the path of the file or by the address."""
VERSION_KEY: Final = "pan2kg:version"


class _PortalCatalogue:
    def __init__(self, path: Path) -> None:
        self.place = Place(str(path))
        self.datasets = list[str]()
        ranked: dict[tuple[str, str], list[tuple[int, str]]] = {}
        tags = (*LANGUAGES, "")
        try:
            for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
                subject = str(quad.subject).strip("<>")
                term = quad.object
                if quad.predicate.value == RDF + "type" and term == ox.NamedNode(f"{DCAT}Dataset"):
                    self.datasets.append(subject)
                # texts by their language, in the order in which they are wanted
                tag = (
                    (term.language or "").partition("-")[0].lower()
                    if isinstance(term, ox.Literal)
                    else ""
                )
                text = term.value.strip() if isinstance(term, ox.Literal) else str(term).strip("<>")
                values = ranked.setdefault((subject, quad.predicate.value), [])
                values.append((tags.index(tag) if tag in tags else len(tags), text))
        except SyntaxError as error:
            place = Place(str(path), error.lineno, error.offset)
            raise TurtleError("catalogue-no-turtle", place=place, remedy="publish-again") from None
        except OSError as error:
            raise self.fault("cannot-read-file", reason=reason(error)) from None
        self.values = {
            key: [text for _, text in sorted(values, key=lambda pair: pair[0])]
            for key, values in ranked.items()
        }

    def fault(
        self, key: str, /, *, remedy: str = "publish-again", **values: object
    ) -> ProjectError:
        return ProjectError(key, place=self.place, remedy=remedy, **values)

    def all(self, subject: str, *predicates: str) -> list[str]:
        return list(
            dict.fromkeys(
                text for name in predicates for text in self.values.get((subject, name), ())
            )
        )

    def first(self, subject: str, *predicates: str, needed: str = "") -> str:
        text = next(
            (text for name in predicates for text in self.values.get((subject, name), ()) if text),
            "",
        )
        if needed and not text:
            raise self.fault("unstated", property=needed, subject=subject)
        return text


def make_offer(
    folder: Path, scratch: Path, *, linked: bool = False, organization: str = "", dataset: str = ""
) -> "Offer":
    """Say a release in udata's terms; files the portal refuses as they are get compressed into ``scratch``.

    What it refuses and could have as CSV too, a workbook of the same table, is left to the release.
    Where the portal is only to lead to the files (``linked``), all of them are offered at the
    address the catalogue names.
    """
    path = folder / CATALOGUE
    if not path.is_file():
        key = "no-release" if folder.is_dir() else "no-such-folder"
        raise ProjectError(
            key, place=Place(str(folder)), remedy="make-release", catalogue=CATALOGUE
        )
    catalogue = _PortalCatalogue(path)
    datasets = [
        subject for subject in catalogue.datasets if catalogue.all(subject, f"{DCAT}distribution")
    ]
    if len(datasets) != 1:
        raise catalogue.fault("datasets-several", number=len(datasets))
    subjects = catalogue.all(datasets[0], f"{DCAT}distribution")
    version = catalogue.first(
        datasets[0], f"{DCAT}version", "http://www.w3.org/2002/07/owl#versionInfo"
    )
    description = _dataset(catalogue, datasets[0], subjects, version)
    files = {subject: _file(catalogue, subject, folder) for subject in subjects}
    # the name each file goes by, and whether it is compressed; a name two files share gets their
    # folders in it
    paths = {
        source: source.relative_to(folder).as_posix()
        for source in sorted(filter(None, files.values()))
    }
    names = {source: upload_name(path) for source, path in paths.items()}
    shared = Counter(
        name
        for source, (name, packed) in names.items()
        if not (packed and source.with_name(f"{source.name}.gz") in names)
    )
    for named, within in paths.items():
        if shared[names[named][0]] > 1:  # dumps/graph.jsonld as dumps-graph-jsonld.jsonld
            names[named] = upload_name(
                f"{within.replace('/', '-').replace('.', '-')}.{within.rpartition('.')[2]}"
            )
    parts: dict[str, tuple[Json, PortalFile | None]] = {}
    for subject, file in files.items():
        name = names[file] if file and not linked else None
        if (
            file
            and name
            and name[1]
            and {file.with_name(f"{file.name}.gz"), file.with_suffix(".csv")} & paths.keys()
        ):
            continue
        url = catalogue.first(subject, f"{DCAT}downloadURL", f"{DCAT}accessURL")
        media = catalogue.first(subject, f"{DCAT}mediaType")
        media = media.partition("/media-types/")[2] or media
        # the same part keeps its name, and so its address on the portal, when the version in it
        # goes up
        key = (paths[file] if file else url).replace(version or "\0", "{version}")
        body: Json = {
            "title": catalogue.first(subject, f"{DCTERMS}title"),
            "description": catalogue.first(subject, f"{DCTERMS}description"),
            "extras": {PART_KEY: key},
        }
        portal_file = (
            pack(file, name[0], media, folder=scratch if name[1] else None)
            if file and name
            else None
        )
        if file is None:
            body |= {"filetype": "remote", "type": "api", "url": url, "format": "api"}
        else:
            body["type"] = "documentation" if media in _DOCUMENTS else "main"
            # what the content is, compressed or not
            body["format"] = file.name.lower().removesuffix(".gz").rpartition(".")[2]
            # a link has neither size nor checksum: the portal need not be told of each change of a
            # file it has not
            body |= (
                {"filetype": "remote", "url": url, "mime": media}
                if portal_file is None
                else {
                    "filetype": "file",
                    "mime": portal_file.media,
                    "filesize": portal_file.size,
                    "checksum": {"type": "sha256", "value": portal_file.sha256},
                }
            )
        if key in parts:
            raise catalogue.fault("same-distributions", remedy="mend-record", address=key)
        parts[key] = body, portal_file
    return Offer(description["extras"][DATASET_KEY], description, parts, organization, dataset)


def _dataset(
    catalogue: _PortalCatalogue, dataset: str, distributions: list[str], version: str
) -> Json:
    title, description, rate = (
        catalogue.first(dataset, DCTERMS + name, needed=f"dcterms:{name}")
        for name in ("title", "description", "accrualPeriodicity")
    )
    licence = next(
        filter(
            None,
            (catalogue.first(thing, f"{DCTERMS}license") for thing in (dataset, *distributions)),
        ),
        "",
    )
    if not licence:
        raise catalogue.fault("unstated", property="dcterms:license", subject=dataset)
    if len(title) > _TITLE or len(description) > _DESCRIPTION:
        raise catalogue.fault("title-too-long", remedy="mend-record")
    frequency = FREQUENCIES.get(rate.rpartition("/")[2])
    identifiers = set(LICENCES.values())
    if not frequency:
        raise catalogue.fault("no-frequency", remedy="mend-record", iri=rate)
    by_label = next(
        (label for label in catalogue.all(licence, *_LABELS) if label in identifiers), None
    )
    identifier = by_label or LICENCES.get(licence.partition("://")[2].rstrip("/"))
    if not identifier:
        names = either(sorted(identifiers))
        raise catalogue.fault("no-frequency", remedy="give-label", iri=licence, names=names)
    iri = catalogue.first(dataset, f"{DCTERMS}identifier") or dataset
    body: Json = {
        "title": title,
        "description": description,
        "license": identifier,
        "frequency": frequency,
        "tags": [*tags(catalogue.all(dataset, f"{DCAT}keyword"))],
        "extras": {DATASET_KEY: iri, **({VERSION_KEY: version} if version else {})},
    }
    period = catalogue.first(dataset, f"{DCTERMS}temporal")
    start, end = (
        catalogue.first(period, f"{DCAT}{name}")[:10] for name in ("startDate", "endDate")
    )
    if all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in (start, end)):
        body["temporal_coverage"] = {"start": start, "end": end}
    place = catalogue.first(dataset, f"{DCTERMS}spatial")
    number = r"\s*(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)\s*"
    shape = catalogue.first(place, f"{DCAT}bbox", "http://www.w3.org/ns/locn#geometry")
    if polygon := re.search(rf"POLYGON\s*\(\(({number}(?:,{number})*)\)", shape, re.IGNORECASE):
        ring = [[float(x), float(y)] for x, y in re.findall(number, polygon[1])]
        body["spatial"] = {"geom": {"type": "MultiPolygon", "coordinates": [[ring]]}}
    return body


def tags(keywords: list[str]) -> Iterator[str]:
    tags_given = set()
    for word in keywords:
        letters = unicodedata.normalize("NFKD", word.lower().translate(_LIGATURES))
        bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
        tag = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:96]
        if len(tag) >= 3 and tag not in tags_given:
            tags_given.add(tag)
            yield tag


def _file(catalogue: _PortalCatalogue, subject: str, folder: Path) -> Path | None:
    download = catalogue.first(subject, f"{DCAT}downloadURL")
    catalogue.first(subject, f"{DCTERMS}title", needed="dcterms:title")
    catalogue.first(subject, f"{DCAT}downloadURL", f"{DCAT}accessURL", needed="dcat:accessURL")
    if not download:
        return None
    file = find_file(folder, download)
    if file is None:
        raise catalogue.fault("file-not-there", download=download)
    size = catalogue.first(subject, f"{DCAT}byteSize")
    actual = str(file.stat().st_size)
    summed = catalogue.first(subject, f"{SPDX}checksum")
    algorithm = catalogue.first(summed, f"{SPDX}algorithm").rpartition("_")[2].lower()
    value = catalogue.first(summed, f"{SPDX}checksumValue").lower()
    is_other = algorithm in ("sha1", "sha256", "sha512") and value != _digest(file, algorithm)
    if is_other or (size and size.removesuffix(".0") != actual):
        raise catalogue.fault("file-size-differs", name=file.name)
    return file


def find_file(folder: Path, url: str) -> Path | None:
    steps = [step for step in unquote(urlsplit(url).path).split("/") if step]
    for at in range(len(steps)):
        path = folder.joinpath(*steps[at:])
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            return path
    return None


def upload_name(path: str) -> tuple[str, bool]:
    letters = (
        unicodedata.normalize("NFKD", PurePosixPath(path).name)
        .encode("ascii", "ignore")
        .decode()
        .lower()
    )
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
    media = "application/gzip" if name.endswith(".gz") else media
    return PortalFile(
        name,
        source,
        media,
        source.stat().st_size,
        _digest(source, "sha256"),
        _digest(source, "sha1"),
    )


def _digest(path: Path, algorithm: str) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(
                file, lambda: hashlib.new(algorithm, usedforsecurity=False)
            ).hexdigest()
    except OSError as error:
        raise ProjectError(
            "cannot-read-file", place=Place(str(path)), reason=reason(error)
        ) from None


class Remote:
    def __init__(self, said: Json) -> None:
        self.said = said
        self.id = dig(said, "id")
        self.page = dig(said, "page") or self.id
        rows = said.get("resources")
        self.resources = (
            [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        )
        for row in (said, *self.resources):
            row["extras"] = row["extras"] if isinstance(row.get("extras"), dict) else {}


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

    def written(self, number: int, portal: str) -> str:
        lines = [f"# {number}. {self.why}", f"{self.method} {portal}{_API}{self.path}"]
        lines.append(say("portal", "key-from", variable=VARIABLE))
        if isinstance(self.content, PortalFile):
            file = self.content
            values = {
                "name": file.name,
                "media": file.media,
                "size": str(file.size),
                "sum": file.sha256,
            }
            lines += ["Content-Type: multipart/form-data", "", say("portal", "parcel", **values)]
        elif self.content is not None:
            body = json.dumps(self.content, ensure_ascii=False, indent=2)
            lines += ["Content-Type: application/json", "", body]
        return "\n".join(lines) + "\n"


class Offer(NamedTuple):
    iri: str
    said: Json
    parts: dict[str, tuple[Json, PortalFile | None]]
    organization: str = ""
    dataset: str = ""

    def look(self, client: Client, named: str = "") -> Remote | None:
        if not (identifier := named or self.dataset):
            # the datasets of the owner, and all pages of those of the organization
            try:
                answer = client.ask("GET", "/me/org_datasets/")
            except PortalError as error:
                if error.status != 404:
                    raise
                answer = client.ask("GET", "/me/datasets/")
            rows = [answer]
            page = 0
            is_last = not self.organization
            while not is_last:
                page += 1
                rows.append(
                    client.ask("GET", _SHELF.format(quote(self.organization, safe=""), page))
                )
                is_last = not (isinstance(rows[-1], dict) and rows[-1].get("next_page"))
            identifiers = set()
            for answer in rows:
                listed = answer.get("data") if isinstance(answer, dict) else answer
                if not isinstance(listed, list):
                    raise PortalError("no-udata", remedy="check-home-page")
                identifiers |= {
                    dig(row, "id")
                    for row in listed
                    if dig(row, "extras", DATASET_KEY) == self.iri and not row.get("deleted")
                } - {""}
            if len(identifiers) > 1:
                number = len(identifiers)
                names = ", ".join(sorted(identifiers))
                raise PortalError(
                    "several-datasets",
                    remedy="delete-all-but-one",
                    number=number,
                    iri=self.iri,
                    names=names,
                )
            if not identifiers:
                return None
            identifier = identifiers.pop()
        answer = client.ask("GET", f"/datasets/{quote(identifier, safe='')}/")
        if not dig(answer, "id"):
            raise PortalError("no-udata", remedy="check-home-page")
        if answer.get("deleted"):
            raise PortalError("dataset-deleted", remedy="portal-410-remedy", identifier=identifier)
        if (holds := dig(answer, "extras", DATASET_KEY)) not in ("", self.iri):
            place = Place(f"--dataset {identifier}")
            raise PortalError(
                "dataset-of-another", place=place, remedy="name-right-dataset", holds=holds
            )
        return Remote(answer)

    def matched(self, remote: Remote | None) -> tuple[dict[str, Json], list[Json]]:
        # a resource without a key whose name is that of a file is an upload after which the push
        # broke off
        resources = remote.resources if remote else []
        by_key = dict[str, Json]()
        strays = dict[str, Json]()
        for resource in resources:
            if key := dig(resource, "extras", PART_KEY):
                by_key.setdefault(key, resource)
            elif resource.get("filetype") == "file":
                strays[dig(resource, "title")] = resource
        for key, (_, file) in self.parts.items():
            if file and key not in by_key and file.name in strays:
                by_key[key] = strays.pop(file.name)
        matched = {key: by_key[key] for key in self.parts if key in by_key}
        return matched, [
            row for row in resources if all(row is not resource for resource in matched.values())
        ]

    def steps(self, remote: Remote | None, *, prune: bool = False) -> tuple[PushStep, ...]:
        todo: list[PushStep] = []

        def add(
            method: str,
            path: str,
            why: str,
            content: Json | PortalFile | None = None,
            **values: object,
        ) -> None:
            todo.append(PushStep(method, path, say("portal", why, **values), content))

        path = (f"/datasets/{quote(remote.id, safe='')}/") if remote else f"/datasets/{DATASET}/"
        if remote is None:
            owner: Json = {"organization": {"id": self.organization}} if self.organization else {}
            add(
                "POST",
                "/datasets/",
                "part-not-there-yet",
                self.said | {"private": True} | owner,
                key=self.iri,
            )
        elif names := _changed(self.said, remote.said):
            body = {
                name: remote.said[name] for name in _KEPT if remote.said.get(name) is not None
            } | self.said
            body["extras"] = remote.said["extras"] | self.said["extras"]
            if organization := dig(remote.said, "organization", "id"):
                body["organization"] = {"id": organization}
            add("PUT", path, "changed-on-part", body, key=self.iri, names=names)
        matched, leftovers = self.matched(remote)
        # udata puts a new resource before the others, so that the last one sent stands first
        for key, (part, file) in reversed(self.parts.items()):
            resource = matched.get(key)
            place = (
                f"{path}resources/{quote(dig(resource, 'id'), safe='') if resource else RESOURCE}/"
            )
            body = part | {"id": resource["id"] if resource else RESOURCE, "url": ADDRESS}
            if resource:
                body["extras"] = resource["extras"] | {PART_KEY: key}
            if resource is None and file is None:
                add("POST", f"{path}resources/", "part-not-there-yet", part, key=key)
            elif file and not (resource and file.is_held(resource)):
                upload, why = (place, "other-content") if resource else (path, "part-not-there-yet")
                add("POST", f"{upload}upload/", why, file, key=key)
                add("PUT", place, "what-part-is", body, key=key)
            elif resource:
                said = {
                    name: value for name, value in part.items() if not (file and name in _COMPUTED)
                }
                if names := _changed(said, resource):
                    body["url"] = dig(part, "url") or dig(resource, "url")
                    add("PUT", place, "changed-on-part", body, key=key, names=names)
        for resource in leftovers if prune else ():
            if key := dig(resource, "extras", PART_KEY):
                add(
                    "DELETE",
                    f"{path}resources/{quote(dig(resource, 'id'), safe='')}/",
                    "part-gone",
                    key=key,
                )
        return tuple(todo)

    def tell(self, remote: Remote | None, todo: tuple[PushStep, ...], sent: int | None) -> str:
        if remote is None:
            return say("portal", "part-not-there-yet", key=self.iri) + "\n"
        message = "differs" if todo else "requests-changed" if sent else "holds-release"
        lines = [say("portal", message, where=remote.page, n=len(todo) or sent or 0)]
        lines += [f"  {step.method} {step.path}: {step.why}" for step in todo]
        if sent is not None and remote.said.get("private"):
            lines.append(say("portal", "is-private"))
        for resource in self.matched(remote)[1]:
            key = dig(resource, "extras", PART_KEY)
            identifier = dig(resource, "id")
            words = {"key": key} if key else {"title": dig(resource, "title")}
            lines.append(
                say(
                    "portal",
                    "no-longer-in-release" if key else "not-by-push",
                    id=identifier,
                    **words,
                )
            )
        return "\n".join(lines) + "\n"

    def requests(self, client: Client, todo: tuple[PushStep, ...], remote: Remote | None) -> str:
        paths = (
            [f"/datasets/{quote(self.dataset, safe='')}/"]
            if self.dataset
            else ["/me/org_datasets/"]
        )
        if self.organization and not self.dataset:
            paths.append(_SHELF.format(quote(self.organization, safe=""), 1))
        look = say("portal", "what-does-it-hold")
        dataset = f"/datasets/{remote.id if remote else DATASET}/"
        paths += [dataset] if remote and not self.dataset else []
        reads = [PushStep("GET", path, look) for path in paths]
        again = [PushStep("GET", dataset, look)] if todo else []
        steps = enumerate([*reads, *todo, *again], start=1)
        listed = "\n".join(step.written(number, client.portal) for number, step in steps)
        signs = [sign for sign in (DATASET, RESOURCE, ADDRESS) if sign in listed]
        return (
            f"{say('portal', 'answers-will-tell', signs=', '.join(signs))}\n\n{listed}"
            if signs
            else listed
        )


def _changed(wanted: Json, remote: Json) -> str:
    def agrees(value: object, held: object, name: str) -> bool:
        if isinstance(value, dict):
            fields = held if isinstance(held, dict) else {}
            return all(agrees(within, fields.get(inner), inner) for inner, within in value.items())
        if name == "tags" and isinstance(value, list) and isinstance(held, list):
            return {str(tag) for tag in value} == {str(tag) for tag in held}
        if isinstance(value, str):
            text = held if isinstance(held, str) else ""
            # udata answers with null for an empty text, and a form may have changed the ends of
            # lines
            return (
                value[:10] == text[:10]
                if name in ("start", "end")
                else value.split() == text.split()
            )
        return value == held

    return ", ".join(
        name for name, value in wanted.items() if not agrees(value, remote.get(name), name)
    )


_BACKOFF: Final = (2.0, 4.0, 8.0)
"""The seconds waited after the first, second and third fault in a row; after the fourth the push ends."""
_PATIENCE: Final = 120.0
"""The longest wait a portal is granted, in seconds."""
_PASSES: Final = 3


def push(
    client: Client,
    offer: Offer,
    report: Callable[[str], None],
    *,
    sends: bool = True,
    prune: bool = False,
) -> tuple[Remote | None, int, tuple[PushStep, ...]]:
    """Bring the portal to hold what is offered: what it holds then, how many requests were sent, what still differs.

    ``report`` is given a line for each request that was answered. A request that may have created
        something is never
    simply repeated: what it did is looked up first. Unless it ``sends``, nothing but that look is
    done.
    """
    faults = sent = passes = 0
    identifiers: dict[str, str] = {}
    while True:
        try:
            remote = offer.look(client, identifiers.get(DATASET, ""))
            todo = offer.steps(remote, prune=prune)
            if remote and sent and not dig(remote.said, "extras", DATASET_KEY):
                # a portal that drops the extra by which the dataset is found again would be given a
                # second one
                raise PortalError(
                    "extra-of-resource", remedy="name-dataset", extra=DATASET_KEY, id=remote.id
                )
            if not sends or (remote and (not todo or passes == _PASSES)):
                return remote, sent, todo
            identifiers |= {DATASET: remote.id} if remote else {}
            for number, step in enumerate(todo, start=1):
                path = _perform(client, step, identifiers)
                sent = sent + 1
                faults = 0
                report(f"{number}/{len(todo)} {step.method} {path}: {step.why}")
            passes += 1
        except PassingError as fault:
            wait = max(_BACKOFF[faults] if faults < len(_BACKOFF) else _PATIENCE + 1, fault.after)
            if wait > _PATIENCE:
                raise
            faults += 1
            if sends:
                report(say("portal", "trying-again", fault=fault.message, seconds=f"{wait:.0f}"))
            client.sleep(wait)


def _perform(client: Client, step: PushStep, identifiers: dict[str, str]) -> str:
    path = step.path
    content = step.content
    place = Place(f"{step.method} {step.path}")
    for sign, value in identifiers.items():
        path = path.replace(sign, value)
    if isinstance(content, dict):
        content = {
            name: identifiers.get(value, value) if isinstance(value, str) else value
            for name, value in content.items()
        }
    answer = client.ask(step.method, path, content)
    body: Json = answer if isinstance(answer, dict) else {}
    if isinstance(content, PortalFile):
        # what arrived is compared with what was sent, as far as the portal says
        is_other = dig(body, "checksum", "type") in ("sha1", "sha256") and not content.is_held(body)
        if is_other or body.get("filesize") not in (None, content.size):
            sent_to = Place(f"{step.method} {client.portal}{_API}{path}")
            raise PassingError("not-whole", place=sent_to, remedy="push-goes-on", name=content.name)
    elif dig(content, "extras", PART_KEY) and not dig(body, "extras", PART_KEY):
        # a portal that drops the extra by which a resource is found again would be given it anew
        # each time
        raise PortalError("extra-of-resource", place=place, remedy="ask-for-extras", extra=PART_KEY)
    if step.method == "POST":
        identifier = dig(body, "id")
        if not identifier or not identifier.replace("-", "").replace("_", "").isalnum():
            raise PortalError("no-udata", place=place, remedy="push-goes-on")
        identifiers |= {
            DATASET if step.path == "/datasets/" else RESOURCE: identifier,
            ADDRESS: dig(body, "url"),
        }
    return path
