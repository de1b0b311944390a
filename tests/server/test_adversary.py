"""Who wants in, or wants the service down: a table of what is sent on the wire, and what comes back.

The corpus is sent to the service alone and through the proxies of ``deploy/``; what takes longer than a minute is in
``benchmarks/adversary.py``. Each case has failed before: against the service of release 0.1.0, or with a fault put in.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.server.conftest import PATIENCE, Service, read

if TYPE_CHECKING:
    from tests.server.conftest import Start

HOST = b"Host: localhost\r\n"
QUERY = b"Content-Type: application/sparql-query\r\n"
ASK = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n" + HOST
LAST = ASK + b"Connection: close\r\n\r\n"
POST = b"POST /sparql HTTP/1.1\r\n" + HOST + QUERY
OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n"
ANSWER = b'{"head":{},"boolean":true}'
CHUNKED = b"Transfer-Encoding: chunked\r\n"
PARTS = b"--x\r\n\r\n\r\n" * 400_000 + b"--x--\r\n"
FORM = b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n" % len(PARTS)
REVIEW = b"POST /index.html HTTP/1.1\r\n" + HOST


class Attack(NamedTuple):
    """What is sent, and which statuses come back, one after the other; of what ends in a refusal, one of them."""

    sent: bytes
    statuses: tuple[int, ...]


CORPUS = {
    # nothing after a body is ever a header
    "trailer-accept": Attack(POST + CHUNKED + b"\r\n6\r\nASK {}\r\n0\r\nAccept: image/png\r\n\r\n" + LAST, (200, 200)),
    "trailer-host": Attack(POST + CHUNKED + b"\r\n6\r\nASK {}\r\n0\r\nHost: evil.example\r\n\r\n" + LAST, (200, 200)),
    "trailer-length": Attack(POST + CHUNKED + b"\r\n6\r\nASK {}\r\n0\r\nContent-Length: 9\r\n\r\n" + LAST, (200, 200)),
    "trailer-endless": Attack(POST + CHUNKED + b"\r\n0\r\n" + b"A: b\r\n" * 40_000, (400,)),
    # a refusal closes the connection whose body nobody reads
    "unread-page": Attack(REVIEW + b"Content-Length: 1000000\r\n\r\n", (405,)),
    "unread-chunks": Attack(REVIEW + CHUNKED + b"\r\n5\r\nhello\r\n", (405,)),
    "unread-store": Attack(b"PUT /store?default HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999\r\n\r\n<a>", (405,)),
    "unread-host": Attack(POST.replace(b"localhost", b"evil.example") + b"Content-Length: 9999\r\n\r\nASK", (421,)),
    "unread-nowhere": Attack(b"DELETE /none HTTP/1.1\r\n" + HOST + b"Content-Length: 9999\r\n\r\n", (405, 404)),
    "read-body-goes-on": Attack(REVIEW + b"Content-Length: 5\r\n\r\nhello" + LAST, (405, 200)),
    "expected": Attack(REVIEW + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", (405,)),
    # forms of many parts, and of one without end
    "parts": Attack(b"POST /sparql HTTP/1.1\r\n" + HOST + FORM + PARTS + LAST, (415, 200)),
    "parts-put": Attack(b"PUT /store?default HTTP/1.1\r\n" + HOST + FORM + PARTS, (405,)),
    "fields": Attack(
        b"POST /sparql HTTP/1.1\r\n" + HOST + b"Content-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: 600000\r\n\r\n" + b"&a=1" * 150_000 + LAST, (400, 200)
    ),
    # two readers of one request
    "te-cl": Attack(POST + CHUNKED + b"Content-Length: 6\r\n\r\nASK {}", (400,)),
    "cl-cl": Attack(POST + b"Content-Length: 6\r\nContent-Length: 7\r\n\r\nASK {}", (400,)),
    "cl-same": Attack(POST + b"Content-Length: 6, 6\r\n\r\nASK {}" + LAST, (200, 200)),
    "cl-negative": Attack(POST + b"Content-Length: -1\r\n\r\n", (400,)),
    "cl-plus": Attack(POST + b"Content-Length: +6\r\n\r\nASK {}", (400,)),
    "cl-huge": Attack(POST + b"Content-Length: 99999999999999999999\r\n\r\n", (400, 413)),
    "te-gzip": Attack(POST + b"Transfer-Encoding: gzip\r\n\r\nASK {}", (400, 501)),
    "te-twice": Attack(POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", (400, 501)),
    "te-space": Attack(POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", (400,)),
    "chunk-no-number": Attack(POST + CHUNKED + b"\r\nzz\r\nASK{}", (400,)),
    "chunk-sign": Attack(POST + CHUNKED + b"\r\n-6\r\nASK {}\r\n0\r\n\r\n", (400,)),
    "folded": Attack(ASK + b"X-A: b\r\n Content-Length: 5\r\n\r\n" + LAST, (200, 200)),
    "no-colon": Attack(ASK + b"Content-Length\r\n\r\n", (400,)),
    "null": Attack(ASK + b"A: \x00\r\n\r\n", (400,)),
    "host-twice": Attack(ASK + b"Host: evil.example\r\n\r\n", (400,)),
    "no-host": Attack(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", (400,)),
    "second-in-body": Attack(POST + b"Content-Length: 6\r\n\r\nASK {}" + LAST, (200, 200)),
    # what is no request, or too much of one
    "tls": Attack(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 30 + b"\r\n\r\n", (400,)),
    "nonsense": Attack(b"nonsense\r\n\r\n", (400,)),
    "http-9": Attack(b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", (400, 505)),
    "tunnel": Attack(b"CONNECT localhost:80 HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n", (400, 404, 405, 421)),
    "prior-h2": Attack(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 505)),
    "long-address": Attack(b"GET /?" + b"x" * 200_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", (400, 414, 431)),
    "long-header": Attack(ASK + b"X-A: " + b"a" * 200_000 + b"\r\n\r\n", (400, 431)),
    "many-headers": Attack(ASK + b"".join(b"A%d: b\r\n" % n for n in range(20_000)) + b"\r\n", (400, 431)),
    # what is unusual, and right
    "h2c": Attack(POST + OFFER + b"Content-Length: 6\r\n\r\nASK {}" + LAST, (200, 200)),
    "h2c-chunked": Attack(POST + OFFER + CHUNKED + b"\r\n6\r\nASK {}\r\n0\r\n\r\n" + LAST, (200, 200)),
    "h2c-twice": Attack(ASK + OFFER + b"\r\n" + ASK + OFFER + b"\r\n" + LAST, (200, 200, 200)),
    "http-1.0": Attack(ASK.replace(b"1.1", b"1.0") + b"\r\n", (200,)),
    "http-1.0-post": Attack(POST.replace(b"1.1", b"1.0") + b"Content-Length: 6\r\n\r\nASK {}", (200,)),
    "pipelined": Attack((ASK + b"\r\n") * 5 + LAST, (200,) * 6),
    "accept-bomb": Attack(ASK + b"Accept: " + b"a/b;q=0.1," * 5000 + b"*/*\r\n\r\n" + LAST, (406, 200)),
}  # fmt: skip


def statuses(seen: bytes) -> list[int]:
    heads = [piece[:12] for piece in seen.split(b"HTTP/1.") if piece[1:2] == b" "]
    return [int(head[2:5]) for head in heads if head[2:5] != b"100"]


@pytest.mark.parametrize("name", CORPUS)
def test_the_corpus(service: Service, name: str) -> None:
    attack = CORPUS[name]
    with service.line() as line:
        with contextlib.suppress(ConnectionError):  # it closes before it was sent all
            line.sendall(attack.sent)
        found = statuses(read(line))
    if attack.statuses[-1] == 200:
        assert found == [*attack.statuses]
    else:  # whoever sends on after a refusal may see none of it: the kernel says first that the other side has closed
        assert len(found) <= 1
        assert {*found} <= {*attack.statuses}
    assert service.ask("ASK {}").status == 200


def test_bodies_nobody_reads_keep_nobody_out(start: Start) -> None:
    service = start(pages=True, connections=40)
    lines = []
    for _ in range(60):
        line = service.line()
        line.sendall(REVIEW + b"Content-Length: 1000000\r\n\r\n")
        lines.append(line)
    assert {statuses(read(line))[0] for line in lines[:20]} <= {405, 503}
    assert service.send("GET", "/health").status == 200
    for line in lines:
        line.close()


@pytest.mark.parametrize("limit", [{"LEAST_RATE": 10**9, "SLOW": 0.3}, {"BODY_SECONDS": 0.3}])
def test_a_body_that_dribbles_is_refused(start: Start, limit: dict[str, float]) -> None:
    service = start(**limit)
    with service.line() as line:
        line.sendall(POST + b"Content-Length: 1000000\r\n\r\n")
        line.settimeout(0.05)
        answer = b""
        for _ in range(4000):
            try:
                line.sendall(b" ")
                answer = line.recv(1000)
                break
            except TimeoutError:
                continue
        assert answer.startswith(b"HTTP/1.1 408")


def test_a_head_that_dribbles_is_cut_and_a_quiet_line_too(start: Start) -> None:
    service = start(HEAD_SECONDS=1.0)
    for sent in (b"", b"GET / HTTP/1.1\r\n"):
        with service.line() as line:
            line.sendall(sent)
            began, stop = time.monotonic(), threading.Event()

            def dribble(line: socket.socket = line, stop: threading.Event = stop, sent: bytes = sent) -> None:
                while sent and not stop.wait(0.1):
                    with contextlib.suppress(OSError):
                        line.sendall(b"A: b\r\n")

            writer = threading.Thread(target=dribble)
            writer.start()
            assert read(line) == b""
            stop.set()
            writer.join()
            assert time.monotonic() - began < 30
    with service.line() as line:
        line.sendall(ASK + b"\r\n")
        assert b"200 OK" in line.recv(4096)


def test_a_reader_that_takes_nothing_is_let_go_by_the_kernel(start: Start) -> None:
    service = start(seconds=20.0, UNTAKEN_SECONDS=1, LONG=2**16)
    query = "SELECT ?a ?c ?d ?f WHERE { ?a ?b ?c . ?d ?e ?f }"
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**12)
        line.connect(("127.0.0.1", service.port))
        line.sendall(f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        line.settimeout(0)
        deadline = time.monotonic() + PATIENCE
        is_open = True
        while is_open and time.monotonic() < deadline:
            try:
                line.send(b"G")
            except BlockingIOError:
                time.sleep(0.2)
            except ConnectionError:
                is_open = False
        assert not is_open


def test_a_body_that_is_too_large_is_told_why(service: Service) -> None:
    headers = {"Content-Type": "application/sparql-query"}
    reply = service.send("POST", "/sparql", b"#" * (5 * 2**20), headers)
    assert (reply.status, reply.text) == (413, "The body is larger than 4 megabytes.\n")
    assert service.send("POST", "/sparql", b"ASK {} #" + b"x" * 2**20, headers).status == 200
    with service.line() as line:
        line.sendall(POST + CHUNKED + b"\r\n")
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                line.sendall(b"100000\r\n" + b" " * 2**20 + b"\r\n")
        with contextlib.suppress(ConnectionError):
            assert line.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("piece", ["a.", ";", "a:b ", "'a' ", "<a ", "\\u0041", "? "])
def test_long_texts_to_look_at_keep_nobody_waiting(service: Service, piece: str) -> None:
    """Were a look at one to take minutes, or to hold up the service, some answer here would not come in time."""
    long = f"ASK {{ }} from service {piece * (3_000_000 // len(piece))}".encode()
    with ThreadPoolExecutor(2) as threads:
        looks = [
            threads.submit(service.send, "POST", "/sparql", long, {"Content-Type": "application/sparql-query"})
            for _ in range(4)
        ]
        assert {service.ask("ASK {}").status for _ in range(20)} == {200}
    assert {look.result().status for look in looks} <= {403, 503}


@pytest.mark.parametrize(
    "text", ["ASK " + "{" * 9000 + "}" * 9000, "ASK { FILTER(" + "(" * 9000 + "1" + ")" * 9000 + ") }"]
)
def test_what_no_engine_can_read_is_a_fault_of_who_sends_it(service: Service, text: str) -> None:
    reply = service.send("POST", "/sparql", text.encode(), {"Content-Type": "application/sparql-query"})
    assert (reply.status, "more than 1000 deep" in reply.text) == (400, True)


def posted(query: bytes, head: bytes = b"", *, chunked: bool = False) -> bytes:
    if not chunked:
        return POST + head + b"Content-Length: %d\r\n\r\n" % len(query) + query
    pieces = [query[start : start + 5] for start in range(0, len(query), 5)]
    return POST + head + CHUNKED + b"\r\n" + b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


LOOKALIKE = b'ASK { FILTER("""a\r\nUpgrade: h2c\r\n\r\nGET / HTTP/1.1\r\n""" != "") }'
REQUESTS = [
    ASK + b"\r\n", ASK + OFFER + b"\r\n", posted(b"ASK {}"), posted(b"ASK {}", OFFER), posted(LOOKALIKE, OFFER),
    posted(LOOKALIKE, chunked=True), posted(LOOKALIKE, OFFER, chunked=True),
]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(data=st.data(), requests=st.lists(st.sampled_from(REQUESTS), max_size=6))
def test_requests_are_answered_however_the_line_cuts_them(
    service: Service, data: st.DataObject, requests: list[bytes]
) -> None:
    sent = b"".join([*requests, LAST])
    with service.line() as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while sent:
            size = data.draw(st.sampled_from([1, 2, 7, 30, 200, 5000]))
            line.sendall(sent[:size])
            sent = sent[size:]
        seen = read(line)
    asked = len(requests) + 1
    assert (seen.count(b"HTTP/1.1 200 OK"), seen.count(ANSWER)) == (asked, asked), seen


def test_pieces_after_another_are_one_request(service: Service) -> None:
    seen = service.exchange(POST + b"Connection: close\r\n" + CHUNKED + b"\r\n3\r\nASK\r\n", b"3\r\n {}\r\n0\r\n\r\n")
    assert seen.endswith(ANSWER)


def test_who_asks_before_it_sends_a_body_is_told_to_go_on(service: Service) -> None:
    with service.line() as line:
        line.sendall(POST + b"Connection: close\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\n")
        assert line.recv(12) == b"HTTP/1.1 100"
        line.sendall(b"ASK {}")
        assert read(line).endswith(ANSWER)
    seen = service.exchange(POST.replace(b"1.1", b"1.0") + b"Expect: 100-continue\r\nContent-Length: 6\r\n\r\nASK {}")
    assert seen.startswith(b"HTTP/1.1 200 OK")


Listen = Callable[[], int]


@pytest.fixture
def listener() -> Iterator[tuple[str, Listen]]:
    """An address, and how often anybody connected to it."""
    visits = 0

    def accept() -> None:
        nonlocal visits
        with contextlib.suppress(OSError):
            while True:
                visitor, _ = server.accept()
                visits += 1
                visitor.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/data.ttl", lambda: visits
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


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
CONTACTS = [
    *SMUGGLED,
    "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <URL> { ?s ?p ?o } }",
    "SELECT * { BIND(<URL> AS ?x) SERVICE ?x { ?s ?p ?o } }",
    "SELECT * FROM <URL> { ?s ?p ?o }",
    "SELECT * FROM NAMED <URL> { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * { GRAPH <URL> { ?s ?p ?o } }",
    "LOAD <URL>",
    "DESCRIBE <URL>",
]


def test_a_query_contacts_nobody_but_who_may_be_asked(
    service: Service, start: Start, listener: tuple[str, Listen]
) -> None:
    url, visits = listener
    for query in CONTACTS:
        address = f"/sparql?query={quote(query.replace('URL', url), safe='')}"
        assert service.send("GET", address).status in (200, 403), query
        service.send("GET", f"{address}&default-graph-uri={url}&named-graph-uri={url}")
        assert visits() == 0, query
    asking = start(services=[url])
    for query in SMUGGLED:
        assert asking.ask(query.replace("URL", f"{url}x")).status == 403, query
    assert visits() == 0
    asking.ask(f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}")
    assert visits() == 1, "where it may, it does connect, so that all this means something"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:8000", "LOCALHOST:8000"])
def test_this_machine_has_several_names(service: Service, host: str) -> None:
    assert service.send("GET", "/sparql?query=ASK%7B%7D", headers={"Host": host}).status == 200
