"""What a user types for a parameter: names that mean one thing, two or none, in any case, and plain values."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.errors import QueryError
from pan2kg.project import Project
from pan2kg.store.queries import Parameter, Query, fill, find_thing
from pan2kg.store.store import LocalStore, select

TWINS = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<http://e/b> skos:prefLabel "Élan"@fr, "Momentum"@en .
<http://e/a> skos:prefLabel "élan"@fr .
<http://e/c> skos:prefLabel "PAN\u00a02"@fr ; dcterms:identifier "pan" .
<http://e/d> dcterms:identifier "PAN" .
"""


@pytest.fixture
def twins() -> LocalStore:
    """Two things of one label, and two whose keys differ by case alone."""
    store = ox.Store()
    store.load(TWINS, format=ox.RdfFormat.TURTLE)
    return LocalStore(store)


@pytest.mark.parametrize("typed", ["Élan", "élan", "ÉLAN"])
def test_a_label_of_two_things_is_refused_and_both_are_named_in_order(twins: LocalStore, typed: str) -> None:
    with pytest.raises(QueryError, match=f"« {typed} » may mean http://e/a or http://e/b. Give the IRI."):
        find_thing(typed, twins, Project.packaged())


def test_of_many_things_the_first_by_address_are_named() -> None:
    store = ox.Store()
    for name in "hcfbgdea":
        store.load(f'<http://e/{name}> <http://purl.org/dc/terms/identifier> "x" .', format=ox.RdfFormat.TURTLE)
    with pytest.raises(QueryError, match=r"may mean http://e/a or http://e/b or http://e/c\. Give the IRI"):
        find_thing("x", LocalStore(store), Project.packaged())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("momentum", "b"),
        ("MOMENTUM", "b"),
        ("pan 2", "c"),
        ("PAN\u00a02", "c"),
        ("pan", "c"),
        ("PAN", "d"),
    ],
)
def test_a_label_means_its_thing_in_any_case_and_a_key_as_it_is_written(
    twins: LocalStore, typed: str, meant: str
) -> None:
    assert find_thing(typed, twins, Project.packaged()) == f"http://e/{meant}"


def test_a_label_of_the_shipped_graph_is_found_in_any_case(graph: pan2kg.Graph) -> None:
    typed = "Communicating and raising awareness"
    for one in (typed, typed.lower(), typed.upper(), typed.replace(" ", "\u00a0")):
        assert find_thing(one, graph.store, graph.project) == "https://w3id.org/pan2kg/id/action/lu-bhr-2-1-1"


def filled(default: str, value: str) -> str:
    text = f"SELECT ?x WHERE {{\n    BIND({default} AS ?x)  # parameter: whether\n}}"
    query = Query("q", "t", text, "q.rq", {}, (Parameter("x", default, "whether"),))
    return fill(query, {"x": value}, store=LocalStore(ox.Store()), project=Project.packaged())


@pytest.mark.parametrize("default", ["true", "false"])
@pytest.mark.parametrize("value", ["true", "false"])
def test_a_boolean_is_put_in_as_it_is_said(default: str, value: str) -> None:
    (found,) = select(LocalStore(ox.Store()), filled(default, value)).rows[0]
    assert str(found) == f'"{value}"^^<http://www.w3.org/2001/XMLSchema#boolean>'


@pytest.mark.parametrize("value", ["False", "0", "no", "", "true ", "falsehood"])
def test_what_is_no_boolean_is_refused(value: str) -> None:
    with pytest.raises(QueryError, match="takes a value such as true, not"):
        filled("true", value)


@pytest.mark.parametrize("value", ["0", "-12", "+3", "2.50"])
def test_a_number_is_put_in_as_it_is_said(value: str) -> None:
    (found,) = select(LocalStore(ox.Store()), filled("1", value)).rows[0]
    assert isinstance(found, ox.Literal)
    assert float(found.value) == float(value)


@pytest.mark.parametrize("value", ["", "1e3", "0x1", "1,5", "twelve", "--1"])
def test_what_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(QueryError, match="takes a value such as 1, not"):
        filled("1", value)


def test_a_text_keeps_the_language_of_the_default() -> None:
    (found,) = select(LocalStore(ox.Store()), filled('"loi"@fr', "acte")).rows[0]
    assert str(found) == '"acte"@fr'


@pytest.mark.parametrize("typed", ["plan:a b", "plan:a> . <http://e/b", 'plan:"'])
def test_a_prefixed_name_that_is_none_is_looked_for_as_a_label(twins: LocalStore, typed: str) -> None:
    with pytest.raises(QueryError, match="Nothing in the graph is called"):
        find_thing(typed, twins, Project.packaged())


def test_a_parameter_that_is_spelled_wrong_is_answered_with_the_nearest() -> None:
    text = "SELECT ?plan WHERE {\n    BIND(<http://e/x> AS ?plan)  # parameter: a plan\n}"
    query = Query("q", "t", text, "q.rq", {}, (Parameter("plan", "<http://e/x>", "a plan"),))
    for typed, remedy in (("plans", r"Did you mean plan\?"), ("zzz", "plan")):
        with pytest.raises(QueryError, match=remedy):
            fill(query, {typed: "x"}, store=LocalStore(ox.Store()), project=Project.packaged())
