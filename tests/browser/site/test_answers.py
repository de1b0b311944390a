"""The engine in the browser answers every stored question as the one behind the server does."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
from playwright.sync_api import Page, expect

from pan2kg.site.page import SiteContext
from pan2kg.site.questions import names
from pan2kg.site.registry import Site
from pan2kg.tables.writers import words_of
from tests.lots import by_lot

if TYPE_CHECKING:
    from pan2kg.store.store import LocalStore, Term
    from tests.browser.chromium import Watch
    from tests.browser.site.conftest import StaticSite

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
PUBLISHED: Final = """name => fetch(`question/${name}.html`).then(answer => answer.text()).then(text => {
    const moved = text.replaceAll('"../question/', '"question/');
    history.replaceState(null, '', location.pathname);  // else a form takes over what the one before it was asked
    const form = new DOMParser().parseFromString(moved, 'text/html').querySelector('question-form');
    form.setAttribute('data-graph', '../data/graph.js');
    document.querySelector('main').replaceChildren(document.importNode(form, true));
    for (const list of document.querySelectorAll('question-form select:required')) {
        list.value ||= list.options[1]?.value ?? '';
    }
    document.querySelector('question-form form')?.requestSubmit();
    return Boolean(document.querySelector('question-form form'));
})"""


def spoken(term: Term | None) -> tuple[str, ...]:
    """A term as the results in JSON say it."""
    if term is None:
        return ()
    if isinstance(term, ox.Literal):
        plain = term.language or term.datatype.value == "http://www.w3.org/2001/XMLSchema#string"
        return ("literal", term.value, term.language or "", "" if plain else term.datatype.value)
    return ("uri" if isinstance(term, ox.NamedNode) else "bnode", getattr(term, "value", str(term)), "", "")


def heard(term: dict[str, str] | None) -> tuple[str, ...]:
    if term is None:
        return ()
    return (term["type"], term["value"], term.get("xml:lang", term.get("lang", "")), term.get("datatype", ""))


def answered(store: LocalStore, text: str) -> tuple[list[str], Counter[tuple[tuple[str, ...], ...]]]:
    result = store.query(text)
    assert isinstance(result, ox.QuerySolutions)
    columns = [variable.value for variable in result.variables]
    return columns, Counter(tuple(spoken(term) for term in row) for row in result)


def loaded(page: Page) -> Page:
    """The page of the editor with the engine in it."""
    expect(page.locator("sparql-editor[data-editor=ready]")).to_have_count(1)
    page.locator("sparql-editor form button[type=submit]").click()
    expect(page.locator("sparql-editor .results")).to_be_visible()
    return page


def compared(site: StaticSite, window: Watch, asked: list[str]) -> int:
    """Ask the engine in the browser some stored questions; each has the rows the store gives. How many these are."""
    graph = site.site.site_context.graph
    page = loaded(window(f"{site.served}fr/sparql.html").page)
    replies, held = page.evaluate(ASK, [graph.queries[name].text for name in asked]), 0
    for name, reply in zip(asked, replies, strict=True):
        columns, rows = answered(graph.store, graph.queries[name].text)  # type: ignore[arg-type]
        assert reply["columns"] == columns, name
        assert Counter(tuple(heard(term) for term in row) for row in reply["rows"]) == rows, name
        held += bool(rows)
    return held


def test_every_stored_question_has_the_same_rows_in_the_browser(few_site: StaticSite, window: Watch) -> None:
    """Over a few plans; over all of them one that is drawn by lot, below."""
    asked = sorted(names(few_site.site.site_context))
    assert len(asked) > 15
    assert compared(few_site, window, asked) > 15


def test_a_stored_question_has_the_same_rows_of_the_whole_graph_in_the_browser(
    static_site: StaticSite, window: Watch
) -> None:
    """One question, drawn by lot: some take the browser a quarter of a minute."""
    asked = by_lot(sorted(names(static_site.site.site_context)), 1)
    compared(static_site, window, asked)


def test_an_answer_drawn_in_the_browser_says_keys_as_the_published_one(few_site: StaticSite, window: Watch) -> None:
    page = loaded(window(f"{few_site.served}fr/sparql.html").page)
    assert page.evaluate(PUBLISHED, "plan-citations")
    expect(page.locator("question-form")).to_have_attribute("aria-busy", "false")
    shown = page.locator("question-form .panel-table").last.locator("tbody tr")
    cells = set(shown.locator("td").all_inner_texts())
    published = few_site.put("fr/question/plan-citations.html").read_text(encoding="utf-8")
    for name in ("returned", "verdict"):
        said = words_of(name, "fr")
        assert not cells & (set(said) - set(said.values())), name
        assert {word for word in said.values() if f"<td>{word}</td>" in published} == cells & set(said.values()), name


def test_every_form_can_be_answered_without_a_server(few_site: StaticSite, window: Watch) -> None:
    """The defaults a form shows, and the first thing of a list where one must choose, give the answer a server gives.

    Of each kind of value the first question that takes it, and two more drawn by lot: every answer is compared above.
    """
    queries = few_site.site.site_context.graph.queries
    served = Site(SiteContext(few_site.site.site_context.graph, "served"))
    page = loaded(window(f"{few_site.served}fr/sparql.html").page)
    asked = [queries[name] for name in sorted(names(few_site.site.site_context))]
    asked = [one for one in asked if any(parameter.name != "language" for parameter in one.parameters)]
    kinds = {kind: one for one in reversed(asked) for parameter in one.parameters for kind in parameter.kinds}
    assert kinds.keys() >= {"plan", "action", "body", "instrument", "level"}
    for name in sorted({one.name for one in (*kinds.values(), *by_lot(asked, 2))}):
        assert page.evaluate(PUBLISHED, name), f"{name} has no form"
        form = page.locator("question-form")
        expect(form).to_have_attribute("aria-busy", "false")
        chosen = form.locator("select:required").evaluate_all("lists => lists.map(one => [one.name, one.value])")
        given = served.page(f"fr/question/{name}.html", dict(chosen))
        assert given
        published = given.body.decode().split('class="answer', 1)[1]
        number = published.count("<tr>") - 1 if "<tbody>" in published else 0
        said = re.sub(r"\s", "", form.locator("> .status").inner_text())
        assert said.startswith(f"{number}ligne"), f"{name}: {number} rows were published, the browser says « {said} »"
        expect(form.locator(".published").first).to_be_hidden()
