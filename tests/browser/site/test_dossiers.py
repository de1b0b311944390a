"""Dossiers in a browser: short before the statements, which open by their addresses, without scripts too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.pages import EXAMPLES

if TYPE_CHECKING:
    from tests.browser.chromium import Watch
    from tests.browser.site.conftest import StaticSite

SCREEN = 800
MOST = 4
"""How many screens of 1280 × 800 a dossier may fill before the data and sources."""
KINDS = ("plan", "action", "body", "instrument", "topic", "pair")


@pytest.mark.parametrize("kind", KINDS)
def test_a_dossier_is_four_screens_before_its_data_and_answers_on_the_first(
    static_site: StaticSite, window: Watch, kind: str
) -> None:
    page = window(static_site.served + static_site.path(kind, "fr")).page
    page.set_viewport_size({"width": 1280, "height": SCREEN})
    tops = page.evaluate(
        "['h1', '.findings li', '.tab'].map(name => document.querySelector(name).getBoundingClientRect())"
        ".map(box => [box.top + scrollY, box.height])"
    )
    assert tops[0][1] <= 120, "a heading that fills the screen"
    assert tops[1][0] < SCREEN, "the first answer stands below the first screen"
    assert tops[2][0] <= MOST * SCREEN


def test_what_a_number_counts_opens_without_scripts(static_site: StaticSite, window: Watch) -> None:
    page = window(static_site.served + static_site.path("plan", "fr"), java_script_enabled=False).page
    expect(page.get_by_role("heading", name="Données et sources")).to_be_hidden()
    page.locator('.findings a[href="#meets"]').click()
    expect(page.locator("#meets")).to_be_visible()
    page.locator('.page-tabs a[href="#data"]').click()
    expect(page.locator("#machine")).to_be_visible()


def test_the_address_of_a_statement_still_opens_it(static_site: StaticSite, window: Watch) -> None:
    page = window(f"{static_site.served}fr/action/{EXAMPLES['action']}.html#rests").page
    expect(page.locator("#rests")).to_be_visible()
