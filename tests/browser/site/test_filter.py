"""Choosing in the matrix without a server gives what a server gives for the same address."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Page, expect

from tests.lots import by_lot

if TYPE_CHECKING:
    from pan2kg.site.registry import Site
    from tests.browser.chromium import Watch
    from tests.browser.site.conftest import StaticSite

CHOICES: Final = (
    {"evidence": "plan"},
    {"evidence": "other"},
    {"evidence": "editors"},
    {"topic": "labour-rights"},
    {"body": "mae"},
    {"year": "2021"},
    {"evidence": "editors", "year": "2020"},
    {"evidence": "plan", "year": "2009"},
)
SEEN: Final = """source => {
    const root = source === null ? document : new DOMParser().parseFromString(source, 'text/html');
    const tree = node => {
        if (node.nodeType === 3) return node.textContent.trim() ? [node.textContent.trim()] : [];
        if (node.nodeType !== 1) return [];
        const said = [...node.attributes].map(one => `${one.name}=${one.value}`).sort();
        return [[node.localName, said, [...node.childNodes].flatMap(tree)]];
    };
    const parts = [...root.querySelectorAll('a.number'), root.querySelector('.matrix-made')];
    const chosen = [...root.querySelectorAll('main form.filters select')].map(one => one.value);
    return JSON.stringify([chosen, ...parts.flatMap(tree)]);  // a text goes through the browser's door at once
}"""


def chosen_by_hand(page: Page, choice: dict[str, str]) -> Page:
    """Fill the form in and send it."""
    for name, value in choice.items():
        page.locator(f"#{name}").select_option(value)
    page.locator("main form.filters button").click()
    return page


@pytest.fixture(scope="module")
def keys(behind_server: Site) -> dict[str, str]:
    """A topic and a body that some plans have."""
    index = behind_server.site_context.graph.labels
    facts = behind_server.site_context.facts.values()
    found: dict[str, str] = {}
    for kind in ("topic", "body"):
        have = [iri for topics, bodies, _, _ in facts for iri in (topics if kind == "topic" else bodies)]
        ours = [entry for entry in index.of_kind(kind) if entry.iri in have]
        found[kind] = max(ours, key=lambda entry: have.count(entry.iri)).key
    return found


def with_keys(choice: dict[str, str], keys: dict[str, str]) -> dict[str, str]:
    return {name: keys.get(name, value) for name, value in choice.items()}


@pytest.mark.parametrize(("name", "choices"), [("fr/index.html", CHOICES), ("en/matrix.html", CHOICES[-2:])])
def test_a_choice_gives_what_a_server_would_show(
    static_site: StaticSite,
    behind_server: Site,
    window: Watch,
    name: str,
    choices: Sequence[dict[str, str]],
    keys: dict[str, str],
) -> None:
    """Of the choices some that are drawn by lot."""
    page = window(static_site.served + name).page
    for choice in (with_keys(choice, keys) for choice in by_lot(choices, len(choices) // 2)):
        made = behind_server.page(name, choice)
        assert made
        wanted = page.evaluate(SEEN, made.body.decode())
        page.goto(f"{static_site.served}{name}?{urlencode(choice)}")
        assert page.evaluate(SEEN, None) == wanted, choice
        page.goto(static_site.served + name)
        assert chosen_by_hand(page, choice).evaluate(SEEN, None) == wanted, choice
        assert page.url.endswith(f"?{urlencode(choice)}")


def test_a_choice_is_undone_by_going_back(static_site: StaticSite, window: Watch) -> None:
    page = window(static_site.served + "fr/index.html").page
    before = page.evaluate(SEEN, None)
    chosen_by_hand(page, {"evidence": "plan"})
    expect(page.locator(".filter-limit")).to_be_visible()
    assert page.evaluate(SEEN, None) != before
    page.go_back()
    expect(page.locator("#evidence")).to_have_value("")
    then, now = json.loads(before), json.loads(page.evaluate(SEEN, None))
    assert (now[0], now[-1]) == (then[0], then[-1])


def test_a_choice_works_from_disk(static_site: StaticSite, window: Watch) -> None:
    page = window(static_site.on_disk("fr/index.html")).page
    before = page.locator("table.matrix td > a").count()
    chosen_by_hand(page, {"evidence": "plan"})
    assert page.url.endswith("?evidence=plan")
    assert 0 < page.locator("table.matrix td > a").count() < before


@pytest.mark.parametrize(("before", "now"), [("declared", "other"), ("inferred", "editors"), ("official", "")])
def test_an_address_of_before_chooses_a_level(static_site: StaticSite, window: Watch, before: str, now: str) -> None:
    page = window(f"{static_site.served}fr/index.html?evidence={before}").page
    expect(page.locator("#evidence")).to_have_value(now)


def test_the_file_holds_what_was_chosen(static_site: StaticSite, behind_server: Site, window: Watch) -> None:
    page = chosen_by_hand(window(static_site.served + "fr/index.html").page, {"evidence": "editors", "year": "2020"})
    with page.expect_download() as download:
        page.locator("coherence-filter").get_by_role("link", name="CSV").first.click()
    made = behind_server.page("fr/matrix.csv", {"evidence": "editors", "year": "2020"})
    assert made
    assert download.value.path().read_bytes().decode() == made.body.decode()


@pytest.mark.parametrize("way", ["served", "from disk"])
def test_the_picture_shows_what_was_chosen(static_site: StaticSite, window: Watch, way: str) -> None:
    served, on_disk = f"{static_site.served}fr/index.html", static_site.on_disk("fr/index.html")
    page = window(served if way == "served" else on_disk).page
    chosen_by_hand(page, {"evidence": "other", "year": "2020"})
    with page.expect_download() as download:
        page.locator("coherence-filter").get_by_role("link", name="SVG").first.click()
    drawn = ET.parse(download.value.path()).getroot()
    spans = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}tspan")]
    assert spans == page.locator("table.matrix td :is(b, i)").all_inner_texts()
    assert len(spans) > 10
    said = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert said[0] == page.locator("h1").inner_text()
    assert any(words and words.endswith(": 2020") for words in said[1:4])
    assert (said[-1] or "").startswith("Source")


def test_a_pair_is_opened_with_the_evidence_chosen(behind_server: Site) -> None:
    page = behind_server.page("fr/index.html", {"evidence": "editors"})
    assert page
    assert b'href="pair/lu-bhr-1--lu-bhr-2.html?evidence=editors"' in page.body


def test_titles_stay_in_their_language_after_a_choice(static_site: StaticSite, window: Watch) -> None:
    page = window(static_site.served + "fr/index.html").page
    page.locator("#data-language").select_option("en")
    chosen_by_hand(page, {"evidence": "plan"})
    expect(page.locator("table.matrix tbody th .label").first).to_have_attribute("lang", "en")
