"""Pages and assets, as a browser gets them."""

from __future__ import annotations

import gc
import gzip
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from pan2kg.server.pages import Pages
from pan2kg.server.settings import Release
from tests.server.conftest import PATIENCE, SLOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.server.conftest import Service, Start


def test_a_page_and_what_it_says_about_itself(service: Service) -> None:
    reply = service.send("GET", "/index.html")
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<p>300 </p>" in reply.text
    policy = reply.headers["content-security-policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "unsafe-inline'; script" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in reply.headers


def test_the_root_leads_home_in_the_language_of_the_reader(service: Service) -> None:
    for path, said, tag in (("/", "de-LU, en;q=0.5", "de"), ("/", "", "fr"), ("/en", "de", "en"), ("/en/", "de", "en")):
        reply = service.send("GET", path, headers={"Accept-Language": said})
        where = f"http://127.0.0.1:{service.port}/{tag}/index.html"
        assert (reply.status, reply.headers["location"]) == (302, where)


def test_a_page_is_not_sent_twice_to_who_has_it(service: Service) -> None:
    tag = service.send("GET", "/index.html").headers["etag"]
    again = service.send("GET", "/index.html", headers={"If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")
    assert service.send("GET", "/index.html?say=more").headers["etag"] != tag


def test_a_page_is_compressed_for_who_takes_it(service: Service) -> None:
    zipped = service.send("GET", "/index.html", headers={"Accept-Encoding": "br, gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["vary"] == "Accept-Encoding"
    plain = service.send("GET", "/index.html", headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(zipped.body) == plain.body


def test_head_of_a_page(service: Service) -> None:
    head, get = service.send("HEAD", "/index.html"), service.send("GET", "/index.html")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


def test_assets_last(service: Service) -> None:
    reply = service.send("GET", "/assets/asset-0123.py")
    assert reply.status == 200
    assert "immutable" in reply.headers["cache-control"]
    assert service.send("GET", "/assets/other.js").status == 404


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/none.html", 404), ("POST", "/", 405), ("GET", "/index.html?%FF=1", 400)]
)
def test_what_there_is_not(service: Service, method: str, path: str, status: int) -> None:
    reply = service.send(method, path)
    assert reply.status == status
    assert reply.text.endswith(".\n")


def test_a_fault_is_a_sentence_and_no_traceback(service: Service) -> None:
    reply = service.send("GET", "/fault.html")
    assert (reply.status, reply.text) == (500, "A fault of the service, not of the request; its log says more.\n")
    assert "ZeroDivisionError" not in reply.text


def test_a_page_whose_query_goes_astray_ends_with_a_sentence(start: Start) -> None:
    reply = start(pages=True, seconds=2.0).send("GET", "/slow.html")
    assert reply.status == 503
    assert "took longer than 2 seconds" in reply.text
    assert reply.headers["retry-after"]


def test_a_page_whose_worker_is_killed_late_asks_once_more(start: Start, until: Callable[..., None]) -> None:
    service = start(pages=True, seconds=PATIENCE, early=0.0)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(service.send, "GET", "/slow.html")
        killed: set[int] = set()
        for _ in range(2):
            until(lambda: waiting.done() or {*service.workers()} - killed)
            assert not waiting.done(), "it was asked of one worker alone"
            (worker,) = {*service.workers()} - killed
            killed.add(worker)
            os.kill(worker, signal.SIGKILL)
        reply = waiting.result()
    assert (reply.status, "ended from outside" in reply.text) == (503, True)


def test_what_pages_were_drawn_from_can_go_when_the_data_have_changed() -> None:
    pages = Pages(lambda: None, Release("x"))  # type: ignore[arg-type, return-value]
    gc.freeze()  # as when the first pages have been drawn
    pages.begin_with({})
    assert gc.get_freeze_count() == 0


def test_what_strangers_may_ask_for_does_not_narrow_the_pages(start: Start) -> None:
    service = start(pages=True, rows=10, size=1000)
    assert service.ask("SELECT ?s { ?s ?p ?o }").status == 413
    assert "<p>300 </p>" in service.send("GET", "/index.html").text
    reply = service.send("GET", "/many.html")
    assert (reply.status, reply.text.count("value ")) == (200, 300 * 100)


def test_a_flooded_endpoint_does_not_keep_pages_waiting(start: Start) -> None:
    service = start(pages=True, workers=4, seconds=60.0)
    with ThreadPoolExecutor(8) as threads:
        flood = [threads.submit(service.ask, SLOW) for _ in range(8)]
        replies = [service.send("GET", f"/index.html?say={n}") for n in range(5)]
        assert {reply.status for reply in replies} == {200}
        assert not all(one.done() for one in flood)
        service.process.terminate()
