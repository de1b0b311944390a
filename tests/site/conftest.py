"""Pages of the shipped graph, made once, and how tests read them: as a browser's parser does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from html.parser import HTMLParser

import pytest

import pan2kg
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site

VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"})
DAY = date(2026, 1, 1)


class Parsed(HTMLParser):
    """The outline, ids, links, attributes, tables and visible words of a page; elements must close in order."""

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
        said = {name: value or "" for name, value in attrs}
        self.elements.append((tag, said))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in said:
            self.ids.append(said["id"])
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        if tag not in VOID:
            self.open.append(f"{tag}.{said.get('class', '')}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop().partition(".")[0] == tag

    def handle_data(self, data: str) -> None:
        self.text.append((data, tuple(self.open)))


class Reader:
    """A site whose pages are made once and kept."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._kept: dict[str, str] = {}

    @cached_property
    def listed(self) -> tuple[str, ...]:
        """The paths of all pages and files there are."""
        return tuple(self.site.paths())

    @cached_property
    def known(self) -> frozenset[str]:
        """The same, to look one up."""
        return frozenset(self.listed)

    def __getitem__(self, path: str) -> str:
        if path not in self._kept:
            found = self.site.page(path)
            assert found is not None, f"{path} is no page"
            self._kept[path] = found.body.decode()
        return self._kept[path]

    def asked(self, path: str, **arguments: str) -> str:
        """A page as an address with arguments gives it."""
        page = self.site.page(path, arguments)
        assert page, path
        return page.body.decode()

    def paths(self, language: str = "fr") -> Iterator[str]:
        """The pages of one language."""
        return (path for path in self.listed if path.startswith(f"{language}/") and path.endswith(".html"))

    def of(self, series: str, language: str = "fr") -> list[str]:
        """The pages of a series in one language."""
        return [path for path in self.paths(language) if path.split("/")[1] == series]


def listed(page: str, badge: str = "") -> Counter[str]:
    """How many links of each kind a page lists, those with a badge alone where one is named."""
    parts = re.split(r'<h3 id="(?:compared-)?links-([a-z-]+)">', page)
    found: Counter[str] = Counter()
    for kind, part in zip(parts[1::2], parts[2::2], strict=True):
        found[kind] += len(re.findall(rf'<li[^>]* class="link {badge}', re.split("<h[23]", part)[0]))
    return found


@pytest.fixture(scope="session")
def reader(dated: pan2kg.Graph) -> Reader:
    """The site of the shipped graph, as it is exported."""
    return Reader(Site(SiteContext(dated)))


@pytest.fixture(scope="session")
def served(dated: pan2kg.Graph) -> Reader:
    """The site of the shipped graph, as it is served."""
    return Reader(Site(SiteContext(dated, mode="served")))
