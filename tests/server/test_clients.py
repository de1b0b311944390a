"""Other people's clients: curl, Java's, and what older and simpler ones send, as it is on the wire."""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Message

from pan2kg.server.application import Sent
from pan2kg.server.connection import CONTINUE, Line
from pan2kg.server.request import Record
from tests.conftest import lack
from tests.server.conftest import PAIRS, PATIENCE, SLOW, Service, Start, awaited

ANSWER = b'{"head":{},"boolean":true}'
HOST = b"Host: localhost\r\n"
OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n"
QUERY = b"Content-Type: application/sparql-query\r\nContent-Length: 6\r\n"
ASK = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n" + HOST
LAST = ASK + b"Connection: close\r\n\r\n"


def line_to(service: Service) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE)


def read(line: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    return b"".join(iter(lambda: line.recv(2**16), b""))


def exchange(service: Service, *pieces: bytes) -> bytes:
    with line_to(service) as line:
        for piece in pieces:
            line.sendall(piece)
        return read(line)


@pytest.mark.parametrize(
    "pieces",
    [
        [b"POST /sparql HTTP/1.1\r\n" + HOST + OFFER + QUERY + b"\r\nASK {}" + LAST],
        [b"POST /sparql HTTP/1.1\r\n" + HOST + OFFER + QUERY + b"\r\n", b"ASK", b" {}", LAST],
        [
            b"POST /sparql HTTP/1.1\r\n" + HOST + OFFER + b"Content-Type: application/sparql-query\r\n",
            b"Transfer-Encoding: chunked\r\n\r\n3\r\nASK\r\n3\r\n {}\r\n0\r\n\r\n" + LAST,
        ],
        [ASK + OFFER + b"\r\n" + LAST],
        [ASK + OFFER + b"\r\n" + ASK + OFFER + b"\r\n" + LAST],
    ],
)
def test_an_offer_of_http_2_is_passed_over_and_nothing_of_what_follows_is_lost(
    service: Service, pieces: list[bytes]
) -> None:
    asked = sum(piece.count(b"HTTP/1.1\r\n") for piece in pieces)
    seen = exchange(service, *pieces)
    assert (seen.count(b"HTTP/1.1 200 OK"), seen.count(ANSWER)) == (asked, asked), seen
    assert b"101 Switching" not in seen


def posted(query: bytes, head: bytes = b"", *, chunked: bool = False) -> bytes:
    head = b"POST /sparql HTTP/1.1\r\n" + HOST + b"Content-Type: application/sparql-query\r\n" + head
    if not chunked:
        return head + b"Content-Length: %d\r\n\r\n" % len(query) + query
    pieces = [query[start : start + 5] for start in range(0, len(query), 5)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


LOOKALIKE = b'ASK { FILTER("""a\r\nUpgrade: h2c\r\n\r\nGET / HTTP/1.1\r\n""" != "") }'
REQUESTS = [
    *[ASK + b"\r\n", ASK + OFFER + b"\r\n", posted(b"ASK {}"), posted(b"ASK {}", OFFER), posted(LOOKALIKE, OFFER)],
    *[posted(LOOKALIKE, chunked=True), posted(LOOKALIKE, OFFER, chunked=True)],
]


@settings(max_examples=60, deadline=None)
@given(data=st.data(), requests=st.lists(st.sampled_from(REQUESTS), max_size=6), closes=st.booleans())
def test_requests_are_answered_however_the_line_cuts_them(
    service: Service, data: st.DataObject, requests: list[bytes], *, closes: bool
) -> None:
    sent = b"".join([*requests, LAST])
    with line_to(service) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while sent:
            size = data.draw(st.sampled_from([1, 2, 7, 30, 200, 5000]))
            line.sendall(sent[:size])
            sent = sent[size:]
        if closes:
            line.shutdown(socket.SHUT_WR)
        seen = read(line).replace(CONTINUE, b"")
    asked = len(requests) + 1
    assert (seen.count(b"HTTP/1.1 200 OK"), seen.count(ANSWER)) == (asked, asked), seen


def test_only_the_offer_is_left_out_and_nothing_of_a_body_that_looks_like_one(service: Service) -> None:
    query = b'SELECT ("""a\r\nUpgrade: h2c\r\nb""" AS ?text) {}'
    head = b"POST /sparql HTTP/1.1\r\n" + HOST + b"Accept: application/json\r\n"
    told = b"Content-Type: application/sparql-query\r\nContent-Length: %d\r\n\r\n" % len(query)
    twice = OFFER + b"upgrade: websocket\r\n"
    seen = exchange(service, head + told + query + head + twice + told + query + LAST)
    assert (seen.count(b"HTTP/1.1 200 OK"), seen.count(ANSWER)) == (3, 1), seen
    assert seen.count(rb'"a\r\nUpgrade: h2c\r\nb"') == 2, seen


def test_a_tunnel_is_refused(service: Service) -> None:
    assert b"HTTP/1.1 4" in exchange(service, b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + b"\r\n" + LAST)[:12]


def test_http_1_0_gets_no_chunks_and_a_broken_answer_no_clean_end(start: Start) -> None:
    service = start(seconds=30.0, size=2**20)
    whole = "SELECT ?a ?d WHERE { ?a ?b ?c . ?d ?e ?f } LIMIT 9000"
    seen = exchange(
        service, f"GET /sparql?query={quote(whole)} HTTP/1.0\r\n".encode() + HOST + b"Accept: text/csv\r\n\r\n"
    )
    head, _, body = seen.partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head.lower()
    assert (b"connection: close" in head, len(body.splitlines())) == (True, 9001)
    with line_to(service) as line:
        line.sendall(f"GET /sparql?query={quote(PAIRS)} HTTP/1.0\r\n".encode() + HOST + b"\r\n")
        with pytest.raises(ConnectionResetError):
            read(line)


def test_http_1_0_is_not_told_to_go_on(service: Service) -> None:
    seen = exchange(service, b"POST /sparql HTTP/1.0\r\n" + HOST + b"Expect: 100-continue\r\n" + QUERY + b"\r\nASK {}")
    assert seen.startswith(b"HTTP/1.1 200 OK")
    assert seen.endswith(ANSWER)


def test_who_asks_before_it_sends_a_body_is_told_to_go_on(service: Service) -> None:
    with line_to(service) as line:
        line.sendall(b"POST /sparql HTTP/1.1\r\nConnection: close\r\n" + HOST + b"Expect: 100-continue\r\n" + QUERY)
        line.sendall(b"\r\n")
        assert line.recv(25, socket.MSG_WAITALL) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b"ASK {}")
        assert read(line).endswith(ANSWER)


def test_who_is_refused_before_it_sends_a_body_is_told_so_and_hung_up_on(service: Service) -> None:
    seen = exchange(
        service, b"POST /sparql HTTP/1.1\r\nHost: other.example\r\nExpect: 100-continue\r\n" + QUERY + b"\r\n"
    )
    assert seen.startswith(b"HTTP/1.1 421")
    assert b"connection: close" in seen


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
@pytest.mark.parametrize(
    ("path", "end"), [("/sparql?query=ASK%7B%7D", ANSWER), ("/index.html", b"</p>")], ids=["query", "page"]
)
def test_who_closes_its_side_after_asking_is_answered(service: Service, version: bytes, path: str, end: bytes) -> None:
    with line_to(service) as line:
        line.sendall(b"GET " + path.encode() + b" HTTP/" + version + b"\r\n" + HOST + b"\r\n")
        line.shutdown(socket.SHUT_WR)
        seen = read(line)
    assert seen.startswith(b"HTTP/1.1 200")
    assert seen.endswith(end)


def test_who_closes_its_side_and_waits_long_is_answered_and_its_other_questions_too(start: Start) -> None:
    service = start(seconds=0.4)
    slow = f"GET /sparql?query={quote(SLOW)} HTTP/1.1\r\n".encode() + HOST + b"\r\n"
    with line_to(service) as line:
        line.sendall(slow + ASK + b"\r\n")
        line.shutdown(socket.SHUT_WR)
        seen = read(line)
    assert seen.replace(b"HTTP/1.1 100 Continue\r\n\r\n", b"").startswith(b"HTTP/1.1 503")
    assert seen.endswith(ANSWER)


def test_who_leaves_altogether_is_not_worked_for(start: Start, until: Callable[..., None]) -> None:
    service = start(seconds=PATIENCE, workers=1)
    with line_to(service) as line:
        line.sendall(f"GET /sparql?query={quote(SLOW)} HTTP/1.1\r\n".encode() + HOST + b"\r\n")
        until(lambda: bool(service.workers()))
    assert service.ask("ASK {}").status == 200, "its worker was free again within the time others wait"


def test_a_request_that_is_cut_off_is_not_answered(service: Service) -> None:
    with line_to(service) as line:
        line.sendall(b"POST /sparql HTTP/1.1\r\n" + HOST + QUERY + b"\r\nASK")
        line.shutdown(socket.SHUT_WR)
        assert read(line) == b""


def test_the_tags_of_two_codings_differ_and_each_is_found_again(service: Service) -> None:
    plain, zipped = (
        service.send("GET", "/index.html", headers={"Accept-Encoding": coding}) for coding in ("identity", "gzip")
    )
    tags = plain.headers["etag"], zipped.headers["etag"]
    assert tags[0] != tags[1]
    assert not any(tag.startswith("W/") for tag in tags)
    for known, coding, status in [(0, "identity", 304), (0, "gzip", 200), (1, "gzip", 304), (1, "identity", 200)]:
        asked = {"Accept-Encoding": coding, "If-None-Match": tags[known]}
        assert service.send("GET", "/index.html", headers=asked).status == status


@pytest.mark.parametrize(
    "options",
    [
        ["--http2"],
        ["--http1.0"],
        ["--http1.1", "--header", "Expect: 100-continue"],
        ["--header", "Transfer-Encoding: chunked"],
    ],
    ids=["http2", "http1.0", "expect", "chunked"],
)
@pytest.mark.parametrize("size", [6, 200_000])
def test_curl_is_answered(service: Service, tmp_path: Path, options: list[str], size: int) -> None:
    if shutil.which("curl") is None:
        pytest.skip("this asks with curl, which is not installed")
    query = tmp_path / "query.rq"
    query.write_text("ASK {}".ljust(size))
    sent = ["--data-binary", f"@{query}", "--header", "Content-Type: application/sparql-query"]
    asked = ["curl", "--silent", "--show-error", "--max-time", "60", *options, *sent]
    done = subprocess.run(
        [*asked, f"http://127.0.0.1:{service.port}/sparql"], capture_output=True, check=False, timeout=PATIENCE
    )
    assert (done.stdout, done.stderr) == (ANSWER, b"")


JAVA = """
import java.net.URI;
import java.net.http.*;

class Ask {
    public static void main(String[] given) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (int n = 0; n < 3; n++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(given[0]))
                .header("Content-Type", "application/sparql-query")
                .POST(HttpRequest.BodyPublishers.ofString("ASK {}")).build();
            System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
        }
    }
}
"""


def test_java_s_own_client_is_answered_as_it_comes(service: Service, tmp_path: Path) -> None:
    if shutil.which("javac") is None:
        pytest.skip("this asks with Java's own client, and there is no Java that compiles here")
    program = tmp_path / "Ask.java"
    program.write_text(JAVA)
    asked = [
        "java",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        str(program),
        f"http://127.0.0.1:{service.port}/sparql",
    ]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (done.stdout.split(), done.stderr) == ([ANSWER.decode()] * 3, "")


ROWS = "SELECT ?s ?p ?o { ?s ?p ?o }"
MANY = "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f }"


def test_node_s_own_clients_are_answered_as_they_come(service: Service) -> None:
    if shutil.which("node") is None:
        lack("this asks with the clients of Node, which is not installed")
    asked = ["node", str(Path(__file__).with_name("ask.mjs")), f"http://127.0.0.1:{service.port}/sparql", MANY]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    size = len(service.ask(MANY, "text/csv").body)
    assert json.loads(done.stdout) == {
        "coding": "gzip",
        "rows": 300 * 300,
        "streamed": {"inPieces": True, "bytes": size, "lines": 300 * 300 + 1},
        "form": True,
        "chunked": True,
        "refused": [400, True],
        "afterLeaving": 200,
        "toldToGoOn": True,
        "kept": [200, 200, 200, 200, 400, 204],
        "unpacked": size,
        "again": 304,
        "connections": 1,
    }


@pytest.mark.parametrize("path", [f"/sparql?query={quote(ROWS)}", f"/sparql?query={quote(MANY)}", "/store?default"])
def test_data_come_compressed_whole_and_in_pieces_for_who_takes_them_so(service: Service, path: str) -> None:
    plain = service.send("GET", path, headers={"Accept": "application/json, application/n-triples"})
    packed = service.send(
        "GET", path, headers={"Accept": "application/json, application/n-triples", "Accept-Encoding": "gzip"}
    )
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert sorted(gzip.decompress(packed.body).splitlines()) == sorted(plain.body.splitlines())
    assert len(packed.body) < len(plain.body) / 3
    for reply in (plain, packed):
        assert reply.headers["vary"] == "Accept, Accept-Encoding"


def test_curl_unpacks_what_it_asked_to_be_packed(service: Service) -> None:
    if shutil.which("curl") is None:
        pytest.skip("this asks with curl, which is not installed")
    address = f"http://127.0.0.1:{service.port}/sparql?query={quote(MANY)}"
    asked = ["curl", "--silent", "--show-error", "--compressed", "--header", "Accept: text/csv", address]
    done = subprocess.run(asked, capture_output=True, check=False, timeout=PATIENCE)
    assert (done.stdout.count(b"\r\n"), done.stderr) == (300 * 300 + 1, b"")


def test_nobody_overwrites_what_somebody_else_has_written_since(start: Start) -> None:
    service, path = start(token="secret"), "/store?graph=http://e/g"
    told = {"Authorization": "Bearer secret", "Content-Type": "text/turtle"}
    text = "".join(f"<http://e/{n}> <http://e/p> 1 .\n" for n in range(200)).encode()

    def put(**condition: str) -> int:
        headers = {**told, **{name.replace("_", "-"): value for name, value in condition.items()}}
        return service.send("PUT", path, text, headers).status

    assert (put(If_Match="*"), put(If_None_Match="*"), put(If_None_Match="*")) == (412, 201, 412)
    for coding in ("identity", "gzip"):
        tag = service.send("GET", path, headers={"Accept-Encoding": coding}).headers["etag"]
        again = service.send("GET", path, headers={"Accept-Encoding": coding, "If-None-Match": tag})
        assert (again.status, again.headers["etag"], tag.startswith("W/")) == (304, tag, False)
        assert (put(If_Match=tag), put(If_Match=tag), put(If_Match=f'W/{tag}, "x"')) == (204, 412, 412)
    assert (put(If_Match="*"), put()) == (204, 204)


class Recorded(asyncio.Transport):
    """A transport that notes what is sent at once, and that it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent.append(bytes(data))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.sent.append(b"".join(list_of_data))

    def close(self) -> None:
        self.sent.append(b"closed")


class Corked(Line):
    """A line as the connection hands it to who answers."""

    def begin(self, version: str, /) -> None:
        """Nothing of it depends on the version here."""

    def end(self) -> None:
        self.uncork()

    def break_off(self) -> None:
        """Nothing is left out here."""


def through(line: Corked, *bodies: bytes) -> None:
    """Send an answer in pieces, as uvicorn writes it."""

    async def send(message: Message) -> None:
        line.write(message.get("body", b"HEAD"))

    async def answer() -> None:
        sent = Sent(send, Record(), is_public=True, connection=line)
        await sent({"type": "http.response.start", "status": 200, "headers": []})
        for body in bodies:
            await sent({"type": "http.response.body", "body": body})

    awaited(answer)


def test_a_head_leaves_with_the_beginning_of_its_body_and_each_further_piece_at_once() -> None:
    transport = Recorded()
    through(Corked(transport), b"first", b"second")
    assert transport.sent == [b"HEADfirst", b"second"]


def test_a_head_without_a_body_leaves_before_the_connection_closes() -> None:
    transport = Recorded()
    line = Corked(transport)
    through(line)
    assert transport.sent == []
    line.close()
    assert transport.sent == [b"HEAD", b"closed"]
