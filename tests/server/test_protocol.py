"""What a request asks for, before anything is evaluated."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pan2kg.errors import QueryError
from pan2kg.server.inspection import QueryTraits, add_using, inspect_query, inspect_update
from pan2kg.server.protocol import FORM, QUERY, UPDATE, Operation, read_operation
from pan2kg.server.refusal import Refusal
from pan2kg.store.store import refuse_fetching

G = "http://e/g"


@pytest.mark.parametrize(
    ("method", "address", "media", "body", "expected"),
    [
        ("GET", b"query=ASK%7B%7D", None, b"", Operation("query", "ASK{}")),
        ("HEAD", b"query=ASK+%7B%7D", None, b"", Operation("query", "ASK {}")),
        ("GET", b"", None, b"", Operation("description")),
        ("POST", b"", FORM, b"query=ASK%7B%7D", Operation("query", "ASK{}")),
        ("POST", b"", f"{FORM}; charset=UTF-8", b"query=ASK%7B%7D", Operation("query", "ASK{}")),
        ("POST", b"", QUERY, "ASK{?s ?p 'é'}".encode(), Operation("query", "ASK{?s ?p 'é'}")),
        ("POST", b"named-graph-uri=http://e/g", QUERY, b"ASK{}", Operation("query", "ASK{}", (), (G,))),
        ("POST", b"default-graph-uri=http://e/g", FORM, b"query=ASK%7B%7D", Operation("query", "ASK{}", (G,))),
        ("POST", b"", UPDATE, b"CLEAR ALL", Operation("update", "CLEAR ALL")),
        ("POST", b"", FORM, b"update=CLEAR+ALL&using-graph-uri=http://e/g", Operation("update", "CLEAR ALL", (G,))),
        ("POST", b"using-named-graph-uri=http://e/g", UPDATE, b"CLEAR ALL", Operation("update", "CLEAR ALL", (), (G,))),
    ],
)
def test_operations(method: str, address: bytes, media: str | None, body: bytes, expected: Operation) -> None:
    assert read_operation(method, address, media, body) == expected


@pytest.mark.parametrize(
    ("method", "address", "media", "body", "status"),
    [
        ("PUT", b"query=ASK%7B%7D", None, b"", 405),
        ("DELETE", b"", None, b"", 405),
        ("GET", b"query=ASK%7B%7D&query=ASK%7B%7D", None, b"", 400),
        ("GET", b"update=CLEAR+ALL", None, b"", 400),
        ("GET", b"query=%FF", None, b"", 400),
        ("GET", b"query=ASK%7B%7D&default-graph-uri=relative", None, b"", 400),
        ("GET", b"query=ASK%7B%7D&using-graph-uri=http://e/g", None, b"", 400),
        ("POST", b"", None, b"query=ASK%7B%7D", 415),
        ("POST", b"", "text/plain", b"ASK {}", 415),
        ("POST", b"", "multipart/form-data; boundary=x", b"", 415),
        ("POST", b"", f"{QUERY}; charset=UTF-16", "ASK {}".encode("utf-16"), 415),
        ("POST", b"", QUERY, b"\xff", 400),
        ("POST", b"query=ASK%7B%7D", QUERY, b"ASK {}", 400),
        ("POST", b"", FORM, b"query=ASK%7B%7D&update=CLEAR+ALL", 400),
        ("POST", b"", FORM, b"update=CLEAR+ALL&update=CLEAR+ALL", 400),
        ("POST", b"", FORM, b"update=CLEAR+ALL&default-graph-uri=http://e/g", 400),
        ("POST", b"", FORM, b"&".join(b"a=1" for _ in range(3000)), 400),
    ],
)
def test_refusals(method: str, address: bytes, media: str | None, body: bytes, status: int) -> None:
    refusal = read_operation(method, address, media, body)
    assert isinstance(refusal, Refusal)
    assert refusal.status == status
    assert refusal.sentence.endswith((".", "…"))


@given(st.sampled_from(["GET", "POST", "HEAD"]), st.binary(), st.sampled_from([None, FORM, QUERY, UPDATE]), st.binary())
def test_no_request_at_all_raises(method: str, address: bytes, media: str | None, body: bytes) -> None:
    assert isinstance(read_operation(method, address, media, body), Operation | Refusal)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://e/> { ?s ?p ?o } }",
        "select * { service silent <http://e/> { ?s ?p ?o } }",
        "SELECT * { OPTIONAL { ?s <http://e/\\u0041#x> ?o } SERVICE <http://e/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p 'a # b' . SERVICE ?x { ?s ?p ?o } }",
        "SELECT * { ?s ?p '''a'b''' . SERVICE<http://e/>{} }",
        "ASK { ?s ?p 1SERVICE <http://e/> {} }",
        "INSERT DATA { <a> <b> <c> }",
        "LOAD <http://e/>",
        "PREFIX a: <http://e/#> # nothing\nDELETE WHERE { ?s ?p ?o }",
    ],
)
def test_what_a_query_may_not_say(query: str) -> None:
    refusal = inspect_query(query)
    assert isinstance(refusal, Refusal)
    assert refusal.status == 403
    assert refusal.line


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?service ?load 'SERVICE <http://e/>' }",
        "SELECT * { <http://e/SERVICE> <http://e/#INSERT> ?o } # SERVICE <http://e/>",
        "PREFIX service: <http://e/> SELECT * { service:load service:delete ?add }",
        "PREFIX service: <http://e/> SELECT * { { ?s service:load ?o } UNION { ?o a service:b . { ?s ?p ?o } } }",
        "SELECT * { ?s <http://e/#service> ?o FILTER(?o <3 && ?service> 2) }",
        'SELECT * { ?s ?p "\\u0022 SERVICE" }',
    ],
)
def test_words_in_names_and_texts_are_no_words(query: str) -> None:
    assert inspect_query(query) == QueryTraits()


CALLS = [
    "SERVICE<$u>{}",
    "service#\r\n<$u>{}",
    "OPTIONAL{SERVICEa:b{}}",
    "SERVICEa:b#>\n{}",
    "SERVICE: {}",
    "SERVICE:%41{}",
    "OPTIONAL{[]?p[]}service:x{}",
    "OPTIONAL{?s ?p ?o}SERVICE:x{}",
    "OPTIONAL{?s ?p ?x\u0301GRAPH}SERVICE:x{}",
    "OPTIONAL{?s ?p a:b\u0301\\'}SERVICE<$u>{}#'\n",
    "OPTIONAL{?s ?p a:b\u3001\\'}SERVICE<$u>{}#'\n",
    "BIND(1<3AS?q)SERVICEa:b#>\n{}",
    "BIND(1<3AS?q)#>'''\nSERVICE<$u>{}#'''\n",
    "BIND('a'<'''>'''AS?q)SERVICE<$u>{}#'''\n",
]
"""Each is a call for the engine, however it is written or hidden from who reads the query another way."""


@pytest.mark.parametrize("call", CALLS)
def test_no_call_of_another_host_is_hidden(call: str, closed: str) -> None:
    query = f"PREFIX:<{closed}>PREFIX a:<{closed}>SELECT*{{{call.replace('$u', closed)}}}"
    with pytest.raises(OSError, match="refused"):
        list(ox.Store().query(query))  # type: ignore[arg-type]
    refusal = inspect_query(query, frozenset({"http://e/sparql"}))
    assert isinstance(refusal, Refusal), "the query would reach another host; lexer.calls must tell"
    assert inspect_update(query.replace("SELECT*", "INSERT{}WHERE"))
    with pytest.raises(QueryError, match="SERVICE is refused"):
        refuse_fetching(query)


@pytest.fixture
def closed() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/"


@pytest.mark.parametrize("update", ["LOAD<http://e/>", "LOADa:b", "load silent <http://e/>", "LOAD: INTO GRAPH :g"])
def test_an_update_that_loads_is_refused_however_it_is_written(update: str) -> None:
    assert inspect_update(f"CLEAR ALL;{update}")


def test_a_query_that_names_its_graphs_and_one_that_never_answers_twice_the_same() -> None:
    assert inspect_query("SELECT * FROM <http://e/g> { ?s ?p ?o }") == QueryTraits(own_dataset=True)
    assert inspect_query("SELECT (rand() AS ?n) {}") == QueryTraits(volatile=True)


def test_a_service_that_is_allowed_by_its_address() -> None:
    query = "SELECT * { SERVICE SILENT <http://e/sparql> { ?s ?p ?o } }"
    assert inspect_query(query, frozenset({"http://e/sparql"})) == QueryTraits()
    assert isinstance(inspect_query(query, frozenset({"http://e/other"})), Refusal)


def test_an_update_may_not_fetch() -> None:
    assert inspect_update("INSERT DATA { <a> <b> 'LOAD' }") is None
    assert inspect_update("PREFIX load: <http://e/> INSERT DATA { load:a load:b load:c }") is None
    refusal = inspect_update("INSERT { <a> <b> ?c } WHERE { SERVICE <http://e/> { ?a ?b ?c } }")
    assert refusal
    assert refusal.status == 403


def test_using_goes_before_the_where_of_every_operation() -> None:
    update = "INSERT DATA { <a> <b> 'WHERE' } ; DELETE { ?s ?p ?o } WHERE { SELECT * WHERE { ?s ?p ?o } } ; DROP ALL"
    assert add_using(update, (G,), ("http://e/n",)) == update.replace(
        "} WHERE { SELECT", "} USING <http://e/g> USING NAMED <http://e/n> WHERE { SELECT"
    )


@pytest.mark.parametrize("word", ["WITH <g>", "with <g>"])
def test_using_of_the_protocol_and_of_the_update_do_not_go_together(word: str) -> None:
    refusal = add_using(f"{word} DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}", (G,), ())
    assert isinstance(refusal, Refusal)
    assert refusal.status == 400
