"""Exploring the network as the service shows it: filter, find, way, why, neighbours, pictures to keep."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import settled

if TYPE_CHECKING:
    from tests.browser.served.conftest import Visit

SVG = "{http://www.w3.org/2000/svg}"


def things(page: Page) -> int:
    """How many things are listed beside the picture."""
    return page.locator("[data-thing]").count()


def opened(visit: Visit, path: str, *, width: int = 1280) -> Page:
    """A page with its network drawn."""
    return settled(visit(path, width=width).page)


def test_what_is_filtered_leaves_the_list_and_comes_back(visit: Visit) -> None:
    page = opened(visit, "/en/network.html")
    before = things(page)
    page.get_by_label("use of an instrument (").uncheck()
    assert 0 < things(page) < before
    page.get_by_label("inferred", exact=True).uncheck()
    page.locator(".network-lists details").nth(1).locator("summary").click()
    expect(page.locator("[data-link]").first).to_be_visible()
    expect(page.locator(".network-lists .badge.inferred")).to_have_count(0)
    page.get_by_label("Plan", exact=True).select_option(index=1)
    assert things(page) < before
    page.get_by_role("button", name="Show everything again").click()
    assert things(page) >= before


def test_a_thing_is_found_opened_and_leads_to_its_page(visit: Visit) -> None:
    page = opened(visit, "/en/network.html")
    page.get_by_label("Find", exact=True).fill("minerais de conflit")
    if not things(page):
        page.get_by_label("Find", exact=True).fill("conflict minerals")
    page.get_by_label("Find", exact=True).press("Enter")
    panel = page.locator(".network-panel")
    expect(panel.locator(".panel-head")).to_contain_text("onflict")
    expect(panel.locator("blockquote.quote").first).to_be_visible()
    panel.get_by_role("link", name="Open its page").click()
    page.wait_for_url("**/en/*/*.html")
    expect(page.get_by_role("heading", level=1)).to_contain_text("onflict")


def test_why_a_link_is_there_stands_in_the_panel(visit: Visit) -> None:
    page = opened(visit, "/en/network/plan--lu-bhr-2.html")
    page.locator(".network-lists details").nth(1).locator("summary").click()
    page.locator("[data-link]").first.click()
    panel = page.locator(".network-panel")
    expect(panel.locator(".badge").first).to_be_visible()
    expect(panel.locator("p.provenance, blockquote").first).to_be_visible()


def test_the_way_between_two_things_is_told(visit: Visit) -> None:
    page = opened(visit, "/en/network/plan--lu-bhr-2.html")
    page.get_by_text("Shortest way").click()
    start, end = page.get_by_label("From", exact=True), page.get_by_label("To", exact=True)
    start.select_option(index=1)
    page.get_by_role("button", name="Find the way").click()
    expect(page.locator("network-view > .network-columns .status")).to_contain_text("No way leads")
    ends = page.locator(".network-lists tbody tr").first.locator("td")
    page.locator(".network-lists details").nth(1).locator("summary").click()
    start.select_option(label=ends.first.inner_text())
    end.select_option(label=ends.last.inner_text())
    page.get_by_role("button", name="Find the way").click()
    expect(page.locator("network-view > .network-columns .status")).to_contain_text("1 step: ")


def test_a_thing_is_hidden_and_shown_again_among_its_neighbours(visit: Visit) -> None:
    page = opened(visit, "/en/network/plan--lu-bhr-2.html#lu-bhr-2")
    before = things(page)
    neighbour = page.locator(".network-panel ul.links button").first
    neighbour.click()
    page.get_by_role("button", name="Hide it").click()
    assert things(page) < before
    page.get_by_label("Find", exact=True).fill("PAN 2")
    page.locator('[data-thing$="/plan/lu-bhr-2"]').click()
    page.get_by_label("Find", exact=True).fill("")
    page.get_by_role("button", name="Show its neighbours").click()
    expect(page.locator("[data-thing]").nth(before - 1)).to_be_attached()


def test_pictures_are_saved(visit: Visit) -> None:
    page = opened(visit, "/en/network.html")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as SVG").click()
    root = ET.fromstring(download.value.path().read_text(encoding="utf-8"))
    assert root.tag == f"{SVG}svg"
    assert len(root.findall(f".//{SVG}text")) >= things(page) // 2
    assert not root.findall(f".//{SVG}script")
    assert not [name for node in root.iter() for name in node.attrib if name.startswith("on")]
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as PNG").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("path", ["/fr/network.html", "/de/network/plan--lu-bhr-1.html"])
def test_it_fits_a_small_screen(visit: Visit, path: str) -> None:
    page = opened(visit, path, width=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
