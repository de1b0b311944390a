"""The elements of the start script: tables, labels, copying, search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.chromium import Watch
    from tests.browser.web.conftest import Site

TABLE: Final = """
<sortable-table data-filter-label="Find a row"><div class="scroll" role="region" tabindex="0" aria-label="Rows">
<table class="rows"><thead><tr><th scope="col">Name</th><th scope="col">Size</th></tr></thead><tbody>
<tr><td>Zürich</td><td data-value="9">nine</td></tr><tr><td>élan</td><td data-value="10">ten</td></tr>
<tr><td>Berg</td><td></td></tr></tbody></table></div></sortable-table>
"""
COUNTS: Final = """
<sortable-table data-filter-label="Find a row"><table class="rows"><thead><tr><th scope="col">Size</th></tr></thead>
<tbody><tr><td>2,346</td></tr><tr><td>346</td></tr><tr><td>12,001</td></tr><tr><td>1.5</td></tr></tbody></table>
</sortable-table>
"""
LANGUAGE: Final = """
<data-language hidden><form><label for="data">Data</label><select id="data" name="data">
<option value="">as published</option>
<option value="fr">fr</option><option value="en">en</option></select><button>Go</button></form></data-language>
<p><span class="label" lang="en" data-fr="État">State</span>
<span class="label" lang="en">Only</span></p>
"""
SEARCH: Final = """
<label-search data-source="{source}"><form role="search" action="search.html"><label for="q">Search</label>
<input id="q" name="q" type="search"><button>Go</button></form></label-search>
"""


def test_a_heading_sorts_by_value_and_empty_cells_stay_last(site: Site, window: Watch) -> None:
    page = window(site.page("table", TABLE)).page
    names = page.locator("tbody td:first-child")
    page.get_by_role("button", name="Size").click()
    expect(names).to_have_text(["Zürich", "élan", "Berg"])
    page.get_by_role("button", name="Size").click()
    expect(names).to_have_text(["élan", "Zürich", "Berg"])
    expect(page.get_by_role("columnheader", name="Size")).to_have_attribute("aria-sort", "descending")


def test_names_sort_as_a_reader_expects(site: Site, window: Watch) -> None:
    page = window(site.page("table-names", TABLE)).page
    page.get_by_role("button", name="Name").click()
    expect(page.locator("tbody td:first-child")).to_have_text(["Berg", "élan", "Zürich"])


def test_the_filter_is_blind_to_accents(site: Site, window: Watch) -> None:
    page = window(site.page("table-filter", TABLE)).page
    page.get_by_label("Find a row").fill("elan")
    expect(page.locator("tbody tr:visible")).to_have_count(1)
    expect(page.get_by_role("status")).to_have_text("1 of 3 rows")


def test_numbers_with_marks_between_thousands_are_sorted_and_found_as_numbers(site: Site, window: Watch) -> None:
    page = window(site.page("table-counts", COUNTS)).page
    page.get_by_role("button", name="Size").click()
    expect(page.locator("tbody td")).to_have_text(["1.5", "346", "2,346", "12,001"])
    for typed in ("2346", "2,346"):
        page.get_by_label("Find a row").fill(typed)
        expect(page.locator("tbody tr:visible")).to_have_text(["2,346"])


def test_labels_change_to_the_chosen_language_and_back(site: Site, window: Watch) -> None:
    page = window(site.page("language", LANGUAGE)).page
    labels = page.locator("span.label")
    page.get_by_label("Data").select_option("fr")
    expect(labels).to_have_text(["État", "Only"])
    expect(labels.first).to_have_attribute("lang", "fr")
    expect(labels.last).to_have_attribute("lang", "en")
    page.get_by_label("Data").select_option("en")
    expect(labels).to_have_text(["State", "Only"])
    expect(labels.first).to_have_attribute("lang", "en")
    page.get_by_label("Data").select_option("fr")
    page.reload()
    expect(labels.first).to_have_text("État")
    page.get_by_label("Data").select_option("")
    expect(labels.first).to_have_text("State")


def test_a_text_is_copied_and_said_to_be(site: Site, window: Watch) -> None:
    button = '<button type="button">Copy</button>'
    body = f'<copy-button data-copy="https://example.org/a" data-done="Done">{button}</copy-button>'
    page = window(site.page("copy", f'{body}<label>Paste <input id="p"></label>'), permissions=["clipboard-read"]).page
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("Done")
    page.get_by_label("Paste").focus()
    page.keyboard.press("Control+V")
    expect(page.get_by_label("Paste")).to_have_value("https://example.org/a")


@pytest.mark.parametrize("place", ["served", "disk"])
def test_suggestions_come_from_the_list_of_labels(site: Site, window: Watch, place: str) -> None:
    address = site.page("search", SEARCH.format(source="../data/labels.js"))
    page = window(address if place == "served" else site.on_disk(address)).page
    box = page.get_by_role("combobox", name="Search")
    box.fill("elan")  # at once, so that no later list takes the place of this one
    expect(page.get_by_role("option")).to_have_count(1)
    expect(page.get_by_role("option")).to_contain_text("4.3 Élan for minerals")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")


def test_a_suggestion_chosen_by_keyboard_opens_its_page(site: Site, window: Watch) -> None:
    target = site.page("plan/one", "")
    page = window(site.page("search-served", SEARCH.format(source="../search.json"))).page
    box = page.get_by_role("combobox", name="Search")
    box.fill("plan")
    expect(page.get_by_role("option")).to_have_count(1)
    box.press("ArrowDown")
    expect(page.get_by_role("option")).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    page.wait_for_url(target)
