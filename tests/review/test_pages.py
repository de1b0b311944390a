"""The pages of reviews as they are read: what they say where nothing can be written; nothing typed is markup."""

from __future__ import annotations

import html

import pytest

import pan2kg
from pan2kg.coherence.citations import Verdict
from pan2kg.coherence.evidence import level
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages
from pan2kg.review.candidates import graph_candidates
from pan2kg.site.page import Mode, SiteContext
from pan2kg.site.registry import Site
from pan2kg.site.review import FAULT, REVIEW_MOST, SEAL
from pan2kg.tables.figure_words import named

HOSTILE = "\"'><script>alert(1)</script>"


def page(dated: pan2kg.Graph, path: str, *, mode: Mode, writable: bool, **arguments: str) -> str:
    site = Site(SiteContext(dated, mode=mode, writable=writable))
    found = site.page(path, arguments)
    assert found
    return found.body.decode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["review", "scores"])
def test_without_a_project_to_write_to_the_page_says_so_and_has_no_form(
    dated: pan2kg.Graph, language: str, name: str
) -> None:
    modes: tuple[Mode, ...] = ("static", "served")
    for mode in modes:
        text = page(dated, f"{language}/{name}.html", mode=mode, writable=False, form_token="x", fault=HOSTILE)
        assert "pan2kg serve --writable" in text
        assert 'method="post"' not in text
        assert "alert(1)" not in text


def test_the_queue_is_listed_where_nothing_can_be_written(dated: pan2kg.Graph) -> None:
    text = page(dated, "fr/review.html", mode="static", writable=False)
    first = graph_candidates(dated)[0]
    assert f'id="{first.key}"' in text
    assert all(f"action/{name}.html" in text for name in first.key.split("--"))
    assert "textes communs" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_suggestion_says_on_whose_word_it_rests_and_what_can_be_said_each_way(
    dated: pan2kg.Graph, language: Language
) -> None:
    queue = [item for item in graph_candidates(dated) if not item.link]
    text = html.unescape(page(dated, f"{language}/review.html", mode="static", writable=False))
    for item in queue[:REVIEW_MOST]:
        card = text.split(f'id="{item.key}"', 1)[1].split("</section>", 1)[0]
        found = level(item.level)
        assert found
        assert f">{named(found).say(language)}</span>" in card
        there, back = (named(Verdict(said)).say(language) for said in item.expected)
        said = Messages("page").say("reviewing-expected", language, there=there, back=back)
        assert said in card


def test_what_was_typed_comes_back_as_text(dated: pan2kg.Graph) -> None:
    typed = dict.fromkeys(("quote", "reason", "reviewer", "page", "document", "channel", "type", "language"), HOSTILE)
    given = {**typed, SEAL: HOSTILE, FAULT: HOSTILE, "item": graph_candidates(dated)[0].key}
    text = page(dated, "en/review.html", mode="served", writable=True, **given)
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 6
    given |= {"plan": "lu-bhr-2", "other": "lu-bhr-1", "assessor": "gt-edh", "scale": HOSTILE, "rationale": HOSTILE}
    given |= {"on:lu-bhr-2-1-1": HOSTILE, "on:lu-bhr-1-m3": HOSTILE, "score:lu-bhr-1-m3:lu-bhr-2-1-1": HOSTILE}
    text = page(dated, "en/scores.html", mode="served", writable=True, **given)
    assert "<script>alert" not in text
    assert text.count('name="score:') == 2


@pytest.mark.parametrize("name", ["review", "scores"])
def test_the_secret_of_a_session_stands_only_in_the_forms_that_are_sent(dated: pan2kg.Graph, name: str) -> None:
    given = {"plan": "lu-bhr-2", "other": "lu-bhr-1", "assessor": "gt-edh", SEAL: "secret", "reviewer": "A. Weber"}
    text = page(dated, f"de/{name}.html", mode="served", writable=True, **given)
    sent = [form.split("</form>")[0] for form in text.split('method="post"')[1:]]
    assert sent
    assert text.count("secret") == sum(form.count("secret") for form in sent)
    assert all("reviewer=" not in link for link in text.split('href="')[1:])


def test_only_files_of_reviews_are_named_as_written(dated: pan2kg.Graph) -> None:
    for files in ("/etc/passwd", "graph/plans/x/reviewed.ttl https://evil.example", ""):
        text = page(dated, "fr/review.html", mode="served", writable=True, written="accepted", files=files)
        assert 'role="status"' not in text
    text = page(
        dated, "fr/review.html", mode="served", writable=True, written="scored", files="graph/plans/x/scores.ttl"
    )
    assert "graph/plans/x/scores.ttl" in text
