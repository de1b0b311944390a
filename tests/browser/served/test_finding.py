"""Searching, suggestions, and the two languages: that of the page and that of the titles on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.served.conftest import follow

if TYPE_CHECKING:
    from tests.browser.served.conftest import Visit

TITLE = "main h1 .label"
OFFICIAL = "main .official .label"
"""The full title of a thing whose short name is the heading."""


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("egalite", "égalité"),
        ("ÉGALITÉ", "égalité"),
        ("conflict minerals", "minerais de conflit"),
        ("2017/821", "2017/821"),
        ("devoir diligence", "devoir de diligence"),
        ("Menschenrechte", ""),
    ],
)
def test_what_is_searched_is_found_with_or_without_accents(visit: Visit, asked: str, found: str) -> None:
    page = visit("/fr/index.html").page
    page.locator("#find").fill(asked)
    page.get_by_role("search").get_by_role("button").click()
    page.wait_for_url("**/fr/search.html?q=*")
    expect(page.locator("main")).to_contain_text(asked)
    expect(page.locator("main section a").first).to_be_visible()
    expect(page.locator("main")).to_contain_text(found)


def test_what_is_not_there_is_said(visit: Visit) -> None:
    page = visit("/en/search.html?q=zzzzzz").page
    expect(page.locator("main")).to_contain_text("0 things found for “zzzzzz”")
    expect(page.locator("main section")).to_have_count(0)


def test_a_suggestion_is_chosen_by_keyboard(visit: Visit) -> None:
    page = visit("/fr/plans.html").page
    box = page.locator("#find")
    box.focus()
    page.keyboard.insert_text("minerais de conflit")  # at once, so that no later list takes the place of this one
    expect(page.get_by_role("option").first).to_contain_text("minerais")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.type(" ")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url("**/fr/*/*.html")
    expect(page.get_by_role("heading", level=1)).to_contain_text("minerais")


def test_suggestions_come_in_the_language_of_the_page(visit: Visit) -> None:
    page = visit("/en/plans.html").page
    page.locator("#find").fill("minerais de conflit")
    expect(page.get_by_role("option").first.locator("[lang=en]")).to_be_visible()


@pytest.mark.parametrize(
    "path",
    [
        "index.html?evidence=other&year=2021",
        "pair/lu-bhr-1--lu-bhr-2.html?evidence=plan",
        "question/who-should-talk.html?body=maee",
        "search.html?q=diligence",
        "action/lu-bhr-2-4-3.html",
        "gap/action-without-body.html",
    ],
)
def test_another_language_shows_the_same_page(visit: Visit, path: str) -> None:
    page = visit(f"/fr/{path}").page
    for name, tag in (("English", "en"), ("Deutsch", "de"), ("Français", "fr")):
        page.locator("nav.languages").get_by_role("link", name=name).click()
        expect(page).to_have_url(re.compile(re.escape(f"/{tag}/{path}") + "$"))
        expect(page.locator("html")).to_have_attribute("lang", tag)
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_first_page_speaks_the_language_of_the_browser(visit: Visit) -> None:
    assert visit("/", locale="de-LU").page.url.endswith("/de/index.html")


def test_titles_change_their_language_at_once_and_stay_in_it(visit: Visit) -> None:
    page = visit("/fr/plan/lu-bhr-2.html").page
    expect(page.locator(TITLE)).to_have_attribute("lang", "fr")
    page.locator("#data-language").select_option("en")
    expect(page.locator(TITLE)).to_have_attribute("lang", "en")
    expect(page.locator(TITLE)).to_contain_text("Business and human rights")
    expect(page.locator(OFFICIAL)).to_contain_text("National Action Plan")
    assert "data=" not in page.url
    page.reload()
    expect(page.locator(TITLE)).to_have_attribute("lang", "en")
    page.goto(page.url.replace("plan/lu-bhr-2", "action/lu-bhr-2-4-3"))
    expect(page.locator(TITLE)).to_contain_text("conflict minerals")
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_titles_change_their_language_by_the_form_where_there_is_no_script(visit: Visit) -> None:
    page = visit("/fr/pair/lu-bhr-1--lu-bhr-2.html?evidence=other", java_script_enabled=False).page
    page.locator("#data-language").select_option("en")
    page.locator("data-language button").click()
    expect(page.locator(TITLE).first).to_have_attribute("lang", "en")
    expect(page.locator("#evidence")).to_have_value("other")
    follow(page.locator(TITLE).first)
    expect(page.locator(TITLE)).to_have_attribute("lang", "en")
    assert page.url.endswith("?data=en")


def test_a_title_that_lacks_a_language_says_which_it_has(visit: Visit) -> None:
    page = visit("/de/plan/lu-bhr-2.html").page
    expect(page.locator(OFFICIAL)).to_have_class("label fallback")
    expect(page.locator(OFFICIAL)).to_have_attribute("lang", "fr")
