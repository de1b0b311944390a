"""What is said in each language: nothing is missing, and German is written as German is."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest

from pan2kg.cli.arguments import add_language
from pan2kg.coherence.evidence import Basis
from pan2kg.i18n.catalogue import (
    CATALOGUES,
    LANGUAGES,
    TERMS,
    CatalogueError,
    Language,
    Messages,
    Text,
    compiled,
    decimal,
    read_entries,
)  # fmt: skip
from pan2kg.i18n.message import in_words
from pan2kg.store.store import LocalStore
from pan2kg.tables.figure_words import basis_of_figures as basis_line
from pan2kg.tables.formats import shown
from pan2kg.tables.writers import WORDED, Style, words_of, write_answer

PACKAGE: Final = Path(__file__).resolve().parents[2] / "pan2kg"

APART: Final = {"data": {"de"}}
"""The contexts of which a language may lack messages: in them the program says no more than it has words for."""


FORMAL: Final = (".formula", ".source")
"""The keys of what is set as mathematics or as a reference, in every language alike."""


@cache
def catalogue(language: Language) -> Mapping[tuple[str, str], tuple[str, tuple[str, ...]]]:
    entries = read_entries(CATALOGUES[language].read_bytes())
    return {(context, key): (plural, forms) for context, key, plural, forms in entries}


def blanks(words: str) -> frozenset[str]:
    return frozenset(re.findall(r"{(\w+)}", words))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_the_messages_of_the_english_one_in_their_order(language: Language) -> None:
    def kept(one: Language) -> list[tuple[str, str]]:
        return [name for name in catalogue(one) if language not in APART.get(name[0], ()) and name[0] != TERMS]

    missing, more = set(kept("en")) - set(kept(language)), set(kept(language)) - set(kept("en"))
    assert not missing | more, f"missing {sorted(missing)}, too many {sorted(more)}"
    assert kept(language) == kept("en"), "put the messages into the order of the English catalogue"
    assert len(kept(language)) > 1900


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_fills_in_the_same_names_and_has_the_same_forms_as_in_english(language: Language) -> None:
    wrong = [
        name
        for name, (plural, forms) in catalogue(language).items()
        if (english := catalogue("en").get(name)) and name[0] not in ("format", TERMS)
        if bool(english[0]) != bool(plural) or {*map(blanks, english[1])} != {*map(blanks, forms)}
    ]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_term_stands_once_and_messages_refer_to_it(language: Language) -> None:
    text = CATALOGUES[language].read_text(encoding="utf-8")
    terms = {(key, plural) for (context, key), (plural, _) in catalogue(language).items() if context == TERMS}
    used = {name.lower() for name in re.findall(r"\[\[([^\]]+)\]\]", text)}
    assert len(terms) > 10
    assert not [one for one, many in terms if not {one, many} & used], "nobody refers to these terms"
    assert sum(f"[[{name}" in text for name in ("plan", "Plan", "link", "citation")) > 2


def test_what_is_compiled_is_what_is_written() -> None:
    found = GNUTranslations(BytesIO(compiled(CATALOGUES["de"].read_bytes())))
    assert found.npgettext("page", "actions", "", 1) == "{n} Maßnahme"
    assert found.npgettext("page", "actions", "", 0) == "{n} Maßnahmen"


def test_a_catalogue_that_cannot_be_read_says_where_and_words_nobody_approved_are_not_said() -> None:
    cases = ('msgid "a"\nmsgsrt "b"', "none of a catalogue", 2), (
        'msgctxt "page"\nmsgid "a"\nmsgstr "[[no]]"', "[[no]]", None
    )  # fmt: skip
    for text, said, line in cases:
        with pytest.raises(CatalogueError, match=re.escape(said)) as error:
            compiled(text.encode())
        assert error.value.line == line
    text = '#, fuzzy\nmsgctxt "page"\nmsgid "a"\nmsgstr "x"\n\nmsgctxt "page"\nmsgid "b"\nmsgstr ""\n'
    assert list(read_entries(text.encode())) == []


NOT_GERMAN: Final = re.compile(r"\s[:!](?:\s|$)|\w\s;|[«»'’]| %")
"""How German is not set: a space before a mark, a breaking one before %, quotation marks other than „…“."""


def test_german_is_set_as_german_is() -> None:
    found = [
        f"{name} = {words}"
        for name, (_, forms) in catalogue("de").items()
        for words in forms
        if name[0] != "argparse" and not name[1].endswith(FORMAL) and NOT_GERMAN.search(words.replace(" ;“", ""))
    ]
    assert not found, "no space before : ; !, a no-break one before %, and quotation marks „…“"


def test_german_in_the_ontology_is_set_as_german_is() -> None:
    files = (PACKAGE.parent / "ontology").rglob("*.ttl")
    said = [words for path in files for words in re.findall(r'"((?:[^"\\\n]|\\.)*)"@de', path.read_text("utf-8"))]
    assert len(said) > 1000
    assert [words for words in said if NOT_GERMAN.search(words)] == []


def test_german_counts_writes_figures_and_days_in_its_own_way() -> None:
    said = [Messages("check").counted(number, "warning", "de") for number in (0, 1, 2)]
    assert said == ["0 Warnungen", "1 Warnung", "2 Warnungen"]
    assert (decimal(0.25, "de"), shown(0.0004, "de"), shown(-3, "de")) == ("0,25", "< 0,001", "−3")
    assert (shown("2021-12-01", "de"), in_words(date(2021, 12, 1), "de")) == ("01.12.2021", "1. Dezember 2021")
    basis = Basis(389, 48, 69, release="1.0").also("fields", "recorded for 40 of 48 actions").also("bits", "≥ 0.5")
    line = basis_line(basis, "de")
    assert line.startswith("Grundlage: 389 Maßnahmen, davon 48 mit mindestens einem Bezugstext; 69 Pläne")
    assert "Angaben: für 40 von 48 Maßnahmen erfasst; gemeinsame Bit: ≥ 0,5" in line


def test_what_is_not_said_in_a_language_is_said_in_another_and_that_one_is_named() -> None:
    cases: tuple[tuple[dict[str, str], str, str, str], ...] = (
        ({"fr": "loi", "en": "law"}, "de", "law", "en"), ({"fr": "loi"}, "de", "loi", "fr"),
        ({"de": "Gesetz"}, "fr", "Gesetz", "de"), ({}, "de", "", "de"),
    )  # fmt: skip
    for words, language, said, spoken in cases:
        assert (Text.of(words).say(language), Text.of(words).spoken(language)) == (said, spoken)


SOLUTIONS: Final = 'SELECT ?plan ?plan_label ?in_graph { VALUES (?plan ?plan_label ?in_graph) { (1 "PAN 1" 3) } }'


def test_columns_are_headed_in_the_language_unless_their_own_names_are_wanted() -> None:
    answer = LocalStore(ox.Store()).query(SOLUTIONS)
    heads = {
        Style("fr"): "| plan | dans le graphe |", Style("en"): "| plan | in graph |",
        Style("de"): "| Plan | im Graphen |", Style("de", own_names=True): "| plan | in graph |",
    }  # fmt: skip
    for style, head in heads.items():
        assert write_answer(LocalStore(ox.Store()).query(SOLUTIONS), "md", style).splitlines()[0] == head
    assert write_answer(answer, "csv", Style("de")).startswith("plan,plan_label,in_graph\r\n")


def test_the_language_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = {"de_LU.UTF-8": "de", "fr_LU": "fr", "DE": "de", "lb_LU.UTF-8": "en", "C": "en", "den_CA": "en"}
    for locale, language in cases.items():
        monkeypatch.setenv("LC_ALL", locale)
        command = argparse.ArgumentParser()
        add_language(command)
        assert command.parse_args([]).language == language
        assert command.parse_args(["--language", "de"]).language == "de"


def french() -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for (context, key), (_, forms) in catalogue("fr").items():
        said.setdefault(context, []).extend(forms if not key.endswith(FORMAL) else ())
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


def test_no_line_of_french_begins_with_a_mark_in_messages_or_data() -> None:
    breaking = re.compile(" [:;?!»]|« ")
    found = {name: [words for words in texts if breaking.search(words)] for name, texts in french().items()}
    assert not {name: texts for name, texts in found.items() if texts}, "put a no-break space there"


SOURCES: Final = ("pan2kg/**/*.py", "pan2kg/**/*.html", "web/src/**/*.ts", "queries/**/*.rq")
DATA_KEYS: Final = ("argparse", "heading", "property", "property-from", "style", "tongue", TERMS)
"""The contexts whose keys are names of columns, properties and rules, which stand in data, as those of shapes do."""


def test_no_message_is_kept_that_nobody_says() -> None:
    paths = [path for pattern in SOURCES for path in PACKAGE.parent.glob(pattern)]
    names = set(re.findall(r"[\w.:#/-]+", "\n".join(path.read_text(encoding="utf-8") for path in paths)))
    unused = [
        (context, key)
        for context, key in catalogue("en")
        if context not in DATA_KEYS and not key[:1].isupper()
        if not names & {key, *(key[at.end() :] for at in re.finditer(r"[.-]", key))}
        if not names & {key[: at.end()] for at in re.finditer(r"[.-]", key)}
    ]
    assert not unused


def test_a_column_that_holds_keys_has_words_for_them() -> None:
    assert all(words_of(column, "en") for column in WORDED)


def test_german_has_one_word_for_a_level_of_evidence() -> None:
    root = Path(__file__).resolve().parents[2]
    files = [root / "pan2kg/i18n/catalogues/de.po", *root.glob("queries/**/*.rq"), *root.glob("ontology/**/*.ttl")]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    assert "Belegniveau" in texts["de.po"]
    assert [name for name, text in texts.items() if re.search("Belegstufe|Evidenz(niveau|stufe)", text)] == []
    assert len(re.findall("Belegniveau", texts["de.po"])) == 2, "refer to [[evidence level]] or [[evidence levels]]"
