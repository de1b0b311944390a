"""Finding, reading and keeping what a service shows, with scripts and without; and whether everyone can use it."""

import csv
import io
import json
import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from pan2kg.tables.kinds import table_kinds
from tests.browser.chromium import faults_of_access, inside, settled, too_wide
from tests.browser.served.conftest import Visit, follow
from tests.lots import by_lot
from tests.pages import EVERY

TITLE = "main h1 .label"
# what a service has a page of, and an export has not
MORE = ("document/mae-gouvernement-lu-fr-pan-2", "link/094923f2ff6b1c1f")


def test_what_is_searched_is_found_with_or_without_accents(visit: Visit) -> None:
    page = visit("/fr/index.html").page
    for words, title in {
        "egalite": "égalité",
        "ÉGALITÉ": "égalité",
        "conflict minerals": "minerais de conflit",
        "2017/821": "2017/821",
        "devoir diligence": "devoir de diligence",
        "Menschenrechte": "",
    }.items():
        page.locator("label-search input[name=q]").fill(words)
        page.get_by_role("search").get_by_role("button").click()
        page.wait_for_url("**/fr/search.html?q=*")
        expect(page.locator("main")).to_contain_text(words)
        expect(page.locator("main section a").first).to_be_visible()
        expect(page.locator("main")).to_contain_text(title)
    page.goto(page.url.partition("/fr/")[0] + "/en/search.html?q=zzzzzz")
    expect(page.locator("main")).to_contain_text("0 things found for “zzzzzz”")


def test_another_language_shows_the_same_page_and_the_first_speaks_that_of_the_browser(
    visit: Visit,
) -> None:
    page = visit("/", locale="de-LU").page
    root, _, home = page.url.partition("/de/")
    assert home == "index.html"
    for path in (
        "index.html?evidence=other&year=2021",
        "pair/lu-bhr-1--lu-bhr-2.html?evidence=plan",
        "question/who-should-talk.html?body=maee",
        "search.html?q=diligence",
        "action/lu-bhr-2-4-3.html",
        "gap/action-without-body.html",
    ):
        page.goto(f"{root}/fr/{path}")
        for name, tag in (("English", "en"), ("Deutsch", "de"), ("Français", "fr")):
            page.locator("nav.languages").get_by_role("link", name=name).click()
            expect(page).to_have_url(re.compile(re.escape(f"/{tag}/{path}") + "$"))
            expect(page.locator("html")).to_have_attribute("lang", tag)
            expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_titles_change_their_language_by_the_form_where_there_is_no_script(visit: Visit) -> None:
    page = visit("/fr/pair/lu-bhr-1--lu-bhr-2.html?evidence=other", java_script_enabled=False).page
    page.locator("#data-language").select_option("en")
    page.locator("data-language button").click()
    expect(page.locator(TITLE).first).to_have_attribute("lang", "en")
    expect(page.locator("#evidence")).to_have_value("other")
    follow(page.locator(TITLE).first)
    expect(page.locator(TITLE)).to_have_attribute("lang", "en")
    assert page.url.endswith("?data=en")


def test_every_type_of_page_is_read(visit: Visit) -> None:
    page = visit("/fr/index.html", java_script_enabled=False, width=360).page
    for name in sorted({*EVERY, *MORE} - {"404", "quality"}):
        reply = page.goto(page.url.rpartition("/fr/")[0] + f"/fr/{name}.html")
        assert reply
        assert reply.status == 200, name
        assert len(page.evaluate("document.querySelector('main').innerText")) > 150, name
        assert page.evaluate(
            inside("visible"), ["main h1", "main [hidden]", "label-search input"]
        ) == [1, 0, 1], name


def test_the_quality_page_is_read(visit: Visit, writable: str) -> None:
    page = visit(f"{writable}/fr/quality.html", java_script_enabled=False).page
    expect(page.locator("meta[http-equiv=refresh]")).to_have_count(0)
    expect(page.locator("[role=status]")).to_have_count(0)
    expect(page.locator("section", has=page.locator("#report"))).to_contain_text("règles")
    assert len(page.locator("main").inner_text()) > 500


def test_choosing_and_asking_work_without_scripts_and_again_by_the_address(visit: Visit) -> None:
    page = visit("/fr/index.html", java_script_enabled=False).page
    page.locator("#evidence").select_option("plan")
    page.locator("#body").select_option("maee")
    page.locator("main form.filters button").click()
    expect(page).to_have_url(re.compile(r"evidence=plan&.*body=maee"))
    expect(page.locator("#evidence")).to_have_value("plan")
    expect(page.locator("td.declared").first).to_be_visible()
    for question, values in {
        "actions-of-plan": {"plan": "lu-bhr-1"},
        "why-linked": {"one": "lu-bhr-2-4-3", "two": "lu-bhr-1-m5"},
    }.items():
        page.goto(page.url.rpartition("/fr/")[0] + f"/fr/question/{question}.html")
        for name, value in values.items():
            page.locator(f"#p-{name}").select_option(value)
        page.locator("question-form form button").click()
        page.wait_for_url("**?*")
        answer = page.locator(".answer tbody").inner_text()
        page.goto(page.url)
        expect(page.locator(".answer tbody")).to_have_text(answer, use_inner_text=True)
        for name, value in values.items():
            expect(page.locator(f"#p-{name}")).to_have_value(value)
    page.locator("details", has=page.locator("pre")).last.locator("summary").click()
    assert "lu-bhr-1" in (page.locator('a[href*="#query="]').get_attribute("href") or "")


def test_an_answer_or_the_reason_for_none_is_shown_without_scripts(visit: Visit) -> None:
    page = visit("/en/sparql.html", java_script_enabled=False).page
    for text, words in {
        "SELECT ?a WHERE { ?a ?b": "not SPARQL",
        "ASK { <http://e/none> ?p ?o }": "No",
        "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }": "SERVICE",
        "INSERT DATA { <http://e/a> <http://e/b> '<script>alert(1)</script>' }": "",
        "SELECT ('<script>alert(1)</script><img src=x onerror=alert(2)>' AS ?x) {}": "<script>alert(1)</script>",
    }.items():
        page.locator("textarea[name=query]").fill(text)
        page.locator("sparql-editor form button[type=submit]").click()
        expect(page.locator("textarea[name=query]")).to_have_value(text)
        expect(page.locator(".answer")).to_contain_text(words)
        assert len(page.locator(".answer").inner_text()) > 8
        expect(page.locator(".answer img, .answer script:not([type])")).to_have_count(0)


def test_every_figure_has_its_numbers_as_table_and_as_files(visit: Visit) -> None:
    page = visit("/en/questions.html").page
    links = page.locator('a[href^="figure/"]').evaluate_all("links => links.map(link => link.href)")
    listed = {address.rpartition("/")[2].removesuffix(".html"): address for address in links}
    for name in (name for name, kind in table_kinds().items() if not kind.alone):
        page.goto(listed[name])
        number = page.locator("main table tbody tr").count()
        addresses = page.locator("main .downloads a").evaluate_all(
            "links => links.map(link => link.href)"
        )
        formats = [re.findall(r"\.(\w+)(?:\?|$)", address)[0] for address in addresses]
        assert formats == ["csv", "json", "csv", "xlsx"], name
        rows, numbers, local, sheet = (page.request.get(address).body() for address in addresses)
        assert (
            len(list(csv.DictReader(io.StringIO(rows.decode()))))
            == len(local.splitlines()) - 1
            >= number
        ), name
        assert json.loads(numbers) or not number, name
        assert sheet[:2] == b"PK", name


def test_what_is_nothing_here_is_refused_in_a_sentence(visit: Visit) -> None:
    page = visit("/en/questions.html").page
    for value in (
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "x' } UNION { ?s ?p ?o } #",
    ):
        for question, more in {
            "actions-of-plan?plan": {},
            "why-linked?one": {"two": "lu-bhr-1-m5"},
        }.items():
            path, name = question.split("?")
            chosen = urlencode({name: value, **more})
            page.goto(f"{page.url.rpartition('/en/')[0]}/en/question/{path}.html?{chosen}")
            alert = page.locator("main [role=alert]")
            expect(alert).to_contain_text(value)
            assert alert.inner_text().strip().endswith((".", "?", "\u201d", "»"))
            expect(page.locator(f"#p-{name}")).to_have_value(value)
            expect(
                page.locator("main img, main script:not([type]), .answer tbody tr")
            ).to_have_count(0)


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
def test_nothing_keeps_people_out_of_what_only_a_server_shows(
    visit: Visit, served: str, language: str
) -> None:
    page = visit(f"/{language}/index.html").page
    found = []
    is_whole = language == "fr"
    for path in STATES if is_whole else by_lot(STATES, 4):
        page.goto(f"{served}/{language}/{path}")
        faults = too_wide(settled(page), WIDTHS)
        faults += faults_of_access(page, WIDTHS if is_whole else WIDTHS[-1:], most=6)
        found += [f"{language} {path}: {fault}" for fault in faults]
    assert not found, "\n".join(found)


def test_nothing_keeps_people_out_of_the_views_of_an_answer(visit: Visit, all_served: str) -> None:
    watched = visit("/fr/sparql.html")
    page = settled(watched.page)
    page.locator("sparql-editor form button[type=submit]").click()
    expect(page.locator(".results tbody a").first).to_be_visible()
    found = faults_of_access(page, WIDTHS)
    page.locator(".results [role=tab]").last.click()
    found += faults_of_access(page, WIDTHS)
    watched.open(f"{all_served}/fr/question/late-actions.html")
    for name, drawn in {
        "Frise": ".chart-figure svg",
        "Réseau": "network-view[data-drawn=yes]",
    }.items():
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
