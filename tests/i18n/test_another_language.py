"""A fourth language, made from the English catalogue: pages and commands speak it, and nothing is left but data."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest

from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import CATALOGUES, FOLDER_VARIABLE, TERMS, read_entries
from tests.i18n.pseudo import PLAIN, TAG, write_catalogue

ROOT: Final = Path(__file__).resolve().parents[2]
CHILD: Final = Path(__file__).with_name("speak_another_language.py")
NAMES: Final = frozenset(("pan2kg", "JSON", "CSV", "SVG", "SPARQL", "IRI", "true", "false", "XLSX", "N-Quads", "gzip"))
"""What is called so in every language."""
VOID: Final = frozenset(("area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"))
UNSPOKEN: Final = frozenset(("script", "style", "code", "pre", "textarea"))
SPOKEN: Final = ("title", "aria-label", "placeholder", "alt")
PARTS: Final = re.compile(r"[\0,;:()«»…–·↔→↺▸]+|(?<=\d) (?=⟦)")


class Spoken(HTMLParser):
    def __init__(self, page: str, without: Collection[str] = UNSPOKEN) -> None:
        super().__init__()
        self.without = without
        self.open: list[bool] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        other = tag in self.without or said.get("lang", TAG) != TAG
        if not other and not any(self.open):
            self.words += [words for name in SPOKEN if (words := said.get(name))]
        if tag not in VOID:
            self.open.append(other)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self.open):
            self.words.append(data)


def outside(words: str) -> str:
    """What stands outside the brackets of the made language; a nought character takes the place of what is inside.

    >>> outside("a ⟦b ⟦c⟧⟧ d")
    'a \\x00 d'
    """
    depth, kept = 0, []
    for sign in words:
        depth += (sign == "⟦") - (sign == "⟧")
        if depth == 0:
            kept.append("\0" if sign == "⟧" else sign)
    return "".join(kept)


def plainly(words: str) -> str:
    return " ".join(words.split())


@cache
def english() -> tuple[str, ...]:
    entries = read_entries(CATALOGUES["en"].read_bytes())
    forms = [form for context, _, _, words in entries if context not in (*PLAIN, TERMS) for form in words]
    pieces = {plainly(piece).strip(" .:;,") for form in forms for piece in re.split(r"\{[^}]*\}|`[^`]*`", form)}
    return tuple(piece for piece in pieces if piece.count(" ") > 1)


@pytest.fixture(scope="module")
def spoken(few: Graph, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    folder = tmp_path_factory.mktemp("language")
    write_catalogue(folder)
    env = {**os.environ, FOLDER_VARIABLE: str(folder), "LC_ALL": TAG}
    command = [sys.executable, str(CHILD), str(folder), str(few.project.root)]
    subprocess.run(command, env=env, check=True, timeout=500, cwd=ROOT)
    read: dict[str, str] = json.loads((folder / "spoken.json").read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def data() -> str:
    files = [*ROOT.glob("graph/**/*.ttl"), *ROOT.glob("ontology/**/*.ttl"), *ROOT.glob("queries/**/*.rq")]
    return plainly("\n".join(path.read_text(encoding="utf-8") for path in files).replace('\\"', '"'))


@cache
def notations(data: str) -> frozenset[str]:
    return frozenset(re.findall(r'skos:notation "([^"]*)"', data))


@cache
def literals(data: str) -> frozenset[str]:
    return frozenset(re.findall(r'"([^"]*)"', data))


def unnumbered(words: str, data: str) -> Iterator[str]:
    apart = words.split(" ")
    for at in range(1, min(4, len(apart))):
        if " ".join(apart[:at]) in notations(data):
            yield " ".join(apart[at:])


def pieces_of(page: str) -> Iterator[str]:
    for words in Spoken(page, without=(*UNSPOKEN, "svg")).words:
        yield from (piece.strip(" .%/\u00a0") for piece in PARTS.split(plainly(outside(words))))


def is_foreign(bare: str, data: str) -> bool:
    if not re.search("[A-Za-z]{3}", bare) or bare in NAMES or bare.startswith("pan2kg "):
        return False
    said = (bare, re.sub(r"^[\w.-]+ ", "", bare), *unnumbered(bare, data))
    return literals(data).isdisjoint(said) and not any(one in data for one in said)


def test_every_kind_of_page_speaks_a_language_for_which_only_a_catalogue_was_made(
    spoken: Mapping[str, str], data: str
) -> None:
    pages = {path: page for path, page in spoken.items() if path.endswith(".html")}
    assert len(pages) > 60
    assert all("⟦" in page for page in pages.values())
    said = {path: set(pieces_of(page)) for path, page in pages.items()}
    unknown = {piece for piece in set().union(*said.values()) if is_foreign(piece, data)}
    left = {path: sorted(found) for path, pieces in said.items() if (found := pieces & unknown)}
    assert not left, f"bring these words into the catalogues: {left}"


def test_no_english_message_is_said_by_a_page_or_command_in_another_language(
    spoken: Mapping[str, str], data: str
) -> None:
    assert {"ask", "coherence", "check", "help", "picture"} <= spoken.keys()
    assert all("⟦" in said for said in spoken.values())
    left = {
        name: found
        for name, said in spoken.items()
        for rest in [plainly(outside(" ".join(Spoken(said).words) if name.endswith(".html") else said))]
        if (found := [piece for piece in english() if piece in rest and piece not in data])
    }
    assert not left
