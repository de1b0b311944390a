"""Pages and assets, as a browser gets them."""

import gzip
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

import pan2kg
from pan2kg.i18n.catalogue import FOLDER_VARIABLE
from pan2kg.server.kept_pages import HOMES, CachedPage, HomePages
from pan2kg.server.pages import Pages, RefreshedSite
from pan2kg.server.protocol import ServedRelease
from pan2kg.server.review import marks_of
from pan2kg.turtle.vocabulary import GRAPH, ID, ROOT
from tests.server.conftest import SLOW, Service, Start, awaited
from tests.server.small_service import SmallPage


def test_a_page_is_sent_once_compressed_for_who_takes_it_and_what_is_not_there_is_told(
    service: Service,
) -> None:
    reply = service.get("/index.html")
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<p>300 </p>" in reply.text
    assert "access-control-allow-origin" not in reply.headers
    for path, language, tag in (
        ("/", "de-LU, en;q=0.5", "de"),
        ("/", "", "fr"),
        ("/en", "de", "en"),
        ("/en/", "", "en"),
    ):
        home = service.get(path, Accept_Language=language).headers["location"]
        assert home == f"http://127.0.0.1:{service.port}/{tag}/index.html"
    again = service.get("/index.html", If_None_Match=reply.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert service.get("/index.html?say=more").headers["etag"] != reply.headers["etag"]
    head = service.get("/index.html", "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (
        200,
        b"",
        reply.headers["content-length"],
    )
    zipped = service.get("/index.html", Accept_Encoding="br, gzip")
    assert (zipped.headers["content-encoding"], "Accept-Encoding" in zipped.headers["vary"]) == (
        "gzip",
        True,
    )
    assert "content-encoding" not in service.get("/index.html", Accept_Encoding="gzip;q=0").headers
    assert gzip.decompress(zipped.body) == reply.body
    former = service.get("/en/question/parts-of-plan.ttl?plan=lu-bhr-2")
    assert (former.status, former.headers["location"]) == (
        301,
        "/en/figure/parts.html?plan=lu-bhr-2",
    )
    asset = service.get("/assets/asset-0123.py")
    assert (asset.status, "immutable" in asset.headers["cache-control"]) == (200, True)
    for path, status in {
        "/assets/other.js": 404,
        "/none.html": 404,
        "/": 405,
        "/index.html?%FF=1": 400,
    }.items():
        reply = service.get(path, "POST" if status == 405 else "GET")
        assert (reply.status, reply.text[-2:]) == (status, ".\n")


def test_a_query_that_takes_too_long_is_stopped_with_a_sentence_a_page_s_too(start: Start) -> None:
    service = start(pages=True, seconds=0.5)
    for reply in (service.ask(SLOW), service.get("/slow.html")):
        assert (reply.status, "took longer than 0.5 seconds and was stopped" in reply.text) == (
            503,
            True,
        )
        assert reply.headers["retry-after"]


def test_what_strangers_ask_for_neither_narrows_pages_nor_keeps_them_waiting(start: Start) -> None:
    service = start(pages=True, workers=4, seconds=60.0, rows=10, size=1000)
    assert service.ask("SELECT ?s { ?s ?p ?o }").status == 413
    reply = service.get("/many.html")
    assert (reply.status, reply.text.count("value ")) == (200, 300 * 100)
    with ThreadPoolExecutor(8) as threads:
        flood = [threads.submit(service.ask, SLOW) for _ in range(8)]
        assert {service.get(f"/index.html?say={n}").status for n in range(5)} == {200}
        assert not all(query.done() for query in flood)
        service.end()


class CountedSite:
    def __init__(self) -> None:
        self.drawn: list[str] = []

    def page(self, path: str, _: Mapping[str, str], /) -> SmallPage:
        self.drawn.append(path)
        return SmallPage("text/html", f'<a href="../{path.partition("/")[2]}">{path}</a>'.encode())

    def missing(self, _: str, /) -> None:
        return None


def test_a_review_renews_the_pages_that_speak_of_what_it_was_about_and_no_others() -> None:
    site = CountedSite()
    keeper = SimpleNamespace(version=0, touched={})
    pages = Pages(
        RefreshedSite(lambda: site, ServedRelease("x", lambda: str(keeper.version))),
        dict,
        keeper=keeper,  # type: ignore[arg-type]
    )
    paths = ["fr/action/a-1.html", "fr/action/a-2.html", "fr/index.html", "fr/question/gaps.html"]

    def ask() -> list[str]:
        site.drawn.clear()
        for path in paths:
            awaited(partial(pages._find, path, b""))
        return [*site.drawn]

    assert (ask(), ask()) == (paths, [])
    text = f"INSERT DATA {{ GRAPH <{GRAPH}g> {{\n<{ID}action/a-1> <http://e/p> 1 .\n}} }}"
    keeper.version = 1
    keeper.touched = {1: marks_of(text, ROOT)}
    assert ask() == ["fr/action/a-1.html", "fr/index.html", "fr/question/gaps.html"], (
        "what counts is drawn anew too"
    )
    keeper.version = 2  # loaded anew: nobody knows what has changed
    assert ask() == paths


def test_home_pages_are_found_again_unless_damaged_and_nothing_of_an_earlier_state_stays(
    few: pan2kg.Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = {path: CachedPage("text/html", f"<p>{path}</p>".encode()) for path in HOMES}
    homes = HomePages(few.project, tmp_path)
    assert homes.folder
    homes.folder.mkdir()
    (homes.folder / "home-0.json").touch()
    homes.write({name: page for name, page in drawn.items() if name != HOMES[0]})
    assert homes.read() == {}, "a home page is missing"
    homes.write(drawn)
    assert {path: page.body for path, page in homes.read().items()} == {
        path: page.body for path, page in drawn.items()
    }
    (path,) = homes.folder.iterdir()
    pages = Pages(RefreshedSite(CountedSite, ServedRelease("x")), dict, homes=homes)
    page: CachedPage = awaited(lambda: pages._find(HOMES[0], b""))  # type: ignore[assignment]
    assert page.body == drawn[HOMES[0]].body, "they are sent"
    whole = path.read_bytes()
    for damage in (b"", b"{", b"[]", b"{}", b'{"digest": 1}', whole.replace(b"<p>fr/", b"<p>en/")):
        path.write_bytes(damage)
        assert homes.read() == {}
    homes.name = "0"
    homes.write(drawn)
    assert homes.read() == {}, "a file was changed meanwhile"
    (tmp_path / "file").touch()
    unwritable = HomePages(few.project, tmp_path / "file")
    unwritable.write(drawn)
    assert unwritable.read() == {}
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert HomePages(few.project, tmp_path).folder is None, "catalogues of somebody's own are tried"
