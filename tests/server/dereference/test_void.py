"""The description of the graph at its well-known address: counted by queries, the same as a release counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import pan2kg
from pan2kg.graph.dataset import own_profile, read_profiles
from pan2kg.publish import descriptions as statistics
from pan2kg.publish.edition import Addresses
from pan2kg.publish.folder import read_content
from pan2kg.server.documents import Call
from pan2kg.server.linked_data import VOID_PATH, VoidDescription, count
from pan2kg.server.protocol import RefusalError
from pan2kg.turtle.vocabulary import ROOT
from tests.server.conftest import Reply
from tests.server.dereference.conftest import canonical, reply_of, statements

if TYPE_CHECKING:
    from tests.server.dereference.conftest import Client

VOID = "http://rdfs.org/ns/void#"
MEDIA = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")


def ask(client: Client, accept: str = "", condition: str = "") -> Reply:
    call = Call(VOID_PATH, accept=accept, condition=condition, place="https://data.example/pan/")
    project = client.pages.site.site_context.graph.project
    return reply_of(VoidDescription(project, client.source).answer(call))


def test_queries_count_what_a_release_counts(few: pan2kg.Graph) -> None:
    local = few.held
    targets = statistics.targets_of(own_profile(read_profiles(local), None))
    released = statistics.count(read_content(local, Addresses())[1].triples, ROOT, targets)
    served = count(local)
    for name in ("triples", "subjects", "objects", "properties", "classes", "links"):
        assert getattr(served, name) == getattr(released, name), name


def test_it_is_one_graph_in_each_format_says_where_the_data_are_and_has_an_etag(
    few_shipped: Client,
) -> None:
    assert len({canonical(ask(few_shipped, media).body, media) for media in MEDIA}) == 1
    reply = ask(few_shipped)
    said, dataset = statements(reply.body), ROOT + "dataset"
    assert (dataset, VOID + "sparqlEndpoint", "https://data.example/pan/sparql") in said
    assert (dataset, VOID + "dataDump", "https://data.example/pan/data/pan2kg.nq.gz") in said
    assert any(p == VOID + "classPartition" for _, p, _ in said)
    assert ask(few_shipped, condition=reply.headers["etag"]).status == 304
    assert ask(few_shipped, "application/ld+json").headers["etag"] != reply.headers["etag"]


def test_what_cannot_be_had_is_refused(few_shipped: Client, retiring: Client) -> None:
    with pytest.raises(RefusalError) as caught:
        ask(few_shipped, "text/html")
    assert caught.value.status == 406
    with pytest.raises(RefusalError) as caught:
        ask(retiring)
    assert (caught.value.status, "dcterms:title" in caught.value.sentence) == (404, True)
