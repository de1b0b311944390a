"""A thing that was retired is gone, never unknown: its description says so, and what replaces it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pan2kg.turtle.vocabulary import DCTERMS, ID
from tests.server.dereference.conftest import canonical, statements

if TYPE_CHECKING:
    from tests.server.dereference.conftest import Client

ADDRESSES = ("/id/plan/xx-old", "/doc/plan/xx-old")
OLD, NEW = ID + "plan/xx-old", ID + "plan/xx-new"


@pytest.mark.parametrize("address", [*ADDRESSES, "/doc/plan/xx-old.ttl"])
def test_it_is_gone_with_its_description(retiring: Client, address: str) -> None:
    got = retiring.found(address, "text/turtle")
    assert got.status == 410
    assert (OLD, DCTERMS + "isReplacedBy", NEW) in statements(got.body)
    assert f'<{NEW}>; rel="successor-version {DCTERMS}isReplacedBy"' in got.headers["link"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_format_says_so(retiring: Client, address: str) -> None:
    media = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")
    got = [retiring.found(address, one) for one in media]
    assert {one.status for one in got} == {410}
    assert len({canonical(one.body, form) for one, form in zip(got, media, strict=True)}) == 1


@pytest.mark.parametrize("address", [*ADDRESSES, "/doc/plan/xx-old.html"])
def test_its_page_says_so_and_leads_on(retiring: Client, address: str) -> None:
    got = retiring.found(address, "text/html", languages="en")
    page = got.body.decode()
    assert (got.status, got.headers["content-type"]) == (410, "text/html; charset=utf-8")
    assert "Accept-Language" in got.headers["vary"]
    assert '<html lang="en"' in page
    assert "Old plan" in page
    assert 'href="../../en/plan/xx-new.html"' in page, "the links of the page hold where it stands"


@pytest.mark.parametrize("address", [*ADDRESSES, "/doc/plan/xx-old.html", "/id/action/xx-old-1"])
def test_its_page_says_so_where_no_action_is_left_to_measure(bare: Client, address: str) -> None:
    got = bare.found(address, "text/html", languages="fr")
    assert (got.status, got.headers["content-type"]) == (410, "text/html; charset=utf-8")
    assert "Cet identifiant a été retiré" in got.body.decode()


def test_what_was_given_up_without_a_successor_is_gone_too(retiring: Client) -> None:
    got = retiring.found("/id/plan/xx-lost", "text/html")
    assert (got.status, "successor-version" in got.headers["link"]) == (410, False)
    assert b"<script>" not in got.body.split(b"<main", 1)[1], "a label is no markup"


@pytest.mark.parametrize("path", [*ADDRESSES, "/id/plan/xx-lost"])
@pytest.mark.parametrize("accept", ["image/png", "*/*", "", "text/html;q=0", "application/xhtml+xml"])
def test_it_is_never_answered_as_unknown(retiring: Client, path: str, accept: str) -> None:
    asked = retiring.refused if accept not in ("*/*", "") else retiring.found
    assert asked(path, accept).status == 410


def test_its_successor_is_there(retiring: Client) -> None:
    assert retiring.found("/id/plan/xx-new").status == 303
    assert retiring.found("/doc/plan/xx-new", "text/turtle").status == 200


def test_a_retired_iri_can_be_looked_up(retiring: Client) -> None:
    assert retiring.found(f"/doc?iri={OLD}").headers["location"] == "/doc/plan/xx-old"


def test_a_graph_without_catalogue_has_documents_all_the_same(retiring: Client) -> None:
    said = statements(retiring.found("/doc/plan/xx-new", "text/turtle").body)
    assert not any(p in (DCTERMS + "license", "http://rdfs.org/ns/void#inDataset") for _, p, _ in said)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/id/action/xx-new-m1", "/id/part/xx-new-axis-1"),
        ("/doc/action/xx-new-m1", "/doc/part/xx-new-axis-1"),
        ("/doc/action/xx-new-m1.ttl", "/doc/part/xx-new-axis-1.ttl"),
    ],
)
def test_an_old_address_leads_to_what_took_its_place(retiring: Client, address: str, place: str) -> None:
    got = retiring.found(address, "text/turtle")
    assert (got.status, got.headers["location"]) == (301, place)
    assert "successor-version" in got.headers["link"]


def test_an_old_address_of_several_things_says_which(retiring: Client) -> None:
    got = retiring.found("/id/action/xx-new-m2", "text/turtle")
    assert got.status == 410
    assert f"<{ID}part/xx-new-axis-1>" in got.headers["link"]
    assert f"<{NEW}>" in got.headers["link"]
