"""A link that fixes what a page without a server cannot keep is answered with a word on it, never in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.chromium import Watch
    from tests.browser.site.conftest import StaticSite

QUESTIONS = {"with a form": "who-should-talk", "without one": "plans"}


@pytest.mark.parametrize("name", QUESTIONS.values(), ids=QUESTIONS)
def test_a_link_of_another_release_or_of_a_day_says_so(name: str, few_site: StaticSite, window: Watch) -> None:
    few_site.put(f"fr/question/{name}.html")
    page = window(f"{few_site.served}fr/question/{name}.html?as-of=2021-06-30&release=0.0.9").page
    expect(page.locator("question-form > .notice")).to_have_count(2)
    expect(page.locator("question-form > .notice").nth(0)).to_contain_text("état au 2021-06-30")
    expect(page.locator("question-form > .notice").nth(1)).to_contain_text("version 0.0.9")


def test_a_link_of_this_release_needs_no_word(few_site: StaticSite, window: Watch) -> None:
    few_site.put("fr/question/who-should-talk.html")
    release = few_site.site.site_context.graph.release
    page = window(f"{few_site.served}fr/question/who-should-talk.html?body=body:mj&release={release}").page
    expect(page.locator("question-form")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#p-body")).to_have_value("body:mj")
    expect(page.locator("question-form > .notice")).to_have_count(0)


def test_a_question_asked_in_the_page_fixes_its_release(few_site: StaticSite, window: Watch) -> None:
    few_site.put("fr/question/who-should-talk.html")
    page = window(f"{few_site.served}fr/question/who-should-talk.html").page
    page.locator("#p-body").select_option("mj")
    page.locator("question-form form button").click()
    expect(page.locator("question-form")).to_have_attribute("aria-busy", "false")
    release = few_site.site.site_context.graph.release
    assert page.evaluate("location.hash") == f"#body=mj&least_level=official&release={release}"


@pytest.mark.parametrize("way", ["served", "from disk"])
def test_an_answer_opens_as_the_question_says_unless_the_link_says_otherwise(
    static_site: StaticSite, window: Watch, way: str
) -> None:
    path = "fr/question/who-does-what.html"
    static_site.put(path.replace(".html", ".json"))
    static_site.put("data/graph.js")
    page = window(f"{static_site.served}{path}" if way == "served" else static_site.on_disk(path)).page
    chart, table = (page.get_by_role("tab", name=name).last for name in ("Graphique", "Tableau"))
    expect(chart).to_have_attribute("aria-selected", "true")
    expect(page.locator(".chart-figure .bars rect")).to_have_count(60)
    table.click()
    assert page.evaluate("location.hash") == "#view=table"
    assert "view=table" in (page.locator("a[rel=bookmark]").get_attribute("href") or "")
    page.reload()
    expect(table).to_have_attribute("aria-selected", "true")
    expect(page.locator(".published tbody tr").first).to_be_visible()
