"""Stores: what they answer, what they refuse, and what they say of a fault."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pan2kg.errors import EndpointError, ProjectError, QueryError, TurtleError
from pan2kg.project import Project, write_atomically
from pan2kg.store import store as stores
from pan2kg.store.remote import RemoteStore
from pan2kg.store.store import LocalStore, construct, dump, fingerprint, load, select
from pan2kg.turtle.writer import calls, tokens


@pytest.fixture
def store() -> LocalStore:
    inner = ox.Store()
    inner.load(b"<http://e/a> <http://e/p> 1 , 2 .", format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e/g"))
    return LocalStore(inner)


def test_the_default_graph_is_the_union_of_all(store: LocalStore) -> None:
    assert select(store, "SELECT ?o WHERE { ?s ?p ?o } ORDER BY ?o").values("o") == ["1", "2"]


def test_what_a_query_fills_a_graph_with_is_what_it_constructs(store: LocalStore) -> None:
    store.held.load(
        b"""_:a <http://e/p> "_:b"@en , 'two "lines"\\n' , <http://e/\xc3\xa9> , _:c , 1.50 .""",
        format=ox.RdfFormat.TURTLE,
    )
    for text in ("CONSTRUCT { ?s <http://e/q> ?o } WHERE { ?s ?p ?o }", "CONSTRUCT {} WHERE { FILTER(false) }"):
        made = set(construct(store, text))
        store.fill("http://e/made", text)
        graph = store.held.quads_for_pattern(None, None, None, ox.NamedNode("http://e/made"))
        assert {quad.triple for quad in graph} == made
        store.held.remove_graph(ox.NamedNode("http://e/made"))
    with pytest.raises(QueryError, match="does not construct"):
        store.fill("http://e/made", "ASK {}")


def test_an_unbound_value_is_empty(store: LocalStore) -> None:
    assert select(store, "SELECT ?s ?x WHERE { ?s ?p 1 OPTIONAL { ?s <http://e/none> ?x } }").rows[0][1] is None


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { service silent <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "LOAD <http://127.0.0.1:9/>",
        "INSERT DATA { <http://e/a> <http://e/p> 3 }",
        "DELETE WHERE { ?s ?p ?o }",
        "CLEAR ALL",
    ],
)
def test_fetching_and_updates_are_refused(store: LocalStore, text: str) -> None:
    with pytest.raises(QueryError, match="is refused"):
        store.query(text)
    assert len(store) == 2


def test_the_word_service_in_a_string_comment_or_iri_is_no_service(store: LocalStore) -> None:
    text = 'SELECT * { ?s ?p "SERVICE <http://e/>" . ?s <http://e/SERVICE> ?o } # SERVICE\n'
    assert select(store, text).rows == ()


PIECES = ["a", "_", "1", "é", "ſ", ":", "?", "$", "@", ".", "-", "·", " ", "<", ">"]
PIECES += ['"', "'", "#", "\n", "\\", "%4", "{", "}", "\u0301", "^^"]


AROUND = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)
WORDS = st.sampled_from(["MOVE", "add", "From", "Service"])


@given(st.tuples(AROUND, WORDS, AROUND).map("".join))
@example("1MOVE")
@example("?FROM ?a")
def test_what_is_looked_for_first_leaves_no_word_out_that_is_looked_for(text: str) -> None:
    words = {token.text.upper() for token in tokens(text) if token.kind == "word"}
    assert stores._SUSPECT.search(text) or not (words & {*stores.UPDATES} or [*calls(text, "SERVICE")])
    assert stores._FROM.search(text) or "FROM" not in words


def test_from_never_touches_the_network_or_the_disk(store: LocalStore) -> None:
    for address in ("http://127.0.0.1:9/x.ttl", "file:///etc/hostname"):
        assert select(store, f"SELECT * FROM <{address}> WHERE {{ ?s ?p ?o }}").rows == ()


@pytest.mark.parametrize("said", ['FILTER(?o != "from")', "# from\n", "OPTIONAL { ?s <http://e/from> ?from }"])
def test_the_word_from_in_a_string_comment_or_name_names_no_graph(store: LocalStore, said: str) -> None:
    assert len(select(store, f"SELECT * WHERE {{ ?s ?p ?o {said} }}").rows) == 2


def test_from_narrows_the_query_to_the_graphs_it_names(store: LocalStore) -> None:
    assert len(select(store, "SELECT * FROM <http://e/g> WHERE { ?s ?p ?o }").rows) == 2


def test_a_wrong_form_of_query_is_named(store: LocalStore) -> None:
    with pytest.raises(QueryError, match="no SELECT"):
        select(store, "ASK {}")
    with pytest.raises(QueryError, match="does not construct"):
        construct(store, "ASK {}")


def test_a_syntax_error_has_line_and_column(store: LocalStore) -> None:
    with pytest.raises(QueryError) as caught:
        store.query("SELECT *\nWHERE { ?s ?p }")
    assert str(caught.value).startswith("query:2:")


def test_a_file_that_is_not_turtle_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text("<http://e/a> <http://e/p> 1 .\n<http://e/a> <http://e/p>\n")
    with pytest.raises(TurtleError) as caught:
        load(ox.Store(), file, "http://e/g")
    assert caught.value.place is not None
    assert caught.value.place.line in (2, 3)


def test_a_missing_file_is_a_project_error(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no such file"):
        load(ox.Store(), tmp_path / "none.ttl", "http://e/g")


def test_a_cache_is_made_anew_after_a_changed_rule_and_a_renamed_file_but_not_after_a_question(
    own_project: Path,
) -> None:
    project, states = Project.at(own_project), list[str]()
    file, rule = own_project / "graph" / "x.ttl", next((own_project / "queries" / "rules").glob("*.rq"))
    write_atomically(file, "<http://e/a> <http://e/p> 1 .\n")
    states.append(fingerprint(project))
    file.rename(file.with_name("y.ttl"))
    states.append(fingerprint(project))
    rule.write_text(rule.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    states.append(fingerprint(project))
    write_atomically(own_project / "queries" / "q.rq", "SELECT * { ?s ?p ?o }")
    states.append(fingerprint(project))
    assert len(set(states)) == 3
    assert states[2] == states[3]


class _Odd(BaseHTTPRequestHandler):
    """A server that answers, but not as a SPARQL endpoint does."""

    def do_POST(self) -> None:
        if self.path[1:].isdigit():
            self.send_error(int(self.path[1:]))
            return
        kind, body = {
            "/page": ("text/html", b"<p>welcome</p>"),
            "/broken": ("application/sparql-results+json", b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":'),
            "/empty": ("application/sparql-results+json", b""),
        }[self.path]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        del format, args


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr("pan2kg.store.remote.WAITS", (0.0,))  # a busy endpoint is asked again, here at once
    server = HTTPServer(("127.0.0.1", 0), _Odd)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["/page", "/broken", "/empty"])
def test_an_answer_that_is_none_is_an_endpoint_error(odd: str, path: str) -> None:
    with pytest.raises(EndpointError, match="Check the address"):
        RemoteStore(odd + path).query("SELECT * WHERE { ?s ?p ?o }")


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_a_refusal_says_its_http_status(odd: str, status: int) -> None:
    with pytest.raises(EndpointError, match=rf"The endpoint refuses \(HTTP {status}"):
        RemoteStore(f"{odd}/{status}").query("SELECT * WHERE { ?s ?p ?o }")


def test_who_asks_an_endpoint_leaves_urllib_as_it_was(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib.request._opener", None)
    assert bool(RemoteStore(endpoint).query("ASK {}"))
    assert urllib.request._opener is None  # type: ignore[attr-defined]  # set by install_opener


def test_an_endpoint_says_what_is_wrong_with_a_query(endpoint: str) -> None:
    with pytest.raises(QueryError, match="finds the query faulty"):
        RemoteStore(endpoint).query("SELECT")


def test_an_endpoint_gives_triples_and_booleans(endpoint: str) -> None:
    store = RemoteStore(endpoint)
    assert bool(store.query("ASK { ?s ?p ?o }"))
    assert len(construct(store, "CONSTRUCT { <http://e/a> <http://e/p> 'é' } {}")) == 1


def test_a_dump_is_sorted_whatever_the_order_statements_came_in() -> None:
    lines = [f"<http://e/{name}> <http://e/p> <http://e/o> <http://e/g> .\n".encode() for name in "mzbkxa"]
    for order in (lines, lines[::-1]):
        inner = ox.Store()
        for line in order:
            inner.load(line, format=ox.RdfFormat.N_QUADS)
        assert dump(LocalStore(inner), "nquads", {}).splitlines(keepends=True) == sorted(lines)
