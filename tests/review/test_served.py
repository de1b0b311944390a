"""Reviewing over HTTP: who may write, what a page of another site cannot do, and what the graph shows afterwards."""

from __future__ import annotations

import html
import http.client
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from tests.review.conftest import EVIDENCE, TOKEN
from tests.review.test_scores import GIVEN, ONE, THREE, cell

REVIEW = "/fr/review.html"
ITEM = "lu-bhr-1-m6--lu-bhr-2-3-2"


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

    def get(self, path: str, **headers: str) -> Reply:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, form: dict[str, str], **headers: str) -> Reply:
        told = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", "Origin": "null"}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in {**told, **given}.items() if value}
        return self._ask("POST", path, urlencode(form).encode(), sent)

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            connection.request(method, path, body, {**headers, **({"Cookie": self.cookie} if self.cookie else {})})
            response = connection.getresponse()
            told = {name.lower(): value for name, value in response.getheaders()}
            reply = Reply(response.status, told, response.read().decode())
        finally:
            connection.close()
        if "set-cookie" in reply.headers:
            self.cookie = reply.headers["set-cookie"].partition(";")[0]
        return reply

    def sign_in(self) -> Reply:
        return self.post(REVIEW, {"form": "sign-in", "token": TOKEN})

    @property
    def seal(self) -> str:
        found = re.search(r'name="form_token" value="([^"]+)"', self.get(REVIEW).text)
        return found[1] if found else ""

    def decide(self, **form: str) -> Reply:
        given = {"form": "decision", "item": ITEM, "verdict": "accept", "reviewer": "A. Weber", **EVIDENCE}
        return self.post(REVIEW, {**given, "form_token": self.seal, **form})


@pytest.fixture
def visitor(port: int) -> Visitor:
    return Visitor(port)


def written(folder: Path) -> list[Path]:
    return sorted([*folder.rglob("reviewed.ttl"), *folder.rglob("scores.ttl")])


def test_who_has_not_signed_in_sees_the_queue_without_forms(visitor: Visitor) -> None:
    page = visitor.get(REVIEW)
    assert page.status == 200
    assert page.headers["cache-control"] == "no-store"
    assert 'type="password"' in page.text
    assert 'value="decision"' not in page.text
    assert ITEM in page.text


def test_no_address_can_sign_in_or_put_words_into_the_page(visitor: Visitor) -> None:
    page = visitor.get(
        f"{REVIEW}?form_token=x&fault=Send+your+token+to+evil.example&written=accepted&files=%3Cscript%3E"
    )
    assert 'value="decision"' not in page.text
    assert "evil.example" not in page.text
    assert "&lt;script&gt;" not in page.text
    assert "<script>" not in page.text


def test_a_wrong_token_opens_nothing(visitor: Visitor) -> None:
    reply = visitor.post(REVIEW, {"form": "sign-in", "token": "guess"})
    assert reply.status == 403
    assert "set-cookie" not in reply.headers
    assert "Ce n’est pas le jeton" in reply.text


def test_the_cookie_is_kept_from_scripts_and_other_sites(visitor: Visitor) -> None:
    reply = visitor.sign_in()
    assert reply.status == 303
    assert reply.headers["location"] == REVIEW
    told = {"Path=/", "Max-Age=28800", "HttpOnly", "SameSite=strict"}
    assert set(reply.headers["set-cookie"].split("; ")[1:]) == told
    assert TOKEN not in reply.headers["set-cookie"]
    assert visitor.seal


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
        {"Sec_Fetch_Site": "", "Origin": "null"},
        {"Sec_Fetch_Site": "", "Origin": ""},
        {"Sec_Fetch_Site": "", "Origin": "http://evil.example"},
        {"Origin": "http://evil.example"},
    ],
)
def test_a_form_from_another_site_is_refused(visitor: Visitor, folder: Path, headers: dict[str, str]) -> None:
    visitor.sign_in()
    form = {"form": "decision", "item": ITEM, "verdict": "accept", "reviewer": "x", "form_token": visitor.seal}
    before = written(folder)
    assert visitor.post(REVIEW, form | EVIDENCE, **headers).status == 403
    assert written(folder) == before


def test_a_form_without_the_secret_of_its_session_is_refused(visitor: Visitor, folder: Path) -> None:
    visitor.sign_in()
    other = Visitor(visitor.port)
    other.sign_in()
    before = written(folder)
    for seal in ("", "x", other.seal):
        assert visitor.decide(form_token=seal).status == 403
    assert written(folder) == before


def test_a_browser_that_only_says_its_origin_may_write(visitor: Visitor) -> None:
    origin = f"http://127.0.0.1:{visitor.port}"
    assert visitor.post(REVIEW, {"form": "sign-in", "token": TOKEN}, Sec_Fetch_Site="", Origin=origin).status == 303


def test_other_media_methods_and_sizes_are_refused(visitor: Visitor) -> None:
    visitor.sign_in()
    assert visitor.post(REVIEW, {}, Content_Type="multipart/form-data; boundary=x").status == 415
    assert visitor.post(REVIEW, {}, Content_Type="application/json").status == 415
    assert visitor.decide(reason="x" * 300_000).status == 413
    assert visitor._ask("PUT", REVIEW, b"", {}).status == 405


def test_what_was_typed_is_still_there_when_it_is_refused(visitor: Visitor) -> None:
    visitor.sign_in()
    reply = visitor.decide(quote="", reason='</textarea><script>alert(1)</script>"')
    assert reply.status == 422
    assert "« Passage cité » est vide" in reply.text.replace("\u00a0", " ")
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in reply.text
    assert "<script>alert" not in reply.text


def test_a_decision_is_written_and_shown(visitor: Visitor, folder: Path) -> None:
    visitor.sign_in()
    reply = visitor.decide()
    assert reply.status == 303
    page = visitor.get(reply.headers["location"]).text
    assert "il est consigné dans graph/plans/lu-bhr-2/reviewed.ttl" in page
    assert f'id="{ITEM}"' not in page
    assert (folder / "graph/plans/lu-bhr-2/reviewed.ttl").is_file()
    ask = (
        "PREFIX pan: <https://w3id.org/pan2kg/ontology#> "
        "ASK { ?a pan:cites ?b . ?l pan:reviewedBy 'A. Weber' ; pan:from ?a ; pan:to ?b }"
    )
    assert '"boolean":true' in visitor.get(f"/sparql?query={quote(ask)}", Accept="application/sparql-results+json").text
    assert "A. Weber" in visitor.get("/fr/action/lu-bhr-1-m6.html").text
    again = visitor.decide(verdict="reject", reason="Non.")
    assert again.status == 409


def test_the_name_signed_with_last_in_a_session_is_in_every_form(visitor: Visitor) -> None:
    given = re.compile(r'name="reviewer"[^>]* value="([^"]*)"')
    visitor.sign_in()
    page = visitor.get(f"{REVIEW}?signed=Somebody+else").text
    assert set(given.findall(page)) == {""}, "nobody is guessed, and no address says who it is"
    item = re.findall(r'candidate=([^"&#]+--[^"&#]+)', page)[-1]
    name = 'J. "Jo" <Weber>'
    assert visitor.decide(item=item, verdict="reject", reviewer=name).status == 422
    assert set(given.findall(visitor.get(REVIEW).text)) == {""}, "nothing was signed yet"
    assert visitor.decide(item=item, verdict="reject", reviewer=name, reason="Non.").status == 303
    shown = "J. &#34;Jo&#34; &lt;Weber&gt;"
    names = given.findall(visitor.get(REVIEW).text)
    assert (set(names), len(names) > 1) == ({shown}, True)
    asked = {"plan": "lu-bhr-2", "other": "lu-bhr-1", "assessor": "gt-edh", f"on:{ONE}": "1", f"on:{THREE}": "1"}
    assert given.findall(visitor.get(f"/fr/scores.html?{urlencode(asked)}").text) == [shown]
    other = Visitor(visitor.port)
    other.sign_in()
    assert set(given.findall(other.get(REVIEW).text)) == {""}
    visitor.post(REVIEW, {"form": "sign-out", "form_token": visitor.seal})
    visitor.sign_in()
    assert set(given.findall(visitor.get(REVIEW).text)) == {""}


def test_what_was_typed_outlives_a_session_that_has_ended(visitor: Visitor, folder: Path) -> None:
    visitor.sign_in()
    item = re.findall(r'candidate=([^"&#]+--[^"&#]+)', visitor.get(REVIEW).text)[-1]
    seal, before = visitor.seal, written(folder)
    visitor.post(REVIEW, {"form": "sign-out", "form_token": seal})
    typed = {"form": "decision", "item": item, "verdict": "reject", "reviewer": "Z", "reason": 'Ni "l’un" ni l’autre.'}
    page = visitor.post(REVIEW, {**typed, "form_token": seal})
    assert page.status == 403
    kept = dict(re.findall(r'name="(typed:[^"]+)" value="([^"]*)"', page.text))
    assert "typed:form_token" not in kept
    sent = {name: html.unescape(value) for name, value in kept.items()}
    refused = visitor.post(REVIEW, {"form": "sign-in", "token": "guess", **sent})
    assert (refused.status, 'name="typed:reason"' in refused.text) == (403, True)
    again = visitor.post(REVIEW, {"form": "sign-in", "token": TOKEN, **sent, "typed:form_token": "forged"})
    assert (again.status, "Ni &#34;l’un&#34; ni l’autre." in again.text, "forged" in again.text) == (200, True, False)
    assert written(folder) == before, "nothing is written before it is sent again"
    assert visitor.seal, "the session is open again"
    made_up = Visitor(visitor.port).get(f"{REVIEW}?reason=x&item=y").text
    assert "typed:" not in made_up


def test_scores_are_entered_in_a_matrix_and_shown(visitor: Visitor) -> None:
    visitor.sign_in()
    asked = {"plan": "lu-bhr-2", "other": "lu-bhr-1", "assessor": "gt-edh", f"on:{ONE}": "1", f"on:{THREE}": "1"}
    page = visitor.get(f"/fr/scores.html?{urlencode(asked)}").text
    assert page.count('<select name="score:') == 2
    reply = visitor.post("/fr/scores.html", {**asked, **GIVEN, **cell(ONE, THREE, "-2"), "form_token": visitor.seal})
    assert reply.status == 303
    shown = visitor.get(reply.headers["location"]).text
    assert "graph/plans/lu-bhr-2/scores.ttl" in shown
    assert '<option value="-2" selected>' in shown
    assert "−2" in visitor.get("/fr/gaps.html").text


def test_a_program_writes_with_the_token_in_a_header(visitor: Visitor) -> None:
    form = {"form": "decision", "item": "no-such", "verdict": "reject", "reviewer": "x", "reason": "x"}
    bare: dict[str, str] = {"Sec_Fetch_Site": "", "Origin": ""}
    assert visitor.post("/en/review.html", form, **bare, Authorization="Bearer guess").status == 401
    reply = visitor.post("/en/review.html", form, **bare, Authorization=f"Bearer {TOKEN}")
    assert (reply.status, reply.text) == (
        409,
        "This link does not wait for a decision, or no longer does; nothing was written.\n",
    )


def test_who_signs_out_writes_no_more(visitor: Visitor) -> None:
    visitor.sign_in()
    seal, cookie = visitor.seal, visitor.cookie
    assert visitor.post(REVIEW, {"form": "sign-out", "form_token": seal}).status == 303
    visitor.cookie = cookie
    assert visitor.decide(form_token=seal).status == 403
    assert 'type="password"' in visitor.get(REVIEW).text
