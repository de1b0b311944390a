"""The pages on which decisions and scores are entered, and the forms that are sent from them.

A page or a form comes with the cookie of a session, a form also with the secret of that session; a
program sends the same forms with a token in a header. Who they are is found out by
:mod:`pan2kg.server.reviewers`. What was entered is checked and written by :mod:`pan2kg.review` and
:mod:`pan2kg.scores`; after a change the workers are told, and the pages it is about are made anew.
"""

import asyncio
import logging
import re
from collections.abc import Sequence
from hmac import compare_digest
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from pan2kg.errors import Pan2kgError
from pan2kg.i18n import LANGUAGES, Language, Message, Messages, today, verbatim
from pan2kg.project import Project
from pan2kg.review import files, forms
from pan2kg.review.fields import Form
from pan2kg.review.outcomes import Outcome
from pan2kg.scores import review as scoring
from pan2kg.server.keeper import Keeper
from pan2kg.server.pages import RefreshedSite
from pan2kg.server.protocol import FORM, RefusalError, read_fields, read_media_type, why
from pan2kg.server.reviewers import RATE, SESSION_SECONDS, Person, Session, Sessions
from pan2kg.server.web import Request, Response, Threads, header, read_body, request_path, root_of
from pan2kg.site import registry
from pan2kg.site.entry_form import (
    FAULT,
    FAULT_FIELD,
    LAST_NAME,
    MEMBER_NAME,
    PREVIEW,
    SERVICE_ONLY,
    SESSION_SEAL,
    TYPED_PREFIX,
)
from pan2kg.store.store import Store
from pan2kg.turtle.vocabulary import ID

# what each form of the pages does: those of the desk, and that of the matrix of scores
FORMS = {**forms.FORMS, "scores": scoring.enter}
# the name of the cookie of a session
COOKIE = "pan2kg_review"
# bytes a form may have
BODY_LIMIT = 256 * 1024
# the fields that are handed on to the page that is shown after something was written
HANDED_ON = (
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
MARKED = frozenset(
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
DESK_PATHS = tuple(
    f"/{tag}/{name}.html"
    for tag in LANGUAGES
    for name, view in registry.PAGES.items()
    if view.chosen is not None
)
# the status of HTTP for the code of an outcome; 422 for all others
_STATUS = {"not-written": 503} | dict.fromkeys(
    ("unknown-item", "decided-meanwhile", "scored-meanwhile"), 409
)
_IRI = re.compile(r"<([^<>]+)>")
_SUBJECT = re.compile(r"^<([^<>]+)>", re.MULTILINE)
_PAGE = Messages("page")
_LOG = logging.getLogger("pan2kg.service")


class ReviewPages:
    """Answers what is asked of and sent to the pages of reviews, in a writable service alone.

    ``keeper`` brings the graph that is served up to the files that were written: before the answer,
    but after a decision on a candidate, while the next one is read.
    """

    def __init__(
        self,
        project: Project,
        store: Store,
        site: RefreshedSite,
        keeper: Keeper,
        sessions: Sessions,
    ) -> None:
        self.project = project
        self.store = store
        self.site = site
        self.keeper = keeper
        self.sessions = sessions
        self.threads = Threads(1, "review")
        self.loading = Threads(1, "reload")
        self._turn = asyncio.Lock()
        self._waiting = set[str]()

    async def answer(self, request: Request) -> Response:
        """A page of reviews, or the outcome of a form that was sent from one."""
        if request.method == "POST":
            return await self._take(request)
        arguments = _typed(read_fields(request.scope["query_string"]))
        name = request.cookies.get(COOKIE, "")
        session = self.sessions.find(name)
        people = self.sessions.people
        login = people.login_of(request)
        if not login or (session and session.person.login == login):
            return await self._show(request, 200, arguments, name)
        # a proxy has signed in who asks: their session begins
        for person in people.listed or [Person(login, RATE, login)]:
            if person.login == login:
                name = self.sessions.begin(person)
                page = await self._show(request, 200, arguments, name)
                return _with_cookie(request, page, name)
        return await self._show(request, 200, arguments, "")

    async def _show(self, request: Request, status: int, arguments: Form, name: str) -> Response:
        """The page a request is for, with these arguments, for who has the session of this name."""
        path = request_path(request)
        if session := self.sessions.find(name):
            arguments = {**arguments, **_session_arguments(session)}
        is_desk = path.endswith("/review.html")
        page = await self.threads.run(
            lambda: self.site.site(is_desk=is_desk).page(path[1:], arguments)
        )
        if page is None:
            raise RefusalError(404, "no-page")
        # without a referrer a browser would not say where a form was sent from
        headers = {"cache-control": "no-store", "referrer-policy": "same-origin"}
        return Response(page.body, status, headers, "text/html")

    async def _take(self, request: Request) -> Response:
        """Take a form that was sent, by a program or from a page."""
        media, charset = read_media_type(header(request, "content-type"))
        if media != FORM or charset not in ("", "utf-8", "utf8"):
            raise RefusalError(415, "form-media", media=FORM)
        form = read_fields(await read_body(request, BODY_LIMIT))
        if header(request, "authorization"):
            return await self._take_of_program(request, form)
        _refuse_foreign(request)
        return await self._take_of_browser(request, form)

    async def _take_of_program(self, request: Request, form: Form) -> Response:
        """Take the form of a program, which has its token in a header and is told the outcome as a sentence."""
        person = self.sessions.people.admit(request)
        entered = await self._submit(request, person.sign(form))
        language = _language(request)
        if not entered.outcome.is_done:
            raise _refusal_of(entered.outcome, language)
        sentence = entered.outcome.said.say(language)
        if not entered.is_shown:
            sentence += f" {_PAGE.say('desk-not-shown', language)}"
        return Response(f"{sentence}\n", 201, media_type="text/plain")

    async def _take_of_browser(self, request: Request, form: Form) -> Response:
        """Take the form of a page: it leads to the next page, or is shown again with what is wrong."""
        if form.get("form") != "sign-in":
            return await self._take_in_session(request, form)
        typed = _typed_before(form)
        try:
            return await self._sign_in(request, form.get("token", ""), typed)
        except RefusalError as refusal:
            return await self._show_refusal(request, refusal, typed, "")

    async def _sign_in(self, request: Request, token: str, typed: Form) -> Response:
        """Begin a session for who sends a token, and lead to the page, or show it with what was ``typed`` before."""
        people = self.sessions.people
        client = request.scope["client"][0]
        if people.is_besieged(client, token):
            raise RefusalError(429, Message("page", "desk-wait"))
        person = people.by_token(token, client)
        if person is None:
            raise RefusalError(403, Message("page", "desk-wrong-token"))
        name = self.sessions.begin(person)
        if not typed:
            return _with_cookie(request, _lead(request, {}), name)
        # the session ended while something was typed: it is shown again, to be sent by whoever
        # typed it
        arguments = {**typed, FAULT: _PAGE.say("desk-typed-kept", _language(request))}
        return _with_cookie(request, await self._show(request, 200, arguments, name), name)

    async def _take_in_session(self, request: Request, form: Form) -> Response:
        """Enter what a form of a session holds, or end the session."""
        name = request.cookies.get(COOKIE, "")
        session = self._session_of(request, form.get(SESSION_SEAL, ""))
        typed = _typed(form)
        is_leaving = form.get("form") == "sign-out"
        if session is None:
            refusal = RefusalError(403, Message("page", "desk-no-session"))
            return await self._show_refusal(request, refusal, {} if is_leaving else typed, "")
        request.scope["record"].person = session.person.name
        if is_leaving:
            self.sessions.end(name)
            return _with_cookie(request, _lead(request, {}), "")
        try:
            self.sessions.people.count(session.person)
            entered = await self._submit(request, session.person.sign(form))
        except RefusalError as error:
            return await self._show_refusal(request, error, typed, name)
        outcome = entered.outcome
        if outcome.is_done:
            session.reviewer = form.get("reviewer", "").strip() or session.reviewer
            return _lead(request, _arguments_after(form, entered))
        if outcome.code == "preview":
            preview = str(outcome.values.get("preview", ""))
            return await self._show(request, 200, {**typed, PREVIEW: preview}, name)
        typed[FAULT_FIELD] = str(outcome.values.get("field", ""))
        refusal = _refusal_of(outcome, _language(request))
        return await self._show_refusal(request, refusal, typed, name)

    def _session_of(self, request: Request, seal: str) -> Session | None:
        """The session a form belongs to, by its cookie and its secret; None without, or where it is another's.

        Whom a proxy has signed in, where one says so, is to be whose session it is.
        """
        session = self.sessions.find(request.cookies.get(COOKIE, ""))
        login = self.sessions.people.login_of(request)
        if session is None or login not in ("", session.person.login):
            return None
        return session if compare_digest(session.seal.encode(), seal.encode()) else None

    async def _show_refusal(
        self, request: Request, refusal: RefusalError, typed: Form, name: str
    ) -> Response:
        """The page again, which says why nothing was written, with what was typed, to be sent again."""
        fault = refusal.message.say(_language(request))
        return await self._show(request, refusal.status, {**typed, FAULT: fault}, name)

    async def _submit(self, request: Request, form: Form) -> "_Entered":
        """Write down what a form holds, and have the pages show it."""
        language = _language(request)
        async with self._turn:
            outcome = await self.threads.run(
                lambda: forms.submit(
                    self.project, self.store, form, today(), language=language, forms=FORMS
                )
            )
            written = _files_changed(outcome)
            is_decision = form.get("form") == "candidate" and outcome.is_done
            if not is_decision:
                is_shown = not written or await self.loading.run(self._bring_up, written)
                return _Entered(outcome, is_shown)
        # nobody waits for a decision on a candidate to be shown: once for all written meanwhile
        is_under_way = bool(self._waiting)
        self._waiting.update(written)
        if written and not is_under_way:
            self.loading.submit(lambda: self.site.change(self._bring_up_waiting))
        return _Entered(outcome, is_shown=True)

    def _bring_up_waiting(self) -> None:
        """Bring the graph up to all files that wait for it."""
        written = tuple(sorted(self._waiting))
        self._waiting.clear()
        self._bring_up(written)

    def _bring_up(self, written: Sequence[str]) -> bool:
        """Bring the graph up to files that were written; False where that fails."""
        try:
            text = files.changes(self.project, self.store, written)
            if text:
                self.keeper.change(text, marks_of(text, self.project.space))
        except Pan2kgError as error:
            _LOG.warning("%s", why("not-shown", files=", ".join(written), error=error))
            return False
        return True


class _Entered(NamedTuple):
    """What came of a form, and whether the pages show it or will soon."""

    outcome: Outcome
    is_shown: bool


def _refusal_of(outcome: Outcome, language: Language) -> RefusalError:
    sentence = outcome.said.say(language)
    return RefusalError(_STATUS.get(outcome.code, 422), verbatim(sentence))


def _session_arguments(session: Session) -> dict[str, str]:
    """What a page is told of the session it is shown in: its secret, and who is signed in."""
    arguments = {SESSION_SEAL: session.seal}
    person = session.person.name
    if person:
        arguments[MEMBER_NAME] = person
    if person or session.reviewer:
        arguments[LAST_NAME] = person or session.reviewer
    return arguments


def _typed(form: Form) -> dict[str, str]:
    """What somebody has typed into a form, without what the service has put there."""
    return {name: value for name, value in form.items() if name not in SERVICE_ONLY}


def _typed_before(form: Form) -> dict[str, str]:
    """What had been typed when a session ended, which comes with the form that begins the next one."""
    typed = {}
    for name, value in form.items():
        if name.startswith(TYPED_PREFIX):
            typed[name.removeprefix(TYPED_PREFIX)] = value
    return _typed(typed)


def _refuse_foreign(request: Request) -> None:
    """Refuse a form unless the browser says that the page it was sent from is one of this service's own.

    Sec-Fetch-Site cannot be set by a page; where a browser does not send it, Origin must name this
    host.
    """
    site = header(request, "sec-fetch-site")
    origin = header(request, "origin")
    has_origin = origin not in ("", "null")
    host = urlsplit(root_of(request)).netloc.lower()
    is_other = has_origin and urlsplit(origin).netloc.lower() != host
    is_own = site == "same-origin" if site else has_origin
    if is_other or not is_own:
        raise RefusalError(403, "foreign-form")


def _arguments_after(form: Form, entered: _Entered) -> dict[str, str]:
    """What the page shown after something was written is told: where one was, and what was done."""
    arguments = {
        name: value for name, value in form.items() if name in HANDED_ON or name.startswith("on:")
    }
    reviewer = form.get("reviewer", "").strip()
    if reviewer and "reader" in form:
        arguments["reader"] = reviewer
    outcome = entered.outcome
    candidate = outcome.values.get("candidate")
    if candidate:
        arguments["candidate"] = str(candidate)
    arguments["written"] = outcome.code
    arguments["files"] = " ".join(outcome.files)
    if not entered.is_shown:
        arguments["shown"] = "no"
    return arguments


def _files_changed(outcome: Outcome) -> tuple[str, ...]:
    """The files of the graph that were written: now, or by somebody else meanwhile."""
    written = tuple(file for file in outcome.files if file.endswith(".ttl"))
    changed = outcome.values.get("file")
    if not written and changed and _STATUS.get(outcome.code) == 409:
        return (str(changed),)
    return written


def _lead(request: Request, arguments: Form) -> Response:
    """Lead to the page with these arguments: with GET, so that loading it again sends nothing again."""
    address = request.scope["path"] + (f"?{urlencode(arguments)}" if arguments else "")
    return Response(status_code=303, headers={"location": address, "cache-control": "no-store"})


def _language(request: Request) -> Language:
    """The language of the page that a request is for."""
    for language in LANGUAGES:
        if request_path(request).startswith(f"/{language}/"):
            return language
    return LANGUAGES[0]


def _with_cookie(request: Request, response: Response, name: str) -> Response:
    """An answer that sets the cookie of a session, or takes it away where ``name`` is empty."""
    path = f"{request.scope['root_path']}/"
    is_secure = request.scope["scheme"] == "https"
    age = SESSION_SECONDS if name else 0
    response.set_cookie(
        COOKIE, name, age, path=path, secure=is_secure, httponly=True, samesite="strict"
    )
    return response


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
    marks = set()
    for iri in _IRI.findall(text):
        for start in starts:
            mark = iri.removeprefix(start)
            # names of concepts, such as that of a state of links, stand on every page
            if mark != iri and mark.partition("/")[0] in MARKED:
                marks.add(mark)
    return frozenset(marks)
