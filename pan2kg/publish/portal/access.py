"""Where the portal is, the key to it, the pace of requests, and its refusals as sentences with a remedy.

The key is read from the environment and never shown: every text that may contain it passes :meth:`Access.conceal`.
Requests are spaced to one a second at most, however fast the portal answers.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final
from urllib.parse import SplitResult, urlsplit

from pan2kg.errors import Pan2kgError, Place
from pan2kg.i18n.message import told


class PortalError(Pan2kgError):
    """A portal that cannot be reached, refuses, or does not answer as udata does; ``status`` is its answer's, or 0."""

    status: int = 0


class PassingError(PortalError):
    """A fault that may pass: a broken connection, an overloaded server; ``after`` is how long to wait in seconds."""

    after: float = 0.0


REMEDIES: Final[Mapping[int, str]] = MappingProxyType(
    {status: f"portal-{status}-remedy" for status in (400, 401, 403, 404, 410, 413, 415, 429)} | {423: "portal-later"}
)
"""What mends a refusal, by the status of the portal's answer."""
PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""The statuses after which trying again may help."""


def refusal(status: int, said: str, place: str, *, after: float = 0.0) -> PortalError:
    """The fault behind a status; ``said`` are the server's own words, already cleaned.

    >>> str(refusal(401, "", "PUT https://portal.example/api/1/me/"))
    'PUT https://portal.example/api/1/me/: The portal does not know the key (401). Copy the key from ...'
    """
    other = ("portal-server", "portal-later") if status >= 500 else ("portal-other", "portal-other-remedy")
    what, remedy = (f"portal-{status}", REMEDIES[status]) if status in REMEDIES else other
    kind = PassingError if status in PASSING else PortalError
    fault = kind(
        "portal-answer-said" if said else "portal-answer",
        place=Place(place),
        remedy=remedy,
        fault=told(what),
        status=str(status),
        words=said.rstrip("."),
    )
    fault.status = status
    if isinstance(fault, PassingError):
        fault.after = after
    return fault


VARIABLE: Final = "PAN2KG_PORTAL_KEY"
PORTAL: Final = "https://data.public.lu"
API: Final = "/api/1"


@dataclass(frozen=True, slots=True)
class Access:
    """The address of a portal and the key to it; without a key it only says what would be sent.

    >>> Access("https://data.public.lu", "secret")
    Access(portal='https://data.public.lu')
    """

    portal: str
    key: str = field(default="", repr=False)

    @property
    def parts(self) -> SplitResult:
        """The address taken apart."""
        return urlsplit(self.portal)

    def url(self, path: str) -> str:
        """The whole address of a path of the API.

        >>> Access("https://data.public.lu").url("/me/")
        'https://data.public.lu/api/1/me/'
        """
        return f"{self.portal}{API}{path}"

    def conceal(self, text: str) -> str:
        """The text without the key, should a server have sent it back."""
        return text.replace(self.key, "…") if self.key else text


def read_access(portal: str, environment: Mapping[str, str], *, needs_key: bool) -> Access:
    """The portal at an address, with the key the environment holds.

    Raises:
        PortalError: the address is none, or not safe; or the key is missing or cannot be one.

    >>> read_access("http://data.public.lu", {}, needs_key=False)
    Traceback (most recent call last):
    pan2kg.publish.portal.access.PortalError: http://data.public.lu: The key would be sent in the clear. Write https://.
    """
    address = _checked(portal)
    if not needs_key:
        return Access(address)
    key = environment.get(VARIABLE, "").strip()
    if not key:
        raise PortalError("variable-not-set", remedy="set-key", variable=VARIABLE)
    if not re.fullmatch(r"[!-~]+", key):
        raise PortalError("key-faulty", remedy="copy-key-again", variable=VARIABLE)
    return Access(address, key)


def _checked(portal: str) -> str:
    try:
        parts = urlsplit(portal)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits or re.search(r"[^!-~]", portal):
        raise PortalError("no-portal-address", place=Place("--portal"), remedy="write-it-as", portal=PORTAL)
    if parts.username is not None or parts.query or parts.fragment:
        raise PortalError("address-too-long", place=Place("--portal"), remedy="write-it-as", portal=PORTAL)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise PortalError("key-in-clear", place=Place(portal), remedy="write-https")
    return portal.rstrip("/").removesuffix(API)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


GAP: Final = 1.0
"""The seconds between the beginnings of two requests, at least."""


@dataclass(slots=True)
class Pace:
    """Counts the time between requests; ``clock`` tells it in seconds, ``sleep`` lets it pass.

    >>> waited = []
    >>> pace = Pace(clock=lambda: 100.0, sleep=waited.append)
    >>> pace.wait(), pace.wait(), waited
    (None, None, [1.0])
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _free: float = field(default=float("-inf"), repr=False)

    def wait(self) -> None:
        """Return when the next request may begin."""
        now = self.clock()
        if now < self._free:
            self.sleep(self._free - now)
        self._free = max(now, self._free) + GAP

    def pause(self, seconds: float) -> None:
        """Let some time pass after a fault."""
        self.sleep(seconds)
