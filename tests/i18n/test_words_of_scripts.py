"""The scripts of pages have no words of their own: what a reader sees is handed over by the page, in its language."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from pan2kg.i18n.catalogue import LANGUAGES, Language
from pan2kg.site.page import script_words

WEB: Final = Path(__file__).resolve().parents[2] / "web"
SCRIPTS: Final = {
    path.relative_to(WEB / "src").as_posix(): path.read_text(encoding="utf-8")
    for path in sorted((WEB / "src").rglob("*.ts"))
}
GROUPS: Final = {
    "copy": r"copy\.ts",
    "table": r"sortable-table\.ts",
    "search": r"label-search\.ts",
    "sparql": r"(workbench|engine|editor)/.*|reply\.ts",
    "picture": r"picture/.*",
    "network": r"network/.*",
}
"""The groups of words, and the scripts that say them."""

CODE: Final = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)"""
    r"""|(?P<pattern>(?<![\w)\]"'`}])(?<![\w)\]"'`}] )/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*)"""
    r"""|"(?P<double>(?:[^"\\\n]|\\.)*)"|'(?P<single>(?:[^'\\\n]|\\.)*)'|(?P<template>`)|(?P<brace>[{}])""",
    re.DOTALL,
)
"""What may hold quotes in TypeScript; what divides stands behind a word or a bracket."""
SENTENCE: Final = re.compile(
    r"(?<![\w.#:<-])[A-Za-zÀ-ÿ][a-zß-ÿ’']+[,;:.]? (?:[A-Za-zÀ-ÿ][a-zß-ÿ’']+|\{\})(?!\w*\()|\{\} [a-zß-ÿ]{2,}(?![\w=-])"
)
"""Two words in a row, or a word beside a value."""
WORD: Final = re.compile(r"[A-ZÀ-Ý][a-zß-ÿ’']+[.…!?:]?")
"""One word as a label has it; those in small letters are keys and names."""
OTHER: Final = re.compile(r"\bPREFIX\b|<[/?]?\w|^\s*[\w-]+=\"|\d(px|rem)\b|[{};]\s*[\w-]+:|(^|[ ,])[.&][\w-]+")
"""What has words and is none for a reader: SPARQL, markup, rules of a style sheet."""
SHOWN: Final = re.compile(
    r"""(?:textContent|innerText|ariaLabel|placeholder|\.title|"aria-label"|"aria-description")\s*[=:]\s*["'`][^"'`$]*[a-z]"""
)
"""A text put where a reader sees it, in small letters too."""
ASKED: Final = re.compile(r'\bsay\((?:[^"`]*\? )?"([\w-]+)"(?: : "([\w-]+)")?')
"""The key of words that are asked for, or two of which one is."""
PROGRAMS: Final = "workbench/snippets.ts"
"""Lines for other programs to run: they are code in every language."""
ALLOWED: Final = {
    "Enter": "a key of the keyboard",
    "Escape": "a key of the keyboard",
    "Refused": "the name of an error",
    "badge {}": "classes of an element",
    "sample series-{}": "classes of an element",
    "chosen way dim": "classes of an element",
    "tbody tr": "a selector",
    "pan resize": "events of a picture",
    "action body category conflict group instrument obligation plan provision recommendation review topic": (
        "kinds of pages"
    ),
}


def texts(source: str) -> list[str]:
    """The texts in a script, with {} where a value stands."""
    found: list[str] = []
    read_code(source, 0, found)
    return found


def read_code(source: str, at: int, found: list[str]) -> int:
    """Read to the brace that ends a value in a template, or to the end of the script; gives where that is."""
    depth = 0
    while match := CODE.search(source, at):
        at, kind = match.end(), match.lastgroup
        if kind == "template":
            at = read_template(source, at, found)
        elif kind == "brace":
            depth += 1 if match[0] == "{" else -1
            if depth < 0:
                return at
        elif kind in {"double", "single"}:
            found.append(match[kind])
    return len(source)


def read_template(source: str, at: int, found: list[str]) -> int:
    """Read a template to its end; gives where that is."""
    text = ""
    while source[at] != "`":
        if source.startswith("${", at):
            at = read_code(source, at + 2, found)
            text += "{}"
        else:
            length = 2 if source[at] == "\\" else 1
            text += source[at : at + length]
            at += length
    found.append(text)
    return at + 1


def for_readers(source: str) -> list[str]:
    """The texts in a script that read as words, and those it shows as they are."""
    worded = [
        text for text in texts(source) if WORD.fullmatch(text) or (SENTENCE.search(text) and not OTHER.search(text))
    ]
    return [*worded, *(found[0] for found in SHOWN.finditer(source))]


def test_no_words_for_a_reader_stand_in_a_script() -> None:
    """They would be said in one language alone."""
    found = {(name, text) for name, source in SCRIPTS.items() if name != PROGRAMS for text in for_readers(source)}
    new = sorted(f"web/src/{name}: {text[:100]!r}" for name, text in found if text not in ALLOWED)
    assert not new, "write it into the catalogues, or say in ALLOWED what it is:\n" + "\n".join(new)
    assert not ALLOWED.keys() - {text for _, text in found}, "take these out of ALLOWED: no script has them"


def test_words_in_a_script_are_found_and_what_is_none_is_left_alone() -> None:
    for source in (
        'const ENGLISH = { done: "Copied" };', 'make("p", {}, "No row answers this query.")',
        "make('p', {}, 'Keine Zeile')", "status.textContent = `Show ${n} rows`;", "status.textContent = `${n} rows`;",
        'status.textContent = "done";', 'make("ul", { "aria-label": "suggestions" })',
        "a / b; `${all.map((one) => `link ${one}`)}`", 'text.replace(/["`]/g, "the quotes")',
    ):  # fmt: skip
        assert for_readers(source), source
    for source in (
        'say("no-row"); // No row answers this query.', '`<rect x="1" class="cell kind"/>`',
        'make("div", { class: `panel-${view}`, role: "status" }, say("chart-none"))',
        '/^The "answer" has/.test(text) ? text : `${here}/${type}.html`',
    ):  # fmt: skip
        assert not for_readers(source), source


def test_the_documentation_lists_the_words_a_page_hands_over() -> None:
    page = (WEB / "README.md").read_text(encoding="utf-8")
    for group in GROUPS:
        row = re.search(rf"^\| {group} \| ((?:`[\w-]+` ?)+)\|$", page, re.MULTILINE)
        assert row, f"web/README.md has no row for {group}"
        told = re.findall(r"[\w-]+", row[1])
        assert sorted(told) == sorted(script_words("en", group)), f"correct the row of {group} in web/README.md"


@pytest.mark.parametrize("group", GROUPS)
def test_a_page_hands_over_the_words_its_scripts_say_and_no_others(group: str) -> None:
    """A key may be put together, such as ``chart-`` and a kind; then one word at least has that beginning."""
    ours = [source for name, source in SCRIPTS.items() if re.fullmatch(GROUPS[group], name)]
    keys = script_words("en", group).keys()
    said = {text for source in ours for text in texts(source)}
    beginnings = {text.removesuffix("{}") for text in said if re.fullmatch(r"[a-z]+-\{\}", text)}
    unsaid = {key for key in keys - said if not key.startswith(tuple(beginnings))}
    assert not unsaid, "no script says these: take them out of the catalogues"
    asked = {key for source in ours for found in ASKED.finditer(source) for key in found.groups() if key}
    assert asked
    assert not asked - keys, "write these into the catalogues"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", GROUPS)
def test_each_language_has_all_of_them(group: str, language: Language) -> None:
    assert script_words(language, group).keys() == script_words("en", group).keys()
