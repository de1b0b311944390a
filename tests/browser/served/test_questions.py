"""Questions as forms: what is asked is answered, stands in the address, and is downloaded as it was asked."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.browser.served.conftest import Visit

ONTOLOGY = "https://w3id.org/pan2kg/ontology#"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "x' } UNION { ?s ?p ?o } #",
    "<script>",
    "no-such-thing",
)


@pytest.fixture(scope="module")
def served(all_served: str) -> str:
    """All plans, since charts of answers are cut off where there is much."""
    return all_served


def rows(page: Page) -> list[list[str]]:
    """The cells of the answer."""
    found: list[list[str]] = page.locator(".answer tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    )
    return found


def downloaded(page: Page, name: str) -> str:
    """What the link of this name brings."""
    address = page.locator(".answer .downloads").get_by_role("link", name=name).first.evaluate("link => link.href")
    reply = page.request.get(address)
    assert reply.status == 200
    return reply.text()


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("who-should-talk", {"body": "meco"}),
        ("actions-of-plan", {"plan": "lu-bhr-1"}),
        ("why-linked", {"one": "lu-bhr-2-4-3", "two": "lu-bhr-1-m5"}),
        ("affected-by-instrument", {"instrument": "reg-2017-821"}),
    ],
)
def test_an_answer_is_found_again_by_its_address(visit: Visit, question: str, values: dict[str, str]) -> None:
    page = visit(f"/fr/question/{question}.html").page
    for name, value in values.items():
        field = page.locator(f"#p-{name}")
        field.select_option(value)
    page.locator("question-form form button").click()
    page.wait_for_url("**?*")
    found = rows(page)
    assert found
    page.goto(page.url)
    assert rows(page) == found
    for name, value in values.items():
        expect(page.locator(f"#p-{name}")).to_have_value(value)


def test_downloads_hold_the_rows_that_are_shown(visit: Visit) -> None:
    page = visit("/fr/question/actions-of-plan.html?plan=lu-bhr-1").page
    shown = rows(page)
    table = list(csv.DictReader(io.StringIO(downloaded(page, "CSV"))))
    results = json.loads(downloaded(page, "JSON"))["results"]["bindings"]
    assert len(shown) == len(table) == len(results) > 3
    for seen, row, result in zip(shown, table, results, strict=True):
        assert seen[1].endswith(row["action_label"]) or row["action_label"] in " ".join(seen)
        assert result["action"]["value"] == row["action"]
        assert "lu-bhr-1" in row["action"]


def test_what_the_graph_says_of_the_things_in_an_answer_is_downloaded(visit: Visit) -> None:
    page = visit("/fr/question/actions-of-plan.html?plan=lu-bhr-1").page
    triples = list(ox.parse(downloaded(page, "Turtle"), format=ox.RdfFormat.TURTLE))
    actions = {triple.subject.value for triple in triples if triple.object == ox.NamedNode(f"{ONTOLOGY}Action")}
    assert len(actions) == len(rows(page))
    assert all("lu-bhr-1" in action for action in actions)


def test_an_answer_is_seen_as_chart_timeline_and_network(visit: Visit) -> None:
    page = visit("/fr/question/who-does-what.html").page
    page.get_by_role("tab", name="Tableau").click()
    assert len(rows(page)) > 60
    page.get_by_role("tab", name="Graphique").click()
    expect(page.locator(".chart-figure .bars rect")).to_have_count(60)
    expect(page.get_by_text("Seules les 60 premières lignes")).to_be_visible()
    expect(page.locator(".panel-chart select").nth(1)).to_contain_text("organisme")
    page.goto(page.url.partition("?")[0].replace("who-does-what", "late-actions"))
    expect(page.locator(".chart-figure .legend li").first).to_have_text(re.compile("fin"))
    page.get_by_role("tab", name="Réseau").click()
    expect(page.locator("[data-thing]")).not_to_have_count(0)
    expect(page.locator("[data-thing]").first).not_to_contain_text("http")
    page.get_by_role("tab", name="Tableau").click()
    expect(page.locator(".answer tbody tr").first).to_be_visible()


def test_an_answer_opens_as_the_question_says_unless_the_link_says_otherwise(visit: Visit) -> None:
    page = visit("/fr/question/who-does-what.html").page
    chart, table = (page.get_by_role("tab", name=name) for name in ("Graphique", "Tableau"))
    expect(chart).to_have_attribute("aria-selected", "true")
    expect(page.locator(".chart-figure .bars rect")).to_have_count(60)
    assert "view=" not in page.url
    table.click()
    page.wait_for_url("**/who-does-what.html?view=table")
    page.goto(page.url)
    expect(table).to_have_attribute("aria-selected", "true")
    assert len(rows(page)) > 60
    page.locator("a[rel=bookmark]").click()
    expect(table).to_have_attribute("aria-selected", "true")
    page.locator("#as-of").fill("2026-01-01")
    page.locator("question-form form button").click()
    page.wait_for_url("**as-of=2026-01-01*")
    expect(table).to_have_attribute("aria-selected", "true")
    page.goto(page.url.partition("?")[0].replace("who-does-what", "actions-of-plan") + "?plan=lu-bhr-1")
    expect(table).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(
    ("question", "name"),
    [("actions-of-plan", "plan"), ("why-linked", "one"), ("affected-by-instrument", "instrument")],
)
def test_what_is_nothing_here_is_refused_in_a_sentence(visit: Visit, question: str, name: str, value: str) -> None:
    chosen = {name: value, **({"two": "lu-bhr-1-m5"} if name == "one" else {})}
    page = visit(f"/en/question/{question}.html?{urlencode(chosen)}").page
    said = page.locator("main [role=alert]")
    expect(said).to_contain_text(value)
    assert said.inner_text().strip().endswith((".", "?", "\u201d", "»"))
    expect(page.locator(f"#p-{name}")).to_have_value(value)
    expect(page.locator("main img, main script:not([type])")).to_have_count(0)
    assert not rows(page)


def test_a_question_is_opened_in_the_editor(visit: Visit) -> None:
    page = visit("/en/question/actions-of-plan.html?plan=lu-bhr-1").page
    page.locator("details", has=page.locator("pre")).last.locator("summary").click()
    page.locator('a[href*="#query="]').click()
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    expect(page.locator("sparql-editor textarea[name=query]")).to_have_value(re.compile("lu-bhr-1"))
