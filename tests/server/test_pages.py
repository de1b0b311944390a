"""Pages and assets, as a browser gets them."""

from __future__ import annotations

import gzip
import os
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import pan2kg
from pan2kg.i18n.catalogue import FOLDER_VARIABLE
from pan2kg.server.pages import HOMES, CachedPage, HomePages, Pages, RefreshedSite
from pan2kg.server.protocol import ServedRelease
from pan2kg.server.review import marks_of
from pan2kg.turtle.vocabulary import GRAPH, ID, ROOT
from tests.server.conftest import PATIENCE, SLOW, awaited
from tests.server.small_service import SmallPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from pan2kg.turtle.vocabulary import GRAPH, ID, ROOT
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
    assert "Accept-Encoding" in zipped.headers["vary"]
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


def test_a_page_whose_worker_is_killed_asks_once_more_however_late(start: Start, until: Callable[..., None]) -> None:
    service = start(pages=True, seconds=PATIENCE, EARLY=0.0, workers=1)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(service.send, "GET", "/slow.html")
        for _ in range(2):
            until(lambda: waiting.done() or any(map(runs, service.workers())))
            assert not waiting.done(), "it was asked of one worker alone"
            for worker in filter(runs, service.workers()):
                os.kill(worker, signal.SIGKILL)
                until(lambda worker=worker: worker not in service.workers())
        reply = waiting.result()
    assert (reply.status, "ended from outside" in reply.text) == (503, True)


def runs(process: int) -> bool:
    """Whether a process has used the processor for a while: it does not wait to be asked."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11]) > 5
    return False


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


class CountedSite:
    """A site whose pages speak of one action each, and that counts how often it draws."""

    def __init__(self) -> None:
        self.drawn: list[str] = []

    def page(self, path: str, _: Mapping[str, str], /) -> SmallPage:
        self.drawn.append(path)
        return SmallPage("text/html", f'<a href="../{path.partition("/")[2]}">{path}</a>'.encode())

    def missing(self, _: str, /) -> None:
        return None


def test_a_review_renews_the_pages_that_speak_of_what_it_was_about_and_no_others() -> None:
    site, keeper = CountedSite(), SimpleNamespace(version=0, touched={})
    pages = Pages(RefreshedSite(lambda: site, ServedRelease("x", lambda: str(keeper.version))), {}, keeper=keeper)  # type: ignore[arg-type]
    paths = ["fr/action/a-1.html", "fr/action/a-2.html", "fr/index.html", "fr/question/gaps.html"]

    def ask() -> list[str]:
        site.drawn.clear()
        for path in paths:
            awaited(partial(pages._find, path, b""))
        return [*site.drawn]

    assert (ask(), ask()) == (paths, [])
    text = f"INSERT DATA {{ GRAPH <{GRAPH}g> {{\n<{ID}action/a-1> <http://e/p> 1 .\n}} }}"
    keeper.version, keeper.touched = 1, {1: marks_of(text, ROOT)}
    assert ask() == ["fr/action/a-1.html", "fr/index.html", "fr/question/gaps.html"], "what counts is drawn anew too"
    keeper.version = 2  # loaded anew: nobody knows what has changed
    assert ask() == paths


DRAWN = {path: CachedPage("text/html", f"<p>{path}</p>".encode()) for path in HOMES}


@pytest.fixture
def homes(few: pan2kg.Graph, tmp_path: Path) -> HomePages:
    return HomePages(few.project, tmp_path)


def file_of(homes: HomePages) -> Path:
    assert homes.folder
    return homes.folder / f"home-{homes.name}.json"


def test_home_pages_are_found_again_and_nothing_of_an_earlier_state_stays(homes: HomePages) -> None:
    path = file_of(homes)
    path.parent.mkdir()
    path.with_name("home-0.json").touch()
    homes.write({name: page for name, page in DRAWN.items() if name != HOMES[0]})
    assert homes.read() == {}, "a home page is missing"
    homes.write(DRAWN)
    assert {path: page.body for path, page in homes.read().items()} == {path: page.body for path, page in DRAWN.items()}
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    pages = Pages(RefreshedSite(CountedSite, ServedRelease("x")), {}, homes=homes)
    found: CachedPage = awaited(lambda: pages._find(HOMES[0], b""))  # type: ignore[assignment]
    assert found.body == DRAWN[HOMES[0]].body, "they are sent"
    homes.name = "0"
    homes.write(DRAWN)
    assert homes.read() == {}, "a file was changed meanwhile"


def test_what_is_damaged_or_cannot_be_written_is_done_without(
    homes: HomePages, few: pan2kg.Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes.write(DRAWN)
    path = file_of(homes)
    whole = path.read_bytes()
    for damage in (b"", b"{", b"[]", b"{}", b'{"digest": 1}', whole.replace(b"<p>fr/", b"<p>en/")):
        path.write_bytes(damage)
        assert homes.read() == {}
    (tmp_path / "file").touch()
    unwritable = HomePages(few.project, tmp_path / "file")
    unwritable.write(DRAWN)
    assert unwritable.read() == {}
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert HomePages(few.project, tmp_path).folder is None, "catalogues of somebody's own are tried"
