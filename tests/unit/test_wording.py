"""What is said in French, English and German: nothing is missing, and German is written as German is."""

from __future__ import annotations

import argparse
import re
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest
from pan2kg.charts.words import decimal
from pan2kg.report.words import field

from pan2kg.cli.arguments import add_language
from pan2kg.coherence.basis import Basis
from pan2kg.i18n.catalogue import LANGUAGES, Text
from pan2kg.i18n.days import in_words
from pan2kg.store.store import LocalStore
from pan2kg.tables.answers import Style, write_answer
from pan2kg.tables.cells import basis_line, shown

PACKAGE: Final = Path(__file__).resolve().parents[2] / "pan2kg"

PRINTED_BY_PLANS: Final = "words.toml"
"""The words by which plans are read are no words of ours: each language has its own."""

DESCRIPTIONS: Final = ("catalogue/", "release/")
"""Descriptions of data for portals and programs, which are in French and in English."""

Row = dict[str, str]


def rows(table: dict[str, object], path: str = "") -> dict[str, Row]:
    """The rows of a table that hold words, by where they stand."""
    found = {path: {name: str(words) for name, words in table.items()}} if isinstance(table.get("fr"), str) else {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= rows(value, f"{path}.{key}" if path else key)
    return found


@cache
def tables() -> dict[str, dict[str, Row]]:
    """Every table of words in the package, by its file."""
    files = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.toml"))}
    read = {name: rows(tomllib.loads(path.read_text(encoding="utf-8"))) for name, path in files.items()}
    return {name: table for name, table in read.items() if table and name != PRINTED_BY_PLANS}


def languages_of(name: str, path: str) -> set[str]:
    """Those in which a row has to speak: where English is what is translated, the others."""
    if name.startswith(DESCRIPTIONS):
        return {"fr", "en"}
    return {"fr", "de"} if name == "headings.toml" or path.startswith("value-") else set(LANGUAGES)


def blanks(words: str) -> set[frozenset[str]]:
    """The names to be filled in: one set, if the words for one and for many fill in the same."""
    return {frozenset(re.findall(r"{(\w+)}", part)) for part in words.split("|")}


def test_the_tables_are_found() -> None:
    ours = (
        "headings.toml printing.toml style.toml wording.toml dossier/words.toml exhibits/words.toml picture/words.toml"
    )
    assert set(ours.split()) <= tables().keys()


@pytest.mark.parametrize("name", tables())
def test_every_row_speaks_each_language_and_fills_in_the_same(name: str) -> None:
    for path, row in tables()[name].items():
        wanted = languages_of(name, path)
        assert wanted <= row.keys(), f"{name}: [{path}] is not said in {sorted(wanted - row.keys())}"
        assert len({bool(row[language].strip()) for language in wanted}) == 1, f"{name}: [{path}] is silent in one"
        filled = [blanks(row[language]) for language in sorted(wanted)]
        assert all(names == filled[0] for names in filled), f"{name}: [{path}] fills in {filled}"


@pytest.mark.parametrize("name", tables())
def test_german_is_set_as_german_is(name: str) -> None:
    wrong = re.compile(r"\s[:!](?:\s|$)|\w\s;|[«»'’]| %")
    found = [
        f"[{path}] {key} = {words}"
        for path, row in tables()[name].items()
        for key, words in row.items()
        if (key == "de" or key in ("words_de", "remedy_de")) and wrong.search(words.replace(" ;“", ""))
    ]
    assert not found, f"{name}: no space before : ; !, a no-break one before %, and quotation marks „…“"


def test_formulas_are_told_in_german() -> None:
    assert "für i" in field("measure", "strength", "formula", "de")
    assert field("measure", "weight", "formula", "de") == "w(i) = ln(n / d(i))"
    assert field("measure", "debt", "source", "de") == "Definition dieses Projekts"


def test_german_counts_writes_figures_and_days_in_its_own_way() -> None:
    words = Text.of({"fr": "valeur|valeurs", "en": "value|values", "de": "Wert|Werte"})
    assert [words.counted(number).de for number in (0, 1, 2)] == ["Werte", "Wert", "Werte"]
    assert (decimal(0.25, "de"), shown(0.0004, "de"), shown(-3, "de")) == ("0,25", "< 0,001", "−3")
    assert (shown("2021-12-01", "de"), in_words(date(2021, 12, 1), "de")) == ("01.12.2021", "1. Dezember 2021")


def test_a_basis_reads_as_german() -> None:
    line = basis_line(Basis(389, 48, 69, release="1.0").also("hoisting", "≥ 0.8 of a plan of ≥ 5 actions"), "de")
    assert line.startswith("Grundlage: 389 Maßnahmen, davon 48 mit mindestens einem Bezugstext; 69 Pläne")
    assert "jene von mindestens 0,8 seiner Maßnahmen, ab 5 Maßnahmen" in line


def test_what_is_not_said_in_a_language_is_said_in_another_and_that_one_is_named() -> None:
    assert (Text.of({"fr": "loi", "en": "law"}).say("de"), Text.of({"fr": "loi", "en": "law"}).spoken("de")) == (
        "law",
        "en",
    )
    assert (Text.of({"fr": "loi"}).say("de"), Text.of({"fr": "loi"}).spoken("de")) == ("loi", "fr")
    assert (Text.of({"de": "Gesetz"}).say("fr"), Text.of({"de": "Gesetz"}).spoken("fr")) == ("Gesetz", "de")
    assert (Text().say("de"), Text().spoken("de")) == ("", "de")


SOLUTIONS: Final = 'SELECT ?plan ?plan_label ?in_graph { VALUES (?plan ?plan_label ?in_graph) { (1 "PAN 1" 3) } }'


@pytest.mark.parametrize(
    ("style", "heads"),
    [
        (Style("fr"), "| plan | dans le graphe |"),
        (Style("en"), "| plan | in graph |"),
        (Style("de"), "| Plan | im Graphen |"),
        (Style("de", own_names=True), "| plan | in graph |"),
    ],
)
def test_columns_are_headed_in_the_language_unless_their_own_names_are_wanted(style: Style, heads: str) -> None:
    assert write_answer(LocalStore(ox.Store()).query(SOLUTIONS), "md", style).splitlines()[0] == heads


def test_data_formats_keep_the_names_of_the_columns() -> None:
    assert write_answer(LocalStore(ox.Store()).query(SOLUTIONS), "csv", Style("de")).startswith(
        "plan,plan_label,in_graph\r\n"
    )


@pytest.mark.parametrize(
    ("locale", "language"),
    [("de_LU.UTF-8", "de"), ("fr_LU", "fr"), ("DE", "de"), ("lb_LU.UTF-8", "en"), ("C", "en"), ("den_CA", "en")],
)
def test_the_language_is_that_of_the_environment(locale: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    command = argparse.ArgumentParser()
    add_language(command)
    assert command.parse_args([]).language == language
    assert command.parse_args(["--language", "de"]).language == "de"


def french() -> dict[str, list[str]]:
    """What is said in French by the tables of the package, the questions and the ontology, by file."""
    said = {name: [row["fr"] for row in table.values() if "fr" in row] for name, table in tables().items()}
    for folder, words in (("queries", r"^#\+ \w+_fr: (.*)$"), ("ontology", r'"((?:[^"\\\n]|\\.)*)"@fr')):
        for path in sorted((PACKAGE.parent / folder).rglob("*.*")):
            if path.suffix in (".rq", ".ttl"):
                said[f"{folder}/{path.name}"] = re.findall(words, path.read_text(encoding="utf-8"), re.MULTILINE)
    return said


def test_who_leads_is_called_chef_de_file_and_nothing_else() -> None:
    pilot = re.compile(r"\bpilot(?!age)")
    spoken = {name: [words for words in texts if pilot.search(words)] for name, texts in french().items()}
    spoken["role.ttl"] = [words for words in spoken.pop("ontology/role.ttl", []) if "désigne elle-même" not in words]
    assert not {name: texts for name, texts in spoken.items() if texts}


def test_citation_is_said_of_quoted_words_alone_and_renvoi_of_a_plan_that_names_another() -> None:
    citation = re.compile(r"\bcitations?\b", re.IGNORECASE)
    found = [words for texts in french().values() for words in texts if citation.search(words)]
    assert [words for words in found if words != "citation" and "marqués comme citations" not in words] == []


@pytest.mark.parametrize("folder", ["ontology", "queries"])
def test_french_in_the_data_keeps_its_marks_with_its_words(folder: str) -> None:
    texts = [words for name, said in french().items() if name.startswith(folder) for words in said]
    assert len(texts) > 90
    assert [words for words in texts if re.search(r"\S [;:!?»]|« ", words)] == []


def test_no_line_of_french_begins_with_a_mark() -> None:
    breaking = re.compile(" [:;?!»]|« ")
    found = {name: [words for words in texts if breaking.search(words)] for name, texts in french().items()}
    assert not {name: texts for name, texts in found.items() if texts}, "put a no-break space there"
