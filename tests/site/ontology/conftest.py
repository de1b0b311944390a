"""Reading the pages that are made, as a browser's parser does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

VOID = frozenset(("area", "br", "col", "hr", "img", "input", "link", "meta", "path", "rect", "source"))


class Reader(HTMLParser):
    """The ids, links, attributes and open elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.elements: Counter[str] = Counter()
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.elements[tag] += 1
        self.attributes |= said.keys()
        self.ids += [said["id"]] if "id" in said else []
        self.links += [said["href"]] if "href" in said and tag == "a" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="session")
def read_page() -> Callable[[str], Reader]:
    """Read a page."""
    return Reader
