"""The pages of reviews as they are read: what they say where nothing can be written; nothing typed is markup."""

from __future__ import annotations

from datetime import date

import pytest

import pan2kg
from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.site.registry import Site
from pan2kg.site.review import FAULT, SEAL
from pan2kg.site.site_context import Mode, SiteContext

ITEM = "lu-bhr-1-m6--lu-bhr-2-3-2"
HOSTILE = "\"'><script>alert(1)</script>"


def page(graph: pan2kg.Graph, path: str, *, mode: Mode, writable: bool, **arguments: str) -> str:
    shown = pan2kg.Graph(graph.project, graph.store, language="fr", as_of=date(2026, 1, 1))
    site = Site(SiteContext(shown, mode=mode, writable=writable))
    found = site.page(path, arguments)
    assert found
    return found.body.decode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["review", "scores"])
def test_without_a_project_to_write_to_the_page_says_so_and_has_no_form(
    graph: pan2kg.Graph, language: str, name: str
) -> None:
    modes: tuple[Mode, ...] = ("static", "served")
    for mode in modes:
        text = page(graph, f"{language}/{name}.html", mode=mode, writable=False, form_token="x", fault=HOSTILE)
        assert "pan2kg serve --writable" in text
        assert 'method="post"' not in text
        assert "alert(1)" not in text


def test_the_queue_is_listed_where_nothing_can_be_written(graph: pan2kg.Graph) -> None:
    text = page(graph, "fr/review.html", mode="static", writable=False)
    assert f'id="{ITEM}"' in text
    assert "action/lu-bhr-2-3-2.html" in text
    assert "textes communs" in text


def test_what_was_typed_comes_back_as_text(graph: pan2kg.Graph) -> None:
    typed = dict.fromkeys(("quote", "reason", "reviewer", "page", "document", "channel", "type", "language"), HOSTILE)
    given = {**typed, SEAL: HOSTILE, FAULT: HOSTILE, "item": ITEM}
    text = page(graph, "en/review.html", mode="served", writable=True, **given)
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 6
    given |= {"plan": "lu-bhr-2", "other": "lu-bhr-1", "assessor": "gt-edh", "scale": HOSTILE, "rationale": HOSTILE}
    given |= {"on:lu-bhr-2-1-1": HOSTILE, "on:lu-bhr-1-m2": HOSTILE, "score:lu-bhr-1-m2:lu-bhr-2-1-1": HOSTILE}
    text = page(graph, "en/scores.html", mode="served", writable=True, **given)
    assert "<script>alert" not in text
    assert text.count('name="score:') == 2


@pytest.mark.parametrize("name", ["review", "scores"])
def test_the_secret_of_a_session_stands_only_in_the_forms_that_are_sent(graph: pan2kg.Graph, name: str) -> None:
    given = {"plan": "lu-bhr-2", "other": "lu-bhr-1", "assessor": "gt-edh", SEAL: "secret", "reviewer": "A. Weber"}
    text = page(graph, f"de/{name}.html", mode="served", writable=True, **given)
    sent = [form.split("</form>")[0] for form in text.split('method="post"')[1:]]
    assert sent
    assert text.count("secret") == sum(form.count("secret") for form in sent)
    assert all("reviewer=" not in link for link in text.split('href="')[1:])


def test_only_files_of_reviews_are_named_as_written(graph: pan2kg.Graph) -> None:
    for files in ("/etc/passwd", "graph/plans/x/reviewed.ttl https://evil.example", ""):
        text = page(graph, "fr/review.html", mode="served", writable=True, written="accepted", files=files)
        assert 'role="status"' not in text
    text = page(
        graph, "fr/review.html", mode="served", writable=True, written="scored", files="graph/plans/x/scores.ttl"
    )
    assert "graph/plans/x/scores.ttl" in text
