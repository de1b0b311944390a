"""An endpoint is asked whether it can answer, waited for a little, told who asks; its faults are one sentence each."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pan2kg.errors import EndpointError, QueryError
from pan2kg.store.remote import RemoteStore, open_remote
from pan2kg.store.store import select
from pan2kg.turtle.vocabulary import PAN
from tests.conftest import serving

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


def answer(more: int = 0, kind: str = "application/sparql-results+json", body: bytes = ANSWER) -> Behave:
    """An answer that says it has so many bytes more than it has."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body) + more))
        handler.end_headers()
        handler.wfile.write(body)
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


def test_an_answer_that_breaks_off_is_one_sentence(script: Script) -> None:
    script.steps = [answer(10)]
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


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", b"<p>welcome</p>"),
        ("application/sparql-results+json", b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":'),
        ("application/sparql-results+json", b""),
    ],
)
def test_an_answer_that_is_none_is_an_endpoint_error(script: Script, kind: str, body: bytes) -> None:
    script.steps = [answer(kind=kind, body=body)]
    with pytest.raises(EndpointError, match="Check the address"):
        RemoteStore(script.url).query(QUERY)


@pytest.mark.parametrize("code", [401, 403, 404, 429, 500, 503])
def test_a_refusal_says_its_http_status(script: Script, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pan2kg.store.remote.WAITS", (0.0,))  # a busy endpoint is asked again, here at once
    script.steps = [status(code)]
    with pytest.raises(EndpointError, match=rf"The endpoint refuses \(HTTP {code}"):
        RemoteStore(script.url).query(QUERY)


def test_who_asks_an_endpoint_leaves_urllib_as_it_was(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib.request._opener", None)
    assert bool(RemoteStore(endpoint).query("ASK {}"))
    assert urllib.request._opener is None  # type: ignore[attr-defined]  # set by install_opener


def test_an_endpoint_says_what_is_wrong_with_a_query(endpoint: str) -> None:
    with pytest.raises(QueryError, match="finds the query faulty"):
        RemoteStore(endpoint).query("SELECT")


PLAN = "<http://e/plan>"
STATED = f"{PLAN} a <{PAN}Plan> {{graph}} ."
DERIVED = f'{PLAN} <{PAN}mainLabel> "Plan" {{graph}} .'
LABELS = (
    f"PREFIX pan: <{PAN}> SELECT ?plan ?label ?in WHERE {{ ?plan a pan:Plan ; pan:mainLabel ?label"
    " GRAPH ?in { ?plan a pan:Plan } }"
)

Serve = Callable[..., str]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a server of another make on these statements; gives the address of its endpoint."""
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    assert program, "The test extra brings the oxigraph server: pip install '.[test]'"
    with ExitStack() as stack:

        def start(*quads: str, is_union: bool = False) -> str:
            data = tmp_path / "data.nq"
            data.write_text("\n".join(quads) + "\n", encoding="utf-8")
            store = str(tmp_path / "store")
            subprocess.run([program, "load", "--location", store, "--file", str(data)], check=True, capture_output=True)
            union = ["--union-default-graph"] if is_union else []
            return stack.enter_context(serving([program, "serve-read-only", "--location", store, *union])) + "/query"

        yield start


def quads(*texts: str) -> list[str]:
    """Each statement in a named graph of its own."""
    return [
        text.format(graph=f"<http://e/graph/{at}>").replace(
            " a ", " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
        )
        for at, text in enumerate(texts)
    ]


def flat(*texts: str) -> list[str]:
    """Each statement in the default graph."""
    return [
        text.format(graph="").replace(" a ", " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ") for text in texts
    ]


def test_where_the_default_graph_is_the_union_nothing_is_named(serve: Serve) -> None:
    store = open_remote(serve(*quads(STATED, DERIVED), is_union=True))
    assert not store.graphs
    assert len(select(store, LABELS).rows) == 1


def test_where_it_is_not_the_graphs_are_named_so_that_the_answer_is_the_same(serve: Serve) -> None:
    """The label is in one graph and the plan in another, and the query asks for the graph by name as well."""
    store = open_remote(serve(*quads(STATED, DERIVED)))
    assert store.graphs == ("http://e/graph/0", "http://e/graph/1")
    [(_, label, graph)] = select(store, LABELS).rows
    assert (label.value, graph.value) == ("Plan", "http://e/graph/0")  # type: ignore[union-attr]


def test_where_there_are_too_many_graphs_to_name_it_is_refused_with_the_remedy(serve: Serve) -> None:
    more = [f'<http://e/{at}> <http://e/p> "o" {{graph}} .' for at in range(100)]
    with pytest.raises(EndpointError, match=r"default graph is not their union.*Let its default graph be the union"):
        open_remote(serve(*quads(STATED, DERIVED, *more)))


def test_a_graph_loaded_flat_is_taken_as_it_is(serve: Serve) -> None:
    assert not open_remote(serve(*flat(STATED, DERIVED))).graphs


@pytest.mark.parametrize("put", [quads, flat])
def test_without_what_is_derived_it_is_refused_with_the_remedy(serve: Serve, put: Callable[..., list[str]]) -> None:
    with pytest.raises(EndpointError, match=r"no derived statement.*pan2kg dump"):
        open_remote(serve(*put(STATED)))


def test_a_store_without_plans_is_refused_and_taken_only_for_queries_of_ones_own(serve: Serve) -> None:
    address = serve("<http://e/a> <http://e/b> <http://e/c> .")
    with pytest.raises(EndpointError, match="no plan is seen there"):
        open_remote(address)
    assert bool(open_remote(address, is_ours=False).query("ASK { ?a ?b ?c }"))
