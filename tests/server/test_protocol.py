"""What a request asks for, before anything is evaluated."""

import socket

import pyoxigraph as ox
import pytest
from hypothesis import given, strategies as st

from pan2kg.errors import QueryError
from pan2kg.server import protocol
from pan2kg.server.answering import VOLATILE, inspect_query
from pan2kg.server.protocol import (
    FORM,
    GRAPHS,
    QUERY,
    TABLES,
    UPDATE,
    RefusalError,
    choose,
    read_operation,
)
from pan2kg.store.query_text import refuse_fetching

G = "http://e/g"
# method, what follows the question mark, media type, body; and what that asks for, or the status of
# the refusal
OPERATIONS = [
    ("GET", b"query=ASK%7B%7D", "", b"", ("ASK{}", (), ())),
    ("HEAD", b"query=ASK+%7B%7D", "", b"", ("ASK {}", (), ())),
    ("GET", b"", "", b"", ("", (), ())),
    ("POST", b"", FORM, b"query=ASK%7B%7D", ("ASK{}", (), ())),
    ("POST", b"", f"{FORM}; charset=UTF-8", b"query=ASK%7B%7D", ("ASK{}", (), ())),
    ("POST", b"", QUERY, "ASK{?s ?p 'é'}".encode(), ("ASK{?s ?p 'é'}", (), ())),
    ("POST", b"named-graph-uri=http://e/g", QUERY, b"ASK{}", ("ASK{}", (), (G,))),
    ("POST", b"default-graph-uri=http://e/g", FORM, b"query=ASK%7B%7D", ("ASK{}", (G,), ())),
    ("GET", b"query=ASK%7B%7D&query=ASK%7B%7D", "", b"", 400),
    ("GET", b"update=CLEAR+ALL", "", b"", 403),
    ("GET", b"query=%FF", "", b"", 400),
    ("GET", b"query=ASK%7B%7D&default-graph-uri=relative", "", b"", 400),
    ("GET", b"query=ASK%7B%7D&using-graph-uri=http://e/g", "", b"", 400),
    ("POST", b"", "", b"query=ASK%7B%7D", 415),
    ("POST", b"", "text/plain", b"ASK {}", 415),
    ("POST", b"", "multipart/form-data; boundary=x", b"", 415),
    ("POST", b"", f"{QUERY}; charset=UTF-16", "ASK {}".encode("utf-16"), 415),
    ("POST", b"", QUERY, b"\xff", 400),
    ("POST", b"query=ASK%7B%7D", QUERY, b"ASK {}", 400),
    ("POST", b"", FORM, b"query=ASK%7B%7D&update=CLEAR+ALL", 403),
    ("POST", b"", UPDATE, b"CLEAR ALL", 403),
    ("POST", b"", FORM, b"&".join(b"a=1" for _ in range(3000)), 400),
]


@pytest.mark.parametrize(("method", "address", "media", "body", "expected"), OPERATIONS)
def test_operations_and_refusals(
    method: str, address: bytes, media: str, body: bytes, expected: protocol.Operation | int
) -> None:
    if not isinstance(expected, int):
        assert read_operation(method, address, media, body) == expected
        return
    with pytest.raises(RefusalError) as caught:
        read_operation(method, address, media, body)
    assert (caught.value.status, caught.value.sentence[-1] in ".…") == (expected, True)
    assert (expected == 403) is ("pan2kg load --endpoint" in caught.value.sentence), (
        "an update belongs elsewhere"
    )


@given(
    st.sampled_from(["GET", "POST", "HEAD"]),
    st.binary(),
    st.sampled_from(["", FORM, QUERY, UPDATE]),
    st.binary(),
)
def test_no_request_at_all_is_more_than_refused(
    method: str, address: bytes, media: str, body: bytes
) -> None:
    refusal = None
    try:
        read_operation(method, address, media, body)
    except RefusalError as error:
        refusal = error
    assert refusal is None or RefusalError.unpack(refusal.pack()).body() == refusal.body()


TAKEN = [
    "SELECT * { ?service ?load 'SERVICE <http://e/>' }",
    "SELECT * { <http://e/SERVICE> <http://e/#INSERT> ?o } # SERVICE <http://e/>",
    "PREFIX service: <http://e/> SELECT * { service:load service:delete ?add }",
    "PREFIX service: <http://e/> SELECT * { { ?s service:load ?o } UNION { ?o a service:b . { ?s ?p ?o } } }",
    "SELECT * { ?s <http://e/#service> ?o FILTER(?o <3 && ?service> 2) }",
    'SELECT * { ?s ?p "\\u0022 SERVICE" }',
]


# each is a call for the engine, however it is written or hidden from who reads the query another
# way
CALLS = [
    "SERVICE<URL>{}", "service silent <URL> {}", "service#\r\n<URL>{}", "OPTIONAL{SERVICEa:b{}}", "SERVICEa:b#>\n{}",
    "SERVICE: {}", "SERVICE:%41{}", "FILTER(1)SERVICESILENT<URL>{}", "SERVICESILENT:a{}", "serviceX:a{}",
    "#\r SERVICE <URL> {} \n", "?s ?p 1 .SERVICE<URL>{}", "?s ?p '''a'b''' . SERVICE<URL>{}",
    "OPTIONAL { ?s <http://e/\\u0041#x> ?o } SERVICE <URL> {}", "OPTIONAL{[]?p[]}service:x{}",
    "OPTIONAL{?s ?p ?o}SERVICE:x{}", "OPTIONAL{?s ?p ?x\u0301GRAPH}SERVICE:x{}",
    "OPTIONAL{?s ?p a:b\u0301\\'}SERVICE<URL>{}#'\n", "OPTIONAL{?s ?p a:b\u3001\\'}SERVICE<URL>{}#'\n",
    "BIND(1<3AS?q)SERVICEa:b#>\n{}", "BIND(1<3AS?q)#>'''\nSERVICE<URL>{}#'''\n",
    "BIND('a'<'''>'''AS?q)SERVICE<URL>{}#'''\n",
]  # fmt: skip


def calling(url: str) -> list[str]:
    return [
        f"PREFIX:<{url}>PREFIX a:<{url}>PREFIX X:<{url}>SELECT*{{{call.replace('URL', url)}}}"
        for call in CALLS
    ]


def test_no_call_of_another_host_is_hidden_and_words_in_names_and_texts_are_no_words() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
        for query in calling(closed):
            if "silent" not in query.lower() and "?s ?p" not in query.partition("OPTIONAL")[0]:
                with pytest.raises(OSError, match="refused"):
                    list(ox.Store().query(query))  # type: ignore[arg-type]
            with pytest.raises(RefusalError) as caught:  # else the query would reach another host
                inspect_query(query, frozenset({"http://e/sparql"}))
            assert (caught.value.status, caught.value.line is None) == (403, False)
            with pytest.raises(QueryError, match="SERVICE is refused"):
                refuse_fetching(query)
    for query in (
        "INSERT DATA { <a> <b> <c> }",
        "LOAD <http://e/>",
        "PREFIX a: <http://e/#> # x\nDELETE WHERE { ?s ?p 1 }",
    ):
        with pytest.raises(RefusalError):
            inspect_query(query)
    assert not any(map(inspect_query, TAKEN))
    assert inspect_query("SELECT * FROM <http://e/g> { ?s ?p ?o }")
    assert VOLATILE.search("SELECT (rand() AS ?n) {}")
    assert not VOLATILE.search("SELECT ?now {}")
    query = "SELECT * { SERVICE SILENT <http://e/sparql> { ?s ?p ?o } }"
    assert not inspect_query(query, frozenset({"http://e/sparql"}))


MEDIA = [media for form in (*TABLES, *GRAPHS) for media in form.media]
RANGES = st.sampled_from([*MEDIA, "*/*", "text/*", "application/*", "image/png"])
QUALITIES = st.sampled_from(
    ["", ";q=1", ";q=0", ";q=0.5", ";q=0.001", "; q=0.25", ";charset=utf-8;q=0.7"]
)
HEADERS = st.lists(st.tuples(RANGES, QUALITIES).map("".join), min_size=1).map(", ".join)


@given(HEADERS, st.sampled_from(MEDIA), st.text())
def test_what_is_chosen_is_accepted_most_and_a_type_refused_by_name_never_is(
    header: str, media: str, text: str
) -> None:
    ranges = protocol.read_accept(header)
    choice = choose(header, TABLES)
    best = max(protocol.quality_of(media, ranges) for form in TABLES for media in form.media)
    assert (choice is None) is (best == 0)
    assert choice is None or protocol.quality_of(choice.media, ranges) == best
    choice = choose(f"{media};q=0", TABLES) or choose(
        f"{header.replace(media, 'image/gif')}, {media};q=0", TABLES
    )
    assert choice is None or choice.media != media
    assert all(0 <= quality <= 1 for _, quality, *_ in protocol.read_accept(text))
