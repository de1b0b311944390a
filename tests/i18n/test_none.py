"""What states a none about the graph says how many were looked at; every message with such a word is sorted."""

import re
import tomllib
from collections import Counter
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pytest

from pan2kg.i18n import LANGUAGES, Language
from pan2kg.i18n.catalogue import CATALOGUES
from pan2kg.i18n.po import parse_po

SORTED: Final = Path(__file__).parents[1] / "data" / "messages-with-none.toml"
WORDS: Final = {
    "en": "none|no|without|could|absent|nothing|0",
    "fr": "aucune?|sans|rien",
    "de": "kein(?:e[mnrs]?)?|ohne|nichts",
}
"""What denies, or counts nought."""
LEAST: Final = 500


@cache
def sorted_messages() -> dict[str, Any]:
    return tomllib.loads(SORTED.read_text(encoding="utf-8"))


@cache
def said(language: Language) -> dict[str, tuple[str, ...]]:
    entries = parse_po(CATALOGUES[language].read_bytes())
    return {f"{context}/{key}": forms for context, key, _, forms in entries}


def denies(words: str, language: Language = "en") -> bool:
    # a version such as 4.0 and a number such as 0.5 are no nought
    word = re.compile(rf"(?<![\w.,])(?:{WORDS[language]})(?!\w|[.,]\d)", re.IGNORECASE)
    return word.search(re.sub(r"\{[^}]*\}", "…", words)) is not None


@pytest.mark.parametrize(
    ("words", "is_one"),
    [
        ("No link was seen.", True),
        ("nothing", True),
        ("a rank of 0 to 1", True),
        ("under CC BY 4.0, release 0.1.0", False),
        ("noted, nobody, absently", False),
        ("{no} of {nothing}", False),
    ],
)
def test_what_denies_is_told_from_what_looks_like_it(words: str, *, is_one: bool) -> None:
    assert denies(words) is is_one


def test_every_message_that_says_none_is_sorted_once() -> None:
    groups = sorted_messages()
    listed = Counter(
        chain(
            *groups["states"].values(),
            groups["open"]["keys"],
            *(group["keys"] for group in groups["says"].values()),
        )
    )
    saying = {
        name
        for language in WORDS
        for name, forms in said(language).items()
        if name in said("en") and any(denies(words, language) for words in forms)
    }
    assert len(saying) > LEAST
    assert saying - listed.keys() == set(), f"sort these into {SORTED.name}"
    assert listed.keys() - saying == set(), f"take these out of {SORTED.name}"
    assert [name for name, number in listed.items() if number > 1] == [], "these stand twice"
    assert all(group["reason"] for group in groups["says"].values())


def test_what_states_a_none_about_the_graph_names_the_number_looked_at() -> None:
    lacking = [
        (language, name, slot)
        for slot, names in sorted_messages()["states"].items()
        for name in names
        for language in LANGUAGES
        for words in said(language)[name]
        if f"{{{slot}}}" not in words
    ]
    assert lacking == []


def test_those_that_name_no_number_yet_only_become_fewer() -> None:
    still_open = sorted_messages()["open"]
    assert len(still_open["keys"]) == still_open["most"], "lower the ceiling with each one mended"
