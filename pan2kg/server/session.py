"""Sessions of reviewers: a cookie no script can read, and beside it a secret that every form of the session carries."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from pan2kg.server.request import Request

COOKIE: Final = "pan2kg_review"
SECONDS: Final = 8 * 3600
"""How long a session lasts."""
MOST: Final = 64
"""How many sessions there can be; the oldest gives way."""
TRIES: Final = 8
"""How many wrong tokens a minute are looked at."""


@dataclass(slots=True)
class Sessions:
    """The sessions of a service; forgotten when it ends. Only hashes of what a cookie holds are kept.

    Beside its secret a session knows the name its last decision was signed with.
    """

    token: str
    clock: Callable[[], float] = time.monotonic
    _open: OrderedDict[str, tuple[str, float]] = field(default_factory=OrderedDict)
    _names: dict[str, str] = field(default_factory=dict)
    _wrong: deque[float] = field(default_factory=deque)

    def is_besieged(self) -> bool:
        """Whether there were too many wrong tokens within the last minute.

        >>> sessions = Sessions("secret")
        >>> any(sessions.admit("guess") for _ in range(8)), sessions.is_besieged(), sessions.admit("secret")
        (False, True, False)
        """
        while self._wrong and self._wrong[0] < self.clock() - 60:
            self._wrong.popleft()
        return len(self._wrong) >= TRIES

    def admit(self, token: str) -> bool:
        """Whether this is the token of the service; compared in the same time whatever is given."""
        if not self.token or self.is_besieged():
            return False
        if hmac.compare_digest(token.strip().encode(), self.token.encode()):
            return True
        self._wrong.append(self.clock())
        return False

    def begin(self) -> str:
        """A new session: what its cookie holds."""
        name = secrets.token_urlsafe(32)
        self._open[_hash(name)] = (secrets.token_urlsafe(32), self.clock() + SECONDS)
        while len(self._open) > MOST:
            self._names.pop(self._open.popitem(last=False)[0], None)
        return name

    def seal(self, name: str) -> str:
        """The secret of a session; empty where there is none of that name, or no longer.

        >>> sessions = Sessions("secret")
        >>> sessions.seal(sessions.begin()) != "", sessions.seal("made-up"), sessions.seal("")
        (True, '', '')
        """
        seal, until = self._open.get(_hash(name), ("", 0.0))
        return seal if self.clock() < until else ""

    def holds(self, name: str, seal: str) -> bool:
        """Whether a form carries the secret of its session."""
        own = self.seal(name)
        return bool(own) and hmac.compare_digest(own.encode(), seal.encode())

    def end(self, name: str) -> None:
        """Forget a session."""
        self._open.pop(_hash(name), None)
        self._names.pop(_hash(name), None)

    def sign(self, name: str, reviewer: str) -> None:
        """Remember who signed last in a session.

        >>> sessions = Sessions("secret")
        >>> name = sessions.begin()
        >>> sessions.sign(name, "A. Weber"), sessions.signed(name), sessions.signed("made-up")
        (None, 'A. Weber', '')
        """
        if self.seal(name):
            self._names[_hash(name)] = reviewer

    def signed(self, name: str) -> str:
        """Who signed last in a session; empty where nobody did, or where there is none of that name any longer."""
        return self._names.get(_hash(name), "") if self.seal(name) else ""


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def read_cookie(request: Request) -> str:
    """The name of the session a request belongs to, empty where it says none."""
    for part in request.header(b"cookie").replace(",", ";").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value
    return ""


def write_cookie(request: Request, name: str) -> tuple[bytes, bytes]:
    """The header that sets the cookie, or takes it away where ``name`` is empty."""
    lasting = SECONDS if name else 0
    secure = "; Secure" if request.root.startswith("https:") else ""
    return b"set-cookie", f"{COOKIE}={name}; Path=/; Max-Age={lasting}; HttpOnly; SameSite=Strict{secure}".encode()


def is_from_here(request: Request) -> bool:
    """Whether a browser says that the page a form was sent from is one of this service's own.

    Sec-Fetch-Site cannot be set by a page; where a browser does not send it, Origin must name this host.
    """
    site, origin = request.header(b"sec-fetch-site"), request.header(b"origin")
    if origin and origin != "null" and urlsplit(origin).netloc.lower() != request.header(b"host").lower():
        return False
    return site == "same-origin" if site else origin not in ("", "null")
