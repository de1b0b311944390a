"""The engine in the browser answers stored questions, searches and links as a server does."""

import json
from collections import Counter
from typing import Final
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from pan2kg.site.questions import question_names
from pan2kg.tables.writers import write_answer
from tests.browser.chromium import Watch, settled
from tests.browser.site.conftest import StaticSite
from tests.lots import by_lot
from tests.pages import SEARCHED

ASK: Final = """async queries => {
    const engine = await (await window.pan2kg.parts.engine).open('../data/graph.js');
    await engine.ready;
    const answers = [];
    for (const text of queries) {
        const { columns, rows, truth } = await engine.query(text);
        answers.push({ columns, rows: rows.map(row => columns.map(name => row[name] ?? null)), truth: truth ?? null });
    }
    return answers;
}"""
FOUND: Final = (
    "[...document.querySelectorAll('.search-found li a')].map(one => one.getAttribute('href'))"
)
MORE: Final = (
    "minerais",
    "minerias",
    "devoir de vigilence",
    "egalite",
    "droits homme",
    "4.3",
    "Gleichstellung",
    "zzzz",
)
"""Words of names, of many things, mistyped ones, and none at all."""


def heard(term: dict[str, str] | None) -> tuple[str, ...]:
    words = term and (
        term["type"],
        term["value"],
        term.get("xml:lang", term.get("lang", "")),
        term.get("datatype", ""),
    )
    return words or ()


@pytest.mark.parametrize("which", ["few_site", "static_site"])
def test_stored_questions_have_the_same_rows_in_the_browser(
    request: pytest.FixtureRequest, window: Watch, which: str
) -> None:
    site: StaticSite = request.getfixturevalue(which)
    graph = site.site.site_context.graph
    asked = sorted(question_names(site.site.site_context))
    assert len(asked) > 15
    asked = asked if which == "few_site" else by_lot(asked, 1)
    page = window(f"{site.served}fr/sparql.html").page
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    page.locator("sparql-editor form button[type=submit]").click()
    expect(page.locator("sparql-editor .results")).to_be_visible()
    replies = page.evaluate(ASK, [graph.queries[name].text for name in asked])
    for name, reply in zip(asked, replies, strict=True):
        # read to the end at once: what is still being read may not end in a thread that serves
        # pages
        answer = json.loads(write_answer(graph.store.query(graph.queries[name].text), "json"))
        columns = answer["head"]["vars"]
        assert reply["columns"] == columns, name
        rows = Counter(
            tuple(heard(row.get(column)) for column in columns)
            for row in answer["results"]["bindings"]
        )
        assert Counter(tuple(map(heard, row)) for row in reply["rows"]) == rows, name


def test_what_is_searched_is_found_in_the_same_order_without_a_server(
    few_site: StaticSite, window: Watch
) -> None:
    graph = few_site.site.site_context.graph
    page = window(few_site.served + "fr/search.html").page
    for words in (*SEARCHED, *MORE):
        page.goto(f"{few_site.served}fr/search.html?{urlencode({'q': words})}")
        settled(page, ".search-found h2")
        served = [graph.labels.entries[iri].address for iri in graph.search.find(words)]
        assert [address.removeprefix("../fr/") for address in page.evaluate(FOUND)] == served, words
    expect(page.locator(".published:visible")).to_have_count(0)


@pytest.mark.parametrize("name", ["who-should-talk", "plans"], ids=["with a form", "without one"])
def test_a_link_of_another_release_or_of_a_day_says_so(
    name: str, few_site: StaticSite, window: Watch
) -> None:
    page = window(f"{few_site.served}fr/question/{name}.html?as-of=2021-06-30&release=0.0.9").page
    expect(page.locator("question-form > .notice")).to_have_count(2)
    expect(page.locator("question-form > .notice").nth(0)).to_contain_text("état au 2021-06-30")
    expect(page.locator("question-form > .notice").nth(1)).to_contain_text("version 0.0.9")


def test_a_link_of_this_release_needs_no_word_and_a_question_fixes_its_own(
    few_site: StaticSite, window: Watch
) -> None:
    release = few_site.site.site_context.graph.release
    address = f"{few_site.served}fr/question/who-should-talk.html"
    page = window(f"{address}?body=body:mj&release={release}").page
    expect(page.locator("question-form")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#p-body")).to_have_value("body:mj")
    expect(page.locator("question-form > .notice")).to_have_count(0)
    page.goto(address)
    page.locator("#p-body").select_option("mj")
    page.locator("question-form form button").click()
    expect(page.locator("question-form")).to_have_attribute("aria-busy", "false")
    assert page.evaluate("location.hash") == f"#body=mj&least_level=official&release={release}"


@pytest.mark.parametrize("way", ["served", "from disk"])
def test_an_answer_opens_as_the_question_says_unless_the_link_says_otherwise(
    static_site: StaticSite, window: Watch, way: str
) -> None:
    path = "fr/question/who-does-what.html"
    for file in (path.replace(".html", ".json"), "data/graph.js"):
        static_site.put(file)
    page = window(
        f"{static_site.served}{path}" if way == "served" else static_site.on_disk(path)
    ).page
    chart, table = (page.get_by_role("tab", name=name).last for name in ("Graphique", "Tableau"))
    expect(chart).to_have_attribute("aria-selected", "true")
    expect(page.locator(".chart-figure .bars rect")).to_have_count(60)
    table.click()
    assert page.evaluate("location.hash") == "#view=table"
    assert "view=table" in (page.locator("a[rel=bookmark]").get_attribute("href") or "")
    page.reload()
    expect(table).to_have_attribute("aria-selected", "true")
    expect(page.locator(".published tbody tr").first).to_be_visible()
