"""The one door to the portal: where it is, the key to it, the pace of requests, and every way one can fail.

The key is read from the environment and never shown: every text that may contain it passes :meth:`Access.conceal`.
Requests are spaced to one a second at most, however fast the portal answers. A refusal is a sentence with a remedy.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple
from urllib.parse import urljoin, urlsplit

import httpx

from pan2kg.errors import Pan2kgError, Place, ProjectError
from pan2kg.i18n.message import told

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]
"""What JSON can say."""
Json = dict[str, Value]


class PortalError(Pan2kgError):
    """A portal that cannot be reached, refuses, or does not answer as udata does; ``status`` is its answer's, or 0."""

    status: int = 0


class PassingError(PortalError):
    """A fault that may pass: a broken connection, an overloaded server; ``after`` is how long to wait in seconds."""

    after: float = 0.0


VARIABLE: Final = "PAN2KG_PORTAL_KEY"
PORTAL: Final = "https://data.public.lu"
_API: Final = "/api/1"
_REMEDIES: Final[Mapping[int, str]] = {
    **{status: f"portal-{status}-remedy" for status in (400, 401, 403, 404, 410, 413, 415, 429)}, 423: "portal-later",
}  # fmt: skip
"""What mends a refusal, by the status of the portal's answer."""
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""The statuses after which trying again may help."""


@dataclass(frozen=True, slots=True)
class Access:
    """The address of a portal and the key to it; without a key it only says what would be sent."""

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
    pan2kg.publish.portal.client.PortalError: http://data.public.lu: The key would be sent in the clear. Write https://.
    """
    option = Place("--portal")
    try:
        url = urlsplit(portal)
        fits = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        fits = False
    if not fits or re.search(r"[^!-~]", portal):
        raise PortalError("no-portal-address", place=option, remedy="write-it-as", portal=PORTAL)
    if url.username is not None or url.query or url.fragment:
        raise PortalError("address-too-long", place=option, remedy="write-it-as", portal=PORTAL)
    if url.scheme == "http" and not _is_loopback(url.hostname or ""):
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


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Pace:
    """Counts the time between requests; ``clock`` tells it in seconds, ``sleep`` lets it pass."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self.pause = clock, sleep
        self._free = float("-inf")

    def wait(self) -> None:
        """Return when the next request may begin: a second after the one before, at least."""
        now = self._clock()
        if now < self._free:
            self.pause(self._free - now)
        self._free = max(now, self._free) + 1.0


class PortalFile(NamedTuple):
    """A file ready to be sent: ``name`` is what the portal is told, ``path`` where the bytes are."""

    name: str
    path: Path
    media: str
    size: int
    sha256: str
    sha1: str

    def is_held(self, algorithm: str, value: str) -> bool:
        """Whether a checksum the portal states is that of this file."""
        return value.lower() == {"sha256": self.sha256, "sha1": self.sha1}.get(algorithm.lower())


_HOPS: Final = 3
_PATIENT: Final = 5
"""So many times longer than usual a portal is waited for that has a large file: it may scan and store it first."""
_LARGEST: Final = 1 << 26
_MOVED: Final = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Client:
    """Calls a portal at a measured pace; ``timeout`` in seconds bounds each wait for the other side."""

    access: Access
    pace: Pace
    timeout: float = 60.0

    def get(self, path: str) -> Value:
        """What stands at a path of the API; redirects are followed within the portal."""
        url = self.access.url(path)
        for _ in range(_HOPS):
            answer, content = self._exchange("GET", url, None)
            if answer.status_code not in _MOVED:
                return self._read(answer, content, f"GET {url}")
            url = urljoin(url, answer.headers.get("location", ""))
            if _origin(url) != _origin(self.access.portal):
                break
        raise PortalError(
            "portal-redirects-readers", place=Place(self.access.url(path)), remedy="key-not-sent-there", url=_host(url)
        )

    def send(self, method: str, path: str, content: Json | PortalFile | None) -> Value:
        """Send JSON or a file to a path of the API; the portal's answer."""
        url = self.access.url(path)
        answer, body = self._exchange(method, url, content)
        if answer.status_code in _MOVED:
            moved = _host(answer.headers.get("location", ""))
            raise PortalError(
                "portal-redirects-writers", place=Place(f"{method} {url}"), remedy="nothing-sent-there", moved=moved
            )
        return self._read(answer, body, f"{method} {url}")

    def _exchange(self, method: str, url: str, content: Json | PortalFile | None) -> tuple[httpx.Response, bytes]:
        headers = {"Accept": "application/json", "User-Agent": "pan2kg"}
        if self.access.key:
            headers["X-API-KEY"] = self.access.key
        place, is_secure = Place(f"{method} {url}"), url.startswith("https:")
        self.pace.wait()
        try:
            with httpx.Client(
                verify=ssl.create_default_context() if is_secure else False,  # only this machine is asked without
                trust_env=is_secure, timeout=self.timeout * (_PATIENT if isinstance(content, PortalFile) else 1),
            ) as client:  # fmt: skip
                if isinstance(content, PortalFile):
                    with _opened(content) as file:
                        files = {"file": (content.name, file, content.media or "application/octet-stream")}
                        return _answer(client, client.build_request(method, url, headers=headers, files=files), place)
                if content is not None:
                    headers["Content-Type"] = "application/json"
                body = None if content is None else json.dumps(content, ensure_ascii=False).encode()
                return _answer(client, client.build_request(method, url, headers=headers, content=body), place)
        except httpx.TimeoutException:
            raise PassingError("portal-too-slow", place=place, remedy="check-connection") from None
        except httpx.LocalProtocolError as error:
            if isinstance(content, PortalFile):
                raise ProjectError("file-changed", place=Place(str(content.path)), remedy="push-again") from None
            raise self._broken(error, place) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            causes = list(_causes(error))
            if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
                raise PortalError("portal-certificate", place=place, remedy="check-portal") from None
            if any(isinstance(cause, socket.gaierror) for cause in causes):
                host = urlsplit(url).hostname
                raise PortalError("host-not-found", place=place, remedy="check-connection", hostname=host) from None
            raise self._broken(error, place) from None

    def _broken(self, error: Exception, place: Place) -> PassingError:
        cause_words = next(
            (cause.strerror for cause in _causes(error) if isinstance(cause, OSError) and cause.strerror), ""
        )
        why = self.access.conceal(_clean(cause_words or str(error) or type(error).__name__))
        return PassingError("connection-broke", place=place, remedy="check-connection", why=why.lower())

    def _read(self, answer: httpx.Response, content: bytes, place: str) -> Value:
        if answer.status_code >= 300:
            after = wait_of(answer.headers.get("retry-after", ""), datetime.now(UTC))
            raise refusal(answer.status_code, self.access.conceal(_words(content)), place, after=after)
        if not content:
            return None
        try:
            value: Value = json.loads(content)
        except ValueError:
            raise PortalError("no-udata", place=Place(place), remedy="check-home-page") from None
        return value


def _opened(file: PortalFile) -> BinaryIO:
    try:
        opened = file.path.open("rb")
    except OSError as error:
        raise ProjectError("cannot-read-file", place=Place(str(file.path)), reason=str(error.strerror)) from None
    if opened.seek(0, 2) != file.size:
        opened.close()
        raise ProjectError("file-changed", place=Place(str(file.path)), remedy="push-again")
    opened.seek(0)
    return opened


def _answer(client: httpx.Client, request: httpx.Request, place: Place) -> tuple[httpx.Response, bytes]:
    answer = client.send(request, stream=True, follow_redirects=False)
    content = bytearray()
    try:
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > _LARGEST:
                raise PortalError("portal-endless", place=place, remedy="check-portal")
    finally:
        answer.close()
    return answer, bytes(content)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def refusal(status: int, answer: str, place: str, *, after: float = 0.0) -> PortalError:
    """The fault behind a status; ``said`` are the server's own words, already cleaned."""
    unlisted = ("portal-server", "portal-later") if status >= 500 else ("portal-other", "portal-other-remedy")
    code, remedy = (f"portal-{status}", _REMEDIES[status]) if status in _REMEDIES else unlisted
    kind = PassingError if status in _PASSING else PortalError
    fault = kind(
        "portal-answer-said" if answer else "portal-answer", place=Place(place), remedy=remedy, fault=told(code),
        status=str(status), words=answer.rstrip("."),
    )  # fmt: skip
    fault.status = status
    if isinstance(fault, PassingError):
        fault.after = after
    return fault


def wait_of(text: str, now: datetime) -> float:
    """The seconds a Retry-After header asks to wait, given as a number or as a date; 0 where it says nothing."""
    if re.fullmatch(r"\d{1,9}", text.strip()):
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())


def _words(body: bytes) -> str:
    """The server's own words: its message, and what it says of each field."""
    try:
        content: Value = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(content, dict):
        return ""
    message, errors = content.get("message") or content.get("error"), content.get("errors")
    words = [message] if isinstance(message, str) else []
    if isinstance(errors, dict):
        words += [f"{name}: {json.dumps(error_value, ensure_ascii=False)}" for name, error_value in errors.items()]
    return _clean("; ".join(words))[:400]


def _clean(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())


def _origin(url: str) -> tuple[str, str | None, int | None]:
    split = urlsplit(url)
    try:
        port = split.port
    except ValueError:
        port = -1
    return split.scheme, split.hostname, port or {"https": 443, "http": 80}.get(split.scheme)


def _host(url: str) -> str:
    split = urlsplit(url)
    return _clean(f"{split.scheme}://{split.hostname}" if split.hostname else str(told("another-address")))
