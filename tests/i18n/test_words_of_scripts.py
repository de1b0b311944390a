"""The scripts of pages have no words of their own: what a reader sees is handed over by the page, in its language."""

import re
import tomllib
from pathlib import Path
from typing import Final

import pytest

from pan2kg.i18n import LANGUAGES
from pan2kg.site.script_words import script_words

WEB: Final = Path(__file__).resolve().parents[2] / "web"
SCRIPTS: Final = {
    path.relative_to(WEB / "src").as_posix(): path.read_text(encoding="utf-8")
    for path in sorted((WEB / "src").rglob("*.ts"))
}
# the groups of words, and the scripts that say them
GROUPS: Final = {
    "copy": r"copy\.ts", "table": r"sortable-table\.ts", "search": r"(data-language|label-search)\.ts",
    "sparql": r"(workbench|engine|editor)/.*|reply\.ts", "picture": r"picture/.*", "network": r"network/.*",
}  # fmt: skip
# what may hold quotes in TypeScript; what divides stands behind a word or a bracket
CODE: Final = re.compile(
    r"""//[^\n]*|/\*.*?\*/|(?<![\w)\]"'`}])(?<![\w)\]"'`}] )/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*"""
    r"""|"(?P<double>(?:[^"\\\n]|\\.)*)"|'(?P<single>(?:[^'\\\n]|\\.)*)'|(?P<template>`)|(?P<brace>[{}])""",
    re.DOTALL,
)
TEMPLATE: Final = re.compile(r"(?P<text>(?:[^`$\\]|\\.|\$(?!\{))+)|(?P<value>\$\{)|`", re.DOTALL)
# two words in a row, or a word beside a value; one word as a label has it, as those in small
# letters are keys
SENTENCE: Final = re.compile(
    r"(?<![\w.#:<-])[A-Za-zÀ-ÿ][a-zß-ÿ’']+[,;:.]? (?:[A-Za-zÀ-ÿ][a-zß-ÿ’']+|\{\})(?!\w*\()|\{\} [a-zß-ÿ]{2,}(?![\w=-])"
)
WORD: Final = re.compile(r"[A-ZÀ-Ý][a-zß-ÿ’']+[.…!?:]?")
# what has words and is none for a reader: SPARQL, markup, rules of a style sheet
OTHER: Final = re.compile(
    r"\bPREFIX\b|<[/?]?\w|^\s*[\w-]+=\"|\d(px|rem)\b|[{};]\s*[\w-]+:|(^|[ ,])[.&][\w-]+"
)
# a text put where a reader sees it, in small letters too
SHOWN: Final = re.compile(
    r"""(?:textContent|innerText|ariaLabel|placeholder|\.title|"aria-label"|"aria-description")\s*[=:]\s*["'`][^"'`$]*[a-z]"""
)
ASKED: Final = re.compile(r'\bsay\((?:[^"`]*\? )?"([\w-]+)"(?: : "([\w-]+)")?')
PROGRAMS: Final = (
    "workbench/snippets.ts"  # lines for other programs to run: they are code in every language
)
ALLOWED: Final = tomllib.loads(
    Path(__file__).with_name("no_sentences.toml").read_text(encoding="utf-8")
)["scripts"]


def texts(source: str) -> list[str]:
    """The texts in a script, with {} where a value stands."""
    texts = list[str]()
    at = 0
    is_text = False
    templates: list[
        tuple[str, int]
    ] = []  # those that are open: their text so far, and the braces within their value
    while match := (TEMPLATE if is_text else CODE).search(source, at):
        at = match.end()
        kind = match.lastgroup
        if kind in ("double", "single"):
            texts.append(match[kind])
        elif kind == "template":
            templates.append(("", 0))
            is_text = True
        elif kind == "brace" and templates:
            text, depth = templates[-1]
            is_text = match[0] == "}" and depth == 0
            templates[-1] = text, 0 if is_text else depth + (1 if match[0] == "{" else -1)
        elif is_text and kind is None:
            texts.append(templates.pop()[0])
            is_text = False
        elif is_text:
            templates[-1] = templates[-1][0] + (match[0] if kind == "text" else "{}"), 0
            is_text = kind == "text"
    return texts


def for_readers(source: str) -> list[str]:
    worded = [
        text
        for text in texts(source)
        if WORD.fullmatch(text) or (SENTENCE.search(text) and not OTHER.search(text))
    ]
    return [*worded, *(match[0] for match in SHOWN.finditer(source))]


def test_no_words_for_a_reader_stand_in_a_script_and_planted_ones_are_found() -> None:
    sentences = {
        (text, name)
        for name, source in SCRIPTS.items()
        if name != PROGRAMS
        for text in for_readers(source)
    }
    new = sorted(row for row in sentences if row[0] not in ALLOWED)
    assert not new, f"write it into the catalogues, or say in no_sentences.toml what it is: {new}"
    assert not ALLOWED.keys() - {text for text, _ in sentences}, (
        "take these out: no script has them"
    )
    for source in (
        'const ENGLISH = { done: "Copied" };',
        'make("p", {}, "No row answers this query.")',
        "make('p', {}, 'Keine Zeile')",
        "status.textContent = `Show ${n} rows`;",
        'status.textContent = "done";',
        "a / b; `${all.map((one) => `link ${one}`)}`",
        'text.replace(/["`]/g, "the quotes")',
    ):
        assert for_readers(source), source
    for source in (
        'say("no-row"); // No row answers this query.',
        '`<rect x="1" class="cell kind"/>`',
        'make("div", { class: `panel-${view}`, role: "status" }, say("chart-none"))',
        '/^The "answer" has/.test(text) ? text : `${here}/${type}.html`',
    ):
        assert not for_readers(source), source


@pytest.mark.parametrize("group", GROUPS)
def test_a_page_hands_over_the_words_its_scripts_say_and_no_others_and_the_documentation_lists_them(
    group: str,
) -> None:
    ours = [source for name, source in SCRIPTS.items() if re.fullmatch(GROUPS[group], name)]
    keys = script_words("en", group).keys()
    assert all(script_words(language, group).keys() == keys for language in LANGUAGES)
    spoken = {text for source in ours for text in texts(source)}
    # a key may be put together, such as “chart-” and a kind
    beginnings = tuple(
        text.removesuffix("{}") for text in spoken if re.fullmatch(r"[a-z]+-\{\}", text)
    )
    unsaid = {key for key in keys - spoken if not key.startswith(beginnings)}
    assert not unsaid, "no script says these: take them out of the catalogues"
    asked = {
        key for source in ours for match in ASKED.finditer(source) for key in match.groups() if key
    }
    assert asked
    assert not asked - keys, "write these into the catalogues"
    row = re.search(
        rf"^\| {group} \| ((?:`[\w-]+` ?)+)\|$",
        (WEB / "README.md").read_text("utf-8"),
        re.MULTILINE,
    )
    assert row, f"web/README.md has no row for {group}"
    assert sorted(re.findall(r"[\w-]+", row[1])) == sorted(keys), (
        f"correct the row of {group} in web/README.md"
    )
