"""The SPARQL editor and the questions, answered by the server or in the browser, served or opened from disk."""

from html import escape
from typing import Final

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.chromium import Watch
from tests.browser.web.conftest import LABEL, PAN, Site, embedded

ORDERED: Final = (
    f"SELECT * WHERE {{ ?one <{PAN}ontology#cites> ?another . ?another <{PAN}ontology#weight> ?a }}"
)
WEIGHTS: Final = (
    f"SELECT ?plan ?weight WHERE {{ ?plan <{PAN}ontology#weight> ?weight }} ORDER BY ?plan"
)
ENDLESS: Final = (
    f"SELECT (COUNT(*) AS ?n) WHERE {{ {' . '.join(f'?s{i} ?p{i} ?o{i}' for i in range(9))} }}"
)
DATES: Final = (
    "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> SELECT ?what ?due ?done { VALUES (?what ?due ?done) { "
    '("A" "2022-01-01"^^xsd:date "2022-06-30") ("B" "2021-12-31"^^xsd:date UNDEF) } }'
)
CITED: Final = (
    f"CONSTRUCT {{ ?a <{PAN}ontology#cites> ?b }} WHERE {{ ?a <{PAN}ontology#cites> ?b }}"
)
LINKED: Final = f"SELECT ?x {{ VALUES ?x {{ <{PAN}ontology#cites> <{PAN}id/link/abc> <https://example.org/x> }} }}"
CITES: Final = {"name": "pan:cites", "label": "cites", "kind": "property"}
TERMS: Final = {"prefixes": {"pan": f"{PAN}ontology#"}, "terms": [CITES]}
SAID: Final = (
    (
        "SELECT * { SERVICE <https://example.org/> { ?a ?b ?c } }",
        "SERVICE, which asks another server, is refused",
    ),
    ('SELECT ("SERVICE" AS ?service) WHERE {} # SERVICE', "1 row in"),
    ("INSERT DATA { <a:a> <a:b> <a:c> }", "updates are refused"),
    ("ASK { ?service ?from ?load }", "1 row in"),
    ("SELECT * WHERE {\n?a ?b }", "This is not SPARQL: line 2, column"),
    (f"SELECT (COUNT(*) AS ?n) FROM <{PAN}graph/a> WHERE {{ ?s ?p ?o }}", "1 row in"),
)
"""Queries and what is said of each, never twice the same; words in strings, comments and names refuse nothing."""


def editor(query: str, source: str = 'data-graph="../data/graph.js"') -> str:
    return (
        f'<sparql-editor {source}><form method="get"><label for="query">Query</label>'
        f'<textarea id="query" name="query">{escape(query)}</textarea><button type="submit">Run</button></form>'
        f"{embedded('terms', TERMS)}</sparql-editor>"
    )


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Query").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def run(page: Page, text: str = "") -> None:
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    if text:
        write(page, text)
    page.get_by_role("button", name="Run", exact=True).click()


@pytest.mark.parametrize("place", ["served", "disk"])
def test_a_query_is_answered_in_the_browser_or_what_hinders_it_said(
    site: Site, window: Watch, place: str
) -> None:
    example = f'<a href="#" data-query="{escape(ORDERED)}">Example</a>'
    page = window(site.at(place, site.page("sparql", editor(ORDERED) + example))).page
    run(page)
    status = page.locator("sparql-editor .status")
    cells = page.locator(".results td")
    expect(status).to_contain_text("1 row in")
    expect(page.locator(".results th")).to_have_text(["one", "another", "a"])
    expect(cells).to_have_text(["Plan one", "Plan deux", "5"])
    expect(page.get_by_role("link", name="Plan one")).to_have_attribute(
        "href", "../en/plan/one.html"
    )
    expect(page.locator(".engine")).to_have_text("Answered in this browser")
    if place == "disk":
        return
    for query, words in SAID:
        run(page, query)
        expect(status).to_contain_text(words)
    expect(cells).to_have_text(["4"])  # FROM narrows the union of all graphs
    # terms lead to their documentation, what has no page nowhere
    run(page, LINKED)
    links = page.locator(".results td > *")
    expect(links).to_have_text(["cites", "abc", "x"])
    expect(links.nth(0)).to_have_attribute("href", "../en/ontology.html#cites")
    assert links.nth(1).get_attribute("href") is None
    expect(links.nth(2)).to_have_attribute("href", "https://example.org/x")
    # one that runs is stopped, the next is answered
    run(page, ENDLESS)
    page.get_by_role("button", name="Stop").click()
    expect(status).to_have_text("Stopped.")
    page.get_by_role("link", name="Example").click()
    run(page)
    expect(cells).to_have_text(["Plan one", "Plan deux", "5"])


def test_an_answer_is_seen_as_table_chart_timeline_network_and_raw(
    site: Site, window: Watch
) -> None:
    choice = '<data-language><select><option value="fr" selected>Français</option></select></data-language>'
    page = window(site.page("sparql-views", choice + editor(WEIGHTS))).page
    run(page)
    # things are named in the language of titles
    title = page.locator(".results tbody a").first
    expect(title).to_have_text("Plan un")
    expect(title).to_have_attribute("lang", "fr")
    page.get_by_role("tab", name="Chart").click()
    expect(page.locator("svg.chart .bars rect")).to_have_count(2)
    page.get_by_role("tab", name="Chart").press("ArrowRight")
    expect(page.get_by_text("A timeline needs a column of dates.")).to_be_visible()
    page.get_by_role("tab", name="Timeline").press("ArrowRight")
    expect(page.get_by_text("A network needs two columns of things.")).to_be_visible()
    page.get_by_role("tab", name="Raw").click()
    expect(page.locator(".panel-raw pre")).to_contain_text('"bindings"')
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV", exact=True).click()
    assert download.value.path().read_text(encoding="utf-8").splitlines()[:2] == [
        "plan,weight",
        f"{PAN}id/plan/one,3",
    ]
    run(page, DATES)
    page.get_by_role("tab", name="Timeline").click()
    drawing = page.locator("svg.chart")
    expect(drawing.locator(".series-0 path, .series-0 circle")).to_have_count(2)
    expect(drawing.locator(".series-1 path, .series-1 circle")).to_have_count(1)
    expect(drawing.locator("title").last).to_have_text("A, done: 2022-06-30")
    expect(page.locator(".chart-figure .legend li")).to_have_text(["due", "done"])
    run(page, CITED)
    page.get_by_role("tab", name="Table").click()
    expect(page.locator(".results th")).to_have_text(["subject", "predicate", "object"])
    page.get_by_role("tab", name="Network").click()
    expect(page.locator("network-view[data-drawn=yes]")).to_be_visible()
    expect(page.locator("network-view [data-thing]")).to_have_count(2)


def test_an_answer_of_the_server_that_was_cut_off_is_shown_as_such(
    site: Site, window: Watch
) -> None:
    page = window(
        site.page("served", editor("SELECT ?x {}", 'data-endpoint="../sparql"'), mode="served")
    ).page
    run(page)
    expect(page.locator(".results td")).to_have_text(["served"])
    expect(page.locator(".engine")).to_have_text("Answered by the server")
    run(page, "cut")
    expect(page.locator("sparql-editor .status")).to_contain_text("cut the answer off")
    expect(page.locator(".panel-raw pre")).to_contain_text("served")


def test_the_editor_keeps_what_was_typed_before_it_came_and_completes_terms(
    site: Site, watch: Watch
) -> None:
    address = site.page("sparql-focus", editor("SELECT ?x WHERE {}"))
    page = watch(site.page("empty", "")).page

    def focus_first(route: Route) -> None:
        page.locator("textarea").evaluate("area => { area.focus(); area.setSelectionRange(8, 9); }")
        route.continue_()

    page.route("**/editor-*.js", focus_first)
    page.goto(address)
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    page.keyboard.type("y")
    expect(page.locator("textarea")).to_have_value("SELECT ?y WHERE {}")
    write(page, "")
    page.keyboard.type("ASK { ?a pan:ci")
    page.get_by_role("option", name="pan:cites").click()
    expect(page.locator("textarea")).to_have_value(
        f"PREFIX pan: <{PAN}ontology#>\nASK {{ ?a pan:cites}}"
    )


def test_a_shared_link_brings_its_query_and_earlier_ones_are_kept(
    site: Site, window: Watch
) -> None:
    address = site.page("sparql-share", editor("ASK {}"))
    page = window(address, permissions=["clipboard-read", "clipboard-write"]).page
    run(page)
    page.get_by_role("button", name="Copy a link").click()
    expect(page.get_by_text("The link was copied")).to_be_visible()
    shared = page.url
    assert shared.endswith("#query=ASK%20%7B%7D")
    page.goto(shared.replace("ASK", "SELECT%20*"))
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    expect(page.locator("textarea")).to_have_value("SELECT * {}")
    page.get_by_text("Earlier queries").click()
    page.get_by_role("button", name="ASK {}").click()
    expect(page.locator("textarea")).to_have_value("ASK {}")


QUESTION: Final = {
    "query": "SELECT ?label WHERE {\n"
    f"    BIND(<{PAN}id/plan/one> AS ?plan)  # parameter: the plan\n"
    '    BIND("fr" AS ?language)  # parameter: the language\n'
    f"    ?plan {LABEL} ?label FILTER(LANG(?label) = ?language)\n}}"
}
FORM: Final = (
    '<question-form data-graph="../data/graph.js"><form method="get"><label>Plan <input name="plan"></label>'
    '<label>Language <select name="language"><option>fr</option><option>en</option></select></label>'
    f"<button>Ask</button></form>{embedded('question', QUESTION)}</question-form>"
)


@pytest.mark.parametrize("place", ["served", "disk"])
def test_a_question_is_answered_without_a_server_and_nothing_typed_becomes_part_of_it(
    site: Site, window: Watch, place: str
) -> None:
    page = window(site.at(place, site.page("question", FORM)) + "#plan=one&language=en").page
    cells = page.locator(".results td")
    expect(cells).to_have_text(["Plan one"])  # a shared answer is shown at once
    page.get_by_label("Language").select_option("fr")
    for plan, title in (
        ("two", "Plan deux"),
        ("one", "Plan un"),
        ("Plan deux", "Plan deux"),
        ("Plan un", "Plan un"),
        (f"{PAN}id/plan/two", "Plan deux"),
    ):
        page.get_by_label("Plan").fill(plan)
        page.get_by_role("button", name="Ask").click()
        expect(cells).to_have_text([title])
    expect(page.locator("details pre")).to_contain_text(f"BIND(<{PAN}id/plan/two> AS ?plan)")
    page.get_by_label("Plan").fill('x" } # > AS ?plan) }')
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("question-form .status")).to_contain_text(
        'Nothing in the graph is called “x" } # >'
    )
