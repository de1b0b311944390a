"""A writable service: who may write, what changes, what does not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.server.conftest import SLOW

if TYPE_CHECKING:
    from tests.server.conftest import Reply, Service, Start

TOKEN = {"Authorization": "Bearer secret"}
TURTLE = {"Content-Type": "text/turtle", **TOKEN}


@pytest.fixture(scope="module")
def writable(start_session: Start) -> Service:
    return start_session(token="secret", pages=True, seconds=3.0, proxies=["127.0.0.1"])


@pytest.fixture
def hurried(start: Start) -> Service:
    """One that stops soon what takes too long."""
    return start(token="secret", seconds=1.0)


def update(service: Service, text: str, headers: dict[str, str] = TOKEN) -> Reply:
    return service.send("POST", "/sparql", text.encode(), {"Content-Type": "application/sparql-update", **headers})


def holds(service: Service, pattern: str) -> bool:
    return service.ask(f"ASK {{ {pattern} }}", "text/csv").text == "true"


WRONG = ["guess", "secre", "secrets", "SECRET", "secret secret", "", "s\xe9cret", "\xff" * 50, "0", "secret,"]


@pytest.mark.parametrize(
    ("number", "headers"),
    list(enumerate([
        {}, {"Authorization": "Basic c2VjcmV0"}, {"Authorization": "secret"}, {"Authorization": "Bearer"},
        *[{"Authorization": f"Bearer {token}"} for token in WRONG],
    ])),
)  # fmt: skip
def test_without_the_token_nothing_is_written(writable: Service, number: int, headers: dict[str, str]) -> None:
    headers = {"X-Forwarded-For": f"192.0.2.{number}", **headers}  # each from elsewhere, as guessing is slowed
    reply = update(writable, "DROP ALL", headers)
    assert reply.status == 401
    assert reply.headers["www-authenticate"].startswith("Bearer")
    assert writable.send("DELETE", "/store?default", headers=headers).status == 401
    assert holds(writable, "?s ?p ?o")


def test_what_is_written_is_seen_by_the_next_query_and_on_the_pages(writable: Service) -> None:
    before = writable.ask("SELECT ?s { ?s ?p ?o } LIMIT 1")
    page = writable.send("GET", "/index.html").headers["etag"]
    described = writable.send("GET", "/sparql").headers["etag"]
    written = update(writable, "INSERT DATA { GRAPH <http://e/w> { <http://e/1> <http://e/p> 1 } }")
    assert written.status == 204
    assert written.headers["warning"].startswith('299 - "Kept in memory only: ')
    assert holds(writable, "<http://e/1> <http://e/p> 1")
    again = writable.ask("SELECT ?s { ?s ?p ?o } LIMIT 1", **{"If-None-Match": before.headers["etag"]})
    assert again.status == 200
    assert writable.send("GET", "/index.html").headers["etag"] != page
    assert writable.send("GET", "/sparql").headers["etag"] != described


def test_an_update_that_fails_changes_nothing(writable: Service) -> None:
    reply = update(writable, "INSERT DATA { <http://e/2> <http://e/p> 1 } ; CLEAR XYZ")
    assert reply.status == 400
    assert "line 1, column" in reply.text
    assert not holds(writable, "<http://e/2> ?p ?o")


def test_an_update_that_takes_too_long_is_stopped_and_queries_go_on(hurried: Service) -> None:
    pattern = " ".join(f"GRAPH ?g{n} {{ ?a{n} ?b{n} ?c{n} }}" for n in range(4))
    slow = f"INSERT {{ GRAPH <http://e/w> {{ <a:a> <a:b> ?n }} }} WHERE {{ SELECT (COUNT(*) AS ?n) {{ {pattern} }} }}"
    with ThreadPoolExecutor(1) as threads:
        updating = threads.submit(update, hurried, slow)
        assert holds(hurried, "?s ?p ?o")
        reply = updating.result()
    assert reply.status == 503
    assert not holds(hurried, "<a:a> ?p ?o")


def test_a_query_that_runs_while_the_data_change_ends_as_it_began(hurried: Service, until: Callable[..., None]) -> None:
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(hurried.ask, SLOW)
        until(lambda: bool(hurried.workers()) or slow.done())
        assert update(hurried, "INSERT DATA { GRAPH <http://e/w> { <http://e/3> <http://e/p> 1 } }").status == 204
        assert holds(hurried, "<http://e/3> ?p ?o")
        assert slow.result().status == 503


def test_many_changes_one_after_another(writable: Service) -> None:
    for n in range(20):
        assert (
            update(writable, f"INSERT DATA {{ GRAPH <http://e/m> {{ <http://e/m> <http://e/n> {n} }} }}").status == 204
        )
    counted = writable.ask("SELECT (COUNT(*) AS ?n) { GRAPH <http://e/m> { ?s ?p ?o } }", "text/csv")
    assert counted.text.split() == ["n", "20"]


def test_a_graph_is_put_read_added_to_patched_and_deleted(writable: Service) -> None:
    path = "/store?graph=http://e/store"
    assert writable.send("GET", path).status == 404
    assert writable.send("PUT", path, b"<http://e/a> <http://e/b> 1 .", TURTLE).status == 201
    assert writable.send("PUT", path, b"<http://e/a> <http://e/b> 2 .", TURTLE).status == 204
    assert writable.send("POST", path, b"<http://e/a> <http://e/b> 3 .", TURTLE).status == 204
    patch = {"Content-Type": "application/sparql-update", **TOKEN}
    text = b"DELETE { ?s ?p 2 } INSERT { ?s ?p 4 } WHERE { ?s ?p 2 }"
    assert writable.send("PATCH", path, text, patch).status == 204
    read = writable.send("GET", path, headers={"Accept": "application/n-triples"}).text
    assert sorted(line.split()[2][1] for line in read.splitlines()) == ["3", "4"]
    assert writable.send("DELETE", path, headers=TOKEN).status == 204
    assert writable.send("DELETE", path, headers=TOKEN).status == 404


def test_an_address_below_the_store_is_the_graph_of_our_own_it_names(writable: Service) -> None:
    assert writable.send("PUT", "/store/notes/one", b"<http://e/a> <http://e/b> 5 .", TURTLE).status == 201
    assert holds(writable, "GRAPH <https://w3id.org/pan2kg/graph/notes/one> { ?s ?p 5 }")
    assert writable.send("GET", "/store/notes/one").status == 200
    assert writable.send("HEAD", "/store/notes/two").status == 404


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"<http://e/a> <http://e/b>", TURTLE, 400),
        (b"\xff", TURTLE, 400),
        (b"a,b", {"Content-Type": "text/csv", **TOKEN}, 415),
        (b"a", TOKEN, 415),
    ],
)
def test_what_is_no_graph_is_refused(writable: Service, body: bytes, headers: dict[str, str], status: int) -> None:
    assert writable.send("PUT", "/store?graph=http://e/faulty", body, headers).status == status
    assert writable.send("GET", "/store?graph=http://e/faulty").status == 404


def test_a_read_only_store_gives_graphs_and_takes_none(service: Service) -> None:
    reply = service.send("GET", "/store?graph=http://example.org/g0", headers={"Accept": "application/n-triples"})
    assert (reply.status, len(reply.text.splitlines())) == (200, 150)
    again = {"Accept": "application/n-triples", "If-None-Match": reply.headers["etag"]}
    assert service.send("GET", "/store?graph=http://example.org/g0", headers=again).status == 304
    everything = service.send("GET", "/store?default", headers={"Accept": "application/n-triples"})
    assert len(everything.text.splitlines()) == 300
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        refused = service.send(method, "/store?graph=http://e/g", b"", {"Content-Type": "text/turtle"})
        assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert service.send("GET", "/store").status == 400
    assert service.send("GET", "/store?graph=relative").status == 400
    assert service.send("GET", "/store?default&graph=http://e/g").status == 400
    assert service.send("GET", "/store?default", headers={"Accept": "text/csv"}).status == 406
