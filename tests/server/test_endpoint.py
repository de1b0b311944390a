"""The endpoint's manners, over HTTP."""

import json
from urllib.parse import quote

import pyoxigraph as ox
import pytest

from pan2kg.server.protocol import GRAPHS, TABLES
from tests.server.conftest import Service

ROWS = "SELECT ?s ?o WHERE { ?s ?p ?o } ORDER BY ?s LIMIT 3"
TRIPLES = "CONSTRUCT WHERE { ?s ?p ?o }"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("media", [form.media[0] for form in TABLES])
def test_rows_and_yes_or_no_in_every_format(service: Service, media: str) -> None:
    reply = service.ask(ROWS, media)
    assert (reply.status, reply.headers["content-type"].partition(";")[0]) == (200, media)
    assert ("charset=utf-8" in reply.headers["content-type"]) == media.startswith("text/")
    assert reply.text.count("http://example.org/s") == 3
    for truth, property_ in (("true", "p"), ("false", "q")):
        reply = service.ask(f"ASK {{ ?s <http://example.org/{property_}> ?o }}", media)
        assert reply.headers["content-type"].partition(";")[0] == media
        assert truth in reply.text
        assert media.startswith("application") or reply.text == truth, "CSV and TSV: the bare word"


@pytest.mark.parametrize("media", [form.media[0] for form in GRAPHS])
def test_triples_in_every_format(service: Service, media: str) -> None:
    form = ox.RdfFormat.from_media_type(media)
    assert form
    for query, number in ((TRIPLES, 300), ("DESCRIBE <http://example.org/s1>", 1)):
        reply = service.ask(query, media)
        assert reply.headers["content-type"].partition(";")[0] == media
        assert len(list(ox.parse(reply.body, format=form))) == number
    prefixed = reply.text.startswith("@prefix e: <http://example.org/> .\n")
    assert prefixed is (media in ("text/turtle", "application/trig")), (
        "it has the prefixes it needs"
    )


def test_what_is_not_accepted_and_a_mistake_are_told_in_the_language_and_form_of_the_client(
    service: Service,
) -> None:
    for query, accept in ((ROWS, "text/turtle"), (TRIPLES, "text/csv"), (ROWS, "image/png")):
        reply = service.ask(query, accept)
        assert (reply.status, "Accept" in reply.headers["vary"].split(", ")) == (406, True)
    for wanted, sentence in {
        "fr-LU, en;q=0.5": "La requête n’est pas du SPARQL à la ligne 1, colonne 12, à la fin de la ligne",
        "de": "Die Abfrage ist in Zeile 1, Spalte 12, am Ende der Zeile kein SPARQL",
        "pt": "The query is not SPARQL at line 1, column 12 at the end of the line",
    }.items():
        reply = service.ask("SELECT * { ", **{"Accept-Language": wanted})
        assert (reply.status, sentence in reply.text) == (400, True)
        assert ("Accept-Language" in reply.headers.get("vary", "")) is (wanted != "pt")
    reply = service.ask("SELECT *\nWHERE { ?s ?p }", "application/sparql-results+json")
    problem = json.loads(reply.body)
    assert (reply.status, problem["status"], problem["line"], problem["column"]) == (
        400,
        400,
        2,
        16,
    )
    assert reply.headers["content-type"] == "application/problem+json"


def test_get_post_and_head_say_the_same(service: Service) -> None:
    get = service.ask(ROWS)
    form = "application/x-www-form-urlencoded"
    for body, media in ((ROWS, "application/sparql-query"), (f"query={quote(ROWS)}", form)):
        assert (
            service.send("POST", "/sparql", body.encode(), {"Content-Type": media}).body == get.body
        )
    head = service.get(f"/sparql?query={quote(ROWS)}", "HEAD")
    own = {"date": "", "x-request-id": ""}
    assert (head.status, head.body, {**head.headers, **own}) == (200, b"", {**get.headers, **own})
    long = "CONSTRUCT { ?s ?p ?o . ?s2 ?p2 ?o2 } WHERE { ?s ?p ?o . ?s2 ?p2 ?o2 }"
    assert service.get(f"/sparql?query={quote(long)}", "HEAD").status == 200
    assert service.ask("ASK {}").status == 200, "a long one frees its worker"


def test_an_answer_is_not_sent_twice_to_who_has_it_unless_it_differs_each_time(
    service: Service,
) -> None:
    tag = service.ask(ROWS, "text/csv").headers["etag"]
    preflight = service.get(
        "/sparql", "OPTIONS", Origin="https://other.example", Access_Control_Request_Method="POST"
    )
    assert (preflight.status, "POST" in preflight.headers["access-control-allow-methods"]) == (
        200,
        True,
    )
    again = service.ask(ROWS, "text/csv", **{"If-None-Match": f'"x", {tag}'})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert service.ask(ROWS, "text/csv", **{"If-None-Match": '"other"'}).status == 200
    assert service.ask(ROWS, "application/json", **{"If-None-Match": tag}).status == 200
    reply = service.ask("SELECT (RAND() AS ?n) {}")
    assert ("etag" in reply.headers, reply.headers["cache-control"]) == (False, "no-store")


def test_nothing_is_written_and_graphs_are_read(service: Service) -> None:
    for update in ("DROP ALL", "LOAD <http://example.org/>", "INSERT DATA { <a:a> <a:b> <a:c> }"):
        direct = service.send(
            "POST", "/sparql", update.encode(), {"Content-Type": "application/sparql-update"}
        )
        assert (direct.status, "pan2kg load --endpoint" in direct.text) == (403, True)
        assert service.ask(update).status == 403
    path = "/store?graph=http://example.org/g0"
    lines = {"Accept": "application/n-triples"}
    reply = service.get(path, **lines)
    assert (reply.status, len(reply.text.splitlines())) == (200, 150)
    assert service.get(path, **lines, If_None_Match=reply.headers["etag"]).status == 304
    assert len(service.get("/store?default", **lines).text.splitlines()) == 300
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        refused = service.send(method, path, b"", {"Content-Type": "text/turtle"})
        assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
        assert "pan2kg load --endpoint" in refused.text
    assert {
        service.get(f"/store{query}").status
        for query in ("", "?graph=rel", "?default&graph=http://e/g")
    } == {400}
    assert service.get("/store?default", Accept="text/csv").status == 406
    assert {
        service.get(path).status for path in ("/store/notes/two", "/store?graph=http://e/none")
    } == {404}


def test_the_default_graph_is_all_graphs_unless_graphs_are_named(service: Service) -> None:
    g0, g1 = (quote(f"http://example.org/g{n}", safe="") for n in (0, 1))
    own = COUNT.replace("WHERE", "FROM <http://example.org/g0> WHERE")
    graphs = "SELECT (COUNT(DISTINCT ?g) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
    for query, named, number in (
        (COUNT, "", 300),
        (COUNT, f"&default-graph-uri={g0}", 150),
        (COUNT, f"&default-graph-uri={g0}&default-graph-uri={g1}", 300),
        (COUNT, f"&named-graph-uri={g0}", 0),
        (own, "", 150),
        (own, "&default-graph-uri=http://example.org/none", 0),
        (graphs, "", 2),
        (graphs, f"&named-graph-uri={g0}", 1),
    ):
        reply = service.get(f"/sparql?query={quote(query)}{named}", Accept="text/csv")
        assert reply.text.split() == ["n", str(number)], (query, named)


def test_a_browser_is_shown_the_editor_and_a_program_what_there_is(service: Service) -> None:
    reply = service.ask("ASK {}", BROWSER, **{"Accept-Language": "de-LU,de;q=0.9,fr;q=0.8"})
    assert (reply.status, reply.headers["location"]) == (303, "/de/sparql.html?query=ASK%20%7B%7D")
    assert service.get("/sparql", Accept=BROWSER).headers["location"] == "/fr/sparql.html"
    reply = service.get("/sparql", Accept="application/n-triples")
    endpoint = f"http://127.0.0.1:{service.port}/sparql"
    sd = "http://www.w3.org/ns/sparql-service-description#"
    void = "http://rdfs.org/ns/void#"
    assert f"<{endpoint}#service> <{sd}feature> <{sd}UnionDefaultGraph> ." in reply.text
    assert reply.text.count(f'<{void}triples> "150"') == 2
    again = {"Accept": "application/n-triples", "If_None_Match": reply.headers["etag"]}
    assert service.get("/sparql", **again).status == 304
    assert service.get("/sparql", Accept="text/csv").status == 406
