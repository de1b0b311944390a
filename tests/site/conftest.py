"""Pages of the shipped graph, made once, and how tests read them: as a browser's parser does."""

import html
import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from html.parser import HTMLParser

import pytest

import pan2kg
from pan2kg.project import Project
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site
from tests.charts.test_gallery import SMALL, store_of

VOID = frozenset(
    {"area", "br", "col", "hr", "html", "img", "input", "link", "meta", "path", "rect", "wbr"}
)
DAY = date(2026, 1, 1)


class Parsed(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.elements: list[tuple[str, Mapping[str, str]]] = []
        self.open: list[str] = []
        self.text: list[tuple[str, tuple[str, ...]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"]] if tag == "a" and "href" in attributes else []
        if tag == "li" and self.open[-1].startswith("li."):
            self.open.pop()  # its end may be left out
        if tag not in VOID:
            self.open.append(f"{tag}.{attributes.get('class', '')}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "li" and self.open and self.open[-1].startswith("li."):
            self.open.pop()
        if tag not in VOID:
            assert self.open.pop().partition(".")[0] == tag

    def handle_data(self, data: str) -> None:
        self.text.append((data, tuple(self.open)))


def quoted(match: re.Match[str]) -> str:
    return match[1] or f' {match[2]}="{match[3]}"'


class Reader:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.graph = site.site_context.graph
        self._kept: dict[str, str] = {}

    @cached_property
    def listed(self) -> tuple[str, ...]:
        return tuple(self.site.paths())

    def __getitem__(self, path: str) -> str:
        if path not in self._kept:
            self._kept[path] = self.asked(path)
        return self._kept[path]

    def asked(self, path: str, **arguments: str) -> str:
        page = self.site.page(
            path, {name.replace("_", "-"): value for name, value in arguments.items()}
        )
        assert page, f"{path} is no page"
        # attributes stand in quotes for tests, whether a template has these or not
        return re.sub(
            r'("[^"<>]*")| ([a-z-]+)=([^\s"\'<>]+)(?=[^<>]*>)', quoted, page.body.decode()
        )

    def paths(self, series: str = "") -> list[str]:
        return [
            path
            for path in self.listed
            if path.startswith(f"fr/{series}") and path.endswith(".html")
        ]


def words(page: str) -> str:
    main = page.split("<main", 1)[-1].partition(">")[2].split("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).replace("\u00a0", " ").split())


def rows(page: str, name: str) -> list[str]:
    table = re.split(rf'<table[^>]* aria-labelledby="{name}">', page)[1].split("</table>")[0]
    return re.findall(r"<tr[ >].*?</tr>", table.partition("</thead>")[2], re.DOTALL)


def small(turtle: str = "", language: str = "en") -> Reader:
    graph = pan2kg.Graph(
        Project.packaged(), store_of(SMALL + turtle), language=language, as_of=date(2024, 1, 1)
    )
    return Reader(Site(SiteContext(graph)))


def site_of(graph: pan2kg.Graph, mode: str = "static") -> Reader:
    dated = pan2kg.Graph(graph.project, graph.store, language="fr", as_of=DAY)
    return Reader(Site(SiteContext(dated, mode)))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def reader(dated: pan2kg.Graph) -> Reader:
    return Reader(Site(SiteContext(dated)))


@pytest.fixture(scope="session")
def served(dated: pan2kg.Graph) -> Reader:
    return Reader(Site(SiteContext(dated, mode="served")))
