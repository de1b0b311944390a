"""What the home page weighs before its lazy parts, that nothing on it moves, and that pictures can be taken along."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from pan2kg.i18n.catalogue import LANGUAGES, Language

if TYPE_CHECKING:
    from pan2kg.site.bundle import Bundle
    from pan2kg.site.registry import Site
    from tests.browser.chromium import Watch
    from tests.browser.site.conftest import StaticSite

MOST: Final = 60_000
SHIFTS: Final = """() => new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => { for (const one of list.getEntries()) sum += one.value; })
        .observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
})"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_home_page_is_light(static_site: StaticSite, bundle: Bundle, language: str) -> None:
    parts = [(bundle.folder / bundle.name(name)).read_bytes() for name in ("site.css", "main.js")]
    page = static_site.put(f"{language}/index.html").read_bytes()
    size = sum(len(gzip.compress(part, 6, mtime=0)) for part in (page, *parts))
    assert size <= MOST, f"{size} bytes"


@pytest.mark.parametrize(("language", "width"), [("fr", 1280), ("fr", 360), ("en", 360), ("de", 1280)])
@pytest.mark.parametrize("name", ["index", "plans", "pairs", "sources", "question/shared-instruments"])
def test_nothing_moves_while_a_page_comes_up(
    static_site: StaticSite, watch: Watch, name: str, width: int, language: Language
) -> None:
    page = watch(f"{static_site.served}{language}/{name}.html", width=width).page
    if name.startswith("question/"):
        expect(page.locator(".answer [role=tab]").first).to_be_visible()
    moved = page.evaluate(SHIFTS)
    # a tenth of what is called good: on a busy machine a line of status comes late
    assert moved < 0.01, f"layout shift {moved}"


@pytest.mark.parametrize(("ending", "begin"), [("svg", b"<svg "), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_the_matrix_can_be_saved_as_a_picture(behind_server: Site, ending: str, begin: bytes) -> None:
    if ending != "svg" and find_spec("matplotlib") is None:
        pytest.skip("matplotlib is not installed; the extra « figures » brings it.")
    home = behind_server.page("fr/index.html")
    made = behind_server.page(f"fr/matrix.{ending}", {"year": "2021"})
    assert made
    assert home
    assert made.body.startswith(begin)
    assert f'href="matrix.{ending}"'.encode() in home.body


def test_the_picture_shows_what_was_chosen(behind_server: Site) -> None:
    """What stands in the table stands in the picture; on the word of the plans alone that is less."""
    shown = []
    for choice in ({}, {"evidence": "plan"}):
        home, made = (behind_server.page(f"fr/{name}", choice) for name in ("index.html", "matrix.svg"))
        assert home
        assert made
        table = home.body.decode().split('<table class="matrix"')[1].split("</table>")[0]
        cells = Counter(re.findall(r"<[bi]>([^<]+)</[bi]>", table))
        drawn = Counter(re.findall(r">([^<]+)</text>", made.body.decode()))
        assert not cells - drawn
        shown.append((cells, drawn))
    (cells, drawn), (fewer, drawn_fewer) = shown
    assert "→" in cells
    assert 0 < fewer.total() < cells.total()
    assert (cells - fewer) - (drawn - drawn_fewer) == Counter()


def test_pictures_that_need_a_server_are_not_exported(static_site: StaticSite) -> None:
    assert not [path for path in static_site.site.paths() if path.endswith((".png", ".pdf"))]
    assert b"matrix.png" not in static_site.put("fr/index.html").read_bytes()
