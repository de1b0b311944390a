"""The description of the graph at its well-known address: counted by queries, the same as a release counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

import pan2kg
from pan2kg.graph.dataset import own_profile, read_profiles
from pan2kg.publish import descriptions as statistics
from pan2kg.publish.dump import read_content
from pan2kg.publish.edition import Addresses
from pan2kg.server.dereference import Answer, Call
from pan2kg.server.linked_data import PATH, VoidStatistics, count
from pan2kg.server.refusal import Refusal
from pan2kg.turtle.vocabulary import ROOT

if TYPE_CHECKING:
    from tests.server.dereference.conftest import Client, Headers

VOID = "http://rdfs.org/ns/void#"
MEDIA = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")


@pytest.fixture(scope="module")
def void_statistics(few: pan2kg.Graph) -> VoidStatistics:
    return VoidStatistics(few.project)


def ask(void_statistics: VoidStatistics, client: Client, accept: str = "", condition: str = "") -> Answer:
    call = Call(PATH, accept=accept, condition=condition, place="https://data.example/pan/")
    got = void_statistics.answer(call, client.source)
    assert isinstance(got, Answer), got
    return got


def test_queries_count_what_a_release_counts(few: pan2kg.Graph) -> None:
    local = few.held
    targets = statistics.targets_of(own_profile(read_profiles(local), None))
    released = statistics.count(read_content(local, Addresses())[1].triples, ROOT, targets)
    served = count(local)
    for name in ("triples", "subjects", "objects", "properties", "classes", "links"):
        assert getattr(served, name) == getattr(released, name), name


def test_it_is_one_graph_in_each_format(
    void_statistics: VoidStatistics, few_shipped: Client, canonical: Callable[[bytes, str], str]
) -> None:
    assert len({canonical(ask(void_statistics, few_shipped, media).body, media) for media in MEDIA}) == 1


def test_it_says_where_the_data_are(
    void_statistics: VoidStatistics, few_shipped: Client, statements: Callable[[bytes], set[tuple[str, str, str]]]
) -> None:
    said = statements(ask(void_statistics, few_shipped).body)
    dataset = ROOT + "dataset"
    assert (dataset, VOID + "sparqlEndpoint", "https://data.example/pan/sparql") in said
    assert (dataset, VOID + "dataDump", "https://data.example/pan/data/pan2kg.nq.gz") in said
    assert any(p == VOID + "classPartition" for _, p, _ in said)


def test_it_is_asked_for_again_by_its_etag(
    void_statistics: VoidStatistics, few_shipped: Client, headers: Headers
) -> None:
    tag = headers(ask(void_statistics, few_shipped))["etag"]
    assert ask(void_statistics, few_shipped, condition=tag).status == 304
    assert headers(ask(void_statistics, few_shipped, "application/ld+json"))["etag"] != tag


def test_what_cannot_be_had_is_a_406(void_statistics: VoidStatistics, few_shipped: Client) -> None:
    got = void_statistics.answer(Call(PATH, accept="text/html"), few_shipped.source)
    assert isinstance(got, Refusal)
    assert got.status == 406


def test_a_graph_that_does_not_say_what_it_is_has_no_description(retiring: Client) -> None:
    got = VoidStatistics(retiring.pages.site.site_context.graph.project).answer(Call(PATH), retiring.source)
    assert isinstance(got, Refusal)
    assert (got.status, "dcterms:title" in got.sentence) == (404, True)
