"""People who review: their decisions bear the name they signed in with, and nobody is kept out by who guesses."""

from __future__ import annotations

import hashlib
import http.client
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from pan2kg.errors import ProjectError
from pan2kg.server.review import FLOOD, TRIES, Attempts, People, Person, read_people
from tests.copies import FEW, copy
from tests.review.conftest import serving
from tests.review.test_served import REVIEW, Reply, Visitor

DRAWN = "kZ1p0Vd3/m9xYt7Lw2Rb5g=="
LIST = f"""
[[person]]
name = "A. Weber"
login = "aweber"
token_sha256 = "{hashlib.sha256(b"token of A. Weber").hexdigest()}"

[[person]]
name = "B. Muller"
login = "bmuller"
writes_a_minute = 2

[[person]]
name = "D. Drawn"
token_sha256 = "{hashlib.sha256(DRAWN.encode()).hexdigest()}"
roles = ["review"]
"""


@dataclass
class Member(Visitor):
    """A visitor who comes through a proxy: it says who has signed in there, and from what address they come."""

    login: str = ""
    address: str = "192.0.2.1"

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        said = {"X-Forwarded-For": self.address, **({"X-Remote-User": self.login} if self.login else {})}
        return super()._ask(method, path, body, {**headers, **said})

    def enter(self, token: str) -> Reply:
        return self.post(REVIEW, {"form": "sign-in", "token": token})

    def write(self, token: str) -> int:
        """Send a decision on what there is not, as programs do."""
        form = {"form": "decision", "item": "x", "verdict": "reject", "reason": "Non."}
        return self.post(REVIEW, form, Authorization=f"Bearer {token}").status

    def reject(self, **form: str) -> Reply:
        """Reject the last item of the page."""
        item = re.findall(r'candidate=([^"&#]+--[^"&#]+)', self.get(REVIEW).text)[-1]
        return self.decide(item=item, verdict="reject", reason="Non.", **form)


@dataclass(frozen=True)
class Office:
    port: int
    folder: Path

    def signed(self) -> list[str]:
        """The names below all decisions."""
        files = sorted(self.folder.rglob("reviewed.ttl"))
        return re.findall(r'pan:reviewedBy "([^"]+)"', "".join(path.read_text(encoding="utf-8") for path in files))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    people, copied = folder / "people.toml", copy(folder / "copy", FEW)
    people.write_text(LIST, encoding="utf-8")
    options = ("--proxy", "127.0.0.1", "--person-header", "X-Remote-User", "--people", str(people))
    with serving(copied, *options) as port:
        yield Office(port, copied)


def test_a_decision_bears_the_name_of_who_signed_in_whatever_is_typed(office: Office) -> None:
    member = Member(office.port)
    assert member.enter("token of A. Weber").status == 303
    page = member.get(REVIEW).text
    assert set(re.findall(r'name="reviewer"[^>]* value="([^"]*)" readonly', page)) == {"A. Weber"}
    assert member.reject(reviewer="The Minister").status == 303
    assert set(office.signed()) == {"A. Weber"}


def test_a_proxy_says_who_it_is_and_nobody_else_can_use_the_session(office: Office) -> None:
    member = Member(office.port, login="bmuller")
    assert member.reject().status == 303, "no token was typed"
    seal, cookie = member.seal, member.cookie
    for other in ("aweber", "nobody"):
        thief = Member(office.port, cookie, login=other)
        assert thief.decide(item="x", verdict="reject", reason="Non.", form_token=seal).status == 403
    assert office.signed().count("B. Muller") == 1
    assert Member(office.port, login="nobody").seal == "", "who is on no list reviews nothing"
    assert Member(office.port, login="bmuller").write("guess") == 401, "no proxy speaks for programs"
    replies = [member.reject(quote="What was typed") for _ in range(3)]
    assert replies[-1].status == 429
    assert "Plus de 2 écritures par minute" in replies[-1].text.replace("\u00a0", " ")


def test_who_guesses_is_slowed_by_form_and_header_alike_and_nobody_else_is(office: Office) -> None:
    signed_in = Member(office.port, address="203.0.113.5")
    assert signed_in.enter("token of A. Weber").status == 303
    guesser = Member(office.port, address="203.0.113.5")
    answers = [guesser.write("guess") for _ in range(6)] + [guesser.enter("guess").status for _ in range(4)]
    assert (answers, guesser.write("guess")) == ([401] * 6 + [403] * 2 + [429] * 2, 429)
    assert guesser.enter("token of A. Weber").status == 429
    drawn = Member(office.port, address="203.0.113.5")
    assert drawn.enter(DRAWN).status == 303, "who has a token drawn by chance does not wait"
    assert drawn.write(DRAWN) == 409, "there is no such item"
    assert signed_in.reject().status == 303, "who has signed in goes on, from the same address too"
    assert Member(office.port, address="203.0.113.6").enter("token of A. Weber").status == 303


def test_guessing_stays_slow_while_who_has_a_drawn_token_is_let_in() -> None:
    clock = [0.0]
    people = People(DRAWN, (Person("A. Weber", digest=hashlib.sha256(b"made up").hexdigest()),))
    people.wrong = Attempts(lambda: clock[0])
    assert [people.by_token(DRAWN, "192.0.2.1") for _ in range(3 * TRIES)] == [Person()] * (3 * TRIES), "no tries"
    guesses = [f"{number:x}".zfill(8) + DRAWN[8:] for number in range(2 * FLOOD)]
    assert [people.by_token("made up too", "192.0.2.1") for _ in range(TRIES)] == [None] * TRIES
    assert people.by_token("made up", "192.0.2.1") is None, "a short one waits"
    assert people.by_token(DRAWN, "192.0.2.1") == Person()
    looked_at = sum(
        not people.is_besieged("192.0.2.1", guess) and not people.by_token(guess, "192.0.2.1") for guess in guesses
    )
    assert looked_at == FLOOD - TRIES, "not at any rate either"
    assert people.by_token(DRAWN, "192.0.2.1") is None
    clock[0] += 61
    assert people.by_token("made up", "192.0.2.1") == people.listed[0], "a minute later nobody waits"
    weber = people.listed[0]
    assert people.current(weber) == weber
    people.listed = ()
    assert people.current(weber) is None, "who is no longer on the list is signed out"


def test_pages_of_other_sites_may_not_read_what_is_not_public(office: Office) -> None:
    for method in ("GET", "OPTIONS"):
        connection = http.client.HTTPConnection("127.0.0.1", office.port, timeout=600)
        headers = {"Origin": "http://evil.example"}
        connection.request(method, f"/sparql?{urlencode({'query': 'ASK {}'})}", headers=headers)
        reply = connection.getresponse()
        assert reply.status in (200, 204)
        assert [name for name, _ in reply.getheaders() if name.lower().startswith("access-control-")] == []
        connection.close()


def test_a_list_that_is_faulty_is_refused_with_its_place(tmp_path: Path) -> None:
    person = '[[person]]\nname = "A"\nlogin = "a"\n'
    cases = {
        "": "names nobody", "[[person]": "cannot be read", '[[person]]\nname = "A"': "Person 1",
        f'{person}role = "write"': "Person 1", f'{person}roles = ["admin"]': "Person 1",
        f'{person}roles = ["review", "write"]': "load --endpoint",
        '[[person]]\nname = "A"\ntoken_sha256 = "secret"': "Person 1", f"{person}writes_a_minute = 0": "Person 1",
        f'{person}[[person]]\nname = " B"\nlogin = "b"': "Person 2",
        f'{person}[[person]]\nname = "B"\nlogin = "a"': "“a”",
    }  # fmt: skip
    path = tmp_path / "people.toml"
    for text, said in cases.items():
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ProjectError) as refused:
            read_people(path)
        assert said in str(refused.value)
        assert str(path) in str(refused.value)


def test_nothing_after_a_body_is_ever_a_header(office: Office) -> None:
    """Some proxies pass on the fields that may follow a chunked body: whoever sends one there signs in as nobody."""
    head = b"GET /fr/review.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", office.port), timeout=600) as line:
        line.sendall(head + b"0\r\nX-Remote-User: aweber\r\nX-Forwarded-For: 192.0.2.9\r\n\r\n")
        reply = b""
        while piece := line.recv(2**16):
            reply += piece
    assert reply.startswith(b"HTTP/1.1 200 "), reply[:200]
    assert b"set-cookie" not in reply.partition(b"\r\n\r\n")[0].lower()
    assert b"A. Weber" not in reply
