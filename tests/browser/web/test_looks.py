"""The style sheet: read by everyone, in light and dark, on a small screen, on paper and without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import pytest
from playwright.sync_api import expect

from pan2kg.i18n.catalogue import Language, Messages
from tests.browser.chromium import faults_of_access
from tests.browser.web.test_network_view import BODY, drawn
from tests.browser.web.test_small_elements import LANGUAGE, SEARCH, TABLE
from tests.browser.web.test_workbench import FORM, WEIGHTS, editor, run

if TYPE_CHECKING:
    from pathlib import Path

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
MATRIX: Final = (
    '<div class="scroll" role="region" tabindex="0" aria-label="Matrix"><table class="matrix">'
    f"<thead><tr><td></td>{HEADS}</tr></thead><tbody>{ROWS}</tbody></table></div>"
)
PAGE: Final = (
    '<ul class="numbers"><li><a class="number" href="#"><span>12</span> pairs</a></li></ul>'
    f"{MATRIX}{TABLE}{LANGUAGE}{SEARCH.format(source='../data/labels.js')}"
    '<p><span class="badge declared">declared</span> <span class="badge inferred">inferred</span> '
    '<span class="badge unverified">unverified</span> <span class="badge gap">gap</span> '
    '<span class="fallback">en</span></p>'
    '<blockquote class="quote" lang="fr">cité</blockquote><p class="provenance">From</p><p class="notice">Note</p>'
    '<ul class="cards"><li class="card"><h2>Card</h2><p>Text</p></li></ul><p class="iri">https://example.org/a</p>'
    '<form class="filters"><label>Year <select><option>2024</option></select></label><button>Show</button></form>'
    '<div class="lanes" role="group" tabindex="0" aria-label="Lanes"><svg width="900" height="20"></svg>'
    "</div>"
)
Colours = Literal["light", "dark"]
BODIES: Final = {"parts": PAGE, "sparql": editor(WEIGHTS), "network": BODY, "question": FORM}


@pytest.mark.parametrize(("width", "colours"), [(1280, "light"), (360, "dark")])
@pytest.mark.parametrize("name", BODIES)
def test_nothing_keeps_people_out(site: Site, window: Watch, name: str, width: int, colours: Colours) -> None:
    page = window(site.page(f"access-{name}", BODIES[name]), width=width, color_scheme=colours).page
    if name == "sparql":
        run(page)
        expect(page.get_by_role("link", name="Plan one")).to_be_visible()
    elif name == "network":
        drawn(page).locator("[data-thing=a]").click()
    faults = faults_of_access(page)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", BODIES)
def test_no_page_is_wider_than_a_small_screen(site: Site, window: Watch, name: str) -> None:
    page = window(site.page(f"small-{name}", BODIES[name]), width=360).page
    if name == "network":
        drawn(page)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{wide} pixels too wide"


def test_the_first_column_of_the_matrix_stays_in_sight(site: Site, window: Watch) -> None:
    page = window(site.page("matrix", MATRIX), width=360).page
    page.get_by_role("region").evaluate("region => { region.scrollLeft = 400; }")
    box = page.locator("tbody th").first.bounding_box()
    assert box
    assert 0 <= box["x"] < 40


SIZES: Final = """all => all.map(one => {
    const { width, height } = one.getBoundingClientRect();
    return [one.outerHTML.slice(0, 60), width, height];
})"""


def test_targets_are_large_enough(site: Site, window: Watch) -> None:
    page = window(site.page("targets", PAGE), width=360).page
    sizes = page.locator("button:visible, select:visible, input:visible, td a:visible, a.number").evaluate_all(SIZES)
    assert sizes
    assert not [name for name, width, height in sizes if width < 24 or height < 24]


def test_no_size_of_a_target_follows_from_a_font(site: Site, window: Watch) -> None:
    """Whatever letters a machine has, and however narrow: a button without any is large enough."""
    looks = ("", "quiet", "sort", "stop")
    buttons = "".join(f'<p><button type="button" class="{look}">×</button></p>' for look in looks)
    page = window(site.page("fonts", buttons), width=360).page
    page.locator("button").evaluate_all("all => all.forEach(button => { button.textContent = ''; })")
    sizes = page.locator("button").evaluate_all(SIZES)
    assert len(sizes) == len(looks)
    assert not [name for name, width, height in sizes if width < 24 or height < 24]


def test_the_menu_opens_without_scripts_on_a_small_screen(site: Site, window: Watch) -> None:
    items = '<ul><li><a href="#">Plans</a></li></ul>'
    menu = f'<nav class="menu" aria-label="Menu"><details><summary>Menu</summary>{items}</details></nav>'
    address = site.page("menu", menu)
    small = window(address, width=360, java_script_enabled=False).page
    expect(small.get_by_role("link", name="Plans")).to_be_hidden()
    small.locator("summary").click()
    expect(small.get_by_role("link", name="Plans")).to_be_visible()
    expect(window(address).page.get_by_role("link", name="Plans")).to_be_visible()


def test_a_page_prints_without_its_controls(site: Site, window: Watch, tmp_path: Path) -> None:
    page = window(site.page("print", PAGE)).on_paper()
    expect(page.locator(".table-filter")).to_be_hidden()
    expect(page.locator("form.filters")).to_be_hidden()
    expect(page.locator("table.matrix")).to_be_visible()
    target = tmp_path / "page.pdf"
    page.pdf(path=target)
    assert target.read_bytes().startswith(b"%PDF")


def test_a_page_speaks_its_language(site: Site, window: Watch) -> None:
    page = drawn(window(site.page("words", BODY, language="fr")).page)
    expect(page.get_by_text(said_in("fr", "nodes", 4))).to_be_visible()
    page.get_by_label(said_in("fr", "find"), exact=True).fill("introuvable")
    expect(page.get_by_text(said_in("fr", "nodes", 0), exact=True)).to_be_visible()


def said_in(language: Language, key: str, n: int = 1) -> str:
    """What the network says under a key."""
    return Messages("page").say(f"script-network-{key}", language, n=n)


def test_words_a_page_lacks_are_an_error_a_developer_sees(site: Site, window: Watch) -> None:
    watched = window(site.page("wordless", TABLE, words='{"table": {"filter": "Find"}}'))
    watched.page.get_by_label("Find a row").fill("elan")
    expect(watched.page.get_by_role("status")).to_have_text("count-of")
    watched.forgive("page-words: table.count-of")
