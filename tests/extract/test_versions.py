"""A document that has its actions twice, in two languages: neither is doubled, and who drafts names the one meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from pan2kg.extract.hypotheses import chosen, hypotheses, in_language, languages_of
from pan2kg.extract.planned import plan_of
from tests.conftest import Cli
from tests.extract.test_hypotheses import TEXT, TITLES, page

ENGLISH = (
    "Train the judges and the lawyers",
    "Publish a report on vigilance every year",
    "Evaluate the law on public procurement",
    "Establish a national contact point",
    "Support the small enterprises that export",
    "Translate the Guiding Principles",
)
SAID = "<p>The Government will work with the social partners on this and report on it to the Parliament.</p>"
PAIRS = list(enumerate(zip(TITLES, ENGLISH, strict=True), 1))
ROWS = "".join(f"<tr><td>{at}<td>{fr}<td>{en}<td>Justice" for at, (fr, en) in PAIRS)


def half(label: str, titles: tuple[str, ...], text: str, tag: str = "h3") -> str:
    """One version of the plan: headings with a label and number."""
    return "".join(f"<{tag}>{label}{at} : {title}</{tag}>{text}" for at, title in enumerate(titles, 1))


HALVES = {
    "labels": f"<h2>Plan</h2>{half('Mesure ', TITLES, TEXT)}<h2>Plan</h2>{half('Measure ', ENGLISH, SAID)}",
    "one label": f"<h2>Plan</h2>{half('Action ', TITLES, TEXT)}<h2>Plan</h2>{half('Action ', ENGLISH, SAID)}",
    "in turn": "".join(f"<h3>Action {at} : {fr}</h3>{TEXT}<h3>Action {at} : {en}</h3>{SAID}" for at, (fr, en) in PAIRS),
    "columns": f"<table><tr><th>N°<th>Mesure<th>Measure<th>Responsable{ROWS}</table>",
}


@pytest.mark.parametrize("name", HALVES)
def test_the_series_is_that_of_the_language_asked_for(name: str) -> None:
    document = page(HALVES[name])
    found = hypotheses(document)
    assert set(languages_of(found)) == {"fr", "en"}, [str(one.told) for one in found]
    for language, titles in (("fr", TITLES), ("en", ENGLISH)):
        choice = chosen(in_language(found, language))
        assert choice is not None, [str(one.told) for one in in_language(found, language)]
        plan = plan_of(document, choice, language=language)
        assert [(one.number, one.title) for one in plan.actions] == [(str(at), one) for at, one in enumerate(titles, 1)]
        assert all(document.text[one.start : one.end] == one.title for one in plan.actions)


def test_a_plan_in_one_language_has_one_version_though_it_quotes_another() -> None:
    quoted = HALVES["labels"].partition("<h2>Plan</h2><h3>Measure")[0] + f"<h2>Annexe</h2>{SAID * 4}"
    found = hypotheses(page(quoted))
    assert languages_of(found) == ("fr",)
    assert in_language(found, "en") == found
    choice = chosen(found)
    assert choice
    assert len(choice.series.members) == len(TITLES)


def test_nothing_is_drafted_before_the_language_is_named(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "plan.html").write_text(f"<html><meta charset=utf-8>{HALVES['one label']}", encoding="utf-8")
    order = ("draft", "plan.html", "--plan", "xx-test-1")
    asked = cli(*order)
    assert (asked.returncode, asked.stdout) == (1, "")
    assert "The document has its actions in several languages (" in asked.stderr
    drafted = cli(*order, "--language", "en")
    assert drafted.returncode == 0, drafted.stderr
    assert drafted.stdout.count("a pan:Action ;") == len(ENGLISH)
    assert "Former les juges" not in drafted.stdout
