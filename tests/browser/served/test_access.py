"""Whether everyone can use the states of pages that only a server gives."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import faults_of_access, settled, too_wide
from tests.browser.served.conftest import Visit
from tests.lots import by_lot

STATES = (
    "question/who-does-what.html", "question/why-linked.html?one=lu-bhr-2-4-3&two=lu-bhr-1-m5",
    "question/actions-of-plan.html?plan=%3Cscript%3E", "search.html?q=egalite", "search.html?q=zzzz",
    "index.html?evidence=other&year=2021", "index.html?topic=arms&year=1950",
    "sparql.html?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D%20LIMIT%205", "sparql.html?query=SELEC",
    "document/mae-gouvernement-lu-fr-pan-2.html", "figure/completeness.html?plan=lu-bhr-2", "review.html",
    "scores.html",
)  # fmt: skip
WIDTHS = (1280, 360)


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_nothing_keeps_people_out_of_what_only_a_server_shows(visit: Visit, served: str, language: str) -> None:
    page = visit(f"/{language}/index.html").page
    found = []
    is_whole = language == "fr"
    for path in STATES if is_whole else by_lot(STATES, 4):
        page.goto(f"{served}/{language}/{path}")
        faults = too_wide(settled(page), WIDTHS)
        faults += faults_of_access(page, WIDTHS if is_whole else WIDTHS[-1:], most=6)
        found += [f"{language} {path}: {fault}" for fault in faults]
    assert not found, "\n".join(found)


def test_a_page_that_is_not_there_says_so_in_the_language_of_its_address(visit: Visit) -> None:
    watched = visit("/de/plan/unknown.html")
    watched.forgive("answer 404")
    expect(watched.page.locator("html")).to_have_attribute("lang", "de")
    expect(watched.page.get_by_role("heading", level=1)).to_be_visible()
    assert not faults_of_access(watched.page, WIDTHS)
    watched.page.locator("main a").first.click()
    watched.page.wait_for_url("**/de/search.html")


def test_nothing_keeps_people_out_of_the_views_of_an_answer(visit: Visit, all_served: str) -> None:
    watched = visit("/fr/sparql.html")
    page = settled(watched.page)
    page.locator("sparql-editor form button[type=submit]").click()
    expect(page.locator(".results tbody a").first).to_be_visible()
    found = faults_of_access(page, WIDTHS)
    page.locator(".results [role=tab]").last.click()
    found += faults_of_access(page, WIDTHS)
    watched.open(f"{all_served}/fr/question/late-actions.html")
    for name, drawn in {"Frise": ".chart-figure svg", "Réseau": "network-view[data-drawn=yes]"}.items():
        page.get_by_role("tab", name=name).click()
        expect(page.locator(drawn).first).to_be_visible()
        found += [*too_wide(page, WIDTHS), *faults_of_access(page, WIDTHS)]
    assert not found


def test_nothing_keeps_people_out_of_the_network_with_its_panel(visit: Visit) -> None:
    page = settled(visit("/de/network.html#lu-bhr-2-4-3").page)
    expect(page.locator(".network-panel blockquote").first).to_be_visible()
    for summary in page.locator("network-view summary").all():
        if not summary.evaluate("node => node.parentElement.open"):
            summary.click()
    assert not faults_of_access(page, WIDTHS)
