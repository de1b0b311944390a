"""SPARQL against the server in a browser: run, stop, refused, cut, charted, drawn, remembered, shared."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Page, expect

from pan2kg.store.queries import read_queries
from tests.browser.served.conftest import serving
from tests.lots import by_lot

if TYPE_CHECKING:
    from pathlib import Path

    from pan2kg.graph.graph import Graph
    from pan2kg.project import Project
    from tests.browser.chromium import Watch
    from tests.browser.served.conftest import Visit

PAN: Final = "PREFIX pan: <https://w3id.org/pan2kg/ontology#>"
COUNTED: Final = f"{PAN} SELECT ?plan (COUNT(*) AS ?n) WHERE {{ ?a pan:inPlan ?plan }} GROUP BY ?plan ORDER BY ?plan"
ENDLESS: Final = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
WRONG: Final = "SELECT ?a WHERE {\n  ?a ?b\n}"
RUN_ON: Final = (
    "PREFIX a: <b:> SELECT (1 AS ?n) { { ?a a:b/a:c ?d ; a:e 'x { y' } UNION { ?s ?p ?o # end\n} } ORDER BY ?n LIMIT 1"
)
LAID_OUT: Final = """\
PREFIX a: <b:>

SELECT (1 AS ?n) {
    {
        ?a a:b/a:c ?d ;
            a:e 'x { y'
    } UNION {
        ?s ?p ?o # end
    }
}
ORDER BY ?n
LIMIT 1
"""
ASK: Final = """async queries => {
    const server = async text => {
        const answer = await fetch('../sparql', { method: 'POST', body: text, headers: {
            'Content-Type': 'application/sparql-query', Accept: 'application/sparql-results+json' } });
        const { head, results } = await answer.json();
        return [head.vars, results.bindings];
    };
    const part = window.pan2kg.parts.engine ?? await new Promise((resolve, reject) => {
        const script = document.createElement('script');
        script.src = `../assets/${window.pan2kg.names.engine}`;
        script.onload = () => resolve(window.pan2kg.parts.engine);
        script.onerror = reject;
        document.head.append(script);
    });
    const engine = await (await part).open('../data/graph.js');
    await engine.ready;
    const answers = [];
    for (const text of queries) {
        const [columns, rows] = await server(text);
        const own = await engine.query(text);
        answers.push([columns, rows, own.columns, own.rows]);
    }
    return answers;
}"""


def write(page: Page, text: str) -> None:
    """Put a query into the editor, as a person does."""
    page.get_by_role("textbox", name="Query").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def run(page: Page, text: str = "") -> None:
    """Run a query, or the one that is there."""
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    if text:
        write(page, text)
    page.get_by_role("button", name="Run", exact=True).click()


def answered(page: Page, text: str = "") -> Page:
    """Run a query and wait for its answer."""
    run(page, text)
    expect(page.locator("sparql-editor .results")).to_be_visible()
    return page


def told(page: Page, words: str | re.Pattern[str]) -> None:
    """Wait until the page says something of the query that ran."""
    expect(page.locator("sparql-editor > .status")).to_contain_text(words)


def test_the_server_answers_and_says_so(visit: Visit) -> None:
    page = visit("/en/sparql.html").page
    expect(page.locator(".engine")).to_have_text("Answered by the server")
    with page.expect_request("**/sparql") as asked:
        answered(page, COUNTED)
    assert asked.value.method == "POST"
    told(page, re.compile(r"^\d+ rows in [\d,]+ ms"))
    expect(page.locator(".results tbody a").first).not_to_contain_text("http")


def test_things_are_named_in_the_language_of_the_page(visit: Visit) -> None:
    page = visit("/fr/sparql.html").page
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    page.get_by_role("textbox", name="Requête").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("DESCRIBE <https://w3id.org/pan2kg/id/plan/lu-bhr-2>")
    page.get_by_role("button", name="Exécuter").click()
    expect(page.locator(".results tbody tr:first-child td:first-child")).to_contain_text("Entreprises et droits")
    expect(page.locator(".results tbody a").first).to_have_attribute("lang", "fr")


def test_keys_of_a_stored_question_are_words_as_on_its_own_page(visit: Visit, project: Project) -> None:
    page = visit("/fr/sparql.html").page
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    page.get_by_role("textbox", name="Requête").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(read_queries(project)["plan-citations"].text)
    page.get_by_role("button", name="Exécuter").click()
    expect(page.locator(".results")).to_be_visible()
    cells = set(page.locator(".results tbody td").all_inner_texts())
    assert cells & {"non lu", "impossible (antérieur)", "cadre international"}
    assert not cells & {"unread", "impossible", "framework", "undated", "expected", "edition"}


def test_what_the_graph_uses_of_others_is_completed_too(visit: Visit) -> None:
    page = visit("/en/sparql.html").page
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    write(page, "ASK { ?a ")
    page.keyboard.type("prefL")
    page.get_by_role("option", name="skos:prefLabel").click()
    skos = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
    expect(page.locator("sparql-editor textarea[name=query]")).to_have_value(f"{skos}\nASK {{ ?a skos:prefLabel")


def options(page: Page) -> list[str]:
    """What the editor offers to write next, once it does."""
    offered = page.locator(".cm-tooltip-autocomplete li")
    expect(offered.first).to_be_visible()
    return offered.all_inner_texts()


def test_things_and_terms_are_completed_by_their_names_and_by_place(visit: Visit) -> None:
    page = visit("/fr/sparql.html").page
    page.get_by_role("textbox", name="Requête").focus()
    for start, typed, wanted in (
        ("SELECT * { ?a a ", "obligation nat", "pan:NationalObligation"),
        ("SELECT * { ?a ", "chef", "pan:ledBy"),
        ("SELECT * { ?a a pan:Action ; pan:implements|pan:", "cite", "pan:cites"),
        ("SELECT * { ?a pan:implements ?b, ", "minerais", "Règl. 2017/821"),
    ):
        page.keyboard.press("Escape")
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(start)
        page.keyboard.type(typed.split()[-1])
        offered = options(page)
        assert any(one.startswith(wanted) for one in offered), (typed, offered)
        assert not any(one.startswith("pan:Action") for one in offered), offered
    page.locator(".cm-tooltip-autocomplete li", has_text="2017/821 · ").first.click()
    field = page.locator("sparql-editor textarea[name=query]")
    expect(field).to_have_value(re.compile("<http://data.europa.eu/eli/reg/2017/821/oj>$"))


def test_mistakes_are_marked_where_they_stand_and_names_are_read(visit: Visit) -> None:
    page = visit("/en/sparql.html").page
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    write(page, "SELECT ?x { ?x a pan:Actoin ; ?y plan:lu-bhr-2 }")
    marked = page.locator(".cm-lintRange-error")
    expect(marked).to_have_text(["pan:Actoin", "plan:lu-bhr-2"])
    marked.first.hover()
    page.get_by_role("button", name="Declare the prefix").click()
    expect(marked).to_have_text(["plan:lu-bhr-2"])
    expect(page.locator(".cm-lintRange-warning")).to_have_text("pan:Actoin")
    page.locator(".cm-lintRange-warning").hover()
    page.get_by_role("button", name="pan:Action").click()
    expect(page.locator(".cm-lintRange-warning")).to_have_count(0)
    write(page, "PREFIX plan: <https://w3id.org/pan2kg/id/plan/>\nASK { plan:lu-bhr-2 ?p }")
    expect(page.locator(".cm-lintRange-error")).to_have_text("}")
    page.locator(".cm-line").last.hover(position={"x": 110, "y": 8})
    expect(page.locator(".hovered")).to_contain_text("https://w3id.org/pan2kg/id/plan/lu-bhr-2")
    expect(page.locator(".hovered strong")).to_contain_text("Business and Human Rights")


def test_laying_out_a_query_changes_no_word_of_it(visit: Visit, project: Project) -> None:
    page = visit("/en/sparql.html").page
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    texts = by_lot([query.text for query in read_queries(project).values()], 6)
    field = page.locator("sparql-editor textarea[name=query]")
    for text in (*texts, RUN_ON):
        write(page, text)
        page.get_by_role("button", name="Lay out").click()
        laid = field.input_value()
        assert re.sub(r"\s+", "", laid) == re.sub(r"\s+", "", text)
        page.get_by_role("button", name="Lay out").click()
        expect(field).to_have_value(laid)
        expect(page.locator(".cm-lintRange-error")).to_have_count(0)
    assert laid == LAID_OUT


def test_queries_stay_open_behind_their_tabs_and_in_the_address(visit: Visit) -> None:
    page = answered(visit("/en/sparql.html").page, COUNTED)
    assert unquote(page.url).endswith(f"#query={COUNTED}")
    page.get_by_role("button", name="New query").click()
    write(page, "ASK { ?a ?b ?c }")
    page.reload()
    tabs = page.locator(".query-tabs button:not([aria-label])")
    expect(tabs).to_have_text([re.compile("^1 · SELECT"), "2 · ASK { ?a ?b ?c }", "New query"])
    expect(page.locator("sparql-editor textarea[name=query]")).to_have_value(COUNTED)
    tabs.nth(1).click()
    page.get_by_role("button", name="Close this query").click()
    expect(tabs).to_have_text([re.compile("^1 · SELECT"), "New query"])


def test_a_query_is_asked_elsewhere_with_the_lines_the_page_gives(visit: Visit, tmp_path: Path) -> None:
    page = visit("/en/sparql.html").page
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    write(page, 'SELECT ("a\\"\'\'b #(lf)" AS ?n) { }')
    page.get_by_text("Ask this query elsewhere").click()
    codes = page.locator(".snippets code").all_text_contents()
    assert [code.split()[0] for code in codes] == ["curl", "from", "library(httr2)", "let", "pan2kg", "from"]
    assert '"SELECT (""a\\""\'\'b #(#)(lf)"" AS ?n) { }"' in codes[3]
    for code, command in ((codes[0], ["bash", "-c"]), (codes[1], [sys.executable, "-c"])):
        answer = subprocess.run([*command, code], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
        assert "b #(lf)" in answer, code


def test_examples_are_found_by_their_words_and_run_at_one_click(visit: Visit) -> None:
    page = visit("/en/sparql.html").page
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    words = page.locator("#example-list > li a").nth(3).inner_text()
    page.get_by_label("Find an example").fill(" ".join(reversed(words.upper().split())))
    shown = page.locator("#example-list > li").filter(visible=True)
    expect(shown.locator("a")).to_have_text([words])
    shown.first.locator("a").click()
    expect(page.locator("sparql-editor .results")).to_be_visible()
    page.get_by_text("Picture of the classes").first.click()
    picture = page.locator("img[src='classes.svg']")
    expect(picture).to_be_visible()
    page.wait_for_function("document.querySelector(\"img[src='classes.svg']\").naturalWidth > 300")
    page.locator(".class-list a").first.click()
    told(page, re.compile("^200 rows"))


def test_an_endless_query_is_stopped_while_another_runs(visit: Visit) -> None:
    page = visit("/en/sparql.html").page
    run(page, ENDLESS)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    other = visit("/en/sparql.html").page
    answered(other, COUNTED)
    told(other, "rows in")
    page.get_by_role("button", name="Stop").click()
    told(page, "Stopped.")
    answered(page, "ASK { ?s ?p ?o }")
    expect(page.locator(".truth")).to_have_text("Yes")


@pytest.mark.parametrize(
    ("language", "button", "said"),
    [
        ("en", "Run", "The query is not SPARQL at line 3, column 2"),
        ("fr", "Exécuter", "La requête n’est pas du SPARQL à la ligne 3, colonne 2"),
    ],
)
def test_a_mistake_is_shown_with_its_place(visit: Visit, language: str, button: str, said: str) -> None:
    watched = visit(f"/{language}/sparql.html#query={quote(WRONG)}")
    page = watched.page
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    page.get_by_role("button", name=button, exact=True).click()
    told(page, said)
    watched.forgive("answer 400")
    page.locator(".cm-content").focus()
    page.keyboard.type("x")
    expect(page.locator("sparql-editor textarea[name=query]")).to_have_value(f"{WRONG}x")


def test_what_is_refused_says_why(visit: Visit) -> None:
    watched = visit("/en/sparql.html")
    page = watched.page
    for text in ("SELECT * { SERVICE <http://example.org/sparql> { ?s ?p ?o } }", "INSERT DATA { <a:b> <a:b> <a:b> }"):
        run(page, text)
        told(page, re.compile(r"is refused at line 1, column \d+: (no other host is|a query changes nothing)"))
        expect(page.locator("sparql-editor .results")).to_be_hidden()
        watched.forgive("answer 4")


def test_limits_are_told_in_the_language_of_the_page(few: Graph, window: Watch) -> None:
    said = {
        ENDLESS: "La requête a duré plus de 2 secondes et a été arrêtée ; restreignez-la.",
        "SELECT ?s { ?s ?p ?o }": "La réponse compte plus de 1000 lignes ; interrogez avec LIMIT.",
        "ASK { SERVICE <http://e/> { } }": "SERVICE est refusé à la ligne 1, colonne 7 : aucun autre hôte",
        "CLEAR ALL": "CLEAR est refusé à la ligne 1, colonne 1 : une requête ne modifie rien",
    }
    with serving(few.project.root, "--timeout", "2", "--max-rows", "1000") as address:
        for query, sentence in said.items():
            watched = window(f"{address}/fr/sparql.html#query={quote(query)}")
            expect(watched.page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
            watched.page.get_by_role("button", name="Exécuter", exact=True).click()
            told(watched.page, re.compile(re.escape(sentence).replace("\\ ", r"\s")))
            watched.forgive("answer ")


def test_an_answer_is_seen_as_chart_network_and_text(visit: Visit) -> None:
    page = answered(visit("/en/sparql.html").page, COUNTED)
    page.get_by_role("tab", name="Chart").click()
    expect(page.locator(".chart-figure svg").first).to_be_visible()
    page.get_by_role("tab", name="Raw").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as JSON").click()
    saved = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert saved["head"]["vars"] == ["plan", "n"]
    answered(page, f"{PAN} SELECT ?action ?plan WHERE {{ ?action pan:inPlan ?plan }} LIMIT 12")
    page.get_by_role("tab", name="Network").click()
    expect(page.locator(".results network-view[data-drawn=yes]")).to_have_count(1)
    expect(page.locator(".results [data-thing]").first).not_to_contain_text("http")


def test_triples_are_drawn_too(visit: Visit) -> None:
    query = "CONSTRUCT WHERE { <https://w3id.org/pan2kg/id/plan/lu-bhr-2> ?p ?o }"
    page = answered(visit("/en/sparql.html").page, query)
    told(page, "statements in")
    page.get_by_role("tab", name="Network").click()
    expect(page.locator(".results network-view[data-drawn=yes]")).to_have_count(1)


def test_earlier_queries_are_kept_and_forgotten(visit: Visit) -> None:
    page = answered(visit("/en/sparql.html").page, COUNTED)
    answered(page, "ASK { ?s ?p ?o }")
    page.reload()
    page.get_by_text("Earlier queries").click()
    earlier = page.locator(".history li button")
    expect(earlier).to_have_count(2)
    earlier.nth(1).click()
    answered(page)
    told(page, "rows in")
    page.get_by_role("button", name="Forget them").click()
    expect(page.locator(".history li")).to_have_text("None yet")


def test_a_query_is_shared_by_a_link(visit: Visit, served: str) -> None:
    page = visit("/en/sparql.html", permissions=["clipboard-read", "clipboard-write"]).page
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    write(page, COUNTED)
    page.get_by_role("button", name="Copy a link to this query").click()
    expect(page.get_by_text("The link was copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{served}/en/sparql.html#query=")
    assert unquote(link.partition("#query=")[2]) == COUNTED
    answered(visit(link.removeprefix(served)).page)


def test_a_stored_question_has_the_same_rows_on_the_server_and_in_the_browser(visit: Visit, project: Project) -> None:
    """The first of each folder and four more drawn by lot; of an export, tests/browser/site compares every one."""
    page = visit("/en/sparql.html").page
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    stored = sorted(read_queries(project).values(), key=lambda query: query.name)
    chosen = (*{query.group: query for query in reversed(stored)}.values(), *by_lot(stored, 4))
    queries = {query.name: query.text for query in chosen}
    assert len(queries) > 5
    for name, reply in zip(queries, page.evaluate(ASK, list(queries.values())), strict=True):
        columns, rows, own_columns, own_rows = reply
        assert columns == own_columns, name
        assert Counter(map(said, rows)) == Counter(map(said, own_rows)), name


def said(row: dict[str, dict[str, str]]) -> tuple[tuple[str, ...], ...]:
    """A row as it can be counted; what a name for an unnamed thing is, each engine decides."""
    return tuple(
        (name, term["type"], "" if term["type"] == "bnode" else str(term["value"]), *map(str, _kind(term)))
        for name, term in sorted(row.items())
        if term
    )


def _kind(term: dict[str, str]) -> tuple[str, str]:
    datatype = term.get("datatype", "")
    return term.get("xml:lang", term.get("lang", "")) or "", "" if datatype.endswith("#string") else datatype or ""
