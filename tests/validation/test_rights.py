"""How much of a document is quoted: what is let pass, what is said, and what no release goes out with."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pan2kg.errors import ProjectError
from pan2kg.project import Project
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.validation.quotations import (
    LONGEST,
    WHOLE,
    Kept,
    KeptText,
    check_rights,
    hashes_of,
    is_long,
    read_hashes,
    refuse_whole,
)
from pan2kg.validation.report import Report

KEY: Final = "x-text"
HEAD: Final = """@prefix action: <https://w3id.org/pan2kg/id/action/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix document: <https://w3id.org/pan2kg/id/document/> .
@prefix instrument: <https://w3id.org/pan2kg/id/instrument/> .
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix passage: <https://w3id.org/pan2kg/id/passage/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

document:x-text a pan:Document ;
    pan:characters 1000 .

"""
TEN: Final = "Dix mots font une phrase que personne ne lit jamais "


def passage(words: str, name: str = "a") -> str:
    return f'passage:{name} a pan:Passage ;\n    pan:quote "{words}"@fr ;\n    pan:inDocument document:{KEY} .\n'


def checked(*passages: str, head: str = HEAD, kept: Kept | None = None) -> Report:
    files = [read_turtle_file(head + "\n".join(passages), "graph/x.ttl")]
    return check_rights(files, {KEY: kept} if kept else {})


def found(report: Report) -> list[tuple[str, str]]:
    return [(one.rule.key, one.value.strip('"')) for one in report.findings]


def test_a_twentieth_is_said_and_more_than_a_tenth_refused() -> None:
    for characters, said in {50: [], 51: [("text-much", "5 %")], 100: [("text-much", "10 %")],
                             101: [("text-whole", "10 %")]}.items():  # fmt: skip
        assert found(checked(passage("a" * characters))) == said


def test_what_is_quoted_twice_counts_once_and_what_is_quoted_in_parts_counts_together() -> None:
    assert found(checked(passage("a" * 50), passage("a" * 50, "b"))) == []
    assert found(checked(passage("a" * 50), passage("b" * 50, "b"))) == [("text-much", "10 %")]


def test_a_quotation_is_long_by_characters_and_words_and_a_text_where_it_is_ten_times_as_long() -> None:
    of_unknown_length = HEAD.replace(" ;\n    pan:characters 1000", "")
    assert found(checked(passage(TEN * 6), head=of_unknown_length)) == []
    assert found(checked(passage("a" * 301), head=of_unknown_length)) == []
    assert found(checked(passage(TEN * 7), head=of_unknown_length)) == [("text-long", str(len(TEN * 7)))]
    assert found(checked(passage(TEN * 61), head=of_unknown_length)) == [("text-whole", str(len(TEN * 61)))]
    report = checked(passage(TEN * 7), head=of_unknown_length)
    assert dict(report.statistics) == {"text-length-unknown": 1}
    assert str(report.findings[0].place) == "graph/x.ttl:12"


@pytest.mark.parametrize(
    "line",
    [
        "dcterms:license <https://creativecommons.org/licenses/by/4.0/>",
        'pan:rightsNote "Reproduction autorisée, moyennant mention de la source."@fr',
        'pan:readAt "https://eur-lex.europa.eu/legal-content/FR/TXT/?uri=CELEX:32018R1999"',
        "pan:speaksFor <http://data.europa.eu/eli/reg/2018/1999/oj>",
        "pan:speaksFor instrument:ungp",
    ],
)
def test_a_licence_a_word_of_the_publisher_and_an_official_act_let_more_be_quoted(line: str) -> None:
    free = HEAD.replace("    pan:characters", f"    {line} ;\n    pan:characters")
    assert found(checked(passage(TEN * 61), head=free)) == []
    assert found(checked(passage(TEN * 61))) != []


def test_a_title_is_a_fact_and_no_quotation() -> None:
    title = 'action:x a pan:Action ;\n    skos:prefLabel "' + "a" * 200 + '"@fr .\n'
    assert found(checked(passage("a" * 200), title)) == []
    assert found(checked(passage("a" * 199), title)) == []
    assert found(checked(passage("a" * 201), title)) == [("text-whole", "20 %")]
    assert found(checked(passage("a" * 200), title.replace("prefLabel", "editorialNote"))) == [("text-whole", "20 %")]


def test_a_kept_text_and_its_hashes_say_how_long_a_document_is() -> None:
    text = " ".join(f"mot{number}" for number in range(100))
    short = HEAD.replace(" ;\n    pan:characters 1000", "")
    quote = " ".join(f"mot{number}" for number in range(20))
    for kept in (KeptText(KEY, "x", text), read_hashes(KEY, "x", hashes_of(text, "0" * 32))):
        assert [key for key, _ in found(checked(passage(quote), head=short, kept=kept))] == ["text-whole"]


@given(st.text(st.sampled_from("ab \u00a0"), max_size=700))
def test_what_is_long_stays_so_when_more_is_added(words: str) -> None:
    assert not is_long(words) or (is_long(words + " ab") and len(words) > LONGEST[0])
    assert not is_long(words, WHOLE)


def test_what_a_release_would_take_over_whole_is_refused_with_its_place(own_project: Path) -> None:
    refuse_whole(Project(own_project))
    (own_project / "graph" / "whole.ttl").write_text(HEAD + passage(TEN * 61, "whole"), encoding="utf-8")
    with pytest.raises(ProjectError, match=r"graph/whole\.ttl:13: whole would be published whole .*dcterms:license"):
        refuse_whole(Project(own_project))


def test_the_shipped_graph_quotes_no_document_whole(project: Project) -> None:
    refuse_whole(project)
