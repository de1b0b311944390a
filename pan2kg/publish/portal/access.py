"""What a portal can answer that stops a push, each as a sentence with a remedy.

Where the portal is, and the key to it, which nothing ever shows.
Not more than one request a second, however fast the portal answers.
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


class PortalError(Pan2kgError):
    """A portal that cannot be reached, refuses, or does not answer as udata does; ``status`` is its answer's, or 0."""

    status: int = 0


class PassingError(PortalError):
    """A fault that may pass: a broken connection, an overloaded server; ``after`` is how long to wait in seconds."""

    after: float = 0.0


REFUSALS: Final[Mapping[int, tuple[str, str]]] = MappingProxyType(
    {
        400: ("The portal finds fault with the request", "Mend the catalogue or the file and push again."),
        401: (
            "The portal does not know the key",
            "Copy the key from your profile on the portal into PAN2KG_PORTAL_KEY.",
        ),
        403: (
            "The owner of the key may not do this",
            "Ask an administrator of the organization for the right to edit, or name another with --organization.",
        ),
        404: ("The portal has nothing at this address", "Check --portal, --organization and --dataset."),
        410: (
            "The dataset was deleted on the portal",
            "Restore it there, or leave out --dataset to make a new one.",
        ),
        413: (
            "The file is larger than the portal takes",
            "Ask the portal to raise its limit, or publish the file elsewhere.",
        ),
        415: ("The portal does not take files of this kind", "Publish it in another serialisation, or compressed."),
        423: ("The portal takes in nothing new at the moment", "Push again later: it goes on where it stopped."),
        429: ("The portal asks for fewer requests", "Wait a while and push again: it goes on where it stopped."),
    }
)
_SERVER: Final = (
    "The portal has a fault of its own",
    "Push again later: it goes on where it stopped.",
)
_OTHER: Final = ("The portal refuses the request", "Check --portal, and the portal's documentation of its API.")
PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""The statuses after which trying again may help."""


def refusal(status: int, said: str, place: str, *, after: float = 0.0) -> PortalError:
    """The fault behind a status; ``said`` are the server's own words, already cleaned.

    >>> str(refusal(401, "", "PUT https://portal.example/api/1/me/"))
    'PUT https://portal.example/api/1/me/: The portal does not know the key (401). Copy the key from ...'
    """
    message, remedy = REFUSALS.get(status, _SERVER if status >= 500 else _OTHER)
    text = f"{message} ({status})." if not said else f"{message} ({status}: {said.rstrip('.')})."
    kind = PassingError if status in PASSING else PortalError
    fault = kind(text, place=Place(place), remedy=remedy)
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
        raise PortalError(
            f"{VARIABLE} is not set.", remedy="Put the key from your profile on the portal into that variable."
        )
    if not re.fullmatch(r"[!-~]+", key):
        raise PortalError(
            f"What {VARIABLE} holds is no key.", remedy="Copy it again: it has neither spaces nor accents."
        )
    return Access(address, key)


def _checked(portal: str) -> str:
    try:
        parts = urlsplit(portal)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits or re.search(r"[^!-~]", portal):
        raise PortalError("This is no address of a portal.", place=Place("--portal"), remedy=f"Write it as {PORTAL}.")
    if parts.username is not None or parts.query or parts.fragment:
        raise PortalError(
            "The address holds more than host and path.", place=Place("--portal"), remedy=f"Write it as {PORTAL}."
        )
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise PortalError("The key would be sent in the clear.", place=Place(portal), remedy="Write https://.")
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
