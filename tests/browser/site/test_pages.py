"""Every type of page, in every language, on wide and small screens, from disk, on paper, by keys, without scripts."""

import re
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect
from pypdfium2 import PdfDocument

from pan2kg.i18n import LANGUAGES
from tests.browser.chromium import Watch, faults_of_access, faults_of_looks, settled, too_wide
from tests.browser.site.conftest import TYPES, StaticSite
from tests.lots import by_lot
from tests.pages import EXAMPLES

WIDTHS = (1280, 360)
LOOKED_AT = (360, 768, 1280)
LYING = 1032
"""How wide a lying A4 sheet is between its margins, in pixels."""
HIGHEST = 13_800
"""How many pixels high the longest pages of the whole graph are on a small screen, but for what is folded."""
HEAVY = 100_000
"""From how many bytes a page takes long to look at."""
SCREEN = 800
MOST = 4
"""How many screens of 1280 × 800 a dossier may fill before the data and sources."""


@pytest.mark.parametrize("kind", TYPES)
def test_nothing_keeps_people_out_and_no_page_scrolls_sideways(
    static_site: StaticSite, few_site: StaticSite, window: Watch, kind: str
) -> None:
    """In French of the whole graph, at each width, and in another language, by lot, of a few plans, opened from disk.
    By axe and for its looks it is that of a few plans too, where these make it much shorter: it has
    the same parts."""
    page = settled(
        window(static_site.served + static_site.path(kind, "fr")).page, "h1", "data-language select"
    )
    faults = too_wide(page, WIDTHS)
    if (high := int(page.evaluate("document.documentElement.scrollHeight"))) > HIGHEST:
        faults.append(f"{WIDTHS[-1]}: {high} pixels high")
    long = static_site.put(static_site.path(kind, "fr")).stat().st_size
    if long > HEAVY and 2 * few_site.put(few_site.path(kind, "fr")).stat().st_size < long:
        page = settled(window(few_site.served + few_site.path(kind, "fr"), width=WIDTHS[-1]).page)
    faults += [*faults_of_looks(page, LOOKED_AT), *faults_of_access(page, WIDTHS, most=6)]
    for language in by_lot((tag for tag in LANGUAGES if tag != "fr"), 1):
        address = few_site.on_disk(few_site.path(kind, language))
        page = settled(window(address).page, "h1", "data-language select")
        faults += [
            *too_wide(page, WIDTHS),
            *(f"{language} {fault}" for fault in faults_of_looks(page, LOOKED_AT)),
        ]
        faults += faults_of_access(page, WIDTHS[-1:], most=4)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("kind", ["plan", "action", "body", "instrument", "topic", "pair"])
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


def test_what_a_number_counts_opens_without_scripts_and_by_its_address(
    static_site: StaticSite, window: Watch
) -> None:
    page = window(
        static_site.served + static_site.path("plan", "fr"), java_script_enabled=False
    ).page
    expect(page.get_by_role("heading", name="Données et sources")).to_be_hidden()
    page.locator('.findings a[href="#meets"]').click()
    expect(page.locator("#meets")).to_be_visible()
    page.locator("details.tab > summary").click()
    expect(page.locator("#machine")).to_be_visible()
    page = window(f"{static_site.served}fr/action/{EXAMPLES['action']}.html#rests").page
    expect(page.locator("#rests")).to_be_visible()


def test_a_page_is_read_without_scripts(few_site: StaticSite, window: Watch) -> None:
    for kind in by_lot(TYPES, 12):
        page = window(
            few_site.served + few_site.path(kind, "fr"), java_script_enabled=False, width=360
        ).page
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator("main [hidden]:visible")).to_have_count(0)
        assert len(page.locator("main").inner_text()) > 150, kind
        for form in page.locator("main form:visible").all():
            assert form.locator("textarea").count(), (
                f"A form that needs a script is shown without one: {kind}"
            )
        if page.locator(".menu > a").count():  # pages of things lead to where menu and search stand
            page.locator(".menu > a").click()
        page.locator(".menu summary").click()
        expect(page.locator(".menu a").first).to_be_visible()
        expect(page.get_by_role("search").get_by_role("button")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_screen_holds_the_findings_and_the_time_map(
    static_site: StaticSite, window: Watch, width: int
) -> None:
    page = window(f"{static_site.served}fr/index.html", width=width, height=800).page
    expect(page.locator(".opening .findings li:visible")).to_have_count(4)
    drawn = page.locator(".opening .lanes:visible svg [data-of]")
    assert drawn.count() > 8
    ends = "all => Math.max(...all.map(one => one.getBoundingClientRect().bottom))"
    assert page.locator(".opening .findings li").evaluate_all(ends) < 800
    assert drawn.evaluate_all(ends) < 800


@pytest.mark.parametrize("scripts", [True, False])
def test_folded_rows_are_printed_but_for_the_second_tab(
    few_site: StaticSite, window: Watch, *, scripts: bool
) -> None:
    watched = window(few_site.served + few_site.path("plan", "fr"), java_script_enabled=scripts)
    page = watched.page
    row = page.locator("main details.fold table tbody tr").last
    expect(row).to_be_hidden()
    watched.on_paper()
    for name in (
        ".menu",
        ".languages",
        "label-search",
        "data-language",
        "form",
        ".skip",
        ".table-filter",
    ):
        expect(page.locator(f"{name}:visible")).to_have_count(0)
    expect(page.locator(".page-foot a").first).to_be_visible()
    expect(row).to_be_visible()
    expect(page.locator("main details.tab")).to_be_hidden()
    expect(page.locator("main .links details:visible")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_small_screen_shows_the_first_rows_until_all_are_asked_for(
    few_site: StaticSite, window: Watch, *, scripts: bool
) -> None:
    watched = window(f"{few_site.served}fr/sources.html", width=360, java_script_enabled=scripts)
    page = watched.page
    rows = page.locator("main tbody tr")
    shown = page.locator("main tbody tr:visible")
    key = rows.last.get_attribute("id")
    assert rows.count() > 9
    expect(shown).to_have_count(7)
    watched.on_paper()
    expect(shown).to_have_count(rows.count())
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(shown).to_have_count(rows.count())
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{few_site.served}fr/sources.html#{key}")
    expect(rows.last).to_be_visible()
    if scripts:
        page.locator(".table-filter input").fill(rows.last.inner_text().split()[0])
        expect(page.locator(".rest input")).to_be_checked()
        page.locator(".table-filter input").fill("")
    else:
        page.locator(".rest input").check()
    expect(shown).to_have_count(rows.count())


def test_two_plans_are_printed_on_eight_pages_at_most(
    static_site: StaticSite, window: Watch
) -> None:
    page = settled(window(static_site.served + static_site.path("pair", "fr")).page)
    printed = PdfDocument(page.pdf(format="A4"))
    assert 0 < len(printed) <= 8
    words = "".join(sheet.get_textpage().get_text_bounded() for sheet in printed)
    assert "Source" in words, "the line of sources stands below the picture"


@pytest.mark.parametrize("kind", ["index", "obligations", "plans"])
def test_wide_tables_fit_a_sheet_laid_on_its_side(
    static_site: StaticSite, window: Watch, kind: str, tmp_path: Path
) -> None:
    page = window(static_site.served + static_site.path(kind, "fr"), width=LYING).on_paper()
    page.pdf(path=tmp_path / "page.pdf", format="A4", prefer_css_page_size=True)
    sheets = re.findall(rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)", (tmp_path / "page.pdf").read_bytes())
    lying = [int(width) > int(height) for width, height in sheets]
    assert lying[0]
    assert all(lying) == (kind == "obligations"), (
        "the pictures of lanes and of plans over time stand upright"
    )
    assert page.evaluate("getComputedStyle(document.body).page") == "wide"
    right = "heads => Math.max(...heads.map(one => Math.floor(one.getBoundingClientRect().right)))"
    assert page.locator("main table thead th:visible").evaluate_all(right) <= LYING


STOP: Final = """() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    const framed = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return [one.outerHTML.slice(0, 80), framed, seen];
}"""


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_the_first_key_leads_past_the_menu_to_the_content(
    few_site: StaticSite, window: Watch
) -> None:
    page = window(f"{few_site.served}fr/index.html").page
    press(page, "Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("main")).to_be_focused()
    press(page, "Tab")
    expect(page.locator("main a").first).to_be_focused()


@pytest.mark.parametrize("kind", ["index", "pair", "plan", "obligations"])
def test_wherever_the_keyboard_stops_is_seen(
    few_site: StaticSite, window: Watch, kind: str
) -> None:
    page = window(few_site.served + few_site.path(kind, "fr")).page
    stops = []
    for _ in range(50):
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
