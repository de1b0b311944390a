"""An analyst walks from the first page to the words a link rests on, and to the data behind them."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.served.conftest import Visit, follow

CHOICES = ("", "evidence=plan", "evidence=other&topic=human-rights&year=2020", "evidence=editors&body=maee&year=2021")


@pytest.fixture(scope="module")
def served(all_served: str) -> str:
    """All plans, since some choices leave nothing of a few."""
    return all_served


def number(page: Page, name: str) -> int:
    """One of the four numbers of the home page."""
    return figures(page.locator(f'[data-number="{name}"]').inner_text())[0]


def figures(text: str) -> list[int]:
    """The numbers in an English text, in their order."""
    return [int(figure.replace(",", "")) for figure in re.findall(r"\d+(?:,\d{3})*", text)]


@pytest.mark.parametrize("choice", CHOICES)
def test_every_number_opens_what_it_counts(visit: Visit, choice: str) -> None:
    page = visit(f"/en/index.html?{choice}").page
    linked, apart, unlinked = (number(page, name) for name in ("linked", "apart", "unlinked"))
    follow(page.locator("a.number", has=page.locator("[data-number=linked]")))
    assert dict(parse_qsl(urlsplit(page.url).query)) == dict(parse_qsl(choice))
    tables = page.locator('table[aria-labelledby="linked"] tbody tr')
    assert tables.count() == linked
    expect(page.locator("#unlinked")).to_contain_text(f"{apart:,}")
    page.go_back()
    follow(page.locator("a.number", has=page.locator("[data-number=unlinked]")))
    assert figures(page.locator("main").inner_text())[0] == unlinked


@pytest.mark.parametrize("choice", ["", "evidence=editors", "evidence=editors&body=maee&year=2021"])
def test_a_cell_opens_the_pair_it_tells_of(visit: Visit, choice: str) -> None:
    page = visit(f"/en/index.html?{choice}").page
    cell = page.locator("table.matrix td a").first
    arrow, said = cell.inner_text(), cell.get_attribute("title") or ""
    follow(cell)
    seen = page.locator("section[aria-labelledby=citing] .way .badge.declared").count()
    assert seen == (2 if "↔" in arrow else 1 if re.search("[→←]", arrow) else 0)
    shared = re.search(r"share (\S+\sbits?)", said)
    sentence = page.locator(".findings li", has=page.locator("[data-number=pair-texts]")).inner_text()
    assert (shared[1] if shared else "not seen") in sentence


def test_a_citation_to_look_for_opens_the_pair_that_says_why(visit: Visit) -> None:
    page = visit("/en/index.html").page
    first = page.locator("ol.wanted > li").first
    words = first.locator(".badge").first.inner_text()
    follow(first.locator("a").first)
    page.locator('.findings a[href="#citing"]').first.click()
    expect(page.locator("section[aria-labelledby=citing] .way .badge", has_text=words).first).to_be_visible()


def test_from_a_pair_to_the_words_and_their_document(visit: Visit) -> None:
    page = visit("/fr/index.html?evidence=editors").page
    follow(page.locator('table.matrix a[href^="pair/lu-bhr-1--lu-bhr-2"]').first)
    page.locator("details.fold > summary").evaluate_all("all => all.forEach(one => one.click())")
    link = page.locator("li.link").filter(has=page.locator("blockquote.quote")).first
    link.locator("summary").click()
    words = link.locator("blockquote.quote").first.inner_text()
    assert len(words) > 10
    link.locator("p.provenance a").first.click()
    page.wait_for_url("**/fr/sources.html#*")
    place = page.locator(":target")
    expect(place).to_be_visible()
    assert place.evaluate("node => node.getBoundingClientRect().top >= -1")
