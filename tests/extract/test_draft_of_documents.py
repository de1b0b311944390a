"""``pan2kg draft`` of a document: what is written, and that nothing is where the actions are not surely known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rdflib import Graph, Literal, Namespace

from pan2kg.turtle.vocabulary import PAN, thing
from tests.conftest import Cli
from tests.extract.test_hypotheses import TEXT, TITLES, labelled

TERMS = Namespace(PAN)
DOCUMENTS = Path(__file__).parents[1] / "data" / "documents"
CHAPTERS = "".join(f"<h2>{title}</h2>{TEXT}" for title in ("Emploi des jeunes", "Santé publique", "Logement social"))
BULLETS = "<ul><li>Former les juges du pays<li>Publier un rapport annuel</ul>"


@pytest.mark.parametrize("name", ["plan.pdf", "plan.docx", "plan.odt"])
def test_every_rendering_of_a_plan_gives_the_same_draft(cli: Cli, name: str, tmp_path: Path) -> None:
    made = cli("draft", str(DOCUMENTS / name), "--plan", "xx-test-1", "--language", "fr", "-o", str(tmp_path / "a.ttl"))
    assert made.returncode == 0, made.stderr
    assert made.stderr.splitlines()[-1] == "Categories: 3, actions: 6. Complete the draft, then `pan2kg check`."
    graph = Graph().parse(tmp_path / "a.ttl")
    numbers = sorted(
        str(number) for number in graph.objects(None, Namespace("http://www.w3.org/2004/02/skos/core#").notation)
    )
    assert numbers == ["1", "1.1", "1.2", "2", "2.1", "2.2", "2.3", "3", "3.1"]
    indicator = graph.value(Namespace(thing("action", ""))["xx-test-1-2-2"], TERMS.hasIndicator)
    assert graph.value(indicator, TERMS.text) == Literal("Protocole ratifié", lang="fr")
    passage = graph.value(indicator, TERMS.evidence)
    assert graph.value(passage, TERMS.quote) == Literal("Protocole ratifié", lang="fr")
    assert graph.value(passage, TERMS.page) == (Literal("2") if name == "plan.pdf" else None)


def test_where_the_actions_are_not_sure_nothing_is_written_and_the_best_are_shown(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "plan.html").write_text(f"<html><h1>Plan</h1>{CHAPTERS.replace(TEXT, TEXT + BULLETS)}")
    target = tmp_path / "new" / "plan.ttl"
    done = cli("draft", str(tmp_path / "plan.html"), "--plan", "xx-test-1", "-o", str(target))
    assert (done.returncode, done.stdout) == (1, "")
    assert not target.parent.exists()
    told = done.stderr.splitlines()
    assert told[0] == "It is not sure which of these are the actions; nothing was written:"
    assert any(line.startswith("bullets: 6 bullets (score ") for line in told)
    assert any(line.startswith("headings:2: 3 headings of one level (score ") for line in told)
    assert "--level" in told[-1]
    named = cli("draft", str(tmp_path / "plan.html"), "--plan", "xx-test-1", "--level", "bullets", "-o", str(target))
    assert named.returncode == 0
    assert target.read_text().count("a pan:Action ;") == 6


def test_columns_of_a_table_can_be_named(cli: Cli, tmp_path: Path) -> None:
    rows = "".join(f"{title};Justice;2026\n" for title in TITLES)
    (tmp_path / "plan.csv").write_text(f"Alpha;Beta;Gamma\n{rows}")
    order = ("draft", str(tmp_path / "plan.csv"), "--plan", "xx-test-1", "--language", "fr")
    assert cli(*order).returncode == 1
    done = cli(*order, "--columns", "title=1,responsible=2", "--level", "rows")
    assert all(title in done.stdout for title in TITLES)
    wrong = cli(*order, "--columns", "title")
    assert wrong.returncode == 2
    assert "names no columns" in wrong.stderr


def test_a_table_of_plans_is_no_table_of_actions(cli: Cli, tmp_path: Path) -> None:
    head = "id;title;period;lead_bodies;actions_stated\n"
    rows = (
        "a-1;Plan d’action national pour le climat;2013;Ministère;12\na-2;Plan d’action national 2;2022;Ministère;8\n"
    )
    (tmp_path / "plans.csv").write_text(head + rows, encoding="utf-8")
    asked = cli("draft", "plans.csv", "--plan", "xx-test-1", "--language", "fr")
    assert (asked.returncode, asked.stdout) == (1, "")


def test_a_markdown_text_with_headings_is_no_list_of_its_chapters(cli: Cli, tmp_path: Path) -> None:
    titles = enumerate(("Store", "Pages", "Tests"), 1)
    chapters = "".join(f"## {at}. {one}\n\n1. Erstens\n2. Zweitens\n\n" for at, one in titles)
    (tmp_path / "notes.md").write_text(f"# Notes\n\n{chapters}", encoding="utf-8")
    asked = cli("draft", "notes.md", "--plan", "xx-test-1", "--language", "en")
    assert (asked.returncode, asked.stdout) == (1, "")
    listed = cli("draft", "notes.md", "--plan", "xx-test-1", "--language", "en", "--level", "list")
    assert listed.returncode == 0


def test_the_outline_is_kept_with_places_in_the_document(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "plan.html").write_text(f"<html><h1>Plan</h1>{labelled('Mesure')}")
    kept = tmp_path / "outline.json"
    order = ("draft", str(tmp_path / "plan.html"), "--plan", "xx-test-1", "-o", str(tmp_path / "a.ttl"))
    cli(*order, "--outline", str(kept))
    first = kept.read_bytes()
    cli(*order, "--outline", str(kept))
    assert kept.read_bytes() == first
    assert [one["title"] for one in json.loads(first)["actions"]] == list(TITLES)


def test_a_text_of_chapters_is_no_list_of_actions(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "plan.txt").write_text("1. Introduction\n2. Contexte\n3. Gouvernance\n4. Suivi\n5. Annexe\n")
    done = cli("draft", str(tmp_path / "plan.txt"), "--plan", "xx-test-1")
    assert (done.returncode, done.stdout) == (1, "")
    taken = cli("draft", str(tmp_path / "plan.txt"), "--plan", "xx-test-1", "--language", "fr", "--level", "list")
    assert taken.stdout.count("a pan:Action ;") == 5


@pytest.mark.parametrize(
    ("text", "sentence"), [("", "empty"), ("Une suite de phrases.\n", "running text")], ids=["empty", "no-list"]
)
def test_a_document_without_any_series_is_refused(cli: Cli, text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "plan.txt").write_text(text)
    done = cli("draft", str(tmp_path / "plan.txt"), "--plan", "xx-test-1", "-o", str(tmp_path / "a.ttl"))
    assert done.returncode == 2
    assert sentence in done.stderr
    assert not (tmp_path / "a.ttl").exists()
