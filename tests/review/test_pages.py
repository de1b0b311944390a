"""The pages of reviews as they are read: what they say where nothing can be written; nothing typed is markup."""

from __future__ import annotations

from itertools import product

import pytest

import pan2kg
from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.review.candidates import graph_candidates
from pan2kg.site.page import Mode, SiteContext
from pan2kg.site.registry import Site
from pan2kg.site.review import FAULT, SEAL

HOSTILE = "\"'><script>alert(1)</script>"


def page(dated: pan2kg.Graph, path: str, *, mode: Mode, writable: bool, **arguments: str) -> str:
    site = Site(SiteContext(dated, mode=mode, writable=writable))
    found = site.page(path, arguments)
    assert found
    return found.body.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_project_to_write_to_the_page_says_so_and_has_no_form(dated: pan2kg.Graph, language: str) -> None:
    modes: tuple[Mode, ...] = ("static", "served")
    for name, mode in product(("review", "scores"), modes):
        text = page(dated, f"{language}/{name}.html", mode=mode, writable=False, form_token="x", fault=HOSTILE)
        assert "pan2kg serve --writable" in text
        assert 'method="post"' not in text
        assert "alert(1)" not in text


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
