"""The SPARQL editor and the questions, answered by the server or in the browser, served or opened from disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.web.conftest import PAN, attribute, embedded

if TYPE_CHECKING:
    from tests.browser.chromium import Watch
    from tests.browser.web.conftest import Site

ORDERED: Final = f"SELECT * WHERE {{ ?one <{PAN}ontology#cites> ?another . ?another <{PAN}ontology#weight> ?a }}"
WEIGHTS: Final = f"SELECT ?plan ?weight WHERE {{ ?plan <{PAN}ontology#weight> ?weight }} ORDER BY ?plan"
ENDLESS: Final = f"SELECT (COUNT(*) AS ?n) WHERE {{ {' . '.join(f'?s{i} ?p{i} ?o{i}' for i in range(9))} }}"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
TERMS: Final = {
    "prefixes": {"pan": f"{PAN}ontology#"},
    "terms": [{"name": "pan:cites", "label": "cites", "kind": "property"}],
}


def editor(query: str, source: str = 'data-graph="../data/graph.js"') -> str:
    return (
        f'<sparql-editor {source}><form method="get"><label for="query">Query</label>'
        f'<textarea id="query" name="query">{attribute(query)}</textarea><button type="submit">Run</button></form>'
        f"{embedded('terms', TERMS)}</sparql-editor>"
    )


def ready(page: Page) -> None:
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)


def run(page: Page) -> None:
    ready(page)
    page.get_by_role("button", name="Run", exact=True).click()


@pytest.mark.parametrize("place", ["served", "disk"])
def test_a_query_is_answered_in_the_browser_with_labels_for_things(site: Site, window: Watch, place: str) -> None:
    address = site.page("sparql", editor(ORDERED))
    page = window(address if place == "served" else site.on_disk(address)).page
    run(page)
    expect(page.locator("sparql-editor .status")).to_contain_text("1 row in")
    expect(page.locator(".results th")).to_have_text(["one", "another", "a"])
    expect(page.locator(".results td")).to_have_text(["Plan one", "Plan deux", "5"])
    expect(page.get_by_role("link", name="Plan one")).to_have_attribute("href", "../en/plan/one.html")
    expect(page.locator(".engine")).to_have_text("Answered in this browser")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            "SELECT * WHERE { SERVICE <https://example.org/> { ?a ?b ?c } }",
            "SERVICE, which asks another server, is refused",
        ),
        ("INSERT DATA { <a:a> <a:b> <a:c> }", "updates are refused"),
        ("SELECT * WHERE {\n?a ?b }", "This is not SPARQL: line 2, column"),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_sentence(site: Site, window: Watch, query: str, words: str) -> None:
    page = window(site.page("sparql-refused", editor(query))).page
    run(page)
    expect(page.locator("sparql-editor .status")).to_contain_text(words)


@pytest.mark.parametrize("query", ['SELECT ("SERVICE" AS ?service) WHERE {} # SERVICE', "ASK { ?service ?from ?load }"])
def test_words_in_strings_comments_and_names_refuse_nothing(site: Site, window: Watch, query: str) -> None:
    page = window(site.page("sparql-words", editor(query))).page
    run(page)
    expect(page.locator("sparql-editor .status")).to_contain_text("1 row in")


def test_from_narrows_the_union_of_all_graphs(site: Site, window: Watch) -> None:
    query = f"SELECT (COUNT(*) AS ?n) FROM <{PAN}graph/a> WHERE {{ ?s ?p ?o }}"
    page = window(site.page("sparql-from", editor(query))).page
    run(page)
    expect(page.locator(".results td")).to_have_text(["4"])


def test_a_running_query_is_stopped_and_the_next_one_answered(site: Site, window: Watch) -> None:
    page = window(
        site.page("sparql-stop", editor(ENDLESS) + f'<a href="#" data-query="{attribute(ORDERED)}">Example</a>')
    ).page
    run(page)
    expect(page.locator("sparql-editor .status")).to_contain_text("The graph is loaded")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("sparql-editor .status")).to_have_text("Stopped.")
    page.get_by_role("link", name="Example").click()
    run(page)
    expect(page.locator("sparql-editor .status")).to_contain_text("1 row in")


def test_an_answer_is_seen_as_chart_network_and_raw(site: Site, window: Watch) -> None:
    page = window(site.page("sparql-views", editor(WEIGHTS))).page
    run(page)
    expect(page.get_by_role("link", name="Plan one")).to_be_visible()
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
    assert download.value.path().read_text(encoding="utf-8").splitlines()[:2] == ["plan,weight", f"{PAN}id/plan/one,3"]


def test_dates_are_seen_as_a_timeline(site: Site, window: Watch) -> None:
    rows = '("A" "2022-01-01"^^xsd:date "2022-06-30") ("B" "2021-12-31"^^xsd:date UNDEF)'
    query = f"PREFIX xsd: <{XSD}> SELECT ?what ?due ?done {{ VALUES (?what ?due ?done) {{ {rows} }} }}"
    page = window(site.page("sparql-dates", editor(query))).page
    run(page)
    page.get_by_role("tab", name="Timeline").click()
    drawing = page.locator("svg.chart")
    expect(drawing.locator(".series-0 path, .series-0 circle")).to_have_count(2)
    expect(drawing.locator(".series-1 path, .series-1 circle")).to_have_count(1)
    expect(drawing.locator("title").last).to_have_text("A, done: 2022-06-30")
    expect(page.locator(".chart-figure .legend li")).to_have_text(["due", "done"])


def test_a_graph_is_seen_as_a_network(site: Site, window: Watch) -> None:
    query = f"CONSTRUCT {{ ?a <{PAN}ontology#cites> ?b }} WHERE {{ ?a <{PAN}ontology#cites> ?b }}"
    page = window(site.page("sparql-graph", editor(query))).page
    run(page)
    expect(page.locator(".results th")).to_have_text(["subject", "predicate", "object"])
    page.get_by_role("tab", name="Network").click()
    expect(page.locator("network-view[data-drawn=yes]")).to_be_visible()
    expect(page.locator("network-view [data-thing]")).to_have_count(2)


def test_things_are_named_in_the_language_of_titles(site: Site, window: Watch) -> None:
    choice = '<data-language><select><option value="fr" selected>Français</option></select></data-language>'
    page = window(site.page("sparql-titles", choice + editor(WEIGHTS))).page
    run(page)
    expect(page.locator(".results tbody a").first).to_have_text("Plan un")
    expect(page.locator(".results tbody a").first).to_have_attribute("lang", "fr")


def test_terms_lead_to_their_documentation_and_what_has_no_page_nowhere(site: Site, window: Watch) -> None:
    values = f"<{PAN}ontology#cites> <{PAN}id/link/abc> <https://example.org/x>"
    page = window(site.page("sparql-links", editor(f"SELECT ?x {{ VALUES ?x {{ {values} }} }}"))).page
    run(page)
    links = page.locator(".results td > *")
    expect(links).to_have_text(["cites", "abc", "x"])
    expect(links.nth(0)).to_have_attribute("href", "../en/ontology.html#cites")
    assert links.nth(1).get_attribute("href") is None
    expect(links.nth(2)).to_have_attribute("href", "https://example.org/x")


def test_the_server_answers_where_there_is_one(site: Site, window: Watch) -> None:
    page = window(
        site.page("sparql-served", editor("SELECT ?x WHERE {}", 'data-endpoint="../sparql"'), mode="served")
    ).page
    run(page)
    expect(page.locator(".results td")).to_have_text(["served"])
    expect(page.locator(".engine")).to_have_text("Answered by the server")


def test_a_broken_query_shows_what_the_server_said(site: Site, window: Watch) -> None:
    seen = window(site.page("sparql-broken", editor("broken", 'data-endpoint="../sparql"'), mode="served"))
    run(seen.page)
    expect(seen.page.locator("sparql-editor .status")).to_have_text(
        "The query is not SPARQL at line 1, column 8: expected a variable. (en)"
    )
    seen.forgive("answer 400")


def test_an_answer_that_was_cut_off_is_shown_as_such(site: Site, window: Watch) -> None:
    page = window(site.page("sparql-cut", editor("cut", 'data-endpoint="../sparql"'), mode="served")).page
    run(page)
    expect(page.locator("sparql-editor .status")).to_contain_text("cut the answer off")
    expect(page.locator(".panel-raw pre")).to_contain_text("served")


def test_the_editor_keeps_value_selection_and_focus(site: Site, watch: Watch) -> None:
    """What was typed before the editor arrived, and where."""
    address = site.page("sparql-focus", editor("SELECT ?x WHERE {}"))
    page = watch(site.page("empty", "")).page

    def focus_first(route: Route) -> None:
        page.locator("textarea").evaluate("area => { area.focus(); area.setSelectionRange(8, 9); }")
        route.continue_()

    page.route("**/editor-*.js", focus_first)
    page.goto(address)
    ready(page)
    page.keyboard.type("y")
    expect(page.locator("textarea")).to_have_value("SELECT ?y WHERE {}")


def test_a_term_is_completed_and_its_prefix_declared(site: Site, window: Watch) -> None:
    page = window(site.page("sparql-terms", editor(""))).page
    ready(page)
    page.get_by_label("Query").last.click()
    page.keyboard.type("ASK { ?a pan:ci")
    page.get_by_role("option", name="pan:cites").click()
    expect(page.locator("textarea")).to_have_value(f"PREFIX pan: <{PAN}ontology#>\nASK {{ ?a pan:cites}}")


def test_a_shared_link_brings_its_query_and_earlier_ones_are_kept(site: Site, window: Watch) -> None:
    page = window(site.page("sparql-share", editor("ASK {}")), permissions=["clipboard-write"]).page
    run(page)
    page.get_by_role("button", name="Copy a link").click()
    expect(page.get_by_text("The link was copied")).to_be_visible()
    shared = page.url
    assert shared.endswith("#query=ASK%20%7B%7D")
    page.goto(shared.replace("ASK", "SELECT%20*"))
    ready(page)
    expect(page.locator("textarea")).to_have_value("SELECT * {}")
    page.get_by_text("Earlier queries").click()
    page.get_by_role("button", name="ASK {}").click()
    expect(page.locator("textarea")).to_have_value("ASK {}")


def test_a_question_that_was_answered_is_seen_otherwise_too(site: Site, window: Watch) -> None:
    answer = (
        '<div class="answer-table"><table class="rows"><thead><tr><th>Poids</th></tr></thead>'
        "<tbody><tr><td>as published</td></tr></tbody></table></div>"
    )
    data = embedded("question", {"query": WEIGHTS, "heads": {"weight": "Poids"}})
    page = window(
        site.page("question-views", f'<question-form data-graph="../data/graph.js">{data}{answer}</question-form>')
    ).page
    expect(page.locator("tbody")).to_have_text("as published")
    page.get_by_role("tab", name="Chart").click()
    expect(page.locator("svg.chart .bars rect")).to_have_count(2)
    expect(page.locator(".panel-chart select").last).to_have_text("Poids")
    page.get_by_role("tab", name="Table").click()
    expect(page.locator("tbody")).to_have_text("as published")


QUESTION: Final = {
    "query": "SELECT ?label WHERE {\n"
    f"    BIND(<{PAN}id/plan/one> AS ?plan)  # parameter: the plan\n"
    '    BIND("fr" AS ?language)  # parameter: the language\n'
    "    ?plan <http://www.w3.org/2004/02/skos/core#prefLabel> ?label FILTER(LANG(?label) = ?language)\n}"
}
FORM: Final = (
    '<question-form data-graph="../data/graph.js"><form method="get"><label>Plan <input name="plan"></label>'
    '<label>Language <select name="language"><option>fr</option><option>en</option></select></label>'
    f"<button>Ask</button></form>{embedded('question', QUESTION)}</question-form>"
)


@pytest.mark.parametrize("plan", ["two", "Plan deux", f"{PAN}id/plan/two"])
@pytest.mark.parametrize("place", ["served", "disk"])
def test_a_question_is_answered_without_a_server(site: Site, window: Watch, place: str, plan: str) -> None:
    address = site.page("question", FORM)
    page = window(address if place == "served" else site.on_disk(address)).page
    page.get_by_label("Plan").fill(plan)
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".results td")).to_have_text(["Plan deux"])
    expect(page.locator("details pre")).to_contain_text(f"BIND(<{PAN}id/plan/two> AS ?plan)")


def test_nothing_typed_becomes_part_of_the_query(site: Site, window: Watch) -> None:
    page = window(site.page("question-injection", FORM)).page
    page.get_by_label("Plan").fill('x" } # > AS ?plan) }')
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("question-form .status")).to_contain_text('Nothing in the graph is called “x" } # >')


def test_a_shared_answer_is_shown_at_once(site: Site, window: Watch) -> None:
    page = window(site.page("question-shared", FORM) + "#plan=one&language=en").page
    expect(page.locator(".results td")).to_have_text(["Plan one"])
