"""Who reviews, and the pages on which decisions and scores are entered: people, their sessions, their forms.

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
SameSite. What was entered is checked and written by :mod:`pan2kg.review`; after a change the
workers are told, and the pages it is about are made anew.
"""

import asyncio
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
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from pan2kg.errors import Pan2kgError, Place, ProjectError
from pan2kg.i18n import LANGUAGES, Language, Message, Messages, today, verbatim
from pan2kg.project import Project, read_text
from pan2kg.review import fields, files, forms, outcomes
from pan2kg.scores import review as scoring
from pan2kg.server import pages, protocol, web
from pan2kg.server.keeper import Keeper
from pan2kg.server.protocol import RefusalError
from pan2kg.site import entry_form, registry
from pan2kg.store.store import Store
from pan2kg.turtle.vocabulary import ID

FORMS: Final = {**forms.FORMS, "scores": scoring.enter}
"""What each form of the pages does: those of the desk, and that of the matrix of scores."""
# the one role: decides and scores on the pages
REVIEW: Final = "review"
# a role there was: it sent changes to the endpoint, which takes none
WRITE: Final = "write"
# after so many wrong tokens a minute from one address, none from there is looked at that a person
# may have made up
TRIES: Final = 8
# after so many, none at all: at this rate a token of 60 bits is found in thousands of millions of
# years
FLOOD: Final = 600
# so many characters has a token of 128 bits in Base64; in hexadecimal digits it has more
DRAWN: Final = 22
# of so many addresses it is known how often they were wrong; the one that was wrong longest ago is
# forgotten
ADDRESSES: Final = 4096
# how many writes a minute a person has, unless the file says so
RATE: Final = 60
# how long a session lasts
COOKIE: Final = "pan2kg_review"
SECONDS: Final = 8 * 3600
# how many sessions there can be; the oldest gives way
SESSIONS: Final = 64
# bytes a form may have
BODY_LIMIT: Final = 256 * 1024
# what is handed on to the page that is shown after something was written
KEPT: Final = (
    "plan",
    "other",
    "assessor",
    "scale",
    "data",
    "candidate",
    "later",
    "reader",
    "second",
    "control",
    "order",
)
# the kinds of things a page that speaks of one of them is made anew for
MARKED: Final = frozenset(
    {
        "action",
        "assessment",
        "body",
        "candidate",
        "category",
        "conflict",
        "decision",
        "document",
        "graph",
        "instrument",
        "involvement",
        "link",
        "obligation",
        "part",
        "passage",
        "plan",
        "provision",
        "question",
    }
)
# the addresses of the pages for reviewers
DESK_PATHS: Final = tuple(
    f"/{tag}/{name}.html"
    for tag in LANGUAGES
    for name, view in registry.PAGES.items()
    if view.chosen is not None
)
_STATUS: Final = {"not-written": 503} | dict.fromkeys(
    ("unknown-item", "decided-meanwhile", "scored-meanwhile"), 409
)
_DIGEST: Final = re.compile(r"([0-9a-f]{64})?")
# what there is to say of a person, and what is taken where it is not said
_PERSON: Final[dict[str, Any]] = {
    "name": "",
    "login": "",
    "token_sha256": "",
    "roles": [REVIEW],
    "writes_a_minute": RATE,
}
_IRI: Final = re.compile(r"<([^<>]+)>")
_SUBJECT: Final = re.compile(r"^<([^<>]+)>", re.MULTILINE)
_PAGE: Final = Messages("page")

Form = fields.Form
"""What was typed into a form, or stands in the address of a page, by the names of its fields."""


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
        return sum(moment >= self.clock() - 60 for moment in self._times.get(name, ()))

    def add(self, name: str) -> None:
        """Note a try; of the names that are too many the one that was tried longest ago is forgotten."""
        self._times.setdefault(name, deque(maxlen=2**12)).append(self.clock())
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

    def is_besieged(self, client: str, token: str = "") -> bool:
        """Whether too many wrong tokens came from an address within the last minute for this one to be looked at.

        Other addresses are heard all the same, and a token that may have been drawn by chance is.
        """
        word = token.strip()
        may_be_drawn = (
            len(word) >= DRAWN and len(set(word)) >= DRAWN // 3 and not any(map(str.isspace, word))
        )
        return self.wrong.number(_network(client)) >= (FLOOD if may_be_drawn else TRIES)

    def by_token(self, token: str, client: str) -> Person | None:
        """Whose token it is, None for nobody's; compared in the same time whatever is sent, and with all."""
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

    def login_of(self, request: web.Request) -> str:
        """Whom a proxy that is trusted has signed in; empty for nobody."""
        if not self.header or not request.scope["record"].is_proxied:
            return ""
        return web.header(request, self.header).strip()

    def current(self, person: Person) -> Person | None:
        """A person as listed now; None where they may enter nothing any more."""
        if person.name and self.listed:
            return next((member for member in self.listed if member.name == person.name), None)
        entrance = self.header if person.name else self.token
        return person if entrance else None

    def admit(self, request: web.Request) -> Person:
        """Who sends a request, by the token in its header.

        Raises:
            RefusalError: 401 without one that is right, 429 where too many were wrong or too much was written.
        """
        kind, _, word = web.header(request, "authorization").partition(" ")
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


def _network(client: str) -> str:
    # what counts as one address: of IPv6 all that one household has
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
    fault = ProjectError("person-faulty", place=place, number=str(number), remedy="describe-person")
    if not isinstance(table, dict):
        raise fault
    values = _PERSON | table
    if list(map(type, values.values())) != list(map(type, _PERSON.values())):
        raise fault
    name, login, digest, roles, rate = values.values()
    if WRITE in roles:
        raise ProjectError("person-writes", place=place, name=name)
    is_named = name == " ".join(name.split()) and 0 < len(name) <= 100
    signs_in = (login or digest) and _DIGEST.fullmatch(digest)
    is_allowed = roles in ([REVIEW], []) and rate > 0
    if not is_named or not signs_in or not is_allowed:
        raise fault
    return Person(name, rate, login, digest)


def _refuse_twice(person: Person, people: Sequence[Person], place: Place) -> None:
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
        self._open[_hash(name)] = Session(secrets.token_urlsafe(32), self.clock() + SECONDS, person)
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


def with_cookie(request: web.Request, response: web.Response, name: str) -> web.Response:
    """An answer that sets the cookie of a session, or takes it away where ``name`` is empty."""
    path = f"{request.scope['root_path']}/"
    is_secure = request.scope["scheme"] == "https"
    age = SECONDS if name else 0
    response.set_cookie(
        COOKIE, name, age, path=path, secure=is_secure, httponly=True, samesite="strict"
    )
    return response


class ReviewPages:
    """Answers what is asked of and sent to the pages of reviews, in a writable service alone.

    ``keeper`` brings the graph that is served up to the files that were written: before the answer,
    but after a decision on a candidate, while the next one is read.
    """

    def __init__(
        self,
        project: Project,
        store: Store,
        site: pages.RefreshedSite,
        keeper: Keeper,
        sessions: Sessions,
    ) -> None:
        self.project = project
        self.store = store
        self.site = site
        self.keeper = keeper
        self.sessions = sessions
        self.threads = web.Threads(1, "review")
        self.loading = web.Threads(1, "reload")
        self._turn = asyncio.Lock()
        self._waiting = set[str]()

    async def answer(self, request: web.Request) -> web.Response:
        """A page of reviews, or the outcome of a form that was sent from one."""
        if request.method == "POST":
            return await self._take(request)
        arguments = _typed(protocol.read_fields(request.scope["query_string"]))
        name = request.cookies.get(COOKIE, "")
        session = self.sessions.find(name)
        login = self.sessions.people.login_of(request)
        if not login or (session and session.person.login == login):
            return await self._show(request, 200, arguments, name)
        # a proxy has signed in who asks: their session begins
        members = self.sessions.people.listed or (Person(login, RATE, login),)
        person = next((member for member in members if member.login == login), None)
        name = self.sessions.begin(person) if person else ""
        page = await self._show(request, 200, arguments, name)
        return with_cookie(request, page, name) if person else page

    async def _show(
        self, request: web.Request, status: int, arguments: Form, name: str
    ) -> web.Response:
        session = self.sessions.find(name)
        path = web.path_of(request)
        if session:
            person = session.person.name
            own = {
                entry_form.SESSION_SEAL: session.seal,
                entry_form.LAST_NAME: person or session.reviewer,
                entry_form.MEMBER_NAME: person,
            }
            arguments = {**arguments, **{key: value for key, value in own.items() if value}}
        is_desk = path.endswith("/review.html")
        page = await self.threads.run(
            lambda: self.site.site(is_desk=is_desk).page(path[1:], arguments)
        )
        if page is None:
            raise RefusalError(404, "no-page")
        # without a referrer a browser would not say where a form was sent from
        headers = {"cache-control": "no-store", "referrer-policy": "same-origin"}
        return web.Response(page.body, status, headers, "text/html")

    async def _take(self, request: web.Request) -> web.Response:
        media, charset = protocol.read_media_type(web.header(request, "content-type"))
        if media != protocol.FORM or charset not in ("", "utf-8", "utf8"):
            raise RefusalError(415, "form-media", media=protocol.FORM)
        form = protocol.read_fields(await web.read_body(request, BODY_LIMIT))
        if web.header(request, "authorization"):
            return await self._take_of_program(request, form)
        _refuse_foreign(request)
        return await self._take_of_browser(request, form)

    async def _take_of_program(self, request: web.Request, form: Form) -> web.Response:
        """Take the form of a program, which has its token in a header and is told the outcome as a sentence."""
        person = self.sessions.people.admit(request)
        outcome, is_shown = await self._submit(request, person.sign(form))
        sentence = outcome.said.say(_language(request))
        if not outcome.is_done:
            raise RefusalError(_STATUS.get(outcome.code, 422), verbatim(sentence))
        more = "" if is_shown else f" {_PAGE.say('desk-not-shown', _language(request))}"
        return web.Response(f"{sentence}{more}\n", 201, media_type="text/plain")

    async def _take_of_browser(self, request: web.Request, form: Form) -> web.Response:
        """Take the form of a page: it leads to the next page, or is shown again with what is wrong."""
        signs_in = form.get("form") == "sign-in"
        typed = _typed(form)
        if signs_in:
            # what had been typed before the session ended comes with the form
            typed = _typed(
                {
                    name.removeprefix(entry_form.TYPED): value
                    for name, value in form.items()
                    if name.startswith(entry_form.TYPED)
                }
            )
        try:
            if signs_in:
                return await self._sign_in(request, form, typed)
            return await self._take_in_session(request, form, typed)
        except RefusalError as refusal:
            # said on the page, with what was typed, to be sent again
            typed[entry_form.FAULT] = refusal.message.say(_language(request))
            name = "" if signs_in or refusal.status == 403 else request.cookies.get(COOKIE, "")
            return await self._show(request, refusal.status, typed, name)

    async def _sign_in(
        self, request: web.Request, form: Form, typed: dict[str, str]
    ) -> web.Response:
        people = self.sessions.people
        client = request.scope["client"][0]
        token = form.get("token", "")
        if people.is_besieged(client, token):
            raise RefusalError(429, Message("page", "desk-wait"))
        person = people.by_token(token, client)
        if person is None:
            raise RefusalError(403, Message("page", "desk-wrong-token"))
        name = self.sessions.begin(person)
        if not typed:
            return with_cookie(request, _lead(request, {}), name)
        # the session ended while something was typed: it is shown again, to be sent by whoever
        # typed it
        typed[entry_form.FAULT] = _PAGE.say("desk-typed-kept", _language(request))
        return with_cookie(request, await self._show(request, 200, typed, name), name)

    async def _take_in_session(
        self, request: web.Request, form: Form, typed: dict[str, str]
    ) -> web.Response:
        name = request.cookies.get(COOKIE, "")
        session = self.sessions.find(name)
        is_leaving = form.get("form") == "sign-out"
        # whom a proxy has signed in, where one says so, is to be whose session it is
        login = self.sessions.people.login_of(request)
        seal = form.get(entry_form.SESSION_SEAL, "")
        if (
            session is None
            or login not in ("", session.person.login)
            or not hmac.compare_digest(session.seal.encode(), seal.encode())
        ):
            if is_leaving:
                typed.clear()
            raise RefusalError(403, Message("page", "desk-no-session"))
        request.scope["record"].person = session.person.name
        if is_leaving:
            self.sessions.end(name)
            return with_cookie(request, _lead(request, {}), "")
        self.sessions.people.count(session.person)
        outcome, is_shown = await self._submit(request, session.person.sign(form))
        if outcome.is_done:
            session.reviewer = form.get("reviewer", "").strip() or session.reviewer
            return _lead(request, _arguments_after(form, outcome, is_shown=is_shown))
        if outcome.code == "preview":
            typed[entry_form.PREVIEW] = str(outcome.values.get("preview", ""))
            return await self._show(request, 200, typed, name)
        typed[entry_form.FAULT_FIELD] = str(outcome.values.get("field", ""))
        sentence = outcome.said.say(_language(request))
        raise RefusalError(_STATUS.get(outcome.code, 422), verbatim(sentence))

    async def _submit(self, request: web.Request, form: Form) -> tuple[outcomes.Outcome, bool]:
        """Write down what a form holds; the outcome, and whether the pages show it or will soon."""
        language = _language(request)
        async with self._turn:
            outcome = await self.threads.run(
                lambda: forms.submit(
                    self.project, self.store, form, today(), language=language, forms=FORMS
                )
            )
            written = _files_changed(outcome)
            if form.get("form") != "candidate" or not outcome.is_done:
                return outcome, not written or await self.loading.run(self._reload, written)
        # nobody waits for a decision on a candidate to be shown: once for all written meanwhile
        is_under_way = bool(self._waiting)
        self._waiting.update(written)
        if written and not is_under_way:
            self.loading.submit(lambda: self.site.change(self._reload))
        return outcome, True

    def _reload(self, written: Sequence[str] = ()) -> bool:
        """Bring the graph up to files that were written, or to all that wait; False where that fails."""
        if not written:
            written = tuple(sorted(self._waiting))
            self._waiting.clear()
        try:
            text = files.changes(self.project, self.store, written)
            if text:
                self.keeper.change(text, marks_of(text, self.project.space))
        except Pan2kgError as error:
            web.LOG.warning("%s", protocol.why("not-shown", files=", ".join(written), error=error))
            return False
        return True


def _typed(form: Form) -> dict[str, str]:
    return {name: value for name, value in form.items() if name not in entry_form.SERVICE_ONLY}


def _refuse_foreign(request: web.Request) -> None:
    """Refuse a form unless the browser says that the page it was sent from is one of this service's own.

    Sec-Fetch-Site cannot be set by a page; where a browser does not send it, Origin must name this
    host.
    """
    site = web.header(request, "sec-fetch-site")
    origin = web.header(request, "origin")
    has_origin = origin not in ("", "null")
    host = urlsplit(web.root_of(request)).netloc.lower()
    is_other = has_origin and urlsplit(origin).netloc.lower() != host
    is_own = site == "same-origin" if site else has_origin
    if is_other or not is_own:
        raise RefusalError(403, "foreign-form")


def _arguments_after(form: Form, outcome: outcomes.Outcome, *, is_shown: bool) -> dict[str, str]:
    """What the page shown after something was written is told: where one was, and what was done."""
    arguments = {
        name: value for name, value in form.items() if name in KEPT or name.startswith("on:")
    }
    reviewer = form.get("reviewer", "").strip()
    if reviewer and "reader" in form:
        arguments["reader"] = reviewer
    candidate = outcome.values.get("candidate")
    if candidate:
        arguments["candidate"] = str(candidate)
    arguments["written"] = outcome.code
    arguments["files"] = " ".join(outcome.files)
    if not is_shown:
        arguments["shown"] = "no"
    return arguments


def _files_changed(outcome: outcomes.Outcome) -> tuple[str, ...]:
    """The files of the graph that were written: now, or by somebody else meanwhile."""
    written = tuple(file for file in outcome.files if file.endswith(".ttl"))
    changed = outcome.values.get("file")
    if not written and changed and _STATUS.get(outcome.code) == 409:
        return (str(changed),)
    return written


def _lead(request: web.Request, arguments: Form) -> web.Response:
    # with GET, so that loading the page again sends nothing again
    address = request.scope["path"] + (f"?{urlencode(arguments)}" if arguments else "")
    return web.Response(status_code=303, headers={"location": address, "cache-control": "no-store"})


def _language(request: web.Request) -> Language:
    return next(
        (tag for tag in LANGUAGES if web.path_of(request).startswith(f"/{tag}/")), LANGUAGES[0]
    )


def marks_of(text: str, space: str) -> frozenset[str] | None:
    """By what a page shows that it speaks of something an update is about: ``action/lu-bhr-2-1``, ``graph/conflicts``.

    None where an update is about something that stands on pages by no such mark.

    >>> update = "INSERT DATA {GRAPH <http://e/graph/g> {\\n<http://e/id/link/a> <http://p> <http://e/id/plan/b> .\\n}}"
    >>> sorted(marks_of(update, "http://e/")), marks_of("<http://o/x> <http://p> 1 .", "http://e/")
    (['graph/g', 'link/a', 'plan/b'], None)
    """
    starts = (f"{space}id/", space, ID)
    if not all(subject.startswith(starts) for subject in _SUBJECT.findall(text)):
        return None
    # names of concepts, such as that of a state of links, stand on every page
    marks = {
        iri.removeprefix(start)
        for iri in _IRI.findall(text)
        for start in starts
        if iri.startswith(start)
    }
    return frozenset(mark for mark in marks if mark.partition("/")[0] in MARKED)
