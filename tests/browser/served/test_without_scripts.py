"""Every type of page without JavaScript: it is there, it says what it says, and its forms work."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import visible
from tests.pages import EVERY

if TYPE_CHECKING:
    from tests.browser.served.conftest import Visit

MORE = ("document/mae-gouvernement-lu-fr-pan-2", "link/094923f2ff6b1c1f")
"""What a service has a page of, and an export has not."""
BARE = "SELECT ?plan WHERE { ?plan a <https://w3id.org/pan2kg/ontology#Plan> } ORDER BY ?plan LIMIT 5"


def test_every_type_of_page_is_read(visit: Visit) -> None:
    page = visit("/fr/index.html", java_script_enabled=False, width=360).page
    for name in sorted({*EVERY, *MORE} - {"404", "quality"}):
        reply = page.goto(page.url.rpartition("/fr/")[0] + f"/fr/{name}.html")
        assert reply
        assert reply.status == 200, name
        assert len(page.evaluate("document.querySelector('main').innerText")) > 150, name
        assert visible(page, "main h1", "main [hidden]", "#find") == [1, 0, 1], name


def test_the_quality_page_is_read(visit: Visit, writable: str) -> None:
    """Of a few plans: a service checks its project behind the page, which loads itself anew until that has ended."""
    page = visit(f"{writable}/fr/quality.html", java_script_enabled=False).page
    expect(page.locator("meta[http-equiv=refresh]")).to_have_count(0)
    expect(page.locator("[role=status]")).to_have_count(0)
    expect(page.locator("section", has=page.locator("#report"))).to_contain_text("règles")
    assert len(page.locator("main").inner_text()) > 500


def test_choosing_works(visit: Visit) -> None:
    page = visit("/fr/index.html", java_script_enabled=False).page
    page.locator("#evidence").select_option("plan")
    page.locator("#body").select_option("maee")
    page.locator("main form.filters button").click()
    expect(page).to_have_url(re.compile(r"evidence=plan&.*body=maee"))
    expect(page.locator("#evidence")).to_have_value("plan")
    expect(page.locator("td.declared").first).to_be_visible()


def test_searching_works(visit: Visit) -> None:
    page = visit("/en/about.html", java_script_enabled=False).page
    page.locator("#find").fill("egalite")
    page.get_by_role("search").get_by_role("button").click()
    expect(page.locator("main section a").first).to_be_visible()


def test_asking_works(visit: Visit) -> None:
    page = visit("/en/question/actions-of-plan.html", java_script_enabled=False).page
    page.locator("#p-plan").select_option("lu-bhr-1")
    page.locator("question-form form button").click()
    expect(page.locator(".answer tbody tr").first).to_be_visible()
    expect(page.locator("#p-plan")).to_have_value("lu-bhr-1")


def test_sparql_works(visit: Visit) -> None:
    page = visit("/en/sparql.html", java_script_enabled=False).page
    page.locator("textarea[name=query]").fill(BARE)
    page.locator("sparql-editor form button[type=submit]").click()
    expect(page.locator(".answer tbody tr")).to_have_count(5)
    expect(page.locator(".answer tbody a").first).not_to_contain_text("http")
    expect(page.locator("textarea[name=query]")).to_have_value(BARE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT ?a WHERE { ?a ?b", "not SPARQL"),
        ("ASK { <http://e/none> ?p ?o }", "No"),
        ("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", "SERVICE"),
        ("INSERT DATA { <http://e/a> <http://e/b> '<script>alert(1)</script>' }", ""),
        ("SELECT ('<script>alert(1)</script><img src=x onerror=alert(2)>' AS ?x) {}", "<script>alert(1)</script>"),
    ],
)
def test_an_answer_or_the_reason_for_none_is_shown(visit: Visit, text: str, said: str) -> None:
    page = visit("/en/sparql.html", java_script_enabled=False).page
    page.locator("textarea[name=query]").fill(text)
    page.locator("sparql-editor form button[type=submit]").click()
    expect(page.locator(".answer")).to_contain_text(said)
    assert len(page.locator(".answer").inner_text()) > 8
    expect(page.locator(".answer img, .answer script:not([type])")).to_have_count(0)
