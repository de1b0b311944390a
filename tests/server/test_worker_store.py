"""What pages read of workers comes as tab-separated values: every term must be the one the store holds."""

from __future__ import annotations

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

XSD = "http://www.w3.org/2001/XMLSchema#"
HELD = ox.QueryResultsFormat.TSV
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        ["", "1", "+1", "01", "1.", ".5", "1e3", "true", "TRUE", "\t", "\r\n", '"', "\\", "<x>", "_:b", "@en"]
    ),
)
TERMS = st.one_of(
    st.builds(ox.Literal, TEXTS),
    st.builds(lambda text: ox.Literal(text, language="fr-lu"), TEXTS),
    st.builds(
        lambda text, kind: ox.Literal(text, datatype=ox.NamedNode(XSD + kind)),
        TEXTS,
        st.sampled_from(["integer", "decimal", "double", "boolean", "date", "gYear", "string", "anyURI"]),
    ),
    st.sampled_from([ox.NamedNode("http://e/é?a=b#c"), ox.NamedNode("urn:x"), ox.BlankNode("b")]),
)


@given(st.lists(TERMS, max_size=5))
def test_every_term_of_an_answer_survives_the_way_from_a_worker(terms: list[ox.Literal]) -> None:
    store = ox.Store()
    for number, term in enumerate(terms):
        store.add(ox.Quad(ox.NamedNode(f"http://e/{number}"), ox.NamedNode("http://e/p"), term))
    text = "SELECT ?s ?o ?none { ?s ?p ?o OPTIONAL { ?s <http://e/none> ?none } } ORDER BY ?s"
    found, held = store.query(text), store.query(text)
    assert isinstance(found, ox.QuerySolutions)
    assert isinstance(held, ox.QuerySolutions)
    sent = found.serialize(format=HELD)
    assert sent is not None
    rows = ox.parse_query_results(sent, format=HELD)
    assert isinstance(rows, ox.QuerySolutions)
    assert [tuple(row) for row in rows] == [tuple(row) for row in held]
