"""The pages on which reviewers enter decisions and scores, and their sessions.

A session is a cookie that scripts cannot read and that other sites cannot have sent (HttpOnly, SameSite=Strict), and
beside it a token in each form of the session, for browsers that do not know SameSite. What was entered is checked and
written by :mod:`pan2kg.review`; after a change the workers are told, and the pages are made from the new data.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

from starlette.responses import Response

from pan2kg.errors import Pan2kgError
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages
from pan2kg.i18n.days import today
from pan2kg.i18n.message import verbatim
from pan2kg.review.desk import submit
from pan2kg.review.entry import Outcome
from pan2kg.review.files import changes
from pan2kg.server.evaluation import Change
from pan2kg.server.pages import RefreshedSite
from pan2kg.server.people import REVIEW, People, Person
from pan2kg.server.protocol import FORM, read_form, read_media_type
from pan2kg.server.refusal import Refusal, why
from pan2kg.server.request import PAGE_HEADERS, Handler, Request, refuse, refuse_method, reply
from pan2kg.server.workers import ForkServer, LostError
from pan2kg.site.desk import FAULT, FIELD, KNOWN, PREVIEW, RESERVED, SEAL, SIGNED, TYPED
from pan2kg.site.registry import PAGES

if TYPE_CHECKING:
    from pan2kg.project import Project
    from pan2kg.store.store import Store


COOKIE: Final = "pan2kg_review"
SECONDS: Final = 8 * 3600
"""How long a session lasts."""
MOST: Final = 64
"""How many sessions there can be; the oldest gives way."""


@dataclass(slots=True)
class Sessions:
    """The sessions of a service; forgotten when it ends. Only hashes of what a cookie holds are kept.

    Beside its secret a session knows who has signed in, and the name its last decision was signed with.
    """

    people: People
    clock: Callable[[], float] = time.monotonic
    _open: OrderedDict[str, tuple[str, float]] = field(default_factory=OrderedDict)
    _persons: dict[str, Person] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def begin(self, person: Person) -> str:
        """A new session: what its cookie holds."""
        name = secrets.token_urlsafe(32)
        self._open[_hash(name)] = (secrets.token_urlsafe(32), self.clock() + SECONDS)
        self._persons[_hash(name)] = person
        while len(self._open) > MOST:
            self._forget(next(iter(self._open)))
        return name

    def person(self, name: str) -> Person | None:
        """Who has signed in, as the list of people has them now; None where nobody has, or may no longer."""
        return self.people.current(self._persons[_hash(name)]) if self.seal(name) else None

    def seal(self, name: str) -> str:
        """The secret of a session; empty where there is none of that name, or no longer.

        >>> sessions = Sessions(People("secret"))
        >>> sessions.seal(sessions.begin(Person())) != "", sessions.seal("made-up"), sessions.seal("")
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
        self._forget(_hash(name))

    def _forget(self, hashed: str) -> None:
        for kept in (self._open, self._persons, self._names):
            kept.pop(hashed, None)

    def sign(self, name: str, reviewer: str) -> None:
        """Remember who signed last in a session.

        >>> sessions = Sessions(People("secret"))
        >>> name = sessions.begin(Person())
        >>> sessions.sign(name, "A. Weber"), sessions.signed(name), sessions.signed("made-up")
        (None, 'A. Weber', '')
        """
        if self.seal(name):
            self._names[_hash(name)] = reviewer

    def signed(self, name: str) -> str:
        """Whose name stands below what is decided: of who signed in, or where the token says no name, typed last."""
        person = self.person(name)
        return person.name or self._names.get(_hash(name), "") if person else ""


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def write_cookie(request: Request, response: Response, name: str) -> Response:
    """An answer that sets the cookie of a session, or takes it away where ``name`` is empty."""
    response.set_cookie(
        COOKIE,
        name,
        max_age=SECONDS if name else 0,
        path=f"{request.prefix}/",
        secure=request.root.startswith("https:"),
        httponly=True,
        samesite="strict",
    )
    return response


def is_from_here(request: Request) -> bool:
    """Whether a browser says that the page a form was sent from is one of this service's own.

    Sec-Fetch-Site cannot be set by a page; where a browser does not send it, Origin must name this host.
    """
    site, origin = request.header("sec-fetch-site"), request.header("origin")
    if origin and origin != "null" and urlsplit(origin).netloc.lower() != urlsplit(request.root).netloc.lower():
        return False
    return site == "same-origin" if site else origin not in ("", "null")


_PAGE: Final = Messages("page")

BODY_LIMIT: Final = 256 * 1024
"""Bytes a form may have."""
KEPT: Final = (
    "plan", "other", "assessor", "scale", "data", "candidate", "later", "reader", "second", "control", "order",
)  # fmt: skip
"""What is handed on to the page that is shown after something was written."""

_STATUS: Final = {"not-written": 503} | dict.fromkeys(("unknown-item", "decided-meanwhile", "scored-meanwhile"), 409)
_LOG = logging.getLogger("pan2kg.service")
_HEADERS: Final = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    *((name, b"same-origin" if name == b"referrer-policy" else value) for name, value in PAGE_HEADERS),
)
"""As every page's, but for the referrer: without one a browser would not say where a form was sent from."""

Reload = Callable[[Sequence[str]], None]


@dataclass(frozen=True, slots=True)
class ReviewPages:
    """Answers what is asked of and sent to the pages of reviews, in a writable service alone.

    ``reload`` is told which files were written, and brings the graph that is served up to them: before the answer, but
    after a decision on a candidate, while the next one is read.
    """

    project: Project
    store: Store
    site: RefreshedSite
    reload: Reload
    sessions: Sessions
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "review"))
    loading: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "reload"))
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _waiting: set[str] = field(default_factory=set)
    _tasks: set[asyncio.Future[bool]] = field(default_factory=set)

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.method == "POST":
            return await self._take(request)
        if request.method not in ("GET", "HEAD"):
            return refuse_method(request, "GET, HEAD, POST")
        given = read_form(request.query, "address")
        if isinstance(given, Refusal):
            return refuse(request, given, PAGE_HEADERS)
        asked = {name: values[-1] for name, values in given.items() if name not in RESERVED}
        session = request.cookies.get(COOKIE, "")
        if self._is_own(request, self.sessions.person(session)):
            return await self._show(request, 200, asked, session)
        person = self.sessions.people.by_proxy(request)  # a proxy has signed in who asks: their session begins
        session = self.sessions.begin(person) if person else ""
        shown = await self._show(request, 200, asked, session)
        return write_cookie(request, shown, session) if person else shown

    def _is_own(self, request: Request, person: Person | None) -> bool:
        """Whether a session is of whom the proxy has signed in, where one says so."""
        login = self.sessions.people.login_of(request)
        return not login or (person is not None and person.login == login)

    async def _show(self, request: Request, status: int, arguments: Mapping[str, str], session: str) -> Response:
        """Draw the page for who has a session, or for who has none."""
        person = self.sessions.person(session)
        own = {SEAL: self.sessions.seal(session) if person else "", SIGNED: self.sessions.signed(session)}
        own[KNOWN] = person.name if person else ""
        given = {**arguments, **{name: value for name, value in own.items() if value}}
        loop = asyncio.get_running_loop()
        try:
            made = self.site.desk if request.path.endswith("/review.html") else self.site.site
            page = await loop.run_in_executor(self.threads, lambda: made().page(request.path[1:], given))
        except Pan2kgError as error:
            return refuse(request, Refusal(503, why("no-page-now", why=error.told)), PAGE_HEADERS)
        if page is None:
            return refuse(request, Refusal(404, why("no-page")), PAGE_HEADERS)
        return reply(status, _HEADERS, page.body)

    async def _take(self, request: Request) -> Response:
        """Read a form, see whether it may be written down, and do so."""
        form = await _read(request)
        if isinstance(form, Refusal):
            return refuse(request, form, PAGE_HEADERS)
        if request.header("authorization"):
            return await self._by_token(request, form)
        if not is_from_here(request):
            return refuse(request, Refusal(403, why("foreign-form")), PAGE_HEADERS)
        if form.get("form") == "sign-in":
            return await self._sign_in(request, form)
        return await self._by_session(request, form)

    async def _by_token(self, request: Request, form: Mapping[str, str]) -> Response:
        """For programs: the token in a header, the outcome as a sentence."""
        admitted = self.sessions.people.admit(request, REVIEW)
        if isinstance(admitted, Refusal):
            return refuse(request, admitted, PAGE_HEADERS)
        outcome, shown = await self._submit(request, _signed(form, admitted))
        said = outcome.said.say(_language(request))
        if not outcome.is_done:
            return refuse(request, Refusal(_STATUS.get(outcome.code, 422), verbatim(said)), PAGE_HEADERS)
        more = "" if shown else f" {_PAGE.say('desk-not-shown', _language(request))}"
        plain = (b"content-type", b"text/plain; charset=utf-8")
        return reply(201, [plain, *PAGE_HEADERS], f"{said}{more}\n".encode())

    async def _sign_in(self, request: Request, form: Mapping[str, str]) -> Response:
        people = self.sessions.people
        typed = {name.removeprefix(TYPED): value for name, value in form.items() if name.startswith(TYPED)}
        typed = {name: value for name, value in typed.items() if name not in RESERVED}
        if people.is_besieged(request.place.client, form.get("token", "")):
            return await self._fault(request, 429, typed, "desk-wait")
        person = people.by_token(form.get("token", ""), request.place.client)
        if person is None or REVIEW not in person.roles:
            return await self._fault(request, 403, typed, "desk-not-your-role" if person else "desk-wrong-token")
        session = self.sessions.begin(person)
        if not typed:
            return write_cookie(request, _lead(request, {}), session)
        # the session ended while something was typed: it is shown again, to be sent by whoever typed it
        kept = {**typed, FAULT: _PAGE.say("desk-typed-kept", _language(request))}
        return write_cookie(request, await self._show(request, 200, kept, session), session)

    async def _by_session(self, request: Request, form: Mapping[str, str]) -> Response:
        session = request.cookies.get(COOKIE, "")
        person = self.sessions.person(session)
        is_own = self._is_own(request, person) and self.sessions.holds(session, form.get(SEAL, ""))
        typed = {name: value for name, value in form.items() if name not in RESERVED}
        if person is None or not is_own:
            kept = {} if form.get("form") == "sign-out" else typed
            return await self._fault(request, 403, kept, "desk-no-session")
        request.record.person = person.name
        if form.get("form") == "sign-out":
            self.sessions.end(session)
            return write_cookie(request, _lead(request, {}), "")
        refusal = self.sessions.people.refuse(person, REVIEW)
        if refusal:
            said = {FAULT: refusal.message.say(_language(request))}
            return await self._show(request, refusal.status, {**typed, **said}, session)
        outcome, shown = await self._submit(request, _signed(form, person))
        if outcome.is_done:
            if reviewer := form.get("reviewer", "").strip():
                self.sessions.sign(session, reviewer)
                form = {**form, **({"reader": reviewer} if "reader" in form else {})}
            kept = {name: value for name, value in form.items() if name in KEPT or name.startswith("on:")}
            if shown_next := outcome.values.get("candidate"):
                kept["candidate"] = str(shown_next)
            told = {"written": outcome.code, "files": " ".join(outcome.files), **({} if shown else {"shown": "no"})}
            return _lead(request, {**kept, **told})
        if outcome.code == "preview":
            lines = {PREVIEW: str(outcome.values.get("preview", ""))}
            return await self._show(request, 200, {**typed, **lines}, session)
        said = {FAULT: outcome.said.say(_language(request)), FIELD: str(outcome.values.get("field", ""))}
        return await self._show(request, _STATUS.get(outcome.code, 422), {**typed, **said}, session)

    async def _submit(self, request: Request, form: Mapping[str, str]) -> tuple[Outcome, bool]:
        """What came of a form, and whether the graph that is served shows it; one form at a time."""
        loop, language = asyncio.get_running_loop(), _language(request)
        async with self._turn:
            outcome = await loop.run_in_executor(
                self.threads, lambda: submit(self.project, self.store, form, today(), language=language)
            )
            other = outcome.values.get("file")
            written = tuple(file for file in outcome.files if file.endswith(".ttl"))
            files = written or ((str(other),) if other and _STATUS.get(outcome.code) == 409 else ())
            if form.get("form") == "candidate" and outcome.is_done:
                self._bring_up_later(files)
                return outcome, True
            shown = not files or await loop.run_in_executor(self.loading, self._reload, files)
        return outcome, shown

    def _bring_up_later(self, files: Sequence[str]) -> None:
        """Bring the graph up to files without anybody waiting; one time for all that were written meanwhile."""
        if not files:
            return
        is_on_its_way = bool(self._waiting)
        self._waiting.update(files)
        if not is_on_its_way:
            task = asyncio.get_running_loop().run_in_executor(self.loading, self._bring_up)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _bring_up(self) -> bool:
        files = tuple(sorted(self._waiting))
        self._waiting.clear()
        self.site.change(partial(self._reload, files))
        return True

    def _reload(self, files: Sequence[str]) -> bool:
        try:
            self.reload(files)
        except (Pan2kgError, LostError) as error:
            _LOG.warning("%s", why("not-shown", files=", ".join(files), error=error))
            return False
        return True

    async def _fault(self, request: Request, status: int, arguments: Mapping[str, str], key: str) -> Response:
        return await self._show(request, status, {**arguments, FAULT: _PAGE.say(key, _language(request))}, "")


def _lead(request: Request, arguments: Mapping[str, str]) -> Response:
    """Lead to the page with GET, so that loading it again sends nothing again."""
    address = request.prefix + request.path + (f"?{urlencode(arguments)}" if arguments else "")
    return reply(303, [(b"location", address.encode()), (b"cache-control", b"no-store")])


def _signed(form: Mapping[str, str], person: Person) -> Mapping[str, str]:
    """A form under the name of who sends it: where that is known, what was typed as a name is nobody's."""
    return {**form, "reviewer": person.name} if person.name else form


async def _read(request: Request) -> Mapping[str, str] | Refusal:
    """The fields of a form; of one that is given twice the last value."""
    media, charset = read_media_type(request.header("content-type"))
    if media != FORM or charset not in ("", "utf-8", "utf8"):
        return Refusal(415, why("form-media", media=FORM))
    body = await request.read(BODY_LIMIT)
    found = body if isinstance(body, Refusal) else read_form(body, "form")
    return found if isinstance(found, Refusal) else {name: values[-1] for name, values in found.items()}


def _language(request: Request) -> Language:
    return next((tag for tag in LANGUAGES if request.path.startswith(f"/{tag}/")), LANGUAGES[0])


def reloader(project: Project, store: Store, fork_server: ForkServer) -> Reload:
    """What brings the graph a fork server holds up to the files of a project that were written."""

    def reload(files: Sequence[str]) -> None:
        text = changes(project, store, files)
        refused = fork_server.change(Change("update", text, "", "", []), is_saved=True) if text else None
        if isinstance(refused, Refusal):
            raise Pan2kgError(refused.message)

    return reload


def addresses(review_pages: ReviewPages) -> tuple[tuple[str, Handler], ...]:
    """The addresses of the pages for reviewers, for the application."""
    written = [f"{name}.html" for name, view in PAGES.items() if view.chosen is not None]
    return tuple((f"/{tag}/{page}", review_pages.answer) for tag in LANGUAGES for page in written)
