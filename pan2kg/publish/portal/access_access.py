"""Where the portal is, and the key to it, which nothing ever shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from pan2kg.errors import Place
from pan2kg.publish.portal.access import PortalError

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
