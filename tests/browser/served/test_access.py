"""Whether everyone can use the states of pages that only a server gives."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from playwright.sync_api import Page, expect

from tests.browser import chromium
from tests.browser.chromium import settled, too_wide
from tests.browser.served.conftest import TOKEN, Visit, follow
from tests.lots import by_lot

STATES = {
    "an answer": "question/who-does-what.html",
    "a question filled in": "question/why-linked.html?one=lu-bhr-2-4-3&two=lu-bhr-1-m5",
    "a wrong parameter": "question/actions-of-plan.html?plan=%3Cscript%3E",
    "what was found": "search.html?q=egalite",
    "nothing found": "search.html?q=zzzz",
    "a choice": "index.html?evidence=other&year=2021",
    "a choice that leaves nothing": "index.html?topic=arms&year=1950",
    "an answer without scripts": "sparql.html?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D%20LIMIT%205",
    "a fault without scripts": "sparql.html?query=SELEC",
    "a document": "document/mae-gouvernement-lu-fr-pan-2.html",
    "a figure of one plan": "figure/completeness.html?plan=lu-bhr-2",
    "reviews that are not taken": "review.html",
    "scores that are not taken": "scores.html",
}
WIDTHS = (1280, 360)


def faults(page: Page, name: str, looked_at: Sequence[int] = WIDTHS) -> list[str]:
    """What keeps people out, on a wide screen and on a small one; by axe at the widths that are named.

    What axe says of the words and the elements does not depend on the width: that is found at the last one.
    """
    found = [f"{name}, {fault}" for fault in too_wide(page, WIDTHS)]
    for width in looked_at:
        chromium.at_width(page, width)
        is_last = width == looked_at[-1]
        seen = chromium.faults_of_access(page, best_practice=False) if is_last else chromium.faults_of_places(page)
        found += [f"{name}, {width}: {fault}" for fault in seen]
    return found


def faults_at_the_end(page: Page, name: str, *, whole: bool) -> list[str]:
    """The same of a page that is left afterwards: of much of what there is, but for places, and of one of each kind."""
    found = [f"{name}, {fault}" for fault in too_wide(page, WIDTHS)]
    if whole:
        found += [f"{name}: {fault}" for fault in chromium.faults_of_much(page)]
    widths = WIDTHS if whole else WIDTHS[-1:]
    return found + [f"{name}, {fault}" for fault in chromium.faults_of_what_is_alike(page, widths, whole=whole)]


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_nothing_keeps_people_out_of_what_only_a_server_shows(visit: Visit, served: str, language: str) -> None:
    """In French all of them, in the other languages four, drawn by lot."""
    page = visit(f"/{language}/index.html").page
    found = []
    for name, path in STATES.items() if language == "fr" else by_lot(STATES.items(), 4):
        page.goto(f"{served}/{language}/{path}")
        found += faults_at_the_end(settled(page), f"{language}, {name}", whole=language == "fr")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_a_page_that_is_not_there_says_so_in_the_language_of_its_address(visit: Visit, language: str) -> None:
    watched = visit(f"/{language}/plan/unknown.html")
    watched.forgive("answer 404")
    expect(watched.page.locator("html")).to_have_attribute("lang", language)
    expect(watched.page.get_by_role("heading", level=1)).to_be_visible()
    assert not faults(watched.page, "404")
    watched.page.locator("main a").first.click()
    watched.page.wait_for_url(f"**/{language}/search.html")


def test_nothing_keeps_people_out_of_the_views_of_an_answer(visit: Visit, all_served: str) -> None:
    watched = visit("/fr/sparql.html")
    page = settled(watched.page)
    page.locator("sparql-editor form button[type=submit]").click()
    expect(page.locator(".results tbody a").first).to_be_visible()
    found = faults(page, "table")
    page.locator(".results [role=tab]").last.click()
    found += faults(page, "raw")
    watched.open(f"{all_served}/fr/question/late-actions.html")
    for name, drawn in {"Frise": ".chart-figure svg", "Réseau": "network-view[data-drawn=yes]"}.items():
        page.get_by_role("tab", name=name).click()
        expect(page.locator(drawn).first).to_be_visible()
        found += faults(page, name)
    assert not found


def test_nothing_keeps_people_out_of_the_network_with_its_panel(visit: Visit) -> None:
    page = settled(visit("/de/network.html#lu-bhr-2-4-3").page)
    expect(page.locator(".network-panel blockquote").first).to_be_visible()
    for summary in page.locator("network-view summary").all():
        if not summary.evaluate("node => node.parentElement.open"):
            summary.click()
    assert not faults(page, "panel")


def test_nothing_keeps_people_out_of_reviewing(window: chromium.Watch, writable: str) -> None:
    """By axe in French, and at the narrow width in another language, drawn by lot."""
    found, other = [], by_lot(("en", "de"), 1)
    for language in ("fr", "en", "de"):
        looked_at = WIDTHS if language == "fr" else WIDTHS[-1:] if language in other else ()
        page = window(f"{writable}/{language}/review.html").page
        found += faults(page, f"{language}, signed out", looked_at)
        page.locator("#token").fill(TOKEN)
        follow(page.locator("main form button").first)
        page.locator("main details summary").first.click()
        found += faults(page, f"{language}, signed in", looked_at)
        page.locator("main form button[value=accept]").first.click()  # which the browser refuses: fields are empty
        page.goto(f"{writable}/{language}/scores.html?plan=lu-bhr-2&other=lu-bhr-1&assessor=gt-edh")
        found += faults(page, f"{language}, scores", looked_at)
        page.context.clear_cookies()
    assert not found
