"""Pages of a small project that never changes look as they did when their pictures were kept in ``reference``.

``PAN2KG_REWRITE=1 pytest tests/browser/site/test_reference.py`` takes them anew; the difference is looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image, ImageFilter

import pan2kg
from tests.browser.chromium import settled
from tests.browser.screenshots import FONT, differing, is_like, keep, need_font, show, taken
from tests.browser.site.conftest import StaticSite, standing

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from pan2kg.site.page import Bundle
    from tests.browser.chromium import Watch

KEPT: Final = Path(__file__).resolve().parents[1] / "reference"
WIDTHS: Final = (1280, 360)
PAGES: Final = (
    "index", "plan/be-two-1", "pair/be-two-1--lu-two-1", "action/be-two-1-13", "instrument/two-charter", "country/bel",
    "question/shared-instruments", "plans", "network", "data",
)  # fmt: skip
"""A page of each type that a small project has something to show of."""


@pytest.fixture(scope="module")
def small(
    two_countries: pan2kg.Graph, bundle: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StaticSite]:
    """The site of a project of 250 lines, on a day and of a release that stay the same."""
    graph = pan2kg.Graph(
        two_countries.project, two_countries.store, language="fr", as_of=date(2026, 1, 1), release="1.0.0"
    )
    with standing(graph, bundle, tmp_path_factory.mktemp("small-site")) as made:
        yield made


def opened(site: StaticSite, window: Watch, name: str, width: int) -> Page:
    return settled(window(f"{site.served}fr/{name}.html", width=width, reduced_motion="reduce").page)


def test_pages_look_as_they_did(small: StaticSite, window: Watch, tmp_path: Path) -> None:
    """Of all pages in one pass, so that one run shows everything a change of style does."""
    need_font()
    faults = []
    for name in PAGES:
        for width in WIDTHS:
            target = KEPT / f"{name.partition('/')[0]}-{width}.png"
            anew = bool(os.environ.get("PAN2KG_REWRITE"))
            now = taken(opened(small, window, name, width), to_keep=anew)
            if anew:
                keep(now, target)
            before = Image.open(target)
            if not is_like(before, now):
                shown = show(before, now, tmp_path / target.name)
                faults.append(f"{name} at {width}: {len(differing(before, now))} blocks differ, see {shown}")
    how = "PAN2KG_REWRITE=1 pytest tests/browser/site/test_reference.py keeps what is seen now"
    assert not faults, "\n".join((*faults, how))


def test_what_moved_or_changed_its_colour_is_seen_and_smoother_letters_are_not(
    small: StaticSite, window: Watch
) -> None:
    kept = sorted(KEPT.glob("*.png"))
    assert [file.name for file in kept] == sorted(f"{name.partition('/')[0]}-{w}.png" for name in PAGES for w in WIDTHS)
    assert sum(file.stat().st_size for file in kept) <= 1_000_000
    need_font()
    page = opened(small, window, "plan/be-two-1", 1280)
    now = taken(page)
    assert is_like(now, now.filter(ImageFilter.GaussianBlur(0.5))), "letters that are smoothed in another way"
    assert is_like(now, taken(page, "* { text-rendering: geometricPrecision !important; }")), (
        "or set by parts of a pixel"
    )
    for fault in (
        "main section { padding-top: 12px; }", ".findings strong { color: #a01414 !important; }",
        "h1 { letter-spacing: 1px; }", "main p a { text-decoration: none !important; color: #a01414 !important; }",
        ".page-head { border-bottom: 0 !important; background: #f0e0e0; }",
    ):  # fmt: skip
        assert not is_like(now, taken(page, fault)), fault
    blocks = differing(now, taken(page, f"h1 {{ visibility: hidden; font-family: '{FONT}'; }}"))
    assert max(row for row, _ in blocks) < 40, "only where the heading stands"
