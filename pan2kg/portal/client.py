"""Requests to a portal that runs udata: one a second at most, and each fault as a sentence with a remedy.

The key is read from the environment and never shown: it goes to the portal alone, is taken out of
what the portal says, and is sent in the clear to nobody but this machine.
"""

import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

import httpx

from pan2kg.errors import Pan2kgError, Place, ProjectError
from pan2kg.i18n import error_message
from pan2kg.tables.formats import harmless

Json = dict[str, Any]


class PortalError(Pan2kgError):
    """What a portal refuses; ``status`` is that of its answer, 0 where there was none."""

    status: int = 0


class PassingError(PortalError):
    """A fault after which trying again may help, at the earliest ``after`` so many seconds."""

    after: float = 0.0


VARIABLE = "PAN2KG_PORTAL_KEY"
PORTAL = "https://data.public.lu"
# what every path of udata's interface begins with, below the address of the portal
API = "/api/1"
# the seconds between two requests
_INTERVAL = 1.0
# how many times a reader is led on within the portal
_HOPS = 3
# so many times longer than usual a portal is waited for that is sent a file: it may scan and store
# it first
_PATIENT = 5
# the bytes of an answer that is still read
_LARGEST = 1 << 26
# how many letters of what the portal says are told
_TOLD_LETTERS = 400
_MOVED = (301, 302, 303, 307, 308)
# what mends a refusal, by the status of the portal's answer
_REMEDIES: Mapping[int, str] = {
    **{status: f"portal-{status}-remedy" for status in (400, 401, 403, 404, 410, 413, 415)},
    429: "push-goes-on",
}
# the statuses after which trying again may help
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class Access(NamedTuple):
    """The address of a portal, and the key it is written to with; empty where none is needed."""

    address: str
    key: str = ""


def read_access(portal: str, environment: Mapping[str, str], *, needs_key: bool) -> Access:
    """The address of a portal, and the key the environment holds: empty unless it is needed.

    Raises PortalError where the address is none, where the key would be sent in the clear, and
    where a key is needed and there is none or it cannot be one.

    >>> read_access("https://data.public.lu/api/1/", {}, needs_key=False)
    Access(address='https://data.public.lu', key='')
    >>> read_access("http://data.public.lu", {}, needs_key=False)
    Traceback (most recent call last):
    pan2kg.portal.client.PortalError: http://data.public.lu: The key would be sent in the clear. Write https://.
    """
    url = _parsed(portal)
    if url is None:
        option = Place("--portal")
        raise PortalError("no-portal-address", place=option, remedy="write-it-as", portal=PORTAL)
    if url.scheme == "http" and not _is_loopback(url.hostname or ""):
        raise PortalError("key-in-clear", place=Place(portal), remedy="write-https")
    address = portal.rstrip("/").removesuffix(API)
    if not needs_key:
        return Access(address)
    key = environment.get(VARIABLE, "").strip()
    if not key:
        raise PortalError("variable-not-set", remedy="set-key", variable=VARIABLE)
    if not re.fullmatch(r"[!-~]*", key):
        raise PortalError("key-faulty", remedy="copy-key-again", variable=VARIABLE)
    return Access(address, key)


def _parsed(portal: str) -> SplitResult | None:
    try:
        url = urlsplit(portal)
        has_host = bool(url.hostname) and url.port != 0
    except ValueError:
        return None
    if url.scheme not in ("http", "https") or not has_host or re.search(r"[^!-~]", portal):
        return None
    if url.username is not None or url.query or url.fragment:
        return None
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class PortalFile(NamedTuple):
    """A file as it is sent: its name on the portal, where it lies, its size in bytes and its checksums."""

    name: str
    path: Path
    media: str
    size: int
    sha256: str
    sha1: str

    def is_held(self, remote: Json) -> bool:
        """Whether a resource, or what the portal answers to an upload, has the checksum of the file."""
        sums = {"sha256": self.sha256, "sha1": self.sha1}
        algorithm = dig(remote, "checksum", "type").lower()
        value = dig(remote, "checksum", "value").lower()
        return algorithm in sums and value == sums[algorithm]


class _WholeAnswer(NamedTuple):
    """What a portal has answered: status and headers, and all of the body."""

    response: httpx.Response
    body: bytes


@dataclass(slots=True, repr=False)  # which would show the key
class Client:
    """Who asks a portal. ``clock`` gives seconds and ``sleep`` waits for so many, as in ``time``."""

    portal: str
    key: str = ""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    timeout: float = 60.0
    _free: float = float("-inf")

    def ask(self, method: str, path: str, content: Json | PortalFile | None = None) -> Any:  # noqa: ANN401
        """Send one request below the interface's root and give what the answer says, as JSON is read.

        Raises PassingError where trying again may help, PortalError where it does not, ProjectError
        where a file cannot be read or is not as it was. A reader is led on within the portal, a
        writer is not, and nobody with the key to another host.
        """
        address = f"{self.portal}{API}{path}"
        home = httpx.URL(self.portal)
        target = home
        url = address
        for _ in range(_HOPS):
            answer = self._exchange(method, url, content)
            if answer.response.status_code not in _MOVED:
                return self._read(answer, Place(f"{method} {url}"))
            following = answer.response.next_request
            target = following.url if following else home
            url = str(target)
            if method != "GET" or _origin(target) != _origin(home):
                break
        moved = harmless(f"{target.scheme}://{target.host}")
        remedy = "key-not-sent-there"
        if method == "GET":
            place = Place(address)
            raise PortalError("portal-redirects-readers", place=place, remedy=remedy, url=moved)
        place = Place(f"{method} {address}")
        raise PortalError("portal-redirects-writers", place=place, remedy=remedy, moved=moved)

    def _exchange(self, method: str, url: str, content: Json | PortalFile | None) -> _WholeAnswer:
        """One request, when its turn has come, and the whole of its answer."""
        self._await_turn()
        place = Place(f"{method} {url}")
        try:
            if isinstance(content, PortalFile):
                return self._upload(method, url, content)
            if content is None:
                return self._send(method, url, content=b"")
            body = json.dumps(content, ensure_ascii=False).encode()
            return self._send(method, url, content=body)
        except httpx.TimeoutException:
            raise PassingError("portal-too-slow", place=place, remedy="check-connection") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._broken(error, url, place) from None

    def _await_turn(self) -> None:
        now = self.clock()
        if now < self._free:
            self.sleep(self._free - now)
        self._free = max(now, self._free) + _INTERVAL

    def _upload(self, method: str, url: str, file: PortalFile) -> _WholeAnswer:
        changed = ProjectError("file-changed", place=Place(str(file.path)), remedy="push-goes-on")
        try:
            opened = file.path.open("rb")
        except OSError as error:
            raise ProjectError(
                "cannot-read-file", place=Place(url), reason=str(error.strerror)
            ) from None
        with opened:
            if opened.seek(0, 2) != file.size:
                raise changed
            opened.seek(0)
            form = {"file": (file.name, opened, file.media or "application/octet-stream")}
            try:
                return self._send(method, url, files=form)
            except httpx.LocalProtocolError:
                # what was sent is shorter or longer than was announced
                raise changed from None

    def _send(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        files: Mapping[str, Any] | None = None,
    ) -> _WholeAnswer:
        """Send JSON, or nothing, as ``content``; or ``files`` as a form."""
        headers = {"Accept": "application/json", "User-Agent": "pan2kg"}
        if self.key:
            headers["X-API-KEY"] = self.key
        if content:
            headers["Content-Type"] = "application/json"
        is_secure = url.startswith("https:")
        # only this machine is asked without a certificate, and past any proxy
        verify = ssl.create_default_context() if is_secure else False
        timeout = self.timeout * _PATIENT if files else self.timeout
        with httpx.Client(verify=verify, trust_env=is_secure, timeout=timeout) as client:
            request = client.build_request(
                method, url, headers=headers, files=files, content=content
            )
            answer = client.send(request, stream=True, follow_redirects=False)
            try:
                return _WholeAnswer(answer, _whole_body(answer, Place(f"{method} {url}")))
            finally:
                answer.close()

    def _broken(self, error: Exception, url: str, place: Place) -> PortalError:
        causes = list(_causes(error))
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
            return PortalError("portal-certificate", place=place, remedy="check-home-page")
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            host = str(urlsplit(url).hostname)
            return PortalError("connection-broke", place=place, remedy="check-connection", why=host)
        words = str(error) or type(error).__name__
        for cause in causes:
            if isinstance(cause, OSError) and cause.strerror:
                words = cause.strerror
                break
        why = self._conceal(words).lower()
        return PassingError("connection-broke", place=place, remedy="check-connection", why=why)

    def _read(self, answer: _WholeAnswer, place: Place) -> Any:  # noqa: ANN401
        """What an answer says as JSON; PortalError where it refuses, or is no JSON."""
        is_refused = answer.response.status_code >= 300
        value = None
        try:
            value = json.loads(answer.body) if answer.body else None
        except ValueError:
            if not is_refused:
                raise PortalError("no-udata", place=place, remedy="check-home-page") from None
        if is_refused:
            raise self._refusal(answer.response, value, place)
        return value

    def _refusal(self, answer: httpx.Response, value: object, place: Place) -> PortalError:
        status = answer.status_code
        if status in _REMEDIES:
            fault = f"portal-{status}"
            remedy = _REMEDIES[status]
        elif status >= 500:
            fault = "portal-server"
            remedy = "push-goes-on"
        else:
            fault = "portal-other"
            remedy = "portal-other-remedy"
        words = self._conceal("; ".join(_words_of(value)))
        kind = PassingError if status in _PASSING else PortalError
        error = kind(
            "portal-answer-said" if words else "portal-answer",
            place=place,
            remedy=remedy,
            fault=error_message(fault),
            status=str(status),
            words=words.rstrip("."),
        )
        error.status = status
        if isinstance(error, PassingError):
            error.after = wait_of(answer.headers.get("retry-after", ""), datetime.now(UTC))
        return error

    def _conceal(self, words: str) -> str:
        text = harmless(words)
        if self.key:
            text = text.replace(self.key, "…")
        return text[:_TOLD_LETTERS]


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _whole_body(answer: httpx.Response, place: Place) -> bytes:
    body = bytearray()
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > _LARGEST:
            raise PortalError("no-udata", place=place, remedy="check-home-page")
    return bytes(body)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__ or error.__context__
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _words_of(value: object) -> Iterator[str]:
    """The server's own words: its message, and what it says of each field."""
    message = dig(value, "message") or dig(value, "error")
    if message:
        yield message
    errors = value.get("errors") if isinstance(value, dict) else None
    if isinstance(errors, dict):
        for name, text in errors.items():
            yield f"{name}: {json.dumps(text, ensure_ascii=False)}"


def dig(value: object, *names: str) -> str:
    """The text that stands under these names in an answer, one within the other; empty where there is none.

    >>> dig({"organization": {"id": "org1"}}, "organization", "id")
    'org1'
    >>> dig({"organization": None}, "organization", "id")
    ''
    """
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def wait_of(text: str, now: datetime) -> float:
    """The seconds a ``Retry-After`` asks for (RFC 9110, 10.2.3), in numbers or as a date; 0 where it asks for none.

    >>> now = datetime(2028, 1, 1, tzinfo=UTC)
    >>> wait_of("120", now), wait_of("Sat, 01 Jan 2028 00:00:30 GMT", now), wait_of("soon", now)
    (120.0, 30.0, 0.0)
    """
    if re.fullmatch(r"\d{1,9}", text.strip()):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
