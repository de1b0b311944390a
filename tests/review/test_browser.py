"""Reviewing in a real browser, with and without JavaScript, and whether everyone can use the forms."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.chromium import Watch, faults_of_access, faults_of_places
from tests.lots import by_lot
from tests.review.conftest import EVIDENCE, TOKEN
from tests.review.test_scores import ONE, THREE

ITEM = "lu-bhr-1-m6--lu-bhr-2-3-2"
OTHER = "lu-bhr-1-m6--lu-bhr-2-5-2"
MATRIX = f"scores.html?plan=lu-bhr-2&other=lu-bhr-1&assessor=gt-edh&on:{ONE}=1&on:{THREE}=1"


def sign_in(page: Page) -> None:
    page.fill("#token", TOKEN)
    page.click("main form button")
    expect(page.locator("#token")).to_have_count(0)


def faults(page: Page, language: str, looked_at: Collection[str]) -> list[str]:
    """What axe finds on a small screen, and in French of places on a wide one; neither scrolls sideways."""
    found = []
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append("too wide")
        if width == 360 and language in looked_at:
            found += faults_of_access(page)
        elif width == 1280 and language == "fr":
            found += faults_of_places(page)
    return [f"{language} at {page.url}: {fault}" for fault in found]


def test_everyone_can_use_the_forms(window: Watch, port: int) -> None:
    """By axe in French, and in another language, drawn by lot; in none a page scrolls sideways."""
    looked_at, found = {"fr", *by_lot(("en", "de"), 1)}, []
    for language in ("fr", "en", "de"):
        address = f"http://127.0.0.1:{port}/{language}/"
        page = window(f"{address}review.html").page
        assert page.locator("#token").count(), "nobody is signed in yet"
        found += faults(page, language, looked_at)
        sign_in(page)
        page.goto(f"{address}review.html?candidate={OTHER}")
        for summary in page.locator("main summary").all():
            summary.click()
        for name in ("", "scores.html?plan=lu-bhr-2&other=lu-bhr-1&assessor=gt-edh", MATRIX):
            if name:
                page.goto(f"{address}{name}")
            found += faults(page, language, looked_at)
        page.context.clear_cookies()
    assert not found, "\n".join(found)


def test_a_link_is_rejected_by_keyboard_alone(window: Watch, port: int, folder: Path) -> None:
    page = window(f"http://127.0.0.1:{port}/fr/review.html").page
    page.focus("#token")
    page.keyboard.type(TOKEN)
    page.keyboard.press("Enter")
    expect(page.locator("#token")).to_have_count(0)
    page.goto(f"http://127.0.0.1:{port}/fr/review.html?candidate={OTHER}")
    card = page.locator("#candidate form:has([name=type])")
    card.locator("[name=reason]").focus()
    page.keyboard.type("Deux publics différents.")
    card.locator("[name=reviewer]").focus()
    page.keyboard.type("A. Weber")
    card.locator("button[value=reject]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("p[role=status]")).to_contain_text("graph/plans/lu-bhr-1/reviewed.ttl")
    expect(page.locator(f'a[href*="candidate={OTHER}"]')).to_have_count(0)
    assert "Deux publics différents." in (folder / "graph/plans/lu-bhr-1/reviewed.ttl").read_text(encoding="utf-8")


def test_a_link_is_accepted_and_scored_without_javascript(window: Watch, port: int) -> None:
    watched = window(f"http://127.0.0.1:{port}/fr/review.html", java_script_enabled=False)
    page = watched.page
    sign_in(page)
    page.goto(f"http://127.0.0.1:{port}/fr/review.html?candidate={ITEM}")
    card = page.locator("#candidate form:has([name=quote])")
    card.locator("[name=reviewer]").fill("B. Schmit")
    card.locator("button[value=accept]").click()
    expect(page.locator("#c-type-fault")).to_contain_text("Type de lien")
    watched.forgive("answer 422")
    card.locator("[name=type]").select_option("cross-reference")
    card.locator("button[value=accept]").click()
    expect(page.locator("#c-direction-fault")).to_contain_text("Sens")
    watched.forgive("answer 422")
    card.locator("[name=direction]").select_option(EVIDENCE["direction"])
    card.locator("button[value=accept]").click()
    expect(page.locator("[role=alert]")).to_contain_text("Passage cité")
    watched.forgive("answer 422")
    expect(card.locator("[name=type]")).to_have_value("cross-reference")
    expect(card.locator("[name=reviewer]")).to_have_value("B. Schmit")
    card.locator("[name=quote]").fill(EVIDENCE["quote"])
    card.locator("[name=document]").fill(EVIDENCE["document"])
    card.locator("[name=channel]").select_option("text")
    card.locator("button[value=accept]").click()
    expect(page.locator("p[role=status]")).to_contain_text("accepté")
    page.goto(f"http://127.0.0.1:{port}/fr/{MATRIX}")
    page.select_option(f'[name="score:{ONE}:{THREE}"]', "-2")
    page.fill("[name=rationale]", "Les mêmes entreprises.")
    page.fill("[name=reviewer]", "B. Schmit")
    page.click("form:has([name=rationale]) button")
    expect(page.locator("p[role=status]")).to_contain_text("graph/plans/lu-bhr-2/scores.ttl")
    expect(page.locator(f'[name="score:{ONE}:{THREE}"]')).to_have_value("-2")
