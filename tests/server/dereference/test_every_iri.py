"""Every IRI of the graph answers: it leads to a document that is there, in each form one graph, and to a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

import pan2kg
from pan2kg.graph.labels import read_labels
from pan2kg.server.documents import OFFICIAL, document_of, find_document, find_thing
from pan2kg.store.store import select
from pan2kg.turtle.vocabulary import DCTERMS, GRAPH, PAN, ROOT
from tests.lots import by_lot
from tests.server.dereference.conftest import canonical, iris_of, statements

if TYPE_CHECKING:
    from tests.server.dereference.conftest import Client

MEDIA = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")


def path_of(iri: str) -> str:
    """The path a client asks for: the fragment stays with him."""
    return "/" + iri.removeprefix(ROOT).partition("#")[0]


def by_kind(iris: Iterable[str]) -> dict[str, list[str]]:
    """IRIs by what they are of, as their addresses say it."""
    kinds: dict[str, list[str]] = {}
    for iri in iris:
        steps = iri.removeprefix(ROOT).partition("#")[0].split("/")
        kinds.setdefault("/".join(steps[:2]) if steps[0] in ("id", "graph") else steps[0], []).append(iri)
    return kinds


def sampled(iris: Iterable[str], *, each: int = 3) -> list[str]:
    """The first, the middle and the last IRI of every kind, or the first only."""
    kinds = by_kind(iris).values()
    return sorted({iri for found in kinds for iri in (found[0], found[len(found) // 2], found[-1])[:each]})


def drawn(iris: Iterable[str], each: int) -> list[str]:
    """So many IRIs of every kind, drawn by lot."""
    return [iri for found in by_kind(iris).values() for iri in by_lot(found, each)]


def retired_paths(graph: pan2kg.Graph) -> dict[str, list[str]]:
    """The path of every retired identifier, with those of what replaces it; a deprecated concept has none."""
    query = (
        f"SELECT ?old ?new WHERE {{ {{ ?old a <{PAN}RetiredIdentifier> OPTIONAL {{ ?old <{DCTERMS}isReplacedBy> ?new }}"
        " } UNION { ?old <http://www.w3.org/2002/07/owl#deprecated> true } }"
    )
    found: dict[str, list[str]] = {}
    table = select(graph.store, query)
    for old, new in zip(table.values("old"), table.values("new"), strict=True):
        found.setdefault(path_of(old), []).extend([path_of(new)] if new else [])
    return found


def test_every_iri_leads_to_a_document_that_is_there(
    shipped: Client, own_iris: tuple[str, ...], graph: pan2kg.Graph
) -> None:
    """``If-None-Match: *`` asks whether there is a document, without having it written.

    An identifier that one thing has replaced leads on to that thing, whose own IRI is asked for as any other.
    All that is retired is asked for, and of every kind the first, the middle, the last and twenty drawn by lot.
    """
    paths = set(map(path_of, own_iris))
    retired = retired_paths(graph)
    assert retired.keys() <= paths
    chosen = {path_of(iri) for iri in (*sampled(own_iris), *drawn(own_iris, each=20))}
    for path in sorted(chosen | retired.keys()):
        got = shipped.found(path, condition="*")
        if path.startswith(("/graph/", "/ontology")):
            assert got.status == 304, path
            continue
        if len(retired.get(path, ())) == 1:
            assert (got.status, [unquote(got.headers["location"])]) == (301, retired[path]), path
            assert retired[path][0] in paths
            continue
        if path in retired:
            assert got.status == 410, path
            continue
        assert got.status == 303, path
        document = unquote(got.headers["location"])
        assert shipped.found(document, condition="*").status == 304, document


def test_every_kind_of_iri_is_one_graph_in_each_format(few_shipped: Client, few: pan2kg.Graph) -> None:
    """One of every kind, drawn by lot: of a few plans, since what all name takes seconds to write in each."""
    retired = retired_paths(few)
    chosen = drawn((iri for iri in iris_of(few) if path_of(iri) not in retired), each=1)
    assert len(chosen) > 70
    for iri in chosen:
        document = f"/{document_of(iri)}"
        forms = {canonical(few_shipped.found(document, media).body, media) for media in MEDIA}
        assert len(forms) == 1, f"the formats of {document} differ"
        assert f"<{iri.partition('#')[0]}" in forms.pop() or iri.startswith(GRAPH)


def test_every_kind_of_iri_has_a_page(few_shipped: Client, few: pan2kg.Graph) -> None:
    chosen = sampled(iris_of(few), each=1)
    assert len(chosen) > 70
    for iri in chosen:
        got = few_shipped.found(f"/{document_of(iri)}", "text/html")
        page = few_shipped.pages.page(unquote(got.headers["location"]).removeprefix("/"), {})
        assert page is not None, iri
        assert page.body.startswith(b"<!DOCTYPE html>")


def test_an_iri_is_looked_up_in_an_address(shipped: Client, own_iris: tuple[str, ...]) -> None:
    for iri in sampled(own_iris):
        got = shipped.found(f"/doc?iri={iri.replace('#', '%23')}")
        where, _, fragment = got.headers["location"].partition("#")
        assert unquote(where) == f"/{document_of(iri)}", iri
        assert fragment == (iri.partition("#")[2] if iri.startswith(PAN) else "")


def test_what_has_its_iri_from_others_is_described_by_its_key(shipped: Client) -> None:
    body = shipped.found("/doc/instrument/reg-2017-821", "text/turtle").body
    topics = {o for _, p, o in statements(body) if p.endswith("primaryTopic")}
    assert topics == {"http://data.europa.eu/eli/reg/2017/821/oj"}
    assert shipped.refused("/id/instrument/reg-2017-821").status == 404, "this IRI is not the one it has"


def test_documents_are_about_what_pages_are_about(graph: pan2kg.Graph) -> None:
    """Pages and documents go by one key: what is at ``/fr/instrument/x.html`` is described at ``/doc/instrument/x``."""
    entries = [entry for entry in read_labels(graph.store).entries.values() if entry.has_page]
    assert len(entries) > 1000
    for entry in by_lot(entries, 500):
        assert find_thing(graph.store, f"{entry.kind}/{entry.key}") == entry.iri
        assert find_document(graph.store, entry.iri) == f"doc/{entry.kind}/{entry.key}"
    assert {entry.kind for entry in entries if not entry.iri.startswith(ROOT)} <= OFFICIAL.keys()


def test_any_other_iri_of_the_graph_has_a_document_too(few: pan2kg.Graph, few_shipped: Client) -> None:
    query = f"SELECT DISTINCT ?c WHERE {{ ?a <{PAN}hasTopic> ?c FILTER(STRSTARTS(STR(?c), 'http://eurovoc')) }}"
    concepts = select(few.store, query).values("c")
    assert concepts
    for iri in concepts[:5]:
        where = few_shipped.found(f"/doc?iri={iri}").headers["location"]
        assert any(s == iri for s, _, _ in statements(few_shipped.found(where, "text/turtle").body))
        page = few_shipped.pages.page(few_shipped.found(where, "text/html").headers["location"].removeprefix("/"), {})
        assert page is not None


@pytest.mark.parametrize(
    "path",
    [
        "/id/plan/nowhere", "/id/plan", "/id/", "/id/plan/lu-bhr-2.ttl", "/id/plan/lu-bhr-2/x", "/id//plan", "/id/../x",
        "/id/plan/a b", '/id/plan/a"b', "/id/plan/<x>", "/id/plan/a\\b", "/doc/plan/nowhere", "/doc/plan", "/doc/x.ttl",
        "/doc/iri/%%%", "/doc/iri/AAAA", "/doc/id/plan/lu-bhr-2", "/doc/graph/conflicts", "/doc/instrument/lu-bhr-2",
        "/docs/x", "/graph/nowhere", "/graph/", "/ontology/9.9", "/ontology/x/y", "/dataset/9.9", "/catalogue/x",
        "/contributorsx", "/doc?iri=https://w3id.org/pan2kg/id/plan/nowhere", "/doc?iri=http://e/nowhere",
        "/doc?iri=https://w3id.org/pan2kg/ontology%23Nowhere",
        '/doc/instrument/"} ASK {', "/doc/instrument/x\\"
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused_in_a_sentence(shipped: Client, path: str) -> None:
    assert shipped.refused(path, "*/*").status == 404


@pytest.mark.parametrize("query", ["", "?iri=", "?iri=plan", "?iri=a:b&iri=a:c", "?iri=http://e/%3Cx%3E", "?iri=%FF"])
def test_a_look_up_without_one_iri_is_refused(shipped: Client, query: str) -> None:
    assert shipped.refused(f"/doc{query}").status == 400


def test_the_version_that_is_served_is_the_dataset_and_the_ontology(shipped: Client) -> None:
    assert shipped.found("/dataset/0.1.0").headers["location"] == "/doc/dataset"
    assert shipped.found("/ontology/0.1.0", "text/turtle").body == shipped.found("/ontology.ttl").body
