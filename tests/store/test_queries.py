"""What a user types for a parameter: things of the right kind, names that mean one thing, values that stay values."""

from functools import partial
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest
from hypothesis import given, strategies as st

import pan2kg
from pan2kg.errors import QueryError
from pan2kg.project import Project
from pan2kg.store.filling import fill, refuse_other_kind
from pan2kg.store.names import find_thing
from pan2kg.store.queries import KINDS, PLAIN, Parameter, Query, read_queries, read_query
from pan2kg.store.store import LocalStore, Store, select
from pan2kg.turtle.vocabulary import ID

EMPTY: Final = LocalStore(ox.Store())
VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
HOSTILE = st.one_of(
    VALUES,
    st.sampled_from(['"', "\\", '" } # ', "'''", '"@fr . } UNION { ?s ?p ?o', "\r\n\\u0022"]),
)
TWINS: Final = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<http://e/b> skos:prefLabel "Élan"@fr, "Momentum"@en .
<http://e/a> skos:prefLabel "élan"@fr .
<http://e/c> skos:prefLabel "PAN\u00a02"@fr ; dcterms:identifier "pan" .
<http://e/d> dcterms:identifier "PAN" .
"""


def filled(default: str, value: str, *kinds: str, store: Store = EMPTY) -> str:
    question = f"SELECT ?x WHERE {{\n    BIND({default} AS ?x)  # parameter: a value\n}}"
    query = Query("q", "t", question, "q.rq", {}, (Parameter("x", default, "a value", {}, kinds),))
    meant = partial(find_thing, store=store, project=Project.packaged())
    return fill(
        query, {"x": value}, store=store, resolve=lambda words, kinds: meant(words, kinds=kinds)
    )


def test_every_parameter_of_a_stored_question_says_its_kind(graph: pan2kg.Graph) -> None:
    queries = read_queries(graph.project).items()
    kinds = {
        (name, parameter.name): parameter.kinds
        for name, query in queries
        for parameter in query.parameters
    }
    assert len(kinds) >= 25
    assert all(several and set(several) <= {*KINDS, *PLAIN} for several in kinds.values())
    assert kinds["affected-by-instrument", "language"] == ("language",)


@pytest.mark.parametrize(
    ("thing", "kind", "words"),
    [
        ("category/lu-bhr-2-4", "plan", r"is a category, and --x takes a plan\. Name a plan"),
        ("plan/lu-bhr-2", "action", "pan2kg ask actions-of-plan --plan lu-bhr-2"),
        ("action/lu-bhr-2-4-3", "plan", r"takes a plan\. .*lu-bhr-2\b"),
    ],
)
def test_a_thing_of_another_kind_is_refused_with_the_remedy(
    graph: pan2kg.Graph, thing: str, kind: str, words: str
) -> None:
    with pytest.raises(QueryError, match=words):
        refuse_other_kind(f"{ID}{thing}", (kind,), option="x", store=graph.store)


@pytest.mark.parametrize(
    ("default", "kind", "value", "written"),
    [
        ('"2020-01-31"^^xsd:date', "day", "2022-06-30", '"2022-06-30"^^xsd:date'),
        ('"x"', "text", "30/06", '"30/06"'),
        ('"loi"@fr', "text", "acte", '"acte"@fr'),
        *[
            (default, "boolean", value, value)
            for default in ("true", "false")
            for value in ("true", "false")
        ],
        *[("1", "number", value, value) for value in ("0", "-12", "+3", "2.50")],
    ],
)
def test_a_value_is_put_in_as_it_is_said(default: str, kind: str, value: str, written: str) -> None:
    assert f"BIND({written} AS ?x)" in filled(default, value, kind)


@pytest.mark.parametrize(
    ("default", "kind", "value"),
    [
        *[
            ('"2020-01-31"', "day", value)
            for value in ("", "30/06/2022", "2022-6-30", "2022-02-30", "20220630")
        ],
        *[("true", "boolean", value) for value in ("False", "0", "no", "", "true ", "falsehood")],
        *[("1", "number", value) for value in ("", "1e3", "0x1", "1,5", "twelve", "--1")],
    ],
)
def test_a_value_that_is_none_is_refused(default: str, kind: str, value: str) -> None:
    with pytest.raises(QueryError, match=f"takes a value such as {default}, not"):
        filled(default, value, kind)


def test_a_label_means_its_thing_in_any_case_and_a_key_as_it_is_written_and_one_of_two_is_refused() -> (
    None
):
    twins = LocalStore(ox.Store())
    twins.inner.load(TWINS, format=ox.RdfFormat.TURTLE)
    for typed, meant in (
        ("momentum", "b"),
        ("MOMENTUM", "b"),
        ("pan 2", "c"),
        ("PAN\u00a02", "c"),
        ("pan", "c"),
        ("PAN", "d"),
    ):
        assert find_thing(typed, twins, Project.packaged()) == f"http://e/{meant}"
    for typed in ("Élan", "élan", "ÉLAN"):
        with pytest.raises(
            QueryError, match=f"« {typed} » may mean http://e/a or http://e/b. Give the IRI."
        ):
            find_thing(typed, twins, Project.packaged())


@given(HOSTILE)
def test_a_literal_parameter_comes_back_as_it_was_typed(value: str) -> None:
    assert select(EMPTY, filled('"x"', value)).values("x") == [value]


@given(HOSTILE)
def test_an_iri_parameter_is_an_iri_or_refused(value: str) -> None:
    try:
        rows = select(EMPTY, filled("<http://e/x>", value)).rows
    except QueryError:
        return
    assert len(rows) == 1
    assert isinstance(rows[0][0], ox.NamedNode)


def test_a_parameter_on_several_lines_is_one_and_all_of_them_take_its_value(tmp_path: Path) -> None:
    file = tmp_path / "q.rq"
    lines = [f'BIND("{default}" AS ?x)  # parameter: a value' for default in ("a", "b")]
    file.write_text("SELECT ?x { {\n" + "\n} UNION {\n".join(lines) + "\n} }", encoding="utf-8")
    query = read_query(file)
    assert [(parameter.name, parameter.default) for parameter in query.parameters] == [("x", '"b"')]
    assert query.with_values({"x": '"c"'}).count('"c"') == 2
