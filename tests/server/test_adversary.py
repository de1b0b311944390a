"""Who wants in, or wants the service down: a table of what is sent on the wire, and what comes back. The corpus is sent
to the service alone and through the proxies of ``deploy/``; what takes longer than a minute is in
``benchmarks/adversary.py``. Each case has failed before: against the service of release 0.1.0, or
with a fault put in."""

import contextlib
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from hypothesis import given, settings, strategies as st

from tests.server.conftest import PATIENCE, Service, Start, Until, read
from tests.server.test_protocol import calling

HOST = b"Host: localhost\r\n"
QUERY = b"Content-Type: application/sparql-query\r\n"
MEDIA = {"Content-Type": "application/sparql-query"}
ASK = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n" + HOST
LAST = ASK + b"Connection: close\r\n\r\n"
POST = b"POST /sparql HTTP/1.1\r\n" + HOST + QUERY
OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n"
ANSWER = b'{"head":{},"boolean":true}'
CHUNKED = b"Transfer-Encoding: chunked\r\n"
PARTS = b"--x\r\n\r\n\r\n" * 400_000 + b"--x--\r\n"
FORM = b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n" % len(PARTS)
REVIEW = b"POST /index.html HTTP/1.1\r\n" + HOST

# what is sent, and which statuses come back, one after the other; of what ends in a refusal, one of
# them
CORPUS = {
    # nothing after a body is ever a header
    "trailer-accept": (
        POST + CHUNKED + b"\r\n6\r\nASK {}\r\n0\r\nAccept: image/png\r\n\r\n" + LAST,
        (200, 200),
    ),
    "trailer-host": (
        POST + CHUNKED + b"\r\n6\r\nASK {}\r\n0\r\nHost: evil.example\r\n\r\n" + LAST,
        (200, 200),
    ),
    "trailer-length": (
        POST + CHUNKED + b"\r\n6\r\nASK {}\r\n0\r\nContent-Length: 9\r\n\r\n" + LAST,
        (200, 200),
    ),
    "trailer-endless": (POST + CHUNKED + b"\r\n0\r\n" + b"A: b\r\n" * 40_000, (400,)),
    # a refusal closes the connection whose body nobody reads
    "unread-page": (REVIEW + b"Content-Length: 1000000\r\n\r\n", (405,)),
    "unread-chunks": (REVIEW + CHUNKED + b"\r\n5\r\nhello\r\n", (405,)),
    "unread-store": (
        b"PUT /store?default HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999\r\n\r\n<a>",
        (405,),
    ),
    "unread-host": (
        POST.replace(b"localhost", b"evil.example") + b"Content-Length: 9999\r\n\r\nASK",
        (421,),
    ),
    "unread-nowhere": (
        b"DELETE /none HTTP/1.1\r\n" + HOST + b"Content-Length: 9999\r\n\r\n",
        (405, 404),
    ),
    "read-body-goes-on": (REVIEW + b"Content-Length: 5\r\n\r\nhello" + LAST, (405, 200)),
    "expected": (REVIEW + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", (405,)),
    # forms of many parts, and of one without end
    "parts": (b"POST /sparql HTTP/1.1\r\n" + HOST + FORM + PARTS + LAST, (415, 200)),
    "parts-put": (b"PUT /store?default HTTP/1.1\r\n" + HOST + FORM + PARTS, (405,)),
    "fields": (
        b"POST /sparql HTTP/1.1\r\n" + HOST + b"Content-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: 600000\r\n\r\n" + b"&a=1" * 150_000 + LAST,
        (400, 200),
    ),
    # two readers of one request
    "te-cl": (POST + CHUNKED + b"Content-Length: 6\r\n\r\nASK {}", (400,)),
    "cl-cl": (POST + b"Content-Length: 6\r\nContent-Length: 7\r\n\r\nASK {}", (400,)),
    "cl-same": (POST + b"Content-Length: 6, 6\r\n\r\nASK {}" + LAST, (200, 200)),
    "cl-negative": (POST + b"Content-Length: -1\r\n\r\n", (400,)),
    "cl-plus": (POST + b"Content-Length: +6\r\n\r\nASK {}", (400,)),
    "cl-huge": (POST + b"Content-Length: 99999999999999999999\r\n\r\n", (400, 413)),
    "te-gzip": (POST + b"Transfer-Encoding: gzip\r\n\r\nASK {}", (400, 501)),
    "te-twice": (POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", (400, 501)),
    "te-space": (POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", (400,)),
    "chunk-no-number": (POST + CHUNKED + b"\r\nzz\r\nASK{}", (400,)),
    "chunk-sign": (POST + CHUNKED + b"\r\n-6\r\nASK {}\r\n0\r\n\r\n", (400,)),
    "folded": (ASK + b"X-A: b\r\n Content-Length: 5\r\n\r\n" + LAST, (200, 200)),
    "no-colon": (ASK + b"Content-Length\r\n\r\n", (400,)),
    "null": (ASK + b"A: \x00\r\n\r\n", (400,)),
    "host-twice": (ASK + b"Host: evil.example\r\n\r\n", (400,)),
    "no-host": (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", (400,)),
    "second-in-body": (POST + b"Content-Length: 6\r\n\r\nASK {}" + LAST, (200, 200)),
    # what is no request, or too much of one
    "tls": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 30 + b"\r\n\r\n", (400,)),
    "nonsense": (b"nonsense\r\n\r\n", (400,)),
    "http-9": (b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", (400, 505)),
    "tunnel": (
        b"CONNECT localhost:80 HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n",
        (400, 404, 405, 421),
    ),
    "prior-h2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 505)),
    "long-address": (
        b"GET /?" + b"x" * 200_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
        (400, 414, 431),
    ),
    "long-header": (ASK + b"X-A: " + b"a" * 200_000 + b"\r\n\r\n", (400, 431)),
    "many-headers": (
        ASK + b"".join(b"A%d: b\r\n" % n for n in range(20_000)) + b"\r\n",
        (400, 431),
    ),
    # what is unusual, and right
    "h2c": (POST + OFFER + b"Content-Length: 6\r\n\r\nASK {}" + LAST, (200, 200)),
    "h2c-chunked": (POST + OFFER + CHUNKED + b"\r\n6\r\nASK {}\r\n0\r\n\r\n" + LAST, (200, 200)),
    "h2c-twice": (ASK + OFFER + b"\r\n" + ASK + OFFER + b"\r\n" + LAST, (200, 200, 200)),
    "http-1.0": (ASK.replace(b"1.1", b"1.0") + b"\r\n", (200,)),
    "http-1.0-post": (POST.replace(b"1.1", b"1.0") + b"Content-Length: 6\r\n\r\nASK {}", (200,)),
    "pipelined": ((ASK + b"\r\n") * 5 + LAST, (200,) * 6),
    "accept-bomb": (ASK + b"Accept: " + b"a/b;q=0.1," * 5000 + b"*/*\r\n\r\n" + LAST, (406, 200)),
}


def statuses(answers: bytes) -> list[int]:
    heads = [piece[:12] for piece in answers.split(b"HTTP/1.") if piece[1:2] == b" "]
    return [int(head[2:5]) for head in heads if head[2:5] != b"100"]


@pytest.mark.parametrize("name", CORPUS)
def test_the_corpus(service: Service, name: str) -> None:
    sent, expected = CORPUS[name]
    seen = statuses(service.exchange(sent))
    if expected[-1] == 200:
        assert seen == [*expected]
    else:  # whoever sends on after a refusal may see none of it: the kernel says first that the other side has closed
        assert len(seen) <= 1
        assert {*seen} <= {*expected}
    assert service.ask("ASK {}").status == 200


def test_bodies_nobody_reads_keep_nobody_out(start: Start) -> None:
    service = start(pages=True, connections=40)
    with contextlib.ExitStack() as lines:
        opened = [lines.enter_context(service.line()) for _ in range(60)]
        for line in opened:
            line.sendall(REVIEW + b"Content-Length: 1000000\r\n\r\n")
        assert {statuses(read(line))[0] for line in opened[:20]} <= {405, 503}
        assert service.get("/health").status == 200
    service = start(connections=3)
    answer = b""
    with contextlib.ExitStack() as lines:
        for line in [lines.enter_context(service.line()) for _ in range(4)]:
            if not answer or b"200" in answer:
                line.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                answer = line.recv(1000)[:12]
    assert answer == b"HTTP/1.1 503", "so many connections may be open, and no more"


@pytest.mark.parametrize(
    "limit", [{"LEAST_RATE": 10**9, "PIECE_SECONDS": 0.3}, {"BODY_SECONDS": 0.3}]
)
def test_a_body_that_dribbles_is_refused(start: Start, limit: dict[str, float]) -> None:
    with start(**limit).line() as line:
        line.sendall(POST + b"Content-Length: 1000000\r\n\r\n")
        line.settimeout(0.05)
        answer = b""
        deadline = time.monotonic() + PATIENCE
        while not answer and time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                line.sendall(b" ")
                answer = line.recv(1000)
        assert answer.startswith(b"HTTP/1.1 408")


def test_a_head_that_dribbles_is_cut_and_a_quiet_line_too(start: Start) -> None:
    service = start(HEAD_SECONDS=1.0)
    with service.line() as line:
        assert read(line) == b""
    with service.line() as line, ThreadPoolExecutor(1) as threads:
        line.sendall(b"GET / HTTP/1.1\r\n")
        began = time.monotonic()
        stop = threading.Event()

        def dribble() -> None:
            while not stop.wait(0.1):
                with contextlib.suppress(OSError):
                    line.sendall(b"A: b\r\n")

        threads.submit(dribble)
        assert read(line) == b""
        stop.set()
        assert time.monotonic() - began < 30
    assert service.exchange(LAST).startswith(b"HTTP/1.1 200 OK")


def test_a_reader_that_takes_nothing_is_let_go_by_the_kernel(start: Start, until: Until) -> None:
    service = start(seconds=20.0, UNTAKEN_SECONDS=1, MEMORY_BYTES=2**16)
    query = quote("SELECT ?a ?c ?d ?f WHERE { ?a ?b ?c . ?d ?e ?f }")
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**12)
        line.connect(("127.0.0.1", service.port))
        line.sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        line.settimeout(0)

        def is_closed() -> bool:
            try:
                line.send(b"G")
            except BlockingIOError:
                time.sleep(0.2)
            except ConnectionError:
                return True
            return False

        until(is_closed)


def test_a_body_that_is_too_large_is_told_why(service: Service) -> None:
    reply = service.send("POST", "/sparql", b"#" * (5 * 2**20), MEDIA)
    assert (reply.status, reply.text) == (413, "The body is larger than 4 megabytes.\n")
    assert service.send("POST", "/sparql", b"ASK {} #" + b"x" * 2**20, MEDIA).status == 200
    pieces = [b"100000\r\n" + b" " * 2**20 + b"\r\n"] * 100
    assert service.exchange(POST + CHUNKED + b"\r\n", *pieces)[:12] in (b"HTTP/1.1 413", b"")


@pytest.mark.parametrize("piece", ["a.", ";", "a:b ", "'a' ", "<a ", "\\u0041", "? "])
def test_long_texts_to_look_at_keep_nobody_waiting(service: Service, piece: str) -> None:
    long = f"ASK {{ }} from service {piece * (3_000_000 // len(piece))}".encode()
    with ThreadPoolExecutor(2) as threads:
        looks = [threads.submit(service.send, "POST", "/sparql", long, MEDIA) for _ in range(4)]
        assert {service.ask("ASK {}").status for _ in range(20)} == {200}
    assert {look.result().status for look in looks} <= {403, 503}


def posted(query: bytes, head: bytes = b"", *, chunked: bool = False) -> bytes:
    if not chunked:
        return POST + head + b"Content-Length: %d\r\n\r\n" % len(query) + query
    pieces = [query[start : start + 5] for start in range(0, len(query), 5)]
    return (
        POST
        + head
        + CHUNKED
        + b"\r\n"
        + b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in pieces)
        + b"0\r\n\r\n"
    )


LOOKALIKE = b'ASK { FILTER("""a\r\nUpgrade: h2c\r\n\r\nGET / HTTP/1.1\r\n""" != "") }'
REQUESTS = [
    ASK + b"\r\n",
    ASK + OFFER + b"\r\n",
    posted(b"ASK {}"),
    posted(b"ASK {}", OFFER),
    posted(LOOKALIKE, OFFER),
    posted(LOOKALIKE, chunked=True),
    posted(LOOKALIKE, OFFER, chunked=True),
]


@settings(max_examples=40, deadline=None)
@given(data=st.data(), requests=st.lists(st.sampled_from(REQUESTS), max_size=6))
def test_requests_are_answered_however_the_line_cuts_them(
    service: Service, data: st.DataObject, requests: list[bytes]
) -> None:
    sent = b"".join([*requests, LAST])
    pieces = list[bytes]()
    while sent:
        size = data.draw(st.sampled_from([1, 2, 7, 30, 200, 5000]))
        pieces.append(sent[:size])
        sent = sent[size:]
    with service.line() as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            line.sendall(piece)
        answers = read(line)
    assert (answers.count(b"HTTP/1.1 200 OK"), answers.count(ANSWER)) == (len(requests) + 1,) * 2, (
        answers
    )


CONTACTS = [
    "SELECT * { BIND(<URL> AS ?x) SERVICE ?x { ?s ?p ?o } }", "SELECT * FROM <URL> { ?s ?p ?o }",
    "SELECT * FROM NAMED <URL> { GRAPH ?g { ?s ?p ?o } }", "SELECT * { GRAPH <URL> { ?s ?p ?o } }", "LOAD <URL>",
    "DESCRIBE <URL>",
]  # fmt: skip


def test_a_query_contacts_nobody_but_who_may_be_asked(service: Service, start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/data.ttl"
        for query in (*calling(url), *(query.replace("URL", url) for query in CONTACTS)):
            address = f"/sparql?query={quote(query, safe='')}"
            assert service.get(address).status in (200, 403), query
            service.get(f"{address}&default-graph-uri={url}&named-graph-uri={url}")
        asking = start(services=[url])
        assert {asking.ask(query).status for query in calling(f"{url}x")} == {403}
        with pytest.raises(BlockingIOError):
            server.accept()
        server.settimeout(PATIENCE)
        with ThreadPoolExecutor(1) as threads:
            answer = threads.submit(asking.ask, f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}")
            server.accept()[
                0
            ].close()  # where it may, it does connect, so that all this means something
            assert answer.result().status >= 400
