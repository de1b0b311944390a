"""What derived links add to the counts and examples of the documentation is what a store that holds them counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import pan2kg
from pan2kg.site import ontology as ontology_use
from pan2kg.site.ontology import Ontology, read_ontology
from pan2kg.turtle.vocabulary import PAN

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.fixture(scope="module")
def waiting(few: pan2kg.Graph) -> pan2kg.Graph:
    """A few plans, whose derived links nobody has asked for yet."""
    return pan2kg.open_graph(few.project.root)


@pytest.fixture(scope="module")
def counted(waiting: pan2kg.Graph) -> Mapping[str, Ontology]:
    """The ontology as counted from the view, then from the store that holds all links."""
    viewed = read_ontology(waiting.project, waiting.store, waiting.links)
    assert waiting.held.waiting, "the links were made, though their view was there"
    waiting.held.complete()
    return {"viewed": viewed, "held": read_ontology(waiting.project, waiting.store, waiting.links)}


def test_what_is_counted_of_links_that_are_not_held_is_what_a_store_counts(counted: Mapping[str, Ontology]) -> None:
    viewed, held = counted["viewed"], counted["held"]
    uses = [{term.iri: term.use for term in one.terms} for one in (viewed, held)]
    assert uses[0][PAN + "linkedTo"].number > 0
    assert uses[0] == uses[1]
    assert viewed.schemes == held.schemes
    assert viewed.vocabularies == held.vocabularies


def test_examples_are_the_same_as_well(counted: Mapping[str, Ontology]) -> None:
    examples = [{term.iri: term.example for term in counted[name].terms} for name in ("viewed", "held")]
    assert examples[0][PAN + "linkedTo"], "a property that only rules state has an example"
    assert examples[0] == examples[1]


def test_links_that_come_into_the_store_meanwhile_are_counted_once(waiting: pan2kg.Graph) -> None:
    asked: list[ontology_use.Counts] = []
    graph = pan2kg.open_graph(waiting.project.root)

    def make(counts: ontology_use.Counts) -> int:
        asked.append(counts)
        graph.held.complete()
        return counts.tallied("counts/classes")[(PAN + "Link",)]

    number = ontology_use.counted(graph.store, graph.links, make)
    assert [bool(counts.links) for counts in asked] == [True, False]
    assert number == ontology_use.Counts(graph.store).tallied("counts/classes")[(PAN + "Link",)]
