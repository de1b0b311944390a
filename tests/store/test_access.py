"""An endpoint that is busy, slow, dead or wants to know who asks: it is waited for a little, then one sentence."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pan2kg.errors import EndpointError
from pan2kg.store.remote import RemoteStore

QUERY = "SELECT ?x WHERE { ?x ?y ?z }"
ANSWER = b'{"head":{"vars":["x"]},"results":{"bindings":[]}}'
Behave = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Script:
    """What an endpoint does, request by request, the last for all that follow; and what it was sent."""

    steps: list[Behave]
    url: str = ""
    sent: list[str] = field(default_factory=list)


def status(code: int, **headers: str) -> Behave:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return behave


def answer(length: int = len(ANSWER)) -> Behave:
    """An answer that says it has so many bytes, whether or not it has."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/sparql-results+json")
        handler.send_header("Content-Length", str(length))
        handler.end_headers()
        handler.wfile.write(ANSWER)
        handler.close_connection = True

    return behave


def silent(handler: BaseHTTPRequestHandler) -> None:
    """Nothing is said until the other side gives up."""
    handler.connection.settimeout(20)
    handler.connection.recv(1)
    handler.close_connection = True


@pytest.fixture
def script() -> Iterator[Script]:
    told = Script([])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            told.sent.append(self.headers.get("Authorization") or "")
            (told.steps.pop(0) if len(told.steps) > 1 else told.steps[0])(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}/query"
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("code", [429, 503])
def test_a_busy_endpoint_is_asked_again_when_it_says(script: Script, code: int) -> None:
    script.steps = [status(code, Retry_After="0"), status(code, Retry_After="0"), answer()]
    RemoteStore(script.url).query(QUERY)
    assert len(script.sent) == 3


def test_one_that_stays_busy_is_given_up_with_a_sentence(script: Script) -> None:
    script.steps = [status(503, Retry_After="0")]
    with pytest.raises(EndpointError, match=r"HTTP 503.*Ask again later"):
        RemoteStore(script.url).query(QUERY)
    assert len(script.sent) == 4


def test_one_that_asks_for_an_hour_is_not_waited_for(script: Script) -> None:
    script.steps = [status(429, Retry_After="3600")]
    with pytest.raises(EndpointError, match="HTTP 429"):
        RemoteStore(script.url).query(QUERY)
    assert len(script.sent) == 1


def test_an_answer_that_breaks_off_is_one_sentence(script: Script) -> None:
    script.steps = [answer(len(ANSWER) + 10)]
    with pytest.raises(EndpointError, match="The answer breaks off or is no SPARQL result"):
        RemoteStore(script.url).query(QUERY)


def test_one_that_says_nothing_is_waited_for_as_long_as_was_said(script: Script) -> None:
    script.steps = [silent]
    with pytest.raises(EndpointError, match=r"did not answer within 1 seconds.*--timeout"):
        RemoteStore(script.url, 1).query(QUERY)


def test_who_asks_comes_from_the_environment(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    script.steps = [answer()]
    monkeypatch.setenv("PAN2KG_ENDPOINT_USER", "ann")
    monkeypatch.setenv("PAN2KG_ENDPOINT_PASSWORD", "geheim")
    RemoteStore(script.url).query(QUERY)
    monkeypatch.setenv("PAN2KG_ENDPOINT_TOKEN", "abc")
    RemoteStore(script.url).query(QUERY)
    assert script.sent == [f"Basic {b64encode(b'ann:geheim').decode()}", "Bearer abc"]


def test_a_name_that_is_refused_is_not_repeated_in_the_sentence(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.steps = [status(401, WWW_Authenticate='Basic realm="r"')]
    monkeypatch.setenv("PAN2KG_ENDPOINT_USER", "ann")
    monkeypatch.setenv("PAN2KG_ENDPOINT_PASSWORD", "geheim")
    with pytest.raises(EndpointError, match=r"HTTP 401.*PAN2KG_ENDPOINT_USER") as refused:
        RemoteStore(script.url).query(QUERY)
    assert "geheim" not in str(refused.value)


def test_a_password_in_the_address_is_refused_and_not_shown() -> None:
    with pytest.raises(EndpointError, match=r"^http://127.0.0.1:1/q: A name or a password stands") as refused:
        RemoteStore("http://ann:geheim@127.0.0.1:1/q").query(QUERY)
    assert "geheim" not in str(refused.value)


def test_an_endpoint_that_leads_elsewhere_is_not_followed(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAN2KG_ENDPOINT_TOKEN", "secret")
    script.steps = [status(302, Location=script.url.replace("127.0.0.1", "localhost"))]
    with pytest.raises(EndpointError, match="HTTP 302"):
        RemoteStore(script.url).query(QUERY)
    assert script.sent == ["Bearer secret"], "told once, to who was asked"
