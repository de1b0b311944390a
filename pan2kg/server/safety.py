"""What is looked at before a request is answered, and what every page says about itself to the browser."""

from __future__ import annotations

import hmac
import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pan2kg.server.request import Refusal

ADDRESS_LIMIT: Final = 64 * 1024
"""Bytes an address may have; a query that is longer is sent with POST."""
HEADERS_LIMIT: Final = 32 * 1024
HEADERS_MOST: Final = 128
"""Bytes and number of the headers of a request."""
BODY_LIMIT: Final = 4 * 2**20
"""Bytes a query, a form or a graph that is sent may have."""

PAGE_HEADERS: Final = (
    (
        b"content-security-policy",
        (
            b"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self'; "
            b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; form-action 'self'; "
            b"base-uri 'none'; frame-ancestors 'none'"
        ),
    ),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
DATA_HEADERS: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Link, Location, Retry-After"),
    (b"x-content-type-options", b"nosniff"),
)
PREFLIGHT_HEADERS: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-headers", b"Accept, Authorization, Content-Type, If-None-Match"),
    (b"access-control-max-age", b"86400"),
)

_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")
_SEGMENT = re.compile(r"[^/\\\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class Hosts:
    """The names under which the service may be called; ``numbers`` where any IP address will do too.

    A page of another site can make a browser call this address under that site's name; so a name that
    is not known here gets no answer.
    """

    names: frozenset[str] = frozenset()
    numbers: bool = False

    def refuse(self, host: str | None) -> Refusal | None:
        """Why a Host header is refused; None where it is fine.

        >>> Hosts().refuse("localhost:8000"), Hosts().refuse("[::1]:8000"), Hosts().refuse("evil.example").status
        (None, None, 421)
        """
        return _refuse_host(host or "", self)


@lru_cache(maxsize=128)
def _refuse_host(host: str, known: Hosts) -> Refusal | None:
    match = _HOST.fullmatch(host)
    if not match:
        return Refusal(400, "The request does not say which host it is for.")
    name = match.group(1).strip("[]").lower().rstrip(".")
    if name in known.names or name == "localhost":
        return None
    try:
        number = ipaddress.ip_address(name)
    except ValueError:
        number = None
    if number is not None and (number.is_loopback or known.numbers):
        return None
    return Refusal(421, f"This service does not answer to the name {name}; --allow-host would make it.")


def hosts_of(bound: str, names: tuple[str, ...] = ()) -> Hosts:
    """The names of a service that listens to an address, and those it is given.

    >>> hosts_of("0.0.0.0", ("Graph.Example",)).refuse("192.0.2.1:8000") is None
    True
    """
    try:
        everywhere = ipaddress.ip_address(bound).is_unspecified
    except ValueError:
        everywhere = False
    return Hosts(frozenset(name.lower() for name in (bound, *names)), everywhere)


def refuse_token(authorization: str | None, token: str) -> Refusal | None:
    """Why a write is refused for want of the token; compared in the same time whatever is sent.

    >>> refuse_token("Bearer secret", "secret") is None, refuse_token("Bearer guess", "secret").status
    (True, 401)
    """
    kind, _, given = (authorization or "").partition(" ")
    if kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode()):
        return None
    said = "A write needs the service's token, in the header Authorization: Bearer …"
    return Refusal(401, said, headers=(("www-authenticate", 'Bearer realm="pan2kg"'),))


def is_plain_path(path: str) -> bool:
    """Whether a path names something below the root: no empty, hidden or upward parts, nothing escaped.

    >>> is_plain_path("/fr/index.html"), is_plain_path("/../secret"), is_plain_path("/a//b"), is_plain_path("/.env")
    (True, False, False, False)
    """
    parts = path.removeprefix("/").split("/")
    return all(_SEGMENT.fullmatch(part) and not part.startswith(".") for part in parts)
