"""Reviewing over HTTP: who may write and under whose name, what other sites and who guesses cannot do."""

import hashlib
import html
import http.client
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from pan2kg.errors import ProjectError
from pan2kg.server.reviewers import FLOOD, TRIES, Attempts, People, Person, read_people
from tests.copies import FEW, copy
from tests.review.conftest import DATA, EVIDENCE, FILE, TOKEN, cases, serving
from tests.review.test_scores import CHOSEN, FILES, GIVEN, ONE, THREE, cell

DRAWN = "kZ1p0Vd3/m9xYt7Lw2Rb5g=="
REVIEW = "/fr/review.html"
ITEM = "lu-bhr-1-m6--lu-bhr-2-3-2"
MATRIX = {**CHOSEN, f"on:{ONE}": "1", f"on:{THREE}": "1"}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Visitor:
    """A browser as far as a server can tell: it keeps its cookie, and says where a form was sent from."""

    port: int
    cookie: str = ""

    def get(self, path: str = REVIEW, **headers: str) -> Reply:
        return self._ask("GET", path, None, headers)

    def post(self, form: dict[str, str], path: str = REVIEW, **headers: str) -> Reply:
        usual = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Sec-Fetch-Site": "same-origin",
            "Origin": "null",
        }
        sent = usual | {name.replace("_", "-"): value for name, value in headers.items()}
        return self._ask(
            "POST",
            path,
            urlencode(form).encode(),
            {name: value for name, value in sent.items() if value},
        )

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            connection.request(
                method, path, body, {**headers, **({"Cookie": self.cookie} if self.cookie else {})}
            )
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            reply = Reply(response.status, fields, response.read().decode())
        finally:
            connection.close()
        if "set-cookie" in reply.headers:
            self.cookie = reply.headers["set-cookie"].partition(";")[0]
        return reply

    def sign_in(self, token: str = TOKEN, **form: str) -> Reply:
        return self.post({"form": "sign-in", "token": token, **form})

    @property
    def seal(self) -> str:
        match = re.search(r'name="form_token" value="([^"]+)"', self.get().text)
        return match[1] if match else ""

    @property
    def last(self) -> str:
        """The key of the last item of the page."""
        return str(re.findall(r'candidate=([^"&#]+--[^"&#]+)', self.get().text)[-1])

    def decide(self, **form: str) -> Reply:
        usual = {
            "form": "decision",
            "item": ITEM,
            "verdict": "accept",
            "reviewer": "A. Weber",
            **EVIDENCE,
        }
        return self.post({**usual, "form_token": self.seal, **form})


@pytest.fixture
def visitor(port: int) -> Visitor:
    return Visitor(port)


@pytest.fixture
def member(visitor: Visitor) -> Visitor:
    """A visitor who has signed in."""
    visitor.sign_in()
    return visitor


def written(folder: Path) -> list[Path]:
    return sorted([*folder.rglob("*-reviewed.ttl"), *folder.rglob("*-scores.ttl")])


def test_who_has_not_signed_in_sees_the_queue_and_no_address_puts_words_into_it(
    visitor: Visitor,
) -> None:
    page = visitor.get()
    assert (page.status, page.headers["cache-control"]) == (200, "no-store")
    assert 'type="password"' in page.text
    assert ITEM in page.text
    made_up = "?form_token=x&fault=Send+your+token+to+evil.example&written=accepted&files=%3Cscript%3E&reason=x&item=y"
    for text in (page.text, visitor.get(f"{REVIEW}{made_up}").text):
        for words in ('value="decision"', "evil.example", "<script>", "&lt;script&gt;", "typed:"):
            assert words not in text
    reply = visitor.sign_in("guess")
    assert (reply.status, "set-cookie" in reply.headers) == (403, False)
    assert "Ce n’est pas le jeton" in reply.text
    reply = visitor.sign_in()
    assert (reply.status, reply.headers["location"]) == (303, REVIEW)
    attributes = {"Path=/", "Max-Age=28800", "HttpOnly", "SameSite=strict"}
    assert set(reply.headers["set-cookie"].split("; ")[1:]) == attributes
    assert TOKEN not in reply.headers["set-cookie"]


def test_forms_of_others_media_methods_and_sizes_are_refused_and_what_was_typed_is_still_there(
    member: Visitor, folder: Path
) -> None:
    before = written(folder)
    for headers in (
        *({"Sec_Fetch_Site": site} for site in ("cross-site", "same-site", "none")),
        *(
            {"Sec_Fetch_Site": "", "Origin": origin}
            for origin in ("null", "", "http://evil.example")
        ),
        {"Origin": "http://evil.example"},
    ):
        form = {
            "form": "decision",
            "item": ITEM,
            "verdict": "accept",
            "reviewer": "x",
            "form_token": member.seal,
        }
        assert member.post(form | EVIDENCE, **headers).status == 403
    other = Visitor(member.port)
    other.sign_in()
    assert [member.decide(form_token=seal).status for seal in ("", "x", other.seal)] == [403] * 3
    for medium in ("multipart/form-data; boundary=x", "application/json"):
        assert member.post({}, Content_Type=medium).status == 415
    assert member.decide(reason="x" * 300_000).status == 413
    assert member._ask("PUT", REVIEW, b"", {}).status == 405
    reply = member.decide(quote="", reason='</textarea><script>alert(1)</script>"')
    assert reply.status == 422
    assert "« Passage cité » est vide" in reply.text.replace("\u00a0", " ")
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in reply.text
    assert "<script>alert" not in reply.text
    bare = {"Sec_Fetch_Site": "", "Origin": ""}
    form = {
        "form": "decision",
        "item": "no-such",
        "verdict": "reject",
        "reviewer": "x",
        "reason": "x",
    }
    assert member.post(form, "/en/review.html", **bare, Authorization="Bearer guess").status == 401
    reply = member.post(form, "/en/review.html", **bare, Authorization=f"Bearer {TOKEN}")
    sentence = "This link does not wait for a decision, or no longer does; nothing was written.\n"
    assert (reply.status, reply.text) == (409, sentence), (
        "a program writes with the token in a header"
    )
    assert written(folder) == before
    origin = f"http://127.0.0.1:{member.port}"  # a browser that only says its origin may write
    assert (
        member.post({"form": "sign-in", "token": TOKEN}, Sec_Fetch_Site="", Origin=origin).status
        == 303
    )


def test_decisions_and_scores_are_written_and_shown(member: Visitor, folder: Path) -> None:
    reply = member.decide()
    assert reply.status == 303
    page = member.get(reply.headers["location"]).text
    assert f"il est consigné dans {FILE}" in page
    assert f'id="{ITEM}"' not in page
    assert (folder / FILE).is_file()
    ask = (
        "PREFIX pan: <https://w3id.org/pan2kg/ontology#> "
        "ASK { ?a pan:cites ?b . ?l pan:reviewedBy 'A. Weber' ; pan:from ?a ; pan:to ?b }"
    )
    assert (
        '"boolean":true'
        in member.get(f"/sparql?query={quote(ask)}", Accept="application/sparql-results+json").text
    )
    assert "A. Weber" in member.get("/fr/action/lu-bhr-1-m6.html").text
    assert member.decide(verdict="reject", reason="Non.").status == 409
    assert (
        member.get(f"/fr/scores.html?{urlencode(MATRIX)}").text.count('<select name="score:') == 2
    )
    form = {**MATRIX, **GIVEN, **cell(ONE, THREE, "-2"), "form_token": member.seal}
    page = member.get(member.post(form, "/fr/scores.html").headers["location"]).text
    assert FILES[1] in page
    assert '<option value="-2" selected>' in page
    assert "−2" in member.get("/fr/gaps.html").text


def test_the_name_signed_with_last_in_a_session_is_in_every_form(member: Visitor) -> None:
    names = re.compile(r'name="reviewer"[^>]* value="([^"]*)"')

    def named(visitor: Visitor = member, path: str = REVIEW) -> set[str]:
        return set(names.findall(visitor.get(path).text))

    assert named(path=f"{REVIEW}?signed=Somebody+else") == {""}, (
        "nobody is guessed, and no address says who it is"
    )
    name = 'J. "Jo" <Weber>'
    shown = "J. &#34;Jo&#34; &lt;Weber&gt;"
    item = member.last
    assert member.decide(item=item, verdict="reject", reviewer=name).status == 422
    assert named() == {""}, "nothing was signed yet"
    assert member.decide(item=item, verdict="reject", reviewer=name, reason="Non.").status == 303
    assert named() == named(path=f"/fr/scores.html?{urlencode(MATRIX)}") == {shown}
    other = Visitor(member.port)
    other.sign_in()
    assert named(other) == {""}


def test_what_was_typed_outlives_a_session_that_has_ended(member: Visitor, folder: Path) -> None:
    item = member.last
    seal = member.seal
    cookie = member.cookie
    before = written(folder)
    assert member.post({"form": "sign-out", "form_token": seal}).status == 303
    member.cookie = cookie
    assert member.decide(form_token=seal).status == 403, "who signs out writes no more"
    typed = {
        "form": "decision",
        "item": item,
        "verdict": "reject",
        "reviewer": "Z",
        "reason": 'Ni "l’un" ni l’autre.',
    }
    page = member.post({**typed, "form_token": seal})
    assert page.status == 403
    kept = dict(re.findall(r'name="(typed:[^"]+)" value="([^"]*)"', page.text))
    assert "typed:form_token" not in kept
    sent = {name: html.unescape(value) for name, value in kept.items()}
    refused = member.sign_in("guess", **sent)
    assert (refused.status, 'name="typed:reason"' in refused.text) == (403, True)
    again = member.sign_in(**sent, **{"typed:form_token": "forged"})
    assert (
        again.status,
        "Ni &#34;l’un&#34; ni l’autre." in again.text,
        "forged" in again.text,
    ) == (200, True, False)
    assert written(folder) == before, "nothing is written before it is sent again"
    assert member.seal, "the session is open again"


@dataclass
class Member(Visitor):
    """A visitor who comes through a proxy: it says who has signed in there, and from what address they come."""

    login: str = ""
    address: str = "192.0.2.1"

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        said = {
            "X-Forwarded-For": self.address,
            **({"X-Remote-User": self.login} if self.login else {}),
        }
        return super()._ask(method, path, body, {**headers, **said})

    def write(self, token: str) -> int:
        """Send a decision on what there is not, as programs do."""
        form = {"form": "decision", "item": "x", "verdict": "reject", "reason": "Non."}
        return self.post(form, Authorization=f"Bearer {token}").status

    def reject(self, **form: str) -> Reply:
        return self.decide(item=self.last, verdict="reject", reason="Non.", **form)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    copied = copy(tmp_path_factory.mktemp("office") / "copy", FEW)
    options = (
        "--proxy",
        "127.0.0.1",
        "--person-header",
        "X-Remote-User",
        "--people",
        str(DATA / "people.toml"),
    )
    with serving(copied, *options) as port:
        yield port, copied


def test_a_decision_bears_the_name_of_who_signed_in_and_nobody_else_can_use_the_session(
    office: tuple[int, Path],
) -> None:
    port, folder = office

    def signed() -> list[str]:
        files = [
            path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*-reviewed.ttl"))
        ]
        return re.findall(r'pan:reviewedBy "([^"]+)"', "".join(files))

    member = Member(port)
    assert member.sign_in("token of A. Weber").status == 303
    assert set(re.findall(r'name="reviewer"[^>]* value="([^"]*)" readonly', member.get().text)) == {
        "A. Weber"
    }
    assert member.reject(reviewer="The Minister").status == 303
    assert set(signed()) == {"A. Weber"}
    member = Member(port, login="bmuller")
    assert member.reject().status == 303, "no token was typed"
    seal = member.seal
    cookie = member.cookie
    for other in ("aweber", "nobody"):
        thief = Member(port, cookie, login=other)
        assert (
            thief.decide(item="x", verdict="reject", reason="Non.", form_token=seal).status == 403
        )
    assert signed().count("B. Muller") == 1
    assert Member(port, login="nobody").seal == "", "who is on no list reviews nothing"
    assert Member(port, login="bmuller").write("guess") == 401, "no proxy speaks for programs"
    replies = [member.reject(quote="What was typed") for _ in range(3)]
    assert replies[-1].status == 429
    assert "Plus de 2 écritures par minute" in replies[-1].text.replace("\u00a0", " ")


def test_who_guesses_is_slowed_by_form_and_header_alike_and_nobody_else_is(
    office: tuple[int, Path],
) -> None:
    signed_in = Member(office[0], address="203.0.113.5")
    assert signed_in.sign_in("token of A. Weber").status == 303
    guesser = Member(office[0], address="203.0.113.5")
    answers = [guesser.write("guess") for _ in range(6)] + [
        guesser.sign_in("guess").status for _ in range(4)
    ]
    assert (answers, guesser.write("guess")) == ([401] * 6 + [403] * 2 + [429] * 2, 429)
    assert guesser.sign_in("token of A. Weber").status == 429
    drawn = Member(office[0], address="203.0.113.5")
    assert drawn.sign_in(DRAWN).status == 303, "who has a token drawn by chance does not wait"
    assert drawn.write(DRAWN) == 409, "there is no such item"
    assert signed_in.reject().status == 303, "who has signed in goes on, from the same address too"
    assert Member(office[0], address="203.0.113.6").sign_in("token of A. Weber").status == 303


def test_guessing_stays_slow_while_who_has_a_drawn_token_is_let_in() -> None:
    clock = [0.0]
    people = People(DRAWN, (Person("A. Weber", digest=hashlib.sha256(b"made up").hexdigest()),))
    people.wrong = Attempts(lambda: clock[0])
    assert [people.by_token(DRAWN, "192.0.2.1") for _ in range(3 * TRIES)] == [Person()] * (
        3 * TRIES
    ), "no tries"
    guesses = [f"{number:x}".zfill(8) + DRAWN[8:] for number in range(2 * FLOOD)]
    assert [people.by_token("made up too", "192.0.2.1") for _ in range(TRIES)] == [None] * TRIES
    assert people.by_token("made up", "192.0.2.1") is None, "a short one waits"
    assert people.by_token(DRAWN, "192.0.2.1") == Person()
    looked_at = sum(
        not people.is_besieged("192.0.2.1", guess) and not people.by_token(guess, "192.0.2.1")
        for guess in guesses
    )
    assert looked_at == FLOOD - TRIES, "not at any rate either"
    assert people.by_token(DRAWN, "192.0.2.1") is None
    clock[0] += 61
    assert people.by_token("made up", "192.0.2.1") == people.listed[0], (
        "a minute later nobody waits"
    )
    weber = people.listed[0]
    assert people.current(weber) == weber
    people.listed = ()
    assert people.current(weber) is None, "who is no longer on the list is signed out"


def test_pages_of_other_sites_read_nothing_and_nothing_after_a_body_is_ever_a_header(
    office: tuple[int, Path],
) -> None:
    """Some proxies pass on the fields that may follow a chunked body: whoever sends one there signs in as nobody."""
    visitor = Visitor(office[0])
    for method in ("GET", "OPTIONS"):
        address = f"/sparql?{urlencode({'query': 'ASK {}'})}"
        headers = {"Origin": "http://evil.example"}
        reply = visitor._ask(method, address, None, headers)
        assert reply.status in (200, 204)
        assert not [name for name in reply.headers if name.startswith("access-control-")]
    head = b"GET /fr/review.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", office[0]), timeout=600) as line:
        line.sendall(head + b"0\r\nX-Remote-User: aweber\r\nX-Forwarded-For: 192.0.2.9\r\n\r\n")
        answer = b""
        while piece := line.recv(2**16):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 200 "), answer[:200]
    assert b"set-cookie" not in answer.partition(b"\r\n\r\n")[0].lower()
    assert b"A. Weber" not in answer


def test_a_list_that_is_faulty_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "people.toml"
    for case in cases("refused-people"):
        path.write_text(case["text"], encoding="utf-8")
        with pytest.raises(ProjectError) as refused:
            read_people(path)
        assert case["message"] in str(refused.value)
        assert str(path) in str(refused.value)
