"""The site of the shipped graph in a real browser: each page is made when it is first asked for, once a session.
Workers that test side by side share the pages."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from os.path import normpath
from pathlib import Path
from threading import Lock
from typing import Final
from urllib.parse import unquote, urlsplit

import pytest

import pan2kg
from pan2kg.site import quality
from pan2kg.site.front_end import Bundle
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import PAGES, Site
from tests.browser.chromium import Handler, serve
from tests.once import SHIPPED, checked
from tests.pages import EXAMPLES

SINGLE: Final = tuple(name for name, view in PAGES.items() if view.chosen is None)
TYPES: Final = (*SINGLE, *(name if name not in SINGLE else f"{name}/" for name in EXAMPLES))
"""Every type of page of an export, where nothing can be written down; one that is a series and a page too ends in /."""


def put(target: Path, body: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f"{target.name}.{os.getpid()}")
    beside.write_bytes(body)
    beside.replace(target)


class StaticSite:
    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        self.folder = folder
        self.served = ""
        self.lock = Lock()

    def put(self, path: str) -> Path:
        target = self.folder / path
        with self.lock:
            if not target.exists() and (page := self.site.page(path)):
                put(target, page.body)
        return target

    def on_disk(self, path: str) -> str:
        page = self.put(path)
        for source in re.findall(r'data-source="([^"]+)"', page.read_text(encoding="utf-8")):
            self.put(normpath(Path(path).parent / source))
        for name in ("labels", f"words-{path.partition('/')[0]}"):
            self.put(f"data/{name}.js")
        return page.as_uri()

    def path(self, kind: str, language: str) -> str:
        if kind in SINGLE:
            return f"{language}/{kind}.html"
        series = kind.rstrip("/")
        return f"{language}/{series}/{EXAMPLES[series]}.html"


@contextmanager
def standing(graph: pan2kg.Graph, bundle: Bundle, folder: Path) -> Iterator[StaticSite]:
    made = StaticSite(Site(SiteContext(graph, "static", bundle)), folder)
    for name, path in bundle.files().items():
        put(folder / "assets" / name, path.read_bytes())

    class Filling(Handler):
        def do_GET(self) -> None:  # noqa: N802
            made.put(unquote(urlsplit(self.path).path.removeprefix("/")))
            super().do_GET()

    with serve(folder, Filling) as address:
        made.served = address
        yield made


@pytest.fixture(scope="session")
def static_site(
    dated: pan2kg.Graph, bundle: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StaticSite]:
    beside = "PYTEST_XDIST_WORKER" in os.environ
    folder = (
        tmp_path_factory.getbasetemp().parent / "site"
        if beside
        else tmp_path_factory.mktemp("site")
    )
    with standing(dated, bundle, folder) as made:
        yield made


@pytest.fixture(scope="session")
def few_site(
    few: pan2kg.Graph, dated: pan2kg.Graph, bundle: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StaticSite]:
    graph = pan2kg.Graph(few.project, few.store, language="fr", as_of=dated.as_of)
    anew = quality._run_check
    shared = quality.summarise(checked(SHIPPED))
    folder = tmp_path_factory.mktemp("few-site")
    with pytest.MonkeyPatch.context() as patch, standing(graph, bundle, folder) as made:
        patch.setattr(
            quality, "_run_check", lambda of, *how: shared if of == few.project else anew(of, *how)
        )
        yield made


@pytest.fixture(scope="session")
def behind_server(dated: pan2kg.Graph, bundle: Bundle) -> Site:
    return Site(SiteContext(dated, "served", bundle))
