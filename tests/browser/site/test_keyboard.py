"""The site by keyboard alone: one story a part."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Watch
from tests.browser.site.conftest import StaticSite

STOP: Final = """() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    const framed = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return [one.outerHTML.slice(0, 80), framed, seen];
}"""


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_the_first_key_leads_past_the_menu_to_the_content(few_site: StaticSite, window: Watch) -> None:
    page = window(f"{few_site.served}fr/index.html").page
    press(page, "Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("main")).to_be_focused()
    press(page, "Tab")
    expect(page.locator("main a").first).to_be_focused()


@pytest.mark.parametrize("kind", ["index", "pair", "plan", "obligations"])
def test_wherever_the_keyboard_stops_is_seen(few_site: StaticSite, window: Watch, kind: str) -> None:
    page = window(few_site.served + few_site.path(kind, "fr")).page
    stops = []
    for _ in range(60):
        press(page, "Tab")
        stops.append(page.evaluate(STOP))
    assert len({stop for stop, _, _ in stops}) > 40
    assert not [stop for stop in stops if not (stop[1] and stop[2])]


def test_why_two_plans_are_linked_is_opened(few_site: StaticSite, window: Watch) -> None:
    page = window(few_site.served + few_site.path("pair", "fr")).page
    why = page.locator(".links details").first
    page.locator("details.fold", has=why).locator("summary").first.focus()
    press(page, "Enter")
    expect(why.locator("summary")).to_be_visible()
    expect(why.locator("blockquote")).to_be_hidden()
    why.locator("summary").focus()
    press(page, "Enter")
    expect(why.locator("blockquote")).to_be_visible()


def test_a_suggestion_is_taken(few_site: StaticSite, window: Watch) -> None:
    page = window(f"{few_site.served}fr/about.html").page
    page.get_by_role("combobox", name="Chercher un plan").focus()
    page.keyboard.insert_text("minerais de conflit")  # at once, so that no later list takes the place of this one
    expect(page.get_by_role("option").first).to_contain_text("minerais")
    press(page, "ArrowDown", "Enter")
    page.wait_for_url("**/fr/*/*.html")
    expect(page.get_by_role("heading", level=1)).to_contain_text("minerais")
