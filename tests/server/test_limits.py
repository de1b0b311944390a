"""No query freezes the service: time, rows, bytes, memory, crowds, deaths."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.server.conftest import PAIRS, PATIENCE, SLOW

if TYPE_CHECKING:
    from tests.server.conftest import Service, Start


@pytest.fixture(scope="module")
def limited(start_session: Start) -> Service:
    return start_session(seconds=60.0, rows=5000, size=2**20, memory=2**27, workers=3)


def test_a_trivial_query_is_answered_while_slow_ones_run(start: Start, until: Callable[..., None]) -> None:
    service = start(seconds=60.0, workers=3)
    with ThreadPoolExecutor(8) as threads:
        slow = [threads.submit(service.ask, SLOW) for _ in range(2)]
        until(lambda: len(service.workers()) == 2)
        trivial = [threads.submit(service.ask, "ASK {}") for _ in range(20)]
        assert {one.result().status for one in trivial} == {200}
        assert not any(one.done() for one in slow)
        service.process.terminate()
        assert {one.result().status for one in slow} == {503}
        assert {one.result().text for one in slow} == {"The service is being ended; ask again when it is back.\n"}


def test_with_every_worker_taken_the_longest_query_gives_way(start: Start, until: Callable[..., None]) -> None:
    service = start(seconds=60.0, workers=2, patience=0.5)
    with ThreadPoolExecutor(4) as threads:
        slow = [threads.submit(service.ask, SLOW) for _ in range(3)]
        until(lambda: len(service.workers()) == 2)
        trivial = [threads.submit(service.ask, "ASK {}").result() for _ in range(3)]
        assert [one.status for one in trivial] == [200] * 3
        service.process.terminate()
        ends = [_status(one.result) for one in slow]
    assert 503 in ends


def _status(result: Callable[[], object]) -> int:
    try:
        return getattr(result(), "status", 0)
    except (OSError, http.client.HTTPException):
        return 0


def test_time(start: Start) -> None:
    reply = start(seconds=0.5, workers=1).ask(SLOW)
    assert reply.status == 503
    assert reply.text == "The query took longer than 0.5 seconds and was stopped; make it narrower.\n"
    assert reply.headers["retry-after"]


@pytest.mark.parametrize("media", ["application/sparql-results+json", "text/csv", "application/sparql-results+xml"])
def test_rows_are_counted_in_every_format(limited: Service, media: str) -> None:
    query = "SELECT (1 AS ?a) WHERE { ?a1 ?b ?c . ?d ?e ?f } LIMIT"
    assert limited.ask(f"{query} 5000", media).status == 200
    with contextlib.suppress(http.client.IncompleteRead):
        assert limited.ask(f"{query} 5100", media).status == 413


def test_rows_too_many_before_the_first_byte(limited: Service) -> None:
    reply = limited.ask("SELECT (1 AS ?a) WHERE { ?a1 ?b ?c . ?d ?e ?f }", "text/csv")
    assert (reply.status, reply.text) == (413, "The answer has more than 5000 rows; ask with LIMIT.\n")


def test_triples_are_counted(limited: Service) -> None:
    query = "CONSTRUCT { ?a <http://e/p> ?d } WHERE { ?a ?b ?c . ?d ?e ?f }"
    assert limited.ask(query).status == 413
    with pytest.raises(http.client.IncompleteRead):
        limited.ask(query, "application/n-triples")


def test_memory(limited: Service) -> None:
    reply = limited.ask("SELECT ?a ?d ?g WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i")
    assert reply.status == 503
    assert "memory" in reply.text
    assert limited.ask("ASK {}").status == 200


@pytest.mark.parametrize(
    "text", [b"ASK { FILTER(" + b"!" * 200_000 + b"true) }", b"ASK { FILTER(1" + b"+1" * 200_000 + b") }"]
)
def test_a_query_no_stack_is_large_enough_for_ends_its_worker_alone(limited: Service, text: bytes) -> None:
    reply = limited.send("POST", "/sparql", text, {"Content-Type": "application/sparql-query"})
    assert (reply.status, "no engine reads" in reply.text) == (400, True)
    assert limited.ask("ASK {}").status == 200


def test_an_answer_that_breaks_off_is_never_taken_for_whole(start: Start) -> None:
    service = start(seconds=20.0, size=2**20)
    for media in ("application/sparql-results+json", "text/csv"):
        with pytest.raises(http.client.IncompleteRead) as caught:
            service.ask(PAIRS, media)
        assert caught.value.partial.endswith(b"\n# BROKEN OFF: The answer is larger than 1 megabytes.\n")


def test_a_query_whose_workers_are_killed_is_told_and_they_are_replaced(start: Start) -> None:
    service = start(seconds=20.0, workers=2)
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(service.ask, SLOW)
        while not slow.done():
            for worker in service.workers():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
        reply = slow.result()
    assert reply.status == 503
    assert "ended from outside" in reply.text
    assert service.ask("ASK {}").status == 200


def test_a_query_whose_worker_is_killed_early_is_asked_once_more(start: Start, until: Callable[..., None]) -> None:
    service = start(seconds=PATIENCE, workers=1, early=PATIENCE)  # on a busy machine every blow comes late
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(service.ask, SLOW)
        until(lambda: bool(service.workers()))
        (first,) = service.workers()
        os.kill(first, signal.SIGKILL)
        until(lambda: service.workers() not in ([], [first]))
        assert not slow.done()
        (second,) = service.workers()
        os.kill(second, signal.SIGKILL)
        assert slow.result().status == 503
    assert "ended from outside" in slow.result().text


def test_an_idle_worker_that_dies_is_not_missed(start: Start, until: Callable[..., None]) -> None:
    service = start()
    assert service.ask("ASK {}").status == 200
    for worker in service.workers():
        os.kill(worker, signal.SIGKILL)
    until(lambda: not service.workers())
    assert service.ask("ASK {}").status == 200


def test_a_client_that_leaves_frees_its_worker(start: Start, until: Callable[..., None]) -> None:
    service = start(seconds=60.0, workers=1)
    request = f"GET /sparql?query={quote(SLOW)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as line:
        line.sendall(request)
        until(lambda: len(service.workers()) == 1)
    assert service.ask("ASK {}").status == 200, "the only worker was freed"


def test_a_client_that_leaves_in_the_middle_frees_its_worker(start: Start) -> None:
    service = start(seconds=60.0, workers=1)
    request = f"GET /sparql?query={quote(PAIRS)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as line:
        line.sendall(request)
        assert line.recv(1000).startswith(b"HTTP/1.1 200")
    assert service.ask("ASK {}").status == 200


def test_a_client_that_reads_slowly_holds_no_worker_for_ever(start: Start) -> None:
    service = start(seconds=4.0, workers=1)
    request = f"GET /sparql?query={quote(PAIRS)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as line:
        line.sendall(request)
        assert line.recv(1000).startswith(b"HTTP/1.1 200")
        assert service.ask("ASK {}").status == 200


def test_a_queue_that_is_full_says_so(start: Start, until: Callable[..., None]) -> None:
    service = start(seconds=PATIENCE, workers=1, queue=1)
    with ThreadPoolExecutor(10) as threads:
        asked = [threads.submit(service.ask, SLOW) for _ in range(10)]
        until(lambda: sum(one.done() for one in asked) >= 8)
        told = [one for one in asked if one.done()]
        service.process.terminate()
    replies = [one.result() for one in told]
    assert len(replies) == 8, "one is answered and one waits, also while the worker of the first is on its way"
    assert {one.status for one in replies} == {503}
    assert all("Too many queries are waiting" in one.text for one in replies)
    assert all(one.headers["retry-after"] for one in replies)


def test_who_waits_too_long_is_told(start: Start, until: Callable[..., None]) -> None:
    service = start(seconds=PATIENCE, workers=1, wait=0.1)
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(service.ask, SLOW) for _ in range(2)]
        until(lambda: any(one.done() for one in asked))
        (told,) = [one for one in asked if one.done()]
        service.process.terminate()
    assert (told.result().status, "All workers are taken" in told.result().text) == (503, True)
