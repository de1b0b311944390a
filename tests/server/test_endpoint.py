"""The endpoint's manners, over HTTP."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox
import pytest

from tests.server.conftest import PATIENCE

if TYPE_CHECKING:
    from tests.server.conftest import Service

ROWS = "SELECT ?s ?o WHERE { ?s ?p ?o } ORDER BY ?s LIMIT 3"
TRIPLES = "CONSTRUCT WHERE { ?s ?p ?o }"
TABLE_TYPES = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
GRAPH_TYPES = (
    "text/turtle",
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
    "application/trig",
    "application/n-quads",
)


@pytest.mark.parametrize("media", TABLE_TYPES)
def test_rows_in_every_format(service: Service, media: str) -> None:
    reply = service.ask(ROWS, media)
    assert reply.status == 200
    assert reply.headers["content-type"].partition(";")[0] == media
    assert ("charset=utf-8" in reply.headers["content-type"]) == media.startswith("text/")
    assert reply.text.count("http://example.org/s") == 3


@pytest.mark.parametrize("media", TABLE_TYPES)
@pytest.mark.parametrize("truth", ["true", "false"])
def test_yes_or_no_in_every_format(service: Service, media: str, truth: str) -> None:
    reply = service.ask("ASK { ?s ?p ?o }" if truth == "true" else "ASK { ?s <http://example.org/q> ?o }", media)
    assert reply.headers["content-type"].partition(";")[0] == media
    assert truth in reply.text
    assert media.startswith("application") or reply.text == truth, "CSV and TSV: the bare word"


@pytest.mark.parametrize("media", GRAPH_TYPES)
@pytest.mark.parametrize("query", [TRIPLES, "DESCRIBE <http://example.org/s1>"])
def test_triples_in_every_format(service: Service, media: str, query: str) -> None:
    reply = service.ask(query, media)
    form = ox.RdfFormat.from_media_type(media)
    assert form
    assert reply.headers["content-type"].partition(";")[0] == media
    assert len(list(ox.parse(reply.body, format=form))) == (300 if query == TRIPLES else 1)


def test_turtle_has_the_prefixes_it_needs(service: Service) -> None:
    assert service.ask(TRIPLES, "text/turtle").text.startswith("@prefix e: <http://example.org/> .\n")


@pytest.mark.parametrize(("query", "accept"), [(ROWS, "text/turtle"), (TRIPLES, "text/csv"), (ROWS, "image/png")])
def test_what_is_not_accepted(service: Service, query: str, accept: str) -> None:
    reply = service.ask(query, accept)
    assert reply.status == 406
    assert "Accept" in reply.headers["vary"].split(", ")


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("fr-LU, en;q=0.5", "La requête n’est pas du SPARQL à la ligne 1, colonne 12, à la fin de la ligne"),
        ("de", "Die Abfrage ist in Zeile 1, Spalte 12, am Ende der Zeile kein SPARQL"),
        ("pt", "The query is not SPARQL at line 1, column 12 at the end of the line"),
    ],
)
def test_a_refusal_is_said_in_the_language_of_the_client(service: Service, wanted: str, sentence: str) -> None:
    reply = service.ask("SELECT * { ", **{"Accept-Language": wanted})
    assert reply.status == 400
    assert sentence in reply.text
    assert ("Accept-Language" in reply.headers.get("vary", "")) is (wanted != "pt")


def test_post_direct_and_as_a_form(service: Service) -> None:
    direct = service.send("POST", "/sparql", ROWS.encode(), {"Content-Type": "application/sparql-query"})
    form = service.send(
        "POST", "/sparql", b"query=" + quote(ROWS).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert direct.body == form.body == service.ask(ROWS).body


def test_head_says_what_get_would(service: Service) -> None:
    head = service.send("HEAD", f"/sparql?query={quote(ROWS)}")
    get = service.ask(ROWS)
    assert head.status == 200
    assert head.body == b""
    own = {"date": "", "x-request-id": ""}
    assert {**head.headers, **own} == {**get.headers, **own}


def test_a_long_head_frees_its_worker(service: Service) -> None:
    long = "CONSTRUCT { ?s ?p ?o . ?s2 ?p2 ?o2 } WHERE { ?s ?p ?o . ?s2 ?p2 ?o2 }"
    assert service.send("HEAD", f"/sparql?query={quote(long)}").status == 200
    assert service.ask("ASK {}").status == 200


def test_an_answer_is_not_sent_twice_to_who_has_it(service: Service) -> None:
    reply = service.ask(ROWS, "text/csv")
    tag = reply.headers["etag"]
    again = service.ask(ROWS, "text/csv", **{"If-None-Match": f'"x", {tag}'})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert service.ask(ROWS, "text/csv", **{"If-None-Match": '"other"'}).status == 200
    assert service.ask(ROWS, "application/json", **{"If-None-Match": tag}).status == 200


def test_an_answer_that_differs_each_time_has_no_etag(service: Service) -> None:
    reply = service.ask("SELECT (RAND() AS ?n) {}")
    assert "etag" not in reply.headers
    assert reply.headers["cache-control"] == "no-store"


def test_other_sites_may_ask(service: Service) -> None:
    assert service.ask(ROWS, Origin="https://other.example").headers["access-control-allow-origin"] == "*"
    assert service.ask("SELECT", Origin="https://other.example").headers["access-control-allow-origin"] == "*"
    asked = {"Access-Control-Request-Method": "POST", "Origin": "https://other.example"}
    preflight = service.send("OPTIONS", "/sparql", headers=asked)
    assert preflight.status == 200
    assert "POST" in preflight.headers["access-control-allow-methods"]


def test_a_syntax_error_has_its_place(service: Service) -> None:
    reply = service.ask("SELECT *\nWHERE { ?s ?p }", "application/sparql-results+json")
    told = json.loads(reply.body)
    assert reply.status == told["status"] == 400
    assert reply.headers["content-type"] == "application/problem+json"
    assert (told["line"], told["column"]) == (2, 16)
    assert "line 2, column 16" in service.ask("SELECT *\nWHERE { ?s ?p }").text


@pytest.mark.parametrize("update", ["DROP ALL", "LOAD <http://example.org/>", "INSERT DATA { <a:a> <a:b> <a:c> }"])
def test_a_read_only_store_takes_no_update(service: Service, update: str) -> None:
    direct = service.send("POST", "/sparql", update.encode(), {"Content-Type": "application/sparql-update"})
    assert (direct.status, "pan2kg load --endpoint" in direct.text) == (403, True)
    assert service.ask(update).status == 403


def test_graphs_are_read_and_not_written(service: Service) -> None:
    path, lines = "/store?graph=http://example.org/g0", {"Accept": "application/n-triples"}
    reply = service.send("GET", path, headers=lines)
    assert (reply.status, len(reply.text.splitlines())) == (200, 150)
    assert service.send("GET", path, headers={**lines, "If-None-Match": reply.headers["etag"]}).status == 304
    assert len(service.send("GET", "/store?default", headers=lines).text.splitlines()) == 300
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        refused = service.send(method, path, b"", {"Content-Type": "text/turtle"})
        assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
        assert "pan2kg load --endpoint" in refused.text
    assert {
        service.send("GET", f"/store{query}").status for query in ("", "?graph=rel", "?default&graph=http://e/g")
    } == {400}
    assert service.send("GET", "/store?default", headers={"Accept": "text/csv"}).status == 406
    assert {service.send("GET", path).status for path in ("/store/notes/two", "/store?graph=http://e/none")} == {404}


def test_the_default_graph_is_all_graphs_unless_graphs_are_named(service: Service) -> None:
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    g0, g1 = (quote(f"http://example.org/g{n}", safe="") for n in (0, 1))
    address = f"/sparql?query={quote(count)}"

    def counted(path: str) -> str:
        return service.send("GET", path, headers={"Accept": "text/csv"}).text.split()[1]

    assert counted(address) == "300"
    assert counted(f"{address}&default-graph-uri={g0}") == "150"
    assert counted(f"{address}&default-graph-uri={g0}&default-graph-uri={g1}") == "300"
    assert counted(f"{address}&named-graph-uri={g0}") == "0"
    own = count.replace("WHERE", "FROM <http://example.org/g0> WHERE")
    assert counted(f"/sparql?query={quote(own)}") == "150"
    assert counted(f"/sparql?query={quote(own)}&default-graph-uri=http://example.org/none") == "0"
    graphs = "SELECT (COUNT(DISTINCT ?g) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
    assert counted(f"/sparql?query={quote(graphs)}") == "2"
    assert counted(f"/sparql?query={quote(graphs)}&named-graph-uri={g0}") == "1"


def test_a_browser_is_shown_the_editor_in_its_language(service: Service) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    reply = service.ask("ASK {}", browser, **{"Accept-Language": "de-LU,de;q=0.9,fr;q=0.8"})
    assert (reply.status, reply.headers["location"]) == (303, "/de/sparql.html?query=ASK%20%7B%7D")
    assert service.send("GET", "/sparql", headers={"Accept": browser}).headers["location"] == "/fr/sparql.html"


def test_the_description_says_what_there_is(service: Service) -> None:
    reply = service.send("GET", "/sparql", headers={"Accept": "application/n-triples"})
    lines = reply.text.splitlines()
    endpoint = f"http://127.0.0.1:{service.port}/sparql"
    sd, void = "http://www.w3.org/ns/sparql-service-description#", "http://rdfs.org/ns/void#"
    assert f"<{endpoint}#service> <{sd}endpoint> <{endpoint}> ." in lines
    assert f"<{endpoint}#service> <{sd}feature> <{sd}UnionDefaultGraph> ." in lines
    assert sum(f'<{void}triples> "150"' in line for line in lines) == 2
    tag = reply.headers["etag"]
    headers = {"Accept": "application/n-triples", "If-None-Match": tag}
    assert service.send("GET", "/sparql", headers=headers).status == 304
    assert service.send("GET", "/sparql", headers={"Accept": "text/csv"}).status == 406


def test_two_requests_on_one_connection_and_two_at_once(service: Service) -> None:
    request = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\n\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as line:
        line.sendall(request * 3)
        seen = b""
        while seen.count(b"\r\n\r\ntrue") < 3:
            piece = line.recv(65536)
            assert piece, seen
            seen += piece
    assert seen.count(b"HTTP/1.1 200 OK") == 3
