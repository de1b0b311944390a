"""No query freezes the service: time, rows, bytes, memory, crowds, deaths of any process."""

import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pyoxigraph as ox
import pytest

from pan2kg.server.holder import free_memory
from tests.server.conftest import (
    PAIRS,
    PATIENCE,
    SCRIPT,
    SLOW,
    Result,
    Service,
    Start,
    Until,
    children,
    read,
    runs,
)

SORT = "SELECT ?a ?d ?g WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"
LONG_ROWS = "SELECT ?a ?c ?d ?f WHERE { ?a ?b ?c . ?d ?e ?f }"
PROC = Path("/proc")
needs_proc = pytest.mark.skipif(
    not (PROC / "self" / "stat").exists(), reason="processes are looked at in /proc"
)


def asking(query: str, *headers: str) -> bytes:
    lines = (f"GET /sparql?query={quote(query)} HTTP/1.1", "Host: localhost", *headers, "", "")
    return "\r\n".join(lines).encode()


@pytest.fixture(scope="module")
def limited(start_session: Start) -> Service:
    return start_session(seconds=60.0, rows=5000, size=2**20, memory=2**27, workers=3)


def test_rows_triples_and_bytes_are_counted_in_every_format_and_no_answer_breaks_off(
    limited: Service, start: Start
) -> None:
    query = "SELECT (1 AS ?a) WHERE { ?a1 ?b ?c . ?d ?e ?f } LIMIT"
    for media in ("application/sparql-results+json", "text/csv", "application/sparql-results+xml"):
        assert limited.ask(f"{query} 5000", media).status == 200
        reply = limited.ask(f"{query} 5100", media)
        assert (reply.status, "more than 5000 rows; ask with LIMIT." in reply.text) == (413, True)
    triples = "CONSTRUCT { ?a <http://e/p> ?d } WHERE { ?a ?b ?c . ?d ?e ?f }"
    assert {
        limited.ask(triples, media).status for media in ("text/turtle", "application/n-triples")
    } == {413}
    reply = start(seconds=60.0, size=2**20).ask(PAIRS, "text/csv")
    assert (reply.status, reply.text) == (413, "The answer is larger than 1 megabytes.\n")


def test_memory(limited: Service, start: Start) -> None:
    for service in (limited, start(seconds=60.0, memory=2**40, total=2**28, workers=2)):
        reply = service.ask(SORT)
        assert (reply.status, "memory" in reply.text) == (503, True)
        assert service.ask("ASK {}").status == 200
    assert (free_memory() > 0) is (PROC / "meminfo").exists()


def test_a_query_no_stack_is_large_enough_for_ends_its_worker_alone(limited: Service) -> None:
    for start, middle, end, sentence in (
        ("ASK { FILTER(", "!" * 200_000, "true) }", "no engine reads"),
        ("ASK { FILTER(1", "+1" * 200_000, ") }", "no engine reads"),
        ("ASK ", "{" * 9000, "}" * 9000, "no engine reads"),
    ):
        text = f"{start}{middle}{end}".encode()
        reply = limited.send("POST", "/sparql", text, {"Content-Type": "application/sparql-query"})
        assert (reply.status, sentence in reply.text) == (400, True)
        assert limited.ask("ASK {}").status == 200


def test_a_slow_reader_gets_all_of_a_long_answer_and_holds_no_worker(start: Start) -> None:
    service = start(seconds=2.0, workers=1, MEMORY_BYTES=2**16)
    whole = service.ask(LONG_ROWS, "text/csv").body
    assert len(whole) > 4_000_000
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**14)
        line.connect(("127.0.0.1", service.port))
        line.sendall(asking(LONG_ROWS, "Accept: text/csv", "Connection: close"))
        beginning = line.recv(2**14)
        began = time.monotonic()
        assert service.ask("ASK {}").status == 200, "the only worker is free"
        head, _, body = (beginning + read(line, 500_000)).partition(b"\r\n\r\n")
    assert b"200 OK" in head
    assert sorted(body.splitlines()) == sorted(whole.splitlines())
    assert time.monotonic() - began > 2 * 2.0


def test_who_leaves_frees_the_worker_and_answers_nobody_takes_fill_no_disk(
    start: Start, until: Until
) -> None:
    service = start(seconds=PATIENCE, workers=1, MEMORY_BYTES=2**16, MOST_BYTES=2**22)
    with service.line() as line:
        line.sendall(asking(SLOW))
        until(lambda: service.busy() == 1)
    assert service.ask("ASK {}").status == 200, "the only worker was freed"
    with ExitStack() as lines:
        opened = [lines.enter_context(service.line()) for _ in range(6)]
        for line in opened:
            line.sendall(asking(f"{PAIRS} LIMIT 30000"))
        assert {line.recv(12) for line in opened} <= {b"HTTP/1.1 200", b"HTTP/1.1 503", b""}
    assert service.ask("ASK {}").status == 200


def test_a_queue_that_is_full_and_a_wait_that_is_long_are_told(start: Start, until: Until) -> None:
    service = start(seconds=PATIENCE, workers=1, QUEUE_LENGTH=1, WAIT_SECONDS=0.3)
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(service.ask, SLOW) for _ in range(4)]
        until(lambda: sum(reply.done() for reply in asked) == 3)
        replies = [reply.result() for reply in asked if reply.done()]
        service.end()
    assert {reply.status for reply in replies} == {503}
    assert all("Too many queries" in reply.text for reply in replies)
    assert all(reply.headers["retry-after"] for reply in replies)


@pytest.mark.parametrize(("path", "early"), [("", 0.0), ("", PATIENCE), ("/slow.html", 0.0)])
def test_a_query_whose_worker_is_killed_is_asked_once_more_if_that_was_at_once(
    start: Start, until: Until, path: str, early: float
) -> None:
    """That of a page is asked once more however late."""
    service = start(pages=True, seconds=PATIENCE, workers=1, EARLY_SECONDS=early)
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(service.get, path) if path else threads.submit(service.ask, SLOW)
        for _ in range(2 if early or path else 1):
            until(
                lambda: slow.done() or any(map(runs, service.workers()))
            )  # else it may not have been read yet
            assert not slow.done()
            for worker in filter(runs, service.workers()):
                os.kill(worker, signal.SIGKILL)
                until(lambda worker=worker: worker not in service.workers())
        assert (slow.result().status, "ended from outside" in slow.result().text) == (503, True)
    assert service.ask("ASK {}").status == 200


Begin = Callable[..., tuple[Service, Path]]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Start a service in a session of its own, so that all of its processes can be looked at; it, and its log."""
    with ExitStack() as running:

        def start(*before: str, listens: bool = True, **options: object) -> tuple[Service, Path]:
            words = [*before, sys.executable, str(SCRIPT), json.dumps(options)]
            log = tmp_path / "log"
            with log.open("wb") as errors:
                process = subprocess.Popen(
                    words, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
                )
            running.enter_context(process)
            running.callback(quietly, lambda: os.killpg(process.pid, signal.SIGTERM))
            assert process.stdout
            said = process.stdout.readline().split() if listens else ["0", "0"]
            assert said, log.read_text()
            return Service(int(said[0]), process, int(said[1])), log

        yield start


def processes(service: Service) -> dict[int, str]:
    """The state of each process of the session of a service, Z that of a zombie."""
    states = {}
    for status in PROC.glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            state, _, _, session = status.read_text().rpartition(")")[2].split()[:4]
            if int(session) == service.process.pid:
                states[int(status.parent.name)] = state
    return states


@needs_proc
def test_a_holder_that_is_killed_is_started_again_and_one_without_a_supervisor_ends_all(
    begin: Begin, until: Until
) -> None:
    service, log = begin(data="")
    tag = service.ask("ASK {}").headers["etag"]
    os.kill(service.holder, signal.SIGKILL)
    until(lambda: service.ask("ASK {}").headers.get("etag", tag) != tag)
    assert "has ended; it is started again" in log.read_text()
    (supervisor,) = children(service.process.pid)
    os.kill(supervisor, signal.SIGKILL)
    assert service.process.wait(PATIENCE) == 0
    until(lambda: not processes(service))


def test_a_fault_of_ours_is_logged_and_told_as_ours(begin: Begin, until: Until) -> None:
    service, log = begin(faulty=True, pages=True)
    for reply in (service.ask("ASK {} # FAULT"), service.send("GET", "/fault.html")):
        assert (reply.status, reply.text) == (
            500,
            "A fault of the service, not of the request; its log says more.\n",
        )
    until(lambda: log.read_text().count("ZeroDivisionError: a fault of the software") == 2)
    assert service.ask("ASK {}").status == 200


FAILING = """
import os, socket, sys, threading
from pathlib import Path
import pyoxigraph as ox
from pan2kg.server import holder
from pan2kg.server.answering import Evaluator, Limits

starts = []
holder.Worker.live = lambda worker: os._exit(holder.FAULT)
fork = holder.fork
holder.fork = lambda *arguments, **named: (starts.append(1), fork(*arguments, **named))[1]
control, keeper = socket.socketpair()
evaluator = Evaluator(ox.Store(), Limits(), {})
confinement = holder.Confinement(2**28, connects=False)
threading.Timer(1.2, keeper.close).start()
holder.Holder(control, evaluator, Path(sys.argv[1]), {"query": 2}, confinement).serve("")
print(len(starts))
"""


def test_a_worker_that_fails_before_its_first_task_is_not_forked_without_end() -> None:
    # the path of a socket has at most 107 characters
    with TemporaryDirectory() as folder:
        words = [sys.executable, "-c", FAILING, folder]
        starts = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert 2 <= int(starts) <= 6, "two workers, and again after each half of a second"


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_told_to_end_while_it_loads_it_leaves_no_process(
    begin: Begin, tmp_path: Path, until: Until, number: signal.Signals
) -> None:
    service, _ = begin(listens=False, loading=str(tmp_path / "loading"))
    until((tmp_path / "loading").exists)
    assert len(processes(service)) == 3
    service.process.send_signal(number)
    service.process.wait(PATIENCE)
    until(lambda: not processes(service))


@needs_proc
def test_as_process_1_it_leaves_no_zombie(begin: Begin, until: Until) -> None:
    alone = [shutil.which("unshare") or "", "--pid", "--fork", "--kill-child"]
    if (
        not alone[0]
        or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip(
            "a container is imitated with unshare, which is not here or may not make a namespace"
        )
    service, _ = begin(*alone, workers=2)
    for _ in range(10):
        for process in [
            process for process in processes(service) if process != service.process.pid
        ][3:]:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        until(lambda: service.ask("ASK {}").status == 200)
    until(lambda: "Z" not in processes(service).values())


COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@needs_proc
def test_nothing_is_lost_while_workers_are_killed_and_others_ask_too_much(
    start: Start, until: Until
) -> None:
    service = start(pages=True, seconds=1.0, size=2**20, workers=6)
    enough = threading.Event()
    seen: Counter[tuple[str, int]] = Counter()

    def ask(number: int) -> None:
        while not enough.is_set():
            if number < 8:
                reply = service.ask(COUNT, "text/csv")
                assert reply.status == 503 or reply.text.split() == ["n", "300"], reply.text
                seen["short", reply.status] += 1
            else:
                reply = service.ask(SLOW if number % 2 else PAIRS)
                assert reply.status in (413, 503)
                seen["long", reply.status] += 1

    with ThreadPoolExecutor(12) as threads:
        clients = [threads.submit(ask, number) for number in range(12)]
        chance = random.Random(7)
        for _ in range(10):
            time.sleep(0.2)
            with suppress(ProcessLookupError):
                os.kill(chance.choice(service.workers()), signal.SIGKILL)
        enough.set()
        assert [client.exception() for client in clients] == [None] * 12, seen
    assert seen["short", 200] > seen["short", 503], seen
    until(lambda: len(service.workers()) == 6 + 2)
    assert service.ask("ASK {}").status == 200


@needs_proc
def test_told_to_end_while_it_is_asked_it_ends_cleanly_and_says_so(
    start: Start, until: Until
) -> None:
    service = start(pages=True, seconds=PATIENCE, workers=2)
    with ThreadPoolExecutor(8) as threads:
        slow = [threads.submit(quietly, lambda: service.ask(SLOW)) for _ in range(2)]
        page = threads.submit(quietly, lambda: service.send("GET", "/slow.html"))
        until(lambda: service.busy() == 2)
        processes = [service.holder, *service.workers()]
        service.end()
        assert service.process.wait(PATIENCE) == 0
        assert {
            (reply.status, reply.text) for reply in (query.result() for query in slow) if reply
        } == {(503, "The service is being ended; ask again when it is back.\n")}
        page.result()
    until(lambda: not [process for process in processes if Path(f"/proc/{process}").exists()])


def quietly(ask: Callable[[], Result]) -> Result | None:
    with suppress(OSError, http.client.HTTPException):
        return ask()
    return None


def test_every_term_of_an_answer_survives_the_way_from_a_worker() -> None:
    """What pages read of workers comes as tab-separated values: every term must be the one the store holds."""
    texts = ["", "\t", "\r\n", "\U0001f600", '"', "\\", "<x>", "_:b", "@en"]
    texts += ["1", "01", "1.", ".5", "1e3", "true", "TRUE"]
    kinds = [
        f"http://www.w3.org/2001/XMLSchema#{name}"
        for name in ("integer", "double", "boolean", "date", "string")
    ]
    literals = [ox.Literal(text, datatype=ox.NamedNode(kind)) for text in texts for kind in kinds]
    literals += [
        literal
        for text in texts
        for literal in (ox.Literal(text), ox.Literal(text, language="fr-lu"))
    ]
    store = ox.Store()
    property_ = ox.NamedNode("http://e/p")
    terms: list[ox.NamedNode | ox.BlankNode | ox.Literal] = [
        ox.NamedNode("http://e/é?a=b#c"),
        ox.BlankNode("b"),
    ]
    for number, term in enumerate((*terms, *literals)):
        store.add(ox.Quad(ox.NamedNode(f"http://e/{number}"), property_, term))
    text = "SELECT ?s ?o ?none { ?s ?p ?o OPTIONAL { ?s <http://e/none> ?none } } ORDER BY ?s"
    sent = store.query(text).serialize(format=ox.QueryResultsFormat.TSV)  # type: ignore[arg-type]
    rows = ox.parse_query_results(sent or b"", format=ox.QueryResultsFormat.TSV)
    assert [tuple(row) for row in rows] == [tuple(row) for row in store.query(text)]  # type: ignore[union-attr]
