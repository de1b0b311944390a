"""Choosing in the matrix without a server gives what a server gives; what the home page weighs, and its pictures."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Page, expect

from pan2kg.i18n import LANGUAGES, Language
from pan2kg.site.front_end import Bundle
from pan2kg.site.registry import Site
from tests.browser.chromium import Watch
from tests.browser.site.conftest import StaticSite
from tests.lots import by_lot

CHOICES: Final = (
    {"evidence": "plan"}, {"evidence": "other"}, {"evidence": "editors"}, {"topic": ""}, {"body": ""},
    {"year": "2021"}, {"evidence": "editors", "year": "2020"}, {"evidence": "plan", "year": "2009"},
)  # fmt: skip
MOST: Final = 60_000
SHIFTS: Final = """() => new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => { for (const one of list.getEntries()) sum += one.value; })
        .observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
})"""
SEEN: Final = """source => {
    const root = source === null ? document : new DOMParser().parseFromString(source, 'text/html');
    const tree = node => {
        if (node.nodeType === 3) return node.textContent.trim() ? [node.textContent.trim()] : [];
        if (node.nodeType !== 1) return [];
        const said = [...node.attributes].map(one => `${one.name}=${one.value}`).sort();
        return [[node.localName, said, [...node.childNodes].flatMap(tree)]];
    };
    const parts = [...root.querySelectorAll('a.number'), root.querySelector('.matrix-made')];
    const chosen = [...root.querySelectorAll('main form.filters select')].map(one => one.value);
    return JSON.stringify([chosen, ...parts.flatMap(tree)]);  // a text goes through the browser's door at once
}"""


def chosen_by_hand(page: Page, choice: dict[str, str]) -> Page:
    for name, value in choice.items():
        page.locator(f"#{name}").select_option(value)
    page.locator("main form.filters button").click()
    return page


def paired(seen: str) -> str:
    # of two plans of other countries an export has a row where a server has a page
    return re.sub(
        r"href=(?:pairs\.html#|pair/)([\w-]+)(?:\.html)?(?:\?evidence=\w+)?", r"href=\1", seen
    )


@pytest.mark.parametrize(
    ("name", "choices"), [("fr/index.html", CHOICES), ("en/matrix.html", CHOICES[-2:])]
)
def test_a_choice_gives_what_a_server_would_show(
    static_site: StaticSite,
    behind_server: Site,
    window: Watch,
    name: str,
    choices: Sequence[dict[str, str]],
) -> None:
    page = window(static_site.served + name).page
    for drawn in by_lot(choices, len(choices) // 2):
        choice = {
            field: value or str(page.locator(f"#{field} option").nth(1).get_attribute("value"))
            for field, value in drawn.items()
        }
        made = behind_server.page(name, choice)
        assert made
        wanted = paired(page.evaluate(SEEN, made.body.decode()))
        page.goto(f"{static_site.served}{name}?{urlencode(choice)}")
        assert paired(page.evaluate(SEEN, None)) == wanted, choice
        page.goto(static_site.served + name)
        assert paired(chosen_by_hand(page, choice).evaluate(SEEN, None)) == wanted, choice
        assert page.url.endswith(f"?{urlencode(choice)}")


def test_a_choice_is_undone_by_going_back_and_may_be_in_words_of_before(
    static_site: StaticSite, window: Watch
) -> None:
    page = window(static_site.served + "fr/index.html?evidence=declared").page
    expect(page.locator("#evidence")).to_have_value("other")
    page.goto(static_site.served + "fr/index.html")
    before = page.evaluate(SEEN, None)
    chosen_by_hand(page, {"evidence": "plan"})
    expect(page.locator(".filter-limit")).to_be_visible()
    assert page.evaluate(SEEN, None) != before
    page.go_back()
    expect(page.locator("#evidence")).to_have_value("")
    then = json.loads(before)
    now = json.loads(page.evaluate(SEEN, None))
    assert (now[0], now[-1]) == (then[0], then[-1])


def test_the_files_show_what_was_chosen_from_disk_too(
    static_site: StaticSite, behind_server: Site, window: Watch
) -> None:
    page = window(static_site.on_disk("fr/index.html")).page
    chosen_by_hand(page, {"evidence": "other", "year": "2020"})
    with page.expect_download() as download:
        page.locator("coherence-filter").get_by_role("link", name="CSV").first.click()
    made = behind_server.page("fr/matrix.csv", {"evidence": "other", "year": "2020"})
    assert made
    assert download.value.path().read_bytes().decode() == made.body.decode()
    with page.expect_download() as download:
        page.locator("coherence-filter").get_by_role("link", name="SVG").first.click()
    drawn = ET.parse(download.value.path()).getroot()
    spans = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}tspan")]
    assert spans == page.locator("table.matrix td :is(b, i)").all_inner_texts()
    assert len(spans) > 10
    said = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert said[0] == page.locator("h1").inner_text()
    assert any(words and words.endswith(": 2020") for words in said[1:4])
    assert (said[-1] or "").startswith("Source")


def test_the_home_page_is_light(static_site: StaticSite, bundle: Bundle) -> None:
    parts = [(bundle.folder / bundle.name(name)).read_bytes() for name in ("site.css", "main.js")]
    for language in LANGUAGES:
        page = static_site.put(f"{language}/index.html").read_bytes()
        assert sum(len(gzip.compress(part, 6, mtime=0)) for part in (page, *parts)) <= MOST


@pytest.mark.parametrize(("language", "width"), [("fr", 1280), ("fr", 360), ("de", 1280)])
@pytest.mark.parametrize(
    "name", ["index", "plans", "pairs", "sources", "question/shared-instruments"]
)
def test_nothing_moves_while_a_page_comes_up(
    static_site: StaticSite, watch: Watch, name: str, width: int, language: Language
) -> None:
    page = watch(f"{static_site.served}{language}/{name}.html", width=width).page
    if name.startswith("question/"):
        expect(page.locator(".answer [role=tab]").first).to_be_visible()
    moved = page.evaluate(SHIFTS)
    # a tenth of what is called good: on a busy machine a line of status comes late
    assert moved < 0.01, f"layout shift {moved}"


def test_the_matrix_can_be_saved_as_a_picture_of_what_was_chosen(
    static_site: StaticSite, behind_server: Site
) -> None:
    begins = {
        "svg": b"<svg ",
        **({"png": b"\x89PNG", "pdf": b"%PDF"} if find_spec("matplotlib") else {}),
    }
    home = behind_server.page("fr/index.html", {"year": "2021"})
    assert home
    table = home.body.decode().split('<table class="matrix"')[1].split("</table>")[0]
    cells = Counter(re.findall(r"<[bi]>([^<]+)</[bi]>", table))
    for ending, begin in begins.items():
        picture = behind_server.page(f"fr/matrix.{ending}", {"year": "2021"})
        assert picture
        assert picture.body.startswith(begin)
        assert f'href="matrix.{ending}'.encode() in home.body
        assert ending != "svg" or not cells - Counter(
            re.findall(r">([^<]+)</text>", picture.body.decode())
        )
    assert cells
    assert b"matrix.png" not in static_site.put("fr/index.html").read_bytes()
