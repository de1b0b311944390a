"""Who reviews: people, the tokens and proxies they sign in by, and the sessions of those who are signed in.

People are named in a file, signed in by a proxy, or hold the one token of the service:

* Tokens are long and drawn by chance, so that the file holds their SHA-256 alone.
* Who guesses is slowed by address: after :data:`TRIES` wrong tokens a minute, one that is short or
  made of words waits. Others come from the same address with a token that is right, so one that may
  have been drawn by chance is compared all the same: such a one is not found by guessing.
* A name a proxy gives is believed of proxies that are trusted, and for the pages alone, whose forms
  carry the secret of a session: a browser would send what a proxy goes by with a form of another
  site too.

A session is a cookie that scripts cannot read and that other sites cannot have sent (HttpOnly,
SameSite=Strict), and beside it a token in each form of the session, for browsers that do not know
SameSite.
"""

import hashlib
import hmac
import ipaddress
import re
import secrets
import time
import tomllib
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pan2kg.errors import Place, ProjectError
from pan2kg.project import read_text
from pan2kg.review.fields import Form
from pan2kg.server.protocol import RefusalError
from pan2kg.server.web import Request, header

# the one role: decides and scores on the pages
REVIEW = "review"
# a role there was: it sent changes to the endpoint, which takes none
WRITE = "write"
# after so many wrong tokens a minute from one address, none from there is looked at that a person
# may have made up
TRIES = 8
# after so many a minute, none at all: at this rate a token of 60 bits is found in thousands of
# millions of years
FLOOD = 600
# so many characters has a token of 128 bits in Base64; in hexadecimal digits it has more
DRAWN_CHARACTERS = 22
# of so many addresses it is known how often they were wrong; the one that was wrong longest ago is
# forgotten
ADDRESSES = 4096
# so many attempts of one name are known
ATTEMPTS = 4096
# how many writes a minute a person has, unless the file says so
RATE = 60
# how many characters a name may have
NAME_CHARACTERS = 100
# so many seconds a session lasts
SESSION_SECONDS = 8 * 3600
# how many sessions there can be; the oldest gives way
SESSIONS = 64
_DIGEST = re.compile(r"([0-9a-f]{64})?")
# what is taken of a person where the file does not say it, and of which type all is
_DEFAULTS: dict[str, Any] = {
    "name": "",
    "login": "",
    "token_sha256": "",
    "roles": [REVIEW],
    "writes_a_minute": RATE,
}
_TYPES = {key: type(value) for key, value in _DEFAULTS.items()}


@dataclass(frozen=True, slots=True)
class Person:
    """Who may enter something: the name it is written down under, and so many writes a minute.

    The person signs in by a ``login`` of a proxy or by a token, of which ``digest`` is the SHA-256.
    """

    name: str = ""
    rate: int = 0
    login: str = ""
    digest: str = ""

    def sign(self, form: Form) -> Form:
        """A form with the name of who sends it: where that is known, what was typed as a name is nobody's."""
        return {**form, "reviewer": self.name} if self.name else form


@dataclass
class Attempts:
    """How often something was tried, by name, within the last minute."""

    clock: Callable[[], float] = time.monotonic
    _times: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def number(self, name: str) -> int:
        """How often within the last minute."""
        begin = self.clock() - 60
        return sum(moment >= begin for moment in self._times.get(name, ()))

    def add(self, name: str) -> None:
        """Note a try; of the names that are too many the one that was tried longest ago is forgotten."""
        self._times.setdefault(name, deque(maxlen=ATTEMPTS)).append(self.clock())
        self._times.move_to_end(name)
        if len(self._times) > ADDRESSES:
            self._times.popitem(last=False)


@dataclass
class People:
    """Who may enter something.

    That is who holds the ``token`` of the service, who is ``listed``, and whom a proxy names in a
    ``header``.
    """

    token: str = ""
    listed: tuple[Person, ...] = ()
    header: str = ""
    wrong: Attempts = field(default_factory=Attempts)
    done: Attempts = field(default_factory=Attempts)

    def is_besieged(self, client: str, token: str) -> bool:
        """Whether too many wrong tokens came from an address within the last minute for this one to be looked at.

        Other addresses are heard all the same, and a token that may have been drawn by chance is.
        """
        limit = FLOOD if _may_be_drawn(token.strip()) else TRIES
        return self.wrong.number(_network(client)) >= limit

    def by_token(self, token: str, client: str) -> Person | None:
        """Whose token it is, None for nobody's; compared in the same time whatever is sent, and with all.

        A token that waits, as :meth:`is_besieged` says, is nobody's.
        """
        if self.is_besieged(client, token):
            return None
        sent = token.strip().encode("utf-8", "surrogateescape")
        person = None
        digest = hashlib.sha256(sent).hexdigest()
        for member in self.listed:
            if hmac.compare_digest(digest, member.digest or "-"):
                person = member
        if self.token and hmac.compare_digest(sent, self.token.encode()):
            person = Person()
        if person is None:
            self.wrong.add(_network(client))
        return person

    def login_of(self, request: Request) -> str:
        """Whom a proxy that is trusted has signed in; empty for nobody."""
        if not self.header or not request.scope["record"].is_proxied:
            return ""
        return header(request, self.header).strip()

    def current(self, person: Person) -> Person | None:
        """A person as listed now; None where they may enter nothing any more."""
        if person.name and self.listed:
            for member in self.listed:
                if member.name == person.name:
                    return member
            return None
        # else they came by the header of a proxy, which gives a name, or with the token of the service
        entrance = self.header if person.name else self.token
        return person if entrance else None

    def admit(self, request: Request) -> Person:
        """Who sends a request, by the token in its header.

        Raises:
            RefusalError: 401 without one that is right, 429 where too many were wrong or too much was written.
        """
        kind, _, word = header(request, "authorization").partition(" ")
        # a header is Latin-1 to a server, and UTF-8 to most who send one
        token = word.encode("latin-1").decode("utf-8", "surrogateescape")
        client = request.scope["client"][0]
        if self.is_besieged(client, token):
            raise RefusalError(429, "tokens-wrong", headers={"retry-after": "60"})
        person = self.by_token(token, client) if kind.lower() == "bearer" and word.strip() else None
        if person is None:
            raise RefusalError(
                401, "needs-token", headers={"www-authenticate": 'Bearer realm="pan2kg"'}
            )
        request.scope["record"].person = person.name
        self.count(person)
        return person

    def count(self, person: Person) -> None:
        """Note that a person writes; RefusalError (429) where it is too often."""
        if person.rate and self.done.number(person.name) >= person.rate:
            raise RefusalError(
                429, "too-often", number=str(person.rate), headers={"retry-after": "60"}
            )
        if person.rate:
            self.done.add(person.name)


def _may_be_drawn(token: str) -> bool:
    """Whether a token may have been drawn by chance: it is long, of many characters, and of no words."""
    is_varied = len(set(token)) >= DRAWN_CHARACTERS // 3
    return len(token) >= DRAWN_CHARACTERS and is_varied and not any(map(str.isspace, token))


def _network(client: str) -> str:
    """What counts as one address: of IPv6 all that one household has."""
    try:
        return str(ipaddress.IPv6Network(f"{client}/64", strict=False))
    except ValueError:
        return client


def read_people(path: Path) -> tuple[Person, ...]:
    """Who may sign in, as a file in TOML lists them, a table ``[[person]]`` each.

    Raises:
        ProjectError: the file is no TOML or lists nobody, or somebody in it is described wrongly,
            may write, or stands in it twice.
    """
    place = Place(str(path))
    try:
        content = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ProjectError("people-unreadable", place=place, reason=str(error)) from None
    tables = content.get("person")
    if not isinstance(tables, list) or set(content) != {"person"}:
        raise ProjectError("people-none", place=place, remedy="describe-person")
    people = list[Person]()
    for number, table in enumerate(tables, 1):
        person = _read_person(table, number, place)
        _refuse_twice(person, people, place)
        people.append(person)
    return tuple(people)


def _read_person(table: object, number: int, place: Place) -> Person:
    """A person as a table of the file describes them, the ``number``-th one."""
    fault = ProjectError("person-faulty", place=place, number=str(number), remedy="describe-person")
    if not isinstance(table, dict):
        raise fault
    values = _DEFAULTS | table
    if {key: type(value) for key, value in values.items()} != _TYPES:
        raise fault
    person = Person(
        name=values["name"],
        rate=values["writes_a_minute"],
        login=values["login"],
        digest=values["token_sha256"],
    )
    roles = values["roles"]
    if WRITE in roles:
        raise ProjectError("person-writes", place=place, name=person.name)
    is_name = person.name == " ".join(person.name.split())
    is_short = 0 < len(person.name) <= NAME_CHARACTERS
    can_sign_in = (person.login or person.digest) and _DIGEST.fullmatch(person.digest)
    is_reviewer = roles in ([REVIEW], []) and person.rate > 0
    if not (is_name and is_short and can_sign_in and is_reviewer):
        raise fault
    return person


def _refuse_twice(person: Person, people: Sequence[Person], place: Place) -> None:
    """Refuse a person who has the name or the login of one of these people."""
    for member in people:
        if person.name == member.name:
            raise ProjectError("person-twice", place=place, name=person.name)
        if person.login and person.login == member.login:
            raise ProjectError("person-twice", place=place, name=person.login)


@dataclass(slots=True)
class Session:
    """A person who is signed in, until a moment, with the secret each of their forms carries."""

    seal: str
    until: float
    person: Person
    reviewer: str = ""


@dataclass
class Sessions:
    """Who is signed in: forgotten when the service ends; only hashes of what a cookie holds are kept."""

    people: People
    clock: Callable[[], float] = time.monotonic
    _open: OrderedDict[str, Session] = field(default_factory=OrderedDict)

    def begin(self, person: Person) -> str:
        """Sign a person in; what the cookie is to hold."""
        name = secrets.token_urlsafe(32)
        self._open[_hash(name)] = Session(
            secrets.token_urlsafe(32), self.clock() + SESSION_SECONDS, person
        )
        while len(self._open) > SESSIONS:
            self._open.popitem(last=False)
        return name

    def find(self, name: str) -> Session | None:
        """The session of a cookie; None where it ended, or the person may enter nothing any more."""
        session = self._open.get(_hash(name))
        if session is None or self.clock() >= session.until:
            return None
        person = self.people.current(session.person)
        if person is None:
            return None
        session.person = person
        return session

    def end(self, name: str) -> None:
        """Sign out."""
        self._open.pop(_hash(name), None)


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
