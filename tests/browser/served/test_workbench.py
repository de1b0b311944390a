"""SPARQL against the server in a browser: run, stop, refused, cut, charted, drawn, remembered, shared."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from playwright.sync_api import Error, Locator, Page, expect

from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.store.queries import read_queries
from tests.browser.chromium import Watch
from tests.browser.served.conftest import Visit, serving
from tests.browser.web.test_workbench import run, write
from tests.lots import by_lot

PAN: Final = "PREFIX pan: <https://w3id.org/pan2kg/ontology#>"
COUNTED: Final = f"{PAN} SELECT ?plan (COUNT(*) AS ?n) WHERE {{ ?a pan:inPlan ?plan }} GROUP BY ?plan ORDER BY ?plan"
ENDLESS: Final = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def answered(page: Page, text: str) -> Page:
    run(page, text)
    expect(page.locator("sparql-editor .results")).to_be_visible()
    return page


def told(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator("sparql-editor > .status")).to_contain_text(words)


def mended(page: Page, mistake: Locator, remedy: str) -> None:
    # the bubble is laid out anew where a name is read late: who has lost it points at the mistake
    # again
    for _ in range(10):
        page.mouse.move(0, 0)
        mistake.hover()
        try:
            page.get_by_role("button", name=remedy).click(timeout=5_000)
        except Error:
            continue
        return
    raise AssertionError(remedy)


def test_a_term_the_graph_does_not_know_is_named_beside_the_answer(visit: Visit) -> None:
    page = visit("/en/sparql.html").page
    answered(page, f"{PAN} SELECT ?body {{ ?action pan:involvsBody ?body }}")
    told(page, re.compile("no term pan:involvsBody among its .* Did you mean pan:involvesBody"))
    answered(page, f"{PAN} SELECT ?body {{ ?action pan:involvesBody ?body }} LIMIT 1")
    expect(page.locator("sparql-editor > .status")).not_to_contain_text("Did you mean")


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
        expect(page.locator(".cm-tooltip-autocomplete li").first).to_be_visible()
        offered = page.locator(".cm-tooltip-autocomplete li").all_inner_texts()
        assert any(option.startswith(wanted) for option in offered), (typed, offered)
        assert not any(option.startswith("pan:Action") for option in offered), offered
    page.locator(".cm-tooltip-autocomplete li", has_text="2017/821 · ").first.click()
    field = page.locator("sparql-editor textarea[name=query]")
    expect(field).to_have_value(re.compile("<http://data.europa.eu/eli/reg/2017/821/oj>$"))


def test_mistakes_are_marked_where_they_stand_and_names_are_read(visit: Visit) -> None:
    page = visit("/en/sparql.html").page
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    write(page, "SELECT ?x { ?x a pan:Actoin ; ?y plan:lu-bhr-2 }")
    marked = page.locator(".cm-lintRange-error")
    expect(marked).to_have_text(["pan:Actoin", "plan:lu-bhr-2"])
    mended(page, marked.first, "Declare the prefix")
    expect(marked).to_have_text(["plan:lu-bhr-2"])
    expect(page.locator(".cm-lintRange-warning")).to_have_text("pan:Actoin")
    mended(page, page.locator(".cm-lintRange-warning"), "pan:Action")
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
    for text in texts:
        write(page, text)
        page.get_by_role("button", name="Lay out").click()
        laid = field.input_value()
        assert re.sub(r"\s+", "", laid) == re.sub(r"\s+", "", text)
        page.get_by_role("button", name="Lay out").click()
        expect(field).to_have_value(laid)
        expect(page.locator(".cm-lintRange-error")).to_have_count(0)
    write(page, "PREFIX a: <b:> SELECT (1 AS ?n) { { ?a a:b/a:c ?d ; a:e 'x { y' } } LIMIT 1")
    page.get_by_role("button", name="Lay out").click()
    expect(field).to_have_value(
        re.compile(r"\n    \{\n        \?a a:b/a:c \?d ;\n            a:e 'x \{ y'\n    \}\n")
    )


def test_the_server_answers_and_queries_stay_open_behind_their_tabs_and_in_the_address(
    visit: Visit,
) -> None:
    page = visit("/en/sparql.html").page
    expect(page.locator(".engine")).to_have_text("Answered by the server")
    with page.expect_request("**/sparql") as asked:
        answered(page, COUNTED)
    assert asked.value.method == "POST"
    told(page, re.compile(r"^\d+ rows in [\d,]+ ms"))
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


def test_a_query_is_asked_elsewhere_with_the_lines_the_page_gives(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit("/en/sparql.html").page
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    write(page, 'SELECT ("a\\"\'\'b #(lf)" AS ?n) { }')
    page.get_by_text("Ask this query elsewhere").click()
    codes = page.locator(".snippets code").all_text_contents()
    assert [code.split()[0] for code in codes] == [
        "curl",
        "from",
        "library(httr2)",
        "let",
        "pan2kg",
        "from",
    ]
    assert '"SELECT (""a\\""\'\'b #(#)(lf)"" AS ?n) { }"' in codes[3]
    for code, command in ((codes[0], ["bash", "-c"]), (codes[1], [sys.executable, "-c"])):
        answer = subprocess.run(
            [*command, code], capture_output=True, text=True, check=True, cwd=tmp_path
        ).stdout
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
    expect(picture).to_have_js_property("complete", True)  # noqa: FBT003 - its value
    assert picture.evaluate("image => image.naturalWidth") > 300
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


def test_limits_are_told_in_the_language_of_the_page(few: Graph, window: Watch) -> None:
    sentences = {
        "SELECT ?a WHERE {\n  ?a ?b\n}": "La requête n’est pas du SPARQL à la ligne 3, colonne 2",
        ENDLESS: "La requête a duré plus de 2 secondes et a été arrêtée ; restreignez-la.",
        "SELECT ?s { ?s ?p ?o }": "La réponse compte plus de 1000 lignes ; interrogez avec LIMIT.",
        "ASK { SERVICE <http://e/> { } }": "SERVICE est refusé à la ligne 1, colonne 7 : aucun autre hôte",
        "CLEAR ALL": "CLEAR est refusé à la ligne 1, colonne 1 : une requête ne modifie rien",
    }
    with serving(few.project.root, "--timeout", "2", "--max-rows", "1000") as address:
        for query, sentence in sentences.items():
            watched = window(f"{address}/fr/sparql.html#query={quote(query)}")
            expect(watched.page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
            watched.page.get_by_role("button", name="Exécuter", exact=True).click()
            told(watched.page, re.compile(re.escape(sentence).replace("\\ ", r"\s")))
            watched.forgive("answer ")
