"""The elements of the start script, and the style of all: pages of the site try it in light colours and on paper."""

from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import Watch, faults_of_access, too_wide
from tests.browser.web.conftest import Site
from tests.browser.web.test_network_view import BODY, drawn
from tests.browser.web.test_workbench import FORM, WEIGHTS, editor, run

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
<section><svg width="9" height="9"><a href="plan/one.html"><text>Plan one</text></a></svg>
<a href="body/etat.html">Ministry of State</a></section>
"""
SEARCH: Final = """
<label-search data-source="{source}"><form role="search" action="search.html"><label for="q">Search</label>
<input id="q" name="q" type="search"><button>Go</button></form></label-search>
"""


def test_tables_are_sorted_as_a_reader_expects_and_filtered(site: Site, window: Watch) -> None:
    page = window(site.page("table", TABLE + COUNTS)).page
    table, counts = (page.locator("sortable-table").nth(place) for place in (0, 1))
    names = table.locator("tbody td:first-child")
    for head, order in (
        ("Size", ["Zürich", "élan", "Berg"]),
        ("Size", ["élan", "Zürich", "Berg"]),  # an empty cell stays last
        ("Name", ["Berg", "élan", "Zürich"]),
    ):
        table.get_by_role("button", name=head).click()
        expect(names).to_have_text(order)
        sorting = "descending" if order[0] == "élan" else "ascending"
        expect(table.get_by_role("columnheader", name=head)).to_have_attribute("aria-sort", sorting)
    table.get_by_label("Find a row").fill("elan")
    expect(table.locator("tbody tr:visible")).to_have_count(1)
    expect(table.get_by_role("status")).to_have_text("1 of 3 rows")
    # numbers with marks between thousands are numbers
    counts.get_by_role("button", name="Size").click()
    expect(counts.locator("tbody td")).to_have_text(["1.5", "346", "2,346", "12,001"])
    for typed in ("2346", "2,346"):
        counts.get_by_label("Find a row").fill(typed)
        expect(counts.locator("tbody tr:visible")).to_have_text(["2,346"])


def test_labels_change_to_the_chosen_language_and_back(site: Site, window: Watch) -> None:
    page = window(site.page("language", LANGUAGE)).page
    labels = page.locator("p span.label")
    choice = page.get_by_label("Data")
    link = page.locator("section > a")
    for language, title, lang in (
        ("fr", "État", "fr"),
        ("en", "State", "en"),
        ("fr", "État", "fr"),
    ):
        choice.select_option(language)
        expect(labels).to_have_text([title, "Only"])
        expect(labels.first).to_have_attribute("lang", lang)
        expect(labels.last).to_have_attribute("lang", "en")
        expect(link).to_have_text(
            {"fr": "Ministère de l’État", "en": "Ministry of State"}[language]
        )
    page.reload()
    expect(labels.first).to_have_text("État")
    choice.select_option("")
    expect(labels.first).to_have_text("State")


def test_a_text_is_copied_and_said_to_be(site: Site, window: Watch) -> None:
    body = '<copy-button data-copy="https://example.org/a" data-done="Done"><button type="button">Copy</button>'
    address = site.page("copy", f'{body}</copy-button><label>Paste <input id="p"></label>')
    page = window(address, permissions=["clipboard-read", "clipboard-write"]).page
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("Done")
    page.get_by_label("Paste").focus()
    page.keyboard.press("Control+V")
    expect(page.get_by_label("Paste")).to_have_value("https://example.org/a")


@pytest.mark.parametrize("place", ["served", "disk"])
def test_suggestions_come_from_the_list_of_labels(site: Site, window: Watch, place: str) -> None:
    page = window(
        site.at(place, site.page("search", SEARCH.format(source="../data/labels.js")))
    ).page
    box = page.get_by_role("combobox", name="Search")
    box.fill("elan")  # at once, so that no later list takes the place of this one
    expect(page.get_by_role("option")).to_have_count(1)
    expect(page.get_by_role("option")).to_contain_text("4.3 Élan for minerals")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")


CELLS: Final = """
<td class="declared"><a href="#">3 <span class="inferred">+2</span></a></td>
<td class="inferred"><a href="#">+2</a></td><td class="none"><span>0</span></td><td class="self"></td>
"""
HEADS: Final = '<th scope="col">Plan</th>' * 12
ROW: Final = f'<tr><th scope="row"><a href="#">A long name of plan</a></th>{CELLS * 3}</tr>'
PAGE: Final = (
    '<ul class="numbers"><li><a class="number" href="#"><span>12</span> pairs</a></li></ul>'
    '<div class="scroll" role="region" tabindex="0" aria-label="Matrix"><table class="matrix">'
    f"<thead><tr><td></td>{HEADS}</tr></thead><tbody>{ROW * 8}</tbody></table></div>"
    f"{TABLE}{LANGUAGE}{SEARCH.format(source='../data/labels.js')}"
    '<p><span class="badge declared">declared</span> <span class="badge inferred">inferred</span> '
    '<span class="badge unverified">unverified</span> <span class="badge gap">gap</span> '
    '<span class="fallback">en</span></p>'
    '<blockquote class="quote" lang="fr">cité</blockquote><p class="provenance">From</p><p class="notice">Note</p>'
    '<ul class="cards"><li class="card"><h2>Card</h2><p>Text</p></li></ul><p class="iri">https://example.org/a</p>'
    '<form class="filters"><label>Year <select><option>2024</option></select></label><button>Show</button></form>'
    '<div class="lanes" role="group" tabindex="0" aria-label="Lanes"><svg width="900" height="20"></svg>'
    "</div>"
)
BODIES: Final = {"parts": PAGE, "sparql": editor(WEIGHTS), "network": BODY, "question": FORM}
SMALL: Final = """all => all.filter(one => {
    const { width, height } = one.getBoundingClientRect();
    return width < 24 || height < 24;
}).map(one => one.outerHTML.slice(0, 60))"""


@pytest.mark.parametrize("name", BODIES)
def test_nothing_keeps_people_out_in_dark_colours_on_a_small_screen(
    site: Site, window: Watch, name: str
) -> None:
    page = window(site.page(f"access-{name}", BODIES[name]), width=360, color_scheme="dark").page
    if name == "sparql":
        run(page)
        expect(page.get_by_role("link", name="Plan one")).to_be_visible()
    elif name == "network":
        drawn(page).locator("[data-thing=a]").click()
    faults = [*too_wide(page, [360]), *faults_of_access(page)]
    assert not faults, "\n".join(faults)


def test_a_small_screen_keeps_names_of_rows_in_sight_and_targets_large(
    site: Site, window: Watch
) -> None:
    looks = ("", "quiet", "sort", "stop")
    buttons = "".join(
        f'<p><button type="button" class="{look}" data-bare>×</button></p>' for look in looks
    )
    page = window(site.page("small", PAGE + buttons), width=360).page
    page.get_by_role("region", name="Matrix").evaluate("region => { region.scrollLeft = 400; }")
    box = page.locator(".matrix tbody th").first.bounding_box()
    assert box
    assert 0 <= box["x"] < 40
    # whatever letters a machine has, and however narrow: a button without any is large enough
    bare = page.locator("[data-bare]")
    bare.evaluate_all("all => all.forEach(button => { button.textContent = ''; })")
    assert bare.count() == len(looks)
    targets = page.locator("button:visible, select:visible, input:visible, td a:visible, a.number")
    assert targets.count() > 50
    assert not targets.evaluate_all(SMALL)
    assert not bare.evaluate_all(SMALL)


def test_words_a_page_lacks_are_an_error_a_developer_sees(site: Site, window: Watch) -> None:
    watched = window(site.page("wordless", TABLE, words='{"table": {"filter": "Find"}}'))
    watched.page.get_by_label("Find a row").fill("elan")
    expect(watched.page.get_by_role("status")).to_have_text("count-of")
    watched.forgive("words: table.count-of")
