"""The real service over a few plans, asked as browsers, portals and scripts ask for things and documents."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import pan2kg
from pan2kg.turtle.vocabulary import ID
from tests.server.conftest import Reply, Service, command

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Language": "de"}
FILE = "graph/plans/lu-bhr-2/actions"


@pytest.fixture(scope="module")
def service(few: pan2kg.Graph) -> Iterator[Service]:
    with command(few.project.root, "--public") as service:
        yield service


def follow(service: Service, path: str, **headers: str) -> tuple[list[int], Reply]:
    """Go where redirects lead; the statuses on the way."""
    statuses = [(reply := service.get(path, **headers)).status]
    while reply.status == 303:
        assert len(statuses) < 5, f"{path} leads round in circles"
        statuses.append((reply := service.get(reply.headers["location"], **headers)).status)
    return statuses, reply


def test_a_thing_leads_to_data_and_to_a_page_and_a_graph_is_its_own_document(service: Service) -> None:
    things = ["plan/lu-bhr-2", "action/lu-bhr-2-4-3", "body/maee", "instrument/ungp", "linktype/builds-on"]
    things += ["certainty/stated", "topic/education", "scheme/topic"]
    for path in (*(f"id/{thing}" for thing in things), "dataset", "catalogue", "contributors"):
        statuses, data = follow(service, f"/{path}", Accept="text/turtle")
        assert (statuses, data.headers["content-type"]) == ([303, 200], "text/turtle; charset=utf-8")
        statuses, page = follow(service, f"/{path}", **BROWSER)
        assert (statuses, page.headers["content-type"]) == ([303, 303, 200], "text/html; charset=utf-8")
        assert b'<html lang="de"' in page.body
    for path in (FILE, "graph/derived/shared-body", "ontology", "ontology/0.1.0"):
        assert follow(service, f"/{path}", Accept="application/rdf+xml")[0] == [200]
        statuses, page = follow(service, f"/{path}", **BROWSER)
        assert (statuses, b'<html lang="de"' in page.body) == ([303, 200], True)
    page = follow(service, "/id/action/lu-bhr-2-4-3", **BROWSER)[1]
    assert b'href="../../doc/action/lu-bhr-2-4-3.ttl"' in page.body
    assert service.get("/doc/action/lu-bhr-2-4-3.ttl").status == 200


def test_head_says_what_get_says_any_page_may_read_and_nobody_writes(service: Service) -> None:
    for path in ("/id/plan/lu-bhr-2", "/doc/plan/lu-bhr-2", f"/{FILE}", "/.well-known/void", "/id/plan/no"):
        get, head = service.get(path, Origin="https://other.example"), service.get(path, "HEAD")
        assert get.headers["access-control-allow-origin"] == "*"
        assert (head.status, head.body) == (get.status, b"")
        for name in ("content-type", "content-length", "etag", "link", "location"):
            assert get.headers.get(name) == head.headers.get(name), f"{name} of {path}"
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        reply = service.get("/doc/plan/lu-bhr-2", method)
        assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    reply = service.get("/id/plan/nowhere", Accept="application/json")
    assert (reply.status, reply.headers["content-type"]) == (404, "application/problem+json")
    assert b"says nothing of" in reply.body
    assert service.get("/doc/plan/lu-bhr-2", Accept="image/png").status == 406


def test_behind_another_domain_documents_are_there_and_things_keep_their_iri(few: pan2kg.Graph) -> None:
    """Identity and place apart: a query copied from a document must find the same thing at the endpoint."""
    base = "https://data.example/pan"
    with command(few.project.root, "--base", base) as service:
        for host in ("data.example", f"127.0.0.1:{service.port}"):
            reply = service.get("/id/plan/lu-bhr-2", Host=host)
            assert reply.headers["location"] == f"{base}/doc/plan/lu-bhr-2"
        reply = service.get("/doc/plan/lu-bhr-2.nt")
        topic = f"<{base}/doc/plan/lu-bhr-2> <http://xmlns.com/foaf/0.1/primaryTopic> <{ID}plan/lu-bhr-2>"
        assert topic in reply.text
        assert f'<{base}/doc/plan/lu-bhr-2.ttl>; rel="alternate"' in reply.headers["link"]
        assert service.get("/doc/plan/lu-bhr-2", Accept="text/html").headers["location"].startswith(f"{base}/fr/")
        assert service.get("/id/plan/lu-bhr-2", Host="evil.example").status == 421


def test_a_graph_somewhere_else_is_dereferenced_too(few: pan2kg.Graph, endpoint: str) -> None:
    with command(few.project.root, "--endpoint", endpoint) as service:
        statuses, data = follow(service, "/id/plan/lu-bhr-2", Accept="application/n-triples")
        assert (statuses, f"<{ID}plan/lu-bhr-2>" in data.text) == ([303, 200], True)
        assert follow(service, "/graph/conflicts", Accept="text/turtle")[0] == [200]
