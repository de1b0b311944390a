"""The search without a server finds what a server finds, in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from tests.browser.chromium import settled
from tests.pages import SEARCHED

if TYPE_CHECKING:
    from tests.browser.chromium import Watch
    from tests.browser.site.conftest import StaticSite

FOUND: Final = "[...document.querySelectorAll('.search-found li a')].map(one => one.getAttribute('href'))"
MORE: Final = (
    "minerais",
    "minerias",
    "devoir de vigilence",
    "egalite",
    "droits homme",
    "4.3",
    "Gleichstellung",
    "zzzz",
)
"""Words of names, of many things, mistyped ones, and none at all."""


def test_what_is_found_is_the_same_with_and_without_a_server(few_site: StaticSite, window: Watch) -> None:
    graph = few_site.site.site_context.graph
    page = window(few_site.served + "fr/search.html").page
    for words in (*SEARCHED, *MORE):
        page.goto(f"{few_site.served}fr/search.html?{urlencode({'q': words})}")
        settled(page, ".search-found h2")
        found = page.evaluate(
            "[...document.querySelectorAll('.search-found li a')].map(one => one.getAttribute('href'))"
        )
        served = [graph.labels.entries[iri].address for iri in graph.search.find(words)]
        assert [address.removeprefix("../fr/") for address in found] == served, words
