"""The real service over a few plans, asked as browsers, portals and scripts ask."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import pan2kg
from pan2kg.turtle.vocabulary import ID
from tests.server.conftest import Reply, Service

SCRIPT = """
import argparse, sys
from pan2kg.cli import serve as command
parser = argparse.ArgumentParser()
parser.add_argument("--project", action="append")
command.add_serve(parser)
sys.exit(command.run_serve(parser.parse_args()))
"""
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Language": "de"}
FILE = "graph/plans/lu-bhr-2/actions"


class Site(Service):
    """A service, and what one comes to by its redirects."""

    def get(self, path: str, method: str = "GET", **headers: str) -> Reply:
        return self.send(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def follow(self, path: str, **headers: str) -> tuple[list[int], Reply]:
        """Go where redirects lead; the statuses on the way."""
        reply = self.get(path, **headers)
        statuses = [reply.status]
        while reply.status == 303:
            assert len(statuses) < 5, f"{path} leads round in circles"
            reply = self.get(reply.headers["location"], **headers)
            statuses.append(reply.status)
        return statuses, reply


Start = Callable[..., Site]


@pytest.fixture(scope="module")
def start(few: pan2kg.Graph) -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def begin(*options: str, folder: Path = few.project.root) -> Site:
        arguments = ["--project", str(folder), "--port", "0", "--no-browser", "--public", *options]
        process = subprocess.Popen([sys.executable, "-c", SCRIPT, *arguments], stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("http://"), "the service did not start"
        return Site(int(line.rstrip("/\n").rpartition(":")[2]), process)

    yield begin
    for process in running:
        process.terminate()
        process.wait(600)
        if process.stdout:
            process.stdout.close()


@pytest.fixture(scope="module")
def service(start: Start) -> Site:
    return start()


@pytest.mark.parametrize(
    "path",
    [
        "id/plan/lu-bhr-2", "id/action/lu-bhr-2-4-3", "id/body/maee", "id/instrument/ungp", "id/linktype/builds-on",
        "id/certainty/stated", "id/topic/education", "id/scheme/topic", "dataset", "catalogue", "contributors"
    ],
)  # fmt: skip
def test_a_thing_leads_to_data_and_to_a_page(service: Site, path: str) -> None:
    statuses, data = service.follow(f"/{path}", Accept="text/turtle")
    assert (statuses, data.headers["content-type"]) == ([303, 200], "text/turtle; charset=utf-8")
    statuses, page = service.follow(f"/{path}", **BROWSER)
    assert (statuses, page.headers["content-type"]) == ([303, 303, 200], "text/html; charset=utf-8")
    assert b'<html lang="de"' in page.body


@pytest.mark.parametrize("path", [FILE, "graph/derived/shared-body", "ontology", "ontology/0.1.0"])
def test_a_graph_and_the_ontology_are_documents(service: Site, path: str) -> None:
    assert service.follow(f"/{path}", Accept="application/rdf+xml")[0] == [200]
    statuses, page = service.follow(f"/{path}", **BROWSER)
    assert statuses == [303, 200]
    assert b'<html lang="de"' in page.body


def test_a_page_names_its_data_and_they_are_there(service: Site) -> None:
    statuses, page = service.follow("/id/action/lu-bhr-2-4-3", **BROWSER)
    assert statuses[-1] == 200
    assert b'href="../../doc/action/lu-bhr-2-4-3.ttl"' in page.body
    assert service.get("/doc/action/lu-bhr-2-4-3.ttl").status == 200


def test_head_says_what_get_says(service: Site) -> None:
    for path in ("/id/plan/lu-bhr-2", "/doc/plan/lu-bhr-2", f"/{FILE}", "/.well-known/void", "/id/plan/no"):
        got, head = service.get(path), service.get(path, "HEAD")
        assert head.body == b""
        for name in ("content-type", "content-length", "etag", "link", "location", "vary"):
            assert got.headers.get(name) == head.headers.get(name), f"{name} of {path}"
        assert got.status == head.status


def test_any_page_of_the_web_may_read_data(service: Site) -> None:
    for path in ("/id/plan/lu-bhr-2", "/doc/plan/lu-bhr-2.ttl", "/.well-known/void", "/id/plan/nowhere"):
        assert service.get(path, Origin="https://other.example").headers["access-control-allow-origin"] == "*"
    asked = {"Origin": "https://other.example", "Access-Control-Request-Method": "GET"}
    preflight = service.get("/doc/plan/lu-bhr-2", "OPTIONS", **asked)
    assert (preflight.status, preflight.headers["access-control-allow-origin"]) == (200, "*")


def test_what_is_not_there_is_said_in_a_sentence(service: Site) -> None:
    got = service.get("/id/plan/nowhere", Accept="application/json")
    assert (got.status, got.headers["content-type"]) == (404, "application/problem+json")
    assert b"says nothing of" in got.body
    assert service.get("/doc/plan/lu-bhr-2", Accept="image/png").status == 406


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_document_is_only_read(service: Site, method: str) -> None:
    got = service.get("/doc/plan/lu-bhr-2", method)
    assert (got.status, got.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_behind_another_domain_documents_are_there(start: Start) -> None:
    service = start("--base", "https://data.example/pan")
    for host in ("data.example", f"127.0.0.1:{service.port}"):
        got = service.get("/id/plan/lu-bhr-2", Host=host)
        assert got.headers["location"] == "https://data.example/pan/doc/plan/lu-bhr-2"
    body = service.get("/doc/plan/lu-bhr-2.nt").body.decode()
    assert (
        f"<https://data.example/pan/doc/plan/lu-bhr-2> <http://xmlns.com/foaf/0.1/primaryTopic> <{ID}plan/lu-bhr-2>"
        in body
    )
    assert service.get("/id/plan/lu-bhr-2", Host="evil.example").status == 421


def test_a_retired_thing_is_gone(start: Start, retiring_folder: Path) -> None:
    service = start(folder=retiring_folder)
    for path in ("/id/plan/xx-old", "/doc/plan/xx-old", "/doc/plan/xx-old.ttl"):
        got = service.get(path, Accept="text/turtle")
        assert (got.status, b"isReplacedBy" in got.body) == (410, True)
    page = service.get("/id/plan/xx-old", **BROWSER)
    assert (page.status, b"xx-new.html" in page.body) == (410, True)
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_a_graph_somewhere_else_is_dereferenced_too(start: Start, endpoint: str) -> None:
    service = start("--endpoint", endpoint)
    statuses, data = service.follow("/id/plan/lu-bhr-2", Accept="application/n-triples")
    assert statuses == [303, 200]
    assert f"<{ID}plan/lu-bhr-2>".encode() in data.body
    assert service.follow("/graph/conflicts", Accept="text/turtle")[0] == [200]
