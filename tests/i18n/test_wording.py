"""What is said in each language: nothing is missing, and German is written as German is."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest

from pan2kg.i18n import LANGUAGES, Language, Messages, Text, format_day, format_number
from pan2kg.i18n.catalogue import CATALOGUES
from pan2kg.i18n.po import TERMS, CatalogueError, compile_po, parse_po
from pan2kg.tables.answers import WORDED, words_of
from pan2kg.tables.formats import shown

PACKAGE: Final = Path(__file__).resolve().parents[2] / "pan2kg"

# the contexts of which a language may lack messages: in them the program says no more than it has
# words for
APART: Final = {"data": {"de"}}
# the keys of what is set as mathematics or as a reference, in every language alike
FORMAL: Final = (".formula", ".source")


@cache
def catalogue(language: Language) -> Mapping[tuple[str, str], tuple[str, tuple[str, ...]]]:
    entries = parse_po(CATALOGUES[language].read_bytes())
    return {(context, key): (plural, forms) for context, key, plural, forms in entries}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_the_messages_of_the_english_one_in_their_order_with_the_same_names(
    language: Language,
) -> None:
    def listed(tag: Language) -> list[tuple[str, str]]:
        return [
            name
            for name in catalogue(tag)
            if language not in APART.get(name[0], ()) and name[0] != TERMS
        ]

    def blanks(forms: tuple[str, ...]) -> set[frozenset[str]]:
        return {frozenset(re.findall(r"{(\w+)}", words)) for words in forms}

    assert set(listed("en")) ^ set(listed(language)) == set(), "these are missing or too many"
    assert listed(language) == listed("en"), (
        "put the messages into the order of the English catalogue"
    )
    assert len(listed(language)) > 1900
    wrong = [
        name
        for name, (plural, forms) in catalogue(language).items()
        if (english := catalogue("en").get(name)) and name[0] not in ("format", TERMS)
        if bool(english[0]) != bool(plural) or blanks(english[1]) != blanks(forms)
    ]
    assert not wrong
    text = CATALOGUES[language].read_text(encoding="utf-8")
    terms = {
        (key, plural)
        for (context, key), (plural, _) in catalogue(language).items()
        if context == TERMS
    }
    used = {name.lower() for name in re.findall(r"\[\[([^\]]+)\]\]", text)}
    assert len(terms) > 10
    assert not [names for names in terms if used.isdisjoint(names)], "nobody refers to these terms"


def test_a_catalogue_is_compiled_as_written_or_says_where_it_is_wrong_without_words_nobody_approved() -> (
    None
):
    german = GNUTranslations(BytesIO(compile_po(CATALOGUES["de"].read_bytes())))
    assert [german.npgettext("page", "actions", "", n) for n in (1, 0)] == [
        "{n} Maßnahme",
        "{n} Maßnahmen",
    ]
    for text, words, line in (
        ('msgid "a"\nmsgsrt "b"', "none of a catalogue", 2),
        ('msgctxt "page"\nmsgid "a"\nmsgstr "[[no]]"', r"\[\[no\]\]", None),
    ):
        with pytest.raises(CatalogueError, match=words) as error:
            compile_po(text.encode())
        assert error.value.line == line
    text = (
        '#, fuzzy\nmsgctxt "page"\nmsgid "a"\nmsgstr "x"\n\nmsgctxt "page"\nmsgid "b"\nmsgstr ""\n'
    )
    assert list(parse_po(text.encode())) == []


# how German is not set: a space before a mark, a breaking one before %, quotation marks other than
# „…“
NOT_GERMAN: Final = re.compile(r"\s[:!](?:\s|$)|\w\s;|[«»'’]| %")


def test_german_is_set_as_german_is_in_messages_and_data() -> None:
    messages = {
        name: words.replace(" ;“", "")
        for name, (_, forms) in catalogue("de").items()
        for words in forms
        if name[0] != "argparse" and not name[1].endswith(FORMAL)
    }
    files = {
        path: path.read_text(encoding="utf-8")
        for path in (PACKAGE.parent / "ontology").rglob("*.ttl")
    }
    data = {
        words: words
        for text in files.values()
        for words in re.findall(r'"((?:[^"\\\n]|\\.)*)"@de', text)
    }
    assert len(data) > 1000
    wrong = [name for name, words in [*messages.items(), *data.items()] if NOT_GERMAN.search(words)]
    assert not wrong, "no space before : ; !, a no-break one before %, and quotation marks „…“"
    texts = [CATALOGUES["de"].read_text("utf-8"), *files.values()]
    texts += [path.read_text("utf-8") for path in (PACKAGE.parent / "queries").rglob("*.rq")]
    assert not [text for text in texts if re.search("Belegstufe|Evidenz(niveau|stufe)", text)]
    assert texts[0].count("Belegniveau") == 2, "refer to [[evidence level]] or [[evidence levels]]"


def test_german_counts_and_writes_figures_and_days_in_its_own_way_and_what_is_not_said_is_said_in_another() -> (
    None
):
    counted = [Messages("check").say_number(number, "warning", "de") for number in (0, 1, 2)]
    assert counted == ["0 Warnungen", "1 Warnung", "2 Warnungen"]
    assert (format_number(0.25, "de"), shown(0.0004, "de"), shown(-3, "de")) == (
        "0,25",
        "< 0,001",
        "−3",
    )
    assert (shown("2021-12-01", "de"), format_day(date(2021, 12, 1), "de")) == (
        "01.12.2021",
        "1. Dezember 2021",
    )
    for words, language, text, spoken in (
        ({"fr": "loi", "en": "law"}, "de", "law", "en"),
        ({"fr": "loi"}, "de", "loi", "fr"),
        ({"de": "Gesetz"}, "fr", "Gesetz", "de"),
        (dict[str, str](), "de", "", "de"),
    ):
        assert (Text.of(words).say(language), Text.of(words).language_for(language)) == (
            text,
            spoken,
        )


def french() -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for (context, key), (_, forms) in catalogue("fr").items():
        texts.setdefault(context, []).extend(forms if not key.endswith(FORMAL) else ())
    for folder, words in (
        ("queries", r"^#\+ \w+_fr: (.*)$"),
        ("ontology", r'"((?:[^"\\\n]|\\.)*)"@fr'),
    ):
        for path in sorted((PACKAGE.parent / folder).rglob("*.*")):
            if path.suffix in (".rq", ".ttl"):
                texts[f"{folder}/{path.name}"] = re.findall(
                    words, path.read_text(encoding="utf-8"), re.MULTILINE
                )
    return texts


def test_french_says_chef_de_file_and_renvoi_and_begins_no_line_with_a_mark() -> None:
    texts = french()
    breaking = re.compile(" [:;?!»]|« ")
    wrong = {
        name: [words for words in listed if breaking.search(words)]
        for name, listed in texts.items()
    }
    assert not {name: listed for name, listed in wrong.items() if listed}, (
        "put a no-break space there"
    )
    words = [words for listed in texts.values() for words in listed]
    pilots = [
        text
        for text in words
        if re.search(r"\bpilot(?!age)", text) and "désigne elle-même" not in text
    ]
    assert not pilots, "who leads is called chef de file"
    quoted = [
        text
        for text in words
        if re.search(r"\bcitations?\b", text, re.IGNORECASE) and text != "citation"
    ]
    assert [text for text in quoted if "marqués comme citations" not in text] == [], (
        "a plan that names another: renvoi"
    )


SOURCES: Final = ("pan2kg/**/*.py", "pan2kg/**/*.html", "web/src/**/*.ts", "queries/**/*.rq")
# the contexts whose keys are names of columns, properties and rules, which stand in data
DATA_KEYS: Final = (
    "argparse",
    "heading",
    "property",
    "property-from",
    "query",
    "style",
    "tongue",
    TERMS,
)


def test_no_message_is_kept_that_nobody_says() -> None:
    paths = [path for pattern in SOURCES for path in PACKAGE.parent.glob(pattern)]
    names = set(
        re.findall(r"[\w.:#/-]+", "\n".join(path.read_text(encoding="utf-8") for path in paths))
    )
    unused = [
        (context, key)
        for context, key in catalogue("en")
        if context not in DATA_KEYS and not key[:1].isupper()
        if not names & {key, *(key[at.end() :] for at in re.finditer(r"[.-]", key))}
        if not names & {key[: at.end()] for at in re.finditer(r"[.-]", key)}
    ]
    assert not unused
    assert all(words_of(column, "en") for column in WORDED), "keys without words"
