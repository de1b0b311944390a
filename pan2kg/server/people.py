"""Who may write, and as whom: people named in a file, by a proxy that has signed them in, or the holder of one token.

Tokens are long and drawn by chance, so that the file holds their SHA-256 alone. Who guesses is slowed by address, which
keeps out who has a token and comes from there: what is sent from there must be told apart without being compared. So a
token that may have been drawn by chance is compared all the same, since such a one is not found at any rate a service
answers at; a short one, or one made of words, waits. A name a proxy gives is believed of
proxies that are trusted, and for the pages of reviews only, whose forms carry the secret of a session: a browser would
send what a proxy goes by with a form of another site too.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import time
import tomllib
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason
from pan2kg.server.refusal import Refusal, why

if TYPE_CHECKING:
    from pan2kg.server.request import Request

REVIEW: Final = "review"
"""Decides and scores on the pages."""
WRITE: Final = "write"
"""Sends changes to ``/sparql`` and ``/store``."""
ROLES: Final = frozenset({REVIEW, WRITE})
TRIES: Final = 8
"""After so many wrong tokens a minute from one address, none from there is looked at that a person may have made up."""
FLOOD: Final = 600
"""After so many, none at all: at this rate a token of 60 bits is found in thousands of millions of years."""
DRAWN: Final = 22
"""So many characters has a token of 128 bits in Base64; in hexadecimal digits it has more."""
ADDRESSES: Final = 4096
"""Of so many addresses it is known how often they were wrong; the one that was wrong longest ago is forgotten."""
RATE: Final = 60
"""How many writes a minute a person has, unless the file says so."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_FIELDS: Final = frozenset({"name", "login", "token_sha256", "roles", "writes_a_minute"})


@dataclass(frozen=True, slots=True)
class Person:
    """Who may do what, and how often a minute; the holder of the service's own token has no name, and no limit."""

    name: str = ""
    roles: frozenset[str] = ROLES
    rate: int = 0
    login: str = ""
    digest: str = ""


@dataclass(slots=True)
class Attempts:
    """When each address or person did something, within the last minute."""

    clock: Callable[[], float] = time.monotonic
    _times: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def number(self, who: str) -> int:
        """How often it was."""
        times = self._times.get(who)
        if times is None:
            return 0
        while times and times[0] < self.clock() - 60:
            times.popleft()
        if not times:
            del self._times[who]
        return len(times)

    def add(self, who: str) -> None:
        """It was once more."""
        self._times.setdefault(who, deque(maxlen=2**12)).append(self.clock())
        self._times.move_to_end(who)
        if len(self._times) > ADDRESSES:
            self._times.popitem(last=False)


@dataclass(slots=True)
class People:
    """All who may write; ``token`` is what the holder of the service has, ``header`` where a proxy says who it is.

    >>> people = People("secret")
    >>> people.by_token("secret", "192.0.2.1") == Person(), people.by_token("guess", "192.0.2.1") is None
    (True, True)
    """

    token: str = ""
    listed: tuple[Person, ...] = ()
    header: str = ""
    wrong: Attempts = field(default_factory=Attempts)
    done: Attempts = field(default_factory=Attempts)

    @property
    def may_write(self) -> bool:
        """Whether anybody may send changes to ``/sparql`` and ``/store``."""
        return bool(self.token) or any(WRITE in one.roles and one.digest for one in self.listed)

    def is_besieged(self, client: str, token: str = "") -> bool:
        """Whether too many wrong tokens came from an address within the last minute for this one to be looked at.

        Other addresses are heard all the same, and a token that may have been drawn by chance is.

        >>> people = People("secret")
        >>> any(people.by_token("guess", "2001:db8::1") for _ in range(8))
        False
        >>> people.is_besieged("2001:db8::2"), people.by_token("secret", "2001:db8::2"), people.is_besieged("::1")
        (True, None, False)
        >>> people.is_besieged("2001:db8::2", "kZ1p0Vd3Qm9xYt7Lw2Rb5g==")
        False
        """
        return self.wrong.number(_network(client)) >= (FLOOD if _may_be_drawn(token) else TRIES)

    def by_token(self, token: str, client: str) -> Person | None:
        """Whose token it is; compared in the same time whatever is given, and with all."""
        if self.is_besieged(client, token):
            return None
        given = token.strip().encode("utf-8", "surrogateescape")
        digest, found = hashlib.sha256(given).hexdigest(), None
        for one in self.listed:
            if hmac.compare_digest(digest, one.digest or "-"):
                found = one
        if self.token and hmac.compare_digest(given, self.token.encode()):
            found = Person()
        if found is None:
            self.wrong.add(_network(client))
        return found

    def login_of(self, request: Request) -> str:
        """Whom a proxy that is trusted says it has signed in; empty for nobody."""
        return request.header(self.header.lower()).strip() if self.header and request.place.is_proxied else ""

    def by_proxy(self, request: Request) -> Person | None:
        """The person a proxy has signed in; where there is a list, one who is on it."""
        login = self.login_of(request)
        if not login:
            return None
        if not self.listed:
            return Person(login, frozenset({REVIEW}), RATE, login)
        return next((one for one in self.listed if one.login == login), None)

    def current(self, person: Person) -> Person | None:
        """A person as the list has them now; None where they are no longer on it."""
        if not person.name:
            return person if self.token else None
        if not self.listed:
            return person if self.header else None
        return next((one for one in self.listed if one.name == person.name), None)

    def admit(self, request: Request, role: str) -> Person | Refusal:
        """Who sends a request, by the token in its header, or why it is refused."""
        kind, _, given = request.header("authorization").partition(" ")
        # a header is Latin-1 to a server, and UTF-8 to most who send one
        token = given.encode("latin-1").decode("utf-8", "surrogateescape")
        if self.is_besieged(request.place.client, token):
            return Refusal(429, why("tokens-wrong"), headers=(("retry-after", "60"),))
        person = self.by_token(token, request.place.client) if kind.lower() == "bearer" and given.strip() else None
        if person is None:
            return Refusal(401, why("needs-token"), headers=(("www-authenticate", 'Bearer realm="pan2kg"'),))
        request.record.person = person.name
        return self.refuse(person, role) or person

    def refuse(self, person: Person, role: str) -> Refusal | None:
        """Why a person may not do this now; if they may, it counts."""
        if role not in person.roles:
            return Refusal(403, why("not-your-role", name=person.name))
        if person.rate and self.done.number(person.name) >= person.rate:
            return Refusal(429, why("too-often", number=str(person.rate)), headers=(("retry-after", "60"),))
        if person.rate:
            self.done.add(person.name)
        return None


def _may_be_drawn(token: str) -> bool:
    """Whether a token may have been drawn by chance: it is long, in one piece, and of many characters.

    >>> [_may_be_drawn(one) for one in ("0f" * 16, "kZ1p0Vd3Qm9xYt7Lw2Rb5g", "correct horse battery staple")]
    [False, True, False]
    """
    given = token.strip()
    return len(given) >= DRAWN and len(set(given)) >= DRAWN // 3 and not any(map(str.isspace, given))


def _network(client: str) -> str:
    """What counts as one address: of IPv6 all that one household has."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    return client if address.version == 4 else str(ipaddress.ip_network(f"{client}/64", strict=False))


def read_people(path: Path) -> tuple[Person, ...]:
    """The people a file in TOML names, each in a table ``[[person]]``.

    Raises:
        ProjectError: the file cannot be read, or a person is not described as the documentation says.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why_not = reason(error) if isinstance(error, OSError) else str(error)
        raise ProjectError("people-unreadable", place=Place(str(path)), reason=why_not) from None
    tables = told.get("person")
    if not isinstance(tables, list) or set(told) != {"person"}:
        raise ProjectError("people-none", place=Place(str(path)), remedy="describe-person")
    people = tuple(_read_person(one, path, number) for number, one in enumerate(tables, 1))
    for values in ([one.name for one in people], [one.login for one in people if one.login]):
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            raise ProjectError("person-twice", place=Place(str(path)), name=twice)
    return people


def _read_person(told: object, path: Path, number: int) -> Person:
    faulty = ProjectError("person-faulty", place=Place(str(path)), number=str(number), remedy="describe-person")
    if not isinstance(told, dict) or not set(told) <= _FIELDS:
        raise faulty
    name, login, digest = (told.get(one, "") for one in ("name", "login", "token_sha256"))
    roles, rate = told.get("roles", [REVIEW]), told.get("writes_a_minute", RATE)
    is_known = isinstance(roles, list) and all(isinstance(one, str) for one in roles) and set(roles) <= ROLES
    is_named = isinstance(name, str) and name == " ".join(name.split()) and 0 < len(name) <= 100
    signs_in = isinstance(login, str) and isinstance(digest, str) and (login or digest)
    if not (is_known and is_named and signs_in and isinstance(rate, int) and rate > 0):
        raise faulty
    if digest and not _DIGEST.fullmatch(digest):
        raise faulty
    return Person(name, frozenset(roles), rate, login, digest)
