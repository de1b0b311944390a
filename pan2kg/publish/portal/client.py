"""The one door to the portal: a request, its answer, and every way it can fail.

A file is sent as the part of a form, piece by piece, so that its size is not limited by memory.
"""

from __future__ import annotations

import json
import re
import secrets
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Final
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from pan2kg.errors import Place
from pan2kg.i18n.message import told
from pan2kg.publish.portal.access import Access, Pace, PassingError, PortalError, refusal
from pan2kg.publish.portal.manifest import PortalFile
from pan2kg.publish.portal.offer import Json, Value


@dataclass(frozen=True, slots=True)
class Upload:
    """A form with one field, ``file``.

    >>> from pathlib import Path
    >>> form = Upload(PortalFile("a.csv", Path("a.csv"), "text/csv", 7, "", ""), "xyz")
    >>> form.length - 7 == len(form.head) + len(form.tail)
    True
    """

    portal_file: PortalFile
    boundary: str

    @property
    def content_type(self) -> str:
        """The media type of the body."""
        return f"multipart/form-data; boundary={self.boundary}"

    @property
    def head(self) -> bytes:
        """What stands before the file; its name and type hold only letters, digits and signs that need no quoting."""
        return (
            f"--{self.boundary}\r\n"
            f'Content-Disposition: form-data; name="file"; filename="{self.portal_file.name}"\r\n'
            f"Content-Type: {self.portal_file.media or 'application/octet-stream'}\r\n\r\n"
        ).encode("ascii", "ignore")

    @property
    def tail(self) -> bytes:
        """What stands after the file."""
        return f"\r\n--{self.boundary}--\r\n".encode("ascii")

    @property
    def length(self) -> int:
        """How long the body is, in bytes."""
        return len(self.head) + self.portal_file.size + len(self.tail)

    def __iter__(self) -> Iterator[bytes]:
        yield self.head
        yield from self.portal_file.chunks()
        yield self.tail


def form_of(portal_file: PortalFile) -> Upload:
    """The form that sends a file, parted by a line no file holds."""
    return Upload(portal_file, f"pan2kg-{secrets.token_hex(16)}")


_HOPS: Final = 3
_PATIENT: Final = 5
_LARGEST: Final = 1 << 26


@dataclass(frozen=True, slots=True)
class Client:
    """Calls a portal at a measured pace; ``timeout`` in seconds bounds each wait for the other side."""

    access: Access
    pace: Pace
    timeout: float = 60.0

    def get(self, path: str) -> Value:
        """What stands at a path of the API.

        Raises:
            PortalError: the portal refuses, or does not answer as udata does.
            PassingError: trying again may help.
        """
        url = self.access.url(path)
        for _ in range(_HOPS):
            answer = self._exchange("GET", url, None)
            if not answer.moved:
                return self._read(answer)
            url = urljoin(url, answer.moved)
            if _origin(url) != _origin(self.access.portal):
                break
        raise PortalError(
            "portal-redirects-readers", place=Place(self.access.url(path)), remedy="key-not-sent-there", url=_shown(url)
        )

    def send(self, method: str, path: str, content: Json | PortalFile | None) -> Value:
        """Send JSON or a file to a path of the API; the portal's answer.

        Raises:
            PortalError: the portal refuses, or does not answer as udata does.
            PassingError: trying again may help; the portal may nevertheless have done what was asked.
        """
        answer = self._exchange(method, self.access.url(path), content)
        if answer.moved:
            raise PortalError(
                "portal-redirects-writers",
                place=Place(answer.place),
                remedy="nothing-sent-there",
                moved=_shown(answer.moved),
            )
        return self._read(answer)

    def _exchange(self, method: str, url: str, content: Json | PortalFile | None) -> _Answer:
        body = _body(content)
        headers = self._headers(content, body)
        place = f"{method} {url}"
        self.pace.wait()
        # a portal that has a large file may scan and store it before it answers
        connection = _connection(url, self.timeout * (_PATIENT if isinstance(body, Upload) else 1))
        try:
            return _answer(_converse(connection, method, url, body, headers), place)
        except ssl.SSLCertVerificationError:
            raise PortalError("portal-certificate", place=Place(place), remedy="check-portal") from None
        except socket.gaierror:
            raise PortalError(
                "host-not-found", place=Place(place), remedy="check-connection", hostname=urlsplit(url).hostname
            ) from None
        except TimeoutError:
            raise PassingError("portal-too-slow", place=Place(place), remedy="check-connection") from None
        except (OSError, HTTPException) as error:
            why = self.access.conceal(_clean(getattr(error, "strerror", None) or str(error) or type(error).__name__))
            raise PassingError(
                "connection-broke", place=Place(place), remedy="check-connection", why=why.lower()
            ) from None
        finally:
            connection.close()

    def _headers(self, content: Json | PortalFile | None, body: bytes | Upload | None) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "pan2kg"}
        if self.access.key:
            headers["X-API-KEY"] = self.access.key
        if isinstance(body, Upload):
            headers |= {"Content-Type": body.content_type, "Content-Length": str(body.length)}
        elif content is not None:
            headers["Content-Type"] = "application/json"
        return headers

    def _read(self, answer: _Answer) -> Value:
        if answer.status >= 300:
            said = self.access.conceal(_said(answer.body))
            raise refusal(answer.status, said, answer.place, after=answer.after)
        if not answer.body:
            return None
        try:
            value: Value = json.loads(answer.body)
        except ValueError:
            raise PortalError("no-udata", place=Place(answer.place), remedy="check-home-page") from None
        return value


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    moved: str
    after: float
    place: str


def _body(content: Json | PortalFile | None) -> bytes | Upload | None:
    if isinstance(content, PortalFile):
        return form_of(content)
    return None if content is None else json.dumps(content, ensure_ascii=False).encode("utf-8")


def _connection(url: str, timeout: float) -> HTTPConnection:
    """A connection to the host of an address, by way of the proxy the environment names for it."""
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    proxy = urlsplit(getproxies().get(parts.scheme, ""))
    if not proxy.hostname or not secure or proxy_bypass(host):
        kind = HTTPSConnection if secure else HTTPConnection
        return kind(host, parts.port, timeout=timeout)
    connection = HTTPSConnection(proxy.hostname, proxy.port, timeout=timeout)
    connection.set_tunnel(host, parts.port)
    return connection


def _converse(
    connection: HTTPConnection, method: str, url: str, body: bytes | Upload | None, headers: Mapping[str, str]
) -> HTTPResponse:
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    try:
        connection.request(method, target, body=body, headers=headers)
    except (BrokenPipeError, ConnectionResetError):
        # a server that refuses a file by its size answers and closes before it has read it all
        if not isinstance(body, Upload):
            raise
    return connection.getresponse()


def _answer(response: HTTPResponse, place: str) -> _Answer:
    body = response.read(_LARGEST + 1)
    if len(body) > _LARGEST:
        raise PortalError("portal-endless", place=Place(place), remedy="check-portal")
    if response.length:
        raise HTTPException(str(told("answer-cut")))
    moved = response.headers.get("Location", "") if response.status in (301, 302, 303, 307, 308) else ""
    after = wait_of(response.headers.get("Retry-After", ""), datetime.now(UTC))
    return _Answer(response.status, body, moved, after, place)


def wait_of(text: str, now: datetime) -> float:
    """The seconds a Retry-After header asks to wait, given as a number or as a date; 0 where it says nothing.

    >>> now = datetime(2026, 11, 25, 8, tzinfo=UTC)
    >>> wait_of("120", now), wait_of("Wed, 25 Nov 2026 08:01:00 GMT", now), wait_of("soon", now)
    (120.0, 60.0, 0.0)
    """
    if re.fullmatch(r"\d{1,9}", text.strip()):
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())


def _said(body: bytes) -> str:
    """The server's own words: its message, and what it says of each field."""
    try:
        content: Value = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(content, dict):
        return ""
    message = content.get("message") or content.get("error")
    errors = content.get("errors")
    fields = (
        [f"{name}: {json.dumps(what, ensure_ascii=False)}" for name, what in errors.items()]
        if isinstance(errors, dict)
        else []
    )
    return _clean("; ".join([*([message] if isinstance(message, str) else []), *fields]))[:400]


def _clean(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, parts.hostname, port or {"https": 443, "http": 80}.get(parts.scheme)


def _shown(url: str) -> str:
    """An address without what may be secret in it."""
    parts = urlsplit(url)
    return _clean(f"{parts.scheme}://{parts.hostname}" if parts.hostname else str(told("another-address")))
