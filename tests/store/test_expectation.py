"""What kind of thing a parameter names."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.errors import QueryError
from pan2kg.project import Project
from pan2kg.store.queries import KINDS, PLAIN, Parameter, Query, fill, read_queries, refuse_other_kind
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import ID, PAN


def test_every_parameter_of_a_stored_question_says_its_kind(graph: pan2kg.Graph) -> None:
    found = {
        (name, one.name): one.kinds for name, query in read_queries(graph.project).items() for one in query.parameters
    }
    assert len(found) >= 25
    assert all(kinds and set(kinds) <= {*KINDS, *PLAIN} for kinds in found.values())
    assert found["affected-by-instrument", "language"] == ("language",)
    assert found["loss-if-dropped", "action"] == ("action",)


@pytest.mark.parametrize(("kind", "above"), [("instrument", "Instrument"), ("body", "Organisation")])
def test_every_class_below_a_kind_is_known(graph: pan2kg.Graph, kind: str, above: str) -> None:
    rows = graph.sparql(
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
        f"SELECT ?class {{ ?class rdfs:subClassOf* <{PAN}{above}> }}"
    ).rows
    assert {row["class"].removeprefix(PAN) for row in rows} <= KINDS[kind]


@pytest.mark.parametrize("value", ["https://w3id.org/pan2kg/ontology#any", "lu-bhr-2"])
def test_what_restricts_nothing_and_what_fits_are_taken(graph: pan2kg.Graph, value: str) -> None:
    assert len(graph.ask("shared-instruments", only_plan=value)) > 0


def test_a_category_given_for_a_plan_is_refused_by_its_class(graph: pan2kg.Graph) -> None:
    with pytest.raises(QueryError, match=r"is a category, and --plan takes a plan\. Name a plan"):
        graph.ask("actions-of-plan", plan="https://w3id.org/pan2kg/id/category/lu-bhr-2-4")


def asked(default: str, kind: str, value: str) -> str:
    """A question of one parameter with a value put in."""
    text = f"SELECT ?x WHERE {{\n    BIND({default} AS ?x)  # parameter: a value\n}}"
    query = Query("q", "t", text, "q.rq", {}, (Parameter("x", default, "a value", {}, (kind,)),))
    return fill(query, {"x": value}, store=LocalStore(ox.Store()), project=Project.packaged())


def test_a_day_is_put_in_as_it_is_said() -> None:
    assert 'BIND("2022-06-30"^^xsd:date AS ?x)' in asked('"2020-01-31"^^xsd:date', "day", "2022-06-30")


@pytest.mark.parametrize("value", ["", "30/06/2022", "2022-6-30", "2022-02-30", "20220630", "yesterday"])
def test_what_is_no_day_is_refused(value: str) -> None:
    with pytest.raises(QueryError, match="takes a value such as"):
        asked('"2020-01-31"^^xsd:date', "day", value)


def test_a_text_may_be_anything() -> None:
    assert 'BIND("30/06" AS ?x)' in asked('"x"', "text", "30/06")


def test_a_question_that_says_no_kind_takes_any_thing(graph: pan2kg.Graph) -> None:
    text = "SELECT ?x WHERE {\n    BIND(plan:lu-bhr-2 AS ?x)  # parameter: a plan\n}"
    query = Query("q", "t", text, "q.rq", {}, (Parameter("x", "plan:lu-bhr-2", "a plan"),))
    assert "body/maee>" in fill(query, {"x": "maee"}, store=graph.store, project=graph.project)


def test_a_thing_of_one_of_several_kinds_is_taken(graph: pan2kg.Graph) -> None:
    refuse_other_kind(f"{ID}plan/lu-bhr-2", ("action", "plan"), option="of", store=graph.store)


def test_a_plan_given_for_an_action_is_told_where_its_actions_are(graph: pan2kg.Graph) -> None:
    with pytest.raises(QueryError) as caught:
        refuse_other_kind(f"{ID}plan/lu-bhr-2", ("action",), option="action", store=graph.store)
    assert "pan2kg ask actions-of-plan --plan lu-bhr-2" in str(caught.value)


def test_an_action_given_for_a_plan_is_told_its_plan(graph: pan2kg.Graph) -> None:
    with pytest.raises(QueryError, match=r"takes a plan\. .*lu-bhr-2\b"):
        refuse_other_kind(f"{ID}action/lu-bhr-2-4-3", ("plan",), option="plan", store=graph.store)
