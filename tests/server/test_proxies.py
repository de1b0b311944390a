"""The service below /kg/ of nginx, Apache and HAProxy, by the files that are shipped for them in ``deploy/``."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pan2kg.server.edge import Edge, Settings
from pan2kg.server.web import request_path, root_of
from tests.copies import FEW, copy
from tests.server.conftest import Service, awaited, command
from tests.server.test_adversary import CORPUS, statuses
from tests.web_servers import apache, free_port, haproxy, nginx

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
TOKEN = "correct horse"
HOST = "graph.example.org"
MODULES = ("mpm_event", "authz_core", "alias", "headers", "proxy", "proxy_http", "reqtimeout")
# where the file of each says that it listens to the web, and what is said here instead
LISTENS = {
    "nginx": ("listen 80;", "listen 127.0.0.1:{port};"),
    "apache": ("*:80>", "127.0.0.1:{port}>"),
    "haproxy": ("bind :80", "bind 127.0.0.1:{port}"),
}


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    copied = copy(tmp_path_factory.mktemp("behind") / "copy", FEW)
    trusting = ("--proxy", "127.0.0.1", "--allow-host", HOST, "--person-header", "X-Remote-User")
    with command(copied, "--writable", *trusting, PAN2KG_TOKEN=TOKEN) as service:
        yield service.port


@pytest.fixture(scope="module", params=LISTENS)
def proxy(
    request: pytest.FixtureRequest, behind: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    name = request.param
    folder = tmp_path_factory.mktemp(request.param)
    port = free_port()
    file = DEPLOY / ("haproxy.cfg" if name == "haproxy" else f"{name}.conf")
    listens, here = LISTENS[name]
    site = file.read_text(encoding="utf-8").replace("127.0.0.1:8000", f"127.0.0.1:{behind}")
    assert listens in site
    site = site.replace(listens, here.format(port=port))
    if name == "apache":
        server = apache(folder, port, site, MODULES)
    else:
        server = (nginx if name == "nginx" else haproxy)(folder, port, site)
    with server:
        yield Service(port, name=HOST)


def test_every_address_the_service_says_of_itself_is_the_one_it_was_asked_under(
    proxy: Service,
) -> None:
    here = f"http://{HOST}/kg"
    home = proxy.get("/kg/", Accept_Language="de")
    assert (home.status, home.headers["location"]) == (302, f"{here}/de/index.html")
    editor = proxy.get("/kg/sparql?query=ASK%7B%7D", Accept="text/html", Accept_Language="en")
    assert (editor.status, editor.headers["location"]) == (
        303,
        "/kg/en/sparql.html?query=ASK%7B%7D",
    )
    described = proxy.get("/kg/sparql", Accept="application/n-triples").text
    assert (
        f"<{here}/sparql#service> <http://www.w3.org/ns/sparql-service-description#endpoint> <{here}/sparql>"
        in (described)
    )
    thing = proxy.get("/kg/id/plan/lu-bhr-2", Accept="text/turtle")
    assert (thing.status, thing.headers["location"]) == (303, "/kg/doc/plan/lu-bhr-2")
    document = proxy.get("/kg/doc/plan/lu-bhr-2", Accept="application/n-triples")
    assert f"<{here}/doc/plan/lu-bhr-2> <http://xmlns.com/foaf/0.1/primaryTopic>" in document.text
    assert '</kg/doc/plan/lu-bhr-2.ttl>; rel="alternate"' in document.headers["link"]
    assert f"<{here}/sparql>" in proxy.get("/kg/.well-known/void", Accept="text/turtle").text
    other = quote("http://e/?a=b&c=/d", safe="")
    assert proxy.get(f"/kg/doc?iri={other}").status == 404


def test_a_reviewer_signs_in_below_the_path_and_nobody_by_a_header_of_his_own(
    proxy: Service,
) -> None:
    page = "/kg/fr/review.html"
    sent = urlencode({"form": "sign-in", "token": TOKEN}).encode()
    told = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{HOST}"}
    reply = proxy.send("POST", page, sent, told)
    assert (reply.status, reply.headers["location"]) == (303, page)
    assert "; Path=/kg/; " in reply.headers["set-cookie"]
    cookie = reply.headers["set-cookie"].partition(";")[0]
    assert 'name="form_token"' in proxy.get(page, Cookie=cookie).text
    assert proxy.send("POST", page, sent, {**told, "Origin": "http://evil.example"}).status == 403
    trailer = f"GET {page} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    answers = [proxy.exchange(trailer.encode() + b"X-Remote-User: minister\r\n\r\n").decode()]
    reply = proxy.get(page, X_Remote_User="minister")
    answers += [f"{reply.headers} {reply.text}"]
    assert not [
        answer for answer in answers if "minister" in answer or "set-cookie" in answer.lower()
    ]


def test_all_that_a_page_leads_to_or_loads_stays_below_the_path(proxy: Service) -> None:
    page = proxy.get("/kg/fr/index.html").text
    addresses = re.findall(r'(?:href|src|action)="([^"#]+)"', page)
    assert len(addresses) > 20
    assert [address for address in addresses if address.startswith("/")] == []
    for script in re.findall(r'src="((?:\.\./)+assets/[^"]+)"', page):
        assert proxy.get(f"/kg/{script.lstrip('./')}").status == 200
    assert proxy.get("/kg", Accept="text/html").status == 301
    assert proxy.get("/kg/metrics").status == 403
    # what a client says for a proxy does not pass one
    forged = {
        "X-Forwarded-Host": "localhost",
        "X-Forwarded-Prefix": "/evil",
        "X-Forwarded-Proto": "https",
    }
    assert proxy.get("/kg/", **forged).headers["location"] == f"http://{HOST}/kg/fr/index.html"


@pytest.mark.parametrize("name", [name for name in CORPUS if name not in ("parts", "parts-put")])
def test_the_corpus_harms_nothing_through_a_proxy(proxy: Service, name: str) -> None:
    sent, expected = CORPUS[name]
    sent = sent.replace(b"Host: localhost", f"Host: {HOST}".encode())
    for path in (b"/sparql", b"/index.html", b"/store"):
        sent = sent.replace(b" " + path, b" /kg" + path)
    seen = statuses(proxy.exchange(sent, hangs_up=True))
    assert len(seen) <= len(expected) + 1
    assert not {500, 502} & set(seen) or name == "te-twice", "which Apache itself cannot read"
    assert proxy.get("/kg/sparql?query=ASK%7B%7D").status == 200


def test_a_slow_reader_gets_all_through_a_proxy(proxy: Service) -> None:
    address = f"/kg/sparql?query={quote('SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 30000', safe='')}"
    whole = len(proxy.get(address, Accept="text/csv").body)
    head = (
        f"GET {address} HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/csv\r\nConnection: close\r\n\r\n"
    )
    answer = proxy.exchange(head.encode(), rate=2_000_000)
    assert len(answer.partition(b"\r\n\r\n")[2]) >= whole > 2_000_000


FORWARDED = {
    "host": "localhost:8000",
    "x-forwarded-host": HOST,
    "x-forwarded-proto": "https",
    "x-forwarded-prefix": "/kg",
    "x-forwarded-for": "203.0.113.9, 192.0.2.7, 10.1.1.1",
}


def test_a_proxy_that_is_trusted_is_believed_and_a_prefix_is_taken_off_once_and_only_whole() -> (
    None
):
    async def tell(request: Request) -> Response:
        client = request.scope["client"][0]
        is_proxied = request.scope["record"].is_proxied
        return Response(f"{root_of(request)} {request_path(request)} {client} {is_proxied}")

    def located(peer: str, path: str = "/sparql", base: str = "", **headers: str) -> str:
        """Where the service takes a request to have been sent, its path and client; its status for a refusal."""
        hosts = frozenset({"127.0.0.1", HOST})
        proxies = ("10.0.0.0/8", "::1/128")
        edge = Edge(
            Settings(hosts=hosts, proxies=proxies, base=base),
            [Route("/{path:path}", tell)],
            lambda *_: None,
        )

        async def answer() -> httpx.Response:
            transport = httpx.ASGITransport(edge, client=(peer, 1))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost"
            ) as client:
                return await client.get(path, headers={**FORWARDED, **headers})

        reply = awaited(answer)
        return reply.text if reply.status_code == 200 else str(reply.status_code)

    for peer in ("10.2.2.2", "::1", "::ffff:10.0.0.1"):
        assert located(peer) == f"https://{HOST}/kg /sparql 192.0.2.7 True"
    for peer in ("192.0.2.1", "11.0.0.1", "unix:"):
        assert located(peer) == f"http://localhost:8000 /sparql {peer} False"
    for name in ("host", "x-forwarded-host"):
        assert located("10.0.0.1", **{name: "evil.example"}) == "421"
    for prefix in ("//evil.example", "/a/../b", "/<b>", "/kg\\"):  # what is no path is passed over
        assert located("10.0.0.1", **{"x-forwarded-prefix": prefix}).startswith(
            f"https://{HOST} /sparql"
        )
    for path, below in (("/kg", "/"), ("/kg/", "/"), ("/kgb/x", "/kgb/x"), ("/kg/kg/x", "/kg/x")):
        assert located("192.0.2.1", path, "https://localhost/kg/").startswith(
            f"https://localhost/kg {below} "
        )
