"""The style sheet: read by everyone, in dark colours, on a small screen; pages of the site try the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import faults_of_access, too_wide
from tests.browser.web.test_network_view import BODY, drawn
from tests.browser.web.test_small_elements import LANGUAGE, SEARCH, TABLE
from tests.browser.web.test_workbench import FORM, WEIGHTS, editor, run

if TYPE_CHECKING:
    from tests.browser.chromium import Watch
    from tests.browser.web.conftest import Site

CELLS: Final = """
<td class="declared"><a href="#">3 <span class="inferred">+2</span></a></td>
<td class="inferred"><a href="#">+2</a></td><td class="none"><span>0</span></td><td class="self"></td>
"""
HEADS: Final = "".join(f'<th scope="col">Plan {i}</th>' for i in range(12))
ROWS: Final = "".join(
    f'<tr><th scope="row"><a href="#">A long name of plan {i}</a></th>{CELLS * 3}</tr>' for i in range(8)
)
PAGE: Final = (
    '<ul class="numbers"><li><a class="number" href="#"><span>12</span> pairs</a></li></ul>'
    '<div class="scroll" role="region" tabindex="0" aria-label="Matrix"><table class="matrix">'
    f"<thead><tr><td></td>{HEADS}</tr></thead><tbody>{ROWS}</tbody></table></div>"
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
def test_nothing_keeps_people_out_in_dark_colours_on_a_small_screen(site: Site, window: Watch, name: str) -> None:
    """In light ones, and at other widths, pages of the site are looked at."""
    page = window(site.page(f"access-{name}", BODIES[name]), width=360, color_scheme="dark").page
    if name == "sparql":
        run(page)
        expect(page.get_by_role("link", name="Plan one")).to_be_visible()
    elif name == "network":
        drawn(page).locator("[data-thing=a]").click()
    faults = [*too_wide(page, [360]), *faults_of_access(page)]
    assert not faults, "\n".join(faults)


def test_a_small_screen_keeps_names_of_rows_in_sight_and_targets_large(site: Site, window: Watch) -> None:
    looks = ("", "quiet", "sort", "stop")
    buttons = "".join(f'<p><button type="button" class="{look}" data-bare>×</button></p>' for look in looks)
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
    watched.forgive("page-words: table.count-of")
