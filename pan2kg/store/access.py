"""Who one is at an endpoint, how long one waits for it, and when one asks again.

Name and password, or a token, come from the environment and never stand in an address: addresses are printed.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from pan2kg.errors import EndpointError, Place

TIMEOUT: Final = 60
"""Seconds a query may take, if nothing else is said."""
BUSY: Final = frozenset((429, 503))
"""What an endpoint answers that wants to be asked again (RFC 6585, 4; RFC 9110, 15.6.4)."""
WAITS: Final = (1.0, 2.0, 4.0)
"""Seconds before one asks again where the endpoint does not say how long; as often one asks again at most."""
LONGEST: Final = 30.0
"""An endpoint that asks for more seconds than these is not waited for."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Name and password, or a bearer token; empty where there is none."""

    user: str = ""
    password: str = ""
    token: str = ""

    @property
    def header(self) -> str:
        """The value of the header Authorization (RFC 7617, RFC 6750).

        >>> Credentials("ann", "secret").header, Credentials(token="abc").header, Credentials().header
        ('Basic YW5uOnNlY3JldA==', 'Bearer abc', '')
        """
        if self.token:
            return f"Bearer {self.token}"
        return f"Basic {b64encode(f'{self.user}:{self.password}'.encode()).decode()}" if self.user else ""


def credentials(environment: Mapping[str, str] = os.environ) -> Credentials:
    """Those of PAN2KG_ENDPOINT_USER and PAN2KG_ENDPOINT_PASSWORD, or of PAN2KG_ENDPOINT_TOKEN.

    >>> credentials({"PAN2KG_ENDPOINT_TOKEN": "abc"})
    Credentials(user='', password='', token='abc')
    """
    given = (environment.get(f"PAN2KG_ENDPOINT_{name}", "").strip("\r\n") for name in ("USER", "PASSWORD", "TOKEN"))
    return Credentials(*given)


def pause(tried: int, retry_after: str | None, *, now: datetime | None = None) -> float | None:
    """How many seconds to wait before asking again after so many refusals; None where one does not ask again.

    ``retry_after`` is the header of that name, seconds or a day (RFC 9110, 10.2.3).

    >>> pause(0, "3"), pause(1, None), pause(0, "3600"), pause(3, "0")
    (3.0, 2.0, None, None)
    >>> pause(0, "Wed, 21 Oct 2015 07:28:00 GMT", now=datetime(2015, 10, 21, 7, 27, 50, tzinfo=UTC))
    10.0
    """
    if tried >= len(WAITS):
        return None
    seconds = WAITS[tried]
    text = (retry_after or "").strip()
    if text.isdecimal():
        seconds = float(text)
    elif text:
        try:
            seconds = (parsedate_to_datetime(text) - (now or datetime.now(UTC))).total_seconds()
        except (ValueError, TypeError):  # a header nobody understands is no header
            seconds = WAITS[tried]
    return max(seconds, 0.0) if seconds <= LONGEST else None


def checked(url: str) -> str:
    """The address of an endpoint.

    Raises:
        EndpointError: it is none, or holds a name or a password, which is not repeated.

    >>> checked("http://ann:secret@host/sparql")
    Traceback (most recent call last):
    pan2kg.errors.EndpointError: http://host/sparql: A name or a password stands in the address. ...
    """
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        fits = fits and url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        fits = False
    if not fits:
        raise EndpointError("no-endpoint-address", place=Place(url or "''"), remedy="write-endpoint")
    if "@" in parts.netloc:
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        raise EndpointError("secret-in-address", place=Place(bare), remedy="set-credentials")
    return url


def fault(url: str, key: str, /, remedy: str = "check-address", **values: object) -> EndpointError:
    """A fault of the endpoint at an address."""
    return EndpointError(key, place=Place(url), remedy=remedy, **values)
