"""Each figure of the register has its page with its values and its list; the counts agree; the meaning is followed."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest

from pan2kg.coherence.citations import Verdict, verdict
from pan2kg.coherence.evidence import FIGURED
from pan2kg.coherence.figures import FIGURES, reconcile
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, grouped
from pan2kg.site.definitions import example
from pan2kg.tables.figure_words import basis_words, interval, value_words
from tests.site.conftest import Parsed, Reader

IDS = [figure.id for figure in FIGURES]


def words(page: str) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1])))


def body_rows(page: str, name: str) -> list[str]:
    """The rows of the table a heading names, without its head."""
    table = re.split(rf'<table[^>]* aria-labelledby="{name}">', page)[1].split("</table>")[0]
    return re.findall(r"<tr>.*?</tr>", table.split("<tbody>", 1)[1], re.DOTALL)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_the_register_has_a_page_with_its_four_values(reader: Reader, language: Language) -> None:
    for taken in reader.site.site_context.graph.figures():
        page = reader[f"{language}/definition/{taken.figure.id}.html"]
        said = [re.sub(r"<[^>]+>", "", row) for row in body_rows(page, "levels")]
        assert len(said) == len(FIGURED)
        for row, value in zip(said, taken.nested, strict=True):
            assert html.escape(value_words(value, taken, language), quote=False) in row, taken.figure.id
        assert taken.figure.message("meaning").say(language) in html.unescape(page)


@pytest.mark.parametrize("figure", FIGURES, ids=IDS)
def test_the_list_of_a_figure_is_the_registers(reader: Reader, figure: object) -> None:
    found = next(one for one in FIGURES if one is figure)
    rows = found.rows(reader.site.site_context.graph.known())
    page = reader[f"fr/definition/{found.id}.html"]
    assert len(body_rows(page, "list") if rows else []) == len(rows)
    assert f"({grouped(len(rows), 'fr')})</span></h2>" in page
    written = list(csv.reader(io.StringIO(reader[f"fr/definition/{found.id}.csv"].removeprefix("\ufeff"))))
    assert len(written) == len(rows) + 1
    assert written[0][0] == found.columns[0]


def test_the_register_lists_every_figure_once_and_leads_to_it(reader: Reader) -> None:
    page = reader["fr/definitions.html"]
    assert re.findall(r'<th scope="row"><a href="definition/([^"]*)\.html"', page) == IDS
    # « debt » is a table and a figure: both keep a page of their own
    assert reader["fr/figure/debt.html"] != reader["fr/definition/debt.html"]


@pytest.mark.parametrize("path", ["definitions", "reconciled", "meaning", "definition/occasions", "definition/lists"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_of_figures_says_what_they_rest_on(reader: Reader, language: Language, path: str) -> None:
    page = reader[f"{language}/{path}.html"]
    line = next(iter(reader.site.site_context.graph.figures())).basis
    assert basis_words(line, language) in html.unescape(page)
    parsed = Parsed(page)
    assert not parsed.open
    assert parsed.headings[0] == 1


def test_each_whole_is_the_sum_of_the_parts_a_page_shows(reader: Reader) -> None:
    graph = reader.site.site_context.graph
    page = reader["en/reconciled.html"]
    accounts = reconcile({one: graph.known(one) for one in FIGURED})
    for at, (_, parts) in enumerate(accounts, 1):
        number = r'<td class="figure"[^>]*>([\d,]+)</td>'
        shown = [int(n.replace(",", "")) for n in re.findall(number, " ".join(body_rows(page, f"account-{at}")))]
        heading = page.split(f'<h2 id="account-{at}">')[1].split("</h2>")[0]
        assert int(re.sub(r"<[^>]+>", "", heading).rpartition(": ")[2].replace(",", "")) == sum(shown)
        assert shown == [number for _, number, _ in parts]


def test_another_level_changes_the_numbers_and_the_caption_says_so(served: Reader) -> None:
    context = served.site.site_context
    for level in ("plan", "editors"):
        page = served.asked("fr/definition/occasions.html", evidence=level)
        rows = body_rows(page, "list")
        assert len(rows) == sum(one.is_expected for one in context.graph.known(level).occasions)
        assert Messages("figure").say(f"at.{level}", "fr") in page.split("<dl", 1)[1].split("</dl>")[0]
    older = served.asked("fr/definition/occasions.html", evidence="declared")
    assert Messages("figure").say("at.other", "fr") in older.split("</dl>")[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_meaning_begins_with_the_three_sentences(reader: Reader, language: Language) -> None:
    said = words(reader[f"{language}/meaning.html"])
    title = Messages("page").say("meaning-title", language)
    three = [Messages("figure").say(key, language) for key in ("weight", "weight-high")]
    assert said.split(">", 1)[1].strip().startswith(" ".join(" ".join([title, *three]).split()))


def test_the_example_is_followed_with_the_numbers_of_the_graph(reader: Reader) -> None:
    graph = reader.site.site_context.graph
    known = graph.known()
    pair = example(known)
    assert pair is not None
    assert verdict(known.chronology, *pair) not in {Verdict.EDITION, Verdict.FRAMEWORK}
    found, said = known.weight(*pair), words(reader["en/meaning.html"])
    first = next(one for one in found.contributions if not one.is_broad)
    at = known.potential.weights.texts.index(first.text)
    d, n = int(known.potential.weights.d[at]), known.potential.weights.n
    assert f"{d} of the {n} plans" in said
    assert f"({d} + 1) / ({n} + 2) = {(d + 1) / (n + 2):.3f}" in said
    assert f"Established by documents: {found.low:.2f} bits" in said
    assert f"{found.high:.2f} bits" in said
    assert reader["en/meaning.html"].count('<blockquote class="quote"') >= 2


def test_an_interval_says_from_where_to_where_and_what_is_no_figure_has_no_definition(reader: Reader) -> None:
    rate = next(row for row in reader.site.site_context.graph.figures() if row.figure.id == "citation-rate")
    low, high = rate.value
    assert interval((low, high), "en") in reader["en/definition/citation-rate.html"]
    assert reader.site.page("fr/definition/nothing.html") is None
