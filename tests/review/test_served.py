"""Reviewing over HTTP: who may write, what a page of another site cannot do, and what the graph shows afterwards."""

from __future__ import annotations

import html
import http.client
import re
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from pan2kg.server.pages import RefreshedSite
from tests.review.conftest import EVIDENCE, TOKEN
from tests.review.test_scores import GIVEN, ONE, THREE, cell

REVIEW = "/fr/review.html"
ITEM = "lu-bhr-1-m6--lu-bhr-2-3-2"
MATRIX = {"plan": "lu-bhr-2", "other": "lu-bhr-1", "assessor": "gt-edh", f"on:{ONE}": "1", f"on:{THREE}": "1"}


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
        usual = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", "Origin": "null"}
        sent = usual | {name.replace("_", "-"): value for name, value in headers.items()}
        return self._ask("POST", path, urlencode(form).encode(), {name: value for name, value in sent.items() if value})

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            connection.request(method, path, body, {**headers, **({"Cookie": self.cookie} if self.cookie else {})})
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            reply = Reply(response.status, fields, response.read().decode())
        finally:
            connection.close()
        if "set-cookie" in reply.headers:
            self.cookie = reply.headers["set-cookie"].partition(";")[0]
        return reply

    def sign_in(self) -> Reply:
        return self.post(REVIEW, {"form": "sign-in", "token": TOKEN})

    @property
    def seal(self) -> str:
        match = re.search(r'name="form_token" value="([^"]+)"', self.get(REVIEW).text)
        return match[1] if match else ""

    def decide(self, **form: str) -> Reply:
        usual = {"form": "decision", "item": ITEM, "verdict": "accept", "reviewer": "A. Weber", **EVIDENCE}
        return self.post(REVIEW, {**usual, "form_token": self.seal, **form})


@pytest.fixture
def visitor(port: int) -> Visitor:
    return Visitor(port)


@pytest.fixture
def member(visitor: Visitor) -> Visitor:
    """A visitor who has signed in."""
    visitor.sign_in()
    return visitor


def written(folder: Path) -> list[Path]:
    return sorted([*folder.rglob("reviewed.ttl"), *folder.rglob("scores.ttl")])


def test_who_has_not_signed_in_sees_the_queue_and_no_address_puts_words_into_it(visitor: Visitor) -> None:
    page = visitor.get(REVIEW)
    assert (page.status, page.headers["cache-control"]) == (200, "no-store")
    assert 'type="password"' in page.text
    assert ITEM in page.text
    made_up = "?form_token=x&fault=Send+your+token+to+evil.example&written=accepted&files=%3Cscript%3E&reason=x&item=y"
    for text in (page.text, visitor.get(f"{REVIEW}{made_up}").text):
        for words in ('value="decision"', "evil.example", "<script>", "&lt;script&gt;", "typed:"):
            assert words not in text


def test_a_wrong_token_opens_nothing_and_the_cookie_is_kept_from_scripts_and_other_sites(visitor: Visitor) -> None:
    reply = visitor.post(REVIEW, {"form": "sign-in", "token": "guess"})
    assert (reply.status, "set-cookie" in reply.headers) == (403, False)
    assert "Ce n’est pas le jeton" in reply.text
    reply = visitor.sign_in()
    assert (reply.status, reply.headers["location"]) == (303, REVIEW)
    attributes = {"Path=/", "Max-Age=28800", "HttpOnly", "SameSite=strict"}
    assert set(reply.headers["set-cookie"].split("; ")[1:]) == attributes
    assert TOKEN not in reply.headers["set-cookie"]
    assert visitor.seal


def test_a_form_from_another_site_or_without_the_secret_of_its_session_is_refused(
    member: Visitor, folder: Path
) -> None:
    before = written(folder)
    for headers in (
        *({"Sec_Fetch_Site": site} for site in ("cross-site", "same-site", "none")),
        *({"Sec_Fetch_Site": "", "Origin": origin} for origin in ("null", "", "http://evil.example")),
        {"Origin": "http://evil.example"},
    ):  # fmt: skip
        form = {"form": "decision", "item": ITEM, "verdict": "accept", "reviewer": "x", "form_token": member.seal}
        assert member.post(REVIEW, form | EVIDENCE, **headers).status == 403
    other = Visitor(member.port)
    other.sign_in()
    assert [member.decide(form_token=seal).status for seal in ("", "x", other.seal)] == [403] * 3
    assert written(folder) == before
    origin = f"http://127.0.0.1:{member.port}"  # a browser that only says its origin may write
    assert member.post(REVIEW, {"form": "sign-in", "token": TOKEN}, Sec_Fetch_Site="", Origin=origin).status == 303


def test_other_media_methods_and_sizes_are_refused_and_what_was_typed_is_still_there(member: Visitor) -> None:
    assert member.post(REVIEW, {}, Content_Type="multipart/form-data; boundary=x").status == 415
    assert member.post(REVIEW, {}, Content_Type="application/json").status == 415
    assert member.decide(reason="x" * 300_000).status == 413
    assert member._ask("PUT", REVIEW, b"", {}).status == 405
    reply = member.decide(quote="", reason='</textarea><script>alert(1)</script>"')
    assert reply.status == 422
    assert "« Passage cité » est vide" in reply.text.replace("\u00a0", " ")
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in reply.text
    assert "<script>alert" not in reply.text


def test_a_decision_is_written_and_shown(member: Visitor, folder: Path) -> None:
    reply = member.decide()
    assert reply.status == 303
    page = member.get(reply.headers["location"]).text
    assert "il est consigné dans graph/plans/lu-bhr-2/reviewed.ttl" in page
    assert f'id="{ITEM}"' not in page
    assert (folder / "graph/plans/lu-bhr-2/reviewed.ttl").is_file()
    ask = (
        "PREFIX pan: <https://w3id.org/pan2kg/ontology#> "
        "ASK { ?a pan:cites ?b . ?l pan:reviewedBy 'A. Weber' ; pan:from ?a ; pan:to ?b }"
    )
    assert '"boolean":true' in member.get(f"/sparql?query={quote(ask)}", Accept="application/sparql-results+json").text
    assert "A. Weber" in member.get("/fr/action/lu-bhr-1-m6.html").text
    assert member.decide(verdict="reject", reason="Non.").status == 409


def test_the_name_signed_with_last_in_a_session_is_in_every_form(member: Visitor) -> None:
    names = re.compile(r'name="reviewer"[^>]* value="([^"]*)"')

    def named(visitor: Visitor = member, path: str = REVIEW) -> set[str]:
        return set(names.findall(visitor.get(path).text))

    assert named(path=f"{REVIEW}?signed=Somebody+else") == {""}, "nobody is guessed, and no address says who it is"
    item = re.findall(r'candidate=([^"&#]+--[^"&#]+)', member.get(REVIEW).text)[-1]
    name, shown = 'J. "Jo" <Weber>', "J. &#34;Jo&#34; &lt;Weber&gt;"
    assert member.decide(item=item, verdict="reject", reviewer=name).status == 422
    assert named() == {""}, "nothing was signed yet"
    assert member.decide(item=item, verdict="reject", reviewer=name, reason="Non.").status == 303
    assert named() == named(path=f"/fr/scores.html?{urlencode(MATRIX)}") == {shown}
    other = Visitor(member.port)
    other.sign_in()
    assert named(other) == {""}
    seal, cookie = member.seal, member.cookie
    assert member.post(REVIEW, {"form": "sign-out", "form_token": seal}).status == 303
    member.cookie = cookie
    assert member.decide(form_token=seal).status == 403, "who signs out writes no more"
    member.sign_in()
    assert named() == {""}


def test_what_was_typed_outlives_a_session_that_has_ended(member: Visitor, folder: Path) -> None:
    item = re.findall(r'candidate=([^"&#]+--[^"&#]+)', member.get(REVIEW).text)[-1]
    seal, before = member.seal, written(folder)
    member.post(REVIEW, {"form": "sign-out", "form_token": seal})
    typed = {"form": "decision", "item": item, "verdict": "reject", "reviewer": "Z", "reason": 'Ni "l’un" ni l’autre.'}
    page = member.post(REVIEW, {**typed, "form_token": seal})
    assert page.status == 403
    kept = dict(re.findall(r'name="(typed:[^"]+)" value="([^"]*)"', page.text))
    assert "typed:form_token" not in kept
    sent = {name: html.unescape(value) for name, value in kept.items()}
    refused = member.post(REVIEW, {"form": "sign-in", "token": "guess", **sent})
    assert (refused.status, 'name="typed:reason"' in refused.text) == (403, True)
    again = member.post(REVIEW, {"form": "sign-in", "token": TOKEN, **sent, "typed:form_token": "forged"})
    assert (again.status, "Ni &#34;l’un&#34; ni l’autre." in again.text, "forged" in again.text) == (200, True, False)
    assert written(folder) == before, "nothing is written before it is sent again"
    assert member.seal, "the session is open again"


def test_scores_are_entered_in_a_matrix_and_shown(member: Visitor) -> None:
    assert member.get(f"/fr/scores.html?{urlencode(MATRIX)}").text.count('<select name="score:') == 2
    reply = member.post("/fr/scores.html", {**MATRIX, **GIVEN, **cell(ONE, THREE, "-2"), "form_token": member.seal})
    assert reply.status == 303
    page = member.get(reply.headers["location"]).text
    assert "graph/plans/lu-bhr-2/scores.ttl" in page
    assert '<option value="-2" selected>' in page
    assert "−2" in member.get("/fr/gaps.html").text


def test_a_program_writes_with_the_token_in_a_header(visitor: Visitor) -> None:
    form = {"form": "decision", "item": "no-such", "verdict": "reject", "reviewer": "x", "reason": "x"}
    bare: dict[str, str] = {"Sec_Fetch_Site": "", "Origin": ""}
    assert visitor.post("/en/review.html", form, **bare, Authorization="Bearer guess").status == 401
    reply = visitor.post("/en/review.html", form, **bare, Authorization=f"Bearer {TOKEN}")
    sentence = "This link does not wait for a decision, or no longer does; nothing was written.\n"
    assert (reply.status, reply.text) == (409, sentence)


def test_the_desk_goes_on_with_its_site_after_its_own_decisions_alone() -> None:
    states, made = [0], count()
    release: Any = type("Release", (), {"__str__": lambda _: str(states[0])})()
    site: Any = RefreshedSite(made.__next__, release)  # type: ignore[arg-type]

    def decided() -> None:
        states[0] += 1

    # numbers stand for sites, in the order in which they are made
    assert (site.desk(), site.site()) == (0, 0)
    site.change(decided)
    assert (site.desk(), site.site()) == (0, 1), "other pages show the decision"
    decided()  # somebody else has changed the data
    assert (site.desk(), site.site()) == (2, 2)
    site.change(decided)
    decided()
    assert site.desk() == 3
