"""The service below /kg/ of other people's servers, by the files that are shipped for them in ``deploy/``."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest

from pan2kg.server.public_address import PublicAddress, hosts_of, read_network
from pan2kg.server.refusal import Refusal
from tests.copies import FEW, copy
from tests.server.conftest import PATIENCE, Reply
from tests.web_servers import apache, free_port, nginx

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
TOKEN = "correct horse"
HOST = "graph.example.org"
MODULES = ("mpm_event", "authz_core", "alias", "headers", "proxy", "proxy_http")


@dataclass(frozen=True)
class Proxy:
    """Another server in front of the service, by which it is asked under a name of its own."""

    port: int

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, {"Host": HOST, **given})
            response = connection.getresponse()
            return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a writable service that trusts proxies of this machine."""
    copied = copy(tmp_path_factory.mktemp("behind") / "copy", FEW)
    options = ["--no-browser", "--port", "0", "--writable", "--proxy", "127.0.0.1", "--allow-host", HOST]
    process = subprocess.Popen(
        [sys.executable, "-m", "pan2kg.cli.main", "serve", "--project", str(copied), *options],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PAN2KG_TOKEN": TOKEN},
    )
    assert process.stdout
    with process, process.stdout:
        port = urlsplit(process.stdout.readline().strip()).port
        assert port, "the service did not start"
        yield port
        process.terminate()


@pytest.fixture(scope="module", params=["nginx", "apache"])
def proxy(request: pytest.FixtureRequest, behind: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp(request.param)
    port = free_port()
    site = (DEPLOY / f"{request.param}.conf").read_text(encoding="utf-8").replace(":8000/", f":{behind}/")
    site = site.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("*:80>", f"127.0.0.1:{port}>")
    server = nginx(folder, port, site) if request.param == "nginx" else apache(folder, port, site, MODULES)
    with server:
        yield Proxy(port)


def test_every_address_the_service_says_of_itself_is_the_one_it_was_asked_under(proxy: Proxy) -> None:
    here = f"http://{HOST}/kg"
    home = proxy.ask("GET", "/kg/", Accept_Language="de")
    assert (home.status, home.headers["location"]) == (302, f"{here}/de/index.html")
    editor = proxy.ask("GET", "/kg/sparql?query=ASK%7B%7D", Accept="text/html", Accept_Language="en")
    assert (editor.status, editor.headers["location"]) == (303, "/kg/en/sparql.html?query=ASK%7B%7D")
    described = proxy.ask("GET", "/kg/sparql", Accept="application/n-triples").text
    assert f"<{here}/sparql#service> <http://www.w3.org/ns/sparql-service-description#endpoint> <{here}/sparql>" in (
        described
    )
    thing = proxy.ask("GET", "/kg/id/plan/lu-bhr-2", Accept="text/turtle")
    assert (thing.status, thing.headers["location"]) == (303, "/kg/doc/plan/lu-bhr-2")
    document = proxy.ask("GET", "/kg/doc/plan/lu-bhr-2", Accept="application/n-triples")
    assert f"<{here}/doc/plan/lu-bhr-2> <http://xmlns.com/foaf/0.1/primaryTopic>" in document.text
    assert '</kg/doc/plan/lu-bhr-2.ttl>; rel="alternate"' in document.headers["link"]
    assert f"<{here}/sparql>" in proxy.ask("GET", "/kg/.well-known/void", Accept="text/turtle").text


def test_a_graph_that_is_made_is_found_under_the_address_it_was_given(proxy: Proxy) -> None:
    told = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "text/turtle"}
    made = proxy.ask("POST", "/kg/store", b"<> <http://e/p> 1 .", **told)
    assert made.status == 201
    where = made.headers["location"]
    assert where.startswith(f"http://{HOST}/kg/store/")
    for path in (urlsplit(where).path, f"/kg/store?graph={quote(where, safe='')}"):
        assert "http://e/p" in proxy.ask("GET", path, Accept="application/n-triples").text


def test_a_reviewer_signs_in_below_the_path_and_stays_signed_in(proxy: Proxy) -> None:
    page = "/kg/fr/review.html"
    sent = urlencode({"form": "sign-in", "token": TOKEN}).encode()
    told = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{HOST}"}
    reply = proxy.ask("POST", page, sent, **told)
    assert (reply.status, reply.headers["location"]) == (303, page)
    assert "; Path=/kg/; " in reply.headers["set-cookie"]
    cookie = reply.headers["set-cookie"].partition(";")[0]
    assert 'name="form_token"' in proxy.ask("GET", page, Cookie=cookie).text
    assert proxy.ask("POST", page, sent, **{**told, "Origin": "http://evil.example"}).status == 403


def test_all_that_a_page_leads_to_or_loads_stays_below_the_path(proxy: Proxy) -> None:
    page = proxy.ask("GET", "/kg/fr/index.html").text
    addresses = re.findall(r'(?:href|src|action)="([^"#]+)"', page)
    assert len(addresses) > 20
    assert [one for one in addresses if one.startswith("/")] == []
    for script in re.findall(r'src="((?:\.\./)+assets/[^"]+)"', page):
        assert proxy.ask("GET", f"/kg/{script.lstrip('./')}").status == 200
    assert proxy.ask("GET", "/kg", Accept="text/html").status == 301


def test_what_a_client_says_for_a_proxy_does_not_pass_one(proxy: Proxy) -> None:
    said = {"X-Forwarded-Host": "localhost", "X-Forwarded-Prefix": "/evil", "X-Forwarded-Proto": "https"}
    reply = proxy.ask("GET", "/kg/", None, **said)
    assert reply.headers["location"] == f"http://{HOST}/kg/fr/index.html"


SAID = {
    b"host": b"localhost:8000",
    b"x-forwarded-host": b"graph.example.org",
    b"x-forwarded-proto": b"https",
    b"x-forwarded-prefix": b"/kg",
    b"x-forwarded-for": b"203.0.113.9, 192.0.2.7, 10.1.1.1",
}
BEHIND = PublicAddress(hosts_of("127.0.0.1", (HOST,)), "", (read_network("10.0.0.0/8"), read_network("::1")))


def test_only_a_proxy_that_is_trusted_is_believed() -> None:
    believed = BEHIND.locate("10.2.2.2", "http", "/sparql", SAID)
    assert not isinstance(believed, Refusal)
    assert (believed.root, believed.prefix, believed.client) == ("https://graph.example.org/kg", "/kg", "192.0.2.7")
    for stranger in ("192.0.2.1", "", "11.0.0.1", "unix:"):
        passed_over = BEHIND.locate(stranger, "http", "/sparql", SAID)
        assert not isinstance(passed_over, Refusal)
        assert (passed_over.root, passed_over.prefix) == ("http://localhost:8000", "")
        assert passed_over.client == stranger


@pytest.mark.parametrize("peer", ["::1", "::ffff:10.0.0.1", "10.0.0.1"])
def test_a_proxy_is_known_by_any_form_of_its_address(peer: str) -> None:
    assert BEHIND.trusts(peer)


@pytest.mark.parametrize("name", [b"host", b"x-forwarded-host"])
def test_a_name_nobody_knows_is_refused_also_where_a_proxy_says_it(name: bytes) -> None:
    found = BEHIND.locate("10.0.0.1", "http", "/", {**SAID, name: b"evil.example"})
    assert isinstance(found, Refusal)
    assert found.status == 421


@pytest.mark.parametrize("path", ["/kg", "/kg/", "/kgb/x", "/sparql", "/kg/kg/x"])
def test_a_prefix_is_taken_off_once_and_only_whole(path: str) -> None:
    given = PublicAddress(base="http://localhost/kg/")
    found = given.locate("", "http", path, {b"host": b"localhost"})
    assert not isinstance(found, Refusal)
    assert found.path == {"/kg": "/", "/kg/": "/", "/kg/kg/x": "/kg/x"}.get(path, path)
