"""What comes from outside and may do no harm: and nothing goes outside because a query says so."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.server.conftest import PATIENCE

if TYPE_CHECKING:
    from tests.conftest import Cli
    from tests.server.conftest import Service, Start


class Listener:
    """A socket that notes whether anybody connects."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.visits = 0
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}/data.ttl"

    def _accept(self) -> None:
        while True:
            try:
                visitor, _ = self.socket.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()

    def close(self) -> None:
        """Shut down first: closing alone does not wake the waiting thread."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(10)


@pytest.fixture
def listener() -> Iterator[Listener]:
    one = Listener()
    yield one
    one.close()


@pytest.fixture(scope="module")
def writable(start_session: Start) -> Service:
    return start_session(token="secret")


def test_the_listener_notices_a_visit(listener: Listener, start: Start) -> None:
    """The other tests mean something: where the service is allowed to, it does connect."""
    service = start(services=[listener.url])
    service.ask(f"SELECT * {{ SERVICE <{listener.url}> {{ ?s ?p ?o }} }}")
    assert listener.visits == 1


SMUGGLED = [
    "SELECT * { OPTIONAL { ?s <http://e/\\u0041#x> ?o } SERVICE <URL> {} }",
    "SELECT * { FILTER(1)SERVICESILENT<URL>{ ?a ?b ?c } }",
    "PREFIX x: <URL> SELECT * { SERVICE x: { ?a ?b ?c } }",
    "PREFIX : <URL> SELECT * { SERVICE:{ ?a ?b ?c } }",
    "PREFIX : <URL> SELECT * { SERVICESILENT:a{ ?a ?b ?c } }",
    "PREFIX x: <URL> SELECT * { serviceX:a{ ?a ?b ?c } }",
    "SELECT * { ?s ?p ?o.SERVICE<URL>{ ?a ?b ?c } }",
    "SELECT * { #\r SERVICE <URL> { ?a ?b ?c } \n }",
]
"""Ways in which a call was hidden, or was tried to be: the engine wants no space between words."""


@pytest.fixture(scope="module")
def asking(start_session: Start) -> Iterator[Service]:
    """A service that may ask one other."""
    with socket.create_server(("127.0.0.1", 0)) as allowed:
        yield start_session(services=[f"http://127.0.0.1:{allowed.getsockname()[1]}/"])


@pytest.mark.parametrize("query", SMUGGLED)
def test_no_call_is_hidden_from_a_service_that_may_ask_another(asking: Service, listener: Listener, query: str) -> None:
    assert asking.ask(query.replace("URL", listener.url)).status == 403
    assert listener.visits == 0


@pytest.mark.parametrize("query", SMUGGLED)
def test_no_call_is_hidden_from_the_command_line(cli: Cli, listener: Listener, query: str) -> None:
    done = cli("sparql", query.replace("URL", listener.url))
    assert (done.returncode, listener.visits) == (2, 0)
    assert "SERVICE is refused" in done.stderr


@pytest.mark.parametrize(
    "query",
    [
        *SMUGGLED,
        "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <URL> { ?s ?p ?o } }",
        "SELECT * { BIND(<URL> AS ?x) SERVICE ?x { ?s ?p ?o } }",
        "SELECT * FROM <URL> { ?s ?p ?o }",
        "SELECT * FROM NAMED <URL> { GRAPH ?g { ?s ?p ?o } }",
        "SELECT * { GRAPH <URL> { ?s ?p ?o } }",
        "LOAD <URL>",
        "DESCRIBE <URL>",
    ],
)
def test_a_query_contacts_nobody(service: Service, listener: Listener, query: str) -> None:
    address = f"/sparql?query={quote(query.replace('URL', listener.url), safe='')}"
    assert service.send("GET", address).status in (200, 403)
    service.send("GET", f"{address}&default-graph-uri={listener.url}&named-graph-uri={listener.url}")
    assert listener.visits == 0


@pytest.mark.parametrize("text", ["LOAD <URL>", "INSERT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }"])
def test_an_update_contacts_nobody(writable: Service, listener: Listener, text: str) -> None:
    headers = {"Content-Type": "application/sparql-update", "Authorization": "Bearer secret"}
    reply = writable.send("POST", "/sparql", text.replace("URL", listener.url).encode(), headers)
    assert reply.status == 403
    assert listener.visits == 0


def test_a_remote_context_is_not_fetched(writable: Service, listener: Listener) -> None:
    body = f'{{"@context": "{listener.url}", "@id": "http://e/a", "b": "c"}}'.encode()
    headers = {"Content-Type": "application/ld+json", "Authorization": "Bearer secret"}
    assert writable.send("PUT", "/store?graph=http://e/g", body, headers).status == 400
    assert listener.visits == 0


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "192.0.2.1"])
def test_a_foreign_host_name_gets_nothing(service: Service, host: str) -> None:
    assert service.send("GET", "/sparql?query=ASK%7B%7D", headers={"Host": host}).status == 421


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:8000", "LOCALHOST:8000"])
def test_this_machine_has_several_names(service: Service, host: str) -> None:
    assert service.send("GET", "/sparql?query=ASK%7B%7D", headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "path",
    ["/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../small_service.py", "/fr/..%2f..%2fetc/passwd",
     "/assets/..%5c..", "//etc/passwd", "/.git/config", "/assets/", "/fr/assets/", "/store/../sparql"],
)  # fmt: skip
def test_no_path_leads_out(service: Service, path: str) -> None:
    reply = service.send("GET", path)
    assert reply.status == 404
    assert b"root:" not in reply.body


def raw(service: Service, sent: bytes) -> bytes:
    """What comes back on a connection until it is closed."""
    seen = b""
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as line:
        try:
            line.sendall(sent)
            while piece := line.recv(65536):
                seen += piece
        except ConnectionError:
            pass
    return seen


def test_an_address_that_is_too_long(service: Service) -> None:
    assert service.send("GET", "/sparql?query=" + "x" * 100_000).status == 414
    assert service.send("GET", "/sparql?query=" + quote("ASK {}" + " " * 10_000)).status == 200


def test_headers_that_are_too_long(service: Service) -> None:
    assert raw(service, b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: " + b"a" * 200_000).startswith(
        b"HTTP/1.1 431"
    )


def test_a_body_that_is_too_large(service: Service) -> None:
    headers = {"Content-Type": "application/sparql-query"}
    reply = service.send("POST", "/sparql", b"#" * (5 * 2**20), headers)
    assert (reply.status, reply.text) == (413, "The body is larger than 4 megabytes.\n")
    assert service.send("POST", "/sparql", b"ASK {} #" + b"x" * 2**20, headers).status == 200


@pytest.mark.parametrize(
    "garbage",
    [b"\x00\xff\x16\x03\x01" * 100, b"GET\r\n\r\n", b"\r\n\r\nnonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
     b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
     b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
     b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: localhost\r\n\r\n\x00\x01garbage\r\n\r\n",
     b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello"],
)  # fmt: skip
def test_garbage_is_refused_and_the_next_request_answered(service: Service, garbage: bytes) -> None:
    answer = raw(service, garbage + b"\r\n\r\n")
    assert b"HTTP/1.1 5" not in answer
    assert service.ask("ASK {}").status == 200


def test_headers_that_are_too_many(service: Service) -> None:
    many = b"".join(b"A%d: b\r\n" % number for number in range(3000))
    for bomb in (many, b"Accept: a/b\r\n" * 3000):
        assert raw(service, b"GET / HTTP/1.1\r\nHost: localhost\r\n" + bomb + b"\r\n").startswith(b"HTTP/1.1 431")


def test_a_header_with_many_elements_is_read_in_part(service: Service) -> None:
    accept = ", ".join(f"a/b{number};q=0.{number % 9}" for number in range(1500))
    assert service.ask("ASK {}", accept).status == 406
    assert service.ask("ASK {}", f"text/csv, {accept}").text == "true"


@pytest.mark.parametrize(
    "sent",
    [b"Content-Length: 99999999999999999999\r\n\r\n", b"Content-Length: 1000000000\r\n\r\nASK {}",
     b"Content-Length: 5, 5\r\n\r\nASK{}", b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nASK{}",
     b"Transfer-Encoding: chunked\r\n\r\nzz\r\nASK{}", b"Transfer-Encoding: chunked\r\n\r\n5\r\nASK{}",
     b"Transfer-Encoding: gzip\r\n\r\nASK{}", b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"],
)  # fmt: skip
def test_a_body_that_is_not_what_it_says(service: Service, sent: bytes) -> None:
    """Its sender hears what is wrong, or leaves; the service goes on."""
    head = b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as line:
        line.sendall(head + sent)
        line.shutdown(socket.SHUT_WR)
        seen = b"".join(iter(lambda: line.recv(2**16), b""))
    assert b"HTTP/1.1 5" not in seen
    assert service.ask("ASK {}").status == 200


def test_a_chunked_body_that_grows_without_end(service: Service) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as line:
        line.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"100000\r\n" + b" " * 2**20 + b"\r\n"
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                line.sendall(chunk)
        assert line.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("piece", ["a.", "a-", ";", "a:b ", "'a' ", "<a ", "\\u0041", "? "])
def test_long_texts_to_look_at_keep_nobody_waiting(service: Service, piece: str) -> None:
    """Were a look at one to take minutes, or to hold up the service, some answer here would not come in time.

    It is a worker that looks, for as long as it may.
    """
    long = f"ASK {{ }} from service {piece * (3_000_000 // len(piece))}".encode()
    headers = {"Content-Type": "application/sparql-query"}
    enough = threading.Event()

    def look() -> set[int]:
        seen = {service.send("POST", "/sparql", long, headers).status}
        while not enough.is_set():
            seen.add(service.send("POST", "/sparql", long, headers).status)
        return seen

    with ThreadPoolExecutor(2) as threads:
        looks = [threads.submit(look) for _ in range(2)]
        try:
            assert {service.ask("ASK {}").status for _ in range(20)} == {200}
        finally:
            enough.set()
        assert all(one.result() <= {403, 503} for one in looks)


@pytest.mark.parametrize(
    "text", ["ASK " + "{" * 9000 + "}" * 9000, "ASK { FILTER(" + "(" * 9000 + "1" + ")" * 9000 + ") }"]
)
def test_what_no_engine_can_read_is_a_fault_of_who_sends_it(service: Service, writable: Service, text: str) -> None:
    headers = {"Content-Type": "application/sparql-query", "Authorization": "Bearer secret"}
    reply = service.send("POST", "/sparql", text.encode(), headers)
    assert (reply.status, "more than 1000 deep" in reply.text) == (400, True)
    changed = text.replace("ASK", "INSERT {} WHERE")
    headers["Content-Type"] = "application/sparql-update"
    assert writable.send("POST", "/sparql", changed.encode(), headers).status == 400


def test_a_request_without_host_is_refused(service: Service) -> None:
    assert raw(service, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 400")
