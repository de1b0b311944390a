"""Answers on pages: keys are said in the language of the page, and downloads keep them."""

from __future__ import annotations

import csv
import html
import io
import json
import re

import pytest

from pan2kg.errors import QueryError
from pan2kg.i18n.catalogue import LANGUAGES, Language
from pan2kg.site.page import SiteContext, embedded
from pan2kg.site.registry import Site
from pan2kg.tables.writers import word_of, words_of
from tests.site.conftest import Reader

KEYED = [
    ("plan-citations", "returned"), ("plan-citations", "verdict"), ("uncovered-principles", "covered"),
    ("sdg-coverage", "covered"), ("obligations-without-action", "answered"),
]  # fmt: skip


def answered(reader: Reader, language: Language, question: str) -> list[dict[str, str]]:
    """The rows of an answer as its download has them."""
    return list(csv.DictReader(io.StringIO(reader[f"{language}/question/{question}.csv"].removeprefix("\ufeff"))))


def column(page: str, question: list[str], name: str) -> list[str]:
    """What a page shows in a column, where ``question`` names all columns of the answer."""
    shown = [one for one in question if not (one.endswith("_label") and one.removesuffix("_label") in question)]
    body = page.split('class="answer', 1)[1].split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)]
    return [html.unescape(re.sub(r"<[^>]+>", "", row[shown.index(name)])).strip() for row in rows]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("question", "name"), KEYED)
def test_a_page_says_the_keys_of_an_answer_in_words(
    reader: Reader, language: Language, question: str, name: str
) -> None:
    rows = answered(reader, language, question)
    keys = [row[name] for row in rows]
    assert set(keys) <= set(words_of(name, language))
    page = reader[f"{language}/question/{question}.html"]
    assert column(page, list(rows[0]), name) == [word_of(key, name, language) for key in keys]
    found = json.loads(reader[f"{language}/question/{question}.json"])["results"]["bindings"]
    assert [row[name]["value"] for row in found] == keys


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_hands_the_words_to_the_browser_that_answers_itself(reader: Reader, language: Language) -> None:
    page = reader[f"{language}/question/plan-citations.html"]
    words = {name: words_of(name, language) for name in ("returned", "verdict")}
    assert f'"words":{embedded(words)}' in page


def test_keys_have_words_of_each_language() -> None:
    assert words_of("verdict", "fr")["impossible"] == "impossible (antérieur)"
    assert words_of("returned", "de") == {"yes": "ja", "no": "nein", "unread": "nicht gelesen"}
    assert words_of("covered", "en") == {"yes": "yes", "no": "no", "unread": "not read"}


def test_nothing_is_answered_for_a_thing_nobody_chose(reader: Reader) -> None:
    """A plan is the project's own until somebody chooses another; an action or body is nobody's choice."""
    page = reader["fr/question/who-should-talk.html"]
    assert "Choisissez d’abord\u00a0: l’organisme de départ." in page
    assert "<tbody>" not in page
    assert re.search(r'<a href="[^"]*who-should-talk\.html\?body=\w+[^"]*">Un exemple</a>', page)
    chosen = reader["fr/question/actions-of-plan.html"]
    assert re.search(r'<option value="lu-bhr-2" data-iri="[^"]+" selected>PAN 2', chosen)
    assert "<tbody>" in chosen


def test_no_file_answers_what_the_page_does_not(reader: Reader) -> None:
    served = Site(SiteContext(reader.site.site_context.graph, "served"))
    for ending in ("csv", "json", "ttl", "xlsx"):
        with pytest.raises(QueryError, match="Choose first"):
            served.page(f"en/question/who-should-talk.{ending}")
        chosen = served.page(f"en/question/who-should-talk.{ending}", {"body": "meco"})
        assert chosen
        assert chosen.body
    assert not [path for path in reader.site.paths() if "/question/who-should-talk." in path and ".html" not in path]
