"""Whatever a user types stays a value: it never becomes part of a query or of a file's syntax."""

from __future__ import annotations

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

import pan2kg
from pan2kg.errors import QueryError
from pan2kg.project import Project
from pan2kg.store.queries import Parameter, Query, fill
from pan2kg.store.store import LocalStore, select
from pan2kg.tables.writers import write_answer
from pan2kg.turtle.writer import Block, Statement, string, subjects, text, tokens, write_turtle

VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
HOSTILE = st.one_of(VALUES, st.sampled_from(['"', "\\", '" } # ', "'''", '"@fr . } UNION { ?s ?p ?o', "\r\n\\u0022"]))
EMPTY = LocalStore(ox.Store())
ECHO = Query(
    "echo",
    "t",
    'SELECT ?value WHERE {\n    BIND("x" AS ?value)  # parameter: a value\n}',
    "echo.rq",
    {},
    (Parameter("value", '"x"', "a value"),),
)


@given(HOSTILE)
def test_a_literal_parameter_comes_back_as_it_was_typed(value: str) -> None:
    filled = fill(ECHO, {"value": value}, store=EMPTY, project=Project.packaged())
    assert select(EMPTY, filled).values("value") == [value]


@given(HOSTILE)
def test_an_iri_parameter_is_an_iri_or_refused(value: str) -> None:
    query = Query(
        "q", "t", ECHO.text.replace('"x"', "<http://e/x>"), "q.rq", {}, (Parameter("value", "<http://e/x>", ""),)
    )
    try:
        filled = fill(query, {"value": value}, store=EMPTY, project=Project.packaged())
        rows = select(EMPTY, filled).rows
    except QueryError:
        return
    assert len(rows) == 1
    assert isinstance(rows[0][0], ox.NamedNode)


@given(HOSTILE, st.sampled_from(["fr", "en", "lb"]))
def test_a_written_text_is_read_back(value: str, language: str) -> None:
    block = Block("plan:x", (Statement("a", "pan:Plan"), Statement("skos:prefLabel", text(value, language))))
    names = {"plan": "http://p/", "pan": "http://o#", "skos": "http://s#"}
    written = write_turtle([block], names)
    (quad,) = [q for q in ox.parse(written.encode(), format=ox.RdfFormat.TURTLE) if isinstance(q.object, ox.Literal)]
    assert (quad.object.value, quad.object.language) == (value, language)
    assert list(subjects(written)) == [("http://p/x", 5)]


@given(VALUES)
def test_no_text_is_lost_between_tokens(value: str) -> None:
    found = list(tokens(value))
    kept = "".join(token.text for token in found)
    assert kept == "".join(value.split()) or kept.split() == "".join(kept).split()
    assert all(value[token.start : token.start + len(token.text)] == token.text for token in found)


@given(HOSTILE)
def test_a_markdown_cell_stays_one_cell(value: str) -> None:
    solutions = EMPTY.query(f"SELECT ?a ?b WHERE {{ VALUES (?a ?b) {{ ({string(value)} 1) }} }}")
    lines = write_answer(solutions, "md").removesuffix("\n").split("\n")
    assert len(lines) == 3
    assert lines[2].replace("\\\\", "").replace("\\|", "").count("|") == 3


def test_the_graph_is_asked_with_a_hostile_language(graph: pan2kg.Graph) -> None:
    rows = graph.ask("actions-of-plan", language='fr" } INSERT').rows
    assert len(rows) == 20
