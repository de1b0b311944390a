"""What kind of thing a parameter names."""

from __future__ import annotations

import pytest

import pan2kg
from pan2kg.errors import QueryError
from pan2kg.store.queries import KINDS, PLAIN, read_queries
from pan2kg.turtle.vocabulary import PAN


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
