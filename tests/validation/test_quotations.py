"""Quotations, titles and numbers against kept texts: what is the same, what is not, and what cannot be told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pan2kg.errors import ProjectError
from pan2kg.project import Project
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.validation.quotations import (
    Kept,
    KeptText,
    check_quotations,
    folded,
    hashes_of,
    kept_texts,
    pieces,
    read_hashes,
)
from pan2kg.validation.report import Finding, Report
from tests.copies import ROOT

if TYPE_CHECKING:
    from tests.conftest import Cli

KEY: Final = "mae-gouvernement-lu-fr-pan-2"
LIST: Final = (ROOT / "texts" / f"{KEY}.txt").read_text("utf-8")
TEXT: Final = KeptText(KEY, "texts/x.txt", LIST)
HASHES: Final = read_hashes(KEY, "texts/x.hashes", hashes_of(LIST, "0123456789abcdef" * 2))
HEAD: Final = """@prefix action: <https://w3id.org/pan2kg/id/action/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix document: <https://w3id.org/pan2kg/id/document/> .
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix passage: <https://w3id.org/pan2kg/id/passage/> .
@prefix plan: <https://w3id.org/pan2kg/id/plan/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

document:mae-gouvernement-lu-fr-pan-2 a pan:Document .
"""


def checked(body: str, kept: Kept = TEXT) -> Report:
    return check_quotations([read_turtle_file(f"{HEAD}\n{body}", "graph/x.ttl")], {KEY: kept})


def quoted(words: str) -> str:
    return f'passage:x a pan:Passage ;\n    pan:quote "{words}"@fr ;\n    pan:inDocument document:{KEY} .\n'


def keys(found: Report) -> list[tuple[str, str]]:
    return [(one.rule.key, str(one.place)) for one in found.findings]


def test_a_quotation_that_stands_there_is_let_pass() -> None:
    for words in (
        "Sensibilisation et formation des entreprises", "marchés publics […]", "la diligence  raisonnable",
        "Promotion des Principes directeurs … les relations internationales",
        "Sensibilisation […] « Entreprises et droits de l'Homme »",
    ):  # fmt: skip
        assert keys(checked(quoted(words))) == [], words


def test_a_quotation_that_does_not_is_found_at_its_line_with_the_nearest_words() -> None:
    near = "Sensibilisation et formation des entreprises"
    for words, expected in {
        "Sensibilisation et formation des ministères": near, "sensibilisation et Formation des entreprises": near,
        "les relations internationales … Promotion des Principes directeurs": "", "ensibilisation et formation": "",
        "": "", "…": "", "Wholly other words in another language": "",
    }.items():  # fmt: skip
        found = checked(quoted(words))
        assert keys(found) == [("text-quote", "graph/x.ttl:12")], words
        assert not expected or found.findings[0].expected.say("en") == expected


LINES: Final = [folded(line) for line in LIST.splitlines() if len(line.split()) > 4]
WORD: Final = st.text(st.sampled_from("abcdefghijklmnop"), min_size=1, max_size=9)


@given(line=st.sampled_from(LINES), at=st.integers(0, 200), word=WORD)
def test_a_quotation_with_any_one_word_changed_is_found(line: str, at: int, word: str) -> None:
    words = line.split()
    wordly = [number for number, one in enumerate(words) if any(map(str.isalnum, one))]
    words[wordly[at % len(wordly)]] = f"zz{word}"
    assert TEXT.holds(line) is True
    assert TEXT.holds(" ".join(words)) is False
    assert HASHES.holds(line) is True
    assert HASHES.holds(" ".join(words)) is False


@given(st.text())
def test_folding_twice_is_folding_once_and_cuts_leave_words(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert all(any(map(str.isalnum, piece)) for piece in pieces(text))


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_every_text_holds_itself(text: str) -> None:
    kept = KeptText("x", "x", text)
    assert kept.holds(text.replace("…", " ").replace("...", " ")) is not None
    if "…" not in text and "..." not in text and pieces(text):
        assert kept.holds(text)


def action(number: str, title: str) -> str:
    return (
        f"action:x-{number.replace('.', '-')} a pan:Action ;\n"
        f'    skos:notation "{number}" ;\n    skos:prefLabel "{title}"@fr ;\n    skos:prefLabel "A title"@en ;\n'
        f"    pan:inPlan plan:x ;\n    dcterms:source document:{KEY} .\n\n"
    )


LISTED: Final = [
    ("1.1", "Communiquer et sensibiliser"),
    ("4.1", "Etude de la possibilité de légiférer sur un devoir de diligence"),
    ("3.4", "Renforcement des critères relatifs aux droits humains dans les labels de qualité existants"),
]


def test_titles_and_numbers_are_those_of_the_list() -> None:
    def body(changed: dict[int, tuple[str, str]]) -> str:
        return "".join(action(*changed.get(at, one)) for at, one in enumerate(LISTED)).rstrip("\n") + "\n"

    found = checked(body({}))
    assert (keys(found), found.looked_at["text-title"]) == ([], 3)
    title = checked(body({1: ("4.1", "Étude de la possibilité de légiférer sur un devoir de diligence")}))
    assert keys(title) == [("text-title", "graph/x.ttl:20")]
    assert title.findings[0].expected.say("fr") == LISTED[1][1]
    assert keys(checked(body({2: ("3.5", LISTED[2][1])}))) == [("text-number", "graph/x.ttl:26")]
    assert keys(checked(body({1: ("1.1", LISTED[1][1])}))) == [("text-number", "graph/x.ttl:19")]
    assert keys(checked(body({2: ("3.5", LISTED[2][1])}), HASHES)) == [("text-number", "graph/x.ttl:26")]


def test_a_document_that_is_no_list_of_the_plan_says_nothing_about_its_titles() -> None:
    found = checked(action("1", "Un titre") + action("2", "Un autre").rstrip("\n") + "\n")
    assert (keys(found), found.looked_at.get("text-title", 0)) == ([], 0)


def test_what_could_not_be_compared_is_counted() -> None:
    other = quoted("Un passage quelconque").replace(KEY, "other").replace("passage:x", "passage:y")
    found = checked(quoted("Cohérence des politiques") + "\n" + other)
    assert (keys(found), dict(found.statistics)) == ([], {"text-compared": 1, "text-uncompared": 1})
    short = checked(quoted("Cohérence des politiques"), HASHES)
    assert (keys(short), dict(short.statistics)) == ([], {"text-uncompared": 1})
    assert HASHES.name.endswith(".hashes")


def test_a_quotation_from_another_document_names_where_it_stands() -> None:
    other = KeptText("other", "texts/other.txt", "Il y est question de toute autre chose.")
    body = quoted("toute autre chose")
    found = check_quotations([read_turtle_file(f"{HEAD}\n{body}", "graph/x.ttl")], {KEY: TEXT, "other": other})
    assert [one.rule.key for one in found.findings] == ["text-quote", "text-kept"]
    assert _said(found.findings[0]) == "document:other"


def _said(finding: Finding) -> str:
    return finding.expected.say("en")


def test_the_shipped_list_is_the_text_every_quotation_from_it_stands_in(project: Project) -> None:
    assert kept_texts(project).keys() == {KEY}
    files = [
        read_turtle_file(path.read_text("utf-8"), project.name_of(path))
        for path in (project.graph / "plans" / "lu-bhr-2").glob("*.ttl")
    ]
    found = check_quotations(files, kept_texts(project))
    assert [one.rule.key for one in found.findings] == ["text-kept"], "its document stands in another folder"
    assert found.looked_at["text-title"] == found.looked_at["text-number"] == 26
    assert found.looked_at["text-quote"] > 15


def test_hashes_do_not_hold_the_words_and_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    written = hashes_of(LIST, "f" * 32)
    assert not re.search("[g-z]{3}", written.removeprefix("salt "))
    for damaged in ("", written[:-3], written.replace("salt", "sel"), "a" + written):
        with pytest.raises(ProjectError, match=r"pan2kg keep FILE"):
            read_hashes("x", "texts/x.hashes", damaged)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "x.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(ProjectError, match="UTF-8"):
        kept_texts(Project(tmp_path))


def test_a_text_is_kept_for_a_project_of_ones_own_and_its_quotations_are_compared(cli: Cli, tmp_path: Path) -> None:
    assert cli("init", "mine", "--country", "be").returncode == 0
    plan = tmp_path / "mine/graph/plans/be-example-1/plan.ttl"
    (words,) = set(re.findall(r'passage:\S+-ungp a pan:Passage ;\n    pan:quote "([^"]+)"', plan.read_text("utf-8")))
    (ministry,) = set(re.findall(r'-ministry a pan:Passage ;\n    pan:quote "([^"]+)"', plan.read_text("utf-8")))
    (tmp_path / "plan.txt").write_text(f"Plan\n\n{ministry}.\n{words}\n", "utf-8")
    keep = ("keep", "plan.txt", "--document", "be-example-1-text", "--project", "mine")
    done = cli(*keep)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "Kept as texts/be-example-1-text.txt; 2 of 2 quotations from it stand there.\n"
    plan.write_text(plan.read_text("utf-8").replace(words, f"{words} partout"), "utf-8")
    check = ("check", "graph/plans/be-example-1/plan.ttl", "--project", "mine", "--language", "fr")
    found = cli(*check)
    assert found.returncode == 1
    assert "text-quote" in found.stdout
    hashed = cli(*keep, "--hashes")
    assert hashed.returncode == 0, hashed.stderr
    assert [path.name for path in (tmp_path / "mine/texts").iterdir()] == ["be-example-1-text.hashes"]
    assert "text-quote" in cli(*check).stdout
    assert cli("keep", "plan.txt", "--document", "nothing", "--project", "mine").returncode == 2
    (tmp_path / "empty.txt").write_text("", "utf-8")
    empty = cli("keep", "empty.txt", "--document", "be-example-1-text", "--project", "mine")
    assert (empty.returncode, empty.stderr.count("\n")) == (2, 1)
